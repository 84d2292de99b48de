/* match.tiers: the one option that is a list of groups. */
#ifndef TRIAGED_APP_OPTION_TIERS_H
#define TRIAGED_APP_OPTION_TIERS_H

#include "config.h"

void tiers_default(struct config_tiers *t);
/* Replaces what t held; adds an error for each fault. */
void tiers_parse(const struct conf_node *list, struct config_tiers *t, struct conf_errors *errors);
void tiers_print(const struct config_tiers *t, const char *indent, struct buf *out);
bool tiers_equal(const struct config_tiers *a, const struct config_tiers *b);
void tiers_free(struct config_tiers *t);

#endif
