"""WaitressServer on real sockets: every step of its life (SERVERS.md R33-R36)."""

from __future__ import annotations

import errno
import json
import logging
import os
import socket
import stat
import threading
import time

import pytest

from wsgicherry.serving.sockets import AddressInUse, CannotListen, explain
from wsgicherry.serving.waitress import WaitressServer

LOOPBACK = ("127.0.0.1", 0)
WAIT_SECONDS = 10
DOWNLOAD_BYTES = 4 * 1024 * 1024


def hello(environ, start_response):
    """Greet with the path."""
    body = f"hello {environ['PATH_INFO']}".encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]


class Gate:
    """An application that waits in the middle of a request until the test opens it."""

    def __init__(self):
        self.begun, self.open = threading.Event(), threading.Event()

    def __call__(self, environ, start_response):
        """Wait, then answer; other pages than /wait answer at once."""
        if environ["PATH_INFO"] == "/wait":
            self.begun.set()
            assert self.open.wait(WAIT_SECONDS)
        return hello(environ, start_response)


def show_environ(environ, start_response):
    """Show the environ's texts as JSON."""
    texts = {key: value for key, value in environ.items() if isinstance(value, str)}
    body = json.dumps(texts).encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]


@pytest.fixture
def serve():
    """Start servers in threads of their own; stop them at the end."""
    running = []

    def start(application=hello, **options):
        options = options if "sockets" in options else {"addresses": [LOOPBACK], **options}
        server = WaitressServer(application, **options)
        server.bind()
        server.thread = threading.Thread(target=server.start, name="serve")
        server.thread.start()
        running.append(server)
        wait_until(lambda: server.ready or not server.thread.is_alive())
        return server

    yield start
    for server in running:
        server.stop(1)
        server.thread.join(WAIT_SECONDS)
        assert not server.thread.is_alive()


def wait_until(is_done):
    """Poll for a state that has no event of its own."""
    give_up_at = time.monotonic() + WAIT_SECONDS
    while not is_done():
        assert time.monotonic() < give_up_at
        time.sleep(0.005)


def stop_in_thread(server, **options):
    """Call stop() as the bus does, from another thread, and return that thread."""
    thread = threading.Thread(target=server.stop, kwargs=options)
    thread.start()
    return thread


def port_of(server):
    """Return the real port."""
    return server.bind_addr[1]


def count_files():
    """Return the number of open file descriptors of this process."""
    return len(os.listdir("/proc/self/fd"))


# ---- listening


def test_port_zero_shows_the_real_port(serve, raw_client):
    """A port of 0 is any free one, and the server says which."""
    server = serve()
    assert port_of(server) > 0
    assert repr(server) == f"<WaitressServer on ('127.0.0.1', {port_of(server)})>"
    assert raw_client(port_of(server)).request(target="/a").body == b"hello /a"


def test_two_tcp_sockets(serve, raw_client):
    """One server answers on several addresses."""
    server = serve(addresses=[LOOPBACK, LOOPBACK])
    ports = [port for _, port in server.bound_addresses]
    assert len(set(ports)) == 2
    assert [raw_client(port).request().status for port in ports] == [200, 200]


def test_a_host_name_is_served_on_one_port(serve, raw_client):
    """A name with addresses of two families is served on the same port of both."""
    server = serve(addresses=[("localhost", 0)])
    assert len({port for _, port in server.bound_addresses}) == 1
    assert raw_client(port_of(server)).request().status == 200


@pytest.mark.parametrize("host", ["::1", "::"])
def test_ipv6(serve, raw_client, host):
    """An IPv6 address is served; '::' takes IPv4 clients too."""
    require_ipv6()
    server = serve(addresses=[(host, 0)])
    assert raw_client(("::1", port_of(server))).request().status == 200
    if host == "::":
        assert raw_client(port_of(server)).request().status == 200


def require_ipv6():
    """Skip on a machine without IPv6 on its loopback."""
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")


def test_all_addresses(serve, raw_client):
    """The host None is every address of this machine."""
    server = serve(addresses=[(None, 0)])
    assert raw_client(port_of(server)).request().status == 200


def test_unix_and_tcp_socket_together(serve, raw_client, tmp_path):
    """TCP and unix sockets are served by one server, and the file is gone after stop."""
    path = str(tmp_path / "s.sock")
    server = serve(addresses=[LOOPBACK, path])
    assert raw_client(path).request().status == 200
    assert raw_client(port_of(server)).request().status == 200
    assert stat.S_ISSOCK(os.stat(path).st_mode)
    server.stop()
    assert not os.path.exists(path)


