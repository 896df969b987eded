// SPDX-License-Identifier: GPL-2.0
/* Containers by the paths that their engines really make, and by hostile ones. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>
#include "model/container.h"

#define ID    "3f4ab2c11d0e9f8e7d6c5b4a39281706f5e4d3c2b1a09f8e7d6c5b4a39281706"
#define OTHER "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define UID   "1f9b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"
#define UID_  "1f9b2c3d_4e5f_6071_8293_a4b5c6d7e8f9"

struct expected {
	const char *path;
	const char *engine;
	const char *id;
	const char *pod;
	bool monitor;
};

static void check(const struct expected *expected, size_t count)
{
	struct container found;

	for (size_t i = 0; i < count; i++) {
		bool any = container_find(&found, expected[i].path);

		if (strcmp(container_engine_name(found.engine), expected[i].engine) ||
		    strcmp(found.id, expected[i].id) || strcmp(found.pod, expected[i].pod) ||
		    found.monitor != expected[i].monitor)
			fail_msg("%s: %s %s, pod %s, monitor %d", expected[i].path,
				 container_engine_name(found.engine), found.id, found.pod,
				 found.monitor);
		assert_int_equal(any, expected[i].engine[0] || expected[i].pod[0]);
	}
}

#define CHECK(rows) check(rows, sizeof(rows) / sizeof((rows)[0]))

static void test_docker(void **state)
{
	static const struct expected rows[] = {
		{"/docker/" ID, "docker", ID, "", false},
		{"/docker/" ID "/init.scope", "docker", ID, "", false},
		{"/system.slice/docker-" ID ".scope", "docker", ID, "", false},
		{"/system.slice/docker-" ID ".scope/system.slice/ssh.service", "docker", ID, "",
		 false},
		{"/user.slice/user-1000.slice/user@1000.service/user.slice/docker-" ID ".scope",
		 "docker", ID, "", false},
		{"/docker/" OTHER "/docker/" ID, "docker", ID, "", false},
		{"/ecs/task/" ID, "?", ID, "", false},
		{"/system.slice/docker.service", "", "", "", false},
		{"/docker/buildkit/7vl8n4tfy6vqyo0eqhtz6s4ad", "", "", "", false},
		{"/docker", "", "", "", false},
		{"/system.slice/docker-short.scope", "", "", "", false},
	};

	(void)state;
	CHECK(rows);
}

static void test_podman(void **state)
{
	static const struct expected rows[] = {
		{"/machine.slice/libpod-" ID ".scope", "podman", ID, "", false},
		{"/machine.slice/libpod-" ID ".scope/container", "podman", ID, "", false},
		{"/machine.slice/libpod-conmon-" ID ".scope", "podman", ID, "", true},
		{"/libpod_parent/libpod-" ID, "podman", ID, "", false},
		{"/libpod_parent/libpod-conmon-" ID, "podman", ID, "", true},
		{"/libpod_parent/conmon", "", "", "", false},
		{"/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" ID
		 ".scope/container",
		 "podman", ID, "", false},
		{"/machine.slice/machine-libpod_pod_" OTHER ".slice/libpod-" ID ".scope", "podman",
		 ID, OTHER, false},
		{"/machine.slice/machine-libpod_pod_" OTHER ".slice", "", "", OTHER, false},
		{"/system.slice/web.service/libpod-payload-" ID, "podman", ID, "", false},
		{"/machine.slice/libpod-" ID ".scope/container/libpod_parent/libpod-" OTHER,
		 "podman", OTHER, "", false},
	};

	(void)state;
	CHECK(rows);
}

static void test_kubernetes(void **state)
{
	static const struct expected rows[] = {
		{"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" UID_
		 ".slice/cri-containerd-" ID ".scope",
		 "containerd", ID, UID, false},
		{"/kubepods.slice/kubepods-pod" UID_ ".slice/crio-" ID ".scope", "cri-o", ID, UID,
		 false},
		{"/kubepods.slice/kubepods-pod" UID_ ".slice/crio-" ID ".scope/container", "cri-o",
		 ID, UID, false},
		{"/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod" UID_
		 ".slice/crio-conmon-" ID ".scope",
		 "cri-o", ID, UID, true},
		{"/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod" UID_
		 ".slice/docker-" ID ".scope",
		 "docker", ID, UID, false},
		{"/kubepods/burstable/pod" UID "/" ID, "kubernetes", ID, UID, false},
		{"/kubepods/pod" UID "/" ID, "kubernetes", ID, UID, false},
		{"/kubepods/besteffort/pod" UID "/crio-" ID, "cri-o", ID, UID, false},
		{"/kubepods/besteffort/pod" UID, "", "", UID, false},
		{"/kubepods/burstable/pod0123456789abcdef0123456789abcdef/" ID, "kubernetes", ID,
		 "0123456789abcdef0123456789abcdef", false},
		{"/system.slice/containerd.service/kubepods-burstable-pod" UID_
		 ".slice:cri-containerd:" ID,
		 "containerd", ID, UID, false},
		{"/docker/" OTHER "/kubelet.slice/kubelet-kubepods.slice/"
		 "kubelet-kubepods-burstable.slice/kubelet-kubepods-burstable-pod" UID_
		 ".slice/cri-containerd-" ID ".scope",
		 "containerd", ID, UID, false},
		{"/docker/" OTHER "/kubelet/kubepods/burstable/pod" UID, "", "", UID, false},
		{"/k8s.io/" ID, "?", ID, "", false},
		{"/kubepods.slice/kubepods-burstable.slice", "", "", "", false},
		{"/podcasts/" ID, "?", ID, "", false},
		{"/pod" UID, "", "", "", false},
	};

	(void)state;
	CHECK(rows);
}

static void test_lxc(void **state)
{
	static const struct expected rows[] = {
		{"/lxc/web", "lxc", "web", "", false},
		{"/lxc/101/ns/system.slice/cron.service", "lxc", "101", "", false},
		{"/lxc.payload.web", "lxc", "web", "", false},
		{"/lxc.payload.web-1/init.scope", "lxc", "web-1", "", false},
		{"/lxc.monitor.web", "lxc", "web", "", true},
		{"/lxc.payload/web", "lxc", "web", "", false},
		{"/lxc.monitor/web", "lxc", "web", "", true},
		{"/lxc.payload.project_web.example.org", "lxc", "project_web.example.org", "",
		 false},
		{"/user.slice/user-1000.slice/session-2.scope/lxc.payload.c1/docker/" ID, "docker",
		 ID, "", false},
		{"/lxc", "", "", "", false},
		{"/lxc.pivot", "", "", "", false},
		{"/lxcfs/web", "", "", "", false},
	};

	(void)state;
	CHECK(rows);
}

static void test_systemd(void **state)
{
	static const struct expected rows[] = {
		{"/machine.slice/machine-web.scope", "systemd-nspawn", "web", "", false},
		{"/machine.slice/machine-my\\x2dweb.scope/payload", "systemd-nspawn", "my-web", "",
		 false},
		{"/machine.slice/systemd-nspawn@web.service/supervisor", "systemd-nspawn", "web",
		 "", false},
		{"/machine.slice/systemd-nspawn@my\\x2dweb.service/payload", "systemd-nspawn",
		 "my-web", "", false},
		{"/machine.slice/machine-qemu\\x2d1\\x2ddebian12.scope/libvirt/vcpu0",
		 "libvirt-qemu", "1-debian12", "", false},
		{"/machine.slice/machine-lxc\\x2d4711\\x2dbox.scope", "libvirt-lxc", "4711-box", "",
		 false},
		{"/machine.slice", "", "", "", false},
		{"/init.scope", "", "", "", false},
		{"/user.slice/user-1000.slice/session-1.scope", "", "", "", false},
	};

	(void)state;
	CHECK(rows);
}

static void test_without_engine(void **state)
{
	static const struct expected rows[] = {
		{"/system.slice/runc-box.scope", "runc", "box", "", false},
		{"/system.slice/crun-box.1.scope/container", "crun", "box.1", "", false},
		{"/system.slice:runc:box", "runc", "box", "", false},
		{"/system.slice/nerdctl-" ID ".scope", "nerdctl", ID, "", false},
		{"/user.slice/box", "", "", "", false},
		{"/box", "", "", "", false},
		{"/" ID, "?", ID, "", false},
		{"/default/" ID, "?", ID, "", false},
		{"/", "", "", "", false},
		{"", "", "", "", false},
	};

	(void)state;
	CHECK(rows);
}

/* The beginning may be lost; a name that lost its own is none. */
static void test_cut_paths(void **state)
{
	static const struct expected rows[] = {
		{"...ice/docker-" ID ".scope", "docker", ID, "", false},
		{"...docker-" ID ".scope", "", "", "", false},
		{"...cker/" ID, "?", ID, "", false},
		{"...", "", "", "", false},
		{"...podsburstable/pod" UID "/" ID, "?", ID, "", false},
	};

	(void)state;
	CHECK(rows);
}

