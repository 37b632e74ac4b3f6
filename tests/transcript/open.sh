# Open load from the command line: what the run folder says of it, and rates that cannot be.
. tests/transcript/lib.sh
install_home

cat >"$home/open.ini" <<'INI'
# Who keeps up?
[inventory]
seats = 40
[load]
model = open
rate = 300/s
duration = 300ms
users = 30
late = 1m
[run]
trials = 1
INI
refuses 2 "open.ini: load.rate = 1000000/s for 10s is 10000000 requests, and a trial holds at most 2000000" \
    run open.ini --db sqlite --set load.rate=1000000/s --set load.duration=10s
refuses 2 "load.rate=2000000/s: '2000000/s' is out of range; write a rate: 0/s..1000000/s" \
    run open.ini --db sqlite --set load.rate=2000000/s
refuses 2 "'300' has no unit" run open.ini --set load.rate=300

call run open.ini --db sqlite --strategy atomic,queue --quiet --out there
exits 0
there=$home/there

# column NAME FILE: that column, numbers alone.
column()
{
    awk -F, -v name="$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) c = i; next } { print $c }' "$2"
}

# The same schedule for each variant, kept with every answer; as many lines as requests.
for name in atomic queue; do
    file=$there/history/open__sqlite__$name/1.csv
    column due_ns "$file" | sort -n >"$work/due.$name"
    column due_ns "$file" | sort -nc || fail "$name: requests of open load are not in the order they were due"
    awk -F, 'NR > 1 && $8 + 0 < $7 + 0 { exit 1 }' "$file" || fail "$name: a request began before it was due"
done
cmp "$work/due.atomic" "$work/due.queue" || fail "the variants were not given the same schedule"
lines=$(wc -l <"$work/due.atomic")
[ "$lines" -gt 40 ] || fail "only $lines requests"
grep -q '^## ' "$there/report.md" || fail "no report"

for file in "$there/trials.csv" "$there/cells.csv"; do
    for name in offered_per_s achieved_per_s late skipped in_flight_max sustained wake_p99_ns response_over_service; do
        head -n 1 "$file" | tr , '\n' | grep -qx $name || fail "$file has no column $name"
    done
done
for n in $(column requests "$there/trials.csv"); do
    [ "$n" -eq "$lines" ] || fail "$n requests in trials.csv, $lines in the history"
done
[ "$(column sustained "$there/trials.csv" | sort -u)" = 1 ] || fail "not sustained: $(column sustained "$there/trials.csv")"
grep -q '"sustained": true' "$there/run.json" || fail "run.json does not say that the rate was sustained"

# Far too many: said in the run and in the report, and the run is whole.
call run open.ini --db sqlite --strategy atomic --quiet --out beyond --set load.rate=100000/s --set load.late=5ms \
    --set inventory.seats=100000 --set load.drain=50ms --no-plots
exits 0
grep -q '"not_sustained"' "$home/beyond/run.json" || fail "a rate out of reach was not flagged"
grep -q 'not\\_sustained' "$home/beyond/report.md" || fail "the report does not explain the flag"
[ "$(column skipped "$home/beyond/trials.csv" | tail -n 1)" -gt 0 ] || fail "nothing was skipped"
