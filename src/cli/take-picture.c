/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/take-picture.h"

typedef struct {
  AgentPicture *picture;
  uint32_t agent; /* in the picture */
} Place;

static void take_use(void *self, const AgentUse *use)
{
  static const PictureUse uses[] = {[AGENT_USE_TASK] = PICTURE_TASK,
                                    [AGENT_USE_EXECUTOR] = PICTURE_EXECUTOR,
                                    [AGENT_USE_OFFER] = PICTURE_OFFER};
  picture_use(self, uses[use->kind], use->framework.index, use->resources);
}

/* A gate that has nothing against it lets the next allocation decide. */
static void take_gate(void *self, const ExplainedClient *client)
{
  static const PictureGate gates[GATES] = {
      [GATE_OFFERED] = PICTURE_OPEN,
      [GATE_AGENT_INACTIVE] = PICTURE_HELD_BACK,
      [GATE_NOT_WHITELISTED] = PICTURE_HELD_BACK,
      [GATE_NOTHING_FREE] =
          PICTURE_OPEN, /* what is free is reserved to others: decomposition.h sees to that */
      [GATE_FRAMEWORK_INACTIVE] = PICTURE_FILTERED,
      [GATE_SUPPRESSED] = PICTURE_FILTERED,
      [GATE_CONSTRAINTS] = PICTURE_UNWANTED,
      [GATE_CAPABILITY] = PICTURE_UNWANTED,
      [GATE_QUOTA_LIMIT] = PICTURE_HELD_BACK,
      [GATE_QUOTA_HEADROOM] = PICTURE_HELD_BACK,
      [GATE_MINIMUM] = PICTURE_TOO_LITTLE,
      [GATE_FILTER] = PICTURE_FILTERED,
      [GATE_SERVED_BEFORE] = PICTURE_OPEN,
  };
  const Place *place = self;
  bool known = client->gate == GATE_OFFERED ||
               (client->gate == GATE_FILTER && !resources_are_empty(&client->offerable));
  picture_gate(place->picture, place->agent, client->framework.index, gates[client->gate],
               known ? &client->offerable : NULL);
}

void take_picture(const Master *master, Instant now, AgentPicture *picture)
{
  uint32_t n = master_agent_count(master);
  g_autofree uint32_t *ids = g_new(uint32_t, MAX(n, 1)); /* of the agents in the picture */
  for (uint32_t i = 0; i < n; i++) {
    Resources total, free;
    if (!master_view_agent(master, (AgentId){i}, &total, &free, NULL, NULL))
      continue;
    ids[picture->agents.n] = i;
    picture_agent(picture, (AgentId){i}, &total, &free);
    master_view_agent(master, (AgentId){i}, &total, &free, take_use, picture);
  }
  for (uint32_t i = 0; i < picture->agents.n; i++) {
    Place place = {picture, i};
    if (picture_is_asked(picture, i))
      master_explain(master, now, (AgentId){ids[i]}, take_gate, &place);
  }
}
