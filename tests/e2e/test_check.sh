#!/usr/bin/env bash
# qshost check on every bad plugin and broken file: its one sentence, its exit code, in bounded time;
# then list and schema. Exit 77 (skipped) where the binary or the doubles are not built.
set -u
build=${QS_BUILD_DIR:-$(cd "$(dirname "$0")/../.." && pwd)/build}
qshost=$build/bin/qshost
doubles=$build/doubles
[ -x "$qshost" ] && [ -d "$doubles" ] || { echo "skipped: no $qshost or no $doubles"; exit 77; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
export QS_CACHE=$work/cache QS_DEADLINE_MS=2000
unset QS_PLUGINS
failures=0
checks=0

fail() {
    failures=$((failures + 1))
    printf 'FAIL %s\n' "$*"
}

# run ARGS...: output in $work/out, $work/err, exit code in $code; at most 15 s
run() {
    code=0
    timeout -s KILL 15 "$qshost" "$@" >"$work/out" 2>"$work/err" </dev/null || code=$?
}

# refused FILE SENTENCE: check FILE exits 1, prints nothing, says exactly that in its first line
refused() {
    checks=$((checks + 1))
    run check "$1"
    [ "$code" = 1 ] || fail "$1: exit code $code, expected 1"
    [ -s "$work/out" ] && fail "$1: printed on standard output"
    local expected="qshost: $2" found
    found=$(head -n 1 "$work/err")
    [ "$found" = "$expected" ] || fail "$1:"$'\n'"  expected: $expected"$'\n'"  found:    $found"
}

double() { refused "$doubles/$1.so" "$doubles/$1.so: $2"; }

define='(define the schema with QS_STRATEGY)'
rebuild='(define the schema with QS_STRATEGY and rebuild)'
order='(the order is default, min, max, step)'
constructors='(look at constructors, C++ globals and what they call)'
only='(qs_schema may only return the address of one static const struct)'
wild='(a pointer of the schema is wild: look at inputs, variables and texts)'
notown='(it must not write to file descriptors that are not its own)'

# ---- the schema ----
double bad_magic "magic: expected 0x51535452, found 0x12345678 $define"
double abi_major 'abi_major: expected 0, found 3 (rebuild with the SDK of this host)'
double abi_minor 'abi_minor: expected at most 1, found 2 (rebuild with the SDK of this host, or use a newer host)'
double small_struct "struct_size: expected at least 176, found 40 $rebuild"
double bad_flags 'flags: expected 0, found 0x4 (this host knows no flags: set 0)'
double bad_input_size "input_size: expected 104, found 8 $rebuild"
double null_id 'id: expected a text, found NULL (give it one)'
double bad_id 'id: expected [a-z][a-z0-9_]*, found "../evil" (rename it)'
double bad_version 'version: expected a semantic version like "1.0.0", found "1.0" (write major.minor.patch)'
double escape_name 'name: expected readable text, found a control character at offset 0 (remove it)'
double endless_string 'version: expected at most 63 bytes, found more (shorten it, or end it with a NUL)'
double wild_inputs "crashed with SIGSEGV at address 0x10 while its schema was read $wild"
double wild_text "crashed with SIGSEGV at address 0x20 while its schema was read $wild"
double duplicate_inputs 'inputs[2].name: expected a unique name, found a second "fast" (rename one of them)'
double overlapping_inputs 'inputs[1].offset: expected bytes of its own for "slow", found 0, which inputs[0] "fast" has (one field for each input)'
double outside_inputs "inputs[0].offset: expected the field to end within the params' 24 bytes, found bytes 24 to 31 (take the offset from that struct)"
double narrow_input 'inputs[0].size: expected 8 bytes for the int "fast", found 4 (declare the field as int64_t)'
double default_out_of_range "inputs[0].default: expected 1 to 200 for \"fast\", found 300 $order"
double min_over_max "inputs[0].min: expected at most the max of \"fast\", which is 1, found 200 $order"
double nan_default 'inputs[0].default: expected a finite number for "size", found nan (give a bound that a run can have)'
double bad_select 'inputs[0].default: expected the index of one of the 2 options of "mode", found 2 (count from 0)'
double empty_select 'inputs[0].options: expected at least one name for the select "mode", found none (QS_NAMES("a", "b"))'
double unknown_type 'inputs[0].type: expected 1 to 5 (QS_INPUT_*) for "fast", found 9 (use QS_INT, QS_FLOAT, QS_BOOL, QS_SELECT or QS_SYMBOL)'
double endless_inputs 'inputs: expected at most 64 and a zeroed entry at the end, found more (end the table, e.g. by QS_INPUTS, or declare fewer)'
double bad_variable 'variables[0].offset: expected "b" to end within the 8 bytes of the locals, found offset 8 (declare that struct with QS_LOCALS)'
double big_state 'state_size: expected at most 1048576, found 1048577 (make the state smaller)'
double state_without_version 'state_version: expected 1 or more where state_size is 8, found 0 (number the meaning of the state)'
double no_on_bar 'on_bar: expected a function, found NULL (write one: nothing would ever be called)'

# ---- qs_schema and the load ----
double null_schema 'qs_schema: expected a pointer to the schema, found NULL (define it with QS_STRATEGY)'
double moving_schema 'qs_schema: expected the same pointer at every call, found two (return the address of one static const struct)'
double schema_crash "crashed with SIGSEGV at address 0x0 in qs_schema $only"
double schema_abort "crashed with SIGABRT in qs_schema $only"
double schema_hang "hung in qs_schema: no answer in 2 s $only"
double ctor_crash "crashed with SIGSEGV at address 0x0 while its constructor ran $constructors"
double ctor_exit "exited by itself (exit code 0) while its constructor ran $constructors"
double ctor_exit_fast "exited by itself (exit code 3) while its constructor ran $constructors"
double ctor_hang "hung while its constructor ran: no answer in 2 s $constructors"
double ctor_forges "ended without an answer, or with a broken one of 128 bytes $notown"
double ctor_floods "sent more than 262144 bytes as its schema $notown"
double no_schema "expected the exported function qs_schema, found no symbol of that name $define"
double schema_is_data "expected qs_schema to be a function, found a variable $define"
double unresolved 'cannot be loaded: undefined symbol: not_there (define it, or link it in: -Wl,-z,defs finds this when you build)'
double needs_library 'expected no library but libc, libm, libgcc_s and libstdc++, found a need of "librt.so.1" (link that code in, statically)'

# a stack overflow's address is chance
checks=$((checks + 1))
run check "$doubles/schema_overflow.so"
[ "$code" = 1 ] || fail "schema_overflow: exit code $code"
grep -q 'crashed with SIGSEGV at address 0x[0-9a-f]* in qs_schema' "$work/err" || fail "schema_overflow: $(cat "$work/err")"
run check "$doubles/schema_abort.so"
grep -qx '    I give up' "$work/err" || fail "schema_abort: what it printed is lost"

# ---- files ----
good=$doubles/bar_crash.so
size=$(stat -c %s "$good")
cut_text='it is cut or still being written: build it again'
give='(give the .so that the compiler made)'

: >"$work/empty.so"
refused "$work/empty.so" "$work/empty.so: expected an ELF shared object, found an empty file $give"
printf 'int main(void) { return 0; }\n' >"$work/text.so"
refused "$work/text.so" "$work/text.so: expected an ELF shared object, found text $give"
printf '\001\002\003\377garbage\000\000' >"$work/garbage.so"
refused "$work/garbage.so" "$work/garbage.so: expected an ELF shared object, found other bytes $give"
mkdir "$work/folder.so"
refused "$work/folder.so" "$work/folder.so: expected a .so file, found a folder (name the file)"
mkfifo "$work/pipe.so"
refused "$work/pipe.so" "$work/pipe.so: expected a regular file, found a device, pipe or socket (name the .so file)"
refused "$work/none.so" "$work/none.so: no such file (build it, or look at the path)"
head -c 40 "$good" >"$work/cut40.so"
refused "$work/cut40.so" "$work/cut40.so: expected a whole ELF header of 64 bytes, found a file cut at byte 40 (build it again)"
for cut in 64 100 1000 4096 8192 $((size - 1)); do
    checks=$((checks + 1))
    head -c "$cut" "$good" >"$work/cut.so"
    run check "$work/cut.so"
    [ "$code" = 1 ] || fail "cut at $cut: exit code $code"
    [ "$(wc -l <"$work/err")" = 1 ] || fail "cut at $cut: not one line"
    grep -q "^qshost: $work/cut.so: expected .* up to byte [0-9]*, found the file's end at byte $cut ($cut_text)$" "$work/err" ||
        fail "cut at $cut: $(cat "$work/err")"
done

patch_byte() { printf "\\$(printf %03o "$3")" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none; }
case $(uname -m) in x86_64) here=x86-64 ;; aarch64) here=AArch64 ;; *) here=unknown ;; esac
cp "$good" "$work/machine.so"
patch_byte "$work/machine.so" 18 243
refused "$work/machine.so" "$work/machine.so: expected machine $here, found RISC-V (build it for this machine)"
cp "$good" "$work/bits.so"
patch_byte "$work/bits.so" 4 1
refused "$work/bits.so" "$work/bits.so: expected a 64-bit ELF file, found a 32-bit one (build without -m32)"
cp "$good" "$work/endian.so"
patch_byte "$work/endian.so" 5 2
refused "$work/endian.so" "$work/endian.so: expected little-endian ELF, found data encoding 2 (build it for this machine)"
cp "$good" "$work/type.so"
patch_byte "$work/type.so" 16 2
refused "$work/type.so" "$work/type.so: expected a shared object, found a program (link with -shared)"
truncate -s $((64 * 1024 * 1024 + 1)) "$work/big.so"
refused "$work/big.so" "$work/big.so: expected at most 64 MiB, found 67108865 bytes (link less into it)"

