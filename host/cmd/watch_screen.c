#include "cmd/watch_screen.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "base/time.h"
#include "cmd/report_print.h"
#include "cmd/watch_fold.h"
#include "cmd/watch_json.h"
#include "cmd/watch_page.h"
#include "proc/clock.h"
#include "report/picture.h"
#include "report/text_value.h"
#include "report/text_why.h"

#define CLEAR "\033[H\033[2J" /* and not \033[3J: what scrolled away is the user's */
#define RED "\033[31m"
#define GREEN "\033[32m"
#define BOLD "\033[1m"
#define PLAIN "\033[0m"
#define WORDS_LINES 30     /* of the compiler, or of the strategy */
#define WORDS_LINES_GOOD 3 /* above a result that must have room on the screen, too */
#define NOTES_LINES 6

/* ---- out ---- */

static void put(struct watch_screen *s, const char *text) {
    if (s->broken)
        return;
    if (fputs(text, stdout) == EOF || fflush(stdout) != 0)
        s->broken = errno ? errno : EIO;
}

static void put_json(struct watch_screen *s, struct jv *event) {
    struct str text = {0};
    jv_append(&text, event, 0);
    str_append_char(&text, '\n');
    put(s, str_text(&text));
    str_fini(&text);
    jv_free(event);
}

/* For people: paths from where they stand; on a terminal, lines that are too long go on in the next
 * one, indented. */
static void make_readable(const struct watch_screen *s, struct str *text) {
    struct str shortened = {0}, folded = {0};
    char here[PATH_MAX];
    watch_shorten(str_text(text), getcwd(here, sizeof here) ? here : "", &shortened);
    if (s->terminal)
        watch_fold(str_text(&shortened), terminal_width(), &folded);
    str_clear(text);
    str_append(text, str_text(s->terminal ? &folded : &shortened));
    str_fini(&shortened);
    str_fini(&folded);
}

static void put_text(struct watch_screen *s, struct str *text) {
    make_readable(s, text);
    put(s, str_text(text));
}

static const char *colour(const struct watch_screen *s, const char *code) {
    return s->terminal && terminal_has_colour() ? code : "";
}

static void clock_text(char buffer[16]) {
    char iso[TIME_ISO_MAX];
    time_format_iso(iso, sizeof iso, wall_now());
    snprintf(buffer, 16, "%.8s", iso + 11);
}

/* ---- pieces ---- */

/* "custom/my.c" as short as the project lets it be. */
static const char *shown_path(const struct watch_unit *unit) {
    const char *path = unit->source[0] ? unit->source : unit->so;
    const char *slash = strrchr(path, '/');
    while (slash && slash > path) {
        const char *before = slash - 1;
        while (before > path && *before != '/')
            before--;
        return *before == '/' ? before + 1 : path;
    }
    return path;
}

static void head(const struct watch_screen *s, const char *path, const char *what,
                 struct str *text) {
    char now[16], here[PATH_MAX];
    clock_text(now);
    str_append(text, colour(s, BOLD));
    watch_shorten(path, getcwd(here, sizeof here) ? here : "", text);
    str_appendf(text, "%s  %s  (%s UTC)\n", colour(s, PLAIN), what, now);
}

/* What is wrong may be the run config, and not the source. */
static const char *blamed(const struct watch_unit *unit, const struct watch_outcome *o) {
    size_t len = strlen(o->origin);
    if (o->verdict == WATCH_FAILED && o->origin[0] == '/' &&
        strncmp(o->err.text, o->origin, len) == 0 && o->err.text[len] == ':')
        return o->origin;
    return shown_path(unit);
}

/* The first lines of what a compiler or a strategy said. */
static void words(const struct str *said, int max, struct str *text) {
    const char *at = str_text(said);
    int lines = 0;
    for (; *at != '\0' && lines < max; lines++) {
        size_t len = strcspn(at, "\n");
        str_append(text, "  ");
        str_append_n(text, at, len);
        str_append_char(text, '\n');
        at += len + (at[len] == '\n');
    }
    if (*at != '\0')
        str_append(text, "  ...\n");
}

