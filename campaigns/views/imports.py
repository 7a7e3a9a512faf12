"""The import of a spreadsheet in steps: the file, its sheet and header, its columns, what it changes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse

from campaigns.jobs import queue
from campaigns.models import Job
from campaigns.recipients import import_drafts
from campaigns.recipients.changes import ChangeKind
from campaigns.recipients.draft_files import read_lines
from campaigns.recipients.import_drafts import Draft, find_application, find_draft
from campaigns.sheets.choice import Duplicates, Role, SheetChoice
from campaigns.sheets.letters import NAMES
from campaigns.sheets.reading import BYTES_MAX
from campaigns.states import CampaignState, JobState, MoveRefused
from campaigns.views.numbers import NUMBER_MAX, read_key
from campaigns.views.page import CampaignPage, step_url

CHANGES_PER_PAGE = 50
FORMATS = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".ods", ".html", ".htm", ".xml")
ROLE_LABELS = {
    Role.EMAIL: "e-mail address",
    Role.NAME: "full name",
    Role.FIRST_NAME: "first name",
    Role.LAST_NAME: "last name",
    Role.LANGUAGE: "language",
    Role.PRONOUNCE_AS: "how the name is said",
}
DUPLICATE_LABELS = {
    Duplicates.TELL: "ask me: the later rows need attention",
    Duplicates.FIRST: "take the first row, leave the others out",
    Duplicates.LAST: "take the last row, leave the others out",
}
SEPARATOR_LABELS = {
    ",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars |", "^": "carets ^", "~": "tildes ~",
    ":": "colons",
}  # fmt: skip
STEPS = (
    ("import", "File"),
    ("import_sheet", "Sheet"),
    ("import_columns", "Columns"),
    ("import_changes", "Changes"),
)


class SheetFileForm(forms.Form):
    """The file of a spreadsheet."""

    spreadsheet = forms.FileField(
        widget=forms.FileInput(attrs={"accept": ",".join(FORMATS)}),
        error_messages={
            "required": "Choose a spreadsheet first.",
            "empty": "That file is empty: export the spreadsheet again and choose it.",
        },
    )

    def clean_spreadsheet(self) -> UploadedFile[bytes]:
        file: UploadedFile[bytes] = self.cleaned_data["spreadsheet"]
        if (file.size or 0) > BYTES_MAX:
            raise forms.ValidationError(
                f"{file.name} is larger than {BYTES_MAX >> 20} MB. "
                "Remove pictures and columns you do not use."
            )
        return file


class ImportStep(CampaignPage):
    """What the steps share: the draft, and where it stands."""

    step = "recipients"
    slug = ""

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.draft = find_draft(self.campaign)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.draft is None or not self.draft.read:
            return HttpResponseRedirect(step_url(self.campaign, "import"))  # chosen, read or failed there
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        read = self.draft is not None and bool(self.draft.read)
        open_ = [slug for slug, _ in STEPS if slug == "import" or read]
        if self.draft is not None and self.draft.plan is None:
            open_ = [slug for slug in open_ if slug != "import_changes"]
        return super().get_context_data(
            draft=self.draft,
            import_steps=[
                (slug, label, step_url(self.campaign, slug) if slug in open_ else "") for slug, label in STEPS
            ],
            slug=self.slug,
            import_url=step_url(self.campaign, "import"),
            **kwargs,
        )

    def read_again(self, choice: SheetChoice, key_column: str | None = None) -> HttpResponse:
        """Read the file in another way, behind the page that shows how far it is."""
        assert self.draft is not None
        import_drafts.answer(self.draft, choice, self.person, key_column)
        return HttpResponseRedirect(step_url(self.campaign, "import"))

    def describe(self, job: Job | None) -> queue.JobView | None:
        return None if job is None else queue.describe(job)


class ImportPage(ImportStep):
    """The file: chosen, kept and read. Leads on to what is asked, or to the changes."""

    slug = "import"
    template_name = "campaigns/import_file.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.draft is not None and self.draft.read and "file" not in request.GET:
            return HttpResponseRedirect(step_url(self.campaign, self._find_next(self.draft)))
        return CampaignPage.get(self, request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kwargs.setdefault("form", SheetFileForm())
        return super().get_context_data(
            job_view=self.describe(self.draft.job if self.draft and not self.draft.read else None),
            next=step_url(self.campaign, "import"),
            bytes_max=BYTES_MAX,
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            match request.POST.get("action", "upload"):
                case "throw_away":
                    import_drafts.throw_away(self.campaign)
                    return self.go("recipients", "The spreadsheet is thrown away; nobody was changed.")
                case "again" if self.draft is not None:
                    return self.read_again(self.draft.asked)
                case "afresh" if self.draft is not None:  # the answers made it unreadable
                    return self.read_again(SheetChoice())
            return self._upload(request)
        except MoveRefused as refused:
            return self._refuse_file(str(refused))

    def _upload(self, request: HttpRequest) -> HttpResponse:
        form = SheetFileForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._refuse_file(str(form.errors["spreadsheet"][0]))
        file = form.cleaned_data["spreadsheet"]
        import_drafts.start_draft(self.campaign, file, file.name, self.person)
        to = step_url(self.campaign, "import")
        return JsonResponse({"next": to}) if _wants_json(request) else HttpResponseRedirect(to)

    def _refuse_file(self, sentence: str) -> HttpResponse:
        if _wants_json(self.request):
            return JsonResponse({"problem": sentence}, status=400)
        return self.render_to_response(self.get_context_data(problem=sentence), status=400)

    def _find_next(self, draft: Draft) -> str:
        if draft.has_sheet_question:
            return "import_sheet"
        return "import_columns" if draft.has_column_question or draft.plan is None else "import_changes"


class ImportSheetPage(ImportStep):
    """Which worksheet, which row names the columns, and what of rows that are hidden."""

    slug = "import_sheet"
    template_name = "campaigns/import_sheet.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        assert self.draft is not None
        questions = {one["kind"]: one for one in self.draft.read["questions"]}
        head = self.draft.read["head"]
        return super().get_context_data(
            questions=questions,
            head=head,
            letters=range(max((len(row["cells"]) for row in head), default=0)),
            choice=self.draft.choice,
            header_row=self.draft.choice.header_row,
            separators=_list_separators(self.draft.choice),
            encodings=_list_encodings(self.draft.choice),
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.draft is None:
            return HttpResponseRedirect(step_url(self.campaign, "import"))
        asked, before = self.draft.asked, self.draft.choice
        sheet, header = request.POST.get("sheet") or None, request.POST.get("header_row", "")
        encoding = request.POST.get("encoding") or _read_other(request, "encoding", before) or asked.encoding
        separator = _read_other(request, "separator", before)
        if (sheet is not None and sheet != before.sheet) or separator:
            return self.read_again(  # its header and columns are others
                SheetChoice(
                    sheet=sheet or asked.sheet,
                    encoding=encoding,
                    separator=separator or asked.separator,
                    duplicates=asked.duplicates,
                )
            )
        row = min(read_key(header), NUMBER_MAX) if header.isdigit() else asked.header_row
        same_headers = row == before.header_row and encoding == asked.encoding
        columns = asked.columns if same_headers else {}
        hidden = {"yes": True, "no": False}.get(request.POST.get("with_hidden", ""), asked.with_hidden)
        return self.read_again(
            replace(
                asked,
                sheet=sheet or asked.sheet,
                header_row=row,
                columns=columns,
                with_hidden=hidden,
                encoding=encoding,
            )
        )


class ImportColumnsPage(ImportStep):
    """What each column holds, what tells people apart, and what becomes of rows with the same key."""

    slug = "import_columns"
    template_name = "campaigns/import_columns.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        assert self.draft is not None
        roles = {header: role for role, header in self.draft.choice.columns.items() if header}
        columns = [
            {
                **column,
                "chosen": roles.get(column["header"], ""),
                "unsure": not column["sure"],
                "found": column["role"] and column["header"] not in self.draft.asked.columns.values(),
            }
            for column in self.draft.read["columns"]
        ]
        return super().get_context_data(
            **{"columns": columns, **kwargs},
            reading=describe_reading(self.draft),
            role_labels=ROLE_LABELS.items(),
            duplicate_labels=DUPLICATE_LABELS.items(),
            duplicates=self.draft.choice.duplicates,
            key_column=self.draft.key_column,
            without_address=not self.draft.choice.columns.get(Role.EMAIL),
            sentences=[one["sentence"] for one in self.draft.read["questions"] if one["kind"] == "columns"],
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.draft is None or not self.draft.read:
            return HttpResponseRedirect(step_url(self.campaign, "import"))
        chosen = [
            {**column, "chosen": request.POST.get(f"role-{at}", "")}
            for at, column in enumerate(self.draft.read["columns"])
        ]
        columns = {role: [one["header"] for one in chosen if one["chosen"] == role] for role in Role}
        twice = [role for role, headers in columns.items() if len(headers) > 1]
        if twice:
            names = " and ".join(f"“{header}”" for header in columns[twice[0]])
            problem = f"{names} are both called {ROLE_LABELS[twice[0]]}. Choose one of them."
            return self.render_to_response(self.get_context_data(columns=chosen, problem=problem), status=400)
        asked = replace(
            self.draft.asked,
            columns={role: headers[0] if headers else "" for role, headers in columns.items()},
            duplicates=_read_duplicates(request.POST.get("duplicates", "")),
        )
        return self.read_again(asked, request.POST.get("key_column", ""))


class ImportChangesPage(ImportStep):
    """What the spreadsheet would change; nothing has changed before it is applied."""

    slug = "import_changes"
    template_name = "campaigns/import_changes.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.draft is not None and self.draft.read and self.draft.plan is None:
            return HttpResponseRedirect(step_url(self.campaign, "import"))
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        assert self.draft is not None
        plan = self.draft.plan
        assert plan is not None
        kinds = [kind for kind in ChangeKind if str(kind) in plan["files"]]
        asked = self.request.GET.get("kind", "")
        first = next((kind for kind in ("changed", "gone", "returning", "new") if kind in plan["files"]), "")
        kind = asked if asked in plan["files"] else first
        page = Paginator(range(plan[kind] if kind else 0), CHANGES_PER_PAGE).get_page(
            self.request.GET.get("page")
        )
        start = (page.number - 1) * CHANGES_PER_PAGE
        shown = read_lines(plan["files"][kind], start, CHANGES_PER_PAGE) if kind else ()
        applying = find_application(self.draft)
        return super().get_context_data(
            plan=plan,
            read=self.draft.read,
            reading=describe_reading(self.draft),
            roles=[
                (ROLE_LABELS[role], header) for role, header in self.draft.choice.columns.items() if header
            ],
            without_address=not self.draft.choice.columns.get(Role.EMAIL),
            kind=kind,
            kinds=[(one, KIND_LABELS[one], plan[one]) for one in kinds],
            page=page,
            pages_query=f"kind={kind}",
            changes=list(shown),
            is_first=not self.campaign.columns,
            is_rendering=self.campaign.state == CampaignState.RENDERING,
            job_view=self.describe(applying if applying and applying.state != JobState.CANCELLED else None),
            next=step_url(self.campaign, "recipients"),
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.draft is None:
            return self.refuse("import", "There is no spreadsheet to apply. Choose one first.")
        try:
            remove = request.POST.get("gone", "remove") == "remove"
            import_drafts.apply_draft(self.draft, self.person, remove_gone=remove)
        except MoveRefused as refused:
            return self.refuse("import", str(refused))
        return HttpResponseRedirect(step_url(self.campaign, "import_changes"))


KIND_LABELS = {
    ChangeKind.NEW: "new",
    ChangeKind.CHANGED: "changed",
    ChangeKind.GONE: "not in it any more",
    ChangeKind.RETURNING: "back again",
}


def _read_other(request: HttpRequest, name: str, before: SheetChoice) -> str | None:
    """A separator or an encoding that is not the one which the page showed."""
    given = request.POST.get(f"other_{name}") or None
    return given if given != (getattr(before, name) or None) else None


def _list_separators(choice: SheetChoice) -> list[tuple[str, str]]:
    """(sign, in words) of those that are usual, with the one of this file; none where it has no separator."""
    if not choice.separator:
        return []
    found = {} if choice.separator in SEPARATOR_LABELS else {choice.separator: choice.separator}
    return [*found.items(), *SEPARATOR_LABELS.items()]


def _list_encodings(choice: SheetChoice) -> list[tuple[str, str]]:
    if not choice.separator:  # the letters of other files are known
        return []
    known = choice.encoding in NAMES or not choice.encoding
    return [*([] if known else [(str(choice.encoding), str(choice.encoding))]), *NAMES.items()]


def describe_reading(draft: Draft) -> list[tuple[str, bool]]:
    """How the file was read, in phrases, each with whether it was remembered from the last one."""
    choice, remembered = draft.choice, draft.read.get("remembered", [])
    row = f"column names in row {choice.header_row}" if choice.header_row else "no row with column names"
    row = "" if choice.header_row is None else row
    phrases = [("sheet", f"sheet “{choice.sheet}”" if choice.sheet else ""), ("header_row", row)]
    if choice.separator:
        words = SEPARATOR_LABELS.get(choice.separator, f"“{choice.separator}”")
        phrases.append(("separator", f"cells separated by {words}"))
    if choice.separator and choice.encoding:
        phrases.append(("encoding", f"letters as {NAMES.get(choice.encoding, choice.encoding)}"))
    phrases.append(("columns", "what the columns hold" if "columns" in remembered else ""))
    return [(phrase, part in remembered) for part, phrase in phrases if phrase]


def _read_duplicates(text: str) -> Duplicates:
    return Duplicates(text) if text in set(Duplicates) else Duplicates.TELL


def _wants_json(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")
