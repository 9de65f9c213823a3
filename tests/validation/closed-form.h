/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The closed forms of the Mesos paper for a framework that waits for k slots: what the simulator has to
 * arrive at.
 *
 * Times are in T, the mean of the tasks that occupy the slots; the framework's job is beta k T of work. The
 * slots become free at A_1 ... A_k, independent of each other: uniform on [0, 1] ("constant": what is left of
 * a task of length 1 at a random instant) or exponential with mean 1. Then exactly, for every k:
 *
 *                       constant                                 exponential
 *     ramp-up           E[max A] = k / (k + 1)                   H(k) = 1 + 1/2 + ... + 1/k
 *     completion
 *       elastic         E[A] + beta = 1/2 + beta                 1 + beta
 *       rigid           k / (k + 1) + beta                       H(k) + beta
 *     utilization
 *       elastic         1                                        1
 *       rigid           beta / (beta + (k - 1) / (2 (k + 1)))    beta / (beta + H(k) - 1)
 *
 *     ramp-up where any k of n slots will do:                    H(n) - H(n - k)
 *
 * A rigid framework wastes E[max A - A] per slot. An elastic one whose work could be cut at will is done at C
 * with sum of (C - A_i) = beta k, as long as all slots come before C: with beta = 10 and the exponential law
 * this fails with probability k e^-11, which moves the mean by e^-11 = 0.00002 at most. Its tasks are of
 * length 1/1000 here; so the last one ends after C, and no more than 1/1000 after it: in the slot where it
 * runs there was no room for it before C, or it would have been started in another.
 *
 * The paper prints the limits for large k, which are reported beside: 1 for k / (k + 1), ln k for H(k),
 * -ln(1 - k / n) for H(n) - H(n - k).
 *
 * Source: Hindman et al., NSDI 2011, section 4.3 and table 2, with the derivations of its technical report
 * (UCB/EECS-2010-87); the maximum of k exponential or uniform variables is in every textbook (W. Feller, II,
 * I.6 and I.7).
 */

#include <stdbool.h>
#include <stdint.h>

#include "tests/validation/statistics.h"

#define BETA 10

/* All intervals of a run of the suite hold together with 99 %: 4 cases (law, k) x (elastic: ramp-up,
 * completion; rigid: ramp-up, completion, utilization) + any k of n for both schedulers. */
#define FAMILY_SIZE  22
#define FAMILY_ERROR 0.01

typedef struct {
  const char *metric;
  double exact;
  double allowance; /* the mean lies between exact and exact + allowance */
  double paper;     /* the limit that the paper prints */
  double variation; /* of one run: standard deviation over mean; 0: not known, or not needed */
} Form;

Form form_ramp_up(bool exponential, uint32_t k);
Form form_ramp_up_any(uint32_t k, uint32_t n);
Form form_completion(bool exponential, bool rigid, uint32_t k);
Form form_utilization(bool exponential, uint32_t k); /* of a rigid framework */

/**
 * form_width: below which an interval has to be, relative to its value. @elastic_completion: it is that.
 *
 *   1 %      everywhere in the suite `slow`; in the default suite for all but
 *   2.5 %    elastic completion in the default suite, where one run is up to a million tasks
 *
 * OFFERSIM_CLOSED_FORMS=full in the environment asks for what the suite `slow` runs.
 */
double form_width(bool elastic_completion);

/**
 * form_runs: how many runs make the interval narrower than @width. It follows from the closed form's own law,
 * before any run: the least n for which the expected width is below it with n - 1 degrees of freedom, with a
 * margin because the standard deviation is an estimate too: two standard errors of it for a normal law, and
 * two per cent as most laws here are heavier.
 */
uint32_t form_runs(const Form *form, double width);

/** form_seed: of run @run of a case; those of different cases have nothing to do with each other. */
uint64_t form_seed(const char *scheduler, bool exponential, uint32_t k, uint32_t n, uint32_t run);

/** form_title: prints the head of a table as TAP diagnostics. */
void form_title(const char *scheduler, bool exponential, uint32_t k, uint32_t n);

/** form_print: prints a line of it. */
void form_print(const Form *form, const Pairs *pairs);

/** form_test: prints it, and asserts that the interval is narrower than @width (relative) and contains the
 * exact form. */
void form_test(const Form *form, const Pairs *pairs, double width);
