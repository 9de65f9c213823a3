/* SPDX-License-Identifier: Apache-2.0 */
#include "workload/job-source.h"

void job_source_free(JobSource *source)
{
  if (source == NULL)
    return;
  for (uint32_t i = 0; i < source->n_members; i++) {
    g_free(source->members[i].name);
    g_free(source->members[i].role);
  }
  g_free(source->members);
  source->free(source);
}
