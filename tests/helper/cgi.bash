# Requests to plain CGI programs.

# cgi PROGRAM METHOD PATH [QUERY] [BODY | @FILE] [VAR=VALUE | VAR...]
# One run as plain CGI, from $ADDRESS (default 127.0.0.1) with $AGENT; prints the raw answer
# and sets $status, $headers and $body. A VAR without a value is taken out.
cgi() {
	local -; set +T
	run_cgi "$@" && put_last raw
}

# The same without the printing.
run_cgi() {
	local program=$1 method=$2 path=$3 query=${4:-} content=${5:-} v dir length
	local -A vars
	shift $(($# < 5 ? $# : 5))
	answer_dir
	case $content in
	@*)
		cp "${content#@}" "$dir/input"
		length=$(stat -c %s "$dir/input")
		;;
	*)
		printf %s "$content" >"$dir/input"
		byte_length "$content"
		;;
	esac
	vars=([GATEWAY_INTERFACE]=CGI/1.1 [SERVER_PROTOCOL]=HTTP/1.1
	    [REQUEST_METHOD]=$method [REQUEST_URI]=$path${query:+?$query}
	    [QUERY_STRING]=$query [SCRIPT_NAME]=$path
	    [SERVER_SOFTWARE]=tests [REMOTE_ADDR]=${ADDRESS:-127.0.0.1}
	    [HTTP_HOST]=127.0.0.1:$PORT)
	[[ -z ${AGENT:-} ]] || vars[HTTP_USER_AGENT]=$AGENT
	if [[ $method = POST ]]; then
		vars[CONTENT_TYPE]=application/x-www-form-urlencoded
		vars[CONTENT_LENGTH]=$length
	fi
	for v in PATH LATCHKEY_TEST_CLOCK LATCHKEY_TEST_TWICE LATCHKEY_LINGER LATCHKEY_FETCH ASAN_OPTIONS UBSAN_OPTIONS \
	    LD_PRELOAD; do
		[[ -z ${!v:-} ]] || vars[$v]=${!v}
	done
	vars[LATCHKEY_DATA]=$DATA
	for v; do
		case $v in
		*=*) vars[${v%%=*}]=${v#*=} ;;
		*) unset "vars[$v]" ;;
		esac
	done
	local -a env=()
	for v in "${!vars[@]}"; do
		env+=("$v=${vars[$v]}")
	done
	set -- "$LATCHKEY_BUILD${USE_TEST_CLOCK:+/test}/cgi-bin/$program"
	# A pipe, not the file itself: it is what a server gives; or there is nothing.
	# shellcheck disable=SC2086 # the wrapper may have arguments
	if [[ -s $dir/input ]]; then
		put_last input | env -i "${env[@]}" ${LATCHKEY_WRAP:-} "$1" \
		    >"$dir/raw" 2>>"$SERVER_LOG"
	else
		env -i "${env[@]}" ${LATCHKEY_WRAP:-} "$1" \
		    </dev/null >"$dir/raw" 2>>"$SERVER_LOG"
	fi || {
		fail "$program: exit status $?" "$(tail "$SERVER_LOG")"
		return 1
	}
	keep_answer "$dir/raw"
	tell_answer
}

byte_length() {	# sets $length
	local LC_ALL=C
	length=${#1}
}

# It reads request's variables.
request_cgi() {
	local header name path=/ query='' cookies program
	local -a meta=()
	path=/${url#*://*/}
	[[ $path != *\?* ]] || query=${path#*\?}
	path=${path%%\?*}
	case ${path##*/} in
	openid-configuration | oauth-authorization-server | jwks.json | webfinger | protected-resource)
		program=metadata ;;
	authorize | token | refresh | userinfo | introspect | revoke | logout | par)
		program=${path##*/} ;;
	device | device_authorization)
		program=device ;;
	register)
		program=register ;;
	*)	# as the web servers of conf/ have it
		program=account
		[[ ! $path =~ /admin(/|$) ]] || program='admin'
		;;
	esac
	for header in "${sent[@]}"; do
		name=${header%%:*}
		name=${name^^}
		name=${name//-/_}
		[[ $name = CONTENT_TYPE ]] || name=HTTP_$name
		meta+=("$name=${header#*: }")
	done
	if [[ $person != - ]]; then
		jar_send "$path"
		[[ -z $cookies ]] || meta+=("HTTP_COOKIE=$cookies")
	fi
	run_cgi "$program" "$method" "$path" "$query" "$content" "${meta[@]}" ||
	    return
	[[ $person = - ]] || jar_keep
}

# A cookie jar for plain CGI: name, path and value, a line each.
jar_send() {	# PATH: sets $cookies to those of $person
	local name path value jar=${BATS_TEST_TMPDIR:-$BATS_FILE_TMPDIR}/cgi-jar-$person
	cookies=
	[[ -e $jar ]] || return 0
	while read -r name path value; do
		[[ $1/ != "${path%/}"/* ]] || cookies+="${cookies:+; }$name=$value"
	done <"$jar"
}

jar_keep() {
	local LC_ALL=C line name path jar known kept text
	jar=${BATS_TEST_TMPDIR:-$BATS_FILE_TMPDIR}/cgi-jar-$person
	: >>"$jar"
	find_header Set-Cookie || return 0
	while read -r line; do
		name=${line%%=*}
		path=/
		[[ ! $line =~ .*\;\ *[Pp][Aa][Tt][Hh]=([^;]+) ]] ||
		    path=${BASH_REMATCH[1]}
		kept=
		while read -r known; do
			[[ $known = "$name "* ]] || kept+=$known$'\n'
		done <"$jar"
		[[ ${line,,} =~ max-age=0 ]] || {
			line=${line%%;*}
			kept+="$name $path ${line#*=}"$'\n'
		}
		printf %s "$kept" >"$jar.new"
		mv "$jar.new" "$jar"
	done <<<"$text"
}
