/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pinned: what frameworks make of offers that hold more than plain resources, which agents they want, what they do with
 * offers and say of themselves, as a workload file has it.
 * Not here: what the allocator offers (tests/conformance), text (tests/workload).
 */

#include <string.h>

#include "base/resources-text.h"
#include "model/sim-room.h"
#include "tests/model/text-run.h"
#include "tests/support/test-main.h"

#define DURATION(text) "[experiment]\nduration=" text "\n"
#define TASKS(name, n, need, length)                                                                         \
  "[framework " name "]\ntasks=" n "\ntask-resources=" need "\ntask-duration=" length "\n"

static void ck_launched(const TextRun *run, const char *expected)
{
  ck_assert_str_eq(run->launched->str, expected);
}

/* --- what a task takes ---------------------------------------------------------------------------------- */

static void ck_takes(const char *offer, const char *need, bool revocable, const char *taken, const char *left)
{
  g_autoptr(ResourceKinds) kinds = resource_kinds_new();
  Resources rest, task;
  Quantities quantities;
  resource_kinds_add(kinds, "ports", NULL, NULL);
  ck_assert(resources_parse(kinds, offer, &rest, NULL) && quantities_parse(kinds, need, &quantities, NULL));
  Quantities room = sim_room(&rest, revocable);
  bool fits = quantities_contain(&room, &quantities);
  ck_assert_int_eq(fits, taken != NULL);
  if (fits) {
    sim_room_take(&rest, &quantities, &task);
    g_autofree char *what = resources_print(kinds, &task);
    g_autofree char *remains = resources_print(kinds, &rest);
    ck_assert_str_eq(what, taken);
    ck_assert_str_eq(remains, left);
    resources_clear(&task);
  }
  resources_clear(&rest);
}

START_TEST(plain_then_reserved_then_revocable)
{
  ck_takes("cpus:4;mem:100", "cpus:1;mem:50", true, "cpus:1;mem:50", "cpus:3;mem:50");
  ck_takes("cpus:1;cpus(a):2", "cpus:2", false, "cpus:1;cpus(a):1", "cpus(a):1");
  ck_takes("cpus:1;cpus(a):2", "cpus:4", false, NULL, NULL);
  ck_takes("cpus:1;cpus{REV}:2", "cpus:2", false, NULL, NULL);
  ck_takes("cpus:1;cpus{REV}:2", "cpus:2", true, "cpus{REV}:2", "cpus:1");
  ck_takes("cpus:1;cpus{REV}:2", "cpus:1", true, "cpus:1", "cpus{REV}:2");
  ck_takes("cpus:1;cpus{REV}:2", "cpus:3", true, NULL, NULL); /* not mixed */
  ck_takes("cpus:1;mem:9;cpus{REV}:2", "cpus:2;mem:4", true, "mem:4;cpus{REV}:2", "cpus:1;mem:5");
  ck_takes("cpus:1;ports:[5-6,10-12]", "cpus:1;ports:3", false, "cpus:1;ports:[5-6,10-10]", "ports:[11-12]");
  ck_takes("ports:[5-6]", "ports:3", false, NULL, NULL);
  ck_takes("disk:5;disk[MOUNT:d1]:100;disk(a)[v]:50", "disk:6", false, NULL, NULL);
  ck_takes("disk:5;disk[MOUNT:d1]:100", "disk:5", false, "disk:5", "disk[MOUNT:d1]:100");
}
END_TEST

START_TEST(reserved_resources_are_for_their_role)
{
  TextRun run;
  text_run(&run, "drf",
           DURATION("10s") "[cluster]\nagents=1\nresources=cpus:1;cpus(a):2;cpus(b):1\n" TASKS(
               "a", "9", "cpus:1", "60s"));
  ck_launched(&run, "a cpus:1\na cpus(a):1\na cpus(a):1\n");
  text_run_clear(&run);
}
END_TEST

START_TEST(ports_are_given_once)
{
  TextRun run;
  text_run(&run, "drf",
           DURATION("10s") "[cluster]\nagents=1\nresources=cpus:9;ports:[7-9,20-20]\n" TASKS(
               "a", "9", "cpus:1;ports:2", "60s"));
  ck_launched(&run, "a cpus:1;ports:[7-8]\na cpus:1;ports:[9-9,20-20]\n");
  text_run_clear(&run);
}
END_TEST

