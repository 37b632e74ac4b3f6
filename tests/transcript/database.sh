# A database that cannot be had: named with --db it is exit 5, merely listed in the scenario its rows say why they were
# skipped. A password is never told, whether it is right or wrong.
. tests/transcript/lib.sh
install_home

"$lastseat" list databases | grep -q postgres || skip 'built without PostgreSQL'
canary=Xyzzy-Canary-4711
run='run small-15x5 --strategy atomic --trials 1 --no-plots --progress none'

no_canary()
{
    told=$(grep -rlF "$canary" "$work/out" "$work/err" "$home/results")
    [ -z "$told" ] || fail "the password is told: $told"
}

# Nobody listens there.
export LASTSEAT_PG="host=127.0.0.1 port=1 user=me password=$canary dbname=x"
refuses 5 "postgres" $run --db postgres
says "refused"
no_canary
call $run
exits 0
grep -q "postgres is skipped" "$work/err" || fail "not said that PostgreSQL is skipped"
grep -qi "skip" "$work/out" || fail "the table does not show what was skipped"
clean
no_canary
[ -f "$home/results/latest/run.json" ] || fail "SQLite did not run without PostgreSQL"
rm -rf "$home"/results/*

# Not a connection string, with something secret in it all the same.
export LASTSEAT_PG="password=$canary whatever"
refuses 5 "LASTSEAT_PG" $run --db postgres
no_canary
export LASTSEAT_PG="postgresql://me:$canary@127.0.0.1:1/x"
refuses 5 "postgres" $run --db postgres
no_canary
export LASTSEAT_PG="host=$work/nowhere dbname=x"
refuses 5 "postgres" $run --db postgres
unset LASTSEAT_PG

# Fewer file descriptors than connections: said before anything is started.
bounded()
{
    printf '#!/bin/sh\nulimit -n 100\nexec "%s" "$@"\n' "$home/lastseat" >"$home/bounded"
    chmod +x "$home/bounded"
    lastseat=$home/bounded
    refuses "$@"
    lastseat=$home/lastseat
}
bounded 2 "file descriptors" $run --db sqlite --set db.pool=64

# One run keeps its databases in one place.
printf '# q\n[scenario]\nextends = small-15x5\n[db]\ndir = /var/tmp\n' >"$home/scenarios/elsewhere.ini"
refuses 2 "different places" run small-15x5 elsewhere --db sqlite --no-plots
rm "$home/scenarios/elsewhere.ini"

# A folder for the databases that is not there.
refuses 5 "$work/nowhere" $run --db sqlite --set "db.dir=$work/nowhere"
