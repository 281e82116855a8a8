"""Server-sent events: a page that shows each message as it comes, and misses none.

Run: python examples/events.py, then open http://127.0.0.1:8080/ and stop and start the program.
Or: gunicorn -k gthread --threads 8 --chdir examples events:wsgi
"""

import time

import wsgicherry
from wsgicherry.lib import sse

PAGE = """<!doctype html>
<title>Events</title>
<p>The stream is <b id="state">closed</b>.</p>
<ul id="list"></ul>
<script>
const source = new EventSource("/events")
const say = text => { document.getElementById("state").textContent = text }
source.onopen = () => say("open")
source.onerror = () => say("broken, connecting again")
// Else a page that is kept for the Back button keeps its stream as well.
addEventListener("pagehide", () => source.close())
source.onmessage = message => {
  const item = document.createElement("li")
  item.textContent = message.data
  document.getElementById("list").append(item)
}
</script>
"""
COUNT, SECONDS_BETWEEN = 5, 0.2


class Root:

    @wsgicherry.expose
    def index(self):
        return PAGE

    @wsgicherry.expose
    def events(self):
        """Send the messages that come after the last one that the client has."""
        seen = sse.last_event_id()
        messages = self._messages(int(seen) if seen.isdecimal() else 0)
        return sse.stream(messages, heartbeat_seconds=1)

    def _messages(self, seen):
        for number in range(min(seen, COUNT) + 1, COUNT + 1):
            yield sse.Event(f"message {number}", id=number, retry=1000)
            time.sleep(SECONDS_BETWEEN)
        while True:  # nothing more to say: the stream stays open, and is kept alive
            time.sleep(SECONDS_BETWEEN)
            yield None


app = wsgicherry.tree.mount(Root())
wsgi = wsgicherry.tree

if __name__ == "__main__":
    wsgicherry.quickstart(app)
