/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The command line of one command: GOptionContext, with errors that name the nearest option, and help that
 * teaches by examples.
 *
 * Strings are to be taken as G_OPTION_ARG_FILENAME(_ARRAY), whatever they are: these are bytes as given, and
 * do not depend on the locale. "--" ends the options.
 */

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/time.h"

typedef struct {
  const char *command;         /* "run" */
  const char *synopsis;        /* what follows "sim run": "[OPTION...] FILE..." */
  const char *summary;         /* what it does, above the options in the help */
  const char *examples;        /* below them; NULL: none */
  const GOptionEntry *entries; /* {NULL} at the end; --help and --version are added */
} CommandOptions;

typedef enum {
  OPTIONS_READ,
  OPTIONS_HELP, /* help or the version was asked for and printed */
  OPTIONS_WRONG,
} OptionsRead;

/**
 * options_read:
 * @options: whose entries point to where the values go; these are freed by the caller
 * @argc, @argv: without the name of the command: argv[0] is its first argument
 * @words: (out) (transfer full): what is no option, NULL-terminated; also where the options are wrong
 * @error: CLI_ERROR_USAGE
 */
OptionsRead options_read(const CommandOptions *options, int argc, char **argv, char ***words, GError **error);

/** options_print_version: prints version and commit. */
void options_print_version(void);

/** options_parse_seed: @text: of --seed; 0 to 2^63 - 1. */
bool options_parse_seed(const char *text, uint64_t *seed, GError **error);

/** options_parse_call_limit: @text: of --plugin-call-limit, NULL: not given; longer than zero. @allocator: what the
 * option is for: a plug-in. */
bool options_parse_call_limit(const char *text, const char *allocator, Duration *limit, GError **error);

/**
 * options_unknown: sets @error: @what @name is unknown, the nearest of @known or, if none is near, all of
 * them.
 */
void options_unknown(GError **error, const char *what, const char *name, const char *const *known);
