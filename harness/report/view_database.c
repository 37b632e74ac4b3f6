#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "harness/report/view.h"

/* The entry of environment.databases that ran under the cell's durability, or else any of that name. */
static const json_t *database_of(const json_t *run, const json_t *cell)
{
    const json_t *list = json_object_get(json_object_get(run, "environment"), "databases"), *entry, *found = NULL;
    size_t i;

    json_array_foreach(list, i, entry)
    {
        if (strcmp(view_text(entry, "name"), view_text(cell, "db")) != 0)
            continue;
        if (strcmp(view_text(entry, "durability"), view_text(cell, "durability")) == 0)
            return entry;
        if (found == NULL)
            found = entry;
    }
    return found;
}

static bool ran(const json_t *cell)
{
    return json_array_size(json_object_get(cell, "trials")) > 0;
}

static bool said_before(const struct pick *pick, size_t at, const char *key)
{
    for (size_t i = 0; i < at; i++)
        if (ran(pick->cell[i]) && strcmp(view_text(pick->cell[i], key), view_text(pick->cell[at], key)) == 0)
            return true;
    return false;
}

/* "full", "full/async/off": what the cells that ran have; `otherwise` where that is one value, or nothing ran. */
static void list_values(const struct pick *pick, const char *key, const char *otherwise, char *out, size_t size)
{
    size_t used = 0, n = 0;

    for (size_t i = 0; i < pick->n && used < size; i++)
        if (ran(pick->cell[i]) && !said_before(pick, i, key))
            used +=
                (size_t)snprintf(out + used, size - used, "%s%s", n++ > 0 ? "/" : "", view_text(pick->cell[i], key));
    if (n < 2)
        snprintf(out, size, "%s", otherwise);
}

void view_database(const json_t *run, const struct pick *pick, char *out, size_t size)
{
    const json_t *first = pick->cell[0], *facts = json_object_get(database_of(run, first), "facts");
    const char *version = view_text(facts, "version"), *journal = view_text(facts, "journal_mode");
    /* PostgreSQL names its package behind it: "15.14 (Debian 15.14-0+deb12u1)". */
    int length = (int)strcspn(version, " (");
    char durabilities[100], journals[64] = "";

    list_values(pick, "durability", view_text(first, "durability"), durabilities, sizeof durabilities);
    if (journal[0] != '\0')
        list_values(pick, "journal", journal, journals, sizeof journals);
    for (char *c = journals; *c != '\0'; c++)
        *c = (char)toupper((unsigned char)*c);
    snprintf(out, size, "%s%s%.*s%s%s%s%s", view_text(first, "db"), length > 0 ? " " : "", length, version,
             journals[0] != '\0' ? ", " : "", journals, durabilities[0] != '\0' ? ", durability " : "", durabilities);
}
