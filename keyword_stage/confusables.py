"""Letters of other scripts and styles that are drawn like Latin ones.

Chosen by us from the letters that evasion uses; compatibility forms (full width, mathematical,
circled) need no entry because NFKD already takes them apart.
"""

_GROUPS: dict[str, str] = {
    "a": "аАαΑɑᴀ∂Λ",
    "b": "ЬВвβΒʙᏴ",
    "c": "сСϲᴄⅽϹ",
    "d": "ԁᴅɗđĐ",
    "e": "еЕεΕєЄᴇ℮ə",
    "f": "ғϝꜰƒ",
    "g": "ɡɢԍ",
    "h": "һНнΗʜħĦ",
    "i": "іІιΙıɪӏⅰ",
    "j": "јЈᴊȷ",
    "k": "кКκΚᴋ",
    "l": "ʟłŁⅼ",
    "m": "мМΜᴍⅿ",
    "n": "пΝɴηñ",
    "o": "оОοΟᴏøØσ",
    "p": "рРρΡᴘ",
    "q": "ԛ",
    "r": "гʀᴦ",
    "s": "ѕЅꜱ",
    "t": "тТτΤᴛŧ",
    "u": "υᴜμµцս",
    "v": "νᴠѵⅴ",
    "w": "ѡᴡωшԝ",
    "x": "хХχΧ×ⅹ",
    "y": "уУүΥγʏ",
    "z": "ᴢΖ",
    "ae": "æÆ",
    "oe": "œŒ",
    "ss": "ß",
    "th": "þÞ",
}

CONFUSABLES: dict[str, str] = {char: plain for plain, chars in _GROUPS.items() for char in chars}
