#!/usr/bin/env bash
# The SDK as an author gets it: installed into a prefix of its own, the template built outside our
# tree once through the CMake package and once with plain cc and pkg-config. Either way the .so
# exports qs_schema and nothing else, and needs libc and libm alone.
set -euo pipefail
: "${QS_SOURCE_DIR:?}" "${QS_BUILD_DIR:?}"
cc=${CC:-cc}

template=$QS_SOURCE_DIR/sdk/template/my_strategy.c
[ -f "$template" ] || { echo "skipped: no $template yet"; exit 77; }
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
fail() { echo "FAILED: $1"; exit 1; }

check_so() {
    local exported needed
    exported=$(nm -D --defined-only "$1" | awk '{print $3}' | sort)
    [ "$exported" = qs_schema ] || fail "$2: exports '$exported', wanted qs_schema alone"
    needed=$(readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' |
        grep -v -x -e libc.so.6 -e libm.so.6 || true)
    [ -z "$needed" ] || fail "$2: needs $needed, wanted libc and libm alone"
    readelf -n "$1" | grep -q 'Build ID' || fail "$2: has no build id"
    echo "ok: $2"
}

prefix=$tmp/prefix
log=$tmp/log
logged() { "$@" >"$log" 2>&1 || { cat "$log"; fail "$1 $2"; }; }
logged cmake --install "$QS_BUILD_DIR" --prefix "$prefix"
installed="include/quasar/strategy.h share/quasar/template/my_strategy.c lib/pkgconfig/quasar.pc"
[ ! -e "$QS_BUILD_DIR/bin/qshost" ] || installed+=" bin/qshost"
for file in $installed; do
    [ -e "$prefix/$file" ] || fail "$file: not installed"
done
cp "$prefix"/share/quasar/template/* "$tmp"

# An installed file must not name the folder that it was built in.
if grep -r -l -F -e "$QS_SOURCE_DIR" -e "$QS_BUILD_DIR" "$prefix/include" "$prefix/lib/cmake" \
    "$prefix/lib/pkgconfig"; then
    fail "an installed file names the source or build folder"
fi

mkdir "$tmp/project"
cat >"$tmp/project/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.25)
project(mine C)
find_package(Quasar 0.1 REQUIRED)
qs_add_plugin(my_strategy ../my_strategy.c OUTPUT_DIR drop)
END
logged cmake -G Ninja -S "$tmp/project" -B "$tmp/by_cmake" -DCMAKE_PREFIX_PATH="$prefix" \
    -DCMAKE_C_COMPILER="$cc" -DCMAKE_C_FLAGS="-Wall -Wextra -Werror"
logged cmake --build "$tmp/by_cmake"
check_so "$tmp/by_cmake/drop/my_strategy.so" "the CMake package"
[ -z "$(find "$tmp/by_cmake/drop" -name '.*half')" ] || fail "half a file left in the drop folder"

export PKG_CONFIG_PATH=$prefix/lib/pkgconfig
# shellcheck disable=SC2046  # flags are words
"$cc" -Wall -Wextra -Werror $(pkg-config --cflags quasar) "$tmp/my_strategy.c" -o "$tmp/plain.so" \
    $(pkg-config --libs quasar) || fail "plain $cc"
check_so "$tmp/plain.so" "plain $cc with pkg-config"

# The author's unit test, where the template has one. A sanitized harness wants its run time.
if [ -f "$tmp/test_my_strategy.c" ]; then
    sanitize=
    ! nm "$prefix/lib/libquasar-harness.a" | grep __asan >/dev/null || sanitize=-fsanitize=address,undefined
    # shellcheck disable=SC2046,SC2086
    "$cc" -Wall -Wextra -Werror $sanitize $(pkg-config --cflags quasar-harness) "$tmp/test_my_strategy.c" \
        "$tmp/my_strategy.c" -o "$tmp/unit" $(pkg-config --libs quasar-harness) ||
        fail "harness: link"
    "$tmp/unit" || fail "harness: the template's unit test"
    echo "ok: quasar-harness"
fi

# The template's own build files: CMake, and make with pkg-config.
if [ -z "${sanitize:-}" ]; then
    logged cmake -G Ninja -S "$tmp" -B "$tmp/by_template" -DCMAKE_PREFIX_PATH="$prefix" \
        -DCMAKE_C_COMPILER="$cc"
    logged cmake --build "$tmp/by_template"
    logged ctest --test-dir "$tmp/by_template"
    check_so "$tmp/by_template/my_strategy.so" "the template's CMakeLists.txt"
    logged make -C "$tmp" CC="$cc" PLUGINS=installed test install
    check_so "$tmp/installed/my_strategy.so" "the template's Makefile"
fi
