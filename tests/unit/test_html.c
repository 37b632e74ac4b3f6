/* The page for a browser, made of Markdown such as the reports'. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "harness/report/html.h"

static char *page_of(const char *markdown)
{
    char *page = html_page(markdown);

    assert_non_null(page);
    return page;
}

static void assert_shows(const char *markdown, const char *expected)
{
    char *page = page_of(markdown);

    if (strstr(page, expected) == NULL)
        fail_msg("%s\nis not in\n%s", expected, page);
    free(page);
}

static void assert_hides(const char *markdown, const char *unexpected)
{
    char *page = page_of(markdown);

    if (strstr(page, unexpected) != NULL)
        fail_msg("%s\nis in\n%s", unexpected, page);
    free(page);
}

static void test_title(void **state)
{
    (void)state;
    assert_shows("# lastseat: a \\| b \\& \\<c\\>\n", "<title>lastseat: a | b &amp; &lt;c&gt;</title>");
    assert_shows("", "<title></title>");
    assert_shows("no heading\n", "<main>\n<p>no heading</p>");
}

static void test_contents(void **state)
{
    const char *markdown =
        "# t\n\n## One\n\n### sqlite\\_3, `full`\n\n#### deep\n\n## Two\n\n### sqlite\\_3, full\n\n## One\n";

    (void)state;
    assert_shows(markdown, "<nav>\n<ul>\n<li><a href=\"#one\">One</a>\n<ul>\n<li><a href=\"#sqlite-3-full\">sqlite_3, "
                           "full</a></li>\n</ul>\n</li>\n<li><a href=\"#two\">Two</a>\n<ul>\n<li><a "
                           "href=\"#sqlite-3-full.2\">sqlite_3, full</a></li>\n</ul>\n</li>\n<li><a "
                           "href=\"#one.2\">One</a></li>\n</ul>\n</nav>");
    assert_shows(markdown, "<h3 id=\"sqlite-3-full.2\">");
    assert_shows(markdown, "<h2 id=\"one.2\">");
    assert_shows(markdown, "<h4 id=\"deep\">");
    assert_shows("## \xd0\xb4\xd0\xb0\n\n## \xd0\xbd\xd0\xb5\xd1\x82\n", "<h2 id=\"section.2\">");
    /* A subsection of nothing has no place in it. */
    assert_shows("### lone\n", "<nav>\n<ul>\n</ul>\n</nav>");
}

static void test_long_heading(void **state)
{
    char markdown[2000] = "## ";
    char *page;

    (void)state;
    memset(markdown + 3, 'x', sizeof markdown - 4);
    page = page_of(markdown);
    assert_non_null(strstr(page, "<h2 id=\"xxxx"));
    assert_non_null(strstr(page, "<a href=\"#xxxx"));
    free(page);
}

/* The title is cut between characters: a page has no half ones. */
static void test_long_title(void **state)
{
    (void)state;
    for (size_t letters = 0; letters < 3; letters++) {
        char markdown[2000] = "# ";
        char *page, *title, *end;
        size_t n = letters;

        for (size_t i = 0; i < letters; i++)
            strcat(markdown, "x");
        for (size_t i = 0; i < 200; i++)
            strcat(markdown, "\xe2\x82\xac");
        page = page_of(markdown);
        title = strstr(page, "<title>");
        assert_non_null(title);
        title += strlen("<title>");
        end = strstr(title, "</title>");
        assert_non_null(end);
        for (; title + n < end; n += 3)
            assert_memory_equal(title + n, "\xe2\x82\xac", 3);
        assert_ptr_equal(title + n, end);
        assert_true(n > 250);
        free(page);
    }
}

static void test_tables_scroll(void **state)
{
    (void)state;
    assert_shows("| a | b |\n|---|---:|\n| x | 1 |\n", "<div class=\"table\">\n<table>\n<thead>");
    assert_shows("| a | b |\n|---|---:|\n| x | 1 |\n", "<td align=\"right\">1</td>");
    assert_shows("| a |\n|---|\n| words that go on and on until they are a sentence of more than sixty bytes |\n",
                 "<div class=\"table prose\">");
}

static void test_verdicts(void **state)
{
    (void)state;
    assert_shows("| v |\n|---|\n| oversells |\n",
                 "<td><strong><span class=\"oversells\">oversells</span></strong></td>");
    assert_shows("- atomic: **holds**: no anomaly\n", "<strong><span class=\"holds\">holds</span></strong>");
    assert_hides("it holds\n\n*holds*\n", "<span");
    assert_hides("| v |\n|---|\n| holds on |\n", "<span");
}

/* Titles are the user's. */
static void test_foreign_html(void **state)
{
    (void)state;
    assert_hides("## a <script>alert(1)</script>\n\n<script>alert(1)</script>\n", "<script");
    assert_hides("[x](javascript:alert(1))\n", "javascript");
    assert_shows("a\xff"
                 "b\n",
                 "a\xef\xbf\xbd"
                 "b");
}

static void test_pictures(void **state)
{
    (void)state;
    assert_shows("![seats](plots/a.svg)\n", "<img src=\"plots/a.svg\" alt=\"seats\" />");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_title),        cmocka_unit_test(test_contents),      cmocka_unit_test(test_long_heading),
        cmocka_unit_test(test_long_title),   cmocka_unit_test(test_tables_scroll), cmocka_unit_test(test_verdicts),
        cmocka_unit_test(test_foreign_html), cmocka_unit_test(test_pictures),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
