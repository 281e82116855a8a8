"""Which file a path means: as pure functions, and asked of a site."""

from __future__ import annotations

import os
import socket
import time
from contextlib import contextmanager

import pytest
from static_pages import put

from wsgicherry.lib.static.opening import is_at, open_file
from wsgicherry.lib.static.paths import is_inside, is_windows_trap, split_path

NOBODY = 65534


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("", []),
        ("a", ["a"]),
        ("a/b.c/d e", ["a", "b.c", "d e"]),
        ("a..b/c...", ["a..b", "c..."]),
        ("%2e%2e/a", ["%2e%2e", "a"]),
        ("\xe9/\u65e5\u672c", ["\xe9", "\u65e5\u672c"]),
        ("con/aux.txt/a:b/c~1", ["con", "aux.txt", "a:b", "c~1"]),
        (".well-known/security.txt", [".well-known", "security.txt"]),
        *((path, None) for path in ("..", "../a", "a/..", "a/../b", ".", "a/./b", "a//b")),
        *((path, None) for path in ("/a", "a/", "/", "a\\b", "..\\a", "\\\\host\\a", "a\0b")),
        *((path, None) for path in ("a\nb", "\x7f", "a\x1fb", ".a", "a/.git/config")),
        *((path, None) for path in (".well-known2", "...", "a/.well-known/.env")),
    ],
)
def test_split_path(path, names):
    """A path is a list of plain names, or means nothing. It is not decoded again."""
    assert split_path(path, windows=False) == names


@pytest.mark.parametrize("path", [".a", "a/.git/config", "...", ".well-known"])
def test_dotfiles(path):
    """By option, names that begin with a dot are names like others."""
    assert split_path(path, dotfiles=True, windows=False) == path.split("/")
    assert split_path("a/..", dotfiles=True, windows=False) is None


TRAPS = [
    *("con", "CON", "con.txt", "aux", "prn.css", "nul", "NUL.tar.gz", "com1", "com9.txt"),
    *("lpt1", "LPT0", "com\xb9", "com\xb2.x", "lpt\xb3", "conin$", "CONOUT$", "clock$"),
    *("con ", "con .txt", "nul:", " nul", "con:stream", "c:", "C:secret", "a.txt:stream"),
    *("a.txt::$DATA", "a.", "a..", "a ", "a. ", "passwo~1.txt", "PROGRA~2"),
]


@pytest.mark.parametrize("name", TRAPS)
@pytest.mark.parametrize("frame", ["{}", "a/{}", "{}/a", "a/b/{}/c"])
def test_windows_traps(name, frame):
    """On Windows a device, a drive, a stream or a short name is refused wherever it stands."""
    assert is_windows_trap(name)
    assert split_path(frame.format(name), windows=True) is None


@pytest.mark.parametrize(
    "name",
    ["a", "console.txt", "con1", "com", "com10", "lpt", "aux2", "null", "a.con", "a~b", "~a"],
)
def test_names_that_windows_leaves_alone(name):
    """Names that only look like those."""
    assert not is_windows_trap(name)
    assert split_path(f"x/{name}", windows=True) == ["x", name]


@pytest.mark.parametrize(
    ("root", "path", "is_there"),
    [
        ("/a/static", "/a/static/x", True),
        ("/a/static", "/a/static", True),
        ("/a/static/", "/a/static/x/y", True),
        ("/", "/etc/passwd", True),
        ("/a/static", "/a/static-secret/x", False),
        ("/a/static", "/a/static.txt", False),
        ("/a/static", "/a", False),
        ("/a/static", "/a/Static/x", False),
        ("/a/static", "/etc/passwd", False),
    ],
)
def test_is_inside(root, path, is_there):
    """Containment goes by whole names."""
    assert is_inside(root, path) is is_there


