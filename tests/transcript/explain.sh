# lastseat explain: what it prints and answers, and what it leaves behind (nothing).
. tests/transcript/lib.sh
install_home

# prints PATTERN: the output has a line that matches.
prints()
{
    grep -q -e "$1" "$work/out" || { cat "$work/out"; fail "no line like '$1'"; }
}

refuses 2 "explain needs a strategy" explain
refuses 2 "unknown strategy 'naiv'; did you mean 'naive'?" explain naiv
refuses 2 "'sum'" explain naive:form=sum
refuses 2 "null does no work" explain null
refuses 2 "2 or 3 users" explain naive --users 1
refuses 2 "2 or 3 users" explain naive --users 4
refuses 2 "--users" explain naive --users two
refuses 2 "--preemptions: '-1'" explain naive --preemptions -1
refuses 2 "--schedules: '0'" explain naive --schedules 0
refuses 2 "--format: 'html'" explain naive --format html
refuses 2 "unknown option '--trials' of explain" explain naive --trials 3
refuses 2 "'sqllite'" explain naive --db sqllite
refuses 2 "one strategy on one database" explain core --format svg
refuses 2 "clicks twice, cancels" explain naive --set mix.cancel=50%
refuses 2 "load.model=burst" explain naive --set load.model=closed --set load.duration=1s
refuses 2 "--replay needs a value" explain naive --replay ''
refuses 2 "names no call" explain naive --replay ' '
refuses 2 "'x' at character 3" explain naive --replay 'A x'
refuses 2 "'B0' at character 3" explain naive --replay 'A B0'
refuses 2 "fails '!before', '!after'" explain naive --replay 'A!sometimes'
refuses 2 "does not fit naive on sqlite" explain naive --replay 'A2 C'
refuses 2 "does not fit naive on sqlite" explain naive --replay 'A99'
refuses 2 "cannot be made to fail" explain naive --replay 'A A!after'

# What breaks is told, in few steps; the schedule can be played again and says the same.
call explain naive --db sqlite
[ $status -eq 0 ] || fail "naive: exit $status"
prints 'Both users were told'
prints 'oversold'
schedule=$(sed -n "s/.*--replay '\([^']*\)'.*/\1/p" "$work/out" | head -n 1)
[ -n "$schedule" ] || fail "the story of naive names no schedule"
steps=$(sed -n 's/^ *\([0-9][0-9]*\)  .*/\1/p' "$work/out" | sort -n | tail -n 1)
[ "${steps:-99}" -le 8 ] || fail "naive is told in $steps steps"
cp "$work/out" "$work/first"
call explain naive --db sqlite
cmp -s "$work/out" "$work/first" || fail "the same command tells another story"
call explain naive --db sqlite --replay "$schedule"
[ $status -eq 0 ] || fail "replay: exit $status"
prints 'Both users were told'

# What holds says how far that goes, and no further.
call explain pessimistic --db sqlite
[ $status -eq 0 ] || fail "pessimistic: exit $status"
prints 'holds in all [0-9]* schedules of 2 users (at most 3 preemptions, 2 attempts)'
prints 'Not explored'
! grep -qi 'proved\|proven\|proof\|never' "$work/out" || fail "it claims more than it has explored"

call explain all --db sqlite
[ $status -eq 0 ] || fail "all: exit $status"
call explain rogues --db sqlite
[ $status -eq 0 ] || fail "rogues: exit $status"
prints 'needs row locks'

# A bound that is too low to catch a rogue is said, and not taken for success.
call explain naive --db sqlite --preemptions 0
[ $status -eq 4 ] || fail "no preemption, and naive was caught: exit $status"
says 'is there to be broken, and none of these schedules did'

call explain naive --db sqlite --users 3 --schedules 20 --seed 7
[ $status -eq 0 ] || fail "3 users: exit $status"
cp "$work/out" "$work/first"
call explain naive --db sqlite --users 3 --schedules 20 --seed 7
cmp -s "$work/out" "$work/first" || fail "the same seed gave other schedules"

# What can run nowhere says why.
call explain server_fn --set db.use=sqlite
[ $status -eq 0 ] || fail "skipped everywhere: exit $status"
prints '^server_fn on sqlite: skipped: server_fn needs server-side functions'

for format in markdown svg; do
    call explain naive --db sqlite --format $format
    [ $status -eq 0 ] || fail "--format $format: exit $status"
done
python3 -c 'import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])' "$work/out" || fail "the picture is no XML"


