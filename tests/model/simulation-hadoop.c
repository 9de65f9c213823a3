/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pinned, on small clusters with times worked out by hand: when maps wait for their data and what they pay elsewhere, when
 * reduces begin and how long they take, how a straggler is overtaken, what a lost map does.
 * Not here: the rules alone (delay-rule.c), the index (sim-blocks.c), long runs (tests/validation).
 */

#include <string.h>

#include "tests/model/text-run.h"
#include "tests/support/test-main.h"

#define ck_time(actual, expected) ck_assert_double_eq_tol((actual), (expected), 1e-9)

#define HEAD(agents, resources)                                                                              \
  "[master]\nallocation-interval=1s\n[cluster]\nagents=" agents "\nresources=" resources "\n"
#define HADOOP           "[framework h]\nscheduler=hadoop\nrefuse-seconds=0s\n"
#define MAPS(n, length)  "[stage h.map]\ntasks=" n "\ntask-resources=cpus:1\ntask-duration=" length "\n"
#define REDUCES(n, more) "[stage h.reduce]\nafter=map\ntasks=" n "\ntask-resources=cpus:1\n" more "\n"

/* The last attempt at a task to end, or NULL. */
static const TextAttempt *last_of(const TextRun *run, uint32_t job, uint32_t stage, uint32_t index)
{
  const TextAttempt *found = NULL;
  for (guint i = 0; i < run->attempts->len; i++) {
    const TextAttempt *attempt = &g_array_index(run->attempts, TextAttempt, i);
    if (attempt->job == job && attempt->stage == stage && attempt->index == index)
      found = attempt;
  }
  return found;
}

static uint32_t count(const TextRun *run, TaskLocality locality)
{
  uint32_t n = 0;
  for (guint i = 0; i < run->attempts->len; i++)
    n += g_array_index(run->attempts, TextAttempt, i).locality == locality;
  return n;
}

/* Of the last attempt. */
static double end_of(const TextRun *run)
{
  double end = 0;
  for (guint i = 0; i < run->attempts->len; i++)
    end = MAX(end, g_array_index(run->attempts, TextAttempt, i).finish);
  return end;
}

static void check_done(const TextRun *run)
{
  ck_assert_int_eq(run->end, SIMULATION_DONE);
  ck_assert_str_eq(run->warnings->str, "");
}

/* --- maps ----------------------------------------------------------------------------------------------- */

/* One replica, ten agents of one slot, forty maps of 10 s: who waits as long as it takes runs all where their data is; who
 * does not begins them in four waves. */
START_TEST(waiting_finds_the_data)
{
  TextRun run;
  text_run(&run, "drf", HEAD("10", "cpus:1") HADOOP "replicas=1\ndelay=skips(100000)\n" MAPS("40", "10s"));
  check_done(&run);
  ck_assert_uint_eq(count(&run, LOCALITY_NODE), 40);
  text_run_clear(&run);

  text_run(&run, "drf", HEAD("10", "cpus:1") HADOOP "replicas=1\n" MAPS("40", "10s"));
  check_done(&run);
  ck_time(end_of(&run), 40);
  ck_assert_uint_eq(count(&run, LOCALITY_RACK), 0);
  ck_assert_uint_gt(count(&run, LOCALITY_ANY), 0);
  text_run_clear(&run);
}
END_TEST

/* Agents that may be used hold none of the single block with probability 9/10; this seed's is elsewhere. The job is skipped
 * at the offers of 0, 1 and 2 s and starts at that of 3 s, and likewise where it waits for 3 s. */
START_TEST(skips_and_waits_end)
{
  static const char *const delay[] = {"delay=skips(3)\n", "delay=wait(3s)\n", "delay=wait(2500ms)\n"};
  for (uint32_t i = 0; i < G_N_ELEMENTS(delay); i++) {
    TextRun run;
    g_autofree char *text = g_strconcat(HEAD("10", "cpus:1"), HADOOP "replicas=1\nonly-agents=agent-00001\n",
                                        delay[i], MAPS("1", "10s"), NULL);
    text_run(&run, "drf", text);
    check_done(&run);
    const TextAttempt *map = last_of(&run, 0, 0, 0);
    ck_assert_int_eq(map->locality, LOCALITY_ANY);
    ck_time(map->start, 3);
    text_run_clear(&run);
  }
}
END_TEST

