//! Unread counts are right always: after any sequence of commands they equal a recount from the log.

use crate::clinic::folk::{ADMINISTRATOR, CLERK, GROUP, MARIA, MOTHER, NURSE, PHYSICIAN, TOPIC};
use crate::clinic::{Clinic, edit, retract, say, steps};
use corridor_domain::command::Command;
use corridor_domain::conversation::{Audience, History, Side};
use corridor_domain::event::EventBody;
use corridor_domain::ids::{ConversationId, PersonId};
use corridor_domain::outcome::{Answer, Change};
use proptest::collection::vec;
use proptest::prelude::{Strategy, prop_oneof};
use proptest::proptest;
use proptest::sample::select;
use std::collections::BTreeMap;

const ROOMS: [ConversationId; 2] = [TOPIC, GROUP];
const FIVE: [PersonId; 5] = [NURSE, PHYSICIAN, CLERK, MARIA, MOTHER];

/// What one of the five does; places are counted back from the last in their own numbering.
#[derive(Debug, Clone)]
enum Step {
    Send {
        who: PersonId,
        room: ConversationId,
        audience: Audience,
    },
    Edit {
        who: PersonId,
        room: ConversationId,
        back: u64,
    },
    Retract {
        who: PersonId,
        room: ConversationId,
        back: u64,
    },
    Acknowledge {
        who: PersonId,
        room: ConversationId,
        back: u64,
    },
    Read {
        who: PersonId,
        room: ConversationId,
        back: u64,
    },
    Leave {
        who: PersonId,
        room: ConversationId,
    },
    Return {
        who: PersonId,
        room: ConversationId,
        history: History,
    },
    /// Mother acts for Maria, or for nobody.
    Relation {
        on: bool,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let who = || select(FIVE.to_vec());
    let room = || select(ROOMS.to_vec());
    let back = || 0..12_u64;
    let at = move || (who(), room(), back());
    prop_oneof![
        8 => (who(), room(), steps::audience()).prop_map(|(who, room, audience)| Step::Send { who, room, audience }),
        1 => at().prop_map(|(who, room, back)| Step::Edit { who, room, back }),
        1 => at().prop_map(|(who, room, back)| Step::Retract { who, room, back }),
        1 => at().prop_map(|(who, room, back)| Step::Acknowledge { who, room, back }),
        4 => at().prop_map(|(who, room, back)| Step::Read { who, room, back }),
        1 => (who(), room()).prop_map(|(who, room)| Step::Leave { who, room }),
        2 => (who(), room(), steps::history()).prop_map(|(who, room, history)| Step::Return { who, room, history }),
        1 => proptest::bool::ANY.prop_map(|on| Step::Relation { on }),
    ]
}

/// Up to which event (in the team's numbering) somebody has read a room, told by what they did and not by the state.
type Marks = BTreeMap<(ConversationId, PersonId), u64>;

fn seq_back(clinic: &Clinic, who: PersonId, room: ConversationId, back: u64) -> u64 {
    let side = if who == MARIA || who == MOTHER {
        Side::Patient
    } else {
        Side::Team
    };
    let last = clinic.reader.conversation(room).unwrap().unwrap().last;
    last.seq_for(side).saturating_sub(back)
}

fn perform(clinic: &mut Clinic, step: &Step, marks: &mut Marks) {
    let at = |clinic: &Clinic, who: &PersonId, room: &ConversationId, back: &u64| seq_back(clinic, *who, *room, *back);
    let (who, command) = match step {
        Step::Send { who, room, audience } => (*who, say(*room, *audience, "said", None)),
        Step::Edit { who, room, back } => (*who, edit(*room, at(clinic, who, room, back), "edited")),
        Step::Retract { who, room, back } => (*who, retract(*room, at(clinic, who, room, back))),
        Step::Acknowledge { who, room, back } => {
            let seq = at(clinic, who, room, back);
            (
                *who,
                Command::Acknowledge {
                    conversation: *room,
                    seq,
                },
            )
        }
        Step::Read { who, room, back } => {
            let seq = at(clinic, who, room, back);
            (
                *who,
                Command::MarkRead {
                    conversation: *room,
                    seq,
                },
            )
        }
        Step::Leave { who, room } => (
            *who,
            Command::RemoveMember {
                conversation: *room,
                person: *who,
            },
        ),
        Step::Return { who, room, history } => {
            // In the group the owner brings them back, in the topic whoever is left.
            let by = if *who == NURSE { PHYSICIAN } else { NURSE };
            let (conversation, person, history) = (*room, *who, *history);
            (
                by,
                Command::AddMember {
                    conversation,
                    person,
                    history,
                },
            )
        }
        Step::Relation { on } => {
            let patients = if *on { vec![MARIA] } else { Vec::new() };
            (
                ADMINISTRATOR,
                Command::ChangeProxyFor {
                    person: MOTHER,
                    patients,
                },
            )
        }
    };
    let answer = clinic.ask(who, command.clone());
    if let (Command::MarkRead { conversation, seq }, Answer::Done { unread, side, .. }) = (&command, &answer) {
        let event = clinic.reader.event_for(*conversation, *side, *seq).unwrap().unwrap();
        let mark = marks.entry((*conversation, who)).or_default();
        *mark = (*mark).max(event.place.seq);
        assert_eq!(
            *unread,
            clinic.unread(*conversation, who),
            "the answer says what is left"
        );
    }
    for change in clinic.last_told() {
        if let Change::Event { conversation, event } = change
            && let EventBody::MemberAdded { person, .. } = event.body
        {
            // Whoever comes has read what was there.
            marks.insert((conversation, person), event.place.seq);
        }
    }
}

fn check(clinic: &Clinic, marks: &Marks) {
    for room in ROOMS {
        let head = clinic.reader.conversation(room).unwrap().unwrap();
        let events = clinic.reader.events(room, 1, head.last.seq, usize::MAX).unwrap();
        assert!(
            events.iter().zip(1..).all(|(event, seq)| event.place.seq == seq),
            "a gap"
        );
        for member in clinic.reader.memberships(room).unwrap() {
            if !member.is_current() {
                continue;
            }
            let of_others = || {
                events.iter().filter(|event| {
                    event.message().is_some()
                        && event.actor != member.person
                        && event.is_visible_to(member.side)
                        && event.place.seq_for(member.side) >= member.first_seq
                })
            };
            let by_number = of_others().filter(|event| event.place.number_for(member.side) > member.read_number);
            let unread = member.unread(&head.last);
            assert_eq!(unread, by_number.count() as u64, "{member:?}, {:?}", head.last);
            let mark = marks.get(&(room, member.person)).copied().unwrap_or(1);
            let by_mark = of_others().filter(|event| event.place.seq > mark);
            assert_eq!(
                unread,
                by_mark.count() as u64,
                "read up to {mark}: {member:?}, {:?}",
                head.last
            );
        }
    }
}

fn run(steps: &[Step]) -> Clinic {
    let mut clinic = Clinic::staffed();
    let mut marks = Marks::new();
    for step in steps {
        perform(&mut clinic, step, &mut marks);
        check(&clinic, &marks);
    }
    clinic
}

proptest! {
    #![proptest_config(steps::config())]

    #[test]
    fn property_unread_is_what_a_recount_says(steps in vec(step(), 1..80)) {
        run(&steps);
    }
}

#[test]
fn a_day_in_two_rooms() {
    let (who, room, audience) = (NURSE, TOPIC, Audience::Everyone);
    let say = |who, audience| Step::Send { who, room, audience };
    let clinic = run(&[
        say(who, audience),
        say(MARIA, audience),
        say(PHYSICIAN, Audience::Team),
        Step::Read {
            who: MARIA,
            room,
            back: 1,
        },
        say(MARIA, audience),
        Step::Relation { on: false },
        say(who, audience),
        Step::Relation { on: true },
        Step::Retract { who, room, back: 1 },
        say(PHYSICIAN, audience),
        Step::Leave { who: PHYSICIAN, room },
        Step::Return {
            who: PHYSICIAN,
            room,
            history: History::Full,
        },
        say(who, Audience::Team),
    ]);
    assert_eq!(
        clinic.unread(TOPIC, MARIA),
        2,
        "what the nurse and the physician said since"
    );
    assert_eq!(clinic.unread(TOPIC, MOTHER), 1);
    assert_eq!(clinic.unread(TOPIC, PHYSICIAN), 1);
    assert_eq!(
        clinic.unread(TOPIC, NURSE),
        3 + 1,
        "two of Maria, the note, and the physician's last"
    );
}
