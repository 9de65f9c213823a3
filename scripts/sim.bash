# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Completion of sim(1) for bash.

_sim() {
  local cur prev words cword
  _init_completion -n = || return
  local command=${words[1]}
  local options

  case $prev in
    -o | --output | -b | --baseline | --junit | --markdown)
      _filedir
      return
      ;;
    -a | --allocator)
      _filedir so
      mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "$("$1" list allocators 2>/dev/null | awk '{ print $1 }')" -- "$cur")
      return
      ;;
    --scratch)
      _filedir -d
      return
      ;;
    --record)
      mapfile -t COMPREPLY < <(compgen -W "jobs tasks" -- "$cur")
      return
      ;;
    --partition)
      mapfile -t COMPREPLY < <(compgen -W "static shared" -- "$cur")
      return
      ;;
    --compat)
      mapfile -t COMPREPLY < <(compgen -W "mesos none" -- "$cur")
      return
      ;;
    --figure)
      mapfile -t COMPREPLY < <(compgen -W "$("$1" list figures 2>/dev/null | awk '{ print $1 }')" -- "$cur")
      return
      ;;
    --format)
      mapfile -t COMPREPLY < <(compgen -W "text csv json trace-events batsim swf" -- "$cur")
      return
      ;;
    --tracks)
      mapfile -t COMPREPLY < <(compgen -W "agents frameworks" -- "$cur")
      return
      ;;
    --from | --to | --seed | --replications | --until | --replications-max | -j | --jobs | --replication | --shard | --set | --sample-interval | --plugin-call-limit | --run | --rule | --scenarios | --framework | --agent | --at)
      return
      ;;
  esac

  case $command in
    validate) options="--set --allocator --quiet --help" ;;
    list) options="--help" ;;
    show) options="--workload --summary --set --run --help" ;;
    compare) options="--metric --frameworks --format --help" ;;
    gate)
      options="--baseline --accept --allocator --workloads --require --replications --seed --set --jobs --junit --markdown"
      options="$options --output --plugin-call-limit --quiet --no-progress --help"
      ;;
    plot) options="--figure --output --run --help" ;;
    report) options="--output --run --help" ;;
    export) options="--format --output --run --tracks --from --to --help" ;;
    explain) options="--framework --agent --at --run --plugin-call-limit --help" ;;
    check-allocator) options="--rule --option --scenarios --seed --plugin-call-limit --help" ;;
    sweep) options="--jobs --output --dry-run --shard --scratch --keep-going --set --plugin-call-limit --quiet --no-progress --help" ;;
    merge) options="--quiet --help" ;;
    manipulate) options="--workload --framework --allocator --replications --jobs --output --set --plugin-call-limit --quiet --no-progress --help" ;;
    *)
      options="--workload --allocator --seed --replications --until --replications-max --isolated --jobs --keep-going --replication --output --scratch --set --record --sample-interval"
      options="$options --plugin-call-limit --compat --partition --quiet --no-progress --help"
      ((cword == 1)) && options="$options --version"
      ;;
  esac

  if [[ $cur == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
  elif [[ $command == list && $cword -gt 1 ]]; then
    mapfile -t COMPREPLY < <(compgen -W "allocators schedulers arrivals distributions formats workloads calls figures keys columns metrics" -- "$cur")
  elif [[ $command == check-allocator && $cword -gt 1 ]]; then
    _filedir so
    mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "$("$1" list allocators 2>/dev/null | awk '{ print $1 }')" -- "$cur")
  elif ((cword == 1)); then
    _filedir
    mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "run validate list show compare gate plot report export sweep merge manipulate explain check-allocator help" -- "$cur")
  elif [[ $command == help ]]; then
    mapfile -t COMPREPLY < <(compgen -W "run validate list show compare gate plot report export sweep merge manipulate explain check-allocator" -- "$cur")
  else
    _filedir
  fi
} && complete -F _sim sim