/* Two racks of five; all three replicas of a block are in other racks than a map that is neither on a node nor a rack. A
 * map in its rack takes 1.5 times as long, one elsewhere fetches 1000 bytes at 100 bytes per second first. */
START_TEST(reads_from_elsewhere_cost)
{
  TextRun run;
  text_run(&run, "drf",
           HEAD("30", "cpus:1") "agents-per-rack=5\n" HADOOP
                                "replicas=2\nrack-read=1.5\noff-rack-read=100B/s\n" MAPS(
                                    "300", "10s") "task-input=1000B\n");
  check_done(&run);
  ck_assert_uint_gt(count(&run, LOCALITY_NODE), 0);
  ck_assert_uint_gt(count(&run, LOCALITY_RACK), 0);
  ck_assert_uint_gt(count(&run, LOCALITY_ANY), 0);
  static const double expected[] = {[LOCALITY_NODE] = 10, [LOCALITY_RACK] = 15, [LOCALITY_ANY] = 20};
  for (guint i = 0; i < run.attempts->len; i++) {
    const TextAttempt *map = &g_array_index(run.attempts, TextAttempt, i);
    ck_time(map->finish - map->start, expected[map->locality]);
  }
  text_run_clear(&run);
}
END_TEST

/* A job that waits for its data does not keep the next one from starting. */
START_TEST(others_go_first_meanwhile)
{
  TextRun run;
  text_run(&run, "drf",
           HEAD("10", "cpus:1") HADOOP
           "replicas=1\nonly-agents=agent-00001\ndelay=wait(1h)\njobs=20\narrival=once\n" MAPS("1", "10s"));
  ck_assert_int_eq(run.end, SIMULATION_DONE);
  uint32_t local = count(&run, LOCALITY_NODE);
  ck_assert(local > 0 && local < 10); /* one in ten has its block there */
  for (guint i = 0; i < run.attempts->len; i++) {
    const TextAttempt *map = &g_array_index(run.attempts, TextAttempt, i);
    if (map->locality == LOCALITY_NODE)
      ck_assert_double_lt(map->start, 10 * local);
    else
      ck_assert_double_ge(map->start, 3600);
  }
  text_run_clear(&run);
}
END_TEST

/* About half of twenty maps have their block on the one agent that they may run on, and fill the first offer one after the other;
 * that is one skip for each of the others, which start with the ninth offer. */
START_TEST(an_offer_is_one_skip)
{
  TextRun run;
  uint32_t late = 0;
  text_run(&run, "drf",
           HEAD("2", "cpus:20") HADOOP
           "replicas=1\nonly-agents=agent-00001\ndelay=skips(8)\njobs=20\narrival=once\n" MAPS("1", "100s"));
  check_done(&run);
  ck_assert_uint_eq(run.attempts->len, 20);
  for (uint32_t i = 0; i < 20; i++) {
    const TextAttempt *attempt = &g_array_index(run.attempts, TextAttempt, i);
    ck_time(attempt->launch, attempt->locality == LOCALITY_NODE ? 0 : 8);
    late += attempt->locality != LOCALITY_NODE;
  }
  ck_assert(late >= 4 && late <= 16);
  text_run_clear(&run);
}
END_TEST

/* --- reduces -------------------------------------------------------------------------------------------- */

#define SHUFFLE "shuffle-rate=100B/s\n"
#define SLOW    REDUCES("1", "task-duration=5s\ntask-input=1000B")

