# Certificates of clients (RFC 8705): how they are registered, what they prove, and
# what is refused. The web server's variables are made up here;
# tests/mtls_servers.bats has real servers.

load helper

setup_file() {
	CERTS=$BATS_FILE_TMPDIR/certs
	export CERTS
	mkdir "$CERTS"
	/usr/bin/python3 "$root/tests/client_certificates.py" "$CERTS"
	new_store
	set_conf mtls_origin https://mtls.example.org:8443
	add_user alice --name 'Alice Adams' --email alice@example.org
	add_tls_client signed --auth tls_client_auth \
	    --tls-subject-dn 'CN=client,O=Ex\, Inc,C=DE'
	add_tls_client own --auth self_signed_tls_client_auth \
	    --certificate "$CERTS/self.pem"
	add_client app
	save_store
}

setup() {
	fresh_store
}

# add_tls_client ID OPTION...
add_tls_client() {
	latchkey client add "$1" --redirect-uri "$CALLBACK" --trusted \
	    --grant authorization_code --grant refresh_token \
	    --grant client_credentials --scope openid --scope email \
	    --scope offline_access --scope api "${@:2}" >/dev/null
}

# What a web server says of a certificate: $SHOWN, a name below $CERTS, and
# $VERIFY. Sets $told.
tell_of_certificate() {
	told=("SSL_CLIENT_VERIFY=${VERIFY:-SUCCESS}")
	[[ -z ${SHOWN:-} ]] || told+=("SSL_CLIENT_CERT=$(<"$CERTS/$SHOWN.pem")")
}

# ask ENDPOINT [NAME=VALUE...]: a POST of client $CLIENT with its certificate.
ask() {
	local told
	tell_of_certificate
	run_cgi "$1" POST "/$1" '' \
	    "$(form client_id="${CLIENT:-signed}" "${@:2}")" "${told[@]}"
}

token() {
	ask token grant_type=client_credentials scope=api "$@"
}

# refused_for WORD: the client has not proved itself, and the log says why.
refused_for() {
	assert_refused 401 invalid_client
	tail -n 1 "$SERVER_LOG" | grep -Eq "reason=$1( |$)" || fail "$(tail -n 1 "$SERVER_LOG")"
}

# --- registered ------------------------------------------------------------------

@test "client certificate: says what OpenSSL says, of its subject and its thumbprint" {
	local name
	cd "$BATS_TEST_TMPDIR"
	openssl req -x509 -newkey ed25519 -nodes -keyout /dev/null -utf8 \
	    -subj '/C=DE/O=Ex, Inc+OU=a\+b/CN=Jürgen "J" <j>/emailAddress=a@b.c' \
	    -addext 'subjectAltName=DNS:a.example,DNS:b.example,URI:urn:x,IP:192.0.2.1,IP:2001:db8::1,email:a@b.c' \
	    -out cert.pem 2>/dev/null
	openssl x509 -in cert.pem -outform DER -out cert.der
	for name in cert.pem cert.der; do
		latchkey client certificate "$name" --json >said
		assert_equal "$(jq -r .subject_dn said)" \
		    "$(openssl x509 -in cert.pem -noout -subject \
			-nameopt RFC2253,utf8,-esc_msb | sed 's/^subject=//')"
		assert_equal "$(jq -r '."x5t#S256"' said)" \
		    "$(openssl dgst -sha256 -binary cert.der | basenc --base64url -w 0 | tr -d =)"
		assert_equal "$(jq -c '[.san_dns, .san_uri, .san_ip, .san_email]' said)" \
		    '[["a.example","b.example"],["urn:x"],["192.0.2.1","2001:db8::1"],["a@b.c"]]'
		assert_equal "$(date -u -d "@$(jq .not_after said)" '+%b %e %T %Y GMT')" \
		    "$(LC_ALL=C openssl x509 -in cert.pem -noout -enddate | sed 's/^notAfter=//')"
		# As `openssl req -x509` makes it, if it is not told otherwise.
		assert_equal "$(jq -c '[.self_signed, .can_sign]' said)" '[true,true]'
	done
	run -0 latchkey client certificate "$CERTS/self.pem"
	[[ $output = *'CN=self'* && $output = *thumbprint* ]]
}

