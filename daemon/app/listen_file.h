/* <data_dir>/listen.json: where this node really listens, for tools and tests. */
#ifndef TRIAGED_APP_LISTEN_FILE_H
#define TRIAGED_APP_LISTEN_FILE_H

#include "triaged/base/err.h"

/* https "": not listened there. Written beside and renamed, so a reader never sees half of it. */
int listen_file_write(
	const char *data_dir, const char *line, const char *https, struct err *e) MUST_CHECK;
void listen_file_remove(const char *data_dir);

#endif
