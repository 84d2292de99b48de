/* triagectl ledger export: the ledger as lines of JSON, one entry a line, as replay reads it. */

#include "ctl.h"
#include "history.h"
#include "triaged/base/json_text.h"

#define FLUSH_BYTES 65536

static void put_entry(struct ctl *ctl, const struct ledger_entry *entry)
{
	struct buf *out = &ctl->screen.out;
	jtext_open(out, '{');
	jtext_put_str(out, "id", entry->id);
	jtext_put_int(out, "at", entry->at_ms);
	jtext_name(out, "c");
	jtext_strn(out, entry->command.data, entry->command.len);
	jtext_name(out, "d");
	jtext_strn(out, entry->decisions.data, entry->decisions.len);
	jtext_close(out, '}');
	buf_adds(out, "\n");
	if (out->len > FLUSH_BYTES)
		ctl_flush(ctl);
}

int cmd_ledger_export(struct ctl *ctl)
{
	struct history h;
	struct ledger_entry entry;
	struct err e;
	int more = history_open(&h, &ctl->args, &e);
	if (more == 0)
		while ((more = history_next(&h, &entry, &e)) == 1)
			if (entry.at_ms >= h.from_ms)
				put_entry(ctl, &entry);
	history_close(&h);
	return more == 0 ? CTL_OK : ctl_fail(ctl, CTL_FAILED, "%s", e.text);
}
