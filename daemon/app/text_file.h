/* A whole file of text: of rules, of the configuration, of an approval. */
#ifndef TRIAGED_APP_TEXT_FILE_H
#define TRIAGED_APP_TEXT_FILE_H

#include "triaged/base/buf.h"
#include "triaged/base/err.h"

/*
 * Append a regular file of at most max bytes; anything else is an error: a directory has no text,
 * and a pipe can hold up its reader for ever and gives another text when it is read again.
 */
int text_file_read(const char *path, size_t max, struct buf *out, struct err *e) MUST_CHECK;

#endif
