"""A site: tree, config, engine, log and tools wired together, as many as one likes in one
process.
"""

from __future__ import annotations

import gc
import logging
import os
import re
import signal
import socket
import threading
import urllib.request
import warnings

import pytest
from webtest import TestApp

from wsgicherry.core.config import ConfigError
from wsgicherry.core.expose import expose
from wsgicherry.core.tools import Tool
from wsgicherry.process.wspbus import states
from wsgicherry.site import Site


class Root:
    @expose
    def index(self):
        return "index"


class Lines(logging.Handler):
    def __init__(self):
        super().__init__()
        self.texts = []

    def emit(self, record):
        text = record.getMessage()
        if record.exc_info:
            text += logging.Formatter().formatException(record.exc_info)
        self.texts.append(text)


@pytest.fixture
def make_site(make_logger_root):
    """Make a site whose loggers are its own; its engine exits at the end."""
    sites = []

    def make():
        name = make_logger_root()
        site = Site(name)
        logging.getLogger(name).propagate = False
        site.lines = Lines()
        logging.getLogger(f"{name}.error").addHandler(site.lines)
        sites.append(site)
        return site

    yield make
    for site in sites:
        if site.engine.state is not states.EXITING:
            site.engine.is_embedded = True  # this process is the tests'
            site.engine.exit()


@pytest.fixture
def site(make_site):
    return make_site()


# -- side by side ------------------------------------------------------------------------------


def test_two_sites_share_nothing(make_site):
    """Trees, config, tools, logs and engines of two sites do not see each other."""
    one, two = make_site(), make_site()
    one.tree.mount(Root(), "")
    one.config.update({"response.headers.X-Site": "one"})
    one.config.namespaces["mine"] = lambda key, value: None
    one.config.environments["own"] = {}
    one.tools.mine = Tool("before_handler", lambda: None)
    one.engine.subscribe("before_request", lambda: None)
    assert two.tree.apps == {}
    assert "response.headers.X-Site" not in two.config
    assert "mine" not in two.config.namespaces
    assert "own" not in two.config.environments
    assert not hasattr(two.tools, "mine")
    assert not two.engine.hears_requests
    assert one.log.error_log.name != two.log.error_log.name
    assert one.tools.encode is not two.tools.encode
    assert not issubclass(two.Application, one.Application)


def test_two_sites_serve_the_same_root(make_site):
    """One object may be mounted on two sites; each serves it by its own config."""
    root, sites = Root(), [make_site(), make_site()]
    for number, site in enumerate(sites):
        site.config.update({"response.headers.X-Site": str(number)})
        site.tree.mount(root, "")
    for number, site in enumerate(sites * 2):
        assert TestApp(site.tree).get("/").headers["X-Site"] == str(number % 2)


def test_applications_of_a_site_are_not_kept_alive(site):
    """A site does not hold on to an application that was unmounted."""
    site.tree.mount(Root(), "/gone")
    assert len(site.apps) == 1
    del site.tree.apps["/gone"]
    gc.collect()
    assert len(site.apps) == 0


# -- the first request starts the engine -------------------------------------------------------


