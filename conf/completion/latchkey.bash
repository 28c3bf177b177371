# Completion of latchkey(8) for bash. The command knows what can come next, and
# the names that are in its data directory; this only asks it.

_latchkey()
{
	local line=${COMP_LINE:0:COMP_POINT} word='' cut item
	local -a words offered

	read -ra words <<<"$line"
	if [[ $line != *[[:space:]] ]]; then
		word=${words[-1]}
		unset 'words[-1]'
	fi
	mapfile -t offered < <("${words[0]}" complete -- "${words[@]:1}" \
	    "$word" 2>/dev/null)
	COMPREPLY=()
	# Bash replaces only what comes after the last of these.
	cut=${word%"${word##*[:=]}"}
	case ${offered[0]-} in
	:files | :directories)
		compopt -o filenames 2>/dev/null
		[[ $word != --*=* ]] || word=${word#*=}
		item=-f
		[[ ${offered[0]} != :directories ]] || item=-d
		mapfile -t COMPREPLY < <(compgen "$item" -- "$word")
		return
		;;
	esac
	for item in "${offered[@]}"; do
		item=${item%%$'\t'*}
		printf -v item %q "${item#"$cut"}"
		COMPREPLY+=("$item")
	done
}

complete -F _latchkey latchkey
