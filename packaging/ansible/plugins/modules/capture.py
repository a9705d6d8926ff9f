#!/usr/bin/python
# SPDX-License-Identifier: Apache-2.0
from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r'''
---
module: capture
short_description: Record a host's snapshots and who uses them
version_added: 1.0.0
description:
  - Runs snapstate-capture on the host and writes its archive on the controller. Nothing stays on the host.
  - It changes nothing on the host, and is never C(changed). It runs in check mode too.
  - A capture that hangs is killed and given up after I(limit) seconds, so that the host is reported as failed.
author:
  - snapstate maintainers (@snapstate)
options:
  dest:
    description: Folder on the controller. The archive is called after the host in the inventory.
    type: path
    required: true
  bundle:
    description: A file on the controller that is run instead of an installed program; it is removed afterwards.
    type: path
  program:
    description: Path of snapstate-capture on the host, where I(bundle) is not given.
    type: str
    default: snapstate-capture
  timeout:
    description: Seconds after which the capture gives up on what has not answered.
    type: int
    default: 60
  limit:
    description: Seconds after which the capture is killed. Must be more than I(timeout).
    type: int
    default: 90
'''

EXAMPLES = r'''
- name: Capture
  snapstate.snapstate.capture:
    dest: captures
    timeout: 60
    limit: 90
'''

RETURN = r'''
archive:
  description: Path on the controller.
  type: str
  returned: success
complete:
  description: Whether all sources of evidence could be read.
  type: bool
  returned: success
missing:
  description: What could not be read, in the words of the program.
  type: str
  returned: success
rc:
  description: Exit code of the program; none where it hung.
  type: int
  returned: always
'''

import base64
import os

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.snapstate.snapstate.plugins.module_utils.program import ENVIRONMENT, DONE, meaning, run


def main():
    module = AnsibleModule(argument_spec=dict(
        dest=dict(type='path', required=True), bundle=dict(type='path'),
        program=dict(type='str', default='snapstate-capture'),
        timeout=dict(type='int', default=60), limit=dict(type='int', default=90)), supports_check_mode=True)
    params = module.params
    if not 0 < params['timeout'] < params['limit']:
        module.fail_json(msg='limit must be more than timeout, and both more than 0')
    program = params['program']
    if '/' not in program:
        program = module.get_bin_path(program, required=True)
    archive = os.path.join(module.tmpdir, 'host.snapstate.tar.gz')  # tmpdir is removed when the module ends
    rc, out, err = run([program, '-q', '--timeout', str(params['timeout']), '-o', archive], params['limit'])
    # 5 with an archive: not all of the host could be read, and the archive says what
    if rc not in (DONE, ENVIRONMENT) or not os.path.exists(archive):
        module.fail_json(msg=meaning(rc, err), rc=rc, stderr=err)
    with open(archive, 'rb') as stream:
        content = base64.b64encode(stream.read()).decode('ascii')
    module.exit_json(changed=False, rc=rc, complete=rc == DONE, missing=err.strip(), content=content)


if __name__ == '__main__':
    main()
