# What a person does with pages.

html_decode() {	# $text
	text=${text//'&lt;'/'<'}
	text=${text//'&gt;'/'>'}
	text=${text//'&quot;'/'"'}
	text=${text//'&#39;'/"'"}
	text=${text//'&#'[xX]'27;'/"'"}
	text=${text//'&#'[xX]'2'[fF]';'/'/'}
	text=${text//'&#'[xX]'3'[dD]';'/'='}
	text=${text//'&#'[xX]'60;'/'`'}
	text=${text//'&#96;'/'`'}
	text=${text//'&amp;'/'&'}
}

# find_attribute NAME TAG: sets $text to its value; fails if it has none.
find_attribute() {
	local LC_ALL=C
	[[ $2 =~ .*[[:space:]]$1=\"([^\"]*)\" ]] || return
	text=${BASH_REMATCH[1]}
	html_decode
}

# The attribute NAME of a tag on standard input.
attribute() {
	local -; set +T
	local tag text
	while IFS= read -r tag || [[ -n $tag ]]; do
		! find_attribute "$1" "$tag" || printf '%s\n' "$text"
	done
}

# The tags NAME of the last page, a line each.
tags() {
	local -; set +T
	local tag
	local -a found=()
	find_tags "$1"
	for tag in "${found[@]}"; do
		printf '%s\n' "$tag"
	done
}

# find_tags NAME: adds them to found.
find_tags() {
	local LC_ALL=C dir part
	answer_dir
	{
		IFS= read -r -d '<' part || return 0
		while IFS= read -r -d '<' part || [[ -n $part ]]; do
			[[ ${part,,} = "$1"[[:space:]]*'>'* ]] || continue
			part=${part%%>*}
			found+=("<${part//$'\n'/ }>")
		done
	} <"${form_file:-$dir/body}"
}

# form_with STEP: from now on the last page is its form that has this button, if
# there is one: fields and tags are that form's. The caller's form_file.
form_with() {
	local dir text form
	answer_dir
	find_body || return 0
	while [[ $text = *'<form'* ]]; do
		form=${text%%'</form>'*}
		if [[ $form = *'<form'*"name=\"step\" value=\"$1\""* ]]; then
			form_file=$dir/form
			printf '%s\n' "<form${form##*<form}</form>" >"$form_file"
			return
		fi
		[[ $text = *'</form>'* ]] || return 0
		text=${text#*'</form>'}
	done
}

# Every field of the last page's form that a browser would send unchanged:
# NAME=VALUE, a line each.
form_fields() {
	local -; set +T
	local pair
	local -a pairs=()
	find_fields
	for pair in "${pairs[@]}"; do
		printf '%s\n' "$pair"
	done
}

find_fields() {	# adds them to pairs
	local tag text name
	local -a found=()
	find_tags input
	for tag in "${found[@]}"; do
		case $tag in
		*type=\"hidden\"*) ;;
		*type=\"checkbox\"*checked* | *checked*type=\"checkbox\"*) ;;
		*) continue ;;
		esac
		text=
		find_attribute name "$tag" || :
		name=$text text=
		find_attribute value "$tag" || :
		pairs+=("$name=$text")
	done
}

# open_page PERSON URL [NAME=VALUE...]: and on through redirects, as long as
# they stay on our pages.
open_page() {
	local -; set +T
	local person=$1 text hops
	request "$person" GET "${@:2}"
	for hops in 1 2 3 4; do
		find_status
		[[ $text = 30[123] ]] || return 0
		find_header Location || :
		[[ $text = "$ISSUER"/* ]] || return 0
		request "$person" GET "$text"
	done
	fail "redirected $hops times"
}

# submit PERSON [NAME=VALUE...]: sends the last page's form with these values;
# a NAME without = is left out. Redirects to ourselves are followed, unless
# STAY=1.
submit() {
	local -; set +T
	local person=$1 action origin text pair form_file=
	local -A fields=()
	local -a pairs=()
	shift
	for pair; do
		[[ $pair != step=* ]] || form_with "${pair#step=}"
	done
	find_fields
	for pair in "${pairs[@]}"; do
		fields[${pair%%=*}]=${pair#*=}
	done
	pairs=()
	for pair; do
		case $pair in
		*=*) fields[${pair%%=*}]=${pair#*=} ;;
		*) unset "fields[$pair]" ;;
		esac
	done
	find_action
	[[ -n $action ]] || fail 'no form on the page' "$(http_body)" || return
	find_origin
	case $action in
	*://*) ;;
	/*) action=$origin$action ;;
	*) action=$ISSUER/$action ;;
	esac
	for pair in "${!fields[@]}"; do
		pairs+=("$pair=${fields[$pair]}")
	done
	request "$person" POST "$action" -H "Origin: ${FORM_ORIGIN:-$origin}" \
	    "${pairs[@]}"
	[[ -z ${STAY:-} ]] || return 0
	find_header Location || :
	while [[ $text = "$ISSUER"/* ]]; do
		request "$person" GET "$text"
		find_header Location || :
	done
}

find_action() {	# sets $action to that of the page's first form
	local -a found=()
	action=
	find_tags form
	! find_attribute action "${found[0]:-}" || action=$text
}

# use_passkey PERSON [WORD=VALUE...]: answers the last page as a device and the
# page's script would (tests/authenticator.py has the words). The passkey is
# $PASSKEY, a file.
use_passkey() {
	local -a fields
	readarray -t fields < <(http_body | /usr/bin/python3 "$root/tests/authenticator.py" \
	    "$PASSKEY" origin="$(issuer_origin)" "${@:2}")
	submit "$1" step=passkey "${fields[@]}"
}

# keep_page NAME: a tab that stays open; in_page NAME: back to it, as it was.
keep_page() {
	cp "$(last body)" "$(tmpdir)/page-$1"
}

in_page() {
	cp "$(tmpdir)/page-$1" "$(last body)"
}

issuer_origin() {
	local origin
	find_origin
	printf '%s\n' "$origin"
}

find_origin() {	# sets $origin
	origin=${ISSUER#*://}
	origin=${ISSUER%%://*}://${origin%%/*}
}

# authorize_url CLIENT [NAME=VALUE...]: with all that is needed; NAME= takes a
# parameter out.
authorize_url() {
	local -; set +T
	local pair content
	local -A p=([response_type]=code [client_id]=$1
	    [redirect_uri]=$CALLBACK
	    [scope]='openid profile email groups offline_access'
	    [state]=a-state [nonce]=a-nonce [code_challenge]=$CHALLENGE
	    [code_challenge_method]=S256)
	local -a pairs=()
	shift
	for pair; do
		p[${pair%%=*}]=${pair#*=}
	done
	for pair in "${!p[@]}"; do
		[[ -z ${p[$pair]} ]] || pairs+=("$pair=${p[$pair]}")
	done
	add_form "${pairs[@]}"
	echo "$ISSUER/authorize?$content"
}

page_asks_password() {
	local -; set +T
	local text field='<input[^>]* name="password"'
	find_body && [[ $text =~ $field ]]
}

page_asks_consent() {
	local -; set +T
	local text
	find_body && [[ $text = *'value="allow"'* ]]
}

# shown_secret: that of the page which sets up an authenticator app.
shown_secret() {
	http_body | sed -n 's/.*<code class="secret"[^>]*>\([^<]*\)<.*/\1/p'
}

log_in() {
	submit "$1" step=login username="$1" password="${2:-$PASSWORD}"
}

allow() {
	submit "$@" step=allow
}

deny() {
	submit "$@" step=deny
}

# sign_in PERSON CLIENT [NAME=VALUE...]: through login and consent, whichever
# come; prints the address the app gets.
sign_in() {
	local -; set +T
	local text
	open_page "$1" "$(authorize_url "${@:2}")"
	find_status
	if [[ $text = 200 ]] && page_asks_password; then
		log_in "$1"
		find_status
	fi
	if [[ $text = 200 ]] && page_asks_consent; then
		allow "$1"
		find_status
	fi
	[[ $text = 30[23] ]] ||
	    fail "no redirect to the app" "$text" "$(http_body)" || return
	http_header Location
}

# get_code PERSON CLIENT [NAME=VALUE...]
get_code() {
	local -; set +T
	local text
	sign_in "$@" >/dev/null || return
	find_header Location && find_param code "$text" && printf %s "$text"
}
