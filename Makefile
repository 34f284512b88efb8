# What to run: `make help`. Every target works from a clean clone; what needs packages installs them, or says which.

SWIFT ?= swift
PREFIX ?= /usr/local
DESTDIR ?=

binary := build/berth
sources := Package.swift $(shell find Sources -type f)

# Where the release build is kept, so that it and the tests' debug build do not undo each other's work. Loops that Swift has
# unrolled are put in one of several orders, by chance (docs/decisions/0002-static-binary.md), so LLVM unrolls them alone.
static := .build/static
swift_build := $(SWIFT) build --configuration release --scratch-path $(static) --static-swift-stdlib \
	-Xswiftc -static-executable -Xswiftc -use-ld=lld -Xlinker --icf=safe -Xlinker --build-id=none \
	-Xswiftc -Xllvm -Xswiftc -sil-disable-pass=loop-unroll

# The packages that each purpose needs, by their Debian 12 names.
build_packages := binutils ca-certificates g++ git libbrotli-dev libcurl4-openssl-dev libidn2-dev libjansson-dev \
	libnghttp2-dev libpcre2-dev libpsl-dev libssh2-1-dev libssl-dev libunistring-dev libyaml-dev libzstd-dev pkg-config \
	zlib1g-dev
demo_packages := apache2-utils docker-registry skopeo
test_packages := $(demo_packages) bash bsdutils buildah busybox chromium curl dash dbus 'docker.io|docker-ce' fish \
	fonts-dejavu-core gnome-keyring golang-docker-credential-helpers groovy jq ksh 'kubernetes-client|kubectl' \
	libglib2.0-bin man-db mksh nginx nodejs openssl podman python3 python3-venv shellcheck strace tcsh util-linux wget zsh
bench_packages := $(demo_packages) amazon-ecr-credential-helper curl 'docker.io|docker-ce' gcc gnupg \
	golang-docker-credential-helpers hyperfine jq libcurl4-openssl-dev libjansson-dev nginx openssl pass pkg-config \
	python3 python3-venv valgrind
package_check_packages := $(demo_packages) debootstrap jq lintian openssl podman python3-venv util-linux
lint_packages := shellcheck

.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help deps test-deps bench-deps lint-deps build run test bench bench-credential-helper bench-registry \
	bench-cleanup sanitize fuzz \
	conformance check-alone check-instructions check-packages check-reproducible \
	install uninstall package-deps dist deb image docs fmt lint clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 20

deps: ## installs what building needs
	@command -v $(SWIFT) >/dev/null || { echo 'make: no swift here; see https://www.swift.org/install' >&2; exit 1; }
	@scripts/install-packages building $(build_packages)

test-deps: deps
	@scripts/install-packages testing $(test_packages)
	@scripts/python-tools
	@scripts/python-tools Tests/TemplateTests/requirements.txt .build/template-python

bench-deps: deps
	@scripts/install-packages measuring $(bench_packages)
	@scripts/python-tools benchmarks/requirements.txt .build/benchmark-python || \
		echo 'make: there is no python-dxf to compare with' >&2

lint-deps:
	@scripts/install-packages checking $(lint_packages)

build: $(binary) ## the program, build/berth: one static executable

# Without symbols, and without what only compilers read: that has hashes of the directory that it was built in, and so
# would a build id.
$(binary): $(sources) Makefile
	@$(MAKE) --no-print-directory deps
	BERTH_STATIC=1 $(swift_build) -Xlinker --dependency-file=$(static)/berth.d --product berth
	@mkdir -p $(@D)
	strip $(addprefix --remove-section=,.comment .swift_modhash) -o $@.new $(static)/release/berth
	mv $@.new $@

run: $(binary) ## shows what berth is for: two jobs, one HOME, a real registry
	@scripts/install-packages 'the demonstration' $(demo_packages)
	@scripts/demo $(binary)

# The tests of the modules run one by one, since many of them wait for processes, and each that waits keeps a thread busy
# that others need. The tests of the program, which wait without one, come after them, all at once.
swift_test := BERTH_BINARY=$(CURDIR)/$(binary) $(SWIFT) test --disable-xctest \
	--explicit-target-dependency-import-check error

