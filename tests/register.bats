# Dynamic client registration (RFC 7591) with initial access tokens, and what an
# app does with its own registration (RFC 7592): it stays a stranger.

load helper

WEB='{"redirect_uris":["https://app.example.org/cb"],"client_name":"Web App",
    "grant_types":["authorization_code","refresh_token"]}'
CLI='{"redirect_uris":["http://127.0.0.1/cb"],"client_name":"Command",
    "grant_types":["authorization_code","refresh_token"],
    "token_endpoint_auth_method":"none"}'

setup_file() {
	export USE_TEST_CLOCK=1
	new_store
	set_conf registration tokens
	add_user alice --name 'Alice Adams' --email alice@example.org
	add_client photos --trusted
	save_store
}

setup() {
	fresh_store
}

teardown() {
	refute_logged 'server_error|AddressSanitizer|runtime error'
}

teardown_file() {
	stop_all
}

# initial [OPTION...]: a new initial access token.
initial() {
	latchkey registration-token add "$@" 2>/dev/null
}

# ask METHOD PATH TOKEN [JSON | @FILE] [VAR=VALUE...]; the token - is none.
ask() {
	local -a meta=()
	[[ $3 = - ]] || meta+=("HTTP_AUTHORIZATION=Bearer $3")
	[[ $1 != P* ]] || meta+=(CONTENT_TYPE=application/json)
	run_cgi register "$1" "$2" '' "${4:-}" CONTENT_LENGTH "${meta[@]}" "${@:5}"
}

# register JSON [VAR=VALUE...]: with a token of its own; sets $id, $access and
# $secret of what came.
register() {
	ask POST /register "$(initial)" "$@"
	keep_registration
}

keep_registration() {
	id=$(http_body | jq -r .client_id)
	access=$(http_body | jq -r .registration_access_token)
	secret=$(http_body | jq -r '.client_secret // empty')
}

# with JSON FILTER: the metadata, changed.
with() {
	jq -c "$2" <<<"$1"
}

# metadata_refused ERROR MEMBER JSON: says which member, and no client is made.
metadata_refused() {
	ask POST /register "$TOKEN" "$3"
	assert_refused 400 "$1" || fail "for $3" || return
	http_body | jq -e --arg member "$2" \
	    '.error_description | startswith("metadata refused: " + $member)' ||
	    fail 'says' "$(http_body)"
}

clients() {
	latchkey client list --json | jq length
}

# --- off, and on ---------------------------------------------------------------

@test "register: off unless latchkey.conf says otherwise, and then not in discovery" {
	token=$(initial)
	set_conf registration off
	ask POST /register "$token" "$WEB"
	assert_refused 403 access_denied
	assert_logged 'reason=registration_off'
	run -1 latchkey registration-token add
	[[ $output = *'registration = tokens'* ]]
	request - GET "$ISSUER/.well-known/openid-configuration"
	refute_field registration_endpoint
	set_conf registration tokens
	request - GET "$ISSUER/.well-known/openid-configuration"
	assert_field registration_endpoint "$ISSUER/register"
}

