"""What the commands that take a run share."""

import re

import click

_NAME = re.compile(r"(?!\.+$)[\w.-]+")


class RunName(click.ParamType[str]):
    """Name of a folder in `runs/`: letters, digits, `_`, `-` and dots, and never a way out of it."""

    name = "RUN"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name as it was given."""
        name = str(value)
        if not _NAME.fullmatch(name):
            self.fail(f"{name!r} is no name of a run: letters, digits, '_', '-' and '.'", param, ctx)
        return name


RUN = RunName()


def to_export(run: str, encoder: str) -> str:
    """The command that exports a run of an encoder."""
    return f"secondglance export --run {'SMALL --second ' if encoder == 'large' else ''}{run}"
