#ifndef TESTS_SUPPORT_CAPTURE_H
#define TESTS_SUPPORT_CAPTURE_H

/* What the code under test says on stderr. Main thread only. */

void capture_begin(void);
/* Gives stderr back; the text stays valid until the next capture_begin(). */
const char *capture_end(void);

/* Runs an expression that must say exactly one line, and compares it: capture_says(f(), EXIT_USAGE, "lastseat: …\n").
 */
#define capture_says(call, status, text)                                                                               \
    do {                                                                                                               \
        int capture_status;                                                                                            \
        capture_begin();                                                                                               \
        capture_status = (call);                                                                                       \
        assert_string_equal(capture_end(), "lastseat: " text "\n");                                                    \
        assert_int_equal(capture_status, status);                                                                      \
    } while (0)

#endif
