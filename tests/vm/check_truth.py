#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Compares the records of trace --json with what a workload wrote down about its own clones."""
import argparse
import json
import sys

# The kernel refuses these before copy_process(): there is nothing to record.
NEVER_REACHED = ("early-", "einval-pidfd-settid")

# Of a clone that was refused late the stack is gone.
REFUSED_MAY_MISS = {"stack_nodes", "stack_origin"}

FACTS = ("tid tgid uid comm cpu cpu_node via flags exit_signal kernel_clone node_requested error "
         "policy policy_copied child_policy vma_policies").split()
CHILD_FACTS = ("child_tid", "child_tgid")
POLICY_KEYS = ("mode", "flags", "nodes", "home_node")

# Made by a task of the kernel's on the workload's behalf: the caller is not the workload's.
BY_OTHERS = ("kthread", "umh")
MPOL_BIND = 2


class Truth:
    """A workload's own account."""

    def __init__(self, path):
        with open(path) as file:
            lines = [json.loads(line) for line in file]
        self.clones = [line for line in lines if "error" in line]
        self.skipped = [line for line in lines if "skipped" in line and "stop" in line]
        self.begin_ns = lines[0]["begin"]
        if "end" not in lines[-1] or lines[-1]["clones"] != len(self.clones):
            raise ValueError(f"{path} is not whole")
        self.end_ns = lines[-1]["end"]
        self.tids = {clone["tid"] for clone in self.clones
                     if "tid" in clone and clone["via"] not in BY_OTHERS}


def is_never_reached(clone):
    return clone["error"] != 0 and clone["stop"].startswith(NEVER_REACHED)


def in_time(clone, record):
    return clone["asked_ns"] <= record["ts_ns"] <= clone["answered_ns"]


def is_of(clone, record):
    """Is this the record of that clone? Without looking at the facts to be compared."""
    if not in_time(clone, record):
        return False
    if clone["match"] == "child_tid":
        return record["child_tid"] == clone["child_tid"]
    if clone["match"] == "caller":
        return record["tid"] == clone["tid"] and record["error"] != 0
    return record["via"] == clone["via"]


def plain(fact, value):
    """A fact as both sides can have it."""
    if fact.endswith("policy") and value is not None:
        return {key: value[key] for key in POLICY_KEYS}
    return value


def wrong_facts(clone, record):
    facts = FACTS + ([] if clone["error"] else list(CHILD_FACTS))
    for fact in facts:
        if fact not in clone or (clone["error"] and fact == "child_policy"):
            continue
        seen = plain(fact, record[fact])
        if fact in record["missing"]:
            if seen is not None:
                yield f"{fact} is missing and yet {seen}"
        elif seen != plain(fact, clone[fact]):
            yield f"{fact} is {seen}, not {plain(fact, clone[fact])}"


def wrong_child(clone, record):
    """What a refused clone must not have, and when a child was born."""
    if clone["error"]:
        for fact in CHILD_FACTS + ("child_start_ns", "child_policy"):
            if record[fact] is not None:
                yield f"refused, and {fact} is {record[fact]}"
    elif not clone["asked_ns"] <= record["child_start_ns"] <= record["ts_ns"]:
        yield "the child's start is not within the call"


def wrong_time(clone, record):
    took = record["copy_ns"]
    if took is not None and not 0 < took <= clone["answered_ns"] - clone["asked_ns"]:
        yield f"copy_ns is {took}, but the call took {clone['answered_ns'] - clone['asked_ns']}"


def wrong_memory(clone, record):
    """A stack made under MPOL_BIND lies on the nodes of the policy."""
    pages = record["stack_nodes"]
    if pages is not None and not clone["error"] and (not pages or min(pages) < 0):
        yield f"stack_nodes is {pages}"
    policy = clone.get("policy", {})
    if record["stack_origin"] == "fresh" and pages and policy.get("mode") == MPOL_BIND:
        if not set(pages) <= set(policy["nodes"]):
            yield f"a fresh stack on {pages}, bound to {policy['nodes']}"


def wrong_missing(clone, record, may_miss):
    allowed = may_miss | (REFUSED_MAY_MISS if clone["error"] else set())
    for fact in sorted(set(record["missing"]) - allowed):
        yield f"{fact} is missing"


def wrong_in(clone, record, may_miss):
    yield from wrong_facts(clone, record)
    yield from wrong_child(clone, record)
    yield from wrong_time(clone, record)
    yield from wrong_memory(clone, record)
    yield from wrong_missing(clone, record, may_miss)


def wrong_order(records):
    """Time goes on, and nobody clones before being cloned."""
    born = {(record["child_tid"], record["child_start_ns"]): index
            for index, record in enumerate(records) if not record["error"]}
    for index, record in enumerate(records):
        if index and record["ts_ns"] < records[index - 1]["ts_ns"]:
            yield f"record {index} is older than the one before it"
        if born.get((record["tid"], record["start_ns"]), -1) > index:
            yield f"record {index}: tid {record['tid']} clones before it is cloned"


def untold(truth, records, matched):
    """Records of the workload's own tasks that it knows nothing of."""
    for record in records:
        own = record["tid"] in truth.tids and truth.begin_ns <= record["ts_ns"] <= truth.end_ns
        if own and id(record) not in matched:
            yield f"record of a clone that never was: {json.dumps(record)[:300]}"


def expected_count(clone, refusals):
    return 0 if is_never_reached(clone) or (clone["error"] and not refusals) else 1


def compare(truth, records, may_miss=frozenset(), refusals=True):
    """All complaints, none if the records are true. records: those of kind clone."""
    matched = set()
    for clone in truth.clones:
        found = [record for record in records if is_of(clone, record)]
        matched.update(map(id, found))
        if len(found) != expected_count(clone, refusals):
            yield f"{clone['stop']}: seen {len(found)} times, not {expected_count(clone, refusals)}"
        elif found:
            for wrong in wrong_in(clone, found[0], may_miss):
                yield f"{clone['stop']}: {wrong}"
    yield from untold(truth, records, matched)
    yield from wrong_order(records)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--may-miss", default="", metavar="FACT,...",
                        help="facts allowed in \"missing\"")
    parser.add_argument("--no-refusals", action="store_true",
                        help="refused clones are not to be seen")
    parser.add_argument("truth")
    parser.add_argument("records")
    arguments = parser.parse_args()
    with open(arguments.records) as file:
        records = [record for record in map(json.loads, file) if record["kind"] == "clone"]
    may_miss = frozenset(filter(None, arguments.may_miss.split(",")))
    truth = Truth(arguments.truth)
    complaints = list(compare(truth, records, may_miss, not arguments.no_refusals))
    for complaint in complaints:
        print(f"FAIL {arguments.truth}: {complaint}")
    if not complaints:
        print(f"PASS {arguments.truth}: {len(truth.clones)} clones")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
