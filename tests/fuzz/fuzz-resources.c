/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Any bytes as the text of resources. What is accepted must be printed and read back without change, and
 * taking away what was added must leave nothing; what is refused must say why.
 */

#include <stdint.h>
#include <string.h>

#include "base/check.h"
#include "base/resources.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_sums(const Resources *resources)
{
  Resources sum;
  resources_copy(&sum, resources);
  resources_add(&sum, resources);
  CHECK(resources_contain(&sum, resources));
  resources_subtract(&sum, resources);
  CHECK(resources_equal(&sum, resources));
  resources_subtract(&sum, resources);
  CHECK(resources_are_empty(&sum));
  resources_clear(&sum);
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
  check_sums(resources);
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

  bool read = resources_parse(kinds, text, &resources, &error);
  CHECK(read == (error == NULL));
  bool is_plain = quantities_parse(kinds, text, &plain, &plain_error);
  CHECK(is_plain == (plain_error == NULL));
  CHECK(is_plain == (read && resources.special == NULL));
  CHECK(!is_plain || quantities_equal(&plain, &resources.plain));
  if (read)
    check_resources(kinds, &resources);
  resources_clear(&resources);
  return 0;
}
