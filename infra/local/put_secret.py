"""Gives a secret the value of the environment's SECRET_VALUE. Usage: put_secret.py NAME"""

import os
import sys

import boto3

boto3.client("secretsmanager").put_secret_value(SecretId=sys.argv[1], SecretString=os.environ["SECRET_VALUE"])
