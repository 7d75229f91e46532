"""The two stages joined: one capture in, one explained verdict out."""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np

from domain.capture import MAX_TEXT_BYTES, Capture, CaptureContext
from domain.errors import InvalidRequest, InvalidText, TextTooLong, Unavailable
from domain.frame import FrameHash
from domain.hit import MASK, ContextWindow, KeywordHit
from domain.image_match import ImageMatch
from domain.page import Box, Page
from domain.verdict import Action, Finding, Ladder, Verdict, Versions
from image_hash.hashers import luma, pdq_of_luma
from image_hash.lookup import PictureFinder
from image_hash.quarantine import Quarantine
from models.scorer import Scorer
from ocr.decode import decode
from ocr.engine import OcrEngine, Owner
from pipeline.actions import urgency, worst
from pipeline.context import make_reading_windows, make_windows
from pipeline.evidence import Look, explain_told
from pipeline.first_look import FirstLook, Seen
from pipeline.judge import POOR_OCR, Judge, tell_picture, to_mapping
from pipeline.kept import MOST_FINDINGS, Kept
from pipeline.policy import UNRULED, Policy, ResolvedPolicy
from pipeline.second_look import Judged, judge_window
from pipeline.stopwatch import Stopwatch


@dataclass(frozen=True, slots=True)
class Options:
    """What a caller may ask for beside the verdict.

    Attributes:
        evidence: Also say which words moved each score (costs extra passes).
        read_all: Also read text that no keyword hit; never changes the verdict.
        most_findings: How many are told, unless more stand for something alone (`pipeline/kept.py`).
    """

    evidence: bool = False
    read_all: bool = False
    most_findings: int = MOST_FINDINGS


