# SPDX-License-Identifier: Apache-2.0
"""The controller's half of the module capture: hands the bundle in, and writes the archive."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import base64
import os
import tempfile

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase


def publish(folder, name, data):
    """A new file in place of an old one, never half of it."""
    os.makedirs(folder, mode=0o700, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(prefix='.' + name, dir=folder)
    with os.fdopen(descriptor, 'wb') as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    path = os.path.join(folder, name)
    os.rename(temporary, path)
    return path


class ActionModule(ActionBase):
    TRANSFERS_FILES = True

    def run(self, tmp=None, task_vars=None):
        result = super(ActionModule, self).run(tmp, task_vars)
        args = dict(self._task.args)
        if not args.get('dest'):
            raise AnsibleActionFail('dest is required')
        name = os.path.basename(task_vars['inventory_hostname'])
        remote = self._make_tmp_path()
        try:
            if args.get('bundle'):
                program = self._connection._shell.join_path(remote, 'snapstate-capture')
                self._transfer_file(self._loader.get_real_file(args['bundle']), program)
                self._fixup_perms2((remote, program), execute=True)
                args['program'] = program
            result.update(self._execute_module('snapstate.snapstate.capture', module_args=args, task_vars=task_vars))
        finally:
            self._remove_tmp_path(remote)
        content = result.pop('content', None)
        if content is not None:
            result['archive'] = publish(args['dest'], name + '.snapstate.tar.gz', base64.b64decode(content))
        return result
