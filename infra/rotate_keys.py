"""Gives an installation a new key for the credentials it keeps, and has them sealed anew.

Usage: rotate_keys.py STACK PAUSE [API]. Functions use a secret for up to five minutes before they ask for it again, hence
two pauses of PAUSE seconds: nothing is sealed with the new key before everybody has it, and nothing is sealed anew before
everybody seals with it. Old keys stay in the keyring; `--remove-old` takes them out once nothing needs them. API is the
address of the installation's API where it is not the stack's output.
"""

import datetime
import json
import secrets
import sys
import time
import urllib.request

import boto3

arguments = [argument for argument in sys.argv[1:] if argument != "--remove-old"]
stack_name, pause = arguments[0], int(arguments[1])
stack = boto3.client("cloudformation").describe_stacks(StackName=stack_name)["Stacks"][0]
outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
api = arguments[2].format(**outputs) if len(arguments) > 2 else outputs["ApiUrl"]
manager = boto3.client("secretsmanager")


def read(output):
    return manager.get_secret_value(SecretId=outputs[output])["SecretString"]


def write(keyring):
    manager.put_secret_value(SecretId=outputs["KeyringSecretName"], SecretString=json.dumps(keyring))


def wait(why):
    print(f"waiting {pause} s: {why}", flush=True)
    time.sleep(pause)


keyring = json.loads(read("KeyringSecretName"))
new = f"k{datetime.datetime.now(datetime.timezone.utc):%Y%m%d-%H%M%S}"
keyring[new] = secrets.token_urlsafe(48)
write(keyring)
print(f"the key {new} is in the keyring", flush=True)
wait("every function has to have it before anything is sealed with it")
keyring["current"] = new
write(keyring)
wait("every function has to seal with it")
request = urllib.request.Request(
    f"{api}/api/keyring/reseal", method="POST", headers={"authorization": f"Bearer {read('AdminTokenSecretName')}"}
)
with urllib.request.urlopen(request, timeout=60) as answer:
    done = json.load(answer)
print(f"sealed anew: {done['resealed']}, with the new key already: {done['current']}", flush=True)
if done["unreadable"]:
    sys.exit(f"{done['unreadable']} connections do not open with any key of the keyring: connect them again")
if "--remove-old" in sys.argv:
    write({"current": new, new: keyring[new]})
    print("the old keys are gone from the keyring", flush=True)
