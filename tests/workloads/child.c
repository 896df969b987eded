// SPDX-License-Identifier: GPL-2.0
/* The four system calls that make a child, each with the flags it is told, and the child's part. */
#define _GNU_SOURCE
#include <errno.h>
#include <err.h>
#include <limits.h>
#include <linux/futex.h>
#include <linux/sched.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "numa.h"

#define STACK_BYTES (64 * 1024)

const char *const child_ns_names[CHILD_NAMESPACES] = {
	"cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts",
};

/*
 * One child at a time: its stack, and what the kernel writes for it. The words
 * are the kernel's to change, hence volatile.
 */
static char stack[STACK_BYTES] __attribute__((aligned(16)));
static volatile int parent_tid, child_tid, pidfd;

struct report *report_new(void)
{
	struct report *report;

	report = mmap(NULL, sizeof(*report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	if (report == MAP_FAILED)
		err(1, "cannot map a page shared with children");
	return report;
}

void report_free(struct report *report)
{
	munmap(report, sizeof(*report));
}

static uint64_t ns_inode(const char *name)
{
	char path[32] = "/proc/self/ns/";
	struct stat st;

	strcat(path, name);
	return stat(path, &st) ? 0 : st.st_ino;
}

void report_self(struct report *report)
{
	report->ns_tid = syscall(SYS_gettid);
	policy_read(&report->policy);
	for (int i = 0; i < CHILD_NAMESPACES; i++)
		report->ns[i] = ns_inode(child_ns_names[i]);
	__atomic_store_n(&report->done, 1, __ATOMIC_RELEASE);
	syscall(SYS_futex, &report->done, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

/* exit(2), not exit_group(2): a thread must not take its siblings along. */
static int child_main(void *report)
{
	report_self(report);
	syscall(SYS_exit, 0);
	__builtin_unreachable();
}

#ifdef SYS_fork
static pid_t make_by_fork(const struct request *request)
{
	pid_t pid = syscall(SYS_fork);

	if (pid == 0)
		child_main(request->report);
	return pid;
}
#else
static pid_t make_by_fork(const struct request *request)
{
	errno = ENOSYS;
	return -1;
}
#endif

/* glibc's vfork() is the bare system call on x86-64. */
static pid_t make_by_vfork(const struct request *request)
{
	pid_t pid = vfork();

	if (pid == 0)
		child_main(request->report);
	return pid;
}

/* glibc's clone() passes flags, stack and pointers on as they are. */
static pid_t make_by_clone(const struct request *request)
{
	void *pointer = (void *)&parent_tid;

	if (request->flags & CLONE_PIDFD)
		pointer = (void *)&pidfd;
	return clone(child_main, stack + STACK_BYTES, request->flags | request->exit_signal,
		     request->report, pointer, (void *)request->tls, &child_tid);
}

#ifdef __x86_64__
/*
 * syscall(2) returns through the caller's stack, which a CLONE_VM child does
 * not have: the child must go to its function at once.
 */
static long clone3_into(struct clone_args *args, int (*fn)(void *), void *arg)
{
	long ret;

	asm volatile("syscall\n\t"
		     "test %%rax, %%rax\n\t"
		     "jnz 1f\n\t"
		     "mov %[arg], %%rdi\n\t"
		     "call *%[fn]\n"
		     "1:"
		     : "=a"(ret)
		     : "0"((long)SYS_clone3), "D"(args),
		       "S"(sizeof(*args)), [fn] "r"(fn), [arg] "r"(arg)
		     : "rcx", "r11", "memory");
	if (ret < 0)
		errno = -ret;
	return ret < 0 ? -1 : ret;
}
#else
static long clone3_into(struct clone_args *args, int (*fn)(void *), void *arg)
{
	long ret;

	if (args->flags & CLONE_VM) {
		errno = ENOSYS;
		return -1;
	}
	ret = syscall(SYS_clone3, args, sizeof(*args));
	if (ret == 0)
		fn(arg);
	return ret;
}
#endif

static pid_t make_by_clone3(const struct request *request)
{
	pid_t set_tid = request->set_tid;
	struct clone_args args = {
		.flags = request->flags,
		.pidfd = (uintptr_t)&pidfd,
		.child_tid = (uintptr_t)&child_tid,
		.parent_tid = (uintptr_t)&parent_tid,
		.exit_signal = request->exit_signal,
		.stack = (uintptr_t)stack,
		.stack_size = STACK_BYTES,
		.tls = request->tls,
		.set_tid = set_tid ? (uintptr_t)&set_tid : 0,
		.set_tid_size = set_tid ? 1 : 0,
		.cgroup = request->cgroup,
	};

	return clone3_into(&args, child_main, request->report);
}

static const struct {
	const char *via;
	pid_t (*make)(const struct request *request);
} calls[] = {
	{"fork", make_by_fork},
	{"vfork", make_by_vfork},
	{"clone", make_by_clone},
	{"clone3", make_by_clone3},
};

/*
 * With CHILD_CLEARTID the kernel clears child_tid when a thread is gone; set
 * here, before the clone, it cannot be cleared too early to be seen.
 */
pid_t child_make(const struct request *request)
{
	pid_t tid;

	memset(request->report, 0, sizeof(*request->report));
	child_tid = 1;
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		if (strcmp(calls[i].via, request->via))
			continue;
		tid = calls[i].make(request);
		return tid < 0 ? -errno : tid;
	}
	errx(1, "no call is named %s", request->via);
}

static void wait_for_word(volatile int *word, int while_it_is, int op)
{
	int now;

	while ((now = *word) == while_it_is)
		syscall(SYS_futex, word, op, now, NULL, NULL, 0);
}

void child_wait(const struct request *request, pid_t tid)
{
	if (request->flags & CLONE_THREAD)
		wait_for_word(&child_tid, 1, FUTEX_WAIT);
	else if (request->flags & CLONE_PARENT)
		wait_for_word(&request->report->done, 0, FUTEX_WAIT);
	else if (waitpid(tid, NULL, __WALL) != tid)
		err(1, "cannot wait for child %d", tid);
	if (request->flags & CLONE_PIDFD)
		close(pidfd);
}
