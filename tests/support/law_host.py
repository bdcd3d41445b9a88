"""Runs qshost for the laws: where things are, plugins by id, configs as JSON, one run, many at
once."""
import concurrent.futures
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(os.environ.get("QS_SOURCE_DIR", Path(__file__).resolve().parents[2]))
BUILD = Path(os.environ.get("QS_BUILD_DIR", SOURCE / "build"))
SHARED = Path(os.environ.get("QS_SHARED") or SOURCE.parent / "shared")
LONG = os.environ.get("QS_LAWS") == "long"
WORKERS = int(os.environ.get("QS_LAWS_WORKERS", "2"))


def plugin_dirs():
    first = Path(os.environ.get("QS_PLUGIN_DIR") or BUILD / "plugins")
    if BUILD == SOURCE / "build" and "QS_PLUGIN_DIR" not in os.environ:
        first = SOURCE / "plugins"
    return {
        "builtins": (SOURCE / "builtins", first),
        "golden": (SOURCE / "tests/golden", BUILD / "golden"),
        "laws": (SOURCE / "tests/laws", BUILD / "laws"),
    }


def find_plugins():
    """Of each strategy id, and of each file's stem (so golden configs name them), the source and
    the built file."""
    found, stems = {}, {}
    for sources, built in plugin_dirs().values():
        for source in sorted(sources.glob("*.c")):
            match = re.search(r'\.id = "(\w+)"', source.read_text())
            if match:
                found[match.group(1)] = (source, built / f"{source.stem}.so")
                stems[source.stem] = found[match.group(1)]
    return {**stems, **found}


def skip(why):
    print(f"skipped: {why}")
    sys.exit(77)


def need_shared():
    if not (SHARED / "data/goog_1d.csv").exists():
        skip(f"{SHARED}/data is not there (set QS_SHARED)")


class RunError(Exception):
    pass


@dataclass
class Run:
    hash: str
    payload: bytes
    command: str


class Host:
    """One qshost binary with one build of the plugins. Everything it writes lies in `scratch`."""

    numbers = itertools.count()
    lock = threading.Lock()

    def __init__(self, scratch, binary=None, plugins=None):
        self.scratch = Path(scratch)
        self.binary = Path(binary or BUILD / "bin/qshost")
        self.plugins = plugins or {name: built for name, (_, built) in find_plugins().items()}
        self.cache = self.scratch / "cache"
        if not self.binary.exists():
            raise RunError(f"{self.binary} is not built (ninja qshost)")

    def config(self, config):
        """The same config with ids turned into paths, written; its path."""
        config = json.loads(json.dumps(config))
        for entry in config["strategies"]:
            path = self.plugins.get(entry["strategy"])
            if path is None or not Path(path).exists():
                raise RunError(f"no plugin for the id {entry['strategy']} ({path})")
            entry["strategy"] = str(path)
        with Host.lock:
            path = self.scratch / f"c{next(Host.numbers)}.json"
        path.write_text(json.dumps(config, indent=1))
        return path

    def run(self, config, *options, cache=None, env=None, keep=False):
        """One backtest. Its files are removed unless it failed or `keep` is set."""
        path = self.config(config)
        journal = path.with_suffix(".qsj")
        command = [self.binary, "backtest", "-c", path, "-o", journal, "--json", *options]
        command = [str(part) for part in command]
        environment = dict(os.environ, QS_CACHE=str(cache or self.cache), QS_PLUGINS="")
        environment.update(env or {})
        done = subprocess.run(
            command, env=environment, cwd=self.scratch, capture_output=True, text=True, timeout=120
        )
        line = "QS_CACHE=/tmp/laws " + " ".join(command)
        match = re.search(r"\bjournal\W+([0-9a-f]{32})\b", done.stdout)
        if done.returncode != 0 or not match:
            raise RunError(f"exit {done.returncode}: {line}\n{done.stderr or done.stdout}")
        import law_journal

        payload, whole = law_journal.read_payload(journal)
        if not whole:
            raise RunError(f"the journal is not whole: {line}")
        if not keep:
            journal.unlink()
            path.unlink()
        return Run(match.group(1), payload, line)


def parallel(function, items):
    """Results in order; the first exception ends it."""
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(function, items))


class Scratch:
    """A folder for one test, removed when it has passed and kept (and named) when it has not."""

    def __init__(self, name):
        root = BUILD / "laws_scratch"
        root.mkdir(parents=True, exist_ok=True)
        self.path = Path(tempfile.mkdtemp(prefix=name + "-", dir=root))
        self.failures = []

    def fail(self, text):
        print("FAILED " + text, flush=True)
        self.failures.append(text)

    def finish(self, summary):
        print(summary)
        if not self.failures:
            shutil.rmtree(self.path, ignore_errors=True)
            return 0
        print(f"{len(self.failures)} failures; files in {self.path}")
        return 1
