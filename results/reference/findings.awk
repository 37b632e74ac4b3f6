# Fills PERFORMANCE_FINDINGS.md from committed runs: awk -f results/reference/findings.awk results/reference/findings.md.in
#
# @{RUN CELL METRIC FORM} becomes a number of results/reference/RUN/cells.csv. CELL is a cell's id; METRIC a column, or `trials`: how many of
# them count; FORM one of
#   ms     nanoseconds as milliseconds       us   as microseconds
#   n      as it is, three digits            int  rounded
#   count  whole, or with one decimal
#   grouped  whole: 20,900
#   pct    times 100, with %
#   text   as it is (verdict)
# Besides the columns there are, of trials that all counted the same: `statements` of a trial, and `races`, those without the
# INSERT of each booking. The numbers of a search for breaking points are those of its breakpoint.csv.
#
# A line that begins with @[RUN] is printed where that run is committed, one that begins with @![RUN] where it is not.
# A run, cell or column that is not there stops with the line that asks for it: a finding without its source is not printed.
# Of promises, what `make test-long` printed, a "cell" is a database: `rows` of its table, `trials`, `retaken`, rows that are `broken`,
# most trials of a row (`most`) and how many rows have as many (`most_rows`), least trials of a row (`least`), rows with 200 or
# more (`full`).
# The column breaks_at alone is "not yet searched" where no search is committed.

function fail(text) {
    print "findings.awk: line " FNR ": " text > "/dev/stderr"
    failed = 1
    exit 1
}

function load_promises(    i, db, dbs, path, line, field) {
    split("sqlite postgres", dbs, " ")
    for (i = 1; i in dbs; i++) {
        db = dbs[i]
        path = "results/reference/promises/" db ".txt"
        while ((getline line < path) > 0) {
            if (split(line, field, " ") < 6 || field[3] != db)
                continue
            known["promises", db] = 1
            value["promises", db, "rows"]++
            value["promises", db, "trials"] += field[4]
            value["promises", db, "retaken"] += field[5]
            value["promises", db, "broken"] += field[6] == "BROKEN:"
            value["promises", db, "full"] += field[4] >= 200
            if (field[4] + 0 > value["promises", db, "most"]) {
                value["promises", db, "most"] = field[4] + 0
                value["promises", db, "most_rows"] = 0
            }
            value["promises", db, "most_rows"] += field[4] == value["promises", db, "most"]
            if (!(("promises", db, "least") in value) || field[4] + 0 < value["promises", db, "least"])
                value["promises", db, "least"] = field[4] + 0
        }
        close(path)
    }
    loaded["promises"] = 1
}

# csv without quoted commas: ids of single-key sweeps, names and numbers
function load_run(run,    path, line, n, head, field, i, at, trial) {
    if (run == "promises") {
        load_promises()
        return
    }
    path = "results/reference/" run "/cells.csv"
    if ((getline line < path) <= 0) {
        path = "results/reference/" run "/breakpoint.csv"
        if ((getline line < path) <= 0)
            fail("cannot read results/reference/" run "/cells.csv or breakpoint.csv")
    }
    n = split(line, head, ",")
    while ((getline line < path) > 0) {
        split(line, field, ",")
        for (i = 1; i <= n; i++)
            value[run, field[1], head[i]] = field[i]
        known[run, field[1]] = 1
    }
    close(path)
    path = "results/reference/" run "/trials.csv"
    n = 0
    while ((getline line < path) > 0) {
        split(line, field, ",")
        if (n++ == 0) {
            for (i = 1; i in field; i++)
                at[field[i]] = i
        } else if (field[at["void"]] == 0) {
            value[run, field[1], "trials"]++
            trial = field[at["statements_per_request"]] * field[at["requests"]]
            if (!((run, field[1], "statements") in value))
                value[run, field[1], "statements"] = sprintf("%.0f", trial)
            else if (value[run, field[1], "statements"] != sprintf("%.0f", trial))
                value[run, field[1], "statements"] = ""
            value[run, field[1], "races"] = value[run, field[1], "statements"] - field[at["booked"]]
        }
    }
    close(path)
    loaded[run] = 1
}

function three(x,    digits) {
    if (x == 0)
        return "0"
    digits = 2 - int(log(x < 0 ? -x : x) / log(10) + 1e-9)
    if (x < 1)
        digits++
    return sprintf("%.*f", digits > 0 ? digits : 0, x)
}

function is_committed(run,    line, found, i, files) {
    split("cells.csv breakpoint.csv sqlite.txt", files, " ")
    for (i = 1; i in files; i++) {
        found = found || (getline line < ("results/reference/" run "/" files[i])) > 0
        close("results/reference/" run "/" files[i])
    }
    return found
}

# 20900 -> 20,900
function grouped(x) {
    return x < 1000 ? x "" : grouped(int(x / 1000)) "," sprintf("%03d", x % 1000)
}

function shown(run, cell, metric, form,    x) {
    if (metric == "breaks_at" && !is_committed(run))
        return "not yet searched"
    if (!(run in loaded))
        load_run(run)
    if (!((run, cell) in known))
        fail("no cell " cell " in " run)
    if (!((run, cell, metric) in value))
        fail("no column " metric " in " run)
    x = value[run, cell, metric]
    if (x == "")
        return "-"
    if (form == "text") return x
    if (form == "ms") return three(x / 1e6)
    if (form == "us") return three(x / 1e3)
    if (form == "int") return sprintf("%d", x + 0.5)
    if (form == "pct") return three(100 * x) " %"
    if (form == "count") return sprintf(x == int(x) ? "%d" : "%.1f", x)
    if (form == "n") return three(x + 0)
    if (form == "grouped") return grouped(x)
    fail("no form " form)
}

{
    if (match($0, /^@!?\[[^]]*\] ?/)) {
        absent = substr($0, 2, 1) == "!"
        run = $0
        sub(/^@!?\[/, "", run)
        sub(/\].*/, "", run)
        $0 = substr($0, RSTART + RLENGTH)
        if (is_committed(run) == absent)
            next
    }
    while (match($0, /@\{[^}]*\}/)) {
        if (split(substr($0, RSTART + 2, RLENGTH - 3), word, " ") != 4)
            fail("wants @{RUN CELL METRIC FORM}: " substr($0, RSTART, RLENGTH))
        $0 = substr($0, 1, RSTART - 1) shown(word[1], word[2], word[3], word[4]) substr($0, RSTART + RLENGTH)
    }
    print
}

END {
    exit failed
}
