/*
 * First our own bounds: the header, then both tables (segments, sections) and everything that they
 * point at must lie in the bytes; that is what a cut file fails. Then libelf reads the dynamic
 * section and the symbols. libelf wants memory that it may write, so it works on a copy.
 */
#include "plugin/elf.h"

#include <elf.h>
#include <gelf.h>
#include <libelf.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

#define REFUSE(err, ...) err_set(err, ERR_FORMAT, __VA_ARGS__)

#define ENTRY_SYMBOL "qs_schema"
#define TABLE_MAX 4096 /* entries of the segment or section table */

#if defined(__x86_64__)
#define HOST_MACHINE EM_X86_64
#elif defined(__aarch64__)
#define HOST_MACHINE EM_AARCH64
#else
#error "unknown machine: say here what its ELF files are"
#endif

struct image {
    Elf *elf;
    GElf_Ehdr header;
    size_t len;
    Elf_Scn *dynamic, *symbols; /* .dynamic, .dynsym; NULL = none */
    GElf_Shdr dynamic_header, symbols_header;
};

static const char *machine_name(unsigned machine, char buf[24]) {
    switch (machine) {
    case EM_X86_64:
        return "x86-64";
    case EM_AARCH64:
        return "AArch64";
    case EM_386:
        return "32-bit x86";
    case EM_ARM:
        return "32-bit ARM";
    case EM_RISCV:
        return "RISC-V";
    default:
        (void)snprintf(buf, 24, "machine %u", machine);
        return buf;
    }
}

static const char *type_name(unsigned type) {
    switch (type) {
    case ET_REL:
        return "an object file";
    case ET_EXEC:
        return "a program";
    case ET_CORE:
        return "a core dump";
    default:
        return "something else";
    }
}

/* What the first bytes look like, for people who passed the wrong file. */
static const char *guess(const unsigned char *bytes, size_t len) {
    if (len == 0)
        return "an empty file";
    if (len >= 8 && memcmp(bytes, "!<arch>\n", 8) == 0)
        return "a static library";
    size_t head = min_size(len, 512);
    for (size_t i = 0; i < head; i++)
        if (bytes[i] == 0 || (bytes[i] < 0x20 && !strchr("\t\n\r\f", bytes[i])))
            return "other bytes";
    return "text";
}

static int check_ident(const unsigned char *bytes, size_t len, struct err *err) {
    if (len < SELFMAG || memcmp(bytes, ELFMAG, SELFMAG) != 0)
        return REFUSE(err,
                      "expected an ELF shared object, found %s (give the .so that the compiler "
                      "made)",
                      guess(bytes, len));
    if (len >= EI_NIDENT && bytes[EI_CLASS] == ELFCLASS32)
        return REFUSE(err, "expected a 64-bit ELF file, found a 32-bit one (build without -m32)");
    if (len < sizeof(Elf64_Ehdr))
        return REFUSE(err,
                      "expected a whole ELF header of %zu bytes, found a file cut at byte %zu "
                      "(build it again)",
                      sizeof(Elf64_Ehdr), len);
    if (bytes[EI_CLASS] != ELFCLASS64 || bytes[EI_VERSION] != EV_CURRENT)
        return REFUSE(err, "expected ELF class 2 and version 1, found %u and %u (build it again)",
                      (unsigned)bytes[EI_CLASS], (unsigned)bytes[EI_VERSION]);
    if (bytes[EI_DATA] != ELFDATA2LSB)
        return REFUSE(err,
                      "expected little-endian ELF, found data encoding %u (build it for this "
                      "machine)",
                      (unsigned)bytes[EI_DATA]);
    return 0;
}

static int check_header(const Elf64_Ehdr *h, struct err *err) {
    char want[24], found[24];
    if (h->e_machine != HOST_MACHINE)
        return REFUSE(err, "expected machine %s, found %s (build it for this machine)",
                      machine_name(HOST_MACHINE, want), machine_name(h->e_machine, found));
    if (h->e_type != ET_DYN)
        return REFUSE(err, "expected a shared object, found %s (link with -shared)",
                      type_name(h->e_type));
    if (h->e_phnum == 0 || h->e_phentsize != sizeof(Elf64_Phdr) || h->e_phnum > TABLE_MAX)
        return REFUSE(err,
                      "expected a table of segments, found %u entries of %u bytes (link with "
                      "-shared)",
                      (unsigned)h->e_phnum, (unsigned)h->e_phentsize);
    if (h->e_shnum == 0 || h->e_shentsize != sizeof(Elf64_Shdr) || h->e_shnum > TABLE_MAX)
        return REFUSE(err,
                      "expected a table of sections, found %u entries of %u bytes (don't strip "
                      "the section headers)",
                      (unsigned)h->e_shnum, (unsigned)h->e_shentsize);
    return 0;
}

/* [offset, offset + size) of `what` against the file's end. */
static int check_extent(const char *what, uint64_t offset, uint64_t size, size_t len,
                        struct err *err) {
    if (offset <= len && size <= len - offset)
        return 0;
    return REFUSE(err,
                  "expected %s up to byte %llu, found the file's end at byte %zu (it is cut or "
                  "still being written: build it again)",
                  what, (unsigned long long)offset + size, len);
}

