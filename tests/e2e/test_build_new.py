"""qshost new and qshost build: from an empty folder to a tested, built and run strategy; a build that
fails in any way leaves the old one; names, ids, templates, places; and all of it from an installation.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from datetime import timedelta

from cli import BUILD, PLUGINS, QSHOST, SOURCE, Bench, left_behind, strict_json, write_bars

GOOD = """#include <quasar/strategy.h>
static void on_bar(qs_ctx *c) {
    if (qs_is_flat(c))
        qs_buy(c, %s);
}
QS_STRATEGY(.id = "%s", .version = "%s", .on_bar = on_bar)
"""
BUILT = r"(built|unchanged) %s -> %s \(%s \d+\.\d+\.\d+, \d+\.\d\d s\)\n"


def good(name="my", version="1.0.0", units="1.0"):
    return GOOD % (units, name, version)


def project(t):
    """A project with custom/ and plugins/ that is no part of the source tree."""
    folder = t.project()
    (folder / "custom").mkdir()
    (folder / "plugins").mkdir()
    return folder


def only(t, folder, *names):
    """Nothing else, hidden or not, is in plugins/."""
    found = sorted(path.name for path in (folder / "plugins").iterdir())
    t.equal(found, sorted(names), "files in plugins/")


def new_to_run(t, kind, bars):
    """new -> build -> list -> check -> backtest -> make test, in an empty folder."""
    folder = t.project()
    (folder / "data").mkdir()
    for name in bars:
        write_bars(folder / "data" / name, base=100 if name < "b" else 300)
    out = t.good("new", "my_first", "--template", kind, cwd=folder).out
    lines = out.splitlines()
    t.equal(
        lines[0], "made custom/my_first/: my_first.c test_my_first.c run.yaml Makefile", "first line"
    )
    t.equal(lines[1 : 1 + len(bars)], [f"bars: data/{name}" for name in bars], "bars found")
    t.equal(
        lines[-4:],
        [
            "next:",
            "  qshost build my_first",
            "  make -C custom/my_first test",
            "  qshost watch custom/my_first/run.yaml",
        ],
        "what to do next",
    )
    made = folder / "custom/my_first"
    t.equal(
        sorted(path.name for path in made.iterdir()),
        [".gitignore", "Makefile", "my_first.c", "run.yaml", "test_my_first.c"],
        "files",
    )
    ignored = [line for line in (made / ".gitignore").read_text().splitlines() if line[0] != "#"]
    t.equal(ignored, ["*.so", "*.o", "/test_my_first"], ".gitignore")
    t.equal(sorted(p.name for p in (folder / "custom").iterdir()), ["my_first"], "in custom/")
    for path in made.iterdir():
        text = path.read_text()
        t.check("my_strategy" not in text and "my_pair" not in text, f"{path.name}: names put in")
        t.equal(path.stat().st_mode & 0o777, 0o666 & ~umask(), f"{path.name}: mode")
    t.check('.id = "my_first", .name = "My first"' in (made / "my_first.c").read_text(), "id and name")

    out = t.good("build", "my_first", cwd=folder).out
    t.check(re.fullmatch(BUILT % ("custom/my_first", "plugins/my_first.so", "my_first"), out), out)
    t.check(out.startswith("built"), "the first time")
    t.check(t.good("build", cwd=folder).out.startswith("unchanged"), "the second time")
    listed = t.json("list", "--json", cwd=folder)
    t.check("my_first" in [s["id"] for s in listed["strategies"]], "it is listed")
    t.good("check", "my_first", cwd=folder)
    result = t.json("backtest", "-c", "custom/my_first/run.yaml", "--json", cwd=folder)
    t.check(result["counts"]["fills"] > 0, f"{kind}: it trades")
    t.check(result["counts"]["rejected"] == 0, f"{kind}: nothing is refused")
    make_test(t, made)
    sub = subprocess.run(
        ["make", "-s", "-C", made, "install"], env=t.env, capture_output=True, text=True
    )
    t.equal((sub.returncode, sub.stderr), (0, ""), "make install")
    only(t, folder, "my_first.so")


def umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


def make_test(t, made, env=None):
    done = subprocess.run(
        ["make", "-s", "-C", made, "test"], env={**t.env, **(env or {})}, capture_output=True, text=True
    )
    t.equal((done.returncode, done.stdout, done.stderr), (0, "ok\n", ""), f"make -C {made} test")


def new_without_bars(t):
    folder = t.project()
    out = t.good("new", "lonely", cwd=folder).out
    command = "qshost data synth -o custom/lonely/bars_1d.csv"
    t.check(f"\n  {command}\n" in out, "says how to invent bars")
    t.good(*command.split()[1:], cwd=folder)
    t.good("build", cwd=folder)
    t.check((folder / "plugins/lonely.so").exists(), "plugins/ is made beside custom/")
    t.good("backtest", "-c", "custom/lonely/run.yaml", cwd=folder)
    out = t.good("new", "twins", "-t", "pair", cwd=folder).out
    for line in out.splitlines():
        if line.startswith("  qshost data synth"):
            t.good(*line.split()[1:], cwd=folder)
    t.good("build", "twins", cwd=folder)
    result = t.json("backtest", "-c", "custom/twins/run.yaml", "--json", cwd=folder)
    t.check(result["counts"]["fills"] > 0, "the pair trades on invented bars")
    deep = folder / "custom/twins"
    t.good("new", "from_below", cwd=deep)
    t.check((folder / "custom/from_below/from_below.c").exists(), "custom/ is found upward")
    t.good("new", "aside", "--dir", "lab/deep/", cwd=folder)
    t.good("build", "lab/deep/aside", cwd=folder)
    make_test(t, folder / "lab/deep/aside")
    t.check("file: ../../data" not in (deep / "run.yaml").read_text(), "no bars, no path")


def new_picks_bars(t):
    """By name; results, wrong headers and files without a timeframe are passed over."""
    folder = t.project()
    (folder / "build").mkdir()
    (folder / "a_trades_1d.csv").write_text("id,strategy,net\n1,x,2\n")
    (folder / "b_1d.csv").write_text("")
    write_bars(folder / "c.csv")
    write_bars(folder / "build/d e_1h.csv", step=timedelta(hours=1))
    out = t.good("new", "one", cwd=folder).out
    t.check("no bars found" in out, f"none of them will do: {out}")
    write_bars(folder / "build/brk.b:x_1h.csv", step=timedelta(hours=1))
    t.good("new", "two", cwd=folder)
    text = (folder / "custom/two/run.yaml").read_text()
    t.check('{file: "../../build/brk.b:x_1h.csv"}' in text, f"quoted: {text}")
    t.good("build", cwd=folder)
    t.good("backtest", "-c", "custom/two/run.yaml", cwd=folder)


def new_refused(t):
    folder = project(t)
    wrong = "NAME: expected [a-z][a-z0-9_]* of at most 63 letters, found \"%s\" (it is the strategy's id)"
    for name in ("My", "9lives", "a-b", "a/b", "../up", "", "_x", "x" * 64, "é"):
        t.refused(2, wrong % name, "new", name, cwd=folder)
    t.refused(
        2,
        "NAME: test_x.c would be taken for a test (choose one that does not begin with test_)",
        "new", "test_x", cwd=folder,
    )  # fmt: skip
    t.refused(2, "new: expected one NAME, found 0 arguments (qshost new --help)", "new", cwd=folder)
    t.refused(2, "new: expected one NAME, found 2 arguments (qshost new --help)", "new", "a", "b", cwd=folder)
    t.refused(2, 'new: --template: expected simple or pair, found "x"', "new", "-tx", "a", cwd=folder)
    t.refused(2, "new: unknown option --wrong (qshost new --help)", "new", "--wrong", "a", cwd=folder)
    t.refused(2, "new: option --dir wants a value (qshost new --help)", "new", "a", "--dir", cwd=folder)
    t.refused(2, '--dir: expected a folder, found ""', "new", "a", "--dir", "", cwd=folder)
    (folder / "custom/taken").mkdir()
    (folder / "custom/flat.c").write_text(good("flat"))
    (folder / "builtins").mkdir()
    (folder / "builtins/shipped.c").write_text(good("shipped"))
    again = "%s: is there already (choose another name, or remove it first)"
    t.refused(1, again % "custom/taken", "new", "taken", cwd=folder)
    t.refused(1, again % "custom/flat.c", "new", "flat", cwd=folder)
    t.refused(
        1,
        "shipped: builtins/shipped.c has that name (choose another one)",
        "new", "shipped", cwd=folder,
    )  # fmt: skip
    t.refused(
        1,
        f"ema_cross: {PLUGINS.resolve()}/ema_cross.so has that id (choose another name, or remove the file first)",
        "new", "ema_cross", cwd=folder,
    )  # fmt: skip
    t.refused(1, re.compile(r"cannot make a folder in /sys: .+"), "new", "x", "--dir", "/sys", cwd=folder)
    t.refused(
        1,
        "QS_SDK=/nowhere: no lib/pkgconfig/quasar.pc in it (name the prefix that Quasar is installed "
        "in, or a build folder of its sources)",
        "new", "x", cwd=folder, env={"QS_SDK": "/nowhere"},
    )  # fmt: skip
    t.equal(sorted(p.name for p in (folder / "custom").iterdir()), ["flat.c", "taken"], "nothing made")


def build_sources(t):
    """A file, a folder, a name, C++, all; from elsewhere; into another folder; as JSON."""
    folder = project(t)
    custom = folder / "custom"
    (custom / "one.c").write_text(good("one"))
    (custom / "two").mkdir()
    (custom / "two/two.c").write_text('#include "more.h"\n' + good("two", units="MORE"))
    (custom / "two/more.h").write_text("#define MORE 2.0\n")
    (custom / "two/test_two.c").write_text("#error a test\n")
    (custom / "three.cpp").write_text(
        "#include <quasar/strategy.h>\n"
        "namespace { void on_bar(qs_ctx *c) { qs_buy(c, 1.0); } }\n"
        'QS_STRATEGY_CXX(s) { s.id = "three"; s.version = "1.0.0"; s.on_bar = on_bar; }\n'
    )
    (custom / "README.md").write_text("x")
    (custom / "test_one.c").write_text("#error a test\n")
    out = t.good("build", cwd=folder).out
    t.equal([line.split()[1] for line in out.splitlines()], ["custom/one.c", "custom/three.cpp", "custom/two"], "all")
    only(t, folder, "one.so", "three.so", "two.so")
    for words in (["one"], ["custom/one.c"], ["./custom//one.c"], [str(custom / "one.c")], ["custom/"], ["two", "three"]):
        out = t.good("build", *words, cwd=folder).out
        t.check(all(line.startswith("unchanged ") for line in out.splitlines()), f"{words}: {out}")
    out = t.good("build", "one.c", cwd=custom).out
    t.check(out.startswith(f"unchanged one.c -> {folder.resolve()}/plugins/one.so ("), f"from below: {out}")
    t.good("build", "two", "-o", "else/where/", cwd=folder)
    t.equal(
        (folder / "else/where/two.so").read_bytes(), (folder / "plugins/two.so").read_bytes(), "same bytes"
    )
    (custom / "one.c").write_text(good("one", version="1.0.1"))
    done = t.json("build", "--json", "one", "two", cwd=folder)
    t.equal((done["ok"], done["folder"], len(done["builds"])), (True, "plugins", 2), "JSON")
    first, second = done["builds"]
    t.equal((first["id"], first["version"], first["changed"]), ("one", "1.0.1", True), "JSON of one")
    t.equal((second["id"], second["changed"], second["error"]), ("two", False, None), "JSON of two")
    (custom / "one.c").write_text(good("one").replace("if (", "int unused;\n    if ("))
    done = t.good("build", "one", cwd=folder)
    t.check("custom/one.c:3:9: warning: unused variable" in done.err, f"warnings are shown: {done.err}")


def fails(t, folder, code, sentence, words, *arguments, env=None):
    """A build that fails: its sentence, the compiler's words, and the old build as it was."""
    path = folder / "plugins/my.so"
    before = (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino)
    done = t.run("build", *arguments, cwd=folder, env=env)
    t.equal(done.code, code, f"{done.command}: exit code")
    t.equal(done.out, "", f"{done.command}: stdout")
    lines = [line[len("qshost: ") :] for line in done.err.splitlines() if line.startswith("qshost: ")]
    t.check(lines and re.fullmatch(sentence, lines[0]), f"expected {sentence}\nfound {done.err}")
    t.check(words in done.err, f"expected {words} in {done.err}")
    if code == 1:
        t.equal(lines[1], "custom/my.c: not built; plugins/my.so stays as it was", "second line")
    after = (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino)
    t.check(before == after, f"{sentence}: the old build was touched")
    only(t, folder, "my.so")


