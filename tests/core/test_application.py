"""Applications: root, config, middleware; WSGI callables of their own."""

from __future__ import annotations

import re

import pytest

from wsgicherry.core.application import Application
from wsgicherry.core.config import ConfigError
from wsgicherry.core.current import serving_now
from wsgicherry.core.errors import HTTPError, InternalRedirect
from wsgicherry.core.expose import expose


class Root:
    @expose
    def index(self):
        return "index"

    @expose
    def where(self):
        request = serving_now().request
        return f"{request.script_name}|{request.path_info}"

    @expose
    def fault(self):
        raise ZeroDivisionError("secret detail")

    @expose
    def refuse(self):
        raise HTTPError(410)


# -- names -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "kept"), [("", ""), ("/", ""), ("/a", "/a"), ("/a/", "/a"), ("/a/b//", "/a/b")]
)
def test_script_name_has_no_slash_at_its_end(site, given, kept):
    """Trailing slashes of a script name are dropped, also when it is set later."""
    app = site.Application(Root(), given)
    assert app.script_name == kept
    app.script_name = "/other/"
    assert app.script_name == "/other"


def test_script_name_of_the_server(site, call, environ):
    """Without a script name of its own an application takes the server's."""
    app = site.Application(Root(), None)
    assert app.script_name is None
    answer = call(app, environ("/where", SCRIPT_NAME="/from/server"))
    assert answer.text == "/from/server|/where"
    assert call(app, environ("/where")).text == "|/where"


def test_path_outside_of_the_script_name(site, call, environ):
    """An application called without its tree takes a path outside its script name as its
    own.
    """
    app = site.Application(Root(), "/a")
    assert call(app, environ("/where")).text == "/a|/where"
    assert call(app, environ("/a/where")).text == "/a|/where"


def test_repr(site):
    """An application shows its root and its script name."""
    root = Root()
    text = repr(site.Application(root, "/a"))
    assert text.endswith(f"Application({root!r}, '/a')")


def test_application_alone(site, call, environ):
    """An application can stand alone: a WSGI callable without a tree, on a site handed to
    it.
    """
    app = Application(Root(), "", {"/": {"response.headers.X-Alone": "yes"}}, site=site)
    answer = call(app, environ("/"))
    assert (answer.text, answer.header("X-Alone")) == ("index", "yes")


def test_application_without_a_root(site, call, environ):
    """An application without a root answers 404."""
    app = site.Application(None)
    assert call(app, environ("/")).code == 404


def test_logs_of_their_own(site, call, environ):
    """Each application has its own loggers below the site's, named by its id."""
    one, two = site.Application(Root()), site.Application(Root())
    assert one.log is not two.log
    assert one.log.error_log.name != two.log.error_log.name
    assert one.log.error_log.name.startswith(site.log.error_log.name)


# -- config ------------------------------------------------------------------------------------


def test_config_needs_sections(site):
    """A flat dict is refused in CherryPy's words."""
    with pytest.raises(ValueError, match="Application config must include section headers"):
        site.Application(Root(), "", {"tools.gzip.on": True})


def test_merge_goes_key_by_key(site):
    """Sections are merged by key; the dict that was merged may change afterwards."""
    app = site.Application(Root(), "", {"/": {"a": 1, "b": 2}, "data": {"x": 1}})
    more = {"/": {"b": 3}, "data": {"y": 2}}
    app.merge(more)
    more["/"]["b"] = "leaks"
    assert app.config == {"/": {"a": 1, "b": 3}, "data": {"x": 1, "y": 2}}


def test_merge_of_a_file(site, tmp_path):
    """Config may come from a file."""
    file = tmp_path / "app.conf"
    file.write_text("[/]\nresponse.headers.X-File: 'yes'\n[googleapi]\nkey: 'abc'\n")
    app = site.Application(Root(), "", str(file))
    assert app.config["googleapi"]["key"] == "abc"
    assert app.config["/"]["response.headers.X-File"] == "yes"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("/", "root"),
        ("", "root"),
        ("/x", "root"),
        ("/a", "a"),
        ("/a/", "a"),
        ("/a/x/y", "a"),
        ("/a/b", "b"),
        ("/a/b/c", "b"),
        ("/ab", "root"),
        ("/c", "root"),
        ("x", "root"),
    ],
)
def test_find_config(site, path, value):
    """The nearest section upward that has the key is the answer."""
    app = site.Application(Root())
    app.config.update(
        {"/": {"k": "root"}, "/a": {"k": "a"}, "/a/b": {"k": "b"}, "/c": {"z": 1}}
    )
    assert app.find_config(path, "k") == value


