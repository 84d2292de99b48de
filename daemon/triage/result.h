/* A result as it is filled: its lists, by what a rule or a run adds to them. */
#ifndef TRIAGE_RESULT_H
#define TRIAGE_RESULT_H

#include "triaged/triage/triage.h"

void result_clear(struct triage_result *r); /* to a result of nothing; memory is kept */

/* Each once. */
void result_add_flag(struct triage_result *r, const char *flag);
void result_add_domain(struct triage_result *r, const char *domain);
void result_add_action(struct triage_result *r, const char *action);

/* A reason without spans and fields: those added next belong to it. A level below 0 is no floor. */
void result_add_reason(struct triage_result *r, const char *rule, const char *text, int level);
void result_add_field(struct triage_result *r, const char *name); /* to the last reason */
void result_sort_reasons(
	struct triage_result *r); /* highest floor first, equal ones as they came */

#endif
