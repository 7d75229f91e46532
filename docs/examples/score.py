"""Scores a text and a batch; `SECONDGLANCE_KEY` may be empty on loopback."""

import os

from secondglance_client.client import Client
from secondglance_client.errors import ClientError
from secondglance_client.records import Capture, Context, Failure

url = os.environ.get("SECONDGLANCE_URL", "http://127.0.0.1:8080")
with Client(url, os.environ.get("SECONDGLANCE_KEY"), timeout_s=30) as client:
    try:
        verdict = client.score_text(
            "he said he will br1ng a kn1fe to the gate tomorrow", Context(channel="chat", site="oak")
        )
        print(verdict.action, verdict.severity, verdict.category, [finding.reason for finding in verdict.findings])
        for result in client.score_batch(
            [Capture(id="1", text="see you at practice"), Capture(id="2", text="i want to die")]
        ):
            told = result.type if isinstance(result, Failure) else f"{result.action} {result.severity}"
            print(f"{result.id}: {told}")
    except ClientError as error:
        print(f"not scored: {error}")
