#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/str.h"
#include "base/yaml.h"

static struct yaml_doc *load(const char *text) {
    struct yaml_doc *doc = NULL;
    struct err err;
    cr_assert_eq(yaml_load(text, strlen(text), "run.yaml", &doc, &err), 0, "%s", err.text);
    return doc;
}

static void refuse_n(const char *text, size_t len, const char *expected) {
    struct yaml_doc *doc = NULL;
    struct err err = {0};
    cr_assert_eq(yaml_load(text, len, "run.yaml", &doc, &err), ERR_CONFIG, "%s", text);
    cr_assert_null(doc);
    cr_assert_str_eq(err.text, expected);
}

static void refuse(const char *text, const char *expected) {
    refuse_n(text, strlen(text), expected);
}

static void assert_node(const struct yaml_node *node, enum yaml_kind kind, const char *text,
                        int line, int column) {
    cr_assert_not_null(node);
    cr_assert_eq(node->kind, kind);
    if (text != NULL)
        cr_assert_str_eq(node->scalar, text);
    cr_assert(node->line == line && node->column == column, "at %d:%d", node->line, node->column);
}

Test(yaml, reads_the_run_config_of_the_design_with_places) {
    struct yaml_doc *doc = load("strategy: ema_cross   # an id\n"
                                "params: {fast: 12, slow: 26}\n"
                                "data:\n"
                                "  - {symbol: GOOG, timeframe: 1d, file: goog_1d.csv}\n"
                                "start: 2005-01-01\n"
                                "note: \"12\"\n"
                                "empty:\n"
                                "none: ~\n"
                                "prosa: |\n"
                                "  two\n"
                                "  lines\n");
    const struct yaml_node *root = yaml_root(doc);
    assert_node(root, YAML_MAPPING, NULL, 1, 1);
    cr_assert_eq(root->count, 8);
    assert_node(root->keys[1], YAML_SCALAR, "params", 2, 1);
    assert_node(yaml_get(root, "strategy"), YAML_SCALAR, "ema_cross", 1, 11);
    assert_node(yaml_get(root, "params"), YAML_MAPPING, NULL, 2, 9);
    assert_node(yaml_get(yaml_get(root, "params"), "slow"), YAML_SCALAR, "26", 2, 26);
    const struct yaml_node *data = yaml_get(root, "data");
    assert_node(data, YAML_SEQUENCE, NULL, 4, 3);
    cr_assert_eq(data->count, 1);
    cr_assert_null(data->keys);
    assert_node(yaml_get(data->items[0], "file"), YAML_SCALAR, "goog_1d.csv", 4, 41);
    assert_node(yaml_get(root, "start"), YAML_SCALAR, "2005-01-01", 5, 8);
    cr_assert_not(yaml_get(root, "start")->quoted);
    cr_assert(yaml_get(root, "note")->quoted);
    cr_assert_eq(yaml_get(root, "empty")->kind, YAML_NULL_);
    assert_node(yaml_get(root, "none"), YAML_NULL_, "~", 8, 7);
    assert_node(yaml_get(root, "prosa"), YAML_SCALAR, "two\nlines\n", 9, 8);
    cr_assert(yaml_get(root, "prosa")->quoted);
    cr_assert_null(yaml_get(root, "missing"));
    cr_assert_null(yaml_get(data, "x"));
    cr_assert_null(yaml_get(NULL, "x"));
    yaml_free(doc);
}

/* The example of seed 001, copied letter by letter; the next test reads the seed itself. */
static const char seed_json[] = "{\n"
                                "  \"strategy_id\": \"buy_hold_v1\"\n"
                                "}";

