#!/bin/sh
# A provider with two people and a sample app, at http://localhost:PORT until Ctrl-C:
#
#	demo.sh PORT
#
# What it makes is under $LATCHKEY_BUILD/demo and kept for the next time. The
# port is part of every address in it, so another port has a folder of its own.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
: "${LATCHKEY_BUILD:=$root/build}"
demo=${LATCHKEY_DEMO:-$LATCHKEY_BUILD/demo}
port=$1
issuer=http://localhost:$port
password='correct horse battery'

refuse() {
	echo "latchkey: demo: $*" >&2
	exit 1
}

latchkey() {
	"$LATCHKEY_BUILD/bin/latchkey" -d "$demo/data" "$@" >/dev/null
}

add_person() {
	printf '%s\n' "$password" | latchkey user add "$@" --password-stdin
}

new_secret() {
	python3 -c 'import secrets; print(secrets.token_urlsafe(32))'
}

# A store with two people and the app in it.
make_store() {
	latchkey init "$issuer"
	echo 'provider_name = Demo' >>"$demo/data/latchkey.conf"
	add_person alice --name 'Alice Adams' --email alice@example.org \
	    --group family --group admins
	add_person bob --name 'Bob Brown' --email bob@example.org --group family
	printf '%s\n' "$1" | latchkey client add sample-app --name 'Sample app' \
	    --redirect-uri "$issuer/app/callback" --link "$issuer/app/" \
	    --post-logout-redirect-uri "$issuer/app/" \
	    --scope openid --scope profile --scope email --scope groups \
	    --scope offline_access --scope api:hello \
	    --scope-text 'api:hello=to greet you by name' \
	    --grant authorization_code --grant refresh_token \
	    --audience "$issuer/app/api" --secret-stdin
}

# What the app and its API are told when they are set up.
make_app() {
	mkdir "$demo/app" "$demo/app/sessions"
	cat >"$demo/app/config.json" <<-END
		{
		  "issuer": "$issuer",
		  "client_id": "sample-app",
		  "client_secret": "$1",
		  "app_url": "$issuer/app/",
		  "audience": "$issuer/app/api"
		}
	END
}

# The app is on the provider's own server, which has all other paths: CGI under /app/.
# lighttpd 1.4.79 looks once more when it has taken the script's own path off: /app.
make_server_conf() {
	cat >"$demo/lighttpd.conf" <<-END
		server.modules += ( "mod_alias", "mod_cgi", "mod_redirect", "mod_setenv" )
		url.redirect = ( "^/app$" => "/app/" )
		\$HTTP["url"] =~ "^/app(/|\$)" {
			fastcgi.server = ( )
			alias.url = (
			    "/app/api" => "$root/data/demo/api.py",
			    "/app/" => "$root/data/demo/app.py/" )
			cgi.assign = ( ".py" => "/usr/bin/python3" )
			setenv.set-environment = (
			    "SAMPLE_APP" => "$demo/app",
			    "PYTHONDONTWRITEBYTECODE" => "1" )
		}
	END
}

"$root/conf/serve.sh" -t -p "$port"
umask 077
mkdir -p "$demo" 2>/dev/null || refuse "$demo: cannot be made"
[ -w "$demo" ] || refuse "$demo: cannot be written"

made_for=$(cat "$demo/made-for" 2>/dev/null) || true
if [ -n "$made_for" ] && [ "$made_for" != "$issuer" ]; then
	demo=$demo/$port
	mkdir -p "$demo"
fi

if [ "$(cat "$demo/made-for" 2>/dev/null)" != "$issuer" ]; then
	rm -rf "$demo/data" "$demo/app" "$demo/made-for"
	secret=$(new_secret)
	make_store "$secret"
	make_app "$secret"
	echo "$issuer" >"$demo/made-for"
fi
latchkey client list ||
    refuse "this build cannot use $demo; remove it, and a new demo is made"
make_server_conf

exec "$root/conf/serve.sh" -d "$demo/data" -p "$port" \
    -i "$demo/lighttpd.conf" -n "
  The sample app   $issuer/app/
  Home, account    $issuer/
  Sign in as       alice or bob
  Password         $password
  Administration   $issuer/admin, as alice
  Commands         $LATCHKEY_BUILD/bin/latchkey -d $demo/data help

  The provider is $issuer, its data are in
  $demo/data

  Ctrl-C ends all of it."
