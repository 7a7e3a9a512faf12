"""Made-up English sentences in which all mouth shapes turn up soon, and eSpeak's many voices."""

from __future__ import annotations

import numpy as np

VARIANTS = (
    *("f1", "f2", "f3", "f4", "f5", "m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8"),
    *("Alicia", "Andrea", "Andy", "Annie", "Denis", "Diogo", "Gene", "Henrique", "Hugo", "Lee", "Marco"),
    *("Michael", "Mike", "Nguyen", "Reed", "adam", "anika", "antonio", "aunty", "belinda", "benjamin"),
    *("boris", "caleb", "david", "ed", "edward", "grandma", "grandpa", "ian", "iven", "john", "klatt"),
    *("klatt4", "linda", "max", "miguel", "norbert", "pablo", "paul", "quincy", "rob", "robert", "sandro"),
    *("shelby", "steph", "travis", "victor", "zac"),
)
ACCENTS = ("en-us", "en-us", "en-us", "en", "en-gb-x-rp", "en-us-nyc", "en-gb-scotland")

_OPENERS = "so|well|today|and|but|of course|maybe|honestly|last week|in the morning|at first|for example"
_WHO = (
    "I|you|we|they|our teachers|the whole team|my brother|her friends|most people|the old captain|a young "
    "baker|somebody|the children|both of them|every farmer|the judge|your neighbours|five musicians|nobody"
)
_DO = (
    "found|made|bought|kept|moved|wanted|brought|watched|built|loved|heard about|opened|finished|asked for|"
    "thought of|voted for|paid for|showed me|wrote about|believed in|shook|chose|joined|forgot|saved"
)
_HOW = "quite|very|really|almost|much too|rather|surprisingly|never very|always"
_LIKE = (
    "big|small|blue|warm|quiet|famous|heavy|bright|shallow|useful|broken|smooth|thirsty|early|fresh|pale|"
    "vivid|yellow|enormous|perfect|main|wooden|silver|huge|private|good|awful|cheap|rough|short"
)
_WHAT = (
    "boat|map|piano|window|bottle of milk|garden|shop|number|book|photograph|village|orange|thought|judge|"
    "chair|beach|cow|house|voice|weather|future|apple pie|meeting|problem|fish|movie|treasure|church|match|"
    "youth club|budget|measure|language|journey|power station|room|bubble|farm|queue|thing|egg|shoe|path"
)
_WHERE = (
    "by the river|under the bridge|over there|at home|above the shop|behind my house|before breakfast|on a "
    "boat|for four years|without any help|with both hands|in the village|near the tower|through the fog|"
    "after a very long week|from above|because of you|in the middle of May|for the first time"
)
_ENDS = "thank you|why not|please remember that|how beautiful|is that all|what a joy|you know what I mean"


def sample_sentence(rng: np.random.Generator) -> str:
    """One made-up English sentence without punctuation; all mouth shapes turn up soon."""
    if rng.random() < 0.12:
        return _choose(_ENDS, rng)
    words = [_choose(_OPENERS, rng)] if rng.random() < 0.3 else []
    words += [_choose(_WHO, rng), _choose(_DO, rng), str(rng.choice(["a", "the", "my", "their", "this"]))]
    words += [_choose(_HOW, rng)] if rng.random() < 0.25 else []
    words += [_choose(_LIKE, rng)] if rng.random() < 0.7 else []
    words += [_choose(_WHAT, rng)]
    words += [_choose(_WHERE, rng)] if rng.random() < 0.6 else []
    return " ".join(words)


def _choose(choices: str, rng: np.random.Generator) -> str:
    return str(rng.choice(choices.split("|")))
