#!/usr/bin/env python3
"""Serves the files of a folder over HTTP on the loopback, range by range, as object stores do.

usage: tools/serve_ranges.py FOLDER

Prints the port. GET /.log lists the requests since the last time, a line each: the method, the
path, the range. Ends when standard input does. For tests.
"""

import http.server
import os
import pathlib
import re
import sys
import threading

RANGE = re.compile(r"bytes=(\d+)-(\d+)$")


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # A reply goes out at once and whole.
    wbufsize = 1 << 20
    disable_nagle_algorithm = True
    folder, requests = pathlib.Path("."), []

    def log_message(self, *_):
        pass

    def do_HEAD(self):
        self.respond(with_body=False)

    def do_GET(self):
        if self.path == "/.log":
            lines = "".join(line + "\n" for line in self.requests).encode()
            self.requests.clear()
            self.reply(200, lines)
        else:
            self.respond(with_body=True)

    def respond(self, with_body):
        file = self.folder / pathlib.PurePosixPath(self.path).name
        wanted = self.headers.get("Range")
        self.requests.append("%s %s %s" % (self.command, self.path, wanted))
        if not file.is_file():
            return self.reply(404, b"")
        size = file.stat().st_size
        if not with_body:
            return self.reply(200, b"", {"Content-Length": size, "Accept-Ranges": "bytes"})
        match = RANGE.match(wanted or "")
        if not match:
            return self.reply(400, b"a range is expected")
        first, last = int(match[1]), min(int(match[2]), size - 1)
        if first > last:
            return self.reply(416, b"")
        with open(file, "rb") as opened:
            opened.seek(first)
            body = opened.read(last - first + 1)
        self.reply(206, body, {"Content-Range": "bytes %d-%d/%d" % (first, last, size)})

    def reply(self, status, body, headers=None):
        headers = headers or {}
        self.send_response(status)
        for name, value in {"Content-Length": len(body), **headers}.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(body)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    Handler.folder = pathlib.Path(sys.argv[1])
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
