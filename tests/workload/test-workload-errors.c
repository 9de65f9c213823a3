/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pinned: the whole text of every class of error, with file, line, group and key. Not pinned here: which of
 * several errors of one file comes first, beyond the order of the keys in a group.
 */

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/test-main.h"
#include "tests/workload/experiment-dump.h"

typedef struct {
  const char *text;
  const char *set;
  const char *message;
} Refusal;

#define C      TEST_CLUSTER   /* 3 lines */
#define F      TEST_FRAMEWORK /* 4 lines */
#define S      "[framework f]\n"
#define T      "tasks=1\ntask-resources=cpus:1\ntask-duration=1s\n"
#define H      "scheduler=hadoop\n"
#define CSV    "[framework f]\ntrace=x.csv\n"
#define CSV_OK "column-submit=s\ncolumn-duration=d\ntask-resources=cpus:1\n"

static const Refusal refusals[] = {
    /* --- text that is no key file --- */
    {"", NULL, "t.ini: nothing in it; expected groups such as [experiment] and [cluster]"},
    {"# only a comment\n\n", NULL,
     "t.ini: nothing in it; expected groups such as [experiment] and [cluster]"},
    {C "\nwhat is this\n", NULL,
     "t.ini:5: expected \"[group]\", \"key = value\" or a comment behind \"#\", not \"what is this\""},
    {"[cluster\n", NULL,
     "t.ini:1: expected \"[group]\", \"key = value\" or a comment behind \"#\", not \"[cluster\""},
    {"[]\n", NULL, "t.ini:1: expected \"[group]\", \"key = value\" or a comment behind \"#\", not \"[]\""},
    {"[a]b]\n", NULL,
     "t.ini:1: expected \"[group]\", \"key = value\" or a comment behind \"#\", not \"[a]b]\""},
    {"= 3\n", NULL, "t.ini:1: expected \"[group]\", \"key = value\" or a comment behind \"#\", not \"= 3\""},
    {"agents = 3\n" C, NULL, "t.ini:1: agents: a key before the first [group]"},
    {"\xff\xfe[cluster]\n", NULL, "t.ini:1: byte 0xff is not UTF-8; expected a text file"},
    {C "\n\x01\n", NULL, "t.ini:5: control character 0x01; expected a text file"},
    {"[experiment]\ntitle = a\\qb\n", NULL,
     "t.ini:2: [experiment] title: not an escape sequence in \"a\\qb\"; expected \\\\, \\s, \\n, \\t or \\r"},
    {"[experiment]\ntitle = a\rb\n", NULL, "t.ini:2: a carriage return within the line"},

    {"[experiment]\nduration = 1s\\nx\n", NULL,
     "t.ini:2: [experiment] duration: unknown unit \"s\\012x\" in \"1s\\012x\"; expected ns, us, ms, s, min, "
     "h or d"},

    /* --- things that stand twice --- */
    {C "\n[ cluster ]\n", NULL, "t.ini:5: [cluster]: this group stands already at line 1"},
    {C F "[framework  f]\n", NULL, "t.ini:8: [framework f]: this group stands already at line 4"},
    {"[cluster]\nagents=1\nresources=cpus:1\nagents=2\n", NULL,
     "t.ini:4: [cluster] agents: this key stands already at line 2"},

    /* --- unknown groups and keys --- */
    {C "[framwork f]\n", NULL, "t.ini:4: [framwork f]: unknown group; did you mean \"framework\"?"},
    {C "[nonsense]\n", NULL,
     "t.ini:4: [nonsense]: unknown group; expected one of experiment, cluster, agents, master, network, "
     "allocator, "
     "role, framework, stage, operator"},
    {C "[framework]\n", NULL, "t.ini:4: [framework]: expected [framework NAME]"},
    {"[cluster big]\n", NULL, "t.ini:1: [cluster big]: expected [cluster]"},
    {C S "task-duraton=1s\n", NULL,
     "t.ini:5: [framework f] task-duraton: unknown key; did you mean \"task-duration\"?"},
    {C S "zzzzzzz=1s\n", NULL,
     "t.ini:5: [framework f] zzzzzzz: unknown key of [framework]; \"sim list keys\" shows those there are"},
    {C "[network]\nlatency=1s\n" F, NULL,
     "t.ini:5: [network] latency: unknown key; expected one of master-agent, master-framework"},
    {C "[role r]\nwieght=2\n" F, NULL, "t.ini:5: [role r] wieght: unknown key; did you mean \"weight\"?"},
    {C S "column-KIND=x\n", NULL,
     "t.ini:5: [framework f] column-KIND: unknown key of [framework]; \"sim list keys\" shows those there "
     "are"},
    {C "[allocator dfr]\n" F, NULL,
     "t.ini:4: [allocator dfr]: unknown allocator \"dfr\"; did you mean \"drf\"?"},
    {C "[allocator drf]\nsortr=x\n" F, NULL,
     "t.ini:5: [allocator drf] sortr: unknown key; did you mean \"sorter\"?"},
    {C "[allocator drf]\nzzzzzz=x\n" F, NULL,
     "t.ini:5: [allocator drf] zzzzzz: unknown key; expected one of sorter, min-share"},
    {C "[allocator priority]\nx=1\n" F, NULL,
     "t.ini:5: [allocator priority] x: unknown key; expected none, this allocator has no options"},

    /* --- values --- */
    {"[experiment]\nduration=10\n" C F, NULL,
     "t.ini:2: [experiment] duration: expected a duration with its unit (ns, us, ms, s, min, h or d), such "
     "as "
     "\"10s\", not \"10\""},
    {"[experiment]\nduration=10sec\n" C F, NULL,
     "t.ini:2: [experiment] duration: unknown unit \"sec\" in \"10sec\"; expected ns, us, ms, s, min, h or "
     "d"},
    {"[experiment]\nduration=-1s\n" C F, NULL,
     "t.ini:2: [experiment] duration: expected a duration that is not negative, not \"-1s\""},
    {"[experiment]\nduration=0s\n" C F, NULL,
     "t.ini:2: [experiment] duration: expected a duration longer than zero, not \"0s\""},
    {"[experiment]\nduration=\n" C F, NULL,
     "t.ini:2: [experiment] duration: expected a duration such as \"30s\", not \"\""},
    {"[experiment]\nduration=1e300s\n" C F, NULL,
     "t.ini:2: [experiment] duration: \"1e300s\" is too long; expected at most 292 years"},
    {"[experiment]\nduration=36501d\n" C F, NULL,
     "t.ini:2: [experiment] duration: \"36501d\" is too long; expected at most 36500d"},
    {"[experiment]\nduration=nan s\n" C F, NULL,
     "t.ini:2: [experiment] duration: expected a duration such as \"30s\", not \"nan s\""},
    {"[experiment]\nduration=1h # an hour\n" C F, NULL,
     "t.ini:2: [experiment] duration: unknown unit \"h # an hour\" in \"1h # an hour\"; expected ns, us, ms, "
     "s, min, "
     "h or d (a comment needs a line of its own)"},
    {"[experiment]\nseed=-1\n" C F, NULL,
     "t.ini:2: [experiment] seed: expected a whole number from 0 to 9223372036854775807, not \"-1\""},
    {"[experiment]\nseed=99999999999999999999\n" C F, NULL,
     "t.ini:2: [experiment] seed: expected a whole number from 0 to 9223372036854775807, not "
     "\"99999999999999999999\""},
    {"[experiment]\nseed=one\n" C F, NULL,
     "t.ini:2: [experiment] seed: expected a whole number, not \"one\""},
    {"[experiment]\nduration=1h\nwarm-up=1h\n" C F, NULL,
     "t.ini:3: [experiment] warm-up: expected less than the duration of the run, \"1h\", not \"1h\""},
    {"[experiment]\nsample-interval=0s\n" C F, NULL,
     "t.ini:2: [experiment] sample-interval: expected a duration longer than zero, not \"0s\""},
    {"[experiment]\ntitle=\n" C F, NULL, "t.ini:2: [experiment] title: expected a text, not an empty value"},
    {C "[master]\nallocation-interval=0s\n" F, NULL,
     "t.ini:5: [master] allocation-interval: expected a duration longer than zero, not \"0s\""},
    {C "[master]\noffer-timeout=never\n" F, NULL,
     "t.ini:5: [master] offer-timeout: expected a duration such as \"30s\", not \"never\"; or \"none\""},
    {C "[master]\nmin-allocatable-resources=cpus:1|mem\n" F, NULL,
     "t.ini:5: [master] min-allocatable-resources: expected \"name:amount\", not \"mem\""},
    {C "[network]\nmaster-agent=1parsec\n" F, NULL,
     "t.ini:5: [network] master-agent: unknown unit \"parsec\" in \"1parsec\"; expected ns, us, ms, s, min, "
     "h or d"},
    {C "[role a b]\n" F, NULL,
     "t.ini:4: [role a b]: \"a b\" is not a role: expected components joined by \"/\", none of them empty, "
     "\".\", "
     "\"..\" or beginning with \"-\", without white space or any of \\(){};:,*"},
    {C "[role r]\nweight=0\n" F, NULL, "t.ini:5: [role r] weight: expected a number above zero, not \"0\""},
    {C "[role r]\nweight=inf\n" F, NULL, "t.ini:5: [role r] weight: expected a finite number, not \"inf\""},

    /* --- the cluster --- */
    {F, NULL, "t.ini: no agents; expected \"agents\" and \"resources\" in [cluster], or an [agents NAME]"},
    {"[cluster]\nresources=cpus:1\n" F, NULL,
     "t.ini:1: [cluster]: no agents; expected \"agents\" and \"resources\" in [cluster], or an [agents "
     "NAME]"},
    {"[cluster]\nagents=0\nresources=cpus:1\n" F, NULL,
     "t.ini:2: [cluster] agents: expected a whole number from 1 to 50000000, not \"0\""},
    {"[cluster]\nagents=20000\nresources=cpus:1;mem:999999999999\n" F, NULL,
     "t.ini:3: [cluster] resources: 20000 such agents make too much mem; expected at most 2305843009213693 "
     "in "
     "all"},
    {"[cluster]\nresources=cpus:999999999999\n[agents a]\ncount=2000\n[agents b]\ncount=2000\n"
     "resources=cpus:999999999999\n" F,
     NULL,
     "t.ini:7: [agents b] resources: 2000 such agents make too much cpus; expected at most 2305843009213693 "
     "in "
     "all"},
    {"[cluster]\nagents=1\n" F, NULL,
     "t.ini:1: [cluster]: the key \"resources\" is missing; expected the resources of one agent, such as "
     "\"cpus:4;mem:8192\""},
    {"[cluster]\nagents=1\nresources=\n" F, NULL,
     "t.ini:3: [cluster] resources: expected resources such as \"cpus:4;mem:8192\", not an empty value"},
    {"[cluster]\nagents=1\nresources=cpus:0\n" F, NULL,
     "t.ini:3: [cluster] resources: expected resources such as \"cpus:4;mem:8192\", not none at all"},
    {"[cluster]\nagents=1\nresources=cpsu:4\n" F, NULL,
     "t.ini:3: [cluster] resources: unknown resource \"cpsu\"; did you mean \"cpus\"?"},
    {"[cluster]\nagents=1\nresources=cpus:-4\n" F, NULL,
     "t.ini:3: [cluster] resources: \"cpus:-4\" is negative; expected zero or more"},
    {"[cluster]\nagents=1\nresources=cpus:4;cpus:2\n" F, NULL,
     "t.ini:3: [cluster] resources: \"cpus:2\" names a resource that \"cpus:4;cpus:2\" has named before"},
    {"[cluster]\nagents=1\nresources=cpus:1\nattributes=os\n" F, NULL,
     "t.ini:4: [cluster] attributes: expected \"name:value\", not \"os\""},
    {"[cluster]\nagents=1\nresources=cpus:1\nattributes=os:a;os:b\n" F, NULL,
     "t.ini:4: [cluster] attributes: \"os:a;os:b\" names the attribute \"os\" twice"},
    {"[agents a]\nresources=cpus:1\n" F, NULL,
     "t.ini:1: [agents a]: the key \"count\" is missing; expected count = (whole number)"},
    {"[agents a]\ncount=2\n" F, NULL,
     "t.ini:1: [agents a]: the key \"resources\" is missing, here and in [cluster]; expected the resources "
     "of one "
     "agent, such as \"cpus:4;mem:8192\""},
    {C "[agents agents]\ncount=2\n" F, NULL,
     "t.ini:4: [agents agents]: those of [cluster] have this name already"},
    {"[agents a]\ncount=40000000\nresources=cpus:1\n[agents b]\ncount=40000000\nresources=cpus:1\n" F, NULL,
     "t.ini: 80000000 agents in all; expected at most 50000000"},
    {"[agents a]\ncount=2\nresources=cpus:1\nspeed=-1\n" F, NULL,
     "t.ini:4: [agents a] speed: expected a number above zero, not \"-1\""},

    /* --- quota --- */
    {C "[role r]\nlimit=cpus:1\nguarantee=mem:1;cpus:2\n" F, NULL,
     "t.ini:6: [role r] guarantee: expected at most cpus:1, its limit, not \"mem:1;cpus:2\""},
    {C "[role r]\nguarantee=cpus:3\n[role s]\nguarantee=cpus:2\n" F, NULL,
     "t.ini:7: [role s] guarantee: expected at most cpus:1, what the cluster has without the guarantees of "
     "the roles before it, not \"cpus:2\""},
    {"[cluster]\nagents=1\nresources=cpus:1;cpus(a):1;cpus{REV}:9\n[role r]\nguarantee=cpus:2.5\n" F, NULL,
     "t.ini:5: [role r] guarantee: expected at most cpus:2, what the cluster has without the guarantees of "
     "the roles before it, not \"cpus:2.5\""},
    {C "[role r]\nlimit=cpus:2\n[role r/a/b]\nlimit=cpus:3\n" F, NULL,
     "t.ini:7: [role r/a/b] limit: expected at most cpus:2, the limit of [role r], not \"cpus:3\""},
    {C "[role r]\nguarantee=cpus:2\n[role r/a]\nguarantee=cpus:1\n[role r/b]\nguarantee=cpus:1.5\n" F, NULL,
     "t.ini:7: [role r/a] guarantee: expected at most cpus:0.5, what is guaranteed to [role r] without the "
     "other roles below it, not \"cpus:1\""},
    {C "[role r/a]\nguarantee=mem:1\n" F, NULL,
     "t.ini:5: [role r/a] guarantee: expected at most mem:0, what is guaranteed to [role r] without the "
     "other roles below it, not \"mem:1\""},
    {C "[master]\ncompat=mesos\n[role r]\nguarantee=cpus:2\n[role r/a]\nlimit=cpus:1\n" F, NULL,
     "t.ini:9: [role r/a] limit: with \"compat = mesos\" only roles without \"/\" have quotas"},
    {C "[role r]\nlimit=cpus(a):1\n" F, NULL,
     "t.ini:5: [role r] limit: expected plain amounts, without \"(role)\" and \"{REV}\", not \"cpus(a):1\""},

    /* --- the master's gates --- */
    {C "[master]\ncompat=meses\n" F, NULL,
     "t.ini:5: [master] compat: unknown compatibility \"meses\"; did you mean \"mesos\"?"},
    {C "[master]\nfair-sharing-excluded-resource-names=gpu\n" F, NULL,
     "t.ini:5: [master] fair-sharing-excluded-resource-names: unknown resource \"gpu\"; did you mean "
     "\"gpus\"?"},

    {C "[master]\nrate-limits=web\n" F, NULL,
     "t.ini:5: [master] rate-limits: expected \"qps=NUMBER\" behind \"web\""},
    {C "[master]\nrate-limits=web qps=1, \n" F, NULL,
     "t.ini:5: [master] rate-limits: expected \"PRINCIPAL qps=NUMBER [capacity=NUMBER], ...\", not \"web "
     "qps=1,\""},
    {C "[master]\nrate-limits=web 1\n" F, NULL,
     "t.ini:5: [master] rate-limits: expected \"PRINCIPAL qps=NUMBER [capacity=NUMBER], ...\", not \"1\""},
    {C "[master]\ncosts=accept 1us, launch 2us\n" F, NULL,
     "t.ini:5: [master] costs: unknown kind of cost \"launch\"; expected one of accept, accept-task, "
     "decline, "
     "decline-offer, suppress, revive, kill, acknowledge, teardown, inverse-answer, request, reconcile, "
     "status, executor-exited, register, subscribe, run, "
     "offers, offer"},
    {C "[master]\ncosts=accept\n" F, NULL,
     "t.ini:5: [master] costs: expected \"KIND TIME, ...\", not \"accept\""},
    {C "[master]\ncosts=run 1us, run 2us\n" F, NULL, "t.ini:5: [master] costs: \"run\" stands there twice"},
    {C "[master]\ncosts=run 2s\n" F, NULL,
     "t.ini:5: [master] costs: expected at most 1s for \"run\", not \"2s\""},
    {C "[master]\nrate-limits=web qps=0\n" F, NULL,
     "t.ini:5: [master] rate-limits: expected a number above zero, not \"0\""},
    {C "[master]\nrate-limits=web qps=1 capacity=0\n" F, NULL,
     "t.ini:5: [master] rate-limits: expected a whole number from 1 to 4294967294, not \"0\""},
    {C "[master]\nrate-limits=* qps=1,* qps=2\n" F, NULL,
     "t.ini:5: [master] rate-limits: the principal \"*\" stands there twice"},

    /* --- what a framework wants --- */
    {C S "capabilities=gpu\n" T, NULL,
     "t.ini:5: [framework f] capabilities: unknown capability \"gpu\"; expected one of gpu-resources, "
     "revocable-resources, shared-resources, reservation-refinement, region-aware, partition-aware, "
     "task-killing-state"},
    {C S "capabilities=gpu-resource\n" T, NULL,
     "t.ini:5: [framework f] capabilities: unknown capability \"gpu-resource\"; did you mean "
     "\"gpu-resources\"?"},
    {C S "declare-demand=truth(2)\n" T, NULL,
     "t.ini:5: [framework f] declare-demand: expected \"truth\", not \"truth(2)\""},
    {C S "declare-demand=inflate\n" T, NULL,
     "t.ini:5: [framework f] declare-demand: expected \"inflate(FACTOR)\", not \"inflate\""},
    {C S "declare-demand=inflate(0)\n" T, NULL,
     "t.ini:5: [framework f] declare-demand: expected a number above zero, not \"0\""},
    {C S "declare-demand=lie\n" T, NULL,
     "t.ini:5: [framework f] declare-demand: unknown declaration \"lie\"; expected one of none, truth, "
     "inflate"},
    {C S "inverse-offers=acept\n" T, NULL,
     "t.ini:5: [framework f] inverse-offers: unknown reply \"acept\"; did you mean \"accept\"?"},
    {C S "revive-every=0s\n" T, NULL,
     "t.ini:5: [framework f] revive-every: expected a duration longer than zero, not \"0s\"; or \"none\""},
    {C S "constraints=\n" T, NULL,
     "t.ini:5: [framework f] constraints: expected tests such as \"rack == r1\", joined by \"&\" and \"|\": "
     "a name, "
     "then exists, absent, ==, !=, ~ or !~ (regular expressions) with a text, not \"\""},
    {C S "constraints=rack = r1\n" T, NULL,
     "t.ini:5: [framework f] constraints: expected tests such as \"rack == r1\", joined by \"&\" and \"|\": "
     "a name, "
     "then exists, absent, ==, !=, ~ or !~ (regular expressions) with a text, not \"rack = r1\""},
    {C S "constraints=a exists | rack ==\n" T, NULL,
     "t.ini:5: [framework f] constraints: expected tests such as \"rack == r1\", joined by \"&\" and \"|\": "
     "a name, "
     "then exists, absent, ==, !=, ~ or !~ (regular expressions) with a text, not \"rack ==\""},
    {C S "constraints=a exists & b absent x\n" T, NULL,
     "t.ini:5: [framework f] constraints: expected tests such as \"rack == r1\", joined by \"&\" and \"|\": "
     "a name, "
     "then exists, absent, ==, !=, ~ or !~ (regular expressions) with a text, not \"b absent x\""},
    {C S "constraints=a ~ (b\n" T, NULL,
     "t.ini:5: [framework f] constraints: \"(b\" is no regular expression"},
    {C S "only-agents=agentz\n" T, NULL,
     "t.ini:5: [framework f] only-agents: unknown class of agents or hostname \"agentz\"; did you mean "
     "\"agents\"?"},
    {C S "only-agents=agents:1\n" T, NULL,
     "t.ini:5: [framework f] only-agents: expected classes of agents and hostnames, not \"agents:1\""},
    {C S "only-agents=agents\nconstraints=x exists\n" T, NULL,
     "t.ini:5: [framework f] only-agents: does not go with \"constraints\", which can say the same: class == "
     "agents"},
    {C S "at-least=cpus:1\nmin-allocatable-resources=\n" T, NULL,
     "t.ini:5: [framework f] at-least: does not go with \"min-allocatable-resources\"; expected one of the "
     "two"},
    {C S "roles=a\nweight=2\n" T, NULL,
     "t.ini:6: [framework f] weight: does not go with \"roles\": the weight of a role stands in [role PATH]"},
    {C S "roles=a\nrole=b\n" T, NULL,
     "t.ini:5: [framework f] roles: does not go with \"role\", which is one role for all"},
    {C S "roles=a, b, a\n" T, NULL, "t.ini:5: [framework f] roles: \"a, b, a\" names the role \"a\" twice"},
    {C S "scheduler=decliner\n" T, NULL,
     "t.ini:6: [framework f] tasks: does not go with \"scheduler = decliner\", which runs nothing"},
    {C S "scheduler=decliner\n[stage f.a]\n" T, NULL,
     "t.ini:5: [framework f] scheduler: a decliner runs nothing, and there is [stage f.a]"},

    /* --- operator calls --- */
    {C F "[operator]\nat=1s: weight f 2\n", NULL, "t.ini:8: [operator]: expected [operator NAME]"},
    {C F "[operator o]\n", NULL,
     "t.ini:8: [operator o]: the key \"at\" is missing; expected at = (time: call)"},
    {C F "[operator o]\nta=1s: weight f 2\n", NULL,
     "t.ini:9: [operator o] ta: unknown key; did you mean \"at\"?"},
    {C F "[operator o]\nat=weight f 2\n", NULL,
     "t.ini:9: [operator o] at: expected a time and a call, such as \"600s: weight analytics 2\", not "
     "\"weight f 2\""},
    {C F "[operator o]\nat=1: weight f 2\n", NULL,
     "t.ini:9: [operator o] at: expected a duration with its unit (ns, us, ms, s, min, h or d), such as "
     "\"1s\", not "
     "\"1\""},
    {C F "[operator o]\nat=1s: wieght f 2\n", NULL,
     "t.ini:9: [operator o] at: unknown call \"wieght\"; did you mean \"weight\"?"},
    {C F "[operator o]\nat=1s: weight f\n", NULL,
     "t.ini:9: [operator o] at: expected \"weight ROLE NUMBER, ...\", not \"weight f\""},
    {C F "[operator o]\nat=1s: weight f 0\n", NULL,
     "t.ini:9: [operator o] at: expected a number above zero, not \"0\""},
    {C F "[operator o]\nat=1s: weight f 1, f 2\n", NULL,
     "t.ini:9: [operator o] at: the role \"f\" stands there twice"},
    {C F "[operator o]\nat=1s: weight f 1,\n", NULL,
     "t.ini:9: [operator o] at: expected \"weight ROLE NUMBER, ...\", not \"weight f 1,\""},
    {C F "[operator o]\nat=1s: weight /f 1\n", NULL,
     "t.ini:9: [operator o] at: \"/f\" is not a role: expected components joined by \"/\", none of them "
     "empty, "
     "\".\", \"..\" or beginning with \"-\", without white space or any of \\(){};:,*"},
    {C F "[operator o]\nat=1s: quota f cpus:1\n", NULL,
     "t.ini:9: [operator o] at: expected \"quota ROLE [guarantee=RESOURCES] [limit=RESOURCES], ... "
     "[force]\", not "
     "\"quota f cpus:1\""},
    {C F "[operator o]\nat=1s: quota f limit=cpu:1\n", NULL,
     "t.ini:9: [operator o] at: unknown resource \"cpu\"; did you mean \"cpus\"?"},
    {C F "[operator o]\nat=1s: quota f limit=cpus:1 guarantee=cpus:2\n", NULL,
     "t.ini:9: [operator o] at: the guarantee of \"f\" is above the limit in cpus"},
    {C F "[operator o]\nat=1s: reserve agents\n", NULL,
     "t.ini:9: [operator o] at: expected \"reserve AGENTS RESOURCES\", not \"reserve agents\""},
    {C F "[operator o]\nat=1s: reserve agents cpus:2\n", NULL,
     "t.ini:9: [operator o] at: expected what is dynamically reserved only, such as "
     "\"cpus(*,role):2\", not \"cpus:2\""},
    {C F "[operator o]\nat=1s: unreserve agents cpus(f):2\n", NULL,
     "t.ini:9: [operator o] at: expected what is dynamically reserved only, such as "
     "\"cpus(*,role):2\", not \"cpus(f):2\""},
    {C F "[operator o]\nat=1s: destroy agents disk[v]:2\n", NULL,
     "t.ini:9: [operator o] at: expected reserved volumes only, such as \"disk(*,role)[name]:100\", not "
     "\"disk[v]:2\""},
    {C F "[operator o]\nat=1s: create agents disk(*,a):2\n", NULL,
     "t.ini:9: [operator o] at: expected reserved volumes only, such as \"disk(*,role)[name]:100\", not "
     "\"disk(*,a):2\""},
    {C F "[operator o]\nat=1s: quota f limit=cpus:1 limit=cpus:2\n", NULL,
     "t.ini:9: [operator o] at: \"limit\" stands there twice"},
    {C F "[operator o]\nat=1s: drain agents mark-gone mark-gone\n", NULL,
     "t.ini:9: [operator o] at: \"mark-gone\" stands there twice"},
    {C F "[operator o]\nat=1s: maintenance agents start=1s start=2s\n", NULL,
     "t.ini:9: [operator o] at: \"start\" stands there twice"},
    {C F "[operator o]\nat=1s: maintenance agents start=1s, agents:1 start=2s\n", NULL,
     "t.ini:9: [operator o] at: an agent of \"agents:1\" stands there twice"},
    {C F "[operator o]\nat=1s: whitelist agents:1, agents\n", NULL,
     "t.ini:9: [operator o] at: an agent of \"agents\" stands there twice"},
    {C F "[operator o]\nat=1s: drain agentz\n", NULL,
     "t.ini:9: [operator o] at: unknown class of agents or hostname \"agentz\"; did you mean \"agents\"?"},
    {C F "[operator o]\nat=1s: drain agents:2\n", NULL,
     "t.ini:9: [operator o] at: expected agents:NUMBER or agents:FIRST-LAST, up to 1, not \"agents:2\""},
    {C F "[operator o]\nat=1s: drain agents:1-2\n", NULL,
     "t.ini:9: [operator o] at: expected a number from 1 to 1 behind \"agents:1-\", not \"2\""},
    {C F "[operator o]\nat=1s: drain agent-00002\n", NULL,
     "t.ini:9: [operator o] at: unknown class of agents or hostname \"agent-00002\"; expected one of agents"},
    {C F "[operator o]\nat=1s: drain agents now\n", NULL,
     "t.ini:9: [operator o] at: expected \"drain AGENTS [grace=TIME] [mark-gone]\", not \"drain agents "
     "now\""},
    {C F "[operator o]\nat=1s: drain agents grace=5\n", NULL,
     "t.ini:9: [operator o] at: expected a duration with its unit (ns, us, ms, s, min, h or d), such as "
     "\"5s\", not "
     "\"5\""},
    {C F "[operator o]\nat=1s: maintenance agents\n", NULL,
     "t.ini:9: [operator o] at: expected \"start=TIME\" behind \"agents\""},
    {C F "[operator o]\nat=1s: maintenance agents start=1s for=2s\n", NULL,
     "t.ini:9: [operator o] at: expected \"maintenance AGENTS start=TIME [length=TIME], ...; or: none\", not "
     "\"maintenance agents start=1s for=2s\""},
    {C F "[operator o]\nat=1s: gone\n", NULL,
     "t.ini:9: [operator o] at: expected \"gone AGENTS\", not \"gone\""},
    {C F "[operator o]\nat=1s: whitelist\n", NULL,
     "t.ini:9: [operator o] at: expected \"whitelist AGENTS, ...; or: all; or: none\", not \"whitelist\""},
    {C F "[operator o]\nat=1s: teardown g\n", NULL,
     "t.ini:9: [operator o] at: unknown framework \"g\"; expected one of f"},
    {C F, "operator o.at=1s: gone agentz",
     "--set operator o.at: unknown class of agents or hostname \"agentz\"; did you mean \"agents\"?"},

    /* --- frameworks --- */
    {C, NULL, "t.ini: no frameworks; expected at least one [framework NAME]"},
    {C S "tasks=1\n", NULL,
     "t.ini:4: [framework f]: the key \"task-resources\" is missing; expected task-resources = (resources)"},
    {C S "scheduler=elastik\n" T, NULL,
     "t.ini:5: [framework f] scheduler: unknown scheduler \"elastik\"; did you mean \"elastic\"?"},
    {C S "scheduler=best\n" T, NULL,
     "t.ini:5: [framework f] scheduler: unknown scheduler \"best\"; expected one of elastic, rigid, "
     "decliner, mpi, service, hadoop, spark, torque"},
    {C S "scheduler=torque\njob-order=fair\n" T, NULL,
     "t.ini:6: [framework f] job-order: a torque queue is in the order of submission; expected fifo, or no "
     "such key"},
    {C S "scheduler=torque\n" T, NULL,
     "t.ini:5: [framework f] scheduler: its pool is what its role is guaranteed; expected \"guarantee\" in "
     "[role "
     "f]"},
    {C "[role r]\nguarantee=cpus:1\n" S "scheduler=torque\nrole=r\ncount=2\n" T, NULL,
     "t.ini:7: [framework f] scheduler: several torque frameworks with the role \"r\": what is guaranteed to "
     "it "
     "can be the pool of one"},
    {C S "locality-wait=1s\n" T, NULL,
     "t.ini:5: [framework f] locality-wait: only goes with \"scheduler = spark\""},
    {C S "scheduler=spark\niterations=65\n" T, NULL,
     "t.ini:6: [framework f] iterations: expected a whole number from 1 to 64, not \"65\""},
    {C S "iterations=33\n[stage f.a]\n" T "[stage f.b]\n" T, NULL,
     "t.ini:5: [framework f] iterations: 33 iterations of 2 stages are more than the 64 stages that a job "
     "may "
     "have"},
    {C S "backfill=easy\n" T, NULL, "t.ini:5: [framework f] backfill: only goes with \"scheduler = torque\""},
    {C "[framework f]\nscheduler=service\n" T, NULL,
     "t.ini:6: [framework f] tasks: does not go with \"scheduler = service\", which says \"instances\""},
    {"[experiment]\nduration=1h\n" C "[framework f]\nscheduler=service\ntask-resources=cpus:1\n", NULL,
     "t.ini:6: [framework f]: the key \"instances\" is missing; expected instances = (number[, time: "
     "number]...)"},
    {C "[framework f]\nscheduler=service\ninstances=3\ntask-resources=cpus:1\n", NULL,
     "t.ini:4: [framework f]: the run would never end: the service is without limit, and there is neither "
     "\"stop\" here nor \"duration\" in [experiment]"},
    {"[experiment]\nduration=1h\n" C "[framework f]\nscheduler=service\ninstances=3, 5\n", NULL,
     "t.ini:8: [framework f] instances: expected a number, then TIME: NUMBER, not \"5\""},
    {"[experiment]\nduration=1h\n" C "[framework f]\nscheduler=service\ninstances=3, 5s: 1, 5s: 2\n", NULL,
     "t.ini:8: [framework f] instances: expected times that ascend, not \"5s\""},
    {"[experiment]\nduration=1h\n" C
     "[framework f]\nscheduler=service\ninstances=1, 5s: 99\nspread=host\ntask-resources=cpus:1\n",
     NULL,
     "t.ini:8: [framework f] instances: expected at most 1, as many as there are agents to spread over, not "
     "99"},
    {"[experiment]\nduration=1h\n" C
     "[framework f]\nscheduler=service\ninstances=1\nspread=rack\ntask-resources=cpus:1\n",
     NULL, "t.ini:9: [framework f] spread: there are no racks; expected \"agents-per-rack\" in [cluster]"},
    {C S "spread=host\n" T, NULL,
     "t.ini:5: [framework f] spread: a key of services; expected \"scheduler = service\" beside it"},

    /* --- how fast --- */
    {C S T "slow-tasks=5%\n", NULL,
     "t.ini:8: [framework f] slow-tasks: expected \"none\" or a percentage and a factor from 1 to 1000000, "
     "such as "
     "\"5%: 3\", not \"5%\""},
    {C S T "slow-tasks=101%: 2\n", NULL,
     "t.ini:8: [framework f] slow-tasks: expected \"none\" or a percentage and a factor from 1 to 1000000, "
     "such as "
     "\"5%: 3\", not \"101%: 2\""},
    {C S T "executor-idle-timeout=5s\n", NULL,
     "t.ini:8: [framework f] executor-idle-timeout: is about executors that live on; expected "
     "\"executor-reuse = yes\" "
     "beside it"},
    {C S "scheduler=spark\n" T "executor-reuse=no\n", NULL,
     "t.ini:9: [framework f] executor-reuse: an executor of spark lives on; expected yes, or no such key"},
    {C "container-start-up=1s\n" S T, NULL,
     "t.ini:4: [cluster] container-start-up: only goes with \"isolation = containers\""},
    {C "co-location-slowdown=0: 1, 0: 2\n" S T, NULL,
     "t.ini:4: [cluster] co-location-slowdown: expected \"none\" or loads that ascend from 0 to 1, each with "
     "a factor "
     "from 1 to 1000000, such as \"0: 1, 0.5: 1.1, 1: 1.3\", not \"0: 1, 0: 2\""},
    {C "isolation=jails\n" S T, NULL,
     "t.ini:4: [cluster] isolation: unknown isolation \"jails\"; expected one of none, containers"},
    {C S T "prefers-wait=5s\n", NULL,
     "t.ini:8: [framework f] prefers-wait: nothing is preferred; expected \"prefers\" or "
     "\"prefers-resources\" beside it"},
    {C S T "prefers=zone exists\nelsewhere-slowdown=0.5\n", NULL,
     "t.ini:9: [framework f] elsewhere-slowdown: expected a factor of at least 1, not \"0.5\""},
    {C S H T "prefers=zone exists\n", NULL,
     "t.ini:9: [framework f] prefers: goes with elastic, rigid, mpi and torque frameworks alone"},
    {C S "scheduler=mpi\n" T "scale-up=no\n", NULL,
     "t.ini:9: [framework f] scale-up: goes with elastic and rigid frameworks alone"},
    {C S "scheduler=rigid\n" T "scale-down=yes\n", NULL,
     "t.ini:9: [framework f] scale-down: a rigid framework runs all its tasks or none; expected "
     "\"minimum-allocation\" "
     "beside it"},
    {C "slow-agents=5%: 0.5\n" S T, NULL,
     "t.ini:4: [cluster] slow-agents: expected \"none\" or a percentage and a factor from 1 to 1000000, such "
     "as "
     "\"5%: 3\", not \"5%: 0.5\""},

    /* --- hadoop --- */
    {C S T "replicas=2\n", NULL,
     "t.ini:8: [framework f] replicas: a key of \"scheduler = hadoop\", and this framework has another "
     "scheduler"},
    {C S "[stage f.a]\n" T "task-input=1MB\n", NULL,
     "t.ini:9: [stage f.a] task-input: a key of \"scheduler = hadoop\", and this framework has another "
     "scheduler"},
    {C S T "job-order=hfs\n", NULL,
     "t.ini:8: [framework f] job-order: \"hfs\" goes with \"scheduler = hadoop\"; expected fifo or fair"},
    {C S H T "replicas=11\n", NULL,
     "t.ini:9: [framework f] replicas: expected at most 1, for each replica lies on another agent, not 11"},
    {C S H T "replicas=33\n", NULL,
     "t.ini:9: [framework f] replicas: expected a whole number from 0 to 32, not \"33\""},
    {C S H "tasks=unlimited\ntask-resources=cpus:1\ntask-duration=1s\n", NULL,
     "t.ini:6: [framework f] tasks: a hadoop job ends: expected a number, not \"unlimited\""},
    {C S H "[stage f.a]\n" T "[stage f.b]\n" T, NULL,
     "t.ini:10: [stage f.b]: a hadoop job has maps, and one stage of reduces after them at most: this is "
     "neither"},
    {C S H "[stage f.a]\n" T "[stage f.b]\n" T "after=a\n[stage f.c]\n" T "after=b\n", NULL,
     "t.ini:19: [stage f.c] after: a hadoop job has maps, and one stage of reduces after them at most: this "
     "is neither"},
    {C S H "iterations=2\n" T, NULL,
     "t.ini:6: [framework f] iterations: a hadoop job runs its maps and reduces once; expected 1, or no such "
     "key, not 2"},
    {C S H "[stage f.a]\n" T "cached-task-duration=1s\n", NULL,
     "t.ini:10: [stage f.a] cached-task-duration: only goes with \"scheduler = spark\""},
    {C S H T "delay=skip(3)\n", NULL,
     "t.ini:9: [framework f] delay: unknown delay \"skip\"; did you mean \"skips\"?"},
    {C S H T "delay=skips\n", NULL,
     "t.ini:9: [framework f] delay: expected \"none\", \"skips(OFFERS[, OFFERS])\" or \"wait(TIME[, "
     "TIME])\", not "
     "\"skips\""},
    {C S H T "delay=none(1)\n", NULL,
     "t.ini:9: [framework f] delay: expected \"none\", \"skips(OFFERS[, OFFERS])\" or \"wait(TIME[, "
     "TIME])\", not "
     "\"none(1)\""},
    {C S H T "delay=wait(1s, 1s, 1s)\n", NULL,
     "t.ini:9: [framework f] delay: expected \"none\", \"skips(OFFERS[, OFFERS])\" or \"wait(TIME[, "
     "TIME])\", not "
     "\"wait(1s, 1s, 1s)\""},
    {C S H T "delay=wait(5)\n", NULL,
     "t.ini:9: [framework f] delay: expected a duration with its unit (ns, us, ms, s, min, h or d), such as "
     "\"5s\", not \"5\""},
    {C S H T "delay=skips(-1)\n", NULL,
     "t.ini:9: [framework f] delay: expected a whole number from 0 to 4294967294, not \"-1\""},
    {C S H T "delay=wait(5s, 1s)\n", NULL,
     "t.ini:9: [framework f] delay: the second number is about racks, and there are no racks; expected "
     "\"agents-per-rack\" in [cluster]"},
    {C S H T "delay-reset=never\n", NULL,
     "t.ini:9: [framework f] delay-reset: unknown delay reset \"never\"; expected one of local, launch"},
    {C S H T "rack-read=2\n", NULL,
     "t.ini:9: [framework f] rack-read: is about racks, and there are no racks; expected \"agents-per-rack\" "
     "in [cluster]"},
    {C S H T "off-rack-read=0.5\n", NULL,
     "t.ini:9: [framework f] off-rack-read: expected a factor from 1 to 1000000 or a rate such as "
     "\"20MB/s\", not \"0.5\""},
    {C S H T "off-rack-read=0MB/s\n", NULL,
     "t.ini:9: [framework f] off-rack-read: expected a rate above zero, not \"0MB/s\""},
    {C S H T "off-rack-read=20MB/s\n", NULL,
     "t.ini:9: [framework f] off-rack-read: a rate, and nothing says how much a map reads: expected "
     "\"task-input\""},
    {C S H "shuffle-rate=1MB/s\n[stage f.a]\n" T "[stage f.b]\n" T "after=a\n", NULL,
     "t.ini:6: [framework f] shuffle-rate: a rate, and nothing says how much a reduce reads: expected "
     "\"task-input\""},
    {C S H "trace=x.swf\noff-rack-read=1MB/s\n", NULL,
     "t.ini:7: [framework f] off-rack-read: a rate, and nothing says how much a map reads"},
    {C S H T "reduce-slow-start=101%\n", NULL,
     "t.ini:9: [framework f] reduce-slow-start: expected a percentage from 0% to 100%, not \"101%\""},
    {C S H T "pools=3\n", NULL, "t.ini:9: [framework f] pools: goes with \"job-order = hfs\" alone"},
    {C S H T "job-order=hfs\n", NULL,
     "t.ini:9: [framework f] job-order: \"hfs\" deals the jobs to pools: expected the key \"pools\", their "
     "number"},

    {C S "job-order=lifo\n" T, NULL,
     "t.ini:5: [framework f] job-order: unknown job order \"lifo\"; did you mean \"fifo\"?"},
    {C S "role=/a\n" T, NULL,
     "t.ini:5: [framework f] role: \"/a\" is not a role: expected components joined by \"/\", none of them "
     "empty, "
     "\".\", \"..\" or beginning with \"-\", without white space or any of \\(){};:,*"},
    {C "[framework a b]\n" T, NULL,
     "t.ini:4: [framework a b]: \"a b\" is not a role: expected components joined by \"/\", none of them "
     "empty, "
     "\".\", \"..\" or beginning with \"-\", without white space or any of \\(){};:,*"},
    {C S "role=r\nweight=2\n" T, NULL,
     "t.ini:6: [framework f] weight: does not go with \"role\": the weight of a role stands in [role r]"},
    {C S "weight=2\n" T "[role f]\nweight=3\n", NULL,
     "t.ini:10: [role f] weight: the framework of this role has a key \"weight\" of its own; expected one of "
     "the "
     "two"},
    {C S "start=10s\nstop=5s\n" T, NULL,
     "t.ini:6: [framework f] stop: expected a time after \"start\", not \"5s\""},
    {C S "count=0\n" T, NULL,
     "t.ini:5: [framework f] count: expected a whole number from 1 to 1000000, not \"0\""},
    {C S "count=1.5\n" T, NULL, "t.ini:5: [framework f] count: expected a whole number, not \"1.5\""},
    {C S "suppress=maybe\n" T, NULL,
     "t.ini:5: [framework f] suppress: expected \"yes\" or \"no\", not \"maybe\""},
    {C S "tasks-per-offer=0\n" T, NULL,
     "t.ini:5: [framework f] tasks-per-offer: expected a whole number from 1 to 4294967294, not \"0\"; or "
     "\"unlimited\""},
    {C S "hold-timeout=0s\n" T, NULL,
     "t.ini:5: [framework f] hold-timeout: expected a duration longer than zero, not \"0s\"; or \"none\""},
    {C S "tasks=0\ntask-resources=cpus:1\ntask-duration=1s\n", NULL,
     "t.ini:5: [framework f] tasks: expected a whole number from 1 to 4294967294, not \"0\""},
    {C S "tasks=1.5\ntask-resources=cpus:1\ntask-duration=1s\n", NULL,
     "t.ini:5: [framework f] tasks: expected a whole number, not \"1.5\""},
    {C S "tasks=many\ntask-resources=cpus:1\ntask-duration=1s\n", NULL,
     "t.ini:5: [framework f] tasks: unknown distribution \"many\"; expected one of constant, uniform, "
     "exponential, "
     "normal, lognormal, weibull, gamma, pareto, hyperexponential, empirical, mixture"},
    {C S "tasks=1\ntask-resources=cpus:0\ntask-duration=1s\n", NULL,
     "t.ini:6: [framework f] task-resources: expected resources such as \"cpus:1;mem:1024\", not none at "
     "all"},
    {C S "tasks=1\ntask-resources=licences:1\ntask-duration=1s\n", NULL,
     "t.ini:6: [framework f] task-resources: unknown resource \"licences\"; expected one of cpus, mem, disk, "
     "gpus"},
    {C S "tasks=1\ntask-resources=cpus(r):1\ntask-duration=1s\n", NULL,
     "t.ini:6: [framework f] task-resources: expected plain amounts, without \"(role)\" and \"{REV}\", not "
     "\"cpus(r):1\""},
    {C S "tasks=1\ntask-resources=cpus:1\ntask-duration=0s\n", NULL,
     "t.ini:7: [framework f] task-duration: expected durations longer than zero, not \"0s\""},
    {C S "tasks=1\ntask-resources=cpus:1\ntask-duration=nromal(1s, 2s)\n", NULL,
     "t.ini:7: [framework f] task-duration: unknown distribution \"nromal\"; did you mean \"normal\"?"},
    {C S "tasks=1\ntask-resources=cpus:1\ntask-duration=normal(30s)\n", NULL,
     "t.ini:7: [framework f] task-duration: expected normal(mean, sd), not \"normal(30s)\""},
    {C S "tasks=1\ntask-resources=cpus:1\ntask-duration=empirical(missing.txt)\n", NULL,
     "t.ini:7: [framework f] task-duration: missing.txt: cannot open: No such file or directory"},
    {C S "tasks=unlimited\ntask-resources=cpus:1\ntask-duration=1s\n", NULL,
     "t.ini:4: [framework f]: the run would never end: \"tasks\" are without limit, and there is neither "
     "\"stop\" "
     "here nor \"duration\" in [experiment]"},
    {C S "arrival=poisson(1s)\n" T, NULL,
     "t.ini:4: [framework f]: the run would never end: \"jobs\" are without limit, and there is neither "
     "\"stop\" "
     "here nor \"duration\" in [experiment]"},
    {C S "jobs=unlimited\n" T, NULL,
     "t.ini:5: [framework f] jobs: expected a number: with \"arrival = once\" all jobs are submitted at the "
     "start"},
    {C S "jobs=2\narrival=at(1s)\n" T, NULL,
     "t.ini:5: [framework f] jobs: does not go with \"arrival = at(...)\", which lists 1 jobs"},
    {C S "arrival=at(2s, 1s)\n" T, NULL,
     "t.ini:5: [framework f] arrival: expected ascending times: \"1s\" stands behind \"2s\""},
    {C S "arrival=at()\n" T, NULL,
     "t.ini:5: [framework f] arrival: expected \"at(TIME, ...)\", not \"at()\""},
    {C S "arrival=every(0s)\n" T, NULL,
     "t.ini:5: [framework f] arrival: expected durations longer than zero, not \"0s\""},
    {C S "arrival=evry(1s)\n" T, NULL,
     "t.ini:5: [framework f] arrival: unknown arrival \"evry\"; did you mean \"every\"?"},
    {C S "arrival=once(1s)\n" T, NULL, "t.ini:5: [framework f] arrival: expected \"once\", not \"once(1s)\""},
    {C S "arrival=every\n" T, NULL, "t.ini:5: [framework f] arrival: expected \"every(GAP)\", not \"every\""},
    {C S "arrival=poisson(1s, 2s)\n" T, NULL,
     "t.ini:5: [framework f] arrival: expected one value between the parentheses"},
    {"[experiment]\nduration=1h\n" C S
     "scheduler=rigid\ntasks=unlimited\ntask-resources=cpus:1\ntask-duration=1s\n",
     NULL,
     "t.ini:8: [framework f] tasks: its scheduler starts all tasks at once: expected a number, not "
     "\"unlimited\""},
    {C F "[framework g]\ncount=2\n" T "[framework g-2]\n" T, NULL,
     "t.ini:13: [framework g-2]: a framework \"g-2\" comes from [framework g] already"},

    /* --- stages --- */
    {C S "[stage f.a]\n" T "after=a\n", NULL,
     "t.ini:9: [stage f.a] after: a stage cannot wait for itself; expected other stages of the framework"},
    {C S "[stage f.map]\n" T "[stage f.reduce]\n" T "after=mpa\n", NULL,
     "t.ini:13: [stage f.reduce] after: unknown stage \"mpa\"; did you mean \"map\"?"},
    {C S "[stage f.a]\n" T "after=c\n[stage f.b]\n" T "after=a\n[stage f.c]\n" T "after=b\n[stage f.d]\n" T,
     NULL, "t.ini:9: [stage f.a] after: the stages wait for each other: a after c after b after a"},
    {C S "tasks=1\n[stage f.a]\n" T, NULL,
     "t.ini:5: [framework f] tasks: the [stage f.NAME] groups describe the jobs; expected this key there"},
    {C S "task-resources=cpus:1\n[stage f.a]\n" T, NULL,
     "t.ini:5: [framework f] task-resources: the [stage f.NAME] groups describe the jobs; expected this key "
     "there"},
    {C F "[stage g.a]\n" T, NULL, "t.ini:8: [stage g.a]: unknown framework \"g\"; expected one of f"},
    {C F "[stage a]\n" T, NULL,
     "t.ini:8: [stage a]: expected [stage FRAMEWORK.NAME], with a name without blanks and commas"},
    {C S "[stage f.a]\ntask-resources=cpus:1\ntask-duration=1s\n", NULL,
     "t.ini:5: [stage f.a]: the key \"tasks\" is missing; expected tasks = (whole number, distribution or "
     "unlimited)"},
    {C S "[stage f.a]\n" T "after=,\n", NULL,
     "t.ini:9: [stage f.a] after: expected names with commas between them, not \",\""},
    {"[experiment]\nduration=1h\n" C S
     "[stage f.a]\ntasks=unlimited\ntask-resources=cpus:1\ntask-duration=1s\n[stage f.b]\n" T "after=a\n",
     NULL,
     "t.ini:8: [stage f.a] tasks: another stage waits for the end of this one: expected a number, not "
     "\"unlimited\""},

    /* --- traces --- */
    {C S "trace=x.log\n", NULL,
     "t.ini:5: [framework f] trace: the name \"x.log\" does not tell the format; expected .swf, .tsv or .csv "
     "(each "
     "also with .gz), or a key \"format\" = swf, swim or csv"},
    {C S "trace=x.log\nformat=sfw\n", NULL,
     "t.ini:6: [framework f] format: unknown trace format \"sfw\"; did you mean \"swf\"?"},
    {C S "trace=x.swf\ntasks=2\n", NULL,
     "t.ini:6: [framework f] tasks: does not go with \"trace\": the jobs come from the trace"},
    {C S "trace=x.swf\ncount=2\n", NULL,
     "t.ini:6: [framework f] count: does not go with \"trace\": the jobs come from the trace"},
    {C S "trace=x.swf\nblock-size=1MiB\n", NULL,
     "t.ini:6: [framework f] block-size: a key of SWIM traces, and this one is SWF"},
    {C S "block-size=1MiB\n", NULL,
     "t.ini:5: [framework f] block-size: a key of traces, and this group has no key \"trace\""},
    {C S "trace=x.swf\n[stage f.a]\n" T, NULL,
     "t.ini:5: [framework f] trace: does not go with [stage f.a]: the jobs come from the trace"},
    {C S "trace=x.swf\nframeworks=column user\n", NULL,
     "t.ini:6: [framework f] frameworks: \"column user\" is not for a SWF trace; expected user, group, "
     "queue, "
     "partition, executable, a number or one"},
    {C S "trace=x.tsv\nframeworks=user\n", NULL,
     "t.ini:6: [framework f] frameworks: \"user\" is not for a SWIM trace; expected a number or one"},
    {C S "trace=x.swf\nroles=one\n", NULL,
     "t.ini:6: [framework f] roles: \"one\" is not for a SWF trace; expected user, group, queue, partition, "
     "executable, a number or framework"},
    {C S "trace=x.swf\nframeworks=usr\n", NULL,
     "t.ini:6: [framework f] frameworks: unknown mapping \"usr\"; did you mean \"user\"?"},
    {C S "trace=x.swf\nframeworks=0\n", NULL,
     "t.ini:6: [framework f] frameworks: expected a whole number from 1 to 1000000, not \"0\""},
    {C S "trace=x.swf\nrole=r\nroles=user\n", NULL,
     "t.ini:7: [framework f] roles: does not go with \"role\", which is one role for all"},
    {C S "trace=x.swf\nweight=2\nroles=user\n", NULL,
     "t.ini:6: [framework f] weight: does not go with \"roles\": the weight of a role stands in [role PATH]"},
    /* --- replications --- */
    {"[experiment]\nkind=steady\n" C F, NULL, "t.ini:2: [experiment] kind: a steady run needs a duration"},
    {"[experiment]\nkind=stead\n" C F, NULL,
     "t.ini:2: [experiment] kind: unknown kind of run \"stead\"; did you mean \"steady\"?"},
    {"[experiment]\nonly=g\n" C F, NULL,
     "t.ini:2: [experiment] only: unknown framework \"g\"; expected one of f"},
    {"[experiment]\nfairness=full\n" C F, NULL,
     "t.ini:2: [experiment] fairness: unknown measure of fairness \"full\"; expected one of shares, agents"},
    {"[experiment]\nreplications=0\n" C F, NULL,
     "t.ini:2: [experiment] replications: expected a whole number from 1 to 1000000, not \"0\""},
    {"[experiment]\nconfidence=0.95\n" C F, NULL,
     "t.ini:2: [experiment] confidence: expected a percentage such as 95%, not \"0.95\""},
    {"[experiment]\nconfidence=100%\n" C F, NULL,
     "t.ini:2: [experiment] confidence: expected 50% to 99.999%, not \"100%\""},
    {"[experiment]\nwarm-up-series=jobs\n" C F, NULL,
     "t.ini:2: [experiment] warm-up-series: unknown series \"jobs\"; expected one of utilization, "
     "tasks-running, jobs-running, jobs-waiting, offers-outstanding"},
    {C S "trace=x.swf\nreplicate=jitter\n", NULL,
     "t.ini:6: [framework f] replicate: expected jitter(60s), not \"jitter\""},
    {C S "trace=x.swf\nreplicate=jitter(0s)\n", NULL,
     "t.ini:6: [framework f] replicate: expected a duration longer than zero, not \"0s\""},
    {C S "trace=x.swf\nreplicate=resample-users(3)\n", NULL,
     "t.ini:6: [framework f] replicate: expected resample-users, not \"resample-users(3)\""},
    {C S "trace=x.swf\nreplicate=bootstrap\n", NULL,
     "t.ini:6: [framework f] replicate: unknown replication \"bootstrap\"; expected one of none, jitter, "
     "resample-blocks, resample-users"},
    {C S "trace=x.tsv\nreplicate=resample-users\n", NULL,
     "t.ini:6: [framework f] replicate: nothing says who the users of this SWIM trace are"},
    {C CSV CSV_OK "replicate=resample-users\n", NULL,
     "t.ini:9: [framework f] replicate: nothing says who the users of this CSV trace are; expected "
     "\"frameworks\" = column NAME"},

    {C S "trace=x.swf\nwindow-start=2h\nwindow-end=1h\n", NULL,
     "t.ini:7: [framework f] window-end: expected a time after \"window-start\", not \"1h\""},
    {C S "trace=x.swf\ntime-compression=0\n", NULL,
     "t.ini:6: [framework f] time-compression: expected a number above zero, not \"0\""},
    {C S "trace=x.tsv\nblock-size=128\n", NULL,
     "t.ini:6: [framework f] block-size: expected a unit (B, KiB, MiB, GiB, TiB, KB, MB, GB or TB) behind "
     "\"128\""},
    {C S "trace=x.tsv\nmap-rate=10MB\n", NULL,
     "t.ini:6: [framework f] map-rate: unknown unit \"MB\" in \"10MB\"; expected B, KiB, MiB, GiB, TiB, KB, "
     "MB, GB "
     "or TB, each with /s"},
    {C S "trace=x.tsv\nmap-rate=0MB/s\n", NULL,
     "t.ini:6: [framework f] map-rate: expected a rate above zero, not \"0MB/s\""},
    {C CSV "column-duration=d\n", NULL,
     "t.ini:4: [framework f]: the key \"column-submit\" is missing; expected column-submit = (column or "
     "\"a*b\" [* "
     "factor] "
     "[unit])"},
    {C CSV "column-submit=s\ntask-resources=cpus:1\n", NULL,
     "t.ini:4: [framework f]: expected \"column-duration\" or \"column-end\": nothing says how long tasks "
     "run"},
    {C CSV "column-submit=s\ncolumn-duration=d\n", NULL,
     "t.ini:4: [framework f]: nothing says what a task takes; expected \"task-resources\", \"column-cpus\" "
     "or "
     "another column of resources"},
    {C CSV CSV_OK "column-end=e\n", NULL,
     "t.ini:9: [framework f] column-end: does not go with \"column-duration\", which says already how long "
     "tasks "
     "run"},
    {C CSV CSV_OK "column-reduces=r\n", NULL,
     "t.ini:4: [framework f]: expected both \"column-reduces\" and \"column-reduce-duration\", or neither"},
    {C CSV CSV_OK "column-cpus=c\n", NULL,
     "t.ini:8: [framework f] task-resources: names \"cpus\", which has a column: c"},
    {C CSV "column-submit=s sec\n", NULL,
     "t.ini:6: [framework f] column-submit: unknown unit \"sec\"; expected one of ns, us, ms, s, min, h, d; "
     "names "
     "with blanks stand in double quotes"},
    {C CSV "column-submit=s * 0\n", NULL,
     "t.ini:6: [framework f] column-submit: expected a factor above zero behind \"*\" in \"s * 0\""},
    {C CSV "column-submit=\"s\n", NULL,
     "t.ini:6: [framework f] column-submit: the quotes of \"s do not match"},
    {C CSV "column-name=a b\n", NULL,
     "t.ini:6: [framework f] column-name: expected the name of a column and no unit \"b\"; names with blanks "
     "stand "
     "in double quotes"},
    {C CSV "column-oxygen=x\n", NULL,
     "t.ini:6: [framework f] column-oxygen: unknown key of [framework]; \"sim list keys\" shows those "
     "there are"},

    /* --- overrides --- */
    {C F, "framework f.task-duraton=1s",
     "--set framework f.task-duraton: unknown key; did you mean \"task-duration\"?"},
    {C F, "framework f.task-duration=1",
     "--set framework f.task-duration: expected a duration with its unit (ns, us, "
     "ms, s, min, h or d), such as \"1s\", not \"1\""},
    {C F, "framework g.tasks=1",
     "--set framework g.tasks: there is no group [framework g]; did you mean "
     "\"framework f\"?"},
    {C F, "agents big.count=1", "--set agents big.count: there is no group [agents big]"},
    {C F, "clustre.agents=1", "--set clustre.agents: there is no group [clustre]; did you mean \"cluster\"?"},
    {C F, "experiment.sede=1", "--set experiment.sede: unknown key; did you mean \"seed\"?"},
    {C F, "allocator dfr.sorter=1",
     "--set allocator dfr.sorter: unknown allocator \"dfr\"; did you mean \"drf\"?"},
    {C F, "role a b.weight=1",
     "--set role a b.weight: \"a b\" is not a role: expected components joined by \"/\", none of them empty, "
     "\".\", \"..\" "
     "or beginning with \"-\", without white space or any of \\(){};:,*"},
    {C F, "cluster.agents", "--set cluster.agents: expected GROUP.KEY=VALUE"},
    {C F, "agents=1", "--set agents=1: expected GROUP.KEY=VALUE"},
    {C F, "cluster.=1", "--set cluster.=1: expected GROUP.KEY=VALUE"},
    {C F, ".agents=1", "--set .agents=1: expected GROUP.KEY=VALUE"},
    {C F, "cluster.agents=1\n2", "--set cluster.agents=1\\n2: expected one line of text"},
};

