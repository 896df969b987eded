// SPDX-License-Identifier: GPL-2.0
/* Whatever is in a record, no view harms a terminal, nor a reader of JSON, nor itself. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <jansson.h>

#include "model/join.h"
#include "model/lives.h"
#include "model/rules.h"
#include "model/tries.h"
#include "view/screenful.h"
#include "view/json_write.h"
#include "view/view.h"

#define ROUNDS 1000

/* What a view has printed. */
static char *printed;
static bool in_color;
static size_t printed_size;

static uint64_t state_of_chance;

static uint64_t chance(void)
{
	state_of_chance = state_of_chance * 6364136223846793005ULL + 1442695040888963407ULL;
	return state_of_chance >> 33;
}

/* Bytes of any value; or few bits set, as in records of some sense. */
static void fill(void *record, size_t size)
{
	bool sparse = chance() % 2;

	for (size_t i = 0; i < size; i++)
		((unsigned char *)record)[i] =
			(unsigned char)(sparse && chance() % 4 ? 0 : chance());
}

/* Texts that the kernel ends by NUL, as it always does. */
static void fill_text(char *text, size_t size)
{
	static const char *const hostile[] = {"\033[2J\",\"x\":\"", "\n\r\t\b\x7f",
					      "\xc2\x9b\xff\xc0",   "\\x2d\"/../..",
					      "\xf0\x9f\x98\x80",   ""};
	const char *choice = hostile[chance() % 6];

	fill(text, size);
	if (chance() % 2)
		snprintf(text, size, "%s", choice);
	text[size - 1] = '\0';
}

#define TEXT(record, field) fill_text((record)->field, sizeof((record)->field))

struct records {
	struct cs_clone clone;
	struct cs_refusal refusal;
	struct cs_detail detail;
	struct cs_phases phases;
	struct cs_return back;
	struct cs_call call;
	struct cs_start start;
	struct cs_exec exec;
	struct cs_exit exit;
	struct cs_namespaces namespaces;
};

static void fill_records(struct records *all)
{
	fill(all, sizeof(*all));
	TEXT(&all->clone, comm);
	TEXT(&all->refusal, cgroup);
	TEXT(&all->detail, name);
	TEXT(&all->detail, function);
	TEXT(&all->detail, cgroup);
	TEXT(&all->back, comm);
	TEXT(&all->call, comm);
	TEXT(&all->exec, comm);
	TEXT(&all->exec, file);
	TEXT(&all->exit, comm);
	TEXT(&all->namespaces, comm);
	all->start.head.kind = CS_KIND_START;
	all->exec.head.kind = CS_KIND_EXEC;
	all->exit.head.kind = CS_KIND_EXIT;
	all->namespaces.head.kind = CS_KIND_NAMESPACES;
	/* An errno, where it is one. */
	all->clone.error = chance() % 2 ? 0 : (int32_t)(chance() % 600);
	all->clone.stack_pages = (uint16_t)(chance() % (CS_MAX_STACK_PAGES + 1));
	all->call.error = (int32_t)(1 + chance() % 600);
}

static void show(const struct view_ops *view, struct view_options *options,
		 const struct records *all)
{
	const struct tries_before before = {.restarts = (unsigned int)chance() % 3,
					    .calls = (unsigned int)chance() % 3,
					    .call_error = 38};
	struct clone clone = {.rec = &all->clone};
	struct life life = {.tid = 1, .made_ns = chance() % 2};

	if (chance() % 2)
		clone.refusal = &all->refusal;
	if (chance() % 2)
		clone.detail = &all->detail;
	if (chance() % 2)
		clone.phases = &all->phases;
	memcpy(life.comm, all->clone.comm, sizeof(life.comm));
	view->clone(options, &clone, &before);
	view->returned(options, &all->back);
	view->call(options, &all->call);
	view->life(options, &all->start.head, chance() % 2 ? &life : NULL, NULL);
	view->life(options, &all->exec.head, chance() % 2 ? &life : NULL, NULL);
	view->life(options, &all->exit.head, NULL, NULL);
	view->life(options, &all->namespaces.head, NULL, NULL);
}

static void print_chaos(const struct view_ops *view)
{
	struct view_options options = {.width = 80, .verbose = (int)(chance() % 2)};
	struct records all;

	free(printed);
	printed = NULL;
	options.phases = chance() % 2;
	options.color = in_color;
	options.kernel = chance() % 2 ? RULES_KERNEL(6, 1) : 0;
	options.out = open_memstream(&printed, &printed_size);
	assert_non_null(options.out);
	fill_records(&all);
	show(view, &options, &all);
	fclose(options.out);
}

