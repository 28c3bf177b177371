# Token exchange: an API calls another on a person's behalf (RFC 8693).

load helper
USE_TEST_CLOCK=1
BATS_NO_PARALLELIZE_WITHIN_FILE=true
export BATS_NO_PARALLELIZE_WITHIN_FILE

GRANT=urn:ietf:params:oauth:grant-type:token-exchange
TYPE=urn:ietf:params:oauth:token-type:access_token
orders=https://orders.example.org
stock=https://stock.example.org/v1

# orders is called by the app, and calls stock, or cloud, which has no address;
# stock calls orders.
setup_file() {
	export USE_TEST_CLOCK=1
	new_store
	add_user alice --group family
	add_user bob
	add_client app --trusted --audience "$orders" --scope openid \
	    --scope profile --scope email --scope offline_access \
	    --scope orders:write --scope stock:read --scope stock:write
	add_client stock --grant client_credentials --resource "$stock" \
	    --resource https://stock.example.org/v2
	add_client cloud --redirect-uri "$CALLBACK"
	add_client orders --grant client_credentials --resource "$orders" \
	    --exchange-for stock --exchange-for cloud \
	    --scope openid --scope profile --scope stock:read
	latchkey client set stock --exchange-for orders >/dev/null
	add_client stranger --grant token_exchange --exchange-for stock \
	    --scope stock:read
	add_client spa --public
	sign_in alice app >/dev/null
	save_store
}

setup() {
	fresh_store
}

teardown() {
	refute_logged 'server_error|AddressSanitizer|runtime error'
}

# begin [NAME=VALUE...]: a token with which the app calls orders.
begin() {
	get_tokens alice app "$@" >/dev/null
	access=$(http_body | field access_token)
	refresh_token=$(http_body | field refresh_token)
}

