"""What a hostile or clumsy user finds right, and must find right again: signals in the middle of a
run, several runs at once, odd places and limits, sizes and prices at the edge of double, and bytes of
a journal that somebody changed.

What a strategy may break is test_broken_runs.py's, files of bars are test_broken_csv.sh's.
"""

import os
import random
import resource
import signal
import subprocess
import sys
import time

from cli import DOUBLES, QSHOST, Bench, left_behind, recorded, rows_of, write_bars

GOOD = ("backtest", "--strategy", "ema_cross", "--data", "bars_1d.csv")
HANG = ("backtest", "--strategy", DOUBLES / "bar_hang.so", "--data", "bars_1d.csv")
TABLES = "trades fills orders events signals equity ledger plots notes variables log".split()
SEED = 1


def signals(t, folder):
    """A signal ends the run as it ends any program, and its worker with it."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGKILL):
        process = t.start(*HANG, "--no-record", cwd=folder, env={"QS_DEADLINE_MS": "60000"})
        if not t.check(has_worker(process.pid), f"{number!r}: no worker to be seen"):
            process.kill()
        process.send_signal(number)
        out, err = process.communicate(timeout=10)
        t.equal(process.returncode, -number, f"{number!r}: exit code")
        t.equal(out, b"", f"{number!r}: stdout")
        t.equal(left_behind(process.pid), [], f"{number!r}: left behind ({err})")


def killed_worker(t):
    """kill -9 for the worker alone: one sentence, and the record has every bar up to there."""
    folder = t.project()
    write_bars(folder / "bars_1d.csv")
    process = t.start(*HANG, cwd=folder, env={"QS_DEADLINE_MS": "60000"})
    if t.check(has_worker(process.pid), "no worker to be seen"):
        for child in children(process.pid):
            os.kill(int(child), signal.SIGKILL)
    else:
        process.kill()
    err = process.communicate(timeout=10)[1].decode()
    t.check("was killed from outside (SIGKILL; out of memory?) in on_bar at bar 30" in err, err)
    t.equal(process.returncode, 1, "exit code")
    t.equal(recorded(folder), [(1, "failed")], "its record")
    bars = t.good("export", 1, "equity", cwd=folder).out.splitlines()
    t.equal(len(bars), 1 + 29, "bars before the 30th")


def has_worker(pid, patience=10.0):
    """Whether there comes a child of that process that computes (the probes before it are short)."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        for child in children(pid):
            if ticks(child) >= 10:
                return True
        time.sleep(0.01)
    return False


