"""Forms that are well-formed come back exactly, however they arrive; all others are refused."""

from __future__ import annotations

import io
import random
from email import policy
from email.parser import BytesParser

import pytest
from hostile_forms import CHANGES
from hypothesis import assume, given
from hypothesis import strategies as st

from wsgicherry.core.body import Part, RequestBody
from wsgicherry.core.errors import HTTPError

BOUNDARY = b"B--"
PIECES = (1, 7, 64 * 1024)
ORACLE_SEED = 20263
ORACLE_FORMS = 150


class Arriving(io.RawIOBase):
    """A server's input that gives at most `size` bytes at once."""

    def __init__(self, data: bytes, size: int) -> None:
        self.data, self.size = io.BytesIO(data), size

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self.data.read(min(self.size, size) if size >= 0 else self.size)


def browser_quote(text):
    """Return a name as browsers write it (WHATWG HTML, multipart/form-data)."""
    escaped = text.replace("\r", "%0D").replace("\n", "%0A").replace('"', "%22")
    return b'"%b"' % escaped.encode("utf-8")


def build(fields, boundary=BOUNDARY):
    """Return the body of (name, file name, content): as browsers make it, by its definition."""
    body = b""
    for name, filename, content in fields:
        body += b"--%b\r\nContent-Disposition: form-data; name=%b" % (
            boundary,
            browser_quote(name),
        )
        if filename is not None:
            body += b"; filename=%b\r\nContent-Type: application/octet-stream" % browser_quote(
                filename
            )
        body += b"\r\n\r\n%b\r\n" % content
    return body + b"--%b--\r\n" % boundary


def process(body, size, boundary=BOUNDARY, type="multipart/form-data"):
    """Return the processed entity of `body`, which arrives in pieces of `size` bytes."""
    headers = {
        "Content-Type": f'{type}; boundary="{boundary.decode()}"',
        "Content-Length": str(len(body)),
    }
    entity = RequestBody(Arriving(body, size), headers)
    entity.process()
    return entity


def read(body, size):
    """Return the (name, file name, content) that the parser finds, names in their order."""
    found = []
    for name, values in process(body, size).params.items():
        for value in values if isinstance(values, list) else [values]:
            if isinstance(value, Part):
                found.append((name, value.filename, value.content()))
            else:
                found.append((name, None, value.encode("utf-8")))
    return found


def by_name(fields):
    """Return `fields` as params hold them: those of one name together."""
    names = list(dict.fromkeys(name for name, _, _ in fields))
    return [field for name in names for field in fields if field[0] == name]


# A backslash before a quote means two things to two kinds of clients, and so does '%22'.
in_a_name = st.characters(exclude_categories=("Cs",), exclude_characters="\0\\%")
names = st.text(in_a_name, max_size=20)
file_names = st.one_of(
    st.none(),
    st.text(
        st.characters(exclude_categories=("Cs", "Cc", "Zs"), exclude_characters="/\\%."),
        max_size=20,
    ),
)
look_alikes = st.sampled_from(
    [b"\r\n", b"\r", b"\n", b"--", b"-", BOUNDARY, b"--" + BOUNDARY, b"\r\n--", b"\r\n--B"]
)
contents = st.lists(st.one_of(look_alikes, st.binary(max_size=20)), max_size=12).map(b"".join)
texts = st.one_of(
    st.text(st.characters(exclude_categories=("Cs",)), max_size=50).map(str.encode),
    st.lists(look_alikes, max_size=12).map(b"".join),
)
files = st.tuples(names, file_names.filter(lambda name: name is not None), contents)
forms = st.lists(st.one_of(st.tuples(names, st.none(), texts), files), max_size=8)


@given(forms, st.sampled_from(PIECES))
def test_forms_come_back(fields, size):
    """Names, file names and every byte of the content, boundary look-alikes and all."""
    assume(not any(b"\r\n--" + BOUNDARY in b"\r\n" + content for _, _, content in fields))
    assert read(build(fields), size) == by_name(fields)


@given(contents, st.sampled_from(PIECES))
def test_a_content_may_begin_as_a_boundary(content, size):
    """The line break that ends the headers is theirs: no boundary begins with it."""
    content = b"--" + BOUNDARY + content
    assume(b"\r\n--" + BOUNDARY not in content)
    assert read(build([("a", "f", content)]), size) == [("a", "f", content)]


def make_parts(chance):
    """Return (headers, content) of some parts, by chance."""
    pieces = (b"\r\n", b"--", b"-", b"x", b"\xff", b"\0", b"--" + BOUNDARY[:-1], b"name", b" ")
    parts = []
    for number in range(chance.randint(1, 9)):
        head = [f'Content-Disposition: form-data; name="n{number}"; filename="f{number}"']
        head += [f"X-{n}: {chance.random()}" for n in range(chance.randint(0, 5))]
        chance.shuffle(head)
        content = b"".join(chance.choices(pieces, k=chance.randint(0, 40)))
        # For the oracle a boundary may also follow a lone CR or LF.
        while BOUNDARY in content:
            content = content.replace(BOUNDARY, b"")
        parts.append((head, content))
    return parts


def test_the_standard_library_agrees():
    """Python's own parser of mail finds the same headers and contents in forms of chance."""
    chance = random.Random(ORACLE_SEED)
    for _ in range(ORACLE_FORMS):
        parts = make_parts(chance)
        body = b"".join(
            b"--%b\r\n%b\r\n\r\n%b\r\n" % (BOUNDARY, "\r\n".join(head).encode(), content)
            for head, content in parts
        )
        body += b"--%b--\r\n" % BOUNDARY
        head = b'Content-Type: multipart/mixed; boundary="%b"\r\n\r\n' % BOUNDARY
        expected = BytesParser(policy=policy.compat32).parsebytes(head + body).get_payload()
        found = process(body, chance.choice(PIECES), type="multipart/mixed").parts
        assert len(found) == len(expected) == len(parts)
        for ours, theirs in zip(found, expected, strict=True):
            assert ours.content() == theirs.get_payload(decode=True)
            assert dict(ours.headers) == {k.title(): v for k, v in theirs.items()}
            assert ours.filename == theirs.get_filename()


SMALL = build([("a", None, b"one\r\n"), ("b", "f", b"\r\n--two")])
END = SMALL.index(b"--" + BOUNDARY + b"--") + len(BOUNDARY) + 4


@pytest.mark.parametrize("size", PIECES)
def test_no_part_of_a_form_is_a_form(size):
    """Cut at whatever byte before its end, a form is refused; behind it, it is whole."""
    whole = read(SMALL, size)
    for length in range(1, len(SMALL)):
        if length >= END:
            assert read(SMALL[:length], size) == whole
            continue
        with pytest.raises(HTTPError) as caught:
            read(SMALL[:length], size)
        assert caught.value.code == 400


def test_the_pieces_make_no_difference():
    """What is refused, and what is read, does not hang on how the body arrives."""
    chance = random.Random(ORACLE_SEED)
    for number in range(600):
        body = CHANGES[number % len(CHANGES)](SMALL, BOUNDARY, SMALL[::-1], chance)
        outcomes = []
        for size in PIECES:
            try:
                outcomes.append(read(body, size))
            except HTTPError as error:
                outcomes.append(error.code)
        assert outcomes[1:] == outcomes[:-1], body[:500]
