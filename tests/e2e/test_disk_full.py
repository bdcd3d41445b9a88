"""A disk that is really full, a limit on the size of files, and whatever may lie where the database, its
-live and its logs should be: one sentence, nothing broken, and all is well once there is room.

And `qshost watch` on such a disk: the last good result stays, the reason is told, and it goes on when
there is room again.
"""

import hashlib
import os
import re
import resource
import subprocess
import sys
from contextlib import contextmanager

from cli import SOURCE, Bench, write_bars
from crashed import (
    DATABASE,
    SHIM,
    STRESS,
    fault,
    is_one_sentence,
    is_sound,
    raw_states,
    select,
    write_config,
)
from watch import Watch, brief, leftovers, sha

BARS = 4000
KB = 1024
BACKTEST = ("backtest", "-c", "run.json")


def prepare(t, folder, bars=BARS):
    write_bars(folder / "bars_1d.csv", bars, start="1990-01-01")
    write_config(folder / "run.json", "bars_1d.csv")
    return folder


def refused(t, folder, reason, what, **options):
    """A backtest that ends with one sentence, and what it left is sound."""
    done = t.run(*BACKTEST, cwd=folder, **options)
    t.equal(done.code, 1, f"{what}: exit code: {done.err.strip()}")
    is_one_sentence(t, done.err, what)
    t.check(re.search(reason, done.err), f"{what}: expected {reason}, found {done.err.strip()}")
    if is_database(folder / DATABASE):
        is_sound(t, folder / DATABASE, what)
    return done


def is_database(path):
    wal = path.with_name(DATABASE + "-wal")
    return path.is_file() and path.read_bytes()[:6] == b"SQLite" and not wal.is_dir()


def works(t, folder, what):
    t.good(*BACKTEST, cwd=folder)
    found = raw_states(folder / DATABASE)
    t.equal(list(found.values())[-1], "done", f"{what}: the next run")
    t.check("running" not in found.values(), f"{what}: not settled: {found}")
    t.check("identical" in t.good("replay", "last", cwd=folder).out, f"{what}: replay")


# ---- limits ----


def limited(t):
    """RLIMIT_FSIZE: at 0 bytes, within the first pages, within the -wal, nearly enough."""
    folder = prepare(t, t.project())
    works(t, folder, "without a limit")
    whole = (folder / DATABASE).stat().st_size
    for share in (0, 0.01, 0.1, 0.3, 0.5, 0.7, 0.9):
        for path in folder.glob(DATABASE + "*"):
            path.unlink()
        limit = int(share * whole)
        what = f"files of at most {limit} bytes"
        refused(
            t, folder, r"quasar\.sqlite: cannot .*(limit on file sizes|disk is full)", what,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
        )  # fmt: skip
        works(t, folder, what)


