#include "harness/report/html.h"

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/report/view.h"
#include "harness/report/wrap.h"

/* Headings of these levels are in the table of contents. */
#define SECTION    2
#define SUBSECTION 3

/* A text in a table that is longer than this is a sentence, bytes. */
#define SENTENCE 60

static const char style[] =
    ":root { color-scheme: light; --line: #d8dee4; --soft: #59636e; --shade: #f6f8fa; --link: #0550ae }\n"
    "* { box-sizing: border-box }\n"
    "body { margin: 0; color: #1f2328; background: #fff; font: 15px/1.55 system-ui, 'DejaVu Sans', sans-serif }\n"
    "main { max-width: 76rem; margin: 0 auto; padding: 1.5rem 2rem 4rem }\n"
    "nav { padding: 1rem 2rem; background: var(--shade); font-size: 13px; border-bottom: 1px solid var(--line) }\n"
    "nav ul { list-style: none; margin: 0; padding-left: 1em }\n"
    "nav > ul { padding: 0; columns: 17rem }\n"
    "nav li { margin: .25em 0 }\n"
    "nav > ul > li { margin: 0; padding: .12em 0; break-inside: avoid }\n"
    "@media (min-width: 88rem) {\n"
    "  nav { position: fixed; inset: 0 auto 0 0; width: 17rem; overflow-y: auto; border-right: 1px solid var(--line);\n"
    "        border-bottom: 0 }\n"
    "  main { margin-left: 17rem }\n"
    "}\n"
    "@media print { nav { display: none } }\n"
    "a { color: var(--link); text-decoration: none }\n"
    "a:hover { text-decoration: underline }\n"
    "h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 1rem }\n"
    "h2 { font-size: 1.3rem; margin: 2.5rem 0 .8rem; padding-bottom: .3rem; border-bottom: 1px solid var(--line) }\n"
    "h3 { font-size: 1.1rem; margin: 2rem 0 .6rem }\n"
    "h4 { font-size: 1rem; margin: 1.6rem 0 .5rem }\n"
    "p, ul, ol { max-width: 60rem }\n"
    "img { display: block; max-width: 100%; height: auto }\n"
    "pre, code { font: 13px/1.45 ui-monospace, 'DejaVu Sans Mono', monospace }\n"
    "pre { background: var(--shade); border: 1px solid var(--line); border-radius: 4px; padding: .7rem 1rem;\n"
    "      overflow-x: auto }\n"
    ".table { overflow-x: auto; margin: 1rem 0 }\n"
    "table { border-collapse: separate; border-spacing: 0; font-size: 13px; font-variant-numeric: tabular-nums }\n"
    "th, td { padding: .3rem .7rem; border-bottom: 1px solid var(--line); text-align: left; white-space: nowrap }\n"
    "td { vertical-align: top }\n"
    "th { vertical-align: bottom; background: var(--shade) }\n"
    "th[align=right], td[align=right] { text-align: right }\n"
    "th:first-child, td:first-child { position: sticky; left: 0; border-right: 1px solid var(--line) }\n"
    "td:first-child { background: #fff }\n"
    ".prose td { white-space: normal; min-width: 6rem; max-width: 44rem }\n"
    ".holds { color: #1a7f37 }\n"
    ".oversells, .loses, .duplicates { color: #cf222e }\n"
    ".undersells, .drifts, .unfair { color: #9a6700 }\n"
    ".unknown, .skipped, .floor { color: var(--soft) }\n";

/* ---- the tree ---------------------------------------------------------------------------------------------------- */

/* Nodes of a document, taken before any is moved. */
struct nodes {
    cmark_node **node;
    size_t n, room;
};

static bool is(cmark_node *node, const char *type)
{
    return strcmp(cmark_node_get_type_string(node), type) == 0;
}

static int nodes_add(struct nodes *nodes, cmark_node *node)
{
    if (nodes->n == nodes->room) {
        size_t room = nodes->room > 0 ? 2 * nodes->room : 256;
        cmark_node **more = realloc(nodes->node, room * sizeof(cmark_node *));

        if (more == NULL)
            return -1;
        nodes->node = more;
        nodes->room = room;
    }
    nodes->node[nodes->n++] = node;
    return 0;
}

/* Adds to nodes, zeroed, those of a type. 0 / -1: out of memory. */
static int nodes_of(struct nodes *nodes, cmark_node *document, const char *type)
{
    cmark_iter *iter = cmark_iter_new(document);
    cmark_event_type event;
    int failed = 0;

    while (failed == 0 && (event = cmark_iter_next(iter)) != CMARK_EVENT_DONE)
        if (event == CMARK_EVENT_ENTER && is(cmark_iter_get_node(iter), type))
            failed = nodes_add(nodes, cmark_iter_get_node(iter));
    cmark_iter_free(iter);
    return failed;
}

/* Puts a node of our own HTML in the place of one, which becomes its child. */
static void enclose(cmark_node *node, cmark_node_type type, const char *before, const char *after)
{
    cmark_node *own = cmark_node_new(type);

    cmark_node_set_on_enter(own, before);
    cmark_node_set_on_exit(own, after);
    cmark_node_replace(node, own);
    cmark_node_append_child(own, node);
}

