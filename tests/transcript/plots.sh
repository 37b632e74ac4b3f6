# Pictures are not what a run is for: a gnuplot that fails, or Ctrl-C while one draws, costs the pictures and nothing else.
. tests/transcript/lib.sh
install_home
mkdir "$work/bin"

# gnuplot_is: the gnuplot that the program finds, a script on standard input.
gnuplot_is()
{
    { echo '#!/bin/sh'; cat; } >"$work/bin/gnuplot"
    chmod +x "$work/bin/gnuplot"
}
PATH=$work/bin:$PATH

# has_all DIR: everything is there that needs no gnuplot.
has_all()
{
    for file in run.json report.md report.html; do
        [ -s "$1/$file" ] || fail "no $file"
    done
    grep -q '^ *atomic .*holds' "$work/out" || fail "no table: $(cat "$work/out")"
    grep -q '^open ' "$work/out" || fail "not said where the report is"
}

gnuplot_is <<'SH'
echo 'no such terminal' >&2
exit 1
SH
call run small-15x5 --strategy atomic --db sqlite --trials 1 --progress none --json "$work/copy.json" --out failed
exits 1
says 'plots: gnuplot failed on small-15x5-sqlite-' 'no such terminal'
has_all "$home/failed"
[ -s "$work/copy.json" ] || fail "no copy of run.json"

rm "$home/failed"/report.*
call report failed
exits 1
says 'plots: gnuplot failed'
has_all "$home/failed"

gnuplot_is <<'SH'
kill -SEGV $$
SH
call report failed
exits 1
says 'plots: gnuplot failed on small-15x5-sqlite-spectrum: Segmentation fault'

gnuplot_is <<'SH'
exit 5
SH
call report failed
says 'plots: gnuplot failed on small-15x5-sqlite-spectrum: exit code 5'

call breakpoint small-15x5 --strategy naive --db sqlite --max 2 --progress none --out found
exits 1
says 'plots: gnuplot failed'
[ -s "$home/found/report.md" ] || fail "breakpoint left no report"
grep -q '^open ' "$work/out" || fail "breakpoint printed no table"

# Ctrl-C goes to everybody in the terminal's foreground.
gnuplot_is <<SH
touch "$work/drawing"
sleep 1
touch "$work/drawn"
SH
in_a_terminal()
{
    rm -f "$work/drawing" "$work/drawn"
    (cd "$home" && exec env LASTSEAT_TRANSCRIPT="$work" setsid "$lastseat" run small-15x5 --strategy atomic --db sqlite \
        --trials 1 --progress none --out "$1") >"$work/out" 2>"$work/err" </dev/null &
    pid=$!
    for _ in $(seq 300); do
        [ ! -e "$work/drawing" ] || break
        sleep 0.1
    done
    [ -e "$work/drawing" ] || fail "nothing was drawn"
    kill -s INT -- "-$pid"
}
in_a_terminal kept
wait $pid
status=$?
exits 0
[ -e "$work/drawn" ] || fail "Ctrl-C ended gnuplot"
[ ! -s "$work/err" ] || fail "something was said"
has_all "$home/kept"

# The second leaves at once, and nobody draws on.
gnuplot_is <<SH
touch "$work/drawing"
exec sleep 10
SH
in_a_terminal left
sleep 1 # two that are pending at once are one
kill -s INT -- "-$pid"
wait $pid
status=$?
exits 130
sleep 0.2
left=$(grep -lsz "^LASTSEAT_TRANSCRIPT=$work\$" /proc/[0-9]*/environ)
[ -z "$left" ] || fail "still running: $left"
