"""Hooks: what runs at each point of a request, in which order, and what an error does to the
rest.
"""

from __future__ import annotations

import copy
from functools import partial

import pytest

from wsgicherry.core.current import serving_now
from wsgicherry.core.errors import HTTPError, HTTPRedirect, InternalRedirect, NotFound
from wsgicherry.core.expose import expose
from wsgicherry.core.hooks import DEFAULT_PRIORITY, HOOK_POINTS, Hook, HookMap, run

LETTERS = {
    "on_start_resource": "S",
    "before_request_body": "R",
    "before_handler": "H",
    "before_finalize": "F",
    "on_end_resource": "ER",
    "on_end_request": "EQ",
    "before_error_response": "E1",
    "after_error_response": "E2",
}
POINTS = {letter: point for point, letter in LETTERS.items()}


def noop():
    """Does nothing."""


# -- Hook and HookMap --------------------------------------------------------------------------


def test_a_hooks_defaults():
    """Without anything said a hook is not failsafe and in the middle."""
    hook = Hook(noop)
    assert (hook.callback, hook.failsafe, hook.priority, hook.kwargs) == (noop, False, 50, {})


def test_a_hooks_callback_may_say():
    """The callback's own `failsafe` and `priority` count, unless they are given."""

    def callback():
        """Says so itself."""

    callback.failsafe, callback.priority = True, 7
    assert (Hook(callback).failsafe, Hook(callback).priority) == (True, 7)
    given = Hook(callback, failsafe=False, priority=0)
    assert (given.failsafe, given.priority) == (False, 0)


def test_calling_a_hook():
    """Calling a hook calls its callback with the keyword arguments."""
    assert Hook(dict, None, None, a=1, b=2)() == {"a": 1, "b": 2}


def test_hooks_sort_by_priority():
    """Hooks compare by priority alone."""
    early, late = Hook(noop, priority=1), Hook(noop, priority=2)
    assert sorted([late, early]) == [early, late]


def test_repr_of_hooks():
    """A hook and a map show what they hold."""
    assert repr(Hook(noop, priority=3, a=1)).startswith("Hook(<function noop")
    assert repr(Hook(noop, priority=3, a=1)).endswith("failsafe=False, priority=3, a=1)")
    assert "before_handler" in repr(HookMap())


def test_points():
    """A map has a list for each of the eight points."""
    assert list(HookMap()) == list(HOOK_POINTS) == list(LETTERS)
    assert list(HookMap(["mine"])) == ["mine"]


def test_unknown_point():
    """Attaching to a point that does not exist is a KeyError."""
    with pytest.raises(KeyError, match="known are on_start_resource, before_request_body"):
        HookMap().attach("before_lunch", noop)


def test_order_of_attachment_breaks_ties():
    """Lower priorities run first; equal ones in the order in which they were attached."""
    hooks, seen = HookMap(), []
    for name, priority in [("c", 50), ("d", 50), ("a", 10), ("e", 90), ("b", 10)]:
        hooks.attach("before_handler", partial(seen.append, name), priority=priority)
    hooks.run("before_handler")
    assert "".join(seen) == "abcde"


def test_run_hooks_takes_any_iterable():
    """`HookMap.run_hooks` runs what it is given, in that order."""
    seen = []
    HookMap.run_hooks(Hook(partial(seen.append, n)) for n in (2, 1))
    assert seen == [2, 1]


def test_copies_are_their_own():
    """What is attached to a copy is not in the original."""
    original = HookMap()
    original.attach("before_handler", noop)
    for twin in (original.copy(), copy.copy(original)):
        twin.attach("before_handler", noop)
        assert isinstance(twin, HookMap)
        assert (len(original["before_handler"]), len(twin["before_handler"])) == (1, 2)


# -- errors in hooks ---------------------------------------------------------------------------


@pytest.fixture
def serve(site, call, environ):
    """Call the site's tree: serve(path, method) -> Answer."""
    return lambda path="/", method="GET", **keys: call(site.tree, environ(path, method, **keys))


class Root:
    """A page, and others to be redirected to."""

    @expose
    def index(self):
        return "fine"

    @expose
    def target(self):
        return "target"


def raising(error):
    def callback():
        raise error()

    return callback