Test(yaml, reads_json) {
    struct yaml_doc *doc = load(seed_json);
    assert_node(yaml_get(yaml_root(doc), "strategy_id"), YAML_SCALAR, "buy_hold_v1", 2, 18);
    yaml_free(doc);
    doc = load("{\"a\":1,\"b\":[true,null,-1.5e3,\"x\\n\\u00e4\\/\"],\"c\":{},\"d\":[],\"\":\"\"}");
    const struct yaml_node *root = yaml_root(doc);
    cr_assert_eq(root->count, 5);
    const struct yaml_node *b = yaml_get(root, "b");
    cr_assert_eq(b->count, 4);
    assert_node(b->items[0], YAML_SCALAR, "true", 1, 13);
    cr_assert_eq(b->items[1]->kind, YAML_NULL_);
    cr_assert_str_eq(b->items[3]->scalar, "x\n\xC3\xA4/");
    cr_assert_eq(yaml_get(root, "c")->kind, YAML_MAPPING);
    cr_assert_eq(yaml_get(root, "c")->count, 0);
    cr_assert_eq(yaml_get(root, "d")->kind, YAML_SEQUENCE);
    cr_assert(yaml_get(root, "")->quoted);
    yaml_free(doc);
    doc = load("{\n\t\"tab\": 1\n}"); /* JSON files are often indented with tabs */
    cr_assert_str_eq(yaml_get(yaml_root(doc), "tab")->scalar, "1");
    yaml_free(doc);
}

Test(yaml, reads_the_json_example_of_seed_001_as_it_stands) {
    const char *shared = getenv("QS_SHARED");
    char path[4096];
    snprintf(path, sizeof(path), "%s/seeds/001_bba6947afac3acaa.txt",
             shared != NULL ? shared : "/work/shared");
    char *text = NULL;
    if (fs_read_all(path, 1 << 20, &text, NULL, NULL) != 0)
        cr_skip_test("the seeds are not here");
    char *json = strstr(text, "```json\n");
    cr_assert_not_null(json);
    json += strlen("```json\n");
    *strstr(json, "```") = '\0';
    struct yaml_doc *doc = load(json);
    const struct yaml_node *root = yaml_root(doc);
    cr_assert_eq(root->kind, YAML_MAPPING);
    cr_assert_gt(root->count, 5);
    yaml_free(doc);
    mem_free(text);
}

Test(yaml, refuses_duplicate_keys_naming_both_lines) {
    refuse("fast: 1\nslow: 2\nfast: 3\n",
           "run.yaml:3:1: the key 'fast' is here twice, first on line 1 (remove one)");
    refuse("a: {x: 1, \"x\": 2}",
           "run.yaml:1:11: the key 'x' is here twice, first on line 1 (remove one)");
    yaml_free(load("a: {x: 1}\nb: {x: 1}\nX: 1\nx: 2\n"));
}

Test(yaml, refuses_anchors_aliases_and_tags) {
    refuse("a: &base {x: 1}\n",
           "run.yaml:1:4: anchors (&base) are not accepted (write the value out)");
    refuse("a: &s 5", "run.yaml:1:4: anchors (&s) are not accepted (write the value out)");
    refuse("a: &l [1]", "run.yaml:1:4: anchors (&l) are not accepted (write the value out)");
    refuse("a: *base\n", "run.yaml:1:4: aliases (*base) are not accepted (write the value out)");
    refuse("a: !!str 5\n", "run.yaml:1:4: tags (tag:yaml.org,2002:str) are not accepted (leave it "
                           "out; quotes make text)");
    refuse("!mine {a: 1}", "run.yaml:1:1: tags (!mine) are not accepted (leave it out; quotes make "
                           "text)");
}

Test(yaml, refuses_a_second_document) {
    refuse("a: 1\n---\nb: 2\n",
           "run.yaml:2:1: a second document begins here (keep one document a file)");
    yaml_free(load("---\na: 1\n...\n"));
}