def test_a_socket_made_by_somebody_else(serve, raw_client):
    """A bound socket (systemd's, a supervisor's) is served as it is."""
    sock = socket.create_server(LOOPBACK)
    port = sock.getsockname()[1]
    server = serve(sockets=[sock])
    assert port_of(server) == port
    assert raw_client(port).request().status == 200
    server.stop()
    with pytest.raises(RuntimeError, match="given sockets"):
        server.start()


def test_a_given_unix_socket_keeps_its_file(serve, raw_client, tmp_path):
    """The file of a socket that somebody else made is not ours to remove."""
    path = str(tmp_path / "given.sock")
    sock = socket.socket(socket.AF_UNIX)
    sock.bind(path)
    server = serve(sockets=[sock])
    assert raw_client(path).request().status == 200
    server.stop()
    assert os.path.exists(path)


def test_a_server_without_an_address_is_refused():
    """There is no default address at this level."""
    with pytest.raises(ValueError, match="needs an address"):
        WaitressServer(hello)


# ---- addresses that cannot be had


def test_busy_port_is_one_sentence():
    """A busy port is told in one sentence that names it and the remedy."""
    with socket.create_server(LOOPBACK) as other:
        port = other.getsockname()[1]
        with pytest.raises(AddressInUse) as caught:
            WaitressServer(hello, addresses=[LOOPBACK, ("127.0.0.1", port)]).bind()
    assert str(caught.value) == (
        f"127.0.0.1:{port} is in use by another program; stop it, or choose another "
        "address with server.socket_port (or --port)."
    )
    assert caught.value.address == ("127.0.0.1", port)
    assert isinstance(caught.value, OSError)
    assert caught.value.errno


def test_busy_unix_socket(serve, tmp_path):
    """A socket file that somebody listens on is left alone."""
    path = str(tmp_path / "live.sock")
    serve(addresses=[path])
    with pytest.raises(AddressInUse, match=r"live\.sock is in use .* server\.socket_file"):
        WaitressServer(hello, addresses=[path]).bind()
    assert os.path.exists(path)


def test_stale_unix_socket_is_replaced(serve, raw_client, tmp_path):
    """The socket file of a dead process does not keep the next one from starting."""
    path = str(tmp_path / "stale.sock")
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(path)
    serve(addresses=[path])
    assert raw_client(path).request().status == 200


def test_a_file_is_not_deleted_for_a_socket(tmp_path):
    """A file that is no socket is never removed."""
    path = tmp_path / "notes.txt"
    path.write_text("precious")
    with pytest.raises(CannotListen, match="is not a socket"):
        WaitressServer(hello, addresses=[str(path)]).bind()
    assert path.read_text() == "precious"


def test_a_socket_file_that_took_our_place_is_kept(serve, tmp_path):
    """stop() removes its own socket file, not one that another server made since."""
    path = tmp_path / "moved.sock"
    server = serve(addresses=[str(path)])
    path.unlink()
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(path))
        server.stop()
        assert path.exists()


@pytest.mark.parametrize(
    ("address", "words"),
    [
        (("no-such-host.invalid", 80), r"'no-such-host\.invalid' .* cannot be resolved"),
        (("192.0.2.1", 0), r"Cannot listen on 192\.0\.2\.1:0: .* server\.socket_host"),
        ("/no/such/folder/s.sock", r"Cannot listen on /no/such/folder/s\.sock: .*socket_file"),
        (f"/tmp/{'x' * 200}", r"too long"),
    ],
)
def test_an_address_that_cannot_be_had(address, words):
    """Other reasons than a busy port are told in a sentence as well."""
    with pytest.raises(CannotListen, match=words):
        WaitressServer(hello, addresses=[address]).bind()


def test_a_socket_file_that_is_gone_already(serve, tmp_path):
    """stop() does not mind when somebody has removed the socket file."""
    path = tmp_path / "gone.sock"
    server = serve(addresses=[str(path)])
    path.unlink()
    server.stop()
    assert not path.exists()


def resolve_to(monkeypatch, *hosts):
    """Let every host name resolve to these IPv4 addresses."""

    def getaddrinfo(host, port, **options):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in hosts]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


