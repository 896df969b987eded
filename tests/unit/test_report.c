// SPDX-License-Identifier: GPL-2.0
/* The forms of a report: what they say, and that nothing the traced chose breaks out of them. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <jansson.h>
#include <linux/sched.h>

#include "view/view.h"

#define HOSTILE "=1+1;\"&\\\033\n"

/* What a view has printed. */
static char *printed;
static size_t printed_size;

static struct view_options options;
static struct totals *totals;

static void begin(const struct view_ops *view)
{
	free(printed);
	printed = NULL;
	options = (struct view_options){.width = 80, .since_ns = 1000};
	options.out = open_memstream(&printed, &printed_size);
	totals = totals_new();
	assert_non_null(options.out);
	view->begin(&options);
}

static void end(const struct view_ops *view)
{
	const struct losses losses = {0};

	view->end(&options, totals, &losses);
	fclose(options.out);
	totals_free(totals);
}

static int free_printed(void **state)
{
	(void)state;
	free(printed);
	printed = NULL;
	return 0;
}

static struct cs_clone clone_of(uint32_t tid, uint32_t child, uint64_t ts_ns, const char *comm)
{
	struct cs_clone rec = {.head = {.kind = CS_KIND_CLONE, .ts_ns = ts_ns},
			       .tid = tid,
			       .tgid = tid,
			       .start_ns = tid,
			       .child_tid = child,
			       .child_tgid = child,
			       .child_start_ns = child,
			       .copy_ns = 500,
			       .via = CS_VIA_CLONE3,
			       .stack_pages = 4,
			       .node_requested = -1};

	snprintf(rec.comm, sizeof(rec.comm), "%s", comm);
	return rec;
}

static void show_clone(const struct view_ops *view, const struct cs_clone *rec,
		       const struct cs_phases *phases)
{
	const struct clone clone = {.rec = rec, .phases = phases};
	const struct tries_before before = {0};

	totals_add(totals, rec);
	view->clone(&options, &clone, &before);
}

static void show_exec(const struct view_ops *view, uint32_t tid, uint64_t ts_ns, const char *file)
{
	struct cs_exec rec = {.head = {.kind = CS_KIND_EXEC, .ts_ns = ts_ns},
			      .tid = tid,
			      .tgid = tid,
			      .old_tid = tid,
			      .start_ns = tid,
			      .comm = "ls"};

	snprintf(rec.file, sizeof(rec.file), "%s", file);
	view->life(&options, &rec.head, NULL, NULL);
}

static void show_exit(const struct view_ops *view, uint32_t tid, uint64_t ts_ns, int code)
{
	const struct cs_exit rec = {.head = {.kind = CS_KIND_EXIT, .ts_ns = ts_ns},
				    .tid = tid,
				    .tgid = tid,
				    .start_ns = tid,
				    .code = code,
				    .last_thread = 1};

	view->life(&options, &rec.head, NULL, NULL);
}

/* 5 makes 6, which becomes ls and fails. */
static void show_family(const struct view_ops *view)
{
	struct cs_clone rec = clone_of(5, 6, 2000, "sh");

	rec.flags = CLONE_NEWPID;
	show_clone(view, &rec, NULL);
	show_exec(view, 6, 1002000, "/bin/ls");
	show_exit(view, 6, 3002000, 0x200);
}

static void test_tree(void **state)
{
	(void)state;
	begin(&view_tree);
	show_family(&view_tree);
	end(&view_tree);
	assert_string_equal(printed, "  SECONDS     LIVED   PROCESS\n"
				     "        -         -   5 sh\n"
				     "    0.000    3.0 ms   `- 6 ls: clone NEWPID, exec /bin/ls, "
				     "exit 2\n"
				     "\n1 clone: 1 made, 0 refused, nothing lost\n");
}

/* A chain that is deeper than what is drawn stays within its width, and a long text, too. */
static void test_deep_tree(void **state)
{
	struct cs_clone rec;

	(void)state;
	begin(&view_tree);
	for (uint32_t tid = 1; tid < 40; tid++) {
		rec = clone_of(tid, tid + 1, 1000 + tid, "sh");
		show_clone(&view_tree, &rec, NULL);
		show_exec(&view_tree, tid + 1, 1000 + tid, "/a/b");
		show_exec(&view_tree, tid + 1, 1000 + tid, "/c/d");
	}
	end(&view_tree);
	assert_non_null(strstr(printed, "`- (27 deeper) 40 ls:\n"));
	for (const char *line = printed, *after; (after = strchr(line, '\n')); line = after + 1)
		assert_in_range(after - line, 0, 80);
}

static void test_timeline(void **state)
{
	(void)state;
	begin(&view_timeline);
	show_family(&view_timeline);
	end(&view_timeline);
	assert_non_null(strstr(printed, "PROCESS                      0                  "
					"                          3.0 ms\n"
					"5 sh                         "
					"===================================================\n"
					" 6 ls                        "
					"----------------E==================================\n"));
	assert_non_null(strstr(printed, "    0.000  +0.000        6  clone NEWPID\n"
					"    0.001  +0.001        6  exec /bin/ls\n"));
}