def test_first_request_starts_the_engine_once(site):
    """Of twenty threads that come at once one starts the engine, and no server of ours."""
    started, texts = [], []
    site.engine.subscribe("start", lambda: started.append(threading.get_ident()))
    site.tree.mount(Root(), "")
    barrier = threading.Barrier(20)

    def fetch():
        barrier.wait()
        texts.append(TestApp(site.tree).get("/").text)

    threads = [threading.Thread(target=fetch) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert texts == ["index"] * 20
    assert len(started) == 1
    assert site.engine.state is states.STARTED
    assert not site.server.running
    assert site.server.httpserver is None


def test_requests_wait_for_the_start(site):
    """A request that comes while another starts the engine is served when the start is done."""
    other_was_served = []
    site.tree.mount(Root(), "")
    other = threading.Thread(target=lambda: TestApp(site.tree).get("/"))

    def start():
        other.start()
        other.join(0.3)  # it must not end: it waits for us
        other_was_served.append(not other.is_alive())

    site.engine.subscribe("start", start)
    assert TestApp(site.tree).get("/").text == "index"
    other.join()
    assert other_was_served == [False]


def test_a_start_listener_that_fails(site):
    """While the engine cannot start, requests are answered 500; the next request tries
    again.
    """
    tries = []

    def fail_twice():
        tries.append(1)
        if len(tries) < 3:
            raise OSError("no database")

    site.engine.subscribe("start", fail_twice)
    site.tree.mount(Root(), "")
    client = TestApp(site.tree)
    for _ in range(2):
        answer = client.get("/", status=500)
        assert "no database" not in answer.text
    assert client.get("/").text == "index"
    assert client.get("/").text == "index"
    assert len(tries) == 3
    assert any("no database" in line for line in site.lines.texts)


@pytest.mark.parametrize("path", ["/grafted", "/nothing"])
def test_a_start_listener_that_fails_before_a_foreign_application(site, path):
    """The same holds for grafted applications and the tree's own 404: a 500, not an
    exception.
    """

    def fail():
        raise OSError("no database")

    site.engine.subscribe("start", fail)
    site.tree.graft(lambda environ, start: [], "/grafted")
    answer = TestApp(site.tree).get(path, status=500)
    assert "no database" not in answer.text


def test_a_started_engine_is_left_alone(site):
    """Under a server of ours the engine is started; a request does not start it again."""
    started = []
    site.server.unsubscribe()
    site.engine.subscribe("start", lambda: started.append(1))
    site.tree.mount(Root(), "")
    site.engine.start()
    assert TestApp(site.tree).get("/").text == "index"
    assert started == [1]
    assert not site.engine.is_embedded


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_fork_starts_afresh(site):
    """In a forked child the first request starts the engine again: gunicorn --preload."""
    started = []
    site.engine.subscribe("start", lambda: started.append(os.getpid()))
    site.tree.mount(Root(), "")
    client = TestApp(site.tree)
    client.get("/")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # fork beside threads
        pid = os.fork()
    if pid == 0:
        status = 1
        try:
            before = site.engine.state
            text = TestApp(site.tree).get("/").text
            if (before, text, started[1:]) == (states.STOPPED, "index", [os.getpid()]):
                status = 0
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert started == [os.getpid()]


def test_what_a_fork_renews(site):
    """What a child does after a fork: the engine is stopped, and the next request starts it
    again.
    """
    started = []
    site.engine.subscribe("start", lambda: started.append(1))
    site.tree.mount(Root(), "")
    client = TestApp(site.tree)
    client.get("/")
    site.engine.after_fork_in_child()
    site.after_fork_in_child()
    assert client.get("/").text == "index"
    assert client.get("/").text == "index"
    assert started == [1, 1]


# -- namespaces of the site's config -----------------------------------------------------------


def test_server_namespace(site):
    """`server.<setting>` is for the server; `server.on` takes it off the bus and puts it
    back.
    """
    site.config.update({"server.socket_port": 0, "server.thread_pool": 3})
    assert (site.server.socket_port, site.server.thread_pool) == (0, 3)
    listeners = site.engine.listeners["start"]
    assert site.server.start in listeners
    site.config.update({"server.on": False})
    assert site.server.start not in listeners
    site.config.update({"server.on": True})
    assert site.server.start in listeners


def test_more_servers(site):
    """`server.<name>.<setting>` makes one more server, on the bus unless its `on` is false."""
    site.config.update(
        {"server.admin.socket_port": 8081, "server.admin.socket_host": "127.0.0.1"}
    )
    admin = site.servers["admin"]
    assert (admin.socket_port, admin.application) == (8081, site.tree)
    listeners = site.engine.listeners["start"]
    assert admin.start in listeners
    site.config.update({"server.admin.on": False})
    assert admin.start not in listeners
    site.config.update({"server.admin.on": True})
    assert admin.start in listeners
    assert site.servers == {"admin": admin}


def test_limit_of_bodies(site):
    """`server.max_request_body_size` is the limit of bodies; 0 is none."""
    assert site.max_body_bytes == 100 * 1024 * 1024
    site.config.update({"server.max_request_body_size": 5})
    assert site.max_body_bytes == 5
    site.config.update({"server.max_request_body_size": 0})
    assert site.max_body_bytes is None


def test_engine_namespace(site):
    """`engine.<plugin>.on` subscribes, `engine.<plugin>.<setting>` and `engine.<name>` set
    attributes.
    """
    plugin = site.engine.autoreload
    site.config.update({"engine.autoreload.frequency": 7})
    assert plugin.frequency == 7
    listeners = site.engine.listeners["start"]
    assert plugin.start not in listeners
    site.config.update({"engine.autoreload.on": True})
    assert plugin.start in listeners
    site.config.update({"engine.autoreload.on": False})
    assert plugin.start not in listeners
    site.engine.own = None
    site.config.namespaces({"engine.own": 5})
    assert site.engine.own == 5


def test_unknown_plugin(site):
    """A plugin that the engine does not have is refused, with its name."""
    with pytest.raises((AttributeError, ConfigError), match="autoreloadd"):
        site.config.update({"engine.autoreloadd.on": True})


@pytest.mark.parametrize("name", ["SIGHUP", "SIGTERM"])
def test_signals_of_the_engine(site, name):
    """`engine.SIGHUP` and `engine.SIGTERM` choose what a signal does; None: nothing."""

    def listener():
        """Does nothing."""

    handlers = site.engine.signal_handler.handlers
    site.config.update({f"engine.{name}": listener})
    assert handlers[name] is listener
    site.config.update({f"engine.{name}": None})
    assert name not in handlers
    site.config.update({f"engine.{name}": None})


def test_tree_namespace(site):
    """`tree.<anything>` grafts applications, by their script name or by a dict of names."""

    def foreign(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"foreign"]

    app = site.Application(Root(), "/own")
    site.config.update({"tree.one": app, "tree.more": {"/x": foreign, "/y": foreign}})
    assert site.tree.apps == {"/own": app, "/x": foreign, "/y": foreign}
    client = TestApp(site.tree)
    assert client.get("/own/").text == "index"
    assert client.get("/x").text == "foreign"
    assert any("Mounted:" in line and "/x" in line for line in site.lines.texts)


def test_log_and_checker_namespaces(site, tmp_path):
    """`log.<attribute>` and `checker.<attribute>` go to the site's log and checker."""
    file = str(tmp_path / "error.log")
    site.config.update({"log.error_file": file, "checker.on": False})
    assert (site.log.error_file, site.checker.on) == (file, False)
    site.log.error_file = ""


def test_environment_embedded(site):
    """The preset 'embedded' takes the signals away (BEHAVIOUR 13.3 (9))."""
    site.config.update({"environment": "embedded"})
    handlers = site.engine.signal_handler.handlers
    assert "SIGHUP" not in handlers
    assert "SIGTERM" not in handlers


# -- logs --------------------------------------------------------------------------------------


def test_the_engines_words_are_logged(site):
    """What the engine says is in the site's error log, with its context."""
    site.engine.log("hello")
    assert any("ENGINE hello" in line for line in site.lines.texts)


def test_log_of_the_current_application(site):
    """`site.log(...)` in a request writes to the application's log; outside to the site's."""

    class Page:
        @expose
        def index(self):
            site.log("inside")
            return "index"

    app = site.tree.mount(Page(), "")
    own = Lines()
    app.log.error_log.addHandler(own)
    site.log("outside")
    TestApp(site.tree).get("/")
    assert any("inside" in text for text in own.texts)
    assert not any("outside" in text for text in own.texts)
    assert any("outside" in text for text in site.lines.texts)


def test_graceful_reopens_the_logs(site, tmp_path):
    """On 'graceful' the files of the site and of its applications are opened anew."""
    files = [tmp_path / "site.log", tmp_path / "app.log"]
    app = site.tree.mount(Root(), "")
    site.log.error_file, app.log.error_file = map(str, files)
    site.log.error("old", "", 20)
    app.log.error("old", "", 20)
    for file in files:
        file.rename(file.with_suffix(".old"))
    site.engine.graceful()
    app.log.error("new", "", 20)
    assert all(file.exists() for file in files)
    assert "new" in files[1].read_text()
    site.log.error_file = app.log.error_file = ""


# -- addresses ---------------------------------------------------------------------------------


def test_url_outside_a_request(site):
    """Outside a request addresses are those of the site's server."""
    site.config.update({"server.socket_host": "127.0.0.1", "server.socket_port": 8081})
    assert site.url("/a", {"b": 1}) == "http://127.0.0.1:8081/a?b=1"


# -- checks, and starting in a process of one's own --------------------------------------------


def test_check_of_everything(site):
    """`site.check()` gives the findings of the site and of all that is mounted."""
    site.config.update({"tools.gzp.on": True})
    site.tree.mount(Root(), "/a", {"/": {"tools.encod.on": True}})
    site.tree.graft(lambda environ, start: [], "/b")
    text = "\n".join(map(str, site.check()))
    assert "tools.gzp.on" in text
    assert "tools.encod.on" in text


def test_advice_is_logged_at_start(site):
    """Findings that are no errors are written to the log, unless the checker is off."""
    site.server.unsubscribe()
    site.tree.mount(Root(), "", {"/": {}})
    site.config.update({"server.socket_host": "localhost"})
    advice = [finding for finding in site.check() if finding.severity != "error"]
    site.log.screen = False
    site.prepare()
    site.prepare()
    logged = [line for line in site.lines.texts if "CHECKER" in line]
    assert len(logged) == len(advice) == 1
    site.lines.texts.clear()
    site.checker.on = False
    site.prepare()
    assert not any("CHECKER" in line for line in site.lines.texts)


@pytest.mark.parametrize(
    ("config", "screen"),
    [({}, True), ({"log.screen": False}, False), ({"log.screen": True}, True)],
)
def test_screen_in_a_process_of_our_own(site, config, screen):
    """A start of our own writes the log to the screen, unless config says otherwise."""
    site.config.update(config)
    site.prepare()
    assert bool(site.log.screen) is screen
    site.log.screen = False


def test_signals_together(site):
    """`engine.signals` sets and restores the signal handlers."""
    before = signal.getsignal(signal.SIGUSR1)
    site.engine.signals.subscribe()
    try:
        assert signal.getsignal(signal.SIGUSR1) is not before
    finally:
        site.engine.signals.unsubscribe()
    assert signal.getsignal(signal.SIGUSR1) is before


class Stop(Exception):
    """Ends `quickstart` where it would wait."""


@pytest.mark.parametrize(
    ("site_config", "tracebacks"),
    [
        ({}, True),
        ({"environment": "production"}, False),
        ({"request.show_tracebacks": False}, False),
        ({"server.socket_host": "0.0.0.0"}, False),
    ],
)
def test_quickstart(site, capsys, site_config, tracebacks):
    """quickstart mounts, serves on a real socket, greets, and shows tracebacks on loopback
    only.
    """
    got = []

    def fetch():
        port = site.server.bound_addr[1]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as answer:
            got.append(answer.read())
        site.engine.exit()

    class Exiting(threading.Thread):
        def run(self):
            site.engine.wait(states.STARTED)
            fetch()

    thread = Exiting()
    thread.start()
    settings = {"server.socket_port": 0, "log.screen": False, **site_config}
    config = {"global": settings, "/": {"response.headers.X-Quick": "yes"}}
    site.quickstart(Root(), "", config)
    thread.join()
    assert got == [b"index"]
    assert site.tree.apps[""].config["/"] == {"response.headers.X-Quick": "yes"}
    assert bool(site.config.get("request.show_tracebacks")) is tracebacks
    assert site.engine.state is states.EXITING


def test_greeting(site, capfd):
    """With the log on the screen the developer is told what to open."""
    thread = threading.Thread(
        target=lambda: (site.engine.wait(states.STARTED), site.engine.exit())
    )

    def start_to_exit():
        thread.start()

    site.engine.subscribe("start", start_to_exit, priority=90)
    site.config.update({"server.socket_port": 0, "log.screen": True})
    site.quickstart(Root())
    thread.join()
    site.log.screen = False
    output = capfd.readouterr()
    assert "http://127.0.0.1:" in output.out + output.err


# -- what is served ----------------------------------------------------------------------------


def foreign(environ, start_response):
    """A WSGI application of somebody else's."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"foreign"]


def test_servers_serve_the_tree(site):
    """Without a word the servers serve the tree."""
    one = site.make_server()
    assert site.server.application is one.application is site.tree
    assert site.mounts == site.tree.apps


def test_serve_another_application(site):
    """`site.serve(application)` is for all servers that have none of their own."""
    own = site.make_server()
    own.application = foreign
    site.servers["own"] = own
    app = site.Application(Root(), "/own")
    site.serve(app)
    assert (site.server.application, own.application) == (app, foreign)
    assert site.make_server().application is app
    assert site.mounts == {"/own": app}
    assert site.find_applications() == [app]


def test_serve_foreign_middleware(site):
    """Behind foreign middleware any application of the site may be served, mounted or not."""
    two = site.Application(Root(), "/two")
    one = site.Application(Root(), "/one")
    site.serve(foreign)
    assert site.mounts == {"": foreign}
    assert site.find_applications() == [one, two]
    mounted = site.tree.mount(Root(), "/mounted")
    assert site.mounts == {"/mounted": mounted}
    assert site.find_applications() == [mounted, one, two]


def test_only_what_is_served_is_checked(site):
    """An application that is not mounted does not stop a start, unless it may be served."""
    wrong = site.Application(Root(), "", {"/": {"tools.gzp.on": True}})
    site.prepare()
    site.serve(wrong)
    with pytest.raises(SystemExit, match=r"tools\.gzp\.on"):
        site.prepare()
    site.log.screen = False


@pytest.mark.parametrize("how", ["taken", "refused"])
def test_addresses_that_cannot_be_had(site, how):
    """If one server cannot listen the start is refused in one sentence, and none listens."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        site.config.update({"server.socket_port": 0, "server.socket_host": "127.0.0.1"})
        other = site.make_server()
        other.socket_host = "127.0.0.1"
        other.socket_port = taken.getsockname()[1] if how == "taken" else 99_999
        with pytest.raises(SystemExit) as caught:
            site.bind()
    assert isinstance(caught.value.code, str)
    assert len(caught.value.code.splitlines()) == 1
    assert [server.httpserver for server in site.find_servers()] == [None, None]


def test_servers_that_cannot_be_made(site):
    """Any other error of a server's own is not made a sentence; what was bound is let go."""
    site.config.update({"server.socket_port": 0})
    site.make_server().instance = f"{__name__}.make_no_server"
    with pytest.raises(ZeroDivisionError):
        site.bind()
    assert site.server.httpserver is None


def make_no_server(server):
    """A factory of servers that fails."""
    raise ZeroDivisionError


def test_servers_that_start(site):
    """The servers that start with the engine are those on its bus."""
    assert site.find_servers() == [site.server]
    more = site.make_server()
    assert site.find_servers() == [site.server, more]
    site.server.unsubscribe()
    assert site.find_servers() == [more]


def test_ctrl_c_while_starting(site):
    """Ctrl-C before the engine waits ends the program in order: no traceback, code 0."""

    def interrupt():
        raise KeyboardInterrupt

    site.server.unsubscribe()
    site.log.screen = False
    site.config.update({"log.screen": False})
    site.engine.subscribe("start", interrupt, priority=90)
    site.run()
    assert site.engine.state is states.EXITING


def test_quickstart_with_a_file(site, tmp_path):
    """quickstart takes an open file: its [global] is the site's, the rest the application's."""
    text = (
        "[global]\nlog.screen: False\nserver.socket_port: 0\n[/]\nresponse.headers.X-A: 'b'\n"
    )
    (tmp_path / "site.conf").write_text(text)
    exiting = threading.Thread(
        target=lambda: (site.engine.wait(states.STARTED), site.engine.exit())
    )
    site.engine.subscribe("start", exiting.start, priority=90)
    site.server.unsubscribe()
    with open(tmp_path / "site.conf") as file:
        site.quickstart(Root(), "/app", file)
    exiting.join()
    assert site.server.socket_port == 0
    assert site.tree.apps["/app"].config["/"] == {"response.headers.X-A": "b"}


# -- config files, and keys that are none ------------------------------------------------------


def test_config_files_are_watched(site, tmp_path):
    """The autoreloader watches the files that config came from, beside those it is told of."""
    file = tmp_path / "site.conf"
    file.write_text("[global]\nserver.thread_pool: 3\n")
    site.config.update(str(file))
    assert site.server.thread_pool == 3
    assert str(file) in site.engine.autoreload.files
    site.config.update({"engine.autoreload.files": {"more.txt"}})
    assert site.engine.autoreload.files == {"more.txt", str(file)}


@pytest.mark.parametrize(
    ("key", "nearest"),
    [
        ("server.socket_prt", "server.socket_port"),
        ("log.screeen", "log.screen"),
        ("engine.SIGHUPP", "engine.SIGHUP"),
        ("checker.onn", "checker.on"),
    ],
)
def test_unknown_settings(site, key, nearest):
    """A misspelled key of a site-wide namespace is refused, with the nearest right spelling."""
    with pytest.raises(ConfigError, match=re.escape(nearest)):
        site.config.update({key: 1})


@pytest.mark.parametrize("key", ["server.default_content_type", "engine.timeout_monitor.on"])
def test_obsolete_settings(site, key):
    """A key that CherryPy has given up does nothing here, or is refused: never half of it."""
    try:
        site.config.update({key: "x"})
    except ConfigError as error:
        assert key in str(error)
    else:
        assert not hasattr(site.server, "default_content_type")
        assert not hasattr(site.engine, "timeout_monitor")
