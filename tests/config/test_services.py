"""Services: what is written down for systemd and the Task Scheduler, and which commands they are given."""

import getpass
import os
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from config import services
from config.services import Service, ServiceError, systemd, task_scheduler
from config.services.systemd import Systemd
from config.services.task_scheduler import TaskScheduler
from inbox.cli.common import Context
from inbox.cli.service import service as command

ME = getpass.getuser()
FAKE = """#!/bin/sh
echo "{name} $*" >> "{log}"
case "$*" in
  *is-system-running) echo "{system}" ;;
  *is-active*) echo active ;;
  */Query*) printf '%s\\n' '"\\centralino","N/A","Running"' ;;
  *restart*) {restart} ;;
  *XML*) cp "$5" "{log}.xml" ;;
esac
"""


class Fake:
    """A program on PATH that notes its arguments."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.log = folder, folder / "log"

    def put(self, name: str, system: str = "running", restart: str = "true") -> None:
        program = self.folder / name
        program.write_text(FAKE.format(name=name, log=self.log, system=system, restart=restart))
        program.chmod(0o755)

    def calls(self) -> list[str]:
        return [line for line in self.log.read_text().splitlines() if "is-system-running" not in line]


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fake:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}/usr/bin:/bin")
    return Fake(folder)


def wanted(tmp_path: Path, user: str = "") -> Service:
    return Service(("/opt/a b/python", "-m", "inbox.cli", "-d", "/srv/50% $x"), tmp_path, tmp_path / "var", user)


def test_the_unit_keeps_what_is_special_in_paths(tmp_path: Path) -> None:
    text = systemd.unit_text(wanted(tmp_path), own=False)
    assert 'ExecStart="/opt/a b/python" "-m" "inbox.cli" "-d" "/srv/50%% $$x"\n' in text
    assert f"WorkingDirectory={tmp_path}\n" in text


def test_the_machines_unit_may_write_its_data_folder_only(tmp_path: Path) -> None:
    text = systemd.unit_text(wanted(tmp_path, "mail"), own=False)
    assert "User=mail\nRestart=on-failure\n" in text
    assert "ProtectSystem=strict\n" in text
    assert f'ReadWritePaths="{tmp_path / "var"}"\n' in text
    assert "WantedBy=multi-user.target\n" in text


def test_a_users_unit_asks_for_nothing_that_needs_privileges(tmp_path: Path) -> None:
    text = systemd.unit_text(wanted(tmp_path, "mail"), own=True)
    assert "NoNewPrivileges=yes\n" in text
    assert not any(word in text for word in ("User=", "Protect", "Private", "CapabilityBoundingSet"))
    assert "WantedBy=default.target\n" in text


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not here")
@pytest.mark.parametrize("own", [False, True])
def test_systemd_understands_the_unit(own: bool, tmp_path: Path) -> None:
    unit = tmp_path / "centralino.service"
    unit.write_text(systemd.unit_text(Service(("/bin/true",), tmp_path, tmp_path / "a b", "mail"), own=own))
    done = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False)
    assert "centralino.service" not in done.stderr


@pytest.mark.parametrize(("own", "prefix"), [(False, "systemctl"), (True, "systemctl --user")])
def test_systemd_is_told_to_install_and_remove(own: bool, prefix: str, fake: Fake, tmp_path: Path) -> None:
    fake.put("systemctl")
    manager = Systemd(tmp_path / "units", own=own)
    manager.install(wanted(tmp_path))
    assert manager.unit.exists()
    assert (tmp_path / "var").is_dir()
    assert fake.calls() == [f"{prefix} daemon-reload", f"{prefix} enable centralino", f"{prefix} restart centralino"]
    assert manager.state().running
    manager.remove()
    assert fake.calls()[-2:] == [f"{prefix} disable --now centralino", f"{prefix} daemon-reload"]
    assert not manager.unit.exists()
    assert not manager.state().installed


def test_where_systemd_does_not_run_nothing_is_written(fake: Fake, tmp_path: Path) -> None:
    fake.put("systemctl", system="offline")
    manager = Systemd(tmp_path / "units")
    with pytest.raises(ServiceError, match="systemd is not running here"):
        manager.install(wanted(tmp_path))
    assert not (tmp_path / "units").exists()


def test_without_systemctl_it_says_so(fake: Fake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(fake.folder))
    with pytest.raises(ServiceError, match="systemctl is not installed"):
        Systemd(tmp_path / "units").state()


def test_a_failing_command_is_told_in_its_own_words(fake: Fake, tmp_path: Path) -> None:
    fake.put("systemctl", restart="{ echo 'Unit is masked.' >&2; exit 1; }")
    with pytest.raises(ServiceError, match="restart centralino: Unit is masked"):
        Systemd(tmp_path / "units").install(wanted(tmp_path))


def test_another_owners_data_folder_is_not_taken(fake: Fake, tmp_path: Path) -> None:
    fake.put("systemctl")
    (tmp_path / "var").mkdir()
    with pytest.raises(ServiceError, match=f"belongs to {ME}: chown -R nobody"):
        Systemd(tmp_path / "units").install(wanted(tmp_path, "nobody"))


def test_removing_what_is_not_there_says_so(fake: Fake, tmp_path: Path) -> None:
    fake.put("systemctl")
    with pytest.raises(ServiceError, match="nothing to remove"):
        Systemd(tmp_path / "units").remove()


def test_the_task_runs_without_a_limit_of_time(tmp_path: Path) -> None:
    text = task_scheduler.task_xml(
        Service(("C:\\a & b\\python.exe", "-d", "C:\\a b"), tmp_path, tmp_path), as_system=True
    )
    task = ET.fromstring(text.partition("\n")[2])
    found = {element.tag.rpartition("}")[2]: element.text for element in task.iter()}
    assert found["ExecutionTimeLimit"] == "PT0S"
    assert (found["Command"], found["Arguments"]) == ("C:\\a & b\\python.exe", '-d "C:\\a b"')
    assert "BootTrigger" in found
    assert "LogonTrigger" in task_scheduler.task_xml(wanted(tmp_path), as_system=False)


def test_the_task_scheduler_is_told_to_install_and_remove(fake: Fake, tmp_path: Path) -> None:
    fake.put("schtasks")
    manager = TaskScheduler(as_system=True)
    manager.install(wanted(tmp_path))
    created, started = fake.calls()
    assert created.startswith("schtasks /Create /TN centralino /XML ")
    assert started == "schtasks /Run /TN centralino"
    assert "S-1-5-18" in (fake.folder / "log.xml").read_text("utf-16")
    assert manager.state() == services.State(True, True, "Running")
    manager.remove()
    assert fake.calls()[-2:] == ["schtasks /End /TN centralino", "schtasks /Delete /TN centralino /F"]


def call(tmp_path: Path, *arguments: str) -> Result:
    return CliRunner().invoke(command, arguments, obj=Context(data=tmp_path / "var"))


def test_the_commands(fake: Fake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake.put("systemctl")
    unit = Systemd(tmp_path / "units")
    monkeypatch.setattr(services, "manager", lambda: unit)
    monkeypatch.setenv("CENTRALINO_PORT", "8100")
    done = call(tmp_path, "install")
    assert done.exit_code == 0, done.output
    assert "centralino: installed, active" in done.output
    assert "CENTRALINO_PORT is set here, not for the service" in done.output
    assert f'"-d" "{tmp_path / "var"}" "serve"\n' in unit.unit.read_text()
    assert call(tmp_path, "status").exit_code == 0
    assert call(tmp_path, "remove").output == "centralino: removed\n"


def test_a_service_that_does_not_run_is_exit_code_1(
    fake: Fake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.put("systemctl", system="offline")
    monkeypatch.setattr(services, "manager", lambda: Systemd(tmp_path / "units"))
    done = call(tmp_path, "status")
    assert done.exit_code == 1
    assert "Error: systemd is not running here" in done.output


def test_other_systems_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    with pytest.raises(ServiceError, match="on Linux and Windows only, not on darwin"):
        services.manager()
