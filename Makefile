# The commands of this repository. `make demo` and `make test` work on a fresh Debian 12.

JOBS ?= $(shell nproc)
LOBULE = build/release/bin/lobule

.PHONY: help setup build train demo test bench models asan tsan fuzz format check clean

help:
	@echo "make demo    set up, build, make a digital patient, analyse it; opens nothing, says what to open"
	@echo "make test    set up, build with warnings as errors, run all tests"
	@echo "make build   build $(LOBULE)"
	@echo "make train   build lobule-train as well, which trains networks (installs LibTorch)"
	@echo "make models  train the shipped models anew from digital patients (two and a half hours)"
	@echo "make bench   time lobule against its peers; writes build/bench.json"
	@echo "make setup   install the Debian packages that all of these need"
	@echo "make asan | tsan    the tests under sanitizers"
	@echo "make fuzz    the fuzzers of the file readers, FUZZ_SECONDS each"
	@echo "make format | check    clang-format; clang-tidy and cppcheck"

setup:
	@tools/setup demo test bench

build:
	@tools/setup demo
	@cmake --preset release -DLOBULE_TESTS=OFF >/dev/null
	@cmake --build --preset release -j $(JOBS) --target lobule

train: build
	@tools/setup demo train
	@cmake --preset release -DLOBULE_TESTS=OFF -DLOBULE_TRAIN=ON >/dev/null
	@cmake --build --preset release -j $(JOBS) --target lobule-train

# The shipped models, each by its task's recipe. The same build on the same processor with as many threads gives the same bytes.
MODELS = breast_outline breast_mri sequence phase density regions
# Networks of few channels are faster in f32.
PRECISION_sequence = --precision f32
PRECISION_phase = --precision f32
PRECISION_density = --precision f32
PRECISION_breast_mri = --precision f32
PRECISION_regions = --precision f32
models: $(MODELS:%=model-%)
	@$(LOBULE) models
model-%: train
	@rm -rf build/models/$* && $(LOBULE) train $* -o build/models/$* --weights f16 $(PRECISION_$*)
	@mkdir -p models/$* && cp build/models/$*/best/* models/$*/

demo: build
	@$(LOBULE) demo -o demo

test:
	@tools/setup demo test train
	@cmake --preset ci >/dev/null
	@cmake --build --preset ci -j $(JOBS)
	@ctest --test-dir build/ci --output-on-failure -j $(JOBS)

bench: build
	@tools/setup demo test bench
	@cmake --build --preset release -j $(JOBS) --target lobule_bench
	@build/release/bin/lobule_bench $(LOBULE) build/bench.json

asan tsan:
	@tools/setup demo test train
	@cmake --preset $@ >/dev/null
	@cmake --build --preset $@ -j $(JOBS)
	@TSAN_OPTIONS=suppressions=$(CURDIR)/tests/support/tsan.supp ctest --test-dir build/$@ --output-on-failure -j $(JOBS)

FUZZ_SECONDS ?= 600
fuzz:
	@tools/setup demo check
	@cmake --preset fuzz >/dev/null
	@cmake --build --preset fuzz -j $(JOBS)
	@tests/fuzz/run build/fuzz $(FUZZ_SECONDS)

format:
	@tools/setup check
	@git ls-files '*.cpp' '*.h' | xargs clang-format -i

check:
	@tools/setup demo test check
	@tools/check

clean:
	@rm -rf build demo
