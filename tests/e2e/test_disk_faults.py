"""A disk that is full or broken, at every single call that writes: one sentence that names file and
reason, or success where the call was harmless; never a crash or a hang; a database that can be read, in
which nothing is shown as whole that is not.

Each third call fails in one of five ways; with QS_FAULT_STEP=1 every one in all of them.
"""

import json
import re
import shutil
import sys

from cli import SOURCE, Bench, write_bars
from crashed import (
    DATABASE,
    SHIM,
    STRESS,
    fault,
    is_one_sentence,
    is_sound,
    raw_states,
    rows_of,
    select,
    settings,
    states,
    write_config,
)
from watch import ENDS, leftovers, sha

STEP = settings("QS_FAULT_STEP", 15)
BARS = 60
BARS_LONG = 30_000
UNMADE = "cannot be made|the file is read-only"  # SQLite tries to read what it cannot make
NOT_BUILT = r"qshost: custom/mine\.c: not built; plugins/mine\.so stays as it was"
MODES = {  # what fails, once or from then on, and what the sentence says
    "full": (dict(how="ENOSPC"), "disk is full|No space left"),
    "full once": (dict(how="ENOSPC", once=1), "disk is full|No space left"),
    "broken": (dict(how="EIO"), "disk reports an error|Input/output error"),
    "broken once": (dict(how="EIO", once=1), "disk reports an error|Input/output error"),
    "short": (dict(how="short"), "disk is full|No space left"),
}


