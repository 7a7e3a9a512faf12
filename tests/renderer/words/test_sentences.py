"""Where a spoken sentence ends."""

from __future__ import annotations

import pytest

from renderer.words.sentences import find_sentence_spans, split_sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hi Ada. Thanks for coming.", ["Hi Ada.", "Thanks for coming."]),
        ("Dear Mr. Smith, hello. Bye.", ["Dear Mr. Smith, hello.", "Bye."]),
        ("Bring tools, e.g. a saw. Or i.e. nothing.", ["Bring tools, e.g. a saw.", "Or i.e. nothing."]),
        ("It costs 3.50 dollars. Cheap!", ["It costs 3.50 dollars.", "Cheap!"]),
        ("J. R. Tolkien wrote it. I know.", ["J. R. Tolkien wrote it.", "I know."]),
        ("Really?! Yes... perhaps. No", ["Really?!", "Yes... perhaps.", "No"]),
        ("He said “stop.” Then he left.", ["He said “stop.”", "Then he left."]),
        (
            "We are Acme Inc. and glad. We are Acme Inc. Hello.",
            ["We are Acme Inc. and glad.", "We are Acme Inc.", "Hello."],
        ),
        ("One sentence\nover two lines. And one.", ["One sentence\nover two lines.", "And one."]),
        ("A heading\n\nThen text.", ["A heading", "Then text."]),
        ("At 5 p.m. we meet. Fine.", ["At 5 p.m. we meet.", "Fine."]),
        ("你好。再见！", ["你好。", "再见！"]),
        ("… ! -- \n\n", []),
        ("", []),
    ],
)
def test_text_is_cut_where_a_speaker_would_stop(text: str, expected: list[str]) -> None:
    assert split_sentences(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Only one full stop can belong to a title; any other mark ends the sentence.
        ("Is he a Dr? Yes.", ["Is he a Dr?", "Yes."]),
        ("I saw Mr... Smith left.", ["I saw Mr...", "Smith left."]),
        ("I saw Mr… Smith left.", ["I saw Mr…", "Smith left."]),
        ("I saw “Mr...” Smith left.", ["I saw “Mr...”", "Smith left."]),
        ("I saw Mr. Smith.", ["I saw Mr. Smith."]),
        # A small letter goes on after full stops and dots, not after ! and ?.
        ("Well… perhaps. no", ["Well… perhaps. no"]),
        ("Wait! you. Go? now.", ["Wait!", "you.", "Go?", "now."]),
        # What follows is looked at behind its opening quotes.
        ("He wrote. “then nothing.", ["He wrote. “then nothing."]),
        ("We are Acme Inc. “Hello.”", ["We are Acme Inc.", "“Hello.”"]),
        ("We are Acme Inc. 30 of us.", ["We are Acme Inc. 30 of us."]),
        ("We are glad. 30 of us.", ["We are glad.", "30 of us."]),
        # One capital is an initial, but for I; a small letter is a word.
        ("It is I. You know.", ["It is I.", "You know."]),
        ("It is K. Smith.", ["It is K. Smith."]),
        ("Take plan b. Then go.", ["Take plan b.", "Then go."]),
        ("That is OK. Go on.", ["That is OK.", "Go on."]),
        # Nothing but a quote before the full stop: no word that could be a title.
        ("(.) Go on.", ["Go on."]),
        ("Dr. (Mr. Smith) came.", ["Dr. (Mr. Smith) came."]),
        # The last sentence ends with the text and with its paragraph, whatever its last word is.
        ("Ask the Prof.", ["Ask the Prof."]),
        ("Ask the Prof. “", ["Ask the Prof."]),
        ("Ask the Prof.\n \t\n\n  Smith knows.", ["Ask the Prof.", "Smith knows."]),
        ("Ask the Prof.\nSmith knows.", ["Ask the Prof.\nSmith knows."]),
    ],
)
def test_a_full_stop_ends_a_sentence_only_where_a_reader_would_say_so(text: str, expected: list[str]) -> None:
    assert split_sentences(text) == expected


def test_spans_are_where_the_sentences_stand_in_the_text() -> None:
    text = "  One.  Two!\n\n … \n\n Three "
    assert find_sentence_spans(text) == [(2, 6), (8, 12), (20, 25)]
    assert [text[first:last] for first, last in find_sentence_spans(text)] == ["One.", "Two!", "Three"]


