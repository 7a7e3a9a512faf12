"""Whole lines of marketers, recruiters, teachers and success managers, as they would read them out."""

from __future__ import annotations

import pytest

from renderer.words.script_words import read_aloud


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "Hi Ada, quick Q: are you free Thu 3/5 @ 2pm ET?",
            "Hi Ada, quick Q: are you free Thursday March fifth at two p.m ET?",
        ),
        (
            "Save 15–20% on orders > $50 (excl. VAT).",
            "Save fifteen to twenty percent on orders greater than fifty dollars (excluding VAT).",
        ),
        (
            "Your trial ends on 3/31/26 at 11:59 p.m.",
            "Your trial ends on March thirty first, twenty twenty six at eleven fifty nine p.m.",
        ),
        (
            "Join 10,000+ marketers @ INBOUND '26.",
            "Join ten thousand plus marketers at Inbound twenty six.",
        ),
        ("It's BOGO: buy 1, get 1 free.", "It's BOGO: buy one, get one free."),
        ("Use code SAVE20 for 20% off.", "Use code SAVE twenty for twenty percent off."),
        (
            "Q4 FY25 revenue was up 12.5 pp vs. Q3.",
            "Q four FY twenty five revenue was up twelve point five pp versus Q three.",
        ),
        (
            "CTR rose from 0.5% to 1.75%.",
            "CTR rose from zero point five percent to one point seven five percent.",
        ),
        (
            "Our NPS is 72/100, up from 65.",
            "Our NPS is seventy two out of one hundred, up from sixty five.",
        ),
        ("Step 1: sign up. Step 2: log in.", "Step one: sign up. Step two: log in."),
        (
            "Book a 15-min call: cal.com/ada-lee.",
            "Book a fifteen minute call: cal dot com slash ada dash lee.",
        ),
        ("You have 5+ yrs of exp. in B2B SaaS.", "You have five plus years of experience in B two B sass."),
        (
            "Interview: Mon., Oct. 5th, 10:30 a.m.–12 p.m. EST.",
            "Interview: Monday, October fifth, ten thirty a.m to twelve p.m EST.",
        ),
        (
            "We're at 1600 Pennsylvania Ave. NW, Washington, DC 20500.",
            "We're at sixteen hundred Pennsylvania Avenue NW, Washington, DC two zero five zero zero.",
        ),
        (
            "Hi Dr. O'Brien, re: your PhD in C#/.NET.",
            "Hi Doctor O'Brien, regarding your PhD in C sharp dot net.",
        ),
        (
            "The CEO, Ms. Jane A. Doe-Smith, Ph.D., joins us.",
            "The CEO, Miz Jane Eh Doe-Smith, PhD, joins us.",
        ),
        (
            "401(k), PTO & health insurance from day 1.",
            "four oh one K, PTO and health insurance from day one.",
        ),
        (
            "Read chs. 3–5 (pp. 45–67) by Fri.",
            "Read chapters three to five (pages forty five to sixty seven) by Friday.",
        ),
        (
            "Mr. Lee's 3rd-grade class meets in Rm. 12B.",
            "Mister Lee's third-grade class meets in Room twelve B.",
        ),
        (
            "World War I (1914–1918) killed ~20M.",
            "World War one (nineteen fourteen to nineteen eighteen) killed about twenty million.",
        ),
        (
            "Water boils at 212°F (100°C).",
            "Water boils at two hundred twelve degrees Fahrenheit (one hundred degrees Celsius).",
        ),
        ("Your score: 95/100, an A-.", "Your score: ninety five out of one hundred, an A minus."),
        ("H2O and CO2 are molecules.", "H two O and CO two are molecules."),
        ("Your renewal is on 1 Jan 2027.", "Your renewal is on the first of January twenty twenty seven."),
        ("Please update to v3.12.0-beta.", "Please update to version three point twelve point zero-beta."),
        ("Error 404 at /api/v2/users.", "Error four oh four at slash api slash version two slash users."),
        ("P.S. Your CSM is Tom (ext. 204).", "P.S, Your CSM is Tom (extension two zero four)."),
        ("You've used 8.5GB of 10GB.", "You've used eight point five gigabytes of ten gigabytes."),
        ("Reply YES or NO.", "Reply YES or NO."),
        (
            "Ping me on Slack (@tom) or +1-202-555-0143.",
            "Ping me on Slack (at tom) or plus one, two zero two, five five five, zero one four three.",
        ),
        (
            "Fancy a cuppa on Tue 4 Nov at 15:00?",
            "Fancy a cuppa on Tuesday the fourth of November at fifteen hundred?",
        ),
        (
            "We're at 10 Downing St, London SW1A 2AA.",
            "We're at ten Downing Street, London S W one eh two eh eh.",
        ),
        ("The 2:1 degree costs £9k p.a.", "The two to one degree costs nine thousand pounds per annum."),
        ("Your A-level results, Prof. Hughes OBE.", "Your A-level results, Professor Hughes OBE."),
        ("The M25 & A1(M) are shut.", "The M twenty five and A-one M are shut."),
        ("Cllr. Patel & Revd. Jones will attend.", "Councillor Patel and Reverend Jones will attend."),
        ("Sir Keir, Lady Anne and Lord St. John.", "Sir Keir, Lady Anne and Lord Saint John."),
        ("St. Andrew's Day is 30th Nov.", "Saint Andrew's Day is the thirtieth of November."),
        ("Meet at King's X, platform 9¾.", "Meet at King's X, platform nine and three quarters."),
        ('No.10 says "no".', 'Number ten says "no".'),
        ("It was 1-0 to Arsenal.", "It was one to zero to Arsenal."),
        ("Let's meet ½ past 3.", "Let's meet one half past three."),
        ('"We did it!" — Ada', '"We did it!", Ada'),
        ("I think... no, wait... yes!", "I think, no, wait, yes!"),
        ("Hmm… OK… Let's go.", "Hmm, OK, Let's go."),
        ("Ready? Set... go!!!", "Ready? Set, go!!!"),
        ("Look—it's Ada!", "Look, it's Ada!"),
        ("Two things: (1) speed; (2) price.", "Two things: (one) speed; (two) price."),
        ("A/B test your e-mails w/ us.", "A slash B test your e-mails with us."),
        ("FYI: the wi-fi is @ 5GHz.", "FYI: the wi-fi is at five gigahertz."),
        ("ASAP, pls!", "ASAP, please!"),
        ("50k+ downloads on iOS 17.", "fifty thousand plus downloads on iOS seventeen."),
        ("The iPhone 15 Pro costs $999.", "The iPhone fifteen Pro costs nine hundred ninety nine dollars."),
        ("Find us at booth #A12.", "Find us at booth number A-twelve."),
        (
            "Flight LH 441 leaves at 06:45 from gate B22.",
            "Flight L H four four one leaves at six forty five from gate B twenty two.",
        ),
        ("Hotel: 3 nights @ €120/night.", "Hotel: three nights at one hundred twenty euros per night."),
        ("Acme GmbH & Co. KG", "Acme GmbH and Company KG"),
        ("Size 8.5 / 42 EU", "Size eight point five slash forty two EU"),
        ("The 80/20 rule.", "The eighty twenty rule."),
        ("Weigh 1kg 200g.", "Weigh one kilogram two hundred grams."),
        (
            "2,000 sq. ft. for $1.2k/mo",
            "two thousand square feet for one point two thousand dollars per month",
        ),
        ("1st-class service since '98.", "first-class service since ninety eight."),
        ("The 5 Ws.", "The five Ws."),
        ("50th anniversary in 2030!", "fiftieth anniversary in twenty thirty!"),
        ("Temperatures of -5 to +3 °C.", "Temperatures of minus five to plus three degrees Celsius."),
        ("Row 5, seat 12A.", "Row five, seat twelve eh."),
        ("0.001% chance", "zero point zero zero one percent chance"),
        ("10:1 odds", "ten to one odds"),
        ("Class of '05", "Class of oh five"),
        ("Ages 3-5 and 18+", "Ages three to five and eighteen plus"),
        ("7-day trial, 30-day money-back.", "seven-day trial, thirty-day money-back."),
        ("24-hour support and a 2-for-1 deal", "twenty four-hour support and a two-for one deal"),
        ("The 1920s–30s", "The nineteen twenties to thirties"),
        ("<3 from us", "from us"),
        ("Call me @ 7ish.", "Call me at seven ish."),
        ("Fri 13th", "Friday thirteenth"),
        ('"No. 1" brand', '"Number one" brand'),
        ("the 4th of July", "the fourth of July"),
        ("$20 off $100+", "twenty dollars off one hundred dollars plus"),
        ("USD 1.5 billion", "one point five billion dollars"),
        ("Ms Lee and Mr O'Neil Jr", "Miz Lee and Mister O'Neil Junior"),
        ("Jan–Mar 2026", "January to March twenty twenty six"),
        ("Q1–Q3", "Q one to Q three"),
        ("1,299.00", "one thousand two hundred ninety nine"),
        ("#1 in the U.S.", "number one in the U.S."),
        ("We pay a $5k bonus + stock.", "We pay a five thousand dollar bonus plus stock."),
        (
            "10^6 and <3 and 1600 Pennsylvania Ave.",
            "ten to the sixth and and sixteen hundred Pennsylvania Avenue.",
        ),
        ("He lives at 12 Elm St., Apt. 4B.", "He lives at twelve Elm Street, Apartment four B."),
        ("HI JOHN SMITH", "HI John Smith"),
        ("Hi Mrs. van der Berg", "Hi Missus van der Berg"),
        ("Dear Sir/Madam", "Dear Sir or Madam"),
        ("Dr. Lee, M.D., Ph.D.", "Doctor Lee, M.D, PhD."),
        ("J. Smith and A. Jones", "J Smith and Eh Jones"),
        ("Hi McDonald", "Hi McDonald"),
        ("Mary-Jane O'Neill-Smith", "Mary-Jane O'Neill-Smith"),
        ("Ada Lovelace (she/her)", "Ada Lovelace (she her)"),
        ("Acme, Inc.", "Acme, Incorporated."),
        ("AT&T Inc.", "A.T and T Incorporated."),
        ("3M Company", "three M Company"),
        ("7-Eleven", "seven-Eleven"),
        ("21st Century Fox", "twenty first Century Fox"),
        ("Procter & Gamble Co.", "Procter and Gamble Company."),
        ("Johnson & Johnson", "Johnson and Johnson"),
        ('Toys "R" Us', 'Toys "R" Us'),
        ("Yahoo!", "Yahoo!"),
        ("Bed Bath & Beyond, L.L.C.", "Bed Bath and Beyond, L.L.C."),
        (
            "Barnes & Noble Booksellers, Inc. - #204",
            "Barnes and Noble Booksellers, Incorporated, number two hundred four",
        ),
        ("E*TRADE", "E TRADE"),
        ("$1,234.50", "one thousand two hundred thirty four dollars and fifty cents"),
        ("25%", "twenty five percent"),
        ("01234", "zero one two three four"),
        ("2:30 PM", "two thirty p.m"),
        ("14-Mar-26", "March fourteenth, twenty twenty six"),
        ("14 March 2026", "the fourteenth of March twenty twenty six"),
        ("3/14/2026", "March fourteenth, twenty twenty six"),
        ("2026-03-14 00:00:00", "March fourteenth, twenty twenty six"),
        ("14.03.2026", "March fourteenth, twenty twenty six"),
        ("1.5", "one point five"),
        ("1234.0", "one thousand two hundred thirty four point zero"),
        ("TRUE", "TRUE"),
        ("N/A", "not applicable"),
        ("ext 12", "extension twelve"),
        ("New York, NY", "New York, NY"),
        ("St. Paul, MN", "Saint Paul, MN"),
        ("Washington D.C.", "Washington D.C."),
        ("U.K.", "U.K."),
        ("Coca-Cola", "Coca-Cola"),
        ("X Corp.", "X Corporation."),
        ("Gen-Z", "Gen-Z"),
        ("Plan A", "Plan A"),
        ("B+", "B plus"),
        ("VP, Sales & Marketing", "VP, Sales and Marketing"),
        ("Sr. Software Engineer II", "Senior Software Engineer two"),
        ("Head of R&D / CTO", "Head of R and D slash CTO"),
        ("Jr. Accountant", "Junior Accountant"),
        ("Director, EMEA", "Director, EMEA"),
        ("CEO/Founder", "CEO slash Founder"),
        ("Asst. Mgr.", "Assistant Manager."),
        ("Exec. VP", "Executive VP"),
        ("HR & Payroll Mgr", "HR and Payroll Manager"),
        ("UX/UI designer", "UX slash UI designer"),
        ("M.Sc. in CS", "M.S.C in CS"),
        ("MBA '12", "MBA twelve"),
    ],
)
def test_lines_are_said_as_an_american_voice_reads_them(text: str, said: str) -> None:
    assert read_aloud(text, "en-us") == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "Hallo Frau Dr. Schäfer, Ihr Termin ist am Mo., 14.12. um 9:30 Uhr.",
            "Hallo Frau Doktor Schäfer, Ihr Termin ist am Montag, vierzehnter Dezember um neun Uhr dreißig.",
        ),
        ("Sparen Sie 20 % bis 31.12.!", "Sparen Sie zwanzig Prozent bis einunddreißigsten Dezember!"),
        (
            "Nur 49,90 €/Monat zzgl. 19 % MwSt.",
            "Nur neunundvierzig Euro neunzig pro Monat zuzüglich neunzehn Prozent Mehrwertsteuer.",
        ),
        ("Wir sind Mo–Fr von 8–18 Uhr da.", "Wir sind Montag bis Freitag von acht bis achtzehn Uhr da."),
        (
            "Die GmbH wurde 1998 gegründet, vgl. S. 5.",
            "Die GmbH wurde neunzehnhundertachtundneunzig gegründet, vergleiche Seite fünf.",
        ),
        (
            "Ihr Gehalt: 65.000–75.000 € p. a.",
            "Ihr Gehalt: fünfundsechzigtausend bis fünfundsiebzigtausend Euro pro Jahr.",
        ),
        ("Das sind ca. 1,5 Mio. Nutzer.", "Das sind circa eins Komma fünf Millionen Nutzer."),
        ("Am 1. Mai ist frei, am 2. Juni nicht.", "Am ersten Mai ist frei, am zweiten Juni nicht."),
        ("Der 1. FC Köln gewann 3:2.", "Der erste FC Köln gewann drei zu zwei."),
        ("Heinrich VIII. und Ludwig XIV. lebten.", "Heinrich der achte und Ludwig der vierzehnte lebten."),
        (
            "Treffpunkt: Hauptstr. 12, 10115 Berlin.",
            "Treffpunkt: Hauptstraße zwölf, eins null eins eins fünf Berlin.",
        ),
        ("Bitte bis zum 15. antworten.", "Bitte bis zum fünfzehnten antworten."),
        (
            "Er ist 1,80 m groß und wiegt 80 kg.",
            "Er ist ein Meter achtzig groß und wiegt achtzig Kilogramm.",
        ),
        (
            "Um 0:30 Uhr, um 13:00 Uhr, um 21 Uhr.",
            "Um null Uhr dreißig, um dreizehn Uhr, um einundzwanzig Uhr.",
        ),
        ("3/4 der Kunden, d. h. 75 %", "drei Viertel der Kunden, das heißt fünfundsiebzig Prozent"),
        ("-5 °C bis +3 °C", "minus fünf Grad Celsius bis plus drei Grad Celsius"),
        ("Die 90er Jahre", "Die neunziger Jahre"),
        ("Im 21. Jh.", "Im einundzwanzigsten Jahrhundert."),
        ("Version 2.5 und 3.0.1", "Version zwei Komma fünf und drei Punkt null Punkt eins"),
        ("1. Anmelden", "eins, Anmelden"),
        ("Tel.: 030/123 45 67", "Telefon: null drei null, eins zwei drei, vier fünf, sechs sieben"),
        ("info@firma.de", "info ät firma Punkt de"),
        ("Seite 3–5", "Seite drei bis fünf"),
        ("100 km/h", "einhundert Kilometer pro Stunde"),
        ("2 x 3", "zwei mal drei"),
        ("100 €", "einhundert Euro"),
        ("ein 5-€-Schein", "ein fünf-Euro-Schein"),
    ],
)
def test_lines_are_said_as_a_german_voice_reads_them(text: str, said: str) -> None:
    assert read_aloud(text, "de") == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "Bonjour M. Dupont, le 1er déc. à 14 h.",
            "Bonjour Monsieur Dupont, le premier décembre à quatorze heures.",
        ),
        ("Économisez 20 % jusqu'au 31/12 !", "Économisez vingt pour cent jusqu'au trente et un décembre!"),
        ("Seulement 49,90 €/mois HT.", "Seulement quarante-neuf euros quatre-vingt-dix par mois HT."),
        (
            "Nous sommes ouverts de 9h à 18h, lun.–ven.",
            "Nous sommes ouverts de neuf heures à dix-huit heures, lundi à vendredi.",
        ),
        (
            "Fondée en 1998, au XXIe siècle.",
            "Fondée en mille neuf cent quatre-vingt-dix-huit, au vingt et unième siècle.",
        ),
        (
            "Un salaire de 45 000 € à 50 000 € brut.",
            "Un salaire de quarante-cinq mille euros à cinquante mille euros brut.",
        ),
        ("Le 2e étage, 12 bis rue St-Honoré.", "Le deuxième étage, douze bis rue Saint-Honoré."),
        ("Henri IV et François Ier.", "Henri quatre et François premier."),
        ("C'est le n° 1 en 2026.", "C'est le numéro un en deux mille vingt-six."),
        (
            "Il mesure 1,80 m et pèse 80 kg.",
            "Il mesure un mètre quatre-vingts et pèse quatre-vingts kilogrammes.",
        ),
        ("À 0h30, à 13h00, à 21 h.", "À zéro heures trente, à treize heures, à vingt et une heures."),
        ("24h/24 et 7j/7", "vingt-quatre heures ou vingt-quatre et sept jours sur sept"),
        ("p. ex. vendredi", "par exemple vendredi"),
        ("3/4 des clients, soit 75 %", "trois quarts des clients, soit soixante-quinze pour cent"),
        ("-5 °C", "moins cinq degrés Celsius"),
        ("Les années 90", "Les années quatre-vingt-dix"),
        ("Page 3-5", "Page trois à cinq"),
        ("Le Dr Martin & le Pr. Petit", "Le Docteur Martin et le Professeur Petit"),
        ("M. et Mme Durand", "Monsieur et Madame Durand"),
        ("MM. Durand et Petit", "Messieurs Durand et Petit"),
        (
            "71 %, 80 €, 91 km",
            "soixante et onze pour cent, quatre-vingts euros, quatre-vingt-onze kilomètres",
        ),
        ("1 an, 21 ans", "un an, vingt et un ans"),
        ("5 min", "cinq minutes"),
    ],
)
def test_lines_are_said_as_a_french_voice_reads_them(text: str, said: str) -> None:
    assert read_aloud(text, "fr") == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Hola Sr. Gómez, el 1 de enero a las 13:00.", "Hola señor Gómez, el uno de enero a las trece."),
        (
            "¡Ahorre un 20 % hasta el 31/12!",
            "¡Ahorre un veinte por ciento hasta el treinta y uno de diciembre!",
        ),
        ("Solo 49,90 €/mes + IVA.", "Solo cuarenta y nueve euros con noventa por mes más IVA."),
        ("Abierto de 9:00 a 18:00, lun.–vie.", "Abierto de nueve a dieciocho, lunes a viernes."),
        (
            "Fundada en 1998, en el s. XXI.",
            "Fundada en mil novecientos noventa y ocho, en el siglo veintiuno.",
        ),
        (
            "Un sueldo de 35.000 € a 40.000 €.",
            "Un sueldo de treinta y cinco mil euros a cuarenta mil euros.",
        ),
        ("Aprox. 1,5 millones de usuarios.", "Aproximadamente uno coma cinco millones de usuarios."),
        ("La 2.ª planta, C/ Mayor n.º 5.", "La segunda planta, calle Mayor número cinco."),
        ("Carlos I y Felipe VI.", "Carlos primero y Felipe sexto."),
        ("El n.º 1 en 2026.", "El número uno en dos mil veintiséis."),
        ("Mide 1,80 m y pesa 80 kg.", "Mide un metro ochenta y pesa ochenta kilogramos."),
        ("A la 1:00, a las 21:00.", "A la una, a las veintiuna."),
        ("24 h, 7 días", "veinticuatro horas, siete días"),
        ("p. ej. el viernes", "por ejemplo el viernes"),
        ("3/4 de los clientes", "tres cuartos de los clientes"),
        ("-5 °C", "menos cinco grados Celsius"),
        ("Los años 90", "Los años noventa"),
        ("Pág. 3-5", "Página tres a cinco"),
        ("El Dr. Martín y la Dra. Ruiz", "El doctor Martín y la doctora Ruiz"),
        ("D. Juan y Dña. Ana", "don Juan y doña Ana"),
        ("21 %, 31 €, 101 km", "veintiún por ciento, treinta y un euros, ciento un kilómetros"),
        ("1 año, 21 años", "un año, veintiún años"),
        ("El 3er piso", "El tercer piso"),
        ("Sres. Gómez", "señores Gómez"),
    ],
)
def test_lines_are_said_as_a_spanish_voice_reads_them(text: str, said: str) -> None:
    assert read_aloud(text, "es") == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "Solo 49,90 €/mese + IVA fino al 31/12.",
            "Solo quarantanove euro e novanta per mese più IVA fino al trentuno dicembre.",
        ),
        ("Aperti dalle 9:00 alle 18:00, lun.–ven.", "Aperti dalle nove alle diciotto, lunedì a venerdì."),
        ("Chiami lo 02 1234567.", "Chiami lo zero due, uno due tre, quattro cinque sei sette."),
        ("Nel 1998, nel XXI secolo.", "Nel millenovecentonovantotto, nel ventunesimo secolo."),
        ("Il 1° maggio e il 2° piano.", "Il primo maggio e il secondo piano."),
        (
            "Circa 1,5 milioni di utenti, ca. 3/4.",
            "Circa uno virgola cinque milioni di utenti, circa tre quarti.",
        ),
        ("n. 5, pag. 3", "numero cinque, pagina tre"),
        ("Vittorio Emanuele II", "Vittorio Emanuele secondo"),
        ("21 anni, 1 anno", "ventuno anni, un anno"),
        ("3 km, 20 °C, 25 %", "tre chilometri, venti gradi Celsius, venticinque per cento"),
    ],
)
def test_lines_are_said_as_an_italian_voice_reads_them(text: str, said: str) -> None:
    assert read_aloud(text, "it") == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "Só 49,90 €/mês até 31/12.",
            "Só quarenta e nove euros e noventa por mês até trinta e um de dezembro.",
        ),
        ("R$ 1.234,56", "mil duzentos e trinta e quatro reais e cinquenta e seis"),
        ("Ligue 912 345 678.", "Ligue nove um dois, três quatro cinco, seis sete oito."),
        ("O 1.º andar e a 2ª vez.", "O primeiro andar e a segunda vez."),
        ("Século XXI, D. João VI", "Século vinte e um, dom João sexto"),
        ("21 anos, 1 ano, 3/4", "vinte e um anos, um ano, três quartos"),
    ],
)
def test_lines_are_said_as_a_portuguese_voice_reads_them(text: str, said: str) -> None:
    assert read_aloud(text, "pt") == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Open ma–vr van 9:00 tot 18:00 uur.", "Open maandag tot vrijdag van negen uur tot achttien uur."),
        ("Bel 020 123 4567.", "Bel nul twee nul, één twee drie, vier vijf zes zeven."),
        ("In 1998, de 21e eeuw.", "In negentienhonderdachtennegentig, de eenentwintigste eeuw."),
        ("Ca. 1,5 miljoen gebruikers, 3/4.", "Circa één komma vijf miljoen gebruikers, drie kwart."),
        ("Willem III", "Willem de derde"),
        ("blz. 3-5, nr. 1", "bladzijde drie tot vijf, nummer één"),
    ],
)
def test_lines_are_said_as_a_dutch_voice_reads_them(text: str, said: str) -> None:
    assert read_aloud(text, "nl") == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tel. 22 123 45 67", "telefon dwa dwa, jeden dwa trzy, cztery pięć, sześć siedem"),
        ("3 maja, 21 lat, 25%", "trzeciego maja, dwadzieścia jeden lat, dwadzieścia pięć procent"),
        ("ul. Długa 5", "ulica Długa pięć"),
    ],
)
def test_lines_are_said_as_a_polish_voice_reads_them(text: str, said: str) -> None:
    assert read_aloud(text, "pl") == said
