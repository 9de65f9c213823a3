/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/results-schema.h"

#include <string.h>

#include "base/check.h"

#define INTEGER  COLUMN_INTEGER
#define REAL     COLUMN_REAL
#define TEXT     COLUMN_TEXT
#define COMPUTED COLUMN_COMPUTED
#define SEEN     COLUMN_OF_VIEW

#define RUN_ID                                                                                               \
  {                                                                                                          \
    "run_id", INTEGER, "NOT NULL", "", "the run, see table run"                                              \
  }
#define VIEWED_RUN                                                                                           \
  {                                                                                                          \
    "run_id", SEEN, NULL, "", "the run, see table run"                                                       \
  }
#define LOCATED                                                                                              \
  {"node_local", INTEGER, "NOT NULL", "tasks", "launched on an agent with their data"},                      \
      {"rack_local", INTEGER, "NOT NULL", "tasks", "launched in a rack with their data, on another agent"},  \
  {                                                                                                          \
    "off_rack", INTEGER, "NOT NULL", "tasks", "launched elsewhere, where their data lies somewhere"          \
  }
#define END                                                                                                  \
  {                                                                                                          \
    NULL, INTEGER, NULL, NULL, NULL                                                                          \
  }

static const ResultsColumn run_columns[] = {
    {"run_id", INTEGER, "PRIMARY KEY", "", "the number of the run in this file, from 1"},
    {"title", TEXT, "NOT NULL", "", "title of the experiment"},
    {"allocator", TEXT, "NOT NULL", "", "name of the allocator"},
    {"allocator_path", TEXT, NULL, "", "of a plug-in: its file; NULL: it ships with the program"},
    {"allocator_sha256", TEXT, NULL, "", "of a plug-in: SHA-256 of that file, hexadecimal"},
    {"seed", INTEGER, "NOT NULL", "", "seed of the experiment; all random draws depend on it"},
    {"replication", INTEGER, "NOT NULL", "",
     "number of the replication of the same experiment, from 0: all random draws depend on it, too"},
    {"place", INTEGER, NULL, "", "place of the run in its batch, from 0; NULL: it was run alone"},
    {"point", TEXT, "NOT NULL", "",
     "what was run, whatever the allocator, the seed and the program: a hash of the workload and its traces"},
    {"point_key", TEXT, "NOT NULL", "",
     "hash of all that decides the run: point, allocator, plug-in, seed, replication, what is recorded, "
     "version and "
     "commit"},
    {"kind", TEXT, "NOT NULL CHECK (kind IN ('terminating', 'steady'))", "",
     "terminating: all of the run counts; steady: the warm-up is left out"},
    {"confidence", REAL, "NOT NULL", "0 to 1", "of the intervals in metric_summary"},
    {"recorded", INTEGER, "NOT NULL CHECK (recorded IN (0, 1))", "",
     "1: all jobs are replayed from traces as they were recorded, whatever the seed"},
    {"status", TEXT, "NOT NULL CHECK (status IN ('ok', 'truncated', 'stalled', 'failed'))", "",
     "ok; truncated: interrupted; stalled: nothing ran and jobs waited; failed"},
    {"reason", TEXT, NULL, "", "why it stalled or failed"},
    {"digest", TEXT, "NOT NULL", "", "hash of the whole event stream, 16 hexadecimal digits"},
    {"version", TEXT, "NOT NULL", "", "version of the program"},
    {"git_commit", TEXT, "NOT NULL", "", "commit that the program was built from"},
    {"command", TEXT, NULL, "", "the command line"},
    {"workload", TEXT, "NOT NULL", "", "the effective workload file: repeats the run"},
    {"workload_path", TEXT, NULL, "", "where the workload was read from"},
    {"agents", INTEGER, "NOT NULL", "agents", "machines of the cluster"},
    {"frameworks", INTEGER, "NOT NULL", "frameworks", "frameworks of the workload"},
    {"warm_up_ns", INTEGER, "NOT NULL", "ns", "start of the measured time"},
    {"sim_end_ns", INTEGER, "NOT NULL", "ns", "end of simulated time"},
    {"events", INTEGER, "NOT NULL", "events", "entries that the engine dispatched"},
    {"wall_s", REAL, "NOT NULL", "s", "wall time of the run"},
    {"max_rss_kib", INTEGER, "NOT NULL", "KiB", "largest resident memory of the process"},
    END,
};

