#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What users of offer-based schedulers complained of, as experiments: workloads/pain/*.ini. Each case shows the pain and
then each cure, on the same jobs and durations (same seed), with the threshold between them.

Not here: how good a cure is in general. The workloads are as small as the pain allows."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import simtest  # noqa: E402  pylint: disable=wrong-import-position
from simtest import case  # noqa: E402  pylint: disable=wrong-import-position


def run(box, name, *settings, allocator="drf"):
    """The workload with these settings; its results are in r.db."""
    workload = simtest.source(f"workloads/pain/{name}.ini")
    arguments = ["--workload", workload, "--allocator", allocator, "--output", "r.db"]
    for setting in settings:
        arguments += ["--set", setting]
    box.well(*arguments)


def of_framework(box, column, name):
    """A column of its row in the table of frameworks."""
    return box.value("r.db", f"SELECT {column} FROM framework WHERE name = '{name}'")


def utilization(box, resource="cpus"):
    """Mean part of a resource that tasks had."""
    return box.value("r.db", f"SELECT mean FROM utilization WHERE resource = '{resource}'")


def reached(box, name, share, since_s):
    """Seconds from since_s until a framework first has this dominant share; None: never."""
    return box.value("r.db", f"""SELECT min(t_ns) / 1e9 - {since_s} FROM share_sample JOIN framework USING (framework_id)
        WHERE name = '{name}' AND t_ns >= {since_s} * 1000000000 AND dominant_share >= {share}""")


def wait_of_the_second_job(box, *settings):
    """Seconds from its submission at 60 s to its start; None: never."""
    run(box, "decliners", *settings)
    return box.value("r.db", "SELECT (start_ns - submit_ns) / 1e9 FROM job WHERE submit_ns = 60000000000")


@case
def decliners_starve_the_one_that_waits(box):
    """Refusals of 5 s, runs each second: five decliners cover every run. If they take 100 ms to decline, the refusal ends
    later, and it takes six."""
    for latency, enough in (("0s", 5), ("50ms", 6)):
        for n in (enough - 2, enough - 1):
            wait = wait_of_the_second_job(box, f"framework idle.count={n}", f"network.master-framework={latency}")
            assert wait is not None and wait <= 6, (latency, n, wait)
        for n in (enough, enough + 3):
            wait = wait_of_the_second_job(box, f"framework idle.count={n}", f"network.master-framework={latency}")
            assert wait is None, (latency, n, wait)


@case
def decliners_cured(box):
    """By refusing for long, by suppressing, by a guarantee, by an order that is drawn anew."""
    many = "framework idle.count=8"
    assert wait_of_the_second_job(box, many) is None
    assert wait_of_the_second_job(box, many, "framework idle.refuse-seconds=120s") <= 1
    assert wait_of_the_second_job(box, many, "framework idle.suppress=yes") <= 1
    assert wait_of_the_second_job(box, many, "role needy.guarantee=cpus:2;mem:2048") <= 1
    assert wait_of_the_second_job(box, many, "allocator drf.role-sorter=random") <= 60


@case
def decliners_need_as_many_as_there_are_runs_in_a_refusal(box):
    """The threshold moves with the refusal and with the interval."""
    assert wait_of_the_second_job(box, "framework idle.count=9", "framework idle.refuse-seconds=10s") is not None
    assert wait_of_the_second_job(box, "framework idle.count=10", "framework idle.refuse-seconds=10s") is None
    assert wait_of_the_second_job(box, "framework idle.count=9", "master.allocation-interval=500ms") is not None
    assert wait_of_the_second_job(box, "framework idle.count=10", "master.allocation-interval=500ms") is None


@case
def held_offers(box):
    """The holder keeps half of the cluster from working; a time-out of offers gives most of it back."""
    run(box, "held-offers")
    held = utilization(box)
    assert of_framework(box, "first_offer_wait_ns", "worker") >= 590e9
    run(box, "held-offers", "master.offer-timeout=10s")
    assert of_framework(box, "first_offer_wait_ns", "worker") <= 10e9
    assert of_framework(box, "offers_rescinded", "holder") > 0
    assert utilization(box) >= held + 0.15, (held, utilization(box))


@case
def forgotten_revive(box):
    """Only the first of five jobs is ever run, until the framework revives or never suppresses."""
    run(box, "forgotten-revive")
    assert of_framework(box, "jobs_finished", "forgetful") == 1
    for cure in ("framework forgetful.revive=yes", "framework forgetful.suppress=no"):
        run(box, "forgotten-revive", cure)
        assert of_framework(box, "jobs_finished", "forgetful") == 5, cure


@case
def fragmentation(box):
    """A task of a whole agent never starts; with offers of whole agents only it does, and others pay for it. Half agents
    are not enough."""
    run(box, "fragmentation")
    assert of_framework(box, "tasks_launched", "large") == 0
    assert utilization(box) >= 0.9
    run(box, "fragmentation", "master.min-offer=cpus:4")
    assert of_framework(box, "tasks_launched", "large") == 0
    run(box, "fragmentation", "master.min-offer=cpus:8")
    assert of_framework(box, "jobs_finished", "large") == 1
    assert utilization(box) <= 0.6


