#include "cmd/report_print.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/str.h"
#include "cmd/strategy_text.h"
#include "report/result_json.h"
#include "report/text.h"

enum { COLUMNS_MAX = 1000 };

int terminal_width(void) {
    struct winsize size;
    const char *columns = getenv("COLUMNS");
    int64_t given;
    if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    if (columns && str_parse_i64(columns, &given) && given > 0 && given <= COLUMNS_MAX)
        return (int)given;
    return REPORT_WIDTH;
}

bool terminal_has_colour(void) {
    const char *never = getenv("NO_COLOR"), *term = getenv("TERM");
    if (never && never[0] != '\0')
        return false;
    return isatty(STDOUT_FILENO) && term && term[0] != '\0' && !str_eq(term, "dumb");
}

bool terminal_is_utf8(void) {
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        const char *value = getenv(names[i]);
        if (value && value[0] != '\0')
            return strcasestr(value, "utf-8") || strcasestr(value, "utf8");
    }
    return !isatty(STDOUT_FILENO);
}

int report_print(const struct report *report, bool as_json) {
    struct str text;
    if (as_json)
        return strategy_text_print_json(result_json(report));
    str_init(&text);
    report_text(report,
                &(struct report_style){.width = terminal_width(),
                                       .colour = terminal_has_colour(),
                                       .ascii = !terminal_is_utf8()},
                &text);
    int code = strategy_text_print(str_text(&text));
    str_fini(&text);
    return code;
}
