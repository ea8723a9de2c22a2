//! Replying for somebody else: what is confirmed is noted, what is sent is what was confirmed, and both names are in it for ever. No
//! sequence of commands makes a message that carries a name without its owner's rules having let it through.

use crate::common::scene_of_care::{CONFIRMATION, confirmed};
use crate::common::{
    COLLEAGUE, CONVERSATION, Case, LAST, NOW_MS, NURSE, appended, changed, colleague, content, done, done_to, head,
    member, moved, new_message, nurse, patient, thread,
};
use corridor_domain::audit::{Action, Basis};
use corridor_domain::care::Care;
use corridor_domain::command::Command;
use corridor_domain::conversation::{Audience, Conversation, Place, Side};
use corridor_domain::event::EventBody;
use corridor_domain::ids::{CommandId, PersonId};
use corridor_domain::limits;
use corridor_domain::on_behalf::{Confirmation, Confirmed};
use corridor_domain::outcome::{Change, Outcome};
use corridor_domain::person::Person;
use corridor_domain::private::Sealed;
use corridor_domain::refusal::Refusal;
use corridor_domain::restriction::{Restriction, Sensitivity};
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::{prop_assert, prop_assert_eq, proptest};

/// The nurse is in the care team and no member; the colleague answers.
fn case(command: Command) -> Case {
    let care = Care {
        holder: Some(COLLEAGUE),
        ..Care::untouched(CONVERSATION, NOW_MS)
    };
    let mut case = Case::by(&nurse(), command).about(head(thread()), None);
    case.envelope.on_behalf_of = Some(COLLEAGUE);
    let membership = member(&head(thread()), &colleague());
    case.subject(&colleague(), Some(membership)).change(|view| {
        view.about.patient = Some(patient(crate::common::PATIENT, &[NURSE]));
        view.about.care = Some(care);
        view.about.holder = Some(colleague());
        view.confirmed = Some(confirmed(NURSE, COLLEAGUE));
    })
}

fn send(confirmation: Confirmation) -> Command {
    Command::SendOnBehalf {
        conversation: CONVERSATION,
        message: Box::new(new_message(Audience::Everyone)),
        confirmation,
    }
}

fn confirm() -> Command {
    Command::ConfirmOnBehalf {
        conversation: CONVERSATION,
        confirmation: CONFIRMATION,
    }
}

#[test]
fn what_is_confirmed_is_noted_with_the_one_for_whom() {
    let case = case(confirm());
    let expected = Confirmed {
        expires_at_ms: NOW_MS + limits::ON_BEHALF_CONFIRMATION_MS,
        ..confirmed(NURSE, COLLEAGUE)
    };
    let mut audit = case.record(Action::ConfirmOnBehalf, Some(Basis::CareTeam), &[(CONVERSATION, 0, 0)]);
    audit.on_behalf_of = Some(COLLEAGUE);
    assert_eq!(
        case.decide(),
        Outcome {
            changes: vec![Change::Confirmed(expected)],
            answer: done(CONVERSATION, Place::default(), Side::Team),
            audit,
        }
    );
}

#[test]
fn what_is_sent_has_both_names_makes_nobody_a_member_and_is_sent_once() {
    let case = case(send(CONFIRMATION));
    let place = Place {
        seq: LAST.seq + 1,
        number: LAST.number + 1,
        shared_seq: LAST.shared_seq + 1,
        shared_number: LAST.shared_number + 1,
    };
    let body = EventBody::Message(Box::new(content(Audience::Everyone, b"body")));
    let mut said = appended(CONVERSATION, place, true, NURSE, body);
    if let Change::Event { event, .. } = &mut said {
        event.on_behalf_of = Some(COLLEAGUE);
    }
    let spent = Confirmed {
        expires_at_ms: 0,
        ..confirmed(NURSE, COLLEAGUE)
    };
    let after = moved(&head(thread()), place, |head: &mut Conversation| {
        head.last_message_seq = place.seq;
        head.last_shared_message_seq = place.seq;
    });
    let mut audit = case.record(
        Action::SendOnBehalf,
        Some(Basis::CareTeam),
        &[(CONVERSATION, place.seq, place.seq)],
    );
    audit.on_behalf_of = Some(COLLEAGUE);
    let expected = Outcome {
        changes: vec![said, Change::Confirmed(spent), after],
        answer: done(CONVERSATION, place, Side::Team),
        audit,
    };
    assert_eq!(case.decide(), expected);
    let again = case.change(|view| view.confirmed = Some(spent));
    assert_eq!(again.refused(), Refusal::ConfirmFirst);
}

