/* Keeping the photos of an evaluation, so that others can be shown them or asked about them. One
 * thread at a time. */
#ifndef AG_EVALUATE_SAVE_H
#define AG_EVALUATE_SAVE_H

#include "base/status.h"
#include "collection/collection.h"
#include "evaluate/photos.h"

typedef struct ag_photo_saver ag_photo_saver;

/* Make the folder and begin its labels.csv: file, artwork_id, artwork_path, level, parameters, as
 * ag_photos_read and visitor_photo.py's readers want them. Borrows collection. AG_EIO. */
AG_MUST_USE ag_status ag_photo_saver_open(ag_photo_saver **out, const char *folder,
                                          const ag_collection *collection, ag_err *err);

/* Write a photo and its label. AG_EIO. */
AG_MUST_USE ag_status ag_photo_saver_add(ag_photo_saver *saver, const ag_known_photo *photo,
                                         ag_err *err);

/* End labels.csv; NULL is fine. AG_EIO when not all could be written. */
AG_MUST_USE ag_status ag_photo_saver_close(ag_photo_saver *saver, ag_err *err);

#endif
