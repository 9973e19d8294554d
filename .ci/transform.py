"""Prints template.yaml as CloudFormation sees it after the SAM transform, so that the linter can check both forms."""

import json
import os
import sys

os.environ.setdefault("AWS_DEFAULT_REGION", "ap-northeast-1")  # the transform asks for one; it reaches nothing

from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse


class ManagedPolicies:
    """The managed policies that SAM attaches by itself."""

    def load(self):
        names = ["AWSLambdaBasicExecutionRole", "AWSLambdaSQSQueueExecutionRole", "AWSLambdaDynamoDBExecutionRole"]
        return {name: f"arn:aws:iam::aws:policy/service-role/{name}" for name in names}


with open(sys.argv[1], encoding="utf-8") as file:
    template = yaml_parse(file)
for resource in template["Resources"].values():
    if resource["Type"] == "AWS::Serverless::Function":
        resource["Properties"]["CodeUri"] = "s3://packages/function"  # as after packaging
defaults = {name: given["Default"] for name, given in template["Parameters"].items() if "Default" in given}
json.dump(transform(template, defaults, ManagedPolicies()), sys.stdout, indent=1)
