"""The story of one request: start reading here, at `respond`."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Iterator
from functools import lru_cache, partial
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from ..wire.params import TooManyParams, UndecodableParams, parse_query_string
from ..wire.urls import decode_path, is_valid_host, join, keep_encoded_slashes, recode
from .current import Serving, enter, leave
from .errors import (
    UNEXPECTED,
    HTTPError,
    HTTPRedirect,
    InternalRedirect,
    NotFound,
    bare_error,
    format_exc,
)
from .handler import MethodNotAllowed
from .hooks import run
from .request import Request
from .response import Response, close_body

if TYPE_CHECKING:
    from .application import Application, WSGIApp

Environ = dict[str, Any]

MAX_INTERNAL_REDIRECTS = 100
"""More in a row end in a 500, even where each goes to another address."""


def respond(app: Application, environ: Environ, start_response: Any) -> Iterable[bytes]:
    """Serve one request of `app`: this function is the whole story, in order."""
    try:
        request, response = app.request_class(environ, app), app.response_class()
    except UNEXPECTED:
        return answer_bare(app, environ, start_response)
    serving = Serving(request, response)
    token = enter(serving)
    try:
        if app.engine.hears_requests:
            announce(app)
        serve(request, response)
        if environ["REQUEST_METHOD"] == "HEAD":
            response.discard_body()  # the headers stay those of a GET
        if type(response._app_iter) is not list:
            start_stream(request, response)
        if app.log.is_access_wanted():
            app.log.access(request, response)
        start_response(response.output_status, response.header_list)
        if type(response._app_iter) is not list:
            return StreamedBody(response._app_iter, serving)
        body = FinishedBody(response._app_iter)
        body.serving = serving
        return body
    except InternalRedirect as redirect:
        end_request(serving)
        if app.wsgiapp.pipeline:
            raise  # the middleware of `wsgi.pipeline` serves the other request too, see `trap_errors`
        return respond_again(app, partial(respond, app), environ, start_response, redirect)
    except UNEXPECTED:
        response.discard_body()
        end_request(serving)
        if request.throw_errors and app.wsgiapp.pipeline:
            raise  # for the middleware; `trap_errors` stands around it
        return answer_bare(app, environ, start_response, request)
    except BaseException:
        end_request(serving)
        raise
    finally:
        leave(token)


def serve(request: Request, response: Response) -> None:
    """Make the response, whatever happens.

    Raises only InternalRedirect, and unexpected errors when `request.throw_errors` asks for them.
    """
    try:
        try:
            produce(request, response)
        except (HTTPRedirect, HTTPError) as answer:
            settle_early(request)
            answer.set_response()
            run(request.plan.before_finalize)
            response.finalize()
        finally:
            request.stage = "on_end_resource"
            if request.plan.on_end_resource:
                run(request.plan.on_end_resource)
    except InternalRedirect:
        raise
    except UNEXPECTED as error:
        if request.throw_errors and isinstance(error, Exception):
            raise
        answer_unexpected(request, response)


def produce(request: Request, response: Response) -> None:
    """Find the handler, call it, and make its result the response."""
    check_request(request)
    find_handler(request)
    plan = request.plan
    if not plan.is_plain:
        plan.apply(request, response)
        plan = request.plan
    request.stage = "on_start_resource"
    if plan.on_start_resource:
        run(plan.on_start_resource)
    if request.query_string:
        read_query(request)
    if request.environ["REQUEST_METHOD"] not in request.methods_with_bodies:
        request.process_request_body = False
    request.stage = "before_request_body"
    if request.plan.before_request_body:
        run(request.plan.before_request_body)
    if request.process_request_body:
        request.body.process()
    request.stage = "before_handler"
    if request.plan.before_handler:
        run(request.plan.before_handler)
    if request.handler:
        request.stage = "handler"
        response.body = request.handler()
    request.stage = "before_finalize"
    if request.plan.before_finalize:
        run(request.plan.before_finalize)
    response.finalize()


# -- before the handler is known ----------------------------------------------------------------


def check_request(request: Request) -> None:
    """Settle protocol, path and query string; refuse what no handler could make sense of.

    HTTPError 404 for a path that is not UTF-8, 400 for a bad or missing Host, 431 for too many cookies.
    """
    environ = request.environ
    if environ.get("SERVER_PROTOCOL") != "HTTP/1.1" or "ACTUAL_SERVER_PROTOCOL" in environ:
        settle_protocol(request)
    path = environ.get("PATH_INFO", "")
    # PERF: the plainest path needs nothing of what find_path does.
    if (
        path[:1] == "/"
        and path.isascii()
        and "//" not in path
        and environ.get("SCRIPT_NAME", "") == request.script_name
        and not ("RAW_URI" in environ and "%2" in environ["RAW_URI"])
        and not ("REQUEST_URI" in environ and "%2" in environ["REQUEST_URI"])
    ):
        request.path_info = path
    else:
        request.path_info = find_path(request)
    query = environ.get("QUERY_STRING")
    if query:
        request.query_string = query if query.isascii() else recode(query, "utf-8")
    host = environ.get("HTTP_HOST")
    if host is None:
        if request.protocol >= (1, 1):
            raise HTTPError(400, "HTTP/1.1 requires a 'Host' request header.")
    elif not is_known_host(host):
        raise HTTPError(400, "The 'Host' request header is malformed.")
    plan = request.plan
    if "HTTP_COOKIE" in environ and len(environ["HTTP_COOKIE"]) > plan.max_cookie_bytes:
        raise HTTPError(431, "The 'Cookie' request header is too large.")
    if plan.allowed_hosts and not is_allowed_host(host, plan.allowed_hosts):
        raise HTTPError(400, "This host is not served here.")


# PERF: clients of a site send few different hosts: 0.05 us from the cache, 0.9 without.
is_known_host = lru_cache(maxsize=256)(is_valid_host)


def is_allowed_host(host: str | None, allowed: Iterable[str] | None) -> bool:
    """Tell whether `host` is in `allowed`: 'a.example', '.example' with all below it, or '*'."""
    if not allowed:
        return True
    name = (host or "").lower().rstrip(".")
    if not name.endswith("]"):
        name = name.rpartition(":")[0] or name
    name = name.rstrip(".")
    for pattern in [allowed] if isinstance(allowed, str) else allowed:
        pattern = pattern.lower()
        if pattern in ("*", name) or (
            pattern.startswith(".") and (name == pattern[1:] or name.endswith(pattern))
        ):
            return True
    return False


def settle_protocol(request: Request) -> None:
    """Set `request.protocol` to the lower of what client and server speak ('HTTP/2' counts as 1.1)."""
    environ = request.environ
    request.server_protocol = environ.get("ACTUAL_SERVER_PROTOCOL", "HTTP/1.1")
    texts = (environ.get("SERVER_PROTOCOL", "HTTP/1.0"), request.server_protocol)
    request.protocol = min(map(protocol_version, texts))


def protocol_version(text: str) -> tuple[int, int]:
    """Return 'HTTP/1.0' as (1, 0); anything that is not HTTP/1.0 or older counts as (1, 1)."""
    return (1, 0) if text in ("HTTP/1.0", "HTTP/0.9") else (1, 1)


def find_path(request: Request) -> str:
    """Return the path within the application: decoded once, runs of '/' collapsed, '%2F' kept.

    NotFound for bytes that are not UTF-8 (or what `request.uri_encoding` says).
    """
    environ = request.environ
    mounted = request.script_name
    whole: str = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
    path = keep_encoded_slashes(whole, environ.get("RAW_URI") or environ.get("REQUEST_URI") or "")
    request.has_encoded_slashes = path != whole or "wsgicherry.encoded_slashes" in environ
    if "//" in path:
        path = join(path)
    if path.startswith(mounted):
        path = path[len(mounted) :]
    if not path:
        return "" if mounted else "/"
    if path[0] != "/":
        # Such a target ('*', '@evil.example') would be read as part of the host in an address.
        raise NotFound(path.encode("latin-1", "replace").decode("utf-8", "replace"))
    if path.isascii():
        return path
    encoding = request.app.find_uri_encoding(path)
    try:
        return decode_path(path) if encoding is None else path.encode("latin-1").decode(encoding)
    except (ValueError, LookupError):
        request.path_info = path.encode("latin-1", "replace").decode("utf-8", "replace")
        raise NotFound() from None


def find_handler(request: Request) -> None:
    """Let the dispatcher of the path set the request's handler and plan."""
    app = request.app
    if app.has_dispatchers:
        default = request.dispatch
        dispatch = app.find_config(request.path_info, "request.dispatch", default)
        dispatch(request.path_info)
    else:
        request.dispatch(request.path_info)
    if request.is_touched or request.plan is app.base_plan:
        settle_plan(request)
    allowed = request.plan.allowed_methods
    if allowed is not None and request.method not in allowed:
        request.handler = MethodNotAllowed(allowed)


