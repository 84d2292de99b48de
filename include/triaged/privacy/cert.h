/*
 * A look at the TLS files of a configuration before they are used, so that every fault is named at
 * start and not at three in the morning. Nothing is kept.
 */
#ifndef TRIAGED_PRIVACY_CERT_H
#define TRIAGED_PRIVACY_CERT_H

#include <stdint.h>

struct cert_files {
	const char *certificate; /* PEM, the chain behind it */
	const char *key;         /* PEM; NULL: not looked at */
	const char *client_ca;   /* PEM; NULL: not looked at */
};

/* When the first of the certificates in a file will have expired, in ms since 1970; 0: none there. */
struct cert_ends {
	int64_t certificate, client_ca;
};

/* One fault of one of the files; NULL: nobody asks. */
typedef void (*cert_fault_fn)(void *arg, const char *file, const char *what);

/*
 * Report what is missing, unreadable, expired or not yet valid at now_ms, a key that does not
 * belong to the certificate or that group or others can read.
 */
struct cert_ends cert_check(
	const struct cert_files *files, int64_t now_ms, cert_fault_fn fault, void *arg);

#endif
