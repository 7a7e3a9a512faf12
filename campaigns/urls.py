"""Addresses outside the dashboard: a recipient's page, staff media, the caught mails, and health."""

from django.urls import path

from campaigns.views import embed, health, mail_events, mailbox, media, metrics, public

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("brand/<int:pk>/<slug:digest>.png", media.workspace_logo, name="workspace-logo"),
    path("mail-events", mail_events.mail_events, name="mail-events"),
    path("oembed", embed.oembed, name="oembed"),
    path("v/<uuid:public_id>/", public.page, name="message-page"),
    path("v/<uuid:public_id>/video.mp4", media.public_video, name="message-video"),
    path("v/<uuid:public_id>/poster.jpg", media.public_poster, name="message-poster"),
    path("v/<uuid:public_id>/preview.gif", media.public_preview, name="message-preview"),
    path("v/<uuid:public_id>/picture.jpg", media.public_picture, name="message-picture"),
    path("v/<uuid:public_id>/captions.vtt", media.public_captions, name="message-captions"),
    path("v/<uuid:public_id>/events", public.events, name="message-events"),
    path("v/<uuid:public_id>/opt-out", public.opt_out, name="message-opt-out"),
    path("media/messages/<int:pk>/<str:kind>", media.staff_media, name="message-media"),
    path("media/presenters/<int:pk>/take", media.staff_take, name="presenter-take"),
    path("mailbox/", mailbox.inbox, name="mailbox"),
    path("mailbox/<slug:mail_id>/", mailbox.mail, name="mailbox-mail"),
]
