# The apps themselves, set up with what the recipes print: a recipe says that it
# was tried for what is here, or in tests/clients.bats, and against which version.
# `make full` runs this, for it takes minutes and much of npm's registry.

load ../helper
BATS_NO_PARALLELIZE_WITHIN_FILE=true
export BATS_NO_PARALLELIZE_WITHIN_FILE

setup_file() {
	new_store
	add_user alice --name 'Alice Adams' --given-name Alice \
	    --family-name Adams --email alice@example.org \
	    --group family --group admins
	add_user bob --name 'Bob Brown' --email bob@example.org
	APP_PORT=$(free_port)
	SITE=http://127.0.0.1:$APP_PORT
	export APP_PORT SITE
	start_server
}

teardown_file() {
	stop_all
}

teardown() {
	SERVER_PID=${APP_PID:-} stop_server
}

# tried RECIPE: the version that it is about.
tried() {
	latchkey client apps --json |
	    jq -er --arg n "$1" '.[] | select(.name == $n) | .tried'
}

# register RECIPE [OPTION...]: sets $settings to what is to be entered.
register() {
	latchkey client add --app "$1" --url "$SITE" --trusted --json "${@:2}" \
	    >"$BATS_TEST_TMPDIR/registered"
	settings=$(jq -r .settings "$BATS_TEST_TMPDIR/registered")
}

# between FROM TO: of the settings, those lines and what is between them.
between() {
	sed -n "/$1/,/$2/p" <<<"$settings"
}

# app_by COMMAND...: the app at $APP_PORT; requests still go to the provider.
app_by() {
	local provider=$SERVER_PID i
	APP_LOG=$BATS_TEST_TMPDIR/app.log
	SERVER_LOG=$APP_LOG in_background "$@"
	APP_PID=$SERVER_PID
	SERVER_PID=$provider
	for ((i = 0; i < 1200; i++)); do
		! port_is_taken "$APP_PORT" || return 0
		! is_gone "$APP_PID" || break
		sleep 0.1
	done
	fail 'the app did not start' "$(<"$APP_LOG")"
}

