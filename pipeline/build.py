"""The composition root: reads the settings, builds every part, and joins them."""

from importlib.metadata import version

from domain.errors import InvalidLexicon
from domain.verdict import Versions
from image_hash.bank import Bank
from image_hash.lookup import PictureFinder
from keyword_stage.layers import Layers
from keyword_stage.lexicon import read_lexicon
from keyword_stage.matcher import Matcher
from keyword_stage.overlay import read_overlays
from models.artifact import default_folder, load_artifact
from models.scorer import OnnxScorer
from ocr.pool import OcrPool
from pipeline.first_look import FirstLook
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
    first_look = build_first_look(settings, policy)
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


def build_first_look(settings: PipelineSettings, policy: Policy) -> FirstLook:
    """Reads all lists that the settings name, checks them and builds what looks through them.

    Raises:
        InvalidLexicon: With every fault found.
    """
    lexicon = read_lexicon(settings.lexicon, policy.categories)
    overlays = read_overlays(settings.overlays, lexicon, policy.categories) if settings.overlays else {}
    unknown = [overlay.name for scope, overlay in overlays.items() if scope.trust and scope.trust not in policy.trusts]
    if unknown:
        raise InvalidLexicon(f"{unknown[0]}: the policy file lists no such trust under trusts")
    return FirstLook(Layers(Matcher(lexicon, automaton=settings.matcher), overlays, policy.categories))
