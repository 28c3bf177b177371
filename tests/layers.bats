# The house: arrows run down only (programs, server, interaction, web,
# protocol and http, domain, store and jose, base) and no two files need each other, foreign libraries stay where
# they belong, and what there is has its manual and its place in the Makefile.

load helper

setup() {
	cd "$root" || return
}

# none PATTERN FILE...: no line of the files matches.
none() {
	local pattern=$1
	shift
	! grep -nE -- "$pattern" "$@" || fail "found: $pattern"
}

# all_but FILE...: sets files to all our C but these.
all_but() {
	local -; set +T
	local file
	files=()
	for file in lib/*/*.[ch] lib/*/*/*.[ch] bin/*.[ch] cgi-bin/*.c libexec/*.c; do
		[[ " $* " = *" $file "* ]] || files+=("$file")
	done
}

# includes FLOOR... : a pattern for includes from one of these floors.
includes() {
	local IFS='|'
	echo "^#[ 	]*include[ 	]+\"($*)/"
}

words_of() {	# a variable of the Makefile, which is asked once
	local all=$BATS_FILE_TMPDIR/words
	[[ -s $all ]] || make -s -f - print >"$all" <<-'END'
		include Makefile
		asked = base store jose domain protocol http web interaction server \
		    lmdb pgsql command beside programs helpers
		print: ; @$(foreach v,$(asked),echo $(v) $($(v));)
	END
	sed -n "s/^$1 //p" "$all"
}

@test "layers: no include runs up a floor" {
	none "$(includes server interaction web http protocol domain store jose)" lib/base/*.[ch]
	none "$(includes server interaction web http protocol domain jose)" lib/store/*.[ch] \
	    lib/store/*/*.[ch]
	none "$(includes server interaction web http protocol domain store)" lib/jose/*.[ch]
	none "$(includes server interaction web http protocol)" lib/domain/*.[ch]
	none "$(includes server interaction web http)" lib/protocol/*.[ch]
	none "$(includes server interaction web protocol domain store jose)" lib/http/*.[ch]
	none "$(includes server interaction)" lib/web/*.[ch]
	none "$(includes server)" lib/interaction/*.[ch]
	none "$(includes server interaction web http)" bin/*.[ch] libexec/*.c
}

# symbols SOURCE...: what their objects define and what they need.
symbols() {
	local objects=("${@%.c}")
	(cd "$LATCHKEY_BUILD" && nm -A -P -g "${objects[@]/%/.o}")
}

# Reads symbols and prints the files that need each other, if there are any.
circle() {
	awk '
		{ sub(/:$/, "", $1) }
		$3 == "U" { needs[$1 " " $2] }
		$3 != "U" { home[$2] = $1 }
		END {
			for (need in needs) {
				split(need, n)
				if (n[2] in home)
					print n[1], home[n[2]]
			}
		}' | tsort 2>&1 >/dev/null | sed -n 's/^tsort: \([^-].*\)/\1/p' |
	    sort -u
}

@test "layers: no two files need each other, not through others either" {
	local all=$BATS_TEST_TMPDIR/symbols found
	symbols lib/*/*.c lib/*/*/*.c >"$all"
	assert_equal "$(circle <"$all")" ''
	symbols bin/*.c >"$all.bin"
	assert_equal "$(circle <"$all.bin")" ''
	# If there were one, it would be found.
	echo 'lib/store/store.o: store_open U' >>"$all"
	found=$(circle <"$all")
	[[ $found = *lib/store/store.o* && $found = *lib/store/open.o* ]]
	[[ $found != *lib/domain/* ]]
}

@test "layers: a program is a table of endpoints, and what it does is in the library" {
	local program
	for program in cgi-bin/*.c; do
		(($(wc -l <"$program") <= 120)) || fail "$program: over 120 lines"
	done
}

@test "layers: every include of ours names its floor" {
	none '^#[ 	]*include[ 	]+"[^/]*"' lib/*/*.[ch] lib/*/*/*.[ch] cgi-bin/*.c
}

@test "layers: only store/lmdb knows LMDB, and nothing but store/engine.h knows that it is there" {
	none 'include <lmdb\.h>|MDB_|mdb_[a-z]|include "store/lmdb' lib/*/*.[ch] \
	    bin/*.[ch] cgi-bin/*.c libexec/*.c
	none 'data\.mdb|lock\.mdb' lib/*/*.[ch] bin/*.[ch] cgi-bin/*.c libexec/*.c
	none 'include "store/(internal|engine|lmdb)' \
	    lib/{base,jose,domain,protocol,http,web,interaction,server}/*.[ch] bin/*.[ch] cgi-bin/*.c libexec/*.c
	# An engine knows only what engine.h says of the store.
	none 'include "store/(internal|record|newest)' lib/store/*/*.[ch]
}