@test "client certificate: RSA, EC and old versions are read; what is no certificate is told" {
	cd "$BATS_TEST_TMPDIR"
	openssl req -x509 -newkey rsa:4096 -nodes -keyout key.pem -subj /CN=rsa \
	    -out rsa.pem 2>/dev/null
	run -0 latchkey client certificate rsa.pem
	openssl req -new -key key.pem -subj /CN=old -out old.csr
	openssl x509 -req -in old.csr -signkey key.pem -out old.pem 2>/dev/null
	assert_equal "$(latchkey client certificate old.pem --json | jq .can_sign)" true
	cat key.pem old.csr >both.pem
	head -c 300 rsa.pem >half.pem
	head -c 200000 /dev/zero | tr '\0' a >long.pem
	for name in key.pem old.csr both.pem half.pem long.pem /dev/null nothing; do
		run -1 latchkey client certificate "$name"
		[[ $output = "latchkey: $name: "* ]] || fail "$output"
	done
}

@test "client add: each name that RFC 8705 has is registered, and shown" {
	local option value shown
	while read -r option value shown; do
		add_tls_client "by-$option" --auth tls_client_auth "--tls-$option" "$value"
		assert_equal "$(latchkey client show "by-$option" --json |
		    jq -r ".tls_client_auth_${option//-/_}")" "${shown:-$value}"
		CLIENT=by-$option SHOWN=client token
		assert_status 200
		CLIENT=by-$option SHOWN=other token
		refused_for certificate_mismatch
	done <<-'END'
		san-dns CLIENT.example.org
		san-uri urn:example:client
		san-ip 192.0.2.7
		san-email client@example.org
	END
	run -0 latchkey client show by-san-dns
	[[ $output = *tls_client_auth* && $output = *CLIENT.example.org* ]]
}

@test "client add: the subject is that of a certificate that is given" {
	add_tls_client given --auth tls_client_auth --certificate "$CERTS/client.pem"
	assert_equal "$(latchkey client show given --json |
	    jq -r '.tls_client_auth_subject_dn, .tls_client_certificates')" \
	    $'CN=client,O=Ex\\, Inc,C=DE\nnull'
	CLIENT=given SHOWN=client token
	assert_status 200
}

@test "client add: what does not go together is told" {
	local wanted
	refused() {	# WORDS OPTION...
		wanted=$1
		run -1 latchkey client add new --grant client_credentials "${@:2}"
		[[ $output = *"$wanted"* ]] || fail "$output"
	}
	refused 'needs the name' --auth tls_client_auth
	refused 'needs the client'"'"'s certificate' --auth self_signed_tls_client_auth
	refused 'is for --auth tls_client_auth' --tls-san-dns a.example
	refused 'are for --auth self_signed' --certificate "$CERTS/self.pem"
	refused 'one of these' --auth tls_client_auth --tls-san-dns a.example --tls-san-ip 10.0.0.1
	refused 'without blanks' --auth tls_client_auth --tls-subject-dn 'O = Ex, CN = client'
	refused 'RFC 4514' --auth tls_client_auth --tls-subject-dn '/O=Ex/CN=client'
	refused 'no host' --auth tls_client_auth --tls-san-dns '*.example'
	refused 'in figures' --auth tls_client_auth --tls-san-ip example.org
	refused 'no secret' --auth tls_client_auth --tls-san-dns a.example --alg HS256
	refused 'no secret' --auth tls_client_auth --tls-san-dns a.example --secret-stdin <<<"$SECRET"
	set -- --auth self_signed_tls_client_auth
	refused 'an authority' "$@" --certificate "$CERTS/signer.pem"
	refused 'has expired' "$@" --certificate "$CERTS/self-late.pem"
	refused 'given twice' "$@" --certificate "$CERTS/self.pem" --certificate "$CERTS/self.pem"
	refused 'cannot be read' "$@" --certificate "$CERTS/none.pem"
	refused 'no certificate' "$@" --certificate "$CERTS/self.key"
	run -1 latchkey client add new --public --redirect-uri "$CALLBACK" \
	    --auth tls_client_auth --tls-san-dns a.example
	run -1 latchkey client show new
}

