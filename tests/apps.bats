# client add --app, client apps: recipes for real apps.

load helper

# The names of all compiled-in recipes.
apps() {
	find "$root/data/apps" -name '*.conf' -printf '%f\n' |
	    sed 's/\.conf$//' | sort
}

# add_app NAME [OPTION...]: its answer is kept in $BATS_TEST_TMPDIR/NAME.
add_app() {
	latchkey client add --app "$1" --url "https://$1.example.org/at/" \
	    "${@:2}" >"$BATS_TEST_TMPDIR/$1"
}

# client ID FILTER: of what `client show` says.
client() {
	latchkey client show "$1" --json | jq -er "$2"
}

# recipe NAME FILTER: of what `client apps` says.
recipe() {
	latchkey client apps --json |
	    jq -er --arg n "$1" ".[] | select(.name == \$n) | $2"
}

# In a store of this file's, every recipe is registered as my-NAME; what was
# printed is in $printed/NAME.
printed=$BATS_FILE_TMPDIR/printed

setup_file() {
	local name
	new_store
	mkdir "$printed"
	for name in $(apps); do
		latchkey client add --app "$name" "my-$name" \
		    --url "https://$name.example.org/at/" >"$printed/$name"
	done
	save_store
}

# own_recipe NAME [LINE...]: a good one in the data directory, with lines
# before those it must have.
own_recipe() {
	mkdir -p "$DATA/apps"
	rm -f "$DATA/apps/$1.conf"
	{
		printf '%s\n' "${@:2}"
		cat <<-'END'
			title = Mine
			client_id = mine
			redirect_uri = {url}/cb
			auth = client_secret_basic
			alg = EdDSA
			pkce = yes
			source = https://example.org/mine
			tried = 1.2

			[settings]
			issuer {issuer} at {url}
		END
	} >"$DATA/apps/$1.conf"
}

setup() {
	if [[ $BATS_TEST_DESCRIPTION = *'every recipe'* ]]; then
		fresh_store
	else
		new_store
	fi
}

@test "apps: all of data/apps is listed, with title, sources and what was not tried" {
	local name
	run -0 latchkey client apps
	for name in $(apps); do
		[[ $output =~ (^|$'\n')"$name "\ * ]] || fail "not listed: $name"
	done
	run -0 latchkey client apps --json
	jq -e 'length >= 25' <<<"$output"
	assert_equal "$(jq -r '.[].name' <<<"$output" | sort)" "$(apps)"
	jq -e 'all(.[];
	    (.name | test("^[a-z0-9-]+$")) and (.title | length > 0) and
	    (.client_id | length > 0) and
	    (.tried == null or (.tried | test("[0-9]"))) and
	    (.pkce | type == "boolean") and .own == false and
	    (.sources | length > 0 and all(.[]; startswith("https://"))) and
	    (.id_token_signed_response_alg | IN("EdDSA", "RS256", "HS256")) and
	    (.token_endpoint_auth_method | IN("client_secret_basic",
		"client_secret_post", "none")))' <<<"$output"
}

@test "apps: what was tried has a test that starts the app" {
	local name
	while read -r name; do
		grep -q "^@test \"$name: " "$root"/tests/full/apps.bats \
		    "$root/tests/clients.bats" || fail "no test of $name"
	done < <(latchkey client apps --json |
	    jq -r '.[] | select(.tried != null) | .name')
}

@test "apps: every recipe registers what it says" {
	latchkey client apps --json >"$BATS_TEST_TMPDIR/apps"
	latchkey client list --json >"$BATS_TEST_TMPDIR/clients"
	jq -e --slurpfile clients "$BATS_TEST_TMPDIR/clients" '
	    [.[] | {id: "my-\(.name)", alg: .id_token_signed_response_alg,
		pkce, scope, public: (.token_endpoint_auth_method == "none")}] -
	    [$clients[][] | {id: .client_id, alg: .id_token_signed_response_alg,
		pkce, scope, public}] == []' "$BATS_TEST_TMPDIR/apps"
	client my-gitea '.redirect_uris ==
	    ["https://gitea.example.org/at/user/oauth2/latchkey/callback"]'
	client my-mealie '.post_logout_redirect_uris ==
	    ["https://mealie.example.org/at/login?direct=1"]'
	client my-jellyfin '.client_name == "Jellyfin"'
}

