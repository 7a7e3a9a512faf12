"""Values in HTML and XML tables, as Excel shows them."""

from __future__ import annotations

import io

import pytest

from campaigns.sheets.markup_formats import show_by_format
from campaigns.sheets.reading import read_sheet_file

HTML = r"""<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><style><!--
td {mso-number-format:General;}
.zip {mso-number-format:"\@";} td.money, .other {mso-number-format:"\0022$\0022\#\,\#\#0\.00"; color:red}
--></style></head><body><table><tr><th>name</th><th>zip</th><th>price</th><th>rate</th><th>day</th>
<th>code</th></tr>
<tr><td>Ada</td><td class=zip>01234</td><td class="xl65 money">1234.5</td>
<td style="mso-number-format:Percent">0.25</td><td style='mso-number-format:"d mmmm yyyy"'>2026-03-14</td>
<td style="mso-number-format:'00000'">42</td></tr>
<tr style="mso-number-format:'0%'"><td x:str>7</td><td>00789</td><td class=money>$9.00</td><td>0.5</td>
<td>soon</td><td style="mso-number-format:'yyyy\-mm\-dd'">46095</td></tr></table></body></html>"""
XML = """<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"
 xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Styles>
<Style ss:ID="Default"><NumberFormat/></Style>
<Style ss:ID="p"><NumberFormat ss:Format="0%"/></Style>
<Style ss:ID="bold" ss:Parent="p"/>
<Style ss:ID="d"><NumberFormat ss:Format="Short Date"/></Style>
<Style ss:ID="z"><NumberFormat ss:Format="00000"/></Style>
<Style ss:ID="m"><NumberFormat ss:Format="&quot;$&quot;#,##0.00"/></Style>
</Styles><Worksheet ss:Name="People"><Table>
<Column/><Column ss:StyleID="z" ss:Span="1"/><Column ss:StyleID="bold"/>
<Row>{heads}</Row><Row><Cell><Data ss:Type="String">Ada</Data></Cell>
<Cell><Data ss:Type="Number">1234</Data></Cell>
<Cell><Data ss:Type="String">7</Data></Cell><Cell><Data ss:Type="Number">0.25</Data></Cell>
<Cell ss:StyleID="d"><Data ss:Type="DateTime">2026-03-14T00:00:00.000</Data></Cell>
<Cell ss:StyleID="m"><Data ss:Type="Number">1234.5</Data></Cell>
<Cell><Data ss:Type="Number">0.30000000000000004</Data></Cell></Row></Table></Worksheet></Workbook>"""


def show_rows(text: str) -> list[list[str]]:
    read = read_sheet_file(io.BytesIO(text.encode()), "people.xls")
    return [list(row.values.values()) for row in read.sheet.rows]


def test_html_is_shown_by_the_formats_of_cells_classes_and_rows() -> None:
    assert show_rows(HTML) == [
        ["Ada", "01234", "$1,234.50", "25.00%", "14 March 2026", "00042"],
        ["7", "00789", "$9.00", "0.5", "soon", "2026-03-14"],
    ]


def test_an_xml_spreadsheet_is_shown_by_its_styles() -> None:
    names = ("name", "zip", "text", "rate", "day", "price", "sum")
    heads = "".join(f'<Cell><Data ss:Type="String">{name}</Data></Cell>' for name in names)
    assert show_rows(XML.replace("{heads}", heads)) == [
        ["Ada", "01234", "7", "25%", "3/14/2026", "$1,234.50", "0.3"]
    ]


@pytest.mark.parametrize(
    ("text", "code", "shown"),
    [
        ("0.5", "Yes/No", "Yes"), ("12", "Fixed", "12.00"), ("1234567", "Standard", "1,234,567.00"),
        ("2026-03-14 14:30", "Medium Time", "2:30 PM"), ("14 March", "Short Date", "14 March"),
        ("25%", "0.00%", "25%"), ("12345678901234567", "0", "12345678901234567"), ("Ada", "0.00", "Ada"),
        ("-5", "Short Date", "-5"),
    ],
)  # fmt: skip
def test_only_plain_numbers_and_iso_dates_are_formatted(text: str, code: str, shown: str) -> None:
    assert show_by_format(text, code) == shown
