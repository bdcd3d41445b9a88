/* The unit of custom/edited.c, with the sources of tests/e2e/watch_edits, on demo bars. */
#include "unit/proc/watch_rig.h"

/* A variant of tests/e2e/watch_edits as the source. */
static void save(const char *variant) {
    char from[512];
    snprintf(from, sizeof from, "%s/tests/e2e/watch_edits/%s.c", QS_SOURCE_DIR, variant);
    copy(from, "custom/edited.c", 0644);
    usleep(30000); /* a file's time goes by ticks: younger ones are not believed */
}

static void setup_edited(void) {
    setup();
    watch_unit_init(&unit, "edited", at("custom/edited.c"), at("plugins/edited.so"));
}
TestSuite(watch_unit, .init = setup_edited, .fini = teardown);

static const char *sha_in_plugins(void) {
    static char sha[SHA256_HEX_SIZE];
    watch_files_sha(unit.so, sha);
    return sha;
}

Test(watch_unit, a_good_source_is_in_plugins_and_active) {
    save("good_1");
    cr_assert_eq(try(WATCH_SOURCE, false), WATCH_GOOD, "%s", outcome.err.text);
    cr_assert_eq(strlen(unit.active.sha), (size_t)64);
    cr_assert_str_eq(sha_in_plugins(), unit.active.sha);
    cr_assert_str_eq(unit.id, "edited");
    cr_assert_str_eq(outcome.origin, "demo bars (SYNTHETIC)");
    cr_assert_null(outcome.before);
    cr_assert_not(fs_exists(at(".quasar/build/edited.so")));
}

Test(watch_unit, bytes_that_have_a_verdict_are_no_news) {
    save("good_1");
    cr_assert(watch_unit_has_news(&unit, WATCH_SOURCE));
    cr_assert_eq(try(WATCH_SOURCE, false), WATCH_GOOD);
    cr_assert_not(watch_unit_has_news(&unit, WATCH_SOURCE));
    cr_assert_not(watch_unit_has_news(&unit, WATCH_SO));
    save("good_1");
    cr_assert_not(watch_unit_has_news(&unit, WATCH_SOURCE));
    save("syntax_error");
    cr_assert(watch_unit_has_news(&unit, WATCH_SOURCE));
    cr_assert_eq(try(WATCH_SOURCE, false), WATCH_FAILED);
    cr_assert_not(watch_unit_has_news(&unit, WATCH_SOURCE));
}

Test(watch_unit, what_fails_leaves_the_active_build) {
    static const struct {
        const char *variant;
        enum watch_stage stage;
    } cases[] = {{"syntax_error", WATCH_COMPILE}, {"link_error", WATCH_COMPILE},
                 {"abi_mismatch", WATCH_CHECK},   {"ctor_crash", WATCH_CHECK},
                 {"init_refuses", WATCH_RUN},     {"bar_crash", WATCH_RUN}};
    char active[SHA256_HEX_SIZE];
    save("good_1");
    cr_assert_eq(try(WATCH_SOURCE, false), WATCH_GOOD);
    memcpy(active, unit.active.sha, sizeof active);
    int64_t run = unit.good->run;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        save(cases[i].variant);
        cr_assert_eq(try(WATCH_SOURCE, false), WATCH_FAILED, "%s", cases[i].variant);
        cr_expect_eq(outcome.stage, cases[i].stage, "%s", cases[i].variant);
        cr_expect_str_eq(str_text(&unit.trouble.text), outcome.err.text);
        cr_expect_str_eq(unit.active.sha, active);
        cr_expect_str_eq(sha_in_plugins(), active);
        cr_expect_eq(unit.good->run, run);
    }
    save("good_1");
    cr_assert_eq(try(WATCH_SOURCE, false), WATCH_UNCHANGED);
    cr_assert_eq(unit.trouble.text.len, (size_t)0);
}

Test(watch_unit, an_edit_is_compared_with_the_build_that_was_there) {
    save("good_1");
    cr_assert_eq(try(WATCH_SOURCE, false), WATCH_GOOD);
    watch_unit_fini(&unit); /* as after a new start */
    watch_unit_init(&unit, "edited", at("custom/edited.c"), at("plugins/edited.so"));
    watch_unit_adopt(&unit);
    cr_assert_not(watch_unit_has_news(&unit, WATCH_SO));
    save("good_2");
    cr_assert_eq(try(WATCH_SOURCE, false), WATCH_GOOD);
    cr_assert_not_null(outcome.before);
    cr_assert(outcome.comparison.decision.has_difference);
    cr_assert(outcome.before_sight.has_bar && outcome.after_sight.has_bar);
}

