#ifndef VERBS_VERBS_H
#define VERBS_VERBS_H

/* One function per verb of the command line, one file each. argv[0] is the verb's name, argv[-1] the
 * program's. Main thread; the return value is the program's exit code. Whether what they print to stdout was written is
 * for main() to ask. */
struct verb {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *arguments; /* "NAME…" */
    const char *summary;
};
extern const struct verb verbs[]; /* name NULL ends it */

int verb_run(int argc, char **argv);
int verb_list(int argc, char **argv);
int verb_show(int argc, char **argv);
int verb_check(int argc, char **argv);
int verb_breakpoint(int argc, char **argv);
int verb_explain(int argc, char **argv);
int verb_compare(int argc, char **argv);
int verb_calibrate(int argc, char **argv);
int verb_audit(int argc, char **argv);
int verb_report(int argc, char **argv);
int verb_help(int argc, char **argv);
int verb_version(void);

#endif
