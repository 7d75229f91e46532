"""The composition root: reads the settings, builds every part, and joins them."""

from importlib.metadata import version

from domain.verdict import Versions
from image_hash.bank import Bank
from image_hash.lookup import PictureFinder
from keyword_stage.lexicon import read_lexicon
from keyword_stage.matcher import Matcher
from models.artifact import default_folder, load_artifact
from models.scorer import OnnxScorer
from ocr.pool import OcrPool
from pipeline.judge import Judge
from pipeline.pipeline import Pipeline
from pipeline.policy import Policy, read_policy
from pipeline.settings import PipelineSettings


def build_pipeline(settings: PipelineSettings) -> Pipeline:
    """Builds the pipeline that the settings describe.

    The caller closes `pipeline.ocr` when done.

    Raises:
        InvalidConfiguration: Naming the file and the fault.
    """
    policy = read_policy(settings.policy) if settings.policy else Policy()
    matcher = Matcher(read_lexicon(settings.lexicon, policy.categories))
    banks = [Bank.read(path, policy.categories) for path in settings.bank]
    pictures = PictureFinder(banks) if banks else None
    artifact = load_artifact(settings.model or default_folder())
    return Pipeline(
        ocr=OcrPool(settings.ocr_workers, settings.ocr_weights),
        matcher=matcher,
        scorer=OnnxScorer(artifact),
        pictures=pictures,
        policy=policy,
        judge=Judge(artifact.dismissal_threshold, artifact.languages),
        versions=Versions(
            service=version("secondglance"),
            lexicon=matcher.digest,
            model=artifact.name,
            banks=pictures.digest[:16] if pictures else "none",
            policy=policy.digest,
        ),
        model_config=artifact.config,
    )
