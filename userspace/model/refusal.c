// SPDX-License-Identifier: GPL-2.0
/* From the records of a refused clone to the rule of the kernel that refused it. */
#include "model/refusal.h"

#include <string.h>

#include "model/names.h"
#include "model/outcome.h"
#include "model/reach.h"

/* Candidates that refusal_format() spells out. */
#define SHOWN_MAX 4

static void tell(struct refusal_reason *reason, const struct rules_case *c)
{
	const struct rule *rule = reason->rule;
	struct text text = {.buf = reason->sentence, .size = sizeof(reason->sentence)};

	if (!rule->tell || !rule->tell(&text, c)) {
		text_add(&text, "%s", rule->sentence);
		if (rule->fact && reason->sense >= RULES_POSSIBLE)
			text_add(&text, "%s %s", reason->sense == RULES_POSSIBLE ? ", if" : ", and",
				 rules_fact_text(rule->fact));
	}
	text_end(&text);
	reason->advice = rule->advice ? rule->advice : "";
}

static void add(struct refusal_verdict *verdict, const struct rule *rule, enum rules_sense sense)
{
	if (verdict->count == REFUSAL_MAX) {
		verdict->left_out++;
		return;
	}
	verdict->reasons[verdict->count].rule = rule;
	verdict->reasons[verdict->count].sense = sense;
	verdict->count++;
}

/*
 * Collect in the kernel's order what may have refused it, @reach NULL: wherever it came. What is
 * proven would not have let it pass to anything later, and what was witnessed leaves no other.
 */
static void collect(struct refusal_verdict *verdict, const struct rules_case *c,
		    const struct reach *reach)
{
	const struct rule *rule;
	bool proven = false;

	for (size_t i = 0; (rule = rules_for(c, i)); i++) {
		enum rules_sense sense = rules_weigh(rule, c);

		if (sense == RULES_OUT || (reach && !reach_allows(reach, rule)))
			continue;
		if (sense == RULES_WITNESSED)
			verdict->count = verdict->left_out = 0;
		if (!proven || sense == RULES_WITNESSED)
			add(verdict, rule, sense);
		if (sense == RULES_WITNESSED)
			return;
		proven |= sense == RULES_PROVEN;
	}
}

static enum rules_sense strongest(const struct refusal_verdict *verdict)
{
	enum rules_sense most = RULES_OUT;

	for (size_t i = 0; i < verdict->count; i++)
		if (verdict->reasons[i].sense > most)
			most = verdict->reasons[i].sense;
	return most;
}

/* Where something speaks for a rule, what is far-fetched beside it need not be told. */
static void drop_weak(struct refusal_verdict *verdict)
{
	enum rules_sense most = strongest(verdict), least = RULES_REMOTE;
	size_t kept = 0;

	if (most >= RULES_LIKELY)
		least = RULES_POSSIBLE;
	else if (most > RULES_REMOTE)
		least = RULES_UNLIKELY;
	for (size_t i = 0; i < verdict->count; i++)
		if (verdict->reasons[i].sense >= least)
			verdict->reasons[kept++] = verdict->reasons[i];
	verdict->count = kept;
}

static enum refusal_outcome decide(const struct refusal_verdict *verdict, int kernel)
{
	enum rules_sense most = strongest(verdict);

	if (most <= RULES_REMOTE)
		return REFUSAL_UNKNOWN;
	if (verdict->count > 1 || verdict->left_out)
		return REFUSAL_CANDIDATES;
	/* A newer kernel may have rules that are not in the table. */
	if (most < RULES_LIKELY && kernel > RULES_NEWEST)
		return REFUSAL_CANDIDATES;
	return REFUSAL_DECIDED;
}

static void judge(struct refusal_verdict *verdict, const struct rules_case *c,
		  const struct reach *reach)
{
	verdict->count = verdict->left_out = 0;
	collect(verdict, c, reach);
	drop_weak(verdict);
	verdict->outcome = decide(verdict, c->kernel);
	for (size_t i = 0; i < verdict->count; i++)
		tell(&verdict->reasons[i], c);
}

/* A rule by elimination may be the sum of several places: it leaves the stages as they are. */
static void narrow_stages(struct refusal_verdict *verdict)
{
	const struct rule *rule = verdict->reasons[0].rule;

	if (verdict->outcome != REFUSAL_DECIDED || rule->basis == RULES_BY_CHANCE)
		return;
	verdict->first_stage = verdict->last_stage = rule->stage;
}