static int check_tables(const unsigned char *bytes, size_t len, const Elf64_Ehdr *h,
                        struct err *err) {
    int rc = check_extent("the table of segments", h->e_phoff,
                          (uint64_t)h->e_phnum * sizeof(Elf64_Phdr), len, err);
    for (unsigned i = 0; rc == 0 && i < h->e_phnum; i++) {
        Elf64_Phdr p;
        char what[32];
        memcpy(&p, bytes + h->e_phoff + i * sizeof p, sizeof p);
        (void)snprintf(what, sizeof what, "segment %u", i);
        rc = check_extent(what, p.p_offset, p.p_filesz, len, err);
    }
    if (rc == 0)
        rc = check_extent("the table of sections", h->e_shoff,
                          (uint64_t)h->e_shnum * sizeof(Elf64_Shdr), len, err);
    for (unsigned i = 0; rc == 0 && i < h->e_shnum; i++) {
        Elf64_Shdr s;
        char what[32];
        memcpy(&s, bytes + h->e_shoff + i * sizeof s, sizeof s);
        (void)snprintf(what, sizeof what, "section %u", i);
        if (s.sh_type != SHT_NOBITS)
            rc = check_extent(what, s.sh_offset, s.sh_size, len, err);
    }
    return rc;
}

/* ---- from here on by libelf ---- */

static void warn(struct elf_report *report, const char *text) {
    if (report->warning_count < ELF_WARNINGS_MAX)
        (void)str_copy_fixed(report->warnings[report->warning_count++], sizeof report->warnings[0],
                             text);
}

static void find_sections(struct image *image) {
    for (Elf_Scn *s = elf_nextscn(image->elf, NULL); s; s = elf_nextscn(image->elf, s)) {
        GElf_Shdr header;
        if (!gelf_getshdr(s, &header))
            continue;
        if (header.sh_type == SHT_DYNAMIC && !image->dynamic) {
            image->dynamic = s;
            image->dynamic_header = header;
        } else if (header.sh_type == SHT_DYNSYM && !image->symbols) {
            image->symbols = s;
            image->symbols_header = header;
        }
    }
}

static int check_entry(const char *name, const GElf_Sym *sym, struct err *err) {
    int type = GELF_ST_TYPE(sym->st_info);
    int bind = GELF_ST_BIND(sym->st_info);
    if (sym->st_shndx == SHN_UNDEF)
        return REFUSE(err,
                      "expected %s to be defined, found it only used (define the schema with "
                      "QS_STRATEGY)",
                      name);
    if (type != STT_FUNC)
        return REFUSE(err,
                      "expected %s to be a function, found %s (define the schema with "
                      "QS_STRATEGY)",
                      name, type == STT_OBJECT ? "a variable" : "another symbol");
    if (bind != STB_GLOBAL && bind != STB_WEAK)
        return REFUSE(err,
                      "expected %s to be exported, found it local (define the schema with "
                      "QS_STRATEGY)",
                      name);
    return 0;
}

static int check_symbols(const struct image *image, struct elf_report *report, struct err *err) {
    Elf_Data *data = image->symbols ? elf_getdata(image->symbols, NULL) : NULL;
    if (!data || image->symbols_header.sh_entsize == 0)
        return REFUSE(err, "expected a table of exported symbols, found none (link with -shared)");
    bool found = false, unique = false;
    size_t count = data->d_size / image->symbols_header.sh_entsize;
    for (size_t i = 0; i < count && i < INT32_MAX; i++) {
        GElf_Sym sym;
        if (!gelf_getsym(data, (int)i, &sym))
            break;
        const char *name =
            elf_strptr(image->elf, image->symbols_header.sh_link, (size_t)sym.st_name);
        unique = unique || GELF_ST_BIND(sym.st_info) == STB_GNU_UNIQUE;
        if (!name || strcmp(name, ENTRY_SYMBOL) != 0)
            continue;
        int rc = check_entry(name, &sym, err);
        if (rc != 0)
            return rc;
        found = true;
    }
    if (!found)
        return REFUSE(err, "expected the exported function " ENTRY_SYMBOL
                           ", found no symbol of that name (define the schema with QS_STRATEGY)");
    if (unique)
        warn(report, "it has symbols that are one for the whole process (STB_GNU_UNIQUE), so two "
                     "builds would share their statics (compile with -fno-gnu-unique)");
    return 0;
}

static bool is_allowed_library(const char *name) {
    static const char *const exact[] = {"libc.so.6", "libm.so.6", "libgcc_s.so.1",
                                        "libstdc++.so.6"};
    for (size_t i = 0; i < ARRAY_LEN(exact); i++)
        if (strcmp(name, exact[i]) == 0)
            return true;
    return str_starts_with(name, "ld-linux") && !strchr(name, '/');
}