def build_fails(t):
    folder = project(t)
    source = folder / "custom/my.c"
    source.write_text(good())
    t.good("build", cwd=folder)
    source.write_text(good().replace("1.0);", "1.0)"))
    fails(t, folder, 1, r"custom/my\.c:4:\d+: error: expected ';'.*", "        qs_buy(c, 1.0)\n")
    done = t.run("build", "--json", cwd=folder)
    build = strict_json(done.out)["builds"][0]
    t.equal((done.code, build["ok"], build["error"]["code"]), (1, False, "ERR_FORMAT"), "JSON of a failure")
    t.check("custom/my.c:4:" in build["words"], "its words are in the JSON")
    source.write_text("void missing(void);\n" + good().replace("qs_buy(c, 1.0)", "missing()"))
    fails(t, folder, 1, r".*custom/my\.c:5: undefined reference to .missing'", "undefined reference")
    source.write_text("int x;\n")
    fails(t, folder, 1, r"custom/my\.c: .*qs_schema.*", "qs_schema")
    source.write_text(good(name="My"))
    fails(t, folder, 1, r'custom/my\.c: id: expected \[a-z\].*found "My" \(rename it\)', "rename it")
    source.write_text(good() + "__attribute__((constructor)) static void boom(void) { *(volatile int *)8 = 1; }\n")
    fails(t, folder, 1, r"custom/my\.c: crashed with SIGSEGV at address 0x8 .*constructor.*", "SIGSEGV")
    source.write_text(good() + "__attribute__((constructor)) static void hang(void) { for (volatile int i = 1; i;) ; }\n")
    fails(t, folder, 1, r"custom/my\.c: hung .*", "hung", env={"QS_DEADLINE_MS": "300"})
    source.write_text(good())
    fails(t, folder, 1, r"no-such-cc: no such compiler .*", "apt install gcc", env={"CC": "no-such-cc"})
    script = folder / "slow-cc"
    script.write_text("#!/bin/sh\nsleep 98765 & sleep 98765\n")
    script.chmod(0o755)
    env = {"CC": str(script), "QS_COMPILE_DEADLINE_MS": "300"}
    fails(t, folder, 1, r".*/slow-cc: no end after 0\.3 s \(killed with all that it started\)", "", env=env)
    source.write_text(good(version="2.0.0"))
    t.check("my 2.0.0" in t.good("build", cwd=folder).out, "and then it is good again")


