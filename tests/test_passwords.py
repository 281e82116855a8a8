"""wsgicherry.passwords: hashes to keep, and what typed words are compared with them."""

from __future__ import annotations

import sys
import time
from hashlib import scrypt

import pytest

import wsgicherry
from wsgicherry import passwords


def make_cheap(password, **settings):
    """Return a hash of `password` that takes next to no time."""
    made = passwords._Scrypt(4, 8, 1, b"salt" * 4, bytes(32))._replace(**settings)
    return str(made._replace(hash=made.compute(password.encode())))


@pytest.fixture(params=["scrypt", "argon2id"])
def scheme(request):
    """Give each scheme in turn."""
    if request.param == "argon2id":
        pytest.importorskip("argon2")
    return request.param


@pytest.fixture
def no_argon2(monkeypatch):
    """Let argon2-cffi be not installed."""
    monkeypatch.setitem(sys.modules, "argon2", None)


def test_the_face_has_it():
    """It is wsgicherry.passwords."""
    assert wsgicherry.passwords is passwords


def test_a_hash_opens_for_its_password_alone(scheme):
    """verify() is true for the password that was hashed, and for no other."""
    hashed = passwords.hash("Sesame!", scheme)
    assert hashed.startswith(f"${scheme}$")
    assert hashed.isascii()
    assert passwords.verify("Sesame!", hashed)
    for other in ("sesame!", "Sesame", "Sesame!!", "", " Sesame!", "\0Sesame!"):
        assert not passwords.verify(other, hashed)


def test_two_hashes_of_one_password_differ():
    """Who sees the table cannot tell that two users have the same password."""
    assert passwords.hash("same") != passwords.hash("same")


def test_the_text_says_how_it_was_made():
    """A hash is a PHC text with OWASP's settings, 16 bytes of salt and 32 of hash."""
    _, name, settings, salt, hashed = passwords.hash("x").split("$")
    assert (name, settings) == ("scrypt", "ln=14,r=8,p=5")
    assert (len(salt), len(hashed)) == (22, 43)


def test_the_hash_is_that_of_the_standard():
    """The vector of RFC 7914 section 12 with a salt opens: other programs' hashes are read."""
    hashed = scrypt(b"pleaseletmein", salt=b"SodiumChloride", n=2**14, r=8, p=1, dklen=64)
    assert hashed.hex().startswith("7023bdcb3afd7348461c06cd81fd38eb")
    text = (
        f"$scrypt$ln=14,r=8,p=1${passwords._encode(b'SodiumChloride')}"
        f"${passwords._encode(hashed)}"
    )
    assert passwords.verify("pleaseletmein", text)
    assert not passwords.verify("pleaseletmeout", text)
    assert passwords.needs_rehash(text)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Zu\u0308rich", "Z\u00fcrich"),
        ("a\u00a0b", "a b"),
        ("a\u3000b", "a b"),
        ("\u1100\u1161", "\uac00"),
    ],
    ids=["accents", "no-break-space", "ideographic-space", "hangul"],
)
def test_one_password_on_two_keyboards(typed, stored):
    """What looks the same is the same password, however a keyboard writes it (RFC 8265)."""
    assert passwords._prepare(typed) == passwords._prepare(stored)


@pytest.mark.parametrize("other", ["\ufb01", "\uff46\uff49", "FI"])
def test_letters_that_only_resemble_each_other(other):
    """Ligatures, wide letters and capitals stay what they are."""
    assert passwords._prepare(other) != passwords._prepare("fi")


@pytest.mark.parametrize("odd", ["\ud800", "a\x00b", "\U0001f352", "", "\u0301" * 1024])
def test_odd_passwords(odd):
    """Whatever a client sends can be hashed and compared."""
    hashed = make_cheap("x")
    assert passwords.verify(odd, hashed) is False
    text = str(
        passwords._read_scrypt(hashed)._replace(
            hash=passwords._read_scrypt(hashed).compute(passwords._prepare(odd))
        )
    )
    assert passwords.verify(odd, text)


def test_a_password_at_the_limit():
    """The longest password that is allowed opens."""
    longest = "x" * passwords.MAX_PASSWORD_CHARS
    assert passwords.verify(longest, passwords.hash(longest))


def test_a_password_over_the_limit():
    """It is refused when it is chosen, and opens nothing later: nothing is hashed."""
    long = "x" * (passwords.MAX_PASSWORD_CHARS + 1)
    with pytest.raises(ValueError, match="1025 characters; at most 1024"):
        passwords.hash(long)
    started = time.perf_counter()
    assert not passwords.verify("x" * 10_000_000, make_cheap("x"))
    assert not passwords.verify(long, None)
    assert time.perf_counter() - started < 0.05


@pytest.mark.parametrize("value", [b"bytes", None, 5, ["a", "b"]])
def test_no_text(value):
    """What is no str cannot be hashed; what a client sends as one opens nothing."""
    with pytest.raises(TypeError, match="A password is a str"):
        passwords.hash(value)
    assert passwords.verify(value, make_cheap("x")) is False


def test_an_unknown_user(scheme):
    """With None for the hash the answer is False, and takes about as long as a check."""

    def measure(hashed):
        started = time.process_time()
        assert passwords.verify("wrong", hashed, scheme) is False
        return time.process_time() - started

    known = passwords.hash("right", scheme)
    best_known = min(measure(known) for _ in range(4))
    best_unknown = min(measure(None) for _ in range(4))
    assert 0.5 < best_unknown / best_known < 2


