# SPDX-License-Identifier: GPL-2.0
"""What measurements in a guest share: the way in, the workload and its clock, tables for docs/."""
import contextlib
import ctypes
import functools
import json
import os
import shutil
import signal
import subprocess
import sys
import time

SCRIPTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.path.join(os.path.dirname(SCRIPTS), "build")

# Before each run, so that caches of the kernel are as they will be.
WARM_UP = 100

# No wait is longer; in a guest that counts instructions this is CPU time, not time on a clock.
DEADLINE_S = 300


def need_built(build, *names, module_for=None):
    """Ends the script, and says what to do, where one of these files is not there; of a kernel, the module."""
    if module_for:
        release = subprocess.run([f"{SCRIPTS}/kernel", "path", module_for, "release"], check=True,
                                 stdout=subprocess.PIPE, text=True).stdout.strip()
        names += (f"module/{release}/clonescope.ko",)
    for name in names:
        if not os.path.exists(f"{build}/{name}"):
            headers = f" KDIR=$(scripts/kernel path {module_for} headers)" if module_for else ""
            sys.exit(f"{sys.argv[0]}: {build}/{name} is missing: "
                     f"make reader workloads{' module' + headers if module_for else ''}")


class GuestLines:
    """Runs the calling script again, with --in-guest, in a guest: what it prints, an object a line.

    vm_options None: here, in no guest. One that fails ends the lines, and so does ^C; status is not 0
    then. It outlives neither the lines nor this process, even if that is killed with -9."""

    status = None
    interrupted = False

    def __init__(self, vm_options, *arguments):
        guest = [] if vm_options is None else [f"{SCRIPTS}/vm", "--timeout", "0", *vm_options, "--"]
        self.command = ["setpriv", "--pdeathsig", "TERM", *guest, os.path.abspath(sys.argv[0]),
                        "--in-guest", *arguments]

    def __iter__(self):
        with subprocess.Popen(self.command, stdout=subprocess.PIPE, text=True) as guest:
            def on_interrupt(*_):
                self.interrupted = True
                guest.terminate()

            # No exception, which might come anywhere, and more than once: timeout sends two.
            before = signal.signal(signal.SIGINT, on_interrupt)
            try:
                for line in guest.stdout:
                    if line.endswith("\n"):  # the last one of a guest that was killed may not be whole
                        yield json.loads(line)
            finally:
                guest.terminate()
                guest.wait()
                signal.signal(signal.SIGINT, before)
        self.status = guest.returncode
        if self.status and not self.interrupted:
            print(f"{sys.argv[0]}: the guest ended with status {self.status}", file=sys.stderr)


def tell(**what):
    """The guest's side: prints one object."""
    print(json.dumps(what), flush=True)


def wait_until(condition, what, every_s=0.01):
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {DEADLINE_S} s for {what}")
        time.sleep(every_s)


def children(pid):
    """The children of all threads of a process."""
    found = []
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children") as file:
                found += map(int, file.read().split())
    return found


def clones_ever():
    """How many tasks this kernel has made."""
    with open("/proc/stat") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("processes "))


def lay_out_alike():
    """Where its memory lies decides how many page tables a fork copies: always in the same place."""
    addr_no_randomize = 0x0040000  # linux/personality.h
    ctypes.CDLL(None).personality(addr_no_randomize)


class Forks:
    """The workload (tests/workloads/forks.c), that begins when run() is called."""

    def __init__(self, build, clones, *way, warm_up=WARM_UP):
        self.clones = clones + warm_up
        self.process = subprocess.Popen(
            [in_memory(f"{build}/tests/forks"), str(clones), "--gate", "--time",
             "--warm-up", str(warm_up), *way],
            preexec_fn=lay_out_alike,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        wait_until(lambda: children(self.process.pid), "the workload")
        self.pid = children(self.process.pid)[0]

    def end(self):
        """For one that was not to run."""
        self.process.kill()
        self.process.wait()

    def run(self):
        """Guest instructions (nanoseconds) for one clone."""
        said = self.process.communicate()[0]
        if self.process.returncode:
            raise RuntimeError(f"the workload has failed: {said}")
        return int(said.split(",")[1].split()[0])


@functools.cache
def in_memory(program):
    """A copy of a program, where execve() asks nobody outside the guest."""
    return shutil.copy(program, "/dev/shm")


def forks(build, clones, **options):
    return Forks(build, clones, **options).run()


def print_table(head, rows):
    print("| " + " | ".join(head) + " |")
    print("|" + "---|" + "--:|" * (len(head) - 1))
    for row in rows:
        print("| " + " | ".join(row) + " |")
    print(flush=True)
