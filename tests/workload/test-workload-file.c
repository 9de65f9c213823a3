/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pinned: what every key does to the experiment, the defaults, the expansion of groups, the order of stages,
 * and that the effective text gives the same experiment again. Not pinned here: messages
 * (test-workload-errors.c).
 */

#include <glib/gstdio.h>
#include <string.h>

#include "tests/support/test-main.h"
#include "tests/workload/experiment-dump.h"

#define T "tasks=1\ntask-resources=cpus:1\ntask-duration=1s\n"

static const char *const design_example = "[experiment]\n"
                                          "title = Mesos (NSDI 2011), section 6.5: scalability\n"
                                          "duration = 1h\n"
                                          "seed = 1\n"
                                          "\n"
                                          "[cluster]\n"
                                          "agents = 50000\n"
                                          "resources = cpus:2;mem:2048\n"
                                          "agents-per-rack = 40\n"
                                          "\n"
                                          "[framework load]\n"
                                          "count = 200\n"
                                          "scheduler = elastic\n"
                                          "tasks = unlimited\n"
                                          "task-resources = cpus:1;mem:1024\n"
                                          "task-duration = normal(30s, 10s)\n"
                                          "\n"
                                          "[framework probe]\n"
                                          "start = 600s\n"
                                          "scheduler = elastic\n"
                                          "tasks = 1\n"
                                          "task-resources = cpus:1;mem:1024\n"
                                          "task-duration = 10s\n";

START_TEST(the_example_of_the_design)
{
  g_autoptr(Experiment) experiment = test_load(design_example, NULL);
  ck_assert_str_eq(experiment->title, "Mesos (NSDI 2011), section 6.5: scalability");
  ck_assert_int_eq(experiment->duration.ns, NS_PER_H);
  ck_assert_int_eq(experiment->sample_interval.ns, 36 * NS_PER_S);
  ck_assert_uint_eq(experiment->cluster.agents, 50000);
  ck_assert_uint_eq(experiment->cluster.agents_per_rack, 40);
  ck_assert_uint_eq(experiment->cluster.n_classes, 1);
  ck_assert_str_eq(experiment->cluster.classes[0].name, "agents");
  ck_assert_int_eq(experiment->cluster.classes[0].resources.plain.amount[RESOURCE_MEM], 2048000);
  ck_assert_uint_eq(experiment->n_frameworks, 2);

  const FrameworkSpec *load = &experiment->frameworks[0];
  g_autofree char *first = framework_member_name(load, 0);
  g_autofree char *last = framework_member_name(load, 199);
  ck_assert_str_eq(first, "load-001");
  ck_assert_str_eq(last, "load-200");
  ck_assert(load->stages[0].unlimited);
  ck_assert_uint_eq(load->jobs, 1);
  ck_assert_int_eq(load->line, 11);

  const FrameworkSpec *probe = &experiment->frameworks[1];
  g_autofree char *only = framework_member_name(probe, 0);
  ck_assert_str_eq(only, "probe");
  ck_assert_int_eq(probe->start.ns, 600 * NS_PER_S);
  ck_assert(probe->start_given && !load->start_given);
  ck_assert_str_eq(experiment->effective, design_example);
}
END_TEST

START_TEST(defaults)
{
  g_autoptr(Experiment) experiment = test_load(TEST_CLUSTER TEST_FRAMEWORK, NULL);
  g_autofree char *dump = experiment_dump(experiment);
  ck_assert_str_eq(dump,
                   "title t.ini\n"
                   "duration 0 0 seed 1 warm-up 0 sample 0\n"
                   "kind 0 warm-up 0 series 0 replications 1 confidence 0.95\n"
                   "fairness 0 parted 0\n"
                   "allocator-stream 0\n"
                   "only -\n"
                   "shared-point -\n"
                   "kind cpus\nkind mem\nkind disk\nkind gpus\n"
                   "cluster 1 agents, 0 per rack\n"
                   "agents agents 1 cpus:4;mem:8192 speed 1\n"
                   "master 1000000000 9223372036854775807\n"
                   "min-allocatable 10 0 0 0 0\n"
                   "min-allocatable 0 32000 0 0 0\n"
                   "service-time none\n"
                   "gates mesos 0 gpus 1 excluded 0 region -\n"
                   "min-offer 0 0 0 0 0\n"
                   "revocation 0 0\n"
                   "master-agent none\n"
                   "master-framework none\n"
                   "framework f 1 0 - 1\n"
                   "start 0 0 stop 9223372036854775807 target 0\n"
                   "jobs 1 order 0 arrival 0\n"
                   "gap none\n"
                   "stage tasks 0 after 0\n"
                   "tasks constant 1\n"
                   "task-duration constant 1\n"
                   "task-resources 1000 0 0 0 0\n"
                   "task-input 0\n"
                   "hadoop 3 replicas, 0 pools, reduces 0.05 0, speculation 0\n"
                   "delay 0 skips 0 0 wait 0 0 reset 0\n"
                   "read rack 1 0 off 1 0\n"
                   "offers 4294967295 refuse 5000000000 5000000000 hold 9223372036854775807 suppress 1\n"
                   "decision-time none\n"
                   "executor-start-up none\n"
                   "says capable 0 0 declares 0 inverse 0 forgets 0 revives 0 reconciles 0\n"
                   "hold-time none\n"
                   "principal -\n"
                   "per-job none\n"
                   "per-task none\n"
                   "minimum 0 0\n");
}
END_TEST

/* A text, an override of one key in it, and a line that the dump then has. Every key is in here. */
typedef struct {
  const char *text;
  const char *set;
  const char *line;
} KeyEffect;

