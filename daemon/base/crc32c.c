#include "triaged/base/crc32c.h"

#include <string.h>

/* One table entry for each value of four bits: small, where the processor has no instruction for it. */
static const uint32_t table[16] = { 0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc,
	0x5125dad3, 0x61c69362, 0x7198540d, 0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9,
	0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75 };

static uint32_t add_bytes(uint32_t crc, const unsigned char *at, size_t n)
{
	for (const unsigned char *end = at + n; at < end; at++) {
		crc ^= *at;
		crc = crc >> 4 ^ table[crc & 15];
		crc = crc >> 4 ^ table[crc & 15];
	}
	return crc;
}

#ifdef __x86_64__
/* A spool is read from its beginning by a node that starts: forty times as fast so. */
__attribute__((target("sse4.2"))) static uint32_t add_words(
	uint32_t crc, const unsigned char *at, size_t n)
{
	uint64_t sum = crc, word;
	for (const unsigned char *end = at + n; at < end; at += sizeof word) {
		memcpy(&word, at, sizeof word);
		sum = __builtin_ia32_crc32di(sum, word);
	}
	return (uint32_t)sum;
}
#endif

uint32_t crc32c(uint32_t crc, const void *p, size_t n)
{
	const unsigned char *at = p;
	size_t words = 0;
	crc = ~crc;
#ifdef __x86_64__
	if (__builtin_cpu_supports("sse4.2")) {
		words = n & ~(size_t)7;
		crc = add_words(crc, at, words);
	}
#endif
	return ~add_bytes(crc, at + words, n - words);
}
