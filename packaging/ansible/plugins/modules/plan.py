#!/usr/bin/python
# SPDX-License-Identifier: Apache-2.0
from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r'''
---
module: plan
short_description: Plan over the captures of many hosts
version_added: 1.0.0
description:
  - Runs snapstate-plan, on the controller, once for each group of hosts whose captures share a uuid of LVM.
  - A capture that cannot be read costs its own group, which is in C(failures) and a warning; the others are planned all the same. With
    I(hosts_complete) nothing is planned then, since that host may reach any group.
  - Plans of the same captures and options are made once; a second run is not C(changed).
  - In check mode plans are made and thrown away; only those of earlier runs are returned. Diff mode shows the reviews of
    the plans that are new, in check mode too.
author:
  - snapstate maintainers (@snapstate)
options:
  captures:
    description: Folder of captures, NAME.snapstate.tar.gz each, as the module capture names them after the inventory.
    type: path
    required: true
  dest:
    description: Folder of plans and reviews; each group has a folder of its own below it.
    type: path
    required: true
  options:
    description: Further options of snapstate-plan, such as C(--select) and C(onapp-*/backup-*).
    type: list
    elements: str
    default: []
  hosts_complete:
    description: Assert that the captures are those of all hosts that reach the storage.
    type: bool
    default: false
  program:
    description: Path of snapstate-plan.
    type: str
    default: snapstate-plan
  limit:
    description: Seconds for each group.
    type: int
    default: 600
'''

EXAMPLES = r'''
- name: Plan
  snapstate.snapstate.plan:
    captures: captures
    dest: plans
  delegate_to: localhost
  run_once: true
'''

RETURN = r'''
plans:
  description: Plans in the order in which they are to be carried out, with host (its name in the inventory), path,
    digest, and the digests of those that come before it (after).
  type: list
  elements: dict
  returned: always
reviews:
  description: Paths of the reviews.
  type: list
  elements: str
  returned: always
failures:
  description: Captures that could not be planned, and why.
  type: list
  elements: dict
  returned: always
'''

import hashlib
import json
import os
import re
import shutil
import tarfile
import tempfile
import zlib

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.snapstate.snapstate.plugins.module_utils.program import ANSWERS, meaning, run

END = '.snapstate.tar.gz'
MEMBER_MOST = 64 << 20  # bytes of one document of LVM, as the planner's own limit
TOTAL_MOST = 512 << 20
UUID = re.compile(rb'\b[0-9A-Za-z]{6}-(?:[0-9A-Za-z]{4}-){5}[0-9A-Za-z]{6}\b')


def uuids(path):
    """All uuids that LVM's documents of a capture name. What shares one is planned together; too many is no harm."""
    found, total = set(), 0
    with tarfile.open(path, 'r|gz') as archive:
        for member in archive:
            total += member.size
            if member.size > MEMBER_MOST or total > TOTAL_MOST:
                raise ValueError('too large')
            if member.isfile() and '/lvm/' in member.name:
                found.update(UUID.findall(archive.extractfile(member).read()))
    return found


def groups_of(paths):
    """(lists of captures that share a uuid, what cannot be read)"""
    groups, failures = [], []
    for path in paths:
        try:
            ids = uuids(path)
        except (OSError, ValueError, EOFError, tarfile.TarError, zlib.error) as error:
            failures.append(dict(captures=[path], msg='not a capture: %s' % error))
            continue
        near = [group for group in groups if group[0] & ids]
        groups = [group for group in groups if not group[0] & ids]
        groups.append((ids.union(*[group[0] for group in near]), sum([group[1] for group in near], []) + [path]))
    return [sorted(group[1]) for group in groups], failures


def sha256(path):
    with open(path, 'rb') as stream:
        return hashlib.sha256(stream.read()).hexdigest()


