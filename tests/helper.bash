# The words the tests are written in (`load helper`).
#
# The same verbs work in two ways: against plain CGI programs, started once a
# request, and, after start_server, through a real lighttpd with FastCGI. The
# answer to the last request is kept in files, so that assertions work after
# `run` and `$(...)` too; http_status, http_header and http_body give it back.

bats_require_minimum_version 1.5.0

root=${BATS_TEST_DIRNAME%/tests*}
: "${LATCHKEY_BUILD:=$root/build}"
PASSWORD='correct horse battery'
SECRET='a-client-secret-known-to-the-tests-only'
BASIC_OF_APP=YXBwOmEtY2xpZW50LXNlY3JldC1rbm93bi10by10aGUtdGVzdHMtb25seQ==	# app and $SECRET
CALLBACK='http://127.0.0.1:9/cb'	# never contacted
# RFC 7636, appendix B
VERIFIER='dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
CHALLENGE='E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'

# Bats runs a handler of its own before every line of a test. The verbs that
# run many lines do without it below themselves (set +T), which makes the tests
# three times as fast; failures are told all the same. A process costs more than
# a request: the verbs that each test runs many times start none that bash can
# do without.

# --- the engine ----------------------------------------------------------------

# STORE=postgresql of tests/run: each store is a database of its own, in the server
# of $LATCHKEY_TEST_PGSQL.
# shellcheck disable=SC1091 # checked by itself
[[ -z ${LATCHKEY_TEST_PGSQL:-} ]] || source "$root/tests/pgsql.bash"

on_pgsql() {
	[[ -n ${LATCHKEY_TEST_PGSQL:-} ]]
}

# needs_lmdb WHY: what follows is about LMDB, as `reads data.mdb`.
needs_lmdb() {
	! on_pgsql || skip "LMDB only: $1"
}

# new_database [FROM]: empty, or a copy; prints its name. Those of the tests before
# this one go.
new_database() {
	local list=$BATS_FILE_TMPDIR/databases mine name dir
	local -a say=() kept=()
	mine=$(tmpdir)
	touch "$list"
	while read -r name dir; do
		if [[ $dir = "$mine" || $dir = "$BATS_FILE_TMPDIR" ]]; then
			kept+=("$name $dir")
		else
			say+=(-c "drop database if exists $name with (force)")
		fi
	done <"$list"
	name=t${EPOCHREALTIME//[!0-9]/}_$BASHPID
	[[ -z ${1:-} ]] || say+=(-c "select count(pg_terminate_backend(pid))
	    from pg_stat_activity where datname = '$1'")
	say+=(-c "create database $name template ${1:-template0}")
	sql_each "$LATCHKEY_TEST_PGSQL" postgres "${say[@]}" >/dev/null || return
	printf '%s\n' "${kept[@]}" "$name $mine" | sed '/^$/d' >"$list"
	echo "$name"
}

# database_of DIR: the name of the database that is the store of that directory.
database_of() {
	sed -n 's/^store *= *postgresql:.*dbname=//p' "$1/latchkey.conf"
}

# store_setting DATABASE
store_setting() {
	echo "postgresql:$(pgsql_where "$LATCHKEY_TEST_PGSQL" "$1")"
}

# init_store DIR ISSUER [OPTION...]: latchkey init, on the engine of this run.
init_store() {
	local -a where=()
	! on_pgsql || where=(--store "$(store_setting "$(new_database)")")
	DATA=$1 latchkey init "${@:2}" "${where[@]}"
}

# copy_store FROM TO: a directory, and what it has in a database.
copy_store() {
	cp -a "$1" "$2"
	! on_pgsql ||
	    DATA=$2 set_conf store "$(store_setting "$(new_database "$(database_of "$1")")")"
}

# stored_bytes: all records of $DATA, as they are kept.
stored_bytes() {
	if on_pgsql; then
		sql_store 'copy (select key, value from latchkey_rows) to stdout (format binary)'
	else
		cat "$DATA/store/data.mdb"
	fi
}

# stored_state: another as soon as anything was written, if only the same again.
stored_state() {
	if on_pgsql; then
		sql_store "select (select count(*) from latchkey_batches), md5(string_agg(
		    concat_ws(' ', tbl, key, xmin, md5(value)), ' ' order by tbl, key))
		    from latchkey_rows"
	else
		cksum <"$DATA/store/data.mdb"
	fi
}

