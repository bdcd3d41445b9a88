"""Law 1: same input, same journal. Each scenario runs twice, in this process and in a child, with
all that crosses between engine and strategy serialised or not, from warm and cold caches, with
its lists turned round, and with hosts and plugins built by gcc and clang at -O0 and -O3; the
bytes of all records and the printed hash must be the same.

    test_law1.py [SCENARIO...]      QS_LAWS=long: many more random scenarios
"""
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import law_builds
import law_host
import law_journal
import law_scenarios


def turned_round(config):
    """Ids sort by content: the order of lists in a config says nothing. (Of `symbols` it does.)"""
    turned = dict(config)
    for key in ("strategies", "data", "silos"):
        if key in turned:
            turned[key] = list(reversed(turned[key]))
    return turned


def ways(host, cold):
    """The names and makers of all runs of one scenario but the first."""
    dirty = {"MALLOC_PERTURB_": "165"}
    return [
        ("again", lambda c: host.run(c)),
        ("inline", lambda c: host.run(c, "--inline")),
        ("loopback", lambda c: host.run(c, "--loopback")),
        ("inline loopback", lambda c: host.run(c, "--inline", "--loopback")),
        ("cold cache", lambda c: host.run(c, cache=cold)),
        ("dirty memory", lambda c: host.run(c, "--inline", env=dirty)),
        ("lists turned round", lambda c: host.run(turned_round(c))),
    ]


def other_builds(scratch, ids):
    variants, missing = law_builds.variants()
    binaries = {v: law_builds.build_host(v) for v in variants}
    plugins = {v: law_builds.build_plugins(v, ids) for v in variants}
    found = []
    for i, of_host in enumerate(variants):
        for k, of_plugins in enumerate(variants):
            # Every pair when long; else the equal ones and a ring of mixed ones.
            if not law_host.LONG and (k - i) % len(variants) > 1:
                continue
            host = law_host.Host(scratch.path, binaries[of_host], plugins[of_plugins])
            name = f"host {law_builds.name_of(of_host)}, plugins {law_builds.name_of(of_plugins)}"
            found.append((name, lambda c, host=host: host.run(c)))
    return found, missing


def differs(reference, other):
    """Where two journals part, in words; empty when they do not."""
    if law_journal.digest(reference.payload) == law_journal.digest(other.payload):
        return "" if reference.hash == other.hash else "the same bytes under another hash"
    a = law_journal.parse(reference.payload)
    b = law_journal.parse(other.payload)
    for i, (x, y) in enumerate(zip(a, b)):
        if x.bytes != y.bytes:
            return f"record {i}:\n    {x}\n    {y}"
    return f"{len(a)} records and {len(b)}"


def self_test(run):
    """The comparison sees one changed bit."""
    spoilt = bytearray(run.payload)
    records = law_journal.parse(run.payload)
    place = sum(len(r.bytes) for r in records[: len(records) // 2]) + 8
    spoilt[place] ^= 1
    if not differs(run, law_host.Run(run.hash, bytes(spoilt), "")):
        raise AssertionError("a changed bit was not seen")


def main():
    law_host.need_shared()
    started = time.time()
    scenarios = law_scenarios.chosen(sys.argv[1:])
    scratch = law_host.Scratch("law1")
    ids = {s["strategy"] for scenario in scenarios for s in scenario.config["strategies"]}
    builds, missing = other_builds(scratch, ids)
    built = time.time()
    for compiler in missing:
        print(f"NOT DONE: {compiler} is not installed, its half of law 1 is skipped")
    host = law_host.Host(scratch.path)
    makers = ways(host, scratch.path / "cold") + builds

    def check(scenario):
        try:
            first = host.run(scenario.config)
        except law_host.RunError as error:
            scratch.fail(f"{scenario.name}: {error}")
            return 0
        for name, make in makers:
            try:
                other = make(scenario.config)
                words = differs(first, other)
            except law_host.RunError as error:
                other, words = first, str(error)
            if words:
                path = host.config(scenario.config)
                scratch.fail(f"{scenario.name}, {name}: {words}\n    {other.command}\n"
                             f"    config: {path}")
        self_test(first)
        return len(first.payload)

    sizes = law_host.parallel(check, scenarios)
    return scratch.finish(
        f"law 1: {len(scenarios)} scenarios, each in {len(makers) + 1} ways, "
        f"{sum(sizes) / 1e6:.1f} MB of journal; seed {law_scenarios.day_seed()} "
        f"({built - started:.0f} s building, {time.time() - built:.0f} s running)"
    )


if __name__ == "__main__":
    sys.exit(main())