static void seconds(const struct watch_outcome *o, struct str *text) {
    if (o->compile_seconds > 0)
        str_appendf(text, "compile %.2f s, ", o->compile_seconds);
    str_appendf(text, "check %.1f ms, run %.1f ms, record %.1f ms", o->check_seconds * 1e3,
                o->run_seconds * 1e3, o->record_seconds * 1e3);
    if (o->before)
        str_appendf(text, ", compare %.1f ms", o->compare_seconds * 1e3);
}

/* One line: what a result is worth. */
static void summary(const struct watch_result *result, struct str *text) {
    const struct report *report = &result->job.report;
    char equity[64], value[64];
    text_money(equity, sizeof equity, report->metrics.final_equity);
    text_metric(value, sizeof value, &report->metrics.items[METRIC_TOTAL_RETURN]);
    str_appendf(text, "run %" PRId64 ": final equity %s, return %s, %" PRId64 " trades",
                result->run, equity, value, report->collector->trade_count);
}

static void active_line(const struct watch_screen *s, const struct watch_unit *unit,
                        struct str *text) {
    if (unit->active.sha[0] == '\0') {
        str_append(text, "No build of it is good yet.\n");
        return;
    }
    str_appendf(text, "%sActive:%s build %.12s, the newest good one", colour(s, GREEN),
                colour(s, PLAIN), unit->active.sha);
    if (unit->good) {
        str_append(text, "; ");
        summary(unit->good, text);
    }
    str_append_char(text, '\n');
}

/* One scale for both, its ends at the edge. */
static void pictures(const struct watch_unit *unit, const struct watch_outcome *o,
                     struct str *text) {
    const struct account_series *now = collector_account(unit->good->job.report.collector);
    const struct account_series *before =
        o->before ? collector_account(o->before->job.report.collector) : NULL;
    struct picture_range range = {0};
    char top[64], bottom[64];
    bool ascii = !terminal_is_utf8();
    picture_range_add(now, &range);
    if (before)
        picture_range_add(before, &range);
    text_money(top, sizeof top, range.top);
    text_money(bottom, sizeof bottom, range.bottom);
    int edge = (int)max_i64((int64_t)strlen(top), (int64_t)strlen(bottom)) + 7;
    int width = terminal_width() - edge - 10;
    str_append(text, "\nEquity\n  ");
    if (before) {
        str_append(text, "before  ");
        picture_line(before, &range, width, ascii, text);
        str_appendf(text, "  max %s\n  now     ", top);
        picture_line(now, &range, width, ascii, text);
        str_appendf(text, "  min %s\n", bottom);
    } else {
        picture_line(now, &range, width, ascii, text);
        str_appendf(text, "\n  min %s, max %s\n", bottom, top);
    }
}

static struct compare_text how_of(const struct watch_screen *s, const struct watch_unit *unit,
                                  const struct watch_outcome *o, char names[2][48]) {
    bool has_sights = o->before && o->comparison.decision.has_difference;
    snprintf(names[0], 48, "before (run %" PRId64 ")", o->before ? o->before->run : 0);
    snprintf(names[1], 48, "now (run %" PRId64 ")", unit->good ? unit->good->run : 0);
    return (struct compare_text){.before_name = names[0],
                                 .after_name = names[1],
                                 .before_sight = has_sights ? &o->before_sight : NULL,
                                 .after_sight = has_sights ? &o->after_sight : NULL,
                                 .width = terminal_width(),
                                 .trade_max = s->trade_max,
                                 .is_edit = true};
}

/* ---- whole texts ---- */

static void why_no_trades(const struct watch_unit *unit, struct str *text) {
    struct str why = {0};
    text_why_sentence(&unit->good->job.report, &why);
    if (why.len > 0)
        str_appendf(text, "%s\n", str_text(&why));
    str_fini(&why);
}