def children(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            return file.read().split()
    except OSError:
        return []


def ticks(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return int(fields[11]) + int(fields[12])
    except OSError:
        return 0


def together(t):
    """Six runs at once, in one project, with one cache that nobody has filled: the same result, and
    a number for each."""
    folder = t.project()
    write_bars(folder / "bars_1d.csv")
    env = {"QS_CACHE": str(t.folder / "cache-of-six")}
    runs = [t.start(*GOOD, "--json", cwd=folder, env=env) for _ in range(6)]
    results = []
    for process in runs:
        out, err = process.communicate(timeout=30)
        t.equal((process.returncode, err), (0, b""), "one of six runs")
        results.append(out)
    hashes = {out[out.index(b'"hashes"') : out.index(b'"metrics"')] for out in results}
    t.equal(len(hashes), 1, "different hashes among six runs")
    t.equal(recorded(folder), [(i, "done") for i in range(1, 7)], "their records")
    trades = [t.good("export", i, "trades", cwd=folder).out for i in range(1, 7)]
    t.equal(len(set(trades)), 1, "different trades among the records of six runs")
    file = folder / "quasar.sqlite"
    t.equal(rows_of(file, "PRAGMA integrity_check"), [("ok",)], "the database after six runs at once")


def narrow(t, folder):
    """Few descriptors, nothing on the standard descriptors: the run is done or says why not."""

    def few(count):
        return lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (count, count))

    t.good(*GOOD, "--no-record", cwd=folder, preexec_fn=few(20))
    done = t.run(*GOOD, "--no-record", cwd=folder, preexec_fn=few(5))
    t.equal((done.code, done.out, done.err.count("\n")), (1, "", 1), "five descriptors")
    t.check("Too many open files" in done.err, f"five descriptors: {done.err}")
    for closed, code in (("0<&-", 0), ("2>&-", 0), (">&-", 1), ("0<&- >&- 2>&-", 1), (">/dev/full", 1)):
        words = " ".join(map(str, (QSHOST, *GOOD, "--no-record", closed)))
        done = subprocess.run(
            ["sh", "-c", words], cwd=folder, env=t.env, stdin=subprocess.DEVNULL,
            capture_output=True, timeout=30, check=False,
        )  # fmt: skip
        t.equal(done.returncode, code, f"{closed}: exit code")


def places(t, folder):
    """Where something else is in the way, it is named."""
    os.symlink("loop", folder / "loop")
    for data, said in (
        ("loop", "Too many levels of symbolic links"),
        ("/dev/zero", "not a file of bars"),
        (".", "not a file of bars"),
    ):
        done = t.run("backtest", "--strategy", "ema_cross", "--data", data, "--no-record", cwd=folder)
        t.equal((done.code, done.out, done.err.count("\n")), (1, "", 1), data)
        t.check(said in done.err, f"{data}: {done.err}")
    for cache in ("loop", "bars_1d.csv"):
        done = t.run(*GOOD, "--no-record", cwd=folder, env={"QS_CACHE": str(folder / cache)})
        t.equal((done.code, done.out, done.err.count("\n")), (1, "", 1), f"QS_CACHE={cache}")
        t.check("a file is in its place" in done.err, f"QS_CACHE={cache}: {done.err}")


def spoiled_cache(t, folder):
    """What lies in the cache is believed only when it is what was put there."""
    before = t.json(*GOOD, "--json", "--no-record", cwd=folder)["hashes"]
    columns = list(t.cache.rglob("*.columns"))
    t.check(columns, "no columns in the cache")

    def flip(data):
        return data[: len(data) // 2] + bytes([data[len(data) // 2] ^ 64]) + data[len(data) // 2 + 1 :]

    for spoil in (flip, lambda data: data[:100], lambda _: b""):
        for path in columns:
            if path.exists():
                path.write_bytes(spoil(path.read_bytes()))
        t.equal(t.json(*GOOD, "--json", "--no-record", cwd=folder)["hashes"], before, "a spoiled cache")


def edges(t):
    """Prices and times near the ends of what there is."""
    folder = t.project()
    for name, start, base in (
        ("old", "1890-01-01", 100),
        ("late", "2230-01-01", 100),
        ("small", "2005-01-01", 2),
    ):
        write_bars(folder / f"{name}_1d.csv", 60, start=start, base=base)
        run = t.json(
            "backtest", "--strategy", "ema_cross", "--data", f"{name}_1d.csv", "--json", "--no-record",
            "--set", "leverage=1000", "--set", "sizing.value=900", cwd=folder,
        )  # fmt: skip
        t.check(run["counts"]["bars"] == 60, f"{name}: {run['counts']}")
    for count in (1, 2):
        write_bars(folder / "few_1d.csv", count)
        for strategy in ("ema_cross", "buy_and_hold"):
            t.json("backtest", "--strategy", strategy, "--data", "few_1d.csv", "--json", "--no-record", cwd=folder)


def mutated_journals(t, folder):
    """Whatever was done to a record, export reads what is whole or refuses in one sentence."""
    t.good(*GOOD, "-o", "good.qsj", cwd=folder)
    good = (folder / "good.qsj").read_bytes()
    dice = random.Random(SEED)
    for i in range(60):
        data = bytearray(good)
        at = dice.randrange(len(data))
        kind = i % 4
        if kind == 0:
            del data[at:]
        elif kind == 1:
            data[at] ^= 1 << dice.randrange(8)
        elif kind == 2:
            data[at : at + 8] = dice.choice((b"\xff" * 8, bytes(8), b"\0" * 6 + b"\xf0\x7f"))
        else:
            data[at:at] = data[: dice.randrange(3000)]
        (folder / "bad.qsj").write_bytes(data)
        done = t.run("export", "bad.qsj", dice.choice(TABLES), cwd=folder)
        what = f"seed {SEED}, journal {i}"
        t.check(done.code in (0, 1), f"{what}: exit code {done.code}")
        t.check(done.err.count("\n") <= 1, f"{what}: {done.err}")


def mutated_databases(t, folder):
    """The same of a database: bytes changed, cut, put in. Whoever reads it gets rows, or one sentence."""
    alone = t.project()
    write_bars(alone / "bars_1d.csv", count=400)
    for _ in range(2):
        t.good(*GOOD, cwd=alone)
    good = (alone / "quasar.sqlite").read_bytes()
    t.check(not (alone / "quasar.sqlite-wal").exists(), "a -wal after the last close")
    dice = random.Random(SEED)
    readers = [
        ("runs",), ("show", "1"), ("show", "2", "--json"), ("diff", "1", "2"), ("replay", "1"), ("preset", "list"),
        *(("export", "1", table) for table in TABLES),
    ]  # fmt: skip
    for i in range(60):
        data = bytearray(good)
        at = dice.randrange(len(data))
        kind = i % 4
        if kind == 0:
            del data[at:]
        elif kind == 1:
            for _ in range(20):
                data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
        elif kind == 2:
            data[at : at + 8] = dice.choice((b"\xff" * 8, bytes(8), b"\0" * 6 + b"\xf0\x7f"))
        else:
            data[at:at] = data[: dice.randrange(9000)]
        bad = folder / "bad.sqlite"
        for name in ("", "-wal", "-shm", "-live"):
            (folder / f"bad.sqlite{name}").unlink(missing_ok=True)
        bad.write_bytes(data)
        command = dice.choice(readers)
        done = t.run(*command, "--db", bad, cwd=folder)
        what = f"seed {SEED}, database {i}, {command}"
        t.check(done.code in (0, 1), f"{what}: exit code {done.code}")
        t.check(done.err.count("\n") <= 1, f"{what}: {done.err}")
        t.check(not done.err or done.err.startswith("qshost: "), f"{what}: {done.err}")
        t.check(done.code == 0 or done.err or command[0] == "replay", f"{what}: failed in silence")


def main():
    t = Bench(DOUBLES / "bar_hang.so")
    folder = t.project()
    write_bars(folder / "bars_1d.csv")
    signals(t, folder)
    killed_worker(t)
    together(t)
    narrow(t, folder)
    places(t, folder)
    spoiled_cache(t, folder)
    edges(t)
    mutated_journals(t, folder)
    mutated_databases(t, folder)
    return t.finish()


if __name__ == "__main__":
    sys.exit(main())
