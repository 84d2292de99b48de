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
 *
 * A key made here is fresh, and its file ends in .new, until keys_settle(): until then nothing may
 * be sealed with it, so that it can still give way to the key that the center already has.
 */
#ifndef TRIAGED_PRIVACY_KEYS_H
#define TRIAGED_PRIVACY_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "triaged/base/err.h"

#define KEY_BYTES     32
#define KEYS_SEAL_MAX 64 /* sealing keys in one directory */
#define KEY_NAME_SIZE 16 /* "seal-0001", "pseudonym" */

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

/* ---- one keyring for all nodes of a center ---- */

struct key_view {
	char name[KEY_NAME_SIZE];
	const unsigned char *bytes; /* valid until keys_free() */
	bool fresh;
};

/* false behind the last one. Walking stays valid while keys are settled, not while others come. */
bool keys_at(const struct keys *keys, size_t i, struct key_view *view);
bool keys_find(const struct keys *keys, const char *name, struct key_view *view);
bool keys_is_name(const char *name);
bool keys_any_fresh(const struct keys *keys);

/*
 * Use the center's key of that name, in the place of a fresh one if there is one here. It is
 * written to dir first; dir NULL: used without being kept.
 */
int keys_adopt(struct keys *keys, const char *dir, const char *name,
	const unsigned char bytes[KEY_BYTES], struct err *e) MUST_CHECK;
/* Forget the fresh sealing keys; at least one other must be there. */
int keys_drop_fresh_seals(struct keys *keys, const char *dir, struct err *e) MUST_CHECK;
/* What is fresh may be used from now on, and stays. */
int keys_settle(struct keys *keys, const char *dir, struct err *e) MUST_CHECK;

#endif
