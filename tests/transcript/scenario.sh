# A scenario file that is wrong: exit 2, one line that names the file and the line.
. tests/transcript/lib.sh
install_home

# wrong LINE TEXT: scenarios/wrong.ini (standard input) is refused by run and by check, at that line.
wrong()
{
    scenario wrong
    for verb in run check; do
        refuses 2 "scenarios/wrong.ini:$1: " "$verb" wrong
        says "$2"
    done
}

wrong 2 "unknown key 'seets' in [inventory]; did you mean 'seats'?" <<'END'
[inventory]
seets = 10
END
wrong 3 "unknown section [lod]; did you mean [load]?" <<'END'
[inventory]
seats = 10
[lod]
users = 3
END
wrong 3 "set a second time" <<'END'
[load]
users = 3
users = 4
END
wrong 2 "has no unit" <<'END'
[checkout]
time = 100
END
wrong 2 "has no unit" <<'END'
[checkout]
abandon = 30
END
for value in 0 -5 99999999999999999999 1e3 0x10 ten 1,5; do
    printf '[load]\nusers = %s\n' "$value" | wrong 2 "$value"
done
for value in 0 -1 1000000000000; do
    printf '[inventory]\nseats = %s\n' "$value" | wrong 2 "$value"
done
wrong 2 "out of range" <<'END'
[checkout]
time = 99999m
END
wrong 2 "-1ms" <<'END'
[checkout]
time = -1ms
END
wrong 2 "needs an exponent" <<'END'
[load]
pick = zipf
END
wrong 2 "'opne'" <<'END'
[load]
model = opne
END
wrong 2 "has no value" <<'END'
[load]
users =
END
wrong 2 "unknown strategy 'nosuch'" <<'END'
[run]
strategies = nosuch
END
wrong 2 "'mysql'" <<'END'
[db]
use = mysql
END
wrong 1 "'nosuch'" <<'END'
[strategy.nosuch]
form = count
END
wrong 2 "'nosuch'" <<'END'
[strategy.naive]
nosuch = 1
END
wrong 2 "unknown key 'uzers' in [load]" <<'END'
[sweep]
load.uzers = 1, 2
END
wrong 2 "0" <<'END'
[sweep]
load.users = 0, 2
END
wrong 1 "stands before the first [section]" <<'END'
users = 3
END
wrong 2 "neither [section], key = value nor a comment" <<'END'
[load]
what is this
END
{ printf '[scenario]\n# '; head -c 300 /dev/zero | tr '\0' x; echo; } | wrong 2 "a line of 302 bytes"
{ printf '[scenario]\ntitle = '; head -c 192 /dev/zero | tr '\0' x; echo; } | wrong 2 "a line of 200 bytes"
printf '[load]\nusers = 1\0\n' | wrong 2 "NUL byte"
wrong 2 "no-parent" <<'END'
[scenario]
extends = no-parent
END
wrong 2 "wrong" <<'END'
[scenario]
extends = wrong
END

# Of a strategy's option too: two cells of one name would write one history.
refuses 2 "'4' stands there twice" check small-15x5 --set sweep.strategy.queue.batch=4,4
refuses 2 "'4' stands there twice" run small-15x5 --set sweep.strategy.queue.batch=4,04

# Keys that contradict each other.
scenario wrong <<'END'
[load]
users = 10
workers = 2
[checkout]
time = 5ms
END
refuses 2 "wrong" run wrong
says "workers"
scenario wrong <<'END'
[load]
model = closed
END
refuses 2 "load.duration" run wrong
# A group that no event could take, and shares of groups that leave users out.
refuses 2 "groups of 4" run small-15x5 --set inventory.seats=3 --set "request.seats=1:60%, 4:40%"
says "inventory.seats = 3"
refuses 2 "come to 60%" run small-15x5 --set request.seats=1:60%
# The writer of a queue needs a connection, and so do its users.
refuses 2 "pool" run small-15x5 --strategy queue --set db.pool=1
says "queue"

# A hold that is over before its user has paid is a question worth asking: said, not refused.
scenario short <<'END'
[checkout]
time = 20ms
[hold]
ttl = 10ms
[run]
strategies = soft_hold, soft_hold:held=conflict, atomic
END
call check short
exits 0
says "short.ini: hold.ttl = 10ms, but a checkout can take 20ms: holds of soft_hold will expire while their users pay"
[ "$(grep -c warning "$work/err")" -eq 1 ] || fail "the warning is repeated: $(cat "$work/err")"
call check short --strategy atomic
exits 0
! grep -q hold "$work/err" || fail "a warning where nobody holds anything: $(cat "$work/err")"

# Files that are not there to be read.
mkdir "$home/scenarios/folder.ini"
refuses 2 "a folder" run scenarios/folder.ini
refuses 2 "cannot read" run scenarios/nowhere.ini
scenario secret </dev/null
chmod 000 "$home/scenarios/secret.ini"
if [ "$(id -u)" -eq 0 ]; then
    lastseat='setpriv'
    refuses 2 "scenarios/secret.ini: Permission denied" --reuid=65534 --regid=65534 --clear-groups ./lastseat run secret
else
    refuses 2 "scenarios/secret.ini: Permission denied" run secret
fi
