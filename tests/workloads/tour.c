// SPDX-License-Identifier: GPL-2.0
/* Makes one clone of every kind the kernel knows and writes down what each was. */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <linux/mempolicy.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "numa.h"
#include "tour.h"

#define ALL_NAMESPACES                                                                 \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | \
	 CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWTIME)

/* Threads are waited for by the word that CHILD_CLEARTID clears. */
#define THREAD_FLAGS \
	(CLONE_VM | CLONE_SIGHAND | CLONE_THREAD | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID)

#define STATIC_NODES   MPOL_F_STATIC_NODES
#define RELATIVE_NODES MPOL_F_RELATIVE_NODES

#define FORK(stop, by)                                                           \
	{                                                                        \
		.name = stop, .visit = by, .via = "fork", .exit_signal = SIGCHLD \
	}
#define CLONE(stop, what)                                                         \
	{                                                                         \
		.name = stop, .visit = visit_call, .via = "clone", .flags = what, \
		.exit_signal = SIGCHLD                                            \
	}
#define CLONE3(stop, what)                                                         \
	{                                                                          \
		.name = stop, .visit = visit_call, .via = "clone3", .flags = what, \
		.exit_signal = SIGCHLD                                             \
	}
#define THREAD(stop, call, what)                                                             \
	{                                                                                    \
		.name = stop, .visit = visit_call, .via = call, .flags = THREAD_FLAGS | what \
	}
#define NAMESPACE(kind, what)                                                          \
	{                                                                              \
		.name = "clone3-new-" kind, .visit = visit_namespace, .via = "clone3", \
		.flags = what, .exit_signal = SIGCHLD, .ns = kind                      \
	}
#define SIGNAL(stop, call, number)                                                    \
	{                                                                             \
		.name = stop, .visit = visit_call, .via = call, .exit_signal = number \
	}
#define POLICY(stop, how)                                                                   \
	{                                                                                   \
		.name = stop, .visit = visit_policy, .via = "fork", .exit_signal = SIGCHLD, \
		.mode = how                                                                 \
	}
#define MAPPINGS(stop, count, how)                                                          \
	{                                                                                   \
		.name = stop, .visit = visit_policy, .via = "fork", .exit_signal = SIGCHLD, \
		.mode = how, .vmas = count                                                  \
	}
#define REFUSED(stop, by, call, what, why)                                                     \
	{                                                                                      \
		.name = stop, .visit = by, .via = call, .flags = what, .exit_signal = SIGCHLD, \
		.error = why                                                                   \
	}
#define EARLY(stop, what)                                                          \
	{                                                                          \
		.name = stop, .visit = visit_call, .via = "clone3", .flags = what, \
		.exit_signal = SIGCHLD, .error = EINVAL, .early = true             \
	}

