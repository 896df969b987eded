// SPDX-License-Identifier: GPL-2.0
/* Stops at which the kernel makes a task on request: helpers, kernel threads, workers. */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <linux/sched.h>
#include <linux/vhost.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "numa.h"
#include "tour.h"

#define KTHREADD_TID 2

/* What create_kthread(), user_mode_thread() and their like ask for (kernel/fork.c). */
#define KTHREAD_FLAGS (CLONE_VM | CLONE_UNTRACED | CLONE_FS | CLONE_FILES)
#define UMH_FLAGS     (CLONE_VM | CLONE_UNTRACED)
#define VHOST_FLAGS   (CLONE_VM | CLONE_UNTRACED | CLONE_FS | CLONE_THREAD | CLONE_SIGHAND)
#define IO_FLAGS      (VHOST_FLAGS | CLONE_FILES | CLONE_IO)

/* Reads a file of one line; "" where there is none. */
static void read_line(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? 0 : read(fd, text, size - 1);

	if (fd >= 0)
		close(fd);
	text[got > 0 ? got : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
}

static int write_line(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int ret = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

/* The process of that name; 0: there is none. */
static pid_t find_process(const char *name)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	char path[300], comm[32];
	pid_t found = 0;

	while (!found && (entry = readdir(proc))) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		snprintf(path, sizeof(path), "/proc/%s/comm", entry->d_name);
		read_line(path, comm, sizeof(comm));
		if (!strcmp(comm, name))
			found = atoi(entry->d_name);
	}
	closedir(proc);
	return found;
}

/* The one thread that a process of one thread has got from the kernel; 0: none. */
static pid_t find_other_thread(void)
{
	DIR *tasks = opendir("/proc/self/task");
	struct dirent *entry;
	pid_t found = 0;

	while ((entry = readdir(tasks)))
		if (isdigit((unsigned char)entry->d_name[0]) && atoi(entry->d_name) != gettid())
			found = atoi(entry->d_name);
	closedir(tasks);
	return found;
}

static void put_request(struct expected *expected, uint64_t flags, int exit_signal)
{
	expected->flags = flags;
	expected->exit_signal = exit_signal;
	expected->known |= TRUTH_FLAGS | TRUTH_VMA;
}

/* Every kernel thread is made by kthreadd, whoever wants it. */
static void write_kthread(struct expected *expected, pid_t tid, int node)
{
	truth_outcome(expected, tid);
	expected->via = "kthread";
	expected->tid = expected->tgid = KTHREADD_TID;
	expected->uid = 0;
	expected->node_requested = node;
	read_line("/proc/2/comm", expected->comm, sizeof(expected->comm));
	expected->known |= TRUTH_CALLER | TRUTH_COMM | TRUTH_NODE;
	put_request(expected, KTHREAD_FLAGS, SIGCHLD);
	expected->child_tgid = tid;
	truth_write(expected);
}

/* The first trigger on memory pressure starts the thread that watches it. */
int visit_kthread(const struct stop *stop)
{
	static const char trigger[] = "some 150000 1000000";
	struct expected expected;
	pid_t tid;
	int fd;

	if (find_process("psimon"))
		return stop_skip(stop, "there is a psimon thread already");
	truth_begin_other(&expected, stop->name, "kthread");
	fd = open("/proc/pressure/memory", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || write(fd, trigger, sizeof(trigger)) < 0)
		return stop_skip(stop, "no pressure trigger: %m");
	tid = find_process("psimon");
	if (tid)
		write_kthread(&expected, tid, CS_NO_NODE);
	close(fd);
	return tid ? 0 : -1;
}

static int modprobe(const struct stop *stop, char *option, char *module)
{
	char path[128];
	char *argv[] = {path, option, module, NULL};

	read_line("/proc/sys/kernel/modprobe", path, sizeof(path));
	return spawn_and_tell(stop, path, argv);
}

/* Where the CPU is: by going there. */
static int node_of_cpu(int cpu)
{
	int home, home_node, node = -1;

	if (!pinned_cpu(&home, &home_node) || pin_to_cpu(cpu) < 0)
		return -1;
	pinned_cpu(&cpu, &node);
	pin_to_cpu(home);
	return node;
}

