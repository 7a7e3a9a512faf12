"""The second factor: codes of an app on the person's phone, and recovery codes where that is lost."""

from __future__ import annotations

import math
import re
import secrets

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from campaigns.history import Person, Verb, record
from campaigns.models import Workspace

OPTIONAL, REQUIRED = "optional", "required"  # values of the setting SECOND_FACTOR
RECOVERY_CODES = 10
_CODE, _RECOVERY = re.compile(r"[0-9]{6}"), re.compile(r"[0-9]{10}")
_DIGEST_CHARACTERS = 16  # as many as the library's column holds

NO_CODE = "A code has six digits, a recovery code ten."
WRONG = (
    "This code is wrong, or was used already. Type the one that the app shows now; if it goes on, set the "
    "phone's clock to the time of the network."
)
NOT_BEGUN = "There is nothing to confirm any more. Begin again."


class CodeRefused(Exception):
    """A code that does not count; the sentence says why. ``guessed``: it was compared, and is a wrong one."""

    def __init__(self, sentence: str, *, guessed: bool = False) -> None:
        super().__init__(sentence)
        self.guessed = guessed


def find_device(user: User) -> TOTPDevice | None:
    """The person's confirmed app; None where a password is all that the account has."""
    return TOTPDevice.objects.filter(user=user.pk, confirmed=True).order_by("pk").first()


def find_begun(user: User, key: int | None) -> TOTPDevice | None:
    """What the person is setting up, by the key that `begin` gave to their session."""
    return TOTPDevice.objects.filter(user=user.pk, confirmed=False, pk=key).first()


def count_recovery_codes(user: User) -> int:
    """How many of them nobody has used."""
    return StaticToken.objects.filter(device__user=user.pk).count()


def begin(user: User) -> int | None:
    """A new secret, which counts once a code confirms it. The key is for this session alone: a secret that
    somebody else saw earlier, signed in as this person, is never the one that gets confirmed."""
    with transaction.atomic():
        _lock(user)
        if find_device(user) is not None:
            return None
        TOTPDevice.objects.filter(user=user.pk).delete()
        key: int = TOTPDevice.objects.create(user_id=user.pk, name="App", confirmed=False).pk
    return key


def confirm(user: User, key: int | None, code: str) -> tuple[TOTPDevice, list[str]]:
    """From now on signing in asks for a code. The recovery codes are told this once. Raises CodeRefused."""
    digits = _read(code)
    with transaction.atomic():
        _lock(user)
        begun = find_begun(user, key) if find_device(user) is None else None
        if begun is None:
            raise CodeRefused(NOT_BEGUN)
        refused = _compare(begun, digits)
        if refused is None:
            TOTPDevice.objects.filter(pk=begun.pk).update(confirmed=True)
            codes = _make_codes(user)
            _note(user, Verb.FACTOR_SET, user)
    if refused is not None:
        raise refused
    return begun, codes


def check_code(user: User, code: str) -> TOTPDevice:
    """The person's app, where this is its code or a recovery code. Each counts once. Raises CodeRefused."""
    digits = _read(code)
    with transaction.atomic():
        _lock(user)
        device = find_device(user)
        if device is None:
            raise CodeRefused(NOT_BEGUN)
        if _CODE.fullmatch(digits):
            refused = _compare(device, digits)
        else:
            refused = _compare(StaticDevice.objects.get(user=user.pk), _digest(user, digits))
    if refused is not None:
        raise refused
    return device


def renew_codes(user: User) -> list[str]:
    """Other recovery codes, told this once; the old ones count no more."""
    with transaction.atomic():
        _lock(user)
        if find_device(user) is None:
            raise CodeRefused("There is no second factor to recover. Set one up first.")
        codes = _make_codes(user)
        _note(user, Verb.CODES_RENEWED, user)
    return codes


def remove(user: User, actor: Person | None) -> bool:
    """A password is enough again. False where it was before. ``actor`` None: a command did it."""
    with transaction.atomic():
        _lock(user)
        StaticDevice.objects.filter(user=user.pk).delete()
        had_one = TOTPDevice.objects.filter(user=user.pk, confirmed=True).exists()
        TOTPDevice.objects.filter(user=user.pk).delete()
        if had_one:
            is_own = actor is not None and actor.pk == user.pk
            _note(user, Verb.FACTOR_ENDED if is_own else Verb.FACTOR_REMOVED, actor)
    return had_one


def _lock(user: User) -> None:
    """One at a time: no code counts twice, and no guess comes before the wait after another."""
    User.objects.select_for_update().get(pk=user.pk)


def _read(code: str) -> str:
    digits = re.sub(r"[\s-]+", "", code)
    if not (_CODE.fullmatch(digits) or _RECOVERY.fullmatch(digits)):
        raise CodeRefused(NO_CODE)
    return digits


def _compare(device: TOTPDevice | StaticDevice, token: str) -> CodeRefused | None:
    """The refusal is returned, so that the transaction keeps the count of wrong codes."""
    allowed, why = device.verify_is_allowed()
    if not allowed:
        wait_s = math.ceil((why["locked_until"] - timezone.now()).total_seconds())
        return CodeRefused(
            f"There were {why['failure_count']} wrong codes in a row. Wait {_say(max(1, wait_s))}, then try "
            "again. Each further one doubles the wait."
        )
    return None if device.verify_token(token) else CodeRefused(WRONG, guessed=True)


def _say(wait_s: int) -> str:
    if wait_s < 120:
        return f"{wait_s} second{'' if wait_s == 1 else 's'}"
    return f"{math.ceil(wait_s / 60):,} minutes"


def _make_codes(user: User) -> list[str]:
    StaticDevice.objects.filter(user=user.pk).delete()
    device = StaticDevice.objects.create(user_id=user.pk, name="Recovery codes")
    drawn: set[str] = set()
    while len(drawn) < RECOVERY_CODES:
        drawn.add(f"{secrets.randbelow(10**10):010}")
    for code in drawn:
        device.token_set.create(token=_digest(user, code))
    return sorted(f"{code[:5]} {code[5:]}" for code in drawn)


def _digest(user: User, code: str) -> str:
    # Ten digits are found by trying, so a keyed digest: the database alone tells nobody a code.
    keyed = salted_hmac("campaigns.second_factor", f"{user.pk}:{code}", algorithm="sha256")
    return keyed.hexdigest()[:_DIGEST_CHARACTERS]


def _note(user: User, verb: Verb, actor: Person | None) -> None:
    about = "" if actor is not None and actor.pk == user.pk else user.get_full_name() or user.get_username()
    places: list[Workspace | None] = [*Workspace.objects.filter(members=user.pk)]
    for workspace in places or [None]:
        record(actor, verb, workspace=workspace, about=about)
