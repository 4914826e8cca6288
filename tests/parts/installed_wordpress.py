"""A real WordPress on the loopback: Debian's package under PHP's own server, with a MariaDB of its own."""

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.parts import missing
from tests.parts.dovecot import free_port
from tests.parts.wordpress import php

SOURCE = Path("/usr/share/wordpress")
PARTS = Path(__file__).with_name("wordpress_files")
USER, PASSWORD = "redazione", "a long password of the editor"
CONFIG = """<?php
define( 'DB_NAME', 'site' );
define( 'DB_USER', 'root' );
define( 'DB_PASSWORD', '' );
define( 'DB_HOST', 'localhost:{socket}' );
define( 'DB_CHARSET', 'utf8mb4' );
define( 'DB_COLLATE', '' );
define( 'AUTH_KEY', 'only for a test' );
define( 'WP_DEBUG', true );
define( 'WP_DEBUG_DISPLAY', false );
define( 'WP_DEBUG_LOG', '{log}' );
define( 'WP_DEFAULT_THEME', 'firm' );
define( 'FS_METHOD', 'direct' );
// It may ask nobody but us: not whether there are newer versions, say.
define( 'WP_HTTP_BLOCK_EXTERNAL', true );
define( 'WP_ACCESSIBLE_HOSTS', '127.0.0.1' );
$table_prefix = 'wp_';
define( 'ABSPATH', __DIR__ . '/' );
require_once ABSPATH . 'wp-settings.php';
"""


class Site:
    """An installed WordPress, and its administrator's browser."""

    def __init__(self, folder: Path, url: str, socket: Path) -> None:
        self.folder, self.url, self._socket = folder, url, socket
        self.log = folder.parent / "debug.log"
        self.admin = httpx.Client(base_url=url, timeout=30, follow_redirects=True)

    def install(self) -> None:
        """Answer its installer, and sign in."""
        told = {"weblog_title": "Giunti", "user_name": USER, "admin_password": PASSWORD, "admin_password2": PASSWORD,
                "pw_weak": "1", "admin_email": "redazione@firm.test", "Submit": "1", "language": ""}  # fmt: skip
        done = self.admin.post("/wp-admin/install.php?step=2", data=told).text
        assert "wp-login.php" in done, done
        self.admin.get("/wp-login.php")
        page = self.admin.post("/wp-login.php", data={"log": USER, "pwd": PASSWORD, "redirect_to": "/wp-admin/"})
        assert "wp-admin-bar" in page.text, page.text[:2000]

    def add_plugin(self, archive: bytes) -> None:
        """Upload a plugin's zip and activate it, by the pages of WordPress."""
        form = self.admin.get("/wp-admin/plugin-install.php?tab=upload").text
        nonce = _found(r'name="_wpnonce" value="(\w+)"', form)
        files = {"pluginzip": ("plugin.zip", archive, "application/zip")}
        done = self.admin.post("/wp-admin/update.php?action=upload-plugin", data={"_wpnonce": nonce}, files=files).text
        assert "installed successfully" in done, done
        link = _found(r'href="(plugins\.php\?action=activate[^"]+)"', done).replace("&amp;", "&")
        assert "activate=true" in str(self.admin.get(f"/wp-admin/{link}").url)

    def remove_plugin(self, name: str) -> None:
        """Deactivate and delete it."""
        page, file = self.admin.get("/wp-admin/plugins.php").text, f"{name}/{name}.php"
        told = {"_wpnonce": _found(r'name="_wpnonce" value="(\w+)"', page), "checked[]": file}
        self.admin.post("/wp-admin/plugins.php", data={**told, "action": "deactivate-selected"})
        done = self.admin.post(
            "/wp-admin/plugins.php", data={**told, "action": "delete-selected", "verify-delete": "1"}
        )
        assert "deleted=1" in str(done.url) or f"{name}.php" not in done.text, done.text
        assert not (self.folder / "wp-content/plugins" / name).exists()

    def add_page(self, title: str, content: str) -> str:
        """Publish a page; its address."""
        nonce = self.admin.get("/wp-admin/admin-ajax.php?action=rest-nonce").text
        told = {"title": title, "content": content, "status": "publish"}
        made = self.admin.post("/?rest_route=/wp/v2/pages", json=told, headers={"X-WP-Nonce": nonce}).json()
        return str(made["link"])

    def later(self, seconds: int) -> None:
        """Let time pass for WP-Cron and for what waits in the plugin's table; then somebody visits the site."""
        httpx.get(self.url, params={"later": seconds}, timeout=30).raise_for_status()
        httpx.get(self.url, timeout=30).raise_for_status()

    def rows(self, query: str) -> list[list[str]]:
        """What its database answers."""
        command = ["mariadb", "--no-defaults", f"--socket={self._socket}", "-uroot", "-N", "-B", "-e", query, "site"]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        return [line.split("\t") for line in told.splitlines()]

    def complaints(self) -> list[str]:
        """What PHP has to say of our plugins."""
        lines = self.log.read_text("utf-8").splitlines() if self.log.exists() else []
        return [line for line in lines if "centralino" in line]


