// SPDX-License-Identifier: GPL-2.0
/* clonescope top: the totals of stat on a full screen, live. */
#include "cmd/cmd.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "cmd/color.h"
#include "cmd/live.h"
#include "cmd/signals.h"
#include "model/text.h"
#include "source/order.h"
#include "view/cost.h"
#include "view/screen.h"
#include "view/summary.h"

/* While nothing happens, as a recording is looked at. */
#define WAKE_EVERY_MS 1000

enum {
	OPTION_CONTAINERS = 256,
	OPTION_COLOR,
};

struct top_options {
	struct live_options live;
	double delay_s;
	enum color_when color;
};

/* One screen, as there is one terminal: the callbacks of a view are told of no other. */
static struct top {
	struct top_options options;
	struct live live;
	struct view_ops view;
	FILE *out, *in; /* the terminal */
	struct screen_data data;
	struct screen_choices choices;
	uint64_t zero_ns;	 /* when the counting began */
	uint64_t interval_began; /* the last one, ns */
	size_t page;
	const char *failed; /* the screen could not be opened */
	bool opened;
} top;

static double parse_delay(struct argp_state *state, const char *text)
{
	char quoted[128], *end;
	double delay = strtod(text, &end);

	if (end == text || *end || !(delay >= 0.1 && delay <= 3600))
		argp_error(state, "%s is no number of seconds, 0.1 to 3600",
			   text_quote_word(quoted, sizeof(quoted), text));
	return delay;
}

static error_t take_option(int key, char *text, struct argp_state *state)
{
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &top.options.live;
		return 0;
	case 'd':
		top.options.delay_s = parse_delay(state, text);
		return 0;
	case OPTION_CONTAINERS:
		top.options.live.source.kinds |= SOURCE_KIND(CS_KIND_DETAIL);
		return 0;
	case OPTION_COLOR:
		top.options.color = color_parse(state, text);
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "to trace a command, put -- before it");
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp_option top_argp_options[] = {
	{"delay", 'd', "SECONDS", 0, "between two pictures, and what PER S is about: 1", 0},
	{"containers", OPTION_CONTAINERS, NULL, 0,
	 "the table of containers: two to three times the cost", 0},
	{"color", OPTION_COLOR, "WHEN", 0, "auto (the default), always or never", 0},
	{NULL, 0, NULL, 0, NULL, 0},
};

static const struct argp_child children[] = {{&live_argp, 0, NULL, 0}, {NULL, 0, NULL, 0}};

static const struct argp top_argp = {
	top_argp_options,
	take_option,
	"[-- COMMAND [ARG...]]",
	"Watch clones on a full screen: how many, how often, how long, how many failed, the matrix "
	"of NUMA nodes as a heat map, and tables by command, container, flags, policy, way in, "
	"errno and nodes.\v"
	"? on the screen tells the keys. What COMMAND prints to the terminal is thrown away, as "
	"the screen is there.\n\n"
	"  clonescope top\n"
	"  clonescope top -x                    those that failed\n"
	"  clonescope top --containers -d 5\n"
	"  clonescope top -i x.db               a recording\n"
	"  clonescope top -- make -j4",
	children,
	NULL,
	NULL,
};

static void take_sums(struct screen_sums *sums, const struct totals *all,
		      const struct totals *recent)
{
	sums->summary = *totals_summary(all);
	for (int i = 0; i < SCREEN_TABLES; i++)
		ranking_take(&sums->tables[i], all, recent,
			     screen_table_kind((enum screen_table)i));
	matrix_take(&sums->task, all, MATRIX_TASK);
	matrix_take(&sums->stack, all, MATRIX_STACK);
}

static void sort(struct screen_sums *sums)
{
	for (int i = 0; i < SCREEN_TABLES; i++)
		ranking_sort(&sums->tables[i], top.choices.orders[i].sort,
			     top.choices.orders[i].ascending);
}

static void draw(void)
{
	sort(&top.data.all);
	sort(&top.data.recent);
	top.page = screen_draw(&top.data, &top.choices);
}

static void free_sums(struct screen_sums *sums)
{
	for (int i = 0; i < SCREEN_TABLES; i++)
		ranking_free(&sums->tables[i]);
	*sums = (struct screen_sums){0};
}

static void take_data(struct live *live)
{
	uint64_t now_ns = order_now_ns(), began_ns = top.interval_began;

	top.interval_began = now_ns;
	if (top.choices.frozen) {
		top.data.unseen += totals_summary(live->totals)->count;
		return;
	}
	top.data.seconds = (double)(now_ns - began_ns) / 1e9;
	top.data.span_ns = now_ns - top.zero_ns;
	top.data.losses = live->losses;
	take_sums(&top.data.all, live->all, live->totals);
	take_sums(&top.data.recent, live->totals, live->totals);
}

static void on_interval(struct live *live)
{
	take_data(live);
	draw();
}

static void count_from_zero(struct live *live)
{
	totals_reset(live->all);
	totals_reset(live->totals);
	free_sums(&top.data.all);
	free_sums(&top.data.recent);
	top.zero_ns = top.interval_began = order_now_ns();
	top.data.span_ns = 0;
	top.choices.frozen = false;
}