#define C      TEST_CLUSTER
#define F      TEST_FRAMEWORK
#define D      "[experiment]\nduration=1h\n"
#define CM     "[cluster]\nagents=10\nresources=cpus:4;mem:4096;licences:2\n"
#define SWF    "[framework f]\ntrace=x.swf\n"
#define SWIM   "[framework f]\ntrace=x.tsv\n"
#define SPARK  "[framework f]\nscheduler=spark\n"
#define POOL   "[role f]\nguarantee=cpus:1\n[framework f]\nscheduler=torque\n"
#define WEB    "[framework f]\nscheduler=service\ninstances=1\ntask-resources=cpus:1\n"
#define CSV    "[framework f]\ntrace=x.csv\ncolumn-submit=s\ncolumn-duration=d\ntask-resources=disk:1\n"
#define CSV2   "[framework f]\ntrace=x.csv\ncolumn-submit=s\ncolumn-end=e\ntask-resources=disk:1\n"
#define CSV3   CSV "column-reduces=r\ncolumn-reduce-duration=l\n"
#define CC     "[agents big]\ncount=20\nresources=cpus:4\n[agents small]\ncount=5\nresources=cpus:1;licences:2\n"
#define O      "[operator o]\nat=1s: teardown f\n"
#define CR     "[cluster]\nagents=50\nresources=cpus:4\nagents-per-rack=10\n"
#define H      F "scheduler=hadoop\ntask-input=1MB\n"
#define STAGED "[framework f]\n[stage f.a]\n" T "[stage f.b]\n" T

