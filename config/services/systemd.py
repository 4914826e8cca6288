"""systemd: a unit of the machine, or of the user."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from config.services.base import NAME, Service, ServiceError, State, must, run

# Those that a user's own service manager can apply without any privilege.
HARDENING = """\
NoNewPrivileges=yes
LockPersonality=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
UMask=0077
"""
SYSTEM_HARDENING = """\
CapabilityBoundingSet=
PrivateDevices=yes
PrivateTmp=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHome=read-only
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectSystem=strict
"""
ANSWERING = ("running", "degraded", "starting", "initializing", "maintenance")


@dataclass(frozen=True, slots=True)
class Systemd:
    """systemd: the machine's, or with `own` that of the user."""

    folder: Path
    own: bool = False

    @property
    def unit(self) -> Path:
        """The unit's file."""
        return self.folder / f"{NAME}.service"

    def install(self, service: Service) -> None:
        """See `Manager`."""
        self._must_answer()
        _give_folder(service)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.unit.write_text(unit_text(service, own=self.own), "utf-8")
        for arguments in (["daemon-reload"], ["enable", NAME], ["restart", NAME]):
            self._do(*arguments)

    def remove(self) -> None:
        """See `Manager`."""
        self._must_answer()
        if not self.unit.exists():
            raise ServiceError(f"there is no {self.unit}: nothing to remove")
        self._do("disable", "--now", NAME)
        self.unit.unlink()
        self._do("daemon-reload")

    def state(self) -> State:
        """See `Manager`."""
        self._must_answer()
        active = run(*self._systemctl, "is-active", NAME).stdout.strip()
        log = f"journalctl {'--user ' if self.own else ''}-u {NAME}"
        return State(self.unit.exists(), active == "active", f"{active}; its log: {log}")

    @property
    def _systemctl(self) -> list[str]:
        return ["systemctl", "--user"] if self.own else ["systemctl"]

    def _do(self, *arguments: str) -> None:
        must(run(*self._systemctl, *arguments))

    def _must_answer(self) -> None:
        if run(*self._systemctl, "is-system-running").stdout.strip() not in ANSWERING:
            whose = "the systemd of this user" if self.own else "systemd"
            raise ServiceError(f"{whose} is not running here: start run.py by the means of this machine instead")


def unit_text(service: Service, *, own: bool) -> str:
    """The systemd unit."""
    command = " ".join(_quoted(part).replace("$", "$$") for part in service.command)
    user = f"User={service.user}\n" if service.user and not own else ""
    places = "" if own else f"{SYSTEM_HARDENING}ReadWritePaths={_quoted(str(service.data))}\n"
    return f"""\
[Unit]
Description=Centralino
Wants=network-online.target
After=network-online.target

[Service]
ExecStart={command}
WorkingDirectory={str(service.home).replace("%", "%%")}
{user}Restart=on-failure
RestartSec=2
KillMode=mixed
TimeoutStopSec=15
{HARDENING}{places}
[Install]
WantedBy={"default.target" if own else "multi-user.target"}
"""


def _give_folder(service: Service) -> None:
    """Make the data folder, or be sure that it belongs to who will write there."""
    if not service.data.exists():
        service.data.mkdir(parents=True)
        if service.user:
            shutil.chown(service.data, service.user)
    elif service.user and service.user != service.data.owner():
        raise ServiceError(f"{service.data} belongs to {service.data.owner()}: chown -R {service.user} {service.data}")


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'
