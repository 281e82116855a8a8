"""Conditional requests to pages: `tools.etags` and `validate_since`.

Whether a client's copy is current is said in `wire/conditions.py`; here is what a page has to
do with it.
"""

from __future__ import annotations

import logging
from functools import partial
from hashlib import blake2b
from typing import Any

from ..core.bodies import CHUNK_BYTES, FileChunks
from ..core.current import serving_now
from ..core.errors import HTTPError, HTTPRedirect
from ..wire.conditions import (
    NO_CONDITIONS,
    READING,
    Conditions,
    find_outcome,
    is_match,
    parse_date,
    parse_etags,
    quote_etag,
    weaken,
)
from ..wire.headers import split_elements

TOO_LATE = (
    "A condition of this {} failed after its handler had run. Let the handler call "
    "validate_etags() before it changes anything."
)

MAX_SHOWN_CHARS = 200
"""An error page repeats no more of what a client sent."""


def validate_etags(autotags: bool = False, debug: bool = False) -> None:
    """Answer 304 or 412 if the client's conditions say so, by the response's ETag.

    `autotags`: make a strong tag of the body of a page that has none. Streams, large files and
    answers to other methods than GET and HEAD get none. A tag without quotes is quoted. A
    Last-Modified counts too. Once a response has been compared by its tag it is not again: call
    this in a handler, with the present tag and date set, before it changes anything. Source:
    BEHAVIOUR 6.6, RFC 9110 section 13.2.2.
    """
    serving = serving_now()
    request = serving.request
    response: Any = serving.response
    etag = settle_etag(response)
    if hasattr(response, "ETag"):
        return
    code = response.status_code
    if not etag and autotags and code == 200 and is_to_be_tagged(request, response):
        etag = tag_body(request, response)
    if debug:
        request.log(f"status {code}, ETag {etag}", "TOOLS.ETAGS")
    if etag:
        response.ETag = etag  # CherryPy's mark; `response.etag` is WebOb's view of the header
    conditions = Conditions.of(request.environ)
    if request.method not in READING and has_run(request):
        # A page that has changed something has a new date by now.
        conditions = conditions._replace(if_unmodified_since=None)
    if code // 100 == 2 and not is_new(request, code):
        decide = partial(answer, request, response, conditions, etag)
        caching = getattr(serving, "caching", None)
        if caching is None or not has_run(request):
            decide()
        else:
            # A 304 is for one client: what it would have got is stored for all of them first.
            caching.decide_at_end(decide)


def validate_since() -> None:
    """Answer 304 or 412 if the client's dates say so, by the response's Last-Modified.

    A date that the client sends beside tags counts for nothing here: tags are the better
    judge, and `validate_etags` compares them. Source: BEHAVIOUR 6.6, RFC 9110 section 13.2.2.
    """
    serving = serving_now()
    request, response = serving.request, serving.response
    sent = Conditions.of(request.environ)
    dates = NO_CONDITIONS
    if sent.if_match is None:
        dates = dates._replace(if_unmodified_since=sent.if_unmodified_since)
        if sent.if_none_match is None:
            dates = dates._replace(if_modified_since=sent.if_modified_since)
    if response.status_code // 100 == 2:
        answer(request, response, dates, None)


def answer(request: Any, response: Any, conditions: Conditions, etag: str | None) -> None:
    """Answer with the 304 or 412 that `conditions` lead to, if any; a handler ends there."""
    if conditions == NO_CONDITIONS:
        return
    modified = parse_date(as_text(response.headers.get("Last-Modified")))
    outcome = find_outcome(request.method, conditions, etag, modified)
    if outcome == 304:
        if etag and conditions.if_none_match is not None:
            response.headers["ETag"] = as_known(etag, conditions.if_none_match)
        not_modified = HTTPRedirect([], 304)
        if not has_run(request):
            raise not_modified
        # PERF: raised, it would run all hooks of this point once more: 10 us of 33.
        not_modified.set_response()
    elif outcome == 412:
        if request.method not in READING and has_run(request):
            request.log(TOO_LATE.format(request.method), "TOOLS.ETAGS", logging.WARNING)
        raise HTTPError(412, describe_failure(conditions, etag))


