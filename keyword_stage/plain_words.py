"""English words that a loose reading would take for others, of the lexicon: "click", "add", "piling".

Words of two and three letters that the lexicon holds as well are here because they are no piece of a longer word.
Worked out by reading a public word list, one word at a time, with the project's own lexicon. Add a word here if a
false hit shows.
"""

_WORDS = """
aflatin edg killall laager notate pullup realname topics
act add afterschool age ai aid aii ail air ait al ald ali alr amani annotate app arm arn arnold art asi aslan
ass ate backdoor backroom bad bag bails ban bar bat bed begone beit bet bin bit blo blowup blt bobbie bom box boy bum
bus buy bye cai cairn cairns calicut carne carpark cat ceiling chl cim cio civ clad cladding clank clare clark clash
clashed clashes clashing clay clays click clo clog clogged clogging clogs clone clos closed closes closing clowns
clump clumps cluster com comer comers cop corned corning counterterrorism cow cry cup cut dad dan dap
dass dean deans dear dears die diff dig ding dlp dock dog dry dub dubbed dubbing dubs ear ed edged
edging edi egg em er ex facie facies fadeaway fallin falls fan far fat fed few fiat fit ft fun gap gas gay giveaway
god goering gracie gun guy gym ham hat heartbreak heli hip hit hither hitherto horne hot iap ibs ice ici id iii iit
ile ill im ione ios iot iow iri isd job key kickoff kid kit knockout lap laughingstock law lay lds leg lie
lightheaded lip lit lll llp lng log los lot low lra lts mac mad map mashup meetup megalodon met mid mix mla mom morn
mrs mum muzzle net noida non odd oh ok oldman onsite owe own pai pay pen pet pic pickup pig pili pin pis plc pln pm
poi poli pom pop pot pre pro pub puli pulis purebred ran rat raw red redline rendition rid rip rob row sad sat sea sex
shy si siam silt silting sin sir sit six ski skipper skippered sliver slr soli son soulmate soulmates spilt st stern
sub sul tab sum sun tag tail tali tax tea ted teil ten tie tinfoil tip tlc toil toy triplex try tum tv uk un unde ups
van vs wail wailed wailing wails wali walt wam war web wet win wipeout yo
"""

PLAIN_WORDS = frozenset(_WORDS.split())
