#!/usr/bin/python3
"""An OAuth 1.0a server for tests, whose every check is python3-oauthlib's.

It prints its address when it listens. From the environment:

  PORT            where to listen on 127.0.0.1; any free port if not set
  RSA_PUBLIC_KEY  the public key, in PEM, of the consumer "ck-rsa"

The other consumers, ck-hmac1, ck-hmac256, ck-hmac512, ck-plain and ck-strict,
have the secret of SECRET. Each may use the methods of METHODS only. What
ck-strict signs outside of the header is not looked at, and its callback has to
be that of STRICT.

What oauthlib refuses is told as the Problem Reporting extension has it.

  POST /request_token   temporary credentials
  GET  /authorize       a page with Allow and Deny
  POST /access_token    token credentials
  any  /api             a protected resource
"""
import html
import json
import os
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from oauthlib.oauth1 import RequestValidator, WebApplicationServer
from oauthlib.oauth1.rfc5849 import errors

SECRET = "cs-s3cret+/%"
METHODS = {
    "ck-hmac1": ["HMAC-SHA1"],
    "ck-hmac256": ["HMAC-SHA256"],
    "ck-hmac512": ["HMAC-SHA512"],
    "ck-plain": ["PLAINTEXT"],
    "ck-rsa": ["RSA-SHA1", "RSA-SHA256"],
    "ck-strict": ["HMAC-SHA1"],
}
STRICT = {"ck-strict": "/callback"}  # the path of the callback
REALMS = ["default"]

checked = threading.local()  # the request that oauthlib checks


class Validator(RequestValidator):
    """Knows consumers, tokens and the nonces that were used."""

    enforce_ssl = False
    allowed_signature_methods = tuple(m for methods in METHODS.values() for m in methods)
    realms = REALMS
    client_key_length = (3, 60)
    request_token_length = access_token_length = (3, 80)
    verifier_length = (3, 40)
    nonce_length = (6, 64)
    timestamp_lifetime = 300
    dummy_client, dummy_request_token, dummy_access_token = "dummy", "dummy-request", "dummy-access"
    safe_characters = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~+/=")

    def __init__(self):
        super().__init__()
        self.temporary, self.tokens, self.nonces = {}, {}, set()

    # Consumers.

    def validate_client_key(self, client_key, request):
        return request.signature_method in METHODS.get(client_key, [])

    def get_client_secret(self, client_key, request):
        return SECRET

    def get_rsa_key(self, client_key, request):
        return os.environ.get("RSA_PUBLIC_KEY", "")

    def validate_timestamp_and_nonce(self, client_key, timestamp, nonce, request, request_token=None, access_token=None):
        checked.request = request
        once = (client_key, timestamp, nonce, request_token, access_token)
        fresh = once not in self.nonces
        self.nonces.add(once)
        return fresh

    def validate_redirect_uri(self, client_key, redirect_uri, request):
        callback = urllib.parse.urlsplit(redirect_uri)
        path = STRICT.get(consumer_of(request), callback.path)
        return redirect_uri == "oob" or callback.hostname in ("127.0.0.1", "localhost") and callback.path == path

    # Temporary credentials.

    def save_request_token(self, token, request):
        self.temporary[token["oauth_token"]] = {
            "secret": token["oauth_token_secret"],
            "callback": request.redirect_uri,
            "client": request.client_key,
        }

    def validate_request_token(self, client_key, token, request):
        return self.temporary.get(token, {}).get("client") == client_key

    def get_request_token_secret(self, client_key, token, request):
        return self.temporary.get(token, {}).get("secret", "none")

    def verify_request_token(self, token, request):
        return token in self.temporary

    def get_redirect_uri(self, token, request):
        return self.temporary[token]["callback"]

    def save_verifier(self, token, verifier, request):
        self.temporary[token]["verifier"] = verifier["oauth_verifier"]

    def validate_verifier(self, client_key, token, verifier, request):
        return self.temporary.get(token, {}).get("verifier") == verifier

    def invalidate_request_token(self, client_key, request_token, request):
        self.temporary.pop(request_token, None)

    # Token credentials.

    def save_access_token(self, token, request):
        self.tokens[token["oauth_token"]] = {"secret": token["oauth_token_secret"], "client": request.client_key}

    def validate_access_token(self, client_key, token, request):
        return self.tokens.get(token, {}).get("client") == client_key

    def get_access_token_secret(self, client_key, token, request):
        return self.tokens.get(token, {}).get("secret", "none")

    # Realms are all the same here.

    def get_default_realms(self, client_key, request):
        return REALMS

    def get_realms(self, token, request):
        return REALMS

    def validate_requested_realms(self, client_key, realms, request):
        return True

    def validate_realms(self, client_key, token, request, uri=None, realms=None):
        return True

    def verify_realms(self, token, realms, request):
        return True


