"""Nobody sees what belongs to a workspace that they are no member of: walked over every page there is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.db.models import Model
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, get_resolver, reverse
from django.utils import timezone

from campaigns.access.roles import Role
from campaigns.access.workspaces import PATHS, scope
from campaigns.admin.campaigns import PAGES
from campaigns.models import (
    ApiToken,
    Campaign,
    Comment,
    ConsentEntry,
    Delivery,
    ErasedAddress,
    Event,
    HistoryEntry,
    IdempotentAnswer,
    Job,
    MemberRole,
    Message,
    PersonalWord,
    Presenter,
    PronunciationEntry,
    Recipient,
    Recording,
    Revision,
    RowRecording,
    ScriptDraft,
    ScriptVersion,
    Suppression,
    Upload,
    Viewing,
    ViewingSummary,
    Visitor,
    WebhookCall,
    WebhookEndpoint,
    Workspace,
)
from campaigns.states import EventKind
from tests import people

# What an answer must never hold: it stands in every row of the workspace.
SECRET = "Xanadu"
HIDDEN = (301, 302, 403, 404, 405)


@pytest.fixture
def foreign(alice: User, presenter: Presenter) -> dict[str, Model]:
    """One row of each kind in a workspace of its own, by the name of its model."""
    workspace = Workspace.objects.create(name=f"{SECRET} team")
    Presenter.objects.filter(pk=presenter.pk).update(name=f"{SECRET} Nora", workspace=workspace)
    presenter.refresh_from_db()
    campaign = people.campaign(alice, presenter)
    Campaign.objects.filter(pk=campaign.pk).update(name=f"{SECRET} Spring", workspace=workspace)
    campaign.refresh_from_db()
    Recipient.objects.filter(name="Ada").update(name=f"{SECRET} Ada")
    recipient = campaign.recipients.get(name=f"{SECRET} Ada")
    message = people.ready_message(recipient)
    made = people_of(campaign, message, workspace)
    found = [workspace, presenter, campaign, recipient, message, *made]
    return {type(row).__name__: row for row in found}


def people_of(campaign: Campaign, message: Message, workspace: Workspace) -> list[Model]:
    now, digest = timezone.now(), "a" * 64
    own = User.objects.create_user("kubla")
    own.workspaces.set([workspace])
    return [
        Delivery.objects.create(
            message=message, campaign=campaign, campaign_name=SECRET, recipient_name=f"{SECRET} Ada",
            address="ada@example.org", content_hash=digest,
        ),
        Event.objects.create(message=message, recipient_name=f"{SECRET} Ada", kind=EventKind.PLAYED),
        Suppression.objects.create(workspace=workspace, email="xanadu@example.org", reason=SECRET),
        PronunciationEntry.objects.create(workspace=workspace, word=SECRET, key="xanadu", said="zan-a-doo"),
        HistoryEntry.objects.create(workspace=workspace, campaign=campaign, verb="sent", about=SECRET),
        ConsentEntry.objects.create(
            workspace=workspace, presenter=campaign.presenter, kind="picture", act="given", at=now,
            person=SECRET,
        ),
        ErasedAddress.objects.create(workspace=workspace, digest=digest),
        MemberRole.objects.create(workspace=workspace, user=own, role=Role.AUTHOR),
        Job.objects.create(kind="export", workspace=workspace, campaign=campaign, file_name=SECRET),
        Recording.objects.create(
            campaign=campaign, line_id="0.0", text=SECRET, text_sha256=digest, sha256=digest, file="x.wav"
        ),
        PersonalWord.objects.create(campaign=campaign, word=SECRET, key="xanadu", rows=1, row_number=2),
        ScriptVersion.objects.create(campaign=campaign, number=1, script=SECRET),
        Revision.objects.create(message=message, content_hash=digest, video="x.mp4", approved_at=now),
        Comment.objects.create(message=message, content_hash=digest, text=SECRET),
        ViewingSummary.objects.create(campaign=campaign, counted_at=now),
        Visitor.objects.create(message=message, viewing=message.public_id, key="k"),
        Viewing.objects.get(message=message),  # the database made it with the event
        ScriptDraft.objects.create(campaign=campaign, user=own, script=SECRET),
        RowRecording.objects.create(campaign=campaign, name=SECRET, key="x", sha256=digest, file="y.wav"),
        Upload.objects.create(name=SECRET, size=1, mark="", created_by=own),
        *programs_of(workspace, own),
    ]  # fmt: skip


def programs_of(workspace: Workspace, own: User) -> list[Model]:
    token = ApiToken.objects.create(workspace=workspace, user=own, name=SECRET, prefix=SECRET, digest="x")
    answer = IdempotentAnswer.objects.create(token=token, key=SECRET, digest="x", status=200, body=b"")
    hook = WebhookEndpoint.objects.create(workspace=workspace, url=f"https://{SECRET}.example.org/")
    now = timezone.now()
    call = WebhookCall.objects.create(endpoint=hook, kind="opt_out", failure=SECRET, at=now, due_at=now)
    return [token, answer, hook, call]


@pytest.fixture
def mallory(db: None) -> User:
    """An administrator of another workspace, with every role."""
    user = User.objects.create_user("mallory", "mallory@example.org", people.PASSWORD, is_staff=True)
    user.groups.set(Group.objects.filter(name__in=list(Role)))
    user.workspaces.set([Workspace.objects.create(name="Elsewhere")])
    return user


@pytest.fixture
def outside(client: Client, mallory: User) -> Client:
    client.force_login(mallory)
    return client


def leaks(answer: Any) -> bool:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return SECRET.lower().encode() in body.lower()


def test_every_model_of_the_application_says_where_its_workspace_stands() -> None:
    from django.apps import apps

    automatic = {model for model in apps.get_app_config("campaigns").get_models() if model._meta.auto_created}
    models = set(apps.get_app_config("campaigns").get_models()) - automatic
    assert {model.__name__ for model in models} == set(PATHS)


def test_a_scope_holds_the_rows_of_members_alone(
    foreign: dict[str, Model], mallory: User, alice: User
) -> None:
    for name in PATHS:
        rows = type(foreign[name])._default_manager.all()
        assert scope(rows, alice).filter(pk=foreign[name].pk).exists(), name
        assert not scope(rows, mallory).filter(pk=foreign[name].pk).exists(), name


def admin_addresses(foreign: dict[str, Model]) -> Iterator[str]:
    """Every page of every list: with the foreign row's key where it wants one."""
    for model, its_admin in admin.site._registry.items():
        row = foreign.get(model.__name__)
        for pattern in its_admin.get_urls():
            if not isinstance(pattern, URLPattern) or not pattern.name:
                continue
            yield from _fill(pattern.name, row)


