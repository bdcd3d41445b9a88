"""kill -9 while a run is recorded: at any moment, and at any single call that writes.

After each the database is sound, with its -wal still there and without; the run reads as interrupted,
or as done when all of it is there; what there is of it is a prefix of the whole run; other runs are as
they were; and the next backtest works.

QS_KILLS: how many (default 15). QS_SEED: of the moments. QS_BARS: of the run.
"""

import csv
import io
import os
import random
import signal
import subprocess
import sys
import time
from collections import defaultdict

from cli import Bench, left_behind, write_bars
from crashed import (
    DATABASE,
    SHIM,
    STRESS,
    copy_database,
    fault,
    is_sound,
    raw_states,
    rows_of,
    select,
    settings,
    states,
    write_config,
)

KILLS = settings("QS_KILLS", 15)
SEED = settings("QS_SEED", random.SystemRandom().randrange(10**6))
BARS = settings("QS_BARS", 200_000)
BARS_SMALL = 300
# Of each table the columns that do not change any more once a row is there.
TABLES = {
    "trades": None,
    "fills": None,
    "events": None,
    "orders": "id time strategy number symbol side type tif reduce_only quantity tag".split(),
    "signals": "time strategy number kind symbol side type size_kind size".split(),
    "equity": None,
    "ledger": None,
    "plots": None,
    "notes": None,
    "log": None,
}
HOW = ["before commit", "after commit"] + ["clock"] * 7 + ["worker"] * 4 + ["call"] * 3
HOW += ["last transaction", "checkpoint at close", "call", "new file"]
LAST_CALLS = 150  # of the -wal: about the last transaction


def table(t, folder, run, what):
    """{key: rows}: the rows of each plotted series by itself, everything else under one key."""
    text = t.good("export", run, what, cwd=folder).out
    rows = defaultdict(list)
    for row in csv.DictReader(io.StringIO(text)):
        kept = row if TABLES[what] is None else {name: row[name] for name in TABLES[what]}
        rows[row.get("key", "")].append(tuple(kept.values()))
    return rows


class Project:
    """A folder with one small run that is done, and what the big one is when nobody kills it."""

    def __init__(self, t, chance):
        self.t, self.chance = t, chance
        self.folder = t.project()
        self.copy = t.folder / "copy"
        t.good("data", "synth", "-n", BARS, "-t", "1m", "--seed", SEED, "-o", self.folder / "big.csv")
        write_bars(self.folder / "small_1d.csv", BARS_SMALL)
        self.big = write_config(self.folder / "big.json", "big.csv", rate=0.05)
        self.small = write_config(self.folder / "small.json", "small_1d.csv")
        t.good("backtest", "-c", self.small, cwd=self.folder)
        self.first = copy_database(self.folder, t.folder / "first")
        self.first_rows = rows_of(self.first, 1)
        self.measure()

    def measure(self):
        """The whole run: how long, how many calls that write, its tables."""
        log = self.t.folder / "calls"
        begin = time.monotonic()
        self.t.good("backtest", "-c", self.big, cwd=self.folder, env=fault(self.folder, log=log))
        self.seconds = time.monotonic() - begin
        calls = log.read_text().splitlines()
        self.calls = len(calls)
        wal = [i for i, call in enumerate(calls) if call.endswith("-wal") and " pwrite" in call]
        self.commit, self.last_begin = wal[-1], wal[-LAST_CALLS]
        self.tables = {what: table(self.t, self.folder, 2, what) for what in TABLES}
        self.hash = self.journal_hash(2)
        self.renew()
        (self.folder / DATABASE).unlink()
        self.t.good("backtest", "-c", self.small, cwd=self.folder, env=fault(self.folder, log=log))
        self.calls_new = len(log.read_text().splitlines()) - self.calls

    def journal_hash(self, run):
        sql = "SELECT journal_hash FROM strategy_run WHERE strategy_run_id = ?"
        return select(self.folder / DATABASE, sql, run)[0][0]

    def renew(self):
        for path in self.folder.glob(DATABASE + "*"):
            path.unlink()
        for path in self.first.parent.iterdir():
            (self.folder / path.name).write_bytes(path.read_bytes())


def worker_of(process, patience):
    """The child that runs the strategy, None when there was none so long."""
    end = time.monotonic() + patience
    path = f"/proc/{process.pid}/task/{process.pid}/children"
    while time.monotonic() < end and process.poll() is None:
        try:
            children = open(path).read().split()
        except OSError:
            return None
        if children:
            return int(children[0])
        time.sleep(0.002)
    return None


def kill_by_clock(p, moment, is_worker):
    """Exit code and stderr of the run that was killed then, or had ended by itself."""
    # LeakSanitizer waits for ever for a helper process of its own that was killed
    env = {"ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"}
    process = p.t.start("backtest", "-c", p.big, cwd=p.folder, env=env, stdout=subprocess.DEVNULL)
    time.sleep(moment)
    try:
        target = worker_of(process, 1.0) if is_worker else process.pid
        if target:
            subprocess.run(["kill", "-9", str(target)], stderr=subprocess.DEVNULL, check=False)
    finally:
        _, err = process.communicate(timeout=60)
    p.t.check(not left_behind(process.pid), f"killed at {moment:.3f} s: processes are left")
    return process.returncode, err.decode(errors="replace")


def kill_at_call(p, number, config):
    env = fault(p.folder, call=number, how="KILL")
    done = p.t.run("backtest", "-c", config, cwd=p.folder, env=env)
    return done.code, done.err


