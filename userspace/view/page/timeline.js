/* SPDX-License-Identifier: GPL-2.0 */
/* Clones per second over time; a span of it can be chosen with the pointer or the arrow keys. */

const timeline = byId('timeline');
const MARGIN = {left: 52, right: 12, top: 10, bottom: 24};

const timeStep = niceStep(spanOfRows.to - spanOfRows.from, 500);
const timeFrom = Math.floor(spanOfRows.from / timeStep) * timeStep;
const timeBins = Math.floor((spanOfRows.to - timeFrom) / timeStep) + 1;

const shortNumber = new Intl.NumberFormat('en', {notation: 'compact'});

let timeCounts = {made: new Uint32Array(timeBins), refused: new Uint32Array(timeBins)};
let cursor = 0;	   /* the bin that the arrow keys have come to */
let anchor = null; /* where a span that is being chosen began */
let hasCursor = false;

function countTimes() {
	const made = new Uint32Array(timeBins), refused = new Uint32Array(timeBins);

	for (let i = 0; i < rows.count; i++) {
		if (!passes(i, FAILS.SPAN))
			continue;
		const bin = Math.floor((rows.ts[i] - timeFrom) / timeStep);
		if (isRefused(i))
			refused[bin]++;
		else if (rows.error[i] === 0)
			made[bin]++;
	}
	return {made, refused};
}

function timeX(ns, width) {
	return MARGIN.left + (ns - timeFrom) / (timeBins * timeStep) * (width - MARGIN.left - MARGIN.right);
}

function perSecond(count) {
	return count / (timeStep / 1e9);
}

function mostPerSecond() {
	let most = 0;

	for (let bin = 0; bin < timeBins; bin++)
		most = Math.max(most, timeCounts.made[bin] + timeCounts.refused[bin]);
	return perSecond(most || 1);
}

function drawTimeAxes(context, width, height, most) {
	const below = height - MARGIN.bottom;
	const rates = ticks(0, most, 5);
	const times = ticks(timeFrom, timeFrom + timeBins * timeStep, Math.max(2, Math.floor(width / 110)));

	context.textBaseline = 'middle';
	context.textAlign = 'right';
	for (const rate of rates.list) {
		const y = below - rate / most * (below - MARGIN.top);
		context.fillStyle = colour('grid');
		context.fillRect(MARGIN.left, Math.round(y), width - MARGIN.left - MARGIN.right, 1);
		context.fillStyle = colour('muted');
		context.fillText(shortNumber.format(rate), MARGIN.left - 8, y);
	}
	context.textBaseline = 'alphabetic';
	context.textAlign = 'center';
	for (const time of times.list)
		context.fillText(formatMoment(time, times.step), Math.min(timeX(time, width), width - 22),
			height - 6);
}

function drawTimeBars(context, width, height, most) {
	const below = height - MARGIN.bottom;
	const step = (width - MARGIN.left - MARGIN.right) / timeBins;
	const wide = Math.max(1, step > 3 ? step - 1 : step);
	const tall = count => count ? Math.max(2, perSecond(count) / most * (below - MARGIN.top)) : 0;

	for (let bin = 0; bin < timeBins; bin++) {
		const {made, refused} = timeCounts;
		const x = MARGIN.left + bin * step;
		const all = tall(made[bin] + refused[bin]), red = tall(refused[bin]);

		context.fillStyle = colour('accent');
		context.fillRect(x, below - all, wide, all);
		context.fillStyle = colour('bad');
		context.fillRect(x, below - red, wide, red);
	}
}

function drawTimeSpan(context, width, height) {
	const below = height - MARGIN.bottom;

	if (filter.span) {
		const from = timeX(filter.span.from, width), to = timeX(filter.span.to, width);

		context.fillStyle = colour('veil');
		context.fillRect(MARGIN.left, 0, from - MARGIN.left, below);
		context.fillRect(to, 0, width - MARGIN.right - to, below);
		context.strokeStyle = colour('text');
		context.strokeRect(from, 0.5, to - from, below);
	}
	if (hasCursor && document.activeElement === timeline) {
		context.strokeStyle = colour('text');
		context.lineWidth = 2;
		context.strokeRect(timeX(timeFrom + cursor * timeStep, width) - 1, 1,
			(width - MARGIN.left - MARGIN.right) / timeBins + 2, below);
	}
}

