"""Pages for what a browser does with forms, redirects, cookies, errors and streams."""

import json
import threading
from hashlib import sha256
from html import escape

import wsgicherry
from wsgicherry import HTTPError, HTTPRedirect, expose

WAIT_SECONDS = 20

may_go_on = threading.Event()


def describe(value):
    """Return a parameter as JSON can hold it."""
    if isinstance(value, list):
        return [describe(each) for each in value]
    if isinstance(value, str):
        return value
    content = value.file.read() if value.file else b""
    return {
        "filename": value.filename,
        "type": value.content_type.value,
        "sha256": sha256(content).hexdigest(),
    }


def page(facts):
    """Return a page that shows `facts` as JSON in #shown."""
    text = escape(json.dumps(facts))
    return f'<!DOCTYPE html><title>Facts</title><pre id="shown">{text}</pre>'


class Root:
    """The pages."""

    @expose
    def index(self):
        """Give an empty page, which a test fills."""
        return "<!DOCTYPE html><title>Empty</title><body></body>"

    @expose
    def show(self, *path, **params):
        """Show what has arrived."""
        shown = {name: describe(value) for name, value in params.items()}
        return page({"method": wsgicherry.request.method, "path": path, "params": shown})

    @expose
    def show_latin_too(self, **params):
        """Show the same, where forms may be in Latin-1."""
        return self.show(**params)

    @expose(methods="POST")
    def go_to(self, target):
        """Send the browser elsewhere."""
        raise HTTPRedirect(target)

    @expose
    def refuse(self, message):
        """Answer an error page with a message."""
        raise HTTPError(403, message)

    @expose
    def fail(self):
        """Have an accident."""
        raise RuntimeError("<script>window.ran = true</script>")

    @expose(methods="POST")
    def set_cookies(self, **values):
        """Set a cookie for each field, which no script may see."""
        for name, value in values.items():
            wsgicherry.response.cookie[name] = value
            wsgicherry.response.cookie[name].update({"path": "/", "httponly": True})
        raise HTTPRedirect("/show_cookies")

    @expose
    def show_cookies(self):
        """Show the cookies that have come back."""
        cookies = wsgicherry.request.cookie.items()
        return page({name: morsel.value for name, morsel in cookies})

    @expose
    def stream(self):
        """Send a paragraph, and another when `go_on` was asked for."""
        wsgicherry.response.stream = True
        return self._paragraphs()

    def _paragraphs(self):
        yield b"<!DOCTYPE html><title>Stream</title><p>first</p>"
        may_go_on.wait(WAIT_SECONDS)
        yield b"<p>second</p>"

    @expose(methods="POST")
    def go_on(self):
        """Let the stream go on."""
        may_go_on.set()


CONFIG = {
    "/": {"request.show_tracebacks": True},
    "/show_latin_too": {"request.body.attempt_charsets": ["utf-8", "iso-8859-1"]},
}

app = wsgicherry.tree.mount(Root(), "", CONFIG)
wsgi = wsgicherry.tree
