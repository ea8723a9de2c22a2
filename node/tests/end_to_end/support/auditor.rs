//! Somebody who reads the audit record along with a test, and expects each thing on it exactly once.

use serde_json::{Value, json};
use std::collections::BTreeSet;

use super::clinic::Clinic;
use super::person::Person;

/// Reads along what is put on record.
pub struct Auditor {
    officer: Person,
    /// The newest line: the look of the last time.
    newest: u64,
}

impl Auditor {
    /// From now on.
    pub fn new(clinic: &Clinic) -> Self {
        Self::by(clinic.person("adeyemi"))
    }

    /// From now on, by the eyes of that compliance officer.
    pub fn by(officer: Person) -> Self {
        let newest = officer.audit("?limit=1")[0]["index"].as_u64().unwrap();
        Self { officer, newest }
    }

    /// The lines since the last time, oldest first, without the look at them.
    #[track_caller]
    pub fn lines(&mut self) -> Vec<Value> {
        let mut lines = self.officer.audit("");
        let own = lines.remove(0);
        assert_eq!(
            (&own["action"], &own["actor"]["id"]),
            (&json!("audit_read"), &json!(self.officer.id)),
            "{own}"
        );
        lines.retain(|line| line["index"].as_u64() > Some(self.newest));
        self.newest = own["index"].as_u64().unwrap();
        lines.reverse();
        lines
    }

    /// The one line since the last time.
    #[track_caller]
    pub fn one(&mut self, action: &str, outcome: &str) -> Value {
        let mut lines = self.lines();
        assert_eq!(lines.len(), 1, "{action}, {outcome}: {lines:?}");
        let line = lines.remove(0);
        assert_eq!(
            (&line["action"], &line["outcome"]),
            (&json!(action), &json!(outcome)),
            "{line}"
        );
        line
    }
}

/// Who did it, and on which device.
#[track_caller]
pub fn assert_by(line: &Value, person: &Person, login: &str) {
    assert_eq!(
        (&line["actor"]["id"], &line["actor"]["name"]),
        (&json!(person.id), &json!(person.name)),
        "{line}"
    );
    assert_eq!(
        (&line["session_id"], &line["device"]),
        (&json!(person.session_id), &json!(format!("device of {login}")))
    );
}

/// Who was told.
pub fn recipients(line: &Value) -> BTreeSet<String> {
    let all = line["recipients"].as_array().unwrap();
    all.iter()
        .map(|recipient| recipient["id"].as_str().unwrap().to_owned())
        .collect()
}