static void text_is_safe(void)
{
	for (size_t i = 0; i < printed_size; i++)
		if (printed[i] != '\n')
			assert_in_range(printed[i], ' ', '~');
}

static void test_terminal(void **state)
{
	(void)state;
	state_of_chance = 1;
	for (int round = 0; round < ROUNDS; round++) {
		print_chaos(round % 2 ? &view_table : &view_path);
		text_is_safe();
	}
}

/* What was printed is what jansson makes of it, and nothing is there twice. */
static void is_as_by_jansson(const char *line, size_t length)
{
	json_t *object = json_loadb(line, length, JSON_REJECT_DUPLICATES, NULL);
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_true(json_is_object(object));
	assert_non_null(out);
	json_write(out, object, JSON_COMPACT);
	fclose(out);
	assert_int_equal(size, length);
	assert_memory_equal(text, line, length);
	free(text);
}

static void test_json(void **state)
{
	char *line, *end;

	(void)state;
	state_of_chance = 2;
	for (int round = 0; round < ROUNDS; round++) {
		int lines = 0;

		print_chaos(&view_json);
		text_is_safe();
		for (line = printed; (end = strchr(line, '\n')); line = end + 1, lines++)
			is_as_by_jansson(line, (size_t)(end - line));
		assert_int_equal(lines, 7);
	}
}

/* All that a view that sums up is made of, many times over. */
static void sum_up_chaos(const struct view_ops *view, int rounds)
{
	struct view_options options = {.width = (int)(chance() % 200), .utf8 = false};
	const struct losses losses = {.count = {chance() % 2}};
	struct totals *totals = totals_new();
	struct records all;

	free(printed);
	printed = NULL;
	options.out = open_memstream(&printed, &printed_size);
	assert_non_null(options.out);
	view->begin(&options);
	for (int round = 0; round < rounds; round++) {
		fill_records(&all);
		totals_add(totals, &all.clone);
		show(view, &options, &all);
	}
	view->end(&options, totals, &losses);
	fclose(options.out);
	totals_free(totals);
}

static void test_reports(void **state)
{
	static const struct view_ops *const views[] = {
		&view_report, &view_tree,     &view_timeline,	 &view_dot,
		&view_csv,    &view_perfetto, &view_report_json,
	};

	(void)state;
	state_of_chance = 3;
	for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++) {
		for (int round = 0; round < ROUNDS / 20; round++) {
			sum_up_chaos(views[i], (int)(chance() % 50));
			if (views[i] != &view_dot) /* indented by tabs */
				text_is_safe();
		}
	}
}

/* What a browser reads as the page's data: from its tag to the first end of a script. */
static json_t *page_data(void)
{
	static const char tag[] = "<script type=\"application/json\" id=\"data\">";
	char *from = strstr(printed, tag), *to;

	assert_non_null(from);
	from += strlen(tag);
	to = strstr(from, "</script>");
	assert_non_null(to);
	for (char *c = from; c < to; c++)
		assert_true(*c == '\n' || (*c >= ' ' && *c <= '~' && *c != '<'));
	return json_loadb(from, (size_t)(to - from), 0, NULL);
}

static void test_html(void **state)
{
	struct totals *totals = totals_new();
	const struct losses losses = {0};

	(void)state;
	state_of_chance = 3;
	for (int round = 0; round < ROUNDS / 10; round++) {
		struct view_options options = {.kernel = RULES_KERNEL(6, 12)};
		struct records all;
		json_t *data;

		free(printed);
		printed = NULL;
		options.out = open_memstream(&printed, &printed_size);
		view_html.begin(&options);
		for (int i = 0; i < 10; i++) {
			fill_records(&all);
			show(&view_html, &options, &all);
		}
		view_html.end(&options, totals, &losses);
		fclose(options.out);
		data = page_data();
		assert_true(json_is_object(data));
		assert_int_equal(json_integer_value(json_object_get(json_object_get(data, "events"),
								    "count")) +
					 json_integer_value(json_object_get(
						 json_object_get(data, "rows"), "count")),
				 60);
		json_decref(data);
	}
	totals_free(totals);
}

