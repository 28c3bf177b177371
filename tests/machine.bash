# A machine to install things on: the system that is running, with its changes kept
# in memory, and a systemd. Only root can boot one.

# boot_machine [NAME]: it is $SERVER_PID from then on; of several, each has a name.
boot_machine() {
	[[ $(id -u) = 0 ]] || skip 'only root can boot a machine'
	SERVER_LOG=$BATS_TEST_TMPDIR/log${1:+-$1}
	machine=$BATS_TEST_TMPDIR/${1:-machine}
	mkdir "$machine"
	# The mounts are seen, and kept, by this process alone.
	# shellcheck disable=SC2016 # $1 is that shell's
	in_background unshare -m --propagation private sh -c '
	    mount -t tmpfs none "$1" &&
	    mkdir "$1/changes" "$1/work" "$1/root" &&
	    mount -t overlay none "$1/root" \
		-o "lowerdir=/,upperdir=$1/changes,workdir=$1/work" &&
	    rm -f "$1/root/usr/sbin/policy-rc.d" &&
	    rm -rf "$1/root/var/lib/latchkey" &&
	    exec systemd-nspawn -q --register=no --keep-unit \
		--private-network --machine="latchkey-$$" -D "$1/root" \
		-b -- --unit=basic.target' sh "$machine"
	wait_for machine_is_up_or_gone
	! is_gone "$SERVER_PID" ||
	    fail "no machine can be booted here: $(tail -n 1 "$SERVER_LOG")"
}

machine_is_up_or_gone() {
	on_machine systemctl is-active basic.target || is_gone "$SERVER_PID"
}

# on_machine COMMAND...
on_machine() {
	local first
	first=$(pgrep -P "$SERVER_PID" -x systemd) || return
	is_elsewhere "$first" || return
	nsenter -t "$first" -a -r env -i PATH="$PATH:/usr/sbin:/sbin" \
	    LC_ALL=C.UTF-8 "$@"
}

# put FILE NAME: a copy on the machine.
put() {
	# shellcheck disable=SC2016 # $1 is that shell's
	on_machine sh -c 'cat >"$1"' sh "$2" <"$1"
}
