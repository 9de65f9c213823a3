/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hand-worked timelines: exact integrals, ramp-ups, demand, samples, jobs. Not pinned: how often it is
 * called.
 */
#include "metrics/recorder.h"

#include <math.h>

#include "tests/support/test-main.h"

#define S NS_PER_S

static Instant at(int64_t seconds)
{
  return (Instant){seconds * S};
}

static Resources amounts(int64_t cpus, int64_t mem)
{
  return resources_of(&(Quantities){{cpus * QUANTITY_UNIT, mem * QUANTITY_UNIT}});
}

typedef struct {
  uint32_t n_jobs;
  RecordedJob jobs[16];
  char names[16][16];
} Seen;

static void see_job(void *self, const RecordedJob *job)
{
  Seen *seen = self;
  seen->jobs[seen->n_jobs] = *job;
  g_strlcpy(seen->names[seen->n_jobs++], job->name, sizeof seen->names[0]);
}

/* A recorder with @n frameworks in roles of their own on one agent, all at instant 0. */
typedef struct {
  Recorder *recorder;
  const MasterObserver *master;
  const JobObserver *jobs;
  Seen seen;
} Fixture;

static void fixture_agent(Fixture *fixture, Instant now, uint32_t agent, int64_t cpus, int64_t mem)
{
  Resources total = amounts(cpus, mem);
  fixture->master->agent_added(fixture->master->self, now, (AgentId){agent}, "host", &total);
}

static void fixture_framework(Fixture *fixture, Instant now, uint32_t framework, const char *role,
                              double weight, uint32_t target)
{
  RoleAttributes attributes = ROLE_ATTRIBUTES_DEFAULT;
  attributes.weight = weight;
  const char *const roles[] = {role};
  g_autofree char *name = g_strdup_printf("f%u", framework);
  fixture->master->role_updated(fixture->master->self, now, role, &attributes);
  fixture->master->framework_added(fixture->master->self, now, (FrameworkId){framework}, name, roles, 1);
  fixture->jobs->framework_started(fixture->jobs->self, now, (FrameworkId){framework}, 0, target);
}

static void fixture_init(Fixture *fixture, int64_t warm_up)
{
  fixture->seen.n_jobs = 0;
  RecorderSink sink = {.self = &fixture->seen, .job = see_job};
  fixture->recorder = recorder_new((Duration){warm_up * S}, &sink);
  fixture->master = recorder_master_observer(fixture->recorder);
  fixture->jobs = recorder_job_observer(fixture->recorder);
}

static void demand(Fixture *fixture, Instant now, uint32_t framework, uint32_t tasks, int64_t cpus,
                   int64_t mem)
{
  Resources each = amounts(cpus, mem);
  fixture->jobs->demand_added(fixture->jobs->self, now, (FrameworkId){framework}, tasks, &each.plain);
}

static void offer(Fixture *fixture, Instant now, uint32_t framework, int64_t cpus, int64_t mem)
{
  Resources resources = amounts(cpus, mem);
  fixture->master->offer_made(fixture->master->self, now, (FrameworkId){framework}, (AgentId){0},
                              (OfferId){1}, &resources);
}

static void end_offer(Fixture *fixture, Instant now, uint32_t framework, int64_t cpus, int64_t mem,
                      OfferEnd end)
{
  Resources resources = amounts(cpus, mem);
  fixture->master->offer_ended(fixture->master->self, now, (FrameworkId){framework}, (AgentId){0},
                               (OfferId){1}, &resources, end);
}

static void launch(Fixture *fixture, Instant now, uint32_t framework, int64_t cpus, int64_t mem)
{
  Resources resources = amounts(cpus, mem);
  fixture->master->task_launched(fixture->master->self, now, (FrameworkId){framework}, (AgentId){0},
                                 (TaskId){1}, &resources);
}

static void update(Fixture *fixture, Instant now, uint32_t framework, int64_t cpus, int64_t mem,
                   TaskState before, TaskState state)
{
  Resources resources = amounts(cpus, mem);
  fixture->master->task_updated(fixture->master->self, now, (FrameworkId){framework}, (AgentId){0},
                                (TaskId){1}, &resources, before, state, REASON_NONE,
                                task_state_is_terminal(state));
}

static void start(Fixture *fixture, Instant now, uint32_t framework, int64_t cpus, int64_t mem)
{
  launch(fixture, now, framework, cpus, mem);
  update(fixture, now, framework, cpus, mem, TASK_STAGING, TASK_RUNNING);
}

static void finish(Fixture *fixture, Instant now, uint32_t framework, int64_t cpus, int64_t mem)
{
  update(fixture, now, framework, cpus, mem, TASK_RUNNING, TASK_FINISHED);
}

