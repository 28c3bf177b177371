# latchkey check: what it finds in a data directory, and, through real web
# servers, what the world sees of it. A right installation has no findings; one
# thing wrong gives just that finding.
#
# The public address is https://id.example.org; a proxy leads it to the ports of
# a test (tests/proxy.py).

load helper
BATS_NO_PARALLELIZE_WITHIN_FILE=true
export BATS_NO_PARALLELIZE_WITHIN_FILE

setup_file() {
	share_programs
	make_certificate certificate -1 80 id.example.org other.example.org \
	    photos.example.org
	new_store https://id.example.org
	sed -i '/^argon2/d' "$DATA/latchkey.conf"
	add_client app
	save_store
}

setup() {
	fresh_store
	ISSUER=https://id.example.org
	CONF=$BATS_TEST_TMPDIR/conf
	cp -R "$root/conf" "$CONF"
}

teardown() {
	stop_all
	rm -f "$BATS_FILE_TMPDIR/started"
}

# make_certificate NAME FROM UNTIL HOST...: good from and until, days from now.
make_certificate() {
	/usr/bin/python3 "$root/tests/certificate.py" "$BATS_FILE_TMPDIR/$1" \
	    "${@:2}"
	chmod a+r "$BATS_FILE_TMPDIR/$1".*
}

# serve SERVER [CERTIFICATE]: $DATA, as $CONF says, which a test may change.
serve() {
	local certificate=$BATS_FILE_TMPDIR/${2:-certificate} http_port
	PORT=$(free_port)
	http_port=$(free_port)
	serve_store "$1" -c "$certificate.pem" -k "$certificate.key" \
	    -r "$http_port" ${INCLUDE:+-i "$INCLUDE"}
	lead id.example.org:443="$PORT" id.example.org:80="$http_port" \
	    other.example.org:443="$PORT" photos.example.org:443="$PORT" \
	    photos.example.org:80="$http_port"
}

# lead NAME:PORT=PORT...: a proxy, which check uses from now on.
lead() {
	local port
	port=$(free_port)
	in_background /usr/bin/python3 "$root/tests/proxy.py" "$port" "$@"
	wait_for port_is_taken "$port"
	export https_proxy=http://127.0.0.1:$port http_proxy=http://127.0.0.1:$port
}

# What check finds, except about the file system, which is the machine's:
# LEVEL WHAT, a line each.
findings() {
	latchkey check --json --sockets "$BATS_TEST_TMPDIR/none" \
	    --ca-file "$BATS_FILE_TMPDIR/certificate.pem" "$@" |
	    jq -r '.findings[] | select(.level != "ok" and .level != "note") |
		select(.what | test("does not last") | not) |
		"\(.level) \(.what)", "\(.why): \(.do)"'
}

finds_nothing() {
	assert_equal "$(findings "$@")" ''
}

# finds_only LEVEL-AND-WHAT [DO]: patterns.
finds_only() {
	local found
	found=$(findings)
	[[ $(wc -l <<<"$found") = 2 ]] || fail "not one finding: $found"
	grep -Eq -- "^$1" <<<"$found" || fail "no finding like $1" "$found"
	tail -n 1 <<<"$found" | grep -Eq -- "..: .*${2:-..}" ||
	    fail "does not say: $2" "$found"
}

# --- the data directory --------------------------------------------------------

@test "check: finds nothing wrong with a new directory" {
	run -0 latchkey check --offline
	[[ $output = *'0 errors'* ]]
	finds_nothing --offline
	latchkey check --json --offline | jq -e '.errors == 0 and (.findings |
	    all(has("level") and has("what") and has("why") and has("do")))'
}

# finds PATTERN: among others, an error like it, with why and what to do; and
# the exit status says so.
finds() {
	local found
	run -1 latchkey check --offline
	found=$(findings --offline)
	grep -Eq -- "^error .*($1)" <<<"$found" || fail "no error like $1" "$found"
	! grep -q '^: ' <<<"$found" || fail "says not why: $found"
}

