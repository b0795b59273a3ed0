#include "features/gallery.h"

#include "base/file.h"
#include "base/memory.h"
#include "features/gallery_file.h"
#include "features/gallery_votes.h"

#include <assert.h>
#include <stdlib.h>

struct ag_gallery {
    ag_gallery_view view;
    ag_gallery_votes votes;
    size_t bytes;       /* of the file */
    ag_mapping mapping; /* empty when the bytes are somebody else's */
};

ag_status ag_gallery_parse(ag_gallery **out, const void *bytes, size_t length,
                           const char *extractor_name, ag_err *err)
{
    ag_gallery *gallery = ag_xcalloc(1, sizeof *gallery);
    ag_status status = ag_gallery_file_parse(&gallery->view, bytes, length, extractor_name, err);
    if (status == AG_OK)
        status = ag_gallery_votes_init(&gallery->votes, &gallery->view, err);
    if (status != AG_OK) {
        free(gallery);
        return status;
    }
    gallery->bytes = length;
    *out = gallery;
    return AG_OK;
}

ag_status ag_gallery_open(ag_gallery **out, const char *path, const char *extractor_name,
                          ag_err *err)
{
    ag_mapping mapping;
    ag_gallery *gallery;
    ag_status status = ag_file_map(&mapping, path, err);
    if (status != AG_OK)
        return status;
    status = ag_gallery_parse(&gallery, mapping.data, mapping.length, extractor_name, err);
    if (status != AG_OK) {
        ag_err_prefix(err, "%s", path);
        ag_file_unmap(&mapping);
        return status;
    }
    gallery->mapping = mapping;
    *out = gallery;
    return AG_OK;
}

void ag_gallery_close(ag_gallery *gallery)
{
    if (gallery == NULL)
        return;
    ag_gallery_votes_fini(&gallery->votes);
    ag_file_unmap(&gallery->mapping);
    free(gallery);
}

size_t ag_gallery_count(const ag_gallery *gallery)
{
    return gallery->view.header->works;
}

void ag_gallery_facts_of(const ag_gallery *gallery, ag_gallery_facts *out)
{
    const ag_gallery_header *header = gallery->view.header;
    *out = (ag_gallery_facts){
        .works = header->works,
        .works_featured = gallery->votes.works_featured,
        .features = header->features,
        .words = header->words,
        .bytes = gallery->bytes,
    };
}

void ag_gallery_features(const ag_gallery *gallery, ag_feature_set *out, size_t work)
{
    const ag_gallery_view *view = &gallery->view;
    assert(work < view->header->works);
    const ag_gallery_work *entry = &view->works[work];
    *out = (ag_feature_set){
        .keypoints = view->keypoints + entry->first_feature,
        .descriptors = view->descriptors + entry->first_feature,
        .grey = entry->grey_width_px > 0 ? view->grey + entry->first_grey : NULL,
        .count = entry->feature_count,
        .grey_width_px = entry->grey_width_px,
        .grey_height_px = entry->grey_height_px,
    };
}

ag_status ag_gallery_search(const ag_gallery *gallery, ag_gallery_hit *hits, size_t k,
                            const ag_feature_set *photo, const bool *allowed, ag_err *err)
{
    return ag_gallery_votes_search(&gallery->votes, hits, k, photo, allowed, err);
}
