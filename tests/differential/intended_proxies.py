"""Where answers differ on purpose behind a proxy. Numbers are sections of BEHAVIOUR.md."""

EVERYWHERE = ("/", "/base", "/host", "/fixed", "/local", "/nolocal", "/remote", "/noremote",
              "/ssl", "/noscheme", "/deep/sub")  # fmt: skip
REFUSED = ("body", "status")


def at(name, *excepted):
    """Return the names of a request at every site but those where its header is not read."""
    return tuple(f"{site} {name}" for site in EVERYWHERE if site not in excepted)


PROXY_ROWS = (
    (
        "proxy_tool",
        at("two hosts", "/fixed", "/local", "/nolocal"),
        REFUSED,
        "13.1 item 8: two hosts where one proxy spoke are a contradiction",
    ),
    (
        "proxy_tool",
        at("odd scheme", "/ssl", "/noscheme"),
        REFUSED,
        "13.1 item 8: an address of ours begins with http or https",
    ),
    (
        "proxy_tool",
        at("no client", "/remote", "/noremote"),
        REFUSED,
        "13.1 item 8: remote.ip is an address, or empty",
    ),
    (
        "proxy_tool",
        ("/base host", "/base host with port"),
        ("body",),
        "6.3: where no header names the scheme, that of `base` holds for any host",
    ),
)
