"""How much more the drop-in routes raise than the native API: they count what the model reads without a keyword too.

`python -m benchmarks.drop_in` prints Markdown.
"""

from collections import Counter
from pathlib import Path

from benchmarks.markdown import table
from domain.capture import Capture
from domain.verdict import Action
from evaluation.rows import read_rows
from pipeline.build import build_pipeline
from pipeline.pipeline import Options
from pipeline.settings import PipelineSettings
from serving.compat_assessment import assess

TEST_ROWS = Path(__file__).parents[1] / "evaluation" / "data"


def main() -> None:
    """Scores the blind test set once and counts."""
    pipeline = build_pipeline(PipelineSettings())
    counts: Counter[tuple[str, str]] = Counter()
    for row in read_rows(TEST_ROWS):
        kind = "genuine (3 to 5)" if row.severity >= 3 else "benign (0, 1)" if row.severity <= 1 else "low (2)"
        capture = Capture("", text=row.text, context=row.context)
        verdict = pipeline.score(capture, Options(read_all=True))
        counts[kind, "rows"] += 1
        counts[kind, "native"] += verdict.action is not Action.DISMISS
        counts[kind, "drop-in"] += bool(assess(verdict, capture, pipeline).raised)
    pipeline.ocr.close()
    kinds = sorted({kind for kind, _ in counts})
    print(f"model {pipeline.versions.model}, lexicon {pipeline.versions.lexicon}\n")
    print(
        table(
            ["truth", "rows", "native", "drop-in"],
            [[k, *(counts[k, c] for c in ("rows", "native", "drop-in"))] for k in kinds],
        )
    )


if __name__ == "__main__":
    main()
