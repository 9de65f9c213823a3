/* SPDX-License-Identifier: Apache-2.0 */
#include "model/sim-record.h"

void sim_record_slices(SimDigest *digest, Instant now, const Resources *resources)
{
  const ResourceSlices *slices = resources->special;
  for (uint32_t i = 0; slices != NULL && i < slices->n_slices; i++) {
    const ResourceSlice *slice = &slices->slices[i];
    sim_digest_add_4(digest, now, SIM_PHASE_MESSAGE, SIM_RECORD_SLICE,
                     sim_record_pair(slice->reservation, (uint32_t)slice->revocable << 16 | slice->range),
                     sim_record_pair(slice->disk, slice->copies), sim_record_pair(slice->first, slice->last),
                     sim_record_quantities(&slice->quantities));
  }
}
