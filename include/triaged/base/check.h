/*
 * Assertions that stay in release builds. CHECK is for corruption only, never for bad input: it
 * names the place and ends the process, which the supervisor restarts; what was acknowledged is
 * in the store.
 */
#ifndef TRIAGED_BASE_CHECK_H
#define TRIAGED_BASE_CHECK_H

__attribute__((noreturn)) void check_failed(const char *what, const char *file, int line);

#define CHECK(x)                                                                                   \
	do {                                                                                       \
		if (__builtin_expect(!(x), 0))                                                     \
			check_failed(#x, __FILE__, __LINE__);                                      \
	} while (0)

#endif
