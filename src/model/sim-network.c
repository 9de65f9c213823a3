/* SPDX-License-Identifier: Apache-2.0 */
#include "model/sim-network.h"

#include <string.h>

#include "model/sim-delay.h"
#include "model/sim-deliver.h"
#include "model/sim-mail.h"
#include "model/sim-message.h"
#include "model/sim-record.h"

typedef enum {
  TO_FRAMEWORK,
  FROM_FRAMEWORK,
  TO_AGENT,
  FROM_AGENT,
  DIRECTIONS,
} Direction;

/* One pair in one direction. */
typedef struct {
  uint64_t sent;
  Instant last; /* when the last message sent arrives */
} Link;

struct SimNetwork {
  SimWorld *world;
  SimDelay latency[DIRECTIONS];
  Link *links[DIRECTIONS]; /* arrays by agent or framework; NULL without latency */
  SimDelay service;
  const Duration *costs; /* by MasterCost, on top of it; NULL: none */
  uint64_t served;
  uint64_t work_ns;            /* all that the master was given */
  Instant free_at;             /* when the master has handled all that has arrived */
  bool limited;                /* rates of frameworks */
  bool direct_from_frameworks; /* no latency, no limits and no service time */
  bool direct_from_agents;
  SimMailbag bag;
  SimHandlerId arrive_handler;
  SimHandlerId admit_handler;
  SimHandlerId serve_handler;
  SimHandlerId timer_handlers[MASTER_TIMERS];
  SimEventHandle timers[MASTER_TIMERS];
};

static void on_arrive(void *self, uint64_t payload);
static void on_admit(void *self, uint64_t payload);
static void on_serve(void *self, uint64_t payload);
static void on_timer(void *self, uint64_t payload);

static const Duration *costs_of(const MasterFlags *master)
{
  for (int cost = 0; cost < MASTER_COSTS; cost++)
    if (master->costs[cost].ns > 0)
      return master->costs;
  return NULL;
}

/* Offers that take the master a while are messages that take time, even without a latency. */
static void init_links(SimNetwork *network, Direction direction, const SimDistribution *law, uint32_t n)
{
  network->latency[direction] = sim_delay_of(law);
  if (direction == TO_FRAMEWORK && network->costs != NULL)
    network->latency[direction].present = true;
  if (network->latency[direction].present)
    network->links[direction] = g_new0(Link, MAX(n, 1));
}

SimNetwork *sim_network_new(SimWorld *world, uint32_t n_frameworks)
{
  const Experiment *experiment = world->experiment;
  SimNetwork *network = g_new0(SimNetwork, 1);
  network->world = world;
  network->costs = costs_of(&experiment->master);
  init_links(network, TO_FRAMEWORK, experiment->network.master_framework, n_frameworks);
  init_links(network, FROM_FRAMEWORK, experiment->network.master_framework, n_frameworks);
  init_links(network, TO_AGENT, experiment->network.master_agent, experiment->cluster.agents);
  init_links(network, FROM_AGENT, experiment->network.master_agent, experiment->cluster.agents);
  network->service = sim_delay_of(experiment->master.service_time);
  network->limited = experiment->master.n_rate_limits > 0;
  bool at_once = !network->service.present && network->costs == NULL;
  network->direct_from_frameworks = !network->latency[FROM_FRAMEWORK].present && at_once && !network->limited;
  network->direct_from_agents = !network->latency[FROM_AGENT].present && at_once;
  network->arrive_handler = sim_engine_add_handler(world->engine, "message", on_arrive, network);
  network->admit_handler = sim_engine_add_handler(world->engine, "message-admitted", on_admit, network);
  network->serve_handler = sim_engine_add_handler(world->engine, "master-service", on_serve, network);
  static const char *const names[MASTER_TIMERS] = {"allocation-tick", "allocation-run", "offer-timeout"};
  for (int timer = 0; timer < MASTER_TIMERS; timer++)
    network->timer_handlers[timer] = sim_engine_add_handler(world->engine, names[timer], on_timer, network);
  return network;
}

void sim_network_free(SimNetwork *network)
{
  if (network == NULL)
    return;
  for (int direction = 0; direction < DIRECTIONS; direction++)
    g_free(network->links[direction]);
  sim_mail_clear(&network->bag);
  g_free(network);
}

