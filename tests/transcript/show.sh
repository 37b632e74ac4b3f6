# lastseat show STRATEGY: complete, and its SQL can be copied: sqlite3 runs it, with numbers for the parameters.
. tests/transcript/lib.sh
install_home
command -v sqlite3 >/dev/null || skip 'no sqlite3'

prints()
{
    grep -q -e "$1" "$work/out" || { cat "$work/out"; fail "no line like '$1'"; }
}

for name in $("$lastseat" list strategies | awk '/^    / { print $1 }'); do
    call show "$name"
    exits 0
    prints '^Idea: '
    prints '^Needs of the database: '
    sed -n '/^SQL for sqlite, ready/,/^In which order/p' "$work/out" | sed '1d; $d; s/\$\([0-9]\)/\1/g' >"$work/sql"
    [ -s "$work/sql" ] || grep -q '^SQL for sqlite: none; ' "$work/out" || [ "$name" = null ] || fail "$name: no SQL: $(cat "$work/out")"
    sqlite3 -bail :memory: <"$work/sql" >"$work/rows" 2>"$work/err" || fail "$name: sqlite3 does not take the SQL that is shown"
done

call show pessimistic
prints '^Promises of pessimistic, .*: no oversell, sells out, all or nothing$'
prints '^-- take: $1 id, $2 off available$'
prints '^SELECT available, capacity FROM events WHERE id = $1 FOR UPDATE;$'
call show pessimistic:wait=nowait
prints '^Promises of pessimistic:wait=nowait, .*: no oversell, all or nothing$'
call show atomic:guard=check
prints '^ALTER TABLE events ADD CONSTRAINT available_not_negative CHECK (available >= 0);$'
call show seat_rows
prints '^Needs of the database: row locks$'
prints '^SQL for sqlite: none; seat_rows needs row locks'
refuses 2 "'sum'" show naive:form=sum
exit 0