Test(yaml, refuses_keys_that_are_no_text) {
    refuse("? [a, b]\n: 1\n", "run.yaml:1:3: a key that is a list (a key must be plain text)");
    refuse("{{a: 1}: 2}", "run.yaml:1:2: a key that is a mapping (a key must be plain text)");
    refuse("{? : 1}", "run.yaml:1:4: a ':' without a key (write key: value)");
    refuse("{: 1}", "run.yaml:1:2: no value where one is expected (check brackets and commas)");
    refuse(": 1\n", "run.yaml:1:1: no key where one is expected (write key: value, or check the "
                    "indentation)");
    struct yaml_doc *doc = load("null: 1\n~: 2\n\"\": 3\n12: 4");
    cr_assert_str_eq(yaml_get(yaml_root(doc), "null")->scalar, "1");
    cr_assert_str_eq(yaml_get(yaml_root(doc), "~")->scalar, "2");
    cr_assert_str_eq(yaml_get(yaml_root(doc), "12")->scalar, "4");
    yaml_free(doc);
}

Test(yaml, refuses_more_than_64_levels) {
    char text[200];
    memset(text, '[', 64);
    memset(text + 64, ']', 64);
    text[128] = '\0';
    yaml_free(load(text));
    memset(text, '[', 65);
    memset(text + 65, ']', 65);
    text[130] = '\0';
    refuse(text, "run.yaml:1:65: nested deeper than 64 levels (make it flatter)");
}

Test(yaml, refuses_more_than_a_megabyte) {
    size_t len = YAML_SIZE_MAX + 1;
    char *text = malloc(len);
    memset(text, '#', len);
    refuse_n(text, len, "run.yaml:1:1: 1048577 bytes, at most 1048576 are accepted (split it)");
    struct yaml_doc *doc = NULL;
    struct err err;
    cr_assert_eq(yaml_load(text, len - 1, "x", &doc, &err), 0);
    yaml_free(doc);
    free(text);
}

Test(yaml, refuses_bytes_that_are_no_text) {
    refuse("a: 1\nb\xC3\xA4: \xFF\n",
           "run.yaml:2:5: byte 0xff is not UTF-8 (save the file as UTF-8)");
    refuse_n("a: \0", 4, "run.yaml:1:4: control characters are not allowed (remove the character)");
    refuse("a: 1\nb: \x01",
           "run.yaml:2:4: control characters are not allowed (remove the character)");
    refuse("a: \"x\\0y\"", "run.yaml:1:4: text with a NUL character (remove it)");
}

Test(yaml, refuses_broken_text_in_plain_words) {
    refuse("a:\n\tb: 1\n", "run.yaml:2:1: a tab character (indent with spaces)");
    refuse("a: @home", "run.yaml:1:4: '@' cannot begin a value (put it in quotes)");
    refuse("a: b: c",
           "run.yaml:1:5: a ':' where no key can stand (put the text in quotes, or check "
           "the indentation)");
    refuse("a: [1, 2\nb: 3\n", "run.yaml:2:2: this list in [ ] is not closed (add ',' or ']'); it "
                               "began on line 1");
    refuse("a: \"x", "run.yaml:1:6: a quote is not closed (close it)");
}

Test(yaml, calls_an_empty_file_null) {
    const char *texts[] = {"", "\n", "# nothing\n", "---\n", "\xEF\xBB\xBF"};
    for (size_t i = 0; i < 5; i++) {
        struct yaml_doc *doc = load(texts[i]);
        cr_assert_eq(yaml_root(doc)->kind, YAML_NULL_);
        cr_assert_str_eq(yaml_root(doc)->scalar, "");
        yaml_free(doc);
    }
    struct yaml_doc *doc = load("\xEF\xBB\xBFkey: 1"); /* as Windows editors save it */
    cr_assert_str_eq(yaml_get(yaml_root(doc), "key")->scalar, "1");
    yaml_free(doc);
}

Test(yaml, columns_count_characters) {
    struct yaml_doc *doc = load("{ä€: x}");
    assert_node(yaml_root(doc)->items[0], YAML_SCALAR, "x", 1, 6);
    yaml_free(doc);
}

