// SPDX-License-Identifier: GPL-2.0
/* Texts and heat maps on a ncurses screen, with colours or without. */
#include "view/screen_paint.h"

#include <string.h>

#include "view/screen_text.h"

/* Of a matrix: what is before its first cell, and a cell with the blank before it. */
#define LABEL_WIDTH 10
#define CELL_WIDTH  5
#define MIXED_WIDTH 6

/* Between two of them. */
#define GAP_WIDTH 2

/* Color pairs: a heat of a cell whose nodes agree, one of a cell whose nodes don't, and words. */
enum pair {
	PAIR_AGREE,
	PAIR_DISAGREE = PAIR_AGREE + MATRIX_HOTTEST,
	PAIR_BAD = PAIR_DISAGREE + MATRIX_HOTTEST + 1,
	PAIR_DOUBTFUL,
};

static bool colored, many_colors;

/* On the palette of 256 colours: from dark to bright. The coolest is but a coloured number. */
static void start_many(void)
{
	static const short agree[] = {22, 28, 34, 40}, disagree[] = {52, 88, 160, 196};

	init_pair(PAIR_AGREE + 1, 34, -1);
	init_pair(PAIR_DISAGREE + 1, 203, -1);
	for (int heat = 2; heat <= MATRIX_HOTTEST; heat++) {
		short text = heat < 4 ? 231 : 16;

		init_pair((short)(PAIR_AGREE + heat), text, agree[heat - 2]);
		init_pair((short)(PAIR_DISAGREE + heat), heat < 5 ? 231 : 16, disagree[heat - 2]);
	}
}

/* Three steps are all there is: coloured number, the same in bold, coloured ground. */
static void start_few(void)
{
	for (int heat = 1; heat <= MATRIX_HOTTEST; heat++) {
		bool ground = heat > 3;

		init_pair((short)(PAIR_AGREE + heat), ground ? COLOR_BLACK : COLOR_GREEN,
			  ground ? COLOR_GREEN : -1);
		init_pair((short)(PAIR_DISAGREE + heat), ground ? COLOR_WHITE : COLOR_RED,
			  ground ? COLOR_RED : -1);
	}
}

void paint_start(bool color)
{
	colored = color && has_colors() && start_color() == OK && use_default_colors() == OK;
	if (!colored)
		return;
	many_colors = COLORS >= 256;
	init_pair(PAIR_BAD, COLOR_RED, -1);
	init_pair(PAIR_DOUBTFUL, COLOR_YELLOW, -1);
	if (many_colors)
		start_many();
	else
		start_few();
}

attr_t paint_bad(void)
{
	return colored ? (attr_t)COLOR_PAIR(PAIR_BAD) | A_BOLD : A_BOLD;
}

attr_t paint_doubtful(void)
{
	return colored ? (attr_t)COLOR_PAIR(PAIR_DOUBTFUL) : A_BOLD;
}

static attr_t attr_of_heat(int heat, bool agrees)
{
	if (!heat)
		return A_DIM;
	if (!colored)
		return heat < 3 ? 0 : heat == 3 ? A_BOLD : A_REVERSE;
	return (attr_t)COLOR_PAIR((agrees ? PAIR_AGREE : PAIR_DISAGREE) + heat) |
	       (!many_colors && (heat == 3 || heat == 5) ? A_BOLD : 0);
}

void paint_text(int y, int x, int width, const char *text)
{
	int length = (int)strlen(text);

	if (width <= 0 || x >= COLS || y >= LINES)
		return;
	if (width > COLS - x)
		width = COLS - x;
	mvaddnstr(y, x, text, width);
	if (length > width)
		mvaddch(y, x + width - 1, '~');
}

static int width_of(const struct matrix *matrix)
{
	return LABEL_WIDTH + CELL_WIDTH * (int)matrix->count +
	       (matrix->any_mixed ? MIXED_WIDTH : 0);
}

