/* SPDX-License-Identifier: Apache-2.0 */
#include "workload/key-table.h"

#include <string.h>

#include "workload/workload-file.h"

const GroupForm group_forms[GROUP_KINDS] = {
    [GROUP_EXPERIMENT] = {"experiment", "experiment", false},
    [GROUP_CLUSTER] = {"cluster", "cluster", false},
    [GROUP_AGENTS] = {"agents", "agents NAME", true},
    [GROUP_MASTER] = {"master", "master", false},
    [GROUP_NETWORK] = {"network", "network", false},
    [GROUP_ALLOCATOR] = {"allocator", "allocator NAME", true},
    [GROUP_ROLE] = {"role", "role PATH", true},
    [GROUP_FRAMEWORK] = {"framework", "framework NAME", true},
    [GROUP_STAGE] = {"stage", "stage FRAMEWORK.NAME", true},
    [GROUP_OPERATOR] = {"operator", "operator NAME", true},
};

/* --- words ---------------------------------------------------------------------------------------------- */

bool value_scheduler(const ValueContext *context, const char *text, void *field, GError **error)
{
  (void)context;
  static const char *const names[] = {
      [SCHEDULER_ELASTIC] = "elastic", [SCHEDULER_RIGID] = "rigid",     [SCHEDULER_DECLINER] = "decliner",
      [SCHEDULER_MPI] = "mpi",         [SCHEDULER_SERVICE] = "service", [SCHEDULER_HADOOP] = "hadoop",
      [SCHEDULER_SPARK] = "spark",     [SCHEDULER_TORQUE] = "torque",   NULL,
  };
  int index;
  if (!value_choice(text, "scheduler", names, &index, error))
    return false;
  *(SchedulerKind *)field = (SchedulerKind)index;
  return true;
}

bool value_job_order(const ValueContext *context, const char *text, void *field, GError **error)
{
  (void)context;
  static const char *const names[] = {
      [JOB_ORDER_FIFO] = "fifo", [JOB_ORDER_FAIR] = "fair", [JOB_ORDER_HFS] = "hfs", NULL};
  int index;
  if (!value_choice(text, "job order", names, &index, error))
    return false;
  *(JobOrder *)field = (JobOrder)index;
  return true;
}

bool value_trace_format(const ValueContext *context, const char *text, void *field, GError **error)
{
  (void)context;
  static const char *const names[] = {[TRACE_SWF] = "swf", [TRACE_SWIM] = "swim", [TRACE_CSV] = "csv", NULL};
  int index;
  if (!value_choice(text, "trace format", names, &index, error))
    return false;
  *(TraceFormat *)field = (TraceFormat)index;
  return true;
}

/* --- the table ------------------------------------------------------------------------------------------ */

static const KeyType agent_filter = {"tests joined by & and |", value_agent_filter};
static const KeyType arrival = {"once, at(...), every(...), poisson(...) or closed(...)", value_arrival};
static const KeyType attributes = {"name:value;...", value_attributes};
static const KeyType backfill = {"easy or none", value_backfill};
static const KeyType bounds = {"resources", value_bounds};
static const KeyType bytes = {"size", value_bytes};
static const KeyType call = {"time: call", value_text};
static const KeyType capabilities = {"names, with commas", value_capabilities};
static const KeyType compat = {"mesos or none", value_compat};
static const KeyType declared_demand = {"none, truth or inflate(factor)", value_declared_demand};
static const KeyType agent_resources = {"resources", value_agent_resources};
static const KeyType alternatives = {"resources|resources...", value_alternatives};
static const KeyType confidence = {"percentage", value_confidence};
static const KeyType costs = {"kind time, ...", value_costs};
static const KeyType count = {"whole number", value_count};
static const KeyType count_or_unlimited = {"whole number or unlimited", value_count_or_unlimited};
static const KeyType delay = {"none, skips(...) or wait(...)", value_delay};
static const KeyType delay_reset = {"local or launch", value_delay_reset};
static const KeyType duration = {"duration", value_duration};
static const KeyType duration_or_none = {"duration or none", value_duration_or_none};
static const KeyType format = {"swf, swim or csv", value_trace_format};
static const KeyType instant = {"duration", value_instant};
static const KeyType instances = {"number[, time: number]...", value_instances};
static const KeyType integer = {"whole number", value_integer};
static const KeyType inverse_offers = {"accept, decline or ignore", value_inverse_offers};
static const KeyType isolation = {"none or containers", value_isolation};
static const KeyType job_order = {"fifo, fair or hfs", value_job_order};
static const KeyType jobs = {"whole number or unlimited", value_jobs};
static const KeyType kinds = {"names, with commas", value_kinds};
static const KeyType map = {"user, group, queue, partition, executable, column NAME, a number, ...",
                            value_map};
static const KeyType memory = {"size", value_memory};
static const KeyType name_column = {"column", value_name_column};
static const KeyType names = {"names, with commas", value_names};
static const KeyType number_column = {"column or \"a*b\" [* factor]", value_number_column};
static const KeyType partition = {"shared or static", value_partition};
static const KeyType period = {"duration or none", value_period};
static const KeyType positive = {"number above zero", value_positive};
static const KeyType quantities = {"resources", value_quantities};
static const KeyType rate_limits = {"name qps=number [capacity=number], ...", value_rate_limits};
static const KeyType rate_or_none = {"rate or none", value_rate_or_none};
static const KeyType rates = {"rate or distribution", value_rates};
static const KeyType read_cost = {"factor or rate", value_read_cost};
static const KeyType replicate = {"none, jitter(...), resample-blocks(...) or resample-users",
                                  value_replicate};
