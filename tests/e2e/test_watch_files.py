#!/usr/bin/env python3
"""`qshost watch`: what is watched. Builds and sources that come, go, are shared or put there by others;
run configs, presets, data and the database under it."""

import json
import os
import resource
import shutil
import signal
import sqlite3
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parent / "watch_edits"))
from cli import Bench, write_bars
from edits import save, save_aside, text
from watch import ENDS, Watch, brief, leftovers, sha

GOOD, OTHER = text("good_1"), text("good_2")


def named(source, name):
    return source.replace('"edited"', f'"{name}"')


def project_of(bench, **sources):
    """A project with bars, and custom/NAME.c for each source."""
    project = bench.project()
    (project / "custom").mkdir()
    (project / "plugins").mkdir()
    write_bars(project / "bars_1d.csv", 200)
    for name, source in sources.items():
        (project / "custom" / f"{name}.c").write_text(source)
    return project


def started(bench, project, *arguments, **options):
    watch = Watch(bench, project, *arguments, **options)
    watch.wait("start")
    watch.settle()
    return watch


def ends_of(events, name="edited"):
    return [event for event in events if event.get("name") == name and event["event"] in ENDS]


def one(bench, events, kind, what, name="edited"):
    """The one thing that was told of a unit."""
    ends = ends_of(events, name)
    if bench.check([e["event"] for e in ends] == [kind], f"{what}: {[brief(e) for e in events]}"):
        return ends[0]
    return {"error": {"text": ""}, "words": "", "notes": [], "active": "", "comparison": None}


def has(bench, found, *parts, what=""):
    for part in parts:
        bench.check(part in found, f"{what}: no '{part}' in: {found[:600]}")


# ---- builds ----


def builds_of_others(bench):
    """By cp and by mv: a unit of its own; with an id that is taken: refused, both paths named."""
    project = project_of(bench, edited=GOOD)
    watch = started(bench, project)
    elsewhere = project_of(bench, other=named(OTHER, "other"))
    bench.good("build", "other", cwd=elsewhere)
    built = elsewhere / "plugins/other.so"
    shutil.copy(built, project / "plugins/dropped.so")
    event = one(bench, watch.settle(), "result", "a .so by cp", "dropped")
    bench.equal((event["strategy"], event["source"], event["active"]), ("other", None, sha(built)), "cp")
    (project / "plugins/dropped.so").unlink()
    events = watch.settle()
    while not any(e["event"] == "missing" for e in events):
        events = [watch.wait("missing", name="dropped")]
    bench.equal(events[-1]["active"], sha(built), "a .so that is deleted is active still")
    shutil.copy(built, project / "aside")
    (project / "aside").rename(project / "plugins/moved.so")
    event = one(bench, watch.settle(), "result", "a .so by mv, whose id is free again", "moved")
    bench.equal(event["strategy"], "other", "mv")
    shutil.copy(project / "plugins/edited.so", project / "plugins/twin.so")
    event = one(bench, watch.settle(), "failed", "a .so with a taken id", "twin")
    has(bench, event["error"]["text"], "plugins/twin.so", "custom/edited.c", "edited", what="twin")
    bench.equal(event["active"], None, "the twin is not active")
    watch.end()
    return project


def twins_at_start(bench, project):
    """The same when they are there at the start: one of them counts."""
    watch = Watch(bench, project)
    event = watch.wait("trouble")
    has(bench, event["error"], "plugins/twin.so", "custom/edited.c", what="twins at start")
    watch.settle()
    save(project / "custom/edited.c", OTHER)
    one(bench, watch.settle(), "result", "the first of the twins goes on")
    watch.end()


def overwritten(bench):
    """plugins/X.so of an active strategy is written by others: bad is told, good is the active one."""
    project = project_of(bench, edited=GOOD)
    so = project / "plugins/edited.so"
    watch = started(bench, project)
    first = sha(so)
    so.write_bytes(b"this is no ELF file")
    event = one(bench, watch.settle(), "failed", "garbage")
    bench.equal((event["active"], event["what"], event["stage"]), (first, "so", "check"), "garbage")
    bench.equal(so.read_bytes(), b"this is no ELF file", "garbage is the user's")
    os.utime(so)
    bench.equal(ends_of(watch.settle()), [], "garbage touched")
    save(project / "custom/edited.c", GOOD)
    event = one(bench, watch.settle(), "unchanged", "the source saved again")
    bench.equal((event["active"], sha(so)), (first, first), "the active build is back in its place")
    elsewhere = project_of(bench, edited=OTHER)
    bench.good("build", "edited", cwd=elsewhere)
    shutil.copy(elsewhere / "plugins/edited.so", so)
    event = one(bench, watch.settle(), "result", "a good build by somebody else")
    bench.equal((event["active"], event["what"]), (sha(so), "so"), "by somebody else")
    bench.check(event["comparison"]["decision"]["differs"], "and compared")
    save(project / "custom/edited.c", GOOD + "\n")
    event = one(bench, watch.settle(), "result", "then the source again")
    bench.equal(event["active"], sha(so), "then the source again")
    watch.end()


