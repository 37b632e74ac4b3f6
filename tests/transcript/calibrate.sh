# The floors of this machine: what calibrate refuses, that Ctrl-C leaves nothing, and what a run does with its file.
. tests/transcript/lib.sh
install_home

refuses 2 "calibrate takes no name" calibrate rush
refuses 2 "'oracle' is neither sqlite nor postgres" calibrate --db oracle
refuses 2 "unknown option '--dri' of calibrate; did you mean '--dir'?" calibrate --dri x
refuses 1 "cannot write to /nowhere" calibrate --quiet --dir /nowhere

# Interrupted: nothing is kept, and nothing left behind; in make test-all while the server runs.
during=${LASTSEAT_LONG:+postgres_full_1}
find_server || during=
(cd "$home" && exec env LASTSEAT_TRANSCRIPT="$work" "$lastseat" calibrate) >"$work/out" 2>"$work/err" </dev/null &
pid=$!
for i in $(seq 400); do
    ! grep -q "${during:-fdatasync_4k}" "$work/err" || break
    sleep 0.1
done
kill -INT $pid
wait $pid
status=$?
exits 130
clean
[ -z "$(ls -A "$home/results")" ] || fail "an interrupted calibration left $(ls -A "$home/results")"
[ ! -s "$work/out" ] || fail "an interrupted calibration printed a table"

run='run small-15x5 --db sqlite --strategy atomic --trials 1 --no-plots --quiet'
call $run
exits 0
[ ! -s "$work/err" ] || fail "a run without a calibration has something to say"
grep -q '"floors": null' "$home/results/latest/run.json" || fail "a run without a calibration has floors"
grep -q 'lastseat calibrate' "$home/results/latest/report.md" || fail "its report does not say how to calibrate"

# One made of what the run itself read back of the machine.
python3 - "$home/results/latest/run.json" "$work/here.json" "$work/there.json" <<'P' || fail "no calibration could be made"
import json, sys
e = json.load(open(sys.argv[1]))["environment"]
machine = {key: e[key] for key in ("cpu", "cores", "memory_bytes", "kernel")}
machine["dir_class"] = e["fsync_probe"]["dir_class"]
floor = {"name": "sqlite_full_1", "unit": "per_s", "median": 9100, "ci95": [9000, 9200], "n": 20}
file = {"schema": "lastseat.calibration/1", "calibrated_utc": "2026-11-21T17:00:00Z", "machine": machine, "floors": [floor]}
json.dump(file, open(sys.argv[2], "w"))
machine["cores"] = 1001
json.dump(file, open(sys.argv[3], "w"))
P
rm -rf "$home"/results/*
call $run --calibration "$work/here.json"
exits 0
[ ! -s "$work/err" ] || fail "a calibration of this machine is complained of"
grep -q '"calibrated_utc": "2026-11-21T17:00:00Z"' "$home/results/latest/run.json" || fail "the run does not say when it was calibrated"
grep -q '| sqlite\\_full\\_1 | 9100/s |' "$home/results/latest/report.md" || fail "the floor is not in the report"

# Another machine's: refused where it was asked for, else left out with a warning.
rm -rf "$home"/results/*
refuses 2 "another machine's (cores: 1001 there, " $run --calibration "$work/there.json"
refuses 2 "No such file" $run --calibration "$work/nowhere.json"
export LASTSEAT_CALIBRATION="$work/there.json"
call $run
exits 0
says "warning: no floors are shown" "cores: 1001 there, " "lastseat calibrate measures this one"
grep -q '"floors": null' "$home/results/latest/run.json" || fail "another machine's floors are in the run"
unset LASTSEAT_CALIBRATION
clean

[ -n "${LASTSEAT_LONG:-}" ] || exit 0
# The whole of it.
rm -rf "$home"/results/*
call calibrate
exits 0
clean
for floor in clock_read fdatasync_8k hand_off_1000 wake_skew_1000 idle_burst_1000_p99 sqlite_full_1 sqlite_off_256; do
    grep -q "^ $floor " "$work/out" || fail "the table lacks $floor"
done
! find_server || grep -q '^ postgres_select_1 ' "$work/out" || fail "the table lacks PostgreSQL"
call $run
exits 0
[ ! -s "$work/err" ] || fail "a run refuses the calibration that was just made"
grep -q '"name": "sqlite_full_1"' "$home/results/latest/run.json" || fail "a run does not find the calibration"
