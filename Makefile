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

.PHONY: all reader module workloads units manuals run check bench style install clean help
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

LIBRARIES := libbpf libtracefs libtraceevent jansson libkmod libcap sqlite3 libmicrohttpd ncursesw
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
	$(MAKE) -C $(KDIR) M=$(abspath $(MODULE_DIR)) $(MODULE_FLAGS) modules

# --- workloads and unit tests -----------------------------------------------------------------------

TEST_CFLAGS := -std=gnu11 -D_GNU_SOURCE= $(WARNINGS) -g -O2 -Iinclude -Iuserspace

tour_SOURCES := tour.c stop.c stops_calls.c stops_refused.c stops_numa.c stops_kernel.c child.c \
	numa.c truth.c line.c deadline.c
crowd_SOURCES := crowd.c
forks_SOURCES := forks.c
foreign_stack_SOURCES := foreign_stack.c child.c numa.c truth.c line.c
hostile_SOURCES := hostile.c child.c numa.c truth.c line.c
refusals_SOURCES := refusals.c refusal.c surroundings.c refusals_args.c refusals_flags.c \
	refusals_users.c refusals_limits.c refusals_pids.c refusals_namespaces.c \
	refusals_cgroups.c refusals_calls.c line.c deadline.c
smallprint_SOURCES := smallprint.c child.c numa.c truth.c line.c
starts_SOURCES := starts.c
sizes_SOURCES := sizes.c
WORKLOADS := tour crowd forks foreign_stack hostile refusals smallprint starts sizes

workloads: $(WORKLOADS:%=$(BUILD)/tests/%) $(BUILD)/tests/page_data $(BUILD)/tests/synthetic

