// SPDX-License-Identifier: GPL-2.0
/* The rules by which the kernel refuses a clone: what is asked of the table. */
#include "model/rules.h"

#include <stdio.h>

#include "model/rules_table.h"

/* include/uapi/linux/capability.h */
#define CAP_SYS_ADMIN 21

static const struct rules_chapter *const chapters[] = {
	&rules_of_args,	      &rules_of_flags, &rules_of_task,
	&rules_of_namespaces, &rules_of_pid,   &rules_of_cgroup,
};

const struct rule *rules_at(size_t index)
{
	for (size_t i = 0; i < ARRAY_SIZE(chapters); i++) {
		if (index < chapters[i]->count)
			return &chapters[i]->rows[index];
		index -= chapters[i]->count;
	}
	return NULL;
}

static const struct rule *own_then_all(const struct rules_chapter *own, size_t index)
{
	return index < own->count ? &own->rows[index] : rules_at(index - own->count);
}

const struct rule *rules_for(const struct rules_case *c, size_t index)
{
	if (!c->namespaces)
		return rules_at(index);
	if (!c->namespaces->is_setns)
		return own_then_all(&rules_of_unshare, index);
	return index < rules_of_setns.count ? &rules_of_setns.rows[index] : NULL;
}

int rules_parse_kernel(const char *text)
{
	unsigned int major, minor;
	char after = '\0';

	/* The rest of "6.1.0-18-amd64" or "6.1.192" changes no rule. */
	if (sscanf(text, "%3u.%3u%c", &major, &minor, &after) < 2 || minor > 255)
		return 0;
	/* "6.12-rc1", "6.12+deb13" */
	if (after && after != '.' && after != '-' && after != '+')
		return 0;
	return RULES_KERNEL((int)major, (int)minor);
}

static const char *const fact_texts[RULES_FACT_COUNT] = {
	[RULES_FACT_NONE] = "",
	[RULES_FACT_SAME_POINTER] = "clone_args.pidfd and clone_args.parent_tid are equal",
	[RULES_FACT_USERNS_FORBIDDEN] =
		"Debian's unprivileged_userns_clone is 0 and the caller has no CAP_SYS_ADMIN",
	[RULES_FACT_PIDNS_INIT] = "the caller is the init of its pid namespace",
	[RULES_FACT_PIDNS_PENDING] =
		"unshare or setns gave the caller's children another pid namespace",
	[RULES_FACT_TIMENS_PENDING] =
		"unshare or setns gave the caller's children another time namespace",
	[RULES_FACT_CALLER_AUTOREAP] = "the caller was made with CLONE_AUTOREAP",
	[RULES_FACT_NO_CAP_SYS_ADMIN] = "the caller has no CAP_SYS_ADMIN in its user namespace",
};

const char *rules_fact_text(enum rules_fact fact)
{
	return fact < RULES_FACT_COUNT ? fact_texts[fact] : "";
}

static const char *const sense_texts[] = {
	[RULES_OUT] = "ruled out",
	[RULES_REMOTE] = "it may give any errno",
	[RULES_UNLIKELY] = "rare, or its numbers don't fit, read a moment later",
	[RULES_POSSIBLE] = "nothing is known for or against it",
	[RULES_LIKELY] = "its numbers fit, read a moment later",
	[RULES_PROVEN] = "its condition holds",
	[RULES_WITNESSED] = "it was seen to refuse this clone",
};

const char *rules_sense_text(enum rules_sense sense)
{
	return sense < ARRAY_SIZE(sense_texts) ? sense_texts[sense] : "?";
}

static bool passes(const struct clone_request *request, enum rules_scope scope)
{
	switch (scope) {
	case RULES_SCOPE_CLONE3:
		return request->clone3;
	case RULES_SCOPE_KERNEL_CLONE:
	case RULES_SCOPE_BEFORE:
		return !request->past_kernel_clone;
	case RULES_SCOPE_ALL:
		break;
	}
	return true;
}

