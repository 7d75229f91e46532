"""Writes the API reference in `docs/reference/` from the routes and the proto: `make reference`."""

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorSet, SourceCodeInfo
from grpc_tools import protoc

from serving.http_api import make_app

ROOT = Path(__file__).parents[1]
PROTO = "serving/proto/scoring.proto"
MADE = "Made by `make reference`; do not edit.\n"
SCALARS = {number: name.removeprefix("TYPE_").lower() for name, number in FieldDescriptorProto.Type.items()}


def main(folder: Path) -> None:
    """Writes `openapi.json`, `http.md` and `grpc.md` into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    document = openapi()
    (folder / "openapi.json").write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    (folder / "http.md").write_text("\n".join(http(document)), encoding="utf-8")
    (folder / "grpc.md").write_text("\n".join(grpc()), encoding="utf-8")


def openapi() -> dict[str, Any]:
    """The document that a service serves at `/openapi.json`; no model is needed to make it."""
    described = SimpleNamespace(
        pipeline=SimpleNamespace(versions=SimpleNamespace(service="v1")), limits=SimpleNamespace(longest_s=60.0)
    )
    return make_app(described).openapi()  # type: ignore[arg-type]


def http(document: dict[str, Any]) -> Iterator[str]:
    """Markdown of the routes and of the JSON that they take and give."""
    yield f"# HTTP\n\n{MADE}\nErrors, headers and access: `docs/service.md`. Drop-in routes: `docs/drop-in.md`.\n"
    for path, methods in document["paths"].items():
        for method, route in methods.items():
            yield f"## `{method.upper()} {path}`\n\n{route.get('description', '')}\n"
            for parameter in route.get("parameters", ()):
                yield f"- {parameter['in']} `{parameter['name']}`: {_kind(parameter['schema'])}"
            for media, body in route.get("requestBody", {}).get("content", {}).items():
                yield f"- takes {media}: {_kind(body['schema'])}"
            errors = [status for status, answer in route["responses"].items() if "$ref" in answer]
            for status, answer in route["responses"].items():
                if status not in errors:
                    yield f"- {status}: {_content(answer) or answer['description']}"
            if errors:
                reference = route["responses"][errors[0]]["$ref"].rpartition("/")[2]
                yield f"- {', '.join(errors)}: {_content(document['components']['responses'][reference])}"
            yield ""
    for name, schema in sorted(document["components"]["schemas"].items()):
        yield f"### {name}\n\n{schema.get('description', '')}\n"
        if "enum" in schema:
            yield f"One of {', '.join(f'`{value}`' for value in schema['enum'])}.\n"
            continue
        yield "| field | type | |\n|---|---|---|"
        for field, kind in schema.get("properties", {}).items():
            needed = "required. " if field in schema.get("required", ()) else ""
            yield f"| `{field}` | {_kind(kind)} | {needed}{kind.get('description', '')} |"
        yield ""


def _content(answer: dict[str, Any]) -> str:
    kinds = (f"{media} {_kind(body.get('schema', {}))}" for media, body in answer.get("content", {}).items())
    return ", ".join(kinds)


def _kind(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    for union in ("anyOf", "oneOf"):
        if union in schema:
            return " or ".join(_kind(one) for one in schema[union])
    if "enum" in schema:
        return " or ".join(f"`{value}`" for value in schema["enum"])
    if "const" in schema:
        return f"`{schema['const']}`"
    if schema.get("type") == "array":
        if "prefixItems" in schema:
            return f"{len(schema['prefixItems'])} of {_kind(schema['prefixItems'][0])}"
        return f"list of {_kind(schema.get('items', {}))}"
    if isinstance(schema.get("additionalProperties"), dict) and schema["additionalProperties"]:
        return f"map to {_kind(schema['additionalProperties'])}"
    return str(schema.get("title") if schema.get("title", "").endswith("Out") else schema.get("type", "any"))


def grpc() -> Iterator[str]:
    """Markdown of the RPCs and messages, with the comments of the proto."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "scoring.binpb"
        if protoc.main(["", f"-I{ROOT}", "--include_source_info", f"--descriptor_set_out={out}", PROTO]):
            raise SystemExit("protoc failed")
        (file,) = FileDescriptorSet.FromString(out.read_bytes()).file
    comments = _comments(file.source_code_info)
    yield f"# gRPC\n\n{MADE}\nSource: `{PROTO}`. Beside it: health, reflection. Access: `docs/service.md`.\n"
    for place, service in enumerate(file.service):
        yield f"## `{file.package}.{service.name}`\n\n| RPC | takes | gives | |\n|---|---|---|---|"
        for number, method in enumerate(service.method):
            takes = f"{'stream of ' * method.client_streaming}{_local(method.input_type)}"
            gives = f"{'stream of ' * method.server_streaming}{_local(method.output_type)}"
            yield f"| `{method.name}` | {takes} | {gives} | {comments.get((6, place, 2, number), '')} |"
        yield ""
    for place, message in enumerate(file.message_type):
        yield f"### {message.name}\n\n{comments.get((4, place), '')}\n\n| field | number | type |\n|---|---|---|"
        maps = {f"{nested.name}": nested for nested in message.nested_type if nested.options.map_entry}
        for field in message.field:
            entry = maps.get(field.type_name.rpartition(".")[2])
            kind = _proto_kind(field) if entry is None else f"map of string to {_proto_kind(entry.field[1])}"
            repeated = field.label == FieldDescriptorProto.LABEL_REPEATED and entry is None
            optional = " (may be absent)" if field.proto3_optional else ""
            yield f"| `{field.name}` | {field.number} | {'list of ' * repeated}{kind}{optional} |"
        yield ""


def _comments(info: SourceCodeInfo) -> dict[tuple[int, ...], str]:
    return {tuple(place.path): " ".join(place.leading_comments.split()) for place in info.location}


def _proto_kind(field: FieldDescriptorProto) -> str:
    return _local(field.type_name) if field.type_name else SCALARS[field.type]


def _local(type_name: str) -> str:
    name = type_name.rpartition(".")[2]
    return f"[{name}](#{name.lower()})"


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "reference")