@test "check: finds files that are open to others" {
	chmod 644 "$DATA/secret.key"
	finds 'secret.key has mode 0644'
	chmod 600 "$DATA/secret.key"
	chmod 755 "$DATA/keys"
	finds 'keys has mode 0755'
	chmod 700 "$DATA/keys"
	chmod 755 "$DATA"
	run -0 latchkey check --offline
	[[ $output = *'mode 0755: others can look into it'*'chmod 700'* ]] ||
	    fail "$output"
	chmod 700 "$DATA"
	chmod 755 "$DATA/keys"
	chmod 700 "$DATA/keys"
	chmod 770 "$DATA"
	finds 'has mode 0770'
	chmod 700 "$DATA"
	chmod 640 "$DATA/keys"/*.pem
	finds 'pem'
	chmod 600 "$DATA/keys"/*.pem
	finds_nothing --offline
}

@test "check: of a directory that others can look into there is a warning, and no line that its permissions are right" {
	chmod 755 "$DATA"
	run -0 latchkey check --offline
	assert_equal "$(findings --offline | head -n 1)" \
	    "warning $DATA has mode 0755: others can look into it"
	[[ $output != *'ok '*'owner and permissions'* ]] || fail "$output"
	[[ $output = *'0 errors, 1 warning' ]] || fail "$output"
	chmod 700 "$DATA"
}

@test "check: a missing latchkey.conf is one finding" {
	mv "$DATA/latchkey.conf" "$BATS_TEST_TMPDIR/kept"
	finds 'latchkey\.conf: No such file'
	run -1 latchkey check --offline
	[[ $output = *'1 error, 0 warnings' ]] || fail "$output"
	mv "$BATS_TEST_TMPDIR/kept" "$DATA/latchkey.conf"
}

@test "check: finds a missing or foreign private key" {
	local keys=("$DATA/keys"/*.pem)
	mv "${keys[0]}" "$BATS_TEST_TMPDIR/kept"
	finds 'keys/.*\.pem is missing'
	cp "${keys[1]}" "${keys[0]}"
	finds 'keys/.*\.pem does not fit its row'
	mv "$BATS_TEST_TMPDIR/kept" "${keys[0]}"
	finds_nothing --offline
}

@test "check: any number of retired keys hides none that signs" {
	local i keys
	for ((i = 0; i < 40; i++)); do
		latchkey key rotate --now
	done >/dev/null
	run -0 latchkey check --offline
	[[ $(grep -c '^ok .* signs$' <<<"$output") = 2 ]] || fail "$output"
	keys=$(latchkey key list --json |
	    jq -r '.[] | select(.state == "active").kid')
	rm "$DATA/keys/$keys.pem"
	finds "keys/$keys\.pem is missing"
}

@test "check: finds the secret.key of another directory" {
	local other=$BATS_TEST_TMPDIR/other
	init_store "$other" https://id.example.org
	mv "$DATA/secret.key" "$BATS_TEST_TMPDIR/kept"
	cp -p "$other/secret.key" "$DATA"
	finds 'secret\.key is not the one this store was made with'
	rm "$DATA/secret.key"
	finds 'secret\.key is missing; restore it from a backup'
	mv "$BATS_TEST_TMPDIR/kept" "$DATA/secret.key"
	finds_nothing --offline
}

@test "check: finds an index of e-mail addresses that does not fit the people" {
	needs_lmdb 'puts records back with mdb_load'
	local table dump=$BATS_TEST_TMPDIR/table
	latchkey user add alice --no-password --email alice@example.org
	latchkey user add bob --no-password --email bob@example.org
	latchkey user set bob --email robert@example.org
	finds_nothing --offline
	for table in users user_names user_emails; do
		mdb_dump -s $table "$DATA/store" >"$dump-$table"
	done
	latchkey user del alice
	mdb_load -f "$dump-user_emails" -s user_emails "$DATA/store"
	finds 'the index of e-mail addresses has 1 that no person has'
	mdb_load -f "$dump-users" -s users "$DATA/store"
	mdb_load -f "$dump-user_names" -s user_names "$DATA/store"
	finds_nothing --offline
	latchkey user del alice
	mdb_load -f "$dump-users" -s users "$DATA/store"
	mdb_load -f "$dump-user_names" -s user_names "$DATA/store"
	finds 'the index of e-mail addresses does not have that of alice'
	latchkey user set alice --email ''
	latchkey user set alice --email alice@example.org
	finds_nothing --offline
}

@test "check: finds indexes of the store that do not fit its records" {
	needs_lmdb 'puts records back with mdb_load'
	local dump=$BATS_TEST_TMPDIR/table site=https://photos.example.org id
	latchkey user add alice --no-password
	latchkey site add "$site"
	latchkey app-password add alice --site "$site" --name backup
	finds_nothing --offline
	id=$(latchkey app-password list --json | jq -r '.[0].id')
	mdb_dump -s app_passwords "$DATA/store" >"$dump-app_passwords"
	mdb_dump -s index "$DATA/store" >"$dump-index"
	latchkey app-password del -- "$id"
	mdb_load -f "$dump-app_passwords" -s app_passwords "$DATA/store"
	finds '0 entries without a record, 2 fields of records without an entry'
	mdb_load -f "$dump-index" -s index "$DATA/store"
	finds_nothing --offline
	latchkey app-password del -- "$id"
	mdb_load -f "$dump-index" -s index "$DATA/store"
	finds '2 entries without a record, 0 fields of records without an entry'
}

@test "check: finds settings and a store that cannot be read" {
	needs_lmdb 'writes into data.mdb'
	echo 'colour = blue' >>"$DATA/latchkey.conf"
	finds 'latchkey.conf:[0-9]+'
	sed -i '$d' "$DATA/latchkey.conf"
	printf 'not a store, %.0s' {1..1000} >"$DATA/store/data.mdb"
	finds .
	rm -r "$DATA/store"
	finds 'store: No such file'
	DATA=$BATS_TEST_TMPDIR/none finds 'not a data directory'
}

@test "check: warns of cheap password hashes, of an old key and of a lasting place, without failing" {
	set_conf argon2_memlimit 8
	USE_TEST_CLOCK=1 travel $((400 * 86400))
	run -0 latchkey check --offline
	[[ $output = *'warning  password hashes'* ]]
	USE_TEST_CLOCK=1 run -0 latchkey check --offline
	[[ $output = *'has signed for 400 days'*'latchkey key rotate'* ]]
	place=$(mktemp -d /dev/shm/latchkey.XXXXXX)
	cp -a "$DATA" "$place/data"
	run latchkey -d "$place/data" check --offline
	rm -r "$place"
	[[ $status = 0 && $output = *'does not last: tmpfs'* ]]
}

@test "check: warns of an issuer below a path, which shares its host with other apps" {
	set_conf issuer https://example.org/idp
	run -0 latchkey check --offline
	[[ $output = *'warning  the issuer has a path (/idp): it shares its host with other apps'*"set the provider's cookies"*'a host of its own'* ]] ||
	    fail "$output"
	set_conf issuer https://id.example.org
	run -0 latchkey check --offline
	[[ $output != *'has a path'* ]]
}

@test "check: finds sockets that everybody can connect to, or replace" {
	local dir=$BATS_TEST_TMPDIR/sockets
	mkdir -m 755 "$dir"
	/usr/bin/python3 -c 'import socket, sys
socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$dir/token"
	chmod 600 "$dir/token"
	run -0 latchkey check --offline --sockets "$dir"
	[[ $output = *"$dir: permissions"* ]]
	chmod 666 "$dir/token"
	run -1 latchkey check --offline --sockets "$dir"
	[[ $output = *"$dir/token: a socket"*'do:  '* ]]
	chmod 600 "$dir/token"
	chmod 777 "$dir"
	run -1 latchkey check --offline --sockets "$dir"
	[[ $output = *"$dir has mode 0777"* ]]
}

# --- a right installation ----------------------------------------------------

# nothing_is_found SERVER [PATH]
nothing_is_found() {
	set_conf issuer "https://id.example.org${2:-}"
	serve "$1"
	if [[ -n ${2:-} ]]; then
		finds_only 'warning the issuer has a path' 'a host of its own'
	else
		finds_nothing
	fi
	latchkey check --ca-file "$BATS_FILE_TMPDIR/certificate.pem" \
	    >"$BATS_TEST_TMPDIR/said"
	for line in 'certificate of https://id.example.org.* is good for 79 more days' \
	    'http is sent to https' 'Authorization header arrives' \
	    'cookie and headers arrive' '64 KiB of body arrives' \
	    'clock is the same' 'everything else is 404' \
	    'jwks.json has every key' 'the issuer is the same' \
	    'the account and the desk are reached' \
	    '/health says that all is in order'; do
		grep -q "^ok  .*$line" "$BATS_TEST_TMPDIR/said" ||
		    fail "not said: $line" "$(<"$BATS_TEST_TMPDIR/said")"
	done
}

@test "check: nothing is found behind lighttpd" { nothing_is_found lighttpd; }
@test "check: nothing is found behind lighttpd, as CGI, below a path" { nothing_is_found lighttpd-cgi /idp; }
@test "check: nothing is found behind nginx, below a path" { nothing_is_found nginx /idp; }
@test "check: nothing is found behind Apache" { nothing_is_found apache; }
@test "check: nothing is found behind Apache with mod_fcgid, below a path" { nothing_is_found apache-fcgid /idp; }
@test "check: nothing is found behind Apache, as CGI" { nothing_is_found apache-cgi; }

@test "check: changes nothing in the store" {
	local before
	serve nginx
	before=$(stored_state)
	finds_nothing
	assert_equal "$(stored_state)" "$before"
}

@test "check: what it asks for on purpose is not among the refusals that latchkey why tells, and what others ask for is" {
	serve nginx
	finds_nothing
	assert_equal "$(latchkey why --json | jq -c '.refusals[]')" ''
	curl -sk --noproxy '*' -o "$BATS_TEST_TMPDIR/answer" \
	    --connect-to "::127.0.0.1:$PORT" -A 'latchkey check' \
	    -d client_id=stranger -d grant_type=refresh_token \
	    -d refresh_token=latchkey-check "$ISSUER/token"
	assert_equal "$(latchkey why --json | jq -r '.refusals[].client_id')" stranger
	# Nor does a request without any of it stumble.
	curl -sk --noproxy '*' -o "$BATS_TEST_TMPDIR/answer" \
	    --connect-to "::127.0.0.1:$PORT" -d grant_type=refresh_token "$ISSUER/token"
	grep -q invalid_client "$BATS_TEST_TMPDIR/answer" || fail "$(<"$BATS_TEST_TMPDIR/answer")"
}

# --- one thing wrong -----------------------------------------------------------

change() {	# FILE SED-SCRIPT
	sed -i "$2" "$CONF/$1"
	! cmp -s "$CONF/$1" "$root/conf/$1" ||
	    fail 'nothing has changed'
}

@test "check: Apache without CGIPassAuth: the header is missed, and the line is named" {
	change apache.conf '/^\t*CGIPassAuth On/d'
	serve apache
	finds_only 'error the Authorization header does not arrive at /token /refresh /introspect /revoke /device_authorization /par /userinfo$' \
	    'add `CGIPassAuth On`'
}

@test "check: Apache with CGIPassAuth at some addresses: the others are named" {
	change apache.conf 's/|userinfo|introspect|revoke|device_authorization|par|register(\/.*)?)\$">$/|introspect)$">/'
	serve apache
	finds_only 'error the Authorization header does not arrive at /revoke /device_authorization /par /userinfo$'
}

@test "check: an account or desk that the web server does not lead to" {
	change nginx.conf '/location .*admin/d'
	serve nginx
	finds_only 'error https://id.example.org/admin answers 404, and not with' \
	    '/account, /join and /admin'
}

@test "check: a proxy or server that hides the header elsewhere, too" {
	change nginx.conf 's|.*REQUEST_METHOD.*|&\n\tfastcgi_param HTTP_AUTHORIZATION "";|'
	serve nginx
	finds_only 'error the Authorization header does not arrive at /token' \
	    'take out .*HTTP_AUTHORIZATION'
}

@test "check: http that is not sent to https" {
	change lighttpd.conf '/url.redirect/d'
	serve lighttpd
	finds_only 'error http is not sent to https: it answers 200' 'port 80'
}

@test "check: http that is sent to another host" {
	change nginx.conf 's|return 301 @ORIGIN@|return 301 https://www.example.org|'
	serve nginx
	finds_only 'error http is not sent to https: .*"https://www.example.org/' \
	    'return 301 https://'
}

@test "check: a certificate that has expired" {
	make_certificate certificate.old -90 -1 id.example.org
	cat "$BATS_FILE_TMPDIR/certificate.old.pem" \
	    >>"$BATS_FILE_TMPDIR/certificate.pem"
	serve nginx certificate.old
	finds_only 'error the certificate of https://id.example.org/.* is not to be trusted: .*expired' \
	    'renew'
}

@test "check: a certificate that is about to expire, by its own measure" {
	make_certificate certificate.late -80 10 id.example.org
	make_certificate certificate.short -4 2 id.example.org
	cat "$BATS_FILE_TMPDIR"/certificate.{late,short}.pem \
	    >>"$BATS_FILE_TMPDIR/certificate.pem"
	serve nginx certificate.late
	finds_only 'error the certificate of https://id.example.org expires in 2(39|40) hours' 'renew'
	serve nginx certificate.short
	finds_nothing
}

@test "check: a certificate for another name, or of an unknown authority" {
	make_certificate certificate.other -1 80 www.example.org
	cat "$BATS_FILE_TMPDIR/certificate.other.pem" \
	    >>"$BATS_FILE_TMPDIR/certificate.pem"
	serve nginx certificate.other
	finds_only 'error the certificate of .* is not to be trusted: .*name'
	make_certificate certificate.mine -1 80 id.example.org
	serve nginx certificate.mine
	finds_only 'error the certificate of .* is not to be trusted: .*self.signed' \
	    '--ca-file'
}

@test "check: a clock that is wrong" {
	export USE_TEST_CLOCK=1
	serve nginx
	finds_nothing
	travel 240
	finds_only "error the web server's clock and ours are 2[34][0-9] seconds apart" \
	    timedatectl
}

@test "check: a directory that is open to others" {
	serve nginx
	chmod 755 "$DATA/keys"
	finds_only 'error .*/keys has mode 0755' 'chmod 700 keys'
}

