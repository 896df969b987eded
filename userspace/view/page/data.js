/* SPDX-License-Identifier: GPL-2.0 */
/* The records: columns of numbers, decoded once. Row i of every column of `rows` is the same clone. */

const KIND = {CLONE: 1, CALL: 6, START: 7, EXEC: 8, EXIT: 9, NAMESPACES: 10};

/* Nodes that are no number; the same in view/html.h. */
const NODE = {ANY: -1, NONE: -2, SEVERAL: -3, UNKNOWN: -4};

/* enum nodes_verdict */
const DISAGREE = 2;

/* What copy_process() returns when a signal is pending: no refusal, the kernel runs the call again. */
const RESTARTED = 513;

const raw = readData();
const texts = raw.texts.map(showHidden);
const rows = decodeRows(raw.rows);
const events = decodeEvents(raw.events);
const phaseTimes = Float64Array.from(raw.phases);
const tasks = joinTasks(raw.tasks);
raw.rows = raw.phases = null; /* a hundred megabytes that nobody needs again */
const spanOfRows = findSpan([rows.ts]);
const spanOfAll = findSpan([rows.ts, events.ts]); /* lives go on after the last clone */

function readData() {
	const element = document.getElementById('data');
	const data = JSON.parse(element.textContent);

	element.remove();
	return data;
}

/* A name may hold what can't be seen, or what turns the text around it: show that it is there. */
function showHidden(text) {
	return text.replace(
		/[\u0000-\u001f\u007f-\u00a0\u00ad\u061c\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]/g,
		c => '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0'));
}

/* Times come as differences, in ns from the zero of the recording. */
function addUp(differences) {
	const times = new Float64Array(differences.length);
	let now = 0;

	for (let i = 0; i < times.length; i++)
		times[i] = now += differences[i];
	return times;
}

function decodeRows(table) {
	const narrow = name => Int16Array.from(table[name]);
	const wide = name => Int32Array.from(table[name]);

	return {
		count: table.count,
		ts: addUp(table.ts),
		copy: Float64Array.from(table.copy),
		caller: wide('caller'),
		child: wide('child'),
		comm: wide('comm'),
		container: wide('container'),
		flags: wide('flags'),
		refusal: wide('refusal'),
		passed: wide('passed'),
		kind: narrow('kind'),
		error: narrow('error'),
		cpu: narrow('cpu'),
		requested: narrow('requested'),
		task: narrow('task'),
		stack: narrow('stack'),
		first: new Int16Array(table.count).fill(NODE.UNKNOWN),
		via: narrow('via'),
		verdict: narrow('verdict'),
		setns: narrow('setns'),
	};
}

function decodeEvents(table) {
	return {
		count: table.count,
		ts: addUp(table.ts),
		task: Int32Array.from(table.task),
		comm: Int32Array.from(table.comm),
		file: Int32Array.from(table.file),
		value: Int32Array.from(table.value),
		kind: table.kind,
		ready: table.ready,
		setns: table.setns,
	};
}

/*
 * Lists of numbers by owner, without an array for each: those of owner o are order[first[o]] to
 * order[first[o + 1] - 1].
 */
function groupBy(owners, ownerCount) {
	const first = new Int32Array(ownerCount + 2);
	const order = new Int32Array(owners.length);

	for (const owner of owners)
		first[owner + 1]++;
	for (let i = 1; i < first.length; i++)
		first[i] += first[i - 1];
	const next = first.slice();
	for (let i = 0; i < owners.length; i++)
		order[next[owners[i]]++] = i;
	return {first, order};
}

/*
 * Tasks are numbered from 1, and a caller before its child; 0 is nobody. That a task was made by a
 * row, and ended by an event, makes it a bar in time and a node of the tree.
 */
function joinTasks(table) {
	const count = table.count + 1;
	const all = {
		count,
		tid: Int32Array.from([0, ...table.tid]),
		tgid: Int32Array.from([0, ...table.tgid]),
		row: new Int32Array(count).fill(-1),
		parent: new Int32Array(count),
		comm: new Int32Array(count),
		made: new Float64Array(count).fill(NaN),
		end: new Float64Array(count).fill(NaN),
		code: new Int32Array(count),
		children: null,
		events: groupBy(events.task, count),
	};

	for (let i = 0; i < rows.count; i++)
		joinRow(all, i);
	for (let i = 0; i < events.count; i++)
		joinEvent(all, i);
	all.children = groupBy(all.parent, count);
	return all;
}

function joinRow(all, i) {
	const child = rows.child[i], caller = rows.caller[i];

	if (!all.comm[caller])
		all.comm[caller] = rows.comm[i];
	if (!child || rows.kind[i] !== KIND.CLONE)
		return;
	all.row[child] = i;
	all.parent[child] = caller < child ? caller : 0;
	all.made[child] = rows.ts[i];
	if (!all.comm[child])
		all.comm[child] = rows.comm[i];
}

function joinEvent(all, i) {
	const task = events.task[i];

	if (events.comm[i])
		all.comm[task] = events.comm[i];
	if (events.kind[i] === KIND.START && all.row[task] >= 0) {
		rows.first[all.row[task]] = events.value[i];
	} else if (events.kind[i] === KIND.EXIT) {
		all.end[task] = events.ts[i];
		all.code[task] = events.value[i];
	}
}

function findSpan(columns) {
	let from = Infinity, to = -Infinity;

	for (const times of columns) {
		for (const ts of times) {
			from = Math.min(from, ts);
			to = Math.max(to, ts);
		}
	}
	if (from === Infinity)
		return {from: 0, to: 1e6};
	return {from, to: Math.max(to, from + 1e3)};
}

function childrenOf(task) {
	return tasks.children.order.subarray(tasks.children.first[task], tasks.children.first[task + 1]);
}

function eventsOf(task) {
	return tasks.events.order.subarray(tasks.events.first[task], tasks.events.first[task + 1]);
}

function isThread(task) {
	return tasks.tid[task] !== tasks.tgid[task];
}

/* When it was made, or else when it was first seen; NaN: never. */
function beginOf(task) {
	if (!isNaN(tasks.made[task]))
		return tasks.made[task];
	const list = eventsOf(task);
	return list.length ? Math.min(spanOfAll.from, events.ts[list[0]]) : spanOfAll.from;
}

/* Where no end was seen, the end of all. */
function endOf(task) {
	return isNaN(tasks.end[task]) ? spanOfAll.to : tasks.end[task];
}

function nameOf(task) {
	return texts[tasks.comm[task]] || '?';
}

/* "exit 1", "killed by signal 9"; as wait(2) tells it. */
function describeCode(code) {
	if (code & 0x7f)
		return `killed by signal ${code & 0x7f}`;
	return `exit ${code >> 8 & 0xff}`;
}

function isRefused(i) {
	return rows.error[i] !== 0 && rows.error[i] !== RESTARTED;
}

function errnoName(error) {
	return raw.errnos[error] || (error ? String(error) : '');
}

/* "fork", "clone3"; of what is no clone, the call that it was. */
function wayIn(i) {
	if (rows.kind[i] === KIND.NAMESPACES)
		return rows.setns[i] ? 'setns' : 'unshare';
	return raw.vias[rows.via[i]] || '?';
}

/* "docker 0123456789ab": of sixty-four digits twelve tell one from another. */
function containerName(number) {
	return number ? texts[number].replace(/\b([0-9a-f]{12})[0-9a-f]{52}\b/, '$1') : 'not known';
}
