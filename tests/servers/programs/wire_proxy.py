"""What an application sees behind a proxy; for the tests with nginx in front."""

import json
import os
import sys

import wsgicherry


class Pages:
    """Pages that tell where they were asked for."""

    def __init__(self):
        self.deep = self

    @wsgicherry.expose
    def index(self):
        """Show host, scheme, client and path."""
        request = wsgicherry.request
        wsgicherry.response.headers["Content-Type"] = "application/json"
        seen = [wsgicherry.url("/x"), request.remote.ip, request.url, request.path_info]
        return json.dumps(seen).encode()

    @wsgicherry.expose
    def away(self):
        """Redirect to another page."""
        raise wsgicherry.HTTPRedirect("deep/")

    @wsgicherry.expose
    def arrived(self):
        """Show every header that says something of a proxy."""
        wsgicherry.response.headers["Content-Type"] = "application/json"
        headers = wsgicherry.request.headers
        return json.dumps({n: v for n, v in headers.items() if "Forwarded" in n}).encode()


config = {
    "tools.proxy.on": True,
    "tools.proxy.trusted": ["127.0.0.1", "unix"],
    "tools.proxy.prefix": "X-Forwarded-Prefix",
}
files = {
    "tools.staticdir.on": True,
    "tools.staticdir.dir": os.path.dirname(os.path.abspath(__file__)),
    "tools.staticdir.sendfile_header": "X-Accel-Redirect",
    "tools.staticdir.sendfile_prefix": "/accel/",
    "tools.secure_headers.on": True,
    "tools.cors.on": True,
    "tools.cors.origins": ["https://app.example"],
}
wsgicherry.config.update(
    {"log.screen": True, "server.socket_port": 0, "request.show_tracebacks": False}
)
wsgicherry.tree.mount(Pages(), "", {"/": config, "/files": files})
wsgicherry.tree.mount(Pages(), "/kept", {"/": config})

wsgi = wsgicherry.tree

if __name__ == "__main__":
    wsgicherry.config.update({"server.second.socket_file": sys.argv[1]})
    wsgicherry.quickstart(Pages(), "/second")
