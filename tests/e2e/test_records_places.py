"""Databases of records in all places and states: many runs at once; --db; one that may not be written,
is another program's, or from a newer qshost; runs that are deleted, were killed, or failed.
"""

import json
import os
import re
import sys
import time

from cli import (
    DOUBLES, SECONDS_MAX, Bench, change, left_behind, recorded, rows_of, strict_json, write_bars,
)  # fmt: skip
from record_runs import (
    STRESS, log_lines, stress, synthetic_bars, wait_for, without_timing, write_config,
)  # fmt: skip

SHORT = ("backtest", "--strategy", "ema_cross", "--data", "goog_1d.csv")
NOBODY = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}


# ---- several at once ----


def at_once(t):
    """Two processes record long runs into one database; a third reads all the while."""
    folder = t.project()
    write_bars(folder / "a_1d.csv", 20000, start="1950-01-01")
    file = write_config(folder, "long", stress(["a_1d.csv"]))
    alone = t.json("backtest", "-c", file, "--json", cwd=folder)
    for _ in range(3):
        processes = [t.start("backtest", "-c", file, "--json", cwd=folder) for _ in range(2)]
        looks = 0
        while any(p.poll() is None for p in processes):
            runs = t.json("runs", "--json", "-n", 0, cwd=folder)
            t.check({r["status"] for r in runs} <= {"running", "done"}, f"status while they run: {runs}")
            for run in (r for r in runs if r["status"] == "done"):
                t.check(run["hashes"]["journal"] == alone["hashes"]["journal"], f"a half run shown as done: {run}")
            looks += 1
        for process in processes:
            out, err = process.communicate(timeout=SECONDS_MAX)
            t.equal((process.returncode, err), (0, b""), "one of two runs at once")
            t.equal(json.loads(out)["hashes"], alone["hashes"], "hashes of runs at once")
        t.check(looks > 0, "nobody looked")
    runs = recorded(folder)
    t.equal(runs, [(i, "done") for i in range(1, 8)], "runs of two processes at once")
    equity = {t.good("export", i, "equity", cwd=folder).out for i, _ in runs}
    t.equal(len(equity), 1, "equity of all runs")
    t.equal(rows_of(folder / "quasar.sqlite", "PRAGMA integrity_check"), [("ok",)], "the database after them")


# ---- places ----


def other_places(t):
    """--db and where the project's database is; a database of another project is read from anywhere."""
    folder, other = t.project(), t.project()
    synthetic_bars(folder)
    mine = folder / "sub" / "mine.db"
    t.refused(1, re.compile(r"backtest: .*/sub/mine\.db: cannot create: there is no folder .*/sub \(make it first\)"),
              *SHORT, "--db", mine, cwd=folder)  # fmt: skip
    mine.parent.mkdir()
    t.equal(t.json(*SHORT, "--json", "--db", "sub/mine.db", cwd=folder)["file"], str(mine.resolve()), "--db: file")
    t.check(not (folder / "quasar.sqlite").exists(), "--db: no other database")
    t.equal([r["run"] for r in t.json("runs", "--json", "--db", mine, cwd=other)], [1], "--db from elsewhere")
    t.json("show", "--json", "--db", mine, cwd=other)
    t.json("replay", "1", "--json", "--db", mine, cwd=other)
    t.refused(2, "backtest: --db: an empty name (give the path of a file)", *SHORT, "--db", "", cwd=folder)
    for name, content, sentence in (
        ("text.db", b"hello, this is no database at all\n", "it is not an SQLite database"),
        ("short.db", b"x", "it is not an SQLite database"),
    ):
        (folder / name).write_bytes(content)
        for command in (SHORT, ("runs",), ("show",), ("export", "1", "trades"), ("replay", "1"), ("diff", "1", "1")):
            done = t.run(*command, "--db", name, cwd=folder)
            t.check(done.code == 1 and sentence in done.err, f"{done.command}: {done.code}, {done.err}")
        t.equal((folder / name).read_bytes(), content, f"{name} is not touched")
    nothing = t.project()
    for command in (("runs",), ("show",), ("replay", "1"), ("diff", "1", "2"), ("runs", "--delete", "1"),
                    ("preset", "list"), ("preset", "use", "ema_cross", "x"), ("preset", "reset", "ema_cross"),
                    ("preset", "delete", "ema_cross", "x"), (*SHORT[:-1], folder / "goog_1d.csv", "--preset", "x")):  # fmt: skip
        sentence = rf"{command[0]}: .*/quasar\.sqlite: cannot read: there is no such file \(qshost backtest makes it; .*\)"
        t.refused(1, re.compile(sentence), *command, cwd=nothing)
    t.equal(sorted(p.name for p in nothing.rglob("*")), [".quasar"], "what readers leave where nothing is")


