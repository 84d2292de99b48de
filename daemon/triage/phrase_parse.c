#include "phrase_parse.h"

#include <stdlib.h>
#include <string.h>

#include "triaged/base/mem.h"

#define GROUP_DEPTH 8

struct parser {
	const char *at;
	const struct fold *fold;
	struct vocab *vocab;
	uint16_t marks;
	struct text words; /* for folding one word */
	struct err *e;
};

static int parse_sequence(struct parser *p, struct sequence *out, int depth);

void phrase_tree_free(struct sequence *s)
{
	for (size_t i = 0; i < s->n_nodes; i++) {
		struct node *node = &s->nodes[i];

		for (size_t k = 0; k < node->n_alts; k++)
			phrase_tree_free(&node->alts[k]);
		free(node->alts);
	}
	free(s->nodes);
	memset(s, 0, sizeof(*s));
}

static void push(struct sequence *s, struct node node)
{
	s->nodes = mem_resize(s->nodes, s->n_nodes + 1, sizeof(*s->nodes));
	s->nodes[s->n_nodes++] = node;
}

static uint32_t enter(struct parser *p, const char *word, size_t n)
{
	uint32_t id = vocab_add(p->vocab, word, n);

	p->vocab->words[id].marks |= p->marks;
	return id;
}

/* Names of pictures hold an underscore, which no folded word does. */
static bool is_token_name(const char *word, size_t n)
{
	return memchr(word, '_', n) && strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789_") >= n;
}

/* One written word may fold to several ("self-harm") or to none. */
static int add_word(struct parser *p, struct sequence *out, const char *word, size_t n)
{
	if (is_token_name(word, n)) {
		push(out, (struct node){ .kind = NODE_WORD, .word = enter(p, word, n) });
		return 0;
	}
	text_read(&p->words, p->fold, p->vocab, word, n);
	if (p->words.invalid || p->words.n_tokens == 0)
		return err_set(p->e, "\"%.*s\" is not a word", (int)(n > 64 ? 64 : n), word);
	for (uint32_t i = 0; i < p->words.n_tokens; i++) {
		const struct token *k = &p->words.tokens[i];

		if (k->len > WORD_MAX)
			return err_set(p->e, "a word longer than %d bytes", WORD_MAX);
		push(out, (struct node){ .kind = NODE_WORD,
				  .word = enter(p, p->words.padded.data + k->at, k->len) });
	}
	return 0;
}

static int parse_word(struct parser *p, struct sequence *out)
{
	size_t n = strcspn(p->at, " ()|<>*#?");
	const char *word = p->at;

	if (n == 0)
		return err_set(p->e, "unexpected \"%c\"", *p->at);
	p->at += n;
	if (add_word(p, out, word, n) < 0)
		return -1;
	if (*p->at != '*')
		return 0;
	p->at++;
	if (p->vocab->words[out->nodes[out->n_nodes - 1].word].len < 3)
		return err_set(p->e, "fewer than three letters before *");
	out->nodes[out->n_nodes - 1].kind = NODE_PREFIX;
	return 0;
}

/* "#" or "#mg": in folded text a number and its unit are two words however they were written. */
static int parse_number(struct parser *p, struct sequence *out)
{
	p->at++;
	push(out, (struct node){ .kind = NODE_NUMBER });
	if (strchr(" )|", *p->at))
		return 0;
	return parse_word(p, out);
}

static int parse_gap(struct parser *p, struct sequence *out)
{
	int n = p->at[1] - '0';

	if (n < 1 || n > PHRASE_GAP_MAX || p->at[2] != '>')
		return err_set(p->e, "a gap is <1> to <%d>", PHRASE_GAP_MAX);
	p->at += 3;
	push(out, (struct node){ .kind = NODE_GAP, .gap = n });
	return 0;
}

