/* SPDX-License-Identifier: GPL-2.0 */
/* The node heat map: where a clone was asked for, and where it came to lie. */

/* A machine may have a thousand nodes; a table of so many squared is no picture. */
const NODES_SHOWN = 48;

const nodeRow = byId('node-row');
const nodeColumn = byId('node-column');

/* The nodes that any clone has there, whatever the filter: so that the map keeps its shape. */
function nodesOf(column) {
	const counts = countBy(rows[column].filter((_, i) => rows.kind[i] === KIND.CLONE));
	const shown = counts.slice(0, NODES_SHOWN).map(([node]) => node);

	/* Nodes by number; what is none comes last. */
	shown.sort((a, b) => (a < 0) - (b < 0) || (a < 0 ? b - a : a - b));
	return {shown, left: counts.length - shown.length};
}

function countCells(row, column) {
	const cells = new Map();
	const sum = {all: 0, compared: 0, differ: 0, most: 0};

	for (let i = 0; i < rows.count; i++) {
		if (rows.kind[i] !== KIND.CLONE || !passes(i, FAILS.CELL))
			continue;
		const one = rows[row][i], other = rows[column][i];
		const key = `${one} ${other}`;
		const count = (cells.get(key) || 0) + 1;

		cells.set(key, count);
		sum.all++;
		sum.most = Math.max(sum.most, count);
		if (one >= 0 && (other >= 0 || other === NODE.SEVERAL)) {
			sum.compared++;
			sum.differ += one !== other;
		}
	}
	return {cells, sum};
}

function isCell(cell) {
	return filter.cell !== null && Object.keys(cell).every(key => filter.cell[key] === cell[key]);
}

function drawCell(cell, count, sum) {
	const {rowNode, columnNode} = cell;
	const known = rowNode >= 0 && (columnNode >= 0 || columnNode === NODE.SEVERAL);
	const kind = !known ? 'unknown' : rowNode === columnNode ? 'same' : 'other';
	/* The root lets what is rare be seen beside what is frequent. */
	const heat = sum.most ? Math.sqrt(count / sum.most) : 0;

	if (!count)
		return el('td', {class: `cell ${kind}`}, el('span', {class: 'nothing'}, '0'));
	const button = el('button', {
		type: 'button',
		'aria-pressed': String(isCell(cell)),
		'aria-label': `${cellWords[cell.row]} ${nodeName(rowNode)}, ${cellWords[cell.column]} ` +
			`${nodeName(columnNode)}: ${number.format(count)} clones, ${formatShare(count, sum.all)}`,
		onclick: () => {
			setFilter({cell: isCell(cell) ? null : cell});
			nodeFocus = `${rowNode} ${columnNode}`;
		},
	}, el('b', {}, number.format(count)), el('small', {}, formatShare(count, sum.all)));

	button.style.setProperty('--heat', (18 + 82 * heat).toFixed(1) + '%');
	return el('td', {class: `cell ${kind}`, 'data-cell': `${rowNode} ${columnNode}`}, button);
}

let nodeFocus = null; /* the cell whose button is to have the focus when all are made anew */

function drawNodes() {
	const row = nodeRow.value, column = nodeColumn.value;
	const ofRows = nodesOf(row), ofColumns = nodesOf(column);
	const {cells, sum} = countCells(row, column);
	const corner = `${cellWords[row]} ↓ ${cellWords[column]} →`;
	const head = el('tr', {}, el('th', {scope: 'col', class: 'corner'}, corner),
		...ofColumns.shown.map(node => el('th', {scope: 'col'}, nodeName(node))));
	const body = ofRows.shown.map(rowNode => el('tr', {}, el('th', {scope: 'row'}, nodeName(rowNode)),
		...ofColumns.shown.map(columnNode => drawCell({row, column, rowNode, columnNode},
			cells.get(`${rowNode} ${columnNode}`) || 0, sum))));

	byId('node-map').replaceChildren(el('thead', {}, head), el('tbody', {}, ...body));
	byId('node-text').textContent = nodeSentence(sum, ofRows.left + ofColumns.left);
	if (nodeFocus)
		document.querySelector(`[data-cell="${nodeFocus}"] button`)?.focus();
	nodeFocus = null;
}

function nodeSentence(sum, left) {
	const rest = left ? ` ${left} nodes with the fewest clones are not in the map.` : '';

	if (!sum.all)
		return 'No clones are shown.';
	if (!sum.compared)
		return `Of no clone both are known.${rest}`;
	return `They differ in ${number.format(sum.differ)} of ${number.format(sum.compared)} clones ` +
		`(${formatShare(sum.differ, sum.compared)}) of which both are known.${rest}`;
}

for (const select of [nodeRow, nodeColumn])
	select.addEventListener('change', () => filter.cell ? setFilter({cell: null}) : drawNodes());
views.push(drawNodes);
