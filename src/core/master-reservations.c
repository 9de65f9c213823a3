/* SPDX-License-Identifier: Apache-2.0 */
#include "base/resources-text.h"
#include "core/conversions.h"
#include "core/master-operator.h"

/*
 * Reservations and volumes that an operator makes on an agent and takes off again. What is converted must be free: offers
 * that hold a part of it are taken back, with the default filter, so that the same framework does not win it at once.
 *
 * Mesos cannot know what is free, because its allocator may be giving it away at this moment; it takes offers back until
 * these alone would do. Here free resources count first, but under mesos_compatible.
 */

static const OfferFilter default_filter = {true, {5 * NS_PER_S}};

static bool slices_match(const ResourceSlice *a, const ResourceSlice *b)
{
  if (a->reservation != b->reservation || a->revocable != b->revocable || a->disk != b->disk ||
      a->range != b->range)
    return false;
  return !resource_slice_is_range(a) || (a->first <= b->last && b->first <= a->last);
}

/* Whether @offered has something that @have lacks of @wanted. */
static bool quantities_help(const Quantities *wanted, const Quantities *have, const Quantities *offered)
{
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    if (wanted->amount[kind] > have->amount[kind] && offered->amount[kind] > 0)
      return true;
  return false;
}

static bool slice_helps(const ResourceSlice *wanted, const Resources *have, const ResourceSlice *offered)
{
  if (!slices_match(wanted, offered))
    return false;
  Resources whole = RESOURCES_EMPTY;
  resources_add_slice(&whole, wanted);
  bool missing = !resources_contain(have, &whole);
  resources_clear(&whole);
  if (!missing || resource_slice_is_disk(wanted) || resource_slice_is_range(wanted))
    return missing;
  Quantities there = QUANTITIES_ZERO;
  for (uint32_t i = 0; have->special != NULL && i < have->special->n_slices; i++)
    if (slices_match(wanted, &have->special->slices[i]))
      quantities_add(&there, &have->special->slices[i].quantities);
  return quantities_help(&wanted->quantities, &there, &offered->quantities);
}

static bool offer_helps(const Resources *wanted, const Resources *have, const Resources *offered)
{
  if (quantities_help(&wanted->plain, &have->plain, &offered->plain))
    return true;
  if (wanted->special == NULL || offered->special == NULL)
    return false;
  for (uint32_t i = 0; i < wanted->special->n_slices; i++)
    for (uint32_t j = 0; j < offered->special->n_slices; j++)
      if (slice_helps(&wanted->special->slices[i], have, &offered->special->slices[j]))
        return true;
  return false;
}

static Resources agent_free(const Master *master, AgentId agent)
{
  return (Resources){master_agent(master, agent)->free, master->agent_rest.items[agent.index].free};
}

/* --- checks --------------------------------------------------------------------------------------------- */

/* Whether it would be free if nothing were offered. */
static bool could_be_free(const Master *master, AgentId agent, const Resources *wanted)
{
  Resources free = agent_free(master, agent);
  Resources sum;
  resources_copy(&sum, &free);
  for (uint32_t slot = master_agent(master, agent)->offers; slot != INDEX_NONE;) {
    const MasterOffer *offer = pool_at(&master->offers, slot);
    resources_give(&sum, &offer->resources);
    slot = offer->next;
  }
  bool could = resources_contain(&sum, wanted);
  resources_clear(&sum);
  return could;
}

static OperatorResult conversion_check(const Master *master, AgentId agent, ConversionKind kind,
                                       const Conversion *conversion, GError **error)
{
  if (master->allocator_interface->update_available == NULL)
    return master_operator_refuse(error, OPERATOR_CONFLICT,
                                  "agent %s: allocator %s knows no reservations; expected one that does",
                                  master_agent_hostname(master, agent), master->allocator_interface->name);
  if (kind == CONVERSION_CREATE && !master_volumes_are_new(master, agent, conversion->to.special))
    return master_operator_refuse(error, OPERATOR_INVALID,
                                  "agent %s: has a volume of that name already; expected a new one",
                                  master_agent_hostname(master, agent));
  if (kind == CONVERSION_DESTROY && !master_volumes_are_unused(master, agent, conversion->from.special))
    return master_operator_refuse(error, OPERATOR_CONFLICT,
                                  "agent %s: a task uses the volume; expected it to be unused",
                                  master_agent_hostname(master, agent));
  if (could_be_free(master, agent, &conversion->from))
    return OPERATOR_DONE;
  g_autofree char *wanted = resources_print(master->settings.kinds, &conversion->from);
  return master_operator_refuse(error, OPERATOR_CONFLICT,
                                "agent %s: \"%s\" is not there or in use; expected it to be free or offered",
                                master_agent_hostname(master, agent), wanted);
}

/* --- doing it ------------------------------------------------------------------------------------------- */