def from_the_future(t):
    """A database of a newer qshost, and one of another program: refused, not one byte changed."""
    folder = t.project()
    synthetic_bars(folder)
    t.json(*SHORT, "--json", cwd=folder)
    file = folder / "quasar.sqlite"
    for pragma, sentence in (
        ("user_version = 99", r"its tables are of version 99, this qshost knows \d+"),
        ("application_id = 4711", "another program|not ours|other"),
    ):
        good = file.read_bytes()
        change(file, f"PRAGMA {pragma}")
        before = file.read_bytes()
        for command in (SHORT, ("runs",), ("show",), ("export", "1", "trades"), ("replay", "1"), ("preset", "list"),
                        ("runs", "--delete", "1"), ("preset", "save", "ema_cross", "x")):  # fmt: skip
            done = t.run(*command, cwd=folder)
            told = re.fullmatch(rf"qshost: {command[0]}: .*quasar\.sqlite: .*({sentence}).*\(.*\)\n", done.err)
            t.check(done.code == 1 and done.out == "" and told, f"{pragma}: {done.command}: {done.code}, {done.err}")
        t.check(file.read_bytes() == before, f"{pragma}: the file was changed")
        file.write_bytes(good)
        for name in ("-wal", "-shm"):
            (folder / f"quasar.sqlite{name}").unlink(missing_ok=True)


def read_only(t):
    """A file and a folder that may not be written: readers read, writers say so before they run."""
    folder = t.project()
    synthetic_bars(folder)
    t.folder.chmod(0o755)
    before = t.json(*SHORT, "--json", cwd=folder)
    trades = t.good("export", "1", "trades", cwd=folder).out
    open_cache = t.folder / "open-cache"
    open_cache.mkdir()
    open_cache.chmod(0o777)
    (folder / "quasar.sqlite").chmod(0o444)
    folder.chmod(0o555)
    (folder / ".quasar").chmod(0o555)
    env = {"QS_CACHE": str(open_cache)}
    if NOBODY and not can_run_as_nobody(t, folder):
        print("not tried: read-only folders (nobody may not read the build)")
    else:
        shown = t.json("show", "1", "--json", cwd=folder, env=env, **NOBODY)
        t.equal(without_timing(shown), without_timing(before), "show of a read-only database")
        t.equal(t.good("export", "1", "trades", cwd=folder, env=env, **NOBODY).out, trades, "export of it")
        t.equal([r["status"] for r in t.json("runs", "--json", cwd=folder, env=env, **NOBODY)], ["done"], "runs of it")
        t.good("diff", "1", "1", cwd=folder, env=env, **NOBODY)
        done = t.run(*SHORT, cwd=folder, env=env, **NOBODY)
        said = re.fullmatch(r"qshost: backtest: .*/quasar\.sqlite: cannot write: .*Permission denied \(.*\)\n", done.err)
        t.check(done.code == 1 and done.out == "" and said, f"backtest: {done.code}, {done.err}")
        for command in (("runs", "--delete", "1"), ("preset", "save", "ema_cross", "x")):
            done = t.run(*command, cwd=folder, env=env, **NOBODY)
            t.check(done.code == 1 and "cannot write" in done.err, f"{done.command}: {done.code}, {done.err}")
        t.json(*SHORT, "--json", "--no-record", cwd=folder, env=env, **NOBODY)
    folder.chmod(0o755)
    (folder / ".quasar").chmod(0o755)


def can_run_as_nobody(t, folder):
    return t.start("--version", cwd=folder, **NOBODY).wait(timeout=10) == 0


# ---- deleting, failing, dying ----


def deleted(t):
    folder = t.project()
    synthetic_bars(folder)
    for _ in range(3):
        t.json(*SHORT, "--json", cwd=folder)
    file = folder / "quasar.sqlite"
    tables = [name for (name,) in rows_of(file, "SELECT m.name FROM sqlite_schema m, pragma_table_info(m.name) c "
              "WHERE m.type = 'table' AND c.name = 'strategy_run_id'")]  # fmt: skip
    t.check(len(tables) >= 15, f"tables of runs: {tables}")
    before = {n: t.good("export", n, "fills", cwd=folder).out for n in (1, 3)}
    t.good("runs", "--delete", "2", cwd=folder)
    for table in tables:
        left = rows_of(file, f"SELECT count(*) FROM {table} WHERE strategy_run_id = 2")
        t.equal(left, [(0,)], f"rows of a deleted run in {table}")
    for number, text in before.items():
        t.equal(t.good("export", number, "fills", cwd=folder).out, text, f"run {number} after another was deleted")
    t.refused(1, re.compile(r"show: run 2: there is none in .* \(newest: 3; qshost runs lists them\)"), "show", "2", cwd=folder)
    t.refused(1, re.compile(r"runs: run 2: there is none in .*"), "runs", "--delete", "2", cwd=folder)
    t.good("runs", "--delete", "last", cwd=folder)
    t.equal(recorded(folder), [(1, "done")], "runs after two were deleted")


