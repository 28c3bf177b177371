# make deb, make static, make install: what comes out of them works where nothing
# else of latchkey is. Each test of the package boots a machine of its own: the
# system that is running, with its changes kept in memory, and a systemd.

load helper
load machine.bash
load packages.bash

setup_file() {
	cd "$root" || return
	export SANITIZED=${SAN:-}
	unset MAKEFLAGS MFLAGS MAKELEVEL SAN RS256 CFLAGS LDFLAGS
	export MADE=$BATS_FILE_TMPDIR/build
	make_packages
	make -j "$(nproc)" static BUILD="$MADE" \
	    >"$BATS_FILE_TMPDIR/said-static" 2>&1 ||
	    { tail -n 40 "$BATS_FILE_TMPDIR/said-static" >&2; return 1; }
	PACKAGE=$(echo "$PACKAGES"/latchkey_*.deb)
	ENGINE=$(echo "$PACKAGES"/latchkey-pgsql_*.deb)
	OLD=$BATS_FILE_TMPDIR/old.deb
	export PACKAGE ENGINE OLD
	make_old_package
}

setup() {
	cd "$root" || return
	unset MAKEFLAGS MFLAGS MAKELEVEL
}

teardown() {
	stop_server
}

teardown_file() {
	stop_all
}

# The same package as a version before this one, with a file that went away.
make_old_package() {
	local old=$BATS_FILE_TMPDIR/old
	dpkg-deb -R "$PACKAGE" "$old"
	sed -i 's/^Version: .*/Version: 0.0.9/' "$old/DEBIAN/control"
	touch "$old/usr/share/latchkey/of-old"
	dpkg-deb --root-owner-group -Znone -b "$old" "$OLD" >/dev/null
}

# --- the package on a machine ----------------------------------------------------

install_package() {
	put "$1" /srv/latchkey.deb
	on_machine dpkg --force-unsafe-io -i /srv/latchkey.deb
}

# A provider with a person, an app, and a web server: what the README says, but
# for TLS.
init_provider() {
	ISSUER=http://127.0.0.1
	on_machine latchkey init "$ISSUER"
	on_machine latchkey user add alice --password-stdin <<<"$PASSWORD"
	on_machine latchkey client add app --grant client_credentials \
	    --secret-stdin <<<"$SECRET"
	on_machine sh -c "${1:-/usr}/share/latchkey/conf/webserver.sh -s lighttpd -i $ISSUER \
	    >/etc/lighttpd/conf-enabled/20-latchkey.conf &&
	    systemctl restart lighttpd"
	wait_for get /jwks.json
}

get() {	# PATH
	on_machine curl -sS "$ISSUER$1"
}

get_token() {
	on_machine curl -sS -u "app:$SECRET" -d grant_type=client_credentials \
	    "$ISSUER/token" | field access_token
}

introspects() {	# TOKEN
	on_machine curl -sS -u "app:$SECRET" -d "token=$1" "$ISSUER/introspect" |
	    field active
}

# The units have no network: a logout goes out by the socket of latchkey-fetch.
a_sign_out_reaches_the_app() {
	local token
	on_machine latchkey client add told --trusted --secret-stdin \
	    --redirect-uri "$CALLBACK" \
	    --backchannel-logout-uri http://127.0.0.1:8099/ <<<"$SECRET"
	put "$root/tests/told_app.py" /srv/told_app.py
	token=$(on_machine /usr/bin/python3 /srv/told_app.py "$ISSUER" told "$SECRET" \
	    "$CALLBACK" 8099 alice "$PASSWORD")
	jwt_claims "$token" | jq -e '.aud == "told" and
	    .events["http://schemas.openid.net/event/backchannel-logout"] == {}'
	on_machine systemctl is-active latchkey-fetch.socket
	run ! on_machine journalctl -t latchkey -g 'logout_failed|cannot start drain'
}

key_id() {
	jwt_header "$1" | field kid
}

# The process of a program.
process_of() {
	on_machine pgrep -f "/cgi-bin/$1\$"
}

# When the socket was opened.
socket_since() {
	on_machine systemctl show -P ActiveEnterTimestampMonotonic \
	    "latchkey@$1.socket"
}