def settle_plan(request: Request) -> None:
    """Compile a plan for a config that a dispatcher of the user's made or changed: the old road."""
    if request.plan is request.app.base_plan or request.config != request.plan.config:
        request.use_plan(request.app.compile(request.config))


def read_query(request: Request) -> None:
    """Add the parameters of the query string. HTTPError 404 when it cannot be decoded, 400 for too many."""
    encoding = request.query_string_encoding
    try:
        params = parse_query_string(
            request.environ["QUERY_STRING"],
            encoding=encoding,
            separators=request.query_string_separator,
            image_map=request.image_map,
            max_fields=request.max_params,
        )
    except TooManyParams as error:
        raise HTTPError(400, str(error)) from None
    except UndecodableParams:
        raise HTTPError(
            404,
            "The given query string could not be processed. Query strings for this resource must be encoded "
            f"with {encoding!r}.",
        ) from None
    request.params.update(params)


# -- errors -------------------------------------------------------------------------------------


def settle_early(request: Request) -> None:
    """After an error before the handler was known, heed what the application's '/' says of errors."""
    if request.plan.untouched() is request.app.base_plan:
        for name, value in request.plan.request_attributes.items():
            setattr(request, name, value)


def answer_unexpected(request: Request, response: Response) -> None:
    """Answer an error that nobody foresaw, between the two error hooks; at worst with the bare error."""
    settle_early(request)
    try:
        try:
            run(request.plan.before_error_response)
            if request.error_response:
                request.error_response()
            run(request.plan.after_error_response)
            response.finalize()
        except HTTPRedirect as redirect:
            redirect.set_response()
            response.finalize()
    except InternalRedirect:
        raise
    except UNEXPECTED:
        if request.throw_errors:
            raise
        response.discard_body()
        response.output_status, response.header_list, response.body = describe_bare(request)
        response.status, response.stream = response.output_status, False


