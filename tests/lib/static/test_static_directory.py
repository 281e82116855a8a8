"""A folder of files: `tools.staticdir` with each of its settings."""

from __future__ import annotations

import errno
import mimetypes
import os

import pytest
from static_pages import CONTENT, MTIME, Root, put

from wsgicherry.core.current import serving_now
from wsgicherry.core.dispatch import VirtualHost
from wsgicherry.core.errors import HTTPError, NotFound
from wsgicherry.core.expose import expose
from wsgicherry.core.loaded import ConfigError
from wsgicherry.lib.static import entries, staticdir
from wsgicherry.lib.static.mediatypes import find_type
from wsgicherry.lib.static.opening import as_answer
from wsgicherry.lib.static.options import FINGERPRINT, compile_pattern
from wsgicherry.lib.static.tool import directory_of


def test_a_file(ask, mount):
    """A file below the folder answers the path below the section."""
    mount()
    answer = ask("/static/page.html")
    assert (answer.status, answer["Content-Type"]) == (200, "text/html")
    assert (answer.body, answer["Content-Length"]) == (b"<p>page", "7")


@pytest.mark.parametrize("size", [0, 1, 65536, 65537, 200_000])
def test_sizes(ask, mount, folder, size):
    """Files of any size come whole, read at once or while they are sent."""
    data = os.urandom(size)
    put(folder / "sized", data)
    mount()
    answer = ask("/static/sized")
    assert (answer.body, answer["Content-Length"]) == (data, str(size))
    part = ask("/static/sized", range="bytes=0-70000")
    assert (part.status, part.body) == (206, data[:70001]) if size else part.status == 416


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.css", "text/css"),
        ("a.JS", "text/javascript"),
        ("a.mjs", "text/javascript"),
        ("a.svg", "image/svg+xml"),
        ("a.ico", "image/x-icon"),
        ("a.tar.gz", "application/gzip"),
        ("a.bz2", "application/x-bzip2"),
        ("a.woff2", "font/woff2"),
        ("a.webp", "image/webp"),
        ("a.jpg", "image/jpeg"),
        ("a.unknown", None),
        ("noextension", None),
        ("a.", None),
    ],
)
def test_types(ask, mount, folder, name, kind):
    """The type is that of the last extension; what nobody knows is bytes, and no browser is to
    guess what they are. No Content-Encoding is claimed for an archive.
    """
    put(folder / name, b"x")
    mount()
    answer = ask(f"/static/{name}")
    assert answer["Content-Type"] == (kind or "application/octet-stream")
    assert answer["X-Content-Type-Options"] == (None if kind else "nosniff")
    assert answer["Content-Encoding"] is None


def test_types_of_the_program(monkeypatch, ask, mount, folder):
    """`content_types` comes first, then what a program told `mimetypes`, new or otherwise."""
    names = ("a.css", "page.html", "a.own", "a.js")
    for name in names:
        put(folder / name, b"x")
    for extension in (".css", ".own", ".js"):
        monkeypatch.setitem(mimetypes.types_map, extension, "text/x-own")
    mount(content_types={"css": "text/x-css", ".HTML": "text/x-html"})
    kinds = [ask(f"/static/{name}")["Content-Type"] for name in names]
    assert kinds == ["text/x-css", "text/x-html", "text/x-own", "text/x-own"]
    monkeypatch.undo()
    assert find_type("a.css", {}) == "text/css"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE"])
def test_other_methods(ask, mount, method):
    """Methods but GET and HEAD go to the page: for a file alone that is a 404 (BEHAVIOUR
    8.3).
    """
    mount()
    assert ask("/static/page.html", method, CONTENT_LENGTH="0").status == 404


@pytest.mark.parametrize(("match", "status"), [(r"\.html$", 200), (r"\.css$", 404)])
def test_match(ask, mount, match, status):
    """`match` is a pattern that the path must hold."""
    mount(match=match)
    assert ask("/static/page.html").status == status


def test_pages_below_the_folder(ask, mount):
    """What is no file goes to the page, and a file comes before it."""
    mount(at="/page")
    assert ask("/page/nothing").body == b"page nothing"
    assert ask("/page/page.html").body == b"<p>page"


def test_the_page_comes_back(ask, mount, folder):
    """Of a file that has gone the page is asked, at once."""
    mount(at="/page", stat_seconds=1000)
    assert ask("/page/data.bin").body == CONTENT
    (folder / "data.bin").unlink()
    assert ask("/page/data.bin").body == b"page data.bin"