START_TEST(revocable_resources_have_to_be_asked_for)
{
  TextRun run;
#define REVOCABLE                                                                                            \
  DURATION("10s") "[cluster]\nagents=1\nresources=cpus:1;cpus{REV}:2\n" TASKS("a", "9", "cpus:1", "60s")
  text_run(&run, "drf", REVOCABLE);
  ck_launched(&run, "a cpus:1\n");
  text_run_clear(&run);
  text_run(&run, "drf", REVOCABLE "capabilities=revocable-resources\n");
  ck_launched(&run, "a cpus:1\na cpus{REV}:1\na cpus{REV}:1\n");
  text_run_clear(&run);
}
END_TEST

/* A gang takes what is reserved, and of each role that it has on its own account. */
START_TEST(gangs_take_what_is_reserved)
{
  TextRun run;
  text_run(&run, "drf",
           DURATION("10s") "[cluster]\nagents=2\nresources=cpus:1;cpus(a):1\n" TASKS(
               "a", "4", "cpus:1", "60s") "scheduler=rigid\n");
  ck_launched(&run, "a cpus:1\na cpus(a):1\na cpus:1\na cpus(a):1\n");
  text_run_clear(&run);

  text_run(&run, "drf",
           DURATION("10s") "[cluster]\nagents=1\nresources=cpus(a):2;cpus(b):2\n" TASKS(
               "f", "4", "cpus:1", "60s") "scheduler=rigid\nroles=a, b\n");
  ck_launched(&run, "f cpus(a):1\nf cpus(a):1\nf cpus(b):1\nf cpus(b):1\n");
  text_run_clear(&run);
}
END_TEST

START_TEST(frameworks_of_several_roles)
{
  TextRun run;
  text_run(&run, "drf",
           DURATION("10s") "[cluster]\nagents=1\nresources=cpus(a):1;cpus(b/c):1;cpus(d):1\n" TASKS(
               "f", "9", "cpus:1", "60s") "roles=a, b/c\n");
  ck_launched(&run, "f cpus(a):1\nf cpus(b/c):1\n");
  text_run_clear(&run);
}
END_TEST

/* What can never run is said so at once. */
START_TEST(jobs_that_fit_nothing)
{
  TextRun run;
  text_run(&run, "drf",
           "[cluster]\nagents=1\nresources=cpus:1;cpus(b):4;cpus{REV}:4\n" TASKS("a", "1", "cpus:2", "1s"));
  ck_assert_int_eq(run.end, SIMULATION_DONE);
  ck_launched(&run, "");
  text_run_clear(&run);
  text_run(&run, "drf",
           "[cluster]\nagents=1\nresources=cpus:4\nattributes=os:linux\n" TASKS(
               "a", "1", "cpus:2", "1s") "constraints=os == bsd\n");
  ck_assert_int_eq(run.end, SIMULATION_DONE);
  ck_launched(&run, "");
  text_run_clear(&run);
}
END_TEST

/* --- room for short tasks ------------------------------------------------------------------------------- */

/* Half of the agent is for tasks of up to 5 s: a long one that strays there is killed, and runs again on the rest. */
START_TEST(short_tasks_have_room_of_their_own)
{
  TextRun run;
  text_run(&run, "drf",
           DURATION("40s") "[cluster]\nagents=1\nresources=cpus:1;cpus(short):1\n[role "
                           "short]\nmax-task-duration=5s\n" TASKS(
                               "f", "2", "cpus:1", "12s") "roles=f, short\nrefuse-seconds=0s\n");
  ck_assert_uint_eq(text_attempts(&run, "f", "TASK_FAILED", 0, 5, 5), 1);
  ck_assert_uint_eq(text_attempts(&run, "f", "TASK_FINISHED", 0, 12, 12), 1);
  ck_assert_double_ge(
      text_count(&run, "master/task_failed/source_executor/reason_max_completion_time_reached"), 1);
  text_run_clear(&run);

  text_run(
      &run, "drf",
      DURATION("40s") "[cluster]\nagents=1\nresources=cpus:1;cpus(short):1\n[role "
                      "short]\nmax-task-duration=5s\n" TASKS("f", "20", "cpus:1", "4s") "roles=f, short\n");
  ck_assert_uint_eq(text_attempts(&run, "f", "TASK_FINISHED", 0, 0, 40), 20);
  text_run_clear(&run);
}
END_TEST

