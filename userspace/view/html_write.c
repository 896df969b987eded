// SPDX-License-Identifier: GPL-2.0
/* Writes the report page: its own parts, and between them the data as columns of JSON. */
#include "view/html.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <jansson.h>

#include "model/flags.h"
#include "model/names.h"
#include "model/nodes.h"
#include "model/rules.h"
#include "model/stages.h"
#include "recording/recording.h"
#include "view/utf8.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/*
 * Inside <script> a reader of HTML looks for "</script" and "<!--" only: without '<' there is neither, whatever
 * a traced process called itself. Of control characters jansson leaves DEL.
 */
static void write_json(FILE *out, json_t *value)
{
	char *text = json_dumps(value, JSON_COMPACT | JSON_ENSURE_ASCII | JSON_ENCODE_ANY);

	for (const char *c = text ? text : "null"; *c; c++) {
		if (*c == '<' || *c == '\x7f')
			fprintf(out, "\\u%04x", (unsigned char)*c);
		else
			fputc(*c, out);
	}
	free(text);
	json_decref(value);
}

static void write_text(FILE *out, const char *text, size_t length)
{
	char *valid = malloc(UTF8_SIZE(length));

	if (valid)
		utf8_replace(valid, UTF8_SIZE(length), text, length);
	write_json(out, json_string(valid ? valid : "?"));
	free(valid);
}

/* By number; nothing has the number 0. */
static void write_texts(FILE *out, const char *name, const struct intern *texts)
{
	fprintf(out, ",\n\"%s\":[\"\"", name);
	for (uint32_t number = 1; number <= intern_count(texts); number++) {
		size_t length;
		const char *text = intern_bytes(texts, number, &length);

		fputc(',', out);
		write_text(out, text, length);
	}
	fputs("]", out);
}

static void write_flags(FILE *out, const struct intern *flags)
{
	char text[FLAGS_TEXT_SIZE];

	fputs(",\n\"flags\":[\"\"", out);
	for (uint32_t number = 1; number <= intern_count(flags); number++) {
		uint64_t bits;
		size_t length;

		memcpy(&bits, intern_bytes(flags, number, &length), sizeof(bits));
		flags_format(text, sizeof(text), bits, 0);
		fprintf(out, ",\"%s\"", text);
	}
	fputs("]", out);
}

static void write_refusals(FILE *out, const struct html *html)
{
	fputs(",\n\"refusals\":[null", out);
	for (uint32_t number = 1; number <= intern_count(html->sentences); number++) {
		const struct html_refusal *refusal = &html->refusals[number - 1];
		size_t length;
		const char *line = intern_bytes(html->sentences, number, &length);

		fputs(",\n{\"line\":", out);
		write_text(out, line, length);
		fputs(",\"advice\":", out);
		write_text(out, refusal->advice, strlen(refusal->advice));
		fprintf(out, ",\"rule\":\"%s\",\"error\":%d}", refusal->rule, refusal->error);
	}
	fputs("]", out);
}

/* Words for numbers that the page can't know. */
static void write_words(FILE *out, const struct html *html)
{
	bool seen[4096] = {false};
	const char *comma = "";

	fputs(",\n\"stages\":[", out);
	for (int stage = 0; stage < CS_STAGE_COUNT; stage++)
		fprintf(out, "%s[\"%s\",\"%s\"]", stage ? "," : "", stage_name(stage),
			stage_text(stage));
	fputs("],\n\"vias\":[", out);
	for (int via = 0; via <= CS_VIA_VHOST; via++)
		fprintf(out, "%s\"%s\"", via ? "," : "", via_name(via));
	fputs("],\n\"errnos\":{", out);
	for (size_t i = 0; i < html->row_count; i++) {
		int error = html->rows[i].error;
		char name[NAMES_TEXT_SIZE];

		if (error <= 0 || error >= (int)ARRAY_SIZE(seen) || seen[error])
			continue;
		seen[error] = true;
		errno_format(name, sizeof(name), error);
		fprintf(out, "%s\"%d\":\"%s\"", comma, error, name);
		comma = ",";
	}
	fputs("}", out);
}

