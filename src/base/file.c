#include "base/file.h"

#include "base/digest.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

ag_status ag_file_map(ag_mapping *out, const char *path, ag_err *err)
{
    /* Not blocking: opening a named pipe would wait for its writer. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return ag_err_set_errno(err, errno, "cannot open %s", path);
    ag_status status = AG_OK;
    ag_mapping mapping = {0};
    struct stat info;
    if (fstat(fd, &info) != 0) {
        status = ag_err_set_errno(err, errno, "cannot examine %s", path);
    } else if (!S_ISREG(info.st_mode)) {
        status = ag_err_set(err, AG_EUNSUPPORTED, "%s is not a regular file", path);
    } else if (info.st_size > 0) {
        void *data = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_SHARED, fd, 0);
        if (data == MAP_FAILED)
            status = ag_err_set_errno(err, errno, "cannot map %s", path);
        else
            mapping = (ag_mapping){data, (size_t)info.st_size};
    }
    close(fd);
    if (status == AG_OK)
        *out = mapping;
    return status;
}

void ag_file_unmap(ag_mapping *mapping)
{
    /* munmap takes a plain pointer, though it writes nothing. */
    if (mapping->data != NULL)
        munmap((void *)(uintptr_t)mapping->data, mapping->length);
    *mapping = (ag_mapping){0};
}

static ag_status read_all(ag_buffer *out, int fd, const char *path, size_t max_bytes, ag_err *err)
{
    size_t before = out->length;
    size_t room = 64 * 1024;
    struct stat info;
    if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode)) {
        if ((size_t)info.st_size > max_bytes)
            return ag_err_set(err, AG_ELIMIT, "%s has more than %zu bytes", path, max_bytes);
        room = (size_t)info.st_size + 1; /* and a byte more, to meet its end */
    }
    ag_status status = ag_buffer_reserve(out, room, err);
    while (status == AG_OK) {
        ssize_t count = read(fd, out->data + out->length, out->capacity - out->length - 1);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return ag_err_set_errno(err, errno, "cannot read %s", path);
        out->length += (size_t)count;
        out->data[out->length] = '\0';
        if (count == 0)
            return AG_OK;
        if (out->length - before > max_bytes)
            return ag_err_set(err, AG_ELIMIT, "%s has more than %zu bytes", path, max_bytes);
        status = ag_buffer_reserve(out, 1, err);
    }
    return status;
}

ag_status ag_file_read(ag_buffer *out, const char *path, size_t max_bytes, ag_err *err)
{
    bool is_stdin = strcmp(path, "-") == 0;
    int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return ag_err_set_errno(err, errno, "cannot open %s", path);
    size_t before = out->length;
    ag_status status = read_all(out, fd, path, max_bytes, err);
    if (status != AG_OK && out->data != NULL) {
        out->length = before;
        out->data[before] = '\0';
    }
    if (!is_stdin)
        close(fd);
    return status;
}

static ag_status write_all(int fd, const char *path, const void *bytes, size_t length, ag_err *err)
{
    const uint8_t *at = bytes;
    while (length > 0) {
        ssize_t count = write(fd, at, length);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return ag_err_set_errno(err, errno, "cannot write %s", path);
        at += count;
        length -= (size_t)count;
    }
    return AG_OK;
}

static ag_status sync_path(const char *path, int flags, ag_err *err)
{
    int fd = open(path, flags | O_CLOEXEC);
    if (fd < 0)
        return ag_err_set_errno(err, errno, "cannot open %s", path);
    ag_status status = AG_OK;
    /* Some file systems do not sync folders, and say so with EINVAL. */
    if (fsync(fd) != 0 && errno != EINVAL)
        status = ag_err_set_errno(err, errno, "cannot write %s to disk", path);
    close(fd);
    return status;
}

ag_status ag_file_commit(const char *temporary_path, const char *path, ag_err *err)
{
    ag_status status = sync_path(temporary_path, O_RDONLY, err);
    if (status != AG_OK)
        return status;
    if (rename(temporary_path, path) != 0)
        return ag_err_set_errno(err, errno, "cannot put %s in its place", path);
    char *copy = ag_xstrdup(path); /* dirname writes to its argument */
    status = sync_path(dirname(copy), O_RDONLY | O_DIRECTORY, err);
    free(copy);
    return status;
}

ag_status ag_file_write_atomic(const char *path, const void *bytes, size_t length, ag_err *err)
{
    char id[AG_ID_BYTES];
    ag_id_random(id);
    char *temporary = ag_xasprintf("%s.%.8s.tmp", path, id);
    ag_status status;
    int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0) {
        status = ag_err_set_errno(err, errno, "cannot create %s", temporary);
        free(temporary);
        return status;
    }
    status = write_all(fd, temporary, bytes, length, err);
    if (close(fd) != 0 && status == AG_OK)
        status = ag_err_set_errno(err, errno, "cannot write %s", temporary);
    if (status == AG_OK)
        status = ag_file_commit(temporary, path, err);
    if (status != AG_OK)
        unlink(temporary);
    free(temporary);
    return status;
}

/* 0, or the errno of what stands in the way. */
static int make_one(const char *path)
{
    if (mkdir(path, 0755) == 0)
        return 0;
    int reason = errno;
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode) ? 0 : reason;
}

ag_status ag_file_make_folder(const char *path, ag_err *err)
{
    char *partial = ag_xstrdup(path);
    int reason = 0;
    for (char *slash = strchr(partial, '/'); slash != NULL && reason == 0;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        reason = slash == partial ? 0 : make_one(partial); /* the root is there */
        *slash = '/';
    }
    free(partial);
    if (reason == 0)
        reason = make_one(path);
    return reason == 0 ? AG_OK : ag_err_set_errno(err, reason, "cannot make the folder %s", path);
}
