// SPDX-License-Identifier: GPL-2.0
/* Forks, holds, releases and waits for the traced command and its descendants. */
#include "cmd/command.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <paths.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd/signals.h"
#include "model/text.h"

/* 127 and 126 as shells have them. @error: an errno. */
static int cannot_run(const char *name, int error)
{
	char quoted[256];

	fprintf(stderr, "clonescope: cannot run %s: %s\n",
		text_quote_word(quoted, sizeof(quoted), name), strerror(error));
	return error == ENOENT ? 127 : 126;
}

/* 0, or why the file at @path can't be executed: an errno. */
static int check_file(const char *path)
{
	struct stat status;

	if (stat(path, &status))
		return errno;
	if (!S_ISREG(status.st_mode))
		return EACCES;
	return faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) ? errno : 0;
}

/* As execvp() goes through PATH: one that may not be executed counts where none may. */
static int check_path(const char *name)
{
	const char *folder = getenv("PATH") ? getenv("PATH") : _PATH_DEFPATH;
	char path[PATH_MAX];
	int found = ENOENT;

	for (size_t length;; folder += length + 1) {
		int error;

		length = strcspn(folder, ":");
		snprintf(path, sizeof(path), "%.*s%s%s", (int)length, folder, length ? "/" : "",
			 name);
		error = check_file(path);
		if (!error)
			return 0;
		if (error == EACCES)
			found = EACCES;
		if (!folder[length])
			return found;
	}
}

int command_check(const char *name)
{
	int error = name[0] ? 0 : ENOENT;

	if (!error)
		error = strchr(name, '/') ? check_file(name) : check_path(name);
	return error ? cannot_run(name, error) : 0;
}

static void leave_terminal(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int fd = STDIN_FILENO; null >= 0 && fd <= STDERR_FILENO; fd++)
		if (isatty(fd))
			dup2(null, fd);
}

/* Wait for the word to go, then become the command. */
static void run_when_released(int gate, char **argv)
{
	char go;

	if (read(gate, &go, 1) != 1)
		_exit(127);
	signals_restore();
	execvp(argv[0], argv);
	_exit(cannot_run(argv[0], errno));
}

/* Children of the program that became us: not ours to wait for. */
static bool has_children(void)
{
	siginfo_t info;

	return !waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT);
}

int command_hold(struct command *command, char **argv, bool off_terminal)
{
	int gate[2];

	memset(command, 0, sizeof(*command));
	command->with_strangers = has_children();
	if (pipe2(gate, O_CLOEXEC))
		return -errno;
	if (!command->with_strangers)
		prctl(PR_SET_CHILD_SUBREAPER, 1);
	command->pid = fork();
	if (command->pid < 0) {
		int error = -errno;

		close(gate[0]);
		close(gate[1]);
		return error;
	}
	if (!command->pid) {
		close(gate[1]);
		if (off_terminal)
			leave_terminal();
		run_when_released(gate[0], argv);
	}
	close(gate[0]);
	command->gate = gate[1];
	return 0;
}

void command_release(struct command *command)
{
	ssize_t written = write(command->gate, "g", 1);

	(void)written; /* a child that is gone already will be reaped */
	close(command->gate);
	command->released = true;
}

void command_reap(struct command *command)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid != command->pid)
			continue;
		command->status = status;
		command->exited = true;
	}
	command->alone = command->with_strangers ? command->exited : pid < 0 && errno == ECHILD;
}

int command_exit_status(const struct command *command)
{
	if (!command->exited)
		return 0;
	if (WIFSIGNALED(command->status))
		return 128 + WTERMSIG(command->status);
	return WEXITSTATUS(command->status);
}

void command_abandon(struct command *command)
{
	close(command->gate);
	waitpid(command->pid, NULL, 0);
}
