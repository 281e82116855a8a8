"""Range headers at a page that serves what `httputil.get_ranges` gives (SECURITY section 5)."""

from hostile_row import Row

# Of 1,000 bytes. What is there, what is not there, and what is no range at all.
SERVED = {
    "first": "bytes=0-9",
    "suffix": "bytes=-5",
    "open": "bytes=990-",
    "long": "bytes=0-99999",
    "long-suffix": "bytes=-99999",
    "two": "bytes=0-0,2-2",
    "two-hundred": "bytes=" + "0-," * 200,
    "ten-thousand": "bytes=" + "0-," * 10_000,
    "touching": "bytes=" + ",".join(f"{n}-{n}" for n in range(1000)),
    "sixteen": "bytes=" + ",".join(f"{2 * n}-{2 * n}" for n in range(16)),
    "digits": "bytes=0-" + "9" * 5000,
    "zeros": "bytes=" + "0" * 5000 + "-5",
    "upper": "BYTES=0-9",
    "one-there": "bytes=5000-,0-1",
    "spaces": "bytes=0-1 ,\t5-6",
}
UNSATISFIABLE = {
    "past": "bytes=1000-",
    "no-suffix": "bytes=-0",
    "digits-past": "bytes=" + "9" * 5000 + "-",
    "all-past": "bytes=1000-1001,2000-",
}
IGNORED = {
    "unit-only": "bytes",
    "nothing": "bytes=",
    "dash": "bytes=-",
    "dashes": "bytes=--1",
    "letters": "bytes=a-b",
    "one": "bytes=1",
    "equals": "=",
    "backwards": "bytes=9-5",
    "other-unit": "items=0-9",
    "comma": "bytes=,",
    "half": "bytes=0-9,x",
    "three": "bytes=0-9-",
    "arabic": "bytes=\u0661-",
    "underscore": "bytes=1_0-",
    "plus": "bytes=+1-2",
    "inner-space": "bytes=0 - 9",
    "digits-only": "bytes=" + "9" * 5000,
    "backwards-digits": "bytes=" + "9" * 5000 + "-1",
    "commas": "bytes=" + "," * 60_000,
    "open-commas": "bytes=" + "-," * 30_000,
    "seventeen": "bytes=" + ",".join(f"{2 * n}-{2 * n}" for n in range(17)),
    "many": "bytes=" + ",".join(f"{2 * n}-{2 * n}" for n in range(500)),
    "controls": "bytes=0\x00-9",
    "crlf": "bytes=0-9\r\nX: 1",
    "bytes": "\xff\xfe",
    "surrogate": "bytes=\ud800-",
    "markup": "<script>alert(1)</script>",
    "long-unit": "a" * 60_000 + "=0-9",
}

ROWS = [
    Row(id, status, "/pieces", environ={"HTTP_RANGE": header})
    for status, headers in ((206, SERVED), (416, UNSATISFIABLE), (200, IGNORED))
    for id, header in headers.items()
] + [
    Row(f"method-{method}", 206, "/pieces", method=method, environ={"HTTP_RANGE": "bytes=0-9"})
    for method in ("HEAD", "DELETE")
]