def _found(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    assert found, text[:3000]
    return found[1]


@contextmanager
def wordpress(folder: Path) -> Iterator[Site]:
    """An installed WordPress in a folder."""
    if not (SOURCE / "wp-settings.php").is_file():
        missing("WordPress (Debian's package wordpress)")
    if not shutil.which("mariadbd") or not shutil.which("mariadb-install-db"):
        missing("MariaDB (mariadb-server)")
    if "mysqli" not in subprocess.run([php(), "-m"], capture_output=True, text=True, check=True).stdout:
        missing("PHP's mysqli (php-mysql)")
    site, port = folder / "site", free_port()
    with _mariadb(folder) as socket:
        _lay(site, CONFIG.format(socket=socket, log=folder / "debug.log"))
        command = [php(), "-d", "sendmail_path=/bin/true", "-S", f"127.0.0.1:{port}", "-t", str(site)]
        # Several at once: WP-Cron is a request of the site to itself.
        with _process(command, folder / "php.log", {"PHP_CLI_SERVER_WORKERS": "4"}):
            one = Site(site, f"http://127.0.0.1:{port}", socket)
            _wait(lambda: httpx.get(f"{one.url}/readme.html").status_code == 200, folder / "php.log")
            one.install()
            yield one


def _lay(site: Path, config: str) -> None:
    """WordPress's files; the largest part of them stays where it is."""
    for part in ("plugins", "mu-plugins", "themes/firm", "uploads"):
        (site / "wp-content" / part).mkdir(parents=True)
    for one in SOURCE.glob("*.php"):
        shutil.copy(one, site)
    shutil.copy(SOURCE / "readme.html", site)
    shutil.copytree(SOURCE / "wp-admin", site / "wp-admin")
    (site / "wp-includes").symlink_to(SOURCE / "wp-includes")
    shutil.copy(PARTS / "later.php", site / "wp-content/mu-plugins")
    for name in ("index.php", "style.css"):
        shutil.copy(PARTS / name, site / "wp-content/themes/firm")
    (site / "wp-config.php").write_text(config)


@contextmanager
def _mariadb(folder: Path) -> Iterator[Path]:
    """A database server in a folder; its socket, on which root needs no password."""
    data, socket, log = folder / "mariadb", folder / "mariadb.sock", folder / "mariadb.log"
    make = ["mariadb-install-db", "--no-defaults", f"--datadir={data}", "--skip-test-db", "--user=root"]
    subprocess.run([*make, "--auth-root-authentication-method=normal"], capture_output=True, check=True)
    start = ["mariadbd", "--no-defaults", f"--datadir={data}", f"--socket={socket}", "--skip-networking", "--user=root"]
    client = ["mariadb", "--no-defaults", f"--socket={socket}", "-uroot", "-e", "CREATE DATABASE site"]
    with _process([*start, f"--pid-file={folder / 'mariadb.pid'}", "--innodb-flush-log-at-trx-commit=0"], log):
        _wait(lambda: subprocess.run(client, capture_output=True, check=False).returncode == 0, log)
        yield socket


@contextmanager
def _process(command: list[str], log: Path, more: dict[str, str] | None = None) -> Iterator[None]:
    with log.open("w") as told:
        surroundings = {**os.environ, **(more or {})}
        process = subprocess.Popen(command, stdout=told, stderr=told, env=surroundings, start_new_session=True)
    try:
        yield
    finally:
        # Its children too: PHP's workers outlive their master.
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(15)


def _wait(is_ready: Any, log: Path) -> None:
    for _ in range(150):
        try:
            if is_ready():
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    raise RuntimeError(log.read_text())
