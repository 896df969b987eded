/* SPDX-License-Identifier: GPL-2.0 */
/* The formats of metrics, and which of them a scraper wants. */
#ifndef CLONESCOPE_VIEW_EXPOSITION_H
#define CLONESCOPE_VIEW_EXPOSITION_H

enum exposition {
	EXPOSITION_TEXT,	/* Prometheus' own, 0.0.4: what everything can read */
	EXPOSITION_OPENMETRICS, /* 1.0 */
};

/* By the Accept header of a request (RFC 9110, 12.5.1); NULL: there is none. */
enum exposition exposition_negotiate(const char *accept);

/* The Content-Type of the answer. */
const char *exposition_type(enum exposition exposition);

#endif
