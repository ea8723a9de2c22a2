//! The decision tables in `tests/tables/*.md`, which a compliance officer can read, checked cell by cell against
//! `decide`.
//!
//! A row holds for every action, kind and state it names, a column for everybody and every relation it names. Whatever
//! the code knows (every action, in every kind of conversation, by everybody) must stand in some cell, or this fails.

use crate::common::scene::Scene;
use crate::common::words::{all_kinds, kind_name, person_kind_name, role_name};
use corridor_domain::audit::{Action, Basis};
use corridor_domain::outcome::Answer;
use corridor_domain::person::{PersonKind, Role};
use corridor_domain::refusal::Refusal;
use std::collections::BTreeSet;

const TABLES: &[(&str, &str)] = &[
    ("reading.md", include_str!("tables/reading.md")),
    ("rooms.md", include_str!("tables/rooms.md")),
    ("messages.md", include_str!("tables/messages.md")),
    ("accounts.md", include_str!("tables/accounts.md")),
    ("care.md", include_str!("tables/care.md")),
    ("on_behalf.md", include_str!("tables/on_behalf.md")),
    ("coverage.md", include_str!("tables/coverage.md")),
    ("waiting.md", include_str!("tables/waiting.md")),
    ("tasks.md", include_str!("tables/tasks.md")),
    ("settings.md", include_str!("tables/settings.md")),
    ("restriction.md", include_str!("tables/restriction.md")),
];

/// Said of a cell that cannot come about.
const NEVER: &str = "-";

/// One cell with everything it is about.
#[derive(Debug)]
struct Cell<'a> {
    file: &'a str,
    line: usize,
    scene: Scene<'a>,
    says: &'a str,
}

fn words(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(str::trim).filter(|word| !word.is_empty())
}

fn fields(line: &str) -> Vec<&str> {
    line.trim()
        .trim_start_matches('|')
        .trim_end_matches('|')
        .split('|')
        .map(str::trim)
        .collect()
}

/// Words that stand for several roles.
fn everybody(who: &str) -> Vec<&str> {
    let with_patients = ["physician", "nurse", "medical assistant", "front desk", "billing"];
    match who {
        "any staff" => Role::ALL.map(role_name).to_vec(),
        "staff with patients" => with_patients.to_vec(),
        "staff outside the queue" => [&with_patients[..], &["administrator", "compliance officer"]].concat(),
        "staff but administrators" => [&with_patients[..], &["compliance officer", "organization queue"]].concat(),
        one => vec![one],
    }
}

fn action(code: &str) -> Action {
    let found = Action::ALL.iter().find(|action| action.code() == code);
    *found.unwrap_or_else(|| panic!("no action is called '{code}'"))
}

fn cells<'a>(file: &'a str, text: &'a str) -> Vec<Cell<'a>> {
    let mut cells = Vec::new();
    let mut header: Vec<&str> = Vec::new();
    for (line, row) in (1..).zip(text.lines()) {
        if !row.starts_with('|') {
            header.clear();
            continue;
        }
        let row = fields(row);
        if header.is_empty() {
            header = row;
            continue;
        }
        if row[0].starts_with("--") {
            continue;
        }
        if header[0] != "action" {
            continue;
        }
        assert_eq!(
            row.len(),
            header.len(),
            "{file}:{line}: a row has as many cells as its header"
        );
        for (column, says) in header.iter().zip(&row).skip(3) {
            let (people, relations) = column.split_once(':').unwrap_or((column, "stranger"));
            for code in words(row[0]) {
                for (kind, state) in words(row[1]).flat_map(|kind| words(row[2]).map(move |state| (kind, state))) {
                    for who in words(people).flat_map(everybody) {
                        for relation in words(relations) {
                            let scene = Scene {
                                action: action(code),
                                kind,
                                state,
                                who,
                                relation,
                            };
                            cells.push(Cell {
                                file,
                                line,
                                scene,
                                says,
                            });
                        }
                    }
                }
            }
        }
    }
    cells
}

fn all_cells() -> Vec<Cell<'static>> {
    let cells: Vec<_> = TABLES.iter().flat_map(|(file, text)| cells(file, text)).collect();
    cells.into_iter().filter(|cell| cell.says != NEVER).collect()
}

fn basis_name(basis: Basis) -> &'static str {
    match basis {
        Basis::Member => "member",
        Basis::CareTeam => "care team",
        Basis::OrganizationQueue => "organization queue",
        Basis::BreakGlass => "broken glass",
        Basis::Coverage => "coverage",
    }
}

/// What the code says, in the words of the tables. Answer and record must agree, and a refusal writes nothing.
fn decided(scene: &Scene<'_>) -> String {
    let case = scene.case();
    let outcome = case.decide();
    assert_eq!(
        outcome.audit.action, scene.action,
        "the record names the action: {scene:?}"
    );
    if let Answer::Refused { refusal, .. } = outcome.answer {
        assert!(outcome.changes.is_empty(), "a refusal writes nothing: {scene:?}");
        assert_eq!(
            (outcome.audit.refusal, outcome.audit.basis),
            (Some(refusal), None),
            "{scene:?}"
        );
        return refusal.code().to_owned();
    }
    assert_eq!(outcome.audit.refusal, None, "{scene:?}");
    outcome
        .audit
        .basis
        .map_or_else(|| "yes".to_owned(), |basis| format!("yes ({})", basis_name(basis)))
}

