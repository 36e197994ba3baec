#pragma once
#include <sys/xattr.h>
#ifdef __linux__
#include <malloc.h>
#endif
