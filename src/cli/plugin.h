/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Plugin: an allocator in a shared object (allocators/plugin.h), loaded, checked, and wrapped so that the parent of
 * the process knows each call into it (guard.h).
 *
 *     path ---> plugin_load() ---> Plugin ---> plugin_interface(): an AllocatorInterface as any other
 *                    | GError: what was expected
 *
 * A table of an older version is extended with NULL and zero. A policy is given the hierarchical kernel. The name of a
 * plug-in must not be that of an allocator that ships.
 *
 * Not here: what becomes of a crash (guard.h); whether it keeps the contract (allocators/contract.h).
 */

#include <glib.h>
#include <stdbool.h>

#include "cli/guard.h"
#include "core/allocator.h"

typedef struct Plugin Plugin;

/** plugin_is_path: whether what was given as the name of an allocator is a file: it has a "/" or ends in ".so". */
bool plugin_is_path(const char *name);

/**
 * plugin_load:
 * @path: the shared object
 * @page: where its calls are noted; outlives the plug-in
 * @error: CLI_ERROR_USAGE: it cannot be loaded, or is not what this program expects
 *
 * Runs code of the plug-in: in a guarded child only, but for tests.
 */
Plugin *plugin_load(const char *path, GuardPage *page, GError **error);

/** plugin_free: after the last instance of it. */
void plugin_free(Plugin *plugin);

const AllocatorInterface *plugin_interface(const Plugin *plugin);
const char *plugin_path(const Plugin *plugin);   /* absolute */
const char *plugin_sha256(const Plugin *plugin); /* of the file, lower-case hex */

/** plugin_sha256_of: (transfer full): of the file at @path as it stands. @error: CLI_ERROR_USAGE: it cannot be read */
char *plugin_sha256_of(const char *path, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Plugin, plugin_free)
