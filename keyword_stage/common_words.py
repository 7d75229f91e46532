"""Very common English words, which disguises are not read into: what is left of them says nothing.

Written by us from everyday school prose. `lexicon lint` has the longer list of `keyword_stage/frequent_words.py`.
"""

_WORDS = """
a able about address after again ago all almost also always am an and another any anyone anything are around as ask
asked at away back be because become before began best better big book brown but by call called came can car change
class clean clear close come could country day days dead did different do does doing done door down draw during each
eat end even ever every eye face feel find first follow for form found friend friends from game games get girl give go
goes going good got great grow had hand hands has have he head hear help her here him his hold home house how i if in
into is it its just keep knew know last late later leave let life like little live long look looked love made make man
many may me mean meet meeting men might mind money more morning most move much must my name near need never new next
night no not nothing now number of off old older on once one only open or order other our out over page part people
place plan play present private put question read ready really right room run said same saw say school second see seen
set she short should so some someone something soon special speed start still stop take talk target teacher tell thank
that the their them then there these they thing things think this those though thought three time to today together
told tomorrow tonight too took top two under until up us use used very wait walk want was watch water way we week well
went were what when where which while who why will with work would wrong year years yes yet you young your
"""

COMMON_WORDS = frozenset(_WORDS.split())
