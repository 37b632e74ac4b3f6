#include "harness/base/home.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/text.h"

int home_part(char *out, size_t size, const char *part, const char *probe)
{
    const char *home = getenv("LASTSEAT_HOME");
    char self[PATH_MAX], here[PATH_MAX], probed[PATH_MAX];
    ssize_t length;

    if (home != NULL && home[0] != '\0')
        return text_format(out, size, "%s/%s", home, part);
    length = readlink("/proc/self/exe", self, sizeof self - 1);
    if (length > 0) {
        self[length] = '\0';
        *strrchr(self, '/') = '\0';
        if (text_format(probed, sizeof probed, "%s/%s", self, probe) == 0 && access(probed, F_OK) == 0 &&
            (getcwd(here, sizeof here) == NULL || strcmp(here, self) != 0))
            return text_format(out, size, "%s/%s", self, part);
    }
    return text_format(out, size, "%s", part);
}
