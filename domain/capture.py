"""What a monitoring front-end hands over: one screen capture, or text that a pupil typed."""

from dataclasses import dataclass, field

MAX_TEXT_BYTES = 256 * 1024
MAX_IMAGE_BYTES = 32 * 1024 * 1024
MAX_IMAGE_PIXELS = 40_000_000


@dataclass(frozen=True, slots=True)
class CaptureContext:
    """Where the capture was taken; every field is optional, `site` is the school."""

    application: str | None = None
    window_title: str | None = None
    url: str | None = None
    channel: str | None = None
    user: str | None = None
    group: str | None = None
    site: str | None = None
    device: str | None = None
    captured_at: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Capture:
    """One thing to score: encoded image bytes *or* client text, never both.

    Attributes:
        id: The caller's name for it; comes back in the verdict.
        image: Encoded PNG, JPEG or WebP; decoded by the worker that reads it.
        text: Client text, never altered; all offsets are code points into it.
        context: Where it was captured.
    """

    id: str
    image: bytes | None = None
    text: str | None = None
    context: CaptureContext = field(default_factory=CaptureContext)
