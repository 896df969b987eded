// SPDX-License-Identifier: GPL-2.0
/* Makes tables of the fields of fields.h, and of the two records that have no list there. */
#include "model/layout.h"

#include <string.h>

#include <clonescope/fields.h>

#define IS_TEXT(element) _Generic((element), char : true, default : false)
#define IS_SIGNED(element) \
	_Generic((element), __s8 : true, __s16 : true, __s32 : true, __s64 : true, default : false)

#define MEMBER(type, member) (((struct type *)0)->member)

#define NAMED_SCALAR(type, name, member)                                              \
	{                                                                             \
		name, offsetof(struct type, member), 1, sizeof(MEMBER(type, member)), \
			IS_SIGNED(MEMBER(type, member)), false                        \
	}

#define NAMED_ARRAY(type, name, member)                                                      \
	{                                                                                    \
		name, offsetof(struct type, member),                                         \
			sizeof(MEMBER(type, member)) / sizeof(MEMBER(type, member)[0]),      \
			sizeof(MEMBER(type, member)[0]), IS_SIGNED(MEMBER(type, member)[0]), \
			IS_TEXT(MEMBER(type, member)[0])                                     \
	}

#define SCALAR(type, member) NAMED_SCALAR(type, #member, member)
#define LIST(type, member)   NAMED_ARRAY(type, #member, member)

#define POLICY(member)                                                          \
	NAMED_SCALAR(cs_clone, #member "_mode", member.mode),                   \
		NAMED_SCALAR(cs_clone, #member "_flags", member.flags),         \
		NAMED_SCALAR(cs_clone, #member "_home_node", member.home_node), \
		NAMED_ARRAY(cs_clone, #member "_nodes", member.nodes)

static const struct layout_field clone_fields[] = {
	SCALAR(cs_clone, missing),
	SCALAR(cs_clone, start_ns),
	SCALAR(cs_clone, tid),
	SCALAR(cs_clone, tgid),
	SCALAR(cs_clone, uid),
	SCALAR(cs_clone, cpu),
	LIST(cs_clone, comm),
	SCALAR(cs_clone, flags),
	SCALAR(cs_clone, exit_signal),
	SCALAR(cs_clone, via),
	SCALAR(cs_clone, kernel_clone),
	SCALAR(cs_clone, stack_origin),
	SCALAR(cs_clone, policy_copied),
	SCALAR(cs_clone, error),
	SCALAR(cs_clone, child_tid),
	SCALAR(cs_clone, child_tgid),
	SCALAR(cs_clone, vma_policies),
	SCALAR(cs_clone, child_start_ns),
	SCALAR(cs_clone, copy_ns),
	SCALAR(cs_clone, cpu_node),
	SCALAR(cs_clone, node_requested),
	SCALAR(cs_clone, task_node),
	SCALAR(cs_clone, stack_pages),
	LIST(cs_clone, stack_nodes),
	POLICY(policy),
	POLICY(child_policy),
};

static const struct layout_field return_fields[] = {
	SCALAR(cs_return, start_ns), SCALAR(cs_return, tid),	   SCALAR(cs_return, tgid),
	SCALAR(cs_return, uid),	     SCALAR(cs_return, child_tid), SCALAR(cs_return, error),
	SCALAR(cs_return, flags),    SCALAR(cs_return, copy_ns),   SCALAR(cs_return, clone_ns),
	SCALAR(cs_return, vfork_ns), LIST(cs_return, comm),
};

#define FIELD(record, type, name)	  SCALAR(record, name),
#define ARRAY(record, type, name, length) LIST(record, name),

static const struct layout_field refusal_fields[] = {CS_REFUSAL_FIELDS(FIELD, ARRAY)};
static const struct layout_field detail_fields[] = {CS_DETAIL_FIELDS(FIELD, ARRAY)};
static const struct layout_field phases_fields[] = {CS_PHASES_FIELDS(FIELD, ARRAY)};
static const struct layout_field call_fields[] = {CS_CALL_FIELDS(FIELD, ARRAY)};
static const struct layout_field start_fields[] = {CS_START_FIELDS(FIELD, ARRAY)};
static const struct layout_field exec_fields[] = {CS_EXEC_FIELDS(FIELD, ARRAY)};
static const struct layout_field exit_fields[] = {CS_EXIT_FIELDS(FIELD, ARRAY)};
static const struct layout_field namespaces_fields[] = {CS_NAMESPACES_FIELDS(FIELD, ARRAY)};

#define LAYOUT(name)                                                                               \
	{                                                                                          \
#name, sizeof(struct cs_##name), sizeof(name##_fields) / sizeof(name##_fields[0]), \
			name##_fields                                                              \
	}

static const struct layout layouts[LAYOUT_KINDS] = {
	[CS_KIND_CLONE] = LAYOUT(clone),     [CS_KIND_RETURN] = LAYOUT(return ),
	[CS_KIND_REFUSAL] = LAYOUT(refusal), [CS_KIND_DETAIL] = LAYOUT(detail),
	[CS_KIND_PHASES] = LAYOUT(phases),   [CS_KIND_CALL] = LAYOUT(call),
	[CS_KIND_START] = LAYOUT(start),     [CS_KIND_EXEC] = LAYOUT(exec),
	[CS_KIND_EXIT] = LAYOUT(exit),	     [CS_KIND_NAMESPACES] = LAYOUT(namespaces),
};

const struct layout *layout_of(int kind)
{
	if (kind < 0 || kind >= LAYOUT_KINDS || !layouts[kind].name)
		return NULL;
	return &layouts[kind];
}

int64_t layout_get(const struct cs_head *head, const struct layout_field *field, size_t index)
{
	const void *at = (const char *)head + field->offset + index * field->width;
	uint64_t value = 0;
	unsigned int unused = 64 - 8 * field->width;

	switch (field->width) {
	case 1:
		value = *(const uint8_t *)at;
		break;
	case 2:
		value = *(const uint16_t *)at;
		break;
	case 4:
		value = *(const uint32_t *)at;
		break;
	case 8:
		value = *(const uint64_t *)at;
		break;
	}
	return field->is_signed ? (int64_t)(value << unused) >> unused : (int64_t)value;
}

void layout_set(struct cs_head *head, const struct layout_field *field, size_t index, int64_t value)
{
	void *at = (char *)head + field->offset + index * field->width;

	switch (field->width) {
	case 1:
		*(uint8_t *)at = (uint8_t)value;
		break;
	case 2:
		*(uint16_t *)at = (uint16_t)value;
		break;
	case 4:
		*(uint32_t *)at = (uint32_t)value;
		break;
	case 8:
		*(uint64_t *)at = (uint64_t)value;
		break;
	}
}
