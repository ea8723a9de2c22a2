//! Frames for the actors: encoded once for each side, shared by all who get them.

use crate::convert;
use crate::convert::care;
use crate::convert::events::Showing;
use crate::names::Names;
use corridor_actors::frame::{Encode, Frame, Light};
use corridor_actors::queue::Standing;
use corridor_domain::conversation::{Conversation, Side};
use corridor_domain::event::Event;
use corridor_domain::ids::{ConversationId, PersonId};
use corridor_domain::outcome::Change;
use corridor_protocol::{Presence, PresenceChange, ServerFrame};
use corridor_storage::content::ContentKeys;
use corridor_storage::reader::Reader;
use std::sync::Arc;

/// Makes JSON frames.
pub struct JsonFrames {
    names: Arc<Names>,
    keys: ContentKeys,
    reader: Reader,
}

impl JsonFrames {
    /// Frames with these labels and keys, of this state.
    pub fn new(names: Arc<Names>, keys: ContentKeys, reader: Reader) -> Self {
        Self { names, keys, reader }
    }
}

/// The bytes of a frame.
pub fn frame(frame: &ServerFrame) -> Option<Frame> {
    // Nothing of ours fails to become JSON; if it did, no frame is better than half of one.
    serde_json::to_vec(frame)
        .map(Frame::from)
        .map_err(|error| tracing::error!(%error, "a frame does not encode"))
        .ok()
}

/// A light on the wire.
pub fn presence(light: Light) -> Presence {
    match light {
        Light::Available => Presence::Available,
        Light::Busy => Presence::Busy,
        Light::OffDuty => Presence::OffDuty,
        Light::Offline => Presence::Offline,
    }
}

/// The reverse of [`presence`].
pub fn light(presence: Presence) -> Light {
    match presence {
        Presence::Available => Light::Available,
        Presence::Busy => Light::Busy,
        Presence::OffDuty => Light::OffDuty,
        Presence::Offline => Light::Offline,
    }
}

impl Encode for JsonFrames {
    fn event(&self, head: &Conversation, event: &Event, target: Option<&Event>, side: Side) -> Option<Frame> {
        let showing = Showing {
            names: &self.names,
            keys: &self.keys,
            head,
            side,
        };
        match showing.event(event, target) {
            Ok(event) => frame(&ServerFrame::Event(Box::new(event?))),
            Err(error) => {
                tracing::error!(%error, "an event cannot be shown");
                None
            }
        }
    }

    fn typing(&self, conversation: ConversationId, person: PersonId, active: bool) -> Option<Frame> {
        let name = self.names.author(person).map(|author| author.name).unwrap_or_default();
        frame(&ServerFrame::Typing {
            conversation_id: conversation.to_string(),
            person_id: person.to_string(),
            name,
            active,
        })
    }

    fn presence(&self, lights: &[(PersonId, Light)]) -> Option<Frame> {
        let change = |(person, light): &(PersonId, Light)| PresenceChange {
            person_id: person.to_string(),
            status: presence(*light),
        };
        frame(&ServerFrame::Presence {
            people: lights.iter().map(change).collect(),
        })
    }

    fn queue(&self, standing: &Standing) -> Option<Frame> {
        let care = care::standing(&self.names, standing)
            .map_err(|error| tracing::error!(%error, "the queue cannot be shown"))
            .ok()?;
        frame(&ServerFrame::QueueChanged {
            conversation_id: standing.conversation.to_string(),
            revision: standing.revision,
            care: Box::new(care),
        })
    }

    fn queue_closed(&self) -> Option<Frame> {
        frame(&ServerFrame::QueueClosed)
    }

    fn forget(&self, person: PersonId) {
        self.names.forget(person);
    }

    fn personal(&self, change: &Change) -> Option<Frame> {
        match change {
            Change::Coverage(coverage) => {
                let of_labelled = self.reader.covers_labelled(coverage.window.id);
                let coverage = of_labelled
                    .and_then(|of_labelled| convert::coverage::coverage(&self.names, coverage, of_labelled))
                    .map_err(|error| tracing::error!(%error, "a coverage cannot be shown"))
                    .ok()?;
                let coverage = Box::new(coverage);
                frame(&ServerFrame::CoverageChanged { coverage })
            }
            Change::Settings(_) | Change::Safeguards(_) | Change::ChartLink(_) | Change::Policies(_) => {
                frame(&ServerFrame::SettingsChanged)
            }
            Change::Attention {
                attention,
                threads,
                reminded,
            } => frame(&ServerFrame::AttentionChanged {
                conversation_id: attention.conversation.to_string(),
                attention: convert::waiting::attention(attention, threads),
                reminded: *reminded,
            }),
            Change::Scheduled(scheduled) => frame(&ServerFrame::ScheduledChanged {
                scheduled: Box::new(convert::waiting::scheduled(scheduled)),
            }),
            Change::ScheduledOver { scheduled, sent_seq } => frame(&ServerFrame::ScheduledChanged {
                scheduled: Box::new(convert::waiting::scheduled_over(scheduled, *sent_seq)),
            }),
            Change::Task(task) => frame(&ServerFrame::TaskChanged {
                task_id: task.id.to_string(),
                conversation_id: task.conversation.to_string(),
            }),
            _ => None,
        }
    }
}
