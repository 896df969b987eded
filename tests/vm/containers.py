# SPDX-License-Identifier: GPL-2.0
"""Real programs that make children: a root file system for containers, and how each is started."""
import errno
import json
import os
import re
import shutil
import subprocess
import sys
import time

from case import BACKENDS, CLONESCOPE, read_file, run, wait_until, workload, write_file

# Below the case's own folder.
FOLDER = os.path.abspath("containers")
ROOT = FOLDER + "/root"
CGROUPS = "/sys/fs/cgroup"

# What runs in a container. One program, no shell: every clone is the tool's own.
INSIDE = ("ls", "-l", "/proc/self/ns")

APPLETS = ("ls", "sh", "sleep", "true")
NAMES = {"passwd": "root:x:0:0:root:/root:/bin/sh\n", "group": "root:x:0:\n",
         "os-release": "ID=container\n"}

LXC = f"""
lxc.rootfs.path = dir:{ROOT}
lxc.uts.name = box
lxc.net.0.type = empty
lxc.apparmor.profile = unconfined
lxc.mount.auto = proc:mixed
"""

PODMAN = ("podman", "--root", FOLDER + "/podman", "--runroot", FOLDER + "/podman.run",
          "--cgroup-manager=cgroupfs", "--events-backend=none", "--storage-driver=vfs")

BWRAP = ("bwrap", "--bind", ROOT, "/", "--proc", "/proc", "--dev", "/dev")


def make_root():
    """A root file system with busybox, which is static, and nothing else."""
    for folder in "bin dev etc proc root run sys tmp usr var".split():
        os.makedirs(f"{ROOT}/{folder}")
    shutil.copy(shutil.which("busybox"), ROOT + "/bin/busybox")
    for applet in APPLETS:
        os.symlink("busybox", f"{ROOT}/bin/{applet}")
    for name, text in NAMES.items():
        write_file(f"{ROOT}/etc/{name}", text)
    write_file(FOLDER + "/lxc.conf", LXC)
    os.mkdir(FOLDER + "/lxc")


def make_bundle(name, change=None):
    """A bundle for runc and crun. change(config) may alter what it asks for. Returns its path."""
    path = f"{FOLDER}/{name}"
    os.mkdir(path)
    run("runc", "spec", "--bundle", path)
    config = json.loads(read_file(path + "/config.json"))
    config["process"].update(terminal=False, args=list(INSIDE))
    config["root"] = {"path": ROOT}
    config["linux"]["cgroupsPath"] = "/cs-" + name
    if change:
        change(config)
    write_file(path + "/config.json", json.dumps(config))
    return path


def oci(tool, bundle, *options):
    """How runc and crun are started."""
    return (tool, "--root", f"{FOLDER}/{tool}.state", *options, "run", "--bundle", bundle,
            os.path.basename(bundle))


def lxc(*options):
    return ("lxc-execute", "--lxcpath", FOLDER + "/lxc", "--name", "box", "--rcfile",
            FOLDER + "/lxc.conf", *options, "--", *INSIDE)


def nspawn(*options):
    return ("systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--private-network",
            "--pipe", "--directory", ROOT, *options, *INSIDE)


def podman(runtime):
    return (*PODMAN, "--runtime", runtime, "run", "--rm", "--network=none", "--rootfs", ROOT,
            *INSIDE)


def containers():
    """By name: what starts a container in which INSIDE runs."""
    return {
        "runc": oci("runc", make_bundle("runc")),
        "crun": oci("crun", make_bundle("crun")),
        "lxc": lxc(),
        "nspawn": nspawn(),
        "bwrap": (*BWRAP, "--unshare-all", *INSIDE),
        "unshare": ("unshare", "-mupinCTUrf", "--mount-proc", *INSIDE),
        "podman": podman("crun"),
    }


def others():
    """By name: programs whose children are made in a way of their own."""
    return {
        "node": ("node", "-e", "require('child_process').execFileSync('/bin/true')"),
        "python": ("/usr/bin/python3", "-c", "import subprocess; subprocess.run(['/bin/true'])"),
        "starts": (workload("starts"),),
    }


def with_limit(name, value, command):
    """The command while one of the limits of /proc/sys/user is another."""
    path = "/proc/sys/user/" + name
    script = (f'echo {value} >{path}; "$@"; status=$?; echo {read_file(path).strip()} >{path}; '
              'exit $status')
    return ("sh", "-c", script, "sh", *command)


def start(command):
    """One command to its end."""
    begin = time.monotonic()
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True) as process:
        said, _ = process.communicate(timeout=300)
    return {"pid": process.pid, "status": process.returncode, "said": said,
            "seconds": time.monotonic() - begin}


def trace(commands, *options):
    """
    Starts all commands, one after the other. Each backend follows the next one's reader, the last
    one follows the starts. Returns what start() tells, by the commands' names, and what each reader
    printed, by backend. What it summed up at the end is in <backend>.err.
    """
    # See lines_about(): numbers must not begin anew meanwhile.
    write_file("/proc/sys/kernel/pid_max", "4194304")
    write_file("commands", json.dumps(commands))
    command = [sys.executable, os.path.abspath(__file__)]
    for backend in BACKENDS:
        reader = (f'exec {CLONESCOPE} trace {" ".join(options)} --backend {backend} -- "$@" '
                  f'>{backend}.out 2>{backend}.err')
        command = ["sh", "-c", reader, "sh", *command]
    run(*command)
    starts = json.loads(read_file("starts"))
    for name, started in starts.items():
        print(f"{name}: status {started['status']} after {started['seconds']:.1f} s",
              file=sys.stderr)
    return starts, {backend: read_file(backend + ".out") for backend in BACKENDS}


def story(backend):
    """What a reader of trace() told at its end, after the totals."""
    text = read_file(backend + ".err")
    print(text, file=sys.stderr)
    return re.split(r"\n\d+ clones?: ", text)[-1]


def lines_about(text, starts, name):
    """
    What a reader's table says of one start, with the lines below the records'. Tasks are told apart
    by their tids, which are given out in order.
    """
    first = starts[name]["pid"]
    later = [started["pid"] for started in starts.values() if started["pid"] > first]
    about = False
    for line in text.splitlines():
        if record := re.match(r"\s*\d+\.\d+ \S+\s+(\d+) ", line):
            about = first <= int(record.group(1)) < min(later, default=sys.maxsize)
        if about:
            yield line


class Cgroups:
    """Removes what the tools have left below the root of cgroup2."""

    def __init__(self):
        self.before = set(self._all())

    @staticmethod
    def _all():
        return [path for path, _, _ in os.walk(CGROUPS, topdown=False)]

    def clean_up(self):
        for path in self._all():
            if path not in self.before:
                wait_until(lambda: self._is_removed(path), f"{path} to be empty")

    @staticmethod
    def _is_removed(path):
        """What a tool left in the background may still be about to end, or to remove it itself."""
        try:
            os.rmdir(path)
        except FileNotFoundError:
            return True
        except OSError as error:
            if error.errno != errno.EBUSY:
                raise
            return False
        return True


def main():
    """The command that trace() has traced."""
    commands = json.loads(read_file("commands"))
    write_file("starts", json.dumps({name: start(command) for name, command in commands.items()}))


if __name__ == "__main__":
    main()
