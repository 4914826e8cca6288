"""A throw-away Dovecot on the loopback: any user name logs in with the password "secret"."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from imapclient import IMAPClient

from tests.parts import missing

CONFIG = """
base_dir = {dir}/run
state_dir = {dir}/state
log_path = {dir}/dovecot.log
listen = 127.0.0.1
protocols = imap
disable_plaintext_auth = no
ssl = {ssl}
{certificate}
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:{dir}/mail/%n/Maildir
mail_max_userip_connections = 1000
auth_failure_delay = 0
mail_fsync = never
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
auth_mechanisms = plain login xoauth2
{oauth}
passdb {{
  driver = static
  mechanisms = plain login
  args = password=secret
}}
userdb {{
  driver = static
  args = uid=mail gid=mail home={dir}/mail/%n allow_all_users=yes
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Sent {{
    auto = subscribe
    special_use = \\Sent
  }}
}}
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = {tls}
  }}
}}
"""


OAUTH = """
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {dir}/oauth2.conf
}}
"""
# https://doc.dovecot.org/2.3/configuration_manual/authentication/oauth2/
INTROSPECTION = """introspection_mode = auth
introspection_url = {url}/userinfo
username_attribute = email
"""


@dataclass(frozen=True)
class Dovecot:
    """Where it listens, and its users' mailboxes."""

    folder: Path
    port: int
    tls_port: int
    certificate: Path

    def append(self, user: str, raw: bytes, folder: str = "INBOX") -> None:
        """Put a mail into a folder, as a delivery would."""
        with self.client(user) as client:
            client.append(folder, raw)

    @contextmanager
    def client(self, user: str) -> Iterator[IMAPClient]:
        """A logged-in client of the test's own."""
        client = IMAPClient("127.0.0.1", self.port, ssl=False, timeout=10)
        try:
            client.login(user, "secret")
            yield client
        finally:
            client.logout()


def free_port() -> int:
    """A port nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(folder: Path, oauth: str = "") -> Iterator[Dovecot]:
    """Start it in `folder`, stop it at the end; `oauth`: the address of a service whose tokens sign in."""
    if shutil.which("dovecot") is None:
        missing("Dovecot (dovecot-imapd)")
    if os.geteuid() != 0:
        missing("the right to start Dovecot (root)")
    for name in ("run", "mail", "state"):
        (folder / name).mkdir(parents=True)
    shutil.chown(folder / "mail", "mail", "mail")
    folder.chmod(0o755)
    certificate = folder / "cert.pem"
    has_tls = _certificate(folder)
    dovecot = Dovecot(folder, free_port(), free_port(), certificate)
    config = folder / "dovecot.conf"
    config.write_text(
        CONFIG.format(
            oauth=OAUTH.format(dir=folder) if oauth else "",
            dir=folder, port=dovecot.port, tls_port=dovecot.tls_port, ssl="yes" if has_tls else "no", tls="yes" if has_tls else "no",
            certificate=f"ssl_cert = <{folder}/cert.pem\nssl_key = <{folder}/key.pem" if has_tls else "",
        )
    )  # fmt: skip
    (folder / "oauth2.conf").write_text(INTROSPECTION.format(url=oauth))
    process = subprocess.Popen(["dovecot", "-F", "-c", str(config)], stderr=subprocess.DEVNULL)
    try:
        _wait_for(dovecot.port, folder / "dovecot.log")
        yield dovecot
    finally:
        process.terminate()
        process.wait(10)


def _certificate(folder: Path) -> bool:
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    command += [
        "-addext",
        "subjectAltName=DNS:localhost,IP:127.0.0.1",
        "-keyout",
        f"{folder}/key.pem",
        "-out",
        f"{folder}/cert.pem",
    ]
    return (
        shutil.which("openssl") is not None
        and subprocess.run(command, capture_output=True, check=False).returncode == 0
    )


def _wait_for(port: int, log: Path) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(log.read_text() if log.exists() else "Dovecot did not start")