static bool begins_alike(const struct sequence *a, const struct sequence *b)
{
	return a->n_nodes > 1 && b->n_nodes > 1 && a->nodes[0].kind == NODE_WORD &&
	       b->nodes[0].kind == NODE_WORD && a->nodes[0].word == b->nodes[0].word;
}

static void add_alternative(struct node *group, struct sequence s)
{
	group->alts = mem_resize(group->alts, group->n_alts + 1, sizeof(*group->alts));
	group->alts[group->n_alts++] = s;
}

/* Take the first word off; what is left. */
static struct sequence behind_first(struct sequence *s)
{
	memmove(s->nodes, s->nodes + 1, --s->n_nodes * sizeof(*s->nodes));
	return *s;
}

/* "my son|my own son|my wife" is "my (son|own son|wife)": fewer positions. */
static void share_beginnings(struct node *group)
{
	for (size_t i = 0; i < group->n_alts; i++) {
		struct node rest = { .kind = NODE_GROUP };
		struct sequence whole = { .nodes = NULL };

		for (size_t k = i + 1; k < group->n_alts;) {
			if (!begins_alike(&group->alts[i], &group->alts[k])) {
				k++;
				continue;
			}
			add_alternative(&rest, behind_first(&group->alts[k]));
			memmove(&group->alts[k], &group->alts[k + 1],
				(--group->n_alts - k) * sizeof(*group->alts));
		}
		if (rest.n_alts == 0)
			continue;
		push(&whole, group->alts[i].nodes[0]);
		add_alternative(&rest, behind_first(&group->alts[i]));
		share_beginnings(&rest);
		push(&whole, rest);
		group->alts[i] = whole;
	}
}

static int parse_group(struct parser *p, struct sequence *out, int depth)
{
	struct node group = { .kind = NODE_GROUP };
	int result = 0;

	if (depth == GROUP_DEPTH)
		return err_set(p->e, "groups nested deeper than %d", GROUP_DEPTH);
	do {
		p->at++;
		add_alternative(&group, (struct sequence){ .nodes = NULL });
		result = parse_sequence(p, &group.alts[group.n_alts - 1], depth + 1);
	} while (result == 0 && *p->at == '|');
	if (result == 0 && *p->at != ')')
		result = err_set(p->e, "a group without its closing parenthesis");
	else
		p->at += result == 0;
	if (result == 0 && *p->at == '?') {
		group.optional = true;
		p->at++;
	}
	if (result == 0)
		share_beginnings(&group);
	push(out, group); /* also when it failed: the tree owns it and is freed as one */
	return result;
}

static int parse_element(struct parser *p, struct sequence *out, int depth)
{
	switch (*p->at) {
	case '(':
		return parse_group(p, out, depth);
	case '<':
		return parse_gap(p, out);
	case '#':
		return parse_number(p, out);
	default:
		return parse_word(p, out);
	}
}

static int parse_sequence(struct parser *p, struct sequence *out, int depth)
{
	while (*p->at && !strchr("|)", *p->at)) {
		if (parse_element(p, out, depth) < 0)
			return -1;
		if (*p->at == ' ') {
			p->at++;
			if (!*p->at || strchr(" |)", *p->at))
				return err_set(p->e, "words are separated by single spaces");
		} else if (*p->at && !strchr("|)", *p->at)) {
			return err_set(p->e, "no space before \"%c\"", *p->at);
		}
	}
	return out->n_nodes ? 0 : err_set(p->e, "an empty phrase or alternative");
}

int phrase_parse(struct sequence *out, const char *source, const struct fold *fold,
	struct vocab *vocab, uint16_t marks, struct err *e)
{
	struct parser p = { .at = source, .fold = fold, .vocab = vocab, .marks = marks, .e = e };
	int result;

	memset(out, 0, sizeof(*out));
	result = parse_sequence(&p, out, 0);
	if (result == 0 && *p.at)
		result = err_set(e, "unexpected \"%c\"", *p.at);
	if (result < 0)
		phrase_tree_free(out);
	text_fini(&p.words);
	return result;
}
