/*
 * The reader of configuration files, in this process: raw checks, libconfig, image, tree. Whatever
 * the text, there is either a tree or an error, and a tree reads back from its image.
 */
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "triaged/base/check.h"

#include "../../daemon/app/conf_image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__lsan_default_suppressions(void);

/* libconfig forgets a string that a syntax error cuts off; in the daemon its process ends then. */
const char *__lsan_default_suppressions(void)
{
	return "leak:libconfig";
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	static char path[64];
	if (fd < 0) {
		fd = memfd_create("conf", 0);
		snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	}
	CHECK(ftruncate(fd, 0) == 0 && pwrite(fd, data, size, 0) == (ssize_t)size);
	struct buf image = { 0 };
	struct conf_errors errors = { 0 };
	conf_image_write(path, &image);
	struct conf_node *root = conf_image_read(path, &image, &errors);
	CHECK((root != NULL) == (errors.count == 0));
	conf_free(&root);
	buf_free(&image);
	buf_free(&errors.text);
	return 0;
}