@test "check: the sign-in page's cookie without HttpOnly, or not at all" {
	INCLUDE=$BATS_TEST_TMPDIR/include
	cat >"$INCLUDE" <<-'END'
		LoadModule headers_module /usr/lib/apache2/modules/mod_headers.so
		Header always edit Set-Cookie "; HttpOnly" ""
		Header edit Set-Cookie "; HttpOnly" ""
	END
	serve apache
	finds_only 'error .*cookie arrives changed: "; Path=/; Secure; SameSite=Lax"' \
	    '`Header`'
	change nginx.conf 's|.*REQUEST_METHOD.*|&\n\tfastcgi_hide_header Set-Cookie;|'
	INCLUDE='' serve nginx
	finds_only 'error .*cookie \(Set-Cookie\) does not arrive' \
	    fastcgi_hide_header
}

@test "check: security headers that the web server adds, or takes away" {
	change nginx.conf 's|.*REQUEST_METHOD.*|&\n\tadd_header Content-Security-Policy "default-src *" always;|'
	serve nginx
	finds_only 'error the sign-in page arrives with Content-Security-Policy twice' \
	    add_header
	change nginx.conf 's|add_header Content-Security.*|fastcgi_hide_header Cache-Control;|'
	serve nginx
	finds_only 'error the sign-in page arrives with Cache-Control: nothing'
}

