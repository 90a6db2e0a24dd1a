"""The issue report: what was issued, to whom, until when (PQ-19). As text, and as a page in PDF."""

from __future__ import annotations

from pathlib import Path

from cardtools.common import fonts
from cardtools.common.certificates import CertificateFacts
from cardtools.common.messages import Messages
from cardtools.common.protocol import IssuedCertificate
from cardtools.enrol.errors import UnavailableError

FONT_FOLDERS = fonts.FOLDERS

_GAP = 2
_LABEL_WIDTH = 72
_LINE = 7
_PAGE_WIDTH = 190
_TIME = "%Y-%m-%d %H:%M UTC"

Row = tuple[str, str]
"""What a value is, and the value."""


def report_rows(request_id: str, issued: IssuedCertificate, facts: CertificateFacts, messages: Messages) -> list[Row]:
    """The report, line by line. What the certificate itself says is read there, and not taken from the CA."""
    rows = [
        ("report-request", request_id),
        ("report-profile", messages.text(f"profile-{issued.profile.value}")),
        ("report-holder", facts.holder),
        ("report-e-mail", issued.applicant.e_mail),
        ("report-organisation", issued.applicant.organisation or ""),
        ("report-issuer", facts.issuer),
        ("report-serial-decimal", facts.serial_decimal),
        ("report-serial-hex", facts.serial_hex),
        ("report-valid-from", f"{facts.valid_from:{_TIME}}"),
        ("report-valid-until", f"{facts.valid_until:{_TIME}}"),
        ("report-key", facts.algorithm),
        ("report-on-device", messages.text("yes" if facts.on_device else "no")),
        ("report-fingerprint", _in_groups(facts.fingerprint)),
        ("report-revoked", f"{issued.revoked:{_TIME}}" if issued.revoked else ""),
    ]
    return [(messages.text(key), value) for key, value in rows if value]


def report_text(rows: list[Row], messages: Messages) -> str:
    """The report as text."""
    title = messages.text("report-title")
    width = max(len(label) for label, _ in rows) + _GAP
    lines = [title, "=" * len(title), *(f"{label:{width}}{value}" for label, value in rows)]
    return "\n".join(lines) + "\n"


def report_file(path: Path, rows: list[Row], messages: Messages) -> bytes:
    """The report as it goes into a file: PDF when the file's name ends in .pdf, and else text.

    Raises UnavailableError when there is no font for a PDF.
    """
    return report_pdf(rows, messages) if path.suffix.lower() == ".pdf" else report_text(rows, messages).encode()


def report_pdf(rows: list[Row], messages: Messages) -> bytes:
    """The report as a PDF. Raises UnavailableError when no font with Czech and Slovenian letters is installed."""
    from fpdf import FPDF

    regular, bold = _font(fonts.REGULAR), _font(fonts.BOLD)
    title = messages.text("report-title")
    page = FPDF()
    page.set_title(title)
    page.set_lang(messages.language)
    page.add_font("DejaVu", "", str(regular))
    page.add_font("DejaVu", "B", str(bold))
    page.add_page()
    page.set_font("DejaVu", "B", 16)
    page.cell(0, _LINE * 2, title, new_x="LMARGIN", new_y="NEXT")
    for label, value in rows:
        page.set_font("DejaVu", "B", 10)
        page.cell(_LABEL_WIDTH, _LINE, label)
        page.set_font("DejaVu", "", 10)
        page.multi_cell(_PAGE_WIDTH - _LABEL_WIDTH, _LINE, value, new_x="LMARGIN", new_y="NEXT", align="L")
    return bytes(page.output())


def _font(name: str) -> Path:
    found = fonts.find_font(name, FONT_FOLDERS)
    if found is not None:
        return found
    raise UnavailableError("no-font", font=name, folder=str(FONT_FOLDERS[0]))


def _in_groups(digest: bytes) -> str:
    return digest.hex(" ", 4).upper()
