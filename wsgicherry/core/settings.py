"""Every config key: namespace, name, types, default, a line of doc. Tools bring their own."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from ..wire.accept import MAX_ACCEPT_BYTES
from ..wire.cookies import MAX_COOKIE_BYTES
from ..wire.hosts import find_pattern_fault
from ..wire.ranges import MAX_RANGES
from .hooks import HOOK_POINTS
from .logtext import ACCESS_LOG_FORMAT


class Setting(NamedTuple):
    """One config key. A part of `name` in angle brackets stands for any word.

    A value must be an instance of one of `types` (an empty tuple: anything goes) and, if
    `allowed` is not empty, one of those; the members of a list, instances of one of `elements`.
    `find_fault` says what else may be wrong with it, as the end of a sentence. `default` is
    what holds without the key.
    """

    namespace: str
    name: str
    types: tuple[type, ...]
    default: Any
    doc: str
    allowed: tuple[Any, ...] = ()
    elements: tuple[type, ...] = ()
    find_fault: Callable[[Any], str | None] | None = None

    @property
    def key(self) -> str:
        """The whole key, as it stands in a config file."""
        return f"{self.namespace}.{self.name}" if self.namespace else self.name


def find_class_fault(value: Any) -> str | None:
    """Return what is wrong with a class where one of its instances is to be called."""
    if isinstance(value, type) and any("__call__" in vars(base) for base in value.__mro__):
        return f"is the class {value.__name__}; write {value.__name__}() for one of it"
    return None


_ANY: tuple[type, ...] = ()
_BOOL = (bool,)
_INT = (int,)
_NUMBER = (int, float)
_TEXT = (str,)
_FILENAME = (str, os.PathLike)
_LIST = (list, tuple)
_NAMES = (list, tuple, set, frozenset)
_CALLABLE = (Callable,)

# Listed by namespace, and in the order in which a reader of the reference wants them.
_ROWS: dict[str, tuple[tuple[Any, ...], ...]] = {
    "": (("environment", _TEXT, None, "The preset to start from, such as 'production'."),),
    "server": (
        ("socket_host", _TEXT, "127.0.0.1", "The address to listen on."),
        ("socket_port", _INT, 8080, "The port to listen on; 0 takes a free one."),
        (
            "socket_file",
            _FILENAME,
            None,
            "A unix socket to use instead of host and port.",
        ),
        (
            "socket_queue_size",
            _INT,
            5,
            "How many connections may wait to be accepted; 5 stands for 1024.",
        ),
        ("socket_timeout", _NUMBER, 10, "Seconds until an idle connection is closed."),
        (
            "accepted_queue_size",
            _INT,
            -1,
            "How many connections may be open beyond thread_pool; -1: 300 in all.",
        ),
        ("accepted_queue_timeout", _NUMBER, 10, "Accepted for CherryPy's sake."),
        ("shutdown_timeout", _NUMBER, 5, "Seconds that running requests get to finish."),
        (
            "protocol_version",
            _TEXT,
            "HTTP/1.1",
            "The protocol to offer.",
            ("HTTP/1.0", "HTTP/1.1"),
        ),
        ("thread_pool", _INT, 10, "How many threads answer requests."),
        ("thread_pool_max", _INT, -1, "Accepted for CherryPy's sake: the pool does not grow."),
        ("max_request_header_size", _INT, 500 * 1024, "Bytes; more is answered 431."),
        ("max_request_body_size", _INT, 100 * 1024 * 1024, "Bytes; more is answered 413."),
        ("instance", _ANY, None, "A server of your own: an object, or its dotted name."),
        ("ssl_context", _ANY, None, "Not served here: let a proxy or gunicorn speak TLS."),
        ("ssl_certificate", _FILENAME, None, "See ssl_context."),
        ("ssl_certificate_chain", _FILENAME, None, "See ssl_context."),
        ("ssl_private_key", _FILENAME, None, "See ssl_context."),
        ("ssl_ciphers", _TEXT, None, "See ssl_context."),
        ("ssl_module", _TEXT, "builtin", "See ssl_context."),
        ("nodelay", _BOOL, True, "Accepted for CherryPy's sake."),
        ("wsgi_version", (tuple, list), (1, 0), "Accepted for CherryPy's sake."),
        ("statistics", _BOOL, False, "Accepted for CherryPy's sake."),
        ("peercreds", _BOOL, False, "Accepted for CherryPy's sake."),
        ("peercreds_resolve", _BOOL, False, "Accepted for CherryPy's sake."),
        ("on", _BOOL, True, "Whether this server starts with the engine."),
    ),
    "engine": (
        ("autoreload.on", _BOOL, False, "Restart when a source or config file changes."),
        ("autoreload.frequency", _NUMBER, 1, "Seconds between two looks at the files."),
        ("autoreload.match", _TEXT, ".*", "A pattern of the module names to watch."),
        ("autoreload.files", _NAMES, (), "More files to watch."),
        ("thread_manager.on", _BOOL, True, "Tell start_thread and stop_thread listeners."),
        ("signal_handler.on", _BOOL, False, "Listen for signals."),
        ("signal_handler.handlers", (dict,), {}, "What to do on which signal, by its name."),
        ("signals.on", _BOOL, False, "Listen for signals."),
        ("SIGHUP", _CALLABLE, None, "What to do on SIGHUP; None: nothing."),
        ("SIGTERM", _CALLABLE, None, "What to do on SIGTERM; None: nothing."),
    ),
    "log": (
        ("screen", _BOOL, True, "Write both logs to the terminal; under gunicorn: False."),
        ("access_file", _FILENAME, "", "The file of the access log; '' for none."),
        ("error_file", _FILENAME, "", "The file of the error log; '' for none."),
        ("wsgi", _BOOL, False, "Write the error log to the server's wsgi.errors."),
        ("json", _BOOL, False, "Write each line as a JSON object."),
        (
            "access_log_format",
            _TEXT,
            ACCESS_LOG_FORMAT,
            "How an access line looks, in str.format's words.",
        ),
        ("rot_<name>", _ANY, None, "Yours: the recipe for rotating files reads rot_maxBytes."),
    ),
    "checker": (
        ("on", _BOOL, True, "Log advice on the config at the start; errors stop it anyway."),
        ("check_<name>", (bool, Callable), True, "False silences the advice of that name."),
    ),
    "tree": (
        ("<name>", _ANY, None, "A WSGI application, or {script name: application}, to graft."),
    ),
    "hooks": tuple(
        row
        for point in HOOK_POINTS
        for row in (
            (point, (*_CALLABLE, str), None, f"What to call at {point}."),
            (f"{point}.<name>", (*_CALLABLE, str), None, f"One more to call at {point}."),
        )
    ),
    "request": (
        (
            *("dispatch", _CALLABLE, None, "The dispatcher for this path."),
            *((), (), find_class_fault),
        ),
        ("show_tracebacks", _BOOL, False, "Show the traceback on error pages."),
        ("show_mismatched_params", _BOOL, True, "Say which parameters a handler refused."),
        ("throw_errors", _BOOL, False, "Let unexpected errors pass to the server."),
        ("error_response", _CALLABLE, None, "What answers an unexpected error."),
        ("error_page", (dict,), {}, "Error pages by status code."),
        (
            "error_format",
            _TEXT,
            "html",
            "How errors are told to clients without a wish of their own.",
            ("html", "json", "text"),
        ),
        ("process_request_body", _BOOL, True, "Parse the request's body."),
        ("methods_with_bodies", _NAMES, ("POST", "PUT", "PATCH"), "Whose body is parsed."),
        ("uri_encoding", _TEXT, "utf-8", "The encoding of paths."),
        ("query_string_encoding", _TEXT, "utf8", "The encoding of query strings."),
        ("query_string_separator", _TEXT, "&", "What separates pairs.", ("&", "&;", ";")),
        ("path_params_first", _BOOL, False, "Prefer a path's parameters to others."),
        ("max_params", _INT, 1000, "How many parameters a request may have."),
        ("max_cookie_bytes", _INT, MAX_COOKIE_BYTES, "Bytes of cookies; more is answered 431."),
        ("max_accept_bytes", _INT, MAX_ACCEPT_BYTES, "Bytes of an Accept header and its like."),
        ("max_ranges", _INT, MAX_RANGES, "How many pieces of a file may be asked for at once."),
        ("image_map", _BOOL, False, "Read the query string '12,34' as x and y."),
        (
            *("allowed_hosts", (*_NAMES, str), (), "The Host names to answer to; none: all."),
            *((), _TEXT, find_pattern_fault),
        ),
        ("login", _TEXT, None, "The user's name, as far as the log is concerned."),
        ("body.maxbytes", _INT, None, "Bytes of a body; more is answered 413."),
        ("body.max_fields", _INT, None, "How many fields a form may have; None: max_params."),
        ("body.max_field_bytes", _INT, 500 * 1024, "Bytes of a form's fields, files apart."),
        ("body.max_parts", _INT, 1000, "How many parts a multipart body may have."),
        ("body.max_part_headers", _INT, 16, "How many headers a part may have."),
        ("body.max_part_header_bytes", _INT, 8 * 1024, "Bytes of a part's headers."),
        ("body.on_part", _CALLABLE, None, "Called with each part before it is read."),
        ("body.part_class", _CALLABLE, None, "A class of your own for parts."),
        ("body.attempt_charsets", _LIST, ["utf-8"], "The encodings to try for a body."),
        ("body.default_content_type", _TEXT, "", "What a body without Content-Type is."),
        ("body.processors", (dict,), {}, "What parses a body, by its media type."),
    ),
    "response": (
        ("stream", _BOOL, False, "Send the body as it is made."),
        ("status", (int, str), None, "The status, such as '201 Created'."),
        ("headers.<name>", _ANY, None, "A header of every response."),
    ),
    "error_page": (
        ("default", (*_CALLABLE, *_FILENAME), None, "The page of every error with no other."),
        ("<code>", (*_CALLABLE, *_FILENAME), None, "The page of one status, 400 to 599."),
    ),
    "wsgi": (
        ("pipeline", _LIST, [], "Middleware as (name, factory), outermost first."),
        ("response_class", _CALLABLE, None, "The class of the application's responses."),
        ("<name>.<argument>", _ANY, None, "An argument for the middleware of that name."),
    ),
}

# Keys that CherryPy once had, and what took their place (BEHAVIOUR 4.8 no. 3).
OBSOLETE: Mapping[str, str | None] = {
    "server.default_content_type": "tools.response_headers.headers",
    "log_access_file": "log.access_file",
    "log_config_options": None,
    "log_file": "log.error_file",
    "log_file_not_found": None,
    "log_request_headers": "tools.log_headers.on",
    "log_to_screen": "log.screen",
    "show_tracebacks": "request.show_tracebacks",
    "throw_errors": "request.throw_errors",
    "profiler.on": None,
    "tools.sessions.storage_type": "tools.sessions.storage_class",
    "engine.timeout_monitor.on": None,
    "engine.timeout_monitor.frequency": None,
    "response.timeout": None,
}

# What is only asked for site-wide; and what of an application only its [/] section can say.
SITE_NAMESPACES = frozenset({"server", "engine", "tree", "checker"})
ROOT_ONLY_NAMESPACES = frozenset({"wsgi", "log"})
# What is asked for before the handler is known: of the whole application.
ROOT_ONLY_KEYS = frozenset({"request.allowed_hosts"})
# What is looked for by path alone then, in an application's sections.
BY_PATH_ALONE = frozenset({"request.dispatch", "request.uri_encoding"})

_SETTINGS = tuple(Setting(space, *row) for space, rows in _ROWS.items() for row in rows)
_ROW = {setting.key: setting for setting in _SETTINGS}
NAMESPACES = frozenset(_ROWS) - {""}
PLUGINS = frozenset(
    setting.name.partition(".")[0]
    for setting in _SETTINGS
    if setting.namespace == "engine" and "." in setting.name
)


def reference() -> list[Setting]:
    """Return every setting, in the order in which a reference page shows them."""
    return list(_SETTINGS)


def find_setting(key: str) -> Setting | None:
    """Return the setting that `key` is, or None if its namespace has no such key.

    Besides the rows themselves these are understood: `server.<name>.<setting>` for more
    servers and `engine.<plugin>.<attribute>` for plugins of one's own.
    """
    if key in _ROW:
        return _ROW[key]
    namespace, _, rest = key.partition(".")
    find = _OPEN.get(namespace)
    return None if find is None else find(rest)


def _find_server(rest: str) -> Setting | None:
    name, _, attribute = rest.partition(".")
    row = _ROW.get(f"server.{attribute}")
    return row._replace(name=rest) if name and row is not None else None


def _find_plugin(rest: str) -> Setting | None:
    plugin, _, attribute = rest.partition(".")
    # A slip in a plugin's name is not ours to find: the engine, which is asked for the plugin
    # when the entry is applied, knows what it has.
    if not plugin or not attribute or plugin in PLUGINS:
        return None
    return Setting("engine", rest, _ANY, None, "An attribute of a plugin of your own.")


def _find_error_page(rest: str) -> Setting | None:
    is_code = rest.isascii() and rest.isdecimal() and len(rest) == 3 and "400" <= rest < "600"
    return _ROW["error_page.<code>"] if is_code else None


def _find_hook(rest: str) -> Setting | None:
    point, _, name = rest.partition(".")
    return _ROW.get(f"hooks.{point}.<name>") if name else None


def _find_middleware(rest: str) -> Setting | None:
    name, _, argument = rest.partition(".")
    return _ROW["wsgi.<name>.<argument>"] if name and argument else None


def _starting(prefix: str, key: str) -> Callable[[str], Setting | None]:
    return lambda rest: _ROW[key] if rest.startswith(prefix) and rest != prefix else None


_OPEN: dict[str, Callable[[str], Setting | None]] = {
    "server": _find_server,
    "engine": _find_plugin,
    "log": _starting("rot_", "log.rot_<name>"),
    "checker": _starting("check_", "checker.check_<name>"),
    "tree": _starting("", "tree.<name>"),
    "hooks": _find_hook,
    "response": _starting("headers.", "response.headers.<name>"),
    "error_page": _find_error_page,
    "wsgi": _find_middleware,
}


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """Return the candidate that `word` was probably meant to be, or None."""
    # For findings only: difflib takes 6 of the 217 ms that importing all of us takes.
    from difflib import get_close_matches

    found = get_close_matches(word, sorted(candidates), 1)
    return found[0] if found else None


def nearest_key(key: str) -> str | None:
    """Return the key of the table that `key` was probably meant to be, in its own namespace."""
    namespace, _, rest = key.partition(".")
    rows = [row.name for row in _SETTINGS if row.namespace == namespace and "<" not in row.name]
    # 'server.port' is nearer to 'socket_port' than letters tell.
    ends = [name for name in rows if rest and name.endswith(f"_{rest}")]
    meant = nearest(rest, rows) or (ends[0] if ends else None)
    return f"{namespace}.{meant}" if meant else None


def describe_misfit(setting: Setting, value: Any) -> str:
    """Return why `value` does not fit `setting`, as the end of a sentence; "" if it does."""
    if not fits(value, setting.types):
        return f"is {value!r}, which is not {name_types(setting.types)}"
    if setting.allowed and value is not None and value not in setting.allowed:
        return f"is {value!r}, which is not one of {', '.join(map(repr, setting.allowed))}"
    if setting.elements and isinstance(value, _NAMES):
        for element in value:
            if element is None or not fits(element, setting.elements):
                return f"holds {element!r}, which is not {name_types(setting.elements)}"
    fault = setting.find_fault and value is not None and setting.find_fault(value)
    return fault or ""


def describe(setting: Setting) -> str:
    """Return what `setting` takes, in the words of a config file's reader."""
    if setting.allowed:
        return " or ".join(map(repr, setting.allowed))
    if not setting.types:
        return "anything"
    return name_types(setting.types)


