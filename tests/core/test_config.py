"""The config containers: sections, origins, changes, environments, namespaces."""

import io
import os

import pytest

from wsgicherry.core import config as config_module
from wsgicherry.core.config import (
    AppConfig,
    ConfigError,
    NamespaceSet,
    Section,
    SiteConfig,
    merge,
)


class Counter:
    """Counts the calls of on_change."""

    def __init__(self):
        self.count = 0

    def __call__(self):
        self.count += 1


def ior(target, value):
    """Do `target |= value`."""
    target |= value


# Section --------------------------------------------------------------------------------------

MUTATIONS = [
    (lambda s: s.__setitem__("b", 2), {"a": 1, "b": 2}),
    (lambda s: s.__delitem__("a"), {}),
    (lambda s: s.update({"b": 2}), {"a": 1, "b": 2}),
    (lambda s: s.update([("b", 2)], c=3), {"a": 1, "b": 2, "c": 3}),
    (lambda s: s.update(b=2), {"a": 1, "b": 2}),
    (lambda s: s.setdefault("b", 2), {"a": 1, "b": 2}),
    (lambda s: s.setdefault("b"), {"a": 1, "b": None}),
    (lambda s: s.pop("a"), {}),
    (lambda s: s.pop("x", None), {"a": 1}),
    (lambda s: s.popitem(), {}),
    (lambda s: s.clear(), {}),
    (lambda s: ior(s, {"b": 2}), {"a": 1, "b": 2}),
    (lambda s: s.put({"b": 2}, "here"), {"a": 1, "b": 2}),
]


@pytest.mark.parametrize(("change", "result"), MUTATIONS)
def test_a_section_tells_every_change_once(change, result):
    """Each way to change a section calls on_change, once."""
    section = Section({"a": 1}, "a.conf:1")
    section.on_change = Counter()
    change(section)
    assert section == result
    assert section.on_change.count == 1
    assert "a" in section or not section.origin("a")


def test_a_section_is_quiet_when_nothing_changes():
    """Reading, and setdefault of what is there, are no changes."""
    section = Section({"a": 1})
    section.on_change = Counter()
    assert section.setdefault("a", 2) == 1
    assert section.get("b") is None
    assert section.on_change.count == 0


def test_a_section_knows_origins():
    """A value set anew forgets where the old one came from; a copy remembers."""
    section = Section({"a": 1, "b": 2}, "app.conf:1")
    section.put({"b": 3, "c": 4}, {"": "other.conf:1", "b": "other.conf:2"})
    section["a"] = 5
    assert section.origins == {"": "app.conf:1", "b": "other.conf:2"}
    assert section.origin("b") == "other.conf:2"
    assert section.origin("c") == ""
    assert Section(section).origins == section.origins


def test_a_section_without_origin_takes_the_first_it_hears_of():
    """A new section is said to stand where its first source said."""
    section = Section()
    section.put({"a": 1}, {"": "app.conf:1"})
    assert section.origin() == "app.conf:1"


# AppConfig ------------------------------------------------------------------------------------

APP_MUTATIONS = [
    (lambda c: c.__setitem__("/b", {"x": 1}), {"/": {"a": 1}, "/b": {"x": 1}}),
    (lambda c: c.__setitem__("/", {"x": 1}), {"/": {"x": 1}}),
    (lambda c: c.__delitem__("/"), {}),
    (lambda c: c.update({"/b": {"x": 1}}), {"/": {"a": 1}, "/b": {"x": 1}}),
    (lambda c: c.setdefault("/b"), {"/": {"a": 1}, "/b": {}}),
    (lambda c: c.setdefault("/b", {"x": 1}).pop("x"), {"/": {"a": 1}, "/b": {}}),
    (lambda c: c.pop("/"), {}),
    (lambda c: c.pop("/x", None), {"/": {"a": 1}}),
    (lambda c: c.popitem(), {}),
    (lambda c: c.clear(), {}),
    (lambda c: ior(c, {"/": {"b": 2}}), {"/": {"b": 2}}),
    (lambda c: c["/"].update(b=2), {"/": {"a": 1, "b": 2}}),
    (lambda c: c["/"].clear(), {"/": {}}),
    (lambda c: c.merge({"/": {"b": 2}, "/b": {}}), {"/": {"a": 1, "b": 2}, "/b": {}}),
]


@pytest.mark.parametrize(("change", "result"), APP_MUTATIONS)
def test_app_config_tells_every_change(change, result):
    """A change of sections, or of a key in one, calls on_change; all sections stay Sections."""
    config = AppConfig({"/": {"a": 1}})
    config.on_change = Counter()
    change(config)
    assert config == result
    assert config.on_change.count >= 1
    assert all(isinstance(section, Section) for section in config.values())


