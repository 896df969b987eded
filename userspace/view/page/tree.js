/* SPDX-License-Identifier: GPL-2.0 */
/* The process tree: who made whom, for how long each lived. Only rows in sight are elements. */

const ROW_HEIGHT = 26;
const FIRST_ROWS = 120; /* so many are open at the beginning */

const tree = byId('tree');
const treeRows = byId('tree-rows');

const treeState = {
	kept: new Uint8Array(tasks.count),     /* 1: only because of a descendant, 2: it is shown itself */
	below: new Int32Array(tasks.count),    /* descendants that are kept */
	open: new Uint8Array(tasks.count),
	root: 0,			       /* 0: all */
	list: new Int32Array(0),	       /* tasks in sight if all is scrolled through, top down */
	depth: new Int32Array(0),
	selected: 0,
	window: {...spanOfAll},
	span: null, /* of the filter, when the window was last set by it */
};

/* A caller has a lower number than what it made: so one way up the list reaches every ancestor. */
function keepTasks() {
	const {kept, below} = treeState;

	kept.fill(0);
	below.fill(0);
	for (let i = 0; i < rows.count; i++) {
		if (!passes(i))
			continue;
		kept[rows.caller[i]] |= 1;
		kept[rows.child[i]] = 2;
	}
	kept[0] = 0;
	for (let task = tasks.count - 1; task > 0; task--) {
		if (!kept[task] || !tasks.parent[task])
			continue;
		kept[tasks.parent[task]] |= 1;
		below[tasks.parent[task]] += below[task] + 1;
	}
}

function keptChildren(task) {
	return childrenOf(task).filter(child => child && treeState.kept[child]);
}

/* Level by level, until the screen is full some times over. */
function openSome() {
	let level = treeState.root ? [treeState.root] : [...keptChildren(0)];
	let count = level.length;

	while (level.length && count < FIRST_ROWS) {
		const next = [];

		for (const task of level) {
			if (count + next.length >= FIRST_ROWS)
				break;
			treeState.open[task] = 1;
			next.push(...keptChildren(task));
		}
		count += next.length;
		level = next;
	}
}

/* Depth first, with a stack of our own: a tree may be deeper than JavaScript's. */
function listTree() {
	const list = new Int32Array(tasks.count), depth = new Int32Array(tasks.count);
	const stack = treeState.root ? [[treeState.root, 1]] : [];
	let count = 0;

	if (!treeState.root)
		for (const task of keptChildren(0).reverse())
			stack.push([task, 1]);
	while (stack.length) {
		const [task, level] = stack.pop();

		list[count] = task;
		depth[count++] = level;
		if (treeState.open[task])
			for (const child of keptChildren(task).reverse())
				stack.push([child, level + 1]);
	}
	treeState.list = list.slice(0, count);
	treeState.depth = depth.slice(0, count);
}

/* --- rows --------------------------------------------------------------------------------- */

function windowShare(ns) {
	const {from, to} = treeState.window;

	return (ns - from) / (to - from);
}

function place(element, from, to) {
	const left = Math.max(-0.01, Math.min(1.01, windowShare(from)));
	const right = Math.max(-0.01, Math.min(1.01, windowShare(to)));

	element.style.left = `${100 * left}%`;
	element.style.width = `${100 * (right - left)}%`;
	return element;
}

/* One bar from its making to its end, with a mark for each thing that it did. */
function lifeBar(task) {
	const life = el('div', {class: 'life', role: 'gridcell', 'aria-hidden': 'true'});
	const ended = !isNaN(tasks.end[task]);
	const failed = ended && tasks.code[task] !== 0;
	const bar = el('span', {class: `bar${ended ? '' : ' open'}${isThread(task) ? ' thread' : ''}` +
		`${treeState.kept[task] === 1 && isFiltered() ? ' faint' : ''}${failed ? ' failed' : ''}`});

	life.append(place(bar, beginOf(task), endOf(task)));
	for (const i of eventsOf(task)) {
		const mark = {[KIND.EXEC]: 'exec', [KIND.NAMESPACES]: 'namespaces'}[events.kind[i]];
		const at = windowShare(events.ts[i]);

		if (!mark || at < 0 || at > 1)
			continue;
		const tick = el('span', {class: `tick ${mark}`});
		tick.style.left = `${100 * at}%`;
		life.append(tick);
	}
	return life;
}