#[test]
fn a_member_counts_their_own_message_as_read() {
    let own = member(&head(thread()), &nurse());
    let case = case(send(CONFIRMATION)).change(|view| view.about.own = Some(own.clone()));
    let memberships = case.decide().changes.into_iter();
    let memberships: Vec<_> = memberships
        .filter(|change| matches!(change, Change::Membership(_)))
        .collect();
    let counted = corridor_domain::conversation::Membership {
        own_since_read: vec![LAST.number + 1],
        ..own
    };
    assert_eq!(memberships, [changed(counted)]);
}

#[test]
fn only_what_was_confirmed_is_sent() {
    let other = |token, body| Confirmation { token, body };
    for wrong in [
        other([0; 16], CONFIRMATION.body),
        other(CONFIRMATION.token, [0; 16]),
        other(CONFIRMATION.body, CONFIRMATION.token),
    ] {
        assert_eq!(case(send(wrong)).refused(), Refusal::ConfirmFirst);
    }
    let known = confirmed(NURSE, COLLEAGUE);
    let late = Confirmed {
        expires_at_ms: NOW_MS,
        ..known
    };
    let another = Confirmed {
        principal: PersonId(0x99),
        ..known
    };
    for wrong in [None, Some(late), Some(another)] {
        let case = case(send(CONFIRMATION)).change(|view| view.confirmed = wrong);
        assert_eq!(case.refused(), Refusal::ConfirmFirst);
    }
    let overtaken = Confirmed {
        shared_number: LAST.shared_number - 1,
        ..known
    };
    let case = case(send(CONFIRMATION)).change(|view| view.confirmed = Some(overtaken));
    assert_eq!(case.refused(), Refusal::MovedOn, "somebody answered in between");
}

#[test]
fn a_clinic_can_keep_it_out_of_conversations_with_a_label() {
    let with = |label: bool, on_behalf_of_labelled: bool, command: Command| {
        case(command).change(|view| {
            let sensitivity = label.then_some(Sensitivity::Part2);
            view.about.restriction = Some(Restriction {
                sensitivity,
                ..Restriction::none(CONVERSATION)
            });
            view.about.policies.on_behalf_of_labelled = on_behalf_of_labelled;
        })
    };
    for command in [confirm(), send(CONFIRMATION)] {
        for (label, allowed) in [(false, true), (false, false), (true, true)] {
            assert_eq!(with(label, allowed, command.clone()).decide().audit.refusal, None);
        }
        assert_eq!(with(true, false, command).refused(), Refusal::OnBehalfRefused);
    }
}

#[test]
fn a_note_is_written_under_ones_own_name() {
    let note = Command::SendOnBehalf {
        conversation: CONVERSATION,
        message: Box::new(new_message(Audience::Team)),
        confirmation: CONFIRMATION,
    };
    assert_eq!(case(note).refused(), Refusal::Invalid);
}

#[test]
fn words_that_could_not_be_sealed_are_none() {
    let mut message = new_message(Audience::Everyone);
    message.content = Sealed::default();
    let empty = Command::SendOnBehalf {
        conversation: CONVERSATION,
        message: Box::new(message),
        confirmation: CONFIRMATION,
    };
    assert_eq!(case(empty).refused(), Refusal::Invalid);
}

#[test]
fn nobody_replies_for_themselves_or_for_who_does_not_answer() {
    let mut own = case(confirm()).subject(&nurse(), None);
    own.envelope.on_behalf_of = Some(NURSE);
    assert_eq!(own.refused(), Refusal::Invalid);
    let pool = case(confirm()).change(|view| (view.about.care, view.about.holder) = (None, None));
    assert_eq!(pool.refused(), Refusal::NotResponsible);
    let owned = pool.change(|view| {
        if let Some(head) = &mut view.about.conversation {
            head.owner = COLLEAGUE;
        }
    });
    assert_eq!(
        owned.decide().audit.refusal,
        None,
        "where a pool answers, for who began it"
    );
    let left = case(confirm()).change(|view| view.subject_membership = None);
    assert_eq!(left.refused(), Refusal::NotResponsible, "they left");
    // Named in the envelope is one, loaded another: what is not the same is nobody.
    let mut forged = case(confirm());
    forged.envelope.on_behalf_of = Some(PersonId(0x99));
    assert_eq!(forged.refused(), Refusal::NotFound);
}