# A row for programs: what was found, what was skipped and why.
call explain naive atomic gate_kept seat_rows --db sqlite --format csv
[ $status -eq 0 ] || fail "--format csv: exit $status"
prints '^variant,db,kind,result,promises,shows,schedules,broken,broken_by,faults,faults_broken,faults_by,booking_trips,refusal_trips,seats,replay,reason$'
prints '^naive,sqlite,control,expected,,,8,4,oversold 2; drift 4,48,0,,,,1,A2 B6 A4,$'
prints '^atomic,sqlite,honest,expected,no oversell; sells out; all or nothing,,4,0,,44,0,,,,1,,$'
prints '^gate_kept,sqlite,rogue,expected,,gate_drift,6,0,,36,33,unsold [0-9]*; gate_drift 33,,,1,A2 A!before B,$'
prints '^seat_rows,sqlite,honest,skipped,no oversell; sells out; all or nothing,,,,,,,,,,,,"seat_rows needs row locks,'
[ "$(wc -l <"$work/out")" -eq 5 ] || fail "--format csv: not a header and four rows"

# The round trips of a booking and a refusal are those that a run counts.
call explain atomic optimistic pessimistic admission --db sqlite --replay A --format csv
[ $status -eq 0 ] || fail "--replay A --format csv: exit $status"
sed 1d "$work/out" | while IFS=, read -r variant rest; do
    (cd "$home" && "$lastseat" run last-seat-15x1 --set load.users=2 --set load.workers=1 --trials 1 --strategy "$variant" \
        --db sqlite --no-plots --progress none --json - --out "$work/solo-$variant") >"$work/run.json" || fail "$variant: run failed"
    counted=$(python3 -c 'import json, sys
print([cell["trials"][0]["ops"]["round_trips"] for cell in json.load(sys.stdin)["cells"] if cell["variant"] == sys.argv[1]][0])' \
        "$variant" <"$work/run.json")
    sum=$(echo "$variant,$rest" | awk -F, '{ print $13 + $14 }')
    [ "$counted" -eq "$sum" ] || fail "$variant: $sum round trips in a schedule, $counted in a run"
done || exit 1

if find_server; then
    call explain forupdate_empty
    [ $status -eq 0 ] || fail "forupdate_empty: exit $status"
    prints 'forupdate_empty on postgres'
    call explain pessimistic --db postgres --replay 'A3 B2'
    [ $status -eq 0 ] || fail "pessimistic: exit $status"
    prints 'waits for A'
fi
# Who has enough of it in the middle leaves nothing behind.
for db in sqlite postgres; do
    [ $db = sqlite ] || find_server || continue
    (cd "$home" && exec env LASTSEAT_TRANSCRIPT="$work" "$lastseat" explain naive --users 3 --schedules 1000000 --db $db) \
        >"$work/out" 2>"$work/err" </dev/null &
    pid=$!
    sleep 1.5
    kill -INT $pid || fail "it had ended before it could be interrupted"
    wait $pid
    status=$?
    exits 130
    clean
done

refuses 2 "queue:writers=8 has 18 users and services" explain queue:writers=8 --db sqlite --set app.instances=2

# A database that was named must be there; one that only its strategy needs is told as skipped, and the others go on.
LASTSEAT_PG='host=/nonexistent' call explain naive --db postgres
[ $status -eq 5 ] || fail "no such server: exit $status"
if "$lastseat" list databases | grep -q postgres; then
    LASTSEAT_PG='host=/nonexistent' call explain atomic server_fn naive
    exits 0
    [ "$(wc -l <"$work/out")" -eq 3 ] || fail "not three lines: $(cat "$work/out")"
    prints '^atomic on sqlite: '
    prints '^naive on sqlite: '
    prints '^server_fn on postgres: skipped: LASTSEAT_PG: '
    LASTSEAT_PG='host=/nonexistent' call explain naive server_fn --preemptions 0
    exits 4
    LASTSEAT_PG='host=/nonexistent' call explain server_fn forupdate_empty --format csv
    exits 0
    python3 -c 'import csv, sys
rows = list(csv.DictReader(sys.stdin, strict=True))
assert [row["variant"] for row in rows] == ["server_fn", "forupdate_empty"], rows
assert all(row["result"] == "skipped" and "\"/nonexistent/" in row["reason"] and None not in row for row in rows), rows' \
        <"$work/out" || fail "no two rows: $(cat "$work/out")"
fi

# Where nothing was run yet there is no folder for results.
mv "$home/results" "$work/results"
call explain atomic --db sqlite
exits 0
rmdir "$home/results" && mv "$work/results" "$home/results" || fail "something was left in results"

[ -z "$(ls "$home/results" | grep -v -e README.md -e schema.json -e reference)" ] || fail "left in results: $(ls "$home/results")"
[ -z "$(ls -A "$TMPDIR")" ] || fail "left in TMPDIR: $(ls -A "$TMPDIR")"
exit 0
