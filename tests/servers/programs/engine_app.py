"""An application with an engine that tells what is done to it, for gunicorn's hooks."""

import os

from plain import wsgi as plain_wsgi


class Engine:
    """A bus's two methods that the hooks use."""

    def start_embedded(self):
        """Tell of the start."""
        print(f"engine started in {os.getpid()}", flush=True)

    def exit(self):
        """Tell of the exit."""
        print(f"engine exited in {os.getpid()}", flush=True)


class Application:
    """Serve plain.wsgi, with an engine."""

    engine = Engine()

    def __call__(self, environ, start_response):
        """Serve one request."""
        return plain_wsgi(environ, start_response)


wsgi = Application()
