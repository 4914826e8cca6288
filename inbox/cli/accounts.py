"""user add, user list: accounts from the command line."""

import click
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from inbox import users
from inbox.cli.common import Context, pass_context
from inbox.models import User
from inbox.models.user import COLLEAGUE, ROLES


@click.group("user")
def user() -> None:
    """Colleagues' accounts."""


@user.command("add")
@click.argument("email")
@click.option("--name", default="", help="Name (default: the address).")
@click.option("--role", type=click.Choice(ROLES), default=COLLEAGUE)
@click.option("--team", "teams", multiple=True, help="Team slug; may be given several times.")
@click.option("--language", type=click.Choice(["it", "en"]), default=None)
@click.option("--no-mail", is_flag=True, help="Do not tell by mail when a question arrives.")
@click.option(
    "--password-file",
    type=click.File("r"),
    help="File with the password (- for standard input); else an invitation link is printed.",
)
@pass_context
def add(
    context: Context,
    /,
    email: str,
    name: str,
    role: str,
    teams: tuple[str, ...],
    language: str | None,
    password_file: click.File | None,
    no_mail: bool,
) -> None:
    """Add a colleague; prints the invitation link unless a password is given."""
    password = password_file.read().strip() if password_file else ""  # type: ignore[attr-defined]
    app = context.open()
    try:
        with app.database.writing() as session:
            made = users.create(session, email, name, role, language or app.settings.language, teams, password)
            made.notify_by_mail = not no_mail
            link = (
                ""
                if password
                else f"{app.public_url}/invitation/{users.issue_ticket(session, users.INVITATION, made.id)}"
            )
            row = {
                "id": made.id,
                "email": made.email,
                "role": made.role,
                "teams": list(teams),
                "invitation": link or None,
            }
    except users.AccountError as error:
        raise click.ClickException(str(error)) from None
    finally:
        app.close()
    context.print([row], lambda one: f"{one['email']} added" + (f"; invitation: {link}" if link else ""))


@user.command("list")
@pass_context
def list_(context: Context) -> None:
    """All accounts."""
    app = context.open()
    with app.database.reading() as session:
        rows = [
            {
                "id": one.id,
                "email": one.email,
                "name": one.name,
                "role": one.role,
                "teams": [team.slug for team in one.teams],
                "disabled": one.disabled_at is not None,
            }
            for one in session.scalars(select(User).options(selectinload(User.teams)).order_by(User.id))
        ]
    app.close()
    context.print(
        rows,
        lambda one: f"{one['email']}  {one['role']}  {', '.join(one['teams'])}{'  (off)' if one['disabled'] else ''}",
    )


COMMANDS = (user,)
