#!/usr/bin/env python3
"""A stand-in for GitHub's REST API, with state: repositories, an App, code scanning. Python's standard library only.

    api.py WORLD.json [--log FILE] [--port N] [--public-url URL] [--state FILE]

Prints the port it listens on and serves until it is ended. WORLD.json is

    {
      "tokens": ["token-of-acme"],
      "apps": [{"id": "12", "installation": 77, "owner": "acme", "public_key": "app.pub.pem", "lifetime": 3600}],
      "limit": 5000,
      "repositories": [
        {"name": "acme/web", "visibility": "public", "archived": false, "fork": false, "is_template": false, "size": 120,
         "topics": ["web"], "default_branch": "main", "code_scanning": true,
         "commits": ["<40 hexadecimal digits>"], "refs": ["refs/heads/main"]}
      ],
      "faults": [{"method": "GET", "path": "/orgs/acme/repos", "after": 0, "times": 1, "fault": "502"}]
    }

Where a repository names no `commits` or `refs`, any will do. `polls` (2), of the world or of one repository, is how often an
upload is pending first.

Faults: a path is matched from its beginning, `after` requests that match are let through, then `times` are answered so:
a status as text ("502", "503", "404", "401"), "429 7" with retry-after, "exhausted 7" (no requests left for so many
seconds), "secondary", "not-enabled", "archived", "reset" (the connection breaks before an answer), "lost" (it breaks after
the request was carried out), "expired" (the token that asks is worth nothing from now on).

The log has one JSON object a line for each request: method, path, status, who asked (never the token itself), for uploads
repository, commit, ref, results, tool. --state writes the analyses that were made when the server ends by SIGTERM; GET
/_state answers them at any time. --public-url is what links to pages begin with, where something stands between.
"""

import argparse
import base64
import gzip
import hashlib
import http.server
import json
import pathlib
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

REF = re.compile(r"refs/(heads|tags|pull)/.*")
COMMIT = re.compile(r"[0-9a-fA-F]{40}([0-9a-fA-F]{24})?")
DOCUMENTATION = "https://docs.github.com/rest"


class Refused(Exception):
    def __init__(self, status, message, headers=None):
        super().__init__(message)
        self.status, self.message, self.headers = status, message, headers or {}


