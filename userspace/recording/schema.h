/* SPDX-License-Identifier: GPL-2.0 */
/* The tables of a recording, an SQLite file: docs/recording.md tells them to people. */
#ifndef CLONESCOPE_RECORDING_SCHEMA_H
#define CLONESCOPE_RECORDING_SCHEMA_H

#include <stdbool.h>

struct sqlite3;

/* PRAGMA user_version: changes when a table or a column is renamed or means something else. */
#define SCHEMA_VERSION 1

/* PRAGMA application_id, "clsc": what tells a recording from any other SQLite file. */
#define SCHEMA_APPLICATION 0x636c7363

/* Columns of each kind's table before the fields of its record: id, ts_ns. */
#define SCHEMA_COLUMNS_BEFORE 2

/*
 * Columns after the fields: what the record means, for people's own SQL. Of a clone: refusal, rule, stack_node,
 * nodes_disagree, and the rows of its parts; of a detail: engine, container.
 */
enum schema_clone_column {
	SCHEMA_REFUSAL, /* of a call, and of namespaces, too */
	SCHEMA_RULE,
	SCHEMA_STACK_NODE,
	SCHEMA_NODES_DISAGREE,
	SCHEMA_REFUSAL_ID,
	SCHEMA_DETAIL_ID,
	SCHEMA_PHASES_ID,
};

enum schema_detail_column {
	SCHEMA_ENGINE,
	SCHEMA_CONTAINER,
};

/* Make all tables and views in an empty file. Returns an SQLite result; the connection has the message. */
int schema_create(struct sqlite3 *db);

/*
 * SQL text, to be freed; NULL without memory: a row into the table of that kind of record, with a parameter for
 * every column; its rows from one id to before another, in the order of their ids, without the columns after the fields; the least
 * id from one on, in any table; the greatest.
 */
char *schema_insert(int kind);
char *schema_select(int kind);
char *schema_next_id(void);
char *schema_last_id(void);

#endif
