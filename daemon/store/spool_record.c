#include "spool_record.h"

#include <endian.h>
#include <string.h>

#include "triaged/base/check.h"
#include "triaged/base/crc32c.h"

#define MARK_SIZE 4
static const char mark_begin[MARK_SIZE] = { 't', 'S', 'p', 'L' };
static const char mark_end[MARK_SIZE] = { '\n', 'E', 'N', 'D' };

#define AT_LENGTH   4
#define AT_SEQUENCE 8
#define AT_CRC      16
#define AT_PAYLOAD  20

static uint32_t checksum(const char *record, size_t payload)
{
	uint32_t crc = crc32c(0, record + AT_LENGTH, AT_CRC - AT_LENGTH);
	return crc32c(crc, record + AT_PAYLOAD, payload);
}

void spool_record_put(struct buf *b, uint64_t sequence, struct slice payload)
{
	CHECK(payload.len <= SPOOL_PAYLOAD_MAX && sequence > 0);
	char *p = buf_room(b, payload.len + SPOOL_OVERHEAD);
	uint32_t length = htole32((uint32_t)payload.len);
	sequence = htole64(sequence);
	memcpy(p, mark_begin, MARK_SIZE);
	memcpy(p + AT_LENGTH, &length, sizeof length);
	memcpy(p + AT_SEQUENCE, &sequence, sizeof sequence);
	if (payload.len)
		memcpy(p + AT_PAYLOAD, payload.data, payload.len);
	uint32_t crc = htole32(checksum(p, payload.len));
	memcpy(p + AT_CRC, &crc, sizeof crc);
	memcpy(p + AT_PAYLOAD + payload.len, mark_end, MARK_SIZE);
	b->len += payload.len + SPOOL_OVERHEAD;
}

size_t spool_record_at(const char *data, size_t len, struct spool_record *r)
{
	uint32_t length, crc;
	uint64_t sequence;
	if (len < SPOOL_OVERHEAD || memcmp(data, mark_begin, MARK_SIZE) != 0)
		return 0;
	memcpy(&length, data + AT_LENGTH, sizeof length);
	length = le32toh(length);
	if (length > SPOOL_PAYLOAD_MAX || length > len - SPOOL_OVERHEAD ||
		memcmp(data + AT_PAYLOAD + length, mark_end, MARK_SIZE) != 0)
		return 0;
	memcpy(&sequence, data + AT_SEQUENCE, sizeof sequence);
	memcpy(&crc, data + AT_CRC, sizeof crc);
	if (le32toh(crc) != checksum(data, length))
		return 0;
	*r = (struct spool_record){ le64toh(sequence), { data + AT_PAYLOAD, length } };
	return length + SPOOL_OVERHEAD;
}

/* Where the next readable record begins; scan->len: nowhere. */
static size_t find_next(struct spool_scan *scan, struct spool_record *r)
{
	size_t at = scan->at, size;
	while (at < scan->len) {
		const char *p = memchr(scan->data + at, mark_begin[0], scan->len - at);
		if (!p)
			return scan->len;
		at = (size_t)(p - scan->data);
		size = spool_record_at(p, scan->len - at, r);
		if (size && r->sequence > scan->last)
			return at;
		if (size && at == scan->at) /* written once more after a failure: known already */
			scan->at += size;
		at += size ? size : 1;
	}
	return scan->len;
}

static size_t count_torn(const struct spool_scan *scan)
{
	size_t end = scan->len, n = end - scan->at;
	const char *rest = scan->data + scan->at;
	if (n == 0 || (*rest == '\0' && memcmp(rest, rest + 1, n - 1) == 0))
		return 0; /* as in nearly every segment, and it may be long */
	while (end > scan->at && scan->data[end - 1] == '\0')
		end--;
	return end - scan->at;
}

bool spool_scan_next(struct spool_scan *scan, struct spool_record *r)
{
	size_t found = find_next(scan, r);
	if (found == scan->len) {
		scan->torn = count_torn(scan);
		return false;
	}
	uint64_t lost = scan->begun ? r->sequence - scan->last - 1 : 0;
	if (found > scan->at && lost == 0)
		lost = 1; /* the first one, or bytes that were no record */
	scan->damaged += lost;
	scan->begun = true;
	scan->last = r->sequence;
	scan->at = found + r->payload.len + SPOOL_OVERHEAD;
	return true;
}