#[test]
fn who_refuses_it_says_so_once() {
    let change = |refuses| Command::ChangeOnBehalf { person: NURSE, refuses };
    let case = Case::by(&nurse(), change(true)).subject(&nurse(), None);
    let outcome = case.decide();
    let refused = Change::RefusesOnBehalf {
        person: NURSE,
        refuses: true,
    };
    assert_eq!((outcome.changes, outcome.answer), (vec![refused], done_to(Some(NURSE))));
    let again = case.change(|view| view.subject_refuses_on_behalf = true);
    assert_eq!(again.refused(), Refusal::NothingToDo);
}

/// Whoever asks for whatever in the name of the colleague.
fn forgeries() -> impl Strategy<Value = (Command, bool, bool, bool, Option<PersonId>)> {
    let conversation = CONVERSATION;
    let message = |audience| Box::new(new_message(audience));
    let audience = prop_oneof![Just(Audience::Everyone), Just(Audience::Team)];
    let bytes = prop_oneof![2 => Just(CONFIRMATION.token), 1 => Just(CONFIRMATION.body), 1 => any::<[u8; 16]>()];
    let confirmation = (bytes.clone(), bytes).prop_map(|(token, body)| Confirmation { token, body });
    let command = prop_oneof![
        2 => audience.clone().prop_map(move |audience| Command::Send { conversation, message: message(audience) }),
        4 => (audience, confirmation.clone()).prop_map(move |(audience, confirmation)| Command::SendOnBehalf {
            conversation,
            message: message(audience),
            confirmation,
        }),
        1 => confirmation.prop_map(move |confirmation| Command::ConfirmOnBehalf { conversation, confirmation }),
        1 => (1..12_u64).prop_map(move |seq| Command::Edit {
            conversation,
            seq,
            content: Sealed(b"other".to_vec()),
            mentions: Vec::new(),
        }),
    ];
    let for_whom = prop_oneof![3 => Just(Some(COLLEAGUE)), 1 => Just(Some(PersonId(0x99))), 1 => Just(None)];
    (command, any::<bool>(), any::<bool>(), any::<bool>(), for_whom)
}

proptest! {
    /// Whatever is asked: a message with another one's name comes about only by the one way, with the right confirmation, by who may.
    #[test]
    fn property_no_label_is_forged(asked in vec(forgeries(), 1..20)) {
        for (number, (command, is_patient, is_member, refuses, for_whom)) in asked.into_iter().enumerate() {
            let actor: Person = if is_patient { patient(crate::common::PATIENT, &[NURSE]) } else { nurse() };
            let own = is_member.then(|| member(&head(thread()), &actor));
            let mut case = Case { envelope: Case::by(&actor, command.clone()).envelope, ..case(command.clone()) };
            case.envelope.command_id = CommandId(number as u128);
            case.envelope.on_behalf_of = for_whom;
            case.view.actor = Some(actor.clone());
            case.view.session = Case::by(&actor, command.clone()).view.session;
            case.view.about.own = own;
            case.view.subject_refuses_on_behalf = refuses;
            case.view.target = None;
            let outcome = case.decide();
            for change in &outcome.changes {
                let Change::Event { event, .. } = change else { continue };
                prop_assert_eq!(event.actor, actor.id, "nobody writes as somebody else");
                let Some(principal) = event.on_behalf_of else { continue };
                let right = matches!(
                    &command,
                    Command::SendOnBehalf { confirmation, message, .. }
                        if *confirmation == CONFIRMATION && message.audience == Audience::Everyone
                );
                prop_assert!(right && principal == COLLEAGUE && !is_patient && !refuses);
                prop_assert_eq!(outcome.audit.on_behalf_of, Some(principal));
            }
        }
    }
}
