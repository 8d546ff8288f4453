"""Authlib as people use it: see support/talk.mjs for what it says and reads."""

import os

import requests
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.jwk import KeySet

ISSUER, REDIRECT = os.environ["ISSUER"], os.environ["REDIRECT"]
os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"

server = requests.get(f"{ISSUER}/.well-known/openid-configuration", timeout=20).json()
client = OAuth2Session(
    os.environ["CLIENT_ID"],
    os.environ["CLIENT_SECRET"],
    scope="openid email offline_access",
    redirect_uri=REDIRECT,
    token_endpoint_auth_method="client_secret_post",
    revocation_endpoint_auth_method="client_secret_post",
    code_challenge_method="S256",
)
verifier = "v" * 43
url, state = client.create_authorization_url(server["authorization_endpoint"], code_verifier=verifier, nonce="n-py")
print("GO", url, flush=True)
token = client.fetch_token(
    server["token_endpoint"], authorization_response=input(), code_verifier=verifier, state=state
)
keys = KeySet.import_key_set(requests.get(server["jwks_uri"], timeout=20).json())
id_token = jwt.decode(token["id_token"], keys, algorithms=["ES256"])
claims = id_token.claims
jwt.JWTClaimsRegistry(
    iss={"essential": True, "value": ISSUER},
    aud={"essential": True, "value": os.environ["CLIENT_ID"]},
    nonce={"essential": True, "value": "n-py"},
    exp={"essential": True},
).validate(claims)
print("DID code + PKCE, ID token", flush=True)
info = client.get(server["userinfo_endpoint"]).json()
assert info["sub"] == claims["sub"] and info["email"] == os.environ["EMAIL"], info
print("DID userinfo", flush=True)
fresh = client.refresh_token(server["token_endpoint"], refresh_token=token["refresh_token"])
assert fresh["refresh_token"] != token["refresh_token"]
print("DID refresh", flush=True)
answer = client.revoke_token(server["revocation_endpoint"], token=fresh["refresh_token"])
assert answer.status_code == 200
assert client.get(server["userinfo_endpoint"]).status_code == 401
print("DID revocation", flush=True)