static const KeyEffect effects[] = {
    {C F, "experiment.title=A title", "title A title"},
    {C F, "experiment.duration=10s", "duration 1 10000000000 seed 1 warm-up 0 sample 100000000"},
    {D C F, "experiment.seed=18", "duration 1 3600000000000 seed 18 warm-up 0 sample 36000000000"},
    {D C F, "experiment.warm-up=1s", "duration 1 3600000000000 seed 1 warm-up 1000000000 sample 36000000000"},
    {C F, "experiment.seed=18", "kind 0 warm-up 0 series 0 replications 1 confidence 0.95"},
    {D C F, "experiment.kind=steady", "kind 1 warm-up 0 series 0 replications 1 confidence 0.95"},
    {D C F, "experiment.warm-up=1s", "kind 0 warm-up 1 series 0 replications 1 confidence 0.95"},
    {C F, "experiment.warm-up-series=jobs-waiting",
     "kind 0 warm-up 0 series 3 replications 1 confidence 0.95"},
    {C F, "experiment.fairness=agents", "fairness 1 parted 0"},
    {C F, "experiment.partition=static", "fairness 0 parted 1"},
    {C F, "experiment.allocator-stream=3", "allocator-stream 3"},
    {C F, "experiment.only=f", "only f"},
    {C F, "experiment.shared-point=b4881e18a6da06b3", "shared-point b4881e18a6da06b3"},
    {C F, "experiment.replications=30", "kind 0 warm-up 0 series 0 replications 30 confidence 0.95"},
    {C F, "experiment.confidence=99 %", "kind 0 warm-up 0 series 0 replications 1 confidence 0.99"},
    {D C F, "experiment.sample-interval=1s", "duration 1 3600000000000 seed 1 warm-up 0 sample 1000000000"},
    {C F, "cluster.agents=7", "cluster 7 agents, 0 per rack"},
    {C F, "cluster.resources=cpus:1.5;gpus:2", "agents agents 1 cpus:1.5;gpus:2 speed 1"},
    {C F, "cluster.attributes=os:linux", "attribute os:linux"},
    {C F, "cluster.agents-per-rack=40", "cluster 1 agents, 40 per rack"},
    {C "[agents big]\ncount=1\n" F, "agents big.count=7", "agents big 7 cpus:4;mem:8192 speed 1"},
    {C "[agents big]\ncount=1\n" F, "agents big.resources=cpus:9", "agents big 1 cpus:9 speed 1"},
    {C "[agents big]\ncount=1\n" F, "agents big.attributes=disk:ssd;", "attribute disk:ssd"},
    {C "[agents big]\ncount=1\n" F, "agents big.speed=2.5", "agents big 1 cpus:4;mem:8192 speed 2.5"},
    {C "[agents big]\ncount=1\n" F, "agents big.slow-agents=5%: 3", "slow agents 0.05 by 3"},
    {C F, "cluster.slow-agents=50%:1.5", "slow agents 0.5 by 1.5"},
    {C F, "cluster.isolation=containers", "slowdown 1 at 0 and so on: 1.3"},
    {C F, "cluster.co-location-slowdown=0.5: 2, 1: 4", "slowdown 2 at 0.5 and so on: 4"},
    {"[cluster]\nagents=1\nresources=cpus:4;mem:8192\nisolation=containers\n" F,
     "cluster.container-start-up=2s", "container-start constant 2"},
    {C F, "master.allocation-interval=50ms", "master 50000000 9223372036854775807"},
    {C F, "master.offer-timeout=1min", "master 1000000000 60000000000"},
    {C F, "master.min-allocatable-resources=cpus:1;mem:5", "min-allocatable 1000 5000 0 0 0"},
    {C F, "master.service-time=1ms", "service-time constant 0.001"},
    {C F, "cluster.resources=cpus:1;cpus(a):2;cpus{REV}:3;ports:[1-5]",
     "agents agents 1 cpus:1;cpus(a):2;ports:[1-5];cpus{REV}:3 speed 1"},
    {C F, "cluster.region=r1", "place r1 -"},
    {C F, "cluster.zone=z1", "place - z1"},
    {C "[agents big]\ncount=1\n" F, "agents big.region=r2", "place r2 -"},
    {"[cluster]\nregion=r1\nresources=cpus:1\n[agents big]\ncount=1\n" F, "agents big.zone=z2",
     "place r1 z2"},
    {C F, "master.compat=mesos", "gates mesos 1 gpus 1 excluded 0 region -"},
    {C F, "master.compat=none", "gates mesos 0 gpus 1 excluded 0 region -"},
    {C F, "master.min-offer=cpus:2;mem:1GiB", "min-offer 2000 1024000 0 0 0"},
    {C F, "master.filter-gpu-resources=no", "gates mesos 0 gpus 0 excluded 0 region -"},
    {CC F, "master.fair-sharing-excluded-resource-names=gpus, licences",
     "gates mesos 0 gpus 1 excluded 18 region -"},
    {C F, "master.region=r1", "gates mesos 0 gpus 1 excluded 0 region r1"},
    {C F, "master.revocation-grace=0s", "revocation 1 0"},
    {C F, "master.revocation-grace=10s", "revocation 1 10000000000"},
    {C F, "master.rate-limits=web qps=0.5 capacity=9, * qps=50",
     "rate-limit web 0.5 9\nrate-limit - 50 4294967295"},
    {C F, "master.costs=accept-task 2us, offer  500ns", "cost 1 2000\ncost 18 500"},
    {C F, "network.master-agent=2ms", "master-agent constant 0.002"},
    {C F, "network.master-framework=constant(3ms)", "master-framework constant 0.003"},
    {C F, "allocator drf.sorter=x y", "allocator drf sorter = x y"},
    {C F, "role a/b.weight=2.5", "role a/b 2.5 0"},
    {C F, "role a.priority=-3", "role a 1 -3"},
    {C F, "role a.max-task-duration=10s", "max-task-duration 10000000000"},
    {C F, "role a.guarantee=cpus:0", "guarantee 0 0 0 0 0"},
    {C F, "role a.limit=", "limit -1 -1 -1 -1 -1"},
    {C F, "framework f.count=12", "framework f 12 0 - 1"},
    {C F, "framework f.scheduler=rigid", "framework f 1 1 - 1"},
    {"[experiment]\nduration=1h\n" C "[framework f]\nscheduler=decliner\n", "framework f.count=3",
     "framework f 3 2 - 1"},
    {C "[framework f]\nscheduler=decliner\n", "framework f.start=0s",
     "offers 0 refuse 5000000000 5000000000 hold 0 suppress 0"},
    {C "[framework f]\nscheduler=decliner\n", "framework f.suppress=yes",
     "offers 0 refuse 5000000000 5000000000 hold 0 suppress 1"},
    {C F, "framework f.role=a/b", "framework f 1 0 a/b 1"},
    {C F, "framework f.roles=a/b, c", "framework f 1 0 a/b 1"},
    {C F, "framework f.roles=a/b, c", "one-role c"},
    {C "[framework f]\nscheduler=decliner\n", "framework f.roles=a", "one-role a"},
    {C F, "framework f.revive=no", "says capable 0 0 declares 0 inverse 0 forgets 1 revives 0 reconciles 0"},
    {C F, "framework f.revive-every=1s",
     "says capable 0 0 declares 0 inverse 0 forgets 0 revives 1000000000 reconciles 0"},
    {C F, "framework f.reconcile-every=1s",
     "says capable 0 0 declares 0 inverse 0 forgets 0 revives 0 reconciles 1000000000"},
    {C F, "framework f.hold-time=exponential(9s)",
     "hold-time mean 9 cdf 0.221199 0.393469 0.593430 0.950213"},
    {C F, "framework f.inverse-offers=ignore",
     "says capable 0 0 declares 0 inverse 2 forgets 0 revives 0 reconciles 0"},
    {C F, "framework f.capabilities=gpu-resources, partition-aware",
     "says capable 1 21 declares 0 inverse 0 forgets 0 revives 0 reconciles 0"},
    {C F,
     "framework f.capabilities=", "says capable 1 0 declares 0 inverse 0 forgets 0 revives 0 reconciles 0"},
    {C F, "framework f.declare-demand=truth",
     "says capable 0 0 declares 1 inverse 0 forgets 0 revives 0 reconciles 0"},
    {C F, "framework f.declare-demand=inflate(2.5)",
     "says capable 0 0 declares 2.5 inverse 0 forgets 0 revives 0 reconciles 0"},
    {C F, "framework f.constraints=hostname == h1 | rack exists&zone!=\"z 2|&\" | x !~ a.*b",
     "wants 1 - 2 h1\nwants 0 rack 0 - and 3 - 3 z 2|&\nwants 0 x 5 a.*b"},
    {C F, "framework f.constraints=region absent", "wants 2 - 1 -"},
    {C F, "framework f.constraints=x ~ \"a|b\"", "wants 0 x 4 a|b"},
    {CC F, "framework f.only-agents=big, agent-00025", "wants 0 class 2 big\nwants 1 - 2 agent-00025"},
    {C F, "framework f.min-allocatable-resources=cpus:1|mem:5",
     "minimum 1 2\nat-least 1000 0 0 0 0\nat-least 0 5000 0 0 0"},
    {C F, "framework f.min-allocatable-resources=", "minimum 1 0"},
    {C F, "framework f.principal=web", "principal web"},
    {C F, "framework f.at-least=cpus:1;mem:5", "minimum 1 1\nat-least 1000 5000 0 0 0"},
    {C F, "framework f.weight=3", "framework f 1 0 - 3"},
    {C F, "framework f.start=5s", "start 1 5000000000 stop 9223372036854775807 target 0"},
    {C F, "framework f.stop=5s", "start 0 0 stop 5000000000 target 0"},
    {C F, "framework f.ramp-up-target=10", "start 0 0 stop 9223372036854775807 target 10"},
    {C F, "framework f.job-order=fair", "jobs 1 order 1 arrival 0"},
    {C F, "framework f.tasks-per-offer=1",
     "offers 1 refuse 5000000000 5000000000 hold 9223372036854775807 suppress 1"},
    {C F, "framework f.attempts-max=7", "attempts-max 7"},
    {C F, "framework f.refuse-seconds=1d",
     "offers 4294967295 refuse 86400000000000 86400000000000 hold 9223372036854775807 suppress 1"},
    {C F, "framework f.refuse-seconds-unused=0s",
     "offers 4294967295 refuse 5000000000 0 hold 9223372036854775807 suppress 1"},
    {C F, "framework f.hold-timeout=1s",
     "offers 4294967295 refuse 5000000000 5000000000 hold 1000000000 suppress 1"},
    {C F, "framework f.suppress=no",
     "offers 4294967295 refuse 5000000000 5000000000 hold 9223372036854775807 suppress 0"},
    {C F, "framework f.decision-time=uniform(1s, 1s)", "decision-time constant 1"},
    {C F, "framework f.executor-start-up=2s", "executor-start-up constant 2"},
    {C F, "framework f.jobs=5", "jobs 5 order 0 arrival 0"},
    {D C F, "framework f.arrival=every(2s)", "jobs 18446744073709551615 order 0 arrival 2"},
    {D C F, "framework f.arrival=every(2s)", "gap constant 2"},
    {C F, "framework f.arrival=at(0s, 5s)", "jobs 2 order 0 arrival 1"},
    {C F, "framework f.arrival=at(0s, 5s)", "at 5000000000"},
    {D C F, "framework f.arrival=poisson(1s)", "jobs 18446744073709551615 order 0 arrival 3"},
    {D C F, "framework f.arrival=closed(0s)", "jobs 18446744073709551615 order 0 arrival 4"},
    {D C F, "framework f.arrival=closed(0s)", "gap constant 0"},
    {C F, "framework f.tasks=uniform(1, 1)", "tasks constant 1"},
    {D C F, "framework f.tasks=unlimited", "stage tasks 1 after 0"},
    {C F, "framework f.task-resources=cpus:2;mem:1GiB", "task-resources 2000 1024000 0 0 0"},
    {C F, "framework f.task-duration=1min", "task-duration constant 60"},
    {C STAGED, "stage f.a.tasks=9", "tasks constant 9"},
    {C STAGED, "stage f.a.task-resources=cpus:9", "task-resources 9000 0 0 0 0"},
    {C STAGED, "stage f.a.task-duration=9s", "task-duration constant 9"},
    {C STAGED, "stage f.b.after=a", "stage b 0 after 1"},
    {C "[framework f]\nscheduler=hadoop\n[stage f.a]\n" T, "stage f.a.task-input=2KB", "task-input 2000"},
    {CR H, "framework f.task-input=3KB", "task-input 3000"},
    {CR H, "experiment.seed=1", "hadoop 3 replicas, 0 pools, reduces 0.05 0, speculation 0"},
    {CR H, "experiment.seed=1", "delay 0 skips 0 0 wait 0 0 reset 0"},
    {CR H, "experiment.seed=1", "read rack 1 0 off 1 0"},
    {C H, "experiment.seed=1", "hadoop 1 replicas, 0 pools, reduces 0.05 0, speculation 0"},
    {CR H, "framework f.replicas=0", "hadoop 0 replicas, 0 pools, reduces 0.05 0, speculation 0"},
    {CR H "job-order=hfs\n", "framework f.pools=4",
     "hadoop 3 replicas, 4 pools, reduces 0.05 0, speculation 0"},
    {CR H, "framework f.reduce-slow-start=80%", "hadoop 3 replicas, 0 pools, reduces 0.8 0, speculation 0"},
    {CR H, "framework f.shuffle-rate=1KB/s", "hadoop 3 replicas, 0 pools, reduces 0.05 1000, speculation 0"},
    {CR H, "framework f.speculation=yes", "hadoop 3 replicas, 0 pools, reduces 0.05 0, speculation 1"},
    {CR H, "framework f.delay=skips(20)", "delay 1 skips 20 0 wait 0 0 reset 0"},
    {CR H, "framework f.delay=skips(20, 5)", "delay 1 skips 20 5 wait 0 0 reset 0"},
    {CR H, "framework f.delay=wait(2s, 1s)", "delay 2 skips 0 0 wait 2000000000 1000000000 reset 0"},
    {CR H "delay-reset=launch\n", "framework f.delay=skips(7)", "delay 1 skips 7 0 wait 0 0 reset 1"},
    {CR H "delay=skips(7)\n", "framework f.delay-reset=launch", "delay 1 skips 7 0 wait 0 0 reset 1"},
    {CR H, "framework f.rack-read=1.5", "read rack 1.5 0 off 1 0"},
    {CR H, "framework f.off-rack-read=2KB/s", "read rack 1 0 off 1 2000"},
    {C STAGED, "stage f.a.after=b", "stage a 0 after 1"},

    {C F O, "operator o.at=2s: teardown f", "operator o 2000000000 14 0+0 - f grace 0 gone 0 force 0 all 0"},
    {C F O, "operator o.at=1min:weight a 2, b/c 0.5",
     "operator o 60000000000 0 0+0 - - grace 0 gone 0 force 0 all 0\n"
     "item a 2 0+0 0 0\nitem-guarantee 0 0 0 0 0\nitem-limit 0 0 0 0 0\n"
     "item b/c 0.5 0+0 0 0\nitem-guarantee 0 0 0 0 0\nitem-limit 0 0 0 0 0"},
    {C F, "operator o.at=1s: quota a guarantee=cpus:1;mem:5 limit=cpus:2, b limit=mem:0 force",
     "operator o 1000000000 1 0+0 - - grace 0 gone 0 force 1 all 0\n"
     "item a 0 0+0 0 0\nitem-guarantee 1000 5000 0 0 0\nitem-limit 2000 -1 -1 -1 -1\n"
     "item b 0 0+0 0 0\nitem-guarantee 0 0 0 0 0\nitem-limit -1 0 -1 -1 -1"},
    {C F, "operator o.at=1s: quota a",
     "item a 0 0+0 0 0\nitem-guarantee 0 0 0 0 0\nitem-limit -1 -1 -1 -1 -1"},
    {CC F, "operator o.at=1s: reserve big:3-5 cpus(*,a):2; mem(*,a):9",
     "operator o 1000000000 2 2+3 cpus(*,a):2;mem(*,a):9 - grace 0 gone 0 force 0 all 0"},
    {CC F, "operator o.at=1s: unreserve small cpus(*,a):1",
     "operator o 1000000000 3 20+5 cpus(*,a):1 - grace 0 gone 0 force 0 all 0"},
    {CC F, "operator o.at=1s: create agent-00025 disk(*,a)[v]:10",
     "operator o 1000000000 4 24+1 disk(*,a)[v]:10 - grace 0 gone 0 force 0 all 0"},
    {CC F, "operator o.at=1s: destroy small:5 disk(*,a)[v]:10",
     "operator o 1000000000 5 24+1 disk(*,a)[v]:10 - grace 0 gone 0 force 0 all 0"},
    {CC F, "operator o.at=1s: maintenance big start=2s length=3s, small:1 start=4s",
     "operator o 1000000000 6 0+0 - - grace 0 gone 0 force 0 all 0\n"
     "item - 0 0+20 2000000000 3000000000\nitem-guarantee 0 0 0 0 0\nitem-limit 0 0 0 0 0\n"
     "item - 0 20+1 4000000000 9223372036854775807\nitem-guarantee 0 0 0 0 0\nitem-limit 0 0 0 0 0"},
    {CC F, "operator o.at=1s: maintenance none",
     "operator o 1000000000 6 0+0 - - grace 0 gone 0 force 0 all 0"},
    {CC F, "operator o.at=1s: maintenance-start big",
     "operator o 1000000000 7 0+20 - - grace 0 gone 0 force 0 all 0"},
    {CC F, "operator o.at=1s: maintenance-stop big:20",
     "operator o 1000000000 8 19+1 - - grace 0 gone 0 force 0 all 0"},
    {CC F, "operator o.at=1s: drain big:1-2 grace=30s mark-gone",
     "operator o 1000000000 9 0+2 - - grace 30000000000 gone 1 force 0 all 0"},
    {CC F, "operator o.at=1s: deactivate big:1",
     "operator o 1000000000 10 0+1 - - grace 0 gone 0 force 0 all 0"},
    {CC F, "operator o.at=1s: reactivate big:1",
     "operator o 1000000000 11 0+1 - - grace 0 gone 0 force 0 all 0"},
    {CC F, "operator o.at=1s: gone big:1", "operator o 1000000000 12 0+1 - - grace 0 gone 0 force 0 all 0"},
    {CC F, "operator o.at=1s: whitelist big:2, small",
     "operator o 1000000000 13 0+0 - - grace 0 gone 0 force 0 all 0\n"
     "item - 0 1+1 0 0\nitem-guarantee 0 0 0 0 0\nitem-limit 0 0 0 0 0\n"
     "item - 0 20+5 0 0\nitem-guarantee 0 0 0 0 0\nitem-limit 0 0 0 0 0"},
    {CC F, "operator o.at=1s: whitelist all",
     "operator o 1000000000 13 0+0 - - grace 0 gone 0 force 0 all 1"},
    {CC F, "operator o.at=1s: whitelist none",
     "operator o 1000000000 13 0+0 - - grace 0 gone 0 force 0 all 0"},

    {C SWF, "framework f.trace=../y.SWF.gz", "trace ../y.SWF.gz ../y.SWF.gz 0"},
    {C SWF, "framework f.trace=/data/y.tsv", "trace /data/y.tsv /data/y.tsv 1"},
    {C "[framework f]\ntrace=x\nformat=swf\n", "framework f.format=swim", "trace x x 1"},
    {C F, "framework f.decision-time-per-job=1s", "per-job constant 1"},
    {C F, "framework f.decision-time-per-task=2s", "per-task constant 2"},
    {C F, "framework f.slow-tasks=2%: 5", "slow tasks 0.02 by 5"},
    {C F, "framework f.prefers=disk == ssd", "prefers 1 for 0 else 1"},
    {C F, "framework f.prefers-resources=gpus:1", "preferred 0 0 0 1000 0"},
    {C "[framework f]\nprefers=class == agents\n" T, "framework f.prefers-wait=4s",
     "prefers 1 for 4000000000 else 1"},
    {C "[framework f]\nprefers=class == agents\n" T, "framework f.elsewhere-slowdown=1.5",
     "prefers 1 for 0 else 1.5"},
    {C F, "framework f.minimum-allocation=3", "scales 3 1 0"},
    {C F, "framework f.scale-up=no", "scales 0 0 0"},
    {C F, "framework f.scale-down=yes", "scales 0 1 1"},
    {C F, "framework f.executor-reuse=yes", "executors 1 9223372036854775807"},
    {C SPARK T, "framework f.executor-idle-timeout=5s", "executors 1 5000000000"},
    {C SPARK T, "framework f.iterations=3", "spark 3 3000000000"},
    {C SPARK T, "framework f.locality-wait=0s", "spark 1 0"},
    {C SPARK T, "framework f.executor-resources=mem:1", "executor 0 1000 0 0 0"},
    {C SPARK T, "framework f.cached-task-duration=7s", "cached constant 7"},
    {C SPARK "[stage f.a]\n" T, "stage f.a.cached-task-duration=8s", "cached constant 8"},
    {C POOL T, "framework f.backfill=easy", "torque 1 1"},
    {C POOL T, "framework f.estimate-factor=2", "torque 0 2"},
    {D C WEB, "framework f.instances=1, 1s: 0", "instances 1000000000 0 spread 0"},
    {D C WEB, "framework f.spread=host", "instances 0 1 spread 1"},
    {D C WEB, "framework f.task-duration=none", "task-duration none"},
    {D C WEB, "framework f.instances=1", "stage instances 1 after 0"},
    {C SWF, "framework f.frameworks=queue", "frameworks 3 0 -"},
    {C SWF, "framework f.frameworks=one", "frameworks 0 0 -"},
    {C SWIM, "framework f.frameworks=8", "frameworks 7 8 -"},
    {C CSV, "framework f.frameworks=column user id", "frameworks 6 0 user id"},
    {C SWF, "framework f.frameworks=user", "frameworks 1 0 -"},
    {C SWF, "framework f.frameworks=group", "frameworks 2 0 -"},
    {C SWF, "framework f.frameworks=partition", "frameworks 4 0 -"},
    {C SWF, "framework f.frameworks=executable", "frameworks 5 0 -"},
    {C SWF, "framework f.roles=group", "roles 2 0 -"},
    {C SWF, "framework f.roles=framework", "roles 0 0 -"},
    {C SWF, "framework f.sort=yes",
     "sort 1 compression 1 window 0 9223372036854775807 jobs 4294967295 scale 1"},
    {C SWF, "framework f.time-compression=8",
     "sort 0 compression 8 window 0 9223372036854775807 jobs 4294967295 scale 1"},
    {C SWF, "framework f.window-start=1s",
     "sort 0 compression 1 window 1000000000 9223372036854775807 jobs 4294967295 scale 1"},
    {C SWF, "framework f.replicate=none", "replicate 0 0"},
    {C SWF, "framework f.replicate=jitter(60s)", "replicate 1 60000000000"},
    {C SWF, "framework f.replicate=resample-blocks(1h)", "replicate 2 3600000000000"},
    {C SWF, "framework f.replicate=resample-users", "replicate 3 0"},
    {C SWF, "framework f.window-end=1s", "sort 0 compression 1 window 0 1000000000 jobs 4294967295 scale 1"},
    {C SWF, "framework f.max-jobs=5", "sort 0 compression 1 window 0 9223372036854775807 jobs 5 scale 1"},
    {C SWF, "framework f.scale=0.5",
     "sort 0 compression 1 window 0 9223372036854775807 jobs 4294967295 scale 0.5"},
    {C SWF, "framework f.whole-agents=yes", "swf 1 1 0"},
    {C SWF, "framework f.use-memory=no", "swf 0 0 0"},
    {"[cluster]\nagents=1\nresources=cpus:1\n" SWF, "experiment.seed=1", "swf 0 0 0"},
    {C SWF, "framework f.memory-default=1GiB", "swf 0 1 1024000"},
    {C SWF, "framework f.start=1s", "start 1 1000000000 stop 9223372036854775807 target 0"},
    {CM SWIM, "framework f.trace-nodes=3000", "swim 3000 10 40 1.34218e+08 1.07374e+09"},
    {CM SWIM, "framework f.slots=17", "swim 600 10 17 1.34218e+08 1.07374e+09"},
    {CM SWIM, "framework f.block-size=64MB", "swim 600 10 40 6.4e+07 1.07374e+09"},
    {CM SWIM, "framework f.bytes-per-reduce=1GB", "swim 600 10 40 1.34218e+08 1e+09"},
    {CM SWIM, "framework f.map-resources=cpus:2", "swim 600 10 20 1.34218e+08 1.07374e+09"},
    {CM SWIM, "framework f.map-resources=cpus:2", "map 2000 0 0 0 0"},
    {CM SWIM, "framework f.reduce-resources=cpus:3", "reduce 3000 0 0 0 0"},
    {CM SWIM, "framework f.map-rate=5MB/s", "map-rate constant 5e+06"},
    {CM SWIM, "framework f.reduce-rate=5MB/s", "reduce-rate constant 5e+06"},
    {CM SWIM, "framework f.task-overhead=0s", "task-overhead none"},
    {CM SWIM, "experiment.seed=1", "task-overhead constant 1"},
    {"[cluster]\nagents=3\nresources=cpus:5\n" SWIM, "experiment.seed=1", "map 1000 0 0 0 0"},
    {"[cluster]\nagents=3\nresources=cpus:5\n" SWIM, "experiment.seed=1",
     "swim 600 3 15 1.34218e+08 1.07374e+09"},
    {CM CSV, "framework f.task-resources=licences:1", "csv 0 0 0 0 1000"},
    {CM CSV, "framework f.column-submit=t ms", "submit t * 0.001"},
    {CM CSV, "framework f.column-tasks=n", "tasks n * 1"},
    {CM CSV, "framework f.column-duration=t h", "duration t * 3600"},
    {CM CSV2, "framework f.column-start=t", "start t * 1"},
    {CM CSV2, "framework f.column-end=t", "end t * 1"},
    {CM CSV3, "framework f.column-reduces=t", "reduces t * 1"},
    {CM CSV3, "framework f.column-reduce-duration=t ms", "reduce-duration t * 0.001"},
    {CM CSV, "framework f.column-name=t", "name t * 1"},
    {CM CSV, "framework f.column-cpus=t * 0.01", "kind t * 0.01"},
    {CM CSV, "framework f.column-mem=t GiB", "kind t * 1024"},
    {CM CSV2, "framework f.task-resources=cpus:1", "csv 1000 0 0 0 0"},
    {CM "[framework f]\ntrace=x.csv\ncolumn-submit=s\ncolumn-duration=d\n", "framework f.column-disk=t",
     "kind t * 1"},
    {CM CSV, "framework f.column-gpus=t", "kind t * 1"},
    {CM CSV, "framework f.column-licences=t * 2", "kind t * 2"},
};

