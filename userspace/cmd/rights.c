// SPDX-License-Identifier: GPL-2.0
/* Finds out what our capabilities allow, and which command line we were started with. */
#include "cmd/rights.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/capability.h>

#include "model/text.h"
#include "source/host.h"

/* A longer command line is shown by its beginning. */
#define COMMAND_MAX 256

bool rights_suffice(void)
{
	return host_capable(CAP_SYS_ADMIN) || (host_capable(CAP_BPF) && host_capable(CAP_PERFMON));
}

const char *rights_prefix(void)
{
	return rights_suffice() || !geteuid() ? "" : "sudo ";
}

/* As it was typed, ready to be typed again; argp and we have changed our own argv since. */
static void add_own_command(struct text *text)
{
	char words[COMMAND_MAX];
	FILE *file = fopen("/proc/self/cmdline", "r");
	size_t length = file ? fread(words, 1, sizeof(words), file) : 0;
	const char *word = words, *end = words + length;

	if (file)
		fclose(file);
	if (!length || end[-1] != '\0') {
		text_add(text, "clonescope ...");
		return;
	}
	for (; word < end; word += strlen(word) + 1) {
		if (word > words)
			text_put(text, " ");
		text_put_shell(text, word);
	}
}

const char *rights_advice(char *buf, size_t size)
{
	struct text text = {.buf = buf, .size = size};

	if (!geteuid()) {
		text_add(&text,
			 "no permission: this root has neither CAP_SYS_ADMIN nor CAP_BPF and "
			 "CAP_PERFMON; in a container: docker run --privileged --pid=host");
	} else {
		text_add(&text, "no permission; type: sudo ");
		add_own_command(&text);
		text_add(&text, " (CAP_BPF and CAP_PERFMON are enough for --backend bpf)");
	}
	text_end(&text);
	return buf;
}
