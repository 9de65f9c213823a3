#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""scripts/sweep-slurm: what it submits, and that the jobs that it submits do the sweep, with an sbatch that only notes what
it is told; and (slow) on a Slurm of this machine, which the case starts and ends, with a worker that is killed."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import simtest  # noqa: E402  pylint: disable=wrong-import-position
from simtest import SMALL, case, slow_case  # noqa: E402  pylint: disable=wrong-import-position

SCRIPT = simtest.source("scripts/sweep-slurm")

SWEEP = """[sweep]
workload = w.ini
allocators = drf, priority

[points]
cluster.agents = 3, 4, 5, 6, 7
"""

# Notes what it is told, one line of JSON for each call; the jobs are numbered from 1.
FAKE_SBATCH = """#!/usr/bin/env python3
import json, os, sys
name = os.path.join(os.environ["FAKE_SLURM"], "submitted")
with open(name, "a+") as file:
    file.seek(0)
    number = len(file.readlines()) + 1
    if number > int(os.environ.get("FAKE_LIMIT", "100")):
        sys.exit("sbatch: error: Job violates accounting/QOS policy (job submit limit)")
    file.write(json.dumps(sys.argv[1:]) + "\\n")
print(f"{number};cluster")
"""

FAKE_SCONTROL = """#!/bin/sh
if [ "$*" = 'show config' ]; then
  echo 'MaxArraySize            = 5'
else
  echo "$*" >>"$FAKE_SLURM/controlled"
fi
"""

FAKE_SCANCEL = '#!/bin/sh\necho "scancel $*" >>"$FAKE_SLURM/controlled"\n'


class FakeSlurm:
    def __init__(self, box):
        self.box = box
        self.folder = box.join("bin")
        os.mkdir(self.folder)
        for name, text in (("sbatch", FAKE_SBATCH), ("scontrol", FAKE_SCONTROL), ("scancel", FAKE_SCANCEL)):
            box.write(f"bin/{name}", text)
            os.chmod(box.join(f"bin/{name}"), 0o755)
        self.environment = dict(os.environ, PATH=f"{self.folder}:{os.environ['PATH']}", FAKE_SLURM=self.folder)

    def script(self, *arguments, **variables):
        return subprocess.run([SCRIPT, *arguments], cwd=self.box.path, env=dict(self.environment, **variables),
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=simtest.TIMEOUT_S,
                              check=False)

    def submit(self, *arguments):
        return self.script("--sim", self.box.program, *arguments)

    def _lines(self, name):
        path = os.path.join(self.folder, name)
        if not os.path.exists(path):
            return []
        with open(path, encoding="utf-8") as file:
            return file.read().splitlines()

    def submitted(self):
        """One list of words per job: options of sbatch, the script, its arguments."""
        return [json.loads(line) for line in self._lines("submitted")]

    def controlled(self):
        return self._lines("controlled")


def option(words, name):
    found = [word.split("=", 1)[1] for word in words if word.startswith(f"--{name}=")]
    assert len(found) <= 1, words
    return found[0] if found else None


def behind_script(words):
    return words[words.index(SCRIPT) + 1:]


def write(box):
    box.write("w.ini", SMALL)
    box.write("s.ini", SWEEP)


@case
def arrays_are_submitted_in_chunks_and_a_merge_behind_them(box):
    write(box)
    slurm = FakeSlurm(box)
    done = slurm.submit("s.ini", "--at-a-time", "3", "--", "--partition=short", "--time=1:00:00")
    assert done.returncode == 0 and done.stderr == "", done
    assert done.stdout == f"10 runs in 10 shards: jobs 1:2:3; 4 merges them into {box.join('s.db')}\n", done.stdout
    *arrays, merge = slurm.submitted()
    # Numbers below MaxArraySize, and offsets that go on.
    assert [option(words, "array") for words in arrays] == ["1-4%3", "1-4%3", "1-2%3"]
    assert [behind_script(words)[:3] for words in arrays] == [["--run-shard", str(n), "10"] for n in (0, 4, 8)]
    for words in (*arrays, merge):
        assert "--parsable" in words and "--partition=short" in words and "--time=1:00:00" in words
        assert option(words, "output").startswith(box.join("s.db.shards/"))
    assert all("--requeue" in words for words in arrays)
    assert option(merge, "dependency") == "afterok:1:2:3" and option(merge, "kill-on-invalid-dep") == "yes"
    assert option(merge, "array") is None and behind_script(merge)[:2] == ["--merge-shards", "10"]
    # Fewer shards, smaller arrays, another output.
    slurm.submit("s.ini", "--shards", "3", "--chunk", "2", "--output", "out/r.db")
    assert [option(words, "array") for words in slurm.submitted()[4:]] == ["1-2", "1-1", None]
    assert os.path.isdir(box.join("out/r.db.shards"))


