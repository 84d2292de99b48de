/* Sealed texts from outside: nothing opens that was not sealed here, and nothing crashes. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <stdio.h>

#include "triaged/base/check.h"
#include "triaged/privacy/password.h"
#include "triaged/privacy/pseudonym.h"
#include "triaged/privacy/seal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct keys *make_keys(void)
{
	char base[] = "/tmp/triaged-fuzz-XXXXXX", dir[64], path[96];
	static const char *const names[] = { "seal-0001.new", "pseudonym.new" };
	struct keys *keys;
	CHECK(mkdtemp(base));
	snprintf(dir, sizeof dir, "%s/keys", base);
	CHECK(keys_open(dir, true, &keys, NULL) == 0);
	for (size_t i = 0; i < 2; i++) {
		snprintf(path, sizeof path, "%s/%s", dir, names[i]);
		unlink(path);
	}
	rmdir(dir);
	rmdir(base);
	return keys;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct keys *keys;
	if (!keys)
		keys = make_keys();
	struct buf out = { 0 };
	char *text = malloc(size + 1);
	CHECK(text);
	memcpy(text, data, size);
	text[size] = '\0';
	CHECK(seal_open(keys, "c-1", (struct slice){ text, size }, &out, NULL) == -1);
	char name[PSEUDONYM_SIZE];
	if (pseudonym_make(keys, text, name, NULL) == 0)
		CHECK(strlen(name) == PSEUDONYM_SIZE - 1);
	unsigned char secret[TOTP_SECRET_MAX];
	(void)!password_check_form(text, NULL);
	(void)!totp_secret(text, secret, NULL);
	free(text);
	buf_free(&out);
	return 0;
}
