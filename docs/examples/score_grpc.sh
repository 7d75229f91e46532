#!/bin/sh
# Scores one text and a stream of two with grpcurl. SECONDGLANCE_KEY may be empty on loopback.
set -eu
address=${SECONDGLANCE_GRPC:-127.0.0.1:50051}
key="authorization: Bearer ${SECONDGLANCE_KEY:-}"

grpcurl -plaintext -H "$key" -import-path . -proto serving/proto/scoring.proto -max-time 30 \
  -d '{"capture": {"id": "text", "text": "he said he will br1ng a kn1fe to the gate tomorrow"}, "evidence": true}' \
  "$address" secondglance.v1.Scoring/Score
grpcurl -plaintext -H "$key" -import-path . -proto serving/proto/scoring.proto -max-time 30 \
  -d '{"capture": {"id": "1", "text": "see you at practice"}} {"capture": {"id": "2", "text": "i want to die"}}' \
  "$address" secondglance.v1.Scoring/ScoreStream
