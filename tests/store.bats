# What is kept and what is not, seen from outside.

load helper
USE_TEST_CLOCK=1
BATS_NO_PARALLELIZE_WITHIN_FILE=true
export BATS_NO_PARALLELIZE_WITHIN_FILE

setup_file() {
	new_store
	add_user alice --name 'Alice Liddell' --email alice@example.org
	add_client app --trusted
	add_client hs --trusted --alg HS256
	add_client spa --public --trusted
	add_client brief --trusted --grant authorization_code
	sign_in alice app
	save_store
}

setup() {
	fresh_store
}

teardown() {
	stop_server
}

teardown_file() {
	stop_all
}

hex() {
	od -An -v -tx1 | tr -d ' \n'
}

# kept HEX: these bytes stand in the database.
kept() {
	stored_bytes | hex | grep -q "$1"
}

unavailable() {
	assert_status 503
	assert_header Retry-After '^[0-9]+$'
	assert_header Cache-Control '^no-store$'
}

# take_store FROM: the store of FROM in place of $DATA's, and made to believe
# that the secret key here is its own, as a thief would do.
take_store() {
	on_pgsql && { take_database "$1"; return; }
	mdb_dump -s meta "$DATA/store" >"$BATS_TEST_TMPDIR/meta"
	rm -r "$DATA/store"
	cp -a "$1/store" "$DATA/store"
	mdb_load -f "$BATS_TEST_TMPDIR/meta" "$DATA/store"
}

take_database() {
	local own theirs
	own=$(database_of "$DATA")
	theirs=$(new_database "$(database_of "$1")")
	sql "$LATCHKEY_TEST_PGSQL" "$theirs" 'delete from latchkey_rows where tbl = 0'
	sql "$LATCHKEY_TEST_PGSQL" "$own" \
	    'copy (select * from latchkey_rows where tbl = 0) to stdout' |
	    sql "$LATCHKEY_TEST_PGSQL" "$theirs" 'copy latchkey_rows from stdin'
	set_conf store "$(store_setting "$theirs")"
}

# --- at rest -----------------------------------------------------------------