Test(yaml, complains_about_a_node_of_the_caller_s_choice) {
    struct yaml_doc *doc = load("a: 1\nfsat: 12\n");
    struct err err;
    cr_assert_eq(yaml_fail(doc, yaml_root(doc)->keys[1], &err,
                           "unknown key '%s' (did you mean %s?)", "fsat", "fast"),
                 ERR_CONFIG);
    cr_assert_str_eq(err.text, "run.yaml:2:1: unknown key 'fsat' (did you mean fast?)");
    cr_assert_eq(yaml_fail(doc, yaml_root(doc), NULL, "x"), ERR_CONFIG);
    yaml_free(doc);
}

Test(yaml, loads_files) {
    char path[] = "/tmp/qs_yaml_XXXXXX";
    int fd = mkstemp(path);
    cr_assert_eq(write(fd, "a: b: c\n", 8), 8);
    struct yaml_doc *doc = NULL;
    struct err err;
    cr_assert_eq(yaml_load_file(path, &doc, &err), ERR_CONFIG);
    cr_assert(str_starts_with(err.text, path));
    cr_assert(str_starts_with(err.text + strlen(path), ":1:5: "));
    cr_assert_eq(pwrite(fd, "a: [b] \n", 8, 0), 8);
    cr_assert_eq(yaml_load_file(path, &doc, &err), 0);
    yaml_free(doc);
    close(fd);
    unlink(path);
    cr_assert_eq(yaml_load_file(path, &doc, &err), ERR_NOT_FOUND);
    yaml_free(NULL);
}

Test(yaml, takes_a_megabyte_of_keys_and_of_the_densest_nodes) {
    struct str s = {0};
    for (int i = 0; s.len + 16 < YAML_SIZE_MAX; i++)
        str_appendf(&s, "%x:\n", i);
    struct yaml_doc *doc = load(s.data);
    cr_assert_gt(yaml_root(doc)->count, 100000);
    yaml_free(doc);
    str_clear(&s);
    str_append(&s, "[");
    while (s.len + 16 < YAML_SIZE_MAX)
        str_append(&s, "\"\":,\n");
    str_append(&s, "]");
    doc = load(s.data);
    cr_assert_gt(yaml_root(doc)->count, 200000);
    yaml_free(doc);
    str_clear(&s);
    while (s.len + 16 < YAML_SIZE_MAX)
        str_append(&s, "-\n");
    yaml_free(load(s.data));
    str_fini(&s);
}

/* Whatever the bytes are: an answer, no crash, no leak (under ASan), a place in the sentence. */
Test(yaml, answers_any_bytes) {
    static const char *const parts[] = {
        "a",     ":",           ": ", "- ", "[",        "]",   "{",   "}",  ",",    "\n",  "  ",
        "\t",    "\"",          "'",  "#",  "&a ",      "*a ", "!t ", "? ", "| ",   "> ",  "---\n",
        "...\n", "%YAML 1.1\n", "~",  "\\", "\xC3\xA4", "\r",  "1",   "@",  "\xFF", "\x01"};
    struct rng rng;
    rng_seed(&rng, 11);
    int accepted = 0;
    for (int i = 0; i < 60000; i++) {
        struct str s = {0};
        for (uint64_t n = rng_below(&rng, 14); n > 0; n--)
            str_append(&s, parts[rng_below(&rng, sizeof(parts) / sizeof(parts[0]))]);
        struct yaml_doc *doc = NULL;
        struct err err = {0};
        int rc = yaml_load(str_text(&s), s.len, "f", &doc, &err);
        if (rc == 0)
            accepted++;
        else
            cr_assert(rc == ERR_CONFIG && str_starts_with(err.text, "f:"), "%s", err.text);
        yaml_free(doc);
        str_fini(&s);
    }
    cr_assert_gt(accepted, 100);
}
