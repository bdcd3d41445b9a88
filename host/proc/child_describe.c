/*
 * How a child ended, in words.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/time.h"
#include "proc/child_side.h"

void child_clean_text(const char *bytes, size_t len, struct str *str) {
    while (len > 0) {
        size_t good = 0;
        if (str_is_utf8(bytes, len, &good))
            good = len;
        for (size_t i = 0; i < good; i++) {
            unsigned char c = (unsigned char)bytes[i];
            bool c1 = c == 0xc2 && (unsigned char)bytes[i + 1] < 0xa0; /* U+0080 .. U+009F */
            bool control = (c < 0x20 && c != '\n' && c != '\t') || c == 0x7f || c1;
            str_append_char(str, control ? '?' : bytes[i]);
            i += c1;
        }
        if (good < len) {
            str_append_char(str, '?');
            good++;
        }
        bytes += good;
        len -= good;
    }
}

const char *child_signal_name(int signal, char buf[24]) {
    const char *name = sigabbrev_np(signal);
    if (name)
        (void)snprintf(buf, 24, "SIG%s", name);
    else
        (void)snprintf(buf, 24, "signal %d", signal);
    return buf;
}

static const char *phase_text(enum progress_phase phase) {
    static const char *const texts[] = {
#define PHASE_TEXT(name, where) where,
        PROGRESS_PHASES(PHASE_TEXT)
#undef PHASE_TEXT
    };
    return (unsigned)phase < ARRAY_LEN(texts) ? texts[phase] : "somewhere";
}

/* "in on_bar at bar 37 (2013-03-01T00:00:00Z)" */
static void append_place(struct str *str, const struct child_result *r) {
    str_append(str, phase_text(r->phase));
    if (r->bar <= 0 || r->phase < PROGRESS_ON_START || r->phase == PROGRESS_DONE)
        return;
    str_appendf(str, " at bar %lld", (long long)r->bar);
    if (r->time != PROGRESS_NO_TIME) {
        char iso[TIME_ISO_MAX];
        (void)time_format_iso(iso, sizeof iso, r->time);
        str_appendf(str, " (%s)", iso);
    }
}

int child_describe(const struct child_result *result, struct err *err) {
    struct str place = {0};
    char name[24];
    int rc = 0;
    append_place(&place, result);
    const char *where = str_text(&place);
    switch (result->end) {
    case CHILD_OK:
        break;
    case CHILD_FAILED:
        rc = err_set(err, ERR_INTERNAL, "failed %s (exit code %d)", where, result->exit_code);
        break;
    case CHILD_EXITED:
        if (result->phase == PROGRESS_START && result->exit_code == CHILD_SETUP_FAILED)
            rc = err_set(err, ERR_IO, "could not be set up (is the limit of open files reached?)");
        else
            rc = err_set(err, ERR_CRASH, "exited by itself (exit code %d) %s", result->exit_code,
                         where);
        break;
    case CHILD_CRASHED:
        (void)child_signal_name(result->signal, name);
        if (result->signal == SIGKILL)
            rc = err_set(err, ERR_CRASH, "was killed from outside (%s; out of memory?) %s", name,
                         where);
        else if (result->has_address)
            rc = err_set(err, ERR_CRASH, "crashed with %s at address 0x%llx %s", name,
                         (unsigned long long)result->address, where);
        else
            rc = err_set(err, ERR_CRASH, "crashed with %s %s", name, where);
        break;
    case CHILD_HUNG:
        rc = err_set(err, ERR_HANG, "hung %s: no answer in %g s", where,
                     (double)result->deadline_ms / 1000.0);
        break;
    case CHILD_REFUSED:
        rc = err_set(err, ERR_FORMAT, "sent something unreadable %s", where);
        break;
    case CHILD_CANCELLED:
        rc = err_set(err, ERR_BUSY, "was cancelled %s", where);
        break;
    case CHILD_INTERRUPTED:
        (void)child_signal_name(result->signal, name);
        rc = err_set(err, ERR_BUSY, "was interrupted (%s) %s", name, where);
        break;
    }
    str_fini(&place);
    return rc;
}
