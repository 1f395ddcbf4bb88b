"""Takes every event of a file apart with the classes of openlineage-python, which are generated from the schemas: no key
that they do not know, none missing, every value of the type they say."""

import importlib
import json
import pkgutil
import sys

import cattrs
import openlineage.client.generated as generated
from openlineage.client.generated.base import BaseFacet, InputDataset, Job, OutputDataset, Run, RunEvent

strict = cattrs.Converter(forbid_extra_keys=True)


def exactly(kind):
    def take(value, _):
        if type(value) is not kind:
            raise TypeError(f"{value!r} is no {kind.__name__}")
        return value

    return take


for kind in (str, int, bool):
    strict.register_structure_hook(kind, exactly(kind))

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
    strict.structure(value, kind)
    seen.add(kind.__name__)


def check(owner, groups):
    for group in groups:
        for name, value in (owner.pop(group, None) or {}).items():
            facet(name, value)


seen = set()
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
print(*sorted(seen))