@case
def the_submitted_jobs_do_the_sweep(box):
    write(box)
    slurm = FakeSlurm(box)
    assert slurm.submit("s.ini", "--shards", "6").returncode == 0
    *arrays, merge = slurm.submitted()
    for words in reversed(arrays):
        first, last = option(words, "array").split("-")
        for task in range(int(first), int(last) + 1):
            done = slurm.script(*behind_script(words), SLURM_ARRAY_TASK_ID=str(task), SLURM_ARRAY_JOB_ID="7")
            assert done.returncode == 0 and done.stdout + done.stderr == "", done
    assert len(os.listdir(box.join("s.db.shards"))) == 6
    # One that is missing, or the sweep has changed: nothing looks complete.
    shard = box.join("s.db.shards/5-of-6.db")
    os.rename(shard, shard + ".away")
    done = slurm.script(*behind_script(merge))
    assert done.returncode == 2 and "5-of-6.db: No such file" in done.stderr and "s.db" not in box.files(), done
    os.rename(shard + ".away", shard)
    done = slurm.script(*behind_script(merge))
    assert done.returncode == 0, done
    box.well("sweep", "s.ini", "-q", "-o", "alone.db")
    assert box.dump("s.db") == box.dump("alone.db")
    box.write("s.ini", SWEEP.replace("6, 7", "6, 7, 8"))
    done = slurm.script(*behind_script(merge))
    assert done.returncode == 2 and "2 runs of " in done.stderr, done
    box.write("s.ini", SWEEP.replace("[sweep]", "[swept]"))
    done = slurm.script(*behind_script(merge))
    assert done.returncode == 2 and "which runs " in done.stderr, done


@case
def a_shard_that_fails_is_queued_again(box):
    write(box)
    slurm = FakeSlurm(box)
    box.write("killed", "#!/bin/sh\nkill -9 $$\n")
    box.write("wrong", "#!/bin/sh\nexit 2\n")
    for name in ("killed", "wrong"):
        os.chmod(box.join(name), 0o755)

    def run(program, restarts):
        return slurm.script("--run-shard", "4", "10", "3", box.join(program), "s.ini", box.join("s.db"),
                            SLURM_ARRAY_TASK_ID="2", SLURM_ARRAY_JOB_ID="7", SLURM_RESTART_COUNT=str(restarts))

    done = run("killed", 0)
    assert done.returncode == 137 and "shard 6 of 10 ended with status 137; it is queued again" in done.stderr, done
    assert slurm.controlled() == ["requeue 7_2"]
    run("killed", 2)
    assert run("killed", 3).returncode == 137 and slurm.controlled() == ["requeue 7_2"] * 2
    assert run("wrong", 0).returncode == 2 and slurm.controlled() == ["requeue 7_2"] * 2


@case
def what_is_wrong_is_said_before_anything_is_submitted(box):
    write(box)
    slurm = FakeSlurm(box)
    box.write("bad.ini", SWEEP.replace("3, 4", "0, 4"))
    refusals = [
        ("which sweep", []),
        ("one sweep at a time", ["s.ini", "w.ini"]),
        ("bad.ini:6: ", ["bad.ini"]),
        ("unknown option --shard ", ["s.ini", "--shard", "3"]),
        ("--shards: expected a number, not \"x\"", ["s.ini", "--shards", "x"]),
        ("--shards: expected at least 1", ["s.ini", "--shards", "0"]),
        ("--chunk: a value is missing", ["s.ini", "--chunk"]),
    ]
    for text, arguments in refusals:
        done = slurm.submit(*arguments)
        assert done.returncode == 2 and text in done.stderr and done.stdout == "", (arguments, done)
    assert slurm.submitted() == [] and "s.db.shards" not in box.files()
    assert "usage: scripts/sweep-slurm" in slurm.script("--help").stdout


@case
def what_is_refused_half_way_is_cancelled(box):
    write(box)
    slurm = FakeSlurm(box)
    for limit in (2, 3):  # an array, and the job that merges
        done = slurm.script("--sim", box.program, "s.ini", FAKE_LIMIT=str(limit))
        assert done.returncode == 2 and "sbatch refused a job" in done.stderr and done.stdout == "", done
        assert slurm.controlled()[-1] == "scancel " + " ".join(str(job) for job in range(1, limit + 1))
        os.unlink(os.path.join(slurm.folder, "submitted"))
    done = slurm.script("--sim", box.program, "s.ini", FAKE_LIMIT="0")
    assert done.returncode == 2 and len(slurm.controlled()) == 2, done


