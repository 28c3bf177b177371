# The configurations of conf/, as conf/webserver.sh fills them in and conf/serve.sh
# starts them, with every real web server, unprivileged on high ports: the same
# promises for all. "at SERVER" is at the root of a host, over http; "at SERVER
# tls" is under a path, over TLS with a certificate of its own.

load helper
BATS_NO_PARALLELIZE_WITHIN_FILE=true
export BATS_NO_PARALLELIZE_WITHIN_FILE

SPA=https://spa.example.org

setup_file() {
	# Root gives the data to another user, as whom all of it then runs. That
	# user must be able to read the programs.
	mkdir -p "$BATS_FILE_TMPDIR/build/lib"
	cp -R "$LATCHKEY_BUILD/cgi-bin" "$LATCHKEY_BUILD/bin" \
	    "$BATS_FILE_TMPDIR/build"
	cp -R "$LATCHKEY_BUILD/lib/latchkey" "$BATS_FILE_TMPDIR/build/lib"
	cp -R "$root/conf" "$BATS_FILE_TMPDIR"
	chmod -R a+rX "$BATS_FILE_TMPDIR"
	chmod a+x "$BATS_RUN_TMPDIR"
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	    -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 -days 2 \
	    -keyout "$BATS_FILE_TMPDIR/key.pem" \
	    -out "$BATS_FILE_TMPDIR/certificate.pem" 2>/dev/null
	chmod a+r "$BATS_FILE_TMPDIR/key.pem"
}

teardown_file() {
	stop_all
}

# at SERVER [tls]: requests go there from now on. Started at its first use, and
# there until the last test of this file.
at() {
	local place=$BATS_FILE_TMPDIR/$1${2:-}
	export CURL_CA_BUNDLE=$BATS_FILE_TMPDIR/certificate.pem
	[[ -e $place/started ]] || { furnish "$place" "${2:-}"; start "$1"; }
	# shellcheck disable=SC1091 # written by start
	source "$place/started"
}

# furnish PLACE [tls]: a store, with people and apps, and ports.
furnish() {
	local BATS_TEST_TMPDIR=$1 port
	mkdir "$BATS_TEST_TMPDIR"
	port=$(free_port)
	if [[ -n $2 ]]; then
		new_store "https://127.0.0.1:$port/idp.v1"
		HTTP_PORT=$(free_port)
	else
		new_store "http://127.0.0.1:$port"
		HTTP_PORT=
	fi
	PORT=$port
	add_user alice --name 'Alice Adams' --email alice@example.org
	add_client app --name 'Photo Album' --redirect-uri "$CALLBACK" \
	    --grant authorization_code --grant refresh_token \
	    --grant client_credentials \
	    --post-logout-redirect-uri https://app.example/bye
	add_client spa --public --trusted --cookie-refresh \
	    --redirect-uri "$SPA/cb"
	[[ $(id -u) != 0 ]] || chown -R 65534:65534 "$DATA"
}

start() {
	local -a tls=()
	[[ -z $HTTP_PORT ]] || tls=(-r "$HTTP_PORT"
	    -c "$BATS_FILE_TMPDIR/certificate.pem"
	    -k "$BATS_FILE_TMPDIR/key.pem")
	LATCHKEY_BUILD=${SERVED:-$BATS_FILE_TMPDIR/build} in_background \
	    "$BATS_FILE_TMPDIR/conf/serve.sh" -d "$DATA" -p "$PORT" -s "$1" \
	    "${tls[@]}"
	wait_for says_it_serves_or_is_gone
	! is_gone "$SERVER_PID" || fail "$1 did not start" "$(<"$SERVER_LOG")"
	declare -gx SERVER_PID
	declare -p PORT HTTP_PORT ISSUER DATA SERVER_LOG SERVER_PID |
	    sed 's/^declare [^ ]* /export /' >"${DATA%/data}/started"
}

says_it_serves_or_is_gone() {
	grep -q 'is served' "$SERVER_LOG" || is_gone "$SERVER_PID"
}

ask() {	# [CURL-OPTION...] PATH: the status, below the issuer
	curl --noproxy '*' --path-as-is -sS -m 30 -o "$(last body)" \
	    -D "$(last headers)" -w '%{http_code}' "${@:1:$#-1}" \
	    "$ISSUER${*: -1}"
}

answers() {	# STATUS [CURL-OPTION...] PATH
	assert_equal "${*:2}: $(ask "${@:2}")" "${*:2}: $1" ||
	    fail "$(http_body)" "$(tail -n 5 "$SERVER_LOG")"
}

# What we answer ourselves at /token: JSON, not a page of the server's.
answers_json() {
	answers "$@"
	http_headers | tr -d '\r' | grep -qi '^content-type: application/json' ||
	    fail "not ours: $(http_headers)"
}

# --- the promises --------------------------------------------------------------

an_app_signs_in() {
	local code tokens access
	open_page alice "$(authorize_url app scope='openid email offline_access')"
	page_asks_password
	log_in alice
	page_asks_consent
	allow alice
	assert_status 303
	code=$(url_param code "$(http_header Location)")
	assert_equal "$(url_param iss "$(http_header Location)")" "$ISSUER"
	tokens=$(redeem "$code")
	assert_status 200
	access=$(field access_token <<<"$tokens")
	assert_equal "$(jwt_claims "$(field id_token <<<"$tokens")" |
	    field iss)" "$ISSUER"
	userinfo "$access"
	assert_field email alice@example.org
	AUTH=post refresh "$(field refresh_token <<<"$tokens")"
	assert_status 200
	tokens=$(REFRESH_AT=refresh refresh "$(http_body | field refresh_token)")
	assert_status 200
	introspect "$(field access_token <<<"$tokens")"
	assert_field active true
	revoke "$(field refresh_token <<<"$tokens")"
	assert_status 200
	userinfo "$(field access_token <<<"$tokens")"
	assert_status 401
	assert_header WWW-Authenticate 'error="invalid_token"'
}

a_wrong_secret_is_refused() {
	SECRET=wrong-wrong-wrong-wrong-wrong-wrong client_credentials
	assert_refused 401 invalid_client
	assert_header WWW-Authenticate '^Basic '
	client_credentials
	assert_status 200
}

