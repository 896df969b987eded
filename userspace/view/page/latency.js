/* SPDX-License-Identifier: GPL-2.0 */
/* How long clones took: a distribution for each way in, and for each stage of copy_process(). */

const copyBins = binsOf(rows.copy);
const phaseBins = binsOf(phaseTimes);

/* Where a row's times of phases begin. */
const phasesFrom = new Uint32Array(rows.count + 1);
for (let i = 0; i < rows.count; i++)
	phasesFrom[i + 1] = phasesFrom[i] + bitCount(rows.passed[i]);

function bitCount(bits) {
	let count = 0;

	for (; bits; bits &= bits - 1)
		count++;
	return count;
}

/* Refused clones took their time as well; whoever wants those that were made has the filter for it. */
function latencyByVia(own) {
	const all = new Map();

	for (let i = 0; i < rows.count; i++) {
		if (copyBins[i] < 0 || !passes(i, own))
			continue;
		const via = wayIn(i);
		if (!all.has(via))
			all.set(via, new Histogram());
		all.get(via).add(copyBins[i], rows.copy[i]);
	}
	return all;
}

function latencyByStage(own) {
	const all = raw.stages.map(() => new Histogram());

	for (let i = 0; i < rows.count; i++) {
		if (!rows.passed[i] || !passes(i, own))
			continue;
		let at = phasesFrom[i];
		for (let stage = 0; stage < all.length; stage++) {
			if (!(rows.passed[i] & 1 << stage))
				continue;
			all[stage].add(phaseBins[at], phaseTimes[at]);
			at++;
		}
	}
	return all;
}

/* --- one distribution --------------------------------------------------------------------- */

const BINS_PER_BAR = 4;

function barsOf(histogram, axis) {
	const bars = [];

	for (let bin = axis.from; bin < axis.to; bin += BINS_PER_BAR) {
		let count = 0;

		for (let i = bin; i < bin + BINS_PER_BAR; i++)
			count += histogram.bins[i];
		bars.push({from: binFrom(bin), to: binFrom(bin + BINS_PER_BAR), count});
	}
	return bars;
}

function axisShare(bin, axis) {
	return (bin - axis.from) / (axis.to - axis.from);
}

function drawDecades(context, axis, width, height) {
	context.fillStyle = colour('grid');
	for (let bin = axis.from; bin <= axis.to; bin += BINS_PER_DECADE)
		context.fillRect(Math.round(axisShare(bin, axis) * (width - 1)), 0, 1, height);
}

/* Where the median and the 99th percentile are. */
function drawMarks(context, histogram, axis, width, height) {
	for (const [percent, name] of [[50, 'mark'], [99, 'mark-2']]) {
		const decade = Math.log10(Math.max(1, histogram.percentile(percent))) - FIRST_DECADE;

		context.fillStyle = colour(name);
		context.fillRect(axisShare(decade * BINS_PER_DECADE, axis) * width - 1, 0, 2, height);
	}
}

function drawHistogram(canvas, histogram, axis) {
	const opened = openCanvas(canvas);

	if (!opened)
		return;
	const {context, width, height} = opened;
	const bars = barsOf(histogram, axis);
	const most = Math.max(1, ...bars.map(bar => bar.count));
	const step = width / bars.length;

	drawDecades(context, axis, width, height);
	context.fillStyle = colour('accent');
	bars.forEach((bar, i) => {
		const tall = bar.count ? Math.max(1.5, bar.count / most * (height - 3)) : 0;
		context.fillRect(i * step + 0.5, height - tall, Math.max(1, step - 1), tall);
	});
	context.fillStyle = colour('grid');
	context.fillRect(0, height - 1, width, 1);
	if (histogram.count)
		drawMarks(context, histogram, axis, width, height);
	canvas.onmousemove = event => {
		const bar = bars[Math.floor(event.offsetX / width * bars.length)];
		if (bar)
			showTip(event, `${formatTime(bar.from)} to ${formatTime(bar.to)}: ` +
				`${number.format(bar.count)} (${formatShare(bar.count, histogram.count)})`);
	};
	canvas.onmouseleave = hideTip;
}