/* What matters most first: a low screen shows as much as it has room for. */
static void differences(const struct comparison *c, struct compare_text *how, struct str *text) {
    how->metrics = COMPARE_METRICS_HEADLINE;
    compare_text_metrics(c, how, text);
    compare_text_decision(c, how, text);
    compare_text_inputs(c, how, text);
    compare_text_trades(c, how, text);
    how->metrics = COMPARE_METRICS_REST;
    compare_text_metrics(c, how, text);
}

static void good_text(const struct watch_screen *s, const struct watch_unit *unit,
                      const struct watch_outcome *o, struct watch_page *page) {
    char names[2][48];
    struct compare_text how = how_of(s, unit, o, names);
    struct str *text = &page->body;
    str_appendf(text, "%s %s (build %.12s), params and data of %s\n", unit->id, unit->good->version,
                unit->good->build.sha, o->origin);
    words(&o->notes, s->terminal ? NOTES_LINES : INT_MAX, text);
    words(&o->words, s->terminal ? WORDS_LINES_GOOD : WORDS_LINES, text);
    if (!o->before) {
        why_no_trades(unit, text); /* a comparison says it itself */
        str_append(text, "First result: ");
        summary(unit->good, text);
        str_append_char(text, '\n');
        snprintf(page->more, sizeof page->more, "qshost show %" PRId64, unit->good->run);
    } else {
        differences(&o->comparison, &how, text);
        snprintf(page->more, sizeof page->more, "qshost diff %" PRId64 " %" PRId64, o->before->run,
                 unit->good->run);
    }
    pictures(unit, o, text);
    str_append_char(&page->end, '\n');
    seconds(o, &page->end);
    str_appendf(&page->end, "; whole: qshost show %" PRId64 "\n", unit->good->run);
}

static void failed_text(const struct watch_screen *s, const struct watch_unit *unit,
                        const struct watch_outcome *o, struct watch_page *page) {
    str_appendf(&page->body, "%s%s failed:%s %s\n", colour(s, RED), watch_stage_name(o->stage),
                colour(s, PLAIN), o->err.text);
    words(&o->words, WORDS_LINES, &page->body);
    active_line(s, unit, &page->end);
    active_line(s, unit, &page->brief);
}

static bool is_shown_beside(const struct watch_unit *other, const struct watch_unit *unit) {
    return other != unit && (other->good || other->trouble.text.len > 0);
}

/* The others, a line each; on a terminal only, where nothing scrolls by. */
static void others(const struct watch_screen *s, const struct watch_unit *unit,
                   struct watch_page *page) {
    struct str *text = &page->end;
    int failed = 0;
    bool is_first = true;
    for (size_t i = 0; i < s->unit_count; i++) {
        const struct watch_unit *u = &s->units[i];
        if (!is_shown_beside(u, unit))
            continue;
        str_append(text, is_first ? "\nOthers\n" : "");
        is_first = false;
        str_appendf(text, "  %s  ", shown_path(u));
        if (u->trouble.text.len > 0) {
            failed++;
            str_appendf(text, "%sfailed%s (%.100s)", colour(s, RED), colour(s, PLAIN),
                        str_text(&u->trouble.text));
        } else {
            summary(u->good, text);
        }
        str_append_char(text, '\n');
    }
    str_appendf(text, "\nwatching %s; Ctrl-C ends\n", s->folders);
    if (failed > 0)
        str_appendf(&page->brief, "%sfailed:%s %d of the others; ", colour(s, RED),
                    colour(s, PLAIN), failed);
    str_append(&page->brief, "Ctrl-C ends\n");
}

static void show(struct watch_screen *s, const struct watch_unit *unit, struct watch_page *page) {
    struct str text = {0};
    if (s->terminal) {
        put(s, CLEAR);
        others(s, unit, page);
    } else {
        str_append_char(&text, '\n');
    }
    make_readable(s, &page->body);
    make_readable(s, &page->end);
    make_readable(s, &page->brief);
    watch_page_put(page, s->terminal ? watch_page_rows() : 0, &text);
    put(s, str_text(&text));
    str_fini(&text);
}

