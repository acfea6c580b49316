"""Prints the CloudFormation resource types that moto can create, as a JSON array."""

import json
from importlib import import_module

from moto.backends import list_of_moto_modules
from moto.core.common_models import CloudFormationModel


def subclasses(parent):
    for child in parent.__subclasses__():
        yield child
        yield from subclasses(child)


for name in list_of_moto_modules():
    try:
        import_module(f"moto.{name}.models")
    except ImportError:
        pass  # A service whose optional dependency is not installed.

types = set()
for model in subclasses(CloudFormationModel):
    try:
        types.add(model.cloudformation_type())
    except NotImplementedError:
        pass
print(json.dumps(sorted(filter(None, types))))