# through PERSON: follows redirects of app and provider until a page comes; $went
# has the addresses.
through() {
	local hops to
	for ((hops = 0; hops < 12; hops++)); do
		[[ $(http_status) = 30[1-8] ]] || return 0
		to=$(http_header Location)
		[[ $to = http*://* ]] || to=$SITE$to
		went+="$to"$'\n'
		request "$1" GET "$to" -H 'Accept: text/html'
	done
	fail "redirected $hops times" "$went"
}

page_asks_to_leave() { http_body | grep -q 'value="logout"'; }

# sign_in_by PERSON URL: the app's own address that leads to the provider.
sign_in_by() {
	went=
	request "$1" GET "$2" -H 'Accept: text/html'
	through "$1"
	page_asks_password || fail 'no sign-in page' "$went" "$(http_status)" \
	    "$(http_body | head -c 2000)" "$(tail -n 30 "$APP_LOG")" || return
	STAY=1 log_in "$1"
	through "$1"
}

# --- Node-RED ----------------------------------------------------------------

@test "node-red: its editor opens for who is in its list, and for no other" {
	local dir=$BATS_TEST_TMPDIR/red token
	from_npm node-red "node-red@$(tried node-red)" passport-openidconnect@0.1.2
	register node-red
	mkdir "$dir"
	{
		echo 'module.exports = {'
		between '^adminAuth' '^},'
		echo "uiHost: '127.0.0.1', uiPort: $APP_PORT };"
	} >"$dir/settings.js"
	NODE_PATH=$app/node_modules app_by node \
	    "$app/node_modules/node-red/red.js" -u "$dir" -s "$dir/settings.js"
	sign_in_by alice "$SITE/auth/strategy"
	assert_status 200
	token=$(grep -o 'access_token=[^&]*' <<<"$went" | tail -n 1)
	request - GET "$SITE/settings" -H "Authorization: Bearer ${token#*=}"
	assert_status 200
	http_body | jq -e '.user.username == "alice"'
	sign_in_by bob "$SITE/auth/strategy"
	[[ $went != *access_token=* ]]
	request - GET "$SITE/settings"
	assert_status 401
}

# --- libraries that apps are made of -----------------------------------------

# get_url URL PERSON [OPTION...]: with curl alone, for what is no form.
get_url() {
	curl --noproxy '*' -sS -m 60 -b "$(tmpdir)/jar-$2" -c "$(tmpdir)/jar-$2" \
	    "${@:3}" "$1"
}

@test "better-auth: signs in, and knows who it is" {
	from_npm better-auth "better-auth@$(tried better-auth)"
	register better-auth
	between '^import' '^});' >"$app/auth.mjs"
	cp "$root/tests/full/better_auth.mjs" "$app"
	BETTER_AUTH_SECRET=of-this-test-alone-and-of-no-other app_by \
	    node "$app/better_auth.mjs" "$APP_PORT"
	sign_in_by alice "$(get_url "$SITE/api/auth/sign-in/social" alice \
	    -H 'Content-Type: application/json' -H "Origin: $SITE" \
	    -d '{"provider":"latchkey","callbackURL":"/"}' | jq -r .url)"
	assert_status 200
	assert_equal "$(http_body)" 'the app'
	get_url "$SITE/api/auth/get-session" alice | jq -e \
	    '.user.email == "alice@example.org" and .user.emailVerified and
	    .user.name == "Alice Adams"'
	get_url "$SITE/api/auth/get-session" carol | jq -e '. == null'
}

@test "next-auth: signs in with PKCE, state and nonce, and knows who it is" {
	local token
	from_npm next-auth "next-auth@$(tried next-auth)" express@4 cookie-parser@1
	register next-auth
	# Node.js gives the whole of a module that is not ESM.
	between '^import NextAuth' '^});' |
	    sed '1s/.*/import all from "next-auth"; const NextAuth = all.default;/' \
	    >"$app/auth.mjs"
	cp "$root/tests/full/next_auth.mjs" "$app"
	NEXTAUTH_URL=$SITE NEXTAUTH_SECRET=of-this-test-alone app_by \
	    node "$app/next_auth.mjs" "$APP_PORT"
	token=$(get_url "$SITE/api/auth/csrf" alice | jq -r .csrfToken)
	sign_in_by alice "$(get_url "$SITE/api/auth/signin/latchkey" alice \
	    --data-urlencode "csrfToken=$token" -d json=true | jq -r .url)"
	assert_status 200
	get_url "$SITE/api/auth/session" alice | jq -e \
	    '.user == {name: "Alice Adams", email: "alice@example.org"}'
}

@test "mcp: a client finds the provider, signs a person in, and calls a tool with a token for that server alone" {
	local back=http://localhost:45678/callback sub
	from_npm mcp "@modelcontextprotocol/sdk@$(tried mcp | grep -o '[0-9.]*$')" \
	    jose@6
	SITE=$SITE/mcp register mcp
	cp "$root/tests/full/mcp.mjs" "$app"
	app_by node "$app/mcp.mjs" serve "$APP_PORT" "$ISSUER"
	mcp() {
		node "$app/mcp.mjs" "$1" "$SITE/mcp" mcp "$back" \
		    "$BATS_TEST_TMPDIR/kept" "${@:2}"
	}
	open_page alice "$(mcp start)"
	page_asks_password
	log_in alice
	! page_asks_consent || allow alice
	[[ $(http_header Location) = "$back"\?* ]]
	sub=$(latchkey user show alice --json | jq -r .sub)
	assert_equal "$(mcp finish "$(http_header Location)")" "$sub"
	# Another app's token is not for it.
	add_client other --trusted
	CLIENT=other
	request - POST "$SITE/mcp" -H "Authorization: Bearer $(get_tokens alice \
	    other | field access_token)"
	assert_status 401
}

# --- Signal K ----------------------------------------------------------------

@test "signalk: signs in with rights by group, and out without a hint or client_id" {
	local dir=$BATS_TEST_TMPDIR/boat
	local -a environment
	from_npm signalk "signalk-server@$(tried signalk)"
	register signalk
	mkdir "$dir"
	echo '{"security": {"strategy": "./tokensecurity"}, "interfaces": {}}' \
	    >"$dir/settings.json"
	readarray -t environment < <(grep '^SIGNALK_' <<<"$settings")
	app_by env "${environment[@]}" PORT="$APP_PORT" \
	    SIGNALK_NODE_CONFIG_DIR="$dir" \
	    node "$app/node_modules/signalk-server/bin/signalk-server" -c "$dir"
	sign_in_by alice "$SITE/signalk/v1/auth/oidc/login"
	request alice GET "$SITE/skServer/loginStatus"
	http_body | jq -e '.status == "loggedIn" and .username == "alice" and
	    .userLevel == "admin"'
	sign_in_by bob "$SITE/signalk/v1/auth/oidc/login"
	request bob GET "$SITE/skServer/loginStatus"
	http_body | jq -e '.username == "bob" and .userLevel == "readonly"'

	# It names itself by nothing but where people go next: they are asked.
	went=
	request alice GET "$SITE/signalk/v1/auth/oidc/logout"
	through alice
	[[ $went = "$ISSUER/logout?"*post_logout_redirect_uri=* ]]
	[[ $went != *client_id* && $went != *id_token_hint* ]]
	submit alice step=logout
	assert_page "href=\"$SITE/\""
	request alice GET "$(authorize_url signalk prompt=none \
	    redirect_uri="$SITE/signalk/v1/auth/oidc/callback")"
	assert_error login_required
}

# --- MeshCentral -------------------------------------------------------------

@test "meshcentral: people of the right group come in, the administrators' group administrates, and sign-out comes back" {
	local dir=$BATS_TEST_TMPDIR/mesh
	from_npm meshcentral "meshcentral@$(tried meshcentral)" passport@0.7 \
	    connect-flash@0.1 openid-client@5.7.1
	register meshcentral
	mkdir "$dir"
	jq -n --argjson oidc "{ $(between '^"authStrategies"' '^}') }" \
	    --argjson port "$APP_PORT" '{
	    settings: {cert: "127.0.0.1", port: $port, portBind: "127.0.0.1",
		exactPorts: true, redirPort: 0, mpsPort: 0, WANonly: true,
		tlsOffload: "127.0.0.1", selfUpdate: false},
	    domains: {"": ({title: "Mesh"} + $oidc)}}' >"$dir/config.json"
	cd "$app"
	app_by node node_modules/meshcentral/meshcentral.js --datapath "$dir" \
	    --filespath "$dir/files"
	sign_in_by alice "$SITE/auth-oidc"
	request alice GET "$SITE/"
	assert_page 'id="logoutControl'
	# What it knows of her: all rights, and groups of its own.
	jq -es --arg sub "$(latchkey user show alice --json | jq -r .sub)" '
	    any(.[]; ._id == "user//~oidc:\($sub)" and .siteadmin == 4294967295 and
		.name == "Alice Adams" and .email == "alice@example.org") and
	    any(.[]; .type == "ugrp" and .name == "family")' \
	    <(grep '"_id"' "$dir/meshcentral.db")
	sign_in_by bob "$SITE/auth-oidc"
	request bob GET "$SITE/"
	refute_page 'id="logoutControl'

	went=
	request alice GET "$SITE/logout"
	through alice
	[[ $went = *"$ISSUER/logout?"* ]] || fail "$went"
	! page_asks_to_leave || submit alice step=logout
	request alice GET "$(authorize_url meshcentral prompt=none \
	    redirect_uri="$SITE/auth-oidc-callback")"
	assert_error login_required
}

# --- Mail --------------------------------------------------------------------

# Debian's, as the recipe has it, with ports of its own, and mail that is sent
# goes to $SENT. Dovecot starts as root and then has users of its own.
start_dovecot() {
	local dir=$BATS_TEST_TMPDIR/dovecot settings
	IMAP_PORT=$(free_port) SMTP_PORT=$(free_port) RELAY_PORT=$(free_port)
	SENT=$BATS_TEST_TMPDIR/sent
	dovecot --version | grep -qF "$(tried dovecot | cut -d ' ' -f 1)" ||
	    fail "the recipe is about another: $(dovecot --version)" || return
	register dovecot
	mkdir -p "$dir/mail"
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR" "$BATS_TEST_TMPDIR"
	chown 65534:65534 "$dir/mail"
	between '^introspection_mode' '^tls_ca' | sed 's,https://,http://,' \
	    >"$dir/oauth2.conf.ext"
	{
		echo 'protocols = imap'
		between '^auth_mechanisms' '^}' |
		    sed "s,/etc/dovecot/dovecot-oauth2,$dir/oauth2,"
		between '^protocols' '^submission_relay'
		cat <<-END
			submission_relay_port = $RELAY_PORT
			base_dir = $dir/run
			log_path = $dir/log
			listen = 127.0.0.1
			ssl = no
			disable_plaintext_auth = no
			first_valid_uid = 0
			mail_location = maildir:$dir/mail/%u
			userdb {
			  driver = static
			  args = uid=65534 gid=65534 home=$dir/mail/%u
			}
			namespace inbox {
			  inbox = yes
			}
			service imap-login {
			  inet_listener imap {
			    port = $IMAP_PORT
			  }
			  inet_listener imaps {
			    port = 0
			  }
			}
			service submission-login {
			  inet_listener submission {
			    port = $SMTP_PORT
			  }
			}
		END
	} >"$dir/dovecot.conf"
	SERVER_LOG=$dir/sink in_background "$root/tests/full/smtp_sink.py" \
	    "$RELAY_PORT" "$SENT"
	SERVER_LOG=$dir/out in_background dovecot -F -c "$dir/dovecot.conf"
	wait_for port_is_taken "$IMAP_PORT" || fail "$(<"$dir/log")"
	wait_for port_is_taken "$SMTP_PORT"
}

# mail PROTOCOL MECHANISM USER TOKEN [SECONDS]
mail() {
	local port=$IMAP_PORT
	[[ $1 = imap ]] || port=$SMTP_PORT
	"$root/tests/full/mail_client.py" "$1" "$port" "${@:2}"
}

@test "dovecot: mail programs read and send with an access token, and with no other's" {
	local provider=$SERVER_PID protocol mechanism token other
	start_dovecot
	SERVER_PID=$provider
	add_client webmail --trusted
	CLIENT=webmail
	token=$(get_tokens alice webmail scope='openid email' |
	    field access_token)
	other=$(get_tokens bob webmail scope='openid email' | field access_token)
	for protocol in imap smtp; do
		for mechanism in oauthbearer xoauth2; do
			assert_equal "$(mail $protocol $mechanism \
			    alice@example.org "$token")" yes
			assert_equal "$(mail $protocol $mechanism \
			    alice@example.org "$other")" no
			assert_equal "$(mail $protocol $mechanism \
			    alice@example.org "${token}x")" no
		done
	done
	grep -q '^Subject: by oauthbearer' "$SENT"
	# After a pause the connection to the provider is a new one.
	assert_equal "$(mail imap xoauth2 alice@example.org "$token" 6)" yes
	latchkey session end --user alice
	assert_equal "$(mail imap xoauth2 alice@example.org "$token")" no
	latchkey client del webmail
	latchkey client del dovecot
}

@test "roundcube: signs in by the browser, reads mail and sends it" {
	local provider=$SERVER_PID dir=$BATS_TEST_TMPDIR/roundcube version id token
	version=$(tried roundcube)
	grep -q "^define('RCMAIL_VERSION', '${version%% *}')" \
	    /usr/share/roundcube/program/include/iniset.php
	start_dovecot
	SERVER_PID=$provider
	register roundcube
	mkdir "$dir"
	cp /etc/roundcube/{defaults.inc,mimetypes}.php "$dir"
	{
		echo '<?php $config = [];'
		between "^\\\$config\['oauth_provider'" "oauth_scope"
		cat <<-END
			\$config['imap_host'] = '127.0.0.1:$IMAP_PORT';
			\$config['smtp_host'] = '127.0.0.1:$SMTP_PORT';
			\$config['db_dsnw'] = 'sqlite:///$dir/db?mode=0600';
			\$config['des_key'] = 'of-this-test-alone-24-by';
			\$config['temp_dir'] = '$dir';
			\$config['log_dir'] = '$dir';
		END
	} >"$dir/config.inc.php"
	/usr/bin/python3 -c 'import sqlite3, sys
sqlite3.connect(sys.argv[1]).executescript(open(sys.argv[2]).read())' \
	    "$dir/db" /usr/share/roundcube/SQL/sqlite.initial.sql
	# Its configuration has one place, which is this one for it alone.
	# shellcheck disable=SC2016 # sh's
	app_by unshare --map-root-user --mount sh -c '
	    mount --bind "$1" /etc/roundcube && cd /var/lib/roundcube &&
	    exec php -S "127.0.0.1:$2"' - "$dir" "$APP_PORT"
	sign_in_by alice "$SITE/?_task=login&_action=oauth"
	assert_status 200
	assert_page 'alice@example.org'
	assert_page 'task-mail'

	request alice GET "$SITE/?_task=mail&_action=compose"
	went=
	through alice
	id=$(http_body | grep -o 'name="_id" value="[^"]*"' | cut -d '"' -f 4)
	token=$(http_body | grep -o 'name="_token" value="[^"]*"' | head -n 1 |
	    cut -d '"' -f 4)
	request alice POST "$SITE/?_task=mail&_action=send&_framed=1" \
	    _id="$id" _token="$token" _task=mail _action=send _from=1 \
	    _to=bob@example.org _subject='From the webmail' _message=Hello \
	    _is_html=0
	wait_for grep -q '^Subject: From the webmail' "$SENT" ||
	    fail "$(http_body)" "$(cat "$dir"/*errors* 2>/dev/null)"
	grep -q '^From: .*alice@example.org' "$SENT"
}

# --- Actual ------------------------------------------------------------------

# native PACKAGE: compiled here, with the headers of Node.js beside it.
native() {
	[[ -e $app/$1.built ]] || npm --prefix "$app" rebuild "$1" \
	    --nodedir="$(dirname "$(dirname "$(readlink -f "$(type -p node)")")")" \
	    >"$BATS_TEST_TMPDIR/npm" 2>&1 || fail "$(<"$BATS_TEST_TMPDIR/npm")" ||
	    return
	touch "$app/$1.built"
}

# actual PERSON: signs in, and prints what Actual knows of the person.
actual() {
	sign_in_by "$1" "$(curl --noproxy '*' -sS "$SITE/account/login" \
	    -H 'Content-Type: application/json' \
	    -d "{\"loginMethod\": \"openid\", \"returnUrl\": \"$SITE\", \"password\": \"$2\"}" |
	    jq -r .data.returnUrl)"
	[[ $went =~ openid-cb\?token=([^&[:space:]]+) ]] || fail "$went" \
	    "$(tail "$APP_LOG")" || return
	curl --noproxy '*' -sS "$SITE/account/validate" \
	    -H "X-ACTUAL-TOKEN: ${BASH_REMATCH[1]}"
}

@test "actual: the first person becomes the owner, and a second comes in" {
	local -a environment
	from_npm actual "@actual-app/sync-server@$(tried actual)"
	native better-sqlite3
	register actual
	readarray -t environment < <(grep '^ACTUAL_' <<<"$settings")
	mkdir "$BATS_TEST_TMPDIR/actual"
	app_by env "${environment[@]}" ACTUAL_PORT="$APP_PORT" \
	    ACTUAL_HOSTNAME=127.0.0.1 ACTUAL_DATA_DIR="$BATS_TEST_TMPDIR/actual" \
	    node "$app/node_modules/@actual-app/sync-server/build/bin/actual-server.js"
	actual alice | jq -e '.data.userName == "alice" and .data.permission == "ADMIN"'
	actual bob | jq -e '.data.userName == "bob" and .data.permission == "BASIC"'
}

# --- An app behind the gate --------------------------------------------------

# guard PORT [RULE]: an nginx with the gate, as conf/nginx.conf has it, before the app;
# without TLS, as the provider here.
guard() {
	local dir=$BATS_TEST_TMPDIR/guard site=http://127.0.0.2:$1
	mkdir "$dir"
	latchkey site add "$site" --name Notes \
	    --rule "${2:-/ group:family}" >/dev/null
	SERVER_LOG=$dir/gate.log start_fastcgi "$dir/gate" \
	    "$(programs)/cgi-bin/gate"
	chmod 777 "$dir/gate"
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR" "$BATS_TEST_TMPDIR"
	{
		echo "daemon off; pid $dir/pid; error_log stderr; events {}"
		echo "http { access_log off;"
		printf '%s_temp_path %s;\n' client_body "$dir/b" proxy "$dir/p" \
		    fastcgi "$dir/f" uwsgi "$dir/u" scgi "$dir/s"
		"$root/conf/webserver.sh" -g -s nginx -i "$ISSUER" -r "$dir" \
		    -d "$DATA" -p "$(programs)/cgi-bin" |
		    sed -e '1,/^# --- The gate/d; s/^#\([^ ]\)/\1/; s/^#$//' |
		    awk '/^server/ { n++ }
			/^map/ || /^server/ { inside = 1 }
			inside && n != 1
			/^}/ { inside = 0 }' |
		    sed -e '/ssl_/d; /\[::\]/d; /php/,/}/d; /root "/d' \
			-e '/Strict-Transport/d' \
			-e "s,https://photos.example.org,$site,; s,photos.example.org,_," \
			-e "s,listen [^;]*,listen 127.0.0.2:$1,; s,location /app/,location /," \
			-e "s,127.0.0.1:8081,127.0.0.1:$APP_PORT,"
		echo '}'
	} >"$dir/nginx.conf"
	SERVER_LOG=$dir/log in_background nginx -p "$dir" -c "$dir/nginx.conf"
	wait_for port_is_taken "$1" || fail "$(<"$dir/log")" "$(<"$dir/nginx.conf")"
}