/*
 * One agent <10 cpus, 100 mem>, 0 to 20 s:
 *   f0: offered <4,40> from 0 to 2; a task <2,10> from 2 to 10, another <2,50> from 5 to 15
 *   f1: offered <6,0> from 0 to 1, declined; a task <1,30> from 10 to 20 (still running)
 */
static void timeline(Fixture *fixture)
{
  fixture_agent(fixture, at(0), 0, 10, 100);
  fixture_framework(fixture, at(0), 0, "a", 1, 0);
  fixture_framework(fixture, at(0), 1, "b", 1, 0);
  demand(fixture, at(0), 0, 2, 2, 10);
  demand(fixture, at(0), 1, 1, 1, 30);
  offer(fixture, at(0), 0, 4, 40);
  offer(fixture, at(0), 1, 6, 0);
  end_offer(fixture, at(1), 1, 6, 0, OFFER_DECLINED);
  end_offer(fixture, at(2), 0, 4, 40, OFFER_ACCEPTED);
  start(fixture, at(2), 0, 2, 10);
  start(fixture, at(5), 0, 2, 50);
  finish(fixture, at(10), 0, 2, 10);
  start(fixture, at(10), 1, 1, 30);
  finish(fixture, at(15), 0, 2, 50);
  recorder_finish(fixture->recorder, at(20));
}

#define ck_near(value, expected) ck_assert_double_eq_tol((value), (expected), 1e-12)

START_TEST(integrals)
{
  Fixture fixture;
  fixture_init(&fixture, 0);
  timeline(&fixture);
  const Recorder *recorder = fixture.recorder;
  const RecordedFramework *f0 = recorder_framework(recorder, 0);
  const RecordedFramework *f1 = recorder_framework(recorder, 1);

  /* cpus: 2 * 8 + 2 * 10 = 36; mem: 10 * 8 + 50 * 10 = 580 */
  ck_assert(integral_until(&f0->allocated[RESOURCE_CPUS], at(20)) == (WideInteger)36 * S * 1000);
  ck_assert(integral_until(&f0->allocated[RESOURCE_MEM], at(20)) == (WideInteger)580 * S * 1000);
  ck_assert(integral_until(&f0->offered[RESOURCE_CPUS], at(20)) == (WideInteger)8 * S * 1000);
  ck_assert(integral_until(&f1->allocated[RESOURCE_MEM], at(20)) == (WideInteger)300 * S * 1000);
  ck_near(recorder_mean(recorder, &f0->allocated[RESOURCE_CPUS]), 36.0 / 20);
  ck_near(recorder_mean(recorder, &f1->offered[RESOURCE_CPUS]), 6.0 / 20);
  ck_near(recorder_mean(recorder, &recorder_cluster(recorder)->total[RESOURCE_MEM]), 100);

  /* f0: 2 to 5: .2; 5 to 10: .6 (mem); 10 to 15: .5. f1: 10 to 20: .3 */
  ck_near(recorder_mean_share(recorder, 0), (3 * .2 + 5 * .6 + 5 * .5) / 20);
  ck_near(recorder_mean_share(recorder, 1), 10 * .3 / 20);

  ck_assert_uint_eq(f0->tasks_launched, 2);
  ck_assert_uint_eq(f0->tasks_ended[TASKS_ENDED(TASK_FINISHED)], 2);
  ck_assert_uint_eq(f0->offers_made, 1);
  ck_assert_uint_eq(f0->offers_ended[OFFER_ACCEPTED], 1);
  ck_assert_uint_eq(f1->offers_ended[OFFER_DECLINED], 1);
  ck_assert_uint_eq(recorder_cluster(recorder)->tasks[TASK_RUNNING], 1);
  ck_assert_uint_eq(recorder_cluster(recorder)->tasks[TASK_STAGING], 0);
  ck_assert_uint_eq(recorder_cluster(recorder)->tasks[TASK_FINISHED], 2);
  recorder_free(fixture.recorder);
}
END_TEST

/* The same from 6 s on: f0 cpus 2 * 4 + 2 * 9, mem 10 * 4 + 50 * 9; no offers. */
START_TEST(warm_up)
{
  Fixture fixture;
  fixture_init(&fixture, 6);
  timeline(&fixture);
  const Recorder *recorder = fixture.recorder;
  const RecordedFramework *f0 = recorder_framework(recorder, 0);
  ck_near(recorder_mean(recorder, &f0->allocated[RESOURCE_CPUS]), 26.0 / 14);
  ck_near(recorder_mean(recorder, &f0->allocated[RESOURCE_MEM]), 490.0 / 14);
  ck_near(recorder_mean(recorder, &f0->offered[RESOURCE_CPUS]), 0);
  ck_near(recorder_mean(recorder, &recorder_cluster(recorder)->total[RESOURCE_CPUS]), 10);
  ck_near(recorder_mean_share(recorder, 0), (4 * .6 + 5 * .5) / 14);
  recorder_free(fixture.recorder);
}
END_TEST

