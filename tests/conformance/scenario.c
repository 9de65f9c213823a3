/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/conformance/scenario.h"

#include <string.h>

#include "base/check.h"

static Scenario *scenario_new(const ReplayPlayer *kind, void *player)
{
  Scenario *scenario = g_new0(Scenario, 1);
  scenario->kind = kind;
  scenario->player = player;
  scenario->decisions = g_ptr_array_new_with_free_func(g_free);
  return scenario;
}

Scenario *scenario_allocator(int way, void (*changes)(AllocatorSettings *settings))
{
  ReplaySettings settings = {.seed = (uint64_t)way / 2 + 1, .lazy_ticks = way % 2 == 1};
  return scenario_new(&replay_allocator_player, allocator_player_new(&settings, changes));
}

Scenario *scenario_sorter(const char *pool)
{
  ReplaySettings settings = {.seed = 1};
  Scenario *scenario = scenario_new(&replay_sorter_player, replay_sorter_player.create(&settings));
  scenario_call_printf(scenario, "addagent pool %s", pool);
  return scenario;
}

void scenario_end(Scenario *scenario)
{
  scenario->kind->destroy(scenario->player);
  g_ptr_array_unref(scenario->decisions);
  g_free(scenario);
}

void scenario_call(Scenario *scenario, const char *call)
{
  g_auto(GStrv) words = g_strsplit(call, " ", -1);
  g_autoptr(GError) error = NULL;
  g_ptr_array_set_size(scenario->decisions, 0);
  if (!scenario->kind->call(scenario->player, (const char *const *)words, g_strv_length(words),
                            scenario->decisions, &error))
    ck_abort_msg("%s: %s", call, error->message);
}

void scenario_call_printf(Scenario *scenario, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *call = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  scenario_call(scenario, call);
}

static void expect_lines(const Scenario *scenario, const char *call, va_list lines)
{
  const char *expected;
  guint n = 0;
  while ((expected = va_arg(lines, const char *)) != NULL) {
    ck_assert_msg(n < scenario->decisions->len, "after \"%s\": expected \"%s\", got nothing more", call,
                  expected);
    const char *got = scenario->decisions->pdata[n++];
    ck_assert_msg(strcmp(got, expected) == 0, "after \"%s\": expected \"%s\", got \"%s\"", call, expected,
                  got);
  }
  ck_assert_msg(n == scenario->decisions->len, "after \"%s\": expected nothing more, got \"%s\"", call,
                n < scenario->decisions->len ? (const char *)scenario->decisions->pdata[n] : "");
}

void scenario_expect(Scenario *scenario, const char *call, ...)
{
  scenario_call(scenario, call);
  va_list lines;
  va_start(lines, call);
  expect_lines(scenario, call, lines);
  va_end(lines);
}

void scenario_expect_settled(Scenario *scenario, ...)
{
  AllocatorPlayer *player = scenario_player(scenario);
  harness_settle(&player->harness);
  player->harness.interface->check(player->harness.allocator, player->harness.now);
  g_ptr_array_set_size(scenario->decisions, 0);
  allocator_player_decisions(player, scenario->decisions);
  va_list lines;
  va_start(lines, scenario);
  expect_lines(scenario, "a call made directly", lines);
  va_end(lines);
}

void scenario_order(Scenario *scenario, const char *names)
{
  scenario_expect(scenario, "sort", names, NULL);
}

/* The words of a decision: time, framework, role, agent, resources. */
static char **decision_words(const Scenario *scenario, guint i)
{
  char **words = g_strsplit(scenario->decisions->pdata[i], " ", -1);
  CHECK(g_strv_length(words) == 5);
  return words;
}

unsigned scenario_count(const Scenario *scenario, const char *framework)
{
  unsigned count = 0;
  for (guint i = 0; i < scenario->decisions->len; i++) {
    g_auto(GStrv) words = decision_words(scenario, i);
    count += strcmp(words[1], framework) == 0 ? 1 : 0;
  }
  return count;
}