static const ResultsColumn setting_columns[] = {
    RUN_ID,
    {"name", TEXT, "NOT NULL", "",
     "GROUP.KEY of the workload that was overridden; experiment.seed is run.seed"},
    {"value", TEXT, "NOT NULL", "", "with what"},
    END,
};

static const ResultsColumn trace_columns[] = {
    RUN_ID,
    {"framework", TEXT, "NOT NULL", "", "the group [framework NAME] that replays the trace"},
    {"path", TEXT, "NOT NULL", "", "as in the workload"},
    {"sha256", TEXT, "NOT NULL", "", "SHA-256 of the file as it stands, hexadecimal"},
    {"bytes", INTEGER, "NOT NULL", "bytes", "size of the file"},
    {"replicate", TEXT, NULL, "", "how each seed makes another realisation of it; NULL: as it was recorded"},
    END,
};

static const ResultsColumn agent_class_columns[] = {
    RUN_ID,
    {"name", TEXT, "NOT NULL", "", "the group [agents NAME]; 'agents': [cluster]"},
    {"count", INTEGER, "NOT NULL", "agents", "agents of the class"},
    {"resources", TEXT, "NOT NULL", "", "of each of them, in Mesos's text form"},
    {"speed", REAL, "NOT NULL", "", "durations of tasks are divided by it"},
    END,
};

static const ResultsColumn role_columns[] = {
    RUN_ID,
    {"path", TEXT, "NOT NULL", "", "path of the role"},
    {"weight", REAL, "NOT NULL", "", "among its siblings"},
    {"priority", INTEGER, "NOT NULL", "", "larger first, for allocators that use priorities"},
    {"guarantee", TEXT, "NOT NULL", "", "of its quota at the end, in Mesos's text form; empty: none"},
    {"limit_amount", TEXT, "NOT NULL", "", "likewise; kinds that are not named are without limit"},
    END,
};

static const ResultsColumn framework_columns[] = {
    RUN_ID,
    {"framework_id", INTEGER, "NOT NULL", "",
     "the master's number of the framework, from 0; those that never started follow"},
    {"name", TEXT, "NOT NULL", "", "unique name"},
    {"role", TEXT, "NOT NULL", "", "path of its main role"},
    {"weight", REAL, "NOT NULL", "", "weight of that role"},
    {"group_id", INTEGER, "NOT NULL", "", "position of its group [framework NAME] in the workload, from 0"},
    {"group_name", TEXT, "NOT NULL", "", "that group's name"},
    {"start_ns", INTEGER, NULL, "ns", "when it started; NULL: it never did"},
    {"stop_ns", INTEGER, NULL, "ns", "when it left; NULL: it did not"},
    {"ramp_up_target", INTEGER, NULL, "tasks",
     "tasks running or held for by a gang that end the ramp-up; by default the whole tasks of the lesser of "
     "demand "
     "and fair share at the start, at least 1; NULL: none, nothing was demanded"},
    {"ramp_up_ns", INTEGER, NULL, "ns", "from the start until the target was first reached; NULL: never"},
    {"mean_dominant_share", REAL, NULL, "0 to 1",
     "time mean of the dominant share (allocated only) from start or warm-up to stop or end"},
    {"sampled_share", REAL, NULL, "0 to 1", "mean of the dominant share over the samples after the warm-up"},
    {"sampled_fair_share", REAL, NULL, "0 to 1",
     "mean over the same samples of the ideal: the fluid weighted max-min share of what was demanded"},
    {"deficit", REAL, "NOT NULL", "share-seconds",
     "ideal less dominant share, where that is positive, times the time between samples, summed"},
    {"starvation_ns", INTEGER, "NOT NULL", "ns",
     "longest time, to a sample interval, at least one task below the ideal and without an offer of use"},
    {"starvation_open", INTEGER, "NOT NULL CHECK (starvation_open IN (0, 1))", "",
     "1: it lasted to the end of the run, so that its true length is not known"},
    {"sampled_work", REAL, "NOT NULL", "task-seconds",
     "tasks running times the time between samples, summed over samples in which it demanded something"},
    {"sampled_demand_ns", INTEGER, "NOT NULL", "ns", "the time that these samples stand for"},
    {"sharing_incentive", REAL, NULL, "0 to 1",
     "with experiment.fairness = agents: of the tasks that it could have run alone on its part (1/n, by "
     "weight; guarantees, limits and reservations change nothing in it) of each class of agents that it may "
     "have (constraints, gpus, region), the part that it ran, over these samples; NULL: none, or not "
     "measured"},
    {"envy", REAL, NULL, "0 to 1",
     "likewise: tasks that it could run with what another one holds, by weight, on agents that it may have, "
     "agent by agent, beyond its own and one, as a dominant share, towards the one that it envies most, "
     "whatever that is guaranteed: mean over these samples"},
    {"tasks_launched", INTEGER, "NOT NULL", "tasks", "accepted by the master"},
    {"tasks_finished", INTEGER, "NOT NULL", "tasks", "TASK_FINISHED"},
    {"tasks_failed", INTEGER, "NOT NULL", "tasks", "TASK_FAILED"},
    {"tasks_killed", INTEGER, "NOT NULL", "tasks", "TASK_KILLED"},
    {"tasks_lost", INTEGER, "NOT NULL", "tasks", "ended in any other terminal state"},
    {"jobs_submitted", INTEGER, "NOT NULL", "jobs", "jobs"},
    {"jobs_finished", INTEGER, "NOT NULL", "jobs", "of them finished"},
    {"jobs_unfinished", INTEGER, "NOT NULL", "jobs", "waiting or running at the end of the run"},
    {"jobs_lost", INTEGER, "NOT NULL", "jobs", "failed, killed or unschedulable"},
    {"offers_sent", INTEGER, "NOT NULL", "offers", "offers made to it"},
    {"offers_accepted", INTEGER, "NOT NULL", "offers", "used, at least in part"},
    {"offers_declined", INTEGER, "NOT NULL", "offers", "declined, or accepted without a launch"},
    {"offers_rescinded", INTEGER, "NOT NULL", "offers", "taken back by the master"},
    {"offers_discarded", INTEGER, "NOT NULL", "offers", "gone with an invalid accept or with the framework"},
    {"offers_usable", INTEGER, "NOT NULL", "offers", "looked at, and a task fitted"},
    {"offers_unusable", INTEGER, "NOT NULL", "offers",
     "looked at; tasks waited, and none fitted, or none wanted to run there"},
    {"offers_unwanted", INTEGER, "NOT NULL", "offers", "looked at, and no task waited"},
    {"first_offer_wait_ns", INTEGER, NULL, "ns",
     "from its first waiting task to the first usable offer; NULL: there was none"},
    {"longest_offer_wait_ns", INTEGER, "NOT NULL", "ns",
     "longest time without a usable offer while tasks waited; one that lasts to the end included"},
    LOCATED,
    END,
};

