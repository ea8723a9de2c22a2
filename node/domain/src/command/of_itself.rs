//! What a command says of itself, before anybody looks at the state.

use super::Command;
use crate::attention::AttentionStep;
use crate::ids::ConversationId;
use crate::timer::Timer;

impl Command {
    /// The conversation it is about, if it is about one that exists.
    pub fn conversation(&self) -> Option<ConversationId> {
        match self {
            Self::Rename { conversation, .. }
            | Self::Archive { conversation }
            | Self::Reopen { conversation }
            | Self::ChangeOwner { conversation, .. }
            | Self::AddMember { conversation, .. }
            | Self::RemoveMember { conversation, .. }
            | Self::Send { conversation, .. }
            | Self::Edit { conversation, .. }
            | Self::Retract { conversation, .. }
            | Self::MarkRead { conversation, .. }
            | Self::ConfirmDelivery { conversation, .. }
            | Self::Acknowledge { conversation, .. }
            | Self::BreakGlass { conversation, .. }
            | Self::Care { conversation, .. }
            | Self::ConfirmOnBehalf { conversation, .. }
            | Self::SendOnBehalf { conversation, .. }
            | Self::Schedule { conversation, .. }
            | Self::SendOnTerms { conversation, .. }
            | Self::CreateTask { conversation, .. }
            | Self::ChangeTask { conversation, .. }
            | Self::Pin { conversation, .. }
            | Self::ReadPins(conversation)
            | Self::Restrict { conversation, .. }
            | Self::MoveMessage { conversation, .. }
            | Self::AskIdentity(conversation)
            | Self::ConfirmIdentity { conversation, .. }
            | Self::ChangeAttention { conversation, .. } => Some(*conversation),
            _ => None,
        }
    }

    /// The version of commands that has it first: a node that applies less cannot read it.
    pub fn version(&self) -> u8 {
        match self {
            Self::Care { .. }
            | Self::ConfirmOnBehalf { .. }
            | Self::SendOnBehalf { .. }
            | Self::ChangeOnBehalf { .. } => 2,
            Self::ChangeAttention { step, .. } => match step {
                AttentionStep::Follow { .. } => 6,
                _ => 3,
            },
            Self::GrantCoverage { .. }
            | Self::EndCoverage(..)
            | Self::Schedule { .. }
            | Self::Unschedule(..)
            | Self::ChangeSettings(..)
            | Self::ChangeAvailability { .. }
            | Self::ChangeRights { .. }
            | Self::BeginThread { .. }
            | Self::FireTimer {
                timer: Timer::CoverageBegins(_) | Timer::CoverageEnds(_) | Timer::MessageDue(_) | Timer::Reminder(..),
            } => 3,
            Self::FireTimer {
                timer: Timer::TaskDue(_) | Timer::ReadBy(..),
            }
            | Self::SendOnTerms { .. }
            | Self::CreateTask { .. }
            | Self::ChangeTask { .. }
            | Self::ReadTasks { .. }
            | Self::Pin { .. }
            | Self::ReadPins(..) => 4,
            Self::Restrict { .. }
            | Self::BeginConfidential { .. }
            | Self::GrantCoverageOfLabelled { .. }
            | Self::ChangeSafeguards(..)
            | Self::SaveTemplate { .. }
            | Self::RemoveTemplate(..)
            | Self::MoveMessage { .. }
            | Self::AskIdentity(..)
            | Self::ConfirmIdentity { .. } => 5,
            Self::ChangeProfile(..)
            | Self::RenameSite(..)
            | Self::ChangeChartLink(..)
            | Self::Invite(..)
            | Self::Activate(..) => 6,
            Self::ChangePolicies(..) => 7,
            _ => 1,
        }
    }

    /// Whether the answer is kept for retries. Reads are not: asking twice is two looks.
    pub fn is_answered_once(&self) -> bool {
        !matches!(
            self,
            Self::Read { .. }
                | Self::ReadDirectory { .. }
                | Self::ReadAudit
                | Self::ReadTasks { .. }
                | Self::ReadPins(..)
                | Self::SignIn { .. }
                | Self::FailSignIn { .. }
                | Self::Activate(..)
        )
    }
}