/* Of two rooms that a task takes of, the shorter limit counts, in whatever order they are taken. */
START_TEST(the_shorter_of_two_limits)
{
  static const char *const limits[] = {
      "[role short]\nmax-task-duration=3s\n[role short/f]\nmax-task-duration=7s\n",
      "[role short]\nmax-task-duration=7s\n[role short/f]\nmax-task-duration=3s\n"};
  for (size_t i = 0; i < G_N_ELEMENTS(limits); i++) {
    TextRun run;
    g_autofree char *text =
        g_strconcat(DURATION("5s") "[cluster]\nagents=1\nresources=cpus(short):1;cpus(short/f):1\n",
                    limits[i], TASKS("f", "1", "cpus:2", "4s") "role=short/f\n", NULL);
    text_run(&run, "drf", text);
    ck_assert_uint_ge(text_attempts(&run, "f", "TASK_FAILED", 0, 3, 3), 1);
    ck_assert_uint_eq(text_attempts(&run, "f", "TASK_FINISHED", 0, 0, 5), 0);
    text_run_clear(&run);
  }
}
END_TEST

/* Gangs leave it alone, whoever they are. */
START_TEST(gangs_are_not_for_short_rooms)
{
  TextRun run;
  text_run(&run, "drf",
           DURATION("10s") "[cluster]\nagents=1\nresources=cpus:2;cpus(short):4\n[role "
                           "short]\nmax-task-duration=5s\n" TASKS("f", "2", "cpus:1",
                                                                  "1s") "roles=f, short\nscheduler=rigid\n");
  ck_launched(&run, "f cpus:1\nf cpus:1\n");
  text_run_clear(&run);

  /* Where one of the two has no other room the gang never starts, which is known when it comes, unless an operator changes
   * that. */
#define TOO_SMALL(reserved, more)                                                                            \
  DURATION("10s")                                                                                            \
  "[cluster]\nagents=1\nresources=cpus:1;cpus(" reserved "):4\n[role short]\nmax-task-duration=5s\n" TASKS(  \
      "f", "2", "cpus:1", "1s") "roles=f, short\nscheduler=rigid\n" more
  text_run(&run, "drf", TOO_SMALL("short", ""));
  ck_launched(&run, "");
  ck_assert_ptr_nonnull(
      strstr(run.states->str, "f 0 unschedulable 0: its gang of 2 tasks of cpus:1 each does not fit"));
  text_run_clear(&run);
  text_run(&run, "drf", TOO_SMALL("*,short", "[operator o]\nat=5s: unreserve agents:1 cpus(*,short):1\n"));
  ck_assert_uint_eq(text_launches(&run, "f", 0, 5, 10), 2);
  text_run_clear(&run);
}
END_TEST

/* --- which agents, and how much of them ----------------------------------------------------------------- */

#define CLASSES                                                                                              \
  DURATION("10s")                                                                                            \
  "[agents small]\ncount=2\nresources=cpus:1\nzone=z1\nattributes=disk:ssd\n"                                \
  "[agents big]\ncount=2\nresources=cpus:4\nzone=z2\n"

typedef struct {
  const char *keys;
  unsigned agents; /* bit i: something was launched on agent i */
} WantedAgents;

static const WantedAgents wanted[] = {
    {"", 15},
    {"only-agents=big\n", 12},
    {"only-agents=small\n", 3},
    {"only-agents=agent-00002, agent-00003\n", 6},
    {"constraints=disk exists\n", 3},
    {"constraints=disk absent\n", 12},
    {"constraints=disk == ssd | hostname == agent-00004\n", 11},
    {"constraints=zone == z1 & hostname != agent-00001\n", 2},
    {"constraints=hostname ~ .*[13]\n", 5},
    {"constraints=host !~ .*[13]\n", 10},
    {"constraints=class == big & zone == z1\n", 0},
    {"at-least=cpus:2\n", 12},
    {"min-allocatable-resources=cpus:4|cpus:9\n", 12},
};