class World:
    def __init__(self, path, public_url):
        given = json.loads(pathlib.Path(path).read_text())
        self.folder = pathlib.Path(path).parent
        self.public_url = public_url
        self.lock = threading.RLock()
        self.tokens = {it: {"who": "token", "ends": None, "owner": None} for it in given.get("tokens", [])}
        self.apps = given.get("apps", [])
        self.limit = given.get("limit", 5000)
        self.used = {}
        self.polls = given.get("polls", 2)
        self.faults = [dict(it, seen=0) for it in given.get("faults", [])]
        self.repositories = {}
        for number, it in enumerate(given["repositories"], 1):
            self.repositories[it["name"].lower()] = dict(it, id=1000 + number)
        self.uploads = {}
        self.analyses = []
        self.minted = 0

    def of(self, owner, name):
        found = self.repositories.get(f"{owner}/{name}".lower())
        if found is None:
            raise Refused(404, "Not Found")
        return found

    def fault(self, method, path):
        with self.lock:
            for it in self.faults:
                if it.get("method", method) == method and path.startswith(it["path"]):
                    it["seen"] += 1
                    if it.get("after", 0) < it["seen"] <= it.get("after", 0) + it.get("times", 1):
                        return it["fault"]
        return None

    # Repositories

    def repository(self, it, full):
        owner, name = it["name"].split("/")
        api, web = f"https://api.github.com/repos/{owner}/{name}", f"https://github.com/{owner}/{name}"
        organisation = account(owner)
        visibility = it.get("visibility", "private")
        size = it.get("size", 100)
        body = {
            "id": it["id"],
            "node_id": f"R_{it['id']}",
            "name": name,
            "full_name": it["name"],
            "owner": organisation,
            "private": visibility != "public",
            "html_url": web,
            "description": None,
            "fork": it.get("fork", False),
            "url": api,
            "git_url": f"git://github.com/{owner}/{name}.git",
            "ssh_url": f"git@github.com:{owner}/{name}.git",
            "clone_url": f"{web}.git",
            "svn_url": web,
            "mirror_url": None,
            "homepage": None,
            "language": None,
            "forks_count": 0,
            "stargazers_count": 0,
            "watchers_count": 0,
            "size": size,
            "default_branch": it.get("default_branch", "main"),
            "open_issues_count": 0,
            "is_template": it.get("is_template", False),
            "topics": it.get("topics", []),
            "has_issues": True,
            "has_projects": True,
            "has_wiki": False,
            "has_pages": False,
            "has_downloads": True,
            "has_discussions": False,
            "archived": it.get("archived", False),
            "disabled": it.get("disabled", False),
            "visibility": visibility,
            "created_at": "2026-01-01T00:00:00Z",
            "pushed_at": "2026-01-01T00:00:00Z" if size == 0 else "2026-01-02T00:00:00Z",
            "updated_at": "2026-01-02T00:00:00Z",
        }
        for key, path in ADDRESSES.items():
            body[key] = f"{api}{path}"
        if full:
            body.update(
                forks=0, watchers=0, open_issues=0, license=None, network_count=0, subscribers_count=0, allow_forking=True
            )
        return body

    # Code scanning

    def upload(self, it, body):
        extra = set(body) - {"commit_sha", "ref", "sarif", "checkout_uri", "started_at", "tool_name", "validate"}
        if extra:
            raise Refused(422, f"Invalid request. {sorted(extra)} are not permitted keys.")
        for key in ("commit_sha", "ref", "sarif"):
            if not isinstance(body.get(key), str):
                raise Refused(422, f'Invalid request. "{key}" wasn\'t supplied.')
        if it.get("archived"):
            raise Refused(403, "Repository was archived so is read-only.")
        if not it.get("code_scanning", True):
            raise Refused(403, "Code Security must be enabled for this repository to use code scanning.")
        if not COMMIT.fullmatch(body["commit_sha"]) or not REF.fullmatch(body["ref"]):
            raise Refused(400, "Invalid request: commit_sha or ref is malformed")
        if "commits" in it and body["commit_sha"] not in it["commits"]:
            raise Refused(400, "commit not found")
        if "refs" in it and body["ref"] not in it["refs"]:
            raise Refused(400, f"ref '{body['ref']}' not found in this repository")
        try:
            packed = base64.b64decode(body["sarif"], validate=True)
            text = gzip.decompress(packed)
        except (ValueError, OSError, EOFError) as error:
            raise Refused(400, "sarif is not valid base64-encoded gzip") from error
        if len(packed) > 10 * 1024 * 1024:
            raise Refused(413, "Payload too large")
        identity = hashlib.sha256(f"{it['name']}{len(self.uploads)}".encode()).hexdigest()
        identity = "-".join((identity[:8], identity[8:12], identity[12:16], identity[16:20], identity[20:32]))
        errors, results, tool, category = check(text)
        upload = {
            "repository": it["name"],
            "commit": body["commit_sha"],
            "ref": body["ref"],
            "tool": tool,
            "results": results,
            "category": category,
            "pending": it.get("polls", self.polls),
            "errors": errors,
            "hash": hashlib.sha256(text).hexdigest(),
        }
        self.uploads[identity] = upload
        return identity, upload

    def processed(self, it, identity):
        upload = self.uploads.get(identity)
        if upload is None or upload["repository"] != it["name"]:
            raise Refused(404, "Not Found")
        if upload["pending"] > 0:
            upload["pending"] -= 1
            return {"processing_status": "pending"}
        url = f"https://api.github.com/repos/{it['name']}/code-scanning/analyses?sarif_id={identity}"
        if upload["errors"]:
            return {"processing_status": "failed", "analyses_url": url, "errors": upload["errors"]}
        if not upload.get("done"):
            upload["done"] = True
            self.analyses.append({key: upload[key] for key in ("repository", "commit", "ref", "tool", "results", "category", "hash")})
        return {"processing_status": "complete", "analyses_url": url, "errors": None}

    def state(self):
        with self.lock:
            return {"analyses": self.analyses, "uploads": len(self.uploads), "tokens_given": self.minted}


