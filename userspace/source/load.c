// SPDX-License-Identifier: GPL-2.0
/* Finds and loads the module through libkmod, and says in words why it can't. */
#include "source/load.h"

#include <errno.h>
#include <libgen.h>
#include <libkmod.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>
#include <unistd.h>

#include "source/host.h"

bool module_is_loaded(void)
{
	return !access("/sys/module/clonescope/parameters/record_version", F_OK);
}

bool module_is_on_demand(void)
{
	char line[8];

	return !host_read_line("/sys/module/clonescope/parameters/on_demand", line, sizeof(line)) &&
	       line[0] == 'Y';
}

/* Where `make` puts the module, seen from the program that it built. */
static void path_beside_us(char path[PATH_MAX])
{
	char self[PATH_MAX] = "";
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (length < 0)
		length = 0;
	self[length] = '\0';
	snprintf(path, PATH_MAX, "%.3800s/module/%.200s/clonescope.ko", dirname(self),
		 host_release());
}

static struct kmod_module *find_module(struct kmod_ctx *context)
{
	struct kmod_module *module = NULL;
	char path[PATH_MAX];

	path_beside_us(path);
	if (!access(path, R_OK))
		kmod_module_new_from_path(context, path, &module);
	else
		kmod_module_new_from_name(context, "clonescope", &module);
	if (module && !kmod_module_get_path(module)) {
		kmod_module_unref(module);
		module = NULL;
	}
	return module;
}

static const char *load_advice(int error)
{
	switch (error) {
	case -EPERM:
		if (!host_capable(CAP_SYS_MODULE))
			return "no permission: run it as root (sudo clonescope ...)";
		return "kernel lockdown forbids modules that aren't signed";
	case -EKEYREJECTED:
	case -ENOKEY:
		return "the kernel wants a signed module (Secure Boot): sign it, or use "
		       "--backend bpf";
	case -ENOEXEC:
		return "it was built for another kernel: run `make module` again";
	}
	return strerror(-error);
}

static int insert(struct kmod_module *module, char *why)
{
	int error = kmod_module_insert_module(module, 0, "on_demand=1");

	if (error && error != -EEXIST) {
		snprintf(why, SOURCE_WHY_SIZE, "module: clonescope.ko does not load: %s",
			 load_advice(error));
		return error;
	}
	return 0;
}

int module_load(char *why)
{
	struct kmod_ctx *context = kmod_new(NULL, NULL);
	struct kmod_module *module = context ? find_module(context) : NULL;
	int error = -ENOENT;

	if (module)
		error = insert(module, why);
	else
		snprintf(why, SOURCE_WHY_SIZE,
			 "module: there is no clonescope.ko for kernel %s: build it with "
			 "`make module` (it needs linux-headers-%s)",
			 host_release(), host_release());
	kmod_module_unref(module);
	kmod_unref(context);
	return error;
}

void module_unload(void)
{
	struct kmod_ctx *context = kmod_new(NULL, NULL);
	struct kmod_module *module = NULL;

	/* Another reader may still want it: then it stays, and nothing is wrong. */
	if (context)
		kmod_set_log_priority(context, 0);
	if (context && !kmod_module_new_from_name(context, "clonescope", &module))
		kmod_module_remove_module(module, 0);
	kmod_module_unref(module);
	kmod_unref(context);
}