START_TEST(every_key_has_its_effect)
{
  const KeyEffect *effect = &effects[_i];
  g_autoptr(Experiment) experiment = test_load(effect->text, effect->set);
  g_autofree char *dump = experiment_dump(experiment);
  g_autofree char *line = g_strdup_printf("\n%s\n", effect->line);
  g_autofree char *lines = g_strconcat("\n", dump, NULL);
  ck_assert_msg(strstr(lines, line) != NULL, "%s: not \"%s\" in:\n%s", effect->set, effect->line, dump);

  /* The effective text repeats the run. */
  g_autoptr(Experiment) again = test_load(experiment->effective, NULL);
  g_autofree char *dump_again = experiment_dump(again);
  ck_assert_str_eq(dump_again, dump);
  ck_assert_str_eq(again->effective, experiment->effective);
}
END_TEST

/* The table of effects above is complete: it has a row for each key of the table of keys. */
START_TEST(every_key_is_tested)
{
  size_t position = 0;
  WorkloadKey key;
  int n = 0;
  while (workload_key_next(&position, &key)) {
    g_autofree char *kind = g_strndup(key.group, strcspn(key.group, " "));
    g_autofree char *name =
        g_strdup_printf(".%s=", strcmp(key.key, "column-KIND") == 0 ? "column-licences" : key.key);
    bool found = false;
    for (size_t i = 0; i < G_N_ELEMENTS(effects); i++)
      found = found || (g_str_has_prefix(effects[i].set, kind) && strstr(effects[i].set, name) != NULL);
    ck_assert_msg(found, "no test for the key %s of [%s]", key.key, key.group);
    ck_assert_ptr_nonnull(key.type);
    ck_assert_uint_gt(strlen(key.summary), 5);
    n++;
  }
  ck_assert_int_gt(n, 60);
}
END_TEST

