"""From tests/: `python -m phone messages.json picture.png [--dark]`, a list of Bot API messages."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from phone.pictures import picture


def main() -> None:
    """Draw the messages of a JSON file; a string among them is what the person wrote."""
    parser = argparse.ArgumentParser(prog="phone", description=main.__doc__)
    parser.add_argument("messages", type=Path, help="a JSON list of messages")
    parser.add_argument("picture", type=Path, help="the PNG to write")
    parser.add_argument("--dark", action="store_true", help="as at night")
    given = parser.parse_args()
    messages = json.loads(given.messages.read_text(encoding="utf-8"))
    for label in picture(messages, given.picture, dark=given.dark):
        sys.stderr.write(f"cut: {label}\n")


if __name__ == "__main__":
    main()
