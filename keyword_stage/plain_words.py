"""English words that a loose reading would take for others, of the lexicon: "click", "add", "piling".

Words of two and three letters that the lexicon holds as well are here because they are no piece of a longer word.
Names of software and sites that write a phrase in one word are here too: "riseup", "rubberband", "handsoff". Worked
out by reading public lists of words and of names of packages, one word at a time, with the project's own lexicon. Add
a word here if a false hit shows.
"""

_WORDS = """
act add aflatin afterschool age agecheck ai aid aii ail air ait al ald ali alr amani annotate answerback app arm arn
arnold art asi aslan ass ate backdoor backroom bad bag bails ban bankit bar bareknuckle bat bed begone beit bet bin
bit bitme blackeye blackmamba blazeit blo blocktrans blowup blt bluewhale bobbie bodychecked bodychecking bodychecks
bom box boy braindead bum burndown bus buy bye cai cairn cairns calicut callme carne carpark cat ceiling chl cim cio
civ clad cladding clank clare clark clash clashed clashes clashing clay clays click clo clog clogged clogging clogs
clone clos closed closes closing clowns clump clumps cluster coldturkey com comer comers cop corned corning
counterterrorism cow cry cup cut dad dan dap dareyou darknet darkweb dass deaddrop dean deans dear dears die diff dig
ding dlp dock dog driveup dry dub dubbed dubbing dubs ear easymoney ed edg edged edging edi egg em er ex facie facies
fadeaway fallin falls fan far fat fed few fiat findme fit followme footsoldier footsoldiers freeride freestuff ft fun
gap gas gay ghostmode giveaway god goering goodboy gopublic gracie gun guy gym ham handsoff hat heartbreak heli
highscore hip hit hither hitherto hitlist homealone horne hot houseparty iap ibs ice ici id iii iit ile ill iloveyou
im imready inheaven inyourface ione ios iot iow iri isd itsatrap job jumpoff key keyof kickoff kid killall kit
knockout laager lap lastrun laughingstock law lay lds leg letmego lie lightheaded lip listof lit lll llp lng log los
lot low lra lts lunchmoney mac mad maketrans map maryjane mashup meetup megalodon met mid mix mla modelscout mom morn
moveto mrs multistorey mum muzzle mynumber mysecrets mysort mytutor net nofuture noida non nopoint notate odd oh ok
oldman oneonone onestep onlyfans onsite owe own pai passout pay payor pen penpal pet photoshoot pic pickme pickmeup
pickup pig pili pin pis plc pln pm poi poli pom pop pot pre privatechat pro proveit pub puli pulis pullup purebred
ragdoll ran rat raw razorblade realname red redeyes redline rememberme rendition rid rip riseup roastme rob row
rubberband sad safeword sat sea sex shortbus shutup shy si siam silt silting sin sir sit six ski skipper skippered
sliver slowclap slr soli son soulmate soulmates spilt squareup st stayover stern sub sul sum sun switchto tab tag tail
takeme takemeto tali tax tbreak tea ted teil ten textme thebase tie tinfoil tip tlc toil toobig topics toy trainline
trainstation trapline triplex trustme try tryme tum tv uk un unde ups van vbucks vs wail wailed wailing wails wali
walt wam war web weighin wet whatsapp win wipeout yo younglion yourface yourmum
"""

PLAIN_WORDS = frozenset(_WORDS.split())

_MASKED = "bloody bugger crappy fucking hell pissed shit shits shitting shitty"
OATHS = frozenset(_MASKED.split())
"""Words that people mask for manners, and whose masks would be taken for others: "filming", "shot", "heil"."""