static int check_dynamic(const struct image *image, struct elf_report *report, struct err *err) {
    Elf_Data *data = image->dynamic ? elf_getdata(image->dynamic, NULL) : NULL;
    if (!data || image->dynamic_header.sh_entsize == 0)
        return REFUSE(err, "expected a dynamic section, found none (link with -shared)");
    bool text_relocations = false, no_delete = false;
    size_t count = data->d_size / image->dynamic_header.sh_entsize;
    for (size_t i = 0; i < count && i < INT32_MAX; i++) {
        GElf_Dyn dyn;
        if (!gelf_getdyn(data, (int)i, &dyn) || dyn.d_tag == DT_NULL)
            break;
        if (dyn.d_tag == DT_NEEDED) {
            const char *name =
                elf_strptr(image->elf, image->dynamic_header.sh_link, (size_t)dyn.d_un.d_val);
            if (!name || !is_allowed_library(name))
                return REFUSE(err,
                              "expected no library but libc, libm, libgcc_s and libstdc++, "
                              "found a need of \"%.128s\" (link that code in, statically)",
                              name ? name : "?");
        }
        text_relocations = text_relocations || dyn.d_tag == DT_TEXTREL ||
                           (dyn.d_tag == DT_FLAGS && (dyn.d_un.d_val & DF_TEXTREL));
        no_delete = no_delete || (dyn.d_tag == DT_FLAGS_1 && (dyn.d_un.d_val & DF_1_NODELETE));
    }
    if (text_relocations)
        warn(report, "its code must be written to when it is loaded (DT_TEXTREL) (compile with "
                     "-fPIC)");
    if (no_delete)
        warn(report, "it asks never to be unloaded (DF_1_NODELETE) (link without -z nodelete)");
    return 0;
}

/* Appends the hex of a GNU build id that lies in the notes of one segment. */
static void read_build_id(Elf_Data *notes, struct elf_report *report) {
    GElf_Nhdr note;
    size_t name_at, desc_at;
    for (size_t at = 0; (at = gelf_getnote(notes, at, &note, &name_at, &desc_at)) > 0;) {
        const unsigned char *bytes = notes->d_buf;
        if (note.n_type != NT_GNU_BUILD_ID || note.n_namesz != sizeof ELF_NOTE_GNU ||
            memcmp(bytes + name_at, ELF_NOTE_GNU, sizeof ELF_NOTE_GNU) != 0)
            continue;
        size_t len = min_size(note.n_descsz, ELF_BUILD_ID_MAX / 2);
        for (size_t i = 0; i < len; i++)
            (void)snprintf(report->build_id + 2 * i, 3, "%02x", bytes[desc_at + i]);
        return;
    }
}

static void look_at_segments(const struct image *image, struct elf_report *report) {
    bool stack_said = false, executable_stack = false;
    for (int i = 0; i < (int)image->header.e_phnum; i++) {
        GElf_Phdr p;
        if (!gelf_getphdr(image->elf, i, &p))
            continue;
        if (p.p_type == PT_GNU_STACK) {
            stack_said = true;
            executable_stack = (p.p_flags & PF_X) != 0;
        }
        if (p.p_type == PT_NOTE && report->build_id[0] == '\0') {
            Elf_Data *notes = elf_getdata_rawchunk(image->elf, (int64_t)p.p_offset, p.p_filesz,
                                                   p.p_align == 8 ? ELF_T_NHDR8 : ELF_T_NHDR);
            if (notes)
                read_build_id(notes, report);
        }
    }
    if (!stack_said || executable_stack)
        warn(report, "it wants an executable stack (link with -Wl,-z,noexecstack)");
    if (report->build_id[0] == '\0')
        warn(report, "it has no build id (link with -Wl,--build-id)");
}

static int check_with_libelf(char *copy, size_t len, struct elf_report *report, struct err *err) {
    if (elf_version(EV_CURRENT) == EV_NONE)
        return err_set(err, ERR_INTERNAL, "libelf: %s", elf_errmsg(-1));
    struct image image = {.len = len};
    int rc;
    image.elf = elf_memory(copy, len);
    if (!image.elf || elf_kind(image.elf) != ELF_K_ELF || !gelf_getehdr(image.elf, &image.header)) {
        rc =
            REFUSE(err, "expected a readable ELF file, found: %s (build it again)", elf_errmsg(-1));
        goto out;
    }
    find_sections(&image);
    rc = check_symbols(&image, report, err);
    if (rc == 0)
        rc = check_dynamic(&image, report, err);
    if (rc == 0)
        look_at_segments(&image, report);
out:
    if (image.elf)
        (void)elf_end(image.elf);
    return rc;
}

int elf_check(const void *bytes, size_t len, struct elf_report *ret, struct err *err) {
    int rc = check_ident(bytes, len, err);
    if (rc != 0)
        return rc;
    Elf64_Ehdr header;
    memcpy(&header, bytes, sizeof header);
    rc = check_header(&header, err);
    if (rc == 0)
        rc = check_tables(bytes, len, &header, err);
    if (rc != 0)
        return rc;

    struct elf_report report = {0};
    char *copy = mem_alloc(len);
    memcpy(copy, bytes, len);
    rc = check_with_libelf(copy, len, &report, err);
    if (rc == 0)
        *ret = report;
    mem_free(copy);
    return rc;
}
