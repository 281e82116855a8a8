"""What is wrong in a config is found, and nothing in a right one."""

from typing import ClassVar

import pytest

from wsgicherry.core.checks import check_application, check_section, check_site
from wsgicherry.core.config import AppConfig, Section, SiteConfig
from wsgicherry.core.dispatch import (
    Dispatcher,
    MethodDispatcher,
    VirtualHost,
    XMLRPCDispatcher,
)
from wsgicherry.core.expose import expose
from wsgicherry.core.findings import Finding
from wsgicherry.core.tools import HandlerTool, Tool, Toolbox


def gzip(compress_level: int = 5, mime_types=("text/html",), debug: bool = False):
    """A tool with some arguments."""


def serve_files(section, dir: str = "", root: "str | None" = "", ratio: float = 1.0):
    """A tool that serves files."""


class OldTool:
    """A tool of the oldest kind: anything with _setup()."""

    def _setup(self):
        """Do nothing."""


class Root:
    """The application."""

    @expose
    def index(self):
        """Say hello."""

    @expose
    def admin(self):
        """Say something else."""


@pytest.fixture
def known():
    """What check functions want to know, for a final check."""
    tools, mine = Toolbox("tools"), Toolbox("mine")
    tools.gzip = Tool("before_finalize", gzip)
    tools.staticdir = HandlerTool(serve_files)
    tools.open_minded = Tool("before_handler", lambda **kwargs: None)
    tools.old = OldTool()
    tools.encode = tools.trailing_slash = tools.log_headers = tools.log_tracebacks = tools.old
    mine.auth = Tool("before_handler", lambda realm="": None)
    return {"toolboxes": {"tools": tools, "mine": mine}, "namespaces": ("db",), "final": True}


@pytest.fixture
def everywhere(known):
    """The same for the site's own config, which is checked at the end only."""
    return {name: value for name, value in known.items() if name != "final"}


def rules(findings):
    """Return what was found, in short."""
    return [(finding.rule, finding.key or finding.section) for finding in findings]


# Sections -------------------------------------------------------------------------------------


@pytest.mark.parametrize("final", [True, False])
@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("plain", object()),
        ("tools.gzip.on", True),
        ("tools.gzip.on", 1),
        ("tools.gzip.priority", 20),
        ("tools.gzip.compress_level", 9),
        ("tools.gzip.mime_types", ["text/*"]),
        ("tools.staticdir.root", None),
        ("tools.staticdir.ratio", 2),
        ("tools.open_minded.whatever", 1),
        ("tools.old.whatever", 1),
        ("mine.auth.realm", "here"),
        ("db.host", "here"),
        ("environment", "production"),
        ("request.show_tracebacks", False),
        ("response.headers.X-A", "1"),
        ("server.socket_port", 8080),
        ("log.screen", False),
        ("log.rot_maxBytes", 1),
    ],
)
def test_right_entries(known, key, value, final):
    """Nothing is found in what is right."""
    assert check_section("global", {key: value}, **{**known, "final": final}) == []


@pytest.mark.parametrize(
    ("key", "value", "rule", "text"),
    [
        ("tools.gzip", True, "tool_without_setting", "write 'tools.gzip.on'"),
        ("tools.gzip.", True, "tool_without_setting", "write 'tools.gzip.on'"),
        ("tools.gzip.compres_level", 1, "unknown_setting", "'tools.gzip.compress_level'?"),
        (
            "tools.gzip.zzz",
            1,
            "unknown_setting",
            "known are compress_level, debug, mime_types,",
        ),
        ("tools.gzip.on", "False", "wrong_type", "'False', which is not True or False"),
        ("tools.gzip.priority", "20", "wrong_type", "'20', which is not a whole number or"),
        ("tools.gzip.compress_level", "9", "wrong_type", "'9', which is not a whole number"),
        ("tools.gzip.debug", "no", "wrong_type", "'no', which is not True or False"),
        ("tools.staticdir.root", 1, "wrong_type", "is 1, which is not a text"),
        ("mine.auth.relm", "x", "unknown_setting", "did you mean 'mine.auth.realm'?"),
        ("request.show_traceback", 1, "unknown_key", "mean 'request.show_tracebacks'?"),
        ("request.zzz", 1, "unknown_key", "look it up in the list of settings"),
        ("request.show_tracebacks", "no", "wrong_type", "the value is 'no', which is not True"),
        ("environment", 1, "wrong_type", "the value is 1, which is not a text"),
        ("cherrypy.request.show_tracebacks", 1, "unknown_namespace", "try 'request.show_tra"),
        ("wsgi.pipeline", [], "misplaced", "move it to the [/] section"),
        ("request.dispatch", print, "misplaced", "put it in a path section"),
    ],
)
@pytest.mark.parametrize("final", [True, False])
def test_wrong_entries(known, key, value, rule, text, final):
    """What is wrong in any case is found at once, with the remedy."""
    findings = check_section("global", {key: value}, **{**known, "final": final})
    assert rules(findings) == [(rule, key)]
    assert text in findings[0].message
    assert findings[0].severity == "error"


