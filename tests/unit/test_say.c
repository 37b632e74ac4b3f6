#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/base/say.h"
#include "tests/support/capture.h"

static void a_line_carries_the_name_of_the_program(void **state)
{
    (void)state;
    capture_begin();
    say_error("%s:%d: no", "x.ini", 12);
    say_warning("postgres is skipped");
    say_note("kept");
    assert_string_equal(capture_end(), "lastseat: x.ini:12: no\nlastseat: warning: postgres is skipped\n"
                                       "lastseat: kept\n");
}

static void a_message_stays_one_line(void **state)
{
    (void)state;
    capture_begin();
    say_error("'%s'", "a\nb\x1b[2Jc\x7f…");
    assert_string_equal(capture_end(), "lastseat: 'a?b?[2Jc?…'\n");
}

static void a_long_message_is_cut_and_says_so(void **state)
{
    static char endless[20000];
    const char *said;

    (void)state;
    memset(endless, 'x', sizeof(endless) - 1);
    capture_begin();
    say_error("%s", endless);
    said = capture_end();
    assert_in_range(strlen(said), 4000, 6000);
    assert_string_equal(said + strlen(said) - 6, "x ...\n");
}

static void errno_survives(void **state)
{
    (void)state;
    capture_begin();
    errno = ENOSPC;
    say_error("full");
    assert_int_equal(errno, ENOSPC);
    capture_end();
}

static void wipe(void)
{
    if (write(STDERR_FILENO, "<wipe>", 6) != 6)
        errno = EIO;
}

static void the_progress_line_is_wiped_first(void **state)
{
    (void)state;
    capture_begin();
    say_before_line(wipe);
    say_error("a");
    say_before_line(NULL);
    say_error("b");
    assert_string_equal(capture_end(), "<wipe>lastseat: a\nlastseat: b\n");
}

static void *chatter(void *arg)
{
    for (int i = 0; i < 100; i++)
        say_note("%s", (const char *)arg);
    return NULL;
}

static void lines_of_threads_do_not_mix(void **state)
{
    static char words[4][41];
    pthread_t threads[4];
    int lines = 0, started = 0;
    char *rest, *line, copy[65536];

    (void)state;
    capture_begin();
    for (int i = 0; i < 4; i++) {
        memset(words[i], 'a' + i, 40);
        started += pthread_create(&threads[i], NULL, chatter, words[i]) == 0;
    }
    for (int i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    snprintf(copy, sizeof(copy), "%s", capture_end());
    assert_int_equal(started, 4);
    for (line = strtok_r(copy, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest), lines++) {
        assert_int_equal(strncmp(line, "lastseat: ", 10), 0);
        assert_string_equal(line + 10, words[line[10] - 'a']);
    }
    assert_int_equal(lines, 400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_carries_the_name_of_the_program), cmocka_unit_test(a_message_stays_one_line),
        cmocka_unit_test(a_long_message_is_cut_and_says_so),      cmocka_unit_test(errno_survives),
        cmocka_unit_test(the_progress_line_is_wiped_first),       cmocka_unit_test(lines_of_threads_do_not_mix),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
