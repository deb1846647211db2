"""Starts ministack, the local AWS, with what it lacks for this stack. ARCHITECTURE.md lists what remains missing.

Everything is configured by the environment (see infra/xtask/src/ministack.rs); versions are pinned in ministack.txt,
and every name that is patched here is looked up first, so that a new version that moved one fails at once.
"""

import os
import socketserver
import string
import sys
import threading

from ministack import app
from ministack.core import iam_actions, lambda_runtime
from ministack.services import apigateway, dynamodb, lambda_svc
from ministack.services.cloudformation import provisioners


def answer_at_once():
    """A warm invocation takes 100 ms as it comes: 50 ms of waiting for a log line, and Nagle in the Runtime API."""
    drain = lambda_runtime.Worker._drain_stderr_bounded

    def shorter(self, first_line_wait=0.002, idle_confirm=0.002, hard_cap=0.050):
        return drain(self, first_line_wait, idle_confirm, hard_cap)

    lambda_runtime.Worker._drain_stderr_bounded = shorter
    # Other worker kinds may have their own copy of the method's default arguments.
    socketserver.StreamRequestHandler.disable_nagle_algorithm = True


def read_streams_from_the_start():
    """Saved stream positions point past records that no longer exist after a restart: the first new ones were lost."""
    restore = lambda_svc._restore_esm_positions

    def restore_all_but_streams(store, positions):
        if store is not lambda_svc._dynamodb_stream_positions:
            restore(store, positions)

    lambda_svc._restore_esm_positions = restore_all_but_streams


def honour_table_settings():
    """Time to live and point-in-time recovery of the template are dropped by its CloudFormation."""
    handler = provisioners._RESOURCE_HANDLERS["AWS::DynamoDB::Table"]
    create, update = handler["create"], handler["update"]

    def apply(result, props):
        name = result[0]
        ttl = props.get("TimeToLiveSpecification")
        if ttl:
            dynamodb._update_ttl({"TableName": name, "TimeToLiveSpecification": ttl})
        recovery = props.get("PointInTimeRecoverySpecification")
        if recovery:
            dynamodb._update_continuous_backups({"TableName": name, "PointInTimeRecoverySpecification": recovery})
        return result

    handler["create"] = lambda logical_id, props, stack: apply(create(logical_id, props, stack), props)

    def updated(physical_id, old_props, new_props, stack, logical_id=None):
        return apply(update(physical_id, old_props, new_props, stack, logical_id=logical_id), new_props)

    handler["update"] = updated


def generate_secrets_as_asked():
    """ExcludePunctuation is ignored: tokens that go into headers and settings pages would get quotes and backslashes."""
    generate = provisioners._sm_secret_string

    def without_punctuation(props):
        asked = props.get("GenerateSecretString") or {}
        if str(asked.get("ExcludePunctuation", False)).lower() == "true":
            excluded = asked.get("ExcludeCharacters", "") + string.punctuation
            props = {**props, "GenerateSecretString": {**asked, "ExcludeCharacters": excluded}}
        return generate(props)

    provisioners._sm_secret_string = without_punctuation


def authorise_batches_as_aws_does():
    """AWS knows no permission for SQS's batch calls: SendMessageBatch takes `sqs:SendMessage`, and so on."""
    extract = iam_actions.extract_iam_action

    def without_batch(service, *arguments):
        action = extract(service, *arguments)
        return action.removesuffix("Batch") if service == "sqs" and action else action

    iam_actions.extract_iam_action = without_batch


def match_whole_paths():
    """`{proxy+}` stands for any characters. Here a line feed (%0A) in a path matched no route, and the API never saw it."""
    extract = apigateway._extract_path_params
    placeholder = "\ue00a"

    def with_line_feeds(route_path, request_path):
        found = extract(route_path, request_path.replace("\n", placeholder))
        return found and {name: value.replace(placeholder, "\n") for name, value in found.items()}

    apigateway._extract_path_params = with_line_feeds


def end_with_parent():
    """Ends, orderly, when the process that started this one is gone: standard input is a pipe it holds open."""

    def watch():
        sys.stdin.buffer.read()
        os.kill(os.getpid(), 15)

    threading.Thread(target=watch, daemon=True, name="end-with-parent").start()


if __name__ == "__main__":
    answer_at_once()
    read_streams_from_the_start()
    honour_table_settings()
    generate_secrets_as_asked()
    authorise_batches_as_aws_does()
    match_whole_paths()
    if os.environ.get("END_WITH_PARENT") == "1":
        end_with_parent()
    # ministack reads its own command line, which has nothing for it.
    sys.argv = sys.argv[:1]
    app.main()