def _fill(name: str, row: Model | None) -> Iterator[str]:
    key = row.pk if row is not None else 1
    for args in ([], [key], [key, key], [str(key)]):
        try:
            yield reverse(f"admin:{name}", args=args)
        except NoReverseMatch:
            continue
        return


def test_no_page_of_the_dashboard_shows_a_row_of_another_workspace(
    outside: Client, foreign: dict[str, Model]
) -> None:
    addresses = list(admin_addresses(foreign))
    assert len(addresses) > 60
    for address in addresses:
        for query in ({}, {"q": SECRET[1:4]}):  # a page repeats what was asked
            answer = outside.get(address, query)
            assert answer.status_code in (200, *HIDDEN), address
            assert not leaks(answer), address


def test_a_row_of_another_workspace_is_not_there(outside: Client, foreign: dict[str, Model]) -> None:
    for model in admin.site._registry:
        row = foreign.get(model.__name__)
        if row is None:
            continue
        for page in ("change", "delete", "history"):
            try:
                address = reverse(f"admin:campaigns_{model._meta.model_name}_{page}", args=[row.pk])
            except NoReverseMatch:
                continue
            first = outside.get(address, follow=True)
            assert first.status_code in (403, 404), address
            assert outside.post(address, {"post": "yes"}, follow=True).status_code in (403, 404), address
            assert type(row)._default_manager.filter(pk=row.pk).exists()


@pytest.mark.parametrize("slug", sorted(PAGES))
def test_no_page_of_a_foreign_campaign_opens_or_acts(
    outside: Client, foreign: dict[str, Model], slug: str
) -> None:
    try:
        address = reverse(f"admin:campaigns_campaign_{slug}", args=[foreign["Campaign"].pk])
    except NoReverseMatch:  # a page below another one, with more in its address
        pytest.skip("needs more than the campaign's key; walked with all other addresses")
    assert outside.get(address).status_code == 404
    assert outside.post(address, {"action": "start"}).status_code == 404


def test_no_address_beside_the_dashboard_shows_a_foreign_row(
    outside: Client, foreign: dict[str, Model]
) -> None:
    rows = list(foreign.values())
    for pattern in get_resolver().url_patterns:
        for address in _addresses_beside(pattern, rows):
            answer = outside.get(address)
            assert not leaks(answer), address


def _addresses_beside(pattern: Any, rows: list[Model]) -> Iterator[str]:
    for one in getattr(pattern, "url_patterns", []):
        if not isinstance(one, URLPattern) or one.name is None:
            continue
        names = one.pattern.converters
        if "pk" not in names or set(names) - {"pk", "kind"}:
            continue
        for row in rows:
            for kind in ("video", "poster", "captions", "preview"):
                values = {name: row.pk if name == "pk" else kind for name in names}
                try:
                    yield reverse(one.name, kwargs=values)
                except NoReverseMatch:
                    continue


