#include "include/ckernels_elementary.h"
#include <math.h>

double ck_exp(double value) { return exp(value); }

double ck_log(double value) { return log(value); }