static const ResultsColumn framework_resource_columns[] = {
    RUN_ID,
    {"framework_id", INTEGER, "NOT NULL", "", "the framework"},
    {"resource", TEXT, "NOT NULL", "", "cpus, mem, ..."},
    {"mean_allocated", REAL, NULL, "units (cpus, MiB)", "time mean from warm-up to end, exact"},
    {"mean_offered", REAL, NULL, "units (cpus, MiB)", "likewise, of what was on offer to it"},
    {"allocated_of_held", REAL, NULL, "0 to 1", "allocated / (allocated + offered)"},
    END,
};

static const ResultsColumn resource_columns[] = {
    RUN_ID,
    {"resource", TEXT, "NOT NULL", "", "cpus, mem, ..."},
    {"mean_total", REAL, NULL, "units (cpus, MiB)",
     "time mean of the cluster's total from warm-up to end, exact"},
    {"mean_allocated", REAL, NULL, "units (cpus, MiB)", "likewise, of what tasks and executors had"},
    {"mean_offered", REAL, NULL, "units (cpus, MiB)", "likewise, of what was on offer"},
    END,
};

static const ResultsColumn job_columns[] = {
    RUN_ID,
    {"job_id", INTEGER, "NOT NULL", "",
     "in the order of submission, from 0; the same for every allocator but where jobs follow each other "
     "(closed): "
     "there framework and key are"},
    {"framework_id", INTEGER, "NOT NULL", "", "the framework"},
    {"name", TEXT, NULL, "", "the source's own name of the job"},
    {"key", INTEGER, "NOT NULL", "", "the source's own number of the job"},
    {"submit_ns", INTEGER, "NOT NULL", "ns", "when it was submitted"},
    {"start_ns", INTEGER, NULL, "ns", "when its first task began to run on its agent; NULL: never"},
    {"finish_ns", INTEGER, NULL, "ns",
     "when its last task ended on its agent, or it was given up; NULL: not yet"},
    {"tasks", INTEGER, NULL, "tasks", "of all its stages; NULL: endless"},
    {"state_code", INTEGER, "NOT NULL", "", "the state as a number"},
    {"state", COMPUTED,
     "CASE state_code WHEN 0 THEN 'waiting' WHEN 1 THEN 'running' WHEN 2 THEN 'finished' WHEN 3 THEN "
     "'failed' "
     "WHEN 4 THEN 'killed' WHEN 5 THEN 'unschedulable' END",
     "", "finished, failed, killed, running, waiting or unschedulable"},
    {"reason", TEXT, NULL, "", "why it failed or cannot be scheduled, or, where the run stalled, waits"},
    LOCATED,
    END,
};

