"""tools.auth_digest: a password is proved, not sent (RFC 7616, BEHAVIOUR 9.2)."""

from __future__ import annotations

import hashlib
import os
import sys
import threading
import time

import pytest
from auth_clients import (
    Area,
    Digest,
    basic,
    hashed,
    make_ha1,
    parse_challenge,
    send,
    write_credentials,
)

import wsgicherry
from wsgicherry.core.loaded import ConfigError
from wsgicherry.lib import auth_digest
from wsgicherry.lib.auth_digest import (
    HttpDigestAuthorization,
    get_ha1_dict,
    get_ha1_dict_plain,
    get_ha1_file_htdigest,
    synthesize_nonce,
    www_authenticate,
)
from wsgicherry.lib.digest import algorithms, nonces
from wsgicherry.lib.digest.nonces import WINDOW, NonceMemory, read_nonce

REALM = "http-auth@example.org"
KEY = "a565c27146791cfb"
PASSWORDS = {"Mufasa": "Circle of Life", "J\u00e4s\u00f8n Doe": "Secret, or not?", "empty": ""}
HAS_SHA_512_256 = "sha512_256" in hashlib.algorithms_available


@pytest.fixture
def area(site, logger_root):
    """Make an area behind tools.auth_digest: area(get_ha1, **settings) -> Area."""

    def make(get_ha1=None, config=None, script_name="", **settings):
        # A new table for each area: what is counted of nonces is not another test's.
        get_ha1 = get_ha1 or get_ha1_dict_plain(dict(PASSWORDS))
        settings = {"realm": REALM, "get_ha1": get_ha1, "key": KEY, **settings}
        return Area(site, logger_root, "auth_digest", settings, config, script_name)

    return make


@pytest.fixture
def mufasa():
    """A client that knows a password."""
    return Digest()


# Vectors ------------------------------------------------------------------------------

VECTOR = (
    'Digest username="Mufasa", realm="http-auth@example.org", uri="/dir/index.html", '
    'algorithm={algorithm}, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", nc=00000001, '
    'cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", qop=auth, response="{response}", '
    'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
)
RESPONSES = {
    "MD5": "8ca523f5e9506fed4657c9700eebdbec",
    "SHA-256": "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
}


@pytest.mark.parametrize("algorithm", RESPONSES)
def test_the_vectors_of_the_rfc(algorithm):
    """RFC 7616 section 3.9.1."""
    response = RESPONSES[algorithm]
    header = VECTOR.format(algorithm=algorithm, response=response)
    read = HttpDigestAuthorization(header, "GET")
    ha1 = get_ha1_dict_plain(PASSWORDS)(read.realm, read.username, algorithm)
    assert read.request_digest(ha1) == response
    assert read.is_answer_of(ha1)
    assert not HttpDigestAuthorization(header, "HEAD").is_answer_of(ha1)


def test_the_hashed_name_of_the_rfc():
    """RFC 7616 section 3.9.2, whose userhash alone can be computed again: SHA-512, cut."""
    name = "J\u00e4s\u00f8n Doe:api@example.org"
    cut = hashlib.sha512(name.encode()).hexdigest()[:64]
    assert cut == "488869477bf257147b804c45308cd62ac4e25eb717b12b298c79e62dcea254ec"


# The dialogue -------------------------------------------------------------------------


def test_without_credentials(area):
    """The answer is 401 with a challenge for each algorithm, SHA-256 first."""
    wood = area()
    answer = wood()
    assert (answer.code, wood.calls) == (401, 0)
    assert "You are not authorized to access that resource" in answer.text
    for challenge, algorithm in zip(answer.challenges, ("SHA-256", "MD5"), strict=True):
        nonce = parse_challenge(challenge)["nonce"]
        assert challenge == (
            f'Digest realm="{REALM}", nonce="{nonce}", algorithm={algorithm}, qop="auth", '
            'charset="UTF-8"'
        )


def test_no_two_challenges_share_a_nonce(area):
    """Or two clients would use up each other's counts."""
    wood = area()
    found = [parse_challenge(each)["nonce"] for _ in range(3) for each in wood().challenges]
    assert len(set(found)) == 6


# What is kept in 64 digits is SHA-256.
WAYS = [
    (algorithm, kind)
    for algorithm in ("SHA-256", "MD5", *["SHA-512-256"] * HAS_SHA_512_256)
    for kind in ("plain", "user function", "kept")
    if (algorithm, kind) != ("SHA-512-256", "kept")
]


@pytest.mark.parametrize("end", ["", "-sess"])
@pytest.mark.parametrize(("algorithm", "kind"), WAYS)
def test_right_credentials(area, mufasa, algorithm, end, kind):
    """The page knows who it is, whichever way and with whichever algorithm it is proved."""

    def by_algorithm(realm, username, algorithm):
        return make_ha1(username, realm, PASSWORDS["Mufasa"], algorithm)

    kept = {"Mufasa": make_ha1("Mufasa", REALM, PASSWORDS["Mufasa"], algorithm)}
    users = {"plain": None, "user function": by_algorithm, "kept": get_ha1_dict(kept)}[kind]
    wood = area(users, algorithms=[algorithm])
    (challenge,) = wood().challenges
    for path in ("/", "/a/b%20c?d=e"):
        header = mufasa.answer(challenge, path, algorithm=algorithm + end)
        answer = wood(header, path.replace("%20", " "))
        assert (answer.code, answer.text, wood.login) == (200, "Hello, Mufasa.", "Mufasa")


