"""qshost backtest as a program: options, short form, config, JSON, exit codes, help, records, hashes,
and what a run leaves that was killed. The results themselves are the business of golden/, laws/ and
oracle/.
"""

import json
import os
import re
import shlex
import shutil
import sys
import time
from datetime import timedelta

from cli import (
    DOUBLES, HASH, ISO, PLUGINS, SECONDS_MAX, SOURCE, Bench, left_behind, recorded, rows_of, write_bars,
)  # fmt: skip

SHORT = ("backtest", "--strategy", "ema_cross", "--data", "goog_1d.csv")
RESULT_KEYS = """run strategy data hashes metrics undefined counts equity open_positions timing""".split()
KIND_OF = {
    "strategy": dict, "data": list, "hashes": dict, "metrics": dict, "undefined": dict, "counts": dict,
    "equity": dict, "open_positions": list, "timing": dict,
}  # fmt: skip


def journal_of(result):
    return result.get("hashes", {}).get("journal")


def short_form(t):
    folder = t.project()
    write_bars(folder / "goog_1d.csv")
    feed = t.json(*SHORT, "--json", cwd=folder)["data"][0]
    t.equal((feed["symbol"], feed["timeframe"], feed["rows"]), ("GOOG", "1d", 100), "from the name")
    t.equal(feed["first"], "2005-01-01T00:00:00Z", "first open")
    t.equal(feed["last"], "2005-04-11T00:00:00Z", "last close: 100 days later")
    feed = t.json(*SHORT, "--json", "--symbol", "X", "--timeframe", "1d", cwd=folder)["data"][0]
    t.equal((feed["symbol"], feed["timeframe"]), ("X", "1d"), "--symbol, --timeframe")
    feed = t.json(*SHORT, "--json", "--stamp", "close", cwd=folder)["data"][0]
    t.equal(feed["last"], "2005-04-10T00:00:00Z", "--stamp close: the last stamp is the last close")

    write_bars(folder / "plain.csv")
    feed = t.json(*SHORT[:-1], "plain.csv", "--json", cwd=folder)["data"][0]
    t.equal((feed["symbol"], feed["timeframe"]), ("PLAIN", "1d"), "timeframe from the stamps")

    by_path = t.json("backtest", "--strategy", PLUGINS / "ema_cross.so", *SHORT[3:], "--json", cwd=folder)
    by_id = t.json(*SHORT, "--json", cwd=folder)
    t.equal(by_path["strategy"]["id"], "ema_cross", "a strategy by its path")
    t.equal(journal_of(by_path), journal_of(by_id), "journal by path and by id")

    cut = t.json(*SHORT, "--json", "--cut-after", 60, cwd=folder)
    t.equal(cut["counts"]["instants"], 60, "--cut-after")
    cut = t.json(*SHORT, "--json", "--set", "max_bars=60", cwd=folder)
    t.equal(cut["counts"]["instants"], 60, "max_bars")


def two_symbols(t):
    folder = t.project()
    write_bars(folder / "a_1d.csv")
    write_bars(folder / "b_1d.csv", base=50)
    t.refused(
        2,
        re.compile(r"backtest: .*ema_cross.*"),
        "backtest", "--strategy", "ema_cross", "--data", "a_1d.csv", "--data", "b_1d.csv", cwd=folder,
    )  # fmt: skip
    (folder / "two.yaml").write_text(
        "data: [a_1d.csv, b_1d.csv]\n"
        "strategies:\n"
        "  - {strategy: ema_cross, name: one, symbols: [A]}\n"
        "  - {strategy: buy_and_hold, name: two, symbols: [B]}\n"
    )
    both = t.json("backtest", "-c", "two.yaml", "--json", cwd=folder)
    t.equal([feed["symbol"] for feed in both.get("data", [])], ["A", "B"], "feeds")
    t.equal([s["name"] for s in both.get("strategies", [])], ["one", "two"], "strategies")
    t.equal(
        sum(s["trades"] for s in both.get("strategies", [])), both["counts"]["trades"], "trades by strategy"
    )


