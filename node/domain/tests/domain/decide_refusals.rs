//! Every refusal is produced by some command, so that no code is promised to clients in vain.

use crate::common::scene_of_care::{CONFIRMATION, confirmed};
use crate::common::scene_of_coverage::running;
use crate::common::scene_of_restriction::{open_check, wrong_password};
use crate::common::scene_of_tasks::pin_of;
use crate::common::{
    COLLEAGUE, CONVERSATION, Case, NEW, NOW_MS, NURSE, OTHER_PATIENT, PATIENT, administrator, channel, colleague, head,
    member, message, new_message, nurse, patient, staff, thread, with_message,
};
use corridor_domain::audit::{Action, Basis};
use corridor_domain::care::{Care, CareStep, Stage};
use corridor_domain::command::{Acting, Command, NewConversation};
use corridor_domain::conversation::{Audience, Conversation, History, Kind, Visibility};
use corridor_domain::event::{Event, Retraction};
use corridor_domain::limits;
use corridor_domain::on_behalf::Confirmed;
use corridor_domain::permission::{Asking, permit};
use corridor_domain::person::{AccountState, Person, Role};
use corridor_domain::private::{Private, Sealed};
use corridor_domain::refusal::Refusal;
use corridor_domain::restriction::RestrictionStep;
use corridor_domain::task::Terms;
use corridor_domain::view::Readable;

fn send() -> Command {
    Command::Send {
        conversation: CONVERSATION,
        message: Box::new(new_message(Audience::Everyone)),
    }
}

fn edit() -> Command {
    Command::Edit {
        conversation: CONVERSATION,
        seq: 8,
        content: Sealed::default(),
        mentions: Vec::new(),
    }
}

fn group() -> Conversation {
    Conversation {
        owner: NURSE,
        ..head(Kind::Group)
    }
}

fn add_colleague() -> Case {
    let command = Command::AddMember {
        conversation: CONVERSATION,
        person: COLLEAGUE,
        history: History::Full,
    };
    Case::inside(&nurse(), &group(), command).subject(&colleague(), None)
}

