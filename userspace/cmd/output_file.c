// SPDX-License-Identifier: GPL-2.0
/* A file that a report is written into: nobody else's, and no other kind of file. */
#include "cmd/output_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/text.h"

static FILE *refuse(int fd, const char *path, const char *why)
{
	char quoted[1024];

	fprintf(stderr, "clonescope: %s: %s\n", text_quote_word(quoted, sizeof(quoted), path), why);
	if (fd >= 0)
		close(fd);
	return NULL;
}

/* An empty file is nobody's loss. */
static bool begins_with(int fd, const char *beginning)
{
	char bytes[256];
	size_t wanted = strlen(beginning);
	ssize_t size = pread(fd, bytes, wanted < sizeof(bytes) ? wanted : sizeof(bytes), 0);

	return !size || (size == (ssize_t)wanted && !memcmp(bytes, beginning, wanted));
}

static FILE *open_stream(int fd, const char *path)
{
	FILE *file = fdopen(fd, "w");

	return file ? file : refuse(fd, path, strerror(errno));
}

/* O_NONBLOCK: nobody may read from a FIFO, and then open() would wait. */
static FILE *open_existing(const char *path, const char *beginning)
{
	int fd = open(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat status;

	if (fd < 0 && errno == ELOOP)
		return refuse(fd, path,
			      "it is a link, which is not followed: name the file itself");
	if (fd < 0 || fstat(fd, &status))
		return refuse(fd, path, strerror(errno));
	if (!S_ISREG(status.st_mode))
		return refuse(fd, path, "it is no file that could be written over");
	if (!begins_with(fd, beginning))
		return refuse(fd, path,
			      "it is there already, and is no such report: remove it, or choose "
			      "another name");
	if (fchmod(fd, 0600) || ftruncate(fd, 0))
		return refuse(fd, path, strerror(errno));
	return open_stream(fd, path);
}

FILE *output_file_open(const char *path, const char *beginning)
{
	int fd;

	if (!strcmp(path, "-"))
		return stdout;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd >= 0)
		return open_stream(fd, path);
	if (errno == EEXIST)
		return open_existing(path, beginning);
	return refuse(fd, path, strerror(errno));
}
