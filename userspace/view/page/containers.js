/* SPDX-License-Identifier: GPL-2.0 */
/* How a container starts: a waterfall from the process that began it to the container's own program. */

const LANES_MAX = 48;

/* What waited longer than this before it made the next has not begun the start. */
const BEGAN_NS = 10e9;

const starts = findStarts();
const startChoice = byId('start-choice');
let startShown = null;

/* Each exec that made a task a container's own program; how many of these descend from each task. */
function findStarts() {
	const ready = [];
	const below = new Map();

	for (let i = 0; i < events.count; i++) {
		if (!events.ready[i])
			continue;
		ready.push(i);
		for (let task = events.task[i]; task; task = tasks.parent[task])
			below.set(task, (below.get(task) || 0) + 1);
	}
	return ready.map(i => {
		const task = events.task[i];
		return {event: i, task, ready: events.ts[i], ...chainOf(task, below)};
	});
}

/* From the first that worked for this container alone. */
function chainOf(task, below) {
	const chain = [task];

	for (let now = task; tasks.parent[now]; now = tasks.parent[now]) {
		const parent = tasks.parent[now];

		if (below.get(parent) !== 1 || beginOf(now) - beginOf(parent) > BEGAN_NS)
			break;
		chain.unshift(parent);
	}
	return {chain, from: beginOf(chain[0])};
}

/* The chain, and what else descends from its first and began before the end. Threads are counted. */
function lanesOf(start) {
	const lanes = [], chain = new Set(start.chain);
	const stack = [[start.chain[0], 0]];
	let threads = 0;

	while (stack.length) {
		const [task, depth] = stack.pop();
		const made = beginOf(task);

		if (made > start.ready)
			continue;
		if (isThread(task) && !chain.has(task))
			threads++;
		else
			lanes.push({task, depth, from: made, inChain: chain.has(task)});
		for (const child of [...childrenOf(task)].reverse())
			stack.push([child, depth + 1]);
	}
	return {...cutLanes(lanes), threads};
}

/* Of too many, those that lived longest. */
function cutLanes(lanes) {
	if (lanes.length <= LANES_MAX)
		return {lanes, left: 0};
	const longest = lanes.filter(lane => !lane.inChain)
		.sort((a, b) => endOf(b.task) - b.from - (endOf(a.task) - a.from));
	const kept = new Set(longest.slice(0, LANES_MAX));
	const shown = lanes.filter(lane => lane.inChain || kept.has(lane));

	return {lanes: shown, left: lanes.length - shown.length};
}

/* --- in words ----------------------------------------------------------------------------- */

/* What the chain did, in the order of time. */
function stepsOf(start) {
	const steps = [];

	for (const task of start.chain) {
		const row = tasks.row[task];

		if (row >= 0)
			steps.push({ts: rows.ts[row], text: `clone of ${tasks.tid[task]}${newNamespaces(row)}`});
		for (const i of eventsOf(task))
			if (events.ts[i] <= start.ready && [KIND.EXEC, KIND.NAMESPACES].includes(events.kind[i]))
				steps.push({ts: events.ts[i], text: describeDeed(i)});
	}
	return steps.sort((a, b) => a.ts - b.ts);
}

function newNamespaces(row) {
	const names = raw.flags[rows.flags[row]].split('|').filter(name => name.startsWith('NEW'));

	return names.length ? ` (${names.join('|')})` : '';
}

function startSentence(start) {
	const steps = stepsOf(start);
	let longest = null;

	for (let i = 1; i < steps.length; i++) {
		const took = steps[i].ts - steps[i - 1].ts;

		if (!longest || took > longest.took)
			longest = {took, before: steps[i - 1].text, after: steps[i].text};
	}
	const ready = `${texts[events.file[start.event]]} runs after ${formatTime(start.ready - start.from)}.`;

	if (!longest)
		return ready;
	return `${ready} The longest wait, ${formatTime(longest.took)}, is between ${longest.before} ` +
		`and ${longest.after}.`;
}

/* --- the picture -------------------------------------------------------------------------- */

function startLabel(start) {
	const row = tasks.row[start.task];
	const container = row >= 0 && rows.container[row] ? `, ${containerName(rows.container[row])}` : '';

	return `${formatMoment(start.from, 1e6)}: ${texts[events.file[start.event]]}${container}, ` +
		formatTime(start.ready - start.from);
}

/* The names that a task had, one after the other, up to @to. */
function namesOf(task, to) {
	const row = tasks.row[task];
	const names = [{from: beginOf(task), name: row >= 0 ? texts[rows.comm[row]] : '?', file: ''}];

	for (const i of eventsOf(task))
		if (events.kind[i] === KIND.EXEC && events.ts[i] <= to)
			names.push({from: events.ts[i], name: texts[events.comm[i]], file: texts[events.file[i]]});
	if (row < 0 && names.length > 1)
		names[0].name = names[1].name;
	return names;
}

function isBetween(value, least, most) {
	return value >= least && value < most;
}

