"""Runs HTTP and gRPC in one process until it is told to stop."""

import asyncio
import contextlib
import logging
import signal
import socket

import uvicorn

from pipeline.build import build_pipeline
from pipeline.settings import PipelineSettings
from serving.grpc_api import make_server, set_health
from serving.http_api import make_app
from serving.service import ScoringService
from serving.settings import ServingSettings

_LOG = logging.getLogger("secondglance")


def run(pipeline_settings: PipelineSettings, settings: ServingSettings) -> None:
    """Builds the pipeline, warms it up and serves until SIGTERM or SIGINT; then drains.

    Raises:
        InvalidConfiguration: If a file that it runs with is at fault.
        OSError: If a port is taken.
    """
    service = ScoringService(build_pipeline(pipeline_settings), settings.threads)
    try:
        asyncio.run(_serve(service, settings))
    finally:
        service.close()


async def _serve(service: ScoringService, settings: ServingSettings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    listener = socket.create_server((settings.host, settings.http_port), family=_family(settings.host))
    http = uvicorn.Server(uvicorn.Config(make_app(service), access_log=False, log_config=None, lifespan="off"))
    http.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    http.capture_signals = contextlib.nullcontext
    grpc_server = make_server(service)
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    grpc_port = grpc_server.add_insecure_port(f"{host}:{settings.grpc_port}")
    await set_health(grpc_server, serving=False)
    await grpc_server.start()
    serving = asyncio.create_task(http.serve([listener]))
    try:
        await loop.run_in_executor(None, service.warm_up)
        await set_health(grpc_server, serving=True)
        _LOG.info("ready: http %s:%d, grpc %s:%d", host, listener.getsockname()[1], host, grpc_port)
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({stopping, serving}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        _LOG.info("stopping: requests under way get %.0f s", settings.drain_seconds)
        await set_health(grpc_server, serving=False)
        await grpc_server.stop(settings.drain_seconds)
        http.should_exit = True
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(serving, settings.drain_seconds)


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
