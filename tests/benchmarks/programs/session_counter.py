"""A counter in a session, in CherryPy's manner: for CherryPy and for wsgicherry.

    python -m programs.session_counter PACKAGE SETTINGS WORK_SECONDS

serves it by waitress, on a free port that it prints, with eight threads.
"""

import json
import sys
import time
from importlib import import_module

GLOBAL_CONFIG = {"environment": "production", "log.screen": False}


def application(name, settings="{}", work_seconds=0):
    """Return the tree of one application; `settings`, JSON, are those of `tools.sessions`."""
    cherry = import_module(name)
    cherry.config.update(GLOBAL_CONFIG)
    settings = json.loads(settings)
    if name == "cherrypy" and settings.get("storage_class") == "file":
        settings["storage_class"] = import_module("cherrypy.lib.sessions").FileSession

    class Root:
        @cherry.expose
        def index(self):
            session = cherry.session
            session["count"] = session.get("count", 0) + 1
            if work_seconds:
                time.sleep(work_seconds)
            return "counted"

    config = {f"tools.sessions.{key}": value for key, value in settings.items()}
    cherry.tree.mount(Root(), "", {"/": {"tools.sessions.on": True, **config}})
    return cherry.tree


def known_client(name, settings="{}"):
    """Return the application as one client sees it, which has a session from the beginning."""
    tree = application(name, settings)
    cookies = []

    def serve(environ, start_response):
        if cookies:
            return tree({**environ, "HTTP_COOKIE": cookies[0]}, start_response)

        def learn(status, headers, exc_info=None):
            cookies.extend(v.partition(";")[0] for k, v in headers if k == "Set-Cookie")
            return start_response(status, headers, exc_info)

        return tree(environ, learn)

    return serve


def serve(name, settings, work_seconds):
    """Serve by waitress until the process is told to end."""
    from waitress import create_server

    app = application(name, settings, float(work_seconds))
    server = create_server(app, host="127.0.0.1", port=0, threads=8)
    print(f"http://127.0.0.1:{server.effective_port}", flush=True)
    server.run()


if __name__ == "__main__":
    serve(*sys.argv[1:])