def test_merge_tells_once():
    """One merge is one change."""
    config = AppConfig()
    config.on_change = Counter()
    config.merge({"/": {"a": 1}, "/b": {"c": 2}})
    assert config.on_change.count == 1
    config["/b"]["d"] = 3
    assert config.on_change.count == 2


def test_in_place_update_of_a_section():
    """`config["/"] |= {...}` keeps the section and tells."""
    config = AppConfig({"/": {"a": 1}})
    config.on_change = Counter()
    section = config["/"]
    config["/"] |= {"b": 2}
    assert config["/"] is section
    assert config == {"/": {"a": 1, "b": 2}}
    assert config.on_change.count


def test_a_removed_section_tells_no_more():
    """A section that was taken out is nobody's business."""
    config = AppConfig({name: {"a": 1} for name in ("/1", "/2", "/3", "/4", "/5")})
    sections = [config[name] for name in sorted(config)]
    del config["/1"]
    config.pop("/2")
    config["/3"] = {}
    config.popitem()
    config.clear()
    config.on_change = Counter()
    for section in sections:
        section["a"] = 2
    assert config.on_change.count == 0


def test_setdefault_returns_the_stored_section():
    """What setdefault returns is what requests will see."""
    config = AppConfig({"/": {"a": 1}})
    config.setdefault("/")["b"] = 2
    assert config == {"/": {"a": 1, "b": 2}}


def test_merge_goes_by_key_and_copies():
    """Sections are merged key by key; later changes of the input do not leak in."""
    first, second = {"/": {"a": 1, "b": 1}}, {"/": {"b": 2}, "data": {"host": "x"}}
    config = AppConfig(first, "first")
    config.merge(second, "second")
    second["/"]["b"] = 3
    first["/"]["a"] = 3
    assert config == {"/": {"a": 1, "b": 2}, "data": {"host": "x"}}
    assert config["/"].origins == {"": "first", "a": "first", "b": "second"}


def test_merge_keeps_the_origins_of_files_and_sections():
    """A value of a file keeps its line; a section of another config keeps its origins."""
    config = AppConfig(io.StringIO("[/]\na = 1\n"))
    assert config["/"].origins == {"": "<config>:1", "a": "<config>:2"}
    assert AppConfig(config)["/"].origins == config["/"].origins


def test_merge_wants_sections():
    """Values outside a section are refused before anything has changed."""
    config = AppConfig({"/": {"a": 1}})
    with pytest.raises(
        ValueError,
        match=r"^Application config must include section headers, but the config you tried to "
        r"merge doesn't have any sections\.",
    ):
        config.merge({"/": {"a": 2}, "tools.gzip.on": True})
    assert config == {"/": {"a": 1}}


def test_merge_into_a_plain_dict():
    """merge() works on plain dicts, too, and copies."""
    base, other = {"/": {"a": 1}}, {"/": {"b": 2}, "/x": {"c": 3}}
    merge(base, other)
    other["/x"]["c"] = 4
    assert base == {"/": {"a": 1, "b": 2}, "/x": {"c": 3}}
    with pytest.raises(ConfigError):
        merge(base, {"a": 1})


def test_merge_into_an_app_config():
    """merge() is the method, for an AppConfig."""
    config = AppConfig({"/": {"a": 1}})
    merge(config, {"/": {"b": 2}})
    assert config == {"/": {"a": 1, "b": 2}}


# NamespaceSet ---------------------------------------------------------------------------------


def test_namespaces_run_in_order_of_registration():
    """Keys are split at the first dot; unknown namespaces and keys without a dot are left."""
    calls = []
    namespaces = NamespaceSet()
    namespaces["b"] = lambda key, value: calls.append(("b", key, value))
    namespaces["a"] = lambda key, value: calls.append(("a", key, value))
    namespaces({"a.x.y": 1, "plain": 2, "b.z": 3, "c.d": 4, "a.": 5})
    assert calls == [("b", "z", 3), ("a", "x.y", 1), ("a", "", 5)]


class Manager:
    """A namespace handler that is a context manager."""

    def __init__(self, swallow=False):
        self.log, self.swallow = [], swallow

    def __enter__(self):
        self.log.append("enter")
        return self.handle

    def handle(self, key, value):
        """Take an entry; fail on 'bad'."""
        self.log.append((key, value))
        if key == "bad":
            raise KeyError(key)

    def __exit__(self, kind, error, traceback):
        self.log.append(kind)
        return self.swallow


