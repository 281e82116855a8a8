"""Many requests of one browser at a time, none of which waits for another, and none is lost.

Run: python examples/parallel_counters.py, then open http://127.0.0.1:8080. The page asks eight
times at once; with `locking` at its default the eight would be answered one after the other.
"""

import time

import wsgicherry

PAGE = """<!DOCTYPE html>
<title>Parallel</title>
<button>Ask eight times</button> <output></output>
<script>
document.querySelector("button").onclick = async () => {
  const start = performance.now();
  await Promise.all(Array.from("abcdefgh", word => fetch("/work?word=" + word)));
  const spent = Math.round(performance.now() - start);
  const counts = await (await fetch("/counts")).text();
  document.querySelector("output").textContent = `${counts} (${spent} ms)`;
};
</script>
"""


class Root:
    """A page, and what it asks for."""

    @wsgicherry.expose
    def index(self):
        """Begin a session, for the eight to have the same one."""
        wsgicherry.session.counter("pages").add()
        return PAGE

    @wsgicherry.expose
    def work(self, word):
        """Work for 50 ms, then count, and note a word."""
        session = wsgicherry.session
        words = session.setdefault("words", set())
        time.sleep(0.05)
        session.counter("requests").add()
        words.add(word)
        return "done\n"

    @wsgicherry.expose
    def counts(self):
        """Tell what has been counted."""
        session = wsgicherry.session
        return f"{session.counter('requests').value} requests, {len(session['words'])} words"


settings = {"locking": "merge", "merge": {"words": "union"}}
config = {f"tools.sessions.{name}": value for name, value in settings.items()}
app = wsgicherry.tree.mount(Root(), "", {"/": {"tools.sessions.on": True, **config}})
wsgi = wsgicherry.tree

if __name__ == "__main__":
    wsgicherry.quickstart(app)
