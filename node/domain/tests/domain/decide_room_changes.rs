//! What follows from renaming, putting away, taking out again and handing over:
//! one event, and the head that moved with it.

use crate::common::{
    COLLEAGUE, CONVERSATION, Case, NURSE, OWNER, REVISION, appended, care_room, channel, colleague, done, head, member,
    moved, next_place, nurse, thread,
};
use corridor_domain::audit::{Action, Basis};
use corridor_domain::command::Command;
use corridor_domain::conversation::{Conversation, Kind, Side, Visibility};
use corridor_domain::event::EventBody;
use corridor_domain::ids::ConversationId;
use corridor_domain::outcome::{Answer, Outcome};
use corridor_domain::private::Private;
use corridor_domain::refusal::Refusal;

/// Checks a command of the owner's in a thread or a group: one event, then the head.
fn assert_one_event(
    case: &Case,
    action: Action,
    shared: bool,
    body: EventBody,
    change: impl FnOnce(&mut Conversation),
) {
    let before = case
        .view
        .about
        .conversation
        .clone()
        .unwrap_or_else(|| head(Kind::Group));
    let actor = case.view.actor.as_ref().map_or(OWNER, |actor| actor.id);
    let place = next_place(before.last, shared);
    let changes = vec![
        appended(CONVERSATION, place, shared, actor, body),
        moved(&before, place, change),
    ];
    let audit = case.record(action, Some(Basis::Member), &[(CONVERSATION, place.seq, place.seq)]);
    assert_eq!(
        case.decide(),
        Outcome {
            changes,
            answer: done(CONVERSATION, place, Side::Team),
            audit
        }
    );
}

fn owned(kind: Kind) -> Conversation {
    Conversation {
        owner: NURSE,
        ..head(kind)
    }
}

#[test]
fn renaming_moves_the_head_by_one_event() {
    let topic = Private::from("Another");
    let rename = || Command::Rename {
        conversation: CONVERSATION,
        topic: topic.clone(),
    };
    for (kind, shared) in [(Kind::Group, false), (thread(), true), (care_room(), false)] {
        let case = Case::inside(&nurse(), &owned(kind), rename());
        let body = EventBody::Renamed { topic: topic.clone() };
        assert_one_event(&case, Action::Rename, shared, body, |head| head.topic = topic.clone());
    }
    let same = Command::Rename {
        conversation: CONVERSATION,
        topic: Private::from("Topic"),
    };
    assert_eq!(
        Case::inside(&nurse(), &owned(Kind::Group), same).refused(),
        Refusal::NothingToDo
    );
    let taken = Case::inside(&nurse(), &owned(channel(Visibility::Public)), rename());
    assert_eq!(
        taken.change(|view| view.name_taken = true).refused(),
        Refusal::NameTaken
    );
    let empty = Command::Rename {
        conversation: CONVERSATION,
        topic: Private::from(" "),
    };
    assert_eq!(
        Case::inside(&nurse(), &owned(Kind::Group), empty).refused(),
        Refusal::Invalid
    );
}

#[test]
fn putting_away_and_taking_out_again() {
    for (kind, shared) in [(Kind::Group, false), (thread(), true)] {
        let open = owned(kind);
        let away = Conversation {
            archived: true,
            ..open.clone()
        };
        let archive = Case::inside(
            &nurse(),
            &open,
            Command::Archive {
                conversation: CONVERSATION,
            },
        );
        assert_one_event(&archive, Action::Archive, shared, EventBody::Archived, |head| {
            head.archived = true
        });
        let reopen = Case::inside(
            &nurse(),
            &away,
            Command::Reopen {
                conversation: CONVERSATION,
            },
        );
        assert_one_event(&reopen, Action::Reopen, shared, EventBody::Reopened, |head| {
            head.archived = false
        });
        let again = Case::inside(
            &nurse(),
            &away,
            Command::Archive {
                conversation: CONVERSATION,
            },
        );
        assert_eq!(again.refused(), Refusal::NothingToDo);
    }
}

#[test]
fn handing_over_is_the_teams_own_matter() {
    for kind in [Kind::Group, thread()] {
        let room = owned(kind);
        let command = Command::ChangeOwner {
            conversation: CONVERSATION,
            owner: COLLEAGUE,
        };
        let case = Case::inside(&nurse(), &room, command.clone());
        let to_member = case.clone().subject(&colleague(), Some(member(&room, &colleague())));
        let body = EventBody::OwnerChanged { owner: COLLEAGUE };
        assert_one_event(&to_member, Action::ChangeOwner, false, body, |head| {
            head.owner = COLLEAGUE
        });
        assert_eq!(case.clone().subject(&colleague(), None).refused(), Refusal::Invalid);
        let gone = crate::common::departed(member(&room, &colleague()));
        assert_eq!(case.subject(&colleague(), Some(gone)).refused(), Refusal::Invalid);
        let to_self = Case::inside(
            &nurse(),
            &room,
            Command::ChangeOwner {
                conversation: CONVERSATION,
                owner: NURSE,
            },
        );
        assert_eq!(
            to_self.subject(&nurse(), Some(member(&room, &nurse()))).refused(),
            Refusal::NothingToDo
        );
    }
}

#[test]
fn a_refused_command_is_recorded_with_its_place_and_its_reason() {
    let case = Case::by(
        &nurse(),
        Command::Archive {
            conversation: ConversationId(404),
        },
    );
    let outcome = case.decide();
    let mut audit = case.record(Action::Archive, None, &[(ConversationId(404), 0, 0)]);
    audit.refusal = Some(Refusal::NotFound);
    let answer = Answer::Refused {
        revision: REVISION,
        refusal: Refusal::NotFound,
    };
    assert_eq!(
        outcome,
        Outcome {
            changes: Vec::new(),
            answer,
            audit
        }
    );
}