def build_refused(t):
    folder = project(t)
    t.refused(1, "custom: no strategy in it to build (qshost new NAME makes one)", "build", cwd=folder)
    (folder / "custom/my_cross.c").write_text(good("my_cross"))
    tail = "no such source: no file or folder, and nothing of that name in custom/ or builtins/"
    t.refused(1, f"zebra: {tail} (qshost new makes one)", "build", "zebra", cwd=folder)
    t.refused(1, f"my_cros: {tail} (did you mean my_cross?)", "build", "my_cros", cwd=folder)
    t.refused(2, "run.txt: no source (a strategy is a .c, .cc or .cpp file)", "build", "run.txt", cwd=touch(folder, "run.txt"))
    (folder / "empty").mkdir()
    t.refused(
        2, "empty: no source in it (a strategy is .c, .cc or .cpp files; test_* are its tests)", "build", "empty", cwd=folder
    )
    t.refused(2, "SOURCE: expected a name, found nothing", "build", "", cwd=folder)
    t.refused(2, "build: unknown option --wrong (qshost build --help)", "build", "--wrong", cwd=folder)
    t.refused(2, "build: option -o wants a value (qshost build --help)", "build", "-o", cwd=folder)
    t.refused(2, '--output: expected a folder, found ""', "build", "-o", "", cwd=folder)
    t.refused(1, re.compile(r"cannot write a build into /sys: .+"), "build", "my_cross", "-o", "/sys", cwd=folder)
    (folder / "custom/my_cross").mkdir()
    (folder / "custom/my_cross/a.c").write_text(good("my_cross"))
    t.refused(
        2,
        "custom/my_cross and custom/my_cross.c: both would be my_cross.so (rename one of them, or build one alone)",
        "build", cwd=folder,
    )  # fmt: skip
    bare = t.project()
    t.refused(
        1,
        "no folder custom/ here or above (qshost new NAME makes one with a strategy in it; or name a SOURCE)",
        "build", cwd=bare,
    )  # fmt: skip
    only(t, folder)