# Percent-encoded, as a client sends them: a server decodes once. Those of SECURITY 4.1 and of
# section 6, and their like.
TRAVERSALS = [
    *("../secret.txt", "../public-secret/secret.txt", "../../etc/passwd", "..", "../", "."),
    *("%2e%2e/secret.txt", "%2e%2e/public-secret/secret.txt", "..%2fsecret.txt"),
    *("..%2fpublic-secret%2fsecret.txt", "%2e%2e%2fsecret.txt", ".%2e/secret.txt"),
    *("%2e./secret.txt", "%2E%2E/secret.txt", "%252e%252e%252fsecret.txt"),
    *("%252e%252e/secret.txt", "..%252fsecret.txt", "%25252e%25252e/secret.txt"),
    *("..%5csecret.txt", "..\\secret.txt", "%2e%2e%5csecret.txt", "sub\\..\\..\\secret.txt"),
    *("..%255csecret.txt", "sub/../../secret.txt", "sub/%2e%2e/%2e%2e/secret.txt"),
    *("sub/../data.bin", "sub/./index.html", "./data.bin", "data.bin/.", "data.bin/.."),
    *("data.bin/", "data.bin/x", "data.bin%00", "data.bin%00.html", "%00", "..%00/secret.txt"),
    *("../secret.txt%00.html", "/../secret.txt", "//../secret.txt", "///etc/passwd"),
    *("/etc/passwd", "%2fetc%2fpasswd", "//etc/passwd", "\\\\localhost\\c$\\secret"),
    *("....//secret.txt", "..././secret.txt", "..;/secret.txt", "..%3b/secret.txt"),
    *("%c0%ae%c0%ae/secret.txt", "%c0%ae%c0%ae%c0%afsecret.txt", "%e0%80%ae/secret.txt"),
    *("%uff0e%uff0e/secret.txt", "%ef%bc%8e%ef%bc%8e/secret.txt", "%ef%bc%8f../secret.txt"),
    *("..%c1%9csecret.txt", "..%ef%bc%8fsecret.txt", "%e2%80%a5/secret.txt"),
    *("file:///etc/passwd", "c:/secret.txt", "C:%5csecret.txt", "~/secret.txt", "~root/x"),
    *(".env", ".git/config", "sub/.hidden", ".htpasswd", "%2eenv", ".%65nv", "sub/%2egit/x"),
    *("data.bin%0a", "data.bin%0d%0aX: 1", "data.bin%20", "data.bin.", "data.bin%09"),
    *("DATA.BIN", "nothing", "sub/nothing", "nothing/data.bin", "sub", "sub/", "a" * 300),
    "a/" * 300,
    *("%ff", "%fe%ff", "sub%ff/x", "*", "?", "%3f", "%23", "data.bin%3fx", "data.bin;x"),
]


@pytest.mark.parametrize("path", dict.fromkeys(TRAVERSALS))
def test_paths_out_of_the_folder(ask, mount, folder, path):
    """A path that leads out of the folder, or to no plain file in it, is a 404: no secret is
    told, and nothing fails.
    """
    put(folder / ".env", b"SECRET")
    put(folder / ".git" / "config", b"SECRET")
    put(folder / "sub" / ".hidden", b"SECRET")
    mount()
    answer = ask("/static/" + path)
    assert answer.status == 404
    assert b"SECRET" not in answer.body
    assert b"root:" not in answer.body


@pytest.mark.parametrize("path", ["../secret.txt", "%2e%2e/secret.txt", "sub/../../secret.txt"])
def test_a_folder_at_the_root(ask, mount, path):
    """The same where the folder is the whole site."""
    mount(at="/")
    assert ask("/data.bin").status == 200
    assert ask("/" + path).status == 404


@pytest.mark.parametrize("key", ["RAW_URI", "REQUEST_URI"])
def test_encoded_slashes(ask, mount, key):
    """'%2F' within a name is a part of it, and no file has such a name."""
    mount()
    assert ask("/static/sub%2Findex.html", **{key: "/static/sub%2Findex.html"}).status == 404


def test_names_outside_ascii(ask, mount):
    """Names are UTF-8."""
    mount()
    assert ask("/static/sub/deep/a%20b%C3%A9.txt").body == b"deep"


# -- what is no regular file -----------------------------------------------------------


@pytest.fixture(params=["staticdir", "staticfile", "serve_file"])
def odd_way(request, mount, folder):
    """A file of the folder that is to be made, and the path that serves it."""
    name = folder / "data.bin"
    name.unlink()
    mount(sections={
        "/one": {"tools.staticfile.on": True, "tools.staticfile.filename": str(name)}
    })  # fmt: skip
    path = {"staticdir": "/static/data.bin", "staticfile": "/one", "serve_file": "/file"}
    return name, path[request.param]


def make_socket(name):
    here = os.getcwd()
    os.chdir(name.parent)  # the path of a socket has 107 bytes at most
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(name.name)
    finally:
        os.chdir(here)


@pytest.mark.parametrize(
    "make",
    [
        os.mkfifo,
        make_socket,
        os.mkdir,
        lambda name: name.symlink_to("/dev/zero"),
        lambda name: name.symlink_to("/dev/tty"),
        lambda name: name.symlink_to(name),
        lambda name: name.symlink_to("nothing"),
    ],
    ids=["fifo", "socket", "directory", "device", "terminal", "loop", "dangling"],
)
def test_what_is_no_file(ask, odd_way, make):
    """A FIFO, a socket, a device, a directory or a broken link is a 404 at once: nobody waits
    for a writer.
    """
    name, path = odd_way
    make(name)
    begin = time.perf_counter()
    assert ask(path).status == 404
    assert time.perf_counter() - begin < 0.5


