// SPDX-License-Identifier: GPL-2.0
/* Tests of what the kernel's types are cut down to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>
#include <bpf/btf.h>
#include <cmocka.h>

#include "source/kernel_types.h"

/*
 * struct list { struct list *next; int count[3]; };
 * struct other { struct list list; };
 * typedef struct list list_t;
 * struct task { int flags; const list_t list; struct other *other; };
 * enum state { RUNNING, DEAD };
 * enum colour { RED };
 */
static struct btf *kernel_types(void)
{
	struct btf *btf = btf__new_empty();
	int number = btf__add_int(btf, "int", 4, BTF_INT_SIGNED);
	int pointer = btf__add_ptr(btf, number + 3);
	int array = btf__add_array(btf, number, number, 3);
	int list = btf__add_struct(btf, "list", 24);
	int other, list_t, constant;

	assert_int_equal(list, number + 3);
	btf__add_field(btf, "next", pointer, 0, 0);
	btf__add_field(btf, "count", array, 64, 0);
	other = btf__add_struct(btf, "other", 24);
	btf__add_field(btf, "list", list, 0, 0);
	list_t = btf__add_typedef(btf, "list_t", list);
	constant = btf__add_const(btf, list_t);
	pointer = btf__add_ptr(btf, other);
	btf__add_struct(btf, "task", 40);
	btf__add_field(btf, "flags", number, 0, 0);
	btf__add_field(btf, "list", constant, 64, 0);
	btf__add_field(btf, "other", pointer, 256, 0);
	btf__add_enum(btf, "state", 4);
	btf__add_enum_value(btf, "RUNNING", 0);
	btf__add_enum_value(btf, "DEAD", 7);
	btf__add_enum(btf, "colour", 4);
	btf__add_enum_value(btf, "RED", 0);
	return btf;
}

/* A program that names these two, with a flavor and with fields of its own. */
static struct btf *program_types(void)
{
	struct btf *btf = btf__new_empty();
	int number = btf__add_int(btf, "int", 4, BTF_INT_SIGNED);

	btf__add_struct(btf, "task___before_5_14", 4);
	btf__add_field(btf, "flags", number, 0, 0);
	btf__add_enum(btf, "state", 4);
	btf__add_enum_value(btf, "DEAD", 0);
	btf__add_struct(btf, "not_of_this_kernel", 0);
	return btf;
}

static struct btf *cut(const struct btf *kernel, const struct btf *programs)
{
	int fd = memfd_create("types", MFD_CLOEXEC);
	char path[32];
	struct btf *btf;

	assert_int_equal(kernel_types_write(fd, kernel, programs), 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	btf = btf__parse(path, NULL);
	assert_non_null(btf);
	close(fd);
	return btf;
}

static const struct btf_type *find(const struct btf *btf, const char *name, uint32_t kind)
{
	int id = btf__find_by_name_kind(btf, name, kind);

	assert_true(id > 0);
	return btf__type_by_id(btf, (uint32_t)id);
}

static void assert_member(const struct btf *btf, const struct btf_type *type, uint32_t n,
			  const char *name, uint32_t bit)
{
	const struct btf_member *member = &btf_members(type)[n];

	assert_string_equal(btf__name_by_offset(btf, member->name_off), name);
	assert_int_equal(btf_member_bit_offset(type, n), bit);
}

static void keeps_what_a_program_names(void **state)
{
	struct btf *kernel = kernel_types(), *programs = program_types();
	struct btf *btf = cut(kernel, programs);
	const struct btf_type *task = find(btf, "task", BTF_KIND_STRUCT);
	const struct btf_type *states = find(btf, "state", BTF_KIND_ENUM);

	(void)state;
	assert_int_equal(task->size, 40);
	assert_int_equal(btf_vlen(task), 3);
	assert_member(btf, task, 0, "flags", 0);
	assert_member(btf, task, 1, "list", 64);
	assert_member(btf, task, 2, "other", 256);
	assert_int_equal(btf_vlen(states), 2);
	assert_int_equal(btf_enum(states)[1].val, 7);
	btf__free(btf);
	btf__free(programs);
	btf__free(kernel);
}

/* Through modifiers, typedefs and arrays; but nothing that is only pointed to. */
static void keeps_what_these_consist_of(void **state)
{
	struct btf *kernel = kernel_types(), *programs = program_types();
	struct btf *btf = cut(kernel, programs);
	const struct btf_type *task = find(btf, "task", BTF_KIND_STRUCT);
	const struct btf_type *list = find(btf, "list", BTF_KIND_STRUCT);

	(void)state;
	assert_int_equal(btf__resolve_size(btf, btf_members(task)[1].type), 24);
	assert_ptr_equal(
		btf__type_by_id(btf, (uint32_t)btf__resolve_type(btf, btf_members(task)[1].type)),
		list);
	assert_member(btf, list, 1, "count", 64);
	assert_int_equal(btf__resolve_size(btf, btf_members(list)[1].type), 12);
	assert_int_equal(btf__type_by_id(btf, btf_members(list)[0].type)->type, 0);
	assert_true(btf__find_by_name(btf, "other") < 0);
	assert_true(btf__find_by_name(btf, "colour") < 0);
	btf__free(btf);
	btf__free(programs);
	btf__free(kernel);
}

static void says_when_it_cannot_be_written(void **state)
{
	struct btf *kernel = kernel_types(), *programs = program_types();

	(void)state;
	assert_true(kernel_types_write(-1, kernel, programs) < 0);
	btf__free(programs);
	btf__free(kernel);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_what_a_program_names),
		cmocka_unit_test(keeps_what_these_consist_of),
		cmocka_unit_test(says_when_it_cannot_be_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
