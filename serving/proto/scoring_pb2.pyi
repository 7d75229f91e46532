from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CaptureContext(_message.Message):
    __slots__ = ("application", "window_title", "url", "channel", "user", "group", "site", "device", "captured_at", "language")
    APPLICATION_FIELD_NUMBER: _ClassVar[int]
    WINDOW_TITLE_FIELD_NUMBER: _ClassVar[int]
    URL_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    USER_FIELD_NUMBER: _ClassVar[int]
    GROUP_FIELD_NUMBER: _ClassVar[int]
    SITE_FIELD_NUMBER: _ClassVar[int]
    DEVICE_FIELD_NUMBER: _ClassVar[int]
    CAPTURED_AT_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    application: str
    window_title: str
    url: str
    channel: str
    user: str
    group: str
    site: str
    device: str
    captured_at: str
    language: str
    def __init__(self, application: _Optional[str] = ..., window_title: _Optional[str] = ..., url: _Optional[str] = ..., channel: _Optional[str] = ..., user: _Optional[str] = ..., group: _Optional[str] = ..., site: _Optional[str] = ..., device: _Optional[str] = ..., captured_at: _Optional[str] = ..., language: _Optional[str] = ...) -> None: ...

class Capture(_message.Message):
    __slots__ = ("id", "text", "image", "context")
    ID_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    IMAGE_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    id: str
    text: str
    image: bytes
    context: CaptureContext
    def __init__(self, id: _Optional[str] = ..., text: _Optional[str] = ..., image: _Optional[bytes] = ..., context: _Optional[_Union[CaptureContext, _Mapping]] = ...) -> None: ...

class ScoreRequest(_message.Message):
    __slots__ = ("capture", "evidence", "read_all")
    CAPTURE_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    READ_ALL_FIELD_NUMBER: _ClassVar[int]
    capture: Capture
    evidence: bool
    read_all: bool
    def __init__(self, capture: _Optional[_Union[Capture, _Mapping]] = ..., evidence: _Optional[bool] = ..., read_all: _Optional[bool] = ...) -> None: ...

class ScoreResponse(_message.Message):
    __slots__ = ("verdict",)
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    verdict: Verdict
    def __init__(self, verdict: _Optional[_Union[Verdict, _Mapping]] = ...) -> None: ...

class ScoreBatchRequest(_message.Message):
    __slots__ = ("captures", "evidence", "read_all")
    CAPTURES_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    READ_ALL_FIELD_NUMBER: _ClassVar[int]
    captures: _containers.RepeatedCompositeFieldContainer[Capture]
    evidence: bool
    read_all: bool
    def __init__(self, captures: _Optional[_Iterable[_Union[Capture, _Mapping]]] = ..., evidence: _Optional[bool] = ..., read_all: _Optional[bool] = ...) -> None: ...

class ScoreBatchResponse(_message.Message):
    __slots__ = ("verdicts",)
    VERDICTS_FIELD_NUMBER: _ClassVar[int]
    verdicts: _containers.RepeatedCompositeFieldContainer[Result]
    def __init__(self, verdicts: _Optional[_Iterable[_Union[Result, _Mapping]]] = ...) -> None: ...

class ScoreStreamRequest(_message.Message):
    __slots__ = ("capture", "evidence", "read_all")
    CAPTURE_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    READ_ALL_FIELD_NUMBER: _ClassVar[int]
    capture: Capture
    evidence: bool
    read_all: bool
    def __init__(self, capture: _Optional[_Union[Capture, _Mapping]] = ..., evidence: _Optional[bool] = ..., read_all: _Optional[bool] = ...) -> None: ...

class ScoreStreamResponse(_message.Message):
    __slots__ = ("result",)
    RESULT_FIELD_NUMBER: _ClassVar[int]
    result: Result
    def __init__(self, result: _Optional[_Union[Result, _Mapping]] = ...) -> None: ...

class Result(_message.Message):
    __slots__ = ("verdict", "failure")
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    FAILURE_FIELD_NUMBER: _ClassVar[int]
    verdict: Verdict
    failure: Failure
    def __init__(self, verdict: _Optional[_Union[Verdict, _Mapping]] = ..., failure: _Optional[_Union[Failure, _Mapping]] = ...) -> None: ...

class Failure(_message.Message):
    __slots__ = ("id", "type", "detail")
    ID_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    id: str
    type: str
    detail: str
    def __init__(self, id: _Optional[str] = ..., type: _Optional[str] = ..., detail: _Optional[str] = ...) -> None: ...

