// SPDX-License-Identifier: GPL-2.0
/* The live screen: draws what it is given, hands over the keys that are pressed. */
#include "view/screen.h"

#include <curses.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "model/text.h"
#include "view/screen_paint.h"
#include "view/screen_text.h"

/* How long the rest of an escape sequence may take to arrive, over a slow line, before it is the key alone. */
#define ESCAPE_MS 100

static SCREEN *screen;
static int error_output = -1; /* standard error, while it goes to a file in memory */

/* Whatever is said meanwhile would be written across the picture. */
static void hold_errors(void)
{
	int held = memfd_create("clonescope-errors", MFD_CLOEXEC);

	fflush(stderr);
	if (held < 0)
		return;
	error_output = dup(STDERR_FILENO);
	dup2(held, STDERR_FILENO);
	close(held);
}

static void tell_errors(void)
{
	char buf[4096];
	ssize_t length;
	int held;

	if (error_output < 0)
		return;
	fflush(stderr);
	held = dup(STDERR_FILENO);
	dup2(error_output, STDERR_FILENO);
	close(error_output);
	error_output = -1;
	lseek(held, 0, SEEK_SET);
	while ((length = read(held, buf, sizeof(buf))) > 0)
		if (write(STDERR_FILENO, buf, (size_t)length) != length)
			break;
	close(held);
}

bool screen_open(FILE *out, FILE *in, bool color, const char **why)
{
	screen = newterm(NULL, out, in);
	if (!screen) {
		*why = "nothing is known of this type of terminal";
		return false;
	}
	if (!tigetstr("cup")) {
		*why = "the cursor of this type of terminal can't be moved";
		screen_close();
		return false;
	}
	hold_errors();
	atexit(screen_close);
	cbreak();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	set_escdelay(ESCAPE_MS);
	curs_set(0);
	paint_start(color);
	return true;
}

void screen_close(void)
{
	if (!screen)
		return;
	endwin();
	delscreen(screen);
	screen = NULL;
	tell_errors();
}

int screen_key(void)
{
	static const struct {
		int theirs, ours;
	} keys[] = {
		{'\n', SCREEN_KEY_ENTER},
		{'\r', SCREEN_KEY_ENTER},
		{KEY_ENTER, SCREEN_KEY_ENTER},
		{'\033', SCREEN_KEY_ESCAPE},
		{'\b', SCREEN_KEY_BACKSPACE},
		{'\177', SCREEN_KEY_BACKSPACE},
		{KEY_BACKSPACE, SCREEN_KEY_BACKSPACE},
		{'\t', SCREEN_KEY_TAB},
		{KEY_BTAB, SCREEN_KEY_BACK_TAB},
		{KEY_LEFT, SCREEN_KEY_LEFT},
		{KEY_RIGHT, SCREEN_KEY_RIGHT},
		{KEY_UP, SCREEN_KEY_UP},
		{KEY_DOWN, SCREEN_KEY_DOWN},
		{KEY_PPAGE, SCREEN_KEY_PAGE_UP},
		{KEY_NPAGE, SCREEN_KEY_PAGE_DOWN},
		{KEY_HOME, SCREEN_KEY_HOME},
		{KEY_END, SCREEN_KEY_END},
	};
	int key = getch();

	if (key == ERR)
		return -1;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (key == keys[i].theirs)
			return keys[i].ours;
	return key >= ' ' && key <= '~' ? key : SCREEN_KEY_OTHER;
}

static void draw_title(const struct screen_data *data, const struct screen_choices *choices)
{
	char state[96], span[SCREEN_CELL_SIZE];
	const char *help = "? help  q quit ";
	int room;

	attron(A_REVERSE);
	mvhline(0, 0, ' ', COLS);
	screen_format_span(span, data->span_ns);
	if (choices->frozen)
		snprintf(state, sizeof(state), "FROZEN, %" PRIu64 " clones since", data->unseen);
	else
		snprintf(state, sizeof(state), "%s", choices->recent ? "the last interval" : span);
	paint_text(0, 0, COLS, " clonescope top");
	paint_text(0, 18, COLS - 18, state);
	room = 18 + (int)strlen(state) + 2;
	if (room + (int)strlen(help) <= COLS)
		paint_text(0, COLS - (int)strlen(help), COLS, help);
	attroff(A_REVERSE);
}

