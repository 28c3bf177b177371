#!/usr/bin/env bats
# What the administrator's command promises.

load helper

setup() {
	if [[ $BATS_TEST_DESCRIPTION != init* ]]; then
		new_store
	else
		DATA=$BATS_TEST_TMPDIR/data
	fi
}

teardown() {
	[[ -z ${SERVER_PID:-} ]] || stop_server
}

# json FILTER: of $output, which must be JSON.
json() {
	jq -er "$1" <<<"$output"
}

assert_output() {
	[[ $output =~ $1 ]] || fail "says nothing like: $1" "$output"
}

refute_output() {
	[[ ! $output =~ $1 ]] || fail "says: $1" "$output"
}

mode() {
	stat -c %a "$1"
}

command_path() {
	echo "$(programs)/bin/latchkey"
}

# --- the command line --------------------------------------------------------

@test "the data directory is -d, else LATCHKEY_DATA" {
	LATCHKEY_DATA=$DATA run -0 "$(command_path)" user list
	LATCHKEY_DATA=$BATS_TEST_TMPDIR/none run -1 "$(command_path)" user list
	assert_output "none is not a data directory.*init ISSUER"
}

@test "options are taken as --option value and --option=value, before or after the name" {
	run -0 latchkey user add --no-password --name='A = B' bob --email bob@example.org
	run -0 latchkey user show bob --json
	assert_equal "$(json .name)" 'A = B'
	assert_equal "$(json .email)" bob@example.org
}

@test "a full standard output is a failure" {
	[[ -e /dev/full ]] || skip 'no /dev/full'
	full() { latchkey user list >/dev/full; }
	run -1 full
	assert_output 'standard output: No space left'
}

# --- init --------------------------------------------------------------------

