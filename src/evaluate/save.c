#include "evaluate/save.h"

#include "base/file.h"
#include "base/memory.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct ag_photo_saver {
    const ag_collection *collection;
    char *folder; /* owned */
    FILE *labels;
};

/* A file of the folder, to be written anew. */
static ag_status open_file(FILE **out, const char *folder, const char *name, ag_err *err)
{
    char *path = ag_xasprintf("%s/%s", folder, name);
    ag_status status = AG_OK;
    *out = fopen(path, "wbe");
    if (*out == NULL)
        status = ag_err_set_errno(err, errno, "cannot write %s", path);
    free(path);
    return status;
}

ag_status ag_photo_saver_open(ag_photo_saver **out, const char *folder,
                              const ag_collection *collection, ag_err *err)
{
    FILE *labels = NULL;
    ag_status status = ag_file_make_folder(folder, err);
    if (status == AG_OK)
        status = open_file(&labels, folder, "labels.csv", err);
    if (status != AG_OK)
        return status;
    fputs("file,artwork_id,artwork_path,level,parameters\r\n", labels);
    ag_photo_saver *saver = ag_xcalloc(1, sizeof *saver);
    *saver = (ag_photo_saver){collection, ag_xstrdup(folder), labels};
    *out = saver;
    return AG_OK;
}

/* A cell in quotes, as RFC 4180 has it. */
static void put_cell(FILE *labels, const char *text, const char *end)
{
    putc('"', labels);
    for (; *text != '\0'; text++) {
        if (*text == '"')
            putc('"', labels);
        putc(*text, labels);
    }
    fprintf(labels, "\"%s", end);
}

static void put_label(const ag_photo_saver *saver, const ag_known_photo *photo)
{
    const ag_trial *about = &photo->about;
    const ag_artwork none = {.id = "", .image_path = ""};
    const ag_artwork *artwork =
        about->work != SIZE_MAX ? ag_collection_artwork(saver->collection, about->work) : &none;

    put_cell(saver->labels, photo->name, ",");
    put_cell(saver->labels, artwork->id, ",");
    put_cell(saver->labels, artwork->image_path, ",");
    put_cell(saver->labels, about->level, ",");
    put_cell(saver->labels, photo->parameters_json != NULL ? photo->parameters_json : "", "\r\n");
}

ag_status ag_photo_saver_add(ag_photo_saver *saver, const ag_known_photo *photo, ag_err *err)
{
    FILE *file;
    ag_status status = open_file(&file, saver->folder, photo->name, err);
    if (status != AG_OK)
        return status;
    const size_t written = fwrite(photo->bytes.data, 1, photo->bytes.length, file);
    if ((fclose(file) != 0) | (written != photo->bytes.length))
        return ag_err_set_errno(err, errno, "cannot write %s/%s", saver->folder, photo->name);
    put_label(saver, photo);
    return AG_OK;
}

ag_status ag_photo_saver_close(ag_photo_saver *saver, ag_err *err)
{
    if (saver == NULL)
        return AG_OK;
    const bool has_failed = ferror(saver->labels) != 0;
    ag_status status = AG_OK;
    if ((fclose(saver->labels) != 0) | has_failed)
        status = ag_err_set_errno(err, errno, "cannot write %s/labels.csv", saver->folder);
    free(saver->folder);
    free(saver);
    return status;
}