ADDRESSES = {
    "archive_url": "/{archive_format}{/ref}",
    "assignees_url": "/assignees{/user}",
    "blobs_url": "/git/blobs{/sha}",
    "branches_url": "/branches{/branch}",
    "collaborators_url": "/collaborators{/collaborator}",
    "comments_url": "/comments{/number}",
    "commits_url": "/commits{/sha}",
    "compare_url": "/compare/{base}...{head}",
    "contents_url": "/contents/{+path}",
    "contributors_url": "/contributors",
    "deployments_url": "/deployments",
    "downloads_url": "/downloads",
    "events_url": "/events",
    "forks_url": "/forks",
    "git_commits_url": "/git/commits{/sha}",
    "git_refs_url": "/git/refs{/sha}",
    "git_tags_url": "/git/tags{/sha}",
    "hooks_url": "/hooks",
    "issue_comment_url": "/issues/comments{/number}",
    "issue_events_url": "/issues/events{/number}",
    "issues_url": "/issues{/number}",
    "keys_url": "/keys{/key_id}",
    "labels_url": "/labels{/name}",
    "languages_url": "/languages",
    "merges_url": "/merges",
    "milestones_url": "/milestones{/number}",
    "notifications_url": "/notifications{?since,all,participating}",
    "pulls_url": "/pulls{/number}",
    "releases_url": "/releases{/id}",
    "stargazers_url": "/stargazers",
    "statuses_url": "/statuses/{sha}",
    "subscribers_url": "/subscribers",
    "subscription_url": "/subscription",
    "tags_url": "/tags",
    "teams_url": "/teams",
    "trees_url": "/git/trees{/sha}",
}


def account(login):
    url = f"https://api.github.com/users/{login}"
    number = int(hashlib.sha256(login.lower().encode()).hexdigest()[:6], 16)
    return {
        "login": login,
        "id": number,
        "node_id": f"O_{number}",
        "avatar_url": f"https://avatars.githubusercontent.com/u/{number}",
        "gravatar_id": "",
        "url": url,
        "html_url": f"https://github.com/{login}",
        "followers_url": f"{url}/followers",
        "following_url": f"{url}/following{{/other_user}}",
        "gists_url": f"{url}/gists{{/gist_id}}",
        "starred_url": f"{url}/starred{{/owner}}{{/repo}}",
        "subscriptions_url": f"{url}/subscriptions",
        "organizations_url": f"{url}/orgs",
        "repos_url": f"{url}/repos",
        "events_url": f"{url}/events{{/privacy}}",
        "received_events_url": f"{url}/received_events",
        "type": "Organization",
        "site_admin": False,
    }


def check(text):
    """What code scanning would say of a file when it looks into it: errors, results, tool, category."""
    try:
        log = json.loads(text)
        runs = log["runs"]
        run = runs[0]
        results = run["results"]
        tool = run["tool"]["driver"]["name"]
    except (ValueError, KeyError, IndexError, TypeError):
        return ["rejecting SARIF, as it is not valid"], 0, "", ""
    category = run.get("automationDetails", {}).get("id", "").rpartition("/")[0]
    errors = []
    if log.get("version") != "2.1.0":
        errors.append("rejecting SARIF, as its version is not 2.1.0")
    if len(runs) > 20:
        errors.append(f"rejecting SARIF, as there are more runs than allowed ({len(runs)} > 20)")
    elif len(runs) > 1:
        errors.append("A delivery cannot contain multiple runs with the same category")
    if len(results) > 25000:
        errors.append(f"rejecting SARIF, as there are more results per run than allowed ({len(results)} > 25000)")
    for rule in run["tool"]["driver"].get("rules", []):
        severity = rule.get("properties", {}).get("security-severity")
        if severity is not None and not re.fullmatch(r"\d+(\.\d+)?", severity):
            errors.append(f"could not convert rules: invalid security severity value, is not a number: {severity}")
    for result in results:
        if not result.get("locations"):
            errors.append("locationFromSarifResult: expected at least one location")
            break
        uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        if not re.fullmatch(r"[!-~]+", uri) or re.search(r'["<>\\^`{|}]', uri):
            errors.append("an invalid URI was provided as a SARIF location")
            break
        if not result.get("message", {}).get("text"):
            errors.append("expected a result message")
            break
    return errors, len(results), tool, category


