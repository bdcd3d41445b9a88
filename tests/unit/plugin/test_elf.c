#include <criterion/criterion.h>
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "base/mem.h"
#include "plugin/elf.h"

static char *bytes;
static size_t len;
static struct elf_report report;
static struct err err;

static void load(const char *name) {
    char path[4096];
    mem_free(bytes);
    snprintf(path, sizeof path, "%s/doubles/%s.so", QS_BUILD_DIR, name);
    cr_assert_eq(fs_read_all(path, 1 << 24, &bytes, &len, &err), 0, "%s", err.text);
}

static void setup(void) { load("bar_crash"); } /* a good build */
static void teardown(void) { mem_free(bytes); }

TestSuite(elf, .init = setup, .fini = teardown);

static void refused(const char *sentence) {
    cr_expect_eq(elf_check(bytes, len, &report, &err), ERR_FORMAT, "accepted: %s", sentence);
    cr_expect_str_eq(err.text, sentence);
}

static Elf64_Ehdr *header(void) { return (Elf64_Ehdr *)(void *)bytes; }

Test(elf, takes_a_good_build_without_a_warning) {
    cr_assert_eq(elf_check(bytes, len, &report, &err), 0, "%s", err.text);
    cr_expect_eq(report.warning_count, 0);
    cr_expect_eq(strlen(report.build_id), 40); /* SHA-1 by default */
}

Test(elf, refuses_every_cut_of_a_good_build) {
    for (size_t cut = 0; cut < len; cut += cut < 512 ? 1 : 61) {
        char *exact = mem_alloc(cut);
        memcpy(exact, bytes, cut);
        cr_expect_eq(elf_check(exact, cut, &report, &err), ERR_FORMAT, "took %zu bytes", cut);
        mem_free(exact);
    }
    cr_expect_eq(elf_check(bytes, len - 1, &report, &err), ERR_FORMAT);
    cr_expect_not_null(strstr(err.text, "it is cut or still being written"));
}

Test(elf, names_what_is_no_elf_at_all) {
    static const struct {
        const char *bytes;
        size_t len;
        const char *found;
    } cases[] = {{"", 0, "an empty file"},
                 {"int main(void);\n", 16, "text"},
                 {"!<arch>\nmore", 12, "a static library"},
                 {"\x01\x02\x03\x04", 4, "other bytes"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char sentence[200];
        snprintf(sentence, sizeof sentence,
                 "expected an ELF shared object, found %s (give the .so that the compiler made)",
                 cases[i].found);
        cr_expect_eq(elf_check(cases[i].bytes, cases[i].len, &report, &err), ERR_FORMAT);
        cr_expect_str_eq(err.text, sentence);
    }
}

Test(elf, refuses_other_machines_and_kinds) {
    Elf64_Half machine = header()->e_machine;
    header()->e_machine = EM_RISCV;
    cr_expect_eq(elf_check(bytes, len, &report, &err), ERR_FORMAT);
    cr_expect_not_null(strstr(err.text, "found RISC-V (build it for this machine)"));
    header()->e_machine = machine;
    header()->e_type = ET_EXEC;
    refused("expected a shared object, found a program (link with -shared)");
    header()->e_type = ET_REL;
    refused("expected a shared object, found an object file (link with -shared)");
    header()->e_type = ET_DYN;
    bytes[EI_CLASS] = ELFCLASS32;
    refused("expected a 64-bit ELF file, found a 32-bit one (build without -m32)");
    bytes[EI_CLASS] = ELFCLASS64;
    bytes[EI_DATA] = ELFDATA2MSB;
    refused("expected little-endian ELF, found data encoding 2 (build it for this machine)");
}

Test(elf, refuses_a_build_without_the_function) {
    load("no_schema");
    refused("expected the exported function qs_schema, found no symbol of that name (define the "
            "schema with QS_STRATEGY)");
    load("schema_is_data");
    refused("expected qs_schema to be a function, found a variable (define the schema with "
            "QS_STRATEGY)");
}

Test(elf, refuses_a_need_of_other_libraries) {
    load("needs_library");
    refused("expected no library but libc, libm, libgcc_s and libstdc++, found a need of "
            "\"librt.so.1\" (link that code in, statically)");
}

Test(elf, warns_of_what_is_bad_but_loads) {
    load("exec_stack");
    cr_assert_eq(elf_check(bytes, len, &report, &err), 0, "%s", err.text);
    cr_expect_eq(report.warning_count, 3);
    cr_expect_not_null(strstr(report.warnings[0], "DF_1_NODELETE"));
    cr_expect_not_null(strstr(report.warnings[1], "executable stack"));
    cr_expect_not_null(strstr(report.warnings[2], "no build id"));
    cr_expect_str_eq(report.build_id, "");
}

Test(elf, survives_garbled_headers_and_tables) {
    unsigned seed = 99;
    char *copy = mem_alloc(len);
    size_t tables = header()->e_shoff;
    for (int round = 0; round < 20000; round++) {
        memcpy(copy, bytes, len);
        for (int k = 0; k < 3; k++) {
            seed = seed * 1664525u + 1013904223u;
            /* the header and the segments, or the sections, or anywhere */
            size_t at = (seed >> 4) % len;
            if (round % 3 == 0)
                at %= 1024;
            else if (round % 3 == 1)
                at = tables + at % (len - tables);
            copy[at] = (char)(seed >> 24);
        }
        (void)!elf_check(copy, len, &report, &err);
    }
    mem_free(copy);
}