START_TEST(warm_up_longer_than_the_run)
{
  Fixture fixture;
  fixture_init(&fixture, 100);
  timeline(&fixture);
  const RecordedFramework *f0 = recorder_framework(fixture.recorder, 0);
  ck_assert(isnan(recorder_mean(fixture.recorder, &f0->allocated[RESOURCE_CPUS])));
  ck_assert(isnan(recorder_mean_share(fixture.recorder, 0)));
  recorder_free(fixture.recorder);
}
END_TEST

/* Agents come and go: 10 cpus for 5 s, 20 for 5 s, 10 again: f0's 5 cpus are a half, a quarter, a half. */
START_TEST(totals_change)
{
  Fixture fixture;
  fixture_init(&fixture, 0);
  Resources total = amounts(10, 0);
  fixture_agent(&fixture, at(0), 0, 10, 0);
  fixture_framework(&fixture, at(0), 0, "a", 1, 1);
  start(&fixture, at(0), 0, 5, 0);
  fixture_agent(&fixture, at(5), 1, 10, 0);
  fixture.master->agent_removed(fixture.master->self, at(10), (AgentId){1}, &total);
  recorder_finish(fixture.recorder, at(20));
  ck_near(recorder_mean(fixture.recorder, &recorder_cluster(fixture.recorder)->total[RESOURCE_CPUS]), 12.5);
  ck_near(recorder_mean_share(fixture.recorder, 0), (5 * .5 + 5 * .25 + 10 * .5) / 20);
  recorder_free(fixture.recorder);
}
END_TEST

/* 10 slots; weights 3 : 1, both want all: 7.5 and 2.5 tasks, so 7 and 2. */
START_TEST(default_target_is_the_weighted_fair_share)
{
  Fixture fixture;
  fixture_init(&fixture, 0);
  fixture_agent(&fixture, at(0), 0, 10, 0);
  fixture_framework(&fixture, at(0), 0, "a", 3, 0);
  fixture_framework(&fixture, at(0), 1, "b", 1, 0);
  demand(&fixture, at(0), 0, TASKS_UNLIMITED, 1, 0);
  demand(&fixture, at(0), 1, 100, 1, 0);
  start(&fixture, at(1), 1, 1, 0);
  start(&fixture, at(2), 1, 1, 0);
  for (int i = 0; i < 6; i++)
    start(&fixture, at(3), 0, 1, 0);
  recorder_finish(fixture.recorder, at(9));
  const RecordedFramework *a = recorder_framework(fixture.recorder, 0);
  const RecordedFramework *b = recorder_framework(fixture.recorder, 1);
  ck_assert_int_eq(a->ramp_up_target, 7);
  ck_assert(instant_is_never(a->ramp_up_at));
  ck_assert_int_eq(b->ramp_up_target, 2);
  ck_assert_int_eq(b->ramp_up_at.ns, at(2).ns);
  recorder_free(fixture.recorder);
}
END_TEST

START_TEST(default_target_is_the_demand_where_it_is_less)
{
  Fixture fixture;
  fixture_init(&fixture, 0);
  fixture_agent(&fixture, at(0), 0, 10, 0);
  fixture_framework(&fixture, at(0), 0, "a", 1, 0);
  demand(&fixture, at(0), 0, TASKS_UNLIMITED, 1, 0);
  fixture_framework(&fixture, at(5), 1, "b", 1, 0);
  demand(&fixture, at(5), 1, 2, 1, 0);
  fixture_framework(&fixture, at(5), 2, "c", 1, 0);
  demand(&fixture, at(6), 2, 2, 1, 0);
  start(&fixture, at(6), 1, 1, 0);
  start(&fixture, at(7), 1, 1, 0);
  recorder_finish(fixture.recorder, at(9));
  ck_assert_int_eq(recorder_framework(fixture.recorder, 0)->ramp_up_target, 10);
  ck_assert_int_eq(recorder_framework(fixture.recorder, 1)->ramp_up_target, 2);
  ck_assert_int_eq(recorder_framework(fixture.recorder, 1)->ramp_up_at.ns, at(7).ns);
  /* nothing was demanded at its start */
  ck_assert_int_eq(recorder_framework(fixture.recorder, 2)->ramp_up_target, 0);
  ck_assert(instant_is_never(recorder_framework(fixture.recorder, 2)->ramp_up_at));
  recorder_free(fixture.recorder);
}
END_TEST