/* The decades, above the column of pictures. */
function drawScale(canvas, axis) {
	const opened = openCanvas(canvas);

	if (!opened)
		return;
	const {context, width, height} = opened;
	const decades = (axis.to - axis.from) / BINS_PER_DECADE;
	const every = Math.max(1, Math.ceil(decades * 52 / width));

	context.fillStyle = colour('muted');
	/* None at the right end, where it would be in the way of the one before. */
	for (let decade = 0; decade < decades; decade += every) {
		context.textAlign = decade === 0 ? 'left' : 'center';
		context.fillText(formatRound(binFrom(axis.from + decade * BINS_PER_DECADE)),
			decade / decades * width, height - 5);
	}
}

/* --- the two tables ----------------------------------------------------------------------- */

function latencyRow(label, histogram, axis, tall) {
	const canvas = el('canvas', {class: tall ? 'histogram tall' : 'histogram', 'aria-hidden': 'true'});
	const times = histogram.count
		? [histogram.percentile(50), histogram.percentile(99), histogram.most].map(formatTime)
		: ['–', '–', '–'];
	const row = el('tr', {}, el('th', {scope: 'row'}, label),
		tdNumber(number.format(histogram.count)),
		...times.map(time => tdNumber(time)), el('td', {class: 'picture'}, canvas));

	return {row, draw: () => drawHistogram(canvas, histogram, axis)};
}

function drawLatency(table, what, entries, axis, tall) {
	const scale = el('canvas', {class: 'scale', 'aria-hidden': 'true'});
	const list = entries.map(([label, histogram]) => latencyRow(label, histogram, axis, tall));
	const picture = el('th', {scope: 'col', class: 'picture'}, unseen('Distribution'), scale);

	table.replaceChildren(headOf(what, '#Clones', '#Median', '#99 %', '#Slowest', picture),
		el('tbody', {}, ...list.map(each => each.row)));
	drawScale(scale, axis);
	for (const each of list)
		each.draw();
}

const viasOfAll = latencyByVia(255);
const stagesOfAll = latencyByStage(255);
const viaAxis = decadesOf(viasOfAll.values());
const stageAxis = decadesOf(stagesOfAll);
const viaOrder = [...viasOfAll.keys()].sort((a, b) => viasOfAll.get(b).count - viasOfAll.get(a).count);

function viaButton(via) {
	return el('button', {
		type: 'button', class: 'link', 'aria-pressed': String(filter.via === via), 'data-via': via,
		onclick: () => {
			toggleFilter('via', via);
			viaFocus = via;
		},
	}, via);
}

let viaFocus = null;

function drawVias() {
	const now = latencyByVia(FAILS.VIA);

	if (!viaOrder.length)
		return explainNothing('latency-via', 'No clone\u2019s time is known.');
	drawLatency(byId('latency-via'), 'Way in',
		viaOrder.map(via => [viaButton(via), now.get(via) || new Histogram()]), viaAxis, true);
	if (viaFocus)
		document.querySelector(`[data-via="${viaFocus}"]`)?.focus();
	viaFocus = null;
}

function drawStages() {
	const now = latencyByStage(0);
	const seen = raw.stages.map((_, stage) => stage).filter(stage => stagesOfAll[stage].count);

	if (!seen.length)
		return explainNothing('latency-stage', 'The stages were not measured: clonescope record --phases does.');
	drawLatency(byId('latency-stage'), 'Stage', seen.map(stage => [stageLabel(stage), now[stage]]),
		stageAxis, false);
}

function stageLabel(stage) {
	const [name, meaning] = raw.stages[stage];

	return el('span', {title: meaning}, name, unseen(`: ${meaning}`));
}

function explainNothing(id, why) {
	byId(id).replaceChildren(el('tbody', {}, el('tr', {}, el('td', {class: 'empty'}, why))));
}

views.push(drawVias, drawStages);