START_TEST(agents_that_are_wanted)
{
  TextRun run;
  g_autofree char *text = g_strconcat(CLASSES TASKS("f", "99", "cpus:1", "60s"), wanted[_i].keys, NULL);
  text_run(&run, "drf", text);
  unsigned agents = 0;
  for (int agent = 0; agent < 4; agent++)
    agents |= text_launches(&run, "f", agent, 0, 10) > 0 ? 1u << agent : 0;
  ck_assert_msg(agents == wanted[_i].agents, "%s: agents %x, expected %x", wanted[_i].keys, agents,
                wanted[_i].agents);
  text_run_clear(&run);
}
END_TEST

START_TEST(gates_of_the_master)
{
  TextRun run;
#define GPUS DURATION("10s") "[cluster]\nagents=1\nresources=cpus:4;gpus:1\n" TASKS("f", "9", "cpus:1", "60s")
  text_run(&run, "drf", GPUS);
  ck_launched(&run, "");
  text_run_clear(&run);
  text_run(&run, "drf", GPUS "capabilities=gpu-resources\n");
  ck_assert_uint_eq(text_launches(&run, "f", 0, 0, 10), 4);
  text_run_clear(&run);
  text_run(&run, "drf", GPUS "[master]\nfilter-gpu-resources=no\n");
  ck_assert_uint_eq(text_launches(&run, "f", 0, 0, 10), 4);
  text_run_clear(&run);

#define REGIONS                                                                                              \
  DURATION("10s")                                                                                            \
  "[master]\nregion=here\n[agents near]\ncount=1\nresources=cpus:1\n"                                        \
  "[agents far]\ncount=1\nresources=cpus:1\nregion=there\n" TASKS("f", "9", "cpus:1", "60s")
  text_run(&run, "drf", REGIONS);
  ck_assert_uint_eq(text_launches(&run, "f", 0, 0, 10), 1);
  ck_assert_uint_eq(text_launches(&run, "f", 1, 0, 10), 0);
  text_run_clear(&run);
  text_run(&run, "drf", REGIONS "capabilities=region-aware\n");
  ck_assert_uint_eq(text_launches(&run, "f", 1, 0, 10), 1);
  text_run_clear(&run);

  text_run(&run, "drf",
           DURATION("10s") "[cluster]\nagents=1\nresources=cpus:4\n[master]\nmin-offer=cpus:2\n" TASKS(
               "f", "9", "cpus:1", "60s") "tasks-per-offer=3\n");
  ck_assert_uint_eq(text_launches(&run, "f", 0, 0, 10), 3);
  text_run_clear(&run);
}
END_TEST

/* --- habits --------------------------------------------------------------------------------------------- */

START_TEST(decliners_hold_and_decline)
{
  TextRun run;
  text_run(&run, "drf",
           DURATION("60s") "[cluster]\nagents=1\nresources=cpus:1\n[framework idle]\nscheduler=decliner\n"
                           "refuse-seconds=2s\n");
  ck_assert_uint_eq(run.offers[0],
                    31); /* at 0 s; then the filter lives until a tick that is not at the same instant */
  ck_assert_uint_eq(text_judged(&run, "idle")->unwanted, run.offers[0]);
  text_run_clear(&run);

  text_run(&run, "drf",
           DURATION("60s") "[cluster]\nagents=1\nresources=cpus:1\n[framework idle]\nscheduler=decliner\n"
                           "hold-time=10s\nrefuse-seconds=0s\n");
  ck_assert_uint_eq(run.offers[0], 7);
  text_run_clear(&run);

  /* The offer time-out takes them back; who holds them then has nothing to decline. */
  text_run(&run, "drf",
           DURATION("60s") "[cluster]\nagents=1\nresources=cpus:1\n[master]\noffer-timeout=5s\n"
                           "[framework idle]\nscheduler=decliner\nhold-time=10s\n");
  ck_assert_uint_eq(run.offers[0], 13);
  ck_assert_uint_eq(text_judged(&run, "idle")->unwanted, 0);
  text_run_clear(&run);

  text_run(&run, "drf",
           DURATION("60s") "[cluster]\nagents=1\nresources=cpus:1\n[framework idle]\nscheduler=decliner\n"
                           "suppress=yes\n");
  ck_assert_uint_eq(run.offers[0], 0);
  text_run_clear(&run);
}
END_TEST

