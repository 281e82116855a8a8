"""Cookies: read them from the request, set and delete them on the response.

Run: python examples/cookies.py, then reload http://127.0.0.1:8080/ a few times.
"""

import wsgicherry


class Root:
    """The pages."""

    @wsgicherry.expose
    def index(self):
        """Count the visits of this browser."""
        came = wsgicherry.request.cookie.get("visits")
        with wsgicherry.HTTPError.handle(ValueError, 400, "The cookie is not one of ours."):
            visits = 1 + (int(came.value) if came else 0)
        cookie = wsgicherry.response.cookie
        cookie["visits"] = str(visits)
        cookie["visits"].update(
            {"path": "/", "max-age": 3600, "httponly": True, "samesite": "Lax"}
        )
        return f"Visit number {visits}.\n"

    @wsgicherry.expose
    def forget(self):
        """Delete the cookie: the same name and path, and an age of nothing."""
        cookie = wsgicherry.response.cookie
        cookie["visits"] = ""
        cookie["visits"].update({"path": "/", "max-age": 0})
        raise wsgicherry.HTTPRedirect(wsgicherry.url("/"))


app = wsgicherry.tree.mount(Root(), "", {"/": {"response.headers.Content-Type": "text/plain"}})
wsgi = wsgicherry.tree

if __name__ == "__main__":
    wsgicherry.quickstart(app)
