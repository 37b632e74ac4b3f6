#include "harness/report/publish.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/say.h"
#include "harness/report/html.h"

static int write_file(const char *dir, const char *name, const char *text)
{
    int status = EXIT_ERROR;
    bool written;
    char *path;
    FILE *out;

    if (asprintf(&path, "%s/%s", dir, name) < 0)
        return say_out_of_memory("report");
    if ((out = fopen(path, "we")) == NULL) {
        say_error("report: %s: %s", path, strerror(errno));
    } else {
        written = fputs(text, out) >= 0;
        if (fclose(out) == 0 && written)
            status = EXIT_OK;
        else
            say_error("report: %s: cannot be written; is the disk full?", path);
    }
    free(path);
    return status;
}

static int write_both(const char *dir, const char *markdown)
{
    char *html;
    int status = write_file(dir, "report.md", markdown);

    if (status != EXIT_OK)
        return status;
    if ((html = html_page(markdown)) == NULL)
        return say_out_of_memory("report");
    status = write_file(dir, "report.html", html);
    free(html);
    return status;
}

int publish(const char *dir, publish_fn *write, void *arg)
{
    char *markdown = NULL;
    size_t size;
    FILE *out = open_memstream(&markdown, &size);
    int failed, status = EXIT_ERROR;

    if (out == NULL)
        return say_out_of_memory("report");
    failed = write(arg, out);
    if (fclose(out) != 0)
        status = say_out_of_memory("report");
    else if (failed == 0)
        status = write_both(dir, markdown);
    free(markdown);
    return status;
}