@test "register: an app gets an id of ours, a secret and a token for its registration (RFC 7591 3.2.1)" {
	register "$WEB"
	assert_status 201
	assert_header Content-Type '^application/json$'
	assert_header Cache-Control '^no-store$'
	[[ $id = app-???????????????????? && ${#secret} = 43 && ${#access} = 43 ]]
	http_body | jq -e --arg at "$ISSUER/register/$id" '
	    .registration_client_uri == $at and .client_secret_expires_at == 0 and
	    .client_id_issued_at > 0 and .client_name == "Web App" and
	    .redirect_uris == ["https://app.example.org/cb"] and
	    .grant_types == ["authorization_code", "refresh_token"] and
	    .response_types == ["code"] and
	    .token_endpoint_auth_method == "client_secret_basic" and
	    .scope == "openid profile email offline_access"'
	assert_logged "client_registered client_id=$id"
	latchkey client show "$id" --json | jq -e '
	    .registered_by == "registration" and .trusted == false and
	    .pkce == true and .unused_until > 0'
	latchkey audit --json | jq -e --arg id "$id" '
	    .[-1] | .event == "client_registered" and .client_id == $id and
	    .address == "127.0.0.1"'
	# A public one has none.
	register "$CLI"
	assert_status 201
	[[ -z $secret ]]
	refute_field client_secret_expires_at
	assert_field token_endpoint_auth_method none
	# client_secret_post is answered as it was asked.
	register "$(with "$WEB" '.token_endpoint_auth_method = "client_secret_post"')"
	assert_field token_endpoint_auth_method client_secret_post
}

@test "register: what is at rest lets no one register or change anything" {
	token=$(initial --uses 2)
	ask POST /register "$token" "$WEB"
	keep_registration
	! grep -aF -e "$token" -e "$access" -e "$secret" <(stored_bytes) ||
	    fail 'a token is in the store'
	run ! grep -qF -e "$token" -e "$access" "$SERVER_LOG"
	run -0 latchkey client show "$id" --json
	[[ $output != *hash* ]]
}

# --- initial access tokens -------------------------------------------------------

@test "register: no token, a wrong one, a used one and an old one are told apart (RFC 6750 3.1)" {
	ask POST /register - "$WEB"
	assert_status 401
	assert_header WWW-Authenticate '^Bearer realm="latchkey"$'
	assert_logged 'reason=registration_token_missing'
	for bad in x "$(other_char "$(initial)" 3)" \
	    "$(head -c 36 /dev/zero | base64url)" "$(initial)x"; do
		ask POST /register "$bad" "$WEB"
		assert_refused 401 invalid_token
		assert_field error_description 'registration token unknown'
	done
	ask POST /register '' "$WEB" 'HTTP_AUTHORIZATION=Basic eDp5'
	assert_status 401
	token=$(initial --valid 5m)
	travel 290
	ask POST /register "$token" "$WEB"
	assert_status 201
	ask POST /register "$token" "$WEB"
	assert_refused 401 invalid_token
	assert_field error_description 'registration token used'
	token=$(initial --valid 5m)
	travel 300
	ask POST /register "$token" "$WEB"
	assert_refused 401 invalid_token
	assert_field error_description 'registration token expired'
	assert_header WWW-Authenticate 'error="invalid_token"'
	assert_equal "$(clients)" 2
}

@test "register: a token is good as often as it says, and a refusal does not use it up" {
	token=$(initial --uses 2 --name 'the notes')
	ask POST /register "$token" '{}'
	assert_refused 400 invalid_redirect_uri
	for n in 1 2; do
		ask POST /register "$token" "$WEB"
		assert_status 201
	done
	ask POST /register "$token" "$WEB"
	assert_refused 401 invalid_token
	latchkey registration-token list --json | jq -e '
	    .[0] | .name == "the notes" and .uses_left == 0 and .used == 2'
	assert_equal "$(clients)" 3
}

@test "register: of two that use a token at once one is registered" {
	token=$(initial)
	for n in 1 2 3 4; do
		(ask POST /register "$token" "$WEB") &
	done
	wait
	assert_equal "$(clients)" 2
	latchkey registration-token list --json | jq -e '.[0].used == 1'
}

@test "registration-token: is listed without what it is, and removed; bad values are told" {
	token=$(initial --name notes --uses 5)
	run -0 latchkey registration-token list
	[[ $output = *notes* && $output != *"$token"* ]]
	id=$(latchkey registration-token list --json | jq -r '.[0].id')
	run -0 latchkey registration-token del -- "$id"
	ask POST /register "$token" "$WEB"
	assert_refused 401 invalid_token
	run -1 latchkey registration-token del -- "$id"
	run -1 latchkey registration-token del nothing
	for bad in '--uses 0' '--uses 101' '--uses x' '--valid 1m' '--valid 31d' \
	    '--valid x'; do
		# shellcheck disable=SC2086 # two words
		run -2 latchkey registration-token add $bad
	done
	run -1 latchkey registration-token add --name "$(printf '%080d' 1)"
	latchkey registration-token add --json --uses 3 |
	    jq -e '.uses_left == 3 and (.token | length) == 48 and .hash == null'
	run -0 latchkey audit --json
	jq -e '[.[-3:][].event] == ["registration_token_added",
	    "registration_token_deleted", "registration_token_added"]' \
	    <<<"$output"
}

@test "register: a token from before a restore is refused as restored; an app keeps its own" {
	token=$(initial)
	register "$CLI"
	latchkey backup "$BATS_TEST_TMPDIR/a.tar" >/dev/null
	run -0 latchkey restore "$BATS_TEST_TMPDIR/a.tar" --replace
	ask POST /register "$token" "$WEB"
	assert_refused 401 invalid_token
	assert_field error_description restored
	ask GET "/register/$id" "$access"
	assert_status 200
}

# --- what an app says of itself -----------------------------------------------

@test "register: metadata that cannot be: each member missing, wrong, too long (RFC 7591 3.2.2)" {
	local member
	TOKEN=$(initial)
	bad_uri() { metadata_refused invalid_redirect_uri redirect_uris "$1"; }
	bad() { metadata_refused invalid_client_metadata "$1" "$(with "$WEB" ".$1 = $2")"; }
	bad_uri '{}'
	bad_uri '{"redirect_uris":[]}'
	bad_uri '{"redirect_uris":"https://app.example.org/cb"}'
	bad_uri '{"redirect_uris":[["https://app.example.org/cb"]]}'
	for uri in http://app.example.org/cb javascript:alert\(1\) \
	    data:text/html,x https://app.example.org/cb\#x \
	    'https://*.example.org/cb' https://a@app.example.org/cb \
	    com.example.app:/cb app.immich:///cb /cb http://10.0.0.1/cb \
	    "https://app.example.org/$(printf '%01100d' 1)"; do
		bad_uri "{\"redirect_uris\":[\"$uri\"]}"
	done
	for member in client_name client_uri token_endpoint_auth_method scope \
	    jwks_uri backchannel_logout_uri id_token_signed_response_alg; do
		bad "$member" 7
		bad "$member" '["x"]'
	done
	for member in client_uri jwks_uri backchannel_logout_uri; do
		bad "$member" "\"https://app.example.org/$(printf '%01100d' 1)\""
	done
	bad post_logout_redirect_uris "[\"https://app.example.org/$(printf '%01100d' 1)\"]"
	bad client_name "\"$(printf '%0129d' 1)\""
	bad client_name '"Photos \u202eexe"'
	bad client_name '"a\nb"'
	bad client_uri '"javascript:alert(1)"'
	bad grant_types '["client_credentials"]'
	bad grant_types '"authorization_code"'
	bad response_types '["token"]'
	bad token_endpoint_auth_method '"client_secret_jwt"'
	bad token_endpoint_auth_method '"private_key_jwt2"'
	bad post_logout_redirect_uris '["http://app.example.org/"]'
	bad backchannel_logout_uri '"http://app.example.org/out"'
	bad id_token_signed_response_alg '"HS256"'
	bad id_token_signed_response_alg '"none"'
	metadata_refused invalid_client_metadata jwks \
	    "$(with "$WEB" '.token_endpoint_auth_method = "private_key_jwt"')"
	assert_equal "$(clients)" 1
}

@test "register: a body that is no JSON object, has a name twice, is too long or of another type" {
	TOKEN=$(initial)
	for body in '' '[]' '7' 'x' '{' "{\"client_name\":\"a\",$WEB" \
	    '{"redirect_uris":["https://a.example/"],"redirect_uris":["https://b.example/"]}' \
	    '{"redirect_uris":["https://a.example/"]} {}' \
	    "{\"redirect_uris\":[\"https://a.example/\"],\"x\":\"$(printf '%017000d' 1)\"}"; do
		ask POST /register "$TOKEN" "$body"
		assert_refused 400 invalid_client_metadata
	done
	head -c 70000 /dev/zero | tr '\0' ' ' >"$BATS_TEST_TMPDIR/long"
	ask POST /register "$TOKEN" "@$BATS_TEST_TMPDIR/long"
	assert_status 413
	ask POST /register "$TOKEN" "$WEB" \
	    CONTENT_TYPE=application/x-www-form-urlencoded
	assert_status 415
	ask POST /register "$TOKEN" "$WEB" CONTENT_TYPE='application/json; charset=utf-8'
	assert_status 201
	for method in GET PUT DELETE PATCH; do
		ask $method /register "$(initial)" "$WEB"
		assert_status 405
		assert_header Allow '^POST, OPTIONS$'
	done
}

@test "register: what strangers cannot have is left out, and the answer says so" {
	register "$(with "$WEB" '. + {scope: "openid groups photos:read email",
	    grant_types: ["authorization_code", "client_credentials", "implicit"],
	    trusted: true, pkce: false, groups: ["admins"], resources: ["https://a"],
	    introspect_any: true, client_id: "photos", client_secret: "x",
	    logo_uri: "https://app.example.org/l.png", is_site: true}')"
	assert_status 201
	[[ $id = app-* && $secret != x ]]
	assert_field scope 'openid email'
	http_body | jq -e '.grant_types == ["authorization_code"] and
	    .logo_uri == null and .trusted == null'
	latchkey client show "$id" --json | jq -e '.trusted == false and
	    .pkce and .groups == [] and .resources == [] and
	    .introspect_any == false'
}

@test "register: an algorithm that no app here has is refused, for it would be in the JWKS" {
	TOKEN=$(initial)
	latchkey client show photos --json |
	    jq -e '.id_token_signed_response_alg == "EdDSA"'
	metadata_refused invalid_client_metadata id_token_signed_response_alg \
	    "$(with "$WEB" '.id_token_signed_response_alg = "RS256"')"
	ask POST /register "$TOKEN" \
	    "$(with "$WEB" '.id_token_signed_response_alg = "EdDSA"')"
	assert_status 201
}

@test "register: an app with keys proves itself by them" {
	"$root/tests/assertion.py" make EdDSA "$BATS_TEST_TMPDIR/key.pem" \
	    >"$BATS_TEST_TMPDIR/key.jwks"
	register "$(jq -c --slurpfile jwks "$BATS_TEST_TMPDIR/key.jwks" \
	    '. + {token_endpoint_auth_method: "private_key_jwt",
	    jwks: $jwks[0]}' <<<"$WEB")"
	assert_status 201
	[[ -z $secret ]]
	http_body | jq -e '.jwks.keys | length == 1'
	cp "$BATS_TEST_TMPDIR/key.pem" "$BATS_TEST_TMPDIR/$id.pem"
	AUTH=jwt CLIENT=$id as_client introspect token=x >/dev/null
	assert_field active false
	# Or by their address, which is a public one.
	register "$(with "$WEB" '. + {token_endpoint_auth_method: "private_key_jwt",
	    jwks_uri: "https://127.0.0.1:9/keys"}')"
	assert_field jwks_uri https://127.0.0.1:9/keys
	cp "$BATS_TEST_TMPDIR/key.pem" "$BATS_TEST_TMPDIR/$id.pem"
	AUTH=jwt CLIENT=$id as_client introspect token=x >/dev/null
	assert_refused 401 invalid_client
	latchkey client show "$id" --json | jq -e '.client_jwks_uri == "https://127.0.0.1:9/keys"'
	latchkey client show "$id" | grep -q bad_address || fail "$(latchkey client show "$id")"
	# Or it wants no tokens without a proof of one (RFC 9449 5.2).
	register "$(with "$CLI" '. + {dpop_bound_access_tokens: true}')"
	http_body | jq -e .dpop_bound_access_tokens
	# Each member of an answer is there once: others refuse a second.
	assert_equal "$(http_body | grep -o dpop_bound_access_tokens | wc -l)" 1
	latchkey client show "$id" --json | jq -e .dpop_bound_access_tokens
	TOKEN=$(initial)
	metadata_refused invalid_client_metadata dpop_bound_access_tokens \
	    "$(with "$CLI" '. + {dpop_bound_access_tokens: "true"}')"
	# Not the private half.
	TOKEN=$(initial)
	metadata_refused invalid_client_metadata jwks "$(with "$WEB" '. + {
	    token_endpoint_auth_method: "private_key_jwt", jwks: {keys: [{
	    kty: "OKP", crv: "Ed25519", d: "x",
	    x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}}')"
}

