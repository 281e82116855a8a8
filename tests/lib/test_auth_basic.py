"""tools.auth_basic: name and password with each request (RFC 7617, BEHAVIOUR 9.1)."""

from __future__ import annotations

import ast
import itertools
import sys
import time
from hashlib import scrypt
from pathlib import Path

import pytest
from auth_clients import Area, basic

import wsgicherry
from wsgicherry import passwords
from wsgicherry.core.loaded import ConfigError
from wsgicherry.lib import auth_basic
from wsgicherry.lib.auth_basic import checkpassword_dict
from wsgicherry.lib.passwordmemory import PasswordMemory

NOT_AUTHORIZED = "You are not authorized to access that resource"
# Of the cheapest settings that are read: what is looked at here is not how hard a hash is.
HASH = str(
    passwords._Scrypt(
        1, 1, 1, bytes(16), scrypt(b"secret", salt=bytes(16), n=2, r=1, p=1, dklen=32)
    )
)
USERS = {"eva": "secret", "j\u00e4\u00f6": "p\u00e4ss\u00a3", "empty": "", "colon": "a:b"}


@pytest.fixture
def area(site, logger_root):
    """Make an area behind tools.auth_basic: area(users or a check, **settings) -> Area."""

    def make(check=USERS, **settings):
        check = checkpassword_dict(check) if isinstance(check, dict) else check
        settings = {"realm": "Wood", "checkpassword": check, **settings}
        return Area(site, logger_root, "auth_basic", settings)

    return make


def test_without_credentials(area):
    """The answer is 401 and says how to enter; the page is not run."""
    wood = area()
    answer = wood()
    assert answer.code == 401
    assert answer.challenges == ['Basic realm="Wood", charset="UTF-8"']
    assert ("Www-Authenticate", answer.challenges[0]) in answer.headers
    assert NOT_AUTHORIZED in answer.text
    assert wood.calls == 0


def test_a_head_without_credentials(area):
    """It has the headers of the page, and no body."""
    wood = area()
    head, get = wood(method="HEAD"), wood()
    assert (head.code, head.body) == (401, b"")
    assert head.headers == get.headers


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("eva", "secret"),
        ("j\u00e4\u00f6", "p\u00e4ss\u00a3"),
        ("ja\u0308o\u0308", "pa\u0308ss\u00a3"),  # NFD, from another keyboard
        ("colon", "a:b"),
    ],
)
def test_right_credentials(area, username, password):
    """The page knows who it is, by the name in NFC."""
    wood = area()
    assert wood(basic(username, password)).code == 200
    assert wood.login in USERS


@pytest.mark.parametrize(
    "header",
    [
        *itertools.starmap(
            basic,
            [
                *(("eva", "Secret"), ("eva", ""), ("eva", "secret "), ("Eva", "secret")),
                *(("adam", "secret"), ("", ""), ("empty", ""), ("adam", "")),
                *(("colon", "a"), ("eva", "x" * 4000), ("eva", "\U0001f600")),
            ],
        ),
        *("Bearer abc", "Digest a=b", "Negotiate abc", "Basicx abc", "basic2 x"),
    ],
)
def test_wrong_credentials(area, header):
    """They are as good as none, and so is another scheme."""
    wood = area()
    answer = wood(header)
    assert (answer.code, wood.calls) == (401, 0)
    assert answer.challenges == ['Basic realm="Wood", charset="UTF-8"']


@pytest.mark.parametrize(
    "header",
    [
        *("Basic", "Basic ", "Basic abc", "Basic YWJj", "Basic !!!!", "Basic YTpi, Basic YTpi"),
        *(
            "Basic /zph",
            "basic\tYTpi",
            "a",
            "B\xe4sic YTpi",
            "Basic YTpi\x00",
            "Basic YQA6Yg==",
        ),
        *("Basic " + "YTpi" * 3000, "Basic YTpi\u2603"),
    ],
)
def test_malformed_credentials(area, header):
    """They are a 400, which repeats nothing of them; the check is not asked."""
    asked = []
    answer = area(lambda *what: asked.append(what))(header)
    assert (answer.code, asked) == (400, [])
    assert len(header) < 3 or header not in answer.text


