# The gate behind a real lighttpd, with the configuration that is shipped for
# it: a site of static files, CGI programs and a proxied app. gate_decision.bats
# has what it decides, and what other front ends ask and are told.

load helper
BATS_NO_PARALLELIZE_WITHIN_FILE=true
export BATS_NO_PARALLELIZE_WITHIN_FILE

setup_file() {
	chmod a+x "$BATS_RUN_TMPDIR"
	export USE_TEST_CLOCK=1
	gate_store
	export APP_PORT
	APP_PORT=$(free_port)
	# Each kind of content of the site has its mark in the answer.
	mkdir -p "$BATS_FILE_TMPDIR"/www/{open,family,closed,dav,app}
	for place in . open family closed dav; do
		echo "the file in $place" >"$BATS_FILE_TMPDIR/www/$place/page.txt"
	done
	printf '#!/bin/sh\nprintf "Content-Type: text/plain\\r\\n\\r\\n"; cat; env | sort\n' \
	    >"$BATS_FILE_TMPDIR/www/open/who.cgi"
	cp "$BATS_FILE_TMPDIR/www/open/who.cgi" "$BATS_FILE_TMPDIR/www/who.cgi"
	chmod +x "$BATS_FILE_TMPDIR"/www/who.cgi "$BATS_FILE_TMPDIR/www/open/who.cgi"
	save_store
}

setup() {
	fresh_store
}

teardown() {
	stop_all
	: >"$BATS_FILE_TMPDIR/started"
	rm -rf "${SOCKETS:-}"
}

# The app behind mod_proxy: says what it was asked, with what headers.
start_app() {
	in_background /usr/bin/python3 "$root/tests/echo_app.py" "$APP_PORT"
	wait_for port_is_taken "$APP_PORT"
}