/// A case for every refusal; none for the one that `storage` gives before anything is decided.
fn case(refusal: Refusal) -> Option<Case> {
    Some(match refusal {
        Refusal::NotSignedIn => Case::by(
            &Person {
                state: AccountState::Suspended,
                ..nurse()
            },
            Command::ReadAudit,
        ),
        Refusal::SignInFailed => Case::from(
            Acting::Door,
            Command::FailSignIn {
                person: None,
                device: Private::default(),
            },
        ),
        Refusal::Forbidden => Case::by(&nurse(), Command::ReadAudit),
        Refusal::NotFound => Case::by(&nurse(), send()).about(group(), None),
        Refusal::IdempotencyConflict => return None,
        Refusal::Archived => Case::inside(
            &nurse(),
            &Conversation {
                archived: true,
                ..group()
            },
            send(),
        ),
        Refusal::NotAMember => Case::by(&nurse(), send()).about(head(channel(Visibility::Public)), None),
        Refusal::AlreadyMember => {
            add_colleague().change(|view| view.subject_membership = Some(member(&group(), &colleague())))
        }
        Refusal::PatientAccountInactive => {
            let invited = Person {
                state: AccountState::Invited,
                ..patient(PATIENT, &[])
            };
            Case::inside(&nurse(), &head(thread()), send()).change(|view| view.about.patient = Some(invited))
        }
        Refusal::EditWindowClosed => {
            let old = Event {
                at_ms: NOW_MS - u64::from(limits::EDIT_WINDOW_S) * 1_000 - 1,
                ..message(NURSE, Audience::Everyone)
            };
            Case::inside(&nurse(), &group(), edit()).target(old)
        }
        Refusal::AlreadyRetracted => {
            let retraction = Retraction {
                by: NURSE,
                at_ms: NOW_MS,
                reason: Private::default(),
            };
            let gone = with_message(message(NURSE, Audience::Everyone), |it| {
                it.retraction = Some(retraction)
            });
            Case::inside(&nurse(), &group(), edit()).target(gone)
        }
        Refusal::LoginTaken => {
            let command = Command::AddPerson {
                person: Box::new(nurse()),
                general: None,
            };
            Case::by(&administrator(), command).change(|view| view.login_taken = true)
        }
        Refusal::NameTaken => {
            let kind = channel(Visibility::Public);
            let topic = Private::from("front-desk");
            let new = NewConversation {
                id: NEW,
                kind,
                topic,
                members: Vec::new(),
                content_key: Sealed::default(),
            };
            let command = Command::CreateConversation(Box::new(new));
            Case::by(&nurse(), command).change(|view| view.name_taken = true)
        }
        Refusal::OwnerMustHandOver => {
            let command = Command::RemoveMember {
                conversation: CONVERSATION,
                person: NURSE,
            };
            Case::inside(&nurse(), &group(), command).subject(&nurse(), Some(member(&group(), &nurse())))
        }
        Refusal::Invalid => Case::inside(
            &nurse(),
            &group(),
            Command::Rename {
                conversation: CONVERSATION,
                topic: Private::default(),
            },
        ),
        Refusal::TooMany => {
            let full = Conversation {
                member_count: limits::MEMBERS_COUNT_MAX,
                ..group()
            };
            add_colleague().about(full.clone(), Some(member(&full, &nurse())))
        }
        Refusal::NothingToDo => Case::inside(
            &nurse(),
            &group(),
            Command::Reopen {
                conversation: CONVERSATION,
            },
        ),
        Refusal::HeldByAnother => held_by_colleague(CareStep::Take { from: None }),
        Refusal::NotHeld => care(CareStep::HandOver {
            to: COLLEAGUE,
            minutes: 30,
        }),
        Refusal::NotOffered => care(CareStep::Accept),
        Refusal::CannotHold => {
            let clerk = staff(COLLEAGUE, Role::Administrator);
            care(CareStep::Assign { to: COLLEAGUE }).subject(&clerk, Some(member(&head(thread()), &clerk)))
        }
        Refusal::TargetNotAMember => care(CareStep::Assign { to: COLLEAGUE }).subject(&colleague(), None),
        Refusal::NotResponsible => on_behalf(send_on_behalf()).change(|view| view.about.care = None),
        Refusal::OnBehalfRefused => on_behalf(send_on_behalf()).change(|view| view.subject_refuses_on_behalf = true),
        Refusal::ConfirmFirst => on_behalf(send_on_behalf()).change(|view| view.confirmed = None),
        Refusal::MovedOn => on_behalf(send_on_behalf()).change(|view| {
            view.confirmed = view.confirmed.map(|known| Confirmed {
                shared_number: known.shared_number - 1,
                ..known
            });
        }),
        Refusal::PatientMessagesOff => Case::inside(&nurse(), &head(thread()), send()).change(|view| {
            view.about.switches.patients = false;
        }),
        Refusal::TeamChatOff => Case::inside(&nurse(), &group(), send()).change(|view| {
            view.about.switches.team = false;
        }),
        Refusal::QueueNeedsMore => {
            let command = Command::ChangeRights {
                person: COLLEAGUE,
                roles: [Role::OrganizationQueue].into_iter().collect(),
                sites: Vec::new(),
            };
            Case::by(&administrator(), command).subject(&colleague(), None)
        }
        Refusal::NotAvailable => {
            let patient = patient(PATIENT, &[COLLEAGUE]);
            let new = NewConversation {
                id: NEW,
                kind: thread(),
                topic: Private::from("Topic"),
                members: Vec::new(),
                content_key: Sealed::default(),
            };
            let command = Command::BeginThread {
                new: Box::new(new),
                reason: None,
                to: Some(COLLEAGUE),
            };
            let case = Case::by(&patient, command).subject(&colleague(), None);
            case.people(&[patient, colleague()])
                .change(|view| view.subject_is_unavailable = true)
        }
        Refusal::AnotherReplied => {
            let terms = Terms {
                seen_seq: Some(9),
                ..Terms::default()
            };
            let command = Command::SendOnTerms {
                conversation: CONVERSATION,
                message: Box::new(new_message(Audience::Everyone)),
                terms,
            };
            let reply = Event {
                at_ms: NOW_MS - 1,
                ..message(COLLEAGUE, Audience::Everyone)
            };
            Case::inside(&nurse(), &head(thread()), command).change(|view| view.unseen = vec![reply])
        }
        Refusal::NotThisPatient => {
            let command = pin_of(Private::from("another's number"));
            let case = Case::inside(&nurse(), &head(thread()), command);
            case.subject(&patient(PATIENT, &[]), None)
        }
        Refusal::TooYoung => {
            let (conversation, step) = (CONVERSATION, RestrictionStep::Confidential { confidential: true });
            Case::inside(&nurse(), &head(thread()), Command::Restrict { conversation, step })
        }
        Refusal::NotConfirmed => {
            let case = Case::inside(&patient(PATIENT, &[]), &head(thread()), wrong_password());
            case.change(|view| view.identity_check = Some(open_check()))
        }
        Refusal::CoverageOverlaps => {
            let running = running(NURSE, COLLEAGUE);
            let coverage = Command::GrantCoverage {
                coverage: Box::new(running.window.clone()),
            };
            let case = Case::by(&nurse(), coverage).subject(&colleague(), None);
            case.people(&[nurse()]).change(|view| view.coverages = vec![running])
        }
        Refusal::Closed => {
            let closed = Care {
                set_stage: Stage::Closed,
                ..Care::untouched(CONVERSATION, NOW_MS)
            };
            Case::inside(&patient(PATIENT, &[]), &head(thread()), send()).change(|view| view.about.care = Some(closed))
        }
    })
}

