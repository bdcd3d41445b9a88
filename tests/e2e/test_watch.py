#!/usr/bin/env python3
"""`qshost watch --json` while an author edits: after every edit the active build is the newest good
one, what came of it is told, and nothing is left behind.

The edits are those of watch_edits/edits.py (seed 1; another: QS_WATCH_SEED). QS_WATCH_STEPS says how
many of its 220 are made, default 80.
"""

import os
import re
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parent / "watch_edits"))
from cli import QSHOST, Bench
from edits import ANY, FAILURE, FIRST, GOODS, ID, NEW, NOTHING, SAVED, VARIANTS, Edits, apply, text
from watch import ENDS, Watch, brief, leftovers, mapped, sha

STEPS = int(os.environ.get("QS_WATCH_STEPS", "80"))
SEED = os.environ.get("QS_WATCH_SEED", "1")
DEADLINE_MS = "700"
# The address sanitizer keeps what was freed.
GROWTH_MAX_KIB = 24 << 10 if b"__asan_init" not in QSHOST.read_bytes() else 1 << 20


class Session:
    def __init__(self, bench):
        self.bench = bench
        self.project = bench.project()
        self.source = self.project / "custom/edited.c"
        self.so = self.project / "plugins/edited.so"
        self.built = {name: self.build(name) for name in GOODS}
        self.source.parent.mkdir()
        self.source.write_text(text(FIRST))
        bench.good("build", "edited", cwd=self.project)
        bench.good("data", "synth", "-n", "600", "-t", "1d", "-o", "bars_1d.csv", cwd=self.project)
        sets = [x for k, v in SAVED.items() for x in ("--set", f"params.{k}={v}")]
        bench.good("backtest", "--strategy", ID, "--data", "bars_1d.csv", *sets, cwd=self.project)
        env = {"QS_DEADLINE_MS": DEADLINE_MS}
        self.watch = Watch(bench, self.project, env=env)
        self.watch.wait("start")
        self.watch.settle()
        self.fds, self.rss = self.watch.fds(), None

    def build(self, variant):
        """What `qshost build` makes of a variant elsewhere: the SHA-256 that is expected here, too."""
        project = self.bench.project()
        (project / "custom").mkdir()
        (project / "custom/edited.c").write_text(text(variant))
        self.bench.good("build", "edited", cwd=project)
        return sha(project / "plugins/edited.so")

    def told(self, step, events):
        """What was told of a step, against what it says of itself."""
        check = self.bench.check
        what = f"step {step.number} ({step.kind} {step.variant}, active {step.active})"
        ours = [e for e in events if e.get("name") == "edited"]
        ends = [e for e in ours if e["event"] in ENDS]
        seen = f"{what}: {step.result} expected, found {[brief(e) for e in ours]}"
        if step.result == NOTHING:
            check(not [e for e in ours if e["event"] != "missing"], seen)
            return
        wanted = {NEW: ("result",), FAILURE: ("failed",), ANY: ("result", "unchanged")}[step.result]
        if step.kind == "storm":  # it may end in what was built within it
            wanted = {NEW: ("result", "unchanged")}.get(step.result, wanted)
        if not check(ends and ends[-1]["event"] in wanted, seen):
            return
        last = ends[-1]
        self.bench.equal(last["active"], self.built[step.active], f"{what}: active of the event")
        if step.kind != "storm":
            check(len([e for e in ends if e["event"] != "cancelled"]) == 1, f"{what}: told twice: {seen}")
        if step.result == FAILURE:
            reason = last["error"]["text"] + "\n" + last["words"]
            check(re.search(VARIANTS[step.variant].reason, reason), f"{what}: reason: {reason[:400]}")
        if last["event"] == "result":
            self.compared(step, last, what)

    def compared(self, step, event, what):
        check = self.bench.check
        check(event["build"] == event["active"], f"{what}: build {event['build']}")
        check(event["run"] > 0 and event["metrics"], f"{what}: no run, or no metrics")
        for param in step.lost:
            check(any(param in note for note in event["notes"]), f"{what}: {event['notes']}")
        if not check(event["comparison"] is not None, f"{what}: no comparison"):
            return
        differs = event["comparison"]["decision"]["differs"]
        if step.decides_alike is not None:
            self.bench.equal(differs, not step.decides_alike, f"{what}: first different decision")

    def active(self, step):
        """What is in plugins/ is the newest good one, whoever asks."""
        what = f"step {step.number} ({step.kind} {step.variant})"
        self.bench.equal(sha(self.so), self.built[step.active], f"{what}: {step.active} in plugins/")
        if step.result != NEW:
            return
        inputs = self.bench.json("schema", "--json", str(self.so), cwd=self.project)["inputs"]
        names = re.findall(r"QS_(?:INT|FLOAT)\(struct params, (\w+),", text(step.active))
        self.bench.equal([i["name"] for i in inputs], names, f"{what}: inputs of plugins/edited.so")

    def left(self, step):
        what = f"after step {step.number} ({step.kind} {step.variant})"
        self.bench.equal(self.watch.children(), [], f"{what}: children of watch")
        self.bench.equal(self.watch.fds(), self.fds, f"{what}: descriptors of watch")
        self.bench.equal(leftovers(self.bench, self.project), [], f"{what}: files left")
        if step.number % 20 == 19:
            self.bench.equal(mapped(self.bench.cache), [], f"{what}: processes that run a build")
            if self.rss is None:
                self.rss = self.watch.rss_kib()
            grown = self.watch.rss_kib() - self.rss
            self.bench.check(grown < GROWTH_MAX_KIB, f"{what}: watch has grown by {grown} KiB")

    def play(self, step):
        apply(step, self.source)
        events = self.watch.pass_mark()
        before = len(self.bench.failures)
        self.told(step, events)
        self.active(step)
        self.left(step)
        return len(self.bench.failures) == before


def main():
    bench = Bench()
    session = Session(bench)
    steps = list(Edits(SEED))[:STEPS] if STEPS <= 220 else list(Edits(SEED, STEPS))
    begin = time.monotonic()
    for step in steps:
        session.play(step)
        if session.watch.process.poll() is not None:
            bench.fail(f"watch ended at step {step.number}")
            break
    seconds = time.monotonic() - begin
    err = session.watch.end()
    bench.equal(err, "", "stderr of watch")
    print(f"{len(steps)} edits in {seconds:.0f} s, {len(session.watch.events)} events", flush=True)
    return bench.finish()


if __name__ == "__main__":
    sys.exit(main())
