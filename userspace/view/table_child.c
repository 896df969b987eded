// SPDX-License-Identifier: GPL-2.0
/* The table's lines for -v of a struct cs_detail: what was asked for, and what the child is. */
#include "view/table_parts.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "model/changes.h"
#include "model/container.h"
#include "model/flags.h"
#include "model/text.h"
#include "view/lines.h"

static bool is_missing(const struct cs_detail *detail, enum cs_detail_fact fact)
{
	return detail->missing & CS_MISSING(fact);
}

static bool is_kernel_thread(const struct cs_clone *rec)
{
	return rec->via == CS_VIA_KTHREAD || rec->via == CS_VIA_UMH;
}

/* One that no flag asks the kernel to use is what clone(2) found in a register. */
static void add_address(struct text *text, const char *name, uint64_t address, bool used)
{
	text_add(text, "%s%s=", text->length ? " " : "", name);
	if (address)
		text_add(text, "0x%" PRIx64 "%s", address, used ? "" : "(unused)");
	else
		text_add(text, "-");
}

/* Where the kernel is to write to, and to read from: addresses of the caller's. */
static void print_pointers(FILE *out, uint64_t flags, const struct cs_detail *detail)
{
	char buf[256];
	struct text text = {.buf = buf, .size = sizeof(buf)};

	add_address(&text, "pidfd", detail->pidfd, flags & CLONE_PIDFD);
	add_address(&text, "parent_tid", detail->parent_tid, flags & CLONE_PARENT_SETTID);
	add_address(&text, "child_tid", detail->child_tid,
		    flags & (CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID));
	add_address(&text, "tls", detail->tls, flags & CLONE_SETTLS);
	text_end(&text);
	lines_labelled(out, "pointers", buf);
}

static void print_user_stack(FILE *out, const struct cs_detail *detail)
{
	lines_label(out, "user stack");
	if (!detail->stack)
		fputs("not set: the caller's", out);
	else
		fprintf(out, "0x%" PRIx64, (uint64_t)detail->stack);
	if (detail->stack_size)
		fprintf(out, ", %" PRIu64 " bytes", (uint64_t)detail->stack_size);
	fputc('\n', out);
}

static void print_set_tid(FILE *out, const struct cs_detail *detail)
{
	char buf[512];
	struct text text = {.buf = buf, .size = sizeof(buf)};

	for (uint32_t i = 0; i < detail->set_tid_size && i < CS_MAX_LEVELS - 1; i++)
		text_add(&text, "%s%d", i ? ", " : "", detail->set_tid[i]);
	if (!text.length)
		return;
	text_add(&text, " (the innermost namespace first)");
	text_end(&text);
	lines_labelled(out, "set_tid", buf);
}

static void print_kernel_thread(FILE *out, const struct cs_detail *detail)
{
	char name[4 * CS_COMM_LEN + 1], function[4 * CS_NAME_LEN + 1];

	lines_label(out, "kernel thread");
	fprintf(out, "%s, to run %s\n",
		is_missing(detail, CS_DETAIL_NAME) ? "?"
						   : text_quote(name, sizeof(name), detail->name),
		is_missing(detail, CS_DETAIL_FUNCTION)
			? "?"
			: text_quote(function, sizeof(function), detail->function));
}

/* What CLONE_INTO_CGROUP names: the child is there; of a refused clone, its evidence may say it. */
static const char *target_path(const struct clone *clone)
{
	const struct cs_refusal *refusal = clone->refusal;

	if (!clone->rec->error)
		return is_missing(clone->detail, CS_DETAIL_CGROUP) ? "" : clone->detail->cgroup;
	/* Of EAGAIN it may be the path of the one that is full. */
	if (!refusal || refusal->missing & CS_MISSING(CS_REFUSAL_TARGET) ||
	    clone->rec->error == EAGAIN)
		return "";
	return refusal->cgroup;
}

static void print_target(FILE *out, const struct clone *clone)
{
	char path[4 * CS_PATH_LEN + 1], buf[sizeof(path) + 16];
	struct text text = {.buf = buf, .size = sizeof(buf)};

	text_quote(path, sizeof(path), target_path(clone));
	text_add(&text, "fd %d%s%s", clone->detail->cgroup_fd, path[0] ? ": " : "", path);
	text_end(&text);
	lines_labelled(out, "target cgroup", buf);
}