/* Three maps of 10 s. After them: fetching for 10 s, working for 5. With them from 0 s on: at 10 s two thirds are fetched. */
START_TEST(slow_start_and_shuffle)
{
  TextRun run;
  text_run(&run, "drf", HEAD("1", "cpus:4") HADOOP "reduce-slow-start=100%\n" SHUFFLE MAPS("3", "10s") SLOW);
  check_done(&run);
  ck_time(last_of(&run, 0, 1, 0)->start, 10);
  ck_time(last_of(&run, 0, 1, 0)->finish, 25);
  text_run_clear(&run);

  text_run(&run, "drf", HEAD("1", "cpus:4") HADOOP "reduce-slow-start=0%\n" SHUFFLE MAPS("3", "10s") SLOW);
  check_done(&run);
  ck_time(last_of(&run, 0, 1, 0)->start, 0);
  ck_time(last_of(&run, 0, 1, 0)->finish, 10 + 10 / 3. + 5);
  text_run_clear(&run);

  /* At 10 s half of the maps are done and all are launched. The last ones end at 20 s. */
  text_run(&run, "drf", HEAD("1", "cpus:3") HADOOP "reduce-slow-start=50%\n" SHUFFLE MAPS("4", "10s") SLOW);
  check_done(&run);
  ck_time(last_of(&run, 0, 1, 0)->start, 10);
  ck_time(last_of(&run, 0, 1, 0)->finish, 20 + 2.5 + 5);
  text_run_clear(&run);

  /* Of four maps 80 % are all; at 10 s there are three. */
  text_run(&run, "drf", HEAD("1", "cpus:3") HADOOP "reduce-slow-start=80%\n" SHUFFLE MAPS("4", "10s") SLOW);
  check_done(&run);
  ck_time(last_of(&run, 0, 1, 0)->start, 20);
  text_run_clear(&run);
}
END_TEST

/* One slot: the reduce must not take it from the second map. */
START_TEST(reduces_do_not_take_the_place_of_maps)
{
  TextRun run;
  text_run(&run, "drf", HEAD("1", "cpus:1") HADOOP "reduce-slow-start=0%\n" MAPS("2", "10s") SLOW);
  check_done(&run);
  ck_time(last_of(&run, 0, 0, 1)->finish, 20);
  ck_time(last_of(&run, 0, 1, 0)->finish, 25);
  text_run_clear(&run);
}
END_TEST

/* Three agents of one slot run a map of 10 s, one of 10 s and, waiting, a reduce. One with a map goes away at 5 s: the reduce
 * gives its place, and runs again when there is one. */
START_TEST(a_lost_map_takes_the_place_of_a_reduce)
{
  TextRun run;
  text_run(&run, "drf",
           HEAD("3", "cpus:1") HADOOP "replicas=0\nreduce-slow-start=0%\n" MAPS("2", "10s") SLOW
           "[operator gone]\nat=5s: gone agents:2\n");
  check_done(&run);
  ck_assert_uint_eq(run.attempts->len, 5);
  ck_assert_uint_eq(text_attempts(&run, "h", "TASK_KILLED", -1, 5, 5), 1);
  ck_assert_uint_eq(text_attempts(&run, "h", "TASK_FINISHED", -1, 0, 100), 3);
  ck_assert_uint_eq(last_of(&run, 0, 1, 0)->attempt, 2);
  ck_time(last_of(&run, 0, 1, 0)->start, 10);
  ck_time(last_of(&run, 0, 1, 0)->finish, end_of(&run));
  text_run_clear(&run);
}
END_TEST

/* A map fills an agent, a reduce half of one. The map on the slow agent is lost while both reduces wait on the other one, which
 * has room for it only when both give way. */
START_TEST(a_large_map_takes_the_place_of_all)
{
  TextRun run;
  text_run(
      &run, "drf",
      "[agents fast]\ncount=1\nresources=cpus:2\n[agents slow]\ncount=1\nresources=cpus:2\nspeed=0.1\n" HADOOP
      "replicas=0\nreduce-slow-start=0%\n[stage h.map]\ntasks=2\ntask-resources=cpus:2\n"
      "task-duration=10s\n" REDUCES("2", "task-duration=5s") "[operator gone]\nat=20s: gone slow:1\n");
  check_done(&run);
  ck_assert_uint_eq(text_attempts(&run, "h", "TASK_KILLED", -1, 20, 20), 2);
  ck_assert_uint_eq(text_attempts(&run, "h", "TASK_FINISHED", -1, 0, 100), 4);
  ck_assert_double_le(end_of(&run), 20 + 1 + 10 + 1 + 5);
  text_run_clear(&run);
}
END_TEST

