/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/plugin.h"

#include <gmodule.h>
#include <string.h>

#include "allocators/plugin.h"
#include "allocators/registry.h"
#include "cli/plugin-wrap.h"
#include "cli/report.h"

struct Plugin {
  GModule *module;
  char *path;
  char *sha256;
  PluginTables tables;
  AllocatorInterface interface; /* wrapped */
};

bool plugin_is_path(const char *name)
{
  return strchr(name, '/') != NULL || g_str_has_suffix(name, ".so");
}

static bool refuse(GError **error, const Plugin *plugin, const char *format, ...) G_GNUC_PRINTF(3, 4);

static bool refuse(GError **error, const Plugin *plugin, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *why = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "plug-in %s: %s", plugin->path, why);
  return false;
}

/* --- what a table must have ----------------------------------------------------------------------------- */

typedef struct {
  const char *name;
  size_t offset;
} Entry;

#define ALLOCATOR_ENTRY(name)                                                                                \
  {                                                                                                          \
#name, offsetof(AllocatorInterface, name)                                                                \
  }
#define POLICY_ENTRY(name)                                                                                   \
  {                                                                                                          \
#name, offsetof(PolicyInterface, name)                                                                   \
  }

/* Those that do not say (optional). */
static const Entry allocator_entries[] = {
    ALLOCATOR_ENTRY(create),
    ALLOCATOR_ENTRY(destroy),
    ALLOCATOR_ENTRY(add_role),
    ALLOCATOR_ENTRY(update_role),
    ALLOCATOR_ENTRY(add_framework),
    ALLOCATOR_ENTRY(remove_framework),
    ALLOCATOR_ENTRY(activate_framework),
    ALLOCATOR_ENTRY(deactivate_framework),
    ALLOCATOR_ENTRY(update_framework),
    ALLOCATOR_ENTRY(add_agent),
    ALLOCATOR_ENTRY(remove_agent),
    ALLOCATOR_ENTRY(update_agent),
    ALLOCATOR_ENTRY(update_agent_attributes),
    ALLOCATOR_ENTRY(activate_agent),
    ALLOCATOR_ENTRY(deactivate_agent),
    ALLOCATOR_ENTRY(update_whitelist),
    ALLOCATOR_ENTRY(transition_offered_to_allocated),
    ALLOCATOR_ENTRY(recover_resources),
    ALLOCATOR_ENTRY(suppress_offers),
    ALLOCATOR_ENTRY(revive_offers),
    ALLOCATOR_ENTRY(run),
    ALLOCATOR_ENTRY(tick),
    ALLOCATOR_ENTRY(view_agent),
    ALLOCATOR_ENTRY(share),
    ALLOCATOR_ENTRY(count_filters),
    ALLOCATOR_ENTRY(check),
};

static const Entry policy_entries[] = {POLICY_ENTRY(key)};

static bool has_entries(const Plugin *plugin, const char *kind, const void *table, const Entry *entries,
                        size_t n, GError **error)
{
  for (size_t i = 0; i < n; i++) {
    void *function;
    memcpy(&function, (const char *)table + entries[i].offset, sizeof function);
    if (function == NULL)
      return refuse(error, plugin, "its %s has no function %s(), which every %s needs", kind, entries[i].name,
                    kind);
  }
  return true;
}

/* Names go into results, messages and the groups [allocator NAME]. */
static bool check_name(const Plugin *plugin, const char *name, const char *summary, GError **error)
{
  if (name == NULL || *name == '\0' ||
      strspn(name, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "-_.+") != strlen(name))
    return refuse(error, plugin,
                  "its name is not one: expected letters, digits, \"-\", \"_\", \".\" and \"+\"");
  if (allocator_find(name) != NULL)
    return refuse(error, plugin,
                  "its name, %s, is that of an allocator that ships with sim; expected another", name);
  if (summary == NULL || strpbrk(summary, "\r\n\t") != NULL)
    return refuse(error, plugin, "its summary is not one line");
  return true;
}

static bool check_options(const Plugin *plugin, const AllocatorOption *options, uint32_t n, GError **error)
{
  if (n > 0 && options == NULL)
    return refuse(error, plugin, "it has %u options, but no table of them", n);
  for (uint32_t i = 0; i < n; i++)
    if (options[i].key == NULL || options[i].summary == NULL)
      return refuse(error, plugin, "its option %u has no key or no summary", i);
  return true;
}

/* --- tables, extended ----------------------------------------------------------------------------------- */

/* Up to which size tables of a version reach: those of this program's own version are whole. */
static bool check_version(const Plugin *plugin, const char *kind, uint32_t version, uint32_t known,
                          uint32_t size, size_t least, GError **error)
{
  if (version < 1 || version > known)
    return refuse(error, plugin, "its %s is of ABI version %u; expected %s%u", kind, version,
                  known > 1 ? "1 to " : "", known);
  if (size < least)
    return refuse(error, plugin, "its %s says that it has %u bytes; expected at least %zu in version %u",
                  kind, size, least, version);
  return true;
}

/* The two numbers at the beginning of each table; the rest may be shorter than what this program knows. */
typedef struct {
  uint32_t abi_version;
  uint32_t size;
} TableHead;

static TableHead head_of(const void *table)
{
  TableHead head;
  memcpy(&head, table, sizeof head);
  return head;
}