def describe_bare(request: Request) -> tuple[str, list[tuple[str, str]], list[bytes]]:
    """Log the error in hand and return the bare answer to it, with its error id."""
    what = "this error could not be answered by an error page."
    if request.error_id:
        request.log(f"Error id {request.error_id}: {what}", "HTTP", 40, traceback=True)
    request.report_error_id(what, traceback=True)
    extra = f"Error id: {request.error_id}\n"
    return bare_error(extra + format_exc() if request.show_tracebacks else extra)


def answer_bare(
    app: Application, environ: Environ, start_response: Any, request: Request | None = None
) -> Iterable[bytes]:
    """Answer the error in hand when there is no response to put it in."""
    if request is None:
        app.log.error("A request failed outside its handler.", "HTTP", 40, traceback=True)
        status, headers, body = bare_error()
    else:
        status, headers, body = describe_bare(request)
    start_response(status, headers, sys.exc_info())
    return [] if environ["REQUEST_METHOD"] == "HEAD" else body


def trap_errors(app: Application, head: WSGIApp) -> WSGIApp:
    """Return `head`, the outermost middleware, so that no error of it is left to the server.

    An InternalRedirect passes all of the middleware once more. Anything else is logged and answered 500.
    """

    def trap(environ: Environ, start_response: Any) -> Iterable[bytes]:
        try:
            return head(environ, start_response)
        except InternalRedirect as redirect:
            return respond_again(app, trap, environ, start_response, redirect)
        except UNEXPECTED:
            return answer_bare(app, environ, start_response)

    return trap


