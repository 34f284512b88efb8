"""Checks calls of a service of AWS by botocore's model of it; writes a line for each thing that is wrong with one."""
import json
import sys

import botocore.loaders
import botocore.model
import botocore.validate

service = botocore.model.ServiceModel(botocore.loaders.Loader().load_service_model(sys.argv[1], "service-2"))
for call in json.load(open(sys.argv[2])):
    prefix, _, operation = call["target"].partition(".")
    if prefix != service.metadata["targetPrefix"] or operation not in service.operation_names:
        print(call["target"] + ": there is no such operation")
        continue
    report = botocore.validate.ParamValidator().validate(call["body"], service.operation_model(operation).input_shape)
    if report.has_errors():
        print(operation + ": " + report.generate_report())
    unknown = set(call["body"]) - set(service.operation_model(operation).input_shape.members)
    if unknown:
        print(operation + ": there is no " + ", ".join(sorted(unknown)))
