//! Random commands of everybody in the clinic of [`super::folk`], sensible ones and hostile ones.

use super::folk::{ADMINISTRATOR, CLERK, EVERYBODY, EVERYWHERE, JOHN, JOHNS, MARIA, MOTHER, NURSE, OFFICER, PHYSICIAN};
use super::{create, edit, envelope, folk, on_terms, retract, say};
use corridor_domain::attention::AttentionStep;
use corridor_domain::care::{CareStep, Party};
use corridor_domain::command::{Command, Envelope, Page};
use corridor_domain::conversation::{Audience, History, Kind, Visibility};
use corridor_domain::coverage::NewCoverage;
use corridor_domain::ids::{ConversationId, CoverageId, PersonId, PinId, SessionId, TaskId};
use corridor_domain::person::{AccountState, Profile, Role};
use corridor_domain::pin::NewPin;
use corridor_domain::private::{Private, Sealed};
use corridor_domain::restriction::{RestrictionStep, Safeguards, Sensitivity};
use corridor_domain::settings::Policies;
use corridor_domain::task::{NewTask, TaskStep, Terms};
use proptest::collection::vec;
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_oneof};
use proptest::sample::{select, subsequence};

/// Few cases where nobody asks for more; `PROPTEST_CASES` asks.
pub fn config() -> ProptestConfig {
    let asked = std::env::var_os("PROPTEST_CASES").is_some();
    let default = ProptestConfig::default();
    let cases = if asked { default.cases } else { 16 };
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..default
    }
}

/// Conversations that are created on the way, or are there already.
pub fn anywhere() -> Vec<ConversationId> {
    EVERYWHERE.into_iter().chain((0xB0..0xB4).map(ConversationId)).collect()
}

fn conversation() -> impl Strategy<Value = ConversationId> {
    prop_oneof![4 => select(anywhere()), 2 => select(vec![folk::GENERAL, folk::TOPIC, JOHNS])]
}

fn person() -> impl Strategy<Value = PersonId> {
    select(EVERYBODY.to_vec())
}

fn people(of: &[PersonId]) -> impl Strategy<Value = Vec<PersonId>> + use<> {
    subsequence(of.to_vec(), 0..=of.len())
}

fn seq() -> impl Strategy<Value = u64> {
    prop_oneof![5 => 2..7_u64, 4 => 0..14_u64, 2 => 0..40_u64, 1 => Just(u64::MAX)]
}

pub fn audience() -> impl Strategy<Value = Audience> {
    select(vec![Audience::Everyone, Audience::Everyone, Audience::Team])
}

pub fn history() -> impl Strategy<Value = History> {
    let since = (0..100_u64).prop_map(|step| History::Since {
        at_ms: super::NOW_MS + step * 1_000,
    });
    prop_oneof![Just(History::Full), Just(History::FromNow), since]
}

fn kind() -> impl Strategy<Value = Kind> {
    let patient = || select(vec![MARIA, JOHN, NURSE]);
    let visibilities = vec![
        Visibility::Public,
        Visibility::Private,
        Visibility::Site,
        Visibility::Partner,
    ];
    prop_oneof![
        Just(Kind::Direct),
        Just(Kind::Group),
        select(visibilities).prop_map(folk::channel),
        patient().prop_map(|patient| Kind::Patient { patient }),
        (patient(), conversation()).prop_map(|(patient, beside)| Kind::CareRoom { patient, beside }),
    ]
}

fn message_command() -> impl Strategy<Value = Command> {
    let reply_to = proptest::option::weighted(0.3, seq());
    let at = || (conversation(), seq());
    prop_oneof![
        8 => (conversation(), audience(), "[a-z]{0,8}", reply_to).prop_map(|(id, audience, body, to)| say(id, audience, &body, to)),
        2 => (conversation(), seq(), "[a-z]{0,8}").prop_map(|(id, seq, body)| edit(id, seq, &body)),
        2 => at().prop_map(|(id, seq)| retract(id, seq)),
        3 => at().prop_map(|(conversation, seq)| Command::MarkRead { conversation, seq }),
        1 => at().prop_map(|(conversation, seq)| Command::ConfirmDelivery { conversation, seq }),
        2 => at().prop_map(|(conversation, seq)| Command::Acknowledge { conversation, seq }),
    ]
}

fn room_command() -> impl Strategy<Value = Command> {
    let outside = || select(vec![MARIA, JOHN, MOTHER]);
    let with = || (conversation(), prop_oneof![person(), outside()]);
    let topic = || select(vec!["board", "Front-Desk", "x", ""]);
    let everybody = people(&EVERYBODY);
    prop_oneof![
        3 => (conversation(), kind(), topic(), everybody).prop_map(|(id, kind, topic, who)| create(id, kind, topic, &who)),
        4 => (with(), history()).prop_map(|((conversation, person), history)| Command::AddMember {
            conversation,
            person,
            history,
        }),
        3 => with().prop_map(|(conversation, person)| Command::RemoveMember { conversation, person }),
        1 => with().prop_map(|(conversation, owner)| Command::ChangeOwner { conversation, owner }),
        1 => (conversation(), topic()).prop_map(|(conversation, topic)| Command::Rename {
            conversation,
            topic: Private::from(topic),
        }),
        1 => conversation().prop_map(|conversation| Command::Archive { conversation }),
        2 => conversation().prop_map(|conversation| Command::Reopen { conversation }),
        1 => (conversation(), 0..900_u32).prop_map(|(conversation, minutes)| Command::BreakGlass {
            conversation,
            reason: Private::from("for a review"),
            minutes,
        }),
    ]
}