def config_and_sets(t):
    folder = t.project()
    write_bars(folder / "goog_1d.csv")
    (folder / "deep").mkdir()
    (folder / "deep/run.yaml").write_text(
        "strategy: ema_cross\nparams: {fast: 5, slow: 9}\ndata: ../goog_1d.csv\ninitial_cash: 5000\n"
    )
    conf = t.json("backtest", "-c", "deep/run.yaml", "--json", cwd=folder)
    t.equal(conf["strategy"]["params"], {"fast": "5", "slow": "9", "size": "1"}, "params of a config")
    t.equal(conf["equity"]["initial"], 5000, "initial_cash of a config")
    long_form = t.json("backtest", "--config", folder / "deep/run.yaml", "--json", cwd=t.project())
    t.equal(journal_of(long_form), journal_of(conf), "paths are relative to the config")
    over = t.json(
        "backtest", "-c", "deep/run.yaml", "--set", "params.fast=6", "--set", "initial_cash=7000", "--json",
        cwd=folder,
    )  # fmt: skip
    t.equal(over["strategy"]["params"]["fast"], "6", "--set over a config")
    t.equal(over["strategy"]["params"]["slow"], "9", "what --set does not name")
    t.equal(over["equity"]["initial"], 7000, "--set of a setting")
    other = t.json("backtest", "-c", "deep/run.yaml", "--set", "params.fast=2", "--set", "params.fast=5",
                   "--json", cwd=folder)  # fmt: skip
    t.equal(journal_of(other), journal_of(conf), "the last --set of a key counts")
    short = t.json(*SHORT, "--set", "params.fast=5", "--set", "params.slow=9", "--set", "initial_cash=5000",
                   "--json", cwd=folder)  # fmt: skip
    t.equal(short["hashes"]["config"], conf["hashes"]["config"], "config hash: short form and file")
    (folder / "run.json").write_text(
        json.dumps({"strategy": "ema_cross", "params": {"fast": 5, "slow": 9}, "data": "goog_1d.csv",
                    "initial_cash": 5000})
    )  # fmt: skip
    as_json = t.json("backtest", "-c", "run.json", "--json", cwd=folder)
    t.equal(journal_of(as_json), journal_of(conf), "a config in JSON")


def result_shape(t):
    folder = t.project()
    write_bars(folder / "goog_1d.csv", count=300)
    result = t.json(*SHORT, "--json", cwd=folder)
    missing = [key for key in RESULT_KEYS if key not in result]
    t.equal(missing, [], "keys that are missing")
    for key, kind in KIND_OF.items():
        t.check(isinstance(result.get(key), kind), f"{key}: not a {kind.__name__}")
    t.equal(result["run"], 1, "run")
    for key in ("id", "version", "build"):
        t.check(isinstance(result["strategy"].get(key), str), f"strategy.{key}")
    t.check(re.fullmatch(r"[0-9a-f]{64}", result["strategy"]["build"]), "strategy.build is a SHA-256")
    t.equal(sorted(result["hashes"]), ["bars", "code", "config", "journal"], "hashes")
    for name, value in result["hashes"].items():
        t.check(HASH.fullmatch(value), f"hashes.{name}: {value}")
    for key in ("orders", "fills", "trades", "rejected"):
        t.check(type(result["counts"].get(key)) is int, f"counts.{key}")
    for key in ("initial", "final"):
        t.check(isinstance(result["equity"].get(key), (int, float)), f"equity.{key}")
    feed = result["data"][0]
    t.check(ISO.fullmatch(feed["first"]) and ISO.fullmatch(feed["last"]), "data: times are ISO")
    nulls = sorted(name for name, value in result["metrics"].items() if value is None)
    t.equal(nulls, sorted(result["undefined"]), "a metric is null where a reason is given, and only there")
    t.check(all(isinstance(why, str) and why for why in result["undefined"].values()), "reasons")
    t.check(len(result["metrics"]) >= 20, "metrics are there")
    t.check(all(seconds >= 0 for seconds in result["timing"].values()), "timing")
    for position in result["open_positions"]:
        t.equal(position["value"], position["quantity"] * position["mark"], "an open position's value")
    # the money of the result, once more from its parts
    net = sum(s["net"] for s in result["strategies"])
    open_result = sum(p["unrealized"] for p in result["open_positions"])
    paid_of_open = result["metrics"]["fees"] - 0.005 * 2 * result["counts"]["trades"]
    expected = result["equity"]["initial"] + net + open_result - paid_of_open
    t.check(abs(result["equity"]["final"] - expected) < 1e-6, f"final equity is not {expected}")

    # and the text of the same run says the same
    text = t.good(*SHORT, cwd=folder).out
    final = re.search(r"final equity +([\d,.]+)", text)
    t.check(final and float(final[1].replace(",", "")) == round(result["equity"]["final"], 2), "final equity")
    c = result["counts"]
    t.check(
        f"{c['orders']} orders, {c['fills']} fills, {c['trades']} trades, {c['rejected']} rejected" in text,
        "the counts in the text",
    )
    t.check(journal_of(result) in text, "the journal hash in the text")
    t.check("\x1b" not in text, "no colour where stdout is no terminal")
    t.check(max(map(len, text.splitlines())) <= 80, "80 columns where stdout is no terminal")