/* A fair share of less than a task is one task. All runs at the instant of the start: 0 s. */
START_TEST(target_reached_at_the_start)
{
  Fixture fixture;
  fixture_init(&fixture, 0);
  fixture_agent(&fixture, at(0), 0, 1, 0);
  fixture_framework(&fixture, at(3), 0, "a", 1, 0);
  fixture_framework(&fixture, at(3), 1, "b", 1, 0);
  demand(&fixture, at(3), 0, 5, 1, 0);
  demand(&fixture, at(3), 1, 5, 1, 0);
  start(&fixture, at(3), 0, 1, 0);
  finish(&fixture, at(4), 0, 1, 0);
  start(&fixture, at(4), 1, 1, 0);
  recorder_finish(fixture.recorder, at(9));
  ck_assert_int_eq(recorder_framework(fixture.recorder, 0)->ramp_up_target, 1);
  ck_assert_int_eq(recorder_framework(fixture.recorder, 0)->ramp_up_at.ns, at(3).ns);
  ck_assert_int_eq(recorder_framework(fixture.recorder, 1)->ramp_up_at.ns, at(4).ns);
  recorder_free(fixture.recorder);
}
END_TEST

/* What a gang holds counts; an explicit target needs no demand. */
START_TEST(gang_and_given_target)
{
  Fixture fixture;
  fixture_init(&fixture, 0);
  fixture_agent(&fixture, at(0), 0, 10, 0);
  fixture_framework(&fixture, at(1), 0, "a", 1, 4);
  start(&fixture, at(2), 0, 1, 0);
  fixture.jobs->gang_holds(fixture.jobs->self, at(3), (FrameworkId){0}, 2);
  ck_assert(instant_is_never(recorder_framework(fixture.recorder, 0)->ramp_up_at));
  fixture.jobs->gang_holds(fixture.jobs->self, at(5), (FrameworkId){0}, 3);
  fixture.jobs->gang_holds(fixture.jobs->self, at(6), (FrameworkId){0}, 0);
  recorder_finish(fixture.recorder, at(9));
  ck_assert_int_eq(recorder_framework(fixture.recorder, 0)->ramp_up_at.ns, at(5).ns);
  recorder_free(fixture.recorder);
}
END_TEST

/* The run ends at the instant at which the framework starts. */
START_TEST(target_at_the_very_end)
{
  Fixture fixture;
  fixture_init(&fixture, 0);
  fixture_agent(&fixture, at(0), 0, 10, 0);
  fixture_framework(&fixture, at(5), 0, "a", 1, 0);
  demand(&fixture, at(5), 0, 3, 1, 0);
  recorder_finish(fixture.recorder, at(5));
  ck_assert_int_eq(recorder_framework(fixture.recorder, 0)->ramp_up_target, 3);
  ck_assert(isnan(recorder_mean_share(fixture.recorder, 0)));
  recorder_free(fixture.recorder);
}
END_TEST

START_TEST(demand_follows_tasks)
{
  Fixture fixture;
  fixture_init(&fixture, 0);
  fixture_agent(&fixture, at(0), 0, 10, 100);
  fixture_framework(&fixture, at(0), 0, "a", 1, 0);
  demand(&fixture, at(0), 0, 3, 2, 10);
  start(&fixture, at(1), 0, 2, 10);
  ck_assert_int_eq(recorder_framework(fixture.recorder, 0)->demand_tasks, 3);
  finish(&fixture, at(2), 0, 2, 10);
  ck_assert_int_eq(recorder_framework(fixture.recorder, 0)->demand_tasks, 2);
  ck_assert(recorder_framework(fixture.recorder, 0)->demand[RESOURCE_MEM] == 20 * QUANTITY_UNIT);
  Resources each = amounts(2, 10);
  fixture.jobs->demand_dropped(fixture.jobs->self, at(3), (FrameworkId){0}, 2, &each.plain);
  ck_assert(recorder_framework(fixture.recorder, 0)->demand[RESOURCE_CPUS] == 0);
  ck_assert(recorder_framework(fixture.recorder, 0)->demand[RESOURCE_MEM] == 0);
  demand(&fixture, at(4), 0, 1, 1, 1);
  fixture.jobs->framework_stopped(fixture.jobs->self, at(5), (FrameworkId){0});
  ck_assert_int_eq(recorder_framework(fixture.recorder, 0)->demand_tasks, 0);
  recorder_finish(fixture.recorder, at(9));
  recorder_free(fixture.recorder);
}
END_TEST

