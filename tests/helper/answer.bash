# The last answer, which is kept in files.

answer_dir() {	# sets $dir
	dir=${ANSWER_DIR:-${BATS_TEST_TMPDIR:-$BATS_FILE_TMPDIR}/last}
	[[ -d $dir ]] || mkdir -p "$dir"
}

last() {
	local dir
	answer_dir
	echo "$dir/$1"
}

# whole FILE: sets $text to all of it; fails if there is a NUL in it, or no file.
whole() {
	text=
	[[ -r $1 ]] || return
	! IFS= read -r -d '' text <"$1"
}

# put_last FILE: what of the last answer is kept there, as cat does it.
put_last() {
	local LC_ALL=C dir text
	answer_dir
	if whole "$dir/$1"; then
		printf %s "$text"
	else
		cat "$dir/$1"
	fi
}

http_status() { put_last status; }
http_headers() { put_last headers; }
http_body() { put_last body; }

# http_header NAME: its value; all of them, a line each, if it comes twice.
http_header() {
	local -; set +T
	local text
	! find_header "$1" || printf '%s\n' "$text"
}

# The verbs below that find something set $text, and start no process for it.
# find_header NAME: fails if it has not come.
find_header() {
	local -; set +T
	local LC_ALL=C dir line found=''
	answer_dir
	while IFS= read -r line || [[ -n $line ]]; do
		[[ ${line,,} = "${1,,}":* ]] || continue
		line=${line#*:}
		found+=$'\n'${line#"${line%%[! ]*}"}
	done <"$dir/headers"
	text=${found#$'\n'}
	[[ -n $found ]]
}

find_status() {
	local dir
	answer_dir
	whole "$dir/status" || text=$(<"$dir/status")
	text=${text%$'\n'}
}

# Fails if there is a NUL in it.
find_body() {
	local LC_ALL=C dir
	answer_dir
	whole "$dir/body"
}

# keep_answer FILE: takes apart what a CGI program wrote.
keep_answer() {
	local -; set +T
	local LC_ALL=C dir line headers='' status=''
	answer_dir
	{
		while IFS= read -r line && line=${line%$'\r'} &&
		    [[ -n $line ]]; do
			headers+=$line$'\n'
			[[ ! $line =~ ^Status:\ *([0-9]+) ]] ||
			    status+=${BASH_REMATCH[1]}$'\n'
		done
		printf %s "$headers" >"$dir/headers"
		printf %s "$status" >"$dir/status"
		if IFS= read -r -d '' line; then
			printf '%s\0' "$line" >"$dir/body"
			cat >>"$dir/body"
		else
			printf %s "$line" >"$dir/body"
		fi
	} <"$1"
}

tell_answer() {
	local -; set +T
	local LC_ALL=C dir text
	answer_dir
	tell_one status
	tell_one headers
	tell_one body
}

# As $(<FILE) would set it: without newlines at the end, and without a NUL.
tell_one() {
	whole "$dir/$1" || { text=$(<"$dir/$1"); } 2>/dev/null
	while [[ $text = *$'\n' ]]; do
		text=${text%$'\n'}
	done
	printf -v "$1" %s "$text"
}