@test "layers: only store/pgsql knows PostgreSQL, and no program is linked with libpq" {
	local file
	none 'libpq-fe\.h|PG(conn|result)|include "store/pgsql' \
	    lib/*/*.[ch] lib/store/lmdb/*.[ch] bin/*.[ch] cgi-bin/*.c libexec/*.c
	for file in "$LATCHKEY_BUILD"/cgi-bin/* "$LATCHKEY_BUILD"/bin/latchkey; do
		[[ $file = *.[od] ]] || none libpq <(ldd "$file")
	done
}

@test "layers: only http/gateway.c knows libfcgi" {
	all_but lib/http/gateway.c
	none 'fcgiapp\.h|fcgi_stdio\.h|FCGX_' "${files[@]}"
}

@test "layers: only jose/libcrypto.c loads libcrypto, three files call it, and no program is linked with it" {
	local file
	local known=(lib/jose/libcrypto.c lib/jose/libcrypto_calls.h)
	all_but "${known[@]}"
	none 'include <openssl/' "${files[@]}"
	all_but "${known[@]}" lib/jose/rs256.c lib/jose/rsa_public.c lib/jose/es256.c
	none libcrypto_calls "${files[@]}"
	for file in "$LATCHKEY_BUILD"/cgi-bin/* "$LATCHKEY_BUILD"/bin/latchkey; do
		[[ $file = *.[od] ]] || none libcrypto <(ldd "$file")
	done
}

@test "layers: only jose/totp.c knows liboath, and nothing is linked with it" {
	all_but lib/jose/totp.c
	none 'include <liboath/' "${files[@]}"
	none liboath <(ldd "$LATCHKEY_BUILD"/cgi-bin/authorize)
}

@test "layers: only fetch.c of bin and of libexec know libcurl, and nothing is linked with it" {
	all_but bin/fetch.c libexec/fetch.c
	none 'include <curl/' "${files[@]}"
	none libcurl <(ldd "$LATCHKEY_BUILD/bin/latchkey")
	none libcurl <(ldd "$LATCHKEY_BUILD/libexec/fetch")
}

@test "layers: protocol knows no HTTP" {
	none 'Content-Type|Set-Cookie|Location:|REQUEST_METHOD|HTTP_' \
	    lib/protocol/*.[ch]
}

@test "layers: identity is never taken from an HTTP_* variable" {
	none '"REMOTE_USER"|HTTP_REMOTE' lib/*/*.c cgi-bin/*.c
	all_but lib/web/auth_request.c
	none 'HTTP_X_' "${files[@]}"
	# What a forward-auth request is about, and whether a script asks.
	none 'HTTP_X_' <(sed -E 's/"HTTP_X_(FORWARDED_(METHOD|URI|PROTO|HOST)|REQUESTED_WITH)"//' \
	    lib/web/auth_request.c)
}

@test "layers: no function that overflows, truncates or guesses" {
	none '\<(strcpy|strcat|sprintf|vsprintf|strtok|atoi|atol|gets|strncpy|strncat|rand|srand|random|system|popen)[ 	]*\(' \
	    lib/*/*.[ch] lib/*/*/*.[ch] bin/*.[ch] cgi-bin/*.c libexec/*.c
}

@test "layers: the clock is base/clock alone" {
	all_but lib/base/clock.c
	none '\<(time|gettimeofday)\((NULL|&)|CLOCK_REALTIME' "${files[@]}"
}

@test "layers: every source file is in the Makefile, and nothing else" {
	local floor
	for floor in base store jose domain protocol http web interaction server; do
		assert_equal "$(words_of $floor | tr ' ' '\n' | sort)" \
		    "$(cd "lib/$floor" && printf '%s\n' *.c | sed 's/\.c$//' | sort)"
	done
	for floor in lmdb pgsql; do
		assert_equal "$(words_of $floor | tr ' ' '\n' | sort)" \
		    "$(cd "lib/store/$floor" && printf '%s\n' *.c | sed 's/\.c$//' | sort)"
	done
	assert_equal "$({ words_of command; words_of beside; } |
	    tr ' ' '\n' | sort)" \
	    "$(cd bin && printf '%s\n' *.c | sed 's/\.c$//' | sort)"
	assert_equal "$(words_of programs | tr ' ' '\n' | sort)" \
	    "$(cd cgi-bin && printf '%s\n' *.c | sed 's/\.c$//' | sort)"
	assert_equal "$(words_of helpers | tr ' ' '\n' | sort)" \
	    "$(cd libexec && printf '%s\n' *.c | sed 's/\.c$//' | sort)"
}

@test "layers: git grep finds each function of lib, bin and cgi-bin once" {
	local twice
	# Some are there once more in their file, for a build without OpenSSL.
	twice=$(grep -oE '^[a-z][a-z0-9_]*\(' lib/*/*.c lib/*/*/*.c bin/*.c \
	    cgi-bin/*.c libexec/*.c | sort -u | cut -d : -f 2 | sort | uniq -d |
	    grep -vx 'main(') || :
	[[ -z $twice ]] || fail "defined twice: $twice"
}

@test "layers: words that had several meanings do not come back" {
	local word
	# A site is what the gate protects, consent what a person allows an app,
	# an app what people sign in to; an interaction is no visit.
	for word in 'conf->site_name' 'site\.sh' 'approvals?' 'enum grant' scope_grant \
	    'struct (visit|arrival|asking|leaving|front|token|app)' \
	    family_ground 'lib/app' 'APP_(KEYRING|PAGES|SIGNER)' \
	    appointed recruit parked latchkey-visit \
	    '(visit|VISIT)_(unknown|overtaken|UNKNOWN|OVERTAKEN)'; do
		! grep -rnwE "$word" lib bin cgi-bin conf data templates doc \
		    Makefile README.md CONTRIBUTING.md || fail "found: $word"
	done
}

@test "layers: headers have guards that name their floor" {
	local header guard text
	for header in lib/*/*.h lib/*/*/*.h; do
		guard=${header#lib/}
		guard=LK_${guard//[\/.]/_}
		whole "$header"
		[[ $text = *$'\n'"#ifndef ${guard^^}"$'\n'* ]] ||
		    fail "$header: ${guard^^}"
	done
}

@test "layers: every web server has every program in its configuration" {
	local program file text
	for program in $(words_of programs); do
		for file in conf/serve.sh conf/{apache,lighttpd,nginx,caddy}*.conf; do
			# Plain CGI of lighttpd has no gate; the other is included.
			case $program:$file in
			gate:conf/lighttpd-cgi.conf | *:conf/nginx-gate-headers.conf)
				continue ;;
			esac
			whole "$file"
			[[ $text =~ [^A-Za-z0-9_]$program[^A-Za-z0-9_] ]] ||
			    fail "$file has no $program"
		done
	done
}

# A number has been used in stores since a version: a row in the middle would
# change those after it, and a record would never expire or be found.
@test "layers: tables and indexes keep the numbers that stores have: a new one is last" {
	local tables indexes
	tables=$(sed -n 's/^[ 	]*X(\([A-Z_]*\), ".*/\1/p' lib/store/store.h | xargs)
	indexes=$(sed -n 's/^[ 	]*X(\([A-Z_]*_BY_[A-Z_]*\),.*/\1/p' \
	    lib/store/store.h | xargs)
	[[ "$tables " = "META USERS USER_NAMES USER_EMAILS CLIENTS ORIGINS KEYS \
CODES FAMILIES SESSIONS CONSENTS THROTTLE REVOKED REPLAY AUDIT SITES \
APP_PASSWORDS "* ]] || fail "$tables"
	[[ "$indexes " = "SESSIONS_BY_USER CODES_BY_USER CODES_BY_CLIENT \
FAMILIES_BY_USER FAMILIES_BY_CLIENT CONSENTS_BY_CLIENT APP_PASSWORDS_BY_USER \
APP_PASSWORDS_BY_ORIGIN "* ]] || fail "$indexes"
}

@test "layers: the records of every table are damaged in tests/unit/record_kinds.h" {
	local table
	for table in $(sed -n 's/^[ 	]*X(\([A-Z_]*\), ".*/\1/p' \
	    lib/store/store.h); do
		case $table in
		# Of these the value is a few bytes, or nothing, a text or a picture.
		META | ICONS | RESOURCES | USER_NAMES | USER_EMAILS | ORIGINS | REVOKED | \
		    REPLAY) continue ;;
		esac
		grep -q "TABLE_$table," tests/unit/record_kinds.h ||
		    fail "no row for TABLE_$table"
	done
}