/* Tasks of an endless demand leave it as it is, those of a finite one beside it do not, and when the endless one is
 * dropped its last tasks take nothing from the finite one. */
START_TEST(finite_and_endless_demand)
{
  Fixture fixture;
  fixture_init(&fixture, 0);
  fixture_agent(&fixture, at(0), 0, 100, 0);
  fixture_framework(&fixture, at(0), 0, "a", 1, 0);
  demand(&fixture, at(0), 0, TASKS_UNLIMITED, 1, 0);
  demand(&fixture, at(0), 0, 3, 2, 0);
  const RecordedFramework *framework = recorder_framework(fixture.recorder, 0);
  start(&fixture, at(1), 0, 2, 0);
  start(&fixture, at(1), 0, 1, 0);
  start(&fixture, at(1), 0, 1, 0);
  finish(&fixture, at(2), 0, 1, 0);
  ck_assert_int_eq(framework->demand_tasks, 3);
  finish(&fixture, at(2), 0, 2, 0);
  ck_assert_int_eq(framework->demand_tasks, 2);
  Resources each = amounts(1, 0);
  fixture.jobs->demand_dropped(fixture.jobs->self, at(3), (FrameworkId){0}, TASKS_UNLIMITED, &each.plain);
  finish(&fixture, at(4), 0, 1, 0);
  ck_assert_int_eq(framework->demand_tasks, 2);
  ck_assert(framework->demand[RESOURCE_CPUS] == 4 * QUANTITY_UNIT);
  recorder_finish(fixture.recorder, at(9));
  recorder_free(fixture.recorder);
}
END_TEST

/* The most tasks there can be, of 16 TiB each: more than an amount can hold. All want all of two agents. */
START_TEST(demand_beyond_any_cluster)
{
  Fixture fixture;
  const int64_t mem = INT64_C(1) << 24;
  const uint32_t most = TASKS_UNLIMITED - 1;
  fixture_init(&fixture, 0);
  fixture_agent(&fixture, at(0), 0, 0, 100 * mem);
  fixture_framework(&fixture, at(0), 0, "a", 1, 0);
  fixture_framework(&fixture, at(0), 1, "b", 1, 0);
  demand(&fixture, at(0), 0, most, 0, mem);
  demand(&fixture, at(0), 0, most, 0, mem);
  demand(&fixture, at(0), 1, TASKS_UNLIMITED, 0, mem);
  recorder_sample(fixture.recorder, at(1));
  ck_near(recorder_framework(fixture.recorder, 0)->fair_share, .5);
  ck_assert_int_eq(recorder_framework(fixture.recorder, 0)->ramp_up_target, 50);
  Resources each = amounts(0, mem);
  fixture.jobs->demand_dropped(fixture.jobs->self, at(2), (FrameworkId){0}, most, &each.plain);
  fixture.jobs->demand_dropped(fixture.jobs->self, at(2), (FrameworkId){0}, most - 10, &each.plain);
  recorder_sample(fixture.recorder, at(3));
  ck_near(recorder_framework(fixture.recorder, 0)->fair_share, .1);
  recorder_finish(fixture.recorder, at(9));
  recorder_free(fixture.recorder);
}
END_TEST

/*
 * 10 cpus, f0 and f1 want all. Samples at 1 s: f0 has 8, f1 has 2; at 2 s: 5 and 5; a third one demands
 * nothing. ratios 1.3 and 0.7 (sums .8 + .5 and .2 + .5 over 1): Jain 4 / (2 * (1.69 + .49)); largest gap .5
 * - .2
 */