Duration sim_network_work(const SimNetwork *network)
{
  return (Duration){(int64_t)MIN(network->work_ns, INT64_MAX)};
}

void sim_network_add_agent(SimNetwork *network, AgentId agent)
{
  for (int direction = TO_AGENT; direction <= FROM_AGENT; direction++)
    if (network->links[direction] != NULL) {
      network->links[direction] = g_renew(Link, network->links[direction], agent.index + 1);
      network->links[direction][agent.index] = (Link){0, INSTANT_ZERO};
    }
}

/* --- delivery ------------------------------------------------------------------------------------------- */

static void handled(SimNetwork *network, SimMessage *message)
{
  size_t size = sim_message_size(message);
  network->world->in_flight--;
  sim_deliver_message(network->world, message);
  sim_mail_give(&network->bag, message, size);
}

/* Nobody will ever see it. What it would have launched will not be: the framework is at its end anyway (ERROR). */
static void drop_message(SimNetwork *network, SimMessage *message)
{
  size_t size = sim_message_size(message);
  network->world->in_flight--;
  sim_mail_give(&network->bag, message, size);
}

static void on_serve(void *self, uint64_t payload)
{
  handled(self, (SimMessage *)(uintptr_t)payload);
}

/* The master has this to do when it has done all that it was given before. */
static void give_work(SimNetwork *network, Duration time)
{
  Instant now = sim_world_now(network->world);
  Instant begin = instant_is_before(network->free_at, now) ? now : network->free_at;
  network->free_at = instant_after(begin, time);
  network->work_ns += (uint64_t)time.ns;
}

/* At the master's door: waits its turn. */
static void wait_for_service(SimNetwork *network, SimMessage *message)
{
  SimWorld *world = network->world;
  SimDraw draw = {world->seed, SIM_PURPOSE_SERVICE_TIME, 0, network->served++};
  Duration time = sim_delay_draw(&network->service, &draw);
  if (network->costs != NULL)
    time.ns += sim_message_cost(message, network->costs);
  give_work(network, time);
  sim_engine_post(world->engine, network->free_at, SIM_PHASE_MESSAGE, network->serve_handler,
                  (uint64_t)(uintptr_t)message);
}

/* The master turns to it now, or soon. */
static void let_in(SimNetwork *network, SimMessage *message)
{
  if ((network->service.present || network->costs != NULL) && sim_message_is_to_master(message->kind))
    wait_for_service(network, message);
  else
    handled(network, message);
}

static void on_admit(void *self, uint64_t payload)
{
  let_in(self, (SimMessage *)(uintptr_t)payload);
}

static void arrive(SimNetwork *network, SimMessage *message)
{
  SimWorld *world = network->world;
  Instant now = sim_world_now(world);
  Instant at = now;
  bool is_limited = network->limited && sim_message_is_of_framework(message->kind);
  if (!is_limited || message->kind == SIM_MESSAGE_TEARDOWN) { /* as when its connection breaks */
    let_in(network, message);
  } else if (!master_admit(world->master, now, message->framework, &at)) {
    drop_message(network, message);
  } else if (at.ns > now.ns) {
    sim_engine_post(world->engine, at, SIM_PHASE_MESSAGE, network->admit_handler,
                    (uint64_t)(uintptr_t)message);
  } else {
    let_in(network, message);
  }
}

static void on_arrive(void *self, uint64_t payload)
{
  arrive(self, (SimMessage *)(uintptr_t)payload);
}

/* --- sending -------------------------------------------------------------------------------------------- */

/* Copies @message with its arrays and sends the copy at @leaves. @peer: agent or framework. */
static void send_message_at(SimNetwork *network, Instant leaves, Direction direction, uint32_t peer,
                            const SimMessage *message)
{
  SimWorld *world = network->world;
  const SimDelay *latency = &network->latency[direction];
  SimMessage *copy = sim_message_copy(sim_mail_take(&network->bag, sim_message_size(message)), message);
  world->in_flight++;
  if (!latency->present) {
    arrive(network, copy);
    return;
  }
  Link *link = &network->links[direction][peer];
  SimDraw draw = {world->seed, SIM_PURPOSE_NETWORK, (uint64_t)direction << 32 | peer, link->sent++};
  Instant at = instant_after(leaves, sim_delay_draw(latency, &draw));
  link->last = instant_is_before(at, link->last) ? link->last : at;
  sim_engine_post(world->engine, link->last, SIM_PHASE_MESSAGE, network->arrive_handler,
                  (uint64_t)(uintptr_t)copy);
}

