"""The keyword stage as it is served."""

from collections.abc import Callable
from functools import partial
from importlib.util import find_spec

from domain.page import Page
from keyword_stage.automaton import AUTOMATA
from keyword_stage.lexicon import Lexicon
from keyword_stage.matcher import Matcher
from keyword_stage.strings import ENGINES

OURS = {"keyword stage": ENGINES[0]} | {f"keyword stage, {name}": name for name in AUTOMATA}
"""What the stage is called in reports, and what finds its strings."""
Build = Callable[[Lexicon], Matcher]


def engines() -> dict[str, Build]:
    """How to build the stage with each engine that is installed."""
    installed = [name for name, engine in OURS.items() if engine != "hyperscan" or find_spec("hyperscan")]
    return {name: partial(Matcher, engine=OURS[name]) for name in installed}


def stage(matcher: Matcher) -> Callable[[str], list[tuple[int, int]]]:
    """From a text to the spans of its hits, all that `Pipeline` does in its first look."""

    def find(text: str) -> list[tuple[int, int]]:
        return [(hit.start, hit.end) for hit in matcher.find(Page.from_text(text))]

    return find
