# What README.md and doc/*.md have in blocks, for tests that run it. The words
# after the fence say what a block is:
#
#	sh demo, sh test	the two commands of README.md, which CI runs
#	sh root [WALK]		commands of root's on a machine, in the order of the
#				document; with WALK, only on a machine for that walk
#	sh store		commands that need a store only
#	sh old, sh new		the same, of two hosts: export.bats walks them
#	sh database, first, second
#				of three machines: full/two_machines.bats walks them
#	sh asks, pushes, shows-code, polls, registers
#				commands for a shell with an app's environment
#	conf			lines of latchkey.conf
#	text			no commands: what is shown or typed elsewhere
#	python, js, php, go	a program, and its name; of developers.md

documents() {
	cd "$root" && printf '%s\n' README.md doc/*.md
}

# blocks FILE INFO: a line for each block with these words after the fence, the
# number of its first line; all blocks if there is no INFO.
blocks() {
	awk -v info="${2:-}" '/^```/ { inside = !inside
	    if (inside && (info == "" || $0 == "```" info)) print NR + 1 }' "$root/$1"
}

# blocks_below FILE HEADING INFO: those until the next heading of any depth.
blocks_below() {
	awk -v heading="$2" -v info="$3" '
	    /^```/ { inside = !inside
		if (inside && below && $0 == "```" info) print NR + 1 }
	    !inside && /^#/ { below = $0 == heading }' "$root/$1"
}

# block FILE LINE: what is in the block that begins there.
block() {
	awk -v from="$2" 'NR >= from { if (/^```/) exit; print }' "$root/$1"
}

# only_block FILE INFO: what is in the one block with these words.
only_block() {
	local lines
	lines=$(blocks "$1" "$2")
	[[ $lines =~ ^[0-9]+$ ]] || fail "$1: not one block: $2"
	block "$1" "$lines"
}
