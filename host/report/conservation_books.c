/* A fill is cut into what closes and what opens; each closes lots or makes one. */
#include "report/conservation_books.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"

struct conservation_book *books_at(struct conservation *c, int64_t strategy, int64_t symbol) {
    int64_t place = strategy * c->names.symbol_count + symbol;
    struct conservation_book *book = &c->books[place];
    if (!book->listed) {
        c->open = grow(c->open, c->open_count, &c->open_cap, sizeof(*c->open));
        c->open[c->open_count++] = place;
        book->listed = true;
    }
    return book;
}

static void push_lot(struct conservation *c, struct conservation_book *book,
                     struct conservation_lot lot) {
    if (book->first > book->count && book->first + book->count == book->cap) {
        memmove(book->lots, book->lots + book->first, (size_t)book->count * sizeof(*book->lots));
        book->first = 0;
    }
    book->lots = grow(book->lots, book->first + book->count, &book->cap, sizeof(*book->lots));
    book->lots[book->first + book->count++] = lot;
    c->lots++;
}

static void drop_lot(struct conservation *c, struct conservation_book *book, bool newest) {
    book->first += !newest;
    book->count--;
    c->lots--;
}

/* Closes |units| of the lots, oldest or newest first, at `price` with `fee`. */
static void close_lots(struct conservation *c, struct conservation_book *book, double units,
                       const struct share *share, double fee) {
    bool newest = c->trades == TRADES_LIFO;
    double left = fabs(units);
    while (left > 0.0 && book->count > 0) {
        struct conservation_lot *lot =
            &book->lots[newest ? book->first + book->count - 1 : book->first];
        double size = fabs(lot->quantity);
        double part = fmin(size, left);
        double entry_fee = lot->fee * (part / size);
        double result = copysign(part, lot->quantity) * (share->price - lot->price);
        book->expected += result * share->multiplier - entry_fee - fee * (part / fabs(units));
        left -= part;
        lot->quantity -= copysign(part, lot->quantity);
        lot->fee -= entry_fee;
        if (fabs(lot->quantity) <= 1e-12 * size)
            drop_lot(c, book, newest);
    }
}

static void close_part(struct conservation *c, struct conservation_book *book, double units,
                       double fee, const struct share *share) {
    if (c->trades == TRADES_FLAT)
        book->pending -= units * share->price * share->multiplier + fee;
    else
        close_lots(c, book, units, share, fee);
    book->held += units;
}

static void become_flat(struct conservation *c, struct conservation_book *book) {
    c->lots -= book->count;
    book->first = book->count = 0;
    book->held = book->average = book->moved = 0.0;
    book->expected += book->pending;
    book->pending = 0.0;
}

static void open_part(struct conservation *c, struct conservation_book *book, double units,
                      double fee, const struct share *share) {
    double held = book->held + units;
    book->average = (book->average * book->held + share->price * units) / held;
    book->held = held;
    if (c->trades == TRADES_FLAT)
        book->pending -= units * share->price * share->multiplier + fee;
    else
        push_lot(c, book,
                 (struct conservation_lot){.quantity = units, .price = share->price, .fee = fee});
}

void books_apply(struct conservation *c, struct conservation_book *book, const struct share *share,
                 struct booked_share *ret) {
    double closing = 0.0;
    double dust = 1e-9 * (book->moved + fabs(share->quantity));
    book->moved += fabs(share->quantity);
    if (book->held != 0.0 && (book->held > 0.0) != (share->quantity > 0.0))
        closing = copysign(fmin(fabs(share->quantity), fabs(book->held)), share->quantity);
    /* rest of a sum of parts: the record says that it is nothing */
    if (closing != 0.0 && share->says_flat && fabs(book->held + share->quantity) <= dust)
        closing = share->quantity;
    double opening = share->quantity - closing;
    *ret = (struct booked_share){.closed = closing,
                                 .realized =
                                     -closing * (share->price - book->average) * share->multiplier,
                                 .dust = dust};
    if (closing != 0.0) {
        close_part(c, book, closing, share->fee * (closing / share->quantity), share);
        if (book->held == 0.0 || opening != 0.0 || (share->says_flat && fabs(book->held) <= dust))
            become_flat(c, book);
    }
    if (opening != 0.0) {
        book->moved = fmax(book->moved, fabs(opening));
        open_part(c, book, opening, share->fee * (opening / share->quantity), share);
    }
    ret->held = book->held;
}

double books_open_result(const struct conservation *c, const struct conservation_book *book,
                         double mark, double multiplier) {
    if (c->trades == TRADES_FLAT)
        return book->pending + book->held * mark * multiplier;
    double sum = 0.0;
    for (int64_t i = book->first; i < book->first + book->count; i++) {
        const struct conservation_lot *lot = &book->lots[i];
        sum += lot->quantity * (mark - lot->price) * multiplier - lot->fee;
    }
    return sum;
}
