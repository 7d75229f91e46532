"""The composition root: reads the settings, builds every part, and joins them."""

import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

from domain.verdict import Versions
from image_hash.bank import Bank
from image_hash.lookup import PictureFinder
from image_hash.open_bank import read_bank
from image_hash.quarantine import Quarantine
from image_hash.shelf import Shelf
from image_hash.stored_bank import StoredBank
from models.artifact import ModelArtifact, default_folder, load_artifact
from models.scorer import OnnxScorer, Scorer
from ocr.engine import OcrEngine
from ocr.pool import OcrPool
from pipeline.actions import CUTS
from pipeline.first_look import FirstLook
from pipeline.judge import BARS, Judge
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
    with ThreadPoolExecutor(1) as beside:  # networks open without the interpreter's lock
        scoring = beside.submit(_open_model, settings, policy)
        first_look = read_lists(settings, policy).build(settings.matcher)
        banks = [read_bank(path, policy.categories) for path in settings.bank]
        artifact, scorer = scoring.result()
    ocr = OcrPool(settings.ocr_workers, settings.ocr_weights)
    return _assemble(ocr, scorer, first_look, banks, policy, artifact)


def load_model(folder: Path, policy: Policy) -> tuple[str, OnnxScorer, Judge]:
    """A model beside the one in force: its name, what scores under a policy, and what judges by its thresholds.

    Raises:
        InvalidModel: If the folder is at fault.
    """
    artifact = load_artifact(folder)
    return artifact.name, _build_scorer(artifact, policy), Judge.of(artifact)


def renew_everything(pipeline: Pipeline, settings: PipelineSettings) -> tuple[Pipeline, list[str]]:
    """Reads, checks and builds model, lists, banks and policy anew, aside from the pipeline that is in use.

    The OCR workers stay, and so does the model if it is the same and the policy's sensitivities are.

    Returns:
        The new pipeline, and exclusions of the policy that have ended. Lint the lexicon with `lexicon lint`: that takes
        seconds, which those who are being served would notice.

    Raises:
        InvalidConfiguration: With the file and the fault; nothing has changed.
    """
    policy = read_policy(settings.policy) if settings.policy else Policy()
    lists = read_lists(settings, policy)
    artifact = load_artifact(settings.model or default_folder())
    same = artifact.name == pipeline.versions.model and policy.sensitivities == pipeline.policy.sensitivities
    fresh = _assemble(
        pipeline.ocr,
        pipeline.scorer if same else _build_scorer(artifact, policy),
        lists.build(settings.matcher),
        [read_bank(path, policy.categories) for path in settings.bank],
        policy,
        artifact,
    )
    most = pipeline.quarantine.most if pipeline.quarantine else 0
    return with_quarantine(fresh, most), policy.expired()


def _open_model(settings: PipelineSettings, policy: Policy) -> tuple[ModelArtifact, OnnxScorer]:
    artifact = load_artifact(settings.model or default_folder())
    return artifact, _build_scorer(artifact, policy)


def _build_scorer(artifact: ModelArtifact, policy: Policy) -> OnnxScorer:
    cuts, bars = ([table[sensitivity] for sensitivity in policy.sensitivities] for table in (CUTS, BARS))
    return OnnxScorer(artifact, cuts, bars)


def _assemble(
    ocr: OcrEngine,
    scorer: Scorer,
    first_look: FirstLook,
    banks: list[Bank | StoredBank],
    policy: Policy,
    artifact: ModelArtifact,
) -> Pipeline:
    pictures = PictureFinder(banks) if banks else None
    return Pipeline(
        ocr=ocr,
        first_look=first_look,
        scorer=scorer,
        pictures=pictures,
        policy=policy,
        judge=Judge.of(artifact),
        versions=Versions(
            service=version("secondglance"),
            lexicon=first_look.digest,
            model=artifact.name,
            banks=pictures.digest[:16] if pictures else "none",
            policy=policy.digest,
        ),
        model_config=artifact.config,
    )


def with_quarantine(pipeline: Pipeline, most: int) -> Pipeline:
    """The pipeline, setting pictures aside that match on more than so many devices of a tenant in an hour; 0: none."""
    if pipeline.pictures is None or most == 0:
        return pipeline
    return replace(pipeline, quarantine=Quarantine(most, Shelf(pipeline.pictures.banks)))


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