# sql_store STATEMENT: in the database of $DATA.
sql_store() {
	sql "$LATCHKEY_TEST_PGSQL" "$(database_of "$DATA")" "$1"
}

# hide_store: no program finds the records of $DATA, until show_store.
hide_store() {
	local name
	if on_pgsql; then
		name=$(database_of "$DATA")
		sql_each "$LATCHKEY_TEST_PGSQL" postgres \
		    -c "alter database $name allow_connections false" \
		    -c "select count(pg_terminate_backend(pid)) from pg_stat_activity
			where datname = '$name'" >/dev/null
	else
		mv "$DATA/store" "$DATA/hidden"
	fi
}

show_store() {
	if on_pgsql; then
		sql "$LATCHKEY_TEST_PGSQL" postgres \
		    "alter database $(database_of "$DATA") allow_connections true"
	else
		mv "$DATA/hidden" "$DATA/store"
	fi
}

# --- the store and who is in it ----------------------------------------------

tmpdir() {
	echo "${BATS_TEST_TMPDIR:-$BATS_FILE_TMPDIR}"
}

# Where the programs are; with USE_TEST_CLOCK=1 those whose clock `travel`
# moves.
programs() {
	echo "$LATCHKEY_BUILD${USE_TEST_CLOCK:+/test}"
}

latchkey() {
	${LATCHKEY_WRAP:-} "$LATCHKEY_BUILD${USE_TEST_CLOCK:+/test}/bin/latchkey" \
	    -d "$DATA" "$@"
}

# new_store [ISSUER | /PATH]: an empty store of this test's, or, called in
# setup_file, of this file's. Without an ISSUER it is one that start_server can
# serve. Argon2 is as cheap as it can be, and so are signatures: a client gets
# RS256 only where a test says so.
new_store() {
	PORT=$(free_port)
	case ${1:-} in
	*://*) ISSUER=$1 ;;
	*) ISSUER=http://127.0.0.1:$PORT${1:-} ;;
	esac
	export PORT ISSUER
	place_store
	init_store "$DATA" "$ISSUER" --alg EdDSA >/dev/null
	set_conf argon2_memlimit 8
	set_conf argon2_opslimit 1
}

# What goes with a store, for the test or the file that is running.
place_store() {
	DATA=$(tmpdir)/data
	LATCHKEY_TEST_CLOCK=$(tmpdir)/clock
	echo 0 >"$LATCHKEY_TEST_CLOCK"
	SERVER_LOG=$(tmpdir)/log
	: >"$SERVER_LOG"
	SERVER_PID=
	export DATA LATCHKEY_TEST_CLOCK SERVER_LOG SERVER_PID
}

# A store with people, clients and sessions takes a while to make.
# save_store, in setup_file, keeps what there is; fresh_store, in setup, gives
# a test a copy of its own.
save_store() {
	mv "$DATA" "$BATS_FILE_TMPDIR/saved"
}

fresh_store() {
	copy_store "$BATS_FILE_TMPDIR/saved" "$BATS_TEST_TMPDIR/data"
	find "$BATS_FILE_TMPDIR" -maxdepth 1 -name '*jar-*' \
	    -exec cp {} "$BATS_TEST_TMPDIR" \;
	place_store
}

# set_conf KEY VALUE
set_conf() {
	local -; set +T
	local text
	whole "$DATA/latchkey.conf"
	[[ ! $'\n'$text =~ $'\n'"$1"[[:blank:]]*= ]] ||
	    sed -i "/^$1[ 	]*=/d" "$DATA/latchkey.conf"
	echo "$1 = $2" >>"$DATA/latchkey.conf"
}

