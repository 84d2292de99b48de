/*
 * <data_dir>/store_instance: the id of the data in the store that this node works with. A server with
 * data of another id is not used, and an empty one is not taken for a new center. To use another server
 * on purpose, remove the file.
 */
#ifndef TRIAGED_APP_INSTANCE_FILE_H
#define TRIAGED_APP_INSTANCE_FILE_H

#include "triaged/base/err.h"

#define INSTANCE_SIZE 65

/* id: "" when there is no file. */
int instance_file_read(const char *data_dir, char id[INSTANCE_SIZE], struct err *e) MUST_CHECK;
int instance_file_write(const char *data_dir, const char *id, struct err *e) MUST_CHECK;

#endif
