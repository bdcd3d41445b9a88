#!/usr/bin/env python3
"""From a save to its result: `qshost watch` on 100 k bars, with edits that change decisions.

    watch_latency.py QSHOST [--saves N] [--bars N]

Prints one JSON line: seconds from the save (its close) to the result event, median and worst; the
median share of each part (`record` is the report's part before the result, `rest` is what watch
itself adds: events, the screen, old runs); and `ratio`: the part without compile and debounce against
prepare + run of `backtest --no-record` with the same build and bars, measured between the saves. A
result is shown before it is recorded: `after` is how long that takes, and `ratio_recorded` counts it.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PARTS = ("compile", "check", "prepare", "run", "record", "compare")

# The cross of builtins/ema_cross with its periods in the source: every edit decides otherwise, and
# trades about as often as ema_cross 12/26 does on these bars.
SOURCE = """#include <quasar/strategy.h>

struct locals {{
    qs_line fast, slow;
}};

static int on_init(qs_ctx *c) {{
    struct locals *l = qs_locals(c);
    l->fast = qs_ema(c, QS_CLOSE, {fast});
    l->slow = qs_ema(c, QS_CLOSE, {slow});
    return 0;
}}

static void on_bar(qs_ctx *c) {{
    const struct locals *l = qs_locals(c);
    if (qs_cross_over(c, l->fast, l->slow))
        qs_target(c, qs_units(1.0));
    if (qs_cross_under(c, l->fast, l->slow))
        qs_target(c, qs_units(0.0));
}}

QS_STRATEGY(.id = "latency", .name = "Latency", .version = "1.{number}.0", QS_LOCALS(struct locals),
            .on_init = on_init, .on_bar = on_bar)
"""


class Watch:
    def __init__(self, qshost, project, env):
        self.process = subprocess.Popen(
            [qshost, "watch", "run.yaml", "--json"],
            cwd=project,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )

    def wait(self, *wanted):
        for line in self.process.stdout:
            seen = time.monotonic()
            event = json.loads(line)
            if event["event"] in ("failed", "trouble"):
                sys.exit(f"watch_latency: {line}")
            if event["event"] in wanted:
                return event, seen
        sys.exit("watch_latency: watch has ended")

    def end(self):
        self.process.terminate()
        self.process.stdout.read()
        if self.process.wait() != 0:
            sys.exit(f"watch_latency: watch ended with {self.process.returncode}")


def save(path, number):
    path.write_text(SOURCE.format(fast=11 + number % 3, slow=25 + number % 4, number=number))
    return time.monotonic()


def run_alone(qshost, project, env):
    """Seconds of prepare and run: the same build, bars and settings, nothing recorded."""
    done = subprocess.run(
        [qshost, "backtest", "-c", "run.yaml", "--no-record", "--json"],
        cwd=project, env=env, check=True, capture_output=True, text=True,
    )
    timing = json.loads(done.stdout)["timing"]
    return timing["prepare"] + timing["run"]


def measure(qshost, project, env, saves):
    source = project / "custom/latency.c"
    save(source, 12 * saves + 11)
    watch = Watch(qshost, project, env)
    watch.wait("result")
    rows, alone, trades = [], [], []
    for number in range(saves):
        saved = save(source, number)
        _, began = watch.wait("building")
        event, ended = watch.wait("result")
        if not event["comparison"]["decision"]["differs"]:
            sys.exit("watch_latency: an edit changed no decision")
        recorded, _ = watch.wait("recorded")  # else it would slow down the run alone
        trades.append(event["trades"])
        row = {"total": ended - saved, "debounce": began - saved, **event["seconds"]}
        row["rest"] = row["total"] - row["debounce"] - sum(row[part] for part in PARTS)
        row["after"] = recorded["seconds"]["record"]
        rows.append(row)
        alone.append(run_alone(qshost, project, env))
    watch.end()
    return rows, alone, trades


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("qshost")
    parser.add_argument("--saves", type=int, default=50)
    parser.add_argument("--bars", type=int, default=100_000)
    asked = parser.parse_args()
    qshost = str(Path(asked.qshost).resolve())
    folder = Path(tempfile.mkdtemp(prefix="qs-bench-"))
    env = {k: v for k, v in os.environ.items() if not k.startswith("QS_") or k == "QS_SDK"}
    env["QS_CACHE"] = str(folder / "cache")
    try:
        project = folder / "project"
        (project / "custom").mkdir(parents=True)
        (project / "run.yaml").write_text("strategy: latency\ndata: bars_1m.csv\n")
        subprocess.run(
            [qshost, "data", "synth", "-n", str(asked.bars), "-t", "1m", "-o", "bars_1m.csv"],
            cwd=project, env=env, check=True, capture_output=True,
        )
        rows, alone, trades = measure(qshost, project, env, asked.saves)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    middle = {key: statistics.median(row[key] for row in rows) for key in rows[0]}
    ours = [row["total"] - row["debounce"] - row["compile"] for row in rows]
    print(json.dumps({
        "bench": "watch",
        "ratio": round(statistics.median(ours) / statistics.median(alone), 3),
        "ratio_recorded": round((statistics.median(ours) + middle["after"]) / statistics.median(alone), 3),
        "against": "the run alone, unrecorded",
        "n": len(rows),
        "bars": asked.bars,
        "trades": statistics.median(trades),
        "median_s": round(middle["total"], 4),
        "worst_s": round(max(row["total"] for row in rows), 4),
        "without_compile_and_debounce_s": round(statistics.median(ours), 4),
        "alone_s": round(statistics.median(alone), 4),
        "shares_s": {key: round(middle[key], 4) for key in ("debounce", *PARTS, "rest", "after")},
    }))


if __name__ == "__main__":
    main()