@pytest.mark.parametrize(
    ("error", "status", "is_logged"),
    [
        (partial(HTTPError, 410), 410, False),
        (NotFound, 404, False),
        (partial(HTTPRedirect, "/target"), 303, False),
        (partial(InternalRedirect, "/target"), 200, False),
        (ZeroDivisionError, 500, True),
    ],
)
def test_only_failsafe_hooks_go_on(site, serve, error_lines, error, status, is_logged):
    """After an error only the failsafe hooks of that point run; an unexpected one is logged."""
    seen = []

    def fail():
        if serving_now().request.path_info == "/":
            raise error()

    def note(word):
        if serving_now().request.path_info == "/":
            seen.append(word)

    root = Root()
    root._cp_config = {
        "hooks.before_handler.1": Hook(partial(note, "before"), priority=10),
        "hooks.before_handler.2": Hook(fail, priority=20),
        "hooks.before_handler.3": Hook(partial(note, "plain"), priority=30),
        "hooks.before_handler.4": Hook(partial(note, "safe"), True, 40),
    }
    site.tree.mount(root, "")
    assert serve("/").code == status
    assert seen == ["before", "safe"]
    assert any("HOOKS" in line and "Traceback" in line for line in error_lines) == is_logged


def test_the_newest_error_wins(site, serve):
    """If a failsafe hook fails too, the rest of the failsafe ones run, and its error is
    raised.
    """
    seen = []
    hooks = [
        Hook(raising(partial(HTTPError, 410)), priority=1),
        Hook(raising(partial(HTTPError, 411)), True, 2),
        Hook(partial(seen.append, "third"), True, 3),
        Hook(partial(seen.append, "plain"), False, 4),
    ]
    site.tree.mount(
        Root(), "", {"/": {f"hooks.before_handler.{i}": h for i, h in enumerate(hooks)}}
    )
    assert serve("/").code == 411
    assert seen == ["third"]


def test_run_outside_of_any_map(site, serve):
    """`run` takes a tuple of hooks, and nothing happens for an empty one."""
    seen = []
    run(())
    run((Hook(partial(seen.append, 1)),))
    assert seen == [1]


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt])
@pytest.mark.parametrize("point", HOOK_POINTS[:6])
def test_failsafe_hooks_after_a_stray_exit(site, serve, error, point):
    """Failsafe hooks (they give back locks) run after SystemExit, too (SECURITY section 6)."""
    seen = []
    config = {
        f"hooks.{point}.1": Hook(raising(error), priority=1),
        f"hooks.{point}.2": Hook(partial(seen.append, "safe"), True, 2),
    }
    site.tree.mount(Root(), "", {"/": config})
    assert serve("/").code == (200 if point == "on_end_request" else 500)
    assert seen == ["safe"]


# -- the table of BEHAVIOUR 2.3 ----------------------------------------------------------------


class Recorder:
    """Pages that end in every way; every hook and page writes its letter."""

    def __init__(self):
        self.seen = []
        self.failing = {}
        self._cp_config = {f"hooks.{point}": partial(self.note, point) for point in HOOK_POINTS}
        self._cp_config["request.error_response"] = self.error_response

    def note(self, point):
        letter = LETTERS[point]
        self.seen.append(letter)
        if letter in self.failing:
            raise self.failing[letter]()

    def error_response(self):
        self.seen.append("error")
        if "error" in self.failing:
            raise self.failing["error"]()
        HTTPError(500).set_response()

    @expose
    def index(self, **params):
        self.seen.append("handler")
        if "handler" in self.failing:
            raise self.failing.pop("handler")()
        return "fine"

    @expose
    def target(self):
        self.seen.append("target")
        return "target"

    @expose
    def bad_status(self):
        self.seen.append("handler")
        serving_now().response.status = 9999
        return "fine"


HTTP = partial(HTTPError, 418)
REDIRECT = partial(HTTPRedirect, "/target")
INTERNAL = partial(InternalRedirect, "/target")
PLAIN = "S R H handler F ER EQ"
FAULT = "E1 error E2"
AGAIN = "S R H target F ER EQ"


