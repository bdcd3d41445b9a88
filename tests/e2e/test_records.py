"""Records: what runs, show, diff and export say of runs in a database, against what the run itself
printed, against its journal file, and against the tables as Python's sqlite3 reads them; how much is
recorded (`log:`); many runs at once; databases that may not be written, are another one's, or from a
newer qshost; runs that were killed or that failed.

replay is test_replay.py's, presets are test_presets.py's.
"""

import csv
import io
import json
import os
import re
import shutil
import sys
import time

from cli import (
    DOUBLES, ISO, SECONDS_MAX, SOURCE, Bench, change, left_behind, recorded, rows_of, strict_json, write_bars,
)  # fmt: skip

sys.path.insert(0, str(SOURCE / "tests/support"))
import law_host  # noqa: E402
import law_scenarios  # noqa: E402

TABLES = "trades fills orders events signals equity ledger plots notes variables log".split()
PER_BAR = "equity ledger plots variables".split()
SHORT = ("backtest", "--strategy", "ema_cross", "--data", "goog_1d.csv")
NOBODY = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}


def without_timing(result):
    return {key: value for key, value in result.items() if key != "timing"}


# ---- configs ----


def stress(symbols=("a_1d.csv",), **settings):
    """The strategy that leaves rows in every table, on synthetic bars."""
    params = {"seed": 3, "rate": 0.5}
    return {"data": list(symbols), "strategies": [{"strategy": "law_stress", "name": "s", "params": params}], **settings}


def synthetic():
    two = ["a_1d.csv", "b_1d.csv"]
    silos = [{"name": "left", "initial_cash": 20000}, {"name": "right", "initial_cash": 50000.5}]
    three = [
        {"strategy": "law_stress", "name": "zeta", "silo": "left", "params": {"seed": 1}},
        {"strategy": "ema_cross", "name": "alpha", "silo": "right", "symbols": ["B"], "budget": 0.5},
        {"strategy": "law_stress", "name": "mid", "silo": "right", "budget": 0.5, "params": {"bad": False}},
    ]
    return {
        "one": stress(),
        "settings": stress(name="with a name", commission_bps=3, trades="lifo", close_at_end="last_close", leverage=2),
        "extreme": {**stress(two), "strategies": [{"strategy": "law_stress", "name": "s", "params": {"extreme": True}}]},
        "silos": {"data": two, "silos": silos, "strategies": three},
        "nothing": {"data": ["short_1d.csv"], "strategies": [{"strategy": "ema_cross"}]},
    }  # fmt: skip


def real():
    if not (law_host.SHARED / "data/goog_1d.csv").exists():
        print("not tried: runs on real bars, for there are none")
        return {}
    wanted = {"hold_goog", "two_by_two", "two_silos", "mtf_spy", "stress_five", "stress_next", "pair_daily"}
    return {s.name: s.config for s in law_scenarios.plain() + law_scenarios.stress() if s.name in wanted}


def write_config(folder, name, config, log=None):
    """As JSON, with ids turned into paths of the plugins of this build."""
    config = json.loads(json.dumps(config))
    for entry in config["strategies"]:
        entry["strategy"] = str(law_host.find_plugins()[entry["strategy"]][1])
    if log:
        config["log"] = log
    (folder / f"{name}.json").write_text(json.dumps(config))
    return f"{name}.json"


def synthetic_bars(folder):
    write_bars(folder / "goog_1d.csv", 300)
    write_bars(folder / "a_1d.csv", 700)
    write_bars(folder / "b_1d.csv", 600, start="2005-02-01", base=40)
    write_bars(folder / "short_1d.csv", 3)


# ---- one run, in all its forms ----


def same_run(t, folder, name, config, log="bars"):
    """backtest -o, then every other way to read that run."""
    file = write_config(folder, name, config, log)
    result = t.json("backtest", "-c", file, "--json", "-o", f"{name}.qsj", cwd=folder)
    run = result["run"]
    shown = t.json("show", run, "--json", cwd=folder)
    other = [(key, result.get(key), shown.get(key)) for key in {**result, **shown} if result.get(key) != shown.get(key)]
    t.equal([each for each in other if each[0] != "timing"], [], f"{name} ({log}): show --json")
    counts = {}
    for what in TABLES:
        from_db = t.good("export", run, what, cwd=folder)
        from_file = t.good("export", f"{name}.qsj", what, cwd=folder)
        t.equal((from_db.err, from_file.err), ("", ""), f"{name}: {what}: stderr")
        counts[what] = from_file.out.count("\n") - 1
        if what not in PER_BAR:
            t.check(from_db.out == from_file.out, f"{name} ({log}): {what} of the record is not that of the file")
        elif log in ("bars", "full"):
            t.check(columns_of(from_db.out) == columns_of(from_file.out), f"{name} ({log}): {what}: other rows")
    json_ = [t.good("export", r, "fills", "-f", "json", cwd=folder).out for r in (run, f"{name}.qsj")]
    t.check(json_[0] == json_[1], f"{name}: fills as JSON")
    against_rows(t, folder / "quasar.sqlite", result, name)
    return result, counts


