"""Which format a file is in, by what it holds and never by its name; the reader for it, or what to do."""

from __future__ import annotations

import re

from campaigns.sheets.csv_text import CsvText
from campaigns.sheets.markup_tables import open_html, open_xml_spreadsheet
from campaigns.sheets.ods import open_flat_ods, open_ods
from campaigns.sheets.packages import Package
from campaigns.sheets.records import EncodingDoubt, Record, SheetError, SheetFacts, Workbook
from campaigns.sheets.text_encoding import Decoded, decode, list_beyond_ascii
from campaigns.sheets.xls import open_xls
from campaigns.sheets.xlsx import open_xlsx

_SAVE = "Open it in a spreadsheet program and save it as XLSX or CSV."
_OLD_EXCEL = (b"\xd0\xcf\x11\xe0", b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00", b"\x09\x08")
_HTML = re.compile(
    rb"\s*(<\?xml[^>]*>\s*)?(<!--.{0,2000}?-->\s*)?<(!doctype\s+html|html|head|body|table|meta|style|div|center)\b",
    re.IGNORECASE | re.DOTALL,
)
_KNOWN = (
    (b"%PDF", "a PDF document", "Export the table from the program it was made with as XLSX or CSV."),
    (b"\x89PNG", "a picture, neither CSV nor XLSX", "Give the table itself as XLSX or CSV."),
    (b"\xff\xd8\xff", "a picture, neither CSV nor XLSX", "Give the table itself as XLSX or CSV."),
    (b"GIF8", "a picture, neither CSV nor XLSX", "Give the table itself as XLSX or CSV."),
    (b"BM6", "a picture, neither CSV nor XLSX", "Give the table itself as XLSX or CSV."),
    (b"II*\0", "a picture, neither CSV nor XLSX", "Give the table itself as XLSX or CSV."),
    (b"{\\rtf", "a text document (RTF)", "Copy its table into a spreadsheet program and save it as XLSX."),
    (b"\x1f\x8b", "a compressed file (gzip)", "Unpack it and give the spreadsheet inside."),
    (b"7z\xbc\xaf", "an archive (7z)", "Unpack it and give the spreadsheet inside."),
    (b"Rar!", "an archive (RAR)", "Unpack it and give the spreadsheet inside."),
    (b"SQLite format 3", "a database (SQLite)", "Export its table as CSV."),
    (b"PAR1", "a Parquet file", "Export it as CSV."),
    (b"BEGIN:VCARD", "a file of contacts (vCard)", "Export the contacts as CSV."),
    (b"MIME-Version:", "a web archive (MHTML)", _SAVE),
)


def open_file(
    data: bytes, file_name: str, encoding: str | None = None, separator: str | None = None
) -> Workbook:
    """The sheets of a file of any kind that can be read. Raises SheetError, which names the format."""
    if not data.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise SheetError(describe_empty(file_name))
    if data.startswith(b"PK\x03\x04") or data.startswith(b"PK\x05\x06"):
        return _open_package(Package(data, file_name))
    if data.startswith(_OLD_EXCEL):
        return open_xls(data, file_name)
    start = data.removeprefix(b"\xef\xbb\xbf").lstrip()
    for magic, kind, remedy in _KNOWN:
        if start.startswith(magic):
            raise SheetError(f"{file_name} is {kind}. {remedy}")
    if start.startswith(b"<") or data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        found = _open_markup(data, file_name)
        if found is not None:
            return found
    if re.match(rb'[{\[]\s*["{\[\]}]', start) and start.rstrip().endswith((b"}", b"]")):
        raise SheetError(f"{file_name} holds JSON. Export the same data as CSV or XLSX.")
    return _open_text(decode(data, file_name, encoding), data, separator)


def describe_empty(file_name: str) -> str:
    return f"{file_name} is empty. Write column names into its first row and one person into each row below."


def _open_markup(data: bytes, file_name: str) -> Workbook | None:
    """HTML and XML, also in UTF-16; None for a text that only begins like that."""
    head = data[:8000].replace(b"\0", b"").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    head = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if b"urn:schemas-microsoft-com:office:spreadsheet" in head and not _HTML.match(head):
        return open_xml_spreadsheet(data, file_name)
    if b"urn:oasis:names:tc:opendocument" in head and b"office:document" in head:
        return open_flat_ods(data, file_name)
    if _HTML.match(head):
        return open_html(data, file_name)
    if head.startswith(b"<?xml"):
        raise SheetError(f"{file_name} is an XML file of a kind that holds no table we know. {_SAVE}")
    return None


def _open_package(package: Package) -> Workbook:
    names, file_name = package.names, package.file_name
    if any(name.endswith("xl/workbook.xml") for name in names):
        return open_xlsx(package)
    mimetype = package.read("mimetype")[:100] if package.has("mimetype") else b""
    if b"opendocument.spreadsheet" in mimetype:
        return open_ods(package)
    if any(name.endswith("xl/workbook.bin") for name in names):
        raise SheetError(f"{file_name} is a binary Excel workbook (XLSB). {_SAVE}")
    if any(name.endswith(".iwa") for name in names) or package.has("Index.zip"):
        kind = (
            "a Numbers spreadsheet"
            if not file_name.lower().endswith((".pages", ".key"))
            else "an iWork document"
        )
        raise SheetError(f"{file_name} is {kind}. In Numbers choose File, Export To, Excel or CSV.")
    if b"opendocument" in mimetype:
        raise SheetError(
            f"{file_name} is a text document or slides (OpenDocument). Copy its table into a spreadsheet."
        )
    if any(name.startswith("word/") for name in names):
        raise SheetError(
            f"{file_name} is a Word document. Copy its table into a spreadsheet and save that as XLSX."
        )
    if any(name.startswith("ppt/") for name in names):
        raise SheetError(
            f"{file_name} is a PowerPoint file. Copy its table into a spreadsheet and save it as XLSX."
        )
    if package.has("[Content_Types].xml"):
        return open_xlsx(package)
    inside = ", ".join(name for name in names[:3] if not name.endswith("/"))
    raise SheetError(
        f"{file_name} is a ZIP archive{f' with {inside}' if inside else ''}. "
        "Unpack it and give the spreadsheet inside."
    )


def _open_text(found: Decoded, data: bytes, separator: str | None) -> Workbook:
    source = CsvText(found.text, separator)
    doubt = _find_doubt(source, found, data) if found.rivals else None
    return Workbook((source.to_source(),), doubt, found.encoding, source.separator)


def _find_doubt(source: CsvText, found: Decoded, data: bytes) -> EncodingDoubt | None:
    """The first cell that the encodings read in another way."""
    others = {
        name: CsvText(data.decode(name, errors="replace"), source.separator) for name in found.rivals[:3]
    }
    readers = {name: other.read(1000, SheetFacts()) for name, other in others.items()}
    for record in source.read(1000, SheetFacts()):
        beside = {name: next(reader, None) for name, reader in readers.items()}
        for at in list_beyond_ascii(record.cells):
            readings = [(found.encoding, record.cells[at])]
            readings += [
                (name, cell)
                for name, other in beside.items()
                if (cell := _get_cell(other, at)) != record.cells[at]
            ]
            if len(readings) > 1:
                return EncodingDoubt(record.number, at, tuple(readings))
    return None


def _get_cell(record: Record | None, at: int) -> str:
    return record.cells[at] if record is not None and at < len(record.cells) else ""
