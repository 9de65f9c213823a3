/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Numbers as a person reads them: the functions live in the layer report, where pages need them too. */

#include "report/format.h"