def test_find_config_without_an_answer(site):
    """Without any section that has the key the default is the answer."""
    app = site.Application(Root(), "", {"/a": {}})
    app.config["/a"]["k"] = "a"
    assert app.find_config("/x", "k") is None
    assert app.find_config("/x", "k", "default") == "default"
    assert app.find_config("", "k", "default") == "default"


def test_namespaces_of_an_application(site):
    """Namespaces of '/' run on what a merge brings, and on nothing twice."""
    app, seen = site.Application(Root()), []
    app.namespaces["mine"] = lambda key, value: seen.append((key, value))
    app.merge({"/": {"mine.a": 1}, "/index": {"mine.b": 2}})
    app.merge({"/": {"mine.c": 3}})
    app.merge({"/": {"mine.a": 4}})
    assert seen == [("a", 1), ("c", 3), ("a", 4)]
    assert "mine" not in Application.namespaces


def test_log_namespace(site, tmp_path):
    """`log.<attribute>` of '/' is for the application's own log."""
    file = str(tmp_path / "error.log")
    app = site.Application(Root(), "", {"/": {"log.error_file": file}})
    assert app.log.error_file == file
    assert not site.log.error_file
    app.log.error_file = ""


# -- middleware --------------------------------------------------------------------------------


class Mark:
    """Middleware that writes its mark into a header and an environ key."""

    made = 0

    def __init__(self, app, mark="?"):
        self.app, self.mark = app, mark
        type(self).made += 1

    def __call__(self, environ, start_response):
        environ["marks"] = environ.get("marks", "") + self.mark

        def start(status, headers, *exc_info):
            return start_response(status, [*headers, ("X-Mark", self.mark)], *exc_info)

        return self.app(environ, start)


@pytest.fixture
def made():
    """How often middleware was made in this test."""
    Mark.made = 0
    return lambda: Mark.made


PIPELINE = {
    "wsgi.pipeline": [("outer", Mark), ("inner", Mark)],
    "wsgi.outer.mark": "o",
    "wsgi.inner.mark": "i",
}


def test_pipeline_order(site, call, environ):
    """The first middleware is the outermost; each gets its own arguments."""
    app = site.Application(Root(), "", {"/": PIPELINE})
    answer = call(app, environ("/"))
    assert answer.all("X-Mark") == ["i", "o"]


def test_pipeline_is_built_once(site, call, environ, made):
    """Middleware is made once, not for each request."""
    app = site.Application(Root(), "", {"/": PIPELINE})
    for _ in range(3):
        call(app, environ("/"))
    assert made() == 2


def test_pipeline_is_not_doubled(site, call, environ):
    """Merging again leaves the pipeline as it is (CherryPy's doubled it)."""
    app = site.Application(Root(), "", {"/": PIPELINE})
    app.merge({"/": PIPELINE})
    app.merge({"/": {"wsgi.pipeline": PIPELINE["wsgi.pipeline"]}})
    app.merge({"/": {"tools.gzip.on": False}})
    assert call(app, environ("/")).all("X-Mark") == ["i", "o"]


def test_pipeline_is_extended(site, call, environ):
    """A second pipeline extends the first, even after the first request."""
    app = site.Application(Root(), "", {"/": PIPELINE})
    call(app, environ("/"))
    app.merge({"/": {"wsgi.pipeline": [("third", Mark)], "wsgi.third.mark": "3"}})
    assert call(app, environ("/")).all("X-Mark") == ["3", "i", "o"]


def test_pipeline_by_hand(site, call, environ):
    """`app.wsgiapp.pipeline` may be changed before the first request (CherryPy's name for
    it).
    """
    app = site.Application(Root())
    app.wsgiapp.pipeline.append(("mark", Mark))
    assert call(app, environ("/")).header("X-Mark") == "?"


