"""The engine: a job every few seconds, and what to do when the process starts and stops.

Run: python examples/background_job.py, then open http://127.0.0.1:8080/.
"""

import threading

import wsgicherry
from wsgicherry.process.plugins import Monitor

ticked = threading.Event()
job = {"runs": 0}


@wsgicherry.engine.subscribe("start")
def open_store():
    """Open what each process needs of its own: here, after a fork, and only here."""
    job["store"] = "open"


@wsgicherry.engine.subscribe("stop")
def close_store():
    """Close it again."""
    wsgicherry.log("store closed", "JOB")


def tick():
    """Do the job."""
    job["runs"] += 1
    ticked.set()


Monitor(wsgicherry.engine, tick, frequency=0.1, name="tick").subscribe()


class Root:
    """The pages."""

    @wsgicherry.expose
    def index(self):
        """Wait for the first run."""
        ticked.wait(10)
        return f"The store is {job['store']}; the job ran: {job['runs'] > 0}.\n"


app = wsgicherry.tree.mount(Root())
wsgi = wsgicherry.tree

if __name__ == "__main__":
    wsgicherry.quickstart(app)
