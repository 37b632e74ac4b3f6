# Faults that cannot be: said in one line, before anything is started; those that can leave nothing behind.
. tests/transcript/lib.sh
install_home

refuses 2 "unknown fault 'ack-los'; did you mean 'ack-loss'?" run small-15x5 --fault ack-los:1%
refuses 2 "unknown fault 'fire'" run small-15x5 --fault fire:1s
refuses 2 "does not say how often: write ack-loss:1%" run small-15x5 --fault ack-loss
refuses 2 "--fault needs a value" run small-15x5 --fault
refuses 2 "--fault: '101%'" run small-15x5 --fault ack-loss:101%
refuses 2 "--fault: '-1%'" run small-15x5 --fault ack-loss:-1%
refuses 2 "--fault: '5' has no unit" run small-15x5 --fault ack-loss:5
refuses 2 "--fault" run small-15x5 --fault kill-backend:20
refuses 2 "--fault" run small-15x5 --fault crash:-1s
refuses 2 "unknown key 'ack_los' in [fault]; did you mean 'ack_loss'?" run small-15x5 --set fault.ack_los=1%
scenario wrong <<'END'
[fault]
crash = sometimes
END
refuses 2 "scenarios/wrong.ini:2: " check wrong

# An embedded database has no connection to lose: its cells say so.
call run small-15x5 --db sqlite --strategy atomic --trials 1 --fault ack-loss:5% --no-plots --progress none
exits 0
grep -q "embedded: no connection to lose" "$work/out" || fail "the table does not say why SQLite was skipped"
clean
rm -rf "$home"/results/*

"$lastseat" list databases | grep -q postgres || exit 0

# A user's server is not crashed, and TLS cannot be read.
export LASTSEAT_PG="host=$work/nowhere dbname=x"
refuses 2 "unset LASTSEAT_PG" run small-15x5 --fault crash:1s
export LASTSEAT_PG="host=$work/nowhere dbname=x sslmode=verify-full"
refuses 2 "sslmode" run small-15x5 --fault ack-loss:1%
unset LASTSEAT_PG

find_server || exit 0
call run small-15x5 --db postgres --strategy atomic --trials 2 --fault ack-loss:60% --fault kill-backend:100ms --no-plots \
    --progress none
exits 0
clean
grep -q '"ack_loss": "60%"' "$home/results/latest/run.json" || fail "run.json does not say which faults"
grep -q '"cut_before": [1-9]' "$home/results/latest/run.json" || fail "nothing was cut"
grep -q 'faults: ack' "$home/results/latest/report.md" || fail "the report does not say which faults"
grep -q '#### Faults' "$home/results/latest/report.md" || fail "the report has no section of faults"
grep -q 'the fault never hit: kill' "$work/out" || fail "a fault that never hit is not told"
call report results/latest
exits 0
# The stored run is judged as it was.
call audit results/latest
exits 0
grep -q differ "$work/err" && fail "the replay judges otherwise"
rm -rf "$home"/results/*

# Ctrl-C amid crashes and cut connections.
printf '# q\n[inventory]\nseats = 100000\n[load]\nmodel = closed\nusers = 8\nduration = 60s\n' >"$home/scenarios/long.ini"
(cd "$home" && exec env LASTSEAT_TRANSCRIPT="$work" "$lastseat" run long --db postgres --strategy atomic --trials 1 \
    --fault crash:200ms --fault ack-loss:5% --no-plots --progress plain) >"$work/out" 2>"$work/err" </dev/null &
pid=$!
for _ in $(seq 200); do
    [ ! -e /proc/$pid/fd ] || ! grep -qs "^pid $pid\$" /tmp/lastseat-*/owner || break
    sleep 0.1
done
sleep 2
kill -INT $pid
wait $pid
status=$?
exits 130
clean