# shipped ORIGIN: the gate's part of conf/lighttpd.conf, for a site of ours.
shipped() {
	local host=${1#*://}
	"$root/conf/webserver.sh" -s lighttpd -i "$ISSUER" -r "$SOCKETS" -g |
	    sed -n '/^# --- The gate/,$p' | sed 's/^#\([^ ]\)/\1/; s/^#$//' |
	    sed "s,https://photos.example.org,$1,; s,photos.example.org,${host%:*}," |
	    sed "s,/var/www/photos,$BATS_FILE_TMPDIR/www,"
}

# start_site [LINE...]: the provider, and in the same lighttpd a site behind the
# shipped gate; LINEs go into its block.
start_site() {
	local line
	SOCKETS=$(mktemp -d "${TMPDIR:-/tmp}/lk-gate.XXXXXX")
	export SOCKETS
	start_fastcgi "$SOCKETS/gate" "$(programs)/cgi-bin/gate"
	GATE_PID=$SERVER_PID
	{
		echo "\$SERVER[\"socket\"] == \"127.0.0.2:$PORT\" { }"
		echo "\$SERVER[\"socket\"] == \"127.0.0.3:$PORT\" { }"
		shipped "$SITE" | sed '$d'
		echo "cgi.assign = ( \".cgi\" => \"\" )"
		for line; do
			echo "$line"
		done
		echo "}"
		cat "$BATS_TEST_TMPDIR/more.conf" 2>/dev/null || :
	} >"$BATS_TEST_TMPDIR/site.conf"
	serve_site
	export GATE_PID
}

serve_site() {
	LATCHKEY_BUILD=$(programs) in_background "$root/conf/serve.sh" \
	    -d "$DATA" -p "$PORT" -s lighttpd -i "$BATS_TEST_TMPDIR/site.conf"
	export SERVER_PID
	wait_for answers_or_is_gone
	! is_gone "$SERVER_PID" || { cat "$SERVER_LOG" >&2; return 1; }
}

@test "gate: a stranger is sent to sign in, and comes back to the very page asked for" {
	start_site
	request alice GET "$SITE/who.cgi?a=1&b=%2F..%2F%25" -H 'Accept: text/html'
	assert_status 303
	[[ $(http_header Location) = "$ISSUER/authorize?"* ]]
	follow alice
	page_asks_password
	assert_page 'continue to <bdi>Photos</bdi>'
	log_in alice
	follow alice
	assert_status 200
	assert_page 'REQUEST_URI=/who.cgi\?a=1&b=%2F..%2F%25'
	assert_page 'REMOTE_USER=alice '
	assert_page 'REMOTE_GROUPS=family,admins '
	assert_page 'REMOTE_NAME=Älice Adams '
	assert_page 'REMOTE_EMAIL=alice@example.org '
}

@test "gate: static files, CGI and FastCGI programs and proxied apps are all behind it" {
	local path
	start_app
	start_site '$HTTP["url"] =~ "^/app/" {' \
	    "proxy.server = ( \"\" => (( \"host\" => \"127.0.0.1\", \"port\" => $APP_PORT )) )" '}'
	for path in / /page.txt /who.cgi /app/x /nothing; do
		request - GET "$SITE$path" -H 'Accept: text/html'
		assert_equal "$path $(http_status)" "$path 303"
		[[ -z $(http_body) ]]
	done
	sign_in_at alice "$SITE/page.txt"
	assert_page '^the file in . *$'
	request alice POST "$SITE/app/form" a=1
	assert_status 200
	assert_page 'POST /app/form'
	assert_page 'body: a=1 '
	request alice GET "$SITE/nothing"
	assert_status 404
}

@test "gate: an app learns from headers who it is, and a client's own never arrive" {
	start_app
	start_site '$HTTP["url"] =~ "^/(app|open/app)/" {' \
	    "proxy.server = ( \"\" => (( \"host\" => \"127.0.0.1\", \"port\" => $APP_PORT )) )" '}'
	forged=(-H 'Remote-User: root' -H 'Remote-Groups: wheel'
	    -H 'Remote-Name: Root' -H 'Remote-Email: root@example.org')
	request - GET "$SITE/open/app/" "${forged[@]}"
	assert_status 200
	refute_page 'root|wheel|Root'
	sign_in_at alice "$SITE/app/"
	request alice GET "$SITE/app/" "${forged[@]}" -H 'remote_user: root'
	assert_status 200
	refute_page 'Remote-.*(root|wheel|Root)'
	assert_page 'Remote-User: alice '
	assert_page 'Remote-Groups: family,admins '
	assert_page 'Remote-Name: .*lice Adams '
	assert_page 'Remote-Email: alice@example.org '
	# Once each: a second value would be another answer to some app.
	assert_equal "$(http_body | grep -ci '^remote-user:')" 1
}

@test "gate: rules: anyone, signed in, groups, methods, and closed where none is" {
	latchkey site set "$SITE" --rule '/open anyone' \
	    --rule '/family group:family' --rule 'GET /page.txt signed-in' \
	    >/dev/null
	start_site
	request - GET "$SITE/open/page.txt"
	assert_status 200
	for path in /openx /who.cgi /dav/page.txt /; do
		request - GET "$SITE$path" -H 'Accept: text/html'
		assert_status 403
		assert_page 'This page is closed'
	done
	sign_in_at bob "$SITE/page.txt"
	request bob POST "$SITE/page.txt" -H 'Accept: text/html' a=1
	assert_status 403
	request bob GET "$SITE/family/page.txt" -H 'Accept: text/html'
	assert_status 403
	assert_page 'You can’t open this page'
	assert_page '<bdi>bob</bdi>'
	assert_page 'href="/.latchkey/sign-out">Use another account'
	assert_logged 'forbidden reason=not_in_group client_id=http://127.0.0.2'
	sign_in_at alice "$SITE/family/page.txt"
	assert_page 'the file in family'
	# The page's link: out, and another person in.
	visit bob "$SITE/.latchkey/sign-out"
	assert_page 'Sign out\?'
	submit bob step=logout
	follow bob
	assert_page 'This page is closed'
	visit bob "$SITE/page.txt"
	page_asks_password
}

@test "gate: signing out, a lock, a group taken away, a grant ended close it at the next request" {
	start_site
	sign_in_at alice "$SITE/family/page.txt"
	latchkey user set alice --remove-group family >/dev/null
	request alice GET "$SITE/family/page.txt" -H 'Accept: text/html'
	assert_status 403
	latchkey user set alice --add-group family >/dev/null
	request alice GET "$SITE/family/page.txt"
	assert_status 200
	latchkey user lock alice >/dev/null
	request alice GET "$SITE/family/page.txt" -H 'Accept: text/html'
	assert_status 303
	latchkey user unlock alice >/dev/null
	sign_in_at alice "$SITE/family/page.txt"
	latchkey grant list --json |
	    jq -e --arg site "$SITE" '.grants[] | select(.client_id == $site)'
	latchkey grant end --client "$SITE" >/dev/null
	request alice GET "$SITE/page.txt" -H 'Accept: text/html'
	assert_status 303
	# A person who is signed in is not asked again.
	visit alice "$SITE/page.txt"
	assert_status 200
	open_page alice "$ISSUER/logout"
	submit alice step=logout
	request alice GET "$SITE/page.txt" -H 'Accept: text/html'
	assert_status 303
	latchkey site del "$SITE" >/dev/null
	request alice GET "$SITE/open/page.txt" -H 'Accept: text/html'
	assert_status 403
	assert_logged 'site closed do="latchkey site add http://127.0.0.2:'
}

@test "gate: it lasts as long as the sign-in, and goes with it" {
	start_site
	sign_in_at alice "$SITE/page.txt"
	travel $((12 * 3600 - 60))
	request alice GET "$SITE/page.txt"
	assert_status 200
	travel $((12 * 3600 - 60))	# to be there is to use it
	request alice GET "$SITE/page.txt"
	assert_status 200
	travel $((12 * 3600))
	request alice GET "$SITE/page.txt" -H 'Accept: text/html'
	assert_status 303
}

@test "gate: a program gets 401 and JSON, a person's browser a page" {
	start_site
	request - GET "$SITE/page.txt" -H 'Accept: application/json'
	assert_status 401
	assert_header WWW-Authenticate '^Bearer realm="http://127.0.0.2:'
	assert_field error login_required
	refute_header Set-Cookie
	request - GET "$SITE/page.txt" -H 'X-Requested-With: XMLHttpRequest' \
	    -H 'Accept: text/html'
	assert_status 401
	request - GET "$SITE/page.txt" -H 'Sec-Fetch-Mode: cors'
	assert_status 401
	request - GET "$SITE/page.txt" -H 'Sec-Fetch-Mode: navigate' \
	    -H 'Accept: text/html,application/json'
	assert_status 303
	request - GET "$SITE/page.txt"
	assert_status 303
	request - POST "$SITE/form" a=1
	assert_status 401
	request - POST "$SITE/form" -H 'Accept: text/html' a=1
	assert_status 303
	request - PROPFIND "$SITE/dav/"
	assert_status 401
	assert_header WWW-Authenticate '^Basic realm="http://127.0.0.2:[0-9]*", charset="UTF-8"$'
	sign_in_at bob "$SITE/page.txt"
	request bob GET "$SITE/family/x" -H 'Accept: application/json'
	assert_status 403
	assert_field error access_denied
}

@test "gate: an absolute address and a forged Host never open another site (RFC 9112 3.2.2)" {
	latchkey site set "$OTHER" --rule '/ anyone' >/dev/null
	start_site
	ask_raw() {
		exec 3<>"/dev/tcp/127.0.0.2/$PORT"
		printf "$1" >&3
		head -n 1 <&3 | tr -d '\r'
		exec 3>&-
	}
	host=${SITE#*://} other=${OTHER#*://}
	run -0 ask_raw "GET $SITE/page.txt HTTP/1.1\r\nHost: $other\r\nConnection: close\r\n\r\n"
	[[ $output != *' 200 '* ]]
	run -0 ask_raw "GET /page.txt HTTP/1.1\r\nHost: $other\r\nConnection: close\r\n\r\n"
	[[ $output != *' 200 '* ]]
	run -0 ask_raw "GET $OTHER/page.txt HTTP/1.1\r\nHost: $host\r\nConnection: close\r\n\r\n"
	[[ $output != *' 200 '* ]]
	run -0 ask_raw "GET /page.txt HTTP/1.1\r\nHost: $host\r\nX-Forwarded-Host: $other\r\nX-Forwarded-Uri: /open\r\nConnection: close\r\n\r\n"
	[[ $output = *' 303 '* ]]
}

@test "gate: a gate that is dead or hangs lets no request in" {
	start_site
	kill -STOP "$GATE_PID"
	run ! curl --noproxy '*' -s -m 2 -o /dev/null "$SITE/open/page.txt"
	kill -CONT "$GATE_PID"
	kill -KILL "$GATE_PID"
	wait_for is_gone "$GATE_PID"
	request - GET "$SITE/open/page.txt"
	[[ $(http_status) = 50? ]]
	request - GET "$SITE/page.txt"
	[[ $(http_status) = 50? ]]
}

@test "gate: a block that takes its place, or mod_proxy asked first, lets nothing out" {
	start_app
	cat >"$BATS_TEST_TMPDIR/more.conf" <<-END
		\$HTTP["url"] =~ "\.txt$" { fastcgi.server = ( ".php" => (( "socket" => "/nowhere" )) ) }
	END
	start_site
	request - GET "$SITE/page.txt"
	assert_status 403
	refute_page 'the file'
	request - GET "$SITE/open/who.cgi"
	assert_status 200
	stop_server
	# As if the shipped file came after the one that names mod_proxy.
	cp "$BATS_TEST_TMPDIR/site.conf" "$BATS_TEST_TMPDIR/late.conf"
	{
		echo 'server.modules := ( "mod_proxy", "mod_setenv", "mod_fastcgi", "mod_magnet" )'
		grep -v '^server.modules' "$BATS_TEST_TMPDIR/late.conf"
		echo '$HTTP["host"] == "127.0.0.2" {'
		echo "proxy.server = ( \"\" => (( \"host\" => \"127.0.0.1\", \"port\" => $APP_PORT )) ) }"
	} >"$BATS_TEST_TMPDIR/site.conf"
	serve_site
	request - GET "$SITE/private/x"
	assert_status 403
	refute_page 'GET /private'
}

@test "gate: a page of another site cannot sign a person out" {
	start_site
	sign_in_at alice "$SITE/page.txt"
	request alice GET "$SITE/.latchkey/sign-out" -H 'Sec-Fetch-Mode: no-cors' \
	    -H 'Sec-Fetch-Site: cross-site'
	refute_header Set-Cookie
	request alice GET "$SITE/.latchkey/sign-out" -H 'Sec-Fetch-Mode: no-cors' \
	    -H 'Sec-Fetch-Site: same-origin'
	request alice GET "$SITE/.latchkey/sign-out" -H 'Sec-Fetch-Mode: navigate' \
	    -H 'Sec-Fetch-Site: cross-site'
	request alice GET "$SITE/page.txt"
	assert_status 200
	request alice GET "$SITE/.latchkey/sign-out" -H 'Sec-Fetch-Mode: navigate' \
	    -H 'Sec-Fetch-Site: same-origin'
	assert_status 303
	assert_header Set-Cookie '^latchkey-gate=; Path=/; Max-Age=0'
	[[ $(http_header Location) = "$ISSUER/logout?client_id="* ]]
	assert_equal "$(latchkey grant list --json | jq '.grants | length')" 0
}

@test "gate: a callback asked for eight times at once gives one cookie, and one sign-in" {
	local back i jar
	local -a asking=()
	start_site
	request alice GET "$SITE/page.txt" -H 'Accept: text/html'
	request alice GET "$(http_header Location)"
	page_asks_password
	log_in alice
	back=$(http_header Location)
	[[ $back = "$SITE/.latchkey/callback?"* ]]
	jar=$BATS_TEST_TMPDIR/jar-alice
	for i in {1..8}; do
		curl --noproxy '*' -sS -m 30 -o /dev/null -b "$jar" \
		    -D "$BATS_TEST_TMPDIR/answer-$i" "$back" &
		asking+=($!)
	done
	wait "${asking[@]}"
	assert_equal "$(cat "$BATS_TEST_TMPDIR"/answer-* | tr -d '\r' |
	    grep -ci "^location: $SITE/page.txt$")" 8
	assert_equal "$(cat "$BATS_TEST_TMPDIR"/answer-* |
	    grep -i '^set-cookie: latchkey-gate=' | sort -u | wc -l)" 1
	assert_equal "$(latchkey grant list --json | jq '.grants | length')" 1
	request alice GET "$back"
	request alice GET "$SITE/page.txt"
	assert_status 200
}

walk() {
	start_site 'mimetype.assign = ( ".txt" => "text/plain" )'
	SCREENSHOTS=$BATS_TEST_TMPDIR PYTHONDONTWRITEBYTECODE=1 \
	    timeout 120 /usr/bin/python3 "$root/tests/gate_browser.py" \
	    "$SITE" "$PASSWORD" "$1" >&2
	[[ -z ${KEEP_SCREENSHOTS:-} ]] ||
	    cp "$BATS_TEST_TMPDIR"/*.png "$KEEP_SCREENSHOTS"
}

@test "gate: Chromium signs in at a site, changes who it is, and signs out in all tabs" {
	walk main
}

@test "gate: three tabs restored together in Chromium each reach their page, and Back and reload stay there" {
	walk tabs
}
