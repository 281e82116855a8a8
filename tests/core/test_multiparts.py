"""Multipart bodies: what becomes of each part, what is refused, and the limits."""

import gc
import io
import weakref

import pytest

from wsgicherry.core import multiparts
from wsgicherry.core.body import Part, RequestBody, process_multipart
from wsgicherry.core.current import serving_now
from wsgicherry.core.entity import Entity
from wsgicherry.core.errors import HTTPError

NAMED = 'Content-Disposition: form-data; name="a"'
UPLOAD = f'{NAMED}; filename="f.txt"'
FORM_DATA = "multipart/form-data; boundary=B"


def body(*parts, end=b"--B--\r\n"):
    """Return a body of (header lines, content)."""
    heads = [("\r\n".join(lines).encode("utf-8"), content) for lines, content in parts]
    return b"".join(b"--B\r\n%b\r\n\r\n%b\r\n" % part for part in heads) + end


def entity_of(data, type=FORM_DATA, **attributes):
    """Return a body of `type`, not processed yet, with attributes as config would set them."""
    headers = {"Content-Type": type, "Content-Length": str(len(data))}
    entity = RequestBody(io.BytesIO(data), headers)
    for name, value in attributes.items():
        setattr(entity, name, value)
    return entity


def read(data, type=FORM_DATA, **attributes):
    """Return a processed body."""
    entity = entity_of(data, type, **attributes)
    entity.process()
    return entity


def code_of(data, type=FORM_DATA, **attributes):
    """Return the status that reading `data` is refused with, 200 if it is not."""
    try:
        read(data, type, **attributes)
    except HTTPError as error:
        return error.code
    return 200


@pytest.fixture
def post(page):
    """Post a multipart body to a page that returns what `look(request)` says."""

    def post(data, look=lambda r: repr(r.params), type=FORM_DATA, config=None, path="/"):
        serve = page(lambda *args, **kwargs: look(serving_now().request), config)
        return serve(path, "POST", body=data, headers={"Content-Type": type})

    return post


# -- multipart/form-data ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parts", "params"),
    [
        ([], {}),
        ([([NAMED], b"1")], {"a": "1"}),
        ([([NAMED], b"")], {"a": ""}),
        ([([NAMED], b"1"), ([NAMED], b"2"), ([NAMED], b"3")], {"a": ["1", "2", "3"]}),
        ([([NAMED], "é".encode())], {"a": "é"}),
        ([([NAMED], b"one\r\ntwo\nthree\r")], {"a": "one\r\ntwo\nthree\r"}),
        ([([NAMED], b"--B-\r\n--b")], {"a": "--B-\r\n--b"}),
        ([([NAMED, "Content-Type: text/plain; charset=latin-1"], b"\xe9")], {"a": "é"}),
        ([([NAMED, "Content-Type: text/plain"], "é".encode())], {"a": "é"}),
        ([([NAMED, "Content-Type: application/json"], b"{}")], {"a": "{}"}),
        ([([NAMED, "Content-Type: application/x-www-form-urlencoded"], b"x=1")], {"a": "x=1"}),
        ([([NAMED.lower()], b"1")], {"a": "1"}),
        ([(["CONTENT-DISPOSITION: FORM-DATA; NAME=a"], b"1")], {"a": "1"}),
        ([(["Content-Disposition: form-data; name=parts"], b"1")], {"parts": "1"}),
        ([(['Content-Disposition: form-data; name=""'], b"1")], {"": "1"}),
        ([(["Content-Disposition: form-data;\r\n name=a"], b"1")], {"a": "1"}),
        ([([NAMED, "Content-Length: 1"], b"1")], {"a": "1"}),
        ([([NAMED, "Content-Transfer-Encoding: binary"], b"1")], {"a": "1"}),
    ],
)
def test_fields(parts, params):
    """Fields are text, repeats lists, whatever their type; bytes between the marks are kept."""
    assert read(body(*parts)).params == params


