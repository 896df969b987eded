/* SPDX-License-Identifier: GPL-2.0 */
/* What is about all of the page: its head, the numbers above, the theme, and the first drawing. */

/* --- the head: of the whole recording, whatever the filter -------------------------------- */

function warn(text) {
	byId('warnings').append(el('p', {class: 'warning'}, el('b', {'aria-hidden': 'true'}, '! '), text));
}

function showWarnings() {
	const {totals, left_out: leftOut, lost} = raw;

	for (const [count, why] of lost)
		if (count)
			warn(`Lost ${number.format(count)}: ${why}.`);
	if (raw.complete === false)
		warn('The recording was not finished: clonescope was ended, or the disk was full. ' +
			'What it had until then is here.');
	if (leftOut.rows)
		warn(`${number.format(leftOut.rows)} of ${number.format(leftOut.rows + rows.count)} clones and ` +
			'calls are not on this page, which would be too large: those that came last. ' +
			'To see others, let clonescope report choose: -n, -x, --min-us.');
	if (leftOut.events)
		warn(`${number.format(leftOut.events)} first runs, execs, exits and changes of namespaces ` +
			'are not on this page.');
	if (totals.incomplete)
		warn(`Of ${number.format(totals.incomplete)} clones a fact could not be learnt; ` +
			'it is shown as ?.');
}

function showSource() {
	const list = byId('source');
	const kernel = raw.kernel[0] ? raw.kernel.join('.') : '';
	const facts = [...raw.info || [['Kernel', kernel]], ['Span', formatTime(spanOfAll.to - spanOfAll.from)]];

	for (const [name, value] of facts)
		if (value)
			list.append(el('div', {}, el('dt', {}, name), el('dd', {}, showHidden(value))));
}

/* --- the numbers: of what is shown -------------------------------------------------------- */

function sumUp() {
	const sum = {made: 0, refused: 0, restarted: 0, compared: 0, differ: 0, times: new Histogram()};

	for (let i = 0; i < rows.count; i++) {
		if (!passes(i))
			continue;
		sum.refused += isRefused(i);
		sum.restarted += rows.error[i] === RESTARTED;
		if (rows.kind[i] !== KIND.CLONE)
			continue;
		sum.made += rows.error[i] === 0;
		sum.compared += rows.verdict[i] !== 0;
		sum.differ += rows.verdict[i] === DISAGREE;
		if (copyBins[i] >= 0 && !rows.error[i])
			sum.times.add(copyBins[i], rows.copy[i]);
	}
	return sum;
}

function tile(title, value, note, kind) {
	return el('div', {class: `tile ${kind || ''}`}, el('dt', {}, title),
		el('dd', {}, value, el('small', {}, note || '')));
}

function drawTiles() {
	const sum = sumUp();
	const time = percent => sum.times.count ? formatTime(sum.times.percentile(percent)) : '–';

	byId('tiles').replaceChildren(
		tile('Made', number.format(sum.made)),
		tile('Refused', number.format(sum.refused),
			sum.restarted ? `and ${number.format(sum.restarted)} restarted` : '', sum.refused ? 'bad' : ''),
		tile('Median', time(50), 'in copy_process()'),
		tile('99 %', time(99), 'are faster'),
		tile('Slowest', sum.times.count ? formatTime(sum.times.most) : '–'),
		tile('Nodes differ', formatShare(sum.differ, sum.compared),
			`${number.format(sum.differ)} clones`),
		tile('Container starts', number.format(starts.filter(startPasses).length)));
}

/* --- the theme ---------------------------------------------------------------------------- */

const theme = byId('theme');
const darkWanted = matchMedia('(prefers-color-scheme: dark)');

/* A browser may forbid a page from disk to remember anything. */
function remembered() {
	try {
		return localStorage.getItem('clonescope-theme');
	} catch {
		return null;
	}
}

function remember(value) {
	try {
		localStorage.setItem('clonescope-theme', value);
	} catch {
		/* then it is chosen again next time */
	}
}

function setTheme() {
	const dark = theme.value === 'dark' || theme.value === 'auto' && darkWanted.matches;

	document.documentElement.dataset.theme = dark ? 'dark' : 'light';
}

function redraw() {
	for (const view of views)
		view();
}

theme.value = ['light', 'dark'].includes(remembered()) ? remembered() : 'auto';
setTheme();
theme.addEventListener('change', () => {
	remember(theme.value);
	setTheme();
	redraw();
});
darkWanted.addEventListener('change', () => {
	setTheme();
	redraw();
});

/* --- the beginning ------------------------------------------------------------------------ */

let redrawing = 0;

window.addEventListener('resize', () => {
	cancelAnimationFrame(redrawing);
	redrawing = requestAnimationFrame(redraw);
});
showWarnings();
showSource();
views.push(drawTiles);
update();
document.documentElement.dataset.ready = 'yes';
