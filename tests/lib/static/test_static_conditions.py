"""Ranges and conditions (RFC 9110 sections 13 and 14) on each way to serve a file.

The rows are those of SECURITY section 5 (one file of 1,000 bytes) and BEHAVIOUR 8.2.
"""

from __future__ import annotations

import re
from email.utils import formatdate

import pytest
from static_pages import CONTENT, MTIME, SIZE

NOW = "Tue, 14 Nov 2023 22:13:20 GMT"
EARLIER = formatdate(MTIME - 3600, usegmt=True)
LATER = formatdate(MTIME + 3600, usegmt=True)
EVEN = range(0, 90, 2)
TAG = object()
"""In a row: the tag that the file has."""

WEAK = object()
"""In a row: that tag, marked as weak."""

ROWS = [
    # id, headers of the request, status, (first, last) bytes of a 206
    ("first", {"range": "bytes=0-9"}, 206, (0, 9)),
    ("suffix", {"range": "bytes=-5"}, 206, (995, 999)),
    ("open", {"range": "bytes=990-"}, 206, (990, 999)),
    ("middle", {"range": "bytes=500-600"}, 206, (500, 600)),
    ("clamped", {"range": "bytes=0-5000"}, 206, (0, 999)),
    ("past", {"range": "bytes=1000-"}, 416, None),
    ("no-suffix", {"range": "bytes=-0"}, 416, None),
    ("long-suffix", {"range": "bytes=-99999"}, 206, (0, 999)),
    ("one-of-two", {"range": "bytes=5000-,0-3"}, 206, (0, 3)),
    ("backwards", {"range": "bytes=9-5"}, 200, None),
    ("backwards-of-two", {"range": "bytes=0-3,9-5"}, 200, None),
    ("letters", {"range": "bytes=a-b"}, 200, None),
    ("one-number", {"range": "bytes=1"}, 200, None),
    ("unit-alone", {"range": "bytes"}, 200, None),
    ("nothing", {"range": "bytes="}, 200, None),
    ("dash", {"range": "bytes=-"}, 200, None),
    ("other-unit", {"range": "items=0-9"}, 200, None),
    ("upper-unit", {"range": "BYTES=0-9"}, 206, (0, 9)),
    ("same-200-times", {"range": "bytes=" + "0-," * 200}, 206, (0, 999)),
    ("too-many", {"range": "bytes=" + ",".join(f"{n}-{n}" for n in EVEN)}, 200, None),
    ("if-range-old-date", {"range": "bytes=0-9", "if_range": EARLIER}, 200, None),
    ("if-range-later", {"range": "bytes=0-9", "if_range": LATER}, 200, None),
    ("if-range-date", {"range": "bytes=0-9", "if_range": NOW}, 206, (0, 9)),
    ("if-range-other", {"range": "bytes=0-9", "if_range": '"other"'}, 200, None),
    ("if-range-tag", {"range": "bytes=0-9", "if_range": TAG}, 206, (0, 9)),
    ("if-range-weak", {"range": "bytes=0-9", "if_range": WEAK}, 200, None),
    ("if-range-alone", {"if_range": '"other"'}, 200, None),
    ("ims-equal", {"if_modified_since": NOW}, 304, None),
    ("ims-earlier", {"if_modified_since": EARLIER}, 200, None),
    ("ims-later", {"if_modified_since": LATER}, 304, None),
    ("ims-rfc850", {"if_modified_since": "Tuesday, 14-Nov-23 22:13:20 GMT"}, 304, None),
    ("ims-asctime", {"if_modified_since": "Tue Nov 14 22:13:20 2023"}, 304, None),
    ("ims-nonsense", {"if_modified_since": "nonsense"}, 200, None),
    ("ius-earlier", {"if_unmodified_since": EARLIER}, 412, None),
    ("ius-equal", {"if_unmodified_since": NOW}, 200, None),
    ("ius-later", {"if_unmodified_since": LATER}, 200, None),
    ("ius-nonsense", {"if_unmodified_since": "nonsense"}, 200, None),
    ("inm-any", {"if_none_match": "*"}, 304, None),
    ("inm-tag", {"if_none_match": TAG}, 304, None),
    ("inm-weak", {"if_none_match": WEAK}, 304, None),
    ("inm-other", {"if_none_match": '"other"'}, 200, None),
    ("inm-garbage", {"if_none_match": "other"}, 200, None),
    ("inm-other-ims-later", {"if_none_match": '"o"', "if_modified_since": LATER}, 200, None),
    ("inm-tag-ims-earlier", {"if_none_match": TAG, "if_modified_since": EARLIER}, 304, None),
    ("im-any", {"if_match": "*"}, 200, None),
    ("im-tag", {"if_match": TAG}, 200, None),
    ("im-weak", {"if_match": WEAK}, 412, None),
    ("im-other", {"if_match": '"other"'}, 412, None),
    ("im-any-ius-earlier", {"if_match": "*", "if_unmodified_since": EARLIER}, 200, None),
    ("im-other-ius-later", {"if_match": '"o"', "if_unmodified_since": LATER}, 412, None),
    ("im-tag-inm-tag", {"if_match": TAG, "if_none_match": TAG}, 304, None),
    ("im-other-inm-tag", {"if_match": '"o"', "if_none_match": TAG}, 412, None),
    ("ius-earlier-inm-tag", {"if_unmodified_since": EARLIER, "if_none_match": TAG}, 412, None),
    ("ims-equal-range", {"if_modified_since": NOW, "range": "bytes=0-9"}, 304, None),
    ("ius-earlier-range", {"if_unmodified_since": EARLIER, "range": "bytes=0-9"}, 412, None),
    ("im-tag-range", {"if_match": TAG, "range": "bytes=0-9"}, 206, (0, 9)),
    ("http-1.0", {"range": "bytes=0-9", "SERVER_PROTOCOL": "HTTP/1.0"}, 200, None),
]


