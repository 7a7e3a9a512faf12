"""Accounts and groups, in the dashboard's looks."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django_otp.plugins.otp_totp.models import TOTPDevice
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from campaigns.views.second_factor import remove_of_other

_RIGHTS = ("is_superuser", "groups", "user_permissions")

admin.site.unregister(User)
admin.site.unregister(Group)


@admin.register(User)
class UserAdmin(DjangoUserAdmin, ModelAdmin):  # type: ignore[type-arg]
    """People who may sign in."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "email", "first_name", "last_name", "is_staff", "second_factor")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.remove_second_factor)
        own = path("<int:pk>/second-factor/", view, name="auth_user_second_factor")
        return [own, *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        confirmed = TOTPDevice.objects.filter(user=OuterRef("pk"), confirmed=True)
        return super().get_queryset(request).annotate(has_factor=Exists(confirmed))

    @display(description="Second factor")
    def second_factor(self, user: Any) -> str:
        if not user.has_factor:
            return "none"
        address = reverse("admin:auth_user_second_factor", args=[user.pk])
        return format_html('on · <a class="bn-link" href="{}">remove</a>', address)

    class Media:
        css = {"all": ["campaigns/dashboard/dashboard.css"]}

    def remove_second_factor(self, request: HttpRequest, pk: int) -> HttpResponse:
        """For whoever may change the account, as they may give it a new password."""
        account = get_object_or_404(User, pk=pk)
        if not self.has_change_permission(request, account):
            raise PermissionDenied("You may not change this account: ask an owner of the installation.")
        return remove_of_other(request, account)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Only superusers hand out rights: whoever else may keep accounts could take them all."""
        kept = super().get_readonly_fields(request, obj)
        return kept if _is_superuser(request) else (*kept, *_RIGHTS)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and _may_touch(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and _may_touch(request, obj)


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, ModelAdmin):
    """Named sets of permissions, which superusers alone may change."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return _is_superuser(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_superuser(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_superuser(request)


def _is_superuser(request: HttpRequest) -> bool:
    return bool(getattr(request.user, "is_superuser", False))


def _may_touch(request: HttpRequest, account: Any) -> bool:
    """Nobody but a superuser changes one: a new password for it would be the way around."""
    return account is None or not account.is_superuser or _is_superuser(request)
