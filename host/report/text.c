/* Sections, each a heading and indented lines; a section with nothing to say is left out. */
#include "report/text.h"

#include "report/text_page.h"

void report_text(const struct report *report, const struct report_style *style, struct str *str) {
    struct page page = {.report = report,
                        .c = report->collector,
                        .str = str,
                        .width = style->width < 40 ? 40 : (size_t)style->width,
                        .colour = style->colour,
                        .ascii = style->ascii};
    const bool is_whole = report->facts->interruption == NULL; /* metrics of a part mislead */
    text_title(&page);
    text_data(&page);
    text_why(&page);
    text_picture(&page);
    if (is_whole) {
        text_group(&page, "Result", METRIC_RESULT);
        text_group(&page, "Risk", METRIC_RISK);
    }
    text_trades(&page);
    if (is_whole)
        text_group(&page, "Costs", METRIC_COSTS);
    text_strategies(&page);
    text_counts(&page);
    text_positions(&page);
    text_words(&page);
    text_variables(&page);
    text_settings(&page);
    text_hashes(&page);
    text_timing(&page);
}