@pytest.mark.parametrize(
    "written",
    [  # "|" is where a reader ends a sentence.
        "Open from Jan. 5 to Feb. 10.| Come by.",
        "The U.S. Army called.| Yes.",
        "I think this fits Yahoo! well.",
        "Apt. 5, Bldg. 3.",
        "Es ist der 3. Oktober.| Gut.",
        "Guten Tag Hr. Müller, z. B. heute.| Gut.",
        "Hi Sr. García.",
        "M. Dupont est là.| Mme. Durand aussi.",
        "Hi Ada.|Thanks for coming.",
        "नमस्ते।| आप कैसे हैं।",
        "مرحبا؟| كيف حالك؟",
        "I said no.| Then yes.",
        "I live on Main St.| It is quiet.",
        "Hi Ada!| how are you?| see you.",
        "“Really?” he asked.| “Yes!” she said.| Done.",
        "Fans of Jeopardy! know this.| I do.",
        "Acme Inc.| It is big.| Acme Inc. Berlin is ours.",
        "See you at 5 p.m.| Bring Ada.",
        "He moved to Washington, D.C.| We miss him.",
        "(See this.)| Then go.",
        "Hi... Ada.| Well... That is it.| I waited...| Then she came.",
        "Hi Ada.|It is me.|Then go.| Visit example.com.| Use Node.js and ASP.NET today.| Version 2.3 is out.",
        "See report.pdf.| Open it!|Then go.| The U.S.A. is big.",
        "J.P. Morgan called.| J. P. Morgan called.| George W. Bush too.",
        "Plan B.| Then go.| It's Vitamin C.| Good.",
        "Prof. Dr. Lee is here.| Mx. Lee.| Hon. Lee.| Fr. Brown.| Lt. Col. Smith.",
        "We have No. 5.| No.| I said so.| Is it no. 7?| Yes.",
        "On Mon. 5 we meet.| On Oct. 3.| Then go.",
        "Am 24. Dezember ist Weihnachten.| Im 19. Jahrhundert.| Das ist d. h. gut.",
        "El Sr. Ruiz y la Sra. Paz.| ¿Qué tal?|¡Bien!",
        "Il Sig. Rossi e il Dott. Bianchi.| Bene.",
        "Dhr. Jansen is er.| Bijv. Ada.",
        "Das kostet 3 Mio. Euro.| Gut, bzw. Berlin.",
        "这是。|好！|对？|是",
        "नमस्ते!| आप कैसे हैं?| ठीक है॥",
        "السلام عليكم.| كيف حالك؟| بخير!",
        "1. First thing| 2. Second thing| 3. Third thing",
        "Mr. and Mrs. Lee came.| Dr. and Prof. Lee too.",
        "He lives at 5 Main St.| He likes it.| St. Mary's Church.| Go to St. Louis.",
        "I love it!!!| You?!| Ok.",
        "Sales rose 3.5%.| Then 4.5.| Done.",
        "She said \"Go.\"| He went.| She said 'Go.'| He went.",
        "Call 555.123.4567.| Then go.",
        "Etc. etc.| Then go.| A, b, etc.| And more.",
        "See Fig. 3 and Vol. 2.| Ok.| See p. 5.| Ok.",
        "Martin Luther King Jr. Day.| Sammy Davis Jr. sang.",
        "Smith & Co.| We are.",
    ],
)
def test_sentences_end_where_a_reader_ends_them(written: str) -> None:
    expected = [part.strip() for part in written.split("|")]
    assert split_sentences(written.replace("|", "")) == expected


def test_a_language_knows_its_own_abbreviations() -> None:
    assert split_sentences("Call Me. Then go.") == ["Call Me.", "Then go."]
    assert split_sentences("Voici Me. Durand.", "fr-FR") == ["Voici Me. Durand."]


@pytest.mark.parametrize(
    "written",
    [
        "Hi Ada, thanks for stopping by!| We loved it.",
        "Hey there... It's me again.",
        "So... what's next?| Glad you asked!",
        "We're No. 1!| Really.",
        "Ask for Sgt. Smith.| He's in Bldg. 4.",
        "It costs 5 €.| Das ist gut.",
        "We open at 9 a.m. daily.| We close at 5 p.m. on Fri.| Come by.",
        "Mr. T. is here.| He waits.",
        "Visit us at byname.io.| It's free.",
        "See v2.0.| It rocks.",
        "Is it Ph.D. or M.D.?| Both.",
        "The U.S.A. won.| The U.K. lost.",
        "Washington, D.C., is nice.",
        "“Are you sure?”| “Yes.”| OK.",
        "He asked, “Why?” and left.",
        "(Yes!)| We did it.| Go on.",
        "Wow!!!| So good!!",
        "What?!| You're kidding.",
        "On St. Patrick's Day.| In St. Paul.",
        "We met on 5th Ave.| Then we ate.",
        "We do sales, ads, etc.| Call us.",
        "Vol. 3 No. 2 is out.| See p. 3.",
        "Sen. Warren met Rep. Smith.| Gov. Lee came.",
        "Mt. Rainier is tall.| Ft. Worth is flat.",
        "It's Jan. 5th.| It's Dec. 24.",
        "I'm from St. Louis, Mo.| It is nice.",
        "Smith vs. Jones.| Roe v. Wade.",
        "Ich komme am Mo. und Di.| Bis dann.",
        "Das ist Frau Prof. Dr. Klug.| Guten Tag.",
        "Wir treffen uns am 3. um 5 Uhr.| Gut.",
        "Der 1. FC Köln.| Die 2. Bundesliga.",
        "Z. B. Berlin.| D. h. ja.| U. a. Köln.",
        "Bis zum 15.| Dann sehen wir uns.",
        "Am 24.12. ist Weihnachten.",
        "Ludwig XIV. war König.| Heinrich VIII. auch.",
        "Hallo Hr. Dr. Meier, willkommen!| Schön.",
        "Le Dr. Martin est là.| Mlle. Rose aussi.",
        "« Bonjour ! » dit-il.| « Ça va ? »| Oui.",
        "El Dr. Ruiz y la Dra. Paz.| Av. Reforma 5.| Gracias.",
        "¿Cómo estás?| ¡Bien!| EE. UU. es grande.",
        "Il dott. Rossi.| L'avv. Bianchi.| Grazie.",
        "O Sr. Silva.| A Dra. Costa.| Obrigado.",
        "Dr. Kowalski i mgr. Nowak.| Ul. Długa.",
        "De heer dr. Jansen.| Bijv. morgen.",
        "本日は。|ありがとう！|はい？|「そうです。」|次。",
        "안녕하세요.| 반갑습니다!",
        "Merhaba!| Nasılsınız?| İyi.",
    ],
)
def test_lines_of_many_languages_are_cut_without_being_told_the_language(written: str) -> None:
    expected = [part.strip() for part in written.split("|")]
    assert split_sentences(written.replace("|", "")) == expected


def test_a_line_separator_before_a_stop_stops_nobody() -> None:
    assert split_sentences("I\u2028. We met.")[-1] == "We met."
