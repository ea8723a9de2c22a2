//! The disk holds no clear text: canaries are written as every kind of word there is, and every file is searched for them.

use crate::clinic::folk::{self, GENERAL, GROUP, NURSE};
use crate::clinic::{Clinic, envelope, from};
use corridor_domain::audit::Action;
use corridor_domain::command::{Acting, Command, Envelope, NewMessage};
use corridor_domain::conversation::{Audience, Kind, Visibility};
use corridor_domain::event::Priority;
use corridor_domain::ids::PersonId;
use corridor_domain::person::{Person, Role, Site};
use corridor_domain::private::Private;
use corridor_storage::apply::encode_command;
use corridor_storage::backend::FjallBackend;
use corridor_storage::content::ContentKeys;
use corridor_storage::log::{EngineLog, LogOptions, LogStore};
use corridor_storage::replicated::ReplicatedState;
use corridor_storage::sealing::StorageKey;
use corridor_storage::world::SystemWorld;
use std::path::Path;
use std::sync::{Arc, mpsc};

/// Stands in every canary and nowhere else.
const MARK: &str = "kanarienvogel-im-bergwerk";

fn canary(number: usize) -> String {
    format!("{number:02}-{MARK}-{}", number * 7919)
}

fn private(number: usize) -> Private {
    Private::new(canary(number))
}

fn with_canaries(person: Person) -> Person {
    let mut person = Person {
        name: private(1),
        title: private(2),
        login: private(3),
        credential: private(4),
        organization: private(5),
        ..person
    };
    if let Some(facts) = &mut person.patient {
        facts.mrn = private(6);
        person.login = private(7);
    }
    person
}

/// Commands whose every word is a canary. The bodies are sealed first, as the edge does.
fn commands(content: &ContentKeys) -> Vec<Envelope> {
    let mut founded = folk::found();
    founded.command = Command::FoundWorkspace {
        name: private(8),
        administrator: Box::new(folk::administrator()),
    };
    let mut session = folk::session(folk::ADMINISTRATOR);
    session.device = private(9);
    let signed_in = folk::sign_in(session);
    let mut commands = vec![founded, signed_in];
    let site = Site {
        id: folk::SITE,
        name: private(10),
    };
    let key = content.draw(GROUP);
    let seal = |number| content.seal(GROUP, &key, folk::ADMINISTRATOR, &canary(number)).unwrap();
    let mut group = crate::clinic::new(GROUP, Kind::Group, &canary(11), &[]);
    group.content_key = key.clone();
    let say = |number| Command::Send {
        conversation: GROUP,
        message: Box::new(NewMessage {
            audience: Audience::Everyone,
            priority: Priority::Routine,
            content: seal(number),
            mentions: Vec::new(),
            reply_to: None,
        }),
    };
    let asked = [
        Command::AddSite { site },
        folk::add(with_canaries(folk::staff(NURSE, "", Role::Nurse))),
        folk::add_patient(with_canaries(folk::patient(folk::MARIA, "", &[NURSE])), GENERAL),
        Command::CreateConversation(Box::new(group)),
        crate::clinic::create(folk::CHANNEL, folk::channel(Visibility::Public), &canary(12), &[]),
        say(13),
        Command::Edit {
            conversation: GROUP,
            seq: 2,
            content: seal(14),
            mentions: Vec::new(),
        },
        Command::Retract {
            conversation: GROUP,
            seq: 2,
            reason: private(15),
        },
        Command::Rename {
            conversation: folk::CHANNEL,
            topic: private(16),
        },
        Command::BreakGlass {
            conversation: GENERAL,
            reason: private(17),
            minutes: 5,
        },
        Command::SetPassword {
            person: NURSE,
            credential: private(18),
        },
    ];
    commands.extend(
        (10..)
            .zip(asked)
            .map(|(id, command)| envelope(folk::ADMINISTRATOR, id, command)),
    );
    let device = private(19);
    let person = Some(PersonId(9));
    commands.push(from(Acting::Door, 99, Command::FailSignIn { person, device }));
    commands
}

