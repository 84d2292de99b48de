/* Files that only their owner may read. */
#ifndef TRIAGED_PRIVACY_SECRET_FILE_H
#define TRIAGED_PRIVACY_SECRET_FILE_H

#include <stddef.h>
#include <sys/stat.h>

#include "triaged/base/err.h"

/*
 * -1 with the reason (without the name) when group or others can reach it. Group access is allowed
 * where owner and group are root: so the service manager's credentials look, which give the
 * service access by an ACL.
 */
int secret_file_check_mode(const struct stat *st, struct err *e) MUST_CHECK;

/* Read at most cap bytes of a regular file that passes the check. The length, or -1 with e set. */
int secret_file_read(const char *path, void *out, size_t cap, struct err *e) MUST_CHECK;

/* Make a file of mode 0600 with these bytes, durable before it returns; it must not exist. */
int secret_file_create(const char *path, const void *p, size_t n, struct err *e) MUST_CHECK;

#endif
