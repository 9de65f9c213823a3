/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Numbers as a person reads them. All functions return (transfer full) text; NAN is "-".
 */

#include <stdint.h>

#include "base/time.h"

/** format_count: exact, in groups of three digits: "11,802,400". */
char *format_count(uint64_t count);

/** format_about: exact below a million, then three digits: "812,345", "4.10 M", "12.0 G". */
char *format_about(double number);

/** format_seconds: "31.2 s", "4,812 s"; below a tenth of a second "12.5 ms", "830 us". */
char *format_seconds(double seconds);

/** format_clock: whole seconds: "32:24", "1:00:00", "11 d 03:02:01". */
char *format_clock(Duration duration);

/** format_percent: of a share from 0 to 1: "98.3 %", "0.492 %". */
char *format_percent(double share);

/** format_kib: "812 KiB", "58.1 MiB", "1.2 GiB". */
char *format_kib(int64_t kib);

/** format_counted: "1 agent", "50,000 agents": @singular, with an "s" where there is not exactly one. */
char *format_counted(uint64_t count, const char *singular);
