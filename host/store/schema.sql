-- quasar.sqlite, version 1. Read it with any sqlite3 shell: the views at the end are for people.
--
-- Tables hold what the journal says, bit for bit: times are ns UTC (INTEGER), numbers are doubles,
-- kinds, sides, states and reasons are the journal's codes; the table `code` names them and the views
-- show names and ISO times. A run's rows are never changed once its status is not 'running'.
-- Every row names its run; where one strategy is meant also its instance (0, 1 ... by name).

CREATE TABLE strategy_run (            -- one backtest (or session); its row is committed first
    strategy_run_id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind            TEXT NOT NULL,     -- backtest | session
    status          TEXT NOT NULL,     -- running | done | failed | interrupted
    name            TEXT,              -- given by the user
    started_at      INTEGER NOT NULL,  -- wall clock, ns UTC
    ended_at        INTEGER,
    host_version    TEXT NOT NULL,
    strategies      TEXT NOT NULL,     -- "ema_cross" or "a, b": for lists
    symbols         TEXT NOT NULL,     -- "SPX 1d"
    log             TEXT NOT NULL,     -- full | bars | trades | every N bars
    config          TEXT NOT NULL,     -- run config as JSON: what `replay` runs again
    bars_hash       TEXT NOT NULL,
    config_hash     TEXT NOT NULL,
    code_hash       TEXT NOT NULL,
    journal_hash    TEXT,              -- of the whole journal; from here on known at the end
    bars            INTEGER,
    intents         INTEGER,
    orders          INTEGER,
    fills           INTEGER,
    trades          INTEGER,
    rejected        INTEGER,
    initial_equity  REAL,
    final_equity    REAL,
    error           TEXT,              -- failed: the sentence
    output          TEXT,              -- last bytes that the strategy printed
    result          TEXT               -- what --json prints
);
CREATE INDEX strategy_run_status ON strategy_run (status) WHERE status = 'running';

CREATE TABLE strategy_instance (       -- a strategy as it was bound in a run
    strategy_run_id      INTEGER NOT NULL,
    strategy_instance_id INTEGER NOT NULL,
    name         TEXT NOT NULL,
    strategy     TEXT NOT NULL,        -- id of the schema
    version      TEXT NOT NULL,
    silo         TEXT NOT NULL,
    budget       REAL NOT NULL,        -- money
    build_sha256 TEXT NOT NULL,
    build_path   TEXT NOT NULL,        -- the user's file
    params       TEXT NOT NULL,        -- JSON object, resolved: {"fast": "12"}
    PRIMARY KEY (strategy_run_id, strategy_instance_id)
) WITHOUT ROWID;

CREATE TABLE strategy_feed (
    strategy_run_id INTEGER NOT NULL,
    feed       INTEGER NOT NULL,
    symbol_id  INTEGER NOT NULL,
    symbol     TEXT NOT NULL,
    timeframe  TEXT NOT NULL,
    file       TEXT NOT NULL,          -- absolute
    rows       INTEGER NOT NULL,
    first_time INTEGER NOT NULL,       -- close of the first and last bar
    last_time  INTEGER NOT NULL,
    bars_hash  TEXT NOT NULL,
    synthetic  INTEGER NOT NULL,
    PRIMARY KEY (strategy_run_id, feed)
) WITHOUT ROWID;

CREATE TABLE strategy_record (         -- journal records that have no table of their own, as bytes
    strategy_run_id INTEGER NOT NULL,
    seq     INTEGER NOT NULL,
    records BLOB NOT NULL,             -- one or several whole records: header, START, BARS, END
    PRIMARY KEY (strategy_run_id, seq)
) WITHOUT ROWID;

CREATE TABLE strategy_signal (         -- what a strategy wished for, and what became of it
    strategy_run_id      INTEGER NOT NULL,
    seq                  INTEGER NOT NULL,
    strategy_instance_id INTEGER NOT NULL,
    time INTEGER NOT NULL, number INTEGER NOT NULL, kind INTEGER NOT NULL, symbol_id INTEGER NOT NULL,
    side INTEGER NOT NULL, type INTEGER NOT NULL, tif INTEGER NOT NULL, flags INTEGER NOT NULL,
    size_kind INTEGER NOT NULL, size_value REAL, stop_distance REAL, limit_price REAL,
    stop_price REAL,
    order_id INTEGER NOT NULL,         -- 0: none, see reason
    reason   INTEGER NOT NULL,
    PRIMARY KEY (strategy_run_id, seq)
) WITHOUT ROWID;

