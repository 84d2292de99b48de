/*
 * The disk of a node, under the real spool: the linker puts these functions in the place of the
 * system's for every path that begins with "disk:". What was written and not synced is lost, kept or
 * torn when the power fails; a process that dies loses nothing. It may be full, slow or broken.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim.h"

#define FD_FIRST (1 << 20)
#define SECTOR   512
#define PAGE     4096

struct file {
	struct node *node;
	char name[32];
	char *data;           /* as a reader sees it */
	char *synced;         /* as a power cut leaves it, at least; as long as data */
	size_t size, written; /* zeros behind that, in both */
	bool *forgotten;      /* by page: its sync failed, and nothing was written to it since */
	bool linked, linked_synced;
	struct file *next;
};

struct open_file {
	struct node *node;
	struct file *file; /* NULL: the directory, or removed for good */
	bool directory;
};

static struct file *files;
static struct open_file *fds;
static size_t n_fds;

/* ---- faults ---- */

static void fail_with(int error)
{
	errno = error;
}

static bool is_broken(const struct node *n)
{
	return n->disk.broken_until_us > sim.now_us && chance(n->disk.broken_per_mille);
}

static bool is_full(const struct node *n)
{
	return n->disk.full_until_us > sim.now_us;
}

int64_t disk_delay_us(const struct node *n)
{
	if (n->disk.slow_until_us > sim.now_us)
		return rnd_in(100, 5000) * 1000;
	return chance(20) ? rnd_in(1000, 40000) : rnd_in(50, 1500);
}

/* A sector reaches the platter whole, in part or not at all. */
static void settle_sector(struct file *f, size_t at, int whole_per_mille)
{
	size_t n = f->size - at < SECTOR ? f->size - at : SECTOR;
	if (chance(whole_per_mille))
		memcpy(f->synced + at, f->data + at, n);
	else if (chance(50))
		memcpy(f->synced + at, f->data + at, (size_t)rnd_below((int64_t)n));
}

static void settle(struct file *f)
{
	int whole = chance(300) ? 0 : (int)rnd_in(1, 999);
	for (size_t at = 0; at < f->written; at += SECTOR) {
		size_t n = f->size - at < SECTOR ? f->size - at : SECTOR;
		if (!f->forgotten[at / PAGE] && memcmp(f->data + at, f->synced + at, n) != 0)
			settle_sector(f, at, whole);
	}
}

void disk_power_cut(struct node *n)
{
	for (struct file *f = files; f; f = f->next) {
		if (f->node != n)
			continue;
		if (f->linked != f->linked_synced && chance(500))
			f->linked_synced = f->linked;
		f->linked = f->linked_synced;
		settle(f);
		if (f->written)
			memcpy(f->data, f->synced, f->written);
		if (f->size)
			memset(f->forgotten, 0, (f->size + PAGE - 1) / PAGE * sizeof *f->forgotten);
	}
}

bool disk_has(const struct node *n, const char *text)
{
	for (const struct file *f = files; f; f = f->next)
		if (f->node == n && f->linked_synced &&
			memmem(f->synced, f->written, text, strlen(text)))
			return true;
	return false;
}

/* ---- files ---- */

static struct node *node_of(const char *path, const char **name)
{
	if (strncmp(path, "disk:n", 6) != 0)
		return NULL;
	const char *slash = strrchr(path, '/');
	*name = slash ? slash + 1 : "";
	return &nodes[path[6] - '1'];
}

static struct file *find(const struct node *n, const char *name)
{
	struct file *f = files;
	while (f && (f->node != n || !f->linked || strcmp(f->name, name) != 0))
		f = f->next;
	return f;
}

static int open_as(struct node *n, struct file *f)
{
	fds = realloc(fds, (n_fds + 1) * sizeof *fds);
	fds[n_fds] = (struct open_file){ n, f, f == NULL };
	return FD_FIRST + (int)n_fds++;
}

static struct open_file *opened(int fd)
{
	return fd >= FD_FIRST && (size_t)(fd - FD_FIRST) < n_fds ? &fds[fd - FD_FIRST] : NULL;
}

static struct file *create(struct node *n, const char *name)
{
	struct file *f = calloc(1, sizeof *f);
	f->node = n;
	f->linked = true;
	snprintf(f->name, sizeof f->name, "%s", name);
	f->next = files;
	return files = f;
}

