"""The story of one request: start reading here, at `respond`."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from .arrival import check_request, read_query
from .bodies import FileChunks, close_body
from .current import Serving, enter, leave
from .errors import (
    UNEXPECTED,
    Answer,
    HTTPError,
    HTTPRedirect,
    InternalRedirect,
    bare_error,
    format_exc,
)
from .files import can_send, send_file
from .handler import MethodNotAllowed
from .headers import settle_headers
from .hooks import run
from .logs import LogManager
from .logtext import OWN_REQUEST_LINE
from .request import Request
from .response import Response
from .sending import FinishedBody, StartedStream, StreamedBody, end_request

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
    serving = Serving()
    serving.request, serving.response = request, response
    token = enter(serving)
    try:
        if app.engine.hears_requests:
            announce(app)
        serve(request, response)
        if environ["REQUEST_METHOD"] == "HEAD":
            response.discard_body()  # the headers stay those of a GET
        chunks: Any = response._app_iter
        if type(chunks) is not list:
            chunks = start_stream(request, response)
        if app.log.has_own_access:
            write_own_access(app)
        elif app.log.is_access_wanted():
            app.log.access_of(request, response)
        start_response(response.output_status, response.header_list)
        if type(chunks) is not list:
            return send_stream(chunks, serving)
        body = FinishedBody(chunks)
        body.serving = serving
        return body
    except InternalRedirect as redirect:
        response.discard_body()
        end_request(serving)
        if app.wsgiapp.pipeline:
            raise  # the middleware serves the other request too: see `trap_errors`
        return respond_again(app, app.respond, environ, start_response, redirect)
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

    Raises only InternalRedirect, and unexpected errors when `request.throw_errors` asks for
    them.
    """
    try:
        try:
            produce(request, response)
        except (HTTPRedirect, HTTPError) as answer:
            if request.plan.is_base:
                settle_early(request)
            response.stream = False  # whatever the page was to be, this is complete
            answer.set_response()
            if request.plan.before_finalize:
                run(request.plan.before_finalize)
            response.finalize()
            # The handler of a 404 is the error: with its traceback it would be a cycle for the
            # garbage collector.
            answer.__traceback__ = None
        finally:
            if request.plan.on_end_resource:
                end_resource(request, response)
    except InternalRedirect:
        raise
    except UNEXPECTED as error:
        if request.throw_errors and isinstance(error, Exception):
            raise
        answer_unexpected(request, response, error)


def end_resource(request: Request, response: Response) -> None:
    """Run `on_end_resource`, whose hooks may add headers, as bytes too (CherryPy's rule)."""
    request.stage = "on_end_resource"
    count = len(response.header_list or ())
    run(request.plan.on_end_resource)
    if response.header_list and len(response.header_list) > count:
        response.header_list, _ = settle_headers(response.header_list)


def produce(request: Request, response: Response) -> None:
    """Find the handler, call it, and make its result the response."""
    check_request(request)
    find_handler(request)
    plan = request.plan
    if not plan.is_plain:
        plan.apply(request, response)
        plan = request.plan
    if plan.on_start_resource:
        request.stage = "on_start_resource"
        run(plan.on_start_resource)
    if request.query_string:
        read_query(request)
    if request.environ["REQUEST_METHOD"] not in request.methods_with_bodies:
        request.process_request_body = False
    if request.plan.before_request_body:
        request.stage = "before_request_body"
        run(request.plan.before_request_body)
    if request.process_request_body:
        request.body.process()
    if request.path_params:
        request.params.update(request.path_params)
    if request.plan.before_handler:
        request.stage = "before_handler"
        run(request.plan.before_handler)
    if request.handler:
        request.stage = "handler"
        response.body = request.handler()
    if request.plan.before_finalize:
        request.stage = "before_finalize"
        run(request.plan.before_finalize)
    response.finalize()


# -- the handler -----------------------------------------------------------------------


def find_handler(request: Request) -> None:
    """Let the dispatcher of the path set the request's handler and plan."""
    app = request.app
    if app.has_dispatchers:
        default = request.dispatch
        app.find_config(request.path_info, "request.dispatch", default)(request.path_info)
    else:
        # PERF: named, the method is called within Python; an instance's call goes through C.
        request.dispatch.__call__(request.path_info)
    plan = request.plan
    allowed = plan.allowed_methods
    if plan.is_base or request.is_touched:
        settle_plan(request)
        page = getattr(request.handler, "callable", request.handler)
        allowed = getattr(page, "allowed_methods", allowed)
    if request.params and request.path_params_first:
        request.path_params = dict(request.params)
    if allowed is not None and request.method not in allowed:
        request.handler = MethodNotAllowed(allowed)


def settle_plan(request: Request) -> None:
    """Go on with a plan for the config that a dispatcher made or changed: the old road."""
    if request.plan.is_base or request.config != request.plan.config:
        request.use_plan(request.app.compile(request.config))


# -- errors ----------------------------------------------------------------------------


def settle_early(request: Request) -> None:
    """Heed what the application's '/' says of errors: no handler was known when it failed."""
    for name, value in request.plan.request_attributes.items():
        setattr(request, name, value)


