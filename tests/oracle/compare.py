#!/usr/bin/env python3
"""Runs random cases through the engine and through the oracle, and compares what became of them.

  compare.py --runs 10000 --seed 1 --runner build/bin/oracle_run
  compare.py --runs 10000 --self            the oracle alone: coverage of the contract's branches
  compare.py --seed 4711 --runs 1 --verbose --runner build/bin/oracle_run

Exit status: 0 all equal and each branch taken; 1 a difference or a branch not taken; 2 usage.
"""

import argparse
import collections
import multiprocessing
import os
import pathlib
import subprocess
import sys
import tempfile

import branches
import cases
import generate
import oracle
import results

BATCH = 100
RUNNER_SECONDS = 120


class Report:
    """What one batch came to."""

    def __init__(self):
        self.counts, self.fragile = collections.Counter(), collections.Counter()
        self.compared = 0
        self.failure = None  # (seed, text)


def simulate(seeds, report):
    """Cases and their finished oracles; fragile ones are left out."""
    pairs = []
    for seed in seeds:
        case = generate.make(seed)
        sim = oracle.run(case)
        if sim.fragile:
            report.fragile[sim.fragile] += 1
        else:
            report.counts.update(sim.counts)
            pairs.append((case, sim))
    report.compared = len(pairs)
    return pairs


def play(runner, pairs, folder):
    """The runner's answers to a batch: ({seed: result}, what went wrong or None)."""
    path = os.path.join(folder, "cases.%d.txt" % pairs[0][0].seed)
    with open(path, "w", encoding="ascii") as out:
        for case, _ in pairs:
            cases.write_case(case, out)
    found, wrong = {}, None
    try:
        done = subprocess.run([runner, path], capture_output=True, text=True,
                              timeout=RUNNER_SECONDS, check=False)
        text, errors = done.stdout, done.stderr
        if done.returncode:
            wrong = "the runner ended with status %d" % done.returncode
    except subprocess.TimeoutExpired as e:
        text, errors = (e.stdout or b"").decode(), (e.stderr or b"").decode()
        wrong = "the runner took more than %d s" % RUNNER_SECONDS
    except UnicodeDecodeError:
        text, errors, wrong = "", "", "the runner's output is not text"
    try:
        for seed, result in results.read_results(text.splitlines()):
            found[seed] = result
    except (ValueError, IndexError) as e:
        wrong = wrong or "the runner's output cannot be read: %s" % e
    os.unlink(path)
    return found, wrong and wrong + "\n" + errors[-2000:]


def batch(job):
    seeds, runner = job
    report = Report()
    pairs = simulate(seeds, report)
    if not runner or not pairs:
        return report
    with tempfile.TemporaryDirectory(prefix="oracle.") as folder:
        found, wrong = play(runner, pairs, folder)
    for case, sim in pairs:
        if case.seed not in found:
            report.failure = case.seed, wrong or "the runner gave no result of this case"
            return report
        exact = all(ledger.exact for ledger in sim.ledgers)
        text = results.difference(results.of_oracle(sim), found[case.seed], exact)
        if text:
            report.failure = case.seed, text
            return report
    if wrong:
        report.failure = pairs[-1][0].seed, wrong
    return report


def show(seed, runner):
    """--verbose: the case and both results, in files to look at."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="oracle.%d." % seed))
    case = generate.make(seed)
    with open(folder / "case.txt", "w", encoding="ascii") as out:
        cases.write_case(case, out)
    sim = oracle.run(case)
    if sim.fragile:
        print("seed %d is not used: %s" % (seed, sim.fragile))
    expected = results.of_oracle(sim)
    with open(folder / "expected.txt", "w", encoding="ascii") as out:
        results.write_result(seed, expected, out)
    print("case:     %s\nexpected: %s" % (folder / "case.txt", folder / "expected.txt"))
    if runner:
        found, wrong = play(runner, [(case, sim)], str(folder))
        if wrong:
            print(wrong)
        if seed in found:
            with open(folder / "found.txt", "w", encoding="ascii") as out:
                results.write_result(seed, found[seed], out)
            print("found:    %s" % (folder / "found.txt"))
    for key, value in case.settings.items():
        print("  %s: %s" % (key, value))
    for i, s in enumerate(case.symbols):
        print("  symbol %d: tick %g lot %g multiplier %g, %d bars of %d h" % (
            i, s.tick, s.lot, s.mult, len(s.bars), s.timeframe // generate.HOUR_NS))
    for kind in ("order", "event", "fill", "trade", "position"):
        for row in expected[kind]:
            print("  " + results.line_of(kind, row))


def coverage(counts, runs):
    """Prints the counters; the names of branches that were taken too seldom."""
    least = max(1, runs // 500)
    for name in sorted(set(branches.NAMES) | set(counts)):
        print("%9d  %s" % (counts[name], name))
    unknown = sorted(set(counts) - set(branches.NAMES))
    seldom = [name for name in branches.NAMES if counts[name] < least]
    for name in unknown:
        print("not in branches.py: " + name)
    for name in seldom:
        print("taken %d times, at least %d expected: %s" % (counts[name], least, name))
    return unknown + seldom


def arguments():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--runs", type=int, default=1000)
    p.add_argument("--seed", type=int, default=1, help="of the first run; each run has the next")
    p.add_argument("--runner", help="the engine's program, e.g. build/bin/oracle_run")
    p.add_argument("--self", action="store_true", dest="alone", help="the oracle alone")
    p.add_argument("--verbose", action="store_true", help="with --runs 1: everything about it")
    p.add_argument("--jobs", type=int, default=2)
    args = p.parse_args()
    if not args.runner and not args.alone:
        p.error("give --runner FILE, or --self")
    if args.runner and not os.access(args.runner, os.X_OK):
        p.error("%s: cannot be run (is it built?)" % args.runner)
    return args


def main():
    args = arguments()
    runner = None if args.alone else os.path.abspath(args.runner)
    if args.verbose and args.runs == 1:
        show(args.seed, runner)
    last = args.seed + args.runs
    jobs = [(range(first, min(first + BATCH, last)), runner)
            for first in range(args.seed, last, BATCH)]
    counts, fragile, compared = collections.Counter(), collections.Counter(), 0
    with multiprocessing.Pool(args.jobs) as pool:
        for report in pool.imap(batch, jobs):
            counts.update(report.counts)
            fragile.update(report.fragile)
            compared += report.compared
            if report.failure:
                seed, text = report.failure
                print("seed %d: %s" % (seed, text))
                print("again: %s %s --seed %d --runs 1 --verbose --runner %s" % (
                    sys.executable, os.path.abspath(__file__), seed, runner))
                return 1
    failed = []
    if args.alone or args.runs >= 500:
        failed = coverage(counts, args.runs) if args.runs >= 500 else []
    print("%d cases %s, %d left out because a rounding would decide%s" % (
        compared, "simulated" if args.alone else "equal", sum(fragile.values()),
        "".join("; %s: %d" % item for item in fragile.most_common())))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