CREATE TABLE strategy_order (          -- every order asked for, refused ones included
    strategy_run_id      INTEGER NOT NULL,
    order_id             INTEGER NOT NULL,
    strategy_instance_id INTEGER NOT NULL,
    time INTEGER NOT NULL, number INTEGER NOT NULL, symbol_id INTEGER NOT NULL,
    side INTEGER NOT NULL, type INTEGER NOT NULL, tif INTEGER NOT NULL, flags INTEGER NOT NULL,
    quantity REAL, limit_price REAL, stop_price REAL, reference REAL,
    tag TEXT NOT NULL,
    PRIMARY KEY (strategy_run_id, order_id)
) WITHOUT ROWID;

CREATE TABLE strategy_order_event (    -- every state of every order, with its reason
    strategy_run_id      INTEGER NOT NULL,
    seq                  INTEGER NOT NULL,
    strategy_instance_id INTEGER NOT NULL,
    time INTEGER NOT NULL, order_id INTEGER NOT NULL, state INTEGER NOT NULL,
    reason INTEGER NOT NULL, needed REAL, available REAL,
    PRIMARY KEY (strategy_run_id, seq)
) WITHOUT ROWID;

CREATE TABLE strategy_fill (           -- a strategy's share of a fill: one row an allocation
    strategy_run_id      INTEGER NOT NULL,
    fill_id              INTEGER NOT NULL,
    strategy_instance_id INTEGER NOT NULL,
    ts_event INTEGER NOT NULL, ts_known INTEGER NOT NULL, order_id INTEGER NOT NULL,
    symbol_id INTEGER NOT NULL,
    fill_quantity REAL,                -- of the whole fill; signed
    price REAL, raw REAL,
    fill_fee REAL,                     -- of the whole fill
    phase INTEGER NOT NULL,
    quantity REAL, fee REAL, closed REAL, realized REAL, position REAL,
    PRIMARY KEY (strategy_run_id, fill_id, strategy_instance_id)
) WITHOUT ROWID;

CREATE TABLE strategy_trade (          -- closed round trips
    strategy_run_id      INTEGER NOT NULL,
    trade_id             INTEGER NOT NULL,
    strategy_instance_id INTEGER NOT NULL,
    symbol_id INTEGER NOT NULL, entry_time INTEGER NOT NULL, exit_time INTEGER NOT NULL,
    entry_known INTEGER NOT NULL, exit_known INTEGER NOT NULL,
    quantity REAL, entry_price REAL, exit_price REAL, gross REAL, fees REAL, net REAL,
    mae REAL, mfe REAL,
    entry_order INTEGER NOT NULL,      -- that opened it (trades: flat: that left flat)
    exit_order  INTEGER NOT NULL,      -- that closed it (flat: the last)
    PRIMARY KEY (strategy_run_id, trade_id)
) WITHOUT ROWID;

CREATE TABLE strategy_position_snapshot ( -- what is held at the end (sessions: after each instant)
    strategy_run_id      INTEGER NOT NULL,
    seq                  INTEGER NOT NULL,
    strategy_instance_id INTEGER NOT NULL,
    time INTEGER NOT NULL, symbol_id INTEGER NOT NULL,
    quantity REAL, average_price REAL, mark REAL,
    PRIMARY KEY (strategy_run_id, seq)
) WITHOUT ROWID;

CREATE TABLE strategy_note (           -- what strategies left: notes (level -1) and log lines
    strategy_run_id      INTEGER NOT NULL,
    seq                  INTEGER NOT NULL,
    strategy_instance_id INTEGER NOT NULL,
    time INTEGER NOT NULL,
    level INTEGER NOT NULL,            -- -1: a note
    key   TEXT,                        -- notes only
    text  TEXT NOT NULL,
    PRIMARY KEY (strategy_run_id, seq)
) WITHOUT ROWID;

