#include "comparison.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "triaged/base/clock.h"
#include "triaged/base/json_text.h"
#include "triaged/base/mem.h"
#include "triaged/privacy/digest.h"

#define RECENT_MAX 20

struct difference {
	char *contact;
	enum level active, staged;
	int64_t at_ms;
};

struct comparison {
	struct comparison *next;
	char digest[DIGEST_HEX_SIZE];
	int64_t since_ms;
	uint64_t skipped, pairs[LEVEL_COUNT][LEVEL_COUNT]; /* [active][staged] */
	struct difference recent[RECENT_MAX];
	size_t n_differences;
};

struct comparison *comparison_of(struct comparison **all, const char *digest)
{
	for (struct comparison *t = *all; t; t = t->next)
		if (strcmp(t->digest, digest) == 0)
			return t;
	struct comparison *t = mem_zalloc(sizeof *t);
	snprintf(t->digest, sizeof t->digest, "%s", digest);
	t->since_ms = wall_now_ms();
	t->next = *all;
	*all = t;
	return t;
}

void comparisons_free(struct comparison **all)
{
	for (struct comparison *t = *all, *next; t; t = next) {
		next = t->next;
		for (size_t i = 0; i < RECENT_MAX; i++)
			free(t->recent[i].contact);
		free(t);
	}
	*all = NULL;
}

void comparison_add(struct comparison *t, const char *contact, enum level active, enum level staged)
{
	t->pairs[active][staged]++;
	if (active == staged)
		return;
	struct difference *d = &t->recent[t->n_differences++ % RECENT_MAX];
	mem_set_str(&d->contact, contact);
	d->active = active;
	d->staged = staged;
	d->at_ms = wall_now_ms();
}

void comparison_skip(struct comparison *t)
{
	t->skipped++;
}

struct sums {
	uint64_t same, raised, dropped;
};

static struct sums sum(const struct comparison *t)
{
	struct sums sums = { 0 };
	for (int a = 0; a < LEVEL_COUNT; a++) {
		for (int b = 0; b < LEVEL_COUNT; b++) {
			uint64_t *to = a == b ? &sums.same : b > a ? &sums.raised : &sums.dropped;
			*to += t->pairs[a][b];
		}
	}
	return sums;
}

uint64_t comparison_dropped(const struct comparison *t)
{
	return sum(t).dropped;
}

/* ---- showing ---- */

static void levels(struct buf *out, enum level active, enum level staged)
{
	jtext_put_str(out, "active", level_name(active));
	jtext_put_str(out, "staged", level_name(staged));
}

static void show_pairs(const struct comparison *t, struct buf *out)
{
	jtext_name(out, "pairs");
	jtext_open(out, '[');
	for (int a = LEVEL_COUNT - 1; a >= 0; a--) {
		for (int b = LEVEL_COUNT - 1; b >= 0; b--) {
			if (a == b || t->pairs[a][b] == 0)
				continue;
			jtext_open(out, '{');
			levels(out, (enum level)a, (enum level)b);
			jtext_put_count(out, "triages", t->pairs[a][b]);
			jtext_close(out, '}');
		}
	}
	jtext_close(out, ']');
}

/* The newest first. */
static void show_recent(const struct comparison *t, struct buf *out)
{
	size_t n = t->n_differences < RECENT_MAX ? t->n_differences : RECENT_MAX;
	jtext_name(out, "recent");
	jtext_open(out, '[');
	for (size_t i = 1; i <= n; i++) {
		const struct difference *d = &t->recent[(t->n_differences - i) % RECENT_MAX];
		jtext_open(out, '{');
		jtext_put_str(out, "contact", d->contact);
		levels(out, d->active, d->staged);
		jtext_name(out, "at");
		jtext_time(out, d->at_ms);
		jtext_close(out, '}');
	}
	jtext_close(out, ']');
}

void comparison_show(const struct comparison *seen, struct buf *out)
{
	static const struct comparison none = { .skipped = 0 };
	const struct comparison *t = seen ? seen : &none;
	struct sums sums = sum(t);
	jtext_open(out, '{');
	jtext_name(out, "since");
	jtext_time(out, t->since_ms);
	jtext_put_count(out, "triages", sums.same + sums.raised + sums.dropped);
	jtext_put_count(out, "same", sums.same);
	jtext_put_count(out, "raised", sums.raised);
	jtext_put_count(out, "dropped", sums.dropped);
	jtext_put_count(out, "skipped", t->skipped);
	show_pairs(t, out);
	show_recent(t, out);
	jtext_close(out, '}');
}
