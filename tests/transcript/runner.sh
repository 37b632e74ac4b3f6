# The test runner itself: whatever goes wrong in a program must make the run fail.
. tests/transcript/lib.sh

# program NAME: a stand-in for a test program, its text on standard input.
program()
{
    { echo '#!/bin/sh'; cat; } >"$work/$1"
    chmod +x "$work/$1"
}

# runs STATUS SUMMARY PROGRAM...: the runner ends with this status and this last line.
runs()
{
    want=$1 line=$2
    shift 2
    TEST_TIMEOUT=1 sh tests/run "$@" >"$work/out" 2>&1
    status=$?
    [ $status -eq "$want" ] || fail "tests/run $*: exit $status, not $want"
    [ "$(tail -n 1 "$work/out")" = "$line" ] || fail "tests/run $*: ends with '$(tail -n 1 "$work/out")', not '$line'"
}

says()
{
    grep -qF "$1" "$work/out" || fail "the runner does not say '$1'"
}

program good <<'END'
echo '[==========] Running 2 test(s).'
echo '[  PASSED  ] 2 test(s).' >&2
END
program skipping <<'END'
echo '[==========] Running 2 test(s).'
echo '[  PASSED  ] 1 test(s).' >&2
echo '[  SKIPPED ] 1 test(s), listed below:' >&2
END
program failing <<'END'
echo '[==========] Running 3 test(s).'
echo 'what went wrong'
echo '[  PASSED  ] 2 test(s).' >&2
echo '[  FAILED  ] 1 test(s), listed below:' >&2
echo ' 1 FAILED TEST(S)' >&2
exit 1
END
program crashing <<'END'
echo '[==========] Running 2 test(s).'
kill -SEGV $$
END
program sanitized <<'END'
echo '[==========] Running 2 test(s).'
echo '[  PASSED  ] 2 test(s).' >&2
exit 66
END
program empty <<'END'
exit 0
END
program leaving <<'END'
echo '[==========] Running 2 test(s).'
echo '[  PASSED  ] 2 test(s).' >&2
echo '[==========] Running 5 test(s).'
END
program hanging <<'END'
echo '[==========] Running 2 test(s).'
sleep 30
END
program pass.sh <<'END'
exit 0
END
program skip.sh <<'END'
echo 'no server here'
exit 77
END
program fail.sh <<'END'
echo 'this is why'
exit 3
END
program hang.sh <<'END'
sleep 30
END

runs 0 '2 passed, 0 failed' "$work/good"
runs 0 '4 passed, 0 failed, 1 skipped' "$work/good" "$work/skipping" "$work/pass.sh"
runs 0 '1 passed, 0 failed, 1 skipped' "$work/skip.sh" "$work/pass.sh"
says 'skipped: no server here'
runs 1 '4 passed, 1 failed' "$work/failing" "$work/good"
says 'what went wrong'
runs 1 '2 passed, 1 failed' "$work/good" "$work/crashing"
says 'ended by signal 11'
runs 1 '2 passed, 1 failed' "$work/sanitized"
says 'exit 66'
runs 1 '0 passed, 1 failed' "$work/empty"
says 'ran no test'
runs 1 '2 passed, 1 failed' "$work/leaving"
says 'left before its tests had ended'
runs 1 '2 passed, 1 failed' "$work/hanging" "$work/good"
says 'still running after 1 s'
runs 1 '1 passed, 1 failed' "$work/fail.sh" "$work/pass.sh"
says 'this is why'
runs 1 '0 passed, 1 failed' "$work/hang.sh"
runs 1 '0 passed, 1 failed' "$work/nowhere"
runs 1 '0 passed, 0 failed'

# Two that wait for each other can only end side by side.
program meets.sh <<'END'
: >"$0.here"
while [ ! -e "$(dirname "$0")/waits.sh.here" ]; do sleep 0.01; done
END
program waits.sh <<'END'
: >"$0.here"
while [ ! -e "$(dirname "$0")/meets.sh.here" ]; do sleep 0.01; done
END
export TEST_JOBS=2
runs 0 '2 passed, 0 failed' "$work/meets.sh" "$work/waits.sh"
rm "$work"/*.here
export TEST_JOBS=1
runs 1 '1 passed, 1 failed' "$work/meets.sh" "$work/waits.sh"

# What is interrupted takes its programs with it.
program endless.sh <<'END'
echo $$ >"$0.pid"
exec sleep 1000
END
TEST_TIMEOUT=0 sh tests/run "$work/endless.sh" >"$work/out" 2>&1 &
runner=$!
while [ ! -s "$work/endless.sh.pid" ]; do sleep 0.01; done
kill -TERM $runner
wait $runner
[ $? -eq 130 ] || fail "an interrupted run ends with another code than 130"
kill -0 "$(cat "$work/endless.sh.pid")" 2>/dev/null && fail 'an interrupted run leaves its program running'
exit 0
