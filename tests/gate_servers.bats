# The gate before a site, with every real web server, unprivileged on high ports,
# over TLS, with the configuration that is shipped for each, unchanged except for
# hosts, ports, paths and how long a gate may be silent: the same promises for
# all. The site is another host than the provider, and has files, programs and a
# proxied app.

load helper
load gate_socket
BATS_NO_PARALLELIZE_WITHIN_FILE=true
export BATS_NO_PARALLELIZE_WITHIN_FILE

# Who the store is given to, and all that serves it: Apache is not for root.
as_nobody=()
[[ $(id -u) != 0 ]] ||
    as_nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups)

setup_file() {
	local dir=$BATS_FILE_TMPDIR place
	export APP_PORT PHP_SOCKET CURL_HOME=$dir
	SERVER_LOG=$dir/log
	share_programs
	/usr/bin/python3 "$root/tests/certificate.py" "$dir/certificate" -1 80 \
	    {id,photos,other}.example.org
	chmod a+r "$dir"/certificate.*
	# Every host is this one; cookies know their hosts.
	printf '%s\n' 'connect-to = "::127.0.0.1:"' \
	    "cacert = \"$dir/certificate.pem\"" >"$dir/.curlrc"
	mkdir -p "$dir"/{photos,other}/{open,family,closed,dav,api,strict,mcp,factor,mistake/location}
	for place in . open family closed dav api strict mcp factor mistake{,/location}; do
		echo "the file in $place" >"$dir/photos/$place/page.txt"
		echo "the other's file" >"$dir/other/$place/page.txt"
	done
	printf '#!/bin/sh\nprintf "Content-Type: text/plain\\r\\n\\r\\n"; cat; echo; env\n' \
	    >"$dir/photos/who.cgi"
	printf '%s' '<?php header("Content-Type: text/plain");' \
	    'readfile("php://input"); foreach ($_SERVER as $k => $v)' \
	    'if (is_string($v)) echo "\n$k=$v";' >"$dir/photos/who.php"
	cp -p "$dir"/photos/who.* "$dir/photos/open"
	chmod -R a+rX "$dir"/{photos,other}
	chmod a+x "$dir"/photos/{,open/}who.cgi
	APP_PORT=$(free_port)
	in_background /usr/bin/python3 "$root/tests/echo_app.py" "$APP_PORT"
	SOCKETS=$(mktemp -d "${TMPDIR:-/tmp}/lk-gate.XXXXXX")
	export SOCKETS
	chmod 777 "$SOCKETS"
	PHP_SOCKET=$SOCKETS/php
	in_background "${as_nobody[@]}" php-cgi -b "$PHP_SOCKET"
	wait_for test -S "$PHP_SOCKET"
	wait_for port_is_taken "$APP_PORT"
}

teardown_file() {
	stop_all
	rm -rf "$SOCKETS"
}

# at SERVER: requests go there from now on. Started at its first use, and there
# until the last test of this file; alice and bob have signed in at the site.
at() {
	local place=$BATS_FILE_TMPDIR/$1
	[[ -e $place/started ]] || furnish "$1" "$place"
	# shellcheck disable=SC1091 # written by furnish
	source "$place/started"
	cp "$place"/jar-* "$BATS_TEST_TMPDIR"
}

furnish() {
	local BATS_TEST_TMPDIR=$2 port
	mkdir "$2"
	port=$(free_port)
	new_store "https://id.example.org:$port"
	PORT=$port
	HTTP_PORT=$(free_port)
	SITE=https://photos.example.org:$PORT
	OTHER=https://other.example.org:$PORT
	WHO=who.cgi
	add_user alice --name 'Älice Adams' --email alice@example.org \
	    --group family --group admins
	add_user bob
	add_user carol
	add_user dan
	add_client api --audience https://api.example \
	    --audience "$SITE/mcp" --scope notes:read --grant client_credentials \
	    --scope api:read --scope api:write
	latchkey site add "$SITE" --name Photos --rule '/ signed-in' \
	    --rule '/open anyone' --rule '/app/open anyone' \
	    --rule '/family group:family' --rule '/closed group:nobody' \
	    --rule 'POST /app/fixed group:editors' \
	    --rule '/dav signed-in app-password' \
	    --rule '/api bearer:https://api.example scope:api:read' \
	    --rule '/strict bearer:https://api.example strict' \
	    --rule '/app/api bearer:https://api.example scope:api:read' \
	    --rule "/mcp bearer:$SITE/mcp scope:notes:read" \
	    --rule '/factor signed-in bearer:https://api.example factor' >/dev/null
	latchkey site add "$OTHER" --rule '/open anyone' >/dev/null
	"start_${1//-/_}" "$2"
	sign_in_at alice "$SITE/page.txt"
	sign_in_at bob "$SITE/page.txt"
	declare -p PORT ISSUER DATA SERVER_LOG SERVER_PID SITE OTHER GATE_PID WHO \
	    HTTP_PORT |
	    sed 's/^declare [^ ]* /export /' >"$2/started"
}

# --- a site, as its server has it ----------------------------------------------

# shipped SERVER [HOST]: the gate's part of conf/SERVER.conf, for a site here.
shipped() {
	local dir=$BATS_FILE_TMPDIR host=${2:-photos}
	"$BATS_FILE_TMPDIR/shared/conf/webserver.sh" -g -s "$1" -i "$ISSUER" \
	    -r "$SOCKETS/$1" -l "127.0.0.1:$PORT" \
	    -t "127.0.0.1:$HTTP_PORT" -d "$DATA" \
	    -p "${DATA%/data}/build/cgi-bin" |
	    sed -e '1,/^# --- The gate/d; s/^#\([^ ]\)/\1/; s/^#$//' |
	    sed -E 's,(read.timeout.*)10,\14,; s,(FcgidIOTimeout) 10,\1 4,' |
	    sed -e "s,/etc/ssl/photos.example.org/fullchain.pem,$dir/certificate.pem," \
		-e "s,/etc/ssl/photos.example.org/privkey.pem,$dir/certificate.key," \
		-e "s,https://photos.example.org,&:$PORT,; s,/var/www,$dir," \
		-e "s,127.0.0.1:8081,127.0.0.1:$APP_PORT," \
		-e "s,127.0.0.1:919,127.0.0.1:${GATE_PORT:-}," \
		-e "s,/run/php/php-fpm.sock,$PHP_SOCKET,; s,photos,$host,"
}

