"""Tables as files: CSV that Swedish spreadsheets open as it is, and XLSX. Row by row, whatever the size."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence

from django.http import FileResponse, HttpRequest, HttpResponseBase, StreamingHttpResponse
from xlsxwriter import Workbook

from skolsynk.sync.tables import cell
from skolsynk.web.words import speaks

FORMATS = ("csv", "xlsx")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
LARGEST_SHEET = 1_048_576  # rows, header included: what the format allows
ROWS_AT_ONCE = 500


def table_response(
    request: HttpRequest,
    name: str,
    rows: Iterable[Sequence[object]],
    format: str = "csv",  # noqa: A002  # what spreadsheets call it
) -> HttpResponseBase:
    """A download called ``name`` plus ending; the first row is the header, and every cell is text that stays text.

    CSV has ``;`` between cells for readers of Swedish, ``,`` for others, and says that it is UTF-8.
    """
    safe = ([cell(value) for value in row] for row in rows)
    if format == "xlsx":
        return _xlsx(name, safe)
    answer = StreamingHttpResponse(
        _lines(safe, ";" if speaks() == "sv" else ","), content_type="text/csv; charset=utf-8"
    )
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def _lines(rows: Iterable[Sequence[str]], delimiter: str) -> Iterator[str]:
    yield BYTE_ORDER_MARK
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter)
    for count, row in enumerate(rows, 1):
        writer.writerow(row)
        if count % ROWS_AT_ONCE == 0:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def _xlsx(name: str, rows: Iterable[Sequence[str]]) -> HttpResponseBase:
    """Written to a file that ends with the answer; what one sheet has no room for goes on in the next."""
    file = tempfile.TemporaryFile()  # noqa: SIM115  # FileResponse closes it
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(file, options) as book:
        bold = book.add_format({"bold": True})
        header: Sequence[str] = ()
        sheet = None
        at = 0
        for row in rows:
            if sheet is None or at == LARGEST_SHEET:
                sheet = book.add_worksheet()
                sheet.freeze_panes(1, 0)
                header = header or row
                sheet.write_row(0, 0, header, bold)
                at = 1
                if header is row:
                    continue
            for column, value in enumerate(row):
                sheet.write_string(at, column, value)
            at += 1
        if sheet is None:
            book.add_worksheet()
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX)
