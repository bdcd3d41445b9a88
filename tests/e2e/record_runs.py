"""Runs to record, for the tests of records: configs on synthetic and on real bars that leave rows in
every table, and how they are written into a project."""

import json
import sys
import time

from cli import SECONDS_MAX, SOURCE, strict_json, write_bars

sys.path.insert(0, str(SOURCE / "tests/support"))
import law_host  # noqa: E402
import law_scenarios  # noqa: E402

STRESS = law_host.BUILD / "laws/plugin_stress.so"


def stress(symbols=("a_1d.csv",), **settings):
    """The strategy that leaves rows in every table, on synthetic bars."""
    params = {"seed": 3, "rate": 0.5}
    return {"data": list(symbols), "strategies": [{"strategy": "law_stress", "name": "s", "params": params}], **settings}


def synthetic():
    two = ["a_1d.csv", "b_1d.csv"]
    silos = [{"name": "left", "initial_cash": 20000}, {"name": "right", "initial_cash": 50000.5}]
    three = [
        {"strategy": "law_stress", "name": "zeta", "silo": "left", "params": {"seed": 1}},
        {"strategy": "ema_cross", "name": "alpha", "silo": "right", "symbols": ["B"], "budget": 0.5},
        {"strategy": "law_stress", "name": "mid", "silo": "right", "budget": 0.5, "params": {"bad": False}},
    ]
    return {
        "one": stress(),
        "settings": stress(name="with a name", commission_bps=3, trades="lifo", close_at_end="last_close", leverage=2),
        "extreme": {**stress(two), "strategies": [{"strategy": "law_stress", "name": "s", "params": {"extreme": True}}]},
        "silos": {"data": two, "silos": silos, "strategies": three},
        "nothing": {"data": ["short_1d.csv"], "strategies": [{"strategy": "ema_cross"}]},
    }  # fmt: skip


def real():
    if not (law_host.SHARED / "data/goog_1d.csv").exists():
        print("not tried: runs on real bars, for there are none")
        return {}
    wanted = {"hold_goog", "two_by_two", "two_silos", "mtf_spy", "stress_five", "stress_next", "pair_daily"}
    return {s.name: s.config for s in law_scenarios.plain() + law_scenarios.stress() if s.name in wanted}


def write_config(folder, name, config, log=None):
    """As JSON, with ids turned into paths of the plugins of this build."""
    config = json.loads(json.dumps(config))
    for entry in config["strategies"]:
        entry["strategy"] = str(law_host.find_plugins()[entry["strategy"]][1])
    if log:
        config["log"] = log
    (folder / f"{name}.json").write_text(json.dumps(config))
    return f"{name}.json"


def synthetic_bars(folder):
    write_bars(folder / "goog_1d.csv", 300)
    write_bars(folder / "a_1d.csv", 700)
    write_bars(folder / "b_1d.csv", 600, start="2005-02-01", base=40)
    write_bars(folder / "short_1d.csv", 3)


def without_timing(result):
    return {key: value for key, value in result.items() if key != "timing"}


def log_lines(folder, stream):
    """Every line of a log as strict JSON."""
    path = folder / f".quasar/logs/{stream}.log"
    if not path.exists():
        return []
    text = path.read_text(encoding="utf-8")
    if not text.endswith("\n"):
        raise ValueError(f"{stream}.log ends within a line")
    return [strict_json(line + "\n") for line in text.splitlines()]


def wait_for(condition, seconds=SECONDS_MAX):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.002)
    return condition()