/* state_code 0 takes no byte. */
static const ResultsColumn task_attempt_columns[] = {
    RUN_ID,
    {"framework_id", INTEGER, "NOT NULL", "", "the framework"},
    {"job_id", INTEGER, "NOT NULL", "", "the job"},
    {"stage", INTEGER, "NOT NULL", "", "number of the stage in its job, from 0"},
    {"task_index", INTEGER, "NOT NULL", "", "number of the task in its stage, from 0"},
    {"attempt", INTEGER, "NOT NULL", "", "number of the attempt at this task"},
    {"agent_id", INTEGER, NULL, "", "the master's number of the agent, from 0"},
    {"start_ns", INTEGER, NULL, "ns", "when it began to run; NULL: never"},
    {"finish_ns", INTEGER, NULL, "ns", "when it ended; NULL: the run ended before it"},
    {"start_up_ns", INTEGER, NULL, "ns", "from its launch to its start (or to its end where it never ran)"},
    {"state_code", INTEGER, "NOT NULL", "", "the state as a number"},
    {"state", COMPUTED,
     "CASE state_code WHEN 0 THEN 'finished' WHEN 1 THEN 'failed' WHEN 2 THEN 'killed' WHEN 3 THEN 'error' "
     "WHEN 4 THEN 'lost' WHEN 5 THEN 'dropped' WHEN 6 THEN 'gone' WHEN 7 THEN 'gone_by_operator' "
     "WHEN 8 THEN 'unreachable' WHEN 9 THEN 'unknown' WHEN 10 THEN 'staging' WHEN 11 THEN 'starting' "
     "WHEN 12 THEN 'running' WHEN 13 THEN 'killing' END",
     "",
     "how it ended: finished, failed, killed, lost, ...; running or staging where the run ended before it"},
    {"locality_code", INTEGER, "NOT NULL", "", "the locality as a number; 0: it has no data of its own"},
    {"locality", COMPUTED, "CASE locality_code WHEN 1 THEN 'node' WHEN 2 THEN 'rack' WHEN 3 THEN 'any' END",
     "",
     "where it ran: node: on an agent with its data; rack: in a rack with its data; any: elsewhere; NULL: it "
     "has none"},
    END,
};

const char *const results_attempt_states[] = {
    "finished",    "failed",  "killed",  "error",    "lost",    "dropped", "gone", "gone_by_operator",
    "unreachable", "unknown", "staging", "starting", "running", "killing", NULL};

static const ResultsColumn share_sample_columns[] = {
    RUN_ID,
    {"t_ns", INTEGER, "NOT NULL", "ns", "instant of the sample"},
    {"framework_id", INTEGER, "NOT NULL", "", "the framework; only those that have started and not left"},
    {"dominant_share", REAL, "NOT NULL", "0 to 1", "largest of allocated / total over the resources"},
    {"mean_share", REAL, "NOT NULL", "0 to 1",
     "time mean of it since the sample before, the warm-up or its start; exact"},
    {"dominant_share_with_offered", REAL, "NOT NULL", "0 to 1", "likewise, of allocated + offered"},
    {"cpus_share", REAL, "NOT NULL", "0 to 1", "allocated / total of cpus; 0: there are none"},
    {"mem_share", REAL, "NOT NULL", "0 to 1", "likewise, of mem"},
    {"fair_share", REAL, "NOT NULL", "0 to 1",
     "fluid weighted max-min share of what is demanded now: by runnable tasks that have not ended, and by "
     "executors that are held"},
    {"tasks_running", INTEGER, "NOT NULL", "tasks", "tasks that run"},
    {"tasks_held", INTEGER, "NOT NULL", "tasks", "tasks that a gang holds resources for"},
    {"tasks_demanded", INTEGER, NULL, "tasks",
     "runnable tasks that have not ended, running ones too; NULL: endless"},
    END,
};