START_TEST(fairness)
{
  Fixture fixture;
  fixture_init(&fixture, 1);
  fixture_agent(&fixture, at(0), 0, 10, 0);
  for (uint32_t i = 0; i < 3; i++) {
    g_autofree char *role = g_strdup_printf("r%u", i);
    fixture_framework(&fixture, at(0), i, role, 1, 0);
    if (i < 2)
      demand(&fixture, at(0), i, TASKS_UNLIMITED, 1, 0);
  }
  recorder_sample(fixture.recorder, at(0)); /* before the warm-up */
  ck_assert(isnan(recorder_jain(fixture.recorder)));
  for (int i = 0; i < 10; i++)
    start(&fixture, at(1), i < 8 ? 0 : 1, 1, 0);
  recorder_sample(fixture.recorder, at(1));
  ck_near(recorder_framework(fixture.recorder, 0)->fair_share, .5);
  ck_near(recorder_share(fixture.recorder, 0), .8);
  ck_near(recorder_framework(fixture.recorder, 0)->since_share, 0);
  for (int i = 0; i < 3; i++) {
    finish(&fixture, at(2), 0, 1, 0);
    start(&fixture, at(2), 1, 1, 0);
  }
  offer(&fixture, at(2), 1, 1, 0);
  recorder_sample(fixture.recorder, at(2));
  ck_near(recorder_share(fixture.recorder, 1), .5);
  /* Between the samples nothing had changed yet. */
  ck_near(recorder_framework(fixture.recorder, 0)->since_share, .8);
  ck_near(recorder_framework(fixture.recorder, 1)->since_share, .2);
  ck_near(recorder_cluster(fixture.recorder)->since_allocated[RESOURCE_CPUS], 10 * QUANTITY_UNIT);
  ck_near(recorder_share_with_offered(fixture.recorder, 1), .6);
  recorder_finish(fixture.recorder, at(3));
  ck_near(recorder_jain(fixture.recorder), 4 / (2 * (1.69 + .49)));
  ck_near(recorder_cluster(fixture.recorder)->largest_gap, .3);
  recorder_free(fixture.recorder);
}
END_TEST

/* org (weight 1) has frameworks of its own and a child role; other (weight 1): 1/4, 1/4 and 1/2. */
START_TEST(roles_make_a_tree)
{
  Fixture fixture;
  fixture_init(&fixture, 0);
  fixture_agent(&fixture, at(0), 0, 8, 0);
  const char *const roles[] = {"org", "org/team", "other"};
  for (uint32_t i = 0; i < 3; i++) {
    fixture_framework(&fixture, at(0), i, roles[i], 1, 0);
    demand(&fixture, at(0), i, TASKS_UNLIMITED, 1, 0);
  }
  recorder_sample(fixture.recorder, at(1));
  ck_near(recorder_framework(fixture.recorder, 0)->fair_share, .25);
  ck_near(recorder_framework(fixture.recorder, 1)->fair_share, .25);
  ck_near(recorder_framework(fixture.recorder, 2)->fair_share, .5);
  recorder_finish(fixture.recorder, at(3));
  recorder_free(fixture.recorder);
}
END_TEST

static void ck_fair_shares(Fixture *fixture, Instant now, double f0, double f1, double f2)
{
  recorder_sample(fixture->recorder, now);
  ck_near(recorder_framework(fixture->recorder, 0)->fair_share, f0);
  ck_near(recorder_framework(fixture->recorder, 1)->fair_share, f1);
  ck_near(recorder_framework(fixture->recorder, 2)->fair_share, f2);
}

/* Demands that come in another order than the frameworks, end, and come again: 12 cpus, weights 1, 2, 3. */
START_TEST(demands_come_and_go)
{
  Fixture fixture;
  fixture_init(&fixture, 0);
  fixture_agent(&fixture, at(0), 0, 12, 0);
  for (uint32_t i = 0; i < 3; i++) {
    g_autofree char *role = g_strdup_printf("r%u", i);
    fixture_framework(&fixture, at(0), i, role, 1 + i, 0);
  }
  demand(&fixture, at(1), 2, TASKS_UNLIMITED, 1, 0);
  demand(&fixture, at(1), 0, 1, 3, 0);
  ck_fair_shares(&fixture, at(1), .25, 0, .75);
  demand(&fixture, at(2), 1, TASKS_UNLIMITED, 1, 0);
  ck_fair_shares(&fixture, at(2), 1. / 6, 1. / 3, .5);
  start(&fixture, at(2), 0, 3, 0);
  finish(&fixture, at(3), 0, 3, 0);
  ck_fair_shares(&fixture, at(3), 0, .4, .6);
  fixture.jobs->framework_stopped(fixture.jobs->self, at(4), (FrameworkId){2});
  demand(&fixture, at(4), 0, 100, 1, 0);
  ck_fair_shares(&fixture, at(4), 1. / 3, 2. / 3, 0);
  recorder_finish(fixture.recorder, at(5));
  recorder_free(fixture.recorder);
}
END_TEST

static void submit(Fixture *fixture, Instant now, uint32_t job, const char *name)
{
  fixture->jobs->job_submitted(fixture->jobs->self, now, (FrameworkId){0}, (JobId){job}, name, job + 100, 4);
}

static void tell(Fixture *fixture, Instant now, uint32_t job, JobState state, const char *reason)
{
  fixture->jobs->job_state(fixture->jobs->self, now, (FrameworkId){0}, (JobId){job}, state, reason);
}

