"""qshost replay: runs of all kinds are identical; a record that somebody changed is named with its table,
row and value; changed bars, a missing file and a build that is gone are told as what they are.
"""

import json
import re
import shutil
import subprocess
import sys

from cli import PLUGINS, SOURCE, Bench, change, rows_of, write_bars
from record_runs import STRESS, real, stress, synthetic, synthetic_bars, write_config

MINE = 30  # trades at least that the tampered run has


def identical(t):
    """Ten and more different runs, all at once and one by one; a number and 'last'."""
    folder = t.project()
    synthetic_bars(folder)
    configs = {**synthetic(), **real()}
    logs = ("full", "trades", "every 7 bars", "bars")
    for number, (name, config) in enumerate(configs.items()):
        t.json("backtest", "-c", write_config(folder, name, config, logs[number % 4]), "--json", cwd=folder)
    for log in logs:
        t.json("backtest", "-c", write_config(folder, "log", synthetic()["silos"], log), "--json", cwd=folder)
    t.json("backtest", "--strategy", PLUGINS / "ema_cross.so", "--data", "goog_1d.csv", "--json", cwd=folder)
    t.json("backtest", "--strategy", "buy_and_hold", "--data", "goog_1d.csv", "--json", "--loopback", cwd=folder)
    shutil.copy(PLUGINS / "ema_cross.so", folder / "mine.so")
    t.json("backtest", "--strategy", "./mine.so", "--data", "./goog_1d.csv", "--json", cwd=folder)
    hashes = dict(rows_of(folder / "quasar.sqlite", "SELECT strategy_run_id, journal_hash FROM strategy_run"))
    t.check(len(hashes) >= 12 and len(set(hashes.values())) >= 7, f"runs to replay: {len(hashes)}")
    before = (folder / "quasar.sqlite").read_bytes()
    found = t.json("replay", *hashes, "--json", cwd=folder)
    t.equal([(r["run"], r["identical"], r["journal"]) for r in found], [(n, True, h) for n, h in hashes.items()],
            "replay of all runs")  # fmt: skip
    text = t.good("replay", *hashes, cwd=folder).out.splitlines()
    t.equal(text[-1], f"{len(hashes)} of {len(hashes)} identical", "the last line")
    t.equal([bool(re.fullmatch(rf"run {n}: identical \(\d+ bars, \d+ orders, \d+ trades; journal {h}\)", line))
             for (n, h), line in zip(hashes.items(), text)], [True] * len(hashes), "a line a run")  # fmt: skip
    t.equal(t.json("replay", "last", "--json", cwd=t_deeper(folder))[0]["run"], max(hashes), "last, from below")
    t.check((folder / "quasar.sqlite").read_bytes() == before, "replay writes into the database that it reads")
    arguments(t, folder, max(hashes))


def t_deeper(folder):
    (folder / "deep").mkdir(exist_ok=True)
    return folder / "deep"


def arguments(t, folder, last):
    t.refused(2, "replay: expected RUN... (qshost replay --help)", "replay", cwd=folder)
    t.refused(2, "replay: run 'x': expected a number or 'last' (qshost runs lists them)", "replay", "x", cwd=folder)
    none = last + 1
    done = t.run("replay", 1, none, cwd=folder)
    t.equal((done.code, done.out.splitlines()[-1]), (1, "1 of 2 identical"), "one of two is not there")
    t.check(f"qshost: replay: run {none}: there is none in" in done.err, f"a run that is not there: {done.err}")
    done = t.run("replay", none, "--json", cwd=folder)
    found = json.loads(done.out)[0]
    t.equal((done.code, found["identical"], "error" in found), (1, False, True), "a run that is not there, as JSON")


# ---- records that somebody changed ----

