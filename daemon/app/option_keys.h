/* clinical_keys: who may approve rules, as a list of groups { name; key }. */
#ifndef TRIAGED_APP_OPTION_KEYS_H
#define TRIAGED_APP_OPTION_KEYS_H

#include "config.h"

/* Replaces what k held; adds an error for each fault. The key files are not read here. */
void keys_parse(const struct conf_node *list, struct config_keys *k, struct conf_errors *errors);
void keys_print(const struct config_keys *k, const char *indent, struct buf *out);
bool keys_equal(const struct config_keys *a, const struct config_keys *b);
void keys_free_list(struct config_keys *k);

#endif
