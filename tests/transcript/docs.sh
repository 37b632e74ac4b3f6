#!/bin/sh
# What is generated is current: the pages, the catalogue, the kill matrix, and every number of the findings.
. "$(dirname "$0")/lib.sh"
install_home

"$lastseat" help readme >"$work/scenarios" || fail "help readme failed"
cmp -s "$work/scenarios" scenarios/README.md || fail "scenarios/README.md is not what 'lastseat help readme' prints: make docs"

without=
find_server || without=postgres
awk -v lastseat="$lastseat" -v without="$without" -f strategies/catalogue.awk strategies/README.md strategies/README.md \
    >"$work/catalogue" || fail "the catalogue cannot be made"
cmp -s "$work/catalogue" strategies/README.md || fail "the catalogue in strategies/README.md has fallen behind: make docs"

# The rows of PostgreSQL, and what was seen under load, are left as they are: test_explore plays them all, for minutes.
LASTSEAT=$lastseat DB=sqlite sh strategies/rogues/matrix >"$work/rogues" || fail "not every rogue was caught"
cmp -s "$work/rogues" strategies/rogues/README.md || fail "strategies/rogues/README.md has fallen behind: make docs"
for rogue in strategies/rogues/*.c; do
    grep -q "^| .$(basename "$rogue" .c). | postgres | " strategies/rogues/README.md ||
        fail "strategies/rogues/README.md lacks $rogue: make docs"
done

awk -v lastseat="$lastseat" -v without="$without" -f strategies/stories.awk strategies/STORIES.md >"$work/stories" ||
    fail "the stories cannot be told"
cmp -s "$work/stories" strategies/STORIES.md || fail "strategies/STORIES.md is not what 'lastseat explain' tells: make docs"
grep -c '^<!-- story: ' strategies/STORIES.md | grep -qx 5 || fail "strategies/STORIES.md has lost a story"

awk -f results/reference/findings.awk results/reference/findings.md.in >"$work/findings" || fail "the findings cannot be taken from their runs"
cmp -s "$work/findings" PERFORMANCE_FINDINGS.md || fail "PERFORMANCE_FINDINGS.md is not what its runs say: make findings"

# A finding without its source is refused, not printed.
for bad in 'rush no/such/cell sold n' 'rush rush-1000x10/sqlite/atomic nosuch n' 'norun rush-1000x10/sqlite/atomic sold n' \
    'rush rush-1000x10/sqlite/atomic sold furlongs' 'rush too few'; do
    echo "@{$bad}" | awk -f results/reference/findings.awk >"$work/out" 2>"$work/err" && fail "accepted: $bad"
    [ -s "$work/err" ] || fail "refused without a word: $bad"
done
exit 0
