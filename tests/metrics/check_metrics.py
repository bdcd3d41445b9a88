#!/usr/bin/env python3
"""Metrics a second time, plainly, from the formulas in fills-and-metrics.md and the header comment of
host/report/metrics.h (not from its code). Reads cases that tests/unit/report/test_metrics.c wrote,
each with what the C code made of it; exits 1 at the first difference over 1e-9.

usage: check_metrics.py CASES.json [EXPECTED_COUNT]
"""
import json
import math
import statistics
import sys
from datetime import date, timedelta
from fractions import Fraction

NS_DAY = 86_400 * 10**9
TRADES = ["win_rate", "profit_factor", "expectancy", "payoff", "sqn", "average_holding", "mean_mae",
          "mean_mfe"]


def calendar_day(stamp, weekdays):
    """The date whose trading a row of this stamp closes."""
    day = date(1970, 1, 1) + timedelta(days=-((-stamp) // NS_DAY) - 1)  # ceil(stamp / day) - 1
    while weekdays and day.isoweekday() > 5:
        day += timedelta(days=1)
    return day


def daily_returns(case, rows):
    weekdays = case["calendar"] == "weekdays"
    last_of_day = {}
    for row in rows:
        last_of_day[calendar_day(row[0], weekdays)] = row[1]
    day, end = min(last_of_day), max(last_of_day)
    returns, before = [], case["initial"]
    while day <= end:
        if not weekdays or day.isoweekday() <= 5:
            now = last_of_day.get(day, before)
            returns.append(float(Fraction(now) / Fraction(before) - 1))
            before = now
        day += timedelta(days=1)
    return returns


def spread_of(values):
    """Standard deviation with n - 1, or None where all values are the same up to rounding."""
    sd = statistics.stdev(values)
    return sd if sd > 1e-15 + 1e-12 * abs(statistics.fmean(values)) else None


def ratios(case, r, year, out):
    names = ["sharpe", "sortino", "volatility", "max_daily_loss", "sharpe_standard_error",
             "probabilistic_sharpe"]
    if not r:
        out.update(dict.fromkeys(names, "ruin"))
        return
    n, mean = len(r), statistics.fmean(r)
    downside = math.sqrt(math.fsum(min(x - case["min_return"], 0) ** 2 for x in r) / n)
    out["max_daily_loss"] = min(0.0, min(r))
    out["sortino"] = (math.sqrt(year) * (mean - case["min_return"]) / downside if downside > 0
                      else "no_losses")
    if n < 2:
        out.update(dict.fromkeys([names[0], names[2], names[4], names[5]], "too_short"))
        return
    sd = statistics.stdev(r)
    out["volatility"] = math.sqrt(year) * sd
    if spread_of(r) is None:
        out.update(dict.fromkeys([names[0], names[4], names[5]], "zero_variance"))
        return
    s = (mean - case["risk_free"] / year) / sd
    population = statistics.pstdev(r)
    g3 = math.fsum(((x - mean) / population) ** 3 for x in r) / n
    g4 = math.fsum(((x - mean) / population) ** 4 for x in r) / n
    spread = 1 - g3 * s + (g4 - 1) / 4 * s * s
    out["sharpe"] = math.sqrt(year) * s
    if spread <= 1e-12:
        out[names[4]] = out[names[5]] = None  # may be this or too_short: a rounding decides
        return
    out[names[4]] = math.sqrt(year * spread / (n - 1))
    out[names[5]] = statistics.NormalDist().cdf(s * math.sqrt(n - 1) / math.sqrt(spread))


def drawdowns(case, rows, out):
    equities = [case["initial"]] + [row[1] for row in rows]
    times = [case["start"]] + [row[0] for row in rows]
    worst, longest, inside = 0.0, 0, 0.0
    for i in range(1, len(equities)):
        peak = max(equities[:i + 1])
        worst = min(worst, equities[i] / peak - 1)
        top = max([case["initial"]] + [max(row[3], row[1]) for row in rows[:i - 1]])
        inside = min(inside, rows[i - 1][2] / top - 1)
        inside = min(inside, equities[i] / max(top, rows[i - 1][3], equities[i]) - 1)
    for i in range(len(equities)):  # from each row that is a peak to the first at or above it
        if equities[i] < max(equities[:i + 1]):
            continue
        back = next((k for k in range(i + 1, len(equities)) if equities[k] >= equities[i]),
                    len(equities) - 1)
        if any(e < equities[i] for e in equities[i + 1:back + 1]):
            longest = max(longest, times[back] - times[i])
    out["max_drawdown"] = worst
    out["max_drawdown_intrabar"] = min(worst, inside)
    out["longest_drawdown"] = longest / 1e9


def trade_metrics(trades, out):
    if not trades:
        out.update(dict.fromkeys(TRADES, "no_trades"))
        return
    nets = [t[2] for t in trades]
    wins, losses = [x for x in nets if x > 0], [-x for x in nets if x < 0]
    out["win_rate"] = len(wins) / len(nets)
    out["expectancy"] = statistics.fmean(nets)
    out["average_holding"] = sum(t[1] - t[0] for t in trades) / len(trades) / 1e9
    out["mean_mae"] = statistics.fmean(t[3] for t in trades)
    out["mean_mfe"] = statistics.fmean(t[4] for t in trades)
    out["profit_factor"] = math.fsum(wins) / math.fsum(losses) if losses else "no_losses"
    out["payoff"] = ("no_losses" if not losses else "no_wins" if not wins else
                     statistics.fmean(wins) / statistics.fmean(losses))
    if len(nets) < 2:
        out["sqn"] = "too_short"
    else:
        sd = statistics.stdev(nets)
        out["sqn"] = (math.sqrt(len(nets)) * statistics.fmean(nets) / sd
                      if sd > 1e-12 * abs(statistics.fmean(nets)) else "zero_variance")


def metrics(case):
    out = {"alpha": "no_benchmark", "beta": "no_benchmark", "tracking_error": "no_benchmark",
           "deflated_sharpe": "no_sweep", "fees": case["fees"], "slippage": case["slippage"]}
    rows = [row for row in case["rows"] if row[0] >= case["start"]]
    year = case["trading_days"] or (260 if case["calendar"] == "weekdays" else 365)
    first, last = case["initial"], rows[-1][1]
    ruined = any(row[1] <= 0 for row in rows)
    r = [] if ruined else daily_returns(case, rows)
    ratios(case, r, year, out)
    drawdowns(case, rows, out)
    trade_metrics(case["trades"], out)
    span = (rows[-1][0] - case["start"]) / NS_DAY
    out["total_return"] = last / first - 1
    if last <= 0:
        out["cagr"] = out["annualised_return"] = -1.0
    else:
        out["cagr"] = (last / first) ** (365.25 / span) - 1 if span >= 1 else "too_short"
        out["annualised_return"] = (last / first) ** (year / len(r)) - 1 if r else "ruin"
    out["time_in_market"] = sum(row[4] > 0 for row in rows) / len(rows)
    if ruined:
        out["exposure"] = out["turnover"] = "ruin"
    else:
        out["exposure"] = statistics.fmean(row[4] / row[1] for row in rows)
        out["turnover"] = (case["traded_value"] / statistics.fmean(row[1] for row in rows)
                           / (span / 365.25) if span > 0 else "too_short")
    fall = -out["max_drawdown"]
    out["calmar"] = (out["cagr"] if isinstance(out["cagr"], str) else
                     out["cagr"] / fall if fall > 0 else "no_losses")
    parts = [out["sharpe"], out["cagr"], out["win_rate"]]
    missing = [p for p in parts if isinstance(p, str)]
    out["bps"] = missing[0] if missing else (
        0.4 * parts[0] + 0.3 * parts[1] + 0.2 * parts[2] - 0.1 * fall)
    return out


def is_same(mine, theirs):
    if mine is None:
        return True
    if isinstance(mine, str) or isinstance(theirs, str):
        return mine == theirs
    return abs(mine - theirs) <= 1e-9 * max(1.0, abs(mine))


def main():
    cases = json.load(open(sys.argv[1], encoding="utf-8"))
    if len(sys.argv) > 2 and len(cases) != int(sys.argv[2]):
        sys.exit(f"check_metrics: {len(cases)} cases, expected {sys.argv[2]}")
    compared = 0
    for number, case in enumerate(cases, 1):
        mine = metrics(case)
        if set(mine) != set(case["metrics"]):
            sys.exit(f"check_metrics: names differ: {set(mine) ^ set(case['metrics'])}")
        for name, value in case["metrics"].items():
            compared += not isinstance(value, str)
            if not is_same(mine[name], value):
                sys.exit(f"check_metrics: case (seed) {number}: {name}: C {value}, Python {mine[name]}")
    if compared < 15 * len(cases):
        sys.exit(f"check_metrics: only {compared} values in {len(cases)} cases")


if __name__ == "__main__":
    main()