def nothing_traded(t):
    folder = t.project()
    write_bars(folder / "goog_1d.csv", count=5)
    result = t.json(*SHORT, "--json", cwd=folder)
    t.equal(result["counts"]["trades"], 0, "trades of five bars")
    t.equal(result["equity"], {"initial": 100000, "final": 100000}, "equity of a run without trades")
    t.check("win_rate" in result["undefined"] and result["metrics"]["win_rate"] is None, "no win rate")


def determinism(t):
    folder = t.project()
    write_bars(folder / "goog_1d.csv", count=500)
    once = t.json(*SHORT, "--json", cwd=folder)
    for what, options, env in (
        ("again", (), {}),
        ("with another cache", (), {"QS_CACHE": str(t.folder / "cache2")}),
        ("--inline", ("--inline",), {}),
        ("--loopback", ("--loopback",), {}),
        ("--inline --loopback", ("--inline", "--loopback"), {}),
        ("in another zone and locale", (), {"TZ": "Asia/Tokyo", "LC_ALL": "de_DE.UTF-8"}),
    ):
        other = t.json(*SHORT, "--json", *options, cwd=folder, env=env)
        t.equal(other["hashes"], once["hashes"], f"hashes {what}")
    changed = t.json(*SHORT, "--json", "--set", "params.fast=11", cwd=folder)
    t.equal(changed["hashes"]["bars"], once["hashes"]["bars"], "bars hash with another param")
    t.check(changed["hashes"]["config"] != once["hashes"]["config"], "config hash with another param")
    t.check(journal_of(changed) != journal_of(once), "journal hash with another param")


def exit_codes(t):
    folder = t.project()
    write_bars(folder / "goog_1d.csv")
    (folder / "folder").mkdir()
    usage = {
        ("backtset",): "backtset: no such command (did you mean backtest?)",
        ("exprot",): "exprot: no such command (did you mean export?)",
        ("qqqqqqqq",): "qqqqqqqq: no such command (qshost --help)",
        ("--frob",): "--frob: no such command (qshost --help)",
        ("backtest",): "backtest: strategy: which strategy? (give --strategy ID; `qshost list` shows them)",
        ("backtest", "--strategy", "ema_cross"): "backtest: data: which bars? (give --data FILE)",
        (*SHORT, "--frob"): "backtest: --frob: unknown option (qshost backtest --help)",
        (*SHORT, "-x"): "backtest: -x: unknown option (qshost backtest --help)",
        (*SHORT, "--set"): "backtest: --set: its value is missing (qshost backtest --help)",
        (*SHORT, "goog_1d.csv"): "backtest: goog_1d.csv: unexpected argument (files of bars come with "
        "--data, a config with -c)",
        (*SHORT, "--cut-after", "0"): "backtest: --cut-after: expected a whole number above 0, found '0'",
        (*SHORT, "--cut-after", "many"): "backtest: --cut-after: expected a whole number above 0, found 'many'",
        (*SHORT, "--set", "slippage=1"): "backtest: --set: slippage: unknown key (did you mean slippage_bps?)",
        (*SHORT, "--set", "params.fas=1"): "backtest: --set: params.fas: ema_cross has no param 'fas' (did "
        "you mean fast? it has fast, slow, size)",
        ("data",): "data: nothing to do: say check or synth (qshost data --help)",
        ("data", "chekc"): "data: chekc: neither check nor synth (qshost data --help)",
        ("list", "all"): "list: expected no argument, found all (qshost list --help)",
        ("schema",): "schema: expected one ID or FILE.so, found 0 arguments (qshost schema --help)",
        ("check", "--frob"): "check: unknown option --frob (qshost check --help)",
    }  # fmt: skip
    for arguments, sentence in usage.items():
        t.refused(2, sentence, *arguments, cwd=folder)
    t.refused(2, re.compile(r'backtest: .*QS_DEADLINE_MS: expected 1 to \d+, found "soon" .*'), *SHORT,
              cwd=folder, env={"QS_DEADLINE_MS": "soon"})  # fmt: skip
    done = t.run(cwd=folder)
    t.check(done.code == 2 and done.out == "" and "Usage: qshost" in done.err, "no command at all")
    failed = {
        (*SHORT[:-1], "none_1d.csv"): "backtest: cannot read none_1d.csv: No such file or directory",
        (*SHORT[:-1], "folder"): re.compile("backtest: .*folder.*"),
        ("backtest", "-c", "none.yaml"): "backtest: open none.yaml: No such file or directory",
        (*SHORT, "-o", "no/run.qsj"): re.compile("backtest: .*no/run.qsj: No such file or directory"),
        (*SHORT, "-o", "folder"): re.compile("backtest: .*folder: Is a directory"),
        ("backtest", "--strategy", "ema_crss", "--data", "goog_1d.csv"): re.compile(
            r"backtest: strategy ema_crss: no such id in .* \(did you mean ema_cross\?\)"
        ),
        ("backtest", "--strategy", "./none.so", "--data", "goog_1d.csv"): re.compile(
            r"backtest: .*none\.so: no such file \(build it, or .*\)"
        ),
    }
    for arguments, sentence in failed.items():
        t.refused(1, sentence, *arguments, cwd=folder)
    leftovers = sorted(path.name for path in folder.rglob("*") if path.suffix not in (".csv",))
    t.equal(leftovers, [".quasar", "folder"], "what refused runs leave in the project")