/* What decides a run, and nothing else. */
START_TEST(identity_is_of_keys_and_values)
{
  static const char *const same[] = {
      "[cluster]\nagents=2\nresources=cpus:1\n[framework f]\n" T,
      "# said of it\n[ cluster ]\nagents  =  2\n\nresources=cpus:1\n[framework   f]\n" T,
      "[experiment]\nseed=7\nreplications=3\nconfidence=90%\n[cluster]\nagents=2\nresources=cpus:1\n["
      "framework "
      "f]\n" T,
  };
  static const char *const others[] = {
      "[experiment]\ntitle=x\n[cluster]\nagents=2\nresources=cpus:1\n[framework f]\n" T,
      "[cluster]\nagents=3\nresources=cpus:1\n[framework f]\n" T,
      "[cluster]\nagents=2\nresources=cpus:1\n[framework g]\n" T,
  };
  g_autoptr(Experiment) first = test_load(same[0], NULL);
  ck_assert_uint_eq(strlen(first->identity), 64);
  for (size_t i = 1; i < G_N_ELEMENTS(same); i++) {
    g_autoptr(Experiment) again = test_load(same[i], NULL);
    ck_assert_str_eq(again->identity, first->identity);
  }
  for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
    g_autoptr(Experiment) other = test_load(others[i], NULL);
    ck_assert_str_ne(other->identity, first->identity);
  }
  g_autoptr(Experiment) seeded = test_load(same[0], "experiment.seed=7");
  ck_assert_str_eq(seeded->identity, first->identity);
  g_autoptr(Experiment) more = test_load(same[0], "cluster.agents=3");
  g_autoptr(Experiment) written = test_load(others[1], NULL);
  ck_assert_str_eq(more->identity, written->identity);
}
END_TEST

