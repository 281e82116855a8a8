"""Every program in examples/, run as its docstring says and by gunicorn, on a real socket."""

from __future__ import annotations

import ast
import gzip
import hashlib
import json
import re
import sys
from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from xmlrpc.client import Fault, ProtocolError, ServerProxy

import pytest

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
NAMES = sorted(path.stem for path in EXAMPLES.glob("*.py"))
MAX_LINES = 60

# The program as `python NAME.py` would run it, but on a free port.
LAUNCHER = """
import runpy, sys, wsgicherry
wsgicherry.config.update({"server.socket_port": 0})
runpy.run_path(sys.argv[1], run_name="__main__")
"""


class Site:
    """One running example: ask() opens a connection for each request."""

    def __init__(self, process, connect: Callable) -> None:
        self.process = process
        self._connect = connect

    def ask(self, target="/", method="GET", headers=None, body=b""):
        """Return the response to one request."""
        client = self._connect(self.process.port)
        with suppress(BrokenPipeError, ConnectionResetError):  # refused in the middle
            client.send_request(method, target, headers, body)
        response = client.read_response(method)
        client.close()  # gunicorn waits a second for a client that stays
        return response

    def text(self, target="/", status=200, **request):
        """Return the body of the response to one request, which must have `status`."""
        response = self.ask(target, **request)
        assert response.status == status, response
        return response.body.decode()

    def count_lines(self, pattern):
        """Return how many lines were printed that match."""
        return sum(bool(re.search(pattern, line)) for line in self.process.lines)


@pytest.fixture(params=["waitress", "gunicorn"])
def run_example(request, start_process, run_gunicorn, raw_client):
    """Give a function that starts an example by its name and returns it as a Site."""

    def run(name, **env):
        if request.param == "gunicorn":
            process = run_gunicorn(f"{name}:wsgi", cwd=EXAMPLES, env=env)
        else:
            command = [sys.executable, "-c", LAUNCHER, f"{name}.py"]
            process = start_process(command, cwd=EXAMPLES, env={"PORT": "0", **env})
        return Site(process, raw_client)

    return run


@pytest.mark.parametrize("name", NAMES)
def test_the_form_of_an_example(name):
    """An example is short, says what it shows and how to run it, offers `wsgi`, is listed."""
    source = (EXAMPLES / f"{name}.py").read_text()
    tree = ast.parse(source)
    docstring = ast.get_docstring(tree)
    assert len(source.splitlines()) < MAX_LINES
    assert f"examples/{name}.py" in docstring
    assert "Run: " in docstring
    assert re.search(r"^wsgi = ", source, re.MULTILINE)
    assert ast.unparse(tree.body[-1]).startswith("if __name__ == '__main__':")
    assert "import wsgicherry" in source
    assert f'"{name}"' in Path(__file__).read_text(), f"{name} has no test here"
    listed = (EXAMPLES / "README.md").read_text()
    assert f"| [{name}.py]({name}.py) | " in listed, f"{name} is not in the list"