def columns_of(text):
    """The lines of a per-bar table by whose they are: a journal goes by time, a database by account,
    strategy and name first. The lines themselves must be the same bytes, in the order of time."""
    heading, *lines = text.splitlines()
    names = heading.split(",")
    owner = [i for i, name in enumerate(names) if name in ("silo", "strategy", "key", "name")]
    columns = {"": [heading]}
    for line in lines:
        cells = line.split(",")
        columns.setdefault(tuple(cells[i] for i in owner), []).append(line)
    return columns


def against_rows(t, file, result, name):
    """The tables, read by another reader, have as many rows as the result says, and its numbers."""
    run, c = result["run"], result["counts"]
    for table, count in (
        ("strategy_order", c["orders"]), ("strategy_trade", c["trades"]), ("strategy_signal", c["intents"]),
        ("strategy_instance", len(result["strategies"])), ("strategy_feed", len(result["data"])),
    ):  # fmt: skip
        found = rows_of(file, f"SELECT count(*) FROM {table} WHERE strategy_run_id = ?", run)
        t.equal(found, [(count,)], f"{name}: rows of {table}")
    fills = rows_of(file, "SELECT count(DISTINCT fill_id) FROM strategy_fill WHERE strategy_run_id = ?", run)
    t.equal(fills, [(c["fills"],)], f"{name}: fills")
    row = rows_of(
        file,
        "SELECT status, bars, intents, orders, fills, trades, rejected, initial_equity, final_equity, bars_hash,"
        " config_hash, code_hash, journal_hash FROM strategy_run WHERE strategy_run_id = ?", run,
    )[0]  # fmt: skip
    hashes = result["hashes"]
    wanted = (
        "done", c["bars"], c["intents"], c["orders"], c["fills"], c["trades"], c["rejected"],
        result["equity"]["initial"], result["equity"]["final"],
        hashes["bars"], hashes["config"], hashes["code"], hashes["journal"],
    )  # fmt: skip
    t.equal(row, wanted, f"{name}: the run's row")
    metrics = dict(rows_of(
        file, "SELECT name, value FROM strategy_metric WHERE strategy_run_id = ? AND strategy_instance_id = -1", run
    ))  # fmt: skip
    t.equal(metrics, result["metrics"], f"{name}: metrics")
    reasons = dict(rows_of(
        file, "SELECT name, reason FROM strategy_metric WHERE strategy_run_id = ? AND value IS NULL", run
    ))  # fmt: skip
    t.equal(reasons, result["undefined"], f"{name}: why metrics have no value")


def all_forms(t):
    folder = t.project()
    synthetic_bars(folder)
    seen = dict.fromkeys(TABLES, 0)
    results = {}
    for name, config in {**synthetic(), **real()}.items():
        results[name], counts = same_run(t, folder, name, config)
        for what, count in counts.items():
            seen[what] += count
    t.equal([what for what, count in seen.items() if count < 20], [], "tables that no run filled")
    listed(t, folder, results)
    differences(t, folder, results)
    views(t, folder, results)
    logs(t, folder, list(results.values()))


