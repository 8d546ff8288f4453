//! One life of an ad and its people, every step of it tried by everybody. Whoever may do it comes last.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{
    keys::Keys,
    people::{Answer, Body, Person, Who},
    platform::{PASSWORD, TRADER},
};

pub struct Row {
    pub operation: &'static str,
    /// Beside the operation's name where it is walked more than once.
    note: &'static str,
    /// About a thing that the owner alone has.
    pub is_the_owners: bool,
    pub statuses: BTreeMap<Who, u16>,
}

impl Row {
    pub fn title(&self) -> String {
        if self.note.is_empty() { self.operation.to_owned() } else { format!("{} ({})", self.operation, self.note) }
    }
}

pub struct Walk {
    pub people: BTreeMap<Who, Person>,
    pub rows: Vec<Row>,
    /// Instead of everybody, whoever may do it tries it by keys.
    pub keys: Option<Keys>,
}

/// Ids that the walk goes on with.
struct World {
    town: String,
    /// Somebody's ad that is live, its seller and the address of its picture.
    other: String,
    seller: String,
    picture: String,
}

impl Walk {
    pub async fn all(url: &str, keys: Option<Keys>) -> Self {
        let mut people = BTreeMap::new();
        for who in Who::ALL {
            people.insert(who, Person::new(url, who).await);
        }
        let mut walk = Self { people, rows: Vec::new(), keys };
        if walk.keys.is_none() {
            let found = json!({ "text": TRADER });
            let operator = walk.people.get_mut(&Who::Operator).unwrap();
            let found = operator.send("POST /api/v1/identity/accounts/search", &Body::Json(found)).await.json();
            let owner = found["items"][0]["account_id"].as_str().unwrap();
            walk.people.get_mut(&Who::StandIn).unwrap().stand_in(owner).await;
        }
        let world = walk.look_around().await;
        walk.public(&world).await;
        walk.media(&world).await;
        walk.people_and_lists(&world).await;
        walk.ads(&world).await;
        walk.searches().await;
        walk.operate().await;
        walk.shops().await;
        walk.accounts(url).await;
        walk
    }

    async fn ask(&mut self, who: Who, path: &str) -> Value {
        self.people.get_mut(&who).unwrap().get(&format!("/api/v1{path}")).await.json()
    }

    /// The step as everybody; answers what `last`, who may do it, was told.
    pub async fn step(&mut self, last: Who, operation: &'static str, line: &str, body: Value) -> Answer {
        let body = if body.is_null() { Body::None } else { Body::Json(body) };
        self.step_with(last, operation, "", false, line, &body).await
    }

    /// What support and operators do to accounts and applications.
    async fn staff(&mut self, account: &str) {
        let of = |rest: &str| format!("/identity/accounts/{account}{rest}");
        let client = json!({ "client_name": "x", "token_endpoint_auth_method": "none", "grant_types": ["authorization_code"],
            "redirect_uris": ["https://x.example/cb"] });
        let reset = "/identity/factor-resets/reset_00000000000000000000000000";
        for (operation, line, body) in [
            ("identity.account", format!("GET {}", of("")), Value::Null),
            (
                "identity.end_sessions_of",
                format!("DELETE {}", of("/sessions?session=session_00000000000000000000000000")),
                Value::Null,
            ),
            (
                "identity.request_factor_reset",
                format!("POST {}", of("/factor-reset")),
                json!({ "reason": "Izgubljen telefon." }),
            ),
            (
                "identity.impersonate",
                format!("POST {}", of("/impersonation")),
                json!({ "reason": "Ne vidi svoj oglas." }),
            ),
            ("identity.factor_resets", "GET /identity/factor-resets".to_owned(), Value::Null),
            ("identity.approve_factor_reset", format!("POST {reset}/approval"), Value::Null),
            ("identity.withdraw_factor_reset", format!("DELETE {reset}"), Value::Null),
            ("identity.clients", "GET /identity/clients".to_owned(), Value::Null),
            ("identity.register_client", "POST /identity/clients".to_owned(), client),
            ("identity.renew_client_secret", "POST /identity/clients/nobodys/secret".to_owned(), Value::Null),
            ("identity.disable_client", "DELETE /identity/clients/nobodys".to_owned(), Value::Null),
            ("identity.signing_keys", "GET /identity/signing-keys".to_owned(), Value::Null),
            ("identity.rotate_signing_keys", "POST /identity/signing-keys/rotation".to_owned(), json!({})),
        ] {
            self.step(Who::Operator, operation, &line, body).await;
        }
        self.step(Who::Owner, "identity.refuse_factor_reset", "DELETE /identity/me/factor-reset", Value::Null).await;
    }

