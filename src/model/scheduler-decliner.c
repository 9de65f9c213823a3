/* SPDX-License-Identifier: Apache-2.0 */
#include "model/scheduler-decliner.h"

#include "model/scheduler-elastic.h"

static void decliner_offers(SimFramework *framework, const OfferMessage *offers, uint32_t n)
{
  framework->judged.unwanted += n;
  for (uint32_t i = 0; i < n; i++)
    sim_framework_decline(framework, offers[i].id);
  sim_framework_flush(framework, framework->refuse);
}

const SimScheduler scheduler_decliner = {
    .offers = decliner_offers,
    .reason = scheduler_reason,
};
