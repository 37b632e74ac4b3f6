# What amplification is measured against: the statements of one user buying one seat, with the options of the cell
# itself, wherever they were written.
. tests/transcript/lib.sh
install_home

# solos STATEMENTS...: of the cells of the last run but the floor's, in their order.
solos()
{
    python3 -c 'import json, sys
cells = json.load(open(sys.argv[1]))["cells"]
print(*("%g" % cell["solo"]["statements_per_request"] for cell in cells if "floor" not in cell["traits"]))' \
        "$home/results/latest/run.json" >"$work/out" || fail 'no run.json'
    [ "$(cat "$work/out")" = "$*" ] || fail "solo statements $(cat "$work/out"), not $*"
}

briefly='--db sqlite --trials 1 --no-plots --quiet'

# Counting the bookings asks one statement less than keeping a counter.
call run small-15x5 --strategy naive,naive:form=count $briefly
exits 0
solos 3 2
call run small-15x5 --strategy naive --set sweep.strategy.naive.form=counter,count $briefly
exits 0
solos 3 2

# Two scenarios of one run, and only one of them says how.
scenario counted <<'INI'
[scenario]
extends = small-15x5
[strategy.naive]
form = count
INI
call run small-15x5 counted --strategy naive $briefly
exits 0
solos 3 2
