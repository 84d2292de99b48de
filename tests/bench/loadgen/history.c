#include "history.h"

#include "samples.h"

static void field(FILE *f, const char *name, const char *value)
{
	if (value && *value)
		fprintf(f, ",\"%s\":\"%s\"", name, value);
}

void history_write(FILE *f, const struct history_entry *e)
{
	if (!f)
		return;
	fprintf(f, "{\"t\":%lld,\"p\":\"%s\",\"e\":\"%s\",\"op\":\"%s\"", (long long)now_us(),
		e->process, e->event, e->op);
	field(f, "ref", e->ref);
	field(f, "contact", e->contact);
	field(f, "offer", e->offer);
	field(f, "detail", e->detail);
	fputs("}\n", f);
}
