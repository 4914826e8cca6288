"""Starting with the machine: systemd on Linux, the Task Scheduler on Windows.

Beside config/system.py the only place that may ask on which system it runs.
"""

import os
import sys
from pathlib import Path

from config.services.base import NAME, Manager, Service, ServiceError, State
from config.services.systemd import Systemd
from config.services.task_scheduler import TaskScheduler

__all__ = ["NAME", "Manager", "Service", "ServiceError", "State", "default_user", "manager"]


def manager() -> Manager:
    """This system's keeper of services. Raises ServiceError where there is none that we know."""
    if sys.platform == "win32":
        return TaskScheduler(as_system=_is_administrator())
    if sys.platform == "linux":
        if os.geteuid() == 0:
            return Systemd(Path("/etc/systemd/system"))
        config = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
        return Systemd(config / "systemd" / "user", own=True)
    raise ServiceError(f"services are set up on Linux and Windows only, not on {sys.platform}: start run.py by hand")


def default_user(data: Path) -> str:
    """Who a system service should run as: the owner of the data folder; "" where one can only be oneself."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return ""
    return data.owner() if data.exists() else os.environ.get("SUDO_USER", "root")


if sys.platform == "win32":
    import ctypes

    def _is_administrator() -> bool:
        return bool(ctypes.windll.shell32.IsUserAnAdmin())
