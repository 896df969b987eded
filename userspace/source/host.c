// SPDX-License-Identifier: GPL-2.0
/* Reads from /proc and /sys what decides whether tracing is possible here. */
#include "source/host.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/utsname.h>
#include <unistd.h>

const char *host_release(void)
{
	static struct utsname name;

	uname(&name);
	return name.release;
}

bool host_has_btf(void)
{
	return !access("/sys/kernel/btf/vmlinux", R_OK);
}

bool host_kprobes_off(void)
{
	char line[16];

	return !host_read_line("/sys/kernel/debug/kprobes/enabled", line, sizeof(line)) &&
	       !strcmp(line, "0");
}

bool host_initial_pid_namespace(void)
{
	/* PROC_PID_INIT_INO, include/linux/proc_ns.h */
	static const char initial[] = "pid:[4026531836]";
	char link[64] = "";

	if (readlink("/proc/self/ns/pid", link, sizeof(link) - 1) < 0)
		return true;
	return !strcmp(link, initial);
}

bool host_has_file(const char *path)
{
	return !access(path, F_OK);
}

int host_read_line(const char *path, char *buf, size_t size)
{
	FILE *file = fopen(path, "re");
	char *line;

	if (!file)
		return -errno;
	line = fgets(buf, (int)size, file);
	fclose(file);
	if (!line)
		return -ENODATA;
	buf[strcspn(buf, "\n")] = '\0';
	return 0;
}

const char *host_lockdown(void)
{
	static const char *const modes[] = {"none", "integrity", "confidentiality"};
	char line[128], marked[32];

	if (host_read_line("/sys/kernel/security/lockdown", line, sizeof(line)))
		return "unknown";
	for (size_t i = 0; i < 3; i++) {
		snprintf(marked, sizeof(marked), "[%s]", modes[i]);
		if (strstr(line, marked))
			return modes[i];
	}
	return "unknown";
}

bool host_capable(int capability)
{
	cap_flag_value_t value = CAP_CLEAR;
	cap_t caps = cap_get_proc();

	if (!caps)
		return false;
	cap_get_flag(caps, capability, CAP_EFFECTIVE, &value);
	cap_free(caps);
	return value == CAP_SET;
}

const char *host_tracefs(void)
{
	static const char *const places[] = {"/sys/kernel/tracing", "/sys/kernel/debug/tracing"};
	char path[64];

	for (size_t i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s/events", places[i]);
		if (!access(path, F_OK))
			return places[i];
	}
	return NULL;
}

/*
 * The name in a line of /proc/kallsyms, "ADDRESS TYPE NAME"; NULL: it is that of no function or variable. There are
 * so many lines that to look at all of each would be much of what attaching takes.
 */
static const char *symbol_name(const char *line)
{
	const char *type = strchr(line, ' ');

	if (!type || !type[1] || type[2] != ' ' || !strchr("tTdDbB", type[1]))
		return NULL;
	return type + 3;
}

/* Few names have the number of another: most lines are done with when theirs is known. */
static unsigned char number_of(const char *name, size_t length)
{
	return (unsigned char)(name[0] * 37 + length);
}

int host_symbols(const char *const names[], unsigned int found[], uint64_t addresses[],
		 size_t count)
{
	FILE *file = fopen("/proc/kallsyms", "re");
	bool wanted[UCHAR_MAX + 1] = {false}; /* by their numbers */
	const char *name;
	char *line = NULL;
	size_t size = 0;
	ssize_t length;

	memset(found, 0, count * sizeof(*found));
	if (!file)
		return -errno;
	for (size_t i = 0; i < count; i++)
		wanted[number_of(names[i], strlen(names[i]))] = true;
	/* The kernel's own come first, then those of modules, "NAME [module]". */
	while ((length = getline(&line, &size, file)) > 1 && line[length - 2] != ']') {
		line[length - 1] = '\0';
		name = symbol_name(line);
		if (!name || !wanted[number_of(name, (size_t)(line + length - 1 - name))])
			continue;
		for (size_t i = 0; i < count; i++) {
			if (strcmp(name, names[i]))
				continue;
			found[i]++;
			if (addresses)
				addresses[i] = strtoull(line, NULL, 16);
		}
	}
	free(line);
	fclose(file);
	return 0;
}

int host_only_node(void)
{
	char line[64], end;
	int node;

	/* "0"; where there are several "0-3", "0,2". */
	if (host_read_line("/sys/devices/system/node/possible", line, sizeof(line)))
		return -1;
	return sscanf(line, "%d%c", &node, &end) == 1 ? node : -1;
}