function treeRow(index) {
	const task = treeState.list[index], level = treeState.depth[index];
	const below = treeState.below[task];
	const twisty = treeState.open[task] ? '▾' : '▸';
	const name = el('div', {role: 'gridcell', class: 'name'},
		el('span', {class: 'twisty', 'aria-hidden': 'true'}, below ? twisty : ''),
		el('span', {class: isThread(task) ? 'thread' : ''}, nameOf(task)),
		below && !treeState.open[task] ? el('span', {class: 'count'}, `+${number.format(below)}`) : '');
	const row = tasks.row[task];
	const way = row < 0 ? '' : isThread(task) ? 'thread' : wayIn(row);
	const element = el('div', {
		role: 'row', id: `task-${task}`, class: 'tree-row', 'data-index': index, 'aria-level': level,
		'aria-expanded': below ? String(Boolean(treeState.open[task])) : null,
		'aria-rowindex': index + 2,
	}, name, el('div', {role: 'gridcell', class: 'n'}, String(tasks.tid[task])),
	el('div', {role: 'gridcell', class: 'way'}, way), lifeBar(task));

	name.style.paddingLeft = `${Math.min(level - 1, 24) * 14 + 4}px`;
	element.style.top = `${index * ROW_HEIGHT}px`;
	return element;
}

function drawTreeRows() {
	const first = Math.max(0, Math.floor(tree.scrollTop / ROW_HEIGHT) - 4);
	const last = Math.min(treeState.list.length, first + Math.ceil(tree.clientHeight / ROW_HEIGHT) + 8);
	const list = [];

	for (let index = first; index < last; index++)
		list.push(treeRow(index));
	treeRows.replaceChildren(...list);
	markSelected();
}

/* In place: a row made anew between two clicks would never hear of the double one. */
function markSelected() {
	for (const row of treeRows.children)
		row.setAttribute('aria-selected', String(row.id === `task-${treeState.selected}`));
	if (byId(`task-${treeState.selected}`))
		tree.setAttribute('aria-activedescendant', `task-${treeState.selected}`);
	else
		tree.removeAttribute('aria-activedescendant');
}

function drawTreeAxis() {
	const opened = openCanvas(byId('tree-axis'));

	if (!opened)
		return;
	const {context, width} = opened;
	const {from, to} = treeState.window;
	const times = ticks(from, to, Math.max(2, width / 110));

	context.fillStyle = colour('muted');
	context.textAlign = 'left';
	for (const time of times.list) {
		const x = windowShare(time) * width;
		context.fillRect(Math.round(x), 8, 1, 14);
		if (x < width - 50)
			context.fillText(formatMoment(time, times.step), x + 4, 18);
	}
}

function drawTree() {
	listTree();
	treeRows.style.height = `${treeState.list.length * ROW_HEIGHT}px`;
	tree.setAttribute('aria-rowcount', String(treeState.list.length + 1));
	drawTreeAxis();
	drawTreeRows();
	byId('tree-back').hidden = !treeState.root;
	byId('tree-empty').hidden = treeState.list.length > 0;
	const {from, to} = treeState.window;
	byId('tree-count').textContent =
		`${number.format(treeState.list.length)} rows; ${formatTime(to - from)} wide`;
}

function updateTree() {
	keepTasks();
	if (filter.span !== treeState.span) {
		treeState.span = filter.span;
		treeState.window = {...filter.span || spanOfAll};
	}
	if (!treeState.kept[treeState.selected])
		treeState.selected = 0;
	if (treeState.root && !treeState.kept[treeState.root])
		treeState.root = 0;
	if (!treeState.open.includes(1))
		openSome();
	drawTree();
}

/* --- what a task did, in words ------------------------------------------------------------ */

function describeDeed(i) {
	switch (events.kind[i]) {
	case KIND.START: return `first ran on node ${events.value[i]}`;
	case KIND.EXEC: return `execve ${texts[events.file[i]]}`;
	case KIND.EXIT: return describeCode(events.value[i]);
	default: return `${events.setns[i] ? 'setns' : 'unshare'} ${raw.flags[events.value[i]]}`;
	}
}

