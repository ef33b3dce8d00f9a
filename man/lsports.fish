# lsports.fish - completion for fish.
function __lsports_columns
    lsports --columns help 2>/dev/null | string replace -r ' +' \t
end
set -l states LISTEN ESTABLISHED SYN_SENT SYN_RECV FIN_WAIT1 FIN_WAIT2 TIME_WAIT CLOSE CLOSE_WAIT LAST_ACK CLOSING BOUND

complete -c lsports -f
complete -c lsports -n 'not string match -q -- "-*" (commandline -ct)' -a '(lsports -H --plain --columns port,process 2>/dev/null)' -d 'open port'
complete -c lsports -s l -l listen -d 'what is open (the default)'
complete -c lsports -s a -l all -d 'every socket in every state'
complete -c lsports -l pid -d 'who holds these ports'
complete -c lsports -s h -l help -d 'show the help'
complete -c lsports -s V -l version -d 'show the version'
complete -c lsports -s t -l tcp -d 'TCP only'
complete -c lsports -s u -l udp -d 'UDP only'
complete -c lsports -s 4 -l ipv4 -d 'IPv4 sockets only'
complete -c lsports -s 6 -l ipv6 -d 'IPv6 sockets only'
complete -c lsports -s B -l bound -d 'also bound but idle TCP ports'
complete -c lsports -l state -x -a "(__fish_complete_list , 'string split \" \" \"$states\"')" -d 'only these states'
complete -c lsports -l process -x -d 'only sockets of this process'
complete -c lsports -l user -x -a '(__fish_complete_users)' -d 'only sockets of this user'
complete -c lsports -l peer -x -d 'only connections with this peer'
complete -c lsports -l columns -x -a '(__fish_complete_list , __lsports_columns)' -d 'which columns'
complete -c lsports -l sort -x -a '(__lsports_columns)' -d 'order by a column'
complete -c lsports -s W -l wide -d 'never cut a cell'
complete -c lsports -s H -l no-header -d 'no title line'
complete -c lsports -l color -x -a 'auto always never' -d 'when to use colours'
complete -c lsports -s r -l resolve -d 'host names for addresses'
complete -c lsports -s q -l quiet -d 'bare pids'
complete -c lsports -l plain -d 'tab-separated'
complete -c lsports -l csv -d 'comma-separated'
complete -c lsports -l json -d 'one JSON document'
complete -c lsports -l ndjson -d 'one JSON record a line'
