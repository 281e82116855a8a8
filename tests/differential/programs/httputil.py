"""`cherrypy.lib.httputil` and the helpers of `cherrypy.lib`: what handlers see of them."""

import cherrypy
from cherrypy.lib import httputil, reprconf


def elements(name, value):
    return [
        (type(e).__name__, e.value, {k: str(v) for k, v in e.params.items()}, str(e))
        for e in httputil.header_elements(name, value)
    ]


def header_map(pairs, name="Accept"):
    headers = httputil.HeaderMap()
    for key, value in pairs:
        headers[key] = value
    return list(headers), headers.output(), headers.values(name)


def caught(function, *args, **kwargs):
    try:
        return function(*args, **kwargs)
    except Exception as error:
        return type(error).__name__, str(error)


RANGES = [
    "bytes=0-9", "bytes=-5", "bytes=990-", "bytes=1000-", "bytes=-99999", "bytes=9-5",
    "bytes=0-0,2-2", "bytes=2-2,0-0", "bytes=0-1,1000-", "bytes=-", "bytes=3-6", "bytes=2-4,-1",
    "bytes=0-1, 5-6", "bytes=1000-,2000-", "bytes=0-9,9-5", "", None, "bytes=-0",
    "bytes=0-2000", "items=0-9", "bytes", "bytes=", "bytes=a-b", "bytes=1", "bytes=0-9,",
    "bytes=4-6,2-5", "bytes=0-,0-", "BYTES=0-9", "bytes=0 - 9",
]  # fmt: skip
ELEMENTS = [
    ("Accept", "text/*, text/html, text/html;level=1, */*"),
    ("Accept", "text/html;q=0.3, text/plain, */*;q=0.5"),
    ("Accept", "a;q=x"), ("Accept", "a;q=0.5;ext=1"), ("Accept", "a; q=1, b;q=0.999"),
    ("Accept-Charset", "utf-8, iso-8859-1;q=0.5"), ("Accept-Encoding", "gzip, x;q=0"),
    ("TE", "trailers, gzip;q=0.5"), ("Content-Type", 'text/html; charset="utf-8"'),
    ("X-Any", "a, b, c"), ("X-Any", "c;x=1, a, b"), ("X-Any", "a;x=1, a;x=2"),
    ("X-Any", 'a="b,c", d'), ("X-Any", r'a; b="c\"d\\e"'), ("X-Any", "a; B=c; d"),
    ("X-Any", ""), ("X-Any", None), ("X-Any", "a,"), ("X-Any", "a;;b=c"),
]  # fmt: skip
STATUSES = [
    None, 0, "", 200, 404, "404", "404 Gone away", "404  ", "299", 599, 99, 600, "600 x", "abc",
    "4x4", -1, "1000", [1], 500, 503,
]  # fmt: skip
QUERIES = [
    "", "a=1", "a=1&b=2", "a=1&a=2", "a", "a=", "=x", "&&", "a[1]=x", "a=b=c", "a=%C3%A9+x",
    "a%3D=1", "caf\xe9=1", "a=%zz", "a=1;b=2", "12,34", "12,34abc", "a=%E9",
]  # fmt: skip
TEXTS = [
    "plain", "=?utf-8?q?f=C3=BCr?=", "=?utf-8?b?4oKs?=", "=?iso-8859-1?q?caf=E9?=", "a=?b",
    "=?utf-8?q?a?= =?utf-8?q?b?=", "a =?utf-8?q?b?= c",
]  # fmt: skip
ATOMS = [(), ("",), ("/a", "b"), ("/a/", "/b"), ("//a", "b//c///"), ("a", "", "b"), ("/", "")]
MAPS = [
    [("content-type", "a/b"), ("CONTENT-TYPE", "c/d")],
    [("x-any", 5), ("x-none", None), ("x-bytes", b"\xe9"), ("x-text", "caf\xe9")],
    [("x-wide", "\u8200"), ("x-break", "a\r\nb\x00c\x7f")],
    [("accept", "a;q=0.5, b")],
]
VARY = [None, "Accept", "Accept, Cookie", "Cookie", ""]
VALUES = [
    "", "1", "-1.5", "'a' 'b'", "[1, (2,), {'a': None}]", "'x' * 3", "1 + 2", "b'a'", "True",
    "datetime.timedelta", "1 -", "2 - 1", "os.system('true')",
]  # fmt: skip



def each(function, values):
    """Return {what is called with: a call of it}."""
    return {repr(value): lambda value=value: function(value) for value in values}


PROTOCOLS = ("HTTP/1.0", "HTTP/1.1", "HTTP/0.9", "HTTP/2.0", "HTTP/2", "HTTP/x.y")
ITERATORS = {"an iterator": iter([]), "a list": [], "text": "text", "a generator":
             (x for x in "ab"), "a number": 5, "None": None}  # fmt: skip