@test "check: Access-Control-Allow-Origin said twice" {
	change nginx.conf 's|.*REQUEST_METHOD.*|&\n\tadd_header Access-Control-Allow-Origin "*" always;|'
	serve nginx
	finds_only 'warning .*Access-Control-Allow-Origin' add_header
}

@test "check: a body of 64 KiB that does not get through" {
	change nginx.conf 's/client_max_body_size 128k/client_max_body_size 16k/'
	serve nginx
	finds_only 'error a request with 64 KiB of body is answered 413' \
	    'client_max_body_size 128k'
}

@test "check: something else below the issuer" {
	change nginx.conf 's/location = @PATH@.token /location @PATH@\/token /; s|location / { fastcgi_pass [^}]*}|location / { return 200 hello; }|'
	serve nginx
	finds_only 'warning addresses .*: /latchkey-check \(200\) /secret.key \(200\)$' \
	    'exact paths'
}

@test "check: an endpoint that is not behind its address" {
	change nginx.conf '/@PATH@.revoke /d'
	serve nginx
	finds_only 'error https://id.example.org/revoke answers 404, not what the program answers'
}

@test "check: /health, where a monitor asks, that the web server does not lead to, or that says no" {
	change nginx.conf '/@PATH@.health /d'
	serve nginx
	finds_only 'warning https://id.example.org/health answers 404, and not with its status' \
	    'the line .* for /health'
	stop_all
	change nginx.conf "s|location / {|location = @PATH@/health { return 503 '{\"status\":\"fail\"}'; }\n\t&|"
	serve nginx
	finds_only 'error https://id.example.org/health answers 503: the programs are not in order' \
	    'latchkey check --offline'
}

