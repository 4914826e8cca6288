"""The mails of the other projects' collection that are marked as written by a program, each with its sign.

python -m tests.connectors.mail.machine_list > docs/machine-mail.md
"""

from tests.connectors.mail.test_corpora import CORPORA, mail

HEAD = """# Mails marked as written by a program

Of the mails that other projects collected (`mail/**`, reports of non-delivery apart), these are marked, each by the sign
beside it. They open no clock, nobody is told of them, and none is answered by itself. None is a letter of a person to
us; those of kind *list* are posts to mailing lists.

| mail | kind | sign |
|---|---|---|"""


def rows() -> list[tuple[str, str, str]]:
    """File, kind and sign of each marked mail."""
    found = []
    for path in sorted((CORPORA / "mail").rglob("*")):
        if path.is_file():
            message = mail(str(path.relative_to(CORPORA)))
            if message.machine:
                found.append((str(path.relative_to(CORPORA / "mail")), message.machine, message.facts["machine_sign"]))
    return found


if __name__ == "__main__":
    print(HEAD)
    for row in rows():
        print("| " + " | ".join(row) + " |")