# serve SERVER FILE: the provider, and what FILE has for the server.
serve() {
	[[ $(id -u) != 0 ]] || chown -R 65534:65534 "$DATA"
	serve_store "$1" -r "$HTTP_PORT" -i "$2" \
	    -c "$BATS_FILE_TMPDIR/certificate.pem" \
	    -k "$BATS_FILE_TMPDIR/certificate.key"
}

socket_directory() {
	mkdir "$SOCKETS/$1"
	chmod 777 "$SOCKETS/$1"
	[[ $(id -u) != 0 ]] || chown -R 65534:65534 "$DATA"
	chmod a+x "${DATA%/*}"
}

start_lighttpd() {
	socket_directory lighttpd
	start_gate "$SOCKETS/lighttpd/gate"
	{
		shipped lighttpd | sed '$d; s/# ssl/ssl/'
		cat <<-END
			cgi.assign = ( ".cgi" => "" )
			mimetype.assign = ( ".txt" => "text/plain" )
			\$HTTP["url"] =~ "^/app/" {
				proxy.server = ( "" => (( "host" => "127.0.0.1", "port" => $APP_PORT )) )
			}
			}
		END
		shipped lighttpd other | sed -n '/^\$HTTP/,$p'
	} >"$1/site.conf"
	serve lighttpd "$1/site.conf"
}

start_nginx() {
	WHO=who.php
	socket_directory nginx
	start_gate "$SOCKETS/nginx/gate"
	{
		# As another site's configuration may have it for all.
		echo 'underscores_in_headers on;'
		shipped nginx
		shipped nginx other
	} >"$1/site.conf"
	serve nginx "$1/site.conf"
}

# What Debian's has, or a2enmod adds; and what the site is made of.
apache_site() {	# SERVER MODULE...
	local module
	for module in "${@:2}"; do
		echo "LoadModule ${module}_module /usr/lib/apache2/modules/mod_$module.so"
	done
	cat <<-END
		<IfModule mod_cgid.c>
			ScriptSock "$SOCKETS/cgid-$1"
		</IfModule>
		<Directory "$BATS_FILE_TMPDIR/photos">
			Options +ExecCGI
			AllowOverride All
			<FilesMatch "\\.cgi$">
				SetHandler cgi-script
			</FilesMatch>
		</Directory>
		$(shipped "$1" | sed '$d')
			<Location "/mistake/location">
				Satisfy Any
				Require all granted
			</Location>
		</VirtualHost>
		$(shipped "$1" other | sed -n '/^<VirtualHost/,$p')
	END
}

APACHE_MODULES='authn_core access_compat setenvif cgid proxy_http'

start_apache() {
	GATE_PORT=$(free_port)
	socket_directory apache
	start_gate "$GATE_PORT"
	# shellcheck disable=SC2086 # words
	apache_site apache authnz_fcgi authz_user $APACHE_MODULES >"$1/site.conf"
	serve apache "$1/site.conf"
}

start_apache_fcgid() {
	GATE_PID=
	socket_directory apache-fcgid
	cp -a "$BATS_FILE_TMPDIR/shared/build" "$1"
	# shellcheck disable=SC2086 # words
	apache_site apache-fcgid proxy $APACHE_MODULES >"$1/site.conf"
	serve apache-fcgid "$1/site.conf"
}

start_caddy() {
	local dir=$BATS_FILE_TMPDIR
	WHO=who.php
	socket_directory caddy
	LATCHKEY_DATA=$DATA in_background "${as_nobody[@]}" \
	    "$dir/shared/build/bin/start-programs" "$dir/shared/build/cgi-bin" \
	    "$SOCKETS/caddy"
	GATE_PID=$SERVER_PID
	wait_for test -S "$SOCKETS/caddy/gate"
	sed -E -e "s,https://photos.example.org,&:$PORT,; s,/var/www,$dir," \
	    -e "s,^\{,&\nadmin off\nauto_https disable_redirects\n," \
	    -e "s,^([a-z]+\.example\.org) \{,\1:$PORT {\ntls $dir/certificate.pem $dir/certificate.key," \
	    -e "s,/run/latchkey,$SOCKETS/caddy,; s,/run/php/php-fpm.sock,$PHP_SOCKET," \
	    -e "s,127.0.0.1:8081,127.0.0.1:$APP_PORT,; s,read_timeout 10s,read_timeout 4s," \
	    "$root/conf/caddy.conf" >"$1/one"
	# What Caddy sorts before a route.
	sed -i '/^photos/,/^}/s,^\tfile_server,&\nhandle /mistake/* {\nfile_server\n},' \
	    "$1/one"
	{
		cat "$1/one"
		sed -n '/^photos/,/^}/{s,photos,other,; p}' "$1/one"
	} >"$1/Caddyfile"
	HOME=$SOCKETS/caddy in_background "${as_nobody[@]}" caddy run \
	    --config "$1/Caddyfile" --adapter caddyfile
	wait_for port_is_taken "$PORT"
}

# --- the promises --------------------------------------------------------------

# ask PERSON [CURL-OPTION...] PATH: at the site, sent unchanged; prints the status.
ask() {
	local cookies=$BATS_TEST_TMPDIR/jar-$1
	# Without an answer curl leaves the file as it was.
	: >"$(last body)"
	curl --noproxy '*' --path-as-is -sS -m 30 -o "$(last body)" \
	    -D "$(last headers.raw)" -w '%{http_code}' \
	    $([[ $1 = - ]] || echo -b "$cookies" -c "$cookies") \
	    "${@:2:$#-2}" "${AT:-$SITE}${*: -1}" >"$(last status)"
	tr -d '\r' <"$(last headers.raw)" >"$(last headers)"
	http_status
}

answers() {	# STATUS PERSON [CURL-OPTION...] PATH
	assert_equal "${*:2}: $(ask "${@:2}")" "${*:2}: $1" ||
	    fail "$(http_headers)" "$(http_body)" "$(tail -n 5 "$SERVER_LOG")"
}

