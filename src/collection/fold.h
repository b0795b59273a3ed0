/* Letters with marks: composed as people expect (Unicode NFC), and folded to plain ASCII for names
 * of files, columns and artworks that should meet although they are spelt differently.
 *
 * Knows the marks of languages written in Latin letters; all else passes unchanged. Any thread. */
#ifndef AG_COLLECTION_FOLD_H
#define AG_COLLECTION_FOLD_H

#include "base/buffer.h"

/* Append text with letters and combining marks ("e" + U+0301, as macOS writes file names) put
 * together
 * ("é"). Bytes that are not UTF-8 become U+FFFD. */
void ag_fold_compose(ag_buffer *out, const char *text);

/* Append text in lower case, marks removed ("Café" and "cafe" become "cafe", "Ærø" "aero"),
 * everything but letters and digits as one '-' between words: "Van_Gogh" becomes "van-gogh".
 * Letters that ASCII has nothing like (Greek, Chinese, …) stay as they are. */
void ag_fold_slug(ag_buffer *out, const char *text);

#endif