# -- index -----------------------------------------------------------------------------


def test_index(ask, mount):
    """`index` is the file that answers for its folder, at the path with a slash."""
    mount(index="index.html")
    assert ask("/static/sub/").body == b"index of sub"
    assert ask("/static/sub/index.html").body == b"index of sub"
    assert ask("/static/sub/deep/").status == 404
    assert ask("/static/").status == 404


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/static/sub", "/static/sub/"),
        ("/static/sub?a=1&b=%20", "/static/sub/?a=1&b=%20"),
        ("/static/v1.", "/static/v1./"),
        ("/static/a%3Fb%23%25c", "/static/a%3Fb%23%25c/"),
        ("/static/%C3%A9", "/static/%C3%A9/"),
        ("/static", "/static/"),
    ],
)
def test_folders_without_a_slash(ask, mount, folder, path, location):
    """A folder without the slash redirects to the path with it, at every level: the links of an
    index page are below that. The query stays.
    """
    for name in ("v1.", "a?b#%c", "\xe9", "."):
        put(folder / name / "index.html", b"index")
    mount(index="index.html")
    answer = ask(path)
    assert (answer.status, answer["Location"]) == (301, "http://h.example" + location)
    assert ask(location).status == 200


def test_folders_below_a_mount_point(site, ask, folder):
    """The redirect knows where the application is mounted."""
    settings = {"tools.staticdir.on": True, "tools.staticdir.dir": str(folder)}
    settings["tools.staticdir.index"] = "index.html"
    site.tree.mount(Root(), "/app", {"/static": settings})
    assert ask("/app/static/sub")["Location"] == "http://h.example/app/static/sub/"
    assert ask("/app/static/sub/").body == b"index of sub"


def test_an_index_at_the_root(ask, mount, folder):
    """The index file of the site's root comes before the page."""
    put(folder / "index.html", b"index file")
    mount(at="/", index="index.html")
    assert ask("/").body == b"index file"


def test_a_folder_without_an_index_setting(ask, mount):
    """Without `index` folders are not served, and redirect nowhere."""
    mount()
    assert [ask(path).status for path in ("/static/sub", "/static/sub/")] == [404, 404]


# -- what is hidden ---------------------------------------------------------------------


@pytest.mark.parametrize("shows", [False, True])
def test_dot_files(ask, mount, folder, shows):
    """Dot files are hidden unless `dotfiles` is set; '.well-known' is not."""
    put(folder / ".env", b"SECRET")
    put(folder / ".well-known" / "security.txt", b"Contact:")
    mount(**({"dotfiles": True} if shows else {}))
    assert ask("/static/.env").status == (200 if shows else 404)
    assert ask("/static/.well-known/security.txt").body == b"Contact:"


# -- a single-page application ---------------------------------------------------------

HTML = "text/html,application/xhtml+xml,*/*;q=0.8"


@pytest.fixture
def pages(mount, folder):
    """A single-page application at the root, and pages beside it."""
    put(folder / "app.html", b"the app")
    mount(at="/", fallback="app.html", max_age=60)


@pytest.mark.parametrize(
    ("path", "accept", "body"),
    [
        ("/orders/7", HTML, b"the app"),
        ("/orders/7/", HTML, b"the app"),
        ("/sub", "application/xhtml+xml", b"the app"),
        ("/data.bin", HTML, CONTENT),
        ("/page/7", HTML, b"page 7"),
        ("/", HTML, b"index page"),
        ("/orders/7", "*/*", None),
        ("/orders/7", None, None),
        ("/app.js", "application/javascript, */*;q=0.1", None),
        ("/orders/7", "text/html;q=0", None),
        ("/orders/7", "text/html;q=x", None),
        ("/.env", HTML, None),
        ("/../secret.txt", HTML, None),
    ],
)
def test_fallback(ask, pages, path, accept, body):
    """The fallback answers where no file and no page does, if a page is what is wanted."""
    headers = {} if accept is None else {"accept": accept}
    answer = ask(path, **headers)
    assert answer.status == (404 if body is None else 200)
    if body is not None:
        assert answer.body == body


def test_the_fallback_is_asked_for_each_time(ask, pages):
    """It names the files of a release: browsers keep it, and ask whether it is still it."""
    first = ask("/orders/7", accept=HTML)
    assert first["Cache-Control"] == "no-cache"
    assert ask("/x", accept=HTML, if_none_match=first["ETag"]).status == 304


