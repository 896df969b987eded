/* SPDX-License-Identifier: GPL-2.0 */
/* Tables: refusals with the rule that refused, who clones most, and the clones themselves. */

const PAGE = 50;
const BUSIEST = 12;

/* Choosing by a button makes the table anew: its successor gets the focus. */
let tableFocus = null;

function choiceButton(id, label, pressed, choose) {
	return el('button', {
		type: 'button', class: 'link', id, 'aria-pressed': String(pressed),
		onclick: () => {
			tableFocus = id;
			choose();
		},
	}, label);
}

function restoreFocus() {
	if (tableFocus)
		byId(tableFocus)?.focus();
	tableFocus = null;
}

/* --- refusals ----------------------------------------------------------------------------- */

function countRefusals() {
	const all = new Map();
	let unnamed = 0;

	for (let i = 0; i < rows.count; i++) {
		if (!isRefused(i) || !passes(i, FAILS.REFUSAL))
			continue;
		if (!rows.refusal[i]) {
			unnamed++;
			continue;
		}
		const one = all.get(rows.refusal[i]) || {count: 0, first: rows.ts[i], commands: new Set()};
		one.count++;
		one.commands.add(rows.comm[i]);
		all.set(rows.refusal[i], one);
	}
	return {list: [...all].sort((a, b) => b[1].count - a[1].count), unnamed};
}

function commandList(commands) {
	const names = [...commands].slice(0, 4).map(comm => texts[comm]);

	return names.join(', ') + (commands.size > 4 ? `, and ${commands.size - 4} more` : '');
}

function refusalRow([refusal, {count, first, commands}]) {
	const {line, advice, rule, error} = raw.refusals[refusal];
	const sentence = showHidden(line).replace(/^[A-Z0-9]+: /, '');

	return el('tr', {}, tdNumber(number.format(count)),
		td(el('code', {class: 'errno'}, errnoName(error))),
		el('th', {scope: 'row', class: 'sentence'},
			choiceButton(`refusal-${refusal}`, sentence, filter.refusal === refusal,
				() => toggleFilter('refusal', refusal)),
			advice ? el('span', {class: 'advice'}, `→ ${advice}`) : ''),
		td(rule ? el('code', {}, rule) : ''),
		td(commandList(commands)), tdNumber(formatMoment(first)));
}

function drawRefusals() {
	const {list, unnamed} = countRefusals();
	const rest = list.slice(200).reduce((sum, [, one]) => sum + one.count, unnamed);

	byId('refusal-text').textContent = list.length || unnamed ? '' : 'Nothing was refused.';
	byId('refusals').hidden = !list.length;
	const others = rest ? el('tr', {}, tdNumber(number.format(rest)), el('td', {colspan: 5}, 'others')) : '';
	byId('refusals').replaceChildren(
		headOf('#Count', 'Error', 'Why the kernel refused', 'Rule', 'Who asked', '#First'),
		el('tbody', {}, ...list.slice(0, 200).map(refusalRow), others));
	restoreFocus();
}

/* --- who clones most ---------------------------------------------------------------------- */

/* Two passes: only the busiest get a distribution. */
function busiest(column, own) {
	const counts = new Map();

	for (let i = 0; i < rows.count; i++)
		if (rows.kind[i] === KIND.CLONE && passes(i, own))
			counts.set(rows[column][i], (counts.get(rows[column][i]) || 0) + 1);
	const order = [...counts].sort((a, b) => b[1] - a[1]);
	const groups = new Map(order.slice(0, BUSIEST).map(([value, count]) =>
		[value, {count, refused: 0, differ: 0, times: new Histogram()}]));

	for (let i = 0; i < rows.count; i++) {
		const group = groups.get(rows[column][i]);

		if (!group || rows.kind[i] !== KIND.CLONE || !passes(i, own))
			continue;
		group.refused += isRefused(i);
		group.differ += rows.verdict[i] === DISAGREE;
		if (copyBins[i] >= 0)
			group.times.add(copyBins[i], rows.copy[i]);
	}
	return {groups, left: order.length - groups.size};
}

function busiestRow(label, group, most) {
	const bar = el('span', {class: 'share', 'aria-hidden': 'true'});

	bar.style.width = `${100 * group.count / most}%`;
	return el('tr', {}, el('th', {scope: 'row', class: 'with-share'}, bar, label),
		tdNumber(number.format(group.count)),
		el('td', {class: group.refused ? 'n bad' : 'n'}, number.format(group.refused)),
		tdNumber(group.times.count ? formatTime(group.times.percentile(50)) : '–'),
		tdNumber(group.times.count ? formatTime(group.times.percentile(99)) : '–'),
		tdNumber(formatShare(group.differ, group.count)));
}