size_t refusal_explain(const struct clone *clone, int kernel, struct refusal_verdict *verdict)
{
	struct clone_request request;
	struct rules_case c = {
		.error = clone->rec->error,
		.kernel = kernel,
		.request = &request,
		.rec = clone->rec,
		.refusal = clone->refusal,
	};
	struct reach reach;

	verdict->error = clone->rec->error;
	verdict->outcome = REFUSAL_NONE;
	verdict->has_stages = false;
	verdict->count = verdict->left_out = 0;
	if (!verdict->error)
		return 0;

	rules_request(&request, clone->rec);
	if (clone->refusal)
		rules_facts(&request, clone->refusal);
	reach_of(&reach, clone, kernel);
	verdict->has_stages = true;
	verdict->first_stage = reach.first;
	verdict->last_stage = reach.last;
	/* There is but one rule for it, wherever the trail of a pending signal leads. */
	judge(verdict, &c, outcome_of(clone->rec) == OUTCOME_RESTARTED ? NULL : &reach);
	if (outcome_of(clone->rec) == OUTCOME_RESTARTED)
		verdict->outcome = REFUSAL_RESTARTED;
	narrow_stages(verdict);
	return verdict->count;
}

size_t refusal_explain_call(const struct cs_call *call, int kernel, struct refusal_verdict *verdict)
{
	struct clone_request request;
	struct rules_case c = {
		.error = call->error,
		.kernel = kernel,
		.request = &request,
		.call = call,
	};

	verdict->error = call->error;
	verdict->outcome = REFUSAL_NONE;
	verdict->has_stages = false;
	verdict->count = verdict->left_out = 0;
	if (!verdict->error)
		return 0;

	rules_request_of_call(&request, call);
	judge(verdict, &c, NULL);
	return verdict->count;
}

size_t refusal_explain_namespaces(const struct cs_namespaces *rec, const struct cs_refusal *refusal,
				  int kernel, struct refusal_verdict *verdict)
{
	struct clone_request request;
	struct rules_case c = {
		.error = rec->error,
		.kernel = kernel,
		.request = &request,
		.refusal = refusal,
		.namespaces = rec,
	};

	verdict->error = rec->error;
	verdict->outcome = REFUSAL_NONE;
	verdict->has_stages = false;
	verdict->count = verdict->left_out = 0;
	if (!verdict->error)
		return 0;

	rules_request_of_namespaces(&request, rec, kernel);
	if (refusal)
		rules_facts(&request, refusal);
	judge(verdict, &c, NULL);
	return verdict->count;
}

static void add_candidates(struct text *text, const struct refusal_verdict *verdict)
{
	size_t all = verdict->count + verdict->left_out;
	size_t shown = verdict->count > SHOWN_MAX ? SHOWN_MAX : verdict->count;

	for (size_t i = 0; i < shown; i++)
		text_add(text, "%s%s (%s)", i ? "; or " : "", verdict->reasons[i].sentence,
			 rules_sense_text(verdict->reasons[i].sense));
	if (all > shown)
		text_add(text, "; or one of %zu others", all - shown);
}

size_t refusal_format(char *buf, size_t size, const struct refusal_verdict *verdict)
{
	struct text text = {.buf = buf, .size = size};
	char name[NAMES_TEXT_SIZE];

	if (size)
		buf[0] = '\0';
	errno_format(name, sizeof(name), verdict->error);
	switch (verdict->outcome) {
	case REFUSAL_NONE:
		break;
	case REFUSAL_RESTARTED:
		text_add(&text, "restarted: %s", verdict->reasons[0].sentence);
		break;
	case REFUSAL_DECIDED:
		text_add(&text, "%s: %s", name, verdict->reasons[0].sentence);
		break;
	case REFUSAL_CANDIDATES:
		text_add(&text, "%s: perhaps ", name);
		add_candidates(&text, verdict);
		break;
	case REFUSAL_UNKNOWN:
		text_add(&text, "%s: no rule known", name);
		if (verdict->count) {
			text_add(&text, "; perhaps ");
			add_candidates(&text, verdict);
		}
		break;
	}
	return text_end(&text);
}
