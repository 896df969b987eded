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
SET_TID = re.compile(r"set_tid=\[([\d, ]+)\]")
SIGNAL = re.compile(r"exit_signal=(\d+)")
COMMENT = re.compile(r"/\* (.*?) \*/")

# seen_by: the child's pid in the caller's namespace; child: in strace's, None where it wasn't told.
Clone = collections.namedtuple("Clone", "via flags names exit_signal set_tid error seen_by child")

# strace did not see the end of a call.
UNFINISHED = "?"


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
            if cut := re.match(r"(\w+)\((.*)", pending.pop(tid, "")):
                calls.append((*cut.groups(), "?", UNFINISHED, None))
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
        """What a task became, one after the other, by the names that the kernel has for it."""
        return [file_of(text) for name, text, result, _, _ in self.calls[tid]
                if name in ("execve", "execveat") and result == "0"]

    def namespaces(self, tid):
        """The unshare() and setns() calls of a task: name, flags, errno name or None."""
        return [(name, int(re.search(rf"{NUMBER}", text.split(", ")[-1]).group(), 0), error)
                for name, text, _, error, _ in self.calls[tid] if name in ("unshare", "setns")]


def wait_status(code, killed_by, dumped):
    if code:
        return int(code) << 8
    return signal.Signals[killed_by] | (0x80 if dumped else 0)


def file_of(text):
    """execve("/bin/true", ...), execveat(3, "", ...)"""
    folder, path = text.split('"')[:2]
    if not folder or path.startswith("/"):
        return path
    return os.path.join("/dev/fd", folder.rstrip(", "), path).rstrip("/")


def clone_of(name, text, result, error, translated):
    flags, names, exit_signal = request_of(name, text)
    seen_by = int(result) if result != "?" and not error else None
    child = int(translated) if translated else None
    set_tid = [int(tid) for part in SET_TID.findall(text) for tid in part.split(", ")]
    return Clone(name, flags, names, exit_signal, set_tid, error, seen_by, child)


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


def wrong_child(clone, record):
    if clone.error == UNFINISHED:
        return
    if clone.seen_by is None:
        if not record["error"]:
            yield f"made {record['child_tid']}, and strace says {clone.error}"
        elif clone.error != record["error_name"]:
            yield f"refused with {record['error_name']}, not {clone.error}"
    elif record["error"]:
        yield f"refused with {record['error_name']}, and strace says {clone.seen_by}"
    elif clone.child and clone.child != record["child_tid"]:
        yield f"the child is {record['child_tid']}, not {clone.child}"


def wrong_detail(clone, detail, level):
    """level: of the caller's pid namespace, 0 being the initial one."""
    if not detail:
        yield "no detail"
        return
    if clone.seen_by and detail["pids"][level:level + 1] != [clone.seen_by]:
        yield f"the child is {detail['pids']}, and {clone.seen_by} to its caller at level {level}"
    if detail["set_tid"] != clone.set_tid:
        yield f"set_tid is {detail['set_tid']}, not {clone.set_tid}"


def wrong_clone(clone, record):
    """One clone, as strace and as clonescope have it."""
    if record["via"] != clone.via:
        yield f"by {record['via']}, not {clone.via}"
    if clone.flags is not None:
        if (record["flags"], record["exit_signal"]) != (clone.flags, clone.exit_signal):
            yield (f"flags {record['flags']:#x} and signal {record['exit_signal']}, "
                   f"not {clone.flags:#x} and {clone.exit_signal}")
    names = {"CLONE_" + name for name in record["flag_names"]}
    if clone.names not in (None, names):
        yield f"flags {record['flag_names']}, not {sorted(clone.names)}"
    yield from wrong_child(clone, record)


def levels_of(records):
    """By tid: how deep its pid namespace is, for those that are not in the initial one."""
    return {record["child_tid"]: len(record["detail"]["pids"]) - 1 for record in records
            if record["kind"] == "clone" and record["detail"] and not record["error"]}


def wrong_clones_of(tid, clones, records, levels):
    """Those of one caller."""
    if clones and clones[-1].error == UNFINISHED and len(records) < len(clones):
        clones.pop()  # killed before it began
    if len(clones) != len(records):
        yield f"{tid} made {len(records)} clones, {len(clones)} for strace"
    for number, (clone, record) in enumerate(zip(clones, records), 1):
        wrong = list(wrong_clone(clone, record))
        if record["kind"] == "clone":
            wrong += wrong_detail(clone, record["detail"], levels.get(tid, 0))
        yield from (f"clone {number} of {record['comm']}/{tid}: {each}" for each in wrong)


def wrong_children(strace, records):
    """The tasks that strace saw, except the first one, were all made."""
    children = {record["child_tid"] for record in records if not record["error"]}
    for tid in set(list(strace.calls)[1:]) ^ children:
        yield f"child {tid} is known to {'strace' if tid in strace.calls else 'clonescope'} alone"


def compare(strace, records):
    """
    All complaints, none if both have the same clones, in the same order for each caller.
    records: of the kinds clone, with details, and call; those of tasks that strace does not know
    are left out.
    """
    levels = levels_of(records)
    records = [record for record in records if record["tid"] in strace.calls]
    for tid in strace.calls:
        own = [record for record in records if record["tid"] == tid]
        yield from wrong_clones_of(tid, strace.clones(tid), own, levels)
    yield from wrong_children(strace, records)


def of_kind(records, kind, tid):
    return [record for record in records if record["kind"] == kind and record["tid"] == tid]


def wrong_life_of(tid, strace, records):
    """What became of one task. records: those of its life, of all tasks."""
    files = [record["file"] for record in of_kind(records, "exec", tid)]
    if files != strace.files(tid):
        yield f"{tid} became {files}, not {strace.files(tid)}"
    changes = [("setns" if record["is_setns"] else "unshare", record["flags"],
                record["error_name"]) for record in of_kind(records, "namespaces", tid)]
    if changes != strace.namespaces(tid):
        yield f"{tid} called {changes}, not {strace.namespaces(tid)}"
    ends = [record["code"] for record in of_kind(records, "exit", tid)]
    if ends[-1:] != [strace.ends[tid]]:
        yield f"{tid} ended with {ends}, not {strace.ends[tid]}"


def compare_lives(strace, records):
    """The same for exec, unshare, setns and exit. records: of all kinds."""
    for tid in strace.calls:
        yield from wrong_life_of(tid, strace, records)
        starts = len(of_kind(records, "start", tid))
        if starts != 1:
            yield f"{tid} first ran {starts} times"


def namespaces_at_exec(tid, records):
    """By type: those of a task when it became its last program."""
    namespaces = {}
    for record in records:
        if record["kind"] == "clone" and record["child_tid"] == tid:
            namespaces = dict(record["detail"]["ns"])
        elif record["kind"] == "namespaces" and record["tid"] == tid and not record["error"]:
            changed = {name: inode for name, inode in record["ns"].items()
                       if name not in ("pid", "time")}  # those are its children's
            namespaces.update(changed)
    return namespaces