static const ResultsColumn cluster_sample_columns[] = {
    RUN_ID,
    {"t_ns", INTEGER, "NOT NULL", "ns", "instant of the sample"},
    {"resource", TEXT, "NOT NULL", "", "cpus, mem, ..."},
    {"allocated", REAL, "NOT NULL", "units (cpus, MiB)", "what tasks and executors have"},
    {"mean_allocated", REAL, "NOT NULL", "units (cpus, MiB)",
     "time mean of it since the sample before or the warm-up; exact"},
    {"offered", REAL, "NOT NULL", "units (cpus, MiB)", "what is on offer"},
    {"total", REAL, "NOT NULL", "units (cpus, MiB)", "what the agents have"},
    END,
};

static const ResultsColumn run_sample_columns[] = {
    RUN_ID,
    {"t_ns", INTEGER, "NOT NULL", "ns", "instant of the sample"},
    {"agents", INTEGER, "NOT NULL", "agents", "agents now"},
    {"tasks_running", INTEGER, "NOT NULL", "tasks", "tasks that run"},
    {"tasks_staging", INTEGER, "NOT NULL", "tasks", "tasks that are launched and do not run yet"},
    {"tasks_ended", INTEGER, "NOT NULL", "tasks", "so far, in any terminal state"},
    {"jobs_waiting", INTEGER, "NOT NULL", "jobs", "submitted, no task has started"},
    {"jobs_running", INTEGER, "NOT NULL", "jobs", "jobs that run"},
    {"offers_outstanding", INTEGER, "NOT NULL", "offers", "offers now"},
    {"offers_sent", INTEGER, "NOT NULL", "offers", "so far"},
    {"offers_declined", INTEGER, "NOT NULL", "offers", "so far"},
    {"offers_rescinded", INTEGER, "NOT NULL", "offers", "so far"},
    END,
};

static const ResultsColumn quota_sample_columns[] = {
    RUN_ID,
    {"t_ns", INTEGER, "NOT NULL", "ns", "instant of the sample"},
    {"role", TEXT, "NOT NULL", "", "path of a role that has a quota then"},
    {"resource", TEXT, "NOT NULL", "", "cpus, mem, ...; only those of the quota"},
    {"guarantee", REAL, "NOT NULL", "units (cpus, MiB)", "what it is to have at least"},
    {"limit_amount", REAL, NULL, "units (cpus, MiB)", "what it may have at most; NULL: no limit"},
    {"consumed", REAL, "NOT NULL", "units (cpus, MiB)",
     "what its tasks have, unreserved and not revocable, and all its reservations"},
    {"offered", REAL, "NOT NULL", "units (cpus, MiB)",
     "what is on offer to it, unreserved and not revocable"},
    END,
};

static const ResultsColumn decomposition_sample_columns[] = {
    RUN_ID,
    {"t_ns", INTEGER, "NOT NULL", "ns", "instant of the sample; only with experiment.fairness = agents"},
    {"resource", TEXT, "NOT NULL", "", "cpus, mem, ..."},
    {"total", INTEGER, "NOT NULL", "thousandths", "of all agents: exactly the sum of what follows"},
    {"used", INTEGER, "NOT NULL", "thousandths", "by tasks and executors"},
    {"offered", INTEGER, "NOT NULL", "thousandths", "on offer"},
    {"filtered", INTEGER, "NOT NULL", "thousandths",
     "free, and room for waiting tasks of frameworks that have refused that agent for a time, or all offers"},
    {"held_back", INTEGER, "NOT NULL", "thousandths",
     "free, and room for waiting tasks, but kept from them by a quota, a reservation or an operator"},
    {"usable", INTEGER, "NOT NULL", "thousandths",
     "free, and room for waiting tasks that the next allocation may offer it to"},
    {"too_small", INTEGER, "NOT NULL", "thousandths", "free, and no task that still waits fits"},
    {"unwanted", INTEGER, "NOT NULL", "thousandths", "free, and no task waits for it"},
    END,
};

