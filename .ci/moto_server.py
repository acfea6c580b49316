"""moto's server, with a stack's exports registered when it is updated too; moto 5.2.1 does so at creation alone."""

import sys

from moto.cloudformation.models import CloudFormationBackend
from moto.server import main

update_stack = CloudFormationBackend.update_stack


def update_stack_and_exports(self, *args, **kwargs):
    stack = update_stack(self, *args, **kwargs)
    for name in [name for name, export in self.exports.items() if export.exporting_stack_id == stack.stack_id]:
        del self.exports[name]
    self.exports.update({export.name: export for export in stack.exports})
    return stack


CloudFormationBackend.update_stack = update_stack_and_exports
sys.exit(main())