def test_an_address_that_the_host_lacks_is_left_out(monkeypatch):
    """A name that also has an address of a family not in use here is served on the rest."""
    resolve_to(monkeypatch, "127.0.0.1", "192.0.2.1")
    server = WaitressServer(hello, addresses=[("two.example", 0)])
    server.bind()
    assert [host for host, _ in server.bound_addresses] == ["127.0.0.1"]
    server.stop()


def test_a_name_is_served_on_all_its_addresses_or_none(monkeypatch):
    """When one address of a name is busy, the others are given back."""
    with socket.create_server(("127.0.0.2", 0)) as other:
        port = other.getsockname()[1]
        resolve_to(monkeypatch, "127.0.0.1", "127.0.0.2")
        with pytest.raises(AddressInUse, match=rf"two\.example:{port}"):
            WaitressServer(hello, addresses=[("two.example", port)]).bind()
        monkeypatch.undo()
        assert is_refused(("127.0.0.1", port))


def test_a_listener_with_a_full_queue_is_alive(tmp_path):
    """A server too busy to accept is not taken for a dead one."""
    path = str(tmp_path / "full.sock")
    with socket.socket(socket.AF_UNIX) as other, socket.socket(socket.AF_UNIX) as client:
        other.bind(path)
        other.listen(0)
        client.connect(path)
        with pytest.raises(AddressInUse):
            WaitressServer(hello, addresses=[path]).bind()


def test_a_port_that_needs_a_privilege():
    """A port below 1024 asks for another port, not for another host."""
    error = explain(OSError(errno.EACCES, "Permission denied"), ("127.0.0.1", 80))
    assert str(error) == (
        "Cannot listen on 127.0.0.1:80: Permission denied; change server.socket_port "
        "(or --port), at least 1024."
    )


# ---- stopping


def test_twenty_starts_leave_nothing(tmp_path):
    """20 start/stop cycles leave no thread, no file descriptor and no socket file."""
    path = str(tmp_path / "cycle.sock")
    server = WaitressServer(hello, addresses=[LOOPBACK, path], threads=3)
    before_threads, before_files = set(threading.enumerate()), count_files()
    for _ in range(20):
        thread = threading.Thread(target=server.start)
        thread.start()
        wait_until(lambda: server.ready)
        with socket.create_connection(server.bind_addr, 5) as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert client.recv(4096).startswith(b"HTTP/1.1 200 OK")
            server.stop()
        thread.join(WAIT_SECONDS)
        assert not server.ready
    assert set(threading.enumerate()) <= before_threads
    assert count_files() <= before_files
    assert not os.path.exists(path)


def test_stop_finishes_the_running_request(serve, raw_client):
    """A request that runs at stop() is answered, told to close, and nobody new gets in."""
    gate = Gate()
    server = serve(gate)
    address = server.bind_addr
    client = raw_client(port_of(server))
    client.send_request(target="/wait")
    assert gate.begun.wait(WAIT_SECONDS)
    stopping = stop_in_thread(server, timeout_seconds=WAIT_SECONDS)
    wait_until(lambda: is_refused(address))
    gate.open.set()
    response = client.read_response()
    assert (response.status, response.body) == (200, b"hello /wait")
    assert response.header("Connection") == "close"
    assert client.is_closed()
    stopping.join(WAIT_SECONDS)
    assert not server.ready


def is_refused(address):
    """Tell whether nobody listens."""
    try:
        socket.create_connection(address, 1).close()
    except OSError:
        return True
    return False


@pytest.mark.parametrize("headers", [{}, {"Connection": "keep-alive"}, {"Connection": "close"}])
@pytest.mark.parametrize("version", ["HTTP/1.0", "HTTP/1.1"])
def test_a_last_response_says_close_once(serve, raw_client, headers, version):
    """Whatever the client wished, the last response says `Connection: close`, once."""
    gate = Gate()
    server = serve(gate)
    address = server.bind_addr
    client = raw_client(port_of(server))
    client.send_request(target="/wait", headers=headers, version=version)
    assert gate.begun.wait(WAIT_SECONDS)
    stopping = stop_in_thread(server)
    wait_until(lambda: is_refused(address))
    gate.open.set()
    assert client.read_response().header("Connection") == "close"
    stopping.join(WAIT_SECONDS)