static const ResultsColumn operator_call_columns[] = {
    RUN_ID,
    {"number", INTEGER, "NOT NULL", "", "in the order of the calls, from 0"},
    {"name", TEXT, "NOT NULL", "", "the group [operator NAME]"},
    {"t_ns", INTEGER, "NOT NULL", "ns", "when it was made"},
    {"call", TEXT, "NOT NULL", "", "as in the workload: 'weight analytics 2'"},
    {"done", INTEGER, "NOT NULL", "", "how often: once, or for so many agents"},
    {"refused", INTEGER, "NOT NULL", "", "how often the master refused it"},
    {"message", TEXT, NULL, "", "why, the first time; NULL: it was done"},
    END,
};

static const ResultsColumn counter_columns[] = {
    RUN_ID,
    {"name", TEXT, "NOT NULL", "",
     "Mesos's name of a counter or gauge of its master; those of frameworks only where they are not 0"},
    {"value", REAL, "NOT NULL", "as Mesos's", "at the end of the run"},
    END,
};

static const ResultsColumn metric_columns[] = {
    RUN_ID,
    {"name", TEXT, "NOT NULL", "", "name of the number, see metric_doc; Mesos's name where Mesos has it"},
    {"scope", TEXT, "NOT NULL", "",
     "'run', a group of the workload: 'framework NAME', or a kind of resources: 'resource NAME'"},
    {"value", REAL, NULL, "see metric_doc", "the number; NULL: it does not exist"},
    END,
};

static const ResultsColumn metric_summary_columns[] = {
    {"run_id", INTEGER, "NOT NULL", "",
     "the first of the runs of one point with one allocator that are summarized, see table run"},
    {"name", TEXT, "NOT NULL", "", "name of the metric, see metric_doc"},
    {"scope", TEXT, "NOT NULL", "", "see table metric"},
    {"method", TEXT, "NOT NULL CHECK (method IN ('replications', 'batches'))", "",
     "what the values are: one of each replication, or means of successive parts of one long run"},
    {"n", INTEGER, "NOT NULL", "", "values there are"},
    {"missing", INTEGER, "NOT NULL", "", "replications without a value: the metric does not exist in them"},
    {"mean", REAL, NULL, "see metric_doc", "of the values"},
    {"deviation", REAL, NULL, "see metric_doc",
     "their standard deviation, with n - 1; NULL: n is less than 2"},
    {"half_width", REAL, NULL, "see metric_doc",
     "the mean lies within mean - half_width ... mean + half_width (Student's t) with this confidence; NULL: "
     "n is less "
     "than 2, or the replications are all of one recorded input"},
    {"confidence", REAL, "NOT NULL", "0 to 1", "of that interval"},
    END,
};

static const ResultsColumn metric_doc_columns[] = {
    {"name", TEXT, "NOT NULL PRIMARY KEY", "", "name of a metric"},
    {"unit", TEXT, "NOT NULL", "", "its unit"},
    {"better", TEXT, "NOT NULL CHECK (better IN ('less', 'more', ''))", "",
     "which way is better; empty: neither, it describes"},
    {"text", TEXT, "NOT NULL", "", "its meaning"},
    END,
};

static const ResultsColumn column_doc_columns[] = {
    {"table_name", TEXT, "NOT NULL", "", "name of a table or view"},
    {"column_name", TEXT, "NOT NULL", "", "name of one of its columns"},
    {"unit", TEXT, "NOT NULL", "", "unit of the column; empty: it has none"},
    {"text", TEXT, "NOT NULL", "", "meaning of the column"},
    END,
};

#define KEY(columns) "PRIMARY KEY (" columns ")) STRICT, WITHOUT ROWID"

