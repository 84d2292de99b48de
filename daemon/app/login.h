/* Logins by user and password: hashed on the worker thread, answered on the loop. */
#ifndef TRIAGED_APP_LOGIN_H
#define TRIAGED_APP_LOGIN_H

#include "node.h"

/* Ends in edge_login_done(ticket). The strings are copied, and wiped when done. totp may be NULL. */
void login_start(
	struct node *n, uint64_t ticket, const char *user, const char *password, const char *totp);

/* edge_events.still_valid: does the clients file in force still have this principal as it is? */
bool login_still_valid(void *arg, const struct principal *who);

#endif