/* Files nobody can ever see again go, or a long day is slow. */
static void forget_removed(void)
{
	for (struct file **at = &files; *at;) {
		struct file *f = *at;
		if (f->linked || f->linked_synced) {
			at = &f->next;
			continue;
		}
		*at = f->next;
		for (size_t i = 0; i < n_fds; i++)
			if (fds[i].file == f)
				fds[i].file = NULL;
		free(f->data);
		free(f->synced);
		free(f->forgotten);
		free(f);
	}
}

static void sync_directory(const struct node *n)
{
	for (struct file *f = files; f; f = f->next)
		if (f->node == n)
			f->linked_synced = f->linked;
	forget_removed();
}

/* ---- what the daemon takes for the system's ---- */

int __real_open64(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...);
int __real_close(int fd);
int __wrap_close(int fd);
ssize_t __real_pread64(int fd, void *p, size_t n, off_t at);
ssize_t __wrap_pread64(int fd, void *p, size_t n, off_t at);
ssize_t __real_pwrite64(int fd, const void *p, size_t n, off_t at);
ssize_t __wrap_pwrite64(int fd, const void *p, size_t n, off_t at);
int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __real_fdatasync(int fd);
int __wrap_fdatasync(int fd);
int __real_fallocate64(int fd, int mode, off_t at, off_t size);
int __wrap_fallocate64(int fd, int mode, off_t at, off_t size);
int __real_fstat64(int fd, struct stat *st);
int __wrap_fstat64(int fd, struct stat *st);
int __real_unlink(const char *path);
int __wrap_unlink(const char *path);
int __real_mkdir(const char *path, mode_t mode);
int __wrap_mkdir(const char *path, mode_t mode);
DIR *__real_opendir(const char *path);
DIR *__wrap_opendir(const char *path);
struct dirent *__real_readdir64(DIR *dir);
struct dirent *__wrap_readdir64(DIR *dir);
int __real_closedir(DIR *dir);
int __wrap_closedir(DIR *dir);

int __wrap_open64(const char *path, int flags, ...)
{
	const char *name;
	struct node *n = node_of(path, &name);
	va_list ap;
	va_start(ap, flags);
	int mode = flags & O_CREAT ? va_arg(ap, int) : 0;
	va_end(ap);
	if (!n)
		return __real_open64(path, flags, mode);
	if (flags & O_DIRECTORY)
		return open_as(n, NULL);
	node_effect();
	struct node *in = sim_outside();
	struct file *f = find(n, name);
	if (!f && (flags & O_CREAT) && !is_full(n))
		f = create(n, name);
	else if (f && (flags & O_EXCL))
		sim_fail("a file of the spool is made twice: %s", path);
	int fd = f ? open_as(n, f) : -1;
	sim_inside(in);
	fail_with(flags & O_CREAT ? ENOSPC : ENOENT);
	return fd;
}

int __wrap_close(int fd)
{
	return opened(fd) ? 0 : __real_close(fd);
}

ssize_t __wrap_pread64(int fd, void *p, size_t n, off_t at)
{
	const struct open_file *o = opened(fd);
	if (!o)
		return __real_pread64(fd, p, n, at);
	if (!o->file)
		sim_fail("a file that was removed for good is read");
	if ((size_t)at >= o->file->size)
		return 0;
	size_t left = o->file->size - (size_t)at;
	memcpy(p, o->file->data + at, n < left ? n : left);
	return (ssize_t)(n < left ? n : left);
}

static ssize_t write_some(struct open_file *o, const void *p, size_t n, off_t at)
{
	if (is_broken(o->node)) {
		fail_with(EIO);
		return -1;
	}
	if (n > 1 && chance(30))
		n = (size_t)rnd_in(1, (int64_t)n - 1);
	if ((size_t)at + n > o->file->size)
		sim_fail("the spool writes behind what it allocated");
	memcpy(o->file->data + at, p, n);
	for (size_t i = (size_t)at / PAGE; n > 0 && i <= ((size_t)at + n - 1) / PAGE; i++)
		o->file->forgotten[i] = false;
	if (o->file->written < (size_t)at + n)
		o->file->written = (size_t)at + n;
	return (ssize_t)n;
}

