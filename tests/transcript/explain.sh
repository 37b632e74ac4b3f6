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

for format in markdown svg; do
    call explain naive --db sqlite --format $format
    [ $status -eq 0 ] || fail "--format $format: exit $status"
done
python3 -c 'import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])' "$work/out" || fail "the picture is no XML"

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
    sleep 3
    kill -INT $pid || fail "it had ended before it could be interrupted"
    wait $pid
    status=$?
    exits 130
    clean
done

refuses 2 "queue:writers=8 has 18 users and services" explain queue:writers=8 --db sqlite --set app.instances=2

LASTSEAT_PG='host=/nonexistent' call explain naive --db postgres
[ $status -eq 5 ] || fail "no such server: exit $status"

[ -z "$(ls "$home/results" | grep -v -e README.md -e run.schema.json -e reference)" ] || fail "left in results: $(ls "$home/results")"
[ -z "$(ls -A "$TMPDIR")" ] || fail "left in TMPDIR: $(ls -A "$TMPDIR")"
exit 0