@pytest.mark.parametrize(
    ("key", "rule", "text"),
    [
        (
            "tools.gzpi.on",
            "unknown_tool",
            "no tool 'gzpi' in 'tools'; did you mean 'tools.gzip'?",
        ),
        ("mine.zzz.on", "unknown_tool", "no tool 'zzz' in 'mine'; known are auth."),
        ("tools.allowed_hosts.on", "unknown_tool", "did you mean 'request.allowed_hosts'?"),
        ("tool.gzip.on", "unknown_namespace", "did you mean 'tools.gzip.on'?"),
        (
            "zzz.gzip.on",
            "unknown_namespace",
            "no config namespace 'zzz'; known are checker, db,",
        ),
        ("zzz.gzip", "unknown_namespace", "For keys of your own: config.namespaces['zzz'] = "),
    ],
)
def test_entries_that_may_still_come_right(known, key, rule, text):
    """A tool or namespace may be registered later: it is missed at the end only."""
    assert check_section("/", {key: True}, **{**known, "final": False}) == []
    findings = check_section("/", {key: True}, **known)
    assert rules(findings) == [(rule, key)]
    assert text in findings[0].message


@pytest.mark.parametrize(
    ("section", "scope", "key", "rule"),
    [
        ("/", "application", "server.socket_port", "site_only"),
        ("/x", "application", "engine.autoreload.on", "site_only"),
        ("/", "node", "checker.on", "site_only"),
        ("/", "node", "tree.x", "site_only"),
        ("/x", "application", "log.screen", "misplaced"),
        ("/", "node", "log.screen", "misplaced"),
        ("/x", "application", "wsgi.pipeline", "misplaced"),
        ("/", "node", "request.dispatch", "misplaced"),
        ("/", "node", "request.uri_encoding", "misplaced"),
        ("/x", "application", "request.allowed_hosts", "misplaced"),
        ("/x", "node", "request.allowed_hosts", "misplaced"),
        ("global", "site", "request.uri_encoding", "misplaced"),
        ("/x", "application", "request.uri_encoding", None),
        ("/", "application", "log.screen", None),
        ("/", "application", "environment", None),
        ("/x", "application", "request.dispatch", None),
    ],
)
def test_entries_in_the_wrong_place(known, section, scope, key, rule):
    """A setting that would do nothing where it stands is found."""
    values = {"wsgi.pipeline": [], "request.dispatch": print, "environment": 1}
    values["request.uri_encoding"] = "latin-1"
    findings = check_section(section, {key: values.get(key, False)}, scope=scope, **known)
    assert rules(findings) == ([(rule, key)] if rule else [])


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("log_file", "'log_file' is obsolete; use 'log.error_file' instead."),
        ("server.default_content_type", "use 'tools.response_headers.headers' instead."),
        ("response.timeout", "'response.timeout' is obsolete; nothing takes its place."),
    ],
)
def test_obsolete_entries(known, key, text):
    """An obsolete key is advice: it may be an application's own."""
    findings = check_section("/", {key: 1}, scope="application", **known)
    assert rules(findings) == [("obsolete", key)]
    assert findings[0].severity == "advice"
    assert text in findings[0].message


def test_a_finding_is_a_sentence_with_its_place(known):
    """A finding says file, line, section, key, what is wrong and the nearest right spelling."""
    values = Section()
    values.put({"tools.gzpi.on": True}, {"tools.gzpi.on": "app.conf:12"})
    (finding,) = check_section("/admin", values, **known)
    assert str(finding) == (
        "app.conf:12: [/admin] tools.gzpi.on: there is no tool 'gzpi' in 'tools'; "
        "did you mean 'tools.gzip'?"
    )
    assert finding.origin == "app.conf:12"