/* Held for a while, then used; what a hungry framework waits for the holder is told. */
START_TEST(held_offers)
{
  TextRun run;
  text_run(&run, "drf",
           DURATION("60s") "[cluster]\nagents=1\nresources=cpus:1\n" TASKS("f", "unlimited", "cpus:1",
                                                                           "5s") "hold-time=3s\n");
  ck_assert_uint_eq(text_launches(&run, "f", 0, 3, 3), 1);
  ck_assert_uint_eq(text_launches(&run, "f", 0, 0, 60), 8); /* 3 s held, 5 s of work */
  ck_assert_int_eq(text_judged(&run, "f")->first_wait.ns, 3 * NS_PER_S);
  ck_assert_int_eq(text_judged(&run, "f")->longest_wait.ns, 8 * NS_PER_S);
  text_run_clear(&run);

  /* Held, then thought about. */
  text_run(&run, "drf",
           DURATION("60s") "[cluster]\nagents=2\nresources=cpus:1\n" TASKS(
               "f", "2", "cpus:1", "5s") "hold-time=3s\ndecision-time=2s\n");
  ck_assert_uint_eq(text_launches(&run, "f", -1, 5, 5), 2);
  text_run_clear(&run);
}
END_TEST

/* Each message has a time of its own: what one framework, or the master, takes differs from one time to the next. */
START_TEST(times_are_drawn_anew)
{
  static const char *const keys[] = {"hold-time=uniform(1s, 9s)\n", "decision-time=uniform(1s, 9s)\n",
                                     "[master]\nservice-time=uniform(1s, 9s)\n",
                                     "[network]\nmaster-framework=uniform(1s, 9s)\n"};
  for (uint32_t i = 0; i < G_N_ELEMENTS(keys); i++) {
    TextRun run;
    g_autoptr(GHashTable) lengths = g_hash_table_new(NULL, NULL); /* in ms */
    g_autofree char *text = g_strconcat(
        DURATION("1000s") "[cluster]\nagents=1\nresources=cpus:1\n" TASKS("f", "unlimited", "cpus:1", "1s"),
        keys[i], NULL);
    text_run(&run, "drf", text);
    ck_assert_uint_gt(run.attempts->len, 5);
    for (uint32_t j = 1; j < run.attempts->len; j++) {
      double between = g_array_index(run.attempts, TextAttempt, j).launch -
                       g_array_index(run.attempts, TextAttempt, j - 1).launch;
      g_hash_table_add(lengths, GINT_TO_POINTER((int)(1000 * between)));
    }
    ck_assert_uint_gt(2 * g_hash_table_size(lengths), run.attempts->len);
    text_run_clear(&run);
  }
}
END_TEST

/* An acknowledgement takes 24 s: each of the two updates is sent again after 10 s, and would be after 20 s more. */
START_TEST(updates_are_sent_again_ever_later)
{
  TextRun run;
  text_run(&run, "drf",
           DURATION("200s") "[network]\nmaster-framework=12s\n[cluster]\nagents=1\nresources=cpus:1\n" TASKS(
               "f", "1", "cpus:1", "50s"));
  ck_assert_uint_eq(text_attempts(&run, "f", "TASK_FINISHED", 0, 0, 200), 1);
  ck_assert_double_eq(text_count(&run, "master/messages_status_update"), 4);
  text_run_clear(&run);
}
END_TEST