def fill(headers, tag):
    """Return the headers of a row, with the file's own tag."""
    tags = {TAG: tag, WEAK: f"W/{tag}"}
    return {name: tags.get(value, value) for name, value in headers.items()}


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    ("headers", "status", "part"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS]
)
def test_rows(ask, way, method, headers, status, part):
    """Each row is what RFC 9110 says. A HEAD has no parts (section 14.2), and no body."""
    tag = ask(way)["ETag"]
    assert re.fullmatch(r'"[0-9a-f-]+"', tag)
    if method == "HEAD" and "range" in headers and status in (206, 416):
        status, part = 200, None
    answer = ask(way, method, **fill(headers, tag))
    assert answer.status == status
    wanted, length = b"", str(SIZE)
    if status == 200:
        wanted = CONTENT
    elif part is not None:
        first, last = part
        wanted, length = CONTENT[first : last + 1], str(last + 1 - first)
        assert answer["Content-Range"] == f"bytes {first}-{last}/{SIZE}"
    if status in (200, 206):
        assert answer["Content-Length"] == length
        assert answer.body == (wanted if method == "GET" else b"")
        assert (answer["ETag"], answer["Last-Modified"]) == (tag, NOW)
        assert answer["Accept-Ranges"] == (None if "SERVER_PROTOCOL" in headers else "bytes")
    elif status == 304:
        assert answer.body == b""
        assert answer["ETag"] == tag
        assert not answer.headers.keys() & {"content-length", "content-type", "content-range"}
    else:
        assert answer["Content-Length"] != length
        assert answer["ETag"] is answer["Last-Modified"] is None
        assert answer["Content-Range"] == (f"bytes */{SIZE}" if status == 416 else None)


def test_several_parts(ask, way):
    """Several ranges come as multipart/byteranges, each under its own head (BEHAVIOUR 8.2)."""
    answer = ask(way, range="bytes=0-0,2-2, -3")
    assert answer.status == 206
    kind = "text/x-own" if way == "/opened" else "application/octet-stream"
    boundary = re.fullmatch(r"multipart/byteranges; boundary=(\w+)", answer["Content-Type"])[1]
    parts = [(0, 0), (2, 2), (997, 999)]
    body = b"\r\n"
    for first, last in parts:
        head = f"--{boundary}\r\nContent-type: {kind}\r\n"
        head += f"Content-range: bytes {first}-{last}/{SIZE}\r\n\r\n"
        body += head.encode() + CONTENT[first : last + 1] + b"\r\n"
    assert answer.body == body + f"--{boundary}--\r\n".encode()
    assert answer["Content-Length"] == str(len(answer.body))
    assert answer["Content-Range"] is None


@pytest.mark.parametrize(
    "header",
    [
        "bytes=" + "0-," * 10_000,
        "bytes=" + ",".join(f"{n}-" for n in range(1000)),
        "bytes=" + ",".join(f"{2 * n}-{2 * n}" for n in range(16)),
        "bytes=" + ",".join(f"{2 * n}-{2 * n}" for n in range(17)),
        "bytes=0-499,501-999",
    ],
)
def test_no_amplification(ask, way, header):
    """A body is never longer than the file and 200 bytes for each part (SECURITY goal 10)."""
    answer = ask(way, range=header)
    parts = answer.body.count(b"Content-range")
    assert parts <= 16
    assert len(answer.body) <= SIZE + 200 * parts


@pytest.mark.parametrize(("limit", "status"), [(1, 200), (2, 206)])
def test_parts_by_config(ask, mount, limit, status):
    """`request.max_ranges` is the limit of parts; with more the header is ignored."""
    mount(sections={"/": {"request.max_ranges": limit}})
    assert ask("/static/data.bin", range="bytes=0-0,2-2").status == status


def test_a_416_says_which_ranges_there_are(ask, way):
    """The page of a 416 has Content-Range, and nothing of the file."""
    answer = ask(way, range="bytes=1000-1001,2000-")
    assert (answer.status, answer["Content-Range"]) == (416, "bytes */1000")
    assert b"Invalid Range" in answer.body
    assert answer["Accept-Ranges"] is None


@pytest.mark.parametrize(
    ("headers", "status"), [({"if_none_match": TAG}, 412), ({"if_match": TAG}, 200)]
)
def test_other_methods(ask, mount, headers, status):
    """A handler that serves a file to a POST: a tag that matches is no 304 (section 13.1.2)."""
    mount()
    tag = ask("/file")["ETag"]
    answer = ask("/file", "POST", **fill(headers, tag), CONTENT_LENGTH="0", range="bytes=0-9")
    assert answer.status == status


def test_headers_of_head_are_those_of_get(ask, way):
    """HEAD has every header of GET, and no body."""
    get, head = ask(way), ask(way, "HEAD")
    assert (head.headers, head.body) == (get.headers, b"")