a_browser_app_refreshes_by_cookie() {
	local code
	code=$(get_code alice spa redirect_uri="$SPA/cb")
	request alice POST "$ISSUER/token" -H "Origin: $SPA" client_id=spa \
	    grant_type=authorization_code code="$code" \
	    redirect_uri="$SPA/cb" code_verifier="$VERIFIER"
	assert_status 200
	refute_field refresh_token
	assert_header Set-Cookie 'HttpOnly'
	request alice POST "$ISSUER/refresh" -H "Origin: $SPA" client_id=spa \
	    grant_type=refresh_token
	assert_status 200
	assert_header Access-Control-Allow-Origin "^$SPA\$"
	request alice POST "$ISSUER/refresh" -H 'Origin: https://evil.example' \
	    client_id=spa grant_type=refresh_token
	[[ $(http_status) = 4?? ]] || fail "$(http_status)"
}

signing_out_ends_the_session() {
	local tokens
	tokens=$(get_tokens alice app)
	request alice GET "$ISSUER/logout" \
	    id_token_hint="$(field id_token <<<"$tokens")" \
	    post_logout_redirect_uri=https://app.example/bye state=s
	assert_status 303
	assert_equal "$(http_header Location)" https://app.example/bye?state=s
	request alice GET "$(authorize_url app prompt=none)"
	assert_error login_required
}

# register METHOD PATH TOKEN [JSON]: what an app does by itself.
register() {
	curl -sS --noproxy '*' -X "$1" -H "Authorization: Bearer $3" \
	    -H 'Content-Type: application/json' ${4:+--data-binary "$4"} \
	    -w '\n%{http_code}' "$ISSUER$2"
}

an_app_registers_changes_and_deletes_itself() {
	local json='{"redirect_uris":["https://app.example/cb"]}' token id access
	set_conf registration tokens
	token=$(latchkey registration-token add 2>/dev/null)
	run -0 register POST /register "$token" "$json"
	[[ ${lines[-1]} = 201 ]] || fail "$output"
	id=$(jq -r .client_id <<<"${lines[0]}")
	access=$(jq -r .registration_access_token <<<"${lines[0]}")
	run -0 register PUT "/register/$id" "$access" \
	    "{\"client_id\":\"$id\",\"client_name\":\"New\",${json#\{}"
	[[ ${lines[-1]} = 200 && $output = *'"client_name":"New"'* ]] ||
	    fail "$output"
	run -0 register GET "/register/$id" "$access"
	[[ ${lines[-1]} = 200 && $output = *'"client_name":"New"'* ]] ||
	    fail "$output"
	run -0 register DELETE "/register/$id" "$access"
	[[ $output = *204 ]] || fail "$output"
	run -0 register GET "/register/$id" "$access"
	[[ ${lines[-1]} = 401 ]] || fail "$output"
	set_conf registration off
}

# On a host of its own even this is a page of ours.
nothing_is_there() {
	assert_page 'There is nothing at this address'
}

# asks_to_sign_in PATH: a page of ours that no app asks for.
asks_to_sign_in() {
	answers 200 "$1"
	assert_page 'name="password"'
	assert_page "action=\"$prefix$1\""
}

