/* One entry of the clients file, before the whole file is known to be good. */
#ifndef TRIAGED_APP_CLIENT_ENTRY_H
#define TRIAGED_APP_CLIENT_ENTRY_H

#include "triaged/edge/principal.h"
#include "triaged/privacy/password.h"

#include "conf_tree.h"

struct client {
	struct principal *who;
	char *cert, *token_sha256, *user, *password; /* "" : not this way */
	unsigned char totp[TOTP_SECRET_MAX];
	int totp_len;
};

/* NULL, errors added, when the group is not a good entry. */
struct client *client_parse(
	const struct conf_node *group, const char *center, struct conf_errors *errors) MUST_CHECK;
void client_free(struct client **c);

#endif
