"""One strategy's money: cash, positions, round trips, and the test of money.

From host/sim/README.md, "The test of money", "Commission", and shared/fills-and-metrics.md,
"Accounting". Nothing here knows of bars, orders or time, except that fills carry their date.
"""

DUST = 1e-9  # a round trip of less is a remainder of rounding


class Costs:
    """Commission. A flip pays per_fill once; its legs share it by their size."""

    def __init__(self, settings):
        self.bps = settings["commission_bps"]
        self.per_unit = settings["commission_per_unit"]
        self.per_fill = settings["commission_per_fill"]

    def commission(self, q, price, mult):
        return q * price * mult * self.bps / 10000 + q * self.per_unit + self.per_fill

    def leg(self, q, whole, price, mult):
        """The part that q of a fill of `whole` units pays."""
        return q * price * mult * self.bps / 10000 + q * self.per_unit + self.per_fill * q / whole


class Trade:
    __slots__ = ("strategy", "symbol", "qty", "entry_time", "exit_time", "entry_price",
                 "exit_price", "gross", "fees", "net")

    def __init__(self, strategy, symbol, qty, entry_time, exit_time, entry_price, exit_price,
                 gross, fees):
        self.strategy, self.symbol, self.qty = strategy, symbol, qty
        self.entry_time, self.exit_time = entry_time, exit_time
        self.entry_price, self.exit_price = entry_price, exit_price
        self.gross, self.fees, self.net = gross, fees, gross - fees


class LotBook:
    """Pairs fills into round trips lot by lot: the oldest first, or the newest."""

    def __init__(self, mult, newest_first):
        self.mult, self.end, self.lots = mult, -1 if newest_first else 0, []

    def enter(self, side, q, price, fee, time):
        self.lots.append([side, q, price, fee, time])

    def leave(self, q, price, fee, time, flat):
        """Close q units; yields (signed qty, entry time, exit time, entry, exit, gross, fees)."""
        left = q
        while left > DUST and self.lots:
            lot = self.lots[self.end]
            side, have, entry, entry_fee, entered = lot
            x = min(have, left)
            share = entry_fee * x / have
            yield (side * x, entered, time, entry, price, side * x * (price - entry) * self.mult,
                   share + fee * x / q)
            left -= x
            if have - x > DUST:
                lot[1], lot[3] = have - x, entry_fee - share
            else:
                del self.lots[self.end]


class FlatBook:
    """One round trip from flat to flat, at mean prices."""

    def __init__(self, mult):
        self.mult = mult
        self.clear()

    def clear(self):
        self.side, self.units, self.paid, self.left_units, self.got = 0, 0.0, 0.0, 0.0, 0.0
        self.fees, self.entered = 0.0, None

    def enter(self, side, q, price, fee, time):
        if self.entered is None:
            self.entered = time
        self.side = side
        self.units += q
        self.paid += q * price
        self.fees += fee

    def leave(self, q, price, fee, time, flat):
        self.left_units += q
        self.got += q * price
        self.fees += fee
        if flat:
            yield (self.side * self.units, self.entered, time, self.paid / self.units,
                   self.got / self.left_units, self.side * (self.got - self.paid) * self.mult,
                   self.fees)
            self.clear()


class Ledger:
    """Cash, positions at their average price, and round trips of one strategy."""

    def __init__(self, strategy, cash, symbols, settings, costs):
        self.strategy, self.cash, self.costs = strategy, cash, costs
        self.mults = [s.mult for s in symbols]
        self.qty = [0.0] * len(symbols)
        self.average = [0.0] * len(symbols)
        self.leverage = settings["leverage"]
        self.margin = settings["account"] == "margin"
        self.reason = "insufficient_margin" if self.margin else "insufficient_cash"
        kind = settings["trades"]
        self.books = [FlatBook(s.mult) if kind == "flat" else LotBook(s.mult, kind == "lifo")
                      for s in symbols]
        self.trades = []
        self.exact = True  # no number booked so far was rounded

    def shadow(self):
        """A copy to try orders on: money and positions, no round trips."""
        twin = Ledger.__new__(Ledger)
        twin.__dict__.update(self.__dict__)
        twin.qty, twin.average, twin.books, twin.trades = self.qty[:], self.average[:], None, None
        return twin

    def equity(self, marks):
        return self.cash + sum(q * m * f for q, m, f in zip(self.qty, marks, self.mults) if q)

    def margin_used(self, marks):
        return sum(abs(q) * m * f / self.leverage
                   for q, m, f in zip(self.qty, marks, self.mults) if q)

    def free(self, marks):
        """Cash, or equity that no position uses as margin; may be negative."""
        return self.equity(marks) - self.margin_used(marks) if self.margin else self.cash

    def buying_power(self, marks):
        return max(0.0, self.free(marks)) * (self.leverage if self.margin else 1.0)

    def can_close(self, symbol, side):
        """How much of the other side is held."""
        return max(0.0, -side * self.qty[symbol])

    def slack(self, symbol, side, q, price, fee, marks):
        """What the test of money leaves over when q units are opened: below 0 fails; None = no
        test."""
        need = q * price * self.mults[symbol]
        if self.margin:
            return self.buying_power(marks) - (need + fee)
        return self.cash - need - fee if side > 0 else None

    def move(self, symbol, side, q, price, fee):
        """Cash and quantity of a fill, without its book-keeping."""
        value = q * price * self.mults[symbol]
        self.cash = self.cash - value - fee if side > 0 else self.cash + value - fee
        self.qty[symbol] += side * q
        self.exact = self.exact and on_grid(q, 3) and on_grid(price, 20) and on_grid(fee, 32)

    def close(self, symbol, side, q, price, fee, time):
        """Round trips of q units that close; returns what they realise before fees."""
        held = self.qty[symbol]
        flat = q == abs(held)
        realized = -side * q * (price - self.average[symbol]) * self.mults[symbol]
        for trip in self.books[symbol].leave(q, price, fee, time, flat):
            self.trades.append(Trade(self.strategy, symbol, *trip))
        return realized

    def open(self, symbol, side, q, price, fee, time):
        """Average price and round trips of q units that open; called before move()."""
        held = max(0.0, side * self.qty[symbol])
        self.average[symbol] = (held * self.average[symbol] + q * price) / (held + q)
        self.books[symbol].enter(side, q, price, fee, time)


def on_grid(x, bits):
    """Whether x is a multiple of 2^-bits: sums and products of such numbers are not rounded."""
    y = x * (1 << bits)
    return y == int(y)
