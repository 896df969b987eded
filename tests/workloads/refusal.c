// SPDX-License-Identifier: GPL-2.0
/* Making one call that is to be refused, and telling its answer in one line of JSON. */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "line.h"
#include "refusals.h"

#define MOST_EXPECTED 8

static struct {
	int refusals;
	int skipped;
} * told;

/* Of this process: it has one provocation in its life. */
static pid_t self;
static long long asked_ns;
static int expected;
static struct {
	const char *name;
	char text[256]; /* "": a number */
	long long number;
} expectations[MOST_EXPECTED];

void tell_to(const char *path)
{
	line_open(path);
	told = mmap(NULL, sizeof(*told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (told == MAP_FAILED)
		err(1, "cannot map a page shared with children");
}

void expect_number(const char *name, long long value)
{
	if (expected == MOST_EXPECTED)
		errx(1, "no more than %d things can be expected", MOST_EXPECTED);
	expectations[expected].name = name;
	expectations[expected++].number = value;
}

void expect_text(const char *name, const char *value)
{
	snprintf(expectations[expected].text, sizeof(expectations[0].text), "%s", value);
	expect_number(name, 0);
}

/* The initial namespace's numbers, as long as /proc is of it: PID/task/TID. */
static pid_t read_self(void)
{
	char path[64] = "";

	if (readlink("/proc/thread-self", path, sizeof(path) - 1) < 0)
		err(1, "cannot read /proc/thread-self");
	return atoi(strrchr(path, '/') + 1);
}

void know_self(void)
{
	self = read_self();
}

struct ask ask_of(const struct provocation *provocation)
{
	const uint64_t no_signal = CLONE_THREAD | CLONE_PARENT;
	struct ask ask = {
		.call = provocation->call ? provocation->call : "clone3",
		.args = provocation->args,
		.size = provocation->size ? provocation->size : sizeof(ask.args),
	};

	ask.args.flags = provocation->flags;
	if (provocation->exit_signal)
		ask.args.exit_signal = provocation->exit_signal;
	else if (!ask.args.exit_signal && !(provocation->flags & no_signal))
		ask.args.exit_signal = SIGCHLD;
	return ask;
}

#ifdef __x86_64__
/* The child may have its parent's stack, or none: it must not touch it. */
static long call_raw(long number, long a, long b, long c, long d, long e)
{
	register long r10 asm("r10") = d;
	register long r8 asm("r8") = e;
	long ret;

	asm volatile("syscall\n\t"
		     "test %%rax, %%rax\n\t"
		     "jnz 1f\n\t"
		     "xor %%edi, %%edi\n\t"
		     "mov %[exit], %%eax\n\t"
		     "syscall\n"
		     "1:"
		     : "=a"(ret)
		     : "0"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), [exit] "i"(SYS_exit)
		     : "rcx", "r11", "memory");
	return ret;
}
#else
static long call_raw(long number, long a, long b, long c, long d, long e)
{
	long ret = syscall(number, a, b, c, d, e);

	if (ret == 0)
		syscall(SYS_exit, 0);
	return ret < 0 ? -errno : ret;
}
#endif

static long call_clone(const struct clone_args *args)
{
	long pointer = args->flags & CLONE_PIDFD ? args->pidfd : args->parent_tid;

#ifdef __x86_64__
	return call_raw(SYS_clone, args->flags | args->exit_signal, args->stack, pointer,
			args->child_tid, args->tls);
#else
	return call_raw(SYS_clone, args->flags | args->exit_signal, args->stack, pointer, args->tls,
			args->child_tid);
#endif
}

pid_t ask(const struct ask *ask)
{
	const void *where = ask->where ? ask->where : &ask->args;

	if (!strcmp(ask->call, "clone3"))
		return call_raw(SYS_clone3, (long)where, ask->size, 0, 0, 0);
	if (!strcmp(ask->call, "clone"))
		return call_clone(&ask->args);
#ifdef SYS_fork
	if (!strcmp(ask->call, "fork"))
		return call_raw(SYS_fork, 0, 0, 0, 0, 0);
	if (!strcmp(ask->call, "vfork"))
		return call_raw(SYS_vfork, 0, 0, 0, 0, 0);
#endif
	return -ENOSYS;
}

static long long now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

static void put_text(FILE *to, const char *text)
{
	fputc('"', to);
	for (; *text; text++) {
		if ((unsigned char)*text < 0x20 || *text == '"' || *text == '\\')
			fprintf(to, "\\u%04x", *text);
		else
			fputc(*text, to);
	}
	fputc('"', to);
}

static void put_expected(FILE *to)
{
	const char *comma = "";

	fputs(",\"numbers\":{", to);
	for (int i = 0; i < expected; i++) {
		fprintf(to, "%s\"%s\":", comma, expectations[i].name);
		if (expectations[i].text[0])
			put_text(to, expectations[i].text);
		else
			fprintf(to, "%lld", expectations[i].number);
		comma = ",";
	}
	fputc('}', to);
}

static const char *call_of(const struct provocation *provocation)
{
	return provocation->call ? provocation->call : "clone3";
}

static void tell_line(const struct provocation *provocation, int error, int tries, pid_t child,
		      long long answered_ns)
{
	const char *name = error == 513 ? "ERESTARTNOINTR" : strerrorname_np(error);
	FILE *to = line_begin();

	fprintf(to, "{\"rule\":\"%s\",\"name\":\"%s\",\"tid\":%d,\"asked_ns\":%lld",
		provocation->rule, provocation->name, self, asked_ns);
	fprintf(to, ",\"answered_ns\":%lld,\"error\":%d,\"error_name\":\"%s\"", answered_ns, error,
		name ? name : "");
	fprintf(to, ",\"call\":\"%s\",\"flags\":%llu,\"tries\":%d,\"child_tid\":%d",
		call_of(provocation), (unsigned long long)provocation->flags, tries, child);
	put_expected(to);
	line_end();
	__atomic_add_fetch(&told->refusals, 1, __ATOMIC_RELAXED);
}

void tell_begin(void)
{
	if (!self)
		know_self();
	asked_ns = now_ns();
}

void tell(const struct provocation *provocation, int error, int tries, pid_t child)
{
	tell_line(provocation, error, tries, child, now_ns());
}

static int judge(const struct provocation *provocation, int error)
{
	if (error == provocation->error)
		return 0;
	warnx("%s %s: answered \"%s\", not \"%s\"", provocation->rule, provocation->name,
	      strerror(error), strerror(provocation->error));
	return -1;
}

int refuse(const struct provocation *provocation, const struct ask *it)
{
	pid_t child;
	int error;

	if (provocation->number.name)
		expect_number(provocation->number.name, provocation->number.value);
	tell_begin();
	child = ask(it);
	error = child < 0 ? -child : 0;
	tell(provocation, error, 1, 0);
	if (child > 0)
		waitpid(child, NULL, __WALL);
	return judge(provocation, error);
}

/* Nobody waits for the children: those that have ended keep their numbers and are counted. */
int refuse_at_last(const struct provocation *provocation, const struct ask *it, int most)
{
	pid_t child = 1;
	int error;

	for (int i = 0; i < most && child > 0; i++) {
		tell_begin();
		child = ask(it);
	}
	error = child < 0 ? -child : 0;
	tell(provocation, error, 1, 0);
	return judge(provocation, error);
}

int skip(const struct provocation *provocation, const char *format, ...)
{
	char reason[160];
	va_list args;
	FILE *to;

	va_start(args, format);
	vsnprintf(reason, sizeof(reason), format, args);
	va_end(args);
	to = line_begin();
	fprintf(to, "{\"rule\":\"%s\",\"name\":\"%s\",\"skipped\":", provocation->rule,
		provocation->name);
	put_text(to, reason);
	line_end();
	__atomic_add_fetch(&told->skipped, 1, __ATOMIC_RELAXED);
	return 0;
}

void tell_head(void)
{
	FILE *to = line_begin();
	struct utsname name;

	uname(&name);
	fprintf(to, "{\"begin\":%lld,\"tid\":%d,\"release\":", now_ns(), gettid());
	put_text(to, name.release);
	line_end();
}

void tell_tail(void)
{
	FILE *to = line_begin();

	fprintf(to, "{\"end\":%lld,\"refusals\":%d,\"skipped\":%d", now_ns(), told->refusals,
		told->skipped);
	line_end();
}
