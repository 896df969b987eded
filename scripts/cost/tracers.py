# SPDX-License-Identifier: GPL-2.0
"""What is measured: clonescope in all its ways, and its peers, which tell of new tasks, too.

A tracer knows its command, when it has attached, and how many records it has seen and lost."""
import json
import os
import re
import select
import shutil
import signal
import subprocess
from dataclasses import dataclass
from typing import Callable

from cost.running import read

# Clonescope's ways to attach.
WAYS = {
    "fentry": ["--backend", "bpf", "--attach", "fentry"],
    "kprobe": ["--backend", "bpf", "--attach", "kprobe"],
    "raw tracepoint": ["--backend", "bpf", "--attach", "tracepoint"],
    "module": ["--backend", "module"],
}

TRACING = "/sys/kernel/tracing"


@dataclass
class Tracer:
    """In its command, {folder} is a folder of its own, {output} where it is to print, {workload}
    the processes that make the children, with commas, {idle} one that makes none."""

    name: str
    command: list
    ready: Callable  # of a Running: has it attached?
    count: Callable  # of a Running that has ended: (records seen, lost), None where it doesn't tell
    output: str = "/dev/null"  # or a file in {folder}
    # Counting what it prints takes a second run, with its output kept; the first is measured.
    count_output: bool = False
    stop_signal: int = signal.SIGINT
    package: str = None  # that has it, for one that isn't there
    ready_every_s: float = 0.01
    fifos: tuple = ()  # to be made in {folder}

    def is_installed(self):
        return shutil.which(self.command[0]) is not None


# --- clonescope -------------------------------------------------------------------------------------


def has_said_tracing(running):
    return "clonescope: tracing" in running.said()


def count_totals(running):
    """From the totals at its end: on standard error, or where stat prints them."""
    for text in (running.said(), running.printed()):
        total = re.search(r"^(\d+) clones?:", text, re.MULTILINE)
        lost = re.search(r"(\d+) LOST|nothing lost", text)
        if total and lost:
            return int(total[1]), int(lost[1] or 0)
    raise RuntimeError(f"no totals: {text[-500:]}")


def clonescope(build, name, arguments, output="/dev/null"):
    return Tracer(name, [f"{build}/clonescope", *arguments], has_said_tracing, count_totals, output,
                  stop_signal=signal.SIGTERM)


# --- peers ------------------------------------------------------------------------------------------

BPFTRACE_TRACEPOINT = """
tracepoint:task:task_newtask {
	printf("%d %s %d %x\\n", pid, comm, args->pid, args->clone_flags);
}"""

BPFTRACE_COUNT = "tracepoint:task:task_newtask { @[comm, args->clone_flags] = count(); }"

BPFTRACE_KPROBES = """
kprobe:copy_process {
	@flags[tid] = ((struct kernel_clone_args *)arg3)->flags;
	@begin[tid] = nsecs;
}
kretprobe:copy_process /@begin[tid]/ {
	printf("%d %s %d %x %d\\n", pid, comm, ((struct task_struct *)retval)->pid, @flags[tid],
	       nsecs - @begin[tid]);
	delete(@flags[tid]);
	delete(@begin[tid]);
}"""


def is_program_attached(programs):
    """Asks the kernel which BPF programs a process has on perf events: tracepoints and kprobes."""
    def ready(running):
        shown = subprocess.run(["bpftool", "--json", "perf", "show"], stdout=subprocess.PIPE)
        return sum(each["pid"] == running.pid
                   for each in json.loads(shown.stdout or "[]")) == programs
    return ready


def listens_to_connector(running):
    """A socket of the netlink family for process events (11) has joined their group."""
    for line in read("/proc/net/netlink").splitlines()[1:]:
        _, family, pid, groups = line.split()[:4]
        if family == "11" and int(pid) == running.pid and int(groups, 16):
            return True
    return False


