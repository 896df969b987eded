/* SPDX-License-Identifier: GPL-2.0 */
/* Which rows are shown: a bit for each thing that a row may fail at; a view overlooks its own. */

const FAILS = {COMMAND: 1, CONTAINER: 2, NODE: 4, ERROR: 8, VIA: 16, CELL: 32, SPAN: 64, REFUSAL: 128};

const filter = {
	command: '',	 /* a part of the name; the whole name, where there is such a one */
	container: null, /* a number of texts; 0: not known */
	node: null,	 /* of the CPU, the task_struct or the stack */
	error: null,	 /* 'made', 'refused', or an errno */
	via: null,
	cell: null,	 /* {row, column: names of columns, rowNode, columnNode} */
	span: null,	 /* {from, to} */
	refusal: null,	 /* a number of raw.refusals */
};

const noFilter = {...filter};
const fails = new Uint8Array(rows.count);
const views = []; /* functions that draw what is shown now */
let updateWanted = false;

/* Rows that only fail at @own, if at anything. */
function passes(i, own = 0) {
	return (fails[i] & ~own) === 0;
}

function isFiltered() {
	return Object.keys(filter).some(key => filter[key] !== noFilter[key]);
}

function setFilter(change) {
	Object.assign(filter, change);
	if (updateWanted)
		return;
	updateWanted = true;
	requestAnimationFrame(update);
}

/* Choosing what is chosen takes it back. */
function toggleFilter(key, value) {
	setFilter({[key]: filter[key] === value ? noFilter[key] : value});
}

function update() {
	performance.mark('filter');
	updateWanted = false;
	judge();
	for (const view of views)
		view();
	performance.measure('filtered', 'filter');
}

/* Of each text: is it one that the filter wants? */
function wantedCommands() {
	const wanted = new Uint8Array(texts.length);
	const part = filter.command.trim().toLowerCase();
	const whole = commandNames.has(filter.command.trim());

	for (let i = 0; i < texts.length; i++)
		wanted[i] = whole ? texts[i] === filter.command.trim() : texts[i].toLowerCase().includes(part);
	return wanted;
}

function wantedError(i) {
	if (filter.error === 'made')
		return rows.error[i] === 0;
	if (filter.error === 'refused')
		return isRefused(i);
	return rows.error[i] === filter.error;
}

function inCell(i, cell) {
	return rows.kind[i] === KIND.CLONE && rows[cell.row][i] === cell.rowNode &&
		rows[cell.column][i] === cell.columnNode;
}

function judge() {
	const commands = filter.command.trim() ? wantedCommands() : null;
	const {container, node, error, via, cell, span, refusal} = filter;

	for (let i = 0; i < rows.count; i++) {
		let failed = 0;

		if (commands && !commands[rows.comm[i]])
			failed |= FAILS.COMMAND;
		if (container !== null && rows.container[i] !== container)
			failed |= FAILS.CONTAINER;
		if (node !== null && rows.cpu[i] !== node && rows.task[i] !== node && rows.stack[i] !== node)
			failed |= FAILS.NODE;
		if (error !== null && !wantedError(i))
			failed |= FAILS.ERROR;
		if (via !== null && wayIn(i) !== via)
			failed |= FAILS.VIA;
		if (cell && !inCell(i, cell))
			failed |= FAILS.CELL;
		if (span && (rows.ts[i] < span.from || rows.ts[i] >= span.to))
			failed |= FAILS.SPAN;
		if (refusal !== null && rows.refusal[i] !== refusal)
			failed |= FAILS.REFUSAL;
		fails[i] = failed;
	}
}

/* --- the controls ------------------------------------------------------------------------- */

const commandNames = new Set();
const cellWords = {
	cpu: 'CPU',
	requested: 'requested',
	task: 'task_struct',
	stack: 'stack',
	first: 'first run',
};

function countBy(column) {
	const counts = new Map();

	for (const value of column)
		counts.set(value, (counts.get(value) || 0) + 1);
	return [...counts].sort((a, b) => b[1] - a[1]);
}

function addOptions(select, options) {
	for (const [value, label] of options)
		select.append(el('option', {value: String(value)}, label));
}

function fillChoices() {
	const commands = countBy(rows.comm);
	const nodes = new Set([...new Set(rows.cpu), ...new Set(rows.task), ...new Set(rows.stack)]);

	for (const [comm] of commands)
		commandNames.add(texts[comm]);
	byId('commands').append(...commands.slice(0, 500)
		.map(([comm]) => el('option', {value: texts[comm]})));
	addOptions(byId('by-container'), countBy(rows.container).slice(0, 2000)
		.map(([value, count]) => [value, `${containerName(value)} (${number.format(count)})`]));
	addOptions(byId('by-node'), [...nodes].filter(node => node >= 0).sort((a, b) => a - b)
		.map(node => [node, `node ${node}`]));
	addOptions(byId('by-error'), countBy(rows.error).filter(([error]) => error)
		.map(([error, count]) => [error, `${errnoName(error)} (${number.format(count)})`]));
}

function chosen(select) {
	const value = select.value;

	if (value === '')
		return null;
	return isNaN(value) ? value : Number(value);
}

function listen() {
	byId('by-command').addEventListener('input', event => setFilter({command: event.target.value}));
	for (const key of ['container', 'node', 'error'])
		byId('by-' + key).addEventListener('change', event => setFilter({[key]: chosen(event.target)}));
	byId('clear').addEventListener('click', () => {
		setFilter(noFilter);
		byId('by-command').focus();
	});
}

/* What was chosen in a picture, each with a way back. */
function chips() {
	const {via, cell, span, refusal} = filter;
	const list = [];

	if (via !== null)
		list.push(['via', `way in: ${via}`]);
	if (cell)
		list.push(['cell', `${cellWords[cell.row]} ${nodeName(cell.rowNode)}, ` +
			`${cellWords[cell.column]} ${nodeName(cell.columnNode)}`]);
	if (span)
		list.push(['span', `${formatMoment(span.from)} to ${formatMoment(span.to)}`]);
	if (refusal !== null)
		list.push(['refusal', shorten(showHidden(raw.refusals[refusal].line), 60)]);
	return list.map(([key, label]) => el('button', {
		type: 'button', class: 'chip', 'aria-label': `Take back: ${label}`,
		onclick: () => {
			setFilter({[key]: null});
			byId('by-command').focus();
		},
	}, label, el('span', {'aria-hidden': 'true'}, '×')));
}

function shorten(text, length) {
	return text.length > length ? text.slice(0, length - 1) + '…' : text;
}

function showFilter() {
	let shown = 0, all = 0;

	for (let i = 0; i < rows.count; i++) {
		if (rows.kind[i] !== KIND.CLONE)
			continue;
		all++;
		shown += passes(i);
	}
	byId('shown').textContent = `${number.format(shown)} of ${number.format(all)} clones`;
	byId('clear').disabled = !isFiltered();
	byId('chips').replaceChildren(...chips());
	if (byId('by-command').value !== filter.command)
		byId('by-command').value = filter.command;
	for (const key of ['container', 'node', 'error'])
		byId('by-' + key).value = filter[key] === null ? '' : String(filter[key]);
}

fillChoices();
listen();
views.push(showFilter);
