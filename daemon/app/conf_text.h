/* Small helpers for values of configuration files as text. */
#ifndef TRIAGED_APP_CONF_TEXT_H
#define TRIAGED_APP_CONF_TEXT_H

#include "conf_tree.h"

/* Whether word is one of the words, which are separated by single spaces. */
bool conf_is_word(const char *word, const char *words);

/* Append s as a libconfig string with its quotes. */
void conf_print_string(struct buf *out, const char *s);

/* "host:port", "[v6]:port"; the port a number up to 65535. */
bool conf_is_address(const char *s);

/* The path in a string node, owned by the caller: relative ones count from the directory of the
 * file they are written in; "" stays "". */
char *conf_absolute(const struct conf_node *node);

#endif