def test_a_context_manager_is_entered_even_for_nothing():
    """A handler with __exit__ is entered in any case, and left after its entries."""
    manager = Manager()
    namespaces = NamespaceSet(box=manager)
    namespaces({})
    namespaces({"box.a": 1})
    assert manager.log == ["enter", None, "enter", ("a", 1), None]


def test_a_context_manager_sees_errors_and_may_swallow_them():
    """An error in an entry reaches __exit__, whose true answer swallows it."""
    manager = Manager()
    with pytest.raises(KeyError):
        NamespaceSet(box=manager)({"box.bad": 1})
    assert manager.log == ["enter", ("bad", 1), KeyError]
    NamespaceSet(box=Manager(swallow=True))({"box.bad": 1})


def test_a_namespace_set_copies_itself():
    """A copy is of the same kind, and one's own."""
    namespaces = NamespaceSet(a=print)
    twin = namespaces.copy()
    twin["b"] = print
    assert type(twin) is NamespaceSet
    assert list(namespaces) == ["a"]


def test_split_once_run_often():
    """The split entries can be handed out again and again."""
    calls = []
    groups = NamespaceSet.split({"a.b": 1, "c": 2})
    assert groups == {"a": {"b": 1}}
    namespaces = NamespaceSet(a=lambda key, value: calls.append((key, value)))
    namespaces.run(groups)
    namespaces.run(groups)
    assert calls == [("b", 1)] * 2


# SiteConfig -----------------------------------------------------------------------------------


@pytest.fixture
def site():
    """A site's config with a namespace 'log' that writes down what it is given."""
    config = SiteConfig()
    config.seen = []
    config.namespaces["log"] = lambda key, value: config.seen.append((key, value))
    config.on_change = Counter()
    return config


def test_a_new_site_config_has_the_defaults(site):
    """Four tools are on by default."""
    assert site == {
        "tools.log_tracebacks.on": True,
        "tools.log_headers.on": True,
        "tools.trailing_slash.on": True,
        "tools.encode.on": True,
    }
    assert site.origin("tools.encode.on") == "a default"


def test_a_site_config_takes_a_source_and_values():
    """SiteConfig(source, **values) is CherryPy's Config."""
    config = SiteConfig({"a.b": 1}, c=2)
    assert (config["a.b"], config["c"]) == (1, 2)


def test_update_runs_namespaces_for_what_was_passed(site):
    """update() stores, tells once, and runs the namespaces on the passed keys only."""
    site.update({"log.screen": False, "a": 1})
    site.update({"a": 2})
    site.update()
    site.update(b=3)
    assert site.seen == [("screen", False)]
    assert (site["a"], site["b"]) == (2, 3)
    assert site.on_change.count == 4
    assert site.origin("a") == "a dict passed to config.update"


@pytest.mark.parametrize(
    "change",
    [
        lambda c: c.__setitem__("log.screen", False),
        lambda c: c.setdefault("log.screen", False),
        lambda c: ior(c, {"log.screen": False}),
    ],
)
def test_every_assignment_runs_the_namespace(site, change):
    """However a key is set, its namespace hears of it."""
    change(site)
    assert site.seen == [("screen", False)]
    assert site.on_change.count == 1


def test_reset_keeps_what_namespaces_did(site):
    """reset() goes back to the defaults without running namespaces."""
    site.update({"log.screen": False, "/": {}})
    site.reset()
    assert site == SiteConfig.defaults
    assert site.seen == [("screen", False)]
    assert site.app_sections_ignored == []
    assert site.on_change.count == 2


def test_only_the_global_section_is_taken(site):
    """Beside [global], sections are left alone and their paths noted."""
    site.update({"global": {"a": 1}, "/": {"b": 2}, "/x": {"c": 3}, "data": {"d": 4}})
    site.update({"global": {"a": 2}, "/": {"b": 2}})
    assert site["a"] == 2
    assert not {"/", "/x", "data", "global"} & set(site)
    assert site.app_sections_ignored == ["/", "/x"]


def test_a_plain_path_dict_is_not_stored(site):
    """What quickstart passes to both places leaves no sections in the site's config."""
    site.update({"/": {"tools.gzip.on": True}, "data": {"x": 1}, "/odd": 1})
    assert "/" not in site
    assert site["data"] == {"x": 1}
    assert site["/odd"] == 1


