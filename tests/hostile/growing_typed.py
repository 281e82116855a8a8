"""Inputs that grow: parameters that a page annotates."""

from hostile_row import Row


def typed(page, start, period, end=""):
    """Return what makes a row with `n` periods in a parameter that a page annotates."""
    return lambda n: Row("grow", 200, f"/{page}", start + period * n + end, site="typed")


TYPED = {
    "typed-digits": typed("whole", "n=", "9"),
    "typed-zeros": typed("real", "n=0.", "0", "1"),
    "typed-exponent": typed("exact", "n=1e", "9"),
    "typed-date": typed("when", "at=2024-01-01T00:00:00.", "0"),
    "typed-choice": typed("choice", "shade=", "light"),
    "typed-repeats": typed("whole", "", "n=1&"),
    "typed-list": typed("many", "", "n=1&"),
    "typed-list-faults": typed("many", "", "n=1&", "n=x"),
    "typed-text": typed("text", "n=", "%E2%80%AE"),
    "typed-blanks": typed("whole", "n=", "+"),
    "typed-segments": lambda n: Row("grow", 200, "/segments" + "/1" * n, site="typed"),
}
