# doc/two-machines.md, word for word: a provider on one machine, with its store in a
# directory, becomes one on two machines and a database. Each is a machine of its
# own, with its own network; a switch joins them. Then either may be away.

load ../helper
load ../documents.bash
load ../machine.bash
load ../packages.bash

PAGE=doc/two-machines.md
declare -gA ADDRESS=([database]=192.0.2.10 [first]=192.0.2.11 [second]=192.0.2.12)

setup_file() {
	[[ $(id -u) = 0 ]] || return 0
	make_packages
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	    -subj /CN=id.example.org -addext subjectAltName=DNS:id.example.org \
	    -days 30 -keyout "$BATS_FILE_TMPDIR/key" \
	    -out "$BATS_FILE_TMPDIR/certificate" 2>/dev/null
}

teardown_file() {
	stop_all
}

# --- the machines ----------------------------------------------------------------

declare -gA MACHINES

# at MACHINE COMMAND...
at() {
	SERVER_PID=${MACHINES[$1]} on_machine "${@:2}"
}

put_at() {	# MACHINE FILE NAME
	SERVER_PID=${MACHINES[$1]} put "$2" "$3"
}

on_switch() {
	nsenter -t "$SWITCH" -n "$@"
}

begin_switch() {
	SERVER_LOG=$BATS_TEST_TMPDIR/log
	in_background unshare -n sleep infinity
	SWITCH=$SERVER_PID
	wait_for has_network_of_its_own
	on_switch ip link add switch type bridge
	on_switch ip address add 192.0.2.1/24 dev switch
	on_switch ip link set switch up
	on_switch ip link set lo up
}

has_network_of_its_own() {
	! test "/proc/$SWITCH/ns/net" -ef /proc/self/ns/net
}

# begin NAME: Debian with the packages, as make deb leaves them.
begin() {
	local host=$1 live=/etc/ssl/id.example.org
	boot_machine "$host"
	MACHINES[$host]=$SERVER_PID
	on_switch ip link add "$host" type veth peer name eth0 \
	    netns "$(pgrep -P "$SERVER_PID" -x systemd)"
	on_switch ip link set "$host" master switch up
	at "$host" ip address add "${ADDRESS[$host]}/24" dev eth0
	at "$host" ip link set eth0 up
	at "$host" ip link set lo up
	at "$host" hostname "$host"
	at "$host" sh -c 'rm -rf /var/lib/apt/lists/* && mkdir -p /srv/latchkey/build &&
	    cat >>/etc/hosts' <<-END
		${ADDRESS[database]} db.example.org
		${ADDRESS[first]} id.example.org one.example.org
		${ADDRESS[second]} id.example.org two.example.org
	END
	at "$host" sh -c 'cat >>/etc/ssl/certs/ca-certificates.crt' \
	    <"$BATS_FILE_TMPDIR/certificate"
	[[ $host != database ]] || return 0
	put_at "$host" "$(echo "$PACKAGES"/latchkey_*.deb)" /srv/latchkey/build/latchkey_1.deb
	put_at "$host" "$(echo "$PACKAGES"/latchkey-pgsql_*.deb)" \
	    /srv/latchkey/build/latchkey-pgsql_1.deb
	at "$host" rm /usr/sbin/lighttpd /usr/sbin/apache2
	at "$host" systemctl start nginx
}

# What README.md says, on the first machine; its certificate is there.
set_up_first() {
	local live=/etc/ssl/id.example.org
	at first mkdir -p $live
	put_at first "$BATS_FILE_TMPDIR/certificate" $live/fullchain.pem
	put_at first "$BATS_FILE_TMPDIR/key" $live/privkey.pem
	at first chmod 600 $live/privkey.pem
	remove_address
	at first apt-get install -y /srv/latchkey/build/latchkey_1.deb
	at first latchkey setup https://id.example.org --person robin --yes
	at first latchkey user add alice --password-stdin <<<"$PASSWORD"
	at first latchkey client add app --redirect-uri "$CALLBACK" --secret-stdin <<<"$SECRET"
}

# The name has both addresses from then on.
add_address() {
	echo "${ADDRESS[second]} id.example.org two.example.org" |
	    at first sh -c 'cat >>/etc/hosts'
}

remove_address() {
	at first sed -i '/two.example.org/d' /etc/hosts
}