START_TEST(refused)
{
  const Refusal *refusal = &refusals[_i];
  g_autofree char *message = test_load_error(refusal->text, refusal->set);
  ck_assert_str_eq(message, refusal->message);
}
END_TEST

START_TEST(too_many_kinds_are_refused)
{
  g_autoptr(GString) text = g_string_new("[cluster]\nagents=1\nresources=cpus:1");
  for (int kind = RESOURCE_KINDS_FIXED; kind <= RESOURCE_KINDS_MAX; kind++)
    g_string_append_printf(text, ";kind-%d:1", kind);
  g_autofree char *message = test_load_error(text->str, NULL);
  g_autofree char *expected = g_strdup_printf(
      "t.ini:3: [cluster] resources: \"kind-%d\" is one kind of resource too many; at most %d fit",
      RESOURCE_KINDS_MAX, RESOURCE_KINDS_MAX);
  ck_assert_str_eq(message, expected);
}
END_TEST

START_TEST(nul_byte_is_refused)
{
  static const char text[] = "[cluster]\nagents\0=1\n";
  g_autoptr(GError) error = NULL;
  ck_assert_ptr_null(workload_data_load(text, sizeof text - 1, "t.ini", NULL, NULL, &error));
  ck_assert_str_eq(error->message, "t.ini:2: NUL byte; expected a text file");
}
END_TEST

