#ifndef REPORT_SQL_PARAMETER_H
#define REPORT_SQL_PARAMETER_H

#include <stddef.h>

/* What a parameter of a statement means, as far as its text tells: the column $n is put into, compared with, added to
 * or taken from: "event", "off available". "" when the text does not tell. Pure. */
void sql_parameter_name(const char *sql, int n, char *out, size_t size);

#endif