/* Reduces with more to fetch than can be counted never end; what is left of it can be reckoned, whatever the number of maps. */
START_TEST(more_to_fetch_than_can_be_counted)
{
  TextRun run;
  text_run(&run, "drf",
           HEAD("2", "cpus:2") HADOOP "reduce-slow-start=0%\nshuffle-rate=1B/s\nreplicas=0\n" MAPS("3", "10s")
               REDUCES("1", "task-duration=5s\ntask-input=1000000TB"));
  ck_assert_int_eq(run.end, SIMULATION_STALLED);
  ck_assert_uint_eq(text_attempts(&run, "h", "TASK_FINISHED", -1, 0, 100), 3);
  text_run_clear(&run);
}
END_TEST

/* Two agents have room for a reduce, and the second reduce is not placed in three decisions: the job is given up. The reduce
 * that runs, or is on its way, waits for a map that finishes, but for nobody: what it has is free, and another framework's. */
static void check_abandoned(const char *latency, double killed)
{
  TextRun run;
  g_autofree char *text = g_strdup_printf(
      "[master]\nallocation-interval=1s\n[network]\nmaster-agent=%s\n"
      "[agents large]\ncount=2\nresources=cpus:1;mem:2\n[agents "
      "small]\ncount=1\nresources=cpus:1;mem:1\n" HADOOP
      "replicas=0\nreduce-slow-start=0%%\ndecision-time=100ms\nattempts-max=3\n[stage h.map]\ntasks=1\n"
      "task-resources=cpus:1;mem:2\ntask-duration=100s\n[stage h.reduce]\nafter=map\ntasks=2\n"
      "task-resources=cpus:1;mem:2\ntask-duration=5s\n"
      "[framework other]\nstart=20s\ntasks=20\ntask-resources=cpus:1;mem:2\ntask-duration=10s\n",
      latency);
  text_run(&run, "drf", text);
  check_done(&run);
  ck_assert_double_gt(text_state(&run, 0, "failed"), 0);
  ck_assert_uint_eq(text_attempts(&run, "h", "TASK_KILLED", -1, 0, killed), 1);
  ck_assert_uint_eq(text_attempts(&run, "h", "TASK_FINISHED", -1, 100, 110), 1);
  uint32_t at = last_of(&run, 0, 1, 0)->agent; /* while the map runs on the other one */
  ck_assert_uint_gt(text_launches(&run, "other", (int)at, killed, 100), 1);
  text_run_clear(&run);
}

START_TEST(an_abandoned_job_leaves_nothing)
{
  check_abandoned("0s", 10);
  check_abandoned("8s", 30); /* it is heard to run at 16 s or later, and killed 8 s later */
}
END_TEST

/* A reduce that waits for a map that can run nowhere any more does not keep the run from its end. */
START_TEST(a_waiting_reduce_is_no_progress)
{
  TextRun run;
  text_run(&run, "drf",
           "[agents big]\ncount=1\nresources=cpus:1;mem:2\n[agents "
           "small]\ncount=2\nresources=cpus:1;mem:1\n" HADOOP "replicas=0\nreduce-slow-start=0%\n"
           "[stage h.map]\ntasks=1\ntask-resources=cpus:1;mem:2\ntask-duration=10s\n"
           "[stage h.reduce]\nafter=map\ntasks=2\ntask-resources=cpus:1;mem:1\ntask-duration=1s\n"
           "[operator gone]\nat=5s: gone big:1\n");
  ck_assert_int_eq(run.end, SIMULATION_STALLED);
  text_run_clear(&run);
}
END_TEST

/* --- stragglers ----------------------------------------------------------------------------------------- */

#define SLOW_AGENT                                                                                           \
  "[agents fast]\ncount=3\nresources=cpus:1\n[agents slow]\ncount=1\nresources=cpus:1\nspeed=0.1\n"

/* Four maps of 70 s, one of them on an agent of a tenth of the speed. At 60 s, the first look at which they are old enough,
 * three have done 0.857 and that one 0.086: it is behind. There is room for a second attempt when the others end, at 70 s;
 * it ends 70 s later. */
