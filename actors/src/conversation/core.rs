//! The pure part of a conversation's actor: who gets what. Given an event, it says to whom it goes; it sends nothing itself.

use corridor_domain::conversation::{Membership, Side};
use corridor_domain::coverage::StandIn;
use corridor_domain::event::Event;
use corridor_domain::ids::{CoverageId, PersonId};

/// What follows from mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// The event goes to all devices of this person, as that side sees it.
    Deliver {
        /// To whom.
        person: PersonId,
        /// In which numbering.
        side: Side,
    },
    /// That somebody is writing goes to this person.
    ShowTyping {
        /// To whom.
        person: PersonId,
    },
}

/// Who is or was a member, and how far events were handed out.
#[derive(Debug, Clone)]
pub struct ConversationCore {
    members: Vec<Membership>,
    /// Who came by a coverage: they get nothing once it is over, whether or not anybody noticed. Nearly always nobody.
    by_coverage: Vec<StandIn>,
    /// Everything up to here was handed out.
    fanned_seq: u64,
}

impl ConversationCore {
    /// From storage; `fanned_seq` is what was handed out before.
    pub fn new(members: Vec<Membership>, by_coverage: Vec<StandIn>, fanned_seq: u64) -> Self {
        Self {
            members,
            by_coverage,
            fanned_seq,
        }
    }

    /// Takes what somebody came to by coverage as it stands now.
    pub fn learn_stand_ins(&mut self, stand_ins: &[StandIn]) {
        for new in stand_ins {
            self.by_coverage.retain(|known| known.covering != new.covering);
            self.by_coverage.extend((!new.is_over()).then_some(*new));
        }
    }

    /// Who is inside by a coverage, and by which.
    pub fn by_coverage(&self) -> impl Iterator<Item = (PersonId, CoverageId)> {
        let joined = |stand_in: &StandIn| Some((stand_in.covering, stand_in.joined?.coverage));
        self.by_coverage.iter().filter_map(joined)
    }

    /// How far events were handed out.
    pub fn fanned_seq(&self) -> u64 {
        self.fanned_seq
    }

    /// Takes memberships as they stand now.
    pub fn learn(&mut self, memberships: &[Membership]) {
        for new in memberships {
            match self.members.iter_mut().find(|known| known.person == new.person) {
                Some(known) => known.clone_from(new),
                None => self.members.push(new.clone()),
            }
        }
    }

    /// Says who gets the event: those who were members when it happened and may see it, but for those who are late: their coverage was
    /// over by then. An event that was handed out before, or by the actor that stood here before, goes to nobody.
    pub fn hand_out(&mut self, event: &Event, late: &[PersonId], effects: &mut Vec<Effect>) {
        if event.place.seq <= self.fanned_seq {
            return;
        }
        self.fanned_seq = event.place.seq;
        let there = self
            .members
            .iter()
            .filter(|member| member.was_member_at(event.place.seq) && event.is_visible_to(member.side))
            .filter(|member| !late.contains(&member.person));
        effects.extend(there.map(|member| Effect::Deliver {
            person: member.person,
            side: member.side,
        }));
    }

    /// Whether somebody is a member now.
    pub fn is_member(&self, person: PersonId) -> bool {
        let mut members = self.members.iter();
        members.any(|member| member.person == person && member.is_current())
    }