a_stranger_comes_back() {
	local path
	for path in page.txt "$WHO?a=1&b=%2F..%2F%25&c=%22+x" 'app/x/?q=%C3%A4&r'; do
		# Known to the provider, a stranger to the site.
		sed -i '/photos\.example/d' "$BATS_TEST_TMPDIR/jar-alice"
		answers 303 alice -H 'Accept: text/html' "/$path"
		[[ $(http_header Location) = "$ISSUER/authorize?"* ]]
		assert_header Set-Cookie '^__Host-latchkey-sign-in=.*; Secure; HttpOnly; SameSite=Lax'
		request alice GET "$(http_header Location)"
		assert_status 303
		[[ $(http_header Location) = "$SITE/.latchkey/callback?"* ]]
		request alice GET "$(http_header Location)"
		assert_status 303
		assert_equal "$(http_header Location)" "$SITE/$path"
		answers 200 alice "/$path"
		case $path in
		page.txt) assert_page 'the file in \.' ;;
		app/*) assert_page "app: GET /${path//\?/\\?} " ;;
		*) assert_page "REQUEST_URI=/${path//[?+]/.} " ;;
		esac
	done
}

http_leads_to_https() {
	AT=http://photos.example.org:$HTTP_PORT answers 301 - '/page.txt?a=b'
	assert_equal "$(http_header Location)" "$SITE/page.txt?a=b"
	refute_page 'the file'
}

who_may_not_is_told() {
	answers 200 alice /family/page.txt
	answers 403 bob -H 'Accept: text/html' /family/page.txt
	assert_page 'You can’t open this page'
	assert_header Content-Type '^text/html'
	[[ $(http_header Content-Type) != *[iI][sS][oO]-* ]]
	refute_page 'the file'
	answers 403 bob -H 'Accept: application/json' /family/page.txt
	assert_header Content-Type '^application/json'
	assert_field error access_denied
	answers 403 alice -H 'Accept: text/html' /closed/page.txt
}

a_program_is_told() {
	answers 401 - -H 'Accept: application/json' /page.txt
	assert_header Content-Type '^application/json'
	assert_field error login_required
	assert_header WWW-Authenticate '^Bearer realm="https://photos.example.org:'
	refute_header Set-Cookie
	answers 401 - -H 'X-Requested-With: XMLHttpRequest' /app/x
	answers 401 - --http1.1 -X POST -d a=1 /app/x
	answers 401 - -X PROPFIND /dav/
	assert_header WWW-Authenticate '^Basic '
}

browsers_keep_to_https() {
	local path
	for path in /open/page.txt /page.txt /app/open/x; do
		ask - -H 'Accept: text/html' "$path" >/dev/null
		assert_equal "$path $(http_headers | tr A-Z a-z |
		    grep '^strict-transport-security:')" \
		    "$path strict-transport-security: max-age=31536000"
	done
}

# Apache itself answers it before it asks the gate, for a proxied app behind it: a
# request sent back, with its cookies and with whom the gate says it is from.
trace_is_refused() {
	local person path
	for person in - alice; do
		for path in /page.txt /open/page.txt /app/x /app/open/x; do
			[[ $(ask "$person" -X TRACE "$path") = 40[15] ]] ||
			    fail "$person $path: $(http_status)"
			refute_page 'TRACE /|[Cc]ookie:|alice'
		done
	done
	answers 405 - -X TRACE /page.txt
	answers 405 alice -X TRACE /app/x
}

live() {	# socket|events [JAR]
	timeout 30 /usr/bin/python3 "$root/tests/live_client.py" "$1" "$SITE" \
	    "$BATS_FILE_TMPDIR/certificate.pem" "${@:2}"
}

a_websocket_passes() {
	run -0 live socket "$BATS_TEST_TMPDIR/jar-alice"
	assert_equal "$output" $'alice: one\nalice: two'
	run -1 live socket
	[[ $output = 'status '[34]* ]] || fail "$output"
}

events_arrive_as_they_are_sent() {
	run -0 live events "$BATS_TEST_TMPDIR/jar-alice"
	assert_equal "$output" $'data: first\ndata: next'
	run -1 live events
	[[ $output = 'status '[34]* ]] || fail "$output"
}

# Forged in every spelling that some app could take for ours.
forged=(-H 'Remote-User: forger' -H 'remote-user: forger' -H 'Remote_User: forger'
    -H 'REMOTE_USER: forger' -H 'rEmote_groups: forger' -H 'Remote-Groups: forger'
    -H 'Remote-Name: forger' -H 'Remote_Name: forger' -H 'Remote-Email: forger'
    -H 'Remote_Email: forger' -H 'Variable-REMOTE_USER: forger'
    -H 'Remote.User: forger' -H 'remote.groups: forger')

the_app_learns_who_it_is() {
	answers 200 alice "/$WHO"
	assert_page 'REMOTE_USER=alice '
	assert_page 'REMOTE_GROUPS=family,admins '
	assert_page 'REMOTE_NAME=Älice Adams '
	assert_page 'REMOTE_EMAIL=alice@example.org '
	answers 200 alice /app/x
	assert_page 'Remote-User: alice '
	assert_page 'Remote-Groups: family,admins '
	assert_page 'Remote-Name: Älice Adams '
	assert_page 'Remote-Email: alice@example.org '
	! http_headers | grep -i 'remote\|variable' || fail 'the browser is told'
}

nobody_forges_a_name() {
	local person path
	for person in bob -; do
		for path in "open/$WHO" app/open/x; do
			answers 200 "$person" "${forged[@]}" "/$path"
			! http_body | grep -Ei '^(http_)?remote[^a-z].*forger' ||
			    fail "forged: $path"
			[[ $person = - ]] || http_body |
			    grep -Eiq '^remote[-_]user(: |=)bob$'
		done
	done
}

what_is_not_open_is_closed() {
	local path status
	answers 200 - /open/page.txt
	answers 200 - /app/open/x
	answers 200 - /open//page.txt
	answers 200 - /%6fpen/page.txt
	for path in / /page.txt /openx/page.txt /family/page.txt /app/x \
	    /app/openx "/$WHO" //page.txt /%70age.txt /open/../page.txt \
	    /open/%2e%2e/page.txt /open/%2E./page.txt /open/..%2fpage.txt \
	    '/open/..;/page.txt' '/open/..\page.txt' /open/..%5cpage.txt \
	    /open%2f..%2fpage.txt /./page.txt /open/%252e%252e/page.txt \
	    /.latchkey/../page.txt /.latchkey/%2e%2e/page.txt \
	    //.latchkey//../page.txt /.latchkey-ask /.latchkey/page \
	    '/page.txt?/open/' '/app/x?/app/open/' '/page.txt;/open' \
	    '/app/open/../x' /app/open/%2e%2e/x '/open#/../../page.txt'; do
		status=$(ask - -H 'Accept: text/html' "$path")
		[[ $status = [345]?? ]] || fail "$path: $status" "$(http_body)"
		refute_page 'the file in \.|the file in family|app: GET'
	done
	AT=$OTHER answers 200 - /open/page.txt
	for path in / /page.txt /app/x /family/page.txt; do
		AT=$OTHER answers 403 alice -H 'Accept: text/html' "$path"
		refute_page 'file|app: GET'
	done
}

# ask_raw HEAD: the answer to this request, sent unchanged.
ask_raw() {
	printf '%b' "$1Connection: close\r\n\r\n" |
	    timeout 20 openssl s_client -connect "127.0.0.1:$PORT" -quiet \
		-servername "${SNI:-photos.example.org}" 2>/dev/null || :
}

no_other_host_opens_it() {
	local photos=${SITE#*://} other=${OTHER#*://} request
	latchkey site set "$OTHER" --rule '/ anyone' >/dev/null
	run -0 ask_raw "GET /page.txt HTTP/1.1\r\nHost: $other\r\n"
	[[ $output = *'HTTP/1.1 '[24]* ]] || fail "$output"
	for request in "GET $SITE/page.txt HTTP/1.1\r\nHost: $other\r\n" \
	    "GET $OTHER/page.txt HTTP/1.1\r\nHost: $photos\r\n" \
	    "GET /page.txt HTTP/1.1\r\nHost: $photos\r\nHost: $other\r\n" \
	    "GET /page.txt HTTP/1.1\r\nHost: $other\r\nHost: $photos\r\n" \
	    "GET /page.txt HTTP/1.1\r\nHost: $photos\r\nX-Forwarded-Host: $other\r\n" \
	    "GET /page.txt HTTP/1.1\r\nHost: $photos\r\nX-Forwarded-Uri: /open/page.txt\r\n" \
	    "GET /page.txt HTTP/1.1\r\nHost: $photos\r\n"{X_Forwarded_,x_forwarded_,X-Forwarded_}"Uri: /open/page.txt\r\n" \
	    "GET /page.txt HTTP/1.1\r\nHost: $photos\r\nLatchkey-Site: $OTHER\r\n" \
	    "GET /page.txt HTTP/1.1\r\nHost: photos.example.org.\r\n" \
	    "GET /page.txt HTTP/1.1\r\nHost: PHOTOS.example.org\r\n" \
	    "GET /page.txt HTTP/1.0\r\n" \
	    "GET /page.txt HTTP/1.1\r\nHost: 127.0.0.1:$PORT\r\n"; do
		for SNI in photos.example.org other.example.org; do
			run -0 ask_raw "$request"
			[[ $output = 'HTTP/1.'* && $output != *'the file in'* ]] ||
			    fail "$request" "$output"
		done
	done
	latchkey site set "$OTHER" --rule '/open anyone' >/dev/null
}

a_resource_says_who_gives_tokens() {
	local url path token
	answers 401 - /mcp/page.txt
	assert_header WWW-Authenticate '^Bearer realm="[^"]*", scope="notes:read", resource_metadata="https:'
	url=$(http_header WWW-Authenticate | sed 's/.*resource_metadata="//; s/"$//')
	AT=$ISSUER answers 200 - "${url#"$ISSUER"}"
	assert_field resource "$SITE/mcp"
	for path in '' /mcp /mcp/page.txt /elsewhere; do
		answers 200 - -L "/.well-known/oauth-protected-resource$path"
		assert_header Content-Type '^application/json'
		assert_equal "$(http_body | jq -c '[.resource,
		    .authorization_servers, .scopes_supported,
		    .bearer_methods_supported, .resource_name]')" \
		    "[\"$SITE/mcp\",[\"$ISSUER\"],[\"notes:read\"],[\"header\"],\"Photos\"]"
	done
	token=$(CLIENT=api client_credentials resource="$SITE/mcp" |
	    field access_token)
	answers 200 - -H "Authorization: Bearer $token" /mcp/page.txt
	assert_page 'the file in mcp'
	answers 401 - -H "Authorization: Bearer $token" /api/page.txt
	AT=$OTHER answers 403 - /.well-known/oauth-protected-resource
	refute_header Access-Control-Allow-Origin
}

tokens_open_an_api() {
	local token other
	token=$(CLIENT=api client_credentials scope=api:read | field access_token)
	other=$(CLIENT=api client_credentials scope=api:write | field access_token)
	answers 200 - -H "Authorization: Bearer $token" /api/page.txt
	answers 200 - -H "Authorization: Bearer $token" /strict/page.txt
	answers 403 - -H "Authorization: Bearer $other" /api/page.txt
	assert_header WWW-Authenticate 'error="insufficient_scope", scope="api:read"'
	answers 401 - -H "Authorization: Bearer ${token%?}" /api/page.txt
	assert_header WWW-Authenticate 'error="invalid_token"'
	answers 401 - /api/page.txt
	[[ $(ask - -H "Authorization: Bearer $token" /page.txt) != 200 ]]
	CLIENT=api revoke "$token"
	answers 401 - -H "Authorization: Bearer $token" /strict/page.txt
}

# authorizations: as the app behind the proxy has them.
authorizations() {
	http_body | sed -n "s/^authorization:/Authorization:/Ip"
}

the_app_gets_what_was_sent() {
	local token
	token=$(CLIENT=api client_credentials scope=api:read | field access_token)
	answers 200 - -H "Authorization: Bearer $token" /app/api/x
	assert_equal "$(authorizations)" "Authorization: Bearer $token"
	# A person's cookie makes none, and neither does the gate for an app.
	answers 200 alice /app/x
	assert_equal "$(authorizations)" ''
	assert_page 'Remote-User: alice '
	refute_page 'Bearer|eyJ'
	# Where no rule takes one it is the app's own to judge.
	answers 200 - -H 'Authorization: Bearer of-the-app' /app/open/x
	assert_equal "$(authorizations)" 'Authorization: Bearer of-the-app'
	# Of two, one that is good and one that the app might take, neither is.
	[[ $(ask - -H "Authorization: Bearer $token" \
	    -H 'Authorization: Bearer x' /app/api/x) = 40[01] ]]
	[[ $(ask - -H 'Authorization: Bearer x' \
	    -H "Authorization: Bearer $token" /app/api/x) = 40[01] ]]
}

a_bound_token_needs_its_key() {
	local token nonce
	"$root/tests/assertion.py" make EdDSA "$BATS_FILE_TMPDIR/gate.pem" >/dev/null
	request - POST "$ISSUER/token" -H "Authorization: Basic $(basic api "$SECRET")" \
	    -H "DPoP: $(proof gate POST "$ISSUER/token")" \
	    grant_type=client_credentials scope=api:read
	assert_field token_type DPoP
	token=$(http_body | field access_token)
	proof_for() {
		proof gate GET "$SITE$1" token="$token" \
		    ${nonce:+nonce="\"$nonce\""}
	}
	bound() { # STATUS PATH [CURL-OPTION...]
		answers "$1" - -H "Authorization: DPoP $token" \
		    -H "DPoP: $(proof_for "$2")" "${@:3}" "$2"
	}
	bound 401 /api/page.txt
	assert_header WWW-Authenticate '^DPoP realm="[^"]*", algs="[^"]*", error="use_dpop_nonce"'
	nonce=$(http_header DPoP-Nonce)
	bound 200 /api/page.txt
	assert_page 'the file in api'
	bound 200 '/strict/page.txt?x=y'
	bound 401 /api/page.txt -H "DPoP: $(proof_for /api/page.txt)"
	assert_header WWW-Authenticate 'error="invalid_dpop_proof"'
	answers 401 - -H "Authorization: DPoP $token" /api/page.txt
	assert_header WWW-Authenticate 'error="invalid_dpop_proof"'
	answers 401 - -H "Authorization: Bearer $token" /api/page.txt
	assert_header WWW-Authenticate '^DPoP .*error="invalid_token"'
	refute_page 'the file'
}

# By the page that sets one up, for dan has none. An app that acts for itself has
# none to show.
a_factor_is_asked_for() {
	local token
	sign_in_at dan "$SITE/page.txt"
	answers 401 dan -H 'Accept: application/json' /factor/page.txt
	assert_field error insufficient_user_authentication
	assert_header WWW-Authenticate \
	    ', error="insufficient_user_authentication", acr_values="2"$'
	visit dan "$SITE/factor/page.txt"
	assert_page 'Set up your app'
	submit dan step=confirm code="$(totp "$(shown_secret)")"
	submit dan step=done
	follow dan
	assert_page 'the file in factor'
	token=$(CLIENT=api client_credentials scope=api:read | field access_token)
	answers 401 - -H "Authorization: Bearer $token" /factor/page.txt
	assert_header WWW-Authenticate 'insufficient_user_authentication'
	refute_page 'the file'
}

# Carol has not signed in yet: to lock bob would end what he needs below.
app_passwords_open_what_they_are_for() {
	local password
	password=$(latchkey app-password add carol --site "$SITE" --json |
	    jq -r .password)
	answers 200 - -u "carol:$password" /dav/page.txt
	answers 401 - -u "alice:$password" /dav/page.txt
	answers 401 - -u "carol:$PASSWORD" /dav/page.txt
	assert_header WWW-Authenticate '^Basic '
	[[ $(ask - -u "carol:$password" /page.txt) != 200 ]]
	latchkey user lock carol >/dev/null
	answers 401 - -u "carol:$password" /dav/page.txt
	latchkey user unlock carol >/dev/null
}

# WebDAV (RFC 4918 9.8, 9.9), the app behind being the one that would do it.
a_move_is_judged_at_both_ends() {
	local method to version
	for version in --http1.1 --http2; do
		move() {	# STATUS PERSON METHOD PATH DESTINATION...
			answers "$1" "$2" $version -H 'Accept: */*' -X "$3" \
			    "${@:5}" "$4"
		}
		for method in COPY MOVE; do
			for to in "$SITE/app/y" /app/y; do
				move 200 alice $method /app/x -H "Destination: $to"
				assert_page "app: $method /app/x "
				assert_page "[Dd]estination: $to "
			done
			move 401 - $method /app/x -H 'Destination: /app/y'
			move 403 alice $method /app/x -H "Destination: $SITE/closed/y"
			move 403 bob $method /app/x -H 'Destination: /family/y'
			move 200 alice $method /app/x -H 'Destination: /family/y'
			for to in "$SITE/CLOSED/y" /app/..%2fclosed/y \
			    "$OTHER/app/y" //other.example.org/app/y \
			    "/app/y, /closed/y" ./y; do
				move 400 alice $method /app/x -H "Destination: $to"
				refute_page 'app: '
			done
			move 400 alice $method /app/x
			# Two of them, whichever the app would take.
			move 400 alice $method /app/x -H 'Destination: /app/y' \
			    -H 'Destination: /closed/y'
			move 400 alice $method /app/x -H 'Destination: /closed/y' \
			    -H 'Destination: /app/y'
			refute_page 'app: '
		done
		move 403 alice PUT /app/x -H 'Destination: /closed/y'
	done
}

