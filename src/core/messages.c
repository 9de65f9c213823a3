/* SPDX-License-Identifier: Apache-2.0 */
#include "core/messages.h"

#include "base/check.h"

const char *task_state_name(TaskState state)
{
  static const char *const names[TASK_STATES] = {
      [TASK_STAGING] = "TASK_STAGING",
      [TASK_STARTING] = "TASK_STARTING",
      [TASK_RUNNING] = "TASK_RUNNING",
      [TASK_KILLING] = "TASK_KILLING",
      [TASK_UNREACHABLE] = "TASK_UNREACHABLE",
      [TASK_UNKNOWN] = "TASK_UNKNOWN",
      [TASK_FINISHED] = "TASK_FINISHED",
      [TASK_FAILED] = "TASK_FAILED",
      [TASK_KILLED] = "TASK_KILLED",
      [TASK_ERROR] = "TASK_ERROR",
      [TASK_LOST] = "TASK_LOST",
      [TASK_DROPPED] = "TASK_DROPPED",
      [TASK_GONE] = "TASK_GONE",
      [TASK_GONE_BY_OPERATOR] = "TASK_GONE_BY_OPERATOR",
  };
  CHECK(state < TASK_STATES);
  return names[state];
}

const char *task_reason_name(TaskReason reason)
{
  static const char *const names[TASK_REASONS] = {
      [REASON_NONE] = "REASON_NONE",
      [REASON_INVALID_OFFERS] = "REASON_INVALID_OFFERS",
      [REASON_TASK_INVALID] = "REASON_TASK_INVALID",
      [REASON_TASK_UNAUTHORIZED] = "REASON_TASK_UNAUTHORIZED",
      [REASON_AGENT_REMOVED] = "REASON_SLAVE_REMOVED",
      [REASON_AGENT_DISCONNECTED] = "REASON_SLAVE_DISCONNECTED",
      [REASON_FRAMEWORK_REMOVED] = "REASON_FRAMEWORK_REMOVED",
      [REASON_RECONCILIATION] = "REASON_RECONCILIATION",
      [REASON_CONTAINER_PREEMPTED] = "REASON_CONTAINER_PREEMPTED",
  };
  CHECK(reason < TASK_REASONS);
  return names[reason];
}
