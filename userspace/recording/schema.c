// SPDX-License-Identifier: GPL-2.0
/* Makes the tables of a recording from the fields of the records, and views with names in the place of numbers. */
#include "recording/schema.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sqlite3.h>

#include "model/layout.h"
#include "model/names.h"
#include "model/stages.h"

static const char refusal_columns[] = ", refusal TEXT, rule TEXT";

/* By kind: the columns after the fields, in the order of their enum. */
static const char *const columns_after[LAYOUT_KINDS] = {
	[CS_KIND_CLONE] = ", refusal TEXT, rule TEXT, stack_node INTEGER, nodes_disagree INTEGER, "
			  "refusal_id INTEGER, detail_id INTEGER, phases_id INTEGER",
	[CS_KIND_DETAIL] = ", engine TEXT, container TEXT",
	[CS_KIND_CALL] = refusal_columns,
	[CS_KIND_NAMESPACES] = refusal_columns,
};

static const char fixed_tables[] =
	"CREATE TABLE meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID;"
	"CREATE TABLE place(id INTEGER PRIMARY KEY, tells TEXT, place TEXT, used INTEGER, why "
	"TEXT);"
	"CREATE TABLE loss(id INTEGER PRIMARY KEY, ts_ns INTEGER, cause TEXT, count INTEGER);"
	"CREATE TABLE via_name(via INTEGER PRIMARY KEY, name TEXT);"
	"CREATE TABLE errno_name(error INTEGER PRIMARY KEY, name TEXT);"
	"CREATE TABLE signal_name(signal INTEGER PRIMARY KEY, name TEXT);"
	"CREATE TABLE stage_name(stage INTEGER PRIMARY KEY, name TEXT);"
	"CREATE TABLE flags_name(flags INTEGER PRIMARY KEY, name TEXT);"
	"CREATE TABLE policy_name(mode INTEGER, flags INTEGER, home_node INTEGER, nodes TEXT, "
	"name TEXT, PRIMARY KEY(mode, flags, home_node, nodes)) WITHOUT ROWID;";

/* A name with bytes that a terminal would act upon is a blob: a view shows it in hexadecimal. */
#define SHOWN(column) \
	"CASE typeof(" column ") WHEN 'blob' THEN quote(" column ") ELSE " column " END"

/* Of the fact of that bit: NULL where it is missing. Numbers as in enum cs_fact, asserted below. */
#define KNOWN(bit, column) "CASE WHEN c.missing >> " #bit " & 1 THEN NULL ELSE " column " END"

#define SINCE "(SELECT value FROM meta WHERE key = 'since_ns')"

_Static_assert(CS_FACT_VIA == 0 && CS_FACT_EXIT_SIGNAL == 2 && CS_FACT_COPY_NS == 3 &&
		       CS_FACT_NODE_REQUESTED == 4 && CS_FACT_TASK_NODE == 5 &&
		       CS_FACT_STACK_ORIGIN == 7 && CS_FACT_POLICY == 8 &&
		       CS_FACT_CHILD_POLICY == 9 && CS_FACT_POLICY_COPIED == 10 &&
		       CS_FACT_VMA_POLICIES == 11,
	       "the numbers in the view");

