# The kit for contributors, in a copy of the tree: a strategy begun with make new-strategy compiles and books, a wrong one
# is refused by make check-strategy with its anomaly and its schedule, a right one passes and is in the next make bench.
. tests/transcript/lib.sh
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES CFLAGS LASTSEAT LASTSEAT_HOME LASTSEAT_ONLY
tree=$work/tree
mkdir "$tree" "$tree/build" "$tree/results"
cp -a .ci Makefile harness strategies scenarios plots tests "$tree/"
cp -a build/plain build/registry.c build/sources "$tree/build/"
chmod -R a+rX "$tree"
cd "$tree" || exit 1

# makes STATUS ARGUMENT...: its output is left in $work/out.
makes()
{
    want=$1
    shift
    make SETUP=no "$@" >"$work/out" 2>&1 </dev/null
    status=$?
    [ $status -eq "$want" ] || fail "make $*: exit $status, not $want: $(cat "$work/out")"
}

prints()
{
    grep -qe "$1" "$work/out" || fail "make does not print '$1': $(cat "$work/out")"
}

# ---- what cannot be begun is refused in one line, and nothing is written
before=$(ls -a strategies strategies/rogues)
# begins_not TEXT ARGUMENT...
begins_not()
{
    text=$1
    shift
    makes 2 new-strategy "$@"
    [ "$(grep -c '^lastseat: ' "$work/out")" -eq 1 ] || fail "new-strategy $*: not one line: $(cat "$work/out")"
    prints "^lastseat: new-strategy: .*$text"
    [ "$(ls -a strategies strategies/rogues)" = "$before" ] || fail "new-strategy $*: something was written"
}
begins_not 'make new-strategy NAME=mine'
begins_not 'small letters' NAME=Mine
begins_not 'small letters' NAME=9lives
begins_not 'small letters' NAME=a-b
begins_not 'small letters' NAME=../mine
begins_not 'small letters' "NAME=my strategy"
begins_not 'set of strategies' NAME=rogues
begins_not 'NAME=my_gate' NAME=gate
begins_not 'at most 32' NAME=a_name_that_no_table_has_room_for_at_all
begins_not 'strategies/atomic.c is there already' NAME=atomic
begins_not 'strategies/rogues/gate_kept.c is there already' NAME=gate_kept
begins_not 'one of .*optimistic' NAME=mine FROM=optimstic
begins_not 'broken on purpose' NAME=mine FROM=gate_kept
begins_not 'does no work' NAME=mine FROM=null
begins_not 'no strategy' NAME=mine FROM=../strategies/atomic

# ---- a copy of each, and of the template: all compile, and the program accepts them
for from in $(cd strategies && ls *.c | sed 's/\.c$//' | grep -vx null); do
    makes 0 new-strategy NAME="like_$from" FROM="$from"
done
makes 0 new-strategy NAME=fresh
prints 'make check-strategy S=fresh'
makes 0 new-strategy NAME=hasty FROM=naive
! grep -n 'template' strategies/fresh.c || fail 'the template has left its name'
grep -q '^    .traits = TRAIT_CORE,$' strategies/hasty.c || fail 'a copy of the control is a control'
# What the harness must know of a strategy to run and judge it goes with its text.
grep -q '^    .traits = TRAIT_CORE | TRAIT_SEAT_ROWS,$' strategies/like_unique_claim.c || fail 'a copy has lost its seat rows'
makes 0 new-strategy NAME=forgetful FROM=soft_hold
# A hold that is over is not counted, and is confirmed all the same.
sed -i '/^    \[HOLD\] = /,/},$/s/SEATS_OF("")/SEATS_OF(" AND (state = '"'CONFIRMED'"' OR expires_at > " NOW ")")/
    /^    \[CONFIRM\] = /,/},$/s/ AND expires_at > " NOW/"/' strategies/forgetful.c
# The wrong one: it reads, then writes the count, and claims that it never oversells.
sed -i 's/^    \.statements = /    .promises = hasty_promises,\n&/
    s/^static enum verdict hasty_attempt/static unsigned hasty_promises(const struct app *app)\n{\n    (void)app;\n    return PROMISE_NO_OVERSELL;\n}\n\n&/' strategies/hasty.c
makes 0 lastseat
! grep -q 'warning' "$work/out" || fail "a copy does not compile without a warning: $(cat "$work/out")"
./lastseat list strategies >"$work/out"
for name in fresh hasty like_atomic like_server_fn; do
    prints "^ *$name  *[^ ]"