def fits(value: Any, types: Collection[type]) -> bool:
    """Tell whether `value` is of one of `types`.

    None always is (CherryPy's rule: it says "not set"); True is no number, but 0 and 1 are
    no and yes.
    """
    if not types or value is None:
        return True
    if bool in types and isinstance(value, int):
        return value in (0, 1)
    if isinstance(value, bool):
        return False
    if isinstance(value, (str, bytes, Mapping)):
        # They can be iterated over, but are no list.
        types = [kind for kind in types if kind is not Iterable]
    return isinstance(value, tuple(types))


def name_types(types: Collection[type]) -> str:
    """Return `types` in the words of a config file's reader."""
    words = [_WORDS.get(kind, kind.__name__) for kind in types]
    return " or ".join(dict.fromkeys(words))


_WORDS: dict[type, str] = {
    bool: "True or False",
    int: "a whole number",
    float: "a number",
    str: "a text",
    list: "a list",
    tuple: "a list",
    set: "a list",
    frozenset: "a list",
    Iterable: "a list",
    dict: "a dict",
    Mapping: "a dict",
    bytes: "bytes",
    type: "a class",
    timedelta: "a timedelta",
    re.Pattern: "a pattern",
    os.PathLike: "a path",
    Callable: "something that can be called",  # type: ignore[dict-item]
}
