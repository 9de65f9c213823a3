/* SPDX-License-Identifier: Apache-2.0 */

/* Pins what an agent's report of revocable resources does, with the drf allocator. */

#include <string.h>

#include "allocators/drf.h"
#include "base/resources-text.h"
#include "tests/core/master-fixture.h"
#include "tests/support/test-main.h"

static const FrameworkId F0 = {0};
static const AgentId A0 = {0};

static bool report(MasterFixture *f, AgentId agent, const char *text)
{
  Resources revocable;
  ck_assert(resources_parse(f->kinds, text, &revocable, NULL));
  bool done = master_update_revocable(f->master, f->now, agent, &revocable);
  resources_clear(&revocable);
  fixture_check(f);
  return done;
}

static MasterFixture *world(void)
{
  MasterFixture *f = fixture_new(&drf_allocator, NULL);
  fixture_register(f, "cpus:4;mem:1024");
  fixture_subscribe(f, "f", "r", FRAMEWORK_REVOCABLE_RESOURCES);
  fixture_settle(f);
  fixture_expect(f, "0 offers F0 [1 A0 cpus:4;mem:1024]");
  return f;
}

static void take_reports(void *self, const char *name, double value)
{
  if (strcmp(name, "master/messages_update_slave") == 0)
    *(double *)self = value;
}

/* More: the difference is offered at once. Less: what is offered is taken back. */
START_TEST(reports_come_and_go)
{
  MasterFixture *f = world();
  ck_assert(report(f, A0, "cpus{REV}:10"));
  fixture_settle(f);
  fixture_expect(f, "0 offers F0 [2 A0 cpus{REV}:10]");
  ck_assert(report(f, A0, "cpus{REV}:12"));
  fixture_settle(f);
  fixture_expect(f, "0 rescind F0 2\n0 offers F0 [3 A0 cpus{REV}:12]");
  ck_assert(report(f, A0, "cpus{REV}:12"));
  fixture_settle(f);
  fixture_expect(f, "");
  ck_assert(report(f, A0, ""));
  fixture_settle(f);
  fixture_expect(f, "0 rescind F0 3");
  double reports = 0;
  master_metrics(f->master, f->now, 0, take_reports, &reports);
  ck_assert(reports == 4);
  fixture_free(f);
}
END_TEST

/* What is in use is not taken away, and nothing more is offered until it has ended. */
START_TEST(less_than_is_in_use)
{
  MasterFixture *f = world();
  report(f, A0, "cpus{REV}:10");
  fixture_settle(f);
  fixture_accept(f, F0, "2", "1@0=cpus{REV}:6", refuse_ms(0));
  fixture_log(f);
  ck_assert(report(f, A0, "cpus{REV}:5"));
  fixture_advance(f, 3000);
  fixture_expect(f, "");
  fixture_status(f, 1, TASK_FINISHED, 1);
  fixture_log(f);
  fixture_advance(f, 4000);
  fixture_expect(f, "3000 offers F0 [3 A0 cpus{REV}:5]");
  fixture_free(f);
}
END_TEST

START_TEST(reports_that_make_no_sense)
{
  static const char *const reports[] = {"cpus:1", "cpus(a):1", "cpus(a){REV}:1", "disk[v]{REV}:1",
                                        "ports{REV}:[1-2]"};
  MasterFixture *f = world();
  ck_assert(resource_kinds_add(f->kinds, "ports", NULL, NULL));
  for (size_t i = 0; i < G_N_ELEMENTS(reports); i++)
    ck_assert_msg(!report(f, A0, reports[i]), "%s", reports[i]);
  ck_assert(!report(f, (AgentId){7}, "cpus{REV}:1"));
  fixture_settle(f);
  fixture_expect(f, "");
  fixture_free(f);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("oversubscription");
  test_case(suite, reports_come_and_go);
  test_case(suite, less_than_is_in_use);
  test_case(suite, reports_that_make_no_sense);
  return suite;
}