/* A file of numbers belongs to what is run. */
START_TEST(identity_is_of_the_numbers_in_files)
{
  g_autofree char *folder = g_dir_make_tmp("offersim-identity-XXXXXX", NULL);
  g_autofree char *path = g_build_filename(folder, "times", NULL);
  g_autofree char *text = g_strdup_printf("[cluster]\nagents=2\nresources=cpus:1\n[framework f]\ntasks=1\n"
                                          "task-resources=cpus:1\ntask-duration=empirical(%s)\n",
                                          path);
  char *identities[2];
  for (int i = 0; i < 2; i++) {
    ck_assert(g_file_set_contents(path, i == 0 ? "1s\n2s\n" : "1s\n3s\n", -1, NULL));
    g_autoptr(Experiment) experiment = test_load(text, NULL);
    identities[i] = g_strdup(experiment->identity);
  }
  ck_assert_str_ne(identities[0], identities[1]);
  g_free(identities[0]);
  g_free(identities[1]);
  g_unlink(path);
  g_rmdir(folder);
}
END_TEST

/* Calls come in the order of their times, those of one time in that of the file; each one that there is is tested. */
START_TEST(operator_calls_are_sorted)
{
  g_autoptr(Experiment) experiment =
      test_load(TEST_CLUSTER TEST_FRAMEWORK "[operator c]\nat=2s: teardown f\n"
                                            "[operator b]\nat=1s: whitelist all\n"
                                            "[operator a]\nat=2s: weight f 2\n",
                NULL);
  ck_assert_uint_eq(experiment->n_operators, 3);
  ck_assert_str_eq(experiment->operators[0].name, "b");
  ck_assert_str_eq(experiment->operators[1].name, "c");
  ck_assert_str_eq(experiment->operators[2].name, "a");
  ck_assert_str_eq(experiment->operators[2].text, "weight f 2");
  ck_assert_int_eq(experiment->operators[2].line, 12);

  size_t position = 0;
  WorkloadCall call;
  int n = 0;
  while (workload_call_next(&position, &call)) {
    g_autofree char *text = g_strconcat(":", call.word, " ", NULL);
    bool found = false;
    for (size_t i = 0; i < G_N_ELEMENTS(effects); i++) {
      g_auto(GStrv) parts = g_strsplit(effects[i].set, ": ", 2);
      g_autofree char *rest = parts[1] == NULL ? NULL : g_strconcat(":", parts[1], " ", NULL);
      found = found || (rest != NULL && g_str_has_prefix(rest, text)) || strstr(effects[i].set, text) != NULL;
    }
    ck_assert_msg(found, "no test for the call %s", call.word);
    ck_assert_uint_gt(strlen(call.summary), 5);
    n++;
  }
  ck_assert_int_eq(n, 15);
}
END_TEST

