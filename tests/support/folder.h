#ifndef TESTS_SUPPORT_FOLDER_H
#define TESTS_SUPPORT_FOLDER_H

#include <stddef.h>

/* A home with scenarios/ of a test's own, as the current folder and as LASTSEAT_HOME. Asserts: main thread only. */

void folder_open(void);
/* Writes scenarios/NAME of these bytes. */
void folder_put(const char *name, const char *bytes, size_t length);
/* The same, text. */
void folder_write(const char *name, const char *text);
/* Removes it all and goes back. */
void folder_close(void);

#endif
