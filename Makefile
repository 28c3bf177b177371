# latchkey's build. `make help` lists what can be made; all output is under
# build/ (or BUILD=). CC, CFLAGS and LDFLAGS are yours; ours come before them.

# The version has one place, where Debian wants it.
VERSION	:= $(shell sed -n '1s/.*(\(.*\)).*/\1/p' debian/changelog)

PREFIX	= /usr/local
PORT	= 8080
DATA	=
SERVER	= lighttpd
RS256	= yes
SAN	=
VALGRIND =

# The engine for PostgreSQL, where libpq is.
libpq	:= $(shell pg_config --includedir 2>/dev/null)
PGSQL	= $(if $(STATIC),no,$(if $(wildcard $(libpq)/libpq-fe.h),yes,no))
has_pgsql = $(filter yes,$(PGSQL))

# A sanitized build is a build of its own.
BUILD	= $(if $(SAN),build/san,build)

# --- what there is -----------------------------------------------------------

base	 = err reason buf str names form clock monotonic base64 uuid secret json json_object_view log issuer file library permit message message_list language zone zone_names date csv \
	   mail nearest tar \
	   json_stream name_set file_writer \
	   beside public_address fetch_call
store	 = open commit store gather queue transfer replace schema newest search clear hints table index explain engine engine_load \
	   record record_type record_json
lmdb	 = engine open txn copy env held files fault fail
pgsql	 = engine cursor measure retire replace open transport batch fetch rows conn statement fail
engine	 = $(BUILD)/lib/latchkey/latchkey-pgsql.so
jose	 = jwa ed25519 libcrypto rsa_public rs256 es256 public_key private_key jwk jwt cbor cose totp
domain	 = conf conf_value conf_store keyring installation stamp archive archive_text archive_write archive_read opaque_token scope pkce password user user_email user_agent uri icon client client_words client_rights client_scope client_index client_jwks client_keys document_url document_text document document_keep client_secret resource api exchange session session_client session_end logout_queue imported_password imported_people \
	   recipe recipe_client clients sites site site_path site_rule site_rules destination app_password \
	   confirmation family family_rotate code device_code consent removal people device opaque_string slots throttle refusal_note refusals advice_reasons advice tries client_use revocation replay audit signkey signer host \
	   records pushed claim attribute own_claim \
	   factor factor_code acr \
	   passkey \
	   common_password new_password link mail_queue letter drainer \
	   portable portable_kind portable_rule portable_text portable_check portable_put \
	   client_metadata client_metadata_name client_stranger registration_token stranger
protocol = provider desk account key_rotation authorization client_auth auth_secret auth_assertion dpop key_fetch client_document authorize_parse authorize \
	   proof authenticate session_open consent \
	   token_endpoint unused_codes grant_code grant_refresh grant_client grant_device grant_exchange device_authorization device_consent \
	   claims access_token possession id_token introspect revoke userinfo health \
	   logout logout_token logout_delivery discovery webfinger protected_resource gate gate_sign_in \
	   account_profile account_contact account_password account_sessions account_apps account_app_passwords \
	   second_factor account_events \
	   account_factors factor_rule \
	   webauthn challenge authenticate_passkey passkey_register account_passkeys \
	   join \
	   client_signature request_object authorize_source asked_acr asked_claims pushed_authorization \
	   registration registration_answer
http	 = gateway signals request response template
web	 = cookie csrf cors browser page reader language_choice date picture colour call hint reply token_reply refresh_cookie auth_request \
	   qr
interaction = interaction sign_in_step consent_page authorize_flow logout_flow \
	   gate_flow gate_notice own_page app_list account_home account_flow \
	   admin_page admin_people admin_person admin_ways_in admin_apps admin_app admin_sites admin_site \
	   admin_sessions admin_keys admin_audit admin_why admin_home admin_flow \
	   second_factor_step \
	   own_parts account_profile account_contact account_password account_sessions account_apps account_app_passwords account_events \
	   enrol account_factors \
	   passkey_form account_passkeys \
	   password_words join_flow reset_notice \
	   enrol_step device_flow
server	 = server opened token_answer worker_pool stack_wipe held

programs = authorize token refresh metadata userinfo introspect revoke logout \
	   gate account admin device par register

command	 = list latchkey admin remains init move_store user user_profile user_password user_rename user_factors import import_judge import_tell import_lines import_csv import_authelia client client_options client_show own_domain recipe_cli site \
	   app_password groups key hosts check_hosts \
	   session grant why why_state check check_run check_files check_held check_settings check_store check_keys check_people check_factors check_web check_rules \
	   check_gate check_addresses check_tls check_endpoints web fetch audit output options prompt \
	   user_link mail check_mail sendmail \
	   export import_file import_latchkey import_latchkey_tell \
	   verbs help complete stored_names

# `latchkey setup`.
command	+= setup setup_run setup_server setup_port setup_site setup_nginx setup_apache setup_lighttpd \
	   setup_certificate setup_certificate_fit setup_modules setup_plan setup_show setup_apply \
	   setup_place setup_config setup_steps setup_finish

# `latchkey backup` and `latchkey restore`.
command	+= acting backup backup_store backup_target restore restore_place restore_check restore_database restore_files store_setting check_backup

