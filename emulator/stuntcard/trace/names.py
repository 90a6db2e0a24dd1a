"""What files and applications are called, for those whose identifiers a standard or wide use has fixed."""

from __future__ import annotations

MASTER_FILE = "MF"

Path = tuple[str, ...]
"""Where a file lies: `MF` or an application's name, then identifiers in hexadecimal."""

_PKCS15: Path = (MASTER_FILE, "5015")

# EF.DIR and EF.ATR: ISO 7816-4, 12.2. ODF and the two after it: ISO 7816-15, 7. The directories have no fixed
# identifiers; these are those of OpenSC's profile for the IsoApplet, in wide use elsewhere too.
_FILES: dict[Path, str] = {
    (MASTER_FILE, "2F00"): "EF.DIR",
    (MASTER_FILE, "2F01"): "EF.ATR",
    _PKCS15: "PKCS#15",
    (*_PKCS15, "5031"): "ODF",
    (*_PKCS15, "5032"): "TokenInfo",
    (*_PKCS15, "5033"): "UnusedSpace",
    (*_PKCS15, "4401"): "AODF",
    (*_PKCS15, "4402"): "PrKDF",
    (*_PKCS15, "4403"): "PuKDF",
    (*_PKCS15, "4404"): "CDF",
    (*_PKCS15, "4405"): "DODF",
}

_APPLICATIONS = {
    "F276A288BCFBA69D34F31001": "IsoApplet",
    "F05354554E5401": "manage",
    "D20310010001000202": "eop card management",
    "D2031001000103020100": "eop files",
    "A00000001840000001634200": "IAS Classic",
    "A00000000101": "MUSCLE",
    "A000000308000010000100": "PIV",
    "A00000030800001000": "PIV",
    "A00000039742544659": "GIDS",
    "A000000397425446590201": "GIDS",
    "D27600012401": "OpenPGP",
    "D276000124010200": "OpenPGP",
    "A000000151000000": "GlobalPlatform",
}
_PKCS15_APPLICATION = "A000000063504B43532D3135"


def file_name(path: Path) -> str:
    """A file's place and, if it has one, its name: `5015/4402 PrKDF`."""
    if len(path) == 1:
        return path[0]
    place = "/".join(path[1:])
    name = _FILES.get((MASTER_FILE, *path[1:]))
    return f"{place} {name}" if name else place


def is_directory(path: Path) -> bool:
    """Whether the file of this path is known to be a directory."""
    return len(path) == 1 or path == _PKCS15


def application(identifier: bytes) -> Path:
    """Where the application of this identifier (AID) is."""
    text = identifier.hex().upper()
    if text == _PKCS15_APPLICATION:
        return _PKCS15
    return (_APPLICATIONS.get(text) or f"application {text or 'without a name'}",)
