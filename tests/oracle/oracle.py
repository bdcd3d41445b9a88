#!/usr/bin/env python3
"""The oracle: a second simulator of the venue, written from host/sim/README.md alone.

run(case) plays a Case (cases.py) and returns the finished Simulator, whose lists `orders`,
`events`, `fills`, `equity` and `ledgers` are the result; results.py writes them. It favours
likeness to the contract's sentences over speed. What the contract does not say is decided as
README.md, "Readings", lists (R8, R9 ... in the code).

Discrete outcomes must not hang on a rounding. Where one would, `fragile` is set, and the case is
not used. `counts` says which branches of the contract were taken (names in branches.py).
"""

import math
import sys

import cases
import results
from ledger import Costs, Ledger, on_grid
from orders import LIMIT, MARKET, STOP, STOP_LIMIT, EndIntent, Fill, Order

DAY_NS = 86400 * 10**9
TINY = 1e-9


class Simulator:
    def __init__(self, case):
        s = self.settings = case.settings
        self.case, self.symbols = case, case.symbols
        self.costs = Costs(s)
        self.ledgers = [Ledger(i, s["initial_cash"] * share, case.symbols, s, self.costs)
                        for i, (_, share) in enumerate(case.strategies)]
        self.numbers = [0] * len(self.ledgers)      # intents made so far, by strategy
        self.by_number = [{} for _ in self.ledgers]  # number -> order
        n = len(case.symbols)
        self.closes = [None] * n       # newest close of each symbol
        self.marks = [0.0] * n         # the same with 0 for never seen, for sums
        self.last_bar = [None] * n
        self.volume_seen = [False] * n
        self.open_orders = [[] for _ in range(n)]
        self.orders, self.events, self.fills, self.equity = [], [], [], []
        self.counts = {}
        self.fragile = None
        self.now = 0
        # choices, spelt as questions
        self.touch = s["limit_touch"] == "touch"
        self.fifo = s["priority"] == "fifo"
        self.at_close = s["fill_model"] == "close_to_close"
        self.next_bar = self.at_close and s["close_fill_booking"] == "next_bar"
        self.instant_close = self.at_close and not self.next_bar
        self.size_at_fill = s["size_resolve"] == "fill"
        self.check_acceptance = s["cash_check"] in ("both", "acceptance")
        self.check_fill = s["cash_check"] in ("both", "fill")
        self.mark_bar_close = s["check_mark"] == "bar_close"
        self.entry_spread = s["spread_side"] == "entry" and s["spread_bps"] > 0.0

    # ---- one instant -------------------------------------------------------------------------

    def run(self):
        instants = sorted({b.close_time for s in self.symbols for b in s.bars})
        bars_of = {t: [] for t in instants}
        for i, s in enumerate(self.symbols):
            for b in s.bars:
                bars_of[b.close_time].append((i, b))
        if self.settings["max_bars"]:
            instants = instants[:self.settings["max_bars"]]
        script = {}
        for intent in self.case.intents:
            script.setdefault(intent.instant, []).append(intent)
        for index, time in enumerate(instants):
            self.step(time, bars_of[time], script.get(index, ()))
            if self.fragile:
                return self
        self.finish()
        return self

    def step(self, time, bars, intents):
        self.now = time
        after = self.marks[:]
        for i, b in bars:
            after[i] = b.close
        self.check_marks = after if self.mark_bar_close else self.marks
        self.meet_bars(bars)
        self.marks = after
        for i, b in bars:
            self.closes[i], self.last_bar[i] = b.close, b
        first = len(self.orders)
        for strategy in range(len(self.ledgers)):
            self.trial = self.ledgers[strategy].shadow()
            for intent in intents:
                if intent.strategy == strategy:
                    self.take(intent)
        if self.instant_close:
            self.fill_at_close(bars, self.orders[first:])
        self.record()

    def record(self):
        cash = [ledger.cash for ledger in self.ledgers]
        equity = [ledger.equity(self.marks) for ledger in self.ledgers]
        self.equity.append((self.now, sum(cash), sum(equity), list(zip(cash, equity))))

    def fill_at_close(self, bars, accepted):
        """Step 5: market orders of this instant at the close of their symbol's bar."""
        self.check_marks = self.marks  # R9
        here = dict(bars)
        for o in accepted:
            if o.type != MARKET or o.state != "ACTIVE":
                continue
            bar = here.get(o.symbol)
            if bar is None:
                self.hit("instant close: no bar now, fills at a later open")
            elif self.waits(o.symbol, bar):
                self.hit("instant close: zero volume, fills at a later open")
            else:
                self.hit("market at the instant's close", o)
                if self.quiet(o.symbol, bar):
                    self.hit("zero volume, fill: at the instant's close")
                self.execute(o, bar.close, bar.close_time, pays=True)

    # ---- from intent to order ----------------------------------------------------------------

    def take(self, intent):
        if intent.verb == "cancel":
            return self.cancel(intent)
        self.numbers[intent.strategy] += 1
        intent.number = self.numbers[intent.strategy]
        held = self.ledgers[intent.strategy].qty[intent.symbol]
        if intent.verb == "flatten":
            if held == 0:
                return self.hit("flatten: nothing held, no order")  # R11
            self.hit("flatten")
            intent.side, intent.type, intent.tif, intent.reduce = (-1 if held > 0 else 1, MARKET,
                                                                   "gtc", True)
        o = Order(len(self.orders) + 1, intent, self.now)
        reason = self.fault_of(o)
        if not reason and intent.verb == "flatten":
            o.qty = abs(held)
        elif not reason and o.target and not self.size_at_fill:
            change = self.target_change(o, self.marks, self.closes[o.symbol])
            if change == 0:
                return self.hit("target unchanged")
            o.side, o.qty = 1 if change > 0 else -1, abs(change)
            self.hit("target at acceptance")
        elif not reason and not o.target and not self.resolves_at_fill(o):
            o.qty = self.units(o, self.marks, self.reference(o))
            reason = None if o.qty > 0 else "zero_size"
            self.hit("size %s at acceptance" % o.size.kind)
        self.orders.append(o)
        self.by_number[o.strategy][o.number] = o
        if not reason and self.check_acceptance and o.qty is not None:
            reason = self.fails_at_acceptance(o)
        self.event(o, "NEW", self.now)
        if reason:
            self.hit("rejected: " + reason)
            return self.event(o, "REJECTED", self.now, reason)
        o.signal_close, o.signal_time = self.closes[o.symbol], self.last_bar[o.symbol].close_time
        self.open_orders[o.symbol].append(o)
        self.event(o, "ACTIVE", self.now)

    def cancel(self, intent):
        o = self.by_number[intent.strategy].get(intent.number)
        if o is None or o.state != "ACTIVE":
            return self.hit("cancel of no open order")
        if o.instant == self.now:
            self.hit("cancel in the instant of the order")
        self.hit("canceled by the strategy")
        self.end(o, "CANCELED", self.now, "canceled_by_strategy")

    def fault_of(self, o):
        """The first of bad_price, bad_size, no_price; rounds the prices to the tick."""
        tick = self.symbols[o.symbol].tick
        if o.type in (LIMIT, STOP_LIMIT):
            if not (math.isfinite(o.limit) and o.limit > 0):
                return "bad_price"
            o.limit = self.to_tick(o, o.limit, tick, up=o.side < 0)
        if o.type in (STOP, STOP_LIMIT):
            if not (math.isfinite(o.stop) and o.stop > 0):
                return "bad_price"
            o.stop = self.to_tick(o, o.stop, tick, up=o.side > 0)
        if o.size is not None:
            kind, value, distance = self.size_of(o)
            if kind == "unknown" or not math.isfinite(value) or (value < 0 and not o.target):
                return "bad_size"
            if kind == "risk" and not (math.isfinite(distance) and distance > 0):  # R12
                return "bad_size"
        return None if self.closes[o.symbol] is not None else "no_price"

    def to_tick(self, o, price, tick, up):
        if not tick:
            return price
        rounded = (math.ceil(price / tick) if up else math.floor(price / tick)) * tick
        if rounded != price:
            self.hit("order price rounded to the tick", o)
        return rounded

    def fails_at_acceptance(self, o):
        """Books the order in the trial ledger at its reference price, or says why not."""
        price, mult, trial = self.reference(o), self.symbols[o.symbol].mult, self.trial
        other = trial.can_close(o.symbol, o.side)
        q = min(o.qty, other) if o.reduce else o.qty
        self.compare_sizes(q, other)
        closing = min(q, other)
        opening = q - closing
        if q == 0:
            return None
        if closing > 0:
            fee = (self.costs.leg(closing, q, price, mult) if opening > 0
                   else self.costs.commission(q, price, mult))
            before = trial.shadow()
            trial.move(o.symbol, o.side, closing, price, fee)
        if opening > 0:
            fee = self.costs.leg(opening, q, price, mult)
            slack = trial.slack(o.symbol, o.side, opening, price, fee, self.marks)
            if self.too_little(slack, trial, opening, price, fee):
                if closing > 0:
                    self.trial = before
                    self.hit("acceptance: flip refused")
                return trial.reason
            trial.move(o.symbol, o.side, opening, price, fee)
        return None

    # ---- sizes -------------------------------------------------------------------------------

    def reference(self, o):
        if o.type == MARKET:
            return self.closes[o.symbol]
        return o.stop if o.type == STOP else o.limit

    def size_of(self, o):
        """Kind, value and stop distance, with `default` replaced by what the run says."""
        if o.size.kind != "default":
            return o.size.kind, o.size.value, o.size.distance
        kind = {"percent_equity": "equity", "fixed": "units", "risk": "risk",
                "money": "money"}[self.settings["sizing.type"]]
        return kind, self.settings["sizing.value"], o.size.distance

    def resolves_at_fill(self, o):
        return self.size_at_fill and o.size is not None and self.size_of(o)[0] != "units"

    def raw_units(self, o, marks, price):
        kind, value, distance = self.size_of(o)
        ledger, mult = self.ledgers[o.strategy], self.symbols[o.symbol].mult
        u = price * mult
        if self.settings["size_fees"] == "included":
            u = u + price * mult * self.costs.bps / 10000 + self.costs.per_unit
            self.hit("size with its fees")
        if kind == "units":
            return value
        if kind == "equity":
            return ledger.equity(marks) * value / u
        if kind == "buying_power":
            if not ledger.exact and abs(ledger.free(marks)) < TINY * max(1.0, abs(ledger.cash)):
                self.frail("buying power of nearly nothing")
            return ledger.buying_power(marks) * value / u
        if kind == "risk":
            return ledger.equity(marks) * value / (distance * mult)
        return value / u

    def to_lot(self, q, o):
        """Towards zero to the lot."""
        lot = self.symbols[o.symbol].lot
        exact = self.ledgers[o.strategy].exact or self.size_of(o)[0] == "units"
        if not lot:
            if 0 < abs(q) < TINY:
                self.frail("a size of nearly zero")
            return q
        lots = q / lot
        near = round(lots)
        if near and abs(lots - near) < TINY * max(1.0, abs(lots)) and (lots != near or not exact):
            self.frail("a size next to a whole lot")
        if math.trunc(lots) * lot != q:
            self.hit("size rounded to the lot")
        return math.trunc(lots) * lot

    def units(self, o, marks, price):
        """The size of an order in units; 0 or less is no size (R13)."""
        return self.to_lot(self.raw_units(o, marks, price), o)

    def target_change(self, o, marks, price):
        """Signed units from what is held to the target."""
        target = self.raw_units(o, marks, price)
        held = self.ledgers[o.strategy].qty[o.symbol]
        change = target - held
        if abs(change) < TINY * max(abs(target), abs(held)) and (
                change != 0 or (self.size_of(o)[0] != "units" and target != 0)):
            self.frail("a target next to what is held")
        return self.to_lot(change, o) if change else 0.0

    # ---- due orders meet the bars ------------------------------------------------------------

    def meet_bars(self, bars):
        live = []
        for i, bar in bars:
            before = len(self.open_orders[i])
            self.expire_before(i, bar)
            self.volume_seen[i] = self.volume_seen[i] or bar.volume > 0
            if self.waits(i, bar):
                if self.open_orders[i]:
                    self.hit("zero volume, wait: orders stay")
                self.expire_after(i, bar)
                if len(self.open_orders[i]) < before:
                    self.hit("zero volume, wait: ends a DAY order")
                continue
            if self.open_orders[i] and not self.volume_seen[i]:
                self.hit("zero volume in a feed that never showed any")
            live.append((i, bar))
        self.open_phase(live)
        for i, bar in live:
            for o in list(self.open_orders[i]):
                if o.tif == "ioc":
                    self.hit("ioc canceled: " + o.type + (", triggered" if o.triggered else ""))
                    if self.quiet(i, bar):
                        self.hit("zero volume, fill: cancels IOC")
                    self.end(o, "CANCELED", bar.open_time, "ioc_unfilled")
            fills = len(self.fills)
            self.bar_phase(i, bar)
            if self.quiet(i, bar) and len(self.fills) > fills:
                self.hit("zero volume, fill: in the bar")
            self.expire_after(i, bar)

    def quiet(self, i, bar):
        """No volume, in a feed that has shown some."""
        return bar.volume == 0 and self.volume_seen[i]

    def waits(self, i, bar):
        return self.settings["zero_volume"] == "wait" and self.quiet(i, bar)

    def expire_before(self, i, bar):
        for o in list(self.open_orders[i]):
            if o.day_end is not None and bar.open_time >= o.day_end:
                self.hit("day expired before a bar")
                self.end(o, "EXPIRED", o.day_end, "day_expired")

    def expire_after(self, i, bar):
        for o in list(self.open_orders[i]):
            if o.day_end is not None and bar.close_time >= o.day_end:
                self.hit("day expired after a bar")
                self.end(o, "EXPIRED", o.day_end, "day_expired")

    def open_phase(self, live):
        due = []
        for i, bar in live:
            for o in self.open_orders[i]:
                first, o.met = not o.met, True
                if first and o.tif == "day":
                    o.day_end = (bar.open_time // DAY_NS + 1) * DAY_NS
                    if self.quiet(i, bar):
                        self.hit("zero volume, fill: makes the day of a DAY order")
                rank = 0 if self.fifo else o.priority()
                way = self.at_open(o, bar, first)
                if way and self.quiet(i, bar):
                    self.hit("zero volume, fill: at the open, " + o.type)
                if way:
                    due.append((bar.open_time, rank, o.id, o, way))
        due.sort(key=lambda entry: entry[:3])
        if len({entry[0] for entry in due}) > 1:
            self.hit("open phase: an earlier open goes first")
        if len({entry[1] for entry in due}) > 1:
            self.hit("open phase: several classes, priority price")
        if len({entry[3].strategy for entry in due}) > 1:
            self.hit("open phase: two strategies")
        for _, _, _, o, (raw, time, pays) in due:
            self.execute(o, raw, time, pays)

    def at_open(self, o, bar, first):
        """How an order fills at the open: (raw price, date, pays slippage and spread), or None."""
        price, time = bar.open, bar.open_time
        if o.type == MARKET:
            if not self.next_bar:
                self.hit("market at the open", o)
                return price, time, True
            self.hit("market next_bar, dated by " + self.settings["close_fill_stamp"])
            if self.settings["close_fill_stamp"] == "signal":
                time = o.signal_time  # R8
            return o.signal_close, time, True
        if o.type == STOP:
            if not self.reached(o, price):
                return None
            self.hit("stop at the open: gap", o)
            if self.settings["stop_gap"] == "trigger" and o.stop != price:
                self.hit("stop at the open: filled at the trigger", o)
                price = o.stop
            return price, time, True
        if o.waits_for_stop:
            if not self.reached(o, price):
                return None
            o.triggered = first = True
            if not self.through(o, price):
                self.hit("stop-limit: triggered at the open, rests", o)
                return None
            self.hit("stop-limit: triggered at the open, fills", o)
            return price, time, True
        if not self.through(o, price):
            if price == o.limit:
                self.hit("limit: open exactly at it, through", o)
            return None
        if price == o.limit:
            self.hit("limit: open exactly at it, touch", o)
        self.hit("limit: open beyond it, " + ("marketable" if first else "resting"), o)
        return price, time, first

    def bar_phase(self, i, bar):
        queue = sorted(self.open_orders[i], key=lambda o: (0 if self.fifo else o.priority(), o.id))
        if len({o.priority() for o in queue}) > 1:
            self.hit("bar phase: several classes, priority " + self.settings["priority"])
        for o in queue:
            far = bar.high if o.side > 0 else bar.low    # where stops are hit
            near = bar.low if o.side > 0 else bar.high   # where limits are hit
            if not o.waits_for_stop:
                if near == o.limit:
                    self.hit("limit: touched, " + self.settings["limit_touch"], o)
                if self.through(o, near):
                    self.hit(o.type.replace("_", "-") + ": in the bar, as a limit", o)
                    self.execute(o, o.limit, bar.close_time, pays=False)
            elif self.reached(o, far):
                if far == o.stop:
                    self.hit("stop: touched", o)
                self.stop_in_bar(o, bar)

    def stop_in_bar(self, o, bar):
        if o.type == STOP:
            self.hit("stop: in the bar", o)
            return self.execute(o, o.stop, bar.close_time, pays=True)
        o.triggered = True
        if self.through(o, o.stop):
            self.hit("stop-limit: triggered in the bar, fills at the trigger", o)
            self.execute(o, o.stop, bar.close_time, pays=True)
        elif self.through(o, bar.close):
            self.hit("stop-limit: triggered in the bar, the close is beyond the limit", o)
            self.execute(o, o.limit, bar.close_time, pays=False)
        else:
            self.hit("stop-limit: triggered in the bar, rests", o)

    def reached(self, o, price):
        return price >= o.stop if o.side > 0 else price <= o.stop

    def through(self, o, price):
        """Whether a trade at this price fills the limit."""
        if price == o.limit:
            return self.touch
        return price < o.limit if o.side > 0 else price > o.limit

    # ---- fills -------------------------------------------------------------------------------

    def price_of(self, o, raw, pays, opening):
        if not pays:
            return raw
        s, tick = self.settings, self.symbols[o.symbol].tick
        if self.entry_spread:
            spread = s["spread_bps"] if opening else 0.0
        else:
            spread = s["spread_bps"] / 2
        price = raw * (1 + o.side * (s["slippage_bps"] + spread) / 10000)
        if tick:
            price = (math.ceil(price / tick) if o.side > 0 else math.floor(price / tick)) * tick
        if o.type in (LIMIT, STOP_LIMIT):
            best = min(price, o.limit) if o.side > 0 else max(price, o.limit)
            if best != price:
                self.hit("marketable limit: held at its limit", o)
            return best
        return price

    def execute(self, o, raw, time, pays):
        """An order is due at `raw`: size, cut, test of money, and the fill."""
        ledger, symbol = self.ledgers[o.strategy], o.symbol
        marks = self.check_marks
        if not self.mark_bar_close:
            marks = marks[:]
            marks[symbol] = raw
        if o.qty is None and not self.resolve(o, raw, time, pays, marks):
            return
        other = ledger.can_close(symbol, o.side)
        if o.reduce:
            if other == 0:
                self.hit("reduce-only: nothing to close")
                return self.end(o, "CANCELED", time, "nothing_to_close")
            if o.qty > other:
                self.hit("reduce-only: cut", o)
                self.compare_sizes(o.qty, other)
                o.qty = other
        self.compare_sizes(o.qty, other)
        closing = min(o.qty, other)
        opening = o.qty - closing
        if opening > 0 and self.check_fill and self.opening_fails(o, raw, pays, closing, opening,
                                                                  marks):
            self.hit("fill: %s refused, %s" % ("opening part" if closing else "order",
                                               ledger.reason))
            if not closing:
                return self.end(o, "REJECTED", time, ledger.reason)
            self.book(o, time, [(closing, False)], closing, self.price_of(o, raw, pays, False))
            self.event(o, "PARTIAL", time)  # R20
            return self.end(o, "CANCELED", time, ledger.reason)
        if closing and opening:
            self.hit("flip", o)
            if self.entry_spread and pays:
                self.hit("flip: two fills, spread on the entry", o)
                self.book(o, time, [(closing, False)], o.qty, self.price_of(o, raw, pays, False))
                self.event(o, "PARTIAL", time)
                self.book(o, time, [(opening, True)], o.qty, self.price_of(o, raw, pays, True))
                return self.end(o, "FILLED", time)
            if self.costs.per_fill:
                self.hit("flip: per_fill shared by its legs")
            parts = [(closing, False), (opening, True)]
        else:
            parts = [(closing, False)] if closing else [(opening, True)]
        self.book(o, time, parts, o.qty, self.price_of(o, raw, pays, opening > 0))
        self.end(o, "FILLED", time)

    def resolve(self, o, raw, time, pays, marks):
        """size_resolve: fill. False when that ended the order."""
        if o.target:
            change = self.target_change(o, marks, raw)  # R17
            if change == 0:
                self.hit("target at the fill: unchanged")
                self.end(o, "CANCELED", time, "unchanged")  # R18
                return False
            self.hit("target at the fill")
            o.side, o.qty = 1 if change > 0 else -1, abs(change)
            return True
        self.hit("size %s at the fill" % o.size.kind)
        o.qty = self.units(o, marks, self.price_of(o, raw, pays, True))  # R16
        if o.qty > 0:
            return True
        self.hit("fill: zero size")
        self.end(o, "REJECTED", time, "zero_size")
        return False

    def opening_fails(self, o, raw, pays, closing, opening, marks):
        """The test of money at the fill, with the closing part booked as a leg of the flip."""
        mult, trial = self.symbols[o.symbol].mult, self.ledgers[o.strategy].shadow()
        if closing:
            price = self.price_of(o, raw, pays, False)
            trial.move(o.symbol, o.side, closing, price,
                       self.costs.leg(closing, o.qty, price, mult))
        self.hit("test of money at the fill, marked at " + self.settings["check_mark"])
        price = self.price_of(o, raw, pays, True)
        fee = self.costs.leg(opening, o.qty, price, mult)
        slack = trial.slack(o.symbol, o.side, opening, price, fee, marks)
        return self.too_little(slack, trial, opening, price, fee)

    def book(self, o, time, parts, whole, price):
        """One fill. parts: (units, opens) in sequence; whole: the units that share per_fill."""
        ledger, mult = self.ledgers[o.strategy], self.symbols[o.symbol].mult
        q = fee = closed = realized = 0.0
        for units, opens in parts:
            leg = (self.costs.leg(units, whole, price, mult) if units != whole
                   else self.costs.commission(units, price, mult))
            if opens:
                ledger.open(o.symbol, o.side, units, price, leg, time)
            else:
                realized += ledger.close(o.symbol, o.side, units, price, leg, time)
                closed += units
            ledger.move(o.symbol, o.side, units, price, leg)
            q, fee = q + units, fee + leg
        q = whole if len(parts) > 1 else q
        o.filled += q
        self.fills.append(Fill(time, self.now, o.id, o.symbol, o.side * q, price, fee, closed,
                               realized))

    # ---- the end -----------------------------------------------------------------------------

    def finish(self):
        if self.settings["max_bars"] and self.settings["max_bars"] == len(self.equity):
            self.hit("max_bars stops the run")
        how = self.settings["close_at_end"]
        if how != "off":
            for ledger in self.ledgers:
                for symbol, held in enumerate(ledger.qty):
                    if held:
                        self.hit("close at end: " + how)
                        self.close_at_end(ledger, symbol, how)
            self.equity.pop()
            self.record()
        for ledger in self.ledgers:
            if ledger.trades:
                self.hit("trades " + self.settings["trades"])
        for o in self.orders:
            if o.state == "ACTIVE":
                self.hit("canceled at the end of the run")
                self.end(o, "CANCELED", self.now, "run_end")

    def close_at_end(self, ledger, symbol, how):
        """An order of its own, with no number of the strategy's (R25)."""
        bar, held = self.last_bar[symbol], ledger.qty[symbol]
        order = EndIntent(ledger.strategy, symbol, -1 if held > 0 else 1)
        o = Order(len(self.orders) + 1, order, self.now)
        o.qty = abs(held)
        self.orders.append(o)
        self.open_orders[symbol].append(o)
        self.event(o, "NEW", self.now)
        self.event(o, "ACTIVE", self.now, "closed_at_end")
        at = (bar.close, bar.close_time) if how == "last_close" else (bar.open, bar.open_time)
        self.execute(o, *at, pays=True)

    # ---- events, counters, doubts ------------------------------------------------------------

    def event(self, o, state, time, reason="none"):
        o.state = state if state != "PARTIAL" else o.state
        o.reason = reason
        self.events.append((time, o.id, state, reason))

    def end(self, o, state, time, reason="none"):
        self.open_orders[o.symbol].remove(o)
        self.event(o, state, time, reason)

    def hit(self, branch, o=None):
        """Counts a branch of the contract; with an order, for its side alone."""
        if o is not None:
            branch += ", buy" if o.side > 0 else ", sell"
        self.counts[branch] = self.counts.get(branch, 0) + 1

    def frail(self, why):
        self.fragile = self.fragile or why

    def compare_sizes(self, a, b):
        """Two sizes whose order decides something must be equal or clearly different."""
        if a != b and abs(a - b) < TINY * max(a, b):
            self.frail("a size next to what is held")

    def too_little(self, slack, ledger, q, price, fee):
        if slack is None:
            self.hit("test of money: a short sale passes on cash")
            return False
        if slack == 0:
            self.hit("test of money: passes with nothing left")
        sure = ledger.exact and on_grid(q, 3) and on_grid(price, 20) and on_grid(fee, 32)
        if not sure and abs(slack) < TINY * max(1.0, q * price * max(ledger.mults), ledger.cash):
            self.frail("money that is just enough")
        return slack < 0


def run(case):
    return Simulator(case).run()


def main():
    """oracle.py FILE: what a runner does, by the oracle; for trying compare.py and the formats."""
    with open(sys.argv[1], encoding="ascii") as lines:
        for case in cases.read_cases(lines):
            results.write_result(case.seed, results.of_oracle(run(case)), sys.stdout)


if __name__ == "__main__":
    main()
