"""Plain WSGI and the `multipart` package's own way to read a form, with its own limits.

It takes 10 MiB as it comes: fields stay in memory, a file beyond 64 KiB goes to a temporary
file on disk.
"""

import workloads
from multipart import parse_form_data

HTML = "text/html; charset=utf-8"


def contact(form, files):
    first = [form[name] for name in ("name", "email", "city", "note")]
    return workloads.form_text(*first, form.getall("tag"))


def survey(form, files):
    return workloads.fields_text(form)


def upload(form, files):
    first, picture = [form[name] for name in ("title", "author", "note")], files["picture"]
    return workloads.upload_text(*first, picture.filename, picture.file)


PAGES = {"/contact": contact, "/survey": survey, "/upload": upload}


def respond(environ, start_response):
    form, files = parse_form_data(environ, ignore_errors=False)
    body = PAGES[environ["PATH_INFO"]](form, files).encode()
    start_response("200 OK", [("Content-Type", HTML), ("Content-Length", str(len(body)))])
    return [body]


def application():
    return respond