# ---- sources ----


def come_and_go(bench):
    project = project_of(bench, edited=GOOD)
    source, so = project / "custom/edited.c", project / "plugins/edited.so"
    watch = started(bench, project)
    active = sha(so)
    source.unlink()
    event = watch.wait("missing", name="edited")
    bench.equal((event.get("path"), event.get("active"), sha(so)), (str(source), active, active), "gone")
    source.write_text(OTHER)
    one(bench, watch.settle(), "result", "it is back, another one")
    save(project / "custom/second.c", named(GOOD, "second"))
    event = one(bench, watch.settle(), "result", "a new source", "second")
    bench.equal(event["active"], sha(project / "plugins/second.so"), "a new source")
    save(source, named(OTHER, "renamed"))
    event = one(bench, watch.settle(), "result", "another id")
    bench.equal((event["strategy"], event["comparison"]), ("renamed", None), "another id")
    save(source, named(OTHER, "second"))
    event = one(bench, watch.settle(), "failed", "the id of another")
    has(bench, event["error"]["text"], "custom/edited.c", "custom/second.c", what="the id of another")
    (project / "custom/edited").mkdir()
    save(project / "custom/edited/edited.c", GOOD)
    events = watch.settle()
    bench.check(any(e["event"] == "trouble" for e in events), f"a twin: {[brief(e) for e in events]}")
    watch.end()


def folders_and_headers(bench):
    project = project_of(bench)
    custom = project / "custom"
    shared = '#include "../common.h"\n' + GOOD.replace("p->size)", "p->size * SCALE)")
    (custom / "common.h").write_text("#define SCALE 1.0\n")
    for name in ("one", "two"):
        (custom / name).mkdir()
        (custom / name / "main.c").write_text(named(shared, name))
    (custom / "two/own.h").write_text("#define OWN 1\n")
    watch = started(bench, project)
    bench.equal(sorted(p.name for p in (project / "plugins").glob("[ot]*.so")), ["one.so", "two.so"], "built")
    save(custom / "common.h", "#define SCALE 2.0\n")
    events = watch.settle()
    for name in ("one", "two"):
        event = one(bench, events, "result", "a shared header", name)
        bench.check(event["comparison"]["decision"]["differs"], f"a shared header changes {name}")
    save(custom / "two/own.h", "#define OWN 2\n")
    bench.equal(ends_of(watch.settle(), "one"), [], "a header of the other folder")
    save(custom / "common.h", "#define SCALE (\n")
    events = watch.settle()
    for name in ("one", "two"):
        event = one(bench, events, "failed", "a broken header", name)
        has(bench, event["words"], "error", what="a broken header")
    save(custom / "common.h", "#define SCALE 3.0\n")
    events = watch.settle()
    for name in ("one", "two"):
        one(bench, events, "result", "a mended header", name)
    helper = custom / "one/helper.c"
    save(helper, "double helper(void);\ndouble helper(void) { return 1.0; }\n")
    one(bench, watch.settle(), "result", "a further file", "one")
    helper.unlink()
    watch.wait("building", name="one")
    watch.wait("result", name="one")
    bench.equal(watch.settle(), [], "a part that is gone is a change, and no more")
    save(custom / "one/test_one.c", "int main(void) { return 0; }\n")
    bench.equal(ends_of(watch.settle(), "one"), [], "a test of it")
    watch.end()
    bench.equal(leftovers(bench, project), [], "left by folders")


# ---- config, presets, data, database ----


