#include "harness/results/member.h"

#include <math.h>

const char *member_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text != NULL ? text : "";
}

double member_value(const json_t *value)
{
    return json_is_number(value) ? json_number_value(value) : NAN;
}

double member_number(const json_t *object, const char *key)
{
    return member_value(json_object_get(object, key));
}
