/* Working memory: made once, reused, freed here. */
#include <stdlib.h>
#include <string.h>

#include "triaged/base/mem.h"
#include "triaged/triage/triage.h"

#include "model.h"

struct triage_scratch *triage_scratch_new(void)
{
	return mem_zalloc(sizeof(struct triage_scratch));
}

void triage_scratch_free(struct triage_scratch **scratch)
{
	struct triage_scratch *w = *scratch;

	*scratch = NULL;
	if (!w)
		return;
	scan_scratch_fini(&w->scan);
	text_fini(&w->honest);
	text_fini(&w->decoded);
	text_fini(&w->told);
	points_scratch_fini(&w->points);
	values_fini(&w->values);
	buf_free(&w->lines);
	buf_free(&w->joined);
	triage_result_free(&w->together);
	free(w->signals);
	free(w->facts);
	sets_fini(&w->said);
	sets_fini(&w->remembered);
	free(w->cues);
	free(w->clause_cues);
	free(w->frames);
	free(w->sorted.items);
	ruleset_unref(&w->bound);
	free(w);
}