@test "manuals: every file that CONTRIBUTING.md names is there" {
	local name
	grep -oE '`[^` ]+`' CONTRIBUTING.md | tr -d '`' | grep -v NAME |
	    grep -E '^[A-Za-z-]+/|\.md$|^(Makefile|LICENSE)$' |
	    sort -u >"$BATS_TEST_TMPDIR/names"
	(($(wc -l <"$BATS_TEST_TMPDIR/names") >= 20))
	while read -r name; do
		compgen -G "$name" >/dev/null || fail "not there: $name"
	done <"$BATS_TEST_TMPDIR/names"
	(($(wc -l <CONTRIBUTING.md) < 120))
}

@test "manuals: doc/modules.md has every file of lib, by its name" {
	local told=$BATS_TEST_TMPDIR/told
	{
		sed -nE 's/^\| ([a-z0-9_]+(, [a-z0-9_]+)*) \|.*/\1/p' doc/modules.md |
		    sed 's/, /\n/g'
		grep -oE '[`/][a-z0-9_]+\.c`' doc/modules.md | tr -d '`/' | sed 's/\.c$//'
	} | sort -u >"$told"
	assert_equal "$(printf '%s\n' lib/*/*.[ch] lib/*/*/*.[ch] |
	    sed 's|.*/||; s|\.[ch]$||' | sort -u | comm -23 - "$told")" ''
}

