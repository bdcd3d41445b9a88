#!/usr/bin/env python3
"""Seeded random cases for the oracle. generate.py [--seed N] [--runs N] writes them as text.

All numbers lie on dyadic grids, so that sums and products are not rounded and no decision hangs on
the last bit: prices are multiples of 1/64, sizes of 1/8, lots powers of two, bps 10000 / 2^k. Money
is short on purpose, so that refusals, dropped parts and flips are common; order prices lie a few
steps from the market on a coarse grid, so that limits and stops are often met exactly.
"""

import argparse
import math
import random
import sys

from cases import CHOICES, Bar, Case, Intent, Size, Symbol, write_case

HOUR_NS = 3600 * 10**9
DAY_NS = 24 * HOUR_NS
START_NS = 19783 * DAY_NS  # 2024-03-01
HOURS = (1, 2, 4, 5, 6, 7, 8, 12, 16, 24)  # 5, 7 and 16 hours cross midnight
UNUSUAL = ("account", "cash_check", "check_mark", "fill_model", "close_fill_booking",
           "close_fill_stamp", "limit_touch", "stop_gap", "priority", "close_at_end",
           "spread_side", "size_resolve", "size_fees", "sizing.type", "trades", "zero_volume")


def bps(r, low, high):
    """0 or 10000 / 2^k."""
    return 10000.0 / (1 << r.randint(low, high)) if r.random() < 0.6 else 0.0


def settings_of(r):
    s = {key: r.choice(CHOICES[key]) for key in UNUSUAL}
    if r.random() < 0.4:
        s["cash_check"] = "both"
    if s["fill_model"] == "close_to_close" and r.random() < 0.3:
        s["fill_model"] = "close_to_open"
    s["netting"] = "off"
    s["initial_cash"] = float(r.choice((2048, 8192, 32768, 131072)))
    s["leverage"] = r.choice((0.5, 1.0, 1.0, 2.0, 4.0))
    s["commission_bps"] = bps(r, 8, 11)
    s["commission_per_unit"] = r.choice((0.0, 0.0, 1 / 128, 1 / 32))
    s["commission_per_fill"] = r.choice((0.0, 0.0, 0.25, 1.0))
    s["slippage_bps"] = bps(r, 6, 9)
    s["spread_bps"] = bps(r, 5, 8)
    s["sizing.value"] = {"percent_equity": 0.25, "fixed": 2.0, "risk": 1 / 64,
                         "money": 512.0}[s["sizing.type"]] * r.choice((1, 2, 4))
    if r.random() < 0.15:  # nothing costs anything: money often comes out even
        s.update(commission_bps=0.0, commission_per_unit=0.0, commission_per_fill=0.0,
                 slippage_bps=0.0, spread_bps=0.0)
    s["max_bars"] = r.randint(30, 60) if r.random() < 0.05 else 0
    return s


