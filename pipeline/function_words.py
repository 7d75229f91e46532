"""Small words that give a language away: English of every kind, and South Asian languages in Roman letters.

Lower case, without accents, parted at apostrophes. No word of one list is in the other, and none of the English ones is
also an everyday word of the languages that the project has lexicons for ("to" is Polish, "me" Spanish, "die" German).
"""

_ENGLISH = """
abeg aboot about above abt af aff afore after again against ah ahll ahm ahve aint all also always and any anyone
anything arent as at av aw awa ay aye b back bad bc bcs be because been before being below between big bk both bro
bruv but by bye came can cannae cannot cant cause class cnt come could couldnae couldnt coz cuz cyaan dad daein dat
day dey did didnae didnt dinnae dis disnae divvent dnt does doesnt doing don done dont doon down dung during each
efter ent even every everyone everything evry fa fae fam few first fit for fr friend friends from gaun get getting gie
gied gien gna go going gone gonna gonnae gonny good got gotta gran gt gunna had hame has hasnae hasnt haud have havent
having havnae help her here hers hersel herself hes hey him himsel himself his hmu home hoose house how howay hv hve
hw idk if ikr ill init inna innit int into isnt istg it its itself ive jist jst just ken knew know lad lass last
lesson let lets like likkle little lmao lol made mair make many masel mate maw may me meaning meself might mine more
most much mum must my myself nae naebdy naebody nah naw need nem nemore never new next ngl night no nobody noo not
nothing now nowt nt nuh nxt oan of off oi ok okay old omg omw on once one online only ony oor oot ootside or other our
ours ourselves out over own owt oya people phone please pls plz pon ppl r really rn said same saw say school sed see
sef seh sha shall she shes should shouldnae shouldnt smh some somedy someone something sorry still such sum summat
sumone tae take tbf tbh tel tell telt than thanks that thats the thee their theirs them themselves then there these
they theyre thine think this tho those thou thought three through thru thx thy time today told tomorrow too took tryna
twa two under until up ur very waan wanna want wanted wasnae wasnt wat way we wee weh well went were wetin wey what
whats whaur when where which while whit who whom whose why wi wid willnae wis wit with wiv wk wnna wnt wont wor wot
would wouldnae wouldnt wut wyd wys yah yea yeah year yer yersel yes yesterday you your youre yours yourself yous youse
yow yuh
"""

_SOUTH_ASIAN = """
aaj aana aap abhi agar ajj apna apne apni assi aur baad bahot bahut bhi bohat chahiye chahta chahti dena ditta ditti
diya dunga dungi ein gaya gaye gayi haan haiga hain hamara hamari hoon hunda hundi iska iski jab jadon jana janda jao
jihda jihdi ka kade kahan kaise karda karde kardi karna karo karta karte karti kaun ke keh kehna kehnda kehnde kehndi
kehta kehti khud kihde kinna kinni kis kise kithe kitta kitti kiven kiya ko koi kol kuch kya kyun lagda lagdi lagta
lagti layi leke lekin lena liye magar mainu mein mera meri meriyan mujhe naal nahi nahin ohda ohde ohdi ohna ohnu payi
phele pher phir raha rahe rahi saadi saare saath sada sade sare sath tainu tak tera teri teriyan thi tuhade tum
tumhara tumhari tusi unka unki uska uske uski vi vich wala wali wo woh yeh
"""

ENGLISH = frozenset(_ENGLISH.split())
"""Function words of English: standard, text-speak, Scots, Northern, Caribbean, Nigerian, London."""
SOUTH_ASIAN = frozenset(_SOUTH_ASIAN.split())
"""Function words of Urdu, Hindi and Punjabi in Roman letters, which no detector knows well."""