# Apps that are told of logouts.
command	+= check_logouts

# Apps that sign with keys of their own.
command	+= client_keys check_client_keys

# Certificates of clients.
jose	+= der distinguished_name certificate
domain	+= client_certificate
protocol += auth_certificate caller_certificate
command	+= client_files client_certificate check_certificates

# Apps that register themselves.
command	+= registration_token

# Beside the command: what starts the programs.
beside	 = start-programs

# Started by other programs of ours, not by a web server. What is loaded there
# cannot be where everything is linked in.
helpers	 = $(if $(STATIC),,fetch drain)

messages  = templates/en.msg \
	    $(filter-out templates/en.msg,$(sort $(wildcard templates/*.msg)))
templates = $(sort $(wildcard templates/*.html)) templates/style.css templates/pages.css templates/passkey.js templates/continue.js
recipes	  = $(addsuffix .conf,$(sort $(basename $(wildcard data/apps/*.conf))))
manuals	  = $(programs:%=cgi-bin/%.8) $(helpers:%=libexec/%.8) bin/latchkey.8 doc/latchkey.conf.5 \
	    doc/latchkey-app.5 doc/latchkey-export.5
documents = $(sort $(wildcard doc/*.md))
pictures  = $(sort $(wildcard doc/images/*.png))
units	  = $(basename $(notdir $(wildcard tests/unit/*.c)))

# --- how it is compiled ------------------------------------------------------

# C has no exceptions: what a debugger wants is in -g, and is not shipped.
no_unwinding = -fno-unwind-tables -fno-asynchronous-unwind-tables
cflags	 = -std=c11 -D_DEFAULT_SOURCE -D_XOPEN_SOURCE=700 -Ilib \
	   -Wall -Wextra -Wconversion -Wshadow \
	   -O2 -g -fPIC -fno-semantic-interposition \
	   $(if $(SAN),,$(no_unwinding)) \
	   -fstack-protector-strong $(stack_clash) \
	   -ffunction-sections -fdata-sections \
	   $(if $(SAN),$(sanitize),-D_FORTIFY_SOURCE=2) \
	   $(if $(filter no,$(RS256)),-DLK_NO_RS256) \
	   $(if $(STATIC),-DLK_STATIC)
ldflags	 = -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed \
	   -Wl,--gc-sections $(if $(SAN),$(sanitize))
packed	 = $(if $(STATIC)$(SAN),,$(relr))
fcgi	 = -lfcgi
libs	 = -lsodium -llmdb -ljansson -linih \
	   $(if $(STATIC),-lunistring -loath $(static_crypto)) \
	   -lpthread -ldl

# What OpenSSL was built with differs between systems.
static_crypto = $(if $(filter no,$(RS256)),,\
	   $(shell pkg-config --static --libs libcrypto 2>/dev/null || echo -lcrypto))

# Some functions of glibc's need libraries of the host's even then: calls to
# these go to lib/static.c, and one that is not named here is an error.
static	 = -static-pie -Wl,--fatal-warnings \
	   $(foreach f,dlopen getaddrinfo gethostbyname getpwuid free realloc, \
		-Wl,--wrap=$(f),-u,__wrap_$(f))

sanitize = -fsanitize=address,undefined -fno-sanitize-recover=all \
	   -fno-omit-frame-pointer

# Not every compiler has this one.
stack_clash := $(shell $(CC) -fstack-clash-protection -Werror -E -x c \
	/dev/null >/dev/null 2>&1 && echo -fstack-clash-protection)

# Tables of pointers take a tenth of the room, where linker and libc know how.
relr	:= $(shell $(CC) -shared -Wl,-z,pack-relative-relocs,--fatal-warnings \
	-o /dev/null -x c /dev/null >/dev/null 2>&1 && \
	echo -Wl,-z,pack-relative-relocs)

compile	 = $(CC) $(cflags) $(CPPFLAGS) $(CFLAGS)
link	 = $(CC) $(if $(STATIC),$(static),-pie) $(ldflags) $(packed) $(CFLAGS) $(LDFLAGS)
link_shared = $(CC) -shared $(ldflags) $(packed) $(CFLAGS) $(LDFLAGS)

comma	 = ,

# `make V=1` shows every command whole.
say	 = $(if $(V),,@echo "  $(1)";)

# --- the library, the programs, the command ----------------------------------

archive	 = $(BUILD)/liblatchkey.a
library	 = $(base:%=$(BUILD)/lib/base/%.o) \
	   $(store:%=$(BUILD)/lib/store/%.o) \
	   $(lmdb:%=$(BUILD)/lib/store/lmdb/%.o) \
	   $(jose:%=$(BUILD)/lib/jose/%.o) \
	   $(domain:%=$(BUILD)/lib/domain/%.o) \
	   $(protocol:%=$(BUILD)/lib/protocol/%.o) \
	   $(http:%=$(BUILD)/lib/http/%.o) \
	   $(web:%=$(BUILD)/lib/web/%.o) \
	   $(interaction:%=$(BUILD)/lib/interaction/%.o) \
	   $(server:%=$(BUILD)/lib/server/%.o) \
	   $(BUILD)/templates.o $(BUILD)/messages.o $(BUILD)/recipes.o $(BUILD)/favicon.o \
	   $(if $(STATIC),$(BUILD)/lib/static.o $(BUILD)/lib/wiping_free.o)

all: $(programs:%=$(BUILD)/cgi-bin/%) $(BUILD)/bin/latchkey \
    $(helpers:%=$(BUILD)/libexec/%) $(if $(STATIC),,$(BUILD)/bin/start-programs) \
    $(if $(has_pgsql),$(engine))

# What the programs have in common is in memory, and on the disk, once. The
# library is found by where the program is, which is the same here and installed,
# but that cgi-bin is in lib/latchkey there. Programs to be copied elsewhere
# (STATIC) have the archive, as have tests, which replace parts of it.
shared	 = $(BUILD)/lib/latchkey/liblatchkey.so
ours	 = $(if $(STATIC),$(archive),$(shared))
rpath	 = $(if $(STATIC),,-Wl,-rpath,'$(1)')

$(shared): $(library) $(BUILD)/lib/wiping_free.o
	@mkdir -p $(@D)
	$(call say,ld $@)$(link_shared) -Wl,-soname,$(@F) \
	    -Wl,-Bsymbolic-functions -o $@ $^ $(fcgi) $(libs) $(LDLIBS)

# The engine for PostgreSQL is loaded where settings ask for it, and brings its
# own copy of the little that it calls. It is made where libpq is, or by name.
$(pgsql:%=$(BUILD)/lib/store/pgsql/%.o): private cflags += \
    -fvisibility=hidden -I$(libpq)

# How many there are, for `latchkey check`.
$(BUILD)/bin/check_store.o: private cflags += \
    -DCHECK_PROGRAMS=$(words $(programs))

pgsql: $(engine)

$(engine): $(pgsql:%=$(BUILD)/lib/store/pgsql/%.o) $(archive)
	@mkdir -p $(@D)
	$(call say,ld $@)$(link_shared) -Wl,-soname,$(@F) -Wl,--exclude-libs,ALL \
	    -o $@ $^ -lpq $(LDLIBS)

$(programs:%=$(BUILD)/cgi-bin/%): %: %.o $(ours)
	$(call say,ld $@)$(link) $(call rpath,$$ORIGIN/..:$$ORIGIN/../lib/latchkey) \
	    -o $@ $^ $(if $(STATIC),$(fcgi)) $(libs) $(LDLIBS)

$(BUILD)/bin/latchkey: $(command:%=$(BUILD)/bin/%.o) $(ours)
	$(call say,ld $@)$(link) $(call rpath,$$ORIGIN/../lib/latchkey) \
	    -o $@ $^ $(libs) $(LDLIBS)

# It needs nothing but libc.
$(BUILD)/bin/start-programs: $(BUILD)/bin/start-programs.o
	$(call say,ld $@)$(link) -o $@ $^ $(LDLIBS)

# It comes and goes with each request: it has what it needs of ours in itself.
$(BUILD)/libexec/fetch: $(BUILD)/libexec/fetch.o $(archive)
	$(call say,ld $@)$(link) -o $@ $^ $(libs) $(LDLIBS)

$(BUILD)/libexec/drain: $(BUILD)/libexec/drain.o $(ours)
	$(call say,ld $@)$(link) $(call rpath,$$ORIGIN/..:$$ORIGIN/../lib/latchkey) \
	    -o $@ $^ $(libs) $(LDLIBS)

$(beside:%=$(BUILD)/bin/%.o): private cflags += \
    -DLK_PROGRAMS='$(foreach p,$(programs),X($(p)))'
$(beside:%=$(BUILD)/bin/%.o): Makefile

$(archive): $(library)
	$(call say,ar $@)rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,cc $<)$(compile) -MMD -MP -c -o $@ $<

versioned	 = bin/latchkey bin/export bin/backup lib/domain/host
$(versioned:%=$(BUILD)/%.o): private cflags += -DLK_VERSION='"$(VERSION)"'
$(versioned:%=$(BUILD)/%.o): debian/changelog

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

# Stylesheets go out with every page: without comments and indentation.
sheets	 = $(filter %.css,$(templates))
embedded = $(filter-out %.css,$(templates)) $(sheets:%=$(BUILD)/%)

$(sheets:%=$(BUILD)/%): $(BUILD)/%: % Makefile
	@mkdir -p $(@D)
	$(call say,sheet $@)sed -E -e ':a' -e 's|/\*([^*]\|\*+[^*/])*\*+/||g' \
	    -e '/\/\*/{N;ba' -e '}' -e 's/^[ \t]+|[ \t]+$$//g' -e '/^$$/d' $< >$@

$(BUILD)/templates.c: $(embedded) Makefile
	$(call strings,struct template_builtin template_builtins,http/template.h,$$name,$(embedded))

# The sentences, English first; $(BUILD)/test/marked has them in brackets, for
# tests/messages.bats.
$(BUILD)/messages.c $(BUILD)/test/marked/messages.c: templates/messages.awk \
    $(messages) $(templates) Makefile
	@mkdir -p $(@D)
	$(call say,messages $@)LC_ALL=C awk -f $< \
	    $(if $(findstring marked,$@),-v marked=1) $(messages) $(templates) \
	    >$@.new && mv $@.new $@

$(BUILD)/recipes.c: $(recipes) Makefile
	$(call strings,struct recipe_builtin recipe_builtins,domain/recipe.h,$${name%.conf},$(recipes))

# For browsers that ask for /favicon.ico, which want no SVG there.
$(BUILD)/favicon.c: data/favicon.png Makefile
	@mkdir -p $(@D)
	$(call say,bytes $@){ \
	echo '#include "web/picture.h"' && echo && \
	echo 'const uint8_t favicon_png[] = {' && \
	od -An -v -tx1 $< | sed 's/ \(..\)/0x\1,/g' && echo '};' && echo && \
	echo 'const size_t favicon_png_len = sizeof favicon_png;'; } \
	    >$@.new && mv $@.new $@

$(BUILD)/templates.o $(BUILD)/recipes.o $(BUILD)/messages.o $(BUILD)/favicon.o \
    $(BUILD)/test/marked/messages.o: %.o: %.c
	$(call say,cc $<)$(compile) -MMD -MP -c -o $@ $<

# Other flags or another compiler: everything is compiled again.
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(compile) $(link) $(libs)' | cmp -s - $@ || \
	    echo '$(compile) $(link) $(libs)' >$@

# --- tests -------------------------------------------------------------------

# The same programs once more, with a clock that tests can move, and an engine
# that can have each step run twice: they stand before the archive, whose own
# clock.o and engine.o are then not taken.
stand_ins = $(BUILD)/tests/fault/clock.o $(BUILD)/tests/fault/twice.o

$(BUILD)/test/bin/start-programs: $(BUILD)/bin/start-programs
	@mkdir -p $(@D)
	@ln -f $< $@

$(BUILD)/test/libexec/fetch: $(BUILD)/libexec/fetch
	@mkdir -p $(@D)
	@ln -f $< $@

# Where the programs beside it look.
$(BUILD)/test/lib/latchkey/latchkey-pgsql.so $(BUILD)/tests/latchkey-pgsql.so: $(engine)
	@mkdir -p $(@D)
	@ln -f $< $@

$(BUILD)/test/libexec/drain: $(BUILD)/libexec/drain.o $(stand_ins) $(archive)
	@mkdir -p $(@D)
	$(call say,ld $@)$(link) -o $@ $^ $(libs) $(LDLIBS)

$(programs:%=$(BUILD)/test/cgi-bin/%): $(BUILD)/test/%: \
    $(BUILD)/%.o $(stand_ins) $(archive)
	@mkdir -p $(@D)
	$(call say,ld $@)$(link) -o $@ $< $(stand_ins) $(archive) $(fcgi) $(libs) $(LDLIBS)

$(BUILD)/test/bin/latchkey: $(command:%=$(BUILD)/bin/%.o) \
    $(stand_ins) $(archive)
	@mkdir -p $(@D)
	$(call say,ld $@)$(link) -o $@ $^ $(libs) $(LDLIBS)

# Unit programs may bring their own version of a module: they stand first too.
$(units:%=$(BUILD)/test/unit/%): $(BUILD)/test/unit/%: \
    $(BUILD)/tests/unit/%.o $(archive)
	@mkdir -p $(@D)
	$(call say,ld $@)$(link) $(wrap:%=-Wl$(comma)--wrap=%) -o $@ \
	    $(filter %.o,$^) $(archive) $(fcgi) $(libs) $(LDLIBS)

# This one has what the store calls of its engine fail on purpose.
$(BUILD)/test/unit/failures: $(BUILD)/tests/fault/engine.o
$(BUILD)/test/unit/failures: wrap = mdb_txn_begin mdb_txn_commit mdb_get \
	   mdb_put mdb_del mdb_cursor_open mdb_cursor_get mdb_cursor_del

$(BUILD)/test/unit/twice: $(BUILD)/tests/fault/twice.o

# These have steps that check as they go.
checking = $(filter-out twice,$(basename $(notdir \
	   $(shell grep -lE '"[a-z_]*fixture.h"' tests/unit/*.c \
		2>/dev/null))))
$(checking:%=$(BUILD)/test/unit/%): $(BUILD)/tests/fault/direct.o

# This one has its file cut when it commits.
$(BUILD)/test/unit/store_damage: wrap = mdb_txn_commit

# And this one is told that it is on a network file system.
$(BUILD)/test/unit/store_network: wrap = statfs

# This one counts transactions.
$(BUILD)/test/unit/gate $(BUILD)/test/unit/token_endpoint: wrap = store_read store_write

$(BUILD)/test/unit/passkey: wrap = store_read store_write cose_verify

# What tests/durability looks at a store with, and what it preloads: that one
# is never sanitized, or it would come too late beside what it is loaded into.
durability = $(BUILD)/test/durability/power_cut $(BUILD)/test/durability/sound
record	 = $(BUILD)/test/fault/record.so

$(durability): $(BUILD)/test/%: $(BUILD)/tests/%.o \
    $(BUILD)/tests/durability/invariants.o $(archive)
	@mkdir -p $(@D)
	$(call say,ld $@)$(link) -o $@ $(filter %.o,$^) $(archive) $(libs) $(LDLIBS)

slow_disk = $(BUILD)/test/fault/slow_disk.so

$(record): tests/fault/record.h
$(record) $(slow_disk): $(BUILD)/test/%.so: tests/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,cc $@)$(CC) -std=c11 -Wall -Wextra -Wconversion -Wshadow \
	    -O2 -fPIC -shared $(CPPFLAGS) -o $@ $< -ldl

# The programs that have pages, with the sentences in brackets, and the clock
# that tests set.
marked	 = $(BUILD)/test/marked

$(marked)/bin/latchkey: $(BUILD)/test/bin/latchkey
	@mkdir -p $(@D)
	@ln -f $< $@

$(marked)/cgi-bin/%: $(BUILD)/cgi-bin/%.o $(marked)/messages.o \
    $(BUILD)/tests/fault/clock.o $(archive)
	@mkdir -p $(@D)
	$(call say,ld $@)$(link) -o $@ $^ $(fcgi) $(libs) $(LDLIBS)

test-programs: all $(units:%=$(BUILD)/test/unit/%) \
    $(programs:%=$(BUILD)/test/cgi-bin/%) $(BUILD)/test/bin/latchkey \
    $(helpers:%=$(BUILD)/test/libexec/%) \
    $(BUILD)/test/bin/start-programs $(marked)/bin/latchkey \
    $(addprefix $(marked)/cgi-bin/,authorize logout gate account admin device par) \
    $(durability) $(record) $(BUILD)/tests/bench/seed \
    $(if $(has_pgsql),$(BUILD)/test/lib/latchkey/latchkey-pgsql.so \
    $(BUILD)/tests/latchkey-pgsql.so)

# Packages first, in a make of its own: without them nothing compiles.
test:
	@conf/packages.sh build test $(if $(VALGRIND),valgrind)
	@$(MAKE) --no-print-directory check

# T names what to run, .bats files or unit programs by their source; F is a
# pattern for the names of tests in .bats files; STORE is what their stores are in.
T	 =
F	 =
STORE	 = dir
run_tests = LATCHKEY_BUILD='$(abspath $(BUILD))' SAN='$(SAN)' \
	    VALGRIND='$(VALGRIND)' STORE='$(STORE)' TEST_FILTER='$(F)' tests/run

check: test-programs
	@$(run_tests) $(patsubst tests/unit/%.c,$(BUILD)/test/unit/%,$(T))

unit: $(units:%=$(BUILD)/test/unit/%)
	@$(run_tests) $^

# Other compilers and flags, each in a build of its own. No warning is let
# through, and the unit programs must pass. That of clang has its sanitizers.
clang-unit:
	@$(MAKE) --no-print-directory CC=clang SAN=1 BUILD='$(BUILD)/clang' \
	    CFLAGS='$(CFLAGS) -Werror' test-programs unit

no-rs256-unit:
	@$(MAKE) --no-print-directory RS256=no BUILD='$(BUILD)/no-rs256' \
	    CFLAGS='$(CFLAGS) -Werror' test-programs unit

san-unit:
	@$(MAKE) --no-print-directory SAN=1 BUILD='$(BUILD)/san' unit

# The longest way: the checks above, the fuzzers, every test with the sanitizers and in
# every language, many more kills and power cuts than usual, and tests/full/*.bats: the
# documents word for word, programs with what npm and Go bring, a release, and every test
# on Debian 13, without the sanitizers. It stops at the first that fails; what has
# passed with the same sources is not run again.
twice	 = token refresh consent logout gate_decision introspect revoke userinfo \
    account_pages desk
on_pgsql = $(twice) store sign_in authorize device par dpop exchange register \
    backchannel user_rename export import audit clock workers clients factors \
    passkeys admin
killed	 = durability backup restore pgsql

again	 = $(MAKE) --no-print-directory -j"$$(nproc)"
stage	 = @tests/stage '$(BUILD)/full'
all_full = tests/full/*.bats

full:
	@conf/packages.sh build test apps lint clang
	$(stage) lint $(again) lint
	$(stage) clang $(again) clang-unit
	$(stage) no-rs256 $(again) no-rs256-unit
	$(stage) fuzz $(again) fuzz
	$(stage) sanitizers env LATCHKEY_EVERY_LANGUAGE=1 $(again) SAN=1 check
	$(stage) twice env LATCHKEY_TEST_TWICE=1 $(again) check T='$(twice:%=tests/%.bats)'
	$(stage) postgresql $(again) check STORE=postgresql T='$(on_pgsql:%=tests/%.bats)'
	$(stage) postgresql-twice env LATCHKEY_TEST_TWICE=1 $(again) check \
	    STORE=postgresql T='$(twice:%=tests/%.bats)'
	$(stage) kills env LATCHKEY_KILLS=$${LATCHKEY_KILLS:-2000} \
	    LATCHKEY_CUTS=$${LATCHKEY_CUTS:-40} \
	    LATCHKEY_SERVER_KILLS=$${LATCHKEY_SERVER_KILLS:-200} \
	    $(again) check T='$(killed:%=tests/%.bats)'
	$(stage) postgresql-kills env LATCHKEY_KILLS=$${LATCHKEY_KILLS:-2000} \
	    $(again) check STORE=postgresql T=tests/durability.bats
	@conf/packages.sh full
	@for t in $(all_full); do \
	    tests/stage '$(BUILD)/full' "$$t" $(again) check T="$$t" || exit; done
	$(stage)
	@echo "all of make full passed, $$(date -u +%F)"

# Fuzzers, each for so many seconds, from its seeds; what it finds stays in
# build/fuzz as crash-*.
SECONDS	 = 60
fuzzers	 = $(basename $(notdir $(wildcard tests/fuzz/*.c)))
fuzzing	 = $(BUILD)/fuzz

$(fuzzers:%=$(BUILD)/test/fuzz/%): $(BUILD)/test/fuzz/%: \
    $(BUILD)/tests/fuzz/%.o $(archive)
	@mkdir -p $(@D)
	$(call say,ld $@)$(link) -fsanitize=fuzzer -o $@ $(filter %.o,$^) \
	    $(archive) $(libs) $(LDLIBS)

# The command's own reader.
$(BUILD)/test/fuzz/import_authelia: $(BUILD)/bin/import_authelia.o
$(BUILD)/tests/fuzz/import_authelia.o: private cflags += -Ibin

fuzz-programs: $(fuzzers:%=$(BUILD)/test/fuzz/%)

fuzz:
	@conf/packages.sh build clang
	@$(MAKE) --no-print-directory CC=clang SAN=1 BUILD='$(fuzzing)' \
	    CFLAGS='$(CFLAGS) -fsanitize=fuzzer-no-link' fuzz-programs
	@$(MAKE) --no-print-directory -j"$$(nproc)" $(fuzzers:%=fuzz-%)

fuzz-%:
	@mkdir -p $(fuzzing)/found/$*
	@$(fuzzing)/test/fuzz/$* -max_total_time=$(SECONDS) \
	    -artifact_prefix=$(fuzzing)/ -print_final_stats=1 \
	    $(fuzzing)/found/$* tests/fuzz/seeds/$* >$(fuzzing)/$*.log 2>&1 || \
	    { tail -n 60 $(fuzzing)/$*.log; exit 1; }
	@echo "fuzz $*: $$(sed -n 's/.*executed_units: *//p' \
	    $(fuzzing)/$*.log) inputs, no promise broken"

# What is measured beside: the least that must be done.
benches	 = ceiling delay exec seed step ungrouped verify

$(benches:%=$(BUILD)/tests/bench/%): %: %.o $(archive)
	$(call say,ld $@)$(link) $(wrap:%=-Wl$(comma)--wrap=%) -o $@ \
	    $(filter %.o,$^) $(archive) $(fcgi) $(libs) $(LDLIBS)

$(BUILD)/tests/bench/seed: $(BUILD)/tests/bench/seed_sessions.o

# It signs as OpenSSL does at its best.
$(BUILD)/tests/bench/ceiling: LDLIBS += -lcrypto

# Sign-ins are counted there without the hash, which would hide the rest.
$(BUILD)/tests/bench/step: wrap = password_verify_like

# The token program once more, each of its commits for itself.
$(BUILD)/tests/bench/ungrouped: $(BUILD)/cgi-bin/token.o

bench-programs: all $(benches:%=$(BUILD)/tests/bench/%) $(slow_disk)

bench:
	@conf/packages.sh build bench
	@$(MAKE) --no-print-directory bench-programs
	@LATCHKEY_BUILD='$(abspath $(BUILD))' tests/bench/run \
	    $(if $(QUICK),--quick,--write doc/performance.md)

# The records of record_type.c are room to decode into, and so is the state of a
# hash in secret.c, which cppcheck cannot see.
lint:
	@conf/packages.sh build lint
	clang-format --dry-run -Werror $$(find lib cgi-bin bin libexec tests -name '*.[ch]')
	cppcheck --quiet --std=c11 --error-exitcode=1 --inline-suppr -Ilib \
	    --enable=warning,portability --suppress=missingIncludeSystem \
	    --suppress=varFuncNullUB --suppress=autoVariables \
	    --suppress=ctuuninitvar:lib/store/record_type.c \
	    --suppress=ctuuninitvar:lib/base/secret.c \
	    lib cgi-bin bin libexec
	mandoc -T lint -W warning $(manuals)
	shellcheck conf/*.sh data/demo/*.sh debian/postinst debian/postrm debian/prerm \
	    tests/run tests/stage .ci/run
	shellcheck -s bash -e SC2034,SC2154 tests/*.bash tests/helper/*.bash \
	    conf/completion/latchkey.bash

# --- running and installing --------------------------------------------------

serve: all
	@LATCHKEY_BUILD='$(abspath $(BUILD))' conf/serve.sh \
	    -d '$(DATA)' -p '$(PORT)' -s '$(SERVER)'

demo:
	@conf/packages.sh build demo
	@$(MAKE) --no-print-directory all
	@LATCHKEY_BUILD='$(abspath $(BUILD))' data/demo/demo.sh '$(PORT)'

libdir	 = $(PREFIX)/lib/latchkey
sharedir = $(PREFIX)/share/latchkey
mandir	 = $(PREFIX)/share/man
docdir	 = $(PREFIX)/share/doc/latchkey
unitdir	 = $(PREFIX)/lib/systemd/system
sysusersdir = $(PREFIX)/lib/sysusers.d
tmpfilesdir = $(PREFIX)/lib/tmpfiles.d
bashdir	 = $(PREFIX)/share/bash-completion/completions
# Where zsh looks: a package of Debian's has a folder of its own.
zshdir	 = $(PREFIX)/share/zsh/$(if $(filter /usr,$(PREFIX)),vendor-completions,site-functions)

# Installs text files, $(1), in a directory, $(2). In the sources they speak of
# /usr/local; installed, of where things are.
define install_text
	@install -d $(DESTDIR)$(2)
	$(call say,install $(DESTDIR)$(2))for f in $(1); do \
		to=$(DESTDIR)$(2)/$${f##*/} && \
		sed -e 's|/usr/local/|$(PREFIX)/|g' \
		    -e 's|@UNITS@|$(programs:%=latchkey@%.socket)|' \
		    $$f >$$to && chmod 644 $$to || exit 1; \
	done
endef

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(libdir)/cgi-bin
	install -m 755 $(BUILD)/bin/latchkey $(DESTDIR)$(PREFIX)/bin
	install -m 755 $(programs:%=$(BUILD)/cgi-bin/%) $(DESTDIR)$(libdir)/cgi-bin
	install -m 644 $(shared) $(if $(has_pgsql),$(engine)) $(DESTDIR)$(libdir)
	install -m 755 $(BUILD)/bin/start-programs $(DESTDIR)$(libdir)
	install -D -m 755 -t $(DESTDIR)$(libdir)/libexec $(helpers:%=$(BUILD)/libexec/%)
	$(call install_text,data/latchkey.conf.example,$(sharedir))
	$(call install_text,$(templates) $(messages),$(sharedir)/templates)
	$(call install_text,$(recipes),$(sharedir)/apps)
	$(call install_text,$(wildcard conf/*.conf conf/*.lua conf/*.htaccess) conf/webserver.sh,$(sharedir)/conf)
	chmod 755 $(DESTDIR)$(sharedir)/conf/webserver.sh
	$(call install_text,$(wildcard conf/pages/*.html),$(sharedir)/pages)
	$(call install_text,conf/fail2ban/filter.d/latchkey.conf,$(sharedir)/fail2ban/filter.d)
	$(call install_text,conf/fail2ban/jail.d/latchkey.conf,$(sharedir)/fail2ban/jail.d)
	$(call install_text,$(wildcard conf/systemd/latchkey*),$(unitdir))
	$(if $(has_pgsql),$(call install_text,conf/systemd/network-store.conf,$(sharedir)/systemd))
	install -D -m 644 conf/systemd/sysusers.conf \
	    $(DESTDIR)$(sysusersdir)/latchkey.conf
	install -D -m 644 conf/systemd/tmpfiles.conf \
	    $(DESTDIR)$(tmpfilesdir)/latchkey.conf
	install -D -m 644 conf/completion/latchkey.bash \
	    $(DESTDIR)$(bashdir)/latchkey
	install -D -m 644 conf/completion/_latchkey $(DESTDIR)$(zshdir)/_latchkey
	$(call install_text,$(filter %.5,$(manuals)),$(mandir)/man5)
	$(call install_text,$(filter %.8,$(manuals)),$(mandir)/man8)
	$(call install_text,README.md CONTRIBUTING.md,$(docdir))
	$(call install_text,$(documents),$(docdir)/doc)
	install -D -m 644 -t $(DESTDIR)$(docdir)/doc/images $(pictures)

# Takes away the files that install puts there, and directories that are ours
# alone. Which ones is asked of install itself, with empty programs.
uninstalled = $(abspath $(BUILD))/uninstall

uninstall:
	@[ -n '$(DESTDIR)' ] || ! systemctl -q is-active latchkey.target 2>/dev/null || \
	    { echo 'latchkey: first stop the programs: systemctl disable --now latchkey.target'; exit 1; }
	@rm -rf $(uninstalled) && mkdir -p $(uninstalled)/from/bin \
	    $(uninstalled)/from/cgi-bin $(uninstalled)/from/libexec \
	    $(uninstalled)/from/lib/latchkey
	@cd $(uninstalled)/from && touch bin/latchkey bin/start-programs \
	    $(programs:%=cgi-bin/%) $(helpers:%=libexec/%) \
	    lib/latchkey/$(notdir $(shared)) lib/latchkey/$(notdir $(engine))
	@$(MAKE) -s -o all install PGSQL=yes BUILD=$(uninstalled)/from \
	    DESTDIR=$(uninstalled)/to >/dev/null
	@cd $(uninstalled)/to && find . ! -type d | cut -c 2- | while read -r f; do \
		rm -f "$(DESTDIR)$$f" || exit 1; \
	done
	@cd $(uninstalled)/to && find . -depth -type d -path '*/latchkey*' | cut -c 2- | \
	    while read -r d; do \
		[ ! -d "$(DESTDIR)$$d" ] || rmdir "$(DESTDIR)$$d" 2>/dev/null || \
		    echo "latchkey: $(DESTDIR)$$d is left, for it has other files in it"; \
	done
	@rm -rf $(uninstalled)
	@echo 'latchkey: removed. Left are people, apps and keys (/var/lib/latchkey), the user'
	@echo '  latchkey, and what you or setup wrote into the configuration of the web'
	@echo '  server, /etc/systemd and /etc/letsencrypt/renewal-hooks.'

# Programs to be copied to a host that has none of the libraries.
static:
	@conf/packages.sh build
	@$(MAKE) --no-print-directory STATIC=yes BUILD='$(BUILD)/static/obj' all
	@install -s -D -t $(BUILD)/static/cgi-bin \
	    $(programs:%=$(BUILD)/static/obj/cgi-bin/%)
	@install -s -D -t $(BUILD)/static/bin $(BUILD)/static/obj/bin/latchkey
	@echo '  programs with everything linked in: $(BUILD)/static'
	@echo '  (their store is LMDB: the engine for PostgreSQL cannot be linked in)'

# Debian packages, from a copy of the sources, as a release would be built.
arch	 = $(shell dpkg --print-architecture)
deb	 = $(BUILD)/deb/latchkey-$(VERSION)
sources	 = .ci .clang-format .gitignore CHANGELOG.md CONTRIBUTING.md LICENSE Makefile README.md bin cgi-bin libexec \
	   conf data debian doc lib templates tests

deb:
	@conf/packages.sh build deb
	rm -rf $(BUILD)/deb
	mkdir -p $(deb)
	tar -c --exclude=__pycache__ $(sources) | tar -x --no-same-owner -C $(deb)
	cd $(deb) && env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS \
	    dpkg-buildpackage -us -uc
	cp $(BUILD)/deb/latchkey_$(VERSION)_$(arch).deb \
	    $(BUILD)/deb/latchkey-pgsql_$(VERSION)_$(arch).deb $(BUILD)

# A release, in build/dist.
dist:
	@conf/packages.sh build deb demo
	@conf/dist.sh '$(BUILD)/dist' $(sources)

# The pictures of README.md, from real pages.
pictures: all
	@conf/packages.sh test
	tests/screenshots.py '$(BUILD)'

clean:
	rm -rf $(BUILD)

help:
	@echo 'make                  builds all programs, under build/'
	@echo 'make test             installs what tests need, builds, tests'
	@echo 'make check [T=tests/token.bats] [F=PATTERN]'
	@echo '                      the same without installing; T names .bats files'
	@echo '                      or unit programs, F a pattern for names of tests'
	@echo 'make check STORE=postgresql'
	@echo '                      the same, each store in a PostgreSQL of the run'"'"'s own'
	@echo 'make unit             the unit programs alone, in seconds'
	@echo 'make clang-unit, no-rs256-unit, san-unit'
	@echo '                      the unit programs of another build: clang with its'
	@echo '                      sanitizers, without OpenSSL, gcc with its sanitizers'
	@echo 'make fuzz [SECONDS=60] parsers of tokens and keys, with clang'
	@echo 'make full             lint, clang, RS256=no, all tests with the sanitizers, many'
	@echo '                      on PostgreSQL, again with many more kills, then documents'
	@echo '                      word for word, a release and Debian 13: takes hours;'
	@echo '                      goes on where it was when nothing was changed'
	@echo 'make SAN=1 test       every test with ASan and UBSan, in build/san'
	@echo 'make VALGRIND=1 test  every test under valgrind'
	@echo 'make demo [PORT=8080] a provider with two people and a sample app'
	@echo 'make serve DATA=DIR [PORT=8080] [SERVER=lighttpd]'
	@echo '                      serves a data directory on 127.0.0.1; SERVER is'
	@echo '                      lighttpd, nginx, apache, apache-fcgid, or as CGI'
	@echo '                      apache-cgi, lighttpd-cgi'
	@echo 'make install [PREFIX=/usr/local] [DESTDIR=]'
	@echo 'make uninstall        removes what install put there, and no data'
	@echo 'make deb              Debian packages, in build/: latchkey, and latchkey-pgsql,'
	@echo '                      the engine for PostgreSQL'
	@echo 'make static           programs with everything linked in, in build/static/'
	@echo 'make dist             a release: sources, packages, what is linked in, sums;'
	@echo '                      in build/dist/, the same bytes each time'
	@echo 'make pictures         those of README.md, from real pages'
	@echo 'make lint             format, static analysis, manuals, scripts'
	@echo 'make bench [QUICK=1]  measures, as ratios in one run'
	@echo 'make clean            removes build/ (with the demo in it)'
	@echo
	@echo 'RS256=no builds without OpenSSL; V=1 shows commands whole;'
	@echo 'BUILD=, CC=, CFLAGS=, LDFLAGS= as usual'

.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: all test check unit clang-unit no-rs256-unit san-unit full fuzz fuzz-programs test-programs bench bench-programs lint serve demo install uninstall static deb dist pictures clean help FORCE

-include $(wildcard $(BUILD)/*.d $(BUILD)/*/*.d $(BUILD)/*/*/*.d $(BUILD)/lib/store/*/*.d)
