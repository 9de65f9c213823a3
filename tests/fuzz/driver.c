/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Replays files through a fuzz target, where libFuzzer is not linked: every file named, and every file in a
 * folder named, in order of name. The name is printed first, so that the last line of a crash tells the
 * culprit.
 */

#include <glib.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned replay_file(const char *path)
{
  g_autofree char *content = NULL;
  gsize size = 0;
  g_autoptr(GError) error = NULL;

  if (!g_file_get_contents(path, &content, &size, &error)) {
    fprintf(stderr, "%s\n", error->message);
    exit(EXIT_FAILURE);
  }
  printf("%s\n", path);
  fflush(stdout);

  /* A block of exactly that size, without GLib's NUL behind it: a read past the end is seen. */
  uint8_t *exact = malloc(size == 0 ? 1 : size);
  if (exact == NULL)
    abort();
  memcpy(exact, content, size);
  LLVMFuzzerTestOneInput(exact, size);
  free(exact);
  return 1;
}

static int compare_names(gconstpointer a, gconstpointer b)
{
  const char *const *first = a;
  const char *const *second = b;
  return strcmp(*first, *second);
}

static unsigned replay_folder(const char *path)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GDir) folder = g_dir_open(path, 0, &error);
  if (folder == NULL) {
    fprintf(stderr, "%s\n", error->message);
    exit(EXIT_FAILURE);
  }

  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
  const char *name;
  while ((name = g_dir_read_name(folder)) != NULL)
    g_ptr_array_add(names, g_build_filename(path, name, NULL));
  g_ptr_array_sort(names, compare_names);

  unsigned replayed = 0;
  for (guint i = 0; i < names->len; i++)
    replayed += replay_file(g_ptr_array_index(names, i));
  return replayed;
}

int main(int argc, char **argv)
{
  unsigned replayed = 0;
  for (int i = 1; i < argc; i++)
    replayed += g_file_test(argv[i], G_FILE_TEST_IS_DIR) ? replay_folder(argv[i]) : replay_file(argv[i]);

  printf("%u inputs\n", replayed);
  return replayed > 0 ? EXIT_SUCCESS : EXIT_FAILURE; /* an empty corpus proves nothing */
}