    /// The same about a thing that is the owner's.
    pub async fn owners(&mut self, operation: &'static str, line: &str, body: Value) -> Answer {
        let body = if body.is_null() { Body::None } else { Body::Json(body) };
        self.step_with(Who::Owner, operation, "", true, line, &body).await
    }

    pub async fn step_with(
        &mut self,
        last: Who,
        operation: &'static str,
        note: &'static str,
        is_the_owners: bool,
        line: &str,
        body: &Body,
    ) -> Answer {
        // Files are at the root, beside the API.
        let line = if operation == "media.get_file" { line.to_owned() } else { line.replacen(" /", " /api/v1/", 1) };
        if self.keys.is_some() {
            return self.step_by_keys(last, operation, note, is_the_owners, &line, body).await;
        }
        let mut statuses = BTreeMap::new();
        let others = Who::ALL.into_iter().filter(|who| *who != last);
        let mut answer = None;
        for who in others.chain([last]) {
            let told = self.people.get_mut(&who).unwrap().send(&line, body).await;
            statuses.insert(who, told.status);
            answer = Some(told);
        }
        self.rows.push(Row { operation, note, is_the_owners, statuses });
        answer.unwrap()
    }

    async fn look_around(&mut self) -> World {
        let towns = self.ask(Who::Nobody, "/marketplace/places?q=Novi%20Sad").await;
        let found = self.ask(Who::Nobody, "/marketplace/search?limit=50&with_photo=true").await;
        let card = &found["items"][0];
        let other = card["id"].as_str().unwrap().to_owned();
        let base = card["picture"]["base_url"].as_str().unwrap();
        let width = card["picture"]["widths"].as_array().unwrap().last().unwrap();
        let picture = format!("{base}/{width}.jpg");
        let listing = self.ask(Who::Nobody, &format!("/marketplace/listings/{other}")).await;
        let seller = listing["seller"]["id"].as_str().unwrap().to_owned();
        World { town: towns["items"][0]["id"].as_str().unwrap().to_owned(), other, seller, picture }
    }

    async fn public(&mut self, world: &World) {
        let World { town, other, seller, .. } = world;
        for (operation, line) in [
            ("geo.suggest", "GET /marketplace/places?q=novi".to_owned()),
            ("geo.get", format!("GET /marketplace/places/{town}")),
            ("geo.reverse", "GET /marketplace/places/reverse?lat=45.25&lon=19.84".to_owned()),
            ("geo.labels", "GET /marketplace/places/labels?bbox=19,44,21,46&zoom=8".to_owned()),
            ("geo.municipalities", "GET /marketplace/places/municipalities".to_owned()),
            ("taxonomy.tree", "GET /marketplace/categories".to_owned()),
            ("taxonomy.category", "GET /marketplace/categories/nonfiction".to_owned()),
            ("taxonomy.guess", "GET /marketplace/categories/guess?title=stan".to_owned()),
            ("rates.get", "GET /marketplace/rates".to_owned()),
            ("search.search", "GET /marketplace/search".to_owned()),
            ("search.suggest", "GET /marketplace/search/suggest?q=st".to_owned()),
            ("search.clusters", "GET /marketplace/search/clusters?bbox=19,44,21,46&zoom=8".to_owned()),
            ("search.tile", "GET /marketplace/tiles/8/141/91".to_owned()),
            ("search.similar", format!("GET /marketplace/listings/{other}/similar")),
            ("users.seller", format!("GET /marketplace/sellers/{seller}")),
            ("listings.newest", "GET /marketplace/listings?category=nonfiction".to_owned()),
            ("listings.get", format!("GET /marketplace/listings/{other}")),
            ("listings.price_history", format!("GET /marketplace/listings/{other}/price-history")),
            ("listings.price_hint", "GET /marketplace/listings/price-hint?category=nonfiction".to_owned()),
            ("listings.count_view", format!("POST /marketplace/listings/{other}/view")),
        ] {
            self.step(Who::Nobody, operation, &line, Value::Null).await;
        }
    }

