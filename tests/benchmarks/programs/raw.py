"""Plain WSGI, no framework: the floor under every other number."""

import gzip
import json
from urllib.parse import parse_qs, parse_qsl

import workloads

HTML = "text/html; charset=utf-8"


def hello(environ):
    return "200 OK", [("Content-Type", HTML)], workloads.HELLO.encode()


def item(environ):
    number = environ["PATH_INFO"][len("/items/") :]
    query = parse_qs(environ["QUERY_STRING"])
    text = workloads.item_text(number, query["color"][0], query["size"][0])
    return "200 OK", [("Content-Type", HTML)], text.encode()


def order(environ):
    document = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
    reply = json.dumps(workloads.order_reply(document)).encode()
    return "200 OK", [("Content-Type", "application/json")], reply


def contact(environ):
    body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    form = parse_qs(body.decode())
    first = [form[name][0] for name in ("name", "email", "city", "note")]
    return "200 OK", [("Content-Type", HTML)], workloads.form_text(*first, form["tag"]).encode()


def survey(environ):
    body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    text = workloads.fields_text(dict(parse_qsl(body.decode())))
    return "200 OK", [("Content-Type", HTML)], text.encode()


def leaf(environ):
    return "200 OK", [("Content-Type", HTML), workloads.DEPTH_HEADER], workloads.LEAF.encode()


def long(environ):
    body = gzip.compress(workloads.LONG_TEXT.encode(), 5)
    return "200 OK", [("Content-Type", HTML), ("Content-Encoding", "gzip")], body


def missing(environ):
    return "404 Not Found", [("Content-Type", HTML)], b"404 Not Found"


PAGES = {
    "/": hello,
    "/orders": order,
    "/contact": contact,
    "/survey": survey,
    workloads.LEAF_PATH: leaf,
    "/long": long,
}


def respond(environ, start_response):
    path = environ["PATH_INFO"]
    page = PAGES.get(path) or (item if path.startswith("/items/") else missing)
    status, headers, body = page(environ)
    headers.append(("Content-Length", str(len(body))))
    start_response(status, headers)
    return [body]


def application():
    return respond
