"""What the tests of the command line share: where the binary is, one run of it, checks that are
counted, bars.

Every test works in a scratch folder of its own, with a build cache of its own, and finds the
strategies of this build only. Exit code 77 (skipped) where something is not built.
"""

import itertools
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

SOURCE = Path(os.environ.get("QS_SOURCE_DIR") or Path(__file__).resolve().parents[2])
BUILD = Path(os.environ.get("QS_BUILD_DIR") or SOURCE / "build")
PLUGINS = Path(
    os.environ.get("QS_PLUGIN_DIR")
    or (SOURCE / "plugins" if BUILD == SOURCE / "build" else BUILD / "plugins")
)
QSHOST = BUILD / "bin/qshost"
DOUBLES = BUILD / "doubles"
SECONDS_MAX = 30


def skip(why):
    print(f"skipped: {why}")
    sys.exit(77)


@dataclass
class Done:
    command: str
    code: int
    out: str
    err: str
    seconds: float


class Bench:
    """A scratch folder, the checks made in it, and their failures."""

    def __init__(self, *needed):
        for path in (QSHOST, PLUGINS / "ema_cross.so", *needed):
            if not path.exists():
                skip(f"no {path}")
        self.folder = Path(tempfile.mkdtemp(prefix="qs-e2e-"))
        self.temp = self.folder / "tmp"
        self.temp.mkdir()
        self.cache = self.folder / "cache"
        self.env = {
            **{k: v for k, v in os.environ.items() if not k.startswith("QS_")},
            "QS_CACHE": str(self.cache),
            "QS_PLUGINS": str(PLUGINS),
            "TMPDIR": str(self.temp),
        }
        self.names = itertools.count(1)
        self.checks, self.failures = 0, []

    def project(self):
        """A new empty folder, which is a project of its own (.quasar is there)."""
        path = self.folder / f"project{next(self.names)}"
        (path / ".quasar").mkdir(parents=True)
        return path

    def start(self, *arguments, cwd=None, env=None, **options):
        """The process, in a session of its own, so that what it leaves behind can be found."""
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
        return subprocess.Popen(
            [str(QSHOST), *map(str, arguments)],
            cwd=cwd or self.folder,
            env={**self.env, **(env or {})},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            **options,
        )

    def run(self, *arguments, cwd=None, env=None, **options):
        begin = time.monotonic()
        process = self.start(*arguments, cwd=cwd, env=env, **options)
        try:
            out, err = process.communicate(timeout=SECONDS_MAX)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            self.fail(f"{arguments}: no end after {SECONDS_MAX} s")
        command = "qshost " + " ".join(map(str, arguments))
        done = Done(
            command,
            process.returncode,
            (out or b"").decode(errors="replace"),
            (err or b"").decode(errors="replace"),
            time.monotonic() - begin,
        )
        left = left_behind(process.pid)
        self.check(not left, f"{command}: left processes behind: {left}")
        return done

    def good(self, *arguments, **options):
        done = self.run(*arguments, **options)
        self.check(done.code == 0, f"{done.command}: exit code {done.code}: {done.err}")
        return done

    def refused(self, code, sentence, *arguments, **options):
        """Exit code, exactly that line on stderr (a pattern: .fullmatch), nothing on stdout."""
        done = self.run(*arguments, **options)
        first = done.err.split("\n")[0]
        self.check(done.code == code, f"{done.command}: exit code {done.code}, expected {code}")
        self.check(done.out == "", f"{done.command}: printed on stdout: {done.out[:200]}")
        self.check(done.err.endswith("\n"), f"{done.command}: stderr ends within a line")
        if isinstance(sentence, str):
            matches = done.err == f"qshost: {sentence}\n"
        else:
            matches = first.startswith("qshost: ") and sentence.fullmatch(first[len("qshost: ") :])
            sentence = sentence.pattern
        self.check(matches, f"{done.command}:\n  expected qshost: {sentence}\n  found    {done.err}")
        return done

    def json(self, *arguments, **options):
        """The one JSON document that a good run printed, read strictly."""
        done = self.good(*arguments, **options)
        self.check(done.err == "", f"{done.command}: stderr: {done.err}")
        try:
            return strict_json(done.out)
        except ValueError as error:
            self.fail(f"{done.command}: {error}: {done.out[:300]}")
            return {}

    def check(self, is_good, text):
        self.checks += 1
        if not is_good:
            self.fail(text)
        return bool(is_good)

    def equal(self, found, expected, what):
        return self.check(found == expected, f"{what}: expected {expected!r}, found {found!r}")

    def fail(self, text):
        self.failures.append(text)
        print("FAIL", text, flush=True)

    def finish(self):
        left = sorted(path.name for path in self.temp.iterdir())
        self.equal(left, [], "files left in TMPDIR")
        shutil.rmtree(self.folder, ignore_errors=True)
        print(f"{self.checks} checks, {len(self.failures)} failures")
        return 1 if self.failures else 0


def left_behind(session, patience=2.0):
    """Living processes of that session, once they had a moment to be gone."""
    end = time.monotonic() + patience
    while True:
        found = []
        for status in Path("/proc").glob("[0-9]*/stat"):
            try:
                text = status.read_text()
            except OSError:
                continue
            fields = text[text.rindex(")") + 2 :].split()
            if int(fields[3]) == session and fields[0] not in "ZX":
                found.append(text[:40])
        if not found or time.monotonic() > end:
            return found
        time.sleep(0.02)


def rows_of(file, sql, *values):
    """What a query gives, by Python's reader of databases, which is not ours; nothing is changed."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=10)) as connection:
        return connection.execute(sql, values).fetchall()


def change(file, sql, *values):
    """Tampers with a database; how many rows were changed."""
    with closing(sqlite3.connect(file, timeout=10)) as connection:
        count = connection.execute(sql, values).rowcount
        connection.commit()
        return count


def recorded(project):
    """(run, status) of each run in that folder's database; [] where there is none."""
    file = Path(project) / "quasar.sqlite"
    if not file.exists():
        return []
    try:
        return rows_of(file, "SELECT strategy_run_id, status FROM strategy_run ORDER BY 1")
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):  # somebody is making it this very moment
            return []
        raise


def _no_twins(pairs):
    keys = [key for key, _ in pairs]
    if len(set(keys)) != len(keys):
        raise ValueError(f"a key twice among {keys}")
    return dict(pairs)


def _no_constant(word):
    raise ValueError(f"{word} is not JSON")


def strict_json(text):
    if not text.endswith("\n"):
        raise ValueError("no newline at the end")
    return json.loads(text, object_pairs_hook=_no_twins, parse_constant=_no_constant)


def write_bars(path, count=100, start="2005-01-01", step=timedelta(days=1), base=100):
    """Bars whose close goes up and down by steps of 1, twenty bars a swing: averages cross."""
    at = datetime.fromisoformat(start).replace(tzinfo=timezone.utc)
    lines = ["time,open,high,low,close,volume"]
    for i in range(count):
        close = base + (i % 10 if i % 20 < 10 else 10 - i % 10)
        lines.append(f"{at:%Y-%m-%dT%H:%M:%SZ},{close},{close + 1},{close - 1},{close},1000")
        at += step
    Path(path).write_text("\n".join(lines) + "\n")
    return path


ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z")
HASH = re.compile(r"[0-9a-f]{32}")
