// The C bodies of the hot loops. Umbrella of the headers beside this one.
#pragma once
#include "ckernels_checksums.h"
#include "ckernels_compute.h"
#include "ckernels_cpu.h"
#include "ckernels_elementary.h"
#include "ckernels_inflate.h"
#include "ckernels_peak.h"
#include "ckernels_planes.h"
#include "ckernels_sampling.h"