def test_a_fallback_says_what_chose_it(ask, mount, folder):
    """A cache must not give it to who asks for no page, nor its 404 to who does."""
    put(folder / "app.html", b"the app")
    put(folder / "app.html.gz", b"packed")
    mount(at="/", fallback="app.html", precompressed=True)
    answer = ask("/orders/7", accept=HTML, accept_encoding="gzip")
    assert (answer.body, answer["Vary"]) == (b"packed", "Accept, Accept-Encoding")
    unmodified = ask("/orders/7", accept=HTML, if_none_match="*")
    assert (unmodified.status, unmodified["Vary"]) == (304, "Accept, Accept-Encoding")
    assert ask("/orders/7")["Vary"] == "Accept"


def test_a_fallback_beside_a_vary_of_the_program(ask, mount, folder):
    """What the answer depends on otherwise stays said, and nothing is said twice."""
    put(folder / "app.html", b"the app")
    headers = {
        "tools.response_headers.on": True,
        "tools.response_headers.headers": [("Vary", "accept, Cookie")],
    }
    mount(at="/", sections={"/orders": headers}, fallback="app.html")
    assert ask("/orders/7", accept=HTML)["Vary"] == "accept, Cookie"


def test_a_fallback_that_is_not_there(ask, mount):
    """Without the file, what is not found is not found."""
    mount(at="/", fallback="nothing.html")
    assert ask("/orders/7", accept=HTML).status == 404


def test_a_fallback_that_leads_out(ask, mount, folder):
    """A fallback that is a link out of the folder is none."""
    (folder / "app.html").symlink_to("../secret.txt")
    mount(at="/", fallback="app.html")
    assert ask("/orders/7", accept=HTML).status == 404


# -- how long others may keep it -------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "settings", "header"),
    [
        ("page.html", {}, None),
        ("page.html", {"max_age": 60}, "max-age=60"),
        ("page.html", {"max_age": 0}, "max-age=0"),
        ("page.html", {"immutable": True}, None),
        ("page.html", {"immutable": True, "max_age": 60}, "max-age=60"),
        ("app.3f9c2b1a.js", {"immutable": True}, "max-age=31536000, immutable"),
        ("app-3F9C2B1A0D.css", {"immutable": True}, "max-age=31536000, immutable"),
        ("app.3f9c2b1a.min.js", {"immutable": True}, "max-age=31536000, immutable"),
        ("app.3f9c2b1a.js", {}, None),
        ("app-BxY_3kQ2.js", {"immutable": r"-[\w-]{8}\."}, "max-age=31536000, immutable"),
        ("page-deadbeef.html", {"immutable": True}, None),
        ("page-1234567.html", {"immutable": True}, None),
    ],
)
def test_cache_control(ask, mount, folder, name, settings, header):
    """`max_age` is for all files; those with a fingerprint in their name never change."""
    put(folder / name, b"x")
    mount(**settings)
    answer = ask(f"/static/{name}")
    assert answer["Cache-Control"] == header
    assert ask(f"/static/{name}", if_none_match=answer["ETag"])["Cache-Control"] == header


def test_the_pattern_of_fingerprints():
    """Words are none, though their letters may be hexadecimal digits."""
    assert compile_pattern("immutable", FINGERPRINT).search("facade.defaced-1.css") is None


# -- versions in a coding --------------------------------------------------------------


