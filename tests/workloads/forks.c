// SPDX-License-Identifier: GPL-2.0
/* Makes children as fast as it can, and says how many there were. */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <linux/sched.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char usage[] =
	"Usage: forks [N [PROCESSES]] [--vfork|--exec|--clone3|--namespaces|--thread] [--seconds "
	"S]\n"
	"             [--until-eof|--gate] [--warm-up N] [--time]\n"
	"\n"
	"Each of PROCESSES (default: 1) makes N children, one after the other, and waits for "
	"each.\n"
	"N 0 or absent: until S seconds are over or standard input ends, whichever is first.\n"
	"--exec: by vfork, and the child runs this program, which ends at once. --namespaces: by\n"
	"clone3, with six new ones. --gate: they begin when standard input ends, and make the\n"
	"children of --warm-up first, which are not counted.\n"
	"Prints \"MADE made REFUSED refused\", and with --time \", NS ns each\". Callers are named "
	"cs-forks; who starts them, and is "
	"not\n"
	"counted, is named cs-forks-main.\n"
	"Exit status: 0 none was refused, 1 some were, 2 wrong usage\n";

struct options {
	unsigned long per_process;
	int processes;
	bool (*make)(void);
	int timeout_ms; /* -1: none */
	unsigned long warm_up;
	bool until_eof;
	bool gate;
	bool tell_time;
};

struct tally {
	unsigned long made;
	unsigned long refused;
	unsigned long ns;
};

/* Shared with the processes that make the children. */
static struct shared {
	bool stop;
	struct tally tallies[];
} * shared;

static bool wait_for(pid_t pid)
{
	return pid > 0 && waitpid(pid, NULL, 0) == pid;
}

static bool make_fork(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return wait_for(pid);
}

static bool make_vfork(void)
{
	pid_t pid = vfork();

	if (pid == 0)
		_exit(0);
	return wait_for(pid);
}

static char *const nothing[] = {"cs-nothing", NULL};

static bool make_exec(void)
{
	pid_t pid = vfork();

	if (pid == 0) {
		execv("/proc/self/exe", nothing);
		_exit(1);
	}
	return wait_for(pid);
}

static bool clone3_with(unsigned long flags)
{
	struct clone_args args = {.flags = flags, .exit_signal = SIGCHLD};
	pid_t pid = syscall(SYS_clone3, &args, sizeof(args));

	if (pid == 0)
		_exit(0);
	return wait_for(pid);
}

static bool make_clone3(void)
{
	return clone3_with(0);
}

static bool make_namespaces(void)
{
	return clone3_with(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNET |
			   CLONE_NEWCGROUP);
}

static void *thread_main(void *arg)
{
	return arg;
}

static bool make_thread(void)
{
	pthread_t thread;

	return !pthread_create(&thread, NULL, thread_main, NULL) && !pthread_join(thread, NULL);
}

static unsigned long now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000UL + now.tv_nsec;
}

static void make_children(const struct options *options, struct tally *tally)
{
	unsigned long begin_ns;

	for (unsigned long i = 0; i < options->warm_up; i++)
		options->make();
	begin_ns = now_ns();
	while (!__atomic_load_n(&shared->stop, __ATOMIC_RELAXED)) {
		if (options->make())
			tally->made++;
		else
			tally->refused++;
		if (options->per_process && tally->made + tally->refused == options->per_process)
			break;
	}
	tally->ns = now_ns() - begin_ns;
}

static void wait_at_gate(void)
{
	char ignored[512];

	while (read(STDIN_FILENO, ignored, sizeof(ignored)) > 0)
		;
}

static void start_process(const struct options *options, struct tally *tally)
{
	pid_t pid = fork();

	if (pid < 0)
		err(1, "cannot start a process that forks");
	if (pid > 0)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "cs-forks");
	if (options->gate)
		wait_at_gate();
	make_children(options, tally);
	_exit(0);
}

