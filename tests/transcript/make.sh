# What the Makefile promises: goals, variables, and a strategy that is added by one file.
. tests/transcript/lib.sh
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES CFLAGS LASTSEAT_HOME
tree=$work/tree
mkdir "$tree" "$tree/build"
cp -a .ci Makefile harness strategies scenarios plots "$tree/"
cp -a build/plain build/registry.c build/sources "$tree/build/"
cd "$tree" || exit 1

# makes STATUS ARGUMENT...: its output is left in $work/out.
makes()
{
    want=$1
    shift
    make "$@" >"$work/out" 2>&1 </dev/null
    status=$?
    [ $status -eq "$want" ] || fail "make $*: exit $status, not $want: $(cat "$work/out")"
}

prints()
{
    grep -qF -e "$1" "$work/out" || fail "make does not print '$1': $(cat "$work/out")"
}

# runs ARGUMENTS: the whole command that make would give, behind './lastseat run'.
runs()
{
    ran=$(sed -n '/lastseat run /,/[^\\]$/p' "$work/out" | tr -d '\\' | xargs)
    [ "$ran" = "./lastseat run $1" ] || fail "make would give '$ran', not './lastseat run $1'"
}

# Goals and variables of bench, as the command it would run: each scenario once, in the order of the line.
makes 0 -n bench
runs 'rush-1000x10 small-15x5'
makes 0 -n bench last-seat-15x1
runs 'last-seat-15x1'
makes 0 -n bench-last-seat-15x1
runs 'last-seat-15x1'
makes 0 -n bench-tickets-50 bench-small-15x5
runs 'tickets-50 small-15x5'
makes 0 -n last-seat-15x1
runs 'last-seat-15x1'
makes 0 -n bench tickets-50 small-15x5
runs 'tickets-50 small-15x5'
makes 0 -n bench SCENARIOS="small-15x5 tickets-50" STRATEGIES="naive atomic:guard=check" DB=sqlite,postgres TRIALS=3
runs 'small-15x5 tickets-50 --strategy naive,atomic:guard=check --db sqlite,postgres --trials 3'
makes 2 bench rush-10
prints "no scenario 'rush-10'"
makes 2 bench-rush-10
makes 2 nonsense
makes 0 help
for target in demo bench test test-all lint report plots list docs new-strategy check-strategy kill-matrix setup clean clean-results; do
    prints "make $target "
done

# What is missing stops the build with the line to type, and the line is made of what is missing.
export PKG_CONFIG_LIBDIR=/nowhere
makes 2 SETUP=no CC='cc -nostdinc'
prints 'apt-get install -y --no-install-recommends libsqlite3-dev libinih-dev libjansson-dev zlib1g-dev libcmark-gfm-dev libcmark-gfm-extensions-dev'
makes 2 SETUP=no CC='cc -nostdinc' bench
prints 'apt-get install'
makes 2 SETUP=no CC='cc -nostdinc' test
prints 'libcmocka-dev'
unset PKG_CONFIG_LIBDIR

# One file more is one strategy more; the same file away, and it is gone.
makes 0 lastseat
sed 's/strategy_atomic/strategy_mine/; s/"atomic"/"mine"/' strategies/atomic.c >strategies/mine.c
makes 0 lastseat
./lastseat list strategies | grep -q '^ *mine ' || fail 'a copied strategy is not listed'
./lastseat run small-15x5 --db sqlite --strategy mine --trials 1 --no-plots --progress none --out run \
    >"$work/out" 2>&1 || fail "a copied strategy does not run: $(cat "$work/out")"
./lastseat show mine >"$work/out"
prints 'strategies/mine.c'
prints "$(sed -n '1s/^\/\* //p' strategies/mine.c | cut -c 1-60)"
makes 0 lastseat
! grep -q 'CC\|LINK' "$work/out" || fail "make builds again what it has built: $(cat "$work/out")"

sed -i 's/strategy_mine/strategy_mein/' strategies/mine.c
makes 2 lastseat
prints 'strategy_mine'
sed -i '1,/\*\//d' strategies/mine.c
makes 2 lastseat
prints 'strategies/mine.c:1: a strategy opens with a comment'
mv strategies/mine.c strategies/Mine.c
makes 2 lastseat
prints 'strategies/Mine.c:1: '
rm strategies/Mine.c
makes 0 lastseat
! ./lastseat list strategies | grep -q mine || fail 'a strategy whose file is gone is still listed'

# Cleaning never takes results; clean-results leaves what the findings cite.
mkdir -p results/reference/run results/2026-run
touch results/README.md results/compare.schema.json results/run.schema.json
ln -s 2026-run results/latest
makes 0 clean
[ -d results/2026-run ] || fail 'make clean took results'
[ ! -e lastseat ] && [ ! -e build ] || fail 'make clean left what was built'
makes 0 clean-results
[ "$(ls results | tr '\n' ' ')" = 'README.md compare.schema.json reference run.schema.json ' ] || fail "clean-results left: $(ls results)"
[ -d results/reference/run ] || fail 'clean-results took the reference'