@pytest.mark.parametrize(
    ("disposition", "name", "filename"),
    [
        ('name="f"; filename="x.txt"', "f", "x.txt"),
        ('name="f"; filename=""', "f", ""),
        ("name=f; filename=x.txt", "f", "x.txt"),
        ('filename="x.txt"; name="f"', "f", "x.txt"),
        ('name="f"; filename="größe 😀.txt"', "f", "größe 😀.txt"),
        ('name="größe"; filename="x"', "größe", "x"),
        ('name="f"; filename="C:\\dir\\x.txt"', "f", "x.txt"),
        ('name="f"; filename="../../etc/passwd"', "f", "passwd"),
        ('name="f"; filename="a%22b.txt"', "f", 'a"b.txt'),
        ('name="f"; filename="a\\"b.txt"', "f", 'a"b.txt'),
        ("name=f; filename=x; filename*=UTF-8''%C3%BC.txt", "f", "ü.txt"),
        ("name=f; filename*=iso-8859-1'de'%FC.txt", "f", "ü.txt"),
        ('name="f"; filename=".."', "f", "_"),
    ],
)
def test_files(disposition, name, filename):
    """A part with a file name is a Part: the name without directories, content in `file`."""
    data = body(([f"Content-Disposition: form-data; {disposition}"], b"\x00\xff"))
    [(found, part)] = read(data).params.items()
    assert (found, part.name, part.filename) == (name, name, filename)
    if filename:
        assert (part.file.read(), part.value) == (b"\x00\xff", None)
    else:
        assert (part.file, part.value) == (None, b"\x00\xff")


def test_a_name_in_latin_1():
    """A name that is not UTF-8 is read as ISO-8859-1."""
    data = body(([NAMED], b"1")).replace(b'"a"', b'"gr\xf6\xdfe"')
    assert read(data).params == {"größe": "1"}


def test_parts_without_a_name():
    """A part without a name stays in body.parts; one without a disposition has no name."""
    data = body(
        (["Content-Disposition: form-data"], b"1"),
        (['Content-Disposition: form-data; filename="x"'], b"2"),
        (["Content-Type: text/plain"], b"3"),
        ([NAMED], b"4"),
    )
    entity = read(data)
    assert entity.params == {"a": "4"}
    assert [(part.name, part.filename, part.fullvalue()) for part in entity.parts] == [
        (None, None, "1"),
        (None, "x", "2"),
        (None, None, "3"),
    ]


@pytest.mark.parametrize("filename", ["page.mht", ""])
def test_a_file_is_never_parsed(filename):
    """A file of a multipart type is kept as it is."""
    inner = b"--C\r\n\r\nin\r\n--C--"
    head = [f'{NAMED}; filename="{filename}"', "Content-Type: multipart/related; boundary=C"]
    part = read(body((head, inner))).params["a"]
    assert (part.content(), part.parts) == (inner, [])


def test_a_part_of_parts():
    """A field that is multipart itself is a Part with `parts` (RFC 7578 section 4.3)."""
    inner = b'--C\r\nContent-Disposition: file; filename="x"\r\n\r\nin\r\n--C--'
    part = read(body(([NAMED, "Content-Type: multipart/mixed; boundary=C"], inner))).params["a"]
    assert [(each.filename, each.content()) for each in part.parts] == [("x", b"in")]


def test_parts_of_parts_of_parts():
    """Two levels are enough for anybody."""
    inner = b"--D\r\n\r\nin\r\n--D--"
    middle = b"--C\r\nContent-Type: multipart/mixed; boundary=D\r\n\r\n" + inner + b"\r\n--C--"
    head = [NAMED, "Content-Type: multipart/mixed; boundary=C"]
    assert code_of(body((head, middle))) == 400


@pytest.mark.parametrize(
    "data", [b"", b"--B--", b"--B--\r\n", b"preamble\r\n--B--\r\nepilogue"]
)
def test_forms_without_parts(data):
    """A form may be empty."""
    entity = read(data)
    assert (entity.params, entity.parts) == ({}, [])


def test_what_stands_before_and_behind():
    """Preamble and epilogue are left out (RFC 2046 section 5.1.1)."""
    data = b"before\r\n" + body(([NAMED], b"1")) + b"behind\r\n--B\r\n\r\nx\r\n--B--"
    assert read(data).params == {"a": "1"}


