// SPDX-License-Identifier: GPL-2.0
/* The sources of the report page, view/page/, as a part of the program. */
#include "view/html.h"

/* Paths are from the top of the tree: there the compiler runs. */
#define PART(name, file)                                                     \
	extern const char page_##name[], page_##name##_end[];                \
	__asm__(".pushsection .rodata\n"                                     \
		"page_" #name ": .incbin \"userspace/view/page/" file "\"\n" \
		"page_" #name "_end: .byte 0\n"                              \
		".popsection")

PART(head, "head.html");
PART(style, "style.css");
PART(body, "body.html");
PART(data, "data.js");
PART(draw, "draw.js");
PART(filter, "filter.js");
PART(nodes, "nodes.js");
PART(latency, "latency.js");
PART(timeline, "timeline.js");
PART(tree, "tree.js");
PART(containers, "containers.js");
PART(tables, "tables.js");
PART(main, "main.js");

#define WRITE(out, name) fwrite(page_##name, 1, (size_t)(page_##name##_end - page_##name), out)

void html_write_head(FILE *out)
{
	WRITE(out, head);
	fputs("<style>\n", out);
	WRITE(out, style);
	fputs("</style>\n</head>\n", out);
	WRITE(out, body);
}

/* One script: what a file declares is there for the next. */
void html_write_tail(FILE *out)
{
	fputs("<script>\n'use strict';\n", out);
	WRITE(out, data);
	WRITE(out, draw);
	WRITE(out, filter);
	WRITE(out, nodes);
	WRITE(out, latency);
	WRITE(out, timeline);
	WRITE(out, tree);
	WRITE(out, containers);
	WRITE(out, tables);
	WRITE(out, main);
	fputs("</script>\n</body>\n</html>\n", out);
}
