/* What the proxy makes of a connection's bytes, in whatever pieces they come. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "harness/fault/wire.h"

struct script {
    unsigned char bytes[512];
    size_t size;
};

static void number(struct script *script, size_t value)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        script->bytes[script->size++] = (unsigned char)(value >> shift);
}

static void raw(struct script *script, const void *bytes, size_t n)
{
    memcpy(script->bytes + script->size, bytes, n);
    script->size += n;
}

static void message(struct script *script, char type, const void *body, size_t n)
{
    script->bytes[script->size++] = (unsigned char)type;
    number(script, n + 4);
    raw(script, body, n);
}

#define MESSAGE(script, type, text) message(script, type, text, sizeof(text) - 1)

static void hello(struct script *script)
{
    static const char rest[] = "user\0lastseat\0";

    number(script, 8 + sizeof rest);
    number(script, 3 << 16);
    raw(script, rest, sizeof rest);
}

/* What came of a script that was fed in pieces of `piece` bytes. */
struct heard {
    int commits, ready;
    unsigned char out[1024];
    size_t out_size;
};

/* At each commit what is held is let go, and counted. */
static struct heard listen_to(struct wire *wire, const struct script *script, size_t piece, bool idle)
{
    struct heard heard = { .commits = 0 };
    size_t at = 0, taken, n;

    while (at < script->size) {
        n = script->size - at < piece ? script->size - at : piece;
        switch (wire_scan(wire, script->bytes + at, n, idle, &taken, heard.out, &heard.out_size)) {
        case WIRE_COMMIT:
            heard.commits++;
            wire_let_go(wire, heard.out, &heard.out_size);
            break;
        case WIRE_READY:
            heard.ready++;
            break;
        case WIRE_NOTHING:
            assert_int_equal(taken, n);
            break;
        }
        assert_true(taken > 0 && taken <= n);
        at += taken;
    }
    return heard;
}

/* The same in pieces of any size: as many commits, and every byte passed on, in order. */
static void client_says(const struct script *script, bool idle, int commits)
{
    for (size_t piece = 1; piece <= script->size; piece++) {
        struct wire wire;
        struct heard heard;

        wire_init(&wire, WIRE_CLIENT);
        heard = listen_to(&wire, script, piece, idle);
        assert_int_equal(heard.commits, commits);
        assert_int_equal(heard.out_size, script->size);
        assert_memory_equal(heard.out, script->bytes, script->size);
    }
}

static void test_commit(void **state)
{
    struct script script = { .size = 0 };

    (void)state;
    hello(&script);
    MESSAGE(&script, 'Q', "BEGIN\0");
    MESSAGE(&script, 'Q', "COMMIT\0");
    MESSAGE(&script, 'Q', "ROLLBACK\0");
    MESSAGE(&script, 'Q', "COMMIT PREPARED 'x'\0");
    MESSAGE(&script, 'Q', "COMMITS\0");
    MESSAGE(&script, 'Q', "");
    MESSAGE(&script, 'Q', "COMMIT\0");
    MESSAGE(&script, 'X', "");
    client_says(&script, false, 2);
    client_says(&script, true, 2);
}

/* Bind, Execute, Sync of statements s0 and w1. */
static void execute(struct script *script, const char *names, size_t n)
{
    message(script, 'B', names, n);
    MESSAGE(script, 'D', "P\0");
    MESSAGE(script, 'E', "\0\0\0\0\0");
    MESSAGE(script, 'S', "");
}

static void test_autocommit(void **state)
{
    static const char read[] = "\0s0\0\0\1\0\1\0\1\0\0\0\10wwwwwwww\0\1\0\1",
                      write[] = "\0w1\0\0\1\0\1\0\1\0\0\0\10abcdefgh";
    struct script script = { .size = 0 };

    (void)state;
    hello(&script);
    execute(&script, read, sizeof read - 1);
    client_says(&script, true, 0);
    execute(&script, write, sizeof write - 1);
    client_says(&script, true, 1);
    client_says(&script, false, 0); /* in a transaction it is COMMIT that counts */
    execute(&script, read, sizeof read - 1);
    MESSAGE(&script, 'S', "");
    client_says(&script, true, 1);
    execute(&script, "portal\0w1\0\0", 11);
    client_says(&script, true, 2);
    execute(&script, "w\0s1\0\0", 6);
    execute(&script, "w", 1);
    client_says(&script, true, 2);
}

/* The commit's bytes stay back until it is decided: cut there, none of them has gone on. */
static void test_held(void **state)
{
    struct script script = { .size = 0 };
    unsigned char out[512];
    size_t before, taken, out_size = 0;
    struct wire wire;

    (void)state;
    hello(&script);
    before = script.size;
    MESSAGE(&script, 'Q', "COMMIT\0");
    wire_init(&wire, WIRE_CLIENT);
    assert_int_equal(wire_scan(&wire, script.bytes, script.size, false, &taken, out, &out_size), WIRE_COMMIT);
    assert_int_equal(taken, script.size);
    assert_int_equal(out_size, before);
    wire_let_go(&wire, out, &out_size);
    assert_int_equal(out_size, script.size);
}

static void test_server(void **state)
{
    struct script script = { .size = 0 };
    static const char states[] = { 'I', 'T', 'E', 'I' };

    (void)state;
    MESSAGE(&script, 'R', "\0\0\0\0");
    MESSAGE(&script, 'S', "server_version\0Z\0");
    for (size_t i = 0; i < sizeof states; i++) {
        MESSAGE(&script, 'D', "ZZZZ\0\0\0\5ZIZTZE");
        message(&script, 'Z', &states[i], 1);
    }
    for (size_t piece = 1; piece <= script.size; piece++) {
        struct wire wire;
        struct heard heard;

        wire_init(&wire, WIRE_SERVER);
        heard = listen_to(&wire, &script, piece, false);
        assert_int_equal(heard.ready, 4);
        assert_int_equal(wire.status, 'I');
        assert_int_equal(heard.out_size, script.size);
        assert_memory_equal(heard.out, script.bytes, script.size);
    }
}

/* TLS, a cancellation, lengths that cannot be: passed on as they are, whatever they look like. */
static void test_opaque(void **state)
{
    static const unsigned char firsts[][8] = {
        { 0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f },  /* SSLRequest    */
        { 0, 0, 0, 16, 0x04, 0xd2, 0x16, 0x2e }, /* CancelRequest */
        { 0, 0, 0, 3, 0, 3, 0, 0 },              /* too short     */
        { 0x7f, 0xff, 0xff, 0xff, 0, 3, 0, 0 },  /* too long      */
        { 0, 0, 0, 9, 0, 2, 0, 0 },              /* protocol 2    */
    };

    (void)state;
    for (size_t i = 0; i < sizeof firsts / sizeof *firsts; i++) {
        struct script script = { .size = 0 };

        raw(&script, firsts[i], sizeof firsts[i]);
        MESSAGE(&script, 'Q', "COMMIT\0");
        client_says(&script, true, 0);
    }
}

static void test_broken_length(void **state)
{
    struct script script = { .size = 0 };

    (void)state;
    hello(&script);
    raw(&script, "Q\0\0\0\3", 5);
    MESSAGE(&script, 'Q', "COMMIT\0");
    client_says(&script, true, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_commit), cmocka_unit_test(test_autocommit), cmocka_unit_test(test_held),
        cmocka_unit_test(test_server), cmocka_unit_test(test_opaque),     cmocka_unit_test(test_broken_length),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
