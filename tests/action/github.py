"""Code scanning's answers to one question, by the token that asks. Prints the port it listens on."""

import http.server
import json

ANSWERS = {
    "not-enabled": (403, "Code Security must be enabled for this repository to use code scanning."),
    "not-permitted": (403, "Resource not accessible by integration"),
    "broken": (404, "no analysis found"),
}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        status, message = ANSWERS.get(token, (401, "Bad credentials"))
        if "/code-scanning/alerts" not in self.path:
            status, message = 404, "Not Found"
        body = json.dumps({"message": message}).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
