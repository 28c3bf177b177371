# Debian 13 beside Debian 12: its packages, its compiler, its libraries. A system of
# its own is fetched for it, so Debian's archive must be reachable.

load ../helper

setup_file() {
	[[ $(id -u) = 0 ]] || return 0
	export SYSTEM=$BATS_FILE_TMPDIR/trixie
	debootstrap --variant=minbase --include=ca-certificates trixie "$SYSTEM" \
	    >"$BATS_FILE_TMPDIR/said" 2>&1 ||
	    { tail -n 20 "$BATS_FILE_TMPDIR/said" >&2; return 1; }
	cp /etc/resolv.conf "$SYSTEM/etc"
	# Whom this machine trusts: npm may have to go through a proxy.
	cp /etc/ssl/certs/ca-certificates.crt "$SYSTEM/etc/ssl/certs"
	cp /etc/apt/apt.conf.d/*proxy* "$SYSTEM/etc/apt/apt.conf.d" 2>/dev/null || :
	# Servers that are installed there do not start.
	printf '#!/bin/sh\nexit 101\n' >"$SYSTEM/usr/sbin/policy-rc.d"
	chmod +x "$SYSTEM/usr/sbin/policy-rc.d"
	mkdir "$SYSTEM/srv/latchkey"
	tar -c -C "$root" --exclude=__pycache__ --exclude=./build --exclude=./.git . |
	    tar -x --no-same-owner -C "$SYSTEM/srv/latchkey"
}

# in_system COMMAND...: there, in the sources. It has a root of its own, as any
# system, for tests that mount things and boot machines; what is mounted goes away
# with it.
in_system() {
	[[ $(id -u) = 0 ]] || skip 'only root can enter another system'
	# shellcheck disable=SC2016 # $1 is that shell's
	unshare -m --propagation private sh -c '
	    mount --bind "$1" "$1" && cd "$1" && mount -t proc proc proc &&
	    mount --rbind /sys sys && mount --rbind /dev dev &&
	    mount -t tmpfs tmpfs run && mount -t tmpfs tmpfs mnt &&
	    mkdir mnt/before && pivot_root . mnt/before && cd / &&
	    umount -l /mnt/before /mnt || exit
	    shift
	    exec env -i HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
		PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
		${https_proxy:+https_proxy="$https_proxy"} \
		${http_proxy:+http_proxy="$http_proxy"} \
		${npm_config_registry:+npm_config_registry="$npm_config_registry"} \
		NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt \
		env -C /srv/latchkey "$@"' sh "$SYSTEM" "$@"
}

@test "Debian 13: every package that is named is there, and all compiles without a warning" {
	in_system apt-get update >"$BATS_TEST_TMPDIR/said" 2>&1 ||
	    fail "$(tail -n 20 "$BATS_TEST_TMPDIR/said")"
	in_system conf/packages.sh build test >"$BATS_TEST_TMPDIR/said" 2>&1 ||
	    fail "$(tail -n 20 "$BATS_TEST_TMPDIR/said")"
	in_system make -j"$(nproc)" CFLAGS=-Werror test-programs \
	    >"$BATS_TEST_TMPDIR/said" 2>&1 ||
	    fail "$(tail -n 40 "$BATS_TEST_TMPDIR/said")"
}

@test "Debian 13: make check passes" {
	in_system make CFLAGS=-Werror check >"$BATS_TEST_TMPDIR/said" 2>&1 3>&- ||
	    fail "$(sed -n '/^what failed:/,$p' "$BATS_TEST_TMPDIR/said")"
	tail -n 1 "$BATS_TEST_TMPDIR/said" | grep -E '^[0-9]+ passed, 0 failed'
}