def perf_answers(running):
    """perf answers a ping on its control fifo in the loop that it enters with its events on."""
    paths = [running.path(name) for name in ("control", "ack")]
    control, ack = [os.open(path, os.O_RDWR | os.O_NONBLOCK) for path in paths]
    try:
        os.write(control, b"ping\n")
        return bool(select.select([ack], [], [], 1)[0])
    finally:
        os.close(control)
        os.close(ack)


def tracepoint_is_on(_):
    return (read(f"{TRACING}/events/task/task_newtask/enable") == "1\n" and
            read(f"{TRACING}/tracing_on") == "1\n")


def has_followed(running):
    return "attached" in running.said()


def lines_like(pattern, lost=None):
    """Counts what was printed; lost: a pattern whose group is a count of losses."""
    def count(running):
        text = running.printed()
        seen = len(re.findall(pattern, text, re.MULTILINE))
        return seen, lost and sum(map(int, re.findall(lost, text + running.said())))
    return count


def count_counts(running):
    return sum(map(int, re.findall(r"\]: (\d+)$", running.printed(), re.MULTILINE))), None


def output_of(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace", check=True).stdout


def count_perf(running):
    text = output_of("perf", "script", "-i", running.path("data"), "--show-lost-events")
    return (len(re.findall(r" task:task_newtask: ", text)),
            sum(map(int, re.findall(r"PERF_RECORD_LOST.* lost (\d+)", text))))


def count_trace_cmd(running):
    text = output_of("trace-cmd", "report", "-i", running.path("data"))
    return (len(re.findall(r": task_newtask: ", text)),
            sum(map(int, re.findall(r"\[(\d+) EVENTS DROPPED\]", text))))


def peers():
    """Those that take long to start print into a file at once, the others when they are counted."""
    bpftrace = dict(output="printed", package="bpftrace", ready_every_s=0.1)
    lost_events = r"Lost (\d+) events"
    return [
        # A child that has ended before forkstat looked at /proc has no name.
        Tracer("forkstat", ["forkstat", "-e", "fork,clone"], listens_to_connector,
               lines_like(r" (?:fork|clone) +\d+ child +(?!<unknown>)\S"), count_output=True,
               package="forkstat"),
        Tracer("bpftrace, task_newtask", ["bpftrace", "-e", BPFTRACE_TRACEPOINT],
               is_program_attached(1), lines_like(r"^\d+ .+ \d+ [0-9a-f]+$", lost_events),
               **bpftrace),
        Tracer("bpftrace, task_newtask, counted", ["bpftrace", "-e", BPFTRACE_COUNT],
               is_program_attached(1), count_counts, **bpftrace),
        Tracer("bpftrace, kprobes", ["bpftrace", "-e", BPFTRACE_KPROBES], is_program_attached(2),
               lines_like(r"^\d+ .+ \d+ [0-9a-f]+ \d+$", lost_events), **bpftrace),
        Tracer("perf record, task_newtask",
               ["perf", "record", "-q", "-a", "-e", "task:task_newtask", "-o", "{folder}/data",
                "--control", "fifo:{folder}/control,{folder}/ack"],
               perf_answers, count_perf, package="linux-perf", fifos=("control", "ack")),
        Tracer("trace-cmd record, task_newtask",
               ["trace-cmd", "record", "-e", "task:task_newtask", "-o", "{folder}/data"],
               tracepoint_is_on, count_trace_cmd, package="trace-cmd"),
        Tracer("strace -f", ["strace", "-f", "-o", "{output}", "-p", "{workload},{idle}"],
               has_followed, lines_like(r"(?:fork|clone3?)(?:\(| resumed>).* = \d+$"),
               count_output=True, package="strace"),
        Tracer("execsnoop-bpfcc", ["execsnoop-bpfcc"], is_program_attached(2),
               lines_like(r"^.{16} +\d+ +\d+ +-?\d+ "), output="printed",
               package="bpfcc-tools", ready_every_s=0.1),
    ]
