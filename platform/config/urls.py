"""The dashboard under /admin/; the pages for recipients come from campaigns.urls."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from campaigns.api import app as api

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", admin.site.urls),
    path("api/v1/", api.urls),
    path("", include("campaigns.urls")),
]