void scenario_return_all(Scenario *scenario)
{
  g_autoptr(GPtrArray) calls = g_ptr_array_new_with_free_func(g_free);
  for (guint i = 0; i < scenario->decisions->len; i++) {
    g_auto(GStrv) words = decision_words(scenario, i);
    g_ptr_array_add(
        calls, g_strdup_printf("recover %s %s %s %s none offered", words[1], words[3], words[2], words[4]));
  }
  for (guint i = 0; i < calls->len; i++)
    scenario_expect(scenario, calls->pdata[i], NULL);
}

AllocatorPlayer *scenario_player(const Scenario *scenario)
{
  CHECK(scenario->kind == &replay_allocator_player);
  return scenario->player;
}

double scenario_share(const Scenario *scenario, const char *role)
{
  AllocatorPlayer *player = scenario_player(scenario);
  return player->harness.interface->share(player->harness.allocator, allocator_player_role(player, role),
                                          FRAMEWORK_NONE);
}

uint64_t scenario_filters(const Scenario *scenario, const char *role, Instant now)
{
  AllocatorPlayer *player = scenario_player(scenario);
  return player->harness.interface->count_filters(player->harness.allocator, now,
                                                  allocator_player_role(player, role));
}

AllocatorHarness *scenario_arrive(const Scenario *scenario)
{
  AllocatorHarness *harness = &scenario_player(scenario)->harness;
  harness_arrive(harness);
  return harness;
}

Resources scenario_resources(const Scenario *scenario, const char *text)
{
  Resources resources;
  g_autoptr(GError) error = NULL;
  if (!replay_resources(scenario_player(scenario)->kinds, text, &resources, &error))
    ck_abort_msg("%s: %s", text, error->message);
  return resources;
}

FrameworkId scenario_framework(const Scenario *scenario, const char *name)
{
  FrameworkId framework = allocator_player_framework(scenario_player(scenario), name);
  ck_assert_msg(framework.index != INDEX_NONE, "no framework %s", name);
  return framework;
}

AgentId scenario_agent(const Scenario *scenario, const char *name)
{
  AgentId agent = allocator_player_agent(scenario_player(scenario), name);
  ck_assert_msg(agent.index != INDEX_NONE, "no agent %s", name);
  return agent;
}

RoleId scenario_role(const Scenario *scenario, const char *path)
{
  return allocator_player_role(scenario_player(scenario), path);
}

void scenario_convert(Scenario *scenario, const char *framework, const char *agent, const char *role,
                      const char *from, const char *to)
{
  AllocatorHarness *harness = scenario_arrive(scenario);
  Resources before = scenario_resources(scenario, from);
  Resources after = scenario_resources(scenario, to);
  harness->interface->update_allocation(
      harness->allocator, harness->now, scenario_framework(scenario, framework),
      scenario_role(scenario, role), scenario_agent(scenario, agent), &before, &after);
  resources_clear(&before);
  resources_clear(&after);
  scenario_settled(scenario);
}

bool scenario_convert_free(Scenario *scenario, const char *agent, const char *from, const char *to)
{
  AllocatorHarness *harness = scenario_arrive(scenario);
  Resources before = scenario_resources(scenario, from);
  Resources after = scenario_resources(scenario, to);
  bool done = harness->interface->update_available(harness->allocator, harness->now,
                                                   scenario_agent(scenario, agent), &before, &after);
  resources_clear(&before);
  resources_clear(&after);
  scenario_settled(scenario);
  return done;
}

void scenario_quota_use(const Scenario *scenario, const char *role, bool allocated_only, const char *expected)
{
  const AllocatorPlayer *player = scenario_player(scenario);
  Resources use = RESOURCES_EMPTY;
  player->harness.interface->quota_use(player->harness.allocator, scenario_role(scenario, role),
                                       allocated_only, &use.plain);
  g_autofree char *text = replay_resources_text(player->kinds, &use);
  ck_assert_str_eq(text, expected);
}