# has_sections PAGE SECTION...
has_sections() {
	local -; set +T
	local section text
	whole "$1"
	for section in "${@:2}"; do
		[[ $text = *$'\n'".Sh $section"* ]] || fail "$1 has no $section" || return
	done
}

@test "manuals: every program has its page, and each says what there is to say" {
	local program
	for program in $(words_of programs); do
		has_sections "cgi-bin/$program.8" NAME DESCRIPTION ENVIRONMENT FILES \
		    'EXIT STATUS' STANDARDS
	done
	for program in $(words_of helpers); do
		has_sections "libexec/$program.8" NAME DESCRIPTION ENVIRONMENT FILES \
		    'EXIT STATUS'
	done
}

@test "manuals: the command's page has every verb and every option of it" {
	local word noun
	"$LATCHKEY_BUILD/bin/latchkey" help |
	    sed -n 's/^  \([a-z][a-z-]*\) .*/\1/p' | sort -u |
	    while read -r noun; do
		"$LATCHKEY_BUILD/bin/latchkey" help "$noun"
	    done >"$BATS_TEST_TMPDIR/help"
	grep -o -- '--[a-z0-9-]*' "$BATS_TEST_TMPDIR/help" |
	    sort -u >"$BATS_TEST_TMPDIR/options"
	[[ -s $BATS_TEST_TMPDIR/options ]]
	while read -r word; do
		grep -Eq -- "Fl ${word#-}( |\$)" bin/latchkey.8 ||
		    fail "latchkey.8 has no $word"
	done <"$BATS_TEST_TMPDIR/options"
	sed -n 's/^latchkey \([a-z-]*\) \([a-z]*\).*/\1 \2/p' \
	    "$BATS_TEST_TMPDIR/help" | sort -u >"$BATS_TEST_TMPDIR/verbs"
	grep -qx 'help ' "$BATS_TEST_TMPDIR/verbs"
	(($(wc -l <"$BATS_TEST_TMPDIR/verbs") > 30))
	while read -r word; do
		grep -Eq "(Cm|Ic|Nm|It).*${word% }" bin/latchkey.8 ||
		    fail "latchkey.8 has no verb $word"
	done <"$BATS_TEST_TMPDIR/verbs"
}