def touch(folder, name):
    (folder / name).write_text("")
    return folder


def two_of_one_id(t):
    folder = project(t)
    (folder / "custom/a.c").write_text(good("same"))
    t.good("build", cwd=folder)
    (folder / "custom/b.c").write_text(good("same", version="2.0.0"))
    done = t.good("build", "b", cwd=folder)
    t.equal(
        done.err,
        "qshost: warning: id same is in plugins/b.so and in plugins/a.so; qshost takes one of them "
        "(remove the other, or change its id)\n",
        "both paths",
    )
    t.check("id same is in" in t.json("build", "b", "--json", cwd=folder)["builds"][0]["warnings"][0], "in JSON")


def interrupted(t):
    """Ctrl-C while the compiler runs: nothing is left, not of the compiler and not in plugins/."""
    folder = project(t)
    (folder / "custom/my.c").write_text(good())
    script = folder / "slow-cc"
    script.write_text('#!/bin/sh\ntouch "$TMPDIR/x"\nkill -INT $PPID\nsleep 98765\n')
    script.chmod(0o755)
    process = t.start("build", cwd=folder, env={"CC": str(script)})
    process.communicate(timeout=30)
    t.check(process.returncode == -2, f"ended by the signal: {process.returncode}")
    t.check(not left_behind(process.pid), "processes left")
    only(t, folder)


