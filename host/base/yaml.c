/*
 * Built from libyaml's events rather than from its documents: only events still know of anchors and
 * tags, which are refused, and a depth limit can stop before the tree is there.
 * Nodes and text live in one arena per document; the growing lists of a collection that is still
 * open live on the heap, in its frame.
 */
#include "base/yaml.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/arena.h"
#include "base/fs.h"
#include "base/mem.h"
#include "base/str.h"

/* What a byte of text can cost at most: two nodes ("a," in a mapping), their places in the lists
 * and the text, with room to spare. Address space only. */
#define ARENA_PER_BYTE ((size_t)256)
#define ARENA_MIN ((size_t)1 << 16)

struct yaml_doc {
    struct arena arena;
    char *name;
    struct yaml_node *root;
};

/* A collection that is not closed yet. */
struct frame {
    struct yaml_node *node;
    struct yaml_node **keys; /* mappings only; one ahead of items after a key */
    struct yaml_node **items;
    size_t key_count, item_count;
    size_t cap;
};

struct builder {
    yaml_parser_t parser;
    struct yaml_doc *doc;
    const char *text;
    size_t len;
    struct frame stack[YAML_DEPTH_MAX];
    size_t depth;
    struct err *err;
};

/* ---- complaints ---- */

static int PRINTF_LIKE(5, 0) vfail_at(const char *name, size_t line, size_t column, struct err *err,
                                      const char *fmt, va_list args) {
    struct str text;
    str_init(&text);
    str_vappendf(&text, fmt, args);
    int rc = err_set(err, ERR_CONFIG, "%s:%zu:%zu: %s", name, line, column, str_text(&text));
    str_fini(&text);
    return rc;
}

/* Where libyaml counts from 0, people count from 1. */
static int PRINTF_LIKE(3, 4)
    fail_at(const struct builder *b, const yaml_mark_t *mark, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    int rc = vfail_at(b->doc->name, mark->line + 1, mark->column + 1, b->err, fmt, args);
    va_end(args);
    return rc;
}

int yaml_fail(const struct yaml_doc *doc, const struct yaml_node *node, struct err *err,
              const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    int rc = vfail_at(doc->name, (size_t)node->line, (size_t)node->column, err, fmt, args);
    va_end(args);
    return rc;
}

/* The mark of a byte, for what is refused before libyaml counts. */
static yaml_mark_t mark_of_offset(const char *text, size_t offset) {
    yaml_mark_t mark = {.index = 0, .line = 0, .column = 0};
    for (size_t i = 0; i < offset; i++) {
        if (text[i] == '\n') {
            mark.line++;
            mark.column = 0;
        } else if (((unsigned char)text[i] & 0xC0) != 0x80) {
            mark.column++;
        }
    }
    return mark;
}

/* The byte at a mark's character index; '\0' at the end. */
static char char_at(const struct builder *b, size_t index) {
    size_t i = 0;
    for (; i < b->len; i++)
        if (((unsigned char)b->text[i] & 0xC0) != 0x80 && index-- == 0)
            return b->text[i];
    return '\0';
}

/* libyaml's problem -> our sentence, where we have a better one. */
static const char *plain_words(const char *problem) {
    static const struct {
        const char *problem, *words;
    } known[] = {
        {"mapping values are not allowed in this context",
         "a ':' where no key can stand (put the text in quotes, or check the indentation)"},
        {"could not find expected ':'", "a key without a ':' (write key: value)"},
        {"did not find expected key",
         "no key where one is expected (write key: value, or check the indentation)"},
        {"did not find expected node content",
         "no value where one is expected (check brackets and commas)"},
        {"did not find expected '-' indicator",
         "no '-' where a list goes on (check the indentation)"},
        {"did not find expected ',' or ']'", "this list in [ ] is not closed (add ',' or ']')"},
        {"did not find expected ',' or '}'", "this map in { } is not closed (add ',' or '}')"},
        {"found unexpected end of stream", "a quote is not closed (close it)"},
        {"did not find expected <document start>",
         "text after the end of the value (keep one value a file, check the indentation)"},
    };
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (strcmp(known[i].problem, problem) == 0)
            return known[i].words;
    return NULL;
}

