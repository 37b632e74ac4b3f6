# Writes build/registry.c, the table of strategies, from the files given: for strategies/foo.c a row with strategy_foo,
# the comment the file opens with, and the file's name. See harness/scenario/registry.h.

function fail(line, text)
{
    print FILENAME ":" line ": " text | "cat >&2"
    failed = 1
    exit 1
}

function quoted(text)
{
    gsub(/\\/, "\\\\", text)
    gsub(/"/, "\\\"", text)
    gsub(/\?/, "\\?", text)
    return text
}

# One line of the comment without its marks: "/* ", " * " and " */".
function bare(text)
{
    sub(/^\/\*+/, "", text)
    sub(/[ \t]*\*+\/.*$/, "", text)
    sub(/^[ \t]*\*/, "", text)
    sub(/^ /, "", text)
    sub(/[ \t\r]+$/, "", text)
    return text
}

function finish()
{
    if (inside)
        fail(1, "the comment it opens with has no end")
}

FNR == 1 {
    finish()
    name = FILENAME
    sub(/^.*\//, "", name)
    sub(/\.c$/, "", name)
    if (name !~ /^[a-z][a-z0-9_]*$/)
        fail(1, "a strategy's file is named in lower case letters, digits and _")
    if ($0 !~ /^\/\*/)
        fail(1, "a strategy opens with a comment: Idea, Guarantee, Cost, Fails when")
    if (name in seen)
        fail(1, "there is already " seen[name])
    seen[name] = FILENAME
    names[++count] = name
    files[count] = FILENAME
    inside = 1
}

inside {
    closes = $0 ~ /\*\//
    line = bare($0)
    if (line != "" || note[count] != "")
        note[count] = note[count] "\n        \"" quoted(line) "\\n\""
    if (closes)
        inside = 0
}

END {
    if (failed)
        exit 1
    finish()
    print "/* Made by strategies/registry.awk; changes here are lost. */"
    print "#include \"harness/scenario/registry.h\"\n"
    for (i = 1; i <= count; i++)
        print "extern const struct strategy strategy_" names[i] ";"
    print "\nconst struct registered registry[] = {"
    for (i = 1; i <= count; i++)
        print "    { &strategy_" names[i] ",\n        \"\"" note[i] ",\n        \"" files[i] "\" },"
    print "};"
    print "const size_t registry_count = sizeof(registry) / sizeof(registry[0]);"
}
