#ifndef REPORT_APPENDIX_H
#define REPORT_APPENDIX_H

#include <jansson.h>
#include <stdio.h>

/* The end of report.md: what the sentences at its beginning rest on. Of every scenario and database the ratio of each
 * pair of variants that are ranked, with its tests, and whether the blocks of each cell are alike. 0 / -1 after saying
 * so. */
int appendix_write(FILE *out, const json_t *run);

#endif