def test_a_finding_without_a_place():
    """A finding that knows no place is its message; one without a key names its section."""
    assert str(Finding("rule", "wrong.")) == "wrong."
    assert str(Finding("rule", "wrong.", "/x")) == "[/x]: wrong."
    assert str(Finding("rule", "wrong.", "", "a.b")) == "a.b: wrong."


def test_the_given_origin_stands_in(known):
    """Where the values do not know their origin, the caller's is used."""
    for values in ({"tools.gzip": 1}, Section({"tools.gzip": 1})):
        (finding,) = check_section("/", values, origin="_cp_config of shop.Root", **known)
        assert finding.origin == "_cp_config of shop.Root"


# Applications ---------------------------------------------------------------------------------


@pytest.mark.parametrize("final", [True, False])
@pytest.mark.parametrize("root", [Root(), None])
@pytest.mark.parametrize(
    "config",
    [
        {},
        {"/": {"tools.gzip.on": True}, "global": {"server.socket_port": 80}},
        {"googleapi": {"key": "x", "a.b": 1}, "/": {}},
        {"/admin": {"tools.gzip.on": True}, "/index": {}},
        {"/static": {"tools.staticdir.on": True}, "/static/css/old": {}},
        {"/": {"request.dispatch": print}, "/blog/x/": {}},
    ],
)
def test_right_applications(known, root, config, final):
    """Nothing is found in a valid application."""
    known["final"] = final
    assert check_application(root, AppConfig(config), "/blog", **known) == []


@pytest.mark.parametrize(
    ("section", "text"),
    [
        ("/adnim", "no path reaches it: Root has no 'adnim'; did you mean '/admin'?"),
        ("/zzz/index", "no path reaches it: Root has no 'zzz'."),
        ("/admin/", "no path is spelled like this section; write '/admin'."),
        ("//admin", "no path is spelled like this section; write '/admin'."),
    ],
)
def test_unreachable_sections(known, section, text):
    """A section that no path can reach is found, at the end."""
    config = AppConfig({section: {"tools.gzip.on": True}}, "a dict")
    assert check_application(Root(), config, "", **{**known, "final": False}) == []
    (finding,) = check_application(Root(), config, "", **known)
    assert (finding.rule, finding.section, finding.origin) == ("unreachable", section, "a dict")
    assert finding.message == text


def test_a_section_in_code_is_found_without_origin(known):
    """A section that was set by code has no origin to show, or that of its first value."""
    config = AppConfig()
    config["/x"] = {"a": 1}
    config["/y"] = {"a": 1, "b": 2}
    config["/y"].put({"b": 2}, "app.conf:9")
    findings = check_application(Root(), config, "", **known)
    assert [finding.origin for finding in findings] == ["", "app.conf:9"]


def test_a_site_wide_file_tool_reaches_everything(known):
    """A tool that serves files, turned on for the whole site, can reach any section."""
    config = AppConfig({"/pictures": {}})
    site = {"tools.staticdir.on": True, "tools.gzip.on": True, "db.on": True}
    assert check_application(Root(), config, "", site_config=site, **known) == []
    site["tools.staticdir.on"] = False
    assert check_application(Root(), config, "", site_config=site, **known) != []


@pytest.mark.parametrize(
    ("section", "inner"), [("/blog", "/"), ("/blog/static", "/static"), ("/blogs", None)]
)
def test_sections_that_start_with_the_script_name(known, section, inner):
    """Section paths begin behind the mount point, even those that a tool serves."""
    config = AppConfig({section: {"tools.staticdir.on": True}})
    findings = check_application(Root(), config, "/blog", **known)
    assert rules(findings) == ([("script_name", section)] if inner else [])
    assert all(finding.message.endswith(f"write {inner!r}.") for finding in findings)


def test_a_section_may_start_like_the_script_name(known):
    """An application at /admin may have a page /admin of its own."""
    assert check_application(Root(), AppConfig({"/admin": {}}), "/admin", **known) == []


class Item:
    exposed = True

    def GET(self, *segments):
        """Answer."""


class Leaf:
    exposed = True

    def PUT(self):
        """Answer."""


METHODS = MethodDispatcher()


