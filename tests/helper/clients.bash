# What an app does.

# new_pkce: another $VERIFIER and $CHALLENGE.
new_pkce() {
	VERIFIER=$(openssl rand 32 | base64url)
	CHALLENGE=$(printf %s "$VERIFIER" | openssl dgst -sha256 -binary |
	    base64url)
}

base64url() {
	base64 -w 0 | tr '+/' '-_' | tr -d '='
}

base64url_decode() {
	local s
	s=$(tr '_-' '/+')
	case $((${#s} % 4)) in
	2) s+='==' ;;
	3) s+='=' ;;
	esac
	base64 -d <<<"$s"
}

basic() {
	local text
	find_basic "$@"
	printf %s "$text"
}

find_basic() {	# sets $text
	local out=''
	text=${BASIC_OF["$1:$2"]:-}
	[[ -z $text ]] || return 0
	add_encoded "$1"
	out+=:
	add_encoded "$2"
	text=$(printf %s "$out" | base64 -w 0)
	BASIC_OF["$1:$2"]=$text
}

# as_client ENDPOINT [NAME=VALUE...]: a POST by $CLIENT (default app), who
# authenticates by $AUTH: basic (the default), post, jwt or none.
as_client() {
	local -; set +T
	local endpoint=$1 client=${CLIENT:-app} text
	shift
	case ${AUTH:-basic} in
	basic)
		find_basic "$client" "$SECRET"
		request - POST "$ISSUER/$endpoint" \
		    -H "Authorization: Basic $text" "$@"
		;;
	post)
		request - POST "$ISSUER/$endpoint" "$@" \
		    client_id="$client" client_secret="$SECRET"
		;;
	jwt)
		request - POST "$ISSUER/$endpoint" "$@" \
		    client_assertion_type="$ASSERTION_TYPE" \
		    client_assertion="$(assertion "$client")"
		;;
	secret_jwt)
		request - POST "$ISSUER/$endpoint" "$@" \
		    client_assertion_type="$ASSERTION_TYPE" \
		    client_assertion="$(secret_assertion "$client")"
		;;
	none) request - POST "$ISSUER/$endpoint" "$@" client_id="$client" ;;
	esac
	http_body
}

ASSERTION_TYPE=urn:ietf:params:oauth:client-assertion-type:jwt-bearer

# add_key_client CLIENT [ALG]: a client that signs with a key of its own.
add_key_client() {
	"$root/tests/assertion.py" make "${2:-EdDSA}" "$BATS_TEST_TMPDIR/$1.pem" \
	    >"$BATS_TEST_TMPDIR/$1.jwks"
	latchkey client add "$1" --auth private_key_jwt \
	    --jwks "$BATS_TEST_TMPDIR/$1.jwks" --redirect-uri "$CALLBACK" \
	    --grant authorization_code --grant refresh_token \
	    --grant client_credentials --trusted "${@:3}"
}

# assertion CLIENT [CLAIM=JSON...]: by its key; for the issuer, if not said
# otherwise.
assertion() {
	"$root/tests/assertion.py" sign "$BATS_TEST_TMPDIR/$1.pem" "$1" "$ISSUER" \
	    "${@:2}"
}

# proof KEY METHOD URL [CLAIM=JSON...] [-- ...]: by $BATS_FILE_TMPDIR/KEY.pem.
proof() {
	"$root/tests/assertion.py" proof "$BATS_FILE_TMPDIR/$1.pem" "${@:2}"
}

# secret_assertion CLIENT [CLAIM=JSON...]: the same, by $SECRET.
secret_assertion() {
	"$root/tests/assertion.py" sign "secret:$SECRET" "$1" "$ISSUER" "${@:2}"
}

# add_secret_jwt_client CLIENT [OPTION...]: a client that signs with $SECRET.
add_secret_jwt_client() {
	latchkey client add "$1" --auth client_secret_jwt --secret-stdin \
	    --redirect-uri "$CALLBACK" --grant authorization_code \
	    --grant refresh_token --grant client_credentials --trusted \
	    "${@:2}" <<<"$SECRET"
}

