"""Paths as XML-RPC clients write them."""

from __future__ import annotations

import pytest

from wsgicherry.core.dispatch import Dispatcher, XMLRPCDispatcher
from wsgicherry.core.expose import expose
from wsgicherry.core.xmlrpcdispatch import patched_path


@pytest.mark.parametrize(
    ("path", "patched"),
    [("/", "/"), ("", "/"), ("/x", "/x/"), ("/x/", "/x/"), ("/RPC2", "/"), ("/RPC2/", "/"),
     ("/RPC2/x", "/x/"), ("/RPC2/RPC2", "/RPC2/"), ("/x/RPC2", "/x/RPC2/"),
     ("/RPC22", "/RPC22/"), ("/rpc2/x", "/rpc2/x/")],
)  # fmt: skip
def test_patched_paths(path, patched):
    """One '/RPC2' at the beginning goes, a slash at the end comes."""
    assert patched_path(path) == patched


class Root:
    @expose
    def index(self):
        return "index"

    @expose
    def default(self, *args):
        return f"default {args}"


@pytest.mark.parametrize(
    ("path", "code", "text"),
    [("/RPC2/", 200, "index"), ("/RPC2/x/", 200, "default ('x',)"),
     ("/x/", 200, "default ('x',)"), ("/x", 301, None), ("/RPC2/x", 301, None)],
)  # fmt: skip
def test_dispatch(site, call, environ, path, code, text):
    """The patched path is dispatched; the request's own, without its slash, is redirected."""
    site.tree.mount(Root(), "", {"/": {"request.dispatch": XMLRPCDispatcher()}})
    answer = call(site.tree, environ(path))
    assert answer.code == code
    assert text is None or answer.text == text


def test_another_dispatcher_behind(site, call, environ):
    """What is patched is handed to the dispatcher that was given."""
    dispatcher = XMLRPCDispatcher(Dispatcher(translate={ord("-"): "_"}))
    site.tree.mount(Root(), "", {"/": {"request.dispatch": dispatcher}})
    assert call(site.tree, environ("/RPC2/in-dex/")).text == "default ('in-dex',)"


def test_what_the_check_knows():
    """Its sections are those of the dispatcher behind it, if that can tell."""
    assert XMLRPCDispatcher().find_gap(object(), "/x", lambda values: False).name == "x"
    assert XMLRPCDispatcher(print).find_gap(object(), "/x", lambda values: False) is None
