# A server of the user's that wants a password: what is wrong is said, the password never, whether it is right or not.
# The server is made here and removed again.
. tests/transcript/lib.sh
install_home

find_server || skip 'no PostgreSQL server here'
canary=Xyzzy-Canary-4711
run='run small-15x5 --strategy atomic --trials 1 --no-plots --progress none'

no_canary()
{
    told=$(grep -rlF "$canary" "$work/out" "$work/err" "$home/results")
    [ -z "$told" ] || fail "the password is told: $told"
}

server=$work/pg
mkdir "$server"
if [ "$(id -u)" -eq 0 ]; then
    as='setpriv --reuid=postgres --regid=postgres --init-groups'
    chown postgres "$server"
else
    as=
fi
cleanup()
{
    $as "$bin/pg_ctl" -s -m immediate -D "$server/data" stop >/dev/null 2>&1
}
echo right >"$work/pw"
chmod 644 "$work/pw"
cd "$work" || exit 1
$as "$bin/initdb" -A scram-sha-256 -N -U owner --pwfile="$work/pw" -D "$server/data" >"$work/initdb" 2>&1 ||
    fail "initdb: $(cat "$work/initdb")"
$as "$bin/pg_ctl" -s -w -D "$server/data" -l "$server/log" \
    -o "-c listen_addresses='' -c unix_socket_directories=$server" start || fail "the server does not start"
export LASTSEAT_PG="host=$server user=owner password=$canary dbname=postgres"
refuses 5 "password authentication failed" $run --db postgres
no_canary

# The right one lets it run; it is told nowhere, and nothing of ours stays in that server.
echo "alter user owner password '$canary'" | PGPASSWORD=right "$bin/psql" -qX -h "$server" -U owner postgres
call $run --db postgres
exits 0
clean
no_canary
left=$(PGPASSWORD=$canary "$bin/psql" -AtqX -h "$server" -U owner postgres -c "select nspname from pg_namespace
    where nspname !~ '^pg_' and nspname not in ('public', 'information_schema')")
[ -z "$left" ] || fail "left in the user's server: $left"
rm -rf "$home"/results/*

# None at all.
PGPASSFILE="$work/nowhere" LASTSEAT_PG="host=$server user=owner dbname=postgres"
export PGPASSFILE LASTSEAT_PG
refuses 5 "password" $run --db postgres
