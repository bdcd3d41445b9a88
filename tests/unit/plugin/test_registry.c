#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/mem.h"
#include "base/str.h"
#include "plugin/registry.h"

/* Files here are texts: the id, or "!" for one that is refused. No plugin is needed. */
static char folder[64];
static int reads;
static struct registry *registry;
static struct descriptor desc;
static char path[PATH_MAX];
static struct err err;

static int read_fake(void *arg, const char *file, struct descriptor *ret, struct err *out) {
    char *text;
    (void)arg;
    reads++;
    int rc = fs_read_all(file, 100, &text, NULL, out);
    if (rc != 0)
        return rc;
    if (text[0] == '!')
        rc = err_set(out, ERR_PLUGIN, "%s: bad", file);
    else
        (void)str_copy_fixed(ret->id, sizeof ret->id, text);
    mem_free(text);
    return rc;
}

static const char *in_folder(const char *name) {
    static char paths[4][4096];
    static int next;
    char *text = paths[next++ % 4];
    snprintf(text, sizeof paths[0], "%s/%s", folder, name);
    return text;
}

static void put(const char *name, const char *text) {
    cr_assert_eq(fs_write_atomic(in_folder(name), text, strlen(text), 0644, &err), 0);
}

static void setup(void) {
    strcpy(folder, "/tmp/qs_registry_XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    cr_assert_eq(mkdir(in_folder("one"), 0700), 0);
    cr_assert_eq(mkdir(in_folder("two"), 0700), 0);
    registry = registry_create((struct registry_reader){.read = read_fake});
    registry_add_folder(registry, in_folder("one"));
    registry_add_folder(registry, in_folder("two"));
}

static void teardown(void) {
    char command[100];
    registry_destroy(&registry);
    cr_expect_null(registry);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    cr_assert_eq(system(command), 0);
}

TestSuite(registry, .init = setup, .fini = teardown);

static void scan(void) { cr_assert_eq(registry_scan(registry, &err), 0, "%s", err.text); }

static void expect_entry(size_t index, const char *id, const char *file) {
    cr_assert_lt(index, registry_count(registry));
    struct registry_entry entry = registry_at(registry, index);
    cr_expect_str_eq(entry.path, in_folder(file));
    if (id) {
        cr_assert_not_null(entry.desc);
        cr_expect_str_eq(entry.desc->id, id);
        cr_expect_null(entry.err);
    } else {
        cr_expect_null(entry.desc);
        cr_expect_not_null(entry.err);
    }
}

Test(registry, lists_so_files_by_id_and_the_refused_last) {
    put("one/z.so", "alpha");
    put("one/a.so", "!");
    put("two/b.so", "beta");
    put("one/.hidden.so", "hidden");
    put("one/notes.txt", "notes");
    put("one/x.so.tmp123", "half");
    cr_assert_eq(mkdir(in_folder("one/folder.so"), 0700), 0);
    scan();
    cr_assert_eq(registry_count(registry), 3);
    expect_entry(0, "alpha", "one/z.so");
    expect_entry(1, "beta", "two/b.so");
    expect_entry(2, NULL, "one/a.so");
}

Test(registry, refuses_the_later_of_two_files_with_one_id_and_names_both) {
    char sentence[1000];
    put("one/b.so", "same");
    put("one/a.so", "same");
    scan();
    expect_entry(0, "same", "one/a.so");
    expect_entry(1, NULL, "one/b.so");
    snprintf(
        sentence, sizeof sentence,
        "%s: expected an id of its own, found \"same\", which %s has (remove one of the files or "
        "change its id)",
        in_folder("one/b.so"), in_folder("one/a.so"));
    cr_expect_str_eq(registry_at(registry, 1).err->text, sentence);
}

Test(registry, prefers_the_file_that_is_called_as_its_id) {
    put("one/a.so", "same");
    put("two/same.so", "same");
    scan();
    expect_entry(0, "same", "two/same.so");
    expect_entry(1, NULL, "one/a.so");
    cr_assert_eq(registry_find(registry, "same", path, &desc, &err), 0);
    cr_expect_str_eq(path, in_folder("two/same.so"));
}

Test(registry, finds_an_id_by_its_file_name_without_reading_others) {
    put("one/a.so", "alpha");
    put("one/b.so", "beta");
    put("two/c.so", "gamma");
    put("two/gamma.so", "other");
    reads = 0;
    cr_assert_eq(registry_find(registry, "other", path, &desc, &err), 0);
    cr_expect_str_eq(path, in_folder("two/gamma.so"));
    cr_expect_eq(reads, 4);
    put("one/delta.so", "delta");
    reads = 0;
    cr_assert_eq(registry_find(registry, "delta", path, &desc, &err), 0);
    cr_expect_eq(reads, 1);
    cr_expect_str_eq(desc.id, "delta");
}

Test(registry, remembers_a_file_until_it_changes) {
    put("one/a.so", "alpha");
    put("one/b.so", "!");
    scan();
    reads = 0;
    scan();
    cr_expect_eq(reads, 0);
    put("one/a.so", "alphabet");
    scan();
    cr_expect_eq(reads, 1);
    expect_entry(0, "alphabet", "one/a.so");
    cr_assert_eq(unlink(in_folder("one/a.so")), 0);
    scan();
    cr_expect_eq(registry_count(registry), 1);
}

Test(registry, suggests_the_nearest_id) {
    char sentence[1000];
    put("one/a.so", "ema_cross");
    snprintf(sentence, sizeof sentence,
             "strategy ema_cros: no such id in %s, %s (did you mean ema_cross?)", in_folder("one"),
             in_folder("two"));
    cr_expect_eq(registry_find(registry, "ema_cros", path, &desc, &err), ERR_NOT_FOUND);
    cr_expect_str_eq(err.text, sentence);
    snprintf(sentence, sizeof sentence,
             "strategy zebra: no such id in %s, %s (qshost list shows those that are there)",
             in_folder("one"), in_folder("two"));
    cr_expect_eq(registry_find(registry, "zebra", path, &desc, &err), ERR_NOT_FOUND);
    cr_expect_str_eq(err.text, sentence);
}

Test(registry, says_why_the_file_of_that_name_was_refused) {
    put("one/ema.so", "!");
    cr_expect_eq(registry_find(registry, "ema", path, &desc, &err), ERR_PLUGIN);
    cr_expect_not_null(strstr(err.text, "one/ema.so: bad"));
}

Test(registry, takes_words_with_a_slash_or_so_as_paths) {
    put("one/a.so", "alpha");
    cr_assert_eq(registry_find(registry, in_folder("one/a.so"), path, &desc, &err), 0);
    cr_expect_str_eq(path, in_folder("one/a.so"));
    cr_assert_eq(chdir(in_folder("one")), 0);
    cr_assert_eq(registry_find(registry, "a.so", path, &desc, &err), 0);
    cr_expect_str_eq(path, in_folder("one/a.so"));
    cr_expect_eq(registry_find(registry, "./b", path, &desc, &err), ERR_NOT_FOUND);
    cr_expect_str_eq(err.text, "strategy ./b: no such file (build it, or name it by its id)");
}

Test(registry, knows_a_folder_by_any_name_and_forgives_missing_ones) {
    put("one/a.so", "alpha");
    cr_assert_eq(symlink(in_folder("one"), in_folder("link")), 0);
    registry_add_folder(registry, in_folder("link"));
    registry_add_folder(registry, in_folder("one/../one/"));
    registry_add_folder(registry, in_folder("none"));
    scan();
    cr_expect_eq(registry_count(registry), 1);
    cr_assert_eq(unlink(in_folder("one/a.so")) | rmdir(in_folder("one")), 0);
    scan();
    cr_expect_eq(registry_count(registry), 0);
}

Test(registry, looks_in_the_environments_folders_first_then_upward) {
    put("one/a.so", "same");
    put("two/b.so", "beta");
    cr_assert_eq(mkdir(in_folder("plugins"), 0700), 0);
    cr_assert_eq(mkdir(in_folder("deep"), 0700), 0);
    put("plugins/a.so", "same");
    char list[500];
    snprintf(list, sizeof list, "%s::%s", in_folder("one"), in_folder("two"));
    setenv("QS_PLUGINS", list, 1);
    cr_assert_eq(chdir(in_folder("deep")), 0);
    struct registry *fresh = registry_create((struct registry_reader){.read = read_fake});
    registry_add_default_folders(fresh);
    cr_assert_eq(registry_find(fresh, "same", path, &desc, &err), 0);
    cr_expect_str_eq(path, in_folder("one/a.so"));
    cr_expect_not_null(strstr(registry_folders(fresh), in_folder("plugins")));
    registry_destroy(&fresh);
}