def test_staff_media_is_for_members(outside: Client, foreign: dict[str, Model]) -> None:
    message, presenter = foreign["Message"], foreign["Presenter"]
    for kind in ("video", "poster", "picture", "preview", "captions"):
        assert outside.get(reverse("message-media", args=[message.pk, kind])).status_code == 404
    assert outside.get(reverse("presenter-take", args=[presenter.pk])).status_code == 404


def test_a_presenter_of_another_workspace_cannot_be_chosen(
    outside: Client, foreign: dict[str, Model], mallory: User
) -> None:
    own = Campaign.objects.create(name="Own", workspace=mallory.workspaces.get())
    address = reverse("admin:campaigns_campaign_script", args=[own.pk])
    fields = {"script": "Hello.", "presenter": str(foreign["Presenter"].pk), "voice_engine": own.voice_engine}
    assert outside.post(address, fields).status_code == 400
    own.refresh_from_db()
    assert own.presenter is None


def test_what_a_person_makes_belongs_to_the_workspace_that_they_are_in(
    outside: Client, mallory: User
) -> None:
    second = Workspace.objects.create(name="Second")
    second.members.add(mallory)
    outside.get(reverse("admin:campaigns_workspace_switch", args=[second.pk]))
    outside.post(reverse("admin:campaigns_campaign_add"), {"name": "Summer"})
    outside.post(reverse("admin:campaigns_suppression_add"), {"email": "a@example.org", "reason": "asked"})
    assert Campaign.objects.get().workspace == Suppression.objects.get().workspace == second


def test_a_list_shows_the_workspace_that_a_person_is_in(outside: Client, mallory: User) -> None:
    first, second = mallory.workspaces.get(), Workspace.objects.create(name="Second")
    second.members.add(mallory)
    for workspace, name in ((first, "Walrus"), (second, "Carpenter")):
        Campaign.objects.create(name=name, workspace=workspace)
    listing = reverse("admin:campaigns_campaign_changelist")
    outside.get(reverse("admin:campaigns_workspace_switch", args=[second.pk]))
    shown = outside.get(listing).content.decode()
    assert "Carpenter" in shown and "Walrus" not in shown
    outside.get(reverse("admin:campaigns_workspace_switch", args=[first.pk]))
    shown = outside.get(listing).content.decode()
    assert "Walrus" in shown and "Carpenter" not in shown


def test_nobody_switches_to_a_workspace_of_others_or_to_all(
    outside: Client, foreign: dict[str, Model]
) -> None:
    for key in (foreign["Workspace"].pk, 0, 999):
        assert outside.get(reverse("admin:campaigns_workspace_switch", args=[key])).status_code == 404


def test_a_superuser_sees_all_workspaces_and_may_look_at_one(
    client: Client, alice: User, foreign: dict[str, Model]
) -> None:
    client.force_login(alice)
    listing = reverse("admin:campaigns_presenter_changelist")
    other = Workspace.objects.create(name="Other")
    for key, sees in ((0, True), (other.pk, False), (0, True)):
        client.get(reverse("admin:campaigns_workspace_switch", args=[key]))
        assert ("Xanadu Nora" in client.get(listing).content.decode()) == sees


def test_mails_that_were_caught_are_for_superusers_where_there_are_several_workspaces(
    outside: Client, foreign: dict[str, Model]
) -> None:
    assert outside.get(reverse("mailbox")).status_code == 403


def test_members_are_added_given_roles_and_removed(outside: Client, mallory: User) -> None:
    workspace = mallory.workspaces.get()
    eve = User.objects.create_user("eve", "eve@example.org", people.PASSWORD)
    eve.workspaces.clear()
    page = reverse("admin:campaigns_workspace_members", args=[workspace.pk])
    outside.post(page, {"action": "add", "name": "eve@example.org", "role": ["Author", "Sender"]})
    assert workspace.members.filter(pk=eve.pk).exists()
    assert set(workspace.member_roles.values_list("role", flat=True)) == {"Author", "Sender"}
    outside.post(page, {"action": "roles", "member": str(eve.pk), "role": ["Reviewer"]})
    assert set(workspace.member_roles.values_list("role", flat=True)) == {"Reviewer"}
    assert "eve" in outside.get(page).content.decode()
    outside.post(page, {"action": "rename", "name": "Wonderland"})
    outside.post(page, {"action": "remove", "member": str(eve.pk)})
    assert not workspace.members.filter(pk=eve.pk).exists() and not workspace.member_roles.exists()
    entries = outside.get(reverse("admin:campaigns_workspace_entries", args=[workspace.pk])).content.decode()
    assert "mallory removed from the workspace eve" in entries
    assert "mallory renamed the workspace Wonderland" in entries