def test_pipeline_by_hand_after_the_first_request(site, call, environ):
    """After a change of `wsgiapp.pipeline` or `.config`, `wsgiapp.head = None` has it
    heeded.
    """
    app = site.Application(Root())
    assert app.wsgiapp.head is None
    assert call(app.wsgiapp, environ("/")).text == "index"
    assert app.wsgiapp.head is not None
    app.wsgiapp.pipeline.append(("mark", Mark))
    app.wsgiapp.config["mark"] = {"mark": "late"}
    app.wsgiapp.head = None
    assert call(app.wsgiapp, environ("/")).header("X-Mark") == "late"


class Redirecting(Root):
    @expose
    def go(self):
        raise InternalRedirect("/where")

    @expose
    def self(self):
        raise InternalRedirect("/self")


def test_internal_redirects_pass_the_middleware_again(site, call, environ):
    """An InternalRedirect goes through all of the middleware, as in CherryPy's pipeline."""
    app = site.Application(Redirecting(), "", {"/": PIPELINE})
    answer = call(app, environ("/go"))
    assert (answer.text, answer.all("X-Mark")) == ("|/where", ["i", "o"])
    assert call(app, environ("/go", "HEAD")).body == b""
    assert call(app, environ("/self")).code == 500


def test_response_class_by_config(site, call, environ):
    """`wsgi.response_class` is the class of the application's responses."""

    class Mine(Application.response_class):
        """A response of its own."""

    app = site.Application(Root())
    app.namespaces({"wsgi.response_class": Mine})
    seen = []
    app.root.look = expose(lambda: seen.append(type(serving_now().response)))
    call(app, environ("/look"))
    assert seen == [Mine]


class Catching:
    """Middleware that answers for the errors that come through it."""

    def __init__(self, app):
        self.app = app

    def __call__(self, environ, start_response):
        try:
            return self.app(environ, start_response)
        except ZeroDivisionError as error:
            body = f"caught {error}".encode()
            start_response("503 Caught", [("Content-Type", "text/plain")])
            return [body]


@pytest.mark.parametrize(
    ("path", "throw", "status", "text"),
    [
        ("/fault", True, 503, "caught secret detail"),
        ("/fault", False, 500, None),
        ("/refuse", True, 410, None),
        ("/", True, 200, "index"),
    ],
)
def test_throw_errors(site, call, environ, path, throw, status, text):
    """With `request.throw_errors` middleware meets unexpected errors, and no others."""
    config = {"wsgi.pipeline": [("catching", Catching)], "request.throw_errors": throw}
    app = site.Application(Root(), "", {"/": config})
    answer = call(app, environ(path))
    assert answer.code == status
    assert text is None or answer.text == text


@pytest.mark.parametrize("pipeline", [[], [("mark", Mark)]])
def test_thrown_errors_never_reach_the_server(site, call, environ, error_lines, pipeline):
    """An error that no middleware answers is logged, and answered by the bare error."""
    config = {"wsgi.pipeline": pipeline, "request.throw_errors": True}
    app = site.Application(Root(), "", {"/": config})
    answer = call(app, environ("/fault"))
    assert answer.code == 500
    assert "secret detail" not in answer.text
    assert any("ZeroDivisionError" in line for line in error_lines)


@pytest.mark.parametrize("error", [ZeroDivisionError, SystemExit])
def test_thrown_errors_of_the_error_response(site, call, environ, error):
    """With `request.throw_errors` an error of the error response is thrown, too."""

    def fail():
        raise ZeroDivisionError("in the error response")

    def exit():
        raise SystemExit

    root = Root()
    root.exit = expose(exit)
    config = {
        "wsgi.pipeline": [("catching", Catching)],
        "request.throw_errors": True,
        "request.error_response": fail,
    }
    app = site.Application(root, "", {"/": config})
    path = "/fault" if error is ZeroDivisionError else "/exit"
    answer = call(app, environ(path))
    assert answer.code == 503
    assert answer.text.startswith("caught")


def test_thrown_errors_still_end_the_request(site, call, environ):
    """`on_end_request` runs for a request whose error went to the middleware."""
    seen = []
    config = {
        "wsgi.pipeline": [("catching", Catching)],
        "request.throw_errors": True,
        "hooks.on_end_request": lambda: seen.append("end"),
    }
    app = site.Application(Root(), "", {"/": config})
    assert call(app, environ("/fault")).code == 503
    assert seen == ["end"]


