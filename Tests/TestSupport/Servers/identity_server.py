"""identity_server.py SETTINGS LOG MINTED: a CI system's OIDC tokens, and who takes them in exchange (RFC 8693).

GET /id-token?audience=A with the bearer `job` gives a new token, as GitHub's service does. POST /exchange takes each of
these for a password, which is written to MINTED with its end: the token server lets who shows it in until then. What
is in SETTINGS: IdentityServer.swift.
"""

import base64
import http.server
import json
import secrets
import sys
import threading
import time
import urllib.parse

from serving import Log, Settings, announce

GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"
TOKEN_TYPE = "urn:ietf:params:oauth:token-type:"


def encoded(data):
    return base64.urlsafe_b64encode(json.dumps(data).encode()).rstrip(b"=").decode()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        query = urllib.parse.parse_qs(url.query)
        if url.path != "/id-token" or self.headers.get("Authorization") != "bearer job":
            return self.answer("token", 401, {"message": "no such job"})
        audience = query.get("audience", ["default"])[0]
        now = int(time.time())
        claims = {"iss": self.server.issuer, "sub": "job", "aud": audience, "iat": now, "exp": now + 300,
                  "jti": secrets.token_hex(8)}
        token = f'{encoded({"alg": "none"})}.{encoded(claims)}.{secrets.token_urlsafe(16)}'
        self.server.tokens[token] = audience
        self.answer("token", 200, {"value": token}, audience=audience)

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        fields = {name: values[0] for name, values in urllib.parse.parse_qs(body).items()}
        settings = self.server.settings.read()
        token = fields.get("subject_token", "")
        good = (
            self.path == "/exchange"
            and fields.get("grant_type") == GRANT
            and fields.get("subject_token_type") == TOKEN_TYPE + "jwt"
            and token in self.server.tokens
        )
        # Written before it waits, so that a test sees that somebody asks.
        self.server.log.write(kind="asked")
        time.sleep(float(settings["delay"]))
        if settings["refuses"] or not good:
            words = f"the subject token {token} is not trusted" if settings["refuses"] else "malformed"
            return self.answer("exchange", 400, {"error": "invalid_grant", "error_description": words})
        password = f"minted-{secrets.token_hex(8)}"
        with self.server.lock, open(self.server.minted, "a") as file:
            file.write(json.dumps({"password": password, "end": time.time() + settings["lifetime"]}) + "\n")
        self.answer(
            "exchange", 200,
            {"access_token": password, "token_type": "Bearer", "issued_token_type": TOKEN_TYPE + "access_token",
             "expires_in": settings["lifetime"]},
            audience=self.server.tokens[token])

    def answer(self, kind, status, body, audience=None):
        self.server.log.write(kind=kind, status=status, audience=audience)
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 128

    def __init__(self, settings, log, minted):
        super().__init__(("127.0.0.1", 0), Handler)
        self.settings = Settings(settings)
        self.log = Log(log)
        self.minted = minted
        self.issuer = f"http://127.0.0.1:{self.server_address[1]}"
        self.tokens = {}
        self.lock = threading.Lock()


if __name__ == "__main__":
    server = Server(*sys.argv[1:])
    announce(server)
    server.serve_forever()
