/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * PolicyStepper: a sorter over a handful of servers, one task at a time, as worked examples are told: a server is
 * drawn, the users are asked in their order, and the first whose task fits gets one task there.
 *
 * It stands for the kernel with nothing but the order: no agents, filters or offers. Users are clients (roles) of
 * one sorter; each has tasks of one size, of which it says how many wait where the sorter listens.
 */

#include <stdbool.h>
#include <stdint.h>

#include "allocators/policy-sorter.h"

#define STEPPER_USERS_MAX   8
#define STEPPER_SERVERS_MAX 64

typedef struct {
  const char *path;
  double task[2];   /* cpus, mem */
  double weight;    /* 0: 1 */
  uint32_t tasks;   /* that it wants; 0: any number */
  uint64_t servers; /* bit s: it may use server s; 0: all */
} StepperUser;

typedef struct {
  double total[2];
} StepperServer;

typedef struct {
  const SorterInterface *interface;
  PolicySorterContext context;
  PolicyHost host;
  Sorter *sorter;
  SorterTotals totals;
  uint64_t seed;
  uint64_t n_draws;
  uint64_t n_visits;

  uint32_t n_users;
  uint32_t n_servers;
  Quantities task[STEPPER_USERS_MAX];
  uint32_t wanted[STEPPER_USERS_MAX]; /* that still wait; UINT32_MAX: any number */
  uint64_t allowed[STEPPER_USERS_MAX];
  Quantities total[STEPPER_SERVERS_MAX];
  Quantities free[STEPPER_SERVERS_MAX];

  uint32_t got[STEPPER_USERS_MAX][STEPPER_SERVERS_MAX]; /* tasks */
} PolicyStepper;

/**
 * stepper_init:
 * @policy: NULL: drf_sorter
 * @option: of its one option; NULL: default
 * @declares: the users declare what they wait for
 */
void stepper_init(PolicyStepper *stepper, const PolicyInterface *policy, const char *option, bool declares,
                  const StepperUser *users, uint32_t n_users, const StepperServer *servers,
                  uint32_t n_servers, uint64_t seed);
void stepper_clear(PolicyStepper *stepper);

/** stepper_draw: a uniform number below @n. */
uint32_t stepper_draw(PolicyStepper *stepper, uint32_t n);

/** stepper_fits: whether a task of @user, who wants one, fits @server now, and may stand there. */
bool stepper_fits(const PolicyStepper *stepper, uint32_t user, uint32_t server);

/** stepper_give: gives @user a task on @server. */
void stepper_give(PolicyStepper *stepper, uint32_t user, uint32_t server);

/** stepper_take_back: ends one. */
void stepper_take_back(PolicyStepper *stepper, uint32_t user, uint32_t server);

/** stepper_next_user: the first in the order who fits @server (UINT32_MAX: no server in particular, and any will do);
 * UINT32_MAX where nobody does. */
uint32_t stepper_next_user(PolicyStepper *stepper, uint32_t server);

/** stepper_visit_server: a visit of @server, for policies that are asked directly. */
void stepper_visit_server(PolicyStepper *stepper, uint32_t server, PolicyVisitCopy *copy);

/** stepper_key: what the policy says of @user on @server. */
PolicyKey stepper_key(PolicyStepper *stepper, uint32_t user, uint32_t server);

/** stepper_fill: a server drawn uniformly at every step, until nothing fits anywhere. */
void stepper_fill(PolicyStepper *stepper);

/** stepper_fill_clients_first: the first user in the order takes the best server by score, until nothing fits. */
void stepper_fill_clients_first(PolicyStepper *stepper);

uint32_t stepper_tasks(const PolicyStepper *stepper, uint32_t user); /* on all servers */
