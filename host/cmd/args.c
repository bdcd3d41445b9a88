#include "cmd/args.h"

#include <getopt.h>

#include "base/fs.h"
#include "base/log.h"
#include "base/mem.h"
#include "cmd/strategy_text.h"
#include "cmd/usage.h"

#define FIRST_LONG 256

/* getopt's own tables, made of ours. */
static void make_tables(const struct arg_spec *spec, struct option *ret_long, char *ret_short) {
    char *at = ret_short;
    *at++ = ':';
    *at++ = 'h';
    for (size_t i = 0; i < spec->option_count; i++) {
        const struct arg_option *o = &spec->options[i];
        ret_long[i] = (struct option){o->name, o->flag ? no_argument : required_argument, NULL,
                                      FIRST_LONG + (int)i};
        if (o->letter)
            *at++ = o->letter;
        if (o->letter && !o->flag)
            *at++ = ':';
    }
    ret_long[spec->option_count] = (struct option){"help", no_argument, NULL, 'h'};
    ret_long[spec->option_count + 1] = (struct option){NULL, 0, NULL, 0};
    *at = '\0';
}

static const struct arg_option *option_of(const struct arg_spec *spec, int code) {
    if (code >= FIRST_LONG)
        return &spec->options[code - FIRST_LONG];
    for (size_t i = 0; i < spec->option_count; i++)
        if (spec->options[i].letter == code)
            return &spec->options[i];
    return NULL;
}

static int bad_option(const struct arg_spec *spec, int code, char **argv) {
    LOG_ERROR("%s: %s: %s (qshost %s --help)", spec->command, usage_bad_option(argv, (char[3]){0}),
              code == ':' ? "its value is missing" : "unknown option", spec->command);
    return 2;
}

static int check_count(const struct arg_spec *spec, int argc, char **argv) {
    int count = argc - optind;
    if (count > spec->max && spec->max == 0)
        LOG_ERROR("%s: expected no argument, found '%s' (qshost %s --help)", spec->command,
                  argv[optind], spec->command);
    else if (count > spec->max)
        LOG_ERROR("%s: one argument too many: '%s' (expected %s; qshost %s --help)", spec->command,
                  argv[optind + spec->max], spec->arguments, spec->command);
    else if (count < spec->min)
        LOG_ERROR("%s: expected %s (qshost %s --help)", spec->command, spec->arguments,
                  spec->command);
    else
        return -1;
    return 2;
}

int args_parse(const struct arg_spec *spec, int argc, char **argv, int *ret_first) {
    struct option *known = mem_zalloc(spec->option_count + 2, sizeof *known);
    char *letters = mem_zalloc(2 * spec->option_count + 3, 1);
    int code = -1;
    make_tables(spec, known, letters);
    optind = 0;
    opterr = 0;
    for (int c; code < 0 && (c = getopt_long(argc, argv, letters, known, NULL)) != -1;) {
        const struct arg_option *o = c == '?' || c == ':' || c == 'h' ? NULL : option_of(spec, c);
        if (c == 'h')
            code = strategy_text_print(spec->help);
        else if (!o)
            code = bad_option(spec, c, argv);
        else if (o->flag)
            *o->flag = true;
        else if (o->value)
            *o->value = optarg;
        else
            o->list->items[o->list->count++] = optarg;
    }
    if (code < 0)
        code = check_count(spec, argc, argv);
    if (code < 0)
        *ret_first = optind;
    mem_free(known);
    mem_free(letters);
    return code;
}

int args_open_db(const char *given, enum db_mode mode, struct db **ret, struct err *err) {
    struct str path = {0};
    int r = db_find(NULL, given, &path, err);
    if (r == 0)
        r = db_open(str_text(&path), mode, ret, err);
    str_fini(&path);
    return r;
}

int args_change_db(const char *given, struct db **ret, struct err *err) {
    struct str path = {0};
    int r = db_find(NULL, given, &path, err);
    if (r == 0) /* reading says best that there is none */
        r = db_open(str_text(&path), fs_exists(str_text(&path)) ? DB_WRITE : DB_READ, ret, err);
    str_fini(&path);
    return r;
}

int args_fail(const char *command, const struct err *err) {
    LOG_ERROR("%s: %s", command, err->text);
    return err->code == ERR_USAGE ? 2 : 1;
}
