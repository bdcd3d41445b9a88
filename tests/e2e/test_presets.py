"""qshost preset from the first save to the last delete, backtest --preset, and what is refused: nothing
that a preset cannot keep is forgotten in silence, and what does not fit the schema is named."""

import re
import shutil
import sys

from cli import PLUGINS, Bench, change, recorded, rows_of, write_bars

SHORT = ("backtest", "--strategy", "ema_cross", "--data", "goog_1d.csv")
QUICK = ("--set", "params.fast=5", "--set", "params.slow=12")


def saved(t, folder, *strategy):
    return {(p["strategy"], p["name"]): (p["params"], p["in_use"])
            for p in t.json("preset", "list", *strategy, "--json", cwd=folder)}  # fmt: skip


def params_of(t, folder, *options):
    return t.json(*SHORT, *options, "--json", cwd=folder)["strategy"]["params"]


def life(t):
    folder = t.project()
    write_bars(folder / "goog_1d.csv")
    t.good("preset", "save", "ema_cross", "quick", *QUICK, cwd=folder)
    quick = {"fast": "5", "slow": "12"}
    t.equal(saved(t, folder), {("ema_cross", "quick"): (quick, False)}, "after save")
    t.equal(recorded(folder), [], "save records no run")

    full = {**quick, "size": "1"}
    t.equal(params_of(t, folder, "--preset", "quick"), full, "backtest --preset")
    t.equal(params_of(t, folder), {"fast": "12", "slow": "26", "size": "1"}, "backtest without it")
    by_set = t.json(*SHORT, *QUICK, "--json", cwd=folder)
    by_preset = t.json(*SHORT, "--preset", "quick", "--json", cwd=folder)
    t.equal(by_preset["hashes"], by_set["hashes"], "hashes by --preset and by --set")
    over = t.json(*SHORT, "--preset", "quick", "--set", "params.fast=7", "--json", cwd=folder)
    t.equal(over["strategy"]["params"], {**full, "fast": "7"}, "--set over a preset")
    t.equal(t.json("replay", over["run"], "--json", cwd=folder)[0]["identical"], True, "replay of it")
    by_path = t.json("backtest", "--strategy", PLUGINS / "ema_cross.so", "--data", "goog_1d.csv", "--preset", "quick",
                     "--json", "--no-record", cwd=folder)  # fmt: skip
    t.equal((by_path["run"], by_path["strategy"]["params"]), (None, full), "by path, --no-record")

    t.good("preset", "save", "ema_cross", "of a run", "--run", over["run"], cwd=folder)
    t.equal(saved(t, folder)["ema_cross", "of a run"][0], {**full, "fast": "7"}, "save --run")
    t.equal(params_of(t, folder, "--preset", "of a run"), {**full, "fast": "7"}, "backtest with it")
    t.good("preset", "save", "ema_cross", "plain", cwd=folder)
    t.good("preset", "save", "buy_and_hold", "quick", "--set", "params.size_pct=0.5", cwd=folder)
    t.equal(saved(t, folder, "buy_and_hold"), {("buy_and_hold", "quick"): ({"size_pct": "0.5"}, False)}, "list STRATEGY")
    t.equal(len(saved(t, folder)), 4, "list")
    t.equal(t.json("preset", "list", "nobody", "--json", cwd=folder), [], "list of nobody's")

    uses(t, folder)
    t.good("preset", "save", "ema_cross", "quick", "--set", "params.fast=6", cwd=folder)
    t.equal(saved(t, folder)["ema_cross", "quick"], ({"fast": "6"}, True), "saved again: in use as before")
    shown = t.json("preset", "show", "ema_cross", "quick", "--json", cwd=folder)
    t.equal([p["params"] for p in shown], [{"fast": "6"}], "show")
    text = t.good("preset", "list", cwd=folder).out
    t.check(re.search(r"^ema_cross +quick +in use +fast=6$", text, re.M), f"list as text: {text}")
    t.check(re.search(r"^ema_cross +plain +\(defaults\)$", text, re.M), f"a preset without params: {text}")

    t.good("preset", "delete", "ema_cross", "quick", cwd=folder)
    t.check(("ema_cross", "quick") not in saved(t, folder), "delete")
    t.check(("buy_and_hold", "quick") in saved(t, folder), "delete takes one strategy's")
    t.refused(1, "preset: strategy ema_cross has no preset quick (qshost preset list)", "preset", "show", "ema_cross",
              "quick", cwd=folder)  # fmt: skip
    t.refused(1, re.compile("preset: preset 'quick' of ema_cross: there is none .*"), "preset", "delete", "ema_cross", "quick",
              cwd=folder)  # fmt: skip