/* Jobs at 0 s and 20 s: who forgets to revive gets nothing for the second, but who revives again and again does. */
START_TEST(forgotten_revives)
{
  TextRun run;
#define TWO_JOBS                                                                                             \
  DURATION("60s")                                                                                            \
  "[cluster]\nagents=1\nresources=cpus:1\n" TASKS("f", "1", "cpus:1", "5s") "arrival=at(0s, 20s)\n"
  text_run(&run, "drf", TWO_JOBS);
  ck_assert_uint_eq(text_launches(&run, "f", 0, 20, 21), 1);
  text_run_clear(&run);
  text_run(&run, "drf", TWO_JOBS "revive=no\n");
  ck_assert_uint_eq(text_launches(&run, "f", 0, 0, 60), 1);
  ck_assert_int_eq(text_judged(&run, "f")->open_wait.ns, 40 * NS_PER_S);
  text_run_clear(&run);
  text_run(&run, "drf", TWO_JOBS "revive=no\nrevive-every=10s\n");
  ck_assert_uint_eq(text_launches(&run, "f", 0, 30, 31), 1);
  text_run_clear(&run);
}
END_TEST

START_TEST(chatty_revivers)
{
  TextRun run;
  text_run(&run, "drf",
           DURATION("60s") "[cluster]\nagents=1\nresources=cpus:1\n" TASKS("f", "9", "cpus:1",
                                                                           "60s") "revive-every=2s\n");
  ck_assert_double_eq(text_count(&run, "master/messages_revive_offers"), 30);
  text_run_clear(&run);
}
END_TEST

START_TEST(declared_demand_and_reconciliation)
{
  TextRun run;
#define DECLARES DURATION("60s") "[cluster]\nagents=2\nresources=cpus:1\n" TASKS("f", "4", "cpus:1", "10s")
  text_run(&run, "drf", DECLARES);
  ck_assert_double_eq(text_count(&run, "master/messages_resource_request"), 0);
  text_run_clear(&run);
  /* 4 at first, 2 after the first offers, 0 after the next. */
  text_run(&run, "drf", DECLARES "declare-demand=truth\n");
  ck_assert_double_eq(text_count(&run, "master/messages_resource_request"), 3);
  text_run_clear(&run);
  text_run(&run, "drf", DECLARES "reconcile-every=4s\n");
  ck_assert_double_eq(text_count(&run, "master/messages_reconcile_tasks"), 15);
  ck_assert_uint_eq(text_attempts(&run, "f", "TASK_FINISHED", -1, 0, 60), 4);
  text_run_clear(&run);
}
END_TEST

/* A round trip of 14 s: updates are sent again after 10 s, once. */
START_TEST(late_acknowledgements)
{
  TextRun run;
  text_run(&run, "drf",
           DURATION("100s") "[network]\nmaster-agent=1s\nmaster-framework=6s\n[cluster]\nagents=1\n"
                            "resources=cpus:1\n" TASKS("f", "1", "cpus:1", "50s"));
  ck_assert_double_eq(text_count(&run, "master/messages_status_update"), 4);
  ck_assert_uint_eq(text_attempts(&run, "f", "TASK_FINISHED", 0, 0, 100), 1);
  text_run_clear(&run);
}
END_TEST

/* Who says too much gets an error and gives up; the others have its share. */
START_TEST(rate_limits)
{
  TextRun run;
#define CHATTY                                                                                               \
  "[cluster]\nagents=4\nresources=cpus:1\n" TASKS(                                                           \
      "chatty", "unlimited", "cpus:1", "1s") "principal=p\n" TASKS("f", "unlimited", "cpus:1", "2s")
  text_run(&run, "drf", DURATION("100s") "[master]\nrate-limits=p qps=2 capacity=2\n" CHATTY);
  ck_assert_ptr_nonnull(strstr(run.warnings->str, "chatty gives up: "));
  ck_assert_uint_eq(text_launches(&run, "f", -1, 50, 89) % 4, 0);
  ck_assert_uint_ge(text_launches(&run, "f", -1, 50, 89), 4 * 19);
  text_run_clear(&run);
  text_run(&run, "drf", DURATION("100s") "[master]\nrate-limits=p qps=1000\n" CHATTY);
  ck_assert_str_eq(run.warnings->str, "");
  text_run_clear(&run);
}
END_TEST

