# Histories that somebody else wrote: judged by what clients were told, refused with the line where they cannot be.
. tests/transcript/lib.sh
install_home

head='op,request,ref,user,event,seats,invoke_ns,return_ns,outcome'
history()
{
    { echo "$head"; cat; } >"$home/h.csv"
}

# verdict CODE WORD ARGUMENT...: of h.csv.
verdict()
{
    want=$1 word=$2
    shift 2
    call audit h.csv "$@"
    exits "$want"
    [ ! -s "$work/err" ] || fail "it complains"
    grep -q "^ $word: " "$work/out" || fail "the verdict is not $word: $(cat "$work/out")"
}

history <<'CSV'
reserve,1,,1,1,1,0,10,booked
reserve,2,,2,1,2,5,20,booked
reserve,3,,3,1,1,25,30,sold_out
CSV
verdict 0 holds --seats 3
verdict 3 oversells --seats 2
verdict 3 undersells --seats 4
grep -q 'for example request 3 of user 3: 1 of event 1, asked at' "$work/out" || fail "nobody is named who was turned away"
call audit h.csv --seats 4 --json -
exits 3
python3 - "$work/out" <<'PY' || fail "the JSON is not what it should be"
import json, sys
d = json.load(open(sys.argv[1]))
assert d["schema"] == "lastseat.history/1" and d["requests"] == 3 and d["outcomes"]["booked"] == 2, d
assert d["audit"]["told"] == 3 and d["audit"]["false_sold_out"] == 1 and "lost" not in d["audit"], d
assert d["verdict"] == "undersells" and d["broken"] is True
PY

# Refused while everything was taken, and given back later: no lie. Asked after it was given back: one.
history <<'CSV'
reserve,1,,1,1,1,0,10,booked
reserve,2,,2,1,1,15,20,sold_out
cancel,,1,1,1,1,30,40,released
CSV
verdict 0 holds --seats 1
echo 'reserve,3,,3,1,1,50,60,sold_out' >>"$home/h.csv"
verdict 3 undersells --seats 1

# Nobody knows whether it was booked: that accuses nobody, and excuses whoever was told no meanwhile.
history <<'CSV'
reserve,1,,1,2,1,0,10,unknown
reserve,2,,2,2,1,0,10,booked
reserve,3,,3,2,1,5,9,sold_out
CSV
verdict 0 holds --seats 2 --events 2
call audit h.csv --seats 2
exits 1
says "h.csv:2: event: '2' is not a whole number from 1 to 1"
# Given back or not, nobody knows: who is booked then has not doubled it, who is refused was not lied to.
for end in booked sold_out; do
    history <<CSV
reserve,1,,1,1,1,0,10,booked
cancel,,1,1,1,1,20,30,unknown
reserve,2,,2,1,1,40,50,$end
CSV
    verdict 0 holds --seats 1
done
# Also where tries are counted from 0.
cat >"$home/h.csv" <<CSV
$head,attempts
reserve,1,,1,1,1,10,20,unknown,0
reserve,2,,2,1,1,40,50,sold_out,0
CSV
verdict 0 unknown --seats 1
cat >"$home/h.csv" <<CSV
$head,attempts
reserve,1,,1,1,1,0,10,booked,0
cancel,,1,1,1,1,20,30,unknown,0
reserve,2,,2,1,1,40,50,sold_out,0
CSV
verdict 0 holds --seats 1
# Times of any clock, Unix time as well as one that began at the end of the rush; what is told counts from the first.
history <<'CSV'
reserve,1,,1,1,1,1700000000000000000,1700000000000000100,booked
reserve,2,,2,1,1,1700000000000200000,1700000000000300000,sold_out
CSV
verdict 0 holds --seats 1
verdict 3 undersells --seats 2
grep -q 'asked at 0.200 ms' "$work/out" || fail "times do not count from the first: $(cat "$work/out")"
history <<'CSV'
reserve,1,,1,1,1,-1700000000000000000,-1699999999999999900,booked
CSV
verdict 0 holds --seats 1
history <<'CSV'
reserve,1,,1,1,1,1700000000000000000,1700000000000000100,booked
reserve,2,,2,1,1,1800000000000000000,1800000000000000000,sold_out
CSV
call audit h.csv --seats 1
exits 1
says "h.csv:3: more than a year behind the first time of the file: are all times in ns, and of one clock?"
# What another program writes is read as it comes, more of it than a pipe holds too.
{ echo "$head"; awk 'BEGIN { for (i = 1; i <= 5000; i++) printf "reserve,%d,,%d,1,1,%d,%d,booked\n", i, i, 9 * i, 9 * i + 5 }'; } >"$home/h.csv"
(cd "$home" && cat h.csv | "$lastseat" audit /dev/stdin --seats 5000) >"$work/out" 2>"$work/err" ||
    fail "a pipe is not read: $(cat "$work/err")"
grep -q "5000 requests (booked 5000)" "$work/out" || fail "a pipe is not read to its end: $(cat "$work/out")"
call audit /dev/zero --seats 1
exits 1
says "/dev/zero: neither a file nor a pipe"
history </dev/null
verdict 0 unknown --seats 1

history <<'CSV'
reserve,1,,1,1,1,10,0,booked
CSV
call audit h.csv --seats 1
exits 1
says "h.csv:2: answered at 0 ns, before it was asked at 10 ns"
# Nobody asks before he is due: no promise is broken by a line that cannot be.
cat >"$home/h.csv" <<CSV
$head,due_ns
reserve,1,,1,1,1,10,30,booked,20
reserve,2,,2,1,1,40,50,sold_out,10
CSV
call audit h.csv --seats 1
exits 1
says "h.csv:2: asked at 10 ns, before it was due at 20 ns"
call audit h.csv
exits 2
says "needs --seats N"
call audit h.csv --seats 0
exits 2
says "--seats: '0' is not a number"
call audit h.csv --seats 1 --export jepsen-edn --out x
exits 2
says "--cell and --export are of run folders"
call audit . --seats 1
exits 2
says "is no file"
call audit h.csv h.csv
exits 2
says "audit takes one run folder, or one file"