class Case:
    """A command, in a folder that is made anew for each call that fails."""

    def __init__(self, t, name, command, prepare, expected):
        self.t, self.name, self.command = t, name, command
        self.origin = t.project()
        prepare(t, self.origin)
        self.folder = t.folder / "faults"
        self.expected = expected or (lambda folder: True)  # of (folder): all that it makes is there
        self.rows = None  # of the run, when nothing fails
        self.run = self.count_runs(self.origin / DATABASE) + 1
        self.calls = self.measure()

    @staticmethod
    def count_runs(path):
        return len(raw_states(path)) if path.exists() else 0

    def renew(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(self.origin, self.folder)

    def measure(self):
        log = self.t.folder / f"{self.name}.calls"
        self.renew()
        self.t.good(*self.command, cwd=self.folder, env=fault(self.folder, log=log))
        self.check_success(f"{self.name}: without faults")
        if "backtest" in self.command:
            self.rows = self.rows_now()
        return log.read_text().splitlines()

    def check_success(self, what):
        self.t.check(self.expected(self.folder), f"{what}: not all of it is there")
        if self.rows:
            self.t.equal(self.rows_now(), self.rows, f"{what}: rows of the run")

    def rows_now(self):
        return rows_of(self.folder / DATABASE, self.run, ("strategy_run",))  # times and paths are there

    def fail_at(self, number, mode):
        options, reason = MODES[mode]
        what = f"{self.name}: {mode} at {self.calls[number]}"
        self.renew()
        done = self.t.run(
            *self.command, cwd=self.folder, env=fault(self.folder, call=number, **options)
        )
        if done.code == 0:
            self.check_success(what)
            self.check_harmless(done, what)
        else:
            self.check_sentence(done, reason, what)
        return done, self.check_database(done, what)

    def check_sentence(self, done, reason, what):
        """`build` adds a line about what it was to build; where SQLite cannot make a file it does not
        tell why."""
        error = re.sub(rf"^{NOT_BUILT}$", "", done.err, flags=re.M).strip()
        self.t.equal(done.code, 1, f"{what}: exit code")
        is_one_sentence(self.t, error, what)
        if "open64" in what and DATABASE in what:
            reason = UNMADE
        names = rf"(run\.qsj|t\.csv|plugins\b|{re.escape(str(self.folder))})"
        named = re.search(rf"{names}.*({reason})", error)
        self.t.check(named, f"{what}: names neither file nor reason: {error}")

    def check_harmless(self, done, what):
        """At most warnings."""
        for line in done.err.splitlines():
            self.t.check(line.startswith("qshost: warning: "), f"{what}: exit code 0, but {line}")

    def check_database(self, done, what):
        path = self.folder / DATABASE
        if not path.exists():
            self.t.check(done.code != 0 or "backtest" not in self.command, f"{what}: no database")
            return None
        found = states(self.t, self.folder, what) if path.stat().st_size and raw_states(path) else {}
        is_sound(self.t, path, what)
        for run in range(1, self.run if "--delete" not in self.command else 1):
            wanted = raw_states(self.origin / DATABASE)[run].replace("running", "interrupted")
            self.t.equal(found.get(run), wanted, f"{what}: run {run}, from before")
        if "backtest" in self.command:
            wanted = ("done",) if done.code == 0 else ("failed", "interrupted", None)
            self.t.check(found.get(self.run) in wanted, f"{what}: code {done.code}, runs {found}")
        self.found = found
        return found.get(self.run)


class WatchCase(Case):
    """`watch --once` of an edited source: its events are on stdout, the active build is one of two."""

    def __init__(self, t, *arguments):
        super().__init__(t, *arguments)
        self.old, self.new = (sha(f / "plugins/mine.so") for f in (self.origin, self.folder))
        t.check(self.old != self.new, "watch: the edit is not built")

    def fail_at(self, number, mode):
        options, reason = MODES[mode]
        what = f"{self.name}: {mode} at {self.calls[number]}"
        self.renew()
        env = fault(self.folder, call=number, **options)
        done = self.t.run(*self.command, cwd=self.folder, env=env)
        events = list(map(json.loads, done.out.splitlines()))
        told = [event for event in events if event["event"] in ENDS]
        self.t.check(done.code in (0, 1), f"{what}: exit code {done.code}: {done.err}")
        self.t.check(sha(self.folder / "plugins/mine.so") in (self.old, self.new), f"{what}: a strange build")
        self.t.equal(leftovers(self.t, self.folder), [], f"{what}: files left")
        if told and told[-1]["event"] == "failed":
            done.err = told[-1]["error"]["text"]
        elif events and events[-1]["event"] == "trouble":  # shown, but not recorded
            done.err = events[-1]["error"]
        good = done.code == 0 and told and told[-1]["event"] == "result"
        if not good:
            self.t.check(re.search(f"{reason}|{UNMADE}", done.err), f"{what}: why: {done.err!r}")
        status = self.check_database(done, what)  # of the active build's run, for comparison
        if good:
            self.t.equal(self.found.get(told[-1]["run"]), "done", f"{what}: the run of a result")
        if number % 5 == 0:
            self.again(what)
        return done, status

    def again(self, what):
        """With room the new build is the active one."""
        self.t.good(*self.command, cwd=self.folder)
        self.t.equal(sha(self.folder / "plugins/mine.so"), self.new, f"{what}: active once there is room")


def sweep(t, case):
    """Every call, in every way."""
    ends = {}
    step = STEP * (1 + len(case.calls) // 250)
    for first, mode in enumerate(MODES):
        for number in range(first * step // len(MODES), len(case.calls), step):
            done, status = case.fail_at(number, mode)
            sentence = done.err.strip().replace(str(case.folder), "DIR")
            ends.setdefault((done.code, status or "no run", sentence), []).append(f"{mode} {number}")
            if number % 20 == first % step and "backtest" in case.command:
                check_next(t, case, f"{case.name}: after {mode} at {number}")
    print(f"{case.name}: {len(case.calls)} calls, {len(MODES)} ways", flush=True)
    for (code, status, sentence), when in sorted(ends.items()):
        print(f"  {len(when):4} x exit code {code}, {status}: {sentence} [{when[0]}]", flush=True)


def check_next(t, case, what):
    """With room again all is well."""
    done = t.run(*case.command, cwd=case.folder)
    t.equal(done.code, 0, f"{what}: the same again: {done.err.strip()}")
    states_now = raw_states(case.folder / DATABASE)
    t.equal(list(states_now.values())[-1:], ["done"], f"{what}: {states_now}")
    t.check("running" not in states_now.values(), f"{what}: not settled: {states_now}")


# ---- the commands ----


def with_run(t, folder):
    """A run can be made there."""
    write_bars(folder / "small_1d.csv", BARS)
    write_config(folder / "run.json", "small_1d.csv")


def with_long_run(t, folder):
    """A run that is written in several transactions."""
    t.good("data", "synth", "-n", BARS_LONG, "-t", "1m", "-o", folder / "long.csv")
    write_config(folder / "run.json", "long.csv", rate=0.1)


def with_record(t, folder):
    """The same, and one was made."""
    with_run(t, folder)
    t.good("backtest", "-c", "run.json", cwd=folder)


def with_crash(t, folder):
    """One run done, and one that was killed: its -wal lies there."""
    with_record(t, folder)
    copy, log = t.folder / "count", t.folder / "crash.calls"
    shutil.copytree(folder, copy)
    t.good(*BACKTEST, cwd=copy, env=fault(copy, log=log))
    shutil.rmtree(copy)
    calls = log.read_text().splitlines()
    wal = [i for i, call in enumerate(calls) if "pwrite" in call and call.endswith("-wal")]
    t.run(*BACKTEST, cwd=folder, env=fault(folder, call=wal[-3], how="KILL"))
    t.check((folder / (DATABASE + "-wal")).stat().st_size > 0, "no -wal was left by the kill")


def with_plugin(t, folder):
    """A built strategy with a record, whose source was edited since."""
    with_run(t, folder)
    (folder / "custom").mkdir()
    (folder / "plugins").mkdir()
    source = folder / "custom/mine.c"
    text = (SOURCE / "builtins/ema_cross.c").read_text().replace('"ema_cross"', '"mine"')
    source.write_text(text)
    t.good("build", "mine", cwd=folder)
    t.good("backtest", "--strategy", "mine", "--data", "small_1d.csv", cwd=folder)
    source.write_text(text.replace('"1.0.0"', '"1.0.1"'))


def is_recorded(run):
    def expected(folder):
        sql = "SELECT journal_hash FROM strategy_run WHERE strategy_run_id IN (1, ?)"
        hashes = {row[0] for row in select(folder / DATABASE, sql, run)}
        return len(hashes) == 1 and raw_states(folder / DATABASE)[run] == "done"

    return expected


def has_preset(folder):
    return len(select(folder / DATABASE, "SELECT * FROM preset WHERE name = 'quick'")) == 1


def is_deleted(folder):
    return not raw_states(folder / DATABASE)


def is_exported(folder):
    return (folder / "t.csv").read_text().count("\n") > 5


BACKTEST = ("backtest", "-c", "run.json")
PRESET = ("preset", "save", "ema_cross", "quick", "--set", "params.fast=5")
CASES = [
    ("first run", (*BACKTEST, "-o", "run.qsj"), with_run, is_recorded(1)),
    ("long run", BACKTEST, with_long_run, is_recorded(1)),
    ("run after a crash", BACKTEST, with_crash, is_recorded(3)),
    ("preset", PRESET, with_record, has_preset),
    ("delete", ("runs", "--delete", "1"), with_record, is_deleted),
    ("export", ("export", "1", "equity", "-o", "t.csv"), with_record, is_exported),
    ("build", ("build", "mine"), with_plugin, None),
    ("watch", ("watch", "--once", "--json", "--strategy", "mine"), with_plugin, None),
]


def main():
    t = Bench(SHIM, STRESS)
    only = sys.argv[1:]
    for name, command, prepare, expected in CASES:
        if not only or name in only:
            kind = WatchCase if name == "watch" else Case
            sweep(t, kind(t, name, command, prepare, expected))
    return t.finish()


if __name__ == "__main__":
    sys.exit(main())
