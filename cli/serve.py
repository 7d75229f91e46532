"""`secondglance serve`: HTTP and gRPC in one process."""

from pathlib import Path
from typing import Any

import click

from cli.options import pipeline_options, pipeline_settings, read_settings

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command("serve")
@click.option("--host", help="Address to listen on (127.0.0.1). [env: SECONDGLANCE_HOST]")
@click.option("--http-port", type=int, help="HTTP port (8080). [env: SECONDGLANCE_HTTP_PORT]")
@click.option("--grpc-port", type=int, help="gRPC port (50051). [env: SECONDGLANCE_GRPC_PORT]")
@click.option("--threads", type=int, help="Texts worked on at once. [env: SECONDGLANCE_THREADS]")
@click.option("--keys", type=_FILE, help="File of API keys (see `secondglance keys`). [env: SECONDGLANCE_KEYS]")
@click.option("--tls-cert", type=_FILE, help="Certificate chain, PEM. [env: SECONDGLANCE_TLS_CERT]")
@click.option("--tls-key", type=_FILE, help="Its private key, PEM. [env: SECONDGLANCE_TLS_KEY]")
@click.option("--tls-client-ca", type=_FILE, help="Clients need its certificates. [env: SECONDGLANCE_TLS_CLIENT_CA]")
@click.option(
    "--blocklists", type=_FOLDER, help="Folder for blocklists; in memory else. [env: SECONDGLANCE_BLOCKLISTS]"
)
@click.option("--dev", is_flag=True, help="Listen beyond loopback without keys. [env: SECONDGLANCE_DEV]")
@pipeline_options
def command(**values: Any) -> None:
    """Serves the scoring API until SIGTERM; ready only after warm-up."""
    from serving.logs import set_up_logs
    from serving.run import run
    from serving.settings import ServingSettings

    own = {name: values.pop(name) for name in list(values) if name in ServingSettings.model_fields}
    settings = read_settings(ServingSettings, own)
    pipeline = pipeline_settings(**values)
    set_up_logs(settings.log)
    run(pipeline, settings)
