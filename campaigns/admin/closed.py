"""Lists that packages bring along and that no page shows, whoever asks.

Django-Q2's lists would let a superuser schedule any function of Python on the workers, and would unpickle,
in the web server, what a task returned. Those of django-otp would show a superuser the secrets of everybody's
second factor.
"""

from __future__ import annotations

from django.apps import apps
from django.contrib import admin

CLOSED_APPS = ("django_q", "otp_totp", "otp_static")


def close_lists(site: admin.AdminSite) -> None:
    """Take the lists of these apps off the dashboard; their rows stay for the workers."""
    for label in CLOSED_APPS:
        for model in apps.get_app_config(label).get_models():
            if site.is_registered(model):
                site.unregister(model)


close_lists(admin.site)
