"""Walks the API as nobody, as a member with things of their own, and as staff that looks but does not touch.

Started by test-api.sh. A walk is bounded by examples an operation and by time; the seed is fixed.
"""

import http.client
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from urllib.parse import quote, urlsplit

URL = os.environ["SVETU_URL"].rstrip("/")
HOPS_MAX = 8
SCHEMATHESIS = sys.argv[1]
SEED = os.environ.get("SVETU_API_SEED", "1")
PASSWORD = "svetu-demo-lozinka"
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
LETTER_S_MAX = 30

# They end the session that the walk stands on, or change what signs it in.
ENDS_THE_SESSION = [
    "identity.sign_out",
    "identity.end_session",
    "identity.end_other_sessions",
    "identity.change_password",
]


class Person:
    """Somebody at the API: cookies, or none."""

    def __init__(self):
        self.cookies = {}

    @property
    def cookie(self):
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def send(self, method, path, body=None, headers=None):
        at = urlsplit(URL)
        connection = http.client.HTTPConnection(at.hostname, at.port, timeout=30)
        headers = {"Origin": URL, "Content-Type": "application/json", **(headers or {})}
        if self.cookie:
            headers["Cookie"] = self.cookie
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        response = connection.getresponse()
        text = response.read()
        connection.close()
        if response.status >= 400:
            sys.exit(f"test-api: {method} {path} answered {response.status}: {text.decode(errors='replace')}")
        for line in response.headers.get_all("Set-Cookie", []):
            name, _, value = line.split(";")[0].partition("=")
            if value:
                self.cookies[name] = value
            else:
                self.cookies.pop(name, None)
        if response.status == 303:
            return response.getheader("Location")
        return json.loads(text) if text else None

    def enter(self):
        """Whom the provider knows is signed in to the site as a browser is: by its redirects."""
        to = "/session/sign-in?next=/entered"
        for _ in range(HOPS_MAX):
            to = self.send("GET", to).removeprefix(URL)
            if to == "/entered":
                return self
        sys.exit(f"test-api: a sign-in leads around in circles, at last to {to}")

    def api(self, method, path, body=None, headers=None):
        return self.send(method, f"/api/v1{path}", body, headers)

    def sign_in(self, email):
        self.api("POST", "/identity/sign-in", {"email": email, "password": PASSWORD})
        return self.enter()


def newcomer():
    """A member of the walk's own: what the walk writes into a profile disturbs no demo account."""
    email = f"schemathesis-{os.getpid()}@example.com"
    person = Person()
    form = {"email": email, "password": PASSWORD, "display_name": "Walker", "language": "en", "accept_terms": True}
    person.api("POST", "/identity/sign-up", form)
    deadline = time.monotonic() + LETTER_S_MAX
    while time.monotonic() < deadline:
        letters = [letter for letter in person.send("GET", "/dev/mail.json") if letter["to"] == email]
        found = re.search(r"\?token=([\w-]+)", letters[0]["text"]) if letters else None
        if found:
            person.api("POST", "/identity/verify-email", {"token": found[1]})
            return person.enter()
        time.sleep(0.2)
    sys.exit("test-api: the letter with the link did not come")


def things_of(person):
    """Ids by operation, so that the walk gets past 404: of an ad of another's, and of what is the person's own."""
    other = person.api("GET", "/marketplace/search?limit=1")["items"][0]
    seller = person.api("GET", f"/marketplace/listings/{other['id']}")["seller"]["id"]
    own = person.api("POST", "/marketplace/listings", {"title": "Šporet na drva"})["id"]
    search = person.api("POST", "/marketplace/saved-searches", {"query": "q=stan", "frequency": "daily"})["id"]
    ids = {}
    for name in ["get", "price_history", "count_view", "report", "reveal_contact"]:
        ids[f"listings.{name}"] = {"path.id": other["id"]}
    for name in ["update", "publish", "pause", "resume", "renew", "reserve", "unreserve", "sell", "appeal", "statistics"]:
        ids[f"listings.{name}"] = {"path.id": own}
    ids["listings.update"]["header.If-Match"] = "*"
    for name in ["update_saved", "alerts"]:
        ids[f"search.{name}"] = {"path.id": search}
    for name in ["add_favourite", "remove_favourite", "add_viewed"]:
        ids[f"users.{name}"] = {"path.listing_id": other["id"]}
    ids["search.similar"] = {"path.id": other["id"]}
    ids["users.seller"] = {"path.id": seller}
    return ids


def walk(name, person, seconds_max, examples_max, operations=(), without=(), ids=None):
    """Answers how many cases passed; ends the program when one did not."""
    with tempfile.NamedTemporaryFile("w", suffix=".toml") as config:
        for operation, parameters in (ids or {}).items():
            pairs = ", ".join(f"{json.dumps(key)} = {json.dumps(value)}" for key, value in parameters.items())
            config.write(f'[[operations]]\ninclude-operation-id = "{operation}"\nparameters = {{ {pairs} }}\n\n')
        config.flush()
        command = [SCHEMATHESIS, "--config-file", config.name, "run", f"{URL}/api/v1/openapi.json"]
        command += ["--header", f"Origin: {URL}", "--checks", CHECKS, "--phases", "examples,coverage,fuzzing"]
        command += ["--max-examples", str(examples_max), "--seed", SEED, "--max-time", str(seconds_max)]
        # One: hypothesis reads its own source for messages, which Python 3.11 cannot do in two threads at once.
        command += ["--workers", "1", "--continue-on-failure", "--request-timeout", "30", "--warnings", "off"]
        # How fast this machine makes examples says nothing of the API.
        command += ["--suppress-health-check", "too_slow"]
        command += ["--generation-database", "none", "--generation-with-security-parameters", "false", "--no-color"]
        if person.cookie:
            command += ["--header", f"Cookie: {person.cookie}"]
        for operation in operations:
            command += ["--include-operation-id-regex", operation]
        for operation in without:
            command += ["--exclude-operation-id", operation]
        print(f"── {name}", flush=True)
        # A walk that hangs ends too: two requests and the report beyond its own bound.
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=seconds_max + 90, check=False)
    if done.returncode != 0:
        print(done.stdout)
        sys.exit(f"test-api: {name}: an answer is not what the document says")
    tested = re.search(r"Tested: (\d+)", done.stdout)
    cases = re.search(r"(\d+) generated, (\d+) passed", done.stdout)
    if not tested or not cases:
        print(done.stdout)
        sys.exit(f"test-api: {name}: nothing was tested")
    print(f"   {tested[1]} operations, {cases[1]} cases", flush=True)
    return int(cases[1])


def main():
    began = time.monotonic()
    member = newcomer()
    moderator = Person().sign_in("moderator@example.com")
    operator = Person().sign_in("operator@example.com")
    cases = walk("nobody", Person(), 90, 20)
    cases += walk("a member", member, 130, 20, without=ENDS_THE_SESSION, ids=things_of(member))
    # Staff decides about the demo world that the browser's journeys walk through afterwards: here it reads only.
    reads = [f"^moderation\\.({'|'.join(['queue', 'rules', 'reports', 'appeals', 'audit', 'dashboard'])})$"]
    cases += walk("a moderator", moderator, 25, 20, operations=reads)
    cases += walk("an operator", operator, 15, 20, operations=["^identity\\.find_accounts$"])
    for person in [member, moderator, operator]:
        # Had a session ended on the way, the rest would have been nobody's walk.
        person.api("GET", "/identity/me")
    print(f"schemathesis: {cases} cases in {time.monotonic() - began:.0f} s, every answer as the document says")


main()
