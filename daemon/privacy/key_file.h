/*
 * One key as a file of its directory: `name.key`, or `name.new` while nothing was sealed with it
 * yet. Where both are found the first counts.
 */
#ifndef TRIAGED_PRIVACY_KEY_FILE_H
#define TRIAGED_PRIVACY_KEY_FILE_H

#include "triaged/privacy/keys.h"

void key_file_seal_name(uint32_t id, char out[KEY_NAME_SIZE]);
uint32_t key_file_seal_number(const char *name); /* 0 when name is something else */

/* The numbers of the sealing keys in dir, rising. How many, or -1. */
int key_file_list(const char *dir, uint32_t ids[KEYS_SEAL_MAX], struct err *e) MUST_CHECK;

int key_file_read(const char *dir, const char *name, unsigned char out[KEY_BYTES], bool *fresh,
	struct err *e) MUST_CHECK;
bool key_file_exists(const char *dir, const char *name);

/* All of these are durable when they return. */
int key_file_create(const char *dir, const char *name, bool fresh, struct err *e) MUST_CHECK;
int key_file_write(const char *dir, const char *name, const unsigned char key[KEY_BYTES],
	struct err *e) MUST_CHECK; /* the lasting form; a fresh one goes */
int key_file_settle(const char *dir, const char *name, struct err *e) MUST_CHECK;
int key_file_drop(const char *dir, const char *name, struct err *e) MUST_CHECK; /* a fresh one */

#endif
