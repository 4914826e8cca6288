"""The Task Scheduler of Windows."""

import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from config.services.base import NAME, Service, State, must, run


@dataclass(frozen=True, slots=True)
class TaskScheduler:
    """The Task Scheduler: at the machine's start for an administrator, else when the user signs in."""

    as_system: bool

    def install(self, service: Service) -> None:
        """See `Manager`."""
        service.data.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / f"{NAME}.xml"
            file.write_text(task_xml(service, as_system=self.as_system), "utf-16")
            must(run("schtasks", "/Create", "/TN", NAME, "/XML", str(file), "/F"))
        must(run("schtasks", "/Run", "/TN", NAME))

    def remove(self) -> None:
        """See `Manager`."""
        run("schtasks", "/End", "/TN", NAME)
        must(run("schtasks", "/Delete", "/TN", NAME, "/F"))

    def state(self) -> State:
        """See `Manager`."""
        found = run("schtasks", "/Query", "/TN", NAME, "/FO", "CSV", "/NH")
        if found.returncode:
            return State(False, False, "no such task")
        # The words depend on the language of Windows; the last column is the state.
        word = found.stdout.strip().rpartition(",")[2].strip('"')
        return State(True, word in ("Running", "In esecuzione"), word)


def task_xml(service: Service, *, as_system: bool) -> str:
    """The task as XML: only so can the limit of three days be taken off that every task has."""
    trigger, principal = (
        ("<BootTrigger />", "<UserId>S-1-5-18</UserId>")
        if as_system
        else ("<LogonTrigger />", "<LogonType>InteractiveToken</LogonType>")
    )
    program, arguments = service.command[0], subprocess.list2cmdline(service.command[1:])
    return f"""\
<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <Triggers>{trigger}</Triggers>
  <Principals><Principal id="Author">{principal}</Principal></Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <RestartOnFailure><Interval>PT1M</Interval><Count>255</Count></RestartOnFailure>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>{escape(program)}</Command>
      <Arguments>{escape(arguments)}</Arguments>
      <WorkingDirectory>{escape(str(service.home))}</WorkingDirectory>
    </Exec>
  </Actions>
</Task>
"""
