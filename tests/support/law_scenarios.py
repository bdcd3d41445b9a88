"""The runs that all laws are tried on: builtins, golden configs as they come, several symbols,
strategies, silos and timeframes, and the stress strategy under all kinds of settings."""
import copy
import os
import random
import time
from dataclasses import dataclass
from pathlib import Path

import law_bars
import law_conf
import law_host

ALL_WORDS = {
    "account": ("margin", "cash"),
    "cash_check": ("both", "acceptance", "fill", "none"),
    "check_mark": ("fill", "bar_close"),
    "fill_model": ("close_to_open", "close_to_close"),
    "close_fill_booking": ("instant", "next_bar"),
    "close_fill_stamp": ("signal", "booking"),
    "limit_touch": ("through", "touch"),
    "stop_gap": ("open", "trigger"),
    "priority": ("price", "fifo"),
    "close_at_end": ("off", "last_close", "last_open"),
    "spread_side": ("both", "entry"),
    "size_resolve": ("acceptance", "fill"),
    "size_fees": ("excluded", "included"),
    "ema_seed": ("sma", "first"),
    "cross": ("not_above", "strict", "last_nonzero"),
    "first_call": ("ready", "after_ready"),
    "trades": ("fifo", "lifo", "flat"),
    "zero_volume": ("wait", "fill"),
}


@dataclass
class Scenario:
    name: str
    config: dict

    def bars(self):
        """(symbol, timeframe ns, bars) of each entry of data."""
        c = self.config
        return [law_bars.read_bars(d, c.get("start"), c.get("end")) for d in c["data"]]


def data(file, symbol=None, **fields):
    path = law_host.SHARED / "data" / file
    stem, timeframe = path.stem.rsplit("_", 1)
    entry = {"file": str(path), "symbol": symbol or stem.upper(), "timeframe": timeframe}
    return {**entry, **fields}


def strategy(name, strategy_id=None, **fields):
    return {"name": name, "strategy": strategy_id or name, **fields}


def lone(name, strategy_id, entries, params=None, **settings):
    entries = entries if isinstance(entries, list) else [entries]
    one = strategy("s", strategy_id, **({"params": params} if params else {}))
    return Scenario(name, {"strategies": [one], "data": entries, **settings})


def pair(name, entries, a, b, **settings):
    one = strategy("s", "pair_zscore", roles={"a": a, "b": b})
    return Scenario(name, {"strategies": [one], "data": entries, **settings})


def plain():
    two = [data("nvda_1d.csv"), data("orcl_1d.csv")]
    late = {"start": "2003-01-01"}
    return [
        lone("hold_goog", "buy_and_hold", data("goog_1d.csv")),
        lone("dma_spy", "dual_ma_crossover", data("lean_spy_1d.csv"), slippage_bps=0),
        lone("ema_eurusd", "ema_cross", data("eurusd_1h.csv"), {"size": 10}, commission_bps=1),
        lone("ema_small", "ema_cross", data("eurusd_1h.csv"), {"size": 0.1},
             initial_cash=12345678.9),
        lone("ema_btcusd", "ema_cross", data("btcusd_1h.csv"), end="2018-06-30"),
        lone("dma_sx5e", "dual_ma_crossover", data("sx5e_5m.csv", stamp="close", tick=0.01)),
        lone("ema_btc_1m", "ema_cross", data("unittest_btc_1m.csv"), end="2017-11-08"),
        lone("hold_month", "buy_and_hold", data("btcusd_1mo.csv", stamp="close")),
        lone("rsi_spy", "rsi_mean_reversion", data("lean_spy_1d.csv"), close_at_end="last_close"),
        lone("bollinger_eurusd", "bollinger_mean_reversion", data("eurusd_1h.csv"),
             commission_bps=1),
        lone("donchian_btcusd", "donchian_breakout", data("btcusd_1h.csv"),
             {"direction": "both"}, end="2018-03-31", trades="flat"),
        pair("pair_daily", two, "ORCL", "NVDA", **late),
        pair("pair_minutes",
             [data("us2019_spy_1m.csv", "SPY"), data("us2019_gld_1m.csv", "GLD")],
             "SPY", "GLD", commission_bps=1, size_resolve="fill"),
        Scenario(
            "two_by_two",
            {
                "strategies": [
                    strategy("zeta", "dual_ma_crossover", symbols=["NVDA"], budget=0.3),
                    strategy("alpha", "law_stress", params={"seed": 5, "rate": 0.2}, budget=0.5),
                ],
                "data": two,
                **late,
            },
        ),
        Scenario(
            "two_silos",
            {
                "silos": [
                    {"name": "b", "initial_cash": 20000},
                    {"name": "a", "initial_cash": 50000.5},
                ],
                "strategies": [
                    strategy("one", "ema_cross", symbols=["ORCL"], silo="a"),
                    strategy("two", "law_stress", params={"seed": 6}, silo="b", budget=0.6),
                    strategy("three", "dual_ma_crossover", symbols=["ORCL"], silo="b", budget=0.4),
                    strategy("four", "buy_and_hold", symbols=["NVDA"], silo="a"),
                ],
                "data": two,
                "leverage": 2,
                **late,
                "close_at_end": "last_close",
            },
        ),
        Scenario(
            "mtf_spy",
            {
                "strategies": [
                    strategy("s", "law_mtf", roles={"fast": "SPY@1h", "slow": "SPY@1d"})
                ],
                "data": [data("lean_spy_1h.csv", "SPY"), data("lean_spy_1d.csv", "SPY")],
                "start": "2008-06-02",
                "end": "2009-03-31",
            },
        ),
    ]


