"""The material of the watch torture test is what it says: the sequence of edits against a second,
simpler model of it, on a real folder, and every variant through compiler, check and backtest."""

import re
import shlex
import subprocess
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support"))

import cli  # noqa: E402
import edits  # noqa: E402
import journal  # noqa: E402
from edits import ANY, FAILURE, GOOD, NEW, NOTHING, VARIANTS  # noqa: E402

SEEDS = range(1, 21)
CFLAGS = "-std=c11 -O2 -fPIC -fvisibility=hidden -ffp-contract=off -Wall -Wextra"
LIBS = "-shared -Wl,--as-needed -Wl,-z,defs -Wl,--build-id -lm"


# ---- the sequence --------------------------------------------------------------------------------


def is_reproducible(t):
    t.equal(edits.Edits(5).steps, edits.Edits(5).steps, "the same seed")
    t.check(edits.Edits(5).steps != edits.Edits(6).steps, "another seed gives other steps")
    t.equal(len(edits.Edits(5, 300)), 300, "as many steps as asked for")
    try:
        edits.Edits(5, 199)
        t.fail("fewer than 200 steps are refused")
    except ValueError:
        pass


def has_all_kinds(t, sequence, seed):
    kinds = Counter(step.kind for step in sequence)
    for kind in (*edits.CHANGING, *edits.SILENT):
        t.check(kinds[kind] >= 5, f"seed {seed}: {kind}: {kinds[kind]} times")
    saved = Counter(step.variant for step in sequence if step.kind == "save")
    for name, variant in VARIANTS.items():
        t.check(saved[name] >= 2, f"seed {seed}: {name} is saved {saved[name]} times")
        if variant.is_slow:
            t.equal(saved[name], 2, f"seed {seed}: saves of {name}, each of which costs a deadline")
    results = Counter(step.result for step in sequence)
    t.check(results[NEW] >= 30 and results[FAILURE] >= 40, f"seed {seed}: {results}")


def storms_are_storms(t, sequence, seed):
    for step in sequence:
        if step.kind == "storm":
            seconds = sum(write.pause for write in step.writes)
            what = f"seed {seed}, step {step.number}"
            t.equal(len(step.writes), 50, f"{what}: saves")
            t.check(abs(seconds - 5.0) < 1e-9, f"{what}: {seconds} s")
            t.equal(step.writes[-1].variant, step.variant, f"{what}: the last save")


def possible_actives(step, active):
    """Whatever subset of a step's writes is built, as long as the last one is."""
    good = [VARIANTS[write.variant].stage == GOOD for write in step.writes]
    if good and good[-1]:
        return {step.variant}
    names = [write.variant for write, is_good in zip(step.writes, good) if is_good]
    return {active, *names}


def agrees_with_a_second_model(t, sequence, seed):
    disk = active = edits.FIRST
    has_lost = False
    for step in sequence:
        what = f"seed {seed}, step {step.number} ({step.kind} {step.variant})"
        t.equal(step.before, active, f"{what}: active before it")
        t.equal(possible_actives(step, active), {step.active}, f"{what}: active after it")
        is_silent = edits.text(step.variant) == edits.text(disk) and step.kind != "storm"
        t.equal(step.result == NOTHING, is_silent, f"{what}: same bytes")
        if not is_silent and VARIANTS[step.variant].stage != GOOD:
            t.equal(step.result, FAILURE, what)
        if not is_silent and VARIANTS[step.variant].stage == GOOD:
            t.equal(step.result, ANY if step.variant == active else NEW, what)
        t.check(not step.lost or (step.result == NEW and not has_lost), f"{what}: lost, and only once")
        has_lost |= any(VARIANTS[write.variant].lost for write in step.writes)
        if step.decides_alike is not None and step.before != step.active:
            alike = VARIANTS[step.before].family == VARIANTS[step.active].family
            t.equal(step.decides_alike, alike, f"{what}: decides alike")
        disk, active = step.variant, step.active


# ---- on a folder ---------------------------------------------------------------------------------