static void send_message(SimNetwork *network, Direction direction, uint32_t peer, const SimMessage *message)
{
  send_message_at(network, sim_world_now(network->world), direction, peer, message);
}

void sim_network_accept(SimNetwork *network, FrameworkId framework, const OfferId *offers, uint32_t n_offers,
                        const TaskInfo *tasks, uint32_t n_tasks, OfferFilter filter)
{
  if (G_LIKELY(network->direct_from_frameworks)) {
    sim_deliver_accept(network->world, framework, offers, n_offers, tasks, n_tasks, filter);
    return;
  }
  SimMessage message = {.kind = SIM_MESSAGE_ACCEPT,
                        .framework = framework,
                        .n = n_offers,
                        .answer = {offers, tasks, filter, n_tasks}};
  send_message(network, FROM_FRAMEWORK, framework.index, &message);
}

void sim_network_decline(SimNetwork *network, FrameworkId framework, const OfferId *offers, uint32_t n_offers,
                         OfferFilter filter)
{
  if (G_LIKELY(network->direct_from_frameworks)) {
    sim_deliver_decline(network->world, framework, offers, n_offers, filter);
    return;
  }
  SimMessage message = {.kind = SIM_MESSAGE_DECLINE,
                        .framework = framework,
                        .n = n_offers,
                        .answer = {offers, NULL, filter, 0}};
  send_message(network, FROM_FRAMEWORK, framework.index, &message);
}

void sim_network_acknowledge(SimNetwork *network, FrameworkId framework, TaskId task, uint32_t sequence)
{
  if (G_LIKELY(network->direct_from_frameworks)) {
    sim_deliver_acknowledge(network->world, framework, task, sequence);
    return;
  }
  SimMessage message = {
      .kind = SIM_MESSAGE_ACKNOWLEDGE, .framework = framework, .task = {.id = task, .sequence = sequence}};
  send_message(network, FROM_FRAMEWORK, framework.index, &message);
}

/* The rare ones of a framework. */
static void say(SimNetwork *network, const SimMessage *message)
{
  if (network->direct_from_frameworks)
    sim_deliver_message(network->world, message);
  else
    send_message(network, FROM_FRAMEWORK, message->framework.index, message);
}

void sim_network_suppress(SimNetwork *network, FrameworkId framework)
{
  say(network, &(SimMessage){.kind = SIM_MESSAGE_SUPPRESS, .framework = framework});
}

void sim_network_revive(SimNetwork *network, FrameworkId framework)
{
  say(network, &(SimMessage){.kind = SIM_MESSAGE_REVIVE, .framework = framework});
}

void sim_network_kill(SimNetwork *network, FrameworkId framework, TaskId task)
{
  say(network, &(SimMessage){.kind = SIM_MESSAGE_KILL, .framework = framework, .task = {.id = task}});
}

void sim_network_teardown(SimNetwork *network, FrameworkId framework)
{
  say(network, &(SimMessage){.kind = SIM_MESSAGE_TEARDOWN, .framework = framework});
}

void sim_network_answer_inverse_offer(SimNetwork *network, FrameworkId framework, InverseOfferId offer,
                                      bool accepted, OfferFilter filter)
{
  say(network, &(SimMessage){.kind = SIM_MESSAGE_INVERSE_ANSWER,
                             .framework = framework,
                             .inverse = {offer, filter, accepted}});
}

void sim_network_request(SimNetwork *network, FrameworkId framework, const Quantities *task, uint32_t count)
{
  say(network, &(SimMessage){.kind = SIM_MESSAGE_REQUEST, .framework = framework, .demand = {*task, count}});
}

void sim_network_reconcile(SimNetwork *network, FrameworkId framework)
{
  say(network, &(SimMessage){.kind = SIM_MESSAGE_RECONCILE, .framework = framework});
}

void sim_network_status(SimNetwork *network, const TaskStatus *status)
{
  if (G_LIKELY(network->direct_from_agents)) {
    sim_deliver_status(network->world, status);
    return;
  }
  SimMessage message = {.kind = SIM_MESSAGE_STATUS, .agent = status->agent, .status = status};
  send_message(network, FROM_AGENT, status->agent.index, &message);
}

