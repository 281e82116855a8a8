"""Where the diagnostics differ on purpose; the rows of `intended.py` for programs of theirs."""

# (program, requests, fields, reason), as Row in `intended.py`
DIAGNOSTICS_ROWS = (
    (
        "statistics",
        ("HEAD",),
        ("body",),
        "no answer to HEAD has a body, so nothing was written",
    ),
    (
        "statistics",
        ("GET /cpstats/pause?namespace=CherryPy%20Applications",),
        ("body", "header allow", "header location", "status"),
        "13.1 item 11: a GET must not pause",
    ),
    (
        "statistics",
        ("GET /seen/version",),
        ("body",),
        "13.1 item 9: the version is told to nobody",
    ),
    (
        "statistics",
        ("unknown",),
        ("body", "header location", "status"),
        "a namespace that does not exist is a 404, not passed over",
    ),
)
