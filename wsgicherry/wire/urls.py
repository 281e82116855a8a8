"""Paths and addresses, as text on the wire."""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

_SLASHES = re.compile(r"//+")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]+")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
# Where a browser goes nowhere, but runs or shows what the address itself holds.
_SCRIPT = re.compile(r"(?:javascript|vbscript|data):", re.IGNORECASE)
_ENCODED_SLASH = re.compile(r"%2[Ff]")
_URL = re.compile(r"((?:[A-Za-z][A-Za-z0-9+.-]*:)?(?://[^/?#]*)?)([^?#]*)")
_PATH_AND_TAIL = re.compile(r"([^?#]*)(.*)", re.DOTALL)
# RFC 3986 sections 2.2 and 2.3: reserved and unreserved characters stay; all else, and a
# '%' that begins no escape, is percent-encoded.
_UNSAFE = re.compile(r"[^A-Za-z0-9:/?#\[\]@!$&'()*+,;=._~%-]+|%(?![0-9A-Fa-f]{2})")


def join(*atoms: str) -> str:
    """Return the atoms that are not empty as one path, each run of '/' as one; '/' if none."""
    path = "/".join([atom for atom in atoms if atom]) or "/"
    return _SLASHES.sub("/", path) if "//" in path else path


def normalize_path(path: str) -> str:
    """Return `path` without '.' and '..' segments, never above its root.

    Acts only if './' occurs, and then drops empty segments and a last '/' too: CherryPy's
    rule for url(), which programs see in their links.
    """
    if "./" not in path:
        return path
    atoms: list[str] = []
    for atom in path.split("/"):
        if atom == "..":
            del atoms[-1:]
        elif atom not in ("", "."):
            atoms.append(atom)
    return ("/" if path.startswith("/") else "") + "/".join(atoms)


def resolve(base_path: str, relative: str) -> str:
    """Return the path that `relative` means as a link on the page at `base_path`.

    RFC 3986 section 5.2 for paths alone: no part of `relative` is ever a scheme or a host
    (unlike urllib.parse.urljoin). A query or fragment of `relative` is kept. The answer
    begins with exactly one '/', and never leads above it.
    """
    path, tail = _split_tail(relative)
    if not path:
        return _single_slash(base_path) + tail
    if not path.startswith("/"):
        path = base_path[: base_path.rfind("/") + 1] + path
    return _remove_dots(path) + tail


def resolve_url(base_url: str, reference: str) -> str:
    r"""Return the address that `reference` means on the page at `base_url`.

    Only a reference with a scheme leaves the host of `base_url`. One that begins with two
    slashes or backslashes, plainly or once a browser has dropped the control characters
    and spaces around them, means a path here (WebOb CVE-2024-42353, CVE-2026-44889,
    CVE-2026-54770); so does one with a scheme that would run a script. The query of
    `base_url` is dropped; '' means `base_url` without it.
    """
    reference = _CONTROLS.sub("", reference).strip(" ")
    if _SCHEME.match(reference) and not is_script(reference):
        return reference
    base = _URL.match(base_url)
    assert base is not None  # the pattern matches the empty text
    if reference.startswith("\\"):
        reference = _single_slash(reference)
    return base[1] + resolve(base[2], reference)


def is_script(url: str) -> bool:
    """Tell whether a browser would run or show what `url` itself holds ('javascript:...')."""
    return bool(_SCRIPT.match(url))


def quote_location(url: str) -> str:
    """Return `url` with all that may not stand in a Location percent-encoded, as UTF-8.

    Reserved characters and valid escapes stay, so quoting twice changes nothing.
    """
    return _UNSAFE.sub(_quote, url)


def decode_path(raw: str) -> str:
    """Return PATH_INFO, a native string of PEP 3333, as text; raise ValueError if not UTF-8."""
    if raw.isascii():
        return raw
    return raw.encode("latin-1").decode("utf-8")


