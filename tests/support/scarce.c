#include "tests/support/scarce.h"

#include <stddef.h>

static int allowed;
static bool limited, failed;

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *at, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *at, size_t size);

/* The linker's --wrap gives these their meaning; without it nothing calls them. */
#pragma weak __real_malloc
#pragma weak __real_calloc
#pragma weak __real_realloc

void scarce_begin(int n)
{
    limited = n > 0;
    allowed = n - 1;
    failed = false;
}

bool scarce_end(void)
{
    limited = false;
    return failed;
}

static bool is_out(void)
{
    if (!limited || allowed-- > 0)
        return false;
    allowed = 0;
    failed = true;
    return true;
}

void *__wrap_malloc(size_t size)
{
    return is_out() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return is_out() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *at, size_t size)
{
    return is_out() ? NULL : __real_realloc(at, size);
}