class Box(_message.Message):
    __slots__ = ("left", "top", "right", "bottom")
    LEFT_FIELD_NUMBER: _ClassVar[int]
    TOP_FIELD_NUMBER: _ClassVar[int]
    RIGHT_FIELD_NUMBER: _ClassVar[int]
    BOTTOM_FIELD_NUMBER: _ClassVar[int]
    left: int
    top: int
    right: int
    bottom: int
    def __init__(self, left: _Optional[int] = ..., top: _Optional[int] = ..., right: _Optional[int] = ..., bottom: _Optional[int] = ...) -> None: ...

class Ladder(_message.Message):
    __slots__ = ("at_least",)
    AT_LEAST_FIELD_NUMBER: _ClassVar[int]
    at_least: _containers.RepeatedScalarFieldContainer[float]
    def __init__(self, at_least: _Optional[_Iterable[float]] = ...) -> None: ...

class Evidence(_message.Message):
    __slots__ = ("start", "end", "effect")
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    EFFECT_FIELD_NUMBER: _ClassVar[int]
    start: int
    end: int
    effect: float
    def __init__(self, start: _Optional[int] = ..., end: _Optional[int] = ..., effect: _Optional[float] = ...) -> None: ...

class Counterfactual(_message.Message):
    __slots__ = ("start", "end", "severity")
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_FIELD_NUMBER: _ClassVar[int]
    start: int
    end: int
    severity: int
    def __init__(self, start: _Optional[int] = ..., end: _Optional[int] = ..., severity: _Optional[int] = ...) -> None: ...

class Finding(_message.Message):
    __slots__ = ("phrase", "category", "grade", "severity", "assessed_category", "start", "end", "matched", "disguise", "boxes", "probability", "probabilities", "reason", "fingerprint", "evidence", "action", "counterfactual")
    class ProbabilitiesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: Ladder
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[Ladder, _Mapping]] = ...) -> None: ...
    PHRASE_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    GRADE_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_FIELD_NUMBER: _ClassVar[int]
    ASSESSED_CATEGORY_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    MATCHED_FIELD_NUMBER: _ClassVar[int]
    DISGUISE_FIELD_NUMBER: _ClassVar[int]
    BOXES_FIELD_NUMBER: _ClassVar[int]
    PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    PROBABILITIES_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    FINGERPRINT_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    COUNTERFACTUAL_FIELD_NUMBER: _ClassVar[int]
    phrase: str
    category: str
    grade: int
    severity: int
    assessed_category: str
    start: int
    end: int
    matched: str
    disguise: _containers.RepeatedScalarFieldContainer[str]
    boxes: _containers.RepeatedCompositeFieldContainer[Box]
    probability: float
    probabilities: _containers.MessageMap[str, Ladder]
    reason: str
    fingerprint: str
    evidence: _containers.RepeatedCompositeFieldContainer[Evidence]
    action: str
    counterfactual: Counterfactual
    def __init__(self, phrase: _Optional[str] = ..., category: _Optional[str] = ..., grade: _Optional[int] = ..., severity: _Optional[int] = ..., assessed_category: _Optional[str] = ..., start: _Optional[int] = ..., end: _Optional[int] = ..., matched: _Optional[str] = ..., disguise: _Optional[_Iterable[str]] = ..., boxes: _Optional[_Iterable[_Union[Box, _Mapping]]] = ..., probability: _Optional[float] = ..., probabilities: _Optional[_Mapping[str, Ladder]] = ..., reason: _Optional[str] = ..., fingerprint: _Optional[str] = ..., evidence: _Optional[_Iterable[_Union[Evidence, _Mapping]]] = ..., action: _Optional[str] = ..., counterfactual: _Optional[_Union[Counterfactual, _Mapping]] = ...) -> None: ...

class ImageMatch(_message.Message):
    __slots__ = ("bank", "item", "algorithm", "distance", "quality", "severity", "category", "box", "mirrored", "quarantined", "source", "tags")
    BANK_FIELD_NUMBER: _ClassVar[int]
    ITEM_FIELD_NUMBER: _ClassVar[int]
    ALGORITHM_FIELD_NUMBER: _ClassVar[int]
    DISTANCE_FIELD_NUMBER: _ClassVar[int]
    QUALITY_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    BOX_FIELD_NUMBER: _ClassVar[int]
    MIRRORED_FIELD_NUMBER: _ClassVar[int]
    QUARANTINED_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    bank: str
    item: str
    algorithm: str
    distance: int
    quality: int
    severity: int
    category: str
    box: Box
    mirrored: bool
    quarantined: bool
    source: str
    tags: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, bank: _Optional[str] = ..., item: _Optional[str] = ..., algorithm: _Optional[str] = ..., distance: _Optional[int] = ..., quality: _Optional[int] = ..., severity: _Optional[int] = ..., category: _Optional[str] = ..., box: _Optional[_Union[Box, _Mapping]] = ..., mirrored: _Optional[bool] = ..., quarantined: _Optional[bool] = ..., source: _Optional[str] = ..., tags: _Optional[_Iterable[str]] = ...) -> None: ...

