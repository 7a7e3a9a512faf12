"""The names step: every personal word, how the voice says it, and its correction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from campaigns import engine
from campaigns.access.roles import Right, may
from campaigns.history import Verb, record
from campaigns.models import Campaign, PersonalWord, PronunciationEntry, get_workspace_key
from campaigns.pronunciations.entries import EntryChanged, draft_entry, save_entry
from campaigns.pronunciations.speaker import Speaker, load_speaker
from campaigns.pronunciations.spelling import BadSpelling
from campaigns.recipients.revalidation import revalidate_unread_rows
from campaigns.recipients.row_corrections import RowRefused, correct_row
from campaigns.recipients.word_ranking import keep_words, measure_progress, rank_words
from campaigns.states import CampaignState
from campaigns.views.numbers import read_key
from campaigns.views.page import CampaignPage, step_url
from campaigns.views.sound import respond_with_sound

WORDS_PER_PAGE = 25
DOUBTS = {1: "two readers disagree", 2: "in no dictionary", 3: "in no dictionary, readers disagree"}


@dataclass(frozen=True)
class WordRow:
    """A word on the page; ``said`` is what the library has, ``typed`` and ``problem`` a refused try."""

    word: PersonalWord
    said: str
    doubt: str
    sound_url: str
    typed: str
    problem: str


class NamesPage(CampaignPage):
    """Lists the words, the doubtful first, and takes corrections."""

    step = "names"
    template_name = "campaigns/names.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        keep_words(self.campaign)
        wanted, search = self.request.GET.get("show", ""), self.request.GET.get("q", "").strip()[:100]
        words = rank_words(self.campaign, search, doubtful=wanted == "doubtful")
        page = Paginator(words, WORDS_PER_PAGE).get_page(self.request.GET.get("page"))
        return super().get_context_data(
            page=page,
            rows=self._build_rows(page.object_list, kwargs),
            search=search,
            show=wanted,
            pages_query=urlencode({"q": search, "show": wanted}),
            progress=measure_progress(self.campaign),
            progress_url=step_url(self.campaign, "words"),
            is_rendering=self.campaign.state == CampaignState.RENDERING,
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        word = get_object_or_404(self.campaign.words, pk=read_key(request.POST.get("word")))
        said = request.POST.get("said", "")[:1000]
        try:
            sentence = self._correct(word, said)
        except (BadSpelling, EntryChanged, RowRefused) as refused:
            context = self.get_context_data(refused=word.pk, typed=said, problem=str(refused))
            return self.render_to_response(context, status=400)
        messages.success(request, sentence)
        return self.redirect_back()

    def redirect_back(self) -> HttpResponse:
        answer = self.go("names")
        query = self.request.GET.urlencode()
        answer["Location"] += f"?{query}" if query else ""
        return answer

    def _correct(self, word: PersonalWord, said: str) -> str:
        if self.campaign.state == CampaignState.RENDERING:
            raise RowRefused("A run is going on. Cancel it first, then correct names.")
        if self.request.POST.get("scope") == "row":
            number = read_key(self.request.POST.get("row"))
            correct_row(self.campaign, word, number, said)
            record(self.person, Verb.NAME_CORRECTED, campaign=self.campaign, about=word.word, row=number)
            return f"“{word.word}” in row {number} will be said {said.strip()}."
        entry = save_entry(
            draft_entry(word.word, said),
            self.person,
            self.request.POST.get("seen", ""),
            workspace_id=get_workspace_key(self.campaign),
        )
        revalidate_unread_rows(self.campaign)
        record(self.person, Verb.NAME_CORRECTED, campaign=self.campaign, about=word.word, said=entry.written)
        return f"“{word.word}” is said {entry.written} from now on, in every campaign."

    def _build_rows(self, words: Any, shown: dict[str, Any]) -> list[WordRow]:
        speaker = load_speaker(self.campaign)
        keys = [word.key for word in words]
        entries = PronunciationEntry.objects.filter(
            workspace_id=get_workspace_key(self.campaign), key__in=keys, match_case=False, language=""
        )
        said = {one.key: one.written for one in entries}
        return [
            WordRow(
                word,
                said.get(word.key, ""),
                DOUBTS.get(word.doubt or 0, ""),
                _build_sound_url(self.campaign, word, speaker),
                shown["typed"] if shown.get("refused") == word.pk else said.get(word.key, ""),
                shown["problem"] if shown.get("refused") == word.pk else "",
            )
            for word in words
        ]


class WordsProgressView(CampaignPage):
    """How far the words are counted and looked up, as JSON."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return JsonResponse(measure_progress(self.campaign))


class WordSoundView(CampaignPage):
    """A word of this campaign as sound: as the library says it, or as somebody has just typed."""

    http_method_names = ["get"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        word = get_object_or_404(self.campaign.words, pk=kwargs["word_pk"])
        may_try = may(request.user, Right.EDIT, self.campaign)
        try:
            own = _read_typed(word, request.GET.get("said", "")) if may_try else []
        except BadSpelling as wrong:
            return JsonResponse({"problem": str(wrong)}, status=422)
        speaker = load_speaker(self.campaign)
        return respond_with_sound(request, word.word, speaker, speaker.select([word.word], own))


def _read_typed(word: PersonalWord, said: str) -> list[engine.Pronunciation]:
    if not said.strip():
        return []
    draft = draft_entry(word.word, said)
    return [engine.Pronunciation(draft.word, draft.said, draft.is_ipa)]


def _build_sound_url(campaign: Campaign, word: PersonalWord, speaker: Speaker) -> str:
    """The address changes with all that can be heard, so that a browser may keep the sound."""
    try:
        heard = engine.compute_line_key(word.word, speaker.voice, speaker.select([word.word]))[:16]
    except engine.RenderError:  # said when it is played
        heard = ""
    address = reverse("admin:campaigns_campaign_word", args=[campaign.pk, word.pk])
    return f"{address}?{urlencode({'version': heard})}"