# ---- builds that are taken, with what there is to say of them ----
taken() {
    checks=$((checks + 1))
    run check "$doubles/$1.so"
    [ "$code" = 0 ] || fail "$1: exit code $code: $(cat "$work/err")"
    grep -qx 'ok: this build is taken' "$work/out" || fail "$1: not taken"
}
for name in bar_crash bar_hang bar_exit bar_floods bar_garbage init_crash init_refuses; do
    taken "$name"
    grep -q '^warning' "$work/out" && fail "$name: $(grep '^warning' "$work/out")"
done
taken exec_stack
[ "$(grep -c '^warning' "$work/out")" = 3 ] || fail "exec_stack: not three warnings"
taken chatter
grep -qx '    the last word' "$work/out" || fail "chatter: its last line is lost"
grep -q '^it printed ([0-9]* bytes; the last lines):$' "$work/out" || fail "chatter: not said how much"
if [ "$here" = x86-64 ]; then
    taken fast_math
    grep -q '^warning: its constructor changed the floating-point mode' "$work/out" || fail "fast_math: no warning"
fi
taken ctor_fork

# ---- json, list, schema, usage ----
checks=$((checks + 1))
run check --json "$doubles/abi_major.so"
[ "$code" = 1 ] || fail "check --json: exit code $code"
python3 - "$work/out" <<'PY' || fail "check --json of a refused build"
import json, sys
d = json.load(open(sys.argv[1]))
assert d["ok"] is False and d["error"]["code"] == "ERR_PLUGIN" and d["schema"] is None
assert "abi_major: expected 0, found 3" in d["error"]["text"]
PY
run check --json "$good"
python3 - "$work/out" "$good" <<'PY' || fail "check --json of a good build"
import hashlib, json, sys
d = json.load(open(sys.argv[1]))
assert d["ok"] is True and d["error"] is None and d["warnings"] == []
assert d["build"] == hashlib.sha256(open(sys.argv[2], "rb").read()).hexdigest()
assert d["schema"]["id"] == "bar_crash"
PY