# exchange [TOKEN] [NAME=VALUE...]: by $CLIENT, orders if not said otherwise;
# NAME= takes a parameter out.
exchange() {
	local -; set +T
	local pair token=$access
	local -A p=([grant_type]=$GRANT [subject_token_type]=$TYPE)
	local -a pairs=()
	[[ ${1-=} = *=* ]] || { token=$1; shift; }
	p[subject_token]=$token
	for pair; do
		p[${pair%%=*}]=${pair#*=}
	done
	for pair in "${!p[@]}"; do
		[[ -z ${p[$pair]} ]] || pairs+=("$pair=${p[$pair]}")
	done
	CLIENT=${CLIENT:-orders} as_client token "${pairs[@]}" >/dev/null
}

exchanged() {	# sets $next
	exchange "$@"
	assert_status 200
	next=$(http_body | field access_token)
}

claim() {	# NAME, of $next
	jwt_claims "$next" | jq -c ".$1"
}

is_active() {	# CLIENT TOKEN
	CLIENT=$1 introspect "$2" >/dev/null
	[[ $(http_body | field active) = true ]]
}

assert_description() {	# WORDS it begins with
	[[ $(http_body | field error_description) = "$1"* ]] ||
	    fail "not $1" "$(http_body)"
}

@test "exchange: an API gets a token for the next one: the person's, with who acts, and no refresh token (RFC 8693 2.2, 4.1)" {
	begin
	exchanged audience=stock
	assert_field issued_token_type "$TYPE"
	assert_field token_type Bearer
	refute_field refresh_token
	refute_field id_token
	assert_header Cache-Control '^no-store$'
	assert_equal "$(claim sub)" "$(jwt_claims "$access" | jq .sub)"
	assert_equal "$(claim aud)" "\"$stock\""
	assert_equal "$(claim client_id)" '"orders"'
	assert_equal "$(claim act)" '{"sub":"orders"}'
	assert_equal "$(jwt_claims "$next" | jq -c '[.iss, .auth_time, .acr]')" \
	    "$(jwt_claims "$access" | jq -c '[.iss, .auth_time, .acr]')"
	assert_equal "$(jwt_header "$next" | jq -r .typ)" at+jwt
	[[ $(claim jti) != "$(jwt_claims "$access" | jq .jti)" ]]
	CLIENT=stock introspect "$next" >/dev/null
	assert_field active true
	assert_field client_id orders
	assert_equal "$(http_body | jq -c .act)" '{"sub":"orders"}'
	# The token that was exchanged stays what it was.
	is_active orders "$access"
	! is_active stock "$access"
}

@test "exchange: the target is named by audience or resource, or goes without saying (RFC 8693 2.1, RFC 8707)" {
	begin
	exchanged resource="$stock"
	assert_equal "$(claim aud)" "\"$stock\""
	exchanged resource=https://stock.example.org/v2
	assert_equal "$(claim aud)" '"https://stock.example.org/v2"'
	exchanged audience="$stock"
	assert_equal "$(claim aud)" "\"$stock\""
	exchanged audience=stock resource=https://stock.example.org/v2
	assert_equal "$(claim aud)" \
	    "[\"$stock\",\"https://stock.example.org/v2\"]"
	# An API without an address is called by its name.
	exchanged audience=cloud
	assert_equal "$(claim aud)" '"cloud"'
	is_active cloud "$next"
	! is_active stock "$next"
	exchange
	assert_refused 400 invalid_request
	assert_logged 'reason=target_missing client_id=orders'
	latchkey client set orders --exchange-for stock >/dev/null
	exchanged
	assert_equal "$(claim aud)" "\"$stock\""
}

@test "exchange: a target that the administrator did not allow is invalid_target (RFC 8693 2.2.2)" {
	local bad
	begin
	for bad in audience=orders audience="$orders" audience=app audience=spa \
	    audience=nobody resource="$orders" resource=https://stock.example.org \
	    resource="$stock/" resource=x "resource=$ISSUER" audience='a b' \
	    "resource=https://$(printf 'h%.0s' {1..300})" \
	    "audience=$(printf 'h%.0s' {1..3000})"; do
		exchange "$bad"
		assert_refused 400 invalid_target
	done
	assert_logged 'invalid_target reason=target_not_allowed client_id=orders'
	as_client token grant_type="$GRANT" subject_token="$access" \
	    subject_token_type="$TYPE" resource="$stock" resource="$orders" \
	    >/dev/null
	[[ $(http_body | field error) = @(unauthorized_client|invalid_target) ]]
}

@test "exchange: the scope is narrowed, never widened, and never offline" {
	begin scope='openid stock:read stock:write offline_access'
	exchanged audience=stock
	assert_field scope 'openid stock:read'
	exchanged audience=stock scope=stock:read
	assert_field scope stock:read
	assert_equal "$(claim scope)" '"stock:read"'
	exchange audience=stock scope='stock:read profile'
	assert_refused 400 invalid_scope
	assert_logged reason=scope_widened
	exchange audience=stock scope=stock:write
	assert_refused 400 invalid_scope
	assert_logged reason=scope_not_allowed
	exchange audience=stock scope=offline_access
	assert_refused 400 invalid_scope
	exchange audience=stock scope='ü'
	assert_refused 400 invalid_scope
	assert_logged reason=scope_malformed
	# What was narrowed stays so.
	exchanged audience=stock scope=stock:read
	CLIENT=stock exchange "$next" scope=openid
	assert_refused 400 invalid_scope
}

@test "exchange: the token lives no longer than the one that it is for" {
	begin
	travel 600
	exchanged audience=stock
	(($(http_body | field expires_in) <= 300))
	assert_equal "$(claim exp)" "$(jwt_claims "$access" | jq .exp)"
	travel 240
	is_active stock "$next"
	travel 60
	! is_active stock "$next"
	exchange audience=stock
	assert_refused 400 invalid_request
	assert_logged reason=token_expired
}

@test "exchange: who acts is a chain, of four at most (RFC 8693 4.1)" {
	local n
	begin
	latchkey client set stock --scope stock:read >/dev/null
	exchanged audience=stock
	CLIENT=stock exchanged "$next"
	assert_equal "$(claim act)" '{"sub":"stock","act":{"sub":"orders"}}'
	assert_equal "$(claim aud)" "\"$orders\""
	exchanged "$next" audience=stock
	CLIENT=stock exchanged "$next"
	assert_equal "$(jwt_claims "$next" |
	    jq -c '[.act | recurse(.act; . != null) | .sub]')" \
	    '["stock","orders","stock","orders"]'
	is_active orders "$next"
	assert_equal "$(http_body | jq .act.act.act.act.sub)" '"orders"'
	exchange "$next" audience=stock
	assert_refused 400 invalid_request
	assert_logged 'reason=exchanged_too_often client_id=orders'
}

@test "exchange: only who was called with the token, or got it, may exchange it" {
	begin scope='openid stock:read'
	CLIENT=stranger exchange audience=stock
	assert_refused 400 invalid_request
	assert_logged 'invalid_request reason=subject_token_foreign client_id=stranger'
	# The app's own.
	latchkey client set app --exchange-for stock >/dev/null
	CLIENT=app exchanged scope=stock:read
	assert_equal "$(claim act)" '{"sub":"app"}'
	CLIENT=stranger exchange "$next" audience=stock
	assert_refused 400 invalid_request
	# For the client by its name: as cloud is.
	exchanged audience=cloud
	latchkey client set cloud --exchange-for stock >/dev/null
	CLIENT=cloud exchanged "$next"
	assert_equal "$(claim act.sub)" '"cloud"'
}

