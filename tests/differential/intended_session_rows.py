"""Where sessions differ on purpose and no rule of intended_sessions.py says so."""

STORES = ("ram", "file")


def in_each(client, *pages):
    """Return the names of one client's requests in each of the stores."""
    return tuple(
        f"{client} in {store}: GET /{store}/{page}" for store in STORES for page in pages
    )


# (program, requests, fields, reason), as Row in `intended.py`
SESSION_ROWS = (
    (
        "sessions",
        in_each("anonymous", "facts"),
        ("body",),
        "13.3 item 6: who has only looked has no session; to know the id is to load",
    ),
    (
        "sessions",
        in_each("counting", "facts"),
        ("body",),
        "SERVERS R40: one trip to the store finds the id and loads, so `loaded` is true",
    ),
    (
        "sessions",
        in_each("popping", "pop_nothing"),
        ("body", "status"),
        "pop() of what is not there is a KeyError, as a dict's; False there, by a slip",
    ),
    (
        "sessions",
        ("things in file: GET /file/thing",),
        ("body", "cookies", "status"),
        "13.1 item 4: no pickle; what JSON cannot keep is an error that names the key",
    ),
    (
        "sessions",
        ("things in file: GET /file/is_thing",),
        ("body",),
        "13.1 item 4: no pickle; what JSON cannot keep is an error that names the key",
    ),
    (
        "session_life",
        in_each("unseen", "look"),
        ("body",),
        "13.3 item 6: regenerate() of an unloaded session keeps its data",
    ),
    (
        "session_pages",
        ("shopping: GET /is_there?key=item (3)",),
        ("body",),
        "13.3 item 6: regenerate() of an unloaded session keeps its data",
    ),
    (
        "session_life",
        in_each("looking", "look"),
        ("body",),
        "13.3 item 6: save() does not undo delete()",
    ),
    (
        "session_life",
        in_each("clearing nothing", "look"),
        ("body",),
        "13.3 item 6: nothing is kept of a session that nobody wrote to",
    ),
    (
        "session_life",
        ("loading in ram: GET /ram/load (2)", "loading in ram: GET /ram/look"),
        ("body",),
        "13.3 item 2: what is not saved is not in the store, in RAM either",
    ),
    (
        "session_life",
        ("failing in ram: GET /ram/look",),
        ("body",),
        "13.3 items 2 and 6: an unexpected error loses the changes, in RAM too",
    ),
    (
        "session_life",
        ("failing in ram: GET /ram/inside", "failing in ram: GET /ram/look (5)"),
        ("body",),
        "7.3: InternalRedirect saves nothing; in RAM it seemed to, see 13.3 item 2",
    ),
    (
        "session_life",
        in_each("short", "short") + in_each("short again", "short") + in_each("long", "long"),
        ("cookies",),
        "7.2: the cookie lives as long as the session, not as config says",
    ),
    (
        "session_life",
        in_each("short again", "look"),
        ("body",),
        "SECURITY 1.4 item 24: an id whose session has expired is unknown",
    ),
    (
        "session_cookies",
        ("of /browser: GET /browser/regenerate",),
        ("cookies",),
        "7.1: `persistent` is not forgotten by regenerate()",
    ),
    (
        "session_cookies",
        ("headed: GET /sent",),
        ("body",),
        "13.3 item 6: no cookie was sent for a session that nobody looked into",
    ),
    (
        "session_cookies",
        ("by https",),
        ("cookies",),
        "13.1 item 3: Secure whenever the scheme is https",
    ),
    (
        "session_locking",
        ("explicit in ram: GET /ram/explicit/release",),
        ("body", "status"),
        "release_lock() without a lock does nothing",
    ),
    (
        "session_locking",
        ("implicit in file: GET /file/implicit/release",
         "early in file: GET /file/early/release"),
        ("body", "status"),
        "7.4: a session in a file can be saved without a lock; versions guard it",
    ),
    (
        "session_locking",
        ("explicit in file: GET /file/explicit/unlocked",
         "explicit in file: GET /file/explicit/locked"),
        ("body", "status"),
        "7.4: a session in a file can be used without a lock; versions guard it",
    ),
    (
        "session_classes",
        tuple(f"{name}: GET /{name}/look (4)"
              for name in ("watched", "shifted", "type_ram", "dotted")),
        ("body",),
        "13.3 items 2 and 6: an unexpected error loses the changes, in RAM too",
    ),
    (
        "session_classes",
        ("shifted: GET /shifted/look (6)",),
        ("body", "cookies"),
        "now() says when a session is to expire; that it has, the store's clock says",
    ),
    (
        "session_classes",
        ("GET /about/",),
        ("body",),
        "13.3 item 5: each class is set up; nothing is loaded or saved that need not be",
    ),
    (
        "session_auth",
        ("GET /", "GET /page?a=1", "GET /nowhere", "GET /login_screen", "eva: GET /page (2)",
         "GET /login_screen?from_page=/page&username=eva", "eva: by the former id",
         "username=eva&password=wrong", "username=eva&password=wrong&from_page=%2Fpage",
         "own: GET /own/login_screen"),
        ("header cache-control",),
        "SECURITY 1.4: no cache keeps a login page",
    ),
    (
        "session_auth",
        ("username=eva", "password=right", "nothing"),
        ("body", "header cache-control", "header content-type", "status"),
        "13.2: a form that is not filled in is shown again, and no fault",
    ),
    (
        "session_auth",
        ("max: from 'http%3A%2F%2Fother.test%2F'", "max: from '%2F%2Fother.test%2F'"),
        ("body", "header location"),
        "13.1 item 5: from_page leads to this host alone",
    ),
    (
        "session_auth",
        ("the page in the box", "the page with an error"),
        ("body", "header cache-control", "header content-type"),
        "13.1 item 5: a page that is escaped, in UTF-8, and looks decent",
    ),
)  # fmt: skip
