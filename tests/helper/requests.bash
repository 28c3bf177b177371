# Requests: what a query and a form are, and who is asked.

# One step for each sort of character, not for each character: bats makes every
# step of a shell slow.
url_encode() {
	local out=''
	add_encoded "$1"
	printf %s "$out"
}

add_encoded() {	# to $out
	local LC_ALL=C s=${1//%/%25} rest c hex
	rest=${s//[A-Za-z0-9._~%-]/}
	while [[ -n $rest ]]; do
		c=${rest:0:1}
		printf -v hex %02X "'$c"
		s=${s//"$c"/%${hex: -2}}
		rest=${rest//"$c"/}
	done
	out+=$s
}

url_decode() {
	local text
	find_decoded "$1"
	printf %s "$text"
}

find_decoded() {	# sets $text
	local s=${1//+/ }
	printf -v text %b "${s//%/\\x}"
}

# form NAME=VALUE...: as a query or a form's body.
form() {
	local content
	add_form "$@"
	printf %s "$content"
}

add_form() {	# sets $content
	local pair out=''
	for pair; do
		out+=${out:+&}
		add_encoded "${pair%%=*}"
		out+='='
		add_encoded "${pair#*=}"
	done
	content=$out
}

# url_param NAME URL: a parameter of its query or fragment, decoded.
url_param() {
	local text
	find_param "$@" && printf %s "$text"
}

# find_param NAME URL: the same, in $text; fails if it is not there.
find_param() {
	local pair rest=${2#*[?#]}
	local IFS='&'
	text=
	for pair in $rest; do
		[[ ${pair%%=*} != "$1" ]] || { find_decoded "${pair#*=}"; return; }
	done
	return 1
}

# request PERSON METHOD URL [-H 'Name: value']... [NAME=VALUE...]
# PERSON's browser (its cookies; - has none) asks; parameters go into the query
# of a GET and the body of a POST. No redirect is followed.
request() {
	local -; set +T
	local person=$1 method=$2 url=$3 content
	local -a sent=()
	shift 3
	while [[ ${1:-} = -H ]]; do
		sent+=("$2")
		shift 2
	done
	add_form "$@"
	if [[ $method != POST && -n $content ]]; then
		[[ $url = *\?* ]] && url+="&$content" || url+="?$content"
		content=''
	fi
	if [[ -n ${SERVER_PID:-} ]]; then
		request_server
	else
		request_cgi
	fi
	tell_answer
}
