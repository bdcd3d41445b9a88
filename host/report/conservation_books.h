/*
 * report/conservation_books.h - the books behind report/conservation.h: one strategy's holding of
 * one symbol, its lots, and the results of what it closed. Used by conservation.c only.
 */
#ifndef REPORT_CONSERVATION_BOOKS_H
#define REPORT_CONSERVATION_BOOKS_H

#include <stdbool.h>
#include <stdint.h>

#include "report/conservation.h"

/* A strategy's share of a fill. */
struct share {
    double quantity, price, fee, multiplier;
    bool says_flat; /* the record says that nothing is held after it */
};

struct booked_share {
    double closed, realized; /* against the average price */
    double held;
    double dust; /* how far the record's units may be from ours */
};

struct conservation_book *books_at(struct conservation *c, int64_t strategy, int64_t symbol);
void books_apply(struct conservation *c, struct conservation_book *book, const struct share *share,
                 struct booked_share *ret);
/* Result of what is still open: against its lots' prices, with their fees. */
double books_open_result(const struct conservation *c, const struct conservation_book *book,
                         double mark, double multiplier);

#endif