# --- a stranger ------------------------------------------------------------------

@test "register: people are asked each time, and told that the app is unverified and where it leads" {
	register "$WEB"
	SECRET=$secret
	CALLBACK=https://app.example.org/cb
	open_page alice "$(authorize_url "$id")"
	log_in alice
	assert_page 'unverified.*app\.example\.org'
	allow alice
	[[ $(http_header Location) = "$CALLBACK?"* ]]
	open_page alice "$(authorize_url "$id")"
	assert_status 200
	page_asks_consent
	open_page alice "$(authorize_url "$id" prompt=none)"
	assert_error consent_required
	open_page alice "$ISSUER/account/apps"
	assert_page 'This app is unverified'
	# Not so an app that an administrator registered.
	CALLBACK=$(latchkey client show photos --json | jq -r '.redirect_uris[0]')
	SECRET=$(latchkey client secret photos --json | jq -r .client_secret)
	get_tokens alice photos | jq -e .access_token
}

@test "register: a program on this computer is told as such, on any port, and needs PKCE" {
	register "$CLI"
	AUTH=none
	CALLBACK=http://127.0.0.1:5555/cb
	open_page alice "$(authorize_url "$id")"
	log_in alice
	assert_page 'unverified.*program on this device'
	allow alice
	code=$(url_param code "$(http_header Location)")
	CLIENT=$id redeem "$code" | jq -e .refresh_token
	open_page alice "$(authorize_url "$id" code_challenge= code_challenge_method=)"
	assert_error invalid_request
	assert_logged 'reason=code_challenge_missing'
}