static const ResultsRelation tables[RESULTS_TABLES] = {
    [TABLE_RUN] = {"run", ") STRICT", run_columns},
    [TABLE_SETTING] = {"setting", ", " KEY("run_id, name"), setting_columns},
    [TABLE_TRACE] = {"trace", ") STRICT", trace_columns},
    [TABLE_AGENT_CLASS] = {"agent_class", ") STRICT", agent_class_columns},
    [TABLE_ROLE] = {"role", ", " KEY("run_id, path"), role_columns},
    [TABLE_FRAMEWORK] = {"framework", ", " KEY("run_id, framework_id"), framework_columns},
    [TABLE_FRAMEWORK_RESOURCE] = {"framework_resource", ", " KEY("run_id, framework_id, resource"),
                                  framework_resource_columns},
    [TABLE_RESOURCE] = {"resource", ") STRICT", resource_columns},
    [TABLE_JOB] = {"job", ") STRICT", job_columns},
    [TABLE_TASK_ATTEMPT] = {"task_attempt", ") STRICT", task_attempt_columns},
    [TABLE_SHARE_SAMPLE] = {"share_sample", ") STRICT", share_sample_columns},
    [TABLE_CLUSTER_SAMPLE] = {"cluster_sample", ") STRICT", cluster_sample_columns},
    [TABLE_RUN_SAMPLE] = {"run_sample", ") STRICT", run_sample_columns},
    [TABLE_QUOTA_SAMPLE] = {"quota_sample", ") STRICT", quota_sample_columns},
    [TABLE_DECOMPOSITION_SAMPLE] = {"decomposition_sample", ") STRICT", decomposition_sample_columns},
    [TABLE_OPERATOR_CALL] = {"operator_call", ", " KEY("run_id, number"), operator_call_columns},
    [TABLE_COUNTER] = {"counter", ", " KEY("run_id, name"), counter_columns},
    [TABLE_METRIC] = {"metric", ", " KEY("run_id, name, scope"), metric_columns},
    [TABLE_METRIC_SUMMARY] = {"metric_summary", ", " KEY("run_id, name, scope"), metric_summary_columns},
    [TABLE_METRIC_DOC] = {"metric_doc", ") STRICT, WITHOUT ROWID", metric_doc_columns},
    [TABLE_COLUMN_DOC] = {"column_doc", ", " KEY("table_name, column_name"), column_doc_columns},
};

static const ResultsColumn ramp_up_columns[] = {
    VIEWED_RUN,
    {"framework", SEEN, NULL, "", "name of the framework"},
    {"seconds", SEEN, NULL, "s", "its ramp-up; NULL: it never reached its target"},
    {"target", SEEN, NULL, "tasks", "the target"},
    END,
};

static const ResultsColumn completion_time_columns[] = {
    VIEWED_RUN,
    {"framework", SEEN, NULL, "", "name of the framework"},
    {"job_id", SEEN, NULL, "", "the job; only finished ones"},
    {"seconds", SEEN, NULL, "s", "from submission to the end of the last task"},
    END,
};

static const ResultsColumn utilization_columns[] = {
    VIEWED_RUN,
    {"resource", SEEN, NULL, "", "cpus, mem, ..."},
    {"mean", SEEN, NULL, "0 to 1",
     "time integral of allocated / time integral of total, from warm-up to end"},
    {"offered", SEEN, NULL, "0 to 1", "likewise, of what was on offer"},
    END,
};

static const ResultsColumn fairness_columns[] = {
    VIEWED_RUN,
    {"framework", SEEN, NULL, "", "name of the framework"},
    {"mean_dominant_share", SEEN, NULL, "0 to 1", "see table framework"},
    {"mean_fair_share", SEEN, NULL, "0 to 1", "mean fair share over the samples after the warm-up"},
    {"ratio", SEEN, NULL, "",
     "mean share / mean fair share over these samples; the Jain index is over these; NULL: nothing was fair"},
    {"deficit", SEEN, NULL, "share-seconds", "see table framework"},
    {"starvation", SEEN, NULL, "s", "longest starvation, see table framework"},
    END,
};

static const ResultsColumn offers_columns[] = {
    VIEWED_RUN,
    {"framework", SEEN, NULL, "", "name of the framework"},
    {"sent", SEEN, NULL, "offers", "offers made to it"},
    {"declined", SEEN, NULL, "offers", "of them declined"},
    {"rescinded", SEEN, NULL, "offers", "of them taken back by the master"},
    {"unusable", SEEN, NULL, "0 to 1",
     "of those that it looked at while tasks waited: the part in which no task fitted; NULL: none"},
    {"first_wait", SEEN, NULL, "s", "from its first waiting task to the first usable offer; NULL: never"},
    {"longest_wait", SEEN, NULL, "s", "longest time without a usable offer while tasks waited"},
    END,
};

static const ResultsColumn locality_columns[] = {
    VIEWED_RUN,
    {"framework", SEEN, NULL, "", "name of the framework; only those whose tasks have data somewhere"},
    {"tasks", SEEN, NULL, "tasks", "of such tasks that were launched, each attempt"},
    {"node", SEEN, NULL, "0 to 1", "of them the part on an agent with their data"},
    {"rack", SEEN, NULL, "0 to 1", "of them the part in a rack with their data, on another agent"},
    {"off_rack", SEEN, NULL, "0 to 1", "of them the part elsewhere"},
    END,
};