def test_a_session_algorithm_may_be_offered(area, mufasa):
    """If config names it."""
    wood = area(algorithms="SHA-256-sess, md5-SESS")
    first, second = wood().challenges
    assert "algorithm=SHA-256-sess," in first
    assert "algorithm=MD5-sess," in second
    assert wood(mufasa.answer(first)).code == 200


@pytest.mark.parametrize("kind", ["plain", "capitals"])
def test_the_server_proves_that_it_knows_the_password(area, mufasa, kind):
    """RFC 7616 section 3.5: rspauth is hashed as the response is, without a method."""
    ha1 = make_ha1("Mufasa", REALM, PASSWORDS["Mufasa"], "SHA-256").upper()
    wood = area(get_ha1_dict({"Mufasa": ha1}) if kind == "capitals" else None)
    challenge = wood().challenges[0]
    answer = wood(mufasa.answer(challenge))
    (info,) = answer.all("Authentication-Info")
    shown = parse_challenge(info)
    ha1 = make_ha1("Mufasa", REALM, PASSWORDS["Mufasa"], "SHA-256")
    nonce = parse_challenge(challenge)["nonce"]
    middle = f"00000001:{shown['cnonce']}:auth"
    text = f"{ha1}:{nonce}:{middle}:{hashed('SHA-256', ':/')}"
    assert shown["rspauth"] == hashed("SHA-256", text)
    assert (shown["nc"], shown["qop"]) == ("00000001", "auth")


@pytest.mark.parametrize("name", ["username", "username*"])
def test_names_beyond_ascii(area, name):
    """As UTF-8 in a quoted string, or by RFC 8187; in NFC or not."""
    wood = area()
    client = Digest("J\u00e4s\u00f8n Doe", "Secret, or not?")
    changes = {}
    if name == "username*":
        changes = {"username_": None, "username*_": "UTF-8''J%C3%A4s%C3%B8n%20Doe"}
    assert wood(client.answer(wood().challenges[0], **changes)).code == 200
    assert wood.login == "J\u00e4s\u00f8n Doe"


def test_a_name_in_latin_1(area):
    """Bytes that are no UTF-8 are read so (CherryPy's rule, BEHAVIOUR 9.2)."""
    wood = area()
    client = Digest("J\u00e4s\u00f8n Doe", "Secret, or not?")
    in_utf_8 = client.answer(wood().challenges[0])
    assert wood(in_utf_8.encode("latin-1").decode("utf-8")).code == 200
    assert wood.login == "J\u00e4s\u00f8n Doe"


def test_a_hashed_name(area):
    """With userhash the name does not cross the wire; the challenge offers it."""
    for users in (
        get_ha1_dict_plain(dict(PASSWORDS)),
        get_ha1_dict({"Mufasa": make_ha1("Mufasa", REALM, "Circle of Life")}),
    ):
        wood = area(users, userhash=True)
        client = Digest()
        for challenge in wood().challenges:
            assert "userhash=true" in challenge
            header = client.answer(challenge, userhash="true")
            assert "Mufasa" not in header
            assert wood(header).code == 200
            assert wood.login == "Mufasa"
            assert wood(client.answer(challenge)).code == 200  # it need not
        del wood.app.config["/"]["tools.auth_digest.on"]


def test_a_hashed_name_after_the_table_has_changed(area):
    """Who is new is found, and who was removed is not."""
    passwords = dict(PASSWORDS)
    wood = area(get_ha1_dict_plain(passwords), userhash=True)
    challenge = wood().challenges[0]
    mufasa, scar = Digest(), Digest("Scar", "hyenas")
    assert wood(mufasa.answer(challenge, userhash="true")).code == 200
    passwords["Scar"] = passwords.pop("Mufasa") and "hyenas"
    assert wood(scar.answer(challenge, userhash="true", nc="00000009")).code == 200
    assert wood(mufasa.answer(challenge, userhash="true", nc="0000000a")).code == 401


def test_a_hashed_name_that_was_not_offered(area, mufasa):
    """It is nobody's."""
    wood = area()
    assert wood(mufasa.answer(wood().challenges[0], userhash="true")).code == 401


# Refusals: (changes to right credentials, status) -------------------------------------

