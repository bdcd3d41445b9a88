"""Eleven backtests of two other engines, reproduced trade for trade by the real binary.

    test_golden.py               all cases; then each with planted errors, which must be seen
    test_golden.py a01 b10       these cases
    test_golden.py --settings    besides: which settings of each case matter (README.md)

QS_BUILD_DIR, QS_SHARED as ctest sets them. Exit code 77 (skipped) where ../shared is absent.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE.parent / "support"))

import compare  # noqa: E402
import exported  # noqa: E402
import journal  # noqa: E402
import planted  # noqa: E402

BUILD = Path(os.environ.get("QS_BUILD_DIR", ROOT / "build"))
SHARED = Path(os.environ.get("QS_SHARED", ROOT / "../shared"))
# choices of conf/settings.def that the cases make, for --settings
CHOICES = {
    "account": ("margin", "cash"),
    "cash_check": ("both", "acceptance", "fill", "none"),
    "check_mark": ("fill", "bar_close"),
    "fill_model": ("close_to_open", "close_to_close"),
    "close_fill_booking": ("instant", "next_bar"),
    "close_fill_stamp": ("signal", "booking"),
    "close_at_end": ("off", "last_close", "last_open"),
    "size_resolve": ("acceptance", "fill"),
    "size_fees": ("excluded", "included"),
    "zero_volume": ("wait", "fill"),
    "ema_seed": ("sma", "first"),
    "cross": ("not_above", "strict", "last_nonzero"),
    "first_call": ("ready", "after_ready"),
    "trades": ("fifo", "lifo", "flat"),
}
CASES = "a01 a02 a03 a11 a12 a13 b01 b02 b03 b10 b14".split()
SHOWN = 8  # differences told of a case


class Failed(Exception):
    pass


def load(case):
    """The golden file of a case and the bars of its data."""
    paths = list((SHARED / "golden").glob(f"{case}_*.json"))
    if len(paths) != 1:
        raise Failed(f"expected one golden file {case}_*.json, found {len(paths)}")
    golden = json.loads(paths[0].read_text(encoding="utf-8"))
    return golden, [compare.Bars(entry, SHARED / "data") for entry in golden["data"]]


def config_text(case):
    return (HERE / f"{case}.yaml").read_text(encoding="utf-8")


def run(case, golden, folder, *settings):
    """Runs a case and returns its journal. Its config's paths give way to those of this build."""
    plugin = re.search(r"^strategy: \S*/(\w+\.so)$", config_text(case), re.M)
    if plugin is None:
        raise Failed(f"{case}.yaml names no strategy by its .so")
    output = Path(folder) / f"{case}.qsj"
    command = [BUILD / "bin/qshost", "backtest", "-c", HERE / f"{case}.yaml", "-o", output]
    command += ["--strategy", BUILD / "golden" / plugin[1]]
    for index, entry in enumerate(golden["data"]):
        command += ["--set", f"data.{index}.file={SHARED / 'data' / entry['file']}"]
    for setting in settings:
        command += ["--set", setting]
    done = subprocess.run(
        [str(word) for word in command],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=folder,
        env={**os.environ, "QS_CACHE": str(Path(folder) / "cache")},
    )
    if done.returncode != 0:
        raise Failed(f"qshost exits with {done.returncode}: {done.stderr.strip()}")
    return journal.read(output)


def qshost(folder):
    """Runs a command on the database of that folder and gives its output."""

    def command(*words):
        done = subprocess.run(
            [BUILD / "bin/qshost", *words, "--db", Path(folder) / "quasar.sqlite"],
            capture_output=True,
            text=True,
            timeout=120,
            cwd=folder,
            env={**os.environ, "QS_CACHE": str(Path(folder) / "cache")},
        )
        if done.returncode != 0 or done.stderr:
            raise Failed(f"{words} exits with {done.returncode}: {done.stdout}{done.stderr}")
        return done.stdout

    return command


def check_record(golden, bars, expected, folder):
    """The newest run out of the database: equal to the golden case as well, and so is its replay."""
    command = qshost(folder)
    records = exported.Exported(command, "last")
    told = compare.differences(expected, compare.found_results(golden, records, bars))
    if told:
        raise Failed(f"{len(told)} differences in the record\n    " + "\n    ".join(told[:SHOWN]))
    count, passed = planted.unseen(golden, records, bars, expected)
    if passed:
        raise Failed("planted errors in the record are not seen: " + ", ".join(passed))
    said = command("replay", "last")
    if not re.match(r"run \d+: identical \(", said):
        raise Failed(f"replay: {said}")
    return count


def check(case, folder):
    """One case: its line for people. Raises Failed."""
    golden, bars = load(case)
    expected = compare.expected_results(golden, bars)
    records = run(case, golden, folder)
    told = compare.differences(expected, compare.found_results(golden, records, bars))
    if told:
        raise Failed(f"{len(told)} differences\n    " + "\n    ".join(told[:SHOWN]))
    count, passed = planted.unseen(golden, records, bars, expected)
    if passed:
        raise Failed("planted errors are not seen: " + ", ".join(passed))
    count += check_record(golden, bars, expected, folder)
    sizes = ", ".join(f"{len(expected[t])} {t}" for t in ("trades", "fills") if t in expected)
    held, samples = len(expected["open_at_end"]), len(expected["equity_samples"])
    final = expected["money"][0]["final_equity"]
    return (
        f"{golden['id']}: {sizes}, {held} open at the end, {samples} equity samples,"
        f" final equity {final!r}: equal, from the journal and from the record;"
        f" {count} planted errors seen; replay identical"
    )


def tell_settings(case, folder):
    """Runs a case with each choice of it turned to each other one, and says what differs then."""
    golden, bars = load(case)
    expected = compare.expected_results(golden, bars)
    own = dict(re.findall(r"^(\w+): (\w+)", config_text(case), re.M))
    for key, values in CHOICES.items():
        for value in values:
            if key not in own or value == own[key]:
                continue
            try:
                records = run(case, golden, folder, f"{key}={value}")
                found = compare.found_results(golden, records, bars)
                told = compare.differences(expected, found)
            except (Failed, ValueError) as error:
                told = [str(error)]
            print(f"  {case} {key}: {value}: {len(told)} differences", *told[:1], sep="; ")


def main(arguments):
    if not (SHARED / "golden").is_dir() or not (SHARED / "data").is_dir():
        print(f"skipped: no golden cases in {SHARED}")
        return 77
    if not (BUILD / "bin/qshost").is_file():
        print(f"FAIL: no {BUILD}/bin/qshost (build it, or set QS_BUILD_DIR)")
        return 1
    cases = [a for a in arguments if not a.startswith("-")] or CASES
    failures = 0
    with tempfile.TemporaryDirectory(prefix="qs-golden-") as folder:
        for case in cases:
            try:
                print(check(case, folder))
                if "--settings" in arguments:
                    tell_settings(case, folder)
            except (Failed, ValueError, KeyError, journal.JournalError) as error:
                failures += 1
                kind = "" if isinstance(error, Failed) else f"{type(error).__name__}: "
                print(f"FAIL {case}: {kind}{error}")
            sys.stdout.flush()
    print(f"{len(cases) - failures} of {len(cases)} cases equal")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