static void draw_sums(const struct screen_data *data)
{
	const struct totals_summary *all = &data->all.summary, *recent = &data->recent.summary;
	bool lost = losses_total(&data->losses);
	char line[SCREEN_LINE_SIZE];

	screen_rate_line(line, all, recent, &data->losses, data->seconds);
	attron(lost ? paint_bad() : 0);
	paint_text(1, 0, COLS, line);
	attroff(lost ? paint_bad() : 0);
	screen_latency_line(line, all, recent);
	paint_text(2, 0, COLS, line);
	screen_nodes_line(line, all);
	paint_text(3, 0, COLS, line);
}

/* "1 COMMAND 2 CONTAINER ...", the chosen one in reverse, and what it is sorted by. */
static void draw_tabs(int y, struct screen_choices *choices)
{
	const struct screen_order *order = screen_order(choices);
	char text[64];
	int x = 0, left;

	for (int i = 0; i < SCREEN_TABLES; i++) {
		snprintf(text, sizeof(text), "%d %s", i + 1,
			 screen_table_name((enum screen_table)i));
		attron((int)choices->table == i ? A_REVERSE : 0);
		paint_text(y, x, COLS - x, text);
		attroff((int)choices->table == i ? A_REVERSE : 0);
		x += (int)strlen(text) + 1;
	}
	snprintf(text, sizeof(text), "by %s %c", screen_heading(order->sort),
		 order->ascending ? '^' : 'v');
	left = COLS - (int)strlen(text);
	if (left >= x)
		paint_text(y, left, COLS - left, text);
}

static void draw_headings(int y, const struct screen_order *order, int name_width,
			  const enum ranking_column *columns, size_t count)
{
	char cell[SCREEN_CELL_SIZE];

	attron(A_BOLD);
	attron(order->sort == RANKING_NAME ? A_UNDERLINE : 0);
	paint_text(y, 0, name_width, screen_heading(RANKING_NAME));
	attroff(A_UNDERLINE);
	for (size_t i = 0; i < count; i++) {
		int x = name_width + (int)i * SCREEN_COLUMN_WIDTH;

		snprintf(cell, sizeof(cell), "%*s", SCREEN_COLUMN_WIDTH - 1,
			 screen_heading(columns[i]));
		attron(columns[i] == order->sort ? A_UNDERLINE : 0);
		paint_text(y, x + 1, SCREEN_COLUMN_WIDTH - 1, cell);
		attroff(A_UNDERLINE);
	}
	attroff(A_BOLD);
}

static attr_t attr_of(const struct ranking_row *row, enum ranking_column column)
{
	if (column == RANKING_REFUSED && row->refused)
		return paint_bad();
	return column == RANKING_OFF && row->disagree ? paint_doubtful() : 0;
}

static void draw_row(int y, const struct ranking_row *row, bool chosen, int name_width,
		     const enum ranking_column *columns, size_t count, double seconds)
{
	char cell[SCREEN_CELL_SIZE], placed[SCREEN_CELL_SIZE + SCREEN_COLUMN_WIDTH];

	if (chosen) {
		attron(A_REVERSE);
		mvhline(y, 0, ' ', COLS);
	}
	paint_text(y, 0, name_width, row->name);
	for (size_t i = 0; i < count; i++) {
		int x = name_width + (int)i * SCREEN_COLUMN_WIDTH;

		screen_format_cell(cell, row, columns[i], seconds);
		snprintf(placed, sizeof(placed), "%*s", SCREEN_COLUMN_WIDTH - 1, cell);
		attron(attr_of(row, columns[i]));
		paint_text(y, x + 1, SCREEN_COLUMN_WIDTH - 1, placed);
		attroff(attr_of(row, columns[i]));
	}
	attroff(A_REVERSE);
}

/* The rows that pass the filter, in order; how many in @count. The array is the caller's to free(). */
static const struct ranking_row **matching(const struct ranking *ranking, const char *filter,
					   size_t *count)
{
	const struct ranking_row **rows = calloc(ranking->count + 1, sizeof(*rows));

	*count = 0;
	for (size_t i = 0; rows && i < ranking->count; i++)
		if (ranking_match(&ranking->rows[i], filter))
			rows[(*count)++] = &ranking->rows[i];
	return rows;
}

/* What there is to say instead of rows. */
static const char *why_empty(const struct screen_data *data, const struct screen_choices *choices)
{
	if (choices->table == SCREEN_CONTAINER && !data->has_containers)
		return "Of no clone the cgroup is told: start with --containers";
	if (choices->table == SCREEN_ERRNO)
		return "No clone was refused";
	return "No clone yet";
}

