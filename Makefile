# latchkey's build. `make help` lists what can be made; all output is under
# build/ (or BUILD=). CC, CFLAGS and LDFLAGS are yours; ours come before them.

PREFIX	= /usr/local
PORT	= 8080
DATA	=
SERVER	= lighttpd
RS256	= yes
SAN	=
VALGRIND =

# A sanitized build is a build of its own.
BUILD	= $(if $(SAN),build/san,build)

# --- what there is -----------------------------------------------------------

base	 = err buf str form clock base64 secret json log issuer conf file
store	 = env store commit table record
domain	 = keyring token scope pkce password user uri client jwa session \
	   family code approval throttle revocation audit signkey signer ed25519 rs256 jwt
protocol = provider client_auth authorize_parse authorize sign_in consent \
	   grant claims access_token id_token introspect revoke userinfo \
	   logout discovery
web	 = gateway request response cookie csrf template cors browser page reply \
	   token_reply
app	 = app visit workers

programs = authorize token refresh metadata userinfo introspect revoke logout

command	 = latchkey admin init user client client_options app recipe key \
	   session grant check audit output options prompt

templates = $(sort $(wildcard templates/*.html)) templates/style.css
recipes	  = $(addsuffix .conf,$(sort $(basename $(wildcard data/apps/*.conf))))
manuals	  = $(programs:%=cgi-bin/%.8) bin/latchkey.8 doc/latchkey.conf.5 \
	    doc/latchkey-app.5
units	  = $(basename $(notdir $(wildcard tests/unit/*.c)))

# --- how it is compiled ------------------------------------------------------

cflags	 = -std=c11 -D_DEFAULT_SOURCE -D_XOPEN_SOURCE=700 -Ilib \
	   -Wall -Wextra -Wconversion -Wshadow \
	   -O2 -g -fPIE -fstack-protector-strong $(stack_clash) \
	   -ffunction-sections -fdata-sections \
	   $(if $(SAN),$(sanitize),-D_FORTIFY_SOURCE=2) \
	   $(if $(filter no,$(RS256)),-DLK_NO_RS256)
ldflags	 = -pie -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed \
	   -Wl,--gc-sections $(if $(SAN),$(sanitize))
libs	 = -lsodium -llmdb -ljansson -linih -lpthread -ldl

sanitize = -fsanitize=address,undefined -fno-sanitize-recover=all \
	   -fno-omit-frame-pointer

# Not every compiler has this one.
stack_clash := $(shell $(CC) -fstack-clash-protection -Werror -E -x c \
	/dev/null >/dev/null 2>&1 && echo -fstack-clash-protection)

compile	 = $(CC) $(cflags) $(CPPFLAGS) $(CFLAGS)
link	 = $(CC) $(ldflags) $(CFLAGS) $(LDFLAGS)

# `make V=1` shows every command whole.
say	 = $(if $(V),,@echo "  $(1)";)

# --- the library, the programs, the command ----------------------------------

archive	 = $(BUILD)/liblatchkey.a
library	 = $(base:%=$(BUILD)/lib/base/%.o) \
	   $(store:%=$(BUILD)/lib/store/%.o) \
	   $(domain:%=$(BUILD)/lib/domain/%.o) \
	   $(protocol:%=$(BUILD)/lib/protocol/%.o) \
	   $(web:%=$(BUILD)/lib/web/%.o) \
	   $(app:%=$(BUILD)/lib/app/%.o) \
	   $(BUILD)/templates.o

all: $(programs:%=$(BUILD)/cgi-bin/%) $(BUILD)/bin/latchkey

$(programs:%=$(BUILD)/cgi-bin/%): %: %.o $(archive)
	$(call say,ld $@)$(link) -o $@ $< $(archive) -lfcgi $(libs) $(LDLIBS)

$(BUILD)/bin/latchkey: $(command:%=$(BUILD)/bin/%.o) $(BUILD)/recipes.o \
    $(archive)
	$(call say,ld $@)$(link) -o $@ $^ $(libs) $(LDLIBS)

$(archive): $(library)
	$(call say,ar $@)rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,cc $<)$(compile) -MMD -MP -c -o $@ $<

# Files become C strings: quotes and backslashes escaped, and question marks,
# lest two of them be a trigraph. The first argument is the array, with its
# type; the second its header; the third says what to call file $t; the fourth
# are the files.
define strings
	@mkdir -p $(@D)
	$(call say,strings $@){ \
	echo '#include "$(2)"' && echo && \
	echo 'const $(1)[] = {' && \
	for t in $(4); do \
		name=$${t##*/} && \
		echo "	{ \"$(3)\"," && \
		LC_ALL=C sed 's/[\\"?]/\\&/g; s/.*/	    "&\\n"/' $$t && \
		echo '	    "" },' || exit 1; \
	done && \
	echo '	{ NULL, NULL },' && echo '};'; } >$@.new && mv $@.new $@
