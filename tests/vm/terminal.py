# SPDX-License-Identifier: GPL-2.0
"""A terminal of a size, in tmux, with a shell in it: keys go in, what is to be seen comes out; and a plain one."""
import os
import pty
import subprocess
import tempfile
import time

from case import wait_until

# Of the shell, so that it is known when a command has ended.
PROMPT = "ready>"


def at_terminal(*command):
    """Runs it to its end; its status, and all that it wrote."""
    pid, fd = pty.fork()
    if not pid:
        os.environ.update(TERM="xterm-256color", LINES="24", COLUMNS="80")
        os.execv(command[0], command)
    written = b""
    try:
        while part := os.read(fd, 65536):
            written += part
    except OSError:  # nobody is there any more
        pass
    os.close(fd)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return status, written.decode(errors="replace").replace("\r\n", "\n")


class Terminal:
    running = []

    def __init__(self, width=80, height=24, kind="tmux-256color", **environment):
        self.folder = tempfile.TemporaryDirectory(prefix="tmux.")
        self.socket = os.path.join(self.folder.name, "socket")
        self.running.append(self)
        config = os.path.join(self.folder.name, "config")
        with open(config, "w") as file:
            file.write(f"set -g default-terminal {kind}\nset -g status off\n"
                       "set -sg escape-time 0\n")
        shell = ["env", "-u", "NO_COLOR", f"PS1={PROMPT}", "HISTFILE=", "LC_ALL=C.UTF-8",
                 *(f"{name}={value}" for name, value in environment.items()),
                 "bash", "--norc", "--noprofile"]
        self.tmux("-f", config, "new-session", "-d", "-x", str(width), "-y", str(height), *shell)
        self.wait(lambda text: text.startswith(PROMPT), "the shell")

    def tmux(self, *arguments):
        return subprocess.run(["tmux", "-u", "-S", self.socket, *arguments], check=True,
                              stdout=subprocess.PIPE, text=True).stdout

    def text(self):
        """The lines that are to be seen, without the blanks at their ends."""
        return self.tmux("capture-pane", "-p").rstrip("\n")

    def colors(self):
        """The same with the escape sequences that colour it."""
        return self.tmux("capture-pane", "-p", "-e").rstrip("\n")

    def lines(self):
        return self.text().split("\n")

    def format(self, what):
        """What tmux knows of the pane: "#{cursor_flag}"."""
        return self.tmux("display-message", "-p", what).strip()

    def keys(self, *keys):
        """As tmux names them: "Enter", "Tab", "C-c", or characters."""
        self.tmux("send-keys", *keys)

    def type(self, text):
        self.tmux("send-keys", "-l", text)

    def run(self, command):
        self.type(command)
        self.keys("Enter")

    def resize(self, width, height):
        self.tmux("resize-window", "-x", str(width), "-y", str(height))

    def wait(self, condition, what):
        """Until the text is as it should be; returns it."""
        seen = ""

        def is_met():
            nonlocal seen
            seen = self.text()
            met = condition(seen)
            if not met:  # a look at it costs more than what we look at
                time.sleep(0.1)
            return met

        try:
            wait_until(is_met, what)
        except TimeoutError as error:
            raise TimeoutError(f"{error}; seen: {seen}") from None
        return seen

    def wait_for(self, part):
        return self.wait(lambda text: part in text, repr(part))

    def close(self):
        self.running.remove(self)
        subprocess.run(["tmux", "-S", self.socket, "kill-server"], check=False,
                       stderr=subprocess.DEVNULL)
        self.folder.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
