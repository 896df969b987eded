/* SPDX-License-Identifier: GPL-2.0 */
/* The run that all subcommands share: source or recording, filter, view, command, signals. */
#ifndef CLONESCOPE_CMD_LIVE_H
#define CLONESCOPE_CMD_LIVE_H

#include <poll.h>

#include "cmd/options.h"
#include "view/view.h"

struct live {
	const struct live_options *options;
	const struct view_ops *view;
	struct view_options view_options;
	bool failed_namespaces; /* of unshare() and setns() show only those that failed */
	bool view_says_reading; /* of which recording it is */
	struct totals *totals;	/* of all records shown */
	unsigned int groups;	/* TOTALS_KIND() of those that the view shows at its end; 0: all */
	struct join *join;
	struct tries *tries;   /* of all clones and calls */
	struct lives *lives;   /* tasks of all clones shown, where something is told of tasks */
	uint32_t unseen_kinds; /* SOURCE_KIND() of what only the story or the filter needs */
	struct story *story;   /* of all records shown, where the view tells it */
	struct keep *keep;     /* NULL: nothing is kept */
	bool is_record; /* the recording is what it is all for: say how it grows, and what is in it */
	struct losses losses;	       /* reported so far */
	struct losses interval_losses; /* of the interval that on_interval() is to show */
	struct losses interval_start;
	struct cost cost; /* with self_cost: of the interval, or where there is @all, of all */
	struct cost cost_start;
	uint64_t interval_ns;	 /* 0: none; else on_interval() is called so often */
	unsigned long intervals; /* then end; 0: never */
	void (*on_interval)(struct live *live);

	const struct source *source; /* from on_start() on */
	/* Once the probes are in, before anything is kept or run; else than 0 ends the run with status 1. */
	int (*on_start)(struct live *live);
	/* After each reading, so every 200 ms or sooner; also.revents is set. */
	void (*on_tick)(struct live *live);
	struct pollfd also;  /* waited for besides the source; no events: nothing is */
	struct totals *all;  /* of all intervals; the caller's, NULL: not wanted */
	bool takes_terminal; /* a command gets /dev/null in its place */
	bool counts_only;    /* the view adds up itself: no totals, tries, lives are kept */
	bool at_leisure;     /* single records are shown to nobody, and no interval is waited for */
	bool done;	     /* set it to end the run */
};

/*
 * Trace, or read recordings to their end, until the command and its descendants have ended, a signal comes, output can't be written any more,
 * or live->done. Returns the exit status: the command's own, or 0; 1 on failure, which is then explained on
 * standard error.
 */
int live_run(struct live *live);

#endif