# The server may refuse it before the gate does. Not by HTTP/2: lighttpd resets
# the stream if it has refused a request before its body came.
a_method_holds_in_small_letters() {
	local method
	answers 200 alice -H 'Accept: */*' /app/fixed
	answers 403 alice --http1.1 -H 'Accept: */*' -d a=1 /app/fixed
	for method in post Post pOST; do
		[[ $(ask alice --http1.1 -X $method /app/fixed) = [45]0[0-9] ]]
		refute_page 'app: '
	done
}

it_closes_at_the_next_request() {
	latchkey user unlock carol >/dev/null
	sign_in_at carol "$SITE/page.txt"
	latchkey grant end --user carol >/dev/null
	answers 303 carol /page.txt
	visit carol "$SITE/page.txt"
	assert_page 'the file in \.'
	open_page carol "$ISSUER/logout"
	submit carol step=logout
	answers 303 carol /page.txt
	sign_in_at carol "$SITE/page.txt"
	latchkey user lock carol >/dev/null
	answers 303 carol /page.txt
	answers 303 carol /app/x
	answers 200 alice /page.txt
}

bodies_reach_the_app() {
	local body=$BATS_TEST_TMPDIR/body
	head -c 200000 /dev/zero | tr '\0' '~' >"$body"
	answers 200 alice -d 'name=value&x=1' /app/form
	assert_page 'app: POST /app/form body: name=value&x=1 '
	answers 200 alice --data-binary "@$body" /app/form
	assert_equal "$(http_body | tr -cd '~' | wc -c)" 200000
	answers 200 alice -d 'name=value&x=1' "/$WHO"
	assert_page 'name=value&x=1 '
	# lighttpd resets an HTTP/2 stream whose body it does not want, which
	# curl may see before the answer.
	answers 401 - --http1.1 -d 'name=~~~' /app/form
	refute_page '~~~'
	# Its own 401 is its own.
	answers 401 alice /app/own-401
	assert_page 'app: GET /app/own-401'
}

