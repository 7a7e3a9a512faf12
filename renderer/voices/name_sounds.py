"""How names of other languages are said in English, where their spelling misleads an English reader.

``NAMES`` holds names that English speakers have settled on a sound for; a name with accents stands here with
them where it is another name without ("Jesús", "Jesus"). Polish and Spanish are spelt as they are spoken, so
names that show by their letters or endings that they are Polish or Spanish are read by rules.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

_STROKES = str.maketrans({"ł": "l", "đ": "d", "ø": "o", "ß": "ss", "ı": "i", "æ": "ae", "þ": "th", "ð": "d"})

# name, then IPA with English sounds; the stress stands before its vowel or its syllable.
_TABLE = """
nguyen wˈɪn, pham fˈɑm, huynh hwˈɪn, hoang hwˈɑŋ, phan fˈɑn, linh lˈɪn, minh mˈɪn, trinh tɹˈɪn, phuong fˈuɔŋ,
dang dˈɑŋ, thuy twˈi, đặng dˈɑŋ,
niamh nˈiv, siobhan ʃɪvˈɔn, saoirse sˈɪɹʃə, aoife ˈifə, caoimhe kˈivə, eoin ˈoʊɪn, ciaran kˈɪɹən, ciara kˈiɹə,
roisin ɹoʊʃˈin, tadhg tˈaɪɡ, oisin oʊʃˈin, sinead ʃɪnˈeɪd, grainne ɡɹˈɔnjə, maeve mˈeɪv, maebh mˈeɪv,
meadhbh mˈeɪv, padraig pˈɔdɹɪɡ, aisling ˈæʃlɪŋ, orla ˈɔɹlə, cian kˈiən, diarmuid dˈɪɹmɪd, sean ʃˈɔn,
eilis aɪlˈiʃ, fionnuala fɪnˈulə, cillian kˈɪliən, eoghan ˈoʊən, ruairi ɹˈʊɹi, aodhan ˈeɪdən, cathal kˈɑhəl,
daithi dˈɑhi, laoise lˈiʃə, sadhbh sˈaɪv, sorcha sˈɔɹəkə, ailbhe ˈælvə,
sian ʃˈɑn, ioan jˈoʊən, owain ˈoʊaɪn, rhys ɹˈis, cerys kˈɛɹɪs, dafydd dˈævɪð, ieuan jˈaɪən, myfanwy məvˈænwi,
angharad æŋhˈæɹəd,
xochitl sˈoʊtʃil, itzel ɪtsˈɛl, ximena himˈeɪnə, guadalupe ɡwɑdəlˈupeɪ, jesús heɪsˈus, ángel ˈɑnhɛl,
joaquin wɑkˈin, javier hɑviˈɛɹ, jorge hˈɔɹheɪ, jose hoʊzˈeɪ, quetzalli kɛtsˈɑli, raul ɹɑˈul, saúl sɑˈul,
joao ʒwˈaʊ, conceicao kɑnseɪsˈaʊ, goncalo ɡɑnsˈɑlu, thiago tiˈɑɡoʊ, tiago tiˈɑɡoʊ, joaquim ʒwɑkˈim,
lukasz lˈukɑʃ, wojciech vˈɔɪtʃɛk, krzysztof kʃˈɪʃtɔf, agnieszka ɑɡnjˈɛʃkə, malgorzata mɑwɡɔʒˈɑtə,
szymon ʃˈɪmɔn, katarzyna kɑtɑʒˈɪnə, grzegorz ɡʒˈɛɡɔʃ, andrzej ˈɑndʒeɪ, zbigniew zbˈiɡnjɛf, jerzy jˈɛʒi,
wojcik vˈɔɪtʃɪk, pawel pˈɑvɛl,
jurgen jˈʊɹɡən, gunther ɡˈʊntəɹ, schröder ʃɹˈɜɹdəɹ, jörg jˈɜɹɡ, bjorn bjˈɔɹn, heike hˈaɪkə, joachim jˈoʊɑkɪm,
uwe ˈuvə, jens jˈɛns, müller mˈʊləɹ,
francois fɹɑnswˈɑ, renee ɹənˈeɪ, rené ɹənˈeɪ, thibault tibˈoʊ, anais ænɑˈis, oceane oʊseɪˈɑn,
etienne ɛtiˈɛn, guillaume ɡiˈoʊm, benoit bɛnwˈɑ, zoe zˈoʊi, chloe klˈoʊi, loic loʊˈik, esmé ˈɛzmeɪ,
yves ˈiv, solene soʊlˈɛn, maelle mɑˈɛl, beyonce biˈɑnseɪ, matthieu mɑtjˈu, noël noʊˈɛl,
soren sˈɔɹən, åsa ˈoʊsə, håkan hˈoʊkɑn, bjarne bjˈɑɹnə, leif lˈeɪf, þórdís θˈɔɹdis, jorgen jˈɜɹɡən,
tuğçe tˈutʃeɪ, yağmur jˈɑmʊɹ, çelik tʃɛlˈik, đorđe dʒˈɔɹdʒeɪ, šarić ʃˈɑɹɪtʃ, hrvoje hˈɜɹvɔjeɪ,
dvorak dvˈɔɹʒæk, jiri jˈɪɹʒi, szabo sˈɑboʊ, réka ɹˈeɪkə,
ngozi ɛŋɡˈoʊzi, chidi tʃˈidi, mbeki ɛmbˈɛki, oluwaseun oʊluwɑʃˈeɪun, ngugi ɡˈuɡi,
priya pɹˈijə, siddharth sɪdˈɑɹt, krishnamurthy kɹɪʃnəmˈʊɹti, venkataraman vɛŋkətəɹˈɑmən, anjali ˈʌndʒəli,
zhang dʒˈɑŋ, qin tʃˈɪn, xi ʃˈi, xiao ʃˈaʊ, xiaoyu ʃaʊjˈu, xiaoming ʃaʊmˈɪŋ, zhou dʒˈoʊ, zhao dʒˈaʊ, xu ʃˈu,
guo ɡwˈɔ, huang hwˈɑŋ, jiang dʒjˈɑŋ, liu ljˈoʊ,
giovanni dʒoʊvˈɑni, giuseppe dʒusˈɛpeɪ, gianluca dʒɑnlˈukə, chiara kiˈɑɹə
"""
NAMES = {
    name: ipa
    for name, ipa in (entry.split() for entry in _TABLE.replace("\n", " ").split(",") if entry.split())
}

_POLISH = re.compile(r"[łąęśźżćń]|(wicz|czyk|czak|owski|ewski|owska|ewska)$|szcz|prz|krz")
_SOFT = {"c": "tʃ", "s": "ʃ", "z": "ʒ", "n": "nj"}  # before an i, which is heard only where no vowel follows
_POLISH_VOWELS = {"a": "ɑ", "e": "ɛ", "o": "ɔ", "u": "u", "ó": "u", "ą": "ɔn", "ę": "ɛn", "y": "ɪ"}
_POLISH_SOUNDS = {
    **{sign + "i" + vowel: _SOFT[sign] + own for sign in _SOFT for vowel, own in _POLISH_VOWELS.items()},
    **{f"{sign}i": f"{soft}i" for sign, soft in _SOFT.items()},
    **_POLISH_VOWELS,
    "prz": "pʃ", "krz": "kʃ", "trz": "tʃ",
    "szcz": "ʃtʃ", "sz": "ʃ", "cz": "tʃ", "rz": "ʒ", "dź": "dʒ", "dż": "dʒ", "ch": "h", "c": "ts", "ć": "tʃ",
    "ś": "ʃ", "ź": "ʒ", "ż": "ʒ", "ń": "n", "ł": "w", "w": "v", "g": "ɡ", "r": "ɹ", "x": "ks",
}  # fmt: skip
_SPANISH = re.compile(r"ñ|^[a-zñáéíóúü]*[áéíóú][a-zñ]*$")
# An acute accent is French, Irish, Hungarian or Czech as well; their names show it by these letters.
_NOT_SPANISH = re.compile(r"[kw]|[bcdgmpst]h(?<!ch)|zs|sz|cs|gy|ae|ao|aidh|ée?$|é[a-z]?ie|ss|tt|nn|mm|ff|pp")
_SPANISH_SOUNDS = {
    "ch": "tʃ", "ll": "j", "rr": "ɹ", "qu": "k", "gue": "ɡe", "gui": "ɡi", "ge": "he", "gi": "hi", "ce": "se",
    "ci": "si", "j": "h", "h": "", "ñ": "nj", "z": "s", "c": "k", "v": "b", "y": "j", "x": "ks", "ü": "w",
    "g": "ɡ", "r": "ɹ",
}  # fmt: skip


def strip_accents(word: str) -> str:
    """The same letters without marks: "Łukasz" → "Lukasz", "Nguyễn" → "Nguyen"."""
    plain = "".join(
        letter.lower().translate(_STROKES).capitalize() if letter.isupper() else letter.translate(_STROKES)
        for letter in unicodedata.normalize("NFC", word)
    )
    return "".join(one for one in unicodedata.normalize("NFD", plain) if not unicodedata.combining(one))


def find_name_ipa(word: str) -> str:
    """The IPA of a name that is settled, by its letters with accents or else without; "" for others."""
    lower = unicodedata.normalize("NFC", word).lower()
    return NAMES.get(lower) or NAMES.get(strip_accents(lower), "")


def read_by_letters(word: str) -> str:
    """The IPA of a name that shows to be Polish or Spanish; "" for others."""
    lower = unicodedata.normalize("NFC", word).lower()
    if not lower.isalpha():
        return ""
    if _POLISH.search(lower):
        return _stress(_spell(re.sub("w$", "f", lower), _POLISH_SOUNDS), -2)
    if _SPANISH.match(lower) and not _NOT_SPANISH.search(lower):
        return _read_spanish(lower)
    return ""


def _read_spanish(word: str) -> str:
    bare = unicodedata.normalize("NFD", word.replace("ñ", "N"))
    marked = bare.find("\u0301")
    vowels = [at for at, letter in enumerate(strip_accents(word)) if letter in "aeiou"]
    plain = bare.replace("\u0301", "").replace("N", "ñ")
    spoken = _spell(re.sub("^x", "j", plain), _SPANISH_SOUNDS)
    if marked > 0:
        count = sum(letter in "aeiou" for letter in bare[:marked])
        place = count - 1 - len(vowels)
    else:
        place = -2 if plain[-1] in "aeiouns" else -1
    return _stress(spoken, place)


def _spell(word: str, sounds: Mapping[str, str]) -> str:
    """Each group of letters by its sound, the longest that fits."""
    groups = "|".join(sorted(sounds, key=len, reverse=True))
    return re.sub(groups, lambda match: sounds[match.group()], word)


def _stress(ipa: str, place: int) -> str:
    """IPA with the stress before one of its vowels, counted from the end (-1 is the last)."""
    vowels = [match.start() for match in re.finditer(r"[aeiouɑɛɪɔə]", ipa)]
    if not vowels:
        return ipa
    at = vowels[max(place, -len(vowels))]
    return f"{ipa[:at]}ˈ{ipa[at:]}"