ssize_t __wrap_pwrite64(int fd, const void *p, size_t n, off_t at)
{
	struct open_file *o = opened(fd);
	if (!o)
		return __real_pwrite64(fd, p, n, at);
	node_effect();
	return write_some(o, p, n, at);
}

static size_t page_bytes(const struct file *f, size_t page)
{
	size_t left = f->size - page * PAGE;
	return left < PAGE ? left : PAGE;
}

static void sync_pages(struct file *f)
{
	for (size_t i = 0; i * PAGE < f->written; i++)
		if (!f->forgotten[i])
			memcpy(f->synced + i * PAGE, f->data + i * PAGE, page_bytes(f, i));
}

/* What a failed sync leaves is as unknown as what a power cut leaves, and the next sync does not try
 * again: it succeeds without it, as Linux does. */
static void fail_sync(struct file *f)
{
	settle(f);
	for (size_t i = 0; i * PAGE < f->written; i++)
		f->forgotten[i] |=
			memcmp(f->synced + i * PAGE, f->data + i * PAGE, page_bytes(f, i)) != 0;
}

static int sync_file(struct open_file *o)
{
	node_effect();
	if (o->directory) {
		sync_directory(o->node);
		return 0;
	}
	if (is_broken(o->node)) {
		fail_sync(o->file);
		fail_with(EIO);
		return -1;
	}
	sync_pages(o->file);
	return 0;
}

int __wrap_fsync(int fd)
{
	struct open_file *o = opened(fd);
	return o ? sync_file(o) : __real_fsync(fd);
}

int __wrap_fdatasync(int fd)
{
	struct open_file *o = opened(fd);
	return o ? sync_file(o) : __real_fdatasync(fd);
}

int __wrap_fallocate64(int fd, int mode, off_t at, off_t size)
{
	struct open_file *o = opened(fd);
	if (!o)
		return __real_fallocate64(fd, mode, at, size);
	node_effect();
	if (is_full(o->node)) {
		fail_with(ENOSPC);
		return -1;
	}
	struct file *f = o->file;
	size_t n = (size_t)(at + size);
	if (n <= f->size)
		return 0;
	f->data = realloc(f->data, n);
	f->synced = realloc(f->synced, n);
	memset(f->data + f->size, 0, n - f->size);
	memset(f->synced + f->size, 0, n - f->size);
	size_t pages = (f->size + PAGE - 1) / PAGE, wanted = (n + PAGE - 1) / PAGE;
	f->forgotten = realloc(f->forgotten, wanted * sizeof *f->forgotten);
	memset(f->forgotten + pages, 0, (wanted - pages) * sizeof *f->forgotten);
	f->size = n;
	return 0;
}

int __wrap_fstat64(int fd, struct stat *st)
{
	const struct open_file *o = opened(fd);
	if (!o)
		return __real_fstat64(fd, st);
	*st = (struct stat){ .st_mode = S_IFREG | 0600, .st_size = (off_t)o->file->size };
	return 0;
}

int __wrap_unlink(const char *path)
{
	const char *name;
	struct node *n = node_of(path, &name);
	if (!n)
		return __real_unlink(path);
	node_effect();
	struct file *f = find(n, name);
	if (f)
		f->linked = false;
	return f ? 0 : -1;
}

int __wrap_mkdir(const char *path, mode_t mode)
{
	const char *name;
	return node_of(path, &name) ? 0 : __real_mkdir(path, mode);
}

/* One directory at a time is read. */
static struct {
	const struct node *node;
	const struct file *next;
	struct dirent entry;
} listing;

DIR *__wrap_opendir(const char *path)
{
	const char *name;
	const struct node *n = node_of(path, &name);
	if (!n)
		return __real_opendir(path);
	listing.node = n;
	listing.next = files;
	return (DIR *)(void *)&listing;
}

struct dirent *__wrap_readdir64(DIR *dir)
{
	if ((void *)dir != (void *)&listing)
		return __real_readdir64(dir);
	while (listing.next) {
		const struct file *f = listing.next;
		listing.next = f->next;
		if (f->node != listing.node || !f->linked)
			continue;
		snprintf(listing.entry.d_name, sizeof listing.entry.d_name, "%s", f->name);
		return &listing.entry;
	}
	return NULL;
}

int __wrap_closedir(DIR *dir)
{
	return (void *)dir == (void *)&listing ? 0 : __real_closedir(dir);
}