@test "register: it is not trusted before an administrator vouches for it, and then changes itself no more" {
	register "$WEB"
	run -1 latchkey client set "$id" --trusted
	[[ $output = *--vouch* ]]
	run -1 latchkey client set "$id" --no-pkce
	run -1 latchkey client set "$id" --resource https://api.example.org
	run -1 latchkey client set "$id" --grant client_credentials
	run -1 latchkey client set "$id" --exchange-for photos
	[[ $output = *--vouch* ]]
	run -0 latchkey client list
	[[ $output = *registration* ]]
	run -0 latchkey client set "$id" --vouch --trusted
	latchkey client show "$id" --json | jq -e '.trusted and
	    .registered_by == "administrator" and .unused_until == 0'
	latchkey audit --json | jq -e '.[-1].event == "client_vouched_for"'
	ask GET "/register/$id" "$access"
	assert_refused 401 invalid_token
	SECRET=$secret
	CALLBACK=https://app.example.org/cb
	open_page alice "$(authorize_url "$id")"
	log_in alice
	[[ $(http_header Location) = "$CALLBACK?"* ]]
}

is_unknown() {
	! latchkey client show "$1"
}

@test "register: one that no person has allowed within a week is gone; one that was stays" {
	register "$CLI"
	unused=$id
	register "$CLI"
	AUTH=none
	CALLBACK=http://127.0.0.1/cb
	sign_in alice "$id" >/dev/null
	latchkey client show "$id" --json |
	    jq -e '.unused_until == 0 and .used_until > 0'
	travel $((7 * 86400 + 1))
	until_swept is_unknown "$unused"
	run -1 latchkey client show "$unused"
	run -0 latchkey client show "$id"
	assert_no_error_found
}

