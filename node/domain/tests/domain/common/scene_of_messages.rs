//! The part of a scene that is about what was said before: the message that a command points at.

use super::scene::Scene;
use super::{NOW_MS, colleague, message, with_message};
use corridor_domain::audit::Action;
use corridor_domain::conversation::Audience;
use corridor_domain::event::{Event, EventBody, Retraction};
use corridor_domain::person::Person;
use corridor_domain::private::Private;

impl Scene<'_> {
    /// The event the command points at: somebody's message, unless the state says otherwise.
    pub(super) fn target(&self, actor: &Person) -> Option<Event> {
        let answers = matches!(self.action, Action::Send | Action::SendNote | Action::Schedule);
        if self.is("nothing there") || (answers && !self.is("reply to a note")) {
            return None;
        }
        let own = self.is("own message") || self.is("own note");
        let note = self.is("own note") || self.is("another's note") || self.is("reply to a note");
        let audience = if note { Audience::Team } else { Audience::Everyone };
        let mut event = message(if own { actor.id } else { colleague().id }, audience);
        if self.is("16 minutes old") {
            event.at_ms = NOW_MS - 16 * 60_000;
        }
        if self.is("sent for the one who asks") {
            event.on_behalf_of = Some(actor.id);
        }
        if self.is("taken back") {
            let retraction = Retraction {
                by: event.actor,
                at_ms: NOW_MS,
                reason: Private::default(),
            };
            event = with_message(event, |message| message.retraction = Some(retraction));
        }
        if self.is("no message") {
            event.body = EventBody::Archived;
        }
        Some(event)
    }
}