@test "at rest: no code, token, cookie, password or client secret is in the store in usable form" {
	waiting=$(get_code alice app)
	used=$(get_code alice app)
	tokens=$(redeem "$used")
	tokens+=$(CLIENT=hs get_tokens alice hs)
	tokens+=$(AUTH=none CLIENT=spa get_tokens alice spa)
	tokens+=$(CLIENT=app refresh "$(jq -r .refresh_token <<<"$tokens" |
	    head -n 1)")
	sign_in alice app prompt=login
	cookie=$(awk '/latchkey-session/ { print $3 }' \
	    "$BATS_TEST_TMPDIR/cgi-jar-alice")
	[[ ${#cookie} -ge 60 ]]
	for secret in "$PASSWORD" "$SECRET" "$waiting" "$used" "$cookie" \
	    "$VERIFIER" $(jq -r '.access_token, .id_token,
	    .refresh_token // empty' <<<"$tokens"); do
		! kept "$(printf %s "$secret" | hex)" || fail "kept: $secret"
	done
	# Nor decoded: what makes a code or refresh token ours (its MAC), and the
	# secret half of the cookie.
	for token in "$waiting" "$used" \
	    $(jq -r '.refresh_token // empty' <<<"$tokens"); do
		! kept "$(base64url_decode <<<"$token" | tail -c 24 | hex)"
	done
	! kept "$(base64url_decode <<<"$cookie" | tail -c 32 | hex)"
	# It would be found: what may stand there does.
	kept "$(printf %s 'Alice Liddell' | hex)"
	kept "$(base64url_decode <<<"$waiting" | head -c 16 | hex)"
	kept "$(base64url_decode <<<"$cookie" | head -c 16 | hex)"
}

@test "at rest: everything is the owner's alone" {
	get_tokens alice app
	[[ -z $(find "$DATA" -type f -perm /077) ]]
	[[ -z $(find "$DATA" -mindepth 1 -type d -perm /077) ]]
}

@test "a stolen copy of the store, with other keys: redeems nothing, believes no client, signs nothing" {
	confidential=$(get_tokens alice app | field refresh_token)
	public=$(AUTH=none get_tokens alice spa | field refresh_token)
	code=$(get_code alice spa)
	mv "$DATA" "$BATS_TEST_TMPDIR/mine"
	init_store "$DATA" "$ISSUER" --alg EdDSA >/dev/null
	take_store "$BATS_TEST_TMPDIR/mine"
	refresh "$confidential"
	assert_refused 401 invalid_client
	AUTH=none CLIENT=spa refresh "$public"
	assert_refused 400 invalid_grant
	AUTH=none CLIENT=spa redeem "$code"
	assert_refused 400 invalid_grant
	# Even with a client of their own and a person's session: no key.
	add_client thief --grant client_credentials
	CLIENT=thief client_credentials
	[[ $(http_body) != *access_token* ]]
	# In its own place everything still works: nothing was changed by that.
	rm -r "$DATA"
	mv "$BATS_TEST_TMPDIR/mine" "$DATA"
	refresh "$confidential"
	assert_status 200
	AUTH=none CLIENT=spa redeem "$code"
	assert_status 200
}

@test "a stolen copy of the store: an HS256 client's secret cannot be opened" {
	CLIENT=hs get_tokens alice hs
	assert_status 200
	code=$(get_code alice hs)
	mv "$DATA" "$BATS_TEST_TMPDIR/mine"
	init_store "$DATA" "$ISSUER" --alg EdDSA >/dev/null
	cp "$BATS_TEST_TMPDIR/mine/keys"/* "$DATA/keys"
	take_store "$BATS_TEST_TMPDIR/mine"
	# Whether the client is believed or not, there is no HS256 token.
	CLIENT=hs redeem "$code"
	[[ $(http_body) != *id_token* ]]
	refute_logged foreign
}

# --- growth ------------------------------------------------------------------

@test "expired records go with the next writes, without a cron job" {
	for i in {1..20}; do
		get_tokens alice brief >/dev/null
	done
	assert_equal "$(store_figure grants)" 20
	travel 1000
	# To look is no write.
	userinfo x
	assert_equal "$(store_figure grants)" 20
	# They have been overdue for more than a minute, so that a write takes up to
	# 64 of them (unit/store_expiry); the one that is left is new.
	get_tokens alice brief >/dev/null
	on_pgsql || assert_equal "$(store_figure grants)" 1
	for i in {1..5}; do
		get_tokens alice brief >/dev/null
	done
	until_swept figure_is grants 6
	assert_equal "$(store_figure sessions)" 1
	travel 86400
	until_swept figure_is grants 0
	until_swept figure_is sessions 0
}

figure_is() {
	[[ $(store_figure "$1") = "$2" ]]
}

# --- many at once ------------------------------------------------------------

@test "programs at once: one code, eight programs: one gets tokens, and what it got is ended by the others" {
	code=$(get_code alice app)
	assert_equal "$(eight_at_once redeem "$code")" ' 1 200 7 400 '
	access=$(jq -r '.access_token // empty' "$BATS_TEST_TMPDIR"/answer?/body)
	userinfo "$access"
	assert_status 401
}

@test "programs at once: an assertion and a proof, eight programs: each is good once" {
	local with
	add_key_client signer >/dev/null
	with=$(assertion signer)
	assert_equal "$(eight_at_once request - POST "$ISSUER/token" \
	    grant_type=client_credentials client_assertion="$with" \
	    client_assertion_type="$ASSERTION_TYPE")" ' 1 200 7 401 '
	add_client worker --grant client_credentials
	"$root/tests/assertion.py" make EdDSA "$BATS_FILE_TMPDIR/prover.pem" >/dev/null
	with=$(proof prover POST "$ISSUER/token")
	assert_equal "$(eight_at_once request - POST "$ISSUER/token" \
	    -H "Authorization: Basic $(basic worker "$SECRET")" \
	    -H "DPoP: $with" grant_type=client_credentials)" ' 1 200 7 400 '
}

@test "programs at once: plain CGI, FastCGI and the command work on one store" {
	start_server
	fastcgi=$SERVER_PID
	SERVER_PID=
	refresh_token=$(get_tokens alice app | field refresh_token)
	for i in 1 2 3; do
		SERVER_PID=$fastcgi
		refresh_token=$(refresh "$refresh_token" | field refresh_token)
		SERVER_PID=
		refresh_token=$(refresh "$refresh_token" | field refresh_token)
		assert_equal "$(latchkey grant list --json |
		    jq '.grants[0].generation')" $((2 * i + 1))
	done
	latchkey grant end --user alice
	SERVER_PID=$fastcgi
	refresh "$refresh_token"
	assert_refused 400 invalid_grant
}

# --- a fault is named, and needs no restart once it is fixed -----------------

@test "secret.key that others can read: 503, and a log line that names it" {
	chmod 644 "$DATA/secret.key"
	refresh x
	unavailable
	assert_logged '^latchkey token: .*secret\.key'
	[[ $(http_body) != *secret* && $(http_body) != *"$DATA"* ]]
	chmod 600 "$DATA/secret.key"
	refresh x
	assert_refused 400 invalid_grant
}

@test "secret.key missing, empty or cut: 503, and a log line that names it" {
	key=$(<"$DATA/secret.key")
	for wrong in '' "${key%?}" "${key}A" not-a-key; do
		: >"$SERVER_LOG"
		printf %s "$wrong" >"$DATA/secret.key"
		refresh x
		unavailable
		assert_logged 'secret\.key'
		refute_logged "${key:0:20}"
	done
	rm "$DATA/secret.key"
	: >"$SERVER_LOG"
	refresh x
	unavailable
	assert_logged 'secret\.key'
}

@test "secret.key of another directory: 503 and a log line; no token is called forged, and the command makes no secret with it" {
	get_tokens alice app >/dev/null
	token=$(http_body | field refresh_token)
	mv "$DATA/secret.key" "$BATS_TEST_TMPDIR/kept"
	{ head -c 32 /dev/urandom | base64url; echo; } >"$DATA/secret.key"
	chmod 600 "$DATA/secret.key"
	start_server
	refresh "$token"
	unavailable
	wait_for assert_logged \
	    'cannot start reason=foreign .*secret\.key is not the one this store was made with'
	run -1 latchkey client secret app
	[[ $output = *'secret.key is not the one this store was made with'* ]]
	mv "$BATS_TEST_TMPDIR/kept" "$DATA/secret.key"
	refresh "$token"
	assert_status 200
}

@test "a store that others can read is refused with a line that names it" {
	needs_lmdb 'changes the mode of data.mdb'
	for mode in 644 640 604; do
		: >"$SERVER_LOG"
		chmod "$mode" "$DATA/store/data.mdb"
		refresh x
		unavailable
		assert_logged '^latchkey token: .*/store: .*others can read'
		run -1 latchkey user list
		[[ ${#lines[@]} = 1 && $output = *'/store: '* ]] ||
		    fail "$output"
		chmod 600 "$DATA/store/data.mdb"
	done
	refresh x
	assert_refused 400 invalid_grant
}

@test "latchkey.conf with an error: 503 and a log line with file and line; a running program keeps its settings" {
	echo 'no_such_key = 1' >>"$DATA/latchkey.conf"
	line=$(wc -l <"$DATA/latchkey.conf")
	refresh x
	unavailable
	assert_logged "latchkey\.conf:$line"
	sed -i '$d' "$DATA/latchkey.conf"
	start_server
	refresh x
	assert_refused 400 invalid_grant
	echo 'no_such_key = 1' >>"$DATA/latchkey.conf"
	refresh x
	assert_refused 400 invalid_grant
	wait_for assert_logged 'settings not read again'
}

@test "FastCGI: settings and templates are read again when they change, without a restart" {
	start_server
	request - GET "$ISSUER/.well-known/openid-configuration"
	assert_header Cache-Control 'max-age=3600'
	echo 'jwks_max_age = 120' >>"$DATA/latchkey.conf"
	request - GET "$ISSUER/.well-known/openid-configuration"
	assert_header Cache-Control 'max-age=120'

	request - GET "$ISSUER/authorize"
	assert_status 400
	mkdir -m 700 "$DATA/templates"
	echo '<p>house rules' >"$DATA/templates/error.html"
	request - GET "$ISSUER/authorize"
	assert_equal "$(http_body)" '<p>house rules'
	echo '<p>other rules' >"$DATA/templates/new"
	mv "$DATA/templates/new" "$DATA/templates/error.html"
	request - GET "$ISSUER/authorize"
	assert_equal "$(http_body)" '<p>other rules'
	# One that cannot be used changes nothing, and is told.
	chmod 666 "$DATA/templates/error.html"
	touch "$DATA/templates"
	request - GET "$ISSUER/authorize"
	assert_equal "$(http_body)" '<p>other rules'
	wait_for assert_logged 'template_unusable .*error\.html'
	rm "$DATA/templates/error.html"
	request - GET "$ISSUER/authorize"
	[[ $(http_body) = *'</html>'* ]]
}

@test "a private key that others can read signs nothing, and a log line names it" {
	chmod 644 "$DATA"/keys/*.pem
	code=$(get_code alice app)
	redeem "$code"
	assert_refused 500 server_error
	[[ $(http_body) != *access_token* ]]
	assert_logged '^latchkey token: signing_key_unusable file=.*/keys/.*\.pem reason=permission'
}

@test "a private key that is missing, or of another row: a log line names the file" {
	local key keys=("$DATA"/keys/*.pem)
	for key in "${keys[@]}"; do mv "$key" "$key.kept"; done
	code=$(get_code alice app)
	redeem "$code"
	assert_refused 500 server_error
	assert_logged 'signing_key_unusable file=.*/keys/.*\.pem reason=not_found why=".*restore it'
	cp "${keys[0]}.kept" "${keys[1]}"
	cp "${keys[1]}.kept" "${keys[0]}"
	redeem "$(get_code alice app)"
	assert_refused 500 server_error
	assert_logged 'signing_key_unusable file=.*/keys/.*\.pem reason=corrupt why=".*does not fit its row'
}

@test "steps: an engine that runs each twice: sign-in, code, refresh, replay and second use are as ever" {
	local code first second
	export LATCHKEY_TEST_TWICE=1
	add_user twice
	code=$(get_code twice app)
	first=$(redeem "$code" | field refresh_token)
	assert_status 200
	refresh "$first"
	assert_status 200
	second=$(http_body | field refresh_token)
	assert_equal "$(latchkey grant list --user twice --json |
	    jq -c '[.grants[].generation]')" '[2]'
	travel 120
	refresh "$second"
	assert_status 200
	second=$(http_body | field refresh_token)
	travel 120
	refresh "$first"
	assert_refused 400 invalid_grant
	refresh "$second"
	assert_refused 400 invalid_grant
	code=$(get_code twice app)
	first=$(redeem "$code" | field refresh_token)
	redeem "$code"
	assert_refused 400 invalid_grant
	refresh "$first"
	assert_refused 400 invalid_grant
	assert_equal "$(latchkey session list --user twice --json |
	    jq length)" 1
	assert_equal "$(latchkey grant list --user twice --json |
	    jq '.grants | length')" 0
	# Each event once.
	assert_equal "$(latchkey audit --json | jq -r '.[] |
	    select(.user == "twice").event' | sort | xargs)" \
	    "code_reused refresh_token_reused signed_in user_added"
}

@test "FastCGI: a store that is not there: 503 and a log line; it serves as soon as it is, without a restart" {
	hide_store
	start_server
	request - GET "$ISSUER/.well-known/openid-configuration"
	unavailable
	refresh x
	unavailable
	request - GET "$ISSUER/authorize"
	unavailable
	wait_for assert_logged '^latchkey token: .*store'
	show_store
	request - GET "$ISSUER/.well-known/openid-configuration"
	assert_status 200
	SERVER_PID='' get_tokens alice app >/dev/null
	refresh "$(http_body | field refresh_token)"
	assert_status 200
}

@test "FastCGI: secret.key with the wrong mode: 503; fixed, it serves without a restart" {
	chmod 640 "$DATA/secret.key"
	start_server
	refresh x
	unavailable
	# What needs no secret is served all the same.
	request - GET "$ISSUER/jwks.json"
	assert_status 200
	chmod 600 "$DATA/secret.key"
	refresh x
	assert_refused 400 invalid_grant
}