/* pktgen has a thread per CPU, whose node it asks for. */
static int write_kthread_of_cpu(const struct stop *stop, struct expected expected, int cpu)
{
	char name[32];
	pid_t tid;
	int node;

	node = node_of_cpu(cpu);
	if (node < 0)
		return 0;
	snprintf(name, sizeof(name), "kpktgend_%d", cpu);
	tid = find_process(name);
	if (!tid)
		return stop_skip(stop, "no thread %s", name);
	write_kthread(&expected, tid, node);
	return 0;
}

int visit_kthread_nodes(const struct stop *stop)
{
	struct expected expected;

	if (find_process("kpktgend_0"))
		return stop_skip(stop, "pktgen is loaded already");
	truth_begin_other(&expected, stop->name, "kthread");
	if (modprobe(stop, "-q", "pktgen"))
		return stop_skip(stop, "no module pktgen");
	for (int cpu = 0; cpu < sysconf(_SC_NPROCESSORS_CONF); cpu++)
		write_kthread_of_cpu(stop, expected, cpu);
	return modprobe(stop, "-r", "pktgen");
}

struct ring {
	int fd;
	struct io_uring_params params;
	unsigned int *tail, *array;
	struct io_uring_sqe *entries;
};

static int ring_open(struct ring *ring, unsigned int flags)
{
	memset(ring, 0, sizeof(*ring));
	ring->params.flags = flags;
	ring->params.sq_thread_idle = 10;
	ring->fd = syscall(SYS_io_uring_setup, 1, &ring->params);
	return ring->fd < 0 ? -errno : 0;
}

static int ring_map(struct ring *ring)
{
	const struct io_sqring_offsets *offsets = &ring->params.sq_off;
	char *queue;

	queue = mmap(NULL, offsets->array + sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED,
		     ring->fd, IORING_OFF_SQ_RING);
	ring->entries = mmap(NULL, sizeof(*ring->entries), PROT_READ | PROT_WRITE, MAP_SHARED,
			     ring->fd, IORING_OFF_SQES);
	if (queue == MAP_FAILED || ring->entries == MAP_FAILED)
		return -errno;
	ring->tail = (unsigned int *)(queue + offsets->tail);
	ring->array = (unsigned int *)(queue + offsets->array);
	return 0;
}

/* An operation that is told to be done by a worker, and its end waited for. */
static int ring_run_async(struct ring *ring)
{
	memset(ring->entries, 0, sizeof(*ring->entries));
	ring->entries->opcode = IORING_OP_NOP;
	ring->entries->flags = IOSQE_ASYNC;
	ring->array[0] = 0;
	__atomic_store_n(ring->tail, 1, __ATOMIC_RELEASE);
	if (syscall(SYS_io_uring_enter, ring->fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) != 1)
		return -errno;
	return 0;
}

/* Made by copy_process() itself; its caller is who entered the ring. */
static void write_own_thread(struct expected *expected, pid_t tid, uint64_t flags)
{
	put_request(expected, flags, 0);
	truth_outcome(expected, tid);
	expected->kernel_clone = false;
	truth_write(expected);
}

/*
 * io-wq named the submitter's node to copy_process() up to 6.1, and names none
 * since 6.12. When that changed was not looked up.
 */
static void put_worker_node(struct expected *expected)
{
	struct utsname name;
	int major = 0, minor = 0;

	uname(&name);
	sscanf(name.release, "%d.%d", &major, &minor);
	if (major < 6 || (major == 6 && minor <= 1))
		expected->node_requested = expected->cpu_node;
	else if (major == 6 && minor < 12)
		expected->known &= ~TRUTH_NODE;
}

static int start_io_worker(const struct stop *stop)
{
	struct expected expected;
	struct ring ring;
	pid_t tid;

	if (ring_open(&ring, 0) || ring_map(&ring))
		return stop_skip(stop, "no io_uring: %m");
	truth_begin(&expected, stop->name, stop->via, IO_FLAGS, 0);
	if (ring_run_async(&ring))
		return stop_skip(stop, "io_uring_enter: %m");
	tid = find_other_thread();
	if (!tid)
		return -1;
	put_worker_node(&expected);
	write_own_thread(&expected, tid, IO_FLAGS);
	return 0;
}