START_TEST(long_values_are_cut_in_messages)
{
  g_autofree char *value = g_strnfill(1 << 20, 'x');
  g_autofree char *text = g_strdup_printf("[experiment]\nduration=%s\n", value);
  g_autofree char *message = test_load_error(text, NULL);
  ck_assert_uint_lt(strlen(message), 500);
  ck_assert(g_str_has_prefix(message, "t.ini:2: [experiment] duration: "));
  ck_assert(g_str_has_suffix(message, "xxx..."));
}
END_TEST

START_TEST(long_lines_are_cut_in_messages)
{
  g_autofree char *line = g_strnfill(1 << 20, 'x');
  g_autofree char *message = test_load_error(line, NULL);
  ck_assert_uint_lt(strlen(message), 200);
  ck_assert(g_str_has_prefix(message, "t.ini:1: expected"));
}
END_TEST

/* What the file system refuses; also: a file is loaded by its name. */
START_TEST(unreadable_files)
{
  g_autofree char *folder = g_dir_make_tmp("offersim-XXXXXX", NULL);
  g_autofree char *path = g_build_filename(folder, "w.ini", NULL);
  g_autofree char *list = g_build_filename(folder, "times.txt", NULL);
  g_autoptr(GError) missing = NULL;
  g_autoptr(GError) is_folder = NULL;
  g_autoptr(GError) bad_list = NULL;

  ck_assert_ptr_null(workload_file_load(path, NULL, NULL, &missing));
  g_autofree char *expected = g_strdup_printf("%s: cannot open: No such file or directory", path);
  ck_assert_str_eq(missing->message, expected);

  ck_assert_ptr_null(workload_file_load(folder, NULL, NULL, &is_folder));
  g_autofree char *expected_folder = g_strdup_printf("%s: cannot read: Is a directory", folder);
  ck_assert_str_eq(is_folder->message, expected_folder);

  /* A list of numbers beside it: file and line of both. */
  ck_assert(g_file_set_contents(
      path, C S "tasks=1\ntask-resources=cpus:1\ntask-duration=empirical(times.txt)\n", -1, NULL));
  ck_assert(g_file_set_contents(list, "# seconds\n1s\n\n2\n", -1, NULL));
  ck_assert_ptr_null(workload_file_load(path, NULL, NULL, &bad_list));
  g_autofree char *expected_list =
      g_strdup_printf("%s:7: [framework f] task-duration: %s:4: expected a duration with its unit (ns, us, "
                      "ms, s, min, h or d), such "
                      "as \"2s\", not \"2\"",
                      path, list);
  ck_assert_str_eq(bad_list->message, expected_list);

  ck_assert(g_file_set_contents(list, "1s\r\n3s\r\n", -1, NULL));
  g_autoptr(Experiment) experiment = workload_file_load(path, NULL, NULL, NULL);
  ck_assert_ptr_nonnull(experiment);
  ck_assert_double_eq(sim_distribution_mean(experiment->frameworks[0].stages[0].task_duration), 2);

  g_unlink(list);
  g_unlink(path);
  g_rmdir(folder);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("workload-errors");
  test_case_loop(suite, refused, 0, G_N_ELEMENTS(refusals));
  test_case(suite, too_many_kinds_are_refused);
  test_case(suite, nul_byte_is_refused);
  test_case(suite, long_values_are_cut_in_messages);
  test_case(suite, long_lines_are_cut_in_messages);
  test_case(suite, unreadable_files);
  return suite;
}
