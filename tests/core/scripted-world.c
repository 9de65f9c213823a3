/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/core/scripted-world.h"

#include <check.h>

#include "base/resources-text.h"

MasterFixture *scripted_world(void (*change)(MasterSettings *settings))
{
  script_start(NULL);
  MasterFixture *f = fixture_new(&scripted_allocator, change);
  script_start(f->kinds);
  fixture_subscribe(f, "f", "r", 0);
  fixture_subscribe(f, "g", "s/t", FRAMEWORK_PARTITION_AWARE);
  for (int i = 0; i < 3; i++)
    fixture_register(f, "cpus:4;mem:4096");
  scripted_forget(f);
  return f;
}

void scripted_forget(MasterFixture *f)
{
  script_calls();
  fixture_log(f);
  fixture_told(f);
}

void scripted_grant(MasterFixture *f, uint32_t framework, uint32_t agent, const char *text)
{
  Resources resources;
  ck_assert(resources_parse(f->kinds, text, &resources, NULL));
  script_grant(framework, framework == 0 ? 0 : 2, agent, &resources, true);
  resources_clear(&resources);
}

void scripted_tick(MasterFixture *f)
{
  script_host()->request_tick(script_host()->self, f->now);
  fixture_advance(f, (f->now.ns / NS_PER_S + 1) * 1000);
}

void scripted_launch(MasterFixture *f, uint32_t framework, uint32_t agent, uint64_t label,
                     const char *resources)
{
  scripted_offer(f, framework, agent, resources);
  g_autofree char *offer = g_strdup_printf("%u", f->offers->len);
  g_autofree char *task = g_strdup_printf("%" G_GUINT64_FORMAT "@%u=%s", label, agent, resources);
  ck_assert_int_eq(fixture_accept(f, (FrameworkId){framework}, offer, task, OFFER_FILTER_NONE), ACCEPT_DONE);
}

void scripted_end(MasterFixture *f, uint32_t framework, uint64_t label, TaskState state)
{
  fixture_status(f, label, state, 1);
  master_acknowledge(f->master, f->now, (FrameworkId){framework}, fixture_task(f, label), 1);
  fixture_check(f);
}

void expect_refused(OperatorResult result, OperatorResult expected, GError **error, const char *message)
{
  ck_assert_int_eq(result, expected);
  ck_assert_ptr_nonnull(*error);
  ck_assert(g_error_matches(*error, OPERATOR_ERROR, (int)expected));
  ck_assert_str_eq((*error)->message, message);
  g_clear_error(error);
}
