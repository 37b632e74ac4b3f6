#include "harness/fault/wire.h"

#include <string.h>

#include "harness/db/statement_name.h"

#define FIRST_HEADER 8 /* length and code of a client's first message */
#define PROTOCOL_3   3 /* major number: the code's upper half        */
/* What PostgreSQL itself accepts as a first message. */
#define FIRST_MOST 10000

void wire_init(struct wire *wire, enum wire_end end)
{
    *wire = (struct wire){ .end = end, .started = end == WIRE_SERVER };
}

static uint32_t number_at(const unsigned char *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

void wire_let_go(struct wire *wire, unsigned char *out, size_t *out_size)
{
    memcpy(out + *out_size, wire->held, wire->held_size);
    *out_size += wire->held_size;
    wire->held_size = 0;
}

/* "portal", NUL, "statement", NUL, … of a Bind. */
static bool binds_write(const struct wire *wire)
{
    const unsigned char *end = memchr(wire->kept, '\0', wire->kept_size);
    size_t at = end != NULL ? (size_t)(end - wire->kept) + 1 : wire->kept_size;

    return at < wire->kept_size && wire->kept[at] == STATEMENT_NAME_WRITE;
}

static bool is_commit(const struct wire *wire)
{
    static const char text[] = "COMMIT";

    return wire->kept_size == sizeof text && memcmp(wire->kept, text, sizeof text) == 0;
}

/* The message in hand has come whole. */
static enum wire_mark client_message(struct wire *wire, bool idle)
{
    bool writes = wire->writes;

    switch (wire->type) {
    case 'B':
        wire->bound_writes = binds_write(wire);
        return WIRE_NOTHING;
    case 'E':
        wire->writes = wire->writes || wire->bound_writes;
        return WIRE_NOTHING;
    case 'S':
        wire->writes = false;
        return writes && idle ? WIRE_COMMIT : WIRE_NOTHING;
    case 'Q':
        return is_commit(wire) ? WIRE_COMMIT : WIRE_NOTHING;
    default:
        return WIRE_NOTHING;
    }
}

static enum wire_mark message(struct wire *wire, bool idle)
{
    if (wire->end == WIRE_CLIENT)
        return client_message(wire, idle);
    if (wire->type != 'Z' || wire->kept_size == 0)
        return WIRE_NOTHING;
    wire->status = (char)wire->kept[0];
    return WIRE_READY;
}

/* A Query or Sync that may turn out to be a commit stays in our hands until it is whole. */
static bool may_commit(const struct wire *wire)
{
    return wire->end == WIRE_CLIENT && (wire->type == 'S' || wire->type == 'Q') && wire->left <= WIRE_KEPT;
}

/* The header of a message is complete, or of a client's first one. */
static void open_message(struct wire *wire)
{
    size_t at = wire->started ? 1 : 0, length = number_at(wire->held + at);

    wire->type = wire->started ? wire->held[0] : 0;
    wire->kept_size = 0;
    if (wire->started) {
        wire->opaque = length < 4;
        wire->left = length - 4;
    } else {
        wire->opaque = length < FIRST_HEADER || length > FIRST_MOST || number_at(wire->held + 4) >> 16 != PROTOCOL_3;
        wire->left = length - FIRST_HEADER;
        wire->started = true;
    }
}

/* One byte of a header. True: it is complete. */
static bool take_header(struct wire *wire, unsigned char byte)
{
    wire->held[wire->held_size++] = byte;
    return wire->held_size == (wire->started ? (size_t)WIRE_HEADER : (size_t)FIRST_HEADER);
}

/* A piece of a body: kept as far as it is looked at, held back or passed on. */
static size_t take_body(struct wire *wire, const unsigned char *bytes, size_t n, unsigned char *out, size_t *out_size)
{
    size_t size = n < wire->left ? n : wire->left, kept = WIRE_KEPT - wire->kept_size;

    if (kept > size)
        kept = size;
    memcpy(wire->kept + wire->kept_size, bytes, kept);
    wire->kept_size += kept;
    if (wire->held_size > 0) {
        memcpy(wire->held + wire->held_size, bytes, size);
        wire->held_size += size;
    } else {
        memcpy(out + *out_size, bytes, size);
        *out_size += size;
    }
    wire->left -= size;
    return size;
}

enum wire_mark wire_scan(struct wire *wire, const unsigned char *bytes, size_t n, bool idle, size_t *taken,
                         unsigned char *out, size_t *out_size)
{
    bool in_body = wire->type != 0 || wire->left > 0;
    enum wire_mark mark;

    *taken = 0;
    while (*taken < n && !wire->opaque) {
        if (!in_body) {
            if (!take_header(wire, bytes[(*taken)++]))
                continue;
            open_message(wire);
            if (!may_commit(wire))
                wire_let_go(wire, out, out_size);
            in_body = true;
        }
        if (wire->left > 0 && !wire->opaque)
            *taken += take_body(wire, bytes + *taken, n - *taken, out, out_size);
        if (wire->left > 0 || wire->opaque)
            continue;
        mark = message(wire, idle);
        wire->type = 0;
        in_body = false;
        if (mark != WIRE_COMMIT)
            wire_let_go(wire, out, out_size);
        if (mark != WIRE_NOTHING)
            return mark;
    }
    if (wire->opaque) {
        wire_let_go(wire, out, out_size);
        memcpy(out + *out_size, bytes + *taken, n - *taken);
        *out_size += n - *taken;
        *taken = n;
    }
    return WIRE_NOTHING;
}