/* clone3() may be asked for anything. */
static void test_huge_numbers(void **state)
{
	static const char *const fields[] = {"flags", "exit_signal", "stack", "args_size"};
	const struct cs_call call = {.via = CS_VIA_CLONE3,
				     .error = 22,
				     .args_known = 1,
				     .flags = UINT64_MAX,
				     .exit_signal = UINT64_MAX,
				     .stack = UINT64_MAX,
				     .args_size = UINT64_MAX};
	struct view_options options = {.width = 80};
	json_t *object;

	(void)state;
	free(printed);
	options.out = open_memstream(&printed, &printed_size);
	view_json.call(&options, &call);
	fclose(options.out);
	object = json_loadb(printed, printed_size, 0, NULL);
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		assert_true(json_number_value(json_object_get(object, fields[i])) > 1e19);
	json_decref(object);
}

/* The pid of a refused clone is nobody's; that its stage took time stays true. */
static void test_path_shows_each_stage(void **state)
{
	struct cs_phases phases = {.tid = 5};
	const struct cs_refusal refusal = {.trail = (CS_TRAIL(CS_TRAIL_PID) << 1) - 1};
	const struct cs_clone rec = {.comm = "sh", .tid = 5, .error = 11, .via = CS_VIA_FORK};
	const struct clone clone = {.rec = &rec, .refusal = &refusal, .phases = &phases};
	struct view_options options = {.width = 80};

	(void)state;
	for (int stage = 0; stage < CS_STAGE_COUNT; stage++)
		phases.phase_ns[stage] = 1000;
	free(printed);
	options.out = open_memstream(&printed, &printed_size);
	view_path.clone(&options, &clone, &(struct tries_before){0});
	fclose(options.out);
	assert_non_null(strstr(printed, "|- pid        allocate the pid"));
}

static void test_no_exit_signal_passes_for_another(void **state)
{
	struct cs_call call = {.via = CS_VIA_CLONE3, .error = 22, .args_known = 1, .comm = "a"};
	struct view_options options = {.width = 80};

	(void)state;
	free(printed);
	options.out = open_memstream(&printed, &printed_size);
	call.exit_signal = 0x100000011;
	view_table.call(&options, &call);
	call.exit_signal = UINT64_MAX;
	view_table.call(&options, &call);
	call.exit_signal = 200;
	view_table.call(&options, &call);
	fclose(options.out);
	assert_non_null(strstr(printed, " - 0x100000011\n"));
	assert_non_null(strstr(printed, " - 0xffffffffffffffff\n"));
	assert_non_null(strstr(printed, " - 200\n"));
}

/* Lines that could be broken and are not. */
static void lines_fit_in(size_t width)
{
	for (const char *line = printed, *end; (end = strchr(line, '\n')); line = end + 1) {
		size_t length = (size_t)(end - line);

		if (length > width)
			assert_null(memchr(line + 37, ' ', length - 37));
	}
}

static void test_events_are_wrapped(void **state)
{
	const struct view_options narrow = {.width = 80}, wide = {.width = 160};
	const struct cs_namespaces unshared = {.head.kind = CS_KIND_NAMESPACES,
					       .comm = "unshare",
					       .tid = 4194304,
					       .flags = 0x7e020000,
					       .error = 28};
	const struct cs_exec exec = {.head.kind = CS_KIND_EXEC,
				     .comm = "a",
				     .file = "/tmp/a name/that has/many blanks/and is long"};
	const struct cs_return back = {.comm = "sh", .clone_ns = 123456, .vfork_ns = 123456};
	struct view_options options;

	(void)state;
	for (int i = 0; i < 2; i++) {
		options = i ? wide : narrow;
		free(printed);
		options.out = open_memstream(&printed, &printed_size);
		view_table.life(&options, &unshared.head, NULL, NULL);
		view_table.life(&options, &exec.head, NULL, NULL);
		view_table.returned(&options, &back);
		fclose(options.out);
		lines_fit_in((size_t)options.width);
	}
	assert_non_null(strstr(printed,
			       "unshare NEWNS|NEWCGROUP|NEWUTS|NEWIPC|NEWUSER|NEWPID|NEWNET: "
			       "ENOSPC\n"));
	assert_non_null(strstr(printed, "returned after 123.5 us, held for 123.5 us\n"));
}

/* One empty line between two trees, and none after the last: the totals bring their own. */
static void test_path_is_spaced(void **state)
{
	const struct cs_clone rec = {.comm = "sh", .tid = 5, .child_tid = 6, .via = CS_VIA_FORK};
	const struct clone clone = {.rec = &rec};
	struct view_options options = {.width = 80};
	char *between;

	(void)state;
	options.out = open_memstream(&printed, &printed_size);
	view_path.begin(&options);
	view_path.clone(&options, &clone, &(struct tries_before){0});
	view_path.clone(&options, &clone, &(struct tries_before){0});
	fclose(options.out);
	between = strstr(printed, "\n\n");
	assert_non_null(between);
	assert_int_equal((size_t)(between - printed) + 2, printed_size / 2 + 1);
	assert_null(strstr(between + 2, "\n\n"));
}