@test "check: the well-known address before an issuer's path" {
	change nginx.conf '/location ~ ^\/\\.well-known/d'
	set_conf issuer https://id.example.org/idp
	serve nginx
	found=$(findings)
	[[ $(grep -c '^\(warning\|error\) ' <<<"$found") = 2 ]] || fail "$found"
	[[ $found = *'warning the issuer has a path'*'warning https://id.example.org/.well-known/oauth-authorization-server/idp answers 404'* ]] ||
	    fail "$found"
}

@test "check: programs that serve another directory: another issuer, other keys, other clients" {
	serve nginx
	cp -a "$DATA" "$BATS_TEST_TMPDIR/second"
	DATA=$BATS_TEST_TMPDIR/second
	set_conf issuer https://other.example.org
	finds_only 'error https://other.example.org/.*: issuer is "https://id.example.org' \
	    LATCHKEY_DATA
	set_conf issuer https://id.example.org
	latchkey key rotate --now 2>/dev/null
	finds_only 'error https://id.example.org/jwks.json has no key' \
	    LATCHKEY_DATA
}

@test "check: programs that do not run" {
	local keeper
	serve nginx
	pkill -TERM -P "$(sed -n 1p "$BATS_FILE_TMPDIR/started")" \
	    -f start-programs
	wait_for_503() { findings | grep -q 'answers 503'; }
	wait_for wait_for_503
	finds_only 'error https://id.example.org/.* answers 503' 'start the programs'
}

@test "check: Strict-Transport-Security that does not arrive, or that lets browsers forget" {
	local server
	for server in nginx apache lighttpd; do
		change "$server.conf" '/^[^#]*Strict-Transport-Security/d'
		serve "$server"
		finds_only 'warning https://id.example.org answers with Strict-Transport-Security: nothing' \
		    'Strict-Transport-Security.*max-age=31536000'
		stop_all
	done
	cp "$root/conf/nginx.conf" "$CONF/nginx.conf"
	change nginx.conf 's/max-age=31536000/"includeSubDomains; max-age=0"/'
	serve nginx
	finds_only 'warning .* Strict-Transport-Security: "includeSubDomains; max-age=0"'
}

# --- every address of the name ---------------------------------------------------