def stress():
    def one(name, entries, seed, params=None, **settings):
        return lone(name, "law_stress", entries, {"seed": seed, **(params or {})}, **settings)

    five = [data(f"lean_{s}_1d.csv", s.upper()) for s in ("spy", "aapl", "ibm", "bac", "aig")]
    week = [data(f"us2019_{s}_1m.csv", s.upper()) for s in ("aapl", "gld", "msft", "qqq", "spy")]
    week.append(data("us2019_vix_1m.csv", "VIX"))
    spy = [data("lean_spy_1h.csv", "SPY"), data("lean_spy_1d.csv", "SPY")]
    return [
        one("stress_goog", data("goog_1d.csv"), 1),
        one("stress_close", data("yhoo_1d.csv"), 2, fill_model="close_to_close", leverage=3,
            trades="lifo", close_at_end="last_close", commission_per_fill=1, end="2003-12-31"),
        one("stress_next", data("btcusd_1h.csv", lot=0.001), 3, end="2017-10-31",
            fill_model="close_to_close", close_fill_booking="next_bar",
            close_fill_stamp="booking", size_resolve="fill", spread_bps=5, spread_side="entry",
            trades="flat", close_at_end="last_open", commission_bps=10),
        one("stress_cash", data("sx5e_5m.csv", stamp="close", tick=0.5, lot=1, multiplier=10), 4,
            account="cash", limit_touch="touch", stop_gap="trigger", priority="fifo",
            initial_cash=10000000),
        one("stress_ruin", data("eurusd_1h.csv"), 5, {"size": 8}, cash_check="none", leverage=30,
            size_fees="included", commission_bps=2, start="2017-06-01", end="2017-09-30"),
        one("stress_five", five, 6, start="2005-01-01", end="2009-12-31", check_mark="bar_close"),
        one("stress_week", week, 7, {"rate": 0.5, "size": 0.1}, end="2019-02-13"),
        one("stress_frames", spy, 8, start="2019-01-01", end="2020-04-30"),
        one("stress_extreme", data("nvda_1d.csv"), 10, {"extreme": True}, end="2005-12-31"),
        one("stress_quiet", data("btcusd_1h.csv", lot=0.001), 11, start="2018-08-01",
            end="2018-08-31", zero_volume="fill", fill_model="close_to_close", leverage=2),
        one("stress_tame", data("lean_ibm_1d.csv", lot=1, tick=0.01), 9,
            {"bad": False, "shorts": False, "chatter": False}, account="cash", trades="flat"),
    ]


