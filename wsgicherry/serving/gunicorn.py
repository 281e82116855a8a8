"""Hooks for gunicorn.conf.py: start the engine with the worker, stop it with the worker.

    from wsgicherry.serving.gunicorn import post_worker_init, worker_exit

Without them the first request in each worker starts the engine, and `atexit` stops it.
"""

from __future__ import annotations

from typing import Any


def post_worker_init(worker: Any) -> None:
    """Start the engine of the application that the worker has loaded."""
    engine = find_engine(worker)
    if engine is not None:
        engine.start_embedded()


def worker_exit(server: Any, worker: Any) -> None:
    """Stop the engine, in the worker, after its last request."""
    engine = find_engine(worker)
    if engine is not None:
        engine.exit()


def find_engine(worker: Any) -> Any:
    """Return the engine of the worker's application; None for a foreign application.

    Trees and applications have the attribute `engine`, and it may be None. A worker whose
    application failed to load has None for an application.
    """
    engine = getattr(worker.wsgi, "engine", None)
    return engine if hasattr(engine, "start_embedded") else None
