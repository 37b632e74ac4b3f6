#include "harness/run/flights.h"

#include <assert.h>
#include <string.h>
#include <sys/mman.h>

/* NULL: no such address space. */
static void *reserve(size_t bytes)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    return memory != MAP_FAILED ? memory : NULL;
}

int flights_open(struct flights *flights, size_t most, size_t ready, size_t request_size)
{
    *flights = (struct flights){ .most = most > 0 ? most : 1, .request_size = request_size };
    if (ready > flights->most)
        ready = flights->most;
    if ((flights->places = reserve(flights->most * sizeof *flights->places)) == NULL ||
        (flights->memory = reserve(flights->most * request_size + 1)) == NULL) {
        flights_close(flights);
        return -1;
    }
    memset(flights->places, 0, ready * sizeof *flights->places);
    memset(flights->memory, 0, ready * request_size);
    return 0;
}

void flights_close(struct flights *flights)
{
    if (flights->places != NULL)
        munmap(flights->places, flights->most * sizeof *flights->places);
    if (flights->memory != NULL)
        munmap(flights->memory, flights->most * flights->request_size + 1);
    *flights = (struct flights){ 0 };
}

struct inflight *flights_take(struct flights *flights)
{
    struct inflight *place = flights->idle;

    if (place != NULL) {
        flights->idle = place->next;
        return place;
    }
    assert(flights->used < flights->most);
    return &flights->places[flights->used++];
}

void flights_give(struct flights *flights, struct inflight *place)
{
    place->next = flights->idle;
    flights->idle = place;
}

void *flights_memory(struct flights *flights, const struct inflight *place)
{
    size_t size = flights->request_size;

    return size > 0 ? memset(flights->memory + (size_t)(place - flights->places) * size, 0, size) : NULL;
}
