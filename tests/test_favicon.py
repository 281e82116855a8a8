"""The icon that a site shows until it has one of its own."""

import struct
from importlib.resources import files
from xml.etree import ElementTree

MAX_BYTES = 4 * 1024


def read(name):
    return (files("wsgicherry") / name).read_bytes()


def test_ico_holds_two_small_pictures():
    """The ICO is under 4 kB and holds PNG pictures of 16 and 32 pixels within its bounds."""
    data = read("favicon.ico")
    assert len(data) < MAX_BYTES
    reserved, kind, count = struct.unpack_from("<HHH", data)
    assert (reserved, kind, count) == (0, 1, 2)
    entries = [struct.unpack_from("<BBBBHHII", data, 6 + 16 * index) for index in range(count)]
    assert [entry[:2] for entry in entries] == [(16, 16), (32, 32)]
    for width, _, _, _, _, _, length, offset in entries:
        picture = data[offset : offset + length]
        assert len(picture) == length
        assert picture.startswith(b"\x89PNG\r\n\x1a\n")
        assert struct.unpack_from(">II", picture, 16) == (width, width)


def test_svg_is_small_and_inert():
    """The SVG is under 4 kB, well-formed, and neither runs nor loads anything."""
    data = read("favicon.svg")
    assert len(data) < MAX_BYTES
    root = ElementTree.fromstring(data)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    for element in root.iter():
        assert element.tag.rpartition("}")[2] in {"svg", "title", "path", "circle"}
        assert not any(name.startswith("on") or "href" in name for name in element.attrib)