CREATE TABLE strategy_series (         -- the columns that have a value a bar
    strategy_run_id      INTEGER NOT NULL,
    series               INTEGER NOT NULL,
    kind                 INTEGER NOT NULL, -- the journal's record: EQUITY, LEDGER, PLOT, VARIABLE
    strategy_instance_id INTEGER,          -- NULL for EQUITY
    silo                 INTEGER,          -- EQUITY only
    key                  TEXT,             -- PLOT, VARIABLE: its name
    PRIMARY KEY (strategy_run_id, series)
) WITHOUT ROWID;

CREATE TABLE strategy_chunk (          -- their values, packed (store/chunk.h); export gives every row
    strategy_run_id INTEGER NOT NULL,
    series     INTEGER NOT NULL,
    seq        INTEGER NOT NULL,
    rows       INTEGER NOT NULL,
    first_time INTEGER NOT NULL,
    last_time  INTEGER NOT NULL,
    data       BLOB NOT NULL,
    PRIMARY KEY (strategy_run_id, series, seq)
);

CREATE TABLE strategy_step (           -- one row a decision: sessions, and backtests with log: full
    strategy_run_id      INTEGER NOT NULL,
    seq                  INTEGER NOT NULL,
    strategy_instance_id INTEGER NOT NULL,
    time         INTEGER NOT NULL,     -- of the instant
    timeframe    TEXT NOT NULL,        -- interval: the feed that closed (the first of several)
    status       TEXT NOT NULL,        -- ok
    intents      INTEGER NOT NULL,
    duration_ns  INTEGER,              -- wall clock; NULL in backtests, which read no clock a bar
    context_hash INTEGER NOT NULL,     -- of all bars that the strategy could see
    PRIMARY KEY (strategy_run_id, seq)
) WITHOUT ROWID;

CREATE TABLE strategy_metric (
    strategy_run_id      INTEGER NOT NULL,
    strategy_instance_id INTEGER NOT NULL, -- -1: the whole run
    name   TEXT NOT NULL,
    value  REAL,                       -- NULL: undefined, see reason
    reason TEXT,
    PRIMARY KEY (strategy_run_id, strategy_instance_id, name)
) WITHOUT ROWID;

CREATE TABLE equity_curve (            -- a sample with its extremes; every bar: qshost export RUN equity
    strategy_run_id INTEGER NOT NULL,
    time   INTEGER NOT NULL,
    equity REAL NOT NULL,
    low    REAL NOT NULL,
    high   REAL NOT NULL,
    PRIMARY KEY (strategy_run_id, time)
) WITHOUT ROWID;

CREATE TABLE build (                   -- every generation ever seen, with its verdict
    build_id INTEGER PRIMARY KEY,
    sha256   TEXT NOT NULL,
    strategy TEXT,                     -- id of the schema; NULL when it could not be read
    version  TEXT,
    path     TEXT NOT NULL,            -- the user's file
    size     INTEGER NOT NULL,
    first_seen INTEGER NOT NULL,
    last_seen  INTEGER NOT NULL,
    verdict  TEXT NOT NULL,            -- ok | refused | crashed | hung
    reason   TEXT,                     -- the sentence; NULL when ok
    UNIQUE (sha256, path)
);
CREATE INDEX build_strategy ON build (strategy, last_seen);

CREATE TABLE build_file (              -- the builds that recorded runs used: replay needs them
    sha256 TEXT PRIMARY KEY,
    bytes  BLOB NOT NULL               -- the .so, packed with zstd
);

CREATE TABLE preset (                  -- named params of a strategy
    strategy TEXT NOT NULL,
    name     TEXT NOT NULL,
    params   TEXT NOT NULL,            -- JSON object {"fast": "20"}: as given, defaults left out
    saved_at INTEGER NOT NULL,
    in_use   INTEGER NOT NULL DEFAULT 0, -- 1: what watch runs the strategy with
    PRIMARY KEY (strategy, name)
) WITHOUT ROWID;

CREATE TABLE code (                    -- what the numbers in the tables above are called
    field TEXT NOT NULL,               -- side, type, tif, state, reason, kind, phase, size_kind, level
    code  INTEGER NOT NULL,
    name  TEXT NOT NULL,
    words TEXT,
    PRIMARY KEY (field, code)
) WITHOUT ROWID;

