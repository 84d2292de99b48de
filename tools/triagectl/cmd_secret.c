/* Entries for the clients file, and what else the program prints about itself. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl.h"
#include "prompt.h"
#include "triaged/edge/verb.h"
#include "triaged/privacy/digest.h"
#include "triaged/privacy/keys.h"
#include "triaged/privacy/password.h"
#include "triaged/privacy/random.h"

#define TOKEN_BYTES    32
#define PASSWORD_LEAST 12 /* characters; scrypt cannot make a short password long */

int cmd_schema(struct ctl *ctl)
{
	json_t *schema = verb_schema();

	ctl_put_json(ctl, schema, false);
	json_decref(schema);
	return CTL_OK;
}

int cmd_completion(struct ctl *ctl)
{
	help_completion(&ctl->screen);
	return CTL_OK;
}

static void put_pairs(struct ctl *ctl, const char *const *pairs)
{
	json_t *o = json_object();

	for (; pairs[0]; pairs += 2) {
		if (ctl->json)
			json_object_set_new(o, pairs[0], json_string(pairs[1]));
		else
			buf_addf(&ctl->screen.out, "%s = \"%s\";\n", pairs[0], pairs[1]);
	}
	if (ctl->json)
		ctl_put_json(ctl, o, false);
	json_decref(o);
}

static int ask_password(char **first, struct err *e)
{
	char *again = NULL;
	int rc;

	if (prompt_secret("New password: ", first, e) != 0)
		return -1;
	if (strlen(*first) < PASSWORD_LEAST)
		return err_set(e, "a password has at least %d characters", PASSWORD_LEAST);
	if (prompt_secret("Again: ", &again, e) != 0)
		return -1;
	rc = strcmp(*first, again) == 0 ? 0 : err_set(e, "the two differ");
	explicit_bzero(again, strlen(again));
	free(again);
	return rc;
}

int cmd_password(struct ctl *ctl)
{
	char encoded[PASSWORD_TEXT_SIZE], *password = NULL;
	struct err e;
	int rc = ask_password(&password, &e);

	if (rc == 0)
		rc = password_hash(password, encoded, &e);
	if (password)
		explicit_bzero(password, strlen(password));
	free(password);
	if (rc != 0)
		return ctl_fail(ctl, CTL_FAILED, "%s", e.text);
	put_pairs(ctl, (const char *const[]){ "password", encoded, NULL });
	return CTL_OK;
}

int cmd_token(struct ctl *ctl)
{
	unsigned char bytes[TOKEN_BYTES];
	char token[2 * TOKEN_BYTES + 1], digest[DIGEST_HEX_SIZE];

	random_bytes(bytes, sizeof(bytes));
	for (size_t i = 0; i < sizeof(bytes); i++)
		snprintf(token + 2 * i, 3, "%02x", bytes[i]);
	digest_sha256_hex(token, strlen(token), digest);
	put_pairs(ctl, (const char *const[]){ "token", token, "token_sha256", digest, NULL });
	explicit_bzero(token, sizeof(token));
	return CTL_OK;
}

/* Only behind keys that the daemon could read: the first ones are its own to make. */
int cmd_keys_add(struct ctl *ctl)
{
	const char *dir = ctl->args.words[0];
	struct keys *keys;
	uint32_t id;
	struct err e;

	if (keys_open(dir, false, &keys, &e) < 0)
		return ctl_fail(ctl, CTL_FAILED, "%s", e.text);
	keys_free(&keys);
	if (keys_add_seal(dir, &id, &e) < 0)
		return ctl_fail(ctl, CTL_FAILED, "%s", e.text);
	buf_addf(&ctl->screen.out,
		"%s/seal-%04u.key\n\n"
		"Back it up, restart this node, then the others at once.\n",
		dir, (unsigned)id);
	return CTL_OK;
}