# The paths of all programs but the gate, as their tables of endpoints have them.
# Two are at the root of the host alone.
paths_of_programs() {
	sed -n 's,^    {"\(/[^"]*\)"\, METHOD_.*,\1,p' "$root"/cgi-bin/*.c |
	    grep -vx -e / -e '/\.well-known/change-password'
}

only_its_paths_are_there() {
	local path prefix=${ISSUER#*://*:"$PORT"}
	paths_of_programs | grep -qx /protected-resource
	for path in $(paths_of_programs); do
		answers 204 -X OPTIONS "${path/%\*/x}"
	done
	answers 200 /.well-known/openid-configuration
	answers 200 /.well-known/oauth-authorization-server
	answers 200 /jwks.json
	answers 401 /userinfo
	answers_json 405 /token
	answers_json 405 /device_authorization
	answers_json 405 /par
	answers_json 405 /register
	answers_json 403 /register/x
	answers 200 /device
	assert_page 'name="user_code"'
	answers_json 200 /health
	asks_to_sign_in /account
	asks_to_sign_in /admin
	asks_to_sign_in /admin/people
	if [[ -z $prefix ]]; then
		asks_to_sign_in /
	else
		answers 404 /
	fi
	for path in /registerx /devicex /device/ /parx /par/ /tokenx /token/ /token/x /token.html /x/token /jwks.jsonx \
	    /index.html /.well-known/ /.well-known/openid-configurationx \
	    /.well-known/openid-configuration/ /metadata /latchkey.conf \
	    /accountx /account/ /account/nothing /adminx \
	    /admin/nothing /joinx; do
		answers 404 "$path"
		[[ -n $prefix && $path != /a[cd]*/* ]] || nothing_is_there
	done
	path=$(ask /%2e%2e/data/latchkey.conf)
	[[ $path = 40[034] ]] || fail "$path"
	ISSUER=${ISSUER%"$prefix"}
	answers 200 "/.well-known/openid-configuration$prefix"
	answers 200 "/.well-known/oauth-authorization-server$prefix"
	answers 200 "/.well-known/webfinger?resource=$ISSUER$prefix"
	answers 200 "$prefix/.well-known/webfinger?resource=$ISSUER$prefix"
	answers 303 /.well-known/change-password
	assert_equal "$(http_header Location | tr -d '\r')" \
	    "$ISSUER$prefix/account/password"
	[[ -n $prefix ]] || return 0
	answers 404 /.well-known/openid-configuration
	for path in / /account /join /token "${prefix}x/token" "${prefix/./x}/token" "$prefix"; do
		answers 404 "$path"
	done
}

methods_are_ours() {
	answers 200 -I /.well-known/openid-configuration
	http_headers | grep -qi '^content-type: application/json'
	answers 200 -I "/authorize?$(authorize_url app | cut -d '?' -f 2)"
	answers 204 -X OPTIONS -H 'Origin: http://127.0.0.1:9' \
	    -H 'Access-Control-Request-Method: POST' /token
	http_headers | grep -qi '^allow: POST, OPTIONS'
	answers_json 405 -X PUT /token
	http_headers | grep -qi '^allow: POST, OPTIONS'
	answers 405 -X DELETE /authorize
}

bodies_have_our_ceiling() {
	local dir=$BATS_TEST_TMPDIR
	head -c 65537 /dev/zero | tr '\0' a >"$dir/over"
	head -c 120000 /dev/zero | tr '\0' a >"$dir/far-over"
	head -c 2000000 /dev/zero | tr '\0' a >"$dir/huge"
	{ printf 'grant_type=client_credentials&x='; head -c 65536 "$dir/over"; } |
	    head -c 65536 >"$dir/just"
	set -- -H "Authorization: Basic $(basic app "$SECRET")"
	answers_json 200 "$@" --data-binary "@$dir/just" /token
	answers_json 413 --data-binary "@$dir/over" /token
	answers_json 413 --data-binary "@$dir/far-over" /token
	answers 413 --data-binary "@$dir/huge" /token
	set -- -H 'Transfer-Encoding: chunked' "$@"
	answers_json 200 "$@" --data grant_type=client_credentials /token
	answers_json 200 "$@" --data-binary "@$dir/just" /token
	answers_json 413 "$@" --data-binary "@$dir/over" /token
	answers 413 "$@" --data-binary "@$dir/huge" /token
}

# Twelve who send half a body and then nothing, while others are served; then
# the other half, and they are served, too.
slow_bodies_hold_up_no_other() {
	/usr/bin/python3 - "$PORT" "$(basic app "$SECRET")" <<-'END'
		import socket, sys, time, urllib.request
		port, basic = int(sys.argv[1]), sys.argv[2]
		body = b"grant_type=client_credentials"
		head = (f"POST /token HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
		        f"Authorization: Basic {basic}\r\nConnection: close\r\n"
		        "Content-Type: application/x-www-form-urlencoded\r\n"
		        f"Content-Length: {len(body)}\r\n\r\n").encode()
		def send(what):
		    s = socket.create_connection(("127.0.0.1", port), 20)
		    s.sendall(head + what)
		    return s
		def status(s):
		    answer = b""
		    while part := s.recv(4096):
		        answer += part
		    return answer.split(b" ", 2)[1]
		slow = [send(body[:9]) for _ in range(12)]
		for _ in range(20):
		    start = time.monotonic()
		    assert status(send(body)) == b"200"
		    took = time.monotonic() - start
		    assert took < 3, f"{took:.1f} s beside slow ones"
		for s in slow:
		    s.sendall(body[9:])
		for s in slow:
		    assert status(s) == b"200", "a slow one was not served"
	END
}

# Half a request line, half a head, half a body, an answer that is not read.
leaving_early_harms_no_other() {
	/usr/bin/python3 - "$PORT" "$(basic app "$SECRET")" <<-'END'
		import socket, struct, sys
		port, basic = int(sys.argv[1]), sys.argv[2]
		body = "grant_type=client_credentials"
		whole = (f"POST /token HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
		         f"Authorization: Basic {basic}\r\n"
		         "Content-Type: application/x-www-form-urlencoded\r\n"
		         f"Content-Length: {len(body)}\r\n\r\n{body}").encode()
		for length in (7, 60, len(whole) - 10, len(whole)):
		    for linger in (False, True):	# True: a reset
		        s = socket.create_connection(("127.0.0.1", port))
		        if linger:
		            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
		                         struct.pack("ii", 1, 0))
		        s.sendall(whole[:length])
		        s.close()
	END
	client_credentials
	assert_status 200
	refute_logged 'ended by itself|server_error|exit signal'
}

what_is_long_gets_through() {
	local long to
	long=$(head -c 24000 /dev/zero | tr '\0' a)
	answers 200 "/.well-known/openid-configuration?x=${long:0:${LONGEST:-24000}}"
	answers 200 -H "Cookie: x=${long:0:15000}" /jwks.json
	answers 200 -H "Cookie: x=${long:0:15000}" \
	    "/authorize?$(authorize_url app | cut -d '?' -f 2)"
	request - GET "$(authorize_url app prompt=none state="${long:0:4096}")"
	assert_error login_required
	to=$(http_header Location)
	assert_equal "$(url_param state "$to")" "${long:0:4096}"
}

# Not the server's page for programs that are not there.
a_full_line_is_told_by_us() {
	local i fd taken=()
	open_page new "$(authorize_url app)"
	page_asks_password
	for i in {0..31}; do
		exec {fd}>>"$DATA/slots/place-$i"
		flock "$fd"
		taken+=("$fd")
	done
	[[ $(id -u) != 0 ]] || chown -R 65534:65534 "$DATA/slots"
	log_in new
	assert_status 503
	assert_header Retry-After '^10$'
	assert_page 'Many people are signing in right now'
	for fd in "${taken[@]}"; do
		exec {fd}>&-
	done
}

# Never a 500 of the server's, and never a query that vanishes on the way.
what_is_too_long_is_told() {
	local long n status
	long=$(head -c 40000 /dev/zero | tr '\0' a)
	for n in 16300 16500 20000 28000 32768 40000; do
		status=$(ask "/authorize?client_id=nobody&x=${long:0:n}")
		[[ $status = 4?? ]] || fail "query of $n: $status"
		refute_page client_id_missing
	done
	for n in 17000 28000 40000; do
		status=$(ask -H "Cookie: x=${long:0:n}" /authorize)
		[[ $status = 4?? ]] || fail "cookies of $n: $status"
	done
	status=$(ask -H "Cookie: x=${long:0:12000}" "/authorize?${long:0:28000}")
	[[ $status = 4?? ]] || fail "$status"
}

http_is_sent_to_https() {
	local url=http://127.0.0.1:$HTTP_PORT/idp.v1/authorize?a=b%20c to
	to=$(curl --noproxy '*' -sS -o "$(last body)" -w '%{http_code} %{redirect_url}' "$url")
	assert_equal "$to" "301 $ISSUER/authorize?a=b%20c"
}

# A year, and of this host alone (RFC 6797); over http it says nothing.
browsers_keep_to_https() {
	local path
	for path in /jwks.json /token /nothing-here "/authorize?x=y"; do
		ask "$path" >/dev/null
		assert_equal "$(http_headers | tr -d '\r' |
		    grep -i '^strict-transport-security:' | tr A-Z a-z)" \
		    'strict-transport-security: max-age=31536000'
	done
	curl --noproxy '*' -sS -o /dev/null -D "$(last headers)" \
	    "http://127.0.0.1:$HTTP_PORT/idp.v1/jwks.json"
	! http_headers | grep -i '^strict-transport' || fail 'over http'
}

both_families_are_answered() {
	grep -q '^0\{31\}1 ' /proc/net/if_inet6 || skip 'this host has no IPv6'
	answers 200 --connect-to '::127.0.0.1:' /jwks.json
	answers 200 --connect-to '::[::1]:' /jwks.json
	local url=http://127.0.0.1:$HTTP_PORT/idp.v1/jwks.json
	assert_equal "$(curl --noproxy '*' -sS -o /dev/null -w '%{redirect_url}' \
	    --connect-to '::[::1]:' "$url")" "$ISSUER/jwks.json"
}

# It would be sent back with all its cookies.
trace_is_refused() {
	local path
	for path in /jwks.json /token /nothing-here; do
		[[ $(ask -X TRACE -H 'Cookie: x=secret-of-mine' "$path") = 4?? ]] ||
		    fail "$path: $(http_status)"
		refute_page 'secret-of-mine'
	done
}

# Headers that claim a user, from a stranger and from a proxy.
headers_are_not_variables() {
	answers 401 -H 'Remote-User: alice' -H 'Auth_Type: Basic' \
	    -H 'Remote_Addr: 10.0.0.1' /userinfo
	answers 405 -H 'Request_Uri: /jwks.json' -H 'Proxy: http://evil' /token
}

# --- what an administrator can get wrong ---------------------------------------

a_page_for_people() {	# PATH [STATUS]
	answers "${2:-503}" "$1"
	assert_page 'not available'
	assert_page 'Try again in a minute'
}

# broken SERVER: a server of this test's own.
broken() {
	furnish "$BATS_TEST_TMPDIR/broken" ''
	"${@:2}"
	start "$1"
}

lose_store() {
	mv "$DATA/store" "$DATA/elsewhere"
}

data_that_cannot_be_opened_are_told() {
	broken "$1" lose_store
	a_page_for_people /authorize
	answers 503 /token
	assert_page '"error":"temporarily_unavailable"'
	assert_logged 'latchkey authorize: cannot start'
	assert_logged "why=.*$DATA/store"
	mv "$DATA/elsewhere" "$DATA/store"
	answers 200 /jwks.json
	answers 405 /token
	stop_server
}

# The programs' sockets are there, but without a listener; then they are gone.
programs_that_are_not_there_are_told() {
	local run keeper
	broken "$1" :
	answers 200 /jwks.json
	keeper=$(pgrep -P "$SERVER_PID" -f start-programs)
	run=$(tr '\0' '\n' <"/proc/$keeper/cmdline" | tail -n 1)
	kill "$keeper"
	wait_for is_gone "$keeper"
	a_page_for_people /authorize
	assert_logged "$run/authorize"
	rm "$run/token"
	a_page_for_people /token
	assert_logged "$run/token"
	assert_logged 'No such file'
	stop_server
}

# Sockets of another user.
sockets_of_another_owner_are_told() {
	local run keeper
	[[ $(id -u) = 0 ]] || skip 'only root can give a socket away'
	broken "$1" :
	keeper=$(pgrep -P "$SERVER_PID" -f start-programs)
	run=$(tr '\0' '\n' <"/proc/$keeper/cmdline" | tail -n 1)
	chown root "$run/token"
	a_page_for_people /token
	assert_logged "$run/token"
	assert_logged 'Permission denied'
	stop_server
}

# What the server is to start is no program of this machine.
a_program_that_cannot_be_run_is_told() {
	SERVED=$BATS_TEST_TMPDIR/build
	cp -R "$BATS_FILE_TMPDIR/build" "$SERVED"
	echo 'not a program' >"$SERVED/cgi-bin/token"
	broken "$1" :
	a_page_for_people /token 500
	assert_logged 'cgi-bin/token: Exec format error|headers: token'
	answers 200 /jwks.json
	stop_server
}

@test "site: lighttpd's goes into Debian's own configuration" {
	local site=$BATS_TEST_TMPDIR/site.conf server
	[[ -r /etc/lighttpd/lighttpd.conf ]] || skip 'not there'
	for server in lighttpd lighttpd-cgi; do
		"$root/conf/webserver.sh" -s $server -i https://id.example.org/idp \
		    -c "$BATS_FILE_TMPDIR/certificate.pem" \
		    -k "$BATS_FILE_TMPDIR/key.pem" >"$site"
		printf 'include "%s"\n' /etc/lighttpd/lighttpd.conf "$site" \
		    >"$site.whole"
		PATH=$PATH:/usr/sbin run -0 lighttpd -tt -f "$site.whole"
		assert_equal "$output" ''
	done
}

@test "site: every word is filled in, TLS is there with a certificate only, and the usual ports" {
	local server file=$BATS_FILE_TMPDIR/certificate.pem
	for server in lighttpd lighttpd-cgi apache apache-fcgid apache-cgi nginx; do
		run -0 "$root/conf/webserver.sh" -s $server \
		    -i https://id.example.org/a+b -c "$file" -k "$file"
		[[ $output != *@[A-Z]* ]] || fail "$server: $output"
		[[ $output = *443* && $output = *"$file"* ]] || fail "$server"
		[[ $output = *'/a\+b/'* ]] || fail "$server"
		run -0 "$root/conf/webserver.sh" -s $server -i http://127.0.0.1
		[[ $output != *@[A-Z]* ]] || fail "$server: $output"
		output=$(grep -v '^#' <<<"$output")
		[[ $output != *443* && $output != *[sS][sS][lL]* ]] || fail "$server"
	done
}

@test "site: what is printed has none of the template's marks, no line twice, and the gate only with -g" {
	local server file=$BATS_FILE_TMPDIR/certificate.pem issuer
	local marks='TLS|without TLS|IPv6(, http)?|own host|below a path|own site|inside a site|template'
	for server in lighttpd lighttpd-cgi apache apache-fcgid apache-cgi nginx; do
		for issuer in https://id.example.org https://id.example.org/idp; do
			run -0 "$root/conf/webserver.sh" -s $server -i $issuer -c "$file" -k "$file"
			! grep -nE "^[[:space:]]*# (end( ($marks))?|($marks):)\$" <<<"$output" ||
			    fail "$server: a mark"
			[[ -z $(grep -E '^[[:space:]]*(location|<LocationMatch) ' <<<"$output" | sort | uniq -d) ]] ||
			    fail "$server: an address twice"
			[[ $output != *'The gate'* && $output != *$'\n\n\n'* ]] || fail "$server: $output"
		done
	done
	for server in lighttpd apache apache-fcgid nginx; do
		run -0 "$root/conf/webserver.sh" -s $server -i https://id.example.org -c "$file" -k "$file" -g
		[[ $output = *$'\n# --- The gate'* ]] || fail "$server"
	done
}

@test "site: listens on IPv4 and, where this host has it, on IPv6" {
	local server has=0 file=$BATS_FILE_TMPDIR/certificate.pem
	[[ ! -e /proc/net/if_inet6 ]] || has=1
	for server in lighttpd lighttpd-cgi nginx; do
		run -0 "$root/conf/webserver.sh" -s $server \
		    -i https://id.example.org -c "$file" -k "$file"
		assert_equal "$server $(grep -v '^#' <<<"$output" |
		    grep -cF '[::]:443')" "$server $has"
	done
	# Every address of Apache's own Listen 443, which is IPv6, too.
	run -0 "$root/conf/webserver.sh" -s apache -i https://id.example.org \
	    -c "$file" -k "$file"
	[[ $output = *$'\n<VirtualHost *:443>'* ]]
	# What is said is all there is.
	for server in lighttpd lighttpd-cgi nginx apache apache-fcgid apache-cgi; do
		set -- -s $server -i https://id.example.org -c "$file" \
		    -k "$file" -t 192.0.2.1:80 -l 192.0.2.1:443
		run -0 "$root/conf/webserver.sh" "$@"
		[[ $output = *192.0.2.1:443* && $output != *'[::'* ]] ||
		    fail "$server: $output"
		run -0 "$root/conf/webserver.sh" "$@" -l '[2001:db8::1]:443'
		[[ $output = *192.0.2.1:443* && $output = *'[2001:db8::1]:443'* &&
		    $output != *'[::]'* && $output != *@[A-Z]* ]] ||
		    fail "$server: $output"
	done
}

@test "site: behind a proxy, with certbot's files, or inside a site it has those lines, and only then" {
	local server file=$BATS_FILE_TMPDIR/certificate.pem mark
	for server in lighttpd nginx apache; do
		set -- "$root/conf/webserver.sh" -s $server
		run -0 "$@" -i https://id.example.org -c "$file" -k "$file"
		[[ $output != *acme-challenge* && $output != *Forwarded-For* ]] ||
		    fail "$server: $output"
		run -0 "$@" -i https://id.example.org -c "$file" -k "$file" \
		    -w /var/www/html
		[[ $output = *acme-challenge*/var/www/html* ||
		    $output = */var/www/html*acme-challenge* ]] || fail "$server: $output"
		run -0 "$@" -i https://id.example.org -l 127.0.0.1:8080 -o \
		    -f 127.0.0.1 -f ::1
		[[ $output = *X-Forwarded-For* && $output = *::1* ]] ||
		    fail "$server: $output"
		run -0 "$@" -i https://example.org/idp -x
		output=$(grep -v '^[[:space:]]*#' <<<"$output")
		[[ $output = *'/idp/authorize'* ]] || fail "$server: $output"
		for mark in 'server {' 'VirtualHost' 'ssl' 'SSL' 'listen' '@[A-Z]'; do
			! grep -q "$mark" <<<"$output" || fail "$server: $mark: $output"
		done
	done
	run -0 "$root/conf/webserver.sh" -s lighttpd -i https://id.example.org \
	    -c "$file" -k "$file" -n
	[[ $output = *ssl.pemfile* && $output != *'$SERVER["socket"]'* ]] ||
	    fail "$output"
}