@test "apps: the text of every recipe is complete, with nothing left to fill in" {
	local name out
	for name in $(apps); do
		out=$(<"$printed/$name")
		[[ ! $out =~ \{[a-z_]+\} ]] || fail "$name: ${BASH_REMATCH[0]}"
		[[ $out = *"my-$name"* ]] || fail "$name: no client_id"
		[[ $out = *"${ISSUER#*:}"* || $name = dovecot ]] ||
		    fail "$name: no issuer"
		[[ $out != *org/at//* ]] || fail "$name: two slashes"
		[[ $out = *'ried against the app itself'* ]] ||
		    fail "$name: says nothing of trying"
		[[ $name = home-assistant || $name = mcp ||
		    $out =~ [A-Za-z0-9_-]{43} ]] ||
		    fail "$name: no secret"
	done
}

@test "apps: every recipe's redirect URIs lead to the sign-in page" {
	local id uri
	while read -r id uri; do
		request - GET "$(authorize_url "$id" redirect_uri="$uri")"
		assert_status 200 && page_asks_password || fail "$id: $uri"
	done < <(latchkey client list --json |
	    jq -r '.[] | .client_id as $id | .redirect_uris[] | "\($id) \(.)"')
}

@test "apps: the client_id is the recipe's, or the one given, and taken once" {
	add_app grafana
	add_app grafana other
	client grafana .client_name
	client other .client_name
	run -1 --separate-stderr latchkey client add --app grafana \
	    --url https://grafana.example.org
	[[ $stderr = *'grafana exists already'* ]]
}

@test "apps: every claim a recipe wants is one that its scopes give" {
	local name
	latchkey client apps --json | jq -e '
	    {openid: ["sub"], offline_access: [], groups: ["groups"],
		profile: ["name", "given_name", "family_name",
		    "preferred_username", "locale", "zoneinfo", "updated_at"],
		email: ["email", "email_verified"], address: ["address"],
		phone: ["phone_number", "phone_number_verified"]} as $gives |
	    [.[] | .name as $n | (.claims -
		[.scope | split(" ")[] | $gives[.][]]) | select(. != []) |
		[$n, .]] == []'
	request - GET "$ISSUER/.well-known/openid-configuration"
	http_body | jq -e --argjson apps "$(latchkey client apps --json)" \
	    '[$apps[].claims[]] - .claims_supported == []'
}

@test "apps: a recipe for RS256 makes RS256 keys when the first is registered" {
	latchkey key list --json | jq -e 'all(.[]; .alg == "EdDSA")'
	add_app headscale
	latchkey key list --json | jq -e 'all(.[]; .alg == "EdDSA")'
	add_app mealie
	latchkey key list --json |
	    jq -e '[.[] | select(.alg == "RS256") | .state] | sort ==
		["active", "next"]'
}

@test "apps: what is printed signs a person in, with the claims the app wants" {
	local secret tokens claims
	add_user alice --name 'Alice Adams' --email alice@example.org --group family
	add_app nextcloud --json
	secret=$(jq -r .client_secret "$BATS_TEST_TMPDIR/nextcloud")
	SECRET=$secret AUTH=post CALLBACK=$(client nextcloud '.redirect_uris[0]')
	tokens=$(get_tokens alice nextcloud \
	    scope="$(client nextcloud .scope)")
	jwt_header "$(field id_token <<<"$tokens")" | jq -e '.alg == "RS256"'
	claims=$(jwt_claims "$(field id_token <<<"$tokens")")
	recipe nextcloud '.claims[]' | while read -r name; do
		jq -e --arg c "$name" 'has($c)' <<<"$claims" || fail "$name"
	done
}

@test "apps: an app without PKCE gets in without, another does not" {
	add_app gitea
	add_app forgejo
	request - GET "$(authorize_url gitea code_challenge= \
	    code_challenge_method= redirect_uri="$(client gitea \
	    '.redirect_uris[0]')")"
	assert_status 200
	request - GET "$(authorize_url forgejo code_challenge= \
	    code_challenge_method= redirect_uri="$(client forgejo \
	    '.redirect_uris[0]')")"
	assert_status 303
	assert_error invalid_request
}

@test "apps: an app that takes logouts is registered with its address for them" {
	local name
	for name in nextcloud immich synapse mod-auth-openidc; do
		latchkey client add --app "$name" --url https://app.example.org \
		    "$name" >/dev/null
		client "$name" '.backchannel_logout_uri |
		    startswith("https://app.example.org/")'
	done
	latchkey client add --app immich --url https://old.example.org old \
	    --backchannel-logout-uri '' >/dev/null
	client old '.backchannel_logout_uri == ""'
}

@test "apps: options override the recipe" {
	add_app grafana dash --name 'Dashboards' --alg EdDSA --no-pkce \
	    --redirect-uri https://d.example.org/cb --scope openid --trusted \
	    --group staff
	client dash '.client_name == "Dashboards" and .pkce == false and
	    .redirect_uris == ["https://d.example.org/cb"] and .trusted and
	    .id_token_signed_response_alg == "EdDSA" and
	    .scope == "openid" and .groups == ["staff"]'
	add_app gitea --pkce
	client gitea .pkce
}

@test "apps: with --json the client comes with its settings, its secret in them" {
	add_app grafana --json
	jq -e '.app == "grafana" and .tried == null and
	    .client_id == "grafana" and .issuer == $issuer and
	    (.client_secret | length == 43) and
	    (.client_secret as $s | .settings | contains($s)) and
	    (.settings | contains("root_url = https://grafana.example.org/at/\n"))' \
	    --arg issuer "$ISSUER" "$BATS_TEST_TMPDIR/grafana"
}

@test "apps: a secret that was given is not printed; a public client has none" {
	printf '%s\n' "$SECRET" | add_app grafana --secret-stdin
	run ! grep -F "$SECRET" "$BATS_TEST_TMPDIR/grafana"
	grep -F 'client_secret = (the one you gave)' "$BATS_TEST_TMPDIR/grafana"
	run ! grep -F 'shown this once' "$BATS_TEST_TMPDIR/grafana"
	add_app gitea --public --pkce
	grep -F '(none: this client has no secret)' "$BATS_TEST_TMPDIR/gitea"
	add_app home-assistant
	client home-assistant .public
}

@test "apps: an app that is not known, or without --url, is one clear line" {
	run -1 --separate-stderr latchkey client add --app nope --url https://a.org
	assert_equal "$stderr" "latchkey: no such recipe: nope (see \`latchkey client apps\`)"
	for name in ../../etc/passwd Grafana 'a b' ''; do
		run -1 --separate-stderr latchkey client add --app "$name" \
		    --url https://a.org
		[[ ${#stderr_lines[@]} -eq 1 && $stderr = *'no such recipe'* ]]
	done
	run -2 --separate-stderr latchkey client add --app grafana
	[[ ${#stderr_lines[@]} -eq 1 && $stderr = *'needs --url'* ]]
	run -2 --separate-stderr latchkey client add x --url https://a.org
	[[ ${#stderr_lines[@]} -eq 1 && $stderr = *'goes with --app'* ]]
	run -2 --separate-stderr latchkey client add
	[[ ${#stderr_lines[@]} -eq 1 && $stderr = *'--app NAME'* ]]
	run -0 latchkey client list --json
	assert_equal "$(jq length <<<"$output")" 0
}

@test "apps: an address that cannot be one is refused, and nothing is registered" {
	local url
	for url in '' grafana.example.org ftp://a.org 'https://a.org/?x' \
	    'https://a.org/#x' http://a.example.org 'https://a b.org' \
	    https://me@a.org https:// "https://a.org/$(printf 'x%.0s' {1..1020})"; do
		run -1 --separate-stderr latchkey client add --app grafana \
		    --url "$url"
		[[ ${#stderr_lines[@]} -eq 1 && $stderr = *--url* ]] ||
		    fail "$url: $stderr"
	done
	run -0 latchkey client list --json
	assert_equal "$(jq length <<<"$output")" 0
}

@test "apps: MCP clients are a public client whose tokens are for that server alone" {
	add_user alice
	run -0 latchkey client add --app mcp --url https://notes.example.org/mcp
	[[ $output = *"aud is https://notes.example.org/mcp"* ]]
	client mcp '.public and .audience == ["https://notes.example.org/mcp"]'
	REDIRECT_URI=http://localhost:43210/callback
	AUTH=none get_tokens alice mcp redirect_uri="$REDIRECT_URI" |
	    field access_token >"$BATS_TEST_TMPDIR/token"
	jwt_claims "$(<"$BATS_TEST_TMPDIR/token")" |
	    jq -e '.aud == "https://notes.example.org/mcp"'
	run -1 latchkey client add --app mcp --url notes.example.org
	run -2 latchkey client add --app mcp
}

@test "apps: an app that has no pages of its own needs no --url" {
	run -0 latchkey client add --app dovecot
	[[ $output = *"@${ISSUER#*://}/introspect"* ]]
	client dovecot '.grant_types == ["client_credentials"] and
	    .introspect_any and
	    .redirect_uris == []'
}

@test "apps: Dovecot learns the user name and the address from another app's token" {
	add_user alice --email alice@example.org
	add_client webmail --trusted
	printf '%s\n' "$SECRET" |
	    latchkey client add --app dovecot --secret-stdin >/dev/null
	access=$(get_tokens alice webmail scope='openid profile email' |
	    field access_token)
	CLIENT=dovecot introspect "$access"
	assert_field active true
	assert_field username alice
	assert_field email alice@example.org
}

@test "apps: a recipe in the data directory replaces one, or adds one" {
	own_recipe grafana
	own_recipe my-app-2
	add_app grafana
	client mine '.redirect_uris == ["https://grafana.example.org/at/cb"] and
	    .client_name == "Mine" and
	    .scope == "openid profile email groups offline_access"'
	grep -F "issuer $ISSUER at https://grafana.example.org/at" \
	    "$BATS_TEST_TMPDIR/grafana"
	grep -F 'Tried against the app itself, 1.2.' "$BATS_TEST_TMPDIR/grafana"
	recipe my-app-2 '.own and .tried == "1.2"'
	recipe grafana '.own and .title == "Mine"'
	recipe gitea '.own == false'
	assert_equal "$(latchkey client apps --json | jq length)" \
	    "$(($(apps | wc -l) + 1))"
}

@test "apps: what is wrong with a recipe is told with its file and line" {
	local line
	refused() {
		run -1 --separate-stderr latchkey client add --app bad \
		    --url https://a.example.org
		[[ ${#stderr_lines[@]} -eq 1 && $stderr = *"$1"* ]] || fail "$stderr"
	}
	for line in 'colour = red' 'scope' 'name =' 'scope = a"b' 'grant = password' \
	    'redirect_uri = {url}/a b' 'redirect_uri = {host}/cb' '[other]'; do
		own_recipe bad '; a comment' "$line"
		refused 'apps/bad.conf:'
	done
	own_recipe bad '' '' 'colour = red'
	refused 'apps/bad.conf:3: unknown key colour'
	own_recipe bad 'title = Twice'
	refused 'title is given twice'
	own_recipe bad
	sed -i 's/^tried =.*/tried = yes/' "$DATA/apps/bad.conf"
	refused "give the app's version, or no"
	for line in title client_id auth alg pkce source tried; do
		own_recipe bad
		sed -i "/^$line =/d" "$DATA/apps/bad.conf"
		refused "$line is missing"
	done
	own_recipe bad
	sed -i 's/^issuer/{nobody}/' "$DATA/apps/bad.conf"
	refused '{nobody} under [settings] has no meaning'
	sed -i '/^\[settings/,$d' "$DATA/apps/bad.conf"
	refused 'no line [settings]'
	own_recipe bad
	chmod g+w "$DATA/apps/bad.conf"
	refused 'writable by others'
	own_recipe bad
	printf '\xff' >>"$DATA/apps/bad.conf"
	refused 'UTF-8'
	run -1 --separate-stderr latchkey client apps
	[[ ${#stderr_lines[@]} -eq 1 && $stderr = *UTF-8* ]]
}

@test "apps: redirect URIs a recipe cannot have are refused like any other" {
	own_recipe bad 'redirect_uri = javascript:alert(1)'
	run -1 latchkey client add --app bad --url https://a.example.org
	own_recipe bad 'redirect_uri = http://far.example.org/cb'
	run -1 latchkey client add --app bad --url https://a.example.org
	run -0 latchkey client list --json
	assert_equal "$(jq length <<<"$output")" 0
}
