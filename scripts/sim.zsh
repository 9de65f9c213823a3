#compdef sim
# SPDX-License-Identifier: Apache-2.0
# Completion of sim(1) for zsh.

_sim_allocators() {
  local -a names
  names=(${(f)"$(sim list allocators 2>/dev/null | awk '{ print $1 }')"})
  compadd -a names
  _files -g '*.so'
}

_sim_workloads() {
  _files -g '*.(ini|swf|tsv|gz)'
}

_sim_run() {
  _arguments \
    '(-w --workload)'{-w,--workload}'[what to run]:workload:_sim_workloads' \
    '(-a --allocator)'{-a,--allocator}'[who is offered what]:allocator:_sim_allocators' \
    '(-s --seed)'{-s,--seed}'[seed of all random draws]:seed:' \
    '--replications[how many runs, for means with intervals]:number:' \
    '*--until[as many as it takes until a metric is known]:METRIC WIDTH:' \
    '--replications-max[but not more than so many]:number:' \
    '(-j --jobs)'{-j,--jobs}'[how many runs at a time]:number:' \
    '--isolated[run each framework alone, too]' \
    '(-k --keep-going)'{-k,--keep-going}'[where a run fails, do the others all the same]' \
    '--replication[one of many, with a seed of its own]:number:' \
    '(-o --output)'{-o,--output}'[results file]:results:_files' \
    '--scratch[where files are made]:folder:_files -/' \
    '*--set[override a key of the workload]:GROUP.KEY=VALUE:' \
    '--record[what has rows of its own]:what:(jobs tasks)' \
    '--sample-interval[between the samples of time series]:duration:' \
    '--partition[whether each role has agents of its own]:what:(static shared)' \
    '--compat[what Mesos does where that is surprising]:what:(mesos none)' \
    '--plugin-call-limit[processor time of one call into a plug-in]:duration:' \
    '(-q --quiet)'{-q,--quiet}'[print nothing but errors]' \
    '--no-progress[no progress bar]' \
    '(-h --help)'{-h,--help}'[what it does, with examples]' \
    '--version[version and commit]' \
    '*:workload:_sim_workloads'
}

