#!/usr/bin/env bash
# The engine against the oracle on random cases. QS_ORACLE_RUNS, QS_ORACLE_SEED change how many.
set -u
here=$(cd "$(dirname "$0")" && pwd)
build=${QS_BUILD_DIR:-$here/../../build}
runner=$build/bin/oracle_run

if [ ! -e "$here/oracle_run.c" ]; then
    echo "oracle_run.c is not there yet: the oracle alone"
    python3 "$here/compare.py" --self --runs "${QS_ORACLE_RUNS:-2000}" || exit 1
    exit 77
fi
exec python3 "$here/compare.py" --runner "$runner" --runs "${QS_ORACLE_RUNS:-2000}" \
    --seed "${QS_ORACLE_SEED:-1}"
