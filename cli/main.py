"""The `secondglance` command; each subcommand imports what it needs only when it runs."""

import importlib
import sys
from typing import Any

import click

from domain.errors import SecondglanceError

COMMANDS = {
    "score": ("cli.score", "Score captures and texts."),
    "rescore": ("cli.rescore", "Say what a candidate lexicon, model or policy would change."),
    "serve": ("cli.serve", "Serve HTTP and gRPC."),
    "keys": ("cli.keys", "Add, list, rotate and revoke API keys."),
    "active": ("cli.active", "Show, reload and roll back what a running service has in force."),
    "lexicon": ("cli.lexicon", "Check, count, import, export and seal lexicons."),
    "bank": ("cli.bank", "Check, change and query hash banks."),
    "model": ("cli.model", "List, show, verify and roll back model folders."),
    "evaluate": ("cli.evaluate", "Measure the second look on labelled rows."),
    "reference": ("cli.reference", "Make the reference that drift is measured against."),
    "bench": ("cli.bench", "Measure against peers (make bench-setup)."),
    "feedback": ("cli.feedback", "Turn decisions of safeguarding leads into rows to retrain with."),
    "train": ("cli.train", "Fine-tune a model (training extra)."),
    "restore": ("cli.restore", "Make a run of a released model, to train on from (training extra)."),
    "teach": ("cli.teach", "Let a model read the rows for another one (training extra)."),
    "blend": ("cli.blend", "Make a run of the mean of others' weights (training extra)."),
    "rationale": ("cli.rationale", "Teach which words decide, for evidence (training extra)."),
    "export": ("cli.export", "Export a trained model to ONNX (training extra)."),
    "calibrate": ("cli.calibrate", "Fit temperatures and the dismissal threshold (training extra)."),
    "compare": ("cli.compare", "Test a calibrated run against the current model."),
    "promote": ("cli.promote", "Turn a run into the model that is served (training extra)."),
}


class LazyGroup(click.Group):
    """Loads a subcommand's module when it is called for."""

    def list_commands(self, _: click.Context) -> list[str]:
        """All names, in the order of use."""
        return list(COMMANDS)

    def get_command(self, _: click.Context, name: str) -> click.Command | None:
        """The command of a name, or None."""
        if name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(COMMANDS[name][0]).command
        return command

    def format_commands(self, _: click.Context, formatter: click.HelpFormatter) -> None:
        """Lists the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="secondglance")
def group() -> None:
    """The second look for safeguarding: tells real concerns from harmless keyword hits."""


def main(args: list[str] | None = None) -> Any:
    """Entry point; a domain error, or one of the system (a full disk, a taken port), is one line and exit status 2."""
    try:
        return group(args)
    except SecondglanceError as error:
        click.echo(f"secondglance: {error}", err=True)
        sys.exit(2)
    except OSError as error:
        where = f"{error.filename}: " if error.filename is not None else ""
        click.echo(f"secondglance: {where}{error.strerror or error}", err=True)
        sys.exit(2)
    except ModuleNotFoundError as error:
        package = (error.name or "").split(".")[0]
        if package in {"evaluation", "training"}:  # an image of the service holds neither
            click.echo(f"secondglance: this command needs a checkout of the project ({package})", err=True)
            sys.exit(2)
        if package not in {"torch", "transformers", "mlflow", "onnx", "tqdm", "sklearn"}:
            raise
        click.echo(
            f"secondglance: this command needs the training extra ({package}); run `make train-setup`",
            err=True,
        )
        sys.exit(2)


if __name__ == "__main__":
    main()