static int start_sqpoll(const struct stop *stop)
{
	struct expected expected;
	struct ring ring;
	pid_t tid;

	truth_begin(&expected, stop->name, stop->via, IO_FLAGS, 0);
	if (ring_open(&ring, IORING_SETUP_SQPOLL))
		return stop_skip(stop, "no io_uring: %m");
	tid = find_other_thread();
	if (!tid)
		return -1;
	write_own_thread(&expected, tid, IO_FLAGS);
	return 0;
}

int visit_io_worker(const struct stop *stop)
{
	return stop_in_helper(stop, start_io_worker);
}

int visit_sqpoll(const struct stop *stop)
{
	return stop_in_helper(stop, start_sqpoll);
}

/* vhost's worker: a thread of its owner's, or, up to 6.3, a kernel thread named after it. */
static int start_vhost(const struct stop *stop)
{
	struct expected expected;
	char name[32];
	pid_t tid;
	int fd;

	truth_begin(&expected, stop->name, stop->via, VHOST_FLAGS, 0);
	fd = open("/dev/vhost-vsock", O_RDWR | O_CLOEXEC);
	if (fd < 0 || ioctl(fd, VHOST_SET_OWNER))
		return stop_skip(stop, "no /dev/vhost-vsock: %m");
	tid = find_other_thread();
	if (tid) {
		write_own_thread(&expected, tid, VHOST_FLAGS);
		return 0;
	}
	snprintf(name, sizeof(name), "vhost-%d", getpid());
	tid = find_process(name);
	if (!tid)
		return -1;
	expected.known &= ~(TRUTH_CPU | TRUTH_POLICY);
	write_kthread(&expected, tid, CS_NO_NODE);
	return 0;
}

int visit_vhost(const struct stop *stop)
{
	int ret;

	if (modprobe(stop, "-q", "vhost_vsock"))
		return stop_skip(stop, "no module vhost_vsock");
	ret = stop_in_helper(stop, start_vhost);
	return modprobe(stop, "-r", "vhost_vsock") || ret ? -1 : 0;
}

/* What a user-mode helper sends to the tour. */
struct helper_news {
	pid_t tid;
	pid_t parent;
	struct report report;
};

/* An abstract name: no file to clean up. */
static const struct sockaddr_un news_address = {
	.sun_family = AF_UNIX,
	.sun_path = "\0clonescope-tour",
};

int umh_main(void)
{
	struct helper_news news = {.tid = gettid(), .parent = getppid()};
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	report_self(&news.report);
	return sendto(fd, &news, sizeof(news), 0, (const struct sockaddr *)&news_address,
		      sizeof(news_address)) < 0;
}

/* call_usermodehelper_exec_sync() forks in a kworker, the helper's parent while it waits. */
static void write_umh(struct expected *expected, const struct helper_news *news)
{
	expected->tid = expected->tgid = news->parent;
	expected->uid = 0;
	expected->node_requested = CS_NO_NODE;
	expected->known |= TRUTH_CALLER | TRUTH_NODE;
	put_request(expected, UMH_FLAGS, SIGCHLD);
	truth_outcome(expected, news->tid);
	truth_report(expected, &news->report);
	truth_write(expected);
}

/*
 * A socket of a family that no module knows makes the kernel run
 * /proc/sys/kernel/modprobe, this program for the moment, and wait for it.
 */
static int ask_for_helper(const struct stop *stop, int socket_fd)
{
	struct expected expected;
	struct helper_news news;

	truth_begin_other(&expected, stop->name, "umh");
	close(socket(AF_ECONET, SOCK_DGRAM, 0));
	if (recv(socket_fd, &news, sizeof(news), MSG_DONTWAIT) != sizeof(news))
		return stop_skip(stop, "the helper did not answer: %m");
	write_umh(&expected, &news);
	return 0;
}

int visit_umh(const struct stop *stop)
{
	static const char setting[] = "/proc/sys/kernel/modprobe";
	char before[256], self[256] = "";
	int fd, ret;

	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (bind(fd, (const struct sockaddr *)&news_address, sizeof(news_address)))
		return stop_skip(stop, "another tour is under way: %m");
	read_line(setting, before, sizeof(before));
	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0 || write_line(setting, self))
		ret = stop_skip(stop, "cannot change %s", setting);
	else
		ret = ask_for_helper(stop, fd);
	write_line(setting, before);
	close(fd);
	return ret;
}