static void test_dot_escapes(void **state)
{
	const struct cs_clone rec = clone_of(5, 6, 2000, HOSTILE);

	(void)state;
	begin(&view_dot);
	show_clone(&view_dot, &rec, NULL);
	show_exec(&view_dot, 6, 3000, HOSTILE);
	end(&view_dot);
	assert_non_null(strstr(
		printed, "[label=\"5 =1+1;\\\"&amp;\\\\\\\\\\\\x1b\\\\x0a\\l\", style=dashed]"));
	assert_non_null(strstr(printed, "p5_5 -> p6_6 [label=\"0.000 s\"];\n"));
}

static void test_csv_escapes(void **state)
{
	static const struct {
		const char *comm, *field;
	} names[] = {
		{"=1+1", "\"'=1+1\""},	 {"+a", "\"'+a\""},
		{"-a", "\"'-a\""},	 {"@a", "\"'@a\""},
		{"'a", "\"''a\""},	 {"a\"b", "\"a\"\"b\""},
		{"a,b", "\"a,b\""},	 {"a;=b", "\"a\\x3b=b\""},
		{"\t=b", "\"\\x09=b\""}, {"a\r\nb", "\"a\\x0d\\x0ab\""},
		{"\\", "\"\\\\\""},	 {"", "\"\""},
	};
	char expected[64];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct cs_clone rec = clone_of(5, 6, 2000, names[i].comm);

		begin(&view_csv);
		show_clone(&view_csv, &rec, NULL);
		end(&view_csv);
		snprintf(expected, sizeof(expected), "\n2000,%s,5,5,0,", names[i].field);
		assert_non_null(strstr(printed, expected));
		/* Two lines: none is broken. */
		assert_ptr_equal(strchr(strchr(printed, '\n') + 1, '\n'),
				 printed + printed_size - 1);
	}
}

static size_t count_commas(const char *line)
{
	size_t count = 0;

	for (; *line && *line != '\n'; line++)
		count += *line == ',';
	return count;
}

/* What is missing is empty, and every row has the columns of the first. */
static void test_csv_fields(void **state)
{
	const struct cs_phases phases = {.phase_ns = {[CS_STAGE_MM] = 400, [CS_STAGE_PID] = 30}};
	struct cs_clone rec = clone_of(5, 6, 2000, "sh");
	const char *row;

	(void)state;
	rec.flags = CLONE_VM | CLONE_VFORK;
	rec.missing = CS_MISSING(CS_FACT_TASK_NODE) | CS_MISSING(CS_FACT_POLICY);
	begin(&view_csv);
	show_clone(&view_csv, &rec, &phases);
	end(&view_csv);
	row = strchr(printed, '\n') + 1;
	assert_int_equal(count_commas(printed), count_commas(row));
	assert_non_null(strstr(row, ",\"clone3\",\"VM|VFORK\",\"\",\"\",6,6,500,-1,0,,\"0\",0,"
				    "\"\",\"default\",\"mm\",400,"));
}

static json_t *loaded(void)
{
	json_error_t error;
	json_t *object = json_loadb(printed, printed_size, 0, &error);

	if (!object)
		fail_msg("%s in line %d", error.text, error.line);
	for (size_t i = 0; i < printed_size; i++)
		if (printed[i] != '\n')
			assert_in_range(printed[i], ' ', '~');
	return object;
}

/* The events of one phase, in order: the one at @index. */
static json_t *event_at(json_t *trace, const char *phase, size_t index)
{
	json_t *event;
	size_t i;

	json_array_foreach (json_object_get(trace, "traceEvents"), i, event)
		if (!strcmp(json_string_value(json_object_get(event, "ph")), phase) && !index--)
			return event;
	return NULL;
}

static double number(json_t *event, const char *field)
{
	assert_true(json_is_number(json_object_get(event, field)));
	return json_number_value(json_object_get(event, field));
}

static void test_perfetto(void **state)
{
	const struct cs_phases phases = {.phase_ns = {[CS_STAGE_MM] = 400, [CS_STAGE_PID] = 100}};
	const struct cs_clone rec = clone_of(5, 6, 2000, HOSTILE);
	json_t *trace, *slice, *stage, *from, *to, *life;

	(void)state;
	begin(&view_perfetto);
	show_clone(&view_perfetto, &rec, &phases);
	show_exec(&view_perfetto, 6, 3000, HOSTILE);
	show_exit(&view_perfetto, 6, 4000, 9);
	end(&view_perfetto);
	trace = loaded();
	slice = event_at(trace, "X", 0);
	assert_true(number(slice, "ts") == 1.5 && number(slice, "dur") == 0.5);
	assert_string_equal(json_string_value(json_object_get(slice, "name")), "clone3");
	stage = event_at(trace, "X", 1);
	assert_string_equal(json_string_value(json_object_get(stage, "name")), "mm");
	assert_true(number(stage, "ts") == 1.5 && number(stage, "dur") == 0.4);
	assert_true(number(event_at(trace, "X", 2), "ts") == 1.9);
	from = event_at(trace, "s", 0);
	to = event_at(trace, "f", 0);
	life = event_at(trace, "B", 0);
	assert_true(number(from, "id") == number(to, "id"));
	assert_true(number(from, "tid") == 5 && number(from, "ts") == 1.5);
	assert_true(number(to, "tid") == 6 && number(to, "ts") == 2);
	assert_true(number(life, "tid") == 6 && number(life, "ts") == 2);
	assert_string_equal(json_string_value(json_object_get(life, "name")), HOSTILE);
	assert_string_equal(json_string_value(json_object_get(event_at(trace, "B", 1), "name")),
			    "ls");
	assert_true(number(event_at(trace, "E", 1), "ts") == 4);
	assert_null(event_at(trace, "E", 2));
	json_decref(trace);
}

