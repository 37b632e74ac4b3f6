# Writes strategies/STORIES.md again with its stories taken from the program: what stands between a line
# <!-- story: ARGUMENTS --> and the next <!-- /story --> is what `lastseat explain ARGUMENTS` tells. `make docs` calls it
# from the top of the tree. -v without=postgres leaves the stories of a database that is not there as they are.
function tell(arguments,    command, line, lines) {
    command = lastseat " explain " arguments " --format markdown"
    while ((command | getline line) > 0) {
        sub(/^## /, "### ", line) # below the exercise
        print line
        lines++
    }
    if (close(command) != 0 || lines == 0) {
        print "stories.awk: " command " failed" >"/dev/stderr"
        failed = 1
        exit 1
    }
}

BEGIN {
    if (lastseat == "")
        lastseat = "./lastseat"
}
/^<!-- \/story -->$/ {
    if (told)
        print ""
    told = inside = 0
}
!inside {
    print
}
/^<!-- story: .* -->$/ {
    arguments = $0
    sub(/^<!-- story: /, "", arguments)
    sub(/ -->$/, "", arguments)
    if (without != "" && index(arguments, "--db " without))
        next
    print ""
    tell(arguments)
    inside = told = 1
}
END {
    exit failed
}