# redeem CODE [NAME=VALUE...]: prints the token endpoint's JSON, as do refresh
# and client_credentials.
redeem() {
	as_client token grant_type=authorization_code code="$1" \
	    redirect_uri="${REDIRECT_URI:-$CALLBACK}" \
	    code_verifier="$VERIFIER" "${@:2}"
}

# get_tokens PERSON CLIENT [NAME=VALUE...]: a code, redeemed.
get_tokens() {
	local code
	code=$(get_code "$@") || return
	CLIENT=$2 redeem "$code"
}

# refresh TOKEN [NAME=VALUE...]
refresh() {
	as_client "${REFRESH_AT:-token}" grant_type=refresh_token \
	    refresh_token="$1" "${@:2}"
}

client_credentials() {
	as_client token grant_type=client_credentials "$@"
}

introspect() {
	as_client introspect token="$1" "${@:2}"
}

revoke() {
	as_client revoke token="$1" "${@:2}"
}

userinfo() {
	request - GET "$ISSUER/userinfo" -H "Authorization: Bearer $1"
	http_body
}

# eight_at_once COMMAND...: prints how often each status was the answer.
eight_at_once() {
	local -; set +T
	local i
	local -a started=()
	rm -rf "$BATS_TEST_TMPDIR"/answer?
	for i in 1 2 3 4 5 6 7 8; do
		ANSWER_DIR=$BATS_TEST_TMPDIR/answer$i "$@" >/dev/null 3>&- &
		started+=($!)
	done
	wait "${started[@]}"
	cat "$BATS_TEST_TMPDIR"/answer?/status | sort | uniq -c | tr -s ' \n' ' '
}

# field NAME: of the JSON on standard input; nothing if it is not there. jq
# starts slowly: an object of plain values, as most answers are, needs none.
field() {
	local -; set +T
	local json text=''
	if IFS= read -r -d '' json; then	# a NUL
		{ printf '%s\0' "$json"; cat; } | ask_jq "$1"
	elif [[ -z $json ]] || plain_field "$1" "$json"; then
		[[ -z $text ]] || printf '%s\n' "${text#=}"
	else
		printf %s "$json" | ask_jq "$1"
	fi
}

# find_field NAME: the same of the last answer, in $text.
find_field() {
	local json
	find_body || { text=$(http_body | ask_jq "$1"); return; }
	json=$text text=
	if [[ -z $json ]] || plain_field "$1" "$json"; then
		text=${text#=}
	else
		text=$(printf %s "$json" | ask_jq "$1")
	fi
}

ask_jq() {
	jq -rc --arg name "$1" '.[$name] | select(. != null)'
}

# plain_field NAME JSON: sets $text to =VALUE, or to nothing; fails if JSON is
# not an object of strings without escapes, small integers, true, false, null.
plain_field() {
	local LC_ALL=C name=$1 rest=$2 value
	local string='"([ !#-[^-~]|])*"'
	local member="^$string:($string|\\[($string(,$string)*)?]|-?[1-9][0-9]{0,14}|0|true|false|null)(,|}\$)"
	rest=${rest%$'\n'}
	[[ ${rest:0:1} = '{' ]] || return
	rest=${rest:1}
	while [[ $rest =~ $member ]]; do
		value=${BASH_REMATCH[2]}
		[[ $rest != "\"$name\":"* ]] || text="=$value"
		rest=${rest:${#BASH_REMATCH[0]}}
		[[ -n $rest || ${BASH_REMATCH[8]} != , ]] || return
	done
	[[ -z $rest ]] || return
	case $text in
	=null) text= ;;
	'="'*'"') text=${text#=?} text=${text%?} text="=$text" ;;
	esac
}

# other_char TEXT AT: another character there.
other_char() {
	local c=A
	[[ ${1:$2:1} != A ]] || c=B
	echo "${1:0:$2}$c${1:$2+1}"
}

jwt_header() { jwt_part "${1%%.*}"; }

jwt_claims() {
	local rest=${1#*.}
	jwt_part "${rest%%.*}"
}

jwt_part() {
	local s=${1//_/\/}
	s=${s//-/+}
	case $((${#s} % 4)) in
	2) s+='==' ;;
	3) s+='=' ;;
	esac
	base64 -d <<<"$s"
}