# --- the page --------------------------------------------------------------------

# walk HEADING MACHINE: the blocks below it that are for this machine.
walk() {
	local line
	for line in $(blocks_below $PAGE "## $1" "sh $2"); do
		block $PAGE "$line" >"$BATS_TEST_TMPDIR/block"
		put_at "$2" "$BATS_TEST_TMPDIR/block" /srv/block
		echo "# $PAGE:$line" >&2
		at "$2" sh -c 'cd /srv/latchkey &&
		    exec env DEBIAN_FRONTEND=noninteractive HOME=/root bash -eu /srv/block' \
		    </dev/null >"$BATS_TEST_TMPDIR/said" 2>&1 3>&- ||
		    fail "$PAGE:$line:" "$(tail -n 40 "$BATS_TEST_TMPDIR/said")"
	done
	[[ -n $line ]] || fail "nothing for $2 below $1"
}

# bring MACHINE NAME MACHINE: what the page does with scp.
bring() {
	at "$1" cat "$2" >"$BATS_TEST_TMPDIR/brought"
	at "$3" sh -c "umask 077; cat >/root/${2##*/}" <"$BATS_TEST_TMPDIR/brought"
}

# --- people and apps, who are on the switch as well ------------------------------

# $AT: the machines whose addresses the name has; one after the other is tried.
curl() {
	local addresses
	addresses=$(for host in ${AT:-first second}; do echo "${ADDRESS[$host]}"; done | paste -sd ,)
	nsenter -t "$SWITCH" -n "$(type -P curl)" --cacert "$BATS_FILE_TMPDIR/certificate" \
	    --connect-timeout 20 --resolve "id.example.org:443:$addresses" "$@"
}

# is_let_in MACHINE: alice, from the first page to the tokens; sets $token.
is_let_in() {
	rm -f "$(tmpdir)/jar-alice"
	AT=$1 get_tokens alice app >/dev/null
	assert_status 200
	token=$(http_body | field refresh_token)
	[[ -n $token ]]
}

# goes_on MACHINE...: with the token that came last.
goes_on() {
	AT=$* refresh "$token" >/dev/null
	[[ $(http_status) = 200 ]] || return
	token=$(http_body | field refresh_token)
}

is_away() {	# MACHINE
	AT=$1 request - GET "$(authorize_url app)"
	[[ $(http_status) = 503 ]]
}

# --- the walk --------------------------------------------------------------------

@test "two machines: the page, from one on LMDB to two on PostgreSQL; and either machine, and the database, may be away" {
	local host
	begin_switch
	for host in database first second; do
		begin $host
	done
	at database systemctl start postgresql
	ISSUER=https://id.example.org
	new_pkce
	set_up_first
	is_let_in first

	walk 'The database' database
	bring database /root/pgpass first
	bring database /etc/postgresql/latchkey.pem first
	walk 'The first machine' first
	goes_on first
	walk 'The second machine' first
	bring first /root/second.tar second
	add_address
	walk 'The second machine' second

	# Who was signed in still is, at both; what one gives is good at the other.
	goes_on second
	goes_on first
	is_let_in second
	goes_on first
	for host in first second; do
		run -0 at $host latchkey check
		[[ $output = *'0 errors'* ]] || fail "$host: $output"
		assert_equal "$(at $host stat -c '%U %a' /etc/latchkey/pgpass)" 'latchkey 600'
		assert_equal "$(at $host systemctl show -P PrivateNetwork latchkey.service)" no
	done

	# The first machine is cut off.
	on_switch ip link set first down
	goes_on first second
	is_let_in second
	on_switch ip link set first up
	wait_for goes_on first
	goes_on second

	# The database is away, and comes back.
	at database systemctl stop postgresql
	for host in first second; do
		wait_for is_away $host
		[[ $(http_header Retry-After) = [1-9]* ]]
		run ! goes_on $host
		at $host journalctl -t latchkey | grep -q 'store_failed.*db\.example\.org'
	done
	at database systemctl start postgresql
	wait_for goes_on first
	wait_for goes_on second
	is_let_in first

	# Back again.
	remove_address
	at second systemctl disable --now latchkey.target
	at second systemctl stop latchkey
	walk 'Back to one machine' first
	goes_on first
	is_let_in first
}