function drawTimeline() {
	const opened = openCanvas(timeline);

	if (!opened)
		return;
	const {context, width, height} = opened;
	const most = mostPerSecond() * 1.05;

	drawTimeAxes(context, width, height, most);
	drawTimeBars(context, width, height, most);
	drawTimeSpan(context, width, height);
}

function updateTimeline() {
	timeCounts = countTimes();
	drawTimeline();
	describeCursor();
	if (byId('timeline-table').parentElement.open)
		fillTimeTable();
}

/* --- choosing a span ---------------------------------------------------------------------- */

function describeBin(bin) {
	const from = timeFrom + bin * timeStep;
	const made = timeCounts.made[bin], refused = timeCounts.refused[bin];

	return `${formatMoment(from, timeStep)} to ${formatMoment(from + timeStep, timeStep)}: ` +
		`${number.format(Math.round(perSecond(made + refused)))} per second` +
		(refused ? `, ${number.format(refused)} refused` : '');
}

function describeCursor() {
	timeline.setAttribute('aria-valuemax', String(timeBins - 1));
	timeline.setAttribute('aria-valuenow', String(cursor));
	timeline.setAttribute('aria-valuetext', describeBin(cursor));
}

function binAt(event) {
	const width = timeline.getBoundingClientRect().width - MARGIN.left - MARGIN.right;

	const bin = Math.floor((event.offsetX - MARGIN.left) / width * timeBins);

	return Math.max(0, Math.min(timeBins - 1, bin));
}

function chooseSpan(one, other) {
	const from = Math.min(one, other), to = Math.max(one, other) + 1;

	setFilter({span: {from: timeFrom + from * timeStep, to: timeFrom + to * timeStep}});
}

function onTimeKey(event) {
	const steps = {
		ArrowLeft: -1,
		ArrowRight: 1,
		PageUp: 10,
		PageDown: -10,
		Home: -timeBins,
		End: timeBins,
	};

	if (event.key === 'Escape') {
		anchor = null;
		setFilter({span: null});
	} else if (event.key === 'Enter' || event.key === ' ') {
		chooseSpan(cursor, anchor ?? cursor);
	} else if (event.key in steps && !event.ctrlKey && !event.altKey) {
		anchor = event.shiftKey ? anchor ?? cursor : null;
		cursor = Math.max(0, Math.min(timeBins - 1, cursor + steps[event.key]));
		hasCursor = true;
		describeCursor();
		if (anchor !== null)
			chooseSpan(anchor, cursor);
		else
			drawTimeline();
	} else {
		return;
	}
	event.preventDefault();
}

function listenTimeline() {
	let down = null, moved = false;

	timeline.addEventListener('pointerdown', event => {
		down = binAt(event);
		moved = false;
		hasCursor = false;
		timeline.setPointerCapture(event.pointerId);
	});
	timeline.addEventListener('pointermove', event => {
		showTip(event, describeBin(binAt(event)));
		if (down === null || binAt(event) === down && !moved)
			return;
		moved = true;
		chooseSpan(down, binAt(event));
	});
	timeline.addEventListener('pointerup', event => {
		cursor = binAt(event);
		describeCursor();
		if (!moved)
			setFilter({span: null});
		down = null;
	});
	timeline.addEventListener('pointercancel', () => down = null);
	timeline.addEventListener('pointerleave', hideTip);
	timeline.addEventListener('keydown', onTimeKey);
	timeline.addEventListener('focus', () => {
		hasCursor = timeline.matches(':focus-visible');
		drawTimeline();
	});
	timeline.addEventListener('blur', drawTimeline);
}

/* Thirty lines at most: what is read aloud must come to an end. */
function fillTimeTable() {
	const together = Math.ceil(timeBins / 30);
	const list = [];

	for (let bin = 0; bin < timeBins; bin += together) {
		let made = 0, refused = 0;

		for (let i = bin; i < Math.min(bin + together, timeBins); i++) {
			made += timeCounts.made[i];
			refused += timeCounts.refused[i];
		}
		const from = formatMoment(timeFrom + bin * timeStep, timeStep);
		const rate = Math.round(perSecond(made + refused) / together);
		list.push(el('tr', {}, el('th', {scope: 'row', class: 'n'}, from),
			...[rate, made, refused].map(each => tdNumber(number.format(each)))));
	}
	byId('timeline-table').replaceChildren(headOf('#From', '#Per second', '#Made', '#Refused'),
		el('tbody', {}, ...list));
}

byId('timeline-table').parentElement.addEventListener('toggle', fillTimeTable);
listenTimeline();
views.push(updateTimeline);