data_sums() {
	on_machine sh -c 'cd /var/lib/latchkey &&
	    sha256sum latchkey.conf secret.key keys/* store/data.mdb'
}

programs_of_makefile() {
	make -s -f - print <<<"include Makefile
print: ; @echo \$(programs)"
}

# --- the package -------------------------------------------------------------

@test "package: lintian finds no error and no warning" {
	run lintian --allow-root "$PACKAGES"/deb/*.dsc "$PACKAGE" "$ENGINE"
	assert_equal "$output" ''
}

@test "package: is small: less than 3.5 MiB installed, with its documents" {
	(($(dpkg-deb -f "$PACKAGE" Installed-Size) < 3584))
}

@test "package: libpq is what latchkey-pgsql needs, beside latchkey of the same version, and latchkey does not" {
	local to=$BATS_TEST_TMPDIR/to
	run ! grep -Eq 'libpq|latchkey-pgsql' <(dpkg-deb -f "$PACKAGE" Depends Recommends)
	run dpkg-deb -f "$ENGINE" Depends
	[[ ", $output" = *", latchkey (= $(dpkg-deb -f "$PACKAGE" Version))"* ]] ||
	    fail "$output"
	[[ ", $output" = *', libpq5'* ]] || fail "$output"
	dpkg-deb -x "$PACKAGE" "$to"
	run ! grep -rl "libpq\.so" "$to/usr/bin" "$to/usr/lib"
	dpkg-deb -x "$ENGINE" "$BATS_TEST_TMPDIR/engine"
	assert_equal "$(cd "$BATS_TEST_TMPDIR/engine" && find . -type f -printf '%f ')" \
	    "$(printf '%s ' pgsql.conf pgsql.conf latchkey-pgsql.so | tr ' ' '\n' |
		sort | xargs) "
}

@test "package: from nothing to a token: install, init, client add, the web server's configuration" {
	local program token
	boot_machine
	install_package "$PACKAGE"
	init_provider
	assert_equal "$(get /.well-known/openid-configuration | field issuer)" \
	    "$ISSUER"
	token=$(get_token)
	assert_equal "$(introspects "$token")" true
	[[ $(get "/authorize?client_id=nobody") = *client_id* ]]
	for program in userinfo refresh revoke logout; do
		get "/$program" >/dev/null
	done
	[[ $(on_machine latchkey check) = *"0 errors"* ]]
	# Each runs, as its own user, and says what it has to say to the journal.
	for program in $(programs_of_makefile); do
		on_machine systemctl is-active "latchkey@$program.socket"
	done
	assert_equal "$(on_machine ps -o user= -p "$(process_of token)")" latchkey
	on_machine journalctl -t latchkey | grep -q 'userinfo: .*token_missing'
	on_machine latchkey --version | grep -Fx "latchkey $(dpkg-deb -f "$PACKAGE" Version)"
}

@test "package: the web server's user reaches the sockets and not the data, others neither" {
	boot_machine
	install_package "$PACKAGE"
	init_provider
	get_token >/dev/null
	assert_equal "$(on_machine stat -c '%U %a' /var/lib/latchkey \
	    /run/latchkey/token | tr '\n' ' ')" 'latchkey 700 www-data 600 '
	run ! on_machine runuser -u www-data -- ls /var/lib/latchkey
	run -0 on_machine runuser -u www-data -- env REQUEST_METHOD=GET \
	    REQUEST_URI=/token cgi-fcgi -bind -connect /run/latchkey/token
	[[ $output = *'Status: 405'* ]]
	run on_machine runuser -u games -- env REQUEST_METHOD=GET \
	    REQUEST_URI=/token cgi-fcgi -bind -connect /run/latchkey/token
	[[ $output != *Status:* ]]
}

@test "package: a program that is killed again and again is there for the next request" {
	boot_machine
	install_package "$PACKAGE"
	init_provider
	for _ in {1..8}; do
		[[ -n $(get_token) ]]
		on_machine systemctl kill -s KILL latchkey.service || :
	done
	[[ -n $(get_token) ]]
}

@test "package: an upgrade keeps data, and no request is refused during it" {
	local before open_since token
	boot_machine
	install_package "$OLD"
	init_provider
	token=$(get_token)
	before=$(process_of token)
	open_since=$(socket_since token)
	get /jwks.json >"$BATS_TEST_TMPDIR/keys"
	(
		until [[ -e $BATS_TEST_TMPDIR/upgraded ]]; do
			get_token | cut -c 1-2
		done >"$BATS_TEST_TMPDIR/tokens"
	) 3>&- &
	install_package "$PACKAGE"
	touch "$BATS_TEST_TMPDIR/upgraded"
	wait $!
	assert_equal "$(sort -u "$BATS_TEST_TMPDIR/tokens")" ey
	(($(wc -l <"$BATS_TEST_TMPDIR/tokens") > 5))
	run ! on_machine test -e /usr/share/latchkey/of-old
	[[ $(process_of token) != "$before" ]]
	assert_equal "$(socket_since token)" "$open_since"
	assert_equal "$(introspects "$token")" true
	assert_equal "$(key_id "$(get_token)")" "$(key_id "$token")"
	assert_equal "$(get /jwks.json)" "$(<"$BATS_TEST_TMPDIR/keys")"
	assert_equal "$(on_machine latchkey user list --json | jq -r '.[].preferred_username')" \
	    alice
}

@test "package: removing it ends the programs, and keeps data and settings for the next time" {
	local token sums
	boot_machine
	install_package "$PACKAGE"
	init_provider
	token=$(get_token)
	on_machine dpkg -r latchkey
	sums=$(data_sums)
	run ! on_machine pgrep -u latchkey
	assert_equal "$(on_machine ls /run/latchkey)" ''
	assert_equal "$(on_machine systemctl list-units --no-legend \
	    'latchkey*')" ''
	run ! on_machine test -e /usr/bin/latchkey
	install_package "$PACKAGE"
	assert_equal "$(data_sums)" "$sums"
	assert_equal "$(introspects "$token")" true
	assert_equal "$(key_id "$(get_token)")" "$(key_id "$token")"
}

@test "package: purging it takes all that it brought, but never people and keys" {
	local sums
	boot_machine
	install_package "$PACKAGE"
	run -0 on_machine dpkg -P latchkey
	run ! on_machine test -e /var/lib/latchkey
	install_package "$PACKAGE"
	init_provider
	sums=$(data_sums)
	run -0 on_machine dpkg -P latchkey
	[[ $output = *'left in /var/lib/latchkey'* ]]
	assert_equal "$(data_sums)" "$sums"
	assert_equal "$(on_machine find /etc /usr /var/lib/systemd -xdev \
	    -path '*latchkey*' -not -path '*/20-latchkey.conf')" ''
}