function laneBars(lane, start, share) {
	const life = el('div', {class: 'life'});
	const end = Math.min(endOf(lane.task), start.to);
	const names = namesOf(lane.task, start.to);
	const kind = isThread(lane.task) ? 'thread' : 'made';
	const marks = [...eventsOf(lane.task)]
		.filter(i => events.kind[i] === KIND.NAMESPACES && events.ts[i] <= start.to);

	names.forEach((part, i) => {
		const to = i + 1 < names.length ? names[i + 1].from : end;
		const wide = share(to) - share(part.from);
		const bar = el('span', {
			class: `bar part-${i ? 'ran' : kind}${lane.inChain ? '' : ' faint'}`,
			title: `${part.file || part.name}: ${formatTime(to - part.from)}`,
		});
		const hidden = marks.some(mark => isBetween(share(events.ts[mark]) - share(part.from), 0, 9));

		bar.style.left = `${share(part.from)}%`;
		bar.style.width = `${Math.max(0.15, wide)}%`;
		if (wide > 9 && !hidden)
			bar.append(el('span', {class: 'inside'}, part.name));
		life.append(bar);
	});
	for (const i of marks) {
		const tick = el('span', {class: 'tick namespaces', title: describeEvent(i)});
		tick.style.left = `${share(events.ts[i])}%`;
		life.append(tick);
	}
	const line = el('span', {class: 'ready-line'});
	line.style.left = `${share(start.ready)}%`;
	life.append(line);
	return life;
}

function laneDid(task, to) {
	const row = tasks.row[task];
	const did = row >= 0 ? [`made${newNamespaces(row)}`] : [];

	for (const i of eventsOf(task))
		if (events.ts[i] <= to && events.kind[i] !== KIND.START)
			did.push(describeEvent(i));
	return did.join('; ');
}

function laneRow(lane, start, share) {
	const names = namesOf(lane.task, start.to);
	const id = `${isThread(lane.task) ? 'thread ' : ''}${tasks.tid[lane.task]}`;
	const lasted = tasks.end[lane.task] - lane.from;
	const name = el('th', {scope: 'row', class: 'lane-name'}, names[names.length - 1].name, ' ',
		el('small', {}, id), unseen(`: ${laneDid(lane.task, start.to)}`));

	name.style.paddingLeft = `${Math.min(lane.depth, 12) * 12 + 8}px`;
	return el('tr', {class: lane.task === start.task ? 'own' : null}, name,
		tdNumber(formatTime(lane.from - start.from)),
		tdNumber(isNaN(lasted) ? '–' : formatTime(lasted)),
		el('td', {class: 'picture'}, laneBars(lane, start, share)));
}

function startHead(start) {
	const scale = el('div', {class: 'start-scale', 'aria-hidden': 'true'});
	const times = ticks(0, start.to - start.from, 6);

	for (const time of times.list) {
		const label = el('span', {}, time ? formatRound(time) : '0');
		label.style.left = `${100 * time / (start.to - start.from)}%`;
		if (time / (start.to - start.from) < 0.95)
			scale.append(label);
	}
	return headOf('Process', '#After', '#Lasts',
		el('th', {scope: 'col', class: 'picture'}, unseen('Picture'), scale));
}

function drawStart(start) {
	const {lanes, left, threads} = lanesOf(start);
	const shown = {...start, to: start.ready + (start.ready - start.from) * 0.06 + 1000};
	const share = ns => 100 * Math.max(0, Math.min(1, (ns - shown.from) / (shown.to - shown.from)));
	const rest = [];

	if (left)
		rest.push(`${number.format(left)} short-lived processes`);
	if (threads)
		rest.push(`${number.format(threads)} threads`);
	byId('start-text').textContent = startSentence(start) +
		(rest.length ? ` Not shown: ${rest.join(' and ')}.` : '');
	byId('start-lanes').replaceChildren(startHead(shown),
		el('tbody', {}, ...lanes.map(lane => laneRow(lane, shown, share))));
}

/* Does the filter want this start? By what made its program; where that was not seen, yes. */
function startPasses(start) {
	const row = tasks.row[start.task];

	return row < 0 || passes(row, FAILS.COMMAND | FAILS.VIA);
}

function drawStarts() {
	const list = starts.filter(startPasses);

	if (!list.includes(startShown))
		startShown = list[0] || null;
	startChoice.replaceChildren(...list.slice(0, 1000).map(start => el('option', {
		value: String(starts.indexOf(start)),
		selected: start === startShown,
	}, startLabel(start))));
	byId('start-controls').hidden = byId('start-legend').hidden = list.length < 1;
	byId('start-count').textContent =
		`${number.format(list.length)} of ${number.format(starts.length)} starts`;
	if (startShown)
		return drawStart(startShown);
	byId('start-lanes').replaceChildren();
	byId('start-text').textContent = starts.length ? 'The filter leaves no container\u2019s start.'
		: 'No container was started: nothing in new namespaces called execve, ' +
			'or lives were not recorded.';
}

startChoice.addEventListener('change', () => {
	startShown = starts[Number(startChoice.value)];
	drawStart(startShown);
});
views.push(drawStarts);