Test(watch_unit, garbage_by_somebody_else_is_told_and_left_alone) {
    save("good_1");
    cr_assert_eq(try(WATCH_SOURCE, false), WATCH_GOOD);
    put("plugins/edited.so", "garbage");
    cr_assert(watch_unit_has_news(&unit, WATCH_SO));
    cr_assert_eq(try(WATCH_SO, false), WATCH_FAILED);
    cr_assert_not(watch_unit_has_news(&unit, WATCH_SO));
    cr_assert_str_neq(sha_in_plugins(), unit.active.sha);
    cr_assert(watch_unit_has_news(&unit, WATCH_SOURCE)); /* the next save mends it */
    cr_assert_eq(try(WATCH_SOURCE, false), WATCH_UNCHANGED);
    cr_assert_str_eq(sha_in_plugins(), unit.active.sha);
}

Test(watch_unit, the_active_build_runs_again_beside_a_broken_source) {
    save("good_1");
    cr_assert_eq(try(WATCH_SOURCE, false), WATCH_GOOD);
    save("syntax_error");
    cr_assert_eq(try(WATCH_SOURCE, false), WATCH_FAILED);
    cr_assert_eq(try(WATCH_ACTIVE, true), WATCH_GOOD);
    cr_assert_eq(outcome.compile_seconds, 0.0);
    cr_assert_gt(unit.trouble.text.len, (size_t)0); /* the source is broken still */
}

static const char *somebody(void *self, const struct watch_unit *u, const char *id) {
    (void)u;
    return strcmp(id, "edited") == 0 ? self : NULL;
}

Test(watch_unit, an_id_that_is_taken_is_refused_until_it_is_free) {
    char other[] = "/p/custom/other.c";
    save("good_1");
    watch_unit_try(&world, &unit, WATCH_SOURCE, false, (struct watch_owner){somebody, other},
                   &outcome);
    cr_assert_eq(outcome.verdict, WATCH_FAILED);
    cr_assert(strstr(outcome.err.text, other) && strstr(outcome.err.text, unit.source));
    cr_assert_eq(unit.active.sha[0], '\0');
    cr_assert_not(fs_exists(unit.so));
    cr_assert(watch_unit_has_news(&unit, WATCH_SOURCE));
}

static bool always(void *self) {
    (void)self;
    return true;
}

Test(watch_unit, what_is_cancelled_has_no_verdict) {
    int fds[2];
    cr_assert_eq(pipe(fds), 0);
    cr_assert_eq(write(fds[1], "x", 1), (ssize_t)1);
    save("good_1");
    world.cancelled = always;
    world.cancel_fd = fds[0];
    cr_assert_eq(try(WATCH_SOURCE, false), WATCH_CANCELLED);
    cr_assert_eq(unit.trouble.text.len, (size_t)0);
    cr_assert_eq(unit.active.sha[0], '\0');
    cr_assert(watch_unit_has_news(&unit, WATCH_SOURCE));
    close(fds[0]);
    close(fds[1]);
}

Test(watch_unit, another_id_has_nothing_to_compare_with) {
    char *text;
    save("good_1");
    cr_assert_eq(try(WATCH_SOURCE, false), WATCH_GOOD);
    cr_assert_eq(fs_read_all(unit.source, 1 << 20, &text, NULL, &err), 0);
    memcpy(strstr(text, "\"edited\""), "\"edit_d\"", 8);
    put("custom/edited.c", text);
    mem_free(text);
    cr_assert_eq(try(WATCH_SOURCE, false), WATCH_GOOD, "%s", outcome.err.text);
    cr_assert_str_eq(unit.id, "edit_d");
    cr_assert_null(outcome.before);
    cr_assert_not_null(strstr(str_text(&outcome.notes), "its id was edited and is edit_d now"));
}

Test(watch_unit, reads_its_file_its_folder_and_what_it_includes) {
    watch_unit_fini(&unit);
    watch_unit_init(&unit, "my", "/p/custom/my", "/p/plugins/my.so");
    watch_files_add(&unit.depends, "/p/custom/my/../common.h\n/p/custom/my/a.c\n");
    cr_assert(watch_unit_reads(&unit, "/p/custom/my/b.h"));
    cr_assert(watch_unit_reads(&unit, "/p/custom/common.h"));
    cr_assert_not(watch_unit_reads(&unit, "/p/custom/my2/a.c"));
    cr_assert_not(watch_unit_reads(&unit, "/p/custom/other.h"));
    cr_assert_not(watch_unit_reads(&unit, "/p/plugins/my.so"));
    str_append(&unit.trouble.text, "x.h: error");
    unit.trouble.stage = WATCH_COMPILE; /* a compiler that fails does not tell what it read */
    cr_assert(watch_unit_reads(&unit, "/p/custom/other.h"));
}