def refuse(app: Application, findings: Iterable[object]) -> WSGIApp:
    """Return a WSGI app that answers 500 to everything, because the config of `app` is wrong."""
    for finding in findings:
        app.log.error(str(finding), "CONFIG", 40)

    def refused(environ: Environ, start_response: Any) -> Iterable[bytes]:
        status, headers, body = bare_error("The configuration is refused; the error log says why.\n")
        start_response(status, headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else body

    return refused


# -- internal redirects -------------------------------------------------------------------------


def respond_again(
    app: Application,
    serve_other: WSGIApp,
    environ: Environ,
    start_response: Any,
    redirect: InternalRedirect,
) -> Iterable[bytes]:
    """Serve the request that `redirect` asks for. A loop is logged and answered 500."""
    request: Request = redirect.request
    prefix = environ.get("SCRIPT_NAME", "")
    here = address(prefix + environ.get("PATH_INFO", ""), environ.get("QUERY_STRING", ""))
    visited = (*environ.get("wsgicherry.visited", ()), here)
    path = redirect.path.encode("utf-8").decode("latin-1")
    there = address(prefix + path, redirect.query_string)
    is_recursive = app.wsgiapp.config.get("InternalRedirector", {}).get("recursive", False)
    try:
        if there in visited and not is_recursive:
            raise RuntimeError(f"InternalRedirector visited the same URL twice: {there!r}")
        if len(visited) > MAX_INTERNAL_REDIRECTS:
            raise RuntimeError(f"More than {MAX_INTERNAL_REDIRECTS} internal redirects: {there!r}")
    except RuntimeError:
        return answer_bare(app, environ, start_response, request)
    other = {
        **environ,
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": redirect.query_string,
        "wsgi.input": io.BytesIO(),
        "CONTENT_LENGTH": "0",
        "wsgicherry.previous_request": request,
        "wsgicherry.visited": visited,
    }
    for name in ("HTTP_TRANSFER_ENCODING", "RAW_URI", "REQUEST_URI"):
        other.pop(name, None)
    body = serve_other(other, start_response)
    if environ["REQUEST_METHOD"] != "HEAD":
        return body
    close_body(body)
    return []


def address(path: str, query: str) -> str:
    """Return path and query string as one address."""
    return f"{path}?{query}" if query else path


# -- the end ------------------------------------------------------------------------------------


def announce(app: Application) -> None:
    """Tell the engine that a request begins."""
    app.engine.publish("acquire_thread")
    app.engine.publish("before_request")


def start_stream(request: Request, response: Response) -> None:
    """Make the first chunk of a streamed body: an error before it is answered like any other."""
    try:
        response._app_iter = StartedStream(response._app_iter)
    except (HTTPRedirect, HTTPError) as answer:
        response.stream = False
        answer.set_response()
        response.finalize()
    except InternalRedirect:
        raise
    except UNEXPECTED as error:
        response.stream = False
        if request.throw_errors and isinstance(error, Exception):
            raise
        answer_unexpected(request, response)


class StartedStream:
    """A body whose first chunk has been made already."""

    def __init__(self, body: Iterable[bytes]) -> None:
        self.body = body
        self.rest = iter(body)
        self.first = list(islice(self.rest, 1))

    def __iter__(self) -> Iterator[bytes]:
        return chain(self.first, self.rest)

    def close(self) -> None:
        """Close the body."""
        close_body(self.body)


def end_request(serving: Serving) -> None:
    """Tell the engine, run `on_end_request`, once. Errors are logged: the response has been sent."""
    request = serving.request
    if request.closed:
        return
    request.closed = True
    hooks = request.plan.on_end_request
    engine = request.app.engine
    if not hooks and not engine.hears_requests:
        return
    token = enter(serving)
    try:
        for step in (partial(engine.publish, "after_request"), partial(run, hooks)):
            try:
                step()
            except UNEXPECTED:
                request.log("", "HTTP", 40, traceback=True)
    finally:
        leave(token)


class FinishedBody(list[bytes]):
    """A body that is complete; the server's `close()` ends the request."""

    # PERF: a list, so that len() tells servers of a single block; filled by list's own __init__.
    __slots__ = ("serving",)
    serving: Serving

    def close(self) -> None:
        """End the request."""
        end_request(self.serving)


class StreamedBody:
    """A body made while it is sent: each step runs in the context of its request."""

    def __init__(self, body: Iterable[bytes], serving: Serving) -> None:
        self.serving = serving
        self.body = body
        self.iterator: Iterator[bytes] = iter(body)

    def __iter__(self) -> StreamedBody:
        return self

    def __next__(self) -> bytes:
        token = enter(self.serving)
        try:
            return next(self.iterator)
        except StopIteration:
            raise
        except BaseException:
            # Nothing but an abort tells the client that this is not the whole body.
            self.serving.request.report_error_id("the body broke off.", traceback=True)
            raise
        finally:
            leave(token)

    def close(self) -> None:
        """End the request, and close what the handler returned."""
        end_request(self.serving)
        token = enter(self.serving)
        try:
            close_body(self.body)
        except UNEXPECTED:
            self.serving.request.log("", "HTTP", 40, traceback=True)
        finally:
            leave(token)
