#include "tests/support/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char home[64], before[4096];

void folder_open(void)
{
    snprintf(home, sizeof(home), "/tmp/lastseat-home-XXXXXX");
    assert_non_null(getcwd(before, sizeof(before)));
    assert_non_null(mkdtemp(home));
    assert_int_equal(chdir(home), 0);
    assert_int_equal(mkdir("scenarios", 0700), 0);
    assert_int_equal(setenv("LASTSEAT_HOME", home, 1), 0);
}

void folder_put(const char *name, const char *bytes, size_t length)
{
    char path[256];
    FILE *file;

    snprintf(path, sizeof(path), "scenarios/%s", name);
    assert_non_null(file = fopen(path, "w"));
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

void folder_write(const char *name, const char *text)
{
    folder_put(name, text, strlen(text));
}

void folder_close(void)
{
    char command[128];

    snprintf(command, sizeof(command), "rm -rf '%s'", home);
    assert_int_equal(chdir(before), 0);
    assert_int_equal(system(command), 0);
    assert_int_equal(unsetenv("LASTSEAT_HOME"), 0);
}
