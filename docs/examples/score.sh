#!/bin/sh
# Scores a text, a picture and a batch with curl. SECONDGLANCE_KEY may be empty on loopback.
set -eu
url=${SECONDGLANCE_URL:-http://127.0.0.1:8080}
key="Authorization: Bearer ${SECONDGLANCE_KEY:-}"
again="--retry 4 --retry-connrefused --retry-max-time 30 --max-time 60"   # curl obeys Retry-After

# shellcheck disable=SC2086
curl -fsS $again "$url/v1/score" -H "$key" -H 'Content-Type: application/json' -H 'X-Request-Timeout: 30' \
  -d '{"id": "text", "text": "he said he will br1ng a kn1fe to the gate tomorrow", "context": {"channel": "chat", "site": "oak"}}'
echo
# shellcheck disable=SC2086
curl -fsS $again "$url/v1/captures" -H "$key" \
  -F "image=@${1:-demo/captures/chat_light.png}" -F 'capture={"id": "picture", "context": {"device": "pc-12"}}'
echo
# shellcheck disable=SC2086
curl -fsS $again "$url/v1/score:batch" -H "$key" -H 'Content-Type: application/json' \
  -d '{"captures": [{"id": "1", "text": "see you at practice"}, {"id": "2", "text": "i want to die"}]}'
echo
