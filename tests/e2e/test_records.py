"""Records: what runs, show, diff and export say of runs in a database, against what the run itself
printed, against its journal file, and against the tables as Python's sqlite3 reads them; how much is
recorded (`log:`).

Where databases are and what befalls them is test_records_places.py's.
"""

import csv
import io
import json
import os
import re
import shutil
import sys

from cli import DOUBLES, ISO, SOURCE, Bench, rows_of, write_bars
from record_runs import STRESS, log_lines, real, synthetic, synthetic_bars, write_config

TABLES = "trades fills orders events signals equity ledger plots notes variables log".split()
PER_BAR = "equity ledger plots variables".split()


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
        is_part = what in PER_BAR and log not in ("bars", "full", "every bar")
        t.check(("was recorded with log: " + log in from_db.err) == is_part, f"{name}: {what}: {from_db.err}")
        t.check((from_db.err == "" or is_part) and from_file.err == "", f"{name}: {what}: stderr")
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
    t.check("name" in text[0].split() and any("with a name" in line for line in text), "runs: the column name")
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
    t.refused(1, re.compile(r"diff: run 99: there is none in .* \(newest: \d+; qshost runs lists them\)"), "diff", 1, 99,
              cwd=folder)  # fmt: skip
    t.refused(2, "diff: expected RUN1 RUN2 (qshost diff --help)", "diff", 1, cwd=folder)
    t.refused(2, "diff: run 'x': expected a number or 'last' (qshost runs lists them)", "diff", 1, "x", cwd=folder)


def views(t, folder, results):
    """The views for people: as many rows as the tables, every code with its name, names for numbers."""
    file = folder / "quasar.sqlite"
    for view, table in (
        ("runs", "strategy_run"), ("trades", "strategy_trade"), ("orders", "strategy_order"),
        ("order_events", "strategy_order_event"), ("fills", "strategy_fill"), ("signals", "strategy_signal"),
        ("equity_sampled", "equity_curve"), ("positions", "strategy_position_snapshot"),
    ):  # fmt: skip
        counts = rows_of(file, f"SELECT (SELECT count(*) FROM {view}), (SELECT count(*) FROM {table})")[0]
        t.check(counts[0] == counts[1] > 0, f"view {view}: {counts[0]} rows of {counts[1]}")
    for view, columns in (
        ("orders", "strategy symbol time side type tif state"), ("order_events", "strategy time state"),
        ("fills", "strategy symbol time known phase side"), ("signals", "strategy time kind"),
        ("trades", "strategy symbol side entry_time exit_time entry_order exit_order"), ("positions", "strategy symbol time"),
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
        if what == "variables":
            wanted = [lines[0]] + values_at(lines, kept)
        found = t.good("export", run, what, cwd=folder).out.splitlines()
        if what == "equity":  # drawdown, its last column, is that of the rows that are there
            found, wanted = ([line.rsplit(",", 1)[0] for line in lines] for lines in (found, wanted))
        found, wanted = columns_of("\n".join(found)), columns_of("\n".join(wanted))
        if what == "variables" and log == "trades":
            continue
        t.check(found == wanted, f"log: {log}: {what}: other rows: {list(found)}, {list(wanted)}")


def values_at(lines, kept):
    """Of the rows of variables, which are there when they changed, those that say a value at a kept time."""
    head = lines[0].split(",")
    when, who, name = (head.index(column) for column in ("time", "strategy", "name"))
    changes = {}
    for line in lines[1:]:
        cells = line.split(",")
        changes.setdefault((cells[who], cells[name]), {}).setdefault(cells[when], []).append(line)
    wanted = []
    for times in changes.values():
        ordered = sorted(times)
        for at, after in zip(ordered, ordered[1:] + ["~"]):
            if any(at <= time < after for time in kept):
                wanted += times[at]
    return wanted


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


def names_and_errors(t):
    """runs: the names of tries, the list without those of watch, the first words of what failed."""
    folder = t.project()
    write_bars(folder / "goog_1d.csv", count=60)
    bars = ("--data", "goog_1d.csv", "--set")
    for name in ("watch", "mine", "watch preset", "watcher"):
        t.good("backtest", "--strategy", "ema_cross", *bars, f"name={name}", cwd=folder)
    t.check("error" not in t.good("runs", cwd=folder).out, "no column of errors before one failed")
    t.equal(t.run("backtest", "--strategy", DOUBLES / "bar_crash.so", *bars, "name=bad", cwd=folder).code, 1, "it fails")
    lines = t.good("runs", cwd=folder).out.splitlines()
    error = rows_of(folder / "quasar.sqlite", "SELECT error FROM strategy_run WHERE status = 'failed'")[0][0]
    t.check(lines[0].split()[-1] == "error" and f" {error[:30]}" in lines[1], f"the first words of {error}: {lines[1]}")
    t.check(" watch preset " in lines[3], f"a name: {lines[3]}")
    rest = [r["name"] for r in t.json("runs", "--json", "--no-watch", cwd=folder)]
    t.equal(rest, ["bad", "watcher", "mine"], "runs --no-watch")
    rest = [r["name"] for r in t.json("runs", "--json", "--no-watch", "-n", 2, "--strategy", "ema_cross", cwd=folder)]
    t.equal(rest, ["watcher", "mine"], "runs --no-watch -n 2 --strategy")


def main():
    t = Bench(STRESS, DOUBLES / "bar_crash.so")
    wanted = sys.argv[1:]
    for part in (all_forms, amounts, names_and_errors):
        if wanted and part.__name__ not in wanted:
            continue
        try:
            part(t)
        except (KeyError, IndexError, TypeError, ValueError, OSError) as error:
            t.fail(f"{part.__name__}: {type(error).__name__}: {error}")
    return t.finish()


if __name__ == "__main__":
    sys.exit(main())