def installed(t):
    """Everything from a prefix: no source tree, no QS_PLUGINS."""
    prefix = t.folder / "prefix"
    done = subprocess.run(
        ["cmake", "--install", BUILD, "--prefix", prefix], capture_output=True, text=True
    )
    if not t.check(done.returncode == 0, f"cmake --install: {done.stderr}"):
        return
    env = {k: v for k, v in t.env.items() if k != "QS_PLUGINS"}
    folder = t.project()

    def run(*arguments):
        found = subprocess.run(
            [prefix / "bin/qshost", *arguments], cwd=folder, env=env, capture_output=True, text=True
        )
        t.check(found.returncode == 0, f"{arguments}: {found.returncode}: {found.stderr}")
        return found.stdout

    ids = [s["id"] for s in json.loads(run("list", "--json"))["strategies"]]
    builtins = sorted(path.stem for path in (SOURCE / "builtins").glob("*.c"))
    t.equal(sorted(ids), builtins, "the builtins that were installed are found")
    run("new", "mine")
    run("data", "synth", "-o", "custom/mine/bars_1d.csv")
    run("build", "mine")
    run("backtest", "-c", "custom/mine/run.yaml")
    make_test(t, folder / "custom/mine")
    makefile = (folder / "custom/mine/Makefile").read_text()
    t.check(str(prefix) in makefile and str(SOURCE) not in makefile, "with the SDK of that prefix")
    # Alone, without its lib/: the sentence has the cure.
    alone = t.folder / "alone/bin"
    alone.mkdir(parents=True)
    shutil.copy(prefix / "bin/qshost", alone)
    env["PKG_CONFIG_PATH"] = "/nowhere"
    empty = t.folder / "empty"
    (empty / "custom").mkdir(parents=True)
    (empty / "custom/my.c").write_text(good())
    for arguments, sentence in (
        (
            ["build"],
            "qshost: no SDK found: no lib/pkgconfig/quasar.pc beside this qshost, and pkg-config knows "
            "none (cmake --install build --prefix DIR installs it; QS_SDK=DIR says where it is)\n",
        ),
        (
            ["schema", "ema_cross"],
            "qshost: strategy ema_cross: there is no folder of plugins (make plugins/ here, or name one "
            "with QS_PLUGINS; qshost build makes it too)\n",
        ),
    ):
        done = subprocess.run([alone / "qshost", *arguments], cwd=empty, env=env, capture_output=True, text=True)
        t.equal((done.returncode, done.stderr), (1, sentence), f"alone: {arguments}")
    done = subprocess.run(
        [alone / "qshost", "build"], cwd=empty, env={**env, "PKG_CONFIG_PATH": f"{prefix}/lib/pkgconfig"},
        capture_output=True, text=True,
    )  # fmt: skip
    t.equal((done.returncode, done.stderr), (0, ""), "pkg-config is asked")


def main():
    if not (BUILD / "lib/libquasar-harness.a").exists():
        print("skipped: no libquasar-harness.a")
        return 77
    t = Bench(QSHOST)
    for command in ("new", "build"):
        out = t.good(command, "--help").out
        t.check(out.startswith(f"Usage: qshost {command} ") and "Example: " in out, f"{command} --help")
    new_to_run(t, "simple", ["a_1d.csv"])
    new_to_run(t, "pair", ["a_1d.csv", "b_1d.csv"])
    new_without_bars(t)
    new_picks_bars(t)
    new_refused(t)
    build_sources(t)
    build_fails(t)
    build_refused(t)
    two_of_one_id(t)
    interrupted(t)
    installed(t)
    return t.finish()


if __name__ == "__main__":
    sys.exit(main())
