#!/usr/bin/env bash
# qshost data check on broken files of bars: each its one exact sentence on stderr, nothing on stdout,
# exit code 1; then what is read, JSON, usage and data synth. Exit 77 (skipped) without the binary.
set -u
build=${QS_BUILD_DIR:-$(cd "$(dirname "$0")/../.." && pwd)/build}
qshost=$build/bin/qshost
[ -x "$qshost" ] || { echo "skipped: no $qshost"; exit 77; }
"$qshost" data --help >/dev/null 2>&1 || { echo "skipped: $qshost has no data command"; exit 77; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
export QS_CACHE=$work/cache
cd "$work" || exit 1
failures=0
checks=0

fail() {
    failures=$((failures + 1))
    printf 'FAIL %s\n' "$*"
}

# run ARGS...: output in out, errors in err, exit code in $code; at most 15 s
run() {
    code=0
    timeout -s KILL 15 "$qshost" "$@" >out 2>err </dev/null || code=$?
}

# expect CODE SENTENCE WHAT: the run before ended so
expect() {
    checks=$((checks + 1))
    [ "$code" = "$1" ] || fail "$3: exit code $code, expected $1"
    [ -s out ] && fail "$3: printed on standard output"
    [ "$(cat err)" = "qshost: $2" ] ||
        fail "$3:"$'\n'"  expected: qshost: $2"$'\n'"  found:    $(cat err)"
}

# refused TEXT SENTENCE: f.csv of that text (printf escapes) is refused
refused() {
    printf "$1" >f.csv
    run data check f.csv
    expect 1 "$2" "$(printf '%q' "$1")"
}

header='time,open,high,low,close,volume\n'
row='2013-03-01,10,12,9,11,5\n'
names='the first line names the columns: time,open,high,low,close,volume'
number='(write a number or delete the row)'
row_cure='(correct or delete the row)'

# ---- order ----
refused "${header}2013-03-04,10,12,9,11,5\n$row" \
    'f.csv:3: time: 2013-03-01: earlier than in line 2 (2013-03-04T00:00:00Z) (sort the rows by time)'
refused "$header$row$row" \
    'f.csv:3: time: 2013-03-01: the same as in line 2 (2013-03-01T00:00:00Z) (keep one of the two rows)'
# ---- times ----
refused "${header}2013-02-29,10,12,9,11,5\n" \
    'f.csv:2: time: 2013-02-29: not a time (write 2013-03-01, 2013-03-01T14:30:00Z or an epoch)'
refused "${header}03/01/2013,10,12,9,11,5\n" \
    'f.csv:2: time: 03/01/2013: not a time (write 2013-03-01, 2013-03-01T14:30:00Z or an epoch)'
refused "${header}20130301,10,12,9,11,5\n" \
    'f.csv:2: time: 20130301: a date without dashes, or an epoch (write 2013-03-01 or 2013-03-01T14:30:00Z)'
refused "${header},10,12,9,11,5\n" 'f.csv:2: time: "": empty (write the time or delete the row)'
refused "${header}1362096000,10,12,9,11,5\n1362182400000,10,12,9,11,5\n" \
    'f.csv:3: time: 1362182400000: epoch milliseconds, where the rows before have epoch seconds (one form in one file)'
refused "${header}${row}1362182400,10,12,9,11,5\n" \
    'f.csv:3: time: 1362182400: epoch seconds, where the rows before have ISO-8601 (one form in one file)'
# ---- values ----
refused "${header}2013-03-01,nan,12,9,11,5\n" "f.csv:2: open: nan: no value $number"
refused "${header}2013-03-01,10,12,9,null,5\n" "f.csv:2: close: null: no value $number"
refused "${header}2013-03-01,10,inf,9,11,5\n" "f.csv:2: high: inf: infinite $number"
refused "${header}2013-03-01,10,1e400,9,11,5\n" \
    'f.csv:2: high: 1e400: too large for a number (correct the row)'
refused "${header}2013-03-01,10,twelve,9,11,5\n" \
    'f.csv:2: high: twelve: not a number (write it like 1234.5)'
refused "${header}2013-03-01,10,12,0x9,11,5\n" \
    'f.csv:2: low: 0x9: not a number (write it like 1234.5)'
refused "${header}2013-03-01,10,,9,11,5\n" "f.csv:2: high: \"\": empty $number"
refused "${header}${row}2013-03-04,10,12,-9,11,5\n" "f.csv:3: low: -9: a negative price $row_cure"
refused "${header}2013-03-01,10,12,0,11,5\n" "f.csv:2: low: 0: a price of zero $row_cure"
refused "${header}2013-03-01,10,8,9,11,5\n" "f.csv:2: high: 8: below the low 9 $row_cure"
refused "${header}2013-03-01,12.5,12,9,11,5\n" "f.csv:2: open: 12.5: above the high 12 $row_cure"
refused "${header}2013-03-01,10,12,9,8.99,5\n" "f.csv:2: close: 8.99: below the low 9 $row_cure"
refused "${header}2013-03-01,10,12,9,11,-5\n" "f.csv:2: volume: -5: a negative volume $row_cure"
# ---- rows ----
refused "${header}2013-03-01,10,12,9,11\n" \
    'f.csv:2: row: 5 fields: the header has 6 (complete or delete the row)'
refused "${header}2013-03-01,10,12,9,11,5,6\n" \
    'f.csv:2: row: 7 fields: the header has 6 (quote fields with commas in them)'
refused "$header${row}2013-03-" 'f.csv:3: row: 1 field: the header has 6 (complete or delete the row)'
refused "$header$row\n2013-03-04,10,12,9,11,5\n" \
    'f.csv:3: row: "": an empty line between rows (delete it)'
refused "${header}\"2013-03-01,10,12,9,11,5\n" \
    'f.csv:2: row: field 1: a quote is not closed, or text follows it (close it in the same line)'
# ---- bytes ----
refused "${header}2013-03-01,10,12,9,11,5\\\\xff\n" \
    'f.csv:2: volume: 5\xff: not a number (write it like 1234.5)'
refused "${header}2013-03-01,10,12,9,11,5\xff\n" \
    'f.csv:2: row: byte 24 is 0xff: not UTF-8 (save it as UTF-8)'
refused "${header}2013-03-01,10,\x0012,9,11,5\n" \
    'f.csv:2: row: byte 15: a NUL byte (not a text file, or a damaged one)'
refused '\xff\xfet\x00i\x00m\x00e\x00' 'f.csv: file: UTF-16: not plain text (save it as UTF-8)'
refused '\x1f\x8b\x08\x00\x00' 'f.csv: file: gzip: not plain text (decompress it)'
# ---- headers ----
refused "$row" "f.csv:1: header: 2013-03-01,10,12,9,11,5: no column has a known name ($names)"
refused 'time,open,high,close\n2013-03-01,10,12,11\n' \
    "f.csv:1: low: time,open,high,close: no such column ($names)"
refused 'time;open;high;low;close\n2013-03-01;10;12;9;11\n' \
    'f.csv:1: header: time;open;high;low;close: separated by something else than commas (write commas)'
refused 'date,time,open,high,low,close\n2013-03-01,10:00,10,12,9,11\n' \
    'f.csv:1: time: time: a second column of this kind (keep one, with date and time of day in one field)'
# ---- files ----
refused '' 'f.csv: file: 0 bytes: empty (write a header and rows: time,open,high,low,close,volume)'
refused "$header" 'f.csv:2: row: "": no rows after the header (an empty file?)'
run data check .
expect 1 '.: file: a folder: not a file of bars (name a file in it)' 'a folder'
run data check absent.csv
expect 1 'cannot read absent.csv: No such file or directory' 'an absent file'
truncate -s 20G huge.csv
run data check huge.csv
expect 1 'huge.csv: file: 21474836480 bytes: over the limit of 17179869184 (split it)' 'a huge file'
rm huge.csv
mkfifo pipe.csv
run data check pipe.csv
expect 1 'pipe.csv: file: a device, pipe or socket: not a file of bars' 'a pipe'
# ---- timeframes and names ----
printf 'time,open,high,low,close\n2020-01-01T00:00:00Z,1,1,1,1\n2020-01-01T00:01:00Z,1,1,1,1\n' >m.csv
run data check m.csv --timeframe 1h
expect 1 'm.csv:3: time: 2020-01-01T00:01:00Z: 1m after line 2 (2020-01-01T00:00:00Z), shorter than the timeframe 1h (correct the row, or say another timeframe)' 'a timeframe that is too long'
head -n 2 m.csv >one.csv
run data check one.csv
expect 1 'one.csv: timeframe: one row has no step to tell it from (say it: timeframe: 1d)' 'one row'
cp m.csv 'two words.csv'
run data check 'two words.csv'
expect 1 "two words.csv: symbol: two words: the file's name is none (say it: 1 to 31 letters, digits and signs)" 'a name with a space'

# ---- usage ----
run data
expect 2 'data: nothing to do: say check or synth (qshost data --help)' 'nothing'
run data chekc f.csv
expect 2 'data: chekc: neither check nor synth (qshost data --help)' 'a wrong word'
run data check
expect 2 'data check: no file: say which (qshost data check --help)' 'no file'
run data check m.csv --stamp middle
expect 2 'data check: middle: --stamp is open or close (qshost data check --help)' 'a wrong stamp'
run data check m.csv --timeframe 1y
expect 2 'data check: 1y: no timeframe: 30s 5m 4h 1d 1w 1mo (qshost data check --help)' 'a wrong timeframe'
run data check m.csv --colour
expect 2 'data check: --colour: no such option (qshost data check --help)' 'a wrong option'
run data synth --bars 0
expect 2 'data synth: 0: not a value for this option (qshost data synth --help)' 'no bars'

# ---- what is read ----
# says NAME: exit code 0 and these lines are in the output
says() {
    checks=$((checks + 1))
    [ "$code" = 0 ] || fail "$1: exit code $code: $(cat err)"
    shift
    for line in "$@"; do
        grep -qF -- "$line" out || fail "no '$line' in: $(cat out)"
    done
}
run data check m.csv
says 'two minutes' 'symbol        M' 'bar           1m (the most frequent step)' 'rows          2' \
    'span          2020-01-01T00:00:00Z to 2020-01-01T00:02:00Z' 'gaps          0' 'flat          2: line 2, 3'
run data check m.csv --stamp close --json
says 'closes' '"stamp":"close"' '"first_open":"2019-12-31T23:59:00Z"' '"rows":2' '"ok":true'
run data check f.csv m.csv --json
[ "$code" = 1 ] || fail "one bad file of two: exit code $code"
[ "$(wc -l <out)" = 2 ] || fail "one bad file of two: not two lines of JSON"
run data synth --seed 3 --bars 50 --timeframe 1h
says 'synth' 'synthetic_seed3_1h.csv: 50 synthetic bars of 1h, 2020-01-01T00:00:00Z to 2020-01-03T01:00:00Z'
cp synthetic_seed3_1h.csv first
run data synth --seed 3 --bars 50 --timeframe 1h -o -
says 'synth to stdout'
cmp -s out first || fail 'the same seed gave other bars'
run data check synthetic_seed3_1h.csv
says 'synthetic bars' 'SYNTHETIC' 'symbol        SYNTHETIC_SEED3' 'rows          50'
run data synth -o /nowhere/x.csv
[ "$code" = 1 ] || fail "synth into no folder: exit code $code"

echo "$checks checks, $failures failures"
[ "$failures" = 0 ]