static int fail_by_parser(const struct builder *b) {
    const yaml_parser_t *p = &b->parser;
    CHECK(p->error != YAML_MEMORY_ERROR);
    const char *problem = p->problem == NULL ? "not YAML" : p->problem;
    if (p->error == YAML_READER_ERROR) {
        yaml_mark_t mark = mark_of_offset(b->text, min_size(p->problem_offset, b->len));
        return fail_at(b, &mark, "%s (remove the character)", problem);
    }
    char c = char_at(b, p->problem_mark.index);
    if (c == '\t' || strstr(problem, "tab character") != NULL)
        return fail_at(b, &p->problem_mark, "a tab character (indent with spaces)");
    if (strcmp(problem, "found character that cannot start any token") == 0)
        return fail_at(b, &p->problem_mark, "'%c' cannot begin a value (put it in quotes)", c);
    const char *words = plain_words(problem);
    bool in_block = p->context_mark.line != p->problem_mark.line && p->context != NULL;
    if (words != NULL && in_block)
        return fail_at(b, &p->problem_mark, "%s; it began on line %zu", words,
                       p->context_mark.line + 1);
    if (words != NULL)
        return fail_at(b, &p->problem_mark, "%s", words);
    return fail_at(b, &p->problem_mark, "%s (check quotes, brackets and indentation)", problem);
}

/* ---- building ---- */

static bool is_null_text(const char *text) {
    static const char *const nulls[] = {"", "~", "null", "Null", "NULL"};
    for (size_t i = 0; i < ARRAY_LEN(nulls); i++)
        if (strcmp(text, nulls[i]) == 0)
            return true;
    return false;
}

static struct yaml_node *node_new(struct builder *b, enum yaml_kind kind, const yaml_mark_t *mark) {
    struct yaml_node *node = ARENA_NEW(&b->doc->arena, struct yaml_node);
    node->kind = kind;
    node->line = (int)mark->line + 1;
    node->column = (int)mark->column + 1;
    return node;
}

static struct frame *top(struct builder *b) {
    return b->depth == 0 ? NULL : &b->stack[b->depth - 1];
}

static bool wants_key(const struct frame *frame) {
    return frame != NULL && frame->node->kind == YAML_MAPPING &&
           frame->key_count == frame->item_count;
}

/* A finished node into the collection that is open, or as the root. */
static void attach(struct builder *b, struct yaml_node *node) {
    struct frame *frame = top(b);
    if (frame == NULL) {
        b->doc->root = node;
        return;
    }
    if (frame->key_count == frame->cap || frame->item_count == frame->cap) {
        frame->cap = max_size(frame->cap * 2, 8);
        frame->keys = mem_realloc_array(frame->keys, frame->cap, sizeof(*frame->keys));
        frame->items = mem_realloc_array(frame->items, frame->cap, sizeof(*frame->items));
    }
    if (wants_key(frame))
        frame->keys[frame->key_count++] = node;
    else
        frame->items[frame->item_count++] = node;
}

static int add_scalar(struct builder *b, const yaml_event_t *event) {
    const char *value = (const char *)event->data.scalar.value;
    size_t len = event->data.scalar.length;
    bool quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    bool is_key = wants_key(top(b));
    if (memchr(value, '\0', len) != NULL)
        return fail_at(b, &event->start_mark, "text with a NUL character (remove it)");
    if (is_key && len == 0 && !quoted)
        return fail_at(b, &event->start_mark, "a ':' without a key (write key: value)");
    bool is_null = !quoted && !is_key && is_null_text(value);
    struct yaml_node *node = node_new(b, is_null ? YAML_NULL_ : YAML_SCALAR, &event->start_mark);
    node->scalar = arena_strdup(&b->doc->arena, value);
    node->quoted = quoted;
    attach(b, node);
    return 0;
}