@pytest.mark.parametrize("spelling", ["basic", "BASIC", "bAsIc"])
def test_the_scheme_is_spelled_in_any_case(area, spelling):
    """RFC 9110 section 11.1."""
    assert area()(basic("eva", "secret").replace("Basic", spelling)).code == 200


def test_a_realm_beyond_ascii(area):
    """It goes out as any header does, in ISO-8859-1."""
    challenges = area(realm="W\u00e4lder")().challenges
    assert challenges == ['Basic realm="W\u00e4lder", charset="UTF-8"']


def test_latin_1_on_request(area):
    """With accept_charset ISO-8859-1 the bytes are read so, and the challenge names none."""
    wood = area(accept_charset="ISO-8859-1")
    assert wood(basic("j\u00e4\u00f6", "p\u00e4ss\u00a3", "latin-1")).code == 200
    assert wood().challenges == ['Basic realm="Wood"']


def test_latin_1_without_a_request(area):
    """It is not guessed: bytes that are no UTF-8 are malformed."""
    assert area()(basic("j\u00e4\u00f6", "p\u00e4ss\u00a3", "latin-1")).code == 400


def test_what_the_check_is_asked(area):
    """Realm, name and password; whatever is true lets the user in."""
    asked = []
    wood = area(lambda *what: asked.append(what) or "yes")
    assert wood(basic("a", "b:c")).code == 200
    assert (asked, wood.login) == ([("Wood", "a", "b:c")], "a")


def test_a_check_that_fails(area, caplog):
    """A ValueError in it is a fault of the program, not of the client: 500."""

    def check(realm, username, password):
        raise ValueError("no such table")

    wood = area(check)
    assert wood(basic("eva", "secret")).code == 500
    assert "no such table" in caplog.text


class AsyncCheck:
    """A check that is an object."""

    async def __call__(self, realm, username, password):
        return False


async def check_later(realm, username, password):
    """Return what is true for everybody: a coroutine."""


@pytest.mark.parametrize("check", [check_later, AsyncCheck()], ids=["function", "object"])
def test_a_check_that_nothing_awaits(area, check, caplog):
    """An `async def` lets nobody in: 500, and the log says why."""
    wood = area(check)
    assert wood(basic("eva", "secret")).code == 500
    assert wood.calls == 0
    assert "checkpassword is 'async def'" in caplog.text


def test_debug(area):
    """The log says who was let in and who was not, and no password."""
    wood = area(debug=True)
    wood(basic("eva", "secret"))
    wood(basic("eva", "hunter2"))
    text = "\n".join(wood.lines)
    assert "'eva' is let in" in text
    assert "'eva' is not let in" in text
    assert "secret" not in text
    assert "hunter2" not in text


def test_by_hand(site, logger_root):
    """`tools.auth_basic.callable` asks within a handler."""
    wood = Area(site, logger_root, "response_headers", {})

    def page():
        site.tools.auth_basic.callable("Hand", checkpassword_dict(USERS))
        return wsgicherry.request.login

    page.exposed = True
    wood.app.root.index = page
    assert wood().challenges == ['Basic realm="Hand", charset="UTF-8"']
    assert wood(basic("eva", "secret")).text == "eva"


def test_an_unknown_path_asks_first(area, site):
    """Who is not let in does not learn which pages there are (BEHAVIOUR 6.2)."""
    wood = area()
    wood.app.root = type("Empty", (), {})()
    assert wood(path="/nowhere").code == 401
    assert wood(basic("eva", "secret"), path="/nowhere").code == 404


