// SPDX-License-Identifier: GPL-2.0
/* What the forms of a report have in common. */
#include "view/report_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/policy.h"
#include "model/text.h"
#include "model/totals.h"

/* Of an id that is a digest, so many digits are shown, as Docker and podman do. */
#define DIGEST_DIGITS 64
#define SHOWN_DIGITS  12

struct digest *report_digest_new(void)
{
	struct digest *digest = digest_new();

	if (digest)
		return digest;
	fprintf(stderr, "clonescope: there is no memory for a report\n");
	exit(EXIT_FAILURE);
}

void report_policy_format(char *buf, size_t size, const struct cs_policy *policy)
{
	if (policy->mode == TOTALS_POLICY_UNKNOWN)
		snprintf(buf, size, "?");
	else
		policy_format(buf, size, policy);
}

static int shown(const char *id)
{
	size_t length = strlen(id);

	return length == DIGEST_DIGITS ? SHOWN_DIGITS : (int)length;
}

void report_container_format(char *buf, size_t size, const struct digest_container *container)
{
	const struct container *found = &container->container;
	struct text text = {.buf = buf, .size = size};
	char quoted[4 * CS_PATH_LEN + 1];

	if (found->monitor)
		text_add(&text, "monitor of ");
	if (found->engine)
		text_add(&text, "%s %.*s", container_engine_name(found->engine), shown(found->id),
			 found->id);
	if (found->pod[0])
		text_add(&text, "%spod %.*s", found->engine ? ", " : "", shown(found->pod),
			 found->pod);
	if (!text.length)
		text_put(&text, text_quote(quoted, sizeof(quoted), container->cgroup));
	text_end(&text);
}
