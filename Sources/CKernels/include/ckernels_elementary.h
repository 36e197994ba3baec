// Elementary functions in double precision, for code that may not import the C library.
#pragma once

double ck_exp(double value);
double ck_log(double value);
