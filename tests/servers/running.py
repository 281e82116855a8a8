"""Servers that several tests share: each is started once, and all are stopped together."""


class RunningServers:
    """Servers by what they were asked for; `harness` is tests/conftest.py."""

    def __init__(self, harness) -> None:
        self._harness = harness
        self._running = {}

    def launch(self, command, ready, folder, env):
        """Start a server, and return it when its output says that it is `ready`."""
        server = self._harness.ServerProcess(command, cwd=folder, env=env)
        try:
            server.wait_for(ready)
        except BaseException:
            server.close()
            raise
        return server

    def close(self):
        """Stop all of them, side by side."""
        for server in self._running.values():
            server.process.terminate()
        for server in self._running.values():
            server.close()
