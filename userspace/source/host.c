// SPDX-License-Identifier: GPL-2.0
/* Reads from /proc and /sys what decides whether tracing is possible here. */
#include "source/host.h"

#include <errno.h>
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
 * A line of /proc/kallsyms, "ADDRESS TYPE NAME". False: it is no variable or function of the kernel itself; a
 * module's line ends in "[module]". There are so many lines that sscanf() would be most of what attaching takes.
 */
static bool parse_symbol(char *line, uint64_t *address, const char **name)
{
	char *end;

	*address = strtoull(line, &end, 16);
	if (end == line || end[0] != ' ' || !end[1] || end[2] != ' ' || !strchr("tTdDbB", end[1]))
		return false;
	*name = end + 3;
	end += strcspn(end, "\n");
	if (end[-1] == ']')
		return false;
	*end = '\0';
	return true;
}

int host_symbols(const char *const names[], unsigned int found[], uint64_t addresses[],
		 size_t count)
{
	FILE *file = fopen("/proc/kallsyms", "re");
	const char *name;
	char line[1024];
	uint64_t address;

	memset(found, 0, count * sizeof(*found));
	if (!file)
		return -errno;
	while (fgets(line, sizeof(line), file)) {
		if (!parse_symbol(line, &address, &name))
			continue;
		for (size_t i = 0; i < count; i++) {
			if (name[0] != names[i][0] || strcmp(name, names[i]))
				continue;
			found[i]++;
			if (addresses)
				addresses[i] = address;
		}
	}
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
