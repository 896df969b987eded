// SPDX-License-Identifier: GPL-2.0
/* Clones of many threads at once, so that some of them are more than a tracer can keep. */
#define _GNU_SOURCE
#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char usage[] =
	"Usage: crowd fork THREADS EACH | crowd vfork PROCESSES | crowd interrupt TIMES | "
	"crowd tree CHILDREN\n"
	"\n"
	"fork: all THREADS fork EACH times, and none comes back before all are there.\n"
	"vfork: so many processes call vfork(); their children live until standard input ends.\n"
	"interrupt: a task of higher priority forks TIMES times while another forks on the same "
	"CPU.\n"
	"tree: CHILDREN that are all there at the same time fork once each.\n"
	"All are named cs-crowd.\n"
	"Exit status: 0 all were made, 1 some were not, 2 wrong usage\n";

#define MAX_TASKS 1000

static unsigned long each;

/* The library's fork() lets one thread after the other into the kernel. */
static bool fork_once(void)
{
	pid_t pid = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);

	if (!pid)
		_exit(0);
	return pid > 0 && waitpid(pid, NULL, 0) == pid;
}

static void *fork_some(void *context)
{
	for (unsigned long i = 0; i < each; i++)
		if (!fork_once())
			return context;
	return NULL;
}

/* A clone of whoever has such memory waits until somebody has read of it. */
static int watch_memory(void)
{
	struct uffdio_api api = {.api = UFFD_API, .features = UFFD_FEATURE_EVENT_FORK};
	struct uffdio_register range = {.mode = UFFDIO_REGISTER_MODE_MISSING};
	long page = sysconf(_SC_PAGESIZE);
	void *memory = mmap(NULL, (size_t)page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			    -1, 0);
	int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC);

	if (memory == MAP_FAILED || fd < 0 || ioctl(fd, UFFDIO_API, &api))
		err(1, "userfaultfd");
	range.range.start = (unsigned long)memory;
	range.range.len = (unsigned long)page;
	if (ioctl(fd, UFFDIO_REGISTER, &range))
		err(1, "UFFDIO_REGISTER");
	return fd;
}

/* In uninterruptible sleep, by /proc/self/task: nothing else makes this program's threads sleep so. */
static unsigned long count_waiting(void)
{
	DIR *tasks = opendir("/proc/self/task");
	struct dirent *entry;
	unsigned long count = 0;
	char path[300], state;
	FILE *file;

	while (tasks && (entry = readdir(tasks))) {
		snprintf(path, sizeof(path), "/proc/self/task/%s/stat", entry->d_name);
		file = fopen(path, "re");
		if (file && fscanf(file, "%*d (%*[^)]) %c", &state) == 1)
			count += state == 'D';
		if (file)
			fclose(file);
	}
	if (tasks)
		closedir(tasks);
	return count;
}

/* Once all are within their clones, let them all go on. */
static void let_go(int memory, unsigned long threads)
{
	struct uffd_msg message;

	while (count_waiting() < threads)
		usleep(1000);
	for (unsigned long i = 0; i < threads; i++) {
		if (read(memory, &message, sizeof(message)) != sizeof(message) ||
		    message.event != UFFD_EVENT_FORK)
			err(1, "read");
		close((int)message.arg.fork.ufd);
	}
}

static void stay_on_one_cpu(void)
{
	cpu_set_t first;

	CPU_ZERO(&first);
	CPU_SET(0, &first);
	if (sched_setaffinity(0, sizeof(first), &first))
		err(1, "sched_setaffinity");
}

static bool crowd_fork(unsigned long threads)
{
	pthread_t ids[MAX_TASKS];
	int memory = watch_memory();
	void *failed;
	bool ok = true;

	for (unsigned long i = 0; i < threads; i++)
		if (pthread_create(&ids[i], NULL, fork_some, &each))
			errx(1, "pthread_create");
	for (unsigned long i = 0; i < each; i++)
		let_go(memory, threads);
	for (unsigned long i = 0; i < threads; i++) {
		pthread_join(ids[i], &failed);
		ok &= !failed;
	}
	return ok;
}

static void wait_for_end_of_input(void)
{
	char byte;

	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
}

static bool wait_for_all(unsigned long count)
{
	bool ok = true;
	int status;

	for (; count; count--)
		ok &= wait(&status) > 0 && !status;
	return ok;
}

/* So many processes, each of which ends in @child. @ends: of a pipe that they share. */
static void start_processes(unsigned long count, void (*child)(const int ends[2]),
			    const int ends[2])
{
	for (; count; count--) {
		pid_t pid = fork();

		if (pid < 0)
			err(1, "fork");
		if (!pid)
			child(ends);
	}
}

/* The child says that it is there: then its parent is held. */
static void hold_parent(const int told[2])
{
	pid_t pid = vfork();

	if (!pid) {
		if (write(told[1], "", 1) != 1)
			_exit(1);
		wait_for_end_of_input();
		_exit(0);
	}
	_exit(pid < 0 || waitpid(pid, NULL, 0) != pid);
}

static bool crowd_vfork(unsigned long processes)
{
	int told[2];
	char byte;

	if (pipe(told))
		err(1, "pipe");
	start_processes(processes, hold_parent, told);
	for (unsigned long i = 0; i < processes; i++)
		if (read(told[0], &byte, 1) != 1)
			err(1, "read");
	puts("held");
	fflush(stdout);
	return wait_for_all(processes);
}

static void take_priority(void)
{
	const struct sched_param param = {.sched_priority = 1};

	if (sched_setscheduler(0, SCHED_FIFO, &param))
		err(1, "sched_setscheduler");
}

static void fork_until_killed(void)
{
	while (fork_once())
		;
	_exit(1);
}

/* The naps are of all lengths, so that they end wherever the other one is. */
static bool interrupt(unsigned long times)
{
	struct timespec nap = {0};
	bool ok = true;

	take_priority();
	for (unsigned long i = 0; i < times && ok; i++) {
		nap.tv_nsec = 500000 + (long)(i * 37 % 1000) * 1000;
		nanosleep(&nap, NULL);
		ok = fork_once();
	}
	return ok;
}

static bool crowd_interrupt(unsigned long times)
{
	pid_t other;
	bool ok;

	stay_on_one_cpu();
	other = fork();
	if (!other)
		fork_until_killed();
	ok = other > 0 && interrupt(times);
	if (other > 0)
		kill(other, SIGKILL);
	return waitpid(other, NULL, 0) == other && ok;
}

/* Once all are there, the gate's other end is closed. */
static void fork_at_gate(const int gate[2])
{
	char byte;

	close(gate[1]);
	if (read(gate[0], &byte, 1))
		_exit(1);
	_exit(!fork_once());
}

static bool crowd_tree(unsigned long children)
{
	int gate[2];

	if (pipe(gate))
		err(1, "pipe");
	start_processes(children, fork_at_gate, gate);
	close(gate[1]);
	return wait_for_all(children);
}

int main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[1] : "";
	unsigned long count = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;

	if (!count || count > MAX_TASKS * 100)
		what = "";
	prctl(PR_SET_NAME, "cs-crowd");
	if (!strcmp(what, "fork") && argc == 4 && count <= MAX_TASKS) {
		each = strtoul(argv[3], NULL, 10);
		return !crowd_fork(count);
	}
	if (!strcmp(what, "vfork"))
		return !crowd_vfork(count);
	if (!strcmp(what, "interrupt"))
		return !crowd_interrupt(count);
	if (!strcmp(what, "tree"))
		return !crowd_tree(count);
	fputs(usage, stderr);
	return 2;
}