def kill_one(p, how):
    """(what was done, exit code, stderr)"""
    if how in ("clock", "worker"):
        moment = p.chance.uniform(0, (1.1 if how == "clock" else 0.9) * p.seconds)
        return f"{how} {moment:.3f} s", *kill_by_clock(p, moment, how == "worker")
    if how == "new file":
        (p.folder / DATABASE).unlink()
        number = p.chance.randrange(p.calls_new)
        return f"{how}, call {number}", *kill_at_call(p, number, p.small)
    first, end = {
        "before commit": (p.commit, p.commit + 1),
        "after commit": (p.commit + 1, p.commit + 2),
        "last transaction": (p.last_begin, p.commit + 20),
        "checkpoint at close": (p.commit + 1, p.calls),
    }.get(how, (0, p.calls))
    number = p.chance.randrange(first, end)
    return f"{how}: call {number} of {p.calls}", *kill_at_call(p, number, p.big)


# ---- what is left ----


def is_prefix(t, p, what, name, found, is_whole):
    for key, rows in found.items():
        whole = p.tables[name][key]
        if rows != whole[: len(rows)]:
            at = next((i for i, (a, b) in enumerate(zip(rows, whole)) if a != b), len(whole))
            t.fail(f"{what}: {name} {key}: row {at} of {len(rows)} differs from the whole run's")
            return
    if is_whole:
        t.check(found == p.tables[name], f"{what}: {name}: rows are missing in a run that is done")


def check_rows(t, p, what, status):
    """show and export of the second run."""
    shown = t.run("show", "2", cwd=p.folder)
    t.equal(shown.code, 0, f"{what}: show: {shown.err.strip()}")
    if status != "done":
        t.check(status in shown.out, f"{what}: show does not say {status}: {shown.out[:300]}")
    names = list(TABLES) if status == "done" else ["fills", *p.chance.sample(list(TABLES), 3)]
    for name in names:
        is_prefix(t, p, what, name, table(t, p.folder, 2, name), status == "done")
    if status == "done":
        t.equal(p.journal_hash(2), p.hash, f"{what}: hash of the journal")
        t.check("identical" in t.good("replay", "2", cwd=p.folder).out, f"{what}: replay")


def expected_states(how, code):
    """What the run may read as."""
    if how in ("before commit", "after commit"):
        return {"interrupted" if how == "before commit" else "done"}
    if code == 0:
        return {"done"}
    if how == "worker" and code == 1:
        return {"failed"}
    return {"interrupted", "done", None}  # killed before its row was there, or after its last commit


def check_after(t, p, what, how, code, err):
    """The database as it was left, step by step; what the run is."""
    run = 1 if how == "new file" else 2
    t.check(code in (0, -signal.SIGKILL) or how == "worker" and code == 1, f"{what}: code {code}: {err}")
    if code == 1:
        t.check(err.count("\n") == 1 and "killed" in err, f"{what}: stderr: {err!r}")
    copied = copy_database(p.folder, p.copy)
    if copied.exists():
        is_sound(t, copied, f"{what}: with its -wal")
    elif how != "new file":
        t.fail(f"{what}: the database is gone")
    raw = raw_states(copied) if copied.exists() else {}
    status = states(t, p.folder, what).get(run) if raw else None
    t.check(status in expected_states(how, code), f"{what}: exit code {code}, run is {status}")
    t.check(raw.get(run) == {"interrupted": "running"}.get(status, status), f"{what}: row: {raw}")
    if status and run == 2:
        check_rows(t, p, what, status)
    return run, status


def check_next(t, p, what, run, status):
    """The next run settles the one that was interrupted; nothing else changes."""
    number = (run if status else run - 1) + 1
    done = t.run("backtest", "-c", p.small, "--json", cwd=p.folder)
    t.equal(done.code, 0, f"{what}: the next backtest: {done.err.strip()}")
    path = p.folder / DATABASE
    wanted = {**({1: "done"} if run == 2 else {}), **({run: status} if status else {})}
    t.equal(raw_states(path), {**wanted, number: "done"}, f"{what}: runs after the next one")
    t.check("identical" in t.good("replay", number, cwd=p.folder).out, f"{what}: replay of the next")
    left = sorted(entry.name for entry in p.folder.glob(DATABASE + "*"))
    t.equal(left, [DATABASE, DATABASE + "-live"], f"{what}: files beside the database")
    is_sound(t, path, f"{what}: after the next run")
    if run == 2:
        t.equal(rows_of(path, 1), p.first_rows, f"{what}: rows of the run before")


def main():
    t = Bench(SHIM, STRESS)
    print(f"QS_SEED={SEED} QS_KILLS={KILLS} QS_BARS={BARS}", flush=True)
    chance = random.Random(SEED)
    p = Project(t, chance)
    print(f"a run: {p.seconds:.2f} s, {p.calls} calls that write; a new file: {p.calls_new}", flush=True)
    seen = defaultdict(int)
    for i in range(KILLS):
        how = HOW[i % len(HOW)]
        p.renew()
        what, code, err = kill_one(p, how)
        what = f"kill {i}, {what}"
        run, status = check_after(t, p, what, how, code, err)
        check_next(t, p, what, run, status)
        seen[how, status or "no row"] += 1
    for (how, status), count in sorted(seen.items()):
        print(f"{how}: {status}: {count}")
    t.check(KILLS < len(HOW) or any(s == "interrupted" for _, s in seen), "no run was interrupted")
    return t.finish()


if __name__ == "__main__":
    sys.exit(main())
