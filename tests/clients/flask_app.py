#!/usr/bin/python3
"""A Flask app that signs people in by Authlib:

    flask_app.py PORT ISSUER CLIENT_ID SECRET"""

import sys

from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import OAuth
from flask import Flask, jsonify, redirect, session, url_for

port, issuer, client_id, secret = sys.argv[1:]
app = Flask(__name__)
app.secret_key = "of this test alone"
provider = OAuth(app).register(
    "provider", client_id=client_id, client_secret=secret,
    server_metadata_url=issuer + "/.well-known/openid-configuration",
    client_kwargs={"scope": "openid profile email groups offline_access",
                   "code_challenge_method": "S256"})


@app.route("/")
def home():
    if "token" not in session:
        return redirect(url_for("login"))
    return jsonify(session["claims"])


@app.route("/login")
def login():
    return provider.authorize_redirect(url_for("callback", _external=True))


@app.route("/callback")
def callback():
    # Verifies state, signature, iss, aud, exp and nonce.
    token = provider.authorize_access_token()
    session["claims"] = dict(token["userinfo"])
    session["token"] = {name: token[name] for name in
                        ("access_token", "refresh_token", "token_type")}
    return redirect(url_for("home"))


@app.route("/userinfo")
def userinfo():
    return jsonify(provider.userinfo(token=session["token"]))


@app.route("/refresh")
def refresh():
    old = session["token"]["refresh_token"]
    token = provider.fetch_access_token(
        grant_type="refresh_token", refresh_token=old)
    session["token"] = {name: token[name] for name in
                        ("access_token", "refresh_token", "token_type")}
    return jsonify(rotated=token["refresh_token"] != old)


@app.errorhandler(OAuthError)
def refused(error):
    return jsonify(error=error.error), 400


app.run("127.0.0.1", int(port))