# add_user NAME [OPTION...]
add_user() {
	printf '%s\n' "$PASSWORD" | latchkey user add "$@" --password-stdin \
	    >/dev/null
}

# add_client ID [OPTION...]: confidential with $SECRET unless --public; its
# redirect URI is $CALLBACK unless some are given.
add_client() {
	case " $* " in
	*' --redirect-uri '* | *' client_credentials '*) ;;
	*) set -- "$@" --redirect-uri "$CALLBACK" ;;
	esac
	case " $* " in
	*' --public '*) latchkey client add "$@" >/dev/null ;;
	*)
		printf '%s\n' "$SECRET" |
		    latchkey client add "$@" --secret-stdin >/dev/null
		;;
	esac
}

# estrange APP: no administrator answers for it any more.
estrange() {
	local file
	file=$(tmpdir)/estranged
	latchkey export "$file" --secrets >/dev/null 2>&1
	latchkey client del "$1" --yes >/dev/null
	jq --arg id "$1" 'map_values(if type == "array" then
	    map(select(.client_id == $id and .redirect_uris) |
	    .registered_by = "registration" | .trusted = false) else . end)' "$file" >"$file.one"
	latchkey import "$file.one" >/dev/null
}

# on_terminal ANSWER... -- COMMAND...: runs it on a terminal of its own; each
# answer is typed when a question is shown (tests/terminal.py).
on_terminal() {
	"$root/tests/terminal.py" "$@"
}

# travel SECONDS: later for all programs of a USE_TEST_CLOCK=1 test.
travel() {
	local now
	read -r now <"$LATCHKEY_TEST_CLOCK"
	echo $((now + $1)) >"$LATCHKEY_TEST_CLOCK.new"
	mv "$LATCHKEY_TEST_CLOCK.new" "$LATCHKEY_TEST_CLOCK"
}

# totp SECRET: the code that an authenticator app shows.
totp() {
	local offset=0
	[[ -z ${LATCHKEY_TEST_CLOCK:-} ]] || read -r offset <"$LATCHKEY_TEST_CLOCK"
	python3 - "$1" "$(($(date +%s) + offset))" <<-'PY'
	import base64, hmac, struct, sys
	secret, now = sys.argv[1], int(sys.argv[2])
	mac = hmac.digest(base64.b32decode(secret.replace(" ", "")),
	                  struct.pack(">Q", now // 30), "sha1")
	at = mac[-1] & 15
	print("%06d" % ((struct.unpack(">I", mac[at:at + 4])[0] & 0x7fffffff) % 10**6))
	PY
}

# store_figure NAME: how many users, clients, sessions, grants; or KiB.
store_figure() {
	local line
	line=$(latchkey check --json --offline |
	    jq -r '.findings[].what | select(startswith("store: "))')
	if [[ $1 = KiB ]]; then
		[[ $line =~ ([0-9]+)\ KiB ]]
	else
		[[ $line =~ $1\ ([0-9]+) ]]
	fi
	echo "${BASH_REMATCH[1]}"
}

# --- servers -----------------------------------------------------------------

port_is_taken() {
	local hex
	hex=$(printf ':%04X' "$1")
	cat /proc/net/tcp /proc/net/tcp6 2>/dev/null |
	    awk -v p="$hex" '$4 == "0A" && $2 ~ p "$" { found = 1 }
		END { exit !found }'
}

# A free port that no other test of this run was given.
free_port() {
	local port taken=$BATS_RUN_TMPDIR/ports
	mkdir -p "$taken"
	while :; do
		port=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))
		port_is_taken "$port" && continue
		mkdir "$taken/$port" 2>/dev/null && break
	done
	echo "$port"
}

