/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/test-main.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void test_case_add(Suite *suite, const TTest *function, const char *name)
{
  TCase *tcase = tcase_create(name);
  tcase_add_test(tcase, function);
  suite_add_tcase(suite, tcase);
}

void test_case_add_loop(Suite *suite, const TTest *function, const char *name, int from, int to)
{
  TCase *tcase = tcase_create(name);
  tcase_add_loop_test(tcase, function, from, to);
  suite_add_tcase(suite, tcase);
}

void test_note(const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  fputs("# ", stdout);
  vprintf(format, arguments);
  putchar('\n');
  fflush(stdout); /* before a case is forked */
  va_end(arguments);
}

int main(void)
{
  SRunner *runner = srunner_create(test_suite());
  srunner_set_tap(runner, "-");
  srunner_run_all(runner, CK_SILENT);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
