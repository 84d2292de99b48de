/* A directory with everything a good configuration names, for the tests of app/. */
#ifndef TRIAGED_TESTS_SITE_H
#define TRIAGED_TESTS_SITE_H

/* Around a group of tests: the directory with certificate, key, rules file and clients file. */
int site_setup(void **state);
int site_teardown(void **state);

/* Write a file in it; returns its path, valid until the next call. */
const char *site_put(const char *name, const char *text);
const char *site_path(const char *name);

/* The names of the protocol manual and nothing else: a configuration that runs. */
const char *site_minimal(void);

#endif
