"""Two small servers to compare with: a bare FastAPI echo, and the model behind FastAPI and nothing else.

python -m benchmarks.peer_server echo|naive FD
"""

import asyncio
import socket
import sys
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from pydantic import BaseModel

from domain.hit import ContextWindow
from models.artifact import default_folder, load_artifact
from models.scorer import OnnxScorer
from pipeline.judge import to_mapping


class TextIn(BaseModel):
    """A text to score."""

    id: str
    text: str


def echo_app() -> FastAPI:
    """Reads JSON and answers it: what HTTP, JSON and FastAPI cost by themselves."""
    app = FastAPI()

    @app.post("/v1/score")
    @app.post("/v1/score:batch")
    async def echo(request: Request) -> Any:
        return await request.json()

    return app


def naive_app() -> FastAPI:
    """One inference of the same model for every request: no keyword stage, no queue, no limits."""
    app = FastAPI()
    scorer = OnnxScorer(load_artifact(default_folder()))

    @app.post("/v1/score")
    def score(body: TextIn) -> dict[str, Any]:
        reading = scorer.score(ContextWindow(body.text, 0, ())).reading
        return {"id": body.id, "probabilities": to_mapping(reading)}

    return app


def main(kind: str, descriptor: int) -> None:
    """Serves on a socket that the parent has opened, until SIGTERM."""
    app = echo_app() if kind == "echo" else naive_app()
    listener = socket.socket(fileno=descriptor)
    server = uvicorn.Server(uvicorn.Config(app, access_log=False, log_level="error", lifespan="off"))
    asyncio.run(server.serve([listener]))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
