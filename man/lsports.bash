# lsports.bash - completion for bash.
_lsports()
{
	local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} list=
	local options='--listen --all --pid --kill --why --next --info --audit --lock --diff --help --version --tcp --udp --ipv4 --ipv6 --bound --state --process --user
		--peer --scope --columns --sort --wide --no-header --color --resolve --quiet --plain --csv --json --ndjson --format
		--dry-run --interactive --force --signal --timeout --all-states --ok-if-free --severity --partial --probe --count'
	local states='LISTEN ESTABLISHED SYN_SENT SYN_RECV FIN_WAIT1 FIN_WAIT2 TIME_WAIT CLOSE CLOSE_WAIT LAST_ACK
		CLOSING BOUND'

	COMPREPLY=()
	case $previous in
	--state) list=$states ;;
	--columns | --sort) list=$(lsports --columns help 2>/dev/null | cut -d ' ' -f 1) ;;
	--scope) list='loopback link private public' ;;
	--severity) list='info warning critical' ;;
	--signal) list='TERM INT HUP QUIT KILL USR1 USR2' ;;
	--format) list='plain csv json ndjson openmetrics' ;;
	--lock | --diff)
		mapfile -t COMPREPLY < <(compgen -f -- "$current")
		return
		;;
	--color) list='auto always never' ;;
	--user) list=$(compgen -u) ;;
	--process) list=$(lsports -aH --plain --columns process 2>/dev/null | tr , '\n' | sort -u) ;;
	--peer | --timeout | --count) return ;;
	*)
		case $current in
		-*) list=$options ;;
		*) list=$(lsports -H --plain --columns port 2>/dev/null) ;;
		esac
		;;
	esac
	if [[ $previous == --columns || $previous == --state || $previous == --scope ]] && [[ $current == *,* ]]; then
		# the last of a comma-separated list
		mapfile -t COMPREPLY < <(compgen -P "${current%,*}," -W "$list" -- "${current##*,}")
	else
		mapfile -t COMPREPLY < <(compgen -W "$list" -- "$current")
	fi
}
complete -F _lsports lsports