static void test_hostile_paths(void **state)
{
	static const struct expected rows[] = {
		{"/lxc/a\nb", "", "", "", false},
		{"/lxc/\x1b[2J", "", "", "", false},
		{"/lxc/..", "", "", "", false},
		{"/lxc.payload.\",\"x\":\"", "", "", "", false},
		{"/machine.slice/machine-a\\x2fb.scope", "", "", "", false},
		{"/machine.slice/machine-a\\x0ab.scope", "", "", "", false},
		{"/machine.slice/machine-a\\x00b.scope", "", "", "", false},
		{"/machine.slice/machine-a\\x2.scope", "", "", "", false},
		{"/machine.slice/machine-a\\x+2b.scope", "", "", "", false},
		{"/machine.slice/machine-.scope", "", "", "", false},
		{"/machine.slice/machine-a\\x2", "", "", "", false},
		{"/kubepods/pod\x7f/" ID, "?", ID, "", false},
		{"/kubepods-pod.slice/" ID, "?", ID, "", false},
		{"/a:b", "", "", "", false},
		{"/::", "", "", "", false},
		{"/docker/" ID "0", "", "", "", false},
		{"/docker/3F4AB2C11D0E9F8E7D6C5B4A39281706F5E4D3C2B1A09F8E7D6C5B4A39281706", "", "",
		 "", false},
	};

	(void)state;
	CHECK(rows);
}

/* No part of a path is longer than 255 bytes; should one be, nothing is written past its end. */
static void test_long_parts(void **state)
{
	char path[1024] = "/lxc/";
	struct container found;

	(void)state;
	memset(path + 5, 'a', 255);
	assert_true(container_find(&found, path));
	assert_int_equal(strlen(found.id), 255);
	memset(path + 5, 'a', 256);
	assert_false(container_find(&found, path));
	memset(path + 1, ':', 255);
	assert_false(container_find(&found, path));
	snprintf(path, sizeof(path), "/x:runc:%0246d", 7);
	assert_false(container_find(&found, path));
	snprintf(path, sizeof(path), "/x:runc:%0240d", 7);
	assert_true(container_find(&found, path));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_docker),	   cmocka_unit_test(test_podman),
		cmocka_unit_test(test_kubernetes), cmocka_unit_test(test_lxc),
		cmocka_unit_test(test_systemd),	   cmocka_unit_test(test_without_engine),
		cmocka_unit_test(test_cut_paths),  cmocka_unit_test(test_hostile_paths),
		cmocka_unit_test(test_long_parts),
	};

	return cmocka_run_group_tests_name("container", tests, NULL, NULL);
}
