#include "lookalike.h"

#include <stddef.h>

struct pair {
	int32_t point;
	char letter;
};

/* Folded (lower-case) forms only, ordered by point. Chosen by shape, not by sound. */
static const struct pair letters[] = {
	{ 0x00f0, 'd' },
	{ 0x00f8, 'o' },
	{ 0x00fe, 'p' },
	{ 0x0111, 'd' },
	{ 0x0127, 'h' },
	{ 0x0131, 'i' },
	{ 0x0138, 'k' },
	{ 0x0142, 'l' },
	{ 0x0167, 't' },
	{ 0x0180, 'b' },
	{ 0x0192, 'f' },
	{ 0x0199, 'k' },
	{ 0x019a, 'l' },
	{ 0x019e, 'n' },
	{ 0x01a5, 'p' },
	{ 0x01b6, 'z' },
	{ 0x0251, 'a' },
	{ 0x0253, 'b' },
	{ 0x0255, 'c' },
	{ 0x0256, 'd' },
	{ 0x0257, 'd' },
	{ 0x0261, 'g' },
	{ 0x0262, 'g' },
	{ 0x0266, 'h' },
	{ 0x0268, 'i' },
	{ 0x0269, 'i' },
	{ 0x026a, 'i' },
	{ 0x026b, 'l' },
	{ 0x026d, 'l' },
	{ 0x0271, 'm' },
	{ 0x0272, 'n' },
	{ 0x0273, 'n' },
	{ 0x0274, 'n' },
	{ 0x0275, 'o' },
	{ 0x0280, 'r' },
	{ 0x0282, 's' },
	{ 0x0288, 't' },
	{ 0x0289, 'u' },
	{ 0x028b, 'v' },
	{ 0x028f, 'y' },
	{ 0x0290, 'z' },
	{ 0x0299, 'b' },
	{ 0x029c, 'h' },
	{ 0x029f, 'l' },
	{ 0x03b1, 'a' },
	{ 0x03b2, 'b' },
	{ 0x03b3, 'y' },
	{ 0x03b5, 'e' },
	{ 0x03b7, 'n' },
	{ 0x03b9, 'i' },
	{ 0x03ba, 'k' },
	{ 0x03bd, 'v' },
	{ 0x03bf, 'o' },
	{ 0x03c1, 'p' },
	{ 0x03c3, 'o' },
	{ 0x03c4, 't' },
	{ 0x03c5, 'u' },
	{ 0x03c7, 'x' },
	{ 0x03c9, 'w' },
	{ 0x0430, 'a' },
	{ 0x0432, 'b' },
	{ 0x0433, 'r' },
	{ 0x0434, 'd' },
	{ 0x0435, 'e' },
	{ 0x0437, 'e' },
	{ 0x0438, 'u' },
	{ 0x043a, 'k' },
	{ 0x043c, 'm' },
	{ 0x043d, 'h' },
	{ 0x043e, 'o' },
	{ 0x043f, 'n' },
	{ 0x0440, 'p' },
	{ 0x0441, 'c' },
	{ 0x0442, 't' },
	{ 0x0443, 'y' },
	{ 0x0445, 'x' },
	{ 0x0448, 'w' },
	{ 0x044c, 'b' },
	{ 0x0455, 's' },
	{ 0x0456, 'i' },
	{ 0x0458, 'j' },
	{ 0x04bb, 'h' },
	{ 0x04cf, 'l' },
	{ 0x0501, 'd' },
	{ 0x051b, 'q' },
	{ 0x051d, 'w' },
	{ 0x0561, 'w' },
	{ 0x0563, 'q' },
	{ 0x0566, 'q' },
	{ 0x0570, 'h' },
	{ 0x0578, 'n' },
	{ 0x057d, 'u' },
	{ 0x0585, 'o' },
	{ 0x1d00, 'a' },
	{ 0x1d04, 'c' },
	{ 0x1d05, 'd' },
	{ 0x1d07, 'e' },
	{ 0x1d0a, 'j' },
	{ 0x1d0b, 'k' },
	{ 0x1d0d, 'm' },
	{ 0x1d0f, 'o' },
	{ 0x1d18, 'p' },
	{ 0x1d1b, 't' },
	{ 0x1d1c, 'u' },
	{ 0x1d20, 'v' },
	{ 0x1d21, 'w' },
	{ 0x1d22, 'z' },
	{ 0xa731, 's' },
};

static const struct pair signs[] = {
	{ '!', LOOKALIKE_I_OR_L },
	{ '#', LOOKALIKE_MASK },
	{ '$', 's' },
	{ '%', LOOKALIKE_MASK },
	{ '&', LOOKALIKE_MASK },
	{ '(', 'c' },
	{ '*', LOOKALIKE_MASK },
	{ '+', 't' },
	{ '0', 'o' },
	{ '1', LOOKALIKE_I_OR_L },
	{ '2', 'z' },
	{ '3', 'e' },
	{ '4', 'a' },
	{ '5', 's' },
	{ '6', 'g' },
	{ '7', 't' },
	{ '8', 'b' },
	{ '9', 'g' },
	{ '?', LOOKALIKE_MASK },
	{ '@', 'a' },
	{ '_', LOOKALIKE_MASK },
	{ '|', LOOKALIKE_I_OR_L },
	{ 0xa1, LOOKALIKE_I_OR_L },
	{ 0xa2, 'c' },
	{ 0xa3, 'l' },
	{ 0xb7, LOOKALIKE_MASK },
	{ 0xd7, LOOKALIKE_MASK },
	{ 0x2020, 't' },
	{ 0x2022, LOOKALIKE_MASK },
	{ 0x20ac, 'e' },
	{ 0x25a0, LOOKALIKE_MASK },
	{ 0x25cf, LOOKALIKE_MASK },
};

static char find(const struct pair *pairs, size_t n, int32_t point)
{
	size_t lo = 0, hi = n;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (pairs[mid].point < point)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < n && pairs[lo].point == point ? pairs[lo].letter : 0;
}

char lookalike_letter(int32_t point)
{
	if (point >= 'a' && point <= 'z')
		return (char)point;
	return find(letters, sizeof(letters) / sizeof(letters[0]), point);
}

char lookalike_sign(int32_t point)
{
	return find(signs, sizeof(signs) / sizeof(signs[0]), point);
}