def helps(t):
    """Each command's help has an example; the example runs, and every option of the text exists."""
    folder = t.project()
    write_bars(folder / "goog_1d.csv")
    write_bars(folder / "eurusd_1m.csv", step=timedelta(minutes=1))
    for place in ("plugins", "custom"):
        (folder / place).mkdir()
    shutil.copy(PLUGINS / "ema_cross.so", folder / "plugins/ema_cross.so")
    for name in ("example", "my_cross"):
        text = (SOURCE / "builtins/ema_cross.c").read_text()
        (folder / "custom" / f"{name}.c").write_text(text.replace('"ema_cross"', f'"{name}"'))
    for _ in range(12):
        t.good(*SHORT, cwd=folder)
    main = t.good("--help").out
    t.equal(t.good("-h").out, main, "-h")
    t.equal(t.good("help").out, main, "help")
    t.check(re.fullmatch(r"qshost \d+\.\d+\.\d+\n", t.good("--version").out), "--version")
    names = re.findall(r"^  ([a-z]+)  +\S", main, re.M)
    t.equal(names, sorted(names), "the commands are in order")
    t.check({"backtest", "check", "data", "export", "list", "schema"} <= set(names), f"commands: {names}")
    texts = {(): main, **{(name,): None for name in names}, ("data", "check"): None, ("data", "synth"): None}
    for command, text in texts.items():
        text = text or t.good(*command, "--help").out
        what = "qshost " + " ".join(command)
        t.check(text.startswith("Usage: qshost"), f"{what} --help: no usage")
        t.check(max(map(len, text.splitlines())) <= 100, f"{what} --help: over 100 columns")
        example = re.search(r"^Example: qshost (.*)$", text, re.M)
        if t.check(example, f"{what} --help: no example"):
            words = shlex.split(example[1]) + (["--once"] if command == ("watch",) else [])
            t.good(*words, cwd=folder, env={"QS_PLUGINS": ""})
        own = re.sub(r"`qshost (?!%s\b)[^`]*`" % re.escape(" ".join(command)), "", text)
        for option in sorted(set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", own))):
            if command:  # an option that nobody knows after it ends commands that would go on
                err = t.run(*command, option, "--qqq", "--qqq", cwd=folder).err
                unknown = rf"{option}: unknown option|(unknown|no such) option:? '?{option}(\W|$)"
                t.check(not re.search(unknown, err), f"{what} {option}: {err}")
    settings = t.good("backtest", "--help-settings").out
    t.check("initial_cash: 100000" in settings and "slippage_bps: 2 " in settings, "--help-settings")


def full_and_closed(t):
    folder = t.project()
    write_bars(folder / "goog_1d.csv")
    t.good(*SHORT, cwd=folder)
    commands = [
        SHORT, (*SHORT, "--json"), ("backtest", "--help"), ("backtest", "--help-settings"), ("--help",),
        ("--version",), ("list",), ("list", "--json"), ("schema", "ema_cross"),
        ("check", PLUGINS / "ema_cross.so"), ("data", "check", "goog_1d.csv"), ("data", "synth", "-o", "-"),
        ("export", "last", "trades"), ("export", "--help"), ("data", "--help"),
    ]  # fmt: skip
    for command in commands:
        with open("/dev/full", "wb") as full:
            done = t.run(*command, cwd=folder, stdout=full)
        said = re.fullmatch("qshost: [^\n]+\n", done.err)
        t.check(done.code == 1 and said, f"{done.command} >/dev/full: {done.code}: {done.err!r}")
        reader, writer = os.pipe()
        os.close(reader)
        done = t.run(*command, cwd=folder, stdout=writer)
        os.close(writer)
        is_quiet = done.err == "" or command[:2] == ("data", "synth")  # like cat | head
        t.check(done.code == 1 and is_quiet, f"{done.command} | (gone): {done.code}: {done.err!r}")
    # the record is whole all the same: it is written before the result is printed
    t.good("export", "last", "equity", cwd=folder)
    t.refused(1, re.compile("backtest: .*/dev/full.*"), *SHORT, "-o", "/dev/full", cwd=folder)


def kept_records(t):
    folder = t.project()
    write_bars(folder / "goog_1d.csv")
    for number in (1, 2, 3):
        t.equal(t.json(*SHORT, "--json", cwd=folder)["run"], number, "the run's number")
    t.equal(recorded(folder), [(1, "done"), (2, "done"), (3, "done")], "records")
    (folder / "deep/deeper").mkdir(parents=True)
    deep = t.json(*SHORT[:-1], "../../goog_1d.csv", "--json", cwd=folder / "deep/deeper")
    t.equal((deep["run"], len(recorded(folder))), (4, 4), "the project is found upward")
    t.equal(deep["file"], str((folder / "quasar.sqlite").resolve()), "the database that it names")
    t.check(not (folder / "deep/deeper/quasar.sqlite").exists(), "no second database")
    for number in ("2", "4"):  # the newest too
        t.good("runs", "--delete", number, cwd=folder)
    t.equal(t.json(*SHORT, "--json", cwd=folder)["run"], 5, "numbers are not used twice")

    upward = [p for p in t.folder.parents if (p / ".quasar").exists()]
    if upward:
        print(f"not tried: a project of its own, for there is one in {upward[0]}")
        return
    alone = t.folder / "alone"
    alone.mkdir()
    write_bars(alone / "goog_1d.csv")
    without = t.json(*SHORT, "--json", "--no-record", cwd=alone)
    t.equal(sorted(p.name for p in alone.iterdir()), ["goog_1d.csv"], "--no-record: what is there after")
    t.check(not without["run"] and not without.get("file"), "--no-record: no run, no file")
    t.json(*SHORT, "--json", "-o", "mine.qsj", "--no-record", cwd=alone)
    names = sorted(p.name for p in alone.iterdir())
    t.equal(names, ["goog_1d.csv", "mine.qsj"], "-o, --no-record: what is there after")
    first = t.json(*SHORT, "--json", "-o", "again.qsj", cwd=alone)
    t.equal(recorded(alone), [(1, "done")], "a project begins where there was none")
    names = {p.name for p in alone.iterdir()}
    t.equal({name for name in names if not name.startswith("quasar.sqlite")},
            {".quasar", "again.qsj", "goog_1d.csv", "mine.qsj"}, "-o: what is there after")  # fmt: skip
    t.equal([p.name for p in (alone / ".quasar").rglob("*.qsj")], [], "no journal but where -o said")
    heads = {(alone / name).read_bytes()[:4096] for name in ("mine.qsj", "again.qsj")}
    t.equal(len(heads), 1, "-o with a record and without begin with the same bytes")
    hash_ = rows_of(alone / "quasar.sqlite", "SELECT journal_hash FROM strategy_run")
    t.equal(hash_, [(journal_of(first),)], "the journal's hash in the record")
    for what in ("trades", "orders", "equity"):
        from_file = t.good("export", "again.qsj", what, cwd=alone).out
        t.equal(t.good("export", "1", what, cwd=alone).out, from_file, f"{what} of the record and of -o")


def at_once(t):
    """Ten runs side by side get ten numbers and the same journal."""
    folder = t.project()
    write_bars(folder / "goog_1d.csv")
    started = [t.start(*SHORT, "--json", cwd=folder) for _ in range(10)]
    results = [json.loads(process.communicate(timeout=SECONDS_MAX)[0]) for process in started]
    t.equal(sorted(r["run"] for r in results), list(range(1, 11)), "numbers of runs at once")
    t.equal(len({journal_of(r) for r in results}), 1, "journals of runs at once")


def wait_for(condition, seconds=SECONDS_MAX):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.002)
    return condition()