def plan_of(path, names):
    """What the module returns of a plan, by its text: none if it has no steps."""
    with open(path, 'rb') as stream:
        text = stream.read().decode('utf-8', 'replace')
    steps = len(re.findall(r'^step \d+ ', text, re.M))
    capture = re.search(r'^capture sha256:([0-9a-f]{64}) ', text, re.M)
    digest = re.search(r'\ndigest sha256:([0-9a-f]{64})\n\Z', text)
    if not steps:
        return None
    return dict(host=names[capture.group(1)], digest=digest.group(1), steps=steps,
                after=re.findall(r'^after \S+ sha256:([0-9a-f]{64})$', text, re.M))


def plan_group(module, program, captures, options, folder, name):
    """Writes plans/, review.txt and plans.json into the folder, which is going to have that name."""
    names = dict((sha256(capture), os.path.basename(capture)[:-len(END)]) for capture in captures)
    if len(names) < len(captures):
        raise ValueError('two captures are the same')
    below = os.path.join(folder, 'plans')
    os.makedirs(below)
    target = below if len(captures) > 1 else os.path.join(below, '1.snapplan')
    rc, out, err = run([program] + options + ['-o', target] + captures, module.params['limit'])
    if rc not in ANSWERS:
        raise ValueError(meaning(rc, err))
    with open(os.path.join(folder, 'review.txt'), 'w') as stream:
        stream.write(out.replace(os.path.basename(folder) + '/plans', name + '/plans'))
    plans = []
    for file in sorted(os.listdir(below), key=lambda file: int(re.match(r'\d+', file).group())):
        plan = plan_of(os.path.join(below, file), names)
        if plan:
            plans.append(dict(plan, file='plans/' + file))
        else:
            os.unlink(os.path.join(below, file))
    with open(os.path.join(folder, 'plans.json'), 'w') as stream:
        json.dump(plans, stream)


def main():
    module = AnsibleModule(argument_spec=dict(
        captures=dict(type='path', required=True), dest=dict(type='path', required=True),
        options=dict(type='list', elements='str', default=[]), hosts_complete=dict(type='bool', default=False),
        program=dict(type='str', default='snapstate-plan'), limit=dict(type='int', default=600)),
        supports_check_mode=True)
    params = module.params
    program = params['program']
    if '/' not in program:
        program = module.get_bin_path(program, required=True)
    paths = sorted(os.path.join(params['captures'], name) for name in os.listdir(params['captures'])
                   if name.endswith(END))
    groups, failures = groups_of(paths)
    if failures and params['hosts_complete']:
        module.fail_json(msg='hosts_complete is asserted, and a capture cannot be read', failures=failures)
    changed, plans, reviews, diff = False, [], [], []
    for captures in groups:
        options = params['options'] + (['--hosts-complete'] if params['hosts_complete'] and len(captures) > 1 else [])
        said = json.dumps([options, [(os.path.basename(path), sha256(path)) for path in captures]])
        folder = os.path.join(params['dest'], hashlib.sha256(said.encode()).hexdigest()[:16])
        made = os.path.isdir(folder)
        os.makedirs(params['dest'], exist_ok=True) if not module.check_mode else None
        work = folder if made else tempfile.mkdtemp(dir=None if module.check_mode else params['dest'])
        try:
            if not made:
                plan_group(module, program, captures, options, work, os.path.basename(folder))
                changed = True
                with open(os.path.join(work, 'review.txt')) as stream:
                    diff.append(dict(before='', after=stream.read(), before_header='no plan', after_header=folder))
            with open(os.path.join(work, 'plans.json')) as stream:
                found = json.load(stream)
            if not made and not module.check_mode:
                os.rename(work, folder)
            if not made and module.check_mode:
                continue  # what is thrown away is no plan to carry out
            plans += [dict(plan, path=os.path.join(folder, plan['file'])) for plan in found]
            reviews.append(os.path.join(folder, 'review.txt'))
        except (ValueError, OSError, KeyError, AttributeError) as error:
            failures.append(dict(captures=captures, msg=str(error)))
        finally:
            if work != folder:
                shutil.rmtree(work, ignore_errors=True)
    for failure in failures:
        module.warn('%s: %s' % (', '.join(failure['captures']), failure['msg']))
    module.exit_json(changed=changed, plans=plans, reviews=reviews, failures=failures, diff=diff)


if __name__ == '__main__':
    main()