@case
def quota_chopping(box):
    """Most offers to the role with the quota are too small for its tasks, until it says what it needs at least."""
    run(box, "quota-chopping")
    sent = of_framework(box, "offers_sent", "batch")
    assert of_framework(box, "offers_unusable", "batch") >= 0.8 * sent
    tasks = of_framework(box, "tasks_launched", "batch")
    run(box, "quota-chopping", "framework batch.at-least=cpus:4;mem:4096")
    assert of_framework(box, "offers_unusable", "batch") == 0
    assert of_framework(box, "tasks_launched", "batch") >= tasks


@case
def one_dimensional_offers(box):
    """Where an offer must hold both cpus and memory, cpus alone are never offered. Either will do: the default."""
    run(box, "one-dimensional-offers")
    assert of_framework(box, "offers_sent", "light") == 0
    run(box, "one-dimensional-offers", "master.min-allocatable-resources=cpus:0.01|mem:32")
    assert of_framework(box, "jobs_finished", "light") == 1


@case
def gang_hoarding(box):
    """Both gangs wait for ever; letting go at the same time does not help; serving one after the other does. What a
    guarantee leaves is too little for the other one, which is said before the run."""
    finished = "SELECT sum(jobs_finished) FROM framework"
    run(box, "gang-hoarding")
    assert box.value("r.db", finished) == 0
    run(box, "gang-hoarding", "framework gang.hold-timeout=10s")
    assert box.value("r.db", finished) == 0
    run(box, "gang-hoarding", allocator="fifo")
    assert box.value("r.db", finished) == 2
    box.refused('.*a gang of 6 tasks .* never fits what other roles\' guarantees leave for the role "gang-2" .*at most 4$',
                simtest.source("workloads/pain/gang-hoarding.ini"), "--set", "role gang-1.guarantee=cpus:6;mem:6144")


@case
def chatty_revives(box):
    """Ten times as many offers, every one of them declined."""
    declined = "SELECT sum(offers_declined) FROM framework"
    run(box, "chatty-revives")
    chatty = box.value("r.db", declined)
    run(box, "chatty-revives", "framework chatty.revive-every=none")
    calm = box.value("r.db", declined)
    assert chatty >= 10 * calm > 0, (chatty, calm)


@case
def role_sharing(box):
    """One framework has as much as nineteen, unless their role weighs nineteen times as much, or each has its own."""
    teams = "SELECT avg(mean_dominant_share) FROM framework WHERE group_name = 'team'"
    run(box, "role-sharing")
    assert of_framework(box, "mean_dominant_share", "alone") >= 15 * box.value("r.db", teams)
    run(box, "role-sharing", "role shared.weight=19")
    assert abs(of_framework(box, "mean_dominant_share", "alone") / box.value("r.db", teams) - 1) <= 0.1


@case
def scarce_resources_and_shares(box):
    """A role that uses the few gpus there are gets hardly any cpus beside; it does if gpus do not count for shares."""
    run(box, "scarce-gpus")
    poor = of_framework(box, "mean_dominant_share", "preparing")
    run(box, "scarce-gpus", "master.fair-sharing-excluded-resource-names=gpus")
    assert of_framework(box, "mean_dominant_share", "preparing") >= 5 * poor


@case
def scarce_resources_given_to_all(box):
    """Where agents with gpus are for all, others fill them and half of the gpus lie idle."""
    run(box, "scarce-gpus", "master.filter-gpu-resources=no")
    assert utilization(box, "gpus") <= 0.6
    run(box, "scarce-gpus")
    assert utilization(box, "gpus") >= 0.9


@case
def weights_converge_as_tasks_end(box):
    """From a half to three quarters: half of one's tasks must end, 0.69 of their mean duration, for 95 % of the way."""
    run(box, "weight-convergence")
    slow = reached(box, "a", 0.7125, 3600)
    assert 180 <= slow <= 900, slow
    short = [f"framework {name}.task-duration=exponential(1min)" for name in "ab"]
    run(box, "weight-convergence", *short)
    fast = reached(box, "a", 0.7125, 3600)
    assert fast <= slow / 5, (fast, slow)


@case
def guarantees_converge_as_tasks_end(box):
    """A guarantee of half of the cluster takes a good part of the tasks' 30 minutes; with revocation, the time-out, the
    grace period and a run."""
    run(box, "quota-convergence")
    slow = reached(box, "late", 0.475, 3600)
    assert slow >= 600, slow
    assert box.value("r.db", "SELECT sum(tasks_killed) FROM framework") == 0
    run(box, "quota-convergence", "master.revocation-grace=30s", "allocator drf.revocation-timeout=10s")
    fast = reached(box, "late", 0.475, 3600)
    assert fast <= 60, fast
    killed = of_framework(box, "tasks_killed", "first")
    assert 0 < killed <= 50, killed


@case
def stale_offers(box):
    """A scheduler as slow as its offers are short-lived loses most of them; with longer lives or faster decisions it
    does its jobs."""
    run(box, "stale-offers")
    slow = of_framework(box, "jobs_finished", "slow")
    assert of_framework(box, "offers_rescinded", "slow") >= 10 * of_framework(box, "offers_accepted", "slow")
    run(box, "stale-offers", "master.offer-timeout=2min")
    assert of_framework(box, "jobs_finished", "slow") >= 2 * slow
    run(box, "stale-offers", "framework slow.decision-time=1s")
    assert of_framework(box, "jobs_finished", "slow") >= 5 * slow


simtest.main()
