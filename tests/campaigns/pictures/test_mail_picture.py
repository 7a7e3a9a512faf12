"""The mail's picture: the play sign below the face, the words beside it, on light and dark takes."""

from __future__ import annotations

import io

import numpy as np
import pytest
from django.core.files.base import ContentFile
from PIL import Image

from campaigns.models import Campaign, Message
from campaigns.pictures.mail_picture import (
    MAX_HEIGHT_PX,
    WIDTH_PX,
    draw_mail_picture,
    draw_sign,
)
from tests import people
from tests.campaigns.mail import poster

LONG = "Hi Maximiliane-Charlotte von Hohenstaufen"
SHAPES = [(560, 315), (400, 400), (360, 640)]


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920), (200, 200)])
def test_the_picture_is_small_and_has_its_sign_below_the_face(
    campaign: Campaign, size: tuple[int, int]
) -> None:
    message = people.ready_message(campaign.recipients.all()[0])
    message.poster.save("poster.jpg", ContentFile(poster(*size)))
    picture = Image.open(io.BytesIO(draw_mail_picture(message.poster) or b"")).convert("L")
    assert picture.width <= WIDTH_PX and picture.height <= MAX_HEIGHT_PX
    assert abs(picture.width / picture.height - size[0] / size[1]) < 0.01
    white = np.nonzero(np.asarray(picture)[:, picture.width // 2] > 230)[0]
    assert len(white) and white.min() > 0.8 * picture.height


@pytest.mark.parametrize("size", SHAPES)
@pytest.mark.parametrize("words", ["Hi Ada", LONG, "Hi محمد", "Hi 李雷"])
def test_words_fit_beside_the_sign_whatever_the_shape(size: tuple[int, int], words: str) -> None:
    sign = np.asarray(draw_sign(size, words))
    without = np.asarray(draw_sign(size, ""))
    rows, columns = np.nonzero(sign[..., 3])
    assert columns.min() >= 0.02 * size[0] and columns.max() < 0.98 * size[0] and rows.max() < size[1] - 2
    assert (sign[..., 3] > 0).sum() > 1.3 * (without[..., 3] > 0).sum()


@pytest.mark.parametrize("words", ["𓀀", "word " * 60])
def test_words_that_cannot_be_drawn_or_do_not_fit_leave_the_sign(words: str) -> None:
    assert draw_sign((560, 315), words) == draw_sign((560, 315), "")


@pytest.mark.parametrize("shade", [5, 250])
def test_letters_stand_out_on_light_and_dark_takes(shade: int) -> None:
    sign = draw_sign((560, 315), "Hi Ada")
    picture = Image.new("RGB", sign.size, (shade,) * 3)
    picture.paste(sign, (0, 0), sign)
    row = int(np.nonzero(np.asarray(sign)[..., 3])[0].mean())
    middle = np.asarray(picture.convert("L"))[row - 8 : row + 8, 230:360]
    assert np.percentile(middle, 99) > 240 and np.percentile(middle, 40) < 90


def test_a_poster_that_cannot_be_read_gives_no_picture(campaign: Campaign) -> None:
    message = people.ready_message(campaign.recipients.all()[0])
    assert draw_mail_picture(message.poster, "Hi Ada") is None
    assert draw_mail_picture(Message().poster) is None