fn care_command() -> impl Strategy<Value = Command> {
    let step = prop_oneof![
        3 => proptest::option::of(person()).prop_map(|from| CareStep::Take { from }),
        1 => person().prop_map(|to| CareStep::Assign { to }),
        1 => proptest::option::of(select(Role::ALL.to_vec())).prop_map(|pool| CareStep::Return { pool }),
        2 => (person(), 0..3_u32).prop_map(|(to, minutes)| CareStep::HandOver { to, minutes }),
        3 => select(vec![CareStep::Accept, CareStep::Decline, CareStep::Withdraw]),
        2 => select(vec![CareStep::Resolve, CareStep::Close, CareStep::Open]),
    ];
    (conversation(), step).prop_map(|(conversation, step)| Command::Care { conversation, step })
}

fn task_command() -> impl Strategy<Value = Command> {
    let party = || {
        prop_oneof![
            person().prop_map(Party::Person),
            select(Role::ALL.to_vec()).prop_map(Party::Pool)
        ]
    };
    let id = || (0..6_u128).prop_map(TaskId);
    let at_ms = || proptest::option::weighted(0.4, (0..200_u64).prop_map(|step| super::NOW_MS + step * 1_000));
    let created = (
        conversation(),
        id(),
        party(),
        at_ms(),
        proptest::option::weighted(0.3, seq()),
    );
    let step = prop_oneof![
        party().prop_map(|to| TaskStep::Assign { to }),
        at_ms().prop_map(|due_ms| TaskStep::Due { due_ms }),
        select(vec![TaskStep::Complete, TaskStep::Cancel, TaskStep::Reopen]),
    ];
    let terms =
        (proptest::option::of(seq()), at_ms()).prop_map(|(seen_seq, read_by_ms)| Terms { seen_seq, read_by_ms });
    prop_oneof![
        3 => created.prop_map(|(conversation, id, assignee, due_ms, message)| Command::CreateTask {
            conversation,
            task: Box::new(NewTask { id, title: Sealed(b"call".to_vec()), assignee, due_ms, message }),
        }),
        3 => (conversation(), id(), step).prop_map(|(conversation, task, step)| Command::ChangeTask {
            conversation,
            task,
            step,
        }),
        1 => vec(conversation(), 0..3).prop_map(|conversations| Command::ReadTasks { conversations }),
        2 => (conversation(), id(), select(vec![MARIA, JOHN]), vec(seq(), 0..3)).prop_map(pin),
        1 => conversation().prop_map(Command::ReadPins),
        3 => (conversation(), audience(), "[a-z]{0,8}", terms).prop_map(|(id, audience, body, terms)| {
            on_terms(id, audience, &body, terms)
        }),
    ]
}

fn pin((conversation, id, patient, messages): (ConversationId, TaskId, PersonId, Vec<u64>)) -> Command {
    let facts = folk::patient(patient, "", &[]).patient.unwrap();
    let pin = NewPin {
        id: PinId(id.0),
        patient,
        mrn: facts.mrn,
        birth_date: facts.birth_date,
        messages,
        summary: Sealed(b"summary".to_vec()),
    };
    Command::Pin {
        conversation,
        pin: Box::new(pin),
    }
}

fn restriction_command() -> impl Strategy<Value = Command> {
    let sensitivity = proptest::option::of(select(vec![Sensitivity::Part2, Sensitivity::StateLaw]));
    let step = prop_oneof![
        1 => sensitivity.prop_map(|sensitivity| RestrictionStep::Label { sensitivity }),
        2 => any::<bool>().prop_map(|confidential| RestrictionStep::Confidential { confidential }),
    ];
    let from = select(vec![Some(12), Some(12), None]);
    prop_oneof![
        4 => (conversation(), step).prop_map(|(conversation, step)| Command::Restrict { conversation, step }),
        2 => (conversation(), select(vec![MARIA, JOHN])).prop_map(|(id, patient)| Command::BeginConfidential {
            new: Box::new(super::new(id, Kind::Patient { patient }, "x", &[])),
            reason: None,
            to: None,
        }),
        1 => (0..6_u128, person(), any::<bool>()).prop_map(|(id, covering, of_labelled)| covering_for(id, covering, of_labelled)),
        1 => conversation().prop_map(Command::AskIdentity),
        1 => (conversation(), select(vec!["hash", ""])).prop_map(|(conversation, credential)| Command::ConfirmIdentity {
            conversation,
            credential: Private::from(credential),
        }),
        2 => corrected(),
        1 => (person(), 0..3_u8).prop_map(|(person, code)| Command::Invite(person, [code; 16])),
        2 => (conversation(), 1..40_u64, any::<bool>()).prop_map(|(conversation, seq, follows)| Command::ChangeAttention {
            conversation,
            step: AttentionStep::Follow { seq, follows },
        }),
        1 => select(vec!["https://ehr.example/{mrn}", ""]).prop_map(|link| Command::ChangeChartLink(Private::from(link))),
        1 => (select(vec![0, 60, 900]), any::<bool>()).prop_map(|(edit_window_s, on_behalf_of_labelled)| {
            Command::ChangePolicies(Policies { edit_window_s, on_behalf_of_labelled })
        }),
        2 => from.prop_map(|confidential_from_years| Command::ChangeSafeguards(Safeguards { confidential_from_years, undo_s: 0 })),
    ]
}

