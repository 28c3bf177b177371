# Requests to a server, by the shell itself where it can.

# It reads request's variables. What curl alone can do, it does: TLS, long bodies.
request_server() {
	local dir jar=${BATS_TEST_TMPDIR:-$BATS_FILE_TMPDIR}/jar-$person
	answer_dir
	ask_directly || ask_curl
}

ask_curl() {
	local header text
	local -a args=(--noproxy '*' -sS -m 60 -o "$dir/body"
	    -D "$dir/headers.raw" -w '%{http_code}')
	case $method in
	HEAD) args+=(-I) ;;
	POST) args+=(--data-binary "$content") ;;
	*) args+=(-X "$method") ;;
	esac
	for header in "${sent[@]}"; do
		args+=(-H "$header")
	done
	[[ $person = - ]] || args+=(-b "$jar" -c "$jar")
	: >"$dir/body"
	curl "${args[@]}" "$url" >"$dir/status"
	whole "$dir/headers.raw"
	text=${text//$'\r'/}
	printf %s "${text%$'\n'}" >"$dir/headers"
}

# ask_directly: without curl, which costs ten times as much as what it asks. It
# fails before it has asked, if at all.
ask_directly() {
	local LC_ALL=C host=${url#http://} target=/ fd head line text
	[[ $url = http://127.0.0.* && ${#content} -lt 16384 ]] || return
	! declare -F curl >/dev/null || return
	host=${host%%#*}
	[[ $host != */* ]] || target=/${host#*/}
	host=${host%%/*}
	[[ $host = *:* && $host$target != *[[:space:]]* ]] || return
	make_head || return
	{ exec {fd}<>"/dev/tcp/${host%:*}/${host#*:}"; } 2>/dev/null || return
	printf %s "$head" >&"$fd"
	take_answer
	exec {fd}>&-
}

# make_head: $head is the request, all of it; fails if curl knows better.
make_head() {
	local header name had=' ' cookies
	head=''
	for header in "${sent[@]}"; do
		name=${header%%:*}
		[[ $header = "$name: "?* ]] || return
		had+=${name,,}' '
		head+=$header$'\r\n'
	done
	[[ $had = *' host '* ]] || head="Host: $host"$'\r\n'$head
	[[ $had = *' user-agent '* ]] || head+='User-Agent: curl/7.88.1'$'\r\n'
	[[ $had = *' accept '* ]] || head+='Accept: */*'$'\r\n'
	if [[ $method = POST ]]; then
		[[ $had = *' content-type '* ]] ||
		    head+='Content-Type: application/x-www-form-urlencoded'$'\r\n'
		head+="Content-Length: ${#content}"$'\r\n'
	fi
	if [[ $person != - ]]; then
		[[ $had != *' cookie '* ]] || return
		find_cookies
		head+=${cookies:+Cookie: $cookies$'\r\n'}
	fi
	head="$method $target HTTP/1.1"$'\r\n'$head'Connection: close'$'\r\n\r\n'
	[[ $method != POST ]] || head+=$content
}

# A jar is curl's: domain, whether of subdomains, path, secure, end, name, value.
find_cookies() {	# sets $cookies
	local domain path end name value
	cookies=
	[[ -e $jar ]] || return 0
	while IFS=$'\t' read -r domain _ path _ end name value; do
		[[ ${domain#\#HttpOnly_} = "${host%:*}" ]] || continue
		((end == 0 || end > EPOCHSECONDS)) || continue
		[[ ${target%%\?*}/ = "${path%/}"/* ]] || continue
		cookies+="${cookies:+; }$name=$value"
	done <"$jar"
}

keep_cookie() {	# NAME=VALUE; ATTRIBUTE...
	local name=${1%%=*} value=${1#*=} others='' line path=/ end=0 secure=FALSE http=
	local rest=${1,,}
	value=${value%%;*}
	path=${target%%\?*}
	path=${path%/*}
	path=${path:-/}
	[[ ! $1 =~ \;\ *[Pp]ath=([^\;]+) ]] || path=${BASH_REMATCH[1]}
	[[ ! $rest =~ \;\ *max-age=(-?[0-9]+) ]] ||
	    end=$((BASH_REMATCH[1] > 0 ? EPOCHSECONDS + BASH_REMATCH[1] : 1))
	[[ ! $rest =~ \;\ *secure ]] || secure=TRUE
	[[ ! $rest =~ \;\ *httponly ]] || http=#HttpOnly_
	[[ ! -e $jar ]] || while IFS= read -r line; do
		[[ $line = *"	FALSE	$path	"*"	$name	"* &&
		    ${line#\#HttpOnly_} = "${host%:*}	"* ]] || others+=$line$'\n'
	done <"$jar"
	((end == 1)) ||
	    others+="$http${host%:*}	FALSE	$path	$secure	$end	$name	$value"$'\n'
	printf %s "$others" >"$jar"
}

# take_answer: from $fd; there is one, or the status is 000, as curl has it.
take_answer() {
	local headers='' status=000 length='' type='' rest='' line
	while IFS= read -r -t 60 line <&"$fd"; do
		line=${line%$'\r'}
		headers+=$line$'\n'
		[[ -n $line ]] || break
		case ${line,,} in
		http/*\ [1-5][0-9][0-9]*) status=${line#* } status=${status%% *} ;;
		content-length:*) length=${line##*[: ]} ;;
		transfer-encoding:*) length=chunked ;;
		content-type:*) type=${line#*:} type=${type# } ;;
		set-cookie:*)
			line=${line#*:}
			[[ $person = - ]] || keep_cookie "${line# }"
			;;
		esac
	done
	printf %s "$headers" >"$dir/headers"
	printf %s "$status" >"$dir/status"
	: >"$dir/body"
	if [[ $method = HEAD || $length = 0 || $status = 304 ]]; then
		return 0
	elif [[ $length = chunked ]]; then
		take_chunks >"$dir/body"
	elif [[ -n $length && $type = @(text|application)/* ]]; then
		IFS= read -r -t 60 -N "$length" rest <&"$fd" || :
		printf %s "$rest" >"$dir/body"
	else
		cat <&"$fd" >"$dir/body"
	fi
}

# RFC 9112 7.1, of text.
take_chunks() {
	local line size part
	while IFS= read -r -t 60 line <&"$fd"; do
		size=${line%%[^0-9A-Fa-f]*}
		((16#${size:-0} > 0)) || return 0
		IFS= read -r -t 60 -N "$((16#$size))" part <&"$fd" || :
		printf %s "$part"
		IFS= read -r -t 60 line <&"$fd" || :
	done
}
