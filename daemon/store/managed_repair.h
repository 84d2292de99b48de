/*
 * A power cut may leave, behind the last synced byte of the append-only file, bytes that are no
 * commands; Redis then refuses to start. They were never acknowledged, so they are set aside.
 * Damage with whole commands behind it is something else (somebody's acknowledged work) and is left
 * to a person.
 */
#ifndef TRIAGED_STORE_MANAGED_REPAIR_H
#define TRIAGED_STORE_MANAGED_REPAIR_H

#include <stdbool.h>
#include <stddef.h>

#include "triaged/base/err.h"

/* How much of an append-only file Redis can read: up to the end of the last whole command that is
 * in no unfinished transaction. *torn: nothing behind it is a whole command outside of it. */
size_t managed_readable(const char *aof, size_t n, bool *torn);

/* Does this line of the server's log say that its append-only file cannot be read? */
bool managed_unreadable(const char *log_line);

/* Move the torn tail of dir's append-only file into a file beside it; *removed: its bytes. -1: it
 * is no torn tail, or cannot be repaired; nothing was changed. */
int managed_repair(const char *dir, size_t *removed, struct err *e) MUST_CHECK;

#endif
