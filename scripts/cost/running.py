# SPDX-License-Identifier: GPL-2.0
"""A tracer while it runs: when it has attached, what it takes of CPU and memory, how it ends."""
import contextlib
import functools
import os
import re
import signal
import subprocess
import tempfile
import time

from cost.guest import DEADLINE_S, children


class Running:
    """A tracer that has planted its probes once await_ready() returns.

    It leads a session of its own: whatever becomes of it, leaving the with statement ends it."""

    def __init__(self, tracer, output=None, workload=(), idle=None):
        """It prints to output, or to the tracer's own; workload, idle: what it may be told to trace."""
        self.tracer = tracer
        self.folder = tempfile.TemporaryDirectory(prefix="cost.")
        output = output or tracer.output
        self.output = output if output.startswith("/") else self.path(output)
        self.errors = self.path("stderr")
        for name in tracer.fifos:
            os.mkfifo(self.path(name))
        known = {"{folder}": self.folder.name, "{output}": self.output,
                 "{workload}": ",".join(map(str, workload)), "{idle}": str(idle)}
        self.command = [functools.reduce(lambda text, name: text.replace(name, known[name]), known,
                                         word) for word in tracer.command]
        self.begin = time.monotonic()
        with open(self.output, "w") as out, open(self.errors, "w") as errors:
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=out,
                                            stderr=errors, start_new_session=True)
        self.pid = self.process.pid

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.process.wait()
        self.folder.cleanup()

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def said(self):
        """On standard error."""
        return read(self.errors)

    def printed(self):
        """On standard output, if that is kept."""
        return read(self.output)

    def keeps_records(self):
        return not (self.tracer.count_output and self.output == "/dev/null")

    def await_ready(self):
        """Seconds that it took."""
        while not self.tracer.ready(self):
            if self.process.poll() is not None or time.monotonic() > self.begin + DEADLINE_S:
                raise RuntimeError(f"{' '.join(self.command)}: {self.said() or self.printed()}")
            time.sleep(self.tracer.ready_every_s)
        return time.monotonic() - self.begin

    def processes(self):
        """It, and all that descend from it."""
        found = [self.pid]
        for pid in found:
            found += children(pid)
        return found

    def cpu_ns(self):
        """By the scheduler's clock, of all threads that are there."""
        return sum(int(read(f"/proc/{pid}/task/{task}/schedstat").split()[0])
                   for pid in self.processes() for task in os.listdir(f"/proc/{pid}/task"))

    def peak_kib(self):
        """Resident, the sum over its processes of what each ever had."""
        return sum(int(re.search(r"VmHWM:\s+(\d+)", read(f"/proc/{pid}/status"))[1])
                   for pid in self.processes())

    def stop(self):
        """Seconds that it took, and the CPU seconds of all its life, children included."""
        begin, signal_number = time.monotonic(), self.tracer.stop_signal
        self.process.send_signal(signal_number)
        _, status, usage = os.wait4(self.pid, 0)
        took = time.monotonic() - begin
        self.process.returncode = os.waitstatus_to_exitcode(status)
        if self.process.returncode not in (0, -signal_number, 128 + signal_number):
            raise RuntimeError(f"{' '.join(self.command)} ended with status "
                               f"{self.process.returncode}: {self.said() or self.printed()}")
        return took, usage.ru_utime + usage.ru_stime


def read(path):
    with open(path, errors="replace") as file:
        return file.read()
