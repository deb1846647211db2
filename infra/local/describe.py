"""Prints a deployed stack's outputs and the secrets its operator needs, as JSON. Usage: describe.py STACK"""

import json
import sys

import boto3

stack = boto3.client("cloudformation").describe_stacks(StackName=sys.argv[1])["Stacks"][0]
outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
secrets = boto3.client("secretsmanager")


def secret(output):
    return secrets.get_secret_value(SecretId=outputs[output])["SecretString"]


json.dump(
    {
        "outputs": outputs,
        "admin_token": secret("AdminTokenSecretName"),
        "webhook_secret": secret("GithubWebhookSecretName"),
        "slack_signing_secret": secret("SlackSigningSecretName"),
    },
    sys.stdout,
)
