# Two run folders compared: what is refused, what fails a gate, what goes where.
. tests/transcript/lib.sh
install_home

scenario pair <<'INI'
[inventory]
seats = 5
[load]
users = 30
[db]
use = sqlite
[run]
strategies = atomic
history = none
trials = 6
INI

call run pair --no-plots --quiet --out results/a
exits 0
call run pair --no-plots --quiet --set inventory.seats=20 --out results/b
exits 0

call compare results/a results/a --gate p50=1%,statements=0%
exits 0
grep -q '^Configuration: the same$' "$work/out" || fail 'a run differs from itself'
grep -q 'gate statements within 0 %: passed (1 cell judged)' "$work/out" || fail 'a gate is not reported'
call compare results/a results/b/run.json
exits 0
grep -q '^ pair inventory.seats: 5 -> 20$' "$work/out" || fail 'the configuration is not compared'
[ "$(awk 'length > m { m = length } END { print m }' "$work/out")" -le 80 ] || fail 'wider than 80 columns'
call compare results/a results/b --gate statements=2%
exits 4
grep -q 'gate statements within 2 %: FAILED (1 cell judged): pair/sqlite/atomic' "$work/out" || fail 'no failed gate'
call compare results/b results/a --gate statements=2%
exits 0
call compare results/a results/b --gate refused=2%
exits 4
grep -q 'gate refused within 2 %: FAILED (0 cells judged' "$work/out" || fail 'a gate that judged nothing passed'
call compare results/a results/b --gate statements=2% --json -
exits 4
[ "$(head -c 1 "$work/out")" = '{' ] && grep -q '"schema": "lastseat.compare/1"' "$work/out" || fail 'not JSON alone'
cp "$work/out" "$work/gated.json"
fits "$work/gated.json" compare
call compare results/a results/b --json "$work/compare.json" --color always
exits 0
fits "$work/compare.json" compare
grep -q '"failed": false' "$work/compare.json" || fail 'no JSON beside the table'
! grep -q "$(printf '\033')" "$work/compare.json" || fail 'colour in the JSON'

# refuses_two TEXT: compare says so whichever place it has, and so does report of such a folder.
refuses_two()
{
    for arguments in 'compare results/a bad' 'compare bad results/a' 'report bad --no-plots'; do
        call $arguments
        exits 2
        says "$1"
        [ ! -s "$work/out" ] || fail "$arguments: stdout is not empty"
    done
}
refuses_two 'bad: no such run folder'
mkdir "$home/bad"
refuses_two 'bad: not a run folder'
head -c 5000 "$home/results/a/run.json" >"$home/bad/run.json"
refuses_two 'bad/run.json:'
says 'damaged, not whole JSON'
echo '{"schema": "k6.summary/3", "cells": []}' >"$home/bad/run.json"
refuses_two 'bad/run.json: not written by lastseat'
sed 's,"lastseat.run/1","lastseat.run/9",' "$home/results/a/run.json" >"$home/bad/run.json"
refuses_two 'written as "lastseat.run/9"'
sed 's,"id": "pair/sqlite/atomic",,' "$home/results/a/run.json" | sed 's/^ *,$//' >"$home/bad/run.json"
refuses_two 'bad/run.json:'
says 'damaged'

call compare results/a
exits 2
says 'compare takes two run folders'
for gate in 'p99=15:has no unit' "p98=15%:did you mean 'p99'?" 'latency=15%:unknown metric' 'p99:is not METRIC=SHARE' \
    'p99=1%,,:is not a list' 'p99=1%,p99=2%:named twice' 'p99=-1%:is not a share'; do
    call compare results/a results/b --gate "${gate%%:*}"
    exits 2
    says "${gate#*:}"
done
call compare results/a results/b --json nowhere/compare.json
exits 1
says 'nowhere/compare.json'