def listed(t, folder, results):
    """runs: every one, newest first; counts as the results have them."""
    runs = t.json("runs", "--json", "-n", 0, cwd=folder)
    t.equal([r["run"] for r in runs], sorted((r["run"] for r in results.values()), reverse=True), "runs: order")
    by_number = {r["run"]: r for r in runs}
    for name, result in results.items():
        row = by_number[result["run"]]
        c = result["counts"]
        t.equal(
            [row[k] for k in ("kind", "status", "log", "error", "bars", "orders", "fills", "trades", "rejected")],
            ["backtest", "done", "bars", None, c["bars"], c["orders"], c["fills"], c["trades"], c["rejected"]],
            f"runs: {name}",
        )
        t.equal(row["hashes"], result["hashes"], f"runs: hashes of {name}")
        t.equal(row["final_equity"], result["equity"]["final"], f"runs: final equity of {name}")
        t.check(ISO.fullmatch(row["started_at"]) and row["started_at"] <= row["ended_at"], f"runs: times of {name}")
    named = by_number[results["settings"]["run"]]["name"]
    t.equal(named, "with a name", "runs: the name that the config gives")
    few = t.json("runs", "--json", "-n", 2, cwd=folder)
    t.equal([r["run"] for r in few], [r["run"] for r in runs[:2]], "runs -n 2")
    crosses = t.json("runs", "--json", "--strategy", "ema_cross", cwd=folder)
    wanted = {r["run"] for r in results.values() if "ema_cross" in [s["id"] for s in r["strategies"]]}
    t.equal({r["run"] for r in crosses}, wanted, "runs --strategy")
    t.equal(t.json("runs", "--json", "--strategy", "none_of_these", cwd=folder), [], "runs of no strategy")
    text = t.good("runs", "-n", 0, cwd=folder).out.splitlines()
    t.equal([line.split()[0] for line in text[1:]], [str(r["run"]) for r in runs], "runs as text")
    for option in ("-1", "x", "1.5", ""):
        t.refused(2, f"runs: --count: expected a whole number from 0, found '{option}'", "runs", f"--count={option}",
                  cwd=folder)  # fmt: skip


def differences(t, folder, results):
    """diff of two runs: its numbers are those of the runs; of a run and itself: none."""
    one, other = results["one"], results["settings"]
    d = t.json("diff", one["run"], other["run"], "--json", cwd=folder)
    text = json.dumps(d)
    for result in (one, other):
        t.check(json.dumps(result["equity"]["final"]) in text, "diff: final equity of both")
    t.good("diff", one["run"], other["run"], cwd=folder)
    itself = t.good("diff", one["run"], one["run"], cwd=folder).out
    t.check(re.search(r"Same decisions at all 7\d\d instants|Same decisions", itself), f"diff with itself: {itself}")
    t.refused(1, re.compile(r"diff: run 99: there is none in .* \(the runs there: 1 to \d+\)"), "diff", 1, 99,
              cwd=folder)  # fmt: skip
    t.refused(2, "diff: expected RUN1 RUN2 (qshost diff --help)", "diff", 1, cwd=folder)
    t.refused(2, "diff: run 'x': expected a number or 'last' (qshost runs lists them)", "diff", 1, "x", cwd=folder)


def views(t, folder, results):
    """The views for people: as many rows as the tables, every code with its name, names for numbers."""
    file = folder / "quasar.sqlite"
    for view, table in (
        ("runs", "strategy_run"), ("trades", "strategy_trade"), ("orders", "strategy_order"),
        ("order_events", "strategy_order_event"), ("fills", "strategy_fill"), ("signals", "strategy_signal"),
        ("equity", "equity_curve"), ("positions", "strategy_position_snapshot"),
    ):  # fmt: skip
        counts = rows_of(file, f"SELECT (SELECT count(*) FROM {view}), (SELECT count(*) FROM {table})")[0]
        t.check(counts[0] == counts[1] > 0, f"view {view}: {counts[0]} rows of {counts[1]}")
    for view, columns in (
        ("orders", "strategy symbol time side type tif state"), ("order_events", "strategy time state"),
        ("fills", "strategy symbol time known phase side"), ("signals", "strategy time kind"),
        ("trades", "strategy symbol side entry_time exit_time"), ("positions", "strategy symbol time"),
    ):  # fmt: skip
        for column in columns.split():
            empty = rows_of(file, f'SELECT count(*) FROM {view} WHERE "{column}" IS NULL')
            t.equal(empty, [(0,)], f"view {view}: rows without {column}")
    t.equal(rows_of(file, "SELECT count(*) FROM orders WHERE state = 'REJECTED' AND (reason IS NULL OR words IS NULL)"),
            [(0,)], "view orders: refusals without a reason")  # fmt: skip
    for name in ("one", "silos"):
        run = results[name]["run"]
        exported = csv.DictReader(io.StringIO(t.good("export", run, "trades", cwd=folder).out))
        wanted = [(r["strategy"], r["symbol"], float(r["net"]), r["exit_time"]) for r in exported]
        found = rows_of(file, "SELECT strategy, symbol, net, exit_time FROM trades WHERE run = ? ORDER BY trade", run)
        t.equal(found, wanted, f"view trades of {name}")
        states = csv.DictReader(io.StringIO(t.good("export", run, "orders", cwd=folder).out))
        wanted = [(int(r["id"]), r["state"], r["reason"] or None) for r in states]
        found = rows_of(file, 'SELECT "order", state, reason FROM orders WHERE run = ? ORDER BY "order"', run)
        t.equal(found, wanted, f"view orders of {name}")
    if shutil.which("sqlite3"):
        text = (SOURCE / "host/store/README.md").read_text()
        lines = re.findall(r"^    sqlite3 .*$", text[text.index("## With sqlite3") :], re.M)
        t.check(len(lines) >= 4, f"lines for sqlite3 in the README of store: {lines}")
        for line in lines:
            t.equal(os.waitstatus_to_exitcode(os.system(f"cd {folder} && {line} >out.txt")), 0, line)


