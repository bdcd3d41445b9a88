#!/usr/bin/env python3
"""Checks the oracle itself: small cases against arithmetic done by hand, the text forms, and
whether the comparison notices an oracle that is wrong on purpose."""

import io
import math
import sys

import branches
import cases
import generate
import oracle
import results
from cases import Bar, Case, Intent, Size, Symbol

DAY = 86400 * 10**9
PLAIN = {"initial_cash": 1000.0, "commission_per_unit": 0.0, "slippage_bps": 0.0}


def bars_of(rows, width=DAY, first=0):
    """Bars side by side from (open, high, low, close[, volume])."""
    return [Bar((first + i) * width, (first + i + 1) * width, *map(float, (list(row) + [100])[:5]))
            for i, row in enumerate(rows)]


def play(rows, intents, settings=None, strategies=1, **symbol):
    s = Symbol("S0", DAY, bars=bars_of(rows), **symbol)
    case = Case(1, {**PLAIN, **(settings or {})}, [s],
                [("s%d" % i, 1.0 / strategies) for i in range(strategies)], intents)
    sim = oracle.run(case)
    assert sim.fragile is None, sim.fragile
    return sim


def units(q):
    return Size("units", float(q))


def buy(at, q, type="market", limit=0.0, stop=0.0, **more):
    return Intent(at, more.pop("strategy", 0), "order", 0, 1, type, size=units(q), limit=limit,
                  stop=stop, **more)


def sell(at, q, type="market", **more):
    order = buy(at, q, type, **more)
    order.side = -1
    return order


def fills(sim):
    return [(f.qty, f.price) for f in sim.fills]


def states(sim):
    return [(o.state, o.reason) for o in sim.orders]


FLAT = (10, 10, 10, 10)
tests = []


def test(function):
    tests.append(function)
    return function


@test
def market_fills_at_the_next_open_with_costs():
    # 12 * (1 + (100 + 50/2) / 10000) = 12.15; fee 4 * 12.15 * 0.001 + 4 * 0.5 + 3 = 5.0486
    sim = play([FLAT, (12, 13, 11, 12.5)], [buy(0, 4)],
               {"slippage_bps": 100.0, "spread_bps": 50.0, "commission_bps": 10.0,
                "commission_per_unit": 0.5, "commission_per_fill": 3.0})
    (f,) = sim.fills
    assert math.isclose(f.price, 12.15) and math.isclose(f.fee, 5.0486)
    assert (f.time, f.known, f.qty, f.closed) == (DAY, 2 * DAY, 4.0, 0.0)
    assert math.isclose(sim.ledgers[0].cash, 1000 - 4 * 12.15 - 5.0486)
    assert math.isclose(sim.equity[-1][2], 1000 - 4 * 12.15 - 5.0486 + 4 * 12.5)
    assert [e[2] for e in sim.events] == ["NEW", "ACTIVE", "FILLED"]
    assert [e[0] for e in sim.events] == [DAY, DAY, DAY]


@test
def limit_through_and_touch():
    bars = [FLAT, (10, 11, 9, 10), (10, 10.5, 8.5, 9.5)]
    assert fills(play(bars, [buy(0, 1, "limit", limit=9.0)])) == [(1, 9.0)]
    assert play(bars, [buy(0, 1, "limit", limit=9.0)]).fills[0].known == 3 * DAY
    sim = play(bars, [buy(0, 1, "limit", limit=9.0)], {"limit_touch": "touch"})
    assert sim.fills[0].known == 2 * DAY
    assert fills(play(bars, [sell(0, 1, "limit", limit=11.0)])) == []
    assert fills(play(bars, [sell(0, 1, "limit", limit=11.0)], {"limit_touch": "touch"})) == [
        (-1, 11.0)]


@test
def marketable_limit_pays_but_not_beyond_its_limit():
    s = {"slippage_bps": 1000.0}
    bars = [FLAT, (10, 10, 10, 10), (8, 8, 8, 8)]
    assert fills(play(bars, [buy(0, 1, "limit", limit=20.0)], s)) == [(1, 11.0)]
    assert fills(play(bars, [buy(0, 1, "limit", limit=10.5)], s)) == [(1, 10.5)]
    assert fills(play(bars, [sell(0, 1, "limit", limit=9.5)], s)) == [(-1, 9.5)]
    # resting, an open beyond it: at the open, nothing paid
    assert fills(play(bars, [buy(0, 1, "limit", limit=9.0)], s)) == [(1, 8.0)]


