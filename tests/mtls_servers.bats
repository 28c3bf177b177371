# Clients that show certificates to real web servers, with the configuration that
# conf/webserver.sh -m makes (RFC 8705). The same promises for each.

load helper
load gate_socket
BATS_NO_PARALLELIZE_WITHIN_FILE=true
export BATS_NO_PARALLELIZE_WITHIN_FILE

setup_file() {
	local dir=$BATS_FILE_TMPDIR
	CERTS=$dir/certs CURL_CA_BUNDLE=$dir/server.pem
	MTLS_PORT=$(free_port) HTTP_PORT=$(free_port)
	export CERTS CURL_CA_BUNDLE MTLS_PORT HTTP_PORT
	SOCKETS=$(mktemp -d "${TMPDIR:-/tmp}/lk-mtls.XXXXXX")
	GATE_PORT=$(free_port) SITE=https://photos.example.org:$MTLS_PORT
	export SOCKETS GATE_PORT SITE
	chmod 777 "$SOCKETS"
	mkdir "$CERTS" "$dir/photos"
	echo 'a file of the API' >"$dir/photos/api"
	share_programs
	/usr/bin/python3 "$root/tests/client_certificates.py" "$CERTS"
	/usr/bin/python3 "$root/tests/certificate.py" "$dir/server" -1 2 127.0.0.1 \
	    photos.example.org
	# As a client's owner makes its own with OpenSSL.
	openssl req -x509 -newkey rsa:2048 -nodes -subj '/O=Ex/CN=openssl' \
	    -days 30 -extensions usr_cert -keyout "$CERTS/openssl.key" \
	    -out "$CERTS/openssl.pem" 2>/dev/null
	# lighttpd wants those, too.
	cat "$CERTS"/{ca,self,openssl,self-late}.pem >"$CERTS/authorities.pem"
	chmod -R a+rX "$dir"
	new_store /idp
	ISSUER=${ISSUER/http:/https:}
	MTLS=https://127.0.0.1:$MTLS_PORT/idp
	export ISSUER MTLS
	set_conf issuer "$ISSUER"
	set_conf mtls_origin "https://127.0.0.1:$MTLS_PORT"
	add_user alice --name 'Alice Adams' --email alice@example.org
	add_tls_client signed --auth tls_client_auth \
	    --certificate "$CERTS/client.pem"
	add_tls_client deep --auth tls_client_auth \
	    --tls-san-dns deep.example.org
	add_tls_client own --auth self_signed_tls_client_auth \
	    --certificate "$CERTS/self.pem" --certificate "$CERTS/openssl.pem"
	latchkey site add "$SITE" --rule '/ signed-in' \
	    --rule '/api bearer:https://api.example' >/dev/null
	[[ $(id -u) != 0 ]] || chown -R 65534:65534 "$DATA"
	chmod a+x "${DATA%/*}"
	start_gate "$SOCKETS/gate"
	start_gate "$GATE_PORT"
	SERVER_PID=
}

teardown_file() {
	stop_all
	rm -rf "$SOCKETS"
}

# site SERVER: the configuration that is shipped for the gate, of a site that asks
# for certificates.
site() {
	local dir=$BATS_FILE_TMPDIR module
	if [[ $1 = apache ]]; then
		for module in authnz_fcgi authz_user authn_core access_compat \
		    setenvif proxy_http; do
			echo "LoadModule ${module}_module /usr/lib/apache2/modules/mod_$module.so"
		done
		echo "<Directory $dir/photos>"
		echo '</Directory>'
	fi
	"$root/conf/webserver.sh" -g -s "$1" -i "$ISSUER" -r "$SOCKETS" \
	    -l "127.0.0.1:$MTLS_PORT" -t "127.0.0.1:$HTTP_PORT" \
	    -c "$dir/server.pem" -k "$dir/server.key" \
	    -p "$dir/shared/build/cgi-bin" |
	    sed -e '1,/^# --- The gate/d; s/^#\([^ ]\)/\1/; s/^#$//' \
		-e "s,/etc/ssl/photos.example.org/fullchain.pem,$dir/server.pem," \
		-e "s,/etc/ssl/photos.example.org/privkey.pem,$dir/server.key," \
		-e "s,https://photos.example.org,&:$MTLS_PORT,; s,/var/www,$dir," \
		-e "s,127.0.0.1:919,127.0.0.1:$GATE_PORT," -e "$(asks "$1")"
}

