"""The dashboard under /admin/; the pages for recipients come from campaigns.urls."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from campaigns.api import app as api
from campaigns.views import sign_in
from campaigns.views.second_factor import show_second_factor

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/login/", sign_in.show_sign_in),  # before the dashboard's own, which asks for no code
    path("admin/login/code/", sign_in.show_code, name="sign-in-code"),
    path("admin/second-factor/", admin.site.admin_view(show_second_factor), name="second-factor"),
    path("admin/", admin.site.urls),
    path("api/v1/", api.urls),
    path("", include("campaigns.urls")),
]
