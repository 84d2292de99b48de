/*
 * A look at the raw text of a libconfig file and of the files it includes, for what libconfig
 * itself lets pass: 1.5 wraps an integer literal that does not fit, 1.7 reads 010 as eight where
 * 1.5 reads ten, neither minds a number glued to a name, and a NUL byte ends the text early.
 */
#ifndef TRIAGED_APP_CONF_SCAN_H
#define TRIAGED_APP_CONF_SCAN_H

#include "conf_tree.h"

#define CONF_FILE_MAX    (4u << 20) /* bytes of one file; a large lexicon has under one MiB */
#define CONF_DEPTH_MAX   32         /* groups and lists inside each other */
#define CONF_INCLUDE_MAX 9          /* libconfig gives up at ten */
#define CONF_FILES_MAX   100 /* files that include each other twice would be read 2^9 times */

/* Add an error for each finding in path and in what it includes, relative to dir. */
void conf_scan_file(const char *path, const char *dir, struct conf_errors *errors);

#endif
