#include "library.h"

#include <string.h>

#include "triaged/base/check.h"

/* The assembler reads the file when this object is made (the Makefile knows the dependency). */
__asm__(".pushsection .rodata\n"
	".balign 8\n"
	"triaged_library_start:\n"
	".incbin \"daemon/store/triaged1.lua\"\n"
	"triaged_library_end:\n"
	".byte 0\n"
	".popsection\n");

extern const char triaged_library_start[] __attribute__((visibility("hidden")));
extern const char triaged_library_end[] __attribute__((visibility("hidden")));

struct slice library_text(void)
{
	return (struct slice){ triaged_library_start,
		(size_t)(triaged_library_end - triaged_library_start) };
}

int64_t library_build(void)
{
	static const char mark[] = "\nlocal BUILD = ";
	const char *at = strstr(triaged_library_start, mark);
	CHECK(at);
	at += sizeof mark - 1;
	int64_t build;
	CHECK(slice_int((struct slice){ at, strcspn(at, "\n") }, &build) == 0);
	return build;
}
