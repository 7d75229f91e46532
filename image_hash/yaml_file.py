"""YAML that people write: a key that stands twice in one map is a fault, for one of the two would say nothing."""

from typing import Any

import yaml

_MERGED = "tag:yaml.org,2002:merge"


class _Loader(yaml.SafeLoader):
    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        node = super().compose_mapping_node(anchor)
        lines: dict[object, int] = {}
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.tag != _MERGED:
                name, line = self.construct_object(key), key.start_mark.line + 1
                if name in lines:
                    raise yaml.YAMLError(f"line {line}: {key.value!r} stands there already, in line {lines[name]}")
                lines[name] = line
        return node

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except ValueError as error:  # a date that there is not
            raise yaml.YAMLError(f"line {node.start_mark.line + 1}: {error}") from error


def read_yaml(data: bytes | str) -> Any:
    """What a YAML document holds.

    Raises:
        yaml.YAMLError: It is none, or repeats a key; the first line of its message has the fault.
    """
    return yaml.load(data, _Loader)  # noqa: S506 - of the safe kind