# used_until ID: in days from now, rounded up.
used_until() {
	local now
	now=$(($(date +%s) + $(<"$LATCHKEY_TEST_CLOCK")))
	latchkey client show "$1" --json |
	    jq --argjson now "$now" '(.used_until - $now) / 86400 | ceil'
}

@test "register: one that no person has used for 90 days goes with all that it was granted" {
	local kept gone tokens old
	AUTH=none CALLBACK=http://127.0.0.1/cb
	set_conf refresh_idle_lifetime 170d
	register "$CLI"
	gone=$id
	old=$(get_tokens alice "$gone" scope='openid offline_access')
	latchkey grant list --json | grep -qF "$gone"
	register "$CLI"
	kept=$id
	tokens=$(get_tokens alice "$kept" scope='openid offline_access')
	register "$CLI"
	latchkey client set "$id" --name Kept >/dev/null
	assert_equal "$(used_until "$gone") $(used_until "$kept")" '90 90'
	# To refresh is to use; it is noted once a day.
	travel 43200
	CLIENT=$kept refresh "$(field refresh_token <<<"$tokens")" >/dev/null
	tokens=$(http_body)
	assert_equal "$(used_until "$kept")" 90
	for n in 1 2 3 4; do
		travel $((23 * 86400))
		CLIENT=$kept refresh "$(field refresh_token <<<"$tokens")" >/dev/null
		assert_status 200
		tokens=$(http_body)
	done
	assert_equal "$(used_until "$kept")" 90
	run -1 latchkey client show "$gone"
	latchkey audit --json | jq -e --arg id "$gone" '
	    [.[] | select(.event == "client_registration_expired").client_id] == [$id]'
	run ! grep -qF "$gone" < <(latchkey grant list --json)
	CLIENT=$gone refresh "$(field refresh_token <<<"$old")" >/dev/null
	assert_refused 401 invalid_client
	# Who comes late to one that no other has removed in the meantime is in time;
	# another registration removes it.
	travel $((91 * 86400))
	run -0 latchkey client show "$kept"
	register "$WEB"
	assert_status 201
	run -1 latchkey client show "$kept"
	CLIENT=$kept refresh "$(field refresh_token <<<"$tokens")"
	assert_refused 401 invalid_client
	# What an administrator changed stays.
	assert_equal "$(clients)" 3
	assert_no_error_found
}