function describeEvent(i) {
	return `${describeDeed(i)} at ${formatMoment(events.ts[i], 1e3)}`;
}

function describeMaking(row) {
	return `made by ${texts[rows.comm[row]]} ${tasks.tid[rows.caller[row]]} (${wayIn(row)}, ` +
		`${formatTime(rows.copy[row])}) at ${formatMoment(rows.ts[row], 1e3)}`;
}

function describeTask(task) {
	const id = isThread(task) ? `thread ${tasks.tid[task]} of ${tasks.tgid[task]}` : `process ${tasks.tid[task]}`;
	const parts = [`${nameOf(task)}, ${id}`];

	parts.push(tasks.row[task] >= 0 ? describeMaking(tasks.row[task]) : 'was there before');
	parts.push(...[...eventsOf(task)].slice(0, 12).map(describeEvent));
	if (isNaN(tasks.end[task]))
		parts.push('no end was seen');
	else if (!isNaN(tasks.made[task]))
		parts.push(`lived ${formatTime(tasks.end[task] - tasks.made[task])}`);
	return parts.join('; ') + '.';
}

/* --- moving about ------------------------------------------------------------------------- */

function selectTask(task) {
	treeState.selected = task;
	byId('tree-detail').textContent = describeTask(task);
	markSelected();
}

function goToTask(task) {
	const index = treeState.list.indexOf(task);
	const top = index * ROW_HEIGHT, seen = tree.clientHeight - byId('tree-head').offsetHeight;

	if (index >= 0 && top < tree.scrollTop)
		tree.scrollTop = top;
	else if (index >= 0 && top + ROW_HEIGHT > tree.scrollTop + seen)
		tree.scrollTop = top + ROW_HEIGHT - seen;
	drawTreeRows();
	selectTask(task);
}

function openTask(task, open) {
	treeState.open[task] = open ? 1 : 0;
	drawTree();
}

/* Only this task and what it made, as wide as they lived. */
function enterTask(task) {
	treeState.root = task;
	treeState.open[task] = 1;
	treeState.window = task ? widen(extentOf(task)) : {...filter.span || spanOfAll};
	tree.scrollTop = 0;
	drawTree();
	if (task)
		goToTask(task);
}

/* From its making to the end of the last that descends from it. */
function extentOf(task) {
	const stack = [task];
	let to = beginOf(task) + 1000;

	while (stack.length) {
		const next = stack.pop();

		to = Math.max(to, endOf(next));
		if (to < spanOfAll.to)
			stack.push(...keptChildren(next));
	}
	return {from: beginOf(task), to};
}

function widen({from, to}) {
	const more = (to - from) * 0.03;

	return {from: from - more, to: to + more};
}

/* @factor < 1: nearer. @share: the place in the window that stays where it is. */
function zoomTree(factor, share = 0.5) {
	const {from, to} = treeState.window;
	const wide = Math.max(1000, Math.min((to - from) * factor, (spanOfAll.to - spanOfAll.from) * 1.1));
	const fixed = from + (to - from) * share;

	treeState.window = {from: fixed - wide * share, to: fixed + wide * (1 - share)};
	drawTree();
}

function panTree(share) {
	const {from, to} = treeState.window;
	const by = (to - from) * share;

	treeState.window = {from: from + by, to: to + by};
	drawTree();
}

/* The middle of zooming: where the selected one begins, if that is in sight. */
function zoomPlace() {
	const share = treeState.selected ? windowShare(beginOf(treeState.selected)) : 0.5;

	return share >= 0 && share <= 1 ? share : 0.5;
}

function moveBy(steps) {
	const {list} = treeState;
	const at = list.indexOf(treeState.selected);

	if (list.length)
		goToTask(list[Math.max(0, Math.min(list.length - 1, at < 0 ? 0 : at + steps))]);
}

function goRight() {
	const task = treeState.selected;

	if (!treeState.below[task])
		return;
	if (!treeState.open[task])
		openTask(task, true);
	else
		moveBy(1);
}