/// The nurse's step in a thread that nobody holds; the colleague is a member.
fn care(step: CareStep) -> Case {
    let conversation = CONVERSATION;
    let case = Case::inside(&nurse(), &head(thread()), Command::Care { conversation, step });
    case.subject(&colleague(), Some(member(&head(thread()), &colleague())))
}

fn held_by_colleague(step: CareStep) -> Case {
    let held = Care {
        holder: Some(COLLEAGUE),
        ..Care::untouched(CONVERSATION, NOW_MS)
    };
    care(step).change(|view| {
        view.about.care = Some(held);
        view.about.holder = Some(colleague());
    })
}

fn send_on_behalf() -> Command {
    Command::SendOnBehalf {
        conversation: CONVERSATION,
        message: Box::new(new_message(Audience::Everyone)),
        confirmation: CONFIRMATION,
    }
}

/// For the colleague, who answers.
fn on_behalf(command: Command) -> Case {
    let mut case = held_by_colleague(CareStep::Accept);
    case.envelope.command = command;
    case.envelope.on_behalf_of = Some(COLLEAGUE);
    case.view.confirmed = Some(confirmed(NURSE, COLLEAGUE));
    case
}

#[test]
fn every_refusal_is_given_by_some_command() {
    for refusal in Refusal::ALL {
        let Some(case) = case(*refusal) else {
            assert_eq!(
                *refusal,
                Refusal::IdempotencyConflict,
                "storage answers it, from the answers it keeps"
            );
            continue;
        };
        assert_eq!(case.refused(), *refusal);
    }
}

#[test]
fn a_denial_wins_over_every_grant() {
    // The nurse owns the thread and is in the care team; the patient's closed account denies all the same.
    let closed = Person {
        state: AccountState::Suspended,
        ..patient(PATIENT, &[NURSE])
    };
    let mut case = Case::inside(
        &nurse(),
        &Conversation {
            owner: NURSE,
            ..head(thread())
        },
        send(),
    );
    case.view.about.patient = Some(closed);
    assert_eq!(case.refused(), Refusal::PatientAccountInactive);
    case.envelope.on_behalf_of = Some(NURSE);
    assert_eq!(
        case.refused(),
        Refusal::PatientAccountInactive,
        "acting for oneself is acting"
    );
    case.envelope.on_behalf_of = Some(COLLEAGUE);
    assert_eq!(case.refused(), Refusal::Forbidden, "acting for others comes before all");
    assert_eq!(case.decide().audit.on_behalf_of, Some(COLLEAGUE));
    case.view.session = None;
    assert_eq!(
        case.refused(),
        Refusal::NotSignedIn,
        "the session comes before the funnel"
    );
}

#[test]
fn what_is_hidden_and_what_is_not_there_look_the_same() {
    let commands = [
        send(),
        edit(),
        Command::Archive {
            conversation: CONVERSATION,
        },
        Command::MarkRead {
            conversation: CONVERSATION,
            seq: 8,
        },
        Command::RemoveMember {
            conversation: CONVERSATION,
            person: NURSE,
        },
    ];
    let strangers = [nurse(), administrator(), patient(OTHER_PATIENT, &[])];
    for actor in strangers {
        for command in &commands {
            let missing = Case::by(&actor, command.clone()).subject(&nurse(), None);
            let hidden = missing
                .clone()
                .about(head(thread()), None)
                .target(message(COLLEAGUE, Audience::Everyone));
            assert_eq!(missing.decide(), hidden.decide());
            assert_eq!(hidden.refused(), Refusal::NotFound);
        }
    }
}

#[test]
fn the_funnel_itself_turns_away_a_closed_account() {
    // The edge asks the funnel without a session at hand; what the session check would catch is denied here too.
    let room = head(thread());
    let own = Some(member(&room, &nurse()));
    let about = Readable {
        conversation: Some(room),
        own,
        ..Readable::default()
    };
    for (state, expected) in [
        (AccountState::Active, Ok(Some(Basis::Member))),
        (AccountState::Invited, Err(Refusal::NotSignedIn)),
        (AccountState::Suspended, Err(Refusal::NotSignedIn)),
    ] {
        let actor = Person { state, ..nurse() };
        assert_eq!(permit(&Asking::new(Action::Read, &actor, &about, NOW_MS)), expected);
    }
}
