// SPDX-License-Identifier: GPL-2.0
/* What a scraper reads: names and escapes of both formats, and which of them it gets. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "view/openmetrics.h"
#include "view/utf8.h"

static struct metrics metrics;
static const struct openmetrics_self self = {
	.version = "1",
	.backend = "bpf",
	.attach = "fentry",
	.kernel = "6.1",
	.started_ms = 1700000000042,
	.cpu_us = 1500001,
	.resident_bytes = 4096,
	.bpf_ns = 2000000003,
};

static char *print(enum exposition exposition)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	openmetrics_print(out, exposition, &metrics, &self);
	assert_int_equal(fclose(out), 0);
	return text;
}

static void assert_has(const char *text, const char *line)
{
	const char *found = strstr(text, line);

	if (!found || (found > text && found[-1] != '\n'))
		fail_msg("there is no line %s in:\n%s", line, text);
}

static void assert_has_not(const char *text, const char *part)
{
	if (strstr(text, part))
		fail_msg("there is %s in:\n%s", part, text);
}

static void add(const char *comm, uint64_t copy_ns)
{
	struct cs_clone rec = {.via = CS_VIA_FORK, .child_tid = 2, .copy_ns = copy_ns};
	const struct clone clone = {.rec = &rec};
	char command[UTF8_SIZE(CS_COMM_LEN)];

	memcpy(rec.comm, comm, strnlen(comm, sizeof(rec.comm)));
	openmetrics_label(command, rec.comm, sizeof(rec.comm));
	metrics_add(&metrics, &clone, command, NULL);
}

static void test_names_of_openmetrics(void **state)
{
	char *text;

	(void)state;
	metrics_init(&metrics, 8, 0);
	add("sh", 30000);
	text = print(EXPOSITION_OPENMETRICS);
	assert_has(text, "# TYPE clonescope_build info\n");
	assert_has(text, "clonescope_build_info{version=\"1\",record_version=\"2\",backend=\"bpf\","
			 "attach=\"fentry\",kernel=\"6.1\"} 1\n");
	assert_has(text, "# TYPE clonescope_clones counter\n");
	assert_has(text, "clonescope_clones_total{via=\"fork\",result=\"made\"} 1\n");
	assert_has(text, "# UNIT clonescope_copy_seconds seconds\n");
	assert_has(text, "clonescope_copy_seconds_bucket{le=\"2.5e-05\"} 0\n");
	assert_has(text, "clonescope_copy_seconds_bucket{le=\"5e-05\"} 1\n");
	assert_has(text, "clonescope_copy_seconds_bucket{le=\"+Inf\"} 1\n");
	assert_has(text, "clonescope_copy_seconds_sum 0.000030000\n");
	assert_has(text, "clonescope_process_cpu_seconds_total 1.500001\n");
	assert_has(text, "clonescope_process_start_time_seconds 1700000000.042\n");
	assert_has(text, "clonescope_bpf_run_seconds_total 2.000000003\n");
	assert_string_equal(text + strlen(text) - 6, "# EOF\n");
	free(text);
}

static void test_names_of_text(void **state)
{
	char *text;

	(void)state;
	metrics_init(&metrics, 8, 0);
	add("sh", 30000);
	text = print(EXPOSITION_TEXT);
	assert_has(text, "# TYPE clonescope_build_info gauge\n");
	assert_has(text, "# TYPE clonescope_clones_total counter\n");
	assert_has(text, "clonescope_clones_total{via=\"fork\",result=\"made\"} 1\n");
	assert_has(text, "# TYPE clonescope_copy_seconds histogram\n");
	assert_has_not(text, "# UNIT");
	assert_has_not(text, "# EOF");
	free(text);
}

/* What comm holds, and how the label is written. */
static void test_hostile_commands(void **state)
{
	static const struct {
		const char *comm, *label;
	} cases[] = {
		{"plain", "plain"},
		{"a\"b", "a\\\"b"},
		{"a\\b", "a\\\\b"},
		{"a\nb", "a\\nb"},
		{"x\"} 1\n# EOF", "x\\\"} 1\\n# EOF"},
		{"gr\xc3\xb6\xc3\x9f", "gr\xc3\xb6\xc3\x9f"},
		{"\xff\xfe", "\xef\xbf\xbd\xef\xbf\xbd"},
		{"cut\xc3", "cut\xef\xbf\xbd"},
		{"\x1b[2J", "\xef\xbf\xbd[2J"},
		{"c1\xc2\x9b", "c1\xef\xbf\xbd\xef\xbf\xbd"},
		{"\r", "\xef\xbf\xbd"},
		{"t\xe2\x80\xae", "t\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
		{"\xe2\x80\xa8", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
		{"a\xe2\x80\x93z", "a\xe2\x80\x93z"},
		{"1234567890123456", "1234567890123456"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char line[256], *text;

		metrics_init(&metrics, 8, 0);
		add(cases[i].comm, 1);
		text = print(EXPOSITION_OPENMETRICS);
		snprintf(line, sizeof(line),
			 "clonescope_command_clones_total{command=\"%s\",result=\"made\"} 1\n",
			 cases[i].label);
		assert_has(text, line);
		free(text);
	}
}

/* A series may be there once only: names that are written alike are one. */
static void test_names_that_become_one(void **state)
{
	const char *line =
		"clonescope_command_clones_total{command=\"\xef\xbf\xbd\",result=\"made\"}";
	char *text;

	(void)state;
	metrics_init(&metrics, 8, 0);
	add("\xff", 1);
	add("\xfe", 1);
	add("\x01", 1);
	text = print(EXPOSITION_OPENMETRICS);
	assert_has(text,
		   "clonescope_command_clones_total{command=\"\xef\xbf\xbd\",result=\"made\"} "
		   "3\n");
	assert_has_not(strstr(text, line) + 1, line);
	free(text);
}

static void test_refusals(void **state)
{
	struct refusal_verdict verdict = {.outcome = REFUSAL_DECIDED, .error = EAGAIN, .count = 1};
	struct cs_clone rec = {.error = EAGAIN};
	const struct clone clone = {.rec = &rec};
	char *text, line[512];

	(void)state;
	metrics_init(&metrics, 8, 0);
	verdict.reasons[0].rule = rules_at(0);
	metrics_add(&metrics, &clone, "sh", &verdict);
	verdict.error = EPERM;
	metrics_add(&metrics, &clone, "sh", &verdict);
	verdict.outcome = REFUSAL_CANDIDATES;
	metrics_add(&metrics, &clone, "sh", &verdict);
	verdict.outcome = REFUSAL_UNKNOWN;
	metrics_add(&metrics, &clone, "sh", &verdict);
	text = print(EXPOSITION_OPENMETRICS);
	snprintf(line, sizeof(line), "clonescope_refusals_total{errno=\"EAGAIN\",rule=\"%s\"} 1\n",
		 rules_at(0)->id);
	assert_has(text, line);
	assert_has(text, "clonescope_refusals_total{errno=\"EPERM\",rule=\"uncertain\"} 1\n");
	assert_has(text, "clonescope_refusals_total{errno=\"EPERM\",rule=\"unknown\"} 1\n");
	snprintf(line, sizeof(line), "clonescope_rule_info{rule=\"%s\",sentence=\"",
		 rules_at(0)->id);
	assert_has(text, line);
	/* Once, though it gave two errnos. */
	assert_has_not(strstr(text, line) + 1, line);
	free(text);
}

static void test_containers(void **state)
{
	struct cs_detail detail = {.cgroup_id = 1,
				   .cgroup = "/machine.slice/libpod-0123456789abcdef"
					     "0123456789abcdef0123456789abcdef"
					     "0123456789abcdef.scope"};
	struct cs_clone rec = {.child_tid = 2};
	const struct clone clone = {.rec = &rec, .detail = &detail};
	char *text;

	(void)state;
	metrics_init(&metrics, 8, 8);
	metrics_add(&metrics, &clone, "sh", NULL);
	text = print(EXPOSITION_TEXT);
	assert_has(text, "clonescope_container_clones_total{container=\"0123456789abcdef0123456789"
			 "abcdef0123456789abcdef0123456789abcdef\",engine=\"podman\",pod=\"\","
			 "result=\"made\"} 1\n");
	assert_has(text, "clonescope_container_clones_total{container=\"none\",engine=\"\",pod="
			 "\"\",result=\"made\"} 0\n");
	free(text);
}

static void test_negotiation(void **state)
{
	static const struct {
		const char *accept;
		enum exposition expected;
	} cases[] = {
		{NULL, EXPOSITION_TEXT},
		{"", EXPOSITION_TEXT},
		{"*/*", EXPOSITION_TEXT},
		{"text/plain", EXPOSITION_TEXT},
		{"text/plain;version=0.0.4", EXPOSITION_TEXT},
		{"application/openmetrics-text", EXPOSITION_OPENMETRICS},
		{"application/openmetrics-text; version=1.0.0", EXPOSITION_OPENMETRICS},
		{"Application/OpenMetrics-Text; Version=\"1.0.0\"", EXPOSITION_OPENMETRICS},
		{"application/openmetrics-text;version=0.0.1", EXPOSITION_TEXT},
		{"application/openmetrics-text;version=2.0.0", EXPOSITION_TEXT},
		{"application/openmetrics-text;q=0,text/plain", EXPOSITION_TEXT},
		{"application/openmetrics-text;q=0", EXPOSITION_TEXT},
		{"application/openmetrics-text;q=0.3,text/plain;q=0.5", EXPOSITION_TEXT},
		{"application/openmetrics-text;q=0.5,text/plain;q=0.3", EXPOSITION_OPENMETRICS},
		{"text/plain,application/openmetrics-text", EXPOSITION_OPENMETRICS},
		/* Prometheus 2.42, and 3. */
		{"application/openmetrics-text;version=1.0.0,application/openmetrics-text;"
		 "version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
		 EXPOSITION_OPENMETRICS},
		{"application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
		 "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,*/*;q=0.1",
		 EXPOSITION_OPENMETRICS},
		{"application/json", EXPOSITION_TEXT},
		{";;;,,,;q=;=,application/openmetrics-text;;", EXPOSITION_OPENMETRICS},
		{"application/openmetrics-textual", EXPOSITION_TEXT},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (exposition_negotiate(cases[i].accept) != cases[i].expected)
			fail_msg("%s", cases[i].accept);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_of_openmetrics),
		cmocka_unit_test(test_names_of_text),
		cmocka_unit_test(test_hostile_commands),
		cmocka_unit_test(test_names_that_become_one),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_containers),
		cmocka_unit_test(test_negotiation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