@contextmanager
def as_no_superuser():
    """Be a user who may not read everything."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(user)


def test_a_file_that_may_not_be_read(ask, odd_way):
    """A file that the process may not read is not there for the client."""
    name, path = odd_way
    file = put(name, b"SECRET")
    assert ask(path).status == 200
    file.chmod(0)
    with as_no_superuser():
        with pytest.raises(PermissionError):
            os.close(os.open(name, os.O_RDONLY))
        assert ask(path).status == 404


# -- links -----------------------------------------------------------------------------


@pytest.fixture
def links(folder):
    """The folder with links in it, those of files and those of folders."""
    (folder / "in.bin").symlink_to(folder / "data.bin")
    (folder / "in").symlink_to("sub")
    (folder / "out.txt").symlink_to(folder.parent / "secret.txt")
    (folder / "relative.txt").symlink_to("../public-secret/secret.txt")
    (folder / "out").symlink_to(folder.parent / "public-secret")
    (folder / "up").symlink_to("..")
    (folder / "sub" / "chain.txt").symlink_to("../out.txt")
    (folder / "odd").mkdir()
    (folder / "odd" / "index.html").symlink_to(folder.parent / "secret.txt")
    return folder


OUTSIDE = [
    *("out.txt", "relative.txt", "out/secret.txt", "up/secret.txt", "sub/chain.txt"),
    *("up/public-secret/secret.txt", "odd/", "in/chain.txt"),
]


@pytest.mark.parametrize("path", OUTSIDE)
@pytest.mark.parametrize("follows", [False, True])
def test_links_out_of_the_folder(ask, mount, links, path, follows):
    """Links that lead out of the folder are refused, unless `follow_symlinks` is set."""
    mount(index="index.html", **({"follow_symlinks": True} if follows else {}))
    answer = ask("/static/" + path)
    assert answer.status == (200 if follows else 404)
    assert (answer.body == b"SECRET") is follows


@pytest.mark.parametrize("path", ["in.bin", "in/index.html", "up/public/data.bin"])
def test_links_within_the_folder(ask, mount, links, path):
    """Links that stay within the folder are followed."""
    mount()
    assert ask("/static/" + path).status == 200


def test_no_redirect_into_a_link(ask, mount, links):
    """What is behind a link that is refused shows in no redirect either."""
    put(links.parent / "public-secret" / "index.html")
    mount(index="index.html")
    assert ask("/static/out").status == 404


def test_a_folder_that_is_a_link(ask, mount, folder):
    """The folder itself may be a link, and be moved to a new release while the site runs."""
    put(folder.parent / "second" / "data.bin", b"second")
    current = folder.parent / "current"
    current.symlink_to("public")
    mount(dir=str(current), stat_seconds=0)
    assert ask("/static/data.bin").body != b"second"
    current.unlink()
    current.symlink_to("second")
    assert ask("/static/data.bin").body == b"second"


def test_a_link_that_came_since(ask, mount, folder):
    """A file that was found and has become a link is looked up again before it is opened."""
    mount(stat_seconds=1000)
    assert ask("/static/data.bin").status == 200
    (folder / "data.bin").unlink()
    (folder / "data.bin").symlink_to(folder.parent / "secret.txt")
    assert ask("/static/data.bin").status == 404


def test_a_folder_that_became_a_link_since(ask, mount, folder):
    """A file below a folder that has become a link is looked up again as well: where the
    opened file stands is what counts.
    """
    mount(stat_seconds=1000)
    put(folder / "sub" / "secret.txt", b"harmless")
    put(folder.parent / "elsewhere" / "secret.txt", b"SECRET")
    assert ask("/static/sub/secret.txt").body == b"harmless"
    (folder / "sub").rename(folder.parent / "moved")
    (folder / "sub").symlink_to(folder.parent / "elsewhere")
    assert ask("/static/sub/secret.txt").status == 404


def test_where_an_opened_file_stands_without_proc(tmp_path, monkeypatch):
    """Where the system does not tell of open files, the path is resolved once more."""
    put(tmp_path / "real" / "a.txt")
    path = os.path.realpath(tmp_path / "real" / "a.txt")

    def refuse(path):
        raise FileNotFoundError(path)

    descriptor, _ = open_file(path, through_links=True)
    try:
        with monkeypatch.context() as without:
            without.setattr(os, "readlink", refuse)
            assert is_at(descriptor, path)
    finally:
        os.close(descriptor)
