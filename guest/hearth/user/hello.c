/* SPDX-License-Identifier: ISC */
/* hello: an example to start from. README.md says how to add a program. */
#include "user.h"

int main(int argc, char **argv)
{
    print("hello from process %d on CPU %d", sys_getpid(), sys_cpu());
    for (int i = 1; i < argc; i++)
        print("%s%s", i == 1 ? ", with " : " ", argv[i]);
    print("\n");
    return 0;
}
