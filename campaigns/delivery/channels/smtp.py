"""Django's SMTP backend that also knows whether the mail itself had begun to leave."""

from __future__ import annotations

import smtplib
from typing import Any

from django.core.mail.backends.smtp import EmailBackend


class _TrackedSmtp(smtplib.SMTP):
    data_begun = False

    def data(self, msg: Any) -> tuple[int, bytes]:
        # From here on a lost connection no longer says whether the server took the mail.
        self.data_begun = True
        return super().data(msg)


class _TrackedSmtpSsl(smtplib.SMTP_SSL):
    data_begun = False

    def data(self, msg: Any) -> tuple[int, bytes]:
        self.data_begun = True
        return super().data(msg)


class SmtpBackend(EmailBackend):
    """Sends as Django's does, with the same settings."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _TrackedSmtpSsl if self.use_ssl else _TrackedSmtp

    @property
    def data_begun(self) -> bool:
        return bool(getattr(self.connection, "data_begun", False))