# The lines for the mail domain's own host, as they are printed, without the marks.
webfinger_lines() {	# SERVER
	"$root/conf/webserver.sh" -s "$1" -i https://id.example.org/idp \
	    -c "$BATS_FILE_TMPDIR/certificate.pem" -k "$BATS_FILE_TMPDIR/key.pem" |
	    sed -n '/^# --- WebFinger/,/^# --- [^W]/s/^#  //p'
}

# of_mail_domain SERVER: a server of example.org's, with these lines alone.
of_mail_domain() {
	local dir=$BATS_TEST_TMPDIR/$1 lines
	mkdir -p "$dir"
	lines=$(webfinger_lines "$1")
	[[ -n $lines ]] || fail "$1 has no lines for WebFinger"
	PORT=$(free_port) SERVER_LOG=$dir/log
	case $1 in
	lighttpd)
		printf '%s\n' "server.port = $PORT" 'server.bind = "127.0.0.1"' \
		    "server.document-root = \"$dir\"" \
		    'server.modules = ( "mod_redirect" )' "$lines" >"$dir/conf"
		in_background lighttpd -D -f "$dir/conf" ;;
	nginx)
		printf '%s\n' 'daemon off;' "pid $dir/pid;" 'events { }' 'http {' \
		    "access_log off; client_body_temp_path $dir/a;" \
		    "proxy_temp_path $dir/b; fastcgi_temp_path $dir/c;" \
		    "uwsgi_temp_path $dir/d; scgi_temp_path $dir/e;" 'server {' \
		    "listen 127.0.0.1:$PORT; server_name example.org;" \
		    "$lines" '} }' >"$dir/conf"
		in_background nginx -e stderr -c "$dir/conf" ;;
	apache)
		printf '%s\n' "ServerRoot /usr/lib/apache2" "Listen 127.0.0.1:$PORT" \
		    "PidFile $dir/pid" "ErrorLog $dir/errors" 'ServerName example.org' \
		    'LoadModule mpm_event_module modules/mod_mpm_event.so' \
		    'LoadModule alias_module modules/mod_alias.so' \
		    'LoadModule authz_core_module modules/mod_authz_core.so' \
		    '<IfModule !unixd_module>' \
		    'LoadModule unixd_module modules/mod_unixd.so' '</IfModule>' \
		    "<VirtualHost *:$PORT>" "$lines" '</VirtualHost>' >"$dir/conf"
		in_background apache2 -DFOREGROUND -f "$dir/conf" ;;
	esac
	wait_for curl -s -o /dev/null "http://127.0.0.1:$PORT/"
}