# The rows of conf_keys: name and default.
conf_rows() {
	sed -n 's/^    {"\([a-z0-9_]*\)", \(NULL\|"[^"]*"\),.*/\1 \2/p' \
	    lib/domain/conf.c
}

@test "manuals: latchkey-export(5) has every member of every record, and no other" {
	local section file
	while read -r section file; do
		assert_equal "$(sed -n "/^\.Ss $section\$/,/^\.El/s/^\.It Ic \([a-z0-9_]*\).*/\1/p" \
		    doc/latchkey-export.5 | sort)" \
		    "$(sed -n '/_fields\[\] = {/,/^};/p' "lib/domain/$file.c" |
		    grep -o '"[a-z0-9_]*"' | tr -d '"' | sort)"
	done <<-'END'
	people user
	apps client
	icons portable_kind
	sites site
	factors factor
	passkeys passkey
	app_passwords app_password
	consents consent
	keys signkey
	END
}

@test "manuals: latchkey.conf(5) has every key and no other" {
	conf_rows | cut -d ' ' -f 1 | sort >"$BATS_TEST_TMPDIR/keys"
	[[ $(wc -l <"$BATS_TEST_TMPDIR/keys") -ge 10 ]]
	sed -n 's/^\.It Ic \([a-z0-9_]*\).*/\1/p; s/^\.It Cm \([a-z0-9_]*\).*/\1/p; s/^\.It Va \([a-z0-9_]*\).*/\1/p' \
	    doc/latchkey.conf.5 | sort >"$BATS_TEST_TMPDIR/manual"
	diff "$BATS_TEST_TMPDIR/keys" "$BATS_TEST_TMPDIR/manual"
}

