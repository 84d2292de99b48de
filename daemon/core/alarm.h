/*
 * An alarm: trouble of a node itself that people must know of, open until the node says that it is
 * over. Supervisors and dispatchers are told at once and reminded; the board shows it. Not stored:
 * nodes report their alarms again to each new leader.
 */
#ifndef CORE_ALARM_H
#define CORE_ALARM_H

#include "timer.h"

struct core;

struct alarm {
	char *key; /* "<node> <kind>" */
	char *node, *kind, *detail;
	int64_t since_ms;
	struct timer timer; /* the next reminder */
};

void alarm_raise(struct core *core, const char *node, const char *kind, const char *detail);
void alarm_clear(struct core *core, const char *node, const char *kind);
void alarm_clear_node(struct core *core, const char *node); /* it was lost, or restarted */
void alarm_free(void *alarm);

#endif
