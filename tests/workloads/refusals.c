// SPDX-License-Identifier: GPL-2.0
/* Makes the kernel refuse clones by every rule it has, one by one, and writes down its answers. */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "refusals.h"

/* The name of every task that is refused. */
#define COMM "cs-refusals"

/* Under emulation, 32 nested pid namespaces take a while. */
#define MOST_SECONDS 120

static const struct provocation *const themes[] = {
	provocations_args, provocations_flags,	    provocations_users,	  provocations_limits,
	provocations_pids, provocations_namespaces, provocations_cgroups, provocations_calls,
};

#define THEMES (sizeof(themes) / sizeof(themes[0]))

static int provoke(const struct provocation *provocation)
{
	struct ask it = ask_of(provocation);

	return provocation->provoke ? provocation->provoke(provocation) : refuse(provocation, &it);
}

/* All that a provocation has started is in its group, or has become ours to wait for. */
static int end_all(pid_t leader)
{
	int leader_status = -1;
	int status;
	pid_t pid;

	while (waitpid(leader, &leader_status, 0) < 0 && errno == EINTR)
		;
	kill(-leader, SIGKILL);
	while ((pid = waitpid(-1, &status, __WALL)) > 0 || (pid < 0 && errno == EINTR))
		;
	return leader_status;
}

static int run_apart(const struct provocation *provocation)
{
	int status;
	pid_t pid = fork();

	if (pid < 0)
		err(1, "cannot fork");
	if (pid == 0) {
		setpgid(0, 0);
		alarm(MOST_SECONDS);
		_exit(provoke(provocation) ? 1 : 0);
	}
	setpgid(pid, pid);
	status = end_all(pid);
	sysctls_restore();
	cgroups_remove();
	if (status)
		warnx("%s %s: failed, status %#x", provocation->rule, provocation->name, status);
	return status ? -1 : 0;
}

static int run(const struct provocation *provocation)
{
	int kernel = running_kernel();

	if (provocation->since && kernel < provocation->since)
		return skip(provocation, "Linux before %d.%d has no such rule",
			    provocation->since >> 8, provocation->since & 0xff);
	if (provocation->until && kernel > provocation->until)
		return skip(provocation, "Linux after %d.%d has no such rule",
			    provocation->until >> 8, provocation->until & 0xff);
	return run_apart(provocation);
}

/* @only is a list of rules and names, with commas. */
static bool is_wanted(const struct provocation *provocation, const char *only)
{
	char *list = strdup(only), *rest = list, *word;
	bool found = false;

	while ((word = strsep(&rest, ",")))
		found |= !strcmp(word, provocation->rule) || !strcmp(word, provocation->name);
	free(list);
	return found;
}

static int for_each(const char *only, int (*function)(const struct provocation *provocation))
{
	int ret = 0, count = 0;

	for (size_t i = 0; i < THEMES; i++) {
		for (const struct provocation *row = themes[i]; row->rule; row++) {
			if (only && !is_wanted(row, only))
				continue;
			ret |= function(row);
			count++;
		}
	}
	if (!count)
		errx(2, "nothing is named %s (see --list)", only);
	return ret;
}

static int list(const struct provocation *provocation)
{
	printf("%-8s %s\n", provocation->rule, provocation->name);
	return 0;
}

static const char usage[] =
	"Usage: refusals [-o FILE] [--only RULE-OR-NAME,...]\n"
	"       refusals --list\n"
	"Makes clones that the kernel refuses; one JSON object per line says how.\n";

static const struct option long_options[] = {
	{"only", required_argument, NULL, 'n'},
	{"list", no_argument, NULL, 'l'},
	{"help", no_argument, NULL, 'h'},
	{},
};

struct options {
	const char *output;
	const char *only;
	bool list;
};

static struct options read_options(int argc, char **argv)
{
	struct options options = {};
	int option;

	while ((option = getopt_long(argc, argv, "o:h", long_options, NULL)) != -1) {
		switch (option) {
		case 'o':
			options.output = optarg;
			break;
		case 'n':
			options.only = optarg;
			break;
		case 'l':
			options.list = true;
			break;
		default:
			fputs(usage, option == 'h' ? stdout : stderr);
			exit(option == 'h' ? 0 : 2);
		}
	}
	if (optind == argc)
		return options;
	fputs(usage, stderr);
	exit(2);
}

int main(int argc, char **argv)
{
	struct options options = read_options(argc, argv);
	int ret;

	if (options.list)
		return for_each(options.only, list);
	if (geteuid())
		errx(1, "only root can take away what the kernel then refuses");
	prctl(PR_SET_NAME, COMM);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	sysctls_init();
	tell_to(options.output);
	tell_head();
	ret = for_each(options.only, run);
	tell_tail();
	return ret ? 1 : 0;
}
