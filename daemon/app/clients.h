/*
 * The clients file: who may connect, how they prove it and what they may do. Read whole, strictly,
 * then immutable; a reload makes a new one.
 *
 *     clients = (
 *       { name = "sms-gw"; cert = "sms-gw.example.org"; roles = [ "frontend" ]; },
 *       { name = "ana"; token_sha256 = "…64 hex digits…"; roles = [ "responder" ];
 *         skills = [ "youth" ]; langs = [ "en", "es" ]; capacity = 3; },
 *       { name = "sam"; user = "sam"; password = "scrypt$…"; totp = "…base32…";
 *         roles = [ "supervisor" ]; } );
 *
 * cert is compared whole with each URI and DNS name and with the common name of a verified
 * certificate; a certificate whose names belong to two clients is nobody's. Tokens are stored and
 * looked up as SHA-256, so the time a lookup takes says nothing about a token.
 */
#ifndef TRIAGED_APP_CLIENTS_H
#define TRIAGED_APP_CLIENTS_H

#include "triaged/edge/edge.h"
#include "triaged/edge/principal.h"
#include "triaged/privacy/password.h"

#include "conf_tree.h"

struct clients;

/* What a worker thread needs to check a password; copied, so a reload does not disturb it. */
struct client_login {
	struct principal *who; /* a reference; NULL: no such user, checked all the same */
	char password[PASSWORD_TEXT_SIZE];
	unsigned char totp[TOTP_SECRET_MAX];
	int totp_len; /* 0: none demanded */
};

/* NULL with errors added. center: of entries that name none. */
struct clients *clients_load(
	const char *path, const char *center, struct conf_errors *errors) MUST_CHECK;
void clients_free(struct clients **c);
size_t clients_count(const struct clients *c);

/* The one of that name, not a reference; NULL: none. */
const struct principal *clients_find(const struct clients *c, const char *name);

/* References, or NULL. */
struct principal *clients_by_certificate(
	const struct clients *c, const struct certificate_names *names) MUST_CHECK;
struct principal *clients_by_token(const struct clients *c, const char *token) MUST_CHECK;

/* Fill login. An unknown user gets a hash that no password has, so that it takes as long. */
void clients_by_user(const struct clients *c, const char *user, struct client_login *login);

/* Whether a session of that client may go on after a reload: its credentials, roles and center are the
 * same. */
bool clients_still_valid(const struct clients *old, const struct clients *now, const char *name);

#endif