@test "site: the lines for the host of a mail domain send its WebFinger questions on, and nothing else (RFC 7033 4)" {
	local server query='resource=acct%3Aalice%40example.org&rel=http%3A%2F%2Fopenid.net%2Fspecs%2Fconnect%2F1.0%2Fissuer'
	local PATH=$PATH:/usr/sbin
	for server in lighttpd nginx apache; do
		of_mail_domain $server
		run -0 curl -s -o /dev/null -H 'Host: example.org' \
		    -w '%{http_code} %{redirect_url}' \
		    "http://127.0.0.1:$PORT/.well-known/webfinger?$query"
		assert_equal "$server $output" \
		    "$server 307 https://id.example.org/idp/.well-known/webfinger?$query"
		for path in / /.well-known/ /.well-known/webfingerx /x/.well-known/webfinger; do
			run -0 curl -s -o /dev/null -H 'Host: example.org' \
			    -w '%{redirect_url}' "http://127.0.0.1:$PORT$path"
			assert_equal "$server $path $output" "$server $path "
		done
		stop_server
	done
}

@test "servers: an app that asks again after some seconds is heard, on the connection it kept" {
	local server ports=()
	for server in lighttpd lighttpd-cgi apache apache-fcgid apache-cgi nginx; do
		at $server
		ports+=("$PORT")
	done
	# Longer than the 5 seconds that lighttpd and Apache have by themselves.
	/usr/bin/python3 - "${ports[@]}" <<-'END'
		import http.client, select, sys
		kept = [http.client.HTTPConnection("127.0.0.1", int(p), timeout=20)
		        for p in sys.argv[1:]]
		def ask(c):
		    c.request("GET", "/jwks.json")
		    answer = c.getresponse()
		    answer.read()
		    assert answer.status == 200, answer.status
		for c in kept:
		    ask(c)
		first = [c.sock for c in kept]
		closed, _, _ = select.select(first, [], [], 6)
		assert not closed, f"{len(closed)} closed"
		for c, sock in zip(kept, first):
		    assert c.sock is sock, f"closed: {c.port}"
		    ask(c)
		    assert c.sock is sock
	END
}

