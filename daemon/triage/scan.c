#include "scan.h"

#include <stdlib.h>
#include <string.h>

#include "triaged/base/map.h"
#include "triaged/base/mem.h"

#define CACHE_MAGIC "triaged-scan-1 "

struct literal_list {
	const char **texts;
	size_t *lens;
	unsigned *flags, *ids;
	uint32_t n;
};

static void list_free(struct literal_list *l)
{
	free(l->texts);
	free(l->lens);
	free(l->flags);
	free(l->ids);
}

/* Number the distinct literals, and list for each the phrases it may begin. */
static void collect(
	struct scan *s, const struct phrase *phrases, uint32_t n, struct literal_list *l)
{
	struct map seen; /* literal -> its number + 1 */
	size_t total = 0, at = 0;
	uint32_t *number;

	for (uint32_t i = 0; i < n; i++)
		total += phrases[i].n_literals;
	map_init(&seen, 0, 0);
	l->texts = mem_resize(NULL, total + 1, sizeof(*l->texts));
	l->lens = mem_resize(NULL, total + 1, sizeof(*l->lens));
	number = mem_resize(NULL, total + 1, sizeof(*number));
	s->first_owner = mem_zalloc((total + 2) * sizeof(*s->first_owner));
	for (uint32_t i = 0; i < n; i++) {
		for (size_t k = 0; k < phrases[i].n_literals; k++) {
			const char *text = phrases[i].literals[k];
			uintptr_t id = (uintptr_t)map_get(&seen, text);

			if (id == 0) {
				l->texts[l->n] = text;
				l->lens[l->n] = strlen(text);
				id = ++l->n;
				map_put(&seen, text, (void *)id);
			}
			number[at++] = (uint32_t)id - 1;
			s->first_owner[id]++;
		}
	}
	map_fini(&seen);
	s->n_literals = l->n;
	s->n_phrases = n;
	for (uint32_t i = 0; i < l->n; i++)
		s->first_owner[i + 1] += s->first_owner[i];
	s->owners = mem_resize(NULL, total + 1, sizeof(*s->owners));
	at = total;
	for (uint32_t i = n; i-- > 0;)
		for (size_t k = phrases[i].n_literals; k-- > 0;) {
			uint32_t id = number[--at];

			s->owners[--s->first_owner[id + 1]] = i;
		}
	/* Filling moved each group's end to its beginning: shift them back by one place. */
	for (uint32_t i = 0; i < l->n; i++)
		s->first_owner[i] = s->first_owner[i + 1];
	s->first_owner[l->n] = (uint32_t)total;
	free(number);
}

static uint64_t fingerprint(const struct literal_list *l)
{
	uint64_t h = l->n;

	for (uint32_t i = 0; i < l->n; i++)
		h = map_siphash(l->texts[i], l->lens[i], h, i);
	return h;
}

static hs_database_t *from_cache(const struct scan *s, const void *cached, size_t n)
{
	size_t head = strlen(CACHE_MAGIC) + sizeof(s->fingerprint);
	hs_database_t *db = NULL;
	uint64_t print;

	if (!cached || n <= head || memcmp(cached, CACHE_MAGIC, strlen(CACHE_MAGIC)) != 0)
		return NULL;
	memcpy(&print, (const char *)cached + strlen(CACHE_MAGIC), sizeof(print));
	if (print != s->fingerprint)
		return NULL;
	if (hs_deserialize_database((const char *)cached + head, n - head, &db) != HS_SUCCESS)
		return NULL;
	return db;
}

int scan_compile(struct scan *s, const struct phrase *phrases, uint32_t n, const void *cached,
	size_t cached_len, struct err *e)
{
	struct literal_list l = { .n = 0 };
	hs_compile_error_t *error = NULL;
	int result = 0;

	memset(s, 0, sizeof(*s));
	collect(s, phrases, n, &l);
	s->fingerprint = fingerprint(&l);
	l.flags = mem_zalloc((l.n + 1) * sizeof(*l.flags));
	l.ids = mem_zalloc((l.n + 1) * sizeof(*l.ids));
	for (uint32_t i = 0; i < l.n; i++)
		l.ids[i] = i;
	s->db = from_cache(s, cached, cached_len);
	if (!s->db && l.n > 0 &&
		hs_compile_lit_multi(l.texts, l.flags, l.ids, l.lens, l.n, HS_MODE_BLOCK, NULL,
			&s->db, &error) != HS_SUCCESS) {
		result = err_set(e, "pattern compiler: %s", error ? error->message : "failed");
		hs_free_compile_error(error);
	}
	list_free(&l);
	if (result < 0)
		scan_fini(s);
	return result;
}