/* ---- events ---- */

void watch_screen_start(struct watch_screen *s) {
    struct str text = {0};
    if (s->json) {
        struct jv *event = watch_json_event("start", NULL);
        jv_put_str(event, "folders", s->folders);
        struct jv *list = jv_put_array(event, "strategies");
        for (size_t i = 0; i < s->unit_count; i++)
            jv_push_json(list, watch_json_event("unit", &s->units[i]));
        put_json(s, event);
        return;
    }
    str_appendf(&text, "watching %s: %zu strategies\n", s->folders, s->unit_count);
    for (size_t i = 0; i < s->unit_count; i++) {
        const struct watch_unit *u = &s->units[i];
        str_appendf(&text, "  %-30s %s%.12s\n", shown_path(u),
                    u->active.sha[0] ? "build " : "not built yet", u->active.sha);
    }
    str_append(&text, "save a source to see what the edit changes; Ctrl-C ends\n");
    put_text(s, &text);
    str_fini(&text);
}

void watch_screen_building(struct watch_screen *s, const struct watch_unit *unit,
                           enum watch_what what) {
    static const char *const words_of[] = {
        [WATCH_SOURCE] = "changed: compiling, checking, running ...",
        [WATCH_SO] = "built by somebody else: checking, running ...",
        [WATCH_ACTIVE] = "another config: running ..."};
    struct str text = {0};
    if (s->json) {
        struct jv *event = watch_json_event("building", unit);
        jv_put_str(event, "what", watch_json_what(what));
        put_json(s, event);
        return;
    }
    head(s, shown_path(unit), words_of[what], &text);
    put_text(s, &text);
    str_fini(&text);
}

void watch_screen_outcome(struct watch_screen *s, const struct watch_unit *unit,
                          const struct watch_outcome *o) {
    static const char *const titles[] = {[WATCH_GOOD] = "good",
                                         [WATCH_UNCHANGED] = "unchanged",
                                         [WATCH_FAILED] = "FAILED",
                                         [WATCH_CANCELLED] = "stopped: it changed again"};
    struct watch_page page = {0};
    if (s->json) {
        char names[2][48];
        struct compare_text how = how_of(s, unit, o, names);
        put_json(s, watch_json_outcome(unit, o, &how));
        return;
    }
    head(s, blamed(unit, o), titles[o->verdict], &page.body);
    if (o->verdict == WATCH_GOOD)
        good_text(s, unit, o, &page);
    else if (o->verdict == WATCH_FAILED)
        failed_text(s, unit, o, &page);
    else if (o->verdict == WATCH_UNCHANGED)
        active_line(s, unit, &page.body);
    show(s, unit, &page);
    watch_page_fini(&page);
}

void watch_screen_recorded(struct watch_screen *s, const struct watch_unit *unit, double seconds) {
    if (!s->json)
        return;
    struct jv *event = watch_json_event("recorded", unit);
    jv_put_i64(event, "run", unit->good->run);
    jv_put_f64(jv_put_object(event, "seconds"), "record", seconds);
    put_json(s, event);
}

void watch_screen_missing(struct watch_screen *s, const struct watch_unit *unit, const char *path) {
    struct watch_page page = {0};
    if (s->json) {
        struct jv *event = watch_json_event("missing", unit);
        jv_put_str(event, "path", path);
        put_json(s, event);
        return;
    }
    head(s, shown_path(unit), "something is gone", &page.body);
    str_appendf(&page.body, "%s is not there any more\n", path);
    active_line(s, unit, &page.body);
    show(s, unit, &page);
    watch_page_fini(&page);
}

void watch_screen_trouble(struct watch_screen *s, const char *text) {
    if (s->json) {
        struct jv *event = watch_json_event("trouble", NULL);
        jv_put_str(event, "error", text);
        put_json(s, event);
        return;
    }
    fprintf(stderr, "qshost: watch: %s\n", text);
}