# -- other multipart types --------------------------------------------------------------------


def test_other_multipart_types():
    """Of multipart/mixed all parts are in `parts`; and in the params, by name or 'parts'."""
    data = body(
        ([NAMED], b"1"), (["Content-Type: text/plain"], b"2"), (["X-Own: 1"], b"3"), ([], b"4")
    )
    entity = read(
        data.replace(b"--B\r\n\r\n\r\n4", b"--B\r\n\r\n4"), "multipart/mixed; boundary=B"
    )
    assert entity.params == {"a": "1", "parts": ["2", "3", "4"]}
    assert [part.value for part in entity.parts] == [b"1", b"2", b"3", b"4"]
    assert entity.parts[2].headers["x-own"] == "1"


def test_a_processor_that_fills_parts_alone(post):
    """`process_multipart` can be installed for 'multipart': params are left alone."""

    def install():
        serving_now().request.body.processors["multipart"] = process_multipart

    def look(request):
        return repr((request.params, [part.fullvalue() for part in request.body.parts]))

    config = {"/": {"hooks.before_request_body": install}}
    answer = post(body(([NAMED], b"1")), look, "multipart/mixed; boundary=B", config)
    assert answer.text == "({}, ['1'])"


# -- what is refused --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "type",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        'multipart/form-data; boundary=""',
        'multipart/form-data; boundary="a b "',
        "multipart/form-data; boundary=" + "x" * 202,
        "multipart/form-data; boundary=é",
        'multipart/form-data; boundary="a\nb"',
        "multipart/mixed",
        "multipart/form-data; boundary*=utf-8''B",
    ],
)
def test_boundaries_that_are_none(type):
    """A boundary is up to 201 printable characters, the last of them no space; else 400."""
    assert code_of(body(([NAMED], b"x")), type) == 400


@pytest.mark.parametrize("length", [1, 70, 201])
def test_long_boundaries(length):
    """201 characters pass, as in CherryPy."""
    mark = "x" * length
    data = body(([NAMED], b"1")).replace(b"--B", b"--" + mark.encode())
    assert read(data, f'multipart/form-data; boundary="{mark}"').params == {"a": "1"}


@pytest.mark.parametrize(
    "data",
    [
        b"abc",
        b"--X\r\n\r\nabc\r\n--X--",
        b"--B",
        b"--B\r\n",
        b"--B\r\nContent-Dispo",
        body(([NAMED], b"x"), end=b""),
        body(([NAMED], b"x"), end=b"--B"),
        body((["no colon"], b"x")),
        body(([": empty name"], b"x")),
        body((["Bad Name: 1"], b"x")),
        body(([NAMED, "Content-Length: 7"], b"x")),
        body(([NAMED, "Content-Length: 0"], b"x")),
        body(([NAMED, "Content-Length: x"], b"x")),
        body(([NAMED], b"x")).replace(b"\r\n", b"\n"),
        body(([NAMED], b"x")).replace(b"\r\n\r\n", b"\n\n"),
        body(([NAMED], b"\xff")),
        body(([f"{NAMED}; filename*=nope"], b"x")),
        body(([f"{NAMED}; filename*=utf-8''%ff"], b"x")),
        body(([f"{NAMED}; filename*=rot13''x"], b"x")),
        body(([NAMED, "X: a\nb"], b"x")),
        body(([NAMED, "X: a\rb"], b"x")),
        body(([NAMED, "X: a\0b"], b"x")),
        body(([NAMED, NAMED], b"x")),
        body(([NAMED, "Content-Type: text/plain", "content-type: text/html"], b"x")),
        body(([NAMED, "Content-Type: multipart/mixed"], b"x")),
        body(([NAMED, "Content-Type: multipart/mixed; boundary=C"], b"--C")),
    ],
)
def test_broken_bodies(data):
    """What is not well-formed, ends early or is no text is 400 (BEHAVIOUR 13.2)."""
    assert code_of(data) == 400


def test_headers_that_are_lists():
    """A header that may stand there twice has the values of both."""
    part = read(body((["X-A: 1", "X-B: 3", "x-a: 2"], b"x"))).parts[0]
    assert part.headers == {"X-A": "1, 2", "X-B": "3"}


