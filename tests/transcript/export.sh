# Histories in Jepsen's form: what a reader of EDN and one of JSON find in them is what history/ holds.
. tests/transcript/lib.sh
install_home
command -v python3 >/dev/null || skip 'skipped: no python3'

call run small-15x5 --db sqlite --strategy atomic --trials 4 --seed 7 --set mix.cancel=50% --set request.repeat=50% \
    --no-plots --progress none --quiet --out run
exits 0
# Two answers that are never known, in a run from before the sums.
python3 - "$home/run" <<'PY'
import json, pathlib, sys
top = pathlib.Path(sys.argv[1])
run = json.loads((top / "run.json").read_text())
for cell in run["cells"]:
    for trial in cell["trials"]:
        trial.pop("history", None)
        trial["outcomes"].update(unknown=2, sold_out=trial["outcomes"]["sold_out"] - 2)
(top / "run.json").write_text(json.dumps(run))
for path in top.glob("history/*/[1-4].csv"):
    if "null" not in path.parent.name:
        path.write_text(path.read_text().replace(",sold_out,,", ",unknown,lost,", 2))
PY
call audit run --export jepsen-edn --out edn
call audit run --export jepsen-json --out json

python3 - "$home" <<'PY' || fail 'the export is not what it should be'
import csv, json, pathlib, re, sys

def read(tokens):
    """One EDN form of a list of tokens: maps of keywords, integers and nothing else are enough here."""
    token = tokens.pop(0)
    if token == "{":
        form = {}
        while tokens[0] != "}":
            key = read(tokens)
            assert key not in form
            form[key] = read(tokens)
        tokens.pop(0)
        return form
    if token.startswith(":"):
        return token[1:]
    return int(token)

def edn(text):
    tokens = re.findall(r":[a-z][a-z_-]*|-?[0-9]+|[{}]|\S", text.replace(",", " "))
    forms = []
    while tokens:
        forms.append(read(tokens))
    return forms

home = pathlib.Path(sys.argv[1])
files = sorted(home.glob("edn/*/*.edn"))
assert len(files) == 4 == len(list(home.glob("json/*/*.json"))), files
seen = set()
for path in files:
    ops = edn(path.read_text())
    assert ops == json.loads((home / "json" / path.parent.name / (path.stem + ".json")).read_text())
    rows = list(csv.DictReader(open(home / "run/history" / path.parent.name / (path.stem + ".csv"))))
    assert len(ops) == 2 * len(rows)
    assert [op["index"] for op in ops] == list(range(len(ops)))
    assert all(a["time"] <= b["time"] for a, b in zip(ops, ops[1:]))
    busy, over, done = {}, set(), {}
    for op in ops:
        process = op["process"]
        assert process not in over
        if op["type"] == "invoke":
            assert process not in busy
            busy[process] = op
            continue
        begun = busy.pop(process)
        value = dict(op["value"])
        outcome = value.pop("outcome")
        assert begun["value"] == value and begun["f"] == op["f"]
        if op["type"] == "info":
            over.add(process)
        assert (op["f"], value["request"]) not in done
        done[op["f"], value["request"]] = (begun["time"], op["time"], outcome, op["type"], op.get("error", ""))
    assert not busy
    for row in rows:
        got = done[row["op"], int(row["request"] or row["ref"])]
        assert got[:3] == (int(row["invoke_ns"]), int(row["return_ns"]), row["outcome"]) and got[4] == row["reason"]
        expected = {"booked": "ok", "sold_out": "ok", "released": "ok", "unknown": "info"}.get(row["outcome"], "fail")
        assert got[3] == expected, row
        seen.add(got[3] + " " + row["op"])
    assert max(op["process"] for op in ops) < len(rows)
assert {"ok reserve", "info reserve", "ok cancel"} <= seen, seen
PY

call audit run --export jepsen-edn
exits 2
says "--export and --out go together"
call audit run --export edn --out other
exits 2
says "--export: 'edn' is not one of jepsen-edn, jepsen-json"
call audit run --export jepsen-edn --out json
exits 2
says "json exists already"
rm "$home"/run/history/small-15x5__sqlite__atomic/1.csv
call audit run --export jepsen-edn --out rest
exits 1
[ "$(find "$home/rest" -name '*.edn' | wc -l)" -eq 3 ] || fail "what could be read was not exported"
