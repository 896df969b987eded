// SPDX-License-Identifier: GPL-2.0
/* Clones from within a process of a size: so many threads, so much memory. */
#define _GNU_SOURCE
#include <err.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static const char usage[] =
	"Usage: sizes memory|threads|fork SIZE...\n"
	"\n"
	"memory: forks from a process that has touched SIZE MiB, in pages of the least size.\n"
	"threads: makes one more thread in a process that has SIZE.\n"
	"fork: forks from such a process.\n"
	"SIZEs are in ascending order. At each, 9 clones are made by a caller named sizes-now.\n"
	"Exit status: 0 all were made, 1 one was not, 2 wrong usage\n";

#define CLONES	    9
#define STACK_BYTES (64 << 10)
#define MIB	    (1UL << 20)

static void make_fork(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	if (pid < 0 || waitpid(pid, NULL, 0) != pid)
		err(1, "fork");
}

static void *end(void *arg)
{
	return arg;
}

static void *stay(void *arg)
{
	for (;;)
		pause();
	return arg;
}

static pthread_t start(void *(*run)(void *))
{
	pthread_attr_t attributes;
	pthread_t thread;
	int error;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	error = pthread_create(&thread, &attributes, run, NULL);
	if (error)
		errx(1, "pthread_create: %s", strerror(error));
	pthread_attr_destroy(&attributes);
	return thread;
}

static void make_thread(void)
{
	pthread_join(start(end), NULL);
}

static void grow_threads(unsigned long from, unsigned long to)
{
	for (; from < to; from++)
		start(stay);
}

static void grow_memory(unsigned long from, unsigned long to)
{
	size_t bytes = (to - from) * MIB;
	char *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (memory == MAP_FAILED)
		err(1, "mmap");
	madvise(memory, bytes, MADV_NOHUGEPAGE);
	for (size_t at = 0; at < bytes; at += 4096)
		memory[at] = 1;
}

static const struct {
	const char *name;
	void (*grow)(unsigned long from, unsigned long to);
	void (*make)(void);
} ways[] = {
	{"memory", grow_memory, make_fork},
	{"threads", grow_threads, make_thread},
	{"fork", grow_threads, make_fork},
};

static void run(size_t way, char **sizes)
{
	unsigned long size = 0, next;

	for (; *sizes; sizes++, size = next) {
		next = strtoul(*sizes, NULL, 10);
		ways[way].grow(size, next > size ? next : size);
		prctl(PR_SET_NAME, "sizes-now");
		for (int i = 0; i < CLONES; i++)
			ways[way].make();
		prctl(PR_SET_NAME, "sizes");
	}
}

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 2 && i < sizeof(ways) / sizeof(ways[0]); i++)
		if (!strcmp(argv[1], ways[i].name)) {
			run(i, argv + 2);
			_exit(0); /* not waiting for the threads */
		}
	if (write(STDERR_FILENO, usage, sizeof(usage) - 1) < 0)
		return 1;
	return 2;
}