# Static, so that a clone is the program's own doing and not the loader's.
.SECONDEXPANSION:
$(WORKLOADS:%=$(BUILD)/tests/%): $(BUILD)/tests/%: $$(addprefix tests/workloads/,$$($$*_SOURCES)) \
		$(wildcard tests/workloads/*.h) include/clonescope/record.h Makefile
	@mkdir -p $(@D)
	$(call say,CC      $@)
	$(Q)$(CC) $(TEST_CFLAGS) -static -pthread $(filter %.c,$^) -o $@

# The reader's own objects: what writes the page is what is tested.
$(BUILD)/tests/page_data: tests/page/page_data.c \
		$(filter $(BUILD)/userspace/model/% $(BUILD)/userspace/view/%,$(READER_OBJECTS))
	@mkdir -p $(@D)
	$(call say,CC      $@)
	$(Q)$(CC) $(TEST_CFLAGS) $^ $(READER_LIBS) -o $@

# The whole reader, with made-up records where those of BPF come from.
$(BUILD)/tests/synthetic: tests/load/synthetic.c \
		$(filter-out $(BUILD)/userspace/source/bpf.o,$(READER_OBJECTS))
	@mkdir -p $(@D)
	$(call say,CC      $@)
	$(Q)$(CC) $(TEST_CFLAGS) $^ $(READER_LIBS) -o $@

UNIT_CFLAGS := $(TEST_CFLAGS) -Ibpf -O1 -fsanitize=address,undefined -fno-sanitize-recover=all
UNIT_SOURCES := $(wildcard userspace/model/*.c userspace/view/*.c userspace/recording/*.c) \
	userspace/source/order.c userspace/source/places.c userspace/source/folds.c \
	userspace/source/kernel_types.c
.SECONDARY:
UNITS := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/test_*.c))

units: $(UNITS)

$(BUILD)/unit/%.o: userspace/%.c Makefile
	@mkdir -p $(@D)
	$(Q)$(CC) $(UNIT_CFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/unit/test_%: tests/unit/test_%.c $(UNIT_SOURCES:userspace/%.c=$(BUILD)/unit/%.o)
	@mkdir -p $(@D)
	$(call say,CC      $@)
	$(Q)$(CC) $(UNIT_CFLAGS) -MMD -MP -MF $@.d $(filter %.c %.o,$^) -lcmocka -ljansson -lsqlite3 \
		-lncursesw -ltinfo -lbpf -o $@

# --- what a user types ---------------------------------------------------------------------------------

# Two steps, as the second one must see what the first one has installed.
run:
	@scripts/setup build
	@$(MAKE) --no-print-directory all workloads
	@scripts/run $(CMD)

check:
	@scripts/setup build guest check
	@$(MAKE) --no-print-directory -j2 reader workloads units manuals
	@for series in 6.1 6.12; do \
		$(MAKE) --no-print-directory module KDIR=$$(scripts/kernel path $$series headers) \
			|| exit; \
	done
	@tests/check

# KERNEL= is as of scripts/vm, BENCH= further options of scripts/bench.
KERNEL ?= 6.1

bench:
	@scripts/setup build guest bench
	@$(MAKE) --no-print-directory reader workloads
	@$(MAKE) --no-print-directory module KDIR=$$(scripts/kernel path $(KERNEL) headers)
	@scripts/bench --kernel $(KERNEL) $(BENCH)

style:
	@clang-format --dry-run --Werror $(C_FILES) && echo "style: $(words $(C_FILES)) files are right"

# The layout of a TRACE_EVENT is the kernel's, no tool's.
C_FILES := $(filter-out kmod/trace.h,$(wildcard $(addsuffix /*.[ch],include/clonescope kmod bpf \
	userspace userspace/* tests/unit tests/load tests/page \
	tests/workloads)))

# What several pages say is in docs/manual/ once: ".so manual/filters" takes it in.
MANUALS := $(patsubst docs/%,$(BUILD)/manual/%,$(wildcard docs/clonescope*.8))

manuals: $(MANUALS)

$(BUILD)/manual/%.8: docs/%.8 $(wildcard docs/manual/*) Makefile
	@mkdir -p $(@D)
	$(call say,MAN     $@)
	$(Q)awk '/^\.so / { while ((getline line < ("docs/" $$2)) > 0) print line; next } 1' $< | \
		sed 's/@VERSION@/$(VERSION)/' > $@

install: reader manuals
	install -D -m 755 $(BUILD)/clonescope $(DESTDIR)$(PREFIX)/sbin/clonescope
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man8 $(MANUALS)
	install -D -m 644 scripts/completion/clonescope.bash \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/clonescope
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/zsh/site-functions scripts/completion/_clonescope
	install -d $(DESTDIR)$(PREFIX)/lib/systemd/system
	sed 's|/usr/local/sbin|$(PREFIX)/sbin|' docs/metrics/clonescope-metrics.service \
		>$(DESTDIR)$(PREFIX)/lib/systemd/system/clonescope-metrics.service
	@if [ -e $(MODULE_DIR)/clonescope.ko ]; then \
		install -D -m 644 $(MODULE_DIR)/clonescope.ko \
			$(DESTDIR)/lib/modules/$(RELEASE)/updates/clonescope.ko; \
		[ -n "$(DESTDIR)" ] || depmod $(RELEASE); \
	fi

clean:
	rm -rf $(BUILD)

help:
	@echo 'make             build the reader, the BPF object and, with headers, the module'
	@echo "make run         install what is missing, build, and trace: CMD='...' or the tour"
	@echo 'make check       install what is missing, build, and run all tests'
	@echo "make bench       install what is missing, build, and measure: KERNEL=$(KERNEL), BENCH='--load'"
	@echo 'make module      build the module for KVER=$(KVER), or for the headers in KDIR='
	@echo 'make install     into PREFIX=$(PREFIX), below DESTDIR='
	@echo 'make style       compare all C files with .clang-format'
	@echo 'make clean       remove $(BUILD)/'
	@echo 'V=1 shows commands; VMLINUX_BTF= is where the BPF object takes its types from.'

# Sources that no compiler tells of.
$(BUILD)/userspace/view/html_page.o $(BUILD)/unit/view/html_page.o: $(wildcard userspace/view/page/*)

-include $(READER_OBJECTS:.o=.d) $(BUILD)/bpf/clonescope.bpf.d
-include $(wildcard $(BUILD)/unit/*.d $(BUILD)/unit/*/*.d)
