# A PostgreSQL server of the tests' own (`load pgsql`). It lives in a directory,
# listens on a socket there, and trusts those who can reach that. It refuses to be
# root: where the tests are, it is another user, in a user namespace.

# as_nobody COMMAND...: in place of this shell.
as_nobody() {
	[[ $(id -u) != 0 ]] || set -- unshare --user --map-user=65534 --map-group=65534 "$@"
	exec "$@"
}

pgsql_bin() {
	local dirs
	dirs=(/usr/lib/postgresql/*/bin)
	[[ -x ${dirs[-1]}/postgres ]] || fail 'there is no PostgreSQL'
	echo "${dirs[-1]}"
}

# start_pgsql DIR [OPTION...]: the server of DIR, which is made if there is none; the
# options are postgres's own. It flushes nothing: what it acknowledged outlives its
# end, but not that of the machine (-F off: it does).
start_pgsql() {
	local dir=$1 bin
	shift
	bin=$(pgsql_bin)
	if [[ ! -e $dir/data ]]; then
		mkdir -p "$dir"
		(as_nobody "$bin/initdb" --no-sync -A trust -U latchkey -E UTF8 --locale=C \
		    -D "$dir/data") >"$dir/initdb" 2>&1 || fail "$(<"$dir/initdb")"
	fi
	(as_nobody "$bin/pg_ctl" start -w -s -D "$dir/data" -l "$dir/log" \
	    -o "-F -k $dir -c listen_addresses='' $*") </dev/null >"$dir/pg_ctl" 2>&1 3>&- ||
	    fail "$(cat "$dir/pg_ctl" "$dir/log")"
}

# stop_pgsql DIR [fast|immediate]
stop_pgsql() {
	[[ -e $1/data/postmaster.pid ]] || return 0
	(as_nobody "$(pgsql_bin)/pg_ctl" stop -w -s -m "${2:-fast}" -D "$1/data") 3>&-
}

# pgsql_where DIR DATABASE: the connection string.
pgsql_where() {
	echo "host=$1 user=latchkey dbname=$2"
}

# sql DIR DATABASE STATEMENT: what it gives, without headings.
sql() {
	sql_each "$1" "$2" -c "$3"
}

# sql_each DIR DATABASE OPTION...: psql's, such as -c for each statement.
sql_each() {
	"$(pgsql_bin)/psql" -X -q -A -t -v ON_ERROR_STOP=1 "$(pgsql_where "$1" "$2")" "${@:3}"
}
