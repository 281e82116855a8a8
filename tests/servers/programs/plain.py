"""A plain WSGI application with no framework, to test servers with."""

import json
import sys
import time

DOWNLOAD_BYTES = 4 * 1024 * 1024


def wsgi(environ, start_response):
    """Answer by path: /environ, /download, /exit, /slow; anything else is a greeting."""
    page = PAGES.get(environ["PATH_INFO"], hello)
    return page(environ, start_response)


def hello(environ, start_response):
    """Greet, and give the request's body back."""
    return answer(start_response, b"hello " + environ["wsgi.input"].read())


def show_environ(environ, start_response):
    """Show the environ's texts as JSON."""
    texts = {key: value for key, value in environ.items() if isinstance(value, (str, bool))}
    return answer(start_response, json.dumps(texts).encode())


def download(environ, start_response):
    """Send 4 MiB in pieces."""
    start_response("200 OK", [("Content-Length", str(DOWNLOAD_BYTES))])
    return (b"x" * 65536 for _ in range(DOWNLOAD_BYTES // 65536))


def exit_page(environ, start_response):
    """Do what a page should not."""
    sys.exit(3)


def slow(environ, start_response):
    """Say that it runs, and wait for a line on standard input."""
    print("slow: begun", flush=True)
    line = sys.stdin.readline().strip()
    return answer(start_response, f"slow: {line}".encode())


def stuck(environ, start_response):
    """Run for longer than anybody waits."""
    print("stuck: begun", flush=True)
    time.sleep(60)
    return answer(start_response, b"late")


def answer(start_response, body):
    """Send a body with its length."""
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]


PAGES = {
    "/environ": show_environ,
    "/download": download,
    "/exit": exit_page,
    "/slow": slow,
    "/stuck": stuck,
}