# with_hosts ADDRESS... COMMAND...: id.example.org and photos.example.org lead
# there, for this command and what it starts.
with_hosts() {
	local hosts=$BATS_TEST_TMPDIR/hosts
	: >"$hosts"
	while [[ $1 = [0-9:]* ]]; do
		echo "$1 id.example.org photos.example.org" >>"$hosts"
		shift
	done
	# shellcheck disable=SC2016 # $1 is that shell's
	unshare $([[ $(id -u) = 0 ]] || echo --map-root-user) -m \
	    --propagation private sh -c 'mount --bind "$1" /etc/hosts && shift &&
	    exec "$@"' sh "$hosts" "$@"
}

# serve_at_port SERVER: with the port in the issuer, and no proxy to it.
serve_at_port() {
	serve "$1"
	unset http_proxy https_proxy
	set_conf issuer "https://id.example.org:$PORT"
}

# said ADDRESS...: what check says with these addresses.
said() {
	with_hosts "$@" "$(programs)/bin/latchkey" -d "$DATA" check \
	    --sockets "$BATS_TEST_TMPDIR/none" \
	    --ca-file "$BATS_FILE_TMPDIR/certificate.pem"
}

@test "check: every address of the name is asked, A and AAAA, and the one that fails is named" {
	local issuer
	serve_at_port nginx
	issuer=https://id.example.org:$PORT
	run -0 said 127.0.0.1 ::1
	[[ $output = *"/openid-configuration (127.0.0.1): the issuer is the same"* ]]
	[[ $output = *"/openid-configuration (::1): the issuer is the same"* ]]
	[[ $output = *"certificate of $issuer (::1) is good for"* ]]
	run -1 said 127.0.0.1 127.0.0.2 ::1
	[[ $output = *"error    $issuer (127.0.0.2, an A record) cannot be reached: "*'do:  let the web server listen there'*"1 error,"* ]]
	# What the name leads to first makes no difference.
	run -1 said 127.0.0.2 127.0.0.1
	[[ $output = *"(127.0.0.2, an A record) cannot be reached"*"1 error,"* ]]
}

@test "check: a server that listens on IPv4 alone, though its name has an AAAA record" {
	change nginx.conf '/# IPv6:/,/# end IPv6/d'
	serve_at_port nginx
	run -1 said ::1 127.0.0.1
	[[ $output = *"error    https://id.example.org:$PORT (::1, an AAAA record) cannot be reached: "*"1 error,"* ]]
	run -0 said 127.0.0.1
	[[ $output != *'127.0.0.1'* ]]
}

@test "check: an address with another server behind it, another certificate, or no way to it" {
	make_certificate certificate.other -1 80 www.example.org
	change nginx.conf '/# IPv6:/,/# end IPv6/d'
	cat >>"$CONF/nginx.conf" <<-END
		server {
			listen @LISTEN6@ ssl;
			ssl_certificate @CERTIFICATE@;
			ssl_certificate_key @KEY@;
			location / { return 200 hello; }
		}
	END
	serve_at_port nginx
	run -1 said 127.0.0.1 ::1
	[[ $output = *"error    https://id.example.org:$PORT/.well-known/openid-configuration (::1) answers 200, and not with the document"*"1 error,"* ]]
	# It is a broadcast address.
	run -0 said 127.0.0.1 255.255.255.255
	[[ $output = *"warning  https://id.example.org:$PORT (255.255.255.255, an A record) was not asked: "* ]]
	cat "$BATS_FILE_TMPDIR/certificate.other.pem" \
	    >>"$BATS_FILE_TMPDIR/certificate.pem"
	change nginx.conf "s|@CERTIFICATE@;\$|$BATS_FILE_TMPDIR/certificate.other.pem;|
	    s|@KEY@;\$|$BATS_FILE_TMPDIR/certificate.other.key;|"
	stop_all
	serve_at_port nginx
	run -1 said 127.0.0.1 ::1
	[[ $output = *"error    the certificate of https://id.example.org:$PORT/.well-known/openid-configuration (::1) is not to be trusted: "* ]]
}

@test "check: behind a proxy addresses are left to it, which is said" {
	serve nginx
	latchkey check --ca-file "$BATS_FILE_TMPDIR/certificate.pem" |
	    grep '^ok  .*https://id.example.org: .* come from a proxy, 127.0.0.1$'
}

# --- the gate ------------------------------------------------------------------

SITE=https://photos.example.org

# guarded SERVER SITE-OPTION...: the site, behind the gate as conf/ has it.
guarded() {
	local www=$BATS_TEST_TMPDIR/www
	latchkey site add "$SITE" "${@:2}" >/dev/null
	mkdir -p "$www/albums"
	echo hello | tee "$www/index.html" >"$www/albums/index.html"
	chmod -R a+rX "$www"
	change "$1.conf" "/^# --- The gate/,\$ { s/^#\([^ ]\)/\1/; s/^#\$//
	    s|/var/www/photos|$www|; s|include fastcgi_params|include /etc/nginx/fastcgi_params|
	    s|/etc/ssl/photos.example.org/fullchain|$BATS_FILE_TMPDIR/certificate|
	    s|/etc/ssl/photos.example.org/privkey.pem|$BATS_FILE_TMPDIR/certificate.key| }"
	INCLUDE=$BATS_TEST_TMPDIR/include
	: >"$INCLUDE"
	[[ $1 != lighttpd ]] ||
	    echo 'index-file.names = ( "index.html" )' >"$INCLUDE"
}