# What doc/web-servers.md has one add, for sed.
asks() {
	case $1 in
	nginx)
		cat <<-'END'
			s/^\tssl_certificate_key.*/&\n\tssl_verify_client optional_no_ca;/
			s/^\t\tfastcgi_param LATCHKEY_GATE.*/&\n\t\tfastcgi_param SSL_CLIENT_VERIFY $ssl_client_verify;\n\t\tfastcgi_param SSL_CLIENT_CERT $ssl_client_escaped_cert;/
		END
		;;
	apache)
		cat <<-'END'
			s,^\tSSLCertificateKeyFile.*,&\n\tSSLVerifyClient optional_no_ca\n\tSetEnvIfExpr "%{SSL_CLIENT_VERIFY} =~ /(.+)/" SSL_CLIENT_VERIFY=$1\n\tSetEnvIfExpr "%{SSL_CLIENT_CERT} =~ /(?s)(.+)/" SSL_CLIENT_CERT=$1,
		END
		;;
	esac
}

add_tls_client() {
	latchkey client add "$1" --redirect-uri "$CALLBACK" --trusted \
	    --grant authorization_code --grant refresh_token \
	    --grant client_credentials --scope openid --scope email \
	    --scope offline_access --scope api "${@:2}" >/dev/null
}

# behind SERVER: all is served by it from now on.
behind() {
	local serving=$BATS_FILE_TMPDIR/serving
	# shellcheck disable=SC1090 # written below
	[[ ! -e $serving ]] || source "$serving"
	[[ ${SERVED:-} != "$1" ]] || return 0
	stop_server
	SERVER_LOG=$BATS_FILE_TMPDIR/log
	site "$1" >"$BATS_FILE_TMPDIR/site.conf"
	serve_store "$1" -c "$BATS_FILE_TMPDIR/server.pem" \
	    -k "$BATS_FILE_TMPDIR/server.key" -r "$HTTP_PORT" \
	    -a "$CERTS/authorities.pem" -i "$BATS_FILE_TMPDIR/site.conf"
	printf 'SERVED=%q SERVER_PID=%q SERVER_LOG=%q\n' "$1" "$SERVER_PID" \
	    "$SERVER_LOG" >"$serving"
}

# show CERTIFICATE [CURL-OPTION...] URL: its status; "": none is shown.
show() {
	local -a with=()
	[[ -z $1 ]] || with=(--cert "$CERTS/$1.pem" --key "$CERTS/$1.key")
	curl --noproxy '*' -sS -m 30 "${with[@]}" -o "$(last body)" \
	    -D "$(last headers)" -w '%{http_code}' "${@:2}" >"$(last status)"
}

# token_with CERTIFICATE CLIENT [CURL-OPTION...]
token_with() {
	show "$1" -d "client_id=$2" -d grant_type=client_credentials -d scope=api \
	    "${@:3}" "$MTLS/token"
}

refused_for() {
	assert_refused 401 invalid_client
	grep 'reason=' "$SERVER_LOG" | tail -n 1 | grep -Eq "reason=$1( |$)" ||
	    fail "$(tail -n 3 "$SERVER_LOG")"
}

# --- the promises ------------------------------------------------------------------

certificates_prove_clients() {
	token_with client signed
	assert_status 200
	show client -d "token=$(http_body | field access_token)" \
	    -d client_id=signed "$MTLS/introspect"
	assert_field active true
	token_with self own
	assert_status 200
	token_with openssl own
	assert_status 200
	token_with client signed --tlsv1.2 --tls-max 1.2
	assert_status 200
	token_with client signed --tlsv1.3
	assert_status 200
}

other_certificates_prove_nothing() {
	token_with '' signed
	refused_for certificate_missing
	token_with other signed
	refused_for certificate_mismatch
	token_with client own
	refused_for certificate_mismatch
	# The web server cannot tell who has signed it. lighttpd says no more than
	# that.
	token_with stranger signed
	refused_for "certificate_(unverified|missing)"
	token_with impostor signed
	refused_for "certificate_(unverified|missing)"
	token_with child signed
	refused_for "certificate_(unverified|missing)"
	token_with self-2 own
	refused_for "certificate_(mismatch|missing)"
	# A certificate that the server was told to believe proves no name.
	token_with self signed
	refused_for certificate_unverified
}

