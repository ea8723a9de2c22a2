//! Who may be seen in a conversation, as far as it was applied here: for what is shown and not kept. Refuses to know the rules, which are the
//! funnel's (`node/domain/src/permission.rs`).

use crate::workspace::Rooms;
use corridor_domain::audit::Basis;
use corridor_domain::ids::{ConversationId, PersonId};
use corridor_domain::permission::basis;

impl Rooms {
    /// Whether somebody is a member of a conversation now, as far as it was applied here.
    pub(crate) fn is_member(&self, conversation: ConversationId, person: PersonId) -> bool {
        let membership = self.context.reader.membership(conversation, person);
        membership.is_ok_and(|own| own.is_some_and(|own| own.is_current()))
    }

    /// Whether somebody may be seen writing in it: a member, or who works on a patient's conversation without being one.
    pub(crate) fn writes_in(&self, conversation: ConversationId, person: PersonId) -> bool {
        self.is_member(conversation, person) || self.works_on(conversation, person)
    }

    /// Whether somebody works on a patient's conversation without being a member: a broken glass is for reading.
    pub(crate) fn works_on(&self, conversation: ConversationId, person: PersonId) -> bool {
        let reader = &self.context.reader;
        let (Ok(Some(person)), Ok(progress)) = (reader.person(person), reader.progress()) else {
            return false;
        };
        let head = reader.conversation(conversation).ok().flatten();
        if !person.is_staff() || !head.is_some_and(|head| head.kind.is_patient()) {
            return false;
        }
        let Ok(about) = reader.readable(&person, conversation) else {
            return false;
        };
        let ground = basis(&person, &about, progress.at_ms);
        ground.is_some_and(|ground| ground != Basis::BreakGlass)
    }
}