# --- a real one ---------------------------------------------------------------------------------------------

CONFIGURATION = """ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket,cred_expire=2
SlurmctldPort={port}
SlurmdPort={other_port}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
SchedulerType=sched/builtin
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
MaxArraySize=4
KillWait=2
NodeName={host} NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=all Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Slurm:
    """A cluster of one node. As a context: from its start to its end."""

    def __init__(self, folder):
        self.folder = folder
        self.daemons = []
        for name in ("munged", "slurmctld", "slurmd", "sbatch"):
            if shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin:/sbin") is None:
                raise simtest.Skip(f"{name} is not installed (scripts/setup --all)")
        if os.geteuid() != 0:
            raise simtest.Skip("a Slurm of its own is started by root")
        self.environment = dict(os.environ, SLURM_CONF=os.path.join(folder, "slurm.conf"),
                                PATH=os.environ["PATH"] + ":/usr/sbin:/sbin")

    def _start(self, *words):
        with open(os.path.join(self.folder, words[0] + ".out"), "wb") as out:
            self.daemons.append(subprocess.Popen(words, env=self.environment, stdin=subprocess.DEVNULL, stdout=out,
                                                 stderr=out))

    def __enter__(self):
        os.chmod(self.folder, 0o755)
        for name in ("state", "spool"):
            os.mkdir(os.path.join(self.folder, name))
        with open(os.path.join(self.folder, "munge.key"), "wb") as file:
            os.fchmod(file.fileno(), 0o400)
            file.write(os.urandom(1024))
        with open(self.environment["SLURM_CONF"], "w", encoding="utf-8") as file:
            file.write(CONFIGURATION.format(folder=self.folder, host=socket.gethostname().split(".")[0],
                                            port=free_port(), other_port=free_port()))
        own = [f"--{name}-file={self.folder}/munge.{name}" for name in ("key", "pid", "log", "seed")]
        self._start("munged", "--foreground", "--force", f"--socket={self.folder}/munge.socket", *own)
        simtest.wait_until(lambda: os.path.exists(os.path.join(self.folder, "munge.socket")))
        self._start("slurmctld", "-D")
        self._start("slurmd", "-D")
        try:
            simtest.wait_until(lambda: "idle" in self.say("sinfo", "--noheader", "--format=%T"), 60)
        except AssertionError:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for daemon in reversed(self.daemons):
            daemon.terminate()
            try:
                daemon.wait(timeout=20)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()

    def say(self, *words):
        return subprocess.run(words, env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              check=False, timeout=60).stdout

    def is_empty(self):
        """Whether no job is left. What is queued again would wait for two minutes, and need not."""
        time.sleep(0.5)
        jobs = self.say("squeue", "--noheader", "--format=%i %r").splitlines()
        for job, reason in (line.split(maxsplit=1) for line in jobs):
            if reason == "BeginTime":
                self.say("scontrol", "update", f"JobId={job}", "StartTime=now")
        return not jobs


def processes(word):
    """(pid, command line) of all that have @word in it."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                line = file.read().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if word in line and int(pid) != os.getpid():
            found.append((int(pid), line))
    return found


def kill_one(word):
    """A worker whose command line has @word in it. Returns: whether there was one."""
    for pid, line in processes(word):
        if "sim run" in line:
            os.kill(pid, signal.SIGKILL)
            return True
    return False


@slow_case
def a_sweep_on_slurm_with_a_killed_worker(box):
    box.write("w.ini", SMALL.replace("jobs = 3", "jobs = 15000"))
    box.write("s.ini", SWEEP)
    os.mkdir(box.join("slurm"))
    with Slurm(box.join("slurm")) as slurm:
        done = subprocess.run([SCRIPT, "--sim", box.program, "--shards", "5", "s.ini"], cwd=box.path,
                              env=slurm.environment, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0 and "10 runs in 5 shards: jobs " in done.stdout, done
        # A worker of the first shard, as soon as there is one.
        simtest.wait_until(lambda: kill_one(box.join("s.db.shards/1-of-5.db.parts")), 60)
        simtest.wait_until(slurm.is_empty, 200)
    logs = "".join(box.read(f"s.db.shards/{name}").decode() for name in os.listdir(box.join("s.db.shards"))
                   if name.endswith(".log"))
    assert re.search(r"its process was ended by a signal: Killed", logs), logs
    assert re.search(r"shard 1 of 5 ended with status 1; it is queued again", logs), logs
    assert "s.db" in box.files(), logs
    box.well("sweep", "s.ini", "-q", "-o", "alone.db")
    assert box.dump("s.db") == box.dump("alone.db")


simtest.main()