# What would lead past an authorizer (FcgidAuthorizer, or mod_authnz_fcgi without
# a Require), in a .htaccess or section of another person.
no_other_section_opens_it() {
	local htaccess=$BATS_FILE_TMPDIR/photos/mistake/.htaccess words
	answers 303 - -H 'Accept: text/html' /mistake/location/page.txt
	for words in 'Require all granted' 'Satisfy Any\nAllow from all' \
	    'Satisfy Any\nRequire all granted' 'Require valid-user' \
	    'AuthType Basic\nAuthName x\nSatisfy Any\nRequire all granted' \
	    'SetEnvIf ^ ^ LATCHKEY_PASSED=yes REMOTE_USER=forger\nRequire all granted' \
	    "SetEnvIf ^ ^ LATCHKEY_SITE=$OTHER\nRequire all granted"; do
		printf "$words\n" >"$htaccess"
		[[ $(ask - -H 'Accept: text/html' /mistake/page.txt) = [345]?? ]] ||
		    fail "$words"
		refute_page 'the file'
	done
	rm "$htaccess"
	answers 200 alice /mistake/page.txt
	answers 200 alice /mistake/location/page.txt
}

# For this Chromium, too, every host is this one.
a_browser_goes_through() {
	PYTHONPATH=$root/tests PYTHONDONTWRITEBYTECODE=1 timeout 120 \
	    /usr/bin/python3 - "$SITE" "$PASSWORD" >&2 <<-'END'
		import sys
		import browser, gate_browser
		browser.FLAGS += ["--host-resolver-rules=MAP * 127.0.0.1",
		                  "--ignore-certificate-errors"]
		gate_browser.main(*sys.argv[1:])
	END
}