    async fn media(&mut self, world: &World) {
        let line = format!("GET {}", world.picture);
        let picture = self.step(Who::Nobody, "media.get_file", &line, Value::Null).await;
        let body = Body::Picture(picture.body);
        let upload = self.step_with(Who::Owner, "media.upload", "", false, "POST /media/uploads", &body).await.json();
        let id = upload["id"].as_str().unwrap();
        self.owners("media.get_upload", &format!("GET /media/uploads/{id}"), Value::Null).await;
        self.owners("media.delete_upload", &format!("DELETE /media/uploads/{id}"), Value::Null).await;
    }

    async fn people_and_lists(&mut self, world: &World) {
        let other = &world.other;
        for (operation, line) in [
            ("users.add_favourite", format!("PUT /marketplace/favourites/{other}")),
            ("users.favourites", "GET /marketplace/favourites".to_owned()),
            ("users.favourite_ids", "GET /marketplace/favourites/ids".to_owned()),
            ("users.remove_favourite", format!("DELETE /marketplace/favourites/{other}")),
            ("users.add_viewed", format!("PUT /marketplace/viewed/{other}")),
            ("users.viewed", "GET /marketplace/viewed".to_owned()),
            ("users.clear_viewed", "DELETE /marketplace/viewed".to_owned()),
            ("users.own_seller", "GET /marketplace/sellers/me".to_owned()),
        ] {
            self.step(Who::Owner, operation, &line, Value::Null).await;
        }
        let about = json!({ "about": "Radim radnim danom." });
        self.step(Who::Owner, "users.update_seller", "PATCH /marketplace/sellers/me", about).await;
        let line = "POST /marketplace/price-letters/unsubscribe?token=x";
        self.step(Who::Nobody, "users.unsubscribe", line, Value::Null).await;
    }

