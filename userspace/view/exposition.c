// SPDX-License-Identifier: GPL-2.0
/* The formats of metrics, and which of them a scraper wants. */
#include "view/exposition.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* One media range of the header. */
struct range {
	const char *type; /* not ended */
	size_t length;
	char version[16];
	int quality; /* in thousandths */
};

/* Skip what stands between things. */
static const char *skip(const char *text, const char *what)
{
	return text + strspn(text, what);
}

/* "0.75" to 750; what is none counts as 1. */
static int parse_quality(const char *text, size_t length)
{
	int quality = 0, unit = 100;

	if (!length || text[0] == '1' || text[0] != '0')
		return 1000;
	for (size_t i = 2; i < length && unit; i++, unit /= 10)
		if (text[i] >= '0' && text[i] <= '9')
			quality += (text[i] - '0') * unit;
	return quality;
}

/* One "name=value"; ends before ';' or ','. */
static const char *take_parameter(struct range *range, const char *text)
{
	size_t length = strcspn(text, ";, \t"), name = strcspn(text, "=;, \t");
	const char *value = text + name + 1;
	size_t bytes = name < length ? length - name - 1 : 0;

	if (bytes >= 2 && value[0] == '"') {
		value++;
		bytes -= 2;
	}
	if (name == 1 && (text[0] == 'q' || text[0] == 'Q'))
		range->quality = parse_quality(value, bytes);
	else if (name == 7 && !strncasecmp(text, "version", 7) && bytes < sizeof(range->version))
		memcpy(range->version, value, bytes);
	return text + length;
}

/* Returns what follows the range. */
static const char *take_range(struct range *range, const char *text)
{
	*range = (struct range){.type = text, .length = strcspn(text, ";, \t"), .quality = 1000};
	text = skip(text + range->length, " \t");
	while (*text == ';')
		text = skip(take_parameter(range, skip(text, "; \t")), " \t");
	return text + strcspn(text, ",");
}

static bool is_type(const struct range *range, const char *type)
{
	return range->length == strlen(type) && !strncasecmp(range->type, type, range->length);
}

static bool has_version(const struct range *range, const char *version)
{
	return !range->version[0] || !strcmp(range->version, version);
}

/* OpenMetrics goes to who asks for it by name, and for nothing else rather; text to all others. */
enum exposition exposition_negotiate(const char *accept)
{
	int open = 0, plain = 0;
	struct range range;

	for (const char *text = accept ? skip(accept, ", \t") : ""; *text;
	     text = skip(text, ", \t")) {
		text = take_range(&range, text);
		if (is_type(&range, "application/openmetrics-text")) {
			if (has_version(&range, "1.0.0") && range.quality > open)
				open = range.quality;
		} else if (is_type(&range, "text/plain") && has_version(&range, "0.0.4")) {
			if (range.quality > plain)
				plain = range.quality;
		}
	}
	return open && open >= plain ? EXPOSITION_OPENMETRICS : EXPOSITION_TEXT;
}

const char *exposition_type(enum exposition exposition)
{
	if (exposition == EXPOSITION_OPENMETRICS)
		return "application/openmetrics-text; version=1.0.0; charset=utf-8";
	return "text/plain; version=0.0.4; charset=utf-8";
}
