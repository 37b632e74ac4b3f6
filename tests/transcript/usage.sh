# A command line that is wrong: exit 2, one line that names what is wrong and what was meant.
. tests/transcript/lib.sh
install_home

refuses 2 "'runn'" runn small-15x5
refuses 2 "did you mean 'run'?" runn small-15x5
refuses 2 "run needs a scenario" run
refuses 2 "unknown option '--trails' of run; did you mean '--trials'?" run small-15x5 --trails 3
refuses 2 "unknown option '--frobnicate'" run small-15x5 --frobnicate
refuses 2 "unknown option '-x'" run small-15x5 -x
refuses 2 "--keep takes no value" run small-15x5 --keep=yes
refuses 2 "--trials needs a value" run small-15x5 --trials
refuses 2 "--trials" run small-15x5 --trials 0
refuses 2 "--trials" run small-15x5 --trials -1
refuses 2 "--trials" run small-15x5 --trials 99999999999999999999
refuses 2 "--trials" run small-15x5 --trials ten
refuses 2 "--seed" run small-15x5 --seed 1.5
refuses 2 "--progress: 'loud'" run small-15x5 --progress loud
refuses 2 "--set: 'load.users' is not section.key=value" run small-15x5 --set load.users
refuses 2 "is not a list of names" run small-15x5 --strategy naive,,atomic
refuses 2 "is named twice" run small-15x5 small-15x5

refuses 2 "small-15x55" run small-15x55
refuses 2 "did you mean 'small-15x5'?" run small-15x55
refuses 2 "no-such-folder/x.ini" run no-such-folder/x.ini
refuses 2 "'pessimist'" run small-15x5 --strategy pessimist
refuses 2 "did you mean 'pessimistic'?" run small-15x5 --strategy pessimist
refuses 2 "'flavour'" run small-15x5 --strategy naive:flavour=sweet
refuses 2 "did you mean 'form'?" run small-15x5 --strategy naive:from=counter
refuses 2 "'sum'" run small-15x5 --strategy naive:form=sum
refuses 2 "'sqllite'" run small-15x5 --db sqllite
refuses 2 "did you mean 'sqlite'?" run small-15x5 --db sqllite
refuses 2 "load.user" run small-15x5 --set load.user=3
refuses 2 "did you mean 'users'?" run small-15x5 --set load.user=3

# The most that help names is a number like any other, not the word behind it.
call show small-15x5 --set run.warmup=1000
exits 0
grep -q '^warmup = 1000$' "$work/out" || fail "run.warmup=1000 is $(grep '^warmup' "$work/out")"
refuses 2 "write 0..1000 | auto" show small-15x5 --set run.warmup=1001

# What could not be written is no success.
for verb in list help 'help readme' 'show naive' 'show small-15x5' --version; do
    (cd "$home" && exec "$lastseat" $verb) >/dev/full 2>"$work/err"
    status=$?
    exits 1
    says 'stdout: '
done

refuses 2 "check needs a scenario" check
refuses 2 "small-15x55" check small-15x55
refuses 2 "rush-1000" show rush-1000
refuses 2 "show takes one" show
refuses 2 "everything" list everything
refuses 2 "no help on 'scenarioz'; did you mean 'scenario'?" help scenarioz
refuses 2 "report takes one run folder" report

# With nothing at all, what there is is told, and it is no success.
call
exits 2
clean

# Help: of every verb and topic, in 80 columns, the ellipsis counted as one; --help of a verb is the same.
narrow()
{
    sed 's/…/./g' "$work/out" | awk 'length > 80 || / $/ { exit 1 }' || fail "$1: wider than 80 columns, or a blank at an end"
}
call help
exits 0
narrow help
verbs=$(awk '/^  [a-z]+ / && $1 != "lastseat" { print $1 }' "$work/out")
[ "$(echo "$verbs" | wc -l)" -ge 11 ] || fail "help does not list the verbs: $verbs"
for topic in $verbs scenario exit; do
    call help "$topic"
    exits 0
    narrow "help $topic"
    [ "$topic" = scenario ] || [ "$topic" = exit ] || {
        cp "$work/out" "$work/help"
        call "$topic" --help
        exits 0
        cmp -s "$work/out" "$work/help" || fail "$topic --help is not help $topic"
    }
done
# What help names as options is taken by the parser, which then misses what else the verb needs.
for verb in run explain breakpoint audit compare show check report; do
    call help "$verb"
    for option in $(sed -n 's/^  \(--[a-z-]*\).*/\1/p' "$work/out"); do
        call "$verb" "$option"
        ! grep -q 'unknown option' "$work/err" || fail "$verb does not take $option, which help names"
    done
done
script -qec "cd '$home' && '$lastseat' list" /dev/null </dev/null | tr -d '\r' >"$work/out"
narrow 'list in a terminal'
call list scenarios
[ "$(wc -l <"$work/out")" -eq $(($(ls "$home"/scenarios/*.ini | wc -l) + 1)) ] || fail 'list: not one line an item'
make -s SETUP=no help >"$work/out" || fail 'make help failed'
narrow 'make help'
