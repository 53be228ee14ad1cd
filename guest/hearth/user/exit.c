/* SPDX-License-Identifier: ISC */
/* exit N: the smallest program there is; ends with status N. */
#include "user.h"

int main(int argc, char **argv)
{
    return argc > 1 ? (int)string_number(argv[1]) : 0;
}
