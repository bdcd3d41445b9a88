"""Strategies that misbehave while they run: each run ends in bounded time with its one sentence (who,
where, at which bar, what to do), exit code 1 and nothing on stdout; no process, no temporary file is
left, and the next run is not disturbed.

The plugins are tests/doubles/*.c. What is wrong with a file before it runs is test_check.sh's.
"""

import re
import sys

from cli import DOUBLES, Bench, recorded, rows_of, write_bars

DEADLINE_MS = 500
SECONDS = 5  # of any of these runs; a hang takes its deadline, the rest milliseconds
GDB = "(to see where: gdb and --inline, Debugging in sdk/README.md)"
DEADLINE = "(QS_DEADLINE_MS sets how long a callback may take)"
LOAD = "(look at constructors, C++ globals and what they call)"
BAR_30 = "at bar 30 (2005-01-31T00:00:00Z)"  # opens on the 30th day from 2005-01-01 on

# double: what follows "backtest: "; {so} is its path. A tuple: either sentence is good.
IN_THE_RUN = {
    "init_crash": "strategy init_crash ({so}): crashed with SIGSEGV at address 0x0 in on_init " + GDB,
    "init_refuses": (
        "strategy init_refuses: on_init refused to start (it returned 7)",
        "strategy init_refuses: on_init refused to start: not today (it returned 7)",
    ),
    "bar_crash": f"strategy bar_crash ({{so}}): crashed with SIGSEGV at address 0x0 in on_bar {BAR_30} {GDB}",
    "bar_divides": f"strategy bar_divides ({{so}}): crashed with SIGFPE in on_bar {BAR_30} {GDB}",
    "bar_exit": f"strategy bar_exit ({{so}}): exited by itself (exit code 0) in on_bar {BAR_30} {GDB}",
    "bar_hang": f"strategy bar_hang ({{so}}): hung in on_bar {BAR_30}: no answer in 0.5 s {DEADLINE}",
}
IN_THE_LOAD = {
    "ctor_crash": "{so}: crashed with SIGSEGV at address 0x0 while its constructor ran " + LOAD,
    "ctor_hang": "{so}: hung while its constructor ran: no answer in 0.5 s " + LOAD,
    "ctor_exit": "{so}: exited by itself (exit code 0) while its constructor ran " + LOAD,
    "ctor_exit_fast": "{so}: exited by itself (exit code 3) while its constructor ran " + LOAD,
    "ctor_forges": "{so}: ended without an answer, or with a broken one of 128 bytes (it must not write to "
    "file descriptors that are not its own)",
    "ctor_floods": "{so}: sent more than 262144 bytes as its schema (it must not write to file descriptors "
    "that are not its own)",
    "schema_hang": "{so}: hung in qs_schema: no answer in 0.5 s (qs_schema may only return the address of "
    "one static const struct)",
    "no_schema": "{so}: expected the exported function qs_schema, found no symbol of that name (define the "
    "schema with QS_STRATEGY)",
}
GOOD = ("backtest", "--strategy", "ema_cross", "--data", "bars_1d.csv", "--json")


def so_of(double):
    return DOUBLES / f"{double}.so"


def backtest(t, double, folder, *options, deadline=DEADLINE_MS):
    return t.run(
        "backtest", "--strategy", so_of(double), "--data", "bars_1d.csv", *options,
        cwd=folder, env={"QS_DEADLINE_MS": str(deadline)},
    )  # fmt: skip


def broken(t, double, sentence, folder, *options):
    done = backtest(t, double, folder, *options)
    sentences = (sentence,) if isinstance(sentence, str) else sentence
    lines = [f"qshost: backtest: {each.format(so=so_of(double))}\n" for each in sentences]
    t.equal(done.code, 1, f"{double}: exit code")
    t.equal(done.out, "", f"{double}: stdout")
    t.check(done.err in lines, f"{double}:\n  expected {lines[0]}  found    {done.err}")
    t.check(done.seconds < SECONDS, f"{double}: took {done.seconds:.1f} s")


def refusals(t, folder, once):
    for double, sentence in {**IN_THE_RUN, **IN_THE_LOAD}.items():
        broken(t, double, sentence, folder, "--no-record")
        broken(t, double, sentence, folder, "--no-record", "--loopback")
    # what printed before it crashed is shown below the sentence
    # (and a strategy that cannot be loaded is refused before anything is recorded)
    printed = t.run("backtest", "--strategy", so_of("schema_abort"), "--data", "bars_1d.csv", cwd=folder)
    t.check(printed.code == 1 and "crashed with SIGABRT in qs_schema" in printed.err, f"{printed.err}")
    names = sorted(p.name for p in folder.iterdir())
    t.equal(names, [".quasar", "bars_1d.csv"], "files in the project after them")
    t.equal(recorded(folder), [], "records of --no-record")
    t.equal(t.json(*GOOD, "--no-record", cwd=folder)["hashes"], once, "a run after them")


