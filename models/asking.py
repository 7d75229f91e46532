"""Text in which somebody asks, in so many words: a hit in it is dismissed only where the model is surer than elsewhere.

A child who asks for help and is dismissed is the error that costs most. Whether it is help that is asked for no list of
words can tell, so the list tells less: that a question, a plea or a doubt about what to do is put to somebody. A bare
plea for help, which names nothing that it is wanted with, is told apart: beside a phrase no model dismisses it.
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
_PLEASE = r"(?:p+l+e+a*[sz]+e*|p+l+[sz]+)"
_HELP, _US = r"h+(?:[ea]+l|l)+p+", r"(?:me+|us+)"
_GO_ON = (
    rf"(?:{_PLEASE}|i|im|ive|we|were|he|hes|she|shes|they|theyre|theres|there is|mum|mums|mam|dad|dads|someones"
    r"|because|bc|cos|cuz|now|rn|right now|quick|quickly|asap|so bad|so badly|lol|x+)"
)
_BARE = rf"(?!\w)(?=\W*$|\W*[^\w\s'’&|/+-]|(?: -)? {_GO_ON}(?!\w))"
"""Nothing is named that help is wanted with: the sentence ends, or another begins."""
_SPOKEN_OF = "who that which to will would might may can could wont cant heaven lord"
_SUPPOSED = "if when do whether that"
_TOLD, _SURE = ("".join(rf"(?<!\b{word} )" for word in words.split()) for words in (_SPOKEN_OF, _SUPPOSED))
"""Not after what speaks of whoever helps ("people who help us") and of who may need it ("when they need help")."""
_NEED = r"(?:(?:really|rly|rlly|just|badly|desperately|so) )*needs? (?:(?:some|proper|real) )*"
_PLEAS = (
    rf"{_TOLD}(?<!\bgod ){_HELP} me+{_BARE}",
    rf"(?:^|[.!?,;:] |\b(?:{_PLEASE}|(?:my|{_PLEASE}) god|you|u|{_SOMEONE}) ){_HELP} (?:me+|us+){_BARE}",
    rf"{_PLEASE} {_HELP}{_BARE}",
    rf"{_HELP} {_PLEASE}{_BARE}",
    rf"{_SOMEONE} (?:{_PLEASE} )?{_HELP}{_BARE}",
    rf"{_SURE}(?:i|we|he|she|they|(?:my|our) \w+) {_NEED}{_HELP}{_BARE}",
    rf"{_TOLD}(?:save {_US}|get {_US} out(?: of here)?){_BARE}",
)
_PLEADS = re.compile(rf"(?<!\w)(?:{'|'.join(_PLEAS)})")
_HINTS = ("lp", "save ", "get me", "get us")
"""One of these stands in every plea; looked for first, as next to no text holds any."""
_BLANK = re.compile(r"\n\s*\n")
_APOSTROPHES = str.maketrans("", "", "'’")


def asks(text: str) -> bool:
    """Whether somebody asks in a text: a question, a plea, or a doubt about what to do.

    Args:
        text: As it is written; case, apostrophes and the width of spaces do not matter, question marks say nothing.
    """
    return _ASKS.search(_plain(text.replace("\n", " . "))) is not None


def pleads(text: str) -> bool:
    """Whether somebody pleads for help in a text, for themselves or for others, and names nothing it is wanted with.

    Args:
        text: As for `asks`.
    """
    plain = _plain(_BLANK.sub(" . ", text))  # a line on a screen may end in mid-sentence
    return any(hint in plain for hint in _HINTS) and _PLEADS.search(plain) is not None


def _plain(text: str) -> str:
    return " ".join(text.lower().translate(_APOSTROPHES).split())
