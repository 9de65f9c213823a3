/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The program `sim`, but for main(): finds the command and runs it.
 *
 *   sim [run] ...      `run` may be left out: "sim --workload F", "sim F"
 *   sim validate | list | show ...
 *   sim --version | --help | help [COMMAND]
 */

/** cli_run: @argv: as main() gets it. Returns: the exit status of the process (exit-status.h). */
int cli_run(int argc, char **argv);