def describe_failure(conditions: Conditions, etag: str | None) -> str | None:
    """Return which tags it was that failed; None if it was a date. CherryPy's sentences."""
    required, excluded = conditions.if_match, conditions.if_none_match
    if required is not None and not is_match(required, etag, is_strong=True):
        return f"If-Match failed: ETag {etag!r} did not match {list_tags(required)!r}"
    if excluded is not None and is_match(excluded, etag, is_strong=False):
        return f"If-None-Match failed: ETag {etag!r} matched {list_tags(excluded)!r}"
    return None


def list_tags(header: str) -> list[str]:
    """Return what a header lists, or the beginning of it, as a message shows it."""
    return [part.strip() for part in split_elements(header[:MAX_SHOWN_CHARS])]


def has_run(request: Any) -> bool:
    """Tell whether the handler is done: this is the hook, not a call in the handler."""
    return bool(request.stage == "before_finalize")


def is_new(request: Any, code: int) -> bool:
    """Tell whether there was nothing before this request that a tag could have been of.

    A PUT that is answered 201 has made the page (RFC 9110 section 9.3.4): to refuse it
    afterwards for "If-None-Match: *" would be a lie.
    """
    return code == 201 and request.method == "PUT"


# -- tags ------------------------------------------------------------------------------


def settle_etag(response: Any) -> str | None:
    """Return the response's ETag, quoted if the program forgot to; None if there is none."""
    sent = response.headers.get("ETag")
    if not sent:
        return None
    etag = quote_etag(as_text(sent) or "")
    if etag != sent:
        response.headers["ETag"] = etag
    return etag


def as_text(value: Any) -> str | None:
    """Return what a program set as a header, as it will be sent."""
    if isinstance(value, bytes):
        return value.decode("latin-1")
    return value if value is None else str(value)


def is_to_be_tagged(request: Any, response: Any) -> bool:
    """Tell whether autotags make a tag for this response: it is a page to read, and will be
    held in memory anyhow.

    What answers another method is not what a GET would get, and its tag not that page's (RFC
    9110 section 8.8.3).
    """
    if request.method not in READING or response.stream:
        return False
    body = response.body
    if type(body) is list:
        return True
    if "Content-Length" in response.headers:
        return False  # it is sent as it is made
    # The files that `response.finalize` does not read.
    rest = body.count_rest() if type(body) is FileChunks else None
    return rest is None or rest <= CHUNK_BYTES


def will_be_tagged(request: Any, response: Any) -> bool:
    """Tell whether `tools.etags` is going to make a tag for this response."""
    config = request.config or {}
    is_on = config.get("tools.etags.on") and config.get("tools.etags.autotags")
    return bool(is_on) and response.status_code == 200 and is_to_be_tagged(request, response)


def tag_body(request: Any, response: Any) -> str | None:
    """Make a digest of the body the response's ETag, and return that.

    Of a HEAD whose handler left the body out nobody knows what a GET would get.
    """
    data = response.collapse_body()
    if not data and request.method == "HEAD":
        return None
    etag = f'"{blake2b(data, digest_size=16).hexdigest()}"'
    response.headers["ETag"] = etag
    return etag


def as_known(etag: str, header: str) -> str:
    """Return `etag` as the client has it: weak, if that is how its copy came.

    By this tag a cache finds the copy that a 304 is about (RFC 9111 section 4.3.4). Compression
    made it weak, after this tool had compared.
    """
    if header.strip(" \t") == "*" or etag in parse_etags(header):
        return etag
    return weaken(etag)


def weaken_etag(request: Any, response: Any) -> None:
    """Make the ETag of a page weak whose body is about to be encoded: other bytes of the same
    meaning (RFC 9110 section 8.8.3.3).

    In the answer to a PUT it is the tag of what was put, not of this body: that one stays.
    """
    etag = settle_etag(response)
    if etag and request.method in READING:
        response.headers["ETag"] = weaken(etag)
