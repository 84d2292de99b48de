#include "journal.h"

#include <string.h>

struct head {
	size_t len;
	enum spool_use use;
};

bool journal_wants(const struct command *c, enum spool_use *use)
{
	switch (c->command) {
	case COMMAND_CONTACT_OPEN:
		*use = SPOOL_BEGIN;
		return true;
	case COMMAND_CONTACT_CLOSE:
	case COMMAND_CONTACT_LEAVE:
		*use = SPOOL_END;
		return true;
	case COMMAND_CONTACT_NEXT:
	case COMMAND_OFFER_DECLINE:
	case COMMAND_BOARD_WATCH:
	case COMMAND_SESSION_UP:
	case COMMAND_SESSION_DOWN:
	case COMMAND_NODE_UP:
	case COMMAND_NODE_ISLAND:
	case COMMAND_NODE_LOST:
	case COMMAND_TICK:
	case COMMAND_QUERY:
		return false;
	default:
		*use = SPOOL_GO_ON;
		return true;
	}
}

void journal_add(struct journal *j, enum spool_use use, const struct command *fact)
{
	struct head head = { .use = use };
	size_t at = j->bytes.len;
	buf_add(&j->bytes, &head, sizeof head);
	command_encode(fact, true, &j->bytes);
	head.len = j->bytes.len - at - sizeof head;
	memcpy(j->bytes.data + at, &head, sizeof head);
	j->count++;
}

bool journal_next(const struct journal *j, size_t *at, enum spool_use *use, struct slice *entry)
{
	struct head head;
	if (*at == j->bytes.len)
		return false;
	memcpy(&head, j->bytes.data + *at, sizeof head);
	*use = head.use;
	*entry = (struct slice){ j->bytes.data + *at + sizeof head, head.len };
	*at += sizeof head + head.len;
	return true;
}

void journal_move(struct journal *into, struct journal *j)
{
	buf_add(&into->bytes, j->bytes.data, j->bytes.len);
	into->count += j->count;
	journal_clear(j);
}

void journal_drop(struct journal *j, size_t n)
{
	enum spool_use use;
	struct slice entry;
	size_t at = 0;
	for (j->count -= n; n > 0 && journal_next(j, &at, &use, &entry);)
		n--;
	if (at > 0)
		buf_drop(&j->bytes, at);
}

void journal_clear(struct journal *j)
{
	j->bytes.len = 0;
	j->count = 0;
}

void journal_free(struct journal *j)
{
	buf_wipe(&j->bytes);
	j->count = 0;
}