# the_gate_is_seen SERVER
the_gate_is_seen() {
	guarded "$1" --rule '/ signed-in' --rule '/albums group:family' \
	    --rule '/open anyone' --rule 'POST /albums signed-in' \
	    --rule '/a%20path bearer:https://api.example.org'
	serve "$1"
	finds_nothing
	latchkey check --ca-file "$BATS_FILE_TMPDIR/certificate.pem" |
	    grep -q "^ok  .*$SITE: the gate protects it"
}

@test "check: nothing is found of a site behind the gate: lighttpd" { the_gate_is_seen lighttpd; }
@test "check: nothing is found of a site behind the gate: nginx" { the_gate_is_seen nginx; }

@test "check: lighttpd with another block in the gate's place, held back by the guard or open to anybody" {
	guarded lighttpd --rule '/ signed-in' --rule '/albums group:family'
	cat >>"$INCLUDE" <<-'END'
		$HTTP["host"] =~ "^photos" {
			fastcgi.server = ( ".php" => (( "socket" => "/nothing" )) )
		}
	END
	serve lighttpd
	finds_only "error site $SITE is not answered by the gate at /latchkey-check \(404\) "
	change lighttpd.conf '/^.magnet/d'
	serve lighttpd
	finds_only "error site $SITE is open to anybody at / http://photos.example.org/\$" \
	    'gate\(8\)'
}

@test "check: nginx with a location that the gate is not asked about" {
	guarded nginx --rule '/ signed-in' --rule '/albums/ group:family'
	change nginx.conf 's|^\tauth_request /.latchkey-ask;|&\n\tlocation /albums { auth_request off; }|'
	serve nginx
	finds_only "error site $SITE is not answered by the gate at /albums \(301\)"
}

@test "check: a gate that does not run, or does not know its site" {
	guarded lighttpd --rule '/ signed-in'
	change lighttpd.conf 's|"LATCHKEY_SITE" => "[^"]*"|"LATCHKEY_SITE" => "https://other.example.org"|'
	serve lighttpd
	finds_only "error site $SITE refuses a stranger \(403\) instead of asking for a sign-in at / /latchkey-check$" \
	    LATCHKEY_SITE
	change lighttpd.conf 's|/gate", "mode"|/nothing", "mode"|'
	serve lighttpd
	finds_only "error site $SITE is not answered by the gate at / \(50.\)"
}

@test "check: every address of a site is asked, and the one without the gate is named" {
	guarded nginx --rule '/ signed-in'
	latchkey site del "$SITE" >/dev/null
	change nginx.conf "s|SITE $SITE;|SITE $SITE:\$server_port;|
	    /^# --- The gate/,\$ { /# IPv6:/,/# end IPv6/d }"
	serve_at_port nginx
	SITE=$SITE:$PORT
	latchkey site add "$SITE" --rule '/ signed-in' >/dev/null
	run -0 said 127.0.0.1
	[[ $output = *"$SITE: the gate protects it"* ]]
	# The host of the provider answers there for the other, with its home.
	run -1 said 127.0.0.1 ::1
	[[ $output = *"$SITE (127.0.0.1): the gate protects it"* ]]
	[[ $output = *"error    site $SITE (::1) is open to anybody at /"*"1 error,"* ]] ||
	    fail "$output"
	run -1 said 127.0.0.1 ::1 127.0.0.2
	[[ $output = *"error    $SITE (127.0.0.2, an A record) cannot be reached"* ]]
}

# rests_on RULE...: what check says that these rules rest on.
rests_on() {
	local rule
	local -a rules=()
	for rule; do
		rules+=(--rule "$rule")
	done
	latchkey site set "$SITE" "${rules[@]}" >/dev/null
	latchkey check --json --offline | jq -r '.findings[] |
	    select(.what | test("its rules differ by")) |
	    "\(.level) \(.what) \(.why): \(.do)"'
}

