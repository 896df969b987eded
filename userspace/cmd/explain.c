// SPDX-License-Identifier: GPL-2.0
/* clonescope explain: what flags, a call or an errno mean, and what the kernel says to them. */
#include "cmd/cmd.h"

#include <argp.h>
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/output.h"
#include "cmd/suggest.h"
#include "model/flags.h"
#include "model/names.h"
#include "model/rules.h"
#include "model/text.h"

#define COLUMNS 80

/* One call, as the words on the command line describe it. */
struct subject {
	int via; /* enum cs_via */
	bool via_given;
	int error;	   /* explain this errno and no call; 0: a call */
	int kernel;	   /* RULES_KERNEL(); 0: all */
	const char *flags; /* NULL: none given */
	struct clone_request request;
};

/* Write @text from the column @indent on, wrapped at blanks; the first line is already there. */
static void print_wrapped(int indent, const char *text)
{
	int column = indent;

	while (*text) {
		int length = (int)strcspn(text, " ");

		if (column > indent && column + 1 + length > COLUMNS) {
			printf("\n%*s", indent, "");
			column = indent;
		} else if (column > indent) {
			putchar(' ');
			column++;
		}
		printf("%.*s", length, text);
		column += length;
		text += length;
		text += strspn(text, " ");
	}
	putchar('\n');
}

static void format_kernel(char *buf, size_t size, int kernel)
{
	snprintf(buf, size, "%d.%d", RULES_MAJOR(kernel), RULES_MINOR(kernel));
}

/* One line of the list of bits: a name, its number, what it means. */
static void print_bit(const char *name, const char *number, const char *meaning)
{
	int indent = printf("  %-20s  %12s  ", name, number);

	print_wrapped(indent, meaning);
}

static void print_flag(const struct flag_info *info, const struct subject *subject)
{
	char name[32], number[24], since[16], meaning[256];
	struct text text = {.buf = meaning, .size = sizeof(meaning)};

	snprintf(name, sizeof(name), "CLONE_%s", info->name);
	snprintf(number, sizeof(number), "0x%llx", (unsigned long long)info->bit);
	text_add(&text, "%s", info->meaning);
	if (info->since > RULES_OLDEST) {
		format_kernel(since, sizeof(since), info->since);
		text_add(&text, " (since Linux %s)", since);
	}
	if (info->clone3_only && subject->via != CS_VIA_CLONE3)
		text_add(&text, "; clone(2) has no room for it and does not see it");
	text_end(&text);
	print_bit(name, number, meaning);
}

static void print_bits(const struct subject *subject)
{
	uint64_t flags = subject->request.flags, unknown = flags_unknown(flags);
	const struct flag_info *table;
	char number[24];
	size_t count;

	table = flags_table(&count);
	for (size_t i = 0; i < count; i++)
		if (flags & table[i].bit)
			print_flag(&table[i], subject);
	if (!unknown)
		return;
	snprintf(number, sizeof(number), "0x%llx", (unsigned long long)unknown);
	print_bit("?", number, "no flag that is known up to Linux 7.3");
}

static void print_exit_signal(const struct clone_request *request)
{
	int signal = (int)request->exit_signal;
	char name[NAMES_TEXT_SIZE], number[24];

	if (!signal) {
		print_bit("no exit signal", "0", "the parent is sent nothing when the child exits");
		return;
	}
	signal_format(name, sizeof(name), signal);
	snprintf(number, sizeof(number), "%d", signal);
	print_bit(name, number,
		  signal_name(signal) ? "sent to the parent when the child exits"
				      : "the exit signal, but no signal has this number");
}

static void print_call(const struct subject *subject)
{
	char flags[FLAGS_TEXT_SIZE];

	printf("%s(2)", via_name(subject->via));
	if (!subject->via_given && subject->via == CS_VIA_CLONE3)
		printf(", as clone(2) can't ask for this");
	printf(", flags 0x%llx\n", (unsigned long long)subject->request.flags);
	flags_format(flags, sizeof(flags), subject->request.flags, COLUMNS - 2);
	printf("  %s\n\n", flags);
	print_bits(subject);
	print_exit_signal(&subject->request);
	putchar('\n');
}

