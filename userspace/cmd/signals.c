// SPDX-License-Identifier: GPL-2.0
/* Remembers which signals came, and lets nothing slip through before a wait. */
#include "cmd/signals.h"

#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <time.h>

static const int ending[] = {SIGINT, SIGTERM, SIGHUP};

#define ENDING_COUNT (sizeof(ending) / sizeof(ending[0]))

/* Two of each are all that ever matter: the first and the one that insists. */
#define MOST_SEEN 8

static struct signals_seen seen[MOST_SEEN];
static volatile sig_atomic_t seen_count, taken_count;
static sigset_t mask_at_start;
static struct sigaction pipe_at_start;

static void on_signal(int number, siginfo_t *info, void *context)
{
	(void)context;
	if (number == SIGCHLD || seen_count == MOST_SEEN)
		return;
	seen[seen_count].number = number;
	seen[seen_count].from_terminal = info->si_code == SI_KERNEL;
	seen_count++;
}

static void catch_one(int number)
{
	struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO}, before;

	/* That a child has ended is no reason to give up a write. */
	if (number == SIGCHLD)
		action.sa_flags |= SA_RESTART | SA_NOCLDSTOP;
	sigfillset(&action.sa_mask);
	sigaction(number, NULL, &before);
	if (number == SIGCHLD || before.sa_handler != SIG_IGN)
		sigaction(number, &action, NULL);
}

void signals_ignore_pipe(void)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN};

	sigaction(SIGPIPE, &ignore, &pipe_at_start);
}

void signals_catch(void)
{
	sigprocmask(SIG_SETMASK, NULL, &mask_at_start);
	for (size_t i = 0; i < ENDING_COUNT; i++)
		catch_one(ending[i]);
	catch_one(SIGCHLD);
}

void signals_catch_also(int number)
{
	catch_one(number);
}

void signals_restore(void)
{
	sigaction(SIGPIPE, &pipe_at_start, NULL);
	sigprocmask(SIG_SETMASK, &mask_at_start, NULL);
}

struct signals_seen signals_take(void)
{
	struct signals_seen none = {0};

	return taken_count < seen_count ? seen[taken_count++] : none;
}

int signals_poll(struct pollfd *fds, unsigned long count, int timeout_ms)
{
	struct timespec timeout = {.tv_sec = timeout_ms / 1000,
				   .tv_nsec = timeout_ms % 1000 * 1000000L};
	sigset_t all, before;
	int ready;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	if (taken_count < seen_count)
		timeout = (struct timespec){0};
	ready = ppoll(fds, count, &timeout, &before);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return ready;
}
