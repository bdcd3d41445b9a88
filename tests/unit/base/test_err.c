#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "base/err.h"
#include "base/str.h"

Test(err, sets_code_and_sentence_and_returns_the_code) {
    struct err err;
    cr_assert_eq(err_set(&err, ERR_FORMAT, "row %d: close %g", 7, -1.5), ERR_FORMAT);
    cr_assert_eq(err.code, ERR_FORMAT);
    cr_assert_str_eq(err.text, "row 7: close -1.5");
    cr_assert_lt(ERR_FORMAT, 0);
}

Test(err, takes_null) {
    cr_assert_eq(err_set(NULL, ERR_IO, "x"), ERR_IO);
    cr_assert_eq(err_prepend(NULL, "x: "), ERR_INTERNAL);
    errno = ENOENT;
    cr_assert_eq(err_errno(NULL, "open", "x"), ERR_NOT_FOUND);
}

Test(err, refuses_a_code_that_means_success, .signal = SIGABRT) { err_set(NULL, 0, "x"); }

Test(err, prepends_context_and_keeps_the_code) {
    struct err err;
    err_set(&err, ERR_PLUGIN, "no symbol qs_schema");
    cr_assert_eq(err_prepend(&err, "load %s: ", "sma.so"), ERR_PLUGIN);
    cr_assert_str_eq(err.text, "load sma.so: no symbol qs_schema");
}

Test(err, may_use_its_own_text_as_a_value) {
    struct err err;
    err_set(&err, ERR_IO, "inner");
    err_set(&err, ERR_CONFIG, "outer (%s)", err.text);
    cr_assert_str_eq(err.text, "outer (inner)");
    err_prepend(&err, "[%s] ", err.text);
    cr_assert_str_eq(err.text, "[outer (inner)] outer (inner)");
}

Test(err, cuts_long_sentences_between_characters) {
    struct err err;
    char text[3000];
    for (size_t i = 0; i + 2 < sizeof(text); i += 2)
        memcpy(text + i, "\xC3\xA4", 3); /* ä */
    err_set(&err, ERR_IO, "%s", text);
    cr_assert_eq(strlen(err.text), 1022); /* 511 of them; one more would not fit with the end */
    cr_assert(str_is_utf8(err.text, strlen(err.text), NULL));
    err_prepend(&err, "x");
    cr_assert_eq(strlen(err.text), 1023);
    err_prepend(&err, "x");
    cr_assert_eq(strlen(err.text), 1022);
    cr_assert(str_is_utf8(err.text, strlen(err.text), NULL));
}

Test(err, names_the_system_s_reason) {
    struct err err;
    errno = ENOENT;
    cr_assert_eq(err_errno(&err, "open", "/no/such"), ERR_NOT_FOUND);
    cr_assert_str_eq(err.text, "open /no/such: No such file or directory");
    cr_assert_eq(errno, ENOENT);
    errno = ETXTBSY;
    cr_assert_eq(err_errno(&err, "write", NULL), ERR_BUSY);
    cr_assert_str_eq(err.text, "write: Text file busy");
    errno = EACCES;
    cr_assert_eq(err_errno(&err, "write", "x"), ERR_IO);
}

Test(err, names_codes) {
    cr_assert_str_eq(err_name(0), "OK");
    cr_assert_str_eq(err_name(ERR_USAGE), "ERR_USAGE");
    cr_assert_str_eq(err_name(ERR_INTERNAL), "ERR_INTERNAL");
    cr_assert_str_eq(err_name(-1), "ERR_UNKNOWN");
}