@pytest.mark.parametrize(
    ("dispatcher", "section", "is_reached"),
    [
        (METHODS, "/item/7/8", True),
        (METHODS, "/leaf", True),
        (METHODS, "/leaf/7", False),
        (METHODS, "/itme", False),
        (VirtualHost(METHODS, **{"a.example": "/item"}), "/item/7", True),
        (VirtualHost(METHODS, **{"a.example": "/item"}), "/itme", False),
        (VirtualHost(print), "/itme", True),
        (XMLRPCDispatcher(), "/page", True),
        (XMLRPCDispatcher(), "/pgae", False),
        (Dispatcher(), "/pgae", False),
        # Of what may reach any path nothing can be said.
        (print, "/pgae", True),
        (type("Mine", (Dispatcher,), {})(), "/pgae", True),
    ],
)
@pytest.mark.parametrize("place", ["config", "request class"])
def test_sections_of_other_dispatchers(known, dispatcher, section, is_reached, place):
    """A section is reached if the dispatcher of its path could lead there."""

    class Tree:
        item = Item()
        leaf = Leaf()

        @expose
        def page(self):
            """Answer."""

    in_config = place == "config"
    own = {"request.dispatch": dispatcher} if in_config else {}
    config = AppConfig({"/": own, section: {"tools.gzip.on": True}})
    known["dispatcher"] = Dispatcher() if in_config else dispatcher
    findings = check_application(Tree(), config, "", **known)
    assert rules(findings) == ([] if is_reached else [("unreachable", section)])


def test_sections_below_a_dispatcher_of_their_own(known):
    """The nearest dispatcher counts, and a section that chooses one may lead nowhere itself."""
    config = AppConfig({"/RPC2": {"request.dispatch": XMLRPCDispatcher()}, "/RPC2/x": {}})
    findings = check_application(Root(), config, "", **known)
    assert rules(findings) == [("unreachable", "/RPC2/x")]


@pytest.mark.parametrize("final", [True, False])
def test_brackets_in_a_dict(known, final):
    """A dict's section with a file's brackets is found."""
    known["final"] = final
    findings = check_application(Root(), AppConfig({"[/]": {"a": 1}}), "", **known)
    assert rules(findings) == [("brackets", "[/]")]
    assert "write '/'" in findings[0].message


def test_entries_of_sections_are_checked(known):
    """Each path section's entries are checked; an application's own sections are not."""
    config = AppConfig(
        {"/": {"tools.gzpi.on": 1}, "/admin": {"engine.x": 1}, "data": {"tools.zzz.on": 1}}
    )
    findings = check_application(Root(), config, "", **known)
    assert rules(findings) == [("unknown_tool", "tools.gzpi.on"), ("site_only", "engine.x")]


class Configured:
    """A page with a slip in its _cp_config."""

    _cp_config: ClassVar = {"tools.gzip.compres_level": 1}

    @expose
    def index(self):
        """Carry another slip."""


Configured.index._cp_config = {"tools.gzip.on": "yes"}


@pytest.mark.parametrize("final", [True, False])
def test_nodes_are_checked(known, final):
    """The _cp_config of every node is checked, and named by its owner."""
    root = Root()
    root.shop = Configured()
    known["final"] = final
    findings = check_application(root, AppConfig(), "", **known)
    assert [(f.rule, f.section, f.origin) for f in findings] == [
        ("unknown_setting", "/shop", f"_cp_config of {__name__}.Configured"),
        ("wrong_type", "/shop/index", f"_cp_config of {__name__}.Configured.index"),
    ]


def test_a_node_that_serves_files_reaches_what_is_below(known):
    """A _cp_config that turns on a file tool makes the sections below reachable."""

    class Files:
        _cp_config: ClassVar = {"tools.staticdir.on": True}

    root = Root()
    root.files = Files()
    assert check_application(root, AppConfig({"/files/css": {}}), "", **known) == []


# The site -------------------------------------------------------------------------------------


def test_a_hello_world_has_no_findings(everywhere):
    """Nothing is found in the config of a hello world."""
    assert check_site(SiteConfig(), **everywhere) == []
    assert check_application(Root(), AppConfig(), "", final=True, **everywhere) == []


def test_our_own_defaults_are_not_the_users_to_mend(everywhere):
    """A site without the tools that are on by default is not told so."""
    everywhere["toolboxes"] = {"tools": Toolbox("tools")}
    assert check_site(SiteConfig(), **everywhere) == []


def test_site_wide_entries_are_checked(everywhere):
    """The site's entries are checked, and named by their origin."""
    findings = check_site(SiteConfig({"global": {"server.socket_prot": 1}}), **everywhere)
    assert rules(findings) == [("unknown_key", "server.socket_prot")]
    assert findings[0].origin == "a dict passed to config.update"


