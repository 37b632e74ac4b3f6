#ifndef TESTS_SUPPORT_TEXT_H
#define TESTS_SUPPORT_TEXT_H

/* What a person reads, held to what must or must not stand in it: the test fails, and shows the whole text. */
void assert_has(const char *text, const char *part);
void assert_lacks(const char *text, const char *part);

#endif
