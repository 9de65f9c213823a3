/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pins the binary interface of plug-ins, as it is where pointers have 64 bits: a plug-in that was built against these
 * headers finds everything where it was. Sizes are those of what may not grow, because it crosses in arrays or within
 * others. A line may be added, for what is appended in a new version; a line that must be changed means that plug-ins
 * break. What one version of a table has at least: src/cli/plugin.c.
 *
 * Checked by the compiler. Not pinned: what functions do (allocators/contract.h).
 */

#include <stddef.h>
#include <stdint.h>

#include "allocators/plugin.h"
#include "tests/support/test-main.h"

#define FIELD(type, name, offset)                                                                            \
  _Static_assert(offsetof(type, name) == (offset), #type "." #name " has moved")
#define SIZE(type, size)   _Static_assert(sizeof(type) == (size), #type " has another size")
#define VALUE(name, value) _Static_assert((int)(name) == (value), #name " has another value")

#if UINTPTR_MAX == UINT64_MAX

FIELD(AgentId, index, 0);
SIZE(AgentId, 4);

FIELD(FrameworkId, index, 0);
SIZE(FrameworkId, 4);

FIELD(RoleId, index, 0);
SIZE(RoleId, 4);

FIELD(JobId, index, 0);
SIZE(JobId, 4);

FIELD(OfferId, value, 0);
SIZE(OfferId, 8);

FIELD(TaskId, value, 0);
SIZE(TaskId, 8);

FIELD(InverseOfferId, value, 0);
SIZE(InverseOfferId, 8);

FIELD(Instant, ns, 0);
SIZE(Instant, 8);

FIELD(Duration, ns, 0);
SIZE(Duration, 8);

FIELD(Quantities, amount, 0);
SIZE(Quantities, 48);

FIELD(ResourceSlice, quantities, 0);
FIELD(ResourceSlice, reservation, 48);
FIELD(ResourceSlice, revocable, 52);
FIELD(ResourceSlice, shared, 53);
FIELD(ResourceSlice, range, 54);
FIELD(ResourceSlice, disk, 56);
FIELD(ResourceSlice, first, 60);
FIELD(ResourceSlice, last, 64);
FIELD(ResourceSlice, copies, 68);
SIZE(ResourceSlice, 72);

FIELD(ResourceSlices, n_slices, 0);
FIELD(ResourceSlices, slices, 8);

FIELD(Resources, plain, 0);
FIELD(Resources, special, 48);
SIZE(Resources, 56);

FIELD(AllocatorHost, size, 0);
FIELD(AllocatorHost, self, 8);
FIELD(AllocatorHost, offer, 16);
FIELD(AllocatorHost, inverse_offer, 24);
FIELD(AllocatorHost, revoke, 32);
FIELD(AllocatorHost, request_run, 40);
FIELD(AllocatorHost, request_tick, 48);
FIELD(AllocatorHost, expect, 56);
FIELD(AllocatorHost, random, 64);
FIELD(AllocatorHost, helpers, 72);

FIELD(AllocatorSettings, allocation_interval, 0);
FIELD(AllocatorSettings, min_allocatable, 8);
FIELD(AllocatorSettings, n_min_allocatable, 16);
FIELD(AllocatorSettings, kinds, 24);
FIELD(AllocatorSettings, fair_sharing_excluded, 32);
FIELD(AllocatorSettings, filter_gpu_resources, 36);
FIELD(AllocatorSettings, option_values, 40);
FIELD(AllocatorSettings, mesos_compatible, 48);
FIELD(AllocatorSettings, region, 56);
FIELD(AllocatorSettings, least_offer, 64);
FIELD(AllocatorSettings, context, 112);
FIELD(AllocatorSettings, revocation, 120);

FIELD(RoleAttributes, weight, 0);
FIELD(RoleAttributes, priority, 8);
FIELD(RoleAttributes, guarantee, 16);
FIELD(RoleAttributes, limit, 64);

FIELD(AttributeConstraint, selector, 0);
FIELD(AttributeConstraint, predicate, 4);
FIELD(AttributeConstraint, attribute, 8);
FIELD(AttributeConstraint, text, 16);
SIZE(AttributeConstraint, 24);

FIELD(ConstraintGroup, constraints, 0);
FIELD(ConstraintGroup, n_constraints, 8);
SIZE(ConstraintGroup, 16);

FIELD(OfferConstraints, groups, 0);
FIELD(OfferConstraints, n_groups, 8);
SIZE(OfferConstraints, 16);

FIELD(OfferWishes, min_allocatable_set, 0);
FIELD(OfferWishes, min_allocatable, 8);
FIELD(OfferWishes, n_min_allocatable, 16);
FIELD(OfferWishes, constraints, 24);
SIZE(OfferWishes, 40);

FIELD(AllocatorFramework, name, 0);
FIELD(AllocatorFramework, roles, 8);
FIELD(AllocatorFramework, suppressed, 16);
FIELD(AllocatorFramework, n_roles, 24);
FIELD(AllocatorFramework, capabilities, 28);
FIELD(AllocatorFramework, wishes, 32);

FIELD(AllocatorAgent, hostname, 0);
FIELD(AllocatorAgent, attribute_names, 8);
FIELD(AllocatorAgent, attribute_values, 16);
FIELD(AllocatorAgent, n_attributes, 24);
FIELD(AllocatorAgent, region, 32);
FIELD(AllocatorAgent, zone, 40);
FIELD(AllocatorAgent, lacks, 48);

FIELD(AllocatorUse, framework, 0);
FIELD(AllocatorUse, role, 4);
FIELD(AllocatorUse, agent, 8);
FIELD(AllocatorUse, resources, 16);
SIZE(AllocatorUse, 72);

FIELD(OfferFilter, set, 0);
FIELD(OfferFilter, refuse, 8);
SIZE(OfferFilter, 16);

FIELD(Unavailability, start, 0);
FIELD(Unavailability, length, 8);

FIELD(AllocatorOption, key, 0);
FIELD(AllocatorOption, value_default, 8);
FIELD(AllocatorOption, summary, 16);
SIZE(AllocatorOption, 24);

FIELD(ExplainedClient, role, 0);
FIELD(ExplainedClient, framework, 4);
FIELD(ExplainedClient, role_key, 8);
FIELD(ExplainedClient, framework_key, 16);
FIELD(ExplainedClient, gate, 24);
FIELD(ExplainedClient, until, 32);
FIELD(ExplainedClient, offerable, 40);

FIELD(AllocatorAgentView, available, 0);
FIELD(AllocatorAgentView, filters, 56);

FIELD(AllocatorInterface, abi_version, 0);
FIELD(AllocatorInterface, size, 4);
FIELD(AllocatorInterface, name, 8);
FIELD(AllocatorInterface, summary, 16);
FIELD(AllocatorInterface, options, 24);
FIELD(AllocatorInterface, n_options, 32);
FIELD(AllocatorInterface, properties, 36);
FIELD(AllocatorInterface, create, 40);
FIELD(AllocatorInterface, destroy, 48);
FIELD(AllocatorInterface, add_role, 56);
FIELD(AllocatorInterface, update_role, 64);
FIELD(AllocatorInterface, add_framework, 72);
FIELD(AllocatorInterface, remove_framework, 80);
FIELD(AllocatorInterface, activate_framework, 88);
FIELD(AllocatorInterface, deactivate_framework, 96);
FIELD(AllocatorInterface, update_framework, 104);
FIELD(AllocatorInterface, add_agent, 112);
FIELD(AllocatorInterface, remove_agent, 120);
FIELD(AllocatorInterface, update_agent, 128);
FIELD(AllocatorInterface, update_agent_attributes, 136);
FIELD(AllocatorInterface, activate_agent, 144);
FIELD(AllocatorInterface, deactivate_agent, 152);
FIELD(AllocatorInterface, update_whitelist, 160);
FIELD(AllocatorInterface, update_unavailability, 168);
FIELD(AllocatorInterface, update_inverse_offer, 176);
FIELD(AllocatorInterface, update_allocation, 184);
FIELD(AllocatorInterface, update_available, 192);
FIELD(AllocatorInterface, transition_offered_to_allocated, 200);
FIELD(AllocatorInterface, recover_resources, 208);
FIELD(AllocatorInterface, suppress_offers, 216);
FIELD(AllocatorInterface, revive_offers, 224);
FIELD(AllocatorInterface, request_resources, 232);
FIELD(AllocatorInterface, recover, 240);
FIELD(AllocatorInterface, run, 248);
FIELD(AllocatorInterface, tick, 256);
FIELD(AllocatorInterface, expect, 264);
FIELD(AllocatorInterface, view_agent, 272);
FIELD(AllocatorInterface, share, 280);
FIELD(AllocatorInterface, count_filters, 288);
FIELD(AllocatorInterface, check, 296);
FIELD(AllocatorInterface, update_agent_info, 304);
FIELD(AllocatorInterface, explain, 312);
FIELD(AllocatorInterface, quota_use, 320);
FIELD(AllocatorInterface, context, 328);

FIELD(AllocatorHelpers, size, 0);
FIELD(AllocatorHelpers, resources_copy, 8);
FIELD(AllocatorHelpers, resources_clear, 16);
FIELD(AllocatorHelpers, resources_add, 24);
FIELD(AllocatorHelpers, resources_subtract, 32);
FIELD(AllocatorHelpers, resources_take, 40);
FIELD(AllocatorHelpers, resources_give, 48);
FIELD(AllocatorHelpers, resources_contain, 56);
FIELD(AllocatorHelpers, resources_equal, 64);
FIELD(AllocatorHelpers, resources_total, 72);
FIELD(AllocatorHelpers, resources_count, 80);
FIELD(AllocatorHelpers, resources_clamp, 88);
FIELD(AllocatorHelpers, resources_shrink, 96);
FIELD(AllocatorHelpers, resources_offerable, 104);
FIELD(AllocatorHelpers, kind_count, 112);
FIELD(AllocatorHelpers, kind_name, 120);
FIELD(AllocatorHelpers, kind_find, 128);
FIELD(AllocatorHelpers, constraints_allow, 136);
FIELD(AllocatorHelpers, wishes_copy, 144);
FIELD(AllocatorHelpers, wishes_free, 152);
FIELD(AllocatorHelpers, agent_copy, 160);
FIELD(AllocatorHelpers, agent_free, 168);
FIELD(AllocatorHelpers, attributes_equal, 176);

FIELD(PolicyClient, path, 0);
FIELD(PolicyClient, number, 8);
FIELD(PolicyClient, is_role, 12);
FIELD(PolicyClient, is_inner, 13);
FIELD(PolicyClient, is_blocked, 14);
FIELD(PolicyClient, weight, 16);
FIELD(PolicyClient, priority, 24);
FIELD(PolicyClient, arrival, 32);
FIELD(PolicyClient, allocations, 40);
FIELD(PolicyClient, allocation, 48);
FIELD(PolicyClient, guarantee, 96);
FIELD(PolicyClient, limit, 144);
FIELD(PolicyClient, declared, 192);
FIELD(PolicyClient, task, 200);
FIELD(PolicyClient, pending, 248);
FIELD(PolicyClient, running, 256);
SIZE(PolicyClient, 264);

FIELD(PolicyVisit, agent, 0);
FIELD(PolicyVisit, agent_total, 8);
FIELD(PolicyVisit, agent_free, 16);
FIELD(PolicyVisit, total, 24);
FIELD(PolicyVisit, excluded, 32);
FIELD(PolicyVisit, number, 40);

FIELD(PolicyKey, first, 0);
FIELD(PolicyKey, second, 8);
SIZE(PolicyKey, 16);

FIELD(PolicyHost, size, 0);
FIELD(PolicyHost, self, 8);
FIELD(PolicyHost, kinds, 16);
FIELD(PolicyHost, kind_find, 24);
FIELD(PolicyHost, draw, 32);
FIELD(PolicyHost, cluster_fits, 40);

FIELD(PolicySettings, option_values, 0);
FIELD(PolicySettings, context, 8);

FIELD(PolicyInterface, abi_version, 0);
FIELD(PolicyInterface, size, 4);
FIELD(PolicyInterface, name, 8);
FIELD(PolicyInterface, summary, 16);
FIELD(PolicyInterface, options, 24);
FIELD(PolicyInterface, n_options, 32);
FIELD(PolicyInterface, properties, 36);
FIELD(PolicyInterface, flags, 40);
FIELD(PolicyInterface, create, 48);
FIELD(PolicyInterface, destroy, 56);
FIELD(PolicyInterface, key, 64);
FIELD(PolicyInterface, combine, 72);
FIELD(PolicyInterface, portion, 80);
FIELD(PolicyInterface, score, 88);
FIELD(PolicyInterface, context, 96);

FIELD(OffersimPlugin, magic, 0);
FIELD(OffersimPlugin, abi_version, 8);
FIELD(OffersimPlugin, size, 12);
FIELD(OffersimPlugin, kind, 16);
FIELD(OffersimPlugin, reserved, 20);
FIELD(OffersimPlugin, policy, 24);
FIELD(OffersimPlugin, allocator, 32);

VALUE(RESOURCE_CPUS, 0);
VALUE(RESOURCE_MEM, 1);
VALUE(RESOURCE_DISK, 2);
VALUE(RESOURCE_GPUS, 3);
VALUE(RESOURCE_KINDS_FIXED, 4);

VALUE(FRAMEWORK_GPU_RESOURCES, 1);
VALUE(FRAMEWORK_REVOCABLE_RESOURCES, 2);
VALUE(FRAMEWORK_SHARED_RESOURCES, 4);
VALUE(FRAMEWORK_RESERVATION_REFINEMENT, 8);
VALUE(FRAMEWORK_REGION_AWARE, 16);
VALUE(FRAMEWORK_PARTITION_AWARE, 32);
VALUE(FRAMEWORK_TASK_KILLING_STATE, 64);

VALUE(CONSTRAINT_ATTRIBUTE, 0);
VALUE(CONSTRAINT_HOSTNAME, 1);
VALUE(CONSTRAINT_REGION, 2);
VALUE(CONSTRAINT_ZONE, 3);

VALUE(CONSTRAINT_EXISTS, 0);
VALUE(CONSTRAINT_NOT_EXISTS, 1);
VALUE(CONSTRAINT_EQUALS, 2);
VALUE(CONSTRAINT_NOT_EQUALS, 3);
VALUE(CONSTRAINT_MATCHES, 4);
VALUE(CONSTRAINT_NOT_MATCHES, 5);

VALUE(AGENT_NOT_MULTI_ROLE, 1);
VALUE(AGENT_NOT_HIERARCHICAL_ROLE, 2);

VALUE(INVERSE_OFFER_EXPIRED, 0);
VALUE(INVERSE_OFFER_ACCEPTED, 1);
VALUE(INVERSE_OFFER_DECLINED, 2);

VALUE(ALLOCATOR_WORK_CONSERVING, 1);
VALUE(ALLOCATOR_USES_WEIGHTS, 2);
VALUE(ALLOCATOR_USES_HIERARCHY, 4);
VALUE(ALLOCATOR_NO_STARVATION, 8);
VALUE(ALLOCATOR_USES_PRIORITY, 16);
VALUE(ALLOCATOR_USES_DEMAND, 32);

VALUE(GATE_OFFERED, 0);
VALUE(GATE_AGENT_INACTIVE, 1);
VALUE(GATE_NOT_WHITELISTED, 2);
VALUE(GATE_NOTHING_FREE, 3);
VALUE(GATE_FRAMEWORK_INACTIVE, 4);
VALUE(GATE_SUPPRESSED, 5);
VALUE(GATE_CONSTRAINTS, 6);
VALUE(GATE_CAPABILITY, 7);
VALUE(GATE_QUOTA_LIMIT, 8);
VALUE(GATE_QUOTA_HEADROOM, 9);
VALUE(GATE_MINIMUM, 10);
VALUE(GATE_FILTER, 11);
VALUE(GATE_SERVED_BEFORE, 12);
VALUE(GATES, 13);

VALUE(POLICY_LOOKS_AT_AGENT, 1);
VALUE(POLICY_DRAWS, 2);
VALUE(POLICY_ORDERS_ROLES, 4);
VALUE(POLICY_ORDERS_FRAMEWORKS, 8);

VALUE(OFFERSIM_PLUGIN_POLICY, 1);
VALUE(OFFERSIM_PLUGIN_ALLOCATOR, 2);

#endif

START_TEST(versions)
{
  ck_assert_uint_eq(OFFERSIM_PLUGIN_ABI_VERSION, 1);
  ck_assert_uint_eq(ALLOCATOR_ABI_VERSION, 2);
  ck_assert_uint_eq(POLICY_ABI_VERSION, 1);
  ck_assert_uint_eq(OFFERSIM_PLUGIN_MAGIC, UINT64_C(0x6e69677570736f31));
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("abi");
  test_case(suite, versions);
  return suite;
}
