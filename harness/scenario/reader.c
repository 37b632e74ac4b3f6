#include "harness/scenario/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/say.h"

/* One pass over the text. libinih asks for line after line; each is judged before it is handed over. */
struct pass {
    struct ini *ini;
    const char *next, *end; /* what is still to be read */
    int line;
    bool in_value;       /* the line before was key = value: an indented line would be merged into it */
    bool in_question;    /* the first comment is being collected */
    bool question_ended; /* a line that is no comment came after it */
};

static void refuse(struct pass *pass, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void refuse(struct pass *pass, const char *format, ...)
{
    va_list args;

    if (pass->ini->error[0] != '\0')
        return;
    va_start(args, format);
    vsnprintf(pass->ini->error, sizeof(pass->ini->error), format, args);
    va_end(args);
    pass->ini->error_line = pass->line;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* ---- collecting -------------------------------------------------------------------------------------------------- */

static void add_entry(struct pass *pass, const char *section, const char *key, const char *value)
{
    struct ini *ini = pass->ini;
    struct entry *entries = realloc(ini->entries, (ini->n + 1) * sizeof(*entries));
    struct entry *entry;

    if (entries == NULL) {
        refuse(pass, "out of memory");
        return;
    }
    ini->entries = entries;
    entry = &entries[ini->n++];
    *entry = (struct entry){ .section = strdup(section), .line = pass->line };
    if (key != NULL) {
        entry->key = strdup(key);
        entry->value = strdup(value);
    }
    if (entry->section == NULL || (key != NULL && (entry->key == NULL || entry->value == NULL)))
        refuse(pass, "out of memory");
}

static int earlier_line(const struct ini *ini, const char *section, const char *key)
{
    for (size_t i = 0; i < ini->n; i++) {
        const struct entry *e = &ini->entries[i];

        if (strcmp(e->section, section) == 0 && (key == NULL ? e->key == NULL : e->key && strcmp(e->key, key) == 0))
            return e->line;
    }
    return 0;
}

static int on_key(void *arg, const char *section, const char *key, const char *value)
{
    struct pass *pass = arg;
    int before;

    if (pass->ini->error[0] != '\0')
        return 0;
    before = earlier_line(pass->ini, section, key);
    if (section[0] == '\0')
        refuse(pass, "'%s' stands before the first [section]", key);
    else if (before != 0)
        refuse(pass, "[%s] %s is set a second time; it stands in line %d already", section, key, before);
    else if (value[0] == '\0')
        refuse(pass, "[%s] %s has no value; write one, or leave the line out", section, key);
    else
        add_entry(pass, section, key, value);
    return 1;
}

static void add_to_question(struct pass *pass, const char *text)
{
    size_t used = strlen(pass->ini->question), more = strlen(text);
    char *longer;

    while (more > 0 && is_blank(text[more - 1]))
        more--;
    if (more == 0)
        return;
    longer = realloc(pass->ini->question, used + more + 2);
    if (longer == NULL) {
        refuse(pass, "out of memory");
        return;
    }
    pass->ini->question = longer;
    snprintf(longer + used, more + 2, "%s%.*s", used > 0 ? " " : "", (int)more, text);
}

/* ---- judging lines ----------------------------------------------------------------------------------------------- */

static void judge_section(struct pass *pass, const char *text)
{
    const char *end = strchr(text, ']');
    char section[READER_LINE_MAX + 1];
    const char *rest;
    int before;

    if (end == NULL || end == text + 1) {
        refuse(pass, "'%s' is no [section]; close it with ']'", text);
        return;
    }
    for (rest = end + 1; is_blank(*rest); rest++)
        ;
    if (*rest != '\0' && !(*rest == ';' && rest > end + 1)) {
        refuse(pass, "'%s' stands behind %.*s; give it a line of its own", rest, (int)(end + 1 - text), text);
        return;
    }
    snprintf(section, sizeof(section), "%.*s", (int)(end - text - 1), text + 1);
    /* libinih keeps 49 bytes of a section's name. */
    if (strlen(section) > 49) {
        refuse(pass, "[%s] is longer than 49 bytes", section);
        return;
    }
    before = earlier_line(pass->ini, section, NULL);
    if (before != 0)
        refuse(pass, "[%s] begins a second time; it stands in line %d already", section, before);
    else
        add_entry(pass, section, NULL, NULL);
}

static void judge_key(struct pass *pass, const char *text)
{
    size_t key = strcspn(text, "=:;");

    if (text[key] != '=' || key == 0)
        refuse(pass, "'%s' is neither [section], key = value nor a comment", text);
    else
        pass->in_value = true;
}

static bool judge_comment(struct pass *pass, const char *text)
{
    bool comment = *text == '#' || *text == ';';

    if (comment && !pass->question_ended) {
        pass->in_question = true;
        add_to_question(pass, text + 1 + strspn(text + 1, " \t"));
    }
    if (!comment && (pass->in_question || *text != '\0'))
        pass->question_ended = true;
    return comment;
}

/* Judges a line without its newline; what is refused ends the pass. */
static void judge(struct pass *pass, const char *line)
{
    const char *text = line;

    if (pass->line == 1 && strncmp(text, "\xEF\xBB\xBF", 3) == 0)
        line = text += 3;
    while (is_blank(*text))
        text++;
    if (judge_comment(pass, text) || *text == '\0')
        return;
    if (text > line && pass->in_value) {
        refuse(pass, "'%s' is indented below a value; a value stands on one line, and keys begin at its start", text);
    } else if (*text == '[') {
        pass->in_value = false;
        judge_section(pass, text);
    } else {
        judge_key(pass, text);
    }
}

/* fgets() for libinih: one line, or NULL at the end and after the first error. */
static char *next_line(char *buffer, int size, void *arg)
{
    struct pass *pass = arg;
    const char *newline;
    size_t length;

    if (pass->ini->error[0] != '\0' || pass->next == pass->end)
        return NULL;
    pass->line++;
    newline = memchr(pass->next, '\n', (size_t)(pass->end - pass->next));
    length = (size_t)((newline != NULL ? newline : pass->end) - pass->next);
    if (memchr(pass->next, '\0', length) != NULL)
        refuse(pass, "a NUL byte; this is not a text file");
    else if (length > READER_LINE_MAX || length >= (size_t)size)
        refuse(pass, "a line of %zu bytes; write at most %d", length, READER_LINE_MAX);
    if (pass->ini->error[0] != '\0')
        return NULL;
    memcpy(buffer, pass->next, length);
    while (length > 0 && is_blank(buffer[length - 1]))
        length--;
    buffer[length] = '\0';
    pass->next = newline != NULL ? newline + 1 : pass->end;
    judge(pass, buffer);
    return pass->ini->error[0] == '\0' ? buffer : NULL;
}

/* ---- the file ---------------------------------------------------------------------------------------------------- */

const char *reader_shown(const char *path)
{
    char here[4096];
    size_t length;

    if (getcwd(here, sizeof(here)) == NULL)
        return path;
    length = strlen(here);
    return strncmp(path, here, length) == 0 && path[length] == '/' ? path + length + 1 : path;
}

/* The whole file in memory; NULL after one line. */
static char *slurp(const char *path, const char *place, size_t *length)
{
    const char *colon = place[0] != '\0' ? ": " : "";
    struct stat st;
    char *text = NULL;
    size_t size;
    ssize_t got = 0;
    /* Not blocking: a pipe is refused below, not waited for. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (fd < 0 || fstat(fd, &st) != 0) {
        say_error("%s%scannot read %s: %s", place, colon, reader_shown(path), strerror(errno));
        goto out;
    }
    if (!S_ISREG(st.st_mode)) {
        say_error("%s%s%s is %s, not a scenario file", place, colon, reader_shown(path),
                  S_ISDIR(st.st_mode) ? "a folder" : "no regular file");
        goto out;
    }
    if (st.st_size > READER_FILE_MAX) {
        say_error("%s%s%s is larger than 1 MiB: this is not a scenario file", place, colon, reader_shown(path));
        goto out;
    }
    size = (size_t)st.st_size;
    text = malloc(size + 1);
    if (text == NULL) {
        say_error("%s%scannot read %s: %s", place, colon, reader_shown(path), strerror(ENOMEM));
        goto out;
    }
    for (*length = 0; *length < size; *length += (size_t)got) {
        got = read(fd, text + *length, size - *length);
        if (got < 0) {
            say_error("%s%scannot read %s: %s", place, colon, reader_shown(path), strerror(errno));
            free(text);
            text = NULL;
            goto out;
        }
        if (got == 0)
            break;
    }
out:
    if (fd >= 0)
        close(fd);
    return text;
}

int reader_read(struct ini *ini, const char *path, const char *place)
{
    size_t length = 0;
    char *text = slurp(path, place, &length);
    struct pass pass = { .ini = ini };

    *ini = (struct ini){ 0 };
    if (text == NULL)
        return EXIT_USAGE;
    ini->path = strdup(reader_shown(path));
    ini->question = strdup("");
    if (ini->path == NULL || ini->question == NULL) {
        say_error("cannot read %s: %s", path, strerror(ENOMEM));
        reader_free(ini);
        free(text);
        return EXIT_ERROR;
    }
    pass.next = text;
    pass.end = text + length;
    if (ini_parse_stream(next_line, &pass, on_key, &pass) != 0)
        refuse(&pass, "not understood");
    free(text);
    return EXIT_OK;
}

void reader_free(struct ini *ini)
{
    if (ini == NULL)
        return;
    for (size_t i = 0; i < ini->n; i++) {
        free(ini->entries[i].section);
        free(ini->entries[i].key);
        free(ini->entries[i].value);
    }
    free(ini->entries);
    free(ini->path);
    free(ini->question);
    *ini = (struct ini){ 0 };
}
