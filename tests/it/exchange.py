"""Exchanges the token of a service account for keys, as Amazon's token service does, and tells its address first."""

import http.server
import pathlib
import ssl
import subprocess
import tempfile
from urllib.parse import parse_qs, urlparse

KEYS = """<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>
<AccessKeyId>ID-OF-IDENTITY</AccessKeyId><SecretAccessKey>canary-5</SecretAccessKey>
<SessionToken>token-of-identity</SessionToken><Expiration>2999-01-01T00:00:00Z</Expiration>
</Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>"""

ASKED = {
    "Action": ["AssumeRoleWithWebIdentity"],
    "RoleArn": ["arn:aws:iam::1:role/shop"],
    "WebIdentityToken": ["token of the service account"],
}


class Exchange(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        asked = parse_qs(urlparse(self.path).query)
        is_right = all(asked.get(name) == value for name, value in ASKED.items())
        answer = KEYS.encode() if is_right else b""
        self.send_response(200 if is_right else 403)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


with tempfile.TemporaryDirectory() as folder:
    key, certificate = pathlib.Path(folder, "key.pem"), pathlib.Path(folder, "certificate.pem")
    make = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost"
    subprocess.run([*make.split(), "-keyout", key, "-out", certificate], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

server = http.server.HTTPServer(("127.0.0.1", 0), Exchange)
server.socket = context.wrap_socket(server.socket, server_side=True)
print(f"https://localhost:{server.server_port}", flush=True)
server.serve_forever()
