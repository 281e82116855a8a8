"""XML-RPC: read a call, find its method, answer; faults for what went wrong."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from xml.parsers.expat import ParserCreate
from xmlrpc.client import Fault, Unmarshaller, dumps

from ..core.current import serving_now
from ..core.errors import HTTPError
from ..core.expose import expose, is_dunder
from ..core.handler import explain_bad_call
from ..core.loaded import ConfigError
from ..core.xmlrpcdispatch import patched_path

__all__ = ["XMLRPCController", "on_error", "patched_path", "process_body", "respond"]

MAX_BYTES = 1024 * 1024
"""Bytes of a call; more are answered 413. `tools.xmlrpc.max_bytes` says otherwise."""

MAX_DEPTH = 100
"""Elements inside one another, three for each list or struct. `tools.xmlrpc.max_depth`."""

MAX_ELEMENTS = 20_000
"""Elements of a call, two for each number. `tools.xmlrpc.max_elements`."""

MAX_NAME_CHARS = 100
"""Of an unknown method's name in the fault that tells of it."""

ERROR_CALL = (("ERROR PARAMS",), "ERRORMETHOD")
"""What a body is read as that holds no call."""

# Everything but what XML 1.0 section 2.2 calls a character.
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class XMLRPCController:
    """The base of a class whose exposed methods XML-RPC clients call, `name` or `node.name`.

    The arguments are the call's, after what the path left over; fields of the query string are
    keywords. A method returns what XML-RPC can tell (None needs `tools.xmlrpc.allow_none`); an
    error that it raises is logged and told as a fault with its text, an HTTPError is an HTTP
    error. Source: CherryPy's rule (BEHAVIOUR 6.1).
    """

    _cp_config: Mapping[str, Any] = {"tools.xmlrpc.on": True}

    @expose
    def default(self, *vpath: str, **params: Any) -> Any:
        """Answer a call. HTTPError 413 for a body over the limit."""
        settings = serving_now().request.toolmaps["tools"].get("xmlrpc", {})
        limits = {name: settings[name] for name in settings if name.startswith("max_")}
        arguments, name = process_body(**limits)
        method = find_method(self, str(name))
        if method is None:
            # A fault, not an error: it is the client's, and no line for our log.
            last = str(name).rpartition(".")[2][:MAX_NAME_CHARS]
            result = make_fault(f'method "{last}" is not supported')
        else:
            result = call(method, (*vpath, *arguments), params)
        respond(result, settings.get("encoding", "utf-8"), settings.get("allow_none", False))
        return serving_now().response.body


def find_method(controller: Any, name: str) -> Any:
    """Return the exposed method of that dotted name, None if there is none.

    Python's own names are never looked at: behind a method's they lead to other code.
    """
    found = controller
    for part in name.split("."):
        found = None if is_dunder(part) else getattr(found, part, None)
        if found is None:
            return None
    is_page = getattr(found, "__func__", None) is XMLRPCController.default
    return found if getattr(found, "exposed", False) and not is_page else None


def call(method: Any, arguments: tuple[Any, ...], params: Mapping[str, Any]) -> Any:
    """Return what `method` returns, or a fault if it cannot be called with these arguments."""
    try:
        return method(*arguments, **params)
    except TypeError as error:
        try:
            explain_bad_call(method, arguments, params, error)
        except HTTPError:
            return make_fault(str(error))
        raise


def process_body(
    max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH, max_elements: int = MAX_ELEMENTS
) -> tuple[tuple[Any, ...], str | None]:
    """Return (arguments, method name) of the call in the request's body, ERROR_CALL for none.

    That includes calls with a DOCTYPE, whose entities are a way to make little text much, and
    those over a limit. HTTPError 413 for more than `max_bytes`.
    """
    data: bytes = serving_now().request.body.read(max_bytes + 1)
    if len(data) > max_bytes:
        raise HTTPError(413, f"The call is larger than {max_bytes} bytes.")
    try:
        return read_call(data, max_depth, max_elements)
    except Exception:  # the standard library's reader raises what it happens to meet
        return ERROR_CALL


def read_call(
    data: bytes, max_depth: int, max_elements: int
) -> tuple[tuple[Any, ...], str | None]:
    """Return (arguments, method name) of the call in `data`; any exception if it is none."""
    target = Unmarshaller()
    target.xml(None, None)  # type: ignore[arg-type]  # the parser's text is decoded
    depth = count = 0

    def start(tag: str, _attributes: list[str]) -> None:
        nonlocal depth, count
        depth += 1
        count += 1
        if depth > max_depth or count > max_elements:
            raise ValueError("The call has too many elements, or is nested too deeply.")
        target.start(tag, {})

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        target.end(tag)

    def refuse(*declaration: Any) -> None:
        raise ValueError("A call has no document type.")

    # PERF: a call has no attributes. Of those that a client writes all the same, no name is
    # kept (intern=None) and no dict is made: 1 MB of them takes 30 ms, not 50.
    parser = ParserCreate(intern=None)
    parser.ordered_attributes = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = target.data
    parser.StartDoctypeDeclHandler = refuse
    parser.Parse(data, True)
    return target.close(), target.getmethodname()


def respond(body: Any, encoding: str = "utf-8", allow_none: bool | int = False) -> None:
    """Make the response the answer `body` to a call: a value, or a Fault.

    TypeError and OverflowError for what XML-RPC cannot tell.
    """
    if not isinstance(body, Fault):
        body = (body,)
    text = dumps(body, methodresponse=True, encoding=encoding, allow_none=bool(allow_none))
    response = serving_now().response
    # "Unless there's a lower-level error, always return 200 OK" (the specification).
    response.status = "200 OK"
    response.headers["Content-Type"] = "text/xml"
    response.body = text.encode(encoding, "xmlcharrefreplace")


def make_fault(text: str) -> Any:
    """Return a Fault with what of `text` can stand in XML."""
    return Fault(1, _NO_XML.sub("?", text))


def on_error(
    encoding: str = "utf-8",
    allow_none: bool | int = False,
    max_bytes: int = MAX_BYTES,
    max_depth: int = MAX_DEPTH,
    max_elements: int = MAX_ELEMENTS,
) -> None:
    """Answer an unexpected error as an XML-RPC fault with its text.

    `encoding`: the charset of the answers. The rest is for XMLRPCController, which reads it
    itself. `allow_none`: answer None as <nil/>, which not every client knows. `max_bytes`:
    bytes of a call; more are answered 413. `max_depth`: elements of a call inside one another,
    three for each list or struct. `max_elements`: elements of a call, two for each number.
    """
    respond(make_fault(str(sys.exc_info()[1])), encoding)


def prepare_on_error(
    encoding: str | None = "utf-8",
    allow_none: bool | int = False,
    max_bytes: int = MAX_BYTES,
    max_depth: int = MAX_DEPTH,
    max_elements: int = MAX_ELEMENTS,
) -> Callable[[], None]:
    """Return what `on_error` does; ConfigError for an unknown charset and a limit below 1."""
    encoding = encoding or "utf-8"
    try:
        "".encode(encoding)
    except LookupError:
        message = f"There is no charset {encoding!r} for text."
        raise ConfigError(message, key="encoding", value=repr(encoding)) from None
    limits = {"max_bytes": max_bytes, "max_depth": max_depth, "max_elements": max_elements}
    for name, limit in limits.items():
        if limit < 1:
            message = f"A limit is 1 or more, not {limit!r}."
            raise ConfigError(message, key=name, value=repr(limit))
    return partial(on_error, encoding)