@pytest.mark.parametrize(
    ("path", "failing", "status", "sequence"),
    [
        ("/", {}, 200, PLAIN),
        ("/", {"handler": HTTP}, 418, PLAIN),
        ("/", {"handler": REDIRECT}, 303, PLAIN),
        ("/", {"handler": NotFound}, 404, PLAIN),
        ("/nothing", {}, 404, "S R H F ER EQ"),
        ("/", {"handler": ZeroDivisionError}, 500, f"S R H handler ER {FAULT} EQ"),
        ("/bad_status", {}, 500, "S R H handler F F ER EQ"),
        # errors in hooks
        ("/", {"S": HTTP}, 418, "S F ER EQ"),
        ("/", {"R": HTTP}, 418, "S R F ER EQ"),
        ("/", {"H": REDIRECT}, 303, "S R H F ER EQ"),
        ("/", {"S": ZeroDivisionError}, 500, f"S ER {FAULT} EQ"),
        ("/", {"H": ZeroDivisionError}, 500, f"S R H ER {FAULT} EQ"),
        ("/", {"F": HTTP}, 418, "S R H handler F F ER E1 E2 EQ"),
        ("/", {"F": ZeroDivisionError}, 500, f"S R H handler F ER {FAULT} EQ"),
        ("/", {"ER": HTTP}, 418, "S R H handler F ER E1 E2 EQ"),
        ("/", {"ER": ZeroDivisionError}, 500, f"S R H handler F ER {FAULT} EQ"),
        ("/", {"EQ": ZeroDivisionError}, 200, PLAIN),
        ("/", {"EQ": HTTP}, 200, PLAIN),
        # errors in the answer to an error
        ("/", {"handler": OSError, "E1": REDIRECT}, 303, "S R H handler ER E1 EQ"),
        ("/", {"handler": OSError, "E1": INTERNAL}, 200, f"S R H handler ER E1 EQ {AGAIN}"),
        ("/", {"handler": OSError, "E1": HTTP}, 418, "S R H handler ER E1 EQ"),
        ("/", {"handler": OSError, "E1": OSError}, 500, "S R H handler ER E1 EQ"),
        ("/", {"handler": OSError, "error": OSError}, 500, "S R H handler ER E1 error EQ"),
        ("/", {"handler": OSError, "error": REDIRECT}, 303, "S R H handler ER E1 error EQ"),
        ("/", {"handler": OSError, "E2": OSError}, 500, f"S R H handler ER {FAULT} EQ"),
        ("/", {"handler": OSError, "E2": REDIRECT}, 303, f"S R H handler ER {FAULT} EQ"),
        ("/", {"handler": INTERNAL}, 200, f"S R H handler ER EQ {AGAIN}"),
        ("/", {"H": INTERNAL}, 500, "S R H ER EQ S R H ER EQ"),
        # not as CherryPy, where these end the server (SECURITY section 7)
        ("/", {"handler": SystemExit}, 500, f"S R H handler ER {FAULT} EQ"),
        ("/", {"handler": KeyboardInterrupt}, 500, f"S R H handler ER {FAULT} EQ"),
        ("/", {"S": SystemExit}, 500, f"S ER {FAULT} EQ"),
        ("/", {"F": KeyboardInterrupt}, 500, f"S R H handler F ER {FAULT} EQ"),
        ("/", {"ER": SystemExit}, 500, f"S R H handler F ER {FAULT} EQ"),
        ("/", {"EQ": SystemExit}, 200, PLAIN),
        ("/", {"handler": OSError, "E1": SystemExit}, 500, "S R H handler ER E1 EQ"),
        (
            "/",
            {"handler": OSError, "error": KeyboardInterrupt},
            500,
            "S R H handler ER E1 error EQ",
        ),
    ],
)
def test_sequences(site, serve, path, failing, status, sequence):
    """Each way to end a request runs exactly the hooks of BEHAVIOUR 2.3, in that order."""
    root = Recorder()
    root.failing = dict(failing)
    site.tree.mount(root, "")
    answer = serve(path)
    assert (answer.code, " ".join(root.seen)) == (status, sequence)
    # Whatever happened, the next request is served.
    root.seen.clear()
    root.failing.clear()
    assert (serve("/").text, " ".join(root.seen)) == ("fine", PLAIN)


@pytest.mark.parametrize("failing", [{"E1": OSError}, {"error": OSError}, {"E2": OSError}])
def test_the_bare_error(site, serve, failing):
    """An error in the answer to an error is answered by plain text that names no detail."""
    root = Recorder()
    root.failing = {"handler": KeyError, **failing}
    site.tree.mount(root, "")
    answer = serve("/")
    assert answer.status == "500 Internal Server Error"
    assert answer.header("Content-Type").startswith("text/plain")
    assert answer.text.startswith("Unrecoverable error in the server.\n")
    assert "Traceback" not in answer.text
    assert answer.header("Content-Length") == str(len(answer.body))


def test_the_bare_error_with_a_traceback(site, serve):
    """With `request.show_tracebacks` the plain text ends in the traceback."""
    root = Recorder()
    root.failing = {"handler": KeyError, "error": OSError}
    site.tree.mount(root, "", {"/": {"request.show_tracebacks": True}})
    assert "Traceback" in serve("/").text


# -- hooks by config ---------------------------------------------------------------------------


CALLED = []


def by_name():
    """A hook that config finds by its dotted name."""
    CALLED.append("by name")


def test_hooks_by_config(site, serve):
    """`hooks.<point>` and `hooks.<point>.<anything>` take a callable, a Hook or a dotted
    name.
    """
    CALLED.clear()
    config = {
        "hooks.before_handler": Hook(partial(CALLED.append, "hook"), priority=70),
        "hooks.before_handler.more": partial(CALLED.append, "callable"),
        "hooks.before_handler.a.b": f"{__name__}.by_name",
    }
    site.tree.mount(Root(), "", {"/": config})
    assert serve("/").code == 200
    assert CALLED == ["callable", "by name", "hook"]