endef

$(BUILD)/templates.c: $(templates) Makefile
	$(call strings,struct template_builtin template_builtins,web/template.h,$$name,$(templates))

$(BUILD)/recipes.c: $(recipes) Makefile
	$(call strings,struct recipe_builtin recipe_builtins,recipe.h,$${name%.conf},$(recipes))

$(BUILD)/templates.o $(BUILD)/recipes.o: %.o: %.c
	$(call say,cc $<)$(compile) -Ibin -MMD -MP -c -o $@ $<

# Other flags or another compiler: everything is compiled again.
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(compile) $(link)' | cmp -s - $@ || \
	    echo '$(compile) $(link)' >$@

# --- tests -------------------------------------------------------------------

# The same programs once more, with a clock that tests can move: it stands
# before the archive, whose own clock.o is then not taken.
clock	 = $(BUILD)/tests/fault/clock.o

$(programs:%=$(BUILD)/test/cgi-bin/%): $(BUILD)/test/%: \
    $(BUILD)/%.o $(clock) $(archive)
	@mkdir -p $(@D)
	$(call say,ld $@)$(link) -o $@ $< $(clock) $(archive) -lfcgi $(libs) $(LDLIBS)

$(BUILD)/test/bin/latchkey: $(command:%=$(BUILD)/bin/%.o) \
    $(BUILD)/recipes.o $(clock) $(archive)
	@mkdir -p $(@D)
	$(call say,ld $@)$(link) -o $@ $^ $(libs) $(LDLIBS)

comma	 = ,

# Unit programs may bring their own version of a module: they stand first too.
$(units:%=$(BUILD)/test/unit/%): $(BUILD)/test/unit/%: \
    $(BUILD)/tests/unit/%.o $(archive)
	@mkdir -p $(@D)
	$(call say,ld $@)$(link) $(wrap:%=-Wl$(comma)--wrap=%) -o $@ \
	    $(filter %.o,$^) $(archive) -lfcgi $(libs) $(LDLIBS)

# This one has what the store calls of its engine fail on purpose.
$(BUILD)/test/unit/failures: $(BUILD)/tests/fault/engine.o
$(BUILD)/test/unit/failures: wrap = mdb_txn_begin mdb_txn_commit mdb_get \
	   mdb_put mdb_del mdb_cursor_open mdb_cursor_get mdb_cursor_del

# And this one is told that it is on a network file system.
$(BUILD)/test/unit/store_network: wrap = statfs

# What tests/durability looks at a store with, and what it preloads: that one
# is never sanitized, or it would come too late beside what it is loaded into.
durability = $(BUILD)/test/durability/power_cut $(BUILD)/test/durability/sound
record	 = $(BUILD)/test/fault/record.so

$(durability): $(BUILD)/test/%: $(BUILD)/tests/%.o \
    $(BUILD)/tests/durability/invariants.o $(archive)
	@mkdir -p $(@D)
	$(call say,ld $@)$(link) -o $@ $(filter %.o,$^) $(archive) $(libs) $(LDLIBS)

$(record): tests/fault/record.c tests/fault/record.h $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,cc $@)$(CC) -std=c11 -Wall -Wextra -Wconversion -Wshadow \
	    -O2 -fPIC -shared $(CPPFLAGS) -o $@ $< -ldl

test-programs: all $(units:%=$(BUILD)/test/unit/%) \
    $(programs:%=$(BUILD)/test/cgi-bin/%) $(BUILD)/test/bin/latchkey \
    $(durability) $(record) $(BUILD)/tests/bench/seed

# Packages first, in a make of its own: without them nothing compiles.
test:
	@conf/packages.sh build test $(if $(VALGRIND),valgrind)
	@$(MAKE) --no-print-directory test-programs
	@LATCHKEY_BUILD='$(abspath $(BUILD))' SAN='$(SAN)' \
	    VALGRIND='$(VALGRIND)' tests/run