bool rules_in_kernel(const struct rule *rule, int kernel)
{
	if (!kernel)
		return true;
	return kernel >= rule->since && (!rule->until || kernel <= rule->until);
}

static bool is_about(const struct rule *rule, const struct clone_request *request)
{
	uint64_t flags = request->flags;

	if ((flags & rule->all) != rule->all || (flags & rule->none))
		return false;
	if (rule->any && !(flags & rule->any))
		return false;
	return !rule->also || rule->also(request);
}

size_t rules_check(const struct clone_request *request, int kernel, struct rules_hit *hits,
		   size_t max)
{
	const struct rule *rule;
	size_t count = 0;

	for (size_t i = 0; (rule = rules_at(i)); i++) {
		enum rules_tristate fact = rule->fact ? request->facts[rule->fact] : RULES_YES;

		if (rule->basis != RULES_BY_REQUEST || fact == RULES_NO)
			continue;
		if (!rules_in_kernel(rule, kernel) || !passes(request, rule->scope) ||
		    !is_about(rule, request))
			continue;
		if (count < max) {
			hits[count].rule = rule;
			hits[count].verdict = fact == RULES_YES ? RULES_REFUSED : RULES_MAY_REFUSE;
		}
		count++;
	}
	return count;
}

void rules_request(struct clone_request *request, const struct cs_clone *rec)
{
	*request = (struct clone_request){
		.flags = rec->flags,
		.exit_signal = (uint64_t)(__u32)rec->exit_signal,
		.past_kernel_clone = true,
	};
}

static enum rules_tristate yes_if(bool holds)
{
	return holds ? RULES_YES : RULES_NO;
}

void rules_facts(struct clone_request *request, const struct cs_refusal *refusal)
{
	bool admin = refusal->caps >> CAP_SYS_ADMIN & 1;
	enum rules_tristate *facts = request->facts;

	facts[RULES_FACT_PIDNS_INIT] = yes_if(refusal->is & CS_IS(CS_IS_PIDNS_INIT));
	facts[RULES_FACT_PIDNS_PENDING] = yes_if(refusal->is & CS_IS(CS_IS_PIDNS_PENDING));
	facts[RULES_FACT_TIMENS_PENDING] = yes_if(refusal->is & CS_IS(CS_IS_TIMENS_PENDING));
	facts[RULES_FACT_CALLER_AUTOREAP] = yes_if(refusal->is & CS_IS(CS_IS_AUTOREAP));
	facts[RULES_FACT_NO_CAP_SYS_ADMIN] = yes_if(!admin);
	/* capable() asks in the initial user namespace. */
	if (!(refusal->missing & CS_MISSING(CS_REFUSAL_USERNS_CLONE)))
		facts[RULES_FACT_USERNS_FORBIDDEN] =
			yes_if(!refusal->userns_clone && (!admin || refusal->user_level));
	else if (admin && !refusal->user_level)
		facts[RULES_FACT_USERNS_FORBIDDEN] = RULES_NO;
}

void rules_request_of_call(struct clone_request *request, const struct cs_call *call)
{
	*request = (struct clone_request){
		.flags = call->flags,
		.exit_signal = call->exit_signal,
		.clone3 = call->via == CS_VIA_CLONE3,
		.has_stack = call->args_known,
		.stack = call->stack,
		.stack_size = call->stack_size,
	};
	request->facts[RULES_FACT_SAME_POINTER] = yes_if(call->pidfd == call->parent_tid);
}

void rules_request_of_namespaces(struct clone_request *request, const struct cs_namespaces *rec,
				 int kernel)
{
	*request = (struct clone_request){.flags = rec->flags};
	/* UNSHARE_EMPTY_MNTNS has the bit of a flag that means nothing to unshare(). */
	if (!rec->is_setns && kernel >= RULES_KERNEL(7, 1) && rec->flags & CLONE_PARENT_SETTID)
		request->flags |= CLONE_EMPTY_MNTNS | CLONE_NEWNS;
}