/* The stages of a clone never stick out of it. */
static void test_perfetto_stages_fit(void **state)
{
	const struct cs_phases phases = {.phase_ns = {[CS_STAGE_MM] = 400, [CS_STAGE_PID] = 200}};
	const struct cs_clone rec = clone_of(5, 6, 2000, "sh");
	json_t *trace;

	(void)state;
	begin(&view_perfetto);
	show_clone(&view_perfetto, &rec, &phases);
	end(&view_perfetto);
	trace = loaded();
	assert_non_null(event_at(trace, "X", 1));
	assert_null(event_at(trace, "X", 2));
	json_decref(trace);
}

/* The second task of a number has another track, and its name says which number that is. */
static void test_perfetto_reuse(void **state)
{
	struct cs_clone rec = clone_of(5, 6, 2000, "sh");
	json_t *trace, *second;

	(void)state;
	begin(&view_perfetto);
	show_clone(&view_perfetto, &rec, NULL);
	show_exit(&view_perfetto, 6, 2500, 0);
	rec.head.ts_ns = 3000;
	rec.child_start_ns = 7;
	show_clone(&view_perfetto, &rec, NULL);
	end(&view_perfetto);
	trace = loaded();
	second = event_at(trace, "B", 1);
	assert_true(number(second, "tid") == 6 + (1 << 22));
	assert_true(number(second, "pid") == 6 + (1 << 22));
	assert_non_null(strstr(printed, "\"args\":{\"name\":\"sh (6)\"}"));
	json_decref(trace);
}

static void test_report_json(void **state)
{
	struct cs_clone rec = clone_of(5, 6, 2000, HOSTILE);
	json_t *report, *row;

	(void)state;
	begin(&view_report_json);
	show_clone(&view_report_json, &rec, NULL);
	rec.error = 11;
	show_clone(&view_report_json, &rec, NULL);
	end(&view_report_json);
	report = loaded();
	row = json_object_get(report, "clones");
	assert_true(number(row, "made") == 1 && number(row, "refused") == 1);
	row = json_array_get(json_object_get(json_object_get(report, "commands"), "rows"), 0);
	assert_string_equal(json_string_value(json_object_get(row, "comm")), HOSTILE);
	row = json_array_get(json_object_get(json_object_get(report, "refusals"), "rows"), 0);
	assert_string_equal(json_string_value(json_object_get(row, "error_name")), "EAGAIN");
	assert_true(number(json_array_get(json_object_get(report, "slowest"), 0), "copy_ns") ==
		    500);
	json_decref(report);
}

static void test_page(void **state)
{
	struct cs_clone rec = clone_of(5, 6, 2000, HOSTILE);

	(void)state;
	begin(&view_report);
	show_clone(&view_report, &rec, NULL);
	rec.error = 11;
	rec.head.ts_ns = 1000002000;
	show_clone(&view_report, &rec, NULL);
	end(&view_report);
	assert_non_null(strstr(printed, "1.000 s from the first clone to the last, 2.0 a second"));
	assert_non_null(strstr(printed, "\nREFUSED\n       1x  EAGAIN: "));
	assert_non_null(strstr(printed, "\n      0.5     0.000 =1+1;\"&\\\\\\x1~ "));
	for (const char *line = printed, *after; (after = strchr(line, '\n')); line = after + 1)
		assert_in_range(after - line, 0, 80);
}

/* Nothing happened: no form divides by it, and each is whole. */
static void test_nothing(void **state)
{
	static const struct view_ops *const views[] = {&view_report,  &view_tree, &view_timeline,
						       &view_csv,     &view_dot,  &view_report_json,
						       &view_perfetto};

	(void)state;
	for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++) {
		begin(views[i]);
		end(views[i]);
		if (views[i] == &view_report_json || views[i] == &view_perfetto)
			json_decref(loaded());
	}
}

#define TEST(name) cmocka_unit_test_teardown(name, free_printed)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_tree),	   TEST(test_deep_tree),
		TEST(test_timeline),	   TEST(test_dot_escapes),
		TEST(test_csv_escapes),	   TEST(test_csv_fields),
		TEST(test_perfetto),	   TEST(test_perfetto_stages_fit),
		TEST(test_perfetto_reuse), TEST(test_report_json),
		TEST(test_page),	   TEST(test_nothing),
	};

	return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