@pytest.mark.parametrize(
    ("settings", "key", "words"),
    [
        ({"realm": None}, "realm", "not set"),
        ({"realm": ""}, "realm", "not set"),
        ({"checkpassword": None}, "checkpassword", "not set"),
        ({"checkpassword": "eva"}, "checkpassword", "no function"),
        ({"realm": 'a "b"'}, "realm", "quotes"),
        ({"realm": "a\\b"}, "realm", "quotes"),
        ({"realm": "a\r\nb"}, "realm", "quotes"),
        ({"realm": "\u0141\u00f3d\u017a"}, "realm", "ISO-8859-1"),
        ({"realm": 5}, "realm", "not a text"),
        ({"accept_charset": "rot13"}, "accept_charset", "'utf-8'"),
        ({"accept_charset": 5}, "accept_charset", "not a text"),
    ],
)
def test_what_is_told_at_mount(area, settings, key, words):
    """A setting that no request could use stops the mount, by its name."""
    with pytest.raises(ConfigError, match=rf"tools\.auth_basic\.{key}.*{words}"):
        area(**settings)


def test_an_unknown_setting_is_told_at_mount(area):
    """One that is misspelt, too."""
    with pytest.raises(ConfigError, match=r"did you mean 'tools\.auth_basic\.realm'"):
        area(raelm="x")


def test_a_wrong_setting_by_hand():
    """It is a ValueError that says which (CherryPy's rule, BEHAVIOUR 9.1)."""
    with pytest.raises(ValueError, match="quotes") as caught:
        auth_basic.basic_auth('a "b"', checkpassword_dict(USERS))
    assert isinstance(caught.value, ConfigError)
    assert caught.value.key == "realm"
    with pytest.raises(ValueError, match="must be a text"):
        auth_basic.basic_auth(b"R", checkpassword_dict(USERS))


# Hashed passwords ---------------------------------------------------------------------


@pytest.fixture
def count_hashes(monkeypatch):
    """Give a function that returns how often scrypt has run while `call` ran."""
    runs = []

    def count(call, *arguments):
        runs.clear()

        def watch(frame, event, argument):
            if event == "c_call" and getattr(argument, "__name__", "") == "scrypt":
                runs.append(argument)

        sys.setprofile(watch)
        try:
            result = call(*arguments)
        finally:
            sys.setprofile(None)
        return len(runs), result

    return count


def test_a_hashed_password_is_hashed_once(count_hashes):
    """A right one is remembered; a wrong one is hashed each time."""
    check = checkpassword_dict({"eva": HASH})
    assert count_hashes(check, "R", "eva", "secret") == (1, True)
    assert count_hashes(check, "R", "eva", "secret") == (0, True)
    assert count_hashes(check, "R", "eva", "wrong") == (1, False)
    assert count_hashes(check, "R", "eva", "wrong") == (1, False)


@pytest.mark.parametrize("kept", [None, b"x", 7])
def test_what_is_no_text_is_no_password(kept):
    """A table may hold None for who may not log in; nobody can type bytes either."""
    check = checkpassword_dict({"none": kept, "eva": "secret"})
    assert check("R", "eva", "secret")
    typed = [(name, word) for name in ("none", "nobody") for word in ("", "None", "x", "7")]
    assert not any(check("R", name, word) for name, word in typed)


def test_an_unknown_user_costs_the_same(count_hashes):
    """As many hashes are computed as for a wrong password."""
    check = checkpassword_dict({"eva": HASH, "empty": ""})
    wrong = count_hashes(check, "R", "eva", "wrong")
    assert [count_hashes(check, "R", name, "x") for name in ("adam", "empty", "")] == [
        wrong
    ] * 3


def test_an_empty_table_lets_nobody_in():
    """Nor does it fail."""
    assert not checkpassword_dict({})("R", "eva", "")


@pytest.mark.parametrize("stored", [None, HASH.replace("AAAA", "BBBB")])
def test_a_password_that_was_taken_away(stored):
    """It is refused at once, however well it is remembered."""
    users = {"eva": HASH, "max": HASH}
    check = checkpassword_dict(users)
    assert check("R", "eva", "secret")
    users["eva"] = stored or ""
    assert not check("R", "eva", "secret")


