// SPDX-License-Identifier: GPL-2.0
/* What of a run goes into a recording: records with their explanations, and where they come from. */
#include "cmd/keep.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "model/refusal.h"
#include "model/text.h"
#include "recording/recorder.h"
#include "recording/recording.h"
#include "source/host.h"
#include "source/order.h"

struct keep {
	struct recorder *recorder;
	const struct live_options *options;
	bool is_record;
	uint64_t next_progress_ns;
	uint64_t counted; /* records kept when progress was shown */
};

static int fail(const char *why)
{
	fprintf(stderr, "clonescope: %s\n", why);
	return EXIT_FAILURE;
}

int keep_open(struct keep **keep, const struct live_options *options, bool is_record)
{
	char why[RECORDER_WHY_SIZE];

	*keep = calloc(1, sizeof(**keep));
	if (!*keep)
		return fail("no memory for a recording");
	(*keep)->options = options;
	(*keep)->is_record = is_record;
	if (recorder_open(&(*keep)->recorder, options->output, options->inputs,
			  options->input_count, why))
		return fail(why);
	return EXIT_SUCCESS;
}

void keep_close(struct keep *keep)
{
	if (keep)
		recorder_free(keep->recorder);
	free(keep);
}

/* --- where it comes from --------------------------------------------------------------------------------- */

void keep_describe_copy(struct keep *keep, const struct source *source,
			const struct recording_info *info)
{
	struct recorder *recorder;

	if (!keep)
		return;
	recorder = keep->recorder;
	recorder_set_text(recorder, "host", info->host);
	recorder_set_text(recorder, "release", info->release);
	recorder_set_text(recorder, "machine", info->machine);
	recorder_set_text(recorder, "boot_id", info->boot_id);
	recorder_set_text(recorder, "backend", info->backend);
	recorder_set_text(recorder, "attach", info->attach);
	recorder_set_text(recorder, "command", info->command ? info->command : "");
	recorder_set_text(recorder, "started", info->started);
	recorder_set_text(recorder, "clock", "CLOCK_BOOTTIME");
	recorder_set_text(recorder, "version", CLONESCOPE_VERSION);
	recorder_set_number(recorder, "record_version", CS_RECORD_VERSION);
	recorder_set_number(recorder, "realtime_offset_ns", info->realtime_offset_ns);
	recorder_set_number(recorder, "since_ns", (int64_t)info->since_ns);
	recorder_set_number(recorder, "kinds", info->kinds);
	recorder_set_number(recorder, "never_learnt", (int64_t)source->never_learnt);
	recorder_add_places(recorder, &source->places);
}

static int64_t realtime_offset_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec - (int64_t)order_now_ns();
}

static char *join_words(char *const *words)
{
	char *text = NULL;
	size_t size;
	FILE *joined = open_memstream(&text, &size);

	if (!joined)
		return NULL;
	for (size_t i = 0; words && words[i]; i++)
		fprintf(joined, "%s%s", i ? " " : "", words[i]);
	return fclose(joined) ? NULL : text;
}

static void format_now(char buf[RECORDING_TEXT_SIZE])
{
	time_t now = time(NULL);
	struct tm utc;

	gmtime_r(&now, &utc);
	strftime(buf, RECORDING_TEXT_SIZE, "%Y-%m-%dT%H:%M:%SZ", &utc);
}

void keep_describe_live(struct keep *keep, const struct source *source, uint32_t kinds,
			uint64_t since_ns)
{
	struct recording_info info = {
		.since_ns = since_ns,
		.realtime_offset_ns = realtime_offset_ns(),
		.kinds = kinds,
	};
	char *command, *words;
	struct utsname host;

	if (!keep)
		return;
	words = join_words(keep->options->words);
	info.command = command = join_words(keep->options->command);
	uname(&host);
	snprintf(info.host, sizeof(info.host), "%s", host.nodename);
	snprintf(info.release, sizeof(info.release), "%s", host.release);
	snprintf(info.machine, sizeof(info.machine), "%s", host.machine);
	snprintf(info.backend, sizeof(info.backend), "%s", source->ops->name);
	if (source->attach)
		snprintf(info.attach, sizeof(info.attach), "%s", attach_name(source->attach));
	host_read_line("/proc/sys/kernel/random/boot_id", info.boot_id, sizeof(info.boot_id));
	format_now(info.started);
	keep_describe_copy(keep, source, &info);
	recorder_set_text(keep->recorder, "options", words ? words : "");
	free(command);
	free(words);
}

