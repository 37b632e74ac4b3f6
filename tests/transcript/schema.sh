#!/bin/sh
# What the schemas allow, results/README.md explains: every key by name, and of some objects in their own row.
. "$(dirname "$0")/lib.sh"

python3 - >"$work/out" <<'PY' || fail "the schemas cannot be read"
import json, re

def words(text):
    return set(re.findall(r"\w+", " ".join(re.findall(r"`([^`]*)`", text))))

readme = open("results/README.md").read()
explained = words(readme)
# Keys whose parts bear names that other rows have too.
rows = {"scenarios": "`scenarios[]`", "reasons": "`reasons`", "open": "`open`", "ops": "`ops`", "validity": "`validity`"}
rows = {key: words("".join(line for line in readme.splitlines() if line.startswith("| " + begin)))
        for key, begin in rows.items()}

def keys(node, root):
    """The keys of an object, or of the objects of a list, and what each holds."""
    while "$ref" in node:
        node = root["definitions"][node["$ref"].rsplit("/", 1)[1]]
    found = dict(node.get("properties", {}))
    for part in node.get("anyOf", []) + node.get("oneOf", []) + ([node["items"]] if "items" in node else []):
        found.update(keys(part, root))
    return found

def walk(node, root, path, seen):
    for key, below in keys(node, root).items():
        if key not in explained:
            print("%s.%s" % (path, key))
        for part in keys(below, root) if key in rows else ():
            if part not in rows[key]:
                print("%s.%s: its row lacks %s" % (path, key, part))
        if id(below) not in seen:
            walk(below, root, "%s.%s" % (path, key), seen | {id(below)})

for name in "run", "breakpoint", "compare":
    root = json.load(open("results/%s.schema.json" % name))
    assert len(keys(root, root)) > 5
    walk(root, root, name, set())
PY
[ ! -s "$work/out" ] || fail "results/README.md does not explain $(sort -u "$work/out")"
exit 0