@test "site: says in one line what is wrong" {
	local words
	for words in '' '-s iis -i https://id.example.org' '-s nginx' \
	    '-s nginx -i id.example.org' \
	    '-s nginx -i https://id.example.org' \
	    '-s nginx -i https://id.example.org/ -l 127.0.0.1:8080' \
	    '-s nginx -i https://id.example.org -c /etc/certificate.pem' \
	    '-s nginx -i https://id.example.org -x' \
	    '-s apache-cgi -i https://example.org/idp -x'; do
		# shellcheck disable=SC2086 # words
		run -1 "$root/conf/webserver.sh" $words
		assert_equal "${#lines[@]}" 1
		[[ $output = 'latchkey: webserver: '* ]] || fail "$output"
	done
	run -0 "$root/conf/webserver.sh" -s nginx -i https://id.example.org \
	    -l 127.0.0.1:8080
	[[ $output = *'listen 127.0.0.1:8080;'* ]] || fail "$output"
}

# --- lighttpd -----------------------------------------------------------------

@test "lighttpd: an app signs a person in, with Basic, refreshes, introspects and revokes" { at lighttpd; an_app_signs_in; }
@test "lighttpd: the same below a path and over TLS" { at lighttpd tls; an_app_signs_in; }
@test "lighttpd: who authenticates wrongly is told so" { at lighttpd; a_wrong_secret_is_refused; }
@test "lighttpd: a browser app refreshes by its cookie over TLS" { at lighttpd tls; a_browser_app_refreshes_by_cookie; }
@test "lighttpd: signing out ends the session and leads back to the app" { at lighttpd tls; signing_out_ends_the_session; }
@test "lighttpd: the endpoints are at their exact paths, everything else is 404" { at lighttpd; only_its_paths_are_there; }
@test "lighttpd: so they are below a path" { at lighttpd tls; only_its_paths_are_there; }
@test "lighttpd: an app registers, changes and deletes itself" { at lighttpd tls; an_app_registers_changes_and_deletes_itself; }
@test "lighttpd: http is sent to https" { at lighttpd tls; http_is_sent_to_https; }
@test "lighttpd: IPv4 and IPv6 are answered" { at lighttpd tls; both_families_are_answered; }
@test "lighttpd: browsers keep to https for a year, and of this host alone (RFC 6797)" { at lighttpd tls; browsers_keep_to_https; }
@test "lighttpd: TRACE is refused, and sends nothing back" { at lighttpd; trace_is_refused; }
@test "lighttpd: HEAD, OPTIONS and unknown methods are answered by us" { at lighttpd; methods_are_ours; }
@test "lighttpd: 64 KiB of body are taken, one byte more is our own 413, chunked or not" { at lighttpd; bodies_have_our_ceiling; }
@test "lighttpd: slow bodies hold up no other request" { at lighttpd; slow_bodies_hold_up_no_other; }
@test "lighttpd: a sign-in for which there is no place gets our own page, with Retry-After" { at lighttpd; a_full_line_is_told_by_us; }
@test "lighttpd: a client that leaves early harms no other" { at lighttpd; leaving_early_harms_no_other; }
@test "lighttpd: 24 KiB of query, 15 KiB of cookies and 4 KiB of state get through" { at lighttpd; what_is_long_gets_through; }
@test "lighttpd: what is too long is a 4xx" { at lighttpd; what_is_too_long_is_told; }
@test "lighttpd: a header does not become a variable we believe" { at lighttpd; headers_are_not_variables; }
@test "lighttpd: data that cannot be opened: 503, a page for people, and a line in the log" { data_that_cannot_be_opened_are_told lighttpd; }
@test "lighttpd: programs that are not there: 503, a page for people, and the socket in the log" { programs_that_are_not_there_are_told lighttpd; }
@test "lighttpd: a socket of another owner: 503, a page for people, and the cause in the log" { sockets_of_another_owner_are_told lighttpd; }

# --- lighttpd as CGI ----------------------------------------------------------