@test "register: what is required of an app it cannot take back" {
	register "$CLI"
	latchkey client set "$id" --require-par --require-dpop >/dev/null
	ask PUT "/register/$id" "$access" "$(with "$CLI" ".client_id = \"$id\" |
	    .dpop_bound_access_tokens = false |
	    .require_pushed_authorization_requests = false")"
	assert_status 200
	http_body | jq -e '.dpop_bound_access_tokens and
	    .require_pushed_authorization_requests'
	# Its requests are signed with the keys that prove it.
	TOKEN=$(initial)
	metadata_refused invalid_client_metadata require_signed_request_object \
	    "$(with "$CLI" '.require_signed_request_object = true')"
	metadata_refused invalid_client_metadata require_signed_request_object \
	    "$(with "$CLI" '.require_signed_request_object = 1')"
	"$root/tests/assertion.py" make EdDSA "$BATS_TEST_TMPDIR/key.pem" \
	    >"$BATS_TEST_TMPDIR/key.jwks"
	register "$(jq -c --slurpfile jwks "$BATS_TEST_TMPDIR/key.jwks" '. +
	    {token_endpoint_auth_method: "private_key_jwt", jwks: $jwks[0],
	    require_signed_request_object: true}' <<<"$WEB")"
	assert_status 201
	http_body | jq -e .require_signed_request_object
	CALLBACK=https://app.example.org/cb
	open_page alice "$(authorize_url "$id")"
	assert_error invalid_request
	assert_logged 'reason=request_not_signed'
	ask PUT "/register/$id" "$access" "$(with "$WEB" ".client_id = \"$id\"")"
	assert_refused 400 invalid_client_metadata
}

@test "register: there are 500 strangers at most" {
	local many=$BATS_TEST_TMPDIR/many
	register "$CLI"
	latchkey export |
	    jq --arg id "$id" '.people = [] | .consents = [] | .keys = [] |
	    (.apps[] | select(.client_id == $id)) as $one |
	    .apps = [range(499) as $n | $one + {client_id: "app-\($n)"}]' >"$many"
	run -0 latchkey import "$many"
	TOKEN=$(initial)
	ask POST /register "$TOKEN" "$WEB"
	assert_refused 403 access_denied
	assert_logged 'reason=registrations_full'
	latchkey client del app-0 --yes >/dev/null
	ask POST /register "$TOKEN" "$WEB"
	assert_status 201
}

# --- its own registration -----------------------------------------------------

@test "register: an app reads its registration with its own token alone (RFC 7592 2.1)" {
	register "$WEB"
	mine=$id at=/register/$id token=$access
	ask GET "$at" "$token"
	assert_status 200
	assert_field client_id "$mine"
	assert_field registration_access_token "$token"
	refute_field client_secret
	register "$WEB"
	for bad in "$access" "$secret" "$(initial)" x ''; do
		ask GET "$at" "$bad"
		assert_status 401
	done
	ask GET "$at" -
	assert_status 401
	assert_header WWW-Authenticate '^Bearer realm="latchkey"$'
	for path in /register/photos /register/nobody /register/ \
	    "/register/$id/x" "/register/$(printf '%0300d' 1)"; do
		ask GET "$path" "$token"
		assert_refused 401 invalid_token
	done
	assert_logged 'reason=registration_access_unknown'
	for method in POST PATCH; do
		ask $method "$at" "$token" "$WEB"
		assert_status 405
		assert_header Allow '^GET, HEAD, PUT, DELETE, OPTIONS$'
	done
}