FOREIGN = {
    "bcrypt": ("$2b$12$abcdefghijklmnopqrstuv0123456789", "begins with '$2b$'"),
    "crypt": ("$6$salt$hash", "begins with '$6$'"),
    "pbkdf2": ("$pbkdf2-sha256$29000$salt$hash", "begins with '$pbkdf2-sha256$'"),
    "django": ("pbkdf2_sha256$600000$salt$hash", "names no scheme"),
    "argon2i": ("$argon2i$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$hash", "begins with '$argon2i$'"),
    "in the clear": ("Sesame!", "names no scheme"),
    "empty": ("", "names no scheme"),
    "bytes": (b"$scrypt$", "names no scheme"),
}
SALT, HASH = "c2FsdHNhbHRzYWx0", "A" * 43
BROKEN = {
    "cut off": (f"$scrypt$ln=14,r=8,p=5${SALT}$AAAA", "cut off"),
    "no salt": (f"$scrypt$ln=14,r=8,p=5$${HASH}", "cut off"),
    "no hash": (f"$scrypt$ln=14,r=8,p=5${SALT}$", "cut off"),
    "no settings": (f"$scrypt${SALT}${HASH}", "cut off"),
    "a line too many": (f"$scrypt$ln=14,r=8,p=5${SALT}${HASH}\n", "cut off"),
    "no base 64": (f"$scrypt$ln=14,r=8,p=5${SALT}A${HASH}", "no base 64"),
    "zero": (f"$scrypt$ln=0,r=8,p=5${SALT}${HASH}", "cut off"),
    "memory": (f"$scrypt$ln=30,r=8,p=1${SALT}${HASH}", "ln=30,r=8,p=1: more than 256 MiB"),
    "memory at most": (f"$scrypt$ln=99,r=99,p=1${SALT}${HASH}", "ln=99,r=99,p=1"),
    "passes": (f"$scrypt$ln=14,r=8,p=99${SALT}${HASH}", "more than 256 MiB, 32 passes"),
    "argon2 cut off": ("$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$x", "cut off"),
    "argon2 memory": (
        f"$argon2id$v=19$m=9999999,t=3,p=4${SALT}${HASH}",
        "m=9999999,t=3,p=4: more",
    ),
    "argon2 passes": (f"$argon2id$v=19$m=65536,t=99,p=4${SALT}${HASH}", "t=99"),
    "argon2 lanes": (f"$argon2id$v=19$m=65536,t=3,p=99${SALT}${HASH}", "p=99"),
}


@pytest.mark.parametrize(
    ("hashed", "said"), [*FOREIGN.values(), *BROKEN.values()], ids=[*FOREIGN, *BROKEN]
)
def test_a_text_that_is_no_hash_of_ours(hashed, said):
    """The table of users is wrong, and the error says how; it does not show what may be a
    password.
    """
    scheme = "argon2id" if "argon2id" in str(hashed) else "scrypt"
    for ask in (
        lambda: passwords.verify("x", hashed),
        lambda: passwords.needs_rehash(hashed, scheme),
    ):
        with pytest.raises(ValueError, match="The stored hash") as caught:
            ask()
        assert said in str(caught.value)
        assert "Sesame" not in str(caught.value)


def test_argon2_that_cannot_be_read():
    """What the package finds wrong is told as any other broken hash."""
    pytest.importorskip("argon2")
    with pytest.raises(ValueError, match="argon2 cannot read the stored hash"):
        passwords.verify("x", f"$argon2id$v=19$m=65536,t=3,p=4${'A' * 13}${HASH}")
    with pytest.raises(ValueError, match="argon2 cannot read the stored hash"):
        passwords.verify("x", f"$argon2id$v=19$m=8,t=1,p=4${SALT}${HASH}")


def test_a_fresh_hash_needs_no_other(scheme):
    """A hash made today by the scheme that is used is as good as it gets."""
    assert not passwords.needs_rehash(passwords.hash("x", scheme), scheme)


@pytest.mark.parametrize(
    "settings",
    [{"p": 1}, {"log2_n": 4}, {"r": 4}, {"salt": b"salt" * 3}, {"hash": bytes(16)}],
    ids=["passes", "work", "blocks", "salt", "hash"],
)
def test_an_older_hash(settings):
    """A hash made with other settings is read, and to be made anew."""
    made = passwords._new_scrypt()._replace(**settings)
    text = str(made._replace(hash=made.compute(b"x")))
    assert passwords.needs_rehash(text)
    assert passwords.verify("x", text)


def test_a_hash_by_the_other_scheme():
    """Who goes over to argon2 gets every hash made anew, and back."""
    pytest.importorskip("argon2")
    assert passwords.needs_rehash(passwords.hash("x"), "argon2id")
    assert passwords.needs_rehash(passwords.hash("x", "argon2id"))


def test_argon2_with_older_settings():
    """Less work than the package does today is to be done anew."""
    argon2 = pytest.importorskip("argon2")
    old = argon2.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash("x")
    assert passwords.verify("x", old)
    assert passwords.needs_rehash(old, "argon2id")


def test_argon2_is_not_installed(no_argon2):
    """The error names the package; hashes by scrypt need none."""
    stored = f"$argon2id$v=19$m=65536,t=3,p=4${SALT}${HASH}"
    for ask in (
        lambda: passwords.hash("x", "argon2id"),
        lambda: passwords.verify("x", stored),
        lambda: passwords.needs_rehash(stored, "argon2id"),
    ):
        with pytest.raises(ImportError, match=r"pip install 'wsgicherry\[argon2\]'"):
            ask()
    assert passwords.needs_rehash(stored)
    assert passwords.verify("x", make_cheap("x"))


def test_a_scheme_that_is_unknown():
    """The error says which there are."""
    with pytest.raises(ValueError, match="no scheme 'md5'; known are scrypt, argon2id"):
        passwords.hash("x", "md5")
