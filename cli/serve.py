"""`secondglance serve`: HTTP and gRPC in one process."""

import logging
from typing import Any

import click

from cli.options import given, pipeline_options, pipeline_settings


@click.command("serve")
@click.option("--host", help="Address to listen on (127.0.0.1). [env: SECONDGLANCE_HOST]")
@click.option("--http-port", type=int, help="HTTP port (8080). [env: SECONDGLANCE_HTTP_PORT]")
@click.option("--grpc-port", type=int, help="gRPC port (50051). [env: SECONDGLANCE_GRPC_PORT]")
@click.option("--threads", type=int, help="Texts worked on at once. [env: SECONDGLANCE_THREADS]")
@click.option("--dev", is_flag=True, help="Listen beyond loopback without keys. [env: SECONDGLANCE_DEV]")
@pipeline_options
def command(
    host: str | None,
    http_port: int | None,
    grpc_port: int | None,
    threads: int | None,
    dev: bool,
    **values: Any,
) -> None:
    """Serves the scoring API until SIGTERM; ready only after warm-up."""
    from pydantic import ValidationError

    from serving.run import run
    from serving.settings import ServingSettings

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        settings = ServingSettings(
            **given(host=host, http_port=http_port, grpc_port=grpc_port, threads=threads, dev=dev)
        )
    except ValidationError as error:
        raise click.UsageError("; ".join(fault["msg"] for fault in error.errors())) from None
    run(pipeline_settings(**values), settings)
