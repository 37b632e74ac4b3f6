# Sourced by the shell tests, which run from the top of the tree: the program in a home of its own, so that nothing else
# that runs on this machine can disturb or be disturbed.
set -u
work=$(mktemp -d) || exit 1
home=$work/home
export TMPDIR="$work/tmp" LASTSEAT_HOME="$home"
mkdir "$TMPDIR" "$home"
# A server started by root runs as another user, who must get to his socket.
chmod 711 "$work"
chmod 1777 "$TMPDIR"
trap 'status=$?; cleanup; chmod -R u+rwx "$work" 2>/dev/null; rm -rf "$work"; exit $status' EXIT
trap 'exit 130' INT TERM

# Tests that have more to undo define their own.
cleanup()
{
    :
}

fail()
{
    echo "FAILED: $*"
    [ ! -s "$work/err" ] || { echo '--- stderr:'; cat "$work/err"; }
    exit 1
}

skip()
{
    echo "$*"
    exit 77
}

# The program and what it reads, where any user may read it.
install_home()
{
    cp "${LASTSEAT:-./lastseat}" "$home/lastseat"
    cp -r scenarios plots "$home/"
    mkdir -p "$home/results"
    chmod -R a+rX "$home"
    lastseat=$home/lastseat
}

# Sets $bin to the programs of a PostgreSQL server; false when there is none, or no driver for one.
find_server()
{
    "$lastseat" list databases | grep -q postgres || return 1
    for bin in /usr/lib/postgresql/*/bin "$(pg_config --bindir 2>/dev/null)"; do
        [ ! -x "$bin/initdb" ] || return 0
    done
    return 1
}

# call ARGUMENT...: runs the program in its home; what came of it is left in $status, $work/out and $work/err.
call()
{
    (cd "$home" && exec env LASTSEAT_TRANSCRIPT="$work" "$lastseat" "$@") >"$work/out" 2>"$work/err" </dev/null &
    pid=$!
    wait $pid
    status=$?
}

exits()
{
    [ "$status" -eq "$1" ] || fail "exit $status, not $1"
}

# says TEXT...: one line on stderr, of this program, that holds every TEXT.
says()
{
    [ "$(wc -l <"$work/err")" -eq 1 ] || fail "stderr is not one line"
    grep -q '^lastseat: ' "$work/err" || fail "the line does not begin with the program's name"
    for text in "$@"; do
        grep -qF -e "$text" "$work/err" || fail "stderr does not say '$text'"
    done
}

# Nothing half-written in the results, no server, no folder of process $pid in the places where it makes some.
clean()
{
    left=$(find "$home/results" "$TMPDIR" -mindepth 1 \( -name '.lastseat-*' -o -name 'lastseat-*' \)
        find /var/tmp -maxdepth 1 -name "lastseat-*-$pid-*"
        grep -ls "^pid $pid\$" /tmp/lastseat-*/owner)
    [ -z "$left" ] || fail "left behind: $left"
    # The marker stands in the environment of the program, and of what it started.
    left=$(grep -lsz "^LASTSEAT_TRANSCRIPT=$work\$" /proc/[0-9]*/environ)
    [ -z "$left" ] || fail "still running: $left"
}

# refuses CODE TEXT ARGUMENT...: one line that holds TEXT, no output, no run, nothing left behind.
refuses()
{
    want=$1 text=$2
    shift 2
    call "$@"
    [ "$status" -eq "$want" ] || fail "lastseat $*: exit $status, not $want"
    [ ! -s "$work/out" ] || fail "lastseat $*: stdout is not empty"
    says "$text"
    clean
    [ -z "$(ls -A "$home/results")" ] || fail "lastseat $*: left a run: $(ls -A "$home/results")"
}

# scenario NAME: writes a scenario, its text on standard input.
scenario()
{
    cat >"$home/scenarios/$1.ini"
}

# fits FILE SCHEMA: FILE is what results/SCHEMA.schema.json says; and the schema refuses the same under another name.
fits()
{
    validator=/usr/bin/jsonschema
    [ -x "$validator" ] || return 0
    "$validator" -i "$1" "results/$2.schema.json" >"$work/validated" 2>&1 ||
        fail "$1 does not fit results/$2.schema.json: $(head -c 600 "$work/validated")"
    sed 's/"schema": "lastseat/"schema": "other/' "$1" >"$work/other.json"
    ! "$validator" -i "$work/other.json" "results/$2.schema.json" >/dev/null 2>&1 || fail "results/$2.schema.json takes anything"
}