static void paint_cell(int y, int x, uint64_t count, uint64_t total, bool agrees)
{
	char share[SCREEN_CELL_SIZE], cell[2 * SCREEN_CELL_SIZE];
	attr_t attr = attr_of_heat(matrix_heat(count, total), agrees);

	screen_format_share(share, count, total);
	snprintf(cell, sizeof(cell), "%*s", CELL_WIDTH - 1, share);
	attron(attr);
	paint_text(y, x + 1, CELL_WIDTH - 1, cell);
	attroff(attr);
}

/* How many columns of nodes have room in @width, besides those on several nodes. */
static size_t columns_in(const struct matrix *matrix, int width)
{
	int room = width - LABEL_WIDTH - (matrix->any_mixed ? MIXED_WIDTH : 0);
	size_t fits = room > 0 ? (size_t)room / CELL_WIDTH : 0;

	return fits < matrix->count ? fits : matrix->count;
}

static void paint_heading(int y, int x, const struct matrix *matrix, const char *what,
			  size_t columns)
{
	char text[32];

	snprintf(text, sizeof(text), "%-*s", LABEL_WIDTH, what);
	attron(A_BOLD);
	paint_text(y, x, LABEL_WIDTH, text);
	for (size_t i = 0; i < columns; i++) {
		snprintf(text, sizeof(text), "%*d", CELL_WIDTH, matrix->nodes[i]);
		paint_text(y, x + LABEL_WIDTH + (int)i * CELL_WIDTH, CELL_WIDTH, text);
	}
	if (matrix->any_mixed)
		paint_text(y, x + LABEL_WIDTH + (int)columns * CELL_WIDTH, MIXED_WIDTH, " mixed");
	attroff(A_BOLD);
}

static void paint_row(int y, int x, const struct matrix *matrix, size_t row, size_t columns)
{
	int mixed_x = x + LABEL_WIDTH + (int)columns * CELL_WIDTH;
	char text[32];

	snprintf(text, sizeof(text), "%*d", LABEL_WIDTH - 2, matrix->nodes[row]);
	attron(A_BOLD);
	paint_text(y, x, LABEL_WIDTH, text);
	attroff(A_BOLD);
	for (size_t i = 0; i < columns; i++)
		paint_cell(y, x + LABEL_WIDTH + (int)i * CELL_WIDTH, matrix->cells[row][i],
			   matrix->total, matrix->nodes[row] == matrix->nodes[i]);
	if (matrix->any_mixed)
		paint_cell(y, mixed_x + 1, matrix->cells[row][MATRIX_MAX_NODES], matrix->total,
			   false);
}

/* Returns the line below. What there is no room for is told. */
static int paint_matrix(int y, int x, int height, const struct matrix *matrix, const char *what)
{
	size_t columns = columns_in(matrix, COLS - x);
	size_t rows = matrix->count;
	char text[64];

	if ((int)rows + 1 > height)
		rows = height > 2 ? (size_t)height - 2 : 0;
	paint_heading(y++, x, matrix, what, columns);
	for (size_t i = 0; i < rows; i++)
		paint_row(y++, x, matrix, i, columns);
	if (rows == matrix->count && columns == matrix->count && !matrix->outside)
		return y;
	snprintf(text, sizeof(text), "(of %zu nodes or more: no room for all)", matrix->count);
	paint_text(y++, x, COLS - x, text);
	return y;
}

int paint_matrices(int y, int height, const struct matrix *task, const struct matrix *stack,
		   enum screen_matrix chosen)
{
	int second = width_of(task) + GAP_WIDTH;
	bool both = chosen == SCREEN_MATRIX_BOTH && second + width_of(stack) <= COLS;

	/* Half of what is there: the rest is the table's. */
	height = height > 12 ? height - 6 : height / 2;
	if (chosen == SCREEN_MATRIX_OFF || height < 2 || !(task->total + stack->total))
		return y;
	if (both)
		paint_matrix(y, second, height, stack, "cpu\\stack");
	if (both || chosen == SCREEN_MATRIX_TASK)
		return paint_matrix(y, 0, height, task, "cpu\\task");
	return paint_matrix(y, 0, height, stack, "cpu\\stack");
}
