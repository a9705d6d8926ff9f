#!/usr/bin/python
# SPDX-License-Identifier: Apache-2.0
from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r'''
---
module: execute
short_description: Rehearse or apply a plan on the host it was made for
version_added: 1.0.0
description:
  - Without I(digest) it verifies each fact that the plan expects, and changes nothing.
  - With I(digest) it applies the plan, goes on where an earlier run of it was stopped, and is not C(changed) where all of
    its steps are done already.
  - In check mode a plan that would be applied is rehearsed, and C(changed) says that it would be. Diff mode shows the
    commands of its steps.
  - A host that differs from the plan (exit code 3) fails, with the words of the program.
  - With I(still_done) nothing is run. It fails unless the plan was carried out on this host and no mapping that it removed is
    active again, as after a reboot. Plans of other hosts that free extents rely on that.
author:
  - snapstate maintainers (@snapstate)
options:
  plan:
    description: Path of the plan on the controller. Its signatures, with C(.sig) and C(.approve.sig) behind its name, are
      taken along.
    type: path
    required: true
  digest:
    description: The first eight or more digits of the plan's sha256, as its review shows it. Without it nothing is applied.
    type: str
  journals:
    description: Folder on the controller. Journals of other hosts' plans are taken from there, and this one is put there.
    type: path
    required: true
  still_done:
    description: Only check that what the plan removed is gone still. I(digest) is not used then.
    type: bool
    default: false
  unsigned:
    description: Take a plan without a signature, where the site allows it.
    type: bool
    default: false
  program:
    description: Path of snapstate-execute on the host.
    type: str
    default: snapstate-execute
  journal_folder:
    description: Folder of journals on the host.
    type: path
    default: /var/lib/snapstate
  limit:
    description: Seconds after which it is reported as hung. It is killed then; a later run goes on from its journal.
    type: int
    default: 1800
'''

EXAMPLES = r'''
- name: Rehearse
  snapstate.snapstate.execute:
    plan: plans/1-hv7.snapplan
    journals: journals

- name: Apply
  snapstate.snapstate.execute:
    plan: plans/1-hv7.snapplan
    journals: journals
    digest: 9a80fef4
'''

RETURN = r'''
rc:
  description: Exit code of the program; none where it hung.
  type: int
  returned: when it was started
applied:
  description: Whether all steps of the plan are done.
  type: bool
  returned: success
stdout:
  description: What it said.
  type: str
  returned: when it was started
'''

import base64
import os
import re

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.snapstate.snapstate.plugins.module_utils.program import DONE, meaning, run


def read(path):
    try:
        with open(path, 'rb') as stream:
            return stream.read()
    except OSError:
        return None


def is_finished(journal):
    """The run ended with all steps done; a last line without its newline was never written."""
    lines = (journal or b'').split(b'\n')[:-1]
    return bool(lines) and lines[-1].startswith(b'0 finished ')


def removed_by(text):
    """(uuid, name) of the mappings that the plan removes."""
    return re.findall(r'^step \d+ dm-remove\n(?:(?!step ).*\n)*?target device \S+ uuid (\S+) name (\S+)$', text, re.M)


def active_mappings(folder='/sys/class/block'):
    """{uuid: name} and the names of all mappings; sysfs has them as the kernel does, a plan with other characters escaped."""
    uuids, names = {}, set()
    for device in os.listdir(folder):
        name = read(os.path.join(folder, device, 'dm', 'name'))
        if name is not None:
            name = name.decode('utf-8', 'replace').strip()
            uuids[(read(os.path.join(folder, device, 'dm', 'uuid')) or b'').decode('utf-8', 'replace').strip()] = name
            names.add(name)
    return uuids, names


def check_still_done(module, text, journal):
    if not is_finished(journal):
        module.fail_json(msg='%s is not carried out on this host' % module.params['plan'])
    uuids, names = active_mappings()
    # a name alone says something only of a mapping that has no uuid
    back = sorted(uuids.get(uuid, name) for uuid, name in removed_by(text)
                  if (uuid in uuids if uuid != '-' else name in names))
    if back:
        module.fail_json(msg='%s: active again, though its plan removed it: was the host rebooted? Nothing was changed; capture and '
                         'plan again' % ', '.join(back))
    module.exit_json(changed=False, applied=True, msg='what the plan removed is gone still')


def main():
    module = AnsibleModule(argument_spec=dict(
        plan=dict(type='path', required=True), digest=dict(type='str'), journals=dict(type='path', required=True),
        unsigned=dict(type='bool', default=False), still_done=dict(type='bool', default=False), program=dict(type='str', default='snapstate-execute'),
        journal_folder=dict(type='path', default='/var/lib/snapstate'), limit=dict(type='int', default=1800)),
        supports_check_mode=True)
    params = module.params
    text = (read(params['plan']) or b'').decode('utf-8', 'replace')
    found = re.search(r'\ndigest sha256:([0-9a-f]{64})\n\Z', text)
    if not found:
        module.fail_json(msg='%s: not a plan' % params['plan'])
    digest = params['digest']
    if digest is not None and (len(digest) < 8 or not found.group(1).startswith(digest)):
        module.fail_json(msg='digest %s is not that of the plan, %s' % (digest, found.group(1)))
    path = os.path.join(params['journal_folder'], found.group(1) + '.journal')
    before = read(path)
    if params['still_done']:
        check_still_done(module, text, before)
    diff = dict(before='', after=''.join(line[2:] + '\n' for line in text.split('\n') if line.startswith('# ')))
    if is_finished(before):
        module.exit_json(changed=False, applied=True, msg='applied already', content=base64.b64encode(before).decode())
    program = params['program']
    if '/' not in program:
        program = module.get_bin_path(program, required=True)
    argv = [program, '--journal', params['journal_folder']]
    applies = digest is not None and not module.check_mode
    argv += ['--apply', '--yes-digest', digest] if applies else []
    argv += ['--resume'] if before is not None else []
    argv += ['--unsigned'] if params['unsigned'] else []
    folder = os.path.dirname(params['plan'])
    for name in sorted(os.listdir(folder)):
        if name.endswith('.journal'):
            argv += ['--done', os.path.join(folder, name)]
    rc, out, err = run(argv + [params['plan']], params['limit'], changes=applies)
    after = read(path)
    result = dict(rc=rc, stdout=out, stderr=err, applied=is_finished(after), diff=diff)
    if after is not None:
        result['content'] = base64.b64encode(after).decode()
    result['changed'] = after != before if applies else digest is not None and rc == DONE
    if rc != DONE:
        module.fail_json(msg=meaning(rc, err), **result)
    module.exit_json(**result)


if __name__ == '__main__':
    main()
