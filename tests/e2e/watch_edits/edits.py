"""Edits of one strategy (id "edited"), as an author makes them while `qshost watch` looks on.

    for step in Edits(seed):
        apply(step, folder / "edited.c")      # does it to the file
        ...                                   # wait; then the screen must say what the step says

A step says what must be true once watch has come to rest: which variant is active (the newest good
one) and what it had to tell. The sequence is the same for the same seed; every variant is saved and
every way of writing is used several times, storms and hangs (which cost seconds) only a few times.

The sources lie beside this file, one a variant. SAVED are the params that the watched run has: all
variants but schema_range and schema_renamed take them; with those two the run loses `fast`, and watch
says so. Whether later runs have it back is not said here.

    python3 edits.py SEED [COUNT]             prints the sequence
"""

import os
import random
import shutil
import sys
import time
from dataclasses import dataclass
from pathlib import Path

SOURCES = Path(__file__).resolve().parent
ID = "edited"
SAVED = {"fast": 5, "slow": 12, "size": 2}
FIRST = "good_1"  # on disk, built and run before the first step

# How far a variant comes. Where it stops, watch tells a reason and what was active stays so.
COMPILE, LINK, LOAD, RUN, GOOD = "compile", "link", "load", "run", "good"


@dataclass(frozen=True)
class Variant:
    stage: str
    reason: str = ""  # pattern: something that what is told of the failure has in it
    family: str = ""  # good ones of one family decide alike when their params are equal
    lost: tuple = ()  # of SAVED: params that do not fit this schema
    is_slow: bool = False  # takes a deadline to find out


VARIANTS = {
    "good_1": Variant(GOOD, family="cross"),
    "good_2": Variant(GOOD, family="dip"),
    "good_same": Variant(GOOD, family="cross"),
    "prints": Variant(GOOD, family="cross"),
    "schema_added": Variant(GOOD, family="cross"),
    "schema_range": Variant(GOOD, family="cross", lost=("fast",)),
    "schema_renamed": Variant(GOOD, family="cross", lost=("fast",)),
    "syntax_error": Variant(COMPILE, r"edited\.c:12:5: error: .*doubel"),
    "link_error": Variant(LINK, r"undefined (reference|symbol).*signal_of_another_file"),
    "abi_mismatch": Variant(LOAD, r"(?i)abi.* 3\b"),
    "ctor_crash": Variant(LOAD, r"SIGSEGV|segmentation"),
    "ctor_hang": Variant(LOAD, r"(?i)hang|hung|deadline|no sign of life|did not", is_slow=True),
    "init_refuses": Variant(RUN, r"on_init"),
    "bar_crash": Variant(RUN, r"SIGSEGV|segmentation"),
    "bar_hang": Variant(RUN, r"(?i)hang|hung|deadline|no sign of life|did not", is_slow=True),
}
GOODS = [name for name, variant in VARIANTS.items() if variant.stage == GOOD]
BADS = [name for name in VARIANTS if name not in GOODS]
CHEAP_BADS = [name for name in BADS if not VARIANTS[name].is_slow]

# Ways of writing. Those of CHANGING leave another content on disk than was there.
CHANGING = ("save", "rename", "rewrite", "folder", "storm")
# - save     open, truncate, write, close          - rename  written aside, then renamed over it
# - rewrite  deleted, and written again            - folder  its folder deleted, and made again
# - storm    50 saves in 5 seconds, the last one counts
SILENT = ("touch", "chmod", "same")
# - touch    new times, same bytes   - chmod  other rights   - same  the same bytes saved again
STORM_SAVES, STORM_SECONDS = 50, 5.0

# What watch must have told of a step once it has come to rest:
NEW = "new"  # a result of `active`, with the differences to the one that was active before
FAILURE = "failure"  # the reason of `variant` is on screen, beside the result of `active`
NOTHING = "nothing"  # no build, no run, no event: these bytes were tried already
ANY = "any"  # back to the bytes of the active build: a run or "unchanged", but no reason any more


@dataclass(frozen=True)
class Write:
    """A save within a step."""

    variant: str
    pause: float  # seconds before it


@dataclass(frozen=True)
class Step:
    number: int  # from 0
    kind: str
    variant: str  # what is on disk after it
    active: str  # the newest good variant: active, with its result on screen
    before: str  # what was active before it
    result: str  # NEW, FAILURE, NOTHING, ANY
    writes: tuple = ()  # in this sequence; the last one is `variant`
    gone: float = 0.0  # rewrite, folder: seconds between deleting and writing; over 2 may be told
    mode: int = 0o644  # chmod
    lost: tuple = ()  # of SAVED: what a new result must say it has reset

    @property
    def decides_alike(self):
        """True, False: whether results of `before` and `active` decide alike at every bar; None: not
        said here. After a storm the comparison may be with one of the results in between."""
        before, after = VARIANTS[self.before], VARIANTS[self.active]
        if self.active == self.before:
            return True
        if self.kind == "storm":
            return None
        if before.family != after.family:
            return False
        return None if before.lost or after.lost else True


def text(variant):
    return (SOURCES / f"{variant}.c").read_text(encoding="utf-8")


