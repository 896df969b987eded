#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Compares the records of two runs of trace --json over the same workload at the same time."""
import collections
import json
import sys

# Each backend has its own clock readings, the rest is to be the same.
OWN = {"ts_ns", "copy_ns", "backend", "tries_before"}

# Of a part, the same, and counters of the whole machine, which go on between the two.
OWN_OF_PART = {"phases": None, "refusal": {"threads", "pids_used"}}


def keyed(records):
    """Records by who cloned whom; refusals by who was refused and how often before."""
    found, refusals = {}, collections.Counter()
    for record in records:
        caller = (record["tid"], record["start_ns"])
        if record["error"]:
            key = caller + ("refused", refusals[caller])
            refusals[caller] += 1
        else:
            key = caller + (record["child_tid"], record["child_start_ns"])
        if key in found:
            raise ValueError(f"two records of one clone: {json.dumps(record)[:300]}")
        found[key] = record
    return found


def in_window(records, begin_ns, end_ns):
    """By the child's start where there is one: both backends read the same."""
    return [record for record in records
            if begin_ns <= (record["child_start_ns"] or record["ts_ns"]) <= end_ns]


def name_of(record):
    outcome = record["child_tid"] or record["error_name"]
    return f"{record['comm']}/{record['tid']} {record['via']} -> {outcome}"


def facts(record):
    """One level of names: those of a part follow its own. Of phases, which there are."""
    for name in record.keys() - OWN:
        if not isinstance(record[name], dict) or name not in OWN_OF_PART.keys() | {"detail"}:
            yield name, record[name]
        elif OWN_OF_PART.get(name, set()) is None:
            yield name, sorted(record[name])
        else:
            for inner in record[name].keys() - OWN_OF_PART.get(name, set()):
                yield f"{name}.{inner}", record[name][inner]


def differences(left, right):
    """All complaints, none if both have the same clones with the same facts."""
    left, right = keyed(left), keyed(right)
    for one, other in ((left, right), (right, left)):
        for key in one.keys() - other.keys():
            yield f"only {one[key]['backend']} saw {name_of(one[key])}"
    for key in left.keys() & right.keys():
        a, b = dict(facts(left[key])), dict(facts(right[key]))
        for fact in sorted(a.keys() | b.keys()):
            if a.get(fact) != b.get(fact):
                yield (f"{name_of(left[key])}: {fact} is {a.get(fact)} for "
                       f"{left[key]['backend']}, {b.get(fact)} for {right[key]['backend']}")


def read_clones(path):
    with open(path) as file:
        return [record for record in map(json.loads, file) if record["kind"] == "clone"]


def main():
    if len(sys.argv) != 3:
        print("Usage: check_same.py RECORDS RECORDS", file=sys.stderr)
        return 2
    complaints = list(differences(read_clones(sys.argv[1]), read_clones(sys.argv[2])))
    for complaint in complaints:
        print(f"FAIL same: {complaint}")
    if not complaints:
        print("PASS same")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