def consumer_of(request):
    """The consumer that a request names, whether or not there is one."""
    return dict(request.oauth_params).get("oauth_consumer_key")


def problem():
    """What oauthlib has against the request that it checked last."""
    request = checked.request
    wrong = [name for name, valid in request.validator_log.items() if not valid]
    if "client" in wrong and consumer_of(request) in METHODS:
        return {"oauth_problem": "signature_method_rejected"}
    if "client" in wrong:
        return {"oauth_problem": "consumer_key_unknown"}
    if "callback" in wrong:
        return {"oauth_problem": "parameter_rejected", "oauth_parameters_rejected": "oauth_callback=" + request.redirect_uri}
    if "verifier" in wrong:
        return {"oauth_problem": "parameter_rejected", "oauth_parameters_rejected": "oauth_verifier"}
    if "resource_owner" in wrong:
        return {"oauth_problem": "token_rejected"}
    if "signature" in wrong:
        return {"oauth_problem": "signature_invalid"}
    return {"oauth_problem": "nonce_used"}


def without_oauth(encoded):
    """A query or a form without what signs it."""
    return urllib.parse.urlencode([p for p in urllib.parse.parse_qsl(encoded, True) if not p[0].startswith("oauth_")])


def is_strict(encoded):
    return dict(urllib.parse.parse_qsl(encoded)).get("oauth_consumer_key") in STRICT


PAGE = """<!DOCTYPE html><title>Authorize</title>
<form method="post" action="/authorize"><input type="hidden" name="oauth_token" value="{token}">
<button name="decision" value="allow">Allow</button> <button name="decision" value="deny">Deny</button></form>"""

validator = Validator()
endpoints = WebApplicationServer(validator)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, headers, body):
        data = (body or "").encode()
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def handle_any(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        # A proxy in front is believed, since what it was asked for was signed.
        scheme = self.headers.get("X-Forwarded-Proto", "http")
        uri = f"{scheme}://{self.headers['Host']}{self.path}"
        parts = urllib.parse.urlsplit(uri)
        if is_strict(parts.query):
            uri = parts._replace(query=without_oauth(parts.query)).geturl()
        if is_strict(body):
            body = without_oauth(body)
        request = (uri, self.command, body, dict(self.headers))
        serve = {
            "/request_token": self.request_token,
            "/authorize": self.authorize,
            "/access_token": self.access_token,
            "/api": self.api,
        }.get(urllib.parse.urlsplit(self.path).path)
        try:
            self.answer(*(serve(*request) if serve else (404, {}, "not found")))
        except errors.OAuth1Error as e:
            self.answer(e.status_code, {"Content-Type": "application/x-www-form-urlencoded"}, e.urlencoded)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = handle_any

    def request_token(self, *request):
        return self.created(*endpoints.create_request_token_response(*request))

    def access_token(self, *request):
        return self.created(*endpoints.create_access_token_response(*request))

    def created(self, headers, body, status):
        if status == 401:
            return 401, {"Content-Type": "application/x-www-form-urlencoded"}, urllib.parse.urlencode(problem())
        return status, headers, body

    def authorize(self, uri, method, body, headers):
        if method == "GET":
            _, credentials = endpoints.get_realms_and_credentials(uri, method, body, headers)
            token = html.escape(credentials["resource_owner_key"])
            return 200, {"Content-Type": "text/html"}, PAGE.format(token=token)
        form = dict(urllib.parse.parse_qsl(body))
        token = form.get("oauth_token")
        if form.get("decision") == "deny" and token in validator.temporary:
            return self.deny(token)
        headers, body, status = endpoints.create_authorization_response(uri, method, body, headers, realms=REALMS)
        return status, headers, body

    def deny(self, token):
        """Says no in the way of the best known servers; the standard has none."""
        callback = validator.temporary.pop(token)["callback"]
        if callback == "oob":
            return 200, {"Content-Type": "text/html"}, "Denied"
        separator = "&" if "?" in callback else "?"
        return 302, {"Location": callback + separator + urllib.parse.urlencode({"denied": token})}, ""

    def api(self, uri, method, body, headers):
        valid, request = endpoints.validate_protected_resource_request(uri, method, body, headers, realms=REALMS)
        if not valid:
            return 401, {"Content-Type": "application/json", "WWW-Authenticate": "OAuth"}, '{"ok": false}'
        data = {"ok": True, "method": method, "consumer": request.client_key, "params": [list(p) for p in request.params]}
        return 200, {"Content-Type": "application/json"}, json.dumps(data)


server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "0"))), Handler)
print(f"http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
