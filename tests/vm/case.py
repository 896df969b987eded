# SPDX-License-Identifier: GPL-2.0
"""What the guest cases share: verdicts, the reader in the background, the workloads."""
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import traceback

from check_same import in_window

HERE = os.path.dirname(os.path.abspath(__file__))
CLONESCOPE = os.environ["CLONESCOPE"]
MODULE = os.environ["CLONESCOPE_MODULE"]
BACKENDS = ("bpf", "module")

# No wait is longer; TCG on a busy machine is slow.
DEADLINE_S = 120

# A check that finds everything wrong need not say so a hundred times.
MOST_COMPLAINTS = 10


class Skip(Exception):
    """What a check raises when it can't be made here; its text is the reason."""


def check(name, function, *arguments):
    """One verdict: function returns what it complains of, or nothing."""
    try:
        complaints = list(function(*arguments) or [])
    except Skip as reason:
        print(f"SKIP {name}: {reason}")
        return
    except Exception as error:  # the other checks are to run
        traceback.print_exc()
        complaints = [f"{type(error).__name__}: {error}"]
    finally:
        Reader.kill_all()
    complaints = [one_line(complaint) for complaint in complaints]
    for complaint in complaints[:MOST_COMPLAINTS]:
        print(f"{name}: {complaint}", file=sys.stderr)
    if not complaints:
        print(f"PASS {name}")
        return
    more = f" (and {len(complaints) - 3} more)" if len(complaints) > 3 else ""
    print(f"FAIL {name}: {'; '.join(complaints[:3])}{more}")


def one_line(text):
    """Short enough to be read in a list of verdicts."""
    line = " | ".join(str(text).strip().split("\n"))
    return line if len(line) < 400 else line[:400] + " ..."


def wait_until(condition, what, every_s=0.02):
    """Returns the first true answer; to look is to take time, too: every_s."""
    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline:
        answer = condition()
        if answer:
            return answer
        time.sleep(every_s)
    raise TimeoutError(f"waited {DEADLINE_S} s for {what}")


def workload(name):
    return os.path.join(os.environ["CLONESCOPE_WORKLOADS"], name)


def run(*command, **options):
    """Runs a command that must succeed; returns what it printed."""
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=300, **options)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with status {done.returncode}")
    return done.stdout


def capture(*command, **options):
    """Runs a command to its end, whatever that is; stdout and stderr are kept."""
    return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=300, **options)


def start_forks(*arguments, before=()):
    """The workload forks, until its standard input is closed."""
    return subprocess.Popen([*before, workload("forks"), "--until-eof", *arguments],
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def read_file(path):
    with open(path, errors="surrogateescape") as file:
        return file.read()


def write_file(path, text):
    with open(path, "w") as file:
        file.write(text)


def left_behind():
    """Complaints about what is still planted in the kernel."""
    done = subprocess.run([HERE + "/left_behind"], stdout=subprocess.PIPE, text=True)
    return [f"left behind: {done.stdout}"] if done.returncode else []


class Reader:
    """A clonescope that runs in the background and is tracing once this returns."""

    running = []

    def __init__(self, *arguments, subcommand="trace", before=()):
        self.out = tempfile.NamedTemporaryFile(prefix="out.")
        self.err = tempfile.NamedTemporaryFile(prefix="err.")
        self.name = " ".join(arguments)
        command = [*before, CLONESCOPE, subcommand, *arguments]
        self.process = subprocess.Popen(command, stdout=self.out, stderr=self.err)
        self.running.append(self)
        self.is_stopping = False
        wait_until(self._is_tracing, f"{' '.join(command)} to be tracing")

    def _is_tracing(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"status {self.process.returncode}: {self.said()}")
        return "clonescope: tracing" in self.said()

    def said(self):
        return read_file(self.err.name)

    def printed(self):
        return read_file(self.out.name)

    def begin_stop(self, signal_number=signal.SIGTERM):
        """It waits for the kernel then, and others may do so meanwhile."""
        self.process.send_signal(signal_number)
        self.is_stopping = True

    def stop(self, signal_number=signal.SIGTERM):
        """Returns what it printed."""
        if not self.is_stopping:
            self.begin_stop(signal_number)
        status = self.process.wait(DEADLINE_S)
        self.running.remove(self)
        if status:
            raise RuntimeError(f"the reader ended with status {status}: {self.said()}")
        return self.printed()

    def kill(self):
        self.process.kill()
        self.running.remove(self)
        self.process.wait(DEADLINE_S)

    @classmethod
    def kill_all(cls):
        """Those that a check which failed half-way has left."""
        for reader in list(cls.running):
            reader.kill()


class Trace(Reader):
    """The same for trace --json, with records."""

    def __init__(self, *arguments):
        super().__init__("--json", *arguments)

    def records(self):
        """Ends it; what it printed, its last line apart in self.end."""
        return self.take(self.stop())

    def take(self, text):
        records = parse(text)
        self.end = records.pop()
        return records


def parse(text):
    return [json.loads(line) for line in text.splitlines()]


def clones(records):
    return [record for record in records if record["kind"] == "clone"]


class Both:
    """Both backends at once: what they saw from now on until records() is called."""

    def __init__(self, *arguments):
        self.readers = [Trace("--backend", backend, *arguments) for backend in BACKENDS]
        self.begin_ns = boottime_ns()
        self.windows = {}

    @contextlib.contextmanager
    def part(self, name):
        """What happens below the with statement can be told apart: see parts()."""
        begin_ns = boottime_ns()
        yield
        self.windows[name] = (begin_ns, boottime_ns())

    def records(self):
        """A list for each backend."""
        self.windows[None] = (self.begin_ns, boottime_ns())
        return self.parts()[None]

    def parts(self):
        """The same for each part, by its name."""
        every = [clones(reader.records()) for reader in self.readers]
        return {name: [in_window(records, *window) for records in every]
                for name, window in self.windows.items()}


def happened():
    """Clones of the whole machine since its boot."""
    return int(re.search(r"^processes (\d+)", read_file("/proc/stat"), re.M)[1])


def records_lost(end):
    """Of a last line, by cause: where only a fact was lost, the record is there."""
    return {cause: count for cause, count in end["lost"].items()
            if count and cause not in ("fact_missed", "reader_full")}


def boottime_ns():
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)


def cpus_by_node():
    """The first CPU of each node that has one."""
    found = {}
    for node in sorted(os.listdir("/sys/devices/system/node")):
        if node.startswith("node"):
            cpus = read_file(f"/sys/devices/system/node/{node}/cpulist").strip()
            if cpus:
                found[int(node[4:])] = int(cpus.split("-")[0].split(",")[0])
    return found


def nodes_with_memory():
    nodes = set()
    for span in read_file("/sys/devices/system/node/has_memory").strip().split(","):
        first, _, last = span.partition("-")
        nodes.update(range(int(first), int(last or first) + 1))
    return nodes