void sim_network_executor_exited(SimNetwork *network, AgentId agent, FrameworkId framework, uint64_t executor)
{
  SimMessage message = {
      .kind = SIM_MESSAGE_EXECUTOR_EXITED, .framework = framework, .agent = agent, .executor = executor};
  if (network->direct_from_agents)
    sim_deliver_message(network->world, &message);
  else
    send_message(network, FROM_AGENT, agent.index, &message);
}

void sim_network_charge(SimNetwork *network, MasterCost cost)
{
  if (network->costs != NULL)
    give_work(network, network->costs[cost]);
}

/* --- the master's ports --------------------------------------------------------------------------------- */

static void port_offers(void *self, FrameworkId framework, const OfferMessage *offers, uint32_t n)
{
  SimNetwork *network = self;
  if (G_LIKELY(!network->latency[TO_FRAMEWORK].present)) {
    sim_deliver_offers(network->world, framework, offers, n);
    return;
  }
  SimMessage message = {.kind = SIM_MESSAGE_OFFERS, .framework = framework, .n = n, .offers = offers};
  Instant leaves = sim_world_now(network->world);
  if (network->costs != NULL) {
    give_work(network, (Duration){sim_message_cost(&message, network->costs)});
    leaves = network->free_at;
  }
  send_message_at(network, leaves, TO_FRAMEWORK, framework.index, &message);
}

static void port_rescind(void *self, FrameworkId framework, OfferId offer)
{
  SimNetwork *network = self;
  if (G_LIKELY(!network->latency[TO_FRAMEWORK].present)) {
    sim_deliver_rescind(network->world, framework, offer);
    return;
  }
  SimMessage message = {.kind = SIM_MESSAGE_RESCIND, .framework = framework, .offer = offer};
  send_message(network, TO_FRAMEWORK, framework.index, &message);
}

static void port_status(void *self, FrameworkId framework, const TaskStatus *status)
{
  SimNetwork *network = self;
  if (G_LIKELY(!network->latency[TO_FRAMEWORK].present)) {
    sim_deliver_status_forwarded(network->world, framework, status);
    return;
  }
  SimMessage message = {.kind = SIM_MESSAGE_STATUS_FORWARDED, .framework = framework, .status = status};
  send_message(network, TO_FRAMEWORK, framework.index, &message);
}

static void port_launch(void *self, AgentId agent, const TaskLaunch *launch)
{
  SimNetwork *network = self;
  if (G_LIKELY(!network->latency[TO_AGENT].present)) {
    sim_deliver_launch(network->world, agent, launch);
    return;
  }
  SimMessage message = {.kind = SIM_MESSAGE_LAUNCH, .agent = agent, .launch = launch};
  send_message(network, TO_AGENT, agent.index, &message);
}

static void port_kill(void *self, AgentId agent, TaskId task, Duration grace, TaskReason reason)
{
  SimNetwork *network = self;
  SimMessage message = {.kind = SIM_MESSAGE_KILL_AT_AGENT,
                        .agent = agent,
                        .task = {.id = task, .grace = grace, .reason = reason}};
  if (network->latency[TO_AGENT].present)
    send_message(network, TO_AGENT, agent.index, &message);
  else
    sim_deliver_kill_at_agent(network->world, agent, task, grace, reason);
}

static void port_acknowledgement(void *self, AgentId agent, TaskId task, uint64_t label, uint32_t sequence)
{
  SimNetwork *network = self;
  if (G_LIKELY(!network->latency[TO_AGENT].present)) {
    sim_deliver_acknowledged(network->world, agent, task, label, sequence);
    return;
  }
  SimMessage message = {.kind = SIM_MESSAGE_ACKNOWLEDGED,
                        .agent = agent,
                        .task = {.id = task, .label = label, .sequence = sequence}};
  send_message(network, TO_AGENT, agent.index, &message);
}

static void port_shutdown(void *self, AgentId agent, FrameworkId framework)
{
  SimNetwork *network = self;
  SimMessage message = {.kind = SIM_MESSAGE_SHUTDOWN, .agent = agent, .framework = framework};
  if (network->latency[TO_AGENT].present)
    send_message(network, TO_AGENT, agent.index, &message);
  else
    sim_deliver_shutdown(network->world, agent, framework);
}

