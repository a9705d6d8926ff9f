# SPDX-License-Identifier: Apache-2.0
"""The controller's half of the module execute: hands in the plan, its signatures and journals, and takes its journal."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import base64
import os
import re

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.snapstate.snapstate.plugins.action.capture import publish


class ActionModule(ActionBase):
    TRANSFERS_FILES = True

    def _files(self, plan, journals):
        """(path here, name there), and the plan's digest."""
        try:
            with open(plan, 'rb') as stream:
                text = stream.read()
        except OSError as error:
            raise AnsibleActionFail('%s: %s' % (plan, error.strerror))
        files = [(plan, 'a.snapplan')]
        files += [(plan + end, 'a.snapplan' + end) for end in ('.sig', '.approve.sig') if os.path.exists(plan + end)]
        for digest in re.findall(rb'^after \S+ sha256:([0-9a-f]{64})$', text, re.M):
            path = os.path.join(journals, digest.decode() + '.journal')
            if os.path.exists(path):
                files.append((path, os.path.basename(path)))
        own = re.search(rb'\ndigest sha256:([0-9a-f]{64})\n\Z', text)
        return files, own.group(1).decode() if own else None

    def run(self, tmp=None, task_vars=None):
        result = super(ActionModule, self).run(tmp, task_vars)
        args = dict(self._task.args)
        if not args.get('plan') or not args.get('journals'):
            raise AnsibleActionFail('plan and journals are required')
        files, digest = self._files(args['plan'], args['journals'])
        remote = self._make_tmp_path()
        try:
            for path, name in files:
                self._transfer_file(path, self._connection._shell.join_path(remote, name))
            args['plan'] = self._connection._shell.join_path(remote, 'a.snapplan')
            result.update(self._execute_module('snapstate.snapstate.execute', module_args=args, task_vars=task_vars))
        finally:
            self._remove_tmp_path(remote)
        content = result.pop('content', None)
        if content is not None and digest:
            publish(args['journals'], digest + '.journal', base64.b64decode(content))
        return result