CASES = {
    # Values that do not fit are a 401, and a new challenge.
    "password": ({"response_": "0" * 64}, 401),
    "username": ({"username_": "Scar"}, 401),
    "empty-user": ({"username_": "empty"}, 401),
    "realm": ({"realm": "other"}, 401),
    "nonce": ({"nonce": "abc"}, 401),
    "nonce-odd": ({"nonce": "1:" + "0" * 80}, 401),
    "nonce-huge": ({"nonce": "9" * 4000}, 401),
    "nonce-changed": ({"nonce_": "0"}, 401),
    "cnonce-changed": ({"cnonce_": "0"}, 401),
    "nc-changed": ({"nc_": "00000002"}, 401),
    "nc-zero": ({"nc": "00000000"}, 401),
    "method": ({"method_": "x"}, 200),  # no parameter of RFC 7616
    "opaque": ({"opaque_": "x"}, 200),
    "unknown": ({"x-y_": "z"}, 200),
    "auth-param-first": ({"a_": ""}, 200),
    "algorithm-other": ({"algorithm_": "SHA-256-sess"}, 401),
    "userhash-false": ({"userhash_": "false"}, 200),
    "upper-response": ({}, 200),
    # What is improper is a 400 (RFC 7616 section 3.4).
    "no-username": ({"username_": None}, 400),
    "no-realm": ({"realm_": None}, 400),
    "no-nonce": ({"nonce_": None}, 400),
    "no-uri": ({"uri_": None}, 400),
    "no-response": ({"response_": None}, 400),
    "no-nc": ({"nc_": None}, 400),
    "no-cnonce": ({"cnonce_": None}, 400),
    "no-qop": ({"qop_": None}, 400),
    "no-algorithm": ({"algorithm_": None}, 400),  # then 64 digits are no MD5
    "rfc-2069": ({"qop": None}, 400),
    "empty-username": ({"username_": ""}, 400),
    "empty-nonce": ({"nonce_": ""}, 400),
    "nc-letters": ({"nc": "zzzzzzzz"}, 400),
    "nc-short": ({"nc": "1"}, 400),
    "nc-long": ({"nc": "000000001"}, 400),
    "nc-minus": ({"nc": "-0000001"}, 400),
    "nc-under": ({"nc": "0000_001"}, 400),
    "qop-int": ({"qop": "auth-int"}, 400),  # not offered
    "qop-unknown": ({"qop": "auth-conf"}, 400),
    "algorithm-unknown": ({"algorithm_": "SHA-1"}, 400),
    "response-short": ({"response_": "0" * 32}, 400),
    "response-letters": ({"response_": "g" * 64}, 400),
    "response-wide": ({"response_": "\u0660" * 64}, 400),
    "cnonce-quote": ({"cnonce_": '\\"'}, 400),
    "cnonce-long": ({"cnonce": "a" * 257}, 400),
    "cnonce-wide": ({"cnonce_": "\u00e4"}, 400),
    "uri-other": ({"uri": "/other"}, 400),
    "uri-query": ({"uri": "/?a=b"}, 400),
    "uri-host": ({"uri": "//evil.example/"}, 400),
    "two-names": ({"username*_": "UTF-8''Mufasa"}, 400),
    "star-bad": ({"username_": None, "username*_": "UTF-8''%"}, 400),
    "star-hashed": ({"username_": None, "username*_": "UTF-8''a", "userhash": "true"}, 400),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_credentials(area, mufasa, name):
    """What does not fit is a 401 with a challenge, what is improper a 400; never a 500."""
    changes, status = CASES[name]
    wood = area()
    header = mufasa.answer(wood().challenges[0], **changes)
    answer = wood(header)
    assert answer.code == status, answer.text
    assert bool(answer.challenges) == (status == 401)
    assert wood.calls == (status == 200)


def test_the_table_is_the_one_of_the_page():
    """45 cases were asked for (SECURITY 31)."""
    assert len(CASES) >= 45


MALFORMED = [
    *("Digest", "Digest ", "Digest =", "Digest username=", "Digest a", "Digest a=b, a=b"),
    *(
        'Digest username="',
        "Digest username=\u00e4",
        "Digest ,,,,",
        "Digest \x00",
        "Digest a b",
    ),
    *("Digest " + "a" * 9000, "Digest " + 'a="b",' * 100, "digest x=y"),
    *("Digest username=\u2603", 'Digest username="\ud800"'),
]


@pytest.mark.parametrize("header", MALFORMED)
def test_malformed_headers(area, header):
    """They are a 400 with CherryPy's words, and nothing of the header."""
    wood = area()
    answer = wood(header)
    assert answer.code == 400
    assert "The Authorization header could not be parsed." in answer.text


@pytest.mark.parametrize(
    "header", ["Bearer abc", "Negotiate abc", "Basic", "", basic("a", "b")]
)
def test_other_schemes(area, header):
    """They are as good as no credentials."""
    assert area()(header).code == 401


# Targets ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("uri", "path", "environ"),
    [
        ("/a?b=c", "/a?b=c", {}),
        ("/a?b=c", "/a?b=c", {"REQUEST_URI": "/a?b=c"}),
        ("http://h.example/a?b", "/a?b", {"RAW_URI": "/a?b"}),
        ("/a%2Fb", "/a/b", {"RAW_URI": "/a%2Fb"}),
        ("/%C3%A4", "/\xc3\xa4", {}),
    ],
)
def test_the_uri_of_the_request(area, mufasa, uri, path, environ):
    """It is what the client has sent, whichever way the server hands it on."""
    wood = area()
    assert wood(mufasa.answer(wood().challenges[0], uri), path, **environ).code == 200


def test_the_uri_below_a_mount_point(area, mufasa):
    """It begins with the mount point, as the client sees it, and with a proxy's prefix."""
    wood = area(script_name="/app")
    challenge = wood(path="/app/").challenges[0]
    assert wood(mufasa.answer(challenge, "/app/x"), "/app/x").code == 200
    assert wood(mufasa.answer(challenge, "/x"), "/app/x").code == 400
    behind = {"SCRIPT_NAME": "/pre", "RAW_URI": "/app/x"}
    answer = send(wood.app, mufasa.answer(challenge, "/pre/x"), "/x", **behind)
    assert answer.code == 200


def test_another_method(area, mufasa):
    """What was hashed for a GET opens no POST."""
    wood = area()
    assert wood(mufasa.answer(wood().challenges[0]), method="HEAD").code == 401
    header = mufasa.answer(wood().challenges[0], method="POST")
    assert wood(header, method="POST", body=b"a=b").code == 200


def test_a_uri_that_does_not_fit_is_logged(area, mufasa):
    """RFC 7616 section 3.4.6: it may be an attack."""
    wood = area()
    wood(mufasa.answer(wood().challenges[0], "/other"))
    assert any("uri of the credentials" in line for line in wood.lines)


def test_an_internal_redirect(area, mufasa):
    """It goes on as who was let in, and does not use the nonce a second time."""
    wood = area()
    inner = wood.app.root.index

    def index(**kwargs):
        raise wsgicherry.InternalRedirect("/inner")

    index.exposed = True
    wood.app.root.index = index
    wood.app.root.inner = inner
    challenge = wood().challenges[0]
    assert wood(mufasa.answer(challenge)).text == "Hello, Mufasa."
    header = mufasa.answer(challenge, method="POST")
    assert wood(header, method="POST", body=b"a=b").text == "Hello, Mufasa."


