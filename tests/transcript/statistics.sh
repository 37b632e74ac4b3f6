# How many blocks are run, and what the run says about how well it knows its numbers.
. tests/transcript/lib.sh
install_home

scenario few <<'INI'
[load]
users = 30
[db]
use = sqlite
[run]
strategies = queue
history = none
INI

# blocks N: each cell of the last run has N trials, the first of them in block $1.
trials()
{
    awk -F, -v first="$1" -v n="$2" '
        NR > 1 { seen[$1]++; if ($6 < first) early++ }
        END {
            for (cell in seen) { cells++; if (seen[cell] != n) wrong++ }
            exit cells == 0 || wrong > 0 || early > 0
        }' "$home/results/latest/trials.csv" || fail "not $2 trials a cell from block $1 on"
}

# A measurement discards two blocks, a demonstration none.
call run few --no-plots --progress none
exits 0
trials 2 10
grep -qF 'p50 known to within 5 % (half its 95 % interval, n = 10): ' "$work/out" || fail 'no word on how well it is known'
grep -qF '## Appendix: tests' "$home/results/latest/report.md" || fail 'no appendix'
call run few --no-plots --progress none --trials 3
grep -q "known to within" "$work/out" && fail "three trials are said to be enough"
exits 0
trials 0 3
call run few --no-plots --progress none --trials 1 --set run.warmup=1
exits 0
trials 1 1

# The precision asked for is soon there, or never. (On a machine that does much else, soon is not at once.)
call run few --no-plots --progress none --trials 2 --set run.precision=100%
exits 0
n=$(($(wc -l <"$home/results/latest/trials.csv") / 2))
trials 2 $n
[ $n -ge 10 ] && [ $n -le 30 ] || fail "$n trials"
[ $n -eq 30 ] || ! grep -q imprecise "$home/results/latest/run.json" || fail "imprecise after $n trials"
call run few --no-plots --quiet --trials 2 --set run.precision=0.000001%
exits 0
trials 2 30
[ "$(grep -c '"imprecise"' "$home/results/latest/run.json")" -eq 2 ] || fail 'not both cells are flagged'
call report results/latest --no-plots
exits 0
tr -s '\n ' ' ' <"$work/out" | grep -qF '(half its 95 % interval, n = 30): none; not reached: queue (' ||
    fail 'the run does not say that it was not reached'
call run few --set run.precision=5
exits 2
says 'run.precision' 'has no unit'
