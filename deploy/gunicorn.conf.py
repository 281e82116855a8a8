"""Settings for `gunicorn -c gunicorn.conf.py wsgi:wsgi`; each may be set from outside.

BIND, WEB_CONCURRENCY (processes), WEB_THREADS (threads a process), FORWARDED_ALLOW_IPS.
"""

import os

from wsgicherry.serving.gunicorn import post_worker_init, worker_exit  # noqa: F401

bind = os.environ.get("BIND", "127.0.0.1:8080").split(",")

# Threads, not the default `sync`: sync kills slow downloads at `timeout` and has no keep-alive.
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.get("WEB_THREADS", "8"))

# graceful_timeout must end before the supervisor's patience does (systemd: TimeoutStopSec).
timeout = 60
graceful_timeout = 25
keepalive = 5

# Off: with it a reload (HUP) keeps the old code, and gevent can deadlock on old locks.
preload_app = False

# The workers' heartbeat file must not wait for a disk.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None

# Whose X-Forwarded-Proto is believed; no header may move SCRIPT_NAME. For the rest of what
# proxies say there is tools.proxy: docs/proxies.md.
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1,::1")
forwarder_headers = ""

# The parser that was tested against request smuggling; a request line longer than this is 414.
http_parser = "python"
limit_request_line = 8190

# The control socket lies in the home directory, which is often read-only or shared.
control_socket_disable = True

# The application writes the one access log.
accesslog = None
errorlog = "-"