def test_who_is_no_administrator_changes_no_members(client: Client, mallory: User) -> None:
    mallory.groups.set(Group.objects.filter(name__in=["Author", "Reviewer", "Sender"]))
    client.force_login(mallory)
    page = reverse("admin:campaigns_workspace_members", args=[mallory.workspaces.get().pk])
    answer = client.post(page, {"action": "rename", "name": "Mine"})
    assert answer.status_code == 403 and "Administrator" in answer.content.decode()


@pytest.fixture
def visitor(client: Client, foreign: dict[str, Model]) -> Client:
    """An administrator of one workspace who is a reviewer in the foreign one, and is in the first."""
    user = User.objects.create_user("vera", "vera@example.org", people.PASSWORD, is_staff=True)
    first, second = Workspace.objects.create(name="First"), foreign["Workspace"]
    user.workspaces.set([first, second])
    MemberRole.objects.create(workspace=first, user=user, role=Role.ADMINISTRATOR)
    MemberRole.objects.create(workspace=second, user=user, role=Role.REVIEWER)
    client.force_login(user)
    client.get(reverse("admin:campaigns_workspace_switch", args=[first.pk]))
    return client


REVIEWED = {"review", "review_act"}  # where a reviewer may post


@pytest.mark.parametrize("slug", sorted(PAGES))
def test_a_role_counts_in_its_own_workspace_alone(
    visitor: Client, foreign: dict[str, Model], slug: str
) -> None:
    address = reverse(f"admin:campaigns_campaign_{slug}", args=[foreign["Campaign"].pk])
    before = Campaign.objects.values().get(pk=foreign["Campaign"].pk)
    answer = visitor.post(address, {"action": "start"})
    assert (answer.status_code in (403, 405)) == (slug not in REVIEWED)
    assert Campaign.objects.values().get(pk=foreign["Campaign"].pk) == before


def test_a_row_of_a_workspace_where_one_has_another_role_is_neither_changed_nor_deleted(
    visitor: Client, foreign: dict[str, Model]
) -> None:
    for model in admin.site._registry:
        row = foreign.get(model.__name__)
        if row is None or model is Workspace:
            continue
        for page in ("change", "delete"):
            try:
                address = reverse(f"admin:campaigns_{model._meta.model_name}_{page}", args=[row.pk])
            except NoReverseMatch:
                continue
            answer = visitor.post(address, {"post": "yes", "name": "Mine"})
            assert answer.status_code in (403, 404), address
    presenter, workspace = foreign["Presenter"], foreign["Workspace"]
    for slug in ("bake", "revoke", "revoke_voice"):
        assert (
            visitor.post(reverse(f"admin:campaigns_presenter_{slug}", args=[presenter.pk])).status_code == 403
        )
    assert visitor.get(reverse("admin:campaigns_workspace_members", args=[workspace.pk])).status_code == 403
    job = reverse("admin:campaigns_job_cancel", args=[foreign["Job"].public_id])  # type: ignore[attr-defined]
    assert visitor.post(job).status_code == 403


def test_new_rows_are_made_where_the_role_is(visitor: Client, foreign: dict[str, Model]) -> None:
    add = reverse("admin:campaigns_campaign_add")
    assert visitor.get(add).status_code == 200
    assert "New campaign" in visitor.get(reverse("admin:index")).content.decode()
    visitor.get(reverse("admin:campaigns_workspace_switch", args=[foreign["Workspace"].pk]))
    assert visitor.post(add, {"name": "Mine"}).status_code == 403
    assert visitor.get(reverse("admin:campaigns_presenter_film")).status_code == 403
    assert "New campaign" not in visitor.get(reverse("admin:index")).content.decode()
    listing = visitor.get(reverse("admin:campaigns_campaign_changelist"))
    assert listing.status_code == 200 and leaks(listing)


def test_a_member_without_a_role_here_sees_nothing_here(visitor: Client, foreign: dict[str, Model]) -> None:
    MemberRole.objects.filter(workspace=foreign["Workspace"].pk, user__username="vera").delete()
    switch = reverse("admin:campaigns_workspace_switch", args=[foreign["Workspace"].pk])
    assert visitor.get(switch).status_code == 302  # still a member
    seen = [address for address in admin_addresses(foreign) if leaks(visitor.get(address))]
    message = foreign["Message"]
    assert visitor.get(reverse("message-media", args=[message.pk, "video"])).status_code == 404
    assert seen == []