def recode(raw: str, encoding: str) -> str:
    """Return a native string of PEP 3333 as text in `encoding`; what is none stays as it is.

    Raises LookupError for an encoding Python does not know.
    """
    try:
        return raw.encode("latin-1").decode(encoding)
    except UnicodeError:
        return raw


def keep_encoded_slashes(path: str, raw_uri: str) -> str:
    """Return `path` with each slash that came as '%2F' written so again.

    `path` is the decoded path, `raw_uri` the request target it was made from (RAW_URI of
    gunicorn, REQUEST_URI of waitress), both native strings. If they do not fit together,
    a middleware has rewritten the path and `path` is the answer. If the target holds
    '%252F' too, `path` is the answer as well: that would decode to the same three letters.
    So an answer that differs from `path` holds '%2F' only where a slash was encoded, and
    an answer that equals it holds none that was.
    """
    if "%2F" not in raw_uri and "%2f" not in raw_uri:
        return path
    raw_path = _path_of_target(raw_uri)
    decoded = _unquote(raw_path)
    if path != decoded:
        # waitress makes one of several leading slashes, gunicorn does not.
        raw_path = "/" + raw_path.lstrip("/")
        if path != "/" + decoded.lstrip("/"):
            return path
    if "%2F" in decoded or "%2f" in decoded:
        return path
    return "%2F".join([_unquote(part) for part in _ENCODED_SLASH.split(raw_path)])


def without_host(path: str) -> str:
    """Return `path`, from the root on, so that no browser takes its beginning for a host."""
    seen = _CONTROLS.sub("", path)
    return _single_slash(seen) if seen[1:2] in ("/", "\\") else path


def relative_url(from_path: str, to_path: str) -> str:
    """Return `to_path` as a link relative to the page at `from_path`, by way of '..'.

    CherryPy's rule: no './' in front; but for a beginning that a browser would take for a
    scheme or a host.
    """
    here, there = from_path.split("/")[:-1], to_path.split("/")
    common = 0
    for old, new in zip(here, there, strict=False):
        if old != new:
            break
        common += 1
    link = "/".join([".."] * (len(here) - common) + there[common:])
    seen = _CONTROLS.sub("", link).lstrip(" ")
    return "./" + link if seen.startswith(("/", "\\")) or _SCHEME.match(seen) else link


def _split_tail(reference: str) -> tuple[str, str]:
    """Return the path of `reference`, and its query and fragment as they stand."""
    match = _PATH_AND_TAIL.match(reference)
    assert match is not None  # the pattern matches the empty text
    return match[1], match[2]


def _single_slash(path: str) -> str:
    """Return `path` with the slashes and backslashes it begins with made one slash."""
    return "/" + path.lstrip("/\\")


def _remove_dots(path: str) -> str:
    r"""Return `path` without '.' and '..' segments, its last '/' kept (RFC 3986 5.2.4).

    It begins with exactly one slash: what stands at the root loses its leading backslashes
    before it is looked at, for a browser reads '/\..' as '//..'.
    """
    segments: list[str] = []
    parts = path.split("/")
    for part in parts:
        name = part if segments else part.lstrip("\\")
        if name == "..":
            del segments[-1:]
        elif name != "." and (name or segments):
            segments.append(name)
    if parts[-1] in (".", "..") and segments:
        segments.append("")
    return "/" + "/".join(segments)


def _quote(match: re.Match[str]) -> str:
    # surrogatepass: text from a broken decoder must not turn a redirect into a 500.
    return "".join([f"%{byte:02X}" for byte in match[0].encode("utf-8", "surrogatepass")])


def _path_of_target(raw_uri: str) -> str:
    """Return the path of a request target, be it '/x?y' or 'http://host/x?y'."""
    if not raw_uri.startswith("/"):
        match = _URL.match(raw_uri)
        assert match is not None  # the pattern matches the empty text
        return match[2]
    return _split_tail(raw_uri)[0]


def _unquote(raw: str) -> str:
    """Return a native string with its escapes undone, still a native string."""
    # replace: text that is no native string cannot equal a path, and must not raise.
    return unquote_to_bytes(raw.encode("latin-1", "replace")).decode("latin-1")