def log_lines(folder, stream):
    """Every line of a log as strict JSON."""
    path = folder / f".quasar/logs/{stream}.log"
    if not path.exists():
        return []
    text = path.read_text(encoding="utf-8")
    if not text.endswith("\n"):
        raise ValueError(f"{stream}.log ends within a line")
    return [strict_json(line + "\n") for line in text.splitlines()]


def logs(t, folder, results):
    """JSON lines: each with its five fields; as many of a run as its tables have rows."""
    lines = {stream: log_lines(folder, stream) for stream in ("trades", "orders", "performance", "errors")}
    for stream, items in lines.items():
        for item in items:
            if list(item) != ["timestamp", "component", "level", "message", "context"]:
                t.fail(f"{stream}.log: fields {list(item)}")
                break
        good = all(ISO.fullmatch(i["timestamp"]) and i["component"] == "backtest" and i["message"]
                   and i["level"] in ("info", "warning", "error") and isinstance(i["context"], dict) for i in items)  # fmt: skip
        t.check(good, f"{stream}.log: timestamp, component, level, message, context")
    t.equal(lines["errors"], [], "errors of good runs")
    for result in results:
        run, c = result["run"], result["counts"]

        def count(stream, message, run=run):
            return sum(i["message"] == message and i["context"]["run"] == run for i in lines[stream])

        shares = rows_of(folder / "quasar.sqlite", "SELECT count(*) FROM strategy_fill WHERE strategy_run_id = ?", run)
        if shares[0][0] <= 10000:
            t.equal((count("trades", "fill"), count("trades", "trade closed")), (shares[0][0], c["trades"]),
                    f"run {run}: lines of trades.log")  # fmt: skip
        t.equal(count("orders", "order"), c["orders"], f"run {run}: lines of orders.log")
        refused = {i["context"]["reason"]: i["context"]["count"] for i in lines["orders"]
                   if i["level"] == "warning" and i["context"]["run"] == run}  # fmt: skip
        t.equal(sum(refused.values()), sum(result["rejected"].values()) + sum(result["refused"].values()),
                f"run {run}: refusals in orders.log")  # fmt: skip
        done = [i["context"] for i in lines["performance"] if i["context"]["run"] == run]
        t.equal([(d["final_equity"], d["trades"]) for d in done], [(result["equity"]["final"], c["trades"])],
                f"run {run}: performance.log")  # fmt: skip


# ---- how much is recorded ----


def amounts(t):
    """log: full | bars | every N bars | trades: the same result, hash and decisions; fewer rows a bar."""
    folder = t.project()
    synthetic_bars(folder)
    hashes, sizes = set(), {}
    config = synthetic()["silos"]
    for log in ("bars", "full", "every 7 bars", "every bar", "every 100000 bars", "trades"):
        name = "log_" + log.replace(" ", "_")
        result, counts = same_run(t, folder, name, config, log)
        run = result["run"]
        hashes.add(json.dumps(result["hashes"]))
        sizes[log] = rows_of(folder / "quasar.sqlite", "SELECT coalesce(sum(rows), 0) FROM strategy_chunk "
                             "WHERE strategy_run_id = ?", run)[0][0]  # fmt: skip
        kept_rows(t, folder, name, run, log)
        steps = rows_of(folder / "quasar.sqlite", "SELECT strategy_instance_id, count(*), sum(intents) FROM "
                        "strategy_step WHERE strategy_run_id = ? GROUP BY 1", run)  # fmt: skip
        t.equal(bool(steps), log == "full", f"log: {log}: decisions are recorded")
        if log == "full":
            full_steps(t, folder, result, steps)
        again = t.json("replay", run, "--json", cwd=folder)
        t.equal([(r["run"], r["identical"]) for r in again], [(run, True)], f"log: {log}: replay")
    t.equal(len(hashes), 1, "hashes with other log settings")
    t.check(sizes["trades"] == 0 < sizes["every 100000 bars"] < sizes["every 7 bars"] < sizes["bars"], f"rows: {sizes}")
    t.equal(sizes["full"], sizes["bars"], "rows a bar of full and bars")
    t.refused(1, re.compile(r"backtest: bad.json:.*log: expected full, bars, trades or every N bars, found .*"),
              "backtest", "-c", write_config(folder, "bad", config, "sometimes"), cwd=folder)  # fmt: skip