static void move_children(cmark_node *to, cmark_node *from)
{
    cmark_node *child;

    while ((child = cmark_node_first_child(from)) != NULL)
        cmark_node_append_child(to, child);
}

/* ---- headings and the table of contents -------------------------------------------------------------------------- */

/* The words of a heading, in order. Cut where they are too long. */
static void plain_text(cmark_node *heading, char *out, size_t size)
{
    cmark_iter *iter = cmark_iter_new(heading);
    cmark_event_type event;
    size_t used = 0;
    bool full = false;

    while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
        const char *text = event == CMARK_EVENT_ENTER ? cmark_node_get_literal(cmark_iter_get_node(iter)) : NULL;

        if (text != NULL && !full) {
            size_t n = wrap_whole(text, size - 1 - used);

            memcpy(out + used, text, n);
            used += n;
            full = text[n] != '\0';
        }
    }
    out[used] = '\0';
    cmark_iter_free(iter);
}

/* "PostgreSQL 15.18, durability full" -> "postgresql-15-18-durability-full" */
static void name_anchor(char *out, size_t size, const char *text)
{
    size_t n = 0;

    for (; *text != '\0' && n + 1 < size; text++) {
        if (isalnum((unsigned char)*text))
            out[n++] = (char)tolower((unsigned char)*text);
        else if (n > 0 && out[n - 1] != '-')
            out[n++] = '-';
    }
    while (n > 0 && out[n - 1] == '-')
        n--;
    out[n] = '\0';
}

struct heading {
    cmark_node *node;
    int level;
    char text[256];
    char name[72];   /* as the text has it: two databases of two scenarios may share one */
    char anchor[96]; /* no two are alike                                                 */
};

static void read_headings(struct heading *headings, const struct nodes *nodes)
{
    size_t i, k, number;

    for (i = 0; i < nodes->n; i++) {
        struct heading *h = &headings[i];

        h->node = nodes->node[i];
        h->level = cmark_node_get_heading_level(h->node);
        plain_text(h->node, h->text, sizeof h->text);
        name_anchor(h->name, sizeof h->name, h->text);
        if (h->name[0] == '\0')
            snprintf(h->name, sizeof h->name, "section"); /* no letter of ours in it */
        number = 1;
        for (k = 0; k < i; k++)
            number += strcmp(headings[k].name, h->name) == 0;
        if (number == 1)
            snprintf(h->anchor, sizeof h->anchor, "%s", h->name);
        else
            snprintf(h->anchor, sizeof h->anchor, "%s.%zu", h->name, number);
    }
}

/* In the place of a heading one that can be linked to: the library's renderer gives none a name. */
static void anchor_heading(const struct heading *h)
{
    cmark_node *own = cmark_node_new(CMARK_NODE_CUSTOM_BLOCK);
    char before[sizeof h->anchor + 16], after[8];

    snprintf(before, sizeof before, "<h%d id=\"%s\">", h->level, h->anchor);
    snprintf(after, sizeof after, "</h%d>", h->level);
    cmark_node_set_on_enter(own, before);
    cmark_node_set_on_exit(own, after);
    move_children(own, h->node);
    cmark_node_replace(h->node, own);
    cmark_node_free(h->node);
}

static cmark_node *new_list(void)
{
    cmark_node *list = cmark_node_new(CMARK_NODE_LIST);

    cmark_node_set_list_type(list, CMARK_BULLET_LIST);
    cmark_node_set_list_tight(list, 1);
    return list;
}

static cmark_node *add_entry(cmark_node *list, const struct heading *h)
{
    cmark_node *item = cmark_node_new(CMARK_NODE_ITEM), *paragraph = cmark_node_new(CMARK_NODE_PARAGRAPH),
               *link = cmark_node_new(CMARK_NODE_LINK), *words = cmark_node_new(CMARK_NODE_TEXT);
    char url[sizeof h->anchor + 1];

    snprintf(url, sizeof url, "#%s", h->anchor);
    cmark_node_set_literal(words, h->text);
    cmark_node_set_url(link, url);
    cmark_node_append_child(link, words);
    cmark_node_append_child(paragraph, link);
    cmark_node_append_child(item, paragraph);
    cmark_node_append_child(list, item);
    return item;
}

static cmark_node *contents_of(const struct heading *headings, size_t n)
{
    cmark_node *contents = new_list(), *item = NULL, *inner = NULL;
    size_t i;

    for (i = 0; i < n; i++) {
        if (headings[i].level == SECTION) {
            item = add_entry(contents, &headings[i]);
            inner = NULL;
        } else if (headings[i].level == SUBSECTION && item != NULL) {
            if (inner == NULL)
                cmark_node_append_child(item, inner = new_list());
            add_entry(inner, &headings[i]);
        }
    }
    return contents;
}

/* ---- tables and verdicts ----------------------------------------------------------------------------------------- */

