#!/usr/bin/env python3
"""Instructions instead of time: what a bar costs in the engine, by callgrind, which repeats exactly.

  engine_instructions   per bar of engine_ema_cross, against the bare loop's
  engine_cost_growth    per bar near 10 M bars, against near 10 k (--short: 1 M)

Prints one JSON line each. Called by `tools/bench --callgrind engine`.
"""
import json
import os
import subprocess
import sys
import tempfile


def instructions(binary, what, bars):
    """Counted inside the function under test, so that set-up is not in it."""
    with tempfile.NamedTemporaryFile() as out:
        done = subprocess.run(
            ["valgrind", "--tool=callgrind", "--collect-atstart=no",
             "--toggle-collect=counted_" + what, "--callgrind-out-file=" + out.name,
             binary, "--count-" + what, str(bars)], capture_output=True, text=True)
        for line in done.stderr.splitlines():
            if "Collected :" in line:
                return int(line.split(":")[1].split()[0])
    sys.exit("count_instructions: callgrind said nothing:\n" + done.stderr)


def per_bar(binary, what, first, second):
    return (instructions(binary, what, second) - instructions(binary, what, first)) / (second - first)


def main():
    binary = sys.argv[1]
    large = 1_000_000 if "--short" in sys.argv else 10_000_000
    bare = per_bar(binary, "bare", 10_000, 110_000)
    small = per_bar(binary, "engine", 10_000, 110_000)
    print(json.dumps({"bench": "engine_instructions", "ratio": round(small / bare, 3),
                      "against": "bare C loop", "n": 100_000,
                      "instructions_per_bar": round(small, 1),
                      "bare_instructions_per_bar": round(bare, 1)}), flush=True)
    big = per_bar(binary, "engine", large - 100_000, large)
    print(json.dumps({"bench": "engine_cost_growth", "ratio": round(big / small, 5),
                      "against": "10 k bars", "n": large,
                      "instructions_per_bar": round(big, 1)}))


if __name__ == "__main__":
    os.environ.setdefault("QS_CACHE", os.path.join(tempfile.gettempdir(), "quasar-bench-cache"))
    main()
