// SPDX-License-Identifier: GPL-2.0
/* What the path of a cgroup says of a container. */
#include "model/container.h"

#include <ctype.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* Docker, podman, containerd and CRI-O make such ids, and no others. */
#define ID_DIGITS 64

enum id_form {
	ID_DIGEST, /* ID_DIGITS hexadecimal digits */
	ID_NAME,   /* chosen by people; systemd's escapes are undone */
};

/* How a part of a path names a container; the first row that fits is taken. */
struct pattern {
	const char *above; /* the part before it must be this; NULL: any */
	const char *prefix;
	const char *suffix;
	enum container_engine engine;
	enum id_form form;
	bool monitor;
};

static const struct pattern patterns[] = {
	{"docker", "", "", CONTAINER_DOCKER, ID_DIGEST, false},
	{NULL, "docker-", ".scope", CONTAINER_DOCKER, ID_DIGEST, false},
	{NULL, "libpod-conmon-", ".scope", CONTAINER_PODMAN, ID_DIGEST, true},
	{NULL, "libpod-conmon-", "", CONTAINER_PODMAN, ID_DIGEST, true},
	{NULL, "libpod-payload-", "", CONTAINER_PODMAN, ID_DIGEST, false},
	{NULL, "libpod-", ".scope", CONTAINER_PODMAN, ID_DIGEST, false},
	{NULL, "libpod-", "", CONTAINER_PODMAN, ID_DIGEST, false},
	{NULL, "cri-containerd-", ".scope", CONTAINER_CONTAINERD, ID_DIGEST, false},
	{NULL, "nerdctl-", ".scope", CONTAINER_NERDCTL, ID_DIGEST, false},
	{NULL, "crio-conmon-", ".scope", CONTAINER_CRIO, ID_DIGEST, true},
	{NULL, "crio-conmon-", "", CONTAINER_CRIO, ID_DIGEST, true},
	{NULL, "crio-", ".scope", CONTAINER_CRIO, ID_DIGEST, false},
	{NULL, "crio-", "", CONTAINER_CRIO, ID_DIGEST, false},
	{"lxc", "", "", CONTAINER_LXC, ID_NAME, false},
	{"lxc.payload", "", "", CONTAINER_LXC, ID_NAME, false},
	{"lxc.monitor", "", "", CONTAINER_LXC, ID_NAME, true},
	{NULL, "lxc.payload.", "", CONTAINER_LXC, ID_NAME, false},
	{NULL, "lxc.monitor.", "", CONTAINER_LXC, ID_NAME, true},
	{NULL, "machine-qemu\\x2d", ".scope", CONTAINER_LIBVIRT_QEMU, ID_NAME, false},
	{NULL, "machine-lxc\\x2d", ".scope", CONTAINER_LIBVIRT_LXC, ID_NAME, false},
	{NULL, "machine-", ".scope", CONTAINER_NSPAWN, ID_NAME, false},
	{NULL, "systemd-nspawn@", ".service", CONTAINER_NSPAWN, ID_NAME, false},
	{NULL, "runc-", ".scope", CONTAINER_RUNC, ID_NAME, false},
	{NULL, "crun-", ".scope", CONTAINER_CRUN, ID_NAME, false},
	{NULL, "", "", CONTAINER_UNKNOWN, ID_DIGEST, false},
};

static const char *const engine_names[] = {
	[CONTAINER_NONE] = "",
	[CONTAINER_UNKNOWN] = "?",
	[CONTAINER_DOCKER] = "docker",
	[CONTAINER_PODMAN] = "podman",
	[CONTAINER_CONTAINERD] = "containerd",
	[CONTAINER_NERDCTL] = "nerdctl",
	[CONTAINER_CRIO] = "cri-o",
	[CONTAINER_KUBERNETES] = "kubernetes",
	[CONTAINER_LXC] = "lxc",
	[CONTAINER_NSPAWN] = "systemd-nspawn",
	[CONTAINER_LIBVIRT_LXC] = "libvirt-lxc",
	[CONTAINER_LIBVIRT_QEMU] = "libvirt-qemu",
	[CONTAINER_RUNC] = "runc",
	[CONTAINER_CRUN] = "crun",
};

const char *container_engine_name(enum container_engine engine)
{
	return engine < ARRAY_SIZE(engine_names) ? engine_names[engine] : "?";
}

static bool is_digest(const char *text)
{
	return strspn(text, "0123456789abcdef") == ID_DIGITS && !text[ID_DIGITS];
}

/* Not "." nor "..": these are no names of anything. */
static bool is_safe(const char *text)
{
	static const char safe[] = "0123456789abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ_.-";

	return text[0] && !text[strspn(text, safe)] && text[strspn(text, ".")];
}

