"""`tools.flatten`: bodies whose chunks are iterators of chunks."""

from __future__ import annotations

import pytest
from toolpage import Page

from wsgicherry.core.current import serving_now
from wsgicherry.lib import cptools
from wsgicherry.lib.flattening import FlatStream


class Closing:
    """An iterator that notes in `seen` that it was closed."""

    def __init__(self, name, chunks, seen):
        self.name, self.chunks, self.seen = name, iter(chunks), seen

    def __iter__(self):
        return self

    def __next__(self):
        return next(self.chunks)

    def close(self):
        self.seen.append(self.name)


def nested(depth):
    chunk = b"core"
    for _ in range(depth):
        chunk = iter([chunk])
    return chunk


@pytest.mark.parametrize(
    ("body", "flat"),
    [
        ([], b""),
        ([b"a", b"b"], b"ab"),
        ([b"a", iter([b"b", iter([b"c"]), b"d"]), b"e"], b"abcde"),
        (iter([iter([]), iter([iter([])])]), b""),
        (nested(5000), b"core"),
    ],
)
def test_flat(body, flat):
    """Chunks come in the order of reading, however deep they lie."""
    assert b"".join(FlatStream(body)) == flat


def test_iterators_are_closed_at_their_end():
    """Each is closed once, the innermost first."""
    seen = []
    inner = Closing("inner", [b"a"], seen)
    stream = FlatStream(Closing("body", [inner, b"b"], seen))
    assert next(stream) == b"a"
    assert next(stream) == b"b"
    assert seen == ["inner"]
    assert list(stream) == []
    stream.close()
    assert set(seen) == {"inner", "body"}


def test_iterators_are_closed_when_the_client_is_gone():
    """What is begun is closed; what is not, is not begun."""
    seen = []
    inner = Closing("inner", [b"a", b"b"], seen)
    other = Closing("other", [b"c"], seen)
    stream = FlatStream(Closing("body", [inner, other], seen))
    assert next(stream) == b"a"
    stream.close()
    assert seen[:2] == ["inner", "body"]
    assert "other" not in seen
    assert list(stream) == []


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("debug", [False, True])
def test_a_page(site, stream, debug):
    """A page may yield what other generators yield."""

    def inner():
        yield b"b"
        yield iter([b"c"])

    def page():
        yield b"a"
        yield inner()

    config = {"tools.flatten.on": True, "tools.flatten.debug": debug, "response.stream": stream}
    assert Page(site, page, config)().body == b"abc"


def test_by_hand(site):
    """`tools.flatten.callable` works on the body that is there."""

    def page():
        response = serving_now().response
        response.body = [b"a", iter([b"b"])]
        site.tools.flatten.callable()
        return response.body

    assert Page(site, page, {})().body == b"ab"
    assert cptools.flatten is site.tools.flatten.callable