def test_an_internal_redirect_into_the_area(area, mufasa, site):
    """What counts is what the client has asked for."""
    wood = area(config={"/": {"tools.auth_digest.on": False}})
    settings = {"realm": REALM, "get_ha1": get_ha1_dict_plain(dict(PASSWORDS)), "key": KEY}
    inner = wood.app.root.index
    inner._cp_config = {}

    def index():
        raise wsgicherry.InternalRedirect("/inner")

    def page():
        return f"Hello, {wsgicherry.request.login}."

    index.exposed = page.exposed = True
    page._cp_config = {
        "tools.auth_digest.on": True,
        **{f"tools.auth_digest.{name}": value for name, value in settings.items()},
    }
    wood.app.root.index, wood.app.root.inner = index, page
    challenge = wood().challenges[0]
    assert wood(mufasa.answer(challenge)).text == "Hello, Mufasa."


# Nonces and their counts --------------------------------------------------------------


def test_the_same_request_again(area, mufasa):
    """It is refused, with a new nonce: a client that knows the password goes on by itself."""
    wood = area()
    challenge = wood().challenges[0]
    header = mufasa.answer(challenge)
    assert wood(header).code == 200
    again = wood(header)
    assert (again.code, wood.calls) == (401, 1)
    assert all("stale=true" in each for each in again.challenges)
    assert wood(mufasa.answer(again.challenges[0])).code == 200


def test_counts_out_of_order(area, mufasa):
    """Browsers send several requests at once: within a window each count is good, once."""
    wood = area()
    challenge = wood().challenges[0]
    given = [
        (wood(mufasa.answer(challenge, nc=f"{count:08x}")).code == 200, count)
        for count in (3, 1, 2, 1, 3, 5 + WINDOW, 5, 6, 6, 0xFFFFFFFF, 0xFFFFFFFF, 7)
    ]
    assert [count for is_good, count in given if is_good] == [
        3,
        1,
        2,
        5 + WINDOW,
        6,
        0xFFFFFFFF,
    ]


def test_a_thread_that_waits_while_others_go_on():
    """With fifty threads one may be hundreds of counts behind, and is in time all the same."""
    memory = NonceMemory()
    assert memory.use("n", 0, 500)
    assert [memory.use("n", 0, 1), memory.use("n", 0, 1)] == [True, False]


def test_two_pages_of_an_area_count_together(area, mufasa):
    """What is known of a nonce does not depend on the page that asks."""
    wood = area(config={"/other": {"response.headers.x-a": "b"}})
    challenge = wood().challenges[0]
    assert wood(mufasa.answer(challenge, "/"), "/").code == 200
    assert wood(mufasa.answer(challenge, "/other", nc="00000001"), "/other").code == 401
    assert wood(mufasa.answer(challenge, "/other", nc="00000002"), "/other").code == 200


