/* SPDX-License-Identifier: Apache-2.0 */

/* Pinned: what each conversion makes of which resources, and what none can be made of. */

#include "base/error.h"
#include "base/resources-text.h"
#include "core/conversions.h"
#include "tests/support/test-main.h"

static ResourceKinds *kinds_with_ports(void)
{
  ResourceKinds *kinds = resource_kinds_new();
  ck_assert(resource_kinds_add(kinds, "ports", NULL, NULL));
  return kinds;
}

static Resources read_text(ResourceKinds *kinds, const char *text)
{
  Resources resources;
  ck_assert_msg(resources_parse(kinds, text, &resources, NULL), "%s", text);
  return resources;
}

static const struct {
  ConversionKind kind;
  const char *named;
  const char *before;
  const char *after; /* NULL: is not contained in it */
} rows[] = {
    {CONVERSION_RESERVE, "cpus(*,a):2", "cpus:4;mem:8", "cpus:2;mem:8;cpus(*,a):2"},
    {CONVERSION_RESERVE, "cpus(*,a):2;mem(*,b):3", "cpus:4;mem:8", "cpus:2;mem:5;cpus(*,a):2;mem(*,b):3"},
    {CONVERSION_RESERVE, "cpus(a,a/b):2", "cpus(a):3", "cpus(a):1;cpus(a,a/b):2"},
    {CONVERSION_RESERVE, "cpus(*,a,a/b):2", "cpus(*,a):2", "cpus(*,a,a/b):2"},
    {CONVERSION_RESERVE, "ports(*,a):[2-3]", "ports:[1-5]", "ports(*,a):[2-3];ports:[1-1,4-5]"},
    {CONVERSION_RESERVE, "disk(*,a)[MOUNT:d]:5", "disk[MOUNT:d]:5", "disk(*,a)[MOUNT:d]:5"},
    {CONVERSION_RESERVE, "disk(*,a)[MOUNT:d]:4", "disk[MOUNT:d]:5", NULL},
    {CONVERSION_RESERVE, "cpus(*,a):2", "cpus:1;mem:8", NULL},
    {CONVERSION_RESERVE, "cpus(a,a/b):2", "cpus:3", NULL},
    {CONVERSION_UNRESERVE, "cpus(*,a):2", "cpus:2;cpus(*,a):3", "cpus:4;cpus(*,a):1"},
    {CONVERSION_UNRESERVE, "cpus(*,a,a/b):2", "cpus(*,a,a/b):2", "cpus(*,a):2"},
    {CONVERSION_UNRESERVE, "ports(*,a):[2-3]", "ports(*,a):[2-3];ports:[1-1,4-5]", "ports:[1-5]"},
    {CONVERSION_CREATE, "disk(a)[v]:3;disk(a)[w]:4", "disk(a):9", "disk(a):2;disk(a)[v]:3;disk(a)[w]:4"},
    {CONVERSION_CREATE, "disk(a)[v]{SHARED}:3", "disk(a):3", "disk(a)[v]{SHARED}:3"},
    {CONVERSION_CREATE, "disk(a)[MOUNT:d,v]:3", "disk(a)[MOUNT:d]:3", "disk(a)[MOUNT:d,v]:3"},
    {CONVERSION_CREATE, "disk(a)[MOUNT:d,v]:2", "disk(a)[MOUNT:d]:3", NULL},
    {CONVERSION_CREATE, "disk(a)[v]:3", "disk:3", NULL},
    {CONVERSION_DESTROY, "disk(*,a)[v]:3", "disk(*,a)[v]:3;disk(*,a):1", "disk(*,a):4"},
    {CONVERSION_DESTROY, "disk(a)[v]{SHARED}:3", "disk(a)[v]{SHARED}:3", "disk(a):3"},
    {CONVERSION_DESTROY, "disk(a)[v]:2", "disk(a)[v]:3", NULL},
};