# --- the engine for PostgreSQL ---------------------------------------------------

# A provider on LMDB, and both packages, on a machine with PostgreSQL.
boot_with_database() {
	boot_machine
	install_package "$PACKAGE"
	init_provider
	get_token >/dev/null
	run ! on_machine grep libpq "/proc/$(process_of token)/maps"
	install_package "$ENGINE"
	on_machine systemctl start postgresql
	wait_for on_machine runuser -u postgres -- psql -qc \
	    'create role latchkey login'
	on_machine runuser -u postgres -- createdb -O latchkey latchkey
}

# moves_to WHERE: the records; people, apps and tokens are still good.
moves_to() {
	local token
	token=$(get_token)
	on_machine latchkey move-store "postgresql:$1"
	on_machine systemctl restart latchkey.service
	[[ -n $(get_token) ]]
	assert_equal "$(introspects "$token")" true
	on_machine grep -q libpq "/proc/$(process_of token)/maps"
}

service_has() {	# PROPERTY
	on_machine systemctl show -P "$1" latchkey.service
}

@test "package: latchkey-pgsql on a socket in /run/postgresql needs no network, and has none if that is wanted" {
	boot_with_database
	on_machine mkdir -p /etc/systemd/system/latchkey.service.d
	on_machine ln -s /dev/null /etc/systemd/system/latchkey.service.d/pgsql.conf
	on_machine systemctl daemon-reload
	moves_to 'host=/run/postgresql dbname=latchkey'
	assert_equal "$(service_has PrivateNetwork)" yes
	assert_equal "$(service_has RestrictAddressFamilies)" AF_UNIX
	[[ $(on_machine latchkey check) = *"0 errors"* ]]
}

