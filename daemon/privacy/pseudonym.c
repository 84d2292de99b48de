#include "triaged/privacy/pseudonym.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "triaged/base/record.h"
#include "triaged/privacy/digest.h"
#include "triaged/privacy/mac.h"

static struct slice trim(struct slice s)
{
	while (s.len > 0 && s.data[0] == ' ')
		s.data++, s.len--;
	while (s.len > 0 && s.data[s.len - 1] == ' ')
		s.len--;
	return s;
}

static struct slice without_scheme(struct slice s)
{
	static const char *const schemes[] = { "tel:", "sms:", "mailto:" };
	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
		size_t n = strlen(schemes[i]);
		if (s.len > n && strncasecmp(s.data, schemes[i], n) == 0)
			return trim((struct slice){ s.data + n, s.len - n });
	}
	return s;
}

/* Digits with the punctuation people write between them; five digits at least, as short codes have. */
static bool is_phone(struct slice s)
{
	size_t digits = 0;
	for (size_t i = 0; i < s.len; i++) {
		if (s.data[i] >= '0' && s.data[i] <= '9')
			digits++;
		else if (!strchr(" -./()", s.data[i]) && !(i == 0 && s.data[i] == '+'))
			return false;
	}
	return digits >= 5;
}

static void add_phone(struct slice s, struct buf *out)
{
	size_t start = out->len;
	buf_adds(out, "+");
	for (size_t i = 0; i < s.len; i++)
		if (s.data[i] >= '0' && s.data[i] <= '9')
			buf_add(out, s.data + i, 1);
	/* 00 is how + is dialled: the same number either way. */
	if (s.data[0] != '+' && strncmp(out->data + start + 1, "00", 2) == 0) {
		memmove(out->data + start + 1, out->data + start + 3, out->len - start - 2);
		out->len -= 2;
	}
}

static void add_lower(struct slice s, struct buf *out)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.data[i];
		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		buf_add(out, &c, 1);
	}
}

int pseudonym_normalise(const char *address, struct buf *out, struct err *e)
{
	struct slice s = trim((struct slice){ address, strlen(address) });
	s = without_scheme(s);
	if (s.len == 0)
		return err_set(e, "the address is empty");
	if (s.len > PSEUDONYM_ADDRESS_MAX)
		return err_set(e, "the address is longer than %d bytes", PSEUDONYM_ADDRESS_MAX);
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.data[i] < 0x20 || s.data[i] == 0x7f)
			return err_set(e, "the address holds a control character");
	if (is_phone(s))
		add_phone(s, out);
	else if (memchr(s.data, '@', s.len))
		add_lower(s, out);
	else
		buf_add(out, s.data, s.len);
	return 0;
}

int pseudonym_make(
	const struct keys *keys, const char *address, char out[PSEUDONYM_SIZE], struct err *e)
{
	struct buf text = { 0 };
	unsigned char mac[MAC_SIZE];
	if (pseudonym_normalise(address, &text, e) < 0)
		return -1;
	struct slice key = { (const char *)keys_pseudonym(keys), KEY_BYTES };
	mac_sha256(key, &(struct slice){ text.data, text.len }, 1, mac);
	digest_hex(mac, (PSEUDONYM_SIZE - 1) / 2, out);
	buf_wipe(&text);
	return 0;
}
