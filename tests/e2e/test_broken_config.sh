#!/usr/bin/env bash
# qshost backtest on broken configs, params and command lines: each its one sentence and exit code
# (1: the file is wrong, 2: the command line is), in bounded time. Then what must be accepted.
# Exit 77 (skipped) where the binary or its plugins are not built.
set -u
source_dir=${QS_SOURCE_DIR:-$(cd "$(dirname "$0")/../.." && pwd)}
build=${QS_BUILD_DIR:-$source_dir/build}
export QS_PLUGINS=${QS_PLUGIN_DIR:-$source_dir/plugins}
qshost=$build/bin/qshost
[ -x "$qshost" ] && [ -f "$QS_PLUGINS/ema_cross.so" ] ||
    { echo "skipped: no $qshost or no $QS_PLUGINS/ema_cross.so"; exit 77; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
export QS_CACHE=$work/cache
failures=0
checks=0

fail() {
    failures=$((failures + 1))
    printf 'FAIL %s\n' "$*"
}

# run ARGS...: output in out, err, exit code in $code; at most 20 s
run() {
    code=0
    timeout -s KILL 20 "$qshost" backtest --no-record "$@" >out 2>err </dev/null || code=$?
}

# refused CODE SENTENCE ARGS...: prints nothing, and says exactly that in its one line
refused() {
    local expected_code=$1 expected="qshost: backtest: $2" found
    shift 2
    checks=$((checks + 1))
    run "$@"
    [ "$code" = "$expected_code" ] || fail "$*: exit code $code, expected $expected_code"
    [ -s out ] && fail "$*: printed on standard output"
    found=$(cat err)
    [ "$found" = "$expected" ] ||
        fail "$*:"$'\n'"  expected: $expected"$'\n'"  found:    $found"
}

# broken TEXT SENTENCE: a run.yaml of that text, refused at its place
broken() {
    printf '%b' "$1" >run.yaml
    refused 1 "$2" -c run.yaml
}

# params TEXT SENTENCE: ema_cross with these params
params() { broken "strategy: ema_cross\ndata: bars_1d.csv\nparams: {$1}\n" "run.yaml:3:$2"; }

# set TEXT SENTENCE: --set TEXT over the short form
set_wrong() { refused 2 "--set: $2" --strategy ema_cross --data bars_1d.csv --set "$1"; }

accepted() {
    checks=$((checks + 1))
    run "$@"
    [ "$code" = 0 ] || fail "$*: exit code $code: $(cat err)"
}

# bars FIRST STEP: 100 bars from an epoch second on, whose closes swing so that averages cross
bars() {
    awk -v first="$1" -v step="$2" 'BEGIN {
        print "time,open,high,low,close,volume"
        for (i = 0; i < 100; i++) {
            last = 100 + (i % 20 < 10 ? i % 10 : 10 - i % 10)
            printf "%d,%d,%d,%d,%d,1000\n", first + i * step, last, last + 1, last - 1, last
        }
    }'
}
bars 1104537600 86400 >bars_1d.csv # from 2005-01-01
bars 1700000100 900 >bars_15m.csv  # within the seed's start and end

# ---- files ----
refused 1 "open no.yaml: No such file or directory" -c no.yaml
: >empty.yaml
refused 1 'empty.yaml:1:1: strategy: which strategy? (give --strategy ID or add strategy: ID; `qshost list` shows them)' -c empty.yaml
head -c 4000 /dev/zero | tr '\0' '\377' >garbage.yaml
checks=$((checks + 1))
run -c garbage.yaml
[ "$code" = 1 ] && grep -q '^qshost: backtest: garbage.yaml:1:1: ' err || fail "garbage.yaml: $code, $(cat err)"
broken 'strategy: ema_cross\n\tdata: bars_1d.csv\n' 'run.yaml:2:1: a tab character (indent with spaces)'
broken 'just text\n' 'run.yaml:1:1: expected a mapping of keys, found text (write key: value)'
broken 'data: a.csv\ndata: b.csv\n' "run.yaml:2:1: the key 'data' is here twice, first on line 1 (remove one)"

# ---- keys and shapes ----
broken 'strategy: ema_cross\nslipage_bps: 2\n' 'run.yaml:2:1: slipage_bps: unknown key (did you mean slippage_bps?)'
broken 'sizing: {typ: fixed}\n' 'run.yaml:1:10: sizing.typ: unknown key (did you mean type?)'
broken 'data: [{file: a.csv, symbl: A}]\n' 'run.yaml:1:22: data.0.symbl: unknown key (did you mean symbol?)'
broken 'stamp: open\n' 'run.yaml:1:1: stamp: unknown key (write it into an entry of data)'
broken 'slippage_bps: [1, 2]\n' 'run.yaml:1:15: slippage_bps: expected one value, found a list (write key: value)'
broken 'slippage_bps: "2"\n' "run.yaml:1:15: slippage_bps: expected a number, found the text '2' (remove the quotes)"
broken 'strategies: [ema_cross]\n' 'run.yaml:1:14: strategies.0: expected a mapping, found text (write {strategy: ID})'