/* Undo systemd's \xNN; one that is broken stays, and is not safe then. */
static void unescape(char *text)
{
	char *to = text;

	for (; *text; text++, to++) {
		char digits[3] = "";
		char byte = 0;

		if (!strncmp(text, "\\x", 2))
			strncpy(digits, text + 2, 2);
		if (isxdigit((unsigned char)digits[0]) && isxdigit((unsigned char)digits[1]))
			byte = (char)strtoul(digits, NULL, 16);
		*to = byte ? byte : *text;
		text += byte ? strlen("xNN") : 0;
	}
	*to = '\0';
}

/* Write what stands between @prefix and @suffix into @middle; false: @text has not both. */
static bool take_between(char *middle, const char *text, const char *prefix, const char *suffix)
{
	size_t length = strlen(text), before = strlen(prefix), after = strlen(suffix);

	if (length <= before + after || length >= CONTAINER_ID_SIZE ||
	    strncmp(text, prefix, before) || strcmp(text + length - after, suffix))
		return false;
	length -= before + after;
	memcpy(middle, text + before, length);
	middle[length] = '\0';
	return true;
}

static bool match(const struct pattern *pattern, const char *above, const char *part, char *id)
{
	if (pattern->above && strcmp(pattern->above, above))
		return false;
	if (!take_between(id, part, pattern->prefix, pattern->suffix))
		return false;
	if (pattern->form == ID_NAME)
		unescape(id);
	return pattern->form == ID_DIGEST ? is_digest(id) : is_safe(id);
}

/* Is this part of the path a container's? Then it is that of @container from here on. */
static void take_container(struct container *container, const char *above, const char *part)
{
	char id[CONTAINER_ID_SIZE];

	for (size_t i = 0; i < ARRAY_SIZE(patterns); i++) {
		if (!match(&patterns[i], above, part, id))
			continue;
		container->engine = patterns[i].engine;
		container->monitor = patterns[i].monitor;
		strcpy(container->id, id);
		return;
	}
}

/*
 * A pod: podman's machine-libpod_pod_<id>.slice; Kubernetes' kubepods[-<class>]-pod<uid>.slice, where the
 * dashes of the uid are underscores; its /kubepods[/<class>]/pod<uid>, @above which there is "kubepods".
 */
static bool take_pod(struct container *container, const char *part, bool kubepods)
{
	char pod[CONTAINER_ID_SIZE], *uid;

	if (take_between(pod, part, "machine-libpod_pod_", ".slice") && is_digest(pod)) {
		uid = pod;
	} else if (take_between(pod, part, "", ".slice") && strstr(pod, "kubepods")) {
		uid = strstr(pod, "-pod");
		if (!uid)
			return false;
		uid += strlen("-pod");
		for (char *at = uid; *at; at++)
			*at = *at == '_' ? '-' : *at;
	} else if (kubepods && take_between(pod, part, "pod", "")) {
		uid = pod;
	} else {
		return false;
	}
	if (!is_safe(uid))
		return false;
	/* What was above a pod is not in it. */
	*container = (struct container){0};
	strcpy(container->pod, uid);
	return true;
}

/* containerd that was told a path of systemd's and has none: <slice>:cri-containerd:<id>. */
static void take_colons(struct container *container, char *part)
{
	char scope[CONTAINER_ID_SIZE + sizeof("-.scope")], *engine, *id;

	engine = strchr(part, ':');
	id = engine ? strchr(engine + 1, ':') : NULL;
	if (!id)
		return;
	*engine++ = '\0';
	*id++ = '\0';
	take_pod(container, part, false);
	snprintf(scope, sizeof(scope), "%s-%s.scope", engine, id);
	take_container(container, part, scope);
}

/* What is walked from the root of the path to its end. */
struct walk {
	char above[CONTAINER_ID_SIZE];
	bool above_is_pod;
	bool kubepods;
};

static void take_part(struct container *container, struct walk *walk, char *part)
{
	bool is_pod = take_pod(container, part, walk->kubepods);

	if (!is_pod && strchr(part, ':'))
		take_colons(container, part);
	else if (!is_pod && walk->above_is_pod && is_digest(part)) {
		container->engine = CONTAINER_KUBERNETES;
		strcpy(container->id, part);
	} else if (!is_pod) {
		take_container(container, walk->above, part);
	}
	walk->above_is_pod = is_pod;
	walk->kubepods |= !strncmp(part, "kubepods", strlen("kubepods"));
	strcpy(walk->above, part);
}

bool container_find(struct container *container, const char *path)
{
	struct walk walk = {0};

	memset(container, 0, sizeof(*container));
	/* A name without its beginning is none. */
	if (!strncmp(path, "...", 3))
		path += strcspn(path, "/");
	while (*path) {
		size_t length = strcspn(path, "/");
		char part[CONTAINER_ID_SIZE];

		snprintf(part, sizeof(part), "%.*s", (int)length, path);
		if (length && length < sizeof(part))
			take_part(container, &walk, part);
		path += length;
		path += strspn(path, "/");
	}
	return container->engine || container->pod[0];
}