def applies_what_it_says(t, seed):
    folder = t.project() / "custom"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep/other.c").write_text("int other;\n")
    path = folder / f"{edits.ID}.c"
    edits.save(path, edits.text(edits.FIRST))
    for step in edits.Edits(seed):
        before, inode, slept = path.stat(), folder.stat().st_ino, []
        edits.apply(step, path, slept.append)
        after, what = path.stat(), f"step {step.number} ({step.kind})"
        t.equal(path.read_text(), edits.text(step.variant), f"{what}: what is on disk")
        t.equal(
            sorted(str(p.relative_to(folder)) for p in folder.rglob("*")),
            ["deep", "deep/other.c", path.name],
            f"{what}: files of the folder",
        )
        if step.kind in ("touch", "same"):
            t.check(after.st_mtime_ns >= before.st_mtime_ns, f"{what}: its time")
        if step.kind == "chmod":
            t.equal(after.st_mode & 0o777, step.mode, f"{what}: rights")
            t.equal(after.st_ino, before.st_ino, f"{what}: the same file")
        if step.kind == "rename":
            t.check(after.st_ino != before.st_ino, f"{what}: another file under the name")
        if step.kind in ("rewrite", "folder"):
            t.equal(slept, [step.gone], f"{what}: gone for so long")
        if step.kind != "folder":
            t.equal(folder.stat().st_ino, inode, f"{what}: the same folder")
        if step.kind == "storm":
            t.check(abs(sum(slept) - 5.0) < 1e-9, f"{what}: {sum(slept)} s")


# ---- the sources ---------------------------------------------------------------------------------


def every_variant_has_its_source(t):
    found = sorted(p.stem for p in edits.SOURCES.glob("*.c"))
    t.equal(found, sorted(VARIANTS), "sources beside edits.py")
    texts = {edits.text(name) for name in VARIANTS}
    t.equal(len(texts), len(VARIANTS), "no two variants have the same bytes")


def build(folder, name):
    """As `qshost build` would; the compiler's words when it fails, else None."""
    source, so = folder / "edited.c", folder / "edited.so"
    so.unlink(missing_ok=True)
    edits.save(source, edits.text(name))
    command = ["cc", *shlex.split(CFLAGS), "-I", cli.SOURCE / "sdk/include"]
    command += ["edited.c", "-o", so, *shlex.split(LIBS)]
    done = subprocess.run(
        [str(word) for word in command], cwd=folder, capture_output=True, text=True, check=False
    )
    return done.stderr if done.returncode else None


def stage_of(t, folder, name, params):
    """How far it comes, and the words with which it stops; the journal of its run where it is good."""
    words = build(folder, name)
    if words is not None:
        is_link = "ld" in words and "error: ld returned" in words
        return (edits.LINK if is_link else edits.COMPILE), words
    quick = {"QS_DEADLINE_MS": "500"}
    done = t.run("check", "edited.so", cwd=folder, env=quick)
    if done.code != 0:
        return edits.LOAD, done.out + done.err
    settings = [word for key, value in params.items() for word in ("--set", f"params.{key}={value}")]
    done = t.run(
        "backtest", "--strategy", "./edited.so", "--data", "bars_1d.csv", "-o", f"{name}.qsj",
        *settings, cwd=folder, env=quick,
    )  # fmt: skip
    return (GOOD if done.code == 0 else edits.RUN), done.err


def fits(name):
    return {key: value for key, value in edits.SAVED.items() if key not in VARIANTS[name].lost}


def every_variant_comes_as_far_as_it_says(t):
    folder = t.project()
    cli.write_bars(folder / "bars_1d.csv")
    fills = {}
    for name, variant in VARIANTS.items():
        stage, words = stage_of(t, folder, name, fits(name))
        t.equal(stage, variant.stage, f"{name}: it stops at ({words[-300:]})")
        if variant.reason:
            t.check(re.search(variant.reason, words), f"{name}: {variant.reason} in: {words}")
        if stage == GOOD:
            records = journal.read(folder / f"{name}.qsj").of("fill")
            fills[name] = [(r["ts_event"], r["quantity"], r["price"]) for r in records]
            t.check(len(fills[name]) >= 4, f"{name}: it trades ({len(fills[name])} fills)")
    for name in edits.GOODS:
        if not VARIANTS[name].lost:
            is_alike = VARIANTS[name].family == VARIANTS["good_1"].family
            t.equal(fills[name] == fills["good_1"], is_alike, f"{name}: decides as good_1 does")


def lost_params_are_refused(t):
    folder = t.project()
    cli.write_bars(folder / "bars_1d.csv")
    for name in edits.GOODS:
        stage, words = stage_of(t, folder, name, edits.SAVED)
        expected = "run" if VARIANTS[name].lost else GOOD
        t.equal(stage, expected, f"{name}: with all saved params ({words[-300:]})")
        if VARIANTS[name].lost:
            t.check("fast" in words, f"{name}: names the param: {words}")


def main():
    t = cli.Bench()
    is_reproducible(t)
    for seed in SEEDS:
        sequence = edits.Edits(seed)
        has_all_kinds(t, sequence, seed)
        storms_are_storms(t, sequence, seed)
        agrees_with_a_second_model(t, sequence, seed)
    for seed in (1, 2, 3):
        applies_what_it_says(t, seed)
    every_variant_has_its_source(t)
    every_variant_comes_as_far_as_it_says(t)
    lost_params_are_refused(t)
    return t.finish()


if __name__ == "__main__":
    sys.exit(main())