# ---- values ----
broken 'slippage_bps: 9000\n' 'run.yaml:1:15: slippage_bps: expected a number from 0 to 5000, found 9000 (at most 5000)'
broken 'initial_cash: .inf\n' "run.yaml:1:15: initial_cash: expected a number from 1e-9 to 1000000000000000, found '.inf' (write a plain number)"
broken 'fill_model: close_to_opne\n' "run.yaml:1:13: fill_model: expected close_to_open or close_to_close, found 'close_to_opne' (did you mean close_to_open?)"
broken 'start: 20050101\n' 'run.yaml:1:8: start: expected a date or milliseconds since 1970, found 20050101, which as milliseconds is before March 1973 (write a date such as 2013-03-01)'
broken 'start: 2010-01-01\nend: 2009-01-01\n' 'run.yaml:2:6: end: 2009-01-02T00:00:00Z is not after the start, 2010-01-01T00:00:00Z (give a later end)'
broken 'data: {file: a.csv, timeframe: daily}\n' "run.yaml:1:32: data.timeframe: expected a timeframe such as 30s, 15m, 4h, 1d, 1w or 1mo, found 'daily' (a whole number and s, m, h, d, w or mo)"
broken 'account: cash\nleverage: 2\n' 'run.yaml:2:11: leverage: 2 has no meaning for account: cash (remove it, or write account: margin)'

# ---- what comes later ----
broken 'risk: standard\n' "run.yaml:1:7: risk: the guards of 'standard' come with a later version (write none)"
broken 'sizing: {close: recompute}\n' "run.yaml:1:17: sizing.close: 'recompute' is not in this version (write exact)"
broken 'funding: {enabled: true, rate: 0.0001}\n' 'run.yaml:1:32: funding.rate: funding comes with a later version (write 0, or enabled: false)'

# ---- what does not meet ----
broken 'data: {symbol: GOOG, file: bars_1d.csv}\nstrategy: ema_cross\nsymbols: [GOGO]\n' 'run.yaml:3:11: symbols: there are no data of GOGO (did you mean GOOG?)'
broken 'strategies: [{strategy: ema_cross}, {strategy: ema_cross}]\n' 'run.yaml:1:48: strategies: two of them are called ema_cross (give one another name: ...)'
broken 'strategies:\n- {strategy: a, budget: 0.7}\n- {strategy: b, budget: 0.4}\n' 'run.yaml:3:14: strategies: the budgets of silo main add up to 1.1 (at most 1)'
broken 'strategies: [{strategy: a, silo: mian}]\nsilos: [{name: main}]\n' 'run.yaml:1:25: strategies: a: there is no silo mian (did you mean main?)'
broken 'data: bars_1d.csv\n' 'run.yaml:1:1: strategy: which strategy? (give --strategy ID or add strategy: ID; `qshost list` shows them)'
broken 'strategy: ema_cross\nsymbol: GOOG\n' 'run.yaml:2:9: no file for GOOG (give --data FILE or add file: FILE)'

# ---- params, against the schema of ema_cross ----
params 'fast: 500' '16: params.fast: expected an integer from 1 to 200, found 500 (at most 200)'
params 'fast: 20.0' "16: params.fast: expected an integer from 1 to 200, found '20.0' (no fraction and no exponent)"
params 'fast: twelve' "16: params.fast: expected an integer from 1 to 200, found 'twelve' (write a whole number)"
params 'fast: "12"' "16: params.fast: expected an integer, found the text '12' (remove the quotes)"
params 'fast: ~' '16: params.fast: nothing is said (write a value, or leave the key out)'
params 'fsat: 12' "10: params.fsat: ema_cross has no param 'fsat' (did you mean fast? it has fast, slow, size)"
params 'size: .nan' "16: params.size: expected a number from 0.1 to 10, found '.nan' (write a plain number)"
params 'size: 11' '16: params.size: expected a number from 0.1 to 10, found 11 (at most 10)'
set_wrong params.fast=0 'params.fast: expected an integer from 1 to 200, found 0 (at least 1)'
set_wrong params.fsat=3 "params.fsat: ema_cross has no param 'fsat' (did you mean fast? it has fast, slow, size)"

# ---- what the config names and nobody has ----
missing="no such id in $QS_PLUGINS"
checks=$((checks + 1))
printf 'data: bars_1d.csv\nstrategy: ema_crss\n' >run.yaml
run -c run.yaml
[ "$code" = 1 ] && grep -q "^qshost: backtest: run.yaml:2:11: strategy ema_crss: $missing.* (did you mean ema_cross?)" err ||
    fail "ema_crss: $code, $(cat err)"