/* clang-format off */
static const struct stop stops[] = {
	/* Each call. */
	{ .name = "glibc-fork", .visit = visit_glibc_fork, .via = "clone",
	  .flags = GLIBC_FORK_FLAGS, .exit_signal = SIGCHLD },
	FORK("fork", visit_call),
	{ .name = "vfork", .visit = visit_call, .via = "vfork",
	  .flags = CLONE_VM | CLONE_VFORK, .exit_signal = SIGCHLD },
	{ .name = "posix-spawn", .visit = visit_spawn },
	{ .name = "pthread", .visit = visit_pthread, .via = "clone3" },

	/* clone(2), flag by flag. */
	CLONE("clone", 0),
	CLONE("clone-vm", CLONE_VM),
	CLONE("clone-vm-sighand", CLONE_VM | CLONE_SIGHAND),
	CLONE("clone-share-all", CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_SYSVSEM),
	CLONE("clone-fs", CLONE_FS),
	CLONE("clone-files", CLONE_FILES),
	CLONE("clone-io", CLONE_IO),
	CLONE("clone-sysvsem", CLONE_SYSVSEM),
	CLONE("clone-untraced", CLONE_UNTRACED),
	CLONE("clone-ptrace", CLONE_PTRACE),
	CLONE("clone-vfork", CLONE_VFORK),
	CLONE("clone-vfork-vm", CLONE_VFORK | CLONE_VM),
	CLONE("clone-detached", CLONE_DETACHED),
	CLONE("clone-pidfd", CLONE_PIDFD),
	CLONE("clone-tids", CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID),
	CLONE("clone-newns-uts", CLONE_NEWNS | CLONE_NEWUTS),
	CLONE("clone-newpid", CLONE_NEWPID),
	THREAD("clone-thread", "clone", 0),
	THREAD("clone-thread-all", "clone", CLONE_FS | CLONE_FILES | CLONE_SYSVSEM),
	SIGNAL("clone-no-signal", "clone", 0),
	SIGNAL("clone-sigusr1", "clone", SIGUSR1),
	SIGNAL("clone-sigrtmax", "clone", 64),
	{ .name = "clone-parent", .visit = visit_clone_parent, .via = "clone",
	  .flags = CLONE_PARENT, .exit_signal = SIGCHLD },

	/* clone3(2). */
	CLONE3("clone3", 0),
	CLONE3("clone3-vm", CLONE_VM),
	CLONE3("clone3-vfork-vm", CLONE_VFORK | CLONE_VM),
	CLONE3("clone3-clear-sighand", CLONE_CLEAR_SIGHAND),
	CLONE3("clone3-pidfd", CLONE_PIDFD),
	CLONE3("clone3-pidfd-tids", CLONE_PIDFD | CLONE_PARENT_SETTID | CLONE_CHILD_SETTID),
	THREAD("clone3-thread", "clone3", 0),
	SIGNAL("clone3-no-signal", "clone3", 0),
	SIGNAL("clone3-sigusr1", "clone3", SIGUSR1),
	{ .name = "clone3-parent", .visit = visit_clone_parent, .via = "clone3",
	  .flags = CLONE_PARENT },
	{ .name = "clone3-set-tid", .visit = visit_set_tid, .via = "clone3",
	  .exit_signal = SIGCHLD },
	{ .name = "clone3-into-cgroup", .visit = visit_into_cgroup, .via = "clone3",
	  .flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD },

	/* Namespaces. */
	NAMESPACE("mnt", CLONE_NEWNS),
	NAMESPACE("cgroup", CLONE_NEWCGROUP),
	NAMESPACE("uts", CLONE_NEWUTS),
	NAMESPACE("ipc", CLONE_NEWIPC),
	NAMESPACE("user", CLONE_NEWUSER),
	NAMESPACE("pid", CLONE_NEWPID),
	NAMESPACE("net", CLONE_NEWNET),
	NAMESPACE("time", CLONE_NEWTIME),
	{ .name = "clone3-new-all", .visit = visit_namespace, .via = "clone3",
	  .flags = ALL_NAMESPACES, .exit_signal = SIGCHLD, .ns = "time" },

	/* Tasks the kernel makes. */
	{ .name = "umh", .visit = visit_umh },
	{ .name = "kthread", .visit = visit_kthread },
	{ .name = "kthread-nodes", .visit = visit_kthread_nodes },
	{ .name = "io-worker", .visit = visit_io_worker, .via = "io_worker" },
	{ .name = "io-sqpoll", .visit = visit_sqpoll, .via = "io_worker" },
	{ .name = "vhost", .visit = visit_vhost, .via = "vhost" },

	/* Nodes and memory policies. */
	FORK("other-nodes", visit_other_nodes),
	POLICY("mpol-bind", MPOL_BIND),
	POLICY("mpol-bind-static", MPOL_BIND | STATIC_NODES),
	POLICY("mpol-bind-relative", MPOL_BIND | RELATIVE_NODES),
	POLICY("mpol-bind-balancing", MPOL_BIND | MPOL_F_NUMA_BALANCING),
	POLICY("mpol-preferred", MPOL_PREFERRED),
	POLICY("mpol-preferred-static", MPOL_PREFERRED | STATIC_NODES),
	POLICY("mpol-preferred-relative", MPOL_PREFERRED | RELATIVE_NODES),
	POLICY("mpol-interleave", MPOL_INTERLEAVE),
	POLICY("mpol-interleave-static", MPOL_INTERLEAVE | STATIC_NODES),
	POLICY("mpol-interleave-relative", MPOL_INTERLEAVE | RELATIVE_NODES),
	POLICY("mpol-local", MPOL_LOCAL),
	POLICY("mpol-preferred-many", MPOL_PREFERRED_MANY),
	POLICY("mpol-preferred-many-static", MPOL_PREFERRED_MANY | STATIC_NODES),
	POLICY("mpol-preferred-many-relative", MPOL_PREFERRED_MANY | RELATIVE_NODES),
	POLICY("mpol-weighted", MODE_WEIGHTED_INTERLEAVE),
	POLICY("mpol-weighted-static", MODE_WEIGHTED_INTERLEAVE | STATIC_NODES),
	POLICY("mpol-weighted-relative", MODE_WEIGHTED_INTERLEAVE | RELATIVE_NODES),
	{ .name = "mpol-bind-thread", .visit = visit_policy, .via = "clone",
	  .flags = THREAD_FLAGS, .mode = MPOL_BIND },
	MAPPINGS("vma-1", 1, MPOL_DEFAULT),
	MAPPINGS("vma-3", 3, MPOL_DEFAULT),
	MAPPINGS("vma-3-mpol-interleave", 3, MPOL_INTERLEAVE),
	{ .name = "vma-3-shared", .visit = visit_policy, .via = "vfork",
	  .flags = CLONE_VM | CLONE_VFORK, .exit_signal = SIGCHLD, .vmas = 3 },

	/* Refused by copy_process(). */
	REFUSED("einval-thread-alone", visit_call, "clone", CLONE_THREAD, EINVAL),
	REFUSED("einval-sighand-alone", visit_call, "clone", CLONE_SIGHAND, EINVAL),
	REFUSED("einval-newns-fs", visit_call, "clone", CLONE_NEWNS | CLONE_FS, EINVAL),
	REFUSED("einval-newuser-fs", visit_call, "clone3", CLONE_NEWUSER | CLONE_FS, EINVAL),
	REFUSED("einval-newipc-sysvsem", visit_call, "clone3", CLONE_NEWIPC | CLONE_SYSVSEM,
		EINVAL),
	REFUSED("eexist-set-tid", visit_set_tid_in_use, "clone3", 0, EEXIST),
	REFUSED("ebadf-into-cgroup", visit_bad_cgroup, "clone3", CLONE_INTO_CGROUP, EBADF),
	REFUSED("eperm-newns", visit_as_user, "clone3", CLONE_NEWNS, EPERM),
	REFUSED("eperm-settls", visit_bad_tls, "clone3", CLONE_SETTLS, EPERM),
	REFUSED("eagain-nproc", visit_no_processes_left, "clone", 0, EAGAIN),
	REFUSED("eagain-deadline", visit_deadline, "fork", 0, EAGAIN),
	REFUSED("eagain-pids-max", visit_full_cgroup, "fork", 0, EAGAIN),
	REFUSED("emfile-pidfd", visit_no_files_left, "clone3", CLONE_PIDFD, EMFILE),

	/* Refused by kernel_clone(), and before it. */
	REFUSED("einval-pidfd-settid", visit_call, "clone", CLONE_PIDFD | CLONE_PARENT_SETTID,
		EINVAL),
	EARLY("early-unknown-flag", 1ULL << 62),
	EARLY("early-detached", CLONE_DETACHED),
	EARLY("early-two-sighands", CLONE_VM | CLONE_SIGHAND | CLONE_CLEAR_SIGHAND),
	EARLY("early-thread-signal", THREAD_FLAGS),
};
/* clang-format on */