function drawBusiest(id, title, column, own, label) {
	const {groups, left} = busiest(column, own);
	const most = Math.max(1, ...[...groups.values()].map(group => group.count));

	const more = el('td', {colspan: 6, class: 'empty'}, `and ${number.format(left)} more`);
	const rest = left ? el('tr', {}, more) : '';

	byId(id).replaceChildren(headOf(title, '#Clones', '#Refused', '#Median', '#99 %', '#Nodes differ'),
		el('tbody', {}, ...[...groups].map(([value, group]) => busiestRow(label(value), group, most)), rest));
	restoreFocus();
}

function commandButton(comm) {
	const pressed = filter.command === texts[comm];

	return choiceButton(`comm-${comm}`, texts[comm], pressed,
		() => setFilter({command: pressed ? '' : texts[comm]}));
}

function drawCommands() {
	drawBusiest('busiest-commands', 'Command', 'comm', FAILS.COMMAND, commandButton);
}

function drawContainers() {
	drawBusiest('busiest-containers', 'Container or cgroup', 'container', FAILS.CONTAINER, container =>
		choiceButton(`container-${container}`, containerName(container), filter.container === container,
			() => toggleFilter('container', container)));
}

/* --- the clones themselves ---------------------------------------------------------------- */

const cloneOrder = byId('clone-order');
let slowestFirst = null; /* all rows in that order: made when first asked for */
let pageFrom = 0;

function* inOrder() {
	if (cloneOrder.value === 'slow') {
		slowestFirst ??= Int32Array.from(rows.copy.keys()).sort((a, b) => rows.copy[b] - rows.copy[a]);
		yield* slowestFirst;
	} else {
		yield* rows.copy.keys();
	}
}

/* The rows of this page, and how many there are in all. */
function pageOfClones() {
	const list = [];
	let count = 0;

	for (const i of inOrder()) {
		if (!passes(i))
			continue;
		if (count >= pageFrom && count < pageFrom + PAGE)
			list.push(i);
		count++;
	}
	return {list, count};
}

function nodesText(i) {
	if (rows.kind[i] !== KIND.CLONE)
		return '';
	const columns = ['requested', 'cpu', 'task', 'stack'];
	const text = columns.map(column => shortNode(rows[column][i])).join(' / ');

	return rows.verdict[i] === DISAGREE ? `${text} !` : text;
}

const SHORT_NODES = {[NODE.ANY]: '-', [NODE.NONE]: '-', [NODE.SEVERAL]: '+', [NODE.UNKNOWN]: '?'};

function shortNode(node) {
	return SHORT_NODES[node] ?? String(node);
}

/* The child's id, or why there is none. */
function outcomeOf(i) {
	if (rows.child[i])
		return String(tasks.tid[rows.child[i]]);
	return rows.error[i] ? el('code', {class: 'errno'}, errnoName(rows.error[i])) : '?';
}

function cloneRow(i) {
	const caller = el('small', {}, String(tasks.tid[rows.caller[i]] || '?'));

	return el('tr', {}, tdNumber(formatMoment(rows.ts[i], 1e3)),
		el('th', {scope: 'row'}, texts[rows.comm[i]], ' ', caller),
		td(wayIn(i)), tdNumber(outcomeOf(i)),
		tdNumber(rows.copy[i] < 0 ? '?' : formatTime(rows.copy[i])),
		el('td', {class: 'nodes'}, nodesText(i)),
		el('td', {class: 'where'}, containerName(rows.container[i])),
		el('td', {class: 'flags'}, raw.flags[rows.flags[i]].replaceAll('|', ' | ')));
}

function drawClones() {
	const {list, count} = pageOfClones();

	byId('clones').replaceChildren(
		headOf('#Time', 'Caller', 'Way in', '#Child', '#copy_process', 'Nodes', 'Container', 'Flags'),
		el('tbody', {}, ...list.map(cloneRow)));
	const [from, to, all] = [pageFrom + 1, pageFrom + list.length, count].map(each => number.format(each));
	byId('clone-page').textContent = count ? `${from} to ${to} of ${all}` : 'none';
	byId('clone-before').disabled = pageFrom === 0;
	byId('clone-after').disabled = pageFrom + PAGE >= count;
}

function turnPage(by) {
	pageFrom = Math.max(0, pageFrom + by);
	drawClones();
}

cloneOrder.addEventListener('change', () => turnPage(-pageFrom));
byId('clone-before').addEventListener('click', () => turnPage(-PAGE));
byId('clone-after').addEventListener('click', () => turnPage(PAGE));
views.push(drawRefusals, drawCommands, drawContainers, () => turnPage(-pageFrom));