/* vip has a guarantee that hog's long tasks stand in the way of: they are killed after the grace period. */
START_TEST(revocation_keeps_guarantees)
{
  TextRun run;
#define GUARANTEE                                                                                            \
  DURATION("100s")                                                                                           \
  "[cluster]\nagents=4\nresources=cpus:1\n[role vip]\nguarantee=cpus:2\n" TASKS(                             \
      "hog", "unlimited", "cpus:1", "1h") TASKS("vip", "unlimited", "cpus:1", "1h") "start=10s\n"
  text_run(
      &run, "drf",
      DURATION("100s") "[cluster]\nagents=4\nresources=cpus:1\n" TASKS("hog", "unlimited", "cpus:1", "1h")
          TASKS("vip", "unlimited", "cpus:1",
                "1h") "start=10s\n[operator q]\nat=9s: quota vip guarantee=cpus:2\n");
  ck_assert_uint_eq(text_launches(&run, "vip", -1, 0, 100), 0);
  text_run_clear(&run);
  text_run(
      &run, "drf",
      DURATION("100s") "[cluster]\nagents=4\nresources=cpus:1\n[master]\nrevocation-grace=5s\n"
                       "[allocator drf]\nrevocation-timeout=20s\n" TASKS("hog", "unlimited", "cpus:1", "1h")
                           TASKS("vip", "unlimited", "cpus:1",
                                 "1h") "start=10s\n[operator q]\nat=9s: quota vip guarantee=cpus:2\n");
  ck_assert_uint_eq(text_launches(&run, "vip", -1, 30, 40), 2);
  ck_assert_uint_eq(text_attempts(&run, "hog", "TASK_KILLED", -1, 30, 40), 2);
  ck_assert(text_count(&run, "master/task_killed/source_executor/reason_container_preempted") == 2);
  text_run_clear(&run);
}
END_TEST

/* Tasks that end within the grace period have ended by themselves. */
START_TEST(what_finishes_in_time_was_not_revoked)
{
  TextRun run;
  text_run(
      &run, "drf",
      DURATION("45s") "[cluster]\nagents=4\nresources=cpus:1\n[master]\nrevocation-grace=15s\n"
                      "[allocator drf]\nrevocation-timeout=20s\n" TASKS("hog", "unlimited", "cpus:1", "40s")
                          TASKS("vip", "unlimited", "cpus:1",
                                "1h") "start=10s\n[operator q]\nat=9s: quota vip guarantee=cpus:2\n");
  ck_assert_uint_eq(text_attempts(&run, "hog", "TASK_FINISHED", -1, 40, 41), 4);
  ck_assert_uint_eq(text_attempts(&run, "hog", "TASK_KILLED", -1, 0, 45), 0);
  ck_assert(text_count(&run, "master/task_finished/source_executor/reason_none") == 4);
  ck_assert(text_count(&run, "master/task_finished/source_executor/reason_container_preempted") == 0);
  text_run_clear(&run);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("simulation-offers");
  test_case(suite, plain_then_reserved_then_revocable);
  test_case(suite, reserved_resources_are_for_their_role);
  test_case(suite, ports_are_given_once);
  test_case(suite, revocable_resources_have_to_be_asked_for);
  test_case(suite, gangs_take_what_is_reserved);
  test_case(suite, frameworks_of_several_roles);
  test_case(suite, jobs_that_fit_nothing);
  test_case(suite, short_tasks_have_room_of_their_own);
  test_case(suite, the_shorter_of_two_limits);
  test_case(suite, gangs_are_not_for_short_rooms);
  test_case_loop(suite, agents_that_are_wanted, 0, G_N_ELEMENTS(wanted));
  test_case(suite, gates_of_the_master);
  test_case(suite, decliners_hold_and_decline);
  test_case(suite, held_offers);
  test_case(suite, times_are_drawn_anew);
  test_case(suite, updates_are_sent_again_ever_later);
  test_case(suite, forgotten_revives);
  test_case(suite, chatty_revivers);
  test_case(suite, declared_demand_and_reconciliation);
  test_case(suite, late_acknowledgements);
  test_case(suite, rate_limits);
  test_case(suite, revocation_keeps_guarantees);
  test_case(suite, what_finishes_in_time_was_not_revoked);
  return suite;
}