class Versions(_message.Message):
    __slots__ = ("service", "lexicon", "model", "banks", "policy")
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    LEXICON_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    BANKS_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    service: str
    lexicon: str
    model: str
    banks: str
    policy: str
    def __init__(self, service: _Optional[str] = ..., lexicon: _Optional[str] = ..., model: _Optional[str] = ..., banks: _Optional[str] = ..., policy: _Optional[str] = ...) -> None: ...

class Timing(_message.Message):
    __slots__ = ("decode", "ocr", "match", "hash", "queue", "inference", "total")
    DECODE_FIELD_NUMBER: _ClassVar[int]
    OCR_FIELD_NUMBER: _ClassVar[int]
    MATCH_FIELD_NUMBER: _ClassVar[int]
    HASH_FIELD_NUMBER: _ClassVar[int]
    QUEUE_FIELD_NUMBER: _ClassVar[int]
    INFERENCE_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    decode: int
    ocr: int
    match: int
    hash: int
    queue: int
    inference: int
    total: int
    def __init__(self, decode: _Optional[int] = ..., ocr: _Optional[int] = ..., match: _Optional[int] = ..., hash: _Optional[int] = ..., queue: _Optional[int] = ..., inference: _Optional[int] = ..., total: _Optional[int] = ...) -> None: ...

class Verdict(_message.Message):
    __slots__ = ("id", "severity", "category", "action", "degraded", "text", "findings", "image_matches", "versions", "timing_ns", "reading", "frame", "more_findings")
    class ReadingEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: Ladder
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[Ladder, _Mapping]] = ...) -> None: ...
    ID_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    DEGRADED_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    IMAGE_MATCHES_FIELD_NUMBER: _ClassVar[int]
    VERSIONS_FIELD_NUMBER: _ClassVar[int]
    TIMING_NS_FIELD_NUMBER: _ClassVar[int]
    READING_FIELD_NUMBER: _ClassVar[int]
    FRAME_FIELD_NUMBER: _ClassVar[int]
    MORE_FINDINGS_FIELD_NUMBER: _ClassVar[int]
    id: str
    severity: int
    category: str
    action: str
    degraded: bool
    text: str
    findings: _containers.RepeatedCompositeFieldContainer[Finding]
    image_matches: _containers.RepeatedCompositeFieldContainer[ImageMatch]
    versions: Versions
    timing_ns: Timing
    reading: _containers.MessageMap[str, Ladder]
    frame: FrameHash
    more_findings: int
    def __init__(self, id: _Optional[str] = ..., severity: _Optional[int] = ..., category: _Optional[str] = ..., action: _Optional[str] = ..., degraded: _Optional[bool] = ..., text: _Optional[str] = ..., findings: _Optional[_Iterable[_Union[Finding, _Mapping]]] = ..., image_matches: _Optional[_Iterable[_Union[ImageMatch, _Mapping]]] = ..., versions: _Optional[_Union[Versions, _Mapping]] = ..., timing_ns: _Optional[_Union[Timing, _Mapping]] = ..., reading: _Optional[_Mapping[str, Ladder]] = ..., frame: _Optional[_Union[FrameHash, _Mapping]] = ..., more_findings: _Optional[int] = ...) -> None: ...

class FrameHash(_message.Message):
    __slots__ = ("pdq", "quality")
    PDQ_FIELD_NUMBER: _ClassVar[int]
    QUALITY_FIELD_NUMBER: _ClassVar[int]
    pdq: str
    quality: int
    def __init__(self, pdq: _Optional[str] = ..., quality: _Optional[int] = ...) -> None: ...

class PictureHashes(_message.Message):
    __slots__ = ("pdq", "quality", "phash", "md5", "sha256", "made_with")
    PDQ_FIELD_NUMBER: _ClassVar[int]
    QUALITY_FIELD_NUMBER: _ClassVar[int]
    PHASH_FIELD_NUMBER: _ClassVar[int]
    MD5_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    MADE_WITH_FIELD_NUMBER: _ClassVar[int]
    pdq: str
    quality: int
    phash: str
    md5: str
    sha256: str
    made_with: str
    def __init__(self, pdq: _Optional[str] = ..., quality: _Optional[int] = ..., phash: _Optional[str] = ..., md5: _Optional[str] = ..., sha256: _Optional[str] = ..., made_with: _Optional[str] = ...) -> None: ...

class Picture(_message.Message):
    __slots__ = ("image", "hashes")
    IMAGE_FIELD_NUMBER: _ClassVar[int]
    HASHES_FIELD_NUMBER: _ClassVar[int]
    image: bytes
    hashes: PictureHashes
    def __init__(self, image: _Optional[bytes] = ..., hashes: _Optional[_Union[PictureHashes, _Mapping]] = ...) -> None: ...