-- For people: names instead of numbers, times in ISO. `run` is the strategy_run_id. A run that says
-- 'running' here may have been interrupted: `qshost runs` knows.

CREATE VIEW runs AS
SELECT strategy_run_id AS run, kind, status, name, strategies, symbols,
       strftime('%Y-%m-%dT%H:%M:%SZ', started_at / 1000000000, 'unixepoch') AS started,
       strftime('%Y-%m-%dT%H:%M:%SZ', ended_at / 1000000000, 'unixepoch') AS ended,
       (ended_at - started_at) / 1e9 AS seconds,
       bars, intents AS signals, orders, fills, trades, rejected, initial_equity, final_equity,
       final_equity / initial_equity - 1.0 AS total_return,
       log, host_version, journal_hash, error
FROM strategy_run;

CREATE VIEW trades AS
SELECT t.strategy_run_id AS run, t.trade_id AS trade, i.name AS strategy,
       (SELECT f.symbol FROM strategy_feed f
        WHERE f.strategy_run_id = t.strategy_run_id AND f.symbol_id = t.symbol_id) AS symbol,
       CASE WHEN t.quantity < 0 THEN 'short' ELSE 'long' END AS side, t.quantity,
       strftime('%Y-%m-%dT%H:%M:%SZ', t.entry_time / 1000000000, 'unixepoch') AS entry_time,
       t.entry_price,
       strftime('%Y-%m-%dT%H:%M:%SZ', t.exit_time / 1000000000, 'unixepoch') AS exit_time,
       t.exit_price, t.gross, t.fees, t.net, t.mae, t.mfe,
       nullif(t.entry_order, 0) AS entry_order, nullif(t.exit_order, 0) AS exit_order,
       nullif(a.tag, '') AS entry_tag, nullif(z.tag, '') AS exit_tag
FROM strategy_trade t
LEFT JOIN strategy_instance i USING (strategy_run_id, strategy_instance_id)
LEFT JOIN strategy_order a ON a.strategy_run_id = t.strategy_run_id AND a.order_id = t.entry_order
LEFT JOIN strategy_order z ON z.strategy_run_id = t.strategy_run_id AND z.order_id = t.exit_order;

CREATE VIEW orders AS                  -- with the last event of each
SELECT o.strategy_run_id AS run, o.order_id AS "order", i.name AS strategy,
       (SELECT f.symbol FROM strategy_feed f
        WHERE f.strategy_run_id = o.strategy_run_id AND f.symbol_id = o.symbol_id) AS symbol,
       strftime('%Y-%m-%dT%H:%M:%SZ', o.time / 1000000000, 'unixepoch') AS time,
       (SELECT name FROM code WHERE field = 'side' AND code = o.side) AS side,
       (SELECT name FROM code WHERE field = 'type' AND code = o.type) AS type,
       (SELECT name FROM code WHERE field = 'tif' AND code = o.tif) AS tif,
       o.flags & 1 AS reduce_only, o.quantity,
       nullif(o.limit_price, 0) AS limit_price, nullif(o.stop_price, 0) AS stop_price,
       o.reference, o.tag,
       (SELECT name FROM code WHERE field = 'state' AND code = e.state) AS state,
       CASE WHEN e.reason <> 0 THEN
           (SELECT name FROM code WHERE field = 'reason' AND code = e.reason) END AS reason,
       CASE WHEN e.reason <> 0 THEN
           (SELECT words FROM code WHERE field = 'reason' AND code = e.reason) END AS words
FROM strategy_order o
LEFT JOIN strategy_instance i USING (strategy_run_id, strategy_instance_id)
LEFT JOIN (SELECT strategy_run_id, order_id, max(seq) AS seq, state, reason
           FROM strategy_order_event GROUP BY strategy_run_id, order_id) e
       USING (strategy_run_id, order_id);

