"""Every value of a request's config can say where it came from."""

import pytest

from wsgicherry.core.expose import expose
from wsgicherry.core.origins import Sourced


class Leaf:
    _cp_config = {"tools.gzip.on": False}

    @expose
    def default(self, *args):
        """A page."""

    default._cp_config = {"tools.json_out.on": True}


class Root:
    _cp_config = {"response.stream": True}
    leaf = Leaf()

    @expose
    def page(self):
        """A page."""


@pytest.fixture
def app(site, tmp_path):
    """An application with config from a file, from a dict, and on its nodes."""
    file = tmp_path / "app.conf"
    file.write_text("[/]\ntools.gzip.on = True\n\n[/leaf]\nrequest.show_tracebacks = True\n")
    application = site.tree.mount(Root(), "", str(file))
    application.merge({"/page": {"tools.trailing_slash.extra": True}})
    return application


WHERE = [
    # path        key                            value  origin
    ("/page", "tools.encode.on", True, "a default"),
    ("/page", "response.stream", True, "_cp_config of test_origins.Root"),
    ("/page", "tools.gzip.on", True, "app.conf:2"),
    ("/page", "tools.trailing_slash.extra", True, "a dict passed to tree.mount"),
    ("/leaf/x", "tools.gzip.on", False, "_cp_config of test_origins.Leaf"),
    ("/leaf/x", "request.show_tracebacks", True, "app.conf:5"),
    ("/leaf/x", "tools.json_out.on", True, "_cp_config of test_origins.Leaf.default"),
]


@pytest.mark.parametrize(("path", "key", "value", "origin"), WHERE)
def test_where_a_value_came_from(app, path, key, value, origin):
    """A default, a line of a file, a dict, or the `_cp_config` of an object in the tree."""
    found = app.explain_config(path)[key]
    assert (found.value, found.origin.rpartition("/")[2]) == (value, origin)


def test_an_environment_is_an_origin(site):
    """What a preset says is told from what the user says."""
    site.config.update({"environment": "production", "request.show_tracebacks": True})
    config = site.tree.mount(Root(), "/app").explain_config("/page")
    assert config["request.show_mismatched_params"].origin == "environment 'production'"
    assert config["request.show_tracebacks"].origin == "a dict passed to config.update"


def test_a_config_that_is_made_anew_has_no_owner(site):
    """A `_cp_config` property that makes a dict each time is named as what it is."""

    class Fresh:
        @property
        def _cp_config(self):
            return {"response.stream": True}

    app = site.tree.mount(Fresh(), "/app")
    expected = Sourced(True, "_cp_config of an object that has another one by now")
    assert app.explain_config()["response.stream"] == expected