bool rules_gives(const struct rule *rule, int error)
{
	if (rule->error == error)
		return true;
	for (size_t i = 0; i < RULES_ERRORS_MAX && rule->others[i]; i++)
		if (rule->others[i] == error)
			return true;
	return false;
}

static bool is_own(const struct rules_chapter *chapter, const struct rule *rule)
{
	return rule >= chapter->rows && rule < chapter->rows + chapter->count;
}

static bool on_the_way_of_namespaces(const struct rule *rule, const struct rules_case *c)
{
	if (!rules_in_kernel(rule, c->kernel))
		return false;
	if (c->namespaces->is_setns)
		return is_own(&rules_of_setns, rule);
	return is_own(&rules_of_unshare, rule) || rules_unshare_shares(rule);
}

/* Was @rule on the way of this clone or call, as far as it came? */
static bool on_the_way(const struct rule *rule, const struct rules_case *c)
{
	if (c->namespaces)
		return on_the_way_of_namespaces(rule, c);
	if (!rules_in_kernel(rule, c->kernel) || !passes(c->request, rule->scope))
		return false;
	if (!c->call)
		return true;
	if (!c->call->entered)
		return rule->scope == RULES_SCOPE_BEFORE;
	return rule->scope != RULES_SCOPE_ALL;
}

/* What clone3() was asked is in its caller's memory, which could not be read. */
static bool args_unknown(const struct rules_case *c)
{
	return c->call && c->request->clone3 && !c->call->args_known;
}

static enum rules_sense weigh_fact(const struct rule *rule, const struct rules_case *c)
{
	enum rules_tristate fact = rule->fact ? c->request->facts[rule->fact] : RULES_YES;

	/* security_capable(): a security module may say no where the credentials say yes. */
	if (fact == RULES_NO && rule->fact == RULES_FACT_NO_CAP_SYS_ADMIN)
		return RULES_REMOTE;
	return sense_if(fact, RULES_PROVEN, RULES_OUT);
}

static enum rules_sense weigh_basis(const struct rule *rule, const struct rules_case *c)
{
	switch (rule->basis) {
	case RULES_BY_REQUEST:
		return weigh_fact(rule, c);
	case RULES_BY_EVIDENCE:
		return rule->holds(c);
	case RULES_BY_STATE:
		return RULES_POSSIBLE;
	case RULES_BY_CHANCE:
		break;
	}
	return RULES_UNLIKELY;
}

enum rules_sense rules_weigh(const struct rule *rule, const struct rules_case *c)
{
	bool usual = rules_gives(rule, c->error);
	enum rules_sense sense;

	if ((!usual && !rule->open) || !on_the_way(rule, c))
		return RULES_OUT;
	if (args_unknown(c) && rule->basis == RULES_BY_REQUEST)
		return RULES_POSSIBLE;
	if (!args_unknown(c) && !is_about(rule, c->request))
		return RULES_OUT;
	sense = weigh_basis(rule, c);
	return usual || sense == RULES_OUT ? sense : RULES_REMOTE;
}

bool rules_tell_ucount(struct text *text, const struct rules_case *c, const char *type)
{
	const struct cs_refusal *refusal = c->refusal;

	if (!knows(c, CS_REFUSAL_UCOUNT))
		return false;
	text_add(text, "user.max_%s_namespaces %lld for uid %u in user namespace %u", type,
		 (long long)refusal->ucount_max, refusal->ucount_uid, refusal->ucount_ns);
	if (refusal->ucount_level)
		text_add(text, ", %d deep", refusal->ucount_level);
	return true;
}

void rules_tell_path(struct text *text, const struct cs_refusal *refusal)
{
	char path[CS_PATH_LEN + 1], quoted[4 * CS_PATH_LEN + 4];

	/* What a broken producer sends may lack its NUL. */
	snprintf(path, sizeof(path), "%.*s", CS_PATH_LEN, refusal->cgroup);
	text_add(text, "%s", *path ? text_quote(quoted, sizeof(quoted), path) : "?");
}
