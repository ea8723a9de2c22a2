//! A command of somebody, put together with what they would find: to be decided, or to be refused.

use super::{NOW_MS, REVISION, member, patient, session_of};
use corridor_domain::audit::{Action, AuditRecord, Basis, Range};
use corridor_domain::command::{Acting, Command, Envelope};
use corridor_domain::conversation::{Conversation, Membership, Side};
use corridor_domain::decide::decide;
use corridor_domain::event::Event;
use corridor_domain::ids::{CommandId, ConversationId};
use corridor_domain::outcome::{Answer, Outcome};
use corridor_domain::person::Person;
use corridor_domain::private::Private;
use corridor_domain::refusal::Refusal;
use corridor_domain::view::{Readable, View};

/// A view and an envelope: one command of one person, to be decided.
#[derive(Debug, Clone)]
pub struct Case {
    pub view: View,
    pub envelope: Envelope,
}

impl Case {
    /// A person, signed in, asks.
    pub fn by(actor: &Person, command: Command) -> Self {
        let session = session_of(actor.id);
        let acting = Acting::Person {
            person: actor.id,
            session: session.id,
        };
        let mut case = Self::from(acting, command);
        case.view.actor = Some(actor.clone());
        case.view.session = Some(session);
        case
    }

    /// The operator or the door asks.
    pub fn from(acting: Acting, command: Command) -> Self {
        let view = View {
            revision: REVISION,
            now_ms: NOW_MS,
            founded: true,
            ..View::default()
        };
        let envelope = Envelope {
            command_id: CommandId(1),
            fingerprint: [1; 16],
            acting,
            on_behalf_of: None,
            salt: [9; 16],
            command,
        };
        Self { view, envelope }
    }

    /// In a conversation of that kind, the actor being a member.
    pub fn inside(actor: &Person, head: &Conversation, command: Command) -> Self {
        Self::by(actor, command).about(head.clone(), Some(member(head, actor)))
    }

    pub fn about(mut self, head: Conversation, own: Option<Membership>) -> Self {
        let patient = head.kind.patient().map(|id| patient(id, &[]));
        self.view.about = Readable {
            conversation: Some(head),
            own,
            patient,
            ..Readable::default()
        };
        self
    }

    pub fn target(mut self, event: Event) -> Self {
        self.view.target = Some(event);
        self
    }

    pub fn subject(mut self, subject: &Person, membership: Option<Membership>) -> Self {
        self.view.subject = Some(subject.clone());
        self.view.subject_membership = membership;
        self
    }

    pub fn people(mut self, people: &[Person]) -> Self {
        self.view.people = people.to_vec();
        self
    }

    pub fn change(mut self, change: impl FnOnce(&mut View)) -> Self {
        change(&mut self.view);
        self
    }

    pub fn decide(&self) -> Outcome {
        decide(&self.view, &self.envelope)
    }

    /// The refusal, after checking that nothing is written and that answer and record say the same.
    pub fn refused(&self) -> Refusal {
        let outcome = self.decide();
        let Answer::Refused { revision, refusal } = outcome.answer else {
            panic!("not refused: {outcome:?}")
        };
        assert_eq!((revision, outcome.changes.as_slice()), (REVISION, [].as_slice()));
        assert_eq!((outcome.audit.refusal, outcome.audit.basis), (Some(refusal), None));
        refusal
    }

    /// The record this case must leave when it is done; deeds have their place in the team's numbering.
    pub fn record(&self, action: Action, basis: Option<Basis>, ranges: &[(ConversationId, u64, u64)]) -> AuditRecord {
        let ranges = ranges.iter();
        AuditRecord {
            revision: REVISION,
            at_ms: NOW_MS,
            actor: self.view.actor.as_ref().map(|actor| actor.id),
            on_behalf_of: None,
            session: self.view.session.as_ref().map(|session| session.id),
            device: self
                .view
                .session
                .as_ref()
                .map(|session| session.device.clone())
                .unwrap_or_default(),
            basis,
            action,
            refusal: None,
            subject: self.view.subject.as_ref().map(|subject| subject.id),
            ranges: ranges
                .map(|&(conversation, from_seq, to_seq)| Range {
                    conversation,
                    basis,
                    side: Side::Team,
                    from_seq,
                    to_seq,
                })
                .collect(),
            reason: Private::default(),
            salt: [9; 16],
        }
    }
}