static void start_processes(const struct options *options)
{
	size_t bytes = sizeof(*shared) + options->processes * sizeof(shared->tallies[0]);

	shared = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		err(1, "cannot map a page shared with children");
	for (int i = 0; i < options->processes; i++)
		start_process(options, &shared->tallies[i]);
}

/* Until standard input ends, if that is to be the end, or the time is over. */
static void wait_for_end(const struct options *options)
{
	struct pollfd input = {.fd = options->until_eof ? STDIN_FILENO : -1, .events = POLLIN};
	char ignored[512];

	while (poll(&input, 1, options->timeout_ms) > 0)
		if (read(STDIN_FILENO, ignored, sizeof(ignored)) <= 0)
			break;
	__atomic_store_n(&shared->stop, true, __ATOMIC_RELAXED);
}

static struct tally total(const struct options *options)
{
	struct tally sum = {0};

	while (wait(NULL) > 0)
		;
	for (int i = 0; i < options->processes; i++) {
		sum.made += shared->tallies[i].made;
		sum.refused += shared->tallies[i].refused;
		sum.ns += shared->tallies[i].ns;
	}
	return sum;
}

__attribute__((noreturn)) static void wrong_usage(void)
{
	fputs(usage, stderr);
	exit(2);
}

static unsigned long read_count(const char *text)
{
	char *end;
	unsigned long count;

	errno = 0;
	count = strtoul(text, &end, 10);
	if (errno || end == text || *end || *text == '-')
		wrong_usage();
	return count;
}

static void read_arguments(struct options *options, int argc, char **argv)
{
	if (argc > 0)
		options->per_process = read_count(argv[0]);
	if (argc > 1)
		options->processes = read_count(argv[1]);
	if (argc > 2 || options->processes < 1)
		wrong_usage();
	if (!options->per_process && !options->until_eof && options->timeout_ms < 0)
		wrong_usage();
}

static struct options read_options(int argc, char **argv)
{
	static const struct option known[] = {
		{"vfork", no_argument, NULL, 'v'},
		{"exec", no_argument, NULL, 'x'},
		{"clone3", no_argument, NULL, '3'},
		{"namespaces", no_argument, NULL, 'n'},
		{"thread", no_argument, NULL, 't'},
		{"seconds", required_argument, NULL, 's'},
		{"until-eof", no_argument, NULL, 'e'},
		{"gate", no_argument, NULL, 'g'},
		{"warm-up", required_argument, NULL, 'w'},
		{"time", no_argument, NULL, 'm'},
		{NULL},
	};
	struct options options = {.processes = 1, .make = make_fork, .timeout_ms = -1};
	int option;

	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (option == 'v')
			options.make = make_vfork;
		else if (option == 'x')
			options.make = make_exec;
		else if (option == '3')
			options.make = make_clone3;
		else if (option == 'n')
			options.make = make_namespaces;
		else if (option == 't')
			options.make = make_thread;
		else if (option == 's')
			options.timeout_ms = 1000 * read_count(optarg);
		else if (option == 'e')
			options.until_eof = true;
		else if (option == 'g')
			options.gate = true;
		else if (option == 'w')
			options.warm_up = read_count(optarg);
		else if (option == 'm')
			options.tell_time = true;
		else
			wrong_usage();
	}
	read_arguments(&options, argc - optind, argv + optind);
	return options;
}

int main(int argc, char **argv)
{
	struct options options;
	struct tally sum;

	if (!strcmp(argv[0], nothing[0]))
		_exit(0);
	options = read_options(argc, argv);
	prctl(PR_SET_NAME, "cs-forks-main");
	start_processes(&options);
	if (options.until_eof || options.timeout_ms >= 0)
		wait_for_end(&options);
	sum = total(&options);
	printf("%lu made %lu refused", sum.made, sum.refused);
	if (options.tell_time && sum.made)
		printf(", %lu ns each", sum.ns / sum.made);
	putchar('\n');
	return sum.refused ? 1 : 0;
}