# Those that keep the whole machine busy come last, one by one: the others' programs would not end in time beside them.
busy_tests := IntegrationTests\.(KillTests|LimitTests)

test: test-deps $(binary) ## all tests
	$(swift_test) --no-parallel --skip IntegrationTests
	$(swift_test) --filter IntegrationTests --skip '$(busy_tests)'
	$(swift_test) --no-parallel --filter '$(busy_tests)'

bench: bench-deps $(binary) ## how fast, next to other programs
	benchmarks/run $(binary)
	benchmarks/parallel $(binary)
	benchmarks/credential-helper $(binary)
	benchmarks/registry $(binary)
	$(MAKE) --no-print-directory bench-cleanup

bench-registry: bench-deps $(binary) ## a part of it: tags, delete, copy
	benchmarks/registry $(binary)

bench-credential-helper: bench-deps $(binary) ## a part of it: docker-credential-berth
	benchmarks/credential-helper $(binary)

bench-cleanup: bench-deps $(binary) ## a part of it: cleanup
	BERTH_STATIC=1 BERTH_BENCH=1 $(swift_build) --product PlannerBenchmark
	benchmarks/cleanup $(binary) $(static)/release/PlannerBenchmark

fuzz: deps ## shows the readers of what others write inputs that nobody thought of
	scripts/fuzz

sanitize: test-deps ## the HTTP module's tests under AddressSanitizer and ThreadSanitizer
	scripts/sanitize address
	scripts/sanitize thread

check-instructions: bench-deps $(binary) ## whether ci-env or the credential helper has become slower
	scripts/check-instructions $(binary)

conformance: test-deps ## runs the suite that every vendor must pass, and prints who passed what
	scripts/conformance

check-alone: $(binary) ## whether the static program does without this system
	@scripts/install-packages checking $(demo_packages) openssl util-linux
	scripts/check-alone $(binary)

install: $(binary) package-deps ## below PREFIX (/usr/local), and DESTDIR before that
	scripts/install-files $(binary) '$(DESTDIR)$(PREFIX)'

uninstall: ## removes what install put there
	scripts/install-files --remove '$(DESTDIR)$(PREFIX)'

package-deps:
	@scripts/install-packages packaging python3

dist: $(binary) package-deps ## build/: the release's archive, its SBOM and the templates, for BERTH_RELEASES=URL
	scripts/package-tar $(binary)
	scripts/package-templates $(binary)
	scripts/checksums $(binary)

deb: $(binary) package-deps ## build/berth_VERSION-1_ARCH.deb
	scripts/package-deb $(binary)
	scripts/checksums $(binary)

# Not `dist` itself: it would make a release that lies there anew, and without BERTH_RELEASES.
image: $(binary) ## the image berth:VERSION, of what dist has made, and build/image.tar
	@[ "build/berth-$$(scripts/version $(binary))-linux-$$(uname -m).tar.gz" -nt $(binary) ] || \
		$(MAKE) --no-print-directory dist
	@scripts/install-packages 'building an image' 'buildah|podman|docker.io|docker-ce'
	scripts/package-image $(binary)

check-packages: dist deb image ## what dist, deb and image have made: used, where nothing else is
	@scripts/install-packages 'checking packages' $(package_check_packages)
	@scripts/python-tools scripts/requirements.txt .build/package-python
	scripts/check-dist $(binary)
	scripts/check-deb $(binary)
	scripts/check-image $(binary)

check-reproducible: dist deb image ## whether they are the same wherever they are built
	scripts/check-reproducible

docs: $(binary) ## renews docs/commands.md from the program's help
	scripts/command-reference markdown $(binary) >docs/commands.md.new
	mv docs/commands.md.new docs/commands.md

fmt: ## formats the sources
	$(SWIFT) format --in-place --recursive --parallel Package.swift Sources Tests

lint: lint-deps ## checks format, scripts and the rules of the sources
	scripts/lint

clean: ## removes what building made
	rm -rf build .build
