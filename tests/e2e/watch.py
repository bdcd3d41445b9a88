"""What the tests of `qshost watch` share: the process and its events, a mark in the sequence of
changes, what it may not leave behind.

    watch = Watch(bench, project)              # qshost watch --json
    event = watch.wait("result", name="my")    # the next such event, or a failure of the test
    events = watch.settle()                    # all events until what was changed so far is done
"""

import hashlib
import itertools
import json
import os
import queue
import signal
import subprocess
import threading
import time
from pathlib import Path

from cli import QSHOST, left_behind

SECONDS_MAX = 30
DEBOUNCE_MS = 30
ENDS = ("result", "unchanged", "failed", "cancelled")
KNOWN = ("start", "building", "missing", "trouble", "recorded", *ENDS)
MARK = "zz_mark"  # comes last among the units


def sha(path):
    try:
        return hashlib.sha256(Path(path).read_bytes()).hexdigest()
    except OSError:
        return None


class Watch:
    def __init__(self, bench, project, *arguments, env=None, **options):
        self.bench, self.project = bench, Path(project)
        self.command = ["watch", "--json", "--debounce", str(DEBOUNCE_MS), *map(str, arguments)]
        self.process = bench.start(*self.command, cwd=options.pop("cwd", project), env=env, **options)
        self.pid = self.process.pid
        self.events, self.lines = [], queue.Queue()
        self.marks = itertools.count(1)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(line)
        self.lines.put(None)

    def next(self, end):
        """The next event; None when watch has ended or the time is over."""
        try:
            line = self.lines.get(timeout=max(0.0, end - time.monotonic()))
        except queue.Empty:
            return None
        if line is None:
            self.lines.put(None)
            return None
        event = json.loads(line)
        self.bench.check(event.get("event") in KNOWN, f"an event of its own kind: {line[:200]}")
        self.bench.check("from" not in event, f"a plugin's line among the events: {line[:200]}")
        self.events.append(event)
        return event

    def wait(self, *kinds, seconds=SECONDS_MAX, **wanted):
        """The next event of one of the kinds that has those values; {} and a failure when none comes."""
        end, seen = time.monotonic() + seconds, []
        while (event := self.next(end)) is not None:
            seen.append(brief(event))
            if event["event"] in kinds and all(event.get(k) == v for k, v in wanted.items()):
                if event["event"] == "result" and "recorded" not in kinds:
                    self.recorded(event, end)
                return event
        self.bench.fail(f"no {kinds} {wanted} came within {seconds} s, but {seen}")
        return {}

    def recorded(self, result, end):
        """What a result says is in the database with the event after it; or trouble says why not."""
        event = self.next(end) or {}
        is_it = event.get("event") == "recorded" and event.get("run") == result.get("run")
        self.bench.check(is_it or event.get("event") == "trouble", f"after a result: {event}")

    def settle(self, seconds=SECONDS_MAX):
        """What came of all that was changed before. Twice: what is new comes last in a turn."""
        return self.pass_mark(seconds) + self.pass_mark(seconds)

    def pass_mark(self, seconds=SECONDS_MAX):
        """A mark is written so that it is quiet later than all that was changed before: a file whose
        times changed, which waits for 300 ms. What comes until its event is what they caused."""
        number = next(self.marks)
        name = f"{MARK}{number % 2}"  # two, since closing one is an event that comes later
        path = self.project / "plugins" / f"{name}.so"
        with path.open("w") as file:
            file.write(f"mark {number}")
            file.flush()
            os.utime(path)
            end, before = time.monotonic() + seconds, []
            while (event := self.next(end)) is not None:
                if event.get("name") == name and event["event"] == "failed":
                    return before
                if not (event.get("name") or "").startswith(MARK) and event["event"] != "recorded":
                    before.append(event)
        self.bench.fail(f"did not settle within {seconds} s: {[brief(e) for e in before]}")
        return before

    def children(self):
        found = []
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                text = path.read_text()
            except OSError:
                continue
            if int(text[text.rindex(")") + 2 :].split()[1]) == self.pid:
                found.append(text[:40])
        return found

    def fds(self):
        return sorted(os.readlink(f) for f in Path(f"/proc/{self.pid}/fd").iterdir())

    def rss_kib(self):
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
        return 0

    def end(self, number=signal.SIGTERM, code=0):
        """By a signal; and nothing of it stays."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            found = self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            found = f"none within 5 s of {number!r}"
        self.bench.equal(found, code, f"exit code of watch after {number!r}")
        self.bench.equal(left_behind(self.pid), [], "processes that watch left behind")
        err = self.process.stderr.read().decode(errors="replace") if self.process.stderr else ""
        if self.process.stderr:
            self.process.stderr.close()
        return err


def brief(event):
    text = event.get("error", "")
    text = text.get("text", "") if isinstance(text, dict) else text
    return f"{event['event']} {event.get('name', '')} {text[:120]}".strip()


def leftovers(bench, project):
    """Files that are nobody's: of builds, of the cache, of TMPDIR."""
    found = [str(p) for p in (project / ".quasar/build").glob("*")]
    found += [str(p) for p in (project / "plugins").iterdir() if p.suffix != ".so"]
    found += [str(p) for p in bench.temp.iterdir()]
    found += [str(p) for p in (bench.cache / "builds").glob(".*")]
    found += [str(p) for p in (bench.cache / "builds").glob("*") if p.suffix != ".so"]
    return found


def mapped(cache):
    """Processes that have a build of that cache loaded."""
    found = []
    for path in Path("/proc").glob("[0-9]*/maps"):
        try:
            if str(cache) + "/builds/" in path.read_text():
                found.append(path.parent.name)
        except OSError:
            continue
    return found