def test_a_file_is_noted_even_if_it_cannot_be_opened(site, tmp_path):
    """The autoreloader watches a config file that is not there yet."""
    path = tmp_path / "site.conf"
    with pytest.raises(FileNotFoundError):
        site.update(str(path))
    path.write_text("[global]\nlog.screen = False\n[/]\na = 1\n")
    site.update(path)
    assert site.files == [str(path)] * 2
    assert site["log.screen"] is False
    assert site.origin("log.screen") == f"{path}:2"
    assert site.app_sections_ignored == ["/"]


def test_every_file_is_told_before_it_is_read(site, tmp_path):
    """Both kinds of config tell their owner of files, by name; of dicts and open files not."""
    path, told, app = tmp_path / "a.conf", [], AppConfig()
    site.on_file = app.on_file = told.append
    for config in (site.update, app.merge):
        with pytest.raises(FileNotFoundError):
            config(path)
    path.write_text("[/]\na = 1\n")
    for source in (path, os.fsencode(path), {"/": {}}, io.StringIO("[/]\n")):
        app.merge(source)
    assert told == [str(path)] * 4


def test_one_value_can_be_read():
    """parse_value() reads what a config file may say, and refuses what not."""
    assert config_module.parse_value("[1, 'a']") == [1, "a"]
    with pytest.raises(config_module.ConfigError, match="is a call"):
        config_module.parse_value("print(1)", "log.screen")


def test_a_file_without_global_says_nothing_site_wide(site):
    """An application's file leaves the site's config as it is."""
    before = dict(site)
    site.update(io.StringIO("[/]\na = 1\n[data]\nb = 2\n"))
    assert site == before
    assert site.app_sections_ignored == ["/"]


@pytest.mark.parametrize(
    "apply",
    [
        lambda c: c.update({"environment": "production", "request.show_tracebacks": True}),
        lambda c: (
            c.__setitem__("environment", "production"),
            c.__setitem__("request.show_tracebacks", True),
        ),
    ],
)
def test_an_environment_fills_in_what_is_not_said(site, apply):
    """An environment is a preset, by update or by assignment; what is said beside it wins."""
    apply(site)
    assert site["tools.log_headers.on"] is False
    assert site["engine.autoreload.on"] is False
    assert site["request.show_tracebacks"] is True
    assert site.seen == [("screen", False)]
    assert site.origin("checker.on") == "environment 'production'"


def test_environments_can_be_added(site):
    """A site may have environments of its own, and each site its own."""
    site.environments["night"] = {"log.screen": False}
    site["environment"] = "night"
    assert site["log.screen"] is False
    assert "night" not in SiteConfig().environments
    assert "night" not in config_module.environments


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("prodution", "Did you mean 'production'?"),
        (42, "no environment 42. Known are embedded"),
    ],
)
def test_an_unknown_environment(site, name, hint):
    """An unknown environment is an error that names the known ones and the nearest."""
    with pytest.raises(
        ValueError, match="Known are embedded, production, staging, test_suite"
    ) as e:
        site.update({"environment": name, "a": 1})
    assert hint in str(e.value)
    assert "a" not in site


@pytest.mark.parametrize(
    ("name", "keys"),
    [("staging", 5), ("production", 6), ("embedded", 8), ("test_suite", 6)],
)
def test_the_known_environments(name, keys):
    """The presets are CherryPy's."""
    preset = config_module.environments[name]
    assert len(preset) == keys
    assert preset["request.show_tracebacks"] is (name == "test_suite")


def test_a_site_wide_staticdir_has_a_section(site):
    """tools.staticdir.dir, site-wide, brings its section."""
    site.update({"tools.staticdir.dir": "/srv"})
    assert site["tools.staticdir.section"] == "global"


def test_the_decorator_writes_to_its_own_dict(site):
    """@config(...) on a subclass does not change the parent's _cp_config."""

    @site(**{"tools.gzip.on": True})
    class Parent:
        pass

    @site(**{"tools.gzip.on": False, "a.b": 1})
    class Child(Parent):
        pass

    assert Parent._cp_config == {"tools.gzip.on": True}
    assert Child._cp_config == {"tools.gzip.on": False, "a.b": 1}


def test_the_decorator_takes_functions_and_adds_up(site):
    """@config(...) works on handlers, more than once."""

    @site(a=1)
    @site(b=2)
    def index():
        pass

    assert index._cp_config == {"a": 1, "b": 2}


def test_the_decorator_takes_keywords_only(site):
    """A positional argument is refused, with the way to write it."""
    with pytest.raises(TypeError, match="takes keyword arguments only"):
        site({"tools.gzip.on": True})
