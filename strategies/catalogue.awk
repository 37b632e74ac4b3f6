# Writes strategies/README.md again with its catalogue: what `lastseat help strategies` prints, and a column of the round
# trips of one booking and one refusal, counted by `lastseat explain` as it plays two users one after the other. `make
# docs` calls it from the top of the tree. -v without=postgres leaves that column as it is: it takes both databases.
function count(    command, line, field, before, seen, name) {
    command = lastseat " explain all --replay A --db sqlite,postgres --format csv"
    while ((command | getline line) > 0) {
        split(line, field, ",")
        if (field[13] == "")
            continue
        before = field[1] in trips ? trips[field[1]] "; " : ""
        trips[field[1]] = before field[2] " " field[13] ", " field[14]
        both[field[1], field[2]] = field[13] ", " field[14]
        seen++
    }
    if (close(command) != 0 || seen == 0) {
        print "catalogue.awk: " command " failed" >"/dev/stderr"
        failed = 1
        exit 1
    }
    for (name in trips)
        if (both[name, "sqlite"] == both[name, "postgres"])
            trips[name] = both[name, "sqlite"]
}

# The row with one cell more, before its last one, which is the options'.
function widened(row, what,    at, bar) {
    for (at = length(row) - 2; at > 0; at--)
        if (substr(row, at, 3) == " | " && substr(row, at - 1, 1) != "\\") {
            return substr(row, 1, at) "| " what substr(row, at)
        }
}

function print_catalogue(    command, line, part, name) {
    command = lastseat " help strategies"
    while ((command | getline line) > 0) {
        if (line ~ /^\| Strategy /)
            line = widened(line, "Round trips: booking, refusal")
        else if (line ~ /^\|---/ && !divided++)
            line = line "---|"
        else if (line ~ /^\| `/ && !rogues) {
            split(line, part, "`")
            name = part[2]
            line = widened(line, name in trips ? trips[name] : "none")
        }
        if (line ~ /^\| Rogue /)
            rogues = 1
        print line
    }
    if (close(command) != 0)
        failed = 1
}

BEGIN {
    if (lastseat == "")
        lastseat = "./lastseat"
    if (without == "")
        count()
}
# What stands there, when it cannot be counted.
NR == FNR {
    if (without != "" && /^\| `/) {
        row = $0
        gsub(/\\\|/, "", row)
        split(row, part, " [|] ")
        split(part[1], stem, "`")
        trips[stem[2]] = part[6]
    }
    next
}
/<!-- catalogue -->/ {
    print
    print_catalogue()
    inside = 1
    next
}
/<!-- \/catalogue -->/ {
    inside = 0
}
!inside {
    print
}
END {
    exit failed
}
