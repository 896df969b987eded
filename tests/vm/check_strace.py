# SPDX-License-Identifier: GPL-2.0
"""Compares the records of trace --json with what strace -f wrote of the same run."""
import collections
import os
import re
import signal

CALLS = "clone,clone3,fork,vfork,unshare,setns,execve,execveat"
CLONES = ("clone", "clone3", "fork", "vfork")

# Numbers with their names; pids of other namespaces with the number strace knows them by.
STRACE = ("strace", "-f", "-X", "verbose", "--pidns-translation", "-e", "signal=none", "-e",
          "trace=" + CALLS, "-o")

CSIGNAL = 0xff
FIXED = {"fork": (0, set(), 17), "vfork": (0x4100, {"CLONE_VM", "CLONE_VFORK"}, 17)}

LINE = re.compile(r"(\d+)\s+(.*)")
CHANGED = re.compile(r"(.*)<pid changed to (\d+) \.\.\.>")
ENDED = re.compile(r"\+\+\+ (?:exited with (\d+)|killed by (SIG\w+)( \(core dumped\))?) \+\+\+")
RESUMED = re.compile(r"<\.\.\. (\w+) resumed>(.*)")
CALL = re.compile(r"(\w+)\((.*)\)\s+= (-?\d+|\?)(?: (E\w+))?(?:.*?/\* (\d+) in strace's PID NS)?")
NUMBER = r"(?:0x[0-9a-f]+|\d+)"
FLAGS = re.compile(rf"flags=((?:{NUMBER}(?: /\* .*? \*/)?\|?)+)")
SIGNAL = re.compile(r"exit_signal=(\d+)")
COMMENT = re.compile(r"/\* (.*?) \*/")

# seen_by: the child's pid in the caller's namespace; child: in strace's, None where it wasn't told.
Clone = collections.namedtuple("Clone", "via flags names exit_signal error seen_by child")


class Strace:
    """What a file of strace's tells: the tasks in the order they appeared, and their calls."""

    def __init__(self, path):
        self.calls = {}
        self.ends = {}
        pending = {}
        with open(path, errors="surrogateescape") as file:
            for line in file:
                tid, text = LINE.match(line).groups()
                self._take(int(tid), text, pending)

    def _take(self, tid, text, pending):
        calls = self.calls.setdefault(tid, [])
        resumed = RESUMED.match(text)
        if resumed:
            text = pending.pop(tid, "") + resumed.group(2)
        if text.endswith("<unfinished ...>"):
            pending[tid] = text.removesuffix("<unfinished ...>")
        elif changed := CHANGED.match(text):  # a thread's execve() gives it its leader's tid
            pending[int(changed.group(2))] = changed.group(1)
        elif ended := ENDED.match(text):
            self.ends[tid] = wait_status(*ended.groups())
        elif call := CALL.match(text):
            calls.append(call.groups())

    def clones(self, tid):
        return [clone_of(*call) for call in self.calls[tid] if call[0] in CLONES]

    def ran(self, program):
        """The task that became this program."""
        for tid in self.calls:
            if any(os.path.basename(file) == program for file in self.files(tid)):
                return tid
        raise ValueError(f"nobody became {program}")

    def files(self, tid):
        """What a task became, one after the other."""
        return [text.split('"')[1] for name, text, result, _, _ in self.calls[tid]
                if name == "execve" and result == "0"]

    def namespaces(self, tid):
        """The unshare() and setns() calls of a task: name, flags, errno name or None."""
        return [(name, int(re.search(rf"{NUMBER}", text.split(", ")[-1]).group(), 0), error)
                for name, text, _, error, _ in self.calls[tid] if name in ("unshare", "setns")]


def wait_status(code, killed_by, dumped):
    if code:
        return int(code) << 8
    return signal.Signals[killed_by] | (0x80 if dumped else 0)


def clone_of(name, text, result, error, translated):
    flags, names, exit_signal = request_of(name, text)
    seen_by = int(result) if result != "?" and not error else None
    child = int(translated) if translated else None
    return Clone(name, flags, names, exit_signal, error, seen_by, child)


def request_of(name, text):
    """Flags, their names, exit signal."""
    if name in FIXED:
        return FIXED[name]
    shown = FLAGS.search(text)
    if not shown:
        return None, None, None
    total = sum(int(number, 0) for number in re.findall(NUMBER, COMMENT.sub("", shown.group(1))))
    names = {flag for part in COMMENT.findall(shown.group(1)) for flag in part.split("|")}
    names = {flag for flag in names if not flag.startswith("SIG")}
    if name == "clone":
        return total & ~CSIGNAL, names, total & CSIGNAL
    return total, names, int(SIGNAL.search(text).group(1))


def child_pids(record):
    """The child's numbers, its outermost namespace's first."""
    return record.get("child_pids") or [record["child_tid"]]


def wrong_child(clone, record):
    if clone.seen_by is None:
        if not record["error"]:
            yield f"made {record['child_tid']}, and strace says {clone.error}"
        elif clone.error not in (None, record["error_name"]):
            yield f"refused with {record['error_name']}, not {clone.error}"
    elif record["error"]:
        yield f"refused with {record['error_name']}, and strace says {clone.seen_by}"
    elif clone.child and clone.child != record["child_tid"]:
        yield f"the child is {record['child_tid']}, not {clone.child}"
    elif "child_pids" in record and clone.seen_by not in child_pids(record):
        yield f"the child is {child_pids(record)}, and {clone.seen_by} to its caller"


def wrong_clone(clone, record):
    """One clone, as strace and as clonescope have it."""
    if record["via"] != clone.via:
        yield f"by {record['via']}, not {clone.via}"
    if clone.flags is not None:
        if (record["flags"], record["exit_signal"]) != (clone.flags, clone.exit_signal):
            yield (f"flags {record['flags']:#x} and signal {record['exit_signal']}, "
                   f"not {clone.flags:#x} and {clone.exit_signal}")
    if clone.names is not None and {"CLONE_" + name for name in record["flag_names"]} != clone.names:
        yield f"flags {record['flag_names']}, not {sorted(clone.names)}"
    yield from wrong_child(clone, record)


def compare(strace, records):
    """
    All complaints, none if both have the same clones, in the same order for each caller.
    records: of the kinds clone and call, those of other programs among them or not.
    """
    for tid in strace.calls:
        clones = strace.clones(tid)
        own = [record for record in records if record["tid"] == tid]
        if len(clones) != len(own):
            yield f"{tid} made {len(own)} clones, {len(clones)} for strace"
        for number, (clone, record) in enumerate(zip(clones, own), 1):
            for wrong in wrong_clone(clone, record):
                yield f"clone {number} of {record['comm']}/{tid}: {wrong}"
    children = [record["child_tid"] for record in records
                if record["tid"] in strace.calls and not record["error"]]
    for tid in set(list(strace.calls)[1:]) ^ set(children):
        yield f"child {tid} is known to {'strace' if tid in strace.calls else 'clonescope'} alone"
