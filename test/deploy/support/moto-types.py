"""Prints the CloudFormation resource types that moto can create, as JSON: by type, whether it can update one too."""

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

base = CloudFormationModel.update_from_cloudformation_json.__func__
types = {}
for model in subclasses(CloudFormationModel):
    try:
        types[model.cloudformation_type()] = model.update_from_cloudformation_json.__func__ is not base
    except NotImplementedError:
        pass
print(json.dumps(types))