static int open_collection(struct builder *b, enum yaml_kind kind, const yaml_mark_t *mark) {
    if (wants_key(top(b)))
        return fail_at(b, mark, "a key that is %s (a key must be plain text)",
                       yaml_kind_name(kind));
    if (b->depth == YAML_DEPTH_MAX)
        return fail_at(b, mark, "nested deeper than %d levels (make it flatter)", YAML_DEPTH_MAX);
    struct yaml_node *node = node_new(b, kind, mark);
    b->stack[b->depth++] = (struct frame){.node = node};
    return 0;
}

static int by_text_then_place(const void *left, const void *right) {
    const struct yaml_node *a = *(struct yaml_node *const *)left;
    const struct yaml_node *b = *(struct yaml_node *const *)right;
    int order = strcmp(a->scalar, b->scalar);
    if (order != 0)
        return order;
    if (a->line != b->line)
        return a->line < b->line ? -1 : 1;
    return (a->column > b->column) - (a->column < b->column);
}

/* By sorting, since a file of a megabyte may hold 200,000 keys. keys may be reordered. */
static int refuse_duplicates(const struct builder *b, struct yaml_node **keys, size_t count) {
    if (count < 2)
        return 0;
    qsort(keys, count, sizeof(*keys), by_text_then_place);
    for (size_t i = 1; i < count; i++)
        if (strcmp(keys[i - 1]->scalar, keys[i]->scalar) == 0)
            return yaml_fail(b->doc, keys[i], b->err,
                             "the key '%s' is here twice, first on line %d (remove one)",
                             keys[i]->scalar, keys[i - 1]->line);
    return 0;
}

static struct yaml_node **keep_list(struct builder *b, struct yaml_node **list, size_t count) {
    struct yaml_node **kept = ARENA_ARRAY(&b->doc->arena, struct yaml_node *, count);
    if (count > 0)
        memcpy(kept, list, count * sizeof(*kept));
    return kept;
}

static void frame_fini(struct frame *frame) {
    mem_free(frame->keys);
    mem_free(frame->items);
    *frame = (struct frame){0};
}

static int close_collection(struct builder *b) {
    struct frame *frame = top(b);
    CHECK(frame != NULL);
    struct yaml_node *node = frame->node;
    int rc = 0;
    node->count = frame->item_count;
    node->items = keep_list(b, frame->items, frame->item_count);
    if (node->kind == YAML_MAPPING) {
        CHECK(frame->key_count == frame->item_count);
        node->keys = keep_list(b, frame->keys, frame->key_count);
        rc = refuse_duplicates(b, frame->keys, frame->key_count);
    }
    frame_fini(frame);
    b->depth--;
    attach(b, node);
    return rc;
}

static int refuse_extras(const struct builder *b, const yaml_event_t *event,
                         const yaml_char_t *anchor, const yaml_char_t *tag) {
    if (anchor != NULL)
        return fail_at(b, &event->start_mark,
                       "anchors (&%s) are not accepted (write the value out)",
                       (const char *)anchor);
    if (tag != NULL)
        return fail_at(b, &event->start_mark,
                       "tags (%s) are not accepted (leave it out; quotes make text)",
                       (const char *)tag);
    return 0;
}

static int on_event(struct builder *b, const yaml_event_t *event) {
    int rc;
    switch (event->type) {
    case YAML_ALIAS_EVENT:
        return fail_at(b, &event->start_mark,
                       "aliases (*%s) are not accepted (write the value out)",
                       (const char *)event->data.alias.anchor);
    case YAML_SCALAR_EVENT:
        rc = refuse_extras(b, event, event->data.scalar.anchor, event->data.scalar.tag);
        return rc < 0 ? rc : add_scalar(b, event);
    case YAML_SEQUENCE_START_EVENT:
        rc = refuse_extras(b, event, event->data.sequence_start.anchor,
                           event->data.sequence_start.tag);
        return rc < 0 ? rc : open_collection(b, YAML_SEQUENCE, &event->start_mark);
    case YAML_MAPPING_START_EVENT:
        rc = refuse_extras(b, event, event->data.mapping_start.anchor,
                           event->data.mapping_start.tag);
        return rc < 0 ? rc : open_collection(b, YAML_MAPPING, &event->start_mark);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        return close_collection(b);
    case YAML_DOCUMENT_START_EVENT:
        if (b->doc->root != NULL)
            return fail_at(b, &event->start_mark,
                           "a second document begins here (keep one document a file)");
        return 0;
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_END_EVENT:
        return 0;
    }
    return 0;
}