# The authorities between are the client's to send.
a_chain_is_followed() {
	token_with chain deep
	assert_status 200
	token_with deep deep
	refused_for 'certificate_(unverified|missing)'
	token_with chain signed
	refused_for certificate_mismatch
}

a_bound_token_goes_with_its_certificate() {
	local access
	latchkey client set own --certificate-bound >/dev/null
	open_page alice "$(authorize_url own scope='openid email')"
	! page_asks_password || log_in alice
	show self -d client_id=own -d grant_type=authorization_code \
	    -d code="$(url_param code "$(http_header Location)")" \
	    --data-urlencode redirect_uri="$CALLBACK" -d code_verifier="$VERIFIER" \
	    "$MTLS/token"
	assert_status 200
	access=$(http_body | field access_token)
	show self -H "Authorization: Bearer $access" "$MTLS/userinfo"
	assert_field email alice@example.org
	show '' -H "Authorization: Bearer $access" "$MTLS/userinfo"
	assert_refused 401 invalid_token
	show openssl -H "Authorization: Bearer $access" "$MTLS/userinfo"
	assert_refused 401 invalid_token
	show self -H "Authorization: Bearer $access" "$ISSUER/userinfo"
	assert_refused 401 invalid_token
	latchkey client set own --no-certificate-bound >/dev/null
}

the_gate_lets_it_on_with_its_certificate() {
	local access pem
	pem=$(sed ':a;N;$!ba;s/\n/%0A/g;s/ /%20/g;s/+/%2B/g' "$CERTS/self.pem")
	at_site() {	# CERTIFICATE [CURL-OPTION...]
		show "$1" --connect-to "::127.0.0.1:$MTLS_PORT" "${@:2}" \
		    -H "Authorization: Bearer $access" "$SITE/api"
	}
	latchkey client set own --certificate-bound \
	    --audience https://api.example >/dev/null
	token_with self own
	access=$(http_body | field access_token)
	at_site self
	assert_status 200
	assert_equal "$(http_body)" 'a file of the API'
	at_site ''
	assert_refused 401 invalid_token
	at_site openssl
	assert_refused 401 invalid_token
	at_site '' -H "SSL_CLIENT_CERT: $pem" -H 'SSL_CLIENT_VERIFY: SUCCESS' \
	    -H "SSL-Client-Cert: $pem" -H 'SSL-Client-Verify: SUCCESS'
	assert_refused 401 invalid_token
	latchkey client set own --no-certificate-bound --audience '' >/dev/null
}

# Some servers refuse it themselves: at the handshake, or with a 400.
late_certificates_are_refused() {
	token_with late signed || return 0
	[[ $(http_status) = 4?? ]] || fail "$(http_status)"
	token_with self-late own
	[[ $(http_status) = 4?? ]] || fail "$(http_status)"
}

headers_are_no_certificates() {
	local pem url name
	pem=$(sed ':a;N;$!ba;s/\n/%0A/g;s/ /%20/g;s/+/%2B/g' "$CERTS/client.pem")
	for url in "$ISSUER" "$MTLS"; do
		for name in SSL_CLIENT_CERT SSL-Client-Cert X-SSL-Client-Cert \
		    X-Client-Cert Client-Cert; do
			show '' -H "$name: $pem" -H 'SSL_CLIENT_VERIFY: SUCCESS' \
			    -H 'SSL-Client-Verify: SUCCESS' \
			    -H 'X-SSL-Client-Verify: SUCCESS' \
			    -d client_id=signed -d grant_type=client_credentials \
			    "$url/token"
			refused_for 'certificate_(not_told|missing)'
		done
	done
}

only_where_they_are_asked_for() {
	local path
	show client -d client_id=signed -d grant_type=client_credentials "$ISSUER/token"
	refused_for certificate_not_told
	for path in /authorize /account /admin / /jwks.json /token/x /tokenx; do
		show client "$MTLS$path"
		assert_status 404
	done
	for path in /token /refresh /introspect /revoke /device_authorization /par; do
		show client "$MTLS$path"
		assert_status 405
	done
	show '' "$MTLS/userinfo"
	assert_status 401
	show '' "$MTLS/health"
	assert_field client_certificate none
	show client "$MTLS/health"
	assert_field client_certificate verified
	show client "$ISSUER/health"
	refute_field client_certificate
}