@pytest.fixture
def packed(mount, folder):
    """Files with and without versions packed in advance."""
    put(folder / "app.js", b"plain")
    for extension in ("br", "zst", "gz"):
        put(folder / f"app.js.{extension}", extension.encode() * 10)
    put(folder / "one.js", b"plain")
    put(folder / "one.js.gz", b"gz")
    put(folder / "old.js", b"plain", MTIME + 5)
    put(folder / "old.js.gz", b"gz")
    put(folder / "linked.js", b"plain")
    (folder / "linked.js.gz").symlink_to(folder.parent / "secret.txt")
    put(folder / "empty.js", b"plain")
    put(folder / "empty.js.gz", b"")
    mount(precompressed=True)


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, zstd", "zstd"),
        ("gzip", "gzip"),
        ("GZIP;q=0.5", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("*", "br"),
        ("*;q=0.1, br;q=0", "zstd"),
        ("identity", None),
        ("identity, br;q=0.9", None),
        ("deflate", None),
        ("", None),
        ("gzip;q=x", None),
        (None, None),
    ],
)
def test_versions(ask, packed, accepted, coding):
    """What the client takes of `.br`, `.zst` and `.gz` is sent, with a tag of its own."""
    headers = {} if accepted is None else {"accept_encoding": accepted}
    answer = ask("/static/app.js", **headers)
    extension = {"br": b"br", "zstd": b"zst", "gzip": b"gz"}.get(coding)
    assert answer.body == (extension * 10 if extension else b"plain")
    assert answer["Content-Encoding"] == coding
    assert (answer["Content-Type"], answer["Vary"]) == ("text/javascript", "Accept-Encoding")
    again = ask("/static/app.js", if_none_match=answer["ETag"], **headers)
    assert (again.status, again["Vary"], again.body) == (304, "Accept-Encoding", b"")
    plain = ask("/static/app.js", if_none_match=answer["ETag"])
    assert plain.status == (200 if coding else 304)


def test_a_part_of_a_version(ask, packed):
    """A range is one of the version that is sent."""
    answer = ask("/static/app.js", accept_encoding="gzip", range="bytes=0-2")
    assert (answer.status, answer.body, answer["Content-Encoding"]) == (206, b"gzg", "gzip")


@pytest.mark.parametrize("name", ["old.js", "linked.js", "empty.js", "page.html"])
def test_neighbours_that_are_no_versions(ask, packed, name):
    """An older neighbour, an empty one and a link are no versions; without any there is no
    Vary.
    """
    answer = ask(f"/static/{name}", accept_encoding="gzip, br")
    assert answer["Content-Encoding"] is answer["Vary"] is None


def test_a_neighbour_by_its_own_name(ask, packed):
    """Asked for by name, a packed file is what it is."""
    answer = ask("/static/one.js.gz", accept_encoding="gzip")
    assert (answer["Content-Type"], answer["Content-Encoding"]) == ("application/gzip", None)


# -- files that the server in front sends ----------------------------------------------


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("page.html", "/files/page.html"),
        ("sub/", "/files/sub/index.html"),
        ("sub/deep/a%20b%C3%A9.txt", "/files/sub/deep/a%20b%C3%A9.txt"),
    ],
)
def test_accel_redirect(ask, mount, path, place):
    """nginx gets the address of the file, and leaves validators and ranges to it."""
    mount(index="index.html", sendfile_header="X-Accel-Redirect", sendfile_prefix="/files/")
    answer = ask(f"/static/{path}", range="bytes=0-1", if_none_match="*", if_match='"x"')
    assert (answer.status, answer["X-Accel-Redirect"], answer.body) == (200, place, b"")
    assert answer["ETag"] is answer["Last-Modified"] is answer["Content-Range"] is None


def test_sendfile(ask, mount, folder):
    """Apache gets the path of the file; type and Cache-Control are ours."""
    mount(sendfile_header="X-Sendfile", max_age=5)
    answer = ask("/static/page.html")
    assert answer["X-Sendfile"] == str(folder / "page.html")
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("text/html", "max-age=5")
    assert ask("/static/nothing").status == 404


# -- what is remembered ----------------------------------------------------------------


def test_a_file_that_changes(ask, mount, folder):
    """A 200 is always of the file as it is; a 304 may be `stat_seconds` old."""
    mount(stat_seconds=1000)
    old = ask("/static/data.bin")
    put(folder / "data.bin", b"new", MTIME + 9)
    assert ask("/static/data.bin", if_none_match=old["ETag"]).status == 304
    new = ask("/static/data.bin")
    assert (new.body, new["Content-Length"]) == (b"new", "3")
    assert new["ETag"] != old["ETag"]
    assert ask("/static/data.bin", if_match=old["ETag"]).status == 412
    assert ask("/static/data.bin", if_match=new["ETag"]).status == 200


def test_nothing_is_remembered(ask, mount, folder):
    """With `stat_seconds` 0 each request looks."""
    mount(stat_seconds=0)
    old = ask("/static/data.bin")
    put(folder / "data.bin", b"new", MTIME + 9)
    assert ask("/static/data.bin", if_none_match=old["ETag"]).body == b"new"


def test_a_new_file_is_there_at_once(ask, mount, folder):
    """That a file is not there is not remembered."""
    mount(stat_seconds=1000)
    assert ask("/static/new").status == 404
    put(folder / "new", b"new")
    assert ask("/static/new").body == b"new"


