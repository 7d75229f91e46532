"""English inflections of one word, for the `~` mark of the lexicon.

Generous on purpose: a form that does not exist ("hitted") costs nothing, because nobody types it,
and pupils type more forms than a dictionary holds ("killin", "goin").
"""

_IRREGULAR: dict[str, str] = {
    "be": "am is are was were being been",
    "beat": "beaten",
    "begin": "began begun",
    "bite": "bit bitten",
    "bleed": "bled",
    "blow": "blew blown",
    "break": "broke broken",
    "breed": "bred",
    "bring": "brought",
    "build": "built",
    "burn": "burnt",
    "buy": "bought",
    "catch": "caught",
    "choose": "chose chosen",
    "come": "came",
    "creep": "crept",
    "cut": "cut cuts cutting cutter",
    "deal": "dealt",
    "die": "died dies dying dyin",
    "dig": "dug",
    "do": "did done does doing",
    "draw": "drew drawn",
    "dream": "dreamt",
    "drink": "drank drunk",
    "drive": "drove driven",
    "drown": "drowned",
    "eat": "ate eaten",
    "fall": "fell fallen",
    "feed": "fed",
    "feel": "felt",
    "fight": "fought",
    "find": "found",
    "forget": "forgot forgotten",
    "get": "got gotten",
    "give": "gave given",
    "go": "went gone goes going",
    "grow": "grew grown",
    "hang": "hung hanged",
    "have": "has had having",
    "hear": "heard",
    "hide": "hid hidden",
    "hit": "hit",
    "hold": "held",
    "hurt": "hurt",
    "keep": "kept",
    "knife": "knives knifed",
    "know": "knew known",
    "lay": "laid",
    "learn": "learnt",
    "leave": "left",
    "let": "let",
    "lie": "lied lying",
    "lose": "lost",
    "make": "made",
    "man": "men",
    "meet": "met",
    "mimic": "mimicked mimicking",
    "panic": "panicked panicking",
    "pay": "paid",
    "put": "put",
    "ride": "rode ridden",
    "ring": "rang rung",
    "run": "ran",
    "say": "said",
    "see": "saw seen",
    "sell": "sold",
    "send": "sent",
    "shake": "shook shaken",
    "shoot": "shot",
    "show": "shown",
    "shut": "shut",
    "sing": "sang sung",
    "sink": "sank sunk",
    "sit": "sat",
    "sleep": "slept",
    "slide": "slid",
    "smell": "smelt",
    "speak": "spoke spoken",
    "spend": "spent",
    "spill": "spilt",
    "spin": "spun",
    "spit": "spat",
    "spread": "spread",
    "stand": "stood",
    "steal": "stole stolen",
    "stick": "stuck",
    "stink": "stank stunk",
    "strike": "struck",
    "swear": "swore sworn",
    "swing": "swung",
    "take": "took taken",
    "teach": "taught",
    "tear": "tore torn",
    "tell": "told",
    "think": "thought",
    "throw": "threw thrown",
    "understand": "understood",
    "undo": "undid undone",
    "wake": "woke woken",
    "wear": "wore worn",
    "win": "won",
    "woman": "women",
    "write": "wrote written",
}
_VOWELS = "aeiou"


def inflections(word: str) -> frozenset[str]:
    """The word itself and its plural, past, participle and clipped "-in" forms.

    Args:
        word: A lower-case word.
    """
    forms = {word, *_IRREGULAR.get(word, "").split()}
    if len(word) < 2 or not word.isalpha():
        return frozenset(forms)
    stem, last = word[:-1], word[-1]
    if last == "y" and word[-2] not in _VOWELS:
        forms |= {stem + "ies", stem + "ied"}
    elif word.endswith(("s", "x", "z", "ch", "sh", "o")):
        forms |= {word + "es"}
    forms |= {word + "s"}
    if last == "e":
        base = stem if not word.endswith(("ee", "ye", "oe")) else word
        forms |= {word + "d", base + "ing", base + "in"}
        if word.endswith("ie"):
            forms.add(word[:-2] + "ying")
    else:
        forms |= {word + "ed", word + "ing", word + "in"}
        if last not in _VOWELS + "wxy" and word[-2] in _VOWELS and (len(word) < 3 or word[-3] not in _VOWELS):
            forms |= {word + last + "ed", word + last + "ing", word + last + "in"}
    return frozenset(forms)
