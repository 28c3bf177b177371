# make: what it makes, where it puts it, and that it says nothing else.

load helper

# A build of this file's own, without RS256 and with a builder's CFLAGS.
setup_file() {
	cd "$root" || return
	unset MAKEFLAGS MFLAGS MAKELEVEL SAN RS256 CFLAGS LDFLAGS
	export MADE=$BATS_FILE_TMPDIR/build
	make_it >"$BATS_FILE_TMPDIR/said" 2>&1 ||
	    { cat "$BATS_FILE_TMPDIR/said" >&2; return 1; }
}

setup() {
	cd "$root" || return
	unset MAKEFLAGS MFLAGS MAKELEVEL
}

teardown() {
	stop_server
}

make_it() {
	make BUILD="$MADE" RS256=no \
	    "CFLAGS=-O0 -U_FORTIFY_SOURCE -Werror" "$@"
}

@test "build: make help lists every target" {
	local target
	run -0 make -s help
	for target in test check unit full demo serve install deb static lint \
	    bench clean 'SAN=1 test'; do
		[[ $output = *"make $target"* ]] || fail "no make $target"
	done
}

@test "build: make check runs the files that T names, and of these the tests that F matches" {
	local units
	run -0 make -ns check T='tests/unit/str.c tests/helper.bats' F=codes \
	    BUILD="$LATCHKEY_BUILD"
	[[ ${lines[-1]} = *"TEST_FILTER='codes' tests/run"* &&
	    ${lines[-1]} = *"run $LATCHKEY_BUILD/test/unit/str tests/helper.bats" ]]
	units=$LATCHKEY_BUILD/test/unit
	TEST_FILTER='when it has ended' run -0 tests/run "$units/str" \
	    tests/helper.bats
	[[ $output = *'# unit str'* && $output = *'when it has ended'* ]]
	TEST_FILTER='a name that no test has' run -1 tests/run tests/helper.bats
	assert_equal "${lines[-1]}" '0 passed, 0 failed'
}