FILES = (
    ("goog_1d.csv", {}),
    ("lean_eem_1d.csv", {}),
    ("eurusd_1h.csv", {"start": "2017-05-01", "end": "2017-08-01"}),
    ("btcusd_1h.csv", {"start": "2018-01-01", "end": "2018-03-31"}),
    ("lean_bac_1m.csv", {}),
    ("orcl_1d.csv", {"start": "2000-01-01", "end": "2008-12-31"}),
    ("xyz_1m.csv", {"end": "2020-01-08"}),
)


def random_stress(seed):
    """The stress strategy on a file and under settings that the seed chooses."""
    chance = random.Random(seed)
    file, span = chance.choice(FILES)
    words = {key: chance.choice(choices) for key, choices in ALL_WORDS.items()}
    numbers = {
        "commission_bps": chance.choice((0, 3.5)),
        "commission_per_unit": chance.choice((0, 0.01)),
        "commission_per_fill": chance.choice((0, 0.75)),
        "slippage_bps": chance.choice((0, 2, 25)),
        "spread_bps": chance.choice((0, 4)),
        "leverage": chance.choice((1, 1, 5)),
        "sizing": {"type": chance.choice(("percent_equity", "fixed", "money")), "value": 0.2},
        "warmup_steps": chance.choice((0, 0, 50)),
        "initial_cash": chance.choice((1000, 100000, 12345678.9)),
    }
    if words["account"] == "cash":
        del numbers["leverage"]
    entry = data(file, tick=chance.choice((0, 0.01)), lot=chance.choice((0, 1, 0.1)))
    entry["multiplier"] = chance.choice((1, 1, 5, 0.1))
    entry = {k: v for k, v in entry.items() if not (k in ("tick", "lot") and v == 0)}
    params = {"seed": seed, "rate": chance.choice((0.05, 0.3, 0.9)), "size": 0.5}
    return lone(f"random_{seed}", "law_stress", entry, params, **words, **numbers, **span)


def golden():
    """tests/golden/*.yaml as they are, with files found in ../shared/data."""
    found = []
    for path in sorted((law_host.SOURCE / "tests/golden").glob("*.yaml")):
        config = law_conf.parse(path.read_text())
        if "strategies" not in config:
            keys = ("strategy", "params", "symbols", "roles")
            config["strategies"] = [{k: config.pop(k) for k in keys if k in config}]
        entries = config.get("data", [])
        entries = entries if isinstance(entries, list) else [entries]
        entries = [e if isinstance(e, dict) else {"file": e} for e in entries]
        config["data"] = [data(Path(e["file"]).name, **without(e, "file")) for e in entries]
        for entry in config["strategies"]:
            entry["strategy"] = Path(str(entry["strategy"])).stem
            entry.setdefault("name", entry["strategy"])
        found.append(Scenario("golden_" + path.stem, config))
    return found


def without(entry, *keys):
    return {k: v for k, v in entry.items() if k not in keys}


def day_seed():
    return int(os.environ.get("QS_LAWS_SEED") or time.time() // 86400)


def all_scenarios():
    """Fixed ones, golden ones, and random ones by the seed of the day (many when long)."""
    first = day_seed() * 1000
    count = 60 if law_host.LONG else 4
    return plain() + stress() + golden() + [random_stress(first + i) for i in range(count)]


def chosen(argv):
    """All, or those named on the command line (random_SEED included)."""
    if not argv:
        return all_scenarios()
    known = {s.name: s for s in all_scenarios()}
    return [
        known[name] if name in known else random_stress(int(name.removeprefix("random_")))
        for name in argv
    ]


def sliced(scenario, folder, instants):
    """The scenario cut to its first so many instants, on files of its own (law 2 spoils them)."""
    config = copy.deepcopy(scenario.config)
    bars = scenario.bars()
    times = sorted({t for b in bars for t in b.closes})[:instants]
    for place, (entry, b) in enumerate(zip(config["data"], bars)):
        rows = [row for row, close in zip(b.rows, b.closes) if close <= times[-1]]
        entry["file"] = str(Path(folder) / f"{scenario.name}_{place}.csv")
        law_bars.write_rows(entry["file"], rows or b.rows[:1])
    for key in ("start", "end"):
        config.pop(key, None)
    return Scenario(scenario.name, config)
