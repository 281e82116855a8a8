"""A client that keeps cookies, and tells session ids apart without saying what they are."""

import re
from email.utils import parsedate_to_datetime
from http.cookies import SimpleCookie

ID = re.compile(r"\b[0-9a-f]{40}\b")
# As long as an id, so that lengths stay right.
SENT, FORMER, NEW = (f"{word}-id".ljust(40, "-") for word in ("sent", "former", "new"))
MASKS = (SENT, FORMER, NEW)


class Client:
    """One browser: {(path, name): value} are its cookies."""

    def __init__(self):
        self.cookies = {}
        self.former = {}
        self.seen = set()

    def add_cookies(self, environ, is_replay):
        """Add the cookies for the path of `environ`, the longest paths first (RFC 6265 section
        5.4); for a replay those from before they last changed.
        """
        cookies = self.former if is_replay else self.cookies
        path = environ["PATH_INFO"]
        longest_first = sorted(cookies.items(), key=lambda pair: -len(pair[0][0]))
        pairs = [
            f"{name}={value}"
            for (scope, name), value in longest_first
            if path == scope or path.startswith(scope.rstrip("/") + "/")
        ]
        present = environ.get("HTTP_COOKIE")
        if pairs or present:
            environ["HTTP_COOKIE"] = "; ".join([*pairs, *([present] if present else [])])

    def keep_cookies(self, answer):
        """Keep the cookies of `answer`, and forget those that it ends."""
        before = dict(self.cookies)
        for name, value in answer["headers"]:
            if name.lower() == "set-cookie":
                for morsel in SimpleCookie(value).values():
                    self._keep(morsel, answer["time"])
        if self.cookies != before:
            self.former = before

    def _keep(self, morsel, now):
        key = (morsel["path"] or "/", morsel.key)
        seconds = None
        if morsel["max-age"]:
            seconds = float(morsel["max-age"])
        elif morsel["expires"]:
            seconds = parsedate_to_datetime(morsel["expires"]).timestamp() - now
        if seconds is not None and seconds <= 0:
            self.cookies.pop(key, None)
        else:
            self.cookies[key] = morsel.coded_value

    def mask_ids(self, environ, answer):
        """Say in the place of each id in `answer` whether the client sent it, or knew it."""
        sent = set(ID.findall(environ.get("HTTP_COOKIE", "")))
        found = set()

        def mask(match):
            id = match[0]
            found.add(id)
            return SENT if id in sent else FORMER if id in self.seen else NEW

        answer["headers"] = [[name, ID.sub(mask, value)] for name, value in answer["headers"]]
        answer["body"] = ID.sub(mask, answer["body"])
        self.seen |= sent | found
