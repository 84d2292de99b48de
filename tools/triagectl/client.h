/*
 * A client of the daemon: JSON-RPC requests and answers, one at a time, and the notifications that
 * arrive between them.
 */
#ifndef TRIAGECTL_CLIENT_H
#define TRIAGECTL_CLIENT_H

#include "stream.h"
#include "triaged/base/json.h"

struct client;

struct client_options {
	struct stream_options stream;
	const char *token;           /* NULL: none */
	const char *user, *password; /* NULL: none */
	const char *totp;            /* NULL: none */
	/* NULL: as the clients file says; with a certificate the daemon then picks, request by
	 * request, the role that may make it. */
	const char *role, *center;
};

enum client_result {
	CLIENT_OK,
	CLIENT_REFUSED, /* the daemon answered with an error */
	CLIENT_LOST,    /* no daemon, or it does not answer */
};

/* Connect and log in. On anything but OK *client is NULL and e says why. */
enum client_result client_open(
	const struct client_options *options, struct client **client, struct err *e) MUST_CHECK;
void client_close(struct client **client);

/* Send one request and wait for its answer. Takes over params. *result is the caller's. */
enum client_result client_call(struct client *c, const char *method, json_t *params,
	json_t **result, struct err *e) MUST_CHECK;

/* The next notification, the caller's; NULL in *note when none came in time. */
enum client_result client_next(
	struct client *c, int timeout_ms, json_t **note, struct err *e) MUST_CHECK;

#endif
