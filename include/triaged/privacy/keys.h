/*
 * The installation's secret keys, read from a directory of small files.
 *
 *     seal-0001.key   seals and opens people's text; the highest number seals, all open
 *     pseudonym.key   makes pseudonyms of addresses
 *
 * Each file holds 64 hex digits (256 bits) and a newline, so that it can be kept in a safe on
 * paper. A directory made here has mode 0700 and files of mode 0600; one that others can read is
 * refused. Keys live in memory that is left out of core files and of child processes, and are
 * wiped at the end.
 */
#ifndef TRIAGED_PRIVACY_KEYS_H
#define TRIAGED_PRIVACY_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "triaged/base/err.h"

#define KEY_BYTES     32
#define KEYS_SEAL_MAX 64 /* sealing keys in one directory */

struct keys;

/*
 * Read the keys in dir. With create, a directory or key that is missing is made first (first
 * start); without it (a credentials directory, `triaged -t`) that is an error.
 */
int keys_open(const char *dir, bool create, struct keys **out, struct err *e) MUST_CHECK;
void keys_free(struct keys **keys);

/* Write a new sealing key, numbered behind the highest, for the next start or reload. */
int keys_add_seal(const char *dir, uint32_t *id, struct err *e) MUST_CHECK;

uint32_t keys_newest_seal(const struct keys *keys);
/* The key with that number, KEY_BYTES long; NULL when it is not here. Valid until keys_free(). */
const unsigned char *keys_seal(const struct keys *keys, uint32_t id);
const unsigned char *keys_pseudonym(const struct keys *keys);

#endif