@contextmanager
def small_disk(t, size):
    """A file system of that many bytes; None where there may be none."""
    folder = t.folder / "disk"
    folder.mkdir(exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        yield None
        return
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def full(t):
    """Disks on which the run fits the less the smaller they are."""
    reason = r"quasar\.sqlite: cannot .*(disk is full|No space left)"
    for size in (400 * KB, 600 * KB, 900 * KB, 1400 * KB):
        with small_disk(t, size) as folder:
            if folder is None:
                print("not tried: a disk that is full, for none may be mounted")
                return
            prepare(t, folder)
            what = f"a disk of {size} bytes"
            refused(t, folder, reason, what)
            subprocess.run(["mount", "-o", "remount,size=20m", str(folder)], check=True)
            works(t, folder, f"{what}, with room again")


def nearly_full(t):
    """Room for the -wal, none to put it into the file: done, and all is still there."""
    for size in range(2000, 4000, 200):  # the smallest disk on which the run is done
        with small_disk(t, size * KB) as folder:
            if folder is None:
                return
            prepare(t, folder)
            done = t.run(*BACKTEST, cwd=folder)
            if done.code == 0:
                return nearly_full_on(t, folder)
    t.fail("room for the -wal only: no disk was large enough")


def nearly_full_on(t, folder):
    if folder:
        t.check((folder / (DATABASE + "-wal")).exists(), "room for the -wal only: there was more")
        t.check("identical" in t.good("replay", "1", cwd=folder).out, "replay of what is in the -wal")
        subprocess.run(["mount", "-o", "remount,size=20m", str(folder)], check=True)
        works(t, folder, "room for the -wal only")
        t.check(not (folder / (DATABASE + "-wal")).exists(), "the -wal is still there")


def build_full(t):
    """The compiler finds no room: its words and our sentence, and the old build stays."""
    with small_disk(t, 1000 * KB) as folder:
        if folder is None:
            return
        (folder / "plugins").mkdir()
        write_mine(folder, 12)
        t.good("build", "mine", cwd=folder)
        good = sha(folder / "plugins/mine.so")
        write_mine(folder, 11)
        filler = (folder / "filler").open("wb", buffering=0)
        try:
            while filler.write(bytes(4 * KB)) == 4 * KB:
                pass
        except OSError:
            pass
        done = t.run("build", "mine", cwd=folder)
        t.equal(done.code, 1, f"build on a full disk: {done.err}")
        t.check("No space left on device" in done.err, f"build on a full disk: why: {done.err}")
        t.equal(sha(folder / "plugins/mine.so"), good, "build on a full disk: the old build")
        left = sorted(p.name for p in (folder / "plugins").iterdir())
        t.equal(left, ["mine.so"], "build on a full disk: files left")
        filler.truncate(0)
        t.good("build", "mine", cwd=folder)
        t.check(sha(folder / "plugins/mine.so") != good, "build with room again")


def unwritable(t):
    """As a user who may only read: what a crash left in the -wal cannot be put into the file."""
    nobody = {"user": 65534, "group": 65534, "extra_groups": []}
    if os.geteuid() != 0:
        print("not tried: a folder of somebody else")
        return
    folder = prepare(t, t.project(), 300)
    works(t, folder, "before")
    log = t.folder / "calls"
    t.good(*BACKTEST, cwd=folder, env=fault(folder, log=log))
    calls = log.read_text().splitlines()
    wal = [i for i, call in enumerate(calls) if call.endswith("-wal") and " pwrite" in call]
    t.run(*BACKTEST, cwd=folder, env=fault(folder, call=wal[-3], how="KILL"))
    t.folder.chmod(0o755)
    if t.start("--version", cwd=folder, **nobody).wait(timeout=10) != 0:
        print("not tried: a folder of somebody else (nobody may not read the build)")
        return
    cache = t.folder / "open-cache"
    cache.mkdir()
    cache.chmod(0o777)
    env = {"QS_CACHE": str(cache)}
    (folder / (DATABASE + "-shm")).unlink()
    for command in (("runs", "--json"), ("show", "1"), BACKTEST):
        done = t.run(*command, cwd=folder, env=env, **nobody)
        t.equal(done.code, 1, f"{command} as nobody: {done.err}")
        is_one_sentence(t, done.err, f"{command} as nobody")
        wanted = "its -wal has commits" if command != BACKTEST else "cannot write: Permission denied"
        t.check(wanted in done.err, f"{command} as nobody: {done.err}")
    works(t, folder, "as root again")
    done = t.run("runs", "--json", cwd=folder, env=env, **nobody)
    t.equal(done.code, 0, f"runs as nobody: {done.err}")
    done = t.run(*BACKTEST, cwd=folder, env=env, **nobody)
    t.check("Permission denied" in done.err and done.code == 1, f"backtest as nobody: {done.err}")


def logs_only(t):
    """What is no record may fail: a warning, and the run is done."""
    folder = prepare(t, t.project(), 100)
    (folder / ".quasar/logs").write_text("in the way")
    done = t.run(*BACKTEST, cwd=folder)
    t.equal(done.code, 0, f"a file where the logs should be: {done.err}")
    t.check(done.err.startswith("qshost: warning: ") and done.err.count("\n") == 1, f"logs: {done.err!r}")
    t.equal(raw_states(folder / DATABASE), {1: "done"}, "a run without logs")


# ---- in its place ----


def make_newer(path):
    select(path, "PRAGMA user_version = 99")


def in_its_place(t):
    def put_folder(path):
        path.unlink()
        path.mkdir()

    def put_bytes(size):
        def put(path):
            path.write_bytes(bytes(i * 7 % 251 for i in range(size)))

        return put

    def put_live_folder(path):
        path.with_name(DATABASE + "-live").unlink()
        path.with_name(DATABASE + "-live").mkdir()

    def put_wal_folder(path):
        path.with_name(DATABASE + "-wal").mkdir()

    cases = {
        "a folder": (put_folder, "it is a folder"),
        "garbage": (put_bytes(50_000), "not an SQLite database"),
        "a little garbage": (put_bytes(5), "not an SQLite database"),
        "a newer version": (make_newer, r"version 99, this qshost knows \d"),
        "a folder as -live": (put_live_folder, r"-live: cannot open: Is a directory"),
        "a folder as -wal": (put_wal_folder, r"-wal .*cannot be made or opened|Is a directory"),
    }
    for what, (put, reason) in cases.items():
        folder = prepare(t, t.project(), 100)
        works(t, folder, what)
        path = folder / DATABASE
        put(path)
        before = hash_of(path)
        refused(t, folder, reason, what)
        t.equal(hash_of(path), before, f"{what}: it was changed")


def hash_of(path):
    return "folder" if path.is_dir() else hashlib.sha256(path.read_bytes()).hexdigest()


# ---- watch ----


def write_mine(folder, fast):
    text = (SOURCE / "builtins/ema_cross.c").read_text().replace('"ema_cross"', '"mine"')
    (folder / "custom").mkdir(exist_ok=True)
    (folder / "custom/mine.c").write_text(text.replace('bars", 12, 1', f'bars", {fast}, 1'))


def watch_at_a_fault(t, how):
    """Every call fails while the flag is there: an edit then, and one after it."""
    folder, flag = t.project(), t.folder / "flag"
    (folder / "plugins").mkdir()
    write_bars(folder / "bars_1d.csv", 400)
    write_mine(folder, 12)
    t.good("build", "mine", cwd=folder)
    t.good("backtest", "--strategy", "mine", "--data", "bars_1d.csv", cwd=folder)
    env = fault(folder, how=how) | {"QS_FAULT_WHILE": str(flag)}
    watch = Watch(t, folder, env=env)
    watch.wait("start")
    write_mine(folder, 11)
    first = watch.wait("result", name="mine")
    good = sha(folder / "plugins/mine.so")
    t.equal(first.get("active"), good, f"watch, {how}: active before")
    flag.touch()
    write_mine(folder, 10)
    failed = watch.wait("failed", "trouble", "result", name="mine")
    print(f"watch, {how}: {brief(failed)}", flush=True)
    text = str(failed.get("error"))
    t.equal(failed.get("event"), "failed", f"watch, {how}: an edit without room: {brief(failed)}")
    t.check(re.search("No space|disk is full|Input/output|disk reports", text), f"watch, {how}: why: {text}")
    t.equal(sha(folder / "plugins/mine.so"), good, f"watch, {how}: the last good build was changed")
    flag.unlink()
    write_mine(folder, 9)
    after = watch.wait("result", name="mine")
    t.equal(after.get("active"), sha(folder / "plugins/mine.so"), f"watch, {how}: active after")
    t.check(after.get("active") != good, f"watch, {how}: the new build is not active")
    print(f"watch, {how}, with room: {brief(after)} run {after.get('run')}", flush=True)
    check_watch_end(t, watch, folder, how)


def check_watch_end(t, watch, folder, how):
    err = watch.end()
    t.check("Assertion" not in err and "CHECK" not in err, f"watch, {how}: {err}")
    t.equal(leftovers(t, folder), [], f"watch, {how}: files left")
    is_sound(t, folder / DATABASE, f"watch, {how}")
    found = raw_states(folder / DATABASE)
    t.equal(list(found.values())[-1], "done", f"watch, {how}: the run after: {found}")


def watch_database_only(t):
    """Only the database cannot be written: the run is compared or refused, never half shown."""
    folder, flag = t.project(), t.folder / "flag"
    (folder / "plugins").mkdir()
    write_bars(folder / "bars_1d.csv", 400)
    write_mine(folder, 12)
    t.good("build", "mine", cwd=folder)
    t.good("backtest", "--strategy", "mine", "--data", "bars_1d.csv", cwd=folder)
    env = fault(folder, how="ENOSPC") | {"QS_FAULT_WHILE": str(flag), "QS_FAULT_ONLY": DATABASE}
    watch = Watch(t, folder, env=env)
    watch.wait("start")
    good = sha(folder / "plugins/mine.so")
    flag.touch()
    write_mine(folder, 11)
    failed = watch.wait("failed", "trouble", "result", name="mine")
    print(f"watch, database full: {brief(failed)}", flush=True)
    t.equal(failed.get("event"), "failed", "watch, database full")
    t.equal(sha(folder / "plugins/mine.so"), good, "watch, database full: the active build was changed")
    flag.unlink()
    write_mine(folder, 10)
    after = watch.wait("result", name="mine")
    t.equal(after.get("active"), sha(folder / "plugins/mine.so"), "watch, database full: active after")
    check_watch_end(t, watch, folder, "database full")


TESTS = (
    limited, full, nearly_full, build_full, unwritable, logs_only, in_its_place, watch_database_only
)  # fmt: skip


def main():
    t = Bench(SHIM, STRESS)
    only = sys.argv[1:]
    for test in TESTS:
        if not only or test.__name__ in only:
            test(t)
    for how in ("ENOSPC", "EIO"):
        if not only or "watch" in only:
            watch_at_a_fault(t, how)
    return t.finish()


if __name__ == "__main__":
    sys.exit(main())