@test "package: latchkey-pgsql opens the network to the programs and backups, and its removal closes it" {
	boot_with_database
	assert_equal "$(service_has PrivateNetwork)" no
	on_machine runuser -u postgres -- psql -qc "alter role latchkey password 'a secret'"
	on_machine sh -c 'install -d /etc/latchkey && umask 077 &&
	    echo "localhost:*:*:latchkey:a secret" >/etc/latchkey/pgpass &&
	    chown latchkey: /etc/latchkey/pgpass'
	moves_to 'host=localhost user=latchkey dbname=latchkey passfile=/etc/latchkey/pgpass'
	assert_equal "$(on_machine ps -o user= -p "$(process_of token)")" latchkey
	[[ $(on_machine latchkey check) = *"0 errors"* ]]
	on_machine systemctl stop latchkey.target latchkey.service
	on_machine latchkey move-store lmdb
	run -0 on_machine dpkg -r latchkey-pgsql
	on_machine systemctl start latchkey.target
	[[ -n $(get_token) ]]
	assert_equal "$(service_has PrivateNetwork)" yes
	run ! on_machine grep libpq "/proc/$(process_of token)/maps"
}

# --- latchkey setup ------------------------------------------------------------

# A Debian host whose web server is running, with a certificate in certbot's place.
boot_with_certificate() {	# SERVICE
	local dir=$BATS_TEST_TMPDIR live=/etc/letsencrypt/live/id.example.org
	boot_machine
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	    -subj /CN=id.example.org -addext subjectAltName=DNS:id.example.org \
	    -days 30 -keyout "$dir/key" -out "$dir/certificate" 2>/dev/null
	on_machine mkdir -p $live
	put "$dir/certificate" $live/fullchain.pem
	put "$dir/key" $live/privkey.pem
	on_machine sh -c "cat $live/fullchain.pem >>/etc/ssl/certs/ca-certificates.crt
	    echo 127.0.0.1 id.example.org >>/etc/hosts"
	put "$PACKAGE" /srv/latchkey.deb
	on_machine systemctl enable --now "$1"
}

# Opens the link as a browser does, chooses a password, and prints the page that
# is then shown.
follow_link() {
	on_machine env SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt \
	    /usr/bin/python3 -c '
import http.cookiejar, re, sys, urllib.parse, urllib.request
browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(
    http.cookiejar.CookieJar()))
link, password = sys.argv[1:]
page = browser.open(link).read().decode()
for fields in ({"step": "continue"},
               {"step": "set", "new_password": password, "again": password}):
    hidden = re.findall(r"type=\"hidden\" name=\"(\w+)\" value=\"([^\"]*)\"", page)
    body = urllib.parse.urlencode(dict(hidden) | fields).encode()
    page = browser.open(link.split("?")[0], body).read().decode()
print(page)' "$1" "$PASSWORD"
}