# The processes that may be asked for this site.
gates() {
	local pid
	for pid in $(pgrep -f '/gate$'); do
		! grep -qsz "^LATCHKEY_DATA=$DATA\$" "/proc/$pid/environ" ||
		    echo "$pid"
	done
}

# without_the_gate_it_is_closed SECONDS [DEAD]: how long to wait for an answer
# from a gate that hangs; and the status that a gate that has ended may give instead of an error.
without_the_gate_it_is_closed() {
	local path status
	answers 200 - /open/page.txt
	# shellcheck disable=SC2046 # words
	kill -STOP $(gates)
	status=$(ask - -m "$1" /open/page.txt) || :
	# shellcheck disable=SC2046 # words
	kill -CONT $(gates)
	[[ $status = @(000|50?) ]] || fail "$status"
	wait_for eval '[[ $(ask - /open/page.txt) = 200 ]]'
	end_gate
	for path in /open/page.txt /page.txt "/$WHO" /app/x; do
		status=$(ask alice -m 15 "$path") || :
		[[ $status = @(50?|${2:-50?}) ]] || fail "$path: $status"
		refute_page 'the file|app: GET|REMOTE_USER'
	done
}

end_gate() {
	if [[ -n $GATE_PID ]]; then
		kill "$GATE_PID"
		wait_for is_gone "$GATE_PID"
	else
		rm "${DATA%/data}/build/cgi-bin/gate"
		# shellcheck disable=SC2046 # words
		kill $(gates)
		wait_for eval '[[ -z $(gates) ]]'
	fi
}

# --- lighttpd -------------------------------------------------------------

@test "lighttpd: a stranger is sent to sign in, and comes back to the very page asked for" { at lighttpd; a_stranger_comes_back; }
@test "lighttpd: who may not see a page is told so, in a page or in JSON" { at lighttpd; who_may_not_is_told; }
@test "lighttpd: a program that has not signed in gets 401 and how to come again" { at lighttpd; a_program_is_told; }
@test "lighttpd: browsers keep to https at the site (RFC 6797)" { at lighttpd; browsers_keep_to_https; }
@test "lighttpd: a WebSocket passes, for who may (RFC 6455)" { at lighttpd; a_websocket_passes; }
@test "lighttpd: server-sent events arrive as they are sent" { at lighttpd; events_arrive_as_they_are_sent; }
@test "lighttpd: the app behind learns who it is" { at lighttpd; the_app_learns_who_it_is; }
@test "lighttpd: a forged name never arrives, however it is spelt" { at lighttpd; nobody_forges_a_name; }
@test "lighttpd: what no rule opens is closed, however the path is written" { at lighttpd; what_is_not_open_is_closed; }
@test "lighttpd: no other Host and no absolute address opens it (RFC 9112 3.2.2)" { at lighttpd; no_other_host_opens_it; }
@test "lighttpd: an access token opens an API (RFC 6750)" { at lighttpd; tokens_open_an_api; }
@test "lighttpd: the app behind gets the Authorization that was sent, and no other" { at lighttpd; the_app_gets_what_was_sent; }
@test "lighttpd: a token that is bound to a key opens one with a proof (RFC 9449)" { at lighttpd; a_bound_token_needs_its_key; }
@test "lighttpd: a site that takes tokens says who gives them (RFC 9728)" { at lighttpd; a_resource_says_who_gives_tokens; }
@test "lighttpd: a path that wants a second factor asks for it; a program gets the error of RFC 9470" { at lighttpd; a_factor_is_asked_for; }
@test "lighttpd: an app password opens what it is for (RFC 7617)" { at lighttpd; app_passwords_open_what_they_are_for; }
@test "lighttpd: COPY and MOVE are judged at both of their addresses (RFC 4918 10.3)" { at lighttpd; a_move_is_judged_at_both_ends; }
@test "lighttpd: a method in small letters passes no rule that closes it in capitals" { at lighttpd; a_method_holds_in_small_letters; }
@test "lighttpd: signing out, ending a grant, locking a person count at the next request" { at lighttpd; it_closes_at_the_next_request; }
@test "lighttpd: bodies reach the app, and its 401 the client" { at lighttpd; bodies_reach_the_app; }
@test "lighttpd: Chromium goes through it, and signs out" { at lighttpd; a_browser_goes_through; }
@test "lighttpd: a gate that hangs or is dead lets no request in" { at lighttpd; without_the_gate_it_is_closed 15; }

