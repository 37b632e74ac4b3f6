# Writes the page of the rogues again with its tables: which anomaly each shows on each database, found by which schedule
# or fault, and how often under load; and what the same search finds in honest strategies. strategies/rogues/matrix calls
# it, with the page twice. -v explored=FILE: what `lastseat explain … --format csv` printed; -v audit=FILE: audit.csv of a
# run under load, or nothing: those figures stay, as do rows of a database that was not explored.
function read_explored(    line, field, key) {
    while ((getline line <explored) > 0) {
        if (line ~ /^variant,/)
            continue
        split(line, field, ",")
        db_seen[field[2]] = 1
        if (!(field[1] in known)) {
            known[field[1]] = field[3]
            order[++variants] = field[1]
        }
        key = field[1] SUBSEP field[2]
        result[key] = field[4]
        shows[field[1]] = field[6]
        schedules[key] = field[7]
        broken[key] = field[8]
        broken_by[key] = field[9]
        faults[key] = field[10]
        faults_broken[key] = field[11]
        faults_by[key] = field[12]
        replay[key] = (field[15] == 1 ? "" : field[15] " seats: ") "`" field[16] "`"
        reason[key] = line
        sub(/^([^,]*,)+"[a-z_]* /, "", reason[key])
        sub(/, which .*/, "", reason[key])
    }
    close(explored)
    if (variants == 0) {
        print "matrix.awk: nothing was explored" >"/dev/stderr"
        failed = 1
        exit 1
    }
}

# "oversold 2; drift 4": how often the one that is named.
function named(list, anomaly,    part, n, i) {
    n = split(list, part, "; ")
    for (i = 1; i <= n; i++)
        if (index(part[i], anomaly " ") == 1)
            return substr(part[i], length(anomaly) + 2)
    return 0
}

function read_audit(    line, field, head, at, i, n, id, key) {
    while (audit != "" && (getline line <audit) > 0) {
        n = split(line, field, ",")
        if (!head++) {
            for (i = 1; i <= n; i++)
                at[field[i]] = i
            continue
        }
        split(field[1], id, "/")
        key = id[3] SUBSEP id[2]
        trials[key]++
        caught[key] += field[at[shows[id[3]]]] > 0
    }
    if (audit != "")
        close(audit)
}

function print_rogues(    v, d, name, key, row) {
    print "| Rogue | Database | Anomaly | Found by | In schedules | After faults | Under load |"
    print "|---|---|---|---|---:|---:|---:|"
    for (v = 1; v <= variants; v++)
        for (d = 1; d <= 2 && known[order[v]] == "rogue"; d++) {
            name = order[v]
            key = name SUBSEP dbs[d]
            if (!(dbs[d] in db_seen)) {
                if (key in old)
                    print old[key]
                continue
            }
            if (result[key] == "skipped")
                continue
            row = "| `" name "` | " dbs[d] " | " shows[name] " | "
            row = row (result[key] == "expected" ? (replay[key] ~ /!/ ? "fault " : "") replay[key] : "**not found**") " | "
            row = row named(broken_by[key], shows[name]) " of " schedules[key] " | "
            row = row named(faults_by[key], shows[name]) " of " faults[key] " | "
            print row (key in trials ? caught[key] " of " trials[key] : key in load ? load[key] : "-") " |"
        }
}

function cell_of(name, db,    key) {
    key = name SUBSEP db
    if (!(db in db_seen))
        return key in kept ? kept[key] : "-"
    if (result[key] == "skipped")
        return reason[key]
    if (broken[key] + faults_broken[key] > 0)
        return "**" broken_by[key] " " faults_by[key] "** in " schedules[key] " schedules, " faults[key] " faults"
    return "none in " schedules[key] " schedules, " faults[key] " faults"
}

function print_honest(    v) {
    print "| Strategy | sqlite | postgres |"
    print "|---|---|---|"
    for (v = 1; v <= variants; v++)
        if (known[order[v]] == "honest")
            print "| `" order[v] "` | " cell_of(order[v], dbs[1]) " | " cell_of(order[v], dbs[2]) " |"
}

BEGIN {
    split("sqlite postgres", dbs, " ")
    read_explored()
    read_audit()
}
# What stands there.
NR == FNR {
    n = split($0, part, " [|] ")
    split(part[1], stem, "`")
    if (n == 7 && /^\| `/) {
        sub(/ \|$/, "", part[7])
        load[stem[2], part[2]] = part[7]
        old[stem[2], part[2]] = $0
    } else if (n == 3 && /^\| `/) {
        sub(/ \|$/, "", part[3])
        kept[stem[2], "sqlite"] = part[2]
        kept[stem[2], "postgres"] = part[3]
    }
    next
}
/^<!-- \// {
    inside = 0
}
!inside {
    print
}
/^<!-- rogues -->$/ {
    print_rogues()
    inside = 1
}
/^<!-- honest -->$/ {
    print_honest()
    inside = 1
}
END {
    exit failed
}