def test_the_memory_ends():
    """After `seconds` a password is hashed again."""
    now = [100.0]
    memory = PasswordMemory(60, clock=lambda: now[0])
    assert memory.verify("secret", HASH)
    (end,) = memory._ends.values()
    assert end == 160.0
    now[0] = 160.0
    assert memory.verify("secret", HASH)
    assert list(memory._ends.values()) == [220.0]


def test_the_memory_is_bounded():
    """There are never more than `entries`."""
    memory = PasswordMemory(60, 3)
    for letter in "abcdefgh":
        salt = letter.encode() * 16
        made = scrypt(b"secret", salt=salt, n=2, r=1, p=1, dklen=32)
        assert memory.verify("secret", str(passwords._Scrypt(1, 1, 1, salt, made)))
        assert len(memory) <= 3


@pytest.mark.parametrize("bounds", [(0, 10), (60, 0)])
def test_a_memory_that_is_off(bounds):
    """Without time or room nothing is remembered."""
    memory = PasswordMemory(*bounds)
    assert memory.verify("secret", HASH)
    assert len(memory) == 0


def test_two_processes_do_not_share_marks():
    """What is kept of a password means nothing elsewhere."""
    marks = []
    for memory in (PasswordMemory(), PasswordMemory()):
        memory.verify("secret", HASH)
        marks += memory._ends
    assert len(set(marks)) == 2


def test_a_hash_that_was_cut_off(area):
    """The table's fault is a 500, and the log says so."""
    assert area({"eva": "$scrypt$ln=14"})(basic("eva", "secret")).code == 500


# Compares -----------------------------------------------------------------------------

PACKAGE = Path(wsgicherry.__file__).parent
SECRETS = (
    "password",
    "digest",
    "response",
    "signature",
    "ha1",
    "mark",
    "mac",
    "secret",
    "hash",
)


def test_secrets_are_compared_in_constant_time():
    """No file compares a secret with == or !=; `compare_digest` takes as long whatever differs
    (SECURITY 32).
    """
    found = []
    for file in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Compare):
                continue
            if not any(isinstance(operator, (ast.Eq, ast.NotEq)) for operator in node.ops):
                continue
            sides = (node.left, *node.comparators)
            if any(isinstance(side, ast.Constant) for side in sides):
                continue  # what is written in a program is no secret
            names = [ast.unparse(side).rpartition(".")[2].lower() for side in sides]
            if any(name in SECRETS or name.endswith("_digest") for name in names):
                found.append(f"{file.name}:{node.lineno}: {ast.unparse(node)}")
    assert found == []


def test_where_a_password_differs_does_not_show():
    """A wrong first letter takes as long as a wrong last one, of 4 MB (SECURITY 32)."""
    password = "x" * 4_000_000
    check = checkpassword_dict({"eva": password})
    typed = ("y" + password[1:], password[:-1] + "y")
    times = {wrong: [] for wrong in typed}
    for _ in range(9):
        for wrong, taken in times.items():
            started = time.thread_time()
            assert not check("R", "eva", wrong)
            taken.append(time.thread_time() - started)
    first, last = (min(taken) for taken in times.values())
    assert first > 0.5 * last


def test_the_log_shows_no_credentials(area):
    """A failing page tells nothing of the header (BEHAVIOUR 13.1 item 10)."""
    wood = area()

    def page():
        raise RuntimeError("fault")

    page.exposed = True
    wood.app.root.index = page
    header = basic("eva", "secret")
    wood(header)
    assert not [line for line in wood.lines if header in line or "secret" in line]


# Costs --------------------------------------------------------------------------------

MOST_CALLS = 45  # of Python and of C; 39 were counted, 43 on Python 3.10


def test_what_it_costs(area, site, logger_root, count_calls):
    """A request with credentials makes few more calls than one to an open page."""
    wood = area()
    site.tree.mount(type("Root", (), {"index": wood.app.root.index})(), "/open")
    header = basic("eva", "secret")

    def ask(path):
        wood(header, path=path)
        return count_calls(lambda: wood(header, path=path))

    assert ask("/") - ask("/open/") <= MOST_CALLS
