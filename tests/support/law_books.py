"""A strategy's books, kept from its fills alone, for law 3. By the rules of host/sim/README.md and
../shared/fills-and-metrics.md, sharing no code with the engine: a fill closes before it opens; cash
moves by quantity * price * multiplier and by the fee; round trips pair fifo, lifo or flat to flat.
"""
DUST = 1e-12  # what is left below this share of what was traded comes from rounding
EXACT = 2.0**-50


class Money:
    """A sum whose own rounding does not count (Neumaier)."""

    def __init__(self, value=0.0):
        self.sum, self.rest, self.count = value, 0.0, 0

    def add(self, value):
        total = self.sum + value
        if abs(self.sum) >= abs(value):
            self.rest += (self.sum - total) + value
        else:
            self.rest += (value - total) + self.sum
        self.sum = total
        self.count += 1

    @property
    def value(self):
        return self.sum + self.rest


class Lot:
    def __init__(self, units, price, fee, event, known, order):
        self.units, self.price, self.fee = units, price, fee
        self.event, self.known, self.order = event, known, order


class Holding:
    """A strategy's position in one symbol, with the round trip in progress and its lots."""

    def __init__(self):
        self.units = self.average = 0.0
        self.lots = []
        self.flow = 0.0  # since flat: money in and out, before fees
        self.fees = 0.0
        self.entered = self.entered_value = self.exited_value = self.gross = 0.0
        self.begin = None  # (event, known, order) of the first entry


class Book:
    """A strategy's ledger."""

    def __init__(self, budget, pairing):
        self.budget, self.pairing = budget, pairing
        self.cash, self.fees, self.net_of_trades = Money(budget), Money(), Money()
        self.turnover = 0.0
        self.holdings = {}
        self.expected = []  # round trips that the journal has to list

    def tolerance(self):
        size = abs(self.budget) + self.turnover
        return 1e-9 * self.turnover + EXACT * size * (1 + self.cash.count)

    def fill(self, symbol, units, price, fee, multiplier, times):
        """times: (event, known, order). Returns (units closed, money realized, position)."""
        h = self.holdings.setdefault(symbol, Holding())
        closing = 0.0
        if h.units != 0.0 and (h.units > 0) != (units > 0):
            closing = units if abs(units) < abs(h.units) else -h.units
            if abs(units - closing) <= DUST * abs(units):
                closing = units
        closing_fee = fee * (closing / units)
        realized = 0.0
        if closing != 0.0:
            realized = self.close(h, symbol, -closing, price, closing_fee, multiplier, times)
        if units != closing:
            self.open(h, units - closing, price, fee - closing_fee, multiplier, times)
        self.cash.add(-units * price * multiplier)
        self.cash.add(-fee)
        self.fees.add(fee)
        self.turnover += abs(units * price * multiplier)
        return closing, realized, h.units

    def close(self, h, symbol, units, price, fee, multiplier, times):
        """units has the sign of what is held."""
        realized = units * (price - h.average) * multiplier
        rest = h.units - units
        if abs(rest) <= DUST * abs(units):
            rest = 0.0
        h.exited_value += units * price
        h.gross += realized
        h.fees += fee
        h.flow += units * price * multiplier
        if self.pairing != "flat":
            self.close_lots(h, symbol, units, price, fee, multiplier, times)
        h.units = rest
        if rest == 0.0:
            if self.pairing == "flat":
                self.trip(symbol, h.entered, h.entered_value / h.entered,
                          h.exited_value / h.entered, h.gross, h.fees, h.begin, times)
            self.holdings[symbol] = fresh = Holding()
            h.__dict__ = fresh.__dict__
        return realized

    def close_lots(self, h, symbol, units, price, fee, multiplier, times):
        left = total = abs(units)
        sign = 1.0 if units > 0 else -1.0
        while h.lots and left > 0.0:
            lot = h.lots[0] if self.pairing == "fifo" else h.lots[-1]
            size = abs(lot.units)
            whole = size <= left or size - left <= DUST * total
            part = size if whole else left
            entry_fee = lot.fee if whole else lot.fee * (part / size)
            gross = sign * part * (price - lot.price) * multiplier
            self.trip(symbol, sign * part, lot.price, price, gross,
                      entry_fee + fee * (part / total), (lot.event, lot.known, lot.order),
                      times)
            left -= part
            if whole:
                h.lots.remove(lot)
            else:
                lot.units -= sign * part
                lot.fee -= entry_fee

    def open(self, h, units, price, fee, multiplier, times):
        if h.units == 0.0:
            h.average, h.begin = price, times
        else:
            h.average = (h.units * h.average + units * price) / (h.units + units)
        h.units += units
        h.entered += units
        h.entered_value += units * price
        h.fees += fee
        h.flow -= units * price * multiplier
        h.lots.append(Lot(units, price, fee, *times))

    def trip(self, symbol, units, entry, leave, gross, fees, begin, end):
        self.expected.append(
            {"symbol": symbol, "quantity": units, "entry_price": entry, "exit_price": leave,
             "gross": gross, "fees": fees, "net": gross - fees, "entry_time": begin[0],
             "entry_known": begin[1], "exit_time": end[0], "exit_known": end[1],
             "entry_order": begin[2], "exit_order": end[2]}
        )

    def open_profit(self, marks, multipliers):
        """What the open round trips have made so far, fees paid on them taken off."""
        total = 0.0
        for symbol, h in self.holdings.items():
            value = multipliers[symbol]
            if self.pairing == "flat":
                if h.units != 0.0:
                    total += h.flow + h.units * marks[symbol] * value - h.fees
            else:
                for lot in h.lots:
                    total += lot.units * (marks[symbol] - lot.price) * value - lot.fee
        return total
