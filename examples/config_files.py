"""Config from a file, INI or TOML; both files beside this one say the same.

Run: CONFIG=config_files.toml PORT=8080 python examples/config_files.py
"""

import os
from pathlib import Path

import wsgicherry


class Root:
    """The pages."""

    @wsgicherry.expose
    def index(self):
        """Answer with a text from the application's own section."""
        return wsgicherry.request.app.config["greeting"]["text"] + "\n"

    @wsgicherry.expose
    def settings(self):
        """Show what the merged config says for this very request."""
        wanted = ("tools.gzip.on", "tools.trailing_slash.on")
        return "".join(f"{key} = {wsgicherry.request.config.get(key)}\n" for key in wanted)


FILE = Path(__file__).with_name(os.environ.get("CONFIG", "config_files.conf"))

wsgicherry.config.update(FILE)  # takes [global]
app = wsgicherry.tree.mount(Root(), "", FILE)  # takes the rest
wsgi = wsgicherry.tree

if __name__ == "__main__":
    wsgicherry.quickstart(app)
