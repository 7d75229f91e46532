"""The composition root: reads the settings, builds every part, and joins them."""

import logging
from dataclasses import replace
from importlib.metadata import version

from domain.verdict import Versions
from image_hash.bank import Bank
from image_hash.lookup import PictureFinder
from models.artifact import default_folder, load_artifact
from models.scorer import OnnxScorer
from ocr.pool import OcrPool
from pipeline.judge import Judge
from pipeline.lists import read_lists
from pipeline.pipeline import Pipeline
from pipeline.policy import Policy, read_policy
from pipeline.settings import PipelineSettings

_LOG = logging.getLogger("secondglance")


def build_pipeline(settings: PipelineSettings) -> Pipeline:
    """Builds the pipeline that the settings describe.

    The caller closes `pipeline.ocr` when done.

    Raises:
        InvalidConfiguration: Naming the file and the fault.
    """
    policy = read_policy(settings.policy) if settings.policy else Policy()
    for fault in policy.expired():
        _LOG.warning("%s", fault)
    first_look = read_lists(settings, policy).build(settings.matcher)
    banks = [Bank.read(path, policy.categories) for path in settings.bank]
    pictures = PictureFinder(banks) if banks else None
    artifact = load_artifact(settings.model or default_folder())
    return Pipeline(
        ocr=OcrPool(settings.ocr_workers, settings.ocr_weights),
        first_look=first_look,
        scorer=OnnxScorer(artifact),
        pictures=pictures,
        policy=policy,
        judge=Judge(artifact.dismissal_threshold, artifact.languages),
        versions=Versions(
            service=version("secondglance"),
            lexicon=first_look.digest,
            model=artifact.name,
            banks=pictures.digest[:16] if pictures else "none",
            policy=policy.digest,
        ),
        model_config=artifact.config,
    )


def renew_lists(pipeline: Pipeline, settings: PipelineSettings) -> tuple[Pipeline, list[str]]:
    """Reads, checks and builds all lists anew, aside from the pipeline that is in use.

    Returns:
        The same pipeline with the new lists, and the faults of the lexicon that do not stop it.

    Raises:
        InvalidLexicon: With every fault found; nothing has changed.
    """
    lists = read_lists(settings, pipeline.policy)
    first_look = lists.build(settings.matcher)
    versions = replace(pipeline.versions, lexicon=first_look.digest)
    return replace(pipeline, first_look=first_look, versions=versions), lists.lint()
