# The checker is only believed where it can fail: each mutant is the checker with one mistake in it, and the golden history
# that is named beside it must see it. The sources are changed in copies; the product has no mutant in it.
. tests/transcript/lib.sh
compile="${CC:-cc} -std=c11 -D_GNU_SOURCE -I. -O0"

for file in harness/audit/checker.c harness/audit/exact.c harness/audit/order.c harness/audit/answers.c \
    harness/audit/matter.c harness/audit/gates.c harness/audit/shortfall.c harness/base/rng.c \
    tests/unit/test_checker.c tests/unit/test_answers.c; do
    $compile -c -o "$work/$(basename "$file" .c).o" "$file" 2>"$work/err" || fail "$file does not compile alone"
done

# links FILE OF: $work/FILE is the tests of OF, with $work/OF.o of the moment.
links()
{
    # What of the harness these need, and no database.
    $compile -o "$work/$1" "$work/test_$1.o" "$work/checker.o" "$work/exact.o" "$work/order.o" "$work/answers.o" \
        "$work/matter.o" "$work/gates.o" "$work/shortfall.o" "$work/rng.o" -lcmocka 2>"$work/err" || fail "cannot link $1"
}

# mutant TESTS FILE GOLDEN SED: with the mistake in harness/audit/FILE.c the golden history fails, without it it does not.
mutant()
{
    sed -e "$4" "harness/audit/$2.c" >"$work/mutant.c"
    ! cmp -s "harness/audit/$2.c" "$work/mutant.c" || fail "no such line to break in $2.c any more: $4"
    cp "$work/$2.o" "$work/good.o"
    links "$1"
    "$work/$1" "$3" >"$work/err" 2>&1 || fail "$3 fails without a mistake in $2.c"
    grep -q "\[       OK \] $3$" "$work/err" || fail "there is no $3"
    $compile -c -o "$work/$2.o" "$work/mutant.c" 2>"$work/err" || fail "this is no C: $4"
    links "$1"
    ! timeout 20 "$work/$1" "$3" >"$work/err" 2>&1 || fail "$3 does not see it: $4 in $2.c"
    cp "$work/good.o" "$work/$2.o"
}

# the order of what happens at one moment
mutant checker checker golden_same_moment 's/(int)(x->end & 1) - (int)(y->end & 1)/(int)(y->end \& 1) - (int)(x->end \& 1)/'
mutant checker order golden_same_moment_in_a_search 's/(int)(y->link % 2) - (int)(x->link % 2)/(int)(x->link % 2) - (int)(y->link % 2)/'
# more than, and no less than
mutant checker checker golden_one_seat_left 's/if (\*taken > most)/if (*taken >= most)/'
mutant checker checker golden_only_a_search_can_tell 's/out->peak <= capacity \&\&/out->peak < capacity \&\&/'
mutant checker order golden_each_but_not_both 's/op->seats > s->capacity - s->taken/op->seats >= s->capacity - s->taken/'
mutant checker order golden_each_but_not_both 's/s->taken + op->seats > s->capacity/s->taken + op->seats >= s->capacity/'
mutant checker exact golden_windows 's/invoke_ns <= open_until/invoke_ns < open_until/; s/taken = after(.*/taken = 0;/'
# the last event
mutant checker checker golden_last_event 's/m < s->moment_count/m + 1 < s->moment_count/'
# what is unknown
mutant answers answers golden_unknown_with_a_row 's/ops\[0\].return_ns = OPERATION_NEVER/ops[0].kind = OPERATION_TURNED_AWAY/'
mutant answers answers golden_unknown_without_a_row 's/until += GRACE_NS/until += 0/'
# attempts are not operations
mutant answers answers golden_tries_are_one_request 's/record->return_ns, record->seats,$/record->return_ns, record->seats * record->attempts,/'
# what is held
mutant checker checker golden_held 's/s->taken + s->held)/s->taken)/'
mutant checker checker golden_own_hold 's/in_hands -= op->seats/in_hands -= 0/'
mutant checker checker golden_admitted 's/OPERATION_SOLD_OUT_AT_GATE ? ADMITTED : HELD/OPERATION_SOLD_OUT ? ADMITTED : HELD/'