/* A column of the page's table: its name there, and where its value is. */
#define COLUMN(type, field)                                               \
	static int64_t type##_##field(const void *row)                    \
	{                                                                 \
		return (int64_t)((const struct html_##type *)row)->field; \
	}

COLUMN(row, ts_ns)
COLUMN(row, copy_ns)
COLUMN(row, caller)
COLUMN(row, child)
COLUMN(row, comm)
COLUMN(row, container)
COLUMN(row, flags)
COLUMN(row, refusal)
COLUMN(row, passed)
COLUMN(row, kind)
COLUMN(row, error)
COLUMN(row, cpu_node)
COLUMN(row, node_requested)
COLUMN(row, task_node)
COLUMN(row, stack_node)
COLUMN(row, via)
COLUMN(row, verdict)
COLUMN(row, setns)
COLUMN(event, ts_ns)
COLUMN(event, task)
COLUMN(event, comm)
COLUMN(event, file)
COLUMN(event, value)
COLUMN(event, kind)
COLUMN(event, ready)
COLUMN(event, setns)
COLUMN(task, tid)
COLUMN(task, tgid)

struct column {
	const char *name;
	int64_t (*of)(const void *row);
	bool as_difference; /* from the row before: times are shorter so */
};

static const struct column row_columns[] = {
	{"ts", row_ts_ns, true},
	{"copy", row_copy_ns, false},
	{"caller", row_caller, false},
	{"child", row_child, false},
	{"comm", row_comm, false},
	{"container", row_container, false},
	{"flags", row_flags, false},
	{"refusal", row_refusal, false},
	{"passed", row_passed, false},
	{"kind", row_kind, false},
	{"error", row_error, false},
	{"cpu", row_cpu_node, false},
	{"requested", row_node_requested, false},
	{"task", row_task_node, false},
	{"stack", row_stack_node, false},
	{"via", row_via, false},
	{"verdict", row_verdict, false},
	{"setns", row_setns, false},
};

static const struct column event_columns[] = {
	{"ts", event_ts_ns, true},     {"task", event_task, false},   {"comm", event_comm, false},
	{"file", event_file, false},   {"value", event_value, false}, {"kind", event_kind, false},
	{"ready", event_ready, false}, {"setns", event_setns, false},
};

static const struct column task_columns[] = {
	{"tid", task_tid, false},
	{"tgid", task_tgid, false},
};

struct rows {
	const char *name;
	const void *first;
	size_t count, size;
	const struct column *columns;
	size_t column_count;
};

static void write_column(FILE *out, const struct rows *rows, const struct column *column,
			 uint64_t since_ns)
{
	uint64_t before = column->as_difference ? since_ns : 0;

	fprintf(out, "\"%s\":[", column->name);
	for (size_t i = 0; i < rows->count; i++) {
		uint64_t value = (uint64_t)column->of((const char *)rows->first + i * rows->size);

		fprintf(out, "%s%" PRId64, i ? "," : "", (int64_t)(value - before));
		if (column->as_difference)
			before = value;
	}
	fputs("]", out);
}

static void write_rows(FILE *out, const struct rows *rows, uint64_t since_ns)
{
	fprintf(out, ",\n\"%s\":{\"count\":%zu", rows->name, rows->count);
	for (size_t i = 0; i < rows->column_count; i++) {
		fputs(",\n", out);
		write_column(out, rows, &rows->columns[i], since_ns);
	}
	fputs("}", out);
}

static void write_tables(FILE *out, const struct html *html, uint64_t since_ns)
{
	const struct rows tables[] = {
		{"rows", html->rows, html->row_count, sizeof(*html->rows), row_columns,
		 ARRAY_SIZE(row_columns)},
		{"events", html->events, html->event_count, sizeof(*html->events), event_columns,
		 ARRAY_SIZE(event_columns)},
		{"tasks", html->task_list, intern_count(html->tasks), sizeof(*html->task_list),
		 task_columns, ARRAY_SIZE(task_columns)},
	};

	for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
		write_rows(out, &tables[i], since_ns);
	fputs(",\n\"phases\":[", out);
	for (size_t i = 0; i < html->phase_count; i++)
		fprintf(out, "%s%" PRIu32, i ? "," : "", html->phases[i]);
	fputs("]", out);
}

/* Of all records, also of those that are not on the page. */
static void write_totals(FILE *out, const struct totals *totals, const struct losses *losses)
{
	const struct totals_summary *sum = totals_summary(totals);

	fprintf(out,
		"\"totals\":{\"count\":%" PRIu64 ",\"made\":%" PRIu64 ",\"refused\":%" PRIu64
		",\"restarted\":%" PRIu64 ",\"calls\":%" PRIu64 ",\"incomplete\":%" PRIu64 "}",
		sum->count, sum->made, sum->refused, sum->restarted, sum->calls, sum->incomplete);
	fputs(",\n\"lost\":[", out);
	for (int i = 0; i < LOSS_COUNT; i++)
		fprintf(out, "%s[%" PRIu64 ",\"%s\"]", i ? "," : "", losses->count[i],
			loss_sentence(i));
	fputs("]", out);
}

/* Where and how it was taken: a name for people, and the value. */
static void write_info(FILE *out, const struct recording_info *info)
{
	const char *const facts[][2] = {
		{"Host", info->host},	    {"Kernel", info->release},	{"Command", info->command},
		{"Started", info->started}, {"Backend", info->backend}, {"Attach", info->attach},
	};

	fprintf(out, ",\n\"complete\":%s,\n\"info\":[", info->is_complete ? "true" : "false");
	for (size_t i = 0; i < ARRAY_SIZE(facts); i++) {
		fprintf(out, "%s[\"%s\",", i ? "," : "", facts[i][0]);
		write_text(out, facts[i][1], strlen(facts[i][1]));
		fputs("]", out);
	}
	fputs("]", out);
}

static void write_data(const struct view_options *options, const struct html *html,
		       const struct totals *totals, const struct losses *losses)
{
	FILE *out = options->out;

	fputs("<script type=\"application/json\" id=\"data\">\n{", out);
	write_totals(out, totals, losses);
	fprintf(out, ",\n\"kernel\":[%d,%d]", RULES_MAJOR(options->kernel),
		RULES_MINOR(options->kernel));
	fprintf(out, ",\n\"left_out\":{\"rows\":%" PRIu64 ",\"events\":%" PRIu64 "}",
		html->rows_left_out, html->events_left_out);
	if (options->recording)
		write_info(out, options->recording);
	write_texts(out, "texts", html->texts);
	write_flags(out, html->flags);
	write_refusals(out, html);
	write_words(out, html);
	write_tables(out, html, options->since_ns);
	fputs("}\n</script>\n", out);
}

void html_write(const struct view_options *options, const struct html *html,
		const struct totals *totals, const struct losses *losses)
{
	html_write_head(options->out);
	write_data(options, html, totals, losses);
	html_write_tail(options->out);
}