def test_a_charset_that_is_not_allowed():
    """A field in an unknown charset is 415; a file's is its own business."""
    head = "Content-Type: text/plain; charset=windows-1252"
    assert code_of(body(([NAMED, head], b"x"))) == 415
    assert code_of(body(([UPLOAD, head], b"x"))) == 200


def test_text_that_is_none(post):
    """400, with the charsets that were tried (CherryPy's words)."""
    answer = post(body(([NAMED], b"\xe9")))
    assert answer.code == 400
    assert "The following charsets were attempted: ['us-ascii', 'utf-8']" in answer.text


def test_charsets_of_the_body_are_tried_for_fields(post):
    """`request.body.attempt_charsets` counts for fields too, after their own."""
    config = {"/": {"request.body.attempt_charsets": ["utf-8", "iso-8859-1"]}}
    assert post(body(([NAMED], b"\xe9")), config=config).text == "{'a': 'é'}"


# -- limits -----------------------------------------------------------------------------------

LIMITS = [(-1, 200), (0, 200), (1, 413)]


@pytest.mark.parametrize(("extra", "code"), LIMITS)
@pytest.mark.parametrize("by", ["default", "config"])
def test_the_number_of_parts(post, by, extra, code):
    """`request.body.max_parts`, 1000 by default: one more is 413 (SECURITY goal 8)."""
    limit = 1000 if by == "default" else 5
    config = {"/": {"request.body.max_parts": 5}} if by == "config" else None
    data = body(*[([NAMED], b"")] * (limit + extra))
    assert post(data, config=config).code == code


@pytest.mark.parametrize(("extra", "code"), LIMITS)
def test_parts_of_parts_count(extra, code):
    """Parts within a part count like all others."""
    inner = b"--C\r\n\r\nin\r\n" * (4 + extra) + b"--C--"
    data = body(([NAMED, "Content-Type: multipart/mixed; boundary=C"], inner))
    assert code_of(data, max_parts=5) == code


@pytest.mark.parametrize(("extra", "code"), LIMITS)
@pytest.mark.parametrize("key", ["request.body.max_fields", "request.max_params"])
def test_the_number_of_fields(post, key, extra, code):
    """`request.body.max_fields`, by default `request.max_params`: files do not count."""
    data = body(*[([NAMED], b"")] * (5 + extra), *[([UPLOAD], b"")] * 10)
    assert post(data, config={"/": {key: 5}}).code == code


@pytest.mark.parametrize(("extra", "code"), LIMITS)
@pytest.mark.parametrize("by", ["default", "config"])
def test_the_number_of_headers(post, by, extra, code):
    """`request.body.max_part_headers`, 16 by default: one more is 413."""
    limit = 16 if by == "default" else 3
    config = {"/": {"request.body.max_part_headers": 3}} if by == "config" else None
    data = body(([NAMED, *["X: 1"] * (limit - 1 + extra)], b""))
    assert post(data, config=config).code == code


