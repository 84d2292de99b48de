/* How answers of the daemon look to people. Pure: JSON in, text on a screen out. */
#ifndef TRIAGECTL_VIEWS_H
#define TRIAGECTL_VIEWS_H

#include "text.h"

#define LABEL 18 /* columns of a field's name */

void view_board(const json_t *board, struct screen *to);
void view_board_levels(const json_t *board, struct screen *to);
void view_board_head(const json_t *board, struct screen *to);
void view_alerts(const json_t *board, struct screen *to);
void view_alarms(const json_t *of, struct screen *to); /* of a board or of node.status */
void view_contacts(const json_t *answer, struct screen *to);
/* max_rows 0: all */
void view_contact_rows(const json_t *contacts, struct screen *to, size_t max_rows);
void view_contact(const json_t *contact, struct screen *to);
void view_explain(const json_t *answer, struct screen *to);
void view_responders(const json_t *answer, struct screen *to);
void view_dispatches(const json_t *answer, struct screen *to);
void view_dispatch_rows(const json_t *rows, struct screen *to);
void view_rescue_report(const json_t *answer, struct screen *to); /* of dispatch.list */
void view_teams(const json_t *answer, struct screen *to);
void view_node(const json_t *node, struct screen *to);
void view_node_head(const json_t *node, struct screen *to);  /* without counters */
void view_ruleset(const json_t *ruleset, struct screen *to); /* which, and who approved it */
void view_rules(const json_t *rules, struct screen *to);
void view_staging(const json_t *answer, struct screen *to); /* of rules.stage */
void view_activated(
	const json_t *answer, struct screen *to); /* of rules.activate, rules.rollback */
void view_reload(const json_t *answer, struct screen *to);
/* Everything open, for paper: of cmd_panic.c. */
void view_panic(const json_t *list, struct screen *to);
void view_panic_csv(const json_t *list, struct screen *to);
/* Any small answer: a line for each field. */
void view_fields(const json_t *answer, struct screen *to);
/* One line for a notification. */
void view_note(const json_t *note, struct screen *to);

/* "name  value" with the value cleaned; nothing at all when it is unknown. */
void view_field(struct screen *to, const char *name, const json_t *value);

#endif
