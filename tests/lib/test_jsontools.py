"""JSON documents as values: what is read, what is refused, what is written."""

import json

import pytest

from wsgicherry.core.errors import HTTPError
from wsgicherry.lib.jsoncodecs import SHAPE, encode_json, make_encode, may_overflow
from wsgicherry.lib.jsontools import CONTAINER_BYTES, MAX_SMALL_CONTAINERS, parse_json


@pytest.mark.parametrize(
    "text",
    [
        *("1e308", "-1e308", "1E+2", "9" * 400, "9" * 308 + ".5", '"1e999"', "1e-999", "1.5e5"),
        *('"\\ud83d\\ude00"', '{"\\u00e9": "\\u0000"}', " [1]\r\n\t"),
    ],
)
def test_documents(text):
    """What Python reads is read alike."""
    assert parse_json(text.encode()) == json.loads(text)


@pytest.mark.parametrize(
    "text",
    [
        *("1e999", "-1e999", "[1E400]", "1e+400", "0.1e310"),
        *("9" * 400 + ".0", "9" * 308 + "e9"),
        *('"\\ud800"', '{"\\udfff": 1}', '["\\ude00\\ud83d"]', "NaN", "1 2", "\u00a01", ""),
    ],
)
def test_what_is_refused(text):
    """Numbers beyond doubles and halves of surrogate pairs are 400, as is what is no JSON."""
    with pytest.raises(HTTPError) as caught:
        parse_json(text.encode())
    assert caught.value.code == 400


@pytest.mark.parametrize("container", ["[]", "{}", "[1]", '{"":0}'])
def test_a_document_of_little_but_brackets_is_too_large(container):
    """Up to MAX_SMALL_CONTAINERS are read whatever their size; one more is 413."""
    most = MAX_SMALL_CONTAINERS - 1  # and the list around them
    text = ",".join([container] * most)
    assert len(parse_json(f"[{text}]".encode())) == most
    with pytest.raises(HTTPError) as caught:
        parse_json(f"[{text},{container}]".encode())
    assert caught.value.code == 413


def test_containers_that_hold_something_are_not_counted():
    """More than MAX_SMALL_CONTAINERS are read where each has CONTAINER_BYTES of text."""
    container = '"' + "x" * (CONTAINER_BYTES - 4) + '"'
    text = ",".join([f"[{container}]"] * (MAX_SMALL_CONTAINERS + 1))
    assert len(parse_json(f"[{text}]".encode())) == MAX_SMALL_CONTAINERS + 1


def test_infinite_numbers_by_wish():
    """With `allow_nan` what Python's json takes is taken."""
    assert parse_json(b"[1e999, Infinity]", allow_nan=True) == [float("inf")] * 2


@pytest.mark.parametrize("digits", [1, 150, 298, 299, 300, 308, 309, 400])
@pytest.mark.parametrize("tail", ["", ".0", "e0", "e9", "e+1", "E10"])
def test_what_overflows_is_looked_at(digits, tail):
    """No number that Python would make infinite passes by."""
    text = "9" * digits + tail
    if tail and float(text) == float("inf"):
        assert may_overflow(text.encode().translate(SHAPE))


@pytest.mark.parametrize(
    "value",
    ["é\u2028", 1, 1.5, None, True, [], {}, {1: 2, None: 3, 1.5: 4}, [1, {"a": (1, 2)}]],
)
def test_writing(value, monkeypatch):
    """Documents are written as json.dumps writes them, on CPython and elsewhere."""
    assert encode_json(value) == json.dumps(value)
    monkeypatch.setattr(json.encoder, "c_make_encoder", None)
    assert make_encode()(value) == json.dumps(value)


def endless():
    value = []
    value.append(value)
    return value


@pytest.mark.parametrize(
    ("value", "error"),
    [(float("nan"), ValueError), (object(), TypeError), (endless(), RecursionError)],
)
def test_what_cannot_be_written(value, error):
    """NaN, objects and circles raise, and the next document is not disturbed."""
    with pytest.raises(error):
        encode_json([value])
    assert encode_json([1]) == "[1]"
