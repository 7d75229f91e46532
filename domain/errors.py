"""Every error that Secondglance raises on purpose.

    SecondglanceError
    ├── InvalidRequest            the caller's input cannot be scored
    │   ├── InvalidText           not UTF-8, or not text at all
    │   ├── TextTooLong           over the text limit
    │   ├── InvalidImage          not a PNG, JPEG or WebP that decodes
    │   ├── ImageTooLarge         over the pixel or byte limit
    │   ├── UnsupportedLanguage   no model here reads it, and the caller wants nothing else
    │   ├── NotFound              there is no such thing of this caller's
    │   └── Conflict              what is asked for does not go with how things stand
    ├── InvalidConfiguration      a file that the service runs with is at fault
    │   ├── InvalidLexicon
    │   ├── InvalidPolicy
    │   ├── InvalidBank
    │   ├── InvalidModel          missing, or not the bytes that its manifest promises
    │   ├── InvalidKeys           the file of API keys, or the issuer of tokens
    │   └── MissingWeights        the OCR weights are not installed, or altered
    ├── AccessDenied
    │   ├── Unauthenticated       no key or token, or none that is known
    │   └── Forbidden             known, but this is not for them
    └── Unavailable               not the caller's fault; worth another try
        ├── OcrFailed             the worker that read this image crashed or hung
        ├── DeadlineExceeded      the caller's time was up before there was an answer
        └── Overloaded            refused before any work was done; says when to come back
            └── QuotaExceeded     the tenant has asked for more than was agreed

Messages name the fault and never repeat the text that was scored.
"""


class SecondglanceError(Exception):
    """Base of all errors; `kind` is the stable name that clients see."""

    kind = "internal"


class InvalidRequest(SecondglanceError):
    """The caller's input cannot be scored."""

    kind = "invalid_request"


class InvalidText(InvalidRequest):
    """The text is not valid UTF-8 or not text."""

    kind = "invalid_text"


class TextTooLong(InvalidRequest):
    """The text is over the limit."""

    kind = "text_too_long"


class InvalidImage(InvalidRequest):
    """The bytes are not a picture in an accepted format, or do not decode."""

    kind = "invalid_image"


class ImageTooLarge(InvalidRequest):
    """The picture is over the limit of pixels or bytes."""

    kind = "image_too_large"


class UnsupportedLanguage(InvalidRequest):
    """What was asked needs a model of the text's language, and there is none."""

    kind = "unsupported_language"


class NotFound(InvalidRequest):
    """There is no such thing, or it is not this caller's."""

    kind = "not_found"


class Conflict(InvalidRequest):
    """What is asked for does not go with how things stand now."""

    kind = "conflict"


class InvalidConfiguration(SecondglanceError):
    """A file that the service runs with is at fault."""

    kind = "invalid_configuration"


class InvalidLexicon(InvalidConfiguration):
    """A lexicon file is at fault; the message names file and line."""

    kind = "invalid_lexicon"


class InvalidPolicy(InvalidConfiguration):
    """A policy file is at fault."""

    kind = "invalid_policy"


class InvalidBank(InvalidConfiguration):
    """A hash bank file is at fault; the message names file and line."""

    kind = "invalid_bank"


class InvalidModel(InvalidConfiguration):
    """A model folder is missing something or was altered."""

    kind = "invalid_model"


class InvalidKeys(InvalidConfiguration):
    """The file of API keys is at fault, or an issuer of tokens cannot be used."""

    kind = "invalid_keys"


class MissingWeights(InvalidConfiguration):
    """OCR weights are not installed or not the bytes that were promised."""

    kind = "missing_weights"


class AccessDenied(SecondglanceError):
    """The caller may not do this."""

    kind = "access_denied"


class Unauthenticated(AccessDenied):
    """There is no key or token, or it is not known, or no longer valid."""

    kind = "unauthenticated"


class Forbidden(AccessDenied):
    """The caller is known, but has not the scope, or not the school."""

    kind = "forbidden"


class Unavailable(SecondglanceError):
    """Nothing is wrong with the input; the service could not answer now."""

    kind = "unavailable"


class OcrFailed(Unavailable):
    """The worker that read this picture crashed or ran out of time."""

    kind = "ocr_failed"


class DeadlineExceeded(Unavailable):
    """The time that the caller gave was up before there was an answer."""

    kind = "deadline_exceeded"


class Overloaded(Unavailable):
    """Refused at once because it could not have been answered in time.

    Args:
        message: The fault.
        retry_after_s: Seconds after which another try may succeed.
    """

    kind = "overloaded"

    def __init__(self, message: str, retry_after_s: float = 1.0) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class QuotaExceeded(Overloaded):
    """The tenant has asked for more captures a minute than was agreed."""

    kind = "quota_exceeded"
