# The front door: each target installs what is missing, then lets Meson do the work.
#
#   make run         the guide on http://localhost:5000/, with a demo collection where there is no other
#   make test        build, run every test
#   make build       build/artguide
#   make test-asan   every test under AddressSanitizer and UndefinedBehaviorSanitizer
#   make test-tsan   the threaded parts under ThreadSanitizer
#   make bench       measure this machine; JSON lines
#   make lint        format, static analysis, layers, sizes

BUILD ?= build
ASAN_BUILD ?= build-asan
TSAN_BUILD ?= build-tsan

.PHONY: all bootstrap build run test test-asan test-tsan bench lint format clean

all: build

bootstrap:
	@scripts/bootstrap.sh

$(BUILD)/build.ninja: | bootstrap
	@meson setup $(BUILD) >/dev/null || (cat $(BUILD)/meson-logs/meson-log.txt; false)

$(ASAN_BUILD)/build.ninja: | bootstrap
	@meson setup $(ASAN_BUILD) -Db_sanitize=address,undefined -Db_lundef=false -Doptimization=1 >/dev/null

$(TSAN_BUILD)/build.ninja: | bootstrap
	@meson setup $(TSAN_BUILD) -Db_sanitize=thread -Db_lundef=false -Doptimization=1 >/dev/null

build: bootstrap $(BUILD)/build.ninja
	@ninja -C $(BUILD) --quiet artguide

run: build
	@ninja -C $(BUILD) --quiet demo/make_demo
	@scripts/run.sh $(BUILD)/artguide

test: bootstrap $(BUILD)/build.ninja
	@ninja -C $(BUILD) --quiet
	@scripts/test.sh $(BUILD)

test-asan: bootstrap $(ASAN_BUILD)/build.ninja
	@ninja -C $(ASAN_BUILD) --quiet
	@scripts/test.sh $(ASAN_BUILD)

test-tsan: bootstrap $(TSAN_BUILD)/build.ninja
	@ninja -C $(TSAN_BUILD) --quiet
	@scripts/test.sh $(TSAN_BUILD) --suite base --suite broker --suite interface --suite recognize

bench: build
	@ninja -C $(BUILD) --quiet
	@scripts/bench.sh $(BUILD)

lint: bootstrap $(BUILD)/build.ninja
	@scripts/lint.sh

format: bootstrap
	@git ls-files 'src/*.[ch]' 'src/*.cc' 'tests/*.[ch]' 'bench/*.[ch]' 'demo/*.[ch]' | xargs clang-format -i

clean:
	@rm -rf $(BUILD) $(ASAN_BUILD) $(TSAN_BUILD)