/* "up to 6.8", "since 7.1", "" */
static void format_range(char *buf, size_t size, const struct rule *rule)
{
	struct text text = {.buf = buf, .size = size};

	if (rule->since)
		text_add(&text, "since %d.%d: ", RULES_MAJOR(rule->since),
			 RULES_MINOR(rule->since));
	if (rule->until)
		text_add(&text, "up to %d.%d: ", RULES_MAJOR(rule->until),
			 RULES_MINOR(rule->until));
	text_end(&text);
}

static void print_rule(const struct rule *rule, int error, bool conditional, int kernel)
{
	char range[48] = "", sentence[512];
	struct text text = {.buf = sentence, .size = sizeof(sentence)};
	int indent = printf("  %-4s %-7s ", rule->id, errno_name(error));

	if (!kernel)
		format_range(range, sizeof(range), rule);
	text_add(&text, "%s%s", range, rule->sentence);
	if (conditional)
		text_add(&text, ", if %s", rules_fact_text(rule->fact));
	text_add(&text, " [%s]", rule->function);
	if (rule->advice)
		text_add(&text, "; %s", rule->advice);
	text_end(&text);
	print_wrapped(indent, sentence);
}

/* Print the hits of one verdict under @title. Returns how many there are. */
static size_t print_hits(const struct rules_hit *hits, size_t count, enum rules_verdict verdict,
			 const char *title, int kernel)
{
	size_t printed = 0;

	for (size_t i = 0; i < count; i++) {
		if (hits[i].verdict != verdict)
			continue;
		if (!printed++)
			printf("%s\n", title);
		print_rule(hits[i].rule, hits[i].rule->error, verdict == RULES_MAY_REFUSE, kernel);
	}
	return printed;
}

/* What reaches the kernel: clone(2) takes 32 bits, of which eight are the exit signal. */
static struct clone_request as_seen(const struct subject *subject)
{
	struct clone_request request = subject->request;

	request.clone3 = subject->via == CS_VIA_CLONE3;
	if (!request.clone3)
		request.flags &= UINT32_MAX & ~(uint64_t)CSIGNAL;
	return request;
}

static void print_rules(const struct subject *subject)
{
	struct clone_request request = as_seen(subject);
	struct rules_hit hits[RULES_MAX];
	char kernel[16] = "5.10 to 7.3";
	size_t count, refused;

	if (subject->kernel)
		format_kernel(kernel, sizeof(kernel), subject->kernel);
	printf("On Linux %s", kernel);
	count = rules_check(&request, subject->kernel, hits, RULES_MAX);
	refused = print_hits(hits, count, RULES_REFUSED,
			     " the kernel refuses this:", subject->kernel);
	if (!refused)
		printf(" no rule refuses these flags in themselves.\n");
	print_hits(hits, count, RULES_MAY_REFUSE, "It depends on the caller:", subject->kernel);
	if (subject->kernel > RULES_NEWEST)
		printf("The rules are known up to Linux 7.3; newer ones may have changed.\n");
}

static void explain_call(const struct subject *subject)
{
	print_call(subject);
	print_rules(subject);
}

/* What makes an errno possible, as the lists below name it. */
enum group {
	GROUP_REQUEST, /* flags and arguments */
	GROUP_STATE,   /* limits, and the state of caller and system */
	GROUP_CHANCE,  /* the rare */
	GROUP_COUNT,
};

static const char *const group_titles[GROUP_COUNT] = {
	[GROUP_REQUEST] = "Flags and arguments that the kernel refuses with it:",
	[GROUP_STATE] = "Limits, and the state of caller and system, that lead to it:",
	[GROUP_CHANCE] = "And, rarely:",
};