@test "client set: a certificate is added, then the old one taken away; both are good in between" {
	local old
	CLIENT=own SHOWN=self-2 token
	refused_for certificate_mismatch
	latchkey client set own --add-certificate "$CERTS/self-2.pem" >/dev/null
	for SHOWN in self self-2; do
		CLIENT=own token
		assert_status 200
	done
	assert_equal "$(latchkey client show own --json |
	    jq '.tls_client_certificates | length')" 2
	old=$(latchkey client certificate "$CERTS/self.pem" --json | jq -r '."x5t#S256"')
	latchkey client set own --remove-certificate "$old" >/dev/null
	CLIENT=own SHOWN=self token
	refused_for certificate_mismatch
	CLIENT=own SHOWN=self-2 token
	assert_status 200
	run -1 latchkey client set own --remove-certificate "$old"
	[[ $output = *'no thumbprint'* ]]
	latchkey client set own --certificate "$CERTS/self.pem" >/dev/null
	CLIENT=own SHOWN=self token
	assert_status 200
}

@test "client set: eight certificates are as many as a client has" {
	local i
	for i in 1 2 3 4 5 6 7 8; do
		openssl req -x509 -newkey ed25519 -nodes -keyout /dev/null \
		    -subj "/CN=$i" -extensions usr_cert \
		    -out "$BATS_TEST_TMPDIR/$i.pem" 2>/dev/null
		set -- "$@" --add-certificate "$BATS_TEST_TMPDIR/$i.pem"
	done
	run -1 latchkey client set own "$@"
	[[ $output = *'at most 8'* ]] || fail "$output"
	latchkey client set own "${@:3}" >/dev/null
	assert_equal "$(latchkey client show own --json |
	    jq '.tls_client_certificates | length')" 8
}

@test "client set: from one way to another, nothing of the old one is left" {
	latchkey client set own --auth client_secret_basic --secret-stdin \
	    >/dev/null <<<"$SECRET"
	assert_equal "$(latchkey client show own --json | jq .tls_client_certificates)" null
	CLIENT=own SHOWN=self token
	refused_for client_secret_missing
	latchkey client set own --auth tls_client_auth --tls-san-dns client.example.org >/dev/null
	CLIENT=own client_credentials
	refused_for client_auth_method
	CLIENT=own SHOWN=client token
	assert_status 200
}

@test "client add: certificates come with a JWK set, too (x5c)" {
	local x5c
	cd "$BATS_TEST_TMPDIR"
	x5c=$(openssl x509 -in "$CERTS/self.pem" -outform DER | base64 -w 0)
	# A key that nothing could be signed with here.
	printf '{"keys":[{"kty":"EC","crv":"P-521","x":"AA","y":"AA","x5c":["%s"]}]}' "$x5c" >keys
	add_tls_client by-keys --auth self_signed_tls_client_auth --jwks keys
	CLIENT=by-keys SHOWN=self token
	assert_status 200
	set -- client add more --grant client_credentials --auth self_signed_tls_client_auth --jwks
	echo '{"keys":[]}' >none
	run -1 latchkey "$@" none
	[[ $output = *x5c* ]] || fail "$output"
	printf '{"keys":[{"kty":"EC","x5c":["%s"]}]}' "${x5c:8}" >broken
	run -1 latchkey "$@" broken
	printf '{"keys":[{"kty":"EC","x5c":"%s"}]}' "$x5c" >text
	run -1 latchkey "$@" text
	printf '{"keys":[{"kty":"EC","x5c":["%s"]}]}' \
	    "$(openssl x509 -in "$CERTS/signer.pem" -outform DER | base64 -w 0)" >signer
	run -1 latchkey "$@" signer
	[[ $output = *authority* ]] || fail "$output"
}

@test "client add: without mtls_origin the command says what is missing" {
	sed -i /^mtls_origin/d "$DATA/latchkey.conf"
	run -0 --separate-stderr latchkey client set signed --name Signed
	[[ $stderr = *mtls_origin* ]] || fail "$stderr"
	run -0 --separate-stderr latchkey client set app --name App
	[[ $stderr != *mtls_origin* ]] || fail "$stderr"
}

@test "export, import: certificates and names go along, and what is none is refused" {
	local file=$BATS_TEST_TMPDIR/export
	latchkey export --secrets "$file" 2>/dev/null
	DATA=$BATS_TEST_TMPDIR/new
	init_store "$DATA" "$ISSUER" --alg EdDSA >/dev/null
	set_conf mtls_origin https://mtls.example.org:8443
	sed 's/"tls_client_certificates":\["/&x/' "$file" >"$file.bad"
	chmod go= "$file.bad"
	run -1 latchkey import "$file.bad"
	[[ $output = *thumbprint* ]] || fail "$output"
	latchkey import "$file" >/dev/null
	SHOWN=client token
	assert_status 200
}