@test "init makes everything, readable by the owner alone" {
	run -0 latchkey init https://id.example.org/idp
	[[ ${#lines[@]} -eq 4 ]]
	assert_equal "${lines[3]}" "  latchkey -d $DATA check"
	assert_equal "$(mode "$DATA")" 700
	assert_equal "$(mode "$DATA/keys")" 700
	assert_equal "$(mode "$DATA/slots")" 700
	assert_equal "$(mode "$DATA/store")" 700
	assert_equal "$(mode "$DATA/secret.key")" 600
	assert_equal "$(mode "$DATA/latchkey.conf")" 600
	[[ -z $(find "$DATA" -type f -perm /077) ]]
	grep -qx 'issuer = https://id.example.org/idp' "$DATA/latchkey.conf"
	run -0 latchkey key list --json
	assert_equal "$(json '[.[] | .alg + " " + .state] | sort | join(",")')" \
	    'EdDSA active,EdDSA next,RS256 active,RS256 next'
	run -0 latchkey check --offline
}

@test "init writes every setting with its default, and the file is good as it is" {
	local key
	latchkey init https://id.example.org
	for key in $(sed -n 's/^\.It Ic //p' "$root/doc/latchkey.conf.5"); do
		grep -Eq "^#?$key =" "$DATA/latchkey.conf" ||
		    fail "$key is not in it"
	done
	assert_equal "$(grep -Ec '^#?[a-z0-9_]+ =' "$DATA/latchkey.conf")" \
	    "$(grep -c '^\.It Ic ' "$root/doc/latchkey.conf.5")"
	sed -i 's/^#\([a-z0-9_]* =\)/\1/' "$DATA/latchkey.conf"
	run -0 latchkey user list
}

@test "init refuses an issuer that cannot be one, and says why" {
	local issuer
	for issuer in http://id.example.org id.example.org \
	    'https://id.example.org?a=b' https://id.example.org#x \
	    https://a@id.example.org ftp://id.example.org ''; do
		run -1 latchkey init "$issuer"
		[[ ${#lines[@]} -eq 1 ]]
		[[ ! -e $DATA ]]
	done
	run -1 latchkey init https://id.example.org/
	assert_output 'slash'
	run -0 latchkey init http://127.0.0.1:8080
}

@test "init refuses a directory that is initialised and leaves it alone" {
	latchkey init https://id.example.org
	before=$(find "$DATA" -type f -exec md5sum {} + | sort)
	run -1 latchkey init https://other.example.org
	assert_output 'initialised'
	assert_equal "$(find "$DATA" -type f -exec md5sum {} + | sort)" "$before"
}

@test "init refuses a directory that others can write, or that has our names in it" {
	mkdir -m 777 "$DATA"
	run -1 latchkey init https://id.example.org
	assert_output 'chmod go-w'
	chmod 700 "$DATA"
	mkdir "$DATA/store"
	touch "$DATA/store/mine"
	run -1 latchkey init https://id.example.org
	assert_output 'store/data.mdb is missing.*name another directory'
	[[ $output != *remove* ]]
	assert_equal "$(find "$DATA" -mindepth 1 | sort)" \
	    "$DATA/store
$DATA/store/mine"
}

@test "init and every command: where a part is missing they name it and how to get it back, and never what to remove" {
	local part
	latchkey init https://id.example.org/idp
	for part in latchkey.conf secret.key keys slots store store/data.mdb; do
		mv "$DATA/$part" "$BATS_TEST_TMPDIR/kept"
		run -1 latchkey init https://id.example.org/idp
		[[ ${#lines[@]} -eq 1 && $output != *remove* ]] || fail "$output"
		assert_output "$part.* is missing.*(restore|make it again)"
		run -1 latchkey check --offline
		[[ $output = *"$part"*[Nn]o\ such* || $output = *missing* ]] ||
		    fail "$output"
		[[ $output != *init* && $output != *remove* ]] || fail "$output"
		mv "$BATS_TEST_TMPDIR/kept" "$DATA/$part"
	done
	rm "$DATA/store/data.mdb"
	run -1 latchkey user list
	assert_output 'store/data.mdb is missing.*a new store would be empty'
}

@test "init: a lost latchkey.conf is written again with the issuer that the store knows" {
	latchkey init https://id.example.org/idp
	latchkey user add alice --no-password
	sed -i 's,^issuer = .*,issuer = https://id.example.net,' \
	    "$DATA/latchkey.conf"
	latchkey user list	# the store learns of it
	rm "$DATA/latchkey.conf"
	run -1 latchkey user list
	assert_output 'only line is `issuer = https://id.example.net`'
	echo 'issuer = https://id.example.net' >"$DATA/latchkey.conf"
	run -0 latchkey user list
	assert_output alice
	run -0 latchkey check --offline
}

@test "init takes an empty directory that is there" {
	mkdir -m 750 "$DATA"
	run -0 latchkey init https://id.example.org
}

@test "init leaves nothing when it fails midway" {
	# Enough for the secret key, too little for the store.
	limited() { (ulimit -f 8; latchkey init https://id.example.org); }
	run limited
	((status != 0))
	[[ ! -e $DATA ]] || fail "$(ls -R "$DATA")"
	mkdir -m 700 "$DATA"
	run limited
	((status != 0))
	[[ -d $DATA ]]
	[[ -z $(ls -A "$DATA") ]]
}

@test "store: what is no store that is known here is refused, and nothing is made or moved" {
	local bad settings
	settings=$(cat "$DATA/latchkey.conf")
	while read -r bad; do
		run -2 latchkey move-store "$bad"
		assert_output 'give lmdb, or postgresql:'
		DATA=$BATS_TEST_TMPDIR/new run -2 latchkey init "$ISSUER" \
		    --store "$bad"
		assert_output 'give lmdb, or postgresql:'
	done <<-'END'
		mysql:host=x
		postgresql:
		postgresql:latchkey
		postgresql:host='x
		postgresql:host=x password=y
		postgresql://u:p@h/d
	END
	if ! on_pgsql; then
		run -1 latchkey move-store lmdb
		assert_output 'the records are there already'
	fi
	bad="postgresql:host=$BATS_TEST_TMPDIR dbname=none"
	run -1 latchkey move-store "$bad"
	DATA=$BATS_TEST_TMPDIR/new run -1 latchkey init "$ISSUER" --store "$bad"
	[[ ! -e $BATS_TEST_TMPDIR/new ]]
	assert_equal "$(cat "$DATA/latchkey.conf")" "$settings"
	latchkey user list
	set_conf store 'postgresql:host=/x password=y'
	run -1 latchkey user list
	assert_output 'has a password in it'
}

@test "init: new clients get RS256, or what --alg says; a site stays Ed25519" {
	latchkey init https://id.example.org
	grep -qx 'default_alg = RS256' "$DATA/latchkey.conf"
	latchkey client add app --redirect-uri https://app.example.org/cb
	latchkey site add https://photos.example.org --rule '/ signed-in'
	latchkey client add --app miniflux --url https://news.example.org
	run -0 latchkey client list --json
	assert_equal "$(json '[.[] | .client_id + " " +
	    .id_token_signed_response_alg] | join(", ")')" \
	    'app RS256, miniflux EdDSA'
	run -0 latchkey key list --json
	assert_equal "$(json length)" 4

	latchkey -d "$DATA.3" init https://id.example.org --alg EdDSA
	grep -qx 'default_alg = EdDSA' "$DATA.3/latchkey.conf"
	latchkey -d "$DATA.3" client add app --redirect-uri https://a.example.org/cb
	run -0 latchkey -d "$DATA.3" client show app --json
	assert_equal "$(json .id_token_signed_response_alg)" EdDSA
	run -0 latchkey -d "$DATA.3" key list --json
	assert_equal "$(json length)" 2
	run -2 latchkey -d "$DATA.2" init https://id.example.org --alg none
	[[ ! -e $DATA.2 ]]
}

@test "init --json says where and for whom" {
	run -0 latchkey init https://id.example.org --json
	assert_equal "$(json .issuer)" https://id.example.org
	assert_equal "$(json .directory)" "$DATA"
}

# --- settings and owner ------------------------------------------------------

@test "a settings file that others can write is refused" {
	chmod 666 "$DATA/latchkey.conf"
	run -1 latchkey user list
	assert_output 'latchkey.conf'
	[[ ${#lines[@]} -eq 1 ]]
}

@test "a bad setting is told with file and line" {
	echo 'colour = blue' >>"$DATA/latchkey.conf"
	run -1 latchkey user list
	assert_output "latchkey.conf:$(wc -l <"$DATA/latchkey.conf"): "
}

@test "root becomes the owner of the directory, so that nothing is left as root's" {
	((EUID == 0)) || skip 'only root can'
	DATA=$(mktemp -d)/data
	chmod 711 "${DATA%/data}"
	latchkey init https://id.example.org >/dev/null
	chown -R nobody "$DATA"
	latchkey key rotate --now >/dev/null 2>&1
	latchkey user add bob --no-password >/dev/null
	foreign=$(find "$DATA" ! -user nobody)
	rm -r "${DATA%/data}"
	[[ -z $foreign ]] || fail "$foreign"
}

@test "who does not own the directory is refused" {
	((EUID == 0)) || skip 'only root can'
	DATA=$(mktemp -d)/data
	mkdir "${DATA%/data}"/{bin,lib}
	cp "$(command_path)" "${DATA%/data}/bin"
	cp -R "$LATCHKEY_BUILD/lib/latchkey" "${DATA%/data}/lib"
	chmod -R a+rX "${DATA%/data}"
	latchkey init https://id.example.org >/dev/null
	run -1 setpriv --reuid=nobody --clear-groups \
	    "${DATA%/data}/bin/latchkey" -d "$DATA" user list
	rm -r "${DATA%/data}"
	assert_output 'belongs to root'
}

@test "client: --resource and --introspect-any are kept, shown and taken back; a public client has neither" {
	add_client api --resource https://a.example --resource https://b.example \
	    --introspect-any
	run -0 latchkey client show api --json
	assert_equal "$(json '.resources | join(" ")')" \
	    'https://a.example https://b.example'
	assert_equal "$(json .introspect_any)" true
	latchkey client set api --resource '' --no-introspect-any >/dev/null
	run -0 latchkey client show api --json
	assert_equal "$(json '.resources | length')" 0
	assert_equal "$(json '.introspect_any | not')" true
	run -1 latchkey client add spa --public --introspect-any \
	    --redirect-uri https://spa.example/cb
	assert_output 'cannot ask about tokens'
	run -1 latchkey client add spa --public --resource https://a.example \
	    --redirect-uri https://spa.example/cb
	run -1 latchkey client set api --resource 'https://a.example b'
	assert_output 'without spaces'
}

@test "client: --auth private_key_jwt keeps the public keys of --jwks, and no secret" {
	keys=$BATS_TEST_TMPDIR/app.jwks
	run -0 add_key_client app EdDSA
	refute_output "client_secret  "
	run -0 latchkey client show app --json
	assert_equal "$(json .token_endpoint_auth_method)" private_key_jwt
	assert_equal "$(json '.jwks.keys[0].x')" "$(jq -r '.keys[0].x' "$keys")"
	run -0 latchkey client show app
	assert_output "keys +$(jq -r '.keys[0].kid' "$keys")"
	run -1 latchkey client secret app
	assert_output 'no secret'
	run -1 latchkey client set app --secret-stdin <<<"$SECRET"
	run -1 latchkey client set app --alg HS256
	assert_output 'cannot have HS256'
	run -0 latchkey client set app --auth client_secret_basic
	assert_output 'client_secret'
	run -0 latchkey client show app --json
	assert_equal "$(json .token_endpoint_auth_method)" client_secret_basic
	assert_equal "$(json '.jwks // "none"')" none
	# Keys to sign requests with (RFC 9101).
	run -0 latchkey client set app --jwks "$keys"
	run -0 latchkey client show app --json
	assert_equal "$(json .token_endpoint_auth_method)" client_secret_basic
	assert_equal "$(json '.jwks.keys[0].x')" "$(jq -r '.keys[0].x' "$keys")"
	run -0 latchkey client set app --jwks "$keys" --auth private_key_jwt
}

@test "client: a key without a kid is shown by its thumbprint (RFC 8037 A.3)" {
	add_key_client app EdDSA >/dev/null
	jq -n '{keys: [{kty: "OKP", crv: "Ed25519",
	    x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}' \
	    >"$BATS_TEST_TMPDIR/other.jwks"
	latchkey client set app --jwks "$BATS_TEST_TMPDIR/other.jwks" >/dev/null
	run -0 latchkey client show app
	assert_output 'keys +kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k'
}

@test "client: what is no set of public keys, or has a private one, is refused" {
	keys=$BATS_TEST_TMPDIR/app.jwks
	run -1 latchkey client add app --auth private_key_jwt \
	    --redirect-uri https://a.example/cb
	assert_output 'public keys'
	add_key_client good EdDSA >/dev/null
	jq -c '.keys[0].d = "AAAA"' "$BATS_TEST_TMPDIR/good.jwks" >"$keys"
	run -1 latchkey client set good --jwks "$keys"
	assert_output 'has a private key'
	for text in '' '{}' '{"keys":[]}' '{"keys":[{"kty":"oct","kid":"a"}]}' \
	    '[]' "$(head -c 20000 /dev/zero | tr '\0' x)"; do
		echo "$text" >"$keys"
		run -1 latchkey client set good --jwks "$keys"
	done
	jq -c '.keys[0]' "$BATS_TEST_TMPDIR/good.jwks" >"$keys"
	run -1 latchkey client set good --jwks "$keys"
	assert_output '\{"keys": \[...\]\}'
	# A key that is weak, or none (RFC 8725 3.5).
	rsa() { echo "{\"kty\":\"RSA\",\"n\":\"$1\",\"e\":\"$2\"}"; }
	modulus() {
		{ printf '\\377' && head -c $(($1 - 2)) /dev/zero | tr '\0' U &&
		    printf '\\377'; } | base64 -w0 | tr -d = | tr +/ -_
	}
	off='{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4"}'
	for key in "$(rsa "$(modulus 64)" AQAB)" "$(rsa "$(modulus 128)" AQAB)" \
	    "$(rsa "$(modulus 256)" AQ)" "$(rsa "$(modulus 256)" Aw)" "$off" \
	    "$(rsa "$(modulus 1024)" AQAB)"; do
		echo "{\"keys\":[$key]}" >"$keys"
		run -1 latchkey client set good --jwks "$keys"
	done
	echo "{\"keys\":[$(rsa "$(modulus 256)" AQAB)]}" >"$keys"
	run -0 latchkey client set good --jwks "$keys"
	run -1 latchkey client set good --jwks "$keys.none"
	assert_output 'cannot be read'
	run -1 latchkey client add spa --public --auth private_key_jwt \
	    --redirect-uri https://spa.example/cb
	assert_output 'cannot authenticate'
	for method in none tls_client_auth; do
		run -1 latchkey client set good --auth "$method"
	done
}

@test "client: --refresh-retry is kept, shown and taken back; another word is refused" {
	retry() {
		latchkey client show app --json | jq -r .refresh_retry
	}
	add_client app
	assert_equal "$(retry)" default
	for word in theft instead; do
		latchkey client set app --refresh-retry $word >/dev/null
		assert_equal "$(retry)" $word
		run -0 latchkey client show app
		[[ $output =~ retried\ refresh\ token:?\ +$word ]] ||
		    fail "$output"
		assert_equal "$(latchkey client list --json |
		    jq -r '.[].refresh_retry')" $word
	done
	latchkey client set app --refresh-retry default >/dev/null
	assert_equal "$(retry)" default
	run -1 latchkey client set app --refresh-retry never
	assert_output 'give instead, theft or default'
	add_client strict --refresh-retry theft
	assert_equal "$(latchkey client show strict --json |
	    jq -r .refresh_retry)" theft
}

# --- user --------------------------------------------------------------------

@test "user add keeps what it was told" {
	printf 'a good password\n' | latchkey user add alice --name 'Alice Ä' \
	    --email alice@example.org --group family \
	    --group admin --password-stdin
	run -0 latchkey user show alice --json
	assert_equal "$(json .preferred_username)" alice
	assert_equal "$(json .name)" 'Alice Ä'
	assert_equal "$(json .email)" alice@example.org
	assert_equal "$(json .email_verified)" true
	assert_equal "$(json '.groups | join(",")')" family,admin
	assert_equal "$(json .has_password)" true
	assert_equal "$(json '.locked | not')" true
	[[ $(json .sub) =~ ^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$ ]]
	[[ $(json .created_at) =~ ^[0-9]+$ ]]
	run -0 latchkey user show alice
	assert_output 'groups +family admin'
}

@test "user add --json is what user show --json says" {
	added=$(latchkey user add alice --no-password --json)
	run -0 latchkey user show alice --json
	assert_equal "$output" "$added"
}

@test "a name is taken once, in any case" {
	add_user alice
	run -1 latchkey user add Alice --no-password
	assert_output 'exists already'
	run -0 latchkey user show ALICE
}

@test "user: two people cannot have the same verified address, in any case" {
	latchkey user add alice --no-password --email alice@example.org
	run -1 latchkey user add bob --email Alice@Example.org </dev/null
	assert_equal "$output" "latchkey: --email 'Alice@Example.org': is the verified address of alice; --email-unverified gives it to another person as well"
	run -1 latchkey user show bob
	latchkey user add bob --no-password --email Alice@Example.org \
	    --email-unverified
	run -0 latchkey user show bob --json
	assert_equal "$(json .email)" Alice@Example.org
	assert_equal "$(json '.email_verified | not')" true
	run -1 latchkey user set bob --email-verified
	assert_output 'is the verified address of alice'
	run -1 latchkey user set bob --name Bob --email ALICE@example.org
	run -0 latchkey user show bob --json
	assert_equal "$(json .name)" ''
	assert_equal "$(json '.email_verified | not')" true
	latchkey user set alice --email a@example.org --group family
	latchkey user set bob --email-verified
	run -1 latchkey user set alice --email alice@example.org
	assert_output 'is the verified address of bob'
	latchkey user del bob
	latchkey user set alice --email alice@example.org
	run -2 latchkey user set alice --email-verified --email-unverified
	run -2 latchkey user add carol --no-password --email-verified \
	    --email-unverified
}

@test "user: a phone number and a postal address are kept, vouched for, and come back from an export" {
	local fields='{phone_number, phone_number_verified, street_address,
	    postal_code, locality, region, country}' before
	latchkey user add alice --no-password --phone '+49 30 123456;ext=12' \
	    --street-address 'Am Markt 1' --postal-code 10115 \
	    --locality Berlin --region Berlin --country Deutschland
	before=$(latchkey user show alice --json | jq -c "$fields")
	assert_equal "$before" '{"phone_number":"+49 30 123456;ext=12","phone_number_verified":true,"street_address":"Am Markt 1","postal_code":"10115","locality":"Berlin","region":"Berlin","country":"Deutschland"}'
	latchkey export >"$BATS_TEST_TMPDIR/all"
	assert_equal "$(jq -c ".people[] | $fields" "$BATS_TEST_TMPDIR/all")" \
	    "$before"
	latchkey user set alice --phone-unverified
	latchkey user show alice --json | jq -e '.phone_number_verified | not'
	run -1 latchkey user set alice --phone 030123456
	assert_output 'begins with [+] and the country'
	run -2 latchkey user set alice --phone-verified --phone-unverified
	latchkey user set alice --phone '' --phone-verified
	latchkey user show alice --json |
	    jq -e '.phone_number == "" and (.phone_number_verified | not)'
}

@test "user: a name that is another person's address gets a warning, and so does an address that is a name" {
	latchkey user add alice --no-password --email alice@example.org
	run -0 latchkey user add Alice@example.org --no-password
	assert_output 'warning: alice@example.org is the e-mail address of alice, who'
	assert_output 'User alice@example.org added.'
	run -0 latchkey user set alice --name Alice
	assert_output 'warning: alice@example.org is a user name: alice cannot'
	latchkey user del alice@example.org
	run -0 latchkey user set alice --name 'Alice A.'
	[[ $output != *warning* ]]
	run -0 latchkey user add bob@example.org --no-password \
	    --email bob@example.org
	[[ $output != *warning* ]]
	run -0 latchkey user set alice --email bob@example.org --email-unverified
	assert_output 'warning: bob@example.org is a user name: alice cannot'
}

@test "groups: names with spaces, &, / and letters of any script are kept, shown, added and removed" {
	local name
	latchkey user add alice --no-password --group 'Family & Friends' \
	    --group Büro/IT --group 'Семья' --group plain
	run -0 latchkey user show alice --json
	assert_equal "$(json '.groups | join("|")')" \
	    'Family & Friends|Büro/IT|Семья|plain'
	run -0 latchkey user show alice
	assert_output 'groups +"Family & Friends" Büro/IT Семья plain'
	latchkey user set alice --remove-group 'Family & Friends' \
	    --add-group 'Domain Users'
	run -0 latchkey user show alice --json
	assert_equal "$(json '.groups | join("|")')" 'Büro/IT|Семья|plain|Domain Users'
	for name in a,b 'a"b' $'a\nb' ' a' 'a '; do
		run -1 latchkey user set alice --add-group "$name"
	done
	run -0 latchkey user show alice --json
	assert_equal "$(json '.groups | length')" 4
}

@test "groups: a name is one group however its letters are composed, and with any kind of space" {
	local composed decomposed
	composed=$(printf 'B\u00fcro \u00c5')
	decomposed=$(printf 'Bu\u0308ro\u00a0A\u030a')
	latchkey user add alice --no-password --group "$decomposed" \
	    --group "$composed"
	latchkey user add bob --no-password --group "$composed"
	for name in alice bob; do
		run -0 latchkey user show $name --json
		assert_equal "$(json '.groups | join("|")')" "$composed"
	done
	run -0 latchkey client add app --redirect-uri https://a.example/cb \
	    --group "$decomposed"
	refute_output 'no person is in the group'
	run -0 latchkey client show app --json
	assert_equal "$(json '.groups | join("|")')" "$composed"
	run -0 latchkey site add http://127.0.0.2:8080 --group "$decomposed" \
	    --rule "GET /u$(printf '\u0308') group:\"$decomposed\"" \
	    --rule "/a group:$(printf 'e\u0301')"
	refute_output "the group 'B"
	run -0 latchkey site show http://127.0.0.2:8080 --json
	assert_equal "$(json '.groups | join("|")')" "$composed"
	assert_equal "$(json '.rules[0]')" \
	    "GET /u$(printf '\u0308') group:\"$composed\""
	assert_equal "$(json '.rules[1]')" "/a group:$(printf '\u00e9')"
	latchkey user set alice --remove-group "$decomposed"
	run -0 latchkey user show alice --json
	assert_equal "$(json '.groups | length')" 0
	run -1 latchkey user set alice --add-group "$(printf '\u00a0a')"
	assert_output 'no space at its ends'
}

@test "groups: a client and a site are for people of such groups" {
	latchkey client add app --redirect-uri https://a.example/cb \
	    --group 'Family & Friends' --group 'Семья' >/dev/null
	run -0 latchkey client show app --json
	assert_equal "$(json '.groups | join("|")')" 'Family & Friends|Семья'
	latchkey site add http://127.0.0.2:8080 --group 'Family & Friends' \
	    --rule '/ group:"Family & Friends" group:Семья' >/dev/null
	run -0 latchkey site show http://127.0.0.2:8080 --json
	assert_equal "$(json '.groups[0]')" 'Family & Friends'
	assert_equal "$(json '.rules[0]')" '/ group:"Family & Friends" group:Семья'
	for rule in '/ group:"Family' '/ group:"a"b' '/ group:"a,b"' \
	    '/ group:""' '/ group:Family & Friends'; do
		run -1 latchkey site set http://127.0.0.2:8080 --rule "$rule"
	done
}

@test "user add refuses names, addresses and groups that cannot be" {
	run -1 latchkey user add 'al ice' --no-password
	run -1 latchkey user add .alice --no-password
	run -1 latchkey user add "$(printf 'a%.0s' {1..65})" --no-password
	run -1 latchkey user add alice --no-password --email nobody
	run -1 latchkey user add alice --no-password --group 'a,b'
	run -1 latchkey user add alice --no-password --name $'a\nb'
	run -1 latchkey user add alice --no-password --name $'a\xff'
	run -2 latchkey user add alice --no-password --password-stdin
	run -0 latchkey user list --json
	assert_equal "$(json length)" 0
}

@test "a password too short, common, made of a name, with a NUL or too long is refused" {
	with() { printf "$1" | latchkey user add alice --password-stdin; }
	run -1 with 'short\n'
	assert_output '8 characters'
	run -1 with 'aaaaaaaaaaaa\n'
	assert_output 'repetition'
	run -1 with 'Sunshine1\n'
	assert_output 'commonest'
	run -1 with 'alice2026\n'
	assert_output 'a name or address'
	run -1 with ''
	run -1 with 'good pass\0word\n'
	run -1 with 'tabbed\tpassword\n'
	run -1 with 'not \xff UTF-8 text\n'
	run -1 with "$(printf 'ab%.0s' {1..600})\n"
	run -1 latchkey user show alice
	set_conf password_min 15
	run -1 with 'violet tractor\n'
	assert_output '15 characters'
	run -0 with 'the very first line\nthe second line\n'
	# By what is known of the person then.
	latchkey user set alice --name 'Alice Wonderland'
	run -1 latchkey user passwd alice --password-stdin <<<'wonderland-2026'
	assert_output 'a name or address'
}

@test "without --password-stdin the password is asked for twice, unseen" {
	run -0 on_terminal 'a good password' 'a good password' -- \
	    "$(command_path)" -d "$DATA" user add alice
	assert_output 'New password for alice:.*again:.*added'
	refute_output 'good password'
	assert_output 'echo on'
	run -0 latchkey user show alice --json
	assert_equal "$(json .has_password)" true
}

@test "two passwords that differ change nothing" {
	run -1 on_terminal 'a good password' 'another password' -- \
	    "$(command_path)" -d "$DATA" user add alice
	assert_output 'differ'
	run -1 latchkey user show alice
}

@test "an interrupted password prompt leaves the terminal as it was" {
	run -130 on_terminal ^C -- "$(command_path)" -d "$DATA" user add alice
	assert_output 'echo on'
	run -1 latchkey user show alice
}

@test "without a terminal the line says what to do" {
	run -1 setsid -w "$(command_path)" -d "$DATA" user add alice
	assert_output '--password-stdin'
}

@test "user set changes what is given and keeps the rest" {
	latchkey user add bob --no-password --name Bob --email b@example.org \
	    --group a --group b
	latchkey user set bob --name Robert
	latchkey user set bob --add-group c --remove-group a
	run -0 latchkey user show bob --json
	assert_equal "$(json .name)" Robert
	assert_equal "$(json '.groups | join(",")')" b,c
	assert_equal "$(json .email_verified)" true
	latchkey user set bob --email new@example.org --email-unverified
	run -0 latchkey user show bob --json
	assert_equal "$(json '.email_verified | not')" true
	latchkey user set bob --group d
	run -0 latchkey user show bob --json
	assert_equal "$(json '.groups | join(",")')" d
	latchkey user set bob --group ''
	run -0 latchkey user show bob --json
	assert_equal "$(json '.groups | length')" 0
	run -2 latchkey user set bob
	run -1 latchkey user set bob --add-group 'x,y'
	run -1 latchkey user set nobody --name X
}

@test "user lock, unlock and del do what they say, and an unknown name is an error" {
	local verb
	add_user alice
	latchkey user lock alice
	run -0 latchkey user show alice --json
	assert_equal "$(json .locked)" true
	latchkey user unlock alice
	run -0 latchkey user show alice --json
	assert_equal "$(json '.locked | not')" true
	latchkey user del alice
	for verb in show lock unlock del set passwd; do
		run latchkey user $verb alice --name x
		((status == 1 || status == 2))
	done
	run -1 latchkey user show alice
	assert_output 'no such user: alice'
	run -1 latchkey user passwd alice --password-stdin </dev/null
	run -1 latchkey user lock alice
	run -1 latchkey user del alice
}

@test "nothing of a password or a secret is ever listed or logged" {
	add_user alice
	latchkey client add app --redirect-uri "$CALLBACK" --json >"$BATS_TEST_TMPDIR/added"
	secret=$(jq -r .client_secret "$BATS_TEST_TMPDIR/added")
	((${#secret} >= 43))
	all() {
		latchkey user list; latchkey user list --json
		latchkey user show alice; latchkey user show alice --json
		latchkey client list; latchkey client list --json
		latchkey client show app; latchkey client show app --json
		latchkey audit; latchkey audit --json; latchkey check --offline
	}
	run -0 all
	[[ $output != *"$secret"* ]]
	[[ $output != *"$PASSWORD"* ]]
	refute_output 'hash":|mac":|sealed'
	run grep -rqF -e "$secret" "$DATA"
	((status == 1))
}

# --- client ------------------------------------------------------------------

@test "client add prints the secret once, and what to type into the app" {
	run -0 latchkey client add photos --redirect-uri https://p.example.org/cb
	assert_output 'client_id +photos'
	assert_output 'client_secret +[A-Za-z0-9_-]{43} '
	assert_output "issuer +$ISSUER"
	assert_output "discovery +$ISSUER/.well-known/openid-configuration"
	assert_output 'authentication +client_secret_basic or client_secret_post'
	assert_output 'algorithm +EdDSA'
	assert_output 'redirect URI +https://p.example.org/cb'
	assert_output 'PKCE +S256'
	assert_output 'scope +openid profile email groups offline_access'
	assert_output "authorization +$ISSUER/authorize"
	assert_output "token +$ISSUER/token"
	assert_output "userinfo +$ISSUER/userinfo"
	assert_output "keys \(JWKS\) +$ISSUER/jwks.json"
	assert_output "end session +$ISSUER/logout"
	((${#lines[@]} < 24))
	secret=$(grep -oE '[A-Za-z0-9_-]{43}' <<<"$output")
	run -0 latchkey client show photos
	refute_output "client_secret  |$secret"
	# An API has no use for most of it.
	run -0 latchkey client add api --grant client_credentials --alg RS256
	assert_output 'algorithm +RS256'
	assert_output "token +$ISSUER/token"
	refute_output 'redirect URI|authorize|PKCE'
}

@test "client add --json names the endpoints as the discovery document does" {
	run -0 latchkey client add photos --redirect-uri https://p.example.org/cb \
	    --json
	request - GET "$(json .discovery)"
	http_body | jq -e --argjson told "$output" '. as $d |
	    ["authorization_endpoint", "token_endpoint", "userinfo_endpoint",
	     "jwks_uri", "end_session_endpoint", "issuer"] |
	    all(.[]; . as $key | $told[$key] == $d[$key])'
}

@test "client add keeps what it was told, under the names of RFC 7591" {
	latchkey client add app --name 'The App' \
	    --redirect-uri https://a.example.org/cb \
	    --redirect-uri app.immich:///oauth-callback \
	    --post-logout-redirect-uri https://a.example.org/ \
	    --backchannel-logout-uri http://a.lan:8080/out \
	    --frontchannel-logout-uri 'https://a.example.org/out?all=1' \
	    --grant authorization_code --scope openid --scope photos \
	    --group family --audience https://api.example.org --trusted --no-pkce
	run -0 latchkey client show app --json
	assert_equal "$(json .client_id)" app
	assert_equal "$(json .client_name)" 'The App'
	assert_equal "$(json '.redirect_uris | join(" ")')" \
	    'https://a.example.org/cb app.immich:///oauth-callback'
	assert_equal "$(json '.post_logout_redirect_uris[0]')" https://a.example.org/
	assert_equal "$(json .backchannel_logout_uri)" http://a.lan:8080/out
	assert_equal "$(json .frontchannel_logout_uri)" 'https://a.example.org/out?all=1'
	assert_equal "$(json '.grant_types | join(" ")')" authorization_code
	assert_equal "$(json .scope)" 'openid photos'
	assert_equal "$(json '.groups[0]')" family
	assert_equal "$(json '.audience | join(" ")')" https://api.example.org
	assert_equal "$(json .trusted)" true
	assert_equal "$(json '.pkce | not')" true
	assert_equal "$(json .id_token_signed_response_alg)" EdDSA
	assert_equal "$(json '.public | not')" true
	assert_equal "$(json .token_endpoint_auth_method)" client_secret_basic
}

@test "a client's defaults: code and refresh, all standard scopes, PKCE, consent" {
	add_client app
	run -0 latchkey client show app --json
	assert_equal "$(json '.grant_types | join(" ")')" \
	    'authorization_code refresh_token'
	assert_equal "$(json .scope)" \
	    'openid profile email groups offline_access'
	assert_equal "$(json .pkce)" true
	assert_equal "$(json '.trusted | not')" true
	assert_equal "$(json .client_name)" app
}

@test "a public client has no secret" {
	run -0 latchkey client add spa --public --redirect-uri "$CALLBACK" --json
	assert_equal "$(json .token_endpoint_auth_method)" none
	assert_equal "$(json '.client_secret // "none"')" none
	run -1 latchkey client secret spa
	assert_output 'no secret'
	run -1 latchkey client add p2 --public --redirect-uri "$CALLBACK" \
	    --secret-stdin <<<"$SECRET"
}

@test "a client that makes no sense is refused whole" {
	local words
	for words in 'x' 'x --public --redirect-uri https://a/b --alg HS256' \
	    'x --public --redirect-uri https://a/b --no-pkce' \
	    'x --public --grant client_credentials' \
	    'x --redirect-uri javascript:alert(1)' \
	    'x --redirect-uri https://a/b#c' \
	    'x --redirect-uri http://a.example.org/cb' \
	    'x --redirect-uri https://a/b --grant password' \
	    'x --redirect-uri https://a/b --alg none' \
	    'x --redirect-uri https://a/b --cookie-refresh' \
	    'x!y --redirect-uri https://a/b'; do
		# shellcheck disable=SC2086
		run -1 --separate-stderr latchkey client add $words
		[[ ${#stderr_lines[@]} -eq 1 ]] || fail "$words: $stderr"
	done
	run -1 latchkey client add x --redirect-uri 'https://a/b c'
	run -1 latchkey client add x --redirect-uri https://a/b --scope 'a b'
	run -0 latchkey client list --json
	assert_equal "$(json length)" 0
}

@test "client add: a client_id in the form of a UUID is refused, in any case" {
	for id in 3f2b8c1a-7d4e-4f60-9a1b-2c3d4e5f6071 \
	    3F2B8C1A-7D4E-1F60-FA1B-2C3D4E5F6071; do
		run -1 latchkey client add "$id" --redirect-uri https://a.example/cb
		assert_output 'form of a UUID could be taken for a person'
		run -1 latchkey client show "$id"
	done
	latchkey client add 3f2b8c1a-photos --redirect-uri https://a.example/cb
}

@test "a client_id is taken once" {
	add_client app
	run -1 latchkey client add app --redirect-uri "$CALLBACK"
	assert_output 'exists already'
}

@test "a secret given by hand must be long enough, and is not echoed" {
	run -1 latchkey client add app --redirect-uri "$CALLBACK" \
	    --secret-stdin <<<short
	assert_output '32 characters'
	run -0 latchkey client add app --redirect-uri "$CALLBACK" \
	    --secret-stdin <<<"$SECRET"
	[[ $output != *"$SECRET"* ]]
}

@test "client set replaces the lists it is given and keeps the rest" {
	add_client app --scope openid --group family --trusted
	latchkey client set app --redirect-uri https://b.example.org/cb \
	    --group '' --no-trusted --no-pkce --name B
	run -0 latchkey client show app --json
	assert_equal "$(json '.redirect_uris | join(" ")')" https://b.example.org/cb
	assert_equal "$(json '.groups | length')" 0
	assert_equal "$(json '.trusted | not')" true
	assert_equal "$(json '.pkce | not')" true
	assert_equal "$(json .scope)" openid
	assert_equal "$(json .client_name)" B
	latchkey client set app --pkce
	run -0 latchkey client show app --json
	assert_equal "$(json .pkce)" true
	run -1 latchkey client set app --redirect-uri ''
	run -2 latchkey client set app
	run -2 latchkey client set app --public
	run -1 latchkey client set nope --trusted
}

@test "a client that changes to HS256 gets a new secret; others keep theirs" {
	add_client app
	run -0 latchkey client set app --name X
	refute_output "client_secret  "
	run -0 latchkey client set app --alg HS256
	assert_output 'new secret'
	assert_output 'client_secret +[A-Za-z0-9_-]{43} '
	run -0 latchkey client set app --alg EdDSA
	refute_output "client_secret  "
	run -0 latchkey client secret app --json
	[[ $(json .client_secret) =~ ^[A-Za-z0-9_-]{43}$ ]]
}

@test "the first client that needs RS256 brings its keys" {
	run -0 latchkey key list --json
	assert_equal "$(json '[.[] | select(.alg == "RS256")] | length')" 0
	add_client book --alg RS256
	add_client book2 --alg RS256
	run -0 latchkey key list --json
	assert_equal "$(json '[.[] | select(.alg == "RS256") | .state] | sort | join(",")')" \
	    active,next
	run -0 latchkey check --offline
}

@test "client del removes it" {
	add_client app
	latchkey client del app
	run -1 latchkey client show app
	run -1 latchkey client del app
	assert_output 'no such client: app'
}

@test "user lock and unlock say so if nothing was to be changed" {
	latchkey user add alice --no-password
	run -0 latchkey user unlock alice
	assert_output 'was not locked'
	run -0 latchkey user lock alice
	assert_output 'alice locked'
	run -0 latchkey user lock alice
	assert_output 'was locked already'
	run -0 latchkey user unlock alice
	assert_output 'alice unlocked'
}

@test "client set: redirect URIs are added and removed one by one; replacing the list warns of each that is dropped" {
	add_client app --redirect-uri https://a.example/cb
	latchkey client set app --add-redirect-uri https://b.example/cb \
	    --add-redirect-uri https://c.example/cb >/dev/null
	latchkey client set app --remove-redirect-uri https://a.example/cb >/dev/null
	run -0 latchkey client show app --json
	assert_equal "$(json '.redirect_uris | join(" ")')" \
	    'https://b.example/cb https://c.example/cb'
	run -1 latchkey client set app --remove-redirect-uri https://a.example/cb
	assert_output 'is not registered'
	run -1 latchkey client set app --remove-redirect-uri https://b.example/cb \
	    --remove-redirect-uri https://c.example/cb
	run -0 --separate-stderr latchkey client set app \
	    --redirect-uri https://c.example/cb
	[[ ${#stderr_lines[@]} -eq 1 && $stderr = *'https://b.example/cb is dropped'* ]]
	run -0 --separate-stderr latchkey client set app \
	    --redirect-uri https://c.example/cb --redirect-uri https://d.example/cb
	[[ -z $stderr ]]
}

@test "client: a group that no person is in is warned of, once" {
	latchkey user add alice --no-password --group 'Family & Friends'
	run -0 --separate-stderr latchkey client add app \
	    --redirect-uri https://a.example/cb --group 'Family & Friends' \
	    --group famly
	[[ ${#stderr_lines[@]} -eq 1 && $stderr = *warning*"'famly'"* ]]
	run -0 --separate-stderr latchkey client set app --group 'Family & Friends'
	[[ -z $stderr ]]
	run -0 --separate-stderr latchkey client set app --group Friends
	[[ ${#stderr_lines[@]} -eq 1 && $stderr = *"'Friends'"* ]]
}

@test "site: a group that no person is in is warned of, once, in rules as well" {
	latchkey user add alice --no-password --group family
	run -0 --separate-stderr latchkey site add http://127.0.0.2:8080 \
	    --group family --group famly --rule '/ group:family' \
	    --rule '/a group:famly' --rule '/b group:"The Staff"'
	[[ ${#stderr_lines[@]} -eq 2 && $stderr = *"'famly'"*"'The Staff'"* ]]
}

@test "client: a * in a redirect URI is refused: it is no wildcard" {
	run -1 latchkey client add app --redirect-uri 'https://*.example.org/cb'
	assert_output 'register each one'
	run -1 latchkey client add app --redirect-uri https://a.example/cb \
	    --post-logout-redirect-uri 'https://a.example/*'
	assert_output 'register each one'
}

@test "client: addresses for logouts are of the web; a browser's is on the app's own origin" {
	local bad
	for bad in app.example/out ftp://app.example/out \
	    https://user@app.example/out 'https://app.example/#out'; do
		run -1 latchkey client add app --redirect-uri https://a.example/cb \
		    --backchannel-logout-uri "$bad"
		assert_output "$bad"
	done
	run -1 latchkey client add app --redirect-uri https://a.example/cb \
	    --frontchannel-logout-uri http://a.example/out
	assert_output 'loopback address only'
	for bad in https://b.example/out https://a.example:444/out; do
		run -1 latchkey client add app --redirect-uri https://a.example/cb \
		    --frontchannel-logout-uri "$bad"
		assert_output 'scheme, host and port of a redirect URI'
	done
	run -1 latchkey client add app --public --redirect-uri https://a.example/cb \
	    --backchannel-logout-uri http://a.example/out
	assert_output 'of a public client is https'
	run -1 latchkey client add app --grant client_credentials \
	    --backchannel-logout-uri https://a.example/out
	assert_output 'told of no logout'
	latchkey client add app --redirect-uri https://a.example/cb \
	    --backchannel-logout-uri http://app:8080/out
	latchkey client set app --backchannel-logout-uri ''
	run -0 latchkey client show app --json
	assert_equal "$(json .backchannel_logout_uri)" ''
}

# --- key ---------------------------------------------------------------------

@test "key rotate: next becomes active, active is retired and still published" {
	before=$(latchkey key list --json)
	active=$(jq -r '.[] | select(.state == "active").kid' <<<"$before")
	next=$(jq -r '.[] | select(.state == "next").kid' <<<"$before")
	latchkey key rotate --now
	run -0 latchkey key list --json
	assert_equal "$(json '.[] | select(.state == "active").kid')" "$next"
	assert_equal "$(json '.[] | select(.state == "retired").kid')" "$active"
	assert_equal "$(json length)" 3
	# 15 minutes of access token, an hour of JWKS, an hour to spare
	assert_equal "$(json '.[] | select(.state == "retired") |
	    .published_until - .retired_at')" 8100
	run -0 latchkey check --offline
}

@test "key rotate --alg rotates that algorithm alone, and makes its first keys" {
	latchkey key rotate --now --alg RS256
	run -0 latchkey key list --json
	assert_equal "$(json '[.[] | .alg + .state] | sort | join(" ")')" \
	    'EdDSAactive EdDSAnext RS256active RS256next'
	latchkey key rotate --now --alg RS256 2>/dev/null
	run -0 latchkey key list --json
	assert_equal "$(json '[.[] | .alg + .state] | sort | join(" ")')" \
	    'EdDSAactive EdDSAnext RS256active RS256next RS256retired'
	latchkey key rotate --now 2>/dev/null
	run -0 latchkey key list --json
	assert_equal "$(json length)" 7
	run -2 latchkey key rotate --now --alg HS256
	run -2 latchkey key rotate --now --alg none
}

@test "key rotate removes the private halves that an earlier rotation retired" {
	latchkey key rotate --now 2>/dev/null
	kid=$(latchkey key list --json |
	    jq -r '.[] | select(.state == "retired").kid')
	latchkey key rotate --now 2>/dev/null
	[[ -e $DATA/keys/$kid.pem ]]
	touch -d '2 hours ago' "$DATA/keys/"*
	latchkey key rotate --now 2>/dev/null
	[[ ! -e $DATA/keys/$kid.pem ]]
	run -0 latchkey check --offline
}

# --- session, grant ----------------------------------------------------------

@test "session list shows who is signed in, and session end signs them out" {
	add_user alice
	add_user bob
	add_client app --trusted
	sign_in alice app
	sign_in bob app
	run -0 latchkey session list --json
	assert_equal "$(json '[.[].preferred_username] | sort | join(",")')" alice,bob
	run -0 latchkey session list --user alice --json
	assert_equal "$(json length)" 1
	assert_equal "$(json '.[0].amr | join(" ")')" pwd
	sid=$(json '.[0].sid')
	run -0 latchkey session end -- "$sid"
	run -1 latchkey session end -- "$sid"
	open_page alice "$(authorize_url app)"
	page_asks_password
	run -0 latchkey session end --all
	assert_output 'ended: 1'
	run -0 latchkey session list --json
	assert_equal "$(json length)" 0
}

@test "user lock and user passwd end what the person had" {
	add_user alice
	add_client app
	first=$(redeem "$(get_code alice app)")
	latchkey user lock alice
	refresh "$(field refresh_token <<<"$first")" >/dev/null
	assert_error invalid_grant
	latchkey user unlock alice
	run -0 latchkey session list --json
	assert_equal "$(json length)" 0
	latchkey user passwd alice --password-stdin <<<"$PASSWORD"
	run -0 latchkey grant list --json
	assert_equal "$(json '.grants | length')" 0
	assert_equal "$(json '.consents | length')" 1
}

@test "grant list shows grants and consents, and grant end ends them" {
	add_user alice
	add_user bob
	add_client app
	add_client other
	redeem "$(get_code alice app)" >/dev/null
	redeem "$(get_code bob app)" >/dev/null
	CLIENT=other redeem "$(get_code alice other)" >/dev/null
	run -0 latchkey grant list --json
	assert_equal "$(json '.grants | length')" 3
	assert_equal "$(json '.consents | length')" 3
	assert_equal "$(json '.grants[0].generation')" 1
	run -0 latchkey grant list --user alice --client other --json
	assert_equal "$(json '.grants[0].client_id')" other
	grant=$(json '.grants[0].grant_id')
	run -0 latchkey grant end -- "$grant"
	run -1 latchkey grant end -- "$grant"
	run -0 latchkey grant end --client app --user bob
	assert_output 'Grants ended: 1. Consents removed: 1'
	run -0 latchkey grant end --user alice
	run -0 latchkey grant list --json
	assert_equal "$(json '.grants + .consents | length')" 0
	run -2 latchkey grant end
	run -1 latchkey grant end --user nobody
	run -1 latchkey grant end --client nothing
	run -1 latchkey grant list --user nobody
}

@test "session end and grant end want to be told which" {
	run -2 latchkey session end
	run -2 latchkey session end abc --all
	run -1 latchkey session end abc
	run -1 latchkey session end --user nobody
	run -2 latchkey grant end abc --user alice
	run -1 latchkey grant end abc
}

# --- audit -------------------------------------------------------------------

@test "audit tells what the administrator did, oldest first" {
	add_user alice
	add_client app
	latchkey user lock alice
	latchkey key rotate --now 2>/dev/null
	run -0 latchkey audit --json
	assert_equal "$(json '[.[].event] | join(" ")')" \
	    'key_added user_added client_added user_locked key_rotated'
	assert_equal "$(json '.[1].user')" alice
	assert_equal "$(json '.[2].client_id')" app
	run -0 latchkey audit
	assert_output 'user_locked +alice'
}

@test "control characters of what is stored do not reach the terminal" {
	latchkey user add alice --no-password --name $'a\xc2\x9b31mb'
	run -0 latchkey user list
	[[ $output != *$'\xc2\x9b'* ]]
	assert_output 'a\\xc2\\x9b31mb'
}

@test "client add: suggests --trusted for a confidential app of the issuer's registrable domain, and for no other" {
	local options told n=0
	DATA=$BATS_TEST_TMPDIR/one
	latchkey init https://id.family.co.uk >/dev/null
	while IFS='|' read -r told options; do
		# shellcheck disable=SC2086 # options
		run -0 latchkey client add "app$((++n))" $options
		case $told:$output in
		yes:*hint:*family.co.uk*--trusted* | no:*) ;;
		*) fail "$options" "$output" ;;
		esac
		[[ $told = yes || $output != *hint:* ]] || fail "$options" "$output"
	done <<-'END'
		yes|--redirect-uri https://photos.family.co.uk/cb
		yes|--redirect-uri https://family.co.uk/cb --redirect-uri https://a.b.FAMILY.co.uk:8443/cb
		no|--redirect-uri https://photos.family.co.uk/cb --trusted
		no|--redirect-uri https://photos.family.co.uk/cb --no-trusted
		no|--redirect-uri https://photos.family.co.uk/cb --public
		no|--redirect-uri https://photos.family.co.uk/cb --redirect-uri https://other.co.uk/cb
		no|--redirect-uri https://notfamily.co.uk/cb
		no|--redirect-uri https://family.co.uk.example.org/cb
		no|--redirect-uri https://192.0.2.7/cb
		no|--redirect-uri http://localhost/cb
		no|--redirect-uri org.example.app:/cb
	END
	# Neighbours at a dynamic DNS service share no domain.
	DATA=$BATS_TEST_TMPDIR/two
	latchkey init https://adams.duckdns.org >/dev/null
	run -0 latchkey client add app --redirect-uri https://baker.duckdns.org/cb
	[[ $output != *hint:* ]]
	run -0 latchkey client add other --redirect-uri https://photos.adams.duckdns.org/cb
	[[ $output = *hint:*adams.duckdns.org* ]]
}