# --- nginx ----------------------------------------------------------------

@test "nginx: a stranger is sent to sign in, and comes back to the very page asked for" { at nginx; a_stranger_comes_back; }
@test "nginx: http leads to https" { at nginx; http_leads_to_https; }
@test "nginx: who may not see a page is told so, in a page or in JSON" { at nginx; who_may_not_is_told; }
@test "nginx: a program that has not signed in gets 401 and how to come again" { at nginx; a_program_is_told; }
@test "nginx: browsers keep to https at the site (RFC 6797)" { at nginx; browsers_keep_to_https; }
@test "nginx: a WebSocket passes, for who may (RFC 6455)" { at nginx; a_websocket_passes; }
@test "nginx: server-sent events arrive as they are sent" { at nginx; events_arrive_as_they_are_sent; }
@test "nginx: the app behind learns who it is" { at nginx; the_app_learns_who_it_is; }
@test "nginx: a forged name never arrives, however it is spelt" { at nginx; nobody_forges_a_name; }
@test "nginx: what no rule opens is closed, however the path is written" { at nginx; what_is_not_open_is_closed; }
@test "nginx: no other Host and no absolute address opens it (RFC 9112 3.2.2)" { at nginx; no_other_host_opens_it; }
@test "nginx: an access token opens an API (RFC 6750)" { at nginx; tokens_open_an_api; }
@test "nginx: the app behind gets the Authorization that was sent, and no other" { at nginx; the_app_gets_what_was_sent; }
@test "nginx: a token that is bound to a key opens one with a proof (RFC 9449)" { at nginx; a_bound_token_needs_its_key; }
@test "nginx: a site that takes tokens says who gives them (RFC 9728)" { at nginx; a_resource_says_who_gives_tokens; }
@test "nginx: a path that wants a second factor asks for it; a program gets the error of RFC 9470" { at nginx; a_factor_is_asked_for; }
@test "nginx: an app password opens what it is for (RFC 7617)" { at nginx; app_passwords_open_what_they_are_for; }
@test "nginx: COPY and MOVE are judged at both of their addresses (RFC 4918 10.3)" { at nginx; a_move_is_judged_at_both_ends; }
@test "nginx: a method in small letters passes no rule that closes it in capitals" { at nginx; a_method_holds_in_small_letters; }
@test "nginx: signing out, ending a grant, locking a person count at the next request" { at nginx; it_closes_at_the_next_request; }
@test "nginx: bodies reach the app, and its 401 the client" { at nginx; bodies_reach_the_app; }
@test "nginx: Chromium goes through it, and signs out" { at nginx; a_browser_goes_through; }
@test "nginx: a gate that hangs or is dead lets no request in" { at nginx; without_the_gate_it_is_closed 15; }

# --- Apache ---------------------------------------------------------------

@test "apache: a stranger is sent to sign in, and comes back to the very page asked for" { at apache; a_stranger_comes_back; }
@test "apache: http leads to https" { at apache; http_leads_to_https; }
@test "apache: who may not see a page is told so, in a page or in JSON" { at apache; who_may_not_is_told; }
@test "apache: a program that has not signed in gets 401 and how to come again" { at apache; a_program_is_told; }
@test "apache: browsers keep to https at the site (RFC 6797)" { at apache; browsers_keep_to_https; }
@test "apache: TRACE is refused, and sends nothing back" { at apache; trace_is_refused; }
@test "apache: a WebSocket passes, for who may (RFC 6455)" { at apache; a_websocket_passes; }
@test "apache: server-sent events arrive as they are sent" { at apache; events_arrive_as_they_are_sent; }
@test "apache: the app behind learns who it is" { at apache; the_app_learns_who_it_is; }
@test "apache: a forged name never arrives, however it is spelt" { at apache; nobody_forges_a_name; }
@test "apache: what no rule opens is closed, however the path is written" { at apache; what_is_not_open_is_closed; }
@test "apache: no other Host and no absolute address opens it (RFC 9112 3.2.2)" { at apache; no_other_host_opens_it; }
@test "apache: an access token opens an API (RFC 6750)" { at apache; tokens_open_an_api; }
@test "apache: the app behind gets the Authorization that was sent, and no other" { at apache; the_app_gets_what_was_sent; }
@test "apache: a token that is bound to a key opens one with a proof (RFC 9449)" { at apache; a_bound_token_needs_its_key; }
@test "apache: a site that takes tokens says who gives them (RFC 9728)" { at apache; a_resource_says_who_gives_tokens; }
@test "apache: a path that wants a second factor asks for it; a program gets the error of RFC 9470" { at apache; a_factor_is_asked_for; }
@test "apache: an app password opens what it is for (RFC 7617)" { at apache; app_passwords_open_what_they_are_for; }
@test "apache: COPY and MOVE are judged at both of their addresses (RFC 4918 10.3)" { at apache; a_move_is_judged_at_both_ends; }
@test "apache: a method in small letters passes no rule that closes it in capitals" { at apache; a_method_holds_in_small_letters; }
@test "apache: signing out, ending a grant, locking a person count at the next request" { at apache; it_closes_at_the_next_request; }
@test "apache: bodies reach the app, and its 401 the client" { at apache; bodies_reach_the_app; }
@test "apache: no .htaccess and no other section leads past it" { at apache; no_other_section_opens_it; }
@test "apache: Chromium goes through it, and signs out" { at apache; a_browser_goes_through; }
@test "apache: a gate that hangs or is dead lets no request in" { at apache; without_the_gate_it_is_closed 3; }

# --- Apache with mod_fcgid ------------------------------------------------