@test "lighttpd-cgi: an app signs a person in, with Basic, refreshes, introspects and revokes" { at lighttpd-cgi; an_app_signs_in; }
@test "lighttpd-cgi: the same below a path and over TLS" { at lighttpd-cgi tls; an_app_signs_in; }
@test "lighttpd-cgi: who authenticates wrongly is told so" { at lighttpd-cgi; a_wrong_secret_is_refused; }
@test "lighttpd-cgi: a browser app refreshes by its cookie over TLS" { at lighttpd-cgi tls; a_browser_app_refreshes_by_cookie; }
@test "lighttpd-cgi: signing out ends the session and leads back to the app" { at lighttpd-cgi tls; signing_out_ends_the_session; }
@test "lighttpd-cgi: the endpoints are at their exact paths, everything else is 404" { at lighttpd-cgi; only_its_paths_are_there; }
@test "lighttpd-cgi: so they are below a path" { at lighttpd-cgi tls; only_its_paths_are_there; }
@test "lighttpd-cgi: an app registers, changes and deletes itself" { at lighttpd-cgi tls; an_app_registers_changes_and_deletes_itself; }
@test "lighttpd-cgi: http is sent to https" { at lighttpd-cgi tls; http_is_sent_to_https; }
@test "lighttpd-cgi: IPv4 and IPv6 are answered" { at lighttpd-cgi tls; both_families_are_answered; }
@test "lighttpd-cgi: browsers keep to https for a year, and of this host alone (RFC 6797)" { at lighttpd-cgi tls; browsers_keep_to_https; }
@test "lighttpd-cgi: TRACE is refused, and sends nothing back" { at lighttpd-cgi; trace_is_refused; }
@test "lighttpd-cgi: HEAD, OPTIONS and unknown methods are answered by us" { at lighttpd-cgi; methods_are_ours; }
@test "lighttpd-cgi: 64 KiB of body are taken, one byte more is our own 413, chunked or not" { at lighttpd-cgi; bodies_have_our_ceiling; }
@test "lighttpd-cgi: slow bodies hold up no other request" { at lighttpd-cgi; slow_bodies_hold_up_no_other; }
@test "lighttpd-cgi: a sign-in for which there is no place gets our own page, with Retry-After" { at lighttpd-cgi; a_full_line_is_told_by_us; }
@test "lighttpd-cgi: a client that leaves early harms no other" { at lighttpd-cgi; leaving_early_harms_no_other; }
@test "lighttpd-cgi: 24 KiB of query, 15 KiB of cookies and 4 KiB of state get through" { at lighttpd-cgi; what_is_long_gets_through; }
@test "lighttpd-cgi: what is too long is a 4xx" { at lighttpd-cgi; what_is_too_long_is_told; }
@test "lighttpd-cgi: a header does not become a variable we believe" { at lighttpd-cgi; headers_are_not_variables; }
@test "lighttpd-cgi: data that cannot be opened: 503, a page for people, and a line in the log" { data_that_cannot_be_opened_are_told lighttpd-cgi; }
@test "lighttpd-cgi: a program that cannot be run: 500, a page for people, and its name in the log" { a_program_that_cannot_be_run_is_told lighttpd-cgi; }

# --- Apache -------------------------------------------------------------------

@test "apache: an app signs a person in, with Basic, refreshes, introspects and revokes" { at apache; an_app_signs_in; }
@test "apache: the same below a path and over TLS" { at apache tls; an_app_signs_in; }
@test "apache: who authenticates wrongly is told so" { at apache; a_wrong_secret_is_refused; }
@test "apache: a browser app refreshes by its cookie over TLS" { at apache tls; a_browser_app_refreshes_by_cookie; }
@test "apache: signing out ends the session and leads back to the app" { at apache tls; signing_out_ends_the_session; }
@test "apache: the endpoints are at their exact paths, everything else is 404" { at apache; only_its_paths_are_there; }
@test "apache: so they are below a path" { at apache tls; only_its_paths_are_there; }
@test "apache: an app registers, changes and deletes itself" { at apache tls; an_app_registers_changes_and_deletes_itself; }
@test "apache: http is sent to https" { at apache tls; http_is_sent_to_https; }
@test "apache: IPv4 and IPv6 are answered" { at apache tls; both_families_are_answered; }
@test "apache: browsers keep to https for a year, and of this host alone (RFC 6797)" { at apache tls; browsers_keep_to_https; }
@test "apache: TRACE is refused, and sends nothing back" { at apache; trace_is_refused; }
@test "apache: HEAD, OPTIONS and unknown methods are answered by us" { at apache; methods_are_ours; }
@test "apache: 64 KiB of body are taken, one byte more is our own 413, chunked or not" { at apache; bodies_have_our_ceiling; }
@test "apache: slow bodies hold up no other request" { at apache; slow_bodies_hold_up_no_other; }
@test "apache: a sign-in for which there is no place gets our own page, with Retry-After" { at apache; a_full_line_is_told_by_us; }
@test "apache: a client that leaves early harms no other" { at apache; leaving_early_harms_no_other; }
@test "apache: 16,000 bytes of query, 15 KiB of cookies and 4 KiB of state get through" { at apache; LONGEST=16000 what_is_long_gets_through; }
@test "apache: what is too long is a 4xx" { at apache; what_is_too_long_is_told; }
@test "apache: a header does not become a variable we believe" { at apache; headers_are_not_variables; }
@test "apache: data that cannot be opened: 503, a page for people, and a line in the log" { data_that_cannot_be_opened_are_told apache; }
@test "apache: programs that are not there: 503, a page for people, and the socket in the log" { programs_that_are_not_there_are_told apache; }
@test "apache: a socket of another owner: 503, a page for people, and the cause in the log" { sockets_of_another_owner_are_told apache; }

# --- Apache with mod_fcgid ----------------------------------------------------

@test "apache-fcgid: an app signs a person in, with Basic, refreshes, introspects and revokes" { at apache-fcgid; an_app_signs_in; }
@test "apache-fcgid: the same below a path and over TLS" { at apache-fcgid tls; an_app_signs_in; }
@test "apache-fcgid: who authenticates wrongly is told so" { at apache-fcgid; a_wrong_secret_is_refused; }
@test "apache-fcgid: a browser app refreshes by its cookie over TLS" { at apache-fcgid tls; a_browser_app_refreshes_by_cookie; }
@test "apache-fcgid: signing out ends the session and leads back to the app" { at apache-fcgid tls; signing_out_ends_the_session; }
@test "apache-fcgid: the endpoints are at their exact paths, everything else is 404" { at apache-fcgid; only_its_paths_are_there; }
@test "apache-fcgid: so they are below a path" { at apache-fcgid tls; only_its_paths_are_there; }
@test "apache-fcgid: an app registers, changes and deletes itself" { at apache-fcgid tls; an_app_registers_changes_and_deletes_itself; }
@test "apache-fcgid: http is sent to https" { at apache-fcgid tls; http_is_sent_to_https; }
@test "apache-fcgid: IPv4 and IPv6 are answered" { at apache-fcgid tls; both_families_are_answered; }
@test "apache-fcgid: browsers keep to https for a year, and of this host alone (RFC 6797)" { at apache-fcgid tls; browsers_keep_to_https; }
@test "apache-fcgid: TRACE is refused, and sends nothing back" { at apache-fcgid; trace_is_refused; }
@test "apache-fcgid: HEAD, OPTIONS and unknown methods are answered by us" { at apache-fcgid; methods_are_ours; }
@test "apache-fcgid: 64 KiB of body are taken, one byte more is our own 413, chunked or not" { at apache-fcgid; bodies_have_our_ceiling; }
@test "apache-fcgid: slow bodies hold up no other request" { at apache-fcgid; slow_bodies_hold_up_no_other; }
@test "apache-fcgid: a sign-in for which there is no place gets our own page, with Retry-After" { at apache-fcgid; a_full_line_is_told_by_us; }
@test "apache-fcgid: a client that leaves early harms no other" { at apache-fcgid; leaving_early_harms_no_other; }
@test "apache-fcgid: 24 KiB of query, 15 KiB of cookies and 4 KiB of state get through" { at apache-fcgid; what_is_long_gets_through; }
@test "apache-fcgid: what is too long is a 4xx" { at apache-fcgid; what_is_too_long_is_told; }
@test "apache-fcgid: a header does not become a variable we believe" { at apache-fcgid; headers_are_not_variables; }
@test "apache-fcgid: data that cannot be opened: 503, a page for people, and a line in the log" { data_that_cannot_be_opened_are_told apache-fcgid; }
@test "apache-fcgid: a program that cannot be run: 500, a page for people, and its name in the log" { a_program_that_cannot_be_run_is_told apache-fcgid; }

