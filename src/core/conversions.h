/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Conversions: what reserving, unreserving, creating and destroying makes of resources.
 *
 * A conversion takes @from out of a set of resources and puts @to in; quantities stay the same. It is made from
 * resources as the call names them, always in the form that has something which the other form has not:
 *
 *   RESERVE, UNRESERVE   names what is dynamically reserved; the other form is without the uppermost reservation
 *   CREATE, DESTROY      names volumes; the other form is the disk, or the mount, without the volume
 *
 *     conversion_make(kinds, CONVERSION_RESERVE, "cpus(a,a/b):2")   from cpus(a):2   to cpus(a,a/b):2
 *     conversion_make(kinds, CONVERSION_DESTROY, "disk(a)[v]:5")    from disk(a)[v]:5   to disk(a):5
 *
 * Pure functions, for accepts of frameworks and calls of operators alike.
 *
 * Source: apache/mesos src/master/validation.cpp (namespaces resource and operation), src/common/resources_utils.cpp.
 * Not here: who may do so, what stands in the way, and the books (master-operations.c, master-operator*.c).
 */

#include <glib.h>
#include <stdbool.h>

#include "base/resource-kinds.h"
#include "base/resources.h"

typedef enum {
  CONVERSION_RESERVE,
  CONVERSION_UNRESERVE,
  CONVERSION_CREATE,
  CONVERSION_DESTROY,
} ConversionKind;

typedef struct {
  Resources from; /* owned, as is */
  Resources to;
} Conversion;

/**
 * conversion_make:
 * @named: resources as the call names them; anything may stand there
 * @out: receives the conversion, to be cleared
 * @error: BASE_ERROR_RESOURCES: nothing is named; a slice is not dynamically reserved, or a volume that must be destroyed
 * first; is no volume, or an unreserved one; is revocable; is a shared volume several times
 *
 * Nothing is written to @out on failure.
 */
bool conversion_make(const ResourceKinds *kinds, ConversionKind kind, const Resources *named, Conversion *out,
                     GError **error);
void conversion_clear(Conversion *conversion);

/** conversion_apply: to @resources. Returns: false, and changes nothing, where they do not contain what is taken. */
bool conversion_apply(const Conversion *conversion, Resources *resources);