@test
def stops_by_gap_and_in_the_bar():
    bars = [FLAT, (10, 11, 9, 10), (13, 14, 12, 13)]
    assert fills(play(bars, [buy(0, 1, "stop", stop=11.0)])) == [(1, 11.0)]
    assert fills(play(bars, [buy(0, 1, "stop", stop=12.0)])) == [(1, 13.0)]
    assert fills(play(bars, [buy(0, 1, "stop", stop=12.0)], {"stop_gap": "trigger"})) == [(1, 12)]
    assert fills(play(bars, [sell(0, 1, "stop", stop=9.0)], {"slippage_bps": 1000.0})) == [
        (-1, 9 * 0.9)]


@test
def stop_limit_in_its_five_outcomes():
    def one(stop, limit, *bars):
        return fills(play([FLAT, *bars], [buy(0, 1, "stop_limit", stop=stop, limit=limit)]))

    assert one(11.0, 13.0, (12, 14, 12, 12)) == [(1, 12.0)]      # at the open, fills
    assert one(11.0, 11.5, (12, 14, 11, 12)) == [(1, 11.5)]      # at the open, rests: bar phase
    assert one(11.0, 11.5, (10, 12, 9, 12)) == [(1, 11.0)]       # in the bar, fills at P
    assert one(11.0, 10.5, (10, 12, 9, 10)) == [(1, 10.5)]       # the close is beyond L
    assert one(11.0, 10.5, (10, 12, 9, 11)) == []                # rests ...
    assert one(11.0, 10.5, (10, 12, 9, 11), (10, 10, 10, 10)) == [(1, 10.0)]  # ... from the next


