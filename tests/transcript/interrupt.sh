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

# While its database is being opened: nothing was measured, and the folder is what the schema says it is. The server is
# one that interrupts whoever calls it, and hangs up.
interrupt_early()
{
    python3 - "$work/.s.PGSQL.5432" <<'P' &
import os, signal, socket, struct, sys
server = socket.socket(socket.AF_UNIX)
server.bind(sys.argv[1])
server.listen()
server.settimeout(60)
caller = server.accept()[0]
os.kill(struct.unpack("3i", caller.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0], signal.SIGINT)
P
    server=$!
    for _ in $(seq 300); do
        [ ! -S "$work/.s.PGSQL.5432" ] || break
        sleep 0.1
    done
    LASTSEAT_PG="host=$work port=5432 user=nobody" call "$@"
    wait $server || fail "nobody called the server"
    rm "$work/.s.PGSQL.5432"
    exits 130
    clean
}
if "$lastseat" list databases | grep -q postgres; then
    rm -rf "$home"/results/*
    interrupt_early run small-15x5 --db postgres --strategy atomic --no-plots --progress none
    fits "$home/results/latest/run.json" run
    grep -q '"cores"' "$home/results/latest/run.json" || fail "an early interrupt leaves no environment"
    interrupt_early breakpoint small-15x5 --db postgres --strategy atomic --no-plots --progress none --out "$home/early"
    fits "$home/early/breakpoint.json" breakpoint
    grep -q '"cores"' "$home/early/breakpoint.json" || fail "an early interrupt of a search leaves no environment"
fi

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