START_TEST(a_straggler_is_overtaken)
{
  TextRun run;
  text_run(&run, "drf", SLOW_AGENT HADOOP "replicas=0\nspeculation=yes\n" MAPS("4", "70s"));
  check_done(&run);
  ck_assert_uint_eq(run.attempts->len, 5);
  ck_assert_uint_eq(text_attempts(&run, "h", "TASK_KILLED", 3, 140, 140), 1);
  ck_assert_uint_eq(text_attempts(&run, "h", "TASK_FINISHED", -1, 140, 140), 1);
  ck_time(end_of(&run), 140);
  text_run_clear(&run);

  /* Those that have finished count for the mean. */
  text_run(&run, "drf", SLOW_AGENT HADOOP "replicas=0\nspeculation=yes\n" MAPS("4", "40s"));
  ck_assert_double_ge(end_of(&run), 60 + 40);
  ck_assert_double_le(end_of(&run), 62 + 40);
  text_run_clear(&run);

  text_run(&run, "drf", SLOW_AGENT HADOOP "replicas=0\n" MAPS("4", "70s"));
  ck_time(end_of(&run), 700);
  text_run_clear(&run);
}
END_TEST

/* Two are behind, each on a slow agent. Whichever of these has room, it gets the second attempt of the other's. */
START_TEST(the_first_that_is_behind_holds_nobody_up)
{
  for (int room = 1; room <= 2; room++) {
    TextRun run;
    g_autofree char *text = g_strdup_printf(
        "[agents slow]\ncount=2\nresources=cpus:2\nspeed=0.1\n[agents fast]\ncount=6\nresources=cpus:1\n"
        "[framework z]\nonly-agents=agent-00001\ntasks=1\ntask-resources=cpus:1\ntask-duration=%s\n"
        "[framework y]\nonly-agents=agent-00002\ntasks=1\ntask-resources=cpus:1\ntask-duration=%s\n" HADOOP
        "start=1s\nreplicas=0\nspeculation=yes\n" MAPS("8", "70s"),
        room == 1 ? "6.5s" : "1h", room == 1 ? "1h" : "6.5s");
    text_run(&run, "drf", text);
    ck_assert_uint_eq(text_launches(&run, "h", -1, 64, 70.5), 1);
    text_run_clear(&run);
  }
}
END_TEST

/* The spare agent is free for the second attempt at 147 s or 148 s, 5 s before it arrives there; the first one has ended then, which
 * is heard at 150 s. The second one is killed when it is heard to run. */
START_TEST(a_second_attempt_on_its_way_is_killed)
{
  TextRun run;
  text_run(&run, "drf",
           "[network]\nmaster-agent=5s\n[agents fast]\ncount=3\nresources=cpus:1\n[agents slow]\ncount=1\n"
           "resources=cpus:1\nspeed=0.5\n[agents spare]\ncount=1\nresources=cpus:1\n"
           "[framework busy]\nonly-agents=spare\ntasks=1\ntask-resources=cpus:1\ntask-duration=137s\n"
           "[framework filler]\nstart=20s\nrefuse-seconds=0s\nonly-agents=fast\ntasks=3\n"
           "task-resources=cpus:1\ntask-duration=1h\n" HADOOP
           "start=1s\nweight=0.01\nreplicas=0\nspeculation=yes\n" MAPS("4", "70s"));
  check_done(&run);
  ck_assert_uint_eq(text_attempts(&run, "h", "TASK_FINISHED", -1, 0, 200), 4);
  ck_assert_uint_eq(text_attempts(&run, "h", "TASK_KILLED", 4, 160, 165), 1);
  text_run_clear(&run);
}
END_TEST

/* Nobody is behind before a minute, and none gets a second attempt on its own agent. */
START_TEST(who_is_not_behind)
{
  TextRun run;
  text_run(&run, "drf", SLOW_AGENT HADOOP "replicas=0\nspeculation=yes\n" MAPS("4", "5s"));
  check_done(&run);
  ck_assert_uint_eq(run.attempts->len, 4);
  text_run_clear(&run);

  text_run(&run, "drf",
           "[agents one]\ncount=1\nresources=cpus:4\n" HADOOP "replicas=0\nspeculation=yes\n[stage h.map]\n"
           "tasks=10\ntask-resources=cpus:1\ntask-duration=uniform(1s, 1000s)\n");
  check_done(&run);
  ck_assert_uint_eq(run.attempts->len, 10);
  text_run_clear(&run);
}
END_TEST