def signed_by(world, token):
    """The App that signed a JSON web token, if it is one and holds: verified with openssl."""
    try:
        head, claims, signature = token.split(".")
        decode = lambda it: base64.urlsafe_b64decode(it + "=" * (-len(it) % 4))
        if json.loads(decode(head))["alg"] != "RS256":
            return None
        said, now = json.loads(decode(claims)), time.time()
        app = next(it for it in world.apps if it["id"] == said["iss"])
        if not said["iat"] <= now <= said["exp"] or said["exp"] - said["iat"] > 660 or said["exp"] - now > 600:
            raise Refused(401, "'Expiration time' claim ('exp') is too far in the future")
        with tempfile.NamedTemporaryFile() as file:
            file.write(decode(signature))
            file.flush()
            command = ["openssl", "dgst", "-sha256", "-verify", world.folder / app["public_key"], "-signature", file.name]
            done = subprocess.run(command, input=f"{head}.{claims}".encode(), capture_output=True, check=False)
        return app if done.returncode == 0 else None
    except (ValueError, KeyError, StopIteration):
        return None


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    world = None
    log_file = None

    def do_GET(self):
        self.serve("GET")

    def do_POST(self):
        self.serve("POST")

    def serve(self, method):
        world = self.world
        size = int(self.headers.get("Content-Length") or 0)
        content = self.rfile.read(size) if size else b""
        url = urllib.parse.urlsplit(self.path)
        entry = {"method": method, "path": self.path}
        if url.path == "/_state":
            return self.answer(200, world.state(), {}, None)
        fault = world.fault(method, url.path)
        if fault == "reset":
            self.write_log(dict(entry, status="reset"))
            return self.hang_up()
        try:
            self.asking = None
            if fault and fault != "lost":
                self.fail(fault)
            with world.lock:
                status, body, headers = self.carry_out(method, url, content, entry)
        except Refused as refused:
            status, headers = refused.status, refused.headers
            body = {"message": refused.message, "documentation_url": DOCUMENTATION, "status": str(status)}
        entry["status"] = status
        if fault == "lost":
            self.write_log(dict(entry, lost=True))
            return self.hang_up()
        return self.answer(status, body, headers, entry)

    def carry_out(self, method, url, content, entry):
        world = self.world
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if self.headers.get("Accept") != "application/vnd.github+json":
            raise Refused(415, "Unsupported 'Accept' header")
        if not self.headers.get("User-Agent"):
            raise Refused(403, "Request forbidden by administrative rules. Please make sure your request has a User-Agent header")
        path = url.path
        query = dict(urllib.parse.parse_qsl(url.query))
        found = re.fullmatch(r"/(orgs|users)/([^/]+)/installation|/app/installations/(\d+)/access_tokens", path)
        if found:
            app = signed_by(world, token)
            if app is None:
                raise Refused(401, "A JSON web token could not be decoded")
            entry["who"] = f"app {app['id']}"
            return self.of_app(method, app, found)
        known = world.tokens.get(token)
        if known is None or (known["ends"] is not None and time.time() > known["ends"]):
            raise Refused(401, "Bad credentials")
        entry["who"] = known["who"]
        self.asking = token
        self.count(token)
        if method == "GET":
            if found := re.fullmatch(r"/orgs/([^/]+)/repos", path):
                return self.page([it for it in self.sorted() if owner_of(it) == found[1].lower()], query, path, None)
            if found := re.fullmatch(r"/users/([^/]+)/repos", path):
                return self.page([it for it in self.sorted() if owner_of(it) == found[1].lower()], query, path, None)
            if path == "/installation/repositories":
                if known["owner"] is None:
                    raise Refused(403, "You must authenticate with an installation access token in order to list repositories for an installation.")
                mine = [it for it in self.sorted() if owner_of(it) == known["owner"].lower()]
                return self.page(mine, query, path, "repositories")
            if found := re.fullmatch(r"/repos/([^/]+)/([^/]+)", path):
                return 200, world.repository(world.of(found[1], found[2]), True), {}
            if found := re.fullmatch(r"/repos/([^/]+)/([^/]+)/code-scanning/sarifs/([^/]+)", path):
                return 200, world.processed(world.of(found[1], found[2]), found[3]), {}
        if method == "POST" and (found := re.fullmatch(r"/repos/([^/]+)/([^/]+)/code-scanning/sarifs", path)):
            it = world.of(found[1], found[2])
            try:
                body = json.loads(content)
            except ValueError as error:
                raise Refused(400, "Problems parsing JSON") from error
            identity, upload = world.upload(it, body)
            entry["upload"] = {key: upload[key] for key in ("repository", "commit", "ref", "results", "tool")}
            location = f"https://api.github.com/repos/{it['name']}/code-scanning/sarifs/{identity}"
            return 202, {"id": identity, "url": location}, {}
        raise Refused(404, "Not Found")

    def of_app(self, method, app, found):
        world = self.world
        if found[2] is not None:
            if method != "GET" or found[2].lower() != app["owner"].lower() or found[1] != app.get("kind", "orgs"):
                raise Refused(404, "Not Found")
            return 200, installation(app), {}
        if method != "POST" or int(found[3]) != app["installation"]:
            raise Refused(404, "Not Found")
        world.minted += 1
        token = f"ghs_{hashlib.sha256(f'{app} {world.minted}'.encode()).hexdigest()}"
        ends = time.time() + app.get("lifetime", 3600)
        world.tokens[token] = {"who": f"installation {app['installation']}", "ends": ends, "owner": app["owner"]}
        permissions = {"contents": "read", "metadata": "read", "security_events": "write"}
        written = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(ends))
        return 201, {"token": token, "expires_at": written, "permissions": permissions, "repository_selection": "all"}, {}

    def sorted(self):
        return sorted(self.world.repositories.values(), key=lambda it: it["name"].lower())

    def page(self, every, query, path, wrapped):
        world = self.world
        if not every and wrapped is None and (path.startswith("/users/") or not any(path.split("/")[2].lower() == owner_of(it) for it in self.sorted())):
            raise Refused(404, "Not Found")
        size, number = min(int(query.get("per_page", 30)), 100), int(query.get("page", 1))
        last = max(1, -(-len(every) // size))
        body = [world.repository(it, wrapped is not None) for it in every[(number - 1) * size : number * size]]
        public = world.public_url or f"http://{self.headers['Host']}"
        link = lambda page, rel: f"<{public}{path}?{urllib.parse.urlencode(dict(query, page=page))}>; rel=\"{rel}\""
        links = []
        if number > 1:
            links += [link(number - 1, "prev"), link(1, "first")]
        if number < last:
            links += [link(number + 1, "next"), link(last, "last")]
        headers = {"Link": ", ".join(links)} if links else {}
        if wrapped:
            body = {"total_count": len(every), wrapped: body}
        return 200, body, headers

    def count(self, token):
        world = self.world
        world.used[token] = world.used.get(token, 0) + 1
        if world.used[token] > world.limit:
            raise Refused(403, "API rate limit exceeded", {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(time.time()) + 3600)})

    def fail(self, fault):
        word, _, seconds = fault.partition(" ")
        if word == "429":
            raise Refused(429, "Too many requests", {"retry-after": seconds or "1"})
        if word == "exhausted":
            reset = str(int(time.time()) + int(seconds or 1))
            raise Refused(403, "API rate limit exceeded for installation.", {"x-ratelimit-remaining": "0", "x-ratelimit-reset": reset})
        if word == "secondary":
            raise Refused(403, "You have exceeded a secondary rate limit.", {"retry-after": seconds or "1"})
        if word == "not-enabled":
            raise Refused(403, "Advanced Security must be enabled for this repository to use code scanning.")
        if word == "archived":
            raise Refused(403, "Repository was archived so is read-only.")
        if word in ("expired", "401"):
            if word == "expired":
                self.world.tokens.pop(self.headers.get("Authorization", "").removeprefix("Bearer "), None)
            raise Refused(401, "Bad credentials")
        messages = {404: "Not Found", 502: "Server Error", 503: "Service unavailable"}
        raise Refused(int(word), messages.get(int(word), "Server Error"))

    def answer(self, status, body, headers, entry):
        content = json.dumps(body).encode()
        packed = len(content) > 1000 and "gzip" in self.headers.get("Accept-Encoding", "")
        if packed:
            content = gzip.compress(content)
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        if packed:
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(content)))
        asking = getattr(self, "asking", None)
        if asking is not None and "x-ratelimit-remaining" not in headers:
            headers = dict(headers)
            headers["x-ratelimit-limit"] = str(self.world.limit)
            headers["x-ratelimit-remaining"] = str(max(0, self.world.limit - self.world.used.get(asking, 0)))
            headers["x-ratelimit-reset"] = str(int(time.time()) + 3600)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)
        if entry is not None:
            self.write_log(entry)

    def hang_up(self):
        self.close_connection = True
        # A reset, not an end.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def write_log(self, entry):
        if self.log_file is not None:
            with self.world.lock:
                self.log_file.write(json.dumps(entry) + "\n")
                self.log_file.flush()

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    # All connections of a busy client wait in line.
    request_queue_size = 128

    def handle_error(self, request, client_address):
        # A connection that was broken on purpose.
        if not isinstance(sys.exception() if hasattr(sys, "exception") else sys.exc_info()[1], (OSError, ValueError)):
            super().handle_error(request, client_address)