_sim() {
  case ${words[2]} in
    run)
      shift words
      ((CURRENT--))
      _sim_run
      ;;
    validate)
      _arguments '1:command:(validate)' \
        '*--set[override a key of each workload]:GROUP.KEY=VALUE:' \
        '(-a --allocator)'{-a,--allocator}'[a plug-in that is given options]:plug-in:_files -g "*.so"' \
        '(-q --quiet)'{-q,--quiet}'[print nothing but errors]' \
        '(-h --help)'{-h,--help}'[what it does, with examples]' \
        '*:workload:_sim_workloads'
      ;;
    list)
      _arguments '1:command:(list)' \
        '*:what:(allocators schedulers arrivals distributions formats workloads calls figures keys columns metrics)'
      ;;
    show)
      _arguments '1:command:(show)' \
        '(-w --workload)'{-w,--workload}'[only the workload]' \
        '(-s --summary)'{-s,--summary}'[only the summary]' \
        '*--set[override a key of the workload]:GROUP.KEY=VALUE:' \
        '(-r --run)'{-r,--run}'[which run of the file]:number:' \
        '(-h --help)'{-h,--help}'[what it does, with examples]' \
        '*:results:_files'
      ;;
    explain)
      _arguments '1:command:(explain)' \
        '(-f --framework)'{-f,--framework}'[what this framework gets]:framework:' \
        '--agent[who gets what of this agent]:agent:' \
        '(-t --at)'{-t,--at}'[the instant]:duration:' \
        '(-r --run)'{-r,--run}'[which run of the file]:number:' \
        '--plugin-call-limit[processor time of one call into a plug-in]:duration:' \
        '(-h --help)'{-h,--help}'[what it does, with examples]' \
        '*:results:_files'
      ;;
    check-allocator)
      _arguments '1:command:(check-allocator)' \
        '*--rule[judge only this rule]:rule:' \
        '*--option[option of the allocator]:key=value:' \
        '(-n --scenarios)'{-n,--scenarios}'[how many for each rule]:number:' \
        '(-s --seed)'{-s,--seed}'[seed of the scenarios]:seed:' \
        '--plugin-call-limit[processor time of one call into a plug-in]:duration:' \
        '(-h --help)'{-h,--help}'[what it does, with examples]' \
        '*:allocator:_sim_allocators'
      ;;
    compare)
      _arguments '1:command:(compare)' \
        '*'{-m,--metric}'[only this one]:name or name\:scope:' \
        '(-f --frameworks)'{-f,--frameworks}'[those of each framework, too]' \
        '--format[how it is printed]:format:(text csv json)' \
        '(-h --help)'{-h,--help}'[what it does, with examples]' \
        '*:results:_files'
      ;;
    sweep)
      _arguments '1:command:(sweep)' \
        '(-j --jobs)'{-j,--jobs}'[how many runs at a time]:number:' \
        '(-o --output)'{-o,--output}'[results file]:results:_files' \
        '(-n --dry-run)'{-n,--dry-run}'[check all points and list the runs]' \
        '--shard[only one part of N]:I/N:' \
        '--scratch[where files are made]:folder:_files -/' \
        '(-k --keep-going)'{-k,--keep-going}'[where a run fails, do the others all the same]' \
        '*--set[override a key of the workload at all points]:GROUP.KEY=VALUE:' \
        '--plugin-call-limit[processor time of one call into a plug-in]:duration:' \
        '(-q --quiet)'{-q,--quiet}'[print nothing but errors]' \
        '--no-progress[no progress bar]' \
        '(-h --help)'{-h,--help}'[what it does, with examples]' \
        '*:sweep:_files -g "*.ini"'
      ;;
    manipulate)
      _arguments '1:command:(manipulate)' \
        '(-w --workload)'{-w,--workload}'[the workload]:workload:_files -g "*.ini"' \
        '(-f --framework)'{-f,--framework}'[who lies]:framework:' \
        '(-a --allocator)'{-a,--allocator}'[who is lied to]:allocator:_sim_allocators' \
        '--replications[how many runs of each story]:number:' \
        '(-j --jobs)'{-j,--jobs}'[how many runs at a time]:number:' \
        '(-o --output)'{-o,--output}'[results file]:results:_files' \
        '*--set[override a key of the workload]:GROUP.KEY=VALUE:' \
        '--plugin-call-limit[processor time of one call into a plug-in]:duration:' \
        '(-q --quiet)'{-q,--quiet}'[print nothing but errors]' \
        '--no-progress[no progress bar]' \
        '(-h --help)'{-h,--help}'[what it does, with examples]' \
        '*:workload:_files -g "*.ini"'
      ;;
    gate)
      _arguments '1:command:(gate)' \
        '(-b --baseline)'{-b,--baseline}'[what it is compared with]:baseline:_files' \
        '--accept[make the baseline, or renew its values]' \
        '(-a --allocator)'{-a,--allocator}'[which is tried]:allocator:_sim_allocators' \
        '(-w --workloads)'{-w,--workloads}'[folder of workloads]:folder:_files -/' \
        '*--require[a limit that every replication has to keep]:metric < limit:' \
        '--replications[of each workload, in a new baseline]:number:' \
        '(-s --seed)'{-s,--seed}'[likewise]:seed:' \
        '*--set[a key of all workloads]:GROUP.KEY=VALUE:' \
        '(-j --jobs)'{-j,--jobs}'[how many runs at a time]:number:' \
        '--junit[the verdicts as XML]:file:_files' \
        '--markdown[the table as Markdown]:file:_files' \
        '(-o --output)'{-o,--output}'[keep the results of all runs]:results:_files' \
        '--plugin-call-limit[processor time of one call into a plug-in]:duration:' \
        '(-q --quiet)'{-q,--quiet}'[print nothing where all is well]' \
        '--no-progress[show no progress]' \
        '(-h --help)'{-h,--help}'[what it does, with examples]'
      ;;
    merge)
      _arguments '1:command:(merge)' \
        '(-q --quiet)'{-q,--quiet}'[print nothing but errors]' \
        '(-h --help)'{-h,--help}'[what it does, with examples]' \
        '*:results:_files'
      ;;
    plot)
      _arguments '1:command:(plot)' \
        '(-f --figure)'{-f,--figure}'[what is drawn]:figure:(comparison shares utilization ramp-up completion offers load fairness schedulers locality stages agents)' \
        '(-o --output)'{-o,--output}'[the picture, .svg or .pdf]:picture:_files' \
        '(-r --run)'{-r,--run}'[only this run of the file]:number:' \
        '(-h --help)'{-h,--help}'[what it does, with examples]' \
        '*:results:_files'
      ;;
    report)
      _arguments '1:command:(report)' \
        '(-o --output)'{-o,--output}'[the page]:page:_files' \
        '(-r --run)'{-r,--run}'[only this run of the file]:number:' \
        '(-h --help)'{-h,--help}'[what it does, with examples]' \
        '*:results:_files'
      ;;
    export)
      _arguments '1:command:(export)' \
        '(-f --format)'{-f,--format}'[of which program]:format:(csv trace-events batsim swf)' \
        '(-o --output)'{-o,--output}'[the file, or for csv the folder]:output:_files' \
        '(-r --run)'{-r,--run}'[which run of the file]:number:' \
        '--tracks[of trace events]:what:(agents frameworks)' \
        '--from[only from this time on]:time:' \
        '--to[only until this time]:time:' \
        '(-h --help)'{-h,--help}'[what it does, with examples]' \
        '*:results:_files'
      ;;
    help)
      _arguments '1:command:(help)' '2:command:(run validate list show compare gate plot report export sweep merge manipulate explain check-allocator)'
      ;;
    *)
      ((CURRENT == 2)) && compadd run validate list show compare gate plot report export sweep merge manipulate explain check-allocator help
      _sim_run
      ;;
  esac
}

_sim "$@"
