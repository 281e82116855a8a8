"""The global state department: one site under the names that programs import."""

from __future__ import annotations

import subprocess
import sys
from operator import attrgetter

import pytest

import wsgicherry
from wsgicherry import globals as department
from wsgicherry.core.application import Application
from wsgicherry.core.config import SiteConfig
from wsgicherry.core.logs import LogManager
from wsgicherry.core.tools import Tool, Toolbox
from wsgicherry.core.tree import Tree
from wsgicherry.process.wspbus import Bus


def test_every_public_name_is_there():
    """All that `__all__` promises exists, once, and is sorted in no other way than by name."""
    assert len(set(wsgicherry.__all__)) == len(wsgicherry.__all__)
    assert [name for name in wsgicherry.__all__ if not hasattr(wsgicherry, name)] == []


def test_names_are_the_sites_parts():
    """The module's names are the parts of one site."""
    site = department.site
    for name in ("tree", "config", "engine", "log", "tools", "server", "servers", "checker"):
        assert getattr(wsgicherry, name) is getattr(site, name), name
    assert wsgicherry.Application is site.Application
    assert issubclass(wsgicherry.Application, Application)
    assert isinstance(wsgicherry.tree, Tree)
    assert isinstance(wsgicherry.config, SiteConfig)
    assert isinstance(wsgicherry.engine, Bus)
    assert isinstance(wsgicherry.log, LogManager)
    assert isinstance(wsgicherry.tools, Toolbox)
    assert wsgicherry.Tool is Tool


def test_outside_a_request_the_proxies_say_so():
    """Outside a request the proxies are false and show that there is nothing."""
    for name in ("request", "response", "session"):
        proxy = getattr(wsgicherry, name)
        assert not proxy
        assert name in repr(proxy)


def test_old_paths():
    """`wsgicherry.lib`, `.process`, `.dispatch` and `.wsgi` are there after `import wsgicherry`
    alone.
    """
    assert wsgicherry.dispatch.Dispatcher
    assert wsgicherry.wsgi.VirtualHost
    assert wsgicherry.lib.xmlrpcutil.XMLRPCController
    assert wsgicherry.lib.__name__ == "wsgicherry.lib"
    assert wsgicherry.process.__name__ == "wsgicherry.process"
    assert wsgicherry.process.bus is wsgicherry.process.wspbus.bus is wsgicherry.engine
    names = ("lib.static.serve_file", "process.plugins.Monitor", "process.wspbus.Bus")
    code = "import wsgicherry\n" + "\n".join(f"wsgicherry.{name}" for name in names)
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_private_modules_of_cherrypy():
    """What programs take from CherryPy's private modules has another place, and is told it."""
    with pytest.raises(AttributeError, match=r"'_cptools': see wsgicherry\.core\.tools$"):
        _ = wsgicherry._cptools.HandlerTool
    for places in wsgicherry._PLACES.values():
        for place in places.replace(" and ", ", ").split(", "):
            assert attrgetter(place)(wsgicherry), place


PROGRAM = """
import wsgicherry

class Root:
    @wsgicherry.expose
    @wsgicherry.tools.response_headers(headers=[("X-Mine", "yes")])
    def index(self, name="world"):
        wsgicherry.response.headers["X-Path"] = wsgicherry.request.path_info
        wsgicherry.serving.mine = wsgicherry.thread_data
        return f"Hello {name} {wsgicherry.url('/x')}"

wsgicherry.config.update({"log.screen": False, "tools.gzip.on": True})
app = wsgicherry.tree.mount(Root(), "/app", {"/": {"tools.encode.on": True}})

def get(path):
    out = []
    environ = {"REQUEST_METHOD": "GET", "SCRIPT_NAME": "", "PATH_INFO": path, "HTTP_HOST": "h",
        "QUERY_STRING": "name=you", "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.url_scheme": "http"}
    body = wsgicherry.tree(environ, lambda *status_and_headers: out.append(status_and_headers))
    text = b"".join(body).decode()
    body.close()
    return out[0][0], dict(out[0][1]), text

status, headers, text = get("/app/")
assert (status, text) == ("200 OK", "Hello you http://h/app/x"), (status, text)
assert (headers["X-Mine"], headers["X-Path"]) == ("yes", "/"), headers
print("fine")
"""


def test_a_program_with_one_import():
    """A CherryPy-style program runs on the global names alone."""
    result = subprocess.run(
        [sys.executable, "-W", "error", "-W", "ignore::DeprecationWarning", "-c", PROGRAM],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (result.stdout, result.stderr, result.returncode) == ("fine\n", "", 0)
