# The Java HdrHistogram reads what a run leaves in hist/, and prints from the .hlog what we printed in the .hgrm, byte by
# byte; its count, p50, p99 and maximum are those of run.json. Needs Debian's libhdrhistogram-java and a JRE, for
# nothing but this: make test-all runs it where they are.
. tests/transcript/lib.sh

[ -n "${LASTSEAT_LONG:-}" ] || skip "the Java HdrHistogram is asked in make test-all (LASTSEAT_LONG=1)"
jar=/usr/share/java/hdrhistogram.jar
[ -e "$jar" ] || skip "the Java HdrHistogram is not here: apt-get install libhdrhistogram-java"
java -version >"$work/java" 2>&1 || skip "no Java to run the Java HdrHistogram with: apt-get install default-jre-headless"
install_home

# 3000 users, so that single trials have a p99; a variant with options, and the floor, whose times are the shortest.
call run small-15x5 --db sqlite --strategy atomic,pessimistic:lock=mutex --trials 3 --set load.users=3000 --quiet --no-plots
exits 0
run=$home/results/latest

agrees()
{
    cell=$1 tag=$2
    name=$(echo "$cell" | sed 's:/:__:g')
    java -cp "$jar" org.HdrHistogram.HistogramLogProcessor -i "$run/hist/$name.hlog" -tag "$tag" -o "$work/java" \
        -outputValueUnitRatio 1000000 2>"$work/err" >"$work/out" || fail "$cell: Java cannot read its .hlog"
    [ "$(grep -c 'I:3000 ' "$work/java")" -eq 3 ] || fail "$cell: Java does not see three intervals of 3000: $(cat "$work/java")"
    # Two lines of Java's own before it, one of ours behind it.
    sed '1,2d' "$work/java.hgrm" >"$work/theirs"
    sed '$d' "$run/hist/$name.hgrm" >"$work/ours"
    cmp "$work/theirs" "$work/ours" || fail "$cell: $(diff "$work/theirs" "$work/ours")"
    python3 - "$run/run.json" "$cell" "$work/java" <<'P' || fail "$cell: what Java reads is not what run.json says"
import json, re, sys
run = json.load(open(sys.argv[1]))
cell, = [c for c in run["cells"] if c["id"] == sys.argv[2]]
ours = cell["merged"]["system_ns"]["all"]
last = re.findall(r"T:(\d+) \( +([\d.]+) +[\d.]+ +([\d.]+) +[\d.]+ +[\d.]+ +([\d.]+) \)", open(sys.argv[3]).read())[-1]
count, p50, p99, most = int(last[0]), *map(float, last[1:])
assert count == ours["n"] == 9000, (count, ours)
# Printed with three decimals of a millisecond.
assert abs(p50 - ours["p50"] / 1e6) < 0.00051, (p50, ours)
assert abs(p99 - ours["p99"] / 1e6) < 0.00051, (p99, ours)
# Ours is exact, theirs the end of its bucket.
assert 0 <= most + 0.00051 - ours["max"] / 1e6 <= ours["max"] / 1e9 + 0.00102, (most, ours)
P
}
agrees small-15x5/sqlite/atomic atomic
agrees small-15x5/sqlite/pessimistic:lock=mutex pessimistic:lock=mutex
agrees small-15x5/null/null null
