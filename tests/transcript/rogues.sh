#!/bin/sh
# The deliberately broken strategies: listed apart, run when asked for, found out by the audit, and no failure of the run.
. tests/transcript/lib.sh
install_home

call list strategies
exits 0
sed -n '/^  rogues /,/^  [^ ]/p' "$work/out" | grep -q '^    version_unchecked  *optimistic' ||
    fail "list does not show version_unchecked among the rogues: $(cat "$work/out")"
[ "$(grep -c '^    version_unchecked ' "$work/out")" -eq 1 ] || fail 'list shows version_unchecked twice'

call show version_unchecked
exits 0
grep -q 'the audit must find: oversold$' "$work/out" || fail "show does not say what the audit must find: $(cat "$work/out")"

# run STRATEGIES: everybody looks before anybody writes.
run()
{
    call run small-15x5 --db sqlite --strategy "$1" --trials 1 --set checkout.time=100ms --no-plots --progress none \
        --out "$work/$1"
}

run all
exits 0
! grep -q version_unchecked "$work/out" || fail "all runs a rogue: $(cat "$work/out")"

run rogues
exits 0
grep -q 'version_unchecked, broken on purpose: oversold up to 10 seats in 1 of 1 trial' "$work/out" ||
    fail "the audit does not find the rogue out: $(cat "$work/out")"
! grep -q '^ atomic ' "$work/out" || fail "rogues runs honest strategies: $(cat "$work/out")"
grep -q 'forupdate_empty  *SKIP: forupdate_empty needs row locks, which sqlite does not have' "$work/out" ||
    fail "a rogue that sqlite cannot run is not skipped: $(cat "$work/out")"
