#compdef sim
# SPDX-License-Identifier: Apache-2.0
# Completion of sim(1) for zsh.

_sim_allocators() {
  local -a names
  names=(${(f)"$(sim list allocators 2>/dev/null | awk '{ print $1 }')"})
  compadd -a names
  _files -g '*.so'
}

_arguments \
  '--workload[what to run]:workload:_files -g "*.(ini|swf|tsv|gz)"' \
  '--allocator[who is offered what]:allocator:_sim_allocators' \
  '--seed[seed of all random draws]:seed:' \
  '--output[results file]:results:_files' \
  '*--set[override a key of the workload]:GROUP.KEY=VALUE:' \
  '*--record[record more]:what:(tasks)' \
  '--sample-interval[how often the time series are sampled]:duration:' \
  '--quiet[print nothing but errors]' \
  '--no-progress[no progress bar]' \
  '--version[version and commit]' \
  '--help[summary of the options]' \
  '1:command:(run validate list show)' \
  '*:file:_files'
