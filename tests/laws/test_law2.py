"""Law 2: no lookahead. For random instants t of each scenario the run is cut after t (--cut-after),
and run again with all bars after t garbled (other prices, other volumes, bars missing, no bars at
all); all records up to the end of the instant t must be the same bytes. What a run says at its end
comes after its last instant and is not compared.

A cheating plugin that reads one bar ahead goes through the same check and must be caught.

    test_law2.py [SCENARIO...]      QS_LAWS=long: all scenarios, longer slices
                                    QS_LAWS_SEED=N: the choice of instants and scenarios
"""
import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import law_bars
import law_host
import law_journal
import law_scenarios

CUTS = 50
INSTANTS = 3000 if law_host.LONG else 600
CI_SCENARIOS = 14


class Checker:
    def __init__(self, host, scratch):
        self.host, self.scratch = host, scratch

    def prefix(self, payload, count):
        """The bytes of the header and the first `count` instants, and the time of the last."""
        parts = law_journal.split(law_journal.parse(payload))
        if len(parts.instants) < count:
            return None, 0
        instant = parts.instants[count - 1]
        return payload[: instant.end], instant.time

    def compare(self, whole, other, count, time_ns):
        """Where the first `count` instants of two journals part; empty when they do not."""
        found, other_time = self.prefix(other, count)
        if found is None:
            return f"it has fewer than {count} instants"
        if other_time != time_ns or found != whole[: len(found)]:
            a = law_journal.parse(whole)
            b = law_journal.parse(found)
            for i, (x, y) in enumerate(zip(a, b)):
                if x.bytes != y.bytes:
                    return f"record {i}:\n    {x}\n    {y}"
        return ""

    def cut(self, scenario, whole, count, time_ns):
        run = self.host.run(scenario.config, "--cut-after", str(count))
        words = self.compare(whole, run.payload, count, time_ns)
        extra, _ = self.prefix(run.payload, count + 1)
        if not words and extra is not None:
            words = "it goes on after the cut"
        return words, f"{run.command} (config {self.host.config(scenario.config)})" if words else ""

    def garbled(self, scenario, bars, whole, count, time_ns, chance):
        way = chance.choice(law_bars.WAYS)
        config = dict(scenario.config, data=[])
        files = []
        for place, (entry, b) in enumerate(zip(scenario.config["data"], bars)):
            file = self.scratch.path / f"{scenario.name}_{count}_{way}_{place}.csv"
            law_bars.write_rows(file, law_bars.garble(b, time_ns, way, chance))
            config["data"].append(dict(entry, file=str(file)))
            files.append(file)
        run = self.host.run(config)
        words = self.compare(whole, run.payload, count, time_ns)
        if words:
            return f"garbled ({way}): {words}", f"{run.command} (config {self.host.config(config)})"
        for file in files:
            file.unlink()
        return "", ""

    def check(self, scenario, seed):
        """The violations of one scenario, as (count of the instant, words, command)."""
        scenario = law_scenarios.sliced(scenario, self.scratch.path, INSTANTS)
        bars = scenario.bars()
        whole = self.host.run(scenario.config).payload
        parts = law_journal.split(law_journal.parse(whole))
        times = sorted({t for b in bars for t in b.closes})
        if [i.time for i in parts.instants] != times:
            return [(0, "the instants are not the closes of the bars", "")], 0
        chance = random.Random(f"{seed} {scenario.name}")
        counts = sorted(chance.sample(range(1, len(times)), min(CUTS, len(times) - 1)))
        found = []

        def one(job):
            count, child_seed = job
            time_ns = times[count - 1]
            words, command = self.cut(scenario, whole, count, time_ns)
            if words:
                found.append((count, f"cut: {words}", command))
            words, command = self.garbled(
                scenario, bars, whole, count, time_ns, random.Random(child_seed)
            )
            if words:
                found.append((count, words, command))

        law_host.parallel(one, [(count, chance.random()) for count in counts])
        return found, len(counts)


def rotate(scenarios, seed):
    """All when long; else as many as fit, others each day, and always some of each kind."""
    if law_host.LONG or len(scenarios) <= CI_SCENARIOS:
        return scenarios
    always = [s for s in scenarios if s.name in ("two_by_two", "two_silos", "mtf_spy")]
    rest = [s for s in scenarios if s not in always]
    return always + random.Random(seed).sample(rest, CI_SCENARIOS - len(always))


def check_cheat(checker, scratch, seed):
    cheat = law_scenarios.lone("cheat", "law_cheat", law_scenarios.data("goog_1d.csv"))
    found, cuts = checker.check(cheat, seed)
    garbled = sum("garbled" in words for _, words, _ in found)
    if garbled == 0:
        scratch.fail("the cheat (tests/laws/plugin_cheat.c) was not caught")
    for file in scratch.path.glob("cheat_*"):
        file.unlink()
    return f"the cheat was caught at {garbled} of {cuts} cuts by garbled bars"


def main():
    law_host.need_shared()
    started, seed = time.time(), law_scenarios.day_seed()
    scenarios = law_scenarios.chosen(sys.argv[1:])
    if not sys.argv[1:]:
        scenarios = rotate(scenarios, seed)
    scratch = law_host.Scratch("law2")
    checker = Checker(law_host.Host(scratch.path), scratch)
    runs = 0
    for scenario in scenarios:
        try:
            found, cuts = checker.check(scenario, seed)
        except law_host.RunError as error:
            scratch.fail(f"{scenario.name}: {error}")
            continue
        runs += 2 * cuts
        for count, words, command in found[:3]:
            scratch.fail(
                f"{scenario.name}, {count} instants: {words}\n    {command}\n"
                f"    again: QS_LAWS_SEED={seed} python3 tests/laws/test_law2.py {scenario.name}"
            )
    caught = check_cheat(checker, scratch, seed)
    names = " ".join(s.name for s in scenarios)
    return scratch.finish(
        f"law 2: {len(scenarios)} scenarios ({names}), {runs} runs; {caught}; seed {seed} "
        f"({time.time() - started:.0f} s)"
    )


if __name__ == "__main__":
    sys.exit(main())