def records(t, folder):
    """A record of a run that failed is there and says why; its number is its own. So does its file."""
    for number, double in enumerate(("bar_crash", "bar_hang", "bar_exit"), 1):
        broken(t, double, IN_THE_RUN[double], folder, "-o", "run.qsj")
        done = t.good("export", "run.qsj", "equity", cwd=folder)
        t.check(re.match("qshost: warning: export: run run.qsj: interrupted after ", done.err), done.err)
        t.equal(len(done.out.splitlines()), 1 + 29, f"{double}: bars in the file before the 30th")
        cures = (GDB, DEADLINE)
        sentence = IN_THE_RUN[double].format(so=so_of(double))
        why = next(sentence.removesuffix(f" {cure}") for cure in cures if sentence.endswith(cure))
        done = t.good("export", "last", "equity", cwd=folder)
        t.equal(len(done.out.splitlines()), 1 + 29, f"{double}: bars in the record before the 30th")
        t.equal(done.err, f"qshost: warning: export: run last: it failed: {why}\n", f"{double}: export")
        row = rows_of(folder / "quasar.sqlite", "SELECT status, error FROM strategy_run "
                      "WHERE strategy_run_id = ?", number)  # fmt: skip
        t.equal(row, [("failed", why)], f"{double}: the row")
        shown = t.json("show", number, "--json", cwd=folder)
        t.equal((shown["complete"], shown["interruption"]), (False, f"This run failed: {why}"), f"{double}: show")
        t.refused(2, f"replay: run {number}: it is failed: only a run that is done can be replayed", "replay",
                  number, cwd=folder)  # fmt: skip
    after = t.json(*GOOD, cwd=folder)
    t.equal(after["run"], 4, "the number of the run after three that failed")
    (folder / "run.qsj").unlink()


def others(t, folder):
    """In a run of two strategies the sentence names the one that did it, by its name in the run."""
    (folder / "two.yaml").write_text(
        "data: bars_1d.csv\nstrategies:\n"
        "  - {strategy: ema_cross, name: innocent}\n"
        f"  - {{strategy: {so_of('bar_crash')}, name: guilty}}\n"
    )
    sentence = f"strategy guilty ({so_of('bar_crash')}): crashed with SIGSEGV at address 0x0 in on_bar {BAR_30}"
    t.refused(1, f"backtest: {sentence} {GDB}", "backtest", "-c", "two.yaml", "--no-record", cwd=folder)


def loud(t, folder, once):
    """Ten megabytes of output: the last of it is shown, and the run is as good as a silent one."""
    long = 10000  # who only prints must not be taken for a hang on a busy machine
    chatter = backtest(t, "chatter", folder, "--json", "--no-record", deadline=long)
    t.check(chatter.code == 0 and chatter.seconds < SECONDS, f"chatter: {chatter.code}, {chatter.seconds} s")
    t.check(chatter.err.endswith("the last word\n"), f"chatter: the end of its output: {chatter.err[-60:]}")
    t.check(len(chatter.err) <= 1 << 20, f"chatter: {len(chatter.err)} bytes of output are shown")
    t.check(chatter.out.startswith("{") and '"fills": 0' in chatter.out, "chatter: the result is alone on stdout")
    prints = backtest(t, "bar_prints", folder, "--json", "--no-record", deadline=long)
    t.equal(prints.code, 0, "bar_prints: exit code")
    t.equal(prints.err.split("\n")[-2], "bar 100", "bar_prints: its last line")
    fork = backtest(t, "ctor_fork", folder, "--no-record", deadline=long)  # what it forked is looked for by run()
    t.equal(fork.code, 0, "ctor_fork: exit code")
    t.equal(t.json(*GOOD, "--no-record", cwd=folder)["hashes"], once, "a run after them")


def senseless(t, folder):
    """Orders that make no sense are refused one by one with reasons; a flood is refused over a limit."""
    garbage = t.json("backtest", "--strategy", so_of("bar_garbage"), "--data", "bars_1d.csv", "--json",
                     "--no-record", cwd=folder)  # fmt: skip
    said = sum(garbage["rejected"].values()) + sum(garbage["refused"].values())
    t.equal(garbage["counts"]["fills"], 0, "bar_garbage: fills")
    t.equal(said, garbage["counts"]["intents"], "bar_garbage: every intent has a reason")
    t.equal(garbage["equity"], {"initial": 100000, "final": 100000}, "bar_garbage: equity")
    flood = t.json("backtest", "--strategy", so_of("bar_floods"), "--data", "bars_1d.csv", "--json",
                   "--no-record", "--cut-after", "5", cwd=folder)  # fmt: skip
    t.equal(flood["counts"]["orders"], 5 * 1024, "bar_floods: at most 1024 orders a callback")
    t.equal(flood["refused"], {"intent_limit": 5}, "bar_floods: and a reason for the rest")


def main():
    t = Bench(*map(so_of, [*IN_THE_RUN, *IN_THE_LOAD, "chatter", "bar_prints", "bar_floods", "bar_garbage"]))
    folder = t.project()
    write_bars(folder / "bars_1d.csv")
    once = t.json(*GOOD, "--no-record", cwd=folder)["hashes"]
    refusals(t, folder, once)
    records(t, folder)
    others(t, folder)
    loud(t, folder, once)
    senseless(t, folder)
    strays = [p.name for p in t.cache.rglob("*") if p.is_file() and p.suffix not in (".so", ".columns")]
    t.equal(strays, [], "files left in the cache")
    return t.finish()


if __name__ == "__main__":
    sys.exit(main())