static const KeyType role = {"role path", value_role};
static const KeyType roles = {"role paths, with commas", value_roles};
static const KeyType fairness = {"shares or agents", value_fairness};
static const KeyType run_kind = {"terminating or steady", value_run_kind};
static const KeyType scheduler = {"a name of \"sim list schedulers\"", value_scheduler};
static const KeyType share = {"percentage", value_share};
static const KeyType size_column = {"column or \"a*b\" [* factor] [unit]", value_size_column};
static const KeyType slowdown = {"none or load: factor, ...", value_slowdown};
static const KeyType stragglers = {"none or percentage: factor", value_stragglers};
static const KeyType spread = {"host, rack or none", value_spread};
static const KeyType tasks = {"whole number, distribution or unlimited", value_tasks};
static const KeyType text = {"text", value_text};
static const KeyType time_column = {"column or \"a*b\" [* factor] [unit]", value_time_column};
static const KeyType times = {"duration or distribution", value_times};
static const KeyType times_or_none = {"duration, distribution or none", value_times_or_none};
static const KeyType times_or_zero = {"duration or distribution", value_times_or_zero};
static const KeyType warm_up_series = {"name of a series", value_warm_up_series};
static const KeyType yes_no = {"yes or no", value_yes_no};

#define AGENTS_MAX     50000000
#define FRAMEWORKS_MAX 1000000
#define COUNT_MAX      (UINT32_MAX - 1) /* UINT32_MAX is "unlimited" */
#define PRIORITY_MAX   1000000000
#define POOLS_MAX      10000

#define REPLICATIONS_MAX 1000000

#define EXPERIMENT(member) TO_EXPERIMENT, offsetof(Experiment, member)
#define AGENTS(member)     TO_AGENTS, offsetof(AgentClass, member)
#define ROLE(member)       TO_ROLE, offsetof(RoleSpec, member)
#define FRAMEWORK(member)  TO_FRAMEWORK, offsetof(FrameworkSpec, member)
#define TRACE(member)      TO_TRACE, offsetof(TraceSpec, member)
#define HADOOP(member)     TO_FRAMEWORK, offsetof(FrameworkSpec, hadoop.member)
#define STAGE(member)      TO_STAGE, offsetof(StageSpec, member)
#define PARTS(member)      TO_PARTS, offsetof(KeyParts, member)