    /// From the draft to the end, through moderation and an appeal.
    async fn ads(&mut self, world: &World) {
        let draft = json!({
            "title": "Knjiga o ribolovu na Dunavu", "category": "nonfiction", "condition": "used", "language": "sr-Latn",
            "description": "Stručna literatura, primerak koji se retko sreće.", "place_id": world.town,
            "price": { "kind": "fixed", "amount_minor": 1_500, "currency": "EUR" },
            "contact": { "phone": "+381601234567", "show_phone": true },
        });
        let ad = self.step(Who::Owner, "listings.create", "POST /marketplace/listings", draft).await.json();
        let id = ad["id"].as_str().unwrap().to_owned();
        let at = format!("/marketplace/listings/{id}");
        self.step(Who::Owner, "listings.mine", "GET /marketplace/listings/mine", Value::Null).await;
        self.step(Who::Owner, "listings.latest_draft", "GET /marketplace/listings/latest-draft", Value::Null).await;
        self.step_with(Who::Owner, "listings.get", "draft", true, &format!("GET {at}"), &Body::None).await;
        self.owners("listings.update", &format!("PATCH {at}"), json!({ "title": "Knjiga o ribolovu na Tisi" })).await;
        for (operation, name) in [
            ("listings.publish", "publish"),
            ("listings.pause", "pause"),
            ("listings.resume", "resume"),
            ("listings.reserve", "reserve"),
            ("listings.unreserve", "unreserve"),
            ("listings.renew", "renew"),
        ] {
            self.owners(operation, &format!("POST {at}/{name}"), Value::Null).await;
        }
        self.owners("listings.statistics", &format!("GET {at}/statistics"), Value::Null).await;
        self.step(Who::Stranger, "listings.reveal_contact", &format!("POST {at}/contact"), Value::Null).await;
        let report = json!({ "reason": "spam", "text": "Isti oglas, treći put." });
        self.step(Who::Stranger, "listings.report", &format!("POST {at}/report"), report).await;

        for (operation, name) in [
            ("moderation.queue", "queue"),
            ("moderation.rules", "rules"),
            ("moderation.audit", "audit"),
            ("moderation.dashboard", "dashboard"),
        ] {
            self.step(Who::Moderator, operation, &format!("GET /moderation/{name}"), Value::Null).await;
        }
        let reports =
            self.step(Who::Moderator, "moderation.reports", "GET /moderation/reports", Value::Null).await.json();
        let report = reports["items"][0]["id"].as_str().unwrap();
        let line = format!("POST /moderation/reports/{report}/close");
        self.step(Who::Moderator, "moderation.close_report", &line, Value::Null).await;
        // So many reports have taken the ad to the queue.
        let decision = json!({ "decision": "refuse", "rule": "misleading", "note": "Naslov obmanjuje." });
        let line = format!("POST /moderation/listings/{id}/decision");
        self.step(Who::Moderator, "moderation.decide", &line, decision).await.json();
        self.step_with(Who::Owner, "listings.get", "refused", true, &format!("GET {at}"), &Body::None).await;
        let appeal = json!({ "text": "Naslov je tačan, molim da pogledate ponovo." });
        self.owners("listings.appeal", &format!("POST {at}/appeal"), appeal).await;
        let appeals =
            self.step(Who::Moderator, "moderation.appeals", "GET /moderation/appeals", Value::Null).await.json();
        let appeal = appeals["items"][0]["id"].as_str().unwrap();
        let line = format!("POST /moderation/appeals/{appeal}/decision");
        let verdict = json!({ "verdict": "reverse", "answer": "U pravu ste." });
        self.step(Who::Moderator, "moderation.decide_appeal", &line, verdict).await.json();
        self.owners("listings.sell", &format!("POST {at}/sold"), Value::Null).await;
        self.owners("listings.delete", &format!("DELETE {at}"), Value::Null).await;
    }

    async fn searches(&mut self) {
        let form = json!({ "query": "q=stan", "frequency": "daily" });
        let saved = self.step(Who::Owner, "search.save", "POST /marketplace/saved-searches", form).await.json();
        let at = format!("/marketplace/saved-searches/{}", saved["id"].as_str().unwrap());
        self.step(Who::Owner, "search.list_saved", "GET /marketplace/saved-searches", Value::Null).await;
        self.owners("search.alerts", &format!("GET {at}/alerts"), Value::Null).await;
        self.owners("search.update_saved", &format!("PATCH {at}"), json!({ "frequency": "weekly" })).await;
        self.owners("search.delete_saved", &format!("DELETE {at}"), Value::Null).await;
        let line = "POST /marketplace/saved-searches/unsubscribe?token=x";
        self.step(Who::Nobody, "search.unsubscribe", line, json!({ "token": "x" })).await;
    }

    async fn operate(&mut self) {
        let rate = json!({ "rsd_per_eur": "117.2" });
        self.step(Who::Operator, "rates.set", "PUT /marketplace/rates", rate).await.json();
        let term = json!({ "term_days": 60 });
        self.step(Who::Operator, "taxonomy.edit_category", "PATCH /marketplace/categories/nonfiction", term)
            .await
            .json();
        let line = "PATCH /marketplace/attributes/author";
        self.step(Who::Operator, "taxonomy.edit_attribute", line, json!({ "names": { "en": "Writer" } })).await.json();
    }