# what is changed (its row chosen by the key), table and row as replay names them, and the values that it says
TAMPERED = (
    ("UPDATE strategy_signal SET size_value = 1234.5 WHERE strategy_run_id = 1 AND seq = 5",
     r"strategy_signal 5 of s at \S+Z: size_value: 1234\.5 in the record, .+ in the replay"),
    ("UPDATE strategy_signal SET reason = reason + 1 WHERE strategy_run_id = 1 AND seq = 2",
     r"strategy_signal 2 of s at \S+Z: reason: \w+ in the record, \w+ in the replay"),
    ("UPDATE strategy_order SET quantity = 77.5 WHERE strategy_run_id = 1 AND order_id = 3",
     r"strategy_order 3 of s at \S+Z: quantity: 77\.5 in the record, .+ in the replay"),
    ("UPDATE strategy_order SET tag = 'forged' WHERE strategy_run_id = 1 AND order_id = 4",
     r"strategy_order 4 of s at \S+Z: tag: 'forged' in the record, '.*' in the replay"),
    ("UPDATE strategy_order_event SET time = time + 1 WHERE strategy_run_id = 1 AND seq = 7",
     r"strategy_order_event 7 of s at \S+Z: time: \S+Z in the record, \S+Z in the replay"),
    ("UPDATE strategy_order_event SET state = state % 6 + 1 WHERE strategy_run_id = 1 AND seq = 8",
     r"strategy_order_event 8 of s at \S+Z: state: [A-Z_]+ in the record, [A-Z_]+ in the replay"),
    ("UPDATE strategy_fill SET price = price * 1.0000000001 WHERE strategy_run_id = 1 AND fill_id = 9",
     r"strategy_fill 9 of s(?: at \S+Z)?: price: .+ in the record, .+ in the replay"),
    ("UPDATE strategy_trade SET net = net + 1 WHERE strategy_run_id = 1 AND trade_id = 10",
     r"strategy_trade 10 of s: net: .+ in the record, .+ in the replay"),
    ("DELETE FROM strategy_trade WHERE strategy_run_id = 1 AND trade_id = 11",
     r"strategy_trade 11 of s: only in the replay"),
    ("INSERT INTO strategy_trade SELECT 1, 100000, strategy_instance_id, symbol_id, entry_time, exit_time, entry_known, "
     "exit_known, quantity, entry_price, exit_price, gross, fees, net, mae, mfe, entry_order, exit_order "
     "FROM strategy_trade WHERE trade_id = 1",
     r"strategy_trade 100000 of s: only in the record"),
    ("UPDATE strategy_position_snapshot SET quantity = quantity + 1 WHERE strategy_run_id = 1",
     r"strategy_position_snapshot \d+ of s at \S+Z: quantity: .+ in the record, .+ in the replay"),
    ("UPDATE strategy_metric SET value = 9.75 WHERE strategy_run_id = 1 AND name = 'sharpe' AND strategy_instance_id = -1",
     r"strategy_metric sharpe of the whole run: value: 9\.75 in the record, .+ in the replay"),
    ("UPDATE equity_curve SET equity = 1 WHERE time = (SELECT min(time) FROM equity_curve)",
     r"equity_curve \S+Z: equity: 1 in the record, .+ in the replay"),
    ("UPDATE strategy_note SET text = 'forged' WHERE strategy_run_id = 1 AND seq = 2",
     r"strategy_note 2 of s at \S+Z: text: 'forged' in the record, '.*' in the replay"),
    ("UPDATE strategy_step SET context_hash = context_hash + 1 WHERE strategy_run_id = 1 AND seq = 5",
     r"strategy_step 5 of s at \S+Z: context_hash: -?\d+ in the record, -?\d+ in the replay"),
    ("UPDATE strategy_instance SET params = '{}' WHERE strategy_run_id = 1",
     r"strategy_instance of s: params: '\{\}' in the record, '.*' in the replay"),
    ("UPDATE strategy_feed SET bars_hash = 'f' WHERE strategy_run_id = 1 AND feed = 0",
     r"strategy_feed 0: bars_hash: 'f' in the record, '[0-9a-f]{32}' in the replay"),
    ("UPDATE strategy_series SET key = 'forged' WHERE strategy_run_id = 1 AND key = 'silo'",
     r"strategy_series \d+ of s: key: 'forged' in the record, 'silo' in the replay"),
    ("UPDATE strategy_record SET records = zeroblob(16) WHERE strategy_run_id = 1 AND seq = (SELECT min(seq) FROM "
     "strategy_record)", r"strategy_record \d+: records: .+"),
    *((f"UPDATE strategy_run SET {column} = {value} WHERE strategy_run_id = 1",
       rf"strategy_run: {column}: {said} in the record, .+ in the replay")
      for column, value, said in (
          *((name + "_hash", "'00'", "'00'") for name in ("bars", "config", "code", "journal")),
          *((name, 17, 17) for name in ("bars", "intents", "orders", "fills", "trades", "rejected")),
          ("initial_equity", 5.5, r"5\.5"), ("final_equity", 6.5, r"6\.5"))),
)  # fmt: skip


def tampered(t):
    folder = t.project()
    write_bars(folder / "a_1d.csv", 400)
    file = write_config(folder, "run", stress(), "full")
    result = t.json("backtest", "-c", file, "--json", cwd=folder)
    t.check(result["counts"]["trades"] >= MINE and result["open_positions"], f"the run: {result['counts']}")
    whole, changed = folder / "quasar.sqlite", folder / "changed.sqlite"
    for sql, where in TAMPERED:
        forge(t, whole, changed, sql)
        named(t, folder, changed, sql, where)
    named_chunks(t, folder, whole, changed)
    shutil.copy(whole, changed)
    t.equal(t.json("replay", 1, "--json", "--db", changed, cwd=folder)[0]["identical"], True, "an honest copy")