@test "check: what no gate can know is told of a site whose rules rest on it, and of no other" {
	local told
	latchkey site add "$SITE" --rule '/ signed-in' >/dev/null
	assert_equal "$(rests_on '/ signed-in')" ''
	assert_equal "$(rests_on '/ signed-in' '/a signed-in' \
	    'GET,POST /form signed-in')" ''
	told=$(rests_on '/ signed-in' '/admin group:admins')
	[[ $told = "ok site $SITE: its rules differ by path; "*'front controller'*'.json'*'Remote-User'*'gate(8)' ]]
	told=$(rests_on '/public anyone')	# and the rest is closed
	[[ $told = *'differ by path'* && $told != *'differ by method'* ]]
	told=$(rests_on 'GET / signed-in' 'POST,PUT / group:admins')
	[[ $told = "ok site $SITE: its rules differ by method; "*X-HTTP-Method-Override*_method*'gate(8)' ]]
	[[ $told != *'differ by path'* ]]
	told=$(rests_on '/ signed-in' 'DELETE /albums group:admins')
	[[ $told = *'differ by path'*'differ by method'* ]]
	# For people as well, with why and what to do.
	[[ $(latchkey check --offline) = *"ok       site $SITE: its rules differ by method"*'why: '*'do:  '* ]]
	finds_nothing --offline
}

@test "check: a site without a rule, with one that opens all of it, or one that never decides" {
	latchkey site add "$SITE" --rule '/ signed-in' \
	    --rule '/.latchkey/x anyone' >/dev/null
	run findings --offline
	[[ $output = "warning site $SITE: the rule \"/.latchkey/x anyone\" never decides"* ]]
	latchkey site set "$SITE" --rule '/ anyone' --rule '/a signed-in'
	run findings --offline
	[[ $output = "warning site $SITE: the rule \"/ anyone\" opens all of it"* ]]
	latchkey site set "$SITE" --rule ''
	run findings --offline
	[[ $output = "warning site $SITE has no rule"* ]]
}

# --- servers that do not answer, and answers not to be believed --------------

@test "check: an address that does not answer is an error, and --offline leaves it" {
	lead
	finds_only 'error https://id.example.org/.* cannot be reached: ' \
	    '--offline'
	run -1 latchkey check
	finds_nothing --offline
}

@test "check: without libcurl says so, and looks at what is here" {
	mkdir "$BATS_TEST_TMPDIR/lib"
	echo 'no library' >"$BATS_TEST_TMPDIR/lib/libcurl.so.4"
	LD_LIBRARY_PATH=$BATS_TEST_TMPDIR/lib \
	    finds_only 'warning https://id.example.org was not asked: there is no libcurl' \
	    libcurl4
}

@test "check: a second factor that is required and cannot be set up or checked is found, with what to do" {
	local with
	mkdir "$BATS_TEST_TMPDIR/lib"
	echo 'no library' >"$BATS_TEST_TMPDIR/lib/liboath.so.0"
	with=$BATS_TEST_TMPDIR/lib
	LD_LIBRARY_PATH=$with finds_nothing --offline
	latchkey client set app --require-factor >/dev/null
	finds_nothing --offline
	LD_LIBRARY_PATH=$with run findings --offline
	[[ $output = 'warning a second factor is required (client app), and without liboath it can only be a passkey'*liboath0* ]]
	latchkey client set app --no-require-factor >/dev/null
	latchkey site add https://photos.example.org --rule '/ signed-in' \
	    --rule '/admin signed-in factor' >/dev/null
	set_conf issuer https://192.0.2.1
	LD_LIBRARY_PATH=$with run findings --offline
	[[ $output = *'error a second factor is required (a rule of the site https://photos.example.org), and none can be set up here'* ]]
	run findings --offline
	[[ $output != *'second factor'* ]]
}

# answer_with ANSWER [BYTES]: at an issuer of its own, and then as many x.
answer_with() {
	local port
	port=$(free_port)
	set_conf issuer "http://127.0.0.1:$port"
	unset http_proxy https_proxy
	in_background /usr/bin/python3 -c 'import socket, sys
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
for _ in range(9):
    client, _ = listener.accept()
    print("asked:", client.recv(4096).split(b"\r\n")[0].decode(), flush=True)
    try:
        client.sendall(("HTTP/1.1 " + sys.argv[2]).encode())
        client.sendall(b"x" * int(sys.argv[3]))
    except OSError:
        pass
    client.close()' "$port" "$1" "${2:-0}"
	wait_for port_is_taken "$port"
}

@test "check: a redirect is not followed" {
	answer_with $'302 Found\r\nLocation: http://127.0.0.1:9/\r\n\r\n'
	finds_only 'error .* answers 302, and not with the document'
	assert_equal "$(grep -c asked: "$SERVER_LOG")" 1
}

@test "check: an endless answer is not read to its end" {
	answer_with $'200 OK\r\n\r\n' 3000000
	finds_only 'error .* cannot be reached: the answer is too long'
}

@test "check: what an answer says cannot command the terminal" {
	answer_with $'200 OK\r\n\r\n{"issuer": "\\u001b[2J\\u009b31m"}'
	finds_only 'error .*: issuer is ".x1B'
	[[ $(latchkey check) != *$'\e'* ]]
}