@test
def ioc_and_day():
    sim = play([FLAT, (10, 12, 8, 10)], [buy(0, 1, "limit", limit=9.0, tif="ioc")])
    assert states(sim) == [("CANCELED", "ioc_unfilled")] and sim.events[-1][0] == DAY
    sim = play([FLAT, (10, 12, 8, 10), (5, 5, 5, 5)], [buy(0, 1, "limit", limit=7.0, tif="day")])
    assert states(sim) == [("EXPIRED", "day_expired")] and sim.events[-1][0] == 2 * DAY
    half = Symbol("S0", DAY // 2, bars=bars_of([FLAT] * 2, DAY // 2)
                  + bars_of([FLAT, (5, 5, 5, 5)], DAY // 2, 2)[1:])
    # bars at 0-12, 12-24 and 36-48 h; the order meets the second, whose close ends the day
    sim = oracle.run(Case(1, PLAIN, [half], [("s", 1.0)],
                          [buy(0, 1, "limit", limit=7.0, tif="day")]))
    assert states(sim) == [("EXPIRED", "day_expired")] and sim.events[-1][0] == DAY


@test
def day_orders_end_before_a_bar_of_a_later_day():
    # bars of 6 h: 0-6, 6-12 and 24-30; the order meets the second; the third would fill it
    quarter = Symbol("S0", DAY // 4, bars=bars_of([FLAT] * 2, DAY // 4)
                     + bars_of([(5, 5, 5, 5)], DAY // 4, 4))
    sim = oracle.run(Case(1, PLAIN, [quarter], [("s", 1.0)],
                          [buy(0, 1, "limit", limit=7.0, tif="day")]))
    assert states(sim) == [("EXPIRED", "day_expired")] and sim.events[-1][0] == DAY


@test
def zero_volume_bars_fill_nothing_once_volume_was_seen():
    bars = [FLAT, (11, 11, 11, 11, 0), (12, 12, 12, 12)]
    assert fills(play(bars, [buy(0, 1)])) == [(1, 12.0)]
    never = [(10, 10, 10, 10, 0), (11, 11, 11, 11, 0)]
    assert fills(play(never, [buy(0, 1)])) == [(1, 11.0)]


@test
def zero_volume_fill_makes_such_bars_bars_like_others():
    fill = {"zero_volume": "fill"}
    bars = [FLAT, (11, 14, 8, 11, 0), (12, 12, 12, 12)]
    assert fills(play(bars, [buy(0, 1)], fill)) == [(1, 11.0)]
    inside = [buy(0, 1, "limit", limit=9.0), buy(0, 2, "stop", stop=13.0)]
    assert fills(play(bars, inside, fill)) == [(2, 13.0), (1, 9.0)]
    assert fills(play(bars, inside)) == []
    # at the close of the quiet bar itself; else at the open after it
    close = {"fill_model": "close_to_close"}
    assert fills(play(bars, [buy(1, 1)], {**close, **fill})) == [(1, 11.0)]
    assert fills(play(bars, [buy(1, 1)], close)) == [(1, 12.0)]
    # it is met: an IOC limit below it ends there, where else it would fill at the 12 after it
    ioc = [buy(0, 1, "limit", limit=12.5, tif="ioc")]
    above = [FLAT, (13, 13, 13, 13, 0), (12, 12, 12, 12)]
    assert states(play(above, ioc, fill)) == [("CANCELED", "ioc_unfilled")]
    assert fills(play(above, ioc)) == [(1, 12.0)]
    # and a limit has rested since: a marketable one pays 10 %, at most its 12.5
    rests = [buy(0, 1, "limit", limit=12.5)]
    costs = {"slippage_bps": 1000.0}
    assert fills(play(above, rests, {**costs, **fill})) == [(1, 12.0)]
    assert fills(play(above, rests, costs)) == [(1, 12.5)]


@test
def refusals_at_acceptance():
    nan = float("nan")
    sim = play([FLAT, FLAT], [
        buy(0, 1, "limit", limit=nan), buy(0, 1, "stop", stop=0.0), buy(0, -1), buy(0, nan),
        buy(0, 0), buy(0, 101), sell(0, 101), buy(0, 100), buy(0, 1)])
    assert [o.reason for o in sim.orders] == [
        "bad_price", "bad_price", "bad_size", "bad_size", "zero_size", "insufficient_margin",
        "insufficient_margin", "none", "insufficient_margin"]
    assert [o.id for o in sim.orders] == [o.number for o in sim.orders] == list(range(1, 10))
    sim = play([FLAT, FLAT], [buy(0, 101), sell(0, 500)], {"account": "cash"})
    assert [o.reason for o in sim.orders] == ["insufficient_cash", "none"]


@test
def no_price_before_the_first_close():
    a = Symbol("A", DAY, bars=bars_of([FLAT, FLAT]))
    b = Symbol("B", DAY, bars=bars_of([FLAT], first=1))
    sim = oracle.run(Case(1, PLAIN, [a, b], [("s", 1.0)],
                          [Intent(0, 0, "order", 1, 1, size=units(1))]))
    assert states(sim) == [("REJECTED", "no_price")]


@test
def flip_in_one_fill_two_legs_two_trades():
    # long 4 at 10, sell 6 at 12: closes 4 (8 made), opens 2; fee 6 shared 4:2
    sim = play([FLAT, (10, 10, 10, 10), (12, 12, 12, 12), (11, 11, 11, 11)],
               [buy(0, 4), sell(1, 6), buy(2, 2)], {"commission_per_fill": 6.0})
    f = sim.fills[1]
    assert (f.qty, f.closed, f.realized, f.fee) == (-6.0, 4.0, 8.0, 6.0)
    a, b = sim.ledgers[0].trades
    assert (a.qty, a.gross, a.fees, a.net) == (4.0, 8.0, 10.0, -2.0)     # 6 + 6 * 4/6
    assert (b.qty, b.gross, b.fees, b.net) == (-2.0, 2.0, 8.0, -6.0)     # 6 * 2/6 + 6
    assert sim.ledgers[0].cash == 1000 - 2 + 12 - 8 - 10  # 8 + 2 made, 18 of fees
    assert sim.equity[-1][2] == 1000 + 10 - 18


@test
def entry_spread_flips_in_two_fills():
    # spread 1000 bps on what opens: sell 10 closing at 10, opening at 10 * 0.9
    sim = play([FLAT, FLAT, FLAT], [buy(0, 4), sell(1, 6)],
               {"spread_bps": 1000.0, "spread_side": "entry", "commission_per_fill": 3.0})
    assert fills(sim) == [(4.0, 11.0), (-4.0, 10.0), (-2.0, 9.0)]
    assert [f.fee for f in sim.fills] == [3.0, 2.0, 1.0]
    assert [e[2] for e in sim.events if e[1] == 2] == ["NEW", "ACTIVE", "PARTIAL", "FILLED"]


@test
def fill_refused_drops_the_opening_part():
    # long 50 at 10; sell 150 for the close of 10 and the open of 20: closing 50 makes 1500 of
    # equity, opening 100 at 20 needs 2000
    sim = play([FLAT, FLAT, (20, 20, 20, 20)], [buy(0, 50), sell(1, 150)])
    assert fills(sim) == [(50, 10.0), (-50, 20.0)]
    assert states(sim)[1] == ("CANCELED", "insufficient_margin") and sim.orders[1].filled == 50
    sim = play([FLAT, (20, 20, 20, 20)], [buy(0, 100)])
    assert states(sim) == [("REJECTED", "insufficient_margin")] and not sim.fills


@test
def margin_counts_what_is_held():
    # equity 1000, leverage 2; 150 at 10 uses 750; free 250 * 2 = 500: 50 more, not 51
    rows = [FLAT] * 4
    lev = {"leverage": 2.0}
    assert states(play(rows, [buy(0, 150), buy(1, 50)], lev))[1] == ("FILLED", "none")
    assert states(play(rows, [buy(0, 150), buy(1, 51)], lev))[1][1] == "insufficient_margin"
    # in one instant the second order is tested after the first
    assert states(play(rows, [buy(0, 150), buy(0, 51)], lev))[1][1] == "insufficient_margin"
    # closing always passes
    assert states(play(rows, [buy(0, 200), sell(1, 200)], lev))[1][0] == "FILLED"


@test
def check_mark_moves_the_test_at_the_fill():
    # short 50 at 10, 50 more at an open of 10: equity 1000, used 500, free 500: just enough
    rows = [FLAT, FLAT, (10, 12, 8, 12)]
    kept = play(rows, [sell(0, 50), sell(1, 50)], {"check_mark": "fill"})
    assert states(kept)[1] == ("FILLED", "none")
    # marked at that bar's close of 12: equity 1500 - 600 = 900, used 600, free 300 < 500
    dropped = play(rows, [sell(0, 50), sell(1, 50)], {"check_mark": "bar_close"})
    assert states(dropped)[1] == ("REJECTED", "insufficient_margin")


@test
def sizes_of_all_kinds():
    def q(size, settings=None, **symbol):
        order = buy(0, 1)
        order.size = size
        sim = play([FLAT, FLAT], [order], {"cash_check": "none", **(settings or {})}, **symbol)
        return sim.orders[0].qty

    assert q(Size("equity", 0.5)) == 50.0
    assert q(Size("equity", 0.5), mult=4.0) == 12.5
    assert q(Size("equity", 0.5), mult=4.0, lot=1.0) == 12.0
    assert q(Size("buying_power", 0.5), {"leverage": 4.0}) == 200.0
    assert q(Size("buying_power", 0.5), {"account": "cash", "leverage": 4.0}) == 50.0
    assert q(Size("risk", 0.25, 5.0)) == 50.0
    assert q(Size("risk", 0.25, 5.0), mult=2.0) == 25.0
    assert q(Size("money", 55.0), lot=1.0) == 5.0
    assert q(Size("money", 55.0), {"commission_per_unit": 1.0, "size_fees": "included"}) == 5.0
    assert q(Size("default", 0.0), {"sizing.type": "fixed", "sizing.value": 3.0}) == 3.0
    assert q(Size("default", 0.0), {"sizing.value": 0.25}) == 25.0
    at_fill = {"size_resolve": "fill"}
    order = buy(0, 1)
    order.size = Size("equity", 1.0)
    assert fills(play([FLAT, (20, 20, 20, 20)], [order], at_fill)) == [(50.0, 20.0)]


@test
def targets():
    rows = [FLAT] * 4

    def to(at, q):
        return Intent(at, 0, "target", 0, size=units(q))

    assert fills(play(rows, [to(0, 5), to(1, -3), to(2, -3)])) == [(5, 10.0), (-8, 10.0)]
    sim = play(rows, [to(0, 5), to(1, 5), to(2, 0)])
    assert [o.number for o in sim.orders] == [1, 3] and [o.id for o in sim.orders] == [1, 2]


@test
def reduce_only_flatten_cancel():
    rows = [FLAT] * 5
    sim = play(rows, [buy(0, 5), sell(1, 9, reduce=True), sell(2, 1, reduce=True)])
    assert fills(sim) == [(5, 10.0), (-5, 10.0)]
    assert states(sim)[1:] == [("FILLED", "none"), ("CANCELED", "nothing_to_close")]
    sim = play(rows, [sell(0, 5), Intent(1, 0, "flatten", 0), Intent(3, 0, "flatten", 0)])
    assert fills(sim) == [(-5, 10.0), (5, 10.0)] and len(sim.orders) == 2
    sim = play(rows, [buy(0, 1, "limit", limit=1.0), Intent(2, 0, "cancel", number=1),
                      Intent(2, 0, "cancel", number=7)])
    assert states(sim) == [("CANCELED", "canceled_by_strategy")] and sim.events[-1][0] == 3 * DAY


@test
def close_to_close():
    rows = [FLAT, (12, 14, 12, 13)]
    s = {"fill_model": "close_to_close"}
    sim = play(rows, [buy(0, 1), buy(1, 1)], s)
    assert fills(sim) == [(1, 10.0), (1, 13.0)] and sim.fills[0].time == DAY
    late = {**s, "close_fill_booking": "next_bar"}
    sim = play(rows, [buy(0, 1), buy(1, 1)], late)
    assert fills(sim) == [(1, 10.0)] and states(sim)[1] == ("CANCELED", "run_end")
    assert (sim.fills[0].time, sim.fills[0].known) == (DAY, 2 * DAY)
    sim = play(rows[:1] + [(12, 12, 12, 12)] * 2, [buy(0, 1)], {**late,
                                                                "close_fill_stamp": "booking"})
    assert sim.fills[0].time == DAY  # the booking bar opens when the signal bar closes


@test
def priority_of_classes_and_the_path():
    # stop before limit before market at the open, whatever their ids
    rows = [FLAT, (10, 10, 10, 10)]
    orders = [buy(0, 1), sell(0, 2, "limit", limit=5.0), sell(0, 4, "stop", stop=10.0)]
    assert [f.order for f in play(rows, orders).fills] == [3, 2, 1]
    assert [f.order for f in play(rows, orders, {"priority": "fifo"}).fills] == [1, 2, 3]
    rows = [FLAT, (10, 12, 8, 10)]
    orders = [sell(0, 1, "limit", limit=11.0), sell(0, 1, "stop", stop=9.0)]
    assert [f.order for f in play(rows, orders).fills] == [2, 1]


@test
def close_at_end():
    rows = [FLAT, (10, 13, 9, 12)]
    sim = play(rows, [buy(0, 5)], {"close_at_end": "last_close", "slippage_bps": 1000.0,
                                   "commission_per_fill": 1.0})
    assert fills(sim) == [(5, 11.0), (-5, 12 * 0.9)] and sim.ledgers[0].qty == [0.0]
    assert math.isclose(sim.equity[-1][2], 1000 - 55 + 54 - 2) and len(sim.equity) == 2
    assert fills(play(rows, [buy(0, 5)], {"close_at_end": "last_open"}))[1] == (-5, 10.0)


@test
def trades_oldest_newest_and_flat():
    rows = [(p, p, p, p) for p in (10, 10, 20, 30, 40)]
    orders = [buy(0, 2), buy(1, 2), sell(2, 3), sell(3, 1)]

    def trips(kind):
        sim = play(rows, orders, {"trades": kind})
        return [(t.qty, t.entry_price, t.exit_price, t.gross) for t in sim.ledgers[0].trades]

    assert trips("fifo") == [(2, 10, 30, 40), (1, 20, 30, 10), (1, 20, 40, 20)]
    assert trips("lifo") == [(2, 20, 30, 20), (1, 10, 30, 20), (1, 10, 40, 30)]
    assert trips("flat") == [(4, 15, 32.5, 70)]


@test
def ticks_round_against_us():
    s = {"slippage_bps": 100.0}
    rows = [FLAT, (10, 10, 10, 10)]
    assert fills(play(rows, [buy(0, 1)], s, tick=0.25)) == [(1, 10.25)]
    assert fills(play(rows, [sell(0, 1)], s, tick=0.25)) == [(-1, 9.75)]
    sim = play(rows, [buy(0, 1, "limit", limit=9.9), sell(0, 1, "limit", limit=10.1),
                      buy(0, 1, "stop", stop=10.1), sell(0, 1, "stop", stop=9.9)], tick=0.25)
    assert [o.limit or o.stop for o in sim.orders] == [9.75, 10.25, 10.25, 9.75]


@test
def strategies_keep_their_own_money():
    sim = play([FLAT] * 3, [buy(0, 50), buy(0, 51, strategy=1)], strategies=2)
    assert states(sim) == [("FILLED", "none"), ("REJECTED", "insufficient_margin")]
    assert sim.equity[-1] == (3 * DAY, 500.0, 1000.0, [(0.0, 500.0), (500.0, 500.0)])


@test
def text_forms_keep_everything():
    for seed in range(1, 30):
        case = generate.make(seed)
        text = io.StringIO()
        cases.write_case(case, text)
        (again,) = cases.read_cases(text.getvalue().splitlines())
        twice = io.StringIO()
        cases.write_case(again, twice)
        assert text.getvalue() == twice.getvalue()
        result, other = (results.of_oracle(oracle.run(c)) for c in (case, again))
        written = io.StringIO()
        results.write_result(seed, result, written)
        ((number, back),) = results.read_results(written.getvalue().splitlines())
        assert number == seed and results.difference(result, back, True) is None
        assert results.difference(result, other, True) is None


@test
def money_is_conserved():
    # cash + positions at the marks = start + what trades and fills made, from the fills alone
    for seed in range(1, 200):
        case = generate.make(seed)
        sim = oracle.run(case)
        if sim.fragile:
            continue
        paid = sum(f.qty * f.price * case.symbols[f.symbol].mult + f.fee for f in sim.fills)
        start = case.settings["initial_cash"]
        assert math.isclose(sim.equity[-1][1], start - paid, rel_tol=1e-9, abs_tol=1e-6)
        by_average = sum(f.realized for f in sim.fills)
        open_profit = sum(q * (m - a) * s.mult for ledger in sim.ledgers for q, m, a, s in
                          zip(ledger.qty, sim.marks, ledger.average, case.symbols))
        fees = sum(f.fee for f in sim.fills)
        assert math.isclose(sim.equity[-1][2], start + by_average + open_profit - fees,
                            rel_tol=1e-9, abs_tol=1e-6)


# Oracles that are wrong in one thing each; the comparison has to notice within a few cases.
def wrong(name, **methods):
    return name, type("Wrong", (oracle.Simulator,), methods)


def _no_sequence(self, o):
    self.trial = self.ledgers[o.strategy].shadow()
    return oracle.Simulator.fails_at_acceptance(self, o)




def _never_marketable(self, o, bar, first):
    return oracle.Simulator.at_open(self, o, bar, False)


def _limit_before_stop(self, i, bar):
    self.open_orders[i].sort(key=lambda o: o.id)
    for o in self.open_orders[i]:
        o.id = -o.id
    before = list(self.open_orders[i])
    oracle.Simulator.bar_phase(self, i, bar)
    for o in before:
        o.id = abs(o.id)


MUTANTS = (
    wrong("orders of one instant do not see each other", fails_at_acceptance=_no_sequence),
    wrong("marketable limits pay nothing", at_open=_never_marketable),
    wrong("no test at the fill", opening_fails=lambda *a: False),
    wrong("stops trigger beyond, not at", reached=lambda self, o, p: (
        p > o.stop if o.side > 0 else p < o.stop)),
    wrong("no tick for order prices", to_tick=lambda self, o, price, tick, up: price),
    wrong("no lot", to_lot=lambda self, q, o: q),
    wrong("DAY never expires after a bar", expire_after=lambda self, i, bar: None),
    wrong("DAY never expires before a bar", expire_before=lambda self, i, bar: None),
    wrong("market close fills forgotten", fill_at_close=lambda self, bars, accepted: None),
    wrong("zero_volume: fill is forgotten", waits=lambda self, i, bar: self.quiet(i, bar)),
    wrong("orders never wait for volume", waits=lambda self, i, bar: False),
    wrong("reference of a stop-limit is its trigger", reference=lambda self, o: (
        self.closes[o.symbol] if o.type == "market" else o.stop or o.limit)),
    wrong("bar phase from the newest order", bar_phase=_limit_before_stop),
    wrong("default size means units", size_of=lambda self, o: (
        ("units" if o.size.kind == "default" else oracle.Simulator.size_of(self, o)[0],)
        + oracle.Simulator.size_of(self, o)[1:])),
)


@test
def wrong_oracles_are_noticed():
    for name, kind in MUTANTS:
        for seed in range(1, 400):
            right = oracle.run(generate.make(seed))
            if right.fragile:
                continue
            result = kind(generate.make(seed)).run()
            if not result.fragile and results.difference(results.of_oracle(right),
                                                    results.of_oracle(result), True):
                break
        else:
            raise AssertionError("not noticed: " + name)


@test
def branches_are_named_once():
    assert len(set(branches.NAMES)) == len(branches.NAMES)


def main():
    for function in tests:
        try:
            function()
        except AssertionError:
            print("failed: " + function.__name__.replace("_", " "))
            raise
    print("%d tests passed, %d wrong oracles noticed" % (len(tests), len(MUTANTS)))


if __name__ == "__main__":
    sys.exit(main())
