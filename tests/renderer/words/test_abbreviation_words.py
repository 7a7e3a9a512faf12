"""Titles and abbreviations."""

from __future__ import annotations

import pytest

from renderer.words.script_words import read_aloud


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Hi Ms. Lee.", "Hi Miz Lee."),
        ("Hi Mx. Lee.", "Hi Mix Lee."),
        ("Hi Rev. King.", "Hi Reverend King."),
        ("Hi Capt. Kirk.", "Hi Captain Kirk."),
        ("Hi Lt. Col. Smith.", "Hi Lieutenant Colonel Smith."),
        ("Hi Sgt. Pepper.", "Hi Sergeant Pepper."),
        ("Hi Gen. Lee.", "Hi General Lee."),
        ("Hi Hon. Lee.", "Hi Honorable Lee."),
        ("Hi Fr. Brown.", "Hi Father Brown."),
        ("John Smith Jr. is here.", "John Smith Junior is here."),
        ("J.P. Morgan", "J.P Morgan"),
        ("No. 5 is best.", "Number five is best."),
        ("Main St. 5.", "Main Street five."),
        ("vs. them", "versus them"),
        (
            "Dr. Smith of St. Louis lives on Main St. in town.",
            "Doctor Smith of Saint Louis lives on Main Street in town.",
        ),
        (
            "St. Mary's is near 5th St. and Elm Ave. today.",
            "Saint Mary's is near fifth Street and Elm Avenue today.",
        ),
        ("Mr. and Mrs. Jones, Mrs Lee, Ms Wong.", "Mister and Missus Jones, Missus Lee, Miz Wong."),
        ("Prof. Dr. Lee and Maj. Gen. Ross.", "Professor Doctor Lee and Major General Ross."),
        ("He works at Acme Inc. in Washington, D.C.", "He works at Acme Incorporated in Washington, D.C."),
        (
            "Foo Ltd. and Bar Co. and Baz Corp. are in.",
            "Foo Limited and Bar Company and Baz Corporation are in.",
        ),
        ("Apt. 5, Bldg. 3.", "Apartment five, Building three."),
        (
            "We sell tools, e.g. saws, i.e. blades, etc.",
            "We sell tools, for example saws, that is blades, et cetera.",
        ),
        ("Ada vs. Bob.", "Ada versus Bob."),
        ("The U.S. Army and the U.K. office.", "The U.S Army and the U.K office."),
        ("Martin Luther King Jr.", "Martin Luther King Junior."),
        (
            "Dr. A. J. Smith, Mary A. Brown and J.R.R. Tolkien.",
            "Doctor A.J Smith, Mary Eh Brown and J.R.R Tolkien.",
        ),
        ("She has a Ph.D. and a B.A. from Yale.", "She has a PhD and a B.A from Yale."),
        ("Dept. of Health, approx. 5 people.", "Department of Health, approximately five people."),
        (
            "See p. 5, pp. 3-5, vol. 2 and fig. 3.",
            "See page five, pages three to five, volume two and figure three.",
        ),
        ("Sammy Davis, Jr. and John Lee Sr. sang.", "Sammy Davis, Junior and John Lee Senior sang."),
        ("Sr. Mary and Br. Paul.", "Sister Mary and Brother Paul."),
        (
            "Visit 221 Baker St. or 10 Ocean Dr. in town.",
            "Visit two twenty one Baker Street or ten Ocean Drive in town.",
        ),
        ("Mt. Everest and Ft. Worth.", "Mount Everest and Fort Worth."),
        ("No. I said no.", "No. I said no."),
        ("Our VIP and FAQ pages.", "Our V.I.P and F.A.Q pages."),
        ("Thanks w/ love.", "Thanks with love."),
        ("Gov. Brown, Sen. Lee and Rep. Cox.", "Governor Brown, Senator Lee and Representative Cox."),
        ("AT&T and H&M.", "A.T and T and H and M."),
    ],
)
def test_abbreviations_are_said_as_an_american_reads_them(text: str, said: str) -> None:
    assert read_aloud(text, "en-us") == said


@pytest.mark.parametrize(
    ("language", "locale", "text", "said"),
    [
        ("en-gb", "", "Hi Hon. Lee.", "Hi Honourable Lee."),
        ("de", "", "Guten Tag Hr. Müller, z. B. heute.", "Guten Tag Herr Müller, zum Beispiel heute."),
        (
            "de",
            "",
            "Frau Dr. Schmidt, Fr. Meier und Prof. Klug.",
            "Frau Doktor Schmidt, Frau Meier und Professor Klug.",
        ),
        (
            "de",
            "",
            "Nr. 5, Hauptstr. 7, ca. 3 usw.",
            "Nummer fünf, Hauptstraße sieben, circa drei und so weiter.",
        ),
        (
            "fr",
            "",
            "M. Dupont, Mme Durand et Mlle. Rose.",
            "Monsieur Dupont, Madame Durand et Mademoiselle Rose.",
        ),
        ("es", "", "Sr. García, Sra. López y Dra. Ruiz.", "señor García, señora López y doctora Ruiz."),
        ("es", "", "Ud. lo sabe, p. ej. hoy.", "usted lo sabe, por ejemplo hoy."),
        ("it", "", "Il Sig. Rossi e la Dott.ssa Neri.", "Il signor Rossi e la dottoressa Neri."),
        ("pt", "", "O Sr. Silva e a Dra. Costa.", "O senhor Silva e a doutora Costa."),
        (
            "nl",
            "",
            "Dhr. Jansen en mevr. Smit, bijv. morgen.",
            "De heer Jansen en mevrouw Smit, bijvoorbeeld morgen.",
        ),
        ("pl", "", "To jest np. ul. Długa.", "To jest na przykład ulica Długa."),
    ],
)
def test_abbreviations_are_said_in_the_language_of_the_voice_by_the_locale(
    language: str, locale: str, text: str, said: str
) -> None:
    assert read_aloud(text, language, locale) == said