def killed(t):
    """SIGKILL in the middle: record and journal file are there up to their last whole part, and say so."""
    folder = t.project()
    write_bars(folder / "goog_1d.csv", count=4000)
    file, database = folder / "run.qsj", folder / "quasar.sqlite"
    slow = ("backtest", "--strategy", DOUBLES / "bar_floods.so", "--data", "goog_1d.csv", "-o", "run.qsj")
    process = t.start(*slow, cwd=folder)

    def has_written():
        orders = "SELECT count(*) FROM strategy_order"
        if not file.exists() or file.stat().st_size < 3_000_000 or not recorded(folder):
            return False
        return rows_of(database, orders)[0][0] > 2000

    t.check(wait_for(has_written), "it writes as it runs")
    t.check(process.poll() is None, "it still runs")
    for run in ("1", "run.qsj"):
        running = t.good("export", run, "equity", cwd=folder)
        t.check(re.match(f"qshost: warning: export: run {run}: .*(still|running)", running.err),
                f"a run that goes on is told: {running.err}")  # fmt: skip
    process.kill()
    process.communicate()
    t.check(not left_behind(process.pid), "the worker dies with its parent")
    for run, sentence in (
        ("run.qsj", r"interrupted after [1-9]\d* records: .+"),
        ("1", "it was interrupted: its process ended before it did; what is here is what was recorded"),
    ):
        done = t.good("export", run, "orders", "-o", "orders.csv", cwd=folder)
        t.check(re.fullmatch(f"qshost: warning: export: run {run}: {sentence}\n", done.err),
                f"an interrupted run is told: {done.err}")  # fmt: skip
        rows = (folder / "orders.csv").read_text().splitlines()
        t.check(len(rows) > 1000 and len({row.count(",") for row in rows}) == 1, "whole rows of what there was")
    t.equal(t.json(*SHORT, "--json", cwd=folder)["run"], 2, "the next run's number")
    t.equal(recorded(folder), [(1, "interrupted"), (2, "done")], "the next writer settles the run")