def forge(t, whole, changed, sql, *values):
    for name in ("-wal", "-shm"):
        changed.with_name(changed.name + name).unlink(missing_ok=True)
    shutil.copy(whole, changed)
    t.check(change(changed, sql, *values) >= 1, f"{sql}: changed nothing")


def named(t, folder, changed, what, where):
    done = t.run("replay", 1, "--db", changed, cwd=folder)
    said = re.fullmatch(rf"run 1: DIFFERENT: {where}\n", done.out)
    t.check(done.code == 1 and done.err == "" and said, f"{what}:\n  expected {where}\n  found    {done.out}{done.err}")
    done = t.run("replay", 1, "--json", "--db", changed, cwd=folder)
    found = json.loads(done.out)[0]
    t.check(done.code == 1 and found["identical"] is False and re.fullmatch(where, found["where"]), f"{what}: {found}")


def named_chunks(t, folder, whole, changed):
    """Bytes of a chunk: one bit, other rows in good bytes, fewer rows, a chunk that is gone."""
    data, series = rows_of(whole, "SELECT data, series FROM strategy_chunk WHERE strategy_run_id = 1 ORDER BY length(data) "
                           "DESC LIMIT 1")[0]  # fmt: skip
    at = "WHERE strategy_run_id = 1 AND series = ? AND seq = 0"
    for place in (0, 1, len(data) // 2, len(data) - 1):
        bad = bytearray(data)
        bad[place] ^= 4
        forge(t, whole, changed, f"UPDATE strategy_chunk SET data = ? {at}", bytes(bad), series)
        done = t.run("replay", 1, "--db", changed, cwd=folder)
        said = done.out + done.err
        t.check(done.code == 1 and "strategy_chunk" in said, f"a bit of a chunk's byte {place}: {done.code}: {said}")
    plots = rows_of(whole, "SELECT series FROM strategy_series WHERE strategy_run_id = 1 AND key IN ('low', 'high')")
    (low,), (high,) = plots
    forge(t, whole, changed, f"UPDATE strategy_chunk SET data = (SELECT data FROM strategy_chunk {at.replace('?', str(low))}) "
          f"{at}", high)  # fmt: skip
    named(t, folder, changed, "the rows of another series", r"plot 'high' of s at \S+Z: value: .+ in the record, .+ in the replay")
    forge(t, whole, changed, f"UPDATE strategy_chunk SET rows = rows - 1 {at}", series)
    named(t, folder, changed, "a count of rows", r"strategy_chunk \d+ 0.*: rows: \d+ in the record, \d+ in the replay")
    forge(t, whole, changed, f"DELETE FROM strategy_chunk {at}", series)
    named(t, folder, changed, "a chunk that is gone", r"strategy_chunk \d+ 0.*: only in the replay")


# ---- other bars, other builds ----


def other_bars(t):
    """A file that changed is named, with what was and what is; one that is gone, too."""
    folder = t.project()
    path = write_bars(folder / "goog_1d.csv", 200)
    good = path.read_text()
    short = ("backtest", "--strategy", "ema_cross", "--data", "goog_1d.csv", "--json")
    t.json(*short, cwd=folder)
    t.json(*short, "--set", "end=2005-04-01", cwd=folder)
    lines = good.splitlines()

    def spoilt(number):
        cells = lines[number].split(",")
        return "\n".join([*lines[:number], ",".join([*cells[:5], "1001"]), *lines[number + 1 :]]) + "\n"

    for what, text in (
        ("a volume", spoilt(50)),
        ("a bar less", "\n".join(lines[:-1]) + "\n"),
        ("a bar more", good + "2005-12-31T00:00:00Z,100,101,99,100,1000\n"),
    ):
        path.write_text(text)
        done = t.run("replay", 1, cwd=folder)
        said = re.fullmatch(
            r"run 1: DIFFERENT: the bars of .*goog_1d\.csv are not those of then \(\d+ with hash [0-9a-f]{32}; recorded 200 "
            r"with [0-9a-f]{32}\): the file changed\n", done.out,
        )  # fmt: skip
        t.check(done.code == 1 and said, f"{what}: {done.code}: {done.out}{done.err}")
    path.write_text(spoilt(190))  # after the end of the second run
    found = t.json("replay", 2, "--json", cwd=folder)[0]
    t.equal(found["identical"], True, "bars that the run did not play have changed")
    path.unlink()
    t.refused(1, re.compile(r"replay: run 1: .*goog_1d\.csv.*No such file or directory.*"), "replay", 1, cwd=folder)
    path.write_text(good)
    t.equal(t.json("replay", 1, "--json", cwd=folder)[0]["identical"], True, "the bars are back")


def other_builds(t):
    """The build of then is kept in the cache and in the database; where it is gone from both, it is told."""
    folder = t.project()
    write_bars(folder / "goog_1d.csv")
    mine = folder / "plugins" / "mine.so"
    mine.parent.mkdir()
    shutil.copy(PLUGINS / "ema_cross.so", mine)
    env = {"QS_CACHE": str(folder / "cache"), "QS_PLUGINS": ""}
    t.json("backtest", "--strategy", "plugins/mine.so", "--data", "goog_1d.csv", "--json", cwd=folder, env=env)
    sha, path = rows_of(folder / "quasar.sqlite", "SELECT build_sha256, build_path FROM strategy_instance")[0]
    t.equal(path, str(mine.resolve()), "the build that ran")
    shutil.copy(PLUGINS / "dual_ma_crossover.so", mine)
    t.equal(t.json("replay", 1, "--json", cwd=folder, env=env)[0]["identical"], True, "another build is in its place")
    mine.unlink()
    t.equal(t.json("replay", 1, "--json", cwd=folder, env=env)[0]["identical"], True, "no build is in its place")
    env["QS_CACHE"] = str(folder / "cache1")
    t.equal(t.json("replay", 1, "--json", cwd=folder, env=env)[0]["identical"], True, "the cache is empty, too")
    kept = [path.name for path in (folder / "cache1/builds").iterdir()]
    t.equal(kept, [f"mine.{sha[:16]}.so"], "the build is in the cache again")
    change(folder / "quasar.sqlite", "UPDATE build_file SET bytes = zeroblob(100)")
    env["QS_CACHE"] = str(folder / "cache2")
    t.refused(1, re.compile(rf"replay: run 1: .*quasar.sqlite: build {sha[:12]} cannot be read .*"), "replay", 1,
              cwd=folder, env=env)  # fmt: skip
    change(folder / "quasar.sqlite", "DELETE FROM build_file")

    def gone(how):
        return re.compile(rf"replay: run 1: config of run 1:\d+:\d+: build {sha[:12]} of ema_cross is not kept any more, "
                          rf"and {re.escape(path)} is {how} \(build that source again\)")  # fmt: skip

    t.refused(1, gone("gone"), "replay", 1, cwd=folder, env=env)
    shutil.copy(PLUGINS / "dual_ma_crossover.so", mine)
    t.refused(1, gone("another one"), "replay", 1, cwd=folder, env=env)
    done = t.run("replay", 1, "--json", cwd=folder, env=env)
    t.check(done.code == 1 and "is not kept any more" in done.out, f"as JSON: {done.code}: {done.out}")
    shutil.copy(PLUGINS / "ema_cross.so", mine)
    t.equal(t.json("replay", 1, "--json", cwd=folder, env=env)[0]["identical"], True, "the build is back")


UNSTEADY = """
#include <quasar/strategy.h>
struct params { int64_t wait; };
struct state { int64_t bars; };
int clock_gettime(int id, int64_t now[2]);
static void on_bar(qs_ctx *c) {
    int64_t now[2];
    clock_gettime(0, now);
    ((struct state *)qs_state(c))->bars++;
    qs_buy(c, (double)(1 + now[1] % 1000));
}
QS_STRATEGY(.id = "unsteady", .version = "1.0.0", .inputs = QS_INPUTS(QS_INT(struct params, wait, 1, 1, 9)),
            QS_STATE(struct state, 1), .on_bar = on_bar)
"""


def not_the_same_twice(t):
    """A strategy that looks at the clock: what it said first is named, and what may be the cause."""
    folder = t.project()
    write_bars(folder / "goog_1d.csv")
    (folder / "unsteady.c").write_text(UNSTEADY)
    subprocess.run(["cc", "-O2", "-fPIC", "-shared", "-fvisibility=hidden", "-ffp-contract=off", f"-I{SOURCE}/sdk/include",
                    folder / "unsteady.c", "-o", folder / "unsteady.so", "-lm"], check=True)  # fmt: skip
    t.json("backtest", "--strategy", "./unsteady.so", "--data", "goog_1d.csv", "--json", cwd=folder)
    done = t.run("replay", 1, cwd=folder)
    t.equal(done.code, 1, "exit code")
    t.check(re.fullmatch(r"run 1: DIFFERENT: strategy_signal \d+ of unsteady at \S+Z: size_value: \d+ in the record, "
                         r"\d+ in the replay \(does the strategy use time, rand or an uninitialised variable\?\)\n",
                         done.out), done.out)  # fmt: skip


def main():
    t = Bench(STRESS)
    wanted = sys.argv[1:]
    for part in (identical, tampered, other_bars, other_builds, not_the_same_twice):
        if wanted and part.__name__ not in wanted:
            continue
        try:
            part(t)
        except (KeyError, IndexError, TypeError, ValueError, OSError) as error:
            t.fail(f"{part.__name__}: {type(error).__name__}: {error}")
    return t.finish()


if __name__ == "__main__":
    sys.exit(main())
