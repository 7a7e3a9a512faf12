"""Webhooks are kept by administrators on pages that tell what came of each call."""

from __future__ import annotations

from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns.models import WebhookCall, WebhookEndpoint, Workspace, get_first_workspace
from campaigns.states import CallState


def make_failed(endpoint: WebhookEndpoint) -> WebhookCall:
    now = timezone.now()
    return WebhookCall.objects.create(
        endpoint=endpoint, kind="opt_out", failure="The answer was 503.", at=now, due_at=now, state="failed"
    )


def test_a_webhook_is_made_changed_called_again_and_deleted(client: Client, alice: User) -> None:
    client.force_login(alice)
    pages = reverse("admin:campaigns_workspace_webhooks", args=[get_first_workspace()])
    asked = {"url": "https://example.org/hook?key=1", "kind": ["opt_out", "message.sent"]}
    page = client.post(pages, asked)["Location"]
    endpoint = WebhookEndpoint.objects.get()
    assert (endpoint.url, endpoint.kinds) == (asked["url"], ["message.sent", "opt_out"])
    call = make_failed(endpoint)
    shown = client.get(page).content.decode()
    assert endpoint.secrets[0] in shown and "The answer was 503." in shown
    for action in ("failed_again", "again"):
        WebhookCall.objects.update(state=CallState.FAILED)
        client.post(page, {"action": action, "call": call.pk})
        call.refresh_from_db()
        assert call.state == CallState.WAITING and call.attempts == 0
    client.post(page, {"action": "renew"})
    endpoint.refresh_from_db()
    assert len(endpoint.secrets) == 2
    WebhookEndpoint.objects.update(enabled=False, disabled_reason="Nothing was answered for 5 days.")
    assert "Nothing was answered" in client.get(page).content.decode()
    client.post(page, {"action": "save", "url": "https://example.org/", "kind": "opt_out"})
    endpoint.refresh_from_db()
    assert endpoint.enabled and endpoint.url == "https://example.org/"
    assert client.post(page, {"action": "delete"})["Location"] == pages
    assert not WebhookEndpoint.objects.exists()


def test_an_address_in_a_private_network_is_refused_in_words(client: Client, alice: User) -> None:
    client.force_login(alice)
    pages = reverse("admin:campaigns_workspace_webhooks", args=[get_first_workspace()])
    for url in ("https://169.254.169.254/latest", "http://example.org/", "javascript:alert(1)"):
        answer = client.post(pages, {"url": url, "kind": "opt_out"})
        assert answer.status_code == 400 and not WebhookEndpoint.objects.exists()


def test_only_an_administrator_of_the_workspace_sees_secrets(client: Client, alice: User) -> None:
    endpoint = WebhookEndpoint.objects.create(workspace_id=get_first_workspace(), url="https://example.org/")
    keys = [endpoint.workspace_id, endpoint.pk]
    page = reverse("admin:campaigns_workspace_webhook", args=keys)
    author = User.objects.create_user("author", is_staff=True)
    author.groups.set(Group.objects.filter(name="Author"))
    client.force_login(author)
    assert client.get(page).status_code == 403
    author.groups.set(Group.objects.filter(name="Administrator"))
    elsewhere = Workspace.objects.create(name="Elsewhere")
    author.workspaces.set([elsewhere])
    client.force_login(author)
    assert client.get(page).status_code == 404
    other = reverse("admin:campaigns_workspace_webhook", args=[elsewhere.pk, endpoint.pk])
    assert client.get(other).status_code == 404
