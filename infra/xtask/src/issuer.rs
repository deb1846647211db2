//! The simulated issuer that the demo's people sign in with.

use serde::Deserialize;
use serde_json::{Value, json};

/// Its name in the product's addresses.
pub(crate) const ID: &str = "demo";

/// What the issuer tells whoever registers a client there.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Issuer {
    /// Its identifier, which is its origin.
    #[serde(rename = "issuer")]
    pub(crate) id: String,
    /// What people call it.
    pub(crate) name: String,
    client_id: String,
    client_secret: String,
    /// Whom its page offers.
    pub(crate) people: Vec<Person>,
}

/// Somebody who signs in there.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Person {
    /// The issuer's id of them.
    pub(crate) subject: String,
    /// Full name.
    pub(crate) name: String,
    /// The address that the issuer vouches for.
    pub(crate) email: String,
    /// What they are in the demo's team: `admin`, `lead` or `developer`.
    pub(crate) role: String,
    /// The groups that they lead, as the API writes their ids.
    pub(crate) leads: Vec<String>,
}

impl Issuer {
    /// The operator's secret of issuers: this one, and GitHub.
    pub(crate) fn secret(&self) -> Value {
        let Self { id, name, client_id, client_secret, .. } = self;
        let one = json!({"name": name, "issuer": id, "client_id": client_id, "client_secret": client_secret});
        json!({"github": true, "issuers": {ID: one}})
    }

    /// How a visitor of the demo signs in, in a line.
    pub(crate) fn how(&self) -> String {
        let people = self.people.iter().map(|person| format!("{} ({})", person.name, person.role));
        format!("Sign in with {} as one of {}.", self.name, people.collect::<Vec<_>>().join(", "))
    }
}

/// Those who are neither users nor invited, by what `GET /api/teams/{team_id}/users` says. Who is a user by another issuer
/// is none by this one.
pub(crate) fn uninvited<'a>(known: &Value, people: &'a [Person]) -> Vec<&'a Person> {
    let list = |name: &str| known.get(name).and_then(Value::as_array).into_iter().flatten();
    let has = |row: &Value, name: &str, value: &str| row.get(name).and_then(Value::as_str) == Some(value);
    let is_known = |person: &&Person| {
        list("invitations").any(|row| has(row, "email", &person.email))
            || list("users").any(|row| has(row, "email", &person.email) && has(row, "issuer", ID))
    };
    people.iter().filter(|person| !is_known(person)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issuer() -> Issuer {
        let person = |name: &str, role: &str, leads: &[&str]| {
            let email = format!("{}@acme.example", name.to_lowercase());
            json!({"subject": "s", "name": name, "email": email, "role": role, "leads": leads, "account": "github:1"})
        };
        let told = json!({
            "issuer": "http://127.0.0.1:1", "name": "Acme sign-in", "client_id": "c", "client_secret": "s",
            "people": [person("Ada", "admin", &[]), person("Ben", "lead", &["github:7"])],
        });
        serde_json::from_value(told).expect("an issuer")
    }

    #[test]
    fn the_secret_is_what_the_product_reads() {
        let expected = json!({
            "github": true,
            "issuers": {"demo": {
                "name": "Acme sign-in", "issuer": "http://127.0.0.1:1", "client_id": "c", "client_secret": "s",
            }},
        });
        assert_eq!(issuer().secret(), expected);
        assert_eq!(issuer().how(), "Sign in with Acme sign-in as one of Ada (admin), Ben (lead).");
    }

    #[test]
    fn nobody_is_invited_twice() {
        let people = issuer().people;
        let emails = |known: Value| -> Vec<String> {
            uninvited(&known, &people).into_iter().map(|person| person.email.clone()).collect()
        };
        assert_eq!(emails(json!({"users": [], "invitations": []})), ["ada@acme.example", "ben@acme.example"]);
        let user =
            |issuer: &str| json!([{"email": "ada@acme.example", "issuer": issuer}, {"email": null, "issuer": "demo"}]);
        assert_eq!(emails(json!({"users": user("demo"), "invitations": []})), ["ben@acme.example"]);
        let both = json!({"users": user("github"), "invitations": [{"email": "ben@acme.example"}]});
        assert_eq!(emails(both), ["ada@acme.example"], "another issuer's user is somebody else");
    }
}