def configs(bench, inside):
    """The named config changes: the active build runs with it. In the project, and in custom/."""
    project = project_of(bench, edited=GOOD, alien=named(OTHER, "alien"))
    conf = project / ("custom/my.yaml" if inside else "run.yaml")
    data = project / "bars_1d.csv"
    save(conf, f"strategy: edited\ndata: {data}\nparams:\n  size: 2\n")
    watch = started(bench, project, conf)
    bench.equal([brief(e) for e in watch.events if e.get("name") == "alien"], [], "of no interest to it")
    active = sha(project / "plugins/edited.so")
    for how, size in ((save, 3), (save_aside, 4)):
        how(conf, f"strategy: edited\ndata: {data}\nparams:\n  size: {size}\n")
        event = one(bench, watch.settle(), "result", "the config was edited")
        bench.equal((event["origin"], event["active"]), (str(conf), active), "config")
        # a source that was written a moment before it was read is compiled once more, to be sure
        bench.check(event["what"] in ("active", "source"), f"config: {event['what']}")
        changed = [i["name"] for i in event["comparison"]["inputs"]]
        bench.equal(changed, ["size"], "inputs that differ")
    save(conf, "strategy: edited\ndata: [\n")
    event = one(bench, watch.settle(), "failed", "a broken config")
    has(bench, event["error"]["text"], conf.name, what="a broken config")
    bench.equal((event["stage"], event["active"]), ("prepare", active), "a broken config")
    save(project / "custom/edited.c", OTHER)
    one(bench, watch.settle(), "failed", "an edit meanwhile")
    bench.equal(sha(project / "plugins/edited.so"), active, "a build that could not be tried")
    save(conf, f"strategy: edited\ndata: {data}\nparams:\n  size: 4\n")
    event = one(bench, watch.settle(), "result", "mended: the edit's turn")
    bench.equal((event["what"], event["active"]), ("source", sha(project / "plugins/edited.so")), "mended")
    save(project / "custom/edited.c", text("syntax_error"))
    one(bench, watch.settle(), "failed", "a syntax error")
    save(conf, f"strategy: edited\ndata: {data}\nparams:\n  size: 5\n")
    event = one(bench, watch.settle(), "result", "the config beside a broken source")
    bench.equal(event["what"], "active", "the config beside a broken source")
    watch.end()


def mistakes_of_configs(bench):
    """What is wrong in the config is said at its line, never reset; the active result stays."""
    project = project_of(bench, edited=GOOD)
    conf, first = project / "run.yaml", "strategy: edited\ndata: bars_1d.csv\n"
    save(conf, first + "params:\n  size: 2\n")
    watch = started(bench, project, "run.yaml")
    active = sha(project / "plugins/edited.so")
    for params, where, words in (("  fast: 500\n", "4:9", "500"), ("  size: 2\n  quik: 3\n", "5:3", "quik"),
                                 ("  size: [\n", "5:1", "")):
        save(conf, first + "params:\n" + params)
        event = one(bench, watch.settle(), "failed", f"a config with {params!r}")
        has(bench, event["error"]["text"], f"{conf}:{where}: ", words, what=params)
        bench.equal((event["stage"], event["active"], event["notes"]), ("prepare", active, []), params)
    save(conf, first + "params:\n  fast: 4\n")
    one(bench, watch.settle(), "result", "a mended config")
    save(project / "custom/edited.c", text("schema_renamed"))
    event = one(bench, watch.settle(), "failed", "a param of the config that is gone")
    has(bench, event["error"]["text"], f"{conf}:4:3: ", "fast", what="gone from the schema")
    save(conf, first + "params:\n  quick: 4\n")
    event = one(bench, watch.settle(), "result", "the config follows")
    bench.check(event["active"] != active, "the config follows")
    watch.end()


def param_of(bench, project, event, name):
    shown = bench.json("show", "--json", event["run"], cwd=project)
    return shown["strategies"][0]["params"].get(name)


def come_back(bench):
    """An input that is renamed and named back has its value again; another id keeps all of them."""
    project = project_of(bench, edited=GOOD)
    bench.good("build", "edited", cwd=project)
    save(project / "my.yaml", "strategy: edited\ndata: bars_1d.csv\nparams:\n  fast: 5\n  size: 3\n")
    bench.good("watch", "my.yaml", "--once", cwd=project)  # no run but those of watch
    watch = started(bench, project)
    save(project / "custom/edited.c", text("schema_renamed"))
    event = one(bench, watch.settle(), "result", "renamed")
    bench.check(any("fast" in note for note in event["notes"]), f"notes: {event['notes']}")
    save(project / "custom/edited.c", OTHER)
    event = one(bench, watch.settle(), "result", "named back")
    bench.equal(param_of(bench, project, event, "fast"), "5", "fast of a watch run")
    bench.good("backtest", "--strategy", "edited", "--data", "bars_1d.csv", "--set", "params.fast=6",
               "--set", "params.size=2", cwd=project, env={"QS_PLUGINS": str(project / "plugins")})
    for source, fast in ((text("schema_renamed"), None), (GOOD, "6")):
        save(project / "custom/edited.c", source)
        event = one(bench, watch.settle(), "result", f"fast {fast}")
        bench.equal(param_of(bench, project, event, "fast"), fast, "fast of the user's run")
    save(project / "custom/edited.c", named(GOOD, "renamed"))
    event = one(bench, watch.settle(), "result", "another id")
    bench.check(event["origin"].startswith("run "), f"another id: params and data of {event['origin']}")
    bench.equal((event["strategy"], param_of(bench, project, event, "fast")), ("renamed", "6"), "another id")
    watch.end()