static enum group group_of(const struct rule *rule, int error)
{
	if (!rules_gives(rule, error))
		return GROUP_COUNT;
	if (rule->basis == RULES_BY_REQUEST || rule->scope == RULES_SCOPE_CLONE3)
		return GROUP_REQUEST;
	return rule->basis == RULES_BY_CHANCE ? GROUP_CHANCE : GROUP_STATE;
}

/* Print the rules of one group, in the kernel's order. Returns how many there are. */
static size_t print_group(enum group group, const struct subject *subject)
{
	const struct rule *rule;
	size_t printed = 0;

	for (size_t i = 0; (rule = rules_at(i)); i++) {
		if (group_of(rule, subject->error) != group ||
		    !rules_in_kernel(rule, subject->kernel))
			continue;
		if (!printed++)
			printf("\n%s\n", group_titles[group]);
		print_rule(rule, subject->error, rule->fact != RULES_FACT_NONE, subject->kernel);
	}
	return printed;
}

/* Hooks that are not in the lists, but may give any errno, and so this one. */
static void print_open(const struct subject *subject)
{
	char sentence[512];
	struct text text = {.buf = sentence, .size = sizeof(sentence)};
	const char *between = "Besides, these may give any errno: ";
	const struct rule *rule;

	for (size_t i = 0; (rule = rules_at(i)); i++) {
		if (!rule->open || rules_gives(rule, subject->error) ||
		    !rules_in_kernel(rule, subject->kernel))
			continue;
		text_add(&text, "%s%s %s", between, rule->id, rule->function);
		between = ", ";
	}
	text_add(&text, ".");
	text_end(&text);
	putchar('\n');
	print_wrapped(0, sentence);
}

static void explain_errno(const struct subject *subject)
{
	size_t found = 0;

	printf("%s (%d)", errno_name(subject->error), subject->error);
	if (subject->error < 512)
		printf(": %s", strerror(subject->error));
	putchar('\n');

	for (int group = 0; group < GROUP_COUNT; group++)
		found += print_group((enum group)group, subject);
	if (!found)
		printf("\nNo rule of the kernel refuses a clone with it.\n");
	print_open(subject);
}

/* Says so, if this was to be the name of a call. */
static void check_call(const char *word, struct argp_state *state)
{
	char shown[64], like[NEAREST_TEXT_SIZE];
	struct nearest nearest;

	flags_nearest(&nearest, word);
	for (int via = CS_VIA_FORK; via <= CS_VIA_CLONE3; via++)
		nearest_try(&nearest, via_name(via));
	if (nearest.found && via_parse(nearest.found) > 0)
		argp_error(state, "'%s' is no call%s", text_quote(shown, sizeof(shown), word),
			   nearest_format(like, sizeof(like), &nearest, ""));
}

static void parse_word(const char *word, struct subject *subject, struct argp_state *state)
{
	char shown[64];
	int via = via_parse(word);

	if (!subject->via_given && !subject->flags && via >= CS_VIA_FORK && via <= CS_VIA_CLONE3) {
		subject->via = via;
		subject->via_given = true;
		return;
	}
	if (subject->flags) {
		check_call(subject->flags, state);
		argp_error(state, "one set of flags at a time: '%s' is too much",
			   text_quote(shown, sizeof(shown), word));
	}
	subject->flags = word;
}

/* fork(2) and vfork(2) have no arguments: the kernel fills them in. */
static void fill_fixed(struct subject *subject, struct argp_state *state)
{
	if (subject->flags)
		argp_error(state, "%s takes no flags", via_name(subject->via));
	subject->request.exit_signal = 17; /* SIGCHLD */
	if (subject->via == CS_VIA_VFORK)
		subject->request.flags = CLONE_VFORK | CLONE_VM;
}

