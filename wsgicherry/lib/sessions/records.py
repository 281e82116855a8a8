"""What a store keeps of a session: its data as bytes that can be trusted when they come back.

A record is one line of ASCII, then the payload:

    wsgicherry-session 1 json plain -
    {"created":1767225600.0,"user":null,"data":{"count":3}}

The words: whose it is, the number of this format, the serializer, `plain` or `zlib`, and the
signature in hexadecimal, or `-`. The signature is HMAC-SHA256 of the id, the other words and
the payload as it is stored: a record that was copied under another id is none.
"""

from __future__ import annotations

import hmac
import math
import pickle
import zlib
from collections.abc import Sequence
from typing import Any, NamedTuple

from . import taggedjson
from .errors import DamagedRecord, SessionValueError

# memcached takes 1 MB for a record (SERVERS R40). 16 kB of JSON take 0.04 ms at level 1; below
# that a person can read the record.
COMPRESS_ABOVE_BYTES = 16 * 1024
# zlib packs up to 1,032 to 1: a foreign record of 1 MB could otherwise become one of 1 GB.
MAX_DECOMPRESSED_BYTES = 64 * 1024 * 1024

MIN_SECRET_BYTES = 16  # 128 bits, as for ids (OWASP ASVS V7.2.3)

_OWNER = b"wsgicherry-session"
_FORMAT = b"1"
_MAX_HEAD_BYTES = 128
_FASTEST = 1  # of the levels of zlib
_PICKLE_PROTOCOL = 5  # fixed: versions of Python and of the program serve side by side


class Record(NamedTuple):
    """A session as a store keeps it. `created` is in seconds since the epoch."""

    data: dict[str, Any]
    created: float
    user: str | None = None


class Codec:
    """Records to bytes and back.

    `serializer` is 'json', or 'pickle' for data of any type. `secrets` are the values of
    `tools.sessions.secret`: the first signs, all verify, so that one can follow another. With
    none, nothing is signed, and signatures are not looked at. ValueError for a secret under
    `MIN_SECRET_BYTES` and for 'pickle' without one.
    """

    def __init__(
        self,
        serializer: str = "json",
        secrets: str | bytes | Sequence[str | bytes] | None = (),
    ) -> None:
        self._secrets = _check_secrets(secrets)
        if serializer not in ("json", "pickle"):
            raise ValueError(
                f"tools.sessions.serializer is {serializer!r}; it must be 'json' or 'pickle'."
            )
        if serializer == "pickle" and not self._secrets:
            raise ValueError(
                "tools.sessions.serializer = 'pickle' needs tools.sessions.secret: whoever can "
                "write to the store could otherwise run code here. Set it to at least "
                f"{MIN_SECRET_BYTES} random bytes."
            )
        self._is_pickling = serializer == "pickle"

    def encode(self, record: Record, id: str) -> bytes:
        """Return `record` as bytes that are valid under `id` alone.

        The same record gives the same bytes, so that a change can be seen. But pickle has no
        order for sets, and decoded they may have another one than they were encoded in:
        compare with what the decoded record is encoded to, not with what was stored.
        SessionValueError, with the key and the remedy, for data that cannot be kept.
        """
        if record.user is not None and type(record.user) is not str:
            name = taggedjson.type_name(type(record.user))
            raise SessionValueError(f"The user of a session is a {name}, and must be a str.")
        payload = _to_pickle(record) if self._is_pickling else _to_json(record)
        packing = b"plain"
        if COMPRESS_ABOVE_BYTES < len(payload) <= MAX_DECOMPRESSED_BYTES:
            packing, payload = b"zlib", zlib.compress(payload, _FASTEST)
        serializer = b"pickle" if self._is_pickling else b"json"
        head = b"%b %b %b %b" % (_OWNER, _FORMAT, serializer, packing)
        signature = _sign(self._secrets[0], id, head, payload) if self._secrets else b"-"
        return b"%b %b\n%b" % (head, signature, payload)

    def decode(self, content: bytes, id: str) -> Record:
        """Return the record that was encoded for `id`.

        DamagedRecord, whose text is for the log and tells nothing of the data, if `content` is
        anything else; no code is run then. That includes records that are not signed while
        there is a secret, and pickled ones unless the serializer is 'pickle'. JSON is read
        under either serializer.
        """
        head, signature, payload = _split(content)
        _, format_number, serializer, packing = head.split(b" ")
        if format_number != _FORMAT:
            raise DamagedRecord(f"Its format is {format_number!r}, ours {_FORMAT!r}.")
        if self._secrets:
            self._verify(signature, id, head, payload)
        if packing == b"zlib":
            payload = _decompress(payload)
        elif packing != b"plain":
            raise DamagedRecord(f"It is packed as {packing!r}.")
        if serializer == b"json":
            return _from_json(payload)
        if serializer != b"pickle":
            raise DamagedRecord(f"Its serializer is {serializer!r}.")
        if not self._is_pickling:
            raise DamagedRecord("It is pickled, and tools.sessions.serializer is 'json'.")
        return _from_pickle(payload)  # verified: there is no 'pickle' without a secret

    def _verify(self, signature: bytes, id: str, head: bytes, payload: bytes) -> None:
        if signature == b"-":
            raise DamagedRecord("It is not signed, and tools.sessions.secret is set.")
        for secret in self._secrets:
            # The hexadecimal text, for which there is one spelling only.
            if hmac.compare_digest(_sign(secret, id, head, payload), signature):
                return
        raise DamagedRecord("Its signature is of another secret, id or content.")