def owner_of(it):
    return it["name"].split("/")[0].lower()


def installation(app):
    owner = app["owner"]
    base = "https://api.github.com"
    return {
        "id": app["installation"],
        "account": account(owner),
        "repository_selection": "all",
        "access_tokens_url": f"{base}/app/installations/{app['installation']}/access_tokens",
        "repositories_url": f"{base}/installation/repositories",
        "html_url": f"https://github.com/organizations/{owner}/settings/installations/{app['installation']}",
        "app_id": int(app["id"]) if app["id"].isdigit() else 1,
        "target_id": account(owner)["id"],
        "target_type": "Organization",
        "permissions": {"contents": "read", "metadata": "read", "security_events": "write"},
        "events": [],
        "created_at": "2026-01-01T00:00:00Z",
        "updated_at": "2026-01-01T00:00:00Z",
        "single_file_name": None,
        "app_slug": "levelset-of-acme",
        "suspended_by": None,
        "suspended_at": None,
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("world")
    parser.add_argument("--log")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--public-url")
    parser.add_argument("--state")
    given = parser.parse_args()
    Handler.world = World(given.world, given.public_url)
    if given.log:
        Handler.log_file = open(given.log, "a", encoding="utf-8")
    server = Server(("127.0.0.1", given.port), Handler)

    def end(*_):
        if given.state:
            pathlib.Path(given.state).write_text(json.dumps(Handler.world.state(), indent=1))
        sys.exit(0)

    signal.signal(signal.SIGTERM, end)
    print(server.server_port, flush=True)
    server.serve_forever()


main()
