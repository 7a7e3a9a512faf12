"""Lists of words by which sentences, streets and titles are told apart."""

from __future__ import annotations


def list_words(text: str) -> frozenset[str]:
    """The words of a text between white space."""
    return frozenset(text.split())


# Abbreviations that never end a sentence before a capital, in whatever language the script is; no last stop.
NEVER_LAST = list_words(
    "z.b d.h u.a i.d.r e.g i.e vs cf ca approx bzw inkl nr no. bijv bv np ul avda av p.ej p.ex ad.es tel mt "
    "ft dept mio mrd apt bldg rm fig figs vol pp nos hl ste blvd esp incl excl ggf evtl vgl tzn núm "
    "ee г ул тел стр"
)

# Titles that are words too: they are left to the package and the language.
WORDS_TOO = list_words(
    "me on da mag ing arch sec det rep pres hon gen sen col maj gov ir mr. d m mm pr sta sto lic geom rag "
    "gent egr exmo eng ks św"
)

# Words that begin a sentence and are no part of a name before them ("Acme Inc. We are").
STARTERS = list_words(
    "i we you he she it they this that these those the a an our my your his her their there here then now "
    "so and but or if when what how why who where is are do does did can could will would please thanks "
    "thank hello hi hey dear yes welcome let see just also however today tomorrow in on at for with from as "
    "not let's it's we're i'm you're that's he's she's they're we've i've don't what's here's both all some "
    "many most more one two each every after before since until while because although still maybe perhaps "
    "congratulations good great looking join get call visit ask tell come go make take have has had was "
    "were book click reply"
)

# Words that open a line; what follows them is still the same sentence ("Hi… Ada").
GREETINGS = list_words(
    "hi hello hey dear well so um uh er oh ah and but hallo hola bonjour salut ciao olá hej cześć guten "
    "thanks thank yes no okay ok"
)

# Words that no line ends with where a sentence ends; titles and greetings wait for a name.
ASKS_FOR_MORE = list_words(
    "a an the and or but nor of to in on at by for from with without into onto over under about as than "
    "that which who whose when while where if because since until before after is are was were be been am "
    "will would can could shall should may might must has have had do does did my your our his her its "
    "their this these those not no very so mr mrs ms mx dr prof rev st sr jr lt col gen sgt capt hon dear "
    "hi hello hey der die das den dem des ein eine einen einem einer und oder aber von zu zum zur im auf "
    "mit für bei aus nach über unter ist sind war hat haben wird werden ihr ihre ihren unser unsere mein "
    "meine herr frau hr fr le la les un une du de et ou mais à au aux en dans par pour avec sans sur sous "
    "chez qui que est sont votre notre mon ma mes vos nos m mme mlle el los las una unos y o pero del al "
    "con sin por para su sus mi tu nuestro nuestra sra srta il lo gli i uno e ed di da nel nella per tra "
    "fra che è sono não um uma os em na com het een maar van te op met voor bij uit naar w z od ale oraz"
)

# Capitals before "St." and "Dr." that are no name of a street, in small letters.
NO_STREET = list_words(
    "lord lady sir the in at on from dear hi hello hey to near of by for with and or port mount fort east "
    "west north south new old visit see meet is was st mr mrs ms dr prof rev good morning afternoon "
    "evening welcome thanks thank our upper lower sault bay point lake grand"
)

# Behind "St." these are saints whatever stands before.
SAINTS = list_words(
    "John Louis Paul Mary Peter James George Andrew Patrick Nicholas Thomas Francis Joseph Michael Mark "
    "Luke Anne Catherine Clair Petersburg Moritz Tropez Helena Lucia Kitts Vincent Martin Albans Ives "
    "Pancras Bernard Augustine Jude Regis Croix Barts Pierre Gallen Lawrence Andrews Helens Kilda "
    "Valentine Stephen Stephens David Matthew"
)

# Behind "Sr." these are sisters.
SISTERS = list_words(
    "Mary Maria Teresa Theresa Agnes Catherine Joan Margaret Anne Bernadette Clare Elizabeth Helen Rose "
    "Grace Ruth Jean"
)

# Behind "Sr." these are what somebody is senior in.
JOBS = list_words(
    "Software Engineer Manager Director Analyst Developer Consultant Vice Product Project Account Sales "
    "Marketing Data Business Customer Program Associate Partner Designer Advisor Adviser Executive "
    "Recruiter Specialist Editor Architect Administrator Scientist Technical Staff Buyer Counsel "
    "Controller Accountant Principal Research Systems Security Finance Financial Operations "
    "Communications Content Digital Application Network Support Success Solutions"
)

# Before "3." these make it an ordinal, the second unless a sentence begins behind it.
GERMAN_ARTICLES = list_words("der die das den dem des")
GERMAN_PREPOSITIONS = list_words("am zum vom im beim bis ab seit")
GERMAN_STARTERS = list_words(
    "dann wir ich sie es er bitte danke das die der und aber so jetzt hier heute morgen gut also vielen bis "
    "ihr mein unser wenn was wie wo wer kommen schreiben rufen"
)