def kept_rows(t, folder, name, run, log):
    """The rows a bar are those of each Nth instant and of the last."""
    every = {"bars": 1, "full": 1, "every bar": 1, "trades": 0}.get(log) if not log[6:7].isdigit() else int(log.split()[1])
    read = {what: t.good("export", f"{name}.qsj", what, cwd=folder).out.splitlines() for what in PER_BAR}
    times = list(dict.fromkeys(row.split(",")[0] for row in read["equity"][1:]))
    kept = {time for i, time in enumerate(times, 1) if every and (i % every == 0 or i == len(times))}
    for what, lines in read.items():
        column = lines[0].split(",").index("time")
        wanted = [lines[0]] + [line for line in lines[1:] if line.split(",")[column] in kept]
        found = t.good("export", run, what, cwd=folder).out.splitlines()
        if what == "equity":  # drawdown, its last column, is that of the rows that are there
            found, wanted = ([line.rsplit(",", 1)[0] for line in lines] for lines in (found, wanted))
        found, wanted = columns_of("\n".join(found)), columns_of("\n".join(wanted))
        if what == "variables" and log == "trades":
            continue
        t.check(found == wanted, f"log: {log}: {what}: other rows: {list(found)}, {list(wanted)}")


def full_steps(t, folder, result, steps):
    """A decision for each bar of a strategy's feeds from its start on, with all its intents."""
    file, run = folder / "quasar.sqlite", result["run"]
    intents = rows_of(file, "SELECT strategy_instance_id, count(*) FROM strategy_signal WHERE strategy_run_id = ? "
                      "GROUP BY 1", run)  # fmt: skip
    said = {instance: total for instance, _, total in steps}
    t.check(all(0 <= n - said.get(i, 0) <= 1 for i, n in intents), f"intents of decisions: {steps}, {intents}")
    alpha = rows_of(file, "SELECT strategy_instance_id FROM strategy_instance WHERE strategy_run_id = ? AND name = "
                    "'alpha'", run)[0][0]  # fmt: skip
    # EMA 26 is ready with bar 26, of 600: the decisions are at most those bars, and never fewer than without them
    count = {instance: n for instance, n, _ in steps}[alpha]
    t.check(600 - 2 * 26 <= count <= 600, f"decisions of a strategy on 600 bars: {count}")
    rows = rows_of(file, "SELECT context_hash, time, timeframe, status, duration_ns FROM strategy_step WHERE "
                   "strategy_run_id = ? AND strategy_instance_id = ? ORDER BY seq", run, alpha)  # fmt: skip
    t.equal(len({row[0] for row in rows}), len(rows), "each decision saw something else")
    t.check(all(a[1] < b[1] for a, b in zip(rows, rows[1:])), "decisions in the order of time")
    t.equal({row[2:] for row in rows}, {("1d", "ok", None)}, "timeframe, status, duration")


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
    t.refused(1, re.compile(r"show: run 2: there is none in .* \(the runs there: 1 to 3\)"), "show", "2", cwd=folder)
    t.refused(1, re.compile(r"runs: run 2: there is none in .*"), "runs", "--delete", "2", cwd=folder)
    t.good("runs", "--delete", "last", cwd=folder)
    t.equal(recorded(folder), [(1, "done")], "runs after two were deleted")


def wait_for(condition, seconds=SECONDS_MAX):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.002)
    return condition()


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
    t = Bench(DOUBLES / "bar_crash.so", law_host.BUILD / "laws/plugin_stress.so")
    wanted = sys.argv[1:]
    for part in (all_forms, amounts, at_once, other_places, from_the_future, read_only, deleted, killed, failed):
        if wanted and part.__name__ not in wanted:
            continue
        try:
            part(t)
        except (KeyError, IndexError, TypeError, ValueError, OSError) as error:
            t.fail(f"{part.__name__}: {type(error).__name__}: {error}")
    return t.finish()


if __name__ == "__main__":
    sys.exit(main())