/// A login that another has, or had, and a name.
fn corrected() -> impl Strategy<Value = Command> {
    (
        person(),
        select(vec!["nurse", "clerk", "", "new"]),
        select(vec!["Ada", ""]),
    )
        .prop_map(|(person, login, name)| {
            let profile = Profile {
                name: Private::from(name),
                login: Private::from(login),
                ..Profile::default()
            };
            Command::ChangeProfile(person, Box::new(profile))
        })
}

/// The physician is away for the rest of the story.
fn covering_for(id: u128, covering: PersonId, of_labelled: bool) -> Command {
    let coverage = Box::new(NewCoverage {
        id: CoverageId(0xC00 + id),
        covered: PHYSICIAN,
        covering,
        from_ms: 0,
        until_ms: super::NOW_MS + 7 * 24 * 60 * 60 * 1_000,
        reason: Private::from("away"),
    });
    match of_labelled {
        true => Command::GrantCoverageOfLabelled { coverage },
        false => Command::GrantCoverage { coverage },
    }
}

fn account_command() -> impl Strategy<Value = Command> {
    let staff = [NURSE, PHYSICIAN, CLERK, OFFICER];
    let state = select(vec![
        AccountState::Active,
        AccountState::Suspended,
        AccountState::Active,
    ]);
    let roles = subsequence(Role::ALL.to_vec(), 1..4);
    let newcomer = (0x30..0x34_u128, 0xB0..0xB4_u128, 0..3).prop_map(|(id, general, kind)| {
        let (id, name) = (PersonId(id), format!("Newcomer {id:x}"));
        match kind {
            0 => folk::add(folk::proxy(id, &name, MARIA)),
            1 => folk::add(folk::staff(id, &name, Role::Billing)),
            _ => folk::add_patient(folk::patient(id, &name, &[NURSE]), ConversationId(general)),
        }
    });
    prop_oneof![
        3 => people(&[MARIA, JOHN]).prop_map(|patients| Command::ChangeProxyFor { person: MOTHER, patients }),
        2 => (select(vec![MARIA, JOHN]), people(&staff)).prop_map(|(person, care_team)| Command::ChangeCareTeam {
            person,
            care_team,
        }),
        1 => (person(), state).prop_map(|(person, state)| Command::ChangeAccountState { person, state }),
        1 => (person(), roles).prop_map(|(person, roles)| Command::ChangeRoles {
            person,
            roles: roles.into_iter().collect(),
        }),
        1 => newcomer,
        1 => person().prop_map(|person| Command::SetPassword {
            person,
            credential: Private::from("hash"),
        }),
        1 => person().prop_map(|person| Command::EndSession {
            session: SessionId(person.0 << 8 | 1),
        }),
    ]
}

fn reading() -> impl Strategy<Value = Command> {
    let page = (conversation(), seq(), seq()).prop_map(|(conversation, from_seq, to_seq)| Page {
        conversation,
        from_seq,
        to_seq,
    });
    prop_oneof![
        4 => vec(page, 0..3).prop_map(|pages| Command::Read { pages }),
        1 => any::<bool>().prop_map(|patients| Command::ReadDirectory { patients }),
        1 => Just(Command::ReadAudit),
    ]
}

/// A command of somebody about anything; ids of commands meet now and then, with the same and with other fingerprints.
pub fn asked() -> impl Strategy<Value = Envelope> {
    let command = prop_oneof![
        8 => message_command(),
        6 => room_command(),
        3 => account_command(),
        3 => care_command(),
        2 => task_command(),
        2 => restriction_command(),
        2 => reading(),
    ];
    let who = prop_oneof![
        2 => person(),
        1 => Just(ADMINISTRATOR),
        3 => select(vec![NURSE, PHYSICIAN]),
        2 => select(vec![MARIA, JOHN, MOTHER]),
    ];
    let id = prop_oneof![1 => 0..20_u128, 4 => any::<u64>().prop_map(|id| u128::from(id) + 1_000)];
    let on_behalf_of = proptest::option::weighted(0.05, person());
    (who, command, id, 0..3_u8, on_behalf_of).prop_map(|(who, command, id, fingerprint, on_behalf_of)| Envelope {
        fingerprint: [fingerprint; 16],
        on_behalf_of,
        ..envelope(who, id, command)
    })
}