@pytest.mark.parametrize("error", [ZeroDivisionError, SystemExit, KeyboardInterrupt])
def test_errors_of_middleware(site, call, environ, error_lines, error):
    """An error in middleware itself is logged, and answered 500."""

    def broken(app):
        def call(environ, start_response):
            raise error("in middleware")

        return call

    app = site.Application(Root(), "", {"/": {"wsgi.pipeline": [("broken", broken)]}})
    answer = call(app, environ("/"))
    assert answer.code == 500
    assert "in middleware" not in answer.text
    assert any("in middleware" in line for line in error_lines)


def test_middleware_that_cannot_be_made(site, call, environ, error_lines):
    """A factory that fails is a 500, logged, at each request; nothing is served without it."""

    def broken(app, **options):
        raise ValueError("no such option")

    app = site.Application(Root(), "", {"/": {"wsgi.pipeline": [("broken", broken)]}})
    for _ in range(2):
        assert call(app, environ("/")).code == 500
    assert sum("no such option" in line for line in error_lines) == 2


def test_middleware_that_rewrites_the_path(site, call, environ):
    """The path is the one that the middleware left, whatever the target of the request was."""

    def rewrite(app):
        def call(environ, start_response):
            return app({**environ, "PATH_INFO": "/where"}, start_response)

        return call

    app = site.Application(Root(), "", {"/": {"wsgi.pipeline": [("rewrite", rewrite)]}})
    assert call(app, environ("/a%2Fb", RAW_URI="/a%2Fb")).text == "|/where"


# -- what is wrong with the config -------------------------------------------------------------


@pytest.mark.parametrize(
    "config",
    [
        {"/": {"tools.gzip.compress_levl": 5}},
        {"/": {"tools.encode.on": "yes"}},
        {"/": {"response.timeut": 5}},
    ],
)
def test_refused_at_mount(site, config):
    """What is wrong whatever may come later is refused at mount, with the key."""
    key = next(iter(config["/"]))
    with pytest.raises(ConfigError, match=re.escape(key)):
        site.Application(Root(), "", config)


UNKNOWN_TOOL = {"/": {"tools.gzp.on": True}}


def test_refused_at_the_first_request(site, call, environ, error_lines):
    """An unknown tool answers every request 500, and the log names it; no page is served
    without it.
    """
    app = site.tree.mount(Root(), "", UNKNOWN_TOOL)
    for method in ("GET", "HEAD", "POST"):
        answer = call(app, environ("/", method, body=b""))
        assert answer.code == 500
        assert (answer.body == b"") == (method == "HEAD")
    assert any("tools.gzp.on" in line and "gzip" in line for line in error_lines)


def test_mended_config_is_served(site, call, environ):
    """Once the tool is registered, or the key is gone, the application is served."""
    app = site.tree.mount(Root(), "", UNKNOWN_TOOL)
    assert call(app, environ("/")).code == 500
    site.tools.register("before_handler", name="gzp")(lambda: None)
    assert call(app, environ("/")).code == 200
    del site.tools.gzp
    assert call(app, environ("/")).code == 500
    del app.config["/"]["tools.gzp.on"]
    assert call(app, environ("/")).code == 200


def test_wrong_config_of_the_site(site, call, environ, error_lines):
    """A wrong key of the site's config closes its applications, too."""
    site.config.update({"tools.gzp.on": True})
    app = site.tree.mount(Root(), "")
    assert call(app, environ("/")).code == 500
    assert any("tools.gzp.on" in line for line in error_lines)


def test_other_applications_are_served(site, call, environ):
    """A finding closes the application that it is in, not its neighbours."""
    site.tree.mount(Root(), "/bad", UNKNOWN_TOOL)
    site.tree.mount(Root(), "/good")
    assert call(site.tree, environ("/bad/")).code == 500
    assert call(site.tree, environ("/good/")).code == 200


def test_start_is_refused(site):
    """The engine of a process of our own does not start with a wrong config: one sentence
    each.
    """
    site.tree.mount(Root(), "", UNKNOWN_TOOL)
    site.server.unsubscribe()
    with pytest.raises(SystemExit) as caught:
        site.engine.start()
    lines = str(caught.value.code).splitlines()
    assert lines[0] == "The configuration is refused:"
    assert "tools.gzp.on" in lines[1]
    assert len(lines) == 2