broken 'strategy: ema_cross\ndata:\n- {symbol: A, file: no.csv}\n' 'run.yaml:3:21: cannot read no.csv: No such file or directory'
broken 'strategy: ema_cross\ndata: no.csv\n' 'run.yaml:2:7: cannot read no.csv: No such file or directory'
refused 1 'cannot read no.csv: No such file or directory' --strategy ema_cross --data no.csv
no_bars='no bars in it (the file has 2005-01-01T00:00:00Z to 2005-04-10T00:00:00Z; the end does not count)'
broken 'start: 2005-02-01\nend: 2005-02-02T00:00Z\nstrategy: ema_cross\ndata: bars_15m.csv\n' \
    'run.yaml:4:7: data: bars_15m.csv: range: 2005-02-01T00:00:00Z to 2005-02-02T00:00:00Z: no bars in it (the file has 2023-11-14T22:15:00Z to 2023-11-15T23:00:00Z; the end does not count)'
printf 'start: 2005-02-01\nend: 2006-01-01T00:00Z\nstrategy: ema_cross\ndata: bars_1d.csv\n' >run.yaml
refused 2 "--set: start: bars_1d.csv: range: 2005-12-01T00:00:00Z to 2006-01-01T00:00:00Z: $no_bars" -c run.yaml --set start=2005-12-01
refused 2 'with the options put over it: run.yaml:2:6: end: 2006-01-01T00:00:00Z is not after the start, 2006-12-01T00:00:00Z (give a later end)' -c run.yaml --set start=2006-12-01
refused 2 '--data: bars_1d.csv and ./bars_1d.csv are both BARS at 1d (name another symbol or drop one of them)' --strategy ema_cross --data bars_1d.csv --data ./bars_1d.csv

# ---- the command line ----
refused 2 'strategy: which strategy? (give --strategy ID; `qshost list` shows them)' --data bars_1d.csv
refused 2 'data: which bars? (give --data FILE)' --strategy ema_cross
refused 2 "--stamp: expected open or close, found 'middle' (choose one of them)" --strategy ema_cross --data bars_1d.csv --stamp middle
refused 2 '--symbol: there are 2 files of data (use --set data.0.symbol=GOOG and so on)' --strategy ema_cross --data a.csv --data b.csv --symbol GOOG
set_wrong fast "expected KEY=VALUE, found 'fast' (such as params.fast=20)"
set_wrong params.fast= "params.fast: nothing behind the '=' (write a value)"
set_wrong slipage_bps=2 'slipage_bps: unknown key (did you mean slippage_bps?)'
set_wrong slippage_bps=x "slippage_bps: expected a number from 0 to 5000, found 'x' (write a plain number)"
set_wrong data.1.lot=1 "data.1.lot: there is no data '1' (1 known, counted from 0, or named by symbol)"
set_wrong strategies.ema_crss.budget=1 "strategies.ema_crss.budget: there is no strategy 'ema_crss' (did you mean ema_cross?)"
set_wrong risk=standard "risk: the guards of 'standard' come with a later version (write none)"

# ---- log: its words, and no hash that knows it ----
broken 'log: every bars\n' "run.yaml:1:6: log: expected full, bars, trades or every N bars, found 'every bars' (did you mean every 10 bars?)"
set_wrong log=ful "log: expected full, bars, trades or every N bars, found 'ful' (did you mean full?)"
hashes=
for log in full bars trades 'every 10 bars'; do
    accepted --strategy ema_cross --data bars_1d.csv --json --set "log=$log"
    found=$(grep -A6 '"hashes"' out)
    [ -n "$found" ] && [ "${hashes:=$found}" = "$found" ] || fail "log=$log: other hashes: $found"
done

# ---- accepted ----
accepted --strategy ema_cross --data bars_1d.csv --set params.fast=3 --set params.slow=6 --set slippage_bps=0
# the example of seed 001 as it stands, then that of design.md section 6 without its guards
cat >seed.json <<'JSON'
{
  "symbol": "BTCUSDT",
  "timeframe": "15m",
  "start": 1700000000000,
  "end": 1701000000000,
  "initial_cash": 10000,
  "leverage": 1,
  "fill_model": "close_to_open",
  "commission_bps": 4,
  "slippage_bps": 2,
  "funding": {"enabled": true, "rate": 0.0},
  "sizing": {"type": "percent_equity", "value": 0.1}
}
JSON
accepted -c seed.json --strategy ema_cross --data bars_15m.csv
cat >design.yaml <<'YAML'
strategy: ema_cross              # an id in the registry, or a path to a .so
params: {fast: 12, slow: 26}
data:
  - {symbol: GOOG, timeframe: 1d, file: bars_1d.csv, stamp: open}
start: 2005-01-01
initial_cash: 100000
leverage: 1
fill_model: close_to_open        # or close_to_close
commission_bps: 4
slippage_bps: 2
sizing: {type: percent_equity, value: 0.1}
risk: none
YAML
accepted -c design.yaml

echo "$checks checks, $failures failures"
[ "$failures" = 0 ]
