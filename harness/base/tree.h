#ifndef BASE_TREE_H
#define BASE_TREE_H

/* Removes a folder and all it holds, following no link and leaving no file system. What others remove meanwhile is as
 * good as removed. 0, or -1 with errno. */
int tree_remove(const char *path);

#endif
