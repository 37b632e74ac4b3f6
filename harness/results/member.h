#ifndef RESULTS_MEMBER_H
#define RESULTS_MEMBER_H

#include <jansson.h>

/* Members of documents that were read back: what is missing, null or of another type reads as nothing. */
const char *member_text(const json_t *object, const char *key); /* "": nothing; borrowed */
double member_number(const json_t *object, const char *key);    /* NAN: nothing          */
double member_value(const json_t *value);                       /* of a value in hand    */

#endif