def nothing_is_traded(bench):
    """Every order refused: good, but said; and each try in the logs."""
    project = project_of(bench, edited=GOOD)
    watch = started(bench, project)
    save(project / "custom/edited.c", GOOD.replace("p->size)", "p->size * 1e6)"))
    event = one(bench, watch.settle(), "result", "all is refused")
    counts = event["counts"]
    bench.check(counts["orders"] > 0 and counts["rejected"] == counts["orders"], f"counts: {counts}")
    bench.equal((counts["fills"], counts["trades"]), (0, 0), "counts")
    has(bench, event["why_no_trades"] or "", "No trades", "refused", what="why")
    save(project / "custom/edited.c", GOOD.replace("    return 0;\n", ""))
    event = one(bench, watch.settle(), "failed", "a function that ends without return")
    has(bench, event["words"], "return-type", what="no return")
    save(project / "custom/edited.c", text("bar_crash"))
    one(bench, watch.settle(), "failed", "a crash")
    watch.end()
    logs = project / ".quasar/logs"
    lines = [json.loads(line) for line in (logs / "errors.log").read_text().splitlines()]
    ours = [line["context"]["stage"] for line in lines if line["context"]["strategy"] == "edited"]
    bench.equal(ours, ["compile", "run"], f"errors.log: {lines}")
    lines = [json.loads(line) for line in (logs / "performance.log").read_text().splitlines()]
    bench.equal(len(lines), 2, f"performance.log: {lines}")
    bench.equal((lines[1]["context"]["run"], lines[1]["context"]["trades"]), (2, 0), "performance.log")


def presets(bench):
    project = project_of(bench, edited=GOOD)
    bench.good("build", "edited", cwd=project)
    bench.good("backtest", "--strategy", "edited", "--data", "bars_1d.csv", cwd=project)
    bench.good("preset", "save", "edited", "big", "--set", "params.size=7", cwd=project,
               env={"QS_PLUGINS": str(project / "plugins")})
    watch = started(bench, project)

    def size_after(number):
        save(project / "custom/edited.c", GOOD + f"/* {number} */\n#define NUMBER {number}\n"
             f"int number_{number}(void);\nint number_{number}(void) {{ return {number}; }}\n")
        event = one(bench, watch.settle(), "result", f"preset, edit {number}")
        shown = bench.json("show", "--json", event["run"], cwd=project)
        return shown["strategies"][0]["params"]["size"], event["notes"]

    def is_size(found, expected, what):
        bench.check(float(found[0]) == expected, f"{what}: size {found}")

    is_size(size_after(1), 1.0, "no preset")
    bench.good("preset", "use", "edited", "big", cwd=project)
    is_size(size_after(2), 7.0, "in use")
    bench.good("preset", "reset", "edited", cwd=project)
    is_size(size_after(3), 1.0, "reset")
    is_size(size_after(4), 1.0, "reset stays so")
    for what, command, size in (("use", ("use", "edited", "big"), 7.0), ("reset", ("reset", "edited"), 1.0)):
        bench.good("preset", *command, cwd=project)
        os.utime(project / "custom/edited.c")
        event = one(bench, watch.settle(), "result", f"{what}, then the same bytes saved")
        bench.equal(float(param_of(bench, project, event, "size")), size, f"{what}, the same bytes")
        os.utime(project / "custom/edited.c")
        bench.equal(ends_of(watch.settle()), [], f"{what}, touched again")
    watch.end()


def data_is_gone(bench):
    """No verdict on the build: the same bytes are tried again when the bars are back."""
    project = project_of(bench, edited=GOOD)
    conf, bars = project / "run.yaml", project / "bars_1d.csv"
    save(conf, "strategy: edited\ndata: bars_1d.csv\n")
    watch = started(bench, project, "run.yaml")
    active = sha(project / "plugins/edited.so")
    bars.rename(project / "away")
    save(project / "custom/edited.c", OTHER)
    event = one(bench, watch.settle(), "failed", "bars are gone")
    has(bench, event["error"]["text"], "bars_1d.csv", what="bars are gone")
    bench.equal((event["stage"], event["active"], sha(project / "plugins/edited.so")),
                ("prepare", active, active), "bars are gone")
    (project / "away").rename(bars)
    os.utime(project / "custom/edited.c")
    event = one(bench, watch.settle(), "result", "bars are back")
    bench.check(event["active"] != active, "the edit is active then")
    watch.end()


