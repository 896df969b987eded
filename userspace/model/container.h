/* SPDX-License-Identifier: GPL-2.0 */
/* What the path of a cgroup says of a container. */
#ifndef CLONESCOPE_MODEL_CONTAINER_H
#define CLONESCOPE_MODEL_CONTAINER_H

#include <stdbool.h>

/* Bytes that hold any id or name: no part of a path is longer (NAME_MAX). */
#define CONTAINER_ID_SIZE 256

enum container_engine {
	CONTAINER_NONE,	   /* the path names no container */
	CONTAINER_UNKNOWN, /* one whose engine leaves no name: /k8s.io/<64 hexadecimal digits> */
	CONTAINER_DOCKER,
	CONTAINER_PODMAN,
	CONTAINER_CONTAINERD,
	CONTAINER_NERDCTL,
	CONTAINER_CRIO,
	CONTAINER_KUBERNETES, /* /kubepods/.../pod<uid>/<id>: below Docker and containerd alike */
	CONTAINER_LXC,
	CONTAINER_NSPAWN,
	CONTAINER_LIBVIRT_LXC,
	CONTAINER_LIBVIRT_QEMU, /* a virtual machine */
	CONTAINER_RUNC,
	CONTAINER_CRUN,
};

struct container {
	enum container_engine engine;
	bool monitor;		     /* what watches it, from outside: conmon, lxc.monitor */
	char id[CONTAINER_ID_SIZE];  /* or name; "" with CONTAINER_NONE */
	char pod[CONTAINER_ID_SIZE]; /* uid of a Kubernetes pod, id of a podman one; "": none */
};

/*
 * The innermost container that @path is in, from the root of cgroup2; one that begins with "..." has lost its
 * beginning. A pod's own cgroup has a pod and no container. Ids have no characters but [0-9a-zA-Z_.-], however
 * hostile @path is. False: neither a container nor a pod.
 *
 * A cgroup may be called anything by whoever may make one: this is what the name says, no proof.
 */
bool container_find(struct container *container, const char *path);

/* "docker", "systemd-nspawn"; "?" where the path doesn't tell, "" where there is no container. */
const char *container_engine_name(enum container_engine engine);

#endif
