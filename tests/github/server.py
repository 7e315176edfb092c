"""A git server as GitHub is one: nginx, fcgiwrap and git's own http-backend, behind a token.

`Server(folder)` serves FOLDER/git; what it needs beside it lies in FOLDER too. `tokens`, `fault` and `traffic` are what tests
set and read. With `api` it passes /api/v3 on to a port, as an enterprise server does.
"""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections import defaultdict
from pathlib import Path

HERE = Path(__file__).resolve().parent

NGINX = """\
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/nginx-errors.log warn;
daemon off;
events {{ worker_connections 256; }}
http {{
  log_format traffic '$request_method $uri $status $bytes_sent $request_length';
  access_log {folder}/traffic.log traffic;
  client_body_temp_path {folder}/temporary;
  fastcgi_temp_path {folder}/temporary;
  proxy_temp_path {folder}/temporary;
  scgi_temp_path {folder}/temporary;
  uwsgi_temp_path {folder}/temporary;
  client_max_body_size 32m;
  server {{
    listen 127.0.0.1:{port};
    location ~ ^/[^/]+/[^/]+\\.git/ {{
      fastcgi_pass unix:{folder}/fcgiwrap.socket;
      fastcgi_param SCRIPT_FILENAME {here}/git-backend.sh;
      fastcgi_param PATH_INFO $uri;
      fastcgi_param PATH {path};
      fastcgi_param STATE {folder}/state;
      fastcgi_param GIT_PROJECT_ROOT {folder}/git;
      fastcgi_param GIT_HTTP_EXPORT_ALL 1;
      fastcgi_param GIT_PROTOCOL $http_git_protocol;
      fastcgi_param GIT_CONFIG_COUNT 1;
      fastcgi_param GIT_CONFIG_KEY_0 safe.directory;
      fastcgi_param GIT_CONFIG_VALUE_0 *;
      fastcgi_param HTTP_AUTHORIZATION $http_authorization;
      fastcgi_param HTTP_CONTENT_ENCODING $http_content_encoding;
      fastcgi_param REMOTE_ADDR $remote_addr;
      fastcgi_param REQUEST_METHOD $request_method;
      fastcgi_param QUERY_STRING $query_string;
      fastcgi_param CONTENT_TYPE $content_type;
      fastcgi_param CONTENT_LENGTH $content_length;
      fastcgi_buffering off;
    }}
    {api}
  }}
}}
"""


def free_port():
    with socket.socket() as it:
        it.bind(("127.0.0.1", 0))
        return it.getsockname()[1]


class Server:
    def __init__(self, folder, port=None, api=None):
        self.folder, self.port = Path(folder), port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.state = self.folder / "state"
        (self.state / "faults").mkdir(parents=True, exist_ok=True)
        (self.folder / "temporary").mkdir(exist_ok=True)
        self.log = self.folder / "traffic.log"
        self.log.touch()
        self.tokens([])
        passed_on = f"location /api/v3/ {{ proxy_pass http://127.0.0.1:{api}/; }}" if api else ""
        config = self.folder / "nginx.conf"
        config.write_text(
            NGINX.format(folder=self.folder, here=HERE, port=self.port, path=os.environ["PATH"], api=passed_on)
        )
        # Where root starts it, nginx would else become somebody who may not read what is ours.
        as_root = ["-g", "user root;"] if os.geteuid() == 0 else []
        # Left by a server that was killed.
        self.socket = self.folder / "fcgiwrap.socket"
        self.socket.unlink(missing_ok=True)
        self.processes = [
            self.start([shutil.which("fcgiwrap") or "/usr/sbin/fcgiwrap", "-c", "4", "-s", f"unix:{self.socket}"]),
            self.start([shutil.which("nginx") or "/usr/sbin/nginx", "-c", str(config), *as_root]),
        ]
        self.wait_until_up()

    def start(self, command):
        log = open(self.folder / f"{Path(command[0]).name}.out", "wb")
        return subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)

    def wait_until_up(self):
        until = time.monotonic() + 20
        while time.monotonic() < until:
            with socket.socket() as it:
                if self.socket.exists() and it.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            if any(it.poll() is not None for it in self.processes):
                break
            time.sleep(0.05)
        words = "\n".join(it.read_text(errors="replace") for it in self.folder.glob("*.out"))
        self.stop()
        raise SystemExit(f"nginx and fcgiwrap don't answer:\n{words}")

    def tokens(self, tokens):
        """The tokens that are accepted from now on."""
        (self.state / "tokens").write_text("".join(f"{it}\n" for it in tokens))

    def fault(self, name, *faults):
        """What goes wrong with a repository next: see git-backend.sh."""
        (self.state / "faults" / name).write_text("".join(f"{it}\n" for it in faults))

    def traffic(self):
        """Requests and bytes sent by repository, since the last call."""
        # nginx writes its log when a request is over, which may be a moment after the client has its answer.
        time.sleep(0.2)
        counted = defaultdict(lambda: [0, 0])
        for line in self.log.read_text().splitlines():
            method, uri, status, sent, _ = line.split(" ")
            if ".git/" in uri:
                name = uri.split("/")[2].removesuffix(".git")
                counted[name][0] += 1
                counted[name][1] += int(sent)
        self.log.write_text("")
        return dict(counted)

    def stop(self):
        for it in self.processes:
            try:
                os.killpg(it.pid, signal.SIGTERM)
            except ProcessLookupError:
                pass
            it.wait(10)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
