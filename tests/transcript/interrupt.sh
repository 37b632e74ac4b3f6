# A run that is ended early: Ctrl-C leaves a whole, partial run; the second one leaves at once; what a killed run left
# behind is removed by the next.
. tests/transcript/lib.sh
install_home

# A long run in the background, until its first trials are under way.
begin()
{
    (cd "$home" && exec env LASTSEAT_TRANSCRIPT="$work" "$lastseat" run small-15x5 --strategy atomic --trials 10000 \
        --no-plots --progress plain) >"$work/out" 2>"$work/err" </dev/null &
    pid=$!
    for _ in $(seq 300); do
        grep -q atomic "$work/err" && return
        kill -0 $pid 2>/dev/null || break
        sleep 0.1
    done
    fail "no trial was run: $(cat "$work/err")"
}

finish()
{
    wait $pid
    status=$?
}

begin
kill -INT $pid
finish
exits 130
clean
grep -q '"partial": true' "$home/results/latest/run.json" || fail "the run is not marked partial"
rm -rf "$home"/results/*

begin
kill -TERM $pid
finish
exits 130
clean
rm -rf "$home"/results/*

begin
kill -INT $pid
kill -INT $pid
finish
exits 130

# Killed: its server may live on for a moment, its folders stay; the next run says so and removes them.
begin
kill -KILL $pid
finish
exits 137
killed=$pid
rm -f "$work/out"
call run small-15x5 --strategy atomic --trials 1 --no-plots --progress none
exits 0
grep -q "left behind" "$work/err" || fail "the next run does not say what it removed"
clean
pid=$killed
clean
