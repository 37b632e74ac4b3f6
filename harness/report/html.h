#ifndef REPORT_HTML_H
#define REPORT_HTML_H

/* Markdown of ours (page.h) as a page of HTML that needs nothing but the pictures it names: a table of contents, wide
 * tables that scroll in their place, verdicts in colour. What the text holds of HTML is left out. The caller frees it;
 * NULL: out of memory. */
char *html_page(const char *markdown);

#endif
