"""The keyword stage as it is served."""

from collections.abc import Callable

from domain.page import Page
from keyword_stage.lexicon import Lexicon
from keyword_stage.matcher import Matcher

Build = Callable[[Lexicon], Matcher]
ENGINES: dict[str, Build] = {"keyword stage": Matcher}


def stage(matcher: Matcher) -> Callable[[str], list[tuple[int, int]]]:
    """From a text to the spans of its hits, all that `Pipeline` does in its first look."""

    def find(text: str) -> list[tuple[int, int]]:
        return [(hit.start, hit.end) for hit in matcher.find(Page.from_text(text))]

    return find