def test_stop_serves_who_has_connected(serve, raw_client):
    """A request that lies in the socket at stop() counts as begun."""
    gate = Gate()
    server = serve(gate, threads=1)
    busy, waiting = raw_client(port_of(server)), raw_client(port_of(server))
    busy.send_request(target="/wait")
    assert gate.begun.wait(WAIT_SECONDS)
    waiting.send_request(target="/next")
    stopping = stop_in_thread(server, timeout_seconds=WAIT_SECONDS)
    gate.open.set()
    assert waiting.read_response().body == b"hello /next"
    stopping.join(WAIT_SECONDS)


def test_stop_closes_an_idle_connection(serve, raw_client):
    """A kept connection with nothing to do does not delay stop()."""
    server = serve()
    client = raw_client(port_of(server))
    assert client.request().status == 200
    begun = time.monotonic()
    server.stop(WAIT_SECONDS)
    assert time.monotonic() - begun < WAIT_SECONDS / 2
    assert client.is_closed()


def test_stop_finishes_a_download(serve, raw_client):
    """4 MiB that a slow client has barely begun to read arrive whole during stop()."""
    begun = threading.Event()

    def download(environ, start_response):
        start_response("200 OK", [("Content-Length", str(DOWNLOAD_BYTES))])
        begun.set()
        return (b"x" * 65536 for _ in range(DOWNLOAD_BYTES // 65536))

    server = serve(download)
    address = server.bind_addr
    client = raw_client(port_of(server))
    client.send_request()
    assert begun.wait(WAIT_SECONDS)
    stopping = stop_in_thread(server, timeout_seconds=WAIT_SECONDS)
    wait_until(lambda: is_refused(address))
    response = client.read_response()
    assert len(response.body) == DOWNLOAD_BYTES
    stopping.join(WAIT_SECONDS)


def test_stop_finishes_an_upload(serve, raw_client):
    """A request whose body is still coming in at stop() is let in whole."""

    def count(environ, start_response):
        body = str(len(environ["wsgi.input"].read())).encode()
        start_response("200 OK", [("Content-Length", str(len(body)))])
        return [body]

    server = serve(count)
    client = raw_client(port_of(server))
    client.send(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n12345")
    address = server.bind_addr
    wait_until(lambda: any(each.request for each in server._channels()))
    stopping = stop_in_thread(server, timeout_seconds=WAIT_SECONDS)
    wait_until(lambda: is_refused(address))
    client.send(b"67890")
    assert client.read_response().body == b"10"
    stopping.join(WAIT_SECONDS)


def test_a_stuck_request_is_cut_off(serve, raw_client, caplog):
    """What still runs after the timeout is cut off; stop() returns in time."""
    gate = Gate()
    server = serve(gate)
    client = raw_client(port_of(server))
    client.send_request(target="/wait")
    assert gate.begun.wait(WAIT_SECONDS)
    begun = time.monotonic()
    server.stop(0.2)
    assert time.monotonic() - begun < 2
    assert client.is_closed()
    assert "1 request(s) still running were cut off" in caplog.text
    gate.open.set()
    wait_until(lambda: not any(t.name.startswith("waitress-") for t in threading.enumerate()))


def test_a_request_that_never_began_is_dropped(serve, raw_client):
    """A request that waits for a thread when the time is over is not run later."""
    gate, served = Gate(), []

    def application(environ, start_response):
        served.append(environ["PATH_INFO"])
        return gate(environ, start_response)

    server = serve(application, threads=1)
    busy, waiting = raw_client(port_of(server)), raw_client(port_of(server))
    busy.send_request(target="/wait")
    assert gate.begun.wait(WAIT_SECONDS)
    waiting.send_request(target="/never")
    server.stop(0.1)
    gate.open.set()
    wait_until(lambda: not any(t.name.startswith("waitress-") for t in threading.enumerate()))
    assert served == ["/wait"]


def test_stop_releases_a_server_that_never_ran(tmp_path):
    """stop() after bind() alone frees the address; a second stop() is harmless."""
    path = str(tmp_path / "bound.sock")
    server = WaitressServer(hello, addresses=[LOOPBACK, path])
    server.bind()
    server.bind()
    address = server.bind_addr
    server.stop()
    server.stop()
    assert is_refused(address)
    assert not os.path.exists(path)
    assert repr(server) == f"<WaitressServer on ('127.0.0.1', 0), {path}>"


def test_start_refuses_to_run_twice(serve):
    """One server object serves once at a time."""
    server = serve()
    with pytest.raises(RuntimeError, match="is already running"):
        server.start()


def test_a_second_stop_keeps_the_first_one_s_time(serve, raw_client):
    """Stopping twice is stopping once: the second call waits along."""
    gate = Gate()
    server = serve(gate)
    client = raw_client(port_of(server))
    client.send_request(target="/wait")
    assert gate.begun.wait(WAIT_SECONDS)
    address = server.bind_addr
    stopping = [stop_in_thread(server, timeout_seconds=WAIT_SECONDS)]
    wait_until(lambda: is_refused(address))
    stopping.append(stop_in_thread(server, timeout_seconds=WAIT_SECONDS))
    gate.open.set()
    assert client.read_response().status == 200
    for thread in stopping:
        thread.join(WAIT_SECONDS)
        assert not thread.is_alive()


def test_stop_in_the_loop_s_own_thread(serve):
    """The thread that serves may stop itself: it does not wait for its own end."""
    server = serve()
    server._listeners[0].trigger.pull_trigger(server.stop)
    server.thread.join(WAIT_SECONDS)
    assert not server.thread.is_alive()


def test_stop_from_within_a_request_does_not_wait_for_itself(serve, raw_client):
    """A handler may stop the server it runs in, as engine.exit() in a page does: when stop()
    returns nobody can connect any more, and the handler's own answer is still sent.
    """
    server, address, refused = None, None, []

    def stopping(environ, start_response):
        server.stop(timeout_seconds=10 * WAIT_SECONDS)
        refused.append(is_refused(address))
        return hello(environ, start_response)

    server = serve(stopping)
    address = server.bind_addr
    assert raw_client(port_of(server)).request().status == 200
    assert refused == [True]
    server.thread.join(WAIT_SECONDS)
    assert not server.thread.is_alive()


def test_ctrl_c_while_stopping_cuts_off_at_once(serve, raw_client, monkeypatch):
    """A KeyboardInterrupt in stop() does not wait for the running request."""
    gate = Gate()
    server = serve(gate)
    client = raw_client(port_of(server))
    client.send_request(target="/wait")
    assert gate.begun.wait(WAIT_SECONDS)
    await_end, calls = server._await_end, []

    def interrupted(seconds):
        calls.append(seconds)
        if len(calls) == 1:
            raise KeyboardInterrupt
        await_end(seconds)

    monkeypatch.setattr(server, "_await_end", interrupted)
    with pytest.raises(KeyboardInterrupt):
        server.stop(60)
    assert client.is_closed()
    gate.open.set()


# ---- requests


def test_environ(serve, raw_client):
    """The environ names a real server and no invented one."""
    server = serve(show_environ, server_name="shop.example", protocol="HTTP/1.0")
    environ = json.loads(raw_client(port_of(server)).request().body)
    assert environ["SERVER_NAME"] == "shop.example"
    assert environ["SERVER_PORT"] == str(port_of(server))
    assert environ["SERVER_SOFTWARE"] == "waitress"
    assert environ["ACTUAL_SERVER_PROTOCOL"] == "HTTP/1.0"
    assert environ["REMOTE_ADDR"] == "127.0.0.1"


def test_environ_on_a_unix_socket(serve, raw_client, tmp_path):
    """On a unix socket there is no remote address, and the port is a number (R22)."""
    path = str(tmp_path / "e.sock")
    serve(show_environ, addresses=[path])
    environ = json.loads(raw_client(path).request().body)
    assert environ["REMOTE_ADDR"] == ""
    assert environ["SERVER_PORT"] == "80"
    assert not {"REMOTE_HOST", "REMOTE_PORT"} & set(environ)


def test_no_server_header_and_no_forged_address(serve, raw_client):
    """The server does not name itself; it believes no forwarding header, and passes all on, as
    gunicorn does, for `tools.proxy` to judge.
    """
    server = serve(show_environ)
    forged = {"X-Forwarded-For": "1.2.3.4", "Forwarded": "for=1.2.3.4"}
    response = raw_client(port_of(server)).request(headers=forged)
    assert response.header("Server") is None
    environ = json.loads(response.body)
    assert environ["REMOTE_ADDR"] == "127.0.0.1"
    assert environ["HTTP_X_FORWARDED_FOR"] == "1.2.3.4"


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt(), ValueError("secret")])
def test_an_exception_is_an_error_of_the_page(serve, raw_client, caplog, error):
    """Whatever the application raises: 500 without a traceback, and the next one is served."""

    def application(environ, start_response):
        if environ["PATH_INFO"] == "/":
            raise error
        return hello(environ, start_response)

    server = serve(application, threads=1)
    client = raw_client(port_of(server))
    response = client.request()
    assert response.status == 500
    assert b"secret" not in response.body
    assert b"Traceback" not in response.body
    assert type(error).__name__ in caplog.text
    assert raw_client(port_of(server)).request(target="/next").status == 200


def test_an_error_in_mid_stream_is_not_a_complete_response(serve, raw_client):
    """A body that breaks off has no final chunk (SECURITY.md goal 40)."""

    def application(environ, start_response):
        start_response("200 OK", [])
        yield b"first"
        raise SystemExit(1)

    client = raw_client(port_of(serve(application)))
    client.send_request()
    assert client.read_to_end().endswith(b"\r\n\r\n5\r\nfirst\r\n")


def test_a_disconnect_is_noticed(serve, raw_client):
    """An application can ask whether its client is still there (R32)."""
    gone, begun = threading.Event(), threading.Event()

    def application(environ, start_response):
        begun.set()
        wait_until(environ["waitress.client_disconnected"])
        gone.set()
        return hello(environ, start_response)

    client = raw_client(port_of(serve(application)))
    client.send_request()
    assert begun.wait(WAIT_SECONDS)
    client.close()
    assert gone.wait(WAIT_SECONDS)


@pytest.mark.parametrize("headers", [[], [("Content-Length", "4")]], ids=["open", "length"])
@pytest.mark.parametrize("body", [[b"body"], [b"bo", b"dy"]], ids=["one", "two"])
def test_head_never_has_a_body(serve, raw_client, headers, body):
    """An application that answers HEAD with a body sends its head alone, and no chunk."""

    def application(environ, start_response):
        start_response("200 OK", headers)
        return body

    client = raw_client(serve(application).bind_addr)
    client.send_request("HEAD", headers={"Connection": "close"})
    head, _, rest = client.read_to_end().partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert rest == b""


@pytest.mark.parametrize(
    ("options", "request_bytes", "status"),
    [
        ({"max_request_body_bytes": 10}, b"Content-Length: 11\r\n\r\n", b"413"),
        ({"max_request_header_bytes": 100}, b"X: " + b"x" * 200 + b"\r\n\r\n", b"431"),
    ],
)
def test_limits(serve, raw_client, options, request_bytes, status):
    """What is larger than a limit is refused before the application sees it."""
    client = raw_client(port_of(serve(**options)))
    client.send(b"POST / HTTP/1.1\r\nHost: x\r\n" + request_bytes)
    assert client.read_to_end().split(b" ")[1] == status


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked", 400),
        (b"HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 5", 400),
        (b"HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked", 400),
        (b"HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked", 200),
        (b"HTTP/1.1\r\nHost: x\r\nContent-Length: 5", 200),
    ],
)
def test_a_body_with_two_ends(serve, raw_client, head, status):
    """A request whose end two readers could see in two places is refused, and the connection
    closed (SERVERS R24, RFC 9112 section 6).
    """
    client = raw_client(port_of(serve()))
    following = b"GET /two HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    client.send(b"POST /one " + head + b"\r\n\r\n0\r\n\r\n" + following)
    received = client.read_to_end()
    assert received.startswith(b"HTTP/1.%d %d " % (head[7] - ord("0"), status))
    assert (b"hello /two" in received) is (status == 200)


def test_an_idle_connection_is_closed(serve, raw_client):
    """A connection without a request is closed after the idle timeout."""
    client = raw_client(port_of(serve(idle_timeout_seconds=1)))
    assert client.is_closed()


def test_busy_threads_do_not_fill_the_log(serve, raw_client, caplog):
    """Requests that wait for a thread are no warning, unless somebody asked for it (R36)."""
    gate = Gate()
    server = serve(gate, threads=1)
    clients = [raw_client(port_of(server)) for _ in range(4)]
    clients[0].send_request(target="/wait")
    assert gate.begun.wait(WAIT_SECONDS)
    for client in clients[1:]:
        client.send_request()
    gate.open.set()
    assert [client.read_response().status for client in clients] == [200] * 4
    assert "queue" not in caplog.text
    assert logging.getLogger("waitress.queue").level == logging.ERROR


def test_nothing_configures_the_root_logger(serve):
    """The application's logging stays as it is (R28)."""
    before = list(logging.getLogger().handlers)
    serve()
    assert logging.getLogger().handlers == before