@test "tiddlywiki: behind the gate it knows who writes, and takes no one's word for it" {
	local port provider=$SERVER_PID
	from_npm tiddlywiki tiddlywiki@5.4.1
	wiki() {
		node "$app/node_modules/tiddlywiki/tiddlywiki.js" \
		    "$BATS_TEST_TMPDIR/wiki" "$@"
	}
	wiki --init server >/dev/null
	app_by node "$app/node_modules/tiddlywiki/tiddlywiki.js" \
	    "$BATS_TEST_TMPDIR/wiki" --listen host=127.0.0.1 port="$APP_PORT" \
	    authenticated-user-header=remote-user
	port=$(free_port)
	guard "$port"
	SERVER_PID=$provider
	SITE=http://127.0.0.2:$port
	sign_in_by alice "$SITE/"
	assert_status 200
	request alice GET "$SITE/status" -H 'Remote-User: bob' \
	    -H 'Remote_User: bob'
	assert_field username alice
	get_url "$SITE/recipes/default/tiddlers/Shopping" alice -X PUT \
	    -H 'Content-Type: application/json' -H 'X-Requested-With: TiddlyWiki' \
	    -H "Origin: $SITE" -d '{"title": "Shopping", "text": "milk"}'
	wait_for grep -rq milk "$BATS_TEST_TMPDIR/wiki/tiddlers"
	sign_in_by bob "$SITE/"
	assert_status 403
}

