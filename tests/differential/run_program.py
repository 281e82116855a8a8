"""Run one program under one framework and print every answer as JSON.

Started by test_differential.py in a process of its own:

    python run_program.py (cherrypy | wsgicherry) programs/NAME.py

A program is written for CherryPy: it begins with `import cherrypy`, mounts into
`cherrypy.tree` and lists its requests in `REQUESTS`. For our side only the imports are
rewritten. Each request is a dict, every key of it optional:

    name      how reports and the table of intended differences call it
    method    "GET"
    path      "/", percent-encoded as a client would send it
    query     "", as sent
    headers   {name: value}; a value of None takes a default header (Host) away
    body      str (sent as UTF-8) or bytes; gives CONTENT_LENGTH
    environ   {key: value} laid over the WSGI environ; None takes a key away
    app       the name of a WSGI callable in the program; `cherrypy.tree` if not given
    validate  False: no wsgiref.validate around our side, as the request itself breaks PEP 3333
    client    whose cookies are sent, and who keeps those of the answer; see client.py
    replay    True: somebody sends the cookies that the client had before they last changed
    session   what becomes of the session; see intended_sessions.py
    note      why the request is there

Session ids differ from run to run; an answer says of each whether the client had sent it.
"""

import contextlib
import io
import json
import re
import sys
import time
from collections import defaultdict
from urllib.parse import unquote_to_bytes
from wsgiref.validate import validator

from client import Client

# What programs import from CherryPy's private modules, because its documentation does.
DOORS = {
    "from cherrypy._cpreqbody import": "from wsgicherry.core.body import",
    "from cherrypy._cptools import XMLRPCController": (
        "from wsgicherry.lib.xmlrpcutil import XMLRPCController"
    ),
    "from cherrypy._cptools import": "from wsgicherry.core.tools import",
    "from cherrypy._cpdispatch import": "from wsgicherry.core.dispatch import",
    "from cherrypy._cpwsgi import": "from wsgicherry.core.wsgi import",
    "from cherrypy._cplogging import": "from wsgicherry.core.logs import",
    "from cherrypy._cprequest import Hook": "from wsgicherry.core.hooks import Hook",
    "from cherrypy._cprequest import Request": "from wsgicherry.core.request import Request",
}
# CherryPy takes the reasons of its Python, and 3.13 renamed these; ours stay (BEHAVIOUR 2.9).
PINNED_REASONS = {
    413: "Request Entity Too Large",
    414: "Request-URI Too Long",
    416: "Requested Range Not Satisfiable",
    422: "Unprocessable Entity",
}
SETTINGS = {"log.screen": False, "request.show_tracebacks": False}


def translate(source):
    """Return `source`, a program for CherryPy, with its imports aimed at wsgicherry."""
    source = re.sub(r"(?m)^import cherrypy$", "import wsgicherry as cherrypy", source)
    for theirs, ours in DOORS.items():
        source = source.replace(theirs, ours)
    return re.sub(r"(?m)^from cherrypy\b", "from wsgicherry", source)


def load(framework, path):
    """Return the namespace of the program at `path` after running it under `framework`."""
    with open(path, encoding="utf-8") as file:
        source = file.read()
    if framework == "wsgicherry":
        import wsgicherry as cherrypy

        source = translate(source)
    else:
        import cherrypy

        for code, reason in PINNED_REASONS.items():
            _, text = cherrypy.lib.httputil.response_codes[code]
            cherrypy.lib.httputil.response_codes[code] = reason, text
    cherrypy.config.update(SETTINGS)
    program = {"__name__": "program", "__file__": path, "cherrypy": cherrypy}
    exec(compile(source, path, "exec"), program)
    return program


def path_info(framework, path):
    """Return PATH_INFO for `path` as the framework's own server would give it.

    CherryPy's server leaves %2F as it is (BEHAVIOUR 3.2); waitress decodes everything and
    offers the raw text as REQUEST_URI.
    """
    if framework == "cherrypy":
        atoms = re.split("(?i)%2f", path)
        raw = b"%2F".join(unquote_to_bytes(atom) for atom in atoms)
    else:
        raw = unquote_to_bytes(path)
    return raw.decode("latin-1")


def make_environ(framework, request):
    """Return the WSGI environ of `request`."""
    path, query = request.get("path", "/"), request.get("query", "")
    environ = {
        "REQUEST_METHOD": request.get("method", "GET"),
        "SCRIPT_NAME": "",
        "PATH_INFO": path_info(framework, path),
        "QUERY_STRING": query,
        "REQUEST_URI": f"{path}?{query}" if query else path,
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_NAME": "example.test",
        "SERVER_PORT": "80",
        "REMOTE_ADDR": "127.0.0.1",
        "REMOTE_PORT": "4321",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    body = request.get("body")
    if isinstance(body, str):
        body = body.encode("utf-8")
    environ["wsgi.input"] = io.BytesIO(body or b"")
    if body is not None:
        environ["CONTENT_LENGTH"] = str(len(body))
    add_headers(environ, {"Host": "example.test", **request.get("headers", {})})
    for key, value in request.get("environ", {}).items():
        environ.pop(key, None)
        if value is not None:
            environ[key] = value
    return environ


def add_headers(environ, headers):
    """Write `headers` into `environ` as CGI variables."""
    for name, value in headers.items():
        key = name.upper().replace("-", "_")
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            key = "HTTP_" + key
        if value is not None:
            environ[key] = value


def ask(app, environ):
    """Return what `app` answers to `environ`, or the exception that left it."""
    answer = {"status": None, "headers": [], "body": "", "raised": None, "time": time.time()}
    chunks = []

    def start_response(status, headers, exc_info=None):
        if exc_info and any(chunks):
            raise exc_info[1]  # As servers do when the headers are on their way (PEP 3333).
        answer["status"], answer["headers"] = status, [list(pair) for pair in headers]
        return chunks.append

    try:
        iterable = app(environ, start_response)
        try:
            for chunk in iterable:
                chunks.append(chunk)
        finally:
            if hasattr(iterable, "close"):
                iterable.close()
    except BaseException as error:
        answer["raised"] = f"{type(error).__name__}: {error}"
    answer["body"] = b"".join(chunks).decode("latin-1")
    return answer


def play(framework, path):
    """Return the answers to all requests of the program at `path`, in order."""
    program = load(framework, path)
    answers = []
    clients = defaultdict(Client)
    for request in program["REQUESTS"]:
        app = program[request["app"]] if "app" in request else program["cherrypy"].tree
        # The reference itself breaks some of the validator's rules (a Content-Type on a 204).
        if framework == "wsgicherry" and request.get("validate", True):
            app = validator(app)
        # Without a name it is one who has never been here, and does not come back.
        client = clients[request["client"]] if "client" in request else Client()
        environ = make_environ(framework, request)
        is_replay = request.get("replay", False)
        client.add_cookies(environ, is_replay)
        answer = ask(app, environ)
        if not is_replay:
            client.keep_cookies(answer)
        client.mask_ids(environ, answer)
        answers.append({"request": describe(request), **answer})
    return answers


def describe(request):
    """Return what a report needs to know of `request`."""
    query = request.get("query")
    method = request.get("method", "GET")
    target = request.get("path", "/") + (f"?{query}" if query else "")
    name = request.get("name") or f"{method} {target}"
    if "client" in request:
        name = f"{request['client']}: {name}"
    return {"name": name, "method": method, "session": request.get("session")}


def main():
    framework, path = sys.argv[1:]
    with contextlib.redirect_stdout(sys.stderr):
        answers = play(framework, path)
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
