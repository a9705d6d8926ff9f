# SPDX-License-Identifier: Apache-2.0
"""A program of snapstate, run within a limit, and what its exit code means (include/snapstate/exit.h)."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os
import signal
import subprocess

DONE, REFUSED, USAGE, DIFFERS, STOPPED, ENVIRONMENT, BAD_INPUT, NOTHING, HAZARD = range(9)
# What the planner found: all can be removed, something is kept, nothing is selected, a hazard.
ANSWERS = (DONE, REFUSED, NOTHING, HAZARD)
MEANING = {
    DONE: 'done',
    REFUSED: 'snapshots are kept: refused, undecided, skipped, or not found',
    USAGE: 'the command line makes no sense',
    DIFFERS: 'the host differs from the plan; nothing (more) was changed',
    STOPPED: 'stopped midway; the journal says where',
    ENVIRONMENT: 'not permitted, or the environment lacks something',
    BAD_INPUT: 'a file that was read is bad',
    NOTHING: 'no snapshots match the selection',
    HAZARD: 'hazard: a snapshot destroys data, or endangers it',
}


GRACE = 60  # seconds for the step that is being carried out


def stop(child):
    """Of what may be changing the host: asked to stop behind its step, and never killed, since an lvm that is killed in its
    midst leaves suspended devices behind. Its output and errors, or none if it is still running."""
    child.terminate()
    try:
        return child.communicate(timeout=GRACE)
    except subprocess.TimeoutExpired:
        return None


def run(argv, limit, changes=False):
    """(exit code, stdout, stderr); the code is None where it hung or did not start. `changes`: it may change the host.

    A process in uninterruptible sleep outlives SIGKILL: it is not waited for, and neither are its pipes.
    """
    try:
        child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                 start_new_session=True)
    except OSError as error:
        return None, '', '%s: %s' % (argv[0], error.strerror)
    try:
        out, err = child.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        if changes:
            ended = stop(child)
            if ended is None:
                return None, '', '%s: still running after %d s, and was not killed' % (argv[0], limit)
            return child.returncode, ended[0].decode('utf-8', 'replace'), ended[1].decode('utf-8', 'replace')
        try:
            os.killpg(child.pid, signal.SIGKILL)
        except OSError:
            pass
        return None, '', '%s: no answer within %d s' % (argv[0], limit)
    return child.returncode, out.decode('utf-8', 'replace'), err.decode('utf-8', 'replace')


def meaning(code, err):
    """What to tell about a failure: the program's own words first."""
    words = err.strip()
    known = MEANING.get(code, 'hung or not started' if code is None else 'exit code %d' % code)
    return '%s (%s)' % (words, known) if words else known
