/* SPDX-License-Identifier: Apache-2.0 */
#include "model/sim-deliver.h"

void sim_deliver_message(SimWorld *world, const SimMessage *message)
{
  FrameworkId framework = message->framework;
  AgentId agent = message->agent;
  switch (message->kind) {
  case SIM_MESSAGE_ACCEPT:
    sim_deliver_accept(world, framework, message->answer.ids, message->n, message->answer.tasks,
                       message->answer.n_tasks, message->answer.filter);
    break;
  case SIM_MESSAGE_DECLINE:
    sim_deliver_decline(world, framework, message->answer.ids, message->n, message->answer.filter);
    break;
  case SIM_MESSAGE_SUPPRESS:
    sim_deliver_suppress(world, framework);
    break;
  case SIM_MESSAGE_REVIVE:
    sim_deliver_revive(world, framework);
    break;
  case SIM_MESSAGE_KILL:
    sim_deliver_kill(world, framework, message->task.id);
    break;
  case SIM_MESSAGE_ACKNOWLEDGE:
    sim_deliver_acknowledge(world, framework, message->task.id, message->task.sequence);
    break;
  case SIM_MESSAGE_TEARDOWN:
    sim_deliver_teardown(world, framework);
    break;
  case SIM_MESSAGE_INVERSE_ANSWER:
    sim_deliver_inverse_answer(world, framework, message->inverse.id, message->inverse.accepted,
                               message->inverse.filter);
    break;
  case SIM_MESSAGE_REQUEST:
    sim_deliver_request(world, framework, &message->demand.task, message->demand.count);
    break;
  case SIM_MESSAGE_RECONCILE:
    sim_deliver_reconcile(world, framework);
    break;
  case SIM_MESSAGE_STATUS:
    sim_deliver_status(world, message->status);
    break;
  case SIM_MESSAGE_EXECUTOR_EXITED:
    sim_deliver_executor_exited(world, agent, framework, message->executor);
    break;
  case SIM_MESSAGE_OFFERS:
    sim_deliver_offers(world, framework, message->offers, message->n);
    break;
  case SIM_MESSAGE_RESCIND:
    sim_deliver_rescind(world, framework, message->offer);
    break;
  case SIM_MESSAGE_STATUS_FORWARDED:
    sim_deliver_status_forwarded(world, framework, message->status);
    break;
  case SIM_MESSAGE_INVERSE_OFFERS:
    sim_deliver_inverse_offers(world, framework, message->inverse_offers, message->n);
    break;
  case SIM_MESSAGE_INVERSE_RESCIND:
    sim_deliver_inverse_rescind(world, message->inverse.id);
    break;
  case SIM_MESSAGE_ERROR:
    sim_deliver_error(world, framework, message->text);
    break;
  case SIM_MESSAGE_LAUNCH:
    sim_deliver_launch(world, agent, message->launch);
    break;
  case SIM_MESSAGE_KILL_AT_AGENT:
    sim_deliver_kill_at_agent(world, agent, message->task.id, message->task.grace, message->task.reason);
    break;
  case SIM_MESSAGE_ACKNOWLEDGED:
    sim_deliver_acknowledged(world, agent, message->task.id, message->task.label, message->task.sequence);
    break;
  case SIM_MESSAGE_SHUTDOWN:
    sim_deliver_shutdown(world, agent, framework);
    break;
  case SIM_MESSAGE_SHUTDOWN_AGENT:
    sim_deliver_shutdown_agent(world, agent);
    break;
  }
}
