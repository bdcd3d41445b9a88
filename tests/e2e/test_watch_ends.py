#!/usr/bin/env python3
"""`qshost watch`: how it begins, what its screen is like, how it ends, and what it stops meanwhile."""

import codecs
import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parent / "watch_edits"))
from cli import Bench, left_behind, write_bars
from edits import save, text
from watch import Watch, leftovers, sha

GOOD, OTHER = text("good_1"), text("good_2")
ORDER = ("custom/edited.c  good", "final equity", "total return", "max drawdown", "trades", "First different", "wished")
CLEAR = "\x1b[H\x1b[2J"
ESCAPE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


def project_of(bench, source=GOOD):
    project = bench.project()
    (project / "custom").mkdir()
    write_bars(project / "bars_1d.csv", 200)
    if source:
        (project / "custom/edited.c").write_text(source)
    return project


class Plain:
    """`qshost watch` for people, on a pipe or a terminal; what it has written so far."""

    def __init__(self, bench, project, columns=0, rows=40, arguments=(), **env):
        self.bench, self.text = bench, ""
        self.decode = codecs.getincrementaldecoder("utf-8")().decode
        self.out, out = pty.openpty() if columns else os.pipe()
        if columns:
            fcntl.ioctl(out, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.process = bench.start("watch", "--debounce", "30", *arguments, cwd=project, env=env, stdout=out)
        os.close(out)

    def until(self, pattern, seconds=30):
        """All that came since the last call, up to and with the pattern."""
        end = time.monotonic() + seconds
        while not (match := re.search(pattern, self.text)):
            ready, _, _ = select.select([self.out], [], [], max(0, end - time.monotonic()))
            data = os.read(self.out, 65536) if ready else b""
            if not data:
                self.bench.fail(f"no /{pattern}/ in: {self.text[-1500:]}")
                return self.text
            self.text += self.decode(data)
        found, self.text = self.text[: match.end()], self.text[match.end() :]
        return found

    def end(self):
        self.process.send_signal(signal.SIGINT)
        self.bench.equal(self.process.wait(timeout=5), 0, "exit code after SIGINT")
        self.process.stderr.close()
        os.close(self.out)


def on_a_pipe(bench):
    project = project_of(bench)
    watch = Plain(bench, project, LC_ALL="C.UTF-8", TERM="xterm")
    first = watch.until(r"whole: qshost show \d+\n")
    bench.check(re.search(r"First result: run \d+: final equity", first), f"first: {first}")
    active = sha(project / "plugins/edited.so")
    save(project / "custom/edited.c", text("syntax_error"))
    failed = watch.until(r"Active: .*\n")
    for part in ("FAILED", r"custom/edited\.c:12:5: error: .*doubel", rf"Active: build {active[:12]}, the newest",
                 r"run \d+: final equity [\d,.]+"):
        bench.check(re.search(part, failed), f"no /{part}/ in: {failed}")
    save(project / "custom/edited.c", OTHER)
    good = watch.until(r"whole: qshost show \d+\n")
    for part in ("First different decision: bar", "before", "now", r"final equity", "Trades: "):
        bench.check(part in good, f"no '{part}' in: {good}")
    bench.check("\x1b" not in first + failed + good, "escape codes over a pipe")
    watch.end()


def a_failed_config(bench):
    """It is headed by its own path, and the two lines of equity have one scale."""
    project = project_of(bench)
    conf = project / "run.yaml"
    save(conf, "strategy: edited\ndata: bars_1d.csv\n")
    watch = Plain(bench, project, arguments=("run.yaml",), LC_ALL="C.UTF-8")
    watch.until(r"whole: qshost show \d+\n")
    save(conf, "strategy: edited\ndata: bars_1d.csv\nparams:\n  slow: 1\n")
    failed = watch.until(r"Active: .*\n")
    bench.check(re.search(r"^run\.yaml  FAILED", failed, re.M), f"the config's path: {failed}")
    bench.check(re.search(r"prepare failed: run\.yaml:4:9: ", failed), f"its line: {failed}")
    save(conf, "strategy: edited\ndata: bars_1d.csv\nparams:\n  size: 8\n")
    good = watch.until(r"whole: qshost show \d+\n")
    bench.check(re.search(r"\n  before  \S+  max [\d,.]+\n  now     \S+  min [\d,.]+\n", good), f"one scale: {good}")
    watch.end()


def on_a_terminal(bench, columns, rows, colour):
    project = project_of(bench)
    watch = Plain(bench, project, columns, rows, LC_ALL="C.UTF-8", TERM="xterm", NO_COLOR="" if colour else "1")
    shown = watch.until(r"Ctrl-C ends\r?\n[^\0]*Ctrl-C ends\r?\n")
    save(project / "custom/edited.c", text("link_error"))
    shown += (failed := watch.until(r"Ctrl-C ends\r?\n"))
    save(project / "custom/edited.c", OTHER)
    shown += (good := watch.until(r"Ctrl-C ends\r?\n"))
    what = f"{columns}x{rows}, NO_COLOR {not colour}"
    bench.check(failed.count(CLEAR) == 1 and good.count(CLEAR) == 1, f"{what}: cleared once a result")
    for screen in (failed.split(CLEAR)[1], good.split(CLEAR)[1]):
        bench.check(re.match(r"(\x1b\[1m)?custom/edited.c", screen), f"{what}: {screen[:99]!r}")
        bench.check(screen.count("\n") < rows, f"{what}: {screen.count(chr(10))} lines: {screen}")
    page = [ESCAPE.sub("", line) for line in good.split(CLEAR)[1].split("\r\n")]
    at = {start: next((i for i, line in enumerate(page) if line.strip().startswith(start)), None) for start in ORDER}
    bench.check(None not in at.values(), f"{what}: {at} in {page}")
    bench.equal(sorted(at, key=at.get), list(ORDER), f"{what}: what comes first")
    seen = [any(line.strip().startswith(start) for line in page) for start in ("Trades: ", "Equity")]
    bench.check(seen == [True, True] if rows > 90 else not seen[1] or rows > 30, f"{what}: further down: {seen}")
    bench.check("\x1b[3J" not in shown, f"{what}: what scrolled away is the user's")
    if rows < 30:
        bench.check(any(re.fullmatch(r"  \.\.\. \d+ more rows: qshost diff 1 2", line) for line in page), f"{page}")
    flat = re.sub(r"\s+", " ", ESCAPE.sub("", failed))
    bench.check("signal_of_another_file" in flat and "Active: build" in flat, f"{what}: {flat}")
    bench.equal(bool(re.search("\x1b\\[[0-9]+m", shown)), colour, f"{what}: colours")
    for line in re.split(r"\r?\n|\r", ESCAPE.sub("", shown)):
        bench.check(len(line) <= columns, f"{what}: {len(line)} columns: {line!r}")
    watch.end()


# ---- how it begins ----


def begins(bench):
    empty = bench.folder / "nothing"
    empty.mkdir()
    done = bench.good("watch", "--once", cwd=empty)
    bench.check("0 strategies" in done.out, f"no strategies: {done.out}")
    bench.check((empty / "custom").is_dir() and (empty / "plugins").is_dir(), "folders are made")
    watch = Watch(bench, empty)
    bench.equal(watch.wait("start").get("strategies"), [], "no strategies")
    save(empty / "custom/edited.c", GOOD)
    bench.equal(watch.wait("result").get("strategy"), "edited", "the first strategy of all")
    watch.end()
    save(empty / "custom/edited.c", text("syntax_error"))
    bench.equal(bench.run("watch", "--once", "--strategy", "edited", cwd=empty).code, 1, "--once, and it fails")
    save(empty / "custom/edited.c", OTHER)
    bench.equal(bench.run("watch", "--once", "--strategy", "edited", cwd=empty).code, 0, "--once, and it is good")
    done = bench.run("watch", "--strategy", "editde", cwd=empty)
    bench.equal(done.code, 1, "an unknown strategy")
    bench.check(re.match(r"qshost: watch: --strategy editde: .*\n\Z", done.err), done.err)
    for wrong in (["--debounce", "-1"], ["--debounce", "x"], ["--trades", "1.5"], ["a", "b"], ["--what"]):
        done = bench.run("watch", *wrong, cwd=empty)
        bench.equal((done.code, done.out), (2, ""), f"wrong usage: {wrong}")
    for wrong, words in (("none.yaml", "none.yaml"), ("custom", "custom")):
        done = bench.run("watch", wrong, cwd=empty)
        bench.equal((done.code, done.err.count("\n")), (1, 1), f"a config that is none: {done.err}")
        bench.check(words in done.err, done.err)


def from_below(bench):
    """The project is found upward, and the run.yaml of a strategy makes no project."""
    project = project_of(bench, None)
    below = project / "custom/edited"
    below.mkdir()
    (below / "main.c").write_text(GOOD)
    (below / "run.yaml").write_text("strategy: edited\ndata: ../../bars_1d.csv\n")
    watch = Watch(bench, project, cwd=below)
    event = watch.wait("result")
    bench.equal((event.get("so"), event.get("origin")),
                (str(project / "plugins/edited.so"), str(below / "run.yaml")), "from below")
    bench.equal(sorted(p.name for p in below.iterdir()), ["main.c", "run.yaml"], "nothing is put there")
    bench.check((project / "quasar.sqlite").exists(), "the database is the project's")
    watch.end()


def named_ones(bench):
    project = project_of(bench)
    (project / "custom/aaa.c").write_text(OTHER.replace('"edited"', '"second"'))
    watch = Watch(bench, project, "--strategy", "edited")
    watch.wait("result", name="edited")
    save(project / "custom/aaa.c", GOOD.replace('"edited"', '"second"'))
    for source in (OTHER, GOOD):
        save(project / "custom/edited.c", source)
        watch.wait("result", name="edited")
    names = {e.get("name") for e in watch.events}
    bench.equal(names, {"edited", None}, "only the one that was named")
    watch.end()
    done = bench.good("watch", "--once", "--strategy", "aaa", "--json", cwd=project)
    bench.check('"event":"result"' in done.out and '"second"' in done.out, done.out[:400])


# ---- how it ends ----


def by_signals(bench):
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        for when, source in (("idle", None), ("a hang", text("bar_hang")), ("a hang of the check", text("ctor_hang"))):
            project = project_of(bench)
            watch = Watch(bench, project, env={"QS_DEADLINE_MS": "20000"})
            watch.wait("result")
            if source:
                save(project / "custom/edited.c", source)
                watch.wait("building")
                wait_for_child(bench, watch)
            begin = time.monotonic()
            err = watch.end(number)
            bench.check(time.monotonic() - begin < 4, f"{number!r} in {when}: {time.monotonic() - begin:.1f} s")
            bench.equal((err, leftovers(bench, project)), ("", []), f"{number!r} in {when}")
            rest = [e["event"] for e in iter_rest(watch)]
            bench.equal(rest, [], f"{number!r} in {when}: told after it")


def iter_rest(watch):
    while (event := watch.next(time.monotonic() + 2)) is not None:
        yield event


def wait_for_child(bench, watch):
    """Until a child of watch has our build mapped, so is past fork and compiler."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                line = path.read_text()
                parent = int(line[line.rindex(")") + 2 :].split()[1])
                if parent == watch.pid and str(bench.cache) in (path.parent / "maps").read_text():
                    return int(path.parent.name)
            except (OSError, IndexError):
                continue
        time.sleep(0.01)
    bench.fail("no child runs the build")
    return 0


def while_compiling(bench):
    """A compiler that hangs: a newer save and a signal stop it at once, and its temporaries go."""
    project = project_of(bench)
    slow = bench.folder / "slow-cc"
    slow.write_text("""#!/bin/sh
for a; do case "$a" in *.c) grep -q SLOW "$a" && sleep 60 ;; esac; done
exec cc "$@"
""")
    slow.chmod(0o755)
    watch = Watch(bench, project, env={"CC": str(slow)})
    watch.wait("result")
    save(project / "custom/edited.c", GOOD + "/* SLOW */\n")
    watch.wait("building")
    begin = time.monotonic()
    save(project / "custom/edited.c", OTHER)
    watch.wait("cancelled")
    watch.wait("result")
    bench.check(time.monotonic() - begin < 8, "a newer save stops a compiler")
    save(project / "custom/edited.c", GOOD + "/* SLOW */\n")
    watch.wait("building")
    watch.end(signal.SIGTERM)
    bench.equal(leftovers(bench, project), [], "left by a compiler that was stopped")


def newer_save(bench):
    """A run or a check that hangs is given up as soon as there is something newer, not after the deadline."""
    project = project_of(bench)
    watch = Watch(bench, project, env={"QS_DEADLINE_MS": "60000"})
    watch.wait("result")
    for hang, source in (("bar_hang", OTHER), ("ctor_hang", GOOD), ("bar_hang", OTHER), ("ctor_hang", GOOD)):
        save(project / "custom/edited.c", text(hang))
        watch.wait("building")
        wait_for_child(bench, watch)
        begin = time.monotonic()
        save(project / "custom/edited.c", source)
        bench.equal(watch.wait("cancelled", "failed").get("event"), "cancelled", "a newer save")
        bench.check(time.monotonic() - begin < 4, "cancelled at once")
        event = watch.wait("result", "failed")
        bench.equal(event.get("active"), sha(project / "plugins/edited.so"), "and built")
    bench.equal(watch.children(), [], "children after a cancel")
    watch.end()


def by_force(bench):
    """SIGKILL: no child goes on; the next watch works, and says that no run is running."""
    project = project_of(bench)
    watch = Watch(bench, project, env={"QS_DEADLINE_MS": "60000"})
    watch.wait("result")
    save(project / "custom/edited.c", text("bar_hang"))
    watch.wait("building")
    wait_for_child(bench, watch)
    watch.end(signal.SIGKILL, -9)
    watch = Watch(bench, project, env={"QS_DEADLINE_MS": "500"})
    bench.equal(watch.wait("failed").get("stage"), "run", "the source is newer than its build")
    save(project / "custom/edited.c", OTHER)
    watch.wait("result")
    watch.end()
    runs = bench.json("runs", "--json", cwd=project)
    states = sorted({run["status"] for run in runs})
    bench.check("running" not in states and "interrupted" in states, f"states of runs: {states}")


def by_readers(bench):
    """Who reads stdout goes away: exit code 1, at once, with nothing to say."""
    project = project_of(bench)
    for arguments in (("--json",), ()):
        out, into = os.pipe()
        process = bench.start("watch", *arguments, cwd=project, stdout=into)
        os.close(into)
        while b"Ctrl-C" not in (data := os.read(out, 65536)) and b'"start"' not in data:
            pass
        os.close(out)
        bench.equal(process.wait(timeout=10), 1, f"exit code when the reader goes: {arguments}")
        err = process.stderr.read().decode()
        process.stderr.close()
        bench.check(re.fullmatch(r"qshost: watch: standard output: .*\n", err), err)
        bench.equal(left_behind(process.pid), [], "left by it")
    with open("/dev/full", "w") as full:
        process = bench.start("watch", cwd=project, stdout=full)
        bench.equal(process.wait(timeout=10), 1, "exit code when stdout is full")
        process.stderr.close()


def main():
    bench = Bench()
    parts = [on_a_pipe, a_failed_config, begins, from_below, named_ones, by_signals, while_compiling, newer_save]
    parts += [by_force, by_readers]
    terminals = [(60, 100, True), (80, 24, False), (120, 40, True)]
    jobs = [(p.__name__, lambda p=p: p(bench)) for p in parts]
    jobs += [(f"terminal {c}", lambda c=c, r=r, k=k: on_a_terminal(bench, c, r, k)) for c, r, k in terminals]
    for name, job in jobs:
        if len(sys.argv) > 1 and name not in sys.argv[1:]:
            continue
        begin = time.monotonic()
        job()
        print(f"{name}: {time.monotonic() - begin:.1f} s", flush=True)
    return bench.finish()


if __name__ == "__main__":
    sys.exit(main())