class HashRequest(_message.Message):
    __slots__ = ("image",)
    IMAGE_FIELD_NUMBER: _ClassVar[int]
    image: bytes
    def __init__(self, image: _Optional[bytes] = ...) -> None: ...

class HashResponse(_message.Message):
    __slots__ = ("hashes",)
    HASHES_FIELD_NUMBER: _ClassVar[int]
    hashes: PictureHashes
    def __init__(self, hashes: _Optional[_Union[PictureHashes, _Mapping]] = ...) -> None: ...

class LookupRequest(_message.Message):
    __slots__ = ("picture", "regions")
    PICTURE_FIELD_NUMBER: _ClassVar[int]
    REGIONS_FIELD_NUMBER: _ClassVar[int]
    picture: Picture
    regions: bool
    def __init__(self, picture: _Optional[_Union[Picture, _Mapping]] = ..., regions: _Optional[bool] = ...) -> None: ...

class LookupResponse(_message.Message):
    __slots__ = ("matches", "banks")
    MATCHES_FIELD_NUMBER: _ClassVar[int]
    BANKS_FIELD_NUMBER: _ClassVar[int]
    matches: _containers.RepeatedCompositeFieldContainer[ImageMatch]
    banks: str
    def __init__(self, matches: _Optional[_Iterable[_Union[ImageMatch, _Mapping]]] = ..., banks: _Optional[str] = ...) -> None: ...

class CompareRequest(_message.Message):
    __slots__ = ("one", "other")
    ONE_FIELD_NUMBER: _ClassVar[int]
    OTHER_FIELD_NUMBER: _ClassVar[int]
    one: Picture
    other: Picture
    def __init__(self, one: _Optional[_Union[Picture, _Mapping]] = ..., other: _Optional[_Union[Picture, _Mapping]] = ...) -> None: ...

class CompareResponse(_message.Message):
    __slots__ = ("pdq", "phash", "same_file", "match")
    PDQ_FIELD_NUMBER: _ClassVar[int]
    PHASH_FIELD_NUMBER: _ClassVar[int]
    SAME_FILE_FIELD_NUMBER: _ClassVar[int]
    MATCH_FIELD_NUMBER: _ClassVar[int]
    pdq: int
    phash: int
    same_file: bool
    match: bool
    def __init__(self, pdq: _Optional[int] = ..., phash: _Optional[int] = ..., same_file: _Optional[bool] = ..., match: _Optional[bool] = ...) -> None: ...

class GroupRequest(_message.Message):
    __slots__ = ("verdicts",)
    VERDICTS_FIELD_NUMBER: _ClassVar[int]
    verdicts: _containers.RepeatedCompositeFieldContainer[Verdict]
    def __init__(self, verdicts: _Optional[_Iterable[_Union[Verdict, _Mapping]]] = ...) -> None: ...

class GroupResponse(_message.Message):
    __slots__ = ("incidents",)
    INCIDENTS_FIELD_NUMBER: _ClassVar[int]
    incidents: _containers.RepeatedCompositeFieldContainer[Incident]
    def __init__(self, incidents: _Optional[_Iterable[_Union[Incident, _Mapping]]] = ...) -> None: ...

class Incident(_message.Message):
    __slots__ = ("captures",)
    CAPTURES_FIELD_NUMBER: _ClassVar[int]
    captures: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, captures: _Optional[_Iterable[str]] = ...) -> None: ...

class BanksRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class BanksResponse(_message.Message):
    __slots__ = ("banks",)
    BANKS_FIELD_NUMBER: _ClassVar[int]
    banks: _containers.RepeatedCompositeFieldContainer[Bank]
    def __init__(self, banks: _Optional[_Iterable[_Union[Bank, _Mapping]]] = ...) -> None: ...

class Bank(_message.Message):
    __slots__ = ("name", "owner", "purpose", "protected", "negative", "items", "digest", "quarantined")
    NAME_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    PROTECTED_FIELD_NUMBER: _ClassVar[int]
    NEGATIVE_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    QUARANTINED_FIELD_NUMBER: _ClassVar[int]
    name: str
    owner: str
    purpose: str
    protected: bool
    negative: bool
    items: int
    digest: str
    quarantined: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, name: _Optional[str] = ..., owner: _Optional[str] = ..., purpose: _Optional[str] = ..., protected: _Optional[bool] = ..., negative: _Optional[bool] = ..., items: _Optional[int] = ..., digest: _Optional[str] = ..., quarantined: _Optional[_Iterable[str]] = ...) -> None: ...