# --- the settings -----------------------------------------------------------------

@test "mtls_origin: a port or a host of its own, without a path" {
	local value
	for value in http://id.example.org https://id.example.org/ https://id.example.org/x \
	    id.example.org:8443 https://ID.example.org https://id.example.org:0; do
		set_conf mtls_origin "$value"
		run -1 latchkey client list
		[[ $output = *mtls_origin* ]] || fail "$value: $output"
	done
	set_conf issuer https://id.example.org/idp
	set_conf mtls_origin https://id.example.org
	run -1 latchkey client list
	[[ $output = *"mtls_origin is the issuer's"* ]] || fail "$output"
	set_conf mtls_origin https://id.example.org:8443
	latchkey client list >/dev/null
}

@test "discovery: says where certificates are shown, if they are anywhere" {
	local doc
	request - GET "$ISSUER/.well-known/openid-configuration"
	doc=$(http_body)
	assert_equal "$(jq -c .mtls_endpoint_aliases <<<"$doc")" \
	    '{"token_endpoint":"https://mtls.example.org:8443/token","userinfo_endpoint":"https://mtls.example.org:8443/userinfo","introspection_endpoint":"https://mtls.example.org:8443/introspect","revocation_endpoint":"https://mtls.example.org:8443/revoke","device_authorization_endpoint":"https://mtls.example.org:8443/device_authorization","pushed_authorization_request_endpoint":"https://mtls.example.org:8443/par"}'
	for list in token revocation introspection; do
		jq -e ".${list}_endpoint_auth_methods_supported |
		    contains([\"tls_client_auth\", \"self_signed_tls_client_auth\"])" <<<"$doc"
	done
	sed -i /^mtls_origin/d "$DATA/latchkey.conf"
	request - GET "$ISSUER/.well-known/openid-configuration"
	http_body | jq -e '.mtls_endpoint_aliases == null and
	    (.token_endpoint_auth_methods_supported | index("tls_client_auth")) == null'
}

# --- what proves a client ------------------------------------------------------------

@test "tls_client_auth: a certificate of an authority, by its subject" {
	SHOWN=client token
	assert_status 200
}

@test "tls_client_auth: no certificate, another's, one that is not verified, or has expired" {
	VERIFY=NONE token
	refused_for certificate_missing
	SHOWN=other token
	refused_for certificate_mismatch
	SHOWN=late token
	refused_for certificate_expired
	for VERIFY in 'FAILED:unable to verify the first certificate' FAILED NONE success 'SUCCESS ' SUCCESSFUL; do
		SHOWN=stranger token
		refused_for certificate_unverified
	done
}

# Web servers are told to believe it for the client that it belongs to.
@test "tls_client_auth: a certificate that is its own authority proves no name, though verified" {
	SHOWN=impostor token
	refused_for certificate_unverified
}

@test "self_signed_tls_client_auth: the registered certificate, verified or not" {
	for VERIFY in SUCCESS FAILED:self-signed 'FAILED:error:00000012:lib(0)'; do
		CLIENT=own SHOWN=self token
		assert_status 200
	done
}

@test "self_signed_tls_client_auth: none, another with the same name, a verified one, one that has expired" {
	local word
	VERIFY=NONE CLIENT=own token
	refused_for certificate_missing
	CLIENT=own SHOWN=self-2 token
	refused_for certificate_mismatch
	CLIENT=own SHOWN=client token
	refused_for certificate_mismatch
	CLIENT=own SHOWN=self-late token
	refused_for certificate_expired
}

@test "self_signed_tls_client_auth: a registered certificate is good until its last second" {
	USE_TEST_CLOCK=1
	CLIENT=own SHOWN=self token
	assert_status 200
	travel $((29 * 86400))
	CLIENT=own SHOWN=self token
	assert_status 200
	travel $((2 * 86400))
	CLIENT=own SHOWN=self token
	refused_for certificate_expired
}

@test "certificates: what a web server passes on can be encoded, and a chain" {
	local pem told
	pem=$(<"$CERTS/client.pem")
	for told in "$(sed ':a;N;$!ba;s/\n/%0A/g;s/ /%20/g;s/+/%2B/g;s,/,%2F,g;s/=/%3D/g' <<<"$pem")" \
	    "$pem"$'\n'"$(<"$CERTS/ca.pem")" "${pem//$'\n'/$'\n\t'}" "${pem//$'\n'/$'\r\n'}"; do
		run_cgi token POST /token '' \
		    'grant_type=client_credentials&scope=api&client_id=signed' \
		    SSL_CLIENT_VERIFY=SUCCESS "SSL_CLIENT_CERT=$told"
		assert_status 200
	done
}

@test "certificates: what is none is refused, and harms nothing" {
	local pem told
	pem=$(<"$CERTS/client.pem")
	for told in garbage '%' '-----BEGIN CERTIFICATE-----' \
	    "${pem:0:200}" "${pem/MII/MIJ}" "${pem//A/!}" \
	    "$(tr '\n' '%' <<<"$pem")" "-----BEGIN%20CERTIFICATE-----%zz" \
	    "-----BEGIN%20CERTIFICATE-----%00" "$(<"$CERTS/client.key")" \
	    "$(head -c 60000 /dev/zero | tr '\0' A)" \
	    "-----BEGIN CERTIFICATE-----
$(head -c 15000 /dev/zero | base64)
-----END CERTIFICATE-----"; do
		run_cgi token POST /token '' \
		    'grant_type=client_credentials&scope=api&client_id=signed' \
		    SSL_CLIENT_VERIFY=SUCCESS "SSL_CLIENT_CERT=$told"
		refused_for certificate_malformed
	done
	refute_logged server_error
}

# A header becomes a variable with another name, in each of the servers.
@test "certificates: no header is one" {
	local pem name
	pem=$(tr '\n' ' ' <"$CERTS/client.pem")
	for name in SSL_CLIENT_CERT SSL_CLIENT_VERIFY X_SSL_CLIENT_CERT X_CLIENT_CERT CLIENT_CERT; do
		run_cgi token POST /token '' \
		    'grant_type=client_credentials&scope=api&client_id=signed' \
		    "HTTP_$name=$pem" HTTP_SSL_CLIENT_VERIFY=SUCCESS "HTTP_SSL_CLIENT_CERT=$pem"
		refused_for certificate_not_told
	done
	# And where only the certificate is told, it is not said who asked for it.
	run_cgi token POST /token '' \
	    'grant_type=client_credentials&scope=api&client_id=signed' \
	    "SSL_CLIENT_CERT=$(<"$CERTS/client.pem")"
	refused_for certificate_not_told
}

@test "certificates: without mtls_origin none counts" {
	sed -i /^mtls_origin/d "$DATA/latchkey.conf"
	SHOWN=client token
	refused_for certificate_not_told
	CLIENT=own SHOWN=self token
	refused_for certificate_not_told
}

@test "certificates: a client that has one sends nothing else, and others may show one" {
	SHOWN=client token client_secret="$SECRET"
	refused_for client_auth_method
	SHOWN=client tell_of_certificate
	run_cgi token POST /token '' 'grant_type=client_credentials&scope=api' \
	    "HTTP_AUTHORIZATION=Basic $(basic signed "$SECRET")" "${told[@]}"
	refused_for client_auth_method
	CLIENT=app SHOWN=client token
	refused_for client_secret_missing
	CLIENT=nobody SHOWN=client token
	refused_for client_unknown
}

@test "certificates: every endpoint that clients authenticate at takes them" {
	local access told
	SHOWN=client token
	access=$(http_body | field access_token)
	SHOWN=client ask introspect token="$access"
	assert_field active true
	SHOWN=other ask introspect token="$access"
	refused_for certificate_mismatch
	VERIFY=NONE ask revoke token="$access"
	refused_for certificate_missing
	SHOWN=client ask revoke token="$access"
	assert_status 200
	SHOWN=client ask introspect token="$access"
	assert_field active false
	SHOWN=other ask par response_type=code scope=openid redirect_uri="$CALLBACK" \
	    code_challenge="$CHALLENGE" code_challenge_method=S256
	refused_for certificate_mismatch
	SHOWN=client ask par response_type=code scope=openid redirect_uri="$CALLBACK" \
	    code_challenge="$CHALLENGE" code_challenge_method=S256
	assert_status 201
	latchkey client set own --grant device_code --grant refresh_token >/dev/null
	SHOWN=self-2 tell_of_certificate
	run_cgi device POST /device_authorization '' 'client_id=own&scope=openid' "${told[@]}"
	refused_for certificate_mismatch
	SHOWN=self tell_of_certificate
	run_cgi device POST /device_authorization '' 'client_id=own&scope=openid' "${told[@]}"
	assert_status 200
	latchkey client set own --grant authorization_code \
	    --redirect-uri "$CALLBACK" >/dev/null
	run_cgi par POST /par '' "client_id=own&response_type=code&scope=openid&code_challenge=$CHALLENGE&code_challenge_method=S256" \
	    "${told[@]}"
	assert_status 201
	SHOWN=self-2 tell_of_certificate
	run_cgi par POST /par '' 'client_id=own&response_type=code' "${told[@]}"
	refused_for certificate_mismatch
}

@test "certificates: a person's sign-in is redeemed and refreshed with one" {
	local code refresh
	code=$(get_code alice signed scope='openid offline_access')
	VERIFY=NONE ask token grant_type=authorization_code code="$code" \
	    redirect_uri="$CALLBACK" code_verifier="$VERIFIER"
	refused_for certificate_missing
	SHOWN=client ask token grant_type=authorization_code code="$code" \
	    redirect_uri="$CALLBACK" code_verifier="$VERIFIER"
	assert_status 200
	refresh=$(http_body | field refresh_token)
	SHOWN=other ask token grant_type=refresh_token refresh_token="$refresh"
	refused_for certificate_mismatch
	SHOWN=client ask refresh grant_type=refresh_token refresh_token="$refresh"
	assert_status 200
}

@test "health: says what the web server tells of a certificate, and nothing without mtls_origin" {
	local told
	health() {	# [VAR=VALUE...]
		run_cgi token GET /health '' '' "$@"
		http_body | field client_certificate
	}
	assert_equal "$(health)" ''
	assert_equal "$(health SSL_CLIENT_VERIFY=NONE)" none
	SHOWN=client
	tell_of_certificate
	assert_equal "$(health "${told[@]}")" verified
	VERIFY=FAILED:x
	tell_of_certificate
	assert_equal "$(health "${told[@]}")" unverified
	sed -i /^mtls_origin/d "$DATA/latchkey.conf"
	assert_equal "$(health "${told[@]}")" ''
}

# --- tokens that are bound to a certificate (RFC 8705 3) ------------------------------

# Clients whose tokens are bound: a public one, one with a secret, and one whose
# certificate proves it.
add_bound_clients() {
	latchkey client add spa --public --redirect-uri "$CALLBACK" --trusted \
	    --certificate-bound >/dev/null
	add_client secret --redirect-uri "$CALLBACK" --trusted --certificate-bound \
	    --grant authorization_code --grant refresh_token \
	    --grant client_credentials --scope openid --scope offline_access --scope api
	latchkey client set own --certificate-bound >/dev/null
}

# thumbprint CERTIFICATE
thumbprint() {
	openssl x509 -in "$CERTS/$1.pem" -outform DER | openssl dgst -sha256 -binary |
	    basenc --base64url -w 0 | tr -d =
}

# bound_tokens CLIENT [NAME=VALUE...]: alice's, for $SHOWN.
bound_tokens() {
	local code
	code=$(get_code alice "$1" scope='openid offline_access') || return
	CLIENT=$1 ask token grant_type=authorization_code code="$code" \
	    redirect_uri="$CALLBACK" code_verifier="$VERIFIER" "${@:2}"
	assert_status 200
	access=$(http_body | field access_token)
	refresh=$(http_body | field refresh_token)
}

# ask_userinfo [VAR=VALUE...]: with $access, and the certificate $SHOWN.
ask_userinfo() {
	local told
	tell_of_certificate
	run_cgi userinfo GET /userinfo '' '' \
	    "HTTP_AUTHORIZATION=${SCHEME:-Bearer} $access" "${told[@]}" "$@"
}

refused_token() {
	assert_refused 401 invalid_token
	assert_header WWW-Authenticate '^Bearer .*error="invalid_token"'
	tail -n 1 "$SERVER_LOG" | grep -Eq "reason=$1( |$)" ||
	    fail "$(tail -n 1 "$SERVER_LOG")"
}

@test "certificate-bound: a token says to which certificate it is bound, in itself and at introspection" {
	local access refresh
	add_bound_clients
	SHOWN=self bound_tokens own
	assert_field token_type Bearer
	assert_equal "$(jwt_claims "$access" | jq -c .cnf)" \
	    "{\"x5t#S256\":\"$(thumbprint self)\"}"
	CLIENT=own SHOWN=self ask introspect token="$access"
	assert_equal "$(http_body | jq -c '[.active, .token_type, .cnf["x5t#S256"]]')" \
	    "[true,\"Bearer\",\"$(thumbprint self)\"]"
	CLIENT=own SHOWN=self token
	assert_equal "$(http_body | field access_token | { read -r t; jwt_claims "$t"; } |
	    jq -r '.cnf["x5t#S256"]')" "$(thumbprint self)"
	# Others' are as ever, also where a certificate is shown.
	SHOWN=client token
	jwt_claims "$(http_body | field access_token)" | jq -e '.cnf == null'
	request - GET "$ISSUER/.well-known/openid-configuration"
	http_body | jq -e .tls_client_certificate_bound_access_tokens
}

@test "certificate-bound: userinfo takes a token with its certificate alone" {
	local access refresh
	add_bound_clients
	SHOWN=other bound_tokens spa
	for VERIFY in SUCCESS FAILED:x; do
		SHOWN=other ask_userinfo
		assert_status 200
	done
	VERIFY=NONE SHOWN='' ask_userinfo
	refused_token certificate_missing
	SHOWN=client ask_userinfo
	refused_token certificate_mismatch
	SHOWN=late ask_userinfo
	refused_token certificate_expired
	run_cgi userinfo GET /userinfo '' '' "HTTP_AUTHORIZATION=Bearer $access" \
	    SSL_CLIENT_VERIFY=SUCCESS SSL_CLIENT_CERT=x
	refused_token certificate_malformed
	request - GET "$ISSUER/userinfo" -H "Authorization: Bearer $access" \
	    -H "SSL-Client-Cert: $(tr '\n' ' ' <"$CERTS/other.pem")"
	refused_token certificate_not_told
	request - POST "$ISSUER/userinfo" access_token="$access"
	refused_token certificate_not_told
	SHOWN=other SCHEME=DPoP ask_userinfo
	assert_status 401
	sed -i /^mtls_origin/d "$DATA/latchkey.conf"
	SHOWN=other ask_userinfo
	refused_token certificate_not_told
}

@test "certificate-bound: a client that has said so gets no token without a certificate" {
	local code
	add_bound_clients
	code=$(get_code alice spa scope='openid offline_access')
	for VERIFY in NONE ''; do
		CLIENT=spa ask token grant_type=authorization_code code="$code" \
		    redirect_uri="$CALLBACK" code_verifier="$VERIFIER"
		assert_refused 400 invalid_request
		assert_field error_description "certificate missing"
	done
	AUTH=none CLIENT=spa redeem "$code"
	assert_refused 400 invalid_request
	assert_field error_description "certificate not told"
	# The code is none the worse for it.
	SHOWN=other CLIENT=spa ask token grant_type=authorization_code code="$code" \
	    redirect_uri="$CALLBACK" code_verifier="$VERIFIER"
	assert_status 200
}

@test "certificate-bound: a public client's refresh tokens are good with the certificate alone (RFC 8705 4)" {
	local access refresh old
	add_bound_clients
	SHOWN=other bound_tokens spa
	old=$refresh
	AUTH=none CLIENT=spa refresh "$refresh"
	assert_refused 400 invalid_request
	SHOWN=client CLIENT=spa ask token grant_type=refresh_token refresh_token="$refresh"
	assert_refused 400 invalid_grant
	assert_field error_description "certificate mismatch"
	SHOWN=other CLIENT=spa ask refresh grant_type=refresh_token refresh_token="$refresh"
	assert_status 200
	refresh=$(http_body | field refresh_token)
	# A thief without the key ends nothing, with however old a token.
	SHOWN=client CLIENT=spa ask token grant_type=refresh_token refresh_token="$old"
	assert_refused 400 invalid_grant
	SHOWN=other CLIENT=spa ask token grant_type=refresh_token refresh_token="$refresh"
	assert_status 200
}

@test "certificate-bound: a client that authenticates may change its certificate" {
	local access refresh
	add_bound_clients
	latchkey client set own --add-certificate "$CERTS/self-2.pem" >/dev/null
	SHOWN=self bound_tokens own
	SHOWN=self-2 CLIENT=own ask token grant_type=refresh_token refresh_token="$refresh"
	assert_status 200
	access=$(http_body | field access_token)
	SHOWN=self ask_userinfo
	refused_token certificate_mismatch
	SHOWN=self-2 ask_userinfo
	assert_status 200
	# Its certificate need not be what proves it.
	SHOWN=client CLIENT=secret token client_secret="$SECRET"
	assert_equal "$(jwt_claims "$(http_body | field access_token)" |
	    jq -r '.cnf["x5t#S256"]')" "$(thumbprint client)"
	VERIFY=NONE CLIENT=secret token client_secret="$SECRET"
	assert_refused 400 invalid_request
}