def uses(t, folder):
    """use and reset: one a strategy, and none of another."""
    t.good("preset", "use", "ema_cross", "plain", cwd=folder)
    t.good("preset", "use", "buy_and_hold", "quick", cwd=folder)
    t.good("preset", "use", "ema_cross", "quick", cwd=folder)

    def in_use():
        return sorted(key for key, (_, is_used) in saved(t, folder).items() if is_used)

    t.equal(in_use(), [("buy_and_hold", "quick"), ("ema_cross", "quick")], "in use")
    done = t.run("preset", "use", "ema_cross", "nope", cwd=folder)
    t.equal((done.code, in_use()), (1, [("buy_and_hold", "quick"), ("ema_cross", "quick")]), "use of one that is not there")
    t.equal(params_of(t, folder)["fast"], "12", "backtest without --preset takes the defaults all the same")
    t.good("preset", "reset", "ema_cross", cwd=folder)
    t.equal(in_use(), [("buy_and_hold", "quick")], "after reset")
    t.good("preset", "use", "ema_cross", "quick", cwd=folder)


def refusals(t):
    folder = t.project()
    write_bars(folder / "goog_1d.csv")
    t.good("preset", "save", "ema_cross", "quick", *QUICK, cwd=folder)
    before = saved(t, folder)
    save = ("preset", "save", "ema_cross", "bad")
    usage = {
        (*save, "--set", "params.fast=5000"): re.compile(r"preset: --set: params\.fast: expected an integer from 1 to 200, "
                                                         r"found 5000 .*"),
        (*save, "--set", "params.fast=x"): re.compile(r"preset: --set: params\.fast: expected an integer .* found 'x' .*"),
        (*save, "--set", "params.fats=5"): re.compile(r"preset: --set: params\.fats: ema_cross has no param 'fats' \(did "
                                                      r"you mean fast\? .*\)"),
        (*save, "--set", "slippage_bps=3"): "preset: --set slippage_bps=3: expected params.KEY=VALUE (a preset keeps "
        "params only)",
        (*save, "--set", "roles.a=B"): "preset: --set roles.a=B: expected params.KEY=VALUE (a preset keeps params only)",
        (*save, "--set", "params.fast=5", "--run", "1"): "preset: --run and --set: expected one of them",
        ("preset", "save", "ema_cross", ""): "preset: an empty name (a preset is called by its name)",
        ("preset", "save", "ema_cross"): re.compile(r"preset save: found 1 arguments, expected 2 \(qshost preset --help\)"),
        ("preset", "frob"): re.compile(r"preset: 'frob' is no action: .*\(qshost preset --help\)"),
        ("preset",): "preset: expected list, save, show, use, reset or delete (qshost preset --help)",
        (*save, "--run", "x"): "preset: run 'x': expected a number or 'last' (qshost runs lists them)",
    }  # fmt: skip
    for arguments, sentence in usage.items():
        t.refused(2, sentence, *arguments, cwd=folder)
    failed = {
        ("preset", "save", "ema_crss", "bad"): re.compile(r"preset: strategy ema_crss: no such id .* \(did you mean "
                                                          r"ema_cross\?\)"),
        (*save, "--run", "last"): re.compile("preset: .*: there are no runs yet .*"),
        (*SHORT, "--preset", "qick"): re.compile(r"backtest: --preset qick: strategy ema_cross has no preset of that name .*"),
        ("backtest", "--strategy", "buy_and_hold", "--data", "goog_1d.csv", "--preset", "quick"):
            re.compile("backtest: --preset quick: strategy buy_and_hold has no preset of that name .*"),
    }  # fmt: skip
    for arguments, sentence in failed.items():
        t.refused(1, sentence, *arguments, cwd=folder)
    t.json("backtest", "--strategy", "buy_and_hold", "--data", "goog_1d.csv", "--json", cwd=folder)
    t.refused(1, "preset: run 1 has no strategy ema_cross", *save, "--run", "1", cwd=folder)
    t.equal(saved(t, folder), before, "what refused commands left")
    (folder / "two.yaml").write_text("data: goog_1d.csv\nstrategies: [{strategy: ema_cross}, {strategy: buy_and_hold}]\n")
    t.refused(2, "backtest: --preset quick: expected one strategy, found 2 (--strategy ID)", "backtest", "-c", "two.yaml",
              "--preset", "quick", cwd=folder)  # fmt: skip


