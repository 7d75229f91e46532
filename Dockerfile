# The service only: no torch, no training, no test data.
#
#   docker build -t secondglance .
#   docker run --rm --network host secondglance
#
# Without keys (`secondglance keys`) it binds to loopback unless --dev is given: with --network host (Linux) only this
# machine reaches it, and another container only by sharing its network (--network container:NAME), as a gateway
# beside it would. On a network that you trust wholly, publish the ports on loopback and lift the rule:
#
#   docker run --rm -p 127.0.0.1:8080:8080 -p 127.0.0.1:50051:50051 secondglance secondglance serve --host 0.0.0.0 --dev

FROM python:3.11-slim AS build
# pdqhash has no wheel for Linux and is compiled.
RUN apt-get update \
    && apt-get install -y --no-install-recommends g++ \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
COPY requirements/service.txt requirements/
RUN python -m pip install --no-cache-dir --require-hashes --requirement requirements/service.txt
COPY tools tools
RUN python tools/fetch_weights.py ocr && python tools/prune_recogniser.py
COPY LICENSE NOTICE README.md pyproject.toml ./
COPY domain domain
COPY ocr ocr
COPY keyword_stage keyword_stage
COPY image_hash image_hash
COPY models models
COPY pipeline pipeline
COPY serving serving
COPY cli cli
# Editable: the packages stay in /app, beside the weights. Compiled now, as nobody may write there later.
RUN python -m pip install --no-cache-dir --no-deps --no-build-isolation --editable . \
    && python -m compileall -q domain ocr keyword_stage image_hash models pipeline serving cli

FROM python:3.11-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends libgl1 libglib2.0-0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 10001 secondglance
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    OMP_WAIT_POLICY=PASSIVE
USER secondglance
EXPOSE 8080 50051
# Plainly or over TLS, as the settings say; with a client CA give a check of your own, which has a certificate.
HEALTHCHECK --interval=15s --timeout=5s --start-period=120s --retries=3 \
    CMD ["python", "-c", "import os, ssl, sys, urllib.request as u; e = os.environ.get; sys.exit(u.urlopen(('https' if e('SECONDGLANCE_TLS_CERT') else 'http') + '://127.0.0.1:' + e('SECONDGLANCE_HTTP_PORT', '8080') + '/readyz', timeout=4, context=ssl._create_unverified_context()).status != 200)"]
CMD ["secondglance", "serve"]