@dataclass(frozen=True, slots=True)
class Begun:
    """A capture after the first look.

    Attributes:
        capture: The capture.
        page: What was read.
        seen: What the first look found.
        clock: Has run since the capture came.
    """

    capture: Capture
    page: Page
    seen: Seen
    clock: Stopwatch

    @property
    def quiet(self) -> bool:
        """Whether it is a text in which nothing was found: the rest costs next to nothing."""
        return self.capture.image is None and not self.seen.hits and not self.seen.listed


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Scores captures; all parts are shared by threads and hold no state of a request but whose it is: `tenant`."""

    ocr: OcrEngine
    first_look: FirstLook
    scorer: Scorer
    pictures: PictureFinder | None
    policy: Policy
    judge: Judge
    versions: Versions
    model_config: Mapping[str, Any]
    quarantine: Quarantine | None = None
    tenant: str = ""
    decoding: threading.Lock = field(default_factory=threading.Lock)

    @property
    def names(self) -> dict[str, str]:
        """Names all that it was built with: its versions, and `overlays`, of which a verdict names its own alone."""
        return {**asdict(self.versions), "overlays": self.first_look.layers.overlays_digest}

    def score(self, capture: Capture, options: Options | None = None) -> Verdict:
        """Scores one capture.

        Raises:
            InvalidRequest: If the capture itself is at fault.
            Unavailable: If it could not be read now.
        """
        return self.finish(self.begin(capture), options or Options())

    def begin(self, capture: Capture, clock: Stopwatch | None = None) -> Begun:
        """Reads a capture and takes the first look at it.

        Args:
            capture: The capture.
            clock: Has run since the capture came.

        Raises:
            InvalidRequest: If the capture itself is at fault.
            Unavailable: If it could not be read now.
        """
        clock = clock or Stopwatch()
        clock.lap("queue")
        page = self._read(capture, clock)
        trust = self.policy.trust_of(capture.context)
        seen = self.first_look.look(page, capture.context, trust, self._told(capture.context))
        clock.lap("match")
        return Begun(capture, page, seen, clock)

    def finish(self, begun: Begun, options: Options, told: list[Judged] | None = None) -> Verdict:
        """Takes the second look at what was found, and judges. What only a finding needs is not done without one.

        Args:
            begun: As `begin` of this pipeline has it.
            options: What is asked for beside the verdict.
            told: Takes what became of each window, if somebody wants to compare it.

        Raises:
            InvalidRequest: If the capture's image cannot be decoded.
        """
        capture, page, seen, clock = begun.capture, begun.page, begun.seen, begun.clock
        clock.lap("queue")
        frame: FrameHash | None = None
        matches: tuple[ImageMatch, ...] = ()
        if capture.image is not None:
            frame, matches = self._find_pictures(capture, capture.image, page)
            clock.lap("hash")
        found = seen.hits or seen.listed or matches
        policy = self.policy.resolve(capture.context) if found else UNRULED
        kept, findings, degraded = self._second_look(capture, page, seen, policy, options, told)
        reading: dict[str, Ladder] | None = None
        if options.read_all:
            try:
                reading = self._read_all(page, capture)
            except Unavailable:
                degraded = True
        if found or options.read_all:
            clock.lap("inference")
        judged = [(match, picture) for match in matches if (picture := tell_picture(match, policy)) is not None]
        weights = [(finding.severity, finding.action, finding.assessed_category) for finding in findings]
        weights += [(picture.severity, picture.action, picture.category) for _, picture in judged]
        severity, category = _heaviest(weights)
        return Verdict(
            capture_id=capture.id,
            severity=severity,
            category=category,
            action=worst([action for _, action, _ in weights]),
            degraded=degraded,
            findings=findings,
            image_matches=tuple(match for match, _ in judged),
            versions=self._versions(seen),
            timing_ns=clock.timing(),
            text=_mask(page.text, (*seen.hits, *seen.listed)) if capture.image is not None else None,
            frame=frame,
            reading=reading,
            more_findings=kept.taken - len(findings),
            kinds=kept.kinds,
        )

    def _told(self, context: CaptureContext) -> Callable[[KeywordHit], bool] | None:
        """Whether a hit may be told of as what it is, by its category; None if all may.

        A single phrase that is excluded still stands for what it holds: that is what somebody did not want to hear of.
        """
        if not self.policy.takes_out:
            return None
        policy = self.policy.resolve(context)
        return lambda hit: policy.of(hit.category).on and not policy.excludes(hit.category)

    def _read(self, capture: Capture, clock: Stopwatch) -> Page:
        if (capture.image is None) == (capture.text is None):
            raise InvalidRequest("a capture has either an image or a text")
        if capture.image is None:
            return Page.from_text(check_text(capture.text or ""))
        reading = self.ocr.read(capture.image, owner_of(capture.context))
        clock.book(decode=reading.decode_ns, ocr=reading.ocr_ns)
        return reading.page

    def _find_pictures(
        self, capture: Capture, image: bytes, page: Page
    ) -> tuple[FrameHash | None, tuple[ImageMatch, ...]]:
        # What was read without confidence may be a picture that looks like a letter.
        words: list[Box] = [word.box for line in page.lines for word in line.words if word.confidence >= POOR_OCR]
        with self.decoding:  # decoding is not for several threads at once; OCR has done it already and checked
            pixels = decode(image)
        frame = FrameHash(*pdq_of_luma(luma(pixels)))
        if self.pictures is None:
            return frame, ()
        matches = self.pictures.find(pixels, words, image)
        if self.quarantine:
            matches = self.quarantine.watch(matches, _device(capture), self.tenant)
        return frame, matches

    def _second_look(
        self,
        capture: Capture,
        page: Page,
        seen: Seen,
        policy: ResolvedPolicy,
        options: Options,
        told: list[Judged] | None,
    ) -> tuple[Kept, tuple[Finding, ...], bool]:
        """What was found, the findings that are told, and whether the model left anything unanswered.

        Evidence comes last: it costs many passes, and what it leaves no time for must not be a judgement.
        """
        kept = Kept(options.most_findings)
        degraded = False
        looks: list[Look] = []
        language = capture.context.language
        for window in make_windows(page, seen.hits, capture.context):
            judged = judge_window(window, page, policy, language, self.scorer.score, self.judge)
            looks += judged.looks
            degraded = degraded or not judged.answered
            kept.take(judged.findings)
            if told is not None:
                told.append(judged)
        listed = [self.judge.judge_listed(hit, page, policy) for hit in seen.listed]
        kept.take(finding for finding in listed if finding is not None)
        findings = kept.findings
        if options.evidence:
            findings, explained = self._with_evidence(findings, looks, seen, policy)
            degraded = degraded or not explained
        return kept, findings, degraded

    def _with_evidence(
        self,
        findings: Sequence[Finding],
        looks: Sequence[Look],
        seen: Seen,
        policy: ResolvedPolicy,
    ) -> tuple[tuple[Finding, ...], bool]:
        secret = [(hit.start, hit.end) for hit in (*seen.hits, *seen.listed) if hit.protected]

        def severity(window: ContextWindow, hit: KeywordHit, ladders: np.ndarray) -> int:
            return self.judge.over(window).severity_by_model(hit, ladders, policy)

        return explain_told(findings, looks, self.scorer, severity, secret)

    def _read_all(self, page: Page, capture: Capture) -> dict[str, Ladder]:
        """Highest ladder of each category over windows that cover the whole text."""
        windows = make_reading_windows(page, capture.context)
        readings = [self.scorer.score(window).reading for window in windows]
        return to_mapping(np.max(readings, axis=0)) if readings else to_mapping(np.zeros((9, 5)))

    def _versions(self, seen: Seen) -> Versions:
        """What a verdict is made with: mostly what the pipeline was built with."""
        banks = self.pictures.digest[:16] if self.pictures else self.versions.banks
        if (seen.digest, banks) == (self.versions.lexicon, self.versions.banks):
            return self.versions
        return replace(self.versions, lexicon=seen.digest, banks=banks)


def _heaviest(weights: Iterable[tuple[int, Action, str]]) -> tuple[int, str | None]:
    """The highest severity, and the category of what is done most about of all that have it; 0 and None of none."""
    heaviest = max(weights, key=lambda weight: (weight[0], urgency(weight[1])), default=None)
    return (0, None) if heaviest is None else (heaviest[0], heaviest[2])


def _device(capture: Capture) -> str:
    """Where a capture was taken, as far as it says.

    Those of a school that say nothing count as one device, for they may be: one pupil's must not set a picture aside.
    """
    where = (capture.context.site, capture.context.device or capture.context.user)
    return "/".join(part or "" for part in where)


def owner_of(context: CaptureContext) -> Owner | None:
    """Whose screen a capture shows; None where no device is named, and then nothing is remembered."""
    return (context.site or "", context.device) if context.device else None


def check_text(text: str) -> str:
    """Returns the text if it may be scored.

    Raises:
        TextTooLong: Over 256 KiB in UTF-8.
        InvalidText: With surrogates that no UTF-8 can carry.
    """
    try:
        size = len(text.encode("utf-8"))
    except UnicodeEncodeError as error:
        raise InvalidText(f"the text is not valid Unicode (code point {error.start} is a lone surrogate)") from None
    if size > MAX_TEXT_BYTES:
        raise TextTooLong(f"the text has {size} bytes; at most {MAX_TEXT_BYTES} are accepted")
    return text


def _mask(text: str, hits: Sequence[KeywordHit]) -> str:
    """The text with protected wording blotted out, offsets unchanged."""
    shown = list(text)
    for hit in hits:
        if hit.protected:
            shown[hit.start : hit.end] = MASK * (hit.end - hit.start)
    return "".join(shown)