/* --- whole runs ----------------------------------------------------------------------------------------- */

/* Latencies, decisions, losses, two classes of speed, everything at once: all jobs end, the same way each time. */
START_TEST(everything_at_once)
{
  static const char *const order[] = {"fifo", "fair", "hfs\npools=3"};
  static const char *const delay[] = {"none", "skips(5, 2)", "wait(2s, 1s)"};
  uint64_t digest = 0;
  for (int again = 0; again < 2; again++) {
    g_autofree char *text = g_strdup_printf(
        "[cluster]\nagents-per-rack=4\n[agents a]\ncount=10\nresources=cpus:2;mem:1024\n"
        "[agents b]\ncount=3\nresources=cpus:2;mem:1024\nspeed=0.2\n"
        "[network]\nmaster-agent=exponential(50ms)\nmaster-framework=exponential(300ms)\n"
        "[framework h]\nscheduler=hadoop\nspeculation=yes\nshuffle-rate=1MB/s\nrack-read=1.2\n"
        "off-rack-read=2MB/s\ndecision-time=100ms\ndeclare-demand=truth\nrefuse-seconds=1s\njobs=12\n"
        "arrival=poisson(20s)\njob-order=%s\ndelay=%s\n[stage h.map]\ntasks=uniform(1, 30)\n"
        "task-resources=cpus:1;mem:256\ntask-duration=lognormal(30s, 40s)\ntask-input=10MB\n"
        "[stage h.reduce]\nafter=map\ntasks=uniform(1, 4)\ntask-resources=cpus:1;mem:512\n"
        "task-duration=exponential(20s)\ntask-input=20MB\n"
        "[operator gone]\nat=60s: gone a:2\n[operator drain]\nat=2min: drain a:3-5\n"
        "[operator again]\nat=3min: reactivate a:3-5\n",
        order[_i % 3], delay[_i / 3]);
    TextRun run;
    text_run(&run, _i % 2 == 0 ? "drf" : "fifo", text);
    ck_assert_int_eq(run.end, SIMULATION_DONE);
    ck_assert(again == 0 || digest == run.digest);
    digest = run.digest;
    text_run_clear(&run);
  }
}
END_TEST

/* The framework leaves while reduces wait, attempts are doubled and jobs wait for their data. */
START_TEST(leaving)
{
  TextRun run;
  text_run(&run, "drf",
           SLOW_AGENT HADOOP
           "stop=75s\nspeculation=yes\nreduce-slow-start=0%\ndelay=wait(1h)\nreplicas=1\njobs=3\n"
           "arrival=once\n" MAPS("4", "70s") SLOW
           "[framework other]\ntasks=10\ntask-resources=cpus:1\ntask-duration=10s\n");
  ck_assert_int_eq(run.end, SIMULATION_DONE);
  ck_assert_uint_eq(text_attempts(&run, "other", "TASK_FINISHED", -1, 0, 1000), 10);
  text_run_clear(&run);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("simulation-hadoop");
  test_case(suite, waiting_finds_the_data);
  test_case(suite, skips_and_waits_end);
  test_case(suite, reads_from_elsewhere_cost);
  test_case(suite, others_go_first_meanwhile);
  test_case(suite, an_offer_is_one_skip);
  test_case(suite, slow_start_and_shuffle);
  test_case(suite, reduces_do_not_take_the_place_of_maps);
  test_case(suite, a_lost_map_takes_the_place_of_a_reduce);
  test_case(suite, a_large_map_takes_the_place_of_all);
  test_case(suite, more_to_fetch_than_can_be_counted);
  test_case(suite, an_abandoned_job_leaves_nothing);
  test_case(suite, a_waiting_reduce_is_no_progress);
  test_case(suite, a_straggler_is_overtaken);
  test_case(suite, the_first_that_is_behind_holds_nobody_up);
  test_case(suite, a_second_attempt_on_its_way_is_killed);
  test_case(suite, who_is_not_behind);
  test_case_loop(suite, everything_at_once, 0, 9);
  test_case(suite, leaving);
  return suite;
}
