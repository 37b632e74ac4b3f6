# Two builds interleaved in one run: turns, two folders, what is refused, what is left when it is interrupted.
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
trials = 9
INI

# A build that is another only in what it is given: other NAME ARGUMENT...
other()
{
    name=$1
    shift
    printf '#!/bin/sh\n[ "$1" = help ] || set -- "$@" %s\nexec "%s" "$@"\n' "$*" "$lastseat" >"$home/$name"
    # Options stand before the names.
    sed -i 's/set -- "$@" \(.*\)$/{ shift; set -- run \1 "$@"; }/' "$home/$name"
    chmod 755 "$home/$name"
}
other same --progress none
other more --progress none --set inventory.seats=20
printf '#!/bin/sh\necho older\n' >"$home/old"
chmod 755 "$home/old"

call run pair --against ./same --no-plots --out results/now --progress none
exits 0
grep -q '^A  results/now-against (' "$work/out" && grep -q '^B  results/now (' "$work/out" || fail 'not both runs are named'
tr -s '\n ' ' ' <"$work/out" | grep -q 'The runs were interleaved' || fail 'they are not known to be interleaved'
[ "$(grep -h '"interleaved"' "$home"/results/now*/run.json | sort -u | wc -l)" -eq 1 ] || fail 'they do not share a name'
for run in now now-against; do
    [ "$(wc -l <"$home/results/$run/trials.csv")" -eq 19 ] || fail "$run has not its trials"
    [ -s "$home/results/$run/report.md" ] || fail "$run has no report"
done
[ ! -e "$home/results/latest" ] || fail 'latest moved'
clean

call run pair --against ./more --no-plots --out results/gated --progress none --gate statements=2%
exits 0
call compare results/gated results/gated-against --gate statements=2%
exits 4
[ -s "$work/out" ] || fail 'nothing is said'
rm -rf "$home"/results/*

refuses 2 'nothing cannot be run' run pair --against ./nothing
refuses 2 'old does not take turns' run pair --against ./old
refuses 2 'it needs --against BINARY' run pair --gate p99=5%
refuses 2 "unknown metric 'p77'" run pair --against ./same --gate p77=5%
refuses 2 "unknown scenario" run nowhere --against ./same
mkdir "$home/there"
refuses 2 'there exists already' run pair --against ./same --out there

# Ctrl-C: both are told once, and leave what they have.
(cd "$home" && exec env LASTSEAT_TRANSCRIPT="$work" "$lastseat" run pair --against ./same --trials 5000 --quiet --out results/cut) \
    >"$work/out" 2>"$work/err" </dev/null &
pid=$!
n=0
until ls -d "$home"/results/.lastseat-* 2>/dev/null | wc -l | grep -q '^2$' || [ $n -ge 100 ]; do
    n=$((n + 1))
    sleep 0.1
done
sleep 1
kill -INT $pid
wait $pid
status=$?
exits 130
for run in cut cut-against; do
    grep -q '"partial": true' "$home/results/$run/run.json" || fail "$run is not marked partial"
done
clean