def killed(t):
    """kill -9 at several moments: runs says interrupted at once, what is there is read, nothing is whole."""
    folder = t.project()
    write_bars(folder / "a_1d.csv", 20000, start="1950-01-01")
    file = write_config(folder, "long", stress(["a_1d.csv"], log="full"), "full")
    whole = t.json("backtest", "-c", file, "--json", cwd=folder)
    rows = t.good("export", "1", "orders", cwd=folder).out.splitlines()
    seconds = sum(whole["timing"].values())
    died = 0
    for i in range(8):
        process = t.start("backtest", "-c", file, cwd=folder)
        number = i + 2
        begun = wait_for(lambda number=number: len(recorded(folder)) >= number or process.poll() is not None)
        time.sleep(seconds * i / 10)
        running = t.run("runs", "--delete", number, cwd=folder) if i == 0 else None
        alive = process.poll() is None
        process.kill()
        process.communicate()
        t.check(begun and not left_behind(process.pid), "begun, and nothing left of it")
        if running and alive:
            t.check("it is being recorded" in running.err, f"deleting a run that goes on: {running.err}")
        row = t.json("runs", "--json", "-n", "1", cwd=folder)[0]
        t.equal(row["run"], number, "the killed run's number")
        if row["status"] == "done":
            t.equal(row["hashes"]["journal"], whole["hashes"]["journal"], "a run that was done before it was killed")
            continue
        died += 1
        interrupted(t, folder, number, row, rows)
    t.check(died >= 3, f"only {died} of 8 runs died of SIGKILL")
    t.equal(rows_of(folder / "quasar.sqlite", "PRAGMA integrity_check"), [("ok",)], "the database after them")
    t.json("backtest", "-c", file, "--json", cwd=folder)
    t.equal({status for _, status in recorded(folder)}, {"done", "interrupted"}, "the next writer settles them")


def interrupted(t, folder, number, row, whole_rows):
    t.equal((row["status"], row["hashes"]["journal"], "bars" in row), ("interrupted", None, False), f"runs: {number}")
    done = t.good("export", number, "orders", cwd=folder)
    t.equal(
        done.err,
        f"qshost: warning: export: run {number}: it was interrupted: its process ended before it did; what is here is "
        "what was recorded\n", "export of an interrupted run",
    )  # fmt: skip
    found = done.out.splitlines()
    t.check(found[0] == whole_rows[0] and len(found) <= len(whole_rows), f"run {number}: rows of orders")
    shown = t.run("show", number, "--json", cwd=folder)
    if t.check(shown.code == 0, f"show of an interrupted run: {shown.err}"):
        result = strict_json(shown.out)
        t.equal(result["complete"], False, "show of an interrupted run: complete")
        t.check("was interrupted" in result["interruption"], "show of an interrupted run: why")
    text = t.run("show", number, cwd=folder)
    t.check(text.code == 0 and "This run was interrupted" in text.out, f"show of an interrupted run: {text.err}")
    t.refused(2, f"replay: run {number}: it is interrupted: only a run that is done can be replayed", "replay", number,
              cwd=folder)  # fmt: skip
    t.good("diff", 1, number, cwd=folder)


def failed(t):
    """A strategy that crashes: in runs, show, export, replay, in JSON and in the log of errors."""
    folder = t.project()
    write_bars(folder / "goog_1d.csv")
    crash = ("backtest", "--strategy", DOUBLES / "bar_crash.so", "--data", "goog_1d.csv")
    text = t.run(*crash, cwd=folder)
    sentence = text.err.splitlines()[0].removeprefix("qshost: backtest: ").split(" (to see where")[0]
    as_json = t.run(*crash, "--json", cwd=folder)
    found = strict_json(as_json.out)
    t.equal((as_json.code, found["run"], found["complete"]), (1, 2, False), "a failure as JSON")
    t.equal(found["error"]["text"] if "text" in found["error"] else found["error"].get("message"), sentence, "its words")
    for row in t.json("runs", "--json", cwd=folder):
        t.equal((row["status"], row["error"]), ("failed", sentence), "runs: a failed run")
    shown = t.good("show", "1", cwd=folder).out
    t.check("This run failed: strategy bar_crash" in " ".join(shown.split()), f"show of a failed run: {shown[:300]}")
    rows = t.good("export", "1", "equity", cwd=folder).out.splitlines()
    t.check(1 <= len(rows) <= 30, f"export of a run that crashed at bar 30: {len(rows)} rows")
    again = t.run("replay", "1", "--json", cwd=folder)
    t.equal((again.code, strict_json(again.out)[0]["identical"]), (2, False), "replay of a failed run, as JSON")
    errors = log_lines(folder, "errors")
    t.equal([(e["level"], e["message"], e["context"]["run"]) for e in errors],
            [("error", sentence, 1), ("error", sentence, 2)], "errors.log")  # fmt: skip
    t.equal(log_lines(folder, "performance"), [], "performance.log of failed runs")
    t.check("Traceback" not in text.err, "no traceback")


def main():
    t = Bench(DOUBLES / "bar_crash.so", STRESS)
    wanted = sys.argv[1:]
    for part in (at_once, other_places, from_the_future, read_only, deleted, killed, failed):
        if wanted and part.__name__ not in wanted:
            continue
        try:
            part(t)
        except (KeyError, IndexError, TypeError, ValueError, OSError) as error:
            t.fail(f"{part.__name__}: {type(error).__name__}: {error}")
    return t.finish()


if __name__ == "__main__":
    sys.exit(main())