done
./lastseat explain like_optimistic like_queue:batch=1 --db sqlite >"$work/out" || fail 'copies do not hold what they promise'
./lastseat explain forgetful --db sqlite >"$work/out" && fail "what was made of soft_hold is fit: $(cat "$work/out")"
prints 'oversold in [0-9]* of [0-9]* schedules'
prints 'passes: holds are over'
rm strategies/like_*.c strategies/forgetful.c

# ---- a broken promise is exit code 3, said in the report, whatever becomes of the pictures
mkdir "$work/bin"
printf '#!/bin/sh\nexit 1\n' >"$work/bin/gnuplot"
chmod +x "$work/bin/gnuplot"
PATH=$work/bin:$PATH ./lastseat run small-15x5 --strategy hasty --db sqlite --trials 3 --quiet --out "$work/broken" \
    >"$work/out" 2>&1
status=$?
exits 3
prints 'gnuplot failed'
grep -q 'BROKEN PROMISE: hasty' "$work/broken/report.md" || fail 'the report does not say what was broken'
grep -q '"broken": true' "$work/broken/run.json" || fail 'nor does run.json'

# ---- who is no strategy, or promises nothing
makes 2 check-strategy
prints 'make check-strategy S=mine'
makes 2 check-strategy S=frsh
prints "unknown strategy 'frsh'; did you mean 'fresh'?"
makes 2 check-strategy S=fresh:by=value
prints "fresh"

# ---- the wrong one, where no server is
export LASTSEAT_PG='host=/nonexistent'
makes 2 check-strategy S=hasty
unset LASTSEAT_PG
prints 'checked on SQLite alone'
prints 'schedules  sqlite  *REFUSED: oversold in [0-9]*, drift in [0-9]* of [0-9]* schedules'
prints 'Both users were told they have the seat: 2 seats sold of 1'
prints "lastseat explain hasty --db sqlite --replay 'A2 B6 A4'"
prints 'contract  *REFUSED'
prints 'hasty on sqlite: sold '
prints 'load  *sqlite  *REFUSED: small-15x5: oversold in [0-9]* of 5 trials'
prints '^hasty is refused: schedules contract load$'
! grep -q ' postgres  ' "$work/out" || fail "something was checked on a server: $(cat "$work/out")"

# ---- the right one
makes 0 check-strategy S=fresh
prints 'fresh promises: no oversell; sells out; all or nothing'
prints 'schedules  sqlite  *holds in all '
prints 'faults  *sqlite  *nothing is left behind after [0-9]* faults'
prints 'contract  *kept: [0-9][0-9]* tests'
prints 'load  *sqlite  *rush-1000x10: no anomaly in 5 trials'
if "./lastseat" list databases | grep -q '^ *postgres' && ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then
    prints 'schedules  postgres  *holds in all '
    prints 'load  *postgres  *rush-1000x10: no anomaly in 5 trials'
fi
! grep -q REFUSED "$work/out" || fail "$(cat "$work/out")"
rm strategies/hasty.c
makes 0 bench SCENARIOS=small-15x5 DB=sqlite TRIALS=1
prints '^ fresh  '

# A copy of the control promises nothing, and there is nothing to hold it to.
makes 0 new-strategy NAME=idle FROM=naive
makes 0 lastseat
LASTSEAT_PG='host=/nonexistent' CONTRACT=true sh strategies/check idle:form=count >"$work/out" 2>&1
[ $? -eq 1 ] || fail "who promises nothing is not refused: $(cat "$work/out")"
prints 'promises .*REFUSED: nothing could be held against it'

# Of whom nothing can be run here, nothing is known.
LASTSEAT_PG='host=/nonexistent' CONTRACT=true sh strategies/check server_fn >"$work/out" 2>&1
[ $? -eq 1 ] || fail "who was not run is fit: $(cat "$work/out")"
prints 'schedules  sqlite  *skipped: server_fn needs server-side functions'
! grep -q 'no anomaly' "$work/out" || fail "trials that were not run have no anomaly: $(cat "$work/out")"
! grep -q 'kept: ' "$work/out" || fail "a contract that was not run is kept: $(cat "$work/out")"
prints '^server_fn: nothing is known of it: no schedule was played, no trial was audited$'
exit 0