static bool is_replay(void)
{
	return top.options.live.input_count;
}

static void press(struct live *live, int key)
{
	bool frozen = top.choices.frozen;

	switch (screen_press(&top.choices, key, top.page)) {
	case SCREEN_QUIT:
		live->done = true;
		break;
	case SCREEN_ZERO:
		if (!is_replay())
			count_from_zero(live);
		break;
	case SCREEN_NOTHING:
		break;
	}
	if (top.choices.frozen && !frozen)
		top.data.unseen = 0;
}

/* A terminal that changed its size is such a key, too. */
static void on_tick(struct live *live)
{
	bool any = false;
	int key;

	/* A terminal that was closed, while somebody told us to ignore SIGHUP. */
	if (top.failed || (live->also.revents & (POLLHUP | POLLERR | POLLNVAL)))
		live->done = true;
	while (!live->done && (key = screen_key()) >= 0) {
		press(live, key);
		any = true;
	}
	if (any)
		draw();
}

static void open_screen(void)
{
	signals_catch_also(SIGQUIT); /* ^\ would leave the terminal as it is */
	top.opened = screen_open(top.out, top.in, color_wanted(top.options.color, fileno(top.out)),
				 &top.failed);
	top.zero_ns = top.interval_began = order_now_ns();
	draw();
}

/* A recording is shown once it is read. */
static void begin(const struct view_options *options)
{
	top.zero_ns = options->since_ns;
	if (!is_replay())
		open_screen();
}

static void take_time(const struct view_options *options, const struct clone *clone,
		      const struct tries_before *before)
{
	uint64_t ts_ns = clone->rec->head.ts_ns;

	(void)before;
	top.data.has_containers |= clone->detail != NULL;
	if (is_replay() && ts_ns > options->since_ns + top.data.span_ns)
		top.data.span_ns = ts_ns - options->since_ns;
}

/* All of a recording is one interval. */
static void show_recording(const struct view_options *options, const struct totals *totals,
			   const struct losses *losses)
{
	struct live *live = &top.live;

	(void)options;
	top.data.seconds = (double)top.data.span_ns / 1e9;
	top.data.losses = *losses;
	take_sums(&top.data.all, totals, totals);
	take_sums(&top.data.recent, totals, totals);
	open_screen();
	for (live->done = false; !live->done; on_tick(live)) {
		signals_poll(&live->also, 1, WAKE_EVERY_MS);
		if (signals_take().number)
			live->done = true;
	}
}

/* They are on the screen; and told by cause at the end. */
static void ignore_lost(const struct view_options *options, enum loss loss, uint64_t count)
{
	(void)options;
	(void)loss;
	(void)count;
}

/* The terminal, by a descriptor that the command does not get. */
static FILE *open_terminal(int fd, const char *mode)
{
	int own = isatty(fd) ? fcntl(fd, F_DUPFD_CLOEXEC, 3) : open("/dev/tty", O_RDWR | O_CLOEXEC);

	return own < 0 ? NULL : fdopen(own, mode);
}

static int fail(const char *why)
{
	fprintf(stderr, "clonescope: top needs a terminal, and %s: see clonescope stat 1\n", why);
	return EXIT_FAILURE;
}

static void prepare(void)
{
	struct live *live = &top.live;

	top.view = view_totals;
	top.view.begin = begin;
	top.view.clone = take_time;
	top.view.end = show_recording;
	top.view.lost = ignore_lost;
	screen_choices_start(&top.choices);
	top.options.live.source.follow = top.options.live.command != NULL;
	top.data.has_containers = top.options.live.source.kinds & SOURCE_KIND(CS_KIND_DETAIL);
	live->options = &top.options.live;
	live->view = &top.view;
	live->view_options.out = stdout;
	live->interval_ns = is_replay() ? 0 : (uint64_t)(top.options.delay_s * 1e9);
	live->on_interval = on_interval;
	live->on_tick = on_tick;
	live->also = (struct pollfd){.fd = fileno(top.in), .events = POLLIN};
	live->takes_terminal = true;
}

static int run(void)
{
	int status = live_run(&top.live);

	screen_close();
	if (top.failed)
		return fail(top.failed);
	if (!top.opened)
		return status;
	summary_totals(stdout, top.live.all, &top.live.losses);
	cost_print(stdout, top.live.view_options.cost);
	if (status && top.options.live.command)
		fprintf(stderr,
			"clonescope: status %d; what the command said to the terminal was thrown "
			"away\n",
			status);
	return status;
}

int cmd_top(int argc, char **argv)
{
	int status;

	top.options.delay_s = 1;
	live_take_command(&top.options.live, &argc, argv);
	argp_parse(&top_argp, argc, argv, 0, NULL, NULL);
	if (!isatty(STDOUT_FILENO))
		return fail("standard output is none");
	top.out = open_terminal(STDOUT_FILENO, "w");
	top.in = open_terminal(STDIN_FILENO, "r");
	top.live.all = totals_new();
	if (!top.out || !top.in)
		return fail("none is there to read keys from");
	if (!top.live.all)
		return fail("there is no memory");
	prepare();
	status = run();
	free_sums(&top.data.all);
	free_sums(&top.data.recent);
	totals_free(top.live.all);
	return status;
}
