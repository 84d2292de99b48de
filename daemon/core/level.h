/*
 * The level of a contact. level_auto is the highest any rule asked for and never falls. The level
 * in force follows it upward; only people lower it, and lowering an emergency takes two of them.
 * Every raise takes effect in the same step.
 */
#ifndef CORE_LEVEL_H
#define CORE_LEVEL_H

#include "contact.h"

/* Take over the triage result of one command: its fields level, level_alone, reasons, … */
void level_triage(struct core *core, struct contact *c, const struct command *command);
void level_set(
	struct core *core, struct contact *c, enum level level, const char *by, const char *cause);

#endif
