// SPDX-License-Identifier: GPL-2.0
/* The table's lines on why a clone was refused, and on what its stages took. */
#include "view/table_parts.h"

#include <inttypes.h>
#include <string.h>

#include "model/names.h"
#include "model/stages.h"
#include "model/text.h"
#include "view/lines.h"

static size_t width_of(const struct view_options *options)
{
	return options->width ? (size_t)options->width : LINES_WIDTH;
}

/* Each line is coloured for itself: less -R forgets a colour at the end of a line. */
void table_text(const struct view_options *options, size_t column, enum ink ink, const char *text)
{
	size_t columns = width_of(options) > column ? width_of(options) - column : 1;
	const char *begin = ink_begin(options, ink), *end = ink_end(options, ink);

	for (;;) {
		size_t length = lines_fit(text, columns);

		if (*begin)
			fputs(begin, options->out);
		fwrite(text, 1, length, options->out);
		if (*end)
			fputs(end, options->out);
		fputc('\n', options->out);
		text = lines_rest(text, length);
		if (!*text)
			return;
		lines_indent(options->out, column);
	}
}

static void print_line(const struct view_options *options, size_t indent, enum ink ink,
		       const char *text)
{
	lines_indent(options->out, indent);
	table_text(options, indent, ink, text);
}

void table_line(const struct view_options *options, enum ink ink, const char *text)
{
	print_line(options, LINES_LABEL_COLUMN, ink, text);
}

static void print_advice(const struct view_options *options, const char *advice)
{
	fprintf(options->out, "%*s", LINES_LABEL_COLUMN, "");
	fputs("-> ", options->out);
	table_text(options, LINES_LABEL_COLUMN + strlen("-> "), INK_ADVICE, advice);
}

/* Never a guess shown as a fact: all of them, each with what speaks for it. */
static void print_candidates(const struct view_options *options,
			     const struct refusal_verdict *verdict)
{
	char error[NAMES_TEXT_SIZE], text[REFUSAL_LINE_SIZE];
	size_t indent = LINES_LABEL_COLUMN;

	errno_format(error, sizeof(error), verdict->error);
	snprintf(text, sizeof(text), "%s: it is not known which of these rules it was", error);
	print_line(options, indent, INK_REASON, text);
	for (size_t i = 0; i < verdict->count; i++) {
		const struct refusal_reason *reason = &verdict->reasons[i];

		snprintf(text, sizeof(text), "%s %s (%s)", i ? "or" : "either", reason->sentence,
			 rules_sense_text(reason->sense));
		print_line(options, indent + 2, INK_NONE, text);
	}
	if (!verdict->left_out)
		return;
	snprintf(text, sizeof(text), "or %zu more", verdict->left_out);
	print_line(options, indent + 2, INK_NONE, text);
}

void table_refusal(const struct view_options *options, const struct refusal_verdict *verdict)
{
	char text[REFUSAL_LINE_SIZE];

	if (verdict->outcome == REFUSAL_NONE)
		return;
	if (verdict->outcome == REFUSAL_CANDIDATES && verdict->count > 1) {
		print_candidates(options, verdict);
		return;
	}
	refusal_format(text, sizeof(text), verdict);
	print_line(options, LINES_LABEL_COLUMN,
		   verdict->outcome == REFUSAL_RESTARTED ? INK_ASIDE : INK_REASON, text);
	if (verdict->outcome == REFUSAL_DECIDED && verdict->reasons[0].advice[0])
		print_advice(options, verdict->reasons[0].advice);
}

/* " mm=63.1". Without printf(), which took two thirds of what trace --phases cost. */
static void put_phase(struct text *text, const char *name, uint64_t ns)
{
	uint64_t tenths = (ns + 50) / 100;

	text_put_char(text, ' ');
	text_put(text, name);
	text_put_char(text, '=');
	text_put_number(text, tenths / 10);
	text_put_char(text, '.');
	text_put_char(text, (char)('0' + tenths % 10));
}

void table_phases(const struct view_options *options, const struct cs_phases *phases)
{
	char buf[1024];
	struct text text = {.buf = buf, .size = sizeof(buf)};

	text_put(&text, "us:");
	/* What is shown as 0.0 says nothing. */
	for (int stage = 0; stage < CS_STAGE_COUNT; stage++)
		if (phases->phase_ns[stage] >= 50)
			put_phase(&text, stage_name(stage), phases->phase_ns[stage]);
	text_end(&text);
	print_line(options, LINES_LABEL_COLUMN, INK_NONE, buf);
}