# --- keycloak-js ----------------------------------------------------------------

@test "keycloak-js: an app in the browser asks in its hidden frame, signs in, and signs out" {
	from_npm keycloak-js keycloak-js@26.2.4
	latchkey client add spa --name 'Browser app' --public --trusted \
	    --grant authorization_code --redirect-uri "$SITE/" \
	    --redirect-uri "$SITE/silent.html" \
	    --post-logout-redirect-uri "$SITE/"
	PYTHONDONTWRITEBYTECODE=1 timeout 300 /usr/bin/python3 \
	    "$root/tests/full/keycloak.py" "$ISSUER" "$APP_PORT" \
	    "$app/node_modules/keycloak-js/lib/keycloak.js" >&2
}

@test "mcp: a server behind the gate needs no OAuth code: its client finds the provider, and the person allows it (RFC 9728, RFC 8707)" {
	local back=http://localhost:45679/callback port provider=$SERVER_PID
	from_npm mcp "@modelcontextprotocol/sdk@$(tried mcp | grep -o '[0-9.]*$')" \
	    jose@6
	cp "$root/tests/full/mcp.mjs" "$app"
	app_by node "$app/mcp.mjs" behind-gate "$APP_PORT"
	port=$(free_port)
	SITE=http://127.0.0.2:$port
	guard "$port" "/mcp bearer:$SITE/mcp scope:notes:read strict"
	SERVER_PID=$provider
	add_client assistant --public --name Assistant --scope notes:read \
	    --redirect-uri http://localhost/callback
	mcp() {
		node "$app/mcp.mjs" "$1" "$SITE/mcp" assistant "$back" \
		    "$BATS_TEST_TMPDIR/kept" "${@:2}"
	}
	open_page alice "$(mcp start)"
	page_asks_password
	log_in alice
	assert_page 'Assistant.*Notes'
	allow alice
	[[ $(http_header Location) = "$back"\?* ]]
	assert_equal "$(mcp finish "$(http_header Location)")" alice
	# Another app's token is not for it.
	add_client elsewhere --trusted --scope notes:read
	request - POST "$SITE/mcp" -H "Authorization: Bearer $(CLIENT=elsewhere \
	    get_tokens alice elsewhere scope=notes:read | field access_token)"
	assert_status 401
}

