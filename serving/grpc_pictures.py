"""gRPC calls about pictures: the same answers as the HTTP routes."""

from dataclasses import asdict
from itertools import chain

from domain.errors import InvalidRequest
from image_hash.bank_item import HASHES
from image_hash.grouping import Sighting, make_sighting
from serving.grpc_call import Context, answering, hand_over
from serving.grpc_messages import to_match
from serving.picture_schemas import read_frame
from serving.pictures import UNSAID_QUALITY, PictureGiven, PictureService
from serving.proto import scoring_pb2 as pb
from serving.proto import scoring_pb2_grpc
from serving.room import Room
from serving.schemas import check_label
from serving.service import ScoringService

MOST_OF_ONE = 1000
"""Findings, or matches, of one verdict that is grouped; of no capture so many are told."""
PICTURES = pb.DESCRIPTOR.services_by_name["Pictures"].full_name


class Pictures(scoring_pb2_grpc.PicturesServicer):
    """The methods of `secondglance.v1.Pictures`."""

    def __init__(self, service: ScoringService, untaken: Room) -> None:
        self._pictures = PictureService(service)
        self._service = service
        self._untaken = untaken

    async def Hash(self, request: pb.HashRequest, context: Context) -> bytes:  # noqa: N802
        """All hashes of a picture."""
        async with answering(context, self._service, request) as call:
            told = await self._pictures.hash(request.image, call)
            quality = int(told.pop("quality"))
            hashes = pb.PictureHashes(**told, quality=quality)
            answer = pb.HashResponse(hashes=hashes)
            return hand_over(answer, self._untaken, call, context)

    async def Lookup(self, request: pb.LookupRequest, context: Context) -> bytes:  # noqa: N802
        """What the banks know of a picture."""
        async with answering(context, self._service, request) as call:
            matches, banks = await self._pictures.lookup(_picture(request.picture), request.regions, call)
            answer = pb.LookupResponse(matches=[to_match(match) for match in matches], banks=banks)
            return hand_over(answer, self._untaken, call, context)

    async def Compare(self, request: pb.CompareRequest, context: Context) -> bytes:  # noqa: N802
        """How far two pictures are apart."""
        async with answering(context, self._service, request) as call:
            told = await self._pictures.compare(_picture(request.one), _picture(request.other), call)
            answer = pb.CompareResponse(**asdict(told))
            return hand_over(answer, self._untaken, call, context)

    async def Group(self, request: pb.GroupRequest, context: Context) -> bytes:  # noqa: N802
        """Which verdicts belong to one incident."""
        async with answering(context, self._service, request) as call:
            verdicts = request.verdicts
            incidents = await self._pictures.group(len(verdicts), lambda: map(_named_sighting, verdicts), call)
            answer = pb.GroupResponse(incidents=[pb.Incident(captures=captures) for captures in incidents])
            return hand_over(answer, self._untaken, call, context)

    async def Banks(self, request: pb.BanksRequest, context: Context) -> bytes:  # noqa: N802
        """Which banks are loaded."""
        async with answering(context, self._service, request) as call:
            answer = pb.BanksResponse(banks=[pb.Bank(**asdict(bank)) for bank in self._pictures.banks(call)])
            return hand_over(answer, self._untaken, call, context)


def _picture(message: pb.Picture) -> PictureGiven:
    hashes = {name: getattr(message.hashes, name) for name in HASHES if getattr(message.hashes, name)}
    image = message.image if message.WhichOneof("content") == "image" else None
    given = message.hashes
    return PictureGiven(image, hashes, given.quality if given.HasField("quality") else UNSAID_QUALITY)


def _named_sighting(verdict: pb.Verdict) -> tuple[str, Sighting]:
    return verdict.id, _sighting(verdict)


def _sighting(verdict: pb.Verdict) -> Sighting:
    if max(len(verdict.findings), len(verdict.image_matches)) > MOST_OF_ONE:
        raise InvalidRequest(f"verdicts: at most {MOST_OF_ONE} findings or matches each")
    frame = read_frame(verdict.frame.pdq, verdict.frame.quality) if verdict.HasField("frame") else None
    fingerprints = [finding.fingerprint for finding in verdict.findings]
    items = [(match.bank, match.item) for match in verdict.image_matches]
    for label in (verdict.id, *fingerprints, *chain.from_iterable(items)):
        check_label("verdicts", label)
    if verdict.more_findings < 0:
        raise InvalidRequest("more_findings: at least 0")
    return make_sighting(frame, fingerprints, items, verdict.more_findings)