# What is measured beside: the least that must be done, and the load.
benches	 = ceiling exec load seed

$(benches:%=$(BUILD)/tests/bench/%): %: %.o $(archive)
	$(call say,ld $@)$(link) -o $@ $< $(archive) -lfcgi $(libs) $(LDLIBS)

bench-programs: all $(benches:%=$(BUILD)/tests/bench/%)

bench:
	@conf/packages.sh build bench
	@$(MAKE) --no-print-directory bench-programs
	@LATCHKEY_BUILD='$(abspath $(BUILD))' tests/bench/run

lint:
	@conf/packages.sh build lint
	clang-format --dry-run -Werror $$(find lib cgi-bin bin tests -name '*.[ch]')
	cppcheck --quiet --std=c11 --error-exitcode=1 --inline-suppr -Ilib \
	    --enable=warning,portability --suppress=missingIncludeSystem \
	    --suppress=varFuncNullUB --suppress=autoVariables \
	    lib cgi-bin bin
	mandoc -T lint -W warning $(manuals)
	shellcheck conf/*.sh data/demo/*.sh tests/run .ci/run
	shellcheck -s bash -e SC2034,SC2154 tests/helper.bash

# --- running and installing --------------------------------------------------

serve: all
	@LATCHKEY_BUILD='$(abspath $(BUILD))' conf/serve.sh \
	    -d '$(DATA)' -p '$(PORT)' -s '$(SERVER)'

demo:
	@conf/packages.sh build demo
	@$(MAKE) --no-print-directory all
	@LATCHKEY_BUILD='$(abspath $(BUILD))' data/demo/demo.sh '$(PORT)'

libdir	 = $(DESTDIR)$(PREFIX)/lib/latchkey
sharedir = $(DESTDIR)$(PREFIX)/share/latchkey
mandir	 = $(DESTDIR)$(PREFIX)/share/man

install: all
	install -d $(libdir)/cgi-bin $(DESTDIR)$(PREFIX)/bin \
	    $(sharedir)/templates $(sharedir)/apps $(mandir)/man5 $(mandir)/man8
	install -m 755 $(programs:%=$(BUILD)/cgi-bin/%) $(libdir)/cgi-bin
	install -m 755 $(BUILD)/bin/latchkey $(DESTDIR)$(PREFIX)/bin
	install -m 644 $(templates) $(sharedir)/templates
	install -m 644 $(recipes) $(sharedir)/apps
	install -m 644 data/latchkey.conf.example $(sharedir)
	install -d $(sharedir)/conf $(sharedir)/pages
	install -m 755 conf/start-programs.sh $(libdir)/start-programs
	install -m 755 conf/site.sh $(sharedir)/conf
	install -m 644 $(wildcard conf/*.conf) $(sharedir)/conf
	install -m 644 $(wildcard conf/pages/*.html) $(sharedir)/pages
	install -m 644 $(filter %.5,$(manuals)) $(mandir)/man5
	install -m 644 $(filter %.8,$(manuals)) $(mandir)/man8

clean:
	rm -rf $(BUILD)

help:
	@echo 'make                  builds all programs, under build/'
	@echo 'make test             installs what tests need, builds, tests'
	@echo 'make SAN=1 test       the same with ASan and UBSan, in build/san'
	@echo 'make VALGRIND=1 test  the same under valgrind'
	@echo 'make demo [PORT=8080] a provider with two people and a sample app'
	@echo 'make serve DATA=DIR [PORT=8080] [SERVER=lighttpd]'
	@echo '                      serves a data directory on 127.0.0.1; SERVER is'
	@echo '                      lighttpd, nginx, apache, apache-fcgid, or as CGI'
	@echo '                      apache-cgi, lighttpd-cgi'
	@echo 'make install [PREFIX=/usr/local] [DESTDIR=]'
	@echo 'make lint             format, static analysis, manuals, scripts'
	@echo 'make bench            measures, as ratios in one run'
	@echo 'make clean            removes build/ (with the demo in it)'
	@echo
	@echo 'RS256=no builds without OpenSSL; V=1 shows commands whole;'
	@echo 'BUILD=, CC=, CFLAGS=, LDFLAGS= as usual'

.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: all test test-programs bench bench-programs lint serve demo install clean help FORCE

-include $(wildcard $(BUILD)/*.d $(BUILD)/*/*.d $(BUILD)/*/*/*.d)