def stopped(t):
    """SIGTERM and SIGINT: qshost dies of it at once, as programs do, and its worker with it."""
    folder = t.project()
    write_bars(folder / "goog_1d.csv")
    for number, name in ((15, "SIGTERM"), (2, "SIGINT")):
        before = len(recorded(folder))
        process = t.start("backtest", "--strategy", DOUBLES / "bar_hang.so", "--data", "goog_1d.csv",
                          cwd=folder, env={"QS_DEADLINE_MS": "20000"})  # fmt: skip
        t.check(wait_for(lambda: len(recorded(folder)) > before), f"{name}: it has begun")
        begin = time.monotonic()
        process.send_signal(number)
        out, _ = process.communicate(timeout=SECONDS_MAX)
        t.check(time.monotonic() - begin < 2, f"{name}: ends at once")
        t.equal((process.returncode, out), (-number, b""), f"{name}: exit code and stdout")
        t.check(not left_behind(process.pid), f"{name}: the worker dies with its parent")


def main():
    t = Bench(DOUBLES / "bar_floods.so", DOUBLES / "bar_hang.so")
    wanted = sys.argv[1:]
    for part in (
        short_form, two_symbols, config_and_sets, result_shape, nothing_traded, determinism, exit_codes,
        helps, full_and_closed, kept_records, at_once, killed, stopped,
    ):  # fmt: skip
        if wanted and part.__name__ not in wanted:
            continue
        try:
            part(t)
        except (KeyError, IndexError, TypeError, ValueError, OSError) as error:
            t.fail(f"{part.__name__}: {type(error).__name__}: {error}")
    return t.finish()


if __name__ == "__main__":
    sys.exit(main())
