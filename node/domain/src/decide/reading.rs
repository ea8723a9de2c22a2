//! Reading: what may be shown is decided and recorded before it is shown. A page is clipped to what the reader may see.

use super::Decision;
use crate::audit::{Action, Basis, Range};
use crate::command::Page;
use crate::conversation::Side;
use crate::decide::side_of;
use crate::ids::PersonId;
use crate::limits;
use crate::outcome::{Change, Grant};
use crate::permission::{Asking, permit};
use crate::person::Person;
use crate::private::Private;
use crate::refusal::Refusal;
use crate::session::BreakGlass;
use crate::view::{Readable, View};

/// One page refused refuses a single read; of an inbox, what one may not see is left out.
pub(super) fn read(
    view: &View,
    actor: &Person,
    pages: &[Page],
    on_behalf_of: Option<PersonId>,
) -> Result<Decision, Refusal> {
    if pages.len() > limits::INBOX_COUNT_MAX {
        return Err(Refusal::TooMany);
    }
    let mut decision = Decision::default();
    let mut grants = Vec::with_capacity(pages.len());
    let mut refused = None;
    for (page, readable) in pages.iter().zip(&view.pages) {
        let asking = Asking {
            on_behalf_of,
            ..Asking::new(Action::Read, actor, readable, view.now_ms)
        };
        match permit(&asking) {
            Ok(basis) => {
                let Some(basis) = basis else { continue };
                let grant = clip(actor, page, readable, basis, view.now_ms);
                decision.basis.get_or_insert(basis);
                if basis == Basis::Coverage {
                    let cover = readable.cover(view.now_ms);
                    decision.covered = decision.covered.or(cover.map(|cover| cover.covered));
                }
                let Grant {
                    conversation,
                    side,
                    from_seq,
                    to_seq,
                    ..
                } = grant;
                decision.ranges.push(Range {
                    conversation,
                    basis: Some(basis),
                    side,
                    from_seq,
                    to_seq,
                });
                grants.push(grant);
            }
            Err(refusal) => refused = Some(refusal),
        }
    }
    match refused {
        Some(refusal) if pages.len() == 1 => Err(refusal),
        _ => {
            decision.grants = Some(grants);
            Ok(decision)
        }
    }
}

fn clip(actor: &Person, page: &Page, readable: &Readable, basis: Basis, now_ms: u64) -> Grant {
    let own = readable.own_at(now_ms);
    let side = own.map_or_else(|| side_of(Some(actor)), |own| own.side);
    let first = own.map_or(1, |own| own.first_seq);
    let last = readable.conversation.as_ref().map_or(0, |conversation| match side {
        Side::Team => conversation.last.seq,
        Side::Patient => conversation.last.shared_seq,
    });
    Grant {
        conversation: page.conversation,
        side,
        basis,
        from_seq: page.from_seq.max(first),
        to_seq: page.to_seq.min(last),
    }
}

pub(super) fn break_glass(view: &View, actor: &Person, reason: &Private, minutes: u32) -> Result<Decision, Refusal> {
    let conversation = view.about.conversation.as_ref().ok_or(Refusal::NotFound)?;
    let length = reason.expose().trim().len();
    if !(limits::BREAK_GLASS_REASON_SIZE_BYTES_MIN..=limits::REASON_SIZE_BYTES_MAX).contains(&length) {
        return Err(Refusal::Invalid);
    }
    if minutes == 0 || minutes > limits::BREAK_GLASS_MINUTES_MAX {
        return Err(Refusal::Invalid);
    }
    let grant = BreakGlass {
        person: actor.id,
        conversation: conversation.id,
        reason: reason.clone(),
        expires_at_ms: view.now_ms + u64::from(minutes) * 60_000,
    };
    Ok(Decision {
        changes: vec![Change::BreakGlass(grant)],
        ..Decision::default()
    })
}