@pytest.mark.parametrize(("extra", "code"), LIMITS)
@pytest.mark.parametrize("by", ["default", "config"])
@pytest.mark.parametrize("count", [1, 2])
def test_the_size_of_headers(post, by, count, extra, code):
    """`request.body.max_part_header_bytes`, 8 kB by default, for all headers of a part."""
    limit = 8 * 1024 if by == "default" else 100
    config = {"/": {"request.body.max_part_header_bytes": 100}} if by == "config" else None
    used = len("Content-Disposition") + len('form-data; name="a"') + len("X") * count
    left = limit - used + extra
    sizes = [left] if count == 1 else [left // 2, left - left // 2]
    lines = ["X: " + "x" * size for size in sizes]
    assert post(body(([NAMED, *lines], b"")), config=config).code == code


@pytest.mark.parametrize(("extra", "code"), LIMITS)
def test_the_number_of_folded_lines(extra, code):
    """A hundred lines that go on with a header are read, one more is 413."""
    lines = [NAMED, "X: 1", *[" more"] * (50 + extra)]
    assert code_of(body((lines, b""), ([NAMED, "X: 1", *["\tmore"] * 50], b""))) == code


def test_a_header_without_an_end():
    """A header is refused when it is over the limit, not when it ends."""
    assert code_of(b"--B\r\nX: " + b"x" * 1_000_000) == 413


@pytest.mark.parametrize(("extra", "code"), LIMITS)
@pytest.mark.parametrize("by", ["default", "config"])
def test_the_size_of_fields(post, by, extra, code):
    """`request.body.max_field_bytes`, 500 kB by default, for all fields; files do not count."""
    limit = 500 * 1024 if by == "default" else 100
    config = {"/": {"request.body.max_field_bytes": 100}} if by == "config" else None
    half = limit // 2
    fields = [([NAMED], b"x" * half), ([NAMED], b"x" * (half + extra))]
    answer = post(body(*fields, ([UPLOAD], b"x" * 1000)), lambda r: "", config=config)
    assert answer.code == code
    assert code == 200 or "request.body.max_field_bytes" in answer.text


@pytest.mark.parametrize(("extra", "code"), LIMITS)
def test_the_size_of_a_multipart_body(post, extra, code):
    """`request.body.maxbytes` counts every byte, in a file too."""
    data = body(([UPLOAD], b"x" * 300_000))
    config = {"/": {"request.body.maxbytes": len(data) - extra}}
    assert post(data, lambda r: "", config=config).code == code


def test_many_uploads_open_one_file(post):
    """A thousand uploads that are kept on disk share one file (SECURITY section 6 no. 34)."""

    def look(request):
        parts = request.params["a"]
        spools = {part.form.spool for part in parts}
        contents = [part.file.read(4) for part in parts[:2] + parts[-1:]]
        return repr((len(parts), [spool.is_on_disk for spool in spools], contents))

    answer = post(body(*[([UPLOAD], b"%03d." % n * 500) for n in range(1000)]), look)
    assert answer.text == "(1000, [True], [b'000.', b'001.', b'999.'])"


# -- a part is decided on before it is read ----------------------------------------------------


def test_a_part_is_seen_before_it_is_read(post):
    """`request.body.on_part` gets each part: name, file name, type and headers, unread."""
    seen = []

    def on_part(part):
        kind = part.content_type.value
        seen.append(
            (part.name, part.filename, kind, part.headers["X-Own"], part.value, part.file)
        )

    data = body(
        ([UPLOAD, "Content-Type: image/png", "X-Own: 1"], b"x"), ([NAMED, "X-Own: 2"], b"y")
    )
    assert post(data, lambda r: "", config={"/": {"request.body.on_part": on_part}}).code == 200
    assert seen == [
        ("a", "f.txt", "image/png", "1", None, None),
        ("a", None, "text/plain", "2", None, None),
    ]


def test_a_part_may_be_refused(post):
    """What on_part raises is the answer, and the rest of the body stays unread."""
    source = io.BytesIO(body(([UPLOAD, "Content-Type: text/html"], b"x" * 10_000_000)))

    def on_part(part):
        if part.content_type.value != "image/png":
            raise HTTPError(415, "Only PNG pictures, please.")

    config = {"/": {"request.body.on_part": on_part}}
    entity = entity_of(b"x" * 10_000_000, on_part=on_part)
    entity.fp = source
    with pytest.raises(HTTPError, match="Only PNG"):
        entity.process()
    assert source.tell() <= multiparts.PIECE_BYTES
    answer = post(body(([UPLOAD], b"x")), config=config)
    assert (answer.code, "Only PNG pictures" in answer.text) == (415, True)


@pytest.mark.parametrize("head", [NAMED, UPLOAD])
def test_a_part_may_go_into_a_file_of_ones_own(post, tmp_path, head):
    """on_part may return a file: the part is written there, however large it is."""
    target = tmp_path / "upload"

    def on_part(part):
        return open(target, "w+b")

    def look(request):
        with request.params["a"].file as file:
            return repr((len(file.read()), request.params["a"].is_given_file))

    config = {"/": {"request.body.on_part": on_part, "request.body.max_field_bytes": 10}}
    answer = post(body(([head], b"x" * 700_000)), look, config=config)
    assert answer.text == "(700000, True)"
    assert target.read_bytes() == b"x" * 700_000


def test_a_file_of_ones_own_need_not_seek():
    """A file that only takes bytes will do."""

    class Sink:
        size = 0

        def write(self, data):
            self.size += len(data)

    sink = Sink()
    part = read(body(([UPLOAD], b"x" * 300_000)), on_part=lambda part: sink).params["a"]
    assert (part.file is sink, sink.size) == (True, 300_000)


def test_on_part_may_read_a_part_itself():
    """What on_part has read is gone, the rest is kept; the next part is not touched."""
    seen = []

    def on_part(part):
        if part.filename:
            seen.append((part.read(4), part.readline()))

    data = body(([UPLOAD], b"\x89PNG line\nrest"), ([NAMED], b"1"))
    upload, field = read(data, on_part=on_part).params["a"]
    assert seen == [(b"\x89PNG", b" line\n")]
    assert (upload.file.read(), field) == (b"rest", "1")


def test_on_part_may_read_some_of_a_large_part():
    """However much is read at a time, nothing is lost or doubled."""
    content = bytes(range(256)) * 4096
    seen = []

    def on_part(part):
        seen.append(part.read(100_000))

    upload = read(body(([UPLOAD], content)), on_part=on_part).params["a"]
    assert seen[0] + upload.file.read() == content
    by_take = []

    def take(part):
        by_take.extend([part._input.take(10), next(part.pieces())[:5]])

    upload = read(body(([UPLOAD], content)), on_part=take).params["a"]
    assert by_take == [content[:10], content[10:15]]


def test_a_processor_may_leave_a_part_unread():
    """What a part's own class leaves unread is skipped."""

    class Lazy(Part):
        def default_proc(self):
            self.value = self.read(2)

    entity = read(body(([NAMED], b"12345"), ([UPLOAD], b"678")), part_class=Lazy)
    assert [part if isinstance(part, str) else part.value for part in entity.params["a"]] == [
        "12",
        b"67",
    ]


def test_a_part_class_of_ones_own(post, tmp_path):
    """`part_class` with a make_file of its own keeps uploads where it says."""

    class InFolder(Part):
        def make_file(self):
            return open(tmp_path / self.filename, "w+b")

    def look(request):
        with request.params["a"].file as file:
            return file.read()

    config = {"/": {"request.body.part_class": InFolder}}
    assert post(body(([UPLOAD], b"kept")), look, config=config).body == b"kept"
    assert (tmp_path / "f.txt").read_bytes() == b"kept"


# -- what is kept -----------------------------------------------------------------------------


def test_an_upload_goes_with_its_part():
    """Nobody need close a file, or wait for the garbage collector: it goes with the part."""
    entity = read(body(([UPLOAD], b"x" * 2_000_000)))
    part = entity.params["a"]
    raw = part.form.spool.store
    spool = weakref.ref(part.form.spool)
    gc.disable()
    try:
        del part, entity
        assert spool() is None
    finally:
        gc.enable()
    assert raw.closed


def test_an_upload_that_fails_on_disk_leaves_nothing(monkeypatch):
    """When there is no room for it, nothing stays open, and what was in memory is whole."""
    from wsgicherry.core import uploads

    class Full(io.BytesIO):
        def write(self, data):
            raise OSError(28, "No space left on device")

    disk = Full()
    monkeypatch.setattr(uploads, "TemporaryFile", lambda: disk)
    spool = uploads.UploadSpool()
    spool.append(b"x" * 10)
    with pytest.raises(OSError, match="No space"):
        spool.append(b"y" * uploads.MAX_BYTES_IN_MEMORY)
    assert disk.closed
    assert spool.read_at(0, 20) == b"x" * 10


def test_an_entity_by_hand():
    """An entity can be made of any stream and headers, outside of a request."""
    data = body(([NAMED], b"1"))
    entity = Entity(io.BytesIO(data), {"Content-Type": FORM_DATA})
    entity.process()
    assert entity.params == {"a": "1"}
