"""A loopback server with the part of the Hub's interface that an upload uses, and with the ways in which it fails."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit


@dataclass
class Failure:
    """What happens to the next `times` requests of this method whose path matches.

    `status` 0 cuts the connection: before the request is worked on, or after it where `done` is true.
    """

    method: str
    path: str
    status: int
    times: int = 1
    headers: dict[str, str] = field(default_factory=dict)
    body: str = "no"
    done: bool = False


@dataclass
class LoopbackHub:
    """One repository `user/name`, made when asked for; files by commit, in memory."""

    url: str = ""
    commits: list[dict[str, bytes]] = field(default_factory=list)
    lfs: dict[str, bytes] = field(default_factory=dict)
    tags: dict[str, int] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    ignores_settings: bool = False

    def requests(self, pattern: str) -> int:
        """How many requests matched, as `METHOD PATH`."""
        return sum(re.search(pattern, line) is not None for line in self.log)

    @staticmethod
    def oid(number: int) -> str:
        return f"{number + 1:040x}"

    def number(self, revision: str) -> int | None:
        if revision == "main":
            return len(self.commits) - 1
        if revision in self.tags:
            return self.tags[revision]
        return next((n for n in range(len(self.commits)) if self.oid(n) == revision), None)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body of an answer in one packet
    hub: LoopbackHub

    def log_message(self, *arguments: object) -> None:
        """Silence."""

    def answer(self, status: int, body: Any = "", headers: dict[str, str] | None = None) -> None:
        data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(data)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)
        self.wfile.flush()

    def cut(self) -> None:
        self.connection.shutdown(socket.SHUT_RDWR)
        self.close_connection = True

    def work(self) -> None:
        parts = urlsplit(self.path)
        path, query = unquote(parts.path), parse_qs(parts.query)
        self.hub.log.append(f"{self.command} {path}")
        failure = next(
            (f for f in self.hub.failures if f.times and f.method == self.command and re.search(f.path, path)), None
        )
        if failure is not None:
            failure.times -= 1
        if failure is not None and failure.status == 0 and not failure.done:
            self.rfile.read(min(100, int(self.headers.get("Content-Length") or 0)))  # some of it came through
            self.cut()
            return
        data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if failure is not None and not failure.done:
            told = {"Authorization-Echo": self.headers.get("Authorization", "")}
            body = {"error": f"{failure.body} {self.headers.get('Authorization', '')}"}
            self.answer(failure.status, body, {**failure.headers, **told})
            return
        status, body, headers = self.respond(path, query, data)
        if failure is not None:
            self.cut()
            return
        self.answer(status, body, headers)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = work  # noqa: N815

    def respond(self, path: str, query: dict[str, list[str]], data: bytes) -> tuple[int, Any, dict[str, str]]:
        hub, none = self.hub, dict[str, str]()
        if path == "/api/validate-yaml":
            return 200, {"errors": [], "warnings": []}, none
        if path == "/api/repos/create":
            if not hub.commits:
                hub.commits.append({".gitattributes": b"x"})
                asked = json.loads(data)
                hub.settings["private"] = not hub.ignores_settings and (
                    asked.get("private") or asked.get("visibility") == "private"
                )
            return 200, {"url": f"{hub.url}/datasets/user/name", "id": "user/name"}, none
        if match := re.fullmatch(r"/lfs/(\w+)", path):
            hub.lfs[match[1]] = data
            return 200, "", none
        if not hub.commits:
            return 404, {"error": "none"}, {"X-Error-Code": "RepoNotFound"}
        rest = re.sub(r"^/(api/)?datasets/user/name(\.git)?", "", path)
        return self.of_repository(rest, data)

    def of_repository(self, rest: str, data: bytes) -> tuple[int, Any, dict[str, str]]:
        hub, none = self.hub, dict[str, str]()
        if rest == "/settings":
            if not hub.ignores_settings:
                asked = json.loads(data)
                hub.settings |= {k: v for k, v in asked.items() if k in ("gated", "private")}
                hub.settings |= {"private": True} if asked.get("visibility") == "private" else {}
            return 200, hub.settings, none
        if rest == "/refs":
            tags = [{"name": t, "ref": f"refs/tags/{t}", "targetCommit": hub.oid(n)} for t, n in hub.tags.items()]
            main = {"name": "main", "ref": "refs/heads/main", "targetCommit": hub.oid(len(hub.commits) - 1)}
            return 200, {"branches": [main], "tags": tags, "converts": []}, none
        if match := re.fullmatch(r"/tag/(.+)", rest):
            name = json.loads(data)["tag"]
            if name in hub.tags:
                return 409, {"error": "exists"}, none
            hub.tags[name] = hub.number(match[1]) or 0
            return 200, {}, none
        if rest.startswith("/preupload/"):
            files = json.loads(data)["files"]
            modes = [(f["path"], "lfs" if f["path"].endswith(".parquet") else "regular") for f in files]
            return 200, {"files": [{"path": p, "uploadMode": m, "shouldIgnore": False} for p, m in modes]}, none
        if rest == "/info/lfs/objects/batch":
            objects = []
            for asked in json.loads(data)["objects"]:
                new = asked["oid"] not in hub.lfs
                actions = {"actions": {"upload": {"href": f"{hub.url}/lfs/{asked['oid']}"}}} if new else {}
                objects.append({"oid": asked["oid"], "size": asked["size"], **actions})
            return 200, {"transfer": "basic", "objects": objects}, none
        if rest.startswith("/commit/"):
            return self.commit(data)
        if match := re.fullmatch(r"/tree/([^/]+)", rest):
            return 200, list(self.tree(hub.commits[hub.number(match[1]) or 0])), none
        if match := re.fullmatch(r"(?:/revision/(.+))?", rest):
            number = hub.number(match[1] or "main")
            info = {"id": "user/name", "sha": hub.oid(number or 0), "tags": [], "siblings": []}
            return 200, info | {"private": False, "gated": False} | hub.settings, none
        return 404, {"error": rest}, none

    def commit(self, data: bytes) -> tuple[int, Any, dict[str, str]]:
        hub, files = self.hub, dict(self.hub.commits[-1])
        for line in data.splitlines():
            entry = json.loads(line)
            kind, value = entry["key"], entry["value"]
            if kind == "header" and value.get("parentCommit") not in (None, hub.oid(len(hub.commits) - 1)):
                return 412, {"error": "A commit has happened since"}, {}
            if kind == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            elif kind == "lfsFile":
                files[value["path"]] = hub.lfs[value["oid"]]
            elif kind == "deletedFile":
                del files[value["path"]]
        hub.commits.append(files)
        oid = hub.oid(len(hub.commits) - 1)
        return 200, {"success": True, "commitOid": oid, "commitUrl": f"{hub.url}/datasets/user/name/commit/{oid}"}, {}

    @staticmethod
    def tree(files: dict[str, bytes]) -> Iterator[dict[str, Any]]:
        for path, data in sorted(files.items()):
            entry = {"type": "file", "path": path, "size": len(data), "oid": hashlib.sha1(b"?" + data).hexdigest()}
            if path.endswith(".parquet"):
                entry["lfs"] = {"oid": hashlib.sha256(data).hexdigest(), "size": len(data), "pointerSize": 130}
            else:
                entry["oid"] = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
            yield entry
        for folder in sorted({path.partition("/")[0] for path in files if "/" in path}):
            yield {"type": "directory", "path": folder, "size": 0, "oid": "0" * 40}


@contextmanager
def serving() -> Iterator[LoopbackHub]:
    """The server on a free port."""
    hub = LoopbackHub()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("OwnHandler", (Handler,), {"hub": hub}))
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