CASES = {
    "get_ranges": each(lambda text: httputil.get_ranges(text, 1000), RANGES),
    "header_elements": each(lambda args: elements(*args), ELEMENTS),
    "valid_status": each(httputil.valid_status, STATUSES),
    "parse_query_string": each(httputil.parse_query_string, QUERIES),
    "without_blanks": each(lambda text: httputil.parse_query_string(text, False), QUERIES),
    "decode_TEXT": each(httputil.decode_TEXT, TEXTS),
    "decode_TEXT_maybe": each(httputil.decode_TEXT_maybe, TEXTS),
    "urljoin": each(lambda atoms: httputil.urljoin(*atoms), ATOMS),
    "urljoin_bytes": each(
        lambda atoms: httputil.urljoin_bytes(*(atom.encode() for atom in atoms)), ATOMS
    ),
    "header_map": each(header_map, MAPS),
    "protocol_from_http": each(httputil.protocol_from_http, PROTOCOLS),
    "HTTPDate": each(httputil.HTTPDate, (0, 784111777, 1e9)),
    "response_codes": each(httputil.response_codes.get, (200, 301, 304, 400, 404, 500, 503)),
    "Host": each(lambda args: httputil.Host(*args), [("192.0.2.1", 80), ("::1", 1, "a")]),
    "SanitizedHost": {
        "dirty": lambda: (
            httputil.SanitizedHost("a\r\nb"),
            httputil.SanitizedHost("a\r\nb").raw,
        ),
        "clean": lambda: type(httputil.SanitizedHost("ab")).__name__,
    },
    "HeaderElement": {
        "str": lambda: str(httputil.HeaderElement("a", {"b": "c d"})),
        "parse": lambda: httputil.HeaderElement.parse('a; B="c;d"'),
        "from_str": lambda: httputil.HeaderElement.from_str("a;b=c").params,
        "bytes": lambda: bytes(httputil.HeaderElement.from_str("a;b=c")),
    },
    "AcceptElement": {
        "q": lambda: httputil.AcceptElement.from_str("a;q=0.5").qvalue,
        "no q": lambda: httputil.AcceptElement.from_str("a").qvalue,
        "bad q": lambda: httputil.AcceptElement.from_str("a;q=x").qvalue,
        "order": lambda: (
            httputil.AcceptElement("b", {"q": "0.5"}) < httputil.AcceptElement("a")
        ),
    },
    "HeaderMap": {
        "encode_header_item": lambda: httputil.HeaderMap.encode_header_item("a\r\nb"),
        "encode": lambda: httputil.HeaderMap.encode("\u8200"),
        "attributes": lambda: (
            httputil.HeaderMap.protocol,
            httputil.HeaderMap.encodings,
            httputil.HeaderMap.use_rfc_2047,
        ),
    },
    "CaseInsensitiveDict": {
        "get": lambda: httputil.CaseInsensitiveDict({"a-b": 1}).get("A-B"),
        "keys": lambda: list(httputil.CaseInsensitiveDict({"a-b": 1})),
    },
    "unrepr": each(reprconf.unrepr, VALUES),
    "reprconf": {
        "modules": lambda: reprconf.modules("json.decoder").__name__,
        "attributes": lambda: reprconf.attributes("json.decoder.JSONDecoder").__name__,
        "no attribute": lambda: reprconf.attributes("json.decoder.nope"),
        "Config": lambda: reprconf.Config({"a": 1}, b=2),
        "load": lambda: reprconf.Parser.load({"a": 1}),
        "optionxform": lambda: reprconf.Parser().optionxform("MiXed"),
    },
    "set_vary_header": each(lambda present: vary(present), VARY),
    "is_iterator": {
        label: lambda value=value: (
            cherrypy.lib.is_iterator(value),
            cherrypy.lib.is_closable_iterator(value),
        )
        for label, value in ITERATORS.items()
    },
}
NUMBERED = [
    (name, label, call) for name, calls in CASES.items() for label, call in calls.items()
]


def vary(present):
    response = cherrypy.serving.response
    if present is not None:
        response.headers["Vary"] = present
    cherrypy.lib.set_vary_header(response, "Cookie")
    return response.headers["Vary"]


class Root:
    @cherrypy.expose
    def case(self, number):
        return repr(caught(NUMBERED[int(number)][2]))

    @cherrypy.expose
    def raised(self):
        return repr(CASES["AcceptElement"]["bad q"]())

    @cherrypy.expose
    def accepted(self):
        return repr([e.value for e in cherrypy.request.headers.elements("Accept")])

    @cherrypy.expose
    def ranges(self):
        return repr(httputil.get_ranges(cherrypy.request.headers.get("Range"), 8))

    @cherrypy.expose
    def limited(self, count):
        with open(__file__, "rb") as file:
            return [b"".join(cherrypy.lib.file_generator_limited(file, int(count), 4))]

    @cherrypy.expose
    def whole(self):
        cherrypy.response.headers["Content-Type"] = "application/octet-stream"
        return cherrypy.lib.file_generator(open(__file__, "rb"), 100)


cherrypy.tree.mount(Root())

REQUESTS = [
    {"name": f"{name} {label}", "path": "/case", "query": f"number={number}"}
    for number, (name, label, _) in enumerate(NUMBERED)
]
REQUESTS += [
    {"path": "/raised"},
    {"path": "/whole"},
    {"path": "/limited", "query": "count=10"},
    {"path": "/limited", "query": "count=0"},
]
REQUESTS += [
    {"name": f"Accept: {value}", "path": "/accepted", "headers": {"Accept": value}}
    for value in ("a, b;q=0.5", "a;q=x", "*/*", "b, a", "a;q=0, b")
]
REQUESTS += [
    {"name": f"Range: {value}", "path": "/ranges", "headers": {"Range": value}}
    for value in ("bytes=3-6", "bytes=2-4,-1", "bytes=-100", "bytes=8-", "bytes=5-3")
]
