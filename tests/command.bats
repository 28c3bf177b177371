# The command's manners: it helps, knows what was meant, asks a person and never
# a script, and fits its tables to the terminal.

load helper

setup_file() {
	new_store https://id.example.org
	add_user alice --name 'Alice Adams' --email alice@example.org \
	    --group 'Family & Friends' --group staff
	add_user bob --name 'Bob Brown'
	add_client photos --name 'Photos of the family' \
	    --redirect-uri https://photos.example.org/oauth/callback
	latchkey site add https://wiki.example.org --name 'The wiki' \
	    --rule '/ signed-in' >/dev/null
	save_store
}

setup() {
	fresh_store
}

assert_output() {
	[[ $output =~ $1 ]] || fail "says nothing like: $1" "$output"
}

refute_output() {
	[[ ! $output =~ $1 ]] || fail "says: $1" "$output"
}

command_path() {
	echo "$(programs)/bin/latchkey"
}

# typed ANSWER... -- WORD...: the command on a terminal.
typed() {
	local -a answers=()
	while [[ $1 != -- ]]; do
		answers+=("$1")
		shift
	done
	on_terminal "${answers[@]}" -- "$(command_path)" -d "$DATA" "${@:2}"
}

# assert_fits COLUMNS: no line of $output is longer.
assert_fits() {
	local line
	while IFS= read -r line; do
		line=${line%$'\r'}
		((${#line} <= $1)) || fail "longer than $1: $line"
	done <<<"$output"
}

# --- help --------------------------------------------------------------------

@test "help: without a verb the first steps and each noun come, on half a page, and the exit status is 2" {
	local noun
	run -2 --separate-stderr latchkey
	[[ -z $output ]]
	[[ $stderr = 'usage: latchkey [-d DIR] VERB ...'* ]]
	(($(wc -l <<<"$stderr") < 20))
	for noun in $(latchkey help | sed -n 's/^  \([a-z]\)/\1/p' | cut -d ' ' -f 1 | sort -u); do
		grep -qwe "$noun" <<<"$stderr" || fail "not there: $noun" "$stderr"
	done
	output=$stderr assert_fits 80
}

@test "help: a line for each verb, in 80 columns, however it is asked for" {
	local words
	run -0 --separate-stderr latchkey help
	overview=$output
	assert_output $'\n  user add NAME +Adds a person'
	assert_output $'\n  client add \[ID\] +Registers an app'
	assert_output $'\n  version +Says which version'
	LC_ALL=C.UTF-8 assert_fits 80
	for words in --help -h; do
		run -0 --separate-stderr latchkey "$words"
		assert_equal "$output" "$overview"
	done
	# No data directory is needed, and none is looked at.
	run -0 "$(command_path)" -d /nowhere help
	assert_equal "$output" "$overview"
}

@test "help NOUN, help NOUN VERB: options and what the verb does" {
	local words
	run -0 --separate-stderr latchkey help user
	assert_output 'latchkey user lock NAME'
	assert_output 'latchkey user add NAME .*--password-stdin'
	refute_output 'latchkey client'
	noun=$output
	assert_fits 80
	for words in 'user --help' 'user -h' 'user help'; do
		# shellcheck disable=SC2086
		run -0 --separate-stderr latchkey $words
		assert_equal "$output" "$noun"
	done
	run -0 --separate-stderr latchkey help client add
	assert_output '--redirect-uri URI'
	assert_output 'Registers an app'
	refute_output 'latchkey client set'
	verb=$output
	run -0 --separate-stderr latchkey client add --help
	assert_equal "$output" "$verb"
	run -0 --separate-stderr latchkey client add app --redirect-uri x -h
	assert_equal "$output" "$verb"
	run -0 --separate-stderr latchkey help check
	assert_output 'latchkey check .*--offline'
	run -2 --separate-stderr latchkey help usr
	[[ $stderr = *'did you mean `user`?'* ]]
	run -2 --separate-stderr latchkey help user ad
	[[ $stderr = *'did you mean `user add`?'* ]]
}

@test "version: is said in each place where it is asked for" {
	local words
	for words in version --version 'user --version' 'user list --version' \
	    'client add app --version'; do
		# shellcheck disable=SC2086
		run -0 --separate-stderr latchkey $words
		assert_output '^latchkey [0-9]+\.[0-9.~a-z]+$'
	done
}

# --- what was meant ----------------------------------------------------------

@test "what is not known is one line, a hint and exit status 2" {
	local words
	for words in frobnicate 'user frobnicate' 'user' 'user list --nope' \
	    'user show' 'user show a b' 'user list extra' '-x' \
	    'user add a --name' 'user list --json=yes' \
	    'user add a --name=x --name=y' complete; do
		# shellcheck disable=SC2086
		run -2 --separate-stderr latchkey $words
		[[ -z $output ]] || fail "$words: $output"
		[[ $words = complete ]] || {
			# shellcheck disable=SC2154
			[[ ${#stderr_lines[@]} -eq 2 ]] || fail "$words: $stderr"
			[[ $stderr = latchkey:*--help* ]] || fail "$words: $stderr"
		}
	done
}

@test "did you mean: nouns, verbs, options, and the names of people, apps, sites and recipes" {
	local words meant
	while read -r meant words; do
		# shellcheck disable=SC2086
		run --separate-stderr latchkey $words
		((status == 1 || status == 2)) || fail "$words: $status"
		[[ $stderr = *"did you mean ${meant//+/ }?"* ]] ||
		    fail "$words: $stderr"
	done <<-'END'
		`user` usr list
		`client` clinet list
		`user+list` user lsit
		`client+add` client ad photos
		--group user set alice --gruop x
		--json client list --josn
		--redirect-uri client add app --redirect-url=https://x.example.org/
		alice user show alcie
		alice user lock alise
		photos client show phots
		https://wiki.example.org site show https://wki.example.org
		bob session list --user bbo
		grafana client add --app graphana --url https://g.example.org
	END
	for words in 'user show zacharias' 'client show x' 'site show https://a.org'; do
		# shellcheck disable=SC2086
		run -1 --separate-stderr latchkey $words
		[[ ${#stderr_lines[@]} -eq 1 && $stderr != *'did you mean'* ]]
	done
	# Nothing that was meant was done.
	latchkey user show alice --json | jq -e '.locked == false'
}

@test "aliases: ls is list; rm, delete and remove are del, or end" {
	local word
	run -0 latchkey user ls
	assert_output alice
	for word in rm delete remove; do
		add_user carol
		run -0 latchkey user "$word" carol
		run -1 latchkey user show carol
	done
	run -0 latchkey client ls --json
	run -2 latchkey session rm
	assert_output 'SID|--user'
	run -0 latchkey session rm --all
	run -2 --separate-stderr latchkey key rm
	[[ $stderr = *'unknown verb'* ]]
}

# --- a person at a terminal --------------------------------------------------

@test "del: a person is asked first, and only yes removes" {
	run -1 typed n -- user del alice
	assert_output 'Removes a person'
	assert_output 'user del alice\? \[y/N\]'
	assert_output 'nothing was changed'
	run -1 typed '' -- user del alice
	run -130 typed ^C -- user del alice
	latchkey user show alice
	run -0 typed y -- user del alice
	run -1 latchkey user show alice
	run -0 typed yes -- client del photos
	run -1 latchkey client show photos
	run -0 typed Y -- site rm https://wiki.example.org
	run -1 latchkey site show https://wiki.example.org
}

@test "del: --yes asks nothing, nor is a script ever asked" {
	run -0 typed -- user del bob --yes
	refute_output 'y/N'
	run -0 latchkey user del alice </dev/null
	refute_output 'y/N'
	run -0 latchkey client del photos --yes
}

@test "what is missing is asked for on a terminal" {
	run -0 typed carol -- user add --no-password
	assert_output 'User name: '
	latchkey user show carol
	run -0 typed carol carla -- user rename
	assert_output 'New user name: '
	latchkey user show carla
	run -0 typed carla -- user show
	assert_output 'carla'
	run -0 typed notes https://notes.example.org/cb -- client add
	assert_output 'client_id of the app: '
	assert_output 'Redirect URI.*: '
	latchkey client show notes --json |
	    jq -e '.redirect_uris == ["https://notes.example.org/cb"]'
	run -1 typed 'https://*.example.org/cb' -- client add more
	assert_output 'no wildcard'
	# Nothing typed is nothing given.
	run -2 typed ^D -- user show
	assert_output 'missing operand NAME'
	# A client for itself alone has no redirect URI.
	run -0 typed -- client add api --grant client_credentials
	refute_output 'Redirect URI'
}

@test "what is missing is an error without a terminal" {
	run -2 --separate-stderr latchkey user show </dev/null
	assert_equal "${stderr_lines[0]}" 'latchkey: missing operand NAME'
	run -2 latchkey client add </dev/null
	run -1 latchkey client add more </dev/null
}

# --- tables ------------------------------------------------------------------

@test "tables: fit the terminal, cut with an ellipsis; in a pipe they are whole" {
	export LC_ALL=C.UTF-8
	local long=https://photos.example.org/a/very/long/way/to/the/callback
	latchkey client add long --name "A long name for an app that has one" \
	    --redirect-uri "$long" --redirect-uri "$long/2" >/dev/null
	run -0 typed -- client list
	assert_fits 80
	assert_output '…'
	assert_output $'\nlong +A long name'
	run -0 latchkey client list
	assert_output "$long $long/2"
	refute_output '…'
	COLUMNS=200 run -0 typed -- client list
	assert_output "$long"
	COLUMNS=40 run -0 typed -- client list
	assert_output 'no room for'
	run -0 typed -- client apps
	assert_fits 80
	run -0 typed -- audit
	assert_fits 80
	run -0 typed -- key list
	assert_fits 80
}

@test "tables: ids that are typed again are never cut" {
	export LC_ALL=C.UTF-8
	local sid grant
	CLIENT=photos REDIRECT_URI=https://photos.example.org/oauth/callback
	export REDIRECT_URI
	get_tokens alice photos redirect_uri="$REDIRECT_URI" >/dev/null
	sid=$(latchkey session list --json | jq -r '.[0].sid')
	grant=$(latchkey grant list --json | jq -r '.grants[0].grant_id')
	run -0 typed -- session list
	assert_fits 80
	assert_output "$sid"
	run -0 typed -- grant list
	assert_output "$grant"
	while IFS= read -r line; do
		[[ $line = *'no room for'* ]] || ((${#line} <= 81)) || fail "$line"
	done <<<"$output"
}

# --- completion --------------------------------------------------------------

# offered WORD...: the answers, sorted, on one line.
offered() {
	latchkey complete -- "$@" | cut -f 1 | sort | paste -sd ' '
}

@test "complete: nouns, verbs, options, values and names" {
	assert_equal "$(offered us)" user
	[[ $(offered '') = *'client '*'help '*'user'* ]]
	assert_equal "$(offered user l)" 'list lock'
	assert_equal "$(offered user show '')" 'alice bob'
	assert_equal "$(offered user rename a)" alice
	assert_equal "$(offered client show '')" photos
	assert_equal "$(offered client add '')" ''
	assert_equal "$(offered site show https://w)" https://wiki.example.org
	assert_equal "$(offered session list --user b)" bob
	assert_equal "$(offered session list --user=b)" --user=bob
	assert_equal "$(offered client set photos --alg '')" 'EdDSA HS256 RS256'
	assert_equal "$(offered client add --app gra)" grafana
	assert_equal "$(offered user set alice --group F)" 'Family & Friends'
	assert_equal "$(offered user show alice --)" '--help --json'
	assert_equal "$(offered user show alice --json --)" --help
	assert_equal "$(offered user show --json a)" alice
	assert_equal "$(offered import --from htpasswd '')" :files
	assert_equal "$(offered client add x --icon '')" :files
	assert_equal "$(offered help user un)" unlock
	assert_equal "$(offered -d '')" :directories
	assert_equal "$("$(command_path)" complete -- -d "$DATA" user show b)" bob
	assert_equal "$(offered frobnicate '')" ''
	# Where nothing can be read there are no names, and nothing fails.
	run -0 --separate-stderr "$(command_path)" complete -- -d /nowhere user show ''
	assert_equal "$output" ''
}

# in_shell SHELL... -- LINE: what is typed there, with tabs.
in_shell() {
	local -a shell=()
	while [[ $1 != -- ]]; do
		shell+=("$1")
		shift
	done
	PATH=$(programs)/bin:$PATH LATCHKEY_DATA=$DATA HOME=$BATS_TEST_TMPDIR \
	    ZDOTDIR=$BATS_TEST_TMPDIR TERM=xterm \
	    on_terminal "$2" exit -- "${shell[@]}"
}

completes() {	# SHELL...
	run -0 in_shell "$@" -- $'latchkey us\tli\t--js\t'
	assert_output '"preferred_username": "alice"'
	run -0 in_shell "$@" -- $'latchkey user show al\t--j\t'
	assert_output '"email": "alice@example.org"'
	run -0 in_shell "$@" -- $'latchkey client show ph\t'
	assert_output 'Photos of the family'
	run -0 in_shell "$@" -- $'latchkey site show https://wi\t'
	assert_output 'The wiki'
}

@test "complete: in bash, with the tab key" {
	cat >"$BATS_TEST_TMPDIR/rc" <<-END
		PS1='go: '
		. '$root/conf/completion/latchkey.bash'
	END
	completes bash --noprofile --rcfile "$BATS_TEST_TMPDIR/rc" -i
	run -0 in_shell bash --noprofile --rcfile "$BATS_TEST_TMPDIR/rc" -i -- \
	    $'latchkey session list --user=al\t--js\t'
	assert_output '\[\]'
	echo 'carol:x' >"$BATS_TEST_TMPDIR/people.htpasswd"
	run in_shell bash --noprofile --rcfile "$BATS_TEST_TMPDIR/rc" -i -- \
	    "latchkey import --from htpasswd --dry-run $BATS_TEST_TMPDIR/peo"$'\t'
	assert_output 'carol'
}

@test "complete: in zsh, with the tab key" {
	cat >"$BATS_TEST_TMPDIR/.zshrc" <<-END
		PS1='go: '
		fpath=('$root/conf/completion' \$fpath)
		autoload -Uz compinit
		compinit -u -D
	END
	completes zsh -i
}
