/* SPDX-License-Identifier: GPL-2.0 */
/* The subcommands: each takes its own argv and returns the exit status. */
#ifndef CLONESCOPE_CMD_CMD_H
#define CLONESCOPE_CMD_CMD_H

int cmd_trace(int argc, char **argv);
int cmd_record(int argc, char **argv);
int cmd_stat(int argc, char **argv);
int cmd_metrics(int argc, char **argv);
int cmd_top(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_explain(int argc, char **argv);
int cmd_doctor(int argc, char **argv);

#endif
