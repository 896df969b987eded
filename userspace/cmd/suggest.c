// SPDX-License-Identifier: GPL-2.0
/* Goes through the command line as getopt_long() will, and stops at the first option that there isn't, or at -h. */
#include "cmd/suggest.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/nearest.h"
#include "model/text.h"

/* What to do with one option of a parser; false: go on with the next. */
typedef bool (*option_fn)(const struct argp_option *option, void *context);

/* The end of a parser's list: as argp has it. */
static bool is_last(const struct argp_option *option)
{
	return !option->key && !option->name && !option->doc && !option->group;
}

/* All options of @argp and its children, until one is taken. */
static bool each_option(const struct argp *argp, option_fn take, void *context)
{
	const struct argp_option *option = argp->options;
	const struct argp_child *child = argp->children;

	for (; option && !is_last(option); option++)
		if (take(option, context))
			return true;
	for (; child && child->argp; child++)
		if (each_option(child->argp, take, context))
			return true;
	return false;
}

/* An option that is looked for: by its letter, or by the first @length letters of its name. */
struct wanted {
	int letter;
	const char *name;
	size_t length;
	bool takes_value;
};

static bool takes_value(const struct argp_option *option)
{
	return option->arg && !(option->flags & OPTION_ARG_OPTIONAL);
}

static bool is_letter(const struct argp_option *option, void *context)
{
	struct wanted *wanted = context;

	wanted->takes_value = takes_value(option);
	return option->key == wanted->letter;
}

static bool is_name(const struct argp_option *option, void *context)
{
	struct wanted *wanted = context;

	wanted->takes_value = takes_value(option);
	return option->name && strlen(option->name) == wanted->length &&
	       !strncmp(option->name, wanted->name, wanted->length);
}

/* As getopt_long() takes a beginning for the whole; of two that fit it says that itself. */
static bool is_beginning(const struct argp_option *option, void *context)
{
	struct wanted *wanted = context;

	wanted->takes_value = takes_value(option);
	return option->name && !strncmp(option->name, wanted->name, wanted->length);
}

static bool try_name(const struct argp_option *option, void *context)
{
	if (option->name && !(option->flags & OPTION_HIDDEN))
		nearest_try(context, option->name);
	return false;
}

/* @word: without what follows a '='. */
static void refuse(const struct argp_state *state, const char *word)
{
	char shown[NEAREST_WORD_MAX * 4 + 8], like[NEAREST_TEXT_SIZE];
	struct nearest nearest;

	nearest_begin(&nearest, word + strspn(word, "-"));
	each_option(state->root_argp, try_name, &nearest);
	fprintf(stderr,
		"%s: there is no option '%s'%s\n"
		"Try `%s --help' or `%s --usage' for more information.\n",
		state->argv[0], text_quote(shown, sizeof(shown), word),
		nearest_format(like, sizeof(like), &nearest, "--"), state->argv[0], state->argv[0]);
	exit(argp_err_exit_status);
}

/* Returns how many words it takes: two where the next one is its value. */
static int check_long(const struct argp_state *state, const char *word)
{
	const char *name = word + strlen("--");
	struct wanted wanted = {.name = name, .length = strcspn(name, "=")};
	char alone[256];

	if (!each_option(state->root_argp, is_name, &wanted) &&
	    !each_option(state->root_argp, is_beginning, &wanted)) {
		snprintf(alone, sizeof(alone), "%.*s", (int)(name - word + wanted.length), word);
		refuse(state, alone);
	}
	return wanted.takes_value && name[wanted.length] != '=' ? 2 : 1;
}

/* As other programs have it, where it means nothing else. */
static bool is_help(const struct argp_state *state, struct wanted *wanted)
{
	return wanted->letter == 'h' && !each_option(state->root_argp, is_letter, wanted);
}

/* Several letters in one word, of which the last may have a value. */
static int check_letters(const struct argp_state *state, const char *word)
{
	struct wanted wanted;

	for (const char *letter = word + 1; *letter; letter++) {
		wanted.letter = (unsigned char)*letter;
		if (is_help(state, &wanted)) {
			argp_help(state->root_argp, stdout, ARGP_HELP_STD_HELP, state->argv[0]);
			exit(EXIT_SUCCESS);
		}
		if (!isgraph(wanted.letter) || !each_option(state->root_argp, is_letter, &wanted))
			refuse(state, word);
		if (wanted.takes_value)
			return letter[1] ? 1 : 2;
	}
	return 1;
}

void suggest_option(const struct argp_state *state)
{
	for (int i = 1; i < state->argc;) {
		const char *word = state->argv[i];

		if (!strcmp(word, "--"))
			return;
		if (!strncmp(word, "--", 2))
			i += check_long(state, word);
		else if (word[0] == '-' && word[1])
			i += check_letters(state, word);
		else
			i++;
	}
}
