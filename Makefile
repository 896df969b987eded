# SPDX-License-Identifier: GPL-2.0
# Builds the reader, the BPF object and the module, and runs them. `make help` lists the targets.

VERSION := 0.1.0
PREFIX ?= /usr/local
DESTDIR ?=
KVER ?= $(shell uname -r)
KDIR ?= $(firstword $(wildcard /lib/modules/$(KVER)/build) $(CURDIR)/no-headers-for-$(KVER))
BUILD := build

CC ?= cc
CLANG ?= clang
BPFTOOL ?= $(firstword $(shell PATH="$$PATH:/usr/sbin" command -v bpftool) bpftool)
PKG_CONFIG ?= pkg-config

.PHONY: all reader module run check style install clean help dependencies
.DELETE_ON_ERROR:
.SUFFIXES:

# V=1 shows the commands.
V ?= 0
Q := $(if $(filter 0,$(V)),@)
say = $(if $(filter 0,$(V)),@echo "  $(1)")

all: reader $(if $(wildcard $(KDIR)),module)

# --- the BPF object, one for all kernels -----------------------------------------------------

# Types come from the kernel that runs, or, where it has no BTF, from one of the guests'.
VMLINUX_BTF ?= $(firstword $(wildcard /sys/kernel/btf/vmlinux) \
	$(shell scripts/kernel path 6.1 vmlinux))

BPF_ARCH := $(shell uname -m | sed 's/x86_64/x86/; s/aarch64/arm64/')
BPF_CFLAGS := -g -O2 -target bpf -mcpu=v3 -D__TARGET_ARCH_$(BPF_ARCH) -Wall -Wextra -Werror \
	-Wno-unused-parameter -Wno-missing-declarations -Iinclude -I$(BUILD)/bpf -Ibpf

$(BUILD)/bpf/vmlinux.h:
	@mkdir -p $(@D)
	$(call say,BTF     $(VMLINUX_BTF))
	$(Q)$(BPFTOOL) btf dump file $(VMLINUX_BTF) format c > $@

$(BUILD)/bpf/clonescope.bpf.o: bpf/clonescope.bpf.c $(BUILD)/bpf/vmlinux.h Makefile
	$(call say,BPF     $@)
	$(Q)$(CLANG) $(BPF_CFLAGS) -MMD -MP -c $< -o $@
	$(Q)llvm-strip -g $@

$(BUILD)/bpf/clonescope.skel.h: $(BUILD)/bpf/clonescope.bpf.o
	$(call say,SKEL    $@)
	$(Q)$(BPFTOOL) gen skeleton $< name clonescope_bpf > $@

# --- the reader --------------------------------------------------------------------------------

LIBRARIES := libbpf libtracefs libtraceevent jansson libkmod libcap
CFLAGS ?= -O2 -g
WARNINGS := -Wall -Wextra -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Werror
READER_CFLAGS = -std=gnu11 -D_GNU_SOURCE= -DCLONESCOPE_VERSION='"$(VERSION)"' $(WARNINGS) \
	-Iinclude -Iuserspace -Ibpf -I$(BUILD)/bpf \
	$(shell $(PKG_CONFIG) --cflags $(LIBRARIES)) $(CFLAGS)
READER_LIBS = $(shell $(PKG_CONFIG) --libs $(LIBRARIES)) $(LDFLAGS)

READER_SOURCES := $(wildcard userspace/*.c userspace/*/*.c)
READER_OBJECTS := $(READER_SOURCES:%.c=$(BUILD)/%.o)

reader: $(BUILD)/clonescope

$(BUILD)/clonescope: $(READER_OBJECTS)
	$(call say,LD      $@)
	$(Q)$(CC) $(CFLAGS) $^ $(READER_LIBS) -o $@

$(BUILD)/userspace/%.o: userspace/%.c Makefile | $(BUILD)/bpf/clonescope.skel.h
	@mkdir -p $(@D)
	$(call say,CC      $@)
	$(Q)$(CC) $(READER_CFLAGS) -MMD -MP -c $< -o $@

# --- the module, in a folder of its own for each kernel ------------------------------------------

# What uname -r will say there; include/config/kernel.release lacks Debian's suffix.
RELEASE = $(shell sed -n 's/.*UTS_RELEASE "\(.*\)"/\1/p' $(KDIR)/include/generated/utsrelease.h)
MODULE_DIR = $(BUILD)/module/$(RELEASE)

# Kbuild puts objects beside the sources: so it gets a folder of links to them.
module:
	@test -d $(KDIR) || { echo "No kernel headers at $(KDIR): install linux-headers-$(KVER)," \
		"or name them with KDIR=" >&2; exit 1; }
	@mkdir -p $(MODULE_DIR)/kmod
	@ln -sfn $(CURDIR)/Kbuild $(MODULE_DIR)/Kbuild
	@ln -sfn $(CURDIR)/include $(MODULE_DIR)/include
	@ln -sf $(CURDIR)/kmod/*.[ch] $(MODULE_DIR)/kmod/
	$(MAKE) -C $(KDIR) M=$(CURDIR)/$(MODULE_DIR) $(MODULE_FLAGS) modules

# --- running and testing ---------------------------------------------------------------------------

WORKLOADS := $(BUILD)/tests/tour $(BUILD)/tests/forks $(BUILD)/tests/foreign_stack \
	$(BUILD)/tests/hostile

-include $(READER_OBJECTS:.o=.d) $(BUILD)/bpf/clonescope.bpf.d

clean:
	rm -rf $(BUILD)
