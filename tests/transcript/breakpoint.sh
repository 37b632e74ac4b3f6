# A search for breaking points: what it refuses, what it finds where the answer is certain, the folder it leaves whole, and
# Ctrl-C. On SQLite; times are given so much room that only counts decide.
. tests/transcript/lib.sh
install_home

refuses 2 "breakpoint needs one scenario" breakpoint
refuses 2 "breakpoint needs one scenario" breakpoint small-15x5 rush-1000x10
refuses 2 "--slo: '100' has no unit" breakpoint small-15x5 --slo 100
refuses 2 "--slo" breakpoint small-15x5 --slo 0ms
refuses 2 "--slo" breakpoint small-15x5 --slo fast
refuses 2 "--max: '0' is not a number from 1 to 1000000" breakpoint small-15x5 --max 0
refuses 2 "unknown option '--trials' of breakpoint" breakpoint small-15x5 --trials 3
refuses 2 "load.users cannot be swept where a breaking point is searched" breakpoint sweep-users
refuses 2 "a breaking point is searched in bursts" breakpoint capacity
refuses 2 "with 20000 users (--max): 10000 workers for 20000 users cannot wait at checkout" \
    breakpoint rush-1000x10-look --max 20000

refuses 2 "--max 40 is below the least rate searched, 50/s" breakpoint open-500 --set load.duration=2s --max 40

# More than ten users, and naive has sold a seat too many; atomic never does.
call breakpoint rush-1000x10 --db sqlite --strategy naive,atomic --slo 60s --max 24 --out "$home/found"
exits 0
clean
cell()
{
    awk -F, -v cell="rush-1000x10/sqlite/$1" -v key="$2" '
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }
        $1 == cell { print $at[key] }' "$home/found/breakpoint.csv"
}
[ "$(cell naive end)" = breaks ] && [ "$(cell naive cause)" = oversold ] || fail "naive: $(cell naive breaks_at)"
[ "$(cell naive breaks)" -ge 11 ] && [ "$(cell naive breaks)" -le 16 ] || fail "naive breaks at $(cell naive breaks)"
[ "$(cell naive holds)" -eq $(($(cell naive breaks) - 1)) ] || fail "naive holds up to $(cell naive holds)"
[ "$(cell atomic breaks_at)" = 'not up to 24' ] || fail "atomic: $(cell atomic breaks_at)"
[ "$(awk -F, '$1 ~ /atomic/ && $3 == 24' "$home/found/curve.csv" | wc -l)" -eq 5 ] || fail "24 users: not five trials"
grep -q '^ naive .*oversold 5 of 5$' "$work/out" || fail "the table does not say what broke: $(cat "$work/out")"
grep -q '^ atomic .* nothing$' "$work/out" || fail "the table does not say that atomic holds"
[ "$(awk '{ if (length($0) > 100) n++ } END { print n + 0 }' "$work/out")" -eq 0 ] || fail "a line is too wide"
fits "$home/found/breakpoint.json" breakpoint
grep -q '"schema": "lastseat.breakpoint/1"' "$home/found/breakpoint.json" || fail "no schema"
grep -q '"partial": false' "$home/found/breakpoint.json" || fail "marked partial"
grep -q '^| naive .*oversold 5 of 5' "$home/found/report.md" || fail "report.md does not say what broke"
[ -f "$home/found/scenario/rush-1000x10.ini" ] || fail "no scenario"
grep -q '^users = 1000$' "$home/found/scenario/rush-1000x10.ini" || fail "the scenario is not as it was"
if command -v gnuplot >/dev/null; then
    [ -s "$home/found/plots/sqlite.svg" ] && [ -s "$home/found/plots/sqlite.png" ] || fail "no picture"
    ! grep -qi "nan\|warning" "$work/err" || fail "gnuplot complains"
fi
[ ! -e "$home/results/latest" ] || fail "latest points to what is no run"

# Open load: the rate is what is searched, and naive oversells as soon as there are more requests than seats.
scenario trickle <<'INI'
# Is a seat sold twice when its buyers come one after the other?
[inventory]
seats = 5
[load]
model = open
rate = 100/s
duration = 1s
users = 20
[checkout]
time = 100ms
INI
call breakpoint trickle --db sqlite --strategy naive --slo 30s --max 110 --no-plots --out "$home/rate"
exits 0
clean
[ "$(awk -F, 'NR == 2 { print $7, $8, $9, $11, $12 }' "$home/rate/breakpoint.csv")" = 'rate 110 breaks 100 oversold' ] ||
    fail "rate: $(cat "$home/rate/breakpoint.csv")"
fits "$home/rate/breakpoint.json" breakpoint
grep -q '^ requests per second' "$work/out" || fail "the table does not say what is searched"
grep -q '100/s (oversold)' "$home/rate/breakpoint.csv" || fail "the rate has no unit"

# A copy on stdout, and nothing else there.
call breakpoint rush-1000x10 --db sqlite --strategy atomic --slo 60s --max 2 --json - --quiet --no-plots
exits 0
[ ! -s "$work/err" ] || fail "--quiet speaks"
[ "$(head -c 1 "$work/out")" = '{' ] || fail "stdout is not JSON"
ls "$home/results" | grep -q '^[0-9TZ]*-breakpoint-rush-1000x10$' || fail "no folder: $(ls "$home/results")"
rm -rf "$home"/results/*

# Interrupted: what was found is told and kept, nothing else stays.
(cd "$home" && exec env LASTSEAT_TRANSCRIPT="$work" "$lastseat" breakpoint rush-1000x10 --db sqlite --strategy atomic,naive \
    --slo 60s --progress plain --no-plots) >"$work/out" 2>"$work/err" </dev/null &
pid=$!
for _ in $(seq 300); do
    grep -q '16 users' "$work/err" && break
    kill -0 $pid 2>/dev/null || fail "it has ended: $(cat "$work/err")"
    sleep 0.1
done
kill -INT $pid
wait $pid
status=$?
exits 130
clean
grep -q 'Interrupted' "$work/out" || fail "the table does not say it is partial"
grep -q '^ atomic .* unfinished$' "$work/out" || fail "atomic is not unfinished"
grep -q '"partial": true' "$home"/results/*-breakpoint-rush-1000x10/breakpoint.json || fail "not marked partial"
fits "$(echo "$home"/results/*-breakpoint-rush-1000x10/breakpoint.json)" breakpoint