def test_hello(run_example):
    """Path segments and query fields are arguments; an argument too many is a 404."""
    site = run_example("hello")
    assert "It works." in site.text()
    assert site.text("/hello?name=%3Cyou%3E") == "<p>Hello, &lt;you&gt;!</p>\n"
    assert site.text("/hello/you") == "<p>Hello, you!</p>\n"
    posted = site.text(
        "/hello",
        method="POST",
        body=b"name=form",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert posted == "<p>Hello, form!</p>\n"
    assert "Unexpected query string parameters: x" in site.text("/hello?x=1", status=404)
    assert site.ask("/hello", method="HEAD").header("Content-Length") == "21"
    assert site.ask().header("Content-Type") == "text/html;charset=utf-8"


def test_two_applications(run_example):
    """Each application has its own config and its own addresses; between them is a 404."""
    site = run_example("two_applications")
    assert site.text("/shop/") == "Cherries by the pound. Ask at http://localhost/shop/help.\n"
    zipped = site.ask("/forum/", headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(zipped.body) == b"script_name=/forum path_info=/\n"
    plain = site.ask("/shop/", headers={"Accept-Encoding": "gzip"})
    assert plain.header("Content-Encoding") is None
    slash = site.ask("/shop")
    assert (slash.status, slash.header("Location")) == (301, "http://localhost/shop/")
    assert "The path '/' was not found." in site.text("/", status=404)


@pytest.mark.parametrize(
    ("file", "kind"), [("config_files.conf", "INI"), ("config_files.toml", "TOML")]
)
def test_config_files(run_example, file, kind):
    """INI and TOML files say the same; a path section holds for its path only."""
    site = run_example("config_files", CONFIG=file)
    response = site.ask()
    assert response.body == b"Good morning.\n"
    assert response.header("X-Configured-By") == kind
    assert response.header("Content-Type") == "text/plain;charset=utf-8"
    assert site.text("/settings") == "tools.gzip.on = True\ntools.trailing_slash.on = True\n"
    zipped = site.ask("/settings", headers={"Accept-Encoding": "gzip"})
    assert zipped.header("Content-Encoding") == "gzip"


def test_cookies(run_example):
    """A cookie counts the visits, refuses nonsense and can be deleted."""
    site = run_example("cookies")
    first = site.ask()
    assert first.body == b"Visit number 1.\n"
    cookie = first.header("Set-Cookie")
    assert cookie == "visits=1; HttpOnly; Max-Age=3600; Path=/; SameSite=Lax"
    assert site.text(headers={"Cookie": "odd cookie; visits=41"}) == "Visit number 42.\n"
    assert "not one of ours" in site.text(status=400, headers={"Cookie": "visits=x"})
    gone = site.ask("/forget", headers={"Cookie": "visits=41"})
    assert (gone.status, gone.header("Location")) == (303, "http://localhost/")
    assert gone.header("Set-Cookie") == 'visits=""; Max-Age=0; Path=/'


def test_cached_page(run_example):
    """Ten who ask at once cost one run; a line that is added is there for the next one."""
    site = run_example("cached_page")
    with ThreadPoolExecutor(10) as pool:
        texts = set(pool.map(lambda _: site.text(), range(10)))
    assert texts == {"Nothing has happened yet.\n(made 1 times)\n"}
    assert "hit" in site.ask().header("Cache-Status")
    added = site.ask(
        "/add",
        method="POST",
        body=b"line=It+rains.",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert (added.status, added.header("Location")) == (303, "http://localhost/")
    assert site.text() == "It rains.\nNothing has happened yet.\n(made 2 times)\n"


def cookie_of(response):
    """Return the headers that send the session's cookie back."""
    return {"Cookie": response.header("Set-Cookie").partition(";")[0]}


def log_in(site, password="cherries in may"):
    """Return the response to the login form, filled in as ada."""
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    body = f"username=ada&password={password.replace(' ', '+')}&from_page=/".encode()
    return site.ask("/do_login", "POST", form, body)


def test_login(run_example):
    """A wrong password is a login page; the right one a session, which ends everywhere."""
    site = run_example("login")
    assert 'action="do_login"' in site.text()
    assert "not the name and the password" in log_in(site, "plums").body.decode()
    laptop, phone = log_in(site), log_in(site)
    assert (laptop.status, laptop.header("Location")) == (303, "http://localhost/")
    laptop, phone, empty = cookie_of(laptop), cookie_of(phone), {"Content-Length": "0"}
    assert "Hello, ada. You are logged in 2 times." in site.text(headers=laptop)
    assert site.ask("/do_logout", "POST", empty | laptop).status == 303
    assert 'action="do_login"' in site.text(headers=laptop)
    others = cookie_of(log_in(site))
    assert site.ask("/everywhere", "POST", empty | phone).status == 303
    for ended in (phone, others):
        assert 'action="do_login"' in site.text(headers=ended)


def test_counter(run_example, memcached, tmp_path):
    """One line of config moves the counter from a process to all processes."""
    site = run_example("counter")
    cookie = cookie_of(site.ask())
    assert site.text(headers=cookie) == "Visit number 2.\n"
    config = tmp_path / "counter.conf"
    text = (EXAMPLES / "counter.conf").read_text().replace('= "ram"', '= "memcached"')
    config.write_text(f'{text}tools.sessions.servers = ["{memcached.address}"]\n')
    sites = [run_example("counter", CONFIG=str(config)) for _ in range(2)]
    cookie = cookie_of(sites[0].ask())
    seen = [site.text(headers=cookie) for site in (*sites, *sites)]
    assert seen == [f"Visit number {number}.\n" for number in (2, 3, 4, 5)]


def test_parallel_counters(run_example):
    """What many requests of one session count and note is all there."""
    site = run_example("parallel_counters")
    cookie = cookie_of(site.ask())
    targets = [f"/work?word=word{number % 8}" for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda target: site.text(target, headers=cookie), targets))
    assert done == ["done\n"] * 40
    assert site.text("/counts", headers=cookie) == "40 requests, 8 words"


def test_logging_beside_yours(run_example):
    """The program's console handler shows all loggers, each line once."""
    site = run_example("logging_beside_yours")
    assert site.text("/buy/3") == "Thank you.\n"
    site.process.wait_for(r"wsgicherry\.access\.\d+ INFO .*GET /buy/3 HTTP/1\.1")
    assert site.count_lines(r"^shop INFO sold 3 cherries$") == 1
    assert site.count_lines(r"wsgicherry\.error\.\d+ INFO .* STOCK 3 left the house$") == 1
    assert site.count_lines(r"GET /buy/3 HTTP/1\.1") == 1


def test_grafted(run_example):
    """A grafted application sees its own SCRIPT_NAME; our pages stand beside it."""
    site = run_example("grafted")
    assert site.text("/legacy/any/path?x=1") == "SCRIPT_NAME=/legacy PATH_INFO=/any/path\n"
    assert '<a href="/legacy/">' in site.text()
    assert site.ask("/legacyx").status == 404


def test_inside_middleware(run_example):
    """The pipeline of an application wraps that alone; middleware around the tree wraps all."""
    site = run_example("inside_middleware")
    response = site.ask()
    assert response.header("X-Inside") == "this application"
    assert response.header("X-Outside") == "the whole tree"
    assert response.body.startswith(b"Look at my headers")
    assert site.ask("/nowhere").header("X-Outside") == "the whole tree"


def test_tools(run_example):
    """A tool works where config or a decorator turns it on, with the arguments given there."""
    site = run_example("tools")
    assert site.ask("/").header("Cache-Control") == "max-age=3600"
    assert site.ask("/news").header("Cache-Control") == "max-age=60"
    assert site.ask("/private/").status == 403
    assert site.ask("/private/").header("Cache-Control") is None
    assert site.text("/private/?password=cherry") == "Welcome.\n"


PATHS = (
    ("/", "http://localhost/blog/2024/05/"),
    ("/about", "about ()"),
    ("/about/any/thing", "about ('any', 'thing')"),
    ("/about-us", "about ()"),
    ("/about.html", "about ()"),
    ("/blog/", "index of None None"),
    ("/blog/2024/", "index of 2024 None"),
    ("/blog/2024/05/", "index of 2024 05"),
    ("/blog/2024/05/post/first", "post first of 2024 05"),
    ("/no/such%2Fpage?a=1&a=2", "nothing at ('no', 'such/page') {'a': ['1', '2']}"),
)


def test_dispatch(run_example):
    """Each path finds the page that the example says."""
    site = run_example("dispatch")
    assert {target: site.text(target) for target, _ in PATHS} == {
        target: body + "\n" for target, body in PATHS
    }


def test_errors(run_example):
    """Raised errors have their page and status; an accident shows an id that the log has."""
    site = run_example("errors")
    assert site.ask().header("Location") == "http://localhost/half/8"
    assert site.text("/half/8") == "4\n"
    assert "<p>That is not a number.</p>" in site.text("/half/x", status=400)
    conflict = site.ask("/half/3", headers={"Accept": "application/json"})
    assert conflict.header("Content-Type") == "application/problem+json"
    assert json.loads(conflict.body)["detail"] == "3 is odd."
    nowhere = site.text("/nowhere", status=404)
    assert nowhere == "<h1>Sorry</h1><p>The path '/nowhere' was not found.</p>\n"
    page = site.text("/accident", status=500, headers={"Accept": "text/plain"})
    error_id = re.search("Error id: ([0-9a-f]{12})", page)[1]
    assert "ZeroDivisionError" not in page
    if "-c" in site.process.command:
        site.process.wait_for(f"Error id {error_id}")
        site.process.wait_for("ZeroDivisionError: division by zero")


def test_json_api(run_example):
    """Documents come and go as JSON; what is wrong with one is said in JSON."""
    site = run_example("json_api")
    as_json = {"Content-Type": "application/json", "Accept": "application/json"}
    assert json.loads(site.text()) == {"count": 0, "notes": "http://localhost/notes"}
    note = {"text": "buy cherries"}
    made = site.ask("/notes", "POST", as_json, json.dumps(note).encode())
    assert (made.status, made.header("Location")) == (201, "http://localhost/notes/0")
    assert json.loads(site.text("/notes/0")) == note
    assert json.loads(site.text("/notes")) == [note]
    broken = site.ask("/notes", "POST", as_json, b"{")
    assert (broken.status, json.loads(broken.body)["detail"]) == (400, "Invalid JSON document")
    odd = site.ask("/notes", "POST", as_json, b"[]")
    assert (odd.status, json.loads(odd.body)["status"]) == (422, 422)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert site.ask("/notes", "POST", form, b"text=x").status == 415
    refused = site.ask("/notes", "DELETE")
    assert (refused.status, refused.header("Allow")) == (405, "GET, HEAD, POST")
    assert site.ask("/notes/7").status == 404


def test_background_job(run_example):
    """Start listeners have run before the first page, and the job runs beside the pages."""
    site = run_example("background_job")
    assert site.text() == "The store is open; the job ran: True.\n"


def test_typed_parameters(run_example):
    """What fits arrives typed; a bad field is a 400 that names it, a bad segment a 404."""
    site = run_example("typed_parameters")
    assert "Book a table" in site.text()
    assert site.text("/book/2024-06-30?seats=2") == "Sunday: 2 times cake, 0 extra.\n"
    everything = "/book/2024-06-30?seats=8&meal=soup&extra=1&extra=2"
    assert site.text(everything) == "Sunday: 8 times soup, 3 extra.\n"
    refused = site.text("/book/2024-06-30?seats=9&meal=pie", status=400)
    assert "The parameter 'seats' is refused: there are 1 to 8 seats at a table." in refused
    assert "The parameter 'meal' must be one of 'soup', 'cake', not 'pie'." in refused
    assert site.ask("/book/2024-02-30?seats=2").status == 404
    assert "Missing parameters: seats" in site.text("/book/2024-06-30", status=404)


def send_file(site, name, content):
    """Return the response to a form with one file."""
    disposition = f'form-data; name="document"; filename="{name}"'
    head = f"--cut\r\nContent-Disposition: {disposition}\r\n\r\n".encode()
    body = head + content + b"\r\n--cut--\r\n"
    form = {"Content-Type": "multipart/form-data; boundary=cut"}
    return site.ask("/upload", "POST", form, body)


def test_upload(run_example):
    """A file is answered by its name, size and digest, and too large a one by an error."""
    site = run_example("upload")
    assert '<form method="post" action="upload" enctype="multipart/form-data">' in site.text()
    content = bytes(range(256)) * 4000
    digest = hashlib.sha256(content).hexdigest()
    answer = send_file(site, "<süß>.bin", content).body.decode()
    assert answer == f"<p>&lt;süß&gt;.bin: 1024000 bytes, SHA-256 {digest}</p>\n"
    assert b"Choose one file." in send_file(site, "", b"").body
    plain = {"Content-Type": "application/x-www-form-urlencoded"}
    for fields in (b"document=text", b"document=two&document=texts"):
        assert "Choose one file." in site.text(
            "/upload", status=400, method="POST", headers=plain, body=fields
        )
    assert site.ask("/upload").status == 405
    too_large = send_file(site, "large.bin", bytes(10_000_001))
    assert too_large.status == 413
    assert b"<p>The request's body is larger than 10000000 bytes.</p>" in too_large.body


def test_two_origins(run_example):
    """The page of one origin may use the service; others may not, nor send the form."""
    site = run_example("two_origins")
    page = site.ask()
    nonce = re.search('<script nonce="([0-9a-f]+)">', page.body.decode())[1]
    assert f"script-src 'nonce-{nonce}'" in page.header("Content-Security-Policy")
    listed, other = {"Origin": "http://127.0.0.1:8080"}, {"Origin": "http://evil.example"}
    asks = {
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "content-type",
    }
    answer = site.ask("/notes", "OPTIONS", listed | asks)
    assert answer.header("Access-Control-Allow-Methods") == "GET, HEAD, PUT"
    assert answer.header("Access-Control-Allow-Headers") == "Content-Type"
    assert site.ask("/notes", "OPTIONS", other | asks).status == 403
    document = {"Content-Type": "application/json"}
    added = site.ask("/notes", "PUT", document | listed, b'"cherries"')
    assert (added.status, added.body) == (200, b'["cherries"]')
    assert added.header("Access-Control-Allow-Origin") == listed["Origin"]
    assert site.ask("/notes", "PUT", document | listed, b"[").status == 400
    assert site.ask("/notes", "PUT", document | other, b'"plums"').status == 403
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert site.ask("/sign", "POST", form | other, b"name=eva").status == 403
    own = form | {"Sec-Fetch-Site": "same-origin"}
    assert site.ask("/sign", "POST", own, b"name=eva").body == b"Signed, thank you.\n"


def test_static_site(run_example):
    """Files come with a type, a tag and parts; a download has a name of its own."""
    site = run_example("static_site")
    assert '<link rel="stylesheet" href="style.css">' in site.text()
    assert "<h1>Help</h1>" in site.text("/help/")
    assert site.ask("/help").header("Location") == "http://localhost/help/"
    style = (EXAMPLES / "public" / "style.css").read_bytes()
    answer = site.ask("/style.css")
    assert (answer.status, answer.body) == (200, style)
    assert answer.header("Content-Type") == "text/css"
    assert answer.header("Cache-Control") == "max-age=60"
    tag = {"If-None-Match": answer.header("ETag")}
    assert site.ask("/style.css", headers=tag).status == 304
    part = site.ask("/style.css", headers={"Range": "bytes=3-8"})
    assert (part.status, part.body) == (206, style[3:9])
    for target in ("/../README.md", "/%2e%2e/README.md", "/nothing.css"):
        assert site.ask(target).status == 404
    download = site.ask("/download?ticket=friend")
    assert download.body == (EXAMPLES / "hello.py").read_bytes()
    disposition = download.header("Content-Disposition")
    assert disposition == 'attachment; filename="a first program.py"'
    assert site.ask("/download").status == 403


def test_rest_service(run_example):
    """Each method of a resource answers its HTTP method; Allow tells which there are."""
    site = run_example("rest_service")
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert site.text() == "Notes are at http://localhost/notes.\n"
    assert [site.ask("/notes/1", "PUT", form, b"text=a").status for _ in "12"] == [201, 204]
    assert json.loads(site.text("/notes/1")) == "a"
    assert json.loads(site.text("/notes")) == {"1": "a"}
    head = site.ask("/notes", "HEAD")
    assert (head.status, head.body, head.header("Content-Length")) == (200, b"", "10")
    options = site.ask("/notes/1", "OPTIONS")
    assert (options.status, options.body) == (200, b"")
    refused = site.ask("/notes/1", "PATCH", form, b"text=b")
    assert refused.status == 405
    for response in (options, refused):
        assert response.header("Allow") == "DELETE, GET, HEAD, PUT"
    assert site.ask("/notes/1", "DELETE").status == 204
    assert "No such note." in site.text("/notes/1", 404)


def test_xmlrpc_service(run_example):
    """Python's own client calls methods by their names, and hears of faults."""
    site = run_example("xmlrpc_service")
    address = f"http://127.0.0.1:{site.process.port}"
    for path in ("/", "/RPC2/"):
        with ServerProxy(address + path) as service:
            assert service.add(1, 2) == 3
            assert service.orchard.kinds() == ["bing", "montmorency", "rainier"]
            assert service.orchard.weigh(["bing"]) == {"bing": 9}
            with pytest.raises(Fault, match="'plum'"):
                service.orchard.weigh(["plum"])
            with pytest.raises(Fault, match='"pick" is not supported'):
                service.orchard.pick()
            with pytest.raises(ProtocolError, match="413"):
                service.add("x" * 70_000, "")
    # A page has a slash, and a client that is sent there does not go.
    with ServerProxy(address + "/RPC2") as service, pytest.raises(ProtocolError, match="301"):
        service.add(1, 2)
    assert site.text("/about") == "Call me by XML-RPC.\n"


def test_events(run_example, raw_client):
    """Events come with their ids, and after the last one that the client has."""
    site = run_example("events")
    assert 'new EventSource("/events")' in site.text()
    for last_id, numbers in (("", [1, 2]), ("3", [4, 5]), ("nonsense", [1])):
        client = raw_client(site.process.port)
        client.send_request(target="/events", headers={"Last-Event-ID": last_id})
        wanted = "".join(f"id: {n}\nretry: 1000\ndata: message {n}\n\n" for n in numbers)
        while wanted.encode() not in (sent := unchunked(client.leftover)):
            client.leftover += client.socket.recv(4096)
        client.close()
        assert b"\r\nContent-Type: text/event-stream\r\n" in sent
        assert sent.partition(b"\r\n\r\n")[2].startswith(b":\n\nid: %d\n" % numbers[0])


def test_protected(run_example):
    """Both areas let in who has the password, and ask anybody else for it."""
    site = run_example("protected")
    basic = site.ask("/basic/")
    assert (basic.status, basic.header("WWW-Authenticate")) == (
        401, 'Basic realm="The orchard", charset="UTF-8"',
    )  # fmt: skip
    for text, status in (("ada:cherries", 200), ("ada:plums", 401), ("bob:cherries", 401)):
        header = {"Authorization": "Basic " + b64encode(text.encode()).decode()}
        assert site.ask("/basic/", headers=header).status == status
    challenge = site.ask("/digest/").header("WWW-Authenticate")
    assert "algorithm=SHA-256" in challenge
    for password, status in (("cherries", 200), ("plums", 401)):
        header = {"Authorization": answer_challenge(challenge, password)}
        answer = site.ask("/digest/", headers=header)
        assert answer.status == status
    assert site.ask("/digest/", headers=header).status == 401


def answer_challenge(challenge, password):
    """Return what proves to know a password, by RFC 7616."""

    def digest(text):
        return hashlib.sha256(text.encode()).hexdigest()

    nonce = re.search('nonce="(.*?)"', challenge)[1]
    ha1 = digest(f"ada:The orchard:{password}")
    response = digest(f"{ha1}:{nonce}:00000001:ab:auth:{digest('GET:/digest/')}")
    return (
        f'Digest username="ada", realm="The orchard", nonce="{nonce}", uri="/digest/", '
        f'cnonce="ab", nc=00000001, qop=auth, algorithm=SHA-256, response="{response}"'
    )


def unchunked(data):
    """Return what has come of a chunked response, without the sizes of its chunks."""
    head, _, body = data.partition(b"\r\n\r\n")
    return head + b"\r\n\r\n" + re.sub(rb"(?:\A|\r\n)[0-9A-Fa-f]+\r\n", b"", body)
