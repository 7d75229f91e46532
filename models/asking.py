"""Text in which somebody asks, in so many words: a hit in it is dismissed only where the model is surer than elsewhere.

A child who asks for help and is dismissed is the error that costs most. Whether it is help that is asked for no list of
words can tell, so the list tells less: that a question, a plea or a doubt about what to do is put to somebody.
"""

import re

_SOMEONE = r"(?:some|any|sum|sm|ne)\s?(?:one|body|1)"
_FORMS = (
    rf"(?:can|could|would|will|does|did|has|is there|are there) {_SOMEONE}",
    rf"(?:need|want|get|got|have|find|is there|know|wish) (?:{_SOMEONE}|an adult|help|advice)",
    rf"(?:need|want|have|got|wish) to (?:talk|speak|tell)(?: to)? (?:{_SOMEONE}|an adult)",
    r"(?:can|could|would|will|cn) (?:you|u|ya)",
    r"(?:should|shud|shall|can|could|do|dont|am|will|may|must|would|have|did|does|is|are) (?:i|we|he|she|they)",
    r"(?:is|isnt|does|will) (?:it|this|there)",
    r"wh?at (?:do|does|should|shud|can|shall|am|could|would|to|if|happens?|will|counts)",
    r"how (?:do|does|can|to|should|shud|would|could|long|much|bad|many|u|you)",
    r"(?:who|where|when|why|which) (?:do|does|can|to|should|shud|would|could|is|am|i|else|will|cant)",
    r"(?:idk|dunno|dont know|not sure|no idea|wondering|know) (?:wh?at|who|how|if|where|whether|wot)",
    r"(?:help|tell|advise|save|stop) (?:me|us|him|her|them)",
    r"help with",
    r"(?:please|pls+|plz+) (?:can|could|help|tell|dont|do|some|i|how|what|is|just|give|let)",
    r"(?:any|some|for|your|ur|need|good) advice",
    rf"(?:ask|talk to|tell|speak to|message) (?:you|u|{_SOMEONE})",
)
_OPENS = r"(?:is|are|am|do|does|did|can|could|will|would|should|shud|has|have|was) \w"
"""A question by its order of words: what opens a text, a line or a sentence so is one, whoever it is about."""
_ASKS = re.compile(rf"(?<!\w)(?:{'|'.join(_FORMS)})(?!\w)|(?:^|[.!?:;,] ){_OPENS}")
_APOSTROPHES = str.maketrans("", "", "'’")


def asks(text: str) -> bool:
    """Whether somebody asks in a text: a question, a plea, or a doubt about what to do.

    Args:
        text: As it is written; case, apostrophes and the width of spaces do not matter, question marks say nothing.
    """
    lines = text.lower().translate(_APOSTROPHES).replace("\n", " . ")
    return _ASKS.search(" ".join(lines.split())) is not None