START_TEST(jobs)
{
  Fixture fixture;
  fixture_init(&fixture, 0);
  fixture_framework(&fixture, at(0), 0, "a", 1, 1);
  submit(&fixture, at(0), 0, "zero");
  submit(&fixture, at(1), 1, "one");
  submit(&fixture, at(2), 200, "far");
  tell(&fixture, at(3), 1, JOB_RUNNING, NULL);
  tell(&fixture, at(3), 200, JOB_RUNNING, NULL);
  tell(&fixture, at(5), 1, JOB_FINISHED, NULL);
  ck_assert_uint_eq(fixture.seen.n_jobs, 1);
  tell(&fixture, at(6), 0, JOB_WAITING, "no agent");
  submit(&fixture, at(7), 201, "big");
  tell(&fixture, at(7), 201, JOB_UNSCHEDULABLE, "too big");
  recorder_finish(fixture.recorder, at(9));

  ck_assert_uint_eq(fixture.seen.n_jobs, 4);
  const RecordedJob *one = &fixture.seen.jobs[0];
  ck_assert_uint_eq(one->id.index, 1);
  ck_assert_str_eq(fixture.seen.names[0], "one");
  ck_assert_uint_eq(one->key, 101);
  ck_assert_int_eq(one->submit.ns, at(1).ns);
  ck_assert_int_eq(one->start.ns, at(3).ns);
  ck_assert_int_eq(one->finish.ns, at(5).ns);
  ck_assert_int_eq(fixture.seen.jobs[1].state, JOB_UNSCHEDULABLE);
  ck_assert_int_eq(fixture.seen.jobs[1].finish.ns, at(7).ns);
  ck_assert_str_eq(fixture.seen.names[2], "zero");
  ck_assert(instant_is_never(fixture.seen.jobs[2].start));
  ck_assert_str_eq(fixture.seen.names[3], "far");
  ck_assert_int_eq(fixture.seen.jobs[3].state, JOB_RUNNING);
  ck_assert(instant_is_never(fixture.seen.jobs[3].finish));
  const uint64_t *states = recorder_framework(fixture.recorder, 0)->jobs;
  ck_assert_uint_eq(states[JOB_WAITING], 1);
  ck_assert_uint_eq(states[JOB_RUNNING], 1);
  ck_assert_uint_eq(states[JOB_FINISHED], 1);
  ck_assert_uint_eq(states[JOB_UNSCHEDULABLE], 1);
  recorder_free(fixture.recorder);
}
END_TEST

/* The instants of a job are those of its tasks, not those at which its framework hears of them. */
START_TEST(job_spans)
{
  Fixture fixture;
  fixture_init(&fixture, 0);
  fixture_framework(&fixture, at(0), 0, "a", 1, 1);
  submit(&fixture, at(1), 0, "done");
  submit(&fixture, at(1), 1, "under way");
  tell(&fixture, at(4), 0, JOB_RUNNING, NULL);
  fixture.jobs->job_span(fixture.jobs->self, at(8), (FrameworkId){0}, (JobId){0}, at(3), at(6));
  tell(&fixture, at(8), 0, JOB_FINISHED, NULL);
  fixture.jobs->job_span(fixture.jobs->self, at(9), (FrameworkId){0}, (JobId){1}, at(2), INSTANT_NEVER);
  recorder_finish(fixture.recorder, at(9));
  ck_assert_uint_eq(fixture.seen.n_jobs, 2);
  ck_assert_int_eq(fixture.seen.jobs[0].start.ns, at(3).ns);
  ck_assert_int_eq(fixture.seen.jobs[0].finish.ns, at(6).ns);
  ck_assert_int_eq(fixture.seen.jobs[1].start.ns, at(2).ns);
  ck_assert(instant_is_never(fixture.seen.jobs[1].finish));
  recorder_free(fixture.recorder);
}
END_TEST