def answer_unexpected(request: Request, response: Response, error: BaseException) -> None:
    """Answer an error that nobody foresaw, between the two error hooks; at worst with the bare
    error.

    An HTTPError or a redirect where none was due (in `on_end_resource`, again in
    `before_finalize`, in an error hook) has its own status (BEHAVIOUR 13.3 item 10).
    """
    if request.plan.is_base:
        settle_early(request)
    response.stream = False
    try:
        try:
            run(request.plan.before_error_response)
            if isinstance(error, (HTTPRedirect, HTTPError)):
                error.set_response()
            elif request.error_response:
                request.error_response()
            run(request.plan.after_error_response)
            response.finalize()
        except (HTTPRedirect, HTTPError) as answer:
            answer.set_response()
            response.finalize()
    except InternalRedirect:
        raise
    except UNEXPECTED:
        if request.throw_errors:
            raise
        response.discard_body()
        response.output_status, response.header_list, response.body = describe_bare(request)
        response.status, response.stream = response.output_status, False


def describe_bare(request: Request) -> Answer:
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
        answer = bare_error()
    else:
        answer = describe_bare(request)
    return send_answer(app.log, environ, start_response, answer, sys.exc_info())


def send_answer(
    log: LogManager, environ: Environ, start_response: Any, answer: Answer, *exc_info: Any
) -> Iterable[bytes]:
    """Send an answer that no request has made, one block; write its access line."""
    status, headers, body = answer
    log.access_environ(environ, status, len(body[0]))
    start_response(status, headers, *exc_info)
    return [] if environ.get("REQUEST_METHOD") == "HEAD" else body


def trap_errors(app: Application, head: WSGIApp) -> WSGIApp:
    """Return `head`, the outermost middleware, so that no error of it is left to the server.

    An InternalRedirect passes all of the middleware once more. Anything else is logged and
    answered 500.
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
    """Return a WSGI app that answers 500 to everything: the config of `app` is wrong."""
    for finding in findings:
        app.log.error(str(finding), "CONFIG", 40)

    def refused(environ: Environ, start_response: Any) -> Iterable[bytes]:
        answer = bare_error("The configuration is refused; the error log says why.\n")
        return send_answer(app.log, environ, start_response, answer)

    return refused


# -- internal redirects ----------------------------------------------------------------


def respond_again(
    app: Application,
    serve_other: WSGIApp,
    environ: Environ,
    start_response: Any,
    redirect: InternalRedirect,
) -> Iterable[bytes]:
    """Serve the request that `redirect` asks for. A loop is logged and answered 500."""
    try:
        other = redirected_environ(app, environ, redirect)
    except RuntimeError:
        return answer_bare(app, environ, start_response, redirect.request)
    body = serve_other(other, start_response)
    if environ["REQUEST_METHOD"] != "HEAD":
        return body
    close_body(body)
    return []


def redirected_environ(
    app: Application, environ: Environ, redirect: InternalRedirect
) -> Environ:
    """Return the environ of the request that `redirect` asks for. RuntimeError for a loop."""
    prefix = environ.get("SCRIPT_NAME", "")
    here = address(prefix + environ.get("PATH_INFO", ""), environ.get("QUERY_STRING", ""))
    visited = (*environ.get("wsgicherry.visited", ()), here)
    path, query = as_native(redirect.path), as_native(redirect.query_string)
    there = address(prefix + path, query)
    is_recursive = app.wsgiapp.config.get("InternalRedirector", {}).get("recursive", False)
    if there in visited and not is_recursive:
        raise RuntimeError(f"InternalRedirector visited the same URL twice: {there!r}")
    if len(visited) > MAX_INTERNAL_REDIRECTS:
        raise RuntimeError(f"More than {MAX_INTERNAL_REDIRECTS} internal redirects: {there!r}")
    other = {
        **environ,
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "wsgi.input": io.BytesIO(),
        "CONTENT_LENGTH": "0",
        "wsgicherry.previous_request": redirect.request,
        "wsgicherry.visited": visited,
    }
    for name in ("HTTP_TRANSFER_ENCODING", "RAW_URI", "REQUEST_URI", OWN_REQUEST_LINE):
        other.pop(name, None)
    return other


def as_native(text: str) -> str:
    """Return `text` as a native string of PEP 3333: its bytes in UTF-8, as ISO-8859-1."""
    # surrogatepass: what is no text is a 404 like any path that is not UTF-8.
    return text.encode("utf-8", "surrogatepass").decode("latin-1")


def address(path: str, query: str) -> str:
    """Return path and query string as one address."""
    return f"{path}?{query}" if query else path


# -- the end ---------------------------------------------------------------------------


def announce(app: Application) -> None:
    """Tell the engine that a request begins."""
    app.engine.publish("acquire_thread")
    app.engine.publish("before_request")


def write_own_access(app: Application) -> None:
    """Have a log of the program's own write its access line; what it raises is logged
    (BEHAVIOUR 2.2).
    """
    try:
        app.log.access()
    except UNEXPECTED:
        app.log.error("The access line could not be written.", "LOG", 40, traceback=True)


def start_stream(request: Request, response: Response) -> Any:
    """Return the body with its first chunk made: an error before that is answered like any
    other. A file that the server can send itself is returned as it is.
    """
    body = response._app_iter
    if can_send(body, request.environ):
        return body
    try:
        return StartedStream(body)
    except (HTTPRedirect, HTTPError) as answer:
        response.stream = False
        answer.set_response()
        response.finalize()
    except InternalRedirect:
        raise
    except UNEXPECTED as error:
        if request.throw_errors and isinstance(error, Exception):
            raise
        answer_unexpected(request, response, error)
    return response._app_iter


def send_stream(chunks: Any, serving: Serving) -> Iterable[bytes]:
    """Return what the server is to iterate over, or to send itself."""
    if type(chunks) is FileChunks:
        return send_file(chunks, serving)
    return StreamedBody(chunks, serving)