def test_a_count_is_good_once_in_many_threads():
    """However many come in at a time."""
    memory, good = NonceMemory(), []
    start = threading.Barrier(8)

    def use():
        start.wait()
        good.extend(count for count in range(1, 200) if memory.use("n", 0, count))

    threads = [threading.Thread(target=use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(good) == sorted(set(good))
    assert 199 in good


def test_the_memory_of_nonces_is_bounded():
    """The oldest is forgotten; and what is as old as that is not accepted any more."""
    memory = NonceMemory(3)
    assert all(memory.use(f"n{second}", second, 1) for second in range(5))
    assert len(memory) == 3
    assert not memory.use("n0", 0, 1)
    assert not memory.use("n1", 1, 2)
    assert not memory.use("another", 1, 1)
    assert memory.use("n2", 2, 2)
    assert memory.use("young", 9, 1)


def test_an_old_nonce(area, mufasa):
    """After its time it is stale: 401 with stale=true, but only for who knows the password."""
    wood = area()
    for age, status, is_stale in ((599, 200, False), (601, 401, True)):
        made = synthesize_nonce(REALM, KEY, time.time() - age)
        challenge = www_authenticate(REALM, KEY, "SHA-256", made)
        answer = wood(mufasa.answer(challenge))
        assert (answer.code, "stale=true" in str(answer.challenges)) == (status, is_stale)
        wrong = wood(Digest(password="x").answer(challenge))
        assert "stale" not in str(wrong.challenges)
    short = area(nonce_seconds=10)
    made = synthesize_nonce(REALM, KEY, time.time() - 11)
    challenge = www_authenticate(REALM, KEY, "SHA-256", made)
    assert "stale=true" in short(mufasa.answer(challenge)).challenges[0]


def test_another_process_with_the_same_key(site, make_logger_root, logger_root, mufasa):
    """What one machine has asked another understands: there is nothing to share but the key."""
    first = {"realm": REALM, "get_ha1": get_ha1_dict_plain(dict(PASSWORDS)), "key": KEY}
    second = {**first, "get_ha1": get_ha1_dict_plain(dict(PASSWORDS))}
    one = Area(site, logger_root, "auth_digest", first)
    challenge = one().challenges[0]
    two = Area(site, logger_root, "auth_digest", second, script_name="/two")
    header = mufasa.answer(challenge, "/two/")
    assert two(header, "/two/").code == 200


def test_keys_are_renewed(area, mufasa):
    """The first key signs; those behind it are known until they are taken out."""
    old = www_authenticate(REALM, "old", "SHA-256")
    wood = area(key=["new", b"old"])
    assert wood(mufasa.answer(old)).code == 200
    nonce = parse_challenge(wood().challenges[0])["nonce"]
    assert read_nonce(nonce, REALM, "new")
    assert read_nonce(nonce, REALM, "old") is None


@pytest.mark.parametrize("nonce", ["", ":", "1:", "x:" + "0" * 80, "1" * 13 + ":" + "0" * 80])
def test_a_nonce_that_is_none(nonce):
    """It was not made here."""
    assert read_nonce(nonce, REALM, KEY) is None


def test_a_nonce_of_another_realm():
    """It opens nothing here."""
    nonce = synthesize_nonce("other", KEY)
    assert read_nonce(nonce, REALM, KEY) is None
    assert read_nonce(nonce, "other", KEY) is not None


# Users --------------------------------------------------------------------------------


def count_hashes(area, header):
    """Return how many digests are computed to answer `header`."""
    codes, found = (algorithms.hex_digest.__code__, nonces._sign.__code__), []

    def watch(frame, event, argument):
        if event == "call" and frame.f_code in codes:
            found.append(frame.f_code.co_name)

    sys.setprofile(watch)
    try:
        answer = area(header)
    finally:
        sys.setprofile(None)
    return answer.code, sorted(found)


@pytest.mark.parametrize("kind", ["plain", "kept", "file", "function"])
@pytest.mark.parametrize("userhash", [None, "true"])
def test_an_unknown_user_takes_as_long(area, tmp_path, kind, userhash):
    """As many hashes are computed as for a wrong password."""
    ha1 = make_ha1("Mufasa", REALM, PASSWORDS["Mufasa"])
    file = tmp_path / "users"
    file.write_text(f"Mufasa:{REALM}:{ha1}\n")
    users = {
        "plain": get_ha1_dict_plain(dict(PASSWORDS)),
        "kept": get_ha1_dict({"Mufasa": ha1}),
        "file": get_ha1_file_htdigest(file),
        "function": lambda realm, username: ha1 if username == "Mufasa" else None,
    }[kind]
    wood = area(users, algorithms=["MD5"], userhash=bool(userhash) and kind != "function")
    (challenge,) = wood().challenges
    wood(Digest("Mufasa", "x").answer(challenge, userhash=userhash))  # the names are hashed now
    wrong, unknown, empty = (
        count_hashes(wood, Digest(name, "x").answer(challenge, userhash=userhash))
        for name in ("Mufasa", "Scar", "empty")
    )
    assert wrong == unknown == empty
    assert wrong[0] == 401


def test_hashes_of_md5_alone(area, mufasa):
    """Only what they can be checked with is offered, and accepted."""
    wood = area(get_ha1_dict({"Mufasa": make_ha1("Mufasa", REALM, PASSWORDS["Mufasa"])}))
    (challenge,) = wood().challenges
    assert "algorithm=MD5," in challenge
    assert wood(mufasa.answer(challenge)).code == 200
    assert wood(mufasa.answer(challenge, algorithm="SHA-256")).code == 401


def test_a_table_that_grows(area, mufasa):
    """Who is added can log in; the first of another algorithm has that offered, too."""
    users = {}
    wood = area(get_ha1_dict(users))
    assert len(wood().challenges) == 2
    for count, algorithm in ((1, "MD5"), (2, "SHA-256")):
        users[f"user {count}"] = make_ha1(f"user {count}", REALM, "x", algorithm)
        assert len(wood().challenges) == count
        challenge = wood().challenges[0]
        assert f"algorithm={algorithm}," in challenge
        assert wood(Digest(f"user {count}", "x").answer(challenge)).code == 200


def test_a_hash_in_the_place_of_another(area, mufasa):
    """Who gets a hash of SHA-256 for that of MD5 is offered SHA-256 from then on."""
    users = {"Mufasa": make_ha1("Mufasa", REALM, PASSWORDS["Mufasa"]), "gone": None}
    wood = area(get_ha1_dict(users))
    (challenge,) = wood().challenges
    users["Mufasa"] = make_ha1("Mufasa", REALM, PASSWORDS["Mufasa"], "SHA-256")
    (better,) = wood(mufasa.answer(challenge)).challenges
    assert "algorithm=SHA-256," in better
    assert wood(mufasa.answer(better)).code == 200


def test_a_password_that_is_a_number(area):
    """It is the text that shows it, as in CherryPy."""
    wood = area(get_ha1_dict_plain({"eva": 1234}))
    assert wood(Digest("eva", "1234").answer(wood().challenges[0])).code == 200


def test_a_function_without_algorithm(area, mufasa):
    """One of CherryPy's kind gives hashes of MD5, unless config says otherwise."""
    wood = area(lambda realm, username: make_ha1(username, realm, PASSWORDS["Mufasa"]))
    (challenge,) = wood().challenges
    assert "algorithm=MD5," in challenge
    assert wood(mufasa.answer(challenge)).code == 200

    def sha256(realm, username):
        return make_ha1(username, realm, PASSWORDS["Mufasa"], "SHA-256")

    wood = area(sha256, algorithms=["SHA-256"])
    assert wood(mufasa.answer(wood().challenges[0])).code == 200


def test_a_function_that_gives_the_wrong_hash(area, mufasa):
    """Nobody is let in, and the log says why."""
    wood = area(lambda realm, username: "0" * 32, algorithms=["SHA-256"])
    assert wood(mufasa.answer(wood().challenges[0])).code == 401
    assert any("get_ha1 gave 32 characters for SHA-256" in line for line in wood.lines)


def test_a_built_in_that_cannot_be_looked_into(area, mufasa):
    """It is called as CherryPy calls it."""
    wood = area(max)  # max(realm, username): no hash, but a callable without a signature
    assert wood(mufasa.answer(wood().challenges[0])).code == 401


def test_a_function_that_fails(area, mufasa):
    """Its fault is a 500."""

    def fail(realm, username):
        raise ValueError("no such table")

    wood = area(fail)
    assert wood(mufasa.answer(wood().challenges[0])).code == 500


def write(file, *lines):
    """Write lines; the file's time is another than before."""
    before = file.stat().st_mtime_ns if file.exists() else 0
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    os.utime(file, ns=(before + 10**9, before + 10**9))


def test_a_file_of_htdigest(area, mufasa, tmp_path):
    """It is read again when it has changed; a malformed line is skipped, and logged."""
    file = tmp_path / "users"
    md5, sha = (
        make_ha1("Mufasa", REALM, PASSWORDS["Mufasa"], name) for name in ("MD5", "SHA-256")
    )
    write(file, "# users", "", f"Mufasa:{REALM}:{md5}", "Scar", "a:b:c:d", f"::{md5}", "x:y:zz")
    wood = area(get_ha1_file_htdigest(str(file)))
    (challenge,) = wood().challenges
    skipped = [line for line in wood.lines if "the line is skipped" in line]
    assert [line.partition(str(file))[2][:3] for line in skipped] == [
        ":4:",
        ":5:",
        ":6:",
        ":7:",
    ]
    assert md5 not in str(wood.lines)
    assert wood(mufasa.answer(challenge)).code == 200
    assert len([line for line in wood.lines if "is skipped" in line]) == 4  # not read again
    write(file, f"Mufasa:{REALM}:{md5}", f"Mufasa:{REALM}:{sha}", f"Scar:other:{md5}")
    first, second = wood().challenges
    assert wood(mufasa.answer(first)).code == 200
    assert wood(mufasa.answer(second)).code == 200
    write(file, f"Scar:{REALM}:{md5}")
    assert wood(mufasa.answer(wood().challenges[0])).code == 401


def test_a_file_with_other_bytes(tmp_path):
    """It is read as it is; outside of a request there is no log to tell of a bad line."""
    file = tmp_path / "users"
    file.write_bytes(b"\xff:R:" + b"0" * 32 + b"\nJ\xc3\xa4:R:" + b"1" * 32)
    users = get_ha1_file_htdigest(file)
    assert users("R", "J\u00e4") == "1" * 32
    assert users("R", "J\u00e4", "SHA-256") is None
    assert users("S", "J\u00e4") is None
    file.write_text("not a line of htdigest")
    assert users("R", "J\u00e4") is None
    file.write_bytes(b"\xff:R:" + b"0" * 32 + b"\nJ\xc3\xa4:R:" + b"1" * 32)
    assert set(users.names("R")) == {"J\u00e4", "\udcff"}


def test_a_file_that_is_written_twice_at_one_time(tmp_path):
    """It is read again, however slow the clock of its file system ticks."""
    file = tmp_path / "users"
    users = get_ha1_file_htdigest(file)
    for digit in "012":
        file.write_text("eva:R:" + digit * 32)
        os.utime(file, (time.time(), int(time.time())))
        assert users("R", "eva") == digit * 32


def test_a_file_with_a_byte_order_mark(tmp_path):
    """What some editors write before the first line is no part of a name."""
    file = tmp_path / "users"
    file.write_text("eva:R:" + "0" * 32, encoding="utf-8-sig")
    assert get_ha1_file_htdigest(file)("R", "eva") == "0" * 32


def test_a_file_that_is_not_there(area, tmp_path):
    """It is a fault of the program: 500, never an open door."""
    assert area(get_ha1_file_htdigest(tmp_path / "none"))().code == 500


# auth-int -----------------------------------------------------------------------------


@pytest.mark.parametrize("algorithm", [0, 1])
@pytest.mark.parametrize("body", [b"", b"a=b", b"\xff\x00" * 2000])
def test_the_body_is_part_of_what_is_hashed(area, mufasa, algorithm, body):
    """With qop=auth-int a body that was changed on its way is refused."""
    wood = area(qop=["auth", "auth-int"])
    challenge = wood().challenges[algorithm]
    assert 'qop="auth, auth-int"' in challenge
    header = mufasa.answer(challenge, method="POST", body=body, qop="auth-int")
    kind = {"method": "POST", "CONTENT_TYPE": "application/octet-stream"}
    assert wood(header, body=body, **kind).code == 200
    header = mufasa.answer(challenge, method="POST", body=body, qop="auth-int")
    assert wood(header, body=body + b"x", **kind).code == 401
    header = mufasa.answer(challenge, method="POST", body=body)
    assert wood(header, body=body, **kind).code == 200


def test_the_page_gets_the_body(area, mufasa):
    """Its parameters, too."""
    wood = area(qop="auth-int")
    wood.app.root.index = lambda **kwargs: str(kwargs)
    wood.app.root.index.exposed = True
    header = mufasa.answer(wood().challenges[0], method="POST", body=b"a=b", qop="auth-int")
    assert wood(header, method="POST", body=b"a=b").text == "{'a': 'b'}"


def test_a_get_with_auth_int(area, mufasa):
    """It has no body, whose digest is that of nothing."""
    wood = area(qop="auth-int")
    assert wood(mufasa.answer(wood().challenges[0], qop="auth-int")).code == 200


def test_a_large_body_with_auth_int(area, mufasa):
    """It is refused before it is hashed: it would have to be kept in memory."""
    wood = area(qop="auth-int", max_body_bytes=10)
    body = b"a=" + b"b" * 9
    header = mufasa.answer(wood().challenges[0], method="POST", body=body, qop="auth-int")
    answer = wood(header, method="POST", body=body)
    assert (answer.code, wood.calls) == (413, 0)


def test_a_body_that_was_read(site, logger_root, mufasa):
    """By hand, within a handler, it is too late to hash it."""
    wood = Area(site, logger_root, "response_headers", {})
    users = get_ha1_dict_plain(dict(PASSWORDS))

    def page(**kwargs):
        site.tools.auth_digest.callable(REALM, users, KEY, qop="auth-int")
        return wsgicherry.request.login

    page.exposed = True
    wood.app.root.index = page
    challenge = wood().challenges[0]
    header = mufasa.answer(challenge, method="POST", body=b"a=b", qop="auth-int")
    answer = wood(header, method="POST", body=b"a=b")
    assert answer.code == 400
    assert wood(mufasa.answer(challenge, qop="auth-int")).text == "Mufasa"


def test_by_hand(site, logger_root, mufasa):
    """The counts of a nonce are kept from call to call, whatever the table of users is."""
    wood = Area(site, logger_root, "response_headers", {})

    class Unhashable(dict):
        def __call__(self, realm, username):
            return make_ha1(username, realm, PASSWORDS["Mufasa"])

    kept, odd = get_ha1_dict_plain(dict(PASSWORDS)), Unhashable()
    for find_users in (lambda: kept, lambda: odd, lambda: get_ha1_dict_plain(PASSWORDS)):

        def page(find_users=find_users):
            auth_digest.digest_auth(REALM, find_users(), [KEY])
            return wsgicherry.request.login

        page.exposed = True
        wood.app.root.index = page
        header = mufasa.answer(wood().challenges[0])
        assert wood(header).text == "Mufasa"
        assert wood(header).code == 401


def test_by_hand_twice(site, logger_root):
    """Who asks again asks once: the challenges are those of the last time."""
    settings = {"realm": REALM, "get_ha1": get_ha1_dict_plain({}), "key": KEY}

    def page():
        for _ in range(2):
            with pytest.raises(wsgicherry.HTTPError):
                auth_digest.digest_auth(**settings)
        return "twice"

    page.exposed = True
    site.tree.mount(page)
    assert len(send(site.tree).challenges) == 2


# Settings -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "key", "words"),
    [
        ({"realm": None}, "realm", "not set"),
        ({"get_ha1": "users"}, "get_ha1", "called"),
        ({"get_ha1": get_ha1_dict({"eva": "secret"})}, "get_ha1", "get_ha1_dict_plain takes"),
        ({"key": None}, "key", "not set"),
        ({"key": ""}, "key", "not set"),
        ({"key": []}, "key", "empty"),
        ({"key": ["a", ""]}, "key", "empty"),
        ({"key": 5}, "key", ""),
        ({"key": [5.0]}, "key", ""),
        ({"realm": 'a"b'}, "realm", "quotes"),
        ({"accept_charset": "utf-16"}, "accept_charset", "utf-8"),
        ({"algorithms": ["SHA-1"]}, "algorithms", "'SHA-256'"),
        ({"algorithms": []}, "algorithms", "not a list"),
        ({"algorithms": ["MD5", "x"]}, "algorithms", "not a list"),
        (
            {"algorithms": "MD5", "get_ha1": get_ha1_dict({"a": "0" * 64})},
            "algorithms",
            "not of",
        ),
        ({"qop": "auth-conf"}, "qop", "auth-int"),
        ({"qop": []}, "qop", "auth-int"),
        ({"userhash": True, "get_ha1": lambda realm, username: None}, "userhash", "get_ha1_"),
        ({"max_nonces": 0}, "max_nonces", "1 or more"),
        ({"max_body_bytes": None}, "max_body_bytes", "is None; it must be a number"),
        ({"nonce_seconds": 0}, "nonce_seconds", "is 0; it must be a number"),
        ({"key": 12345}, "key", "must be a text, or a list of texts"),
        ({"key": [5]}, "key", "must be a text, or a list of texts"),
    ],
)
def test_what_is_told_at_mount(site, logger_root, settings, key, words):
    """A setting that no request could use stops the mount, by its name."""
    users = get_ha1_dict_plain(PASSWORDS)
    with pytest.raises(ConfigError, match=rf"tools\.auth_digest\.{key}.*{words}"):
        Area(
            site,
            logger_root,
            "auth_digest",
            {"realm": REALM, "get_ha1": users, "key": KEY, **settings},
        )


def test_what_is_no_list_is_told_at_mount(area):
    """Whatever it is."""
    with pytest.raises(ConfigError, match="not a text or a list"):
        area(qop=5)


def test_an_algorithm_that_python_lacks(area, monkeypatch):
    """It is told at the mount; what is merely the default is left out."""
    new = hashlib.new

    def without_md5(name, *data):
        if name == "md5":
            raise ValueError("disabled for FIPS")
        return new(name, *data)

    monkeypatch.setattr(hashlib, "new", without_md5)
    assert len(area()().challenges) == 1
    with pytest.raises(ConfigError, match="cannot compute MD5"):
        area(algorithms=["MD5"])


def test_debug(area, mufasa):
    """The log says why somebody is not let in, and nothing of the password."""
    wood = area(debug=True)
    challenge = wood().challenges[0]
    wood(mufasa.answer(challenge))
    wood(Digest("Scar", "x").answer(challenge))
    wood("Digest a")
    text = "\n".join(wood.lines)
    for words in (
        "there are no credentials",
        "'Mufasa' is let in",
        "does not fit",
        "TOOLS.AUTH",
    ):
        assert words in text


# CherryPy's names ---------------------------------------------------------------------


def test_what_is_read_of_a_header():
    """Its parameters are attributes; what is not there is None."""
    header = VECTOR.format(algorithm="md5", response=RESPONSES["MD5"])
    read = HttpDigestAuthorization(header, "GET", debug=True, accept_charset="utf-8")
    assert (read.username, read.realm, read.uri) == ("Mufasa", REALM, "/dir/index.html")
    assert (read.algorithm, read.qop, read.nc, read.method) == ("MD5", "auth", "00000001", None)
    assert read.opaque == "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"
    assert (read.http_method, read.userhash, read.debug) == ("GET", False, True)
    assert str(read) == f"authorization : {header}"
    assert read.HA2() == hashed("MD5", "GET:/dir/index.html")


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"username": "a"}, "Not all required"),
        ({"algorithm": "MD5-sess"}, "no session"),
        ({"nc": "00000001"}, "neither cnonce nor nc"),
        ({"cnonce": "a"}, "neither cnonce nor nc"),
        ({"qop": "auth"}, "cnonce and nc MUST"),
    ],
)
def test_a_header_that_cannot_be_read(parameters, words):
    """It is a ValueError, with CherryPy's words before it."""
    base = {"username": "a", "realm": "b", "nonce": "c", "uri": "/", "response": "0" * 32}
    if parameters == {"username": "a"}:
        base = {}
    with pytest.raises(ValueError, match=f"Digest Authorization header: .*{words}"):
        HttpDigestAuthorization(write_credentials({**base, **parameters}), "GET")