def bars_of(r, hours, slots, step, start):
    """Bars of one feed; times in ns, prices in 64ths as integers until the end."""
    random_, randrange = r.random, r.randrange
    width = hours * HOUR_NS
    price = randrange(20, 120) * 64
    gap, wick = 3 * step, 3 * step + 1
    missing = r.choice((0.0, 0.1, 0.3))
    volume = r.choice(("some zero", "all zero", "late", "always"))
    bars = []
    for slot in range(slots):
        if random_() < missing or slot < start:
            continue
        kind = random_()
        if kind < 0.4:
            o = price
        elif kind < 0.9:
            o = price + step * randrange(-2, 3)
        else:
            o = price + randrange(-gap, gap + 1)
        c = o + step * randrange(-4, 5)
        c = c if random_() < 0.8 else c + randrange(-7, 8)
        o, c = max(o, 640), max(c, 640)
        h, l = max(o, c) + step * randrange(4), min(o, c) - step * randrange(4)
        if random_() < 0.2:
            h += randrange(wick)
        if volume == "all zero" or (volume == "late" and slot < slots // 2):
            v = 0.0
        else:
            v = 0.0 if volume != "always" and random_() < 0.15 else 128.0
        open_time = START_NS + slot * width
        bars.append(Bar(open_time, open_time + width, o / 64, h / 64, l / 64, c / 64, v))
        price = c
    return bars


def symbols_of(r):
    hours = r.choice(HOURS)
    step = r.choice((1, 8, 16, 16, 32))
    count = r.choice((1, 2, 2, 3, 3))
    slots = r.randint(60, 110)
    symbols = []
    for i in range(count):
        times = 1 if i == 0 else r.choice((1, 1, 2, 3))
        start = 0 if i == 0 or r.random() < 0.5 else r.randint(1, 12)
        bars = bars_of(r, hours * times, slots // times, step, start)
        symbols.append(Symbol("S%d" % i, hours * times * HOUR_NS,
                              r.choice((0.0, 0.0, 1 / 64, 1 / 16, 0.25)),
                              r.choice((0.0, 0.125, 0.125, 1.0, 2.0)),
                              r.choice((1.0, 1.0, 1.0, 0.5, 2.0)), bars))
    return symbols, step


class Scripts:
    """Intents that know the market at their instant."""

    def __init__(self, r, settings, symbols, strategies, step):
        self.r, self.symbols, self.step = r, symbols, step
        self.share = settings["initial_cash"] / strategies
        self.reach = settings["leverage"] if settings["account"] == "margin" else 1.0
        free = not any(settings[key] for key in settings if key.startswith("commission"))
        self.round_bets = 0.9 if free else 0.2  # how often all the money goes out even
        self.strategies = strategies
        self.made = [0] * strategies
        self.intents = []
        self.odd = r.random() < 0.3  # cases with bad intents
        self.kinds = r.random()      # how often a size is not in units

    def play(self):
        r = self.r
        instants = sorted({b.close_time for s in self.symbols for b in s.bars})
        close = [40.0] * len(self.symbols)
        at = [iter(s.bars) for s in self.symbols]
        ahead = [next(it, None) for it in at]
        busy = r.choice((0.2, 0.4, 0.4, 0.7))
        for index, time in enumerate(instants):
            for i, bar in enumerate(ahead):
                if bar is not None and bar.close_time == time:
                    close[i], ahead[i] = bar.close, next(at[i], None)
            for strategy in range(self.strategies):
                while r.random() < busy:
                    self.intent(index, strategy, close)
        return self.intents

    def intent(self, index, strategy, close):
        r, kind = self.r, self.r.random()
        if kind < 0.12 and self.made[strategy]:
            number = max(1, self.made[strategy] - int(r.random() ** 2 * 12))
            number = number if r.random() < 0.95 else r.choice((-1, 0, 10**9))
            self.intents.append(Intent(index, strategy, "cancel", number=number))
            return
        self.made[strategy] += 1
        symbol = r.randrange(len(self.symbols))
        price = close[symbol]
        if kind < 0.18:
            self.intents.append(Intent(index, strategy, "flatten", symbol))
        elif kind < 0.28:
            size = self.size(symbol, price)
            if r.random() < 0.4:
                size.value = -size.value
            self.intents.append(Intent(index, strategy, "target", symbol, size=size))
        else:
            self.intents.append(self.order(index, strategy, symbol, price))

    def order(self, index, strategy, symbol, price):
        r = self.r
        side = 1 if r.random() < 0.5 else -1
        type = r.choice(("market", "market", "limit", "limit", "stop", "stop_limit", "stop_limit"))
        tif = r.choice(("gtc", "gtc", "gtc", "day", "day", "ioc"))
        limit = stop = 0.0
        if type == "limit":
            limit = self.near(price, -side, -3)
        elif type == "stop":
            stop = self.near(price, side, -2)
        elif type == "stop_limit":
            stop = self.near(price, side, -2)
            limit = self.near(stop, side, -4)
        if self.made[strategy] <= 3 and type == "limit" and r.random() < self.round_bets:
            limit = 2.0 ** round(math.log2(price))  # all the money, without a remainder
            return Intent(index, strategy, "order", symbol, side, type, tif, False,
                          Size("buying_power", 1.0), limit, 0.0)
        if self.odd and r.random() < 0.04:
            bad = r.choice((0.0, -1.0, float("nan"), float("inf")))
            limit, stop = (bad, stop) if r.random() < 0.5 else (limit, bad)
        return Intent(index, strategy, "order", symbol, side, type, tif, r.random() < 0.15,
                      self.size(symbol, price), limit, stop)

    def near(self, price, towards, least):
        """A price some steps from another; towards +1: mostly above it."""
        r = self.r
        moved = price + towards * r.randint(least, 5) * self.step / 64
        return max(1.0, moved + (r.randint(-9, 9) / 64 if r.random() < 0.1 else 0.0))

    def size(self, symbol, price):
        r, kind = self.r, "units"
        mult = self.symbols[symbol].mult
        full = self.share * self.reach / (price * mult)
        if r.random() < self.kinds:
            kind = r.choice(("equity", "equity", "buying_power", "risk", "money", "default"))
        if self.odd and r.random() < 0.03:
            bad = r.choice((Size("unknown", 1.0), Size("units", float("nan")), Size("units", -1.0),
                            Size("units", 0.0), Size("equity", float("inf")), Size("risk", 0.25),
                            Size("risk", 0.25, -1.0), Size("money", -64.0)))
            return bad
        distance = r.randint(1, 16) * self.step / 64
        if kind == "equity":
            return Size(kind, r.choice((0.125, 0.25, 0.5, 0.75, 1.0)) * self.reach)
        if kind == "buying_power":
            return Size(kind, r.choice((0.25, 0.5, 0.75, 1.0)))
        if kind == "risk":
            return Size(kind, r.choice((1 / 256, 1 / 64, 1 / 32)), distance)
        if kind == "money":
            return Size(kind, max(1, int(self.share * r.random() * self.reach)) * 1.0)
        if kind == "default":
            return Size(kind, 0.0, distance)
        part = r.choice((0.05, 0.1, 0.25, 0.25, 0.5, 1.0))
        return Size(kind, max(1, int(full * part * (0.5 + r.random()) * 8)) / 8)


def make(seed):
    """The case of a seed."""
    r = random.Random(seed)
    settings = settings_of(r)
    symbols, step = symbols_of(r)
    strategies = r.choice((1, 1, 2, 2, 4))
    intents = Scripts(r, settings, symbols, strategies, step).play()
    return Case(seed, settings, symbols,
                [("script%d" % i, 1.0 / strategies) for i in range(strategies)], intents)


def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--runs", type=int, default=1)
    args = p.parse_args()
    for seed in range(args.seed, args.seed + args.runs):
        write_case(make(seed), sys.stdout)


if __name__ == "__main__":
    main()
