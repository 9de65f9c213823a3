/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Any bytes as the text of resources. What is accepted must be printed and read back without change, and
 * taking away what was added must leave nothing; what is refused must say why.
 */

#include <stdint.h>
#include <string.h>

#include "base/check.h"
#include "base/resources-text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_no_range(const ResourceSlice *slice, void *data)
{
  (void)data;
  return !resource_slice_is_range(slice);
}

static bool is_range(const ResourceSlice *slice, void *data)
{
  (void)data;
  return resource_slice_is_range(slice);
}

/* Ranges are sets: twice the same is once. */
static void check_ranges(const Resources *resources)
{
  Resources sum;
  Resources ranges;
  resources_copy(&ranges, resources);
  ranges.plain = QUANTITIES_ZERO;
  resources_filter(&ranges, is_range, NULL);
  resources_copy(&sum, &ranges);
  resources_add(&sum, &ranges);
  CHECK(resources_equal(&sum, &ranges));
  resources_subtract(&sum, &ranges);
  CHECK(resources_are_empty(&sum));
  resources_clear(&sum);
  resources_clear(&ranges);
}

static void check_sums(const Resources *resources)
{
  Resources one;
  Resources sum;
  resources_copy(&one, resources);
  resources_filter(&one, is_no_range, NULL);
  resources_copy(&sum, &one);
  resources_add(&sum, &one);
  resources_subtract(&sum, &one);
  CHECK(resources_equal(&sum, &one));
  resources_subtract(&sum, &one);
  CHECK(resources_are_empty(&sum));
  resources_clear(&sum);
  resources_clear(&one);
}

/* What is free comes back, and what is shared never left. */
static void check_free(const Resources *resources)
{
  Resources free;
  resources_copy(&free, resources);
  resources_take(&free, resources);
  CHECK(resources_are_valid(&free));
  resources_give(&free, resources);
  CHECK(resources_equal(&free, resources));
  resources_clear(&free);
}

static void check_shrink(const Resources *resources)
{
  Quantities target = resources_total(resources);
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    target.amount[kind] /= 2;
  Resources shrunk;
  resources_copy(&shrunk, resources);
  resources_shrink(&shrunk, &target);
  Quantities total = resources_total(&shrunk);
  CHECK(resources_are_valid(&shrunk) && resources_contain(resources, &shrunk));
  CHECK(quantities_contain(&target, &total));
  resources_clear(&shrunk);
}

static void check_resources(ResourceKinds *kinds, const Resources *resources)
{
  Quantities total = resources_total(resources);
  Resources again = RESOURCES_EMPTY;
  g_autofree char *text = resources_print(kinds, resources);
  CHECK(quantities_are_valid(&total));
  CHECK(resources_parse(kinds, text, &again, NULL));
  CHECK(resources_equal(&again, resources));
  g_autofree char *text_again = resources_print(kinds, &again);
  CHECK(strcmp(text, text_again) == 0);
  resources_clear(&again);
  CHECK(resources_are_valid(resources) && resources_are_known(kinds, resources));
  check_ranges(resources);
  check_sums(resources);
  check_free(resources);
  check_shrink(resources);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  g_autoptr(ResourceKinds) kinds = resource_kinds_new();
  g_autoptr(GError) error = NULL;
  g_autoptr(GError) plain_error = NULL;
  g_autofree char *text = g_strndup((const char *)data, size);
  Resources resources = RESOURCES_EMPTY;
  Quantities plain;
  CHECK(resource_kinds_add(kinds, "licences", NULL, NULL));
  CHECK(resource_kinds_add(kinds, "ports", NULL, NULL));

  bool read = resources_parse(kinds, text, &resources, &error);
  CHECK(read == (error == NULL));
  bool is_plain = quantities_parse(kinds, text, &plain, &plain_error);
  CHECK(is_plain == (plain_error == NULL));
  /* A plain number of ports is a quantity, but no resource. */
  CHECK(is_plain || !read || resources.special != NULL);
  CHECK(!is_plain || !read || quantities_equal(&plain, &resources.plain));
  if (read)
    check_resources(kinds, &resources);
  resources_clear(&resources);
  return 0;
}