# Four lines at most are typed, as root, in a fresh Debian with a certificate.
from_debian_to_a_person() {	# SERVICE LINE...
	local line link
	boot_with_certificate "$1"
	(($# - 1 <= 4))
	for line in "${@:2}"; do
		run on_machine sh -c "cd /srv && export DEBIAN_FRONTEND=noninteractive &&
		    $line 2>&1"
		[[ $status = 0 ]] || fail "$line" "$(tail -n 40 <<<"$output")"
	done
	[[ $output = *'0 errors'* ]] || fail "$output"
	link=$(grep -o '^https://id.example.org/join?link=.*' <<<"$output")
	run -0 follow_link "$link"
	[[ $output = *alice* && $output = *'Your password is saved'* ]] ||
	    fail "$output"
	on_machine systemctl is-enabled "$1" latchkey.target
	# Once more it has nothing to do.
	run -0 on_machine latchkey setup https://id.example.org --yes
	[[ $output = *'Nothing to do'* ]] || fail "$output"
}

@test "setup: from Debian with lighttpd and a certificate to a signed-in person in three lines" {
	from_debian_to_a_person lighttpd \
	    'apt-get install -y --no-install-recommends lighttpd lighttpd-mod-openssl' \
	    'apt-get install -y ./latchkey.deb' \
	    'latchkey setup https://id.example.org --person alice --yes'
}

@test "setup: the same with nginx" {
	from_debian_to_a_person nginx \
	    'apt-get install -y --no-install-recommends nginx-light' \
	    'apt-get install -y ./latchkey.deb' \
	    'latchkey setup https://id.example.org --person alice --yes'
}

@test "setup: the same with Apache" {
	from_debian_to_a_person apache2 \
	    'apt-get install -y --no-install-recommends apache2' \
	    'apt-get install -y ./latchkey.deb' \
	    'latchkey setup https://id.example.org --person alice --yes'
}

# --- make install ------------------------------------------------------------

# What the README says for a host without the package.
@test "install: the units, users and directories that make install brings work from /usr/local" {
	[[ -z ${SANITIZED:-} ]] || skip 'sanitizers want more than the units allow'
	boot_machine
	make -o all install BUILD="$LATCHKEY_BUILD" \
	    DESTDIR="$BATS_TEST_TMPDIR/to" >/dev/null
	tar -C "$BATS_TEST_TMPDIR/to" -c . >"$BATS_TEST_TMPDIR/tar"
	put "$BATS_TEST_TMPDIR/tar" /srv/tar
	on_machine tar -C / -xf /srv/tar
	on_machine systemd-sysusers
	on_machine systemd-tmpfiles --create latchkey.conf
	on_machine systemctl daemon-reload
	on_machine systemctl enable --now latchkey.target
	init_provider /usr/local
	[[ -n $(get_token) ]]
	assert_equal "$(on_machine ps -o user=,args= -p "$(process_of token)" |
	    tr -s ' ')" 'latchkey /usr/local/lib/latchkey/cgi-bin/token'
	a_sign_out_reaches_the_app
}

units_are_sound() {	# ROOT
	run -0 systemd-analyze verify --root="$1" --man=no \
	    --recursive-errors=no latchkey.target latchkey@token.socket \
	    latchkey.service latchkey-mail.{service,path,timer} \
	    latchkey-backup.{service,timer}
	assert_equal "$output" ''
}

@test "install: systemd finds no fault with the units, and little that a program could do" {
	local to=$BATS_TEST_TMPDIR/to unit
	dpkg-deb -x "$PACKAGE" "$to"
	mkdir -p "$to/usr/lib/systemd"
	cp -a /usr/lib/systemd/system "$to/usr/lib/systemd"
	cp /usr/bin/install "$to/usr/bin/" # which a unit calls
	units_are_sound "$to"
	# Of 10: 0 is nothing at all, 9.6 what a service can without a word.
	systemd-analyze security --offline=true --root="$to" --threshold=10 \
	    latchkey.service >/dev/null
	# With the network, which the engine for PostgreSQL may need.
	dpkg-deb -x "$ENGINE" "$to"
	units_are_sound "$to"
	systemd-analyze security --offline=true --root="$to" --threshold=20 \
	    latchkey.service >/dev/null
	for unit in latchkey latchkey-backup; do
		assert_equal "$(cat "$to"/usr/lib/systemd/system/$unit.service.d/pgsql.conf \
		    "$to"/lib/systemd/system/$unit.service.d/pgsql.conf 2>/dev/null)" \
		    "$(<conf/systemd/network-store.conf)"
	done
}

# --- make static -------------------------------------------------------------

@test "static: each program has everything linked in, and none of glibc's ifs" {
	local program
	run ! grep -i warning "$BATS_FILE_TMPDIR/said-static"
	for program in "$MADE"/static/{bin,cgi-bin}/*; do
		file "$program" | grep -q 'static-pie linked.*, stripped'
		# Most of it is libcrypto, which has grown in Debian 13.
		(($(stat -c %s "$program") < 10 * 1024 * 1024))
	done
	assert_equal "$(cd "$MADE/static/cgi-bin" && printf '%s\n' * | sort)" \
	    "$(programs_of_makefile | tr ' ' '\n' | sort)"
}

# in_jail [NAME=VALUE...] COMMAND...: sees these programs and the data, and
# nothing else.
in_jail() {
	local -a env=()
	while [[ $1 = *=* ]]; do
		env+=("$1")
		shift
	done
	env -i LATCHKEY_DATA=/data "${env[@]}" \
	    "$(command -v unshare)" --map-root-user -R "$jail" "$@"
}

# ask_jail PROGRAM [CLIENT BODY]: as plain CGI; prints the body of the answer.
ask_jail() {
	local -a vars=(REQUEST_METHOD=GET "REQUEST_URI=/$1")
	[[ -z ${2:-} ]] || vars=(REQUEST_METHOD=POST "REQUEST_URI=/$1"
	    CONTENT_TYPE=application/x-www-form-urlencoded
	    "CONTENT_LENGTH=${#3}"
	    "HTTP_AUTHORIZATION=Basic $(basic "$2" "$SECRET")")
	printf %s "${3:-}" | in_jail "${vars[@]}" "/cgi-bin/${PROGRAM:-$1}" \
	    >"$BATS_TEST_TMPDIR/answer"
	keep_answer "$BATS_TEST_TMPDIR/answer"
	http_body
}

@test "static: programs need nothing of the host but the data directory, for any algorithm" {
	local alg token
	unshare --map-root-user true || skip 'no jail can be made here'
	jail=$BATS_TEST_TMPDIR/jail
	mkdir "$jail"
	cp -R "$MADE"/static/{bin,cgi-bin} "$jail"
	in_jail /bin/latchkey init https://id.example.org
	for alg in EdDSA HS256 RS256; do
		in_jail /bin/latchkey client add "app-$alg" --alg $alg \
		    --grant client_credentials --secret-stdin <<<"$SECRET"
	done
	assert_equal "$(PROGRAM=metadata \
	    ask_jail .well-known/openid-configuration | field issuer)" \
	    https://id.example.org
	PROGRAM=metadata ask_jail jwks.json >"$BATS_TEST_TMPDIR/keys"
	for alg in EdDSA RS256; do
		token=$(ask_jail token app-$alg grant_type=client_credentials |
		    field access_token)
		assert_equal "$(jwt_header "$token" | field alg)" $alg
		"$root/tests/verify_jwt.py" pyjwt $alg https://id.example.org \
		    https://id.example.org "$token" <"$BATS_TEST_TMPDIR/keys"
		assert_equal "$(ask_jail introspect app-$alg "token=$token" |
		    field active)" true
	done
}

# Apache as a shared host has it: its cgi-bin, and what .htaccess may change.
begin_shared_host() {
	local modules=/usr/lib/apache2/modules host=$BATS_TEST_TMPDIR/host
	printf 'LoadModule %s_module %s\n' mpm_event $modules/mod_mpm_event.so \
	    authz_core $modules/mod_authz_core.so alias $modules/mod_alias.so \
	    env $modules/mod_env.so cgid $modules/mod_cgid.so \
	    rewrite $modules/mod_rewrite.so >"$host/conf"
	cat >>"$host/conf" <<-END
		ServerRoot $host
		ServerName 127.0.0.1
		Listen 127.0.0.1:$PORT
		User www-data
		Group www-data
		PidFile $host/pid
		DefaultRuntimeDir $host
		ScriptSock $host/cgid
		ErrorLog $host/errors
		ScriptAlias /cgi-bin/ $host/cgi-bin/
		<Directory $host/cgi-bin>
			AllowOverride All
			Require all granted
		</Directory>
	END
	in_background "$(PATH=$PATH:/usr/sbin command -v apache2)" -DFOREGROUND \
	    -f "$host/conf"
	wait_for answers_or_is_gone
	! is_gone "$SERVER_PID" || fail "$(<"$SERVER_LOG")"
}

@test "static: copied into a shared host's cgi-bin they are a provider" {
	local host=$BATS_TEST_TMPDIR/host
	new_store /cgi-bin
	add_user alice
	add_client app
	mkdir "$host"
	cp -R "$MADE/static/cgi-bin" "$host"
	sed "s|/home/me/latchkey|$DATA|" conf/cgi-bin.htaccess \
	    >"$host/cgi-bin/.htaccess"
	if [[ $(id -u) = 0 ]]; then
		chmod a+x "$BATS_RUN_TMPDIR"
		chown -R www-data: "$DATA" "$host"
	fi
	begin_shared_host
	request - GET "$ISSUER/.well-known/openid-configuration"
	assert_field issuer "$ISSUER"
	request - GET "$ISSUER/jwks.json"
	assert_status 200
	get_tokens alice app >/dev/null
	refresh "$(http_body | field refresh_token)" >/dev/null
	assert_status 200
	userinfo "$(http_body | field access_token)" >/dev/null
	assert_field preferred_username alice
}