@test "build: a stage of make full that has passed runs again when the sources have changed, and not before" {
	local notes=$BATS_TEST_TMPDIR/notes
	git --version >/dev/null 2>&1 || skip 'no git'
	mkdir -p "$BATS_TEST_TMPDIR/sources/tests"
	cp "$root/tests/stage" "$BATS_TEST_TMPDIR/sources/tests"
	cd "$BATS_TEST_TMPDIR/sources"
	git init -q .
	run -0 tests/stage "$notes" one echo ran
	[[ ${lines[-1]} = ran ]]
	git add .
	git -c user.name=t -c user.email=t@t commit -qm one
	run -0 tests/stage "$notes" one echo ran
	[[ ${lines[-1]} = ran ]]
	run -1 tests/stage "$notes" two/three false
	run -0 tests/stage "$notes" one echo ran
	[[ $output = '# one passed already, '20??-??-* ]]
	run -1 tests/stage "$notes" two/three false
	run -0 tests/stage "$notes"
	[[ $output = 'one passed, '20??-??-* && ${#lines[@]} -eq 1 ]]
	touch new
	run -0 tests/stage "$notes" one echo ran
	[[ ${lines[-1]} = ran ]]
	rm new
	git -c user.name=t -c user.email=t@t commit -q --allow-empty -m two
	run -0 tests/stage "$notes" one echo ran
	[[ ${lines[-1]} = ran ]]
	run -0 tests/stage "$notes" one echo ran
	[[ $output != *ran ]]
}

@test "build: no warning" {
	run ! grep -i warning "$BATS_FILE_TMPDIR/said"
}

@test "build: a second make has nothing to do" {
	run -0 make_it
	assert_equal "$output" ''
}

@test "build: RS256=no is a latchkey that says so" {
	LATCHKEY_BUILD=$MADE
	local before
	new_store
	before=$(ls "$DATA/keys")
	run -1 latchkey key rotate --now --alg RS256
	assert_equal "${#lines[@]}" 1
	assert_equal "$(ls "$DATA/keys")" "$before"
}

@test "build: install puts everything below DESTDIR and PREFIX" {
	local to=$BATS_TEST_TMPDIR/to file
	run -0 make_it install DESTDIR="$to" PREFIX=/opt/lk
	for file in bin/latchkey lib/latchkey/liblatchkey.so \
	    lib/latchkey/cgi-bin/{authorize,token,refresh} \
	    lib/latchkey/cgi-bin/{metadata,userinfo,introspect,revoke,logout} \
	    share/latchkey/latchkey.conf.example \
	    share/latchkey/templates/{login,consent,error}.html \
	    share/latchkey/templates/{style.css,en.msg} \
	    share/man/man5/latchkey.conf.5 \
	    share/man/man5/latchkey-export.5 \
	    share/man/man8/{latchkey,token,authorize}.8; do
		[[ -f $to/opt/lk/$file ]] || fail "not installed: $file"
	done
	assert_equal "$(find "$to" -type f | grep -vc "^$to/opt/lk/")" 0
	[[ -z $(find "$to" -type f -perm /022) ]]
	"$to/opt/lk/bin/latchkey" --help >/dev/null
	for file in "$to"/opt/lk/lib/latchkey/cgi-bin/*; do
		ldd "$file" | grep -qF "=> $to/opt/lk/lib/latchkey/cgi-bin/../liblatchkey.so"
	done
}

@test "build: programs are small files of their own; other libraries are the system's" {
	local program library=$LATCHKEY_BUILD/lib/latchkey/liblatchkey.so
	for program in "$LATCHKEY_BUILD"/cgi-bin/*; do
		[[ $program != *.[od] ]] || continue
		(($(stat -c %h "$program") == 1))
		readelf -d "$program" | grep -q 'NEEDED.*liblatchkey\.so'
		[[ -n ${SAN:-} ]] || (($(size -A "$program" |
		    awk '$1 == ".text" { print $2 }') < 8192))
	done
	nm -D --defined-only "$library" | grep -q ' T server_run$'
	run ! grep -E ' (mdb_|crypto_|FCGX_)' \
	    <(nm -D --defined-only "$library")
}

# liblatchkey.so is all that programs have in common.
@test "build: nothing but the engine for PostgreSQL needs libpq" {
	local to=$BATS_TEST_TMPDIR/to
	run -0 make_it install DESTDIR="$to" PREFIX=/opt/lk
	assert_equal "$(cd "$to/opt/lk" && find . -type f -exec sh -c '
	    readelf -dW "$1" 2>/dev/null | grep -q "NEEDED.*libpq" && echo "$1"' \
	    sh {} \;)" ./lib/latchkey/latchkey-pgsql.so
	run ! grep -rl "libpq\.so" "$to"/opt/lk/{bin,lib/latchkey/{cgi-bin,libexec,liblatchkey.so}}
	assert_equal "$(nm -D --defined-only "$to/opt/lk/lib/latchkey/latchkey-pgsql.so" |
	    grep -c ' T ')" 1
}

@test "build: programs on LMDB have no libpq in memory" {
	new_store
	add_client app --grant client_credentials
	start_server
	[[ -n $(client_credentials | field access_token) ]]
	grep -q liblatchkey "/proc/$(serving token)/maps"
	run ! grep libpq "/proc/$(serving token)/maps"
	stop_server
}

@test "build: make builds that engine, where libpq is, and make install brings what its programs need" {
	local to=$BATS_TEST_TMPDIR/to
	run -0 make_it install DESTDIR="$to"
	cmp "$MADE/lib/latchkey/latchkey-pgsql.so" \
	    "$to/usr/local/lib/latchkey/latchkey-pgsql.so"
	cmp conf/systemd/network-store.conf \
	    "$to/usr/local/share/latchkey/systemd/network-store.conf"
	run -0 find "$to/usr/local/lib/systemd" -name "*.d"
	assert_equal "$output" ''
}

@test "build: PGSQL=no is a latchkey without that engine, which says so" {
	local to=$BATS_TEST_TMPDIR/to
	run -0 make_it install PGSQL=no DESTDIR="$to"
	assert_equal "$(find "$to" -name '*pgsql*' -o -name 'network-store*')" ''
	run -1 "$to/usr/local/bin/latchkey" -d "$BATS_TEST_TMPDIR/data" init \
	    https://id.example.org --store postgresql:dbname=latchkey
	[[ $output = *latchkey-pgsql* ]] || fail "$output"
	assert_equal "$(ls -A "$BATS_TEST_TMPDIR/data" 2>/dev/null)" ''
}

@test "build: what is installed names where it is installed: manuals, units, configurations" {
	local to=$BATS_TEST_TMPDIR/to word
	run -0 make_it install DESTDIR="$to" PREFIX=/opt/lk
	run ! grep -r /usr/local "$to"/opt/lk/{lib,share/man}
	run ! grep -r '@[A-Z]*@' "$to/opt/lk/lib/systemd"
	grep -q '^ExecStart=/opt/lk/lib/latchkey/start-programs /opt/lk/lib/latchkey/cgi-bin$' \
	    "$to/opt/lk/lib/systemd/system/latchkey.service"
	grep -q /opt/lk/lib/latchkey "$to/opt/lk/share/man/man8/token.8"
	for word in "$to"/opt/lk/lib/latchkey/cgi-bin/*; do
		grep -q "^Wants=.*latchkey@${word##*/}.socket" \
		    "$to/opt/lk/lib/systemd/system/latchkey.target"
		grep -q "^Sockets=.*latchkey@${word##*/}.socket" \
		    "$to/opt/lk/lib/systemd/system/latchkey.service"
	done
	run -0 "$to/opt/lk/share/latchkey/conf/webserver.sh" -s apache-cgi \
	    -i https://id.example.org -c cert -k key
	[[ $output = *"\"$to/opt/lk/lib/latchkey/cgi-bin/token\""* ||
	    $output = *"\"$to/opt/lk/lib/latchkey/cgi-bin/\$1\""* ]]
	[[ $output != *@[A-Z]*@* ]]
}

@test "build: make uninstall takes away exactly what make install put there" {
	local to=$BATS_TEST_TMPDIR/to
	mkdir -p "$to/usr/local/bin" "$to/usr/local/share/latchkey/pages" \
	    "$to/var/lib/latchkey" "$to/etc/nginx"
	touch "$to/usr/local/bin/mine" "$to/usr/local/share/latchkey/pages/mine" \
	    "$to/var/lib/latchkey/secret.key" "$to/etc/nginx/latchkey"
	find "$to" ! -type d | sort >"$BATS_TEST_TMPDIR/before"
	run -0 make_it install DESTDIR="$to"
	(($(find "$to" -type f | wc -l) > 100))
	run -0 make_it uninstall DESTDIR="$to"
	[[ $output = *'people, apps and keys'* ]]
	[[ $output = *"$to/usr/local/share/latchkey is left"* ]] || fail "$output"
	find "$to" ! -type d | sort | diff "$BATS_TEST_TMPDIR/before" -
	rm -r "$to"/{var,etc,usr/local/share/latchkey/pages}
	run -0 make_it install DESTDIR="$to"
	run -0 make_it uninstall DESTDIR="$to"
	assert_equal "$(find "$to" -name '*latchkey*')" ''
	# Nothing is there to remove, and that is no mistake.
	run -0 make_it uninstall DESTDIR="$to"
}

@test "build: one version, of the changes, the command and the package" {
	local version
	version=$(sed -n 's/^## \([0-9.]*\).*/\1/p' CHANGELOG.md | head -n 1)
	assert_equal "$("$MADE/bin/latchkey" --version)" "latchkey $version"
	assert_equal "$(dpkg-parsechangelog -S Version)" "$version"
}

@test "build: programs are hardened: PIE, full RELRO, no executable stack" {
	local program
	for program in "$LATCHKEY_BUILD"/cgi-bin/* \
	    "$LATCHKEY_BUILD"/{bin/latchkey,lib/latchkey/liblatchkey.so}; do
		[[ $program != *.[od] ]] || continue
		readelf -hld "$program" >"$BATS_TEST_TMPDIR/elf"
		grep -q 'Type: *DYN' "$BATS_TEST_TMPDIR/elf"
		grep -q GNU_RELRO "$BATS_TEST_TMPDIR/elf"
		grep -q 'Flags:.* NOW' "$BATS_TEST_TMPDIR/elf"
		grep -A 1 GNU_STACK "$BATS_TEST_TMPDIR/elf" | grep -q 'RW  '
	done
}

@test "build: packages.sh says nothing when nothing is missing" {
	run -0 conf/packages.sh build test
	assert_equal "$output" ''
}

@test "build: packages.sh names what is missing, and who could install it" {
	# A machine without sudo and root, where one package is missing.
	sed "s/'jq jq'/'latchkey-no-such-package no-such-command'/" \
	    conf/packages.sh >"$BATS_TEST_TMPDIR/packages.sh"
	mkdir "$BATS_TEST_TMPDIR/bin"
	printf '#!/bin/sh\necho 1000\n' >"$BATS_TEST_TMPDIR/bin/id"
	chmod +x "$BATS_TEST_TMPDIR/bin/id"
	for tool in sh cat cut sort sed dpkg-query apt-get python3 cc npm; do
		ln -s "$(command -v $tool)" "$BATS_TEST_TMPDIR/bin/$tool"
	done
	# shellcheck disable=SC2030,SC2031
	PATH=$BATS_TEST_TMPDIR/bin run -1 sh "$BATS_TEST_TMPDIR/packages.sh" test
	assert_equal "$output" \
	    'latchkey: needs root (or sudo) to install: latchkey-no-such-package'
}

@test "build: packages.sh refuses a task it does not know" {
	run -2 conf/packages.sh everything
}

# told_packages FIRST-CELL: of that row of the table in doc/install.md, sorted.
told_packages() {
	sed -n "s/^| $1 | \(.*\) |\$/\1/p" doc/install.md | tr ' ' '\n' | sort
}

# packages_of TASK...: as packages.sh has them, sorted.
packages_of() {
	conf/packages.sh --list "$@" | sort -u
}

@test "build: doc/install.md names the packages that are installed, and no other" {
	assert_equal "$(told_packages building)" "$(packages_of build)"
	assert_equal "$(told_packages '`make demo`, besides')" \
	    "$(comm -13 <(packages_of build) <(packages_of demo))"
	assert_equal "$(told_packages '`make test`, besides')" \
	    "$(comm -13 <(packages_of build demo) <(packages_of test))"
	assert_equal "$(sed -n '/^apt-get install .* gcc/,/[^\\]$/p' doc/install.md |
	    sed 's/^apt-get install -y --no-install-recommends//' |
	    tr -d '\\' | xargs -n 1 | sort)" "$(packages_of build)"
}

@test "build: the Debian package is built with the libraries that are installed" {
	assert_equal "$(sed -n '/^Build-Depends:/,/^[^ ]*$/s/^ \(lib.*-dev\),*$/\1/p' \
	    debian/control | sort)" \
	    "$(packages_of build deb | grep '^lib.*-dev$' | grep -v '^libc6-dev$')"
}

@test "build: make asks no compiler that is not there yet, and says nothing of it" {
	local tool
	mkdir "$BATS_TEST_TMPDIR/bin"
	for tool in sh make sed echo; do
		ln -s "$(type -P "$tool")" "$BATS_TEST_TMPDIR/bin/$tool"
	done
	run -0 --separate-stderr env PATH="$BATS_TEST_TMPDIR/bin" make -s help
	[[ $output = *'make test'* ]]
	assert_equal "$stderr" ''
}

@test "build: other flags compile again (last: the build is another one then)" {
	run -0 make_it CFLAGS=-Os "$MADE/lib/base/err.o"
	[[ $output = *'cc lib/base/err.c'* ]] || fail "$output"
}