def test_a_header_of_another_scheme():
    """It is a ValueError, too; `matches` tells."""
    assert not HttpDigestAuthorization.matches("Basic a")
    with pytest.raises(ValueError, match='scheme is not "Digest"'):
        HttpDigestAuthorization("Basic a", "GET")


def test_without_qop():
    """A header after RFC 2069 can be read, and computed."""
    base = {"username": "a", "realm": "b", "nonce": "c", "uri": "/", "response": "0" * 32}
    read = HttpDigestAuthorization(write_credentials(base), "GET")
    ha1 = make_ha1("a", "b", "x")
    assert read.request_digest(ha1) == hashed("MD5", f"{ha1}:c:{hashed('MD5', 'GET:/')}")


@pytest.mark.parametrize(
    ("made", "is_stale"), [(0, False), (599, False), (601, True), ("x", True), ("\u0663", True)]
)
def test_the_age_of_a_nonce(made, is_stale):
    """It is stale after 600 seconds, or when it says nothing."""
    nonce = synthesize_nonce("b", KEY, time.time() - made) if isinstance(made, int) else made
    base = {"username": "a", "realm": "b", "nonce": nonce, "uri": "/", "response": "0" * 32}
    read = HttpDigestAuthorization(write_credentials(base), "GET")
    assert read.is_nonce_stale() is is_stale
    assert read.is_nonce_stale(max_age_seconds=10_000) is isinstance(made, str)
    assert read.validate_nonce("b", KEY) is isinstance(made, int)
    assert not read.validate_nonce("b", "other")