/// The middle of the base64 of `word` wherever it begins in a stretch: three forms, without the letters at the edges.
fn base64_forms(word: &[u8]) -> Vec<Vec<u8>> {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let whole = |bytes: &[u8]| -> Vec<u8> {
        let triples = bytes.chunks_exact(3);
        triples
            .flat_map(|triple| {
                let bits = u32::from_be_bytes([0, triple[0], triple[1], triple[2]]);
                [18, 12, 6, 0].map(|shift| LETTERS[(bits >> shift) as usize & 63])
            })
            .collect()
    };
    (0..3).map(|skipped| whole(&word[skipped..])).collect()
}

/// The files below `folder` in which a canary stands, as it is, in capitals, or in base64.
fn found_in(folder: &Path, files: &mut usize, size_bytes: &mut usize) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(found_in(&path, files, size_bytes));
            continue;
        }
        let mut bytes = std::fs::read(&path).unwrap();
        // Room that was reserved and not written.
        let written = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        bytes.truncate(written);
        *files += 1;
        *size_bytes += written;
        let mut forms = base64_forms(MARK.as_bytes());
        forms.extend([MARK.as_bytes().to_vec(), MARK.to_uppercase().into_bytes()]);
        if forms
            .iter()
            .any(|form| bytes.windows(form.len()).any(|window| window == form))
        {
            found.push(path.display().to_string());
        }
    }
    found
}

#[test]
fn no_canary_stands_in_any_file() {
    let folder = tempfile::tempdir().unwrap();
    let world = Arc::new(SystemWorld::new());
    let (node, workspace) = (StorageKey::from_bytes([1; 32]), StorageKey::from_bytes([2; 32]));
    let content = ContentKeys::new(world.clone(), &workspace);
    let commands = commands(&content);
    let fatal = Arc::new(|problem: &str| panic!("fatal: {problem}"));
    let log = EngineLog::open(&LogOptions::new(folder.path().join("log")), &node, world, fatal).unwrap();
    let (done, durable) = mpsc::channel();
    for (index, command) in (1..).zip(&commands) {
        let done = done.clone();
        let entries = vec![(index, encode_command(command).unwrap())];
        log.append(1, entries, Box::new(move |outcome| done.send(outcome).unwrap()));
    }
    for _ in &commands {
        durable.recv().unwrap().unwrap();
    }
    drop(log);
    let backend = FjallBackend::open(&folder.path().join("state")).unwrap();
    let mut clinic = Clinic::over(Arc::new(backend));
    for (command, answer) in commands.iter().zip(clinic.apply(&commands)) {
        let done = !matches!(answer, corridor_domain::outcome::Answer::Refused { .. });
        let meant = matches!(command.command, Command::FailSignIn { .. } | Command::BreakGlass { .. });
        assert!(done || meant, "{command:?}: {answer:?}");
    }
    clinic.applied.persist().unwrap();
    assert_eq!(clinic.actions().last(), Some(&Action::FailSignIn));
    // The words are there, for whoever has the keys.
    let head = clinic.reader.conversation(GROUP).unwrap().unwrap();
    let body = clinic.reader.versions(GROUP, 2).unwrap().remove(0).content;
    assert_eq!(
        content
            .open(GROUP, &head.content_key, folk::ADMINISTRATOR, &body)
            .unwrap(),
        canary(13)
    );
    assert_eq!(
        clinic.reader.person_by_login(&canary(3)).unwrap().unwrap().name,
        private(1)
    );
    drop(clinic);
    let (mut files, mut size_bytes) = (0, 0);
    assert_eq!(
        found_in(folder.path(), &mut files, &mut size_bytes),
        Vec::<String>::new()
    );
    assert!(
        files >= 4 && size_bytes > 10_000,
        "{files} files, {size_bytes} bytes: was anything written?"
    );
}

#[test]
fn the_search_finds_what_is_there() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("below")).unwrap();
    let word = canary(5);
    for (number, before) in ["", "x", "xy"].into_iter().enumerate() {
        let shifted = base64_forms(format!("{before}{word}").as_bytes()).remove(0);
        std::fs::write(folder.path().join(format!("below/{number}")), shifted).unwrap();
    }
    std::fs::write(folder.path().join("raw"), [b"..", word.as_bytes(), &[0; 9]].concat()).unwrap();
    std::fs::write(folder.path().join("other"), "kanarienvogel, but not in the mine").unwrap();
    let mut found = found_in(folder.path(), &mut 0, &mut 0);
    found.sort();
    assert_eq!(found.len(), 4, "{found:?}");
}