static const ResultsRelation views[] = {
    {"ramp_up", "SELECT run_id, name, ramp_up_ns / 1e9, ramp_up_target FROM framework", ramp_up_columns},
    {"completion_time",
     "SELECT job.run_id, framework.name, job.job_id, (job.finish_ns - job.submit_ns) / 1e9 "
     "FROM job JOIN framework USING (run_id, framework_id) WHERE job.state_code = 2",
     completion_time_columns},
    {"utilization",
     "SELECT run_id, resource, mean_allocated / mean_total, mean_offered / mean_total FROM resource",
     utilization_columns},
    {"fairness",
     "SELECT run_id, name, mean_dominant_share, sampled_fair_share, "
     "CASE WHEN sampled_fair_share > 0 THEN sampled_share / sampled_fair_share END, deficit, starvation_ns / "
     "1e9 "
     "FROM framework",
     fairness_columns},
    {"offers",
     "SELECT run_id, name, offers_sent, offers_declined, offers_rescinded, "
     "CASE WHEN offers_usable + offers_unusable > 0 THEN "
     "CAST (offers_unusable AS REAL) / (offers_usable + offers_unusable) END, "
     "first_offer_wait_ns / 1e9, longest_offer_wait_ns / 1e9 FROM framework",
     offers_columns},
    {"locality",
     "SELECT run_id, name, tasks, node_local / tasks, rack_local / tasks, off_rack / tasks FROM "
     "(SELECT *, CAST (node_local + rack_local + off_rack AS REAL) AS tasks FROM framework) WHERE tasks > 0",
     locality_columns},
    {NULL, NULL, NULL},
};

const ResultsRelation *results_table(ResultsTable table)
{
  return &tables[table];
}

const ResultsRelation *results_views(void)
{
  return views;
}

guint results_table_cells(ResultsTable table)
{
  guint n = 0;
  for (const ResultsColumn *column = tables[table].columns; column->name != NULL; column++)
    n += column->kind != COLUMN_COMPUTED;
  return n;
}

char *results_table_columns(ResultsTable table)
{
  GString *names = g_string_new(NULL);
  for (const ResultsColumn *column = tables[table].columns; column->name != NULL; column++)
    if (column->kind != COLUMN_COMPUTED)
      g_string_append_printf(names, "%s\"%s\"", names->len == 0 ? "" : ", ", column->name);
  return g_string_free(names, FALSE);
}

static void append_table(GString *sql, const ResultsRelation *table)
{
  static const char *const types[] = {
      [COLUMN_INTEGER] = "INTEGER", [COLUMN_REAL] = "REAL", [COLUMN_TEXT] = "TEXT"};
  g_string_append_printf(sql, "CREATE TABLE \"%s\"(", table->name);
  for (const ResultsColumn *column = table->columns; column->name != NULL; column++) {
    g_string_append_printf(sql, "%s\"%s\" ", column == table->columns ? "" : ", ", column->name);
    if (column->kind == COLUMN_COMPUTED)
      g_string_append_printf(sql, "TEXT GENERATED ALWAYS AS (%s) VIRTUAL", column->sql);
    else
      g_string_append_printf(sql, "%s %s", types[column->kind], column->sql == NULL ? "" : column->sql);
  }
  g_string_append_printf(sql, "%s;\n", table->sql);
}

char *results_schema_sql(void)
{
  GString *sql = g_string_new(NULL);
  g_string_append_printf(sql, "PRAGMA application_id = %d;\nPRAGMA user_version = %d;\n",
                         RESULTS_APPLICATION_ID, RESULTS_SCHEMA_VERSION);
  for (int table = 0; table < RESULTS_TABLES; table++)
    append_table(sql, &tables[table]);
  for (const ResultsRelation *view = views; view->name != NULL; view++) {
    g_string_append_printf(sql, "CREATE VIEW \"%s\"(", view->name);
    for (const ResultsColumn *column = view->columns; column->name != NULL; column++)
      g_string_append_printf(sql, "%s\"%s\"", column == view->columns ? "" : ", ", column->name);
    g_string_append_printf(sql, ") AS %s;\n", view->sql);
  }
  return g_string_free(sql, FALSE);
}

int results_attempt_state_code(const char *name)
{
  if (g_str_has_prefix(name, "TASK_"))
    name += strlen("TASK_");
  int code = 0;
  while (results_attempt_states[code] != NULL && g_ascii_strcasecmp(name, results_attempt_states[code]) != 0)
    code++;
  CHECK(results_attempt_states[code] != NULL);
  return code;
}
