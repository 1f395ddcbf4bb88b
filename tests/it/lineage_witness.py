"""Takes every event of a file apart with the classes of openlineage-python, which are generated from the schemas."""

import importlib
import json
import pkgutil
import sys

import openlineage.client.generated as generated
from openlineage.client.generated.base import BaseFacet, InputDataset, Job, OutputDataset, Run, RunEvent

facets = {}
for module in pkgutil.iter_modules(generated.__path__):
    for thing in vars(importlib.import_module(f"{generated.__name__}.{module.name}")).values():
        if isinstance(thing, type) and issubclass(thing, BaseFacet):
            facets[thing.__name__] = thing


def facet(name, value):
    url = value.pop("_schemaURL")
    value.pop("_producer")
    kind = facets[url.rsplit("/", 1)[1]]
    assert url == kind._get_schema(), f"{name}: {url} is not {kind._get_schema()}"
    kind(**value)


def check(owner, groups):
    for group in groups:
        for name, value in (owner.pop(group, None) or {}).items():
            facet(name, value)


for line in open(sys.argv[1]):
    event = json.loads(line)
    check(event["run"], ["facets"])
    check(event["job"], ["facets"])
    event["run"], event["job"] = Run(**event["run"]), Job(**event["job"])
    for side, kind, own in (("inputs", InputDataset, "inputFacets"), ("outputs", OutputDataset, "outputFacets")):
        for dataset in event[side]:
            check(dataset, ["facets", own])
        event[side] = [kind(**dataset) for dataset in event[side]]
    event.pop("schemaURL")
    RunEvent(**event)
