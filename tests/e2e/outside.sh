#!/bin/sh
# A run judged from outside: with sqlite3 and psql, by the lines --keep prints, and never by our own code.
# What run.json says was sold must be what the kept databases hold; the counter of an honest strategy must agree with its rows.
set -eu
lastseat=${LASTSEAT:-./lastseat}
scratch=$(mktemp -d /var/tmp/lastseat-outside-XXXXXX)
chmod 755 "$scratch"
stop_kept() {
    for data in "$scratch"/lastseat-kept-pg-*; do
        [ -f "$data/postmaster.pid" ] && kill -QUIT "$(head -n 1 "$data/postmaster.pid")" 2>/dev/null
    done
    sleep 0.3
    rm -rf "$scratch"
}
trap stop_kept EXIT

"$lastseat" run small-15x5 --trials 3 --keep --quiet --no-plots --out "$scratch/run" 2>"$scratch/notes" || {
    cat "$scratch/notes"
    exit 1
}

expect() { # WHAT SEEN WANTED
    [ "$2" = "$3" ] || {
        echo "$cell: $1 is $2, not $3"
        exit 1
    }
}

# of_json PATH: from the last trial of a cell, through sqlite3's own JSON functions
of_json() {
    sqlite3 :memory: "SELECT json_extract(cell.value, '\$.trials[2].$2') FROM
        json_each(readfile('$scratch/run/run.json'), '\$.cells') AS cell
        WHERE json_extract(cell.value, '\$.id') = '$1'"
}

judged=0
while IFS= read -r note; do
    cell=${note#lastseat: kept }
    look=${cell#*: }
    cell=${cell%%: *}
    # One number a line; psql -A -t and sqlite3 print them bare.
    case $look in *psql*) look="$look -A -t -q" ;; esac
    rows=$(echo 'SELECT coalesce(sum(seats), 0) FROM bookings;' | sh -c "$look")
    left=$(echo 'SELECT available FROM events;' | sh -c "$look")
    twice=$(echo 'SELECT count(*) FROM (SELECT request FROM bookings GROUP BY request HAVING count(*) > 1) AS t;' | sh -c "$look")
    sold=$(of_json "$cell" audit.sold)
    booked=$(of_json "$cell" outcomes.booked)
    oversold=$(of_json "$cell" audit.oversold)
    echo "$cell: rows $rows, left $left, run.json: sold $sold, booked $booked, oversold $oversold"
    expect 'what run.json says was sold' "$sold" "$rows"
    expect 'what clients were told' "$booked" "$rows"
    expect 'the number of requests with two rows' "$twice" 0
    expect oversold "$oversold" $((rows > 5 ? rows - 5 : 0))
    case $cell in
    */naive) ;;
    *)
        expect 'the number of rows' "$rows" 5
        expect 'the counter' "$left" 0
        ;;
    esac
    judged=$((judged + 1))
done <<LINES
$(grep '^lastseat: kept ' "$scratch/notes")
LINES
echo "$judged cells judged from outside"
[ "$judged" -ge 6 ]