def test_localhost_is_advice(everywhere):
    """'localhost' works, but says not which address."""
    (finding,) = check_site(SiteConfig({"server.socket_host": "localhost"}), **everywhere)
    assert (finding.rule, finding.severity) == ("localhost", "advice")


def test_ignored_path_sections(everywhere):
    """Path sections that reached no application are found at the end."""
    site = SiteConfig({"global": {}, "/": {"tools.gzip.on": True}, "/admin": {}})
    assert rules(check_site(site, **everywhere)) == [
        ("ignored_section", "/"),
        ("ignored_section", "/admin"),
    ]
    found = check_site(site, applications=[AppConfig({"/": {}})], **everywhere)
    assert rules(found) == [("ignored_section", "/admin")]
    assert "tree.mount(..., config=...)" in found[0].message


# What settings mean together ------------------------------------------------------------------


class Choosy(Tool):
    """A tool with settings that must not be the same; `find_fault` tells what it was asked."""

    def __init__(self):
        super().__init__("before_handler", lambda left=0, right=1, other=None: None)
        self.asked = []

    def find_fault(self, settings):
        self.asked.append(settings)
        if settings.get("left", 0) == settings.get("right", 1):
            return "tools.choosy.left", "It is the same as tools.choosy.right."
        if settings.get("other") == "idle":
            return "", "It does nothing.", "advice"
        return ("", "It never works.") if settings.get("other") == "bad" else None


@pytest.fixture
def choosy(known):
    known["toolboxes"]["tools"].choosy = Choosy()
    return known["toolboxes"]["tools"].choosy


def check_choosy(known, sections, root=None, site=None, final=False):
    site = SiteConfig(site or {})
    known = {**known, "final": final, "site_config": site}
    return check_application(root or Root(), AppConfig(sections), "", **known)


ON = {"tools.choosy.on": True}
LEFT, RIGHT = {"tools.choosy.left": 5}, {"tools.choosy.right": 5}
APART = {"tools.choosy.right": 6}


@pytest.mark.parametrize(
    ("site", "sections", "found"),
    [
        ({}, {"/": {**ON, **LEFT, **RIGHT}}, ["/"]),
        ({}, {"/": {**ON, **LEFT}, "/admin": RIGHT}, ["/"]),
        ({}, {"/": {**LEFT, **RIGHT}, "/admin": ON}, ["/"]),
        ({}, {"/": {**RIGHT}, "/admin": {**ON, **LEFT}}, ["/admin"]),
        (ON, {"/": {**LEFT, **RIGHT}}, ["/"]),
        ({**ON, **LEFT}, {"/": RIGHT}, ["global"]),
        ({**ON, **LEFT, **RIGHT}, {}, ["global"]),
        ({}, {"/": {**ON, **LEFT, **RIGHT}, "/admin": {"tools.choosy.other": 1}}, ["/"]),
        ({}, {"/": {**LEFT, **RIGHT}}, []),
        ({}, {"/": {**ON, **LEFT, **APART}}, []),
        ({}, {"/": {**ON, **LEFT}, "/admin": APART}, []),
        ({}, {"/admin": {**ON, **LEFT}, "/other": RIGHT}, []),
        ({}, {"/": {**ON, **LEFT, **RIGHT, "tools.choosy.on": False}}, []),
        ({**ON, **LEFT, **RIGHT}, {"/": APART}, []),
        ({}, {"/": {"tools.gzip.on": True}}, []),
        ({}, {"/": {"tools.unknown.left": 1, "nothing.to.see": 2}}, []),
    ],
)
def test_contradictions(known, choosy, site, sections, found):
    """Settings are seen together as a page has them: over those above and the site's."""
    findings = check_choosy(known, sections, site=site)
    assert [(each.rule, each.section) for each in findings] == [
        ("contradiction", section) for section in found
    ]
    for finding in findings:
        assert finding.key == "tools.choosy.left"
        assert finding.message == "It is the same as tools.choosy.right."


def test_where_a_contradiction_stands(known, choosy, tmp_path):
    """The finding says where the setting at fault was made: file and line."""
    path = tmp_path / "app.conf"
    path.write_text("[/]\ntools.choosy.on: True\ntools.choosy.left: 1\n")
    (finding,) = check_choosy(known, str(path))
    assert str(finding) == (
        f"{path}:3: [/] tools.choosy.left: It is the same as tools.choosy.right."
    )


def test_what_a_tool_is_asked(known, choosy):
    """A tool is told its own settings, without 'on' and 'priority'."""
    settings = {"tools.choosy.priority": 5, "tools.gzip.on": True, "tools.choosy.other": 1}
    assert check_choosy(known, {"/": {**ON, **LEFT, **settings}}) == []
    assert choosy.asked == [{"left": 5, "other": 1}]