static void parse_flags(struct subject *subject, struct argp_state *state)
{
	struct clone_request *request = &subject->request;
	bool clone3 = subject->via == CS_VIA_CLONE3;
	char why[FLAGS_WHY_SIZE];
	int signal = 0;

	if (flags_parse(subject->flags, clone3, &request->flags, &signal, why, sizeof(why))) {
		if (!subject->via_given)
			check_call(subject->flags, state);
		argp_error(state, "%s", why);
	}
	request->exit_signal = (uint64_t)signal;
	if (subject->via_given)
		return;

	/* Nobody said which call: clone(2), unless it has no room for these. */
	subject->via = CS_VIA_CLONE;
	if (!(request->flags & ~(UINT32_MAX & ~(uint64_t)CSIGNAL)))
		return;
	subject->via = CS_VIA_CLONE3;
	flags_parse(subject->flags, true, &request->flags, &signal, why, sizeof(why));
	request->exit_signal = (uint64_t)signal;
}

/* What begins with E and is no errno is a flag, or a misspelt errno. */
static void check_errno(const struct subject *subject, struct argp_state *state)
{
	char shown[64], like[NEAREST_TEXT_SIZE];
	struct nearest nearest;

	nearest_begin(&nearest, subject->flags);
	errno_nearest(&nearest);
	if (nearest.found)
		argp_error(state, "'%s' is no errno%s",
			   text_quote(shown, sizeof(shown), subject->flags),
			   nearest_format(like, sizeof(like), &nearest, ""));
}

static void finish(struct subject *subject, struct argp_state *state)
{
	if (subject->via == CS_VIA_FORK || subject->via == CS_VIA_VFORK) {
		fill_fixed(subject, state);
		return;
	}
	if (!subject->flags) {
		if (!subject->via_given)
			argp_error(state, "say what to explain: flags, a call or an errno");
		return;
	}
	if (!subject->via_given && toupper((unsigned char)subject->flags[0]) == 'E')
		subject->error = errno_parse(subject->flags);
	if (subject->error > 0)
		return;
	if (subject->error < 0)
		check_errno(subject, state);
	subject->error = 0;
	parse_flags(subject, state);
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct subject *subject = state->input;
	char shown[64];

	switch (key) {
	case ARGP_KEY_INIT:
		suggest_option(state);
		return 0;
	case 'k':
		subject->kernel = rules_parse_kernel(arg);
		if (subject->kernel < RULES_OLDEST)
			argp_error(state, "'%s' is no kernel version from 5.10 on, such as 6.1",
				   text_quote(shown, sizeof(shown), arg));
		return 0;
	case ARGP_KEY_ARG:
		parse_word(arg, subject, state);
		return 0;
	case ARGP_KEY_END:
		finish(subject, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option options[] = {
	{"kernel", 'k', "VERSION", 0, "Say what this kernel does, such as 6.1, in place of all", 0},
	{0},
};

static const struct argp parser = {
	.options = options,
	.parser = parse_option,
	.args_doc = "FLAGS\nCALL [FLAGS]\nERRNO",
	.doc = "Explain the flags of a clone, a call, or an errno, and say which rules of the "
	       "kernel refuse it.\v"
	       "FLAGS are a number, such as 0x1200011, or names, such as 'VM|VFORK|SIGCHLD'. "
	       "CALL is fork, vfork, clone or clone3: for clone the lowest byte of a number is the "
	       "exit signal, for clone3 it belongs to the flags. ERRNO is a name, such as EINVAL.\n"
	       "\n"
	       "Nothing is traced and no privilege is needed.\n"
	       "\n"
	       "  clonescope explain EAGAIN\n"
	       "  clonescope explain 'CLONE_THREAD|CLONE_VM'\n"
	       "  clonescope explain --kernel 6.1 clone3 0x100000000",
};

int cmd_explain(int argc, char **argv)
{
	struct subject subject = {.via = CS_VIA_CLONE};

	if (argp_parse(&parser, argc, argv, 0, NULL, &subject))
		return EXIT_FAILURE;
	if (subject.error)
		explain_errno(&subject);
	else
		explain_call(&subject);
	return output_end(EXIT_SUCCESS);
}