/* The rare ones to a framework, and to an agent. */
static void tell(SimNetwork *network, Direction direction, uint32_t peer, const SimMessage *message)
{
  if (network->latency[direction].present)
    send_message(network, direction, peer, message);
  else
    sim_deliver_message(network->world, message);
}

static void port_inverse_offers(void *self, FrameworkId framework, const InverseOfferMessage *offers,
                                uint32_t n)
{
  tell(self, TO_FRAMEWORK, framework.index,
       &(SimMessage){
           .kind = SIM_MESSAGE_INVERSE_OFFERS, .framework = framework, .n = n, .inverse_offers = offers});
}

static void port_inverse_rescind(void *self, FrameworkId framework, InverseOfferId offer)
{
  tell(self, TO_FRAMEWORK, framework.index,
       &(SimMessage){.kind = SIM_MESSAGE_INVERSE_RESCIND, .framework = framework, .inverse = {.id = offer}});
}

static void port_error(void *self, FrameworkId framework, const char *text)
{
  tell(self, TO_FRAMEWORK, framework.index,
       &(SimMessage){
           .kind = SIM_MESSAGE_ERROR, .framework = framework, .n = (uint32_t)strlen(text) + 1, .text = text});
}

static void port_shutdown_agent(void *self, AgentId agent)
{
  tell(self, TO_AGENT, agent.index, &(SimMessage){.kind = SIM_MESSAGE_SHUTDOWN_AGENT, .agent = agent});
}

/* The tick and the run share a phase: a filter that expires at the instant of a tick is judged there. */
static void port_timer(void *self, MasterTimer timer, Instant at)
{
  SimNetwork *network = self;
  SimPhase phase = timer == MASTER_TIMER_OFFER_TIMEOUT ? SIM_PHASE_TIMER : SIM_PHASE_ALLOCATION;
  sim_engine_cancel(network->world->engine, network->timers[timer]);
  network->timers[timer] =
      sim_engine_schedule(network->world->engine, at, phase, network->timer_handlers[timer], (uint64_t)timer);
}

static void on_timer(void *self, uint64_t payload)
{
  SimNetwork *network = self;
  SimWorld *world = network->world;
  MasterTimer timer = (MasterTimer)payload;
  Instant now = sim_world_now(world);
  network->timers[timer] = SIM_EVENT_NONE;
  sim_digest_add_1(&world->digest, now,
                   timer == MASTER_TIMER_OFFER_TIMEOUT ? SIM_PHASE_TIMER : SIM_PHASE_ALLOCATION,
                   SIM_RECORD_TIMER, (uint64_t)timer);
  if (network->costs != NULL && timer != MASTER_TIMER_OFFER_TIMEOUT)
    give_work(network, network->costs[MASTER_COST_RUN]);
  master_timer(world->master, now, timer);
  if (timer == MASTER_TIMER_TICK)
    sim_world_check_stalled(world);
}

static void port_random(void *self, uint64_t run, uint32_t stage, uint32_t *numbers, size_t n)
{
  SimNetwork *network = self;
  /* A stream has room for 2^26 numbers of one run and stage: for each agent some. */
  uint64_t first = (uint64_t)network->world->experiment->allocator_stream << 24;
  SimDraw draw = {network->world->seed, SIM_PURPOSE_ALLOCATOR, run << 8 | (stage & 0xff), first};
  sim_random_fill(&draw, numbers, n);
}

static void port_broken_allocator(void *self, const char *message)
{
  SimNetwork *network = self;
  sim_world_halt(network->world, SIMULATION_FAILED,
                 g_error_new_literal(SIMULATION_ERROR, SIMULATION_ERROR_ALLOCATOR, message));
}

MasterPorts sim_network_ports(SimNetwork *network)
{
  return (MasterPorts){
      .self = network,
      .send_offers = port_offers,
      .send_rescind = port_rescind,
      .send_status = port_status,
      .send_launch = port_launch,
      .send_kill = port_kill,
      .send_acknowledgement = port_acknowledgement,
      .send_shutdown_framework = port_shutdown,
      .set_timer = port_timer,
      .random = port_random,
      .broken_allocator = port_broken_allocator,
      .send_inverse_offers = port_inverse_offers,
      .send_rescind_inverse_offer = port_inverse_rescind,
      .send_shutdown_agent = port_shutdown_agent,
      .send_error = port_error,
  };
}
