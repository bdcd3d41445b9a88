"""qshost export: every table as CSV and as JSON, against the run's own counts, against a second reader
of the journal file, and against each other; RUN in its three forms; files that appear whole or not at
all; runs that were cut off; wrong arguments.
"""

import csv
import io
import json
import os
import re
import shutil
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from datetime import datetime, timezone

from cli import DOUBLES, ISO, PLUGINS, SOURCE, Bench, write_bars

sys.path.insert(0, str(SOURCE / "tests/support"))
import journal as second_reader  # noqa: E402

TABLES = "trades fills orders events signals equity ledger plots notes variables log".split()
TIMES = {"time", "known", "entry_time", "exit_time", "entry_known", "exit_known", "state_time"}
# A strategy that leaves something in every table.
SCRIBE = r"""
#include <quasar/strategy.h>

struct params { int64_t wait; };
struct state { int64_t bars; };

static void on_bar(qs_ctx *c) {
    struct state *s = qs_state(c);
    s->bars++;
    if (s->bars % 10 == 1)
        qs_buy(c, 3.0);
    if (s->bars % 10 == 6)
        qs_flatten(c);
    if (s->bars == 3)
        qs_buy(c, -1.0);
    if (s->bars == 4)
        qs_cancel(c, qs_buy_limit(c, 1.0, 1.0));
    if (s->bars % 25 == 0) {
        qs_plot(c, "bars", (double)s->bars);
        qs_note(c, "mood", "so \"so\", \n\xc3\xa4h");
        qs_log(c, QS_LOG_WARN, "bar %lld, a comma", (long long)s->bars);
    }
}
QS_STRATEGY(.id = "scribe", .version = "1.0.0", .inputs = QS_INPUTS(QS_INT(struct params, wait, 1, 1, 9)),
            .variables = QS_VARIABLES(QS_STATE_I64(struct state, bars)),
            QS_STATE(struct state, 1), .on_bar = on_bar)
"""


def build_scribe(t):
    (t.folder / "scribe.c").write_text(SCRIBE)
    subprocess.run(
        ["cc", "-O2", "-fPIC", "-shared", "-fvisibility=hidden", "-ffp-contract=off",
         f"-I{SOURCE}/sdk/include", t.folder / "scribe.c", "-o", t.folder / "scribe.so", "-lm"],
        check=True,
    )  # fmt: skip
    return t.folder / "scribe.so"


def two_strategies(t, folder):
    """A run of two strategies with rows in every table; its result."""
    write_bars(folder / "goog_1d.csv", count=200)
    (folder / "run.yaml").write_text(
        "data: goog_1d.csv\nstrategies:\n  - {strategy: ema_cross, name: trend, params: {fast: 3, slow: 7}}\n"
        f"  - {{strategy: {build_scribe(t)}, name: scribe}}\n"
    )
    return t.json("backtest", "-c", "run.yaml", "--json", "-o", "first.qsj", cwd=folder)


def table(t, folder, what, run="last"):
    """The table as lists of dicts: (from CSV, from JSON), each read strictly."""
    text = t.good("export", run, what, cwd=folder).out
    rows = list(csv.reader(io.StringIO(text), strict=True))
    t.check({len(row) for row in rows} == {len(rows[0])}, f"{what}: rows of one length")
    t.check(text.endswith("\n") and "\r" not in text, f"{what}: lines end with a newline")
    from_csv = [dict(zip(rows[0], row)) for row in rows[1:]]
    from_json = t.json("export", run, what, "--format", "json", cwd=folder)
    t.check(isinstance(from_json, list), f"{what}: the JSON is an array")
    return from_csv, from_json


