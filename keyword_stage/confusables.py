"""Letters of other scripts and styles that are drawn like Latin ones.

Chosen by us from the letters that evasion uses, with what screens draw of Armenian, Coptic, Cherokee, Lisu and
Canadian syllabics; most compatibility forms (full width, mathematical, circled) need no entry because NFKD already
takes them apart. A word of such a script in a line of it is no disguise (`matcher.py`).
"""

_GROUPS: dict[str, str] = {
    "a": "аАαΑɑᴀ∂ΛᎪᗅꓮꭺⲀⲁ",
    "b": "ЬВвβΒʙᏴƄᏏᑲᖯꞴᗷꓐƀɃɓⲂ",
    "c": "сСϲᴄⅽϹⲥꮯⲤᏟꓚ¢ȼ",
    "d": "ԁᴅɗđĐᏧᑯꓒᎠᗞᗪꓓɖ",
    "e": "еЕεΕєЄᴇ℮əꬲҽⴹᎬꓰɛɇƐⲈ",
    "f": "ғϝꜰƒꬵꞙẝքꞘᖴꓝ",
    "g": "ɡɢԍᶃցᏀᏳꓖǥɠ",
    "h": "һНнΗʜħĦհᏂⲎᎻᕼꓧɦ",
    "i": "іІιΙıɪӏⅰɩꙇꭵᎥɨ",
    "j": "јЈᴊȷϳͿᎫᒍꓙɉ",
    "k": "кКκΚᴋⲔᏦᛕꓗƙ",
    "l": "ʟłŁⅼǀƖⲒⵏꓲⳐᏞᒪꓡɭƚ",
    "m": "мМΜᴍⅿϺⲘᎷᗰᛖꓟ",
    "n": "пΝɴηոռⲚꓠŋƞ",
    "o": "оОοΟᴏøØσⲟօჿഠဝⲞՕⵔዐꓳᴑɔ",
    "p": "рРρΡᴘⲣⲢᏢᑭꓑ",
    "q": "ԛգզⵕǫ",
    "r": "гʀᴦꭇꭈⲅꮁᎡᏒᖇꓣɾ",
    "s": "ѕЅꜱƽꮪՏᏕᏚꓢʂ",
    "t": "тТτΤᴛŧⲦᎢꓔƫⲧ",
    "u": "υᴜμµцսꞟꭎꭒʋᑌꓴ",
    "v": "νᴠѵⅴꮩⴸᏙᐯꛟꓦ",
    "w": "ѡᴡωшԝɯաꮃᎳᏔꓪ",
    "x": "хХχΧ×ⅹᕁᕽ᙭ⅩꭓⵝᚷꓫⲬ",
    "y": "уУүΥγʏɣᶌỿꭚყϒⲨᎩᎽꓬ",
    "z": "ᴢΖꮓᏃꓜƶ",
    "ae": "æÆ",
    "oe": "œŒ",
    "ss": "ß",
    "th": "þÞ",
}

_ALPHABETS = (0x249C, 0x1F110, 0x1F130, 0x1F150, 0x1F170)
"""First letters of whole alphabets in parentheses, squares and filled circles."""

CONFUSABLES: dict[str, str] = {
    **{char: plain for plain, chars in _GROUPS.items() for char in chars},
    **{chr(first + place): chr(ord("a") + place) for first in _ALPHABETS for place in range(26)},
}
