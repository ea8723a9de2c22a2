//! What the demo leaves in its data folder beside the node's own files: `demo.begun` while it is being founded, then
//! `demo.json`.
//!
//! Tells a folder of the demo from anybody else's. Refuses to know what the node stores.

use super::people::{self, PEOPLE};
use crate::start::StartError;
use serde::{Deserialize, Serialize};
use std::fs;
use std::io;
use std::path::Path;

const FOUNDED: &str = "demo.json";
const BEGUN: &str = "demo.begun";

/// What a data folder is to the demo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Folder {
    /// The clinic is there.
    Founded,
    /// It is to be founded, or to be founded to its end.
    Unfinished {
        /// The day the story is told on: the same after a founding that was cut off.
        told_at_ms: u64,
    },
}

/// One of the people one may sign in as.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Full name.
    pub name: String,
    /// `staff`, `patient`, `proxy`, `partner` or `service`.
    pub kind: String,
    /// Of staff.
    pub roles: Vec<String>,
    /// Sign-in name.
    pub login: String,
    /// None: invited, has no password yet.
    pub password: Option<String>,
}

impl Account {
    /// The role in a word or two; for all but staff the kind.
    pub fn what(&self) -> String {
        if self.roles.is_empty() {
            self.kind.clone()
        } else {
            self.roles.join(", ").replace('_', " ")
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Marker {
    clinic: String,
    accounts: Vec<Account>,
}

/// The cast as accounts.
pub fn everybody() -> Vec<Account> {
    let account = |character: &people::Character| Account {
        name: character.name.to_owned(),
        kind: character.kind.to_owned(),
        roles: character.roles.iter().map(|role| (*role).to_owned()).collect(),
        login: character.login.to_owned(),
        password: character.can_sign_in.then(|| people::PASSWORD.to_owned()),
    };
    PEOPLE.iter().map(account).collect()
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> StartError {
    let what = path.display().to_string();
    move |cause| StartError::Io { what, cause }
}

/// Looks what the folder is, and writes down that a founding begins there.
pub fn look_at(data: &Path, now_ms: u64) -> Result<Folder, StartError> {
    if data.join(FOUNDED).exists() {
        return Ok(Folder::Founded);
    }
    let begun = data.join(BEGUN);
    match fs::read_to_string(&begun) {
        // A power cut may leave the file without its text: then nothing else was done either.
        Ok(text) => Ok(Folder::Unfinished {
            told_at_ms: text.trim().parse().unwrap_or(now_ms),
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if data.join("workspaces").exists() || data.join("log").exists() {
                return Err(StartError::refused(format!(
                    "{} holds the data of a node that is not the demo; name another folder with --data",
                    data.display()
                )));
            }
            fs::create_dir_all(data).map_err(failed(data))?;
            fs::write(&begun, format!("{now_ms}\n")).map_err(failed(&begun))?;
            Ok(Folder::Unfinished { told_at_ms: now_ms })
        }
        Err(error) => Err(failed(&begun)(error)),
    }
}

/// Writes down that the clinic is there. Nothing to do if that was done before.
pub fn finish(data: &Path) -> Result<(), StartError> {
    let (founded, begun) = (data.join(FOUNDED), data.join(BEGUN));
    if !founded.exists() {
        let marker = Marker {
            clinic: people::CLINIC.to_owned(),
            accounts: everybody(),
        };
        let text = serde_json::to_string_pretty(&marker).map_err(|error| StartError::refused(error.to_string()))?;
        let part = data.join("demo.json.part");
        fs::write(&part, text).map_err(failed(&part))?;
        fs::rename(&part, &founded).map_err(failed(&founded))?;
    }
    match fs::remove_file(&begun) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(&begun)(error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Who may sign in at the demo in this folder.
pub fn read(data: &Path) -> Result<Vec<Account>, StartError> {
    let founded = data.join(FOUNDED);
    let text = match fs::read_to_string(&founded) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(StartError::refused(format!(
                "there is no demo clinic in {}; `corridor demo` founds one",
                data.display()
            )));
        }
        text => text.map_err(failed(&founded))?,
    };
    let marker: Marker = serde_json::from_str(&text).map_err(|error| {
        StartError::refused(format!(
            "{} is damaged ({error}); remove the folder and start again",
            founded.display()
        ))
    })?;
    Ok(marker.accounts)
}

#[cfg(test)]
mod tests {
    use super::{Folder, everybody, finish, look_at, read};

    #[test]
    fn begun_then_founded() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("demo");
        assert!(read(&data).unwrap_err().to_string().contains("no demo clinic"));
        assert_eq!(look_at(&data, 7).unwrap(), Folder::Unfinished { told_at_ms: 7 });
        assert_eq!(look_at(&data, 9).unwrap(), Folder::Unfinished { told_at_ms: 7 });
        finish(&data).unwrap();
        assert_eq!(look_at(&data, 9).unwrap(), Folder::Founded);
        assert_eq!(read(&data).unwrap(), everybody());
    }

    #[test]
    fn a_folder_of_somebody_else_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("log")).unwrap();
        assert!(look_at(folder.path(), 7).is_err());
    }
}
