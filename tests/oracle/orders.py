"""What passes through the oracle: orders, fills, and the orders that close_at_end makes."""

MARKET, LIMIT, STOP, STOP_LIMIT = "market", "limit", "stop", "stop_limit"


class Order:
    __slots__ = ("id", "strategy", "number", "symbol", "side", "type", "tif", "reduce", "size",
                 "limit", "stop", "qty", "target", "state", "reason", "filled", "signal_close",
                 "signal_time", "met", "day_end", "triggered", "instant")

    def __init__(self, id, intent, time):
        self.id, self.strategy, self.number = id, intent.strategy, intent.number
        self.symbol, self.side, self.type, self.tif = (intent.symbol, intent.side, intent.type,
                                                       intent.tif)
        self.reduce, self.size = intent.reduce, intent.size
        self.limit, self.stop, self.qty = intent.limit, intent.stop, None
        self.target = intent.verb == "target"
        self.state, self.reason, self.filled = None, "none", 0.0
        self.signal_close, self.signal_time = None, None
        self.met = False          # has it met a bar?
        self.day_end = None       # DAY: known from the first bar met
        self.triggered = False    # stop-limit: a limit order by now
        self.instant = time

    @property
    def waits_for_stop(self):
        return self.type == STOP or (self.type == STOP_LIMIT and not self.triggered)

    def priority(self):
        return 2 if self.type == MARKET else 0 if self.waits_for_stop else 1


class Fill:
    __slots__ = ("time", "known", "order", "symbol", "qty", "price", "fee", "closed", "realized")

    def __init__(self, *values):
        (self.time, self.known, self.order, self.symbol, self.qty, self.price, self.fee,
         self.closed, self.realized) = values


class EndIntent:
    """The intent behind an order of close_at_end."""
    verb, type, tif, reduce, size, number, limit, stop = ("end", MARKET, "gtc", True, None, 0, 0.0,
                                                          0.0)

    def __init__(self, strategy, symbol, side):
        self.strategy, self.symbol, self.side = strategy, symbol, side
