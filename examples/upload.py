"""An upload form with a progress bar. Its script shows the page that the form alone leads to.

Run: python examples/upload.py, then open http://127.0.0.1:8080/ and choose a file.
"""

from hashlib import sha256
from html import escape

import wsgicherry

PAGE = """<!DOCTYPE html>
<html lang="en"><meta charset="utf-8"><title>Upload</title>
<form method="post" action="upload" enctype="multipart/form-data">
<input type="file" name="document" required> <button>Send</button></form>
<progress id="bar" max="1" value="0"></progress>
<div id="answer">At most 10 MB.</div>
<script>
const [form, bar, answer] = document.querySelectorAll("form, #bar, #answer");
form.onsubmit = event => {
  event.preventDefault();
  const sending = new XMLHttpRequest();
  sending.open("POST", form.action);
  sending.responseType = "document";
  sending.upload.onprogress = sent => { bar.value = sent.loaded / sent.total; };
  sending.onloadend = () => answer.replaceChildren(
    ...sending.response?.body.childNodes ?? [sending.statusText || "It broke off."]);
  sending.send(new FormData(form));
};
</script></html>
"""


class Root:
    """The form, and where it goes."""

    @wsgicherry.expose
    def index(self):
        """Answer the form."""
        return PAGE

    @wsgicherry.expose(methods="POST")
    def upload(self, document):
        """Say what has arrived. The file is read piece by piece: it may be on disk."""
        if not getattr(document, "filename", None):
            raise wsgicherry.HTTPError(400, "Choose one file.")
        digest = sha256()
        while piece := document.file.read(65536):
            digest.update(piece)
        name, size = escape(document.filename), document.file.tell()
        return f"<p>{name}: {size} bytes, SHA-256 {digest.hexdigest()}</p>\n"


CONFIG = {"/": {"request.body.maxbytes": 10_000_000, "request.show_tracebacks": False}}

app = wsgicherry.tree.mount(Root(), "", CONFIG)
wsgi = wsgicherry.tree

if __name__ == "__main__":
    wsgicherry.quickstart(app)