/* A table whose cells hold sentences is read, not compared: its lines may break. */
static bool is_prose(cmark_node *table)
{
    cmark_iter *iter = cmark_iter_new(table);
    cmark_event_type event;
    bool prose = false;

    while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
        const char *text = event == CMARK_EVENT_ENTER ? cmark_node_get_literal(cmark_iter_get_node(iter)) : NULL;

        prose |= text != NULL && strlen(text) > SENTENCE;
    }
    cmark_iter_free(iter);
    return prose;
}

static const char *verdict_in(cmark_node *text)
{
    cmark_node *parent = cmark_node_parent(text);
    const char *literal = cmark_node_get_literal(text);
    size_t i;

    if (!is(parent, "table_cell") && !is(parent, "strong"))
        return NULL;
    for (i = 0; view_verdicts[i] != NULL; i++)
        if (strcmp(view_verdicts[i], literal) == 0)
            return view_verdicts[i];
    return NULL;
}

/* A cell of a table takes no node of ours, and every verdict elsewhere is strong. */
static void embolden(cmark_node *text)
{
    cmark_node *strong = cmark_node_new(CMARK_NODE_STRONG);

    cmark_node_replace(text, strong);
    cmark_node_append_child(strong, text);
}

static void paint_verdicts(const struct nodes *texts)
{
    char before[64];
    const char *verdict;
    size_t i;

    for (i = 0; i < texts->n; i++) {
        if ((verdict = verdict_in(texts->node[i])) == NULL)
            continue;
        if (!is(cmark_node_parent(texts->node[i]), "strong"))
            embolden(texts->node[i]);
        snprintf(before, sizeof before, "<span class=\"%s\">", verdict);
        enclose(texts->node[i], CMARK_NODE_CUSTOM_INLINE, before, "</span>");
    }
}

/* ---- the page ---------------------------------------------------------------------------------------------------- */

static void wrap_tables(const struct nodes *tables)
{
    size_t i;

    for (i = 0; i < tables->n; i++)
        enclose(tables->node[i], CMARK_NODE_CUSTOM_BLOCK,
                is_prose(tables->node[i]) ? "<div class=\"table prose\">" : "<div class=\"table\">", "</div>");
}

/* The contents, which are no part of the document; its first heading is the title of both. NULL: out of memory. */
static cmark_node *adorn_headings(const struct nodes *nodes, cmark_node *title)
{
    struct heading *headings = calloc(nodes->n + 1, sizeof *headings);
    cmark_node *contents;
    size_t i;

    if (headings == NULL)
        return NULL;
    read_headings(headings, nodes);
    cmark_node_set_literal(title, headings[0].text);
    contents = contents_of(headings, nodes->n);
    for (i = 0; i < nodes->n; i++)
        anchor_heading(&headings[i]);
    free(headings);
    return contents;
}

/* Changes the document to what the page shows of it. */
static cmark_node *adorn(cmark_node *document, cmark_node *title)
{
    struct nodes headings = { 0 }, tables = { 0 }, texts = { 0 };
    cmark_node *contents = NULL;

    if (nodes_of(&headings, document, "heading") == 0 && nodes_of(&tables, document, "table") == 0 &&
        nodes_of(&texts, document, "text") == 0 && (contents = adorn_headings(&headings, title)) != NULL) {
        wrap_tables(&tables);
        paint_verdicts(&texts);
    }
    free(headings.node);
    free(tables.node);
    free(texts.node);
    return contents;
}

static cmark_node *parse(const char *markdown, cmark_llist **extensions)
{
    cmark_parser *parser;
    cmark_syntax_extension *table;
    cmark_node *document;

    cmark_gfm_core_extensions_ensure_registered();
    parser = cmark_parser_new(CMARK_OPT_VALIDATE_UTF8);
    table = cmark_find_syntax_extension("table");
    cmark_parser_attach_syntax_extension(parser, table);
    cmark_parser_feed(parser, markdown, strlen(markdown));
    document = cmark_parser_finish(parser);
    cmark_parser_free(parser);
    *extensions = cmark_llist_append(cmark_get_default_mem_allocator(), NULL, table);
    return document;
}

char *html_page(const char *markdown)
{
    cmark_llist *extensions;
    cmark_node *document = parse(markdown, &extensions), *title = cmark_node_new(CMARK_NODE_TEXT), *contents;
    char *page = NULL, *title_html, *contents_html, *document_html;

    if ((contents = adorn(document, title)) != NULL) {
        title_html = cmark_render_html(title, CMARK_OPT_DEFAULT, NULL);
        contents_html = cmark_render_html(contents, CMARK_OPT_DEFAULT, NULL);
        document_html = cmark_render_html(document, CMARK_OPT_DEFAULT, extensions);
        if (asprintf(&page,
                     "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                     "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>%s</title>\n"
                     "<style>\n%s</style>\n</head>\n<body>\n<nav>\n%s</nav>\n<main>\n%s</main>\n</body>\n</html>\n",
                     title_html, style, contents_html, document_html) < 0)
            page = NULL;
        free(title_html);
        free(contents_html);
        free(document_html);
        cmark_node_free(contents);
    }
    cmark_node_free(title);
    cmark_node_free(document);
    cmark_llist_free(cmark_get_default_mem_allocator(), extensions);
    return page;
}
