"""The toolkit's logs beside your own loggers, all arranged by one dictConfig.

Run: python examples/logging_beside_yours.py, then open http://127.0.0.1:8080/buy/3.
"""

import logging.config

import wsgicherry

logging.config.dictConfig(
    {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"brief": {"format": "%(name)s %(levelname)s %(message)s"}},
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "stream": "ext://sys.stdout",
                "formatter": "brief",
            }
        },
        "root": {"handlers": ["console"], "level": "WARNING"},
        "loggers": {"shop": {"level": "INFO"}, "wsgicherry": {"level": "INFO"}},
    }
)
shop = logging.getLogger("shop")


class Root:
    """The pages."""

    @wsgicherry.expose
    def buy(self, count):
        """Log to the application's own logger, and to the toolkit's error log."""
        shop.info("sold %s cherries", int(count))
        wsgicherry.log(f"{count} left the house", "STOCK")
        return "Thank you.\n"


app = wsgicherry.tree.mount(Root())
wsgi = wsgicherry.tree

if __name__ == "__main__":
    wsgicherry.quickstart(app)
