"""A request as it arrives: protocol, path, host and query string."""

from __future__ import annotations

from functools import lru_cache

from ..wire.hosts import is_allowed_host, is_valid_host
from ..wire.params import TooManyParams, UndecodableParams, parse_query_string
from ..wire.urls import decode_path, join, keep_encoded_slashes, recode
from .errors import HTTPError, NotFound
from .request import Request


def check_request(request: Request) -> None:
    """Settle protocol, path and query string; refuse what no handler could make sense of.

    HTTPError 404 for a path that is not UTF-8, 400 for a bad or missing Host, 431 for too many
    cookies.
    """
    environ = request.environ
    if environ.get("SERVER_PROTOCOL") != "HTTP/1.1" or "ACTUAL_SERVER_PROTOCOL" in environ:
        settle_protocol(request)
    path = environ.get("PATH_INFO", "")
    # PERF: the plainest path, or one that has led to a handler before, needs nothing of
    # find_path.
    if (
        (
            path in request.app.routes
            or (path[:1] == "/" and path.isascii() and "//" not in path)
        )
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
    if plan.arrivals:
        for settle in plan.arrivals:
            settle(request)
        host = request.environ.get("HTTP_HOST")
    if "HTTP_COOKIE" in environ and len(environ["HTTP_COOKIE"]) > plan.max_cookie_bytes:
        raise HTTPError(431, "The 'Cookie' request header is too large.")
    if plan.allowed_hosts and not is_one_of(host, plan.allowed_hosts):
        raise refuse_host(request, host)


# PERF: clients of a site send few different hosts: 0.05 us from the cache, 0.9 without.
is_known_host = lru_cache(maxsize=256)(is_valid_host)
is_one_of = lru_cache(maxsize=256)(is_allowed_host)


def refuse_host(request: Request, host: str | None) -> HTTPError:
    """Return the error for a `host` that is not served; what to do about it is in the log."""
    patterns = ", ".join(request.plan.allowed_hosts)
    request.log(
        f"Refused the host {host!r}: request.allowed_hosts has {patterns}. If it is yours, add "
        "it there.",
        "HOSTS",
        30,
    )
    return HTTPError(400, "This host is not served here.")


def settle_protocol(request: Request) -> None:
    """Set `request.protocol` to the lower of what client and server speak ('HTTP/2' counts as
    1.1).
    """
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
    path = keep_encoded_slashes(
        whole, environ.get("RAW_URI") or environ.get("REQUEST_URI") or ""
    )
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
    encoding = request.app.find_config(path, "request.uri_encoding")
    try:
        return (
            decode_path(path) if encoding is None else path.encode("latin-1").decode(encoding)
        )
    except (ValueError, LookupError):
        request.path_info = path.encode("latin-1", "replace").decode("utf-8", "replace")
        raise NotFound() from None


def read_query(request: Request) -> None:
    """Add the parameters of the query string. HTTPError 404 when it cannot be decoded, 400 for
    too many.
    """
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
            "The given query string could not be processed. Query strings for this resource "
            f"must be encoded with {encoding!r}.",
        ) from None
    request.params.update(params)