CREATE VIEW order_events AS
SELECT e.strategy_run_id AS run, e.seq,
       strftime('%Y-%m-%dT%H:%M:%SZ', e.time / 1000000000, 'unixepoch') AS time,
       i.name AS strategy, e.order_id AS "order",
       (SELECT name FROM code WHERE field = 'state' AND code = e.state) AS state,
       CASE WHEN e.reason <> 0 THEN
           (SELECT name FROM code WHERE field = 'reason' AND code = e.reason) END AS reason,
       CASE WHEN e.reason <> 0 THEN
           (SELECT words FROM code WHERE field = 'reason' AND code = e.reason) END AS words,
       nullif(e.needed, 0) AS needed,  -- money that a refusal compared
       CASE WHEN e.needed <> 0 THEN e.available END AS available
FROM strategy_order_event e
LEFT JOIN strategy_instance i USING (strategy_run_id, strategy_instance_id);

CREATE VIEW fills AS
SELECT a.strategy_run_id AS run, a.fill_id AS fill, a.order_id AS "order", i.name AS strategy,
       (SELECT f.symbol FROM strategy_feed f
        WHERE f.strategy_run_id = a.strategy_run_id AND f.symbol_id = a.symbol_id) AS symbol,
       strftime('%Y-%m-%dT%H:%M:%SZ', a.ts_event / 1000000000, 'unixepoch') AS time,
       strftime('%Y-%m-%dT%H:%M:%SZ', a.ts_known / 1000000000, 'unixepoch') AS known,
       (SELECT name FROM code WHERE field = 'phase' AND code = a.phase) AS phase,
       CASE WHEN a.quantity < 0 THEN 'sell' ELSE 'buy' END AS side,
       a.quantity, a.price, a.raw, a.fee, a.closed, a.realized, a.position
FROM strategy_fill a
LEFT JOIN strategy_instance i USING (strategy_run_id, strategy_instance_id);

CREATE VIEW signals AS
SELECT s.strategy_run_id AS run, s.seq,
       strftime('%Y-%m-%dT%H:%M:%SZ', s.time / 1000000000, 'unixepoch') AS time,
       i.name AS strategy, s.number,
       (SELECT name FROM code WHERE field = 'kind' AND code = s.kind) AS kind,
       (SELECT f.symbol FROM strategy_feed f
        WHERE f.strategy_run_id = s.strategy_run_id AND f.symbol_id = s.symbol_id) AS symbol,
       (SELECT name FROM code WHERE field = 'side' AND code = s.side AND s.kind = 1) AS side,
       (SELECT name FROM code WHERE field = 'type' AND code = s.type AND s.kind = 1) AS type,
       (SELECT name FROM code WHERE field = 'tif' AND code = s.tif AND s.kind = 1) AS tif,
       (SELECT name FROM code WHERE field = 'size_kind' AND code = s.size_kind
                                    AND s.kind IN (1, 4)) AS size_kind,
       CASE WHEN s.kind IN (1, 4) THEN s.size_value END AS size_value,
       nullif(s.stop_distance, 0) AS stop_distance, nullif(s.limit_price, 0) AS limit_price,
       nullif(s.stop_price, 0) AS stop_price,
       nullif(s.order_id, 0) AS "order",
       CASE WHEN s.reason <> 0 THEN
           (SELECT name FROM code WHERE field = 'reason' AND code = s.reason) END AS reason,
       CASE WHEN s.reason <> 0 THEN
           (SELECT words FROM code WHERE field = 'reason' AND code = s.reason) END AS words
FROM strategy_signal s
LEFT JOIN strategy_instance i USING (strategy_run_id, strategy_instance_id);

CREATE VIEW equity_sampled AS          -- a sample! every bar: qshost export RUN equity
SELECT strategy_run_id AS run,
       strftime('%Y-%m-%dT%H:%M:%SZ', time / 1000000000, 'unixepoch') AS time, equity, low, high
FROM equity_curve;

CREATE VIEW positions AS
SELECT p.strategy_run_id AS run, p.seq, i.name AS strategy,
       (SELECT f.symbol FROM strategy_feed f
        WHERE f.strategy_run_id = p.strategy_run_id AND f.symbol_id = p.symbol_id) AS symbol,
       strftime('%Y-%m-%dT%H:%M:%SZ', p.time / 1000000000, 'unixepoch') AS time,
       p.quantity, p.average_price, p.mark
FROM strategy_position_snapshot p
LEFT JOIN strategy_instance i USING (strategy_run_id, strategy_instance_id);