def as_text(value):
    """A JSON value as the CSV has it, up to the way a number is written."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else value


def same_value(in_csv, in_json):
    wanted = as_text(in_json)
    if isinstance(wanted, str):
        return in_csv == wanted
    return in_csv != "" and float(in_csv) == float(wanted)


def same_tables(t, what, from_csv, from_json):
    t.equal(len(from_csv), len(from_json), f"{what}: rows in CSV and JSON")
    for place, (a, b) in enumerate(zip(from_csv, from_json)):
        if list(a) != list(b) or not all(same_value(a[key], b[key]) for key in a):
            t.fail(f"{what}: row {place}: CSV {a} and JSON {b}")
            return


def names_and_times(t, what, rows):
    for row in rows:
        for key, value in row.items():
            if key in TIMES and not (value == "" or ISO.fullmatch(value)):
                t.fail(f"{what}: {key}: not ISO 8601 in UTC: {value}")
                return
        if "strategy" in row and row["strategy"] not in ("trend", "scribe"):
            t.fail(f"{what}: a strategy without its name: {row}")
            return
        if "symbol" in row and row["symbol"] not in ("GOOG", ""):
            t.fail(f"{what}: a symbol without its name: {row}")
            return
    times = [row["time"] for row in rows if "time" in row and what not in ("fills",)]
    t.check(what == "ledger" or times == sorted(times), f"{what}: rows are in the order of time")
    t.check(all(datetime.fromisoformat(text[:19]) for text in times if text), f"{what}: times are dates")


def against_result(t, result, tables):
    c = result["counts"]
    for what in ("orders", "fills", "trades"):
        t.equal(len(tables[what]), c[what], f"rows of {what}")
    rejected = [row for row in tables["orders"] if row["state"] == "REJECTED"]
    t.equal(len(rejected), c["rejected"], "orders that are REJECTED")
    t.check(len(rejected) > 0 and all(row["reason"] and row["words"] for row in rejected), "each has a reason")
    t.equal(len(tables["signals"]), c["intents"], "rows of signals")
    t.equal(len(tables["equity"]), c["instants"], "rows of equity")
    t.equal(len(tables["ledger"]), 2 * c["instants"], "rows of ledger: two strategies")
    t.equal(float(tables["equity"][-1]["equity"]), result["equity"]["final"], "the last equity")
    for strategy in result["strategies"]:
        net = sum(float(row["net"]) for row in tables["trades"] if row["strategy"] == strategy["name"])
        t.check(abs(net - strategy["net"]) < 1e-9, f"net of the trades of {strategy['name']}")
    fees = sum(float(row["fee"]) for row in tables["fills"])
    t.check(abs(fees - result["metrics"]["fees"]) < 1e-9, "fees of the fills")
    last = {}
    for row in tables["events"]:
        last[row["order"]] = row["state"]
    t.equal({row["id"]: row["state"] for row in tables["orders"]}, last, "last event and state of each order")
    held = {}
    for row in tables["fills"]:
        key = (row["strategy"], row["symbol"])
        held[key] = held.get(key, 0.0) + float(row["quantity"])
        if held[key] != float(row["position"]):
            t.fail(f"fill {row['id']}: position {row['position']}, expected {held[key]}")
    open_ones = {(p["strategy"], p["symbol"]): p["quantity"] for p in result["open_positions"]}
    t.equal({key: q for key, q in held.items() if q}, open_ones, "what the fills leave open")


def iso(nanoseconds):
    seconds, rest = divmod(nanoseconds, 10**9)
    text = datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
    return text + (f".{rest:09d}".rstrip("0") if rest else "") + "Z"


def against_journal(t, folder, tables):
    """The same rows by a reader of journal files that shares no code with the host."""
    journal = second_reader.read(folder / "first.qsj")
    names = {r["id"]: r["name"] for r in journal.of("strategy")}
    tags = {r["id"]: r["tag"] for r in journal.of("order")}
    expected = [
        (str(r["id"]), names[r["strategy"]], r["quantity"], iso(r["entry_time"]), r["entry_price"],
         iso(r["exit_time"]), r["exit_price"], r["gross"], r["fees"], r["net"], r["mae"], r["mfe"],
         str(r["entry_order"]), str(r["exit_order"]), tags[r["entry_order"]], tags[r["exit_order"]])
        for r in journal.of("trade")
    ]  # fmt: skip
    found = [
        (r["id"], r["strategy"], float(r["quantity"]), r["entry_time"], float(r["entry_price"]),
         r["exit_time"], float(r["exit_price"]), *(float(r[k]) for k in ("gross", "fees", "net", "mae", "mfe")),
         r["entry_order"], r["exit_order"], r["entry_tag"], r["exit_tag"])
        for r in tables["trades"]
    ]  # fmt: skip
    t.equal(found, expected, "trades, bit for bit")
    expected = [(iso(r["time"]), r["cash"], r["equity"]) for r in journal.of("equity")]
    found = [(r["time"], float(r["cash"]), float(r["equity"])) for r in tables["equity"]]
    t.equal(found, expected, "equity, bit for bit")
    for what in ("plot", "note", "log", "variable"):
        t.equal(len(tables[what + ("" if what == "log" else "s")]), len(journal.of(what)), f"rows of {what}")
    t.equal([r["text"] for r in tables["notes"]], ['so "so", \näh'] * 8, "a text with all that CSV quotes")
    t.equal([r["text"] for r in tables["log"]][0], "bar 25, a comma", "a log line")
    t.equal([r["value"] for r in tables["plots"]], [str(n) for n in range(25, 201, 25)], "plots")


def every_table(t, folder, result):
    tables = {}
    for what in TABLES:
        from_csv, from_json = table(t, folder, what)
        same_tables(t, what, from_csv, from_json)
        names_and_times(t, what, from_csv)
        t.check(from_csv, f"{what}: has rows")
        tables[what] = from_csv
    against_result(t, result, tables)
    against_journal(t, folder, tables)


def empty_tables(t):
    """A run in which nothing happened: headings alone, and []."""
    folder = t.project()
    write_bars(folder / "goog_1d.csv", count=3)
    t.good("backtest", "--strategy", "ema_cross", "--data", "goog_1d.csv", cwd=folder)
    for what in TABLES:
        from_csv, from_json = table(t, folder, what)
        wanted = 3 if what in ("equity", "ledger") else 0
        t.equal((len(from_csv), len(from_json)), (wanted, wanted), f"{what} of three bars")


def ways_to_name_a_run(t, folder):
    t.good("backtest", "--strategy", "ema_cross", "--data", "goog_1d.csv", cwd=folder)  # run 2
    first = t.good("export", "1", "trades", cwd=folder).out
    last = t.good("export", "last", "trades", cwd=folder).out
    t.check(first != last, "1 and last are two runs")
    t.equal(t.good("export", "2", "trades", cwd=folder).out, last, "by number")
    t.equal(t.good("export", "000001", "trades", cwd=folder).out, first, "by number with zeros")
    path, database = folder / "first.qsj", folder / "quasar.sqlite"
    t.equal(t.good("export", path, "trades").out, first, "by path, from anywhere")
    t.equal(t.good("export", "../first.qsj", "trades", cwd=deeper(folder)).out, first, "relative")
    t.equal(t.good("export", "1", "trades", cwd=deeper(folder)).out, first, "by number, from a folder below")
    t.equal(t.good("export", "1", "trades", "--db", database).out, first, "--db, from anywhere")
    t.equal(t.good("export", "last", "trades", "--db", "../quasar.sqlite", cwd=deeper(folder)).out, last,
            "--db, relative")  # fmt: skip
    copy = folder / "elsewhere.qsj"
    shutil.copy(path, copy)
    t.equal(t.good("export", "elsewhere.qsj", "trades", cwd=folder).out, first, "a copy")


def deeper(folder):
    (folder / "deep").mkdir(exist_ok=True)
    return folder / "deep"


def every_bar_or_not(t):
    """What was not recorded is told: an empty table of bars would be a lie."""
    folder = t.project()
    write_bars(folder / "goog_1d.csv", count=40)
    for run, log, warning, rows in (
        (1, "trades", "log: trades: no bars are kept", 0),
        (2, "every 10 bars", "log: every 10 bars: one bar in 10 is kept", 4),
        (3, "bars", None, 40),
    ):
        t.good("backtest", "--strategy", "ema_cross", "--data", "goog_1d.csv", "--set", f"log={log}", cwd=folder)
        for what in ("equity", "ledger", "plots", "variables"):
            done = t.good("export", run, what, cwd=folder)
            said = f"qshost: warning: export: run {run} was recorded with {warning}\n" if warning else ""
            t.equal(done.err, said, f"{what} with log: {log}")
        count = len(t.good("export", run, "equity", cwd=folder).out.splitlines()) - 1
        t.check(rows <= count <= rows + (log != "bars" and rows > 0), f"log: {log}: {count} rows of equity")
        t.equal(t.good("export", run, "trades", cwd=folder).err, "", f"trades with log: {log}")


def reader_goes(t, folder):
    """`qshost show | head`: exit code 1, and nothing to say about it."""
    for command in (("show", 1), ("show", 1, "--json"), ("runs",), ("runs", "--help"), ("export", 1, "trades"),
                    ("export", 1, "equity"), ("export", "--help-columns"), ("preset", "list"), ("--help",),
                    ("data", "check", "goog_1d.csv")):  # fmt: skip
        out, into = os.pipe()
        os.close(out)
        done = t.run(*command, cwd=folder, stdout=into)
        os.close(into)
        t.equal((done.code, done.err), (1, ""), f"{done.command} into a closed pipe")


def output_files(t, folder):
    wanted = t.good("export", "1", "trades", cwd=folder).out
    done = t.good("export", "1", "trades", "-o", "t.csv", cwd=folder)
    t.equal((done.out, done.err), ("", ""), "-o is silent")
    t.equal((folder / "t.csv").read_text(), wanted, "-o: the same bytes")
    t.equal(stat.S_IMODE((folder / "t.csv").stat().st_mode), 0o644, "-o: mode of a new file")
    t.good("export", "1", "trades", "--output", "t.json", cwd=folder)
    as_json = json.loads((folder / "t.json").read_text())
    t.equal(len(as_json), len(wanted.splitlines()) - 1, "-o FILE.json is JSON")
    t.good("export", "1", "trades", "-o", "u.json", "-f", "csv", cwd=folder)
    t.equal((folder / "u.json").read_text(), wanted, "--format over the ending")
    t.good("export", "1", "trades", "-o", "/dev/null", cwd=folder)
    # a failure leaves what was there, and no half file beside it
    (folder / "t.csv").write_text("mine\n")
    (folder / "bad.qsj").write_bytes((folder / "first.qsj").read_bytes()[:-4000] + b"x" * 4000)
    before = sorted(p.name for p in folder.iterdir())
    t.refused(1, re.compile("export: .*"), "export", "99", "trades", "-o", "t.csv", cwd=folder)
    t.refused(1, re.compile("export: .*none/t.csv.*No such file or directory"), "export", "1", "trades", "-o",
              "none/t.csv", cwd=folder)  # fmt: skip
    t.refused(1, re.compile("export: .*deep: Is a directory"), "export", "1", "trades", "-o", "deep", cwd=folder)
    t.equal((folder / "t.csv").read_text(), "mine\n", "a failed export leaves the old file")
    t.equal(sorted(p.name for p in folder.iterdir()), before, "a failed export leaves nothing beside it")


def cut_off(t, folder):
    """A journal cut at many places: what was whole is exported, with a warning; never a crash."""
    whole = (folder / "first.qsj").read_bytes()
    rows = t.good("export", "1", "equity", cwd=folder).out.splitlines()
    cut = folder / "cut.qsj"
    for size in (16, 17, 40, 1000, len(whole) // 2, len(whole) - 17, len(whole) - 1):
        cut.write_bytes(whole[:size])
        done = t.good("export", "cut.qsj", "equity", cwd=folder)
        t.check(re.fullmatch(r"qshost: warning: export: run cut.qsj: interrupted after \d+ records: .+\n", done.err),
                f"cut at {size}: {done.err}")  # fmt: skip
        found = done.out.splitlines()
        t.check(found == rows[: len(found)] and len(found) >= 1, f"cut at {size}: the rows are those of the whole")
    for size, sentence in (
        (0, "export: cut.qsj: empty: the run ended before it wrote anything"),
        (8, "export: cut.qsj: not the journal of a run (it does not begin with QSJ1)"),
    ):
        cut.write_bytes(whole[:size])
        t.refused(1, sentence, "export", "cut.qsj", "equity", cwd=folder)
    for place in range(16, len(whole), max(1, len(whole) // 40)):
        damaged = bytearray(whole)
        damaged[place] ^= 0x40
        cut.write_bytes(damaged)
        done = t.run("export", "cut.qsj", "trades", cwd=folder)
        told = done.code == 1 or "interrupted after" in done.err
        t.check(done.code in (0, 1) and told, f"a bit changed at {place}: {done.code}, {done.err}")


def cut_database(t, folder):
    """A database cut at many places: rows as they were, or one sentence and no row; never a crash."""
    copy = folder / "cut.sqlite"
    with closing(sqlite3.connect(folder / "quasar.sqlite")) as connection:
        connection.execute("VACUUM INTO ?", (str(copy),))
    whole = copy.read_bytes()
    tables = {what: t.good("export", "1", what, cwd=folder).out for what in ("equity", "trades", "plots")}
    for what, text in tables.items():
        t.equal(t.good("export", "1", what, "--db", copy).out, text, f"{what} of a copy")
    said = 0
    for size in (1, 15, 16, 99, 100, 4096, 8192, 50000, len(whole) // 2, len(whole) - 8192, len(whole) - 1):
        copy.write_bytes(whole[:size])
        for what, text in tables.items():
            done = t.run("export", "1", what, "--db", copy)
            told = done.code == 1 and re.fullmatch("qshost: export: .*cut.sqlite: [^\n]+\n", done.err)
            said += told is not None and told is not False
            is_same = done.code == 0 and done.out == text and done.err == ""
            t.check(told or is_same, f"database cut at {size}, {what}: {done.code}, {done.err}")
    t.check(said > 10, f"cut databases: {said} were refused")
    for name in ("", "-wal", "-shm"):
        (folder / f"cut.sqlite{name}").unlink(missing_ok=True)


def crashed(t):
    folder = t.project()
    write_bars(folder / "goog_1d.csv")
    run = t.run("backtest", "--strategy", DOUBLES / "bar_crash.so", "--data", "goog_1d.csv", "-o", "run.qsj",
                cwd=folder)  # fmt: skip
    t.equal(run.code, 1, "bar_crash")
    done = t.good("export", "last", "orders", cwd=folder)
    t.check("run last: it failed: strategy bar_crash" in done.err, f"a run that crashed: {done.err}")
    done = t.good("export", "run.qsj", "orders", cwd=folder)
    t.check("run run.qsj: interrupted after" in done.err, f"the file of a run that crashed: {done.err}")


def wrong_arguments(t, folder):
    names = ", ".join(sorted(TABLES))
    usage = {
        (): "expected a run and what of it: export RUN WHAT (qshost export --help)",
        ("last",): "expected a run and what of it: export RUN WHAT (qshost export --help)",
        ("last", "trade"): "nothing is called 'trade' (did you mean trades?)",
        ("last", "trades", "fills"): "one argument too many: fills (qshost export --help)",
        ("last", "trades", "-f", "xml"): "--format: expected csv or json, found xml (qshost export --help)",
        ("last", "trades", "--frob"): "unknown option --frob (qshost export --help)",
        ("last", "trades", "-o"): "a value is missing after -o (qshost export --help)",
    }
    for arguments, sentence in usage.items():
        t.refused(2, f"export: {sentence}", "export", *arguments, cwd=folder)
    done = t.refused(2, re.compile(r"export: nothing is called 'xxxxxxxx' \(expected one of (.*)\)"),
                     "export", "last", "xxxxxxxx", cwd=folder)  # fmt: skip
    listed = re.search(r"expected one of (.*)\)", done.err)
    t.equal(", ".join(sorted(listed[1].split(", "))) if listed else "", names, "the tables that there are")
    failed = {
        ("99", "trades"): re.compile(r"export: run 99: there is none in .* \(newest: 2; qshost runs lists them\)"),
        ("none.qsj", "trades"): "export: open none.qsj: No such file or directory",
        ("./goog_1d.csv", "trades"): "export: ./goog_1d.csv: not the journal of a run (it does not begin with "
        "QSJ1)",
        ("./deep", "trades"): re.compile("export: .*deep.*"),
    }
    for word in ("0", "mine", "-1", "1x", "", "99999999999999999999", "goog_1d.csv", "deep"):
        sentence = f"export: run '{word}': expected a number or 'last' (qshost runs lists them)"
        t.refused(2, sentence, "export", "--", word, "trades", cwd=folder)
    for arguments, sentence in failed.items():
        t.refused(1, sentence, "export", *arguments, cwd=folder)
    nothing = t.project()
    t.refused(1, re.compile(r"export: .*/quasar\.sqlite: cannot read: there is no such file \(qshost backtest "
                            r"makes it; .*\)"), "export", "last", "trades", cwd=nothing)  # fmt: skip
    write_bars(nothing / "goog_1d.csv", 5)
    t.good("backtest", "--strategy", "ema_cross", "--data", "goog_1d.csv", cwd=nothing)
    t.good("runs", "--delete", "1", cwd=nothing)
    t.refused(1, re.compile(r"export: .*/quasar\.sqlite: there are no runs yet \(qshost backtest makes one\)"),
              "export", "last", "trades", cwd=nothing)  # fmt: skip


def main():
    t = Bench(PLUGINS / "ema_cross.so", DOUBLES / "bar_crash.so")
    folder = t.project()
    result = two_strategies(t, folder)
    every_table(t, folder, result)
    empty_tables(t)
    ways_to_name_a_run(t, folder)
    every_bar_or_not(t)
    reader_goes(t, folder)
    output_files(t, folder)
    cut_off(t, folder)
    cut_database(t, folder)
    crashed(t)
    wrong_arguments(t, folder)
    return t.finish()


if __name__ == "__main__":
    sys.exit(main())