@pytest.mark.parametrize("changes", [{"qop": "x"}, {"algorithm": "x"}])
def test_a_challenge_that_cannot_be(changes):
    """ValueError for what is not known (CherryPy's rule)."""
    with pytest.raises(ValueError, match=r"Unsupported value .*'x'"):
        www_authenticate(REALM, KEY, **changes)


def test_a_challenge():
    """Its parts, in their order."""
    text = www_authenticate("R", KEY, nonce="n", stale=True, accept_charset="ISO-8859-1")
    assert text == 'Digest realm="R", nonce="n", algorithm=MD5, qop="auth", stale=true'


def test_the_other_names(area):
    """H and md5_hex make an HA1; TRACE writes to the log."""
    assert auth_digest.H("a:b:c") == auth_digest.md5_hex("a:b:c") == hashed("MD5", "a:b:c")
    wood = area()
    wood.app.config["/"]["tools.auth_digest.on"] = False
    wood.app.root.index = lambda: auth_digest.TRACE("seen") or ""
    wood.app.root.index.exposed = True
    wood()
    assert any("TOOLS.AUTH_DIGEST seen" in line for line in wood.lines)
    for name in auth_digest.__all__:
        assert hasattr(auth_digest, name)


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"get_ha1": "users"}, "get_ha1"),
        ({"realm": None}, "realm"),
        ({"key": None}, "key"),
        ({"algorithms": ()}, "algorithms"),
    ],
)
def test_a_wrong_setting_by_hand(settings, name):
    """It is a ValueError that says which."""
    users = get_ha1_dict_plain(PASSWORDS)
    with pytest.raises(ValueError, match=r"\w") as caught:
        auth_digest.digest_auth(**{"realm": REALM, "get_ha1": users, "key": KEY, **settings})
    assert caught.value.key == name


@pytest.mark.parametrize("tool", ["auth_basic", "auth_digest"])
def test_what_is_missing_is_told_at_mount(site, logger_root, tool):
    """The error names what the tool cannot do without, and what that is."""
    with pytest.raises(ConfigError, match=rf"needs 'tools\.{tool}\.realm': The name of the"):
        Area(site, logger_root, tool, {})


@pytest.mark.parametrize("tool", ["auth_basic", "auth_digest"])
def test_every_setting_is_explained(site, tool):
    """The settings' reference has a line for each."""
    shown = getattr(site.tools, tool).documentation()
    assert set(getattr(site.tools, tool).arguments()) - {"debug"} == set(shown)