# What a client asks at its own endpoints is as long there as elsewhere, and Basic
# arrives.
the_rest_is_as_elsewhere() {
	local body=$BATS_TEST_TMPDIR/body
	{ printf 'client_id=signed&grant_type=client_credentials&x='
	  head -c 65536 /dev/zero | tr '\0' a; } | head -c 65536 >"$body"
	show client --data-binary "@$body" "$MTLS/token"
	assert_status 200
	head -c 70000 /dev/zero | tr '\0' a >"$body"
	show client --data-binary "@$body" "$MTLS/token"
	assert_status 413
	show client -u other:x -d grant_type=client_credentials "$MTLS/token"
	refused_for client_unknown
}

check_finds_it_in_order() {
	latchkey check --ca-file "$CURL_CA_BUNDLE" >"$BATS_TEST_TMPDIR/found" || :
	grep -q "^ok  *clients can show certificates at $MTLS$" "$BATS_TEST_TMPDIR/found" ||
	    fail "$(<"$BATS_TEST_TMPDIR/found")"
	assert_equal "$(grep -c 'no header passes' "$BATS_TEST_TMPDIR/found")" 2
}

# --- the servers ---------------------------------------------------------------------

@test "nginx: a certificate of an authority, or its own, proves a client" { behind nginx; certificates_prove_clients; }
@test "nginx: no other certificate does, and none does not" { behind nginx; other_certificates_prove_nothing; }
@test "nginx: a certificate that has expired does not" { behind nginx; late_certificates_are_refused; }
@test "nginx: a header is no certificate" { behind nginx; headers_are_no_certificates; }
@test "nginx: certificates are asked for in one place alone, which has nothing for people" { behind nginx; only_where_they_are_asked_for; }
@test "nginx: an authority between, which the client shows as well" { behind nginx; a_chain_is_followed; }
@test "nginx: a token that is bound to a certificate is good with that alone" { behind nginx; a_bound_token_goes_with_its_certificate; }
@test "nginx: so it is at the gate" { behind nginx; the_gate_lets_it_on_with_its_certificate; }
@test "nginx: bodies and Basic arrive there as elsewhere" { behind nginx; the_rest_is_as_elsewhere; }

@test "nginx: check finds that in order" { behind nginx; check_finds_it_in_order; }

@test "apache: a certificate of an authority, or its own, proves a client" { behind apache; certificates_prove_clients; }
@test "apache: no other certificate does, and none does not" { behind apache; other_certificates_prove_nothing; }
@test "apache: a certificate that has expired does not" { behind apache; late_certificates_are_refused; }
@test "apache: a header is no certificate" { behind apache; headers_are_no_certificates; }
@test "apache: certificates are asked for in one place alone, which has nothing for people" { behind apache; only_where_they_are_asked_for; }
@test "apache: an authority between, which the client shows as well" { behind apache; a_chain_is_followed; }
@test "apache: a token that is bound to a certificate is good with that alone" { behind apache; a_bound_token_goes_with_its_certificate; }
@test "apache: so it is at the gate" { behind apache; the_gate_lets_it_on_with_its_certificate; }
@test "apache: bodies and Basic arrive there as elsewhere" { behind apache; the_rest_is_as_elsewhere; }

@test "apache: check finds that in order" { behind apache; check_finds_it_in_order; }

@test "lighttpd: a certificate of an authority, or its own, proves a client" { behind lighttpd; certificates_prove_clients; }
@test "lighttpd: no other certificate does, and none does not" { behind lighttpd; other_certificates_prove_nothing; }
@test "lighttpd: a certificate that has expired does not" { behind lighttpd; late_certificates_are_refused; }
@test "lighttpd: a header is no certificate" { behind lighttpd; headers_are_no_certificates; }
@test "lighttpd: certificates are asked for in one place alone, which has nothing for people" { behind lighttpd; only_where_they_are_asked_for; }
@test "lighttpd: an authority between, which the client shows as well" { behind lighttpd; a_chain_is_followed; }
@test "lighttpd: a token that is bound to a certificate is good with that alone" { behind lighttpd; a_bound_token_goes_with_its_certificate; }
@test "lighttpd: so it is at the gate" { behind lighttpd; the_gate_lets_it_on_with_its_certificate; }
@test "lighttpd: bodies and Basic arrive there as elsewhere" { behind lighttpd; the_rest_is_as_elsewhere; }

@test "lighttpd: check finds that in order" { behind lighttpd; check_finds_it_in_order; }

