"""Messages of every RPC, whole and damaged, for the tests that send them."""

from typing import Any

from google.protobuf.descriptor import FieldDescriptor, MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection_pb2
from hypothesis import strategies as st

from serving.proto import scoring_pb2 as pb
from tests.running_server import ROOT

METHODS = {
    f"/{service.full_name}/{method.name}": method
    for file in (pb.DESCRIPTOR, health_pb2.DESCRIPTOR, reflection_pb2.DESCRIPTOR)
    for service in file.services_by_name.values()
    for method in service.methods
    if method.name not in ("Watch", "List")  # the one never ends, the other is none of the library's
}
PICTURE = (ROOT / "demo" / "pictures" / "known-07.png").read_bytes()
WORD = "zanzibar"
TEXTS = st.sampled_from(["", f"he said he will stab me in {WORD}", f"{WORD}\x00", "a" * 300_000]) | st.text(max_size=60)
PICTURES = st.sampled_from([b"", PICTURE[:999], b"\x89PNG\r\n\x1a\n"]) | st.binary(max_size=60)
SCALARS: dict[int, st.SearchStrategy[Any]] = {
    FieldDescriptor.TYPE_STRING: TEXTS,
    FieldDescriptor.TYPE_BYTES: PICTURES,
    FieldDescriptor.TYPE_BOOL: st.booleans(),
    FieldDescriptor.TYPE_DOUBLE: st.floats(),
    FieldDescriptor.TYPE_INT32: st.integers(-(2**31), 2**31 - 1),
    FieldDescriptor.TYPE_INT64: st.integers(-(2**63), 2**63 - 1),
}


@st.composite
def messages(draw: st.DrawFn, kind: type[Message], depth: int = 3) -> Message:
    """A message of a kind, each of its fields there or not."""
    made = kind()
    for field in kind.DESCRIPTOR.fields:
        if field.type == FieldDescriptor.TYPE_MESSAGE:
            if depth and not field.message_type.GetOptions().map_entry and draw(st.booleans()):
                inner = messages(GetMessageClass(field.message_type), depth - 1)
                if field.is_repeated:
                    getattr(made, field.name).extend(draw(st.lists(inner, max_size=3)))
                else:
                    getattr(made, field.name).CopyFrom(draw(inner))
        elif draw(st.booleans()):
            value = SCALARS[field.type]
            if field.is_repeated:
                getattr(made, field.name).extend(draw(st.lists(value, max_size=3)))
            else:
                setattr(made, field.name, draw(value))
    return made


def whole(method: MethodDescriptor) -> st.SearchStrategy[bytes]:
    return messages(GetMessageClass(method.input_type)).map(lambda made: made.SerializeToString())


@st.composite
def damaged(draw: st.DrawFn, method: MethodDescriptor) -> bytes:
    """A message with bytes changed, put in, or cut off."""
    data = bytearray(draw(whole(method)))
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(data)))
        data[place : place + draw(st.integers(0, 2))] = draw(st.binary(max_size=3))
    return bytes(data[: draw(st.integers(0, len(data)))] if draw(st.booleans()) else data)


@st.composite
def sent(draw: st.DrawFn) -> tuple[str, bytes]:
    name = draw(st.sampled_from(sorted(METHODS)))
    method = METHODS[name]
    return name, draw(st.one_of(whole(method), damaged(method), st.binary(max_size=80)))


def kind_of(method: MethodDescriptor) -> str:
    """What gRPC calls it."""
    return f"{'stream' if method.client_streaming else 'unary'}_{'stream' if method.server_streaming else 'unary'}"
