/*
 * Errors as text that an operator can act on.
 *
 * A fallible function returns 0, or -1 with the error set. err_set() and err_wrap() return -1 so
 * that a failure is one line. The function that decides what to do logs; those below only return.
 */
#ifndef TRIAGED_BASE_ERR_H
#define TRIAGED_BASE_ERR_H

#define MUST_CHECK __attribute__((warn_unused_result))
/* A large array on a hot path that is written before it is read: not zeroed first, as all others. */
#define NOT_ZEROED             __attribute__((uninitialized))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

struct err {
	char text[512];
};

/* Set the message. e may be NULL when the caller does not care why. Always returns -1. */
int err_set(struct err *e, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Put context in front of the message already there ("context: message"). Always returns -1. */
int err_wrap(struct err *e, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
