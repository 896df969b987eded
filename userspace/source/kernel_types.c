// SPDX-License-Identifier: GPL-2.0
/* Cuts the kernel's types down to those that programs can mean. */
#include "source/kernel_types.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <bpf/btf.h>

/* A name without its flavor: "page___wrapped" means the kernel's "page". */
struct name {
	const char *text;
	size_t length;
};

struct cut {
	const struct btf *from;
	struct btf *to;
	uint32_t *ids; /* in the latter, by id in the former; 0: not there yet */
};

static int compare_names(const void *left, const void *right)
{
	const struct name *a = left, *b = right;

	if (a->length != b->length)
		return a->length < b->length ? -1 : 1;
	return memcmp(a->text, b->text, a->length);
}

/* A type that a program can name: fields and values are looked up in no others. */
static bool is_nameable(const struct btf_type *type)
{
	return type->name_off &&
	       (btf_is_composite(type) || btf_is_any_enum(type) || btf_is_typedef(type));
}

static struct name name_of(const struct btf *btf, const struct btf_type *type)
{
	const char *text = btf__name_by_offset(btf, type->name_off);
	const char *flavor = strstr(text, "___");

	return (struct name){text, flavor ? (size_t)(flavor - text) : strlen(text)};
}

/* The names of a program's types, sorted, into *@names, which is the caller's to free. Returns how many. */
static size_t list_names(const struct btf *btf, struct name **names)
{
	size_t count = 0;

	*names = calloc(btf__type_cnt(btf), sizeof(**names));
	for (uint32_t id = 1; *names && id < btf__type_cnt(btf); id++) {
		const struct btf_type *type = btf__type_by_id(btf, id);

		if (is_nameable(type))
			(*names)[count++] = name_of(btf, type);
	}
	if (*names)
		qsort(*names, count, sizeof(**names), compare_names);
	return count;
}

/* The id in the cut, or a negative errno. Its parts are still the kernel's. */
static int take(struct cut *cut, uint32_t id)
{
	int taken;

	if (!id || cut->ids[id])
		return (int)cut->ids[id];
	taken = btf__add_type(cut->to, cut->from, btf__type_by_id(cut->from, id));
	if (taken > 0)
		cut->ids[id] = (uint32_t)taken;
	return taken;
}

/* The @n-th type that type @id consists of; NULL: it has no more. */
static uint32_t *find_part(const struct cut *cut, uint32_t id, uint32_t n)
{
	struct btf_type *type = (struct btf_type *)btf__type_by_id(cut->to, id);

	if (btf_is_composite(type))
		return n < btf_vlen(type) ? &btf_members(type)[n].type : NULL;
	if (btf_is_array(type) && n < 2)
		return n ? &btf_array(type)->index_type : &btf_array(type)->type;
	if (btf_is_mod(type) || btf_is_typedef(type))
		return n ? NULL : &type->type;
	return NULL;
}

/* What it points to is a matter of another access: that has a name of its own. */
static void forget_target(const struct cut *cut, uint32_t id)
{
	struct btf_type *type = (struct btf_type *)btf__type_by_id(cut->to, id);

	if (btf_is_ptr(type))
		type->type = 0;
}

/* Taking a type moves the others. */
static int take_parts(struct cut *cut, uint32_t id)
{
	const uint32_t *part;
	int taken;

	forget_target(cut, id);
	for (uint32_t n = 0; (part = find_part(cut, id, n)); n++) {
		taken = take(cut, *part);
		if (taken < 0)
			return taken;
		*find_part(cut, id, n) = (uint32_t)taken;
	}
	return 0;
}

static int take_named(struct cut *cut, const struct name *names, size_t count)
{
	int taken = 0;

	for (uint32_t id = 1; id < btf__type_cnt(cut->from) && taken >= 0; id++) {
		const struct btf_type *type = btf__type_by_id(cut->from, id);
		struct name name;

		if (!is_nameable(type))
			continue;
		name = name_of(cut->from, type);
		if (bsearch(&name, names, count, sizeof(name), compare_names))
			taken = take(cut, id);
	}
	return taken < 0 ? taken : 0;
}

static int cut_out(struct cut *cut, const struct btf *programs)
{
	struct name *names;
	size_t count = list_names(programs, &names);
	int error = names ? take_named(cut, names, count) : -ENOMEM;

	free(names);
	for (uint32_t id = 1; id < btf__type_cnt(cut->to) && !error; id++)
		error = take_parts(cut, id);
	return error;
}

static int write_all(int fd, const struct btf *btf)
{
	uint32_t size;
	const char *data = btf__raw_data(btf, &size);
	ssize_t written;

	for (uint32_t at = 0; data && at < size; at += (uint32_t)written) {
		written = write(fd, data + at, size - at);
		if (written < 0)
			return -errno;
	}
	return data ? 0 : -ENOMEM;
}

int kernel_types_write(int fd, const struct btf *kernel, const struct btf *programs)
{
	struct cut cut = {
		.from = kernel,
		.to = btf__new_empty(),
		.ids = calloc(btf__type_cnt(kernel), sizeof(*cut.ids)),
	};
	int error = cut.to && cut.ids ? cut_out(&cut, programs) : -ENOMEM;

	if (!error)
		error = write_all(fd, cut.to);
	btf__free(cut.to);
	free(cut.ids);
	return error;
}
