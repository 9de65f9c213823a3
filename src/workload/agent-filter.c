/* SPDX-License-Identifier: Apache-2.0 */
#include "workload/agent-filter.h"

#include <string.h>

#define ANY_NUMBER UINT32_MAX /* no one agent: what is only known of one is not known */

/* An agent, or any one of its class. */
typedef struct {
  const Cluster *cluster; /* NULL with ANY_NUMBER */
  const AgentClass *class;
  uint32_t number;
  char host[AGENT_HOSTNAME_SIZE];
  char rack[RACK_NAME_SIZE];
} Subject;

void rack_name(const Cluster *cluster, uint32_t number, char name[RACK_NAME_SIZE])
{
  g_snprintf(name, RACK_NAME_SIZE, "rack-%05u", number / cluster->agents_per_rack + 1);
}

static bool is_of_one(const AgentTest *test)
{
  return test->property == AGENT_HOSTNAME ||
         (test->property == AGENT_ATTRIBUTE &&
          (strcmp(test->attribute, "host") == 0 || strcmp(test->attribute, "rack") == 0));
}

static const char *own_attribute(const AgentClass *agents, const char *name)
{
  for (uint32_t i = 0; i < agents->n_attributes; i++)
    if (strcmp(agents->attributes[i].name, name) == 0)
      return agents->attributes[i].value;
  return NULL;
}

static const char *rack_of(Subject *subject)
{
  if (subject->cluster->agents_per_rack == 0)
    return own_attribute(subject->class, "rack");
  rack_name(subject->cluster, subject->number, subject->rack);
  return subject->rack;
}

static const char *text_of(const AgentTest *test, Subject *subject)
{
  switch (test->property) {
  case AGENT_REGION:
    return subject->class->region;
  case AGENT_ZONE:
    return subject->class->zone;
  case AGENT_HOSTNAME:
    agent_hostname(subject->number, subject->host);
    return subject->host;
  case AGENT_ATTRIBUTE:
    break;
  }
  if (strcmp(test->attribute, "class") == 0)
    return subject->class->name;
  if (strcmp(test->attribute, "rack") == 0)
    return rack_of(subject);
  if (strcmp(test->attribute, "host") != 0)
    return own_attribute(subject->class, test->attribute);
  agent_hostname(subject->number, subject->host);
  return subject->host;
}

static bool matches(const char *text, const char *pattern)
{
  g_autofree char *whole = g_strdup_printf("\\A(?:%s)\\z", pattern);
  return g_regex_match_simple(whole, text, 0, 0);
}

static bool passes(const AgentTest *test, Subject *subject)
{
  if (subject->number == ANY_NUMBER && is_of_one(test))
    return true;
  const char *text = text_of(test, subject);
  switch (test->kind) {
  case AGENT_HAS:
    return text != NULL;
  case AGENT_LACKS:
    return text == NULL;
  case AGENT_IS:
    return g_strcmp0(text, test->text) == 0;
  case AGENT_IS_NOT:
    return g_strcmp0(text, test->text) != 0;
  case AGENT_MATCHES:
    return text != NULL && matches(text, test->text);
  case AGENT_MATCHES_NOT:
    return text == NULL || !matches(text, test->text);
  }
  g_assert_not_reached();
}

static bool allows(const AgentFilter *filter, Subject *subject)
{
  for (uint32_t i = 0; i < filter->n; i++) {
    uint32_t passed = 0;
    while (passed < filter->groups[i].n && passes(&filter->groups[i].tests[passed], subject))
      passed++;
    if (passed == filter->groups[i].n)
      return true;
  }
  return filter->n == 0;
}

/* Whether some agent of @agents may pass; tests of its hostname and rack are taken to. */
static bool may_allow(const AgentFilter *filter, const AgentClass *agents)
{
  Subject subject = {.class = agents, .number = ANY_NUMBER};
  return allows(filter, &subject);
}

bool agent_filter_allows(const AgentFilter *filter, const Cluster *cluster, const AgentClass *agents,
                         uint32_t number)
{
  Subject subject = {.cluster = cluster, .class = agents, .number = number};
  return allows(filter, &subject);
}

uint32_t agent_filter_count(const AgentFilter *filter, const Cluster *cluster, const AgentClass *agents,
                            uint32_t first)
{
  bool of_one = false;
  uint32_t n = 0;
  for (uint32_t i = 0; i < filter->n; i++)
    for (uint32_t j = 0; j < filter->groups[i].n; j++)
      of_one = of_one || is_of_one(&filter->groups[i].tests[j]);
  if (!of_one || !may_allow(filter, agents))
    return may_allow(filter, agents) ? agents->count : 0;
  for (uint32_t i = 0; i < agents->count; i++)
    n += agent_filter_allows(filter, cluster, agents, first + i);
  return n;
}

bool framework_has_preferences(const FrameworkSpec *framework)
{
  return framework->prefers.n > 0 || !quantities_are_zero(&framework->prefers_resources);
}

bool framework_prefers(const FrameworkSpec *framework, const Cluster *cluster, const AgentClass *agents,
                       uint32_t number)
{
  Quantities whole = resources_total(&agents->resources);
  return quantities_contain(&whole, &framework->prefers_resources) &&
         agent_filter_allows(&framework->prefers, cluster, agents, number);
}

static bool is_elsewhere(const Experiment *experiment, const AgentClass *agents)
{
  return experiment->master.region != NULL && agents->region != NULL &&
         strcmp(agents->region, experiment->master.region) != 0;
}

bool framework_is_ready_for(const Experiment *experiment, const FrameworkSpec *framework,
                            const AgentClass *agents)
{
  Quantities total = resources_count(&agents->resources);
  if (experiment->master.filter_gpu_resources && total.amount[RESOURCE_GPUS] > 0 &&
      !framework_takes_gpus(framework))
    return false;
  return !is_elsewhere(experiment, agents) || (framework->capabilities & CAPABLE_REGION_AWARE) != 0;
}