def test_what_is_remembered_has_a_bound(monkeypatch, folder):
    """No more than MAX_ENTRIES files, and no path of more than MAX_KEY_CHARS."""
    monkeypatch.setattr(entries, "MAX_ENTRIES", 3)
    monkeypatch.setattr(entries, "MAX_KEY_CHARS", 20)
    kept = entries.Entries()
    options = directory_of({"dir": str(folder)}).options
    for path in ["/1", "/2", "/3", "/4", "/" + "x" * 20]:
        found = entries.Entry("", os.stat(folder), options, "")
        kept.keep(path, found)
    assert list(kept) == ["/4"]
    assert kept.find_current("/4") is not None
    assert kept.find_current("/1") is None


def test_a_packed_file_that_changes(ask, mount, folder):
    """What was packed of the old file is not sent from then on, until it is packed anew."""
    put(folder / "app.js", b"old")
    put(folder / "app.js.gz", b"old, packed")
    mount(precompressed=True, stat_seconds=1000)
    answers = [ask("/static/app.js", accept_encoding="gzip")]
    put(folder / "app.js", b"new", MTIME + 5)
    answers += [
        ask("/static/app.js", accept_encoding="gzip", if_none_match=answers[0]["ETag"]),
        ask("/static/app.js", accept_encoding="gzip"),
    ]
    put(folder / "app.js.gz", b"new, packed", MTIME + 5)
    (folder / "app.js").unlink()
    answers.append(ask("/static/app.js", accept_encoding="gzip"))
    assert [answer.status for answer in answers] == [200, 200, 200, 404]
    assert [answer.body for answer in answers[:3]] == [b"old, packed", b"new", b"new"]


def test_too_many_open_files(error_lines, ask, mount, folder, monkeypatch):
    """When the process may open no more files that is a 503; the log says what to do."""
    mount()
    assert ask("/static/data.bin").status == 200

    def refuse(*args):
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(os, "open", refuse)
    answer = ask("/static/data.bin")
    monkeypatch.undo()
    assert answer.status == 503
    assert any("ulimit -n" in line for line in error_lines)
    assert b"ulimit" not in answer.body


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        *((number, NotFound) for number in (errno.ENOENT, errno.EACCES, errno.ELOOP)),
        *((number, NotFound) for number in (errno.ENAMETOOLONG, errno.ENXIO, errno.ENOTDIR)),
        *((number, HTTPError) for number in (errno.EMFILE, errno.ENFILE, errno.ENOMEM)),
        (errno.EIO, OSError),
    ],
)
def test_errors_of_opening(number, kind):
    """What a path can meet is a 404, what passes is a 503, a broken disk is for the log."""
    assert type(as_answer(OSError(number, "x"))) is kind


def test_debug(error_lines, ask, mount):
    """With `debug` the log says what is served."""
    mount(debug=True)
    ask("/static/page.html")
    assert any("TOOLS.STATICDIR" in line and "page.html" in line for line in error_lines)


# -- by hand ---------------------------------------------------------------------------


def test_as_a_handler(site, ask, folder):
    """`tools.staticdir.handler` makes a page of a folder; what is not found is a 404."""
    root = Root()
    root.nav = site.tools.staticdir.handler(
        section="/nav", dir="public", root=str(folder.parent), content_types={"bin": "x/y"}
    )
    root.one = site.tools.staticfile.handler(filename=str(folder / "page.html"))
    site.tree.mount(root, "", {})
    assert ask("/nav/data.bin").body == CONTENT
    assert ask("/nav/data.bin")["Content-Type"] == "x/y"
    assert ask("/nav/nothing").status == 404
    assert ask("/nav/../secret.txt").status == 404
    assert ask("/one").body == b"<p>page"


@pytest.mark.parametrize("section", ["/nav", "nav", "nav/", "/nav/"])
def test_a_section_as_it_comes(site, ask, folder, section):
    """Programs write the section of a handler with a slash, or without (CherryPy's rule)."""
    root = Root()
    root.nav = site.tools.staticdir.handler(section=section, dir=str(folder))
    site.tree.mount(root, "", {})
    assert ask("/nav/data.bin").body == CONTENT


def test_a_fallback_of_a_handler(site, ask, folder):
    """As a page, a folder has its fallback too."""
    root = Root()
    root.nav = site.tools.staticdir.handler(
        section="/nav", dir=str(folder), fallback="page.html"
    )
    site.tree.mount(root, "", {})
    assert ask("/nav/orders/7", accept=HTML).body == b"<p>page"


