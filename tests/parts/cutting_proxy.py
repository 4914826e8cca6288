"""A TCP proxy that breaks off after so many bytes from the server: a bad line between us and a mailbox."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class CuttingProxy:
    """`next_cut` bytes of the server's get through on the next connection, then both ends are closed; None: all."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.next_cut: int | None = None
        self.passed = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """No more connections."""
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self.target))
                for end in (client, server):
                    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                threading.Thread(target=self._up, args=(client, server), daemon=True).start()
                threading.Thread(target=self._down, args=(server, client, self.next_cut), daemon=True).start()

    def _up(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while data := client.recv(65536):
                server.sendall(data)
        self._end(client, server)

    def _down(self, server: socket.socket, client: socket.socket, cut: int | None) -> None:
        self.passed = 0
        with suppress(OSError):
            while data := server.recv(65536):
                room = len(data) if cut is None else min(len(data), cut - self.passed)
                client.sendall(data[:room])
                self.passed += room
                if cut is not None and self.passed >= cut:
                    break
        self._end(client, server)

    @staticmethod
    def _end(*ends: socket.socket) -> None:
        for one in ends:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


@contextmanager
def cutting(target: int) -> Iterator[CuttingProxy]:
    """A proxy before a port of this machine."""
    proxy = CuttingProxy(target)
    yield proxy
    proxy.close()
