//! The same walk by programs: whoever may do a step tries it by a key without its scope, and by one with nothing else.

use std::fmt;

use serde_json::json;
use svetu_policy::Scopes;

use crate::{
    people::{Answer, Body, Who},
    walk::Walk,
};

pub struct KeyRow {
    pub operation: &'static str,
    note: &'static str,
    is_the_owners: bool,
    scope: Option<String>,
    nobody: u16,
    /// With every scope but the one; none where no scope covers it.
    wrong: Option<u16>,
    /// With this scope alone; with all of them where no scope covers it.
    right: u16,
}

pub struct Keys {
    scopes: Scopes,
    pub rows: Vec<KeyRow>,
}

impl Keys {
    pub fn new() -> Self {
        Self { scopes: Scopes::try_new().unwrap(), rows: Vec::new() }
    }
}

impl Walk {
    pub async fn step_by_keys(
        &mut self,
        last: Who,
        operation: &'static str,
        note: &'static str,
        is_the_owners: bool,
        line: &str,
        body: &Body,
    ) -> Answer {
        let scope = self.keys.as_ref().unwrap().scopes.of(operation).map(str::to_owned);
        let nobody = self.people.get_mut(&Who::Nobody).unwrap().send(line, body).await.status;
        let holder = if last == Who::Nobody { Who::Owner } else { last };
        let (wrong, right) = match &scope {
            Some(scope) => {
                let wrong = self.by_key(holder, |known| known != scope, line, body).await;
                (Some(wrong.status), self.by_key(holder, |known| known == scope, line, body).await)
            }
            None => (None, self.by_key(holder, |_| true, line, body).await),
        };
        let row = KeyRow { operation, note, is_the_owners, scope, nobody, wrong, right: right.status };
        self.keys.as_mut().unwrap().rows.push(row);
        // What no key may do the walk still needs.
        if right.status == 403 { self.people.get_mut(&last).unwrap().send(line, body).await } else { right }
    }

    /// A key for this one request.
    async fn by_key(&mut self, holder: Who, of: impl Fn(&str) -> bool, line: &str, body: &Body) -> Answer {
        let person = self.people.get_mut(&holder).unwrap();
        let known = person.get("/api/v1/identity/api-keys").await;
        assert_eq!(known.status, 200, "{} has no session of the site any more, before {line}", holder.name());
        let known = known.json();
        let names = known["scopes"].as_array().unwrap().iter().filter_map(|scope| scope.as_str());
        let form = json!({ "name": "walk", "scopes": names.filter(|scope| of(scope)).collect::<Vec<_>>(), "days": 1 });
        let made = person.send("POST /api/v1/identity/api-keys", &Body::Json(form)).await.json();
        let answer = person.send_by(made["secret"].as_str(), line, body).await;
        let line = format!("DELETE /api/v1/identity/api-keys/{}", made["key"]["id"].as_str().unwrap());
        assert_eq!(person.send(&line, &Body::None).await.status, 204);
        answer
    }
}

impl KeyRow {
    pub fn check(&self, group: &str) {
        let told = self.to_string();
        let all = [Some(self.nobody), self.wrong, Some(self.right)];
        assert!(all.into_iter().flatten().all(|status| status < 500 && status != 429), "{told}");
        match &self.scope {
            Some(_) if group == "anyone" => {
                assert!(!self.is_the_owners || self.wrong == Some(self.nobody), "{told}");
            }
            Some(_) => {
                assert_eq!(self.wrong, Some(403), "{told}");
                assert!(![401, 403].contains(&self.right), "{told}");
            }
            None if group == "anyone" => {}
            None => assert_eq!(self.right, 403, "{told}"),
        }
    }
}

impl fmt::Display for KeyRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let title = if self.note.is_empty() {
            self.operation.to_owned()
        } else {
            format!("{} ({})", self.operation, self.note)
        };
        let scope = self.scope.as_deref().unwrap_or("no scope");
        let wrong = self.wrong.map_or("-".to_owned(), |status| status.to_string());
        writeln!(f, "{title:30} by key   {scope:17} nobody {} without {wrong} with {}", self.nobody, self.right)
    }
}
