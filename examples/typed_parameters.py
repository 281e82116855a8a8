"""Query fields and path segments that arrive as numbers, dates and choices, not as text.

Run: python examples/typed_parameters.py, then open
http://127.0.0.1:8080/book/2024-06-30?seats=2&meal=soup and change a value into nonsense.
"""

from datetime import date
from enum import Enum

import wsgicherry


class Meal(Enum):
    """What there is to eat."""

    SOUP = "soup"
    CAKE = "cake"


class Seats(int):
    """A whole number from 1 to 8: a type of your own says no by a ValueError."""

    def __new__(cls, text):
        """Make it of text."""
        seats = super().__new__(cls, text)
        if not 1 <= seats <= 8:
            raise ValueError("there are 1 to 8 seats at a table")
        return seats


class Root:
    """A restaurant."""

    @wsgicherry.expose
    def index(self):
        """Answer GET /."""
        return '<a href="/book/2024-06-30?seats=2&amp;meal=soup">Book a table</a>\n'

    @wsgicherry.expose
    def book(self, day: date, *, seats: Seats, meal: Meal = Meal.CAKE, extra: list[int] = ()):
        """Answer GET /book/DAY?seats=...&meal=...&extra=...&extra=..."""
        return f"{day:%A}: {seats} times {meal.value}, {sum(extra)} extra.\n"


config = {"/": {"tools.params.on": True, "tools.params.segments": True}}
app = wsgicherry.tree.mount(Root(), "", config)
wsgi = wsgicherry.tree

if __name__ == "__main__":
    wsgicherry.quickstart(app)
