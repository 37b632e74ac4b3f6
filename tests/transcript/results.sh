# Where a run cannot leave its results: one line that names the place, and no half of a run.
. tests/transcript/lib.sh
install_home

run='run small-15x5 --db sqlite --strategy atomic --trials 1 --no-plots --progress none'

# The folder is there already.
mkdir "$home/there"
echo mine >"$home/there/mine"
refuses 2 "there exists already" $run --out there
refuses 2 "there exists already" $run --out there/
[ "$(ls -A "$home/there")" = mine ] || fail "--out wrote into a folder that existed"
touch "$home/file"
refuses 2 "file exists already" $run --out file

# The folder cannot be made.
refuses 1 "nowhere/run" $run --out nowhere/run
refuses 1 "file/run" $run --out file/run

# It may not be written to: as another user when we are root, to whom everything is allowed.
as_other_user()
{
    if [ "$(id -u)" -eq 0 ]; then
        set -- setpriv --reuid=65534 --regid=65534 --clear-groups "$home/lastseat" "$@"
    else
        set -- "$home/lastseat" "$@"
    fi
    lastseat=$1
    shift
    refuses 1 "Permission denied" "$@"
    lastseat=$home/lastseat
}
chmod 555 "$home/results" "$home"
as_other_user $run
says "results"
as_other_user $run --out locked
says "locked"
chmod 755 "$home/results" "$home"

# What is asked for beside the run cannot be written; the run itself is whole.
call $run --quiet --json "$home/nowhere/run.json"
exits 1
says "nowhere/run.json"
clean
[ -f "$home/results/latest/run.json" ] || fail "the run is gone because a copy of it could not be written"
call $run --quiet --json /dev/full
exits 1
says "/dev/full" "No space left on device"
clean
rm -rf "$home"/results/*

# The page it names is there, seen from where the user stands.
for from in "$home" /; do
    (cd "$from" && exec "$lastseat" $run) >"$work/out" 2>"$work/err" || fail "no run from $from"
    page=$(sed -n 's/^open //p' "$work/out")
    [ -f "$(cd "$from" && realpath "$page")" ] || fail "from $from, '$page' is no page"
    [ "$from" = / ] || [ "$page" = results/latest/report.html ] || fail "'$page' could be shorter"
done
# It can be told again; where that cannot be written, that is said.
for verb in "report results/latest --no-plots" "audit results/latest" "compare results/latest results/latest"; do
    (cd "$home" && exec "$lastseat" $verb) >/dev/full 2>"$work/err"
    status=$?
    exits 1
    says 'stdout: '
done
rm -rf "$home"/results/*

# A terminal of 80 columns gets a table of 80, which says what is left out; one of 120 gets all of it.
call $run --quiet --set load.users=30 --strategy naive,pessimistic,optimistic:by=value
in_columns()
{
    script -qec "stty cols $1; cd '$home' && '$lastseat' report results/latest --color never" /dev/null </dev/null |
        tr -d '\r' >"$work/out"
}
in_columns 80
grep -q 'no room in this terminal for amplification' "$work/out" || fail 'what is left out at 80 columns is not said'
long=$(awk 'length($0) > 80' "$work/out")
[ -z "$long" ] || fail "longer than 80 columns: $long"
in_columns 120
grep -q 'ampli-' "$work/out" || fail 'a column is missing at 120 columns'
grep -q 'no room in this terminal' "$work/out" && fail 'something is left out at 120 columns'
exit 0