@test "manuals: latchkey.conf.example has every key, with its default" {
	local name value
	while read -r name value; do
		[[ $name != issuer ]] || continue
		value=${value#\"}
		grep -q "^#$name = ${value%\"}$" data/latchkey.conf.example ||
		    fail "not there: #$name = ${value%\"}"
	done < <(conf_rows)
	assert_equal "$(grep -Ec '^#?[a-z0-9_]+ = ' data/latchkey.conf.example)" \
	    "$(conf_rows | wc -l)"
}

# told_default KEY: what latchkey.conf(5) says is its default.
told_default() {
	awk -v key="$1" '/^\.It / { told = $3 == key }
	    told && /^Default:/ { inside = 1 }
	    told && inside { print; if (/\.$/) exit }' doc/latchkey.conf.5 |
	    sed 's/^Default: *//; s/^\.[A-Z][a-z] //; s/ *\.$//; /^$/d' | tr '\n' ' ' |
	    sed 's/ $//'
}

@test "manuals: latchkey.conf(5) tells the default of each key" {
	local name value
	while read -r name value; do
		value=${value#\"}
		case $name in
		issuer) continue ;;
		provider_name | require_factor_groups | mail_from | logo | accent_color | contact | webfinger_domains | ca_file | mtls_origin)
			[[ -n $(told_default "$name") ]] || fail "none told: $name"
			;; # in words
		*) assert_equal "$name $(told_default "$name")" "$name ${value%\"}" ;;
		esac
	done < <(conf_rows)
	run ! grep -nE '^\| `[a-z_]+` \| `?(EdDSA|15m|30d|12h)' README.md doc/*.md
}

@test "manuals: latchkey.conf.example is a good configuration, also with all it mentions" {
	new_store
	cp data/latchkey.conf.example "$DATA/latchkey.conf"
	chmod 600 "$DATA/latchkey.conf"
	latchkey user list
	sed -i 's/^#\([a-z0-9_]* =\)/\1/' "$DATA/latchkey.conf"
	latchkey user list
}

# plain FILE...: none has a word that a reader of English has to look up, or that
# is translated. The account nobody is the system's; a process may be dead.
plain() {
	local words='but for|anew|parted by|whoever|whatever|wherever|lest'
	words+='|mend(s|ed|ing)?|meanwhile|somebody|lies|stands'
	! grep -nEiw "$words${names:+|$names}" "$@" || fail "say it in plain words"
}

@test "manuals: plain English, without words that a reader has to look up" {
	local names=nobody
	plain README.md CONTRIBUTING.md doc/*.5 doc/*.md data/latchkey.conf.example \
	    templates/*
}

@test "source: comments and shown texts are plain English, too" {
	local -; set +T
	local files names=nobody
	readarray -t files < <(find lib bin cgi-bin libexec conf -type f)
	plain "${files[@]}"
	# Here nobody is an account, and a person who is not there.
	readarray -t files < <(find tests -type f ! -name layers.bats ! -name '*.pyc')
	names='' plain "${files[@]}"
}

# Rows of the requirements of CHAPTER and LEVEL with the verdict WORD, as they
# are counted: a row may be of several.
verdicts() {	# CHAPTER LEVEL WORD
	local row ids n=0
	while IFS='|' read -r _ ids row _; do
		[[ $row = " $3 " ]] || continue
		case $ids in
		*' 6.6.1 '*) n=$((n + ($2 == 2 ? 3 : $2 == 3))) ;;
		*' 6.8.1 '*) n=$((n + ($2 == 2 ? 4 : 0))) ;;
		*' 10.5.1 '*) n=$((n + ($2 == 2 ? 5 : 0))) ;;
		*"($2)"*) ((++n)) ;;
		esac
	done < <(grep "^| $1\." doc/standards.md)
	echo "$n"
}

# Reads FILE|PROMISE: what a file of tests is said to promise.
keeps_promises() {
	local -; set +T
	local file promise read='' text
	while IFS='|' read -r file promise; do
		[[ $file = "$read" ]] || whole "tests/$file"
		read=$file
		[[ $text = *"$promise"* ]] ||
		    fail "$file has no promise: $promise" || return
	done
}

@test "standards: the page counts its rows, and the tests that it names are there" {
	local file promise chapter level word n
	local -a words=(met partly 'not met' n/a) cells
	while IFS='|' read -ra cells; do
		[[ ${cells[1]} =~ ^\ ([0-9]+)\ [A-Z]|level ]] || continue
		chapter=${BASH_REMATCH[1]:-$chapter}
		[[ ${cells[1]} =~ level\ ([123]) ]] || continue
		level=${BASH_REMATCH[1]}
		for n in 0 1 2 3; do
			assert_equal "$(verdicts "$chapter" "$level" "${words[n]}")" \
			    "$((cells[n + 2]))"
		done
	done < <(sed -n '/^## ASVS 5.0, four chapters/,/^## ASVS 5.0, 6/p' doc/standards.md)
	for file in $(grep -oE '[a-z0-9_/]+\.(bats|c)\b' doc/standards.md | sort -u); do
		[[ -e tests/$file ]] || fail "no test is called $file"
	done
	grep -oE '[a-z0-9_]+\.bats "[^"]*"' doc/standards.md | sed 's/ "/|/; s/"$//' |
	    sort -u >"$BATS_TEST_TMPDIR/promises"
	[[ -s $BATS_TEST_TMPDIR/promises ]]
	keeps_promises <"$BATS_TEST_TMPDIR/promises"
}

# What is done, and what passes, is shown by a test; what is left out says why.
@test "standards: no row says done without a test, or left out without a reason" {
	local -a cells
	local rows=0
	while IFS='|' read -ra cells; do
		((${#cells[@]} >= 5)) || continue
		[[ ${cells[1]} != *---* && ${cells[2]} != ' ' ]] || continue
		((++rows))
		case ${cells[2]} in
		' done ' | ' partly ')
			[[ ${cells[4]} == *.bats* || ${cells[4]} == *.c* ]] ||
			    fail "no test: ${cells[*]}" ;;
		' left out ' | ' n/a ')
			[[ ${cells[3]} =~ [a-z]{2} ]] || fail "no reason: ${cells[*]}" ;;
		*) fail "no verdict: ${cells[*]}" ;;
		esac
	done < <(sed -n '/^## OAuth and OpenID/,/^## RFC 9700/p' doc/standards.md | grep '^|')
	((rows > 100)) || fail "$rows rows"
	while IFS='|' read -ra cells; do
		[[ ${cells[4]} == *.bats* ]] || fail "no test: ${cells[*]}"
	done < <(sed -n '/^## RFC 9700, clause/,/^## ASVS/p' doc/standards.md |
	    grep '^|' | grep -v -e '^| section' -e '^| plan' -e '^|---')
}
