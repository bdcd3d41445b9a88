/*
 * core/settings.h - every choice that makes engines differ, as one plain struct.
 *
 * The table of names, defaults, ranges and words is conf/settings.def; this is what its consumers
 * (engine/, sim/, report/) read. All choices in force are journaled and printed with each run. The
 * numeric values of the choices are part of the journal and never change.
 */
#ifndef CORE_SETTINGS_H
#define CORE_SETTINGS_H

#include <stdint.h>

enum fill_model { FILL_CLOSE_TO_OPEN = 0, FILL_CLOSE_TO_CLOSE = 1 };
enum close_fill_booking { CLOSE_FILL_INSTANT = 0, CLOSE_FILL_NEXT_BAR = 1 };
enum close_fill_stamp { STAMP_SIGNAL = 0, STAMP_BOOKING = 1 };
enum limit_touch { LIMIT_THROUGH = 0, LIMIT_TOUCH = 1 };
enum stop_gap { STOP_GAP_OPEN = 0, STOP_GAP_TRIGGER = 1 };
enum order_priority { PRIORITY_PRICE = 0, PRIORITY_FIFO = 1 };
enum size_resolve { SIZE_AT_ACCEPTANCE = 0, SIZE_AT_FILL = 1 };
enum size_fees { SIZE_FEES_EXCLUDED = 0, SIZE_FEES_INCLUDED = 1 };
enum account_kind { ACCOUNT_MARGIN = 0, ACCOUNT_CASH = 1 };
enum cash_check { CHECK_BOTH = 0, CHECK_ACCEPTANCE = 1, CHECK_FILL = 2, CHECK_NONE = 3 };
enum check_mark { MARK_FILL = 0, MARK_BAR_CLOSE = 1 };
enum spread_side { SPREAD_BOTH = 0, SPREAD_ENTRY = 1 };
enum ema_seed { EMA_SEED_SMA = 0, EMA_SEED_FIRST = 1 };
enum cross_rule { CROSS_NOT_ABOVE = 0, CROSS_STRICT = 1, CROSS_LAST_NONZERO = 2 };
enum first_call { FIRST_READY = 0, FIRST_AFTER_READY = 1 };
enum trade_matching { TRADES_FIFO = 0, TRADES_LIFO = 1, TRADES_FLAT = 2 };
enum close_at_end { END_OFF = 0, END_LAST_CLOSE = 1, END_LAST_OPEN = 2 };
enum run_calendar { CALENDAR_ALWAYS = 0, CALENDAR_WEEKDAYS = 1 };
enum sizing_type { SIZING_PERCENT_EQUITY = 0, SIZING_FIXED = 1, SIZING_RISK = 2, SIZING_MONEY = 3 };
enum zero_volume { ZERO_VOLUME_WAIT = 0, ZERO_VOLUME_FILL = 1 };

struct settings {
    /* money */
    double initial_cash;
    double leverage;
    int32_t account;
    int32_t cash_check;
    int32_t check_mark;
    /* fills */
    int32_t fill_model;
    int32_t close_fill_booking;
    int32_t close_fill_stamp;
    int32_t limit_touch;
    int32_t stop_gap;
    int32_t priority;
    int32_t close_at_end;
    int32_t zero_volume;
    /* costs */
    double commission_bps;
    double commission_per_unit;
    double commission_per_fill;
    double slippage_bps;
    double spread_bps;
    int32_t spread_side;
    /* sizes */
    int32_t size_resolve;
    int32_t size_fees;
    int32_t sizing_type;
    double sizing_value;
    /* strategies */
    int32_t ema_seed;
    int32_t cross;
    int32_t first_call;
    int64_t warmup_steps; /* at least so many bars before the first callback */
    /* accounting and report */
    int32_t trades;
    int32_t calendar;
    double trading_days; /* a year; 0 = what the calendar says */
    double risk_free;    /* a year, fraction */
    double min_return;   /* a day, fraction: m of the Sortino ratio */
    int64_t max_bars;    /* instants; 0 = all */
};

#endif
