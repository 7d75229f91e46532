"""Between domain records and the messages of `scoring.proto`."""

from dataclasses import asdict

from domain.capture import Capture
from domain.errors import InvalidRequest, SecondglanceError
from domain.image_match import ImageMatch
from domain.page import Box
from domain.verdict import Finding, Verdict
from serving.proto import scoring_pb2 as pb
from serving.schemas import LONGEST, TIMING, VERSIONS, check_label, flat, make_context, told_id


def to_capture(message: pb.Capture) -> Capture:
    """A capture as the pipeline takes it.

    Raises:
        InvalidRequest: If it has neither text nor image, or an id or a field of its context is too long.
    """
    check_label("id", message.id)
    content = message.WhichOneof("content")
    if content is None:
        raise InvalidRequest("a capture has either a text or an image")
    given = message.context
    return Capture(
        id=message.id,
        text=message.text if content == "text" else None,
        image=message.image if content == "image" else None,
        context=make_context({name: getattr(given, name) for name in LONGEST if given.HasField(name)}),
    )


def to_result(identity: str, outcome: Verdict | SecondglanceError) -> pb.Result:
    """A verdict, or the failure that stands in its place."""
    if isinstance(outcome, SecondglanceError):
        return pb.Result(failure=pb.Failure(id=told_id(identity), type=outcome.kind, detail=str(outcome)))
    return pb.Result(verdict=to_verdict(outcome))


def to_verdict(verdict: Verdict) -> pb.Verdict:
    """A verdict as a message."""
    return pb.Verdict(
        id=verdict.capture_id,
        severity=verdict.severity,
        category=verdict.category,
        action=verdict.action.value,
        degraded=verdict.degraded,
        text=verdict.text,
        findings=[_finding(finding) for finding in verdict.findings],
        more_findings=verdict.more_findings or None,
        image_matches=[to_match(match) for match in verdict.image_matches],
        frame=pb.FrameHash(pdq=verdict.frame.pdq.hex(), quality=verdict.frame.quality) if verdict.frame else None,
        versions=pb.Versions(**flat(verdict.versions, VERSIONS)),
        timing_ns=pb.Timing(**flat(verdict.timing_ns, TIMING)),
        reading={category: pb.Ladder(at_least=ladder) for category, ladder in (verdict.reading or {}).items()},
    )


def to_match(match: ImageMatch) -> pb.ImageMatch:
    """A known picture as a message."""
    told = {**asdict(match), "box": _box(match.box)}
    del told["protected"]
    return pb.ImageMatch(**told)


def _finding(finding: Finding) -> pb.Finding:
    hit = finding.hit
    return pb.Finding(
        phrase=hit.phrase,
        category=hit.category,
        grade=hit.grade,
        severity=finding.severity,
        assessed_category=finding.assessed_category,
        action=finding.action.value,
        start=hit.start,
        end=hit.end,
        matched=None if hit.protected else hit.matched,
        disguise=hit.disguise,
        boxes=[_box(box) for box in finding.boxes],
        probability=finding.probability,
        probabilities={category: pb.Ladder(at_least=ladder) for category, ladder in finding.probabilities.items()},
        reason=finding.reason.value,
        fingerprint=finding.fingerprint,
        evidence=[pb.Evidence(**asdict(evidence)) for evidence in finding.evidence],
        counterfactual=pb.Counterfactual(**asdict(finding.counterfactual)) if finding.counterfactual else None,
    )


def _box(box: Box) -> pb.Box:
    left, top, right, bottom = box
    return pb.Box(left=left, top=top, right=right, bottom=bottom)