@test "register: an app changes its registration, and gets no more rights by that (RFC 7592 2.2)" {
	register "$(with "$WEB" '. + {scope: "openid", grant_types: ["authorization_code"]}')"
	at=/register/$id
	ask PUT "$at" "$access" "$(with "$WEB" ". + {client_id: \"$id\",
	    client_secret: \"$secret\", client_name: \"New\",
	    redirect_uris: [\"https://new.example.org/cb\"],
	    scope: \"openid email groups\", trusted: true,
	    grant_types: [\"authorization_code\", \"refresh_token\",
	    \"client_credentials\"]}")"
	assert_status 200
	refute_field client_secret
	http_body | jq -e '.client_name == "New" and .scope == "openid" and
	    .redirect_uris == ["https://new.example.org/cb"] and
	    .grant_types == ["authorization_code"]'
	latchkey client show "$id" --json | jq -e '.trusted == false and
	    .scope == "openid" and .registered_by == "registration"'
	latchkey audit --json | jq -e '.[-1] |
	    .event == "client_registration_changed" and .address == "127.0.0.1"'
	# What is left out is gone.
	ask PUT "$at" "$access" "{\"client_id\":\"$id\",
	    \"redirect_uris\":[\"https://new.example.org/cb\"]}"
	assert_field client_name new.example.org
	# What an administrator has set stays.
	latchkey client set "$id" --group family >/dev/null
	ask PUT "$at" "$access" "$(with "$WEB" ".client_id = \"$id\"")"
	latchkey client show "$id" --json | jq -e '.groups == ["family"]'
}

@test "register: a change that cannot be changes nothing" {
	register "$WEB"
	at=/register/$id before=$(latchkey client show "$id" --json)
	other=$access
	register "$WEB"
	ask PUT "$at" "$access" "$(with "$WEB" ".client_id = \"$id\"")"
	assert_refused 401 invalid_token
	access=$other id=${at#/register/}
	for filter in . '.client_id = "photos"' \
	    ".client_id = \"$id\" | .client_secret = \"wrong\"" \
	    ".client_id = \"$id\" | .grant_types = [\"implicit\"]"; do
		ask PUT "$at" "$access" "$(with "$WEB" "$filter")"
		assert_refused 400 invalid_client_metadata
	done
	ask PUT "$at" "$access" "{\"client_id\":\"$id\",
	    \"redirect_uris\":[\"http://app.example.org/\"]}"
	assert_refused 400 invalid_redirect_uri
	assert_equal "$(latchkey client show "$id" --json)" "$before"
	# So many, and no more.
	for n in {1..12}; do
		ask PUT "$at" "$access" "$(with "$WEB" ".client_id = \"$id\"")"
	done
	assert_status 429
	assert_logged 'reason=registration_too_often'
}

@test "register: a secret comes and goes with the way to authenticate" {
	register "$CLI"
	at=/register/$id
	ask PUT "$at" "$access" "$(with "$CLI" ".client_id = \"$id\" |
	    .token_endpoint_auth_method = \"client_secret_basic\"")"
	assert_status 200
	SECRET=$(http_body | jq -r .client_secret)
	assert_field client_secret_expires_at 0
	CLIENT=$id introspect x | jq -e '.active == false'
	ask PUT "$at" "$access" "$(with "$CLI" ".client_id = \"$id\"")"
	refute_field client_secret
	CLIENT=$id introspect x
	assert_refused 401 invalid_client
}

@test "register: an app that deletes itself takes what it was granted with it (RFC 7592 2.3)" {
	register "$CLI"
	AUTH=none
	CALLBACK=http://127.0.0.1/cb
	tokens=$(get_tokens alice "$id")
	code=$(get_code alice "$id")
	userinfo "$(field access_token <<<"$tokens")" | jq -e .sub
	ask DELETE "/register/$id" "$(other_char "$access" 5)"
	assert_refused 401 invalid_token
	ask DELETE "/register/$id" "$access"
	assert_status 204
	[[ -z $(http_body) ]]
	latchkey audit --json | jq -e '.[-1] |
	    .event == "client_registration_deleted" and .address == "127.0.0.1"'
	run -1 latchkey client show "$id"
	for method in GET DELETE; do
		ask $method "/register/$id" "$access"
		assert_refused 401 invalid_token
	done
	userinfo "$(field access_token <<<"$tokens")"
	assert_status 401
	CLIENT=$id refresh "$(field refresh_token <<<"$tokens")"
	assert_refused 401 invalid_client
	CLIENT=$id redeem "$code"
	assert_refused 401 invalid_client
	open_page alice "$(authorize_url "$id")"
	assert_error_page client_id_unknown
}