static int build(struct builder *b) {
    yaml_parser_set_encoding(&b->parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&b->parser, (const unsigned char *)b->text, b->len);
    int rc = 0;
    bool at_end = false;
    while (rc == 0 && !at_end) {
        yaml_event_t event;
        if (!yaml_parser_parse(&b->parser, &event))
            return fail_by_parser(b);
        rc = on_event(b, &event);
        at_end = event.type == YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);
    }
    if (rc == 0 && b->doc->root == NULL) {
        yaml_mark_t start = {.index = 0, .line = 0, .column = 0};
        b->doc->root = node_new(b, YAML_NULL_, &start);
        b->doc->root->scalar = "";
    }
    return rc;
}

static int refuse_text(const struct builder *b) {
    yaml_mark_t start = {.index = 0, .line = 0, .column = 0};
    size_t bad = 0;
    if (b->len > YAML_SIZE_MAX)
        return fail_at(b, &start, "%zu bytes, at most %zu are accepted (split it)", b->len,
                       YAML_SIZE_MAX);
    if (str_is_utf8(b->text, b->len, &bad))
        return 0;
    yaml_mark_t mark = mark_of_offset(b->text, bad);
    return fail_at(b, &mark, "byte 0x%02x is not UTF-8 (save the file as UTF-8)",
                   (unsigned char)b->text[bad]);
}

int yaml_load(const char *text, size_t len, const char *name, struct yaml_doc **ret,
              struct err *err) {
    struct yaml_doc *doc = mem_zalloc(1, sizeof(*doc));
    doc->name = mem_strdup(name);
    struct builder *b = mem_zalloc(1, sizeof(*b));
    *b = (struct builder){.doc = doc, .text = text, .len = len, .err = err};
    int rc = refuse_text(b);
    if (rc == 0) {
        arena_init(&doc->arena, ARENA_MIN + len * ARENA_PER_BYTE);
        CHECKF(yaml_parser_initialize(&b->parser) == 1, "out of memory");
        rc = build(b);
        yaml_parser_delete(&b->parser);
    }
    while (b->depth > 0)
        frame_fini(&b->stack[--b->depth]);
    mem_free(b);
    if (rc == 0)
        *ret = doc;
    else
        yaml_free(doc);
    return rc;
}

int yaml_load_file(const char *path, struct yaml_doc **ret, struct err *err) {
    char *text = NULL;
    size_t len = 0;
    int rc = fs_read_all(path, YAML_SIZE_MAX, &text, &len, err);
    if (rc == 0)
        rc = yaml_load(text, len, path, ret, err);
    mem_free(text);
    return rc;
}

void yaml_free(struct yaml_doc *doc) {
    if (doc == NULL)
        return;
    arena_fini(&doc->arena);
    mem_free(doc->name);
    mem_free(doc);
}

/* ---- reading ---- */

const struct yaml_node *yaml_root(const struct yaml_doc *doc) { return doc->root; }

const struct yaml_node *yaml_get(const struct yaml_node *node, const char *key) {
    if (node == NULL || node->kind != YAML_MAPPING)
        return NULL;
    for (size_t i = 0; i < node->count; i++)
        if (strcmp(node->keys[i]->scalar, key) == 0)
            return node->items[i];
    return NULL;
}

const char *yaml_kind_name(enum yaml_kind kind) {
    switch (kind) {
    case YAML_NULL_:
        return "nothing";
    case YAML_SCALAR:
        return "text";
    case YAML_SEQUENCE:
        return "a list";
    case YAML_MAPPING:
        break;
    }
    return "a mapping";
}
