# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Completion of sim(1) for bash.

_sim() {
  local cur prev words cword
  _init_completion -n = || return

  case $prev in
    --workload | --output)
      _filedir
      return
      ;;
    --allocator)
      # A name, or the path of a plug-in.
      mapfile -t COMPREPLY < <(compgen -W "$("$1" list allocators 2>/dev/null | awk '{ print $1 }')" -- "$cur")
      _filedir so
      return
      ;;
    --record)
      mapfile -t COMPREPLY < <(compgen -W "tasks" -- "$cur")
      return
      ;;
    --seed | --set | --sample-interval)
      return
      ;;
  esac

  if [[ $cur == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "--workload --allocator --seed --output --set --record
      --sample-interval --quiet --no-progress --version --help" -- "$cur")
  elif ((cword == 1)); then
    mapfile -t COMPREPLY < <(compgen -W "run validate list show" -- "$cur")
  elif [[ ${words[1]} == list ]]; then
    mapfile -t COMPREPLY < <(compgen -W "allocators schedulers sources formats distributions" -- "$cur")
  else
    _filedir
  fi
} && complete -F _sim sim
