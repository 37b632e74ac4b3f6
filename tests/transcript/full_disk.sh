# A full disk, for the results and for the databases: one line that names the place, and no half of a run. The disk is a
# very small one of our own, in a mount namespace that ends with the program.
. tests/transcript/lib.sh
install_home

run='run small-15x5 --db sqlite --strategy atomic --trials 1 --no-plots --progress none'
tmpfs='mount -t tmpfs -o size=128k none full'

mkdir "$home/full"
for apart in 'unshare -m' 'unshare -rm' none; do
    $apart sh -c "cd '$home' && $tmpfs" 2>/dev/null && break
done
[ "$apart" != none ] || skip 'no right to mount a small disk'

# on_full_disk BEFORE ARGUMENTS: calls the program where $home/full is that disk, BEFORE being done to it first.
on_full_disk()
{
    status=$(
        $apart sh -c "
            cd '$home' && $tmpfs || exit 99
            $1
            '$home/lastseat' $2 >'$work/out' 2>'$work/err' </dev/null
            echo \$?
            ls -A full >'$work/left'"
    )
    pid=none
}
fill='head -c 200000 /dev/zero >full/fill 2>/dev/null;'

on_full_disk "$fill" "$run --out full/run --set db.dir=$TMPDIR"
exits 1
says "full/run" "No space left on device"
clean
[ "$(cat "$work/left")" = fill ] || fail "left on the full disk: $(cat "$work/left")"

# The disk fills up under way: the history of a thousand users does not fit.
on_full_disk '' "run rush-1000x10 --db sqlite --strategy atomic --trials 5 --no-plots --progress none --out full/run \
    --set db.dir=$TMPDIR --set run.history=all"
exits 1
says "full/run" "No space left on device"
clean
[ ! -s "$work/left" ] || fail "left on the full disk: $(cat "$work/left")"

# The databases' disk is full, the results' is not.
on_full_disk "$fill" "$run --set db.dir=full"
exits 1
# That the fsync probe found no room is worth a warning; what stops the run is one line.
sed -i '/^lastseat: warning: environment: cannot probe/d' "$work/err"
says "/full/" "disk is full"
clean
[ "$(cat "$work/left")" = fill ] || fail "left on the full disk: $(cat "$work/left")"
[ -z "$(ls -A "$home/results")" ] || fail "left a run: $(ls -A "$home/results")"

# The same for a server: it cannot even be set up, and what it began is removed.
find_server || exit 0
on_full_disk "chmod 1777 full; $fill" "$run --db postgres --set db.dir=full"
exits 5
says "postgres" "No space left on device"
clean
[ "$(cat "$work/left")" = fill ] || fail "left on the full disk: $(cat "$work/left")"
