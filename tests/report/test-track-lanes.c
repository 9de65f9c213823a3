/* SPDX-License-Identifier: Apache-2.0 */

/* Pinned: no two intervals of a lane overlap, and there are no more lanes than intervals at a time. */

#include <glib.h>

#include "report/track-lanes.h"
#include "tests/support/test-main.h"

START_TEST(by_hand)
{
  g_autoptr(TrackLanes) lanes = track_lanes_new();
  bool is_new;
  ck_assert_uint_eq(track_lanes_add(lanes, 0, 0, 10, &is_new), 0);
  ck_assert(is_new);
  ck_assert_uint_eq(track_lanes_add(lanes, 0, 0, 5, &is_new), 1);
  ck_assert(is_new);
  ck_assert_uint_eq(track_lanes_add(lanes, 7, 1, 2, &is_new), 0);
  ck_assert(is_new);
  ck_assert_uint_eq(track_lanes_add(lanes, 0, 5, 6, &is_new), 1);
  ck_assert(!is_new);
  ck_assert_uint_eq(track_lanes_add(lanes, 0, 10, 10, &is_new), 0);
  ck_assert(!is_new);
  ck_assert_uint_eq(track_lanes_add(lanes, 0, 10, 12, &is_new), 0); /* the one of no length is over */
  ck_assert(!is_new);
}
END_TEST

START_TEST(at_random)
{
  enum { TRACKS = 3, LANES = 200, N = 20000 };
  g_autoptr(GRand) random = g_rand_new_with_seed((guint32)_i);
  g_autoptr(TrackLanes) lanes = track_lanes_new();
  static int64_t until[TRACKS][LANES];
  uint32_t used[TRACKS] = {0};
  for (int i = 0; i < TRACKS * LANES; i++)
    until[i / LANES][i % LANES] = INT64_MIN;
  int64_t begin = 0;
  for (int i = 0; i < N; i++) {
    begin += g_rand_int_range(random, 0, 4);
    int64_t end = begin + g_rand_int_range(random, 0, 100);
    uint32_t track = (uint32_t)g_rand_int_range(random, 0, TRACKS);
    uint32_t busy = 0;
    for (uint32_t lane = 0; lane < used[track]; lane++)
      busy += until[track][lane] > begin;
    bool is_new;
    uint32_t lane = track_lanes_add(lanes, track, begin, end, &is_new);
    ck_assert_uint_lt(lane, LANES);
    ck_assert_int_le(until[track][lane], begin);
    ck_assert_uint_eq(is_new, lane == used[track]);
    ck_assert(!is_new || busy == used[track]);
    used[track] += is_new;
    until[track][lane] = end;
  }
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("track-lanes");
  TCase *tcase = tcase_create("track-lanes");
  tcase_add_test(tcase, by_hand);
  tcase_add_loop_test(tcase, at_random, 0, 10);
  suite_add_tcase(suite, tcase);
  return suite;
}