START_TEST(names_of_members)
{
  static const struct {
    uint32_t count, member;
    const char *name;
  } rows[] = {{1, 0, "f"},       {2, 0, "f-1"},         {9, 8, "f-9"},
              {10, 0, "f-01"},   {10, 9, "f-10"},       {100, 98, "f-099"},
              {200, 0, "f-001"}, {1000, 999, "f-1000"}, {1000000, 0, "f-0000001"}};
  for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
    char letter[] = "f";
    FrameworkSpec framework = {.name = letter, .count = rows[i].count};
    g_autofree char *name = framework_member_name(&framework, rows[i].member);
    ck_assert_str_eq(name, rows[i].name);
  }
}
END_TEST

START_TEST(classes_share_what_the_cluster_says)
{
  g_autoptr(Experiment) experiment = test_load("[cluster]\n"
                                               "resources=cpus:2\n"
                                               "attributes=os:linux;zone:a\n"
                                               "[agents small]\n"
                                               "count=3\n"
                                               "[agents big]\n"
                                               "count=4\n"
                                               "resources=cpus:8\n"
                                               "attributes=zone:b;disk:ssd\n" TEST_FRAMEWORK,
                                               NULL);
  g_autofree char *dump = experiment_dump(experiment);
  ck_assert_ptr_nonnull(strstr(dump, "cluster 7 agents, 0 per rack\n"
                                     "agents small 3 cpus:2 speed 1\n"
                                     "attribute os:linux\n"
                                     "attribute zone:a\n"
                                     "agents big 4 cpus:8 speed 1\n"
                                     "attribute zone:b\n"
                                     "attribute disk:ssd\n"
                                     "attribute os:linux\n"));
}
END_TEST