# --- what an administrator can get wrong ------------------------------------------------

@test "nginx, apache: without authorities a client's own certificate proves it, and no name does" {
	local server
	for server in nginx apache; do
		stop_all
		echo >"$BATS_FILE_TMPDIR/serving"
		SERVER_LOG=$BATS_FILE_TMPDIR/log
		serve_store $server -c "$BATS_FILE_TMPDIR/server.pem" \
		    -k "$BATS_FILE_TMPDIR/server.key" -r "$HTTP_PORT"
		token_with self own
		assert_status 200
		token_with client signed
		refused_for certificate_unverified
	done
	stop_all
}

# wrong PATTERN SED: what check finds with nginx's configuration changed.
wrong() {
	export CONF=$BATS_TEST_TMPDIR/conf
	rm -rf "$CONF"
	cp -R "$root/conf" "$CONF"
	sed -i "$2" "$CONF/nginx.conf"
	chmod -R a+rX "$BATS_TEST_TMPDIR"
	echo >"$BATS_FILE_TMPDIR/serving"
	stop_all
	behind nginx
	latchkey check --ca-file "$CURL_CA_BUNDLE" >"$BATS_TEST_TMPDIR/found" || :
	grep -Eq "$1" "$BATS_TEST_TMPDIR/found" || fail "$(<"$BATS_TEST_TMPDIR/found")"
	stop_all
	echo >"$BATS_FILE_TMPDIR/serving"
}

@test "check: a web server that tells nothing of certificates" {
	wrong "^error  *the web server tells nothing of clients' certificates at $MTLS" \
	    '/SSL_CLIENT_/d'
}

@test "check: a web server that takes a header for a certificate, there or elsewhere" {
	wrong "^error  *a header passes for a client's certificate at $MTLS" \
	    's/\$ssl_client_verify/$http_x_client_verify/; s/\$ssl_client_escaped_cert/$http_x_client_cert/'
	wrong "^error  *a header passes for a client's certificate at $ISSUER" \
	    '0,/fastcgi_param REMOTE_ADDR/s/fastcgi_param REMOTE_ADDR/fastcgi_param SSL_CLIENT_VERIFY $http_ssl_client_verify; fastcgi_param SSL_CLIENT_CERT $http_client_cert; &/'
}

@test "check: a web server that asks everyone for certificates" {
	wrong "^warning  *clients are asked for certificates at $ISSUER, too" \
	    '0,/ssl_protocols/s/ssl_protocols/ssl_verify_client optional_no_ca; &/; 0,/fastcgi_param REMOTE_ADDR/s/fastcgi_param REMOTE_ADDR/fastcgi_param SSL_CLIENT_VERIFY $ssl_client_verify; &/'
}

# --- webserver.sh ----------------------------------------------------------------------

@test "webserver.sh: where clients show certificates is said whole, or refused" {
	local conf=$root/conf/webserver.sh server
	for server in nginx apache lighttpd; do
		"$conf" -s $server -i https://id.example.org -c c -k k \
		    -m https://id.example.org:8443 -a /a.pem | grep -q '/a.pem'
		! "$conf" -s $server -i https://id.example.org -c c -k k |
		    grep -Eqi '8443|verify_?client|mTLS|@[A-Z_0-9]+@' || fail "$server"
	done
	set -- -i https://id.example.org/idp -m https://id.example.org:8443
	run -1 "$conf" -s nginx "$@" -l 127.0.0.1:80
	[[ $output = *'over TLS'* ]]
	run -1 "$conf" -s lighttpd "$@" -c c -k k
	[[ $output = *-a* ]]
	run -1 "$conf" -s apache-cgi "$@" -c c -k k
	run -1 "$conf" -s nginx "$@" -x
	run -1 "$conf" -s nginx -i https://id.example.org -c c -k k -a /a.pem
	[[ $output = *-m* ]]
	run -1 "$conf" -s nginx -i https://id.example.org -c c -k k -m https://id.example.org:8443/x
	[[ $output = *'no path'* ]]
	run -1 "$conf" -s lighttpd -i https://id.example.org -c c -k k -a /a.pem -m https://mtls.example.org
	[[ $output = *'port of its own'* ]]
	"$conf" -s nginx -i https://id.example.org -c c -k k -m https://mtls.example.org |
	    grep -q 'server_name mtls.example.org'
}