static bool take_allocator(Plugin *plugin, const void *table, GError **error)
{
  TableHead head = head_of(table);
  size_t least =
      head.abi_version == 1 ? offsetof(AllocatorInterface, update_agent_info) : sizeof(AllocatorInterface);
  if (!check_version(plugin, "allocator", head.abi_version, ALLOCATOR_ABI_VERSION, head.size, least, error))
    return false;
  AllocatorInterface *allocator = &plugin->tables.allocator;
  memcpy(allocator, table, least);
  return has_entries(plugin, "allocator", allocator, allocator_entries, G_N_ELEMENTS(allocator_entries),
                     error) &&
         check_name(plugin, allocator->name, allocator->summary, error) &&
         check_options(plugin, allocator->options, allocator->n_options, error);
}

static bool take_policy(Plugin *plugin, const void *table, GError **error)
{
  TableHead head = head_of(table);
  if (!check_version(plugin, "policy", head.abi_version, POLICY_ABI_VERSION, head.size,
                     sizeof(PolicyInterface), error))
    return false;
  PolicyInterface *policy = &plugin->tables.policy;
  memcpy(policy, table, sizeof *policy);
  if ((policy->create == NULL) != (policy->destroy == NULL))
    return refuse(error, plugin, "its policy has one of create() and destroy(); expected both or none");
  return has_entries(plugin, "policy", policy, policy_entries, G_N_ELEMENTS(policy_entries), error) &&
         check_name(plugin, policy->name, policy->summary, error) &&
         check_options(plugin, policy->options, policy->n_options, error);
}

static bool take_descriptor(Plugin *plugin, const OffersimPlugin *descriptor, GError **error)
{
  if (descriptor->magic != OFFERSIM_PLUGIN_MAGIC)
    return refuse(error, plugin,
                  "its " OFFERSIM_PLUGIN_SYMBOL " begins with %016" G_GINT64_MODIFIER
                  "x; expected %016" G_GINT64_MODIFIER "x (OFFERSIM_PLUGIN_MAGIC)",
                  descriptor->magic, OFFERSIM_PLUGIN_MAGIC);
  if (!check_version(plugin, "descriptor", descriptor->abi_version, OFFERSIM_PLUGIN_ABI_VERSION,
                     descriptor->size, sizeof *descriptor, error))
    return false;
  if (descriptor->kind == OFFERSIM_PLUGIN_POLICY && descriptor->policy != NULL) {
    if (!take_policy(plugin, descriptor->policy, error))
      return false;
    plugin_wrap_policy(&plugin->tables, &plugin->interface);
    return true;
  }
  if (descriptor->kind == OFFERSIM_PLUGIN_ALLOCATOR && descriptor->allocator != NULL) {
    if (!take_allocator(plugin, descriptor->allocator, error))
      return false;
    plugin_wrap_allocator(&plugin->tables, &plugin->interface);
    return true;
  }
  return refuse(error, plugin,
                "its descriptor is of kind %u; expected %d (policy) or %d (allocator), with its table",
                descriptor->kind, OFFERSIM_PLUGIN_POLICY, OFFERSIM_PLUGIN_ALLOCATOR);
}

/* --- the file ------------------------------------------------------------------------------------------- */

char *plugin_sha256_of(const char *path, GError **error)
{
  g_autofree char *content = NULL;
  gsize length;
  g_autoptr(GError) wrong = NULL;
  if (g_file_get_contents(path, &content, &length, &wrong))
    return g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)content, length);
  g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "plug-in %s: %s", path, wrong->message);
  return NULL;
}

/* The system's message begins with the path, which is said already. */
static const char *module_error(const Plugin *plugin)
{
  const char *message = g_module_error();
  if (message == NULL)
    return "no reason is given";
  if (g_str_has_prefix(message, plugin->path))
    message += strlen(plugin->path);
  return message + strspn(message, ": ");
}

static bool open_module(Plugin *plugin, GError **error)
{
  guard_enter(plugin->tables.page, "its constructors", GUARD_NO_INSTANT);
  plugin->module = g_module_open(plugin->path, G_MODULE_BIND_LOCAL);
  guard_leave(plugin->tables.page);
  if (plugin->module == NULL) {
    const char *why = module_error(plugin);
    bool unresolved = strstr(why, "undefined symbol") != NULL;
    return refuse(error, plugin, "%s: %s%s",
                  unresolved ? "cannot be loaded" : "not a shared object that can be loaded", why,
                  unresolved ? " (a plug-in gets what it needs through the host table)" : "");
  }
  void *symbol = NULL;
  if (!g_module_symbol(plugin->module, OFFERSIM_PLUGIN_SYMBOL, &symbol) || symbol == NULL)
    return refuse(error, plugin,
                  "exports no symbol " OFFERSIM_PLUGIN_SYMBOL "; expected one, see allocators/plugin.h");
  return take_descriptor(plugin, symbol, error);
}

Plugin *plugin_load(const char *path, GuardPage *page, GError **error)
{
  g_autoptr(Plugin) plugin = g_new0(Plugin, 1);
  plugin->path = g_canonicalize_filename(path, NULL);
  plugin->tables.page = page;
  plugin->sha256 = plugin_sha256_of(plugin->path, error);
  if (plugin->sha256 == NULL || !open_module(plugin, error))
    return NULL;
  return g_steal_pointer(&plugin);
}

void plugin_free(Plugin *plugin)
{
  if (plugin == NULL)
    return;
  if (plugin->module != NULL) {
    guard_enter(plugin->tables.page, "its destructors", GUARD_NO_INSTANT);
    g_module_close(plugin->module);
    guard_leave(plugin->tables.page);
  }
  g_free(plugin->path);
  g_free(plugin->sha256);
  g_free(plugin);
}

const AllocatorInterface *plugin_interface(const Plugin *plugin)
{
  return &plugin->interface;
}

const char *plugin_path(const Plugin *plugin)
{
  return plugin->path;
}

const char *plugin_sha256(const Plugin *plugin)
{
  return plugin->sha256;
}
