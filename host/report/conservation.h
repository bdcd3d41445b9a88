/*
 * report/conservation.h - law 3, checked by the parent of a run from the fills alone.
 *
 *   cash + positions at mark + fees paid = start + profit and loss, at every record of an account
 *
 * Takes the records of a journal one by one, keeps its own books and compares what the engine says
 * it has. It shares no code with core/ledger.c and engine/, on purpose: do not "reuse" anything
 * here. It checks
 *   - allocations: quantities and fees of a fill's allocations sum to the fill's; what they say was
 *     closed, realized (average price) and is now held;
 *   - EQUITY, LEDGER: cash; with marks equity, gross and net; without, equity = cash when flat;
 *     the strategies of a silo sum to the silo (by construction of the books);
 *   - TRADE, END: net = gross - fees; the net of all trades of a strategy and symbol, paired again
 *     here from the fills (fifo, lifo or flat), plus the open positions' result = equity's change;
 *   - POSITION: what is left is what the fills left.
 * All within 1e-9 of the gross turnover, plus 1e-9.
 */
#ifndef REPORT_CONSERVATION_H
#define REPORT_CONSERVATION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "core/settings.h"
#include "engine/journal.h"
#include "report/names.h"

#define CONSERVATION_BOOKS_MAX 10000000
#define CONSERVATION_LOTS_MAX 20000000

/* The newest close of a symbol at `time`; false when there is none yet. Times ascend. */
typedef bool (*conservation_mark_fn)(void *self, int64_t symbol, int64_t time, double *ret);

struct conservation_lot {
    double quantity, price, fee; /* signed; fee of what is left */
};

/* One strategy's books of one symbol. */
struct conservation_book {
    double held, average;     /* signed units; average entry price */
    double moved;             /* sum of |quantity|: what held was rounded from */
    double expected, claimed; /* net of the closed round trips: ours, the TRADE records' */
    double pending;           /* flat: result of the round trip in progress */
    struct conservation_lot *lots;
    int64_t first, count, cap; /* lots[first .. first + count) */
    bool listed;               /* in `open` */
};

struct conservation {
    struct names names;
    conservation_mark_fn mark; /* NULL: no marks */
    void *mark_self;
    int trades;              /* enum trade_matching, from the journal's settings */
    double *cash, *turnover; /* by strategy */
    double *silo_cash, *silo_turnover;
    double *silo_equity;             /* the newest EQUITY record's */
    double *silo_open;               /* result of what the POSITION records hold */
    double *symbol_value;            /* by symbol: what an account holds, strategies together */
    struct conservation_book *books; /* strategy * symbols + symbol; made by the first fact */
    int64_t book_count;
    int64_t *open; /* places of books that hold something, or did a moment ago */
    int64_t open_count, open_cap, lots;
    struct j_fill fill; /* the last one, and what of it is not allocated yet */
    double left_quantity, left_fee;
    bool has_fill, is_ready;
    uint64_t records, checked; /* checked: accounts compared */
};

/* mark may be NULL. */
void conservation_init(struct conservation *c, conservation_mark_fn mark, void *self);
void conservation_fini(struct conservation *c);
/* 0, or ERR_FORMAT with "record 812: ...: found ..., expected ..." at the first violation. */
int conservation_take(struct conservation *c, const struct journal_record *record,
                      struct err *err) NODISCARD;

#endif
