"""The locales that a person may choose: how numbers, dates and places are read."""

from __future__ import annotations

from babel.core import Locale, UnknownLocaleError

from renderer.errors import RenderError

# (tag, name of language and country). A voice of another language reads as its own language does.
LOCALES = (
    ("en-US", "English, United States"),
    ("en-GB", "English, United Kingdom"),
    ("en-AU", "English, Australia"),
    ("en-CA", "English, Canada"),
    ("en-IE", "English, Ireland"),
    ("en-IN", "English, India"),
    ("en-NZ", "English, New Zealand"),
    ("en-ZA", "English, South Africa"),
    ("de-DE", "German, Germany"),
    ("de-AT", "German, Austria"),
    ("de-CH", "German, Switzerland"),
    ("es-ES", "Spanish, Spain"),
    ("es-MX", "Spanish, Mexico"),
    ("fr-FR", "French, France"),
    ("fr-CA", "French, Canada"),
    ("fr-CH", "French, Switzerland"),
    ("it-IT", "Italian, Italy"),
    ("ja-JP", "Japanese, Japan"),
    ("nl-NL", "Dutch, Netherlands"),
    ("pl-PL", "Polish, Poland"),
    ("pt-BR", "Portuguese, Brazil"),
    ("pt-PT", "Portuguese, Portugal"),
)


def check_locale(tag: str) -> None:
    """Raise RenderError unless a tag such as "en-GB" names a locale; "" is the voice's own language."""
    try:
        if tag:
            Locale.parse(tag, sep="-")
    except (ValueError, UnknownLocaleError) as error:
        raise RenderError(
            f"There is no locale “{tag}”. Write a language and a country, such as en-GB."
        ) from error
