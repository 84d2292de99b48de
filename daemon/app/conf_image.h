/*
 * The image of a configuration file: what the parsing child sends and the daemon reads.
 *
 * Records (base/record.h) in this order: any number of `error`; when there was none, the tree in
 * pre-order, each node one record `node` holding a record of its fields, `n` children following
 * it; last an empty `end`, so that a child which stopped half way is noticed.
 */
#ifndef TRIAGED_APP_CONF_IMAGE_H
#define TRIAGED_APP_CONF_IMAGE_H

#include "conf_tree.h"

#define CONF_IMAGE_MAX        (256u << 20) /* bytes; a 16 MiB file of small values makes about 150 */
#define CONF_PARSE_TIMEOUT_MS 5000

/* Check and parse path with libconfig, in this process. Anything may happen: for a child only. */
void conf_image_write(const char *path, struct buf *image);

/* The same in a child process. -1 with e set when it crashed, hung or could not be started. */
int conf_image_load(const char *path, int timeout_ms, struct buf *image, struct err *e) MUST_CHECK;

/* The tree in an image; NULL with errors added when it holds errors or is not a whole image. */
struct conf_node *conf_image_read(
	const char *path, const struct buf *image, struct conf_errors *errors) MUST_CHECK;

#endif
