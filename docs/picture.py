"""Draws docs/pictures/demo.svg from what ``amends demo`` prints: ``make picture``."""

import os
import re
import subprocess
import sys
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.text import Text

PICTURE = Path(__file__).parent / "pictures" / "demo.svg"
COLUMNS = 80


def main() -> None:
    """Run the demo and draw every line that it prints."""
    shown = subprocess.run(
        [Path(sys.executable).with_name("amends"), "demo"],
        check=True,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env=os.environ | {"FORCE_COLOR": "1", "COLUMNS": str(COLUMNS)},
    )
    console = Console(record=True, file=StringIO(), width=COLUMNS)
    console.print(Text.from_ansi("$ make demo\n" + shown.stdout))
    drawn = console.export_svg(title="Amends", unique_id="demo")
    # The picture is to fetch nothing: whoever looks at it has a font of fixed width.
    PICTURE.write_text(re.sub(r"@font-face \{.*?\}\s*", "", drawn, flags=re.DOTALL), "utf-8")


if __name__ == "__main__":
    main()
