"""Headers that grow, where those of proxies are believed, and where hosts are chosen."""

from growing_heads import header

FORWARDED = "HTTP_FORWARDED"
# Name: header, start, period, end. Most end at the limit of one header's length.
_AT_ADDRESS = {
    "for-nodes": ("HTTP_X_FORWARDED_FOR", "", "10.0.0.1,", "1.2.3.4"),
    "for-commas": ("HTTP_X_FORWARDED_FOR", "", ",", "1.2.3.4"),
    "for-spaces": ("HTTP_X_FORWARDED_FOR", "1.2.3.4", " ", ",10.0.0.1"),
    "for-colons": ("HTTP_X_FORWARDED_FOR", "", ":", ""),
    "for-dots": ("HTTP_X_FORWARDED_FOR", "1", ".1", ""),
    "for-words": ("HTTP_X_FORWARDED_FOR", "_", "_a.", ":1"),
    "host-labels": ("HTTP_X_FORWARDED_HOST", "", "a.", "example"),
    "host-list": ("HTTP_X_FORWARDED_HOST", "", "a,", "a"),
    "scheme-list": ("HTTP_X_FORWARDED_PROTO", "", "https,", "https"),
    "scheme-letters": ("HTTP_X_FORWARDED_PROTO", "http", "s", ""),
    "port-digits": ("HTTP_X_FORWARDED_PORT", "", "9", ""),
    "prefix-segments": ("HTTP_X_FORWARDED_PREFIX", "", "/a", ""),
    "prefix-slashes": ("HTTP_X_FORWARDED_PREFIX", "/a", "/", ""),
    "hops": (FORWARDED, "", "for=10.0.0.1,", "for=1.2.3.4"),
    "hops-same-word": (FORWARDED, "", "host=a;proto=https,", "for=1.2.3.4"),
    "pairs": (FORWARDED, "for=1.2.3.4", ";a=b", ""),
    "commas": (FORWARDED, "", ",", "for=1.2.3.4"),
    "semicolons": (FORWARDED, "for=1.2.3.4", ";", ""),
    "quotes": (FORWARDED, 'for="', '\\"', '"'),
    "quotes-open": (FORWARDED, 'for="', "a", ""),
    "tabs": (FORWARDED, "", "\t", "for=1.2.3.4"),
}
PROXIES = {
    **{
        f"proxy-{name}": header(*parts, path="/address", site="standard")
        for name, parts in _AT_ADDRESS.items()
    },
    "proxy-unbelieved": header(
        FORWARDED, "", "for=1.2.3.4,", path="/address", site="trusting_others"
    ),
    "proxy-peer": header("REMOTE_ADDR", "", "1.", path="/address", site="standard"),
    "allowed-host-labels": header("HTTP_HOST", "", "a.", "all.example", site="hosts"),
    "allowed-host-dots": header("HTTP_HOST", "good.example", ".", site="hosts"),
    "allowed-host-colons": header("HTTP_HOST", "[", ":", "]", site="hosts"),
    "forwarded-host-allowed": header(
        "HTTP_X_FORWARDED_HOST", "", "a,", "a.example", site="trusting_for_hosts"
    ),
}
