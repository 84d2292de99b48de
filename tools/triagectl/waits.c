#include "waits.h"

#include <stdlib.h>

#include "triaged/base/json_text.h"
#include "triaged/base/mem.h"

void waits_add(struct waits *w, int64_t ms)
{
	if (ms < 0)
		return;
	if ((w->n & (w->n - 1)) == 0)
		w->ms = mem_resize(w->ms, w->n ? 2 * w->n : 1, sizeof *w->ms);
	w->ms[w->n++] = ms;
}

static int compare_ms(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

void waits_sort(struct waits *w)
{
	if (w->n)
		qsort(w->ms, w->n, sizeof *w->ms, compare_ms);
}

/* Nearest rank: the smallest wait that at least so many of a hundred do not exceed. */
int64_t waits_quantile(const struct waits *w, size_t percent)
{
	size_t rank = (w->n * percent + 99) / 100;
	return w->n ? w->ms[rank ? rank - 1 : 0] : -1;
}

void waits_json(struct buf *out, const char *name, const struct waits *w)
{
	static const struct {
		const char *name;
		size_t percent;
	} marks[] = { { "p50_s", 50 }, { "p90_s", 90 }, { "max_s", 100 } };
	jtext_name(out, name);
	jtext_open(out, '{');
	jtext_put_count(out, "served", w->n);
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
		jtext_name(out, marks[i].name);
		if (w->n)
			jtext_seconds(out, waits_quantile(w, marks[i].percent));
		else
			jtext_null(out);
	}
	jtext_close(out, '}');
}

void waits_free(struct waits *w)
{
	free(w->ms);
	*w = (struct waits){ 0 };
}
