"""backup, restore: everything in one file, on either database."""

from pathlib import Path

import click

from inbox import backup as backups
from inbox.cli.common import Context, pass_context


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--with-key", is_flag=True, help="Include the key that encrypts passwords and tokens.")
@pass_context
def backup(context: Context, /, file: Path, with_key: bool) -> None:
    """Write database and files into one archive, while the server runs."""
    app = context.open()
    try:
        count = backups.write(app, file, with_key=with_key)
    except backups.BackupError as error:
        raise click.ClickException(str(error)) from None
    finally:
        app.close()
    context.print([{"file": str(file), "rows": count}], lambda row: f"{row['file']}: {row['rows']} rows")


@click.command()
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@pass_context
def restore(context: Context, /, file: Path) -> None:
    """Fill an empty data folder from an archive; unsent answers come back as uncertain."""
    app = context.open()
    try:
        count = backups.read(app, file)
    except backups.BackupError as error:
        raise click.ClickException(str(error)) from None
    finally:
        app.close()
    context.print([{"file": str(file), "rows": count}], lambda row: f"{row['rows']} rows restored")


COMMANDS = (backup, restore)