def _check_secrets(secrets: str | bytes | Sequence[str | bytes] | None) -> tuple[bytes, ...]:
    if secrets is None:
        return ()
    many = (secrets,) if isinstance(secrets, (str, bytes)) else tuple(secrets)
    if not all(isinstance(secret, (str, bytes)) for secret in many):
        raise ValueError("tools.sessions.secret must be str or bytes, or several of them.")
    checked = tuple(s.encode() if isinstance(s, str) else s for s in many)
    shortest = min(map(len, checked), default=MIN_SECRET_BYTES)
    if shortest < MIN_SECRET_BYTES:
        raise ValueError(
            f"tools.sessions.secret has {shortest} bytes; it must have at least "
            f"{MIN_SECRET_BYTES}, at random: python -c 'import secrets; "
            "print(secrets.token_hex())'"
        )
    return checked


def _sign(secret: bytes, id: str, head: bytes, payload: bytes) -> bytes:
    name = id.encode()
    # The length, or the end of an id could be taken for the beginning of a head.
    message = b"%d %b %b\n%b" % (len(name), name, head, payload)
    return hmac.digest(secret, message, "sha256").hex().encode()


def _split(content: bytes) -> tuple[bytes, bytes, bytes]:
    """Return head, signature and payload; DamagedRecord if that is not how it begins."""
    end = content.find(b"\n", 0, _MAX_HEAD_BYTES)
    head, _, signature = content[: max(end, 0)].rpartition(b" ")
    if not head.startswith(_OWNER + b" ") or head.count(b" ") != 3:
        raise DamagedRecord("It is no record of ours." if content else "It is empty.")
    return head, signature, content[end + 1 :]


def _decompress(payload: bytes) -> bytes:
    stream = zlib.decompressobj()
    try:
        # One more, so that the end is seen behind as many as are allowed.
        content = stream.decompress(payload, MAX_DECOMPRESSED_BYTES + 1)
    except zlib.error as error:
        raise DamagedRecord("It cannot be decompressed.") from error
    if not stream.eof or stream.unused_data:
        raise DamagedRecord(
            f"It is cut off, or more than {MAX_DECOMPRESSED_BYTES} bytes when decompressed."
        )
    return content


# -- JSON --------------------------------------------------------------------------------


def _to_json(record: Record) -> bytes:
    # PERF: put together from texts: 3.5 us in place of 5.2 for one object, as the data alone is
    # flat (see taggedjson.dumps).
    text = (
        f'{{"created":{float(record.created)!r},"user":{taggedjson.dumps(record.user)},'
        f'"data":{taggedjson.dumps(record.data)}}}'
    )
    return text.encode("utf-8", "surrogatepass")


def _from_json(payload: bytes) -> Record:
    try:
        fields = taggedjson.loads(payload.decode("utf-8", "surrogatepass"))
        return _check(Record(**fields))
    except MemoryError:  # says nothing of the record
        raise
    except Exception as error:
        raise _unreadable(error) from error


# -- pickle ------------------------------------------------------------------------------


def _to_pickle(record: Record) -> bytes:
    try:
        fields = (record.data, float(record.created), record.user)
        return pickle.dumps(fields, _PICKLE_PROTOCOL)
    except Exception as error:  # whatever the program's __reduce__ raises
        raise _explain(record.data, error) from error


def _explain(data: dict[str, Any], error: Exception) -> SessionValueError:
    for key, value in data.items():
        try:
            pickle.dumps((key, value), _PICKLE_PROTOCOL)
        except Exception as its_error:
            name = taggedjson.type_name(type(value))
            return SessionValueError(
                f"session[{key!r}] is a {name} that cannot be pickled ({its_error}). "
                "Store plain data."
            )
    return SessionValueError(f"The session cannot be pickled ({error}). Store plain data.")


def _from_pickle(payload: bytes) -> Record:
    try:
        return _check(Record(*pickle.loads(payload)))
    except MemoryError:  # says nothing of the record
        raise
    except Exception as error:  # a class that is gone, whatever its __setstate__ raises
        raise _unreadable(error) from error


# -- both --------------------------------------------------------------------------------


def _check(record: Record) -> Record:
    """Return `record`; ValueError if its fields are not of their types."""
    if (
        type(record.data) is not dict
        or type(record.created) is not float
        or not math.isfinite(record.created)
        or (record.user is not None and type(record.user) is not str)
    ):
        raise ValueError("The record has fields of other types.")
    return record


def _unreadable(error: Exception) -> DamagedRecord:
    # Its type alone: the text of the error may hold what the session holds.
    return DamagedRecord(f"Its content cannot be read: {taggedjson.type_name(type(error))}.")