@test "mcp: a client registers itself with an initial access token, and the person allows the unverified app (RFC 7591)" {
	local back=http://localhost:45680/callback token sub
	from_npm mcp "@modelcontextprotocol/sdk@$(tried mcp | grep -o '[0-9.]*$')" \
	    jose@6
	set_conf registration tokens
	latchkey client add recipes --name Recipes --grant client_credentials \
	    --resource "$SITE/mcp" >/dev/null
	cp "$root/tests/full/mcp.mjs" "$app"
	app_by node "$app/mcp.mjs" serve "$APP_PORT" "$ISSUER"
	token=$(latchkey registration-token add)
	mcp() {
		node "$app/mcp.mjs" "$1" "$SITE/mcp" "token:$token" "$back" \
		    "$BATS_TEST_TMPDIR/kept" "${@:2}"
	}
	open_page alice "$(mcp start)"
	! page_asks_password || log_in alice
	assert_page 'unverified.*program on this device.*Recipes'
	allow alice
	[[ $(http_header Location) = "$back"\?* ]]
	sub=$(latchkey user show alice --json | jq -r .sub)
	assert_equal "$(mcp finish "$(http_header Location)")" "$sub"
	latchkey client list --json | jq -e '[.[] |
	    select(.registered_by == "registration")] | length == 1'
}
