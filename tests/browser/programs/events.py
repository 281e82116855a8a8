"""Server-sent events by hand: three on each connection; all but the first two are held back.

Prints when a connection is opened and when its generator is closed.
"""

import sys
import threading

import wsgicherry
from wsgicherry import expose

AT_ONCE, PER_CONNECTION = 2, 3
RETRY_MILLISECONDS = 20
# How soon a generator whose page has gone is told so: by the next write.
HEARTBEAT_SECONDS = 0.05

PAGE = """<!DOCTYPE html><title>Events</title>
<span id="state">new</span><ul id="list"></ul>
<script>
const source = new EventSource("/events");
source.onopen = () => { state.textContent = "open"; };
source.onmessage = message => {
  const item = document.createElement("li");
  item.textContent = `${message.lastEventId}: ${message.data}`;
  list.append(item);
};
</script>
"""


class Gate:
    """How many events may be sent."""

    def __init__(self):
        self._count, self._news = AT_ONCE, threading.Condition()

    def open(self, count):
        """Let the events up to number `count` go."""
        with self._news:
            self._count = count
            self._news.notify_all()

    def wait_for(self, number):
        """Wait for event `number` for the time of a heartbeat; tell whether it may go."""
        with self._news:
            return self._news.wait_for(lambda: self._count >= number, HEARTBEAT_SECONDS)


gate = Gate()


def say(text):
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def make_events(last):
    """Yield the events after number `last`, with heartbeats while they are held back."""
    say(f"opened after {last}.")
    try:
        yield f"retry: {RETRY_MILLISECONDS}\n\n".encode()
        for number in range(last + 1, last + 1 + PER_CONNECTION):
            while not gate.wait_for(number):
                yield b": still here\n\n"
            yield f"id: {number}\ndata: süß {number}\n\n".encode()
    finally:
        say(f"closed after {last}.")


class Root:
    """The page and its events."""

    @expose
    def index(self):
        """Give the page that listens."""
        return PAGE

    @expose
    def events(self):
        """Send the events after the one that the browser has seen last."""
        wsgicherry.response.stream = True
        wsgicherry.response.headers["Content-Type"] = "text/event-stream"
        return make_events(int(wsgicherry.request.headers.get("Last-Event-ID", 0)))

    @expose(methods="POST")
    def let_go(self, count):
        """Let the events up to number `count` go."""
        gate.open(int(count))


app = wsgicherry.tree.mount(Root())
wsgi = wsgicherry.tree