def test_a_tool_that_takes_other_settings_too(known, choosy):
    """Beside those that it names; the types of these are checked nevertheless."""
    assert rules(check_choosy(known, {"/": {"tools.choosy.zzz": 1}})) == [
        ("unknown_setting", "tools.choosy.zzz")
    ]
    choosy.takes_others = True
    assert check_choosy(known, {"/": {"tools.choosy.zzz": 1}}) == []


def test_a_fault_of_no_single_key(known, choosy):
    """Where the tool cannot tell which key it is, the finding names the tool."""
    (finding,) = check_choosy(known, {"/": {**ON, "tools.choosy.other": "bad"}})
    assert str(finding) == "a dict: [/] tools.choosy: It never works."


def test_a_tool_may_only_advise(known, choosy):
    """What a tool thinks odd need not stop the start."""
    (finding,) = check_choosy(known, {"/": {**ON, "tools.choosy.other": "idle"}})
    assert str(finding) == "a dict: [/] tools.choosy: It does nothing."
    assert finding.severity == "advice"


def test_a_tool_that_needs_another(known, choosy):
    """It is told where the one is on, and the other is not by the end: it may come later."""
    choosy.needs = "gzip"
    assert check_choosy(known, {"/": ON}) == []
    (finding,) = check_choosy(known, {"/": ON}, final=True)
    assert str(finding) == (
        "a dict: [/] tools.gzip.on: tools.choosy needs it: set tools.gzip.on = True for this "
        "path."
    )
    assert check_choosy(known, {"/": {**ON, "tools.gzip.on": True}}, final=True) == []


@pytest.mark.parametrize("section", ["/", "global"])
def test_allowed_hosts_are_an_applications(known, section):
    """They are asked for before a handler is known: of the site, or of '/'."""
    scope = "site" if section == "global" else "application"
    assert check_section(section, {"request.allowed_hosts": ["a"]}, scope=scope, **known) == []


def test_contradictions_of_nodes(known, choosy):
    """`_cp_config` counts too: a node's own, and with the sections of its path."""

    class Pages(Root):
        @expose
        def index(self):
            """Say hello."""

    class Inner(Root):
        _cp_config: ClassVar = {**ON, **LEFT}

    root = Pages()
    root.inner = Inner()
    (finding,) = check_choosy(known, {"/": RIGHT}, root)
    assert (finding.section, finding.key) == ("/inner", "tools.choosy.left")
    assert finding.origin.startswith("_cp_config of ")
    assert check_choosy(known, {"/": RIGHT, "/inner": APART}, root) == []
    assert check_choosy(known, {"/": APART}, root) == []


def test_nodes_that_share_a_config(known, choosy):
    """One dict on two nodes counts at both paths; what is wrong in it is told once."""

    class Pages(Root):
        @expose
        def first(self):
            """Say hello."""

        @expose
        def second(self):
            """Say hello, too."""

    Pages.first._cp_config = Pages.second._cp_config = {**LEFT}
    for path in ("/first", "/second"):
        assert len(check_choosy(known, {f"{path}/deeper": {**ON, **RIGHT}}, Pages())) == 1
    Pages.first._cp_config["tools.choosy.lef"] = 1
    assert len(check_choosy(known, {}, Pages())) == 1


def test_errors_come_before_contradictions(known, choosy):
    """What is wrong by itself is mended first; advice keeps nothing back."""
    both = {**ON, **LEFT, **RIGHT}
    assert rules(check_choosy(known, {"/": {**both, "tools.choosy.zzz": 1}})) == [
        ("unknown_setting", "tools.choosy.zzz")
    ]
    assert rules(check_choosy(known, {"/": {**both, "profiler.on": True}})) == [
        ("obsolete", "profiler.on"),
        ("contradiction", "tools.choosy.left"),
    ]


def test_the_file_of_an_error_page_that_is_not_there(known, tmp_path):
    """It is advised of: our own page stands in for it."""
    page = tmp_path / "sorry.html"
    (finding,) = check_section("/", {"error_page.404": page}, **known)
    assert str(finding) == (
        f"[/] error_page.404: there is no file '{page}', so our own page is shown; correct the "
        "path."
    )
    assert finding.severity == "advice"
    page.touch()
    assert check_section("/", {"error_page.404": page}, **known) == []
