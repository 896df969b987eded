/* SPDX-License-Identifier: GPL-2.0 */
/* Elements, numbers and canvases: what all views draw with. */

const number = new Intl.NumberFormat('en');

/* An element with attributes and children. Texts become text nodes: no name can be markup. */
function el(tag, attributes = {}, ...children) {
	const element = document.createElement(tag);

	for (const [name, value] of Object.entries(attributes)) {
		if (name.startsWith('on'))
			element.addEventListener(name.slice(2), value);
		else if (value === true)
			element.setAttribute(name, '');
		else if (value !== false && value !== null && value !== undefined)
			element.setAttribute(name, value);
	}
	element.append(...children);
	return element;
}

function td(...children) {
	return el('td', {}, ...children);
}

function tdNumber(...children) {
	return el('td', {class: 'n'}, ...children);
}

/* For those who have it read to them. */
function unseen(...children) {
	return el('span', {class: 'unseen'}, ...children);
}

/* Headings of columns; those that begin with # are of numbers. */
function headOf(...titles) {
	return el('thead', {}, el('tr', {}, ...titles.map(title => typeof title === 'string'
		? el('th', {scope: 'col', class: title.startsWith('#') ? 'n' : null}, title.replace('#', ''))
		: title)));
}

function byId(id) {
	return document.getElementById(id);
}

const TIME_UNITS = [['s', 1e9], ['ms', 1e6], ['µs', 1e3], ['ns', 1]];

/* "853 ns", "12.3 µs", "4.56 s": three digits. */
function formatTime(ns) {
	if (!(ns >= 0))
		return '?';
	const [unit, size] = TIME_UNITS.find(each => ns >= each[1] * 0.9995) || ['ns', 1];
	const value = ns / size;
	return `${value >= 99.95 || unit === 'ns' ? value.toFixed(0) : value.toPrecision(3)} ${unit}`;
}

/* The same of a round number: "10 µs", not "10.0 µs". */
function formatRound(ns) {
	return formatTime(ns).replace(/\.0+ /, ' ');
}

/* A moment, from the beginning of the recording. */
function formatMoment(ns, step = 1e6) {
	const digits = Math.max(0, Math.min(9, Math.ceil(-Math.log10(step / 1e9) - 1e-9)));

	return `${(ns / 1e9).toFixed(digits)} s`;
}

function formatShare(part, all) {
	if (!all)
		return '–';
	const percent = 100 * part / all;
	return percent > 0 && percent < 0.1 ? '< 0.1 %' : `${percent.toFixed(1)} %`;
}

const NODE_NAMES = {
	[NODE.ANY]: 'any',
	[NODE.NONE]: 'none',
	[NODE.SEVERAL]: 'several',
	[NODE.UNKNOWN]: '?',
};

function nodeName(node) {
	return NODE_NAMES[node] ?? String(node);
}

/* 1, 2 or 5 times a power of ten, so that about @count of them make up @span. */
function niceStep(span, count) {
	const least = Math.max(span, 1e-9) / count;
	const power = 10 ** Math.floor(Math.log10(least));

	return [1, 2, 5, 10].map(n => n * power).find(step => step >= least * 0.999) || 10 * power;
}

function ticks(from, to, count) {
	const step = niceStep(to - from, count);
	const list = [];

	for (let i = Math.ceil(from / step - 1e-9) + 0; i * step <= to + step * 1e-9; i++)
		list.push(i * step);
	return {step, list};
}

/* Colours are the style sheet's, so that a theme is in one place. */
function colour(name) {
	return getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();
}

/* The context of a canvas as large as it is shown, in CSS pixels; null where it is not shown. */
function openCanvas(canvas) {
	const {width, height} = canvas.getBoundingClientRect();
	const ratio = window.devicePixelRatio || 1;
	const context = canvas.getContext('2d');

	if (!width || !height)
		return null;
	canvas.width = Math.round(width * ratio);
	canvas.height = Math.round(height * ratio);
	context.scale(ratio, ratio);
	context.clearRect(0, 0, width, height);
	context.font = '12px system-ui, sans-serif';
	return {context, width, height};
}

/* --- a small box beside the pointer ------------------------------------------------------- */

const tip = byId('tip');

function showTip(event, text) {
	tip.textContent = text;
	tip.hidden = false;
	const x = Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 8);
	const below = event.clientY + 18;
	const y = below + tip.offsetHeight > innerHeight ? event.clientY - tip.offsetHeight - 10 : below;
	tip.style.transform = `translate(${Math.max(4, x)}px, ${y}px)`;
}

function hideTip() {
	tip.hidden = true;
}

/* --- times on a logarithmic scale --------------------------------------------------------- */

/* Forty bins in a decade, from 10 ns to 1000 s: what is read from a bin's middle is 3 % off at most. */
const BINS_PER_DECADE = 40;
const FIRST_DECADE = 1;
const BINS = 11 * BINS_PER_DECADE;

function binOf(ns) {
	const bin = Math.floor((Math.log10(Math.max(ns, 1)) - FIRST_DECADE) * BINS_PER_DECADE);

	return Math.max(0, Math.min(BINS - 1, bin));
}

function binFrom(bin) {
	return 10 ** (bin / BINS_PER_DECADE + FIRST_DECADE);
}

function binsOf(times) {
	const bins = new Int16Array(times.length);

	for (let i = 0; i < times.length; i++)
		bins[i] = times[i] < 0 ? -1 : binOf(times[i]);
	return bins;
}

class Histogram {
	constructor() {
		this.bins = new Uint32Array(BINS);
		this.count = 0;
		this.most = 0;
	}

	add(bin, ns) {
		this.bins[bin]++;
		this.count++;
		if (ns > this.most)
			this.most = ns;
	}

	percentile(percent) {
		let left = Math.max(1, Math.ceil(this.count * percent / 100));

		for (let bin = 0; bin < BINS; bin++) {
			left -= this.bins[bin];
			if (left <= 0)
				return Math.min(this.most, binFrom(bin + 0.5));
		}
		return this.most;
	}
}

/* The whole decades that hold all that was ever added: so that a filter does not move the axis. */
function decadesOf(histograms) {
	let first = BINS, last = 0;

	for (const histogram of histograms) {
		for (let bin = 0; bin < BINS; bin++) {
			if (!histogram.bins[bin])
				continue;
			first = Math.min(first, bin);
			last = Math.max(last, bin);
		}
	}
	if (first > last)
		return {from: 2 * BINS_PER_DECADE, to: 5 * BINS_PER_DECADE};
	return {
		from: Math.floor(first / BINS_PER_DECADE) * BINS_PER_DECADE,
		to: (Math.floor(last / BINS_PER_DECADE) + 1) * BINS_PER_DECADE,
	};
}
