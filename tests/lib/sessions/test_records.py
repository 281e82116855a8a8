"""A record is what was encoded under its id, or it is refused; nothing else ever happens."""

from __future__ import annotations

import hashlib
import hmac
import math
import os
import pickle
import threading
import zlib
from contextlib import suppress
from datetime import datetime, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wsgicherry.lib.sessions import records
from wsgicherry.lib.sessions.errors import DamagedRecord, SessionValueError
from wsgicherry.lib.sessions.records import (
    COMPRESS_ABOVE_BYTES,
    MAX_DECOMPRESSED_BYTES,
    MIN_SECRET_BYTES,
    Codec,
    Record,
)

examples = settings(derandomize=True, deadline=None)

ID = "0123456789abcdef0123456789abcdef01234567"
OTHER_ID = ID[:-1] + "8"
SECRET = b"correct horse battery staple"
NEW_SECRET = "Tr0ub4dor&3 and a few more"
RECORD = Record({"name": "Ada", "count": 3, "seen": {1, 2}}, 1767225600.25, "ada")
LINES = [f"the same again {number % 3}" for number in range(COMPRESS_ABOVE_BYTES // 8)]
LONG = Record({"lines": LINES}, 1767225600.25)
NOISE = Record({"noise": os.urandom(2 * COMPRESS_ABOVE_BYTES)}, 0.0)

PLAIN, SIGNED, PICKLING = Codec(), Codec(secrets=SECRET), Codec("pickle", SECRET)
CODECS = {"plain": PLAIN, "signed": SIGNED, "pickle": PICKLING}
each_codec = pytest.mark.parametrize("codec", CODECS.values(), ids=CODECS)


class Ball:
    """What only pickle keeps."""

    def __init__(self, size):
        self.size = size

    def __eq__(self, other):
        return type(other) is Ball and other.size == self.size

    __hash__ = None


@each_codec
@pytest.mark.parametrize(
    "record",
    [RECORD, LONG, NOISE, Record({}, 0.0), Record({1: (None,)}, -1.5, "\ud800"), Record({}, 5)],
    ids=["usual", "long", "noise", "empty", "odd", "a created of whole seconds"],
)
def test_a_record_comes_back(codec, record):
    """A record is read as it was written, with the type of its fields."""
    back = codec.decode(codec.encode(record, ID), ID)
    assert back == record
    assert type(back) is Record
    assert type(back.created) is float


def test_a_person_can_read_a_record():
    """One line says what it is, the next is JSON."""
    assert (
        PLAIN.encode(Record({"name": "Zoë", "n": 1}, 1767225600.25, "zoe"), ID)
        == (
            "wsgicherry-session 1 json plain -\n"
            '{"created":1767225600.25,"user":"zoe","data":{"name":"Zoë","n":1}}'
        ).encode()
    )


@each_codec
def test_what_did_not_change_is_the_same_bytes(codec):
    """A session that is loaded and encoded again is what is stored, byte by byte."""
    data = {"at": datetime.now(timezone.utc), "x": [1, {"y": 2.5}]}
    stored = codec.encode(Record(data, 1.0, "ada"), ID)
    assert codec.encode(codec.decode(stored, ID), ID) == stored
    assert codec.encode(Record(dict(data), 1.0, "ada"), ID) == stored
    assert codec.encode(Record({**data, "x": 1}, 1.0, "ada"), ID) != stored
    assert codec.encode(Record(data, 1.5, "ada"), ID) != stored
    assert codec.encode(Record(data, 1.0, "bob"), ID) != stored


def test_sets_are_the_same_bytes():
    """In JSON a set that did not change is the same bytes, in whatever order it is kept."""
    stored = SIGNED.encode(Record({"tags": set("abcdefgh"), "n": {8, 0}}, 1.0), ID)
    assert SIGNED.encode(Record({"tags": set("hgfedcba"), "n": {0, 8}}, 1.0), ID) == stored


def test_pickled_sets_are_the_same_bytes_once_they_are_loaded():
    """Pickle has no order for sets, but what did not change since it was loaded is the same."""
    record = PICKLING.decode(PICKLING.encode(Record({"tags": set("abcdefgh")}, 1.0), ID), ID)
    loaded = PICKLING.encode(record, ID)
    assert PICKLING.encode(record, ID) == loaded
    record.data["tags"].add("i")
    assert PICKLING.encode(record, ID) != loaded


# -- size --------------------------------------------------------------------------------


@each_codec
def test_a_long_record_is_compressed(codec):
    """Above a threshold records are packed, so that they fit into memcached's 1 MB."""
    content = codec.encode(LONG, ID)
    assert b" zlib " in content.partition(b"\n")[0]
    assert len(content) < COMPRESS_ABOVE_BYTES


@pytest.mark.parametrize(("more", "packing"), [(0, b"plain"), (1, b"zlib")])
def test_the_threshold_of_compression(more, packing):
    """Exactly as many bytes as the threshold are still readable."""
    overhead = len(PLAIN.encode(Record({"a": ""}, 1.0), ID).partition(b"\n")[2])
    record = Record({"a": "x" * (COMPRESS_ABOVE_BYTES - overhead + more)}, 1.0)
    content = PLAIN.encode(record, ID)
    assert content.split(b" ")[3] == packing
    assert PLAIN.decode(content, ID) == record


def test_what_is_too_long_to_be_decompressed_is_not_compressed(monkeypatch):
    """What was saved can be loaded, at any length."""
    limit = len(zlib.decompress(PLAIN.encode(LONG, ID).partition(b"\n")[2]))
    for allowed, packing in ((limit, b"zlib"), (limit - 1, b"plain")):
        monkeypatch.setattr(records, "MAX_DECOMPRESSED_BYTES", allowed)
        content = PLAIN.encode(LONG, ID)
        assert content.split(b" ")[3] == packing
        assert PLAIN.decode(content, ID) == LONG


def test_a_bomb_is_refused():
    """A small record that would be large when decompressed is refused before it is."""
    packer = zlib.compressobj()
    block = b" " * 1024 * 1024
    blocks = [packer.compress(block) for _ in range(MAX_DECOMPRESSED_BYTES // len(block) + 1)]
    bomb = b"wsgicherry-session 1 json zlib -\n" + b"".join(blocks) + packer.flush()
    assert len(bomb) < 100_000
    with pytest.raises(DamagedRecord, match=f"more than {MAX_DECOMPRESSED_BYTES} bytes"):
        PLAIN.decode(bomb, ID)


# -- secrets -----------------------------------------------------------------------------


def test_the_signature_stays_what_it_is():
    """The words of format 1: another version must sign and verify the same."""
    head, payload = b"wsgicherry-session 1 json plain", FIELDS
    message = b"40 " + ID.encode() + b" " + head + b"\n" + payload
    signature = hmac.new(SECRET, message, hashlib.sha256).hexdigest().encode()
    assert SIGNED.encode(Record({}, 1.0), ID) == head + b" " + signature + b"\n" + payload


def test_a_new_secret_follows_an_old_one():
    """The first secret signs, all verify; an old one that is taken out opens nothing."""
    both = Codec(secrets=[NEW_SECRET, SECRET])
    old, new = SIGNED.encode(RECORD, ID), both.encode(RECORD, ID)
    assert both.decode(old, ID) == both.decode(new, ID) == RECORD
    assert Codec(secrets=NEW_SECRET).decode(new, ID) == RECORD
    with pytest.raises(DamagedRecord, match="of another secret"):
        Codec(secrets=NEW_SECRET).decode(old, ID)
    with pytest.raises(DamagedRecord, match="of another secret"):
        SIGNED.decode(new, ID)


def test_text_and_bytes_are_the_same_secret():
    """A secret from a config file and one from the environment sign alike."""
    assert Codec(secrets=SECRET.decode()).decode(SIGNED.encode(RECORD, ID), ID) == RECORD


def test_a_record_without_signature_is_refused_once_there_is_a_secret():
    """Who can write to the store could leave out the signature."""
    with pytest.raises(DamagedRecord, match=r"not signed, and tools\.sessions\.secret is set"):
        SIGNED.decode(PLAIN.encode(RECORD, ID), ID)


def test_a_signed_record_is_read_when_there_is_no_secret_any_more():
    """A secret can be given up without ending all sessions."""
    assert PLAIN.decode(SIGNED.encode(RECORD, ID), ID) == RECORD


@pytest.mark.parametrize("codec", [SIGNED, PICKLING], ids=["json", "pickle"])
def test_a_record_under_another_id_is_refused(codec):
    """A signed record cannot be copied to the id of another session."""
    with pytest.raises(DamagedRecord, match="of another secret, id or content"):
        codec.decode(codec.encode(RECORD, ID), OTHER_ID)


def test_the_end_of_an_id_is_not_the_beginning_of_a_head():
    """What is signed says where the id ends."""
    head = b"wsgicherry-session 1 json plain"
    one = records._sign(SECRET, "a wsgicherry-session 1 json plain\nb", head, b"c")
    other = records._sign(SECRET, "a", head, b"b " + head + b"\nc")
    assert one != other


@pytest.mark.parametrize("secret", [b"", "", "x" * (MIN_SECRET_BYTES - 1), [SECRET, "xxx"]])
def test_a_short_secret_is_refused(secret):
    """A secret that can be guessed is none; the error does not show it."""
    with pytest.raises(ValueError, match=r"tools\.sessions\.secret has \d+ bytes") as caught:
        Codec(secrets=secret)
    assert "xxx" not in str(caught.value)


@pytest.mark.parametrize("secret", [[5], [None], [SECRET, 5]])
def test_a_secret_of_another_type_is_refused(secret):
    """A secret is text or bytes."""
    with pytest.raises(ValueError, match="must be str or bytes"):
        Codec(secrets=secret)


@pytest.mark.parametrize("secrets", [None, (), []])
def test_no_secret(secrets):
    """Without a secret nothing is signed; the shortest one allowed signs."""
    assert Codec(secrets=secrets).encode(RECORD, ID) == PLAIN.encode(RECORD, ID)
    assert Codec(secrets="x" * MIN_SECRET_BYTES).encode(RECORD, ID) != PLAIN.encode(RECORD, ID)


def test_an_unknown_serializer_is_refused():
    """The error names the setting and what it can be."""
    with pytest.raises(ValueError, match="serializer is 'yaml'; it must be 'json' or"):
        Codec("yaml")


def test_pickle_needs_a_secret():
    """Pickle without a signature would run whatever somebody puts into the store."""
    with pytest.raises(ValueError, match=r"'pickle' needs tools\.sessions\.secret: "):
        Codec("pickle")


# -- pickle ------------------------------------------------------------------------------


def test_pickle_keeps_objects():
    """With pickle a session holds objects of any class."""
    record = Record({"ball": Ball(3)}, 1.0)
    assert PICKLING.decode(PICKLING.encode(record, ID), ID) == record


def test_from_json_to_pickle_and_not_back():
    """Signed JSON is read under 'pickle', so that one can change; no pickle is under 'json'."""
    assert PICKLING.decode(SIGNED.encode(RECORD, ID), ID) == RECORD
    pickled = PICKLING.encode(RECORD, ID)
    for codec in (PLAIN, SIGNED):
        with pytest.raises(DamagedRecord, match=r"pickled, and .*serializer is 'json'"):
            codec.decode(pickled, ID)
    with pytest.raises(DamagedRecord, match="not signed"):
        PICKLING.decode(PLAIN.encode(RECORD, ID), ID)


class Malicious:
    """What runs code when it is unpickled."""

    has_run = False

    def __reduce__(self):
        return (setattr, (Malicious, "has_run", True))


def foreign_pickles():
    payload = pickle.dumps((Malicious(), datetime(2026, 1, 31)))
    signature = Codec(secrets="another secret of somebody").encode(RECORD, ID).split()[4]
    return {
        "a file of CherryPy's": payload,
        "ours, not signed": b"wsgicherry-session 1 pickle plain -\n" + payload,
        "ours, signed otherwise": b"wsgicherry-session 1 pickle plain "
        + signature
        + b"\n"
        + payload,
        "packed": b"wsgicherry-session 1 pickle zlib -\n" + zlib.compress(payload),
    }


@each_codec
@pytest.mark.parametrize("kind", foreign_pickles())
def test_a_foreign_pickle_runs_no_code(codec, kind):
    """What somebody else has put into the store is refused, and never unpickled."""
    with pytest.raises(DamagedRecord):
        codec.decode(foreign_pickles()[kind], ID)
    assert not Malicious.has_run


def sign(serializer, payload):
    """Return a record that is signed, with any payload."""
    head = b"wsgicherry-session 1 %b plain" % serializer
    return b"%b %b\n%b" % (head, records._sign(SECRET, ID, head, payload), payload)


class OutOfMemory:
    def __init__(self, *state):
        pass

    def __setstate__(self, state):
        raise MemoryError


def test_no_memory_is_no_damage(monkeypatch):
    """A lack of memory says nothing of a record: it is not refused as damaged."""
    unlucky = OutOfMemory()
    unlucky.state = 1
    with pytest.raises(MemoryError):
        PICKLING.decode(PICKLING.encode(Record({"a": unlucky}, 1.0), ID), ID)

    def fail(text):
        raise MemoryError

    monkeypatch.setattr(records.taggedjson, "loads", fail)
    with pytest.raises(MemoryError):
        PLAIN.decode(PLAIN.encode(RECORD, ID), ID)


# -- values that cannot be kept ----------------------------------------------------------


class Unwilling:
    def __reduce__(self):
        raise RuntimeError("I stay here")


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (threading.Lock(), "_thread.lock"),
        (lambda: 1, "function"),
        ((x for x in ()), "generator"),
        (Unwilling(), f"{__name__}.Unwilling"),
    ],
    ids=["lock", "lambda", "generator", "unwilling"],
)
def test_pickle_names_the_key_of_what_it_cannot_keep(value, kind):
    """An unpicklable value is an error with its key, type and remedy."""
    with pytest.raises(SessionValueError) as caught:
        PICKLING.encode(Record({"fine": 1, "cart": value}, 1.0), ID)
    message = str(caught.value)
    assert message.startswith(f"session['cart'] is a {kind} that cannot be pickled (")
    assert message.endswith("Store plain data.")


def test_what_cannot_be_pickled_as_a_whole(monkeypatch):
    """If no key alone is at fault, the error says so."""
    fails = iter((True, False, False))

    def dumps(*arguments):
        if next(fails):
            raise RecursionError("too deep")
        return b""

    monkeypatch.setattr(records.pickle, "dumps", dumps)
    with pytest.raises(SessionValueError, match=r"The session cannot be pickled \(too deep\)"):
        PICKLING.encode(Record({"a": 1, "b": 2}, 1.0), ID)


def test_json_names_the_place_of_what_it_cannot_keep():
    """With JSON the error shows the way to the value."""
    with pytest.raises(SessionValueError, match=r"^session\['a'\]\[0\] is a .*Ball: tools"):
        PLAIN.encode(Record({"a": [Ball(1)]}, 1.0), ID)


@each_codec
@pytest.mark.parametrize("user", [7, b"ada", ("ada",)])
def test_a_user_is_text(codec, user):
    """What would be refused when it is read is refused when it is written."""
    with pytest.raises(SessionValueError, match=r"user of a session is a .*must be a str"):
        codec.encode(Record({}, 1.0, user), ID)


# -- damage ------------------------------------------------------------------------------

HEAD = b"wsgicherry-session 1 json plain -\n"
FIELDS = b'{"created":1.0,"user":null,"data":{}}'

DAMAGED = {
    "empty": b"",
    "zeros": bytes(4096),
    "noise": bytes((i * 7919) % 251 for i in range(4096)),
    "line ends": b"\n" * 100,
    "text": b"hello world",
    "a head without end": HEAD[:-1] + b" " * 1_000_000,
    "a head alone": HEAD,
    "a head with a word less": HEAD.replace(b" plain", b"") + FIELDS,
    "a head with a word more": HEAD.replace(b" plain", b" plain plain") + FIELDS,
    "a head with two spaces": HEAD.replace(b" plain", b"  plain") + FIELDS,
    "a newer format": HEAD.replace(b"1", b"2") + FIELDS,
    "a format that is no number": HEAD.replace(b"1", b"\xff") + FIELDS,
    "another serializer": HEAD.replace(b"json", b"yaml") + FIELDS,
    "another packing": HEAD.replace(b"plain", b"lzma") + FIELDS,
    "packed, but not": HEAD.replace(b"plain", b"zlib") + FIELDS,
    "packed and cut off": HEAD.replace(b"plain", b"zlib") + zlib.compress(FIELDS)[:-5],
    "packed and more": HEAD.replace(b"plain", b"zlib") + zlib.compress(FIELDS) + b"x",
    "no UTF-8": HEAD + b'{"created":1.0,"user":null,"data":{"a":"\xff"}}',
    "no JSON": HEAD + b"{'created': 1.0}",
    "more after it": HEAD + FIELDS + FIELDS,
    "a list": HEAD + b"[]",
    "null": HEAD + b"null",
    "no fields": HEAD + b"{}",
    "a field less": HEAD + b'{"created":1.0,"user":null}',
    "a field more": HEAD + b'{"created":1.0,"user":null,"data":{},"more":1}',
    "data that is a list": HEAD + FIELDS.replace(b"{}", b"[]"),
    "data that is null": HEAD + FIELDS.replace(b"{}", b"null"),
    "created as text": HEAD + FIELDS.replace(b"1.0", b'"1.0"'),
    "created as an int": HEAD + FIELDS.replace(b"1.0", b"1"),
    "created as true": HEAD + FIELDS.replace(b"1.0", b"true"),
    "created that is no number": HEAD + FIELDS.replace(b"1.0", b"NaN"),
    "created without end": HEAD + FIELDS.replace(b"1.0", b"1e999"),
    "user as a number": HEAD + FIELDS.replace(b"null", b"7"),
    "an unknown tag": HEAD + FIELDS.replace(b"{}", b'{"a":{"!x":1}}'),
    "a tag of another type": HEAD + FIELDS.replace(b"{}", b'{"a":{"!set":1}}'),
    "nested deeply": HEAD + FIELDS.replace(b"{}", b'{"a":' + b"[" * 200_000),
    "objects nested deeply": HEAD + FIELDS.replace(b"{}", b'{"!set":' * 200_000),
    "a number of many digits": HEAD + FIELDS.replace(b"{}", b'{"a":' + b"9" * 100_000 + b"}"),
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_what_is_no_record_is_refused(content):
    """Whatever is no record of ours is refused, whether there is a secret or not."""
    for codec in (PLAIN, SIGNED, PICKLING):
        with pytest.raises(DamagedRecord):
            codec.decode(content, ID)


REASONS = [
    ("empty", "It is empty."),
    ("text", "It is no record of ours."),
    ("a newer format", "Its format is b'2', ours b'1'."),
    ("another serializer", "Its serializer is b'yaml'."),
    ("another packing", "It is packed as b'lzma'."),
    ("no JSON", "Its content cannot be read: json.decoder.JSONDecodeError."),
    ("a list", "Its content cannot be read: TypeError."),
    ("nested deeply", "Its content cannot be read: RecursionError."),
]


@pytest.mark.parametrize(("kind", "reason"), REASONS)
def test_the_log_learns_the_reason(kind, reason):
    """The reason is said, and nothing of the data."""
    with pytest.raises(DamagedRecord) as caught:
        PLAIN.decode(DAMAGED[kind], ID)
    assert str(caught.value) == reason


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"noise",
        pickle.dumps(7),
        pickle.dumps(([], 1.0, None)),
        pickle.dumps(({}, math.nan, None)),
        pickle.dumps(({}, 1.0, None))[:-1],
        b"cno_such_module\nClass\n.",
    ],
)
def test_a_signed_pickle_of_something_else(payload):
    """A class that is gone, or another shape, is a record that cannot be read."""
    with pytest.raises(DamagedRecord, match="cannot be read"):
        PICKLING.decode(sign(b"pickle", payload), ID)


@each_codec
@pytest.mark.parametrize("record", [RECORD, LONG], ids=["plain", "packed"])
def test_a_record_cut_off_at_any_length_is_refused(codec, record):
    """No beginning of a record is a record."""
    content = codec.encode(record, ID)
    for length in range(len(content)):
        with pytest.raises(DamagedRecord):
            codec.decode(content[:length], ID)


def flips(content):
    """Yield `content` with each bit the other way."""
    for place in range(len(content)):
        for bit in range(8):
            flipped = bytearray(content)
            flipped[place] ^= 1 << bit
            yield bytes(flipped)


@pytest.mark.parametrize("codec", [SIGNED, PICKLING], ids=["json", "pickle"])
@pytest.mark.parametrize("record", [RECORD, LONG], ids=["plain", "packed"])
def test_every_flipped_bit_is_noticed_by_the_signature(codec, record):
    """With a secret, no bit of a record can change: not of the head, nor of the signature."""
    for content in flips(codec.encode(record, ID)):
        with pytest.raises(DamagedRecord):
            codec.decode(content, ID)


@pytest.mark.parametrize("record", [RECORD, LONG], ids=["plain", "packed"])
def test_a_flipped_bit_without_signature_is_a_record_or_refused(record):
    """Without a secret a flipped bit may be read as other data, but is never another error."""
    refused = 0
    for content in flips(PLAIN.encode(record, ID)):
        try:
            assert type(PLAIN.decode(content, ID)) is Record
        except DamagedRecord:
            refused += 1
    assert refused > 500


@examples
@given(st.binary() | st.binary().map(HEAD.__add__) | st.text().map(lambda t: HEAD + t.encode()))
def test_noise_is_refused(content):
    """Any bytes are refused, and raise nothing else."""
    for codec in (PLAIN, SIGNED, PICKLING):
        with pytest.raises(DamagedRecord):
            codec.decode(content, ID)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(("!", "!set", "!dict", "!date", "!time", "!datetime", "!int"))
            | st.sampled_from(("!timedelta", "!decimal", "!uuid", "!bytes", "!tuple", "a")),
            inner,
            max_size=2,
        )
    ),
)


@examples
@given(json_values)
def test_any_json_is_a_record_or_refused(value):
    """JSON of any shape, with our tags in odd places, is a Record or a DamagedRecord."""
    text = records.taggedjson._write({"created": 1.0, "user": None, "data": {"a": value}})
    with suppress(DamagedRecord):
        assert type(PLAIN.decode(HEAD + text.encode("utf-8", "surrogatepass"), ID)) is Record
