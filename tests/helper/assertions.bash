# Assertions, about the last answer.

fail() {
	printf '%s\n' "$@" >&2
	return 1
}

assert_equal() {
	[[ $1 = "$2" ]] || fail "is:     $1" "wanted: $2"
}

assert_status() {
	local -; set +T
	local text
	find_status
	[[ $text = "$1" ]] ||
	    fail "status $text, not $1" "$(http_headers)" "$(http_body)"
}

# assert_header NAME PATTERN
assert_header() {
	local -; set +T
	local text
	{ find_header "$1" && has_line "$2"; } ||
	    fail "no header $1 like $2" "$(http_headers)"
}

# has_line PATTERN: one of $text is like it, as grep -E has it.
has_line() {
	local line
	while IFS= read -r line; do
		[[ ! $line =~ $1 ]] || return 0
	done <<<"$text"
	return 1
}

refute_header() {
	local -; set +T
	local text
	find_header "$1" || :
	[[ -z $text ]] || fail "has $1: $text"
}

# assert_error CODE: in JSON, or in a redirect to the app.
assert_error() {
	local -; set +T
	local text found
	find_status
	case $text in
	30[23])
		find_header Location || :
		find_param error "$text" || :
		found=$text
		;;
	*)
		find_field error 2>/dev/null
		found=$text
		;;
	esac
	[[ $found = "$1" ]] || fail "error ${found:-(none)}, not $1" \
	    "$(http_status)" "$(http_headers)" "$(http_body)"
}

# assert_refused STATUS CODE
assert_refused() {
	assert_status "$1" && assert_error "$2"
}

# assert_field NAME VALUE
assert_field() {
	local -; set +T
	local text
	find_field "$1"
	[[ $text = "$2" ]] || fail "$1 is ${text:-absent}, not $2" \
	    "$(http_body)"
}

refute_field() {
	local -; set +T
	local text
	find_field "$1"
	[[ -z $text ]] || fail "has $1" "$(http_body)"
}

# assert_page PATTERN: the last page says so.
assert_page() {
	local -; set +T
	local text
	find_body || text=$(http_body | tr -d '\0')
	[[ ${text//$'\n'/ } =~ $1 ]] ||
	    fail "page says nothing like: $1" \
		"$(http_body | sed '/<style>/,/<\/style>/d')"
}

refute_page() {
	local -; set +T
	local text
	find_body || text=$(http_body | tr -d '\0')
	[[ ! ${text//$'\n'/ } =~ $1 ]] || fail "the page says: ${BASH_REMATCH[0]}"
}

# assert_error_page REASON: there is no redirect, and the administrator finds
# the reason on the page and in the log.
assert_error_page() {
	assert_status 400 && refute_header Location &&
	    assert_page "<code>$1</code>" && assert_logged "reason=$1( |$)"
}

# assert_error_redirect CODE [URI]: back to the app, at $CALLBACK or URI, with
# all it needs to understand (RFC 6749 4.1.2.1, RFC 9207 2).
assert_error_redirect() {
	local -; set +T
	local to text
	assert_status 303 && assert_error "$1" && find_header Location || return
	to=$text
	assert_equal "${to%%\?*}" "${2:-$CALLBACK}" || return
	find_param state "$to" || :
	assert_equal "$text" "${STATE-a-state}" || return
	find_param iss "$to" || :
	assert_equal "$text" "$ISSUER"
}