/* Take out what colours, and count it. */
static int strip(char *text)
{
	int sequences = 0;
	char *to = text;

	for (; *text; text++) {
		if (*text == '\033') {
			text += strcspn(text, "m");
			sequences++;
		} else {
			*to++ = *text;
		}
	}
	*to = '\0';
	return sequences;
}

/* Colours change no text, no width, and end where they began. */
static void test_colors(void **state)
{
	char *plain = NULL, *colored;
	int sequences = 0;

	(void)state;
	for (uint64_t round = 0; round < ROUNDS; round++) {
		state_of_chance = round;
		in_color = false;
		print_chaos(&view_table);
		assert_null(strchr(printed, '\033'));
		plain = strdup(printed);
		state_of_chance = round;
		in_color = true;
		print_chaos(&view_table);
		colored = strdup(printed);
		sequences += strip(colored);
		assert_string_equal(plain, colored);
		free(plain);
		free(colored);
	}
	in_color = false;
	assert_true(sequences > ROUNDS);
	assert_int_equal(sequences % 2, 0);
}

static void show_refused(struct view_options *options)
{
	struct cs_clone rec = {.comm = "sh", .tid = 5, .error = 11, .via = CS_VIA_FORK};
	const struct clone clone = {.rec = &rec};

	free(printed);
	options->out = open_memstream(&printed, &printed_size);
	view_table.clone(options, &clone, &(struct tries_before){0});
	rec.error = 0;
	rec.cpu_node = 1;
	rec.policy.mode = 2;
	view_table.clone(options, &clone, &(struct tries_before){0});
	fclose(options->out);
}

static void test_colors_have_a_meaning(void **state)
{
	struct view_options options = {.width = 80, .color = true};

	(void)state;
	show_refused(&options);
	assert_non_null(strstr(printed, "\033[1;31mEAGAIN\033[m "));
	assert_non_null(strstr(printed, "\033[33m0/1/0/-!\033[m"));
	assert_non_null(strstr(printed, "\033[36m-*     \033[m "));
}

/* A heading on each screenful, and none amid the lines of one record. */
static void test_screenful(void **state)
{
	struct cs_clone rec = {.comm = "sh", .tid = 5, .child_tid = 6, .via = CS_VIA_FORK};
	const struct clone clone = {.rec = &rec};
	struct view_options options = {.width = 80, .height = 5};
	int lines = 0, headings = 0;
	struct view_ops view;

	(void)state;
	free(printed);
	screenful_of(&view);
	options.out = open_memstream(&printed, &printed_size);
	view.begin(&options);
	for (int i = 0; i < 8; i++)
		view.clone(&options, &clone, &(struct tries_before){0});
	rec.error = 11;
	view.clone(&options, &clone, &(struct tries_before){0});
	fclose(options.out);
	for (char *line = strtok(printed, "\n"); line; line = strtok(NULL, "\n"), lines++) {
		bool heading = strstr(line, "     TIME ") == line;

		headings += heading;
		/* Three records below each; those with lines of their own go to the next. */
		if (lines < 11)
			assert_int_equal(heading, lines % 4 == 0);
	}
	assert_true(lines > 12);
	assert_int_equal(headings, 4);
	screenful_end();
}

static int end(void **state)
{
	(void)state;
	free(printed);
	printed = NULL;
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_terminal, end),
		cmocka_unit_test_teardown(test_colors, end),
		cmocka_unit_test_teardown(test_colors_have_a_meaning, end),
		cmocka_unit_test_teardown(test_screenful, end),
		cmocka_unit_test_teardown(test_json, end),
		cmocka_unit_test_teardown(test_html, end),
		cmocka_unit_test_teardown(test_reports, end),
		cmocka_unit_test_teardown(test_huge_numbers, end),
		cmocka_unit_test_teardown(test_path_shows_each_stage, end),
		cmocka_unit_test_teardown(test_no_exit_signal_passes_for_another, end),
		cmocka_unit_test_teardown(test_events_are_wrapped, end),
		cmocka_unit_test_teardown(test_path_is_spaced, end),
	};

	return cmocka_run_group_tests_name("views", tests, NULL, NULL);
}
