/*
 * <data_dir>/lock: at most one daemon uses a data directory. Its holder knows that the incarnation that
 * held it before is dead, so a restarted node need not wait for its own old lease to end.
 */
#ifndef TRIAGED_APP_DATA_LOCK_H
#define TRIAGED_APP_DATA_LOCK_H

#include "triaged/base/err.h"

#define DATA_LOCK_NAME_SIZE 32

/* The descriptor to keep open for as long as the lock is held, or -1. previous: the incarnation
 * that held it before, "" when there was none. The file then names this one. */
int data_lock_take(const char *data_dir, const char *incarnation,
	char previous[DATA_LOCK_NAME_SIZE], struct err *e) MUST_CHECK;

#endif