function goLeft() {
	const task = treeState.selected;

	if (treeState.open[task] && treeState.below[task])
		openTask(task, false);
	else if (tasks.parent[task] && task !== treeState.root)
		goToTask(tasks.parent[task]);
}

const treeKeys = {
	ArrowDown: () => moveBy(1),
	ArrowUp: () => moveBy(-1),
	PageDown: () => moveBy(15),
	PageUp: () => moveBy(-15),
	Home: () => moveBy(-Infinity),
	End: () => moveBy(Infinity),
	ArrowRight: goRight,
	ArrowLeft: goLeft,
	Enter: () => treeState.selected && enterTask(treeState.selected),
	Escape: () => enterTask(0),
	'+': () => zoomTree(0.5, zoomPlace()),
	'-': () => zoomTree(2, zoomPlace()),
	'0': () => enterTask(treeState.root),
};

function openAll(open) {
	treeState.open.fill(open ? 1 : 0);
	if (!open && treeState.root)
		treeState.open[treeState.root] = 1;
	drawTree();
}

function onTreeWheel(event) {
	const box = byId('tree-axis').getBoundingClientRect();

	if (event.shiftKey)
		panTree(Math.sign(event.deltaY || event.deltaX) * 0.1);
	else if (event.ctrlKey && event.clientX > box.left)
		zoomTree(event.deltaY < 0 ? 0.8 : 1.25, (event.clientX - box.left) / box.width);
	else
		return;
	event.preventDefault();
}

/* From where the pointer goes down to where it comes up. */
function listenTreeAxis() {
	const axis = byId('tree-axis');
	const timeAt = event => treeState.window.from +
		event.offsetX / axis.clientWidth * (treeState.window.to - treeState.window.from);
	let down = null;

	axis.addEventListener('pointerdown', event => {
		down = {time: timeAt(event), x: event.offsetX};
		axis.setPointerCapture(event.pointerId);
	});
	axis.addEventListener('pointermove', event => {
		if (!down)
			return;
		drawTreeAxis();
		const context = axis.getContext('2d');
		context.fillStyle = colour('select');
		context.fillRect(down.x, 0, event.offsetX - down.x, axis.clientHeight);
	});
	axis.addEventListener('pointerup', event => {
		const [from, to] = [down.time, timeAt(event)].sort((a, b) => a - b);

		if (Math.abs(event.offsetX - down.x) > 3 && to - from >= 1000)
			treeState.window = {from, to};
		down = null;
		drawTree();
	});
	axis.addEventListener('pointercancel', () => {
		down = null;
		drawTreeAxis();
	});
}

function taskAt(event) {
	const row = event.target.closest('.tree-row');

	return row ? treeState.list[row.dataset.index] : 0;
}

function listenTree() {
	let drawing = false;

	tree.addEventListener('scroll', () => {
		if (drawing)
			return;
		drawing = true;
		requestAnimationFrame(() => {
			drawing = false;
			drawTreeRows();
		});
	});
	tree.addEventListener('keydown', event => {
		const shifted = event.shiftKey && {ArrowLeft: -0.2, ArrowRight: 0.2}[event.key];

		if (event.ctrlKey || event.altKey || event.metaKey || !(event.key in treeKeys))
			return;
		event.preventDefault();
		if (shifted)
			panTree(shifted);
		else
			treeKeys[event.key]();
	});
	tree.addEventListener('click', event => {
		const task = taskAt(event);

		if (!task)
			return;
		selectTask(task);
		if (event.target.classList.contains('twisty') && treeState.below[task])
			openTask(task, !treeState.open[task]);
	});
	tree.addEventListener('dblclick', event => taskAt(event) && enterTask(taskAt(event)));
	tree.addEventListener('wheel', onTreeWheel, {passive: false});
	byId('tree-in').addEventListener('click', () => zoomTree(0.5, zoomPlace()));
	byId('tree-out').addEventListener('click', () => zoomTree(2, zoomPlace()));
	byId('tree-open').addEventListener('click', () => openAll(true));
	byId('tree-close').addEventListener('click', () => openAll(false));
	byId('tree-back').addEventListener('click', () => {
		enterTask(0);
		tree.focus();
	});
}

listenTree();
listenTreeAxis();
views.push(updateTree);
