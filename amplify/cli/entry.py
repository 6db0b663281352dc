"""The entry point of the `amplify` program."""

from __future__ import annotations

import gc
import sys

from amplify import __version__
from amplify.cli.output_streams import run_with_output


def main() -> None:
    """Run the command line and exit.

    Loading modules makes objects by the ten thousand and no rubbish; without a collector looking through them a
    pass with nothing due costs a sixth less.
    """
    if sys.getfilesystemencoding() != "utf-8":
        from amplify.cli.outside_words import use_utf8_names

        use_utf8_names()
    if sys.argv[1:] == ["--version"]:  # without loading a single command
        sys.exit(run_with_output(_say_version))
    gc.disable()
    from amplify.cli import main as commands

    commands.main()


def _say_version() -> int:
    print(f"amplify {__version__}")
    return 0
