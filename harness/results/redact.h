#ifndef RESULTS_REDACT_H
#define RESULTS_REDACT_H

#include <jansson.h>

/* The command line as it is recorded: the program without its path, every argument as given, but whatever looks like a
 * password in a connection string or URI blanked (none belongs there, but people do). NULL: out of memory.
 */
json_t *redact_command(int argc, char *const *argv);
/* Blanks in place, with '*': password=…, passwd=…, pwd=…, sslpassword=…, and the password of
 * scheme://user:password@host. */
void redact_text(char *text);
/* A JSON string of any bytes: what is not UTF-8 is written '?'. */
json_t *redact_string(const char *text);

#endif