@test "exchange: no other client can: without the grant, public, or unproven" {
	begin
	CLIENT=app exchange audience=stock
	assert_refused 400 unauthorized_client
	CLIENT=spa AUTH=none exchange audience=stock
	assert_refused 400 unauthorized_client
	AUTH=none exchange audience=stock
	assert_refused 401 invalid_client
	SECRET=wrong exchange audience=stock
	assert_refused 401 invalid_client
	AUTH=post exchange audience=stock
	assert_status 200
	run -1 latchkey client add other --public --exchange-for stock \
	    --redirect-uri "$CALLBACK"
	[[ $output = *'cannot exchange tokens'* ]]
	run -1 latchkey client set spa --exchange-for stock
	run -1 latchkey client set orders --exchange-for nobody
	[[ $output = *'no client has this client_id'* ]]
	latchkey client set orders --exchange-for '' >/dev/null
	exchange audience=stock
	assert_refused 400 unauthorized_client
	run -0 latchkey client show orders --json
	assert_equal "$(jq -c '[.exchange_for, .grant_types]' <<<"$output")" \
	    '[[],["client_credentials"]]'
}

@test "exchange: bad input is refused, with its reason" {
	local error reason wrong
	begin
	while read -r error reason wrong; do
		: >"$SERVER_LOG"
		# shellcheck disable=SC2086
		exchange audience=stock $wrong
		assert_refused 400 "$error" || fail "with $wrong"
		assert_description "${reason//_/ }"
		assert_logged "$error reason=$reason client_id=orders"
	done <<-END
		invalid_request subject_token_missing subject_token=
		invalid_request subject_token_type subject_token_type=
		invalid_request subject_token_type subject_token_type=access_token
		invalid_request subject_token_type subject_token_type=urn:ietf:params:oauth:token-type:id_token
		invalid_request subject_token_type subject_token_type=urn:ietf:params:oauth:token-type:refresh_token
		invalid_request actor_token_unsupported actor_token=$access actor_token_type=$TYPE
		invalid_request actor_token_unsupported actor_token_type=$TYPE
		invalid_request requested_token_type requested_token_type=urn:ietf:params:oauth:token-type:refresh_token
		invalid_request requested_token_type requested_token_type=x
		invalid_request not_a_jwt subject_token=x
		invalid_request not_a_jwt subject_token=$(printf 'x%.0s' {1..9000})
		invalid_request not_a_jwt subject_token=$refresh_token
		invalid_request not_a_jwt subject_token=$access.
		invalid_request signature subject_token=$(other_char "$access" $((${#access} - 20)))
	END
	exchange requested_token_type="$TYPE" audience=stock
	assert_status 200
	for wrong in subject_token="$access" subject_token_type="$TYPE" \
	    audience=stock scope=openid grant_type="$GRANT" \
	    requested_token_type="$TYPE" actor_token=x; do
		CLIENT=orders as_client token grant_type="$GRANT" audience=stock \
		    subject_token="$access" subject_token_type="$TYPE" \
		    scope=openid requested_token_type="$TYPE" actor_token=x \
		    "$wrong" >/dev/null
		assert_refused 400 invalid_request
		assert_description 'parameter repeated'
	done
}

@test "exchange: other tokens are no subject: an ID token, a program's own, another issuer's" {
	begin
	exchange "$(refresh "$refresh_token" | field id_token)" audience=stock
	assert_refused 400 invalid_request
	assert_description 'not an access token'
	latchkey client set app --grant client_credentials \
	    --grant authorization_code --grant refresh_token >/dev/null
	exchange "$(client_credentials | field access_token)" audience=stock
	assert_refused 400 invalid_request
	assert_description 'subject token no person'
	set_conf issuer https://other.example.org
	exchange audience=stock
	assert_refused 400 invalid_request
}

# ends WHAT...: after this command neither the token nor one that came of it is
# active, and the token can no longer be exchanged.
ends() {
	exchanged audience=stock
	is_active stock "$next"
	"$@" >/dev/null
	! is_active stock "$next" || fail "lives after: $*"
	exchange audience=stock
	assert_refused 400 invalid_request
}

@test "exchange: what came of a token ends with its family, its session, its person, its app" {
	begin
	ends latchkey grant end --user alice
	begin scope='openid stock:read'
	ends latchkey session end --user alice
	sign_in alice app >/dev/null
	begin
	ends revoke "$refresh_token"
	begin
	ends latchkey user lock alice
	latchkey user unlock alice
	begin
	ends latchkey client del app --yes
}

@test "exchange: who revokes a token revokes what came of it, and nothing else (RFC 7009 2.1)" {
	local first second third
	begin
	latchkey client set stock --scope stock:read >/dev/null
	exchanged audience=stock
	first=$next
	exchanged audience=stock
	second=$next
	CLIENT=stock exchanged "$first"
	third=$next
	CLIENT=orders revoke "$first"
	assert_status 200
	! is_active stock "$first"
	! is_active orders "$third"
	is_active stock "$second"
	is_active orders "$access"
	# Not by another: it is orders' own.
	CLIENT=stock revoke "$second"
	assert_refused 400 unauthorized_client
	revoke "$access"
	! is_active stock "$second"
	exchange audience=stock
	assert_refused 400 invalid_request
	assert_description 'token revoked'
	refresh "$refresh_token" >/dev/null
	assert_status 200
}

@test "exchange: groups of both APIs count, at first and at each look" {
	begin
	latchkey client set stock --group family >/dev/null
	exchanged audience=stock
	latchkey user set alice --group other >/dev/null
	! is_active stock "$next"
	exchange audience=stock
	assert_refused 400 invalid_target
	assert_logged 'invalid_target reason=user_not_in_group client_id=orders'
	latchkey client set stock --group other >/dev/null
	exchanged audience=stock
	latchkey client set orders --group family >/dev/null
	! is_active stock "$next"
	exchange audience=stock
	assert_refused 400 invalid_request
	assert_logged 'invalid_request reason=user_not_in_group client_id=orders'
}

@test "exchange: what an API on the way has lost does not live on in what came of it" {
	local last
	begin
	latchkey client set stock --scope stock:read >/dev/null
	exchanged audience=stock
	CLIENT=stock exchanged "$next"
	last=$next
	is_active orders "$last"
	# orders, the first, may not call stock any more, and may again.
	latchkey client set orders --exchange-for cloud >/dev/null
	! is_active orders "$last"
	exchange "$last" audience=cloud
	assert_refused 400 invalid_request
	latchkey client set orders --exchange-for stock >/dev/null
	is_active orders "$last"
	# Its people are others.
	latchkey client set orders --group others >/dev/null
	! is_active orders "$last"
	latchkey client set orders --group family >/dev/null
	is_active orders "$last"
	# It is removed, and one of its name is another.
	latchkey client del orders --yes >/dev/null
	add_client orders --grant client_credentials --resource "$orders"
	! is_active orders "$last"
	# One that exchanges what it got itself needs no permission for itself.
	fresh_store
	begin
	latchkey client set orders --exchange-for stock --exchange-for cloud >/dev/null
	exchanged audience=stock
	exchanged "$next" audience=cloud
	is_active cloud "$next"
}

@test "exchange: a permission that is taken back, or an API that is removed, ends what came of it" {
	begin
	exchanged audience=cloud
	is_active cloud "$next"
	latchkey client set orders --exchange-for stock >/dev/null
	! is_active cloud "$next"
	exchanged audience=stock
	latchkey client del stock --yes >/dev/null
	run -0 latchkey client show orders --json
	assert_equal "$(jq -c .exchange_for <<<"$output")" '[]'
	# Another of that name is not the one that was meant.
	add_client stock --grant client_credentials --resource "$stock"
	! is_active stock "$next"
	exchange audience=stock
	assert_refused 400 invalid_target
}

@test "exchange: the audit says which API may ask for which" {
	latchkey client set orders --exchange-for stock >/dev/null
	run -0 latchkey audit --json --client orders
	assert_equal "$(jq -r '[.[].detail] | join("|")' <<<"$output")" \
	    'exchanges tokens for stock cloud|exchanges tokens for stock'
}

@test "exchange: two at once of one token are two tokens, and both are good" {
	local n
	begin
	for n in 1 2 3 4; do
		ANSWER_DIR=$BATS_TEST_TMPDIR/at$n exchange audience=stock &
	done
	wait
	for n in 1 2 3 4; do
		ANSWER_DIR=$BATS_TEST_TMPDIR/at$n put_last body |
		    field access_token
	done | sort -u >"$BATS_TEST_TMPDIR/tokens"
	assert_equal "$(wc -l <"$BATS_TEST_TMPDIR/tokens")" 4
	while read -r next; do
		is_active stock "$next"
	done <"$BATS_TEST_TMPDIR/tokens"
}

# exchange_bound [KEY]: of $access, with a proof of the key.
exchange_bound() {
	request - POST "$ISSUER/token" \
	    -H "Authorization: Basic $(basic orders "$SECRET")" \
	    -H "DPoP: $(proof "$1" POST "$ISSUER/token")" \
	    grant_type="$GRANT" subject_token="$access" \
	    subject_token_type="$TYPE" audience=stock
}

@test "exchange: a token that is bound to a key is exchanged with a proof of that key alone, and stays bound (RFC 9449)" {
	local key
	for key in mine other; do
		"$root/tests/assertion.py" make EdDSA \
		    "$BATS_FILE_TMPDIR/$key.pem" >/dev/null
	done
	request - POST "$ISSUER/token" \
	    -H "Authorization: Basic $(basic app "$SECRET")" \
	    -H "DPoP: $(proof mine POST "$ISSUER/token")" \
	    grant_type=authorization_code code="$(get_code alice app)" \
	    redirect_uri="$CALLBACK" code_verifier="$VERIFIER"
	assert_field token_type DPoP
	access=$(http_body | field access_token)
	exchange audience=stock
	assert_refused 400 invalid_dpop_proof
	assert_logged 'reason=dpop_missing client_id=orders'
	exchange_bound other
	assert_refused 400 invalid_request
	assert_logged 'reason=dpop_key client_id=orders'
	exchange_bound mine
	assert_status 200
	assert_field token_type DPoP
	next=$(http_body | field access_token)
	assert_equal "$(claim cnf)" "$(jwt_claims "$access" | jq -c .cnf)"
}

@test "exchange: at the gate the token is the person's, and a strict rule feels its end at once" {
	SITE=http://127.0.0.2:$PORT
	latchkey site add "$SITE" --rule "/ bearer:$stock" \
	    --rule "/strict bearer:$stock strict" >/dev/null
	begin
	exchanged audience=stock
	for path in / /strict; do
		ask_gate "$path" HTTP_AUTHORIZATION="Bearer $next"
		assert_status 200
	done
	revoke "$access"
	ask_gate / HTTP_AUTHORIZATION="Bearer $next"
	assert_status 200
	ask_gate /strict HTTP_AUTHORIZATION="Bearer $next"
	assert_status 401
	assert_logged 'reason=token_revoked'
}

@test "exchange: a service behind the gate exchanges the token that it was called with" {
	local called
	SITE=http://127.0.0.2:$PORT
	latchkey site add "$SITE" --name Notes --rule "/mcp bearer:$SITE/mcp" \
	    >/dev/null
	add_client notes --resource "$SITE/mcp" --grant token_exchange \
	    --exchange-for stock --scope stock:read
	begin resource="$SITE/mcp" scope='openid stock:read'
	called=$access
	ask_gate /mcp HTTP_AUTHORIZATION="Bearer $called"
	assert_status 200
	CLIENT=notes exchanged "$called"
	assert_equal "$(jwt_claims "$next" | jq -c '[.aud, .scope, .act]')" \
	    "[\"$stock\",\"stock:read\",{\"sub\":\"notes\"}]"
	assert_equal "$(claim sub)" "$(jwt_claims "$called" | jq .sub)"
	is_active stock "$next"
	# The token for the next API does not open the site again.
	ask_gate /mcp HTTP_AUTHORIZATION="Bearer $next"
	assert_status 401
	# Nor can another API exchange what came to this one.
	exchange "$called" audience=stock
	assert_refused 400 invalid_request
	assert_logged 'reason=subject_token_foreign client_id=orders'
}

@test "exchange: userinfo tells an API only what was left of the scope" {
	begin scope='openid profile email stock:read'
	exchanged audience=stock
	userinfo "$next" >/dev/null
	assert_status 200
	assert_field preferred_username alice
	refute_field email
	exchanged audience=stock scope=stock:read
	userinfo "$next" >/dev/null
	assert_status 403
}

@test "exchange: it is announced, and kept in an export" {
	request - GET "$ISSUER/.well-known/openid-configuration"
	http_body | jq -e --arg g "$GRANT" '.grant_types_supported | index($g)'
	run -0 latchkey export
	assert_equal "$(jq -c '.apps[] | select(.client_id == "orders") |
	    .exchange_for' <<<"$output")" '["stock","cloud"]'
}