#[test]
fn every_cell_says_what_is_decided() {
    let cells = all_cells();
    let wrong: Vec<String> = cells
        .iter()
        .filter_map(|cell| {
            let decided = decided(&cell.scene);
            let Scene {
                action,
                kind,
                state,
                who,
                relation,
            } = cell.scene;
            let place = format!("{}:{}", cell.file, cell.line);
            let asked = format!("{} · {kind} · {state} · {who}: {relation}", action.code());
            (decided != cell.says).then(|| format!("{place}: {asked}: says {}, decided {decided}", cell.says))
        })
        .collect();
    assert!(
        wrong.is_empty(),
        "{} of {} cells:\n{}",
        wrong.len(),
        cells.len(),
        wrong.join("\n")
    );
    assert!(cells.len() > 3_000, "the tables were really read: {}", cells.len());
}

#[test]
fn cells_use_known_words() {
    for cell in all_cells() {
        let refused = Refusal::ALL.iter().any(|refusal| refusal.code() == cell.says);
        let allowed = [
            "yes",
            "yes (member)",
            "yes (care team)",
            "yes (organization queue)",
            "yes (broken glass)",
            "yes (coverage)",
        ];
        assert!(
            refused || allowed.contains(&cell.says),
            "{}:{}: '{}'",
            cell.file,
            cell.line,
            cell.says
        );
    }
}

/// Everybody the tables must speak of: every role of staff, every other kind of person.
fn all_people() -> Vec<&'static str> {
    let others = PersonKind::ALL
        .into_iter()
        .filter(|kind| *kind != PersonKind::Staff)
        .map(person_kind_name);
    let special = ["other patient", "other proxy", "suspended nurse"];
    Role::ALL
        .into_iter()
        .map(role_name)
        .chain(others)
        .chain(special)
        .collect()
}

/// What an action can be about, in the words of the tables.
fn kinds_for(action: Action) -> Vec<&'static str> {
    match action {
        Action::FoundWorkspace
        | Action::AddSite
        | Action::RenameSite
        | Action::SignIn
        | Action::Activate
        | Action::FailSignIn
        | Action::ReadPatients
        | Action::ReadPeople
        | Action::ReadAudit
        | Action::BeginCoverage
        | Action::FinishCoverage
        | Action::Unschedule
        | Action::SendScheduled
        | Action::Remind
        | Action::TaskDue
        | Action::NotReadInTime
        | Action::ChangeSettings
        | Action::ChangeSafeguards => vec!["-"],
        Action::AddPerson
        | Action::ChangeAccountState
        | Action::ChangeRoles
        | Action::ChangeCareTeam
        | Action::ChangeProxyFor
        | Action::SetPassword
        | Action::ChangeProfile
        | Action::Invite
        | Action::EndSession
        | Action::ChangeOnBehalf
        | Action::GrantCoverage
        | Action::EndCoverage
        | Action::ChangeAvailability
        | Action::ChangeTemplates
        | Action::ChangeRights => PersonKind::ALL.map(person_kind_name).to_vec(),
        Action::CreateConversation
        | Action::Rename
        | Action::Archive
        | Action::Reopen
        | Action::ChangeOwner
        | Action::AddMember
        | Action::RemoveMember
        | Action::Join
        | Action::Leave
        | Action::Send
        | Action::SendNote
        | Action::Schedule
        | Action::ChangeAttention
        | Action::Edit
        | Action::Retract
        | Action::MarkRead
        | Action::ConfirmDelivery
        | Action::Acknowledge
        | Action::Read
        | Action::BreakGlass
        | Action::Take
        | Action::Assign
        | Action::ReturnToPool
        | Action::HandOver
        | Action::AcceptHandOver
        | Action::DeclineHandOver
        | Action::WithdrawHandOver
        | Action::Resolve
        | Action::Close
        | Action::Open
        | Action::ConfirmOnBehalf
        | Action::SendOnBehalf
        | Action::AllowOnBehalf
        | Action::CreateTask
        | Action::ChangeTask
        | Action::ReadTasks
        | Action::Pin
        | Action::Label
        | Action::Unlabel
        | Action::KeepConfidential
        | Action::MoveMessage
        | Action::AskIdentity
        | Action::ConfirmIdentity
        | Action::ReadPins => all_kinds().iter().map(kind_name).collect(),
    }
}

#[test]
fn whatever_the_code_knows_stands_in_a_table() {
    let cells = all_cells();
    let said: BTreeSet<_> = cells
        .iter()
        .map(|cell| (cell.scene.action, cell.scene.kind, cell.scene.who))
        .collect();
    let people = all_people();
    let mut missing = Vec::new();
    for action in Action::ALL {
        for kind in kinds_for(*action) {
            let unsaid = people.iter().filter(|who| !said.contains(&(*action, kind, **who)));
            missing.extend(unsaid.map(|who| format!("{} · {kind} · {who}", action.code())));
        }
    }
    assert!(
        missing.is_empty(),
        "{} in no row:\n{}",
        missing.len(),
        missing.join("\n")
    );
}

#[test]
fn every_relation_stands_in_every_family_of_conversations() {
    let relations = [
        "member",
        "owner",
        "care team",
        "past member",
        "stranger",
        "broke the glass",
        "glass ran out",
    ];
    let cells = all_cells();
    for relation in relations {
        for kind in all_kinds().iter().map(kind_name) {
            let said = cells.iter().any(|cell| {
                cell.scene.action == Action::Read && cell.scene.kind == kind && cell.scene.relation == relation
            });
            assert!(said, "content_read · {kind} · {relation} stands nowhere");
        }
    }
}