/* Written backwards; `after` may name what stands behind. */
START_TEST(stages_are_sorted)
{
  g_autoptr(Experiment) experiment = test_load(TEST_CLUSTER "[framework f]\n"
                                                            "[stage f.end]\n" T "after=left, right\n"
                                                            "[stage f.right]\n" T "after=begin\n"
                                                            "[stage f.left]\n" T "after=begin\n"
                                                            "[stage f.begin]\n" T,
                                               NULL);
  const FrameworkSpec *framework = &experiment->frameworks[0];
  static const char *const names[] = {"begin", "right", "left", "end"};
  static const uint64_t after[] = {0, 1, 1, 6};
  ck_assert_uint_eq(framework->n_stages, 4);
  for (uint32_t i = 0; i < 4; i++) {
    ck_assert_str_eq(framework->stages[i].name, names[i]);
    ck_assert_uint_eq(framework->stages[i].after, after[i]);
  }
}
END_TEST

START_TEST(stages_of_names_with_dots)
{
  g_autoptr(Experiment) experiment =
      test_load(TEST_CLUSTER "[framework f]\n" T "[framework f.x]\n[stage f.x.map]\n" T, NULL);
  ck_assert_str_eq(experiment->frameworks[0].stages[0].name, "tasks");
  ck_assert_str_eq(experiment->frameworks[1].stages[0].name, "map");
}
END_TEST

START_TEST(sixty_four_stages_fit)
{
  g_autoptr(GString) text = g_string_new(TEST_CLUSTER "[framework f]\n");
  for (int i = 0; i < JOB_STAGES_MAX; i++) {
    g_string_append_printf(text, "[stage f.s%d]\n" T, i);
    if (i > 0)
      g_string_append_printf(text, "after=s%d\n", i - 1);
  }
  g_autoptr(Experiment) experiment = test_load(text->str, NULL);
  ck_assert_uint_eq(experiment->frameworks[0].stages[63].after, UINT64_C(1) << 62);
  g_string_append(text, "[stage f.s64]\n" T);
  g_autofree char *message = test_load_error(text->str, NULL);
  ck_assert_str_eq(message, "t.ini:324: [stage f.s64]: one stage too many; at most 64 fit");
}
END_TEST

START_TEST(paths_start_at_the_file)
{
  const char *text = TEST_CLUSTER SWF;
  g_autoptr(Experiment) experiment = workload_text_load(text, "a/b/w.ini", NULL, NULL, NULL);
  ck_assert_str_eq(experiment->frameworks[0].trace->path, "a/b/x.swf");
  ck_assert_str_eq(experiment->frameworks[0].trace->path_as_written, "x.swf");
  ck_assert_int_eq(experiment->frameworks[0].trace->line, 5);
  ck_assert_str_eq(experiment->title, "w.ini");
}
END_TEST

START_TEST(options_know_their_lines)
{
  const char *overrides[] = {"allocator drf.min-share=2", NULL};
  g_autoptr(Experiment) experiment = workload_text_load(
      TEST_CLUSTER TEST_FRAMEWORK "[allocator drf]\nsorter=x\n", "t.ini", overrides, &test_names, NULL);
  const AllocatorOptions *options = &experiment->allocators[0];
  ck_assert_str_eq(options->keys[0], "sorter");
  ck_assert_int_eq(options->lines[0], 9);
  ck_assert_str_eq(options->keys[1], "min-share");
  ck_assert_int_eq(options->lines[1], 0);
  g_autofree char *of_file = workload_where(experiment, 9, "allocator drf", "sorter");
  g_autofree char *of_set = workload_where(experiment, 0, "allocator drf", "min-share");
  ck_assert_str_eq(of_file, "t.ini:9: [allocator drf] sorter: ");
  ck_assert_str_eq(of_set, "--set allocator drf.min-share: ");
}
END_TEST

/* The experiments that come with the program, unchanged and smaller. */
START_TEST(experiments_that_are_installed)
{
  static const char *const names[] = {"quickstart", "scalability", "scalability-1ms", "drf-example"};
  const char *overrides[] = {"cluster.agents=10", NULL};
  g_autofree char *path = g_strdup_printf("workloads/%s.ini", names[_i]);
  g_autoptr(GError) error = NULL;
  g_autoptr(Experiment) experiment = workload_file_load(path, NULL, NULL, &error);
  ck_assert_msg(experiment != NULL, "%s", error == NULL ? "" : error->message);
  g_autoptr(Experiment) smaller = workload_file_load(path, overrides, NULL, &error);
  ck_assert_uint_eq(smaller->cluster.agents, 10);
  g_autoptr(Experiment) again = workload_text_load(smaller->effective, path, NULL, NULL, &error);
  g_autofree char *dump = experiment_dump(smaller);
  g_autofree char *dump_again = experiment_dump(again);
  ck_assert_str_eq(dump, dump_again);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("workload-file");
  test_case(suite, the_example_of_the_design);
  test_case(suite, defaults);
  test_case_loop(suite, every_key_has_its_effect, 0, G_N_ELEMENTS(effects));
  test_case(suite, every_key_is_tested);
  test_case(suite, identity_is_of_keys_and_values);
  test_case(suite, identity_is_of_the_numbers_in_files);
  test_case(suite, operator_calls_are_sorted);
  test_case(suite, names_of_members);
  test_case(suite, classes_share_what_the_cluster_says);
  test_case(suite, stages_are_sorted);
  test_case(suite, stages_of_names_with_dots);
  test_case(suite, sixty_four_stages_fit);
  test_case(suite, paths_start_at_the_file);
  test_case(suite, options_know_their_lines);
  test_case_loop(suite, experiments_that_are_installed, 0, 4);
  return suite;
}
