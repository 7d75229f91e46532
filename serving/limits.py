"""How much is worked on at once and how much may wait."""

from dataclasses import dataclass

from serving.cpus import usable_cpus


@dataclass(frozen=True, slots=True)
class Limits:
    """Texts and pictures have limits of their own, so that pictures cannot starve texts.

    Attributes:
        text_threads: Texts that are worked on at once.
        image_threads: Pictures that are worked on at once; one more than there are OCR workers keeps those busy.
        scorer_slots: Windows that the model scores at once, for texts and pictures together.
        text_queue: Bytes of text that may wait.
        image_queue: Pixels of pictures that may wait.
        longest_s: Seconds that a caller waits who does not say, and the most that is granted.
    """

    text_threads: int
    image_threads: int
    scorer_slots: int
    text_queue: int = 4 * 1024 * 1024
    image_queue: int = 64_000_000
    longest_s: float = 60.0


def default_limits(ocr_workers: int = 1) -> Limits:
    """What suits the CPUs that this process may use."""
    cpus = usable_cpus()
    return Limits(text_threads=cpus, image_threads=ocr_workers + 1, scorer_slots=cpus)
