/* CLIP models with reproducible weights in the Hugging Face hub's layout, for tests and benchmarks.
 *
 * Every number is a function of its tensor's name and its place in it, so that the same file comes
 * out everywhere and reference embeddings can be compared with. */
#ifndef AG_TESTS_MODEL_WRITER_H
#define AG_TESTS_MODEL_WRITER_H

#include "base/status.h"

/* Write config.json and model.safetensors into folder (made where missing), unless they are there
 * and complete. config: "tiny", "vit-b-32", "vit-b-16", "vit-l-14", and "small-14" and "small-16"
 * with few layers and words for quick tests. Safe with several processes. AG_EINVAL (unknown
 * config), AG_EIO. */
AG_MUST_USE ag_status ag_test_model_write(const char *config, const char *folder, ag_err *err);

#endif
