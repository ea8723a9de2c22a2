//! Whether the disks have room for what people write.
//!
//! Stands before the way in for commands; the composition root looks at the disks and sets it. What can wait is refused long before a disk
//! is full, so that what cannot wait (reading, which is recorded, signing in, ending a session) still has room. It refuses to know
//! disks and other nodes.

use corridor_domain::command::Command;
use corridor_domain::timer::Timer;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// How much room there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Room {
    /// For nothing at all.
    None,
    /// For what cannot wait.
    Scarce,
    /// For everything.
    Ample,
}

impl Room {
    /// Whether there is room for a command.
    fn is_enough_for(self, command: &Command) -> bool {
        match self {
            Self::Ample => true,
            Self::Scarce => !can_wait(command),
            Self::None => false,
        }
    }
}

/// What people write and set up. It is most of what fills a disk, and nobody loses sight of anything without it.
fn can_wait(command: &Command) -> bool {
    matches!(
        command,
        Command::Send { .. }
            | Command::SendOnTerms { .. }
            | Command::CreateTask { .. }
            | Command::Pin { .. }
            | Command::SendOnBehalf { .. }
            | Command::ConfirmOnBehalf { .. }
            | Command::Edit { .. }
            | Command::CreateConversation(_)
            | Command::AddPerson { .. }
            | Command::BeginThread { .. }
            | Command::BeginConfidential { .. }
            | Command::GrantCoverageOfLabelled { .. }
            | Command::ChangeSafeguards(..)
            | Command::SaveTemplate { .. }
            | Command::MoveMessage { .. }
            | Command::AddSite { .. }
            | Command::Schedule { .. }
            | Command::GrantCoverage { .. }
            | Command::ChangeAttention { .. }
            | Command::ChangeSettings(..)
            | Command::ChangeChartLink(..)
            | Command::ChangePolicies(..)
            | Command::ChangeProfile(..)
            | Command::RenameSite(..)
            | Command::FireTimer {
                timer: Timer::MessageDue(_) | Timer::Reminder(..) | Timer::TaskDue(_) | Timer::ReadBy(..),
            }
    )
}

/// The room as it was seen last. Cheap to clone.
#[derive(Debug, Clone)]
pub struct DiskSpace(Arc<AtomicU8>);

impl Default for DiskSpace {
    /// Ample, until somebody has looked.
    fn default() -> Self {
        Self::assumed(Room::Ample)
    }
}

/// Beside what is only assumed: nobody has looked yet.
const ASSUMED: u8 = 1 << 7;

impl DiskSpace {
    /// So much, until somebody has looked.
    pub fn assumed(room: Room) -> Self {
        Self(Arc::new(AtomicU8::new(room as u8 | ASSUMED)))
    }

    /// What was seen.
    pub fn set(&self, room: Room) {
        self.0.store(room as u8, Ordering::Release);
    }

    /// What was seen last, if somebody has looked.
    pub fn seen(&self) -> Option<Room> {
        (self.0.load(Ordering::Acquire) & ASSUMED == 0).then(|| self.room())
    }

    /// What was seen last, or is assumed.
    pub fn room(&self) -> Room {
        match self.0.load(Ordering::Acquire) & !ASSUMED {
            room if room == Room::Ample as u8 => Room::Ample,
            room if room == Room::Scarce as u8 => Room::Scarce,
            _ => Room::None,
        }
    }

    /// Whether there is room for a command.
    pub(crate) fn is_enough_for(&self, command: &Command) -> bool {
        self.room().is_enough_for(command)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use corridor_domain::ids::{ConversationId, SessionId};

    #[test]
    fn what_cannot_wait_has_room_longest() {
        let conversation = ConversationId::from_bytes([1; 16]);
        let edit = Command::Edit {
            conversation,
            seq: 1,
            content: Default::default(),
            mentions: Vec::new(),
        };
        let session = SessionId::from_bytes([2; 16]);
        let cases = [
            (Room::Ample, [true, true, true]),
            (Room::Scarce, [false, true, true]),
            (Room::None, [false, false, false]),
        ];
        let read = Command::MarkRead { conversation, seq: 1 };
        let space = DiskSpace::default();
        assert_eq!(space.room(), Room::Ample, "nobody has looked");
        let assumed = DiskSpace::assumed(Room::Scarce);
        assert_eq!((assumed.room(), assumed.seen()), (Room::Scarce, None));
        for (room, wanted) in cases {
            space.set(room);
            assert_eq!((space.room(), space.seen()), (room, Some(room)));
            let enough = [&edit, &read, &Command::EndSession { session }].map(|command| space.is_enough_for(command));
            assert_eq!(enough, wanted, "{room:?}");
        }
    }
}
