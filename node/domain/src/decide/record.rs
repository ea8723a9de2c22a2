//! The line of the audit record that every command leaves behind, whatever came of it.

use super::Decision;
use crate::audit::{Action, AuditRecord, Range};
use crate::command::{Acting, Command, Envelope};
use crate::conversation::Side;
use crate::ids::{ConversationId, PersonId};
use crate::private::Private;
use crate::refusal::Refusal;
use crate::view::View;

pub(super) fn of(
    view: &View,
    envelope: &Envelope,
    action: Action,
    refusal: Option<Refusal>,
    decision: &Decision,
) -> AuditRecord {
    let (actor, session) = match envelope.acting {
        Acting::Person { person, session } => (Some(person), Some(session)),
        Acting::Operator => (None, None),
        // Whose message it is, whom it reminds; of a coverage it is nobody.
        Acting::Clock => (view.actor.as_ref().map(|actor| actor.id), None),
        Acting::Door => match &envelope.command {
            Command::SignIn { session, .. } => (Some(session.person), Some(session.id)),
            Command::FailSignIn { person, .. } => (*person, None),
            Command::Activate(activation) => (Some(activation.person), None),
            _ => (None, None),
        },
    };
    let device = match &envelope.command {
        Command::SignIn { session, .. } => session.device.clone(),
        Command::FailSignIn { device, .. } => device.clone(),
        Command::Activate(activation) => activation.device.clone(),
        _ => view
            .session
            .as_ref()
            .map(|session| session.device.clone())
            .unwrap_or_default(),
    };
    let reason = match &envelope.command {
        Command::BreakGlass { reason, .. } | Command::Retract { reason, .. } => reason.clone(),
        Command::GrantCoverage { coverage } | Command::GrantCoverageOfLabelled { coverage } => coverage.reason.clone(),
        _ => Private::default(),
    };
    let named = match &envelope.command {
        Command::AddPerson { person, .. } => Some(person.id),
        Command::CreateConversation(new)
        | Command::BeginThread { new, .. }
        | Command::BeginConfidential { new, .. } => new.kind.patient(),
        _ => view.subject.as_ref().map(|subject| subject.id),
    };
    let ranges = if decision.ranges.is_empty() {
        ranges_of(envelope, refusal, decision)
    } else {
        decision.ranges.clone()
    };
    AuditRecord {
        revision: view.revision,
        at_ms: view.now_ms,
        actor,
        on_behalf_of: envelope
            .on_behalf_of
            .or_else(|| covered(view, &envelope.command))
            .or(decision.covered),
        session,
        device,
        basis: decision.basis,
        action,
        refusal: refusal.or(decision.noted),
        subject: named,
        ranges,
        reason,
        salt: envelope.salt,
    }
}

/// For whom somebody gets to read, or did.
fn covered(view: &View, command: &Command) -> Option<PersonId> {
    match command {
        Command::GrantCoverage { coverage } | Command::GrantCoverageOfLabelled { coverage } => Some(coverage.covered),
        Command::EndCoverage(..) | Command::FireTimer { .. } => {
            view.coverages.first().map(|coverage| coverage.window.covered)
        }
        _ => None,
    }
}

/// Where a command happened: the event it made, or the conversation it was refused in.
fn ranges_of(envelope: &Envelope, refusal: Option<Refusal>, decision: &Decision) -> Vec<Range> {
    let conversation = decision.conversation.or_else(|| envelope.command.conversation());
    let seq = if refusal.is_some() { 0 } else { decision.place.seq };
    match (&envelope.command, conversation) {
        (Command::Read { pages }, _) => pages.iter().map(|page| nowhere(page.conversation)).collect(),
        (Command::ReadTasks { conversations }, _) => conversations.iter().copied().map(nowhere).collect(),
        (_, Some(conversation)) => vec![Range {
            conversation,
            basis: decision.basis,
            side: Side::Team,
            from_seq: seq,
            to_seq: seq,
        }],
        (_, None) => Vec::new(),
    }
}

/// Nothing was shown there.
fn nowhere(conversation: ConversationId) -> Range {
    Range {
        conversation,
        basis: None,
        side: Side::Team,
        from_seq: 0,
        to_seq: 0,
    }
}
