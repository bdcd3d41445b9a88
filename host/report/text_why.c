/* Why nothing was traded, or nothing closed: the first cause that explains it all. */
#include "report/text_page.h"

#include <inttypes.h>
#include <stdio.h>

void text_why(struct page *p) {
    const struct collector *c = p->c;
    char line[300];
    if (c->trade_count > 0)
        return;
    if (c->fill_count > 0)
        snprintf(line, sizeof(line),
                 "No closed trades: %" PRId64 " fills, and what they opened is still held at the "
                 "end.",
                 c->fill_count);
    else if (!c->has_start)
        snprintf(
            line, sizeof(line),
            "No trades: the warm-up is longer than the data, so no callback ever came (%" PRId64
            " instants).",
            c->end.instants);
    else if (c->intents == 0)
        snprintf(line, sizeof(line),
                 "No trades: in %" PRId64
                 " bars after its warm-up the strategy wished for nothing.",
                 p->report->metrics.rows);
    else if (c->rejected_total == c->order_count)
        snprintf(line, sizeof(line),
                 "No trades: everything the strategy wished for was refused (%" PRId64
                 " intents; the reasons are below).",
                 c->intents);
    else
        snprintf(line, sizeof(line),
                 "No trades: %" PRId64 " orders were accepted and none was ever filled.",
                 c->order_count - c->rejected_total);
    str_append_char(p->str, '\n');
    page_paragraph(p, line);
}