/* --- records --------------------------------------------------------------------------------------------- */

void keep_clone(struct keep *keep, const struct clone *clone, int kernel)
{
	struct refusal_verdict verdict;

	if (!keep)
		return;
	if (clone->rec->error)
		refusal_explain(clone, kernel, &verdict);
	recorder_add_clone(keep->recorder, clone, clone->rec->error ? &verdict : NULL);
}

void keep_call(struct keep *keep, const struct cs_call *call, int kernel)
{
	struct refusal_verdict verdict;

	if (!keep)
		return;
	refusal_explain_call(call, kernel, &verdict);
	recorder_add_call(keep->recorder, call, &verdict);
}

void keep_namespaces(struct keep *keep, const struct cs_namespaces *rec,
		     const struct cs_refusal *refusal, int kernel)
{
	struct refusal_verdict verdict;

	if (!keep)
		return;
	if (rec->error)
		refusal_explain_namespaces(rec, refusal, kernel, &verdict);
	recorder_add_namespaces(keep->recorder, rec, refusal, rec->error ? &verdict : NULL);
}

void keep_record(struct keep *keep, const struct cs_head *head)
{
	if (keep)
		recorder_add(keep->recorder, head);
}

void keep_loss(struct keep *keep, enum loss loss, uint64_t count)
{
	if (keep)
		recorder_add_loss(keep->recorder, loss, count);
}

/* --- as it grows ----------------------------------------------------------------------------------------- */

/* In binary units, as ls -h has them. */
static void format_bytes(char *buf, size_t size, uint64_t bytes)
{
	static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
	double value = (double)bytes;
	size_t unit = 0;

	for (; value >= 1024 && unit < sizeof(units) / sizeof(units[0]) - 1; unit++)
		value /= 1024;
	snprintf(buf, size, unit ? "%.1f %s" : "%.0f %s", value, units[unit]);
}

/* One line that is written over once a second. */
static void show_progress(struct keep *keep, uint64_t lost)
{
	uint64_t now_ns = order_now_ns(), count = recorder_count(keep->recorder);
	char size[32];

	if (!keep->is_record || !isatty(STDERR_FILENO) || now_ns < keep->next_progress_ns)
		return;
	format_bytes(size, sizeof(size), recorder_bytes(keep->recorder));
	fprintf(stderr, "\r%" PRIu64 " records, %" PRIu64 "/s, %" PRIu64 " lost, %s  ", count,
		count - keep->counted, lost, size);
	keep->counted = count;
	keep->next_progress_ns = now_ns + 1000000000;
}

bool keep_tick(struct keep *keep, uint64_t lost)
{
	if (!keep)
		return true;
	recorder_tick(keep->recorder);
	show_progress(keep, lost);
	return !recorder_error(keep->recorder);
}

static void say_kept(const struct keep *keep)
{
	char size[32], path[512];

	format_bytes(size, sizeof(size), recorder_bytes(keep->recorder));
	text_quote_word(path, sizeof(path), keep->options->output);
	fprintf(stderr, "clonescope: %" PRIu64 " records, %s, are in %s\n",
		recorder_count(keep->recorder), size, path);
}

int keep_finish(struct keep *keep)
{
	const char *error;

	if (!keep)
		return EXIT_SUCCESS;
	recorder_finish(keep->recorder);
	if (keep->is_record && isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
	error = recorder_error(keep->recorder);
	if (error)
		return fail(error);
	if (keep->is_record)
		say_kept(keep);
	return EXIT_SUCCESS;
}