checks=$((checks + 1))
mkdir "$work/plugins"
cp "$doubles/bar_crash.so" "$work/plugins/bar_crash.so"
cp "$doubles/bar_crash.so" "$work/plugins/a_copy.so"
cp "$doubles/abi_major.so" "$work/plugins/"
export QS_PLUGINS=$work/plugins
run list --json
[ "$code" = 0 ] || fail "list: exit code $code"
python3 - "$work/out" "$work/plugins" <<'PY' || fail "list --json: $(cat "$work/out")"
import json, sys
d, folder = json.load(open(sys.argv[1])), sys.argv[2]
ours = {s["id"]: s["path"] for s in d["strategies"]}
assert ours["bar_crash"] == folder + "/bar_crash.so"
refused = {r["path"]: r["error"]["text"] for r in d["refused"]}
assert f"{folder}/bar_crash.so has" in refused[folder + "/a_copy.so"]
assert "expected 0, found 3" in refused[folder + "/abi_major.so"]
PY
run list
grep -q '^bar_crash  *1\.0\.0' "$work/out" || fail "list: no row of bar_crash"
run schema bar_crash --json
[ "$code" = 0 ] && grep -q '"id": "bar_crash"' "$work/out" || fail "schema bar_crash"
run schema bar_cras
[ "$code" = 1 ] && grep -q '(did you mean bar_crash?)' "$work/err" || fail "schema bar_cras: $(cat "$work/err")"

for args in "check" "check a b" "check --nope x.so" "list x" "list --nope" "schema" "schema a b" "schema --nope a"; do
    checks=$((checks + 1))
    # shellcheck disable=SC2086
    run $args
    [ "$code" = 2 ] || fail "qshost $args: exit code $code, expected 2"
    [ "$(wc -l <"$work/err")" = 1 ] && grep -q '^qshost: .*--help)$' "$work/err" || fail "qshost $args: $(cat "$work/err")"
done
for command in check list schema; do
    run $command --help
    [ "$code" = 0 ] && grep -q '^Example: qshost' "$work/out" || fail "$command --help"
done
QS_DEADLINE_MS=soon run check "$good"
[ "$code" = 2 ] && grep -q 'QS_DEADLINE_MS: expected 1 to 86400000, found "soon"' "$work/err" || fail "QS_DEADLINE_MS=soon"
checks=$((checks + 1))
timeout 15 "$qshost" check "$good" >/dev/full 2>"$work/err"
[ $? = 1 ] && grep -q '^qshost: standard output: ' "$work/err" || fail "a full disk is not told"

# ---- nothing is left behind ----
left=$(pgrep -f "qshost check $doubles" || true)
[ -z "$left" ] || fail "processes are left: $left"

echo "$checks checks, $failures failures"
[ "$failures" = 0 ]