def database(bench):
    project = project_of(bench, edited=GOOD)
    watch = started(bench, project)
    db = sqlite3.connect(project / "quasar.sqlite", isolation_level=None)
    db.execute("BEGIN IMMEDIATE")
    save(project / "custom/edited.c", OTHER)
    watch.wait("building", name="edited")
    time.sleep(0.5)  # somebody has it for a while: waited for
    db.execute("COMMIT")
    watch.wait("result", name="edited")
    active = sha(project / "plugins/edited.so")
    db.execute("BEGIN IMMEDIATE")
    save(project / "custom/edited.c", GOOD)
    event = watch.wait("failed", "result", "cancelled", name="edited")
    db.execute("COMMIT")
    db.close()
    bench.equal(event.get("event"), "failed", "somebody has the database for good")
    bench.equal((event.get("active"), sha(project / "plugins/edited.so")), (active, active), "busy")
    os.utime(project / "custom/edited.c")
    one(bench, watch.settle(), "result", "the database is free again")
    watch.end()

    limit = (project / "quasar.sqlite").stat().st_size + (96 << 10)

    def full():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    watch = started(bench, project, preexec_fn=full)
    active, number, event = sha(project / "plugins/edited.so"), 0, {}
    while number < 20 and event.get("event") != "failed":
        number += 1
        save(project / "custom/edited.c", f"{OTHER}\nint n(void);\nint n(void) {{ return {number}; }}\n")
        event = (ends_of(watch.settle()) or [{}])[-1]
        active = sha(project / "plugins/edited.so") if event.get("event") == "result" else active
    bench.equal(event.get("event"), "failed", "the disk is full in the end")
    bench.equal((event.get("active"), sha(project / "plugins/edited.so")), (active, active), "full")
    has(bench, event.get("error", {}).get("text", ""), "quasar.sqlite", what="full")
    watch.end()
    done = bench.run("watch", "--db", project / "custom", "--once", cwd=project)
    bench.equal(done.code, 1, "a database that is a folder")
    bench.check("custom" in done.err and done.err.count("\n") == 1, f"one sentence: {done.err}")


def old_runs(bench):
    """The last 20 runs of a strategy's tries are kept, and the one that the next try starts from."""
    project = project_of(bench, edited=GOOD)
    bench.good("build", "edited", cwd=project)
    bench.good("backtest", "--strategy", "edited", "--data", "bars_1d.csv", "--set", "params.size=3",
               cwd=project)
    watch = started(bench, project)
    for number in range(24):
        save(project / "custom/edited.c", f"{GOOD}\nint n(void);\nint n(void) {{ return {number}; }}\n")
        last = one(bench, watch.settle(), "result", f"edit {number}")
    watch.end()
    runs = bench.json("runs", "--json", "-n", "0", cwd=project)
    ours = [run for run in runs if run["name"] == "watch"]
    bench.check(20 <= len(ours) <= 21, f"{len(ours)} runs of watch are kept")
    bench.check(any(run["name"] != "watch" for run in runs), "the user's run is kept")
    watch = started(bench, project)
    for number in range(22):
        save(project / "custom/edited.c", text("bar_crash") + f"\nint n(void);\nint n(void) {{ return {number}; }}\n")
        one(bench, watch.settle(), "failed", f"crash {number}")
    save(project / "custom/edited.c", OTHER)
    event = one(bench, watch.settle(), "result", "after many crashes")
    shown = bench.json("show", "--json", event["run"], cwd=project)
    bench.check(float(shown["strategies"][0]["params"]["size"]) == 3.0, "params of the last good run")
    watch.end()


def main():
    bench = Bench()
    steps = [
        lambda: twins_at_start(bench, builds_of_others(bench)),
        lambda: overwritten(bench),
        lambda: come_and_go(bench),
        lambda: folders_and_headers(bench),
        lambda: configs(bench, False),
        lambda: configs(bench, True),
        lambda: presets(bench),
        lambda: data_is_gone(bench),
        lambda: database(bench),
        lambda: old_runs(bench),
        lambda: mistakes_of_configs(bench),
        lambda: come_back(bench),
        lambda: nothing_is_traded(bench),
    ]
    wanted = [int(n) for n in sys.argv[1:]] or range(len(steps))
    for number in wanted:
        begin = time.monotonic()
        steps[number]()
        print(f"part {number}: {time.monotonic() - begin:.1f} s", flush=True)
    return bench.finish()


if __name__ == "__main__":
    sys.exit(main())