def test_called_by_hand(site, ask, folder):
    """`tools.staticdir.callable` and `lib.static.staticdir` say whether they answered."""

    class Served:
        @expose
        def default(self, *names):
            if names == ("nothing",):
                is_served = site.tools.staticdir.callable("/", str(folder))
            else:
                is_served = staticdir("/", str(folder))
            return serving_now().response.body if is_served else "no file"

    site.tree.mount(Served(), "", {})
    assert ask("/data.bin").body == CONTENT
    assert ask("/nothing").body == b"no file"


def test_another_section(site, ask, mount, folder):
    """A path that does not go on behind the section has no file."""
    root = Root()
    root.other = site.tools.staticdir.handler(section="/o", dir=str(folder))
    site.tree.mount(root, "", {})
    assert ask("/other/data.bin").status == 404


def test_a_section_of_the_site(site, ask, folder):
    """In the site's own config the folder is that of every application."""
    site.config.update({"tools.staticdir.on": True, "tools.staticdir.dir": str(folder)})
    site.tree.mount(Root(), "", {})
    assert ask("/data.bin").body == CONTENT


def test_a_root_of_a_section_above(ask, mount, folder):
    """`root` may stand in a section above."""
    mount(dir="public", sections={"/": {"tools.staticdir.root": str(folder.parent)}})
    assert ask("/static/data.bin").body == CONTENT


def test_a_home_directory(ask, mount, folder, monkeypatch):
    """'~' is the user's home."""
    monkeypatch.setenv("HOME", str(folder.parent))
    mount(dir="~/public")
    assert ask("/static/data.bin").body == CONTENT


def test_paths_as_objects(ask, mount, folder):
    """A Path is a path."""
    mount(dir=folder, root=folder.parent)
    assert ask("/static/data.bin").body == CONTENT


def test_a_host_of_its_own(site, ask, folder):
    """Below the prefix of a virtual host, the section is that of the host."""
    root = Root()
    root.shop = Root()
    section = {"tools.staticdir.on": True, "tools.staticdir.dir": str(folder)}
    hosts = VirtualHost(**{"shop.example": "/shop"})
    site.tree.mount(root, "", {"/": {"request.dispatch": hosts}, "/shop/static": section})
    answer = ask("/static/page.html", host="shop.example")
    assert answer.body == b"<p>page"
    assert ask("/shop/static/page.html").body == b"<p>page"


# -- settings that cannot be meant -----------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"dir": "relative"}, r"requires an absolute dir \(or root\). It is 'relative'"),
        ({"dir": "relative", "root": "relative"}, "not 'relative'"),
        ({"dir": "/nothing/of/that/name"}, "there is no directory '/nothing/of/that/name'"),
        ({"match": "("}, r"staticdir.match: the value is '\(': no regular expression"),
        ({"immutable": "("}, r"staticdir.immutable: the value is '\(': no regular expression"),
        ({"max_age": -1}, "staticdir.max_age: the value is -1"),
        ({"stat_seconds": -1}, "staticdir.stat_seconds: the value is -1"),
        ({"sendfile_header": "X-Accel-Redirect"}, "sendfile_prefix: the value is '': nginx"),
        ({"sendfile_prefix": "p"}, "sendfile_prefix: the value is 'p': nginx"),
        ({"fallbacks": "x"}, "fallback"),
        ({"content_types": ["css"]}, "staticdir.content_types"),
        ({"content_types": {"css": 1}}, r"staticdir.content_types: the value is {'css': 1}"),
        ({"dir": 1}, "staticdir.dir"),
        ({"max_age": "1"}, "not"),
    ],
)
def test_wrong_settings(mount, settings, message):
    """A wrong setting is told at mount, with its key."""
    with pytest.raises(ConfigError, match=message) as caught:
        mount(**settings)
    assert "tools.staticdir" in str(caught.value)


@pytest.mark.parametrize(("tool", "key"), [("staticdir", "dir"), ("staticfile", "filename")])
def test_missing_settings(site, tool, key):
    """Without a folder or a file there is nothing to serve."""
    with pytest.raises(ConfigError, match=f"needs 'tools.{tool}.{key}'"):
        site.tree.mount(Root(), "", {"/": {f"tools.{tool}.on": True}})