@test "apache-fcgid: a stranger is sent to sign in, and comes back to the very page asked for" { at apache-fcgid; a_stranger_comes_back; }
@test "apache-fcgid: http leads to https" { at apache-fcgid; http_leads_to_https; }
@test "apache-fcgid: who may not see a page is told so, in a page or in JSON" { at apache-fcgid; who_may_not_is_told; }
@test "apache-fcgid: a program that has not signed in gets 401 and how to come again" { at apache-fcgid; a_program_is_told; }
@test "apache-fcgid: browsers keep to https at the site (RFC 6797)" { at apache-fcgid; browsers_keep_to_https; }
@test "apache-fcgid: TRACE is refused, and sends nothing back" { at apache-fcgid; trace_is_refused; }
@test "apache-fcgid: a WebSocket passes, for who may (RFC 6455)" { at apache-fcgid; a_websocket_passes; }
@test "apache-fcgid: server-sent events arrive as they are sent" { at apache-fcgid; events_arrive_as_they_are_sent; }
@test "apache-fcgid: the app behind learns who it is" { at apache-fcgid; the_app_learns_who_it_is; }
@test "apache-fcgid: a forged name never arrives, however it is spelt" { at apache-fcgid; nobody_forges_a_name; }
@test "apache-fcgid: what no rule opens is closed, however the path is written" { at apache-fcgid; what_is_not_open_is_closed; }
@test "apache-fcgid: no other Host and no absolute address opens it (RFC 9112 3.2.2)" { at apache-fcgid; no_other_host_opens_it; }
@test "apache-fcgid: an access token opens an API (RFC 6750)" { at apache-fcgid; tokens_open_an_api; }
@test "apache-fcgid: the app behind gets the Authorization that was sent, and no other" { at apache-fcgid; the_app_gets_what_was_sent; }
@test "apache-fcgid: a token that is bound to a key opens one with a proof (RFC 9449)" { at apache-fcgid; a_bound_token_needs_its_key; }
@test "apache-fcgid: a site that takes tokens says who gives them (RFC 9728)" { at apache-fcgid; a_resource_says_who_gives_tokens; }
@test "apache-fcgid: a path that wants a second factor asks for it; a program gets the error of RFC 9470" { at apache-fcgid; a_factor_is_asked_for; }
@test "apache-fcgid: an app password opens what it is for (RFC 7617)" { at apache-fcgid; app_passwords_open_what_they_are_for; }
@test "apache-fcgid: COPY and MOVE are judged at both of their addresses (RFC 4918 10.3)" { at apache-fcgid; a_move_is_judged_at_both_ends; }
@test "apache-fcgid: a method in small letters passes no rule that closes it in capitals" { at apache-fcgid; a_method_holds_in_small_letters; }
@test "apache-fcgid: signing out, ending a grant, locking a person count at the next request" { at apache-fcgid; it_closes_at_the_next_request; }
@test "apache-fcgid: bodies reach the app, and its 401 the client" { at apache-fcgid; bodies_reach_the_app; }
@test "apache-fcgid: no .htaccess and no other section leads past it" { at apache-fcgid; no_other_section_opens_it; }
@test "apache-fcgid: Chromium goes through it, and signs out" { at apache-fcgid; a_browser_goes_through; }
# mod_fcgid tries 32 times to start a program, a second apart, before it answers.
@test "apache-fcgid: a gate that hangs or is dead lets no request in" { at apache-fcgid; without_the_gate_it_is_closed 15 000; }

# --- Caddy ----------------------------------------------------------------

@test "caddy: a stranger is sent to sign in, and comes back to the very page asked for" { at caddy; a_stranger_comes_back; }
@test "caddy: who may not see a page is told so, in a page or in JSON" { at caddy; who_may_not_is_told; }
@test "caddy: a program that has not signed in gets 401 and how to come again" { at caddy; a_program_is_told; }
@test "caddy: browsers keep to https at the site (RFC 6797)" { at caddy; browsers_keep_to_https; }
@test "caddy: a WebSocket passes, for who may (RFC 6455)" { at caddy; a_websocket_passes; }
@test "caddy: server-sent events arrive as they are sent" { at caddy; events_arrive_as_they_are_sent; }
@test "caddy: the app behind learns who it is" { at caddy; the_app_learns_who_it_is; }
@test "caddy: a forged name never arrives, however it is spelt" { at caddy; nobody_forges_a_name; }
@test "caddy: what no rule opens is closed, however the path is written" { at caddy; what_is_not_open_is_closed; }
@test "caddy: no other Host and no absolute address opens it (RFC 9112 3.2.2)" { at caddy; no_other_host_opens_it; }
@test "caddy: an access token opens an API (RFC 6750)" { at caddy; tokens_open_an_api; }
@test "caddy: the app behind gets the Authorization that was sent, and no other" { at caddy; the_app_gets_what_was_sent; }
@test "caddy: a token that is bound to a key opens one with a proof (RFC 9449)" { at caddy; a_bound_token_needs_its_key; }
@test "caddy: a site that takes tokens says who gives them (RFC 9728)" { at caddy; a_resource_says_who_gives_tokens; }
@test "caddy: a path that wants a second factor asks for it; a program gets the error of RFC 9470" { at caddy; a_factor_is_asked_for; }
@test "caddy: an app password opens what it is for (RFC 7617)" { at caddy; app_passwords_open_what_they_are_for; }
@test "caddy: COPY and MOVE are judged at both of their addresses (RFC 4918 10.3)" { at caddy; a_move_is_judged_at_both_ends; }
@test "caddy: a method in small letters passes no rule that closes it in capitals" { at caddy; a_method_holds_in_small_letters; }
@test "caddy: signing out, ending a grant, locking a person count at the next request" { at caddy; it_closes_at_the_next_request; }
@test "caddy: bodies reach the app, and its 401 the client" { at caddy; bodies_reach_the_app; }
@test "caddy: no other block leads past it" {
	at caddy
	answers 303 - -H 'Accept: text/html' /mistake/page.txt
	answers 200 alice /mistake/page.txt
}
@test "caddy: Chromium goes through it, and signs out" { at caddy; a_browser_goes_through; }
@test "caddy: a gate that hangs or is dead lets no request in" { at caddy; without_the_gate_it_is_closed 15; }