@pytest.mark.parametrize("key", ["hooks.before_lunch", "hooks.before_lunch.x"])
def test_unknown_point_by_config(site, serve, key):
    """A point that does not exist is never served: refused at mount, or answered 500."""
    try:
        site.tree.mount(Root(), "", {"/": {key: noop}})
    except ValueError as error:
        assert "before_lunch" in str(error)
    else:
        assert serve("/").code == 500


# -- hooks attached while the request runs -----------------------------------------------------


def test_attaching_at_run_time(site, serve):
    """A hook attached to the request's own map runs for that request alone, later points
    included.
    """
    seen = []

    class Page:
        @expose
        def index(self, attach=""):
            if attach:
                hooks = serving_now().request.hooks
                hooks.attach("before_finalize", partial(seen.append, "F"))
                hooks.attach("on_end_resource", partial(seen.append, "ER"))
                hooks.attach("on_end_request", partial(seen.append, "EQ"), priority=10)
            return "fine"

    site.tree.mount(Page(), "", {"/": {"hooks.on_end_request": partial(seen.append, "config")}})
    assert serve("/?attach=1").code == 200
    assert seen == ["F", "ER", "EQ", "config"]
    seen.clear()
    assert serve("/").code == 200
    assert seen == ["config"]


def test_a_hook_attaches_to_a_later_point(site, serve):
    """A hook may attach another for a point that is still to come."""
    seen = []

    def attach():
        serving_now().request.hooks.attach("before_handler", partial(seen.append, "H"))

    site.tree.mount(Root(), "", {"/": {"hooks.on_start_resource": attach}})
    serve("/")
    assert seen == ["H"]


def test_the_whole_map_may_be_replaced(site, serve):
    """`request.hooks = HookMap()` drops all hooks from there on."""
    seen = []

    class Page:
        @expose
        def index(self):
            serving_now().request.hooks = HookMap()
            return b"fine"

    site.tree.mount(Page(), "", {"/": {"hooks.on_end_resource": partial(seen.append, "ER")}})
    assert serve("/").text == "fine"
    assert seen == []


def test_removing_a_hook_at_run_time(site, serve):
    """Lists of the map may be changed in place."""
    seen = []

    class Page:
        @expose
        def index(self):
            del serving_now().request.hooks["on_end_resource"][:]
            return "fine"

    site.tree.mount(Page(), "", {"/": {"hooks.on_end_resource": partial(seen.append, "ER")}})
    serve("/")
    assert seen == []


def test_attaching_during_dispatch(site, serve):
    """Hooks that a `_cp_dispatch` attached stay, before those of config with the same
    priority.
    """
    seen = []

    class Page:
        def _cp_dispatch(self, vpath):
            vpath.pop(0)
            hooks = serving_now().request.hooks
            hooks.attach("before_handler", partial(seen.append, "early"))
            hooks.attach("on_end_request", partial(seen.append, "end"))
            return self

        @expose
        def index(self):
            return "fine"

    site.tree.mount(Page(), "", {"/": {"hooks.before_handler": partial(seen.append, "config")}})
    assert serve("/x/").text == "fine"
    assert seen == ["early", "config", "end"]
    assert serve("/").text == "fine"
    assert seen == ["early", "config", "end", "config"]


def test_attaching_during_dispatch_when_it_fails(site, serve):
    """Hooks that a `_cp_dispatch` attached before it failed run at the end."""
    seen = []

    class Page:
        def _cp_dispatch(self, vpath):
            serving_now().request.hooks.attach("on_end_request", partial(seen.append, "end"))
            raise HTTPError(410)

    site.tree.mount(Page(), "")
    assert serve("/x/").code == 410
    assert seen == ["end"]


def test_hooks_copied_from_the_plan_leave_it_alone(site, serve):
    """What one request attaches is not seen by the next, however often."""
    counts = []

    class Page:
        @expose
        def index(self):
            hooks = serving_now().request.hooks
            counts.append(len(hooks["before_finalize"]))
            hooks.attach("before_finalize", noop)
            return "fine"

    site.tree.mount(Page(), "")
    for _ in range(3):
        serve("/")
    assert len(set(counts)) == 1


def test_touched_twice(site, serve):
    """Hooks attached before and after the handler was found are all in one map."""
    seen = []

    class Page:
        def _cp_dispatch(self, vpath):
            vpath.pop(0)
            serving_now().request.hooks.attach("on_end_resource", partial(seen.append, "early"))
            return self

        @expose
        def index(self):
            request = serving_now().request
            request.hooks.attach("on_end_resource", partial(seen.append, "late"))
            request.hooks = request.hooks.copy()
            request.hooks.attach("on_end_resource", partial(seen.append, "last"))
            return "fine"

    site.tree.mount(Page(), "")
    assert serve("/x/").text == "fine"
    assert seen == ["early", "late", "last"]


def test_priority_default():
    """The middle is 50."""
    assert DEFAULT_PRIORITY == 50
