#ifndef FAULT_WIRE_H
#define FAULT_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One direction of a connection in PostgreSQL's protocol 3.0 (its manual, "Message Formats"), as far as the framing of
 * messages needs: a type byte, then a length in network order that counts itself; a client's first message has no type.
 * Bytes come in any pieces. Pure: no socket is touched here. */

enum wire_end { WIRE_CLIENT, WIRE_SERVER };

enum wire_mark {
    WIRE_NOTHING, /* all bytes were taken                                                                     */
    WIRE_COMMIT,  /* CLIENT: the message that makes a transaction durable has come whole, and is held back     */
    WIRE_READY    /* SERVER: a ReadyForQuery has come whole                                                   */
};

/* Type, length, and what is looked at of a body: COMMIT, the names in a Bind. */
#define WIRE_HEADER 5
#define WIRE_KEPT   16
/* Most bytes that are ever held back: what is let go may be longer than what came by this many. */
#define WIRE_HELD (WIRE_HEADER + WIRE_KEPT)

struct wire {
    enum wire_end end;
    bool started;      /* CLIENT: the first message is behind us                               */
    bool opaque;       /* TLS, a cancellation, not the protocol: passed on, not looked at      */
    bool bound_writes; /* CLIENT: what was bound last is a write                               */
    bool writes;       /* CLIENT: a write was executed since the last Sync                     */
    char status;       /* SERVER: what ReadyForQuery said last: 'I' idle, 'T', 'E'; 0: nothing */
    unsigned char held[WIRE_HELD];
    size_t held_size;
    unsigned char type;
    size_t left; /* bytes of the body that are still to come */
    unsigned char kept[WIRE_KEPT];
    size_t kept_size;
};

void wire_init(struct wire *, enum wire_end);
/* Reads on until n bytes are taken or something is worth a mark; *taken: how many were. What may be passed on is
 * appended to out, which has room for n + WIRE_HELD bytes behind *out_size. idle (CLIENT): no transaction is open, so
 * that a write commits by itself at the Sync behind it. Writes are known by their statement's name, which begins with
 * STATEMENT_NAME_WRITE; COMMIT is the simple query of that text. */
enum wire_mark wire_scan(struct wire *, const unsigned char *bytes, size_t n, bool idle, size_t *taken,
                         unsigned char *out, size_t *out_size);
/* After WIRE_COMMIT: the message goes on its way. Appends it to out. */
void wire_let_go(struct wire *, unsigned char *out, size_t *out_size);

#endif