    /// What ends sessions comes at the very end.
    async fn accounts(&mut self, url: &str) {
        // Letters to one address are few.
        let email = if self.keys.is_some() { "neko@example.com" } else { "niko@example.com" };
        let form = json!({ "email": email, "password": PASSWORD, "display_name": "Niko", "language": "en",
            "accept_terms": true });
        let wrong = json!({ "email": email, "password": PASSWORD });
        let token = "x".repeat(43);
        let link = json!({ "token": token });
        let recovery = json!({ "token": token, "password": PASSWORD });
        let none = "01jd8zk3vme7g9x0q4c5r6s7t8";
        let renamed = format!("PATCH /identity/me/passkeys/passkey_{none}");
        let removed = format!("DELETE /identity/me/passkeys/passkey_{none}");
        let forgotten = format!("DELETE /identity/me/trusted-devices/device_{none}");
        for (operation, line, body) in [
            ("identity.sign_up", "POST /identity/sign-up", form),
            ("identity.verify_email", "POST /identity/verify-email", link),
            ("identity.sign_in", "POST /identity/sign-in", wrong),
            ("identity.request_recovery", "POST /identity/recovery", json!({ "email": email })),
            ("identity.complete_recovery", "POST /identity/recovery/complete", recovery),
            ("identity.me", "GET /identity/me", Value::Null),
            ("identity.update_me", "PATCH /identity/me", json!({ "theme": "dark" })),
            ("identity.list_sessions", "GET /identity/sessions", Value::Null),
            // Secret names that nobody was told: crates/platform/identity/tests walks those that exist.
            ("identity.authorization_request", "GET /identity/authorization-requests/untold", Value::Null),
            ("identity.device_request", "GET /identity/device-requests/BCDF-GHJK", Value::Null),
            ("identity.answer_device", "POST /identity/device-requests/BCDF-GHJK", json!({ "allow": true })),
            // Factors that are nobody's: the same tests walk those that are somebody's.
            (
                "identity.complete_factor",
                "POST /identity/sign-in/factor",
                json!({ "method": "totp", "code": "000000" }),
            ),
            ("identity.request_code", "POST /identity/sign-in/code", json!({ "email": email })),
            ("identity.sign_in_by_code", "POST /identity/sign-in/code/complete", json!({ "code": "000000" })),
            ("identity.passkey_options", "POST /identity/sign-in/passkey/options", Value::Null),
            (
                "identity.sign_in_by_passkey",
                "POST /identity/sign-in/passkey",
                json!({ "state": "x", "credential": {} }),
            ),
            ("identity.factors", "GET /identity/me/factors", Value::Null),
            ("identity.security_events", "GET /identity/me/security-events", Value::Null),
            ("identity.step_up", "POST /identity/me/step-up", json!({ "method": "password", "password": PASSWORD })),
            ("identity.begin_totp", "POST /identity/me/totp", Value::Null),
            ("identity.confirm_totp", "PUT /identity/me/totp", json!({ "state": "x", "code": "000000" })),
            ("identity.remove_totp", "DELETE /identity/me/totp", Value::Null),
            ("identity.renew_recovery_codes", "POST /identity/me/recovery-codes", Value::Null),
            ("identity.begin_passkey", "POST /identity/me/passkeys/options", Value::Null),
            (
                "identity.add_passkey",
                "POST /identity/me/passkeys",
                json!({ "state": "x", "credential": {}, "name": "Telefon" }),
            ),
            ("identity.rename_passkey", &renamed, json!({ "name": "Telefon" })),
            ("identity.remove_passkey", &removed, Value::Null),
            ("identity.forget_device", &forgotten, Value::Null),
            ("identity.upstreams", "GET /identity/upstreams", Value::Null),
            // A provider that is not configured: the same tests know one that is.
            ("identity.begin_upstream", "GET /identity/upstreams/none/start", Value::Null),
            ("identity.upstream_callback", "GET /identity/upstreams/none/callback?code=x&state=x", Value::Null),
            ("identity.upstream_form_callback", "POST /identity/upstreams/none/callback", Value::Null),
            ("identity.waiting_upstream", "GET /identity/upstreams/waiting", Value::Null),
            ("identity.send_upstream_code", "POST /identity/upstreams/waiting/code", json!({ "language": "en" })),
            ("identity.confirm_upstream", "POST /identity/upstreams/waiting/confirm", json!({ "code": "000000" })),
            (
                "identity.sign_up_by_upstream",
                "POST /identity/upstreams/sign-up",
                json!({ "display_name": "Niko", "language": "en", "accept_terms": true }),
            ),
            ("identity.linked_upstreams", "GET /identity/me/upstreams", Value::Null),
            ("identity.link_upstream", "POST /identity/me/upstreams", Value::Null),
            // Some country that no message goes to.
            ("identity.request_phone", "POST /identity/me/phone", json!({ "phone": "+15550100100" })),
            ("identity.confirm_phone", "PUT /identity/me/phone", json!({ "code": "000000" })),
            ("identity.remove_phone", "DELETE /identity/me/phone", Value::Null),
            ("identity.unlink_upstream", "DELETE /identity/me/upstreams/none", Value::Null),
        ] {
            self.step(Who::Owner, operation, line, body).await;
        }
        self.step(Who::Owner, "identity.list_keys", "GET /identity/api-keys", Value::Null).await;
        let form = json!({ "name": "skript", "scopes": ["account:read"], "days": 1 });
        let made = self.step(Who::Owner, "identity.create_key", "POST /identity/api-keys", form).await.json();
        let line = format!("DELETE /identity/api-keys/{}", made["key"]["id"].as_str().unwrap());
        self.owners("identity.revoke_key", &line, Value::Null).await;
        let line = "POST /identity/accounts/search";
        let found = self.step(Who::Operator, "identity.find_accounts", line, json!({ "text": TRADER })).await.json();
        let line = format!("PUT /identity/accounts/{}/roles", found["items"][0]["account_id"].as_str().unwrap());
        self.step(Who::Operator, "identity.set_roles", &line, json!({ "roles": ["trader"] })).await;
        self.staff(found["items"][0]["account_id"].as_str().unwrap()).await;

        let second = Person::new(url, Who::Owner).await.get("/api/v1/identity/sessions").await.json();
        let sessions = second["items"].as_array().unwrap();
        let session = sessions.iter().find(|session| session["current"] == true).unwrap()["id"].as_str().unwrap();
        self.owners("identity.end_session", &format!("DELETE /identity/sessions/{session}"), Value::Null).await;
        self.step(Who::Owner, "identity.end_other_sessions", "DELETE /identity/sessions", Value::Null).await;
        for (operation, line, body) in [
            ("identity.privacy", "GET /identity/me/privacy", Value::Null),
            ("identity.request_export", "POST /identity/me/export", json!({})),
            // crates/platform/identity/tests walks those that exist.
            ("identity.withdraw_consent", "DELETE /identity/me/applications/untold", Value::Null),
            ("identity.request_erasure", "POST /identity/me/erasure", json!({ "password": PASSWORD })),
            ("identity.cancel_erasure", "DELETE /identity/me/erasure", Value::Null),
        ] {
            self.step(Who::Owner, operation, line, body).await;
        }
        self.downloads().await;
        let line = "DELETE /identity/impersonation";
        self.step(Who::Owner, "identity.end_impersonation", line, Value::Null).await;
        let change = json!({ "current": PASSWORD, "new": PASSWORD });
        self.step(Who::Owner, "identity.change_password", "POST /identity/me/password", change).await;
        // A changed password begins a new session.
        for person in self.people.values_mut() {
            person.enter_again().await;
        }
        self.step(Who::Owner, "identity.sign_out", "POST /identity/sign-out", Value::Null).await;
    }

    /// Everybody asked for their own: each gets one, and there is no way to another's.
    async fn downloads(&mut self) {
        for who in [Who::Stranger, Who::Owner, Who::Moderator, Who::Operator] {
            let mut tries = 0;
            loop {
                let privacy = self.ask(who, "/identity/me/privacy").await;
                if privacy["export"]["ready"] == true {
                    break;
                }
                tries += 1;
                assert!(tries < 600, "{}: {privacy}", who.name());
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            }
        }
        self.step(Who::Owner, "identity.download_export", "GET /identity/me/export/file", Value::Null).await;
    }
}