# wait_for COMMAND...: until it succeeds; fails after ten seconds. Between two tries
# it waits for a pipe that no one writes to.
wait_for() {
	local -; set +T
	local i
	if [[ -z ${PAUSE:-} ]]; then
		[[ -p $BATS_RUN_TMPDIR/pause ]] ||
		    mkfifo "$BATS_RUN_TMPDIR/pause" 2>/dev/null || :
		exec {PAUSE}<>"$BATS_RUN_TMPDIR/pause"
	fi
	for ((i = 0; i < 200; i++)); do
		"$@" >/dev/null 2>&1 && return 0
		read -r -t 0.05 -u "$PAUSE" || :
	done
	echo "waited in vain for: $*" >&2
	return 1
}

# in_background COMMAND...: its process id is $SERVER_PID, its output in the log.
in_background() {
	# exec: else, under bats, it would be the id of a shell around it.
	exec "$@" </dev/null >>"$SERVER_LOG" 2>&1 3>&- &
	SERVER_PID=$!
	echo "$SERVER_PID" >>"$BATS_FILE_TMPDIR/started"
}

# is_elsewhere PID: it sees other files than the tests do. The id of a host that
# is gone may be another process's, and what is meant for the host must not be done
# to the system that the tests run on.
is_elsewhere() {
	[[ -e /proc/$1/ns/mnt && ! /proc/$1/ns/mnt -ef /proc/self/ns/mnt ]]
}

# start_fastcgi SOCKET PROGRAM: behind a socket of its own, without a server.
start_fastcgi() {
	LATCHKEY_DATA=$DATA in_background python3 -c '
import os, socket, sys
s = socket.socket(socket.AF_UNIX)
s.bind(sys.argv[1])
s.listen(64)
os.dup2(s.fileno(), 0)
os.execv(sys.argv[2], sys.argv[2:])' "$1" "$2"
	wait_for test -S "$1"
}

# Serves $DATA on $PORT; from now on requests go there.
start_server() {
	LATCHKEY_BUILD=$(programs) in_background "$root/conf/serve.sh" \
	    -d "$DATA" -p "$PORT" -s "${1:-lighttpd}"
	export SERVER_PID
	wait_for answers_or_is_gone
	! is_gone "$SERVER_PID" || { cat "$SERVER_LOG" >&2; return 1; }
}

# share_programs, in setup_file: a copy of programs and conf/ that others than
# root can run. Root gives a store to another user, as whom serve_store then
# runs all of it: Apache does not serve as root.
share_programs() {
	local dir=$BATS_FILE_TMPDIR/shared
	mkdir -p "$dir/build/test" "$dir/build/lib"
	cp -a "$LATCHKEY_BUILD"/{bin,cgi-bin,libexec} "$dir/build"
	cp -a "$LATCHKEY_BUILD/lib/latchkey" "$dir/build/lib"
	cp -a "$LATCHKEY_BUILD"/test/{bin,cgi-bin,libexec,lib} "$dir/build/test"
	cp -R "$root/conf" "$dir"
	chmod -R a+rX "$dir"
	chmod a+x "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR"
}

# serve_store SERVER [OPTION...]: $DATA on $PORT, with a copy's programs and
# $CONF (conf/ if not set); the options are those of conf/serve.sh.
serve_store() {
	local dir=$BATS_FILE_TMPDIR/shared
	[[ $(id -u) != 0 ]] || chown -R 65534:65534 "$DATA"
	chmod a+x "${DATA%/*}"
	: >"$SERVER_LOG"
	LATCHKEY_BUILD=$dir/build${USE_TEST_CLOCK:+/test} in_background \
	    "${CONF:-$dir/conf}/serve.sh" -d "$DATA" -p "$PORT" -s "$@"
	wait_for says_it_serves_or_is_gone
	! is_gone "$SERVER_PID" || fail "$1 did not start" "$(<"$SERVER_LOG")"
}

says_it_serves_or_is_gone() {
	[[ $(<"$SERVER_LOG") = *'is served'* ]] || is_gone "$SERVER_PID"
}