static const char views[] =
	"CREATE VIEW clones AS SELECT c.id AS id, (c.ts_ns - " SINCE ") / 1e9 AS time_s,"
	" " SHOWN("c.comm") " AS comm, c.tid AS tid, c.tgid AS tgid, c.uid AS uid,"
			    " " KNOWN(0, "v.name") " AS via, coalesce(f.name, '') AS flags,"
						   " " KNOWN(2, "CASE c.exit_signal WHEN 0 THEN "
								"NULL ELSE coalesce(s.name, "
								"c.exit_signal) END") " AS "
										      "exit_signal,"
										      " CASE "
										      "c.error "
										      "WHEN 0 THEN "
										      "NULL ELSE "
										      "coalesce(e."
										      "name, "
										      "c.error) "
										      "END AS "
										      "error,"
										      " c.refusal "
										      "AS refusal, "
										      "c.rule AS "
										      "rule,"
										      " nullif(c."
										      "child_tid, "
										      "0) AS "
										      "child_tid, "
										      "nullif(c."
										      "child_tgid, "
										      "0) AS "
										      "child_tgid,"
										      " " KNOWN(3, "c.copy_ns / 1e3") " AS copy_us,"
														      " c.cpu AS cpu, c.cpu_node AS cpu_node,"
														      " " KNOWN(
															      4, "CASE WHEN c.node_requested < 0 THEN NULL ELSE c.node_requested END") " AS node_requested,"
																								       " " KNOWN(
																									       5, "CASE WHEN c.task_node < 0 THEN NULL ELSE c.task_node END") " AS task_node,"
																																	      " c.stack_node AS stack_node, c.nodes_disagree AS nodes_disagree,"
																																	      " " KNOWN(7, "CASE c.stack_origin WHEN 1 THEN 'cached' WHEN 2 THEN 'fresh' END") " AS stack_origin,"
																																											       " " KNOWN(8, "p.name") " AS policy, " KNOWN(
																																												       9,
																																												       "CASE c.error WHEN 0 THEN q.name END") " AS child_policy,"
																																																	      " " KNOWN(
																																																		      10,
																																																		      "c.policy_copied") " AS policy_copied,"
																																																					 " " KNOWN(
																																																						 11,
																																																						 "c.vma_policies") " AS vma_policies,"
																																																								   " d.engine AS engine, d.container AS container, " SHOWN("d.cgroup") " AS cgroup,"
																																																																       " c.ts_ns AS ts_ns, c.start_ns AS start_ns, c.child_start_ns AS child_start_ns"
																																																																       " FROM clone c LEFT JOIN via_name v ON v.via = c.via"
																																																																       " LEFT JOIN flags_name f ON f.flags = c.flags"
																																																																       " LEFT JOIN signal_name s ON s.signal = c.exit_signal"
																																																																       " LEFT JOIN errno_name e ON e.error = c.error"
																																																																       " LEFT JOIN policy_name p ON p.mode = c.policy_mode AND p.flags = c.policy_flags AND"
																																																																       " p.home_node = c.policy_home_node AND p.nodes = c.policy_nodes"
																																																																       " LEFT JOIN policy_name q ON q.mode = c.child_policy_mode AND q.flags = c.child_policy_flags"
																																																																       " AND q.home_node = c.child_policy_home_node AND q.nodes = c.child_policy_nodes"
																																																																       " LEFT JOIN detail d ON d.id = c.detail_id;"

																																																																       "CREATE VIEW stages AS SELECT c.id AS clone, " SHOWN("c.comm") " AS comm,"
																																																																								      " c.child_tid AS child_tid, n.name AS stage, j.value / 1e3 AS us"
																																																																								      " FROM clone c JOIN phases p ON p.id = c.phases_id, json_each(p.phase_ns) j"
																																																																								      " JOIN stage_name n ON n.stage = j.key WHERE j.value > 0;"

																																																																								      "CREATE VIEW execs AS SELECT (ts_ns - " SINCE
																																																																								      ") / 1e9 AS time_s, tid, tgid,"
																																																																								      " " SHOWN("comm") " AS comm, " SHOWN(
																																																																									      "file") " AS file, start_ns FROM exec;"

																																																																										      "CREATE VIEW exits AS SELECT (x.ts_ns - " SINCE
																																																																										      ") / 1e9 AS time_s, x.tid AS tid, x.tgid AS tgid,"
																																																																										      " " SHOWN(
																																																																											      "x.comm") " AS comm, x.code >> 8 & 255 AS status, s.name AS signal,"
																																																																													" x.last_thread AS last_thread, (x.ts_ns - x.start_ns) / 1e9 AS lifetime_s,"
																																																																													" x.start_ns AS start_ns"
																																																																													" FROM exit x LEFT JOIN signal_name s ON s.signal = nullif(x.code & 127, 0);"

																																																																													"CREATE VIEW calls AS SELECT (c.ts_ns - " SINCE ") / 1e9 AS time_s, " SHOWN("c.comm") " AS comm,"
																																																																																							      " c.tid AS tid, v.name AS via, coalesce(e.name, c.error) AS error, c.refusal AS refusal,"
																																																																																							      " c.rule AS rule FROM call c LEFT JOIN via_name v ON v.via = c.via"
																																																																																							      " LEFT JOIN errno_name e ON e.error = c.error;";

static const char *type_of(const struct layout_field *field)
{
	return field->is_text || field->count > 1 ? "TEXT" : "INTEGER";
}

