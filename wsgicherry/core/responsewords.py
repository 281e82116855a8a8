"""WebOb's words of a response that read or rewrite all of it: done by a response of WebOb's own
kind.
"""

from __future__ import annotations

from typing import Any

from webob import Response as WebObResponse


class ResponseWords(WebObResponse):
    """A WebOb response whose status may be any of CherryPy's, and whose body any iterable.

    Those words of WebOb's that would stumble over that get a plain copy to work on.
    """

    _status: str
    _headers: Any

    def _plain(self) -> WebObResponse:
        """Return a plain WebOb response with this one's status, headers and body."""
        plain = WebObResponse(
            status=self._status, headerlist=self._headerlist, app_iter=self._app_iter
        )
        plain.conditional_response = self.conditional_response
        return plain

    def decode_content(self) -> None:
        """Undo the Content-Encoding (WebOb's rule)."""
        plain = self._plain()
        plain.decode_content()
        self._headerlist, self._headers = plain.headerlist, None
        self._app_iter = plain.app_iter

    def __call__(self, environ: Any, start_response: Any) -> Any:
        """Answer as a WSGI application (WebOb's rule)."""
        return self._plain()(environ, start_response)

    def conditional_response_app(self, environ: Any, start_response: Any) -> Any:
        """Answer as a WSGI application that heeds conditional requests (WebOb's rule)."""
        return self._plain().conditional_response_app(environ, start_response)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} at {id(self):#x} {self._status}>"

    def __str__(self, skip_body: bool = False) -> str:
        return self._plain().__str__(skip_body)