# Their proof is about the address that discovery has for them.
@test "certificates: a client with one may prove a key as well, at the alias (RFC 9449)" {
	local told
	"$root/tests/assertion.py" make EdDSA "$BATS_FILE_TMPDIR/key.pem" >/dev/null
	add_bound_clients
	SHOWN=self tell_of_certificate
	at() {	# URL
		run_cgi token POST /token '' \
		    'grant_type=client_credentials&scope=api&client_id=own' \
		    "HTTP_DPOP=$(proof key POST "$1")" "${told[@]}"
	}
	at "$ISSUER/token"
	assert_refused 400 invalid_dpop_proof
	at https://mtls.example.org:8443/token
	assert_status 200
	assert_field token_type DPoP
}

@test "certificate-bound: it is one of two, and can be taken back" {
	add_bound_clients
	run -1 latchkey client set spa --require-dpop
	[[ $output = *'give one'* ]] || fail "$output"
	latchkey client show spa --json | jq -e .tls_client_certificate_bound_access_tokens
	latchkey client set spa --no-certificate-bound >/dev/null
	AUTH=none get_tokens alice spa >/dev/null
	assert_status 200
	jwt_claims "$(http_body | field access_token)" | jq -e '.cnf == null'
}

@test "certificate-bound: the gate lets a token on with its certificate alone" {
	local told api
	gate_token() {	# PATH [VAR=VALUE...]
		ask_gate "$1" "HTTP_AUTHORIZATION=Bearer $api" "${@:2}"
	}
	export SITE=http://127.0.0.2:$PORT
	add_bound_clients
	latchkey client set own --audience https://api.example >/dev/null
	latchkey site add "$SITE" --rule '/ signed-in' \
	    --rule '/api bearer:https://api.example' \
	    --rule '/strict bearer:https://api.example strict' >/dev/null
	CLIENT=own SHOWN=self token
	api=$(http_body | field access_token)
	for path in /api/x /strict/x; do
		SHOWN=self tell_of_certificate
		gate_token $path "${told[@]}"
		assert_status 200
		SHOWN=client tell_of_certificate
		gate_token $path "${told[@]}"
		refused_token certificate_mismatch
		gate_token $path SSL_CLIENT_VERIFY=NONE
		refused_token certificate_missing
		gate_token $path "HTTP_SSL_CLIENT_CERT=$(<"$CERTS/self.pem")" \
		    HTTP_SSL_CLIENT_VERIFY=SUCCESS
		refused_token certificate_not_told
	done
}

# --- what is wrong --------------------------------------------------------------------

# finds LEVEL PATTERN, among others.
finds() {
	latchkey check --offline --json | jq -r '.findings[] | "\(.level) \(.what)"' \
	    >"$BATS_TEST_TMPDIR/found"
	grep -Eq "^$1 .*$2" "$BATS_TEST_TMPDIR/found" ||
	    fail "$(<"$BATS_TEST_TMPDIR/found")"
}

@test "check: an app with a certificate, and no place to show it" {
	sed -i /^mtls_origin/d "$DATA/latchkey.conf"
	finds error 'the app (own|signed) shows a certificate, and there is no place'
}

@test "check: certificates that are about to expire, or have" {
	USE_TEST_CLOCK=1
	! finds . 'the app own' || fail 'too early'
	travel $((20 * 86400))
	finds warning 'the last certificate of the app own expires in 9 days'
	latchkey client set signed --auth self_signed_tls_client_auth \
	    --certificate "$CERTS/self-2.pem" >/dev/null
	travel $((11 * 86400))
	finds error 'every certificate of the app own has expired'
}
