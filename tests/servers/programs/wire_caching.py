"""Slow pages with a cache that all workers share; the environment says where it is."""

import json
import os
import time

import wsgicherry
from wsgicherry.lib import caching


class Pages:
    """The pages."""

    @wsgicherry.expose
    def page(self, name):
        """Tell when and where this was made."""
        time.sleep(0.3)
        wsgicherry.response.cache_tags = ["pages"]
        return f"{os.getpid()} {time.time()}"

    @wsgicherry.expose
    @wsgicherry.tools.caching(on=False)
    def pid(self):
        """Tell which process answers."""
        return str(os.getpid())

    @wsgicherry.expose
    @wsgicherry.tools.caching(on=False)
    def forget(self):
        """Forget all pages."""
        caching.purge_tag("pages")
        return str(os.getpid())


cache = json.loads(os.environ["CACHE"])
settings = {f"tools.caching.{name}": value for name, value in cache.items()}
wsgicherry.tree.mount(Pages(), "", {"/": {"tools.caching.on": True, **settings}})
wsgi = wsgicherry.tree