class Edits:
    """At least 200 steps, the same for the same seed."""

    def __init__(self, seed, count=220):
        if count < 200:
            raise ValueError("fewer than 200 steps do not hold all that must be in them")
        self.chance = random.Random(f"edits {seed}")
        self.count = count
        self.disk = self.active = FIRST
        self.has_lost = False
        self.steps = [self._step(number, *plan) for number, plan in enumerate(self._plans())]

    def __iter__(self):
        return iter(self.steps)

    def __len__(self):
        return len(self.steps)

    def _plans(self):
        """(kind, variant or None = choose) in the sequence in which they are made."""
        must = [("save", name) for name in VARIANTS for _ in range(2)]
        must += [(kind, name) for kind in ("rename", "rewrite", "folder") for name in GOODS]
        must += [(kind, name) for kind in ("rename", "rewrite") for name in CHEAP_BADS]
        must += [("folder", name) for name in self.chance.sample(CHEAP_BADS, 2)]
        must += [("storm", name) for name in self.chance.sample(GOODS, 3)]
        must += [("storm", name) for name in self.chance.sample(CHEAP_BADS, 2)]
        must += [(kind, None) for kind in SILENT for _ in range(10)]
        while len(must) < self.count:
            kind = self.chance.choice(("save", "save", "save", "rename", "rewrite", *SILENT))
            must.append((kind, None))
        self.chance.shuffle(must)
        return must

    def _step(self, number, kind, wanted):
        if kind in SILENT:
            mode = self.chance.choice((0o600, 0o444, 0o664, 0o755)) if kind == "chmod" else 0o644
            writes = (Write(self.disk, 0.0),) if kind == "same" else ()
            return Step(number, kind, self.disk, self.active, self.active, NOTHING, writes, mode=mode)
        variant = wanted or self.chance.choice(GOODS + CHEAP_BADS)
        before, result = self.active, self._result(kind, variant)
        writes = self._storm(variant) if kind == "storm" else (Write(variant, 0.0),)
        lost = self._lost(kind, variant, writes)
        gone = self.chance.choice((0.0, 0.02, 0.4)) if kind in ("rewrite", "folder") else 0.0
        if kind in ("rewrite", "folder") and result != NOTHING and self.chance.random() < 0.15:
            gone = 2.5  # long enough to be told that the file is gone
        if VARIANTS[variant].stage == GOOD:
            self.active = variant
        self.disk = variant
        return Step(number, kind, variant, self.active, before, result, writes, gone, lost=lost)

    def _lost(self, kind, variant, writes):
        """Certain only once: whether what was reset comes back is not said here."""
        had_lost = self.has_lost
        self.has_lost |= any(VARIANTS[write.variant].lost for write in writes)
        return () if had_lost or kind == "storm" else VARIANTS[variant].lost

    def _result(self, kind, variant):
        """A storm may end where it began, after other bytes were tried: then either is right."""
        if variant == self.disk and kind != "storm":
            return NOTHING
        if VARIANTS[variant].stage != GOOD:
            return FAILURE
        return ANY if variant == self.active else NEW

    def _storm(self, last):
        """Any of its saves may be built. Where the last one is bad, the good ones among them are the
        active one, so that the newest good one is the same whichever was built."""
        if VARIANTS[last].stage == GOOD:
            between = GOODS + CHEAP_BADS
        else:
            between = [self.active, *CHEAP_BADS]
        pauses = [self.chance.random() for _ in range(STORM_SAVES)]
        scale = STORM_SECONDS / sum(pauses)
        names = [self.chance.choice(between) for _ in range(STORM_SAVES - 1)] + [last]
        return tuple(Write(name, pause * scale) for name, pause in zip(names, pauses))


# ---- doing it ------------------------------------------------------------------------------------


def save(path, content):
    """As most editors do: truncated and written again. A file that may not be written is replaced."""
    if path.exists() and not path.stat().st_mode & 0o200:
        path.unlink()
    path.write_text(content, encoding="utf-8")


def save_aside(path, content):
    aside = path.with_name(f".{path.name}.{os.getpid()}.swp")
    aside.write_text(content, encoding="utf-8")
    aside.replace(path)


def apply(step, path, sleep=time.sleep):
    """Does a step to the file. `folder` deletes and makes again the folder that it lies in, with all
    else that is there kept aside and put back."""
    path = Path(path)
    if step.kind == "touch":
        os.utime(path)
    elif step.kind == "chmod":
        path.chmod(step.mode)
    elif step.kind == "rename":
        save_aside(path, text(step.variant))
    elif step.kind == "rewrite":
        path.unlink()
        sleep(step.gone)
        save(path, text(step.variant))
    elif step.kind == "folder":
        remake_folder(step, path, sleep)
    else:  # save, same, storm
        for write in step.writes:
            sleep(write.pause)
            save(path, text(write.variant))


def remake_folder(step, path, sleep):
    kept = {
        p.relative_to(path.parent): p.read_bytes()
        for p in sorted(path.parent.rglob("*"))
        if p.is_file() and p != path
    }
    shutil.rmtree(path.parent)
    sleep(step.gone)
    path.parent.mkdir()
    for name, content in kept.items():
        (path.parent / name).parent.mkdir(parents=True, exist_ok=True)
        (path.parent / name).write_bytes(content)
    save(path, text(step.variant))


def main(seed, count="220"):
    for step in Edits(seed, int(count)):
        print(f"{step.number:3} {step.kind:8} {step.variant:15} active {step.active:15} {step.result}")


if __name__ == "__main__":
    main(*(sys.argv[1:] or ["1"]))
