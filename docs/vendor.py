"""Brings GOV.UK Frontend and, for the tests, axe-core into the tree: ``make vendor`` (needs npm).

Whoever installs Amends needs no npm: what this writes is kept with the code. GDS Transport, the
crown and the crest are for services on gov.uk alone, so the typeface and the crest are taken out of
the stylesheet; the crown is drawn by a template that we do not use.
"""

import hashlib
import io
import re
import subprocess
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
STATIC = ROOT / "templates" / "static"
GOVUK = (
    "govuk-frontend",
    "6.6.0",
    "52c4eb554e54d8a6e4ba801e9da5ec3a5b930fd2f117a39677f0b6296e954751",
)
AXE = ("axe-core", "4.14.1", "e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745")
"""Each package's name, version and the SHA-256 of its archive."""

SOURCE_MAP = re.compile(r"\n?/[/*]# sourceMappingURL=\S+(?: \*/)?\s*$")
FONT_FACE = re.compile(r"@font-face\{[^}]*\}")
TYPEFACE = re.compile(r"/\*! Copyright \(c\) 2011 by Margaret Calvert.*?\*/\n?", re.DOTALL)
CREST = re.compile(r"[^{}]*\{[^{}]*govuk-crest\.svg[^{}]*\}")


def main() -> None:
    """Fetch both, and write what is kept of them."""
    built = "package/dist/govuk/govuk-frontend.min"
    with _archive(*GOVUK) as archive:
        (STATIC / "govuk.css").write_text(plain(_text(archive, f"{built}.css")), "utf-8")
        script = SOURCE_MAP.sub("\n", _text(archive, f"{built}.js"))
        (STATIC / "govuk.js").write_text(script, "utf-8")
    with _archive(*AXE) as archive:
        kept = ROOT / "tests" / "browser" / "axe.min.js"
        kept.write_text(_text(archive, "package/axe.min.js"), "utf-8")


def plain(stylesheet: str) -> str:
    """The stylesheet without the typeface and the crest; then it fetches nothing."""
    stylesheet = FONT_FACE.sub("", TYPEFACE.sub("", SOURCE_MAP.sub("\n", stylesheet)))
    stylesheet = CREST.sub("", stylesheet).replace("GDS Transport,arial", "arial,helvetica")
    assert "url(" not in stylesheet
    assert "Transport" not in stylesheet
    return stylesheet


def _archive(name: str, version: str, digest: str) -> tarfile.TarFile:
    with TemporaryDirectory() as folder:
        wanted = ["npm", "pack", "--silent", f"{name}@{version}"]
        subprocess.run(wanted, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        (packed,) = Path(folder).glob("*.tgz")
        content = packed.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != digest:
        raise SystemExit(f"{name} {version} is not what it was: its SHA-256 is {found}.")
    return tarfile.open(fileobj=io.BytesIO(content))


def _text(archive: tarfile.TarFile, name: str) -> str:
    member = archive.extractfile(name)
    assert member is not None
    return member.read().decode("utf-8")


if __name__ == "__main__":
    main()