answers_or_is_gone() {
	curl --noproxy '*' -s "http://127.0.0.1:$PORT/" || is_gone "$SERVER_PID"
}

stop_server() {
	[[ -n ${SERVER_PID:-} ]] || return 0
	kill -TERM "$SERVER_PID" 2>/dev/null || :
	wait_for is_gone "$SERVER_PID"
	SERVER_PID=
}

# For teardown_file: stops what a failed test has left running.
stop_all() {
	local pid
	while read -r pid; do
		SERVER_PID=$pid stop_server
	done < <(cat "$BATS_FILE_TMPDIR/started" 2>/dev/null)
}

# is_gone PID: it has ended. Whether process 1 has reaped it yet does not matter.
is_gone() {
	kill -0 "$1" 2>/dev/null || return 0
	local stat=''
	{ read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 0
	stat=${stat##*) }
	[[ $stat = Z* ]]
}

# serving PROGRAM: the process that serves it from our store, however it was started.
serving() {
	local pid
	for pid in $(pgrep -f "cgi-bin/$1"); do
		[[ $(readlink "/proc/$pid/exe") = */cgi-bin/$1 ]] || continue
		grep -qzxF "LATCHKEY_DATA=$DATA" "/proc/$pid/environ" || continue
		echo "$pid"
		return
	done 2>/dev/null
	return 1
}

# assert_logged PATTERN: a program has written such a line to its log.
assert_logged() {
	grep -Eq -- "$1" "$SERVER_LOG" ||
	    fail "no log line like: $1" "$(<"$SERVER_LOG")"
}

refute_logged() {
	! grep -E -- "$1" "$SERVER_LOG" >&2 || fail "logged: $1"
}

# --- the last answer ---------------------------------------------------------

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

# --- requests ----------------------------------------------------------------

# cgi PROGRAM METHOD PATH [QUERY] [BODY | @FILE] [VAR=VALUE | VAR...]
# One run as plain CGI, from $ADDRESS (default 127.0.0.1) with $AGENT; prints the raw answer
# and sets $status, $headers and $body. A VAR without a value is taken out.
cgi() {
	local -; set +T
	local dir
	run_cgi "$@" || return
	answer_dir
	cat "$dir/raw"
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
	# A pipe, not the file itself: it is what a server gives.
	# shellcheck disable=SC2002,SC2086 # and the wrapper may have arguments
	put_last input | env -i "${env[@]}" ${LATCHKEY_WRAP:-} \
	    "$LATCHKEY_BUILD${USE_TEST_CLOCK:+/test}/cgi-bin/$program" \
	    >"$dir/raw" 2>>"$SERVER_LOG" || {
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
	local s=${1//+/ }
	printf '%b' "${s//%/\\x}"
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
	local pair rest=${2#*[?#]}
	local IFS='&'
	for pair in $rest; do
		[[ ${pair%%=*} != "$1" ]] || { url_decode "${pair#*=}"; return; }
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

# Both read request's variables. What curl alone can do, it does: TLS, long bodies.
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
		cookies=$(jar_send "$path")
		[[ -z $cookies ]] || meta+=("HTTP_COOKIE=$cookies")
	fi
	run_cgi "$program" "$method" "$path" "$query" "$content" "${meta[@]}" ||
	    return
	[[ $person = - ]] || jar_keep
}

# A cookie jar for plain CGI: name, path and value, a line each.
jar_send() {
	local name path value out=''
	while read -r name path value; do
		[[ $1/ != "${path%/}"/* ]] || out+="${out:+; }$name=$value"
	done 2>/dev/null <"${BATS_TEST_TMPDIR:-$BATS_FILE_TMPDIR}/cgi-jar-$person"
	printf %s "$out"
}

jar_keep() {
	local LC_ALL=C line name path jar known kept
	jar=$(tmpdir)/cgi-jar-$person
	: >>"$jar"
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
	done < <(http_header Set-Cookie)
}

# --- what a person does ------------------------------------------------------

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
	local LC_ALL=C dir part
	answer_dir
	{
		IFS= read -r -d '<' part || return 0
		while IFS= read -r -d '<' part || [[ -n $part ]]; do
			[[ ${part,,} = "$1"[[:space:]]*'>'* ]] || continue
			part=${part%%>*}
			printf '<%s>\n' "${part//$'\n'/ }"
		done
	} <"${form_file:-$dir/body}"
}

# form_with STEP: from now on the last page is its form that has this button, if
# there is one: fields and tags are that form's. The caller's form_file.
form_with() {
	local dir
	answer_dir
	awk -v button="name=\"step\" value=\"$1\"" 'BEGIN { RS = "</form>" }
	    /<form/ && index($0, button) {
		sub(/^.*<form/, "<form")
		print $0 "</form>"
		exit
	    }' "$dir/body" >"$dir/form"
	[[ ! -s $dir/form ]] || form_file=$dir/form
}

# Every field of the last page's form that a browser would send unchanged:
# NAME=VALUE, a line each.
form_fields() {
	local -; set +T
	local tag text name
	while read -r tag; do
		case $tag in
		*type=\"hidden\"*) ;;
		*type=\"checkbox\"*checked* | *checked*type=\"checkbox\"*) ;;
		*) continue ;;
		esac
		text=
		find_attribute name "$tag" || :
		name=$text text=
		find_attribute value "$tag" || :
		printf '%s=%s\n' "$name" "$text"
	done < <(tags input)
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
	while IFS= read -r pair; do
		fields[${pair%%=*}]=${pair#*=}
	done < <(form_fields)
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
	local tag
	action=
	IFS= read -r tag < <(tags form) || :
	! find_attribute action "$tag" || action=$text
}

# use_passkey PERSON [WORD=VALUE...]: answers the last page as a device and the
# page's script would (tests/authenticator.py has the words). The passkey is
# $PASSKEY, a file.
use_passkey() {
	local -a fields
	readarray -t fields < <(http_body | python3 "$root/tests/authenticator.py" \
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
	local pair
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
	echo "$ISSUER/authorize?$(form "${pairs[@]}")"
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
	url_param code "$(sign_in "$@")"
}

# --- what an app does --------------------------------------------------------

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
	local out=''
	if [[ $1:$2 = app:a-client-secret-known-to-the-tests-only ]]; then
		printf %s "$BASIC_OF_APP"
		return
	fi
	add_encoded "$1"
	out+=:
	add_encoded "$2"
	printf %s "$out" | base64 -w 0
}

# as_client ENDPOINT [NAME=VALUE...]: a POST by $CLIENT (default app), who
# authenticates by $AUTH: basic (the default), post, jwt or none.
as_client() {
	local -; set +T
	local endpoint=$1 client=${CLIENT:-app}
	shift
	case ${AUTH:-basic} in
	basic)
		request - POST "$ISSUER/$endpoint" \
		    -H "Authorization: Basic $(basic "$client" "$SECRET")" "$@"
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
	local member='^"([ !#-[^-~]|])*":("([ !#-[^-~]|])*"|-?[1-9][0-9]{0,14}|0|true|false|null)(,|}$)'
	rest=${rest%$'\n'}
	[[ ${rest:0:1} = '{' ]] || return
	rest=${rest:1}
	while [[ $rest =~ $member ]]; do
		value=${BASH_REMATCH[2]}
		[[ $rest != "\"$name\":"* ]] || text="=$value"
		rest=${rest:${#BASH_REMATCH[0]}}
		[[ -n $rest || ${BASH_REMATCH[4]} != , ]] || return
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

# --- the gate ----------------------------------------------------------------

# gate_store [/PATH]: a store with people and two sites, $SITE and $OTHER, the
# first of which has all sorts of rules.
gate_store() {
	new_store "$@"
	add_user alice --name 'Älice Adams' --email alice@example.org \
	    --group family --group admins
	add_user bob
	add_client app --trusted
	# Cookies know no ports: addresses of their own, so that they are the
	# sites'.
	export SITE=http://127.0.0.2:$PORT OTHER=http://127.0.0.3:$PORT
	latchkey site add "$SITE" --name Photos --rule '/ signed-in' \
	    --rule '/open anyone' --rule '/family group:family' \
	    --rule '/closed group:nobody' --rule 'GET,POST /form signed-in' \
	    --rule '/dav signed-in app-password' >/dev/null
	latchkey site add "$OTHER" --rule '/ signed-in' \
	    --rule '/open signed-in' >/dev/null
}

# visit PERSON URL: as a browser does, through all redirects, until something
# is shown.
visit() {
	local -; set +T
	local person=$1
	request "$person" GET "$2" -H 'Accept: text/html'
	follow "$person"
}

follow() {
	local -; set +T
	local hops text
	for hops in 1 2 3 4 5 6; do
		find_status
		[[ $text = 30[123] ]] || return 0
		find_header Location || :
		request "$1" GET "$text" -H 'Accept: text/html'
	done
	fail "redirected $hops times"
}

# sign_in_at PERSON URL: and the page it was about is there.
sign_in_at() {
	visit "$1" "$2"
	page_asks_password
	log_in "$1"
	follow "$1"
	assert_status 200
}

# ask_gate PATH [VAR=VALUE...]: an authorizer's question, by plain CGI.
ask_gate() {
	cgi gate GET "$1" '' '' FCGI_ROLE=AUTHORIZER "LATCHKEY_SITE=$SITE" \
	    "${@:2}" >/dev/null
}

# gate_cookie PERSON: someone has signed in at the site, without a server.
# (Programs by plain CGI: authorize, then the gate's callback.)
gate_cookie() {
	local -; set +T
	local to visit code
	ask_gate /page.txt HTTP_ACCEPT=text/html
	visit=$(http_header Set-Cookie)
	visit=${visit%%;*}
	to=$(http_header Location)
	open_page "$1" "$to"
	! page_asks_password || log_in "$1"
	to=$(http_header Location)
	[[ $to = "$SITE"/.latchkey/callback\?* ]] || fail "not sent back: $to"
	cgi gate GET /.latchkey/callback "${to#*\?}" '' FCGI_ROLE=AUTHORIZER \
	    "LATCHKEY_SITE=$SITE" "HTTP_COOKIE=$visit" >/dev/null
	assert_status 303
	to=$(http_header Set-Cookie)
	echo "${to%%;*}"
}

# from_npm APP PACKAGE...: sets $app to where they are, in the build directory,
# without their scripts.
from_npm() {
	app=$LATCHKEY_BUILD/test/apps/$1
	[[ $(cat "$app/installed" 2>/dev/null) != "${*:2}" ]] || return 0
	mkdir -p "$app"
	echo '{"private":true,"type":"module"}' >"$app/package.json"
	npm --prefix "$app" install --ignore-scripts --no-audit --no-fund \
	    --legacy-peer-deps "${@:2}" >"$BATS_TEST_TMPDIR/npm" 2>&1 ||
	    fail "npm cannot install ${*:2} (is its registry reachable?)" \
		"$(<"$BATS_TEST_TMPDIR/npm")" || return
	echo "${*:2}" >"$app/installed"
}

# --- assertions, about the last answer ---------------------------------------

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
	http_header "$1" | grep -Eq -- "$2" ||
	    fail "no header $1 like $2" "$(http_headers)"
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
		found=$(url_param error "$text")
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
	! http_body | tr '\n' ' ' | grep -Eo -- "$1" >&2 ||
	    fail "the page says: $1"
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
	local to
	to=$(http_header Location)
	assert_status 303 && assert_error "$1" &&
	    assert_equal "${to%%\?*}" "${2:-$CALLBACK}" &&
	    assert_equal "$(url_param state "$to")" "${STATE-a-state}" &&
	    assert_equal "$(url_param iss "$to")" "$ISSUER"
}