/* @volumes: (nullable): that are destroyed: a shared one is free while it is offered, so that is asked for apart. */
static void take_back_what_helps(Master *master, Instant now, AgentId agent, const Resources *wanted,
                                 const ResourceSlices *volumes, GArray *rescinds)
{
  Resources have = RESOURCES_EMPTY;
  Resources free = agent_free(master, agent);
  if (!master->settings.mesos_compatible)
    resources_copy(&have, &free);
  uint32_t next;
  for (uint32_t slot = master_agent(master, agent)->offers; slot != INDEX_NONE; slot = next) {
    const MasterOffer *offer = pool_at(&master->offers, slot);
    next = offer->next;
    if ((volumes == NULL || !master_holds_volume(&offer->resources, volumes)) &&
        (resources_contain(&have, wanted) || !offer_helps(wanted, &have, &offer->resources)))
      continue;
    resources_give(&have, &offer->resources);
    master_offer_take_back(master, now, slot, default_filter, rescinds);
  }
  resources_clear(&have);
}

/* In all books. False, and nothing changed, where the allocator does not have it free. */
static bool agent_convert(Master *master, Instant now, AgentId agent, const Conversion *conversion)
{
  if (!master->allocator_interface->update_available(allocator_at(master, now), now, agent, &conversion->from,
                                                     &conversion->to))
    return false;
  master_agent_convert(master, now, agent, conversion);
  return true;
}

static void conversion_send(Master *master, AgentId agent, ConversionKind kind, const Conversion *conversion)
{
  static const OperationKind operations[] = {
      [CONVERSION_RESERVE] = OPERATION_RESERVE,
      [CONVERSION_UNRESERVE] = OPERATION_UNRESERVE,
      [CONVERSION_CREATE] = OPERATION_CREATE,
      [CONVERSION_DESTROY] = OPERATION_DESTROY,
  };
  AgentConversion message = {operations[kind], FRAMEWORK_NONE, conversion->from, conversion->to};
  if (master->ports.send_conversion != NULL)
    master->ports.send_conversion(master->ports.self, agent, &message);
}

static OperatorResult convert(Master *master, Instant now, OperatorCall call, ConversionKind kind,
                              AgentId agent, const Resources *named, GError **error)
{
  Conversion conversion = {RESOURCES_EMPTY, RESOURCES_EMPTY};
  g_autoptr(GError) fault = NULL;
  OperatorResult result = master_operator_check_agent(master, agent, error);
  if (result == OPERATOR_DONE && !conversion_make(master->settings.kinds, kind, named, &conversion, &fault))
    result = master_operator_refuse(error, OPERATOR_INVALID, "agent %s: %s",
                                    master_agent_hostname(master, agent), fault->message);
  if (result == OPERATOR_DONE)
    result = conversion_check(master, agent, kind, &conversion, error);
  g_autoptr(GArray) rescinds = master_rescinds_new();
  if (result == OPERATOR_DONE) {
    take_back_what_helps(master, now, agent, &conversion.from,
                         kind == CONVERSION_DESTROY ? conversion.from.special : NULL, rescinds);
    if (!agent_convert(master, now, agent, &conversion))
      result = master_operator_refuse(
          error, OPERATOR_CONFLICT, "agent %s: allocator %s has given it away; expected it to be free",
          master_agent_hostname(master, agent), master->allocator_interface->name);
  }
  master_rescinds_send(master, rescinds);
  if (result == OPERATOR_DONE)
    conversion_send(master, agent, kind, &conversion);
  conversion_clear(&conversion);
  g_autofree char *what = resources_are_known(master->settings.kinds, named)
                              ? resources_print(master->settings.kinds, named)
                              : g_strdup("");
  g_autofree char *subject = g_strdup_printf("agent %u %s", agent.index, what);
  return master_operator_end(master, now, call, subject, result);
}

OperatorResult master_reserve(Master *master, Instant now, AgentId agent, const Resources *reserved,
                              GError **error)
{
  return convert(master, now, OPERATOR_RESERVE_RESOURCES, CONVERSION_RESERVE, agent, reserved, error);
}

OperatorResult master_unreserve(Master *master, Instant now, AgentId agent, const Resources *reserved,
                                GError **error)
{
  return convert(master, now, OPERATOR_UNRESERVE_RESOURCES, CONVERSION_UNRESERVE, agent, reserved, error);
}

OperatorResult master_create_volume(Master *master, Instant now, AgentId agent, const Resources *volume,
                                    GError **error)
{
  return convert(master, now, OPERATOR_CREATE_VOLUMES, CONVERSION_CREATE, agent, volume, error);
}

OperatorResult master_destroy_volume(Master *master, Instant now, AgentId agent, const Resources *volume,
                                     GError **error)
{
  return convert(master, now, OPERATOR_DESTROY_VOLUMES, CONVERSION_DESTROY, agent, volume, error);
}
