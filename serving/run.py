"""Runs HTTP and gRPC in one process until it is told to stop."""

import asyncio
import contextlib
import gc
import logging
import signal

import uvicorn

from domain.errors import SecondglanceError
from models.registry import CHALLENGER, resolve
from pipeline.build import build_pipeline, load_model, renew_everything, renew_lists, with_quarantine
from pipeline.drift import read_reference_file
from pipeline.policy import Policy
from pipeline.settings import PipelineSettings
from serving.access import Access
from serving.active import Renewals
from serving.blocklists import Blocklists
from serving.caller import anybody
from serving.grpc_api import GrpcServer
from serving.header_limit import HeaderLimit
from serving.http_api import make_app
from serving.http_server import HttpServer
from serving.key_ring import KeyRing
from serving.listener import listen
from serving.logs import watch
from serving.oidc import OidcSettings, OidcTokens, discover
from serving.service import ScoringService
from serving.settings import ServingSettings, is_loopback
from serving.shadow import Challenger
from serving.tls import grpc_tls, http_tls
from serving.tracing import make_tracer

KEEP_ALIVE_S = 75
"""Seconds that an idle HTTP connection stays open: longer than proxies keep theirs, or they send into a closing one."""
_LOG = logging.getLogger("secondglance")


def run(pipeline_settings: PipelineSettings, settings: ServingSettings) -> None:
    """Builds the pipeline, warms it up and serves until SIGTERM or SIGINT; then drains.

    Raises:
        InvalidConfiguration: If a file that it runs with is at fault.
        OSError: If a port is taken.
    """
    access = make_access(settings)
    service = ScoringService(
        with_quarantine(build_pipeline(pipeline_settings), settings.quarantine_after),
        settings.limits(pipeline_settings.ocr_workers),
        Renewals(
            lists=lambda current: renew_lists(current, pipeline_settings),
            everything=lambda current: renew_everything(current, pipeline_settings),
        ),
        make_tracer(settings.otlp_endpoint, settings.trace_share),
        read_reference_file(settings.reference) if settings.reference else None,
    )
    try:
        service.challenge(
            load_challenger(pipeline_settings, service.pipeline.policy), pipeline_settings.challenger_share
        )
        asyncio.run(_serve(service, access, settings))
    finally:
        service.close()


async def _serve(service: ScoringService, access: Access, settings: ServingSettings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    watch(loop)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    loop.add_signal_handler(signal.SIGHUP, lambda: loop.run_in_executor(None, _reload, service))
    listener = listen(settings.host, settings.http_port)
    app = make_app(service, access, Blocklists(settings.blocklists))
    http = HttpServer(
        uvicorn.Config(
            app,
            access_log=False,
            log_config=None,
            lifespan="off",
            timeout_keep_alive=KEEP_ALIVE_S,
            http=HeaderLimit,
            **http_tls(settings),
        )
    )
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    grpc_server = GrpcServer(service, access, grpc_tls(settings))
    grpc_port = await grpc_server.start(f"{host}:{settings.grpc_port}")
    serving = asyncio.create_task(http.serve([listener]))
    stopping = asyncio.create_task(stop.wait())
    try:
        await loop.run_in_executor(None, service.warm_up)
        gc.collect()
        gc.freeze()  # the lexicon's many objects live on: no collection needs to look through them
        grpc_server.set_healthy(True)
        _LOG.info("ready: http %s:%d, grpc %s:%d", host, listener.getsockname()[1], host, grpc_port)
        await asyncio.wait({stopping, serving}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()
        service.retire()
        grpc_server.set_healthy(False)
        _LOG.info("stopping: requests under way get %.0f s", settings.drain_seconds)
        if not serving.done():
            await asyncio.sleep(settings.drain_delay_seconds)  # load balancers look, HTTP connections end
        http.should_exit = True
        await asyncio.gather(grpc_server.stop(settings.drain_seconds), _end(serving, settings.drain_seconds))


async def _end(serving: "asyncio.Task[None]", seconds: float) -> None:
    with contextlib.suppress(asyncio.TimeoutError):
        await asyncio.wait_for(serving, seconds)


def load_challenger(settings: PipelineSettings, policy: Policy) -> Challenger | None:
    """The challenger, if it is to score anything under a policy.

    Raises:
        InvalidModel: If there is none, or its folder is at fault.
    """
    if not settings.challenger_share:
        return None
    return Challenger(*load_model(settings.challenger or resolve(CHALLENGER), policy))


def make_access(settings: ServingSettings) -> Access:
    """Who may do what, as the settings say.

    Raises:
        InvalidKeys: If the key file or the issuer cannot be used.
    """
    tokens = None
    if settings.oidc_issuer:
        jwks_url = settings.oidc_jwks_url or discover(settings.oidc_issuer)
        tokens = OidcTokens(
            OidcSettings(settings.oidc_issuer, settings.oidc_audience, jwks_url, settings.oidc_tenant_claim)
        )
    keys = KeyRing(settings.keys) if settings.keys else None
    return Access(keys, tokens, anybody(is_loopback(settings.host)))


def _reload(service: ScoringService) -> None:
    try:
        now = service.active.reload()
    except SecondglanceError as error:
        _LOG.error("rejected, what was in force stays: %s", error)
        return
    _LOG.info("reloaded: %s, %d faults", now["versions"], len(now["faults"]))