START_TEST(conversions_are_applied)
{
  g_autoptr(ResourceKinds) kinds = kinds_with_ports();
  Resources named = read_text(kinds, rows[_i].named);
  Resources resources = read_text(kinds, rows[_i].before);
  Resources expected = read_text(kinds, rows[_i].after == NULL ? rows[_i].before : rows[_i].after);
  Conversion conversion;
  ck_assert(conversion_make(kinds, rows[_i].kind, &named, &conversion, NULL));
  Quantities from = resources_total(&conversion.from);
  Quantities to = resources_total(&conversion.to);
  ck_assert(quantities_equal(&from, &to));
  ck_assert(conversion_apply(&conversion, &resources) == (rows[_i].after != NULL));
  g_autofree char *text = resources_print(kinds, &resources);
  ck_assert_msg(resources_equal(&resources, &expected), "%s", text);
  conversion_clear(&conversion);
  resources_clear(&named);
  resources_clear(&resources);
  resources_clear(&expected);
}
END_TEST

static const struct {
  ConversionKind kind;
  const char *named;
  const char *message;
} refusals[] = {
    {CONVERSION_RESERVE, "", "nothing is named"},
    {CONVERSION_RESERVE, "cpus:1;cpus(*,a):1", "what is neither reserved nor a volume is nothing to convert"},
    {CONVERSION_RESERVE, "cpus(a):1", "cpus(a):1: expected a dynamic reservation, such as \"(*,role)\""},
    {CONVERSION_RESERVE, "cpus(*,a){REV}:1", "cpus(*,a){REV}:1: revocable resources cannot be reserved"},
    {CONVERSION_RESERVE, "cpus(*,a):1;disk(*,a)[v]:1",
     "disk(*,a)[v]:1: a volume stays reserved until it is destroyed"},
    {CONVERSION_UNRESERVE, "cpus(a):1", "cpus(a):1: expected a dynamic reservation, such as \"(*,role)\""},
    {CONVERSION_UNRESERVE, "disk(*,a)[v]:1", "disk(*,a)[v]:1: a volume stays reserved until it is destroyed"},
    {CONVERSION_CREATE, "disk(a):1", "disk(a):1: expected a volume, such as \"disk(role)[name]\""},
    {CONVERSION_CREATE, "disk(a)[MOUNT:d]:1",
     "disk(a)[MOUNT:d]:1: expected a volume, such as \"disk(role)[name]\""},
    {CONVERSION_CREATE, "disk[v]:1", "disk[v]:1: a volume needs a reservation"},
    {CONVERSION_CREATE, "disk(a)[v]{REV}:1", "disk(a)[v]{REV}:1: a volume cannot be revocable"},
    {CONVERSION_CREATE, "disk(a)[v]{SHARED*2}:1", "disk(a)[v]{SHARED*2}:1: a shared volume is named once"},
    {CONVERSION_DESTROY, "cpus(a):1", "cpus(a):1: expected a volume, such as \"disk(role)[name]\""},
};

START_TEST(what_cannot_be_converted)
{
  g_autoptr(ResourceKinds) kinds = kinds_with_ports();
  g_autoptr(GError) error = NULL;
  Resources named = read_text(kinds, refusals[_i].named);
  Conversion conversion;
  ck_assert(!conversion_make(kinds, refusals[_i].kind, &named, &conversion, &error));
  ck_assert(g_error_matches(error, BASE_ERROR, BASE_ERROR_RESOURCES));
  ck_assert_str_eq(error->message, refusals[_i].message);
  resources_clear(&named);
}
END_TEST

START_TEST(nonsense_is_refused)
{
  g_autoptr(ResourceKinds) kinds = kinds_with_ports();
  g_autoptr(GError) error = NULL;
  Resources named = read_text(kinds, "cpus(*,a):1");
  Conversion conversion;
  named.special->slices[0].reservation = 77;
  ck_assert(!conversion_make(kinds, CONVERSION_RESERVE, &named, &conversion, &error));
  ck_assert_str_eq(error->message, "these are no resources");
  resources_clear(&named);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("conversions");
  test_case_loop(suite, conversions_are_applied, 0, G_N_ELEMENTS(rows));
  test_case_loop(suite, what_cannot_be_converted, 0, G_N_ELEMENTS(refusals));
  test_case(suite, nonsense_is_refused);
  return suite;
}
