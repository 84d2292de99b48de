/* agencies: where a dispatch goes, as a list of groups. */
#ifndef TRIAGED_APP_OPTION_AGENCIES_H
#define TRIAGED_APP_OPTION_AGENCIES_H

#include "config.h"

/* Replaces what a held; adds an error for each fault. Secret files are not read here. */
void agencies_parse(
	const struct conf_node *list, struct config_agencies *a, struct conf_errors *errors);
void agencies_print(const struct config_agencies *a, const char *indent, struct buf *out);
bool agencies_equal(const struct config_agencies *a, const struct config_agencies *b);
void agencies_free_list(struct config_agencies *a);

#endif