static void add_table(FILE *sql, int kind)
{
	const struct layout *layout = layout_of(kind);

	fprintf(sql, "CREATE TABLE \"%s\"(id INTEGER PRIMARY KEY, ts_ns INTEGER", layout->name);
	for (size_t i = 0; i < layout->count; i++)
		fprintf(sql, ", \"%s\" %s", layout->fields[i].name, type_of(&layout->fields[i]));
	fprintf(sql, "%s);", columns_after[kind] ? columns_after[kind] : "");
}

static void add_name(FILE *sql, const char *table, int number, const char *name)
{
	if (name)
		fprintf(sql, "INSERT INTO %s VALUES(%d, '%s');", table, number, name);
}

static void add_names(FILE *sql)
{
	for (int via = CS_VIA_FORK; via <= CS_VIA_VHOST; via++)
		add_name(sql, "via_name", via, via_name(via));
	for (int error = 1; error < 1024; error++)
		add_name(sql, "errno_name", error, errno_name(error));
	for (int signal = 1; signal <= 64; signal++)
		add_name(sql, "signal_name", signal, signal_name(signal));
	for (int stage = 0; stage < CS_STAGE_COUNT; stage++)
		add_name(sql, "stage_name", stage, stage_name(stage));
}

int schema_create(sqlite3 *db)
{
	char *text = NULL;
	size_t size;
	FILE *sql = open_memstream(&text, &size);
	int result;

	if (!sql)
		return SQLITE_NOMEM;
	fprintf(sql, "PRAGMA application_id = %d; PRAGMA user_version = %d; BEGIN;%s",
		SCHEMA_APPLICATION, SCHEMA_VERSION, fixed_tables);
	for (int kind = 0; kind < LAYOUT_KINDS; kind++)
		if (layout_of(kind))
			add_table(sql, kind);
	add_names(sql);
	fprintf(sql, "%s COMMIT;", views);
	result = fclose(sql) ? SQLITE_NOMEM : sqlite3_exec(db, text, NULL, NULL, NULL);
	free(text);
	return result;
}

static size_t count_after(int kind)
{
	const char *columns = columns_after[kind] ? columns_after[kind] : "";
	size_t count = 0;

	for (; *columns; columns++)
		count += *columns == ',';
	return count;
}

char *schema_insert(int kind)
{
	const struct layout *layout = layout_of(kind);
	size_t size, count = SCHEMA_COLUMNS_BEFORE + layout->count + count_after(kind);
	char *text = NULL;
	FILE *sql = open_memstream(&text, &size);

	if (!sql)
		return NULL;
	fprintf(sql, "INSERT INTO \"%s\" VALUES(?", layout->name);
	for (size_t i = 1; i < count; i++)
		fputs(",?", sql);
	fputs(")", sql);
	return fclose(sql) ? NULL : text;
}

char *schema_select(int kind)
{
	const struct layout *layout = layout_of(kind);
	char *text = NULL;
	size_t size;
	FILE *sql = open_memstream(&text, &size);

	if (!sql)
		return NULL;
	fputs("SELECT id, ts_ns", sql);
	for (size_t i = 0; i < layout->count; i++)
		fprintf(sql, ", \"%s\"", layout->fields[i].name);
	fprintf(sql, " FROM \"%s\" WHERE id >= ? AND id < ? ORDER BY id", layout->name);
	return fclose(sql) ? NULL : text;
}

/* @function: of a column id, one row from each table that has such. */
static char *ask_all_tables(const char *function, const char *table_end)
{
	char *text = NULL;
	size_t size;
	FILE *sql = open_memstream(&text, &size);

	if (!sql)
		return NULL;
	fprintf(sql, "SELECT %s(id) FROM (SELECT %s(id) AS id FROM loss%s", function, function,
		table_end);
	for (int kind = 0; kind < LAYOUT_KINDS; kind++)
		if (layout_of(kind))
			fprintf(sql, " UNION ALL SELECT %s(id) FROM \"%s\"%s", function,
				layout_of(kind)->name, table_end);
	fputs(")", sql);
	return fclose(sql) ? NULL : text;
}

char *schema_next_id(void)
{
	return ask_all_tables("min", " WHERE id >= ?1");
}

char *schema_last_id(void)
{
	return ask_all_tables("max", "");
}
