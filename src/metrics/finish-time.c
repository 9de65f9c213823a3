/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/results-private.h"

/*
 * Finish-time fairness, where a file holds both a run and those in which each framework of it was alone on its part of the
 * agents (sim run --isolated): these say of which point they are the isolated ones; allocator, seed, replication and program
 * are the same.
 * A job that did not finish counts with its age: who is starved does not come out well.
 */

static const char find_pairs[] =
    "CREATE TEMP TABLE finish_pair AS "
    "SELECT shared.run_id AS shared, min(alone.run_id) AS alone, only.value AS name, shared.sim_end_ns AS "
    "end_ns "
    "FROM setting AS only JOIN setting AS of ON of.run_id = only.run_id AND of.name = "
    "'experiment.shared-point' "
    "JOIN run AS alone ON alone.run_id = only.run_id "
    "JOIN run AS shared ON shared.point = of.value AND shared.allocator = alone.allocator "
    "AND shared.allocator_sha256 IS alone.allocator_sha256 AND shared.version = alone.version "
    "AND shared.git_commit = alone.git_commit AND shared.seed = alone.seed "
    "AND shared.replication = alone.replication "
    "WHERE only.name = 'experiment.only' "
    "GROUP BY shared.run_id, only.value"; /* each once, however often it is there */

/* From pairs to jobs, in this order: left to itself SQLite begins with all frameworks of all runs. */
static const char add_groups[] =
    "INSERT OR REPLACE INTO metric SELECT pair.shared, 'fairness/finish_time', 'framework ' || pair.name, "
    "CAST (sum(CASE WHEN job.state_code = 2 THEN job.finish_ns ELSE pair.end_ns END - job.submit_ns) AS "
    "REAL) / "
    "nullif(sum(own.finish_ns - own.submit_ns), 0) "
    "FROM temp.finish_pair AS pair CROSS JOIN framework AS one ON one.run_id = pair.alone "
    "CROSS JOIN framework AS other ON other.run_id = pair.shared AND other.name = one.name "
    "CROSS JOIN job AS own ON own.run_id = one.run_id AND own.framework_id = one.framework_id "
    "AND own.state_code = 2 "
    "CROSS JOIN job ON job.run_id = other.run_id AND job.framework_id = other.framework_id AND job.key = "
    "own.key "
    "AND job.name IS own.name GROUP BY pair.shared, pair.name";

static const char add_runs[] =
    "INSERT OR REPLACE INTO metric SELECT run_id, name, 'run', max(value) FROM metric "
    "WHERE name = 'fairness/finish_time' AND scope <> 'run' GROUP BY run_id; "
    "DROP TABLE temp.finish_pair";

bool results_finish_times(sqlite3 *db, GError **error)
{
  return results_exec(db, find_pairs, error) && results_exec(db, add_groups, error) &&
         results_exec(db, add_runs, error);
}
