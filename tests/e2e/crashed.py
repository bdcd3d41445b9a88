"""What the tests of crashes and of failing disks share: a strategy that records something of every
kind, the database as Python's sqlite3 sees it, the shim.
"""

import hashlib
import json
import os
import shutil
import sqlite3

from cli import BUILD

SHIM = BUILD / "tests/fault_shim.so"
STRESS = BUILD / "laws/plugin_stress.so"
DATABASE = "quasar.sqlite"


def write_config(path, data, **params):
    """A run of the laws' stress strategy, which orders, plots, notes, logs and has variables."""
    strategy = {"strategy": str(STRESS), "name": "stress", "params": params}
    path.write_text(json.dumps({"data": str(data), "log": "full", "strategies": [strategy]}))
    return path


def fault(under, **how):
    """The environment that lets calls on files in that folder fail: see tests/support/fault_shim.c."""
    named = {f"QS_FAULT_{key.upper()}": str(value) for key, value in how.items()}
    asan = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"  # it wants to be the first
    return {"LD_PRELOAD": str(SHIM), "ASAN_OPTIONS": asan, "QS_FAULT_UNDER": str(under), **named}


def copy_database(folder, to):
    """The files as they lie there, the -wal and -live too; the copy of the database's path."""
    shutil.rmtree(to, ignore_errors=True)
    to.mkdir()
    for path in folder.glob(DATABASE + "*"):
        shutil.copy(path, to)
    return to / DATABASE


def select(path, sql, *values):
    with sqlite3.connect(path) as db:
        rows = db.execute(sql, values).fetchall()
    db.close()
    return rows


def is_sound(t, path, what):
    """PRAGMA integrity_check; a file of no bytes is a database without tables."""
    try:
        found = select(path, "PRAGMA integrity_check")
    except sqlite3.Error as error:
        return t.fail(f"{what}: {error}")
    return t.equal(found, [("ok",)], f"{what}: integrity_check")


def raw_states(path):
    """{run: status} as the rows say; {} without tables."""
    if not select(path, "SELECT 1 FROM sqlite_schema WHERE name = 'strategy_run'"):
        return {}
    return dict(select(path, "SELECT strategy_run_id, status FROM strategy_run ORDER BY 1"))


def rows_of(path, run, but=()):
    """A hash of all rows of a run in all tables but those."""
    digest = hashlib.sha256()
    with sqlite3.connect(path) as db:
        names = [r[0] for r in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        for name in sorted(names):
            columns = [r[1] for r in db.execute(f"PRAGMA table_info({name})")]
            if "strategy_run_id" in columns and name not in but:
                order = ", ".join(str(i + 1) for i in range(len(columns)))
                query = f"SELECT * FROM {name} WHERE strategy_run_id = ? ORDER BY {order}"
                for row in db.execute(query, (run,)):
                    digest.update(repr((name, row)).encode())
    db.close()
    return digest.hexdigest()


def states(t, folder, what):
    """{run: status} as `qshost runs` says."""
    done = t.run("runs", "--json", "-n", "0", cwd=folder)
    if not t.equal(done.code, 0, f"{what}: qshost runs: {done.err.strip()}"):
        return {}
    return {row["run"]: row["status"] for row in json.loads(done.out)}


def is_one_sentence(t, error, what):
    is_one = error.startswith("qshost: ") and "\n" not in error.strip()
    return t.check(is_one, f"{what}: expected one sentence, found {error!r}")


def settings(name, default):
    return int(os.environ.get(name) or default)