/* Half of an agent of 10 cpus is reserved to role b/c at first, and all of it later; it has 20 cpus by then. */
START_TEST(reservations_come_and_go)
{
  Fixture fixture;
  fixture_init(&fixture, 0);
  g_autoptr(Recorder) recorder = fixture.recorder;
  g_autoptr(ResourceKinds) kinds = resource_kinds_new();
  recorder_set_kinds(recorder, kinds);
  ResourceSlice slice = {.quantities = {{5 * QUANTITY_UNIT}},
                         .reservation = resource_kinds_reservation(kinds, "b/c")};
  Resources before = amounts(5, 0), after = RESOURCES_EMPTY;
  resources_add_slice(&before, &slice);
  slice.quantities.amount[0] *= 4;
  resources_add_slice(&after, &slice);
  fixture.master->agent_added(recorder_master_observer(recorder)->self, at(0), (AgentId){0}, "host", &before);
  fixture_framework(&fixture, at(0), 0, "a", 4, 0);
  fixture_framework(&fixture, at(0), 1, "b/c/d", 1, 0);
  demand(&fixture, at(0), 0, 100, 1, 0);
  demand(&fixture, at(0), 1, 100, 1, 0);
  recorder_sample(recorder, at(1));
  ck_assert_double_eq_tol(recorder_framework(recorder, 0)->fair_share, 0.5, 1e-9);
  ck_assert_double_eq_tol(recorder_framework(recorder, 1)->fair_share, 0.5, 1e-9);
  fixture.master->agent_updated(fixture.master->self, at(2), (AgentId){0}, &before, &after);
  recorder_sample(recorder, at(3));
  ck_assert_double_eq_tol(recorder_framework(recorder, 0)->fair_share, 0, 1e-9);
  ck_assert_double_eq_tol(recorder_framework(recorder, 1)->fair_share, 1, 1e-9);
  ck_assert_int_eq(recorder_cluster(recorder)->total[0].level, 20 * QUANTITY_UNIT);
  fixture.master->agent_removed(fixture.master->self, at(4), (AgentId){0}, &after);
  ck_assert_int_eq(recorder_cluster(recorder)->total[0].level, 0);
  resources_clear(&before);
  resources_clear(&after);
}
END_TEST

static void executor(Fixture *fixture, Instant now, bool added, int64_t cpus, int64_t mem)
{
  Resources resources = amounts(cpus, mem);
  void (*change)(void *, Instant, FrameworkId, AgentId, uint64_t, const Resources *) =
      added ? fixture->master->executor_added : fixture->master->executor_removed;
  change(fixture->master->self, now, (FrameworkId){0}, (AgentId){0}, 1, &resources);
}

/* Of <10, 100> f0 has two tasks <1, 10> and an executor <0, 30>, which stays idle for a while: that is fair, too, but it
 * waits for nothing then. */
START_TEST(what_executors_hold_is_demanded)
{
  Fixture fixture;
  fixture_init(&fixture, 0);
  const RecordedFramework *f0;
  fixture_agent(&fixture, at(0), 0, 10, 100);
  fixture_framework(&fixture, at(0), 0, "a", 1, 0);
  demand(&fixture, at(0), 0, 2, 1, 10);
  start(&fixture, at(0), 0, 1, 10);
  start(&fixture, at(0), 0, 1, 10);
  executor(&fixture, at(0), true, 0, 30);
  static const double fair[] = {0.5, 0.5, 0.3, 0};
  for (int i = 0; i < 4; i++) {
    recorder_sample(fixture.recorder, at(2 * i + 2));
    f0 = recorder_framework(fixture.recorder, 0);
    ck_near(f0->fair_share, fair[i]);
    ck_near(recorder_share(fixture.recorder, 0), fair[i]);
    ck_near(recorder_share_of(fixture.recorder, 0, RESOURCE_CPUS), i < 2 ? 0.2 : 0);
    ck_near(recorder_share_of(fixture.recorder, 0, RESOURCE_MEM), fair[i]);
    ck_near(recorder_share_of(fixture.recorder, 0, RESOURCE_GPUS), 0);
    if (i == 1) {
      finish(&fixture, at(5), 0, 1, 10);
      finish(&fixture, at(5), 0, 1, 10);
    } else if (i == 2) {
      executor(&fixture, at(7), false, 0, 30);
    }
  }
  ck_assert_int_eq(f0->ramp_up_target, 2);
  ck_assert_int_eq(f0->shortfall.demanding.ns, 4 * S);
  ck_assert_int_eq(f0->shortfall.longest.ns, 0);
  ck_near(f0->shortfall.deficit, 0);
  recorder_free(fixture.recorder);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("recorder");
  test_case(suite, integrals);
  test_case(suite, warm_up);
  test_case(suite, warm_up_longer_than_the_run);
  test_case(suite, totals_change);
  test_case(suite, default_target_is_the_weighted_fair_share);
  test_case(suite, default_target_is_the_demand_where_it_is_less);
  test_case(suite, target_reached_at_the_start);
  test_case(suite, gang_and_given_target);
  test_case(suite, target_at_the_very_end);
  test_case(suite, demand_follows_tasks);
  test_case(suite, finite_and_endless_demand);
  test_case(suite, demand_beyond_any_cluster);
  test_case(suite, fairness);
  test_case(suite, roles_make_a_tree);
  test_case(suite, demands_come_and_go);
  test_case(suite, what_executors_hold_is_demanded);
  test_case(suite, jobs);
  test_case(suite, job_spans);
  test_case(suite, reservations_come_and_go);
  return suite;
}