static const KeyRow rows[] = {
    {GROUP_EXPERIMENT, JOBS_ANY, "title", &text, EXPERIMENT(title), 0, 0, NULL,
     "what the run is about; default: the name of the file", false},
    {GROUP_EXPERIMENT, JOBS_ANY, "duration", &duration, EXPERIMENT(duration), 1, 0, NULL,
     "when the run ends; default: when all jobs have ended", false},
    {GROUP_EXPERIMENT, JOBS_ANY, "seed", &integer, EXPERIMENT(seed), 0, INT64_MAX, "1", "of all random draws",
     false},
    {GROUP_EXPERIMENT, JOBS_ANY, "allocator-stream", &count, EXPERIMENT(allocator_stream), 0,
     ALLOCATOR_STREAM_MAX, "0",
     "another number gives the allocator other draws of its own, with the same jobs and durations", false},
    {GROUP_EXPERIMENT, JOBS_ANY, "warm-up", &duration, EXPERIMENT(warm_up), 0, 0, "0s",
     "averages over time leave out what comes before; default if steady: found by MSER-5", false},
    {GROUP_EXPERIMENT, JOBS_ANY, "warm-up-series", &warm_up_series, EXPERIMENT(warm_up_series), 0, 0,
     "utilization",
     "what tells when a steady run is warm: utilization, tasks-running, jobs-running, jobs-waiting or "
     "offers-outstanding",
     false},
    {GROUP_EXPERIMENT, JOBS_ANY, "kind", &run_kind, EXPERIMENT(kind), 0, 0, "terminating",
     "steady: what it is like in the long run: completion times leave out jobs of the warm-up, too", false},
    {GROUP_EXPERIMENT, JOBS_ANY, "replications", &count, EXPERIMENT(replications), 1, REPLICATIONS_MAX, "1",
     "how many runs, each with a seed of its own, for means with intervals", false},
    {GROUP_EXPERIMENT, JOBS_ANY, "confidence", &confidence, EXPERIMENT(confidence), 0, 0, "95%",
     "of these intervals", false},
    {GROUP_EXPERIMENT, JOBS_ANY, "sample-interval", &duration, EXPERIMENT(sample_interval), 1, 0, NULL,
     "between the samples of time series; default: a hundredth of the duration", false},
    {GROUP_EXPERIMENT, JOBS_ANY, "partition", &partition, EXPERIMENT(parted), 0, 0, "shared",
     "static: each role has whole agents of its own, as many as its weight says: what sharing is held "
     "against",
     false},
    {GROUP_EXPERIMENT, JOBS_ANY, "fairness", &fairness, EXPERIMENT(fairness), 0, 0, "shares",
     "agents: also sharing incentive, envy, and what became of all resources, agent by agent at each sample: "
     "O(agents x frameworks)",
     false},

    {GROUP_EXPERIMENT, JOBS_ANY, "only", &text, EXPERIMENT(only), 0, 0, NULL,
     "the one [framework NAME] that is there, without guarantees of any role (sim run --isolated); default: "
     "all",
     false},
    {GROUP_EXPERIMENT, JOBS_ANY, "shared-point", &text, EXPERIMENT(shared_point), 0, 0, NULL,
     "with only: the point (table run) of the runs that it is compared with; default: none", false},

    {GROUP_CLUSTER, JOBS_ANY, "agents", &count, AGENTS(count), 1, AGENTS_MAX, NULL,
     "how many agents alike there are, beside those of [agents NAME]", false},
    {GROUP_CLUSTER, JOBS_ANY, "resources", &agent_resources, AGENTS(resources), 0, 0, NULL,
     "of each agent, and of each [agents NAME] that says nothing else; may name further kinds", false},
    {GROUP_CLUSTER, JOBS_ANY, "attributes", &attributes, PARTS(attributes), 0, 0, NULL,
     "of all agents, but for those that [agents NAME] gives another value", false},
    {GROUP_CLUSTER, JOBS_ANY, "agents-per-rack", &count, EXPERIMENT(cluster.agents_per_rack), 1, AGENTS_MAX,
     NULL, "gives the agents the attribute rack; default: no racks", false},
    {GROUP_CLUSTER, JOBS_ANY, "isolation", &isolation, EXPERIMENT(cluster.isolation.kind), 0, 0, "none",
     "what keeps the tasks of an agent apart", false},
    {GROUP_CLUSTER, JOBS_ANY, "container-start-up", &times_or_zero, EXPERIMENT(cluster.isolation.start_up), 0,
     0, "0s", "of the container of each executor, before its own", false},
    {GROUP_CLUSTER, JOBS_ANY, "co-location-slowdown", &slowdown, PARTS(slowdown), 0, 0, NULL,
     "how many times as long a task takes beside others that have this part of its agent's cpus when it "
     "arrives, whoever comes or goes later; linear in between; default: none, in containers 0: 1, 1: 1.3",
     false},
    {GROUP_CLUSTER, JOBS_ANY, "slow-agents", &stragglers, AGENTS(slow), 0, 0, "none",
     "each agent is, with this probability, so many times as slow as it says: 5%: 3", false},
    {GROUP_CLUSTER, JOBS_ANY, "region", &text, AGENTS(region), 0, 0, NULL,
     "of all agents, but for those of [agents NAME] that say another; default: that of the master", false},
    {GROUP_CLUSTER, JOBS_ANY, "zone", &text, AGENTS(zone), 0, 0, NULL, "likewise; default: none", false},

    {GROUP_AGENTS, JOBS_ANY, "count", &count, AGENTS(count), 1, AGENTS_MAX, NULL,
     "how many agents of this class there are", true},
    {GROUP_AGENTS, JOBS_ANY, "resources", &agent_resources, AGENTS(resources), 0, 0, NULL,
     "of each; default: those of [cluster]; may name further kinds", false},
    {GROUP_AGENTS, JOBS_ANY, "attributes", &attributes, PARTS(attributes), 0, 0, NULL,
     "of each, beside those of [cluster]", false},
    {GROUP_AGENTS, JOBS_ANY, "speed", &positive, AGENTS(speed), 0, 0, "1",
     "durations of tasks are divided by it", false},
    {GROUP_AGENTS, JOBS_ANY, "slow-agents", &stragglers, AGENTS(slow), 0, 0, NULL,
     "likewise, of this class; default: as [cluster] says", false},
    {GROUP_AGENTS, JOBS_ANY, "region", &text, AGENTS(region), 0, 0, NULL, "default: that of [cluster]",
     false},
    {GROUP_AGENTS, JOBS_ANY, "zone", &text, AGENTS(zone), 0, 0, NULL, "default: that of [cluster]", false},

    {GROUP_MASTER, JOBS_ANY, "allocation-interval", &duration, EXPERIMENT(master.allocation_interval), 1, 0,
     "1s", "between periodic runs of the allocator", false},
    {GROUP_MASTER, JOBS_ANY, "offer-timeout", &duration_or_none, EXPERIMENT(master.offer_timeout), 1, 0,
     "none", "after it an unanswered offer is rescinded", false},
    {GROUP_MASTER, JOBS_ANY, "min-allocatable-resources", &alternatives, PARTS(min_allocatable), 0, 0,
     "cpus:0.01|mem:32", "an offer holds at least one of these; empty: anything is offered", false},
    {GROUP_MASTER, JOBS_ANY, "service-time", &times_or_zero, EXPERIMENT(master.service_time), 0, 0, "0s",
     "of the master, per message", false},
    {GROUP_MASTER, JOBS_ANY, "costs", &costs, EXPERIMENT(master.costs), 0, 0, NULL,
     "on top of it, by kind: accept, accept-task (each), decline, decline-offer, status, acknowledge, run, "
     "offers, offer, ...: "
     "a table of bench-master-costs",
     false},
    {GROUP_MASTER, JOBS_ANY, "compat", &compat, EXPERIMENT(master.mesos_compatible), 0, 0, "none",
     "mesos: where Mesos does something surprising, do it, too", false},
    {GROUP_MASTER, JOBS_ANY, "min-offer", &bounds, EXPERIMENT(master.least_offer), 0, 0, "",
     "what has less of all of this on one agent is not offered", false},
    {GROUP_MASTER, JOBS_ANY, "filter-gpu-resources", &yes_no, EXPERIMENT(master.filter_gpu_resources), 0, 0,
     "yes", "whether agents with gpus are only for frameworks with the capability gpu-resources", false},
    {GROUP_MASTER, JOBS_ANY, "fair-sharing-excluded-resource-names", &kinds,
     EXPERIMENT(master.fair_sharing_excluded), 0, 0, "", "kinds of resources that do not count for shares",
     false},
    {GROUP_MASTER, JOBS_ANY, "region", &text, EXPERIMENT(master.region), 0, 0, NULL,
     "agents elsewhere are only for frameworks with the capability region-aware", false},
    {GROUP_MASTER, JOBS_ANY, "revocation-grace", &duration_or_none, PARTS(revocation_grace), 0, 0, "none",
     "the allocator may take resources away from tasks, which are then killed after so long; none: it may "
     "not",
     false},
    {GROUP_MASTER, JOBS_ANY, "rate-limits", &rate_limits, PARTS(rate_limits), 0, 0, NULL,
     "messages that it handles of a principal: web qps=10 capacity=100; * stands for all others", false},

    {GROUP_NETWORK, JOBS_ANY, "master-agent", &times_or_zero, EXPERIMENT(network.master_agent), 0, 0, "0s",
     "latency of a message, one way", false},
    {GROUP_NETWORK, JOBS_ANY, "master-framework", &times_or_zero, EXPERIMENT(network.master_framework), 0, 0,
     "0s", "latency of a message, one way", false},

    {GROUP_ROLE, JOBS_ANY, "weight", &positive, ROLE(weight), 0, 0, "1", "its share relative to others",
     false},
    {GROUP_ROLE, JOBS_ANY, "guarantee", &bounds, ROLE(guarantee), 0, 0, "", "quota: at least this", false},
    {GROUP_ROLE, JOBS_ANY, "limit", &bounds, ROLE(limit), 0, 0, "", "quota: at most this", false},
    {GROUP_ROLE, JOBS_ANY, "priority", &integer, ROLE(priority), -PRIORITY_MAX, PRIORITY_MAX, "0",
     "larger comes first, for allocators that heed it", false},
    {GROUP_ROLE, JOBS_ANY, "max-task-duration", &period, ROLE(max_task_duration), 1, 0, "none",
     "a task that has taken of what is reserved to the role is killed after so long: room for short tasks",
     false},

    {GROUP_FRAMEWORK, JOBS_SYNTHETIC | JOBS_SERVICE | JOBS_NONE, "count", &count, FRAMEWORK(count), 1,
     FRAMEWORKS_MAX, "1", "frameworks alike: NAME-1, NAME-2, ...", false},
    {GROUP_FRAMEWORK, JOBS_ANY, "scheduler", &scheduler, FRAMEWORK(scheduler), 0, 0, "elastic",
     "how it answers offers: elastic starts tasks on whatever it gets, rigid only all of a stage at once",
     false},
    {GROUP_FRAMEWORK, JOBS_ANY, "role", &role, FRAMEWORK(role), 0, 0, NULL,
     "one role for all; default: a role of its own for each framework, named like it", false},
    {GROUP_FRAMEWORK, JOBS_SYNTHETIC | JOBS_SERVICE | JOBS_NONE, "roles", &roles, FRAMEWORK(roles), 0, 0,
     NULL, "several roles at once, which its tasks run in as they are offered; the first is its main one",
     false},
    {GROUP_FRAMEWORK, JOBS_ANY, "weight", &positive, FRAMEWORK(weight), 0, 0, "1",
     "of the framework's own role; not beside role", false},
    {GROUP_FRAMEWORK, JOBS_ANY, "start", &instant, FRAMEWORK(start), 0, 0, "0s",
     "when it subscribes; default in traces: with its first job", false},
    {GROUP_FRAMEWORK, JOBS_ANY, "stop", &instant, FRAMEWORK(stop), 0, 0, NULL,
     "when it leaves with all its tasks; default: it stays, also when its jobs have ended", false},
    {GROUP_FRAMEWORK, JOBS_SOME, "ramp-up-target", &count, FRAMEWORK(ramp_up_target), 1, COUNT_MAX, NULL,
     "tasks; default: the lesser of its demand and its fair share at its start", false},
    {GROUP_FRAMEWORK, JOBS_SOME, "job-order", &job_order, FRAMEWORK(job_order), 0, 0, "fifo",
     "which of its jobs is served first: the oldest, or the one with the fewest running tasks; hfs: of the "
     "pool "
     "with the fewest the oldest",
     false},
    {GROUP_FRAMEWORK, JOBS_SYNTHETIC | JOBS_TRACE, "minimum-allocation", &count,
     FRAMEWORK(minimum_allocation), 1, COUNT_MAX, NULL,
     "elastic, rigid: tasks that a stage starts with at least when nothing of it runs, or all, where it has "
     "fewer; default: 1, rigid: all",
     false},
    {GROUP_FRAMEWORK, JOBS_SYNTHETIC | JOBS_TRACE, "scale-up", &yes_no, PARTS(scale_up), 0, 0, "yes",
     "elastic, rigid: whether a stage that runs may grow beyond what it has started with", false},
    {GROUP_FRAMEWORK, JOBS_SYNTHETIC | JOBS_TRACE, "scale-down", &yes_no, FRAMEWORK(scale_down), 0, 0, "no",
     "elastic, rigid: whether it kills its tasks on agents that it is asked for by inverse offers, but for "
     "its minimum "
     "allocation",
     false},
    {GROUP_FRAMEWORK, JOBS_SOME, "tasks-per-offer", &count_or_unlimited, FRAMEWORK(tasks_per_offer), 1,
     COUNT_MAX, "unlimited", "tasks it starts on one offer at most", false},
    {GROUP_FRAMEWORK, JOBS_SOME, "attempts-max", &count_or_unlimited, FRAMEWORK(attempts_max), 1, COUNT_MAX,
     "unlimited",
     "a job that came first in so many decisions (decision-time) without all of its tasks being launched is "
     "abandoned: it fails",
     false},
    {GROUP_FRAMEWORK, JOBS_ANY, "refuse-seconds", &duration, FRAMEWORK(refuse), 0, 0, "5s",
     "how long it wants no offer of an agent that it has declined", false},
    {GROUP_FRAMEWORK, JOBS_SOME, "refuse-seconds-unused", &duration, FRAMEWORK(refuse_unused), 0, 0, NULL,
     "the same for what an accept leaves; default: refuse-seconds", false},
    {GROUP_FRAMEWORK, JOBS_ANY, "decision-time", &times_or_zero, FRAMEWORK(decision_time), 0, 0, "0s",
     "of its scheduler, per message of offers", false},
    {GROUP_FRAMEWORK, JOBS_SOME, "decision-time-per-job", &times_or_zero, FRAMEWORK(decision_time_per_job), 0,
     0, "0s", "on top of decision-time: for the job that comes first in the queue", false},
    {GROUP_FRAMEWORK, JOBS_SOME, "decision-time-per-task", &times_or_zero, FRAMEWORK(decision_time_per_task),
     0, 0, "0s", "on top of decision-time: for each task that waits of that job's stage", false},
    {GROUP_FRAMEWORK, JOBS_SOME, "executor-start-up", &times_or_zero, FRAMEWORK(executor_start_up), 0, 0,
     "0s", "between a task's launch on the agent and its start", false},
    {GROUP_FRAMEWORK, JOBS_SOME, "executor-reuse", &yes_no, FRAMEWORK(executor_reuse), 0, 0, "no",
     "whether the tasks on an agent share one executor, which starts up once; those of spark always do",
     false},
    {GROUP_FRAMEWORK, JOBS_SOME, "executor-idle-timeout", &duration_or_none, FRAMEWORK(executor_idle_timeout),
     1, 0, "none", "after it a shared executor without tasks exits, with what it holds", false},
    {GROUP_FRAMEWORK, JOBS_SOME, "slow-tasks", &stragglers, FRAMEWORK(slow_tasks), 0, 0, "none",
     "each attempt at a task takes, with this probability, so many times as long: 2%: 5", false},
    {GROUP_FRAMEWORK, JOBS_SOME, "hold-timeout", &duration_or_none, FRAMEWORK(hold_timeout), 1, 0, "none",
     "after it a rigid or mpi framework lets go of offers that do not suffice", false},
    {GROUP_FRAMEWORK, JOBS_ANY, "suppress", &yes_no, FRAMEWORK(suppress), 0, 0, "yes",
     "whether it asks for no offers while it has nothing to run; default of a decliner: no", false},
    {GROUP_FRAMEWORK, JOBS_SOME, "revive", &yes_no, PARTS(revive), 0, 0, "yes",
     "whether it asks for offers again when it has something to run; no: it forgets to", false},
    {GROUP_FRAMEWORK, JOBS_SOME, "revive-every", &period, FRAMEWORK(revive_every), 1, 0, "none",
     "asks for offers again and again while something waits to run", false},
    {GROUP_FRAMEWORK, JOBS_ANY, "hold-time", &times_or_zero, FRAMEWORK(hold_time), 0, 0, "0s",
     "how long it holds each message of offers before it looks at it", false},
    {GROUP_FRAMEWORK, JOBS_SOME, "reconcile-every", &period, FRAMEWORK(reconcile_every), 1, 0, "none",
     "asks the master for the states of its tasks", false},
    {GROUP_FRAMEWORK, JOBS_ANY, "inverse-offers", &inverse_offers, FRAMEWORK(inverse_offers), 0, 0, "accept",
     "to inverse offers; accept: it starts nothing more on agents that are to be maintained", false},
    {GROUP_FRAMEWORK, JOBS_ANY, "capabilities", &capabilities, FRAMEWORK(capabilities), 0, 0, "",
     "what it can deal with, under Mesos's names; default: gpu-resources where its tasks may need gpus",
     false},
    {GROUP_FRAMEWORK, JOBS_ANY, "constraints", &agent_filter, FRAMEWORK(agents), 0, 0, NULL,
     "the agents that it wants to be offered: rack == r1 & zone exists | hostname ~ web-.*", false},
    {GROUP_FRAMEWORK, JOBS_ANY, "only-agents", &names, PARTS(only_agents), 0, 0, NULL,
     "likewise, as classes of agents and hostnames", false},
    {GROUP_FRAMEWORK, JOBS_SYNTHETIC | JOBS_TRACE, "prefers", &agent_filter, FRAMEWORK(prefers), 0, 0, NULL,
     "elastic, rigid, mpi, torque: the agents that it would rather run on, as in constraints", false},
    {GROUP_FRAMEWORK, JOBS_SYNTHETIC | JOBS_TRACE, "prefers-resources", &bounds, FRAMEWORK(prefers_resources),
     0, 0, "", "likewise: those that have at least this", false},
    {GROUP_FRAMEWORK, JOBS_SYNTHETIC | JOBS_TRACE, "prefers-wait", &duration, FRAMEWORK(prefers_wait), 0, 0,
     "0s", "how long it declines all others, since something waits to run or was last started on one of them",
     false},
    {GROUP_FRAMEWORK, JOBS_SYNTHETIC | JOBS_TRACE, "elsewhere-slowdown", &positive,
     FRAMEWORK(elsewhere_slowdown), 0, 0, "1", "on the others a task takes so many times as long, 1 or more",
     false},
    {GROUP_FRAMEWORK, JOBS_ANY, "min-allocatable-resources", &alternatives, PARTS(min_allocatable), 0, 0,
     NULL, "what its offers hold at least, instead of what [master] says; empty: anything", false},
    {GROUP_FRAMEWORK, JOBS_ANY, "at-least", &quantities, PARTS(at_least), 0, 0, NULL, "likewise: all of this",
     false},
    {GROUP_FRAMEWORK, JOBS_ANY, "principal", &text, FRAMEWORK(principal), 0, 0, NULL,
     "whose rate limit it is under; default: nobody's", false},
    {GROUP_FRAMEWORK, JOBS_SOME, "declare-demand", &declared_demand, FRAMEWORK(declared_demand), 0, 0, "none",
     "what it tells the allocator of its waiting tasks, with REQUEST: nothing, the truth or a multiple",
     false},

    {GROUP_FRAMEWORK, JOBS_SOME, "pools", &count, HADOOP(pools), 1, POOLS_MAX, NULL,
     "hadoop with job-order = hfs: how many pools the jobs are dealt to in turn", false},
    {GROUP_FRAMEWORK, JOBS_SOME, "replicas", &count, HADOOP(replicas), 0, REPLICAS_MAX, "3",
     "hadoop: agents that hold the block that a map reads, as HDFS places them: the first in any rack, the "
     "second "
     "and third in another, further ones with at most two in a rack while racks suffice; with one rack, or "
     "none, on any; 0: data is everywhere",
     false},
    {GROUP_FRAMEWORK, JOBS_SOME, "delay", &delay, HADOOP(delay), 0, 0, "none",
     "hadoop: how long a job waits for an agent with its data, then for one in a rack with it: in offers "
     "that it "
     "lets go by, skips(20, 5), or in time, wait(5s, 2s)",
     false},
    {GROUP_FRAMEWORK, JOBS_SOME, "delay-reset", &delay_reset, HADOOP(delay.reset_on_launch), 0, 0, "local",
     "hadoop: the wait begins anew with a launch on an agent with the data, as published, or with every "
     "launch",
     false},
    {GROUP_FRAMEWORK, JOBS_SOME, "rack-read", &read_cost, HADOOP(rack_read), 0, 0, "1",
     "hadoop: a map whose data is elsewhere in its rack takes so many times as long, or fetches it at a rate",
     false},
    {GROUP_FRAMEWORK, JOBS_SOME, "off-rack-read", &read_cost, HADOOP(off_rack_read), 0, 0, "1",
     "hadoop: the same for data in other racks, or where there are no racks on other agents", false},
    {GROUP_FRAMEWORK, JOBS_SOME, "reduce-slow-start", &share, HADOOP(reduce_slow_start), 0, 0, "5%",
     "hadoop: the part of a job's maps that have finished, and all are launched, before its reduces may "
     "start; "
     "they wait for the rest",
     false},
    {GROUP_FRAMEWORK, JOBS_SOME, "shuffle-rate", &rate_or_none, HADOOP(shuffle_rate), 0, 0, "none",
     "hadoop: at which a reduce fetches its input before its own time begins; none: at once", false},
    {GROUP_FRAMEWORK, JOBS_SOME, "speculation", &yes_no, HADOOP(speculation), 0, 0, "no",
     "hadoop: whether a task that falls behind the others is run a second time elsewhere", false},

    {GROUP_FRAMEWORK, JOBS_SYNTHETIC | JOBS_TRACE, "backfill", &backfill, FRAMEWORK(backfill), 0, 0, "none",
     "torque: easy: a later job may go first where by the estimates it does not delay the first one", false},
    {GROUP_FRAMEWORK, JOBS_SYNTHETIC | JOBS_TRACE, "estimate-factor", &positive, FRAMEWORK(estimate_factor),
     0, 0, "1", "torque: what is said beforehand of how long a job runs, as a multiple of the truth", false},
    {GROUP_FRAMEWORK, JOBS_SYNTHETIC, "iterations", &count, FRAMEWORK(iterations), 1, JOB_STAGES_MAX, "1",
     "how often a job runs all its stages, one iteration after the other", false},
    {GROUP_FRAMEWORK, JOBS_PLAIN, "cached-task-duration", &times, STAGE(cached_duration), 0, 0, NULL,
     "spark: how long a task of a later iteration runs on the agent that did its part before; default: as "
     "long",
     false},
    {GROUP_FRAMEWORK, JOBS_SYNTHETIC, "locality-wait", &duration, FRAMEWORK(locality_wait), 0, 0, "3s",
     "spark: how long a stage without a launch there waits for agents that hold its parts", false},
    {GROUP_FRAMEWORK, JOBS_SYNTHETIC, "executor-resources", &bounds, FRAMEWORK(executor_resources), 0, 0, "",
     "spark: of its executor on each agent, beside those of tasks, until no job is left", false},
    {GROUP_FRAMEWORK, JOBS_SYNTHETIC, "jobs", &jobs, FRAMEWORK(jobs), 1, INT64_MAX, NULL,
     "per framework; default: 1 for once, endless for every, poisson and closed", false},
    {GROUP_FRAMEWORK, JOBS_SYNTHETIC, "arrival", &arrival, FRAMEWORK(arrival), 0, 0, "once",
     "when jobs are submitted, counted from start", false},
    {GROUP_FRAMEWORK, JOBS_PLAIN, "tasks", &tasks, PARTS(tasks), 1, COUNT_MAX, NULL, "of one job", true},
    {GROUP_FRAMEWORK, JOBS_PLAIN | JOBS_SERVICE, "task-resources", &quantities, STAGE(task_resources), 0, 0,
     NULL, "of one task", true},
    {GROUP_FRAMEWORK, JOBS_PLAIN, "task-duration", &times, STAGE(task_duration), 0, 0, NULL,
     "how long a task runs", true},

    {GROUP_FRAMEWORK, JOBS_SERVICE, "instances", &instances, PARTS(instances), 0, COUNT_MAX, NULL,
     "how many are to be up, and from when on (counted from start) how many others: 10, 1h: 20", true},
    {GROUP_FRAMEWORK, JOBS_SERVICE, "task-duration", &times_or_none, STAGE(task_duration), 0, 0, "none",
     "after it an instance ends, and is replaced; none: it runs for ever", false},
    {GROUP_FRAMEWORK, JOBS_SERVICE, "spread", &spread, FRAMEWORK(spread), 0, 0, "none",
     "no two instances on one host, or in one rack", false},
    {GROUP_FRAMEWORK, JOBS_PLAIN, "task-input", &bytes, STAGE(task_input), 0, 0, NULL,
     "hadoop: what a task reads", false},

    {GROUP_FRAMEWORK, JOBS_TRACE, "trace", &text, TRACE(path_as_written), 0, 0, NULL,
     "the file that the jobs come from; relative to the folder of the workload file", true},
    {GROUP_FRAMEWORK, JOBS_TRACE, "format", &format, TRACE(format), 0, 0, NULL,
     "default: by the file's name, .swf, .tsv (swim) or .csv, each also with .gz", false},
    {GROUP_FRAMEWORK, JOBS_TRACE, "frameworks", &map, TRACE(frameworks), 0, 0, NULL,
     "a framework for each ...; one: a single one; default: user (swf), 4 (swim), one (csv)", false},
    {GROUP_FRAMEWORK, JOBS_TRACE, "roles", &map, TRACE(roles), 0, 0, "framework",
     "a role for each ...; framework: one for each framework, named like it", false},
    {GROUP_FRAMEWORK, JOBS_TRACE, "sort", &yes_no, TRACE(sort), 0, 0, "no",
     "whether submit times may descend; the trace is then held in memory", false},
    {GROUP_FRAMEWORK, JOBS_TRACE, "time-compression", &positive, TRACE(time_compression), 0, 0, "1",
     "submit times are divided by it, durations are not", false},
    {GROUP_FRAMEWORK, JOBS_TRACE, "window-start", &instant, TRACE(window_start), 0, 0, "0s",
     "jobs submitted before it (time of the trace) are left out; it becomes time 0", false},
    {GROUP_FRAMEWORK, JOBS_TRACE, "window-end", &instant, TRACE(window_end), 0, 0, NULL,
     "jobs submitted then (time of the trace) or later are left out", false},
    {GROUP_FRAMEWORK, JOBS_TRACE, "max-jobs", &count, TRACE(jobs_max), 1, COUNT_MAX, NULL,
     "jobs after so many are left out", false},
    {GROUP_FRAMEWORK, JOBS_TRACE, "replicate", &replicate, TRACE(replicate), 0, 0, "none",
     "how each seed makes another realisation of the trace; none: all replications replay the same", false},
    {GROUP_FRAMEWORK, JOBS_TRACE, "scale", &positive, TRACE(scale), 0, 0, "1",
     "sizes of jobs (tasks, in swim bytes) are multiplied by it", false},

    {GROUP_FRAMEWORK, JOBS_SWF, "whole-agents", &yes_no, TRACE(whole_agents), 0, 0, "no",
     "tasks of whole agents instead of one cpu each", false},
    {GROUP_FRAMEWORK, JOBS_SWF, "use-memory", &yes_no, TRACE(use_memory), 0, 0, NULL,
     "whether memory requests count; default: if the agents have memory", false},
    {GROUP_FRAMEWORK, JOBS_SWF, "memory-default", &memory, TRACE(memory_default), 0, 0, "0MiB",
     "per processor where the trace does not know", false},

    {GROUP_FRAMEWORK, JOBS_SWIM, "trace-nodes", &count, TRACE(trace_nodes), 1, AGENTS_MAX, "600",
     "nodes of the traced cluster; bytes are scaled by agents / trace-nodes", false},
    {GROUP_FRAMEWORK, JOBS_SWIM, "slots", &count, TRACE(slots), 1, COUNT_MAX, NULL,
     "size of the simulated cluster; default: the map tasks that fit it at once", false},
    {GROUP_FRAMEWORK, JOBS_SWIM, "block-size", &bytes, TRACE(block_size), 0, 0, "128MiB", "input of one map",
     false},
    {GROUP_FRAMEWORK, JOBS_SWIM, "map-rate", &rates, TRACE(map_rate), 0, 0, "10MB/s",
     "at which a map reads its input", false},
    {GROUP_FRAMEWORK, JOBS_SWIM, "reduce-rate", &rates, TRACE(reduce_rate), 0, 0, "10MB/s",
     "at which a reduce handles shuffle and output", false},
    {GROUP_FRAMEWORK, JOBS_SWIM, "bytes-per-reduce", &bytes, TRACE(bytes_per_reduce), 0, 0, "1GiB",
     "shuffle and output of one reduce", false},
    {GROUP_FRAMEWORK, JOBS_SWIM, "task-overhead", &times_or_zero, TRACE(task_overhead), 0, 0, "1s",
     "added to each task", false},
    {GROUP_FRAMEWORK, JOBS_SWIM, "map-resources", &quantities, TRACE(map_resources), 0, 0, "cpus:1;mem:1024",
     "of one map", false},
    {GROUP_FRAMEWORK, JOBS_SWIM, "reduce-resources", &quantities, TRACE(reduce_resources), 0, 0,
     "cpus:1;mem:1024", "of one reduce", false},

    {GROUP_FRAMEWORK, JOBS_CSV, "task-resources", &quantities, TRACE(task_resources), 0, 0, NULL,
     "of one task, for kinds without a column", false},
    {GROUP_FRAMEWORK, JOBS_CSV, "column-submit", &time_column, TRACE(submit), 0, 0, NULL,
     "when a job is submitted", true},
    {GROUP_FRAMEWORK, JOBS_CSV, "column-tasks", &number_column, TRACE(tasks), 0, 0, NULL,
     "tasks of a job; default: 1", false},
    {GROUP_FRAMEWORK, JOBS_CSV, "column-duration", &time_column, TRACE(duration), 0, 0, NULL,
     "how long each task runs", false},
    {GROUP_FRAMEWORK, JOBS_CSV, "column-start", &time_column, TRACE(start), 0, 0, NULL,
     "when the tasks started; default: when they were submitted", false},
    {GROUP_FRAMEWORK, JOBS_CSV, "column-end", &time_column, TRACE(end), 0, 0, NULL,
     "when the tasks ended; instead of column-duration", false},
    {GROUP_FRAMEWORK, JOBS_CSV, "column-reduces", &number_column, TRACE(reduces), 0, 0, NULL,
     "tasks of a second stage, after the first; default: there is none", false},
    {GROUP_FRAMEWORK, JOBS_CSV, "column-reduce-duration", &time_column, TRACE(reduce_duration), 0, 0, NULL,
     "how long each of them runs", false},
    {GROUP_FRAMEWORK, JOBS_CSV, "column-name", &name_column, TRACE(name), 0, 0, NULL, "name of a job", false},
    {GROUP_FRAMEWORK, JOBS_CSV, "column-cpus", &number_column, TRACE(kind_columns[RESOURCE_CPUS]), 0, 0, NULL,
     "cpus of one task", false},
    {GROUP_FRAMEWORK, JOBS_CSV, "column-mem", &size_column, TRACE(kind_columns[RESOURCE_MEM]), 0, 0, NULL,
     "memory of one task; MiB unless a unit is given", false},
    {GROUP_FRAMEWORK, JOBS_CSV, "column-disk", &size_column, TRACE(kind_columns[RESOURCE_DISK]), 0, 0, NULL,
     "disk of one task; MiB unless a unit is given", false},
    {GROUP_FRAMEWORK, JOBS_CSV, "column-gpus", &number_column, TRACE(kind_columns[RESOURCE_GPUS]), 0, 0, NULL,
     "gpus of one task", false},
    {GROUP_FRAMEWORK, JOBS_CSV, "column-KIND", &number_column, TRACE(kind_columns), 0, 0, NULL,
     "of one task, of any further kind of resource that the agents have", false},

    {GROUP_STAGE, JOBS_ANY, "tasks", &tasks, PARTS(tasks), 1, COUNT_MAX, NULL, "of the stage in one job",
     true},
    {GROUP_STAGE, JOBS_ANY, "task-resources", &quantities, STAGE(task_resources), 0, 0, NULL, "of one task",
     true},
    {GROUP_STAGE, JOBS_ANY, "task-duration", &times, STAGE(task_duration), 0, 0, NULL, "how long a task runs",
     true},
    {GROUP_STAGE, JOBS_ANY, "task-input", &bytes, STAGE(task_input), 0, 0, NULL,
     "hadoop: what a task reads: a map its block, a reduce what it shuffles", false},
    {GROUP_STAGE, JOBS_ANY, "cached-task-duration", &times, STAGE(cached_duration), 0, 0, NULL,
     "spark: how long a task of a later iteration runs on the agent that did its part before; default: as "
     "long",
     false},
    {GROUP_STAGE, JOBS_ANY, "after", &names, PARTS(after), 0, 0, NULL,
     "stages of the same framework that have to finish first", false},

    {GROUP_OPERATOR, JOBS_ANY, "at", &call, PARTS(call), 0, 0, NULL,
     "when the operator does what: 600s: weight analytics 2; \"sim list calls\" shows what", true},
};

const KeyRow *key_rows(size_t *n)
{
  *n = G_N_ELEMENTS(rows);
  return rows;
}

/* NULL where the key is for every group of its kind. */
static const char *scope_name(unsigned from)
{
  switch (from) {
  case JOBS_PLAIN:
  case JOBS_SYNTHETIC:
  case JOBS_SYNTHETIC | JOBS_NONE:
  case JOBS_SYNTHETIC | JOBS_SERVICE | JOBS_NONE:
    return "synthetic jobs";
  case JOBS_SERVICE:
    return "services";
  case JOBS_SWF:
    return "swf traces";
  case JOBS_SWIM:
    return "swim traces";
  case JOBS_CSV:
    return "csv traces";
  case JOBS_TRACE:
    return "traces";
  default:
    return NULL;
  }
}

bool workload_key_next(size_t *position, WorkloadKey *key)
{
  if (*position >= G_N_ELEMENTS(rows))
    return false;
  const KeyRow *row = &rows[(*position)++];
  *key = (WorkloadKey){.group = group_forms[row->group].heading,
                       .key = row->key,
                       .type = row->type->name,
                       .scope = scope_name(row->jobs),
                       .default_value = row->default_value,
                       .summary = row->summary};
  return true;
}