    /// Says who of the members sees that somebody is writing: those of the team's side, except the writer. Patients never do.
    pub fn show_typing(&self, writer: PersonId, effects: &mut Vec<Effect>) {
        let others = self
            .members
            .iter()
            .filter(|member| member.is_current() && member.side == Side::Team && member.person != writer);
        effects.extend(others.map(|member| Effect::ShowTyping { person: member.person }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use corridor_domain::conversation::{Departure, History, Place};
    use corridor_domain::event::EventBody;
    use corridor_domain::ids::ConversationId;

    fn member(person: u128, side: Side, joined_seq: u64) -> Membership {
        Membership {
            conversation: ConversationId(1),
            person: PersonId(person),
            side,
            joined_seq,
            joined_at_ms: 0,
            history: History::Full,
            first_seq: 1,
            read_seq: 0,
            read_number: 0,
            own_since_read: Vec::new(),
            delivered_seq: 0,
            departure: None,
            past_stays: Vec::new(),
        }
    }

    fn event(seq: u64, shared: bool) -> Event {
        let place = Place {
            seq,
            ..Place::default()
        };
        Event {
            place,
            shared,
            revision: seq,
            at_ms: 0,
            actor: PersonId(1),
            on_behalf_of: None,
            body: EventBody::Archived,
        }
    }

    fn given(core: &mut ConversationCore, event: &Event) -> Vec<u128> {
        let mut effects = Vec::new();
        core.hand_out(event, &[], &mut effects);
        effects
            .iter()
            .map(|effect| match effect {
                Effect::Deliver { person, .. } | Effect::ShowTyping { person } => person.0,
            })
            .collect()
    }

    #[test]
    fn a_note_never_goes_to_the_patient() {
        let mut core = ConversationCore::new(
            vec![member(1, Side::Team, 1), member(2, Side::Patient, 1)],
            Vec::new(),
            0,
        );
        assert_eq!(given(&mut core, &event(2, true)), [1, 2]);
        assert_eq!(given(&mut core, &event(3, false)), [1]);
    }

    #[test]
    fn who_left_gets_the_leaving_and_nothing_after_it() {
        let mut core = ConversationCore::new(vec![member(1, Side::Team, 1), member(2, Side::Team, 1)], Vec::new(), 4);
        let gone = Membership {
            departure: Some(Departure {
                seq: 5,
                at_ms: 0,
                by: PersonId(1),
            }),
            ..member(2, Side::Team, 1)
        };
        core.learn(&[gone, member(3, Side::Team, 6)]);
        assert_eq!(given(&mut core, &event(5, false)), [1, 2]);
        assert_eq!(given(&mut core, &event(6, false)), [1, 3]);
    }

    #[test]
    fn nothing_is_handed_out_twice() {
        let mut core = ConversationCore::new(vec![member(1, Side::Team, 1)], Vec::new(), 7);
        assert!(given(&mut core, &event(7, false)).is_empty());
        assert_eq!(given(&mut core, &event(8, false)), [1]);
        assert!(given(&mut core, &event(8, false)).is_empty());
    }

    #[test]
    fn patients_do_not_see_who_is_writing() {
        let core = ConversationCore::new(
            vec![
                member(1, Side::Team, 1),
                member(2, Side::Patient, 1),
                member(3, Side::Team, 1),
            ],
            Vec::new(),
            0,
        );
        let mut effects = Vec::new();
        core.show_typing(PersonId(2), &mut effects);
        assert_eq!(
            effects,
            [
                Effect::ShowTyping { person: PersonId(1) },
                Effect::ShowTyping { person: PersonId(3) }
            ]
        );
    }

    #[test]
    fn who_is_inside_by_a_coverage_gets_nothing_once_it_is_over() {
        let members = vec![member(1, Side::Team, 1), member(2, Side::Team, 3)];
        let stand_in = StandIn {
            joined: Some(corridor_domain::coverage::Joined {
                coverage: CoverageId(7),
                seq: 3,
            }),
            ..StandIn::none(ConversationId(1), PersonId(2))
        };
        let mut core = ConversationCore::new(members, vec![stand_in], 3);
        assert_eq!(core.by_coverage().collect::<Vec<_>>(), [(PersonId(2), CoverageId(7))]);
        assert_eq!(given(&mut core, &event(4, true)), [1, 2]);
        let mut effects = Vec::new();
        core.hand_out(&event(5, true), &[PersonId(2)], &mut effects);
        let to = |effect: &Effect| {
            matches!(
                effect,
                Effect::Deliver {
                    person: PersonId(2),
                    ..
                }
            )
        };
        assert!(effects.len() == 1 && !effects.iter().any(to));
        core.learn_stand_ins(&[StandIn::none(ConversationId(1), PersonId(2))]);
        assert_eq!(core.by_coverage().count(), 0);
    }
}
