# A stored run judged again: the same verdicts without a database; what was cut, edited, doubled or lost is said.
. tests/transcript/lib.sh
install_home

run='run small-15x5 --db sqlite --strategy atomic,optimistic --trials 1 --seed 7 --no-plots --progress none --quiet'
call $run --out run
exits 0
cell=small-15x5/sqlite/atomic
history=history/small-15x5__sqlite__atomic

audit()
{
    call audit "$@"
}

# A copy of the run to spoil, in $spoilt.
spoil()
{
    chmod -R u+rwx "$home/spoilt" 2>/dev/null
    rm -rf "$home/spoilt"
    cp -r "$home/run" "$home/spoilt"
    spoilt=$home/spoilt
}

# refused TEXT...: the run in $spoilt is judged but for one file, and one line says why.
refused()
{
    audit spoilt
    exits 1
    says "$@"
    grep -q ' 1 refused' "$work/out" || fail "the table does not count what was refused"
}

# As it was.
audit run
exits 0
[ ! -s "$work/err" ] || fail "an untouched run is not judged in silence"
grep -q '2 trials judged again, 0 refused, 0 differ' "$work/out" || fail "not every trial was judged the same"
audit run --cell $cell --json -
exits 0
grep -q '"judged": 1' "$work/out" || fail "--cell did not choose one cell"
audit run --cell small-15x5/sqlite/atomik
exits 2
says "no audited cell" "did you mean '$cell'"
audit run --json "$home/nowhere/audit.json"
exits 1
says nowhere/audit.json

# Every honest strategy, in a burst and when everybody comes at a moment of his own: judged as it was then, in silence.
scenario trickle <<'INI'
# 40 people come one by one, at random, to 5 slots.
[inventory]
seats = 5
[load]
model = open
rate = 200/s
duration = 200ms
INI
honest=$("$lastseat" list strategies | awk '$1 == "control" { exit } /^    / { print $1 }')
[ "$(echo "$honest" | wc -l)" -gt 9 ] || fail "not the honest strategies: $honest"
for name in small-15x5 trickle; do
    call run $name --db sqlite --strategy "$(echo "$honest" | paste -sd,)" --trials 1 --seed 7 --no-plots --progress none \
        --out every
    exits 0
    cp "$work/out" "$work/told"
    audit every
    exits 0
    [ ! -s "$work/err" ] || fail "a run of honest strategies is not judged in silence"
    judged=0
    for strategy in $honest; do
        if grep -Eq "^ +$name/sqlite/$strategy +1 +[01] +[01] +0 +[0-9]+ +same " "$work/out"; then
            judged=$((judged + 1))
        elif ! grep -q "^ $strategy  SKIP" "$work/told"; then
            cat "$work/out"
            fail "$name/sqlite/$strategy is not judged as it was"
        fi
    done
    [ $judged -gt 5 ] || fail "only $judged of the honest strategies were judged"
    grep -q "^ *$judged trials judged again, 0 refused, 0 differ" "$work/out" || fail "not every trial was judged the same"
    rm -r "$home/every"
done

# Cut off in a line, and behind one.
spoil
truncate -s -3 "$spoilt/$history/1.csv"
refused "$history/1.csv:16: the file is cut off"
spoil
sed -i '$d' "$spoilt/$history/1.csv"
refused "$history/1.csv: 14 rows where the run wrote 15"
spoil
sed -i '$d' "$spoilt/$history/1.ledger.csv"
refused "$history/1.ledger.csv: 4 rows where the run wrote 5"

# A line twice, lines in another order, a column gone, a file gone, a file too many.
spoil
sed -i '3p' "$spoilt/$history/1.csv"
refused "$history/1.csv:4: request 2 stands in line 3 already"
spoil
awk 'NR == 2 { second = $0; next } { print } NR == 3 { print second }' "$home/run/$history/1.csv" >"$spoilt/$history/1.csv"
refused "$history/1.csv: not what the run wrote" "edited or reordered"
spoil
sed -i 's/,outcome,/,answer,/' "$spoilt/$history/1.csv"
refused "$history/1.csv:1: unknown column 'answer'"
spoil
rm "$spoilt/$history/1.counters.csv"
refused "$history/1.counters.csv: missing"
spoil
cp "$spoilt/$history/1.ledger.csv" "$spoilt/$history/1.seats.csv"
refused "$history/1.seats.csv: not of this run"

# Edited so that every line still makes sense.
spoil
sed -i 's/,booked,/,sold_out,/' "$spoilt/$history/1.csv"
refused "$history/1.csv: not what the run wrote"
# The same in a run from before the sums: its counts, then its verdict, give it away.
spoil
python3 - "$spoilt/run.json" <<'PY'
import json, sys
run = json.load(open(sys.argv[1]))
for cell in run["cells"]:
    for trial in cell["trials"]:
        trial.pop("history", None)
json.dump(run, open(sys.argv[1], "w"))
PY
cp -r "$spoilt" "$home/old"
audit old
exits 0
sed -i '0,/,booked,/s//,sold_out,/' "$spoilt/$history/1.csv"
refused "$history/1.csv: 4 requests are booked where run.json says 5"
rm -rf "$spoilt"
cp -r "$home/old" "$spoilt"
sed -i '2s/^\([^,]*\),[^,]*,/\1,99,/' "$spoilt/$history/1.ledger.csv"
audit spoilt
exits 1
grep -q "trial 1: lost is 1, run.json says 0" "$work/err" || fail "the difference is not named"
grep -q "trial 1: verdict is \"invalid\", run.json says \"valid\"" "$work/err" || fail "the verdict is not named"
grep -q '1 differ ' "$work/out" || fail "the table does not count what differs"

# A promise that was broken is broken again.
spoil
python3 - "$spoilt" <<'PY'
import json, pathlib, sys
top = pathlib.Path(sys.argv[1])
run = json.loads((top / "run.json").read_text())
for cell in run["cells"]:
    for trial in cell["trials"]:
        trial.pop("history", None)
        if cell["id"].endswith("atomic"):
            trial["audit"].clear()
(top / "run.json").write_text(json.dumps(run))
ledger = top / "history/small-15x5__sqlite__atomic/1.ledger.csv"
ledger.write_text(ledger.read_text() + "99,15,1,15,1\n")
PY
audit spoilt
exits 3

# Nothing kept, nothing audited, no run.
call $run --out bare --set run.history=none
audit bare
exits 1
says "bare: no single requests were kept" "--set run.history=all"
call run small-15x5 --db sqlite --strategy null --trials 1 --no-plots --progress none --quiet --out floor
if [ "$status" -eq 0 ]; then
    audit floor
    exits 1
    says "floor: no trial of this run was audited"
fi
audit nowhere
exits 2
says "no such run folder"
audit
exits 2
says "audit takes one run folder, or one file"
spoil
rm -r "$spoilt/scenario"
audit spoilt
exits 2