#define STOPS (sizeof(stops) / sizeof(stops[0]))

static const char usage[] =
	"Usage: tour [-o FILE] [--only NAME[,NAME...]] [--repeat N]\n"
	"       tour --list\n"
	"\n"
	"Makes one clone of every kind and writes down, one JSON object per line, what each was.\n"
	"Exit status: 0 every stop did what it is for, 1 one did not, 2 wrong usage\n";

struct options {
	const char *output;
	const char *only;
	int repeat;
};

static const struct stop *find_stop(const char *name, size_t length)
{
	for (size_t i = 0; i < STOPS; i++)
		if (strlen(stops[i].name) == length && !strncmp(stops[i].name, name, length))
			return &stops[i];
	fprintf(stderr, "tour: no stop is named \"%.*s\": see tour --list\n", (int)length, name);
	exit(2);
}

static int visit_named(const char *names)
{
	int ret = 0;

	while (*names) {
		size_t length = strcspn(names, ",");
		const struct stop *stop = find_stop(names, length);

		ret |= stop->visit(stop);
		names += length;
		names += *names == ',';
	}
	return ret;
}

static int visit_all(void)
{
	int ret = 0;

	for (size_t i = 0; i < STOPS; i++)
		ret |= stops[i].visit(&stops[i]);
	return ret;
}

static void list_stops(void)
{
	for (size_t i = 0; i < STOPS; i++)
		puts(stops[i].name);
	exit(0);
}

/*
 * One name, one CPU, and nothing that the signals of children can end: then
 * the caller's part of each record is known beforehand.
 */
static void get_ready(void)
{
	prctl(PR_SET_NAME, TOUR_COMM);
	if (pin_to_current_cpu() < 0)
		warn("cannot stay on one CPU");
	signal(SIGUSR1, SIG_IGN);
	signal(SIGRTMAX, SIG_IGN);
}

static void wrong_usage(void)
{
	fputs(usage, stderr);
	exit(2);
}

static struct options read_options(int argc, char **argv)
{
	static const struct option known[] = {
		{"list", no_argument, NULL, 'l'},
		{"only", required_argument, NULL, 'n'},
		{"repeat", required_argument, NULL, 'r'},
		{"nothing", no_argument, NULL, 'N'},
		{NULL},
	};
	struct options options = {.repeat = 1};
	int option;

	while ((option = getopt_long(argc, argv, "o:", known, NULL)) != -1) {
		if (option == 'o')
			options.output = optarg;
		else if (option == 'n')
			options.only = optarg;
		else if (option == 'r')
			options.repeat = atoi(optarg);
		else if (option == 'l')
			list_stops();
		else if (option == 'N')
			exit(0); /* what visit_spawn() runs */
		else
			wrong_usage();
	}
	if (optind != argc || options.repeat <= 0)
		wrong_usage();
	return options;
}

/* How the kernel calls its modprobe for what visit_umh() asks for: AF_ECONET is 19. */
static bool is_helper(int argc, char **argv)
{
	return argc == 4 && !strcmp(argv[1], "-q") && !strcmp(argv[2], "--") &&
	       !strcmp(argv[3], "net-pf-19");
}

int main(int argc, char **argv)
{
	struct options options;
	int ret = 0;

	if (is_helper(argc, argv))
		return umh_main();
	options = read_options(argc, argv);
	get_ready();
	truth_open(options.output);
	truth_write_head();
	for (int round = 0; round < options.repeat; round++)
		ret |= options.only ? visit_named(options.only) : visit_all();
	truth_write_tail();
	return ret ? 1 : 0;
}
