//! A shop of the owner's: first among people who each own another one, then in a team.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    people::{Body, Who},
    walk::Walk,
};

const MANAGER: &str = "moderator@example.com";
const MEMBER: &str = "operator@example.com";

impl Walk {
    pub async fn shops(&mut self) {
        // Everybody opens one: each is the owner of another shop in what follows.
        let form = json!({ "name": "Gume Petrović" });
        let made = self.step(Who::Owner, "shops.create", "POST /identity/shops", form).await.json();
        self.step(Who::Owner, "shops.list", "GET /identity/shops", Value::Null).await;
        let id = made["id"].as_str().unwrap().to_owned();
        let at = format!("/identity/shops/{id}");
        self.owners("shops.get", &format!("GET {at}"), Value::Null).await;
        self.owners("shops.update", &format!("PUT {at}"), json!({ "name": "Gume i delovi" })).await;
        let team = self.owners("shops.team", &format!("GET {at}/members"), Value::Null).await.json();
        let own = format!("{at}/members/{}", team["items"][0]["user_id"].as_str().unwrap());
        self.owners("shops.set_role", &format!("PUT {own}"), json!({ "role": "owner" })).await;
        // Letters to one address are few.
        let email = if self.keys.is_some() { "poziv-kljuc@example.com" } else { "poziv@example.com" };
        let form = json!({ "email": email, "role": "member" });
        let waits = self.owners("shops.invite", &format!("POST {at}/invitations"), form).await.json();
        self.owners("shops.invitations", &format!("GET {at}/invitations"), Value::Null).await;
        let line = format!("DELETE {at}/invitations/{}", waits["id"].as_str().unwrap());
        self.owners("shops.revoke_invitation", &line, Value::Null).await;
        self.owners("shops.remove_member", &format!("DELETE {own}"), Value::Null).await;
        self.owners("shops.leave", &format!("POST {at}/leave"), Value::Null).await;
        if self.keys.is_none() {
            self.team(&at).await;
        }
        // A secret that nobody was told: crates/platform/identity/tests walks those that exist.
        let untold = "x".repeat(43);
        let line = format!("GET /identity/invitations/{untold}");
        self.step(Who::Nobody, "shops.invitation", &line, Value::Null).await;
        let form = json!({ "token": untold });
        self.step(Who::Owner, "shops.accept", "POST /identity/invitations/accept", form).await;
        self.owners("shops.close", &format!("DELETE {at}"), Value::Null).await;
    }

    async fn team(&mut self, at: &str) {
        self.joins(at, Who::Moderator, MANAGER, "manager").await;
        self.joins(at, Who::Operator, MEMBER, "member").await;
        for (operation, line, body) in [
            ("shops.get", format!("GET {at}"), Body::None),
            ("shops.team", format!("GET {at}/members"), Body::None),
            ("shops.invitations", format!("GET {at}/invitations"), Body::None),
            ("shops.update", format!("PUT {at}"), Body::Json(json!({ "name": "Delovi i gume" }))),
            (
                "shops.invite",
                format!("POST {at}/invitations"),
                Body::Json(json!({ "email": "clan@example.com", "role": "member" })),
            ),
            ("shops.leave", format!("POST {at}/leave"), Body::None),
        ] {
            self.step_with(Who::Owner, operation, "team", false, &line, &body).await;
        }
    }

    /// By the letter, as people do.
    async fn joins(&mut self, at: &str, who: Who, email: &str, role: &str) {
        let form = Body::Json(json!({ "email": email, "role": role }));
        let owner = self.people.get_mut(&Who::Owner).unwrap();
        owner.send(&format!("POST /api/v1{at}/invitations"), &form).await.json();
        let mut tries = 0;
        let token = loop {
            let letters = owner.get("/dev/mail.json").await.json();
            let text = |letter: &Value| letter["text"].as_str().unwrap_or_default().to_owned();
            let texts = letters.as_array().unwrap().iter().filter(|one| one["to"] == email).map(text);
            let mut tokens =
                texts.filter_map(|text| Some(text.split_once("/invitation?token=")?.1.get(..43)?.to_owned()));
            let token = tokens.next();
            if let Some(token) = token {
                break token;
            }
            tries += 1;
            assert!(tries < 600, "a letter to {email}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        };
        let form = Body::Json(json!({ "token": token }));
        let person = self.people.get_mut(&who).unwrap();
        person.send("POST /api/v1/identity/invitations/accept", &form).await.json();
    }
}
