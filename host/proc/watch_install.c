#include "proc/watch_install.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/mem.h"
#include "plugin/cache.h"

int watch_install(const char *from, const char *to, struct err *err) {
    char *bytes = NULL;
    size_t len;
    if (rename(from, to) == 0)
        return 0;
    if (errno != EXDEV)
        return err_errno(err, "cannot put the build in its place", to);
    int r = fs_read_all(from, CACHE_FILE_MAX, &bytes, &len, err);
    if (r == 0)
        r = fs_write_atomic(to, bytes, len, 0777, err);
    if (r == 0)
        (void)unlink(from);
    mem_free(bytes);
    return r;
}
