// SPDX-License-Identifier: GPL-2.0
/* clonescope.prom for the textfile collector of node_exporter: replaced as a whole, or not at all. */
#include "cmd/textfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* The collector reads what ends in .prom only. */
#define NEW_NAME ".clonescope.prom.new"

int textfile_open(const char *path)
{
	int folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return folder < 0 ? -errno : folder;
}

/* A file of that name is what a clonescope that was killed has left. */
static int create(int folder)
{
	const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	int fd = openat(folder, NEW_NAME, flags, 0600);

	if (fd < 0 && errno == EEXIST && !unlinkat(folder, NEW_NAME, 0))
		fd = openat(folder, NEW_NAME, flags, 0600);
	return fd < 0 ? -errno : fd;
}

static int write_all(int fd, const char *text, size_t length)
{
	while (length) {
		ssize_t written = write(fd, text, length);

		if (written < 0 && errno != EINTR)
			return -errno;
		text += written > 0 ? written : 0;
		length -= written > 0 ? (size_t)written : 0;
	}
	/* Whatever the umask is: node_exporter is another user. */
	return fchmod(fd, 0644) ? -errno : 0;
}

int textfile_write(int folder, const char *text, size_t length)
{
	int fd = create(folder), error;

	if (fd < 0)
		return fd;
	error = write_all(fd, text, length);
	if (close(fd) && !error)
		error = -errno;
	if (!error && renameat(folder, NEW_NAME, folder, TEXTFILE_NAME))
		error = -errno;
	if (error)
		unlinkat(folder, NEW_NAME, 0);
	return error;
}