# --- Apache as CGI ------------------------------------------------------------

@test "apache-cgi: an app signs a person in, with Basic, refreshes, introspects and revokes" { at apache-cgi; an_app_signs_in; }
@test "apache-cgi: the same below a path and over TLS" { at apache-cgi tls; an_app_signs_in; }
@test "apache-cgi: who authenticates wrongly is told so" { at apache-cgi; a_wrong_secret_is_refused; }
@test "apache-cgi: a browser app refreshes by its cookie over TLS" { at apache-cgi tls; a_browser_app_refreshes_by_cookie; }
@test "apache-cgi: signing out ends the session and leads back to the app" { at apache-cgi tls; signing_out_ends_the_session; }
@test "apache-cgi: the endpoints are at their exact paths, everything else is 404" { at apache-cgi; only_its_paths_are_there; }
@test "apache-cgi: so they are below a path" { at apache-cgi tls; only_its_paths_are_there; }
@test "apache-cgi: an app registers, changes and deletes itself" { at apache-cgi tls; an_app_registers_changes_and_deletes_itself; }
@test "apache-cgi: http is sent to https" { at apache-cgi tls; http_is_sent_to_https; }
@test "apache-cgi: IPv4 and IPv6 are answered" { at apache-cgi tls; both_families_are_answered; }
@test "apache-cgi: browsers keep to https for a year, and of this host alone (RFC 6797)" { at apache-cgi tls; browsers_keep_to_https; }
@test "apache-cgi: TRACE is refused, and sends nothing back" { at apache-cgi; trace_is_refused; }
@test "apache-cgi: HEAD, OPTIONS and unknown methods are answered by us" { at apache-cgi; methods_are_ours; }
@test "apache-cgi: 64 KiB of body are taken, one byte more is our own 413, chunked or not" { at apache-cgi; bodies_have_our_ceiling; }
@test "apache-cgi: slow bodies hold up no other request" { at apache-cgi; slow_bodies_hold_up_no_other; }
@test "apache-cgi: a sign-in for which there is no place gets our own page, with Retry-After" { at apache-cgi; a_full_line_is_told_by_us; }
@test "apache-cgi: a client that leaves early harms no other" { at apache-cgi; leaving_early_harms_no_other; }
@test "apache-cgi: 24 KiB of query, 15 KiB of cookies and 4 KiB of state get through" { at apache-cgi; what_is_long_gets_through; }
@test "apache-cgi: what is too long is a 4xx" { at apache-cgi; what_is_too_long_is_told; }
@test "apache-cgi: a header does not become a variable we believe" { at apache-cgi; headers_are_not_variables; }
@test "apache-cgi: data that cannot be opened: 503, a page for people, and a line in the log" { data_that_cannot_be_opened_are_told apache-cgi; }
@test "apache-cgi: a program that cannot be run: 500, a page for people, and its name in the log" { a_program_that_cannot_be_run_is_told apache-cgi; }

# --- nginx --------------------------------------------------------------------

@test "nginx: an app signs a person in, with Basic, refreshes, introspects and revokes" { at nginx; an_app_signs_in; }
@test "nginx: the same below a path and over TLS" { at nginx tls; an_app_signs_in; }
@test "nginx: who authenticates wrongly is told so" { at nginx; a_wrong_secret_is_refused; }
@test "nginx: a browser app refreshes by its cookie over TLS" { at nginx tls; a_browser_app_refreshes_by_cookie; }
@test "nginx: signing out ends the session and leads back to the app" { at nginx tls; signing_out_ends_the_session; }
@test "nginx: the endpoints are at their exact paths, everything else is 404" { at nginx; only_its_paths_are_there; }
@test "nginx: so they are below a path" { at nginx tls; only_its_paths_are_there; }
@test "nginx: an app registers, changes and deletes itself" { at nginx tls; an_app_registers_changes_and_deletes_itself; }
@test "nginx: http is sent to https" { at nginx tls; http_is_sent_to_https; }
@test "nginx: IPv4 and IPv6 are answered" { at nginx tls; both_families_are_answered; }
@test "nginx: browsers keep to https for a year, and of this host alone (RFC 6797)" { at nginx tls; browsers_keep_to_https; }
@test "nginx: TRACE is refused, and sends nothing back" { at nginx; trace_is_refused; }
@test "nginx: HEAD, OPTIONS and unknown methods are answered by us" { at nginx; methods_are_ours; }
@test "nginx: 64 KiB of body are taken, one byte more is our own 413, chunked or not" { at nginx; bodies_have_our_ceiling; }
@test "nginx: slow bodies hold up no other request" { at nginx; slow_bodies_hold_up_no_other; }
@test "nginx: a sign-in for which there is no place gets our own page, with Retry-After" { at nginx; a_full_line_is_told_by_us; }
@test "nginx: a client that leaves early harms no other" { at nginx; leaving_early_harms_no_other; }
@test "nginx: 24 KiB of query, 15 KiB of cookies and 4 KiB of state get through" { at nginx; what_is_long_gets_through; }
@test "nginx: what is too long is a 4xx" { at nginx; what_is_too_long_is_told; }
@test "nginx: a header does not become a variable we believe" { at nginx; headers_are_not_variables; }
@test "nginx: data that cannot be opened: 503, a page for people, and a line in the log" { data_that_cannot_be_opened_are_told nginx; }
@test "nginx: programs that are not there: 503, a page for people, and the socket in the log" { programs_that_are_not_there_are_told nginx; }
@test "nginx: a socket of another owner: 503, a page for people, and the cause in the log" { sockets_of_another_owner_are_told nginx; }
