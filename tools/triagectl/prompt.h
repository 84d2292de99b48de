/* Secrets typed at a terminal, without showing them. */
#ifndef TRIAGECTL_PROMPT_H
#define TRIAGECTL_PROMPT_H

#include "triaged/base/err.h"

/*
 * One line, the caller's to wipe and free. Asks on the terminal; where there is none, reads the
 * first line of standard input without asking.
 */
int prompt_secret(const char *question, char **secret, struct err *e) MUST_CHECK;

#endif