int scan_serialize(const struct scan *s, struct buf *out, struct err *e)
{
	char *bytes;
	size_t n;

	if (!s->db)
		return err_set(e, "no patterns");
	if (hs_serialize_database(s->db, &bytes, &n) != HS_SUCCESS)
		return err_set(e, "the pattern database cannot be written out");
	buf_adds(out, CACHE_MAGIC);
	buf_add(out, &s->fingerprint, sizeof(s->fingerprint));
	buf_add(out, bytes, n);
	free(bytes);
	return 0;
}

void scan_fini(struct scan *s)
{
	hs_free_database(s->db);
	free(s->owners);
	free(s->first_owner);
	memset(s, 0, sizeof(*s));
}

int scan_bind(struct scan_scratch *w, const struct scan *s)
{
	if (w->n_done < s->n_phrases) {
		w->done = mem_resize(w->done, s->n_phrases, sizeof(*w->done));
		w->n_done = s->n_phrases;
	}
	memset(w->done, 0, w->n_done * sizeof(*w->done));
	w->run = 0;
	if (s->db && hs_alloc_scratch(s->db, &w->hs) != HS_SUCCESS)
		return -1;
	return 0;
}

void scan_scratch_fini(struct scan_scratch *w)
{
	hs_free_scratch(w->hs);
	free(w->found);
	free(w->done);
	free(w->matches);
	memset(w, 0, sizeof(*w));
}

static int on_literal(
	unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *ctx)
{
	struct scan_scratch *w = ctx;

	(void)from;
	(void)flags;
	if (w->n_found == w->cap_found) {
		w->cap_found = w->cap_found ? w->cap_found * 2 : 64;
		w->found = mem_resize(w->found, w->cap_found, sizeof(*w->found));
	}
	w->found[w->n_found].literal = id;
	w->found[w->n_found++].end = (uint32_t)to;
	return 0;
}

static void add_match(struct scan_scratch *w, struct scan_match m)
{
	if (w->n_matches == w->cap_matches) {
		w->cap_matches = w->cap_matches ? w->cap_matches * 2 : 64;
		w->matches = mem_resize(w->matches, w->cap_matches, sizeof(*w->matches));
	}
	w->matches[w->n_matches++] = m;
}

static uint32_t clause_begin(const struct text *t, uint32_t token, uint32_t most)
{
	uint32_t from = token;

	while (from > 0 && token - from + 1 < most &&
		t->tokens[from - 1].clause == t->tokens[token].clause)
		from--;
	return from;
}

static uint32_t clause_end(const struct text *t, uint32_t token, uint32_t most)
{
	uint32_t end = token + 1;

	while (end < t->n_tokens && end - token < most &&
		t->tokens[end].clause == t->tokens[token].clause)
		end++;
	return end;
}

/* Look for phrase in every place that may reach over token. */
static void check_phrase(struct scan_scratch *w, const struct phrase *ph, uint32_t number,
	const struct text *t, const struct vocab *vocab, uint32_t token)
{
	uint32_t from = clause_begin(t, token, ph->longest);
	uint32_t stop = clause_end(t, token, ph->longest);

	if (w->done[number].run == w->run && w->done[number].next > from)
		from = w->done[number].next;
	while (from <= token) {
		uint32_t end = phrase_match(ph, t, vocab, from, stop);

		w->steps++;
		if (end > from)
			add_match(w, (struct scan_match){ number, from, end });
		from = end > from ? end : from + 1;
	}
	w->done[number].run = w->run;
	w->done[number].next = from;
}

int scan_run(const struct scan *s, struct scan_scratch *w, const struct phrase *phrases,
	const struct text *t, const struct vocab *vocab, uint64_t max_steps)
{
	w->n_found = 0;
	w->n_matches = 0;
	w->run++;
	if (!s->db || t->n_tokens == 0)
		return 0;
	if (hs_scan(s->db, t->padded.data, (unsigned)t->padded.len, 0, w->hs, on_literal, w) !=
		HS_SUCCESS)
		return -1;
	for (size_t i = 0; i < w->n_found; i++) {
		uint32_t literal = w->found[i].literal;
		/* A literal ends with the space behind its last word, or inside a prefix's word. */
		uint32_t token = text_token_at(t, w->found[i].end - 2);

		for (uint32_t k = s->first_owner[literal]; k < s->first_owner[literal + 1]; k++) {
			if (w->steps > max_steps)
				return -1;
			check_phrase(w, &phrases[s->owners[k]], s->owners[k], t, vocab, token);
		}
	}
	return 0;
}