def misfits(t):
    """Params of an older schema, and a row that somebody damaged: named, and nothing is run."""
    folder = t.project()
    write_bars(folder / "goog_1d.csv")
    t.good("preset", "save", "ema_cross", "quick", *QUICK, cwd=folder)
    for params, sentence in (
        ('{"fast": "5000"}', r"backtest: preset quick: params\.fast: expected an integer from 1 to 200, found 5000 .*"),
        ('{"gone": "1"}', r"backtest: preset quick: params\.gone: ema_cross has no param 'gone' .*"),
        ('{"fast": 5}', r"backtest: preset quick: .*"),
        ('{"fast": ["5"]}', r"backtest: preset quick: .*"),
        ("[1]", r"backtest: preset quick: .*"),
        ("hello", r"backtest: preset quick: .*expected texts such as.*"),
        ("", r"backtest: preset quick: .*"),
    ):
        change(folder / "quasar.sqlite", "UPDATE preset SET params = ?", params)
        t.refused(1, re.compile(sentence), *SHORT, "--preset", "quick", cwd=folder)
        t.good("preset", "list", cwd=folder)
        t.json("preset", "list", "--json", cwd=folder)
    t.equal(recorded(folder), [], "runs of presets that do not fit")
    t.check("(damaged)" in t.good("preset", "list", cwd=folder).out, "a damaged preset in the list")
    t.equal(rows_of(folder / "quasar.sqlite", "SELECT count(*) FROM preset"), [(1,)], "presets after all")


def watched(t):
    """watch runs a strategy with the preset in use."""
    folder = t.project()
    write_bars(folder / "goog_1d.csv")
    (folder / "run.yaml").write_text("strategy: ema_cross\ndata: goog_1d.csv\n")
    (folder / "plugins").mkdir()
    shutil.copy(PLUGINS / "ema_cross.so", folder / "plugins/ema_cross.so")
    t.good("preset", "save", "ema_cross", "quick", *QUICK, cwd=folder)
    t.good("preset", "use", "ema_cross", "quick", cwd=folder)
    t.good("watch", "run.yaml", "--once", cwd=folder)
    params = rows_of(folder / "quasar.sqlite", "SELECT params FROM strategy_instance ORDER BY strategy_run_id DESC LIMIT 1")
    t.check(params and '"fast": "5"' in params[0][0].replace('":"', '": "'), f"params under watch: {params}")


def main():
    t = Bench()
    wanted = sys.argv[1:]
    for part in (life, refusals, misfits, watched):
        if wanted and part.__name__ not in wanted:
            continue
        try:
            part(t)
        except (KeyError, IndexError, TypeError, ValueError, OSError) as error:
            t.fail(f"{part.__name__}: {type(error).__name__}: {error}")
    return t.finish()


if __name__ == "__main__":
    sys.exit(main())