void table_detail_request(FILE *out, const struct clone *clone)
{
	const struct cs_clone *rec = clone->rec;
	const struct cs_detail *detail = clone->detail;

	if (is_kernel_thread(rec)) {
		print_kernel_thread(out, detail);
		return;
	}
	if (is_missing(detail, CS_DETAIL_REQUEST)) {
		lines_labelled(out, "pointers", "?");
		return;
	}
	print_pointers(out, rec->flags, detail);
	print_user_stack(out, detail);
	print_set_tid(out, detail);
	if (rec->flags & CLONE_INTO_CGROUP)
		print_target(out, clone);
}

static void print_pids(FILE *out, const struct cs_detail *detail)
{
	char buf[512];
	struct text text = {.buf = buf, .size = sizeof(buf)};

	for (uint32_t level = 0; level <= detail->pid_level && level < CS_MAX_LEVELS; level++)
		text_add(&text, "%s%d", level ? ", " : "", detail->pids[level]);
	if (detail->pid_level)
		text_add(&text, " (the initial namespace first)");
	text_end(&text);
	lines_labelled(out, "pids", buf);
}

static void print_parent(FILE *out, const struct cs_clone *rec, const struct cs_detail *detail)
{
	lines_label(out, "real parent");
	fprintf(out, "tid %" PRIu32 " tgid %" PRIu32 "%s\n", detail->real_parent_tid,
		detail->real_parent_tgid,
		detail->real_parent_tgid == rec->tgid ? "" : " (not the caller)");
}

/* "cgroup:4026531835 ipc:4026532201(new)": as readlink of /proc/PID/ns shows them. */
static void print_namespaces(FILE *out, const struct cs_detail *detail)
{
	char buf[512];
	struct text text = {.buf = buf, .size = sizeof(buf)};

	if (is_missing(detail, CS_DETAIL_NAMESPACES)) {
		lines_labelled(out, "namespaces", "?");
		return;
	}
	for (int ns = 0; ns < CS_NS_COUNT; ns++)
		text_add(&text, "%s%s:%" PRIu32 "%s", ns ? " " : "", namespace_name(ns),
			 detail->ns[ns], detail->ns[ns] != detail->caller_ns[ns] ? "(new)" : "");
	text_end(&text);
	lines_labelled(out, "namespaces", buf);
}

static void print_user_namespace(FILE *out, const struct cs_detail *detail)
{
	lines_label(out, "user namespace");
	if (is_missing(detail, CS_DETAIL_NAMESPACES)) {
		fputs("?\n", out);
		return;
	}
	if (!detail->user_level) {
		fputs("the initial one\n", out);
		return;
	}
	fprintf(out, "level %d, owner uid %" PRIu32 "\n", detail->user_level, detail->user_owner);
	lines_label(out, "uid map");
	if (detail->uid_map_count)
		fprintf(out, "%" PRIu32 " %" PRIu32 " %" PRIu32 "\n", detail->uid_map_first,
			detail->uid_map_lower, detail->uid_map_count);
	else
		fputs("none is written yet\n", out);
}

static void print_container(FILE *out, const char *path)
{
	struct container container;

	if (!container_find(&container, path))
		return;
	if (container.engine) {
		lines_label(out, container.monitor ? "monitor of" : "container");
		fprintf(out, "%s %s\n", container_engine_name(container.engine), container.id);
	}
	if (container.pod[0]) {
		lines_label(out, "pod");
		fprintf(out, "%s\n", container.pod);
	}
}

static void print_cgroup(FILE *out, const struct cs_detail *detail)
{
	char path[4 * CS_PATH_LEN + 1];

	if (is_missing(detail, CS_DETAIL_CGROUP)) {
		lines_labelled(out, "cgroup", "?");
		return;
	}
	lines_labelled(out, "cgroup", text_quote(path, sizeof(path), detail->cgroup));
	print_container(out, detail->cgroup);
}

static void print_changes(FILE *out, const struct cs_clone *rec, const struct cs_detail *detail)
{
	char text[CHANGES_TEXT_SIZE];

	changes_format(text, sizeof(text), rec, detail);
	lines_labelled(out, "changed", text);
}

void table_detail_child(FILE *out, const struct cs_clone *rec, const struct cs_detail *detail)
{
	print_pids(out, detail);
	print_parent(out, rec, detail);
	print_namespaces(out, detail);
	print_user_namespace(out, detail);
	print_cgroup(out, detail);
	print_changes(out, rec, detail);
}