/* The name that the chosen row had no room for, the filter, or what to press. */
static void draw_bottom(const struct screen_order *order, bool editing, const char *name,
			int name_width, size_t shown, size_t count)
{
	char text[SCREEN_LINE_SIZE];
	int y = LINES - 1;

	if (editing)
		snprintf(text, sizeof(text), "filter: %s_  (Enter: keep, Esc: give up)",
			 order->filter);
	else if (order->filter[0])
		snprintf(text, sizeof(text), "filter: %s  (%zu of %zu; Esc: all)", order->filter,
			 shown, count);
	else if (name && (int)strlen(name) > name_width)
		snprintf(text, sizeof(text), "%s", name);
	else
		snprintf(text, sizeof(text),
			 "Tab table  < > sort  r reverse  / filter  "
			 "space freeze  w span  m nodes");
	attron(editing ? A_BOLD : 0);
	paint_text(y, 0, COLS, text);
	attroff(editing ? A_BOLD : 0);
}

/* From line @y to the end. Returns how many rows there is room for. */
static size_t draw_table(int y, const struct screen_data *data, struct screen_choices *choices)
{
	const struct ranking *ranking =
		&(choices->recent ? &data->recent : &data->all)->tables[choices->table];
	struct screen_order *order = screen_order(choices);
	enum ranking_column columns[RANKING_COLUMNS];
	size_t columns_count = screen_columns(columns, COLS, order->sort), count;
	size_t page = LINES > y + 3 ? (size_t)(LINES - y - 3) : 0;
	int name_width = COLS - (int)columns_count * SCREEN_COLUMN_WIDTH;
	const struct ranking_row **rows = matching(ranking, order->filter, &count);

	screen_follow_cursor(order, count, page);
	draw_tabs(y, choices);
	draw_headings(y + 1, order, name_width, columns, columns_count);
	for (size_t i = 0; i < page && order->first + i < count; i++)
		draw_row(y + 2 + (int)i, rows[order->first + i], order->first + i == order->cursor,
			 name_width, columns, columns_count, data->seconds);
	if (!ranking->count)
		paint_text(y + 2, 2, COLS - 2, why_empty(data, choices));
	draw_bottom(order, choices->editing, count ? rows[order->cursor]->name : NULL, name_width,
		    count, ranking->count);
	free(rows);
	return page;
}

static void draw_help(void)
{
	static const char *const lines[] = {
		"clonescope top: the clones of this machine, as they are made",
		"",
		"1-7, Tab        another table",
		"< >, Left Right sort by another column     r  the other way round",
		"/               show only names with ...   Esc  all again",
		"Up Down, j k    move; also PgUp PgDn Home End",
		"space, f        freeze: nothing moves, nothing is lost; again: go on",
		"w               the tables are about the last interval, or about all",
		"z               count from zero",
		"m               node matrix: both, of task_struct, of stacks, none",
		"q, ^C           quit            ?, h  this page",
		"",
		"PER S   clones in the last interval, per second",
		"us      time in copy_process(), of clones that made a child",
		"OFF NODE  share of clones whose CPU, task_struct and stack are on different",
		"        nodes. In the matrix: rows are the node of the CPU, columns that of",
		"        the memory, cells the share of all clones; where they differ it is",
		"        red, the more the hotter: below 1, 5, 20, 50 %, and more.",
		"LOST    records that never arrived: told by cause at the end",
		"",
		"Any key goes back.",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		paint_text((int)i, 1, COLS - 1, lines[i]);
}

static size_t draw_all(const struct screen_data *data, struct screen_choices *choices)
{
	const struct screen_sums *sums = choices->recent ? &data->recent : &data->all;
	int y;

	if (COLS < SCREEN_MIN_WIDTH || LINES < SCREEN_MIN_HEIGHT) {
		paint_text(0, 0, COLS, "too small");
		return 0;
	}
	if (choices->help) {
		draw_help();
		return 0;
	}
	draw_title(data, choices);
	draw_sums(data);
	y = paint_matrices(4, LINES - 9, &sums->task, &sums->stack, choices->matrix);
	return draw_table(y, data, choices);
}

/* ncurses ignores ^Z while it writes: held back, it comes after that. */
static void write_out(void)
{
	sigset_t stop, before;

	sigemptyset(&stop);
	sigaddset(&stop, SIGTSTP);
	pthread_sigmask(SIG_BLOCK, &stop, &before);
	refresh();
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

size_t screen_draw(const struct screen_data *data, struct screen_choices *choices)
{
	size_t page;

	if (!screen)
		return 0;
	erase();
	page = draw_all(data, choices);
	write_out();
	return page;
}
