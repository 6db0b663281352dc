"""The command line application: one file a command, one line here. Only the command that was called is imported."""

from __future__ import annotations

import gc
import sys
from importlib import import_module
from typing import Annotated, Final

import typer

from amplify import __version__
from amplify.cli.output_streams import run_with_output
from amplify.cli.outside_words import with_readable_texts
from amplify.model.errors import AmplifyError, NeedsPerson

COMMANDS: Final = {
    "init": "init",
    "days": "days",
    "add": "add",
    "text": "text",
    "import": "import_",
    "check": "check",
    "plan": "plan",
    "queue": "queue",
    "approve": "approve",
    "preview": "preview",
    "export": "export",
    "toolkit": "toolkit",
    "banner": "banner",
    "publish": "publish",
    "run": "run",
    "status": "status",
    "people": "people",
    "facts": "facts",
    "statement": "statement",
    "settle": "settle",
    "takedown": "takedown",
    "stop": "stop",
    "resume": "resume",
    "history": "history",
    "forget": "forget",
    "prune": "prune",
    "measure": "measure",
    "report": "report",
    "rehearse": "rehearse",
    "demo": "demo",
    "doctor": "doctor",
    "confirm": "confirm",
    "backup": "backup",
    "restore": "restore",
    "schema": "schema",
}
"""Command → module in this folder, in the order of a campaign's life."""


_INTERRUPTED: Final = 130
"""The exit code after Ctrl-C, as shells have it."""


def build_app(names: list[str]) -> typer.Typer:
    """The application with these commands."""
    app = typer.Typer(
        name="amplify",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback()(_about)
    for name in names:
        app.command(name)(with_readable_texts(import_module(f"amplify.cli.{COMMANDS[name]}").command))
    return app


def _say_version(wanted: bool) -> None:
    if wanted:
        print(f"amplify {__version__}")
        raise typer.Exit


def _about(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_say_version, help="Say the version and exit.")
    ] = False,
) -> None:
    """Plan, publish exactly once, measure, and stop at once: solidarity campaigns, spoken together.

    Exit codes: 0 fine, 1 problems found, 2 wrong use, 3 something needs a person.
    """


def main() -> None:
    """Run the command line and exit. Whatever goes wrong is a sentence, never a traceback."""
    sys.exit(run_with_output(_run))


def _run() -> int:
    """Run the command; its exit code."""
    named = next((word for word in sys.argv[1:] if not word.startswith("-")), "")
    try:
        app = build_app([named] if named in COMMANDS else list(COMMANDS))
        gc.freeze()  # what is loaded stays: the collector need not look at it
        gc.enable()
        code = app(prog_name="amplify", standalone_mode=False)
        if code == _INTERRUPTED:  # Typer makes this number of Ctrl-C, and says nothing
            raise KeyboardInterrupt
    except BaseException as error:
        code = _explain(error)
    return code if isinstance(code, int) else 0


def _explain(error: BaseException) -> int:
    """Print an error as a sentence; the exit code."""
    from amplify.cli.output import print_error, show_problems

    if isinstance(error, AmplifyError):
        problems = getattr(error, "problems", ())
        if problems:
            show_problems(problems, to_stderr=True)
        print_error(str(error))
        return error.exit_code
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else 1
    if isinstance(error, KeyboardInterrupt) or type(error).__name__ == "Abort":
        print_error("stopped: nothing is lost, run the same command again to go on")
        return _INTERRUPTED
    if hasattr(error, "format_message") and hasattr(error, "exit_code"):  # wrong use, as the parser saw it
        if type(error).__name__ == "NoArgsIsHelpError":  # called with nothing: its message is the help itself
            sys.stderr.write(f"{error.format_message()}\n")
        else:
            named = [word for word in sys.argv[1:2] if word in COMMANDS]
            print_error(f"{error.format_message()} See `{' '.join(['amplify', *named])} --help`.")
        return int(error.exit_code)
    if isinstance(error, OSError) and error.strerror:  # a full disk, a folder that may not be written
        place = f": {error.filename}" if error.filename is not None else ""
        print_error(
            f"the system did not let this be done ({error.strerror}{place}). Nothing is lost; mend that and run the "
            "command again"
        )
        return NeedsPerson.exit_code
    return _unexpected(error)


def _unexpected(error: BaseException) -> int:
    from amplify.cli.crash_report import write_crash_report
    from amplify.cli.output import print_error

    try:
        written = (
            f"What happened is written in {write_crash_report(error)}: please send it to whoever looks after amplify."
        )
    except OSError as unwritten:
        written = f"What happened could not be written down ({unwritten.strerror})."
    print_error(
        f"amplify stopped on something it did not expect ({type(error).__name__}). Nothing is lost; run the command "
        f"again. {written}"
    )
    return 1
